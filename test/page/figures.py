#!/usr/bin/env python3
"""The statistics page against figures worked out here: figures.py SUNLOT DATA

From single rows (a visit's results in the database, its object's trade and place) and from the strata
of the public bundles' pools, everything that the page shows is computed a second time, object by
object, as the textbook has it and not as the program sums it up. With a stratum h of N_h objects of
which n_h were visited, weights w = N_h / n_h, x = 1 for an object in the domain (of an item, a trade, a
place, a department, or all) and y = 1 for one with a finding there:

    R = sum(w y) / sum(w x)                              (ratio of two expansion estimates)
    V = sum over h of N_h^2 (1 - n_h / N_h) s_h^2 / n_h / sum(w x)^2,
        s_h^2 the sample variance of y - R x in h        (Cochran, Sampling Techniques, 1977, 5.31, 6.11)
    interval: the p where (R - p)^2 = z^2 p (1 - p) / n*, n* = R (1 - R) / V
        (Wilson 1927; with n*: Franco, Little, Louis, Slud, J. Surv. Stat. Methodol. 7, 2019)

The interval's ends are found here by halving, not by its closed form. Where R is 0 or 1, n* is the
number of visits in the domain over the share of the strata that was not visited. No estimate with
fewer than five visits or a stratum that had only one. That such an interval holds the true share as
often as it says is shown with simulated draws. docs/statistics.md says the same of the program."""
import csv
import io
import math
import os
import random
import re
import shutil
import sqlite3
import statistics as textbook
import subprocess
import sys
import tempfile
import zipfile
from html.parser import HTMLParser

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import SUNLOT, Server  # noqa: E402
from tap import Tap, must  # noqa: E402

DATA = sys.argv[2]
Z = textbook.NormalDist().inv_cdf(0.975)
LEAST = 5
NO_FINDING = ("01", "07")  # 未发现问题, 未发现开展抽查涉及的经营活动


def wilson(share, n):
    """Where (R - p)^2 = z^2 p (1 - p) / n on either side of R, by halving."""
    def outside(p):
        return (share - p) ** 2 * n > Z * Z * p * (1 - p)

    def edge(inside, out):
        if not outside(out):
            return out
        for _ in range(80):
            middle = (inside + out) / 2
            inside, out = (inside, middle) if outside(middle) else (middle, out)
        return out

    return edge(share, 0.0), edge(share, 1.0)


def estimate(strata, samples):
    """Share and interval (None where there is none). strata: name to size; samples: of each visited
    object its stratum, x and y."""
    by = {name: [(x, y) for h, x, y in samples if h == name] for name in {h for h, x, _ in samples if x}}
    whole = {name: [s for s in samples if s[0] == name] for name in by}
    weights = {name: strata[name] / len(rows) for name, rows in whole.items()}
    found = sum(weights[h] * y for h in by for _, y in by[h])
    all_ = sum(weights[h] * x for h in by for x, _ in by[h])
    share = found / all_
    visits = sum(x for rows in by.values() for x, _ in rows)
    if visits < LEAST or any(len(rows) < 2 and strata[h] > len(rows) for h, rows in whole.items()):
        return share, None
    variance = 0.0
    for h, rows in by.items():
        n = len(rows)
        if n > 1:
            spread = textbook.variance([y - share * x for x, y in rows])
            variance += strata[h] ** 2 * (1 - n / strata[h]) * spread / n
    variance /= all_ ** 2
    seen = sum(len(rows) for rows in whole.values())
    size = sum(strata[h] for h in whole)
    if seen == size:
        return share, (share, share)
    if share in (0, 1):
        return share, wilson(share, visits / (1 - seen / size))
    return share, wilson(share, share * (1 - share) / variance) if variance > 0 else (share, share)


class Tables(HTMLParser):
    """The rows of every table of a page, and the figures on its top."""

    def __init__(self):
        super().__init__()
        self.tables, self.figures, self.cell, self.figure = [], [], None, None

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = ""
        elif tag == "dd":
            self.figure = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data
        if self.figure is not None:
            self.figure += data

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.tables[-1][-1].append(self.cell.strip())
            self.cell = None
        elif tag == "dd":
            self.figures.append(self.figure.strip())
            self.figure = None


def names(file, key, value, chosen=lambda row: True):
    with open(os.path.join(DATA, file), encoding="utf-8-sig", newline="") as f:
        return {row[key]: row[value] for row in csv.DictReader(f) if chosen(row)}


