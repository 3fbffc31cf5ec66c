"""The invariants of SECURITY.md section 3 that a run of the program must keep whatever happens to
it: I1-I5, I6, I7, I8 (rows have their files), I10, I11 (nothing is shown before its entry is
public). Everything is read from outside: the database by sqlite3 or psql, the log and the files as
bytes. The database of a crashed program is looked at in a copy, so that looking repairs nothing."""
import collections
import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile

import protocol
from tap import Broken

TABLES = ("audit", "counter", "idempotency", "import_job", "department", "inspector", "item", "task",
          "draw", "draw_entry", "draw_file", "draw_stratum", "recusal", "visit", "seat", "seat_change",
          "result", "publication", "log_entry", "setting", "task_item", "task_part", "task_quota")
COUNTS = {
    "objects": "SELECT count(*) AS n FROM object",
    "renamed": "SELECT count(*) AS n FROM object WHERE name LIKE '改名%'",
    "changes": "SELECT job, count(*) AS n FROM registry_change WHERE resource = 'objects' GROUP BY job",
}

# I7: where a state may lead in one step.
DRAW = {"committed": ["random1"], "random1": ["drawn"], "drawn": ["staffed"], "staffed": ["random2"],
        "random2": ["assigned"], "assigned": ["refilling", "disclosed"], "refilling": ["random3"],
        "random3": ["assigned"]}
VISIT = {"drawn": ["assigned", "skipped", "aborted"], "assigned": ["entered", "skipped", "aborted"],
         "entered": ["published"]}
RESULT = {"entered": ["approved", "returned", "exempt"], "approved": ["published", "returned", "exempt"],
          "published": ["replaced"]}
TASK = {"ready": ["drawing", "aborted"], "drawing": ["visiting", "aborted"],
        "visiting": ["closed", "aborted"]}

# What a log entry of a kind does to its draw's state.
AFTER = {"drawn": "drawn", "teams": "staffed", "assigned": "assigned", "refill": "refilling",
         "refilled": "assigned", "abort": "aborted", "disclosure": "disclosed", "commitment": "committed"}

# I3: each audit action and the rows that it stands for.
CHANGES = {
    "import": lambda d: len(d["import_job"]), "task-create": lambda d: len(d["task"]),
    "draw-commit": lambda d: len(d["draw"]), "draw-recuse": lambda d: len(d["recusal"]),
    "draw-beacon": lambda d: d.entries("beacon"), "draw-objects": lambda d: d.entries("drawn"),
    "draw-teams": lambda d: d.entries("teams"),
    "draw-assign": lambda d: d.entries("assigned") + d.entries("refilled"),
    "draw-skip": lambda d: d.entries("skip"), "draw-refill": lambda d: d.entries("refill"),
    "draw-abort": lambda d: d.entries("abort"),
    "draw-disclose": lambda d: d.entries("disclosure"), "draw-next": lambda d: d.followers(),
    "result-enter": lambda d: len(d["result"]), "result-publish": lambda d: len(d["publication"]),
    "result-approve": lambda d: len({r["visit"] for r in d["result"] if r["approved_by"]}),
}


# What a sealed draw's file has beside its bytes: its first line, algorithm, nonce and tag (crypto/seal.h).
VEIL = len("sunlot-veiled/1\n") + 1 + 12 + 16


class Dump(dict):
    """The tables as lists of rows, and counts of the large ones."""

    def visits(self, draw):
        ident = next(d["id"] for d in self["draw"] if d["number"] == draw)
        return [v for v in self["visit"] if v["draw"] == ident]

    def seats(self, draw):
        ident = next(d["id"] for d in self["draw"] if d["number"] == draw)
        return [s for s in self["seat"] if s["draw"] == ident]

    def entries(self, kind):
        return sum(e["kind"] == kind for e in self["draw_entry"])

    def followers(self):
        """Visits that came after the selection itself."""
        quota = {(s["draw"], s["name"]): s["quota"] for s in self["draw_stratum"]}
        return sum(v["rank"] > quota[v["draw"], v["stratum"]] for v in self["visit"])


