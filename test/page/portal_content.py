#!/usr/bin/env python3
"""What the portal's pages say: portal_content.py SUNLOT

A demo county is served while the program's commands change it. What a page must say comes from what
was typed, from SQL over the county's database, and from formulas written down here once more."""
import csv
import datetime
import difflib
import html
import json
import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zipfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import SUNLOT, Server, command, patient  # noqa: E402
from tap import Tap, must  # noqa: E402

tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-portal-")
county = os.path.join(home, "county")
FINDING = "code NOT IN ('01', '07')"


def run(*words, by="经办员"):
    return command("--data", county, "--by", by, *words)


def ask_sql(text, *values, data=None):
    db = sqlite3.connect("file:%s?mode=ro" % os.path.join(data or county, "sunlot.db"), uri=True)
    rows = db.execute(text, values).fetchall()
    db.close()
    return rows


def page(server, path, status=200):
    """The text of a page's main part, tags and entities taken out, and its source."""
    got = server.ask(path)
    while got[0] == 429:
        time.sleep(0.3)
        got = server.ask(path)
    must(got[0] == status, "%s: %d" % (path, got[0]))
    source = got[2].decode()
    main = source[source.index("<main"):source.index("</main>")]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main))), source


def menu_marks(source):
    """The links of the menu, and those that it marks as the page that is shown."""
    nav = source[source.index("<nav"):source.index("</nav>")]
    return re.findall(r'<a href="([^"]+)"', nav), re.findall(r'<a href="([^"]+)" aria-current="page"', nav)


def menu(server):
    links, marked = menu_marks(page(server, "/")[1])
    must(len(links) == 12 and marked == ["/"], "%s %s" % (links, marked))
    business = re.search(r'/business/[^"?]+', page(server, "/results")[1]).group(0)
    for path, shown in [(link, [link]) for link in links] + [(business, ["/search"]), ("/sitemap", []), ("/feedback", [])]:
        marked = menu_marks(page(server, path)[1])[1]
        must(marked == shown, "%s marks %s" % (path, marked))


def paged(server, path):
    """The sources of all pages from this one on, along rel=next."""
    sources, turns = [], 0
    while path:
        source = page(server, path)[1]
        sources.append(source)
        found = re.search(r'rel="next" href="([^"]+)"', source)
        path = html.unescape(found.group(1)) if found else None
        turns += 1
        must(turns < 200, "pages without end")
    return sources


def quoted(**asked):
    return urllib.parse.urlencode(asked)


def clean_visit(nth):
    """An object of the open draw whose both results say that nothing was found, and who was there."""
    draw = ask_sql("SELECT number FROM draw WHERE sealed = 0")[0][0]
    rows = ask_sql("SELECT v.pool_id, s.inspector FROM visit v JOIN draw w ON w.id = v.draw"
                   " JOIN seat s ON s.draw = v.draw AND s.pool_id = v.pool_id AND s.department = 'SCJG'"
                   " WHERE w.number = ? AND NOT EXISTS (SELECT 1 FROM result r WHERE r.visit = v.id"
                   " AND r." + FINDING + ") GROUP BY v.pool_id ORDER BY v.pool_id", draw)
    return draw, rows[nth][0], rows[nth][1]


# --- a draw ---

def bundle_rows(number, name):
    with zipfile.ZipFile(os.path.join(county, "bundles", number + "-public.zip")) as bundle:
        member = next(n for n in bundle.namelist() if n.split("/")[-1] == name)
        return [line.split("\t") for line in bundle.read(member).decode().splitlines()]


def teams(server):
    """The demo's first draw is disclosed, its second waits for that."""
    number = ask_sql("SELECT number FROM draw WHERE state = 'disclosed'")[0][0]
    rows = bundle_rows(number, "teams.tsv")
    want = {}
    for seat, code in rows:
        pool_id, department, _ = seat.split("|")
        name = ask_sql("SELECT name FROM department WHERE code = ?", department)[0][0]
        want.setdefault(pool_id, []).append("%s %s" % (name, code))
    _, source = page(server, "/draws/" + number)
    listed = re.findall(r'<tr><td class="num" data-label="#">.*?</tr>', source)
    must(len(listed) == len(want) > 50, "%d rows, %d teams" % (len(listed), len(want)))
    for row in listed:
        pool_id = re.search(r'href="/business/([^"?]+)', row).group(1)
        got = [s.strip() for s in re.findall(r'<span class="seat" lang="zh-CN">(.*?)</span>', row)]
        must(got == want[pool_id], "%s: %s, not %s" % (pool_id, got, want[pool_id]))
    names = dict(ask_sql("SELECT code, name FROM inspector"))
    run("setting", "publish.inspectors", "1", "--basis", "本地规定")
    _, source = page(server, "/draws/%s?turn=1" % number)
    run("setting", "publish.inspectors", "0", "--basis", "本地规定")
    for pool_id, team in want.items():
        for seat in team:
            must("%s %s</span>" % (seat, names[seat.split()[-1]]) in source, "%s: %s" % (pool_id, seat))
    return "%d seats" % len(rows)


def steps_to_come(server):
    number, last = ask_sql("SELECT number, disclose_by FROM draw WHERE state = 'assigned'")[0]
    day = (datetime.datetime(1970, 1, 1, 8) + datetime.timedelta(microseconds=last - 1)).strftime("%Y-%m-%d")
    _, source = page(server, "/draws/" + number)
    line = re.search(r'<ol class="steps">.*?</ol>', source, re.S).group(0)
    waiting = [re.sub("<[^>]+>", " ", w).split() for w in re.findall(r'<li class="to-come">(.*?)</li>', line)]
    must(waiting == [["公开", "待公开", "最迟", day]], str(waiting))
    _, source = page(server, "/draws/" + ask_sql("SELECT number FROM draw WHERE state = 'disclosed'")[0][0])
    must("to-come" not in source, "a disclosed draw waits for something")
    steps = re.search(r'<ol class="steps">.*?</ol>', page(server, "/draws/%s?lang=en" % number)[1], re.S).group(0)
    must("Disclosure" in steps and not re.search("[\u4e00-\u9fff]", steps), steps)


