#!/usr/bin/env python3
"""The portal under mixed load: load.py SUNLOT

Readers of every route, searches and pages that no cache has, hostile requests, senders that are
slow, readers that are slow or go away in the middle, feedback, and imports of another process, all
at once, for SUNLOT_TEST_LOAD_SECONDS (20; 600 for the long run). Every reader's answer must be
right. The page cache is filled to its limit first; then the server may not hold more memory in the
last quarter of the time than in the first, nor more open files and threads afterwards than before.
Nothing here is timed: a slow machine asks less."""
import csv
import http.client
import os
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import SUNLOT, Server, crawl, hostile_requests, one_answer  # noqa: E402
from tap import Tap, must  # noqa: E402

SECONDS = float(os.environ.get("SUNLOT_TEST_LOAD_SECONDS", "20"))
READERS = 6
SERVER_READERS = 24  # threads of a server on two cores that may read at once: each keeps a connection
# Sanitizers keep what is freed for a while: there they look for faults, and memory is not counted.
SANITIZED = bool(os.environ.get("SUNLOT_SANITIZED"))
CACHE = 32 << 20
# Seconds of load before anything is counted: each reading thread's connection and its 2 MiB of pages,
# the rooms that jobs keep, the longest pages.
WARM = 10.0
# What one request may leave behind is seen here: 20 s are ten thousand requests and more.
GROWTH_KB = 8 << 10
LIMIT_KB = (64 << 10) + CACHE // 1024


