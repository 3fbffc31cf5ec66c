/* Rows of one worksheet, pulled one by one: expat pauses at the end of each row that holds
 * something.
 *
 * The end of the part is looked at first, for merged areas (xlsx_merges.c): a worksheet up to
 * XLSX_KEEP_MAX is inflated once into memory, a larger one is inflated twice and never held. What
 * is in memory and plain is read by the scanner (xlsx_scan.c) instead; wherever that one is in
 * doubt, expat starts over and gives out the rows that are still due. */
#include "sheet/xlsx_rows.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_MAX = 128 << 20, CHUNK = 65536 };

/* Compares a name; most differ in their first character. */
static bool is(const char *name, const char *expected)
{
    return name[0] == expected[0] && strcmp(name + 1, expected + 1) == 0;
}

static const char *own_name(struct rows_parser *p, const char *name)
{
    return p->prefix ? xml_local(name) : name;
}

static struct str attr(const char **attrs, const char *name)
{
    const char *text = xml_attr(attrs, name);
    return text ? str_of(text) : (struct str){0};
}

/* The attributes r, t and s; a cell has few, all others longer. */
static enum err start_cell(struct rows_parser *p, const char **attrs)
{
    struct str ref = {0}, type = {0}, style = {0};
    p->in_cell = true;
    buf_clear(&p->text);
    for (; attrs[0]; attrs += 2) {
        char name = attrs[0][0] && !attrs[0][1] ? attrs[0][0] : ' ';
        if (name == 'r')
            ref = str_of(attrs[1]);
        else if (name == 't')
            type = str_of(attrs[1]);
        else if (name == 's')
            style = str_of(attrs[1]);
    }
    return cells_start(p, ref, type, style);
}

static void on_start(void *user, const char *name, const char **attrs)
{
    struct rows_parser *p = user;
    enum err err = ERR_OK;
    if (p->xml.depth == 1 && strchr(name, ':'))
        p->prefix = (size_t)(strchr(name, ':') - name) + 1;
    name = own_name(p, name);
    if (!p->in_rows)
        p->in_rows = is(name, "sheetData");
    else if (is(name, "c"))
        err = start_cell(p, attrs);
    else if (is(name, "v") || is(name, "t"))
        p->in_value = p->in_cell && p->phonetic == 0;
    else if (is(name, "row"))
        err = cells_start_row(p, attr(attrs, "r"));
    else if (is(name, "rPh"))
        p->phonetic++;
    if (err != ERR_OK)
        xml_fail(&p->xml, err);
}

static void on_text(void *user, const char *data, int len)
{
    struct rows_parser *p = user;
    if (!p->in_value || p->xml.err != ERR_OK)
        return;
    buf_add(&p->text, data, (size_t)len);
    if (p->text.len > p->sheet->limits.cell_bytes)
        xml_fail(&p->xml, cells_fault(p, ERR_LIMIT, "的内容过长，未读取"));
}

static enum err put_cell(struct rows_parser *p)
{
    TRY(buf_err(&p->text));
    return cells_put(p, buf_view(&p->text), false);
}

/* Rows that the scanner gave out already are not given out again. */
static void end_row(struct rows_parser *p)
{
    if (p->sheet->row.own == 0)
        p->sheet->blank_rows++;
    if (p->sheet->row.own == 0 || p->sheet->row.number <= p->given)
        return;
    p->ready = true;
    xml_pause(&p->xml);
}

static void on_end(void *user, const char *name)
{
    struct rows_parser *p = user;
    enum err err = ERR_OK;
    name = own_name(p, name);
    if (is(name, "v") || is(name, "t")) {
        p->in_value = false;
    } else if (is(name, "c")) {
        err = p->in_cell ? put_cell(p) : ERR_OK;
        p->in_cell = false;
    } else if (is(name, "row") && p->in_rows) {
        end_row(p);
    } else if (is(name, "sheetData")) {
        p->in_rows = false;
    } else if (is(name, "rPh") && p->phonetic > 0) {
        p->phonetic--;
    }
    if (err != ERR_OK)
        xml_fail(&p->xml, err);
}

