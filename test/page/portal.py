#!/usr/bin/env python3
"""The portal as readers, crawlers and attackers meet it: portal.py SUNLOT

Starts the real server on a port of its own over a demo county, and looks at it from outside, by HTTP
and by raw sockets. What is expected comes from elsewhere: openssl for signatures, RFC 6962 hashes
computed here, the registry's own database for what must not be shown."""
import base64
import csv
import gzip
import hashlib
import html
import io
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zipfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import SUNLOT, Server, command, crawl, hostile_requests, one_answer  # noqa: E402
from tap import Tap, must  # noqa: E402

HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
          "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "object-src 'none'",
          "frame-ancestors 'none'")
DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-portal-")
county = os.path.join(home, "county")


def run(*words):
    return command("--data", county, *words)


def all_reachable(server, seen):
    wrong = {p: a[0] for p, a in seen.items() if a[0] != 200}
    must(not wrong, "not 200: %s" % wrong)
    must(len(seen) > 150, "only %d addresses were found" % len(seen))
    return "%d addresses" % len(seen)


def all_english(server, seen):
    """In English the same pages: each link is answered, and none loses the language but those to files."""
    english, others = crawl(server, english=True)
    wrong = {p: a[0] for p, a in english.items() if a[0] != 200}
    must(not wrong, "not 200: %s" % wrong)
    for path, (_, headers, body) in english.items():
        must(not headers["content-type"].startswith("text/html") or b'<html lang="en"' in body, "%s is not English" % path)
    for target, path in others.items():
        status, headers, _ = seen.get(target) or server.ask(target)
        chosen = "lang=zh" in target  # the way back
        must(status == 200 and (chosen or not headers["content-type"].startswith("text/html")),
             "%s leads to %s: %d %s" % (path, target, status, headers.get("content-type")))

    def plain(path):
        return re.sub(r"[?&]lang=en", "", path).replace("&", "?", "?" not in re.sub(r"[?&]lang=en", "", path))

    pages = {p for p, a in seen.items() if a[1].get("content-type", "").startswith("text/html") and not re.search("lang=|size=", p)}
    missing = pages - {plain(p) for p in english}
    must(not missing, "not reached in English: %s" % sorted(missing)[:5])
    return "%d addresses, %d others" % (len(english), len(others))


def headers_everywhere(server, seen):
    answers = dict(seen)
    answers["404"] = server.ask("/nothing")
    answers["400"] = server.ask("/search?q=a&q=b")
    answers["405"] = server.ask("/", "DELETE")
    answers["405 post"] = server.ask("/draws", "POST", body="")
    time.sleep(3)  # the crawl used this address's budget up
    answers["413"] = server.ask("/feedback", "POST", body="x" * 20000)
    answers["414"] = server.ask("/search?q=" + "a" * 5000)
    for name, (status, headers, body) in answers.items():
        for header, value in HEADERS.items():
            must(headers.get(header) == value, "%s: %s is %s" % (name, header, headers.get(header)))
        policy = [p.strip() for p in headers["content-security-policy"].split(";")]
        if "content-disposition" in headers:
            must(headers["content-security-policy"] == DOWNLOAD_POLICY, "%s: policy %s" % (name, policy))
        else:
            must(all(p in policy for p in POLICY), "%s: policy %s" % (name, policy))
        must(not any("unsafe" in p or "*" in p for p in policy), "%s: policy %s" % (name, policy))
        must("server" not in headers, "%s names its server" % name)
        must("cache-control" in headers, "%s: no Cache-Control" % name)
        if status >= 400:
            must(headers["cache-control"] == "no-store", "%s may be kept" % name)
            must("请求编号".encode() in body, "%s: no request id" % name)
    must(any("content-disposition" in headers for _, headers, _ in answers.values()), "no download was seen")
    for name in ("404", "400", "405", "413", "414"):
        must(answers[name][0] == int(name), "%s got %d" % (name, answers[name][0]))
    must(answers["405 post"][0] == 405 and "allow" in answers["405 post"][1], "POST to a page")