class Load:
    """What happens at once, and what went wrong in it."""

    def __init__(self, server, pages, home):
        self.server = server
        self.pages = pages
        self.home = home
        self.ends = 0.0
        self.wrong = []
        self.counts = {}
        self.lock = threading.Lock()
        self.fresh = 0

    def count(self, what, more=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + more

    def number(self):
        with self.lock:
            self.fresh += 1
            return self.fresh

    def work(self, job):
        """Runs a job again and again until the time is over or it fails."""
        try:
            while time.time() < self.ends and not self.wrong:
                job()
        except Exception as problem:  # pylint: disable=broad-except
            with self.lock:
                self.wrong.append("%s: %s: %s" % (job.__name__, type(problem).__name__, problem))

    def address(self):
        return {"X-Forwarded-For": "10.%d.%d.%d" % tuple(random.randrange(256) for _ in range(3))}

    # --- readers ---

    def send(self, link, method, path, headers):
        """The answer; one that says "later" because a file of open data is being made is asked for
        again until it is there."""
        while True:
            link.request(method, path, headers=headers)
            answer = link.getresponse()
            data = answer.read()
            if answer.status != 503 or not path.startswith("/open/") or time.time() > self.ends + 30:
                return answer, data
            must(answer.getheader("Retry-After"), "%s: 503 without Retry-After" % path)
            self.count("files asked for again")
            time.sleep(0.2)

    def ask(self, link):
        path, (_, known, body) = random.choice(self.pages)
        headers = {"Accept-Language": random.choice(["zh", "zh", "en"]), **self.address()}
        headers["Accept-Encoding"] = random.choice(["identity", "gzip", "gzip, deflate, br"])
        method = random.choice(["GET", "GET", "GET", "HEAD"])
        kept = "etag" in known and random.random() < 0.2
        if kept:
            headers["If-None-Match"] = known["etag"]
        elif random.random() < 0.4 and "/static/" not in path and "/log/" not in path:
            path += "%sn=%d" % ("&" if "?" in path else "?", self.number())
        answer, data = self.send(link, method, path, headers)
        if answer.status == 429:  # an address that shares the attackers' budget
            self.count("put off")
            return
        must(answer.status in (200, 304), "%s %s: %d" % (method, path, answer.status))
        must(method == "GET" or data == b"", "HEAD %s with a body" % path)
        if path.startswith(("/static/", "/log/tile/")) and answer.status == 200 and method == "GET":
            plain = answer.getheader("Content-Encoding") is None
            must(not plain or data == body, "%s: other bytes" % path)
        self.count("answers")
        self.count("bytes", len(data))

    def read(self):
        """One reader: some dozens of pages on one connection."""
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        for _ in range(random.randrange(1, 60)):
            if time.time() > self.ends:
                break
            self.ask(link)
        link.close()

    def search(self):
        """Each at a text that nobody asked for before."""
        letters = "示例县市场有限公司商店食品药餐饮建材一二三ABC0123456789%_'\"*龘𠮷 "
        text = "".join(random.choice(letters) for _ in range(random.randrange(1, 9)))
        path = "/search?" + urllib.parse.urlencode({"q": text, "n": self.number()})
        status, _, body = self.server.ask(path, headers=self.address())
        if status == 429:
            self.count("put off")
            return
        must(status == 200 and b"</html>" in body, "%s: %d" % (path, status))
        self.count("searches")
        time.sleep(0.01)

    def write(self):
        """Feedback, stored once each."""
        form = {"Content-Type": "application/x-www-form-urlencoded", **self.address()}
        body = urllib.parse.urlencode({"key": "load%d" % self.number(), "text": "意见", "contact": ""})
        must(self.server.ask("/feedback", "POST", form, body)[0] in (303, 429), "feedback")
        self.count("feedback")
        time.sleep(0.2)

    # --- who means no good, or has a bad line ---

    def attack(self):
        for words, data, statuses in hostile_requests():
            if time.time() > self.ends:
                return
            # 429: the attackers share one address and its budget
            one_answer(self.server.raw(data, wait=1), statuses | {429}, words)
            self.count("hostile")

    def dribble(self):
        """A head that comes byte by byte and never ends."""
        link = socket.create_connection(("127.0.0.1", self.server.port))
        try:
            for byte in b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"y" * 60:
                link.sendall(bytes([byte]))
                time.sleep(0.3)
                if time.time() > self.ends:
                    break
        except OSError:
            self.count("slow senders cut off")
        link.close()
        self.count("slow senders")

    def sip(self):
        """Asks for the largest page again and again and takes a few bytes of each answer."""
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        link.connect(("127.0.0.1", self.server.port))
        path, _ = max(self.pages, key=lambda page: len(page[1][2]))
        try:
            link.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode() * 3)
            for _ in range(20):
                if time.time() > self.ends:
                    break
                link.recv(100)
                time.sleep(0.2)
        except OSError:
            pass
        link.close()
        self.count("slow readers")

    def leave(self):
        """Asks and is gone before the answer comes: reset, not closed."""
        link = socket.create_connection(("127.0.0.1", self.server.port))
        path = random.choice(self.pages)[0]
        link.sendall(b"GET %s%sn=%d HTTP/1.1\r\nHost: x\r\n\r\n" % (
            path.encode(), b"&" if "?" in path else b"?", self.number()))
        time.sleep(random.random() / 100)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()
        self.count("gone before the answer")
        time.sleep(0.02)

    # --- the registry moves meanwhile ---

    def bring(self):
        """Imports a few objects under new names, which the server brings into its index."""
        source = os.path.join(self.server.data, "source", "objects.csv")
        with open(source, encoding="utf-8-sig", newline="") as f:
            rows = list(csv.reader(f))
        name = rows[0].index(next(h for h in rows[0] if "名称" in h))
        for row in rows[1:51]:
            row[name] = "示例县更名%d号有限公司" % self.number()
        path = os.path.join(self.home, "renamed.csv")
        with open(path, "w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows(rows[:51])
        done = subprocess.run([SUNLOT, "--data", self.server.data, "import", "objects", path],
                              capture_output=True, text=True)
        must(done.returncode == 0, "import: " + done.stderr)
        self.count("imports")
        time.sleep(3)

    def jobs(self):
        return ([self.read] * READERS + [self.search] * 2 + [self.dribble] * 8 + [self.sip] * 8 +
                [self.leave, self.write, self.attack, self.bring])

    def run(self, seconds):
        self.ends = time.time() + seconds
        threads = [threading.Thread(target=self.work, args=(job,)) for job in self.jobs()]
        for thread in threads:
            thread.start()
        seen = []
        while time.time() < self.ends and not self.wrong:
            time.sleep(0.5)
            seen.append(held(self.server))
        for thread in threads:
            thread.join()
        must(not self.wrong, self.wrong)
        return seen


def held(server):
    """Resident memory of the server's own in KiB, without the files that it maps."""
    with open("/proc/%d/status" % server.process.pid, encoding="ascii") as f:
        return int(re.search(r"RssAnon:\s+(\d+)", f.read()).group(1))


def handles(server):
    """Open files and threads."""
    return tuple(len(os.listdir("/proc/%d/%s" % (server.process.pid, kind))) for kind in ("fd", "task"))


def settled(server, want):
    """The handles once connections that were left behind have been noticed, 70 s at most."""
    for _ in range(140):
        if handles(server) <= want:
            break
        time.sleep(0.5)
    return handles(server)


def fill_cache(server, pages):
    """More different pages than the cache holds, each asked for twice: the second time makes the
    answer that is sent from then on, whose place the cache has set aside."""
    path, size = max(((p, len(a[2])) for p, a in pages if p.startswith(("/results", "/draws", "/items"))),
                     key=lambda page: page[1])
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for i in range(4 * CACHE // size):
        link.request("GET", "%s%sfill=%d" % (path, "&" if "?" in path else "?", i // 2))
        answer = link.getresponse()
        must(answer.status == 200 and len(answer.read()) >= size, "%s: %d" % (path, answer.status))
    link.close()


def flat(server, pages, home):
    load = Load(server, pages, home)
    fill_cache(server, pages)
    load.run(max(WARM, SECONDS / 20))
    open_before = handles(server)
    load.counts.clear()
    seen = load.run(SECONDS)
    quarter = max(1, len(seen) // 4)
    before, after = statistics.median(seen[:quarter]), statistics.median(seen[-quarter:])
    words = ["%s %d" % item for item in sorted(load.counts.items())]
    words.append("memory in the first quarter %d KiB, in the last %d KiB, most %d KiB" % (before, after, max(seen)))
    words.append("every eighth of the time: " + " ".join("%d" % seen[i * len(seen) // 8] for i in range(8)))
    must(SANITIZED or after - before < GROWTH_KB, "memory grew: " + "; ".join(words))
    must(SANITIZED or max(seen) < LIMIT_KB, "memory above %d KiB: %s" % (LIMIT_KB, "; ".join(words)))
    # A reader's connection (three files) is opened when more threads than before read at once, and kept.
    allowed = (open_before[0] + 3 * SERVER_READERS, open_before[1])
    open_after = settled(server, allowed)
    must(open_after[0] <= allowed[0] and open_after[1] <= allowed[1],
         "files and threads: %s became %s" % (open_before, open_after))
    for what in ("answers", "searches", "hostile", "slow senders", "slow readers", "imports", "feedback"):
        must(load.counts.get(what, 0) > 0, "nothing of the kind: " + what)
    must(load.counts.get("put off", 0) * 100 < load.counts["answers"], "too many were put off: " + "; ".join(words))
    words.append("files and threads: %s, then %s" % (open_before, open_after))
    return "\n".join(words)


def main():
    tap = Tap()
    home = tempfile.mkdtemp(prefix="sunlot-load-")
    county = os.path.join(home, "county")
    random.seed(20261121)
    done = subprocess.run([SUNLOT, "demo", county], capture_output=True, text=True)
    must(done.returncode == 0, done.stderr)
    server = Server(county, "--proxy", "127.0.0.1", "--quiet")
    try:
        pages = [(p, a) for p, a in crawl(server).items() if a[0] == 200]
        tap.run("under mixed load every reader is served and memory, files and threads stay flat",
                flat, server, pages, home)
        tap.run("the server still ends with 0 when it is told to", lambda: must(server.stop() == 0, "exit code"))
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
