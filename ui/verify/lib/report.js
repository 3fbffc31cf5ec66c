// Findings of a verification. A step that finds a difference reports it and throws Found, so that
// what rests on it is left out; attempt() catches it, and the other steps go on.
import { decode, equal, hex } from './bytes.js';
import { Fault } from './text.js';

export const SAME = 'same'; // recomputed, and equal
export const DIFFERS = 'differs'; // recomputed, and not equal: the file does not hold
export const NOTE = 'note'; // shown; nothing to compare it with
export const OPEN = 'open'; // cannot be checked with this file

// A difference was reported.
class Found extends Error {}

// A finding: mark, check (a name of strings.js), and what of file, row, shown, computed (byte
// strings) and words (a key of strings.js with its values) there is.
export class Report {
  constructor(emit) {
    this.emit = emit;
    this.verdict = { holds: true, signed: true, ownKey: false, training: false, same: 0, differs: 0,
      note: 0, open: 0, first: null };
  }

  say(mark, check, about = {}) {
    const { file = '', row = 0, shown = '', computed = '', words = [] } = about;
    const finding = { mark, check, row, file: decode(file), shown: decode(String(shown)),
      computed: decode(String(computed)), words: words.map((word) => decode(String(word))) };
    this.verdict[mark]++;
    if (mark === DIFFERS) {
      this.verdict.holds = false;
      this.verdict.first ??= finding;
    }
    this.emit(finding);
  }

  differs(check, about) {
    this.say(DIFFERS, check, about);
    throw new Found();
  }

  // What read() returns; a Fault of it is a difference in `file`.
  read(check, file, read) {
    try {
      return read();
    } catch (error) {
      return this.blame(check, file, error);
    }
  }

  blame(check, file, error) {
    if (!(error instanceof Fault)) throw error;
    return this.differs(check, { file, row: error.row, words: error.words });
  }

  // Two hashes, as bytes.
  match(check, file, shown, computed) {
    const about = { file, shown: hex(shown), computed: hex(computed) };
    if (!equal(shown, computed)) this.differs(check, about);
    this.say(SAME, check, about);
  }

  // A file's text and what it should be; the first line that differs is named.
  compare(check, file, shown, computed) {
    const left = shown.split('\n');
    if (shown === computed) return this.say(SAME, check, { file, words: ['lines', left.length - 1] });
    const right = computed.split('\n');
    let row = 0;
    while (left[row] === right[row]) row++;
    return this.differs(check, { file, row: row + 1, shown: left[row], computed: right[row] });
  }
}

// Runs a step; false when it reported a difference.
export async function attempt(step) {
  try {
    await step();
    return true;
  } catch (error) {
    if (error instanceof Found) return false;
    throw error;
  }
}

// Runs all steps, whatever the first ones gave; throws what the last failed one threw.
export async function all(steps) {
  let failed = null;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      failed = error;
    }
  }
  if (failed) throw failed;
}
