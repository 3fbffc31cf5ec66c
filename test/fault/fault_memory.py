"""Memory: a large import within a limit, and files made to burst it.

    fault_memory.py PROGRAM

200,000 rows go in under a limit of address space (RLIMIT_AS), and the peak of resident memory is told.
Workbooks that unpack to a hundred times the allowed size, entities that multiply, too many columns or
entries are refused in words, before they fill memory. Allocation failures at ever smaller limits end
in words too. SUNLOT_TEST_ROWS is the number of rows."""
import io
import os
import resource
import shutil
import sys
import zipfile

import house as houses
import invariants
import walk
from tap import Tap, must

MB = 1 << 20
LIMIT, RESIDENT = 512 * MB, 64 * MB


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


class Bench:
    def __init__(self, program, base):
        self.program, self.base = program, base
        self.files = houses.Files(os.path.join(base, "files"))
        self.plain = 0

    def house(self, name):
        here = walk.found(self.program, self.base, name, self.files)
        must(here.house.run(houses.founding(here.house)).code == 0, "init failed")
        self.plain = self.plain or peak(here.house, ["draw", "list"])[1]
        return here


def peak(house, words, setup=None):
    """The command's end and its own peak of resident memory, by wait4."""
    child = house.start(words, setup=setup)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    child.stderr.close()
    return houses.Done(child.returncode, out, err, 0), usage.ru_maxrss * 1024


def large_import(bench):
    rows, here = int(os.environ.get("SUNLOT_TEST_ROWS", 200000)), bench.house("large")
    bench.files.write("many", bench.files.HEAD, (bench.files.object(i) for i in range(rows)))
    done, most = peak(here.house, ["import", "objects", bench.files.path("many")], limited(LIMIT))
    must(done.code == 0 and "新增 %d" % rows in done.out, "the import failed: %s" % done)
    again, second = peak(here.house, ["import", "objects", bench.files.path("many")], limited(LIMIT))
    must(again.code == 0 and "无变化 %d" % rows in again.out, "the second import failed: %s" % again)
    here.house.remove()
    return "%d rows within %d MB of addresses: %d MB resident, again %d MB" % (
        rows, LIMIT // MB, most // MB, second // MB)


# ---- files made to burst ------------------------------------------------------------------------

SHEET = '<?xml version="1.0" encoding="UTF-8"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/' \
        'spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
PARTS = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/'
    '2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
    '"/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
    'sheet.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
    '2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.'
    'org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(path, sheet, extra=()):
    """sheet and the extra parts: (name, pieces) whose pieces are written one after the other."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for name, text in PARTS.items():
            z.writestr(name, text)
        for name, pieces in [("xl/worksheets/sheet1.xml", sheet)] + list(extra):
            with z.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece.encode())


def row(number, texts):
    return '<row r="%d">%s</row>' % (number, "".join(
        '<c t="inlineStr"><is><t>%s</t></is></c>' % t for t in texts))


def bombs(folder):
    """(name, path) of files that no import may take."""
    head = row(1, ["统一社会信用代码", "检查对象名称", "对象类别", "行政区划"])
    start, end = (SHEET % ("", head + "\0")).split("\0")
    laughs = "<!DOCTYPE l [<!ENTITY a0 'ha'>%s]>" % "".join(
        "<!ENTITY a%d '%s'>" % (i, ("&a%d;" % (i - 1)) * 10) for i in range(1, 10))
    made = {
        "a gigabyte of blanks": lambda p: workbook(p, [start] + [" " * MB] * 1100 + [end]),
        "a cell of 300 MB": lambda p: workbook(p, [start, '<row r="2"><c t="inlineStr"><is><t>'] +
                                               ["哈" * (MB // 3)] * 300 + ["</t></is></c></row>", end]),
        "shared strings of 600 MB": lambda p: workbook(
            p, [start, end], [("xl/sharedStrings.xml", ["<sst>"] + [
                "<si><t>%s</t></si>" % ("x" * 30000)] * 20000 + ["</sst>"])]),
        "entities that multiply": lambda p: workbook(p, [SHEET % (laughs, head + row(2, ["&a9;"] * 4))]),
        "20,000 columns": lambda p: workbook(p, [start, row(2, ["x"] * 20000), end]),
        "5,000 entries": lambda p: workbook(p, [start, end], [
            ("xl/media/%d.png" % i, ["x"]) for i in range(5000)]),
        "a table of nested tables": lambda p: write(p, "<html><table>" + "<tr><td><table>" * 200000),
        "a line of 300 MB": lambda p: write(p, "统一社会信用代码,检查对象名称\n\"", "x" * MB, 300),
    }
    for number, (name, make) in enumerate(made.items()):
        path = os.path.join(folder, "bomb%d.xlsx" % number)
        make(path)
        yield name, path
        os.remove(path)


def write(path, text, piece="", times=0):
    with io.open(path, "w", encoding="utf-8") as f:
        f.write(text)
        for _ in range(times):
            f.write(piece)


def burst(bench):
    here, told = bench.house("bombs"), []
    for name, path in bombs(bench.base):
        done, most = peak(here.house, ["import", "objects", path], limited(LIMIT))
        if done.code != 0:
            invariants.clear(done)
        must("新增 0" in done.out or done.code == 1, "%s: taken for objects: %s" % (name, done))
        told.append("%s: %d MB" % (name, most // MB))
        must(most < bench.plain + RESIDENT, "%s needs %d MB resident: %s" % (name, most // MB, done))
    here.keeper.look()
    here.house.remove()
    return "\n".join(told)


def ever_less(bench):
    """The same import with less and less memory, down to where the program cannot even start."""
    here, words = bench.house("less"), {}
    refused = 0
    for size in range(160 * MB, 8 * MB, -4 * MB):
        done = here.house.run(["import", "objects", bench.files.path("objects"), "--dry-run"],
                              setup=limited(size))
        if done.code == 127 or "error while loading" in done.err or "cannot allocate" in done.err.lower():
            break  # the system's loader, before the program
        if "GnuTLS initialization" in done.err:
            break  # a library of libmicrohttpd's that starts, and says so, before main
        if done.code != 0:
            invariants.clear(done)
            refused += 1
        words[done.err.strip()[:60]] = size // MB
    must(refused > 0, "no limit was ever too small: %s" % words)
    here.house.remove()
    return "%d limits were too small and said so; lowest for each answer: %s" % (refused, words)


def main():
    tap, base = Tap(), houses.scratch()
    bench = Bench(sys.argv[1], base)
    try:
        tap.run("200,000 rows are imported within 512 MB of address space", large_import, bench)
        tap.run("files made to burst memory are refused in words, with little memory", burst, bench)
        tap.run("too little memory ends in words", ever_less, bench)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    tap.end()


if __name__ == "__main__":
    main()
