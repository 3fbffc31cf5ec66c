#!/usr/bin/env python3
"""The workbench as its users, the curious and the hostile meet it, over HTTP: desk.py SUNLOT

The real server over a demo county and over an empty installation. What is expected comes from
SECURITY.md and from the matrix as it is written down (src/model/permission.def, read here as text)."""
import csv
import hashlib
import io
import os
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from tap import Tap, must  # noqa: E402
from desk_kit import (ROLES, NAMES, SOURCE, SUNLOT, County, Server, cookie_of, csrf_of,  # noqa: E402
                      first_sign_in, html_text, matrix, permission_grades, query, routes, run)

CANARY = "Zk7-Kanarien9vogel"
tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-desk-")


# ---- an empty installation: from nothing to three persons -----------------------------------------

def empty_house():
    data = os.path.join(home, "empty")
    run("init", "--division", "410882", "--name", "示例县", "--origin", "desk.example/log", data=data)
    return data


def ID3_no_account_exists_and_the_code_makes_three(server):
    must(query(server.data, "SELECT count(*) FROM account") == [(0,)], "an account exists after init")
    status, cookie, _ = server.sign_in("admin", "admin123")
    must(status == 401 and not cookie, "admin/admin123 is %d" % status)
    code = run("accounts", "code", data=server.data).split("\n")[1].strip()
    persons = [("guanli1", "王一", "Kx7-strom-Haus"), ("guanli2", "李二", "Mw4+blume.Tal"),
               ("guanli3", "赵三", CANARY)]
    form = {"code": code}
    for i, (name, person, password) in enumerate(persons):
        form.update({"name%d" % i: name, "person%d" % i: person, "password%d" % i: password})
    status, _, text = server.ask("/desk/setup", {**form, "code": "AAAAA-AAAAA-AAAAA-AAAAA"})
    must(status == 403 and "代码不正确" in text, "a wrong code is %d" % status)
    status, _, text = server.ask("/desk/setup", {**form, "person1": "王一"})
    must(status == 400 and "三个不同的人" in text and 'value="guanli1"' in text, "one person twice: %d" % status)
    must(CANARY not in text, "a password is shown again")
    status, _, _ = server.ask("/desk/setup", form, Sec_Fetch_Site="cross-site")
    must(status == 403, "from another site: %d" % status)
    status, headers, text = server.ask("/desk/setup", form)
    must(status == 303, "setup is %d %s" % (status, re.findall(r"<strong>(.*?)</strong>", text)))
    status, _, text = server.ask("/desk/setup", form)
    must(status == 409, "the code serves twice: %d" % status)
    must(subprocess.run([SUNLOT, "--data", server.data, "accounts", "code"], capture_output=True,
                        check=False).returncode == 1, "a second code is made")
    hashes = [row[0] for row in query(server.data, "SELECT hash FROM account")]
    must(len(hashes) == 3 and all(h.startswith("$argon2id$v=19$m=65536,t=3,p=1$") for h in hashes),
         "ID5: parameters of the hash: %s" % [h[:32] for h in hashes])
    code_rows = query(server.data, "SELECT digest, used_at FROM setup_code")
    must(code not in str(code_rows) and code_rows[0][1] > 0, "the code is kept or unused")


