// A business's own proof (docs/bundle.md): its three entries in the log, its line in the pool or the
// gap where it would stand, its ticket, its quota, and whether the answer follows from the cutoff.
// That the cutoff and a rank above it are right cannot be seen from one line, and is said so.
import { bytes, hex } from './bytes.js';
import { checkCodes, checkOrder, checkRound, proveEntry } from './course.js';
import { headOf, parseCommitment, parseDisclosure } from './entry.js';
import { included, leafHash } from './merkle.js';
import { quotasOf } from './objects.js';
import { NOTE, OPEN, SAME } from './report.js';
import { Tickets } from './seed.js';
import { Fault, isId, isName, isText, Lines } from './text.js';

const OWN_BYTES = 4 * 2 ** 20;
const PATH = 66;

function pathOf(lines, key) {
  const path = [];
  while (lines.is(key)) path.push(lines.keep(lines.hash(key), path.length < PATH));
  return path;
}

// `key ID TAB STRATUM`
function lineOf(lines, key) {
  const line = lines.value(key);
  const [id, stratum, ...rest] = line.split('\t');
  return lines.keep({ line, id, stratum }, rest.length === 0 && isId(id) && isName(stratum ?? ''));
}

// `NAME N` and the N lines behind it, at least one.
function blockOf(lines, name) {
  const count = lines.number(name);
  const from = lines.at;
  for (let i = 0n; i < count; i++) lines.next();
  return lines.keep(lines.text.slice(from, lines.at), count > 0n);
}

function presentOf(lines, own) {
  own.line = lineOf(lines, 'line');
  own.blinded = lines.is('nonce');
  own.nonce = own.blinded ? hex(lines.hash('nonce', 16)) : null;
  own.index = lines.number('index');
  own.line.path = pathOf(lines, 'path');
  own.quota = lines.number('quota');
  own.cutoff = own.quota > 0n ? hex(lines.hash('cutoff')) : null;
  if (lines.is('drawn') && lines.text.startsWith('drawn no\n', lines.at)) own.rank = 0n * BigInt(lines.next().length);
  else own.rank = lines.number('drawn');
}

function absentOf(lines, own) {
  own.index = lines.number('next');
  for (const key of ['before', 'after']) {
    if (!lines.is(key)) continue;
    own[key] = lineOf(lines, key);
    own[key].path = pathOf(lines, `${key}-path`);
  }
}

// Reads an own proof; anything but its one spelling is a Fault.
export function parseOwn(text) {
  const lines = new Lines(text);
  const own = { entries: [] };
  if (text.length > OWN_BYTES) throw new Fault(0, 'large');
  lines.keep(0, lines.next() === 'sunlot-proof/1');
  own.vkey = lines.value('vkey');
  lines.keep(own, isText(own.vkey));
  own.object = lines.value('object');
  lines.keep(own, isId(own.object));
  const answer = lines.value('answer');
  own.present = lines.keep(answer, answer === 'present' || answer === 'absent') === 'present';
  if (own.present) presentOf(lines, own);
  else absentOf(lines, own);
  for (const kind of own.present ? ['commitment', 'beacon', 'disclosure'] : ['commitment'])
    own.entries.push({ kind, text: blockOf(lines, kind), proofText: blockOf(lines, `${kind}-proof`) });
  lines.keep(0, lines.next() === 'end');
  lines.end();
  return own;
}

// An entry of the proof, in the log and behind the one before.
async function checkEntry(b, i) {
  const entry = b.entries[i];
  Object.assign(entry, { name: entry.kind, proof: `${entry.kind}-proof`, at: i });
  entry.leaf = leafHash(bytes(entry.text));
  b.report.read('ENTRY', entry.name, () => {
    const head = headOf(entry.text);
    if (head.kind !== entry.kind) throw new Fault(1, 'badLine', 1);
    if (i > 0 && head.number !== b.commitment.number) throw new Fault(2, 'otherDraw', head.number);
  });
  await proveEntry(b, entry, entry.proofText);
  if (i > 0) checkOrder(b, b.entries[i - 1], entry);
}

function checkLine(b, { line, path }, index, nonce) {
  const leaf = leafHash(bytes(nonce ? `${line}\t${nonce}` : line));
  if (!included(leaf, index, b.commitment.poolSize, path, b.commitment.poolRoot))
    b.report.differs('OWN_LINE', { shown: line, words: ['notInPool'] });
}