def dump_sqlite(house, scratch):
    copy = os.path.join(scratch, "looked-at.db")
    for end in ("", "-wal"):
        if os.path.exists(copy + end):
            os.remove(copy + end)
        if os.path.exists(house.folder + "/sunlot.db" + end):
            shutil.copyfile(house.folder + "/sunlot.db" + end, copy + end)
    if os.path.exists(copy + "-shm"):
        os.remove(copy + "-shm")
    base = sqlite3.connect(copy)
    base.row_factory = sqlite3.Row
    try:
        found = Dump()
        if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'log_entry'").fetchone():
            return found
        for table in TABLES:
            found[table] = [dict(r) for r in base.execute("SELECT * FROM %s ORDER BY 1, 2, 3" % table)]
        for name, sql in COUNTS.items():
            found[name] = [dict(r) for r in base.execute(sql)]
        found["sound"] = [r[0] for r in base.execute("PRAGMA integrity_check")] + \
            ["foreign key: %s" % (tuple(r),) for r in base.execute("PRAGMA foreign_key_check")]
        return found
    finally:
        base.close()


def dump_postgres(house):
    if house.psql("SELECT count(*) FROM pg_tables WHERE tablename = 'log_entry';").strip() == "0":
        return Dump()
    parts = {table: "SELECT * FROM %s ORDER BY 1, 2, 3" % table for table in TABLES}
    parts.update(COUNTS)
    sql = "".join("SELECT coalesce(json_agg(x), '[]') FROM (%s) x;" % p for p in parts.values())
    # each answer is one JSON array, its objects on lines of their own
    decoder, text, found = json.JSONDecoder(), house.psql("BEGIN ISOLATION LEVEL REPEATABLE READ;" + sql +
                                                          "COMMIT;").strip(), Dump()
    for name in parts:
        found[name], end = decoder.raw_decode(text)
        text = text[end:].strip()
    for table, column in (("log_entry", "body"), ("draw_file", "digest")):
        for row in found[table]:
            row[column] = bytes.fromhex(row[column][2:])
    found["sound"] = ["ok"]
    return found


def dump(house, scratch):
    return dump_postgres(house) if house.url else dump_sqlite(house, scratch)


