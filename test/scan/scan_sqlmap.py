#!/usr/bin/env python3
"""sqlmap at level 5, risk 3 against every parameter of portal and workbench: scan_sqlmap.py SUNLOT [WHICH]

One run a parameter, each with the others absent, so that what it changes is what sqlmap sees: the queries
and the changing parts of paths of all that is asked for by GET, the two forms that strangers can send, and
the headers. WHICH: a regular expression, for
some of the targets. --dbms=sqlite: the demo county is on SQLite, and all
SQL is one text for both databases; payloads for others could not work and would take most of the time.

First sqlmap tries a page of our own that puts what is asked for into its SQL: where it does not find that,
it finds nothing anywhere, and the scan has failed.

A finding is an injection that sqlmap names, and any answer of 500 or more to what it sent. A target that
was not reached (refused for its rate, signed out) is none that passed."""
import concurrent.futures
import contextlib
import http.server
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter, namedtuple

from scan_kit import Site, end_children, finish, home, say, served

LEVEL = ["--level=5", "--risk=3", "--dbms=sqlite", "--batch", "--flush-session", "--disable-coloring",
         "--ignore-proxy", "--ignore-redirects", "--drop-set-cookie", "--threads=2", "--timeout=60",
         "--ignore-code=401",  # a wrong password; judge() tells who was signed out
         # each request from an address of its own: the limits of one address are not what is tried here
         "--tamper=xforwardedfor", "--header=Sec-Fetch-Site: same-origin"]
# What a form leaves empty: a value that finds something, so that yes and no look different.
VALUES = {"q": "公司", "from": "2025-01-01", "until": "2027-01-01", "division": "410882", "industry": "52"}
# Read at one place for all pages: tried on the front page.
COMMON = ("lang", "size")
# Where a list goes on, and how it is sorted: a county this small needs no second page.
MOVES = ("after", "before", "sort")
# Said on the way back from a form.
RARE = {"/desk": ("came", "done"), "/feedback": ("sent",), "/desk/jobs": ("still",)}
# What no one types: a request that is sent again with the same key is answered from the first.
FORMS = [("/feedback", {"key": "scan", "text": "意见", "contact": "a@example.cn"}, "key"),
         ("/desk/sign-in", {"name": "jingban", "password": "Falsch-9-Wort"}, None)]
HEADERS = [("/search?q=1", "nobody", ("user-agent", "referer", "host")),
           ("/desk/guide?q=1", "office", ("user-agent", "referer", "host", "cookie"))]

Target = namedtuple("Target", "name viewer words")


class Weak(http.server.BaseHTTPRequestHandler):
    """A page as none may be."""

    def do_GET(self):  # pylint: disable=invalid-name
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("q", [""])[0]
        base = sqlite3.connect(":memory:")
        base.execute("CREATE TABLE t (name TEXT)")
        base.executemany("INSERT INTO t VALUES (?)", [("row %d" % i,) for i in range(20)])
        try:
            rows = base.execute("SELECT name FROM t WHERE name LIKE '%" + asked + "%'").fetchall()
            status, body = 200, "<html><ul>%s</ul></html>" % "".join("<li>%s</li>" % row for row in rows)
        except sqlite3.Error:
            status, body = 400, "<html>no</html>"
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode("utf-8", "replace"))

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


@contextlib.contextmanager
def weak():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Weak)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def by_query(site):
    for pattern, (viewer, path) in site.seen.items():
        known = site.params.get(pattern, {})
        seldom = RARE.get(pattern, ()) + (MOVES if pattern.startswith("/desk/") and {"q", "state"} & set(known) else ())
        for name, value in {**dict.fromkeys(seldom, "1"), **known}.items():
            if name not in COMMON or pattern == "/":
                query = urllib.parse.urlencode({name: value or VALUES.get(name, "1")})
                yield Target("%s?%s" % (pattern, name), viewer, ["-u", "%s?%s" % (path, query), "-p", name])


def by_path(site):
    for pattern, (viewer, path) in site.seen.items():
        parts, own = pattern.split("/"), path.split("/")
        for at in (i for i, part in enumerate(parts) if part.startswith("{")):
            marked = "/".join(own[:at] + [own[at] + "*"] + own[at + 1:])
            yield Target("%s at %s" % (pattern, parts[at]), viewer, ["-u", marked, "-p", "URI"])