def asked(server, path):
    """The body, once it is there."""
    status, _, body = patient(server, path)
    must(status == 200, "%s: %d" % (path, status))
    return body


def open_years(server):
    """Whatever file has a row is listed in view, the others are folded away, all of them linked."""
    _, source = page(server, "/open?turn=3")
    shown, folded = source[source.index("<main"):].split("<details>")
    counts = []
    for part in (shown, folded):
        bases = re.findall(r'href="(/open/[a-z]+(?:-\d+)?)\.json"', part)
        counts.append(len(bases))
        for base in bases:
            rows = json.loads(asked(server, base + ".json"))
            must((len(rows) > 0) == (part is shown), "%s: %d rows" % (base, len(rows)))
    must(counts[0] > 4 and sum(counts) == 33, str(counts))
    return "%d shown, %d folded" % tuple(counts)


def english(server):
    """What the program says is English there; names, items, strata and laws are data."""
    for path in ["/draws", "/draws/" + ask_sql("SELECT number FROM draw WHERE state = 'disclosed'")[0][0]]:
        text, _ = page(server, path + "?lang=en")
        must("Disclosed" in text and not re.search("已公开|已公示|检查中", text), path)
    _, source = page(server, "/results?lang=en")
    for name in ("code", "type"):
        choice = re.search('<select name="%s">.*?</select>' % name, source, re.S).group(0)
        must(choice.count("<option") > 2 and not re.search("[\u4e00-\u9fff]", choice), choice)
    cells = re.findall(r'data-label="(?:Result|Type)">(.*?)</td>', source)
    must(len(cells) == 100 and not re.search("[\u4e00-\u9fff]", "".join(cells)), str(cells[:4]))
    for path in ("/statistics", "/items", "/search"):
        text, source = page(server, path + "?lang=en")
        must(not re.search("[（）：]", re.sub("<select.*?</select>|<table.*?</table>|<details.*</details>", "", source[source.index("<main"):], flags=re.S)),
             "a full-width mark on " + path)


# --- corrections and what followed ---

def corrections(server):
    draw, pool_id, inspector = clean_visit(3)
    item = "SCJG-S0001"
    name = ask_sql("SELECT name FROM item WHERE code = ? AND state = 'active'", item)[0][0]
    before, _ = page(server, "/business/" + pool_id)
    must("%s：未发现问题" % name in before.replace(" ", ""), before)
    findings = "SELECT COUNT(*) FROM result WHERE state = 'published' AND " + FINDING
    found = ask_sql(findings)[0][0]
    run("result", "correct", draw, "--object", pool_id, "--item", item, "--result", "02", "--method", "site",
        "--note", "内部记录不公开", "--inspector", inspector, "--reason", "复核<发现>未公示")
    run("result", "approve", draw, "--object", pool_id, by="审核员")
    waiting, _ = page(server, "/business/%s?turn=1" % pool_id)
    must("更正" not in waiting, "a correction is shown before its publication")
    run("result", "publish", draw)
    after, source = page(server, "/business/%s?turn=2" % pool_id)
    rows = ask_sql("SELECT p.code, b.idx FROM published p JOIN publication b ON b.id = p.publication"
                   " WHERE p.object_number = ? AND p.item_code = ? ORDER BY b.idx", pool_id, item)
    must([code for code, _ in rows] == ["01", "02"], "kept as published: %s" % rows)
    for _, idx in rows:
        must("日志序号 %d" % idx in after, "no place in the log: %s" % after)
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    must("复核<发现>未公示" in after and "<发现>" not in source, "the reason, escaped")
    for words, result in (("更正了原公示的结果", "未发现问题"), ("已由后来的公示更正", "未按规定公示应当公示的信息")):
        near = after[after.index(words):][:60]
        must(result in near and today in near, near)
    must("已更正" in after and "内部记录不公开" not in after, after)
    lists = "".join(paged(server, "/results"))
    must(lists.count('class="past"') == ask_sql("SELECT COUNT(*) FROM result WHERE state = 'replaced'")[0][0],
         "rows marked as corrected")
    figures, _ = page(server, "/statistics?turn=1")
    results = ask_sql("SELECT COUNT(*) FROM result WHERE state = 'published'")[0][0]
    must("已公示的结果 %d 发现问题的结果 %d" % (results, found + 1) in figures, figures[:400])
    must(ask_sql(findings)[0][0] == found + 1, "findings")
    open_rows = list(csv.reader(server.ask("/open/corrections-%s.csv" % today[:4])[2].decode("utf-8-sig").splitlines()))
    must(any(pool_id in row and "复核<发现>未公示" in row for row in open_rows[1:]), "open data: %s" % open_rows)


