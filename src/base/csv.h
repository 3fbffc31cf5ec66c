/* CSV and TSV: a streaming reader for RFC 4180 and what spreadsheets really write, and the writer
 * of our exports.
 *
 * Reader: line ends CRLF, LF or CR; line breaks inside quotes; a quote inside an unquoted cell is
 * text, text behind a closing quote is added to the cell (as Python's csv does); a blank line is a
 * row with one empty cell, so that row numbers are those a spreadsheet shows. NUL is refused.
 *
 * Formula rule (SECURITY.md IN3), the only one: a cell that begins with = + - @ TAB CR or the
 * full-width ＝ ＋ － ＠ is written with one ' in front, unless it is a plain number such as -5 or
 * -0.25. A cell that already begins with such a guard gets one ' more. The reader takes one ' off
 * exactly those cells when asked (strip_guard), so that importing our own export is identity. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"
#include "base/decode.h"
#include "base/err.h"
#include "base/str.h"

/* SECURITY.md IN4. */
enum { CSV_COLUMNS_MAX = 256, CSV_CELL_MAX = 32767, CSV_ROWS_MAX = 1048576 };

struct csv;

struct csv_options {
    char delimiter;        /* 0: guess comma, tab or semicolon from the first lines */
    bool strip_guard;      /* take the formula guard off (our own exports) */
    enum decode_kind kind; /* DECODE_AUTO: find out */
    uint64_t rows_max;     /* 0: CSV_ROWS_MAX */
};

/* Reads fd (stays the caller's). options NULL: all zero. fault (may be NULL) must outlive the
 * reader: csv_next writes into it. ERR_IO, ERR_UTF8, ERR_MEMORY. Caller closes. */
MUST enum err csv_open(struct csv **out, int fd, const struct csv_options *options,
                       struct fault *fault);
/* The same over memory, which must outlive the reader. */
MUST enum err csv_open_memory(struct csv **out, struct str text, const struct csv_options *options,
                              struct fault *fault);
/* The next row: *count >= 1 cells, valid until the next call. ERR_END after the last; ERR_FORMAT
 * for a quote never closed or a NUL, ERR_LIMIT for too many rows, columns or too long a cell,
 * ERR_UTF8: each with the row (and column) in fault. After an error the reader only repeats it. */
MUST enum err csv_next(struct csv *c, struct str **cells, size_t *count);
/* Number of the row last given out, from 1. */
uint64_t csv_row(const struct csv *c);
/* The delimiter in use and the encoding found. */
char csv_delimiter(const struct csv *c);
enum decode_kind csv_kind(const struct csv *c);
/* NULL is allowed. */
void csv_close(struct csv *c);

/* Appends one row ended by CRLF, quoted where needed, with the formula rule applied. */
void csv_write_row(struct buf *out, const struct str *cells, size_t count, char delimiter);
/* Whether the formula rule puts a ' before this cell (for writers of other formats). */
bool csv_needs_guard(struct str cell);

#endif
