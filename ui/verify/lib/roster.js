// The files of round 2 (PROTOCOL.md sections 7 and 8): seats.tsv, inspectors.tsv, eligible.tsv,
// leaving.tsv, strictly read into one roster of indexes.
import { number } from './bytes.js';
import { Fault, isId, isName, isText, table } from './text.js';

const SEAT_NAME = 256; // most bytes of a seat's or inspector's name
const LOAD = 1n << 48n;

// OBJECT|DEPARTMENT|N with this object, a department, and a number from 1.
function seatOk(id, object) {
  const rest = id.slice(object.length);
  const last = rest.lastIndexOf('|');
  const n = number(rest.slice(last + 1));
  return isName(id, SEAT_NAME) && isId(object) && id.startsWith(object + '|') && last > 1 && !!n;
}

// The rows by id; a Fault unless ids rise strictly.
function indexed(rows) {
  const index = new Map();
  rows.forEach((row, i) => {
    if (i > 0 && rows[i - 1].id >= row.id) throw new Fault(i + 1, 'notSorted', i + 1);
    index.set(row.id, i);
  });
  return index;
}

// Pairs [inspector, seat] of an eligible.tsv, as indexes, in strict order.
export function parseEligible(text, roster) {
  let [lastPerson, lastSeat] = [-1, -1];
  return table(text, 2, ([inspector, seat], lines) => {
    const pair = [roster.person.get(inspector) ?? null, roster.seat.get(seat) ?? null];
    lines.keep(pair[0]);
    lines.keep(pair[1]);
    const rises = pair[0] > lastPerson || (pair[0] === lastPerson && pair[1] > lastSeat);
    [lastPerson, lastSeat] = pair;
    return lines.keep(pair, rises);
  });
}

// The three files in one: seats, inspectors, pairs, and the indexes of their names.
export function parseRoster(seats, inspectors, eligible) {
  const roster = {};
  roster.seats = table(seats, 2, ([id, object], lines) =>
    lines.keep({ id, object }, seatOk(id, object)));
  roster.inspectors = table(inspectors, 3, ([id, base, cap], lines) => {
    const person = { id, base: number(base), cap: number(cap) };
    const ok = isName(id, SEAT_NAME) && person.base !== null && person.cap !== null;
    return lines.keep(person, ok && person.base <= LOAD && person.cap <= LOAD);
  });
  for (const person of roster.inspectors)
    Object.assign(person, { base: Number(person.base), cap: Number(person.cap) });
  roster.seat = indexed(roster.seats);
  roster.person = indexed(roster.inspectors);
  roster.pairs = parseEligible(eligible, roster);
  return roster;
}

// leaving.tsv: who leaves which seat, sorted by seat, at least one.
export function parseLeaving(text, roster) {
  let last = -1;
  const leaving = table(text, 3, ([seat, inspector, reason], lines) => {
    const row = { seat: roster.seat.get(seat), person: roster.person.get(inspector) };
    lines.keep(row, row.seat > last && row.person !== undefined && isText(reason));
    last = row.seat;
    return row;
  });
  if (leaving.length === 0) throw new Fault(0, 'emptyList');
  return leaving;
}

// teams.tsv of a filling: the inspector of each seat.
export function writeTeams(roster, people) {
  return roster.seats.map((seat, i) => `${seat.id}\t${roster.inspectors[people[i]].id}\n`).join('');
}