def followups(server):
    draw = clean_visit(0)[0]
    pool_id, inspector = ask_sql(
        "SELECT v.pool_id, s.inspector FROM result r JOIN visit v ON v.id = r.visit JOIN item i ON i.id = r.item"
        " JOIN seat s ON s.draw = v.draw AND s.pool_id = v.pool_id AND s.department = 'SCJG'"
        " WHERE r.state = 'published' AND r.code = '05' AND i.code = 'SCJG-S0001' AND NOT EXISTS"
        " (SELECT 1 FROM followup f WHERE f.result = r.id) ORDER BY v.pool_id")[0]
    same = ("result", "follow", draw, "--object", pool_id, "--item", "SCJG-S0001", "--inspector", inspector)
    must("后续处置" not in page(server, "/business/" + pool_id)[0], "something followed already")
    run(*same, "--measure", "立案查处", "--state", "未完结", by="审核员")
    text, _ = page(server, "/business/%s?turn=1" % pool_id)
    must("立案查处" in text and "未完结" in text, text)
    run(*same, "--measure", "行政处罚", "--state", "已完结", "--document", "示市监罚〔2026〕9号", by="审核员")
    text, _ = page(server, "/business/%s?turn=2" % pool_id)
    must(text.index("行政处罚") < text.index("立案查处"), "the newest stands first")
    must("文书文号 示市监罚〔2026〕9号" in text and "审核员" not in text and inspector not in text, text)


# --- items ---

