#!/usr/bin/env python3
"""What is kept back by law is nowhere in public: withheld.py SUNLOT

Parts of a published result (R110) and documents that are not for everybody (R115) bear a mark. The
portal of the demo county is then walked from its front page, in both languages, with every file of
open data and every bundle unpacked, and the log's files are read on disk: the mark is nowhere. The
same walk finds a second mark that was not kept back, so that it would have found the first."""
import csv
import html
import io
import json
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
import portal_kit  # noqa: E402
from desk_kit import SOURCE, County, Forms, query, run, send_file, why  # noqa: E402
from tap import Tap, must  # noqa: E402

MARK, TOLD = "金丝雀甲", "白头翁乙"
TRADE = "依法不予公开（涉及商业秘密，《政府信息公开条例》第十五条）"
PRIVACY = "依法不予公开（涉及个人隐私、个人信息，《政府信息公开条例》第十五条）"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
YEAR = time.strftime("%Y", time.gmtime(time.time() + 8 * 3600))
tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-withheld-")


def reader(county):
    """The county's server as a reader asks it."""
    out = portal_kit.Server.__new__(portal_kit.Server)
    out.port = county.server.port
    return out


def body(server, path):
    status, _, data = portal_kit.patient(server, path)
    must(status == 200, "%s: %d" % (path, status))
    return data


