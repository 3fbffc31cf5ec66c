/* Opening a table file: what it is by its content, and the loop over its rows.
 *
 * Invariant: sheet_next gives rows in ascending order, each with content of its own; whatever a
 * source does, sizes have been checked before anything was inflated or parsed. */
#include "sheet/reader.h"

#include "base/decode.h"
#include "base/file.h"
#include "sheet/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SNIFF = 4096 };

void sheet_limits_fill(struct sheet_limits *limits)
{
    static const struct sheet_limits usual = {
        .file_bytes = UINT64_C(64) << 20,
        .text_bytes = UINT64_C(16) << 30,
        .inflated_bytes = UINT64_C(1) << 30,
        .entries = 1000,
        .ratio = 200,
        .rows = 1048576,
        .columns = 256,
        .cell_bytes = 32767,
        .convert_seconds = 60,
        .convert_memory = UINT64_C(4) << 30,
    };
#define FILL(name) limits->name = limits->name ? limits->name : usual.name
    FILL(file_bytes);
    FILL(text_bytes);
    FILL(inflated_bytes);
    FILL(entries);
    FILL(ratio);
    FILL(rows);
    FILL(columns);
    FILL(cell_bytes);
    FILL(convert_seconds);
    FILL(convert_memory);
#undef FILL
}

/* Reads the first bytes of a file. */
static enum err sniff(char *head, size_t *len, const char *path, struct fault *fault)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return fault_set(fault, err_errno(errno), "打不开文件“%s”，请检查文件名和权限", path);
    *len = fread(head, 1, SNIFF, file);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (failed == EISDIR)
        return fault_set(fault, ERR_INPUT, "“%s”是文件夹，请给出其中的一个文件", path);
    if (failed != 0)
        return fault_set(fault, ERR_IO, "读取文件“%s”失败", path);
    if (*len == 0)
        return fault_set(fault, ERR_FORMAT, "文件“%s”是空的，没有读入任何内容", path);
    return ERR_OK;
}

/* Does the text contain `word` (lower case ASCII), in any case? */
static bool holds(struct str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (strncasecmp(text.data + i, word, len) == 0)
            return true;
    return false;
}

/* The start of a text file as UTF-8, for looking at tags only. */
static enum err decode_head(struct buf *out, struct str head, struct fault *fault)
{
    struct decode *decode;
    size_t got = 0;
    enum decode_kind kind = decode_detect(head, head.len < SNIFF);
    TRY(decode_open_memory(&decode, head, kind, fault));
    char *room = buf_reserve(out, SNIFF * 4);
    enum err err = room ? decode_read(decode, room, SNIFF * 4, &got, NULL) : ERR_MEMORY;
    out->len += err == ERR_OK ? got : 0;
    decode_close(decode);
    return err == ERR_MEMORY ? err : ERR_OK;
}

typedef enum err opener(struct sheet *sheet, const char *path, struct fault *fault);

/* .xls of Excel 97-2003 and other compound files, by way of LibreOffice. */
static enum err binary_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    const char *converted;
    TRY(convert_run(&converted, sheet, path, fault));
    TRY(xlsx_open(sheet, converted, fault));
    sheet->kind = SHEET_KIND_BINARY;
    return ERR_OK;
}

/* A zip archive is an .xlsx, or something that only LibreOffice reads (.ods, .xlsb). */
static enum err zip_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    enum err err = xlsx_open(sheet, path, fault);
    if (err != ERR_UNSUPPORTED)
        return err;
    sheet->ops->close(sheet);
    sheet->ops = NULL;
    sheet->source = NULL;
    return binary_open(sheet, path, fault);
}

static enum err mhtml_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    (void)sheet;
    return fault_set(fault, ERR_UNSUPPORTED, "“%s”是单个文件网页，请用表格软件另存为 .xlsx 后重试",
                     path);
}

