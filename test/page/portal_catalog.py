#!/usr/bin/env python3
"""The catalogue of open data as a harvester of others reads it: portal_catalog.py SUNLOT

Read by Debian's rdflib as RDF, without the network, and held against the properties that DCAT-AP 2.1.1
(https://semiceu.github.io/DCAT-AP/releases/2.1.1/) lists as mandatory and recommended, their ranges
(IRI, class, literal type) and how often they may occur; dates, sizes and media types against the files
themselves. Without rdflib (python3-rdflib) it says so and passes; ./do test installs it."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "fault")]
from portal_kit import SUNLOT, Server  # noqa: E402
from tap import Tap, must  # noqa: E402

try:
    import rdflib
    from rdflib.namespace import DCTERMS, FOAF, RDF, XSD
except ImportError:
    print("ok 1 - not run: no rdflib here\n1..1")
    sys.exit(0)

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
EU = "http://publications.europa.eu/resource/authority/"
TEXT, ANY = "text", None

# DCAT-AP 2.1.1, tables of chapter 4: class, property, least and most times, range: a class, TEXT (a
# literal with a language or none), a type of literal, or the beginning of an IRI.
RULES = [
    (DCAT.Catalog, DCAT.dataset, 1, None, DCAT.Dataset),
    (DCAT.Catalog, DCTERMS.description, 1, None, TEXT),
    (DCAT.Catalog, DCTERMS.publisher, 1, 1, FOAF.Agent),
    (DCAT.Catalog, DCTERMS.title, 1, None, TEXT),
    (DCAT.Catalog, FOAF.homepage, 1, 1, "http"),
    (DCAT.Catalog, DCTERMS.language, 1, None, EU + "language/"),
    (DCAT.Catalog, DCTERMS.license, 1, 1, DCTERMS.LicenseDocument),
    (DCAT.Catalog, DCTERMS.issued, 1, 1, XSD.dateTime),
    (DCAT.Catalog, DCTERMS.modified, 1, 1, XSD.dateTime),
    (DCAT.Catalog, DCTERMS.spatial, 1, None, DCTERMS.Location),
    (DCAT.Catalog, DCAT.themeTaxonomy, 1, None, EU + "data-theme"),
    (DCAT.Dataset, DCTERMS.description, 1, None, TEXT),
    (DCAT.Dataset, DCTERMS.title, 1, None, TEXT),
    (DCAT.Dataset, DCAT.contactPoint, 1, None, VCARD.Kind),
    (DCAT.Dataset, DCAT.distribution, 1, None, DCAT.Distribution),
    (DCAT.Dataset, DCAT.keyword, 1, None, TEXT),
    (DCAT.Dataset, DCTERMS.publisher, 1, 1, FOAF.Agent),
    (DCAT.Dataset, DCTERMS.spatial, 1, None, DCTERMS.Location),
    (DCAT.Dataset, DCTERMS.temporal, 0, None, DCTERMS.PeriodOfTime),
    (DCAT.Dataset, DCAT.theme, 1, None, EU + "data-theme/"),
    (DCAT.Dataset, DCTERMS.accessRights, 1, 1, EU + "access-right/"),
    (DCAT.Dataset, DCTERMS.accrualPeriodicity, 1, 1, EU + "frequency/"),
    (DCAT.Dataset, DCTERMS.identifier, 1, None, TEXT),
    (DCAT.Dataset, DCAT.landingPage, 1, None, "http"),
    (DCAT.Dataset, DCTERMS.language, 1, None, EU + "language/"),
    (DCAT.Dataset, DCTERMS.issued, 1, 1, XSD.dateTime),
    (DCAT.Dataset, DCTERMS.modified, 1, 1, XSD.dateTime),
    (DCAT.Distribution, DCAT.accessURL, 1, None, "http"),
    (DCAT.Distribution, DCTERMS.format, 1, 1, EU + "file-type/"),
    (DCAT.Distribution, DCTERMS.license, 1, 1, DCTERMS.LicenseDocument),
    (DCAT.Distribution, DCAT.byteSize, 0, 1, XSD.decimal),
    (DCAT.Distribution, DCAT.downloadURL, 1, None, "http"),
    (DCAT.Distribution, DCTERMS.language, 1, None, EU + "language/"),
    (DCAT.Distribution, DCAT.mediaType, 1, 1, "https://www.iana.org/assignments/media-types/"),
    (DCAT.Distribution, DCTERMS.modified, 1, 1, XSD.dateTime),
    (DCAT.Distribution, DCTERMS.title, 1, None, TEXT),
    (DCTERMS.PeriodOfTime, DCAT.startDate, 1, 1, XSD.date),
    (DCTERMS.PeriodOfTime, DCAT.endDate, 1, 1, XSD.date),
    (FOAF.Agent, FOAF.name, 1, None, TEXT),
    (DCTERMS.LicenseDocument, DCTERMS.title, 1, None, TEXT),
    (VCARD.Kind, VCARD.fn, 1, None, TEXT),
    (VCARD.Kind, VCARD.hasURL, 1, None, "http"),
]


def run(*words, fails=False):
    done = subprocess.run([SUNLOT, "--data", county, *words], capture_output=True, text=True)
    must((done.returncode != 0) == fails, "sunlot %s: %s" % (" ".join(words), done.stderr))
    return done.stderr


def ask(path):
    status, headers, body = server.ask(path)
    while status == 429:
        time.sleep(0.3)
        status, headers, body = server.ask(path)
    must(status == 200, "%s: %d" % (path, status))
    return headers, body


def read():
    headers, body = ask("/catalog.jsonld")
    must(headers["content-type"].startswith("application/ld+json"), headers["content-type"])
    must(headers.get("access-control-allow-origin") == "*", "not for pages of others")
    contexts = json.dumps([v for k, v in json.loads(body).items() if k == "@context"])
    must("http" in contexts and '@import' not in contexts and isinstance(json.loads(body)["@context"], dict),
         "the context would have to be fetched")
    graph = rdflib.Graph()
    graph.parse(data=body.decode(), format="json-ld")
    return graph


def fits(graph, node, wanted):
    if wanted is TEXT:
        return isinstance(node, rdflib.Literal) and node.datatype in (None, RDF.langString, XSD.string) and str(node)
    if isinstance(wanted, rdflib.URIRef) and str(wanted).startswith(str(XSD)):
        return isinstance(node, rdflib.Literal) and node.datatype == wanted and node.value is not None
    if isinstance(wanted, rdflib.URIRef):
        return (node, RDF.type, wanted) in graph
    return isinstance(node, rdflib.URIRef) and str(node).startswith(wanted) and " " not in str(node)


def shape(graph):
    checked = 0
    for kind in {rule[0] for rule in RULES}:
        must((None, RDF.type, kind) in graph, "there is no %s" % kind)
    must(len(list(graph.subjects(RDF.type, DCAT.Catalog))) == 1, "not one catalogue")
    for kind, prop, least, most, wanted in RULES:
        for subject in set(graph.subjects(RDF.type, kind)):
            values = list(graph.objects(subject, prop))
            must(len(values) >= least and (most is None or len(values) <= most),
                 "%s of %s: %d times" % (prop, subject, len(values)))
            for value in values:
                must(fits(graph, value, wanted), "%s of %s: %r" % (prop, subject, value))
                checked += 1
    for kind in (DCAT.Dataset, DCAT.Distribution, DCAT.Catalog):
        for subject in graph.subjects(RDF.type, kind):
            must(isinstance(subject, rdflib.URIRef), "a %s has no @id" % kind)
    listed = set(graph.objects(None, DCAT.dataset))
    must(listed == set(graph.subjects(RDF.type, DCAT.Dataset)), "a dataset that the catalogue does not list")
    return "%d values of %d kinds" % (checked, len(RULES))


def both_languages(graph):
    for kind in (DCAT.Catalog, DCAT.Dataset):
        for subject in graph.subjects(RDF.type, kind):
            for prop in (DCTERMS.title, DCTERMS.description):
                said = {v.language: str(v) for v in graph.objects(subject, prop)}
                must({k.lower() for k in said} == {"zh-cn", "en"}, "%s of %s: %s" % (prop, subject, said))
                must(all(ord(c) < 0x3000 for c in said["en"]), said["en"])


def files(graph):
    sizes = 0
    for form in set(graph.subjects(RDF.type, DCAT.Distribution)):
        url = str(graph.value(form, DCAT.downloadURL))
        must(url.startswith("http://127.0.0.1:%d/open/" % server.port), url)
        headers, _ = ask(urllib.parse.urlsplit(url).path)
        media = str(graph.value(form, DCAT.mediaType)).split("/media-types/")[1]
        must(headers["content-type"].split(";")[0] == media, "%s: %s" % (url, media))
        must(str(form).split("#")[1] == url.rsplit("/", 1)[1] == str(graph.value(form, DCTERMS.title)), form)
        page = ask("/open")[1].decode()
        must(any('id="%s"' % str(d).split("#")[1] in page for d in graph.subjects(DCAT.distribution, form)), form)
    later = read()
    for form in set(later.subjects(RDF.type, DCAT.Distribution)):
        size = later.value(form, DCAT.byteSize)
        if size is not None:
            path = urllib.parse.urlsplit(str(later.value(form, DCAT.downloadURL))).path
            must(int(size) == len(ask(path)[1]), "%s: %s bytes told" % (path, size))
            sizes += 1
    must(sizes >= 15, "only %d sizes are told of files that stand ready" % sizes)
    return "%d sizes" % sizes


def years(graph):
    """Each list of the year has its period; the lists of all items, plans and rates have none; nothing is newer than its change."""
    this = time.gmtime(time.time() + 8 * 3600).tm_year
    names = {str(graph.value(d, DCTERMS.identifier)): d for d in graph.subjects(RDF.type, DCAT.Dataset)}
    for name in ("results", "corrections", "followups", "draws", "tasks"):
        must("%s-%d" % (name, this) in names, "%s of this year is not listed" % name)
    for name, dataset in names.items():
        period = graph.value(dataset, DCTERMS.temporal)
        must((period is None) == (name in ("items", "plans", "rates")), "%s: %s" % (name, period))
        if period is not None:
            year = name.rsplit("-", 1)[1]
            days = [str(graph.value(period, p)) for p in (DCAT.startDate, DCAT.endDate)]
            must(days == [year + "-01-01", year + "-12-31"], "%s: %s" % (name, days))
        issued, modified = (graph.value(dataset, p).toPython() for p in (DCTERMS.issued, DCTERMS.modified))
        must(issued <= modified, "%s: changed %s, issued %s" % (name, modified, issued))
    want = last_entry()
    got = graph.value(graph.value(None, RDF.type, DCAT.Catalog), DCTERMS.modified).toPython().timestamp()
    must(abs(got - want) < 1, "changed at %s, the log says %s" % (got, want))


def last_entry():
    """The time of the newest checkpoint that made the log longer, from its cosignatures (c2sp.org/tlog-cosignature:
    key id 4 bytes, then seconds in 8)."""
    grown, size = 0, "0"
    for text in open(os.path.join(county, "log", "checkpoints"), encoding="utf-8").read().split("\n\n"):
        lines = text.splitlines()
        if len(lines) >= 3 and lines[1].isdigit():
            must(int(lines[1]) >= int(size), "checkpoints out of order")
            longer, size = lines[1] != size, lines[1]
        times = [int.from_bytes(base64.b64decode(row.split()[2])[4:12], "big")
                 for row in lines if row.startswith("— ") and len(base64.b64decode(row.split()[2])) == 76]
        if times and longer:
            grown = min(times)
    must(grown > 0, "no time in the checkpoints")
    return grown


def settings_are_told(_):
    licence, contact = "《示例省公共数据开放许可》第一版", ("ssj@example.gov.cn", "0391-1234567")
    must("网址" in run("setting", "open.licence-url", "javascript:alert(1)", "--basis", "x", fails=True), "no word why")
    must("网址" in run("setting", "open.licence-url", "https://a b/", "--basis", "x", fails=True), "no word why")
    for name, value in (("open.licence", licence), ("open.licence-url", "https://www.example.gov.cn/licence?v=1"),
                        ("site.organiser", "示例县市场监督管理局"), ("site.mail", contact[0]), ("site.phone", contact[1])):
        run("setting", name, value, "--basis", "示例县公共数据管理办法")
    global server
    server.stop()
    server = Server(county)
    graph = read()
    shape(graph)
    for kind in (DCAT.Catalog, DCAT.Distribution):
        for subject in graph.subjects(RDF.type, kind):
            must(str(graph.value(subject, DCTERMS.license)) == "https://www.example.gov.cn/licence?v=1", subject)
    names = {str(v) for v in graph.objects(None, FOAF.name)} | {str(v) for v in graph.objects(None, VCARD.fn)}
    must(names == {"示例县市场监督管理局"}, names)
    must({str(v) for v in graph.objects(None, VCARD.hasEmail)} == {"mailto:" + contact[0]}, "mail")
    must({str(v) for v in graph.objects(None, VCARD.hasTelephone)} == {"tel:" + contact[1]}, "phone")
    page = ask("/open")[1].decode()
    must('href="https://www.example.gov.cn/licence?v=1"' in page and licence in page, "the page does not tell the terms")
    run("setting", "open.licence", "", "--basis", "示例县公共数据管理办法")
    server.stop()
    server = Server(county)
    must('id="licence"' not in ask("/open")[1].decode(), "terms that were taken back are still shown")
    must(not list(read().objects(None, DCTERMS.license)), "and still in the catalogue")


folder = tempfile.mkdtemp(prefix="sunlot-catalog-")
county = os.path.join(folder, "county")
subprocess.run([SUNLOT, "demo", county], check=True, stdout=subprocess.DEVNULL)
server = Server(county)
try:
    tap = Tap()
    whole = read()
    tap.run("every property that DCAT-AP makes mandatory or recommends is there, of the right kind", shape, whole)
    tap.run("titles and descriptions are told in Chinese and in English", both_languages, whole)
    tap.run("periods are the years, changes the log's newest entry", years, whole)
    tap.run("addresses, media types and sizes are those of the files", files, whole)
    tap.run("publisher, contact and terms of use are those of the settings", settings_are_told, whole)
finally:
    server.stop()
    shutil.rmtree(folder)
tap.end()