def items(server):
    path = os.path.join(county, "source", "items.csv")
    rows = list(csv.reader(open(path, encoding="utf-8-sig")))
    heads, row = rows[0], next(r for r in rows[1:] if "定量包装" in r[rows[0].index("抽查事项")])
    code, name = ask_sql("SELECT code, name FROM item WHERE name = ?", row[heads.index("抽查事项")])[0]
    text, source = page(server, "/items")
    listed = re.findall(r'href="/items/([^"?]+)"', source)
    want = [r[0] for r in ask_sql("SELECT DISTINCT code FROM item")]
    must(sorted(listed) == sorted(want), "the tree lists each item once")
    for compiler, category in ask_sql("SELECT DISTINCT compiler, category FROM item"):
        branch = source[source.index(html.escape(compiler)):]
        must('<summary><span lang="zh-CN">%s</span>' % html.escape(category) in branch, "%s stands under %s" % (category, compiler))
    must(source.count("<details") == source.count("</details>") > 2, "a tree of details")
    row[heads.index("检查依据")] = "《计量法》第十八条、《定量包装商品计量监督管理办法》第十条"
    changed = os.path.join(home, "changed.csv")
    with open(changed, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([heads, row])
    run("import", "items", changed)
    text, source = page(server, "/items/%s?turn=1" % code)
    dates = [time.strftime("%Y-%m-%d", time.gmtime(d * 86400)) for d, in
             ask_sql("SELECT valid_from FROM item WHERE code = ? ORDER BY version", code) if d]
    must(len(dates) == 2 and "版本 2：生效日期 %s" % dates[1] in re.sub("： ", "：", text), text)
    must("《定量包装商品计量监督管理办法》第十条" in text and "已被新版本取代" in text and "现行" in text, text)
    must(text.count("有变化") == 2 and name in text, "one field changed, and the word is explained: %s" % text)
    page(server, "/items/NN-0000", 404)


# --- search ---

def found(server, **asked):
    sources = paged(server, "/search?" + quoted(**asked))
    return [u for s in sources for u in re.findall(r'<li><a href="/business/([^"?]+)', s)], len(sources)


def search_filters(server):
    total = 0
    cases = [{"division": d} for d, in ask_sql("SELECT DISTINCT division FROM object")]
    cases += [{"kind": k} for k, in ask_sql("SELECT DISTINCT kind FROM object")]
    cases = cases[:4] + [c for c in cases if "kind" in c][1:]
    cases += [{"state": "revoked"}, {"state": "active", "q": "机械制造"}]
    cases += [{"q": "公司", "division": cases[0]["division"], "kind": "enterprise", "state": "active"},
              {"q": "店", "division": cases[1]["division"]}, {"q": "龘", "kind": "enterprise"}]
    for case in cases:
        where = " AND ".join("%s = ?" % c if c != "q" else "name LIKE ?" for c in case)
        values = [v if c != "q" else "%" + v + "%" for c, v in case.items()]
        want = ask_sql("SELECT pool_id FROM object WHERE " + where, *values)
        got, pages = found(server, **case)
        must(sorted(got) == sorted(p for p, in want), "%s: %d, not %d" % (case, len(got), len(want)))
        must(len(got) <= 50 * pages, "a page of more than 50")
        total += len(got)
    prefix = ask_sql("SELECT substr(pool_id, 1, 8) FROM object WHERE kind = 'enterprise' LIMIT 1")[0][0]
    kind = ask_sql("SELECT kind, COUNT(*) FROM object WHERE pool_id LIKE ? GROUP BY kind ORDER BY 2", prefix + "%")[0]
    got, _ = found(server, q=prefix, kind=kind[0])
    must(len(got) == kind[1] == len(set(got)), "%s of kind %s: %d, not %d" % (prefix, kind[0], len(got), kind[1]))
    source = page(server, "/search?" + quoted(q="店", division=cases[1]["division"]))[1]
    options = re.findall(r'<option lang="zh-CN" value="(\d+)"', source)
    must(sorted(options) == sorted(d for d, in ask_sql("SELECT DISTINCT division FROM object")), "choice of divisions")
    must('<option lang="zh-CN" value="%s" selected>' % cases[1]["division"] in source, "what was chosen stays chosen")
    section = {"K": ("70",), "P": ("83",)}
    for letter, heads in section.items():
        want = [p for p, i in ask_sql("SELECT pool_id, industry FROM object") if i[:2] in heads or i == letter]
        got, _ = found(server, section=letter)
        must(sorted(got) == sorted(want) and got, "section %s: %d, not %d" % (letter, len(got), len(want)))
    for wrong in ("division=4", "division=41x", "kind=person", "state=gone", "section=AB"):
        page(server, "/search?" + wrong, 400)
    return "%d objects in %d questions" % (total, len(cases))


# --- results ---

def results_filters(server):
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    day = int(time.time() + 8 * 3600) // 86400
    divisions = [d for d, in ask_sql("SELECT DISTINCT division FROM published")]
    tasks = [t for t, in ask_sql("SELECT DISTINCT task_number FROM published")]
    cases = [({"department": "消防救援大队"}, "authority = '消防救援大队'"), ({"item": "XFJY-S0001"}, "item_code = 'XFJY-S0001'"),
             ({"code": "05"}, "code = '05'"), ({"code": "finding"}, FINDING), ({"type": "undirected"}, "type = 'undirected'"),
             ({"type": "directed"}, "type = 'directed'"), ({"task": tasks[0]}, "task_number = '%s'" % tasks[0]),
             ({"from": today, "until": today}, "result_on = %d" % day), ({"until": "2020-01-01"}, "result_on <= 18262"),
             ({"from": "2020-01-01", "code": "05", "item": "XFJY-S0001", "division": divisions[0]},
              "code = '05' AND item_code = 'XFJY-S0001' AND division = '%s'" % divisions[0])]
    cases += [({"division": d}, "division = '%s'" % d) for d in divisions]
    for asked, where in cases:
        sources = paged(server, "/results?" + quoted(**asked))
        got = sum(s.count('<td class="when"') for s in sources)
        want = ask_sql("SELECT COUNT(*) FROM published WHERE " + where)[0][0]
        must(got == want, "%s: %d, not %d" % (asked, got, want))
    for name in ("department", "item", "code", "type", "division"):
        must('<select name="%s">' % name in sources[0], "no choice of %s" % name)
    page(server, "/results?from=2026-13-01", 400)
    return "%d filters" % len(cases)


# --- statistics ---

def estimate(strata):
    """The share of a domain with its interval, from (N, n, in the domain, of these with a finding)."""
    x = sum(N * d / n for N, n, d, _ in strata)
    y = sum(N * m / n for N, n, _, m in strata)
    share, visited = y / x, sum(d for _, _, d, _ in strata)
    if visited < 5 or any(n < 2 < N for N, n, _, _ in strata):
        return None
    variance = 0
    for N, n, d, m in strata:
        residuals = [1 - share] * m + [-share] * (d - m) + [0] * (n - d)
        mean = sum(residuals) / n
        variance += N * N * (1 - n / N) / n * sum((e - mean) ** 2 for e in residuals) / (n - 1)
    variance /= x * x
    z = 1.959964
    if share in (0, 1):
        effective = visited / (1 - sum(n for _, n, _, _ in strata) / sum(N for N, _, _, _ in strata))
    else:
        effective = share * (1 - share) / variance
    centre = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z / (1 + z * z / effective) * math.sqrt(share * (1 - share) / effective + z * z / (4 * effective ** 2))
    return ["%.1f%%" % (100 * v) for v in (share, max(0, centre - half), min(1, centre + half))]


def facts(name):
    with open(os.path.join(here, "..", "..", "data", name), encoding="utf-8") as f:
        return list(csv.reader(f))


def statistics(server):
    rows = ask_sql("SELECT v.id, w.number || v.stratum, s.count, o.division, o.industry, i.name, r.code"
                   " FROM result r JOIN visit v ON v.id = r.visit JOIN draw w ON w.id = v.draw"
                   " JOIN draw_stratum s ON s.draw = w.id AND s.name = v.stratum JOIN object o ON o.pool_id = v.pool_id"
                   " JOIN item i ON i.id = r.item WHERE r.state = 'published' AND w.state = 'disclosed'")
    names = {r[0]: r[1] for r in facts("divisions.csv")}
    trades = {r[0]: (r[1], r[4]) for r in facts("industries.csv")}
    size, sampled = {}, {}
    for visit, stratum, count, *_ in rows:
        size[stratum] = count
        sampled.setdefault(stratum, set()).add(visit)
    _, source = page(server, "/statistics?turn=2")
    checked = bounded = 0
    for key in (lambda r: names.get(r[3], r[3]), lambda r: trades[trades[r[4]][1]][0] if r[4] in trades else "–", lambda r: r[5]):
        domains = {}
        for row in rows:
            seen = domains.setdefault(key(row), {}).setdefault(row[1], {})
            seen[row[0]] = seen.get(row[0], False) or row[6] not in ("01", "07")
        for name, strata in domains.items():
            want = estimate([(size[s], len(sampled[s]), len(v), sum(v.values())) for s, v in strata.items()])
            cells = re.search(r"<tr><td[^>]*><span>%s</span></td>(.*?)</tr>" % re.escape(html.escape(name)), source).group(1)
            cells = [html.unescape(c) for c in re.findall(r"<td[^>]*>(.*?)</td>", cells)]
            if want is None:
                must(cells[-1] == "样本太少，不推算" and cells[-2] == "–", "%s: %s" % (name, cells))
            else:
                must(cells[-2] == want[0] and cells[-1] == "%s – %s" % tuple(want[1:]), "%s: %s, not %s" % (name, cells, want))
                bounded += 1
            checked += 1
    must(bounded > 5 and checked > 15, "%d estimates, %d bounded" % (checked, bounded))
    empty, source_empty = page(server, "/statistics?year=%d" % (time.gmtime(time.time() + 8 * 3600).tm_year - 3))
    must("<table" not in source_empty and empty.count("暂无") == 6, "bare heads in a year without data: " + empty)
    must("不能排高低" in source and "加盲" in source and ".md" not in source, "what the figures do not say")
    heads = re.findall(r"<th[^>]*>(.*?)</th>", source)
    must("发现问题的结果占结果的比例" in heads and "推算：有问题的对象占全部对象的比例" in heads, str(heads))
    must("随机抽出" in source and "95% 置信区间" in source, "no plain words")
    return "%d estimates, %d with an interval" % (checked, bounded)


# --- plans ---

def unmarked(source):
    """A page without the marks of what is Chinese whatever the page's language."""
    return re.sub(r'<span lang="zh-CN">(.*?)</span>', r"\1", source, flags=re.S).replace(' lang="zh-CN"', "")


def plans(server):
    year = int(time.strftime("%Y", time.gmtime(time.time() + 8 * 3600)))
    documents = ask_sql("SELECT d.code, d.kind, d.department, d.plan, v.version, v.title, v.reason, v.approver, v.idx,"
                        " v.text2 FROM document d JOIN document_version v ON v.document = d.id WHERE d.year = ?"
                        " ORDER BY d.code, v.version DESC", year)
    source = unmarked(page(server, "/plans")[1])
    rows = re.findall(r'<tr><td data-label="部门">(.*?)</td>(.*?)</tr>', source, re.S)
    departments = dict(ask_sql("SELECT name, code FROM department WHERE state = 'active'"))
    must(sorted(n for n, _ in rows) == sorted(departments), "a row for each department: %s" % rows)
    for name, cells in rows:
        own = {d[0] for d in documents if d[2] == departments[name]}
        must(set(re.findall(r'href="/plans/([^"?]+)', cells)) == own, "%s: %s" % (name, cells))
        must(("未公布" in cells.split("</td>")[0]) == (not own), "%s: %s" % (name, cells))
    must("已公布计划的部门 1 / %d" % len(departments) in page(server, "/plans")[0], "the count")
    source = unmarked(page(server, "/plans?" + quoted(year=year, department="XFJY"))[1])
    must(source.count('<tr><td data-label="部门">') == 1 and "消防救援大队</td>" in source, "one department")
    must("/plans/" not in page(server, "/plans?year=%d" % (year - 1))[1].split("<tbody")[1], "plans of another year")
    page(server, "/plans?year=26", 400)
    page(server, "/plans/SCJG-D999", 404)
    page(server, "/plans/SCJG-D001?version=9", 404)
    scheme = ask_sql("SELECT code FROM document WHERE kind = 'scheme'")[0][0]
    page(server, "/plans/" + scheme, 404)
    must("/documents/" + scheme in page(server, "/plans")[1], "the scheme is linked")
    adjusted = [d for d in documents if d[1] == "joint"]
    must(len(adjusted) == 2, str(adjusted))
    text, source = page(server, "/plans/" + adjusted[0][0])
    for _, _, _, plan, _, title, reason, approver, idx, _ in adjusted:
        must(plan in text and title in text and reason in text and approver in text, text)
        must('<td class="num" data-label="日志序号">%d</td>' % idx in source, "no place in the log")
    told = [html.unescape(re.sub("<[^>]+>", "", line)) for line in re.findall(r'<li class="(?:added|removed)">(.*?)</li>', source)]
    want = [line for line in difflib.ndiff(adjusted[1][9].split("\n"), adjusted[0][9].split("\n")) if line[0] in "+-"]
    must(sorted(re.sub("[【】]", "", t) for t in told) == sorted({"+": "+", "-": "−"}[w[0]] + w[2:] for w in want) and len(told) == 3,
         "%s, not %s" % (told, want))
    changed = [t for t in told if "【" in t]
    must(len(changed) == 2 and changed[0][0] == "−" and changed[1][0] == "+", str(told))
    # the words beside the marks are those that Python's difflib finds in both lines
    old, new = [re.sub("[【】]", "", t[1:]) for t in changed]
    kept = [re.sub("【.*?】", "", t[1:]) for t in changed]
    same = sum(b.size for b in difflib.SequenceMatcher(None, old, new, False).get_matching_blocks())
    must(kept[0] == kept[1] and 0 < len(kept[0]) <= same, "%s: %d" % (changed, same))
    must(re.search('<del class="word">【[^】]+】</del>', source) and re.search('<ins class="word">【[^】]+】</ins>', source), source)
    text, source = page(server, "/plans/%s?version=1" % adjusted[0][0])
    must('class="diff"' not in source and "已被新版本取代" in text, "the first version changed nothing")
    business = ask_sql("SELECT object_number FROM published ORDER BY result LIMIT 1")[0][0]
    task = ask_sql("SELECT task_number FROM published LIMIT 1")[0][0]
    for path in ("/results", "/business/" + business, "/tasks", "/tasks/" + task, "/"):
        must('href="/plans/%s"' % adjusted[0][0] in page(server, path)[1], "no link to the plan on " + path)
    listed = json.loads(asked(server, "/open/plans.json"))
    must([(r["plan_number"], int(r["version"])) for r in listed] == [(d[3], d[4]) for d in documents], str(listed))
    return "%d versions" % len(documents)


# --- how public results are ---

def drawn_by(draw):
    """[(object, its inspectors)] as the command tells them: the database holds a sealed draw's veiled."""
    rows = re.findall(r"^  \d+\. (\S+) \[[^\]]*\](.*)$", run("draw", "show", draw), re.M)
    return sorted((pool_id, sorted(people.split())) for pool_id, people in rows)


def rate_cells(source, name):
    row = re.search(r'data-label="部门">(?:<strong>)?%s(?:</strong>)?</td>(.*?)</tr>' % name, unmarked(source), re.S).group(1)
    return [re.sub("<[^>]+>", "", c) for c in re.findall(r'<td class="num"[^>]*>(.*?)</td>', row)]


def rates(server):
    name = "市场监督管理局"
    published = ask_sql("SELECT COUNT(*) FROM published p JOIN result r ON r.id = p.result WHERE p.authority = ?"
                        " AND r.state = 'published'", name)[0][0]
    _, source = page(server, "/statistics?turn=4")
    must(rate_cells(source, name) == ["100.0%", str(published), str(published), "0", "0", "0", "0"], str(rate_cells(source, name)))
    # of the sealed draw: one result withheld, one waiting, and its last day is made to be over
    draw = ask_sql("SELECT number FROM draw WHERE state = 'assigned'")[0][0]
    objects = [(pool_id, people[0], ask_sql("SELECT name FROM object WHERE pool_id = ?", pool_id)[0][0])
               for pool_id, people in drawn_by(draw)[:2]]
    must(len(objects) == 2, "what was drawn is not told")
    for pool_id, inspector, _ in objects:
        run("result", "enter", draw, "--object", pool_id, "--item", "SCJG-S0003", "--result", "01", "--method", "site",
            "--inspector", inspector)
    run("result", "exempt", draw, "--object", objects[0][0], "--kind", "商业秘密", "--ground", objects[0][2] + "的配方", by="审批人")
    text, source = page(server, "/statistics?turn=5")
    must(rate_cells(source, name)[5:] == ["0", "1"], "withheld, and nothing of a sealed draw's terms: %s" % rate_cells(source, name))
    must("涉及商业秘密 1" in text and objects[0][2] not in text and "审批人" not in text, text)
    db = sqlite3.connect(os.path.join(county, "sunlot.db"))
    db.execute("UPDATE result SET due_on = due_on - 60 WHERE state = 'entered'")
    db.commit()
    db.close()
    _, source = page(server, "/statistics?turn=6")
    want = "%.1f%%" % (math.floor(published * 1000 / (published + 1)) / 10)
    must(rate_cells(source, name) == [want, str(published + 1), str(published), "0", "1", "0", "1"], str(rate_cells(source, name)))
    total = ask_sql("SELECT COUNT(*) FROM result WHERE state = 'published'")[0][0]
    must(rate_cells(source, "合计")[1:5] == [str(total + 1), str(total), "0", "1"], str(rate_cells(source, "合计")))
    listed = [r for r in json.loads(asked(server, "/open/rates.json")) if r["department"] == name]
    must([(r["rate"], r["overdue"], r["withheld_trade"]) for r in listed] == [(want, "1", "1")], str(listed))
    return "%d of %d" % (published, published + 1)


# --- who checked ---

def settled(server, path, holds):
    """The page at one address, cached as it is, once the settings were read anew."""
    server.process.send_signal(signal.SIGHUP)
    until = time.time() + 10
    while not holds(page(server, path)[1]):
        must(time.time() < until, path + " stays as it was cached")
        time.sleep(0.2)
    return page(server, path)


def names(server):
    pool_id, visit = ask_sql("SELECT v.pool_id, v.id FROM result r JOIN visit v ON v.id = r.visit"
                             " WHERE r.state = 'published' ORDER BY r.id DESC LIMIT 1")[0]
    team = ask_sql("SELECT d.name, i.name, i.code, i.certificate, i.phone FROM visit v JOIN seat s ON s.draw = v.draw"
                   " AND s.pool_id = v.pool_id JOIN inspector i ON i.code = s.inspector JOIN department d"
                   " ON d.code = s.department WHERE v.id = ?", visit)
    path = "/business/" + pool_id
    must(not any(t[1] in page(server, path)[1] for t in team), "names without the setting")
    run("setting", "publish.inspectors", "1", "--basis", "本地规定")
    text, source = settled(server, path, lambda s: team[0][1] in s)
    for authority, name, *numbers in team:
        line = next(l for l in re.findall(r"<small>.*?</small>", unmarked(source), re.S) if "抽查机关 " + authority in l)
        must('<span class="seat">%s</span>' % name in line, "%s is not in %s" % (name, line))
        must(not any(n and n in text for n in numbers), "a number of " + name)
    run("setting", "publish.inspectors", "0", "--basis", "本地规定")
    settled(server, path, lambda s: not any(t[1] in s for t in team))
    return "%d names" % len(team)


# --- footer ---

def footer(server):
    for name, value in (("organiser", "示例县<市场>监督管理局"), ("phone", "0391-1234567"), ("code", "4108820001"),
                        ("icp", "豫ICP备00000001号")):
        run("setting", "site." + name, value, "--basis", "国办发〔2017〕47号")
    run("setting", "publish.workdays", "7", "--basis", "本地规定")
    how = server.ask("/how")[2].decode()
    must("4108820001" not in how and "20 个工作日内公示" in how, "shown before it was read")
    server.process.send_signal(signal.SIGHUP)
    until = time.time() + 10
    while "4108820001" not in server.ask("/how")[2].decode():
        must(time.time() < until, "SIGHUP does not read the settings anew")
        time.sleep(0.2)
    must("7 个工作日内公示" in page(server, "/how")[0] and "现为：7" in page(server, "/statistics?turn=7")[0], "the days for publication")
    run("setting", "publish.workdays", "20", "--basis", "国发〔2019〕5号")
    for path in ("/", "/results", "/nothing", "/feedback", "/?lang=en"):
        source = server.ask(path)[2].decode()
        foot = source[source.index("<footer"):]
        must("示例县&lt;市场&gt;监督管理局" in foot and "0391-1234567" in foot, "%s: %s" % (path, foot))
        must('href="https://beian.miit.gov.cn/"' in foot and "公安备案号" not in foot, "%s: %s" % (path, foot))
    done = subprocess.run([SUNLOT, "--data", county, "setting", "site.phone", "a\nb", "--basis", "x"], capture_output=True)
    must(done.returncode == 1, "a text of two lines was taken")


# --- what the library refuses by itself ---

# --- what is overdue, what is broken ---

def overdue(server):
    """A sealed draw whose promised day is over is told on the front page, on its own and in the list."""
    number = ask_sql("SELECT number FROM draw WHERE state = 'assigned'")[0][0]
    must("逾期未公开" not in page(server, "/?turn=8")[0], "told before it is over")
    db = sqlite3.connect(os.path.join(county, "sunlot.db"))
    db.execute("UPDATE draw SET disclose_by = ? WHERE number = ?", (int((time.time() - 3600) * 1e6), number))
    db.commit()
    db.close()
    text, source = page(server, "/?turn=9")
    block = source.split("逾期未公开的抽取", 1)[1].split("<section", 1)[0]
    must(re.findall(r'href="/draws/([^"?]+)', block) == [number], "the front page does not name it: %s" % block)
    must("已逾期：承诺的公开日期已过" in page(server, "/draws/%s?turn=9" % number)[0], "its page does not say it")
    rows = re.findall(r"<tr>.*?</tr>", page(server, "/draws?turn=9")[1].split("<tbody>")[1], re.S)
    must([("已逾期" in r, number in r) for r in rows].count((True, True)) == 1 and sum("已逾期" in r for r in rows) == 1, str(rows))


def tickets_shown(server, pool_id, turn):
    """What a business's page tells of draws: (draw, ticket, was it drawn)."""
    source = page(server, "/business/%s?turn=%s" % (pool_id, turn))[1]
    if 'id="tickets"' not in source:
        return set()
    block = source.split('id="tickets"', 1)[1].split("</section>")[0]
    rows = re.findall(r"<tr>.*?</tr>", block.split("<tbody>")[1], re.S)
    return {(re.search(r'/draws/([^"?]+)', row).group(1), re.search(r"[0-9a-f]{64}", row).group(0),
             bool(re.search(r'class="mark">\s*抽中', row))) for row in rows}


def tickets(server):
    """Drawn or not as the bundles have it; a draw that is disclosed stands on pages shown before."""
    first, second = [row[0] for row in ask_sql("SELECT number FROM draw ORDER BY id")]
    drawn = {pool_id: ticket for ticket, pool_id in bundle_rows(first, "drawn.tsv")}
    chosen = [row[-1] for row in bundle_rows(first, "selected.tsv")]
    pool = [row[0] for row in bundle_rows(first, "pool.tsv")]
    later = [pool_id for pool_id, _ in drawn_by(second)]
    must(len(later) > 12, "what was drawn is not told")
    asked = sorted(set(chosen[:12] + [p for p in pool if p not in chosen][:12] + later[:12]))
    for pool_id in asked:
        shown = tickets_shown(server, pool_id, "a")
        must({n for n, _, _ in shown} == ({first} if pool_id in pool else set()), "%s: %s" % (pool_id, shown))
        must(all(is_drawn == (pool_id in chosen) for _, _, is_drawn in shown), "%s: %s" % (pool_id, shown))
        must(pool_id not in drawn or {t for _, t, _ in shown} == {drawn[pool_id]}, "%s: %s" % (pool_id, shown))
    run("draw", "disclose", second)
    drawn = {pool_id: ticket for ticket, pool_id in bundle_rows(second, "drawn.tsv")}
    for pool_id in asked:
        shown = {(t, d) for n, t, d in tickets_shown(server, pool_id, "b") if n == second}
        must(shown == ({(drawn[pool_id], True)} if pool_id in later else set()), "%s: %s" % (pool_id, shown))
    return "%d businesses, %d of the later draw" % (len(asked), len(set(asked) & set(later)))


def health(server):
    """/healthz is ok while database and log can be read, and says so at once when one cannot."""
    path = os.path.join(county, "log", "checkpoint")
    must(server.ask("/healthz")[0] == 200 and server.ask("/healthz")[2] == b"ok\n", "not ok")
    os.rename(path, path + ".away")
    try:
        status, headers, body = server.ask("/healthz")
    finally:
        os.rename(path + ".away", path)
    must(status in (500, 503) and headers["cache-control"] == "no-store" and b"ok\n" != body, "no checkpoint: %d" % status)
    must(server.ask("/healthz")[0] == 200, "not ok again")


def refusals(server):
    """libmicrohttpd answers these before any of our code hears of them (docs/serve.md): its own page,
    no security headers, and the connection closed. The page says nothing of the machine and repeats
    nothing that was sent."""
    post, host = b"POST /feedback HTTP/1.1\r\nHost: x\r\n", b"Host: x\r\n"
    cases = [("length +5", post + b"Content-Length: +5\r\n\r\nhello", 400),
             ("length 5,5", post + b"Content-Length: 5,5\r\n\r\nhello", 400),
             ("length beyond 64 bits", post + b"Content-Length: 99999999999999999999\r\n\r\n", 413),
             ("a line without colon", b"GET / HTTP/1.1\r\n" + host + b"SECRET\r\n\r\n", 400),
             ("no version", b"GET /SECRET\r\n" + host + b"\r\n", 400),
             ("another version", b"GET /SECRET HTTP/9.9\r\n" + host + b"\r\n", 505),
             ("head over 32 KiB", b"GET / HTTP/1.1\r\n" + host + b"X: " + b"SECRET" * 9000 + b"\r\n\r\n", 431),
             ("target over 32 KiB", b"GET /" + b"SECRET" * 9000 + b" HTTP/1.1\r\n" + host + b"\r\n", 414),
             ("no line at all", b"\x16\x03\x01\r\n\r\n", None)]
    own = 0
    for words, sent, status in cases:
        got = server.raw(sent + b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", wait=3)
        heads = re.findall(rb"HTTP/1\.1 (\d{3})", got)
        must(set(heads) == ({str(status).encode()} if status else set()), "%s: %s" % (words, got[:300]))
        must(b"SECRET" not in got and b"icrohttpd" not in got and b"sunlot" not in got, "%s: %s" % (words, got))
        must(not heads or (b"Connection: close" in got and len(got) < 500), "%s: %s" % (words, got))
        must(b"/nothing" not in got and heads.count(b"404") == 0, "%s: a second request was answered" % words)
        own += b"X-Content-Type-Options" not in got
    must(own == len(cases), "the library lets us answer some of them now: take them out of the list")
    return "%d kinds" % len(cases)


# --- exports of any size ---

def memory(server):
    with open("/proc/%d/status" % server.process.pid, encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) >> 10


def worked(server):
    """Processor time that the server has used, in ticks."""
    with open("/proc/%d/stat" % server.process.pid, encoding="ascii") as f:
        return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))


