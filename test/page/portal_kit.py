"""What the portal's tests share: the program, a server of it, questions to that server, a crawler,
and requests that nobody should send."""
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from html.parser import HTMLParser

from tap import must

SUNLOT = os.path.abspath(sys.argv[1])


class Server:
    """The program serving a folder; its address, and how it ended."""

    def __init__(self, data, *more):
        self.data = data
        self.log = open(os.path.join(os.path.dirname(data), "access.log"), "ab")
        began = time.time()
        self.process = subprocess.Popen([SUNLOT, "--data", data, "serve", "--port", "0", *more],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = ""
        while "http://" not in line:
            line = self.process.stdout.readline()
            must(line, "the server did not start")
        self.port = int(re.search(r":(\d+)/", line).group(1))
        self.started = time.time() - began

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.log.close()
        return code

    def ask(self, path, method="GET", headers=None, body=None, wait=30):
        """Status, headers (lower case), body as sent."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        link.request(method, path, body=body, headers={"Accept-Language": "zh", **(headers or {})})
        answer = link.getresponse()
        data = answer.read()
        link.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, data

    def raw(self, data, wait=10, pause=None):
        """Every byte that comes back for these bytes until the server closes or is silent."""
        link = socket.create_connection(("127.0.0.1", self.port), timeout=wait)
        got = b""
        try:
            for piece in [data] if pause is None else [data[i:i + 1] for i in range(len(data))]:
                link.sendall(piece)
                if pause is not None:
                    time.sleep(pause)
            while True:
                piece = link.recv(65536)
                if not piece:
                    break
                got += piece
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
        link.close()
        return got


def command(*words):
    """The program's output; it must end with 0."""
    done = subprocess.run([SUNLOT, *words], capture_output=True, text=True)
    must(done.returncode == 0, "sunlot %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.inline = []
        self.form = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        for name in ("href", "src"):
            if attrs.get(name):
                self.found.append(attrs[name])
        if tag == "form" and "action" in attrs and attrs.get("method", "get").lower() == "get":
            self.form = (attrs["action"], [])
        if tag == "input" and attrs.get("type") == "hidden" and self.form:
            self.form[1].append((attrs["name"], attrs.get("value", "")))
        if tag == "style" or (tag == "script" and "src" not in attrs):
            self.inline.append(tag)
        self.inline += [a for a in attrs if a == "style" or a.startswith("on")]

    def handle_endtag(self, tag):
        """A form leads where it goes with nothing typed."""
        if tag == "form" and self.form:
            action, hidden = self.form
            self.found.append(action + ("?" + urllib.parse.urlencode(hidden) if hidden else ""))
            self.form = None


def crawl(server, english=False):
    """Every address that can be reached from the front page, with its answer; of the English one only
    those in English, and as others the links that lead elsewhere, with the page where they stand."""
    seen, others = {}, {}
    waiting = ["/?lang=en"] if english else ["/", "/robots.txt", "/sitemap.xml", "/healthz", "/?lang=en", "/?size=large"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        status, headers, body = server.ask(path)
        tries = 0
        while status == 429 and tries < 60:
            time.sleep(0.3)
            status, headers, body = server.ask(path)
            tries += 1
        seen[path] = (status, headers, body)
        if not headers.get("content-type", "").startswith("text/html"):
            continue
        parser = Links()
        parser.feed(body.decode("utf-8"))
        must(not parser.inline, "%s: inline script or style: %s" % (path, parser.inline))
        for link in parser.found:
            target = urllib.parse.urljoin(path, link).split("#")[0]
            must(not target.startswith("http"), "%s links to %s" % (path, target))
            # in other languages and sizes the same pages: English ones are a crawl of their own
            if not target or "size=" in target:
                continue
            if ("lang=en" in target) == english and ("lang=" in target) == english:
                waiting.append(target)
            elif english:
                others[target] = path
    return (seen, others) if english else seen


def patient(server, path, wait=120):
    """The answer, asked for again while others' files are made or this address has asked too often."""
    answer = server.ask(path, wait=wait)
    while answer[0] in (429, 503):
        time.sleep(0.3)
        answer = server.ask(path, wait=wait)
    return answer


def one_answer(got, statuses, words):
    """libmicrohttpd 0.9.75 writes the head of its own refusals twice before it closes: no second
    answer, and never a second request answered, but a doubled one."""
    got = re.sub(rb"\r\nDate: [^\r]*", b"", got)  # a second may pass between the two
    heads = re.findall(rb"HTTP/1\.[01] (\d{3}) ", got)
    doubled = len(heads) == 2 and len(set(heads)) == 1 and got[:60] == got[got.find(b"HTTP/", 9):][:60]
    must(len(heads) <= 1 or (doubled and b"sunlot" not in got), "%s: %d answers" % (words, len(heads)))
    must(heads or None in statuses, "%s: no answer" % words)
    must(not heads or int(heads[0]) in statuses, "%s: %s" % (words, heads))


def hostile_requests():
    """What it is, bytes, statuses that are right; None: closing without an answer is right too."""
    host = b"Host: x\r\n"
    body = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST /feedback HTTP/1.1\r\n" + host
    close = b"Connection: close\r\n"
    return [
        ("two lengths", post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + body, {400}),
        ("two equal lengths", post + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + body, {400}),
        ("length and encoding", post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + body, {400}),
        ("odd encoding", post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + body, {400}),
        ("encoding list", post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + body, {400}),
        ("two encodings", post + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + body, {400}),
        ("blank in encoding name", post + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + body, {400, None}),
        ("length +5", post + b"Content-Length: +5\r\n\r\nhello" + body, {400, None}),
        ("length -1", post + b"Content-Length: -1\r\n\r\n" + body, {400, 413, None}),
        ("length 0x5", post + b"Content-Length: 0x5\r\n\r\nhello" + body, {400, None}),
        ("length 5,5", post + b"Content-Length: 5,5\r\n\r\nhello" + body, {400, None}),
        ("huge length", post + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413, None}),
        ("no host", b"GET / HTTP/1.1\r\n\r\n", {400}),
        ("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", {400}),
        ("empty host", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", {400}),
        ("folded header", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n" + body, {400}),
        ("header folded by a tab", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\nB: c\r\n\r\n" + body, {400}),
        ("folded host", b"GET / HTTP/1.1\r\nHost:\r\n x\r\n\r\n" + body, {400}),
        ("folded length", post + b"Content-Length:\r\n 5\r\n\r\nhello" + body, {400}),
        ("fold padded to its length", b"GET / HTTP/1.1\r\nHost: x\nA:b\r\n c\r\n\r\n" + body, {400}),
        ("bad header name", b"GET / HTTP/1.1\r\nHost: x\r\nA(b): c\r\n\r\n", {400, None}),
        ("no colon", b"GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", {400, None}),
        ("control in header", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x01c\r\n\r\n", {400, None}),
        ("NUL in header", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n" + close + b"\r\n" + body, {400}),
        ("%00", b"GET /%00 HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("%zz", b"GET /%zz HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("short %", b"GET /a%2 HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("dots", b"GET /static/../../etc/passwd HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("coded dots", b"GET /log/tile/%2e%2e/%2e%2e/keys/log.key HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("coded slash", b"GET /log/tile/..%2f..%2fkeys%2flog.key HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("twice coded", b"GET /log/tile/%252e%252e/keys/log.key HTTP/1.1\r\n" + host + close + b"\r\n", {404}),
        ("backslash", b"GET /static\\..\\x HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("overlong", b"GET /%c0%ae%c0%ae/ HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("raw bytes", b"GET /\xff\xfe HTTP/1.1\r\n" + host + close + b"\r\n", {400, None}),
        ("CR in path", b"GET /a%0d%0aSet-Cookie:x HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("repeated parameter", b"GET /search?q=a&q=b HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("repeated, coded", b"GET /search?q=a&%71=b HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("many parameters", b"GET /?" + b"&".join(b"a%d=1" % i for i in range(100)) + b" HTTP/1.1\r\n" + host + close + b"\r\n", {400, 414}),
        ("absolute target", b"GET http://x/ HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("star", b"OPTIONS * HTTP/1.1\r\n" + host + close + b"\r\n", {405, 400}),
        ("trace", b"TRACE / HTTP/1.1\r\n" + host + close + b"\r\n", {405}),
        ("unknown method", b"BREW / HTTP/1.1\r\n" + host + close + b"\r\n", {405}),
        ("no version", b"GET /\r\n" + host + b"\r\n", {400, 505, None}),
        ("version 9", b"GET / HTTP/9.9\r\n" + host + b"\r\n", {400, 505, None}),
        ("garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", {400, None}),
        ("bare LF", b"GET / HTTP/1.1\nHost: x\nConnection: close\n\n" + body, {400}),
        ("bare LF behind the request line", b"GET / HTTP/1.1\nHost: x\r\n\r\n" + body, {400}),
        ("bare LF behind a header", b"GET / HTTP/1.1\r\nHost: x\nA:  b\r\n\r\n" + body, {400}),
        ("bare LF for the empty line", b"GET / HTTP/1.1\r\nHost: x\r\n\n" + body, {400}),
        ("bare CR in a header", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rB: c\r\n\r\n" + body, {400}),
        ("blank in the target", b"GET /a b HTTP/1.1\r\n" + host + close + b"\r\n", {400}),
        ("many headers", b"GET / HTTP/1.1\r\n" + host + b"".join(b"X-%d: y\r\n" % i for i in range(90)) + b"\r\n", {431}),
        ("head over 16 KiB", b"GET / HTTP/1.1\r\n" + host + b"X: " + b"y" * 16500 + b"\r\n\r\n" + body, {431}),
        ("large head", b"GET / HTTP/1.1\r\n" + host + b"X: " + b"y" * 60000 + b"\r\n\r\n", {431, 413, 400, None}),
        ("long target", b"GET /" + b"a" * 6000 + b" HTTP/1.1\r\n" + host + close + b"\r\n", {414}),
        ("body on a page", b"GET / HTTP/1.1\r\n" + host + close + b"Content-Length: 5\r\n\r\nhello", {400}),
        ("large body", post + close + b"Content-Length: 200000\r\n\r\n" + b"x" * 200000, {413}),
        ("announced body", post + b"Content-Length: 2000000000\r\n\r\nabc", {413}),
        ("large chunked body", post + close + b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + b"x" * 0x8000 + b"\r\n0\r\n\r\n", {411}),
        ("chunks", post + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + body, {411}),
        ("chunks with bare LF", post + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n" + body, {411}),
        ("bad chunk", post + close + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {411}),
        ("form not UTF-8", post + close + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\ntext=%ff", {400}),
        ("repeated field", post + close + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\ntext=a&text=b", {400}),
    ]
