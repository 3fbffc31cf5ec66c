"""Power cuts: a house on an ext4 of its own that loses everything which was not synced.

    fault_cut.py PROGRAM

EXT4_IOC_SHUTDOWN with NOLOGFLUSH stops the file system as a cut does: nothing that is only in memory
reaches the disk any more. After each cut the disk is mounted again (the journal is replayed), every
acknowledged command must be there with all invariants, and the course goes on. A control that does not
sync must lose data, or the bench would prove nothing. SUNLOT_TEST_KILLS is the number of cuts (default
25). Needs root and loop devices."""
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import threading
import time

import house as houses
import walk
from tap import Tap, must

SHUTDOWN, NOLOGFLUSH = 0x8004587D, 2  # _IOR('X', 125, __u32) of the kernel's ext4.h


class Disk:
    """An ext4 in a file. commit=300: the kernel's own writing back does not help anybody.
    off: the power went, or is going."""

    def __init__(self, base):
        self.off = False
        self.image, self.place = os.path.join(base, "disk"), os.path.join(base, "mount")
        os.makedirs(self.place)
        with open(self.image, "wb") as f:
            f.truncate(96 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True, capture_output=True)
        self.mount()

    def mount(self):
        subprocess.run(["mount", "-o", "loop,commit=300,noatime", self.image, self.place], check=True,
                       capture_output=True)

    def unmount(self):
        for _ in range(100):
            if subprocess.run(["umount", self.place], capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("the disk cannot be unmounted: something still uses it")

    def cut(self):
        self.off = True
        fd = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(fd)

    def again(self):
        """The power is back."""
        self.unmount()
        self.mount()
        self.off = False


def unsynced(disk, sync):
    """The control: 2,000 acknowledged lines; answers how many are there after a cut."""
    path = os.path.join(disk.place, "control")
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC)
    for i in range(2000):
        os.write(fd, b"%08d\n" % i)
        if sync and i % 100 == 99:
            os.fsync(fd)
    if sync:
        folder = os.open(disk.place, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    disk.cut()
    os.close(fd)
    disk.again()
    return os.path.getsize(path) // 9 if os.path.exists(path) else 0


class Bench:
    def __init__(self, program, base, disk, files):
        self.program, self.base, self.disk, self.files = program, base, disk, files
        self.chance = walk.chance()
        self.cuts = self.kept = self.acknowledged = 0
        self.usual = {}

    def step(self, here, step, cut):
        """Runs a step; where it is to be cut, the power goes at a random moment of it or, half of the
        time, as soon as it has answered. A cut takes this kernel a few milliseconds in which a sync
        that has begun may be told 0 without reaching the disk (seen by strace: fdatasync begun before
        the ioctl, 0 during it, EIO after it). Where the power really goes nobody hears that answer: it
        acknowledges nothing."""
        if not cut:
            done = here.run(step)
            self.usual[step.name] = done.seconds
            here.settle(step, done)
            return
        wait = self.usual[step.name] * self.chance.uniform(0.2, 1)
        timer = threading.Timer(3600 if self.chance.random() < 0.5 else wait, self.disk.cut)
        timer.start()
        done = here.run(step)
        heard = not self.disk.off
        timer.cancel()
        timer.join()
        self.disk.cut()
        self.disk.again()
        self.cuts += 1
        must(done.code in (0, 1), "a command on a disk that went away ended with %s" % done)
        if done.code == 0 and heard:
            self.acknowledged += 1
            here.settle(step, done)
        else:
            self.kept += here.cut(step)
            here.settle(step, here.run(step))

    def without_syncs(self):
        """The same look at the same cut, but no sync reaches the disk: answers what is lost."""
        here = walk.found(self.program, self.disk.place, "sleepless", self.files)
        here.keeper.scratch = self.base
        must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
        env = dict(FAULT_CALLS="sync", FAULT_AT="1", FAULT_HOW="skip", FAULT_STAY="1",
                   LD_PRELOAD=os.environ["SUNLOT_FAULT_SHIM"])
        for step in houses.course(self.files)[:8]:
            here.settle(step, here.run(step, env=env))
        self.disk.cut()
        self.disk.again()
        try:
            here.keeper.look()
        except Exception as loss:  # pylint: disable=broad-except
            return str(loss).splitlines()[0][:160]
        finally:
            here.house.remove()
        return None

    def course(self, wanted):
        here = walk.found(self.program, self.disk.place, "house", self.files)
        here.keeper.scratch = self.base
        must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
        for step in houses.course(self.files, large=True):
            self.step(here, step, self.cuts < wanted and self.chance.random() < 0.8)
        here.end()
        here.house.remove()


def allowed(base):
    """Why there can be no power cut here, or the disk."""
    if os.geteuid() != 0:
        return "not root", None
    if not shutil.which("mkfs.ext4") or not shutil.which("mount"):
        return "mkfs.ext4 or mount is not installed", None
    try:
        disk = Disk(base)
    except (subprocess.CalledProcessError, OSError) as problem:
        return "no loop device can be mounted (%s)" % problem, None
    try:
        disk.cut()
        disk.again()
    except OSError as problem:
        disk.unmount()
        return "this kernel has no EXT4_IOC_SHUTDOWN (%s)" % problem, None
    return None, disk


def main():
    tap, base = Tap(), houses.scratch()
    why, disk = allowed(base)
    if why:
        tap.run("power cuts (not run here: %s)" % why, lambda: None)
        shutil.rmtree(base, ignore_errors=True)
        tap.end()
    bench = Bench(sys.argv[1], base, disk, houses.Files(os.path.join(base, "files"), more=300))
    wanted = houses.faults(25)

    def bites():
        lost, whole = unsynced(disk, False), unsynced(disk, True)
        must(lost < 2000, "the control lost nothing: the bench does not bite")
        must(whole == 2000, "what was synced is gone (%d of 2000): this is no power cut" % whole)
        return "without fsync %d of 2000 lines are left, with it all" % lost

    def sleepless():
        told = bench.without_syncs()
        must(told, "with its syncs taken away the program lost nothing: the bench does not bite")
        return told

    def cut():
        bench.course(0)
        while bench.cuts < wanted:
            bench.course(wanted)
        must(bench.acknowledged > 0, "no cut came after an acknowledgement")
        return "%d cuts, %d of them after the acknowledgement, %d others had committed; nothing lost" % (
            bench.cuts, bench.acknowledged, bench.kept)

    try:
        tap.run("a program that does not sync loses data in such a cut", bites)
        tap.run("the program itself, its syncs taken away, loses acknowledged work", sleepless)
        tap.run("what was acknowledged before a power cut is there after it", cut)
    finally:
        disk.unmount()
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
