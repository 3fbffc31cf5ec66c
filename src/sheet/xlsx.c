/* An .xlsx as a whole: which worksheets it has and where its parts lie.
 *
 * Parts are found by following relationships from the package root, never by guessing names, since
 * writers other than Excel name them differently. base/zip has refused dangerous archives already
 * (SECURITY.md IN4). Invariant: everything kept from the workbook is in the sheet's arena. */
#include "sheet/xlsx.h"

#include <stdlib.h>
#include <string.h>

enum { RELS_MAX = 4096, TABS_MAX = 1024, CHUNK = 65536 };

struct rel {
    struct str id, type, target;
};

/* What a workbook or relationship part is read into. */
struct book_parser {
    struct xml xml;
    struct sheet *sheet;
    struct rel *rels;
    size_t rel_count;
    struct str base; /* folder of the part whose relationships these are */
    struct str *ids; /* of the tabs, in order */
    bool date1904;
};

enum err xlsx_parse(struct xml *x, struct xlsx *book, struct str entry)
{
    struct zip_stream *stream;
    enum err err = zip_reader_entry_open(&stream, book->zip, entry);
    if (err != ERR_OK)
        return fault_set(x->fault, ERR_FORMAT, "文件缺少“%.*s”，已损坏", STR_ARG(entry));
    char *data = malloc(CHUNK);
    size_t got = 1;
    err = data ? ERR_OK : ERR_MEMORY;
    while (err == ERR_OK && got > 0) {
        err = zip_stream_read(stream, data, CHUNK, &got);
        if (err == ERR_FORMAT)
            fault_set(x->fault, err, "文件中的“%.*s”已损坏", STR_ARG(entry));
        if (err == ERR_OK)
            err = xml_feed(x, str_range(data, got), got == 0);
    }
    free(data);
    zip_stream_close(stream);
    return err;
}

static void ignore_end(void *user, const char *name)
{
    (void)user, (void)name;
}

/* base + target with "." and ".." taken out; an absolute target stands for itself. */
static struct str resolve(struct arena *arena, struct str base, const char *target)
{
    bool absolute = target[0] == '/';
    struct str rest = arena_printf(arena, "%.*s%s", absolute ? 0 : (int)base.len,
                                   base.data ? base.data : "", target + absolute);
    char *out = arena_alloc(arena, rest.len + 1);
    size_t len = 0;
    struct str piece;
    if (!rest.data || !out)
        return (struct str){0};
    while (str_cut(&piece, &rest, '/')) {
        if (piece.len == 0 || str_eq(piece, STR(".")))
            continue;
        if (str_eq(piece, STR(".."))) {
            while (len > 0 && out[--len] != '/')
                continue;
            continue;
        }
        if (len > 0)
            out[len++] = '/';
        memcpy(out + len, piece.data, piece.len);
        len += piece.len;
    }
    return str_range(out, len);
}

static void on_rel(void *user, const char *name, const char **attrs)
{
    struct book_parser *p = user;
    if (strcmp(xml_local(name), "Relationship") != 0)
        return;
    const char *id = xml_attr(attrs, "Id"), *type = xml_attr(attrs, "Type");
    const char *target = xml_attr(attrs, "Target"), *mode = xml_attr(attrs, "TargetMode");
    if (!id || !type || !target || (mode && strcmp(mode, "External") == 0))
        return;
    if (p->rel_count == RELS_MAX) {
        xml_fail(&p->xml, fault_set(p->xml.fault, ERR_LIMIT, "文件的组成部分过多，未读取"));
        return;
    }
    const char *slash = strrchr(type, '/');
    struct rel *rel = &p->rels[p->rel_count++];
    rel->id = arena_str(&p->sheet->arena, str_of(id));
    rel->type = arena_str(&p->sheet->arena, str_of(slash ? slash + 1 : type));
    rel->target = resolve(&p->sheet->arena, p->base, target);
    if (!rel->id.data || !rel->type.data || !rel->target.data)
        xml_fail(&p->xml, ERR_MEMORY);
}

/* Reads a part in one go with a start handler. */
static enum err parse_part(struct book_parser *p, struct xlsx *book, struct str entry,
                           XML_StartElementHandler start)
{
    p->xml.what = "工作簿目录";
    TRY(xml_open(&p->xml, NULL, start, ignore_end, NULL));
    enum err err = xlsx_parse(&p->xml, book, entry);
    xml_close(&p->xml);
    return err;
}

/* Reads the relationships of `part` ("" for the package) into p->rels. */
static enum err load_rels(struct book_parser *p, struct xlsx *book, struct str part)
{
    size_t slash = part.len;
    while (slash > 0 && part.data[slash - 1] != '/')
        slash--;
    p->rel_count = 0;
    p->base = str_sub(part, 0, slash);
    struct str file = str_sub(part, slash, part.len);
    struct str entry =
        arena_printf(&p->sheet->arena, "%.*s_rels/%.*s.rels", STR_ARG(p->base), STR_ARG(file));
    if (!entry.data)
        return ERR_MEMORY;
    return parse_part(p, book, entry, on_rel);
}

static const struct rel *rel_of_type(const struct book_parser *p, const char *type)
{
    for (size_t i = 0; i < p->rel_count; i++)
        if (str_eq(p->rels[i].type, str_of(type)))
            return &p->rels[i];
    return NULL;
}

