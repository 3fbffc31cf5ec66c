"""Going through a course step by step: what a person does whose commands keep being cut off. After a
cut the house is looked at; the same command is given again until it says that it is done."""
import copy
import os
import random
import time

import house as houses
import invariants
from tap import must


def chance():
    """Random numbers whose seed is told, so that a run can be repeated."""
    value = int(os.environ.get("SUNLOT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10 ** 9)
    print("# SUNLOT_TEST_SEED=%d" % value, flush=True)
    return random.Random(value)


class Walk:
    def __init__(self, house, keeper, facts):
        self.house, self.keeper, self.facts = house, keeper, facts

    def fork(self, folder):
        """The same walk in a copy of the house, from here on by itself."""
        house = self.house.copy(folder)
        facts = copy.copy(self.facts)
        for name in ("task", "draw", "pick", "said", "bundles"):
            setattr(facts, name, copy.copy(getattr(facts, name)))
        return Walk(house, self.keeper.fork(house), facts)

    def words(self, step):
        self.facts.dump = self.keeper.before
        return step.words(self.facts)

    def run(self, step, **extra):
        return self.house.run(self.words(step), by=step.by, key=step.key, **extra)

    def cut(self, step):
        """The step's command was cut off: everything must hold, with or without it. Answers whether
        it was done."""
        traces = step.traces(self.facts)
        return self.keeper.done(self.keeper.look(traces), traces)

    def settle(self, step, done):
        """The command ended by itself: the step was done now, or the answer says it was before."""
        if done.code != 0:
            invariants.clear(done)
            must(not step.again, "%s cannot be repeated: %s" % (step.name, done))
            must(self.cut(step), "%s can neither be done nor is it done: %s" % (step.name, done))
        if step.learn:
            self.house.quiet()
            step.learn(self.facts, invariants.dump(self.house, self.keeper.scratch), done)
        self.keeper.promise(step, self.facts)
        self.keeper.look()

    def go(self, steps):
        for step in steps:
            self.settle(step, self.run(step))

    def end(self):
        """The course is over: everything verifies. Answers temporary files that are left."""
        litter = invariants.finished(self.house, self.facts, self.keeper.scratch)
        visits = self.keeper.before.visits(self.facts.draw["A"])
        skipped = next(v for v in visits if v["state"] == "skipped")
        right = max((v["rank"], v["pool_id"]) for v in visits if v["stratum"] == skipped["stratum"])[1]
        told = self.facts.said["skip-A-1"]
        must(told == right, "after the skip %s was told as the next name, %s is" % (told, right))
        return litter

    def uncleared(self, litter):
        """What is left of temporary files that are two days old, after one more command."""
        for path in litter:
            os.utime(path, (time.time() - 2 * 86400,) * 2)
        self.house.run(["draw", "list"])
        return [path for path in litter if os.path.exists(path)]


def found(program, base, name, files):
    """A new, empty house with its walk."""
    house = houses.House(program, os.path.join(base, name))
    if "SUNLOT_TEST_PG" in os.environ:
        house.url = houses.server_database(house, name)
    return Walk(house, invariants.Keeper(house, base), houses.Facts(files))
