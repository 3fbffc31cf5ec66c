#!/usr/bin/env python3
"""A second reader of a full bundle, written from PROTOCOL.md alone: hashlib, hmac, zipfile.

    verify_peer.py FULL.zip     prints "peer agrees" and ends with 0 if everything is equal

Recomputes the pool's root, quotas, selection, drawn.tsv, the files' root, every digest, and the
teams of round 2 (flow by augmenting paths over plain dictionaries)."""
import hashlib
import hmac
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
from paper import leaf, quotas, root, sha, ticket, words  # pylint: disable=wrong-import-position


class Bundle:
    def __init__(self, path):
        with zipfile.ZipFile(path) as z:
            self.files = {i.filename: z.read(i) for i in z.infolist()}
        self.entries = [self.files[n] for n in sorted(self.files) if n.startswith("entries/")]
        self.kinds = [n.split("-", 1)[1] for n in sorted(self.files) if n.startswith("entries/")]
        self.blinds = {}
        for name in ("blinds", "blinds-private"):
            for line in self.files.get(name, b"").decode().splitlines():
                key, blind = line.split("\t")
                self.blinds[key] = bytes.fromhex(blind)

    def entry(self, kind):
        return self.entries[self.kinds.index(kind)]

    def digest(self, name):
        return sha(self.blinds.get(name, bytes(32)) + self.files[name]).hex()


def equal(what, shown, computed):
    if shown != computed:
        print("peer differs:", what, shown, computed)
        sys.exit(1)


def seed(bundle, j, asker, beacon):
    codes = words(bundle.entry("commitment"), "code")
    secrets = [bytes.fromhex(s) for s in bundle.files.get("secret", b"").decode().split()]
    equal("secrets", words(bundle.entry("disclosure"), "secret"), [s.hex() for s in secrets])
    opened = []
    for code, start in zip(codes, secrets):
        length, end = int(code.split()[0]), code.split()[1]
        chain = [start]
        for _ in range(length):
            chain.append(sha(chain[-1]))
        equal("code", end, chain[-1].hex())
        opened.append(chain[length - j])
    salt = b"" if not opened else opened[0] if len(opened) == 1 else \
        sha(b"sunlot-draw/1 codes\n" + b"".join(opened))
    randomness = "entry:%s/" % leaf(asker).hex() + "".join(p + "/" for p in words(beacon, "part"))
    return hmac.new(salt, randomness.encode(), hashlib.sha256).digest()


def check_selection(bundle):
    commitment = bundle.entry("commitment")
    lines = bundle.files["pool.tsv"].decode().splitlines()
    equal("pool sorted", lines, sorted(lines, key=lambda s: s.encode()))
    leaves = []
    key = bundle.files.get("pool-key")
    for line in lines:
        if key:
            nonce = hmac.new(bytes.fromhex(key.decode().strip()),
                             b"leaf:" + line.split("\t")[0].encode() + b"\1",
                             hashlib.sha256).digest()[:16]
            line += "\t" + nonce.hex()
        leaves.append(leaf(line.encode()))
    equal("pool root", words(commitment, "pool-root"), [root(leaves).hex()])
    strata = []
    for text in words(commitment, "stratum"):
        name, count, mode, ratio = text.split()
        num, den = ratio.split("/")
        strata.append((name, int(count), mode, int(num), int(den)))
    s1 = seed(bundle, 1, commitment, bundle.entry("beacon"))
    k = quotas(strata, s1)
    rows, drawn = [], []
    for name, count, *_ in strata:
        ids = [line.split("\t")[0] for line in lines if line.split("\t")[1] == name]
        equal("count of " + name, count, len(ids))
        order = sorted((ticket(s1, "object:" + i), i) for i in ids)[:k[name]]
        for rank, (t, i) in enumerate(order, 1):
            rows.append("%s\t%d\t%s\t%s\n" % (name, rank, t.hex(), i))
            drawn.append("%s\t%s\n" % (t.hex(), i))
    equal("selected.tsv", bundle.files["selected.tsv"].decode(), "".join(rows))
    equal("drawn.tsv", bundle.files["drawn.tsv"].decode(), "".join(sorted(drawn)))


