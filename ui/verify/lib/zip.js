// Zip archives (APPNOTE 4.3): the directory is read and checked whole before a byte is inflated, and
// whatever could harm or mislead is refused (SECURITY.md IN4): encryption, zip64, odd names, names
// that occur twice, local headers that say something else, entries that inflate too much.
import { isUtf8, order, str } from './bytes.js';
import { Fault } from './text.js';

export const LIMITS = { file: 2 ** 30, entries: 20000, inflated: 2 ** 31, ratio: 200, small: 2 ** 20 };

const ODD =
  /[\u0000-\u001f\u007f-\u009f\\\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|^.:|^\/|(^|\/)\.{0,2}(\/|$)/;
const CRC = new Int32Array(256).map((_, i) => {
  let c = i;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(data) {
  let c = -1;
  for (let i = 0; i < data.length; i++) c = CRC[(c ^ data[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

function damaged(why) {
  return new Fault(0, 'zip', why);
}

// A name that is safe to show and can be no step in a file system; one '/' may end it.
function safeName(name) {
  const inner = name.endsWith('/') ? name.slice(0, -1) : name;
  return name.length > 0 && name.length <= 1024 && inner !== '' && isUtf8(inner, ODD);
}

// Inflates raw deflate data to exactly `size` bytes.
async function inflate(data, size) {
  const out = new Uint8Array(size);
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const sent = writer.write(data).then(() => writer.close());
  sent.catch(() => {}); // the same error arrives at the reader
  const reader = stream.readable.getReader();
  let at = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (at + chunk.value.length > size) {
      reader.cancel().catch(() => {});
      throw damaged('longer');
    }
    out.set(chunk.value, at);
    at += chunk.value.length;
  }
  if (at !== size) throw damaged('shorter');
  return out;
}

class Zip {
  constructor(data) {
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.entries = new Map();
  }

  u16(at) {
    return this.view.getUint16(at, true);
  }

  u32(at) {
    return this.view.getUint32(at, true);
  }

  // The end record: the last signature whose comment reaches exactly to the end of the file. The
  // directory must end where the record begins, so that there is no room for a second one.
  directory() {
    const size = this.data.length;
    let end = size - 22;
    const fits = (at) => this.u32(at) === 0x06054b50 && at + 22 + this.u16(at + 20) === size;
    while (end >= 0 && end >= size - 65557 && !fits(end)) end--;
    if (end < 0 || end < size - 65557) throw damaged('noEnd');
    const [count, length, offset] = [this.u16(end + 10), this.u32(end + 12), this.u32(end + 16)];
    if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) throw damaged('zip64');
    if (count > LIMITS.entries) throw damaged('tooMany');
    if (this.u16(end + 4) !== 0 || this.u16(end + 8) !== count || offset + length !== end)
      throw damaged('directory');
    return { count, offset, end };
  }

  // One record of the directory at `at`; returns where the next one begins.
  record(at, end) {
    if (at + 46 > end || this.u32(at) !== 0x02014b50) throw damaged('directory');
    const length = this.u16(at + 28);
    const next = at + 46 + length + this.u16(at + 30) + this.u16(at + 32);
    if (next > end) throw damaged('directory');
    const entry = {
      name: str(this.data, at + 46, at + 46 + length),
      flags: this.u16(at + 8),
      method: this.u16(at + 10),
      crc: this.u32(at + 16),
      packed: this.u32(at + 20),
      size: this.u32(at + 24),
    };
    if (!safeName(entry.name)) throw damaged('name');
    if (this.entries.has(entry.name)) throw damaged('twiceName');
    if (entry.flags & 0x2041) throw damaged('encrypted');
    if (entry.method !== 0 && entry.method !== 8) throw damaged('method');
    if (entry.size > LIMITS.small && entry.size / LIMITS.ratio > entry.packed) throw damaged('bomb');
    entry.start = this.local(entry, at, this.u32(at + 42));
    this.entries.set(entry.name, entry);
    return next;
  }

  // The local header must agree; with a data descriptor its sizes and CRC may be 0.
  local(entry, head, at) {
    if (at + 30 > this.data.length || this.u32(at) !== 0x04034b50) throw damaged('local');
    let same = ((this.u16(at + 6) ^ entry.flags) & ~0x0806) === 0;
    same &&= this.u16(at + 4) <= this.u16(head + 6); // the version needed to read it
    for (let i = 0; i < 6; i++) same &&= this.data[at + 8 + i] === this.data[head + 10 + i];
    for (const i of [0, 4, 8]) {
      const value = this.u32(at + 14 + i);
      same &&= value === this.u32(head + 16 + i) || (value === 0 && (entry.flags & 8) !== 0);
    }
    const length = this.u16(at + 26);
    const start = at + 30 + length + this.u16(at + 28);
    if (!same || str(this.data, at + 30, at + 30 + length) !== entry.name) throw damaged('local');
    if (start + entry.packed > this.data.length) throw damaged('local');
    return start;
  }

  open() {
    const { count, offset, end } = this.directory();
    let at = offset;
    let packed = 0;
    let inflated = 0;
    for (let i = 0; i < count; i++) at = this.record(at, end);
    for (const entry of this.entries.values()) {
      packed += entry.packed;
      inflated += entry.size;
    }
    if (inflated > LIMITS.inflated) throw damaged('tooLarge');
    if (at !== end || packed > this.data.length) throw damaged('directory');
    this.names = [...this.entries.keys()].sort(order);
  }

  has(name) {
    return this.entries.has(name);
  }

  size(name) {
    return this.entries.get(name).size;
  }

  // The content of an entry; a Fault if it is not what the directory says.
  async read(name) {
    const entry = this.entries.get(name);
    const packed = this.data.subarray(entry.start, entry.start + entry.packed);
    if (entry.method === 0 && entry.packed !== entry.size) throw damaged('shorter');
    let data = packed;
    try {
      if (entry.method === 8) data = await inflate(packed, entry.size);
    } catch (error) {
      throw error instanceof Fault ? error : damaged('inflate');
    }
    if (crc32(data) !== entry.crc) throw damaged('crc');
    return data;
  }
}

// Opens an archive of bytes; a Fault says why not.
export function openZip(data) {
  if (data.length > LIMITS.file) throw damaged('tooLarge');
  const zip = new Zip(data);
  zip.open();
  return zip;
}
