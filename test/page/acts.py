#!/usr/bin/env python3
"""Every button of the workbench once, and the record that it leaves: acts.py SUNLOT

Each POST route of the table (src/page/routes.c) is done by somebody who may, with success; the audit
must then hold a row more, with the person, his role and department, his address, the request and the
outcome (SECURITY.md AU1). A route that this walk does not do is named."""
import re
import struct
import subprocess
import urllib.parse
import zlib

import leak
from desk_kit import NAMES, SUNLOT, csrf_of, query, routes, send_file
from tap import Broken, must

# What a person sets for his own screen; nothing of the office changes.
VIEWS = {"/desk/lists", "/desk/large"}
# A year's working days are compared and shown; nothing is kept before /desk/calendar/confirm.
PREVIEWS = {"/desk/calendar/import"}
# A job can be cancelled while it waits: test/story/story_job.c, where no runner takes it.
CAUGHT = {"/desk/jobs/{id}/cancel"}
# No session yet, or the first of all: the audit of these is shown by page-desk (sign-in, setup).
BEFORE = {"/desk/sign-in", "/desk/setup"}
REASON = {"reason": "核对更正"}


class Walk:
    def __init__(self, county, b):
        self.county, self.b, self.done, self.wrong, self.nth = county, b, set(), [], 0

    def records(self, role, path, before, what):
        """The new records; each must be whole."""
        rows = query(self.county.data, "SELECT actor, role, department, address, request, outcome, action, at, target"
                     " FROM audit WHERE id > ? ORDER BY id", before)
        mine = [r for r in rows if r[0] == NAMES.get(role, "xiaofang") and r[5] == "done"]
        whole = [r for r in mine if r[1] and r[3] == "192.0.2.1" and r[4].isdigit() and r[6] and r[7] > 0]
        if not whole and path not in PREVIEWS:
            self.wrong.append("%s as %s leaves %s" % (what, role, rows))
        bare = path.split("?")[0]
        fits = [p for m, p, _ in routes() if m == what.split()[0] and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), bare)]
        self.done.add((what.split()[0], min(fits, key=lambda p: p.count("{"))))

    def post(self, role, path, fields=None, page=None):
        """Posts the form that the page holds for the path, with more fields."""
        county = self.county
        self.nth += 1
        held = leak.Forms(county.ask(role, page or path)[2]).posts().get(path.split("?")[0], {}) if page != "" else {}
        held = {k: v for k, v in held.items() if k not in ("csrf", "remove")}
        before = county.last_record()
        status, headers, text = county.ask(role, path, {"key": "act-%d" % self.nth, **held, **(fields or {})})
        good = status == 303 or (status == 200 and "class=\"wrong" not in text)
        must(good, "POST %s as %s: %d %s" % (path, role, status, leak.why(text)))
        self.records(role, path, before, "POST %s" % path)
        return headers, text

    def get(self, role, path):
        before = self.county.last_record()
        status, _, text = self.county.ask(role, path)
        must(status == 200, "GET %s as %s: %d" % (path, role, status))
        self.records(role, path, before, "GET %s" % path)
        return text

    def file(self, role, path, fields, name, data):
        before = self.county.last_record()
        self.nth += 1
        status, headers, text = send_file(self.county, role, path, {"key": "act-%d" % self.nth, **fields}, name, data)
        must(status in (200, 303), "%s: %d %s" % (path, status, leak.why(text)))
        self.records(role, path, before, "POST %s" % path)
        return headers, text


