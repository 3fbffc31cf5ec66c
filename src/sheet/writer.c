/* Tables out, row by row.
 *
 * XLSX by libxlsxwriter in constant-memory mode; CSV and JSON by base/. Text columns are formatted
 * as text and written as strings, so neither a formula nor a lost leading zero can come out of them
 * (SECURITY.md IN3). Invariant: until close has succeeded, nothing stands under the target's name
 * that did not stand there before; in every other case the temporary file is removed. */
#include "sheet/writer.h"

#include "base/arena.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
    WIDTH_USUAL = 16,
    XLSX_ROWS = 1048576, /* of the format itself */
    XLSX_CELL_CHARS = 32767,
    FLUSH = 1 << 16,
    FILE_MODE = 0644
};

struct sheet_writer {
    enum sheet_format format;
    struct arena arena;
    struct sheet_column *columns;
    size_t count;
    uint64_t rows; /* written, the headings among them */
    struct buf line;
    struct file_out out; /* CSV, JSON */
    bool out_open;
    lxw_workbook *book; /* XLSX */
    lxw_worksheet *page;
    lxw_format *text_format;
    struct buf cell;
    char path[FILE_PATH_MAX];
    char temp[FILE_PATH_MAX]; /* XLSX; empty when there is none */
};

enum err sheet_format_of(enum sheet_format *out, const char *path, struct fault *fault)
{
    static const struct {
        const char *ending;
        enum sheet_format format;
    } endings[] = {
        {".xlsx", SHEET_XLSX}, {".csv", SHEET_CSV}, {".jsonl", SHEET_JSONL}, {".json", SHEET_JSON}};
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t tail = strlen(endings[i].ending);
        if (len <= tail || strcasecmp(path + len - tail, endings[i].ending) != 0)
            continue;
        *out = endings[i].format;
        return ERR_OK;
    }
    return fault_set(fault, ERR_UNSUPPORTED,
                     "“%s”的后缀不能识别，请用 .xlsx、.csv、.json 或 .jsonl", path);
}

static enum err copy_columns(struct sheet_writer *w, const struct sheet_column *columns,
                             size_t count)
{
    w->columns = arena_array(&w->arena, count, sizeof *columns);
    w->count = count;
    if (!w->columns)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const char *name = columns[i].name ? columns[i].name : "";
        w->columns[i] = columns[i];
        w->columns[i].name = arena_cstr(&w->arena, str_of(name));
        w->columns[i].label = arena_cstr(&w->arena, str_of(columns[i].label));
        if (!w->columns[i].name || !w->columns[i].label)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

/* A reader of .xlsx takes _x0041_ for a character: an underscore that could begin such a thing is
 * written as _x005F_. */
static const char *escaped(struct buf *out, struct str text)
{
    buf_clear(out);
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.len - i >= 7 && text.data[i] == '_' && text.data[i + 1] == 'x' &&
                      text.data[i + 6] == '_' &&
                      strspn(text.data + i + 2, "0123456789abcdefABCDEF") >= 4;
        if (escape)
            buf_cat(out, "_x005F_");
        else
            buf_char(out, text.data[i]);
    }
    return buf_cstr(out);
}

/* Is it a plain decimal of at most 15 digits, so that a number cell keeps all of it? */
static bool is_number(struct str text)
{
    size_t digits = 0, dots = 0;
    size_t i = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    bool zero = text.len > i + 1 && text.data[i] == '0' && text.data[i + 1] != '.';
    for (; i < text.len; i++) {
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        if (!digit && text.data[i] != '.')
            return false;
        digits += digit;
        dots += !digit;
    }
    return digits > 0 && digits <= 15 && dots <= 1 && !zero && text.data[text.len - 1] != '.';
}

static enum err xlsx_fault(const struct sheet_writer *w, lxw_error error, struct fault *fault)
{
    bool space = errno == ENOSPC || errno == EDQUOT;
    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return ERR_MEMORY;
    return fault_set(fault, space ? ERR_FULL : ERR_IO, "写“%s”失败（%s），没有生成文件", w->path,
                     lxw_strerror(error));
}

