#!/usr/bin/env python3
"""An id of another department and one that nobody has are the same to the program: timing.py SUNLOT SHIM

Not the clock but the work is compared: which statements the program runs for an address, told by a
shim in front of libsqlite3. Each route that takes an id of a department's thing is asked by a person
of department A for a thing of B and for one that does not exist: both are 404, with the same page, and
both ran the same statements (SECURITY.md AC4). The same for the id of an own thing is other work, so
that the comparison means something."""
import collections
import os
import re
import sys
import time

SHIM = os.path.abspath(sys.argv.pop(2))
import desk_kit  # noqa: E402
import leak  # noqa: E402
from desk_kit import Server, csrf_of, form_fields, matrix, routes  # noqa: E402
from tap import Tap, must  # noqa: E402

tap = Tap()
ROLES = ("clerk", "reviewer")


def nobodys(name, value):
    """An id of the same shape that nothing has."""
    return str(int(value) + 7) if value.isdigit() and len(value) > 12 else re.sub(r".$", "9" if value[-1] != "9" else "8", value)


class Watched:
    """The county, served with the shim; what one request ran."""

    def __init__(self, county):
        self.path = county.data + ".statements"
        os.environ.update(LD_PRELOAD=SHIM, SUNLOT_STATEMENTS=self.path)
        try:
            self.server = Server(county.data, "--proxy", "127.0.0.1")
        finally:
            del os.environ["LD_PRELOAD"], os.environ["SUNLOT_STATEMENTS"]
        self.cookies = county.cookies
        self.tokens = {}
        for role in ROLES:
            self.tokens[role] = csrf_of(self.server.ask("/desk/sessions", cookie=self.cookies[role])[2])

    def once(self, role, path, fields):
        open(self.path, "w").close()
        status, _, text = self.server.ask(path, fields, cookie=self.cookies[role])
        time.sleep(0.002)  # a session's last use is written behind the answer
        with open(self.path, encoding="utf-8") as f:
            return status, leak.plain(text), collections.Counter(f.read().splitlines())

    def ran(self, role, path, fields):
        """Status, page, statements: those of every one of three requests, as the program's own work goes on beside."""
        if fields is not None:
            fields = {"csrf": self.tokens[role], **fields}
        tries = [self.once(role, path, fields) for _ in range(3)]
        return tries[0][0], tries[0][1], tries[0][2] & tries[1][2] & tries[2][2]


def filled(pattern):
    """A form for the route that would pass if the thing were there: each of its fields has something in it."""
    route, names = form_fields()[pattern]
    return {n: "1" for n in names if n[-1] not in "#*" and n not in ("which", "filter", "total", "keys", "sure", "remove")
            and not (route, n) in {(r, f) for r, f, _, _ in desk_kit.field_limits()}}


def AC4_a_foreign_id_and_none_run_the_same_statements(state):
    watched, b, wrong, count, told = state["watched"], state["b"], [], 0, 0
    nobody = {name: nobodys(name, value) for name, value in b.items()}
    for method, pattern, permit in routes():
        if "{" not in pattern or permit == "0":
            continue
        path, own = leak.fill(pattern, b)
        if not own:
            continue
        for role in ROLES:
            if matrix()[permit][role] == "NONE":
                continue
            fields = filled(pattern) if method == "POST" else None
            foreign = watched.ran(role, path, fields)
            none = watched.ran(role, leak.fill(pattern, nobody)[0], fields)
            count += 1
            told += sum(foreign[2].values())
            if foreign[0] != 404 or none[0] != 404:
                wrong.append("%s %s as %s: %d, %d" % (method, pattern, role, foreign[0], none[0]))
            if foreign[2] != none[2]:
                wrong.append("%s %s as %s: only foreign %s; only none %s" % (
                    method, pattern, role, [s[:150] for s in foreign[2] - none[2]], [s[:150] for s in none[2] - foreign[2]]))
            pages = [re.sub("|".join(map(re.escape, sorted(set(ids.values()), key=len, reverse=True))), "ID", page)
                     for ids, page in ((b, foreign[1]), (nobody, none[1]))]
            if pages[0] != pages[1]:
                wrong.append("%s %s as %s: %s" % (method, pattern, role, leak.differences(*pages)))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong)))
    must(count >= 80 and told > 3 * count, "%d pairs, %d statements" % (count, told))
    return "%d pairs of requests, %d statements" % (count, told)


def AC4_an_own_id_runs_others(state):
    watched, b = state["watched"], state["b"]
    foreign = watched.ran("clerk", "/desk/meetings/" + b["meeting"], None)
    mine = leak.query(state["county"].data, "SELECT id FROM meeting WHERE department = 'SCJG'")
    must(mine, "A has no meeting")
    own = watched.ran("clerk", "/desk/meetings/%d" % mine[0][0], None)
    must(own[0] == 200 and own[2] != foreign[2], "the shim tells nothing apart")


def main():
    county = leak.prepare()
    state = {"county": county, "b": {}}
    leak.things_of_b(state)
    leak.make(county, "/desk/meetings/new", {"title": "甲会", "date": "2026-01-15", "kind": "joint", "department": "SCJG"}, role="clerk")
    county.server.stop()
    state["watched"] = Watched(county)
    for test in (AC4_a_foreign_id_and_none_run_the_same_statements, AC4_an_own_id_runs_others):
        tap.run(test.__name__, test, state)
    state["watched"].server.stop()
    leak.shutil.rmtree(leak.home, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
