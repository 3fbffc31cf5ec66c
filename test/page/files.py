#!/usr/bin/env python3
"""Files from outside: what pictures lose, what becomes of polyglots, the virus scanner: files.py SUNLOT

Pictures are made here, with everything that cameras write into them; exiftool (not ours) says what is
left, djpeg and a reader of PNG in this file look at the pixels (SECURITY.md IN9, IN10, IN12)."""
import hashlib
import http.client
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse
import zipfile
import zlib

import desk_kit
from desk_kit import County, Forms, csrf_of, query, run, send_file, why
from tap import Tap, must

tap = Tap()
home = tempfile.mkdtemp(prefix="sunlot-files-")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n"
CANARY = b"KANARI-4711"
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
QUARTERS = [(250, 10, 10), (10, 250, 10), (10, 10, 250), (240, 240, 20)]  # of a picture, line by line
FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"


# ---- pictures -----------------------------------------------------------------------------------------

def quartered(width, height):
    """A PPM of four colours."""
    half = [b"".join(bytes(c) * (width // 2) for c in QUARTERS[i:i + 2]) for i in (0, 2)]
    return b"P6 %d %d 255\n" % (width, height) + half[0] * (height // 2) + half[1] * (height // 2)


def tool(*words, data=None):
    done = subprocess.run(words, input=data, capture_output=True, timeout=120)
    must(done.returncode == 0, "%s: %s" % (words, done.stderr))
    return done.stdout


def jpeg(width=64, height=48, *options):
    return tool("cjpeg", "-quality", "95", *options, data=quartered(width, height))


def exif(orientation):
    """TIFF data with an orientation and a maker note."""
    note = CANARY + b" maker note"
    ifd = struct.pack(">HHHIHHHHI", 2, 0x0112, 3, 1, orientation, 0, 0x8769, 4, 1) + struct.pack(">II", 38, 0)
    sub = struct.pack(">HHHII", 1, 0x927C, 7, len(note), 38 + 18) + struct.pack(">I", 0) + note
    return b"MM\0*\0\0\0\x08" + ifd + sub


def segment(mark, data):
    return b"\xFF" + bytes([mark]) + struct.pack(">H", len(data) + 2) + data


def after_head(picture, *segments):
    """Segments behind a JPEG's first marker."""
    return picture[:2] + b"".join(segments) + picture[2:]


def from_a_camera(orientation=1, width=64, height=48):
    """A JPEG with all that cameras and editors write into one."""
    path = os.path.join(home, "camera.jpg")
    small = os.path.join(home, "thumb.jpg")
    with open(small, "wb") as f:
        f.write(after_head(jpeg(16, 16), segment(0xFE, CANARY)))
    with open(path, "wb") as f:
        f.write(after_head(jpeg(width, height), segment(0xE1, b"Exif\0\0" + exif(orientation))))
    word = CANARY.decode()
    tool("exiftool", "-q", "-overwrite_original", "-GPSLatitude=35.0833", "-GPSLatitudeRef=N", "-GPSLongitude=112.9333",
         "-GPSLongitudeRef=E", "-Artist=" + word, "-XMP:Creator=" + word, "-IPTC:Caption-Abstract=" + word,
         "-Comment=" + word, "-Model=" + word, "-Photoshop:URL=http://" + word, "-ThumbnailImage<=" + small, path)
    with open(path, "rb") as f:
        data = f.read()
    groups = groups_of(data, "jpg")
    must({"EXIF", "XMP", "IPTC", "Photoshop"} <= groups and b" maker note" in data and data.count(CANARY) >= 6,
         "the test's own picture lacks what it should have: %s" % sorted(groups))
    return data


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=64, height=48, orientation=None, *more):
    """A PNG of the four colours."""
    rows = quartered(width, height).split(b"255\n", 1)[1]
    lines = b"".join(b"\0" + rows[y * width * 3:(y + 1) * width * 3] for y in range(height))
    extra = b"".join(more) + (chunk(b"eXIf", exif(orientation)) if orientation else b"")
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + extra
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def from_an_editor(orientation=1):
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARY + b"</x:xmpmeta>"
    return png(64, 48, orientation, chunk(b"tEXt", b"Author\0" + CANARY), chunk(b"iTXt", xmp),
               chunk(b"zTXt", b"Comment\0\0" + zlib.compress(CANARY)), chunk(b"tIME", b"\x07\xea\1\2\3\4\5"),
               chunk(b"prVt", CANARY))


def groups_of(data, ending):
    path = os.path.join(home, "look." + ending)
    with open(path, "wb") as f:
        f.write(data)
    return set(re.findall(r"^\[(\w+)\]", tool("exiftool", "-G", "-a", path).decode("utf-8", "replace"), flags=re.M))


def chunks_of(data):
    found, at = [], 8
    while at < len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        found.append(data[at + 4:at + 8])
        at += 12 + size
    return found


def unfiltered(lines, width, height, channels):
    """The rows of a PNG."""
    size, before, out = width * channels, bytes(width * channels), []
    for y in range(height):
        kind, row = lines[y * (size + 1)], bytearray(lines[y * (size + 1) + 1:(y + 1) * (size + 1)])
        for i in range(size):
            a = row[i - channels] if i >= channels else 0
            b, c = before[i], before[i - channels] if i >= channels else 0
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        before = bytes(row)
        out.append(before)
    return out


def pixels(data):
    """Width, height and the colours in the middle of the four quarters."""
    if data.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", data[16:24])
        at, packed = 8, b""
        while at < len(data):
            size = struct.unpack(">I", data[at:at + 4])[0]
            packed += data[at + 8:at + 8 + size] if data[at + 4:at + 8] == b"IDAT" else b""
            at += 12 + size
        rows = unfiltered(zlib.decompress(packed), width, height, 3)
    else:
        head, size, _, body = tool("djpeg", "-ppm", data=data).split(b"\n", 3)
        must(head == b"P6", "djpeg gave %r" % head)
        width, height = map(int, size.split())
        rows = [body[y * width * 3:(y + 1) * width * 3] for y in range(height)]
    spots = [(height * v // 4, width * h // 4) for v in (1, 3) for h in (1, 3)]
    return width, height, [tuple(rows[y][3 * x:3 * x + 3]) for y, x in spots]


def near(a, b):
    return all(abs(x - y) < 40 for x, y in zip(a, b))


# ---- the county ---------------------------------------------------------------------------------------

def fetch(server, path, cookie=None, fields=None):
    """Status, headers, bytes."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.1"}
    if cookie:
        headers["Cookie"] = "__Host-s=" + cookie
    body = None
    if fields is not None:
        body = urllib.parse.urlencode(fields)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    link.request("GET" if fields is None else "POST", path, body, headers)
    answer = link.getresponse()
    data = answer.read()
    link.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, data


def draft(county, title):
    page = county.ask("clerk", "/desk/documents/new?kind=guide")[2]
    fields = {**Forms(page).posts()["/desk/documents/new"], "title": title, "text1": "正文", "number": "试〔2026〕1号"}
    status, headers, text = county.ask("clerk", "/desk/documents/new?kind=guide", fields)
    must(status == 303, "%d %s" % (status, why(text)))
    return headers["location"].split("?")[0].rsplit("/", 1)[1]


class Work:
    """The county, a draft to hand files in with, and keys that are never the same."""

    def __init__(self):
        self.county = County(home)
        self.keys = 0
        self.code = draft(self.county, "图片")

    def hand_in(self, name, data, code=None):
        """Status and text."""
        self.keys += 1
        status, _, text = send_file(self.county, "clerk", "/desk/documents/%s/files" % (code or self.code),
                                    {"key": "files-%d" % self.keys}, name, data)
        return status, text

    def taken(self, name, data, code=None):
        """The id of a file that is taken in."""
        status, text = self.hand_in(name, data, code)
        must(status == 303, "%s: %d %s" % (name, status, why(text)))
        file = query(self.county.data, "SELECT MAX(id) FROM attachment")[0][0]
        must(query(self.county.data, "SELECT name FROM attachment WHERE id = ?", file) == [(name,)], name)
        return file

    def copy(self, file, code=None):
        path = "/desk/documents/%s/files/%d" % (code or self.code, file)
        status, _, data = fetch(self.county.server, path, self.county.cookies["reviewer" if code else "clerk"])
        must(status == 200, "%s: %d" % (path, status))
        return data

    def original(self, role, file, code=None):
        """Status, headers, bytes of an original, as the button asks for it."""
        token = csrf_of(self.county.ask(role, "/desk/sessions")[2])
        return fetch(self.county.server, "/desk/documents/%s/files/%d/original" % (code or self.code, file),
                     self.county.cookies[role], {"csrf": token})

    def clear(self):
        """The draft without files, so that the limit of their number is not met."""
        for (file,) in query(self.county.data, "SELECT id FROM attachment WHERE removed_at = 0"
                             " AND resource = 'documents' AND name LIKE 'p%'"):
            self.county.ask("clerk", "/desk/documents/%s/files/%d/remove" % (self.code, file), {})

    def publish(self, code):
        must(self.county.ask("clerk", "/desk/documents/%s/submit" % code, {})[0] == 303, "submit")
        self.keys += 1
        status, _, text = self.county.ask("reviewer", "/desk/documents/%s/step" % code, {
            "act": "publish", "key": "files-publish-%d" % self.keys})
        must(status == 303, "publish: %d %s" % (status, why(text)))

    def again(self, *more, picture=None):
        """The server again, with other options."""
        if self.county.server.process.poll() is None:
            self.county.server.stop()
        os.environ.pop("SUNLOT_PICTURE", None)
        if picture:
            os.environ["SUNLOT_PICTURE"] = picture
        self.county.server = desk_kit.Server(self.county.data, "--proxy", "127.0.0.1", *more)


# ---- IN10 ---------------------------------------------------------------------------------------------

def IN10_what_is_given_out_holds_nothing_but_pixels(w):
    code = draft(w.county, "照片")
    inputs = {"p1.jpg": from_a_camera(6), "p2.png": from_an_editor(3), "p3.jpg": jpeg(5000, 2500, "-progressive"),
              "p4.jpg": jpeg(64, 48, "-grayscale")}
    files = {name: w.taken(name, data, code) for name, data in inputs.items()}
    w.publish(code)
    for name, file in files.items():
        path = "/documents/%s/files/%d" % (code, file)
        status, headers, data = fetch(w.county.server, path)
        must(status == 200, "%s: %d" % (name, status))
        allowed = {"ExifTool", "File", "Composite", "JFIF" if name.endswith("jpg") else "PNG"}
        groups = groups_of(data, name[-3:])
        must(groups <= allowed, "%s: %s" % (name, sorted(groups)))
        must(CANARY not in data and data != inputs[name], name)
        must(data == w.copy(file, code), "%s: the workbench gives another" % name)
        if name.endswith("png"):
            must(set(chunks_of(data)) == {b"IHDR", b"IDAT", b"IEND"}, "%s" % chunks_of(data))
        digest = hashlib.sha256(data).hexdigest()
        must(query(w.county.data, "SELECT digest, size FROM attachment WHERE id = ?", file) == [(digest, len(data))], name)
        must(digest in fetch(w.county.server, "/documents/" + code)[2].decode(), "the page names another digest")
    must(pixels(w.copy(files["p3.jpg"], code))[:2] == (2048, 1024), "the longest edge")
    w.published = (code, files, inputs)


def IN10_the_copy_is_the_right_way_up(w):
    # which quarter stands where, line by line, once a picture of that orientation is shown
    turned = {1: "0123", 2: "1032", 3: "3210", 4: "2301", 5: "0213", 6: "2031", 7: "3120", 8: "1302"}
    for make, ending in ((from_a_camera, "jpg"), (from_an_editor, "png")):
        for orientation, want in turned.items():
            w.clear()
            data = w.copy(w.taken("p%d.%s" % (orientation, ending), make(orientation)))
            width, height, colours = pixels(data)
            must((width, height) == ((48, 64) if orientation >= 5 else (64, 48)), "%d: %dx%d" % (orientation, width, height))
            must(all(near(c, QUARTERS[int(k)]) for c, k in zip(colours, want)), "%s %d: %s" % (ending, orientation, colours))
    w.clear()


def IN10_the_original_is_sealed_and_goes_to_who_may_edit_alone(w):
    code, files, inputs = w.published
    for name, file in files.items():
        status, headers, data = w.original("clerk", file, code)
        must(status == 200 and data == inputs[name], "%s: %d" % (name, status))
        must(headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E5%8E%9F%E4%BB%B6-"), str(headers))
        must(headers["cache-control"] == "no-store" and headers["content-security-policy"] == FILE_POLICY, str(headers))
        digest = hashlib.sha256(inputs[name]).hexdigest()
        must(query(w.county.data, "SELECT original FROM attachment WHERE id = ?", file) == [(digest,)], "its digest")
        rows = query(w.county.data, "SELECT new_value, outcome, actor FROM audit WHERE action = 'attachment-original'"
                     " AND detail = ?", name)
        must(len(rows) == 1 and digest in rows[0][0] and rows[0][1:] == ("done", desk_kit.NAMES["clerk"]), str(rows))
        rows = query(w.county.data, "SELECT new_value FROM audit WHERE action = 'attachment-add' AND detail = ?", name)
        must(any(digest in row[0] for row in rows), "the digest is not in the record of handing it in")
    file = files["p1.jpg"]
    for role in ("reviewer", "inspector", "expert", "viewer", "system", "security", "audit"):
        must(w.original(role, file, code)[0] == 403, role)
    token = {"csrf": "0" * 64}
    must(fetch(w.county.server, "/desk/documents/%s/files/%d/original" % (code, file), None, token)[0] == 401, "nobody")
    must(fetch(w.county.server, "/documents/%s/files/%d/original" % (code, file))[0] == 404, "the portal")
    must(w.original("clerk", file, w.code)[0] == 404, "another document's")
    page = w.county.ask("reviewer", "/desk/documents/" + code)[2]
    must("/original" not in page, "the button is shown to who may not")
    must("/desk/documents/%s/files/%d/original" % (code, file) in w.county.ask("clerk", "/desk/documents/" + code)[2],
         "the button is not shown")
    must(w.taken("p9.pdf", PDF) and w.original("clerk", query(
        w.county.data, "SELECT MAX(id) FROM attachment")[0][0])[0] == 404, "a PDF has no original")


def IN10_nothing_of_the_original_lies_open_in_the_data_folder(w):
    w.taken("p8.jpg", from_a_camera())
    w.county.server.stop()  # so that all is in the files
    seen = 0
    try:
        for folder, _, names in os.walk(w.county.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    data = f.read()
                seen += len(data)
                must(CANARY not in data, os.path.join(folder, name))
        must(seen > 1 << 20, "only %d bytes looked at" % seen)
        # a sealed original that is changed by a byte is not given out
        code, files, _ = w.published
        sealed = query(w.county.data, "SELECT sealed FROM attachment WHERE id = ?", files["p2.png"])[0][0]
        path = os.path.join(w.county.data, "blobs", sealed[:2], sealed)
        with open(path, "r+b") as f:
            f.seek(100)
            byte = f.read(1)
            f.seek(100)
            f.write(bytes([byte[0] ^ 1]))
    finally:
        w.again()
    status, _, text = w.original("clerk", files["p2.png"], code)
    must(status == 500 and CANARY not in text, "a changed one: %d" % status)
    w.clear()


def bomb_jpeg(width, height, components=3):
    """A JPEG that is all head."""
    parts = b"".join(bytes([i + 1, 0x11, 0]) for i in range(components))
    frame = struct.pack(">BHHB", 8, height, width, components) + parts
    scan = bytes([components]) + b"".join(bytes([i + 1, 0]) for i in range(components)) + b"\0\x3f\0"
    return b"\xFF\xD8" + segment(0xC0, frame) + segment(0xDA, scan) + b"\0" * 16 + b"\xFF\xD9"


def png_head(width, height):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""))


def IN10_bombs_and_damaged_pictures_are_refused(w):
    camera = from_a_camera()
    good = png()
    idat = good.index(b"IDAT")
    cases = [("p1.jpg", bomb_jpeg(65000, 65000), "百万像素"), ("p2.jpg", bomb_jpeg(8001, 5000), "百万像素"),
             ("p3.png", png_head(100000, 100000), "百万像素"), ("p4.png", png_head(8001, 5000), "百万像素"),
             ("p5.jpg", bomb_jpeg(64, 48, 4), "CMYK"), ("p6.jpg", camera[:-100] + b"\xFF\xD9", "损坏"),
             ("p7.png", png_head(64, 48), "损坏"), ("p8.png", good[:idat + 20] + b"\1" + good[idat + 21:], "损坏"),
             ("p9.jpg", bomb_jpeg(64, 48), "损坏"), ("p10.jpg", bomb_jpeg(0, 48), "损坏"),
             ("p11.png", png_head(0, 48), "损坏"), ("p12.png", png(64, 48)[:-12], "不完整")]
    before = query(w.county.data, "SELECT count(*) FROM attachment")
    for name, data, word in cases:
        status, text = w.hand_in(name, data)
        must(status == 415 and word in text, "%s: %d %s" % (name, status, why(text)))
    must(query(w.county.data, "SELECT count(*) FROM attachment") == before, "a row was written")
    must(not os.listdir(os.path.join(w.county.data, "blobs", "tmp")), "temporary files are left")


def IN10_a_decoder_that_hangs_dies_or_lies_is_an_error_and_no_more(w):
    run("setting", "picture.seconds", "1", "--basis", "试验", data=w.county.data)
    stubs = {"sleep 60": "超过 1 秒", "kill -SEGV $$": "中途停止", "exit 3": "损坏", "echo '<script>'": "只能上传",
             ":": "只能上传", "exit 69": "系统管理员", None: "系统管理员"}
    for line, word in stubs.items():
        path = os.path.join(home, "stub")
        if os.path.exists(path):
            os.unlink(path)
        if line is not None:
            with open(path, "w", encoding="ascii") as f:
                f.write("#!/bin/sh\n%s\n" % line)
            os.chmod(path, 0o755)
        w.again(picture=path)
        began = time.monotonic()
        status, text = w.hand_in("p1.png", png())
        must(status in (409, 415) and word in text, "%s: %d %s" % (line, status, why(text)))
        must(time.monotonic() - began < 15, "%s took too long" % line)
    w.again()
    w.taken("p1.png", png())
    # the true program, on a picture that takes it longer
    noise = tool("cjpeg", "-quality", "40", "-arithmetic", "-progressive", data=b"P6 6300 6300 255\n" + os.urandom(6300 * 6300 * 3))
    must(len(noise) < 20 << 20, "the test's picture is too large: %d" % len(noise))
    status, text = w.hand_in("p2.jpg", noise)
    must(status == 415 and ("超过 1 秒" in text or "中途停止" in text), "%d %s" % (status, why(text)))
    run("setting", "picture.seconds", "5", "--basis", "试验", data=w.county.data)
    w.clear()


def IN10_the_decoder_reads_nothing_before_it_is_caged(w):
    program = os.path.join(os.path.dirname(desk_kit.SUNLOT), "sunlot-picture")
    child = subprocess.Popen([program, "40", "2048", "256", "5"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        status = ""
        for _ in range(100):
            with open("/proc/%d/status" % child.pid, encoding="utf-8") as f:
                status = f.read()
            if "Seccomp:\t2" in status:
                break
            time.sleep(0.05)
        must("Seccomp:\t2" in status and "NoNewPrivs:\t1" in status, status)
        with open("/proc/%d/limits" % child.pid, encoding="utf-8") as f:
            limits = f.read()
        must(re.search(r"Max address space +%d +%d" % (256 << 20, 256 << 20), limits), limits)
        must(re.search(r"Max cpu time +5 +5", limits), limits)
        out, _ = child.communicate(png())
        must(child.returncode == 0 and pixels(out)[:2] == (64, 48), "it then works")
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


# ---- IN9 ----------------------------------------------------------------------------------------------

def zipped():
    path = os.path.join(home, "evil.zip")
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("evil.html", "<script>polyglot</script>")
    with open(path, "rb") as f:
        return f.read()


def IN9_polyglots_are_refused_or_lose_what_they_hid(w):
    script = b"<html><script>polyglot()</script>"
    camera, plain = jpeg(), png()
    refused = [("p.jpg", camera + zipped()), ("p.jpg", camera + script), ("p.png", plain + script), ("p.png", plain + zipped()),
               ("p.jpg", script + camera), ("p.png", b"GIF89a/*" + plain), ("p.gif", b"GIF89a=1;" + script), ("p.svg", b"<svg onload='polyglot()'/>"),
               ("p.jpg", script), ("p.pdf", script), ("p.pdf", b"%PDF-1.4 /OpenAction<</S/JavaScript>>\nstartxref\n9\n%%EOF"),
               ("p.xlsx", zipped()), ("p.png", camera), ("p.jpg", plain), ("p.html", plain), ("p.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
               ("p.xlsx", b"PK\x03\x04 xl/workbook.xml" + script)]
    hidden = [("p1.jpg", after_head(camera, segment(0xFE, script))), ("p2.png", png(64, 48, None, chunk(b"tEXt", b"C\0" + script))),
              ("p3.jpg", after_head(camera, segment(0xE1, script))), ("p4.jpg", camera + zipped() + b"\xFF\xD9"),
              ("p5.png", png(64, 48, None, chunk(b"evIl", script))), ("p6.jpg", camera + script + b"\xFF\xD9")]
    for name, data in refused:
        status, text = w.hand_in(name, data)
        must(status in (400, 413, 415), "%s %r: %d" % (name, data[:20], status))
        must("polyglot()" not in text, "the page shows it")
    for name, data in hidden:
        kept = w.copy(w.taken(name, data))
        must(b"polyglot" not in kept and b"PK\x03\x04" not in kept, name)
    w.clear()


def IN9_every_file_is_a_download_that_can_do_nothing(w):
    code, files, _ = w.published
    guide = draft(w.county, "附件头部")
    file = w.taken("报告 (1)';x.pdf", PDF, guide)
    w.publish(guide)
    one = query(w.county.data, "SELECT id FROM attachment WHERE resource = 'documents' AND name LIKE '报告%'")[0][0]
    must(one == file, "the file")
    for path, cookie, kind in (("/documents/%s/files/%d" % (guide, file), None, "application/pdf"),
                               ("/desk/documents/%s/files/%d" % (guide, file), "reviewer", "application/pdf"),
                               ("/documents/%s/files/%d" % (code, files["p1.jpg"]), None, "image/jpeg"),
                               ("/documents/%s/files/%d" % (code, files["p2.png"]), None, "image/png")):
        status, headers, _ = fetch(w.county.server, path, cookie and w.county.cookies[cookie])
        must(status == 200 and headers["content-type"] == kind, "%s: %d %s" % (path, status, headers))
        must(re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9._%-]+", headers["content-disposition"]), str(headers))
        must(headers["x-content-type-options"] == "nosniff", str(headers))
        must(headers["content-security-policy"] == FILE_POLICY, str(headers))
        must(headers["cross-origin-resource-policy"] == "same-origin", str(headers))
    must("sandbox" not in fetch(w.county.server, "/documents")[1]["content-security-policy"], "pages are no files")
    for folder in ("meetings", "issuances", "courses", "commissions"):
        path = "/desk/%s/new" % folder
        form = Forms(w.county.ask("clerk", path)[2])
        fields = {**form.posts()[path], **{k: "试" for k in ("title", "attendees", "place", "minutes", "teacher", "content", "number",
                  "body", "matter", "payer", "contract", "qualification", "code") if k in form.posts()[path]}}
        for name, value in (("date", "2026-01-15"), ("people", "3"), ("fee", "100"), ("begins_on", "2026-01-01"), ("kind", None),
                            ("department", "SCJG")):
            if name in fields:
                fields[name] = value or [v for v in form.options[name] if v][0]
        status, headers, text = w.county.ask("clerk", path, fields)
        must(status == 303, "%s: %d %s" % (path, status, why(text)))
        place = headers["location"].split("?")[0]
        w.keys += 1
        picture = from_a_camera()
        status, _, text = send_file(w.county, "clerk", place + "/files", {"key": "files-%d" % w.keys}, "照片.jpg", picture)
        must(status == 303, "%s: %d %s" % (place, status, why(text)))
        number = query(w.county.data, "SELECT MAX(id) FROM attachment WHERE resource = ?", folder)[0][0]
        status, headers, data = fetch(w.county.server, "%s/files/%d" % (place, number), w.county.cookies["reviewer"])
        must(status == 200 and CANARY not in data and groups_of(data, "jpg") <= {"ExifTool", "File", "Composite", "JFIF"}, place)
        must(headers["content-security-policy"] == FILE_POLICY and headers["x-content-type-options"] == "nosniff"
             and headers["content-disposition"].startswith("attachment; filename*=UTF-8''"), str(headers))
        token = csrf_of(w.county.ask("clerk", "/desk/sessions")[2])
        status, _, data = fetch(w.county.server, "%s/files/%d/original" % (place, number), w.county.cookies["clerk"], {"csrf": token})
        must(status == 200 and data == picture, "%s: original %d" % (place, status))
        token = csrf_of(w.county.ask("reviewer", "/desk/sessions")[2])
        status, _, _ = fetch(w.county.server, "%s/files/%d/original" % (place, number), w.county.cookies["reviewer"], {"csrf": token})
        must(status == 403, "%s: original for a reviewer %d" % (place, status))


# ---- IN12 ---------------------------------------------------------------------------------------------

class Scanner:
    """What speaks clamd's INSTREAM: finds EICAR, or behaves badly."""

    def __init__(self, path=None):
        self.mode, self.seen = "well", []
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self.socket.bind(path or ("127.0.0.1", 0))
        self.where = path or "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.socket.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                link, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(link,), daemon=True).start()

    @staticmethod
    def take(link, size):
        data = b""
        while len(data) < size:
            piece = link.recv(size - len(data))
            if not piece:
                raise ConnectionError("cut off")
            data += piece
        return data

    def talk(self, link):
        try:
            if self.take(link, 10) != b"zINSTREAM\0":
                link.sendall(b"UNKNOWN COMMAND\0")
                return
            if self.mode == "small":
                self.take(link, 100)
                link.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
            data = b""
            while True:
                size = struct.unpack(">I", self.take(link, 4))[0]
                if size == 0:
                    break
                data += self.take(link, size)
            self.seen.append(data)
            if self.mode == "silent":
                time.sleep(20)
            elif self.mode == "odd":
                link.sendall(b"stream: perhaps\0")
            elif self.mode == "gone":
                pass
            elif EICAR.encode() in data:
                link.sendall(b"stream: Eicar-Test-Signature FOUND\0")
            else:
                link.sendall(b"stream: OK\0")
        except OSError:
            pass
        finally:
            link.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def import_file(w, data):
    """A list of objects by the form of the import page."""
    page = w.county.ask("clerk", "/desk/import/objects")[2]
    fields = {k: v for k, v in Forms(page).posts()["/desk/import/objects"].items() if k != "csrf"}
    return send_file(w.county, "clerk", "/desk/import/objects", fields, "名录.csv", data)


LIST = "统一社会信用代码,名称,类型\n%s,%s,企业\n"


def IN12_without_a_scanner_files_say_so(w):
    file = w.taken("p1.pdf", PDF)
    must(query(w.county.data, "SELECT scanned_at FROM attachment WHERE id = ?", file) == [(0,)], "scanned by nobody")
    page = w.county.ask("clerk", "/desk/documents/" + w.code)[2]
    must("未查毒" in page and "已查毒" not in page and "没有接入查毒程序" in page, "the page does not say so")
    status, headers, text = import_file(w, (LIST % ("", "某店")).encode())
    must(status == 303, "%d %s" % (status, why(text)))
    must("未查毒" in w.county.ask("clerk", headers["location"])[2], "the page of the import does not say so")
    must("未查毒" in w.county.ask("clerk", "/desk/import/objects")[2], "the list of imports does not say so")


def IN12_what_the_scanner_finds_is_refused_and_what_it_passes_says_so(w):
    infected = PDF.replace(b"<<>>", b"<<>> % " + EICAR.encode())
    for path in (os.path.join(home, "clamd.sock"), None):
        scanner = Scanner(path)
        w.again("--clamd", scanner.where)
        file = w.taken("p2.pdf", PDF)
        must(scanner.seen == [PDF], "what the scanner got")
        must(query(w.county.data, "SELECT scanned_at > 0 FROM attachment WHERE id = ?", file) == [(1,)], "the time")
        page = w.county.ask("clerk", "/desk/documents/" + w.code)[2]
        must("已查毒 20" in page and "没有接入查毒程序" not in page, "the page does not say so")
        large = PDF + b" " * (3 << 20) + PDF
        w.taken("p3.pdf", large)
        must(scanner.seen[-1] == large, "a large one does not arrive whole")
        rows = query(w.county.data, "SELECT count(*) FROM attachment")
        before = w.county.last_record()
        status, text = w.hand_in("p4.pdf", infected)
        must(status == 415 and "病毒“Eicar-Test-Signature”" in text, "%d %s" % (status, why(text)))
        status, _, text = import_file(w, (LIST % ("", EICAR)).encode())
        must(status == 415 and "病毒“Eicar-Test-Signature”" in text, "%d %s" % (status, why(text)))
        must(rows == query(w.county.data, "SELECT count(*) FROM attachment"), "a row was written")
        told = query(w.county.data, "SELECT target, detail, outcome, actor FROM audit WHERE id > ? AND action = 'virus-refused'"
                     " ORDER BY id", before)
        must([r[0] for r in told] == [w.code, "objects"] and all(
            "Eicar-Test-Signature" in r[1] and r[2:] == ("refused", desk_kit.NAMES["clerk"]) for r in told), str(told))
        status, headers, text = import_file(w, (LIST % ("", "某店")).encode())
        must(status == 303 and "已查毒 20" in w.county.ask("clerk", headers["location"])[2], "%d %s" % (status, why(text)))
        w.county.server.stop()
        scanner.close()
        for folder, _, names in os.walk(w.county.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    must(EICAR.encode() not in f.read(), "%s was kept" % name)
        w.again()
        w.clear()


def IN12_a_scanner_that_gives_no_answer_lets_nothing_in(w):
    run("setting", "scan.seconds", "1", "--basis", "试验", data=w.county.data)
    scanner = Scanner(os.path.join(home, "bad.sock"))
    w.again("--clamd", scanner.where)
    rows = query(w.county.data, "SELECT count(*) FROM attachment")
    for mode, word in (("silent", "没有在规定时间内答复"), ("odd", "没有正常答复"), ("gone", "没有正常答复"),
                       ("small", "StreamMaxLength"), ("closed", "没有运行")):
        scanner.mode = mode
        if mode == "closed":
            scanner.close()
        status, text = w.hand_in("p1.pdf", PDF * 40000 if mode == "small" else PDF)
        must(status == 409 and word in text, "%s: %d %s" % (mode, status, why(text)))
        must("系统管理员" in text, "what to do is not said")
        status, _, text = import_file(w, (LIST % ("", "某店")).encode())
        must(status in (303, 409) if mode == "small" else status == 409 and word in text, "%s: %d" % (mode, status))
    must(rows == query(w.county.data, "SELECT count(*) FROM attachment"), "a row was written")
    for where in ("clamd.sock", "192.0.2.7:3310", "127.0.0.1"):
        done = subprocess.run([desk_kit.SUNLOT, "--data", w.county.data, "serve", "--port", "0", "--clamd", where],
                              capture_output=True, text=True, timeout=30)
        must(done.returncode == 1 and "查毒程序的地址" in done.stderr, "%s: %s" % (where, done.stderr))
    w.again()


def main():
    missing = [t for t in ("exiftool", "cjpeg", "djpeg") if shutil.which(t) is None]
    if missing:
        tap.note("nothing was tried: %s" % " ".join(missing))
        tap.end()
        return
    w = Work()
    try:
        for work in (IN12_without_a_scanner_files_say_so, IN10_what_is_given_out_holds_nothing_but_pixels,
                     IN10_the_original_is_sealed_and_goes_to_who_may_edit_alone, IN10_the_copy_is_the_right_way_up,
                     IN9_every_file_is_a_download_that_can_do_nothing, IN9_polyglots_are_refused_or_lose_what_they_hid,
                     IN10_bombs_and_damaged_pictures_are_refused,
                     IN10_a_decoder_that_hangs_dies_or_lies_is_an_error_and_no_more,
                     IN10_the_decoder_reads_nothing_before_it_is_caged,
                     IN12_what_the_scanner_finds_is_refused_and_what_it_passes_says_so,
                     IN12_a_scanner_that_gives_no_answer_lets_nothing_in,
                     IN10_nothing_of_the_original_lies_open_in_the_data_folder):
            tap.run(work.__name__, work, w)
        w.county.server.stop()
    finally:
        if w.county.server.process.poll() is None:
            w.county.server.process.kill()
        shutil.rmtree(home, ignore_errors=True)
    tap.end()


main()
