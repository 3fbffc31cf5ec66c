// Who inspects whom (PROTOCOL.md sections 7 and 8). The outcome is fixed by the protocol: the most
// even loads, then the lexicographically first filling in the order of the tickets; augmenting paths
// find it.
//
// A node is an inspector at an object, with every seat of it that is open to him: he holds one of
// them at most. `holder[seat]` is the node that has the seat, `held[node]` the seat that it has. A
// search goes from an inspector who has a seat to take: he may take any seat of an object where he
// holds none; whoever held it takes another seat of the same object or of another one.
import { order } from './bytes.js';
import { Tickets } from './seed.js';
import { Fault } from './text.js';

const NONE = -1;

// The nodes of a roster, and nobody seated yet.
class Network {
  constructor({ seats, inspectors, pairs }) {
    this.person = []; // of a node
    this.open = []; // seats of a node that are not fixed yet
    this.nodesOf = inspectors.map(() => []);
    this.nodesAt = seats.map(() => []); // nodes that may hold a seat
    let [lastPerson, lastObject] = [NONE, null];
    for (const [person, seat] of pairs) {
      if (person !== lastPerson || seats[seat].object !== lastObject) {
        this.nodesOf[person].push(this.person.length);
        this.person.push(person);
        this.open.push([]);
        [lastPerson, lastObject] = [person, seats[seat].object];
      }
      this.open[this.open.length - 1].push(seat);
      this.nodesAt[seat].push(this.person.length - 1);
    }
    this.held = new Int32Array(this.person.length).fill(NONE);
    this.holder = new Int32Array(seats.length).fill(NONE);
    this.closed = { seats: new Uint8Array(seats.length), people: new Uint8Array(inspectors.length) };
    this.stamp = 0; // of the search under way; what has another stamp it has not seen
    this.seatSeen = new Int32Array(seats.length);
    this.taker = new Int32Array(seats.length); // the node that would take a seat
    this.givenUp = new Int32Array(seats.length); // the seat that it would leave for it, or NONE
    this.personSeen = new Int32Array(inspectors.length);
    this.looked = new Int32Array(inspectors.length); // how many nodes tryOwn is done with
    this.left = new Int32Array(inspectors.length); // the seat that an inspector would leave
  }

  // Starts a search for a seat that this inspector could take.
  search(person) {
    this.stamp++;
    this.seats = []; // held seats that were reached
    this.people = []; // inspectors who could take one more
    this.seatHead = 0;
    this.personHead = 0;
    this.nodeHead = 0; // of the inspector whose nodes are being looked at
    this.free = NONE; // a seat nobody has, once one was reached
    this.meet(person, NONE);
  }

  // An inspector would leave `seat` for one of another object.
  meet(person, seat) {
    if (this.personSeen[person] === this.stamp || this.closed.people[person]) return;
    this.personSeen[person] = this.stamp;
    this.left[person] = seat;
    this.people.push(person);
  }

  // A node would take one of its seats and leave `from` for it.
  reach(node, from) {
    for (const seat of this.open[node]) {
      if (this.seatSeen[seat] === this.stamp || this.closed.seats[seat]) continue;
      this.seatSeen[seat] = this.stamp;
      this.taker[seat] = node;
      this.givenUp[seat] = from;
      if (this.holder[seat] === NONE) this.free = seat;
      else this.seats.push(seat);
    }
  }

  // The next held seat: its holder takes another one of the same object, or leaves. False at the end.
  stepSeat() {
    if (this.seatHead === this.seats.length) return false;
    const seat = this.seats[this.seatHead++];
    this.reach(this.holder[seat], seat);
    this.meet(this.person[this.holder[seat]], seat);
    return true;
  }

  // The next object of the next inspector. False at the end.
  stepPerson() {
    if (this.personHead === this.people.length) return false;
    const person = this.people[this.personHead];
    const node = this.nodesOf[person][this.nodeHead++];
    if (node === undefined) {
      this.personHead++;
      this.nodeHead = 0;
    } else if (this.held[node] === NONE) {
      this.reach(node, this.left[person]);
    }
    return true;
  }

