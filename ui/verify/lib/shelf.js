// The files of a bundle as files: names, manifest, lists, digests (docs/bundle.md).
import { bytes, concat, str } from './bytes.js';
import { digest } from './check.js';
import { KINDS } from './entry.js';
import { mayKeep, mustKeep, parseFiles, parseManifest } from './list.js';
import { all, DIFFERS, NOTE, OPEN } from './report.js';

const ENTRIES = 4000;
const LIST = 2 ** 23; // most bytes of a list
const WHOLE = 2 ** 29; // most bytes of a file that is made a text

// A bundle under verification: its files, and what was read of them.
export class Bundle {
  constructor(zip, report) {
    this.zip = zip;
    this.report = report;
    this.entries = [];
    this.files = null;
    this.kept = new Map();
    this.blinds = new Map();
    this.rounds = [];
    this.objects = [];
  }

  has(name) {
    return this.zip.has(name);
  }

  // Whether this bundle may lack a file and does: its manifest leaves it out, or the draw was given
  // up before the file came to be.
  excused(name) {
    return !this.has(name) && (this.manifest.without.includes(name) || this.manifest.aborted);
  }

  // A file's bytes; missing, damaged or too large is a difference.
  async load(check, name, limit = WHOLE) {
    if (!this.has(name)) this.report.differs(check, { file: name, words: ['missing'] });
    if (this.zip.size(name) > limit) this.report.differs(check, { file: name, words: ['large'] });
    try {
      return await this.zip.read(name);
    } catch (error) {
      return this.report.blame(check, name, error);
    }
  }

  async text(check, name, limit = WHOLE) {
    return str(await this.load(check, name, limit));
  }

  list(check, name) {
    return this.text(check, name, LIST);
  }

  // A file whose digest H(blind || file) an entry shows. line: the digest is of one line without LF.
  async committed(check, name, shown, line = false) {
    const sealed = this.commitment.codes.length > 0;
    let text = await this.text(check, name);
    const blind = sealed ? this.blinds.get(name) : new Uint8Array(32);
    if (!blind) this.report.differs('BLINDS', { file: name, words: ['noBlind'] });
    if (line && !text.endsWith('\n')) this.report.differs(check, { file: name, words: ['noLf', 1] });
    if (line) text = text.slice(0, -1);
    this.report.match(check, name, shown, await digest(concat(blind, bytes(text))));
    return text;
  }
}

// Entries run without gap from 01; what stands behind a gap is a name that nothing knows.
function findEntries(b) {
  for (;;) {
    const number = String(b.entries.length + 1).padStart(2, '0');
    const kind = KINDS.find((k) => b.has(`entries/${number}-${k}`));
    if (!kind) break;
    const name = `${number}-${kind}`;
    b.entries.push({ kind, name: 'entries/' + name, proof: `proofs/${name}.tlog-proof` });
  }
  if (b.entries.length === 0 || b.entries.length > ENTRIES)
    b.report.differs('ENTRY', { file: 'entries/01-commitment', words: ['noEntries'] });
}

// Which manifest is there says which kind of bundle this is.
async function loadManifest(b) {
  const full = b.has('FULL');
  const name = full ? 'FULL' : 'PUBLIC';
  if (full && b.has('PUBLIC'))
    b.report.differs('MANIFEST', { file: 'PUBLIC', words: ['bothManifests'] });
  const text = await b.list('MANIFEST', name);
  const manifest = b.report.read('MANIFEST', name, () => parseManifest(text));
  if (manifest.full !== full || (full && manifest.without.length > 0))
    b.report.differs('MANIFEST', { file: name, row: 1, words: ['wrongManifest'] });
  b.report.say(NOTE, 'MANIFEST', { file: name, shown: manifest.number, words: [full ? 'full' : 'public'] });
  b.manifest = manifest;
  b.manifestName = name;
}

async function loadFiles(b, name, salted) {
  const text = await b.list('FILE', name);
  return b.report.read('FILE', name, () => parseFiles(text, salted));
}

// Every file is of the log or listed.
function checkNames(b) {
  const known = new Set(['vkey', 'files.tsv', ...b.files.keys(), ...b.kept.keys()]);
  for (const { name, proof } of b.entries) known.add(name).add(proof);
  for (const file of b.zip.names)
    if (!known.has(file)) b.report.say(DIFFERS, 'NAMES', { file, words: ['stranger'] });
}

// The digest of one listed file, unless this kind of bundle leaves it out.
async function checkFile(b, name, shown, row) {
  const out = b.manifest.full ? ['PUBLIC'] : ['FULL', 'private.tsv'];
  if (out.includes(name) && !b.has(name)) return b.report.say(NOTE, 'LEFT_OUT', { file: name, row });
  return b.report.match('FILE', name, shown, await digest(await b.load('FILE', name, Infinity)));
}

// What may be kept back and what must be.
function checkKept(b) {
  const { blinded } = b.manifest;
  for (const file of b.kept.keys())
    if (!mayKeep(file, blinded) || b.files.has(file))
      b.report.say(DIFFERS, 'FILE', { file, words: ['mustShow'] });
  for (const file of b.files.keys())
    if (blinded && mustKeep(file)) b.report.say(DIFFERS, 'FILE', { file, words: ['mustHide'] });
}

// What the manifest says is missing must be missing, and must be allowed to be.
function checkWithout(b) {
  for (const file of b.manifest.without) {
    const wrong = b.has(file) || !mayKeep(file, b.manifest.blinded);
    b.report.say(wrong ? DIFFERS : OPEN, 'LEFT_OUT', { file });
  }
}

// Names, manifest, lists, digests.
export async function checkShelf(b) {
  findEntries(b);
  await loadManifest(b);
  b.files = await loadFiles(b, 'files.tsv', false);
  if (b.files.has('private.tsv') && b.manifest.full) b.kept = await loadFiles(b, 'private.tsv', true);
  checkNames(b);
  checkKept(b);
  checkWithout(b);
  const rows = [...b.files, ...b.kept];
  await all(rows.map(([name, shown], i) => () => {
    b.progress('files', i, rows.length);
    return checkFile(b, name, shown, i < b.files.size ? i + 1 : i - b.files.size + 1);
  }));
}
