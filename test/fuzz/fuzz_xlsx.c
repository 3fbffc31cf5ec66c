/* The parts of an .xlsx, any bytes in place of one of them (the first byte says which): rows keep
 * their properties, and a document type in the part is never accepted. The archive is put together
 * here, stored, so that mutations reach the parsers and not the checksums. */
#include "fuzz.h"
#include "fuzz_sheet.h"

#include "base/buf.h"

#include <string.h>

enum { PARTS = 6 };

struct part {
    const char *name;
    struct str content;
};

static uint32_t crc32_of(struct str bytes)
{
    uint32_t crc = 0xFFFFFFFFU;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint8_t)bytes.data[i];
        for (unsigned k = 0; k < 8; k++)
            crc = crc >> 1 ^ (0xEDB88320U & -(crc & 1U));
    }
    return ~crc;
}

static void number(struct buf *out, uint32_t value, unsigned bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        buf_char(out, (char)(value & 0xFF));
}

/* The fields that a local header and a directory entry share. */
static void header(struct buf *out, const struct part *part)
{
    number(out, 20, 2);     /* version needed */
    number(out, 0x0800, 2); /* names are UTF-8 */
    number(out, 0, 2);      /* stored */
    number(out, 0x00210000, 4);
    number(out, crc32_of(part->content), 4);
    number(out, (uint32_t)part->content.len, 4);
    number(out, (uint32_t)part->content.len, 4);
    number(out, (uint32_t)strlen(part->name), 2);
    number(out, 0, 2);
}

static void archive(struct buf *out, const struct part *parts)
{
    struct buf directory = {0};
    for (size_t i = 0; i < PARTS; i++) {
        uint32_t at = (uint32_t)out->len;
        buf_cat(out, "PK\x03\x04");
        header(out, &parts[i]);
        buf_cat(out, parts[i].name);
        buf_str(out, parts[i].content);
        buf_cat(&directory, "PK\x01\x02");
        number(&directory, 20, 2);
        header(&directory, &parts[i]);
        number(&directory, 0, 2); /* comment */
        number(&directory, 0, 2); /* disk */
        number(&directory, 0, 2);
        number(&directory, 0, 4);
        number(&directory, at, 4);
        buf_cat(&directory, parts[i].name);
    }
    uint32_t at = (uint32_t)out->len;
    buf_str(out, buf_view(&directory));
    buf_cat(out, "PK\x05\x06");
    number(out, 0, 4);
    number(out, PARTS, 2);
    number(out, PARTS, 2);
    number(out, (uint32_t)directory.len, 4);
    number(out, at, 4);
    number(out, 0, 2);
    buf_free(&directory);
}

/* Does the text begin with a document type, so that no parser can have missed it? */
static bool has_doctype(struct str part)
{
    return str_starts(part, STR("<!DOCTYPE a>"));
}

/* A worksheet behind a comment is read by expat alone: it must give what the scanner gave. */
static void compare_readers(struct part *parts, const struct fuzz_seen *scanned)
{
    enum sheet_kind kind;
    struct fuzz_seen seen = {0};
    struct buf file = {0}, part = {0};
    if (!str_starts(parts[0].content, STR("<w")))
        return;
    buf_cat(&part, "<!---->");
    buf_str(&part, parts[0].content);
    parts[0].content = buf_view(&part);
    archive(&file, parts);
    seen.err = fuzz_read(&kind, &seen, buf_view(&file));
    if ((seen.err == ERR_OK) != (scanned->err == ERR_OK) ||
        (seen.err == ERR_OK && seen.digest != scanned->digest))
        __builtin_trap();
    buf_free(&file);
    buf_free(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct part parts[PARTS] = {
        {"xl/worksheets/sheet1.xml", STR("<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
                                         "t=\"s\"><v>0</v></c><c s=\"1\"><v>42374</v>"
                                         "</c></row></sheetData><mergeCells><mergeCell "
                                         "ref=\"A1:A3\"/></mergeCells></worksheet>")},
        {"xl/sharedStrings.xml", STR("<sst><si><t>a</t></si></sst>")},
        {"xl/styles.xml",
         STR("<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>"
             "</styleSheet>")},
        {"xl/workbook.xml",
         STR("<workbook><sheets><sheet name=\"s\" id=\"1\"/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         STR("<R><Relationship Id=\"1\" Type=\"t/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
             "<Relationship Id=\"2\" Type=\"t/sharedStrings\" Target=\"sharedStrings.xml\"/>"
             "<Relationship Id=\"3\" Type=\"t/styles\" Target=\"styles.xml\"/></R>")},
        {"_rels/.rels", STR("<R><Relationship Id=\"1\" Type=\"t/officeDocument\" "
                            "Target=\"xl/workbook.xml\"/></R>")},
    };
    if (size == 0)
        return 0;
    struct part *chosen = &parts[data[0] % PARTS];
    enum sheet_kind kind;
    struct buf file = {0};
    chosen->content = str_range((const char *)data + 1, size - 1);
    archive(&file, parts);
    struct fuzz_seen seen = {0};
    seen.err = fuzz_read(&kind, &seen, buf_view(&file));
    if (seen.err == ERR_OK && has_doctype(chosen->content))
        __builtin_trap();
    buf_free(&file);
    if (chosen == &parts[0])
        compare_readers(parts, &seen);
    return 0;
}
