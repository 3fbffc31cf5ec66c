"""What the scans share: the demo county served for them, and every parameter that its pages take.

Parameters come from the pages themselves: one address of each route of the table (src/page/routes.c, read
as text) is visited, by whoever may, and the links and forms on it tell names and values."""
import contextlib
import html.parser
import os
import re
import signal
import sys
import tempfile
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "page"), os.path.join(HERE, "..", "fault")]
from desk_kit import SOURCE, County  # noqa: E402
from tap import must  # noqa: E402

# Who looks at a page: the first of these whom it is shown to. Nobody has signed in.
VIEWERS = ("nobody", "office", "system", "security", "audit", "clerk", "reviewer", "inspector")
# So many addresses of a route are visited: the first draw may have no files yet, the second has.
ADDRESSES = 3
# What the program itself brings, without a parameter that reaches data.
LEFT_OUT = ("/static/{name}", "/log/tile/{path*}")


def say(text):
    print(text, flush=True)


def home(name):
    """A folder that goes with the scan; nginx's workers read in it."""
    folder = tempfile.TemporaryDirectory(prefix="sunlot-scan-%s-" % name)
    os.chmod(folder.name, 0o755)
    return folder


class Page(html.parser.HTMLParser):
    """Addresses on a page: links, and forms that are sent by GET, with every field of theirs."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forms, self.form, self.select = [], [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        if tag == "a" and own.get("href"):
            self.links.append(own["href"])
        if tag == "form" and (own.get("method") or "get").lower() == "get":
            self.form = (own.get("action") or "", {})
            self.forms.append(self.form)
        if self.form is None:
            return
        if tag in ("input", "button", "select") and own.get("name"):
            self.form[1][own["name"]] = own.get("value") or ""
            self.select = own["name"] if tag == "select" else self.select
        if tag == "option" and self.select and not self.form[1][self.select]:
            self.form[1][self.select] = own.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = None


def patterns():
    """[(pattern, regular expression of a path)] of everything that is asked for by GET, fixed words first."""
    with open(os.path.join(SOURCE, "src/page/routes.c"), encoding="utf-8") as table:
        found = re.findall(r'\{WEB_GET,\s*"([^"]+)"', table.read())
    return [(p, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(p).replace(r"\*", "")) + "$"))
            for p in sorted(found, key=lambda p: p.count("{")) if p not in LEFT_OUT]


class Site:
    """What was found: {pattern: (viewer, an address, {parameter: a value})}."""

    def __init__(self, county):
        self.county = county
        self.patterns = patterns()
        self.seen, self.params = {}, {}
        self.walk()

    def pattern(self, path):
        return next((name for name, form in self.patterns if form.match(path)), None)

    def ask(self, viewer, path):
        cookie = None if viewer == "nobody" else self.county.cookies[viewer]
        return self.county.server.ask(path, cookie=cookie, Accept_Language="zh")

    def stay(self):
        """A session that nobody uses ends: each is used."""
        for viewer in VIEWERS[1:]:
            must(self.ask(viewer, "/desk/sessions")[0] == 200, "%s was signed out" % viewer)

    def visit(self, path):
        """[(viewer, page)] of all whom it is shown to; a page that is no HTML is empty here."""
        shown = []
        for viewer in VIEWERS if path.startswith("/desk") else VIEWERS[:1]:
            status, headers, text = self.ask(viewer, path)
            if status == 200:
                html_type = headers.get("content-type", "").startswith("text/html")
                shown.append((viewer, text if html_type else ""))
        return shown

    def note(self, base, target, fields=()):
        """Takes down an address on the page base; its path, which may be worth a visit."""
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(base, target))
        name = self.pattern(parts.path)
        if parts.netloc or name is None:
            return None
        known = self.params.setdefault(name, {})
        for key, value in [*urllib.parse.parse_qsl(parts.query, keep_blank_values=True), *fields]:
            known[key] = known.get(key) or value
        return parts.path

    def walk(self):
        waiting = ["/"] + [name for name, _ in self.patterns if "{" not in name]
        asked, visits = set(), {}
        while waiting:
            path = waiting.pop(0)
            name = self.pattern(path)
            if path in asked or visits.get(name, 0) >= ADDRESSES:
                continue
            asked.add(path)
            visits[name] = visits.get(name, 0) + 1
            for viewer, text in self.visit(path):
                self.seen.setdefault(name, (viewer, path))
                page = Page(text)
                found = [self.note(path, link) for link in page.links]
                found += [self.note(path, action, fields.items()) for action, fields in page.forms]
                waiting += [p for p in found if p]

    def unseen(self):
        """Routes of which there is no address in the county."""
        return [name for name, _ in self.patterns if name not in self.seen]


def end_children():
    """Ends what this process has started and not yet ended, by its number."""
    for task in os.listdir("/proc/self/task"):
        with open("/proc/self/task/%s/children" % task, encoding="ascii") as f:
            for child in f.read().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGTERM)


@contextlib.contextmanager
def served(folder):
    """The demo county, served on a port of its own, with a session of every role."""
    # a scan that is told to end takes what it started with it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        county = County(folder)
        try:
            yield county
        finally:
            county.server.stop()
    finally:
        end_children()


def finish(name, tried, wrong, words):
    """The verdict, as one line and as the exit code."""
    say("%s: %d tried, %d with a finding%s; %s" % (
        name, tried, len(wrong), "".join("\n  " + w for w in wrong), words))
    sys.exit(1 if wrong or not tried else 0)
