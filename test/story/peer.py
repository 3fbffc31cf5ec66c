#!/usr/bin/env python3
"""A second implementation of a whole draw, from PROTOCOL.md alone: hashlib and hmac.

    peer.py DATA DRAW SHOW FILES [FULL.zip]

Reads the draw's entries from the tiles of the public log (and recomputes its root), the draw's
files from FILES (NAME TAB PATH) or from the full bundle, and SHOW, what the office tells: the
visits and the seats. Recomputes everything from the pool to the last refill; prints what differs
and ends with 1, or "peer agrees" with 0."""
import base64
import hmac
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
from paper import leaf, quotas, root, sha, ticket, words  # pylint: disable=wrong-import-position


def must(ok, *what):
    if not ok:
        print("peer differs:", *what)
        sys.exit(1)


def equal(what, shown, computed):
    must(shown == computed, what, "- shown", repr(shown)[:300], "- computed", repr(computed)[:300])


# --- the log ---

def log_entries(data):
    """All entries under the checkpoint, whose root is recomputed."""
    lines = open(os.path.join(data, "log/checkpoint"), encoding="utf-8").read().split("\n")
    size = int(lines[1])
    folder = os.path.join(data, "log/tile/entries")
    must(size < 256, "a log of more than one tile")
    raw = open(os.path.join(folder, "000.p", str(size)), "rb").read()
    entries = []
    while raw:
        n = int.from_bytes(raw[:2], "big")
        entries.append(raw[2:2 + n])
        raw = raw[2 + n:]
    equal("entries in the tile", size, len(entries))
    equal("root of the log", base64.b64decode(lines[2]), root([leaf(e) for e in entries]))
    return entries


def kind(entry):
    return entry.decode().splitlines()[0].split(" ")[1]


def word(entry, key):
    found = words(entry, key)
    must(len(found) == 1, key, "in", kind(entry), "is there", len(found), "times")
    return found[0]


# --- the draw ---

class Draw:
    def __init__(self, data, number, show, files, bundle):
        log = log_entries(data)
        self.entries = [e for e in log if e.startswith(b"sunlot-draw/1 ")
                        and number in words(e, "draw")]
        self.files, self.blinds, self.secret = {}, {}, None
        if bundle:
            self.read_zip(bundle)
        else:
            for line in open(files, encoding="utf-8"):
                name, path = line.rstrip("\n").split("\t")
                self.files[name] = open(path, "rb").read()
        self.commitment = self.entries[0]
        equal("first entry", kind(self.commitment), "commitment")
        self.shown = [line.split("\t") for line in
                      open(show, encoding="utf-8").read().splitlines()]
        self.order()

    def read_zip(self, path):
        with zipfile.ZipFile(path) as z:
            self.files = {i.filename: z.read(i) for i in z.infolist()}
        shown = [self.files[n] for n in sorted(self.files) if n.startswith("entries/")]
        equal("entries of bundle and log", shown, self.entries)
        for name in ("blinds", "blinds-private"):
            for line in self.files.get(name, b"").decode().splitlines():
                key, blind = line.split("\t")
                self.blinds[key] = bytes.fromhex(blind)
        if "secret" in self.files:
            self.secret = bytes.fromhex(self.files["secret"].decode().strip())

    def order(self):
        """PROTOCOL 1: which entry may follow which."""
        after = {"": ["commitment"], "commitment": ["beacon", "abort"],
                 "beacon": ["drawn", "assigned", "refilled", "abort"],
                 "drawn": ["teams", "skip", "abort", "disclosure"],
                 "teams": ["beacon", "abort"],
                 "assigned": ["skip", "refill", "abort", "disclosure"],
                 "skip": ["skip", "teams", "refill", "abort", "disclosure"],
                 "refill": ["beacon", "abort"],
                 "refilled": ["skip", "refill", "abort", "disclosure"],
                 "disclosure": [], "abort": ["disclosure"]}
        last = ""
        for entry in self.entries:
            must(kind(entry) in after[last], kind(entry), "follows", last)
            last = kind(entry)

    def of(self, name):
        return [e for e in self.entries if kind(e) == name]

    def lines(self, name):
        return self.files[name].decode().splitlines()

    def check_digest(self, entry, key, name):
        blind = self.blinds.get(name, bytes(32))
        must(self.secret is None or name in self.blinds, name, "has no blind")
        equal(name, word(entry, key), sha(blind + self.files[name]).hex())

    def seed(self, j):
        """PROTOCOL 4 and 5."""
        beacon = [e for e in self.of("beacon") if word(e, "round") == str(j)][0]
        asked = [self.commitment] + self.of("teams") + self.of("refill")
        entry = asked[j - 1]
        equal("entry of beacon %d" % j, word(beacon, "entry"), leaf(entry).hex())
        sources, parts = words(entry, "source"), words(beacon, "part")
        equal("number of parts", len(parts), len(sources))
        for source, part in zip(sources, parts):
            check_part(source, part)
        randomness = "entry:" + leaf(entry).hex() + "/" + "".join(p + "/" for p in parts)
        salt = b""
        if self.secret is not None:
            length, chain = word(self.commitment, "code").split(" ")
            end = self.secret
            for _ in range(int(length)):
                end = sha(end)
            equal("code chain", chain, end.hex())
            salt = self.secret
            for _ in range(int(length) - j):
                salt = sha(salt)
        else:
            equal("codes of an open draw", words(self.commitment, "code"), [])
        return hmac.new(salt, randomness.encode(), "sha256").digest()