static enum err xlsx_cell(struct sheet_writer *w, uint16_t column, struct str text,
                          struct fault *fault)
{
    lxw_error error;
    lxw_row_t row = (lxw_row_t)w->rows;
    if (text.len == 0)
        return ERR_OK;
    if (w->columns[column].number && is_number(text)) {
        buf_clear(&w->cell);
        buf_str(&w->cell, text);
        error =
            worksheet_write_number(w->page, row, column, strtod(buf_cstr(&w->cell), NULL), NULL);
    } else {
        const char *value = escaped(&w->cell, text);
        error = worksheet_write_string(w->page, row, column, value, w->text_format);
    }
    TRY(buf_err(&w->cell));
    if (error == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
        return fault_set(fault, ERR_LIMIT,
                         "第 %llu 行有内容超过 %d 字，Excel 文件放不下，请导出 .csv",
                         (unsigned long long)w->rows + 1, XLSX_CELL_CHARS);
    return error == LXW_NO_ERROR ? ERR_OK : xlsx_fault(w, error, fault);
}

static enum err xlsx_row(struct sheet_writer *w, const struct str *values, size_t count,
                         struct fault *fault)
{
    if (w->rows >= XLSX_ROWS)
        return fault_set(fault, ERR_LIMIT, "超过 %d 行，Excel 文件放不下，请导出 .csv", XLSX_ROWS);
    for (size_t i = 0; i < count; i++)
        TRY(xlsx_cell(w, (uint16_t)i, values[i], fault));
    w->rows++;
    return ERR_OK;
}

static enum err xlsx_headings(struct sheet_writer *w, struct fault *fault)
{
    lxw_format *bold = workbook_add_format(w->book);
    w->text_format = workbook_add_format(w->book);
    if (!bold || !w->text_format)
        return ERR_MEMORY;
    format_set_bold(bold);
    format_set_num_format(w->text_format, "@");
    for (size_t i = 0; i < w->count; i++) {
        const struct sheet_column *column = &w->columns[i];
        unsigned width = column->width ? column->width : WIDTH_USUAL;
        worksheet_set_column(w->page, (lxw_col_t)i, (lxw_col_t)i, width,
                             column->number ? NULL : w->text_format);
        const char *label = escaped(&w->cell, str_of(column->label));
        lxw_error error = worksheet_write_string(w->page, 0, (lxw_col_t)i, label, bold);
        if (error != LXW_NO_ERROR)
            return xlsx_fault(w, error, fault);
    }
    worksheet_freeze_panes(w->page, 1, 0);
    w->rows = 1;
    return buf_err(&w->cell);
}

/* The workbook is assembled under a temporary name beside the target. */
static enum err xlsx_open(struct sheet_writer *w, struct fault *fault)
{
    int len = snprintf(w->temp, sizeof w->temp, "%s.XXXXXX", w->path);
    if (len < 0 || (size_t)len >= sizeof w->temp) {
        w->temp[0] = '\0';
        return fault_set(fault, ERR_LIMIT, "文件路径太长");
    }
    int fd = mkstemp(w->temp);
    if (fd < 0) {
        w->temp[0] = '\0';
        return fault_set(fault, err_errno(errno), "无法写入“%s”，请检查文件夹和权限", w->path);
    }
    (void)fchmod(fd, FILE_MODE);
    close(fd);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    w->book = workbook_new_opt(w->temp, &options);
    w->page = w->book ? workbook_add_worksheet(w->book, NULL) : NULL;
    return w->page ? xlsx_headings(w, fault) : ERR_MEMORY;
}

static void out_flush(struct sheet_writer *w, size_t least)
{
    if (w->line.len < least)
        return;
    file_out_add(&w->out, buf_view(&w->line));
    buf_clear(&w->line);
}

static enum err csv_headings(struct sheet_writer *w)
{
    struct str *labels = arena_array(&w->arena, w->count, sizeof *labels);
    if (!labels)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->count; i++)
        labels[i] = str_of(w->columns[i].label);
    buf_cat(&w->line, "\xEF\xBB\xBF");
    csv_write_row(&w->line, labels, w->count, ',');
    w->rows = 1;
    return buf_err(&w->line);
}

static enum err text_open(struct sheet_writer *w, struct fault *fault)
{
    enum err err = file_out_open(&w->out, w->path, FILE_MODE, true);
    if (err != ERR_OK)
        return fault_set(fault, err, "无法写入“%s”，请检查文件夹和权限", w->path);
    w->out_open = true;
    if (w->format == SHEET_CSV)
        return csv_headings(w);
    if (w->format == SHEET_JSON)
        buf_cat(&w->line, "[");
    return ERR_OK;
}

