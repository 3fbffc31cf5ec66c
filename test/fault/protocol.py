"""A second reading of PROTOCOL.md, RFC 6962 and the C2SP log formats, for the fault tests: what the
program wrote is recomputed here from the bytes on disk, with hashlib alone."""
import base64
import functools
import hashlib
import hmac
import os
import re
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
import paper  # pylint: disable=wrong-import-position
from paper import leaf, root, sha, ticket  # pylint: disable=wrong-import-position


# ---- the log ------------------------------------------------------------------------------------

class Checkpoint:
    """One signed note. Signature lines: 68 bytes are a note signature, 76 a cosignature whose bytes
    4 to 11 are the time in seconds."""

    def __init__(self, text):
        self.text = text
        body, _, lines = text.partition("\n\n")
        self.body = body + "\n"
        self.origin, size, tree = body.split("\n")[:3]
        self.size, self.root = int(size), base64.b64decode(tree)
        self.signatures = [base64.b64decode(line.split(" ")[2]) for line in lines.strip().split("\n")]

    def time(self):
        times = [struct.unpack(">Q", s[4:12])[0] for s in self.signatures if len(s) == 76]
        return times[0] if times else None

    def signed_by(self, vkey, scratch):
        """Whether the plain signature holds, by openssl; vkey is NAME+HASH+BASE64."""
        key = base64.b64decode(vkey.split("+", 2)[2])[1:]
        made = [s[4:] for s in self.signatures if len(s) == 68]
        paths = [os.path.join(scratch, name) for name in ("key.der", "note", "signature")]
        contents = bytes.fromhex("302a300506032b6570032100") + key, self.body.encode(), made[0]
        for path, content in zip(paths, contents):
            with open(path, "wb") as f:
                f.write(content)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                               paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2]],
                              capture_output=True, check=False)
        return done.returncode == 0


def read(path):
    with open(path, "rb") as f:
        return f.read()


def checkpoints(folder):
    """Every checkpoint ever signed, in order: the file `checkpoints`, cut after each blank line that
    follows signatures. A torn end, which a crash may leave, is no checkpoint."""
    text = read(os.path.join(folder, "log/checkpoints")).decode("utf-8", "replace")
    found = re.findall(r"[^\n]+\n\d+\n[^\n]+\n\n(?:\u2014 [^\n]+\n)+\n", text)
    return [Checkpoint(part[:-1]) for part in found]


def shown(folder):
    """The checkpoint that readers see, None before the first."""
    path = os.path.join(folder, "log/checkpoint")
    return Checkpoint(read(path).decode()) if os.path.exists(path) else None


def tile(folder, kind, number, width):
    """A tile of at least `width` entries: the full one, or a partial one that is wide enough."""
    base = os.path.join(folder, "log/tile", kind, "%03d" % number)
    if os.path.exists(base):
        return read(base)
    return read("%s.p/%d" % (base, width))


def log_entries(folder, size):
    """The first `size` entries, from tile/entries, each checked against tile/0."""
    found = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        data, hashes = tile(folder, "entries", number, width), tile(folder, "0", number, width)
        at = 0
        for i in range(width):
            length = struct.unpack(">H", data[at:at + 2])[0]
            entry = data[at + 2:at + 2 + length]
            if len(entry) != length or leaf(entry) != hashes[i * 32:i * 32 + 32]:
                raise ValueError("tile %d: entry %d does not give its hash" % (number, i))
            found.append(entry)
            at += 2 + length
    return found


@functools.lru_cache(maxsize=64)
def lines_root(content):
    """The root of a file's lines without their LF."""
    return root([leaf(line) for line in content.rstrip(b"\n").split(b"\n")])


# ---- the draw -----------------------------------------------------------------------------------

def fields(body):
    """The lines of a log entry as (word, rest)."""
    return [tuple((line + " ").split(" ", 1)) for line in body.decode().rstrip("\n").split("\n")]


def first(body, word):
    return next(rest.strip() for key, rest in fields(body) if key == word)


def seed(asking, beacon, salt):
    parts = [rest.strip() for key, rest in fields(beacon) if key == "part"]
    randomness = "entry:" + leaf(asking).hex() + "/" + "".join(part + "/" for part in parts)
    return hmac.new(salt, randomness.encode(), hashlib.sha256).digest()


def quotas(commitment, key):
    """Section 6, for the strata of a commitment."""
    strata = []
    for word, rest in fields(commitment):
        if word == "stratum":
            name, count, mode, ratio = rest.strip().split(" ")
            num, den = (int(n) for n in ratio.split("/"))
            strata.append((name, int(count), mode, num, den))
    return paper.quotas(strata, key)


@functools.lru_cache(maxsize=64)
def order(pool, key):
    """All objects of each stratum by ticket: {stratum: [(ticket, id), ...]}."""
    found = {}
    for line in pool.decode().rstrip("\n").split("\n"):
        ident, stratum = line.split("\t")
        found.setdefault(stratum, []).append((ticket(key, b"object:" + ident.encode()), ident))
    return {stratum: sorted(rows) for stratum, rows in found.items()}


def selected(pool, commitment, key):
    """selected.tsv."""
    wanted, rows = quotas(commitment, key), order(pool, key)
    lines = []
    for stratum in sorted(wanted, key=lambda name: name.encode()):
        for rank, (value, ident) in enumerate(rows.get(stratum, [])[:wanted[stratum]], 1):
            lines.append("%s\t%d\t%s\t%s\n" % (stratum, rank, value.hex(), ident))
    return "".join(lines).encode()

