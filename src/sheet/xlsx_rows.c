/* Rows of one worksheet, pulled one by one: the parser pauses at the end of each row that holds
 * something.
 *
 * Merged areas stand behind the rows in the file, yet are needed while rows are read. So the end of
 * the part is looked at first: a worksheet up to KEEP_MAX is inflated once into memory, a larger
 * one is inflated twice and never held. Only the mergeCells element is parsed then.
 * Invariants: row numbers rise; a cell's reference names its own row; a shared string exists. */
#include "sheet/xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEEP_MAX = 64 << 20,
    CHUNK = 65536,
    PREFIX_MAX = 64 /* of a namespace prefix */
};

enum cell_type { TYPE_NUMBER, TYPE_SHARED, TYPE_INLINE, TYPE_BOOL, TYPE_ERROR, TYPE_DATE };

struct rows_parser {
    struct xml xml;
    struct sheet *sheet;
    struct xlsx *book;
    struct buf whole; /* the worksheet, where it is kept */
    size_t whole_at;
    struct zip_stream *stream; /* where it is not */
    char *chunk;
    bool ended, ready;
    bool in_rows, in_cell, in_value;
    unsigned phonetic;
    size_t prefix; /* bytes of "x:" before every name */
    enum cell_type type;
    uint32_t style, column, next_column;
    uint64_t last_row;
    struct buf text, shown;
};

/* Finds the mergeCells element in bytes that come in pieces, and keeps it. */
struct merge_finder {
    struct buf tail;  /* from the element's start, or the last bytes of the piece before */
    size_t scanned;   /* bytes of tail that hold no end of the element */
    struct str close; /* the end tag, once the start is found; in tag */
    char tag[PREFIX_MAX + 16];
    bool done;
};

/* Where <mergeCells or <x:mergeCells starts, -1 if nowhere. In text '<' is always escaped. */
static ptrdiff_t find_mark(struct str s)
{
    for (size_t from = 0; from < s.len;) {
        ptrdiff_t at = str_find(str_sub(s, from, s.len), STR("mergeCells"));
        if (at < 0)
            return -1;
        size_t start = from + (size_t)at, low = start > PREFIX_MAX ? start - PREFIX_MAX : 0;
        from = start + 1;
        while (start > low && !strchr("<> \"", s.data[start - 1]))
            start--;
        if (start > 0 && s.data[start - 1] == '<')
            return (ptrdiff_t)start - 1;
    }
    return -1;
}

/* Begins to keep the element that starts at `start`. */
static void finder_start(struct merge_finder *finder, struct str start)
{
    size_t name = 1;
    while (name < start.len && name <= PREFIX_MAX + 10 && !strchr("/> \t\r\n", start.data[name]))
        name++;
    int len = snprintf(finder->tag, sizeof finder->tag, "</%.*s>", (int)name - 1, start.data + 1);
    finder->close = str_range(finder->tag, (size_t)len);
    buf_str(&finder->tail, start);
}

/* Looks for the end of the element in what was added last. */
static void finder_end(struct merge_finder *finder)
{
    struct str fresh = str_sub(buf_view(&finder->tail), finder->scanned, finder->tail.len);
    ptrdiff_t end = str_find(fresh, finder->close);
    finder->done = end >= 0;
    if (finder->done)
        finder->tail.len = finder->scanned + (size_t)end + finder->close.len;
    else if (fresh.len > finder->close.len)
        finder->scanned += fresh.len - finder->close.len;
}

/* Looks at the next piece. Before the start is found only the last bytes are kept, in case the
 * start lies across two pieces. */
static void finder_feed(struct merge_finder *finder, struct str piece)
{
    if (finder->done)
        return;
    buf_str(&finder->tail, piece);
    if (finder->close.len == 0) {
        struct buf seen = finder->tail;
        ptrdiff_t at = find_mark(buf_view(&seen));
        struct str rest = str_sub(buf_view(&seen), at >= 0 ? (size_t)at : 0, seen.len);
        size_t keep = rest.len < 2 * PREFIX_MAX ? rest.len : 2 * PREFIX_MAX;
        finder->tail = (struct buf){0};
        if (at >= 0)
            finder_start(finder, rest);
        else
            buf_str(&finder->tail, str_sub(rest, rest.len - keep, keep));
        buf_free(&seen);
    }
    if (finder->close.len > 0)
        finder_end(finder);
}