class County:
    """What is published there, one row a result, and the pools of its disclosed draws."""

    def __init__(self, path):
        self.path = path
        db = sqlite3.connect("file:%s?mode=ro" % os.path.join(path, "sunlot.db"), uri=True)
        self.rows = db.execute(
            "SELECT w.number, t.name, v.pool_id, i.name, d.name, o.industry, o.division, r.code, w.blinded, w.state"
            " FROM result r, visit v, draw w, task t, item i, department d, object o WHERE r.state = 'published'"
            " AND v.id = r.visit AND w.id = v.draw AND t.id = w.task AND i.id = r.item"
            " AND d.code = r.department AND o.pool_id = v.pool_id").fetchall()
        db.close()
        self.sections = names("industries.csv", "code", "section")
        self.section_names = names("industries.csv", "code", "name", lambda row: row["level"] == "section")
        self.places = names("divisions.csv", "code", "name")
        self.pools = {}

    def pool(self, draw):
        """Object to stratum, and stratum to size, as the public bundle says."""
        if draw not in self.pools:
            path = os.path.join(self.path, "bundles", draw + "-public.zip")
            with zipfile.ZipFile(path) as z:
                lines = io.TextIOWrapper(z.open("pool.tsv"), encoding="utf-8").read().splitlines()
            stratum = dict(line.split("\t") for line in lines)
            sizes = {}
            for name in stratum.values():
                sizes[name] = sizes.get(name, 0) + 1
            self.pools[draw] = stratum, sizes
        return self.pools[draw]

    def key(self, row, dimension):
        _, _, _, item, department, industry, division, *_ = row
        if dimension == "industry":
            section = self.sections.get(re.sub(r"^[A-Z](?=\d)", "", industry), "")
            return self.section_names.get(section, "–")
        return {"item": item, "department": department, "division": self.places.get(division, division or "–")}[dimension]

    def samples(self, chosen):
        """Strata of all disclosed plain draws, and each visited object with x and y for chosen rows."""
        strata, objects = {}, {}
        for row in self.rows:
            draw, _, pool_id, *_, code, blinded, state = row
            if blinded or state != "disclosed":
                continue
            stratum, sizes = self.pool(draw)
            strata.update({(draw, name): size for name, size in sizes.items()})
            one = objects.setdefault((draw, pool_id), [(draw, stratum[pool_id]), 0, 0])
            if chosen(row):
                one[1] = 1
                one[2] = max(one[2], code not in NO_FINDING)
        return strata, [tuple(one) for one in objects.values()]


def percent(value):
    return "%.4f" % (100 * value)


def alike(shown, wanted, where):
    """A page's percentage with one decimal against the exact one."""
    must(re.fullmatch(r"\d+\.\d%", shown), "%s: %r" % (where, shown))
    must(abs(float(shown[:-1]) - 100 * wanted) < 0.0501, "%s: %s, but it is %s" % (where, shown, percent(wanted)))


def same_estimate(cells, found, where):
    share, interval = found
    if interval is None:
        must(not re.search(r"\d", "".join(cells)), "%s: an estimate %s from too few" % (where, cells))
        return
    alike(cells[0], share, where)
    low, high = cells[1].split(" – ")
    alike(low, interval[0], where + ", lower end")
    alike(high, interval[1], where + ", upper end")


def compare(county, page):
    """Every figure of the page. Returns how many were compared."""
    read = Tables()
    read.feed(page)
    rows = county.rows
    findings = [r for r in rows if r[7] not in NO_FINDING]
    must(read.figures[:3] == ["%d" % len({r[:3] for r in rows}), "%d" % len(rows), "%d" % len(findings)], read.figures)
    count = 3
    draws = sorted({r[0] for r in rows if not r[8] and r[9] == "disclosed"})
    # how public results are is test/page/portal_content.py's to say
    tables = [t for t in read.tables if "公示率" not in t[0] and t[0][0] != "依据"]
    must(len(tables) == len(read.tables) - 1, "one table of the publication rate")
    if draws:
        must([row[0] for row in tables[0][1:]] == [next(r[1] for r in rows if r[0] == d) for d in draws], "draws")
        for draw, cells in zip(draws, tables.pop(0)[1:]):
            strata, samples = county.samples(lambda row, draw=draw: row[0] == draw)
            samples = [s for s in samples if s[0][0] == draw]
            size = sum(strata[h] for h in {s[0] for s in samples})
            want = ["%d" % size, "%d" % len(samples), "%d" % sum(y for _, _, y in samples)]
            must(cells[1:4] == want, "%s: %s, but it is %s" % (draw, cells[1:4], want))
            same_estimate(cells[4:6], estimate(strata, samples), draw)
            count += 6
    must(len(tables) == 4, "%d tables" % len(tables))
    for dimension, table in zip(("item", "industry", "division", "department"), tables):
        keys = {county.key(r, dimension) for r in rows}
        must(sorted(row[0] for row in table[1:]) == sorted(keys), "%s: %s, %s" % (dimension, sorted(keys), table))
        for cells in table[1:]:
            mine = [r for r in rows if county.key(r, dimension) == cells[0]]
            bad = [r for r in mine if r[7] not in NO_FINDING]
            want = ["%d" % len({r[:3] for r in mine}), "%d" % len(mine), "%d" % len(bad)]
            must(cells[1:4] == want, "%s %s: %s, but it is %s" % (dimension, cells[0], cells[1:4], want))
            alike(cells[4], len(bad) / len(mine), cells[0])
            strata, samples = county.samples(lambda row, key=cells[0], d=dimension: county.key(row, d) == key)
            same_estimate(cells[5:7], estimate(strata, samples), "%s %s" % (dimension, cells[0]))
            count += 8
    return count


