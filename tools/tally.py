#!/usr/bin/env python3
"""Adds up what the test runs left behind and says which tests failed.

    tally.py FILE...

FILE.json is Meson's test log (one JSON object a line), FILE.tap is plain TAP. The file's name is
the label under which its failures are listed. Every TAP subtest counts as one test. A program that
promised more subtests than it reported, died, or ran out of time counts as one more failure, so
that a crash cannot hide the tests behind it. A FILE that is missing is a failure too.

The last line is "N passed, N failed"; the exit code is 0 only if something passed and nothing
failed.
"""
import json
import os
import re
import sys

LINE = re.compile(r"^(not )?ok\b\s*(\d+)?\s*(?:-\s*)?(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")
REMARKS = 40  # most lines of a failed test's output
FINE = ("OK", "EXPECTEDFAIL", "SKIP")


def read_tap(text):
    """(names that passed, [(name, remarks)] that failed) of one TAP text. TAP's directives (such as
    SKIP) are not honoured: a failed line is a failure. Remarks are what stands below it."""
    passed, failed, planned, remarks = [], [], None, []
    for line in text.splitlines():
        plan, found = PLAN.match(line), LINE.match(line)
        if plan:
            planned = (planned or 0) + int(plan.group(1))
        elif found:
            remarks = []
            name = found.group(3).strip() or "test %s" % (found.group(2) or "?")
            if found.group(1):
                failed.append((name, remarks))
            else:
                passed.append(name)
        else:
            remarks.append(line)
    if planned is not None and planned != len(passed) + len(failed):
        failed.append(("planned %d tests, reported %d" % (planned, len(passed) + len(failed)), []))
    return passed, failed


def read_meson(text):
    """The same for Meson's testlog.json; names get the program's name in front."""
    passed, failed = [], []
    for line in text.splitlines():
        if not line.strip():
            continue
        test = json.loads(line)
        name, output = test["name"].split(" / ")[-1], test.get("stdout") or ""
        good, bad = read_tap(output)
        last = output.splitlines()[-REMARKS:]
        if not good and not bad:  # no TAP: the exit code is the only word
            if test["result"] in FINE:
                good.append(test["result"])
            else:
                bad.append((test["result"], last))
        elif test["result"] not in FINE and not bad:
            bad.append(("ended with %s, exit code %s" % (test["result"], test.get("returncode")), last))
        passed += ["%s: %s" % (name, x) for x in good]
        failed += [("%s: %s" % (name, x), remarks) for x, remarks in bad]
    return passed, failed


def read_file(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        return read_meson(text) if path.endswith(".json") else read_tap(text)
    except (OSError, ValueError, KeyError) as e:
        return [], [("no readable result: %s" % e, [])]


def main(paths):
    passed = failed = 0
    for path in paths:
        label = os.path.splitext(os.path.basename(path))[0]
        good, bad = read_file(path)
        passed += len(good)
        failed += len(bad)
        print("%-15s %5d passed, %d failed" % (label, len(good), len(bad)))
        for name, remarks in bad:
            print("  FAILED %s/%s" % (label, name))
            for line in remarks[:REMARKS]:
                print("    | " + line)
    if passed + failed == 0:
        print("no test ran")
    print("%d passed, %d failed" % (passed, failed))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
