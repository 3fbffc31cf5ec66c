#!/usr/bin/env python3
"""Asks for pages of the workbench's list of objects over HTTP, as persons who have signed in do.

    list_client.py PROGRAM DATA NAME

DATA is an installation that nobody has set up yet, with the departments and objects of bench_list.sh.
Three administrators, a clerk of one department and the office, which reaches all, are made as people
make them; a library of tens of thousands of objects is filled by the job that a filtered set becomes.
Each question is asked at the first page, behind it and far behind, on a connection that stays open;
the time is from sending the request to the last byte. Beside it stands the processor time that the
server took for an answer, all its threads: on a busy machine that is what compares."""
import http.client
import os
import re
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "page"))
from desk_kit import Server, csrf_of, first_sign_in, run  # noqa: E402

PROGRAM, DATA, NAME = sys.argv[1:4]
TURNS = 12
GOAL = 100.0
PLACES = ("410882", "140981", "410481", "4108", "130502")
TRADES = ("52", "6210", "1452", "81", "01")
QUESTIONS = {
    "all": lambda i: {},
    "division": lambda i: {"division": PLACES[i % 5]},
    "industry": lambda i: {"industry": TRADES[i % 5]},
    "division+industry": lambda i: {"division": PLACES[i % 5], "industry": TRADES[i // 5 % 5]},
    "kind+state": lambda i: {"kind": ("individual", "enterprise")[i % 2], "state": "active"},
    "state+risk": lambda i: {"state": ("revoked", "closed")[i % 2], "risk": "D"},
    "label": lambda i: {"label": ("食品", "学校", "-")[i % 3]},
    "substring": lambda i: {"q": ("有限公司", "食品", "商店", "第20001", "大药房第")[i % 5]},
    "initials": lambda i: {"q": ("qyssp", "wgsbh", "ypscy", "jyb")[i % 4]},
    "number": lambda i: {"q": ("91410882", "9214098", "914104")[i % 3]},
    "visited": lambda i: {"visited": ("yes", "no")[i % 2]},
}


class Person:
    """A session on a connection that stays open."""

    def __init__(self, server, cookie):
        self.link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.server, self.cookie = server, cookie

    def ask(self, path):
        """Milliseconds, and the page."""
        start = time.perf_counter()
        self.link.request("GET", path, headers={"Cookie": "__Host-s=" + self.cookie})
        answer = self.link.getresponse()
        data = answer.read()
        spent = (time.perf_counter() - start) * 1e3
        if answer.status != 200:
            sys.exit("%s: %d" % (path, answer.status))
        return spent, data.decode("utf-8")

    def post(self, path, fields):
        token = csrf_of(self.server.ask("/desk/sessions", cookie=self.cookie)[2])
        return self.server.ask(path, {"csrf": token, "key": str(time.monotonic_ns()), **fields}, cookie=self.cookie)


def must(answer, status, what):
    if answer[0] != status:
        sys.exit("%s: %d %s" % (what, answer[0], re.findall(r"<strong>(.*?)</strong>", answer[2])))
    return answer


def people(server):
    """The clerk of D05 and the office."""
    code = run("accounts", "code", data=DATA).split("\n")[1].strip()
    form = {"code": code}
    for i, name in enumerate(("eins", "zwei", "drei")):
        form.update({"name%d" % i: name, "person%d" % i: "某%d" % i, "password%d" % i: "Kx7-strom-Haus%d" % i})
    must(server.ask("/desk/setup", form), 303, "setup")
    system, security = [Person(server, first_sign_in(server, name, "Kx7-strom-Haus%d" % i, "Mw4+blume.Tal%d" % i))
                        for i, name in enumerate(("eins", "zwei"))]
    out = []
    for name, role, department in (("jingban", "clerk", "D05"), ("ban", "office", "")):
        text = must(system.post("/desk/accounts/new", {"name": name, "person": name, "department": department}),
                    200, "account")[2]
        secret = re.search(r'class="secret">([^<]+)<', text).group(1)
        number = re.search(r'/desk/accounts/(\d+)"[^>]*>%s<' % name, system.ask("/desk/accounts")[1]).group(1)
        must(security.post("/desk/accounts/%s/grant" % number, {"role": role}), 303, "role")
        out.append(Person(server, first_sign_in(server, name, secret, "Ganz-neu9-Wort" + role)))
    return out


def library(clerk, office):
    """A library of all objects of a trade, filled as a job; how long that took, how many they are."""
    must(office.post("/desk/libraries/new", {
        "name": "基准库", "department": "D05", "state": "active"}), 303, "library")
    number = re.search(r'href="/desk/libraries/(\d+)', office.ask("/desk/libraries")[1]).group(1)
    text = office.ask("/desk/objects?industry=52&kind=enterprise")[1]
    total = int(re.search(r"共 (\d+)", text).group(1))
    answer = must(office.post("/desk/objects/place", {
        "which": "all", "filter": "industry=52&kind=enterprise", "total": str(total), "sure": "1",
        "library": number, "reason": "基准"}), 303, "place")
    start = time.perf_counter()
    where = answer[1]["location"].split("?")[0]
    while where.startswith("/desk/jobs/") and "已处理" not in office.ask(where)[1]:
        time.sleep(0.5)
    return number, total, time.perf_counter() - start


def worked(server):
    """Milliseconds of processor time so far."""
    with open("/proc/%d/stat" % server.process.pid, encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1e3 / os.sysconf("SC_CLK_TCK")


def far(persons):
    """An address deep in the list of each: reached by the last page's link back."""
    out = []
    for person in persons:
        text = person.ask("/desk/objects?size=2000&sort=name")[1]
        for _ in range(3):
            more = re.search(r'href="([^"]*[?&;]after=[^"]*)"', text)
            if not more:
                break
            text = person.ask(urllib.parse.urljoin("/desk/objects", more.group(1).replace("&amp;", "&")))[1]
        more = re.search(r'[?&;]after=([^"&]*)', text)
        out.append(more.group(1) if more else "")
    return out


def measure(server, persons, questions):
    times = []
    deep = far(persons)
    for name, question in questions.items():
        own, cpu = [], worked(server)
        for turn in range(TURNS):
            for at, person in enumerate(persons):
                fields = {"size": ("50", "20", "100", "50", "20", "2000")[turn % 6], **question(turn)}
                if turn % 4 >= 2:
                    fields["sort"] = "name"
                path = "/desk/objects?" + urllib.parse.urlencode(fields)
                if turn % 3 == 1 and deep[at]:
                    path += "&after=" + deep[at]
                own.append(person.ask(path)[0])
        own.sort()
        times += own
        print("# %s %s: median %.1f ms, longest %.1f ms, processor %.1f ms a page" % (
            NAME, name, own[len(own) // 2], own[-1], (worked(server) - cpu) / len(own)))
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    print("%s_median %.1f ms - -" % (NAME, times[len(times) // 2]))
    print("%s_p95 %.1f ms %.2f <=1" % (NAME, p95, p95 / GOAL))


def main():
    server = Server(DATA, "--proxy", "127.0.0.1")
    persons = people(server)
    start = time.perf_counter()
    persons[1].ask("/desk/objects")
    print("# %s: the first page of all, which reads the roster: %.1f s" % (NAME, time.perf_counter() - start))
    number, total, seconds = library(*persons)
    print("# %s: a job put %d objects into a library in %.1f s" % (NAME, total, seconds))
    measure(server, persons, {**QUESTIONS, "library": lambda i: {"library": number}})
    server.stop()


main()