/* The same over a whole worksheet, without copying it. */
static void finder_whole(struct merge_finder *finder, struct str whole)
{
    ptrdiff_t at = find_mark(whole);
    if (at < 0)
        return;
    finder_start(finder, str_sub(whole, (size_t)at, whole.len));
    finder_end(finder);
}

struct merge_parser {
    struct xml xml;
    struct sheet *sheet;
};

static void on_merge(void *user, const char *name, const char **attrs)
{
    struct merge_parser *p = user;
    struct merge merge;
    if (strcmp(xml_local(name), "mergeCell") != 0)
        return;
    const char *ref = xml_attr(attrs, "ref");
    enum err err = ERR_OK;
    if (!ref || !range_parse(&merge, str_of(ref)))
        err =
            fault_set(p->xml.fault, ERR_FORMAT, "合并单元格“%s”不正确，文件已损坏", ref ? ref : "");
    else
        err = merges_add(p->sheet, &merge);
    if (err != ERR_OK)
        xml_fail(&p->xml, err);
}

static void ignore_end(void *user, const char *name)
{
    (void)user, (void)name;
}

/* Parses the element that the finder kept. */
static enum err load_merges(struct sheet *sheet, struct merge_finder *finder, struct fault *fault)
{
    TRY(buf_err(&finder->tail));
    if (!finder->done)
        return ERR_OK;
    struct merge_parser p = {.sheet = sheet, .xml = {.fault = fault, .what = "工作表"}};
    TRY(xml_open(&p.xml, "UTF-8", on_merge, ignore_end, NULL));
    enum err err = xml_feed(&p.xml, buf_view(&finder->tail), true);
    xml_close(&p.xml);
    merges_sort(&sheet->merges);
    return err;
}

/* Compares a name; most differ in their first character. */
static bool is(const char *name, const char *expected)
{
    return name[0] == expected[0] && strcmp(name + 1, expected + 1) == 0;
}

static const char *own_name(struct rows_parser *p, const char *name)
{
    return p->prefix ? xml_local(name) : name;
}

static enum err row_fault(struct rows_parser *p, const char *what)
{
    char column[4];
    column_name(column, p->column);
    return fault_set(p->xml.fault, ERR_FORMAT, "第 %llu 行 %s 列%s，文件已损坏",
                     (unsigned long long)p->sheet->row.number, column, what);
}

/* Row numbers may be left out, then they count on. */
static enum err start_row(struct rows_parser *p, const char **attrs)
{
    uint64_t number = p->last_row + 1;
    const char *text = xml_attr(attrs, "r");
    if (text && (str_u64(&number, str_of(text)) != ERR_OK || number <= p->last_row))
        return fault_set(p->xml.fault, ERR_FORMAT, "第 %llu 行之后的行号不正确，文件已损坏",
                         (unsigned long long)p->last_row);
    if (number > p->sheet->limits.rows)
        return fault_set(p->xml.fault, ERR_LIMIT, "工作表超过 %u 行，未读取；请拆分后重试",
                         p->sheet->limits.rows);
    p->last_row = number;
    p->next_column = 0;
    row_begin(&p->sheet->row, number);
    return ERR_OK;
}

static enum cell_type type_of(const char *type)
{
    switch (type[0]) {
    case 's':
        return type[1] ? TYPE_INLINE : TYPE_SHARED; /* "s", or "str" of a formula */
    case 'i':
        return TYPE_INLINE;
    case 'b':
        return TYPE_BOOL;
    case 'e':
        return TYPE_ERROR;
    case 'd':
        return TYPE_DATE;
    default:
        return TYPE_NUMBER;
    }
}

/* Takes a cell's reference apart: its row must be the row it stands in. */
static enum err place_cell(struct rows_parser *p, const char *ref)
{
    uint64_t row = 0;
    size_t letters = column_parse(&p->column, str_of(ref));
    bool known = letters > 0 && str_u64(&row, str_of(ref + letters)) == ERR_OK;
    return known && row == p->sheet->row.number ? ERR_OK : row_fault(p, "的单元格位置不正确");
}