def exports(_):
    """The county again with 200,000 results: files of tens of megabytes, memory as before."""
    many = 200000
    large = os.path.join(home, "large")
    shutil.copytree(county, large)
    db = sqlite3.connect(os.path.join(large, "sunlot.db"))
    columns = [c[1] for c in db.execute("PRAGMA table_info(result)")]
    public = [c[1] for c in db.execute("PRAGMA table_info(published)")]
    values = {"id": "r.id + n.k * 1000000000000", "version": "r.version + n.k"}
    numbers = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < %d)" % (
        many // db.execute("SELECT COUNT(*) FROM published").fetchone()[0])
    db.execute("%s INSERT INTO result SELECT %s FROM n, result r WHERE r.state = 'published'" % (
        numbers, ", ".join(values.get(c, "r." + c) for c in columns)))
    db.execute("%s INSERT INTO published SELECT %s FROM n, published p JOIN result r ON r.tenant = p.tenant AND r.id = p.result"
               " AND r.state = 'published'" % (numbers, ", ".join(
                   "p.result + n.k * 1000000000000" if c == "result" else "p." + c for c in public)))
    db.commit()
    rows = db.execute("SELECT COUNT(*) FROM result WHERE state = 'published'").fetchone()[0]
    db.close()
    year = time.strftime("%Y", time.gmtime(time.time() + 8 * 3600))
    server = Server(large)
    try:
        server.ask("/results")
        before, sizes, made = memory(server), [], 0
        for ending in ("csv", "json", "xlsx"):
            began = worked(server)
            status, _, body = server.ask("/open/results-%s.%s" % (year, ending), wait=300)
            must(status == 200, "%s: %d" % (ending, status))
            sizes.append(len(body) >> 20)
            made = worked(server) - began if ending == "csv" else made
            if ending == "csv":
                must(body.count(b"\n") == rows + 1, "%d lines for %d rows" % (body.count(b"\n"), rows))
        grown = memory(server) - before
        must(sizes[0] > 20, "files of %s MB" % sizes)
        # AddressSanitizer keeps freed memory aside: there the run shows no bad access, here the size.
        must(os.environ.get("SUNLOT_SANITIZED") or grown < 16,
             "files of %s MB, memory grew by %d MB" % (sizes, grown))
        began = worked(server)
        again = server.ask("/open/results-%s.csv" % year, wait=300)
        must(len(again[2]) >> 20 == sizes[0] and (worked(server) - began) * 2 < made,
             "the file is not kept: %d ticks, then %d" % (made, worked(server) - began))
    finally:
        server.stop()
    return "%d rows, files of %s MB, memory %d MB, grown by %d MB" % (rows, sizes, before + grown, grown)


