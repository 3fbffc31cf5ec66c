#!/usr/bin/env python3
"""Turns files into one C file of constant byte arrays with a table, so that the program needs no
file of its own at run time. embed.py OUT.c SYMBOL FILE... ; each file becomes a row of
`const struct embed_file SYMBOL[]` with its base name, bytes and length, the last row is empty."""
import os
import sys


def main():
    out, symbol, files = sys.argv[1], sys.argv[2], sorted(sys.argv[3:], key=os.path.basename)
    rows = []
    with open(out, "w", encoding="ascii") as c:
        c.write('/* Made by tools/embed.py; do not edit. */\n#include "model/embed.h"\n\n')
        for n, path in enumerate(files):
            with open(path, "rb") as f:
                data = f.read()
            c.write("static const unsigned char %s_%d[] = {" % (symbol, n))
            for at in range(0, len(data), 24):
                c.write("\n" + ",".join(str(b) for b in data[at:at + 24]) + ",")
            c.write("0};\n")
            rows.append((os.path.basename(path), n, len(data)))
        c.write("const struct embed_file %s[] = {\n" % symbol)
        for name, n, size in rows:
            c.write('    {"%s", (const char *)%s_%d, %d},\n' % (name, symbol, n, size))
        c.write("    {0, 0, 0},\n};\n")


main()
