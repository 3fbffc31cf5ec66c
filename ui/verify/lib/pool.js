// One pass over pool.tsv (PROTOCOL.md sections 2 and 6): form, order, counts, the tree's root, and in
// each stratum the smallest tickets. Works on the file's bytes; texts are made of what is kept only.
import { bytes, equal, hex, str } from './bytes.js';
import { STRATA } from './entry.js';
import { leafHash, Tree } from './merkle.js';
import { nonce, Tickets } from './seed.js';
import { Fault, isName } from './text.js';

const TAB = 9;
const LF = 10;
const ID = new Uint8Array(256);
for (const c of bytes('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.')) ID[c] = 1;
const LEAF = new Uint8Array(256);

// The `room` smallest of the rows { ticket, id } that come by: a heap with the largest on top.
class Smallest {
  constructor(room) {
    this.room = room;
    this.rows = [];
    this.top = Infinity; // first six bytes of the largest ticket, once the heap is full
  }

  after(a, b) {
    return a.ticket > b.ticket || (a.ticket === b.ticket && a.id > b.id);
  }

  // Puts a row where the heap has a hole at `at`.
  sift(at, row) {
    const rows = this.rows;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < rows.length && this.after(rows[down + 1], rows[down])) down++;
      if (down >= rows.length || !this.after(rows[down], row)) break;
      rows[at] = rows[down];
      at = down;
    }
    rows[at] = row;
  }

  add(row) {
    const rows = this.rows;
    if (rows.length < this.room) {
      rows.push(row);
      if (rows.length === this.room)
        for (let at = rows.length >> 1; at >= 0; at--) this.sift(at, rows[at]);
    } else if (this.room > 0 && this.after(rows[0], row)) {
      this.sift(0, row);
    }
    if (rows.length === this.room) this.top = rows.length ? parseInt(rows[0].ticket.slice(0, 12), 16) : -1;
  }

  sorted() {
    return this.rows.sort((a, b) => (this.after(a, b) ? 1 : -1));
  }
}

// The first six bytes of a ticket as a number.
function sixBytes(ticket) {
  return ((ticket[0] << 16) | (ticket[1] << 8) | ticket[2]) * 2 ** 24 +
    ((ticket[3] << 16) | (ticket[4] << 8) | ticket[5]);
}

// Whether the id data[from..to) stands behind data[lastFrom..lastTo).
function rises(data, lastFrom, lastTo, from, to) {
  for (; lastFrom < lastTo && from < to; lastFrom++, from++)
    if (data[lastFrom] !== data[from]) return data[lastFrom] < data[from];
  return from < to;
}

// Walks over the lines: take(from, tab, end, row). Checks id and order of each.
export function eachLine(data, take) {
  let [row, lastFrom, lastTo] = [0, 0, 0];
  for (let from = 0; from < data.length; ) {
    const end = data.indexOf(LF, from);
    row++;
    if (end < 0) throw new Fault(row, 'noLf', row);
    let tab = from;
    while (ID[data[tab]]) tab++;
    if (tab === from || tab - from > 64 || data[tab] !== TAB) throw new Fault(row, 'badLine', row);
    if (row > 1 && !rises(data, lastFrom, lastTo, from, tab)) throw new Fault(row, 'notSorted', row);
    take(from, tab, end, row);
    [lastFrom, lastTo] = [from, tab];
    from = end + 1;
  }
}

// The leaf hash of the line data[from..end); with a pool key, of the line, TAB and its nonce.
export function lineLeaf(data, from, tab, end, key) {
  const tail = key ? bytes('\t' + nonce(key, str(data, from, tab))) : new Uint8Array(0);
  LEAF.set(data.subarray(from, end), 0);
  LEAF.set(tail, end - from);
  return leafHash(LEAF, end - from + tail.length);
}

// The pass. plan: { key: pool key (prepared by hmacKey) or null, seed: of round 1 or null, rooms: how
// many of each stratum to keep, by name, tick(bytes done) }. Returns { size, root, counts, kept }.
export function readPool(data, plan) {
  const tree = new Tree();
  const counts = new Map();
  const kept = new Map();
  const tickets = plan.seed && new Tickets(plan.seed);
  for (const [name, room] of plan.rooms) kept.set(name, new Smallest(room));
  eachLine(data, (from, tab, end, row) => {
    if (end - tab > 65) throw new Fault(row, 'badLine', row);
    const stratum = str(data, tab + 1, end);
    const count = counts.get(stratum) ?? 0;
    if (count === 0 && (!isName(stratum) || counts.size === STRATA))
      throw new Fault(row, 'badLine', row);
    counts.set(stratum, count + 1);
    tree.add(lineLeaf(data, from, tab, end, plan.key));
    if ((row & 4095) === 0) plan.tick(end);
    if (!tickets) return;
    const heap = kept.get(stratum);
    if (!heap) throw new Fault(row, 'badStratum', row, stratum);
    const ticket = tickets.object(data, from, tab);
    if (sixBytes(ticket) <= heap.top) heap.add({ ticket: hex(ticket), id: str(data, from, tab) });
  });
  return { size: tree.size, root: tree.root(), counts, kept };
}

// A Fault unless size, counts and root are those of the commitment.
export function checkPool(pool, commitment) {
  if (BigInt(pool.size) !== commitment.poolSize)
    throw new Fault(0, 'poolSize', commitment.poolSize, pool.size);
  for (const { name, count } of commitment.strata) {
    const is = pool.counts.get(name) ?? 0;
    if (BigInt(is) !== count) throw new Fault(0, 'stratumCount', name, count, is);
  }
  if (!equal(pool.root, commitment.poolRoot)) throw new Fault(0, 'poolRoot');
}
