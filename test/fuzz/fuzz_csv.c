/* CSV, any bytes in any encoding: the reader keeps its limits, and what it read, written by our
 * writer and read again, is the same (parse, print, parse), with and without the formula guard. */
#include "fuzz.h"

#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

enum { FUZZ_ROWS = 200 };

/* Reads text and prints every row; rows tells how many there were before the end or an error. */
static enum err fuzz_print(struct buf *out, size_t *rows, struct str text,
                           const struct csv_options *options)
{
    struct csv *csv = NULL;
    struct str *cells = NULL;
    size_t count = 0;
    struct fault fault = {0};
    enum err err = csv_open_memory(&csv, text, options, &fault);
    *rows = 0;
    while (err == ERR_OK && (err = csv_next(csv, &cells, &count)) == ERR_OK) {
        if (count < 1 || count > CSV_COLUMNS_MAX)
            __builtin_trap();
        for (size_t i = 0; i < count; i++)
            if (cells[i].len > CSV_CELL_MAX || memchr(cells[i].data, '\0', cells[i].len) != NULL)
                __builtin_trap();
        csv_write_row(out, cells, count, ',');
        (*rows)++;
    }
    if (err != ERR_END && err != ERR_MEMORY && fault.text[0] == '\0')
        __builtin_trap();
    csv_close(csv);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf first = {0};
    struct buf second = {0};
    size_t rows = 0;
    size_t again = 0;
    const struct csv_options any = {.rows_max = FUZZ_ROWS};
    const struct csv_options ours = {
        .delimiter = ',', .strip_guard = true, .kind = DECODE_UTF8, .rows_max = FUZZ_ROWS};
    (void)fuzz_print(&first, &rows, str_range((const char *)data, size), &any);
    enum err err = fuzz_print(&second, &again, buf_view(&first), &ours);
    if (err != ERR_END || rows != again || !str_eq(buf_view(&first), buf_view(&second)))
        __builtin_trap();
    buf_free(&first);
    buf_free(&second);
    return 0;
}