def ID8_the_cookie_is_new_at_each_sign_in_and_only_its_digest_is_kept(server):
    status, headers, _ = server.ask("/desk/sign-in", {"name": "guanli3", "password": CANARY},
                                    cookie="f" * 64)
    cookie = cookie_of(headers)
    must(status == 303 and cookie != "f" * 64, "session fixation: %d" % status)
    must(re.fullmatch(r"[0-9a-f]{64}", cookie), "256 bits: %s" % cookie)
    flags = headers["set-cookie"].split("; ")[1:]
    must(sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"], flags)
    again = cookie_of(server.ask("/desk/sign-in", {"name": "guanli3", "password": CANARY}, cookie=cookie)[1])
    must(again not in ("", cookie), "the second sign-in gives no new cookie")
    must(server.ask("/desk/password", cookie=cookie)[0] == 401, "the session that was replaced lives on")
    dump = open(os.path.join(server.data, "sunlot.db"), "rb").read()
    wal = os.path.join(server.data, "sunlot.db-wal")
    dump += open(wal, "rb").read() if os.path.exists(wal) else b""
    must(again.encode() not in dump, "the cookie stands in the database")
    must(hashlib.sha256(again.encode()).hexdigest().encode() in dump, "its digest does not")


def AU6_no_password_or_cookie_is_kept_or_logged(server):
    status, cookie, _ = server.sign_in(CANARY, CANARY)
    must(status == 401 and not cookie, "a password as a name: %d" % status)
    found = []
    for folder, _, names in os.walk(server.data):
        for name in names:
            if CANARY.encode() in open(os.path.join(folder, name), "rb").read():
                found.append(os.path.join(folder, name))
    if CANARY in open(server.log_path, encoding="utf-8", errors="replace").read():
        found.append("log")
    must(not found, "the canary stands in %s" % found)


def ID4_unknown_wrong_and_locked_look_and_cost_the_same(server):
    def words(text):
        return re.sub(r'value="[^"]*"', "", text)
    times = {"unknown": [], "wrong": []}
    bodies = set()
    for i in range(5):
        for kind, name in (("unknown", "nobody%d" % i), ("wrong", "guanli2")):
            began = time.monotonic()
            status, cookie, text = server.sign_in(name, "Falsch-%d-kennwort" % i)
            times[kind].append(time.monotonic() - began)
            must(status == 401 and not cookie, "%s is %d" % (kind, status))
            bodies.add(words(text))
    status, cookie, text = server.sign_in("guanli2", "Mw4+blume.Tal")
    must(status == 401 and not cookie, "locked, the right password opens: %d" % status)
    bodies.add(words(text))
    must(len(bodies) == 1, "the answers differ")
    status, cookie, _ = server.sign_in("guanli1", "Kx7-strom-Haus")
    must(status == 303, "another account is locked as well: %d" % status)
    outcome = query(server.data, "SELECT outcome, count(*) FROM sign_in GROUP BY outcome")
    return "medians: unknown %.0f ms, wrong %.0f ms; %s" % (
        1000 * statistics.median(times["unknown"]), 1000 * statistics.median(times["wrong"]), outcome)


def processor(server):
    """Seconds of processor that the server has used: what others do on the machine is not in it."""
    with open("/proc/%d/stat" % server.process.pid, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ID4_the_times_of_unknown_wrong_and_locked_differ_by_less_than_a_twentieth(server):
    """Each attempt costs one hash; the hash is set to its least, so that all else would show more."""
    kinds = ["unknown", "wrong"]  # wrong: from the fifth on locked as well
    used = {}
    cheap = (("password.memory", "19456"), ("password.passes", "2"), ("sign-in.rate", "100000"))
    usual = (("password.memory", "65536"), ("password.passes", "3"), ("sign-in.rate", "20"))
    try:
        for name, value in cheap:
            run("setting", name, value, "--basis", "试验", data=server.data)
        must(server.sign_in("guanli1", "Kx7-strom-Haus")[0] == 303, "the account takes the new cost over")
        for attempt in range(5):  # the processor's caches are shared with others
            used = {kind: 0 for kind in kinds}
            for block in range(10):
                for kind in kinds if block % 2 else reversed(kinds):
                    began = processor(server)
                    for i in range(12):
                        name = "nobody%d" % i if kind == "unknown" else "guanli1"
                        status = server.sign_in(name, "Falsch-%d-wort" % i)[0]
                        must(status == 401, "%s is %d" % (kind, status))
                    used[kind] += processor(server) - began
            if abs(used["unknown"] - used["wrong"]) < 0.05 * used["wrong"]:
                break
        must(used["wrong"] > 0.5, "nothing was hashed: %s" % used)
        must(abs(used["unknown"] - used["wrong"]) < 0.05 * used["wrong"], "processor seconds: %s" % used)
    finally:
        for name, value in usual:
            run("setting", name, value, "--basis", "试验", data=server.data)
    return "%s" % {k: "%.2f s" % v for k, v in used.items()}


def ID4_an_address_has_twenty_tries_a_minute(server):
    seen = []
    for i in range(24):
        seen.append(server.sign_in("nobody", "x%d" % i)[0])
    must(429 in seen and set(seen) <= {401, 429}, "answers: %s" % seen)
    must(seen[-1] == 429, "the last one is %d" % seen[-1])
    count = query(server.data, "SELECT count(*) FROM sign_in WHERE at > ?", int((time.time() - 60) * 1e6))
    must(count[0][0] <= 20, "%d tries were let through in a minute" % count[0][0])


# ---- the demo county: every role -------------------------------------------------------------------

def AC3_every_route_answers_every_role_as_the_matrix_says(county):
    """Forbidden: 403. Permitted: anything but 401 and 403; ids that don't exist are 404."""
    table = matrix()
    wrong = []
    cells = 0
    for method, pattern, permit in routes():
        if permit == "0" or pattern == "/desk/sign-out" or (method, pattern) == ("POST", "/desk/sessions/end"):
            continue
        path = re.sub(r"\{\w+\*?\}", "999999", pattern)
        for role in ROLES:
            status = county.ask(role, path, {} if method == "POST" else None)[0]
            allowed = table[permit][role] != "NONE"
            cells += 1
            if (status == 403) == allowed or status in (401, 500):
                wrong.append("%s %s as %s: %d" % (method, path, role, status))
            if "{" in pattern and allowed and status != 404:
                wrong.append("%s %s as %s: %d, not 404" % (method, path, role, status))
    must(not wrong, "\n".join(wrong))
    must(cells >= 150, "only %d cells" % cells)
    return "%d cells" % cells


def AC3_nobody_passes_without_a_session(county):
    wrong = []
    for method, pattern, permit in routes():
        path = re.sub(r"\{\w+\*?\}", "999999", pattern)
        status, headers, _ = county.server.ask(path, {} if method == "POST" else None)
        if permit != "0" and status != 401:
            wrong.append("%s %s: %d" % (method, path, status))
        if headers["cache-control"] != "no-store":
            wrong.append("%s %s: %s" % (method, path, headers["cache-control"]))
    must(not wrong, "\n".join(wrong))


def AC1_the_menu_shows_what_the_matrix_allows(county):
    table = matrix()
    permits = {pattern: permit for method, pattern, permit in routes() if method == "GET"}
    for role in ROLES:
        text = county.ask(role, "/desk")[2]
        nav = text[text.index('<nav class="side"'):text.index("<main")]
        for href in re.findall(r'href="([^"]+)"', nav):
            must(table[permits[href]][role] != "NONE", "%s sees %s" % (role, href))
            must(county.ask(role, href)[0] == 200, "%s: %s" % (role, href))


def long_since_proven(county, name):
    """As if the person had typed his password two minutes earlier than he did."""
    link = sqlite3.connect(county.data + "/sunlot.db", timeout=20)
    link.execute("UPDATE session SET at = at - 120000000, proven_at = MAX(0, proven_at - 120000000) WHERE ended_at = 0"
                 " AND account = (SELECT id FROM account WHERE name = ?)", (name,))
    link.commit()
    link.close()


def ID11_rights_and_passwords_ask_for_the_password_again(county):
    run("setting", "session.prove", "1", "--basis", "试验", data=county.data)
    long_since_proven(county, "anquan")
    path = "/desk/accounts/%d/grant" % county.account("chayue")
    held = "SELECT count(*) FROM account_role WHERE role = 'inspector' AND ended_at = 0 AND account = ?"
    before = query(county.data, held, county.account("chayue"))
    form = {"role": "inspector", "key": "again-1"}
    status, _, text = county.ask("security", path, form)
    must(status == 401 and 'name="role" value="inspector"' in text and "请再次输入密码" in text, status)
    must(query(county.data, held, county.account("chayue")) == before, "a role was granted without the password")
    status, _, text = county.ask("security", path, {**form, "proof_password": "Falsch-1-wort"})
    must(status == 401 and "密码不正确" in text and "Falsch-1-wort" not in text, "a wrong one: %d" % status)
    status, _, text = county.ask("security", path, {**form, "proof_password": county.passwords["anquan"]})
    must(status == 303, "the right one: %d" % status)
    must(query(county.data, held, county.account("chayue")) != before, "the role was not granted")
    status = county.ask("security", "/desk/accounts/%d/revoke" % county.account("chayue"), {"role": "inspector"})[0]
    must(status == 303, "a minute has not passed, and it is asked for again: %d" % status)
    county.cookies["viewer"] = county.server.sign_in("chayue", county.passwords["chayue"])[1]  # it ended theirs
    asks = re.findall(r'"(/desk/[^"]*)",[^{}]*?WEB_PROVE', open(
        os.path.join(SOURCE, "src/page/routes.c"), encoding="utf-8").read())
    must({"/desk/accounts/{id}/grant", "/desk/accounts/{id}/revoke", "/desk/accounts/{id}/reset",
          "/desk/accounts/{id}/edit"} <= set(asks), asks)
    long_since_proven(county, "xitong")  # telephone, inspector and department of an account
    path = "/desk/accounts/%d/edit" % county.account("chayue")
    version = re.search(r'name="version" value="(\d+)"', county.ask("system", path)[2]).group(1)
    form = {"person": "查阅", "department": "SCJG", "phone": "0391-77", "inspector": "", "version": version}
    status, _, text = county.ask("system", path, form)
    must(status == 401 and 'name="phone" value="0391-77"' in text, "an account is changed without the password: %d" % status)
    status = county.ask("system", path, {**form, "proof_password": county.passwords["xitong"]})[0]
    must(status == 303, "with it: %d" % status)
    run("setting", "session.prove", "30", "--basis", "试验", data=county.data)


def audited(county, action, actor, outcome="done"):
    return query(county.data, "SELECT count(*) FROM audit WHERE action = ? AND actor = ? AND outcome = ?",
                 action, actor, outcome)[0][0]


def failures(county):
    return query(county.data, "SELECT count(*) FROM sign_in WHERE outcome = 'failed'")[0][0]


def personal_numbers(county):
    """[(role, what it is, address, form, the full number it gives, audit action)]"""
    officer, secret = query(county.data, "SELECT code, certificate FROM inspector WHERE department = 'SCJG'"
                                         " AND category = 'officer' AND certificate <> '' ORDER BY code")[0]
    expert, expert_secret = query(county.data, "SELECT code, certificate FROM inspector WHERE category = 'expert'"
                                               " AND certificate <> '' ORDER BY code")[0]
    thing = query(county.data, "SELECT pool_id FROM object WHERE department = 'SCJG' ORDER BY id")[0][0]
    library = str(query(county.data, "SELECT id FROM library WHERE department = 'SCJG' AND state = 'active'")[0][0])
    status = county.ask("office", "/desk/objects/%s/library" % thing, {
        "key": "plain-1", "library": library, "licence": "SC10641088200042", "contact": "周某", "phone": "13512340042"})[0]
    must(status == 303, "a library's row: %d" % status)
    status = county.server.ask("/feedback", {"key": "plain-2", "subject": thing, "text": "请回电", "contact": "13512340043"})[0]
    must(status == 303, "a citizen's words: %d" % status)
    words = query(county.data, "SELECT id FROM feedback WHERE department = 'SCJG'")[0][0]
    file = {"col-%d" % i: "1" for i in range(30)} | {"format": "csv", "plain": "1", "reason": "核对换证"}
    return (
        ("office", "inspectors' export", "/desk/inspectors/export", {**file, "q": officer}, secret, "inspector-export"),
        ("office", "experts' export", "/desk/experts/export", {**file, "q": expert}, expert_secret, "inspector-export"),
        ("clerk", "an inspector's numbers", "/desk/inspectors/%s/reveal" % officer, {"reason": "核对换证"}, secret,
         "person-unmask"),
        ("clerk", "an object's contacts", "/desk/objects/%s/reveal" % thing, {"reason": "电话核实"}, "13512340042", "person-unmask"),
        ("clerk", "a citizen's contact", "/desk/feedback/%d/reveal" % words, {"reason": "电话答复"}, "13512340043", "person-unmask"))


def ID11_full_personal_numbers_ask_for_the_password_again(county):
    run("setting", "session.prove", "1", "--basis", "试验", data=county.data)
    for role, what, path, form, number, action in personal_numbers(county):
        name = NAMES[role]
        long_since_proven(county, name)
        given, proven, wrong = audited(county, action, name), audited(county, "session-prove", name), failures(county)
        refused = audited(county, "sign-in", name, "refused")
        status, headers, text = county.ask(role, path, form)
        must(status == 401 and "请再次输入密码" in text, "%s without the password: %d" % (what, status))
        must(number not in text and "content-disposition" not in headers, "%s is given without the password" % what)
        for key, value in form.items():
            must('name="%s" value="%s"' % (key, value) in text, "%s: %s is lost" % (what, key))
        status, headers, text = county.ask(role, path, {**form, "proof_password": "Falsch-1-wort"},
                                           X_Forwarded_For="192.0.2.11")
        must(status == 401 and "密码不正确" in text and "Falsch-1-wort" not in text, "%s, a wrong one: %d" % (what, status))
        must(number not in text and "content-disposition" not in headers, "%s is given with a wrong password" % what)
        must(failures(county) == wrong + 1, "%s: the wrong one is not counted" % what)
        must(audited(county, "sign-in", name, "refused") == refused + 1, "%s: the wrong one is not audited" % what)
        must(audited(county, action, name) == given, "%s: the audit says that it was given" % what)
        status, headers, text = county.ask(role, path, {**form, "proof_password": county.passwords[name]},
                                           X_Forwarded_For="192.0.2.11")
        must(status == 200 and number in text, "%s with the right one: %d" % (what, status))
        must(("export" in path) == ("attachment" in headers.get("content-disposition", "")), "%s: %s" % (what, headers))
        must(audited(county, action, name) == given + 1, "%s is not audited" % what)
        must(audited(county, "session-prove", name) == proven + 1, "%s: the password is not audited" % what)
        status, headers, text = county.ask(role, path, form)
        must(status == 200 and number in text, "%s, asked for again within the minute: %d" % (what, status))
        if "export" in path:  # masked numbers need no password
            long_since_proven(county, name)
            status, headers, text = county.ask(role, path, {**form, "plain": ""})
            must(status == 200 and number not in text and number[-4:] in text, "%s, masked: %d" % (what, status))
    run("setting", "session.prove", "30", "--basis", "试验", data=county.data)


def PI3_asking_deciding_and_exporting_each_ask_for_the_password_again(county):
    """A clerk and the office, both long since at work; the file bears both names in each row."""
    run("setting", "session.prove", "1", "--basis", "试验", data=county.data)
    run("setting", "person.export-rows", "3", "--basis", "试验", data=county.data)
    form = {"col-%d" % i: "1" for i in range(30)} | {"format": "csv", "plain": "1", "reason": "统一换证", "key": "pi3-1"}
    secret = query(county.data, "SELECT certificate FROM inspector WHERE department = 'SCJG' AND certificate <> ''")[0][0]
    status, headers, text = county.ask("clerk", "/desk/inspectors/export", form)
    must(status == 413 and "提交审批" in text and secret not in text, "more than the limit at once: %d" % status)
    where = "/desk/inspectors/export"
    for role, fields, want in (("clerk", {**form, "act": "ask"}, 303),
                               ("office", {"decision": "approve", "words": "属实", "key": "pi3-2"}, 303),
                               ("clerk", {"key": "pi3-3"}, 200)):
        long_since_proven(county, NAMES[role])
        status, headers, text = county.ask(role, where, fields)
        must(status == 401 and "请再次输入密码" in text and secret not in text, "%s without the password: %d" % (where, status))
        status, headers, text = county.ask(role, where, {**fields, "proof_password": county.passwords[NAMES[role]]})
        must(status == want, "%s with the password: %d" % (where, status))
        if "act" in fields:
            one = where = headers["location"].split("?")[0]
            must(county.ask("clerk", one, {"decision": "approve", "words": "自己", "key": "pi3-4"})[0] == 403, "his own")
        elif role == "office":
            where = one + "/file"
    rows = text.strip().split("\r\n")[1:]
    must(secret in text and len(rows) > 3, "%d rows" % len(rows))
    must(all("jingban" in row and "shuangsuiban 批准" in row for row in rows), rows[0])
    status, headers, text = county.ask("clerk", where, {"key": "pi3-5"})
    must(status == 409 and "只能用一次" in text and secret not in text, "a second time: %d" % status)
    for role in ("system", "security", "audit", "reviewer", "viewer"):
        must(county.ask(role, one)[0] == 403, "%s sees the request" % role)
    where = county.ask("clerk", "/desk/inspectors/export", {**form, "act": "ask", "key": "pi3-6"})[1]["location"].split("?")[0]
    link = sqlite3.connect(county.data + "/sunlot.db", timeout=20)
    link.execute("UPDATE approval SET until = 1 WHERE state = 'asked'")
    link.commit()
    link.close()
    status, headers, text = county.ask("office", where)
    must(status == 200 and "过期，不能再审批或导出" in text and "提交审批意见" not in text, "one that ran out: %d" % status)
    must(county.ask("office", where, {"decision": "approve", "words": "迟", "key": "pi3-7"})[0] == 409, "decided too late")
    for action, name in (("ask", "jingban"), ("approve", "shuangsuiban"), ("export", "jingban")):
        must(audited(county, "approval-" + action, name) == (2 if action == "ask" else 1), "approval-%s is not audited" % action)
    run("setting", "session.prove", "30", "--basis", "试验", data=county.data)
    people = query(county.data, "SELECT code, name FROM inspector WHERE department = 'SCJG' AND state = 'active'"
                                " AND category <> 'expert' ORDER BY code")[:4]
    picked = {"which": "picked", "filter": "", "total": "4", "sure": "1", **{"s-" + code: "1" for code, _ in people}}
    base = {**form, "act": "ask"}
    for key, fields in (("pi3-8", picked), ("pi3-9", {"department": "SCJG"})):
        status, headers, text = county.ask("clerk", "/desk/inspectors/export", {**base, **fields, "key": key})
        must(status == 303, "asked for: %d" % status)
        text = county.ask("office", headers["location"].split("?")[0])[2]
        if fields is picked:
            must("、".join(name for _, name in people) + "，共 4 人" in text, "those picked are not told to the approver")
        else:
            must("（含下级）" in text, "that those below come with it is not told")
    run("setting", "person.export-rows", "100", "--basis", "试验", data=county.data)


def ID11_five_wrong_passwords_there_are_five_wrong_sign_ins(county):
    run("setting", "session.prove", "1", "--basis", "试验", data=county.data)
    name = "xiaofang"
    cookie = county.server.sign_in(name, county.passwords[name])[1]
    token = csrf_of(county.server.ask("/desk/sessions", cookie=cookie)[2])
    officer, secret = query(county.data, "SELECT code, certificate FROM inspector WHERE department = 'XFJY'"
                                         " AND category = 'officer' AND certificate <> '' ORDER BY code")[0]
    long_since_proven(county, name)
    path, form = "/desk/inspectors/%s/reveal" % officer, {"csrf": token, "reason": "核对换证"}
    for i in range(5):
        status = county.server.ask(path, {**form, "proof_password": "Falsch-%d-wort" % i}, cookie=cookie,
                                   X_Forwarded_For="192.0.2.12")[0]
        must(status == 401, "wrong one %d: %d" % (i, status))
    status, _, text = county.server.ask(path, {**form, "proof_password": county.passwords[name]}, cookie=cookie,
                                        X_Forwarded_For="192.0.2.12")
    must(status in (401, 429) and secret not in text, "the right one after five wrong ones: %d" % status)
    must(county.server.sign_in(name, county.passwords[name])[0] == 401, "the account can still sign in")
    must(audited(county, "person-unmask", name) == 0, "it was shown")
    run("setting", "session.prove", "30", "--basis", "试验", data=county.data)


def WB2_a_change_needs_origin_and_token(county):
    who = str(county.account("chayue"))
    path = "/desk/accounts/%s/state" % who
    fields = {"state": "suspended"}
    text = county.ask("system", "/desk/sessions")[2]
    good = csrf_of(text)
    other = csrf_of(county.ask("security", "/desk/sessions")[2])
    tries = {
        "no token": ({**fields, "csrf": ""}, {}),
        "a wrong token": ({**fields, "csrf": "0" * 64}, {}),
        "another session's token": ({**fields, "csrf": other}, {}),
        "another site": ({**fields, "csrf": good}, {"Sec_Fetch_Site": "cross-site"}),
        "a sibling site": ({**fields, "csrf": good}, {"Sec_Fetch_Site": "same-site"}),
        "neither header": ({**fields, "csrf": good}, {"Sec_Fetch_Site": ""}),
        "a foreign origin": ({**fields, "csrf": good}, {"Sec_Fetch_Site": "", "Origin": "https://evil.example"}),
    }
    for what, (form, more) in tries.items():
        status = county.server.ask(path, form, cookie=county.cookies["system"], **more)[0]
        must(status == 403, "%s: %d" % (what, status))
    must(county.server.ask(path, None, cookie=county.cookies["system"])[0] == 405, "GET changes something")
    must(query(county.data, "SELECT state FROM account WHERE name = 'chayue'") == [("active",)], "it was changed")
    denied = query(county.data, "SELECT count(*) FROM audit WHERE outcome = 'denied' AND target = 'desk-account-state'"
                   " AND actor = 'xitong' AND address = '192.0.2.1'")
    must(denied[0][0] >= len(tries), "AU1: denied requests in the audit: %s" % denied)
    must(good != csrf_of(county.ask("system", "/desk/sessions")[2]), "the token is not masked anew")


def WB4_no_other_site_reads_an_answer_of_the_workbench(county):
    """What is public for pages of others (open data, the log) says so; nothing that a session opens does."""
    evil = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
    for method, pattern, _ in routes():
        if method == "GET":
            path = re.sub(r"\{\w+\*?\}", "999999", pattern)
            status, headers, _ = county.ask("clerk", path, **evil)
            allowed = [name for name in headers if name.lower().startswith("access-control-")]
            must(not allowed, "%s: %d %s" % (path, status, allowed))
    for path, allowed in (("/log/checkpoint", "*"), ("/catalog.jsonld", "*"), ("/", None), ("/results", None)):
        status, headers, _ = county.server.ask(path, cookie=county.cookies["clerk"], **evil)
        must(status == 200 and headers.get("access-control-allow-origin") == allowed, path)
        must("access-control-allow-credentials" not in headers and "set-cookie" not in headers, path)


def WB6_what_a_proxy_would_say_of_a_certificate_signs_nobody_in(county):
    """No header but the cookie of a session opens the workbench, whoever sends it."""
    for name in ("X_Client_Cert", "X_SSL_Client_Cert", "X_SSL_Client_Verify", "X_Remote_User", "Remote_User", "Authorization"):
        for value in ("SUCCESS", "shuangsuiban", "Basic c2h1YW5nc3VpYmFuOng="):
            for path in ("/desk", "/desk/objects"):
                status, _, text = county.server.ask(path, **{name: value})
                must(status == 401 and "退出登录" not in text, "%s: %s at %s: %d" % (name, value, path, status))
    must(county.ask("clerk", "/desk", X_Client_Cert="xitong")[2].count("jingban") > 0, "the session is no longer its own")


def WB1_every_answer_has_the_security_headers(county):
    want = {
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    for method, pattern, _ in routes():
        path = re.sub(r"\{\w+\*?\}", "999999", pattern)
        if pattern in ("/desk/sign-out", "/desk/large") or (method, pattern) == ("POST", "/desk/sessions/end"):
            continue
        for role in ("system", "clerk", None):
            if role:
                _, headers, text = county.ask(role, path, {} if method == "POST" else None)
            else:
                _, headers, text = county.server.ask(path, {} if method == "POST" else None)
            for name, value in want.items():
                must(headers.get(name) == value, "%s %s %s: %s" % (method, path, name, headers.get(name)))
            policy = headers["content-security-policy"]
            page = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
                    "form-action 'self'", "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'")
            file = ("sandbox", "default-src 'none'", "frame-ancestors 'none'")  # a download, which no page is
            for part in file if "content-disposition" in headers else page:
                must(part in policy.split("; "), policy)
            must("unsafe" not in policy, policy)
            must("server" not in headers and headers["cache-control"] == "no-store", "%s %s" % (path, headers))
            must(not re.search(r"<script(?![^>]*src)|<style|\son\w+=|\sstyle=", text), "inline in %s" % path)


def WB3_sign_out_ends_the_session_and_clears_the_browser(county):
    name = NAMES["expert"]
    cookie = county.server.sign_in(name, county.passwords[name])[1]
    text = county.server.ask("/desk/sessions", cookie=cookie)[2]
    status, headers, _ = county.server.ask("/desk/sign-out", {"csrf": csrf_of(text)}, cookie=cookie)
    must(status == 303 and headers["clear-site-data"] == '"cache", "cookies", "storage"', "%d %s" % (status, headers))
    must(cookie_of(headers) == "" and "Max-Age=0" in headers["set-cookie"], headers["set-cookie"])
    must(county.server.ask("/desk", cookie=cookie)[0] == 401, "the session lives on")
    must(county.ask("expert", "/desk")[0] == 200, "the other session ended as well")


def ID10_sessions_are_listed_and_ended_one_by_one_or_all(county):
    name = NAMES["viewer"]
    other = county.server.sign_in(name, county.passwords[name])[1]
    third = county.server.sign_in(name, county.passwords[name])[1]
    text = county.ask("viewer", "/desk/sessions")[2]
    ids = re.findall(r'name="session" value="(\d+)"', text)
    must(len(ids) >= 2 and text.count("本次登录</td>") == 1, "sessions: %s" % ids)
    digest = hashlib.sha256(third.encode()).hexdigest()
    mine = str(query(county.data, "SELECT id FROM session WHERE token = ?", digest)[0][0])
    must(county.ask("clerk", "/desk/sessions/end", {"session": mine})[0] == 404, "another's session can be ended")
    must(county.server.ask("/desk", cookie=third)[0] == 200, "another ended it")
    must(county.ask("viewer", "/desk/sessions/end", {"session": mine})[0] == 303, "one's own cannot be ended")
    must(county.server.ask("/desk", cookie=third)[0] == 401, "it lives on")
    must(county.ask("viewer", "/desk/sessions/end", {})[0] == 303, "all others")
    must(county.server.ask("/desk", cookie=other)[0] == 401, "the others live on")
    must(county.ask("viewer", "/desk")[0] == 200, "this one ended too")


def ID10_the_system_administrator_ends_those_of_others_one_or_all(county):
    name = NAMES["expert"]
    who, cookies = county.account(name), [county.server.sign_in(name, county.passwords[name])[1] for _ in range(3)]
    digest = hashlib.sha256(cookies[0].encode()).hexdigest()
    one = query(county.data, "SELECT id FROM session WHERE token = ?", digest)[0][0]
    must(county.ask("security", "/desk/accounts/%d/end" % who, {"session": one})[0] == 403, "another administrator ends it")
    must(county.ask("system", "/desk/accounts/%d/end" % who, {"session": one})[0] == 303, "one of them")
    must([county.server.ask("/desk", cookie=c)[0] for c in cookies] == [401, 200, 200], "which one ended")
    must(county.ask("system", "/desk/accounts/%d/end" % who, {})[0] == 303, "all of them")
    must([county.server.ask("/desk", cookie=c)[0] for c in cookies] == [401] * 3, "some live on")
    county.cookies["expert"] = county.server.sign_in(name, county.passwords[name])[1]


def AC2_two_hands_make_a_user_and_neither_helps_himself(county):
    """Made by one, granted by the other; both steps in the audit; nobody acts on his own account."""
    status, _, text = county.ask("system", "/desk/accounts/new", {"name": "lianghand", "person": "两手", "department": "SCJG"})
    must(status == 200, "made: %d" % status)
    cookie = first_sign_in(county.server, "lianghand", re.search(r'class="secret">([^<]+)<', text).group(1), "Ganz-neu9-Wort")
    must(county.server.ask("/desk/objects", cookie=cookie)[0] == 403, "before the grant he sees business")
    path = "/desk/accounts/%d/" % county.account("lianghand")
    must(county.ask("system", path + "grant", {"role": "clerk"})[0] == 403, "who makes it grants as well")
    must(county.ask("security", "/desk/accounts/new", {"name": "x", "person": "x"})[0] == 403, "who grants makes as well")
    must(county.ask("security", path + "grant", {"role": "clerk"})[0] == 303, "granted")
    rows = query(county.data, "SELECT action, actor, role FROM audit WHERE target = 'lianghand' AND outcome = 'done'"
                 " AND action IN ('account-add', 'role-grant') ORDER BY id")
    must(rows == [("account-add", "xitong", "system"), ("role-grant", "anquan", "security")], rows)
    for role, do, form in (("system", "edit", {"person": "自己", "phone": "1"}), ("system", "state", {"state": "suspended"}),
                           ("system", "reset", {}), ("security", "grant", {"role": "office"}), ("security", "revoke", {"role": "security"})):
        own = "/desk/accounts/%d/%s" % (county.account(NAMES[role]), do)
        status = county.ask(role, own, form)[0]
        must(status == 403, "%s does %s to himself: %d" % (role, do, status))
    must(query(county.data, "SELECT count(*) FROM account WHERE person = '自己'") == [(0,)], "he changed himself")


def ID9_roles_and_suspension_end_sessions_at_once(county):
    name = NAMES["reviewer"]
    who = county.account(name)
    status = county.ask("security", "/desk/accounts/%d/grant" % who, {"role": "viewer"})[0]
    must(status == 303, "grant: %d" % status)
    must(county.ask("reviewer", "/desk")[0] == 401, "the session outlives the grant")
    county.cookies["reviewer"] = county.server.sign_in(name, county.passwords[name])[1]
    must(county.ask("security", "/desk/accounts/%d/revoke" % who, {"role": "viewer"})[0] == 303, "revoke")
    must(county.ask("reviewer", "/desk")[0] == 401, "the session outlives the revocation")
    county.cookies["reviewer"] = county.server.sign_in(name, county.passwords[name])[1]
    must(county.ask("system", "/desk/accounts/%d/state" % who, {"state": "suspended"})[0] == 303, "suspend")
    must(county.ask("reviewer", "/desk")[0] == 401, "the session outlives the account")
    must(county.server.sign_in(name, county.passwords[name])[0] == 401, "suspended, he signs in")
    must(county.ask("system", "/desk/accounts/%d/state" % who, {"state": "active"})[0] == 303, "resume")
    county.cookies["reviewer"] = county.server.sign_in(name, county.passwords[name])[1]
    must(county.cookies["reviewer"], "resumed, he cannot sign in")


def AC1_no_second_role_for_an_administrator(county):
    for name in ("xitong", "shenji"):
        for role in ROLES:
            status, _, text = county.ask("security", "/desk/accounts/%d/grant" % county.account(name), {"role": role})
            held = {"xitong": "system", "shenji": "audit"}[name]
            must(status == (303 if role == held else 409), "%s gets %s: %d" % (name, role, status))
    for role in ROLES[:3]:
        status = county.ask("security", "/desk/accounts/%d/grant" % county.account("jingban"), {"role": role})[0]
        must(status == 409, "a clerk becomes %s: %d" % (role, status))
    status = county.ask("security", "/desk/accounts/%d/grant" % county.account("anquan"), {"role": "office"})[0]
    must(status == 403, "AC2: he grants himself: %d" % status)
    status = county.ask("system", "/desk/accounts/%d/reset" % county.account("xitong"), {})[0]
    must(status == 403, "AC2: he resets himself: %d" % status)


def ID1_names_are_unique_however_they_are_spelt(county):
    for name in ("Jingban", "jingban ", "ｊｉｎｇｂａｎ"):
        status, _, text = county.ask("system", "/desk/accounts/new", {"name": name, "person": "重名"})
        must(status == 409 and "已经有人使用" in text and 'value="重名"' in text, "%r: %d" % (name, status))
    must(query(county.data, "SELECT count(*) FROM account WHERE person = '重名'") == [(0,)], "one was made")


def a_new_account_gets_its_password_once_and_a_double_submit_makes_one(county):
    text = county.ask("system", "/desk/accounts/new")[2]
    key = re.search(r'name="key" value="(\w+)"', text).group(1)
    form = {"name": "xinren", "person": "新人", "department": "SCJG", "key": key}
    status, _, first = county.ask("system", "/desk/accounts/new", form)
    status2, _, second = county.ask("system", "/desk/accounts/new", form)
    must(status == 200 and status2 == 200, "%d, %d" % (status, status2))
    secret = re.search(r'class="secret">([^<]+)<', first).group(1)
    must(secret not in second and 'class="secret"' not in second, "shown twice")
    must(query(county.data, "SELECT count(*) FROM account WHERE name = 'xinren'") == [(1,)], "made twice")
    cookie = first_sign_in(county.server, "xinren", secret, "Ganz-neu9-Wort")
    status, _, text = county.server.ask("/desk", cookie=cookie)
    must(status == 200 and "还没有角色" in text, "without a role: %d" % status)
    must(county.server.ask("/desk/departments", cookie=cookie)[0] == 403, "without a role he sees departments")


def departments_are_made_and_changed_by_the_rules_of_import(county):
    form = {"code": "ZZYS", "name": "示例运输局", "parent": "", "level": "县", "division": "410882",
            "leader": "张领导", "section": "法规科", "person": "李责任", "liaison": "周联络",
            "phone": "0391-0000000", "state": "有效"}
    status, _, text = county.ask("system", "/desk/departments/new", {**form, "code": "小写 x"})
    must(status == 400 and "大写字母" in text and 'value="示例运输局"' in text, "%d" % status)
    status, _, text = county.ask("system", "/desk/departments/new", form)
    must(status == 303, "a good one: %d %s" % (status, re.findall(r"<strong>(.*?)</strong>|banner.*?</p>", text)))
    must(county.ask("system", "/desk/departments/new", {**form, "name": "另一个"})[0] == 409, "its code again")
    form.pop("code")  # from here on the address tells it
    must(county.ask("system", "/desk/departments/ZZYS/edit", {**form, "leader": "", "liaison": "吴联络"})[0] == 303, "edit")
    row = query(county.data, "SELECT leader, section, liaison, state FROM department WHERE code = 'ZZYS'")
    must(row == [("", "法规科", "吴联络", "active")], row)
    text = county.ask("viewer", "/desk/departments/ZZYS")[2]
    must("周联络 → 吴联络" in text and "xitong" in text, "history")
    status, _, text = county.ask("system", "/desk/departments/ZZYS/edit", {**form, "parent": "ZZYS"})
    must(status == 400 and "圈" in text, "its own parent: %d" % status)
    must(county.ask("system", "/desk/departments/ZZYS/edit", {**form, "state": "撤销"})[0] == 303, "close")
    status, _, text = county.ask("system", "/desk/accounts/new", {"name": "wubumen", "person": "甲", "department": "ZZYS"})
    must(status == 400 and "已撤销" in text, "an account in a closed department: %d" % status)


def an_expired_session_keeps_what_was_typed(county):
    name = NAMES["system"]
    cookie = county.server.sign_in(name, county.passwords[name])[1]
    text = county.server.ask("/desk/departments/new", cookie=cookie)[2]
    form = {"csrf": csrf_of(text), "key": "abc", "code": "ZZGA", "name": '示例公安局 <b>"&', "leader": "钱领导"}
    county.server.ask("/desk/sign-out", {"csrf": csrf_of(text)}, cookie=cookie)
    status, _, text = county.server.ask("/desk/departments/new", form, cookie=cookie)
    must(status == 401 and "会保留" in text and "<b>" not in text, "the sign-in page: %d" % status)
    kept = {k: html_text(v) for k, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)}
    must(kept["action"] == "/desk/departments/new" and kept["keep.leader"] == "钱领导", kept)
    must(not any("csrf" in k for k in kept), "the old token travels")
    status, headers, text = county.server.ask("/desk/sign-in", {**kept, "name": name, "password": county.passwords[name]})
    must(status == 200 and cookie_of(headers), "back at the form: %d" % status)
    must('value="ZZGA"' in text and 'value="钱领导"' in text and "示例公安局 &lt;b&gt;" in text, "what was typed is lost")
    must(query(county.data, "SELECT count(*) FROM department WHERE code = 'ZZGA'") == [(0,)], "it was done without asking")
    status, _, text = county.server.ask("/desk/departments/new", {**form, "csrf": csrf_of(text)}, cookie=cookie_of(headers))
    must(status == 303, "submitting it again: %d %s" % (status, re.findall(r"<strong>(.*?)</strong>|banner.*?</p>", text)))
    # an address of another site or a route without a form leads nowhere else
    for action in ("//evil.example/", "/desk/sign-out", "/desk/accounts/1/state", "https://evil.example"):
        status, headers, _ = county.server.ask("/desk/sign-in", {
            "action": action, "to": "https://evil.example/", "name": name, "password": county.passwords[name]})
        where = headers.get("location", "")
        must(status == 303 and where.startswith("/desk"), "%s leads to %d %s" % (action, status, where))
    county.cookies["system"] = cookie_of(headers)


def rows_of(text):
    """The keys of a list's rows by their first links, its columns' headings."""
    body = text[text.index("<tbody>"):text.index("</tbody>")] if "<tbody>" in text else ""
    names = re.findall(r"<tr><td[^>]*><span><a href=[^>]*>([^<]*)</a>", body)
    return names, re.findall(r"<th(?: [^>]*)?>(?:<a[^>]*>)?([^<]*)", text)


def link_of(text, words):
    match = re.search(r'<a[^>]*href="([^"]*)"[^>]*>%s</a>' % words, text)
    return html_text(match.group(1)) if match else None


def chosen(county, **fields):
    """Saves a choice of columns and rows a page, as the form of the list does."""
    status, headers, _ = county.ask("system", "/desk/lists", {"list": "accounts", "back": "/desk/accounts", **fields})
    must(status == 303 and headers["location"] == "/desk/accounts", "%d %s" % (status, headers))
    return county.ask("system", "/desk/accounts")[2]


def a_list_is_paged_by_key_and_loses_and_repeats_nothing(county):
    for i in range(45):
        status = county.ask("system", "/desk/accounts/new", {"name": "seite%02d" % i, "person": "翻页%02d" % i})[0]
        must(status == 200, "account %d: %d" % (i, status))
    want = sorted(r[0] for r in query(county.data, "SELECT name FROM account"))
    text = chosen(county, size="20")
    seen, pages, back = [], 0, None
    while True:
        names, _ = rows_of(text)
        must("共 %d" % len(want) in text, "the total is not %d" % len(want))
        seen += names
        pages += 1
        back = link_of(text, "上一页")
        if not link_of(text, "下一页"):
            break
        text = county.ask("system", link_of(text, "下一页"))[2]
    must(seen == want and pages == (len(want) + 19) // 20, "%d pages: %s" % (pages, seen))
    names, _ = rows_of(county.ask("system", back)[2])
    must(names == want[(pages - 2) * 20:(pages - 1) * 20], "the page before: %s" % names)
    names, _ = rows_of(county.ask("system", "/desk/accounts?sort=-name")[2])
    must(names == want[::-1][:20], "descending: %s" % names)
    names, _ = rows_of(county.ask("system", "/desk/accounts?after=nobody-of-this-name")[2])
    must(names == want[:20], "behind a row that is gone: %s" % names)
    names, _ = rows_of(chosen(county, size="200"))
    must(names == want, "200 a page")
    names, _ = rows_of(chosen(county, size="7"))
    must(len(names) == 50, "a size that is none: %d rows" % len(names))


def columns_and_page_size_are_remembered_for_the_account_alone(county):
    _, heads = rows_of(chosen(county, **{"size": "20", "c-phone": "1", "c-state": "1", "c-nonsense": "1"}))
    must(heads == ["用户名", "状态", "联系电话", "操作"], heads)
    _, heads = rows_of(county.ask("security", "/desk/accounts")[2])
    must("部门" in heads and "联系电话" not in heads, "another's choice: %s" % heads)
    _, heads = rows_of(chosen(county, size="20"))
    must(heads == ["用户名", "操作"], "none but the first: %s" % heads)
    _, heads = rows_of(chosen(county, reset="1", size="20"))
    must(heads == ["用户名", "姓名", "部门", "角色", "状态", "最近登录", "操作"], "by default: %s" % heads)
    for back in ("https://evil.example/", "//evil.example", "/deskx", "/desk//evil", "/desk/\nx"):
        status, headers, _ = county.ask("system", "/desk/lists", {"list": "accounts", "back": back})
        must(status == 303 and headers["location"] == "/desk", "%s leads to %s" % (back, headers))
    must(county.ask("system", "/desk/lists", {"list": "other"})[0] == 400, "any name is kept")


def the_filter_is_kept_on_the_way_to_a_detail_and_back(county):
    """From the list by its links alone: detail, edit, saved, back to the list as it was."""
    chosen(county, **{"size": "20", "c-person": "1"})
    text = county.ask("system", "/desk/accounts?q=" + urllib.parse.quote("翻页") + "&state=active&sort=-name&x=1")[2]
    text = county.ask("system", link_of(text, "下一页"))[2]
    names, _ = rows_of(text)
    must(names == ["seite%02d" % i for i in range(24, 4, -1)], names)
    detail = county.ask("system", link_of(text, names[0]))[2]
    must(rows_of(county.ask("system", link_of(detail, "用户管理"))[2])[0] != [], "the menu leads nowhere")
    home = [html_text(h) for h in re.findall(r'<a href="(/desk/accounts\?[^"]*)">用户管理</a>', detail)]
    must(home and rows_of(county.ask("system", home[0])[2])[0] == names, "back from the detail: %s" % home)
    edit = county.ask("system", link_of(detail, "修改"))[2]
    fields = dict(re.findall(r'<input[^>]*name="(csrf|came|key|version|person)"[^>]*value="([^"]*)"', edit))
    action = re.search(r'action="(/desk/accounts/\d+/edit)"', edit).group(1)
    fields = {name: html_text(value) for name, value in fields.items()}
    status, headers, text = county.ask("system", action, {**fields, "phone": "0391-1"})
    must(status == 303 and "came=" in headers["location"], "%d %s" % (status, headers))
    saved = county.ask("system", headers["location"])[2]
    home = [html_text(h) for h in re.findall(r'<a href="(/desk/accounts\?[^"]*)">用户管理</a>', saved)]
    must("已保存" in saved and rows_of(county.ask("system", home[0])[2])[0] == names, "back after saving")
    text = county.ask("system", "/desk/accounts/%d?came=%s" % (
        county.account("jingban"), urllib.parse.quote('"><script>x</script>')))[2]
    must("<script>x" not in text, "what travels is not escaped")


def a_ratio_is_typed_as_people_write_one(county):
    path = "/desk/settings/target.joint-draws/edit"
    for typed, shown in (("25%", "1/4（25.0%）"), ("0.25", "1/4（25.0%）"), ("２５％", "1/4（25.0%）"), ("1/4", "1/4（25.0%）")):
        status, _, text = county.ask("system", path, {"value": typed, "basis": "本地规定"})
        must(status == 200 and shown in text and 'value="%s"' % typed in text, "%s: %d" % (typed, status))
    for typed in ("120%", "四分之一", "25", "0.0.1"):
        status, _, text = county.ask("system", path, {"value": typed, "basis": "本地规定"})
        must(status == 400 and 'value="%s"' % typed in text, "%s: %d" % (typed, status))
    must(county.ask("system", path, {"value": "25%", "basis": "本地规定", "confirm": "=25%"})[0] == 303, "confirmed")
    must(query(county.data, "SELECT value FROM setting WHERE name = 'target.joint-draws' ORDER BY version DESC LIMIT 1")
         == [("1/4",)], "what is kept")


def the_matrix_is_exported_as_it_is(county):
    status, headers, text = county.ask("audit", "/desk/matrix.csv")
    must(status == 200 and headers["content-type"].startswith("text/csv"), "%d" % status)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    words = {"NONE": "无", "OWN": "本人", "DEPARTMENT": "本部门", "BELOW": "本部门及下级", "ALL": "全部"}
    must([[words[s] for s in row.values()] for row in matrix().values()] == [r[3:] for r in rows[1:]],
         "the export differs from the table")
    grades = [("公开", "内部", "敏感")[g] for g in permission_grades().values()]
    must(grades == [r[2] for r in rows[1:]] and len(set(grades)) == 2, "the grades differ from the table")


def AU1_the_audit_shows_who_when_where_and_what(county):
    status, _, text = county.ask("audit", "/desk/audit?action=role-grant&actor=anquan&from=2000-01-01")
    must(status == 200 and "查阅人员" in text and "192.0.2.1" in text, "%d" % status)
    status, headers, text = county.ask("audit", "/desk/audit.csv?action=sign-in&outcome=refused")
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    want = query(county.data, "SELECT count(*) FROM audit WHERE action = 'sign-in' AND outcome = 'refused'")[0][0]
    must(len(rows) - 1 == want > 0, "%d rows, %d in the database" % (len(rows) - 1, want))
    must("导出审计日志" in county.ask("audit", "/desk/audit?action=audit-export")[2], "the export is not noted")
    for action in ("sign-in", "account-add", "role-grant", "role-revoke", "account-state", "password-change",
                   "session-end", "setup-code", "matrix-export", "import", "request"):
        got = query(county.data, "SELECT count(*) FROM audit WHERE action = ?", action)
        must(got[0][0] > 0, "no row of %s" % action)
    ids = [r[0] for r in query(county.data, "SELECT id FROM audit ORDER BY id")]
    must(ids == list(range(1, len(ids) + 1)), "ids have a gap")


def ID5_two_hundred_sign_ins_at_once_leave_the_portal_quick(county):
    """More than may wait: the surplus is told to come again; readers of a page that asks the database
    are served meanwhile within half a second, whatever the hashes take."""
    seen, later, readers = [], [], []

    def knock(i):
        status, headers, _ = county.server.ask("/desk/sign-in", {"name": "nobody%d" % i, "password": "x"},
                                               X_Forwarded_For="10.1.0.%d" % i)
        seen.append(status)
        later.extend([headers.get("retry-after")] if status == 503 else [])
    threads = [threading.Thread(target=knock, args=(i,)) for i in range(200)]
    for t in threads:
        t.start()
    for i in range(100):
        began = time.monotonic()
        must(county.server.ask("/search?q=%d" % i, X_Forwarded_For="10.2.%d.1" % i)[0] == 200, "the portal stands still")
        readers.append(time.monotonic() - began)
    for t in threads:
        t.join()
    must(set(seen) <= {401, 503} and 401 in seen, "answers: %s" % set(seen))
    must(seen.count(401) <= 32 + 2 * (os.cpu_count() or 1) + 20, "%d were let wait" % seen.count(401))
    must(all(t and t.isdigit() for t in later) and later, "503 without Retry-After: %s" % later)
    worst = sorted(readers)[98]
    must(worst < 0.5, "99 of 100 readers within %.0f ms" % (1000 * worst))
    return "sign-ins: %s; readers: median %.0f ms, 99th %.0f ms" % (
        {s: seen.count(s) for s in set(seen)}, 1000 * statistics.median(readers), 1000 * worst)


def AU7_a_log_that_nobody_reads_holds_nobody_up(_):
    """Standard error is a pipe whose reader sleeps, then is gone: every answer comes as fast as before."""
    process = subprocess.Popen([SUNLOT, "--data", os.path.join(home, "county"), "serve", "--port", "0"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = ""
    while "http://" not in line:
        line = process.stdout.readline()
        must(line, "the server did not start")
    server = Server.__new__(Server)
    server.port, slow = int(re.search(r":(\d+)/", line).group(1)), []
    try:
        for turn in range(2):
            for i in range(1500):
                began = time.monotonic()
                must(server.ask("/nothing-%s-%d" % ("x" * 200, i), X_Forwarded_For="")[0] == 404, "an answer")
                slow.append(time.monotonic() - began)
            if turn == 0:
                process.stderr.close()
        must(sorted(slow)[-30] < 0.05 and max(slow) < 5, "the slowest: %s" % ["%.0f ms" % (1000 * t) for t in sorted(slow)[-30:]])
    finally:
        process.terminate()
        must(process.wait(timeout=30) == 0, "how the server ended")
    return "3000 answers, median %.1f ms, worst %.0f ms" % (1000 * statistics.median(slow), 1000 * max(slow))


def AC10_the_workbench_listens_apart_and_for_some_alone(county):
    def ask(port, path, client):
        link = Server.__new__(Server)
        link.port = port
        return link.ask(path, X_Forwarded_For=client)[0]
    process = subprocess.Popen([SUNLOT, "--data", county.data, "serve", "--port", "0", "--quiet", "--proxy", "127.0.0.1",
                                "--desk-port", "0", "--desk-allow", "10.1.0.0/16,2001:db8::/32"],
                               stdout=subprocess.PIPE, text=True)
    try:
        ports = []
        while len(ports) < 7:
            line = process.stdout.readline()
            must(line, "the server did not start")
            ports += re.findall(r"http://127.0.0.1:(\d+)/", line)
        portal, desk = int(ports[0]), int(ports[-1])
        must(portal != desk, "one port")
        wrong = []
        for port, path, client, want in (
                (portal, "/", "192.0.2.1", 200), (portal, "/desk", "10.1.2.3", 404), (portal, "/desk/sign-in", "10.1.2.3", 404),
                (portal, "/deskx", "10.1.2.3", 404), (desk, "/desk/sign-in", "10.1.2.3", 200),
                (desk, "/desk/sign-in", "2001:db8::7", 200), (desk, "/desk/sign-in", "10.2.0.1", 404),
                (desk, "/desk", "192.0.2.1", 404), (desk, "/desk/accounts/1/reset", "192.0.2.1", 404)):
            status = ask(port, path, client)
            wrong += ["%s from %s: %d" % (path, client, status)] if status != want else []
        must(not wrong, wrong)
    finally:
        process.terminate()
        must(process.wait(timeout=30) == 0, "how the server ended")
    bad = subprocess.run([SUNLOT, "--data", county.data, "serve", "--desk-allow", "10.1.0.1/16"], capture_output=True,
                         text=True, check=False, timeout=20)
    must(bad.returncode != 0 and "10.1.0.1/16" in bad.stderr, "a network with bits behind it: %s" % bad.stderr)


def ID12_the_nightly_job_suspends_who_was_away_for_ninety_days(_):
    """The server itself, its clock 91 days on: who never signed in is suspended at once."""
    faked = shutil.which("faketime")
    if not faked:
        return "not run: no faketime here"
    data = os.path.join(home, "away")
    shutil.copytree(os.path.join(home, "county"), data)
    must(query(data, "SELECT count(*) FROM account WHERE state = 'active'")[0][0] >= 9, "active ones")
    environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
    process = subprocess.Popen([faked, "-f", "+91d", SUNLOT, "--data", data, "serve", "--port", "0", "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
                               start_new_session=True)
    left = None
    for _ in range(150):
        time.sleep(0.1)
        left = query(data, "SELECT count(*) FROM account WHERE state = 'active'")[0][0]
        if left == 0:
            break
    os.killpg(process.pid, signal.SIGKILL)  # the wrapper and the server: its clock is not ours to wait by
    process.wait(timeout=30)
    must(left == 0, "%d accounts are active after 91 days" % left)
    return "suspended, and each is in the audit: %s" % query(
        data, "SELECT count(*) FROM audit WHERE action = 'account-state' AND detail LIKE '长期未登录%'")


def AU2_a_changed_audit_row_is_named_by_its_day(county):
    """Yesterday is made by moving the clock: the rows are two days old when the server starts."""
    data = os.path.join(home, "old")
    faked = shutil.which("faketime")
    if not faked:
        return "not run: no faketime here"

    def at(days, *words):
        return subprocess.run([faked, "-f", "%+dd" % days, SUNLOT, "--data", data, *words],
                              capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0"))
    made = at(-2, "init", "--division", "410882", "--name", "示例县", "--origin", "old.example/log")
    must(made.returncode == 0, made.stderr)
    for value in ("3", "4"):
        must(at(-2, "setting", "team.seats", value, "--basis", "本地").returncode == 0, "setting")
    must(at(-1, "setting", "team.seats", "5", "--basis", "本地").returncode == 0, "setting")
    server = Server(data)
    time.sleep(1.5)
    server.stop()
    days = query(data, "SELECT day, first, count, root, idx FROM audit_digest ORDER BY day")
    must([d[1:3] for d in days] == [(1, 2), (3, 1)], days)
    rows = query(data, "SELECT id, at, actor, action, target, detail, role, department, address, request, outcome,"
                 " old_value, new_value FROM audit WHERE id <= 2 ORDER BY id")
    leaves = [hashlib.sha256(b"\0" + b"".join(netstring(v) for v in row)).digest() for row in rows]
    must(hashlib.sha256(b"\1" + leaves[0] + leaves[1]).hexdigest() == days[0][3], "the root is another")
    body = query(data, "SELECT body FROM log_entry WHERE idx = ?", days[0][4])[0][0].decode()
    must(body.startswith("sunlot-audit/1 day\ntenant 410882\nday ") and body.endswith("root %s\n" % days[0][3]), body)
    must("审计日志 2 天相符" in run("check", data=data), "the untouched log does not hold")
    names = [day_name(d[0]) for d in days]
    breaks = (("UPDATE audit SET actor = 'x' WHERE id = 3", names[1]), ("DELETE FROM audit WHERE id = 2", names[0]),
              ("UPDATE audit SET at = at + 86400000000 WHERE id = 2", names[0]),
              ("DELETE FROM audit_digest WHERE day = %d" % days[1][0], "摘要"),
              ("UPDATE audit_digest SET count = 1 WHERE day = %d" % days[0][0], names[0]))
    for statement, word in breaks:
        copy = os.path.join(home, "broken")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(data, copy)
        link = sqlite3.connect(os.path.join(copy, "sunlot.db"))
        link.execute(statement)
        link.commit()
        link.close()
        done = subprocess.run([SUNLOT, "--data", copy, "check"], capture_output=True, text=True, check=False)
        must(done.returncode == 1 and word in done.stderr, "%s: %s" % (statement, done.stderr))


def netstring(value):
    data = str(value).encode()
    return str(len(data)).encode() + b":" + data + b","


def day_name(day):
    return time.strftime("%Y-%m-%d", time.gmtime(day * 86400))


def check_of_the_county(county):
    must("相符" in run("check", data=county.data), "check")


empty = Server(empty_house())
for test in (ID3_no_account_exists_and_the_code_makes_three,
             ID8_the_cookie_is_new_at_each_sign_in_and_only_its_digest_is_kept,
             AU6_no_password_or_cookie_is_kept_or_logged,
             ID4_unknown_wrong_and_locked_look_and_cost_the_same,
             ID4_an_address_has_twenty_tries_a_minute,
             ID4_the_times_of_unknown_wrong_and_locked_differ_by_less_than_a_twentieth):
    tap.run(test.__name__, test, empty)
empty.stop()
place = County(home)
for test in (AC3_nobody_passes_without_a_session, AC3_every_route_answers_every_role_as_the_matrix_says,
             AC1_the_menu_shows_what_the_matrix_allows,
             ID11_rights_and_passwords_ask_for_the_password_again,
             ID11_full_personal_numbers_ask_for_the_password_again,
             PI3_asking_deciding_and_exporting_each_ask_for_the_password_again,
             ID11_five_wrong_passwords_there_are_five_wrong_sign_ins, WB2_a_change_needs_origin_and_token,
             WB1_every_answer_has_the_security_headers, WB4_no_other_site_reads_an_answer_of_the_workbench,
             WB6_what_a_proxy_would_say_of_a_certificate_signs_nobody_in,
             WB3_sign_out_ends_the_session_and_clears_the_browser,
             ID10_sessions_are_listed_and_ended_one_by_one_or_all,
             ID10_the_system_administrator_ends_those_of_others_one_or_all,
             AC2_two_hands_make_a_user_and_neither_helps_himself, ID9_roles_and_suspension_end_sessions_at_once,
             AC1_no_second_role_for_an_administrator, ID1_names_are_unique_however_they_are_spelt,
             a_new_account_gets_its_password_once_and_a_double_submit_makes_one,
             a_list_is_paged_by_key_and_loses_and_repeats_nothing,
             columns_and_page_size_are_remembered_for_the_account_alone,
             the_filter_is_kept_on_the_way_to_a_detail_and_back,
             departments_are_made_and_changed_by_the_rules_of_import, an_expired_session_keeps_what_was_typed,
             a_ratio_is_typed_as_people_write_one, the_matrix_is_exported_as_it_is, AU1_the_audit_shows_who_when_where_and_what,
             ID5_two_hundred_sign_ins_at_once_leave_the_portal_quick,
             AC10_the_workbench_listens_apart_and_for_some_alone):
    tap.run(test.__name__, test, place)
place.server.stop()
tap.run(check_of_the_county.__name__, check_of_the_county, place)
for test in (AU7_a_log_that_nobody_reads_holds_nobody_up, ID12_the_nightly_job_suspends_who_was_away_for_ninety_days):
    tap.run(test.__name__, test, place)
tap.run(AU2_a_changed_audit_row_is_named_by_its_day.__name__, AU2_a_changed_audit_row_is_named_by_its_day, place)
shutil.rmtree(home, ignore_errors=True)
tap.end()
