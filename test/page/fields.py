#!/usr/bin/env python3
"""Which fields a form may hold, and which columns an answer: fields.py SUNLOT

Every form on every page of every role is sent with one field more, the last one: it is refused with
400 and the words name that field alone, so that all the others were accepted; nothing is written but
the denial. The same for every POST route and role by hand, for uploads, and for fields that are not
everybody's to fill in: 403 (SECURITY.md AC5). Then what pages and exports of each role hold."""
import collections
import csv
import datetime
import http.client
import io
import os
import re
import sqlite3
import urllib.parse

import acts
import forms
import leak
from desk_kit import (NAMES, ROLES, SOURCE, csrf_of, field_limits, form_fields, html_text, matrix, query, route_table,
                      routes)
from tap import must

EXTRA = "tenant"
EVERYBODY = ROLES + ("b",)
LEVELS = ("NONE", "OWN", "DEPARTMENT", "BELOW", "ALL")
# What no form may touch: everything but the audit, the log of what is bound by it, and sessions' last use.
LEFT = ("audit", "audit_day", "session", "log_entry", "checkpoint")


class Everything(forms.html.parser.HTMLParser):
    """All POST forms of a page: [(action, {name: value}, has a file)], in every state of boxes and buttons."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.form = [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        name = a.get("name")
        if tag == "form":
            self.form = None
            if a.get("method") == "post":
                self.form = (a.get("action"), {}, a.get("enctype") == "multipart/form-data")
                self.forms += [self.form] if a.get("action") else []
        if self.form is not None and tag == "button" and a.get("formaction"):
            self.forms.append((a["formaction"], self.form[1], self.form[2]))
        if self.form is not None and name and a.get("type") != "file" and tag in ("input", "button", "select", "textarea"):
            self.form[1].setdefault(name, a.get("value") or "")
        elif name and a.get("form") == "pick":  # a row's box stands outside of its form
            for _, fields, _ in self.forms:
                if "which" in fields and "filter" in fields:
                    fields.setdefault(name, a.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None


def tables(county):
    names = [row[0] for row in query(county.data, "SELECT name FROM sqlite_master WHERE type = 'table'"
                                     " AND name NOT LIKE 'sqlite%' AND sql NOT LIKE 'CREATE VIRTUAL%'")]
    return [n for n in names if n not in LEFT and not n.startswith("search")]


def dump(county):
    """{table: its rows as one number}: what was written shows, whoever wrote it."""
    found = {t: tuple(map(repr, query(county.data, 'SELECT * FROM "%s"' % t))) for t in tables(county)}
    found["counter"] = tuple(r for r in found["counter"] if "'audit'" not in r)  # of the denials
    return found


def denials(county):
    return query(county.data, "SELECT count(*) FROM audit WHERE outcome = 'denied'")[0][0]


def of_pattern(path):
    """The POST route that answers the address: its pattern."""
    bare = urllib.parse.urlsplit(path).path
    fits = [p for p in form_fields() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), bare)]
    return min(fits, key=lambda p: p.count("{"))


def post(county, cookie, path, fields, upload):
    """A form as it stands, of either kind; status, text."""
    if not upload:
        status, _, text = county.server.ask(path, fields, cookie=cookie)
        return status, text
    edge = "fields-boundary-0042"
    parts = ["--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % (edge, k, v) for k, v in fields.items()]
    parts.append("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\n甲\r\n--%s--\r\n" % (edge, edge))
    link = http.client.HTTPConnection("127.0.0.1", county.server.port, timeout=60)
    link.request("POST", path, "".join(parts).encode(), {
        "Cookie": "__Host-s=" + cookie, "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.1",
        "Content-Type": "multipart/form-data; boundary=" + edge})
    answer = link.getresponse()
    text = answer.read().decode("utf-8", "replace")
    link.close()
    return answer.status, text


def refused(text, words):
    return words in html_text(text)


def no_such(name):
    return "这个表单没有“%s”这一项，没有执行" % name


def addresses(county, b, role):
    """All pages that the role opens, in the states that change a form."""
    more = ["/desk/sessions", "/desk/password", "/desk/documents", "/desk/documents/" + b["document"] + "/edit",
            "/desk/inspectors/%s" % b["expert"], "/desk/drafts/new?kind=close&code=" + urllib.parse.quote(b["item"])]
    return forms.pages_of(county, b, role) + more + state_pages(b)


def state_pages(b):
    """Drafts submitted and reviewed, an item that comes into force later: each with buttons of its own."""
    return ["/desk/drafts/%s" % b["submitted"], "/desk/drafts/%s" % b["reviewed"], "/desk/drafts/%s/edit" % b["draft"],
            "/desk/items/" + urllib.parse.quote(b["coming"]), "/desk/approvals/" + b["approval-ready"]]


def drafts_in_every_state(county, b):
    for at, name in enumerate(("submitted", "reviewed", "coming")):
        one = leak.make(county, "/desk/drafts/new", {
            "category": "字段类", "name": "字段项%d" % at, "class": "general", "cap": "3%", "objects": "企业", "subject": "主体",
            "content": "内容", "methods": "实地核查", "basis": "依据"})
        b[name] = leak.last(one)
        acts = [("b", "submit", {})] + [("office", "review", {"do": "agree", "words": "同意"})] * (at > 0)
        for role, do, more in acts:
            form = forms.leak.Forms(county.ask(role, one)[2]).posts()[one + "/" + do]
            form.pop("csrf")
            form.pop("do", None)
            status, _, text = county.ask(role, one + "/" + do, {**form, **more})
            must(status == 303, "%s of %s: %d %s" % (do, name, status, leak.why(text)))
    leak.act(county, "/desk/drafts/publish", {"which": "picked", "s-" + b["coming"]: "1", "filter": "", "total": "1",
                                              "sure": "1", "effective_on": "2031-01-01"}, role="office")
    b["coming"] = query(county.data, "SELECT code FROM item WHERE state = 'coming'")[0][0]


def forms_found(state, role):
    """{(action, names): (fields, has a file)} on all pages of the role, and on the second pages of forms about
    picked rows."""
    county, b, found = state["county"], state["b"], {}
    cookie = county.cookies[role]
    for path in addresses(county, b, role):
        status, headers, text = county.server.ask(path, cookie=cookie)
        if status == 200 and "html" in headers["content-type"]:
            for action, fields, upload in Everything(text).forms:
                found.setdefault((action, tuple(sorted(fields))), (fields, upload))
    for (action, _), (fields, _) in list(found.items()):
        if "which" not in fields:
            continue
        status, text = post(county, cookie, action, {**fields, "which": "picked"}, False)
        for again, more, upload in Everything(text).forms:
            if status == 200 and again.split("?")[0] == action.split("?")[0] and "sure" in more:
                found.setdefault((again, tuple(sorted(more))), (more, upload))
    return found


def AC5_every_field_of_every_form_is_accepted_and_one_more_is_refused(state):
    county, wrong, count, seen = state["county"], [], 0, set()
    before = dump(county)
    for role in EVERYBODY:
        cookie = county.cookies[role]
        for (action, _), (fields, upload) in forms_found(state, role).items():
            denied = denials(county)
            status, text = post(county, cookie, action, {**fields, EXTRA: "410883"}, upload)
            count += 1
            seen.add(of_pattern(action))
            if status != 400 or not refused(text, no_such(EXTRA)) or denials(county) != denied + 1:
                wrong.append("%s as %s with %s: %d %s" % (action, role, sorted(fields), status, re.findall(
                    "这个表单没有[^<]*|您的角色不能填写[^<]*", html_text(text))))
    now = dump(county)
    state["seen"] = seen
    wrong += ["table %s changed %s" % (t, set(before[t]) ^ set(now[t])) for t in before if before[t] != now[t]]
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:40])))
    must(count >= 400, "only %d forms" % count)
    return "%d forms of %d routes" % (count, len(seen))


# Forms that no page of this walk shows, and where they are sent by a test of their own.
ELSEWHERE = {
    "/desk/setup": "there are accounts: test/page/desk.py sets one installation up",
    "/desk/sign-in": "below, and forms.py with what it carries",
    "/feedback": "below: everybody's",
    "/desk/calendar/confirm": "on the page behind an upload: below",
    "/desk/jobs/{id}/cancel": "a job waits for a moment only: its form is read from the template below",
}


def AC5_the_walk_has_seen_a_form_of_every_route(state):
    missing = sorted(set(form_fields()) - state["seen"] - set(ELSEWHERE))
    must(not missing, "no page of the walk has a form for %s" % missing)
    with open(os.path.join(SOURCE, "ui/page/desk_job.mustache"), encoding="utf-8") as f:
        form = re.search(r'<form method="post" action="/desk/jobs/\{\{id\}\}/cancel">(.*?)</form>', f.read()).group(1)
    must(form.startswith("{{>desk_hidden}}") and "name=" not in form, form)
    must(not state["seen"] & set(ELSEWHERE), "seen after all: %s" % (state["seen"] & set(ELSEWHERE)))


def AC5_every_route_refuses_a_field_that_no_form_has_from_everybody(state):
    """By hand, with nothing else in the form; of whoever may not come in, as every form of his: 403."""
    county, table, wrong, count = state["county"], matrix(), [], 0
    tokens = {role: csrf_of(county.server.ask("/desk/sessions", cookie=county.cookies[role])[2]) for role in EVERYBODY}
    uploads = forms_with_files()
    before = dump(county)
    for method, pattern, permit in routes():
        if method != "POST" or permit == "0":
            continue
        path = leak.fill(pattern, state["b"])[0] if "{" in pattern else pattern
        for role in EVERYBODY:
            name = "clerk" if role == "b" else role
            denied = denials(county)
            status, text = post(county, county.cookies[role], path, {"csrf": tokens[role], "Created_By": "xitong"},
                                pattern in uploads)
            count += 1
            comes_in = table[permit][name] != "NONE"
            want = 400 if comes_in else 403
            told = refused(text, no_such("Created_By")) == comes_in
            if status != want or not told or (comes_in and denials(county) != denied + 1):
                wrong.append("%s as %s: %d, not %d" % (path, role, status, want))
    now = dump(county)
    wrong += ["table %s changed" % t for t in before if before[t] != now[t]]
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:40])))
    must(count > 1000, "only %d answers" % count)
    return "%d answers" % count


def forms_with_files():
    return set(re.findall(r'\{WEB_POST,\s*"([^"]+)",[^{}]*WEB_UPLOAD', route_table()))


def AC5_forms_that_everybody_finds_refuse_it_as_well(state):
    county, wrong = state["county"], []
    before = dump(county)
    sign_in = {"to": "", "action": "", "name": NAMES["clerk"], "password": county.passwords[NAMES["clerk"]], "keep.title": "甲"}
    for at, (path, fields) in enumerate((("/feedback", {"key": "ac5-f", "subject": "", "text": "甲", "contact": ""}),
                                         ("/desk/sign-in", sign_in),
                                         ("/desk/setup", {"code": "1", "name0": "a", "person0": "b", "password0": "c"}))):
        for name in ("state", "keep.", "handled_by", "csrf2", "a b"):
            status, headers, text = county.server.ask(path, {**fields, name: "1"}, X_Forwarded_For="198.18.7.%d" % at)
            told = no_such(name if name != "a b" else "（不能显示的名称）")
            if status != 400 or not refused(text, told) or "set-cookie" in headers:
                wrong.append("%s with %s: %d" % (path, name, status))
    must(dump(county) == before, "something was written")
    must(not wrong, "\n".join(wrong))
    status, headers, _ = county.server.ask("/desk/sign-in", sign_in, X_Forwarded_For="198.18.7.9")
    must(status == 303 and "set-cookie" in headers, "what the page of signing in carries is legal: %d" % status)


def AC5_the_page_behind_an_upload_is_walked_too(state):
    """The calendar's table, looked at: its form confirms it."""
    county = state["county"]
    days = "".join("2031-%02d-%02d,%d\n" % (m, d, d % 7 > 1) for m in range(1, 13) for d in range(1, 32)
                   if d <= (31 if m in (1, 3, 5, 7, 8, 10, 12) else 28 if m == 2 else 30))
    status, _, text = leak.send_file(county, "system", "/desk/calendar/import", {"key": "ac5-c", "basis": "试"}, "days.csv",
                                     ("日期,是否工作日\n" + days).encode())
    found = [f for f in Everything(text).forms if f[0] == "/desk/calendar/confirm"]
    must(status == 200 and found, "the preview: %d" % status)
    status, text = post(county, county.cookies["system"], found[0][0], {**found[0][1], EXTRA: "1"}, False)
    must(status == 400 and refused(text, no_such(EXTRA)), "one more: %d" % status)


