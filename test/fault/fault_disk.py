"""A full disk, a limit on file sizes, a folder that may only be read.

    fault_disk.py PROGRAM

Every command of the course is tried with almost no space left (a small tmpfs, where mounting is
allowed), then with RLIMIT_FSIZE, then once more without the trouble: a refusal must be a clear Chinese
sentence, nothing may be lost or half done, and the command must work when the cause is gone. A folder
that may not be written (read-only mount, or another user's) refuses every command in words and stays
as it was, byte for byte."""
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys

import house as houses
import invariants
import walk
from tap import Tap, must

NOBODY = 65534


def mounted(place, options):
    """A tmpfs at place, or why there is none."""
    os.makedirs(place, exist_ok=True)
    if os.geteuid() != 0:
        return "not root"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], capture_output=True,
                          text=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip() or "mount failed"


class Bench:
    def __init__(self, program, base, files):
        self.program, self.base, self.files = program, base, files
        self.chance = walk.chance()
        self.tried = self.refused = 0

    def attempt(self, here, step, cause, **extra):
        """One run in trouble. A refusal may come before or after the commit, never in between; where
        it comes because an earlier attempt did commit, it names that instead of the cause."""
        done = here.run(step, **extra)
        self.tried += 1
        if done.code == 0:
            here.settle(step, done)
            return True
        invariants.clear(done, cause + "|目前的状态|没有可以进行这一步")
        self.refused += 1
        here.cut(step)
        return False

    def course(self, here, trouble, tries=2):
        must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
        for step in houses.course(self.files):
            if not any(trouble(here, step) for _ in range(tries)):
                here.settle(step, here.run(step))
        here.end()
        told = "%d commands in trouble, %d refused, nothing lost" % (self.tried, self.refused)
        must(self.refused > self.tried // 10, "the trouble hardly ever came: " + told)
        self.tried = self.refused = 0
        return told


def full_disk(bench):
    place = os.path.join(bench.base, "small")
    why = mounted(place, "size=24m")
    if why:
        return "not run here: no tmpfs can be mounted (%s)" % why
    here = walk.found(bench.program, place, "house", bench.files)
    ballast = os.path.join(place, "ballast")

    def trouble(here, step):
        space = os.statvfs(place)
        left = bench.chance.choice((0, 1, 2, 4, 8, 12, 16, 24, 40, 64)) * 4096
        with open(ballast, "wb") as f:
            f.write(bytes(max(0, space.f_bavail * space.f_frsize - left)))
        try:
            return bench.attempt(here, step, "空间")
        finally:
            os.remove(ballast)
    here.keeper.scratch = bench.base
    try:
        return bench.course(here, trouble)
    finally:
        subprocess.run(["umount", "-l", place], check=False)


def size_limit(bench):
    """Writes beyond the limit fail with EFBIG, and the kernel sends SIGXFSZ, which ends a program
    that does not think of it."""
    here = walk.found(bench.program, bench.base, "limited", bench.files)
    here.keeper.scratch = bench.base

    def trouble(here, step):
        most = bench.chance.choice((0, 1, 4, 16, 64, 256)) * 1024

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        return bench.attempt(here, step, "空间|过大|无法打开数据库", setup=limit)
    return bench.course(here, trouble)


def image(folder):
    """What every file holds."""
    return {os.path.relpath(os.path.join(base, name), folder):
            hashlib.sha256(open(os.path.join(base, name), "rb").read()).hexdigest()
            for base, _, names in os.walk(folder) for name in names}


def commands(facts):
    """One of each kind, writing and reading."""
    draw = facts.draw["A"]
    return [["import", "objects", facts.files.path("objects")], ["setting"], ["task", "list"],
            ["draw", "list"], ["draw", "show", draw], ["draw", "disclose", draw],
            ["draw", "abort", draw, "--reason", "试"], ["result", "publish", draw], ["log", "show"],
            ["log", "verify"], ["check"]]


def refusals(bench, here, **extra):
    """Every command is refused in words, or answers; the folder stays as it is."""
    before, told = image(here.house.folder), 0
    for words in commands(here.facts):
        done = here.house.run(words, **extra)
        if done.code != 0:
            invariants.clear(done, "不可写|权限|只读")
            told += 1
    must(told > 0, "no command was refused: the folder was not read-only")
    must(image(here.house.folder) == before, "a folder that may only be read was changed")
    return told


def read_only(bench):
    place = os.path.join(bench.base, "frozen")
    why = mounted(place, "size=24m")
    here = walk.found(bench.program, place, "house", bench.files)
    here.keeper.scratch = bench.base
    try:
        must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
        here.go(houses.course(bench.files)[:12])
        told = []
        if not why:
            subprocess.run(["mount", "-o", "remount,ro", place], check=True)
            told.append("%d commands refused on a read-only disk" % refusals(bench, here))
            subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        told.append("%d in a folder that may not be written" % forbidden(bench, here))
        here.go(houses.course(bench.files)[12:])
        here.end()
        return ", ".join(told)
    finally:
        if not why:
            subprocess.run(["umount", "-l", place], check=False)


def forbidden(bench, here):
    """Another user runs the commands; without root, our own folder loses its permission to write."""
    if os.geteuid() == 0:
        reach(here.house.folder, bench.base)

        def other():
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return refusals(bench, here, setup=other)
    folders = [base for base, _, _ in os.walk(here.house.folder)]
    files = [os.path.join(base, n) for base, _, names in os.walk(here.house.folder) for n in names]
    for path in folders + files:
        os.chmod(path, 0o555 if path in folders else 0o444)
    try:
        return refusals(bench, here)
    finally:
        for path in folders + files:
            os.chmod(path, 0o755 if path in folders else 0o600)


def reach(folder, base):
    """Lets another user come as far as the folder."""
    while folder.startswith(base):
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
        folder = os.path.dirname(folder)


def main():
    tap, base = Tap(), houses.scratch()
    bench = Bench(sys.argv[1], base, houses.Files(os.path.join(base, "files")))
    try:
        tap.run("a full disk gives a clear refusal, and all is well when there is space again",
                full_disk, bench)
        tap.run("a limit on file sizes gives a clear refusal, and all is well without it",
                size_limit, bench)
        tap.run("a folder that may only be read refuses in words and stays as it is", read_only, bench)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