class Keeper:
    """Looks at one house again and again and remembers what it has promised."""

    def __init__(self, house, scratch):
        self.house, self.scratch = house, scratch
        self.promised = []  # (step name, traces) of every acknowledged step
        self.shown = []     # every checkpoint that was ever visible
        self.before = None  # the last look

    def fork(self, house):
        """The same memory for a copy of the house."""
        twin = Keeper(house, self.scratch)
        twin.promised, twin.shown, twin.before = list(self.promised), list(self.shown), self.before
        return twin

    def promise(self, step, facts):
        self.promised.append((step.name, step.traces(facts)))

    def look(self, flying=None):
        """Checks everything; flying: traces of the step that may or may not have been done. Answers
        the dump."""
        self.house.quiet()
        found = dump(self.house, self.scratch)
        faults = []
        if found:
            self.say(faults, found, flying or [])
        elif self.promised:
            faults.append("I1: the database is gone")
        if faults:
            raise Broken("\n".join(faults))
        self.before = found
        return found

    def say(self, faults, d, flying):
        if d["sound"] != ["ok"]:
            faults += ["I5: " + line for line in d["sound"]]
        self.once(faults, d, flying)
        self.audited(faults, d)
        self.log(faults, d)
        self.imports(faults, d)
        self.states(faults, d)
        self.files(faults, d)
        self.bundles(faults)
        self.numbers(faults, d)
        for draw in d["draw"]:
            if not draw["sealed"]:
                self.drawn(faults, d, draw)

    def traces(self):
        return collections.Counter(trace for _, traces in self.promised for trace in traces)

    def done(self, d, traces):
        """Whether a step that was not acknowledged yet was done all the same."""
        before = self.traces()
        return all(sum(matches(r, t) for r in d.get("audit", [])) > before[t] for t in traces)

    # I1: what was acknowledged is there once; what was not, at most once; and nothing else.
    def once(self, faults, d, flying):
        rows, promised, may = list(d["audit"]), self.traces(), collections.Counter(flying)
        for trace in list(promised | may):
            there = [r for r in rows if matches(r, trace)]
            # a publication of what is published already leaves no trace
            least = promised[trace] if trace[0] != "result-publish" else 0
            if not least <= len(there) <= promised[trace] + may[trace]:
                faults.append("I1: %d audit rows %s, acknowledged %d, in flight %d" % (
                    len(there), trace, promised[trace], may[trace]))
            rows = [r for r in rows if r not in there]
        faults += ["I1: nobody asked for %s %s %s" % (r["action"], r["target"], r["detail"]) for r in rows]
        requests = [r["request"] for r in d["idempotency"]]
        if len(requests) != len(set(requests)):
            faults.append("I1: an idempotency key stands twice")

    # I3: as many audit rows of a kind as changes of that kind.
    def audited(self, faults, d):
        for action, count in CHANGES.items():
            rows = sum(r["action"] == action for r in d["audit"])
            if rows != count(d):
                faults.append("I3: %d audit rows %s for %d changes" % (rows, action, count(d)))

    # I4: the log recomputes; all that was ever shown is a prefix of it; the database has it whole.
    def log(self, faults, d):
        folder = self.house.folder
        signed, shown = protocol.checkpoints(folder), protocol.shown(folder)
        if shown:
            self.shown.append(shown)
        size = max([c.size for c in signed + self.shown], default=0)
        bodies = [r["body"] for r in sorted(d["log_entry"], key=lambda r: r["idx"])]
        if shown and shown.size < max(c.size for c in self.shown):
            faults.append("I4: the shown checkpoint went back to %d entries" % shown.size)
        if size > len(bodies):
            faults.append("I4: %d entries are signed, the database has %d" % (size, len(bodies)))
        published = shown.size if shown else 0
        try:
            entries = protocol.log_entries(folder, published)
        except (OSError, ValueError) as problem:
            faults.append("I4: the tiles of the shown checkpoint cannot be read: %s" % problem)
            return
        if entries != bodies[:published]:
            faults.append("I4: tiles and database differ")
        leaves = [protocol.leaf(body) for body in bodies]
        for c in {c.text: c for c in signed + self.shown}.values():
            if protocol.root(leaves[:c.size]) != c.root:
                faults.append("I4: the checkpoint of %d entries is no prefix" % c.size)
        texts = {c.text.strip() for c in signed}
        if any(c.text.strip() not in texts for c in self.shown):
            faults.append("I4: a checkpoint was shown that the list of checkpoints does not have")
        times = [c.time() for c in signed]
        if times != sorted(times):
            faults.append("I4: the times of the checkpoints go back")
        self.order(faults, d, published)

    # Randomness only after its question is public, the next name only after the skip, a bundle only
    # after its disclosure.
    def order(self, faults, d, published):
        for e in d["draw_entry"]:
            asked = [q["idx"] for q in d["draw_entry"] if q["draw"] == e["draw"] and
                     q["round"] == e["round"] and q["kind"] in ("commitment", "teams", "refill")]
            if e["kind"] == "beacon" and (len(asked) != 1 or asked[0] >= published):
                faults.append("order: randomness of round %d before its question" % e["round"])
        if d.followers():
            skips = sorted(e["idx"] for e in d["draw_entry"] if e["kind"] == "skip")
            if len(skips) < d.followers() or skips[d.followers() - 1] >= published:
                faults.append("order: the next name before the skip is public")
        for name in self.bundle_names():
            ids = [w["id"] for w in d["draw"] if name.startswith(w["number"] + "-")]
            ends = [e["idx"] for e in d["draw_entry"] if e["draw"] in ids and
                    e["kind"] in ("disclosure", "abort")]
            if ids and (not ends or ends[0] >= published):
                faults.append("I11: bundle %s before its disclosure" % name)

    # I6: a file went in whole or not at all, and its report is right.
    def imports(self, faults, d):
        jobs = [j for j in d["import_job"] if j["resource"] == "objects"]
        if d["objects"][0]["n"] != sum(j["added"] for j in jobs):
            faults.append("I6: %d objects, reports say %d" % (
                d["objects"][0]["n"], sum(j["added"] for j in jobs)))
        changes = {c["job"]: c["n"] for c in d["changes"]}
        if changes != {j["id"]: j["changed"] for j in jobs if j["changed"]}:
            faults.append("I6: changes %s differ from the reports" % changes)
        if d["renamed"][0]["n"] != sum(changes.values()):
            faults.append("I6: %d names changed, %d changes" % (d["renamed"][0]["n"], sum(changes.values())))
        for table in ("department", "inspector", "item"):
            said = sum(j["added"] for j in d["import_job"] if j["resource"] == table + "s")
            if len(d[table]) != said:
                faults.append("I6: %d rows in %s, reports say %d" % (len(d[table]), table, said))

    # I7: states moved along the machine, and a draw's state is what its entries make it.
    def states(self, faults, d):
        for draw in d["draw"]:
            state, rounds = None, sorted((e for e in d["draw_entry"] if e["draw"] == draw["id"]),
                                         key=lambda e: e["seq"])
            for e in rounds:
                state = "random%d" % min(e["round"], 3) if e["kind"] == "beacon" else \
                    AFTER.get(e["kind"], state)
            if state != draw["state"]:
                faults.append("I7: draw %s is %s, its entries say %s" % (
                    draw["number"], draw["state"], state))
            if [e["seq"] for e in rounds] != list(range(1, len(rounds) + 1)) or \
                    [e["idx"] for e in rounds] != sorted(e["idx"] for e in rounds):
                faults.append("I10: the entries of draw %s are not in order" % draw["number"])
        for table, machine in (("draw", DRAW), ("visit", VISIT), ("result", RESULT), ("task", TASK)):
            now = {r["id"]: r["state"] for r in d[table]}
            for old in self.before[table] if self.before else []:
                state = now.get(old["id"])
                if state != old["state"] and state not in machine.get(old["state"], []) and not (
                        table == "draw" and state == "aborted" and old["state"] != "disclosed"):
                    faults.append("I7: %s went from %s to %s" % (table, old["state"], state))

    # I8: every row that names a file has it, with that content.
    def files(self, faults, d):
        for row in d["draw_file"]:
            digest = row["digest"].hex()
            path = "%s/blobs/%s/%s" % (self.house.folder, digest[:2], digest)
            content = protocol.read(path) if os.path.exists(path) else None
            if content is None or hashlib.sha256(content).hexdigest() != digest:
                faults.append("I8: %s of a draw is missing or wrong" % row["name"])
            elif len(content) - (VEIL if content.startswith(b"sunlot-veiled/1\n") else 0) != row["size"]:
                faults.append("I8: %s has another size than its row" % row["name"])

    def bundle_names(self):
        folder = self.house.folder + "/bundles"
        return [n for n in os.listdir(folder) if n.endswith(".zip")] if os.path.isdir(folder) else []

    # A bundle is whole or not there at all.
    def bundles(self, faults):
        for name in self.bundle_names():
            try:
                with zipfile.ZipFile("%s/bundles/%s" % (self.house.folder, name)) as z:
                    whole = z.testzip() is None
            except (zipfile.BadZipFile, OSError):
                whole = False
            if not whole:
                faults.append("I8: the bundle %s is not whole" % name)

    # I10: numbers run from 1 without gap or duplicate.
    def numbers(self, faults, d):
        def gapless(what, numbers, start=1):
            if sorted(numbers) != list(range(start, start + len(numbers))):
                faults.append("I10: %s: %s" % (what, sorted(numbers)))
        gapless("audit", [r["id"] for r in d["audit"]])
        gapless("log", [r["idx"] for r in d["log_entry"]], 0)
        gapless("tasks", [int(r["number"][-4:]) for r in d["task"]])
        gapless("draws", [int(r["number"].rsplit("-", 1)[1]) for r in d["draw"]])
        numbers = [re.match(rb"sunlot-result/1 publication\nnumber \d+-(\d+)\ncount (\d+)\n", r["body"])
                   for r in d["log_entry"]]
        gapless("publications", [int(m.group(1)) for m in numbers if m])
        published = sum(r["state"] == "published" for r in d["result"])
        if sum(int(m.group(2)) for m in numbers if m) != published:
            faults.append("I11: %d published results, their entries say otherwise" % published)
        for counter in d["counter"]:
            rows = {"audit": d["audit"], "task": d["task"], "publication": d["publication"]}.get(
                counter["name"])
            if rows is not None and counter["value"] != len(rows):
                faults.append("I10: counter %s is %d for %d rows" % (
                    counter["name"], counter["value"], len(rows)))

    # I2: the drawn objects follow from the public entries and the frozen pool, skips included.
    def drawn(self, faults, d, draw):
        bodies = {r["idx"]: r["body"] for r in d["log_entry"]}
        mine = {(e["kind"], e["round"]): bodies[e["idx"]] for e in d["draw_entry"] if e["draw"] == draw["id"]}
        visits = d.visits(draw["number"])
        if ("drawn", 1) not in mine:
            if visits:
                faults.append("I2: visits before the drawing of %s" % draw["number"])
            return
        commitment = mine["commitment", 1]
        key = protocol.seed(commitment, mine["beacon", 1], b"")
        pool = self.paper(d, draw, "pool.tsv")
        wanted, rows = protocol.quotas(commitment, key), protocol.order(pool, key)
        if protocol.lines_root(pool).hex() != protocol.first(commitment, "pool-root"):
            faults.append("I2: the pool does not give the committed root")
        table = protocol.selected(pool, commitment, key)
        if self.paper(d, draw, "selected.tsv") != table or hashlib.sha256(
                bytes(32) + table).hexdigest() != protocol.first(mine["drawn", 1], "selected"):
            faults.append("I2: selected.tsv of %s does not recompute" % draw["number"])
        for stratum, quota in wanted.items():
            here = sorted((v["rank"], v["ticket"], v["pool_id"]) for v in visits if v["stratum"] == stratum)
            right = [(i, t.hex(), ident) for i, (t, ident) in enumerate(rows.get(stratum, []), 1)]
            skipped = sum(v["state"] == "skipped" for v in visits if v["stratum"] == stratum)
            if here != right[:len(here)] or not quota <= len(here) <= quota + skipped:
                faults.append("I2: stratum %s of %s does not recompute" % (stratum, draw["number"]))

    def paper(self, d, draw, name):
        """A file of a draw by its row; a missing one, which I8 reports, reads as one odd line."""
        digest = next(f["digest"] for f in d["draw_file"] if f["draw"] == draw["id"] and f["name"] == name)
        path = "%s/blobs/%s/%s" % (self.house.folder, digest.hex()[:2], digest.hex())
        return protocol.read(path) if os.path.exists(path) else b"missing\t-\n"


