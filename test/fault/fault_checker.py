"""The checker of invariants itself: a sound house is broken in one place at a time, and the breach must
be named by its invariant. A checker that finds nothing proves nothing.

    fault_checker.py PROGRAM"""
import os
import shutil
import sqlite3
import sys

import house as houses
import protocol
import walk
from tap import Broken, Tap, must

# (invariant that must be named, SQL): what a lost, doubled or half transaction would look like
BREACHES = [
    ("I1", "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)"),
    ("I1", "INSERT INTO audit (tenant, id, at, actor, action, target, detail)"
           " SELECT tenant, id + 1, at, actor, action, target, detail FROM audit"
           " WHERE id = (SELECT max(id) FROM audit)"),
    ("I3", "DELETE FROM recusal"),
    ("I3", "DELETE FROM result WHERE id = (SELECT max(id) FROM result)"),
    ("I3", "DELETE FROM publication"),
    ("I4", "UPDATE log_entry SET body = x'78' WHERE idx = 3"),
    ("I4", "DELETE FROM log_entry WHERE idx = (SELECT max(idx) FROM log_entry)"),
    ("I6", "DELETE FROM object WHERE id = (SELECT max(id) FROM object)"),
    ("I6", "UPDATE object SET name = '旧名' WHERE id = (SELECT min(id) FROM object WHERE name LIKE '改名%')"),
    ("I6", "DELETE FROM registry_change WHERE id = (SELECT max(id) FROM registry_change)"),
    ("I6", "DELETE FROM inspector WHERE id = (SELECT max(id) FROM inspector)"),
    ("I7", "UPDATE draw SET state = 'drawn' WHERE state = 'disclosed'"),
    ("I7", "UPDATE visit SET state = 'drawn' WHERE state = 'published'"),
    ("I7", "UPDATE result SET state = 'entered' WHERE id = (SELECT max(id) FROM result)"),
    ("I7", "UPDATE task SET state = 'ready'"),
    ("I2", "UPDATE visit SET pool_id = '91410882MA0000999X' WHERE id = (SELECT min(id) FROM visit)"),
    ("I2", "DELETE FROM visit WHERE rank = 1 AND draw = (SELECT min(id) FROM draw)"),
    ("I8", "UPDATE draw_file SET digest = zeroblob(32) WHERE name = 'teams.tsv'"),
    ("I10", "UPDATE counter SET value = value + 1 WHERE name = 'audit'"),
    ("I10", "UPDATE task SET number = '410882209901010009' WHERE id = (SELECT max(id) FROM task)"),
    ("I11", "UPDATE result SET state = 'approved' WHERE id = (SELECT max(id) FROM result)"),
]


def change(path, at, byte):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(byte)


def old_checkpoint(folder):
    """The shown checkpoint is replaced by an earlier one."""
    older = protocol.checkpoints(folder)[-2].text
    with open(folder + "/log/checkpoint", "w", encoding="utf-8") as f:
        f.write(older)


def unlisted(folder):
    """The list of checkpoints forgets its last one."""
    text = protocol.read(folder + "/log/checkpoints").decode()
    shorter = text[:text.rindex(protocol.checkpoints(folder)[-1].text)]
    with open(folder + "/log/checkpoints", "w", encoding="utf-8") as f:
        f.write(shorter)


def forked(folder):
    """Entry 0 is another one, in its tile too: a log that was rewritten."""
    width = protocol.shown(folder).size
    change("%s/log/tile/entries/000.p/%d" % (folder, width), 20, b"#")
    entry = protocol.read("%s/log/tile/entries/000.p/%d" % (folder, width))
    size = int.from_bytes(entry[:2], "big")
    change("%s/log/tile/0/000.p/%d" % (folder, width), 0, protocol.leaf(entry[2:2 + size]))
    base = sqlite3.connect(folder + "/sunlot.db")
    base.execute("UPDATE log_entry SET body = ? WHERE idx = 0", (entry[2:2 + size],))
    base.commit()
    base.close()


def blobless(folder):
    for base, _, names in os.walk(folder + "/blobs"):
        for name in names[:1]:
            os.remove(os.path.join(base, name))


def half_bundle(folder):
    name = folder + "/bundles/" + sorted(os.listdir(folder + "/bundles"))[0]
    os.truncate(name, os.path.getsize(name) // 2)


def torn_page(folder):
    change(folder + "/sunlot.db", 4096 * 5, bytes(2000))


FILES = [("I4", old_checkpoint), ("I4", unlisted), ("I4", forked), ("I8", blobless), ("I8", half_bundle),
         ("I5", torn_page)]


def broken(here, base, name, breach):
    """The breach is made in a copy; answers what the checker says of it."""
    twin = here.fork(os.path.join(base, "broken"))
    try:
        if callable(breach):
            breach(twin.house.folder)
        else:
            database = sqlite3.connect(twin.house.folder + "/sunlot.db")
            must(database.execute(breach).rowcount > 0, "the breach changes nothing: %s" % breach)
            database.commit()
            database.close()
        twin.keeper.look()
    except Broken as found:
        must("%s:" % name in str(found), "%s: another invariant is named\n%s" % (breach, found))
        return
    except sqlite3.DatabaseError:
        must(name == "I5", "%s: the database cannot be read" % breach)
        return
    finally:
        twin.house.remove()
    raise Broken("%s is not noticed: %s" % (name, breach))


def main():
    tap, base = Tap(), houses.scratch()
    here = walk.found(sys.argv[1], base, "house", houses.Files(os.path.join(base, "files")))

    def build():
        must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
        here.go(houses.course(here.facts.files))
        here.end()
        here.fork(os.path.join(base, "sound")).keeper.look()

    def rows():
        for name, breach in BREACHES:
            broken(here, base, name, breach)
        return "%d breaches named" % len(BREACHES)

    def files():
        for name, breach in FILES:
            broken(here, base, name, breach)
        return "%d breaches named" % len(FILES)

    try:
        tap.run("a sound house is found sound, a copy of it too", build)
        if not tap.failed:
            tap.run("every breach in the rows is named by its invariant", rows)
            tap.run("every breach in the files is named by its invariant", files)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
