#!/usr/bin/env python3
"""Nothing of one department reaches another, by any route, in any role: leak.py SUNLOT

Department B makes one thing of every kind, each with a mark that no other row bears. Every role of
department A then asks every route of the table (src/page/routes.c, read here as text) for it: lists
with every filter, details, forms, drop-downs, counts, downloads, exports, changes. What A is shown
before and after must be the same page to the letter, and no change aimed at a thing of B may arrive
(SECURITY.md AC3, AC6)."""
import datetime
import http.client
import io
import os
import re
import shutil
import sys
import tempfile
import time
import urllib.parse
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from tap import Tap, must  # noqa: E402
from desk_kit import SOURCE, County, Forms, csrf_of, field_limits, form_fields, matrix, query, routes, run, send_file, why  # noqa: E402

MARK = "泄漏标记乙"
WORD = "应急演练"  # of the vocabulary for inspectors
PHONE = "13987650042"
CERTIFICATE = "LECKB7730042"
MARKS = (MARK, PHONE, "****0042", "LECKB")
OF_A = ("clerk", "reviewer", "inspector", "expert", "viewer")
B = "XFJY"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"

# Where the route stands on its own, what A may see is decided by what it lists. These hold an id that
# belongs to everybody; the reason is that of the rule.
SHARED = {
    "/desk/departments/{code}": ("department", "the directory of departments is for all of them (R45, R46)"),
    "/desk/items/{code}": ("item", "the item list is published (R2, R7)"),
    "/desk/labels/{id}": ("label", "labels are one vocabulary for all (R27); the uses are counted within the scope"),
    "/desk/import/items/{id}": ("upload-items", "only the office brings in a list that is in force"),
    "/desk/import/labels/{id}": ("upload-labels", "only the office, which sees all, brings the vocabulary in"),
    "/desk/settings/{name}": ("setting", "settings are one for all"),
    "/desk/dictionaries/{id}": ("dictionary", "dictionaries are one for all"),
    "/desk/accounts/{id}": ("account", "accounts are the administrators' alone: the matrix forbids all others"),
}
# Their files are checked by one kind of job.
REGISTERS = ("meetings", "issuances", "courses")
# These belong to one department: everybody else is told that they don't exist.
OWNED = {
    "/desk/objects/{id}": "object", "/desk/libraries/{id}": "library", "/desk/drafts/{id}": "draft",
    "/desk/feedback/{id}": "feedback", "/desk/approvals/{id}": "approval", "/desk/superior/{id}": "superior", "/desk/commissions/{id}": "commission",
    "/desk/documents/{code}": "document", "/desk/inspectors/{code}": "inspector", "/desk/jobs/{id}": "job",
    "/desk/import/objects/{id}": "upload-objects", "/desk/import/inspectors/{id}": "upload-inspectors",
    "/desk/import/libraries/{id}": "upload-libraries",
    "/desk/import/commissions/{id}": "upload-commissions",
    "/desk/import/superior/{id}": "upload-superior",
    "/desk/meetings/{id}": "meeting", "/desk/issuances/{id}": "issuance", "/desk/courses/{id}": "course",
    "/desk/import/meetings/{id}": "upload-meetings", "/desk/import/issuances/{id}": "upload-issuances",
    "/desk/import/courses/{id}": "upload-courses", "/desk/tasks/{number}/steps": "task",
}
FILES = {"/desk/commissions/{id}/files/{file}": "commission-file", "/desk/documents/{code}/files/{file}": "document-file",
         "/desk/meetings/{id}/files/{file}": "meeting-file", "/desk/issuances/{id}/files/{file}": "issuance-file",
         "/desk/courses/{id}/files/{file}": "course-file"}

tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-leak-")


