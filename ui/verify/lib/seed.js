// Code chains, seeds and tickets (PROTOCOL.md section 5).
import { bytes, concat, hex } from './bytes.js';
import { hmac, hmacKey, sha256 } from './sha256.js';
import { Fault } from './text.js';

const LABEL = new Uint8Array(1024);

// H applied `times` times.
export function chain(secret, times) {
  let code = secret;
  for (let i = 0; i < times; i++) code = sha256(code);
  return code;
}

// The salt of round j (Number) from all parties' secrets, in the order of the commitment's codes.
export function salt(codes, secrets, j) {
  const opened = codes.map(({ length }, i) => {
    if (BigInt(j) > length) throw new Fault(0, 'codeEnd', j);
    return chain(secrets[i], Number(length) - j);
  });
  if (opened.length < 2) return opened[0] ?? new Uint8Array(0);
  return sha256(concat(bytes('sunlot-draw/1 codes\n'), ...opened));
}

// The seed of a round: the asking entry's leaf and the parts, in the order of its source lines.
export function seedOf(saltBytes, leaf, parts) {
  const randomness = `entry:${hex(leaf)}/` + parts.map((part) => part + '/').join('');
  return hmac(hmacKey(saltBytes), bytes(randomness));
}

// Writes a byte string's bytes; returns where they end.
function put(text, at) {
  for (let i = 0; i < text.length; i++) LABEL[at++] = text.charCodeAt(i);
  return at;
}

// The tickets of one seed: HMAC(seed, label || 0x01).
export class Tickets {
  constructor(seed) {
    this.key = hmacKey(seed);
    this.out = new Uint8Array(32);
  }

  // The ticket of a label as bytes; the same array each time.
  bytes(label) {
    return this.seal(put(label, 0));
  }

  // The ticket of a label in hex, which orders as the bytes do.
  hex(label) {
    return hex(this.bytes(label));
  }

  // The ticket of the object whose id is data[from..to), without making a text of it.
  object(data, from, to) {
    let at = put('object:', 0);
    while (from < to) LABEL[at++] = data[from++];
    return this.seal(at);
  }

  seal(at) {
    LABEL[at] = 1;
    return hmac(this.key, LABEL, at + 1, this.out);
  }
}

// Whether a secret's chain ends where the commitment says.
export function chainEnds(code, secret) {
  return hex(chain(secret, Number(code.length))) === code.end;
}

// The bytes of a nonce in a blinded pool (section 2), in hex.
export function nonce(key, id) {
  return hex(hmac(key, bytes(`leaf:${id}\x01`))).slice(0, 32);
}
