// What the tests of the verifier share: the library as the page runs it, the C command as its peer,
// zip files made by hand, and a forger who signs a changed bundle anew, so that what was changed is
// found by recomputing and not by a digest.
import { spawnSync } from 'node:child_process';
import nodeCrypto, { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';

// Node 18 has no raw deflate stream and no WebCrypto global; browsers that lack them are told so.
if (!('crypto' in globalThis)) globalThis.crypto = nodeCrypto.webcrypto;
try {
  new DecompressionStream('deflate-raw');
} catch {
  globalThis.DecompressionStream = class extends TransformStream {
    constructor() {
      const parts = [];
      super({
        transform: (chunk) => void parts.push(chunk),
        flush: (controller) => controller.enqueue(new Uint8Array(zlib.inflateRawSync(Buffer.concat(parts)))),
      });
    }
  };
}

const LIB = new URL('../../../ui/verify/lib/', import.meta.url);
export const library = (name) => import(new URL(name, LIB));
const { verify } = await library('verify.js');
const { Fault } = await library('text.js');
const { table } = await import(new URL('../zh.js', LIB));
export const words = table;

export const bin = process.env.SUNLOT_BIN ?? '';
export const havePeer = bin !== '' && existsSync(bin);
const folder = mkdtempSync(join(tmpdir(), 'sunlot-page-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let made = 0;

// A path in the folder that goes away with the test.
export function scratch(name = `${++made}`) {
  return join(folder, name);
}

// Runs a program; an answer other than 0 is an error.
export function run(program, args) {
  const out = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (out.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${out.stdout}${out.stderr}`);
  return out.stdout;
}

// What the library says of bytes: 'holds', 'differs' or 'unreadable', and the findings.
export async function ours(data, vkey = '') {
  const findings = [];
  try {
    const report = (finding) => findings.push(finding);
    const { verdict } = await verify(new Uint8Array(data), { vkey, report, progress() {} });
    return { says: verdict.holds ? 'holds' : 'differs', verdict, findings };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { says: 'unreadable', words: error.words, findings };
  }
}

const checkOf = new Map(Object.entries(table.check).map(([key, name]) => [name, key]));
const markOf = { 相符: 'same', 不符: 'differs', 所示: 'note', 未核: 'open' };

// What the C command says of bytes: the same three, and its findings as [mark, check, file].
export function theirs(data, vkey = '') {
  const path = scratch();
  writeFileSync(path, data);
  const args = ['verify', path, ...(vkey ? ['--vkey', vkey] : [])];
  const out = spawnSync(bin, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  rmSync(path);
  const says = ['holds', 'differs', 'unreadable'][out.status];
  if (!says) throw new Error(`sunlot verify ended with ${out.status} ${out.signal}: ${out.stderr}`);
  const findings = [];
  for (const line of out.stdout.split('\n')) {
    const [, mark, rest] = /^(相符|不符|所示|未核)  (.*)$/.exec(line) ?? [];
    if (!mark) continue;
    const [, name, file = ''] = /^([^（；]*)(?:（([^（）]*?)(?: 第 \d+ 行)?）)?/.exec(rest);
    findings.push([markOf[mark], checkOf.get(name) ?? name, file]);
  }
  return { says, findings };
}

// The library's findings in the same form.
export function outline({ findings }) {
  return findings.map(({ mark, check, file }) => [mark, check, file.replaceAll(', ', '、')]);
}

// The files of a zip, by name.
export function unzip(data) {
  const files = new Map();
  let at = data.readUInt32LE(data.length - 6);
  for (let n = data.readUInt16LE(data.length - 12); n > 0; n--) {
    const [method, packed, size] = [data.readUInt16LE(at + 10), data.readUInt32LE(at + 20), data.readUInt16LE(at + 28)];
    const name = data.toString('latin1', at + 46, at + 46 + size);
    const local = data.readUInt32LE(at + 42);
    const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
    const body = data.subarray(start, start + packed);
    files.set(name, method === 8 ? zlib.inflateRawSync(body) : Buffer.from(body));
    at += 46 + size + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
  }
  return files;
}

const CRC = Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
const crc32 = (data) => ~data.reduce((c, byte) => CRC[(c ^ byte) & 255] ^ (c >>> 8), -1) >>> 0;

// A zip of [name, bytes] pairs in their order. deflate: how many of them are deflated ('all' or
// 'none'); odd: fields of the records to overwrite, by name.
export function zip(files, { deflate = 'all', comment = '', odd = {} } = {}) {
  const parts = [];
  const heads = [];
  let at = 0;
  for (const [name, data] of files) {
    const bytes = Buffer.from(name, 'latin1');
    const packed = deflate === 'all' ? zlib.deflateRawSync(data) : data;
    const f = { flags: 0, method: deflate === 'all' ? 8 : 0, crc: crc32(data), packed: packed.length,
      size: data.length, offset: at, ...odd[name] };
    const common = Buffer.alloc(26);
    [20, f.flags, f.method, 0, 33].forEach((value, i) => common.writeUInt16LE(value, 2 * i));
    [f.crc, f.packed, f.size].forEach((value, i) => common.writeUInt32LE(value >>> 0, 10 + 4 * i));
    common.writeUInt16LE(bytes.length, 22);
    const head = Buffer.alloc(46);
    head.write('PK\x01\x02', 0, 'latin1');
    head.writeUInt16LE(20, 4);
    common.copy(head, 6);
    head.writeUInt32LE(f.offset, 42);
    heads.push(head, bytes);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), common, bytes, packed];
    parts.push(...local);
    at += Buffer.concat(local).length;
  }
  const directory = Buffer.concat(heads);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  [8, 10].forEach((i) => end.writeUInt16LE(heads.length / 2, i));
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, directory, end, Buffer.from(comment, 'latin1')]);
}

// --- the forger ---

const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();
const leafOf = (data) => sha([0], data);

function rootAndPaths(leaves) {
  if (leaves.length < 2) return { root: leaves[0] ?? sha(''), paths: leaves.map(() => []) };
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  const [left, right] = [rootAndPaths(leaves.slice(0, k)), rootAndPaths(leaves.slice(k))];
  const paths = [...left.paths.map((p) => [...p, right.root]), ...right.paths.map((p) => [...p, left.root])];
  return { root: sha([1], left.root, right.root), paths };
}

// A log of a key of our own.
export class Log {
  constructor(name = 'forger.example/log') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.name = name;
    this.private = privateKey;
    this.key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const typed = Buffer.concat([Buffer.from([1]), this.key]);
    this.vkey = `${name}+${this.id(1).toString('hex')}+${typed.toString('base64')}`;
  }

  id(type) {
    return sha(`${this.name}\n`, [type], this.key).subarray(0, 4);
  }

  // A checkpoint as the program writes it.
  checkpoint(size, root, time) {
    return this.signed(`${this.name}\n${size}\n${root.toString('base64')}\n`, time);
  }

  // A text with the log's plain signature and its dated one.
  signed(text, time) {
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const line = (type, ...body) => `— ${this.name} ${Buffer.concat([this.id(type), ...body]).toString('base64')}\n`;
    const plain = sign(null, Buffer.from(text), this.private);
    const dated = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.private);
    return `${text}\n${line(1, plain)}${line(4, stamp, dated)}`;
  }

  // Proofs of all entries in one log, each against its own checkpoint; times[i] in seconds.
  proofs(entries, times) {
    const leaves = entries.map(leafOf);
    return entries.map((_, i) => {
      const { root, paths } = rootAndPaths(leaves.slice(0, i + 1));
      const path = paths[i].map((hash) => `${hash.toString('base64')}\n`).join('');
      return `c2sp.org/tlog-proof@v1\nindex ${i}\n${path}\n${this.checkpoint(i + 1, root, times[i])}`;
    });
  }
}

// Replaces a hash (hex) by another wherever an entry shows it.
const replace = (text, from, to) => Buffer.from(text.toString('latin1').replaceAll(from, to), 'latin1');

// The time of a proof's checkpoint: of its cosignature.
function timeOf(proof) {
  const line = proof.toString('utf8').trimEnd().split('\n').pop();
  return Number(Buffer.from(line.split(' ').pop(), 'base64').readBigUInt64BE(4));
}

// A changed bundle made to fit itself again: digests in the entries, links between them, the file
// lists, the disclosure's root, and a log signed anew. before: the files as they were; after: as they
// are now. What is wrong with it in the end is only what the change says.
export function forge(before, after, log = new Log()) {
  const files = new Map(after);
  const entryNames = [...files.keys()].filter((name) => name.startsWith('entries/')).sort();
  const blinds = new Map();
  for (const list of ['blinds', 'blinds-private'])
    for (const line of (before.get(list)?.toString() ?? '').split('\n').filter(Boolean))
      blinds.set(line.split('\t')[0], Buffer.from(line.split('\t')[1], 'hex'));
  const digest = (all, name) => {
    const data = name.startsWith('skip-') ? all.get(name).subarray(0, -1) : all.get(name);
    return sha(blinds.get(name) ?? Buffer.alloc(32), data).toString('hex');
  };
  const swaps = [...files.keys()]
    .filter((name) => name.endsWith('.tsv') && before.has(name) && !before.get(name).equals(files.get(name)))
    .map((name) => [digest(before, name), digest(files, name)]);
  const listed = (name) => !/^(entries\/|proofs\/|vkey$|files\.tsv$)/.test(name);
  const namesIn = (list) => (before.get(list)?.toString('latin1').split('\n') ?? []).map((line) => line.split('\t')[0]);
  const known = new Set([...namesIn('files.tsv'), ...namesIn('private.tsv')]);
  const added = [...files.keys()].filter((name) => listed(name) && !known.has(name));
  const relist = (list, extra) => {
    const [salt] = (before.get(list).toString('latin1').match(/^#.*\n/) ?? ['']);
    const absent = new Map(before.get(list).toString('latin1').split('\n').map((line) => line.split('\t')));
    const names = [...namesIn(list).filter((name) => name && !name.startsWith('#')), ...extra]
      .filter((name) => files.has(name) || (list === 'files.tsv' && ['PUBLIC', 'FULL', 'private.tsv'].includes(name)));
    return Buffer.from(salt + names.sort().map((name) =>
      `${name}\t${files.has(name) ? sha(files.get(name)).toString('hex') : absent.get(name)}\n`).join(''), 'latin1');
  };
  if (files.has('private.tsv')) files.set('private.tsv', relist('private.tsv', []));
  files.set('files.tsv', relist('files.tsv', added));
  const rootOf = (all) => rootAndPaths(all.get('files.tsv').toString('latin1').split('\n').slice(0, -1)
    .map((line) => leafOf(Buffer.from(line, 'latin1')))).root.toString('hex');
  swaps.push([rootOf(before), rootOf(files)]);
  for (const name of entryNames) {
    let text = files.get(name);
    for (const [from, to] of swaps) text = replace(text, from, to);
    files.set(name, text);
    if (before.has(name)) swaps.push([leafOf(before.get(name)).toString('hex'), leafOf(text).toString('hex')]);
  }
  const proofName = (name) => name.replace('entries/', 'proofs/') + '.tlog-proof';
  const times = entryNames.map((name, i) => {
    const old = before.get(proofName(name));
    return old ? timeOf(old) : 1780000000 + i;
  });
  log.proofs(entryNames.map((name) => files.get(name)), times)
    .forEach((proof, i) => files.set(proofName(entryNames[i]), Buffer.from(proof)));
  files.set('vkey', Buffer.from(`${log.vkey}\n`));
  return files;
}

// Numbers that look random and are the same in each run.
export function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// A published vector file, or null where there is none.
export function shared(path) {
  const file = join(process.env.SUNLOT_SHARED ?? '', path);
  if (process.env.SUNLOT_SHARED && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  console.log(`# no ${path} here: nothing to compare with`);
  return null;
}
