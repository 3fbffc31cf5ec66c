"""Faults at every single point where a command touches the disk or the server: killed after
the call or in the midst of its bytes; or the call answers with an error.

    fault_point.py PROGRAM kill|error

Each step of the course is tried in copies of the house as it stood before it, once for each point
(shim.c numbers them). The default takes a random sample; SUNLOT_TEST_KILLS gives its size, 0 means all
points. Afterwards the command is repeated without a fault; some copies go on to the very end. With
SUNLOT_TEST_PG set, where copies are dear, one house lives on through all its faults instead."""
import errno
import itertools
import os
import shutil
import sys

import house as houses
import invariants
import walk
from tap import Tap, must

KILLS = [("all", "after", False), ("all", "torn", False)]
# a failed sync; a disk that is full from that point on, and for one call only; a disk gone bad
ERRORS = [("sync", str(errno.EIO), False), ("space", str(errno.ENOSPC), True),
          ("space", str(errno.ENOSPC), False), ("write", str(errno.EIO), True)]
# what the refusal speaks of; SQLite does not always tell why it could not open its files
CAUSE = {"sync": "写入磁盘", "space": "空间|无法打开数据库", "write": "读写"}


def shim(**words):
    """The environment in which a fault happens."""
    return dict({"FAULT_" + k: str(v) for k, v in words.items()},
                LD_PRELOAD=os.environ["SUNLOT_FAULT_SHIM"])


class Bench:
    def __init__(self, program, base, files, plans):
        self.base, self.plans, self.files = base, plans, files
        self.chance = walk.chance()
        self.main = walk.found(program, base, "main", files)
        self.tried = self.done = self.spared = self.ended = 0
        self.cases = []

    def survey(self, steps):
        """Walks the course once, undisturbed, and keeps a copy of the house before each step and the
        number of points that the step has."""
        must(self.main.house.run(houses.founding(self.main.house)).code == 0, "init failed")
        for at, step in enumerate(steps):
            before = self.main.fork(os.path.join(self.base, "before%d" % at))
            counts = {}
            for calls in sorted({calls for calls, _, _ in self.plans}):
                twin = before.fork(os.path.join(self.base, "count"))
                told = os.path.join(self.base, "told")
                twin.run(step, env=shim(CALLS=calls, COUNT=told))
                with open(told, encoding="ascii") as f:
                    counts[calls] = int(f.read())
                twin.house.remove()
            self.cases += [(before, at, step, plan, n) for plan in self.plans
                           for n in range(1, counts[plan[0]] + 1)]
            self.main.settle(step, self.main.run(step))
        self.main.end()
        return "%d points in %d commands" % (len(self.cases), len(steps))

    def sample(self, wanted):
        """As many of each command, however many points it has."""
        if not wanted or wanted >= len(self.cases):
            return self.cases
        groups = {}
        for case in self.chance.sample(self.cases, len(self.cases)):
            groups.setdefault(case[2].name, []).append(case)
        mixed = [case for row in itertools.zip_longest(*groups.values()) for case in row if case]
        return self.chance.sample(mixed[:wanted], wanted)

    def sweep(self, wanted, steps):
        for count, case in enumerate(self.sample(wanted)):
            self.attempt(case, steps, count % 40 == 0)

    def attempt(self, case, steps, to_end):
        """One fault, one look, one repetition."""
        before, at, step, (calls, how, stay), number = case
        here = before.fork(os.path.join(self.base, "try"))
        env = shim(CALLS=calls, HOW=how, AT=number, **({"STAY": 1} if stay else {}))
        try:
            done = here.run(step, env=env)
            self.tried += 1
            if how.isdigit() and done.code not in (0, -9):
                invariants.clear(done, CAUSE[calls] + "|目前的状态|没有可以进行这一步")
            must(done.code in ((0, 1) if how.isdigit() else (-9, 0)), "ended with %s" % done)
            self.spared += done.code == 0
            if done.code == 0:
                here.settle(step, done)
            else:
                self.done += here.cut(step)
                here.settle(step, here.run(step))
            if to_end:
                here.go(steps[at + 1:])
                here.end()
                self.ended += 1
        except Exception as problem:
            raise type(problem)("%s, %s call %d of %s%s:\n%s" % (
                step.name, how, number, calls, " and all later ones" if stay else "", problem)) from problem
        finally:
            here.house.remove()

    def told(self):
        return "%d tried, %d after the commit, %d went well in spite of it, %d taken to the end" % (
            self.tried, self.done, self.spared, self.ended)

    def leave(self):
        for case in {c[1]: c for c in self.cases}.values():
            case[0].house.remove()
        self.main.house.remove()


class Line(Bench):
    """The same without copies: houses that live on through faults at random points."""

    def survey(self, steps):
        must(self.main.house.run(houses.founding(self.main.house)).code == 0, "init failed")
        count = os.path.join(self.base, "told")
        for step in steps:
            done = self.main.run(step, env=shim(CALLS="all", COUNT=count))
            self.main.settle(step, done)
            with open(count, encoding="ascii") as f:
                self.cases.append((step.name, int(f.read())))
        self.main.end()
        return "%d points in %d commands" % (sum(n for _, n in self.cases), len(steps))

    def sweep(self, wanted, steps):
        number = 0
        while self.tried < wanted:
            number += 1
            here = walk.found(self.main.house.program, self.base, "line%d" % number, self.files)
            must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
            for step, (_, points) in zip(steps, self.cases):
                self.step(here, step, points)
            here.end()
            self.ended += 1
            here.house.remove()

    def step(self, here, step, points):
        for _ in range(self.chance.choice((1, 2, 2))):
            how = self.chance.choice(self.plans)[1]
            done = here.run(step, env=shim(CALLS="all", HOW=how, AT=self.chance.randint(1, points)))
            if done.code != -9:  # there was nothing left to do, or the point was not reached
                here.settle(step, done)
                return
            self.tried += 1
            self.done += here.cut(step)
        here.settle(step, here.run(step))

    def leave(self):
        self.main.house.remove()


def main():
    program, mode = sys.argv[1:]
    tap, base = Tap(), houses.scratch()
    files = houses.Files(os.path.join(base, "files"), more=300)
    steps = houses.course(files, large=True)
    wanted = houses.faults(40 if "SUNLOT_TEST_PG" in os.environ else 300)
    kind = Line if "SUNLOT_TEST_PG" in os.environ else Bench
    bench = kind(program, base, files, KILLS if mode == "kill" else ERRORS)

    def swept():
        bench.sweep(wanted, steps)
        return bench.told()

    try:
        tap.run("the points of every command are known", bench.survey, steps)
        if not tap.failed:
            tap.run("a command killed at any point leaves all or nothing, and can be repeated"
                    if mode == "kill" else
                    "a disk that fails at any point gives a clear refusal and loses nothing", swept)
    finally:
        bench.leave()
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
