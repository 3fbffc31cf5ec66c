#!/usr/bin/env python3
"""slowhttptest's slow clients, and what another reader of the portal feels of them: scan_slow.py SUNLOT

400 connections of each kind (heads that never end, bodies that trickle, answers that nobody takes) come one
kind after the other, then the three together with 400 between them. The server counts no addresses here
(--proxy, where nginx would): all of them get in, which is what must be borne; with 64 of one address it
would be less. A reader on two connections asks for pages all the while. Only what he measured while three
quarters of the slow ones were connected counts (SECURITY.md AV2); before each kind he measures alone.

This is a measurement: the ratio of his 99th percentiles is a finding from 2 on."""
import http.client
import re
import subprocess
import threading
import time
from collections import namedtuple

from scan_kit import finish, home, say, served

MANY = 400
HELD = MANY * 3 // 4
PAGES = ("/", "/search?q=%E5%85%AC%E5%8F%B8", "/results", "/draws", "/statistics")
SECONDS = 12  # alone, and at least that long for each kind
LIMIT = 2.0

Sample = namedtuple("Sample", "held ms")


def kinds(port):
    """{kind: the words for slowhttptest}; -k asks again and again, so that answers fill what the system keeps."""
    site = "http://127.0.0.1:%d" % port
    return {"header": ["-H", "-i", "3", "-u", site + "/"],
            "body": ["-B", "-i", "3", "-s", "60000", "-x", "10", "-u", site + "/desk/sign-in"],
            "read": ["-X", "-k", "8", "-w", "10", "-y", "20", "-z", "5", "-n", "5", "-u", site + "/results"]}


def connected(port, own):
    """Connections to the server beside the reader's own."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        found = sum(1 for line in f if re.match(r"\s*\d+: 0100007F:%04X \w+:\w+ 01 " % port, line))
    return found - own


class Reader:
    """Asks for pages, one after the other, on connections that stay open."""

    def __init__(self, port, threads=2):
        self.port, self.threads = port, threads
        self.held, self.samples, self.failed = 0, [], 0
        self.lock = threading.Lock()

    def ask(self, link, number):
        """A page that no cache has, every second time."""
        path = PAGES[number % len(PAGES)]
        if number % 2:
            path += "%sn=%d" % ("&" if "?" in path else "?", time.monotonic_ns())
        began = time.perf_counter()
        link.request("GET", path, headers={"X-Forwarded-For": "10.%d.%d.1" % (number // 256 % 256, number % 256)})
        answer = link.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - began) * 1e3

    def work(self, done):
        link, number = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), 0
        while not done():
            number += 1
            held = self.held
            try:
                status, ms = self.ask(link, number)
            except OSError:
                link.close()
                status, ms = 0, 0.0
            with self.lock:
                self.failed += status != 200
                self.samples.append(Sample(held, ms))
            time.sleep(0.004)
        link.close()

    def read(self, done):
        """Reads until done() holds; what was measured."""
        self.samples = []
        threads = [threading.Thread(target=self.work, args=(done,)) for _ in range(self.threads)]
        for thread in threads:
            thread.start()
        while any(t.is_alive() for t in threads):
            self.held = connected(self.port, self.threads)
            time.sleep(0.1)
        return self.samples


def p99(times):
    return sorted(times)[int(len(times) * 0.99)]


def attack(kind, words, many):
    return subprocess.Popen(["slowhttptest", *words[kind], "-c", str(many), "-r", "200",
                             "-l", str(SECONDS), "-p", "3"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            stdin=subprocess.DEVNULL)


def alone(reader):
    ends = time.time() + SECONDS
    return [s.ms for s in reader.read(lambda: time.time() > ends)]


def beside(reader, chosen, words):
    """What the reader measures while slow clients of these kinds are connected; how many they were at most."""
    slow = [attack(kind, words, MANY // len(chosen) + (1 if len(chosen) > 1 else 0)) for kind in chosen]
    try:
        ends = time.time() + SECONDS
        seen = reader.read(lambda: time.time() > ends)
    finally:
        for process in slow:
            process.terminate()
            process.wait(timeout=20)
    return [s.ms for s in seen if s.held >= HELD], max(s.held for s in seen)


def main():
    wrong, quiet = [], []
    with home("slow") as folder, served(folder) as county:
        reader, words = Reader(county.server.port), kinds(county.server.port)
        alone(reader)  # caches are filled, connections opened
        for chosen in (["header"], ["body"], ["read"], list(words)):
            name = "+".join(chosen)
            before = alone(reader)
            times, most = beside(reader, chosen, words)
            quiet += before
            if len(times) < 100:
                wrong.append("%s: not tried, %d were connected at most" % (name, most))
                continue
            ratio = p99(times) / p99(before)
            say("%s: p99 %.1f ms beside %d slow clients, %.1f ms alone: %.2f (%d and %d pages; goal < %.0f)" % (
                name, p99(times), most, p99(before), ratio, len(times), len(before), LIMIT))
            if ratio >= LIMIT:
                wrong.append("%s: %.2f" % (name, ratio))
        if reader.failed:
            wrong.append("%d of the reader's pages failed" % reader.failed)
    finish("slow", 4, wrong, "p99 of all that was read alone: %.1f ms" % p99(quiet))


main()
