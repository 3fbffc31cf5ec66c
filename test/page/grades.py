#!/usr/bin/env python3
"""Who sees a record of which security grade, as answers of the server: grades.py SUNLOT

Three people of one role and scope, of the clearances public, internal and sensitive, ask for documents,
rows of registers, commissions and special libraries of the three grades by every way there is: list, filter, count, home,
page, form, steps, batch, export, job, file. A record above the clearance must be as one that nobody made (SECURITY.md AC7)."""
import glob
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from tap import Tap, must  # noqa: E402
from desk_kit import (SOURCE, County, Forms, csrf_of, first_sign_in, matrix, permission_grades, query, routes, run,  # noqa: E402
                      send_file, why)

GRADES = ("public", "internal", "sensitive")
WORDS = dict(zip(GRADES, ("公开", "内部", "敏感")))
MARK = "标记甲乙丙"
QUOTED = urllib.parse.quote(MARK)
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
NOBODY = "SCJG-D999"  # a code that no document has

tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-grades-")


def cleared(county, name, clearance):
    """A person of the office with that clearance: his session."""
    text = county.ask("system", "/desk/accounts/new", {"name": name, "person": "某人", "key": name})[2]
    secret = re.search(r'class="secret">([^<]+)<', text).group(1)
    one = "/desk/accounts/%d" % county.account(name)
    must(county.ask("security", one + "/grant", {"role": "office"})[0] == 303, "grant")
    must(query(county.data, "SELECT clearance FROM account WHERE name = ?", name) == [(1,)], "what he begins with")
    status, _, text = county.ask("security", one + "/clearance", {"clearance": clearance})
    must(status == 303, "clearance of %s: %d %s" % (name, status, why(text)))
    county.cookies[name] = first_sign_in(county.server, name, secret, "Kalt7-brunnen_Haus")


def made(county, grade):
    """A document of that grade with a file of its own grade and one of a higher one: code, ids."""
    path = "/desk/documents/new?kind=guide"
    fields = Forms(county.ask("maker", path)[2]).posts()["/desk/documents/new"]
    fields.pop("csrf")
    status, headers, text = county.ask("maker", path, {**fields, "department": "SCJG", "title": MARK + grade, "text1": MARK + "正文",
                                                       "number": MARK + "号", "grade": grade, "key": "made-" + grade})
    must(status == 303, "a document: %d %s" % (status, why(text)))
    code = headers["location"].split("?")[0].rsplit("/", 1)[1]
    files = []
    for own in ("", "sensitive"):
        status, _, text = send_file(county, "maker", "/desk/documents/%s/files" % code,
                                    {"key": "file-%s-%s" % (grade, own), "grade": own}, MARK + own + ".pdf", PDF)
        must(status == 303, "a file: %d %s" % (status, why(text)))
        files.append(query(county.data, "SELECT max(id) FROM attachment")[0][0])
    return code, files


ROWS = {"meetings": {"kind": "deploy", "place": MARK}, "issuances": {"number": "NUMBER", "level": "county"},
        "courses": {"kind": "business", "people": "7"}, "commissions": {}}


def made_row(county, name, grade):
    """A row of a register, or a commission, of that grade with a file: its id and the file's."""
    path = "/desk/%s/new" % name
    fields = Forms(county.ask("maker", path)[2]).posts()[path]
    fields.pop("csrf")
    title = MARK + grade
    if name == "commissions":
        fields.update({"code": title, "body": MARK, "qualification": "资质", "matter": "事项", "begins_on": "2026-01-01"})
    else:
        fields.update({"date": "2026-01-15", "title": title})
    chosen = name in ("courses", "commissions")  # in the form; of the others on the row's page, behind it
    must(fields["grade"] == "internal", "the form begins with the setting's")
    fields.update({"department": "SCJG", "key": "made-%s-%s" % (name, grade), **ROWS[name]})
    fields["grade"] = grade if chosen else "internal"
    if name == "issuances":
        fields["number"] = title
    status, headers, text = county.ask("maker", path, fields)
    must(status == 303, "%s: %d %s" % (path, status, why(text)))
    one = headers["location"].split("?")[0]
    status, _, text = send_file(county, "maker", one + "/files", {"key": "file-%s-%s" % (name, grade)}, MARK + ".pdf", PDF)
    must(status == 303, "a file: %d %s" % (status, why(text)))
    if grade != "internal" and not chosen:
        status, _, text = county.ask("maker", one + "/grade", {"grade": grade, "reason": "依据", "key": "grade-%s-%s" % (name, grade)})
        must(status == 303, "a grade: %d %s" % (status, why(text)))
    return one, query(county.data, "SELECT max(id) FROM attachment")[0][0]


