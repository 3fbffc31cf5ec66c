"""Faults of the server while it does the work that outlives its page: batches over the registry, a
library's file, an upload, an export (office/job.h).

    fault_job.py PROGRAM kill|error

In copies of one house a job waits. A server takes it up and is killed at a random point where it
touches the disk or the database, or such a call fails once. Pieces of a batch and files of an import
must be there whole or not at all; the next server must bring the job to what an undisturbed one comes
to, each change once, in the history and in the audit too. SUNLOT_TEST_KILLS is the number of faults."""
import collections
import errno
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import house as houses
import walk
from tap import Broken, Tap, must

OBJECTS = 4500  # three pieces of a batch
PIECE = 2000    # OFFICE_PAGE_MOST of office/object.h
FRESH = 400
SILENT = 5  # seconds
LIBRARY = 77
ERRORS = [("sync", errno.EIO), ("space", errno.ENOSPC), ("write", errno.EIO)]
# what a failed job says of the cause: that, or what the database makes of it
CAUSE = "写入磁盘|空间|读写|数据库|没有写成|没有导出"

# What the jobs leave behind; ids and times differ from run to run.
LEFT = {
    "objects": "SELECT o.pool_id, o.name, o.state, o.labels FROM object o ORDER BY 1",
    "labels": "SELECT o.pool_id, l.label FROM object_label l JOIN object o ON o.id = l.object ORDER BY 1, 2",
    "library": "SELECT o.pool_id, r.licence FROM library_row r JOIN object o ON o.id = r.object ORDER BY 1, 2",
    "changes": "SELECT o.pool_id, c.before, c.after, c.reason FROM registry_change c"
               " JOIN object o ON o.id = c.target ORDER BY 1, 2, 3, 4",
    "imports": "SELECT resource, seen, added, changed, same, rejected FROM import_job ORDER BY 1, 2",
    "audit": "SELECT action, target, outcome FROM audit ORDER BY 1, 2, 3",
}


def ask(house, sql):
    """Rows of a question as lists of texts; the database may be in use."""
    if house.url:
        text = house.psql("SELECT coalesce(json_agg(x), '[]') FROM (%s) x;" % sql)
        return [[str(v) for v in row.values()] for row in json.loads(text)]
    base = sqlite3.connect("file:%s/sunlot.db?mode=ro" % house.folder, uri=True, timeout=20)
    try:
        return [[str(v) for v in row] for row in base.execute(sql)]
    finally:
        base.close()


def put(house, table, **row):
    """One row, as the pages would have written it."""
    row = dict({"tenant": houses.DIVISION}, **row)
    quoted = ["'%s'" % v.replace("'", "''") if isinstance(v, str) else str(v) for v in row.values()]
    sql = "INSERT INTO %s (%s) VALUES (%s);" % (table, ", ".join(row), ", ".join(quoted))
    if house.url:
        house.psql(sql)
        return
    base = sqlite3.connect(house.folder + "/sunlot.db")
    with base:
        base.execute(sql)
    base.close()


def order(house, kind, **args):
    """A job that waits, as its page orders it, by nobody in particular."""
    put(house, "job", id=1, kind=kind, title=kind, account=0, actor="经办员", department="", state="waiting",
        args=json.dumps(args, ensure_ascii=False), done=0, total=0, outcome="", words="", file="", download="",
        bytes=0, tries=0, at=1, begun_at=0, ended_at=0, until=0)


def uploaded(house, resource, source, target):
    """A file that was checked and confirmed."""
    os.makedirs(house.folder + "/jobs", exist_ok=True)
    shutil.copyfile(source, house.folder + "/jobs/9.upload")
    put(house, "upload", id=9, resource=resource, name=os.path.basename(source), file="9.upload", bytes=1,
        account=0, actor="经办员", department="", target=target, division="", state="confirmed", columns="",
        headings="", report="", check_job=0, import_job=1, at=1, until=1 << 60)