def uscc(stem):
    """A unified code of 17 signs and its check sign (GB 32100-2015)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(c) * pow(3, i, 31) for i, c in enumerate(stem))
    return stem + signs[(31 - total % 31) % 31]


def make(county, path, fields, role="b"):
    """What a person fills into the form at path; the rest stays as the page brought it. Where it led."""
    page = county.ask(role, path)[2]
    forms = Forms(page).posts()
    bare = urllib.parse.urlsplit(path).path
    must(bare in forms, "%s has no form: %s" % (path, list(forms)))
    status, headers, text = county.ask(role, path, {**forms[bare], **fields})
    must(status == 303, "%s: %d %s" % (path, status, why(text)))
    return headers["location"].split("?")[0]


def act(county, path, fields, role="b"):
    status, headers, text = county.ask(role, path, {"key": "leak-%s" % time.monotonic_ns(), **fields})
    must(status == 303, "%s: %d %s" % (path, status, why(text)))
    return headers["location"].split("?")[0]


def done(county, kind, department):
    """The newest job of the kind, once it has ended."""
    for _ in range(300):
        rows = query(county.data, "SELECT id, state, file, words FROM job WHERE kind = ? AND department = ?"
                     " ORDER BY id DESC LIMIT 1", kind, department)
        if rows and rows[0][1] not in ("waiting", "running"):
            must(rows[0][1] == "done", rows[0])
            return rows[0]
        time.sleep(0.1)
    raise AssertionError("no %s job ended: %s" % (kind, rows))


def last(path):
    return path.rsplit("/", 1)[1]


# ---- the things of department B -----------------------------------------------------------------------

def make_object(county, b):
    day = datetime.date.today()
    b["number"] = uscc("91410882MADLECKB7")
    b["object"] = last(make(county, "/desk/objects/new", {
        "number": b["number"], "name": MARK + "企业", "kind": "enterprise", "type": MARK + "公司",
        "division": "410882", "address": MARK + "路1号", "industry": "5111", "business": MARK + "经营",
        "established": "2019-01-01", "risk": "D", "department": B, "labels": "特种设备使用"}))
    b["library"] = query(county.data, "SELECT id FROM library WHERE name = ?", MARK + "专项库") or last(make(
        county, "/desk/libraries/new", {"name": MARK + "专项库", "department": B, "basis": MARK + "依据"}))
    b["library"] = str(query(county.data, "SELECT id FROM library WHERE name = ?", MARK + "专项库")[0][0])
    act(county, "/desk/objects/%s/library" % b["object"], {
        "library": b["library"], "licence": CERTIFICATE, "what": MARK + "许可", "contact": MARK + "联系人",
        "phone": PHONE, "valid_until": str(day + datetime.timedelta(days=20))})


def make_people(county, b):
    person = {"position": MARK + "岗", "issuer": MARK + "局", "valid_until": "2031-01-01", "phone": PHONE,
              "specialities": "", "areas": "410882", "department": B}
    b["inspector"] = last(make(county, "/desk/inspectors/new", {
        **person, "name": MARK + "人员", "category": "officer", "certificate": CERTIFICATE}))
    b["expert"] = last(make(county, "/desk/inspectors/new?expert=1", {
        **person, "name": MARK + "专家", "category": "expert", "certificate": "LECKB7730043", "institution": MARK + "大学"}))
    # a form takes words of the vocabulary only; a file brings others
    table = os.path.join(home, "people.csv")
    with open(table, "w", encoding="utf-8") as out:
        out.write("姓名,单位,执法证号,业务专长\n" + "".join("%s%s,消防救援大队,%s,%s专长\n" % (MARK, who, number, MARK) for (
            who, number) in (("人员", CERTIFICATE), ("专家", "LECKB7730043"))))
    run("import", "inspectors", table, data=county.data)
    must(query(county.data, "SELECT specialities FROM inspector WHERE certificate = ?", CERTIFICATE) == [(MARK + "专长",)],
         "the marked speciality")
    make(county, "/desk/inspectors/%s/interests/new" % b["inspector"], {
        "object": b["number"], "reason": MARK + "亲属"})


def make_papers(county, b):
    b["commission"] = last(make(county, "/desk/commissions/new", {
        "code": "LECKB-1", "body": MARK + "检测所", "qualification": MARK + "资质", "matter": MARK + "事项",
        "department": B, "payer": MARK + "付款", "contract": "LECKB-2", "fee": "100", "begins_on": "2026-01-01",
        "conclusion": MARK + "结论"}))
    status, _, text = send_file(county, "b", "/desk/commissions/%s/files" % b["commission"], {"key": "leak-file-1"},
                                MARK + "报告.pdf", PDF)
    must(status == 303, "report: %d %s" % (status, why(text)))
    b["document"] = last(make(county, "/desk/documents/new?kind=guide", {
        "department": B, "title": MARK + "指引", "number": MARK + "〔2026〕1号", "text1": MARK + "正文"}))
    status, _, text = send_file(county, "b", "/desk/documents/%s/files" % b["document"], {"key": "leak-file-2"},
                                MARK + "附件.pdf", PDF)
    must(status == 303, "attachment: %d %s" % (status, why(text)))
    for kind in ("commission", "document"):
        b[kind + "-file"] = str(query(county.data, "SELECT id FROM attachment WHERE resource = ?", kind + "s")[0][0])


def make_registers(county, b):
    common = {"department": B, "date": "2026-01-15", "note": MARK + "备注"}
    b["meeting"] = last(make(county, "/desk/meetings/new", {
        **common, "title": MARK + "会议", "kind": "deploy", "attendees": MARK + "单位", "place": MARK + "会议室",
        "minutes": MARK + "纪要"}))
    b["issuance"] = last(make(county, "/desk/issuances/new", {
        **common, "title": MARK + "通知", "number": MARK + "〔2026〕2号", "level": "county"}))
    b["course"] = last(make(county, "/desk/courses/new", {
        **common, "title": MARK + "培训", "kind": "business", "people": "31", "teacher": MARK + "讲师",
        "content": MARK + "内容"}))
    for kind in ("meeting", "issuance", "course"):
        status, _, text = send_file(county, "b", "/desk/%ss/%s/files" % (kind, b[kind]), {"key": "leak-" + kind},
                                    MARK + "附件.pdf", PDF)
        must(status == 303, "attachment of a register: %d %s" % (status, why(text)))
        b[kind + "-file"] = str(query(county.data, "SELECT id FROM attachment WHERE resource = ?", kind + "s")[0][0])
    day = datetime.date.today()
    told = run("task", "create", "--name", MARK + "任务", "--department", B, "--item", "XFJY-S0001@" + B, "--part",
               B + ":2", "--quota", "*=fixed:3", "--from", str(day), "--until", str(day + datetime.timedelta(days=9)),
               "--basis", "《消防法》第五十三条", data=county.data)
    b["task"] = re.search(r"\d{12,}", told).group(0)


def make_catalogue(county, b):
    b["draft"] = last(make(county, "/desk/drafts/new", {
        "category": MARK + "大项", "name": MARK + "小项", "class": "general", "cap": "3%", "objects": "企业",
        "subject": MARK + "主体", "content": MARK + "内容", "methods": "实地核查", "basis": MARK + "依据"}))
    make(county, "/desk/outside/new", {"object": b["number"], "checked_on": "2026-01-15", "ground": MARK + "线索",
                                      "note": MARK + "备注"})
    table = os.path.join(home, "superior.csv")
    with open(table, "w", encoding="utf-8") as out:
        out.write("编制单位,序号,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查依据,适用标签\n"
                  + "".join("消防救援大队,Z0%d,%s上级类,%s上级项%d,企业,一般检查事项,实地核查,消防救援机构,《消防法》,\n" % (
                      i, MARK, MARK, i) for i in (1, 2, 3)))
    run("import", "items", table, "--superior", MARK + "清单", data=county.data)
    rows = query(county.data, "SELECT id FROM item_superior WHERE department = ? ORDER BY id", B)
    b["superior"], b["superior-2"], b["superior-3"] = [str(row[0]) for row in rows]


def make_feedback(county, b):
    """A citizen's words about the object of B."""
    status, _, text = county.server.ask("/feedback", {"key": "leak-feedback", "subject": b["number"], "contact": PHONE,
                                                      "text": MARK + "意见"})
    must(status == 303, "feedback: %d %s" % (status, why(text)))
    b["feedback"] = str(query(county.data, "SELECT id FROM feedback WHERE department = ?", B)[0][0])