def made_library(county, grade, thing):
    """A special library of that grade in which the object stands: its id."""
    path, name = "/desk/libraries/new", MARK + "库" + grade
    fields = Forms(county.ask("maker", path)[2]).posts()[path]
    fields.pop("csrf")
    status, _, text = county.ask("maker", path, {**fields, "name": name, "department": "SCJG", "basis": MARK + "依据", "grade": grade,
                                                 "key": "made-library-" + grade})
    must(status == 303, "a library: %d %s" % (status, why(text)))
    number, held = query(county.data, "SELECT id, grade FROM library WHERE name = ?", name)[0]
    must(held == GRADES.index(grade), "its grade: %d" % held)
    status, _, text = county.ask("maker", "/desk/objects/%s/library" % thing, {
        "library": str(number), "licence": MARK + "证" + grade, "key": "place-" + grade})
    must(status == 303, "a place: %d %s" % (status, why(text)))
    return number


def prepare():
    county = County(home)
    for name, clearance in [("maker", "sensitive"), *(("of-" + g, g) for g in GRADES)]:
        cleared(county, name, clearance)
    thing = query(county.data, "SELECT pool_id FROM object WHERE department = 'SCJG' AND state = 'active' ORDER BY id")[0][0]
    return {"county": county, "thing": thing, "libraries": {g: made_library(county, g, thing) for g in GRADES},
            "docs": {g: made(county, g) for g in GRADES},
            "rows": {(n, g): made_row(county, n, g) for n in ROWS for g in GRADES}}


def plain(text, code):
    """A page without what differs at each call and without the address itself."""
    text = re.sub(r'name="(csrf|key)" value="[^"]*"', r'name="\1"', text)
    text = re.sub(r"\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(:\d{2})?", "", text)
    return re.sub(r"请求编号[^<]*<|\b\d{1,9}\b", "", text.replace(code, "CODE"))


def gets(code, files):
    one = "/desk/documents/" + code
    return [one, one + "/edit", *(one + "/files/%d" % f for f in files)]


def posts(code, files, grade):
    """Every change of the document: {path and fields: the status where it is seen}. None succeeds there, so that the
    walk leaves the documents as they are."""
    one = "/desk/documents/" + code
    return [(one + "/edit", {"again": "1"}, 200), (one + "/edit", {"title": MARK, "revision": "99", "text1": "x"}, 409),
            (one + "/step", {"act": "publish"}, 409), (one + "/step", {"act": "return", "reason": "因"}, 409),
            (one + "/step", {"act": "withdraw", "reason": "因"}, 409), (one + "/step", {"act": "openness", "openness": "open"}, 409),
            (one + "/step", {"act": "grade", "grade": grade}, 409), (one + "/files/999/remove", {}, 404)]


def AC7_every_cell_of_clearance_grade_and_way_has_its_answer(state):
    county, wrong, cells = state["county"], [], 0
    before = query(county.data, "SELECT d.code, d.grade, v.state, v.revision, v.title FROM document d JOIN document_version v"
                   " ON v.document = d.id ORDER BY d.code")
    for at, clearance in enumerate(GRADES):
        who = "of-" + clearance
        for level, grade in enumerate(GRADES):
            code, files = state["docs"][grade]
            sees = level <= at
            for path in gets(code, files):
                want = 200 if sees else 404
                if path.endswith("/%d" % files[1]) and at < 2:  # the file that is sensitive by itself
                    want = 404
                status, _, text = county.ask(who, path)
                cells += 1
                if status != want or (want == 404 and MARK in text):
                    wrong.append("%s as %s: %d, not %d" % (path, who, status, want))
            for path, fields, seen in posts(code, files, grade):
                status, _, text = county.ask(who, path, {"key": "cell-%d" % cells, **fields})
                cells += 1
                if status != (seen if sees else 404) or (not sees and MARK + grade in text):
                    wrong.append("%s %s as %s: %d, not %d %s" % (path, fields, who, status, seen if sees else 404, why(text)))
            status, _, text = send_file(county, who, "/desk/documents/%s/files" % code, {"key": "cell-%d" % cells},
                                        "x.pdf", b"<svg/>" if sees else PDF)
            cells += 1
            if status != (415 if sees else 404):
                wrong.append("a file for %s as %s: %d" % (code, who, status))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:40])))
    after = query(county.data, "SELECT d.code, d.grade, v.state, v.revision, v.title FROM document d JOIN document_version v"
                  " ON v.document = d.id ORDER BY d.code")
    must(before == after, "the walk changed something")
    must(query(county.data, "SELECT count(*) FROM attachment WHERE resource = 'documents' AND name LIKE ?", MARK + "%") == [(6,)], "files")
    return "%d cells" % cells


def AC7_what_is_hidden_is_as_what_nobody_made(state):
    county, wrong = state["county"], []
    code, files = state["docs"]["sensitive"]
    for who in ("of-public", "of-internal"):
        for (path, fields, _), (other, _, _) in zip([(g, None, 0) for g in gets(code, files)] + posts(code, files, "sensitive"),
                                                    [(g, None, 0) for g in gets(NOBODY, files)] + posts(NOBODY, files, "sensitive")):
            answers = []
            for at, address in enumerate((path, other)):
                more = None if fields is None else {"key": "nobody-%d" % at, **fields}
                status, _, text = county.ask(who, address, more)
                answers.append((status, plain(text, code if at == 0 else NOBODY)))
            if answers[0] != answers[1]:
                wrong.append("%s as %s: %d and %d" % (path, who, answers[0][0], answers[1][0]))
    must(not wrong, "\n".join(wrong))


