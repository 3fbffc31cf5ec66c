"""One installation under test, driven from outside through the real program, and the course of
work that the fault tests put it through: registries in, an open draw to published results, a sealed
draw to its disclosure, a third one given up."""
import datetime
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from tap import must

DIVISION = "410882"
HANG = 60  # seconds: nothing here may take so long (I12)
REPORTS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


def scratch():
    """A folder in memory where there is one (kill -9 asks nothing of a disk), else an ordinary one."""
    shm = "/dev/shm"
    roomy = os.path.isdir(shm) and os.access(shm, os.W_OK) and \
        os.statvfs(shm).f_bavail * os.statvfs(shm).f_frsize > 1 << 30
    return tempfile.mkdtemp(prefix="sunlot-fault-", dir=shm if roomy else None)


def faults(usual):
    """How many faults to try: as asked for, else the usual number, fewer under the sanitizers."""
    asked = os.environ.get("SUNLOT_TEST_KILLS")
    return int(asked) if asked else max(10, usual // (5 if os.environ.get("SUNLOT_FAULT_SANITIZED") else 1))


class Done:
    """A command that ended: code is negative when a signal ended it."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __str__(self):
        return "exit %s\n%s\n%s" % (self.code, self.out[-600:], self.err[-600:])


class House:
    def __init__(self, program, folder, url=None):
        self.program, self.folder, self.url = program, folder, url

    def start(self, words, by=None, key=None, env=None, prefix=(), setup=None):
        argv = list(prefix) + [self.program, "--data", self.folder]
        argv += ["--by", by] if by else []
        argv += ["--key", key] if key else []
        return subprocess.Popen(argv + list(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=dict(os.environ, **(env or {})),
                                preexec_fn=setup, text=True, errors="replace")

    def finish(self, child, began, wait=HANG):
        try:
            out, err = child.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise
        must(not any(report in err for report in REPORTS), "a sanitizer reports: " + err[-4000:])
        return Done(child.returncode, out, err, time.monotonic() - began)

    def run(self, words, **how):
        began = time.monotonic()
        return self.finish(self.start(words, **how), began)

    def run_killed(self, words, delay, **how):
        """Runs it and sends SIGKILL after `delay` seconds; it may have ended before."""
        began = time.monotonic()
        child = self.start(words, **how)
        try:
            child.wait(timeout=max(delay, 0))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        return self.finish(child, began)

    # -- the database ------------------------------------------------------------------------------

    def psql(self, sql, url=None):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d",
                               url or self.url], input=sql, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr)
        return done.stdout

    def quiet(self):
        """PostgreSQL goes on for a moment with what a killed program had sent: waits for the end."""
        if not self.url:
            return
        for _ in range(3000):
            if self.psql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                         " AND pid <> pg_backend_pid() AND backend_type = 'client backend';"
                         ).strip() == "0":
                return
            time.sleep(0.01)
        raise RuntimeError("a session of the killed program stays in the database (I12)")

    # -- copies ------------------------------------------------------------------------------------

    def copy(self, to):
        """Another house as this one stands now: folder and database."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.folder, to)
        twin = House(self.program, to, self.url)
        if self.url:
            twin.url = server_database(self, os.path.basename(to), self.url)
            conf = os.path.join(to, "sunlot.conf")
            with open(conf, encoding="utf-8") as f:
                text = f.read().replace(self.url, twin.url)
            with open(conf, "w", encoding="utf-8") as f:
                f.write(text)
        return twin

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.url:
            name = self.url.split("/")[3].split("?")[0]
            self.psql("DROP DATABASE IF EXISTS %s WITH (FORCE);" % name, os.environ["SUNLOT_TEST_PG"])


def server_database(house, name, template=None):
    """Makes a database of that name, as a copy where a template's URL is given; answers its URL."""
    url, made = os.environ["SUNLOT_TEST_PG"], "f_" + "".join(c for c in name if c.isalnum())
    like = " TEMPLATE " + template.split("/")[3].split("?")[0] if template else ""
    house.psql("DROP DATABASE IF EXISTS %s WITH (FORCE);" % made, url)
    house.psql("CREATE DATABASE %s%s;" % (made, like), url)
    return url.replace("@/sunlot?", "@/%s?" % made)


# ---- the files to import ------------------------------------------------------------------------

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(serial, head="91"):
    """A social credit code with right check digits (GB 32100, GB 11714)."""
    body = "MA%06d" % (serial % 1000000)
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = 11 - sum((ord(c) - 55 if c.isalpha() else int(c)) * w for c, w in zip(body, weights)) % 11
    number = head + DIVISION + body + {10: "X", 11: "0"}.get(value, str(value))
    total = sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(number))
    return number + USCC[-total % 31]