def validators(server, seen):
    for path, (_, headers, body) in list(seen.items()):
        if "etag" not in headers or path.startswith(("/search", "/open", "/catalog")):  # the catalogue tells which files stand ready
            continue
        again = server.ask(path, headers={"If-None-Match": headers["etag"]})
        must(again[0] == 304 and again[2] == b"", "%s: %d with its own ETag" % (path, again[0]))
        must(again[1].get("etag") == headers["etag"], "%s: another ETag" % path)
        other = server.ask(path, headers={"If-None-Match": '"0"'})
        must(other[0] == 200 and other[2] == body, "%s: with another ETag" % path)


def encodings(server, seen):
    brotli = shutil.which("brotli")
    for path in ["/", "/results", "/draws", "/how", "/catalog.jsonld"] + \
                [p for p in seen if p.startswith("/static/")]:
        plain = server.ask(path, headers={"Accept-Encoding": "identity"})
        packed = server.ask(path, headers={"Accept-Encoding": "gzip"})
        must("content-encoding" not in plain[1], "%s: encoded unasked" % path)
        must("Accept-Encoding" in plain[1].get("vary", ""), "%s: no Vary" % path)
        if len(plain[2]) > 600:
            must(packed[1].get("content-encoding") == "gzip", "%s: no gzip" % path)
        if packed[1].get("content-encoding") == "gzip":
            must(gzip.decompress(packed[2]) == plain[2], "%s: gzip differs" % path)
            must(packed[1]["etag"] != plain[1]["etag"], "%s: one ETag for two forms" % path)
        best = server.ask(path, headers={"Accept-Encoding": "gzip, deflate, br"})
        if best[1].get("content-encoding") == "br" and brotli:
            done = subprocess.run([brotli, "-d", "-c"], input=best[2], capture_output=True)
            must(done.stdout == plain[2], "%s: brotli differs" % path)
        none = server.ask(path, headers={"Accept-Encoding": "gzip;q=0, br;q=0"})
        must(none[2] == plain[2], "%s: encoded though refused" % path)


def first_and_kept(server, seen):
    """A page asked for the first time is put together of parts that were packed before, from the second time on packed as one."""
    for number, path in enumerate([p for p in seen if re.fullmatch("/business/[^?]+", p)][:20]):
        for query in ("?zz-first=%d" % number, "?size=large&zz-first=%d" % number, "?lang=en&zz-first=%d" % number):
            plain = server.ask(path + query.replace("zz-first", "zz-plain"))[2]
            sizes = []
            for _ in range(3):
                _, headers, packed = server.ask(path + query, headers={"Accept-Encoding": "gzip"})
                must(headers.get("content-encoding") == "gzip" and gzip.decompress(packed) == plain, "%s%s: gzip differs" % (path, query))
                sizes.append(len(packed))
            must(sizes[0] > sizes[1] == sizes[2], "%s: sizes %s" % (path, sizes))
            must(b"zz-" not in plain, "%s: what nobody asked for travels on" % path)
    must(number > 5, "%d businesses" % number)


def heads(server, seen):
    for path, (status, headers, body) in list(seen.items()):
        if path.startswith(("/search", "/open/", "/catalog", "/feedback")):
            continue
        head = server.ask(path, "HEAD")
        must(head[0] == status and head[2] == b"", "HEAD %s: %d" % (path, head[0]))
        for name in ("content-type", "content-length", "etag", "cache-control"):
            must(head[1].get(name) == headers.get(name), "HEAD %s: %s" % (path, name))


def hostile(server, _):
    """Each gets one clean answer while readers are served. None: closing without one is right too."""
    stopped, slow = threading.Event(), []

    def readers():
        while not stopped.is_set():
            began = time.time()
            status = server.ask("/")[0]
            slow.append((time.time() - began, status))
            time.sleep(0.01)

    reader = threading.Thread(target=readers)
    reader.start()
    try:
        for words, data, statuses in hostile_requests():
            one_answer(server.raw(data, wait=1.5), statuses, words)
    finally:
        stopped.set()
        reader.join()
    must(all(status == 200 for _, status in slow), "a reader was refused")
    return "%d hostile requests, %d reads beside them, slowest %.0f ms" % (
        len(hostile_requests()), len(slow), max(t for t, _ in slow) * 1000)


