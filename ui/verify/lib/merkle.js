// Trees of RFC 6962 over SHA-256: roots of a stream of leaves in memory of log n, the path of one of
// them on the way, and inclusion proofs checked (RFC 9162 section 2.1.3.2).
import { equal } from './bytes.js';
import { sha256 } from './sha256.js';

const NODE = new Uint8Array(65);
const ROOM = new Uint8Array(66000);

// H(0x00 || data).
export function leafHash(data, len = data.length) {
  const room = len < ROOM.length ? ROOM : new Uint8Array(len + 1);
  room[0] = 0;
  room.set(len === data.length ? data : data.subarray(0, len), 1);
  return sha256(room, len + 1);
}

// H(0x01 || left || right).
export function nodeHash(left, right) {
  NODE[0] = 1;
  NODE.set(left, 1);
  NODE.set(right, 33);
  return sha256(NODE, 65);
}

// A tree that grows leaf by leaf. wanted: index of the leaf whose path is collected, or -1.
export class Tree {
  constructor(wanted = -1) {
    this.size = 0;
    this.wanted = wanted;
    this.path = [];
    this.stack = []; // complete subtrees, largest first
  }

  // Joins two neighbours; what stands beside the wanted leaf belongs to its path.
  join(left, right) {
    if (left.held) this.path.push(right.hash);
    if (right.held) this.path.push(left.hash);
    return { hash: nodeHash(left.hash, right.hash), held: left.held || right.held };
  }

  add(hash) {
    let node = { hash, held: this.size === this.wanted };
    for (let n = this.size; n % 2 === 1; n = (n - 1) / 2) node = this.join(this.stack.pop(), node);
    this.stack.push(node);
    this.size++;
  }

  // The root of all leaves; nothing is added afterwards.
  root() {
    if (this.size === 0) return sha256(new Uint8Array(0));
    while (this.stack.length > 1) {
      const right = this.stack.pop();
      this.stack.push(this.join(this.stack.pop(), right));
    }
    return this.stack[0].hash;
  }
}

// The root of lines, each a byte array.
export function rootOf(leaves) {
  const tree = new Tree();
  for (const leaf of leaves) tree.add(leafHash(leaf));
  return tree.root();
}

// Whether the tree of `size` leaves and this root holds the leaf hash at `index` (both BigInt).
export function included(leaf, index, size, path, root) {
  if (index >= size) return false;
  let [fn, sn, hash] = [index, size - 1n, leaf];
  for (const beside of path) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      hash = nodeHash(beside, hash);
      for (; fn % 2n === 0n && fn !== 0n; sn >>= 1n) fn >>= 1n;
    } else {
      hash = nodeHash(hash, beside);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(hash, root);
}