def make_approvals(county, b):
    """Two requests of B to export its people in full; the second is approved."""
    run("setting", "person.export-rows", "3", "--basis", "试验", data=county.data)  # B has few people
    for at, name in enumerate(("approval", "approval-ready")):
        b[name] = last(make(county, "/desk/inspectors/export", {
            "plain": "1", "reason": MARK + "换证%d" % at, "act": "ask", "format": "csv", "col-0": "1"}))
    act(county, "/desk/approvals/" + b["approval-ready"], {"decision": "approve", "words": MARK + "同意"}, role="office")
    run("setting", "person.export-rows", "100", "--basis", "试验", data=county.data)


def make_jobs(county, b):
    files = {
        "objects": "统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划\n%s,%s错号,企业,存续,410882\n" % ("91410882MADLECKB79", MARK),
        "inspectors": "姓名,单位,职务,人员类别,执法证号,执法证有效期至\n%s坏行,没有这个单位,科员,行政执法人员,,2031-13-01\n" % MARK,
        "libraries": "专项库,统一社会信用代码,许可证号,许可事项\n%s专项库,%s,LECKB-9,%s许可\n" % (
            MARK, uscc("91410882MADLECKB9"), MARK),
        "commissions": "委托编号,类别,受托机构,资质,事项,委托单位,开始日期,费用\n"
                       "LECKB-9,检验检测,%s所,资质,事项,,2026-01-01,一万\n" % MARK,
        "superior": "抽查类别,抽查事项,检查对象,事项类别\n%s类,%s坏项,企业,不是类别\n" % (MARK, MARK),
        "meetings": "会议名称,会议日期,会议类别\n%s坏会,2026-13-01,联席会议\n" % MARK,
        "issuances": "文件名称,文号,印发日期,级别\n%s坏文,%s号,2026-01-01,不是级别\n" % (MARK, MARK),
        "courses": "培训名称,培训日期,培训类别,培训人数\n%s坏班,2026-01-01,业务,没有数\n" % MARK,
    }
    for kind, text in (("labels", "标签,主题\n食品经营,行业\n"),
                       ("items", "抽查类别,抽查事项,检查对象,事项类别\n计量,加油机检查,加油站,不是类别\n")):
        status, headers, page = send_file(county, "office", "/desk/import/" + kind, {
            "key": "leak-up-" + kind, **({"department": "SCJG"} if kind == "items" else {})}, kind + ".csv", text.encode())
        must(status == 303, "upload of %s: %d %s" % (kind, status, why(page)))
        b["upload-" + kind] = last(headers["location"].split("?")[0])
    place = {"objects": {"department": B, "division": ""}, "inspectors": {"department": B, "division": ""},
             "libraries": {"library": MARK + "专项库"}, "superior": {"list": MARK + "清单"}}
    for kind, text in files.items():
        status, headers, page = send_file(county, "b", "/desk/import/" + kind, {
            "key": "leak-up-" + kind, **place.get(kind, {"department": B})}, MARK + kind + ".csv", text.encode())
        must(status == 303, "upload of %s: %d %s" % (kind, status, why(page)))
        b["upload-" + kind] = last(headers["location"].split("?")[0])
        done(county, "check-" + ("register" if kind in REGISTERS else kind), B)
    status, _, page = send_file(county, "b", "/desk/health/reference", {"key": "leak-ref", "department": B},
                                MARK + "参照.csv", ("统一社会信用代码,名称,行政区划\n%s,%s缺户,410882\n" % (
                                    uscc("91410882MADLECKB8"), MARK)).encode())
    must(status == 303, "reference list: %d %s" % (status, why(page)))
    done(county, "reference", B)
    make(county, "/desk/objects/export?q=" + urllib.parse.quote(MARK), {"c-number": "1", "c-name": "1"})
    b["job"], _, file, _ = done(county, "export-objects", B)
    b["job"] = str(b["job"])
    must(file, "the export left no file")


# ---- what A is shown -----------------------------------------------------------------------------------

