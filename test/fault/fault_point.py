"""Faults at every single point where a command touches the disk or the server: killed after
the call or in the midst of its bytes; or the call answers with an error.

    fault_point.py PROGRAM kill|error

Each step of the course is tried in copies of the house as it stood before it, once for each point
(shim.c numbers them). The default takes a random sample; SUNLOT_TEST_KILLS gives its size, 0 means all
points. Afterwards the command is repeated without a fault; some copies go on to the very end."""
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


class Bench:
    def __init__(self, program, base, files, plans):
        self.base, self.plans, self.files = base, plans, files
        self.chance = walk.chance()
        self.main = walk.found(program, base, "main", files)
        self.tried = self.done = self.spared = self.ended = 0
        self.cases = []

    def shim(self, **words):
        return dict({"FAULT_" + k: str(v) for k, v in words.items()},
                    LD_PRELOAD=os.environ["SUNLOT_FAULT_SHIM"])

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
                twin.run(step, env=self.shim(CALLS=calls, COUNT=told))
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

    def attempt(self, case, steps, to_end):
        """One fault, one look, one repetition."""
        before, at, step, (calls, how, stay), number = case
        here = before.fork(os.path.join(self.base, "try"))
        env = self.shim(CALLS=calls, HOW=how, AT=number, **({"STAY": 1} if stay else {}))
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


def main():
    program, mode = sys.argv[1:]
    tap, base = Tap(), houses.scratch()
    files = houses.Files(os.path.join(base, "files"), more=300)
    steps = houses.course(files, large=True)
    wanted = int(os.environ.get("SUNLOT_TEST_KILLS", 60 if "SUNLOT_TEST_PG" in os.environ else 400))
    bench = Bench(program, base, files, KILLS if mode == "kill" else ERRORS)

    def swept():
        for count, case in enumerate(bench.sample(wanted)):
            bench.attempt(case, steps, count % 40 == 0)
        return "%d tried, %d after the commit, %d went well in spite of it, %d taken to the end" % (
            bench.tried, bench.done, bench.spared, bench.ended)

    try:
        tap.run("the points of every command are known", bench.survey, steps)
        if not tap.failed:
            tap.run("a command killed at any point leaves all or nothing, and can be repeated"
                    if mode == "kill" else
                    "a disk that fails at any point gives a clear refusal and loses nothing", swept)
    finally:
        for case in {c[1]: c for c in bench.cases}.values():
            case[0].house.remove()
        bench.main.house.remove()
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