def AC7_lists_counts_and_choices_end_at_the_clearance(state):
    county, wrong = state["county"], []
    for at, clearance in enumerate(GRADES):
        who = "of-" + clearance
        text = county.ask(who, "/desk/documents?q=" + QUOTED)[2]
        shown = [g for g in GRADES if MARK + g in text]
        if shown != list(GRADES[:at + 1]) or "共 %d 份文件" % (at + 1) not in text:
            wrong.append("the list of %s: %s" % (who, shown))
        for level, grade in enumerate(GRADES):
            text = county.ask(who, "/desk/documents?q=%s&grade=%s" % (QUOTED, grade))[2]
            want = 1 if level <= at else 0
            if "共 %d 份文件" % want not in text or (MARK + grade in text) != bool(want):
                wrong.append("the filter %s of %s" % (grade, who))
            if ('<option value="%s"' % grade in text) != (level <= at):
                wrong.append("the choices of the filter of %s" % who)
        made_here = query(county.data, "SELECT count(*) FROM document d JOIN document_version v ON v.document = d.id"
                          " WHERE v.state = 'draft' AND d.grade <= ?", at)[0][0]
        if not re.search(r"%d\D{0,60}份文件资料草稿" % made_here, county.ask(who, "/desk")[2]):
            wrong.append("the home page of %s does not count %d drafts" % (who, made_here))
        form = Forms(county.ask(who, "/desk/documents/new?kind=guide")[2])
        if form.options.get("grade") != list(GRADES[:at + 1]):
            wrong.append("the choices of a new document of %s: %s" % (who, form.options.get("grade")))
        for name in ROWS:
            form = Forms(county.ask(who, "/desk/%s/new" % name)[2])
            begins = form.posts()["/desk/%s/new" % name].get("grade")
            if form.options.get("grade") != list(GRADES[:at + 1]) or begins != GRADES[min(at, 1)]:
                wrong.append("the choices of a new row of %s of %s: %s, %s" % (name, who, form.options.get("grade"), begins))
        page = county.ask(who, "/desk/documents/" + state["docs"]["public"][0])[2]
        if "安全标记：公开" not in page or ("%ssensitive.pdf" % MARK in page) != (at == 2) or MARK + ".pdf" not in page:
            wrong.append("the page of the public document of %s" % who)
    must(not wrong, "\n".join(wrong))


def AC7_a_batch_does_nothing_to_what_is_hidden(state):
    county = state["county"]
    code = state["docs"]["sensitive"][0]
    must(county.ask("maker", "/desk/documents/%s/submit" % code, {"key": "batch-1"})[0] == 303, "submit")
    pick = {"which": "picked", "s-" + code: "1", "filter": "", "total": "1", "sure": "1", "key": "batch-2"}
    for do, more in (("publish", {}), ("withdraw", {"reason": "因"})):
        status, _, text = county.ask("of-internal", "/desk/documents/" + do, {**pick, **more, "key": "batch-" + do})
        must(status == 200 and "没有这份文件" in text and MARK not in text, "%s: %d %s" % (do, status, why(text)))
        status, _, text = county.ask("of-internal", "/desk/documents/" + do, {
            "which": "all", "filter": "q=" + QUOTED + "&state=submitted", "total": "1", "sure": "1", "key": "all-" + do, **more})
        must(status == 409 and MARK + "sensitive" not in text, "%s all: %d" % (do, status))
    must(query(county.data, "SELECT state FROM document_version v JOIN document d ON d.id = v.document WHERE d.code = ?", code) ==
         [("submitted",)], "it was changed")
    status, _, text = county.ask("of-sensitive", "/desk/documents/publish", {**pick, "key": "batch-seen"})
    must(status == 200 and "先把安全标记改为公开" in text, "whoever sees it is told why not: %d" % status)