def AC1_what_a_calendar_moves_is_told_in_numbers(state):
    """The system administrator keeps the calendar; whose results it moves is business, which he may not read."""
    county = state["county"]
    db = sqlite3.connect(os.path.join(county.data, "sunlot.db"))
    some = [row for code, many in (("SCJG", 20), ("XFJY", 13)) for row in db.execute(
        "SELECT id, department FROM result WHERE state = 'published' AND department = ? LIMIT ?", (code, many)).fetchall()]
    due = datetime.date(1970, 1, 1) + datetime.timedelta(db.execute("SELECT min(due_on) FROM result").fetchone()[0])
    names = [row[0] for row in db.execute("SELECT name FROM object UNION SELECT name FROM item")]
    want = collections.Counter(
        db.execute("SELECT name FROM department WHERE code = ?", (code,)).fetchone()[0] for _, code in some)
    table = "日期,是否工作日\n"
    day = datetime.date(due.year, 1, 1)
    while day.year == due.year:  # the last five days before rest
        table += "%s,%d\n" % (day, day.weekday() < 5 and not due - datetime.timedelta(5) < day <= due)
        day += datetime.timedelta(1)
    try:
        db.executemany("UPDATE result SET state = 'approved' WHERE id = ?", [(number,) for number, _ in some])
        db.commit()
        status, _, text = leak.send_file(county, "system", "/desk/calendar/import", {"key": "ac1-c", "basis": "试"}, "days.csv",
                                         table.encode())
    finally:
        db.executemany("UPDATE result SET state = 'published' WHERE id = ?", [(number,) for number, _ in some])
        db.commit()
        db.close()
    must(status == 200 and "将重新计算的公示期限：%d 个" % len(some) in text, "the preview: %d" % status)
    rows = re.findall(r'data-label="部门">([^<]*)<.*?data-label="结果数" class="num">(\d+)<', text)
    must(len(want) == 2 and collections.Counter(dict((n, int(c)) for n, c in rows)) == want, "%s, not %s" % (rows, want))
    must(len(names) > 500 and not [n for n in names if n in text], "it names %s" % [n for n in names if n in text][:5])


