/* Shared strings and cell styles of an .xlsx.
 *
 * Invariants: the strings lie in one arena and are found by index; phonetic guides (rPh) are not
 * part of a text. Of the styles only what decides a value's kind is kept: date, percent or plain.
 */
#include "sheet/xlsx.h"

#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 65536, /* given to the parser at a time */
    STYLES_MAX = 65536,
    FORMATS_MAX = 4096
};

struct strings_parser {
    struct xml xml;
    struct sheet *sheet;
    struct xlsx *book;
    struct buf text;
    bool in_item, in_text;
    unsigned phonetic;
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* _xHHHH_ at the start of s, as a code unit; -1 if there is none. */
static int escape_at(struct str s)
{
    int value = 0;
    if (s.len < 7 || s.data[0] != '_' || s.data[1] != 'x' || s.data[6] != '_')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_value(s.data[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Only ASCII is written so in practice: line breaks, controls and the underscore itself. NUL and CR
 * vanish; anything else stays as it stands. */
void xlsx_unescape(struct buf *text, size_t from)
{
    size_t kept = from;
    if (text->failed || text->len == from || !memchr(text->data + from, '_', text->len - from))
        return;
    for (size_t i = from; i < text->len;) {
        int value = escape_at(str_range(text->data + i, text->len - i));
        if (value < 0 || value > 0x7F) {
            text->data[kept++] = text->data[i++];
            continue;
        }
        if (value != 0 && value != '\r')
            text->data[kept++] = (char)value;
        i += 7;
    }
    text->len = kept;
}

static void strings_start(void *user, const char *name, const char **attrs)
{
    struct strings_parser *p = user;
    (void)attrs;
    name = xml_local(name);
    if (strcmp(name, "si") == 0) {
        p->in_item = true;
        buf_clear(&p->text);
    } else if (strcmp(name, "rPh") == 0) {
        p->phonetic++;
    } else if (strcmp(name, "t") == 0) {
        p->in_text = p->in_item && p->phonetic == 0;
    }
}

static void strings_text(void *user, const char *data, int len)
{
    struct strings_parser *p = user;
    if (!p->in_text || p->xml.err != ERR_OK)
        return;
    buf_add(&p->text, data, (size_t)len);
    if (p->text.len > p->sheet->limits.cell_bytes)
        xml_fail(&p->xml, fault_set(p->xml.fault, ERR_LIMIT, "有单元格内容超过 %u 字节，未读取",
                                    p->sheet->limits.cell_bytes));
}

enum err xlsx_add_string(struct xlsx *book, struct str text)
{
    if (book->string_count == book->string_cap) {
        size_t cap = book->string_cap ? book->string_cap * 2 : 1024;
        struct str *strings = realloc(book->strings, cap * sizeof *strings);
        if (!strings)
            return ERR_MEMORY;
        book->strings = strings;
        book->string_cap = cap;
    }
    book->strings[book->string_count++] = text;
    return ERR_OK;
}

/* Adds the finished string to the table. */
static enum err strings_add(struct strings_parser *p)
{
    TRY(buf_err(&p->text));
    xlsx_unescape(&p->text, 0);
    struct str kept = arena_str(&p->book->text, buf_view(&p->text));
    return kept.data ? xlsx_add_string(p->book, kept) : ERR_MEMORY;
}

static void strings_end(void *user, const char *name)
{
    struct strings_parser *p = user;
    name = xml_local(name);
    if (strcmp(name, "t") == 0) {
        p->in_text = false;
    } else if (strcmp(name, "rPh") == 0 && p->phonetic > 0) {
        p->phonetic--;
    } else if (strcmp(name, "si") == 0) {
        p->in_item = false;
        enum err err = strings_add(p);
        if (err != ERR_OK)
            xml_fail(&p->xml, err);
    }
}

/* By expat: from memory where the part was kept, else from the archive. */
static enum err parse_strings(struct sheet *sheet, struct xlsx *book, struct fault *fault)
{
    struct strings_parser p = {
        .sheet = sheet, .book = book, .xml = {.fault = fault, .what = "共享文字表"}};
    struct str piece, kept = buf_view(&book->strings_xml);
    TRY(xml_open(&p.xml, NULL, strings_start, strings_end, strings_text));
    enum err err = ERR_OK;
    if (kept.len == 0)
        err = xlsx_parse(&p.xml, book, book->strings_path);
    for (size_t at = 0; kept.len > 0 && at <= kept.len && err == ERR_OK; at += PIECE) {
        piece = str_sub(kept, at, PIECE);
        err = xml_feed(&p.xml, piece, at + PIECE > kept.len);
    }
    xml_close(&p.xml);
    buf_free(&p.text);
    return err;
}

enum err xlsx_load_strings(struct sheet *sheet, struct xlsx *book, struct fault *fault)
{
    uint64_t size = 0;
    if (book->strings_path.len == 0 || !zip_reader_has(book->zip, book->strings_path, &size))
        return ERR_OK;
    if (size <= XLSX_KEEP_MAX) {
        enum err err =
            zip_reader_load(&book->strings_xml, book->zip, book->strings_path, XLSX_KEEP_MAX);
        if (err != ERR_OK)
            return fault_set(fault, err, "共享文字表已损坏");
        err = scan_strings(book, buf_view(&book->strings_xml), sheet->limits.cell_bytes);
        if (err != ERR_UNSUPPORTED)
            return err;
        book->string_count = 0;
    }
    return parse_strings(sheet, book, fault);
}

/* A custom number format. */
struct format {
    uint32_t id;
    enum sheet_cell_kind kind;
};

struct styles_parser {
    struct xml xml;
    struct xlsx *book;
    struct format *formats;
    size_t count, cap;
    bool in_cells; /* inside cellXfs, not cellStyleXfs */
};

static uint32_t number_attr(const char **attrs, const char *name)
{
    uint64_t value = 0;
    const char *text = xml_attr(attrs, name);
    if (!text || str_u64(&value, str_of(text)) != ERR_OK || value > UINT32_MAX)
        return 0;
    return (uint32_t)value;
}

static enum err styles_format(struct styles_parser *p, const char **attrs)
{
    const char *code = xml_attr(attrs, "formatCode");
    if (p->count == FORMATS_MAX)
        return ERR_LIMIT;
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 64;
        struct format *formats = realloc(p->formats, cap * sizeof *formats);
        if (!formats)
            return ERR_MEMORY;
        p->formats = formats;
        p->cap = cap;
    }
    uint32_t id = number_attr(attrs, "numFmtId");
    p->formats[p->count++] = (struct format){id, format_kind(id, str_of(code ? code : ""))};
    return ERR_OK;
}

static enum err styles_cell(struct styles_parser *p, const char **attrs)
{
    struct xlsx *book = p->book;
    if (book->format_count == STYLES_MAX)
        return ERR_LIMIT;
    if (book->format_count == book->format_cap) {
        size_t cap = book->format_cap ? book->format_cap * 2 : 256;
        uint8_t *formats = realloc(book->formats, cap);
        if (!formats)
            return ERR_MEMORY;
        book->formats = formats;
        book->format_cap = cap;
    }
    uint32_t id = number_attr(attrs, "numFmtId");
    enum sheet_cell_kind kind = format_kind(id, STR(""));
    for (size_t i = 0; i < p->count; i++)
        if (p->formats[i].id == id)
            kind = p->formats[i].kind;
    book->formats[book->format_count++] = (uint8_t)kind;
    return ERR_OK;
}

static void styles_start(void *user, const char *name, const char **attrs)
{
    struct styles_parser *p = user;
    enum err err = ERR_OK;
    name = xml_local(name);
    if (strcmp(name, "cellXfs") == 0)
        p->in_cells = true;
    else if (strcmp(name, "numFmt") == 0)
        err = styles_format(p, attrs);
    else if (strcmp(name, "xf") == 0 && p->in_cells)
        err = styles_cell(p, attrs);
    if (err != ERR_OK)
        xml_fail(&p->xml, fault_set(p->xml.fault, err, "单元格样式过多，未读取"));
}

static void styles_end(void *user, const char *name)
{
    struct styles_parser *p = user;
    if (strcmp(xml_local(name), "cellXfs") == 0)
        p->in_cells = false;
}

enum err xlsx_load_styles(struct xlsx *book, struct fault *fault)
{
    if (book->styles_path.len == 0 || !zip_reader_has(book->zip, book->styles_path, NULL))
        return ERR_OK;
    struct styles_parser p = {.book = book, .xml = {.fault = fault, .what = "样式表"}};
    TRY(xml_open(&p.xml, NULL, styles_start, styles_end, NULL));
    enum err err = xlsx_parse(&p.xml, book, book->styles_path);
    xml_close(&p.xml);
    free(p.formats);
    return err;
}