  // Moves everybody along the path that ends at this seat.
  apply(seat) {
    const moves = [];
    for (let at = seat; at !== NONE; at = this.givenUp[at]) moves.push([at, this.taker[at]]);
    for (const [at] of moves) if (this.holder[at] !== NONE) this.held[this.holder[at]] = NONE;
    for (const [at, node] of moves) this.seat(at, node);
  }

  seat(seat, node) {
    this.holder[seat] = node;
    this.held[node] = seat;
  }

  // Looks for a free seat among this inspector's own objects, from where the last look stopped: in
  // step 1 a seat once taken stays taken, so that what lies behind has none (or is left to the
  // search).
  tryOwn(person) {
    const nodes = this.nodesOf[person];
    for (; this.free === NONE && this.looked[person] < nodes.length; this.looked[person]++) {
      const node = nodes[this.looked[person]];
      const seat = this.open[node].find((at) => this.holder[at] === NONE);
      if (seat === undefined || this.held[node] !== NONE) continue;
      [this.taker[seat], this.givenUp[seat], this.free] = [node, NONE, seat];
    }
  }

  // Step 1: one more seat for this inspector, all others keeping their number; mostly one of his own
  // objects has a free one. What a failed search saw leads to no free seat, now or later, and is
  // never looked at again.
  grow(person) {
    this.search(person);
    this.tryOwn(person);
    while (this.free === NONE && (this.stepPerson() || this.stepSeat()));
    if (this.free !== NONE) {
      this.apply(this.free);
      return true;
    }
    for (const seat of this.seats) this.closed.seats[seat] = 1;
    for (const owner of this.people) this.closed.people[owner] = 1;
    return false;
  }

  // Takes a seat out of the network for good: its holder keeps it.
  fix(seat) {
    for (const node of this.nodesAt[seat]) {
      const open = this.open[node];
      open.splice(open.indexOf(seat), 1);
      if (open.length > 0) continue;
      const nodes = this.nodesOf[this.person[node]];
      nodes.splice(nodes.indexOf(node), 1);
    }
  }
}

// A heap of [level, ticket, person], smallest first.
class Heap {
  constructor(rows) {
    this.rows = [];
    for (const row of rows) this.push(row);
  }

  before(a, b) {
    return (a[0] - b[0] || order(a[1], b[1]) || a[2] - b[2]) < 0;
  }

  push(row) {
    const rows = this.rows;
    let at = rows.push(row) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.before(row, rows[up]); up = (at - 1) >> 1) {
      rows[at] = rows[up];
      rows[up] = row;
      at = up;
    }
  }

  pop() {
    const [rows, first] = [this.rows, this.rows[0]];
    const row = rows.pop();
    if (rows.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < rows.length && this.before(rows[down + 1], rows[down])) down++;
      if (down >= rows.length || !this.before(rows[down], row)) break;
      rows[at] = rows[down];
      at = down;
    }
    rows[at] = row;
    return first;
  }
}

// Nobody can be found for some seats: seats and people are the witness.
export class Short extends Fault {
  constructor(net, { seats, inspectors }) {
    super(0, 'noFilling');
    this.seats = seats.map((_, i) => i).filter((i) => !net.closed.seats[i]);
    const people = new Set(this.seats.flatMap((i) => net.nodesAt[i].map((node) => net.person[node])));
    this.people = inspectors.map((_, i) => i).filter((i) => people.has(i));
  }
}

// Step 1: loads as even as can be.
function fillLoads(net, { seats, inspectors }, tickets) {
  const loads = inspectors.map(() => 0);
  const row = (i) => {
    const level = inspectors[i].base + loads[i];
    return [level, tickets.hex(`load|${level}|${inspectors[i].id}`), i];
  };
  const active = new Heap(inspectors.map((_, i) => i).filter((i) => inspectors[i].cap > 0).map(row));
  let left = seats.length;
  while (left > 0 && active.rows.length > 0) {
    const person = active.pop()[2];
    if (loads[person] >= inspectors[person].cap || !net.grow(person)) continue;
    loads[person]++;
    left--;
    active.push(row(person));
  }
  if (left > 0) throw new Short(net, { seats, inspectors });
  return loads;
}