def AC5_what_only_others_may_fill_in_is_forbidden(state):
    """Numbers in full without the permission for them, another department's name in a draft: 403, and nothing is done."""
    county, table, wrong, count = state["county"], matrix(), [], 0
    by_name = {name: (pattern, fields) for pattern, (name, fields) in form_fields().items()}
    permits = {p: permit for m, p, permit in routes() if m == "POST"}
    before = dump(county)
    for route, field, permission, scope in field_limits():
        pattern = by_name[route][0]
        path = leak.fill(pattern, state["b"])[0] if "{" in pattern else pattern
        for role in ROLES:
            if table[permits[pattern]][role] == "NONE":
                continue
            may = LEVELS.index(table[permission][role]) >= LEVELS.index(scope)
            denied = denials(county)
            token = csrf_of(county.server.ask("/desk/sessions", cookie=county.cookies[role])[2])
            status, text = post(county, county.cookies[role], path, {"csrf": token, field: "1", **({EXTRA: "1"} if may else {})},
                                False)
            want, words = (400, no_such(EXTRA)) if may else (403, "您的角色不能填写“%s”这一项，没有执行" % field)
            count += not may
            if status != want or not refused(text, words) or denials(county) != denied + 1:
                wrong.append("%s of %s as %s: %d, not %d" % (field, path, role, status, want))
    must(dump(county) == before, "something was written")
    must(not wrong, "\n".join(wrong))
    must(count >= 9, "only %d refusals" % count)
    return "%d refusals" % count


