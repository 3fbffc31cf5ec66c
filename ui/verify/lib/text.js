// What every line of the protocol's texts must obey (PROTOCOL.md, notation): UTF-8 without control
// characters, one LF a line, one spelling for each value. All parsers read through Lines.
import { isUtf8, number, unhex } from './bytes.js';

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const BLANK = /[ \u00a0\u3000\u0000-\u001f\u007f-\u009f]/;

export const TEXT = 1024; // most bytes of a free text
export const NAME = 64; // most bytes of a name without blanks

// A text that is not what it should be. words: a key of strings.js and what fills it in; row: the
// line, 0 if it is no matter of lines.
export class Fault extends Error {
  constructor(row, ...words) {
    super(words.join(' '));
    this.row = row;
    this.words = words;
  }
}

export function isText(text, max = TEXT) {
  return text.length > 0 && text.length <= max && isUtf8(text, CONTROL);
}

export function isName(text, max = NAME) {
  return text.length > 0 && text.length <= max && isUtf8(text, BLANK);
}

// An object's id (PROTOCOL.md section 2).
export function isId(text) {
  return /^[0-9A-Z.-]{1,64}$/.test(text);
}

// Seconds since 1970 of a time in its one spelling, else null.
export function time(text) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || text.startsWith('0000')) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || timeText(BigInt(ms / 1000)) !== text ? null : BigInt(ms / 1000);
}

// Seconds since 1970 as a person reads them.
export function timeText(seconds) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000', '');
}

// Reads a byte string line by line; every deviation is a Fault with the line's number.
export class Lines {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.row = 0;
  }

  more() {
    return this.at < this.text.length;
  }

  // The next line without its LF.
  next() {
    this.row++;
    const end = this.text.indexOf('\n', this.at);
    if (end < 0) throw new Fault(this.row, this.more() ? 'noLf' : 'cutOff', this.row);
    const line = this.text.slice(this.at, end);
    this.at = end + 1;
    return line;
  }

  // Whether the next line begins with the key and a blank.
  is(key) {
    return this.text.startsWith(key + ' ', this.at);
  }

  // What stands behind the key; not empty.
  value(key) {
    if (!this.is(key)) throw new Fault(this.row + 1, 'notKey', this.row + 1, key);
    const value = this.next().slice(key.length + 1);
    return this.keep(value, value !== '');
  }

  // Values of consecutive lines with this key.
  values(key, most = Infinity) {
    const out = [];
    while (out.length < most && this.is(key)) out.push(this.value(key));
    return out;
  }

  hash(key, size = 32) {
    return this.keep(unhex(this.value(key), size));
  }

  number(key) {
    return this.keep(number(this.value(key)));
  }

  // value, unless it or the second condition says that the line is malformed.
  keep(value, ok = true) {
    if (value === null || !ok) this.bad();
    return value;
  }

  bad() {
    throw new Fault(this.row, 'badLine', this.row);
  }

  // All lines were read.
  end() {
    if (this.more()) throw new Fault(this.row + 1, 'tooMuch', this.row + 1);
  }
}

// The lines of a table, each cut at TABs into exactly `columns` fields; take(fields, lines) keeps
// what it returns.
export function table(text, columns, take) {
  const lines = new Lines(text);
  const out = [];
  while (lines.more()) {
    const fields = lines.next().split('\t');
    if (fields.length !== columns) lines.bad();
    out.push(take(fields, lines));
  }
  return out;
}
