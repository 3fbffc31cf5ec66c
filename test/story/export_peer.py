#!/usr/bin/env python3
"""Reads one export of published results as CSV, JSON and XLSX and compares them.

    export_peer.py RESULTS.csv RESULTS.json RESULTS.xlsx

The headings must be the national publicity system's columns (with the object's own two), the rows
the same in all three. In the CSV a cell that a spreadsheet would take for a formula has a ' before
it; the workbook holds no formula at all. Prints the number of rows and the RFC 6962 root of the
rows (cells joined by TAB, sorted by bytes)."""
import csv
import hashlib
import json
import sys
import zipfile
from xml.etree import ElementTree

COLUMNS = ["抽查计划编号", "抽查计划名称", "抽查任务编号", "抽查任务名称", "抽查类型", "抽查机关",
           "抽查完成日期", "统一社会信用代码", "检查对象名称", "检查事项", "检查结果"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def must(ok, *what):
    if not ok:
        print("export differs:", *what)
        sys.exit(1)


def read_csv(path):
    raw = open(path, "rb").read()
    must(raw.startswith(b"\xef\xbb\xbf"), "no byte order mark for Excel")
    rows = list(csv.reader(raw[3:].decode().splitlines()))
    for row in rows:
        for cell in row:
            must(cell[:1] not in ("=", "+", "-", "@", "\t"), "a formula in the CSV:", cell)
    return [[c[1:] if c[:1] == "'" else c for c in row] for row in rows]


def read_xlsx(path):
    with zipfile.ZipFile(path) as z:
        names = z.namelist()
        shared = []
        if "xl/sharedStrings.xml" in names:
            for item in ElementTree.fromstring(z.read("xl/sharedStrings.xml")):
                shared.append("".join(t.text or "" for t in item.iter(MAIN + "t")))
        sheet = ElementTree.fromstring(z.read("xl/worksheets/sheet1.xml"))
    must(not list(sheet.iter(MAIN + "f")), "a formula in the workbook")
    rows = []
    for row in sheet.iter(MAIN + "row"):
        cells = {}
        for cell in row.iter(MAIN + "c"):
            column = 0
            for letter in cell.get("r").rstrip("0123456789"):
                column = column * 26 + ord(letter) - 64
            value = cell.find(MAIN + "v")
            if cell.get("t") == "s":
                text = shared[int(value.text)]
            elif cell.get("t") == "inlineStr":
                text = "".join(t.text or "" for t in cell.iter(MAIN + "t"))
            else:
                must(value is None, "a cell that is a number:", cell.get("r"))
                text = ""
            cells[column] = text
        rows.append([cells.get(i + 1, "") for i in range(len(COLUMNS))])
    return rows


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


table = read_csv(sys.argv[1])
must(table[0] == COLUMNS, "headings of the CSV", table[0])
book = read_xlsx(sys.argv[3])
must(book[0] == COLUMNS, "headings of the workbook", book[0])
must(book[1:] == table[1:], "workbook and CSV", book[1:], table[1:])
objects = json.load(open(sys.argv[2], encoding="utf-8"))
must(isinstance(objects, list), "the JSON is no list")
listed = [[str(v) for v in o.values()] for o in objects]
must(listed == table[1:], "JSON and CSV", listed, table[1:])
lines = sorted("\t".join(row).encode() for row in table[1:])
leaves = [hashlib.sha256(b"\0" + line).digest() for line in lines]
print(len(lines), root(leaves).hex() if leaves else "")
