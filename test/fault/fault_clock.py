"""A clock that is wrong: an hour back and forth between the commands, 400 days ahead, before 2020.

    fault_clock.py PROGRAM

By faketime, where it is installed. All commands run at noon of the day on which the test began, plus the
jump, so that the day in China does not turn in between."""
import datetime
import os
import re
import shutil
import sys

import house as houses
import invariants
import walk
from tap import Tap, must

HOUR, DAY = 3600, 86400


def forget_others():
    """faketime leaves shared memory under its process id, and fails where it finds some of a process that is gone."""
    for name in os.listdir("/dev/shm"):
        left = re.fullmatch(r"(?:sem\.)?faketime_(?:sem|shm)_(\d+)", name)
        if left and not os.path.exists("/proc/" + left.group(1)):
            try:
                os.unlink(os.path.join("/dev/shm", name))
            except OSError:
                pass  # another user's


class Bench:
    def __init__(self, program, base):
        self.program, self.base = program, base
        self.files = houses.Files(os.path.join(base, "files"))
        now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
        self.noon = int((now.replace(hour=12, minute=0, second=0) - now).total_seconds())
        self.steps = houses.course(self.files)

    def at(self, jump):
        forget_others()
        return ["faketime", "-f", "%+ds" % (self.noon + jump)]

    def house(self, name):
        here = walk.found(self.program, self.base, name, self.files)
        done = here.house.run(houses.founding(here.house), prefix=self.at(0))
        must(done.code == 0, "init failed: %s" % done)
        return here

    def go(self, here, steps, jumps):
        """Each step at the next of the jumps; answers what they said."""
        said = []
        for number, step in enumerate(steps):
            done = here.run(step, prefix=self.at(jumps[number % len(jumps)]))
            said.append(done)
            here.settle(step, done)
        return said

    def place(self, name):
        return [step.name for step in self.steps].index(name)


def signed_until(here):
    """The time of the last checkpoint."""
    return invariants.protocol.shown(here.house.folder).time()


def back_and_forth(bench):
    here = bench.house("hour")
    bench.go(here, bench.steps, [0, -HOUR, 0, 0, -HOUR, -HOUR])
    here.end()
    # AU8: records stay in the order of their time
    for table, order in (("audit", "id"), ("log_entry", "idx")):
        times = [r["at"] for r in sorted(here.keeper.before[table], key=lambda r: r[order])]
        falls = sum(b < a for a, b in zip(times, times[1:]))
        must(not falls, "AU8: the time of %s goes back at %d of %d rows" % (table, falls, len(times)))
    here.house.remove()


def ahead(bench):
    """From the first result on the clock is 400 days ahead, then right again."""
    here, turn = bench.house("ahead"), bench.place("enter0-SCJG-A")
    bench.go(here, bench.steps[:turn], [0])
    before = signed_until(here)
    said = bench.go(here, bench.steps[turn:turn + 3], [400 * DAY])
    year = re.search(r"最迟公示日期 (\d{4})", said[0].out)
    must(year and "估算" in said[0].out, "the last day for publication is not marked 估算: %s" % said[0])
    must(int(year.group(1)) >= bench.files.today.year + 1, "a day of the wrong year: %s" % said[0])
    publish = bench.steps[bench.place("publish0-A")]
    bench.go(here, [publish], [400 * DAY])
    far = signed_until(here)
    must(far >= before + 399 * DAY, "the publication is not dated by the clock of its moment")
    rest = [s for s in bench.steps[turn + 3:] if s is not publish]
    said = bench.go(here, rest, [0])
    must("估算" not in said[0].out or bench.files.today.month > 10, "a day of this year is marked 估算")
    must(signed_until(here) >= far, "the log's time went back from %d to %d" % (far, signed_until(here)))
    here.end()
    here.house.remove()
    return "log times from %d to %d, never back" % (before, far)


def repeated_skip(bench):
    here, turn = bench.house("skip"), bench.place("skip1-A")
    bench.go(here, bench.steps[:turn + 1], [0])
    right, step = here.facts.said["skip-A-1"], bench.steps[turn]
    for jump in (0, -HOUR, 0):
        done = here.run(step, prefix=bench.at(jump))
        told = done.out.strip().rsplit("：", 1)[-1]
        must(done.code == 0 and told == right, "the skip told %s, its repetition tells %s" % (right, told))
    here.keeper.look()
    here.house.remove()


def long_ago(bench):
    here = bench.house("old")
    before = here.keeper.look()
    step = bench.steps[0]
    done = here.house.run(here.words(step), prefix=["faketime", "2019-06-01 12:00:00"])
    invariants.clear(done, "时钟")
    must(len(here.keeper.look()["audit"]) == len(before["audit"]), "something was written all the same")
    here.house.remove()


def main():
    tap, base = Tap(), houses.scratch()
    try:
        if not shutil.which("faketime"):
            tap.run("wrong clocks (not run here: faketime is not installed)", lambda: None)
            tap.end()
        bench = Bench(sys.argv[1], base)
        tap.run("a clock that jumps an hour back and forth puts nothing out of order", back_and_forth, bench)
        tap.run("a clock 400 days ahead estimates the due date, and the log's time never goes back", ahead,
                bench)
        tap.run("a repeated skip tells the same next name, whatever the clock says", repeated_skip, bench)
        tap.run("a clock before 2020 is refused in words", long_ago, bench)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
