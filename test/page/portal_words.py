#!/usr/bin/env python3
"""The search for several words, over names of our own: portal_words.py SUNLOT

On SQLite, or on the PostgreSQL that SUNLOT_TEST_PG names. The names are made here, imported by the
program and asked for by HTTP, page by page; what must come is worked out with Python's own normal
forms over the same list."""
import csv
import os
import random
import re
import shutil
import sys
import tempfile
import time
import unicodedata
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import Server, command  # noqa: E402
from tap import Tap, must  # noqa: E402

PLACES = ["沁阳市", "沁阳市城关", "原平市", "新县", "孟州市会昌"]
OWN = ["金达", "鑫源", "龘盛", "Ａ１", "abc", "聚福园", "沁园春", "三和", "阳光"]
TRADES = ["餐饮", "餐饮管理", "食品", "饭店", "五金商店", "药房", "汽车维修"]
FORMS = ["有限公司", "有限责任公司", "店", "服务部", "（个体工商户）", " 分店"]
chance = random.Random(20261121)
names = {}
for number in range(1500):
    names["W-%04d" % number] = "".join(chance.choice(part) for part in (PLACES, OWN, TRADES, FORMS))


def folded(text):
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in text if c.isalnum())


def wanted(text):
    words = [folded(word) for word in text.split()]
    words = [word for word in words if word]
    return sorted(n for n, name in names.items() if words and all(word in folded(name) for word in words))


def ask(path):
    status, _, body = server.ask(path)
    while status == 429:
        time.sleep(0.3)
        status, _, body = server.ask(path)
    return status, body.decode()


def found(text):
    got, path = [], "/search?" + urllib.parse.urlencode({"q": text})
    while path:
        status, source = ask(path)
        must(status == 200, "“%s”: %d" % (text, status))
        got += re.findall(r'<li><a href="/business/([^"?]+)', source)
        more = re.search(r'rel="next" href="([^"]+)"', source)
        path = more.group(1).replace("&amp;", "&") if more else None
    return got


def compare(text):
    got = found(text)
    must(len(got) == len(set(got)), "“%s”: one comes twice" % text)
    must(sorted(got) == wanted(text), "“%s”: %d, not %d" % (text, len(got), len(wanted(text))))
    return len(got)


def as_readers_type_them():
    total = 0
    for text in ("沁阳 餐饮", "沁阳　餐饮", "餐饮 沁阳", "沁阳 市 餐饮", " 沁阳  餐饮 ", "沁阳\t餐饮", "沁阳 沁阳", "沁阳 沁阳市",
                 "ABC 餐饮", "a1 食品", "A １", "龘 店", "店 龘盛", "（个体） 饭店", "沁阳 · 餐饮", "有限 公司 责任", "分店 三和",
                 "沁阳 新县", "阳 阳", "和 三", "市 店 三 和 沁 阳 五 金"):
        total += compare(text)
    must(len(wanted("沁阳 餐饮")) > 50, "no second page")
    must(not wanted("沁阳 新县"), "somebody is in two places")
    return "%d found" % total


def parts_of_names():
    total = several = 0
    for _ in range(150):
        name = chance.choice(list(names.values()))
        words = []
        for _ in range(chance.randint(2, 4)):
            own = name if chance.random() < 0.85 else chance.choice(list(names.values()))
            at = chance.randrange(len(own))
            words.append(own[at:at + chance.randint(1, 4)])
        count = compare(chance.choice([" ", "　"]).join(words))
        total, several = total + count, several + (count > 1)
    must(several > 50, "only %d questions find several" % several)
    return "%d found" % total


def limits():
    must(ask("/search?" + urllib.parse.urlencode({"q": "沁 阳 市 金 达 餐 饮 店"}))[0] == 200, "eight words")
    status, source = ask("/search?" + urllib.parse.urlencode({"q": "沁 阳 市 金 达 餐 饮 店 有"}))
    must(status == 400 and "最多搜 8 个词" in source, "nine words: %d" % status)
    must(ask("/search?" + urllib.parse.urlencode({"q": "长" * 101}))[0] == 400, "a text without end")


folder = tempfile.mkdtemp(prefix="sunlot-words-")
data = os.path.join(folder, "data")
store = ["--database", os.environ["SUNLOT_TEST_PG"]] if os.environ.get("SUNLOT_TEST_PG") else []
command("--data", data, "init", "--division", "410882", "--name", "示例县", "--origin", "words.example/log", *store)
with open(os.path.join(folder, "names.csv"), "w", encoding="utf-8", newline="") as f:
    csv.writer(f).writerows([["统一社会信用代码", "检查对象名称", "对象类别"]] + [[n, name, "产品"] for n, name in names.items()])
command("--data", data, "import", "objects", f.name)
server = Server(data)
try:
    until = time.time() + 60
    while len(found("市 店 三 和 沁 阳 五 金")) < len(wanted("市 店 三 和 沁 阳 五 金")) or len(found("公司")) < len(wanted("公司")):
        must(time.time() < until, "the index does not follow")
        time.sleep(0.5)
    tap = Tap()
    tap.run("words are all held, in any order and with blanks of every kind", as_readers_type_them)
    tap.run("words from names find exactly who holds them", parts_of_names)
    tap.run("eight words are taken, nine are not, and the length has an end", limits)
finally:
    server.stop()
    shutil.rmtree(folder)
tap.end()
