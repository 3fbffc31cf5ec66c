// What this browser can do, found out before anything is verified: whether our SHA-256 agrees with
// WebCrypto's, and whether WebCrypto knows Ed25519. A signature that cannot be checked is never
// taken for a good one.
import { concat, equal, unhex } from './bytes.js';
import { hmac, hmacKey, sha256 } from './sha256.js';

const subtle = globalThis.crypto?.subtle;

// RFC 8032 section 7.1, test 2.
const KEY = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
  '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';

// The digest of a whole file: WebCrypto where there is one (it is missing outside https), else ours.
export async function digest(data) {
  return subtle ? new Uint8Array(await subtle.digest('SHA-256', data)) : sha256(data);
}

// Ed25519 by WebCrypto; a key that is no point has no good signature.
async function checkSignature(key, signature, message) {
  try {
    const imported = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
    return await subtle.verify({ name: 'Ed25519' }, imported, signature, message);
  } catch {
    return false;
  }
}

// The function that checks a signature, or null where the browser has none that works.
export async function ed25519() {
  if (!subtle) return null;
  const [key, signature] = [unhex(KEY, 32), unhex(SIGNATURE, 64)];
  const good = await checkSignature(key, signature, new Uint8Array([0x72]));
  const bad = await checkSignature(key, signature, new Uint8Array([0x73]));
  return good && !bad ? checkSignature : null;
}

// SHA-256 of "abc" (FIPS 180-4) and HMAC of RFC 4231 case 2 by our code; and, where there is
// WebCrypto, every length up to three blocks.
export async function hashing() {
  const text = (s) => new TextEncoder().encode(s);
  const abc = unhex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 32);
  const jefe = unhex('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 32);
  const mac = hmac(hmacKey(text('Jefe')), text('what do ya want for nothing?'));
  if (!equal(sha256(text('abc')), abc) || !equal(mac, jefe)) return false;
  let data = new Uint8Array(0);
  for (let i = 0; subtle && i < 200; i++) {
    if (!equal(sha256(data), await digest(data))) return false;
    data = concat(data, new Uint8Array([(i * 167 + 13) & 255]));
  }
  return true;
}
