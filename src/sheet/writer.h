/* Tables out: XLSX, CSV (UTF-8 with BOM), JSON, JSON lines, row by row, memory constant. The file
 * appears under its name only when it is complete (temporary file, fsync, rename). Text stays text:
 * nothing is ever written as a formula, codes keep their zeros (SECURITY.md IN3). */
#ifndef SHEET_WRITER_H
#define SHEET_WRITER_H

#include "base/err.h"
#include "base/str.h"

enum sheet_format {
    SHEET_XLSX,
    SHEET_CSV,
    SHEET_JSON, /* one array of objects */
    SHEET_JSONL /* one object a line */
};

struct sheet_column {
    const char *name;  /* JSON key */
    const char *label; /* heading of XLSX and CSV */
    bool number;       /* values are quantities: written as numbers where they are plain decimals */
    unsigned width;    /* XLSX column width in characters, 0 = 16 */
};

struct sheet_writer;

/* The format a file name asks for by its ending (.xlsx .csv .json .jsonl); ERR_UNSUPPORTED. */
MUST enum err sheet_format_of(enum sheet_format *out, const char *path, struct fault *fault);

/* Starts `path`; the heading row is written for XLSX and CSV. `columns` is copied. The caller owns
 * *out and ends it with sheet_writer_close or sheet_writer_abort. ERR_IO, ERR_FULL, ERR_READONLY.
 */
MUST enum err sheet_writer_open(struct sheet_writer **out, const char *path,
                                enum sheet_format format, const struct sheet_column *columns,
                                size_t count, struct fault *fault);
/* One row of up to `count` values in column order; missing ones are empty. ERR_LIMIT past the
 * 1048576 rows that an .xlsx can hold. */
MUST enum err sheet_writer_row(struct sheet_writer *writer, const struct str *values, size_t count,
                               struct fault *fault);
/* Completes the file, makes it durable and gives it its name. The writer is gone, also on error,
 * and then nothing stands under the name that did not stand there before. */
MUST enum err sheet_writer_close(struct sheet_writer *writer, struct fault *fault);
/* Gives up: no file is left. NULL is allowed. */
void sheet_writer_abort(struct sheet_writer *writer);

/* An error workbook: the rows that were not taken, as they stood, and behind them 行号, 列, 原因.
 * After mending, the same file can be imported: sheet/heading.h reads it as if the three columns
 * were not there, so that it is known by the headings of the file it came from. */
struct sheet_error_book;
/* How many of the headings are not the three of an error workbook behind all others. */
size_t sheet_error_book_columns(const struct str *headings, size_t count);
MUST enum err sheet_error_book_open(struct sheet_error_book **out, const char *path,
                                    const struct str *headings, size_t count, struct fault *fault);
/* `row`: number in the original file; `column`: heading concerned, may be empty; `reason`: Chinese.
 */
struct sheet_error {
    uint64_t row;
    struct str column;
    struct str reason;
};
MUST enum err sheet_error_book_add(struct sheet_error_book *book, const struct str *values,
                                   size_t count, const struct sheet_error *error,
                                   struct fault *fault);
/* Completes the file under its name. The book is gone, also on error. */
MUST enum err sheet_error_book_close(struct sheet_error_book *book, struct fault *fault);
void sheet_error_book_abort(struct sheet_error_book *book);

#endif