def words(data):
    """What an answer says: of a packed file, what its members say."""
    if data[:2] != b"PK":
        return html.unescape(data.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return "\n".join(words(packed.read(name)) for name in packed.namelist())


def walk(server):
    """{address: what it says} of all that can be reached, in both languages."""
    pages = dict(portal_kit.crawl(server))
    pages.update(portal_kit.crawl(server, english=True)[0])
    out = {path: (answer if answer[0] not in (429, 503) else portal_kit.patient(server, path)) for path, answer in pages.items()}
    for path, (status, _, _) in out.items():
        must(status < 500, "%s: %d" % (path, status))
    return {path: words(data) for path, (_, _, data) in out.items()}


def on_disk(county):
    """What the files of the log say."""
    out = {}
    for folder, _, names in os.walk(os.path.join(county.data, "log")):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                out[os.path.join(folder, name)] = f.read().decode("utf-8", "replace")
    return out


def holding(pages, mark):
    return sorted(path for path, text in pages.items() if mark in text)


# ---- parts of results ---------------------------------------------------------------------------------

def findings(county, most):
    """(draw, object, inspector) of published findings of the open draw."""
    return query(county.data, "SELECT w.number, v.pool_id, MIN(s.inspector) FROM result r JOIN visit v ON v.id = r.visit"
                 " JOIN draw w ON w.id = v.draw JOIN item i ON i.id = r.item JOIN seat s ON s.draw = v.draw"
                 " AND s.pool_id = v.pool_id AND s.department = 'SCJG' WHERE r.state = 'published' AND r.code = '05'"
                 " AND i.code = 'SCJG-S0001' GROUP BY w.number, v.pool_id ORDER BY v.pool_id LIMIT ?", most)


def publish_part(county, found, mark, keeps):
    """A correction that rests on a conclusion, and what followed it, with the mark in every part."""
    draw, pool_id, inspector = found
    same = (draw, "--object", pool_id, "--item", "SCJG-S0001")
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    on = query(county.data, "SELECT MIN(p.result_on) FROM published p WHERE p.pool_id = ?", pool_id)[0][0]
    made = time.strftime("%Y-%m-%d", time.gmtime(on * 86400))
    sunlot = lambda by, *more: run("--by", by, *more, data=county.data)  # noqa: E731
    sunlot("录入员", "result", "correct", *same, "--result", "08", "--method", "site", "--note", mark + "现场",
           "--inspector", inspector, "--reason", mark + "理由", "--adopt", "专业机构鉴定意见", "--adopt-body", mark + "所",
           "--adopt-number", mark + "字1号", "--adopt-date", made)
    if keeps:
        sunlot("审批人", "result", "redact", *same, "--part", "采信的结论,更正理由", "--kind", "商业秘密",
               "--ground", mark + "的配方")
    sunlot("审核员", "result", "approve", draw, "--object", pool_id)
    sunlot("审核员", "result", "publish", draw, "--object", pool_id)
    kept = ("--part", "文书文号，处置说明", "--kind", "个人隐私", "--ground", mark + "举报人") if keeps else ()
    sunlot("审批人", "result", "follow", *same, "--measure", "行政处罚", "--state", "已完结", "--document",
           mark + "罚1号", "--note", mark + "已缴", "--date", day, "--inspector", inspector, *kept)


def R110_what_is_kept_back_is_on_no_route_and_in_no_file(state):
    county, server = state["county"], state["server"]
    kept, told = findings(county, 2)
    publish_part(county, kept, MARK, True)
    publish_part(county, told, TOLD, False)
    state["kept"] = kept[1]
    pages = walk(server)
    disk = on_disk(county)
    shown = holding(pages, TOLD)
    for path in ("/business/" + told[1], "/open/corrections-%s.csv" % YEAR, "/open/corrections-%s.json" % YEAR,
                 "/open/corrections-%s.xlsx" % YEAR, "/open/followups-%s.xlsx" % YEAR):
        must(path in shown, "the walk does not find what is told at %s: %s" % (path, shown))
    must(disk, "no files of the log")
    must(not holding(pages, MARK) and not holding(disk, MARK), "%s %s" % (holding(pages, MARK), holding(disk, MARK)))
    must("审批人" not in "".join(pages.values()), "who decided is told")
    for ending in ("csv", "json", "xlsx"):
        out = os.path.join(home, "results." + ending)
        run("export", "results", out, data=county.data)
        with open(out, "rb") as f:
            must(MARK not in words(f.read()), "the export of results")
    return "%d addresses, %d files of the log" % (len(pages), len(disk))


def R110_in_its_place_stand_the_kind_and_the_provision(state):
    server, kept = state["server"], state["kept"]
    text = words(body(server, "/business/%s" % kept))
    must(text.count(TRADE) == 2 and text.count(PRIVACY) == 2, "%d, %d" % (text.count(TRADE), text.count(PRIVACY)))
    must("发现问题待后续处理" in text, "the conclusion is public")
    english = words(body(server, "/business/%s?lang=en" % kept))
    must(english.count("Withheld by law (Trade secrets, Regulations on Open Government Information, Article 15)") == 2
         and "依法不予公开" not in english, english)
    rows = re.findall(r"<tr[^>]*>.*?</tr>", words(body(server, "/results")), re.S)
    marked = [r for r in rows if "部分内容依法不予公开（涉及商业秘密）" in r]
    must(len(marked) == 1 and "/business/" + kept in marked[0], str(marked))
    must("Partly withheld by law (Trade secrets)" in words(body(server, "/results?lang=en")), "the English list")
    for name, column, want in (("corrections", "reason", TRADE), ("followups", "document", PRIVACY),
                               ("followups", "note", PRIVACY),
                               ("results", "withheld", "采信的结论：%s；更正理由：%s" % (TRADE, TRADE))):
        listed = json.loads(body(server, "/open/%s-%s.json" % (name, YEAR)))
        cells = [r[column] for r in listed if r["object_number"] == kept and r[column]]
        must(cells.count(want) == 1, "%s.%s: %s" % (name, column, cells))  # the demo may have told others
        table = list(csv.reader(body(server, "/open/%s-%s.csv" % (name, YEAR)).decode("utf-8-sig").splitlines()))
        must(any(want in row and kept in row for row in table), "%s.csv" % name)
        must(want in words(body(server, "/open/%s-%s.xlsx" % (name, YEAR))), "%s.xlsx" % name)


def R110_they_are_counted_apart(state):
    server = state["server"]
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", words(body(server, "/statistics"))))
    must("涉及商业秘密 0 1" in text and "涉及个人隐私、个人信息 0 1" in text and "本年度条数： 1" in text, text)
    rows = json.loads(body(server, "/open/rates.json"))
    must([(r["redacted"], r["withheld"]) for r in rows if r["department"] == "市场监督管理局" and r["year"] == YEAR]
         == [("1", "0")], str(rows))


# ---- documents ----------------------------------------------------------------------------------------

def document(county, openness):
    """A guide with a file, handed in by the clerk. Its code and the file's id."""
    page = county.ask("clerk", "/desk/documents/new?kind=guide")[2]
    fields = {**Forms(page).posts()["/desk/documents/new"], "title": MARK + openness, "text1": MARK + "正文",
              "number": MARK + "文号", "openness": openness, "openness_reason": MARK + "理由"}
    status, headers, text = county.ask("clerk", "/desk/documents/new?kind=guide", fields)
    must(status == 303, "%d %s" % (status, why(text)))
    code = headers["location"].split("?")[0].rsplit("/", 1)[1]
    status, _, text = send_file(county, "clerk", "/desk/documents/%s/files" % code, {"key": "withheld-" + openness},
                                MARK + ".pdf", PDF)
    must(status == 303, "%d %s" % (status, why(text)))
    status, _, text = county.ask("clerk", "/desk/documents/%s/submit" % code, {})
    must(status == 303, "%d %s" % (status, why(text)))
    return code, query(county.data, "SELECT MAX(id) FROM attachment")[0][0]


def step(county, code, **fields):
    return county.ask("reviewer", "/desk/documents/%s/step" % code, {"key": "withheld-%d" % time.monotonic_ns(), **fields})


def public_addresses(code, file):
    """Every route of the portal that takes a document's code, from the table of routes as text."""
    with open(os.path.join(SOURCE, "src/page/routes.c"), encoding="utf-8") as f:
        found = re.findall(r'\{WEB_GET,\s*"(/(?!desk)[^"]*\{code\}[^"]*)"', f.read())
    must({"/documents/{code}", "/documents/{code}/files/{file}", "/plans/{code}"} <= set(found), str(found))
    paths = [p.replace("{code}", code).replace("{file}", str(file)) for p in found]
    return paths + ["/documents/%s?version=1" % code, "/documents/%s?lang=en" % code]


def gone(county, server, code, file):
    for path in public_addresses(code, file):
        status, _, data = portal_kit.patient(server, path)
        must(status == 404 and MARK not in words(data), "%s: %d" % (path, status))
    pages = walk(server)
    must(not holding(pages, MARK), "documents: %s" % holding(pages, MARK))
    must(not holding(on_disk(county), MARK), "the log's files")


def R115_what_is_not_for_everybody_is_not_published_and_nowhere(state):
    county, server = state["county"], state["server"]
    for openness, word in (("request", "依申请公开"), ("closed", "不予公开")):
        code, file = document(county, openness)
        text = county.ask("reviewer", "/desk/documents/" + code)[2]
        must("确定发布" not in text and "不在公示平台公开" in text, "the button of publishing is there")
        status, _, text = step(county, code, act="publish")
        must(status == 409, "published: %d" % status)
        must("公开属性是“%s”，不能在公示平台发布" % word in html.unescape(text), why(text))
        gone(county, server, code, file)
        listed = county.ask("reviewer", "/desk/documents?openness=" + openness)[2]
        must(code in listed and word in listed, "the filter of the workbench")
        must(code not in county.ask("reviewer", "/desk/documents?openness=open")[2], "the filter shows others")


def R115_what_becomes_so_leaves_the_portal_and_says_so_first(state):
    county, server = state["county"], state["server"]
    code, file = document(county, "open")
    status, _, text = step(county, code, act="publish")
    must(status == 303, "%d %s" % (status, why(text)))
    before = walk(server)
    must("/documents/" + code in holding(before, MARK), "it is not public: %s" % holding(before, MARK))
    main = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", before["/documents/" + code]))
    must("公开属性 主动公开" in main, main)
    english = words(body(server, "/documents/%s?lang=en" % code))
    must(re.search(r"Openness</dt><dd>Proactive disclosure", english), english)
    must(portal_kit.patient(server, "/documents/%s/files/%d" % (code, file))[0] == 200, "its file")
    page = county.ask("reviewer", "/desk/documents/" + code)[2]
    must("全部版本和附件立即从公示平台撤下" in page, "nobody is told before")
    status, _, text = step(county, code, act="openness", openness="request", reason="")
    must(status == 400 and "请勾选确认" in text, "%d %s" % (status, why(text)))
    must(portal_kit.patient(server, "/documents/" + code)[0] == 200, "it left without being confirmed")
    status, _, text = step(county, code, act="openness", openness="closed", reason="", off="1")
    must(status == 400 and "写明理由" in text, "%d %s" % (status, why(text)))
    for openness in ("request", "closed"):
        status, _, text = step(county, code, act="openness", openness=openness, reason=MARK + "理由", off="1")
        must(status == 303, "%d %s" % (status, why(text)))
        gone(county, server, code, file)
    status, _, text = step(county, code, act="openness", openness="open", reason="")
    must(status == 303, "%d %s" % (status, why(text)))
    must(portal_kit.patient(server, "/documents/" + code)[0] == 200, "it does not come back")
    rows = query(county.data, "SELECT old_value, new_value FROM audit WHERE action = 'document-openness' AND target = ?"
                 " ORDER BY id", code)
    must([(json.loads(o)["openness"], json.loads(n)["openness"]) for o, n in rows]
         == [("open", "request"), ("request", "closed"), ("closed", "open")], str(rows))


def R115_plans_are_for_everybody(state):
    county = state["county"]
    code = query(county.data, "SELECT code FROM document WHERE kind = 'plan'")[0][0]
    must('value="openness"' not in county.ask("reviewer", "/desk/documents/" + code)[2], "the form is offered")
    must('name="openness"' not in county.ask("clerk", "/desk/documents/new?kind=plan")[2], "the field is offered")
    status, _, text = step(county, code, act="openness", openness="closed", reason="x", off="1")
    must(status == 409 and "必须主动公开" in text, "%d %s" % (status, why(text)))


def main():
    county = County(home)
    state = {"county": county, "server": reader(county)}
    try:
        for work in (R110_what_is_kept_back_is_on_no_route_and_in_no_file,
                     R110_in_its_place_stand_the_kind_and_the_provision, R110_they_are_counted_apart,
                     R115_what_is_not_for_everybody_is_not_published_and_nowhere,
                     R115_what_becomes_so_leaves_the_portal_and_says_so_first, R115_plans_are_for_everybody):
            tap.run(work.__name__, work, state)
        county.server.stop()
    finally:
        if county.server.process.poll() is None:
            county.server.process.kill()
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
