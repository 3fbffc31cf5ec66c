/* The error workbook: rows that were not taken, as they stood, with where and why behind them.
 *
 * Values are copied as text, codes with their zeros, so that the mended file can be imported as it
 * is. Invariant: a row has exactly the original columns and the three of ours. */
#include "sheet/writer.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWN = 3, /* 行号, 列, 原因 */
    REASON_WIDTH = 60
};

struct sheet_error_book {
    struct sheet_writer *writer;
    struct arena arena;
    struct str *row;
    size_t count; /* original columns */
};

/* In the order of the file. */
static const struct sheet_column own[OWN] = {
    {.name = "row", .label = "行号", .number = true},
    {.name = "column", .label = "列"},
    {.name = "reason", .label = "原因", .width = REASON_WIDTH}};

size_t sheet_error_book_columns(const struct str *headings, size_t count)
{
    size_t filled = count; /* an office program may leave empty cells behind */
    while (filled > 0 && headings[filled - 1].len == 0)
        filled--;
    if (filled <= OWN)
        return count;
    for (size_t i = 0; i < OWN; i++)
        if (!str_eq(headings[filled - OWN + i], str_of(own[i].label)))
            return count;
    return filled - OWN;
}

static enum err open_writer(struct sheet_error_book *book, const char *path,
                            const struct str *headings, struct fault *fault)
{
    struct sheet_column *columns = arena_array(&book->arena, book->count + OWN, sizeof *columns);
    book->row = arena_array(&book->arena, book->count + OWN, sizeof *book->row);
    if (!columns || !book->row)
        return ERR_MEMORY;
    for (size_t i = 0; i < book->count; i++) {
        columns[i].label = arena_cstr(&book->arena, headings[i]);
        columns[i].name = columns[i].label;
        if (!columns[i].label)
            return ERR_MEMORY;
    }
    memcpy(columns + book->count, own, sizeof own);
    return sheet_writer_open(&book->writer, path, SHEET_XLSX, columns, book->count + OWN, fault);
}

enum err sheet_error_book_open(struct sheet_error_book **out, const char *path,
                               const struct str *headings, size_t count, struct fault *fault)
{
    *out = NULL;
    struct sheet_error_book *book = calloc(1, sizeof *book);
    if (!book)
        return ERR_MEMORY;
    book->count = count;
    enum err err = open_writer(book, path, headings, fault);
    if (err != ERR_OK)
        sheet_error_book_abort(book);
    else
        *out = book;
    return err;
}

enum err sheet_error_book_add(struct sheet_error_book *book, const struct str *values, size_t count,
                              const struct sheet_error *error, struct fault *fault)
{
    char number[24];
    int len = snprintf(number, sizeof number, "%llu", (unsigned long long)error->row);
    for (size_t i = 0; i < book->count; i++)
        book->row[i] = i < count ? values[i] : STR("");
    book->row[book->count] = str_range(number, (size_t)len);
    book->row[book->count + 1] = error->column;
    book->row[book->count + 2] = error->reason;
    return sheet_writer_row(book->writer, book->row, book->count + OWN, fault);
}

static void book_free(struct sheet_error_book *book)
{
    arena_free(&book->arena);
    free(book);
}

enum err sheet_error_book_close(struct sheet_error_book *book, struct fault *fault)
{
    enum err err = sheet_writer_close(book->writer, fault);
    book_free(book);
    return err;
}

void sheet_error_book_abort(struct sheet_error_book *book)
{
    if (!book)
        return;
    sheet_writer_abort(book->writer);
    book_free(book);
}
