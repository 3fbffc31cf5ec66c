// Bytes as "byte strings": one character (0-255) for each byte. So < and === order and compare texts
// by raw bytes, as LC_ALL=C does, slices cost nothing, and nothing is decoded before it is shown.

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const U64 = 1n << 64n;

// The byte string of some bytes.
export function str(bytes, from = 0, to = bytes.length) {
  let out = '';
  for (let at = from; at < to; at += 8192)
    out += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + 8192, to)));
  return out;
}

// The bytes of a byte string.
export function bytes(text) {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

// The byte string of a JavaScript text, in UTF-8.
export function encode(text) {
  return str(new TextEncoder().encode(text));
}

// The JavaScript text of a byte string, for showing; damaged places become U+FFFD.
export function decode(text) {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes(text));
}

export function hex(data) {
  let out = '';
  for (const byte of data) out += HEX[byte];
  return out;
}

// Bytes of exactly `size` in lower-case hex, else null.
export function unhex(text, size) {
  if (text.length !== 2 * size || !/^[0-9a-f]*$/.test(text)) return null;
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = parseInt(text.substr(2 * i, 2), 16);
  return out;
}

// A number of 64 bits in its one decimal spelling, as BigInt; else null.
export function number(text) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) return null;
  const value = BigInt(text);
  return value < U64 ? value : null;
}

// Bytes of the one canonical base64 spelling (padded, no stray bits), else null.
export function unbase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const body = text.replace(/=+$/, '');
  const out = new Uint8Array((body.length * 3) >> 2);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const c of body) {
    held = (held << 6) | BASE64.indexOf(c);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return held === 0 && bits < 6 ? out : null;
}

// Whether a byte string is UTF-8 without characters that match `bad`.
export function isUtf8(text, bad) {
  try {
    const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes(text));
    return !bad.test(whole);
  } catch {
    return false;
  }
}

export function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

// -1, 0, 1 by raw bytes.
export function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