// Two lines that are neighbours in a sorted pool leave no room between them.
function checkAbsent(b, own) {
  const { poolSize, blinded } = b.commitment;
  const { before, after, index, object } = own;
  const bad = (word) => b.report.differs('OWN_ABSENT', { words: [word] });
  if (blinded) bad('blindAbsent');
  if (!before !== (index === 0n) || !after !== (index === poolSize) || index > poolSize) bad('neighbours');
  if (before && before.id >= object) bad('neighbours');
  if (after && after.id <= object) bad('neighbours');
  if (before) checkLine(b, before, index - 1n);
  if (after) checkLine(b, after, index);
  b.report.say(SAME, 'OWN_ABSENT', { shown: object, words: ['between'] });
}

function checkPresent(b, own) {
  const { line, blinded, nonce, index } = own;
  const stratum = b.commitment.strata.find(({ name }) => name === line.stratum);
  if (line.id !== own.object || !stratum || blinded !== b.commitment.blinded)
    b.report.differs('OWN_LINE', { shown: line.line, words: ['otherLine'] });
  checkLine(b, line, index, nonce);
  b.report.say(SAME, 'OWN_LINE', { shown: line.line, words: ['row', index + 1n] });
  return stratum;
}

// Drawn if and only if the ticket is not above the cutoff; the last one drawn is the cutoff.
function checkAnswer(b, { rank, quota, cutoff }, ticket, count) {
  const drawn = quota > 0n && ticket <= cutoff;
  const last = rank > 0n && rank === quota;
  const ok = drawn === rank > 0n && rank <= quota && last === (drawn && ticket === cutoff) &&
    (quota < count || drawn);
  const why = quota === 0n ? 'noQuota' : drawn ? 'below' : 'above';
  const about = { words: ['answer', rank > 0n ? 'yes' : 'no', why] };
  if (!ok) b.report.differs('OWN_DRAWN', about);
  b.report.say(SAME, 'OWN_DRAWN', about);
  if (rank > 0n) b.report.say(last ? SAME : OPEN, 'OWN_RANK', { shown: rank, words: last ? [] : ['trustRank'] });
}

// The ticket decides; the cutoff is shown to be what it was compared with.
function checkTicket(b, own, stratum) {
  const [{ seed }] = b.rounds;
  const computed = quotasOf(b, seed).get(stratum.name);
  const about = { shown: own.quota, computed, words: ['stratum', stratum.name, stratum.count] };
  if (own.quota !== computed) b.report.differs('QUOTA', about);
  b.report.say(SAME, 'QUOTA', about);
  const ticket = new Tickets(seed).hex(`object:${own.object}`);
  b.report.say(NOTE, 'OWN_TICKET', { computed: ticket });
  checkAnswer(b, own, ticket, stratum.count);
  if (own.quota === 0n) return;
  const words = [b.commitment.blinded ? 'cutoffAudit' : 'cutoffPublic'];
  b.report.say(OPEN, 'CUTOFF', { shown: own.cutoff, words });
}

// Each step rests on the one before. b: { report, key, ed25519, progress }.
export async function checkOwn(b, own) {
  b.entries = own.entries;
  await checkEntry(b, 0);
  const c = b.report.read('COMMITMENT', 'commitment', () => parseCommitment(b.entries[0].text));
  b.commitment = c;
  b.report.say(NOTE, 'COMMITMENT', { shown: c.number, words: [c.codes.length ? 'sealedDraw' : 'openDraw',
    c.organiser, c.poolSize, c.strata.length] });
  if (!own.present) return checkAbsent(b, own);
  await checkEntry(b, 1);
  await checkEntry(b, 2);
  const stratum = checkPresent(b, own);
  b.disclosure = b.report.read('ENTRY', 'disclosure', () => parseDisclosure(b.entries[2].text));
  b.secrets = b.disclosure.secrets;
  checkCodes(b);
  b.rounds = [{ round: 1, asker: b.entries[0], beacon: b.entries[1] }];
  await checkRound(b, b.rounds[0]);
  if (!b.rounds[0].seed) b.report.differs('SEED', {});
  return checkTicket(b, own, stratum);
}
