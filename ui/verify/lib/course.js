// The course of a draw as its log entries tell it: each in the log, the steps in their order, the
// randomness after whoever asked for it, codes and seeds (PROTOCOL.md sections 1, 4, 5, 9).
import { bytes, equal, hex, str } from './bytes.js';
import { headOf, parseAbort, parseAttestation, parseBeacon, parseCommitment, parseDisclosure,
  parseRefill, parseTeams } from './entry.js';
import { parseFiles } from './list.js';
import { leafHash, rootOf } from './merkle.js';
import { prove } from './note.js';
import { all, NOTE, OPEN, SAME } from './report.js';
import { chainEnds, salt, seedOf } from './seed.js';
import { checkPart, drandTime, millibits } from './source.js';
import { Fault, timeText } from './text.js';

const ENTRY = 65535;
const PROOF = 2 ** 19;
const LEAST_BITS = 64;

// Reads an entry: its kind and number are what its name and the manifest say.
async function loadEntry(b, entry) {
  const { report } = b;
  const data = await b.load('ENTRY', entry.name, ENTRY);
  entry.text = str(data);
  entry.leaf = leafHash(data);
  const head = report.read('ENTRY', entry.name, () => headOf(entry.text));
  if (head.kind !== entry.kind)
    report.differs('ENTRY', { file: entry.name, row: 1, shown: head.kind, computed: entry.kind });
  const row = head.kind === 'commitment' ? 3 : 2;
  if (head.number !== b.manifest.number)
    report.differs('NUMBER', { file: entry.name, row, shown: head.number, computed: b.manifest.number });
}

// Proves that the log holds an entry. Without Ed25519 the signature stays open, never unsaid.
export async function proveEntry(b, entry, proof) {
  const { report } = b;
  try {
    entry.logged = await prove(proof, entry.leaf, b.key, b.ed25519);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    report.differs('LOGGED', { file: entry.name, words: error.words });
  }
  const { index, time, signed } = entry.logged;
  const words = [signed ? 'place' : 'noEd25519', index, timeText(time)];
  report.say(signed ? SAME : OPEN, 'LOGGED', { file: entry.name, words });
  if (!signed) report.verdict.signed = false;
}

async function loadEntries(b) {
  await all(b.entries.map((entry, i) => async () => {
    b.progress('entries', i, b.entries.length);
    await loadEntry(b, entry);
    await proveEntry(b, entry, await b.text('LOGGED', entry.proof, PROOF));
  }));
}

// An entry stands behind another one in the log: the log is the only clock.
export function checkOrder(b, before, entry) {
  const [a, c] = [before.logged, entry.logged];
  if (a.index >= c.index || a.time > c.time)
    b.report.differs('LOG_ORDER', { file: entry.name, words: ['notBehind'] });
  if (a.size > c.size || (a.size === c.size && !equal(a.root, c.root)))
    b.report.differs('LOG_TREE', { file: entry.proof, words: ['otherTree'] });
}

// Which kinds may follow a kind; skips aside.
const END = ['disclosure', 'abort'];
const NEXT = {
  commitment: ['beacon', 'abort'],
  teams: ['beacon', 'abort'],
  refill: ['beacon', 'abort'],
  drawn: ['teams', ...END],
  assigned: ['refill', ...END],
  refilled: ['refill', ...END],
  abort: ['attestation'],
  disclosure: ['attestation'],
  attestation: ['attestation'],
};
const ANSWER = { commitment: 'drawn', teams: 'assigned', refill: 'refilled' };

// Walks through the steps and collects the rounds: who asked, what came.
function checkCourse(b) {
  let [allowed, last, drawn] = [['commitment'], null, false];
  b.entries.forEach((entry, at) => {
    const { kind } = entry;
    if (!allowed.includes(kind)) b.report.differs('COURSE', { file: entry.name, words: ['notHere'] });
    if (kind in ANSWER) b.rounds.push({ round: b.rounds.length + 1, asker: entry, beacon: null });
    const round = b.rounds[b.rounds.length - 1];
    if (kind === 'beacon') round.beacon = entry;
    entry.at = at;
    drawn ||= kind === 'drawn';
    if (kind !== 'skip') last = kind;
    allowed = last === 'beacon' ? [ANSWER[round.asker.kind], 'abort'] : NEXT[last];
    if (drawn && ![...END, 'attestation'].includes(last)) allowed = [...allowed, 'skip'];
  });
  const kinds = new Set(b.entries.map(({ kind }) => kind));
  const over = kinds.has('abort') || kinds.has('disclosure');
  if (!over || kinds.has('abort') !== b.manifest.aborted)
    b.report.differs('COURSE', { file: b.entries[b.entries.length - 1].name, words: ['notOver'] });
  b.skips = b.entries.filter(({ kind }) => kind === 'skip').length;
  b.report.say(SAME, 'COURSE', { words: ['steps', b.entries.length] });
}

