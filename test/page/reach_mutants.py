#!/usr/bin/env python3
"""The clause of store/reach.h is taken out of the program, one use at a time: reach_mutants.py SUNLOT SHIM

Each use stands in the program as the text of its statement. In a copy of the program one of them is
made true for every row, by bytes of the same length, and a person of department A asks for what he
asks in leak.py: lists, counts, addresses of B's things, exports, changes. Each such program must
answer otherwise than the right one somewhere, else nobody would notice the clause's absence
(SECURITY.md AC6). Where another use has let through before what one keeps out (BEHIND), the two are
parted: by the rows that the program reads, told by a shim in front of libsqlite3, or by an object
that becomes B's in between."""
import os
import re
import shutil
import sqlite3
import sys
import threading
import urllib.parse

SHIM = os.path.abspath(sys.argv.pop(2))
import desk_kit  # noqa: E402
import leak  # noqa: E402
from desk_kit import Server, csrf_of, matrix, query, routes, run, send_file
from tap import Tap, must

CLAUSE, TRUE = b"($2 = 1 OR REPLACE($3", b"($2 < 9 OR REPLACE($3"
ROLES = ("clerk", "inspector")
A, ITEMS = "SCJG", {"SCJG": "SCJG-S0001", leak.B: "XFJY-S0001"}
SEATS, OBJECT = "/*whole*/ SELECT v.id, s.department, s.seat", "SELECT o.id, number, name, kind"
# The seats of A whose visits owe something: so many A's list of what is pending has to read.
SEATS_OF_A = """SELECT count(*) FROM seat s JOIN visit v ON v.draw = s.draw AND v.pool_id = s.pool_id WHERE s.department = ?
    AND (v.state IN ('assigned', 'entered') OR v.state = 'published' AND v.id IN (
    SELECT visit FROM result WHERE state IN ('entered', 'approved')))"""
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
    """A county as it was left, served by some program, with the sessions that were open. watched: with the shim."""

    def __init__(self, golden, program, cookies, watched=False):
        self.data = golden + "-run"
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(golden, self.data)
        desk_kit.SUNLOT = program
        self.rows = golden + ".rows"
        os.environ.update({"LD_PRELOAD": SHIM, "SUNLOT_ROWS": self.rows} if watched else {})
        try:
            self.server = Server(self.data, "--proxy", "127.0.0.1")
        finally:
            for name in ("LD_PRELOAD", "SUNLOT_ROWS") if watched else ():
                del os.environ[name]
        self.cookies = cookies
        self.tokens = {}

    def ask(self, role, path, fields=None):
        if fields is not None:
            if role not in self.tokens:
                self.tokens[role] = csrf_of(self.server.ask("/desk/sessions", cookie=self.cookies[role])[2])
            fields = {"csrf": self.tokens[role], **fields}
        return self.server.ask(path, fields, cookie=self.cookies[role])

    def last_record(self):
        return 0

    def note(self, *record):
        """What send_file tells a county of the audit is of no use here."""

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
    found += [("clerk", "/desk/feedback?before=9"), ("clerk", "/desk/approvals?before=9"),
              ("clerk", "/desk/libraries/%s?before=9000000000000000000+z" % b["library-a"])]
    for path in ("objects", "libraries", "inspectors", "experts", "commissions", "documents", "drafts", "superior", "labels",
                 "outside", "feedback", "meetings", "issuances", "courses", "jobs"):
        for more in ("q=" + urllib.parse.quote(leak.MARK[:-1]), "department=" + leak.B):
            found.append(("clerk", "/desk/%s?%s" % (path, more)))
    return found


def shim_told(place):
    """The statements whose rows the program has read since forget(), one for each row."""
    with open(place.rows, "rb") as f:
        return f.read().splitlines()


def forget(place):
    open(place.rows, "w").close()


# ---- uses that no answer can show, as another has let through before what they keep out ------------------

def seats_are_not_read(place):
    """A seat is told beside a visit of its own department alone. The program reads as many as A has."""
    forget(place)
    must(place.ask("clerk", "/desk/due")[0] == 200, "the list of what is pending")
    seats = query(place.data, SEATS_OF_A, A)[0][0]
    must(seats > 0, "A has no seat")
    return sum(line.startswith(SEATS.encode()) for line in shim_told(place)) == seats


