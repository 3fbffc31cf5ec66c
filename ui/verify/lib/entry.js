// The log entries of a draw (PROTOCOL.md sections 3, 9, 10), read strictly: each line in its one
// order and spelling, or a Fault with the line's number.
import { number, order } from './bytes.js';
import { checkQuotas } from './quota.js';
import { parseSources, SOURCES } from './source.js';
import { Fault, isName, isText, Lines, TEXT, time } from './text.js';

export const KINDS = ['commitment', 'beacon', 'drawn', 'teams', 'assigned', 'skip', 'refill',
  'refilled', 'abort', 'disclosure', 'attestation'];
export const STRATA = 4096; // most of them
const CODES = 16; // most parties
const MODES = ['fixed', 'ceil', 'systematic'];

// The first line, `sunlot-draw/1 KIND`.
function kindOf(lines) {
  const kind = lines.value('sunlot-draw/1');
  return lines.keep(kind, KINDS.includes(kind));
}

function numberOf(lines) {
  const value = lines.value('draw');
  return lines.keep(value, isName(value, TEXT));
}

// Kind and draw number of any entry.
export function headOf(text) {
  const lines = new Lines(text);
  const kind = kindOf(lines);
  if (kind === 'commitment') lines.value('organiser');
  return { kind, number: numberOf(lines) };
}

function textOf(lines, key) {
  const value = lines.value(key);
  return lines.keep(value, isText(value));
}

// NAME COUNT MODE NUM/DEN
function stratumOf(value, lines) {
  const [name, count, mode, ratio, ...rest] = value.split(' ');
  const [num, den] = (ratio ?? '').split('/');
  const stratum = { name, mode, count: number(count ?? ''), num: number(num), den: number(den ?? '') };
  const ok = rest.length === 0 && ratio === `${num}/${den}` && MODES.includes(mode) && isName(name);
  if (!ok || stratum.count === null || stratum.num === null || !stratum.den) lines.bad();
  return lines.keep(stratum, mode !== 'fixed' || stratum.den === 1n);
}

function strataOf(lines, size) {
  const strata = [];
  while (lines.is('stratum')) strata.push(stratumOf(lines.value('stratum'), lines));
  const sorted = strata.every((s, i) => i === 0 || order(strata[i - 1].name, s.name) < 0);
  if (strata.length === 0 || strata.length > STRATA || !sorted) throw new Fault(0, 'strataForm');
  if (strata.reduce((sum, s) => sum + s.count, 0n) !== size) throw new Fault(0, 'strataSum');
  checkQuotas(strata);
  return strata;
}

function codesOf(lines) {
  const codes = lines.values('code', CODES + 1).map((value) => {
    const [length, end, ...rest] = value.split(' ');
    const code = { length: number(length), end };
    const ok = rest.length === 0 && /^[0-9a-f]{64}$/.test(end) && code.length;
    return lines.keep(code, ok && code.length <= 65536n);
  });
  if (codes.length > CODES) throw new Fault(0, 'tooMuch', lines.row);
  return codes;
}

function timeOf(lines, key) {
  return lines.keep(time(lines.value(key)));
}

export function parseCommitment(text) {
  const lines = new Lines(text);
  const c = {};
  lines.keep(kindOf(lines), lines.text.startsWith('sunlot-draw/1 commitment\n'));
  c.organiser = textOf(lines, 'organiser');
  c.number = numberOf(lines);
  c.task = textOf(lines, 'task');
  c.opened = timeOf(lines, 'opened');
  c.discloseBy = timeOf(lines, 'disclose-by');
  lines.keep(c, c.discloseBy > c.opened);
  const form = lines.value('pool-form');
  c.blinded = lines.keep(form, form === 'blinded' || form === 'plain') === 'blinded';
  c.poolSize = lines.number('pool-size');
  c.poolRoot = lines.hash('pool-root');
  c.strata = strataOf(lines, c.poolSize);
  c.sources = parseSources(lines);
  c.codes = codesOf(lines);
  lines.end();
  return c;
}

// Starts reading an entry of a known kind behind its two first lines.
function open(text, kind) {
  const lines = new Lines(text);
  lines.keep(kind, kindOf(lines) === kind);
  numberOf(lines);
  return lines;
}

export function parseBeacon(text) {
  const lines = open(text, 'beacon');
  const beacon = { round: lines.number('round'), entry: lines.hash('entry') };
  beacon.parts = lines.values('part', SOURCES);
  const ok = (part) => isName(part, 8192) && !part.includes('/');
  if (beacon.round === 0n || beacon.parts.length === 0 || !beacon.parts.every(ok))
    throw new Fault(lines.row, 'badLine', lines.row);
  lines.end();
  return beacon;
}

// drawn, assigned, refilled, skip: a round (none in a skip) and a digest.
export function parseOutcome(text) {
  const { kind } = headOf(text);
  const lines = open(text, kind);
  const key = { drawn: 'selected', assigned: 'teams', refilled: 'teams', skip: 'object' }[kind];
  const round = kind === 'skip' ? 0n : lines.number('round');
  const right = { drawn: round === 1n, assigned: round === 2n, refilled: round > 2n, skip: true };
  lines.keep(kind, right[kind] === true);
  const digest = lines.hash(key);
  lines.end();
  return { round, digest };
}

export function parseTeams(text) {
  const lines = open(text, 'teams');
  lines.keep('round', lines.number('round') === 2n);
  const teams = {};
  for (const key of ['commitment', 'seats', 'inspectors', 'eligible']) teams[key] = lines.hash(key);
  teams.sources = parseSources(lines);
  lines.end();
  return teams;
}

export function parseRefill(text) {
  const lines = open(text, 'refill');
  const refill = { round: lines.number('round') };
  lines.keep(refill, refill.round > 2n);
  for (const key of ['commitment', 'leaving', 'eligible']) refill[key] = lines.hash(key);
  refill.sources = parseSources(lines);
  lines.end();
  return refill;
}

export function parseAbort(text) {
  const lines = open(text, 'abort');
  const reason = textOf(lines, 'reason');
  lines.end();
  return { reason };
}

export function parseDisclosure(text) {
  const lines = open(text, 'disclosure');
  const secrets = [];
  while (secrets.length < CODES && lines.is('secret')) secrets.push(lines.hash('secret'));
  const files = lines.hash('files');
  lines.end();
  return { secrets, files };
}

export function parseAttestation(text) {
  const lines = open(text, 'attestation');
  const attestation = { auditor: textOf(lines, 'auditor'), verdict: textOf(lines, 'verdict') };
  lines.end();
  return attestation;
}