static enum err start_cell(struct rows_parser *p, const char **attrs)
{
    p->in_cell = true;
    p->type = TYPE_NUMBER;
    p->style = 0;
    p->column = p->next_column;
    buf_clear(&p->text);
    for (; attrs[0]; attrs += 2) {
        if (attrs[0][0] == '\0' || attrs[0][1] != '\0')
            continue;
        uint64_t style = 0;
        switch (attrs[0][0]) {
        case 'r':
            TRY(place_cell(p, attrs[1]));
            break;
        case 't':
            p->type = type_of(attrs[1]);
            break;
        case 's':
            p->style = str_u64(&style, str_of(attrs[1])) == ERR_OK ? (uint32_t)style : 0;
            break;
        default:
            break;
        }
    }
    p->next_column = p->column + 1;
    return ERR_OK;
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
        err = start_row(p, attrs);
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
    if (p->text.len > p->sheet->limits.cell_bytes) {
        row_fault(p, "的内容过长");
        xml_fail(&p->xml, ERR_LIMIT);
    }
}

static enum err put_shared(struct rows_parser *p)
{
    uint64_t index;
    if (str_u64(&index, str_trim(buf_view(&p->text))) != ERR_OK || index >= p->book->string_count)
        return row_fault(p, "引用了不存在的文字");
    return row_put_fixed(p->sheet, p->column, SHEET_TEXT, p->book->strings[index]);
}

/* A number by its style. */
static enum err put_number(struct rows_parser *p)
{
    struct str raw = str_trim(buf_view(&p->text));
    enum sheet_cell_kind kind = SHEET_NUMBER;
    if (p->style < p->book->format_count)
        kind = (enum sheet_cell_kind)p->book->formats[p->style];
    if (kind == SHEET_DATE && date_text(&p->shown, raw, p->book->date1904))
        return row_put(p->sheet, p->column, SHEET_DATE, buf_view(&p->shown));
    number_text(&p->shown, raw);
    return row_put(p->sheet, p->column, kind == SHEET_PERCENT ? kind : SHEET_NUMBER,
                   buf_view(&p->shown));
}

/* An ISO date as stored by strict writers: 2016-01-05T00:00:00. */
static enum err put_date(struct rows_parser *p)
{
    struct str raw = str_trim(buf_view(&p->text));
    if (!iso_date_text(&p->shown, raw))
        return row_put(p->sheet, p->column, SHEET_TEXT, raw);
    return row_put(p->sheet, p->column, SHEET_DATE, buf_view(&p->shown));
}

static enum err put_cell(struct rows_parser *p)
{
    TRY(buf_err(&p->text));
    if (p->text.len == 0)
        return ERR_OK;
    switch (p->type) {
    case TYPE_SHARED:
        return put_shared(p);
    case TYPE_NUMBER:
        return put_number(p);
    case TYPE_DATE:
        return put_date(p);
    case TYPE_BOOL:
        return row_put(p->sheet, p->column, SHEET_BOOL,
                       str_eq(str_trim(buf_view(&p->text)), STR("1")) ? STR("TRUE") : STR("FALSE"));
    case TYPE_ERROR:
        return row_put(p->sheet, p->column, SHEET_ERROR, buf_view(&p->text));
    default:
        xlsx_unescape(&p->text, 0);
        return row_put(p->sheet, p->column, SHEET_TEXT, buf_view(&p->text));
    }
}

static void end_row(struct rows_parser *p)
{
    if (p->sheet->row.own == 0) {
        p->sheet->blank_rows++;
        return;
    }
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
    bool keep = size <= KEEP_MAX;
    TRY(zip_reader_entry_open(&p->stream, p->book->zip, entry));
    enum err err = inflate(p, &finder, entry, keep);
    zip_stream_close(p->stream);
    p->stream = NULL;
    if (err == ERR_OK)
        err = load_merges(p->sheet, &finder, fault);
    buf_free(&finder.tail);
    p->sheet->total = size;
    p->sheet->done = 0;
    if (err == ERR_OK && !keep)
        err = zip_reader_entry_open(&p->stream, p->book->zip, entry);
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
