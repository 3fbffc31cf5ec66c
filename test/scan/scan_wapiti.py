#!/usr/bin/env python3
"""wapiti against the portal and, signed in, against the workbench: scan_wapiti.py SUNLOT [PART]

PART: portal or the name of a role. Each request has an address of its own (nginx in front tells it one), as
the limits of one address are not what is tried here. What an address of ours was asked for by the server
would be a request forged on its side (ssrf, xxe); wapiti's own address on the internet is not used.

A finding is all that wapiti files as a vulnerability, and any answer of 500 or more."""
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter

from scan_kit import finish, home, say, served
from desk_kit import NAMES  # scan_kit says where
from front_kit import free_port  # scan_kit says where

MODULES = ("backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,"
           "redirect,shellshock,sql,ssrf,xss,xxe")
SECONDS = os.environ.get("SCAN_SECONDS", "1800")  # for one of them, at most
# Some pages of each kind; language and size of letters make each page six, and sqlmap tries them.
CRAWL = ("-d", "6", "--max-files-per-dir", "40", "-r", "lang", "-r", "size")
WHO = ("portal", "office", "clerk", "system", "security", "audit")
# These would end the session that the scan needs; nginx refuses them (wapiti 3.0.4 cannot leave addresses out
# under Python 3.11).
ENDING = "sign-out|sessions|password|accounts/[0-9]+/(end|state|reset)|settings/(session|password|sign-in)"

NGINX = """daemon off; worker_processes 1; pid %(home)s/pid; error_log %(home)s/error.log;
events {}
http {
    access_log off;
    client_body_temp_path %(home)s/body; proxy_temp_path %(home)s/proxy; fastcgi_temp_path %(home)s/fastcgi;
    uwsgi_temp_path %(home)s/uwsgi; scgi_temp_path %(home)s/scgi;
    map $request_id $client { "~^(....)(....)(....)(....)" 2001:$1:$2:$3::1; }
    server {
        listen 127.0.0.1:%(port)d;
        location ~ "^/desk/(%(ending)s)" {
            return 403;
        }
        location / {
            proxy_pass http://127.0.0.1:%(to)d;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Accept-Encoding ""; # wapiti asks for br and cannot read it
            proxy_set_header X-Forwarded-For $client;
            proxy_set_header X-Forwarded-Proto http;
        }
    }
}
"""


class Addresses:
    """nginx that tells the server another client for every request."""

    def __init__(self, to, folder):
        self.port = free_port()
        conf = os.path.join(folder, "addresses.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(NGINX % {"home": folder, "port": self.port, "to": to, "ending": ENDING})
        subprocess.run(["nginx", "-t", "-q", "-c", conf], check=True)
        self.process = subprocess.Popen(["nginx", "-c", conf], stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


class Lure(http.server.BaseHTTPRequestHandler):
    """The address that payloads name: whoever asks for it, but wapiti's own question at the end, was lured."""

    def do_GET(self):  # pylint: disable=invalid-name
        if "get_ssrf.php" not in self.path and "get_xxe.php" not in self.path:
            self.server.lured.append(self.path)
        body = b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_HEAD = do_GET

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def lure():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lure)
    server.lured = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def answers(county, since):
    """{status: how many} in the access log behind the byte since."""
    with open(county.server.log_path, "rb") as f:
        f.seek(since)
        rows = [json.loads(line) for line in f if b'"event":"request"' in line]
    return Counter(row["status"] for row in rows), sorted({(r["status"], r["route"]) for r in rows if r["status"] >= 500})


def foreign_refused(county, who, path):
    """Whether a form is refused that another site sends (a browser says so), and where somebody has signed in
    also one with another token."""
    fields = {"csrf": "0" * 64, "name": "jingban", "password": "x", "key": "scan", "text": "x"}
    cookie = county.cookies.get(who)
    foreign = county.server.ask(path, fields, cookie=cookie, Sec_Fetch_Site="cross-site", Origin="https://a.example")[0]
    forged = county.server.ask(path, fields, cookie=cookie)[0] if cookie else 403
    return (foreign, forged) == (403, 403)


def made_good(county, who, kind, row):
    """What wapiti files and the server does otherwise; each is asked for, and stands where it does not hold.
    Two headers of old: the policy says what each said, and browsers go by the policy. Tokens: strangers' forms
    have no session to ride on and are taken from our own pages only; addresses that nginx refuses here
    look the same to wapiti with any token."""
    policy = county.server.ask("/")[1].get("content-security-policy", "")
    if row["info"] == "X-Frame-Options is not set":
        return "frame-ancestors 'none'" in policy
    if row["info"] == "X-XSS-Protection is not set":
        return "script-src 'self'" in policy and "unsafe" not in policy
    nobody_or_kept_out = who == "portal" or re.match("/desk/(%s)" % ENDING, row["path"])
    return kind == "Cross Site Request Forgery" and nobody_or_kept_out and foreign_refused(county, who, row["path"])


def scan(county, who, port, endpoint, folder):
    """One run; the findings, in words."""
    base = "http://127.0.0.1:%d/" % port
    report = os.path.join(folder, who + ".json")
    words = ["-u", base if who == "portal" else base + "desk/", "-s", base + ("desk/sign-in" if who == "portal" else "desk"),
             "-m", MODULES, "-f", "json", "-o", report, "--store-session", os.path.join(folder, who), "--no-bugreport",
             "-v", "1", *CRAWL, "--max-scan-time", SECONDS, "--max-attack-time", str(int(SECONDS) // 6), "-t", "60",
             "--endpoint", "http://127.0.0.1:%d/" % endpoint.server_port, "-H", "Sec-Fetch-Site: same-origin"]
    if who != "portal":  # afresh: while others were tried an administrator's session has ended
        county.cookies[who] = county.server.sign_in(NAMES[who], county.passwords[NAMES[who]])[1]
        words += ["-H", "Cookie: __Host-s=" + county.cookies[who]]
    since, began = os.path.getsize(county.server.log_path), time.time()
    done = subprocess.run(["wapiti", *words], capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, cwd=folder)
    statuses, failed = answers(county, since)
    with open(report, encoding="utf-8") as f:
        told = json.load(f)
    wrong = ["%s: %s %s: %s" % (kind, row["method"], row["path"], row["info"])
             for kind, rows in told["vulnerabilities"].items() for row in rows if not made_good(county, who, kind, row)]
    wrong += ["answered %d by %s" % pair for pair in failed]
    wrong += ["asked for " + path for path in endpoint.lured]
    short = re.findall(r"Max attack time was reached for module (\w+)", done.stdout)
    if who != "portal" and county.ask(who, "/desk")[0] != 200:
        wrong.append("signed out on the way")
    if statuses[429] or sum(statuses.values()) < 500:
        wrong.append("not reached: %s" % dict(statuses))
    say("%s: %d findings (%d requests: %s; %d s)" % (who, len(wrong), sum(statuses.values()), " ".join(
        "%d×%d" % (n, s) for s, n in sorted(statuses.items())), time.time() - began))
    if short:
        say("  out of time, SCAN_SECONDS gives more: " + " ".join(short))
    return wrong


def main():
    wanted = [who for who in WHO if who in sys.argv[2:] or len(sys.argv) == 2]
    wrong = []
    with home("wapiti") as folder, served(folder) as county:
        endpoint = lure()
        front = Addresses(county.server.port, folder)
        try:
            for who in wanted:
                wrong += ["%s: %s" % (who, w) for w in scan(county, who, front.port, endpoint, folder)]
        finally:
            front.stop()
            endpoint.shutdown()
    finish("wapiti", len(wanted), wrong, "modules " + MODULES)


main()