def AC7_nobody_gives_more_than_he_sees(state):
    county = state["county"]
    path = "/desk/documents/new?kind=guide"
    status, _, text = county.ask("of-internal", path, {"department": "SCJG", "title": MARK + "x", "text1": "x", "grade": "sensitive",
                                                       "key": "more-1"})
    must(status == 400 and "可阅等级" in text, "a document: %d %s" % (status, why(text)))
    code = state["docs"]["internal"][0]
    step = "/desk/documents/%s/step" % code
    status, _, text = county.ask("of-internal", step, {"act": "grade", "grade": "sensitive", "key": "more-2"})
    must(status == 400 and "可阅等级" in text, "a step: %d" % status)
    status, _, text = county.ask("of-internal", step, {"act": "grade", "grade": "public", "key": "more-3"})
    must(status == 400 and "降低安全标记必须写明理由" in text, "no reason: %d" % status)
    status, _, text = send_file(county, "of-internal", "/desk/documents/%s/files" % code, {"key": "more-4", "grade": "sensitive"},
                                "a.pdf", PDF)
    must(status == 400 and "可阅等级" in text, "a file: %d" % status)
    must(query(county.data, "SELECT grade FROM document WHERE code = ?", code) == [(1,)], "it was changed")
    for name in ROWS:
        one = state["rows"][(name, "internal")][0]
        before = query(county.data, "SELECT count(*), sum(grade) FROM %s" % name[:-1])
        new = Forms(county.ask("of-internal", "/desk/%s/new" % name)[2]).posts()["/desk/%s/new" % name]
        new.update({"department": "SCJG", "date": "2026-01-16", "title": MARK + "高", "code": MARK + "高", "body": "机构",
                    "qualification": "资质", "matter": "事项", "begins_on": "2026-01-01", **ROWS[name], "grade": "sensitive"})
        known = set(Forms(county.ask("of-internal", "/desk/%s/new" % name)[2]).posts()["/desk/%s/new" % name]) - {"csrf"}
        status, _, text = county.ask("of-internal", "/desk/%s/new" % name, {k: v for k, v in new.items() if k in known})
        must(status == 400 and "可阅等级" in text and MARK + "高" in text, "%s: %d %s" % (name, status, why(text)))
        status = county.ask("of-internal", one + "/edit", {"grade": "public", "key": "more-" + name})[0]
        must(status == 400, "an edit of %s takes a grade: %d" % (name, status))
        must(query(county.data, "SELECT count(*), sum(grade) FROM %s" % name[:-1]) == before, "%s was changed" % name)


def AC7_a_clearance_is_given_by_the_security_administrator_to_others_with_the_password_again(state):
    county = state["county"]
    who = county.account("of-public")
    one = "/desk/accounts/%d/clearance" % who
    for role in ("system", "audit", "office", "clerk", "reviewer", "inspector", "expert", "viewer"):
        must(county.ask(role, one, {"clearance": "sensitive"})[0] == 403, "%s may give a clearance" % role)
    own = "/desk/accounts/%d/clearance" % county.account("anquan")
    status, _, text = county.ask("security", own, {"clearance": "sensitive"})
    must(status == 403 and "自己的账号" in text, "his own: %d" % status)
    must(county.ask("security", one, {"clearance": "secret"})[0] == 400, "no such clearance")
    must(query(county.data, "SELECT clearance FROM account WHERE id = ?", who) == [(0,)], "it was given")
    run("setting", "session.prove", "1", "--basis", "试验", data=county.data)
    link = sqlite3.connect(county.data + "/sunlot.db", timeout=20)
    link.execute("UPDATE session SET at = at - 120000000, proven_at = 0 WHERE account = ?", (county.account("anquan"),))
    link.commit()
    link.close()
    fresh = county.ask("security", one, {"clearance": "internal"})
    must(fresh[0] == 401 and "请再次输入密码" in fresh[2], "without the password again: %d" % fresh[0])
    status = county.ask("security", one, {"clearance": "internal", "proof_password": county.passwords["anquan"]})[0]
    must(status == 303, "with it: %d" % status)
    must(county.server.ask("/desk", cookie=county.cookies["of-public"])[0] == 401, "his session goes on")
    text = county.ask("security", "/desk/accounts?clearance=sensitive")[2]
    must("of-sensitive" in text and "of-internal" not in text, "the list by clearance")
    must("可阅等级" in county.ask("audit", "/desk/matrix")[2], "the matrix")


def exported(county, who, name):
    """The bytes of an export of all that bears the mark."""
    path = "/desk/%s/export?q=%s" % (name, QUOTED)
    bare = path.split("?")[0]
    fields = Forms(county.ask(who, path)[2]).posts()[bare]
    fields.pop("csrf")
    status, headers, text = county.ask(who, bare, {**fields, "format": "csv", "key": "export-%s-%s" % (who, name)})
    if name == "commissions":
        return status, text
    must(status == 303, "an export: %d %s" % (status, why(text)))
    job = headers["location"].split("?")[0]
    for _ in range(300):
        if query(county.data, "SELECT state FROM job WHERE id = ?", int(job.rsplit("/", 1)[1])) == [("done",)]:
            break
        time.sleep(0.1)
    status, _, text = county.ask(who, job + "/file")
    return (status, text, job)[:2] if status != 200 else (200, text + "\nJOB " + job)


