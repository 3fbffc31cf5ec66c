#!/usr/bin/env python3
"""Makes the table of pinyin initials: for every character of the CJK blocks the first letter of the
reading that ICU's transliterator gives it (uconv -x Han-Latin, Debian's icu-devtools), as one C
array, a letter or a 0 a character. pinyin.py OUT.c"""
import subprocess
import sys

FIRST, LAST = 0x3400, 0x9FFF


def main():
    text = "".join(chr(cp) + "\n" for cp in range(FIRST, LAST + 1))
    read = subprocess.run(["uconv", "-f", "UTF-8", "-t", "UTF-8", "-x", "Han-Latin; Latin-ASCII; Lower"],
                          input=text.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    lines = read.split("\n")[:LAST - FIRST + 1]
    letters = [ord(line[0]) if "a" <= line[:1] <= "z" else 0 for line in lines]
    if len(letters) != LAST - FIRST + 1 or sum(1 for c in letters if c) < 20000:
        sys.exit("pinyin.py: uconv gave no readings")
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('/* Made by tools/pinyin.py; do not edit. */\n#include "base/pinyin.h"\n\n')
        out.write("const unsigned char pinyin_table[PINYIN_LAST - PINYIN_FIRST + 1] = {")
        for at in range(0, len(letters), 24):
            out.write("\n" + ",".join(str(c) for c in letters[at:at + 24]) + ",")
        out.write("\n};\n")


main()
