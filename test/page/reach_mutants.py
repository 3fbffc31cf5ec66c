#!/usr/bin/env python3
"""The clause of store/reach.h is taken out of the program, one use at a time: reach_mutants.py SUNLOT

Each use stands in the program as the text of its statement. In a copy of the program one of them is
made true for every row, by bytes of the same length, and a person of department A asks for what he
asks in leak.py: lists, counts, addresses of B's things, exports, changes. Each such program must
answer otherwise than the right one somewhere, else nobody would notice the clause's absence
(SECURITY.md AC6)."""
import os
import re
import shutil
import urllib.parse

import desk_kit
import leak
from desk_kit import Server, csrf_of, matrix, query, routes
from tap import Tap, must

CLAUSE, TRUE = b"($2 = 1 OR REPLACE($3", b"($2 < 9 OR REPLACE($3"
ROLES = ("clerk", "inspector")
# Uses that no page of this county can show, the nth of the statement that begins so: what B's inspectors found is not
# entered here, and seats are shown beside visits alone that the clause has already let through.
HIDDEN = {(1, "SELECT COUNT(DISTINCT r.visit) FROM result r JOIN visit v"), (1, "SELECT v.id, s.department, s.seat"),
          (2, "SELECT v.id, s.department, s.seat"), (2, "SELECT v.id, v.pool_id, COALESCE(o.name, v.pool_id)")}
tap = Tap()


def uses(program):
    """[(offset, the statement it stands in)]."""
    found, at = [], program.find(CLAUSE)
    while at >= 0:
        begin = program.rfind(b"\0", 0, at) + 1
        found.append((at, program[begin:program.find(b"\0", at)].decode("utf-8", "replace")))
        at = program.find(CLAUSE, at + 1)
    return found


class Place:
    """A county as it was left, served by some program, with the sessions that were open."""

    def __init__(self, golden, program, cookies):
        self.data = golden + "-run"
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(golden, self.data)
        desk_kit.SUNLOT = program
        self.server = Server(self.data, "--proxy", "127.0.0.1")
        self.cookies = cookies
        self.tokens = {}

    def ask(self, role, path, fields=None):
        if fields is not None:
            if role not in self.tokens:
                self.tokens[role] = csrf_of(self.server.ask("/desk/sessions", cookie=self.cookies[role])[2])
            fields = {"csrf": self.tokens[role], **fields}
        return self.server.ask(path, fields, cookie=self.cookies[role])

    def stop(self):
        self.server.process.kill()
        self.server.process.wait()
        self.server.log.close()


def gets(b):
    """[(role, address)]: lists with and without conditions, and B's things by their ids."""
    table, found = matrix(), []
    for role in ROLES:
        for method, pattern, permit in routes():
            if method != "GET" or permit == "0" or table[permit][role] == "NONE" or pattern.endswith((".xlsx", "/guide")):
                continue
            if "{" in pattern:
                path, own = leak.fill(pattern, b)
                found += [(role, path)] if own else []
            else:
                found.append((role, pattern))
    found += [("clerk", "/desk/libraries/" + b["library-a"]), ("clerk", "/desk/inspectors/" + b["inspector-a"])]
    found += [("clerk", "/desk/feedback?before=9"),
              ("clerk", "/desk/libraries/%s?before=9000000000000000000+z" % b["library-a"])]
    for path in ("objects", "libraries", "inspectors", "experts", "commissions", "documents", "drafts", "superior", "labels",
                 "outside", "feedback", "meetings", "issuances", "courses", "jobs"):
        for more in ("q=" + urllib.parse.quote(leak.MARK[:-1]), "department=" + leak.B):
            found.append(("clerk", "/desk/%s?%s" % (path, more)))
    return found


def shown(place, probe):
    kind, role, path, fields = probe
    if kind == "job":
        status, headers, text = place.ask(role, path, fields)
        return status, exported(place, role, headers, text)
    status, headers, text = place.ask(role, path, fields)
    return status, headers.get("location", ""), leak.plain(text)


def exported(place, role, headers, text):
    """The file of the job that was ordered."""
    if "location" not in headers:
        return leak.plain(text)
    number = re.search(r"/jobs/(\d+)", headers["location"]).group(1)
    for _ in range(200):
        rows = query(place.data, "SELECT state FROM job WHERE id = ?", number)
        if rows[0][0] not in ("waiting", "running"):
            break
        leak.time.sleep(0.02)
    return place.ask(role, "/desk/jobs/%s/file" % number)[2]