def slow_senders(server, _):
    """Heads sent byte by byte are cut off after their time; readers are served meanwhile."""
    links = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    began, open_still = time.time(), set(links)
    text = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"y" * 1000
    at = 0
    while open_still and time.time() - began < 25:
        for link in list(open_still):
            try:
                link.send(text[at:at + 1])
            except OSError:
                open_still.discard(link)
        must(server.ask("/")[0] == 200, "a reader was refused")
        at += 1
        time.sleep(0.5)
    for link in links:
        link.close()
    must(not open_still, "%d slow senders were never cut off" % len(open_still))
    return "all cut off after %.0f s" % (time.time() - began)


def nothing_private(server, seen):
    """No phone, certificate, personal number or risk class of the registry stands on any page."""
    db = sqlite3.connect("file:%s?mode=ro" % os.path.join(county, "sunlot.db"), uri=True)
    rows = db.execute("SELECT phone, certificate, certificate2 FROM inspector").fetchall()
    secrets = {v for row in rows for v in row if len(v) >= 6}
    tasks = {r[0].encode() for r in db.execute("SELECT number FROM task")}  # 18 digits with a date, too
    sealed = [r[0] for r in db.execute("SELECT number FROM draw WHERE sealed = 1 AND state <> 'disclosed'")]
    chosen = [r[0] for r in db.execute(
        "SELECT v.ticket FROM visit v JOIN draw d ON d.id = v.draw WHERE d.sealed = 1 AND d.state <> 'disclosed'")]
    cutoffs = [r[0] for r in db.execute(
        "SELECT s.cutoff FROM draw_stratum s JOIN draw d ON d.id = s.draw WHERE d.sealed = 1 AND s.cutoff <> ''")]
    db.close()
    must(secrets and sealed and chosen and cutoffs, "the county has no secrets to look for")
    person = re.compile(rb"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}[0-9X](?![0-9A-Za-z])")
    for path, (_, _, body) in seen.items():
        text = body
        if path.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(body)) as z:
                text = b"".join(z.read(n) for n in z.namelist())
        if path.endswith(".zip") or "/static/" in path:
            continue
        for value in list(secrets) + chosen + cutoffs:
            must(value.encode() not in text, "%s shows %s" % (path, value))
        people = set(person.findall(text)) - tasks
        must(not people, "%s shows a personal number: %s" % (path, people))
        for word in ("A类", "B类", "C类", "D类", "risk_on", "observed_until"):
            must(word.encode() not in text, "%s says %s" % (path, word))
    for number in sealed:
        page = seen["/draws/" + number][2].decode()
        must("抽中名单" not in page and "抽中数量" not in page, "%s shows its outcome" % number)
        must(server.ask("/open/bundles/%s-public.zip" % number)[0] == 404, "%s has a bundle" % number)
    for name in ("full.zip", "../sunlot.db", "x-public.zip/../../sunlot.db"):
        must(server.ask("/open/bundles/" + name)[0] in (400, 404), name)
    return "%d values looked for on %d addresses" % (len(secrets) + len(chosen), len(seen))


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:half]), root_of(leaves[half:]))


def tile_path(n):
    words = ["%03d" % (n % 1000)]
    while n >= 1000:
        n //= 1000
        words.insert(0, "x%03d" % (n % 1000))
    return "/".join(words)


def log_client(server, _):
    """Reads the log as C2SP tlog-tiles says, with the verifier key alone."""
    vkey = run("log", "key").strip()
    name, _, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    note = server.ask("/log/checkpoint")[2]
    text, signatures = note.rsplit(b"\n\n", 1)[0] + b"\n", note.rsplit(b"\n\n", 1)[1]
    origin, size, root = text.decode().split("\n")[:3]
    must(origin == name, "another log")
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + key[1:]).digest()[:4]
    good = 0
    for line in signatures.decode().splitlines():
        signature = base64.b64decode(line.split(" ")[2])
        if signature[:4] != key_id:
            continue
        files = [os.path.join(home, n) for n in ("key.der", "text", "sig")]
        content = [bytes.fromhex("302a300506032b6570032100") + key[1:], text, signature[4:]]
        for path, data in zip(files, content):
            with open(path, "wb") as f:
                f.write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                               files[0], "-rawin", "-in", files[1], "-sigfile", files[2]],
                              capture_output=True, text=True)
        must(done.returncode == 0, "the checkpoint's signature: " + done.stdout + done.stderr)
        good += 1
    must(good == 1, "%d plain signatures" % good)
    size = int(size)
    leaves, entries = [], []
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        path = tile_path(n) + ("" if width == 256 else ".p/%d" % width)
        status, headers, tile = server.ask("/log/tile/0/" + path)
        must(status == 200 and len(tile) == 32 * width, "tile %s: %d" % (path, status))
        must("immutable" in headers["cache-control"], "tile %s may not be kept" % path)
        must(headers.get("access-control-allow-origin") == "*", "tile %s: no CORS" % path)
        leaves += [tile[i:i + 32] for i in range(0, len(tile), 32)]
        data = server.ask("/log/tile/entries/" + path)[2]
        while data:
            length = int.from_bytes(data[:2], "big")
            entries.append(data[2:2 + length])
            data = data[2 + length:]
    must(len(entries) == size, "%d entries of %d" % (len(entries), size))
    must([hashlib.sha256(b"\0" + e).digest() for e in entries] == leaves, "leaves differ")
    must(root_of(leaves) == base64.b64decode(root), "the root differs")
    return "%d entries" % size


