// Round 2 and the refills recomputed (PROTOCOL.md sections 7 and 8): seats belong to objects that
// were drawn, the teams are those the protocol leads to. Where a bundle keeps inspectors or
// eligibility back, what is left is that seats and teams fit each other and nobody sits twice.
import { assign, refill } from './assign.js';
import { parseOutcome, parseRefill, parseTeams } from './entry.js';
import { NOTE, OPEN, SAME } from './report.js';
import { parseEligible, parseLeaving, parseRoster, writeTeams } from './roster.js';
import { Lines } from './text.js';

const objectOf = (seat) => seat.split('|', 1)[0];

// A file that an entry fixes, or null where this bundle lacks it rightly.
async function fixed(b, check, name, digest) {
  return b.excused(name) ? null : b.committed(check, name, digest);
}

async function loadRoster(b, t, entry) {
  t.seats = await fixed(b, 'SEATS_DIGEST', 'seats.tsv', entry.seats);
  const inspectors = await fixed(b, 'INSPECTORS_DIGEST', 'inspectors.tsv', entry.inspectors);
  const eligible = await fixed(b, 'ELIGIBLE_DIGEST', 'eligible.tsv', entry.eligible);
  if (t.seats === null || inspectors === null || eligible === null) return;
  t.roster = b.report.read('ROSTER', 'seats.tsv, inspectors.tsv, eligible.tsv', () =>
    parseRoster(t.seats, inspectors, eligible));
}

// Each line SEAT TAB OBJECT; the seat begins with its object. Returns the seats.
function seatsOf(b, text) {
  const lines = new Lines(text);
  const out = [];
  while (lines.more()) {
    const [seat, ...object] = b.report.read('SEATS', 'seats.tsv', () => lines.next()).split('\t');
    if (object.join('\t') !== objectOf(seat))
      b.report.differs('SEATS', { file: 'seats.tsv', row: lines.row, shown: seat, words: ['otherObject'] });
    out.push(seat);
  }
  return out;
}

// Every seat belongs to an object that is in when the teams entry is made. Where strata are kept
// back, who followed for a skipped one is not known: such a seat stays open.
function checkSeats(b, t, at) {
  if (!b.objectsKnown || !t.seats) return;
  const file = 'seats.tsv';
  const inside = b.objects.filter(({ since, skipped }) => since < at && (skipped === 0 || skipped > at));
  const unseated = new Set(inside.map(({ id }) => id));
  const known = new Set(unseated);
  let strangers = 0;
  seatsOf(b, t.seats).forEach((seat, i) => {
    const object = objectOf(seat);
    unseated.delete(object);
    if (known.has(object)) return;
    if (b.reserve || b.skips === 0)
      b.report.differs('SEATS', { file, row: i + 1, shown: seat, words: ['notDrawn'] });
    strangers++;
  });
  b.report.say(SAME, 'SEATS', { file });
  if (unseated.size > 0) b.report.say(NOTE, 'SEATS', { file, words: ['unseated', unseated.size] });
  if (strangers > 0) b.report.say(OPEN, 'SEATS', { file, words: ['strangers', strangers] });
}

// A teams.tsv alone: lines SEAT TAB INSPECTOR, the seats those of seats.tsv if it is there, nobody
// twice at one object.
function checkAlone(b, t, file, text) {
  const { report } = b;
  const [lines, seats] = [new Lines(text), new Lines(t.seats ?? '')];
  let [object, people] = [null, new Set()];
  while (lines.more()) {
    const line = report.read('ASSIGNED', file, () => lines.next());
    const tab = line.indexOf('\t');
    const [seat, person] = [line.slice(0, tab), line.slice(tab + 1)];
    const wanted = t.seats && seats.more() ? seats.next().split('\t')[0] : '';
    if (tab < 0 || person === '' || (t.seats && seat !== wanted))
      report.differs('ASSIGNED', { file, row: lines.row, shown: line, computed: wanted, words: ['otherSeat'] });
    if (objectOf(seat) !== object) people = new Set();
    object = objectOf(seat);
    if (people.has(person))
      report.differs('ASSIGNED', { file, row: lines.row, shown: person, words: ['twice'] });
    people.add(person);
  }
  if (seats.more()) report.differs('ASSIGNED', { file, words: ['emptySeat'] });
  report.say(OPEN, 'ASSIGNED', { file, words: ['teamsOnly'] });
}

const seedOfRound = (b, round) => b.rounds[Number(round) - 1]?.seed ?? null;

async function checkAssigned(b, t, entry) {
  const name = 'teams.tsv';
  const { digest } = b.report.read('ENTRY', entry.name, () => parseOutcome(entry.text));
  const shown = await fixed(b, 'TEAMS_DIGEST', name, digest);
  const seed = seedOfRound(b, 2);
  t.shown = shown;
  if (!t.roster || !seed) {
    if (shown !== null) checkAlone(b, t, name, shown);
    return;
  }
  b.progress('teams', 0, 1);
  t.people = b.report.read('ASSIGNED', name, () => assign(t.roster, seed).people);
  if (shown !== null) b.report.compare('ASSIGNED', name, shown, writeTeams(t.roster, t.people));
}

// Who leaves and who may follow; known only where the roster is.
async function loadRefill(b, t, entry) {
  const r = b.report.read('ENTRY', entry.name, () => parseRefill(entry.text));
  const names = [`round-${r.round}/leaving.tsv`, `round-${r.round}/eligible.tsv`];
  const leaving = await fixed(b, 'LEAVING_DIGEST', names[0], r.leaving);
  const eligible = await fixed(b, 'ELIGIBLE_DIGEST', names[1], r.eligible);
  t.refill = { round: r.round, known: false };
  if (leaving === null || eligible === null || !t.roster) return;
  const rows = b.report.read('ROSTER', names[0], () => parseLeaving(leaving, t.roster));
  const pairs = b.report.read('ROSTER', names[1], () => parseEligible(eligible, t.roster));
  t.refill = { round: r.round, known: true, rows, roster: { ...t.roster, pairs } };
}

// People go on from the last teams; once they are not known, no later refill can be recomputed.
async function checkRefilled(b, t, entry) {
  const { round, known, rows, roster } = t.refill;
  const name = `round-${round}/teams.tsv`;
  const outcome = b.report.read('ENTRY', entry.name, () => parseOutcome(entry.text));
  if (outcome.round !== round) b.report.differs('COURSE', { file: entry.name, words: ['otherRound'] });
  const shown = await fixed(b, 'TEAMS_DIGEST', name, outcome.digest);
  const seed = seedOfRound(b, round);
  t.shown = shown;
  if (!known || !t.people || !seed) {
    t.people = null;
    if (shown !== null) checkAlone(b, t, name, shown);
    return;
  }
  t.people = b.report.read('REFILLED', name, () => refill(roster, t.people, rows, seed));
  if (shown !== null) b.report.compare('REFILLED', name, shown, writeTeams(roster, t.people));
}

// In log order: a refill changes the people that the next one starts from.
export async function checkTeams(b) {
  const t = {};
  b.teams = t;
  for (const entry of b.entries) {
    if (entry.kind === 'teams') {
      await loadRoster(b, t, b.report.read('ENTRY', entry.name, () => parseTeams(entry.text)));
      checkSeats(b, t, entry.at);
    }
    if (entry.kind === 'assigned') await checkAssigned(b, t, entry);
    if (entry.kind === 'refill') await loadRefill(b, t, entry);
    if (entry.kind === 'refilled') await checkRefilled(b, t, entry);
  }
}
