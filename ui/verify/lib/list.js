// The lists inside a bundle and the names its files may have (docs/bundle.md). Every list is
// canonical: sorted, each name once, one spelling of every value.
import { unhex } from './bytes.js';
import { Fault, isName, isText, Lines } from './text.js';

const ROWS = 20000;
const FILE_NAME = 128; // most bytes

// Names that files.tsv may list. keep: when a file may be missing from the public bundle.
const N = '(?:[1-9][0-9]{0,18})';
const ROUND = '(?:[3-9]|[1-9][0-9]{1,18})';
const RULES = [
  [/^(FULL|PUBLIC|VERIFY\.md|blinds|drawn\.tsv|private\.tsv|secret)$/, 'never'],
  [new RegExp(`^(beacons/${N}\\.txt|skip-${N}\\.tsv)$`), 'never'],
  [/^blinds-private$/, 'always'],
  [/^(pool-key|pool\.tsv|selected\.tsv|strata\.tsv)$/, 'blinded'],
  [/^(eligible|inspectors|seats|teams)\.tsv$/, 'setting'],
  [new RegExp(`^round-${ROUND}/(eligible|leaving|teams)\\.tsv$`), 'setting'],
];

function keepOf(name) {
  return name.length > FILE_NAME ? undefined : RULES.find(([rule]) => rule.test(name))?.[1];
}

export function fileNameOk(name) {
  return keepOf(name) !== undefined;
}

// Whether a file may be kept back from a public bundle; whether it must be with a blinded pool.
export function mayKeep(name, blinded) {
  const keep = keepOf(name);
  return keep === 'always' || keep === 'setting' || (keep === 'blinded' && blinded);
}

export function mustKeep(name) {
  return ['always', 'blinded'].includes(keepOf(name));
}

// Rows KEY TAB VALUE in strict order of keys, as a Map.
function rowsOf(lines, take) {
  const rows = new Map();
  let before = null;
  while (lines.more()) {
    const line = lines.next();
    const tab = line.indexOf('\t');
    const key = line.slice(0, tab);
    const value = tab < 0 ? null : take(key, line.slice(tab + 1));
    if (before !== null && before >= key) throw new Fault(lines.row, 'notSorted', lines.row);
    rows.set(key, lines.keep(value));
    before = key;
    if (lines.row > ROWS) throw new Fault(lines.row, 'tooMuch', lines.row);
  }
  return rows;
}

// `# salt HEX`: of no use to a reader, but it must be there in its one form.
function saltOf(lines) {
  const line = lines.next();
  lines.keep(line, line.startsWith('# salt ') && unhex(line.slice(7), 32) !== null);
}

// files.tsv, private.tsv (salted), blinds, blinds-private: name to 32 bytes.
export function parseFiles(text, salted = false) {
  const lines = new Lines(text);
  if (salted) saltOf(lines);
  return rowsOf(lines, (name, value) => (fileNameOk(name) ? unhex(value, 32) : null));
}

// strata.tsv: opaque stratum to its meaning.
export function parseMeanings(text) {
  const lines = new Lines(text);
  saltOf(lines);
  return rowsOf(lines, (name, value) => (isName(name) && isText(value) ? value : null));
}

// FULL or PUBLIC.
export function parseManifest(text) {
  const lines = new Lines(text);
  const choice = (key, words) => {
    const value = lines.value(key);
    return lines.keep(value, words.includes(value));
  };
  const manifest = {
    full: choice('sunlot-bundle/1', ['full', 'public']) === 'full',
    number: lines.value('draw'),
    blinded: choice('pool', ['plain', 'blinded']) === 'blinded',
    aborted: choice('end', ['disclosure', 'abort']) === 'abort',
    without: lines.values('without'),
    unchecked: lines.values('unchecked'),
  };
  lines.end();
  const sorted = manifest.without.every((name, i, all) => fileNameOk(name) && (i === 0 || all[i - 1] < name));
  if (!sorted || !manifest.unchecked.every((text) => isText(text)))
    throw new Fault(lines.row, 'badLine', lines.row);
  return manifest;
}