def AC7_rows_lists_and_exports_of_registers_and_commissions_end_at_the_clearance(state):
    county, wrong, cells, jobs = state["county"], [], 0, {}
    for at, clearance in enumerate(GRADES):
        who = "of-" + clearance
        for name in ROWS:
            text = county.ask(who, "/desk/%s?q=%s" % (name, QUOTED))[2]
            total = int(re.search(r'class="total">共 (\d+)', text).group(1))
            shown = [g for g in GRADES if MARK + g in text]
            status, data = exported(county, who, name)
            held = [g for g in GRADES if MARK + g in data and re.search("%s[^\n]*%s" % (MARK + g, WORDS[g]), data)]
            cells += 3
            if total != at + 1 or shown != list(GRADES[:at + 1]) or status != 200 or held != shown:
                wrong.append("%s as %s: %d %s, exported %d %s" % (name, who, total, shown, status, held))
            if "JOB " in data:
                jobs[(name, at)] = data.rsplit("JOB ", 1)[1]
            text = county.ask(who, "/desk/%s?q=%s&grade=sensitive" % (name, QUOTED))[2]
            if "共 %d " % (at == 2) not in text:
                wrong.append("the filter of %s as %s" % (name, who))
        for (name, grade), (one, file) in state["rows"].items():
            sees = GRADES.index(grade) <= at
            asked = [(one, None, 200), (one + "/edit", None, 200), (one + "/files/%d" % file, None, 200),
                     (one + "/edit", {"again": "1"}, 200), (one + "/grade", {"grade": grade}, 409),
                     (one + "/files/999/remove", {}, 404)]
            if name == "commissions":
                asked.append(("/desk/commissions/cancel", {"which": "picked", "s-" + one.rsplit("/", 1)[1]: "1", "filter": "",
                                                           "total": "1", "sure": "1", "reason": ""}, None))
            else:
                asked.append((one + "/withdraw", {"reason": ""}, 400))
            for path, fields, seen in asked:
                more = None if fields is None else {"key": "row-%d" % cells, **fields}
                status, _, text = county.ask(who, path, more)
                cells += 1
                want = seen if sees else 404
                if (seen is not None and status != want) or (not sees and MARK + grade in text):
                    wrong.append("%s %s as %s: %d, not %s" % (path, fields, who, status, want))
    for (name, at), job in jobs.items():
        for k, clearance in enumerate(GRADES):
            for path in (job, job + "/file"):
                status = county.ask("of-" + clearance, path)[0]
                cells += 1
                if status != (200 if at <= k else 404):
                    wrong.append("%s of %s as %s: %d" % (path, GRADES[at], clearance, status))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:40])))
    must(query(county.data, "SELECT count(*) FROM commission WHERE state <> 'active' AND code LIKE ?", MARK + "%") == [(0,)], "cancelled")
    return "%d cells" % cells


def library_asks(number, grade, thing):
    """Ways to a library by its id: (path, fields or None, status where it is seen and where it is not)."""
    one, pick = "/desk/libraries/%d" % number, {"which": "picked", "s-" + thing: "1", "filter": "", "total": "1", "sure": "1"}
    return [(one, None, 200, 404), (one + "?q=" + QUOTED, None, 200, 404), (one + "/edit", None, 200, 404), (one + "/export", None, 200, 404),
            (one + "/edit", {"again": "1"}, 200, 404),
            (one + "/edit", {"name": "别名", "department": "SCJG", "state": "active", "job": "99"}, 409, 404),
            (one + "/grade", {"grade": grade}, 409, 404), (one + "/grade", {"again": "1", "grade": grade}, 200, 404),
            (one + "/export", {"format": "pdf"}, 400, 404),
            ("/desk/objects/%s/library" % thing, {"library": str(number), "licence": MARK, "valid_until": "x"}, 400, 400),
            ("/desk/objects/%s/library" % thing, {"library": str(number), "licence": "没有", "remove": "1"}, 303, 400),
            ("/desk/objects/place", {**pick, "library": str(number), "reason": "因"}, 303, 400),
            ("/desk/objects/displace", {**pick, "library": str(number), "reason": ""}, 400, 400)]