def filters(text):
    """The addresses that the page's own filter can make: each value of each field once."""
    form = Forms(text)
    made = [{"size": "2000"}]
    for (method, _), fields in form.forms.items():
        if method != "get":
            continue
        for name in fields:
            values = form.options.get(name) or []
            made += [{name: v} for v in values if v]
            if not values:
                made.append({name: MARK[:-1]})
    return [urllib.parse.urlencode(m) for m in made]


def plain(text):
    """A page without what differs at each call: tokens, keys, the time of day."""
    text = re.sub(r'name="(csrf|key)" value="[^"]*"', r'name="\1"', text)
    text = re.sub(r"请求编号 \d+", "请求编号", text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "TIME", text)


def whole_lists(county):
    for role in OF_A + ("b",):
        for name in ("objects", "inspectors", "experts", "libraries", "labels", "commissions", "documents", "items",
                     "drafts", "superior", "outside", "joint", "health-missing", "jobs", "feedback", "approvals", "divisions",
                     *REGISTERS):
            county.ask(role, "/desk/lists", {"list": name, "back": "/desk", "size": "2000", "reset": "1"})


def seen(county, role, known):
    """{address: page} of all lists and forms that need no id. known: the addresses to ask again."""
    pages = {}
    table = matrix()
    paths = [p for m, p, permit in routes() if m == "GET" and "{" not in p and permit != "0"
             and table[permit][role] != "NONE" and not p.endswith(".xlsx") and p not in ("/desk/sessions",)]
    paths += ["/desk/documents/new?kind=" + k for k in ("plan", "guide", "rule", "scheme", "form")]
    paths += ["/desk/inspectors/new?expert=1", "/desk/health/missing?department=" + B]
    for path in known or paths:
        status, _, text = county.ask(role, path)
        must(status != 500, "%s as %s: 500" % (path, role))
        pages[path] = (status, plain(text))
        if not known and "?" not in path:
            for more in filters(text):
                status, _, text = county.ask(role, path + "?" + more)
                pages[path + "?" + more] = (status, plain(text))
    return pages


def marks_in(text, *asked):
    """The marks that the page shows beyond what was asked for in so many words."""
    for word in asked:
        text = text.replace(word, "")
    return [m for m in MARKS if m in text]


def differences(old, new):
    a, b = old.splitlines(), new.splitlines()
    return "%s / %s" % ([x.strip()[:120] for x in a if x not in b][:3], [x.strip()[:120] for x in b if x not in a][:3])


def what_a_is_shown_is_the_same_before_and_after(state):
    county, wrong, count = state["county"], [], 0
    for role in OF_A:
        after = seen(county, role, list(state["before"][role]))
        for path, (status, text) in after.items():
            count += 1
            was = state["before"][role][path]
            if (status, text) != was:
                wrong.append("%s as %s: %d, was %d: %s" % (
                    urllib.parse.unquote(path), role, status, was[0], differences(was[1], text)))
            if marks_in(text):
                wrong.append("%s as %s shows %s" % (urllib.parse.unquote(path), role, marks_in(text)))
    must(not wrong, "\n".join(wrong))
    must(count > 300, "only %d pages" % count)
    return "%d pages" % count


def b_sees_what_it_made(state):
    """Else nothing could leak: every thing is there for B, with the mark."""
    county, b = state["county"], state["b"]
    for pattern, name in OWNED.items():
        status, _, text = county.ask("b", re.sub(r"\{\w+\}", b[name], pattern))
        must(status == 200 and (marks_in(text) or name == "job"), "%s: %d" % (pattern, status))
    for path in ("/desk/objects", "/desk/libraries", "/desk/inspectors", "/desk/experts", "/desk/commissions",
                 "/desk/documents", "/desk/drafts", "/desk/outside", "/desk/superior",
                 *("/desk/" + name for name in REGISTERS)):
        must(MARK in county.ask("b", path + "?q=" + urllib.parse.quote(MARK[:-1]))[2], "%s does not list it" % path)
    todo = county.ask("b", "/desk")[2]
    must(re.search(r"<b>3</b> 个上级事项待认领", todo), "the superior's list does not wait on the first page")


# ---- routes with an id of B ----------------------------------------------------------------------------

def fill(pattern, b):
    """The address with the ids of B, and whether it belongs to B alone."""
    for prefix, name in list(FILES.items()) + list(OWNED.items()):
        if pattern == prefix or pattern.startswith(prefix + "/"):
            own = re.sub(r"\{\w+\}", "%s", prefix)
            ids = (b[name.split("-")[0]], b[name]) if prefix in FILES else (b[name],)
            return own % ids + pattern[len(prefix):], True
    for prefix, (name, _) in SHARED.items():
        if pattern == prefix or pattern.startswith(prefix + "/"):
            return prefix[:prefix.index("{")] + b[name] + pattern[len(prefix):], False
    raise AssertionError("this walk does not know the route %s: say whose its id is" % pattern)


def every_route_with_an_id_is_known(state):
    for _, pattern, _ in routes():
        if "{" in pattern:
            path, _ = fill(pattern, state["b"])
            must("{" not in path, path)


def no_get_route_gives_a_thing_of_b(state):
    county, b, wrong, count = state["county"], state["b"], [], 0
    table = matrix()
    for method, pattern, permit in routes():
        if method != "GET" or "{" not in pattern:
            continue
        path, own = fill(pattern, b)
        paths = [path] if "{code}" not in pattern or "inspectors" not in pattern else [
            path, path.replace(b["inspector"], b["expert"])]
        for role in OF_A:
            for one in paths:
                status, _, text = county.ask(role, one)
                count += 1
                want = 403 if table[permit][role] == "NONE" else 404
                shown = marks_in(text, b["number"])
                if (own and status != want) or status >= 500 or shown:
                    wrong.append("%s as %s: %d, shows %s" % (one, role, status, shown))
    must(not wrong, "\n".join(wrong))
    return "%d answers" % count