def check_part(source, part):
    s, p = source.split(" "), part.split(":")
    equal("kind of part", p[0], s[0])
    if s[0] == "witness":
        equal("witness", [p[1], sha(bytes.fromhex(p[2])).hex()], s[1:])
    if s[0] == "dice":
        rolls = p[2].split(".")
        equal("dice", p[1], s[1] + "x" + s[2])
        must(rolls.pop() == "" and len(rolls) == int(s[2]), "number of rolls", part)
        must(all(0 <= int(v) < int(s[1]) for v in rolls), "a roll out of range", part)
    if s[0] == "lottery":
        equal("lottery", p[1:3], s[1:3])
        for form, values in zip(s[3::2], p[3:]):
            if form == "unordered":
                v = [int(x) for x in values.split(".")[:-1]]
                must(v == sorted(set(v)), "unordered values", values)


# --- round 1 ---

def check_pool(d):
    pool = [tuple(line.split("\t")) for line in d.lines("pool.tsv")]
    ids = [p[0].encode() for p in pool]
    must(ids == sorted(set(ids)), "pool.tsv is not sorted or not unique")
    equal("pool-size", word(d.commitment, "pool-size"), str(len(pool)))
    blinded = word(d.commitment, "pool-form") == "blinded"
    leaves = []
    key = bytes.fromhex(d.files["pool-key"].decode().strip()) if blinded else None
    for line, (object_id, _) in zip(d.lines("pool.tsv"), pool):
        if blinded:
            nonce = hmac.new(key, b"leaf:" + object_id.encode() + b"\1", "sha256").digest()[:16]
            line += "\t" + nonce.hex()
        leaves.append(leaf(line.encode()))
    equal("pool-root", word(d.commitment, "pool-root"), root(leaves).hex())
    return pool


def strata(d, pool):
    rows = []
    for text in words(d.commitment, "stratum"):
        name, count, mode, ratio = text.split(" ")
        num, den = (int(x) for x in ratio.split("/"))
        equal("count of " + name, int(count), sum(1 for p in pool if p[1] == name))
        rows.append((name, int(count), mode, num, den))
    names = [r[0].encode() for r in rows]
    must(names == sorted(set(names)), "strata are not sorted")
    equal("objects in strata", len(pool), sum(r[1] for r in rows))
    return rows


def draw_objects(d):
    """The order of each stratum, and how many of it are drawn; checks selected.tsv."""
    pool, seed = check_pool(d), d.seed(1)
    quota = quotas(strata(d, pool), seed)
    order = {name: [] for name in quota}
    for object_id, name in pool:
        order[name].append((ticket(seed, "object:" + object_id), object_id))
    text = ""
    for name in sorted(order, key=str.encode):
        order[name].sort()
        for rank, (t, object_id) in enumerate(order[name][:quota[name]]):
            text += "%s\t%d\t%s\t%s\n" % (name, rank + 1, t.hex(), object_id)
    shown = d.files["selected.tsv"].decode()
    if sorted(shown.splitlines()) != sorted(text.splitlines()):
        equal("selected.tsv", shown, text)
    d.check_digest(d.of("drawn")[0], "selected", "selected.tsv")
    return order, quota