def matches(row, trace):
    action, target, detail = trace
    return row["action"] == action and target in (None, row["target"]) and (detail or "") in row["detail"]


# ---- at the end of a course ---------------------------------------------------------------------

def finished(house, facts, scratch):
    """Every bundle verifies with the log's key (I2), the log and the house are sound by the program's
    own word too, and the last checkpoint's signature holds by openssl."""
    key = house.run(["log", "key"])
    vkey = key.out.strip()
    for name in facts.bundles:
        done = house.run(["verify", "%s/bundles/%s" % (house.folder, name), "--vkey", vkey])
        if done.code != 0:
            raise Broken("I2: %s does not verify\n%s" % (name, done))
    for words in (["log", "verify"], ["check"]):
        done = house.run(words)
        if done.code != 0:
            raise Broken("I4, I5: %s\n%s" % (" ".join(words), done))
    last = protocol.checkpoints(house.folder)[-1]
    if not last.signed_by(vkey, scratch):
        raise Broken("I4: openssl refuses the last checkpoint's signature")
    litter = [os.path.join(base, n) for base, _, names in os.walk(house.folder) for n in names
              if ".tmp-" in n or base.endswith("/blobs/tmp")]
    return litter


# ---- words for people ---------------------------------------------------------------------------

UNFIT = re.compile(r"\.[ch]:\d+|\bsrc/|Assertion|Segmentation|Sanitizer|\bat 0x|SQLITE_|errno|\(null\)")


def clear(done, cause=""):
    """A refusal is a Chinese sentence with exit code 1, and shows nothing of the program's inside. It
    names the cause, given as a pattern."""
    if done.code != 1:
        raise Broken("ended with %s instead of exit code 1" % done)
    if not done.err.startswith("错误：") or len(re.findall(r"[\u4e00-\u9fff]", done.err)) < 6:
        raise Broken("no clear message: %s" % done)
    if not re.search(cause, done.err):
        raise Broken("the message does not name the cause (%s): %s" % (cause, done))
    if UNFIT.search(done.err + done.out):
        raise Broken("a message shows the program's inside: %s" % done)