class Files:
    """Registries small enough that a command takes a few hundredths of a second."""

    RENAMED, FRESH, BAD = 20, 15, 5

    def __init__(self, folder, objects=90, more=0):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.objects, self.more = folder, objects, more
        now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
        self.today = now.date()
        self.write("departments", "部门代码,部门名称,层级,行政区划", [
            "SCJG,市场监督管理局,县," + DIVISION, "XFJY,消防救援大队,县," + DIVISION])
        self.write("inspectors", "姓名,单位,职务,人员类别,执法证号,执法证有效期至", [
            "测试人员%02d,%s,科员,行政执法人员,YS%05d,%s" % (
                i, "市场监督管理局" if i % 2 else "消防救援大队", i, self.day(900)) for i in range(16)])
        self.write("items", "编制单位,序号,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查依据", [
            "市场监督管理局,A01,食品,食品销售监督检查,企业,重点检查事项,实地核查,市场监管部门,《食品安全法》",
            "消防救援大队,C01,消防,消防安全检查,企业,重点检查事项,实地核查,消防部门,《消防法》"])
        self.write("objects", self.HEAD, [self.object(i) for i in range(objects)] + [
            "91%s0000000000,错误代码企业%d,企业,存续,%s,,," % (DIVISION, i, DIVISION)
            for i in range(self.BAD)])
        self.write("objects2", self.HEAD, [self.object(i, "改名") for i in range(self.RENAMED)] +
                   [self.object(i) for i in range(objects, objects + self.FRESH)])
        if more:
            self.write("objects3", self.HEAD, [self.object(1000 + i) for i in range(more)])
        with open(os.path.join(folder, "evidence.txt"), "w", encoding="utf-8") as f:
            f.write("现场已无人经营\n")

    HEAD = "统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,地址,信用风险类别,经营范围"

    def object(self, serial, name="测试"):
        sole = serial % 3 == 2
        return "%s,%s企业%05d,%s,%s,%s,演示路%d号,%s," % (
            uscc(serial, "92" if sole else "91"), name, serial, "个体工商户" if sole else "企业",
            "注销" if serial % 30 == 29 else "存续", DIVISION, serial, "ABCD"[serial % 4])

    def write(self, name, head, rows):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(head + "\n" + "".join(row + "\n" for row in rows))

    def path(self, name):
        return os.path.join(self.folder, name + ".csv")

    def day(self, days):
        return (self.today + datetime.timedelta(days=days)).isoformat()


# ---- the course ---------------------------------------------------------------------------------

class Step:
    """One thing that one person does. traces: the audit rows it leaves, as (action, target or None,
    part of the detail). keyed: it carries an idempotency key, so that it may be repeated at will."""

    def __init__(self, name, words, traces, by="操作员", keyed=False, learn=None, again=False):
        self.name, self.by, self.learn = name, by, learn
        self.words, self.traces = words, traces
        self.key = "key-" + name if keyed else None
        self.again = again or keyed  # repeating it when it is done is no error


class Facts:
    """What the person behind the commands knows by now."""

    def __init__(self, files):
        self.files = files
        self.task, self.draw, self.pick, self.said = {}, {}, {}, {}
        self.bundles = []

    def save(self):
        return json.dumps([self.task, self.draw, self.pick, self.said, self.bundles])

    def load(self, text):
        self.task, self.draw, self.pick, self.said, self.bundles = json.loads(text)


def imports(f, names):
    def step(name, resource, counts):
        seen, added, changed, rejected = counts
        told = "共 %d 行，新增 %d，变更 %d，无变化 0，未导入 %d" % counts

        def learn(facts, _dump, done):
            if told not in done.out:
                raise AssertionError("import %s should say %s, says\n%s" % (name, told, done.out))
        return Step("import-" + name, lambda facts: ["import", resource, f.path(name)],
                    lambda facts: [("import", resource, '"file":"%s.csv","seen":%d,"added":%d,'
                                    '"changed":%d,"same":0,"rejected":%d' %
                                    (name, seen, added, changed, rejected))],
                    keyed=True, learn=learn)
    rows = {"departments": ("departments", (2, 2, 0, 0)), "inspectors": ("inspectors", (16, 16, 0, 0)),
            "items": ("items", (2, 2, 0, 0)),
            "objects": ("objects", (f.objects + f.BAD, f.objects, 0, f.BAD)),
            "objects2": ("objects", (f.RENAMED + f.FRESH, f.FRESH, f.RENAMED, 0)),
            "objects3": ("objects", (f.more, f.more, 0, 0))}
    return [step(name, *rows[name]) for name in names]