def by_form():
    for path, fields, fresh in FORMS:
        for name in fields:
            words = ["-u", path, "--data", urllib.parse.urlencode(fields), "-p", name]
            yield Target("%s field %s" % (path, name), "nobody",
                         words + (["--randomize=" + fresh] if fresh and fresh != name else []))


def by_header():
    for path, viewer, names in HEADERS:
        for name in names:
            own = "__Host-s" if name == "cookie" else name
            yield Target("%s header %s" % (path, name), viewer, ["-u", path, "-p", own])


def targets(site):
    """What strangers reach stands first."""
    found = [*by_query(site), *by_path(site), *by_form(), *by_header()]
    return sorted(found, key=lambda t: t.viewer != "nobody")


def judge(target, told, statuses):
    """What is wrong with a run, or nothing."""
    if "identified the following injection point" in told:
        return "INJECTION " + " ".join(re.findall(r"^\s+(?:Type|Payload): .*$", told, re.M))
    failed = sorted(s for s in statuses if s >= 500)
    if failed:
        return "ANSWERED %s" % failed
    if "do not appear to be injectable" not in told:
        return "NOT TRIED: " + (re.findall(r"\[(?:CRITICAL|ERROR)\] (.*)", told) or ["no verdict"])[-1]
    signed_out = statuses[401] and target.viewer != "nobody" and "cookie" not in target.name
    if statuses[429] or signed_out or sum(statuses.values()) < 100:
        return "NOT REACHED: %s" % dict(statuses)
    return ""


def run(folder, port, target, cookie):
    """sqlmap at one target; what it told, and {status: how many} of all that it was answered."""
    words = list(target.words)
    words[1] = "http://127.0.0.1:%d%s" % (port, words[1])
    with tempfile.TemporaryDirectory(dir=folder) as own:
        traffic = os.path.join(own, "traffic")
        done = subprocess.run(["sqlmap", *words, *cookie, *LEVEL, "--output-dir=" + own, "-t", traffic],
                              capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
        with open(traffic, encoding="utf-8", errors="replace") as f:
            found = (re.match(r"HTTP response \[#\d+\] \((\d+)", line) for line in f)
            return done.stdout, Counter(int(match.group(1)) for match in found if match)


def scan(site, folder, target):
    """One target; what is wrong, if anything, and how many requests that took."""
    site.stay()
    began = time.time()
    cookie = [] if target.viewer == "nobody" else ["--cookie=__Host-s=" + site.county.cookies[target.viewer]]
    told, statuses = run(folder, site.county.server.port, target, cookie)
    wrong = judge(target, told, statuses)
    say("%s: %s (%d requests: %s; %d s)" % (target.name, wrong or "nothing found", sum(statuses.values()),
        " ".join("%d×%d" % (n, s) for s, n in sorted(statuses.items())), time.time() - began))
    return wrong, sum(statuses.values())


def can_find(folder):
    """Whether sqlmap finds what is there to find."""
    with weak() as port:
        target = Target("control", "nobody", ["-u", "/?q=row", "-p", "q", "--technique=BU"])
        return judge(target, *run(folder, port, target, [])).startswith("INJECTION")


def main():
    which = re.compile(sys.argv[2] if len(sys.argv) > 2 else "")
    with home("sqlmap") as folder, served(folder) as county:
        if not can_find(folder):
            finish("sqlmap", 1, ["the control: sqlmap did not find the injection that is there"], "nothing was tried")
        site = Site(county)
        wanted = [t for t in targets(site) if which.search(t.name)]
        say("# %d targets; no address in the demo county: %s" % (len(wanted), " ".join(site.unseen())))
        with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("SCAN_JOBS") or os.cpu_count())) as pool:
            try:
                results = list(pool.map(lambda target: scan(site, folder, target), wanted))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                end_children()
                raise
    finish("sqlmap", len(results), [t.name for t, (wrong, _) in zip(wanted, results) if wrong],
           "%d requests" % sum(n for _, n in results))


main()
