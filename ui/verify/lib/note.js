// Verifier keys, signed checkpoints and log proofs (C2SP signed-note, tlog-cosignature,
// tlog-checkpoint, tlog-proof). Of every text only its one canonical spelling is taken, so that each
// byte is fixed by the format or covered by a signature.
import { bytes, concat, isUtf8, number, str, unbase64, unhex } from './bytes.js';
import { included } from './merkle.js';
import { sha256 } from './sha256.js';
import { Fault } from './text.js';

const PLAIN = 1; // Ed25519 over the text
const COSIGNED = 4; // Ed25519 over a time and the text
const NAME_BAD = /[+\s\u0085\u0000-\u001f\u007f-\u009f]/;
const NOTE_BAD = /[\u0000-\u0009\u000b-\u001f]/;
const MARK = '\xe2\x80\x94 ';
const MOST_PATH = 66;
const MOST_PROOF = (1 << 18) + 8192;

// The first four bytes of H(name LF type key), as a byte string.
function keyId(name, type, key) {
  return str(sha256(concat(bytes(name + '\n'), new Uint8Array([type]), key)), 0, 4);
}

// Reads `name+id+base64(type key)`; null for anything else.
export function parseKey(text) {
  const parts = text.split('+');
  const [name, id] = parts;
  const typed = unbase64(parts.slice(2).join('+'));
  if (parts.length < 3 || !name || name.length > 200 || !isUtf8(name, NAME_BAD)) return null;
  if (typed === null || typed.length !== 33 || typed[0] !== PLAIN) return null;
  const key = typed.slice(1);
  const given = unhex(id, 4);
  if (given === null || str(given) !== keyId(name, PLAIN, key)) return null;
  return { name, key, text, id: keyId(name, PLAIN, key), cosigner: keyId(name, COSIGNED, key) };
}

// The signature behind a line `— name base64` of this name and key id, or null.
function signatureOf(line, name, id, length) {
  const head = MARK + name + ' ';
  const data = line.startsWith(head) ? unbase64(line.slice(head.length)) : null;
  return data !== null && data.length === length + 4 && str(data, 0, 4) === id
    ? data.slice(4)
    : null;
}

// Takes a signed checkpoint of this log apart: exactly the plain signature and then the log's own
// cosignature, nothing else. A Fault if it has another form.
export function parseCheckpoint(note, key) {
  const split = note.lastIndexOf('\n\n');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2).split('\n');
  const [origin, size, root, ...rest] = text.split('\n');
  const head = { size: number(size ?? ''), root: unbase64(root ?? '') };
  const plain = signatureOf(lines[0], key.name, key.id, 64);
  const cosigned = signatureOf(lines[1] ?? '', key.name, key.cosigner, 72);
  if (split < 0 || lines.length !== 3 || lines[2] !== '' || !isUtf8(note, NOTE_BAD))
    throw new Fault(0, 'noteForm');
  if (plain === null || cosigned === null || origin !== key.name) throw new Fault(0, 'noteKey');
  if (head.size === null || head.root?.length !== 32 || rest.length !== 1 || rest[0] !== '')
    throw new Fault(0, 'noteForm');
  const time = new DataView(cosigned.buffer).getBigUint64(0);
  if (time >= 1n << 63n) throw new Fault(0, 'noteForm');
  return { ...head, time, text, plain, cosigned: cosigned.slice(8) };
}

// Whether both signatures hold. verify is that of check.js.
export async function signedBy(checkpoint, key, verify) {
  const dated = `cosignature/v1\ntime ${checkpoint.time}\n${checkpoint.text}`;
  const plain = await verify(key.key, checkpoint.plain, bytes(checkpoint.text));
  return plain && (await verify(key.key, checkpoint.cosigned, bytes(dated)));
}

// Takes a log proof apart: { index, path, note }.
export function parseProof(text) {
  const lines = text.split('\n');
  const gap = lines.indexOf('', 2);
  const index = number((lines[1] ?? '').replace(/^index (?=\d)/, ''));
  const path = lines.slice(2, gap).map(unbase64);
  const ok = lines[0] === 'c2sp.org/tlog-proof@v1' && lines[1]?.startsWith('index ');
  if (!ok || index === null || gap < 2 || path.length > MOST_PATH || text.length > MOST_PROOF)
    throw new Fault(0, 'proofForm');
  if (path.some((hash) => hash === null || hash.length !== 32)) throw new Fault(0, 'proofForm');
  return { index, path, note: lines.slice(gap + 1).join('\n') };
}

// Checks a log proof for a leaf hash. Where there is no Ed25519 (verify is null) the signatures stay
// unchecked and `signed` says so. A Fault says which part does not hold.
export async function prove(text, leaf, key, verify) {
  const proof = parseProof(text);
  const checkpoint = parseCheckpoint(proof.note, key);
  const signed = verify !== null;
  if (signed && !(await signedBy(checkpoint, key, verify))) throw new Fault(0, 'noteKey');
  if (!included(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root))
    throw new Fault(0, 'notIncluded', proof.index);
  return { index: proof.index, size: checkpoint.size, root: checkpoint.root, time: checkpoint.time, signed };
}