def change(path, kind, dice):
    """Other results than the demo's, row by row."""
    db = sqlite3.connect(os.path.join(path, "sunlot.db"))
    visits = [r[0] for r in db.execute("SELECT DISTINCT visit FROM result WHERE state = 'published' ORDER BY visit")]
    rows = db.execute("SELECT id, visit FROM result WHERE state = 'published' ORDER BY id").fetchall()
    for number, visit in rows:
        code = "01"
        if kind == "many":
            code = dice.choice(["01", "02", "04", "05", "06", "07", "08"])
        elif kind == "some":
            code = "05" if dice.random() < 0.04 + 0.3 * (visit % 7 == 0) else dice.choice(["01", "01", "07"])
        elif kind == "all":
            code = "08"
        state = "published"
        if kind == "part" and dice.random() < 0.5:
            state = "entered"
        if kind == "few" and visit not in visits[::13]:
            state = "entered"
        if kind in ("part", "few"):
            code = dice.choice(["01", "05"])
        db.execute("UPDATE result SET code = ?, state = ? WHERE id = ?", (code, state, number))
    db.commit()
    db.close()


def shown(home, demo, kind, dice):
    path = os.path.join(home, kind)
    shutil.copytree(demo, path)
    if kind != "demo":
        change(path, kind, dice)
    server = Server(path, "--quiet")
    try:
        status, _, body = server.ask("/statistics")
        must(status == 200, "%d" % status)
        return "%d figures" % compare(County(path), body.decode("utf-8"))
    finally:
        server.stop()


def holds_often_enough(dice):
    """Draws from known registries: the interval holds the truth about 95 times of 100, also where
    findings are so rare that many draws find nothing."""
    told = []
    for rates in ((0.004, 0.01, 0.0), (0.02, 0.05, 0.0), (0.1, 0.3, 0.6), (0.5, 0.5, 0.5)):
        strata = {"a": 2411, "b": 1948, "c": 309}
        quota = {"a": 49, "b": 39, "c": 7}
        bad = {h: round(rate * strata[h]) for h, rate in zip(strata, rates)}
        truth = sum(bad.values()) / sum(strata.values())
        held = 0
        for _ in range(1500):
            samples = [(h, 1, int(i < bad[h])) for h in strata for i in dice.sample(range(strata[h]), quota[h])]
            low, high = estimate(strata, samples)[1]
            held += low <= truth <= high
        told.append("true share %.2f %%: held %.1f %%" % (100 * truth, held / 15))
        # 1,500 draws: four standard deviations of 0.95 are 2.3 points; Wilson is wide for rare findings
        must(held / 1500 > 0.927 and (truth < 0.02 or held / 1500 < 0.985), told[-1])
    return "\n".join(told)


def main():
    tap = Tap()
    home = tempfile.mkdtemp(prefix="sunlot-statistics-")
    demo = os.path.join(home, "made")
    dice = random.Random(20261121)
    must(math.isclose(Z, 1.959964, abs_tol=1e-6), "the normal distribution")
    try:
        done = subprocess.run([SUNLOT, "demo", demo], capture_output=True, text=True)
        must(done.returncode == 0, done.stderr)
        for kind, words in (("demo", "of the demo county"), ("some", "with some findings"),
                            ("many", "with every kind of result"), ("none", "with no finding at all"),
                            ("all", "with nothing but findings"), ("part", "with half of the results published"),
                            ("few", "with few visits published")):
            tap.run("every figure of the statistics page is what a second computation gives, " + words,
                    shown, home, demo, kind, dice)
        tap.run("the interval holds the true share as often as it says", holds_often_enough, dice)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
