"""Bit rot: one random bit of one file is turned, as a worn disk does, and the house is looked at.

    fault_rot.py PROGRAM

In the log (tiles, journal, checkpoints), in the files of the draws, in the keys and in bundles every
bit must be noticed. In the database a bit may fall into unused space: then all rows read as before.
SQLite keeps no checksums of its pages, so a bit in a row's text can only be noticed where the public log
or a digest stands against it: GUARDED names those columns, and what else changed is counted.
SUNLOT_TEST_KILLS is the number of bits a kind of file (default 40)."""
import os
import re
import shutil
import sqlite3
import sys
import zipfile

import house as houses
import invariants
import walk
from tap import Tap, must

KINDS = {"the log's tiles": r"log/tile/", "the journal": r"journal/log$",
         "the checkpoints": r"log/checkpoints?$", "the files of the draws": r"blobs/..?/",
         "the keys": r"keys/"}
# Columns of which no turned bit may go unnoticed.
GUARDED = {("log_entry", "idx"), ("log_entry", "body"), ("draw_file", "digest"), ("draw_file", "blind"),
           ("draw", "keys")}


class Bench:
    def __init__(self, program, base, files):
        self.base, self.chance = base, walk.chance()
        self.wanted = houses.faults(40)
        self.here = walk.found(program, base, "house", files)

    def build(self):
        must(self.here.house.run(houses.founding(self.here.house)).code == 0, "init failed")
        self.here.go(houses.course(self.here.facts.files))
        self.here.end()

    def paths(self, pattern):
        """Files whose every byte counts. A partial tile that a wider one replaces is never read."""
        folder, found = self.here.house.folder, []
        for base, _, names in os.walk(folder):
            found += [os.path.relpath(os.path.join(base, n), folder) for n in names]
        widest = {}
        for path in found:
            part = re.match(r"(log/tile/.*\.p)/(\d+)$", path)
            if part:
                widest[part.group(1)] = max(widest.get(part.group(1), 0), int(part.group(2)))
        return sorted(p for p in found if re.search(pattern, p) and os.path.getsize(
            os.path.join(folder, p)) and ("/tile/" not in p or ".p/" not in p or
                                          int(p.rsplit("/", 1)[1]) == widest[p.rsplit("/", 1)[0]]))

    def turn(self, path):
        """Turns one bit; answers how to say which."""
        with open(path, "r+b") as f:
            at, bit = self.chance.randrange(os.path.getsize(path)), self.chance.randrange(8)
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 1 << bit]))
        return "bit %d of byte %d in %s" % (bit, at, path)

    def noticed(self, folder, words=("check",)):
        """Whether the command for it refuses; a crash is no refusal."""
        done = houses.House(self.here.house.program, folder).run(list(words))
        if done.code != 0:
            invariants.clear(done)
        return done.code != 0

    def every_bit(self, pattern):
        paths, found = self.paths(pattern), 0
        must(paths, "no such file")
        for _ in range(self.wanted):
            twin, name = os.path.join(self.base, "twin"), self.chance.choice(paths)
            shutil.rmtree(twin, ignore_errors=True)
            shutil.copytree(self.here.house.folder, twin)
            what = self.turn(os.path.join(twin, name))
            words = ["log", "verify"] if re.match("log/|journal/", name) else ["check"]
            if self.noticed(twin, words):
                found += 1
            else:  # what was made anew from other files, or says the same, is as good as noticed
                must(same(os.path.join(twin, name), os.path.join(self.here.house.folder, name)),
                     "not noticed: %s" % what)
        return "%d of %d bits noticed, the others mended" % (found, self.wanted)

    def bundles(self):
        folder, program = self.here.house.folder + "/bundles", self.here.house.program
        vkey, idle = self.here.house.run(["log", "key"]).out.strip(), 0
        for i in range(self.wanted):
            twin, source = os.path.join(self.base, "bundle.zip"), sorted(os.listdir(folder))[i % 4]
            shutil.copyfile(os.path.join(folder, source), twin)
            what = self.turn(twin)
            done = houses.House(program, folder).run(["verify", twin, "--vkey", vkey])
            must(not invariants.UNFIT.search(done.out + done.err), "shows the inside: %s" % done)
            if done.code in (1, 2) and ("不符" in done.out or done.err.startswith("错误：")):
                continue
            must(contents(twin) in (contents(os.path.join(folder, source)), None), "not noticed: %s" % what)
            idle += 1
        return "%d of %d bits noticed, %d in fields of the zip that mean nothing" % (
            self.wanted - idle, self.wanted, idle)

    def rows(self, path):
        """All that the database says, by table and column; None where it cannot be read."""
        base = sqlite3.connect(path)
        base.row_factory, base.text_factory = sqlite3.Row, bytes
        try:
            names = [t[0].decode(errors="replace")
                     for t in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: table(base, name) for name in names if "\ufffd" not in name}
        except sqlite3.Error:
            return None
        finally:
            base.close()

    def database(self):
        """The file itself, with nothing in the write-ahead log."""
        source, twin = self.here.house.folder, os.path.join(self.base, "twin")
        shutil.copytree(source, os.path.join(self.base, "right"))
        right = self.rows(os.path.join(self.base, "right/sunlot.db"))
        noticed = unused = 0
        changed = {}
        for _ in range(self.wanted * 3):
            shutil.rmtree(twin, ignore_errors=True)
            shutil.copytree(source, twin)
            self.turn(os.path.join(twin, "sunlot.db"))
            if self.noticed(twin):
                noticed += 1
                continue
            now = self.rows(os.path.join(twin, "sunlot.db"))
            places = differences(right, now) if now is not None else {("database", "unreadable")}
            unused += not places
            for place in places:
                changed[place] = changed.get(place, 0) + 1
        told = "%d noticed, %d in unused space, unnoticed in rows: %s" % (
            noticed, unused, ", ".join("%s.%s %d" % (p + (n,)) for p, n in sorted(changed.items())))
        must(noticed > 0, told)
        must(not GUARDED & set(changed) and ("database", "unreadable") not in changed, told)
        return told

    def newest(self):
        """The write-ahead log, as a kill leaves it: a bit in it takes the newest transactions away,
        and the public log knows of them."""
        twin, source = os.path.join(self.base, "twin"), os.path.join(self.base, "source")
        self.unemptied(source)
        for _ in range(self.wanted):
            shutil.rmtree(twin, ignore_errors=True)
            shutil.copytree(source, twin)
            what = self.turn(os.path.join(twin, "sunlot.db-wal"))
            must(self.noticed(twin), "not noticed: %s" % what)
        return "%d of %d bits noticed" % (self.wanted, self.wanted)

    def unemptied(self, folder):
        """A copy of the house with one more task and draw, which stand in the write-ahead log alone: an
        open reader keeps it from being emptied."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.here.house.folder, folder)
        house, base = houses.House(self.here.house.program, folder), sqlite3.connect(folder + "/sunlot.db")
        base.execute("BEGIN")
        base.execute("SELECT count(*) FROM audit").fetchone()
        f = self.here.facts.files
        step = houses.task_step(f, "D", ["--item", "SCJG-S0001", "--part", "SCJG:2", "--quota", "ALL=fixed:2"])
        task = house.run(step.words(self.here.facts)).out.strip()
        done = house.run(["draw", "commit", task, "--open"] + houses.SOURCES)
        must(done.code == 0, "the draw for the write-ahead log failed: %s" % done)
        for end in ("", "-wal"):
            shutil.copyfile(folder + "/sunlot.db" + end, folder + "/kept" + end)
        base.close()
        for end in ("", "-wal"):
            os.replace(folder + "/kept" + end, folder + "/sunlot.db" + end)


def contents(path):
    """Names and bytes of a zip, as another reader finds them; None where it refuses the zip because a
    file claims to need a newer reader: a field that libarchive passes over."""
    try:
        with zipfile.ZipFile(path) as z:
            return [(name, z.read(name)) for name in z.namelist()]
    except NotImplementedError as e:
        must("zip file version" in str(e), "the other reader: %s" % e)
        return None


def same(one, other):
    """Equal bytes; hexadecimal may have changed its case only."""
    with open(one, "rb") as a, open(other, "rb") as b:
        return a.read().strip().lower() == b.read().strip().lower()


def table(base, name):
    """The rows of a table; None where the name of a column is no text any more: whoever uses that column
    is refused from then on."""
    try:
        return [dict(r) for r in base.execute("SELECT * FROM \"%s\" ORDER BY rowid" % name)]
    except UnicodeDecodeError:
        return None


def differences(right, now):
    """The (table, column) pairs in which two readings differ."""
    found = set()
    for name, rows in right.items():
        read = now.get(name, [])
        if read is None:
            found.add((name, "name of a column"))
            continue
        if len(rows) != len(read):
            found.add((name, "count"))
        for old, new in zip(rows, read):
            found |= {(name, column) for column in old if old[column] != new.get(column)}
    return found


def main():
    tap, base = Tap(), houses.scratch()
    bench = Bench(sys.argv[1], base, houses.Files(os.path.join(base, "files")))
    try:
        tap.run("a course to work on", bench.build)
        for kind, pattern in KINDS.items():
            if not tap.failed:
                tap.run("every turned bit in %s is noticed" % kind, bench.every_bit, pattern)
        tap.run("every turned bit in a bundle is noticed by verify", bench.bundles)
        tap.run("a turned bit in the database is noticed or in unused space", bench.database)
        tap.run("every turned bit in the write-ahead log is noticed", bench.newest)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