def main():
    done = subprocess.run([SUNLOT, "demo", county], capture_output=True, text=True)
    must(done.returncode == 0, done.stderr)
    server = Server(county)
    time.sleep(3)  # the search index follows the import
    try:
        for name, work in [
                ("the menu marks the page that is shown and no other", menu),
                ("a filter of the search finds exactly what SQL finds, page by page", search_filters),
                ("a filter of the results finds exactly what SQL finds, page by page", results_filters),
                ("estimates and intervals are those of the formulas", statistics),
                ("a disclosed draw shows its teams as teams.tsv of the public bundle has them", teams),
                ("the course of a draw shows the step to come with its last day, in words", steps_to_come),
                ("a year of open data without a row is folded away", open_years),
                ("an English page says its own words in English, without full-width marks", english),
                ("a corrected result shows both versions, when and why, and nothing before", corrections),
                ("what followed a finding stands on the business's page, newest first", followups),
                ("the items are a tree, and each shows its versions with their dates", items),
                ("plans stand by department with their versions and what each changed, and results link theirs", plans),
                ("the publication rate counts what is due, and tells what is withheld by grounds alone", rates),
                ("names of those who checked come and go with the setting, without any number", names),
                ("the footer shows the settings after SIGHUP, on every page", footer),
                ("a draw that is overdue for disclosure is told wherever it is named", overdue),
                ("a business's tickets are those of the bundles, in a draw as soon as it is disclosed", tickets),
                ("/healthz says when the log cannot be read", health),
                ("what the library refuses by itself is one short page without a word of ours", refusals)]:
            tap.run(name, work, server)
        must(server.stop() == 0, "how the server ended")
        tap.run("an export of any size takes no more memory", exports, None)
    finally:
        if server.process.poll() is None:
            server.process.kill()
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
