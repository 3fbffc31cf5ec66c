/* SpreadsheetML 2003 (Excel 2003 XML): one XML document, often named .xls or .xlsx.
 *
 * The file is decoded to UTF-8 first, because what GB2312 declares itself is beyond expat. A first
 * pass lists the worksheets, a second one pauses at each row. Invariants: only Data directly in a
 * Cell is content (a Comment has a Data too); rows and columns count on unless ss:Index says
 * otherwise, and never back. */
#include "sheet/source.h"
#include "sheet/xml.h"

#include <stdlib.h>
#include <string.h>

enum { TABS_MAX = 1024, CHUNK = 65536 };

struct xml2003 {
    struct xml xml;
    struct sheet *sheet;
    struct buf text; /* the document */
    size_t at;
    size_t tab; /* worksheets begun so far */
    uint64_t number;
    uint32_t column, next_column;
    unsigned in_cell, in_data; /* depth of the element, 0 outside */
    bool in_tab, in_hidden, ended, ready;
    enum sheet_cell_kind kind;
    struct buf cell, shown;
};

static bool is(const char *name, const char *expected)
{
    return strcmp(xml_local(name), expected) == 0;
}

/* A counting attribute, 0 if absent or no number. */
static uint64_t count_attr(const char **attrs, const char *name)
{
    uint64_t value = 0;
    const char *text = xml_attr(attrs, name);
    return text && str_u64(&value, str_of(text)) == ERR_OK ? value : 0;
}

/* First pass: names and visibility of the worksheets. */
static void tabs_start(void *user, const char *name, const char **attrs)
{
    struct xml2003 *p = user;
    struct sheet *sheet = p->sheet;
    p->in_hidden = is(name, "Visible");
    if (!is(name, "Worksheet"))
        return;
    if (sheet->tab_count == TABS_MAX) {
        xml_fail(&p->xml, fault_set(p->xml.fault, ERR_LIMIT, "工作表超过 %d 个，未读取", TABS_MAX));
        return;
    }
    const char *title = xml_attr(attrs, "Name");
    struct sheet_tab *tab = &sheet->tabs[sheet->tab_count++];
    tab->name = arena_str(&sheet->arena, str_of(title ? title : ""));
    if (!tab->name.data)
        xml_fail(&p->xml, ERR_MEMORY);
}

static void tabs_text(void *user, const char *data, int len)
{
    struct xml2003 *p = user;
    bool hidden = len >= 5 && memcmp(data, "Sheet", 5) == 0; /* SheetHidden, SheetVeryHidden */
    if (p->in_hidden && hidden && p->sheet->tab_count > 0)
        p->sheet->tabs[p->sheet->tab_count - 1].hidden = true;
}

static void tabs_end(void *user, const char *name)
{
    struct xml2003 *p = user;
    (void)name;
    p->in_hidden = false;
}

static enum err list_tabs(struct xml2003 *p)
{
    enum err err = xml_open(&p->xml, "UTF-8", tabs_start, tabs_end, tabs_text);
    while (err == ERR_OK && !p->ended) {
        struct str piece = str_sub(buf_view(&p->text), p->at, CHUNK);
        p->at += piece.len;
        p->ended = piece.len == 0;
        err = xml_feed(&p->xml, piece, p->ended);
    }
    xml_close(&p->xml);
    return err;
}

static enum err start_row(struct xml2003 *p, const char **attrs)
{
    uint64_t index = count_attr(attrs, "Index");
    if (index > 0 && index <= p->number)
        return fault_set(p->xml.fault, ERR_FORMAT, "第 %llu 行之后的行号不正确，文件已损坏",
                         (unsigned long long)p->number);
    p->number = index > 0 ? index : p->number + 1;
    if (p->number > p->sheet->limits.rows)
        return fault_set(p->xml.fault, ERR_LIMIT, "工作表超过 %u 行，未读取；请拆分后重试",
                         p->sheet->limits.rows);
    p->next_column = 0;
    row_begin(&p->sheet->row, p->number);
    return ERR_OK;
}

static enum err start_cell(struct xml2003 *p, const char **attrs)
{
    uint64_t index = count_attr(attrs, "Index");
    uint64_t across = count_attr(attrs, "MergeAcross"), down = count_attr(attrs, "MergeDown");
    uint64_t columns = p->sheet->limits.columns, rows = p->sheet->limits.rows;
    uint64_t column = index > 0 ? index - 1 : p->next_column;
    if (index > 0 && column < p->next_column)
        return fault_set(p->xml.fault, ERR_FORMAT, "第 %llu 行的列号不正确，文件已损坏",
                         (unsigned long long)p->number);
    p->column = (uint32_t)(column < columns ? column : columns);
    across = across < columns ? across : columns;
    down = down < rows ? down : rows;
    p->next_column = p->column + (uint32_t)across + 1;
    p->in_cell = p->xml.depth;
    struct merge merge = {.top = p->number,
                          .bottom = p->number + down,
                          .left = p->column,
                          .right = p->column + (uint32_t)across};
    return merges_add(p->sheet, &merge);
}