TABLES = ("object", "object_label", "object_department", "library", "library_row", "inspector", "conflict",
          "commission", "attachment", "document", "document_version", "item", "item_draft", "item_step",
          "item_superior", "outside_check", "upload", "upload_mapping", "reference_object", "registry_change",
          "meeting", "issuance", "course", "label", "job", "feedback", "approval", "account", "account_role", "department", "setting", "dictionary_word")


def dump(county):
    return {t: sorted(map(repr, query(county.data, "SELECT * FROM " + t))) for t in TABLES}


def forms_of_b(county, b):
    """{address: fields} of every form that B's own pages aim at B's things."""
    found = {}
    for method, pattern, permit in routes():
        if method == "GET" and "{" in pattern and matrix()[permit]["clerk"] != "NONE":
            path, own = fill(pattern, b)
            status, headers, text = county.ask("b", path)
            if own and status == 200 and "html" in headers["content-type"]:
                found.update(Forms(text).posts())
    return found


def no_post_route_changes_a_thing_of_b(state):
    county, b, wrong, count = state["county"], state["b"], [], 0
    before = dump(county)
    forms = forms_of_b(county, b)
    extra = {"reason": "试", "words": "试", "state": "closed", "department": "SCJG", "library": b["library"],
             "licence": CERTIFICATE, "remove": "1", "act": "confirm", "step": "return", "do": "return",
             "object": b["number"], "name": "甲改", "title": "甲改", "note": "甲改", "seen": "0"}
    for method, pattern, permit in routes():
        if method != "POST" or "{" not in pattern:
            continue
        path, own = fill(pattern, b)
        if not own:
            continue
        route, takes = form_fields()[pattern]
        takes = set(takes) - {field for name, field, _, _ in field_limits() if name == route}
        for role in OF_A:
            fields = {**{k: v for k, v in extra.items() if k in takes}, **{k: v for k, v in forms.get(path, {}).items() if k != "csrf"},
                      "key": "leak-post-%d" % count}
            status, _, text = county.ask(role, path, fields)
            count += 1
            want = 403 if matrix()[permit][role] == "NONE" else 404
            if status != want or [m for m in marks_in(text, b["number"]) if m not in str(fields)]:
                wrong.append("%s as %s: %d, shows %s" % (path, role, status, marks_in(text)))
            if path.endswith("/files"):
                status, _, _ = send_file(county, role, path, {"key": "leak-f-%d" % count}, "a.pdf", PDF)
                if status != want:
                    wrong.append("%s as %s with a file: %d" % (path, role, status))
    now = dump(county)
    wrong += ["table %s changed: %s" % (t, set(before[t]) ^ set(now[t])) for t in TABLES if before[t] != now[t]]
    must(not wrong, "\n".join(wrong))
    return "%d answers, %d of B's own forms sent again" % (count, len(forms))


def picked_rows_of_b_are_left_alone(state):
    """Batches take rows by id: those of B are as if they were not there."""
    county, b, wrong = state["county"], state["b"], []
    before = dump(county)
    batches = {
        "/desk/objects/label": ("object", {"word": "食品经营", "reason": "试"}),
        "/desk/objects/unlabel": ("object", {"word": "特种设备使用", "reason": "试"}),
        "/desk/objects/place": ("object", {"library": b["library"], "reason": "试"}),
        "/desk/objects/displace": ("object", {"library": b["library"], "reason": "试"}),
        "/desk/superior/decline": ("superior", {"reason": "试"}), "/desk/superior/claim": ("superior-2", {}),
        "/desk/superior/assign": ("superior-3", {"department": "SCJG"}), "/desk/drafts/publish": ("draft", {}),
        "/desk/documents/publish": ("document", {}), "/desk/documents/withdraw": ("document", {"reason": "试"}),
        "/desk/commissions/export": ("commission", {"format": "csv", "col-0": "1", "col-2": "1"}),
        "/desk/commissions/cancel": ("commission", {"reason": "试"}),
    }
    for kind, name in (("inspectors", "inspector"), ("experts", "expert")):
        batches["/desk/%s/export" % kind] = (name, {"format": "csv", "col-0": "1"})
        for do in ("label", "unlabel"):
            batches["/desk/%s/%s" % (kind, do)] = (name, {"word": WORD, "reason": "试"})
        for do in ("leave", "return"):
            batches["/desk/%s/%s" % (kind, do)] = (name, {"reason": "试"})
    text = open(os.path.join(SOURCE, "src/page/routes.c"), encoding="utf-8").read()
    picks = re.findall(r'\{WEB_POST, "([^"]+)",[^{}]*WEB_PICKS', text)
    must(sorted(picks) == sorted(batches), "batches that this walk does not know: %s" % (set(picks) ^ set(batches)))

    def pick(role, path, which, total):
        name, fields = batches[path]
        return county.ask(role, path, {
            **fields, "which": which, "s-" + b[name]: "1", "filter": "q=" + urllib.parse.quote(MARK[:-1]),
            "total": total, "sure": "1", "key": "leak-%s" % time.monotonic_ns()})
    for path in batches:
        for role in OF_A:
            for which, total in (("picked", "1"), ("all", "1"), ("all", "3"), ("all", "0")):
                status, _, text = pick(role, path, which, total)
                if status >= 500 or marks_in(text, b["number"]):
                    wrong.append("%s as %s: %d shows %s" % (path, role, status, marks_in(text, b["number"])))
    now = dump(county)
    wrong += ["table %s changed: %s" % (t, set(before[t]) ^ set(now[t])) for t in TABLES if before[t] != now[t]]
    must(not wrong, "\n".join(wrong))
    for path in batches:  # the same from B arrives: what A sent was refused for nothing but the department
        if matrix()[[x for _, p, x in routes() if p == path][0]]["clerk"] != "NONE":
            role = "office" if path.endswith("/assign") else "b"  # rows are handed on by the office alone (R10)
            status, _, text = pick(role, path, "picked", "1")
            there = status == 303 or '<li class="ok"><b>1</b>' in text or (path.endswith("/export") and MARK in text)
            must(there, "%s as B: %d %s" % (path, status, why(text)))


