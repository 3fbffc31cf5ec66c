#!/usr/bin/env python3
"""What people type into the workbench, and what the hostile do: forms.py SUNLOT

Every form that any role finds on any page is sent once with its session gone: after signing in it
must be there with every word that was typed. The same forms carry what could break out of HTML, SQL
or a line of the log (SECURITY.md AU5, IN1, IN2)."""
import html
import html.parser
import re
import urllib.parse

import leak
from desk_kit import NAMES, ROLES, csrf_of, matrix, query, routes
from tap import must

TYPED = "重写"
SHELL = ("/desk/large", "/desk/sign-out", "/desk/lists", "/desk/password")


class Inputs(html.parser.HTMLParser):
    """POST forms with what can be typed: [(action, {name: value}, {name: kind})]."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.form, self.select = [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        name = a.get("name")
        if tag == "form":
            plain = a.get("method") == "post" and a.get("enctype") != "multipart/form-data"
            self.form = (a.get("action") or "", {}, {}) if plain else None
            if self.form and self.form[0]:
                self.forms.append(self.form)
        if self.form is None:
            return
        _, fields, kinds = self.form
        if tag == "button" and a.get("formaction"):
            self.forms.append((a["formaction"], fields, kinds))
        if tag == "input" and name:
            kind = a.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in a:
                return
            fields.setdefault(name, a.get("value") or "")
            kinds.setdefault(name, kind)
        if tag == "button" and name:
            fields.setdefault(name, a.get("value") or "")
            kinds.setdefault(name, "hidden")
        if tag == "textarea":
            fields[name], kinds[name] = "", "textarea"
        if tag == "select" and name:
            self.select = name
            fields[name], kinds[name] = "", "select"
        if tag == "option" and self.select:
            fields[self.select] = a.get("value", "")  # the last one: seldom the one by default

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = None


def values_shown(text):
    """What stands in the fields of a page: the values of inputs, chosen options, texts of areas."""
    text = text[text.index('<main'):]
    shown = set(re.findall(r'<input(?=[^>]*\svalue="([^"]*)")[^>]*>', text))
    shown |= set(re.findall(r'<option value="([^"]*)"[^>]*\sselected', text))
    shown |= set(re.findall(r"<textarea[^>]*>(.*?)</textarea>", text, flags=re.S))
    return {html.unescape(v).strip() for v in shown}


def pages_of(county, b, role):
    """Addresses with forms that the role may open: lists, new ones, and the things of B."""
    table = {permit: {**row, "b": row["clerk"]} for permit, row in matrix().items()}
    more = ["/desk/documents/new?kind=" + k for k in ("plan", "guide", "rule", "scheme", "form")]
    more += ["/desk/inspectors/new?expert=1", "/desk/drafts/new?kind=change&code=%s" % urllib.parse.quote(b["item"])]
    found = []
    for method, pattern, permit in routes():
        if method != "GET" or permit == "0" or table[permit][role] == "NONE" or pattern.endswith((".xlsx", ".csv", "/file")):
            continue
        found.append(leak.fill(pattern, b)[0] if "{" in pattern else pattern)
    return found + (more if table["DOCUMENT_EDIT"][role] != "NONE" else [])


def fill_in(fields, kinds, at):
    """{name: what is typed}: a word of its own for each field that takes words."""
    typed = {}
    for n, (name, kind) in enumerate(kinds.items()):
        if kind in ("text", "textarea", "tel", "search"):
            typed[name] = '%s%d-%d"<i>' % (TYPED, at, n)
        elif kind == "date":
            typed[name] = "2031-07-%02d" % (n % 28 + 1)
        elif kind == "select" and fields[name]:
            typed[name] = fields[name]
    return typed


def forms_on(county, b, role, cookie):
    """{action: (page, fields, kinds)} of all forms that the role finds."""
    found = {}
    for path in pages_of(county, b, role):
        status, headers, text = county.server.ask(path, cookie=cookie)
        if status != 200 or "html" not in headers["content-type"]:
            continue
        for action, fields, kinds in Inputs(text[text.index("<main"):]).forms:
            if action.split("?")[0] not in SHELL and "csrf" in fields:
                found.setdefault((action, tuple(sorted(kinds)), fields.get("act")), (path, fields, kinds))
    return found


def sign_in_with(county, role, kept):
    """Signs in on a page that holds fields; status, headers, text."""
    name = NAMES.get(role, "xiaofang")
    county.server.guests += 1
    return county.server.ask("/desk/sign-in", {**kept, "name": name, "password": county.passwords[name]},
                             X_Forwarded_For="198.18.%d.%d" % divmod(county.server.guests, 250))


def every_form_is_there_again_after_signing_in(state):
    county, b, wrong, count = state["county"], state["b"], [], 0
    for role in ("system", "security", "office", "reviewer", "inspector", "b"):
        for at, ((action, _, _), (page, fields, kinds)) in enumerate(sorted(forms_on(
                county, b, role, county.cookies[role]).items(), key=str)):
            typed = fill_in(fields, kinds, at)
            if not typed:
                continue
            status, _, text = county.server.ask(action, {**fields, **typed})
            if status != 401 or "会保留" not in text:
                wrong.append("%s of %s as %s: %d is no sign-in page" % (action, page, role, status))
                continue
            kept = {k: html.unescape(v) for k, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)}
            status, _, text = sign_in_with(county, role, kept)
            count += 1
            lost = sorted(set(v.strip() for v in typed.values()) - values_shown(text)) if status == 200 else ["all"]
            if lost or "请核对后再次提交" not in text:
                wrong.append("%s of %s as %s: %d lost %s" % (action, page, role, status, lost))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong)))
    must(count >= 60, "only %d forms" % count)
    return "%d forms" % count


def picked_rows_are_picked_still(state):
    """Three rows picked in a list, and the reason typed on the page that follows."""
    county = state["county"]
    rows = query(county.data, "SELECT pool_id FROM object WHERE department = 'SCJG' AND state = 'active' ORDER BY id")[:3]
    form = {"which": "picked", "filter": "", "total": "3", "word": "食品经营", "reason": TYPED + "理由", "key": "pick-again",
            "sure": "1", **{"s-" + row[0]: "1" for row in rows}}
    status, _, text = county.server.ask("/desk/objects/label", form)
    must(status == 401, "without a session: %d" % status)
    kept = {k: html.unescape(v) for k, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)}
    status, _, text = sign_in_with(county, "clerk", kept)
    must(status == 200 and TYPED + "理由" in text, "after signing in: %d" % status)
    again = re.search(r'name="keys" value="([^"]*)"', text).group(1)
    must(sorted(again.split(",")) == sorted(r[0] for r in rows), "picked: %s" % again)
    must(query(county.data, "SELECT count(*) FROM audit WHERE action = 'object-label'") == [(0,)], "it was done")


def a_form_of_an_earlier_session_comes_back_and_does_nothing(state):
    """Signed in anew in another window: the form that stands open still has the old token."""
    county = state["county"]
    name = NAMES["clerk"]
    old = county.server.sign_in(name, county.passwords[name])[1]
    page = county.server.ask("/desk/meetings/new", cookie=old)[2]
    _, fields, _ = [f for f in Inputs(page).forms if f[0] == "/desk/meetings/new"][0]
    new = county.server.sign_in(name, county.passwords[name])[1]
    status, _, text = county.server.ask("/desk/meetings/new", {
        **fields, "title": TYPED + "会议", "date": "2026-03-04"}, cookie=new)
    must(status == 403 and {TYPED + "会议", "2026-03-04"} <= values_shown(text), "an old token: %d" % status)
    must(query(county.data, "SELECT count(*) FROM meeting WHERE title LIKE ?", TYPED + "%") == [(0,)], "it was done")
    must(query(county.data, "SELECT count(*) FROM audit WHERE outcome = 'denied' AND target = 'desk-meeting-add'")[0][0] == 1
         or query(county.data, "SELECT count(*) FROM audit WHERE outcome = 'denied' AND detail LIKE '表单已失效%'")[0][0] > 0,
         "the denial is not in the audit")
    token = csrf_of(text)
    status = county.server.ask("/desk/meetings/new", {**fields, "csrf": token, "title": TYPED + "会议", "kind": "joint",
                                                      "department": "SCJG", "date": "2026-03-04"}, cookie=new)[0]
    must(status == 303, "sent again from the page that came back: %d" % status)


# ---- what could break out -------------------------------------------------------------------------------

HTML = ('"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "</textarea><svg onload=alert(1)>",
        "{{{csrf}}}", "javascript:alert(1)", "<iframe srcdoc='<b>'>", "&lt;b&gt;", "</title><b>", "`${1}`")
SQL = ("' OR '1'='1", "'; DROP TABLE audit; --", "\\' UNION SELECT hash FROM account --", "1) OR (1=1", "%27%20OR%201=1", "*)(uid=*")
LINES = ("甲\r\nSet-Cookie: x=1", "乙\n{\"event\":\"forged\"}", "丙\x1b[2J\x1b]0;t\x07", "丁\u202e\u2066gnp.exe", "戊\u2028\u0085x")
TAGS = re.compile(r"<(script|svg|iframe|img|i|b)\b[^>]*(onerror|onload|alert|srcdoc)|<script>alert", re.I)


def posts_with(county, b, words):
    """Every form of every role once with one of the words in each field that takes words."""
    for role in ("system", "security", "office", "reviewer", "inspector", "b"):
        cookie = county.cookies[role]
        for at, ((action, _, _), (page, fields, kinds)) in enumerate(sorted(forms_on(
                county, b, role, cookie).items(), key=str)):
            typed = {n: words[(at + i) % len(words)] for i, (n, k) in enumerate(kinds.items()) if k in ("text", "textarea")}
            if typed:
                yield role, action, county.server.ask(action, {**fields, **typed, "again": "1"}, cookie=cookie)
                yield role, action, county.server.ask(action, {**fields, **typed}, cookie=cookie)


def IN2_nothing_that_is_typed_becomes_markup(state):
    county, wrong, count = state["county"], [], 0
    for role, action, (status, headers, text) in posts_with(county, state["b"], HTML + LINES):
        count += 1
        if status >= 500 or TAGS.search(text) or "x=1" in headers.get("set-cookie", ""):
            wrong.append("%s as %s: %d %s" % (action, role, status, TAGS.search(text)))
    for role in ("system", "office", "audit", "b"):  # and what was taken in, on every page that shows it
        for path in pages_of(county, state["b"], role):
            status, _, text = county.server.ask(path, cookie=county.cookies[role])
            count += 1
            if status >= 500 or TAGS.search(text):
                wrong.append("%s as %s: %d %s" % (path, role, status, TAGS.search(text)))
    must(not wrong, "\n".join(wrong))
    stored = [t for t in leak.TABLES for row in query(county.data, "SELECT * FROM " + t) if "alert(1)" in str(row)]
    must(len(stored) >= 4, "hardly anything was taken in: %s" % stored)
    return "%d answers, stored in %s" % (count, sorted(set(stored)))


def IN1_no_parameter_of_a_list_reaches_a_statement(state):
    """Filters, pages, sorts, ids: what means something to SQL finds nothing and breaks nothing."""
    county, wrong, count = state["county"], [], 0
    for role in ("office", "audit", "system"):
        table = matrix()
        for method, pattern, permit in routes():
            if method != "GET" or permit == "0" or table[permit][role] == "NONE" or pattern.endswith(".xlsx"):
                continue
            if "{" in pattern:
                tries = [re.sub(r"\{\w+\}", urllib.parse.quote(word, safe=""), pattern) for word in SQL[:3]]
            else:
                text = county.server.ask(pattern, cookie=county.cookies[role])[2]
                names = {n for (m, _), form in leak.Forms(text).forms.items() if m == "get" for n in form if n}
                tries = [pattern + "?" + urllib.parse.urlencode({name: SQL[i % len(SQL)]})
                         for i, name in enumerate(sorted(names | {"after", "before", "sort", "q"}))]
            for path in tries:
                status, _, text = county.server.ask(path, cookie=county.cookies[role])
                count += 1
                if status >= 500 or "$argon2id" in text:
                    wrong.append("%s as %s: %d" % (path, role, status))
    must(not wrong, "\n".join(wrong))
    must(query(county.data, "SELECT count(*) FROM audit")[0][0] > 0, "the audit is gone")
    return "%d answers" % count


def AU5_nothing_typed_makes_a_line_of_the_log_or_of_an_export(state):
    """The words of LINES were sent by IN2 to every form; each line of the log is still one JSON object."""
    import csv
    import io
    import json
    county = state["county"]
    for word in LINES:
        county.server.sign_in(word, "x")
        county.server.ask("/desk/nothing?" + urllib.parse.urlencode({"q": word}), User_Agent=re.sub(r"[^ -~]", "?", word))
    with open(county.server.log_path, "rb") as f:
        lines = f.read().split(b"\n")[:-1]
    must(len(lines) > 500, "only %d lines" % len(lines))
    for line in lines:
        row = json.loads(line)
        must(row["event"] != "forged" and not re.search("[\x00-\x1f\x7f\u0085\u2028\u202e\u2066]", line.decode()), line)
    text = county.ask("audit", "/desk/audit.csv?action=sign-in")[2]
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    want = query(county.data, "SELECT count(*) FROM audit WHERE action = 'sign-in'")[0][0]
    must(len(rows) - 1 == want and len({len(r) for r in rows}) == 1, "%d rows, %d in the database" % (len(rows) - 1, want))
    return "%d lines" % len(lines)


def main():
    county = leak.prepare()
    state = {"county": county, "b": {}}
    leak.things_of_b(state)
    leak.walk((every_form_is_there_again_after_signing_in, picked_rows_are_picked_still,
                 a_form_of_an_earlier_session_comes_back_and_does_nothing,
                 IN1_no_parameter_of_a_list_reaches_a_statement,
                 IN2_nothing_that_is_typed_becomes_markup,
                 AU5_nothing_typed_makes_a_line_of_the_log_or_of_an_export), state)


if __name__ == "__main__":
    main()