def check_visits(d, order, quota):
    """After the skips: each stratum's next tickets follow; all in the order of their tickets."""
    k, skipped = dict(quota), []
    for n, entry in enumerate(d.of("skip")):
        line = d.lines("skip-%d.tsv" % (n + 1))[0]
        blind = d.blinds.get("skip-%d.tsv" % (n + 1), bytes(32))
        equal("skip %d" % (n + 1), word(entry, "object"), sha(blind + line.encode()).hex())
        object_id = line.split("\t")[0]
        name = next(s for s in order if any(o == object_id for _, o in order[s]))
        must(object_id in [o for _, o in order[name][:k[name]]], object_id, "was not drawn")
        k[name] = min(k[name] + 1, len(order[name]))
        skipped.append(object_id)
    drawn = sorted(t for name in order for t in order[name][:k[name]])
    want = [["visit", o, "skipped" if o in skipped else "standing"] for _, o in drawn]
    equal("visits", [s for s in d.shown if s[0] == "visit"], want)
    return skipped


# --- round 2 ---

def fillable(seats, eligible, room):
    """How many of `seats` (seat -> object) can be served when each inspector takes at most room[i]
    seats and one of an object: maximum flow, source - inspector - (inspector, object) - seat."""
    graph = {"source": {}, "sink": {}}

    def edge(a, b, capacity):
        graph.setdefault(a, {})[b] = capacity
        graph.setdefault(b, {}).setdefault(a, 0)
    for inspector, n in room.items():
        edge("source", ("i", inspector), n)
    for inspector, seat in eligible:
        if seat in seats and inspector in room:
            pair = ("p", inspector, seats[seat])
            edge(("i", inspector), pair, 1)
            edge(pair, ("s", seat), 1)
            edge(("s", seat), "sink", 1)
    flow = 0
    while True:
        parent, queue = {"source": None}, ["source"]
        while queue and "sink" not in parent:
            a = queue.pop()
            for b, capacity in graph[a].items():
                if capacity > 0 and b not in parent:
                    parent[b] = a
                    queue.append(b)
        if "sink" not in parent:
            return flow
        b = "sink"
        while parent[b] is not None:
            a = parent[b]
            graph[a][b] -= 1
            graph[b][a] += 1
            b = a
        flow += 1


def loads(seed, seats, eligible, inspectors):
    """PROTOCOL 7, step 1."""
    x = {i: 0 for i in inspectors}
    active = {i for i, (_, cap) in inspectors.items() if cap > 0}
    served = 0
    while served < len(seats):
        must(active, "nobody is left for", len(seats) - served, "seats")
        i = min(active, key=lambda i: (inspectors[i][0] + x[i],
                                       ticket(seed, "load|%d|%s" % (inspectors[i][0] + x[i], i)), i))
        grown = dict(x)
        grown[i] += 1
        if x[i] < inspectors[i][1] and fillable(seats, eligible, grown) == served + 1:
            x, served = grown, served + 1
        else:
            active.remove(i)
    return x


def people(seed, seats, eligible, room):
    """PROTOCOL 7, step 2."""
    open_seats, team = dict(seats), {}
    pairs = list(eligible)
    for seat in sorted(seats, key=lambda s: (ticket(seed, "seat|" + s), s)):
        thing = open_seats.pop(seat)
        able = sorted((ticket(seed, "pair|%s|%s" % (seat, i)), i) for i, s in pairs if s == seat)
        for _, i in able:
            rest = dict(room)
            rest[i] -= 1
            left = [p for p in pairs if p[1] in open_seats
                    and not (p[0] == i and open_seats[p[1]] == thing)]
            if rest[i] >= 0 and fillable(open_seats, left, rest) == len(open_seats):
                team[seat], room, pairs = i, rest, left
                break
        must(seat in team, "no complete filling for", seat)
    return team


def table(d, name):
    return [tuple(line.split("\t")) for line in d.lines(name)]


