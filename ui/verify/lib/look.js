// One business looks itself up in a bundle that was verified: its line, the line's inclusion proof,
// its ticket, the cutoff of its stratum, its place, its visit and team.
import { decode, hex, order, str } from './bytes.js';
import { Tree } from './merkle.js';
import { eachLine, lineLeaf } from './pool.js';
import { nonce, Tickets } from './seed.js';
import { isId } from './text.js';

// The path of the line at `index`, recomputed from all lines.
function pathTo(b, index) {
  const tree = new Tree(index);
  eachLine(b.pool, (from, tab, end) => tree.add(lineLeaf(b.pool, from, tab, end, b.poolKey)));
  tree.root();
  return tree.path.map(hex);
}

// Where the line of an id is, or would be, and what stands there.
function find(pool, id) {
  const found = { index: 0, stratum: null, before: '', after: '' };
  eachLine(pool, (from, tab, end) => {
    const is = order(str(pool, from, tab), id);
    if (is < 0) {
      found.index++;
      found.before = str(pool, from, end);
    } else if (is === 0) {
      found.stratum = str(pool, tab + 1, end);
    } else if (found.after === '') {
      found.after = str(pool, from, end);
    }
  });
  return found;
}

// How many tickets of the stratum are not above this one.
function placeOf(b, stratum, ticket, tickets) {
  let place = 0;
  eachLine(b.pool, (from, tab, end) => {
    if (str(b.pool, tab + 1, end) === stratum && hex(tickets.object(b.pool, from, tab)) <= ticket) place++;
  });
  return place;
}

// Visit and team of a drawn object, as far as the bundle shows them.
function visitOf(b, id) {
  const at = b.drawn?.findIndex((row) => row.id === id) ?? -1;
  const lines = (b.teams?.shown ?? '').split('\n').filter((line) => line.startsWith(id + '|'));
  const object = b.objects.find((row) => row.id === id);
  return {
    visit: at + 1,
    visits: b.drawn?.length ?? 0,
    joined: at < 0 && object !== undefined, // followed for one that was skipped
    skipped: object !== undefined && object.skipped > 0,
    team: lines.map((line) => decode(line.split('\t')[1] ?? '')),
  };
}

// What the bundle says of an id. present: true, false, or null where the pool is kept back.
export function look(b, id) {
  if (!isId(id)) return { id, bad: true };
  const [seed] = b.rounds?.map((round) => round.seed) ?? [];
  const answer = { id, seeded: !!seed, present: null, ...visitOf(b, id) };
  if (!seed) return answer;
  const tickets = new Tickets(seed);
  answer.ticket = tickets.hex(`object:${id}`);
  if (!b.pool || !b.cutoffs) return answer;
  const { index, stratum, before, after } = find(b.pool, id);
  answer.present = stratum !== null;
  const { strata, poolSize, poolRoot } = b.commitment;
  Object.assign(answer, { index, size: Number(poolSize), root: hex(poolRoot) });
  if (!answer.present) return { ...answer, ticket: '', before: decode(before), after: decode(after) };
  const of = strata.find(({ name }) => name === stratum);
  return {
    ...answer,
    line: decode(`${id}\t${stratum}`),
    stratum: decode(stratum),
    meaning: decode(b.meanings?.get(stratum) ?? ''),
    nonce: b.poolKey ? nonce(b.poolKey, id) : '',
    path: pathTo(b, index),
    quota: Number(b.quotas.get(stratum)),
    count: Number(of.count),
    cutoff: b.cutoffs.get(stratum) ?? '',
    place: placeOf(b, stratum, answer.ticket, tickets),
    drawn: (b.cutoffs.get(stratum) ?? '') >= answer.ticket,
  };
}