def move(place, pool_id):
    """An object of A becomes one of B's, told to nobody: a transaction that is still open. Sessions are noted as used
    just now: else the server would do so, once a minute, and wait for this transaction before it looks at anything."""
    link = sqlite3.connect(place.data + "/sunlot.db", isolation_level=None, timeout=20)
    link.execute("UPDATE session SET seen_at = ?", (int(leak.time.time() * 1e6),))
    link.execute("BEGIN IMMEDIATE")
    link.execute("INSERT INTO object_department (tenant, object, department) SELECT tenant, id, ? FROM object"
                 " WHERE pool_id = ?", (leak.B, pool_id))
    link.execute("UPDATE object SET department = ? WHERE pool_id = ?", (leak.B, pool_id))
    return link


def object_of_a(place):
    return query(place.data, "SELECT pool_id FROM object o WHERE department = ? AND state = 'active' AND NOT EXISTS (SELECT 1"
                 " FROM object_department d WHERE d.object = o.id) ORDER BY pool_id", A)[0][0]


def the_roster_is_not_believed(place):
    """An object that the list in memory still holds for A's is not shown."""
    pool_id = object_of_a(place)
    path = "/desk/objects?q=" + pool_id
    link = '"/desk/objects/%s' % pool_id
    must(link in place.ask("clerk", path)[2], "A does not see %s" % pool_id)
    moved = move(place, pool_id)
    moved.execute("COMMIT")
    moved.close()
    return link not in place.ask("clerk", path)[2]


def an_object_that_moves_under_a_change_is_left_alone(place):
    """Between the look at an object and the change of it, which waits for the one writer, it becomes another's."""
    pool_id = object_of_a(place)
    path = "/desk/objects/%s/state" % pool_id
    form = leak.Forms(place.ask("clerk", "/desk/objects/" + pool_id)[2]).posts()[path]
    form.pop("csrf")
    moved = move(place, pool_id)
    forget(place)
    answers = []
    change = threading.Thread(target=lambda: answers.append(
        place.ask("clerk", path, {**form, "state": "revoked", "reason": "试"})))
    change.start()
    looked = False
    for _ in range(1000):
        looked = any(line.endswith(b"AND o.pool_id = $4") for line in shim_told(place))
        if looked:
            break
        leak.time.sleep(0.01)
    moved.execute("COMMIT")
    change.join()
    moved.close()
    must(looked, "the change does not look at the object first")
    must(answers[0][0] in (303, 404), "%d %s" % (answers[0][0], leak.why(answers[0][2])))
    return answers[0][0] == 404


# How the statement begins and ends: what its clause, either use of it, is there for.
BEHIND = {(SEATS, ""): seats_are_not_read, (OBJECT, " ORDER BY o.id"): the_roster_is_not_believed,
          (OBJECT, " AND o.id = $4"): an_object_that_moves_under_a_change_is_left_alone}


def behind(statement):
    return next((holds for (begin, end), holds in BEHIND.items() if statement.startswith(begin) and statement.endswith(end)), None)


def shown(place, probe):
    kind, role, path, fields = probe
    if kind == "job":
        status, headers, text = place.ask(role, path, fields)
        return status, exported(place, role, headers, text)
    if kind == "file":
        status, headers, text = send_file(place, role, path, {"key": "m-" + path, "library": "甲的库"}, "甲.csv", fields)
        if status != 303:
            return status, "", leak.plain(text)
        leak.done(place, "check-libraries", A)
        status, _, text = place.ask(role, headers["location"])
        return status, "", re.sub(r"\d{15,}", "ID", leak.plain(text))
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
    found.append(("file", "clerk", "/desk/import/libraries", (
        "专项库,统一社会信用代码,许可证号,许可事项\n甲的库,%s,J-2,许可\n" % b["number"]).encode()))
    return found


