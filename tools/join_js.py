#!/usr/bin/env python3
"""Joins ES modules into one script, so that a page loads one file and needs no import map.

    join_js.py [--with FROM=TO]... ENTRY.js OUT.js

Follows `import { a, b } from './x.js';` from ENTRY, puts each module once before whoever needs it,
and leaves out import lines, the word `export`, whole-line comments and indentation. --with reads
another file instead of one of this name (a table of words in another language). Only the forms that
ui/verify uses are understood; anything else, and a name that two modules declare, is an error."""
import os
import re
import sys

IMPORT = re.compile(r"^import \{[^}]*\} from '(\./[\w./-]+|\.\./[\w./-]+)';\n", re.M)
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+|\[[\w, ]+\])", re.M)


def fail(words):
    sys.exit("join_js.py: " + words)


def modules(path, swap, seen, out):
    """Appends (path, text) of the modules behind path, then of path itself."""
    path = swap.get(os.path.basename(path), path)
    path = os.path.normpath(path)
    if path in seen:
        return
    seen.add(path)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for target in IMPORT.findall(text):
        modules(os.path.join(os.path.dirname(path), target), swap, seen, out)
    out.append((path, text))


def body(path, text):
    """The module's text without what a joined script has no use for."""
    text = IMPORT.sub("", text)
    text = re.sub(r"^export (?=(async )?(const|let|function|class)\b)", "", text, flags=re.M)
    if re.search(r"^(import|export)\b", text, flags=re.M):
        fail("%s: a form of import or export that is not understood" % path)
    if text.count("`") % 2:
        fail("%s: an odd number of backquotes" % path)
    if any("\n" in piece for piece in text.split("`")[1::2]):
        fail("%s: a template of several lines" % path)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def declared(text):
    for names in DECLARED.findall(text):
        yield from re.findall(r"\w+", names)


def main(args):
    swap = {}
    while len(args) > 2 and args[0] == "--with":
        name, to = args[1].split("=", 1)
        swap[name] = to
        args = args[2:]
    if len(args) != 2:
        fail("[--with FROM=TO]... ENTRY.js OUT.js")
    found, home, pieces = [], {}, []
    modules(args[0], swap, set(), found)
    for path, text in found:
        for name in declared(text):
            if name in home:
                fail("%s: %s is declared in %s too" % (path, name, home[name]))
            home[name] = path
        pieces.append(body(path, text))
    with open(args[1], "w", encoding="utf-8") as f:
        f.write("(() => {\n'use strict';\n" + "\n".join(pieces) + "\n})();\n")


if __name__ == "__main__":
    main(sys.argv[1:])