function checkCommitment(b) {
  const [{ name, text }] = b.entries;
  const c = b.report.read('COMMITMENT', name, () => parseCommitment(text));
  b.commitment = c;
  b.secrets = [];
  if (c.blinded !== b.manifest.blinded)
    b.report.differs('MANIFEST', { file: b.manifestName, row: 3, words: ['otherForm'] });
  const words = [c.codes.length ? 'sealedDraw' : 'openDraw', c.organiser, c.poolSize, c.strata.length];
  b.report.say(NOTE, 'COMMITMENT', { file: name, words });
}

// The root of files.tsv's lines is what the disclosure shows.
function checkFilesRoot(b) {
  const lines = [...b.files].map(([name, hash]) => bytes(`${name}\t${hex(hash)}`));
  b.report.match('FILES_ROOT', 'files.tsv', rootOf(lines), b.disclosure.files);
}

// An entry is not younger than its checkpoint, so a checkpoint in time shows a disclosure in time.
function checkDeadline(b, entry) {
  const { discloseBy } = b.commitment;
  const about = { file: entry.name, shown: timeText(entry.logged.time), computed: timeText(discloseBy) };
  if (entry.logged.time > discloseBy) b.report.differs('DISCLOSE_BY', { ...about, words: ['late'] });
  b.report.say(SAME, 'DISCLOSE_BY', { ...about, words: ['inTime'] });
}

// The file `secret` repeats what the entry says.
async function checkSecret(b) {
  const lines = b.disclosure.secrets.map((secret) => hex(secret) + '\n').join('');
  if (lines === '' && !b.has('secret')) return;
  b.report.compare('SECRET', 'secret', await b.list('SECRET', 'secret'), lines);
}

async function checkDisclosure(b, entry) {
  b.disclosure = b.report.read('ENTRY', entry.name, () => parseDisclosure(entry.text));
  b.secrets = b.disclosure.secrets;
  await all([() => checkFilesRoot(b), () => checkDeadline(b, entry), () => checkSecret(b)]);
}

// What stands at the end of a draw: a disclosure, a reason, an auditor's verdict.
async function checkEnd(b, entry) {
  if (entry.kind === 'disclosure') return checkDisclosure(b, entry);
  const aborted = entry.kind === 'abort';
  const read = aborted ? parseAbort : parseAttestation;
  const end = b.report.read('ENTRY', entry.name, () => read(entry.text));
  const about = { file: entry.name, shown: end.auditor, words: ['quote', end.reason ?? end.verdict] };
  return b.report.say(NOTE, aborted ? 'ABORT' : 'ATTESTATION', about);
}

async function checkEnds(b) {
  const ends = b.entries.filter(({ kind }) => [...END, 'attestation'].includes(kind));
  try {
    await all(ends.map((entry) => () => checkEnd(b, entry)));
  } finally {
    if (!b.disclosure) b.report.say(OPEN, 'FILES_ROOT', { file: 'files.tsv', words: ['noDisclosure'] });
  }
}

async function loadBlinds(b) {
  for (const name of ['blinds', 'blinds-private']) {
    if (!b.has(name)) continue;
    const text = await b.list('BLINDS', name);
    for (const [file, blind] of b.report.read('BLINDS', name, () => parseFiles(text)))
      if (!b.blinds.has(file)) b.blinds.set(file, blind);
  }
}

// A chain of hashes leads from each secret to the commitment, or the codes were not fixed before.
export function checkCodes(b) {
  const { codes } = b.commitment;
  const file = b.entries[b.entries.length - 1].name;
  if (codes.length === 0 && b.secrets.length === 0) return;
  if (!b.disclosure) {
    b.report.say(OPEN, 'CODE', { words: ['noSecret'] });
    return;
  }
  if (codes.length !== b.secrets.length) b.report.differs('CODE', { file, words: ['codeCount'] });
  codes.forEach((code, i) => {
    if (!chainEnds(code, b.secrets[i]))
      b.report.differs('CODE', { file: b.entries[0].name, shown: code.end, words: ['otherChain'] });
    b.report.say(SAME, 'CODE', { file: b.entries[0].name, shown: code.end, computed: code.end });
  });
}

// The sources a round asked for; a teams or refill entry is one of this commitment.
function sourcesOf(b, { asker, round }) {
  if (asker.kind === 'commitment') return b.commitment.sources;
  const read = asker.kind === 'teams' ? parseTeams : parseRefill;
  const entry = b.report.read('ENTRY', asker.name, () => read(asker.text));
  if (asker.kind === 'refill' && entry.round !== BigInt(round))
    b.report.differs('COURSE', { file: asker.name, row: 3, words: ['roundGap'] });
  b.report.match('TEAMS_LINK', asker.name, entry.commitment, b.entries[0].leaf);
  return entry.sources;
}

