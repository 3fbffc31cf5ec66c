"""The samples of docs/serve, tried as they are shipped: nginx with TLS in front of the portal, and
the systemd unit with the system calls that it allows.

    front.py SUNLOT

What this machine lacks (nginx, curl, openssl, systemd-analyze, strace) is noted."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from tap import Tap, must  # pylint: disable=wrong-import-position
from front_kit import NAME, Front  # pylint: disable=wrong-import-position
from portal_kit import SUNLOT, Server, command  # pylint: disable=wrong-import-position

source = os.environ.get("SUNLOT_SOURCE", ".")
tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-front-")
os.chmod(home, 0o755)

# Each is one message that two readers could understand differently (SECURITY.md IN7).
SMUGGLED = [
    b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: y\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"GET / HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %s\r\nHost: other\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n%.0s",
    b"GET / HTTP/1.1\r\nHost: %s\r\nX y: z\r\n\r\n",
    b"GET /%%00 HTTP/1.1\r\nHost: %s\r\n\r\n",
    b"GET /..%%2f..%%2fetc/passwd HTTP/1.1\r\nHost: %s\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: %s\r\n\r\n",
    b"GET /search?q=a&q=b HTTP/1.1\r\nHost: %s\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %s\r\nX: " + b"a" * 40000 + b"\r\n\r\n",
]


def pages_by_tls(front, portal):
    code, head, body = front.page("/draws", "-H", "Accept-Language: zh")
    must(code == 0 and "200" in head.splitlines()[0], head)
    must(head.startswith("http/2"), "not HTTP/2: " + head.splitlines()[0])
    must(body == portal.ask("/draws")[2], "nginx gives other bytes than the portal")
    for name in ("strict-transport-security", "content-security-policy", "x-content-type-options"):
        must(len(re.findall("^%s:" % name, head, re.M)) == 1, "%s stands %d times" % (name, head.count(name)))
    must(not re.search(r"^server: nginx/", head, re.M), "nginx tells its version")


def plain_is_sent_on(front, _):
    done = subprocess.run(["curl", "-sS", "-i", "-H", "Host: " + NAME, "http://127.0.0.1:%d/draws?x=1" % front.plain],
                          capture_output=True, text=True)
    must(" 301 " in done.stdout.splitlines()[0], done.stdout)
    must("Location: https://%s/draws?x=1" % NAME in done.stdout, done.stdout)


def old_tls_is_refused(front, _):
    old = front.page("/", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0")
    must(old[0] != 0, "TLS 1.1 is spoken")
    for version in ("1.2", "1.3"):
        must(front.page("/", "--tlsv" + version, "--tls-max", version)[0] == 0, "TLS %s is not spoken" % version)


def client_is_whom_nginx_saw(front, portal):
    code, head, _ = front.page("/tasks", "-H", "X-Forwarded-For: 203.0.113.9")
    must(code == 0 and "200" in head.splitlines()[0], head)
    time.sleep(0.3)
    with open(os.path.join(os.path.dirname(portal.data), "access.log"), encoding="utf-8") as f:
        rows = [json.loads(line) for line in f if "/tasks" in line]
    must(rows, "no row in the access log")
    must("203.0.113.9" not in json.dumps(rows), "a client gave himself an address")
    must("127.0.0.1" in json.dumps(rows[-1]), "the client is not in the access log: %s" % rows[-1])


def hostile_by_nginx(front, _):
    for message in SMUGGLED:
        data = message % NAME.encode()
        got = front.raw(data)
        answers = re.findall(rb"^HTTP/1\.[01] (\d{3})", got, re.M)
        must(len(answers) <= 1, "%d answers to %r" % (len(answers), data[:60]))
        must(not answers or answers[0] in (b"400", b"404", b"405", b"414", b"431", b"501"), "%s to %r" % (answers, data[:60]))
        must("200" in front.page("/healthz")[1].splitlines()[0], "readers are not served after %r" % data[:60])
    return "%d forms" % len(SMUGGLED)


def oversize_by_nginx(front, _):
    code, head, _ = front.page("/feedback", "--data-binary", "text=" + "a" * 70000)
    must(code == 0 and " 413" in head.splitlines()[0], head)


def uploads_reach_the_workbench(front, _):
    big = os.path.join(home, "big.csv")
    with open(big, "w", encoding="utf-8") as f:
        f.write("a,b\n" * 75000)
    code, head, body = front.page("/desk/import/objects", "-F", "file=@" + big)
    must(code == 0 and " 401" in head.splitlines()[0], head)
    must("登录" in body.decode(), "not the workbench's own answer")


def addresses_are_those_of_nginx(front, _):
    code, head, body = front.page("/sitemap.xml")
    must(code == 0 and "<loc>https://%s" % NAME in body.decode(), body[:300])


def unit_is_sound(_front, _portal):
    unit = os.path.join(home, "sunlot.service")
    with open(os.path.join(source, "docs/serve/sunlot.service"), encoding="utf-8") as f:
        text = f.read()
    with open(unit, "w", encoding="utf-8") as f:
        f.write(text.replace("/usr/local/bin/sunlot", SUNLOT))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    wrong = [line for line in done.stderr.splitlines() if "sunlot.service" in line]
    must(not wrong, "\n".join(wrong))
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit], capture_output=True, text=True)
    level = re.search(r"exposure level for sunlot.service: ([0-9.]+)", done.stdout)
    must(level, done.stdout[-300:] + done.stderr[-300:])
    must(float(level.group(1)) <= 2.0, "exposure " + level.group(1))
    return "exposure %s of 10" % level.group(1)


def expand(name, seen):
    """The system calls of a systemd filter set, sets within sets taken apart."""
    if name in seen:
        return set()
    seen.add(name)
    done = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True)
    must(done.returncode == 0, done.stderr)
    found = set()
    for line in done.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            found |= expand(word, seen)
        elif word and not word.startswith("#"):
            found.add(word)
    return found


def calls_are_allowed(_front, _portal):
    allowed = expand("@system-service", set()) - expand("@privileged", set())
    with open(os.path.join(source, "docs/serve/sunlot.service"), encoding="utf-8") as f:
        allowed |= set(re.findall(r"^SystemCallFilter=([a-z]\w+)$", f.read(), re.M))
    trace = os.path.join(home, "trace")
    data = os.path.join(home, "county")
    server = subprocess.Popen(["strace", "-f", "-qq", "-o", trace, SUNLOT, "--data", data, "serve", "--port", "0", "--quiet"],
                              stdout=subprocess.PIPE, text=True)
    line = ""
    while "http://" not in line:
        line = server.stdout.readline()
        must(line, "the server did not start under strace")
    base = re.search(r"http://[^/]+", line).group(0)
    for path in ("/", "/search?q=%E5%85%AC%E5%8F%B8", "/draws", "/statistics", "/open", "/log/checkpoint", "/healthz"):
        subprocess.run(["curl", "-sS", "--compressed", "-o", os.devnull, base + path], check=True, timeout=60)
    subprocess.run(["curl", "-sS", "-o", os.devnull, "-d", "text=hello", base + "/feedback"], check=True, timeout=60)
    subprocess.run(["pkill", "-TERM", "-P", str(server.pid)], check=False)
    server.wait(timeout=60)
    server.stdout.close()
    # the program that makes copies of pictures runs under the same unit
    subprocess.run(["strace", "-f", "-qq", "-A", "-o", trace, os.path.join(os.path.dirname(SUNLOT), "sunlot-picture"),
                    "40", "2048", "256", "5"], input=b"\xff\xd8\xff\xd9", check=False, timeout=60)
    with open(trace, encoding="utf-8", errors="replace") as f:
        used = set(re.findall(r"^\d+\s+(?:<\.\.\. )?([a-z0-9_]+)[( ]", f.read(), re.M))
    must({"openat", "futex", "epoll_wait", "seccomp"} <= used, "the trace shows too little: %s" % sorted(used))
    # the program starts by execve, which systemd does for it; SQLite calls fchown as root only
    refused = used - allowed - {"execve", "exited", "resumed"} - ({"fchown"} if os.geteuid() == 0 else set())
    must(not refused, "the unit forbids %s" % sorted(refused))
    return "%d system calls, all allowed" % len(used)


def lacking(*tools):
    return [tool for tool in tools if shutil.which(tool) is None]


def main():
    data = os.path.join(home, "county")
    command("demo", data)
    missing = lacking("nginx", "curl", "openssl")
    portal = front = None
    try:
        if missing:
            tap.note("nginx was not tried: %s" % " ".join(missing))
        else:
            portal = Server(data, "--proxy", "127.0.0.1")
            front = Front(portal.port, home)
            for name, work in [("the sample nginx serves pages by HTTP/2 with each security header once", pages_by_tls),
                               ("plain HTTP is sent on to HTTPS", plain_is_sent_on),
                               ("TLS 1.2 and 1.3 are spoken, 1.1 is not", old_tls_is_refused),
                               ("the client is whom nginx saw, whatever he claims", client_is_whom_nginx_saw),
                               ("smuggling forms get one answer at most, and readers are served", hostile_by_nginx),
                               ("a body beyond the limit is refused with 413", oversize_by_nginx),
                               ("a file of some size reaches the workbench", uploads_reach_the_workbench),
                               ("addresses in files are those that readers use", addresses_are_those_of_nginx)]:
                tap.run(name, work, front, portal)
        if lacking("systemd-analyze"):
            tap.note("the systemd unit was not tried: systemd-analyze is missing")
        else:
            tap.run("the systemd unit is sound, its exposure at most 2.0", unit_is_sound, None, None)
        if lacking("systemd-analyze", "strace", "curl", "pkill"):
            tap.note("system calls were not traced: %s" % " ".join(lacking("systemd-analyze", "strace", "curl", "pkill")))
        elif os.environ.get("SUNLOT_SANITIZED"):
            tap.note("system calls were not traced: the sanitizers make calls of their own")
        else:
            tap.run("every system call of the server is one that the unit allows", calls_are_allowed, None, None)
    finally:
        if front:
            front.stop()
        if portal and portal.process.poll() is None:
            portal.stop()
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
