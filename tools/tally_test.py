#!/usr/bin/env python3
"""The tally must not lose a failure: each way a test can go wrong is counted. Prints TAP."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def meson(name, stdout, result, code=0):
    return json.dumps({"name": name, "stdout": stdout, "result": result, "returncode": code})


# name, files, last line expected, exit code, a text that must be in the output
CASES = [
    ("subtests are counted one by one", {"plain.json": meson("a", "1..2\nok 1 - x\nok 2 - y", "OK")},
     "2 passed, 0 failed", 0, ""),
    ("a failed subtest is counted and named",
     {"plain.json": meson("room-a", "1..2\nok 1 - x\nnot ok 2 - y_holds\n# why", "FAIL", 1)},
     "1 passed, 1 failed", 1, "FAILED plain/room-a: y_holds"),
    ("a failed subtest is shown with its output, without its neighbours'",
     {"plain.json": meson("sunlot:unit / a", "1..2\n# hers\nok 1 - x\nnot ok 2 - y\n# 3 != 4", "FAIL", 1)},
     "1 passed, 1 failed", 1, "FAILED plain/a: y\n    | # 3 != 4\n1 passed"),
    ("a crash after the last line is a failure",
     {"plain.json": meson("a", "1..1\nok 1 - x", "ERROR", -11)},
     "1 passed, 1 failed", 1, "exit code -11"),
    ("missing subtests are a failure", {"plain.json": meson("a", "1..3\nok 1 - x", "OK")},
     "1 passed, 1 failed", 1, "planned 3 tests, reported 1"),
    ("a program that dies before its first line is a failure",
     {"plain.json": meson("a", "", "TIMEOUT", -9)}, "0 passed, 1 failed", 1, "TIMEOUT"),
    ("a test without TAP counts by its exit code",
     {"plain.json": meson("a", "hello", "OK") + "\n" + meson("b", "", "FAIL", 1)},
     "1 passed, 1 failed", 1, "plain/b: FAIL"),
    ("several files are added up",
     {"plain.json": meson("a", "ok 1 - x", "OK"), "check.tap": "ok 1 - rules\nnot ok 2 - layout\n"},
     "2 passed, 1 failed", 1, "FAILED check/layout"),
    ("a result that is not there is a failure", {"gone.json": None}, "0 passed, 1 failed", 1,
     "no readable result"),
    ("nothing run is not a success", {"plain.json": ""}, "0 passed, 0 failed", 1, "no test ran"),
    ("a directive does not excuse a failed line", {"a.tap": "1..1\nnot ok 1 - x # SKIP later\n"},
     "0 passed, 1 failed", 1, "FAILED a/x"),
]


def run(files):
    with tempfile.TemporaryDirectory() as d:
        paths = []
        for name, text in files.items():
            paths.append(os.path.join(d, name))
            if text is not None:
                with open(paths[-1], "w", encoding="utf-8") as f:
                    f.write(text)
        return subprocess.run([sys.executable, os.path.join(HERE, "tally.py"), *paths],
                              stdout=subprocess.PIPE, text=True, check=False)


def main():
    print("1..%d" % len(CASES))
    bad = 0
    for number, (name, files, last, code, text) in enumerate(CASES, 1):
        got = run(files)
        ok = got.stdout.splitlines()[-1] == last and got.returncode == code and text in got.stdout
        bad += not ok
        print("%sok %d - tally: %s" % ("" if ok else "not ", number, name))
        if not ok:
            print("# exit %d, output:\n# %s" % (got.returncode, got.stdout.replace("\n", "\n# ")))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