/* Inflates the worksheet: into memory if it fits, else only to find the merged areas. */
static enum err inflate(struct rows_parser *p, struct merge_finder *finder, struct str entry,
                        bool keep)
{
    size_t got = 1;
    while (got > 0) {
        char *room = keep ? buf_reserve(&p->whole, CHUNK) : p->chunk;
        if (!room)
            return ERR_MEMORY;
        enum err err = zip_stream_read(p->stream, room, CHUNK, &got);
        if (err != ERR_OK)
            return fault_set(p->xml.fault, err, "工作表“%.*s”已损坏", STR_ARG(entry));
        if (keep)
            p->whole.len += got;
        else
            finder_feed(finder, str_range(room, got));
    }
    if (keep)
        finder_whole(finder, buf_view(&p->whole));
    return ERR_OK;
}

static enum err prepare(struct rows_parser *p, struct str entry, struct fault *fault)
{
    uint64_t size = 0;
    struct merge_finder finder = {0};
    if (!zip_reader_has(p->book->zip, entry, &size))
        return fault_set(fault, ERR_FORMAT, "文件缺少工作表“%.*s”，已损坏", STR_ARG(entry));
    bool keep = size <= XLSX_KEEP_MAX;
    if (keep && !buf_reserve(&p->whole, size + 2 * CHUNK))
        return ERR_MEMORY;
    TRY(zip_reader_entry_open(&p->stream, p->book->zip, entry));
    enum err err = inflate(p, &finder, entry, keep);
    zip_stream_close(p->stream);
    p->stream = NULL;
    if (err == ERR_OK)
        err = finder_load(p->sheet, &finder, fault);
    buf_free(&finder.tail);
    p->sheet->total = size;
    p->sheet->done = 0;
    if (err == ERR_OK && !keep)
        err = zip_reader_entry_open(&p->stream, p->book->zip, entry);
    if (err == ERR_OK && keep)
        scan_open(p);
    return err;
}

enum err xlsx_rows_open(struct rows_parser **out, struct sheet *sheet, struct xlsx *book,
                        struct str entry, struct fault *fault)
{
    struct rows_parser *p = calloc(1, sizeof *p);
    *out = p;
    if (!p)
        return ERR_MEMORY;
    p->sheet = sheet;
    p->book = book;
    p->xml.fault = fault;
    p->xml.what = "工作表";
    p->chunk = malloc(CHUNK);
    if (!p->chunk)
        return ERR_MEMORY;
    TRY(xml_open(&p->xml, NULL, on_start, on_end, on_text));
    return prepare(p, entry, fault);
}

/* Gives the parser the next piece. */
static enum err feed(struct rows_parser *p)
{
    size_t got = 0;
    struct str piece;
    if (p->stream) {
        enum err err = zip_stream_read(p->stream, p->chunk, CHUNK, &got);
        if (err != ERR_OK)
            return fault_set(p->xml.fault, err, "工作表已损坏");
        piece = str_range(p->chunk, got);
    } else {
        piece = str_sub(buf_view(&p->whole), p->whole_at, CHUNK);
        p->whole_at += piece.len;
    }
    p->sheet->done += piece.len;
    p->ended = piece.len == 0;
    return xml_feed(&p->xml, piece, p->ended);
}

enum err xlsx_rows_next(struct rows_parser *p, struct fault *fault)
{
    p->xml.fault = fault;
    if (p->scanning) {
        enum err err = scan_next(p);
        if (err != ERR_UNSUPPORTED)
            return err;
        p->scanning = false; /* expat starts over, behind p->given */
        p->last_row = 0;
        p->sheet->blank_rows = 0;
        p->sheet->done = 0;
    }
    p->ready = false;
    while (!p->ready) {
        if (p->xml.suspended)
            TRY(xml_resume(&p->xml));
        else if (p->ended)
            return ERR_END;
        else
            TRY(feed(p));
    }
    return ERR_OK;
}

void xlsx_rows_close(struct rows_parser *p)
{
    if (!p)
        return;
    xml_close(&p->xml);
    zip_stream_close(p->stream);
    buf_free(&p->whole);
    buf_free(&p->text);
    buf_free(&p->shown);
    free(p->chunk);
    free(p);
}