def number_learn(table, tag):
    def learn(facts, _dump, done):
        getattr(facts, table)[tag] = done.out.strip()
    return learn


def task_step(f, tag, extra):
    name = "抽查任务" + tag
    return Step("task-" + tag, lambda facts: [
        "task", "create", "--name", name, "--department", "SCJG", "--from", f.day(0), "--until",
        f.day(60), "--basis", "《食品安全法》"] + extra,
        lambda facts: [("task-create", facts.task.get(tag), name)], keyed=True,
        learn=number_learn("task", tag))


DICE = {1: "3.1.4.1.5.9.2.6.5.3.5.8.9.7.9.3.2.3.8.4.", 2: "2.7.1.8.2.8.1.8.2.8.4.5.9.0.4.5.2.3.5.3.",
        3: "1.4.1.4.2.1.3.5.6.2.3.7.3.0.9.5.0.4.8.8."}
SOURCES = ["--source", "dice 10 20", "--source", "local"]


def draw_step(tag, word, action, *more, detail="", name=None, **how):
    """A step of draw `tag`; words that are functions are asked for their words when it is run."""
    def words(facts):
        spread = [w for part in more for w in (part(facts) if callable(part) else [part])]
        return ["draw", word, facts.draw[tag]] + spread
    return Step((name or word) + "-" + tag, words,
                lambda facts: [(a, facts.draw[tag], detail) for a in action], **how)


def beacon_step(tag, number):
    part = "dice:10x20:" + DICE[number]
    return draw_step(tag, "beacon", ["draw-beacon"], "--part", part, "--again", part,
                     detail="\nround %d\n" % number, name="beacon%d" % number)


def pick_drawn(tag):
    """After the objects are drawn: who is recused from what, and which object will be skipped."""
    def learn(facts, dump, _done):
        visits = sorted((v for v in dump.visits(facts.draw[tag]) if v["rank"] > 0),
                        key=lambda v: (v["stratum"], v["rank"]))
        facts.pick["drawn-" + tag] = [v["pool_id"] for v in visits]
        facts.pick["inspector"] = sorted(r["code"] for r in dump["inspector"])[0]
    return learn


def pick_seat(facts, dump, _done):
    seats = sorted(s["seat"] for s in dump.seats(facts.draw["A"]))
    facts.pick["seat"] = [s for s in seats if s.split("|")[0] != facts.pick["drawn-A"][1]][0]


def commit_step(tag, *more):
    return Step("commit-" + tag, lambda facts: ["draw", "commit", facts.task[tag], "--disclose-by",
                                                   facts.files.day(900)] + list(more) + SOURCES,
                lambda facts: [("draw-commit", facts.draw.get(tag), facts.task[tag])], keyed=True,
                learn=number_learn("draw", tag))


def disclose_step(tag):
    def learn(facts, _dump, _done):
        facts.bundles += [facts.draw[tag] + "-full.zip", facts.draw[tag] + "-public.zip"]
    return draw_step(tag, "disclose", ["draw-disclose"], again=True, learn=learn)


def skip_step(tag, place):
    """The next name is told; repeating the command tells the same one."""
    def learn(facts, _dump, done):
        facts.said["skip-%s-%d" % (tag, place)] = done.out.strip().rsplit("：", 1)[-1]

    def target(facts):
        return facts.pick["drawn-" + tag][place]
    step = draw_step(tag, "skip", [], "--object", lambda facts: [target(facts)], "--reason", "已注销",
                     "--evidence", lambda facts: [os.path.join(facts.files.folder, "evidence.txt")],
                     name="skip%d" % place, again=True, learn=learn)
    step.traces = lambda facts: [("draw-skip", facts.draw[tag], target(facts)),
                                 ("draw-next", facts.draw[tag], "")]
    return step


