// SHA-256 and HMAC (FIPS 180-4, RFC 2104), synchronous. WebCrypto answers by promises, which for
// hundreds of thousands of small hashes costs far more than the hashing; an HMAC key is therefore
// kept as two midstates, so that a ticket is two or three blocks. Checked against WebCrypto before
// it is used (check.js).

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const START = new Int32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const W = new Int32Array(64);
const S = new Int32Array(8); // the state of the hash under way
const TAIL = new Uint8Array(128);

// One block of 64 bytes at data[p] into S.
function compress(data, p) {
  for (let i = 0; i < 16; i++, p += 4)
    W[i] = (data[p] << 24) | (data[p + 1] << 16) | (data[p + 2] << 8) | data[p + 3];
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15];
    const y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, d] = [S[0], S[1], S[2], S[3]];
  let [e, f, g, h] = [S[4], S[5], S[6], S[7]];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  S[0] += a;
  S[1] += b;
  S[2] += c;
  S[3] += d;
  S[4] += e;
  S[5] += f;
  S[6] += g;
  S[7] += h;
}

// Hashes data[0..len) behind `done` bytes that led to state `from`, into out.
function finish(from, done, data, len, out) {
  let p = 0;
  S.set(from);
  for (; len - p >= 64; p += 64) compress(data, p);
  const rest = len - p;
  const blocks = rest > 55 ? 128 : 64;
  TAIL.fill(0, rest, blocks);
  for (let i = 0; i < rest; i++) TAIL[i] = data[p + i];
  TAIL[rest] = 0x80;
  for (let i = 0, bits = (done + len) * 8; i < 6; i++, bits = Math.floor(bits / 256))
    TAIL[blocks - 1 - i] = bits % 256;
  for (p = 0; p < blocks; p += 64) compress(TAIL, p);
  for (let i = 0; i < 8; i++) {
    out[4 * i] = S[i] >>> 24;
    out[4 * i + 1] = S[i] >>> 16;
    out[4 * i + 2] = S[i] >>> 8;
    out[4 * i + 3] = S[i];
  }
  return out;
}

// SHA-256 of data[0..len).
export function sha256(data, len = data.length, out = new Uint8Array(32)) {
  return finish(START, 0, data, len, out);
}

// An HMAC key (at most 64 bytes) as its two midstates.
export function hmacKey(key) {
  const pads = [0x36, 0x5c].map((pad) => {
    const block = new Uint8Array(64).fill(pad);
    key.forEach((byte, i) => (block[i] ^= byte));
    S.set(START);
    compress(block, 0);
    return S.slice();
  });
  return { inner: pads[0], outer: pads[1] };
}

const INNER = new Uint8Array(32);

// HMAC-SHA-256 of data[0..len) under a key made by hmacKey.
export function hmac(key, data, len = data.length, out = new Uint8Array(32)) {
  finish(key.inner, 64, data, len, INNER);
  return finish(key.outer, 64, INNER, 32, out);
}