def missed(place, asked, want, killers):
    """The first question with another answer, those that told most so far in front. What changes something comes
    behind all that doesn't, always in one order: an order or a label of its own is no difference."""
    order = sorted(range(len(asked)), key=lambda i: (asked[i][0] != "get", asked[i][0] == "get" and -killers.get(i, 0)))
    return next((i for i in order if shown(place, asked[i]) != want[i]), None)


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
    right = Place(golden, state["program"], cookies)
    must(missed(right, asked, want, {i: i for i in range(len(asked))}) is None, "the right program is not told from itself")
    right.stop()
    for holds in BEHIND.values():
        right = Place(golden, state["program"], cookies, watched=True)
        must(holds(right), "the right program: " + holds.__name__)
        right.stop()
    seen_before, parted = {}, []
    for at, statement in found:
        nth = seen_before[statement] = seen_before.get(statement, 0) + 1
        label = "%d of %s ~ %s" % (nth, statement[:60], re.sub(r"\W+", " ", statement)[-70:])
        mutant = os.path.join(state["home"], "mutant")
        with open(mutant, "wb") as f:
            f.write(program[:at] + TRUE + program[at + len(TRUE):])
        os.chmod(mutant, 0o700)
        place = Place(golden, mutant, cookies)
        killed = missed(place, asked, want, killers)
        place.stop()
        holds = behind(statement)
        if killed is not None:
            killers[killed] = killers.get(killed, 0) + 1
        if (killed is None) != (holds is not None):
            alive.append("%s%s" % ("an answer shows it, take it out of BEHIND: " if holds else "", label))
        elif holds is not None:
            place = Place(golden, mutant, cookies, watched=True)
            alive += ["%s: %s" % (holds.__name__, label)] if holds(place) else []
            place.stop()
            parted.append(label)
    must(len(parted) == 2 * len(BEHIND), "uses of BEHIND: %s" % parted)
    must(not alive, "%d of %d would not be noticed\n%s" % (len(alive), len(found), "\n".join(alive)))
    return "%d uses, all missed: %d by one of %d questions, %d behind another" % (
        len(found), len(found) - len(parted), len(killers), len(parted))


def main():
    state = {"program": desk_kit.SUNLOT, "home": leak.home}
    county = leak.prepare()
    state["county"], state["b"] = county, {}
    results_of_b(county)
    leak.things_of_b(state)
    further(county, state["b"])
    state["probes"] = probes(state["b"], county)
    county.server.stop()
    state["golden"], state["cookies"] = county.data, county.cookies
    tap.run(AC6_no_use_of_the_clause_can_be_left_out_unnoticed.__name__, AC6_no_use_of_the_clause_can_be_left_out_unnoticed, state)
    shutil.rmtree(leak.home, ignore_errors=True)
    tap.end()


def results_of_b(county):
    """What B found: in a draw of its own and in one of A with B's part."""
    task = leak.draw_of_b(county)[0]
    number = query(county.data, "SELECT d.number FROM draw d JOIN task t ON t.id = d.task WHERE t.number = ?", task)[0][0]
    results(county, number, leak.B)
    _, number = leak.draw_of(county, A, "--name", "联合专项", "--item", ITEMS[A], "--item", "%s@%s" % (ITEMS[leak.B], leak.B),
                             "--part", A + ":2", "--part", leak.B + ":2")
    results(county, number, A, leak.B)


def results(county, draw, *departments):
    """Of three drawn objects one owes all, one the publication of corrections, one that of what the first department found."""
    seats = {}
    for pool_id, department, inspector in query(
            county.data, "SELECT s.pool_id, s.department, MIN(s.inspector) FROM seat s JOIN draw d ON d.id = s.draw"
            " WHERE d.number = ? GROUP BY s.pool_id, s.department", draw):
        seats.setdefault(pool_id, {})[department] = inspector
    must(len(seats) == 3 and all(set(held) == set(departments) for held in seats.values()), seats)
    _, corrected, entered = sorted(seats)

    def found(verb, pool_id, department, code, *more):
        run("--by", "录入员", "result", verb, draw, "--object", pool_id, "--item", ITEMS[department], "--result", code, "--method",
            "site", "--inspector", seats[pool_id][department], *more, data=county.data)

    found("enter", entered, departments[0], "01")
    for department in departments:
        found("enter", corrected, department, "01")
    for verb in ("approve", "publish"):
        run("--by", "审核员", "result", verb, draw, "--object", corrected, data=county.data)
    for department in departments:
        found("correct", corrected, department, "07", "--reason", "复核")
    states = query(county.data, "SELECT r.department, v.state, r.state FROM result r JOIN visit v ON v.id = r.visit JOIN draw d"
                   " ON d.id = v.draw WHERE d.number = ? AND r.state <> 'published' ORDER BY r.id", draw)
    must(states == [(departments[0], "entered", "entered")] + [(d, "published", "entered") for d in departments], states)


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