def result_steps(tag, places):
    """Entered by one of the team, approved by somebody else; result 01 for one item, 07 for the
    other, so that the audit rows differ."""
    def inspector(facts, dump, place, department):
        ident = facts.pick["drawn-" + tag][place]
        return sorted(s["inspector"] for s in dump.seats(facts.draw[tag])
                      if s["pool_id"] == ident and s["department"] == department)[0]

    def entered(place, item, code, department):
        step = Step("enter%d-%s-%s" % (place, department, tag), None, None, keyed=True)
        step.words = lambda facts: [
            "result", "enter", facts.draw[tag], "--object", facts.pick["drawn-" + tag][place], "--item",
            item, "--result", code, "--method", "site", "--inspector",
            inspector(facts, facts.dump, place, department)]
        step.traces = lambda facts: [("result-enter", facts.pick["drawn-" + tag][place], code)]
        return step

    steps = []
    for place in places:
        steps += [entered(place, "SCJG-S0001", "01", "SCJG"), entered(place, "XFJY-S0001", "07", "XFJY")]
        approve = Step("approve%d-%s" % (place, tag), None, None, by="审核人")
        approve.words = lambda facts, place=place: [
            "result", "approve", facts.draw[tag], "--object", facts.pick["drawn-" + tag][place]]
        approve.traces = lambda facts, place=place: [
            ("result-approve", facts.pick["drawn-" + tag][place], "")]
        steps.append(approve)
    return steps


def publish_step(tag, place=None):
    def words(facts):
        return ["result", "publish", facts.draw[tag]] + (
            ["--object", facts.pick["drawn-" + tag][place]] if place is not None else [])

    def traces(facts):
        wanted = facts.pick["drawn-" + tag][place] if place is not None else None
        return [("result-publish", facts.draw[tag], wanted)]
    return Step("publish%s-%s" % (place if place is not None else "", tag), words, traces, again=True)


def course(f, large=False, keyed=True):
    """All steps in order. large: one more import, long enough to be hit in its middle. keyed: every
    step carries an idempotency key, else only those that would otherwise be done twice."""
    steps = plain_course(f, large)
    for step in steps if keyed else []:
        step.key, step.again = "key-" + step.name, True
    return steps


def plain_course(f, large):
    items = ["--item", "SCJG-S0001", "--item", "XFJY-S0001@XFJY", "--part", "SCJG:2", "--part", "XFJY:2"]
    first = draw_step("A", "objects", ["draw-objects"], learn=pick_drawn("A"))
    second = draw_step("B", "objects", ["draw-objects"], learn=pick_drawn("B"))
    return imports(f, ["departments", "inspectors", "items", "objects", "objects2"] +
                   (["objects3"] if large else [])) + [
        task_step(f, "A", items + ["--strata", "kind", "--quota", "*=ceil:8%"]),
        commit_step("A", "--open"), beacon_step("A", 1), first,
        draw_step("A", "recuse", ["draw-recuse"], "--inspector", lambda facts: [facts.pick["inspector"]],
                  "--object", lambda facts: [facts.pick["drawn-A"][0]], "--reason", "亲属", again=True),
        draw_step("A", "teams", ["draw-teams"], *SOURCES), beacon_step("A", 2),
        draw_step("A", "assign", ["draw-assign"], learn=pick_seat), skip_step("A", 1),
        draw_step("A", "refill", ["draw-refill"], "--leaving",
                  lambda facts: [facts.pick["seat"] + "=生病"], *SOURCES),
        beacon_step("A", 3), draw_step("A", "assign", ["draw-assign"], name="refilled"),
        *result_steps("A", [0, 2, 3]), publish_step("A", 0), publish_step("A"),
        task_step(f, "B", items + ["--strata", "risk", "--quota", "A=ceil:3%", "--quota", "D=ceil:20%",
                                   "--quota", "*=ceil:5%"]),
        commit_step("B", "--sealed"), beacon_step("B", 1), second,
        draw_step("B", "teams", ["draw-teams"], *SOURCES), disclose_step("A"), beacon_step("B", 2),
        draw_step("B", "assign", ["draw-assign"]),
        task_step(f, "C", items + ["--quota", "ALL=fixed:2"]),
        commit_step("C", "--sealed"),
        draw_step("C", "abort", ["draw-abort"], "--reason", "任务取消", detail="任务取消"),
        disclose_step("B"),
    ]


def founding(house):
    return ["init", "--division", DIVISION, "--name", "测试县", "--origin", "test.example/log"] + (
        ["--database", house.url] if house.url else [])