def xlsx_rows(data):
    z = zipfile.ZipFile(io.BytesIO(data))
    sheet = z.read("xl/worksheets/sheet1.xml").decode()
    shared = []
    if "xl/sharedStrings.xml" in z.namelist():
        import xml.etree.ElementTree as tree
        ns = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
        for si in tree.fromstring(z.read("xl/sharedStrings.xml")):
            shared.append("".join(t.text or "" for t in si.iter(ns + "t")))
    import xml.etree.ElementTree as tree
    ns = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = []
    for row in tree.fromstring(sheet).iter(ns + "row"):
        cells = {}
        for c in row.iter(ns + "c"):
            column = 0
            for letter in re.match(r"[A-Z]+", c.get("r")).group(0):
                column = column * 26 + ord(letter) - 64
            if c.get("t") == "inlineStr":
                cells[column - 1] = "".join(t.text or "" for t in c.iter(ns + "t"))
            else:
                v = c.find(ns + "v")
                text = "" if v is None else v.text or ""
                cells[column - 1] = shared[int(text)] if c.get("t") == "s" else text
        rows.append([cells.get(i, "") for i in range(max(cells, default=-1) + 1)])
    return rows


def years_that_are_none(server, seen):
    for path in ("/results?year=1900", "/statistics?year=1", "/statistics?year=12026", "/results?year=-2026"):
        status, _, body = server.ask(path)
        must(status == 400, "%s: %d" % (path, status))
        must("请稍后重试" not in body.decode(), "%s: told to try the same again" % path)


def numbers_as_people_type_them(server, seen):
    number = next(p for p in seen if p.startswith("/business/9")).split("/")[2].split("?")[0]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for typed in (number, number.lower(), wide, " " + number + " "):
        body = server.ask("/search?q=" + urllib.parse.quote(typed))[2].decode()
        must("/business/" + number in body, "%r finds nothing" % typed)


def open_data(server, seen):
    status, _, body = server.ask("/catalog.jsonld")
    while status == 429:
        time.sleep(0.3)
        status, _, body = server.ask("/catalog.jsonld")
    count = total = 0
    for dataset in json.loads(body)["dcat:dataset"]:
        forms = {}
        for form in dataset["dcat:distribution"]:
            url = form["dcat:downloadURL"]["@id"]
            must(url.startswith("http://127.0.0.1:"), "not our address: %s" % form)
            path = urllib.parse.urlsplit(url).path
            status, headers, body = server.ask(path)
            while status == 429:
                time.sleep(0.3)
                status, headers, body = server.ask(path)
            must(status == 200, "%s: %d" % (path, status))
            must(form["dcat:mediaType"]["@id"].endswith("/" + headers["content-type"].split(";")[0]), path)
            must(headers.get("access-control-allow-origin") == "*", path)
            forms[path.rsplit(".", 1)[1]] = body
        must(forms["csv"].startswith(b"\xef\xbb\xbf"), "no BOM")
        table = list(csv.reader(io.StringIO(forms["csv"].decode("utf-8-sig"))))
        objects = json.loads(forms["json"])
        must([list(o.values()) for o in objects] == table[1:], "%s: JSON differs from CSV" % path)
        wide = [r + [""] * (len(table[0]) - len(r)) for r in xlsx_rows(forms["xlsx"])]
        must(wide == table, "%s: XLSX differs from CSV" % path)
        count, total = count + 1, total + len(objects)
    db = sqlite3.connect("file:%s?mode=ro" % os.path.join(county, "sunlot.db"), uri=True)
    want = db.execute("SELECT COUNT(*) FROM result WHERE state = 'published'").fetchone()[0]
    db.close()
    got = sum(len(json.loads(a[2])) for p, a in seen.items() if re.match(r"/open/results-\d+\.json$", p))
    must(got == want, "%d published results, %d in the open data" % (want, got))
    return "%d datasets, %d rows, each three times alike" % (count, total)