static enum err pdf_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    (void)sheet;
    return fault_set(fault, ERR_UNSUPPORTED, "“%s”不是表格文件，请提供 .xlsx 或 .csv 文件", path);
}

/* Text by its first tags: an element named table, html or body is HTML, a SpreadsheetML workbook is
 * XML; everything else is CSV. */
static opener *text_opener(struct str head)
{
    struct str text = str_trim(head);
    bool tagged = text.len > 0 && text.data[0] == '<';
    if (tagged && holds(text, "urn:schemas-microsoft-com:office:spreadsheet") &&
        !holds(text, "<html"))
        return xml2003_open;
    if (tagged && (holds(text, "<html") || holds(text, "<table") || holds(text, "<body") ||
                   holds(text, "<meta") || holds(text, "<!doctype html")))
        return html_open;
    if (tagged && holds(text, "<?xml"))
        return xml2003_open;
    if (holds(str_sub(text, 0, 512), "mime-version:"))
        return mhtml_open;
    return text_open;
}

/* Magic numbers first, then the look of the text. */
static enum err find_opener(opener **out, struct str head, struct fault *fault)
{
    static const struct {
        const char *magic;
        size_t len;
        opener *open;
    } magics[] = {
        {"PK\x03\x04", 4, zip_open},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, binary_open},
        {"\x09\x08\x10\x00", 4, binary_open}, /* BIFF without its container */
        {"%PDF", 4, pdf_open},
        {"\x89PNG", 4, pdf_open},
        {"\xFF\xD8\xFF", 3, pdf_open},
        {"Rar!", 4, pdf_open},
        {"7z\xBC\xAF", 4, pdf_open},
    };
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (!str_starts(head, str_range(magics[i].magic, magics[i].len)))
            continue;
        *out = magics[i].open;
        return ERR_OK;
    }
    struct buf text = {0};
    enum err err = decode_head(&text, head, fault);
    *out = text_opener(buf_view(&text));
    buf_free(&text);
    return err;
}

static enum err check_size(const struct sheet *sheet, opener *open, const char *path,
                           struct fault *fault)
{
    uint64_t size, limit = open == text_open ? sheet->limits.text_bytes : sheet->limits.file_bytes;
    enum err err = file_size(&size, path);
    if (err != ERR_OK)
        return fault_set(fault, err, "“%s”不是可以读取的文件", path);
    if (size > limit)
        return fault_set(fault, ERR_LIMIT, "文件“%s”超过 %llu MB，未读取；请拆分后重试", path,
                         (unsigned long long)(limit >> 20));
    return ERR_OK;
}

/* Selects the first visible tab that has a row, and keeps that row waiting. Where no tab has one,
 * the first stays selected and gives no rows. */
static enum err select_first(struct sheet *sheet, struct fault *fault)
{
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < sheet->tab_count; i++) {
            struct sheet_row row;
            if (sheet->tabs[i].hidden != (pass == 1))
                continue;
            TRY(sheet_select(sheet, i, fault));
            enum err err = sheet_next(&row, sheet, fault);
            sheet->waiting = err == ERR_OK;
            if (err != ERR_END)
                return err;
        }
    }
    return sheet->tab_count ? sheet_select(sheet, 0, fault) : ERR_OK;
}

static enum err prepare(struct sheet *sheet, const struct sheet_limits *limits)
{
    if (limits)
        sheet->limits = *limits;
    sheet_limits_fill(&sheet->limits);
    size_t columns = sheet->limits.columns;
    sheet->row.slots = calloc(columns, sizeof *sheet->row.slots);
    sheet->row.cells = calloc(columns, sizeof *sheet->row.cells);
    sheet->merges.active = calloc(columns, sizeof *sheet->merges.active);
    return sheet->row.slots && sheet->row.cells && sheet->merges.active ? ERR_OK : ERR_MEMORY;
}