def probes(b, county):
    found = [("get", role, path, None) for role, path in gets(b)]
    picked = {"which": "picked", "filter": "", "total": "1", "sure": "1"}
    found += [("post", "clerk", "/desk/objects/label", {**picked, "s-" + b["object"]: "1", "word": "食品经营", "reason": "试",
                                                        "key": "m1"}),
              ("post", "clerk", "/desk/superior/claim", {**picked, "s-" + b["superior"]: "1", "key": "m2"}),
              ("post", "clerk", "/desk/drafts/%s/drop" % b["draft"], {"version": "1", "key": "m3"}),
              ("post", "clerk", "/desk/libraries/%s/edit" % b["library"], {"name": "甲", "key": "m4"}),
              ("post", "clerk", "/desk/feedback/%s" % b["feedback"], {"state": "done", "note": "甲", "seen": "0", "key": "m5"}),
              ("post", "clerk", "/desk/objects/place", {**picked, "s-" + b["object"]: "1", "library": b["library-a"],
                                                        "reason": "试", "key": "m6"})]
    for path in ("/desk/objects/export", "/desk/libraries/%s/export" % b["library-a"]):
        form = leak.Forms(county.ask("clerk", path)[2]).posts()[path]
        form.pop("csrf")
        found.append(("job", "clerk", path, {**form, "format": "csv", "key": "m-" + path}))
    return found


def AC6_no_use_of_the_clause_can_be_left_out_unnoticed(state):
    golden, cookies, b = state["golden"], state["cookies"], state["b"]
    with open(state["program"], "rb") as f:
        program = f.read()
    found, alive, killers = uses(program), [], {}
    must(len(found) >= 25, "only %d uses of the clause stand in the program" % len(found))
    right = Place(golden, state["program"], cookies)
    asked = state["probes"]
    want = [shown(right, probe) for probe in asked]
    right.stop()
    seen_before = {}
    for at, statement in found:
        nth = seen_before[statement] = seen_before.get(statement, 0) + 1
        label = "%d of %s ~ %s" % (nth, statement[:60], re.sub(r"\W+", " ", statement)[-70:])
        mutant = os.path.join(state["home"], "mutant")
        with open(mutant, "wb") as f:
            f.write(program[:at] + TRUE + program[at + len(TRUE):])
        os.chmod(mutant, 0o700)
        place = Place(golden, mutant, cookies)
        order = sorted(range(len(asked)), key=lambda i: -killers.get(i, 0))
        killed = next((i for i in order if shown(place, asked[i]) != want[i]), None)
        place.stop()
        hidden = any(nth == n and statement.startswith(begin) for n, begin in HIDDEN)
        if (killed is None) != hidden:
            alive.append("%s%s" % ("noticed, take it out of HIDDEN: " if hidden else "", label))
        elif killed is not None:
            killers[killed] = killers.get(killed, 0) + 1
    must(not alive, "%d of %d would not be noticed\n%s" % (len(alive), len(found), "\n".join(alive)))
    return "%d uses, all but %d missed by one of %d questions" % (len(found), len(HIDDEN), len(killers))


def main():
    state = {"program": desk_kit.SUNLOT, "home": leak.home}
    county = leak.prepare()
    state["county"], state["b"] = county, {}
    leak.draw_of_b(county)
    leak.things_of_b(state)
    further(county, state["b"])
    state["probes"] = probes(state["b"], county)
    county.server.stop()
    state["golden"], state["cookies"] = county.data, county.cookies
    tap.run(AC6_no_use_of_the_clause_can_be_left_out_unnoticed.__name__, AC6_no_use_of_the_clause_can_be_left_out_unnoticed, state)
    shutil.rmtree(leak.home, ignore_errors=True)
    tap.end()


def further(county, b):
    """B's object is another's as well, of a third department: the second half of the clause for objects."""
    third = query(county.data, "SELECT code FROM department WHERE code NOT IN ('SCJG', ?) AND state = 'active' ORDER BY code"
                  " LIMIT 1", leak.B)[0][0]
    leak.act(county, "/desk/objects/%s/department" % b["object"], {"department": third}, role="office")
    leak.make(county, "/desk/libraries/new", {"name": "甲的库", "department": "SCJG", "basis": "试"}, role="office")
    b["library-a"] = str(query(county.data, "SELECT id FROM library WHERE name = '甲的库'")[0][0])
    leak.act(county, "/desk/objects/%s/library" % b["object"], {"library": b["library-a"], "licence": "J-1"}, role="office")
    b["inspector-a"] = query(county.data, "SELECT code FROM inspector WHERE department = 'SCJG' AND state = 'active'"
                             " AND category <> 'expert' ORDER BY code")[0][0]
    leak.make(county, "/desk/inspectors/%s/interests/new" % b["inspector-a"], {"object": b["number"], "reason": "甲"}, role="clerk")


if __name__ == "__main__":
    main()
