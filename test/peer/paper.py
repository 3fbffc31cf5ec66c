"""What every second reader of PROTOCOL.md needs, from the paper alone: hashlib and hmac. Shares
nothing with the program."""
import hashlib
import hmac
from math import lcm


def sha(data):
    return hashlib.sha256(data).digest()


def leaf(data):
    return sha(b"\0" + data)


def root(leaves):
    """Merkle tree hash of RFC 6962 over leaf hashes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + root(leaves[:left]) + root(leaves[left:]))


def words(entry, key):
    """What stands behind a key, line by line of an entry."""
    return [line[len(key) + 1:] for line in entry.decode().splitlines()
            if line.startswith(key + " ")]


def ticket(key, label):
    label = label.encode() if isinstance(label, str) else label
    return hmac.new(key, label + b"\1", hashlib.sha256).digest()


def quotas(strata, key):
    """Section 6, stratum by stratum; strata: (name, count, mode, num, den) in commitment order."""
    common = lcm(*[den for _, _, mode, _, den in strata if mode == "systematic"])
    u = int.from_bytes(ticket(key, "rounding")[:8], "big") * common >> 64
    total, found = 0, {}
    for name, count, mode, num, den in strata:
        if mode == "fixed":
            k = num
        elif mode == "ceil":
            k = -(-count * num // den)
        else:
            after = total + count * num * (common // den)
            k, total = (after + u) // common - (total + u) // common, after
        found[name] = min(k, count)
    return found
