#!/usr/bin/env python3
"""Every cell of the matrix of permissions, as answers of the server: cells.py SUNLOT

Routes of the table (src/page/routes.c) times roles times where the person stands to the department
whose thing the address names: the same, above it, below it, beside it, another city, and an id that
nobody has. Which answer each cell must have follows from src/model/permission.def, read as text,
and from the few rules in RULES (SECURITY.md AC3, AC4)."""
import re
import sqlite3

import leak
from desk_kit import ROLES, csrf_of, first_sign_in, matrix, query, route_table, routes
from tap import must

ABOVE, BELOW, BESIDE, SAME = "above", "below", "beside", "same"
HOME = {ABOVE: "CSGZ", BELOW: "XFZD", BESIDE: "SCJG", SAME: leak.B}
BUSINESS = ROLES[3:]
# (level, where the person stands) that reach a thing of department B
REACHES = {("ALL", where) for where in HOME} | {("BELOW", ABOVE), ("BELOW", SAME), ("DEPARTMENT", SAME)}


def department(county, code, name, parent):
    leak.make(county, "/desk/departments/new", {"code": code, "name": name, "parent": parent, "level": "县"}, role="system")


def people(county):
    """{(role, where): cookie} of a person of each business role in each department."""
    department(county, HOME[ABOVE], "城市管制总队", "")
    department(county, HOME[BELOW], "消防站点", leak.B)
    fields = leak.Forms(county.ask("system", "/desk/departments/%s/edit" % leak.B)[2]).posts()
    path = "/desk/departments/%s/edit" % leak.B
    fields[path].pop("csrf")
    status = county.ask("system", path, {**fields[path], "parent": HOME[ABOVE]})[0]
    must(status == 303, "B below its new parent: %d" % status)
    found = {}
    for role in BUSINESS:
        for where, code in HOME.items():
            name = "z%s%s" % (role, where)
            text = county.ask("system", "/desk/accounts/new", {
                "name": name, "person": "某人", "department": code, "key": name})[2]
            secret = re.search(r'class="secret">([^<]+)<', text).group(1)
            status = county.ask("security", "/desk/accounts/%d/grant" % county.account(name), {"role": role})[0]
            must(status == 303, "grant %s: %d" % (name, status))
            found[(role, where)] = first_sign_in(county.server, name, secret, "Kalt7-brunnen_Haus")
    return found


def other_city(county, b):
    """Copies of B's things under another tenant, with ids of their own: {name of the thing: id}."""
    keys = {"object": ("object", "pool_id"), "library": ("library", "id"), "draft": ("item_draft", "id"),
            "feedback": ("feedback", "id"), "approval": ("approval", "id"), "superior": ("item_superior", "id"), "commission": ("commission", "id"),
            "document": ("document", "code"), "inspector": ("inspector", "code"), "job": ("job", "id"),
            "meeting": ("meeting", "id"), "issuance": ("issuance", "id"), "course": ("course", "id"),
            "task": ("task", "number"), **{n: ("upload", "id") for n in b if n.startswith("upload-")}}
    link = sqlite3.connect(county.data + "/sunlot.db", timeout=20)
    made = {}
    for at, (thing, (table, key)) in enumerate(sorted(keys.items())):
        if thing not in b:
            continue
        cursor = link.execute("SELECT * FROM %s WHERE %s = ?" % (table, key), (b[thing],))
        names = [d[0] for d in cursor.description]
        row = dict(zip(names, cursor.fetchone()))
        made[thing] = str(900000 + at) if key == "id" else "91410883MA%08d" % at
        row.update({"tenant": "410883", key: made[thing]})
        if "id" in row:
            row["id"] = 900000 + at
        link.execute("INSERT INTO %s (%s) VALUES (%s)" % (table, ", ".join(row), ", ".join("?" * len(row))),
                     list(row.values()))
    link.commit()
    link.close()
    return made


# What an address shows may hang on more than its own permission; each rule says why.
def level_of(table, pattern, permit, role, state):
    if pattern.startswith("/desk/documents/") and permit == "DOCUMENT_VIEW":  # drafts: for who works on them
        levels = [table[p][role] for p in ("DOCUMENT_EDIT", "DOCUMENT_PUBLISH")]
        return "ALL" if state["published"] else max(levels, key=("NONE", "DEPARTMENT", "ALL").index)
    if pattern.startswith("/desk/jobs/"):  # only kinds that he may order: this one exports objects
        return table["OBJECT_EXPORT"][role] if table["OBJECT_EXPORT"][role] == "NONE" else table[permit][role]
    return table[permit][role]


def wanted(state, cell):
    """The statuses that the cell may have."""
    method, pattern, permit, flags, role, where, own = cell
    table = state["table"]
    if role == "stranger":
        return {401}
    if table[permit][role] == "NONE":
        return {403}
    level = level_of(table, pattern, permit, role, state)
    if where in ("city", "nobody") or (own and (level, where) not in REACHES):
        return {404}
    if method == "GET":
        return {200}
    if "WEB_PICKS" in flags:  # no row is picked
        return {200, 400}
    return {200} if "WEB_FORM" in flags else {200, 303, 400, 409}