class Filling:
    """Seats (object, id) to people with limits, at most one seat of an object each."""

    def __init__(self, seats, eligible):
        self.seats, self.eligible = seats, eligible

    def largest(self, limits, fixed):
        held, load = dict(fixed), {}
        for person in held.values():
            load[person] = load.get(person, 0) + 1
        for seat in self.seats:
            if seat not in held:
                self.augment(seat, limits, fixed, held)
        return held

    def augment(self, start, limits, fixed, held):
        """Tries all alternating ways from an empty seat, breadth first."""
        before, queue = {start: None}, [start]
        while queue:
            seat = queue.pop(0)
            for person in self.eligible.get(seat, ()):
                same = [s for s in held if held[s] == person and self.seats[s] == self.seats[seat]
                        and s != seat]
                load = sum(1 for p in held.values() if p == person)
                if same:
                    ways = same
                elif load < limits.get(person, 0):
                    while seat is not None:
                        person, held[seat] = held.get(seat), person
                        seat = before[seat]
                    return True
                else:
                    ways = [s for s in held if held[s] == person]
                for other in ways:
                    if other not in before and other not in fixed:
                        before[other] = seat
                        queue.append(other)
        return False


def check_teams(bundle):
    askers = [i for i, kind in enumerate(bundle.kinds) if kind == "teams"]
    if not askers:
        return
    s2 = seed(bundle, 2, bundle.entries[askers[0]], bundle.entries[askers[0] + 1])
    seats = dict(line.split("\t") for line in bundle.files["seats.tsv"].decode().splitlines())
    people = {}
    for line in bundle.files["inspectors.tsv"].decode().splitlines():
        name, base, cap = line.split("\t")
        people[name] = (int(base), int(cap))
    eligible = {}
    for line in bundle.files["eligible.tsv"].decode().splitlines():
        name, seat = line.split("\t")
        eligible.setdefault(seat, []).append(name)
    filling = Filling(seats, eligible)
    x = {p: 0 for p in people}
    active = {p for p in people if people[p][1] > 0}
    served = 0
    while served < len(seats) and active:
        p = min(active, key=lambda p: (people[p][0] + x[p],
                                       ticket(s2, "load|%d|%s" % (people[p][0] + x[p], p)), p))
        more = dict(x)
        more[p] += 1
        if x[p] < people[p][1] and len(filling.largest(more, {})) == served + 1:
            x, served = more, served + 1
        else:
            active.discard(p)
    fixed = {}
    for seat in sorted(seats, key=lambda s: (ticket(s2, "seat|" + s), s)):
        for p in sorted(eligible[seat], key=lambda p: (ticket(s2, "pair|%s|%s" % (seat, p)), p)):
            if any(fixed.get(s) == p and seats[s] == seats[seat] for s in fixed):
                continue
            if sum(1 for q in fixed.values() if q == p) >= x[p]:
                continue
            trial = dict(fixed)
            trial[seat] = p
            if len(filling.largest(x, trial)) == len(seats):
                fixed = trial
                break
    text = "".join("%s\t%s\n" % (s, fixed[s]) for s in sorted(seats, key=lambda s: s.encode()))
    equal("teams.tsv", bundle.files["teams.tsv"].decode(), text)
    for name in ("seats", "inspectors", "eligible"):
        equal(name + " digest", words(bundle.entry("teams"), name), [bundle.digest(name + ".tsv")])
    equal("teams digest", words(bundle.entry("assigned"), "teams"), [bundle.digest("teams.tsv")])


def check_files(bundle):
    lines = bundle.files["files.tsv"].decode().splitlines()
    equal("files root", words(bundle.entry("disclosure"), "files"),
          [root([leaf(line.encode()) for line in lines]).hex()])
    listed = [line.split("\t") for line in lines]
    listed += [line.split("\t") for line in
               bundle.files.get("private.tsv", b"").decode().splitlines()[1:]]
    for name, digest in listed:
        if name != "PUBLIC":
            equal(name, digest, sha(bundle.files[name]).hex())
    equal("selected digest", words(bundle.entry("drawn"), "selected"),
          [bundle.digest("selected.tsv")])


def main():
    bundle = Bundle(sys.argv[1])
    check_files(bundle)
    check_selection(bundle)
    check_teams(bundle)
    print("peer agrees")


main()