def feedback(server, _):
    page = server.ask("/feedback")[2].decode()
    key = re.search(r'name="key" value="([^"]+)"', page).group(1)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    text = "测试意见 <b>& \"引号\"</b>"
    body = urllib.parse.urlencode({"key": key, "text": text, "contact": ""})
    time.sleep(3)  # the budget of this address is used up
    for _ in range(3):
        status, headers, answer = server.ask("/feedback?lang=zh", "POST", form, body)
        to = {k.lower(): v for k, v in dict(headers).items()}.get("location", "")
        must(status == 303 and to == "/feedback?sent=1&lang=zh" and not answer, "feedback: %d to %s" % (status, to))
        status, _, answer = server.ask(to)
        must(status == 200 and "已收到".encode() in answer and b"<form action=\"/feedback" not in answer, "thanks: %d" % status)
    empty = server.ask("/feedback", "POST", form, urllib.parse.urlencode({"key": "k2", "text": "  "}))
    must(empty[0] == 400 and "请写下".encode() in empty[2], "empty feedback: %d" % empty[0])
    long = server.ask("/feedback", "POST", form, urllib.parse.urlencode({"key": "k3", "text": "<b>" + "长" * 900}))
    must(long[0] == 400 and b"&lt;b&gt;" in long[2] and b"<b>\xe9" not in long[2], "long feedback: %d" % long[0])
    other = server.ask("/feedback", "POST", {**form, "Origin": "https://elsewhere.example"}, body)
    must(other[0] == 403, "feedback from another site: %d" % other[0])
    db = sqlite3.connect("file:%s?mode=ro" % os.path.join(county, "sunlot.db"), uri=True)
    rows = db.execute("SELECT text FROM feedback").fetchall()
    db.close()
    must(rows == [(text,)], "stored: %s" % rows)


def limited(server, _):
    asked = b"".join(b"HEAD /search?q=x%d HTTP/1.1\r\nHost: x\r\n%s\r\n" %
                     (i, b"Connection: close\r\n" if i == 199 else b"") for i in range(200))
    got = [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3})", server.raw(asked, wait=60))]
    must(len(got) == 200 and set(got) == {200, 429}, "200 searches at once: %s" % got)
    must(server.ask("/")[0] == 200, "the limit spread to other pages")
    status, headers, _ = server.ask("/search?q=y")
    while status == 429:
        must("retry-after" in headers, "no Retry-After")
        time.sleep(0.3)
        status, headers, _ = server.ask("/search?q=y")
    return "%d of 200 at once were put off" % got.count(429)