def AC7_every_way_to_a_library_ends_at_the_clearance(state):
    """By its id, by its name, by the object that stands in it, in lists, counts and choices."""
    county, thing, wrong, cells = state["county"], state["thing"], [], 0
    kept = "SELECT l.id, l.grade, l.name, r.object, r.licence FROM library l JOIN library_row r ON r.library = l.id ORDER BY 1, 4, 5"
    before = query(county.data, kept)
    for at, clearance in enumerate(GRADES):
        who, seen = "of-" + clearance, list(GRADES[:at + 1])
        for level, grade in enumerate(GRADES):
            number = state["libraries"][grade]
            for path, fields, shown, hidden in library_asks(number, grade, thing):
                status, _, text = county.ask(who, path, None if fields is None else {"key": "lib-%d" % cells, **fields})
                cells += 1
                want = shown if level <= at else hidden
                if status != want or (level > at and (MARK + "库" + grade in text or MARK + "证" + grade in text)):
                    wrong.append("%s %s as %s: %d, not %d %s" % (path, fields, who, status, want, why(text)))
            text = county.ask(who, "/desk/objects?library=%d" % number)[2]
            if ("共 1 " in text) != (level <= at) or (thing in text) != (level <= at):
                wrong.append("the objects of %s as %s" % (grade, who))
            status, _, text = send_file(county, who, "/desk/import/libraries", {"key": "lib-%d" % cells, "library": MARK + "库" + grade},
                                        "a.csv", ("统一社会信用代码,许可证号\n%s,X\n" % thing).encode())
            cells += 2
            if (status, "请选择在用的专项库" in text) != ((303, False) if level <= at else (400, True)):
                wrong.append("a file for %s as %s: %d %s" % (grade, who, status, why(text)))
            text = county.ask(who, "/desk/libraries?grade=" + grade)[2]
            if (MARK + "库" + grade in text) != (level <= at) or ('<option value="%s"' % grade in text) != (level <= at):
                wrong.append("the filter %s of %s" % (grade, who))
        text = county.ask(who, "/desk/libraries?q=" + QUOTED)[2]
        if "共 %d 个专项库" % (at + 1) not in text or [g for g in GRADES if MARK + "库" + g in text] != seen:
            wrong.append("the list of %s" % who)
        for path in ("/desk/objects/" + thing, "/desk/objects", "/desk/import/libraries", "/desk/health"):
            text = county.ask(who, path)[2]
            cells += 1
            if [g for g in GRADES if MARK + "库" + g in text] != seen or (path.endswith(thing) and
                                                                         [g for g in GRADES if MARK + "证" + g in text] != seen):
                wrong.append("%s of %s" % (path, who))
        form = Forms(county.ask(who, "/desk/libraries/new")[2])
        if form.options.get("grade") != seen:
            wrong.append("the choices of a new library of %s: %s" % (who, form.options.get("grade")))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:40])))
    must(query(county.data, kept) == before, "the walk changed something")
    return "%d cells" % cells


def AC7_a_hidden_library_is_as_one_that_nobody_made(state):
    county, thing, wrong = state["county"], state["thing"], []
    number, nobody = state["libraries"]["sensitive"], 999999999
    for who in ("of-public", "of-internal"):
        asked = [zip(library_asks(n, "sensitive", thing) + [("/desk/objects?library=%d" % n, None, 0, 0)], (n,) * 99) for n in (number, nobody)]
        for at, ((a, n), (b, m)) in enumerate(zip(*asked)):
            answers = []
            for (path, fields, _, _), mine in ((a, n), (b, m)):
                status, _, text = county.ask(who, path, None if fields is None else {"key": "lone-%d-%d" % (at, mine), **fields})
                answers.append((status, plain(text, str(mine))))
            if answers[0] != answers[1]:
                wrong.append("%s %s as %s: %d and %d" % (a[0], a[1], who, answers[0][0], answers[1][0]))
    must(not wrong, "\n".join(wrong))


def AC7_a_library_is_exported_for_its_clearance_and_graded_by_its_page(state):
    county, jobs = state["county"], {}
    for at, clearance in enumerate(GRADES):
        who, number = "of-" + clearance, state["libraries"][clearance]
        status, headers, text = county.ask(who, "/desk/libraries/%d/export" % number, {"format": "csv", "key": "lib-export-" + clearance})
        must(status == 303, "an export: %d %s" % (status, why(text)))
        jobs[at] = headers["location"].split("?")[0]
        for _ in range(300):
            if query(county.data, "SELECT state FROM job WHERE id = ?", int(jobs[at].rsplit("/", 1)[1])) == [("done",)]:
                break
            time.sleep(0.1)
    for at, job in jobs.items():
        for k, clearance in enumerate(GRADES):
            for path in (job, job + "/file"):
                status, _, text = county.ask("of-" + clearance, path)
                must(status == (200 if at <= k else 404), "%s of %s as %s: %d" % (path, GRADES[at], clearance, status))
                must((MARK + "库" + GRADES[at] in text) == (at <= k), "what %s shows %s" % (path, clearance))
            text = county.ask("of-" + clearance, "/desk/jobs")[2]
            must((MARK + "库" + GRADES[at] in text) == (at <= k), "the jobs of " + clearance)
    one = "/desk/libraries/%d" % state["libraries"]["internal"]
    page = county.ask("of-internal", one)[2]
    must("安全标记：内部" in page and one + "/grade" in page, "the page does not say it")
    fields = Forms(county.ask("of-internal", one + "/edit")[2]).posts()[one + "/edit"]
    must(fields["grade"] == "internal", "the form's grade: %s" % fields["grade"])
    fields.pop("csrf")
    for path, more, words in ((one + "/edit", {**fields, "grade": "sensitive"}, "可阅等级"), (one + "/edit", {**fields, "grade": "public"}, "降低安全标记请在"),
                              (one + "/grade", {"grade": "sensitive"}, "可阅等级"), (one + "/grade", {"grade": "public"}, "降低安全标记必须写明理由")):
        status, _, text = county.ask("of-internal", path, {**more, "key": "lib-" + words + path[-5:]})
        must(status == 400 and words in text, "%s %s: %d %s" % (path, more, status, why(text)))
    must(county.ask("clerk", one + "/grade", {"grade": "internal"})[0] == 409, "a clerk of the department that keeps it")
    for role in ("reviewer", "inspector", "viewer", "system", "security", "audit"):
        must(county.ask(role, one + "/grade", {"grade": "public", "reason": "因"})[0] == 403, "%s grades it" % role)
    must(county.ask("of-sensitive", one + "/edit", {**fields, "grade": "sensitive", "key": "lib-raise"})[0] == 303, "raised by an edit")
    must(county.ask("of-internal", one)[0] == 404, "it is there still")
    for grade, reason in (("public", "可以公开"), ("internal", "")):
        status, headers, _ = county.ask("of-sensitive", one + "/grade", {"grade": grade, "reason": reason, "key": "lib-down-" + grade})
        must(status == 303 and headers["location"].split("?")[0] == one, "lowered: %d" % status)
    rows = query(county.data, "SELECT action, old_value, new_value, detail FROM audit WHERE target = ? AND old_value <> '' ORDER BY id",
                 MARK + "库internal")
    must([r[0] for r in rows] == ["library", "library-grade", "library-grade"] and rows[1][3] == "可以公开" and
         '"grade":"internal"' in rows[0][1] and '"grade":"sensitive"' in rows[0][2] and rows[1][2] == '{"grade":"public"}', rows)


