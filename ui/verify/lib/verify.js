// Verification of one file, a bundle or an own proof, told by its first bytes. The order in which
// the parts are looked at; a difference in one does not keep the parts from being looked at that do
// not rest on it.
import { str } from './bytes.js';
import { ed25519, hashing } from './check.js';
import { checkCourseOf } from './course.js';
import { parseKey } from './note.js';
import { checkObjects } from './objects.js';
import { checkOwn, parseOwn } from './own.js';
import { attempt, DIFFERS, OPEN, Report, SAME } from './report.js';
import { Bundle, checkShelf } from './shelf.js';
import { checkTeams } from './teams.js';
import { Fault } from './text.js';
import { openZip } from './zip.js';

// Chooses the key: the reader's if there is one, and then the file's own must be the same.
function chooseKey(b, own, given) {
  const shown = parseKey(own);
  const wanted = given === '' ? shown : parseKey(given);
  if (given !== '' && wanted === null) throw new Fault(0, 'badKey');
  const about = { file: 'vkey', shown: own, computed: given };
  b.key = wanted ?? { name: '', key: new Uint8Array(32), id: '', cosigner: '' };
  b.report.verdict.ownKey = given === '';
  if (shown === null) b.report.say(DIFFERS, 'KEY', { ...about, words: ['noKey'] });
  else if (given === '') b.report.say(OPEN, 'KEY', { ...about, words: ['ownKey'] });
  else if (own === given) b.report.say(SAME, 'KEY', about);
  else b.report.say(DIFFERS, 'KEY', { ...about, words: ['otherKey'] });
}

// The one line of the file vkey; empty when it is anything else.
async function keyOf(zip) {
  try {
    const text = zip.has('vkey') && zip.size('vkey') < 1024 ? str(await zip.read('vkey')) : '';
    return text.endsWith('\n') ? text.slice(0, -1) : '';
  } catch {
    return '';
  }
}

async function runBundle(data, job, report) {
  const b = new Bundle(openZip(data), report);
  Object.assign(b, job);
  chooseKey(b, await keyOf(b.zip), job.vkey);
  await attempt(() => checkShelf(b));
  if (!b.files || !b.manifest || b.entries.length === 0) return b;
  await attempt(() => checkCourseOf(b));
  if (b.commitment && b.rounds.length > 0) {
    await attempt(() => checkObjects(b));
    await attempt(() => checkTeams(b));
  }
  for (const text of b.manifest.unchecked)
    report.say(OPEN, 'MANIFEST', { file: b.manifestName, words: ['quote', text] });
  return b;
}

async function runOwn(data, job, report) {
  const own = parseOwn(str(data));
  const b = { ...job, report, rounds: [], own };
  chooseKey(b, own.vkey, job.vkey);
  await attempt(() => checkOwn(b, own));
  return b;
}

// Verifies bytes. job: { vkey: '' or the reader's, report(finding), progress(stage, done, total) }.
// Returns what look.js needs, with `verdict`. A Fault: the file could not be looked at.
export async function verify(data, { vkey, report, progress }) {
  if (!(await hashing())) throw new Fault(0, 'badHashing');
  const findings = new Report(report);
  const job = { vkey, progress, ed25519: await ed25519() };
  const head = str(data, 0, Math.min(data.length, 15));
  const run = head === 'sunlot-proof/1\n' ? runOwn : head.startsWith('PK') ? runBundle : null;
  if (!run) throw new Fault(0, 'otherFile');
  const b = await run(data, job, findings);
  b.verdict = findings.verdict;
  return b;
}
