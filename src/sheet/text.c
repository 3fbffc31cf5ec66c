/* CSV and TSV in any encoding: base/csv does the reading; here rows become cells.
 *
 * A text file holds text only: nothing is taken for a number or a date. */
#include "sheet/source.h"

#include "base/csv.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_MAX = 1000000000 };

struct text_source {
    int fd;
    struct csv *csv;
    struct buf scratch;
    struct fault fault; /* the csv reader writes here */
    char path[FILE_PATH_MAX];
};

static void text_stop(struct text_source *text)
{
    csv_close(text->csv);
    text->csv = NULL;
    if (text->fd >= 0)
        close(text->fd);
    text->fd = -1;
}

static void text_close(struct sheet *sheet)
{
    struct text_source *text = sheet->source;
    text_stop(text);
    buf_free(&text->scratch);
    free(text);
}

/* Hands the csv reader's words on. */
static enum err text_fault(const struct text_source *text, enum err err, struct fault *fault)
{
    if (fault && text->fault.text[0])
        *fault = text->fault;
    return err;
}

static enum err text_select(struct sheet *sheet, size_t index, struct fault *fault)
{
    (void)index;
    struct text_source *text = sheet->source;
    const struct csv_options options = {.strip_guard = true, .rows_max = ROWS_MAX};
    text_stop(text);
    text->fd = open(text->path, O_RDONLY | O_CLOEXEC);
    if (text->fd < 0)
        return fault_set(fault, err_errno(errno), "打不开文件“%s”", text->path);
    text->fault = (struct fault){0};
    return text_fault(text, csv_open(&text->csv, text->fd, &options, &text->fault), fault);
}

/* Line breaks inside a cell are \n for everybody. */
static struct str unify_breaks(struct buf *out, struct str cell)
{
    buf_clear(out);
    for (size_t i = 0; i < cell.len; i++) {
        bool pair = cell.data[i] == '\r' && i + 1 < cell.len && cell.data[i + 1] == '\n';
        if (!pair)
            buf_char(out, cell.data[i] == '\r' ? '\n' : cell.data[i]);
    }
    return buf_view(out);
}

static enum err text_next(struct sheet *sheet, struct fault *fault)
{
    struct text_source *text = sheet->source;
    struct str *cells;
    size_t count;
    enum err err = csv_next(text->csv, &cells, &count);
    if (err != ERR_OK)
        return err == ERR_END ? err : text_fault(text, err, fault);
    row_begin(&sheet->row, csv_row(text->csv));
    off_t at = lseek(text->fd, 0, SEEK_CUR);
    sheet->done = at > 0 ? (uint64_t)at : 0;
    for (size_t i = 0; i < count; i++) {
        bool broken = cells[i].len > 0 && memchr(cells[i].data, '\r', cells[i].len);
        if (broken)
            TRY(row_put(sheet, (uint32_t)i, SHEET_TEXT, unify_breaks(&text->scratch, cells[i])));
        else
            TRY(row_put_fixed(sheet, (uint32_t)i, SHEET_TEXT, cells[i]));
    }
    return buf_err(&text->scratch);
}

enum err text_open(struct sheet *sheet, const char *path, struct fault *fault)
{
    static const struct source_ops ops = {
        .next = text_next, .select = text_select, .close = text_close};
    struct text_source *text = calloc(1, sizeof *text);
    if (!text)
        return ERR_MEMORY;
    text->fd = -1;
    sheet->source = text;
    sheet->ops = &ops;
    sheet->kind = SHEET_KIND_TEXT;
    if (strlen(path) >= sizeof text->path)
        return fault_set(fault, ERR_LIMIT, "文件路径太长");
    memcpy(text->path, path, strlen(path) + 1);
    sheet->tabs = arena_array(&sheet->arena, 1, sizeof *sheet->tabs);
    sheet->tab_count = 1;
    TRY(file_size(&sheet->total, path));
    return sheet->tabs ? ERR_OK : ERR_MEMORY;
}