def nothing_is_made_in_the_name_of_b(state):
    county, wrong = state["county"], []
    of_b = "SELECT count(*) FROM %s WHERE department = '" + B + "'"
    tables = ("object", "inspector", "library", "commission", "document", "item_draft", "outside_check", "upload", "job",
              "meeting", "issuance", "course")
    before = {t: query(county.data, of_b % t) for t in tables}
    forms = {
        "/desk/objects/new": {"kind": "unlicensed", "name": "甲造", "division": "410882", "address": "甲路"},
        "/desk/inspectors/new": {"name": "甲造", "category": "officer"}, "/desk/libraries/new": {"name": "甲造"},
        "/desk/commissions/new": {"code": "JIA-1", "body": "甲", "qualification": "甲", "matter": "甲",
                                  "begins_on": "2026-01-01"},
        "/desk/documents/new?kind=guide": {"title": "甲造", "text1": "甲"},
        "/desk/meetings/new": {"title": "甲造", "date": "2026-01-01", "kind": "joint"},
        "/desk/issuances/new": {"title": "甲造", "date": "2026-01-01", "number": "甲1", "level": "county"},
        "/desk/courses/new": {"title": "甲造", "date": "2026-01-01", "kind": "business", "people": "3"},
    }
    for path, fields in forms.items():
        for role in OF_A:
            form = Forms(county.ask(role, path)[2]).posts().get(path.split("?")[0], {})
            form.pop("csrf", None)
            status, _, _ = county.ask(role, path, {**form, **fields, "department": B})
            if status not in (400, 403, 404, 409):
                wrong.append("%s as %s for B: %d" % (path, role, status))
    for kind in ("import/objects", "import/inspectors", "import/commissions", "import/items", "import/libraries",
                 "health/reference", *("import/" + name for name in REGISTERS)):
        place = {"library": MARK + "专项库"} if kind == "import/libraries" else {"department": B}
        status, _, _ = send_file(county, "clerk", "/desk/" + kind, {"key": "leak-for-" + last(kind), **place},
                                 "a.csv", "姓名\n甲\n".encode())
        if status not in (400, 403, 404, 409):
            wrong.append("%s for B: %d" % (kind, status))
    after = {t: query(county.data, of_b % t) for t in tables}
    must(not wrong and before == after, "%s\n%s\n%s" % ("\n".join(wrong), before, after))


def a_name_behind_a_number_is_not_told(state):
    """A writes B's number into a form that takes the number of a business: it is told no more than the
    portal tells everybody (R108: name, number, address of every business are public)."""
    county, b = state["county"], state["b"]
    status, _, public = county.server.ask("/business/" + b["object"])
    must(status == 200 and MARK + "企业" in public, "the portal's page of the business: %d" % status)
    path = "/desk/outside/new"
    form = Forms(county.ask("clerk", path)[2]).posts()[path]
    form.pop("csrf")
    status, headers, text = county.ask("clerk", path, {**form, "checked_on": "2026-02-01", "ground": "甲",
                                                       "object": b["number"]})
    if status == 303:
        text += county.ask("clerk", headers["location"])[2]
    told = set(re.findall(MARK + r"\w*", text)) - set(re.findall(MARK + r"\w*", public))
    told |= {m for m in marks_in(text.replace(b["number"], "")) if m != MARK}
    must(status < 500 and not told, "%s: %d tells %s" % (path, status, told))


