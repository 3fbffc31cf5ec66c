// Round 1 recomputed: the pool against its commitment, quotas, selection, visiting order, and who
// follows for an object that cannot be inspected (PROTOCOL.md sections 2, 6, 8).
import { hex, order, str, unhex } from './bytes.js';
import { parseOutcome } from './entry.js';
import { parseMeanings } from './list.js';
import { checkPool, readPool } from './pool.js';
import { quotas } from './quota.js';
import { DIFFERS, NOTE, SAME, all } from './report.js';
import { Tickets } from './seed.js';
import { hmacKey } from './sha256.js';
import { Fault, isId, isText, table } from './text.js';

// Each opaque stratum has one meaning.
async function checkStrata(b) {
  const name = 'strata.tsv';
  if (!b.commitment.blinded || b.excused(name)) return;
  const text = await b.list('STRATA', name);
  const meanings = b.report.read('STRATA', name, () => parseMeanings(text));
  const { strata } = b.commitment;
  if (meanings.size !== strata.length || !strata.every((s) => meanings.has(s.name)))
    b.report.differs('STRATA', { file: name, words: ['otherStrata'] });
  let row = 2;
  for (const [stratum, meaning] of meanings)
    b.report.say(NOTE, 'STRATA', { file: name, row: row++, shown: stratum, words: ['quote', meaning] });
  b.meanings = meanings;
}

// The quotas of the strata by name; systematic ones depend on the rounding ticket.
export function quotasOf(b, seed) {
  const { strata } = b.commitment;
  const file = b.entries[0].name;
  const made = b.report.read('QUOTA', file, () => quotas(strata, new Tickets(seed).bytes('rounding')));
  return new Map(strata.map(({ name }, i) => [name, made[i]]));
}

async function loadKey(b) {
  const text = await b.list('POOL_KEY', 'pool-key');
  const key = text.endsWith('\n') ? unhex(text.slice(0, -1), 32) : null;
  if (!key) b.report.differs('POOL_KEY', { file: 'pool-key', row: 1, words: ['badLine', 1] });
  return hmacKey(key);
}

// Splits what the pass kept of each stratum into the drawn and those who would follow.
function split(b, kept) {
  b.selected = [];
  b.reserve = new Map();
  b.cutoffs = new Map();
  for (const { name, count } of b.commitment.strata) {
    const quota = Number(b.quotas.get(name));
    const rows = kept.get(name).sorted();
    const drawn = rows.slice(0, quota);
    drawn.forEach((row, i) => b.selected.push({ stratum: name, rank: i + 1, ...row }));
    b.reserve.set(name, rows.slice(quota));
    b.cutoffs.set(name, drawn[quota - 1]?.ticket);
    const about = { shown: name, computed: b.cutoffs.get(name), words: ['quota', quota, count] };
    b.report.say(NOTE, 'QUOTA', about);
  }
}

function take(b, rows) {
  const drawn = b.entries.findIndex(({ kind }) => kind === 'drawn');
  b.objects = rows.map(({ id, stratum }) => ({ id, stratum, since: drawn, skipped: 0 }));
  b.objectsKnown = true;
}

// pool.tsv against its commitment, and what it and the seed lead to.
async function checkPoolOf(b, seed) {
  const name = 'pool.tsv';
  if (b.excused(name)) return;
  const { report, commitment } = b;
  b.poolKey = commitment.blinded ? await loadKey(b) : null;
  const data = await b.load('POOL', name, Infinity);
  const room = ({ name: stratum, count }) =>
    Math.min(Number(count), Number(b.quotas.get(stratum)) + b.skips);
  const rooms = new Map(seed ? commitment.strata.map((s) => [s.name, room(s)]) : []);
  const tick = (done) => b.progress('pool', done, data.length);
  const pool = report.read('POOL', name, () => readPool(data, { key: b.poolKey, seed, rooms, tick }));
  report.read('POOL_ROOT', name, () => checkPool(pool, commitment));
  const root = hex(pool.root);
  report.say(SAME, 'POOL_ROOT', { file: name, shown: hex(commitment.poolRoot), computed: root });
  b.pool = data;
  if (!seed) return;
  split(b, pool.kept);
  take(b, b.selected);
}