def AC5_who_drafts_does_not_say_who_may_have_what_was_published(state):
    """Its form has no such field any more; the step of who publishes there has (R115)."""
    county = state["county"]
    one = leak.make(county, "/desk/documents/new?kind=guide", {"department": leak.B, "title": "公开指引", "text1": "正文",
                                                               "openness": "open"})
    leak.act(county, one + "/submit", {})
    leak.act(county, one + "/step", {"act": "publish"}, role="office")
    form = leak.Forms(county.ask("b", one + "/edit")[2]).posts()[one + "/edit"]
    form.pop("csrf")
    must("openness" not in form, form)
    before, denied = dump(county), denials(county)
    status, _, text = county.ask("b", one + "/edit", {**form, "openness": "closed", "openness_reason": "试"})
    must(status == 403 and "公开属性由审核发布的人" in text, "%d" % status)
    must(dump(county) == before and denials(county) == denied + 1, "something was written, or no denial")
    must(county.ask("b", one + "/edit", form)[0] == 303, "without it")


# ---- what answers hold ----------------------------------------------------------------------------------

def numbers(county):
    """Telephones and certificates of persons, in full: {number: what}."""
    found = {}
    for sql in ("SELECT phone FROM inspector", "SELECT certificate FROM inspector", "SELECT certificate2 FROM inspector",
                "SELECT phone FROM library_row", "SELECT contact FROM feedback"):
        for (value,) in query(county.data, sql):
            if len(value) >= 8 and not value.startswith("sealed:"):
                found[value] = sql
    found[leak.PHONE] = "what people of B, its library and a citizen have in common"
    found.pop(leak.CERTIFICATE)  # the licence of B's business bears the same number, and that is for all to see
    must(len(found) > 20, "only %d numbers" % len(found))
    return found


