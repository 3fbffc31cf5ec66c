#!/usr/bin/env python3
"""The peer of bench_draw: the same draw in Python with hashlib, hmac and heapq, one pass.

    draw_peer.py POOL

Prints CPU seconds, the pool's root and the SHA-256 of selected.tsv, as `bench_draw time POOL` does. Written
from PROTOCOL.md sections 2, 5 and 6 alone.
"""
import hashlib
import heapq
import sys
import time

SEED = bytes([42]) + bytes(31)
RATES = {"A低": 1, "B一般": 2, "C较高": 5, "D高": 10, "排除-本年度已查": 0}


def counts(path):
    """Objects a stratum; the commitment holds these."""
    found = {}
    with open(path, encoding="utf-8") as pool:
        for line in pool:
            stratum = line.rstrip("\n").split("\t")[1]
            found[stratum] = found.get(stratum, 0) + 1
    return found


def keyed(pad):
    """SHA-256 with the seed's padded block absorbed."""
    block = bytes(b ^ pad for b in SEED.ljust(64, b"\0"))
    return hashlib.sha256(block)


class Reversed(tuple):
    """Orders heapq's smallest-first heap largest first."""

    def __lt__(self, other):
        return tuple.__gt__(self, other)


def draw(path, quotas):
    """Root and the rows of selected.tsv."""
    inner, outer, sha = keyed(0x36), keyed(0x5C), hashlib.sha256
    heaps = {stratum: [] for stratum in quotas}
    stack = []
    with open(path, "rb") as pool:
        for number, raw in enumerate(pool):
            line = raw[:-1]
            node = sha(b"\0" + line).digest()
            while number & 1:
                node = sha(b"\1" + stack.pop() + node).digest()
                number >>= 1
            stack.append(node)
            ident, stratum = line.split(b"\t")
            quota, heap = quotas[stratum], heaps[stratum]
            if not quota:
                continue
            one, two = inner.copy(), outer.copy()
            one.update(b"object:" + ident + b"\1")
            two.update(one.digest())
            row = Reversed((two.digest(), ident))
            if len(heap) < quota:
                heapq.heappush(heap, row)
            elif heap[0] < row:
                heapq.heapreplace(heap, row)
    root = stack.pop()
    while stack:
        root = sha(b"\1" + stack.pop() + root).digest()
    return root, heaps


def main():
    """Times one file."""
    path = sys.argv[1]
    quotas = {name.encode(): -(-n * RATES[name] // 100) for name, n in counts(path).items()}
    start = time.process_time()
    root, heaps = draw(path, quotas)
    rows = []
    for stratum in sorted(heaps):
        for rank, row in enumerate(sorted(tuple(r) for r in heaps[stratum]), 1):
            rows.append(b"%s\t%d\t%s\t%s\n" % (stratum, rank, row[0].hex().encode(), row[1]))
    seconds = time.process_time() - start
    print("%.6f" % seconds, root.hex(), hashlib.sha256(b"".join(rows)).hexdigest())


main()