def assign(d):
    entry = d.of("teams")[0]
    equal("commitment in teams", word(entry, "commitment"), leaf(d.commitment).hex())
    for name in ("seats", "inspectors", "eligible"):
        d.check_digest(entry, name, name + ".tsv")
        rows = d.lines(name + ".tsv")
        must(rows == sorted(set(rows), key=str.encode), name, "is not sorted")
    if not d.of("assigned"):
        return None
    seed = d.seed(2)
    seats = dict(table(d, "seats.tsv"))
    inspectors = {i: (int(b), int(c)) for i, b, c in table(d, "inspectors.tsv")}
    eligible = table(d, "eligible.tsv")
    team = people(seed, seats, eligible, loads(seed, seats, eligible, inspectors))
    text = "".join("%s\t%s\n" % (s, team[s]) for s in sorted(team, key=str.encode))
    equal("teams.tsv", d.files["teams.tsv"].decode(), text)
    d.check_digest(d.of("assigned")[0], "teams", "teams.tsv")
    return team


def refill(d, team):
    """PROTOCOL 8: only vacant seats change hands. Loads count BASE and the seats held now."""
    for n, entry in enumerate(d.of("refill")):
        j = n + 3
        equal("round of refill", word(entry, "round"), str(j))
        equal("commitment in refill", word(entry, "commitment"), leaf(d.commitment).hex())
        d.check_digest(entry, "leaving", "round-%d/leaving.tsv" % j)
        d.check_digest(entry, "eligible", "round-%d/eligible.tsv" % j)
        after = [e for e in d.of("refilled") if word(e, "round") == str(j)]
        if not after:
            continue
        seed = d.seed(j)
        new = {}
        for line in d.files["round-%d/teams.tsv" % j].decode().splitlines():
            seat, inspector = line.split("\t")
            new[seat] = inspector
        leaving = {s: (i, r) for s, i, r in table(d, "round-%d/leaving.tsv" % j)}
        equal("seats after the refill", set(new), set(team))
        eligible = table(d, "round-%d/eligible.tsv" % j)
        base = {i: int(b) for i, b, _ in table(d, "inspectors.tsv")}
        for seat, inspector in team.items():
            if seat not in leaving:
                equal(seat + " stays", new[seat], inspector)
        now = {s: h for s, h in team.items() if s not in leaving}
        thing_of = dict(table(d, "seats.tsv"))
        caps = {i: int(cap) for i, _, cap in table(d, "inspectors.tsv")}
        for seat in sorted(leaving, key=str.encode):
            equal(seat + " leaves", leaving[seat][0], team[seat])
            x = {i: sum(1 for h in now.values() if h == i) for i in base}
            able = [i for i, s in eligible if s == seat and i != leaving[seat][0] and x[i] < caps[i]
                    and all(thing_of[o] != thing_of[seat] for o, h in now.items() if h == i)]
            now[seat] = min(able, key=lambda i: (base[i] + x[i],
                                                 ticket(seed, "pair|%s|%s" % (seat, i)), i))
            equal(seat + " goes to", new[seat], now[seat])
        for seat in leaving:
            must((new[seat], seat) in eligible, new[seat], "was not eligible for", seat)
        d.check_digest(after[0], "teams", "round-%d/teams.tsv" % j)
        team = new
    return team


def check_seats(d, team, skipped):
    shown = [s for s in d.shown if s[0] == "seat"]
    equal("seats", {s[1]: s[3] for s in shown}, team)
    seats_at = {}
    for _, seat, thing, inspector in shown:
        must(thing not in skipped or len(skipped) > 0, "a seat at a skipped object", seat)
        must((thing, inspector) not in seats_at, inspector, "sits twice at", thing)
        seats_at[(thing, inspector)] = seat


def main():
    bundle = sys.argv[5] if len(sys.argv) > 5 else None
    d = Draw(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], bundle)
    if d.of("drawn"):
        order, quota = draw_objects(d)
        skipped = check_visits(d, order, quota)
        if d.of("teams"):
            team = assign(d)
            if team is not None:
                check_seats(d, refill(d, team), skipped)
    print("peer agrees:", len(d.entries), "entries")


main()