def accounts(w):
    _, text = w.post("system", "/desk/accounts/new", {"name": "xinzh", "person": "新账号", "department": "SCJG"})
    one = "/desk/accounts/%d" % w.county.account("xinzh")
    w.post("system", one + "/edit", {"phone": "0391-2"})
    w.post("security", one + "/grant", {"role": "viewer"}, one)
    w.post("security", one + "/revoke", {"role": "viewer"}, one)
    w.post("security", one + "/clearance", {"clearance": "sensitive"}, one)
    secret = re.search(r'class="secret">([^<]+)<', w.post("system", one + "/reset", None, one)[1]).group(1)
    w.county.server.sign_in("xinzh", secret)
    w.post("system", one + "/end", None, one)
    w.post("system", one + "/state", {"state": "suspended"}, one)
    w.post("viewer", "/desk/password", {"old": w.county.passwords["chayue"], "password": "Ganz-neu9-Wort", "again": "Ganz-neu9-Wort"})
    w.county.passwords["chayue"] = "Ganz-neu9-Wort"
    w.county.cookies["viewer"] = w.county.server.sign_in("chayue", "Ganz-neu9-Wort")[1]
    w.county.server.sign_in("chayue", "Ganz-neu9-Wort")
    w.post("viewer", "/desk/sessions/end", {"session": ""}, "/desk/sessions")
    w.post("viewer", "/desk/sign-out", None, "")
    w.county.cookies["viewer"] = w.county.server.sign_in("chayue", "Ganz-neu9-Wort")[1]
    w.get("audit", "/desk/matrix.csv")
    w.get("audit", "/desk/audit.csv?action=sign-in")