def AC5_no_page_of_any_role_holds_a_number_or_a_secret(state):
    """Full numbers come by a reveal alone, with its reason; hashes and tokens by nothing."""
    county, wrong, count = state["county"], [], 0
    known = numbers(county)
    pattern = re.compile("|".join(sorted(map(re.escape, known), key=len, reverse=True)))
    secrets = [row[0] for row in query(county.data, "SELECT hash FROM account")]
    for role in EVERYBODY:
        for path in addresses(county, state["b"], role) + ["/desk/inspectors?size=2000", "/desk/experts?size=2000"]:
            status, _, text = county.server.ask(path, cookie=county.cookies[role])
            count += status == 200
            shown = set(pattern.findall(text))
            if shown or any(s in text for s in secrets) or "$argon2id" in text:
                wrong.append("%s as %s shows %s" % (path, role, [(s, known[s]) for s in sorted(shown)][:3]))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:30])))
    return "%d pages, %d numbers" % (count, len(known))


def table_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8").lstrip("\ufeff"))))


def AC5_exports_hold_the_columns_that_were_chosen_and_mask_numbers(state):
    county = state["county"]
    known = numbers(county)
    masked = {"手机号", "执法证号", "第二执法证号"}
    plain = 0
    for role in ("office", "clerk", "reviewer", "b"):
        for path in ("/desk/inspectors/export", "/desk/experts/export"):
            form = [f for a, f, _ in Everything(county.server.ask(path, cookie=county.cookies[role])[2]).forms if a == path][0]
            labels = re.findall(r'<label for="col-\d+">([^<]+)</label>', county.server.ask(path, cookie=county.cookies[role])[2])
            full = {k: v for k, v in form.items() if k not in ("csrf", "plain")}
            asked = {**full, "format": "csv", **{k: "1" for k in full if k.startswith("col-")}}
            status, data = leak.ask_bytes(county, role, path, asked)
            rows = table_of(data)
            must(status == 200 and rows[0] == labels and len(labels) >= 16, "%s as %s: %d %s" % (path, role, status, rows[0]))
            for row in rows[1:]:
                cells = dict(zip(rows[0], row))
                bad = [c for n, c in cells.items() if c in known or (n in masked and c and "*" not in c)]
                must(not bad, "%s as %s holds %s" % (path, role, bad))
            one = {**{k: v for k, v in full.items() if not k.startswith("col-")}, "format": "csv", "col-0": "1"}
            rows = table_of(leak.ask_bytes(county, role, path, one)[1])
            must(all(len(row) == 1 for row in rows) and rows[0] == labels[:1], "one column as %s: %s" % (role, rows[0]))
            if "plain" not in form:
                must(role == "reviewer", "%s as %s has no box for full numbers" % (path, role))
                before = dump(county)
                status, _ = leak.ask_bytes(county, role, path, {**asked, "plain": "1", "reason": "试"})
                must(status == 403 and dump(county) == before, "full numbers as %s: %d" % (role, status))
                continue
            status, data = leak.ask_bytes(county, role, path, {**asked, "plain": "1", "reason": "核对证件"})
            must(status == 200, "full numbers as %s: %d" % (role, status))
            plain += sum(c in known for row in table_of(data)[1:] for c in row)
    must(plain > 20, "only %d full numbers where they may stand" % plain)