def an_interest_in_a_business_of_b_tells_what_was_typed_and_no_more(state):
    """R91 holds for objects of every department; of one beyond his reach A sees his own words alone."""
    county, b, wrong = state["county"], state["b"], []
    mine = query(county.data, "SELECT code FROM inspector WHERE department = 'SCJG' AND state = 'active'")[0][0]
    of, path = "/desk/inspectors/" + mine, "/desk/inspectors/%s/interests/new" % mine
    holds = "SELECT count(*) FROM conflict WHERE pool_id = ? AND ended_at = 0 AND actor <> 'xiaofang'"
    name = query(county.data, "SELECT name FROM object WHERE pool_id = ?", b["object"])[0][0]
    must(name == MARK + "企业" and b["object"] == b["number"], name)
    for typed, hidden in ((name, b["number"]), (b["number"], MARK)):
        form = Forms(county.ask("clerk", path)[2]).posts()[path]
        form.pop("csrf")
        status, headers, text = county.ask("clerk", path, {**form, "reason": "甲", "object": typed})
        must(status == 303, "%s: %d %s" % (typed, status, why(text)))
        must(query(county.data, holds, b["number"]) == [(1,)], "the interest in %s is not there" % typed)
        text += headers["location"] + county.ask("clerk", headers["location"])[2]
        must(typed in text, "A does not see what it typed")
        wrong += ["%s tells %s" % (typed, hidden)] if hidden in text else []
        end = Forms(county.ask("clerk", of)[2]).posts()[of + "/interests/end"]
        end.pop("csrf")
        status, headers, text = county.ask("clerk", of + "/interests/end", {**end, "reason": "乙"})
        must(status == 303 and query(county.data, holds, b["number"]) == [(0,)], "it does not end: %d" % status)
        text += headers["location"] + county.ask("clerk", headers["location"])[2]
        wrong += ["%s, ended, tells %s" % (typed, hidden)] if hidden in text else []
    page = Forms(county.ask("clerk", path)[2]).posts()[path]
    page.pop("csrf")
    told = [re.sub(r"\s+|%s" % word, "", " ".join(why(county.ask("clerk", path, {**page, "reason": "甲", "object": word})[2])))
            for word in (MARK, "查无此名企业")]
    must(told[0] == told[1] and told[0], "a part of the name is answered otherwise: %s" % told)
    must(not wrong, "\n".join(wrong))


# ---- exports -------------------------------------------------------------------------------------------

def ask_bytes(county, role, path, fields=None):
    link = http.client.HTTPConnection("127.0.0.1", county.server.port, timeout=60)
    headers = {"Cookie": "__Host-s=" + county.cookies[role], "Sec-Fetch-Site": "same-origin"}
    body = None
    if fields is not None:
        fields = {**fields, "csrf": csrf_of(county.ask(role, "/desk/sessions")[2])}
        body = urllib.parse.urlencode(fields)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    link.request("GET" if body is None else "POST", path, body, headers)
    answer = link.getresponse()
    data = answer.read()
    link.close()
    return answer.status, data


def words_of(data):
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(n).decode("utf-8", "replace") for n in book.namelist())


def exports_of_a_hold_nothing_of_b(state):
    county, wrong, lines = state["county"], [], []
    mine = query(county.data, "SELECT count(DISTINCT o.id) FROM object o LEFT JOIN object_department d ON d.object = o.id"
                 " WHERE o.department = 'SCJG' OR d.department = 'SCJG'")[0][0]
    people = query(county.data, "SELECT count(*) FROM inspector WHERE department = 'SCJG' AND category <> 'expert'")[0][0]
    for role in ("clerk", "reviewer"):
        for form, want in (("csv", mine), ("xlsx", mine)):
            fields = Forms(county.ask(role, "/desk/objects/export")[2]).posts()["/desk/objects/export"]
            fields.pop("csrf")
            status, _, text = county.ask(role, "/desk/objects/export", {**fields, "format": form})
            must(status == 303, "export: %d %s" % (status, why(text)))
            job = done(county, "export-objects", "SCJG")[0]
            status, data = ask_bytes(county, role, "/desk/jobs/%d/file" % job)
            words = words_of(data)
            must(status == 200 and len(data) > 1000, "the file of %s: %d" % (role, status))
            if marks_in(words):
                wrong.append("objects as %s in %s: %s" % (role, form, marks_in(words)))
            if form == "csv" and words.strip().count("\n") != want:
                wrong.append("objects as %s: %d rows, A has %d" % (role, words.strip().count("\n"), want))
            lines.append(len(data))
        for name in REGISTERS:
            path = "/desk/%s/export" % name
            fields = Forms(county.ask(role, path)[2]).posts()[path]
            fields.pop("csrf")
            status, _, text = county.ask(role, path, {**fields, "format": "csv", "filter": "department=" + B})
            must(status == 303, "%s: %d %s" % (path, status, why(text)))
            job = done(county, "export-register", "SCJG")[0]
            status, data = ask_bytes(county, role, "/desk/jobs/%d/file" % job)
            if status != 200 or marks_in(words_of(data)) or len(data.splitlines()) != 1:
                wrong.append("%s as %s: %d, %d lines" % (path, role, status, len(data.splitlines())))
        for path in ("/desk/inspectors/export", "/desk/experts/export", "/desk/commissions/export"):
            for form in ("csv", "xlsx"):
                fields = Forms(county.ask(role, path)[2]).posts()[path]
                for name in ("csrf", "plain"):
                    fields.pop(name, None)
                status, data = ask_bytes(county, role, path, {**fields, "format": form})
                words = words_of(data)
                must(status == 200, "%s as %s: %d" % (path, role, status))
                if marks_in(words):
                    wrong.append("%s as %s in %s: %s" % (path, role, form, marks_in(words)))
                if form == "csv" and "inspectors" in path and words.strip().count("\n") != people:
                    wrong.append("%s as %s: %d rows, A has %d" % (path, role, words.strip().count("\n"), people))
    must(not wrong, "\n".join(wrong))
    return "bytes of the files: %s" % lines