static bool truthy(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static void on_tab(struct book_parser *p, const char **attrs)
{
    struct sheet *sheet = p->sheet;
    const char *name = xml_attr(attrs, "name"), *state = xml_attr(attrs, "state");
    const char *id = xml_attr(attrs, "id"); /* r:id; the other one is called sheetId */
    if (!id)
        return;
    if (sheet->tab_count == TABS_MAX) {
        xml_fail(&p->xml, fault_set(p->xml.fault, ERR_LIMIT, "工作表超过 %d 个，未读取", TABS_MAX));
        return;
    }
    struct sheet_tab *tab = &sheet->tabs[sheet->tab_count];
    tab->name = arena_str(&sheet->arena, str_of(name ? name : ""));
    tab->hidden = state && strcmp(state, "visible") != 0;
    p->ids[sheet->tab_count] = arena_str(&sheet->arena, str_of(id));
    if (!tab->name.data || !p->ids[sheet->tab_count].data)
        xml_fail(&p->xml, ERR_MEMORY);
    sheet->tab_count++;
}

static void on_workbook(void *user, const char *name, const char **attrs)
{
    struct book_parser *p = user;
    name = xml_local(name);
    if (strcmp(name, "workbookPr") == 0)
        p->date1904 = truthy(xml_attr(attrs, "date1904"));
    else if (strcmp(name, "sheet") == 0)
        on_tab(p, attrs);
}

/* Keeps the tabs that are worksheets (not charts) and where they lie. */
static void place_tabs(struct book_parser *p, struct xlsx *book)
{
    struct sheet *sheet = p->sheet;
    size_t kept = 0;
    for (size_t i = 0; i < sheet->tab_count; i++) {
        for (size_t k = 0; k < p->rel_count; k++) {
            const struct rel *rel = &p->rels[k];
            if (!str_eq(rel->id, p->ids[i]) || !str_eq(rel->type, STR("worksheet")))
                continue;
            book->paths[kept] = rel->target;
            sheet->tabs[kept++] = sheet->tabs[i];
            break;
        }
    }
    sheet->tab_count = kept;
}

static enum err load_book(struct book_parser *p, struct xlsx *book)
{
    struct arena *arena = &p->sheet->arena;
    p->rels = arena_array(arena, RELS_MAX, sizeof *p->rels);
    p->ids = arena_array(arena, TABS_MAX, sizeof *p->ids);
    p->sheet->tabs = arena_array(arena, TABS_MAX, sizeof *p->sheet->tabs);
    book->paths = arena_array(arena, TABS_MAX, sizeof *book->paths);
    if (!p->rels || !p->ids || !p->sheet->tabs || !book->paths)
        return ERR_MEMORY;
    TRY(load_rels(p, book, STR("")));
    const struct rel *root = rel_of_type(p, "officeDocument");
    if (!root)
        return fault_set(p->xml.fault, ERR_FORMAT, "这不是 Excel 工作簿，未读取");
    struct str workbook = root->target;
    if (str_ends(workbook, STR(".bin")))
        return ERR_UNSUPPORTED;
    TRY(parse_part(p, book, workbook, on_workbook));
    TRY(load_rels(p, book, workbook));
    book->date1904 = p->date1904;
    const struct rel *strings = rel_of_type(p, "sharedStrings");
    const struct rel *styles = rel_of_type(p, "styles");
    book->strings_path = strings ? strings->target : (struct str){0};
    book->styles_path = styles ? styles->target : (struct str){0};
    place_tabs(p, book);
    if (p->sheet->tab_count == 0)
        return fault_set(p->xml.fault, ERR_FORMAT, "工作簿中没有可读取的工作表");
    return ERR_OK;
}

static void book_close(struct sheet *sheet)
{
    struct xlsx *book = sheet->source;
    xlsx_rows_close(book->rows);
    zip_reader_close(book->zip);
    arena_free(&book->text);
    buf_free(&book->strings_xml);
    free(book->strings);
    free(book->formats);
    free(book);
}

static enum err book_select(struct sheet *sheet, size_t index, struct fault *fault)
{
    struct xlsx *book = sheet->source;
    xlsx_rows_close(book->rows);
    book->rows = NULL;
    return xlsx_rows_open(&book->rows, sheet, book, book->paths[index], fault);
}

static enum err book_next(struct sheet *sheet, struct fault *fault)
{
    struct xlsx *book = sheet->source;
    return xlsx_rows_next(book->rows, fault);
}

enum err xlsx_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    static const struct source_ops ops = {
        .next = book_next, .select = book_select, .close = book_close};
    struct xlsx *book = calloc(1, sizeof *book);
    if (!book)
        return ERR_MEMORY;
    sheet->source = book;
    sheet->ops = &ops;
    sheet->kind = SHEET_KIND_XLSX;
    const struct zip_limits limits = {.file = sheet->limits.file_bytes,
                                      .entries = sheet->limits.entries,
                                      .inflated = sheet->limits.inflated_bytes,
                                      .ratio = sheet->limits.ratio};
    TRY(zip_reader_open(&book->zip, path, &limits, fault));
    if (!zip_reader_has(book->zip, STR("_rels/.rels"), NULL)) {
        if (zip_reader_has(book->zip, STR("mimetype"), NULL))
            return ERR_UNSUPPORTED;
        return fault_set(fault, ERR_FORMAT, "“%s”是压缩包，不是表格文件；请先解压", path);
    }
    struct book_parser parser = {.sheet = sheet, .xml.fault = fault};
    TRY(load_book(&parser, book));
    TRY(xlsx_load_styles(book, fault));
    return xlsx_load_strings(sheet, book, fault);
}