// Step 2, one seat: the first candidate for whom a complete filling with these loads remains. His
// present holder h goes looking for another seat; candidate c may have this one if the search comes
// to a seat that c can leave: any of his, or, if he already sits at this object, just that one.
function fixSeat(net, seat, candidates) {
  const first = net.holder[seat];
  net.held[first] = NONE;
  net.fix(seat);
  net.search(net.person[first]);
  net.reach(first, NONE); // he may well exchange seats with who sits beside him
  for (const node of candidates) {
    if (node === first) return net.seat(seat, first);
    const [own, person] = [net.held[node], net.person[node]];
    const found = () =>
      own === NONE ? net.personSeen[person] === net.stamp : net.seatSeen[own] === net.stamp;
    while (!found() && (net.stepSeat() || net.stepPerson()));
    if (!found()) continue;
    net.apply(own === NONE ? net.left[person] : own);
    return net.seat(seat, node);
  }
  throw new Fault(0, 'noFilling');
}

// Both steps of section 7: the inspector of each seat, and the seats of each inspector.
export function assign(roster, seed) {
  const tickets = new Tickets(seed);
  const net = new Network(roster);
  const loads = fillLoads(net, roster, tickets);
  net.closed.seats.fill(0);
  net.closed.people.fill(0);
  const turns = roster.seats.map(({ id }, seat) => ({ id, seat, ticket: tickets.hex(`seat|${id}`) }));
  turns.sort((a, b) => order(a.ticket, b.ticket) || order(a.id, b.id));
  for (const { id, seat } of turns) {
    const candidates = net.nodesAt[seat].map((node) => {
      const name = roster.inspectors[net.person[node]].id;
      return { node, name, ticket: tickets.hex(`pair|${id}|${name}`) };
    });
    candidates.sort((a, b) => order(a.ticket, b.ticket) || order(a.name, b.name));
    fixSeat(net, seat, candidates.map(({ node }) => node));
  }
  return { people: Array.from(net.holder, (node) => net.person[node]), loads };
}

// Section 8: the seats that fall vacant go, in the order of leaving.tsv, each to the eligible
// inspector with the smallest (BASE + x, ticket, id) who is not full, does not leave this very seat
// and has no other seat of the object. Returns the new people.
export function refill(roster, people, leaving, seed) {
  const tickets = new Tickets(seed);
  const now = people.slice();
  leaving.forEach(({ seat, person }, i) => {
    if (now[seat] !== person) throw new Fault(i + 1, 'notSeated', i + 1);
    now[seat] = NONE;
  });
  const loads = roster.inspectors.map(() => 0);
  const at = roster.inspectors.map(() => new Map()); // object to how often
  const count = (seat, by) => {
    const held = at[now[seat]];
    const { object } = roster.seats[seat];
    loads[now[seat]] += by;
    held.set(object, (held.get(object) ?? 0) + by);
  };
  now.forEach((person, seat) => person !== NONE && count(seat, 1));
  const eligible = roster.seats.map(() => []);
  for (const [person, seat] of roster.pairs) eligible[seat].push(person);
  for (const { seat, person: gone } of leaving) {
    const { id, object } = roster.seats[seat];
    const rows = eligible[seat]
      .filter((i) => i !== gone && loads[i] < roster.inspectors[i].cap && !at[i].get(object))
      .map((i) => [roster.inspectors[i].base + loads[i],
        tickets.hex(`pair|${id}|${roster.inspectors[i].id}`), i]);
    if (rows.length === 0) throw new Fault(0, 'nobodyFor', id);
    now[seat] = new Heap(rows).rows[0][2];
    count(seat, 1);
  }
  return now;
}
