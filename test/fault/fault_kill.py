"""kill -9 at random moments of every command, from init to disclosure, on one house that lives on.

    fault_kill.py PROGRAM

After each kill the invariants are checked; then the command is repeated until it is done, and the
course goes on to its end, where every bundle must verify. SUNLOT_TEST_KILLS is the number of kills
(default 300); with SUNLOT_TEST_PG set the database is PostgreSQL (default 40)."""
import os
import shutil
import sys

import house as houses
import invariants
import walk
from tap import Tap, must


class Bench:
    """Several courses, each in a new house, until enough kills have hit."""

    def __init__(self, program, base, files):
        self.program, self.base, self.files = program, base, files
        self.chance = walk.chance()
        self.usual = {}   # seconds that a step takes undisturbed
        self.kills = 0    # that ended a running command
        self.missed = 0   # came too late: the command had ended
        self.done = 0     # of these kills: the step had been committed all the same
        self.litter = []  # files of killed commands that nothing clears away

    def step(self, here, step, attempts):
        """Kills the step at random moments, at most `attempts` times, then lets it run."""
        for _ in range(attempts):
            done = here.house.run_killed(here.words(step), self.moment(step), by=step.by, key=step.key)
            if done.code != -9:
                self.missed += 1
                self.usual[step.name] = done.seconds
                here.settle(step, done)
                return
            self.kills += 1
            self.done += here.cut(step)
        done = here.run(step)
        self.usual[step.name] = done.seconds
        here.settle(step, done)

    def moment(self, step):
        """Start-up is the dullest part of a command, so most kills come later."""
        start = 0 if self.chance.random() < 0.25 else 0.35
        return self.usual[step.name] * self.chance.uniform(start, 1.05)

    def course(self, number, attempts):
        here = walk.found(self.program, self.base, "house%d" % number, self.files)
        try:
            self.found(here, attempts())
            for step in houses.course(self.files, large=True, keyed=number % 2 == 0):
                self.step(here, step, attempts())
            self.litter += here.uncleared(here.end())
        finally:
            here.house.remove()

    def found(self, here, attempts):
        """init may be repeated after a crash until it says that it is done."""
        words = houses.founding(here.house)
        for _ in range(attempts):
            done = here.house.run_killed(words, self.chance.uniform(0, self.usual["init"]))
            here.house.quiet()
            self.kills += done.code == -9
            if done.code == 0:
                break
        done = here.house.run(words)
        self.usual.setdefault("init", done.seconds)
        if done.code != 0:
            invariants.clear(done)
            must("已经是一个安装目录" in done.err, "init cannot be repeated: %s" % done)
        done = here.house.run(["check"])
        must(done.code == 0, "a house that was founded with interruptions is not sound: %s" % done)
        here.keeper.look()


def main():
    tap, base = Tap(), houses.scratch()
    postgres = "SUNLOT_TEST_PG" in os.environ
    wanted = houses.faults(40 if postgres else 300)
    bench = Bench(sys.argv[1], base, houses.Files(os.path.join(base, "files"),
                                                  more=1000 if postgres else 3000))
    often = (0, 1, 1, 2) if postgres else (1, 2, 3, 5)

    def undisturbed():
        bench.course(0, lambda: 0)
        return "%d commands, %.0f ms each" % (len(bench.usual), 1000 * sum(bench.usual.values()) /
                                              len(bench.usual))

    def killed():
        number = 0
        # On a busy machine it takes longer until one comes after a commit.
        while bench.kills < wanted or (bench.done == 0 and bench.kills < 5 * wanted):
            number += 1
            bench.course(number, lambda: bench.chance.choice(often))
        must(bench.done > 0, "no kill came after a commit: the bench does not bite")
        return "%d kills in %d courses, %d of them after the commit; %d came too late; 0 violations" % (
            bench.kills, number, bench.done, bench.missed)

    def tidy():
        must(not bench.litter, "%d are left, such as %s" % (len(bench.litter), bench.litter[:1]))

    try:
        tap.run("an undisturbed course keeps every invariant", undisturbed)
        if not tap.failed:
            tap.run("kill -9 loses nothing, halves nothing, and every draw goes on to its end", killed)
            tap.run("temporary files of killed commands are cleared when they are old", tidy)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