// One source of many bits is enough, since all are hashed together. With `local` alone a draw proves
// nothing, which is said and is no difference.
function checkEntropy(b, file, sources) {
  if (sources.every(({ kind }) => kind === 'local')) {
    b.report.verdict.training = true;
    b.report.say(OPEN, 'TRAINING', { file, words: ['onlyLocal'] });
    return;
  }
  const bits = sources.reduce((sum, source) => sum + millibits(source), 0);
  const words = ['bits', Math.floor(bits / 100) / 10, LEAST_BITS];
  if (bits < LEAST_BITS * 1000) b.report.differs('ENTROPY', { file, words });
  b.report.say(SAME, 'ENTROPY', { file, words });
}

// A drand round must be published after the log showed the entry that asked for it.
function checkTime(b, file, source, asker) {
  const published = drandTime(source);
  if (published === null) {
    b.report.say(OPEN, 'BEACON_TIME', { file, words: ['otherChainTime'] });
    return;
  }
  const about = { file, shown: timeText(asker.logged.time), computed: timeText(published) };
  if (published <= asker.logged.time) b.report.differs('BEACON_TIME', { ...about, words: ['tooOld'] });
  b.report.say(SAME, 'BEACON_TIME', about);
}

const HOW = { witness: 'partNonce', lottery: 'partOutside', dice: 'partOutside', drand: 'partDrand',
  local: 'partLocal' };

// The beacon against whoever asked: leaf, number of parts, each part's form, round.
async function checkBeacon(b, { asker, beacon: entry, round }, sources) {
  const { report } = b;
  const file = entry.name;
  const beacon = report.read('BEACON', file, () => parseBeacon(entry.text));
  report.match('BEACON_LINK', file, beacon.entry, asker.leaf);
  if (beacon.parts.length !== sources.length) report.differs('BEACON', { file, words: ['partCount'] });
  report.read('BEACON', file, () => sources.forEach((s, i) => checkPart(s, beacon.parts[i])));
  if (beacon.round !== BigInt(round)) report.differs('BEACON', { file, row: 3, words: ['otherRound'] });
  report.say(SAME, 'BEACON', { file });
  await all(sources.map((source, i) => () => {
    const mark = source.kind === 'witness' ? SAME : OPEN;
    const about = { file, row: 5 + i, shown: beacon.parts[i], words: [HOW[source.kind]] };
    report.say(mark, 'SIGNATURE', about);
    if (source.kind === 'drand') checkTime(b, file, source, asker);
  }));
  return beacon;
}

// beacons/J.txt starts with the part lines; behind an empty line anything may stand.
async function checkEvidence(b, round, parts) {
  const name = `beacons/${round}.txt`;
  const head = parts.map((part) => `part ${part}\n`).join('');
  const text = await b.text('BEACON_FILE', name);
  const shown = text[head.length] === '\n' ? text.slice(0, head.length) : text;
  b.report.compare('BEACON_FILE', name, shown, head);
}

// A round: its sources, its beacon, its seed. One that was never answered has its sources only.
export async function checkRound(b, round) {
  const sources = sourcesOf(b, round);
  checkEntropy(b, round.asker.name, sources);
  if (!round.beacon) return;
  const beacon = await checkBeacon(b, round, sources);
  if (b.zip) await checkEvidence(b, round.round, beacon.parts);
  const { codes } = b.commitment;
  if (b.secrets.length !== codes.length) return;
  const file = b.entries[0].name;
  b.report.read('SEED', file, () => {
    const made = salt(codes, b.secrets, round.round);
    if (!codes.every((code, i) => chainEnds(code, b.secrets[i]))) throw new Fault(0, 'otherChain');
    round.seed = seedOf(made, round.asker.leaf, beacon.parts);
  });
  b.report.say(NOTE, 'SEED', { file: round.beacon.name, computed: hex(round.seed) });
}

// Steps without which the next cannot be read end the course; the others are collected.
export async function checkCourseOf(b) {
  await loadEntries(b);
  for (let i = 1; i < b.entries.length; i++) checkOrder(b, b.entries[i - 1], b.entries[i]);
  b.report.say(SAME, 'LOG_ORDER');
  checkCourse(b);
  checkCommitment(b);
  await all([
    () => checkEnds(b),
    async () => {
      await loadBlinds(b);
      checkCodes(b);
      await all(b.rounds.map((round) => () => checkRound(b, round)));
    },
  ]);
}
