#!/usr/bin/env python3
"""Runs benchmark programs and prints their figures as one table.

    bench_table.py PROGRAM...

Every line of a program's standard output is "name value unit ratio goal", separated by blanks:
    name    no blanks; value  a number; unit  of the value, no blanks
    ratio   against the limit or peer measured in the same run, "-" where there is none
    goal    "<=R" or ">=R" for the ratio, "-" where there is none
Lines beginning with "#" are remarks and are printed as they are. A goal missed is shown, it is no
error: speed depends on the machine, and nobody should be tempted to loosen a goal to pass. A
program that fails or prints something else is an error.
"""
import subprocess
import sys

ROW = "%-40s %14s %-12s %8s %8s  %s"


def verdict(ratio, goal):
    """met, missed, or nothing where the line has no goal."""
    if goal == "-" or ratio == "-":
        return ""
    limit = float(goal[2:])
    met = float(ratio) <= limit if goal.startswith("<=") else float(ratio) >= limit
    return "met" if met else "MISSED"


def show(line):
    """Prints one line; False if it has not the form agreed."""
    if not line.strip() or line.startswith("#"):
        print(line)
        return True
    try:
        name, value, unit, ratio, goal = line.split()
        float(value)
        if goal != "-" and goal[:2] not in ("<=", ">="):
            raise ValueError(goal)
        print(ROW % (name, value, unit, ratio, goal, verdict(ratio, goal)), flush=True)
        return True
    except ValueError:
        print("not a result line: %s" % line)
        return False


def main(programs):
    bad = 0
    print(ROW % ("name", "value", "unit", "ratio", "goal", ""), flush=True)
    for program in programs:
        with subprocess.Popen([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              text=True) as run:
            bad += sum(not show(line.rstrip("\n")) for line in run.stdout)
        if run.returncode:
            print("%s ended with %d" % (program, run.returncode))
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
