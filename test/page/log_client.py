#!/usr/bin/env python3
"""A client written by others reads the portal's log: log_client.py SUNLOT SOURCE

SOURCE, log_client/main.go, is the client library of Go's checksum database with a few lines around
it. It reads the log of a demo county, then with more than one tile, then with more than 256 of them,
so that full and partial tiles of three levels are read; each time it is given the checkpoints of
before. Where there is no Go, or not that library, the test says so and passes."""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import SUNLOT, Server  # noqa: E402
from tap import Tap, must  # noqa: E402

SOURCE = os.path.abspath(sys.argv[2])
LIBRARY = "/usr/share/gocode"
SIZES = [300, 512, 65536, 65536 + 256 + 77]


def run(county, *words):
    done = subprocess.run([SUNLOT, "--data", county, *words], capture_output=True, text=True)
    must(done.returncode == 0, "sunlot %s: %s" % (" ".join(words), done.stderr))
    return done.stdout.strip()


class Client:
    def __init__(self, home):
        self.home = home
        self.program = os.path.join(home, "log_client")
        self.kept = []

    def build(self):
        """False with a note where it cannot be built here."""
        go = shutil.which("go")
        if go is None or not os.path.isdir(LIBRARY + "/src/golang.org/x/mod/sumdb/tlog"):
            print("# no Go or no golang-golang-x-mod-dev here: not run")
            return False
        env = {**os.environ, "GO111MODULE": "off", "GOPATH": LIBRARY, "GOFLAGS": "", "CGO_ENABLED": "0",
               "GOCACHE": os.path.join(self.home, "cache"), "HOME": self.home}
        done = subprocess.run([go, "build", "-o", self.program, SOURCE], env=env, capture_output=True, text=True)
        must(done.returncode == 0, "go build: " + done.stderr)
        return True

    def read(self, server, key):
        """What the client says of the log and of every checkpoint that it saw before; it must hold."""
        done = self.ask(server, key, *self.kept)
        must(done.returncode == 0, done.stderr)
        self.kept.append(os.path.join(self.home, "checkpoint%d" % len(self.kept)))
        with open(self.kept[-1], "w", encoding="utf-8") as f:
            f.write(done.stdout)
        return done.stderr.strip()

    def ask(self, server, key, *old):
        return subprocess.run([self.program, "http://127.0.0.1:%d" % server.port, key, *old],
                              capture_output=True, text=True)


def grow(county, size):
    """Entries in the database, as a transaction leaves them; the next command brings them into the log."""
    db = sqlite3.connect(os.path.join(county, "sunlot.db"))
    have, tenant, at = db.execute("SELECT MAX(idx) + 1, MAX(tenant), MAX(at) FROM log_entry").fetchone()
    db.executemany("INSERT INTO log_entry (idx, at, tenant, body) VALUES (?, ?, ?, ?)",
                   ((i, at, tenant, b"sunlot-test/1 entry %d\n" % i + b"x" * (i % 150)) for i in range(have, size)))
    db.commit()
    db.close()
    run(county, "log", "show")


def reads_everything(client, server, county, key):
    told = [client.read(server, key)]
    for size in SIZES:
        grow(county, size)
        told.append(client.read(server, key))
        must(told[-1].startswith("%d entries" % size), told[-1])
    must("levels 3" in told[-1], told[-1])
    return "\n".join(told)


def refuses_others(client, server, county, key):
    """Another log's key, a checkpoint of another log, a changed entry and a changed tile are found."""
    other = os.path.join(client.home, "other")
    run(other, "init", "--division", "410882", "--name", "x", "--origin", "other.example/log")
    must(client.ask(server, run(other, "log", "key")).returncode != 0, "another key is believed")
    with open(client.kept[1], encoding="utf-8") as f:
        forged = f.read().replace("\n300\n", "\n301\n")
    with open(os.path.join(client.home, "forged"), "w", encoding="utf-8") as f:
        f.write(forged)
    must(client.ask(server, key, os.path.join(client.home, "forged")).returncode != 0, "a forged checkpoint is believed")
    for name in ("tile/0/003", "tile/entries/003", "tile/1/000"):
        path = os.path.join(county, "log", name)
        with open(path, "rb") as f:
            good = f.read()
        os.chmod(path, 0o600)
        with open(path, "wb") as f:
            f.write(good[:100] + bytes([good[100] ^ 1]) + good[101:])
        done = client.ask(server, key)
        with open(path, "wb") as f:
            f.write(good)
        must(done.returncode != 0, "a changed byte in %s is not found" % name)
        print("# %s: %s" % (name, done.stderr.strip()))
    must(client.ask(server, key).returncode == 0, "the log as it was")


def main():
    tap = Tap()
    home = tempfile.mkdtemp(prefix="sunlot-log-")
    county = os.path.join(home, "county")
    client = Client(home)
    server = None
    try:
        if client.build():
            must(subprocess.run([SUNLOT, "demo", county], capture_output=True).returncode == 0, "no demo county")
            key = run(county, "log", "key")
            server = Server(county, "--quiet")
            tap.run("Go's checksum database client reads logs of 14 to 65,869 entries with the verifier key alone",
                    reads_everything, client, server, county, key)
            tap.run("it finds another key, a forged checkpoint and a changed byte in tiles and entries",
                    refuses_others, client, server, county, key)
            must(server.stop() == 0, "how the server ended")
        else:
            tap.run("no client by others can be built here", lambda: None)
    finally:
        if server is not None and server.process.poll() is None:
            server.process.kill()
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
