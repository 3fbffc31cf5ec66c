#!/usr/bin/env python3
"""Asks the search page of a portal as readers do and prints the 99th percentile of each kind of text.

    search_client.py PORT DATABASE GOAL_MS NAME

The objects of gen_objects are registered in the SQLite database; names to ask for are read from it. Every request has an address of its own (the server must
trust 127.0.0.1 as its proxy) and a parameter that never came before, so that neither the limit nor
the page cache answers. The time is from sending the request to the last byte of the page.
"""
import http.client
import random
import re
import sqlite3
import sys
import time
import urllib.parse

COUNT = 500
PLACES = {"410882": "沁阳市", "140981": "原平市", "410481": "舞钢市", "411523": "新县", "410883": "孟州市"}


def kinds(database):
    """Name and a function that gives the text and the filter of one request."""
    link = sqlite3.connect("file:%s?mode=ro" % database, uri=True)
    last = link.execute("SELECT MAX(rowid) FROM object").fetchone()[0]
    place = lambda: random.choice(list(PLACES.items()))

    def name():
        return link.execute("SELECT name FROM object WHERE rowid >= ? LIMIT 1",
                            (random.randint(1, last),)).fetchone()[0]

    def part(length):
        """So many characters of somebody's name, from anywhere in it."""
        own = name()
        at = random.randint(0, len(own) - length)
        return own[at:at + length]

    def trade_name():
        """The three characters that are a business's own."""
        return re.sub("^(.*?市襄都区|.*?市|.*?县)", "", name())[:3]

    def numbered():
        """One name in two thousand has a number."""
        return "第%d" % (random.randrange(last // 2000) * 2000 + 1)

    def inside():
        code, own = place()
        return own + trade_name()[0], {"division": code}

    def words():
        """Two or three words of one name, as readers remember it."""
        own = name()
        cuts = sorted(random.sample(range(1, len(own)), min(2, len(own) - 1)))
        return " ".join(reversed([own[:cuts[0]][-4:], own[cuts[0]:cuts[-1]][:4] or own[cuts[0]], own[-2:]]))

    def words_apart():
        """Each word is frequent, and nobody has both: all of the rarer one must be looked at."""
        one, two = random.sample([n for n in PLACES.values()], 2)
        return random.choice([one + " " + two, "建筑 餐饮", "饭店 汽车"])

    def filtered():
        return random.choice(["公司", "店", "大", "有限", ""]), {
            "division": place()[0], "kind": "enterprise", "section": random.choice("FHCE")}

    def apart():
        """Many have the name, many pass the filter, nobody both: all of them must be looked at."""
        code, _ = place()
        if random.random() < 0.5:
            return "建筑", {"section": random.choice("FH")}
        return random.choice([n for c, n in PLACES.items() if c != code]), {"division": code}

    return [
        ("one_any", lambda: (part(1), {})),
        ("one_none", lambda: (random.choice("龘靐齉爨饕餮"), {})),
        ("two_common", lambda: (random.choice(["公司", "有限", "百货", "商店", "经营", "食品", "沁阳"]), {})),
        ("two_any", lambda: (part(2), {})),
        ("two_none", lambda: (random.choice(["司公", "店商", "部市", "药餐", "限任"]), {})),
        ("three_any", lambda: (part(3), {})),
        ("four_common", lambda: (random.choice(["有限公司", "有限责任", "汽车维修", "原平市金"]), {})),
        ("trade_name", lambda: (trade_name(), {})),
        ("whole_name", lambda: (name(), {})),
        ("words_common", lambda: (random.choice(["沁阳 餐饮", "有限 食品", "原平 公司", "商店 百货"]), {})),
        ("words_any", lambda: (words(), {})),
        ("words_rare", lambda: ("公司 " + trade_name(), {})),
        ("words_apart", lambda: (words_apart(), {})),
        ("number", lambda: (numbered(), {})),
        ("in_division", inside),
        ("filtered", filtered),
        ("filtered_apart", apart),
    ]


class Reader:
    def __init__(self, port):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.asked = 0

    def ask(self, text, chosen):
        """Milliseconds of one page."""
        self.asked += 1
        query = {"q": text, "n": "%d" % self.asked, **chosen}
        address = "10.%d.%d.%d" % (self.asked >> 16, self.asked >> 8 & 255, self.asked & 255)
        path = "/search?" + urllib.parse.urlencode(query)
        began = time.perf_counter()
        self.link.request("GET", path, headers={"X-Forwarded-For": address, "Accept-Encoding": "gzip"})
        answer = self.link.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            sys.exit("search_client: %s: %d" % (path, answer.status))
        return took


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def main(port, database, goal, name):
    random.seed(20261121)
    reader = Reader(int(port))
    every = []
    for kind, make in kinds(database):
        began, times = time.time(), []
        while len(times) < COUNT and (len(times) < 20 or time.time() - began < 20):
            times.append(reader.ask(*make()))
        late = percentile(times, 0.99)
        print("%s_%s %.2f ms %.2f <=1" % (name, kind, late, late / float(goal)), flush=True)
        if not kind.endswith("_apart"):
            every += times
    late = percentile(every, 0.99)
    print("# all kinds but those apart together, median %.2f ms" % percentile(every, 0.5))
    print("%s_p99 %.2f ms %.2f <=1" % (name, late, late / float(goal)), flush=True)


main(*sys.argv[1:])