def the_portal_shows_nothing_of_b_unpublished(state):
    """For everybody: what is not published is on no public page."""
    county, wrong = state["county"], []
    for path in ("/", "/search?q=" + urllib.parse.quote(MARK[:-1]), "/items", "/documents", "/plans", "/tasks", "/results",
                 "/documents/" + state["b"]["document"], "/plans/" + state["b"]["document"], "/documents/%s/files/%s" % (
                     state["b"]["document"], state["b"]["document-file"]), "/statistics"):
        status, _, text = county.server.ask(path)
        public = MARK + "企业", MARK + "路1号"  # the registry of businesses is public (R108)
        found = marks_in(text, state["b"]["number"], *(public if path.startswith("/search") else ()))
        if status >= 500 or found:
            wrong.append("%s: %d shows %s" % (path, status, found))
    must(not wrong, "\n".join(wrong))


def draw_of(county, department, *words):
    """A task of the department, and its draw of three objects whose teams stand: their numbers."""
    day = datetime.date.today()
    told = run("task", "create", "--department", department, *words, "--quota", "*=fixed:3", "--from", str(day), "--until",
               str(day + datetime.timedelta(days=40)), "--basis", "《消防法》第五十三条", data=county.data)
    task = re.search(r"\d{12,}", told).group(0)
    number = re.search(r"\d{6}-%s-\d{4}-\d+" % department, run("draw", "commit", task, "--open", "--source", "local",
                                                               data=county.data)).group(0)
    for step in (["beacon"], ["objects"], ["teams", "--source", "local"], ["beacon"], ["assign"]):
        run("draw", step[0], number, *step[1:], data=county.data)
    return task, number


def draw_of_b(county):
    """A task of B with a draw whose teams stand: its number, the drawn objects."""
    task, number = draw_of(county, B, "--name", "消防专项", "--item", "XFJY-S0001@" + B, "--part", B + ":2", "--document",
                           "示消〔2026〕1号")
    return task, [row[0] for row in query(county.data, "SELECT o.name FROM visit v JOIN draw d ON d.id = v.draw"
                                          " JOIN object o ON o.pool_id = v.pool_id WHERE d.number = ?", number)]


def what_b_owes_is_told_to_b_alone(state):
    county, wrong = state["county"], []
    task, names = state["owed"]
    must(len(names) == 3, names)
    text = county.ask("b", "/desk/due")[2]
    must(all(name in text for name in names) and "共 3 户次" in text, "B does not see what it owes")
    must(all(name in county.ask("office", "/desk/due?task=" + task)[2] for name in names), "the office does not see it")
    for role in OF_A:
        if role == "expert":
            must(county.ask(role, "/desk/due")[0] == 403, "an expert may see it")
            continue
        for more in ("?task=" + task, "?department=" + B, "?q=" + urllib.parse.quote(names[0])):
            status, _, text = county.ask(role, "/desk/due" + more)
            if status != 200 or "共 0 户次" not in text or task in text.replace(more, ""):
                wrong.append("%s as %s: %d" % (more, role, status))
        fields = Forms(county.ask(role, "/desk/due/export")[2]).posts()["/desk/due/export"]
        status, data = ask_bytes(county, role, "/desk/due/export", {**fields, "format": "csv"})
        if status != 200 or task.encode() in data or len(data.splitlines()) < 2:
            wrong.append("the export of %s: %d, %d lines" % (role, status, len(data.splitlines())))
    must(not wrong, "\n".join(wrong))


def prepare():
    county = County(home)
    passwords = county.passwords
    county.cookies["b"] = county.server.sign_in("xiaofang", passwords["xiaofang"])[1]
    must(query(county.data, "SELECT department FROM account WHERE name = 'xiaofang'") == [(B,)], "who B is")
    whole_lists(county)
    run("setting", "person.export-rows", "100", "--basis", "试验", data=county.data)  # as it is again below
    make(county, "/desk/labels/new", {"word": WORD, "subject": "inspectors", "state": "active"}, role="office")
    return county


def things_of_b(state):
    county, b = state["county"], state["b"]
    for step in (make_object, make_people, make_papers, make_registers, make_catalogue, make_feedback, make_approvals,
                 make_jobs):
        step(county, b)
    b.update({"department": B, "setting": "session.idle", "account": str(county.account("xiaofang")),
              "item": query(county.data, "SELECT code FROM item WHERE state = 'active'")[0][0],
              "label": str(query(county.data, "SELECT id FROM label WHERE word = '特种设备使用'")[0][0]),
              "dictionary": re.search(r"/desk/dictionaries/([\w-]+)", county.ask("office", "/desk/dictionaries")[2]).group(1)})


def walk(tests, state):
    """The tests in turn on what prepare() made, then its end; what every walk of this kind does."""
    for test in tests:
        tap.run(test.__name__, test, state)
    state["county"].server.stop()
    shutil.rmtree(home, ignore_errors=True)
    tap.end()


def main():
    place = {"county": prepare(), "b": {}}
    place["owed"] = draw_of_b(place["county"])
    place["before"] = {r: seen(place["county"], r, None) for r in OF_A}
    walk((things_of_b, b_sees_what_it_made, every_route_with_an_id_is_known,
                 what_a_is_shown_is_the_same_before_and_after, no_get_route_gives_a_thing_of_b,
                 no_post_route_changes_a_thing_of_b, picked_rows_of_b_are_left_alone, nothing_is_made_in_the_name_of_b,
                 exports_of_a_hold_nothing_of_b, what_b_owes_is_told_to_b_alone, a_name_behind_a_number_is_not_told,
                 an_interest_in_a_business_of_b_tells_what_was_typed_and_no_more,
                 the_portal_shows_nothing_of_b_unpublished), place)


if __name__ == "__main__":
    main()
