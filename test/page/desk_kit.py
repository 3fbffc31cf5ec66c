"""What the workbench's tests over HTTP share: a server, the demo county with a session of every role,
the matrix of permissions and the route table as they are written down."""
import html.parser
import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from tap import must  # noqa: E402

SUNLOT = os.path.abspath(sys.argv[1])
SOURCE = os.environ.get("SUNLOT_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")
ROLES = ("system", "security", "audit", "office", "clerk", "reviewer", "inspector", "expert", "viewer")
NAMES = dict(zip(ROLES, ("xitong", "anquan", "shenji", "shuangsuiban", "jingban", "shenhe", "jiancha",
                         "zhuanjia", "chayue")))


class Server:
    """The program serving a folder."""

    def __init__(self, data, *more):
        self.data = data
        self.guests = 0
        self.log_path = data + ".log"
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([SUNLOT, "--data", data, "serve", "--port", "0", *more],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = ""
        while "http://" not in line:
            line = self.process.stdout.readline()
            must(line, "the server did not start")
        self.port = int(re.search(r":(\d+)/", line).group(1))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        must(self.process.wait(timeout=30) == 0, "how the server ended")
        self.log.close()

    def ask(self, path, fields=None, cookie=None, **more):
        """Status, headers, text. fields: a form is posted, as a page of the site would."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.1"}
        body = None
        if cookie:
            headers["Cookie"] = "__Host-s=" + cookie
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers.update({k.replace("_", "-"): v for k, v in more.items()})
        headers = {k: v for k, v in headers.items() if v}
        link.request("GET" if fields is None else "POST", path, body, headers)
        answer = link.getresponse()
        text = answer.read().decode("utf-8", "replace")
        link.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text

    def sign_in(self, name, password, **more):
        self.guests += 1  # each from an address of its own, where a proxy tells
        more = {"X_Forwarded_For": "198.51.100.%d" % self.guests, **more}
        status, headers, text = self.ask("/desk/sign-in", {"name": name, "password": password}, **more)
        return status, cookie_of(headers), text


def cookie_of(headers):
    match = re.match(r"__Host-s=([^;]*)", headers.get("set-cookie", ""))
    return match.group(1) if match else ""


def csrf_of(text):
    match = re.search(r'name="csrf" value="([0-9a-f]+)"', text)
    return match.group(1) if match else ""


def run(*words, data=None):
    command = [SUNLOT] + (["--data", data] if data else []) + list(words)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    must(done.returncode == 0, "%s: %s" % (words, done.stderr))
    return done.stdout


def matrix():
    """{permission ID: {role: scope}} from the table as text."""
    text = open(os.path.join(SOURCE, "src/model/permission.def"), encoding="utf-8").read()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    rows = re.findall(r'PERMISSION\((\w+), "[^"]*",\s*"[^"]*", \w+,([^)]*)\)', text)
    return {name: dict(zip(ROLES, [s.strip() for s in scopes.split(",")])) for name, scopes in rows}


def permission_grades():
    """{permission ID: 0 public, 1 internal, 2 sensitive} from the table as text."""
    text = open(os.path.join(SOURCE, "src/model/permission.def"), encoding="utf-8").read()
    rows = re.findall(r'^PERMISSION\((\w+), "[^"]*",\s*"[^"]*", (\w+),', text, flags=re.M)
    return {name: ("PUBLIC", "INTERNAL", "SENSITIVE").index(grade) for name, grade in rows}


def route_table():
    """The table of routes as text."""
    with open(os.path.join(SOURCE, "src/page/routes.c"), encoding="utf-8") as f:
        return f.read()


def routes():
    """[(method, pattern, permit)] of the workbench, from the table as text."""
    text = route_table()
    found = re.findall(r'\{WEB_(GET|POST),\s*"(/desk[^"]*)",[^{}]*?,\s*(DESK_PERMIT\(\w+\)|0)\}', text)
    return [(method, pattern, re.sub(r"DESK_PERMIT\((\w+)\)", r"\1", permit)) for method, pattern, permit in found]


def resource_fields():
    """{resource: names of its fields} of src/model/resource.c, read as text."""
    with open(os.path.join(SOURCE, "src/model/resource.c"), encoding="utf-8") as f:
        text = f.read()
    tables = {name: re.findall(r'=\s*\{"(\w+)",', body) for name, body in re.findall(
        r"static const struct field (\w+)\[[^\]]*\] = \{(.*?)^\};", text, flags=re.S | re.M)}
    return {name: tables[table] for name, table in re.findall(
        r'const struct resource model_(\w+) = \{[^}]*?(\w+_fields)', text)}


def form_fields():
    """{pattern of a POST route: (name, names or families of the fields its forms may hold)}, of src/page/fields.c
    read as text: what a test may send by hand."""
    with open(os.path.join(SOURCE, "src/page/fields.c"), encoding="utf-8") as f:
        text = f.read()
    words = dict(re.findall(r'#define (FIELDS_P\w+) "([^"]*)"', text))
    names = dict((name, pattern) for pattern, name in re.findall(
        r'\{WEB_POST,\s*"([^"]*)",[^{}]*?"([\w-]+)",\s*(?:DESK_PERMIT\(\w+\)|0)\}', route_table()))
    found, of_resource = {}, resource_fields()
    for route, own, of, before, but in re.findall(
            r'\{\s*"([\w-]+)",((?:\s*"[^"]*"|\s*FIELDS_\w+)+),\s*(?:&model_(\w+)|NULL),\s*(?:"([^"]*)"|NULL),\s*(?:"([^"]*)"|NULL)\}', text):
        own = re.sub(r"FIELDS_\w+", lambda m: '"%s"' % words[m.group(0)], own)
        mine = " ".join(re.findall(r'"([^"]*)"', own)).split()
        mine += [before + name for name in of_resource.get(of, []) if name not in but.split()]
        found[names.pop(route)] = (route, mine)
    must(not names, "routes whose fields this does not read: %s" % names)
    return found


def field_limits():
    """[(route, field, permission, scope)] of src/page/fields.c: fields that only some may fill in."""
    with open(os.path.join(SOURCE, "src/page/fields.c"), encoding="utf-8") as f:
        found = re.findall(r'\{"([\w-]+)", "(\w+)", MODEL_PERMISSION_(\w+), MODEL_SCOPE_(\w+)\}', f.read())
    must(len(found) >= 9, found)
    return found


PG = os.environ.get("SUNLOT_TEST_PG")  # see test/pg/pg_run


def postgres(sql, *args):
    """The rows of a query without two columns of one name; ? stands for the arguments."""
    for value in args:
        sql = sql.replace("?", str(value) if isinstance(value, int) else "'%s'" % value.replace("'", "''"), 1)
    told = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", PG, "-c",
                           "SELECT row_to_json(x) FROM (%s) x" % sql], capture_output=True, text=True, timeout=120)
    must(told.returncode == 0, "%s: %s" % (sql, told.stderr))
    return [tuple(json.loads(line).values()) for line in told.stdout.splitlines()]


def query(data, sql, *args):
    if PG:
        return postgres(sql, *args)
    link = sqlite3.connect("file:%s/sunlot.db?mode=ro" % data, uri=True, timeout=20)
    rows = link.execute(sql, args).fetchall()
    link.close()
    return rows


def first_sign_in(server, name, password, new):
    """Signs in and changes the password, as everybody must at first. The new cookie."""
    status, cookie, _ = server.sign_in(name, password)
    must(status == 303 and cookie, "%s cannot sign in: %d" % (name, status))
    status, headers, _ = server.ask("/desk", cookie=cookie)
    must(status == 303 and headers["location"] == "/desk/password", "the first password need not be changed")
    status, _, text = server.ask("/desk/password", cookie=cookie)
    status, headers, text = server.ask("/desk/password", {
        "csrf": csrf_of(text), "old": password, "password": new, "again": new}, cookie=cookie)
    must(status == 303, "%s cannot change his password: %d %s" % (
        name, status, re.findall(r"<strong>(.*?)</strong>", text)))
    must(server.ask("/desk", cookie=cookie)[0] == 401, "ID8: the old session lives on")
    return cookie_of(headers)


class County:
    """The demo county, served, with a session of every role."""

    def __init__(self, home):
        self.data = os.path.join(home, "county")
        told = run("demo", self.data, *(["--database", PG] if PG else []))
        run("setting", "session.prove", "30", "--basis", "试验", data=self.data)  # ID11 has its own test
        self.passwords = dict(re.findall(r"^  (\w+) +(\S+-\S+-\S+-\S+) ", told, flags=re.M))
        must(set(NAMES.values()) <= set(self.passwords), "accounts of every role: %s" % self.passwords.keys())
        must(os.stat(os.path.join(self.data, "accounts.txt")).st_mode & 0o77 == 0, "accounts.txt is readable by others")
        self.server = Server(self.data, "--proxy", "127.0.0.1")
        self.cookies = {}
        self.acts = {}  # route: [(role, records of the audit it left)] of what was done
        for role in ROLES:
            name = NAMES[role]
            if role in ROLES[:3]:
                self.cookies[role] = first_sign_in(self.server, name, self.passwords[name], "Neu-%s-Tor9" % role)
                self.passwords[name] = "Neu-%s-Tor9" % role
            else:
                self.cookies[role] = self.server.sign_in(name, self.passwords[name])[1]
            must(self.cookies[role], "%s cannot sign in" % name)

    def ask(self, role, path, fields=None, **more):
        if fields is not None and "csrf" not in fields:
            text = self.server.ask("/desk/sessions", cookie=self.cookies[role])[2]
            fields = {"csrf": csrf_of(text), **fields}
        before = self.last_record() if fields is not None else 0
        answer = self.server.ask(path, fields, cookie=self.cookies[role], **more)
        if fields is not None and answer[0] == 303:
            self.note(role, path, before)
        return answer

    def last_record(self):
        return query(self.data, "SELECT coalesce(max(id), 0) FROM audit")[0][0]

    def note(self, role, path, before):
        """What was done left these records: for AU1."""
        bare = path.split("?")[0]
        fits = [p for m, p, _ in routes() if m == "POST" and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), bare)]
        rows = query(self.data, "SELECT actor, role, department, address, request, outcome, action FROM audit WHERE id > ?"
                     " ORDER BY id", before)
        self.acts.setdefault(min(fits, key=lambda p: p.count("{")), []).append((role, rows))

    def account(self, name):
        return query(self.data, "SELECT id FROM account WHERE name = ?", name)[0][0]


def html_text(text):
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(name, char)
    return text


class Forms(html.parser.HTMLParser):
    """The forms of a page that change something: {action: {name: value}}, options: {name: [values]}."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.options, self.own = {}, {}, None
        self.select = self.area = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        name = a.get("name")
        if tag == "form":
            self.own = self.forms.setdefault((a.get("method"), a.get("action")), {})
        if self.own is None or (name is None and tag != "option"):
            return
        if tag in ("input", "button") and a.get("type") != "file":
            self.own.setdefault(name, a.get("value") or "")
            self.options.setdefault(name, [])
        if tag == "select":
            self.select = name
            self.options[name] = []
        if tag == "textarea":
            self.area = name
            self.own[name] = ""
        if tag == "option" and self.select:
            self.options[self.select].append(a.get("value", ""))
            if "selected" in a or self.select not in self.own:
                self.own[self.select] = a.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.own = None
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area and self.own is not None:
            self.own[self.area] += data

    def posts(self):
        return {urllib.parse.urlsplit(action or "").path: dict(form) for (method, action), form in self.forms.items()
                if method == "post"}


def send_file(county, role, path, fields, name, data):
    """A form with a file, as a browser sends it."""
    edge = "desk-boundary-0042"
    token = csrf_of(county.ask(role, "/desk/sessions")[2])
    parts = ["--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % (edge, k, v)
             for k, v in {"csrf": token, **fields}.items()]
    body = "".join(parts).encode() + ("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
                                      "Content-Type: application/octet-stream\r\n\r\n" % (edge, name)).encode()
    body += data + ("\r\n--%s--\r\n" % edge).encode()
    link = http.client.HTTPConnection("127.0.0.1", county.server.port, timeout=60)
    before = county.last_record()
    link.request("POST", path, body, {"Cookie": "__Host-s=" + county.cookies[role], "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.1",
                                      "Content-Type": "multipart/form-data; boundary=" + edge})
    answer = link.getresponse()
    text = answer.read().decode("utf-8", "replace")
    link.close()
    if answer.status == 303:
        county.note(role, path, before)
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text


def why(text):
    return re.findall(r'class="[^"]*(?:error|notice|wrong)[^"]*"[^>]*>(.*?)</', text, flags=re.S)[:6]