static enum sheet_cell_kind kind_of(const char *type)
{
    static const struct {
        const char *type;
        enum sheet_cell_kind kind;
    } kinds[] = {{"Number", SHEET_NUMBER},
                 {"DateTime", SHEET_DATE},
                 {"Boolean", SHEET_BOOL},
                 {"Error", SHEET_ERROR}};
    for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            return kinds[i].kind;
    return SHEET_TEXT;
}

static void start_data(struct xml2003 *p, const char **attrs)
{
    p->in_data = p->xml.depth;
    p->kind = kind_of(xml_attr(attrs, "Type"));
    buf_clear(&p->cell);
}

static void on_start(void *user, const char *name, const char **attrs)
{
    struct xml2003 *p = user;
    enum err err = ERR_OK;
    if (is(name, "Worksheet"))
        p->in_tab = p->tab++ == p->sheet->selected;
    else if (!p->in_tab || p->in_data)
        return;
    else if (is(name, "Row"))
        err = start_row(p, attrs);
    else if (is(name, "Cell"))
        err = start_cell(p, attrs);
    else if (is(name, "Data") && p->in_cell && p->xml.depth == p->in_cell + 1)
        start_data(p, attrs);
    if (err != ERR_OK)
        xml_fail(&p->xml, err);
}

static void on_text(void *user, const char *data, int len)
{
    struct xml2003 *p = user;
    if (!p->in_data || p->xml.err != ERR_OK)
        return;
    buf_add(&p->cell, data, (size_t)len);
    if (p->cell.len > p->sheet->limits.cell_bytes)
        xml_fail(&p->xml, fault_set(p->xml.fault, ERR_LIMIT, "第 %llu 行有内容超过 %u 字节，未读取",
                                    (unsigned long long)p->number, p->sheet->limits.cell_bytes));
}

static enum err put_cell(struct xml2003 *p)
{
    struct str raw = str_trim(buf_view(&p->cell));
    enum sheet_cell_kind kind = p->kind;
    TRY(buf_err(&p->cell));
    if (kind == SHEET_NUMBER)
        number_text(&p->shown, raw);
    else if (kind == SHEET_DATE && !iso_date_text(&p->shown, raw))
        kind = SHEET_TEXT;
    if (kind == SHEET_BOOL)
        raw = str_starts(raw, STR("1")) ? STR("TRUE") : STR("FALSE");
    bool shown = kind == SHEET_NUMBER || kind == SHEET_DATE;
    TRY(buf_err(&p->shown));
    return row_put(p->sheet, p->column, kind, shown ? buf_view(&p->shown) : raw);
}

static void end_row(struct xml2003 *p)
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
    struct xml2003 *p = user;
    enum err err = ERR_OK;
    unsigned depth = p->xml.depth + 1; /* of the element that ends */
    if (p->in_data == depth) {
        p->in_data = 0;
        err = put_cell(p);
    } else if (p->in_cell == depth) {
        p->in_cell = 0;
    } else if (is(name, "Row") && p->in_tab && !p->in_data) {
        end_row(p);
    } else if (is(name, "Worksheet")) {
        p->in_tab = false;
    }
    if (err != ERR_OK)
        xml_fail(&p->xml, err);
}

static enum err select_tab(struct sheet *sheet, size_t index, struct fault *fault)
{
    struct xml2003 *p = sheet->source;
    (void)index;
    xml_close(&p->xml);
    p->xml.fault = fault;
    p->at = p->tab = 0;
    p->number = 0;
    p->in_cell = p->in_data = 0;
    p->in_tab = p->ended = p->ready = false;
    sheet->done = 0;
    return xml_open(&p->xml, "UTF-8", on_start, on_end, on_text);
}

static enum err next_row(struct sheet *sheet, struct fault *fault)
{
    struct xml2003 *p = sheet->source;
    p->xml.fault = fault;
    p->ready = false;
    while (!p->ready) {
        if (p->xml.suspended) {
            TRY(xml_resume(&p->xml));
            continue;
        }
        if (p->ended)
            return ERR_END;
        struct str piece = str_sub(buf_view(&p->text), p->at, CHUNK);
        p->at += piece.len;
        p->ended = piece.len == 0;
        sheet->done = p->at;
        TRY(xml_feed(&p->xml, piece, p->ended));
    }
    return ERR_OK;
}

static void close_all(struct sheet *sheet)
{
    struct xml2003 *p = sheet->source;
    xml_close(&p->xml);
    buf_free(&p->text);
    buf_free(&p->cell);
    buf_free(&p->shown);
    free(p);
}

enum err xml2003_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    static const struct source_ops ops = {
        .next = next_row, .select = select_tab, .close = close_all};
    struct xml2003 *p = calloc(1, sizeof *p);
    if (!p)
        return ERR_MEMORY;
    sheet->source = p;
    sheet->ops = &ops;
    sheet->kind = SHEET_KIND_XML2003;
    p->sheet = sheet;
    p->xml.fault = fault;
    p->xml.what = "XML 表格";
    sheet->tabs = arena_array(&sheet->arena, TABS_MAX, sizeof *sheet->tabs);
    if (!sheet->tabs)
        return ERR_MEMORY;
    TRY(source_load(&p->text, sheet, path, fault));
    sheet->total = p->text.len;
    TRY(list_tabs(p));
    if (sheet->tab_count == 0)
        return fault_set(fault, ERR_FORMAT, "这个 XML 文件里没有工作表，未读取");
    return ERR_OK;
}