static enum err open_into(struct sheet *sheet, const char *path, const struct sheet_limits *limits,
                          struct fault *fault)
{
    char head[SNIFF];
    size_t len = 0;
    opener *open = NULL;
    TRY(prepare(sheet, limits));
    TRY(sniff(head, &len, path, fault));
    TRY(find_opener(&open, str_range(head, len), fault));
    TRY(check_size(sheet, open, path, fault));
    sheet->fault = fault;
    TRY(open(sheet, path, fault));
    return select_first(sheet, fault);
}

enum err sheet_open(struct sheet **out, const char *path, const struct sheet_limits *limits,
                    struct fault *fault)
{
    *out = NULL;
    struct sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        return ERR_MEMORY;
    enum err err = open_into(sheet, path, limits, fault);
    sheet->fault = NULL;
    if (err != ERR_OK) {
        sheet_close(sheet);
        return err;
    }
    *out = sheet;
    return ERR_OK;
}

void sheet_close(struct sheet *sheet)
{
    if (!sheet)
        return;
    if (sheet->ops)
        sheet->ops->close(sheet);
    convert_clean(sheet);
    buf_free(&sheet->row.text);
    free(sheet->row.slots);
    free(sheet->row.cells);
    free(sheet->merges.active);
    free(sheet->merges.items);
    arena_free(&sheet->merges.held);
    arena_free(&sheet->arena);
    free(sheet);
}

enum err sheet_next(struct sheet_row *row, struct sheet *sheet, struct fault *fault)
{
    *row = (struct sheet_row){0};
    sheet->fault = fault;
    while (!sheet->waiting) {
        TRY(sheet->ops->next(sheet, fault));
        TRY(row_finish(sheet));
        if (sheet->row.own > 0)
            break;
        sheet->blank_rows++;
    }
    sheet->waiting = false;
    *row = (struct sheet_row){
        .number = sheet->row.number, .cells = sheet->row.cells, .count = sheet->row.count};
    return ERR_OK;
}

enum err sheet_select(struct sheet *sheet, size_t index, struct fault *fault)
{
    if (index >= sheet->tab_count)
        return fault_set(fault, ERR_RANGE, "文件只有 %zu 个工作表", sheet->tab_count);
    sheet->fault = fault;
    sheet->waiting = false;
    sheet->blank_rows = 0;
    sheet->selected = index;
    row_begin(&sheet->row, 0);
    merges_clear(&sheet->merges);
    return sheet->ops->select(sheet, index, fault);
}

enum sheet_kind sheet_kind(const struct sheet *sheet)
{
    return sheet->kind;
}

size_t sheet_count(const struct sheet *sheet)
{
    return sheet->tab_count;
}

struct str sheet_name(const struct sheet *sheet, size_t index)
{
    return index < sheet->tab_count ? sheet->tabs[index].name : STR("");
}

size_t sheet_selected(const struct sheet *sheet)
{
    return sheet->selected;
}

uint64_t sheet_blank_rows(const struct sheet *sheet)
{
    return sheet->blank_rows;
}

unsigned sheet_progress(const struct sheet *sheet)
{
    if (sheet->total == 0)
        return 0;
    uint64_t done = sheet->done < sheet->total ? sheet->done : sheet->total;
    return (unsigned)(done * 1000 / sheet->total);
}

enum err source_load(struct buf *out, struct sheet *sheet, const char *path, struct fault *fault)
{
    struct buf raw = {0};
    struct decode *decode = NULL;
    enum err err = file_read(&raw, path, sheet->limits.file_bytes);
    if (err == ERR_OK)
        err = decode_open_memory(&decode, buf_view(&raw), DECODE_AUTO, fault);
    while (err == ERR_OK) {
        size_t got = 0;
        char *room = buf_reserve(out, 1 << 16);
        err = room ? decode_read(decode, room, 1 << 16, &got, fault) : ERR_MEMORY;
        out->len += got;
    }
    decode_close(decode);
    buf_free(&raw);
    return err == ERR_END ? ERR_OK : err;
}