/* Missing values at the end of a row are empty cells. */
static enum err csv_row_out(struct sheet_writer *w, const struct str *values, size_t count)
{
    struct str row[CSV_COLUMNS_MAX] = {0};
    if (w->count > CSV_COLUMNS_MAX)
        return ERR_LIMIT;
    memcpy(row, values, count * sizeof *row);
    csv_write_row(&w->line, row, w->count, ',');
    return ERR_OK;
}

static enum err json_row_out(struct sheet_writer *w, const struct str *values, size_t count)
{
    struct json_writer json;
    if (w->format == SHEET_JSON)
        buf_cat(&w->line, w->rows > 0 ? ",\n" : "\n");
    json_write_begin(&json, &w->line);
    json_write_object(&json);
    for (size_t i = 0; i < w->count; i++) {
        int64_t number;
        struct str value = i < count && values[i].data ? values[i] : STR("");
        bool whole = w->columns[i].number && is_number(value) && str_i64(&number, value) == ERR_OK;
        json_write_key(&json, w->columns[i].name);
        if (whole)
            json_write_int(&json, number);
        else
            json_write_str(&json, value);
    }
    json_write_object_end(&json);
    TRY(json_write_end(&json));
    if (w->format == SHEET_JSONL)
        buf_char(&w->line, '\n');
    return ERR_OK;
}

enum err sheet_writer_open(struct sheet_writer **out, const char *path, enum sheet_format format,
                           const struct sheet_column *columns, size_t count, struct fault *fault)
{
    *out = NULL;
    if (strlen(path) >= FILE_PATH_MAX)
        return fault_set(fault, ERR_LIMIT, "文件路径太长");
    struct sheet_writer *w = calloc(1, sizeof *w);
    if (!w)
        return ERR_MEMORY;
    w->format = format;
    memcpy(w->path, path, strlen(path) + 1);
    enum err err = copy_columns(w, columns, count);
    if (err == ERR_OK)
        err = format == SHEET_XLSX ? xlsx_open(w, fault) : text_open(w, fault);
    if (err != ERR_OK)
        sheet_writer_abort(w);
    else
        *out = w;
    return err;
}

enum err sheet_writer_row(struct sheet_writer *w, const struct str *values, size_t count,
                          struct fault *fault)
{
    count = count < w->count ? count : w->count;
    if (w->format == SHEET_XLSX)
        return xlsx_row(w, values, count, fault);
    TRY(w->format == SHEET_CSV ? csv_row_out(w, values, count) : json_row_out(w, values, count));
    TRY(buf_err(&w->line));
    w->rows++;
    out_flush(w, FLUSH);
    return ERR_OK;
}

static void writer_free(struct sheet_writer *w)
{
    buf_free(&w->line);
    buf_free(&w->cell);
    arena_free(&w->arena);
    free(w);
}

/* Lets libxlsxwriter assemble the file, then gives it its name durably. */
static enum err xlsx_close(struct sheet_writer *w, struct fault *fault)
{
    errno = 0;
    lxw_error error = workbook_close(w->book);
    w->book = NULL;
    enum err err =
        error == LXW_NO_ERROR ? file_publish(w->temp, w->path) : xlsx_fault(w, error, fault);
    if (err != ERR_OK)
        (void)unlink(w->temp);
    return err;
}

enum err sheet_writer_close(struct sheet_writer *w, struct fault *fault)
{
    enum err err;
    if (w->format == SHEET_XLSX) {
        err = xlsx_close(w, fault);
    } else {
        if (w->format == SHEET_JSON)
            buf_cat(&w->line, w->rows > 0 ? "\n]\n" : "]\n");
        err = buf_err(&w->line);
        out_flush(w, 0);
        if (err == ERR_OK)
            err = file_out_commit(&w->out);
        else
            file_out_abandon(&w->out);
    }
    if (err != ERR_OK && fault && !fault->text[0])
        fault_set(fault, err, "写“%s”失败，没有生成文件：%s", w->path, err_zh(err));
    writer_free(w);
    return err;
}

void sheet_writer_abort(struct sheet_writer *w)
{
    if (!w)
        return;
    if (w->book)
        (void)workbook_close(w->book); /* the only way to free it; the file goes next */
    if (w->temp[0])
        (void)unlink(w->temp);
    if (w->out_open)
        file_out_abandon(&w->out);
    writer_free(w);
}
