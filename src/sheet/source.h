/* Inside the sheet room only: what a kind of file gives to the reader, how a row is put together,
 * and merged areas. Not for other rooms. */
#ifndef SHEET_SOURCE_H
#define SHEET_SOURCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "sheet/reader.h"

/* One cell while its row is being read: text at `at` in the row's buffer, or `fixed` memory that
 * outlives the row. */
struct row_slot {
    const char *fixed;
    size_t at;
    size_t len;
    enum sheet_cell_kind kind;
    bool own; /* written by the file itself, not by a merge */
};

/* The row being read. Cells may come in any order of columns. */
struct row_builder {
    uint64_t number;
    struct buf text;
    struct row_slot *slots; /* limits.columns of them */
    size_t count;           /* slots in use, the last one not empty */
    size_t own;             /* cells with content of their own */
    struct sheet_cell *cells;
};

/* A merged area, 1-based rows and 0-based columns, both ends included. */
struct merge {
    uint64_t top, bottom;
    uint32_t left, right;
    struct str text; /* of its first cell, once its first row is past */
    enum sheet_cell_kind kind;
};

/* All merged areas of a sheet in the order of their first rows, and those that the present row
 * lies in. Areas of an honest file don't overlap, so not more are active than there are columns. */
struct merges {
    struct merge *items;
    size_t count, cap;
    size_t next; /* first one not yet reached */
    size_t *active;
    size_t active_count;
    struct arena held; /* texts of active areas */
};

struct sheet_tab {
    struct str name;
    bool hidden;
};

struct sheet;

/* A kind of file. next puts the next row that exists into sheet->row (row_begin, row_put) and
 * returns ERR_END after the last; select starts over at a tab; close frees sheet->source. */
struct source_ops {
    enum err (*next)(struct sheet *sheet, struct fault *fault);
    enum err (*select)(struct sheet *sheet, size_t index, struct fault *fault);
    void (*close)(struct sheet *sheet);
};

struct sheet {
    enum sheet_kind kind;
    struct sheet_limits limits;
    const struct source_ops *ops;
    void *source;
    struct arena arena; /* tabs and what the source keeps for the sheet's life */
    struct sheet_tab *tabs;
    size_t tab_count;
    size_t selected;
    struct row_builder row;
    struct merges merges;
    struct fault *fault; /* of the call in progress, for handlers called by a parser */
    uint64_t blank_rows;
    uint64_t done, total; /* for the progress */
    bool waiting;         /* a row was read to see whether there is one */
    char *scratch;        /* folder of a conversion, removed at the end */
};

/* str_trim, fast where there is nothing to take off. */
struct str row_trim(struct str text);
/* Starts a row. */
void row_begin(struct row_builder *row, uint64_t number);
/* A cell with text to be copied: trimmed, cut off nothing. ERR_LIMIT when the text or the column is
 * beyond the limits; empty text is no cell. */
MUST enum err row_put(struct sheet *sheet, uint32_t column, enum sheet_cell_kind kind,
                      struct str text);
/* The same for text that outlives the row, which is not copied. */
MUST enum err row_put_fixed(struct sheet *sheet, uint32_t column, enum sheet_cell_kind kind,
                            struct str text);
/* Fills merged areas in and makes row->cells. ERR_MEMORY, ERR_FORMAT for overlapping areas. */
MUST enum err row_finish(struct sheet *sheet);

/* Adds an area; rows and columns beyond the limits are cut off, an area of one cell is none. */
MUST enum err merges_add(struct sheet *sheet, const struct merge *merge);
/* Brings areas that came in any order into that of their first rows. */
void merges_sort(struct merges *merges);
/* Is this cell of the row being read covered by an area that began above it? */
bool merges_cover(const struct merges *merges, uint64_t row, uint32_t column);
void merges_clear(struct merges *merges);

/* "A" is 0; the letters at the start of a reference. Returns how many letters, 0 if none or more
 * than three. */
size_t column_parse(uint32_t *column, struct str ref);
/* A1 style name of a column, at most 3 letters and a NUL. */
void column_name(char out[4], uint32_t column);
/* A1 or A1:B2 into a merge. False if it is no reference. */
bool range_parse(struct merge *out, struct str ref);

/* A stored number as cells show it: integers up to 15 digits written out, noise of binary fractions
 * rounded off at 15 digits, anything else as it is. Result in `out` (emptied first). */
void number_text(struct buf *out, struct str raw);
/* A day number as YYYY-MM-DD, with a time of day where it has one; false if it is no date.
 * shift1904: days count from 1904. */
bool date_text(struct buf *out, struct str raw, bool shift1904);
/* 2017-08-09T00:00:00.000 in the same form; false if it has another shape. */
bool iso_date_text(struct buf *out, struct str raw);
/* What a number format shows: SHEET_DATE, SHEET_PERCENT or SHEET_NUMBER. */
enum sheet_cell_kind format_kind(uint32_t id, struct str code);

/* Opens each kind: sets kind, ops, source, tabs. */
MUST enum err text_open(struct sheet *sheet, const char *path, struct fault *fault);
MUST enum err html_open(struct sheet *sheet, const char *path, struct fault *fault);
MUST enum err xml2003_open(struct sheet *sheet, const char *path, struct fault *fault);
/* Also ERR_UNSUPPORTED, without words, for an .ods or .xlsb: LibreOffice may read it. */
MUST enum err xlsx_open(struct sheet *sheet, const char *path, struct fault *fault);
/* Converts `path` by LibreOffice into a new .xlsx, whose path goes to *out (in sheet->arena); its
 * folder is sheet->scratch. ERR_CONVERTER, ERR_TIMEOUT, ERR_FORMAT. */
MUST enum err convert_run(const char **out, struct sheet *sheet, const char *path,
                          struct fault *fault);
/* Removes sheet->scratch, if any. */
void convert_clean(struct sheet *sheet);

/* Reads a whole file of at most limits.file_bytes and decodes it to UTF-8. */
MUST enum err source_load(struct buf *out, struct sheet *sheet, const char *path,
                          struct fault *fault);

#endif
