#!/usr/bin/env python3
"""Every test that SECURITY.md names exists: rows.py"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from tap import Tap, must  # noqa: E402

SOURCE = os.environ.get("SUNLOT_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as f:
        return f.read()


def every_test_that_is_named_exists():
    rows = re.findall(r"^\| ([A-Z]{2}\d+) [^|]*\|[^|]*\| ([^|]*) \|$", read("SECURITY.md"), flags=re.M)
    must(len(rows) > 40, "only %d rows" % len(rows))
    wrong, count = [], 0
    for row, tests in rows:
        for one in tests.split("; "):
            path, names = one.split(": ", 1)
            for name in names.split(", "):
                count += 1
                if not os.path.exists(os.path.join(SOURCE, path)) or name not in read(path):
                    wrong.append("%s: %s in %s" % (row, name, path))
    must(not wrong, "\n".join(wrong))
    return "%d rows, %d tests" % (len(rows), count)


tap = Tap()
tap.run(every_test_that_is_named_exists.__name__, every_test_that_is_named_exists)
tap.end()