def AC7_what_a_permission_opens_ends_at_its_grade(state):
    """Records without a grade of their own: every route of every permission, as the table of permissions says."""
    county, wrong, cells, said = state["county"], [], 0, 0
    needed = permission_grades()
    for method, pattern, permit in routes():
        if permit in ("0", "SELF"):  # one's own session, which the walk would end
            continue
        path = re.sub(r"\{\w+\}", "0", pattern)
        for at, clearance in enumerate(GRADES):
            status, _, text = county.ask("of-" + clearance, path, {"key": "x"} if method == "POST" else None)
            cells += 1
            told = "高于您账号的可阅等级" in text
            said += told
            above = needed[permit] > at and matrix()[permit]["office"] != "NONE"
            if (above and status != 403) or (told and not above):
                wrong.append("%s %s (%s) as %s: %d %s" % (method, path, permit, clearance, status, why(text)))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:40])))
    for clearance, sees in zip(GRADES, (False, True, True)):
        text = county.ask("of-" + clearance, "/desk")[2]
        must(('href="/desk/due"' in text, 'href="/desk/feedback"' in text) == (sees, sees), "the menu of " + clearance)
    must(said > 20, "%d answers say why" % said)
    code = query(county.data, "SELECT code FROM inspector ORDER BY id")[0][0]
    for clearance, tells in zip(GRADES, (False, True, True)):
        text = county.ask("of-" + clearance, "/desk/inspectors/" + code)[2]
        must(("回避关系标为内部" not in text, "登记回避关系" in text) == (tells, tells), "interests as " + clearance)
    return "%d cells" % cells


def AC7_no_public_page_shows_what_is_not_public(state):
    county, wrong = state["county"], []
    for grade in GRADES:
        code, files = state["docs"][grade]
        for path in ("/documents", "/documents/" + code, *("/documents/%s/files/%d" % (code, f) for f in files)):
            status, _, text = county.server.ask(path)
            if status not in (200, 404) or MARK in text or (status == 200) != (path == "/documents"):
                wrong.append("%s: %d" % (path, status))
    must(not wrong, "\n".join(wrong))


def before(migration):
    """A database as it was before that step of the schema, and the step."""
    link, texts = sqlite3.connect(":memory:"), []
    files = sorted(glob.glob(os.path.join(SOURCE, "schema", "*.sql")))
    cut = [i for i, f in enumerate(files) if f.endswith(migration)][0]
    for name in files[:cut + 1]:
        with open(name, encoding="utf-8") as f:
            texts.append(f.read())
    for text in texts[:-1]:
        link.executescript(text)
    return link, texts[-1]


def AC7_what_was_published_before_there_were_grades_is_public_and_the_rest_internal(_):
    link, step = before("-labels.sql")
    want = {}
    for i, (kind, openness, states) in enumerate((k, o, s) for k in ("guide", "plan") for o in ("open", "request", "closed")
                                                 for s in (("draft",), ("submitted",), ("published",), ("replaced", "draft"),
                                                           ("withdrawn",))):
        plan = kind == "plan"
        link.execute("INSERT INTO document (tenant, id, code, kind, department, year, plan, at, actor, openness) VALUES"
                     " ('410882', ?, ?, ?, 'A', ?, '', 1, 'x', ?)", (i + 1, "D%d" % i, kind, 2026 if plan else 0, openness))
        for k, state in enumerate(states):
            link.execute("INSERT INTO document_version (tenant, id, document, version, title, number, item, effective_on, text1,"
                         " text2, text3, text4, text5, state, note, revision, at, actor, submitted_by, published_at,"
                         " published_by, idx) VALUES ('410882', ?, ?, ?, '', '', '', 0, '', '', '', '', '', ?, '', 1, 1, 'x', '',"
                         " 0, '', -1)", (10 * i + k, i + 1, k + 1, state))
        was = openness == "open" and bool(set(states) - {"draft", "submitted"})
        want["D%d" % i] = 0 if plan or was else 1
    link.executescript(step)
    got = dict(link.execute("SELECT code, grade FROM document"))
    must(got == want, [(k, got[k], want[k]) for k in want if got[k] != want[k]])
    return "%d documents" % len(want)