def AC5_the_audit_and_the_matrix_hold_their_columns_and_go_to_their_readers(state):
    county, table = state["county"], matrix()
    heads = {"/desk/audit.csv": ("AUDIT_VIEW", 12), "/desk/matrix.csv": ("MATRIX_VIEW", 2 + len(ROLES))}
    for path, (permit, width) in heads.items():
        for role in ROLES:
            status, data = leak.ask_bytes(county, role, path)
            may = table[permit][role] != "NONE"
            must(status == (200 if may else 403), "%s as %s: %d" % (path, role, status))
            if may:
                rows = table_of(data)
                must({len(row) for row in rows} == {len(rows[0])} and len(rows[0]) >= min(width, 8), "%s: %s" % (path, rows[0]))
                must("argon2" not in data.decode() and "csrf" not in data.decode(), "%s holds a secret" % path)
    path = "/desk/accounts/%s/edit" % state["b"]["account"]
    leak.make(county, path, {"phone": "13700001234"}, role="system")
    phones = [row[0] for row in query(county.data, "SELECT phone FROM account WHERE phone <> ''")]
    must(phones, "no account has a telephone")
    for role in ROLES:
        for path in ("/desk/accounts", "/desk/accounts/%s" % state["b"]["account"]):
            status, _, text = county.server.ask(path, cookie=county.cookies[role])
            may = table["ACCOUNT_VIEW"][role] != "NONE"
            must(status == (200 if may else 403), "%s as %s: %d" % (path, role, status))
            must(may or not any(p in text for p in phones), "%s as %s shows a telephone" % (path, role))


def main():
    county = leak.prepare()
    state = {"county": county, "b": {}}
    leak.things_of_b(state)
    drafts_in_every_state(county, state["b"])
    for kind in ("commission", "document", "meeting", "issuance", "course"):
        status = leak.send_file(county, "b", "/desk/%ss/%s/files" % (kind, state["b"][kind]), {"key": "fields-" + kind},
                                "照片.png", acts.png())[0]
        must(status == 303, "a picture with a %s: %d" % (kind, status))
    leak.walk((AC5_every_field_of_every_form_is_accepted_and_one_more_is_refused,
               AC5_the_walk_has_seen_a_form_of_every_route,
               AC5_every_route_refuses_a_field_that_no_form_has_from_everybody,
               AC5_forms_that_everybody_finds_refuse_it_as_well, AC5_the_page_behind_an_upload_is_walked_too,
               AC1_what_a_calendar_moves_is_told_in_numbers,
               AC5_what_only_others_may_fill_in_is_forbidden,
               AC5_who_drafts_does_not_say_who_may_have_what_was_published, AC5_no_page_of_any_role_holds_a_number_or_a_secret,
               AC5_exports_hold_the_columns_that_were_chosen_and_mask_numbers,
               AC5_the_audit_and_the_matrix_hold_their_columns_and_go_to_their_readers), state)


if __name__ == "__main__":
    main()