def organisation(w):
    w.post("system", "/desk/departments/new", {"code": "XINBM", "name": "新部门", "level": "县"})
    w.post("system", "/desk/departments/XINBM/edit", {"leader": "某领导"})
    w.post("system", "/desk/settings/team.seats/edit", {"value": "3", "basis": "本地规定", "confirm": "=3"})
    w.post("system", "/desk/dictionaries/methods/word", {"word": "走访", "basis": "本地规定"})
    days = "\n".join("2027-%02d-%02d,%d" % (m, d, 1) for m in range(1, 13) for d in range(
        1, (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[m - 1] + 1))
    _, text = w.file("system", "/desk/calendar/import", {"basis": "国办发明电〔2026〕7号"}, "2027.csv",
                     ("日期,是否工作日\n" + days + "\n").encode())
    held = leak.Forms(text).posts()["/desk/calendar/confirm"]
    held.pop("csrf")
    w.post("system", "/desk/calendar/confirm", held, "")


def feedback(w):
    one = "/desk/feedback/%s" % w.b["feedback"]
    w.post("b", one, {"state": "working", "note": "正在核实"})
    w.post("b", one + "/reveal", REASON, one)
    w.post("b", "/desk/due/export", {"format": "csv"})


def jobs(w):
    w.post("b", "/desk/objects/export", {"c-number": "1", "c-name": "1", "format": "csv"})
    job, _, _, _ = leak.done(w.county, "export-objects", leak.B)
    w.get("b", "/desk/jobs/%d/file" % job)


def imports(w):
    for kind in ("objects", "inspectors", "libraries", "commissions", "superior", "meetings", "issuances", "courses"):
        one = "/desk/import/%s/%s" % (kind, w.b["upload-" + kind])
        w.post("b", one, {"act": "remove"}, one)
    for kind in ("items", "labels"):
        one = "/desk/import/%s/%s" % (kind, w.b["upload-" + kind])
        w.post("office", one, {"act": "remove"}, one)


def objects(w):
    one = "/desk/objects/%s" % w.b["object"]
    w.post("b", one + "/edit", {**REASON, "address": "新路2号"})
    w.post("b", one + "/department", {"department": "SCJG"}, one)
    w.post("b", one + "/reveal", REASON, one)
    place = {"library": w.b["library"], "licence": "X-2", "what": "许可", "contact": "", "phone": "", "valid_until": ""}
    w.post("b", one + "/library", place, one)
    pick = {"which": "picked", "s-" + w.b["object"]: "1", "filter": "", "total": "1", "sure": "1", **REASON}
    for do, more in (("label", {"word": "食品经营"}), ("unlabel", {"word": "食品经营"}), ("place", {"library": w.b["library"]}),
                     ("displace", {"library": w.b["library"]})):
        w.post("b", "/desk/objects/" + do, {**pick, **more}, "")
    w.post("b", one + "/state", {**REASON, "state": "closed"}, one)
    library = "/desk/libraries/%s" % w.b["library"]
    w.post("b", library + "/edit", {"basis": "新依据"})
    w.post("b", library + "/export", {"format": "csv"})
    w.post("b", library + "/grade", {"grade": "public", **REASON}, library)
    label = query(w.county.data, "SELECT id FROM label WHERE word = '食品经营'")[0][0]
    w.post("office", "/desk/labels/%d/edit" % label, {"theme": "改"})
    w.post("office", "/desk/labels/new", {"word": "新词", "subject": "objects", "state": "active"})
    w.post("b", "/desk/libraries/new", {"name": "另一库", "department": leak.B, "basis": "依据"})
    w.post("b", "/desk/objects/new", {"kind": "unlicensed", "name": "无照户", "division": "410882", "address": "某路",
                                      "department": leak.B})


def items(w):
    county, one = w.county, "/desk/drafts/%s" % w.b["draft"]
    w.post("b", one + "/edit", {"content": "另一内容"})
    w.post("b", one + "/submit", None, one)
    # his department's reviewer is nobody; the office may review too (ALL)
    w.post("office", one + "/review", {"do": "agree", "words": "同意"}, one)
    w.post("office", "/desk/drafts/publish", {"which": "picked", "s-" + w.b["draft"]: "1", "filter": "", "total": "1", "sure": "1",
                                              "effective_on": "2031-01-01"}, "")
    code = query(county.data, "SELECT code FROM item WHERE state = 'coming'")[0][0]
    w.post("office", "/desk/items/%s/withdraw" % urllib.parse.quote(code), REASON, "/desk/items/" + urllib.parse.quote(code))
    headers, _ = w.post("b", "/desk/drafts/new", {
        "category": "类", "name": "另一项", "class": "general", "cap": "3%", "objects": "企业", "subject": "主体",
        "content": "内容", "methods": "实地核查", "basis": "依据"})
    other = "/desk/drafts/" + leak.last(headers["location"].split("?")[0])
    w.post("b", other + "/drop", None, other)
    for do, name, role, more in (("claim", "superior", "b", {}), ("decline", "superior-2", "b", REASON),
                                 ("assign", "superior-3", "office", {"department": "SCJG"})):
        w.post(role, "/desk/superior/" + do, {"which": "picked", "s-" + w.b[name]: "1", "filter": "", "total": "1", "sure": "1",
                                              **more}, "")
    w.post("b", "/desk/outside/new", {"object": w.b["number"], "checked_on": "2026-01-16", "ground": "线索", "note": ""})


def png():
    """A picture of one dot."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0\x7f")) + chunk(b"IEND", b""))


def picture(w, one):
    """A picture handed in with a thing of B, and its original taken out."""
    w.file("b", one + "/files", {}, "照片.png", png())
    w.post("b", one + "/files/%d/original" % query(w.county.data, "SELECT MAX(id) FROM attachment")[0][0], None, one)


def people(w):
    one = "/desk/approvals/%s" % w.b["approval-ready"]
    w.post("b", one + "/file", None, one)
    w.post("office", "/desk/approvals/%s" % w.b["approval"], {"decision": "decline", "words": "不必"})
    for kind, name in (("inspectors", "inspector"), ("experts", "expert")):
        pick = {"which": "picked", "s-" + w.b[name]: "1", "filter": "", "total": "1", "sure": "1", **REASON}
        for do, more in (("label", {"word": leak.WORD}), ("unlabel", {"word": leak.WORD}), ("leave", {}), ("return", {}),
                         ("export", {"format": "csv", "col-0": "1"})):
            w.post("b", "/desk/%s/%s" % (kind, do), {**pick, **more}, "")
    one = "/desk/inspectors/%s" % w.b["inspector"]
    w.post("b", one + "/edit", {"position": "新岗", "specialities": "", **REASON})
    w.post("b", one + "/reveal", REASON, one)
    w.post("b", one + "/interests/end", REASON, one)
    w.post("b", one + "/interests/new", {"object": w.b["number"], "reason": "亲属"})
    w.post("b", one + "/state", REASON, one)
    w.post("b", "/desk/inspectors/new", {"name": "新人", "category": "officer", "department": leak.B})
    one = "/desk/commissions/%s" % w.b["commission"]
    w.post("b", one + "/edit", {"matter": "另一事项"})
    picture(w, one)
    w.post("b", one + "/files/%s/remove" % w.b["commission-file"], None, one)
    w.post("b", one + "/grade", {"grade": "public", **REASON}, one)
    pick = {"which": "picked", "s-" + w.b["commission"]: "1", "filter": "", "total": "1", "sure": "1"}
    w.post("b", "/desk/commissions/export", {**pick, "format": "csv", "col-0": "1"}, "")
    w.post("b", "/desk/commissions/cancel", {**pick, **REASON}, "")
    w.post("b", "/desk/commissions/new", {"code": "ZX-2", "body": "某所", "qualification": "资质", "matter": "事项",
                                          "department": leak.B, "begins_on": "2026-01-01"})


def registers(w):
    for name in leak.REGISTERS:
        one = "/desk/%s/%s" % (name, w.b[name[:-1]])
        w.post("b", one + "/edit", {"note": "改动", **REASON})
        picture(w, one)
        w.post("b", one + "/files/%s/remove" % w.b[name[:-1] + "-file"], None, one)
        w.post("b", one + "/grade", {"grade": "public", **REASON}, one)
        w.post("b", one + "/withdraw", REASON)
        w.post("b", "/desk/%s/export" % name, {"format": "csv"})
        common = {"department": leak.B, "date": "2026-01-16", "title": "又一次"}
        more = {"meetings": {"kind": "deploy"}, "issuances": {"number": "又〔2026〕9号", "level": "county"},
                "courses": {"kind": "business", "people": "7"}}[name]
        w.post("b", "/desk/%s/new" % name, {**common, **more})


def documents(w):
    one = "/desk/documents/%s" % w.b["document"]
    w.post("b", one + "/edit", {"text1": "另一正文"})
    picture(w, one)
    w.post("b", one + "/files/%s/remove" % w.b["document-file"], None, one)
    w.post("b", one + "/submit", None, one)
    w.post("office", one + "/step", {"act": "return", **REASON}, "")
    w.post("b", one + "/submit", None, one)
    pick = {"which": "picked", "s-" + w.b["document"]: "1", "filter": "", "total": "1", "sure": "1"}
    w.post("office", one + "/step", {"act": "grade", "grade": "internal", **REASON}, "")
    w.post("office", one + "/step", {"act": "grade", "grade": "public", **REASON}, "")
    w.post("office", "/desk/documents/publish", pick, "")
    w.post("office", "/desk/documents/withdraw", {**pick, **REASON}, "")
    w.post("b", "/desk/documents/new?kind=guide", {"department": leak.B, "title": "又一指引", "text1": "正文"})


def AU1_every_change_leaves_a_whole_record(state):
    w = Walk(state["county"], state["b"])
    for part in (accounts, organisation, feedback, jobs, imports, objects, items, people, registers, documents):
        try:
            part(w)
        except (Broken, AttributeError, KeyError, IndexError) as fault:
            w.wrong.append("%s: %r" % (part.__name__, fault))
    must(not w.wrong, "\n".join(w.wrong))
    done = w.done | {("POST", p) for p, acts in state["county"].acts.items() if all(rows for _, rows in acts)}
    missing = [p for m, p, _ in routes() if m == "POST" and ("POST", p) not in done and p not in VIEWS | PREVIEWS | BEFORE | CAUGHT]
    must(not missing, "not done by this walk: %s" % missing)
    return "%d routes" % len(done)


def AU1_values_before_and_after_stand_in_the_record(state):
    data = state["county"].data
    rows = {}
    for action, old, new in query(data, "SELECT action, old_value, new_value FROM audit WHERE new_value <> ''"):
        rows[action] = [x + y for x, y in zip(rows.get(action, ("", "")), (old, new))]
    for action, old, new in (("setting-change", "2", "3"), ("account-change", "phone", "phone"), ("object-edit", "路1号", "新路2号"),
                             ("object-department", "departments", "SCJG"), ("label", "active", "active"), ("item-review", "submitted", "approved"),
                             ("item-submit", "draft", "submitted"), ("item-withdraw", "coming", "withdrawn"),
                             ("department-save", "", "某领导"), ("document-save", "", "另一正文"), ("item-draft", "", "另一内容"),
                             ("document-grade", "internal", "public"), ("account-clearance", "internal", "sensitive"),
                             ("library-grade", "internal", "public"), ("library", "internal", "新依据"),
                             ("commission-save", "", "另一事项"), ("register-save", "", "改动"), ("inspector-save", "", "新岗")):
        must(action in rows and old in rows[action][0] and new in rows[action][1], "%s: %s" % (action, rows.get(action)))


def AU6_no_number_of_a_person_is_in_the_log_or_the_audit(state):
    """Telephones and certificates were typed, shown, exported and imported meanwhile."""
    county, found = state["county"], []
    numbers = (leak.PHONE, "LECKB7730043", *county.passwords.values(), *county.cookies.values())
    with open(county.server.log_path, encoding="utf-8", errors="replace") as f:
        log = f.read()
    rows = query(county.data, "SELECT * FROM audit")
    audit = str(rows)
    for number in numbers:
        found += ["log: %s" % number] if number in log else []
        found += ["audit: %s in %s" % (number, [r for r in rows if number in str(r)][:2])] if number in audit else []
    must(not found, found)
    must("LECKB7730043" in str(query(county.data, "SELECT * FROM inspector")), "the canary was never taken in")
    must(leak.PHONE not in str(query(county.data, "SELECT * FROM inspector")), "a phone stands in the database")
    must(query(county.data, "SELECT COUNT(*) FROM inspector WHERE phone LIKE 'sealed:%'")[0][0] > 0, "no phone was taken in")


def ID3_an_administrator_comes_back_by_the_server_alone(state):
    county = state["county"]
    refused = subprocess.run([SUNLOT, "--data", county.data, "accounts", "reset", "jingban"], capture_output=True, text=True, check=False)
    must(refused.returncode == 1 and "管理员" in refused.stderr, "a clerk is reset: %s" % refused.stderr)
    who = county.account("shenji")
    must(county.ask("system", "/desk/accounts/%d/state" % who, {"state": "suspended"})[0] == 303, "suspend")
    told = subprocess.run([SUNLOT, "--data", county.data, "accounts", "reset", "shenji"], capture_output=True, text=True, check=True)
    secret = told.stdout.strip().split("\n")[-1].strip()
    must(not county.server.sign_in("shenji", county.passwords["shenji"])[1], "the old password still opens")
    status, cookie, _ = county.server.sign_in("shenji", secret)
    must(status == 303 and cookie, "the new one does not: %d" % status)
    must(county.server.ask("/desk/audit", cookie=cookie)[1]["location"] == "/desk/password", "it need not be changed")
    must(query(county.data, "SELECT count(*) FROM audit WHERE action = 'password-reset' AND target = 'shenji'") == [(1,)], "audit")


def main():
    county = leak.prepare()
    state = {"county": county, "b": {}}
    leak.things_of_b(state)
    leak.draw_of_b(county)
    leak.walk((AU1_every_change_leaves_a_whole_record, AU1_values_before_and_after_stand_in_the_record,
                 AU6_no_number_of_a_person_is_in_the_log_or_the_audit,
                 ID3_an_administrator_comes_back_by_the_server_alone), state)


if __name__ == "__main__":
    main()
