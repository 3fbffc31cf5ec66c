#!/usr/bin/env python3
"""testssl against nginx with the sample configuration of docs/serve: scan_tls.py SUNLOT

A finding is all that testssl rates LOW or worse, but for the certificate's own lines: the one here is made
for the test, by an authority that testssl is told to trust, and each office brings its own. testssl gives a
grade from 3.2 on, which must be A+; Debian's 3.0 gives none, so what that grade asks for (SSL Labs' rating
guide) is held against its single facts as well: TLS 1.2 and 1.3 alone, forward secrecy with every cipher,
strict transport security of half a year. SCAN_TESTSSL names another testssl than the one on the path."""
import json
import os
import re
import subprocess

from scan_kit import finish, home, say, served
from front_kit import KEY, NAME, Front, openssl  # scan_kit says where
from desk_kit import csrf_of

# The certificate: of a year, without an authority's addresses.
OF_CERTIFICATE = re.compile(r"^cert|^OCSP|^DNS_CAArecord")
# Protocols, kinds of ciphers, forward secrecy, preference, defaults, headers, weaknesses by name: all but the
# browsers that testssl plays, which rate nothing.
PARTS = ("-p", "-s", "-f", "-P", "-S", "-h", "-U")
FINE = ("OK", "INFO", "DEBUG")
HALF_A_YEAR = 15768000  # seconds
# What testssl says of its own openssl (Debian's has no GOST and no QUIC), and what the server's cannot do:
# key exchange that withstands quantum computers came with OpenSSL 3.5.
OWN = ("engine_problem", "QUIC", "FS_KEMs")


class Certified(Front):
    """With a certificate that an authority made."""

    def certify(self, home):
        def path(name):
            return os.path.join(home, name)
        openssl("req", "-x509", *KEY, "-subj", "/CN=Authority of the test", "-days", "365",
                "-keyout", path("authority.key"), "-out", path("authority.pem"))
        openssl("req", *KEY, "-subj", "/CN=" + NAME, "-keyout", path("key.pem"), "-out", path("request.pem"))
        with open(path("request.ext"), "w", encoding="ascii") as f:
            f.write("subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n" % NAME)
        openssl("x509", "-req", "-in", path("request.pem"), "-CA", path("authority.pem"), "-CAkey",
                path("authority.key"), "-CAcreateserial", "-days", "365", "-extfile", path("request.ext"),
                "-out", path("leaf.pem"))
        with open(self.certificate, "wb") as f:
            for name in ("leaf.pem", "authority.pem"):
                with open(path(name), "rb") as part:
                    f.write(part.read())


def facts(front, folder):
    """{what: (severity, finding)} as testssl tells it."""
    told = os.path.join(folder, "testssl.json")
    subprocess.run([os.environ.get("SCAN_TESTSSL", "testssl"), "--quiet", "--warnings", "off", "--color", "0", *PARTS,
                    "--ip", "127.0.0.1", "--add-ca", os.path.join(folder, "authority.pem"), "--jsonfile", told,
                    "%s:%d" % (NAME, front.secure)],
                   stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=folder, timeout=3600)
    with open(told, encoding="utf-8") as f:
        return {row["id"]: (row["severity"], row["finding"]) for row in json.load(f) if row["id"] not in OWN}


def short_of_a_plus(found):
    """What SSL Labs' A+ asks for and testssl did not see."""
    def has(name, words):
        return words in found.get(name, ("", ""))[1]
    seconds = re.search(r"=(\d+) seconds", found.get("HSTS_time", ("", ""))[1])
    asked = {"no " + v: has(v, "not offered") for v in ("SSLv2", "SSLv3", "TLS1", "TLS1_1")}
    asked.update({v: found.get(v, ("", ""))[1].startswith("offered") for v in ("TLS1_2", "TLS1_3")})
    asked["forward secrecy"] = "offered" in (found.get(name, ("", ""))[1] for name in ("PFS", "FS"))
    asked["no cipher without it"] = has("ROBOT", "no RSA key transport cipher")
    asked["strict transport security"] = seconds is not None and int(seconds.group(1)) >= HALF_A_YEAR
    return [what for what, held in asked.items() if not held]


def masked(county):
    """Whether the token of a page of the workbench is another one each time: then what compression tells of
    it is worth nothing, and a page of the portal holds no secret. Without that BREACH is a finding."""
    tokens = [csrf_of(county.ask("office", "/desk/sessions")[2]) for _ in range(2)]
    return all(tokens) and tokens[0] != tokens[1]


def main():
    with home("tls") as folder, served(folder) as county:
        front = Certified(county.server.port, folder)
        try:
            found = facts(front, folder)
        finally:
            front.stop()
        good = {"BREACH"} if masked(county) else set()
    wrong = ["%s: %s %s" % (name, severity, words) for name, (severity, words) in found.items()
             if severity not in FINE and name not in good and not OF_CERTIFICATE.search(name)]
    grade = found.get("overall_grade", ("", ""))[1]
    say("rating: " + (grade or "this testssl gives none"))
    wrong += ["the grade is " + grade] if grade not in ("", "A+") else []
    say("rated LOW or worse, of the certificate made for this or made good: " + ", ".join(
        name for name, (severity, _) in found.items() if severity not in FINE and (
            name in good or OF_CERTIFICATE.search(name))))
    lacking = short_of_a_plus(found)
    say("what A+ asks for: " + ("lacking: " + ", ".join(lacking) if lacking else "all there"))
    finish("tls", len(found), wrong + lacking, "nginx with docs/serve/nginx.conf")


main()