def languages(server, seen):
    zh, en = server.ask("/")[2].decode(), server.ask("/", headers={"Accept-Language": "en-US"})[2].decode()
    must('<html lang="zh-CN"' in zh and '<html lang="en"' in en, "language of the page")
    must("Latest results" in en and "最近公示的结果" in zh, "words of the page")
    kept = server.ask("/?lang=zh", headers={"Accept-Language": "en-US"})[2].decode()
    must('lang="zh-CN"' in kept and 'href="/draws?lang=zh"' in kept, "a chosen language does not travel")
    large = server.ask("/?size=large")[2].decode()
    must('class="large"' in large and 'href="/draws?size=large"' in large, "large type does not travel")
    plan = [p.split("?")[0] for p in seen if re.fullmatch("/plans/[^?]+", p)][0]
    document = [p.split("?")[0] for p in seen if re.fullmatch("/documents/[^?/]+", p)][0]
    for path, status in (("/verify?bundle=%2Fopen%2Fbundles%2FX.zip", 200), ("/draws?before=9", 200), ("/tasks?before=9", 200),
                         ("/statistics?year=2026", 200), ("/plans?year=2026&department=SCJG", 200), ("/joint?department=SCJG", 200),
                         (plan + "?version=1", 200), (document + "?version=1", 200), ("/feedback?sent=1", 200),
                         ("/results?code=finding&type=undirected&division=410882&before=9&from=2026-01-01&until=2026-12-31&year=2026", 200),
                         ("/results?from=x&item=y", 400), ("/nothing?a=b", 404)):
        got, _, body = server.ask(path)
        source = html.unescape(body.decode())
        must(got == status and 'href="%s&size=large"' % path in source and 'href="%s&lang=en"' % path in source,
             "%s: %d, does not travel" % (path, got))
    for query, want in (("", ("?size=large", "?lang=en")), ("?via=wechat&lang=zh", ("?size=large&amp;lang=zh", "?lang=en")),
                        ("?size=large", ("?size=normal", "?lang=en&amp;size=large")),
                        ("?item=甲&via=wechat&task=&lang=zh", ("/results?item=%E7%94%B2&amp;size=large&amp;lang=zh", "/results?item=%E7%94%B2&amp;lang=en"))):
        status, _, body = server.ask("/results" + urllib.parse.quote(query, safe="?=&"))
        source = body.decode()
        tools = re.findall('<li><a href="([^"]*)"', source[source.index('<ul class="tools">'):source.index("<nav")])
        must(status == 200 and tuple(tools) == want, "/results%s: %s" % (query, tools))


def follows(server, _):
    """What is imported or published while the server runs is found without a restart."""
    path = os.path.join(home, "new.csv")
    source = os.path.join(county, "source", "objects.csv")
    rows = list(csv.reader(open(source, encoding="utf-8-sig")))
    name = rows[0].index(next(h for h in rows[0] if "名称" in h))
    row = list(rows[1])
    row[name] = "示例县龘靐齉搜索有限公司"
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([rows[0], row])
    must(server.ask("/search?q=" + urllib.parse.quote("龘靐"))[2].decode().count("/business/") == 0, "found before")
    run("import", "objects", path)
    for _ in range(100):
        page = server.ask("/search?q=%s&n=%d" % (urllib.parse.quote("靐齉搜"), _))[2].decode()
        if "龘靐齉搜索" in page:
            return
        time.sleep(0.5)
    must(False, "an imported name is never found")


def stop_gracefully(server, _):
    began = time.time()
    must(server.stop() == 0, "exit code")
    return "stopped in %.0f ms; first answer %.0f ms after start" % ((time.time() - began) * 1000, server.started * 1000)


def main():
    done = subprocess.run([SUNLOT, "demo", county], capture_output=True, text=True)
    must(done.returncode == 0, done.stderr)
    server = Server(county)
    seen = {}
    try:
        tap.run("every link from the front page is answered with 200 and has no inline script or style",
                lambda: seen.update(crawl(server)) or all_reachable(server, seen))
        for name, work in [
                ("every link from the English front page is answered and stays English", all_english),
                ("security headers stand on every answer, also on errors", headers_everywhere),
                ("ETags give 304 for the same page and 200 for another", validators),
                ("gzip and brotli hold the same bytes", encodings),
                ("the first answer of a page and the kept one hold the same bytes, the kept one packed smaller", first_and_kept),
                ("HEAD has the headers of GET and no body", heads),
                ("hostile requests get one clean answer while readers are served", hostile),
                ("slow senders are cut off while readers are served", slow_senders),
                ("no private value and nothing of a sealed draw is on any page", nothing_private),
                ("the log can be read and checked with the verifier key alone", log_client),
                ("a year that is none is refused, and told so", years_that_are_none),
                ("a number is found as people type it", numbers_as_people_type_them),
                ("CSV, JSON and XLSX of each dataset hold the same rows", open_data),
                ("feedback is stored once, however often it is sent", feedback),
                ("search is limited by address, other pages are not", limited),
                ("language and size are kept from page to page", languages),
                ("an import is found without a restart", follows)]:
            tap.run(name, work, server, seen)
        tap.run("SIGTERM ends the server with 0", stop_gracefully, server, seen)
    finally:
        if server.process.poll() is None:
            server.process.kill()
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