// First the digest that the log fixed, then the content that pool and seed lead to.
async function checkSelected(b, entry) {
  const name = 'selected.tsv';
  const { digest } = b.report.read('ENTRY', entry.name, () => parseOutcome(entry.text));
  if (b.excused(name)) return;
  const shown = await b.committed('SELECTED_DIGEST', name, digest);
  if (!b.objectsKnown) return;
  const line = (row) => `${row.stratum}\t${row.rank}\t${row.ticket}\t${row.id}\n`;
  b.report.compare('SELECTED', name, shown, b.selected.map(line).join(''));
}

// Rows TICKET TAB OBJECT in strict order.
function parseDrawn(text) {
  let before = { ticket: '', id: '' };
  return table(text, 2, ([ticket, id], lines) => {
    const rises = order(before.ticket, ticket) || order(before.id, id);
    before = { ticket, id, stratum: null };
    return lines.keep(before, rises < 0 && unhex(ticket, 32) !== null && isId(id));
  });
}

// Without the pool: every ticket is recomputed, and the number drawn is the sum of the quotas.
function checkDrawnAlone(b, text, seed) {
  const file = 'drawn.tsv';
  const rows = b.report.read('DRAWN', file, () => parseDrawn(text));
  const tickets = new Tickets(seed);
  rows.forEach(({ id, ticket }, i) => {
    const computed = tickets.hex(`object:${id}`);
    if (computed !== ticket)
      b.report.differs('DRAWN', { file, row: i + 1, shown: ticket, computed });
  });
  const sum = [...b.quotas.values()].reduce((a, c) => a + c, 0n);
  const about = { file, shown: rows.length, computed: sum, words: ['ticketsOnly'] };
  if (sum !== BigInt(rows.length)) b.report.differs('DRAWN', about);
  b.report.say(SAME, 'DRAWN', about);
  b.drawn = rows;
  take(b, rows);
}

async function checkDrawn(b, seed) {
  const name = 'drawn.tsv';
  if (b.excused(name)) return;
  const shown = await b.text('DRAWN', name);
  if (!seed) return;
  if (!b.reserve) {
    checkDrawnAlone(b, shown, seed);
    return;
  }
  b.drawn = [...b.selected].sort((a, c) => order(a.ticket, c.ticket) || order(a.id, c.id));
  b.report.compare('DRAWN', name, shown, b.drawn.map(({ ticket, id }) => `${ticket}\t${id}\n`).join(''));
}

// The line OBJECT TAB REASON TAB EVIDENCE-HASH.
function parseSkip(line) {
  const [object, reason, evidence, ...rest] = line.split('\t');
  const ok = rest.length === 0 && isId(object) && isText(reason ?? '') && unhex(evidence ?? '', 32);
  if (!ok) throw new Fault(1, 'badLine', 1);
  return { object, reason };
}

// The next ticket of the skipped object's stratum follows.
function follow(b, { name, at }, stratum) {
  const row = b.reserve.get(stratum).shift();
  if (row) b.objects.push({ id: row.id, stratum, since: at, skipped: 0 });
  b.report.say(NOTE, 'NEXT', { file: name, computed: row?.id, words: row ? [] : ['nobodyLeft'] });
}

// Without strata (public bundle, blinded pool) nobody can tell who follows.
async function checkSkip(b, entry, file) {
  const { report } = b;
  const { digest } = report.read('ENTRY', entry.name, () => parseOutcome(entry.text));
  if (b.excused(file)) return;
  const line = await b.committed('SKIP_DIGEST', file, digest, true);
  const { object, reason } = report.read('SKIP', file, () => parseSkip(line));
  report.say(NOTE, 'SKIP', { file, shown: object, words: ['quote', reason] });
  const of = b.objects.find(({ id, skipped }) => id === object && skipped === 0);
  if (!of && b.reserve) report.differs('SKIP', { file, row: 1, shown: object, words: ['notDrawn'] });
  if (!of) return;
  of.skipped = entry.at;
  if (b.reserve) follow(b, entry, of.stratum);
}

// Pool, outcome and skips. A wrong selected.tsv does not keep the list of the drawn from being read.
export async function checkObjects(b) {
  const seed = b.rounds[0]?.seed ?? null;
  const entry = b.entries.find(({ kind }) => kind === 'drawn');
  await checkStrata(b);
  if (seed) b.quotas = quotasOf(b, seed);
  await checkPoolOf(b, seed);
  if (!entry) return;
  await all([
    () => checkSelected(b, entry),
    async () => {
      await checkDrawn(b, seed);
      const skips = b.entries.filter(({ kind }) => kind === 'skip');
      for (const [i, skip] of skips.entries()) await checkSkip(b, skip, `skip-${i + 1}.tsv`);
    },
  ]);
}