def AC7_libraries_from_before_are_internal_and_what_histories_tell_of_them_is_known(_):
    link, step = before("-library-grade.sql")
    for number, name in ((7, "电梯库"), (8, "电梯库二"), (9, "新名")):
        link.execute("INSERT INTO library (tenant, id, name, department, basis, state, job, at) VALUES ('410882', ?, ?, 'A', '', 'active', 1, 1)",
                     (number, name))
    link.execute("INSERT INTO library (tenant, id, name, department, basis, state, job, at) VALUES ('410883', 70, '电梯库', 'A', '', 'active', 1, 1)")
    place = '{"library":"%s","licence":"%s","what":"","valid_until":"","contact":"","phone":""}'
    rows = [(place % ("电梯库", "电梯库二"), "{}", 7), ("{}", place % ("电梯库二", "1"), 8), (place % ("旧名", "1"), place % ("旧名", "1"), -1),
            ('{"name":"电梯库"}', '{"name":"电梯库二"}', 0), ("{}", '{"number":"1","library":"电梯库"}', 0)]
    for i, (old, new, _) in enumerate(rows):
        link.execute("INSERT INTO registry_change (tenant, id, resource, target, job, before, after, reason, at, actor) VALUES"
                     " ('410882', ?, 'objects', 1, 1, ?, ?, '', 1, 'x')", (i, old, new))
    link.executescript(step)
    must(list(link.execute("SELECT DISTINCT grade FROM library")) == [(1,)], "grades")
    got = [r[0] for r in link.execute("SELECT library FROM registry_change ORDER BY id")]
    must(got == [r[2] for r in rows], got)


def CR1_a_contact_from_before_that_looks_sealed_is_text_after_the_upgrade(_):
    """Readers of the portal could leave such a text; nothing could open it, and no list would show."""
    link, step = before("-approval.sql")
    texts = ["sealed:" + "ab" * 40, "sealed:", "13800000000", ""]
    for table, column in (("department", "phone"), ("library_row", "phone"), ("feedback", "contact")):
        facts = link.execute("PRAGMA table_info(%s)" % table).fetchall()
        for i, text in enumerate(texts):
            row = {name: text if name == column else i if kind == "INTEGER" else "x%d" % i for _, name, kind, *_ in facts}
            row.update({k: v for k, v in (("tenant", "410882"), ("state", "active" if table == "department" else "new"),
                                          ("level", "county")) if k in row})
            link.execute("PRAGMA ignore_check_constraints = ON")
            link.execute("INSERT INTO %s (%s) VALUES (%s)" % (table, ", ".join(row), ", ".join("?" * len(row))), list(row.values()))
    link.commit()
    link.executescript(step)
    for table, column in (("department", "phone"), ("library_row", "phone"), ("feedback", "contact")):
        got = [r[0] for r in link.execute("SELECT %s FROM %s ORDER BY rowid" % (column, table))]
        must(got == ["_" + t if t.startswith("sealed:") else t for t in texts], "%s: %s" % (table, got))


def main():
    state = prepare()
    for test in (AC7_every_cell_of_clearance_grade_and_way_has_its_answer, AC7_what_is_hidden_is_as_what_nobody_made,
                 AC7_lists_counts_and_choices_end_at_the_clearance,
                 AC7_rows_lists_and_exports_of_registers_and_commissions_end_at_the_clearance,
                 AC7_every_way_to_a_library_ends_at_the_clearance, AC7_a_hidden_library_is_as_one_that_nobody_made,
                 AC7_a_library_is_exported_for_its_clearance_and_graded_by_its_page,
                 AC7_what_a_permission_opens_ends_at_its_grade, AC7_no_public_page_shows_what_is_not_public,
                 AC7_nobody_gives_more_than_he_sees, AC7_a_batch_does_nothing_to_what_is_hidden,
                 AC7_a_clearance_is_given_by_the_security_administrator_to_others_with_the_password_again,
                 AC7_what_was_published_before_there_were_grades_is_public_and_the_rest_internal,
                 AC7_libraries_from_before_are_internal_and_what_histories_tell_of_them_is_known,
                 CR1_a_contact_from_before_that_looks_sealed_is_text_after_the_upgrade):
        tap.run(test.__name__, test, state)
    state["county"].server.stop()
    shutil.rmtree(home, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