def flags_of():
    text = route_table()
    return {(m, p): f for m, p, f in re.findall(r'\{WEB_(GET|POST),\s*"(/desk[^"]*)",\s*\w+,\s*([^,]+),', text)}


# Buttons that act without any field: of those only the refusals are walked, the acts have their own tests.
ACTS = re.compile(r"/(remove|drop|submit|cancel|review|step|withdraw|end|reset|state|grant|revoke|edit|files)$"
                  r"|/desk/(accounts|departments|settings|dictionaries|labels|items)/|/desk/import/\w+/\{id\}$")


def address(pattern, ids, b):
    """The address of the pattern with these ids in place of B's, and whether it belongs to B alone."""
    if pattern == "/desk/health/missing":
        return pattern + "?department=" + leak.B, True
    if "{" not in pattern:
        return pattern, False
    path, own = leak.fill(pattern, b)
    if not own:
        return path, own
    return leak.fill(pattern, {**b, **ids})[0], own


def AC3_every_cell_has_exactly_its_answer(state):
    county, b, table, wrong, cells = state["county"], state["b"], state["table"], [], 0
    flags = flags_of()
    nobody = {name: "999999999" for name in b}
    for method, pattern, permit in routes():
        if permit in ("0", "SELF") or pattern.endswith("template.xlsx"):
            continue
        flag = flags[(method, pattern)]
        for (role, where), cookie in state["people"].items():
            targets = [(where, {})]
            if "{" in pattern and leak.fill(pattern, b)[1]:
                targets += [("city", state["city"]), ("nobody", nobody)]
            for place, ids in targets:
                path, own = address(pattern, ids, b)
                want = wanted(state, (method, pattern, permit, flag, role, place, own))
                if method == "POST" and not want <= {401, 403, 404} and ("WEB_FORM" not in flag or ACTS.search(pattern)):
                    continue
                again = {"again": "1"} if "WEB_FORM" in flag else {}
                fields = {"csrf": state["tokens"][(role, where)], **again} if method == "POST" else None
                status = county.server.ask(path, fields, cookie=cookie)[0]
                cells += 1
                if status not in want:
                    wrong.append("%s %s as %s %s (%s): %d, not %s" % (method, path, role, where, place, status, want))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:60])))
    must(cells >= 10000, "only %d cells" % cells)
    return "%d cells" % cells


def tree(county):
    """[(code, name, depth)]: each department behind the one above it, those beside each other as they came."""
    rows = query(county.data, "SELECT code, name, parent FROM department WHERE tenant = '410882' ORDER BY id")

    def below(parent, depth):
        return [row for code, name, up in rows if up == parent
                for row in [(code, name, depth)] + below(code, depth + 1)]
    return below("", 0)


def choices_of(text):
    """What the selects of a page offer: [(name, [(value, text)])]."""
    return [(name, re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', inner))
            for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, flags=re.S)]


def departments_are_offered_as_a_tree_that_begins_where_the_scope_does(state):
    county, wrong, seen, deep = state["county"], [], set(), set()
    rows = tree(county)
    must([d for c, _, d in rows if c in (HOME[ABOVE], leak.B, HOME[BELOW])] == [0, 1, 2], rows)
    pages = [p for m, p, _ in routes() if m == "GET" and p.startswith("/desk/") and "{" not in p]
    pages += ["/desk/import/objects", "/desk/import/commissions", "/desk/departments/%s/edit" % leak.B]
    for who, cookie in state["people"].items():
        for path in pages if who[1] in (ABOVE, SAME) else ():
            status, _, text = county.server.ask(path, cookie=cookie)
            for name, options in choices_of(text) if status == 200 else ():
                codes = {value for value, _ in options}
                shown = [row for row in rows if row[0] in codes]
                if name not in ("department", "parent") or not shown:
                    continue
                top = min(depth for _, _, depth in shown)
                want = [(code, "\u3000" * (depth - top) + label) for code, label, depth in shown]
                got = [(value, words.split("（")[0]) for value, words in options if value in {c for c, _, _ in rows}]
                seen.add(path)
                deep |= {(path, depth - top) for _, _, depth in shown}
                if got != want:
                    wrong.append("%s as %s: %s, not %s" % (path, who, got, want))
    must(not wrong, "%d\n%s" % (len(wrong), "\n".join(wrong[:20])))
    must(len(seen) >= 16 and {p for p, d in deep if d == 2} == seen, sorted(seen))
    return "%d pages" % len(seen)


def main():
    county = leak.prepare()
    state = {"county": county, "b": {}, "table": matrix(), "published": False}
    leak.things_of_b(state)
    state["city"] = other_city(county, state["b"])
    state["people"] = people(county)
    for name in ROLES[:3]:
        state["people"][(name, SAME)] = county.cookies[name]
    state["people"][("stranger", SAME)] = "f" * 64
    state["tokens"] = {who: csrf_of(county.server.ask("/desk/sessions", cookie=cookie)[2])
                       for who, cookie in state["people"].items()}
    leak.walk((AC3_every_cell_has_exactly_its_answer,
               departments_are_offered_as_a_tree_that_begins_where_the_scope_does), state)


if __name__ == "__main__":
    main()