class Bench:
    def __init__(self, program, base, mode):
        self.base, self.mode, self.chance = base, mode, walk.chance()
        self.files = houses.Files(os.path.join(base, "files"), more=OBJECTS)
        self.files.write("fresh", self.files.HEAD, [self.files.object(20000 + i) for i in range(FRESH)])
        self.files.write("words", "标签,用途", ["重点,检查对象"])
        self.files.write("licences", "统一社会信用代码,检查对象名称,许可证号", [
            "%s,,XK%05d" % (self.files.object(1000 + i).split(",", maxsplit=1)[0], i) for i in range(FRESH)])
        self.main = walk.found(program, base, "main", self.files).house
        self.houses, self.wanted, self.idle, self.points = {}, {}, {}, {}
        self.tried = self.spared = self.after = 0
        self.fates = collections.Counter()

    def prepare(self):
        """One house for each job, where it waits; what it comes to undisturbed, in how many points."""
        must(self.main.run(houses.founding(self.main)).code == 0, "init failed")
        for resource, name in (("departments", "departments"), ("objects", "objects3"), ("labels", "words")):
            done = self.main.run(["import", resource, self.files.path(name)])
            must(done.code == 0, "import %s: %s" % (name, done))
        put(self.main, "library", id=LIBRARY, name="重点库", department="SCJG", basis="测试", state="active",
            job=1, at=1)
        batch = {"state": "active", "expected": self.active(), "reason": "测试"}
        self.house("batch-labels", lambda h: order(h, "batch-labels", word="重点", **batch))
        self.house("batch-libraries", lambda h: order(h, "batch-libraries", into=str(LIBRARY), **batch))
        self.house("export-objects", lambda h: order(h, "export-objects", columns=[0, 1, 4], format=1, order=0))
        self.house("import-objects", lambda h: self.upload(h, "objects", "fresh", "SCJG"))
        self.house("import-libraries", lambda h: self.upload(h, "libraries", "licences", "重点库"))
        return "; ".join("%s: points %d to %d of %s" % (kind, *span, calls)
                         for (kind, calls), span in self.points.items())

    def upload(self, house, resource, name, target):
        uploaded(house, resource, self.files.path(name), target)
        order(house, "import-" + resource, upload="9")

    def active(self):
        return int(ask(self.main, "SELECT count(id) FROM object WHERE state = 'active'")[0][0])

    def house(self, kind, ready):
        house = self.houses[kind] = self.main.copy(os.path.join(self.base, "at-" + kind))
        ready(house)
        for calls in ["all"] if self.mode == "kill" else [calls for calls, _ in ERRORS]:
            # not its start, which is dull; a server that has nothing to do may do much else meanwhile
            if calls not in self.idle:
                self.idle[calls] = self.count(kind, calls, True)
            busy = self.count(kind, calls, False)
            self.points[kind, calls] = (max(1, min(self.idle[calls] // 2, busy // 3)), busy)

    def count(self, kind, calls, idle):
        """The points of a whole server with the job, or with nothing to do."""
        twin, told = self.houses[kind].copy(os.path.join(self.base, "count")), os.path.join(self.base, "told")
        if idle:
            self.run_sql(twin, "UPDATE job SET state = 'cancelled'")
        child = self.serve(twin, FAULT_CALLS=calls, FAULT_COUNT=told)
        if idle:
            time.sleep(1.5)
        else:
            must(self.wait(twin, child) == "done", "%s does not come to its end: %s" % (kind, self.row(twin)))
        self.end(child)
        if not idle:
            self.wanted[kind] = self.left(twin)
        twin.remove()
        with open(told, encoding="ascii") as f:
            return int(f.read())

    def run_sql(self, house, sql):
        if house.url:
            house.psql(sql + ";")
            return
        base = sqlite3.connect(house.folder + "/sunlot.db")
        with base:
            base.execute(sql)
        base.close()

    # -- a server ----------------------------------------------------------------------------------

    def serve(self, house, **env):
        if env:
            env["LD_PRELOAD"] = os.environ["SUNLOT_FAULT_SHIM"]
        return house.start(["serve", "--port", "0", "--quiet"], env=env)

    def row(self, house):
        return ask(house, "SELECT state, words, tries, file FROM job WHERE id = 1")[0]

    def wait(self, house, child, seconds=houses.HANG):
        """How the job ended, or None when the server did first, or has nothing to say after so many
        seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if child.poll() is not None:
                return None
            state = self.row(house)[0]
            if state not in ("waiting", "running"):
                return state
            time.sleep(0.05)
        if seconds < houses.HANG:
            return None
        child.send_signal(signal.SIGTERM)
        raise Broken("the job goes on for ever: %s" % self.row(house))

    def end(self, child):
        """Ends a server that may have been killed already; answers its exit code."""
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        try:
            _, err = child.communicate(timeout=houses.HANG)
        finally:
            if child.poll() is None:
                child.kill()
        must(not any(report in err for report in houses.REPORTS), "a sanitizer reports: " + err[-4000:])
        return child.returncode

    # -- what is there afterwards --------------------------------------------------------------------

    def left(self, house):
        house.quiet()
        return {name: ask(house, sql) for name, sql in LEFT.items()}

    def whole(self, house, kind):
        """What was cut off is there in whole pieces, with history and audit, or not at all."""
        house.quiet()
        counts = [int(ask(house, sql)[0][0]) for sql in (
            "SELECT count(*) FROM object", "SELECT count(*) FROM object_label", "SELECT count(*) FROM library_row",
            "SELECT count(*) FROM registry_change",
            "SELECT count(*) FROM audit WHERE action IN ('object-label', 'library-batch')",
            "SELECT count(*) FROM import_job WHERE resource IN ('objects', 'libraries')")]
        objects, labels, rows, changes, pieces, jobs = counts
        total = len(self.wanted[kind]["changes"])
        told = "%s leaves %s" % (kind, counts)
        if kind.startswith("batch"):
            must(changes == min(pieces * PIECE, total), "half a piece: " + told)
            must(changes == (labels if kind == "batch-labels" else rows), "a change without its row: " + told)
        elif kind == "import-objects":
            must((objects, jobs) in ((OBJECTS, 1), (OBJECTS + FRESH, 2)), "half a file: " + told)
        elif kind == "import-libraries":
            must((rows, changes, jobs) in ((0, 0, 1), (FRESH, FRESH, 2)), "half a file: " + told)
        return counts

    def same(self, house, kind):
        """All as if nothing had happened; a file that the job gives stands under its name."""
        found = self.left(house)
        for name, rows in self.wanted[kind].items():
            if name == "audit" and kind == "export-objects":  # an export that was begun twice was twice
                rows, found[name] = sorted(set(map(tuple, rows))), sorted(set(map(tuple, found[name])))
            must(found[name] == rows, "%s: %s differ, %d rows instead of %d" % (
                kind, name, len(found[name]), len(rows)))
        file = self.row(house)[3]
        must(not file or os.path.getsize(os.path.join(house.folder, "jobs", file)) > 0, "the result is away")
        must(file or not kind.startswith(("batch", "export")), "%s has no result" % kind)
        done = house.run(["check"])
        must(done.code == 0, "the house is not sound: %s" % done)

    # -- one fault -------------------------------------------------------------------------------------

    def fault(self, kind):
        calls, how = self.chance.choice(
            [("all", "after"), ("all", "torn")] if self.mode == "kill" else ERRORS)
        at = self.chance.randint(*self.points[kind, calls])
        return {"FAULT_CALLS": calls, "FAULT_HOW": str(how), "FAULT_AT": str(at)}

    def attempt(self, kind):
        env = self.fault(kind)
        here = self.houses[kind].copy(os.path.join(self.base, "try"))
        try:
            child = self.serve(here, **env)
            # after a sync that failed the program writes nothing more until it is started anew
            state = self.wait(here, child, SILENT if env["FAULT_CALLS"] == "sync" else houses.HANG)
            code = self.end(child)
            self.tried += 1
            self.spared += state == "done"
            self.fates[state or "cut off"] += 1
            must(self.mode == "error" or code in (0, -9), "the server ended with %d" % code)
            must(code in (0, 1, -9), "the server ended with %d" % code)
            if state == "failed":
                self.refused(here)
            self.after += self.whole(here, kind) != self.whole(self.houses[kind], kind)
            if self.row(here)[0] != "done":
                child = self.serve(here)
                state = self.wait(here, child)
                code = self.end(child)
                must(code == 0 and state == "done", "not brought to its end (%d): %s" % (code, self.row(here)))
            self.same(here, kind)
        except Exception as problem:
            raise Broken("%s with %s: %s %s" % (kind, env, type(problem).__name__, problem)) from problem
        finally:
            here.remove()

    def refused(self, here):
        """A job that failed says why, and is given again."""
        words = self.row(here)[1]
        must(re.search(CAUSE, words) and len(re.findall(r"[\u4e00-\u9fff]", words)) > 5,
             "a failed job does not say why: " + words)
        self.run_sql(here, "UPDATE job SET state = 'waiting', words = '' WHERE id = 1")

    def sweep(self, wanted):
        kinds = sorted(self.houses)
        for i in range(wanted):
            self.attempt(kinds[i % len(kinds)])
        must(self.tried > self.spared, "no fault came: the bench does not bite")
        return "%d tried, %d had changed something, %s" % (self.tried, self.after, dict(self.fates))

    def leave(self):
        for house in list(self.houses.values()) + [self.main]:
            house.remove()


def main():
    program, mode = sys.argv[1:]
    tap, base = Tap(), houses.scratch()
    bench = Bench(program, base, mode)
    wanted = houses.faults(15 if "SUNLOT_TEST_PG" in os.environ else 50)
    try:
        tap.run("an undisturbed server brings each kind of job to its end", bench.prepare)
        if not tap.failed:
            tap.run("a server killed in the middle of a job leaves whole pieces, and the next one ends it"
                    if mode == "kill" else
                    "a disk that fails under a job gives a reason or nothing, and the job can be given again",
                    bench.sweep, wanted)
    finally:
        bench.leave()
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
