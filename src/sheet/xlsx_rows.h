/* Inside the sheet room only: the rows of one worksheet, read by expat (xlsx_rows.c) or, where the
 * worksheet is as plain as Excel writes it, by a scanner (xlsx_scan.c); both put cells down the
 * same way (xlsx_cells.c). */
#ifndef SHEET_XLSX_ROWS_H
#define SHEET_XLSX_ROWS_H

#include "sheet/xlsx.h"

enum cell_type { TYPE_NUMBER, TYPE_SHARED, TYPE_INLINE, TYPE_BOOL, TYPE_ERROR, TYPE_DATE };

struct rows_parser {
    struct xml xml;
    struct sheet *sheet;
    struct xlsx *book;
    struct buf whole; /* the worksheet, where it is kept */
    size_t whole_at;
    struct zip_stream *stream; /* where it is not */
    char *chunk;
    bool ended, ready;
    bool in_rows, in_cell, in_value;
    unsigned phonetic;
    size_t prefix; /* bytes of "x:" before every name */
    enum cell_type type;
    uint32_t style, column, next_column;
    uint64_t last_row;
    struct buf text, shown;
    bool scanning;            /* the scanner is at work */
    size_t scan_at, scan_end; /* of the rows in whole */
    uint64_t given;           /* last row the scanner gave out */
};

/* Starts a row; number is its r attribute, data NULL where it has none (then it counts on). */
MUST enum err cells_start_row(struct rows_parser *p, struct str number);
/* Starts a cell with its attributes r, t and s; data NULL where absent. */
MUST enum err cells_start(struct rows_parser *p, struct str ref, struct str type, struct str style);
/* Puts the cell down. `fixed`: the text outlives the row and needs no copy. */
MUST enum err cells_put(struct rows_parser *p, struct str text, bool fixed);
/* Refuses the cell at hand in words that name its place. Returns err. */
MUST enum err cells_fault(struct rows_parser *p, enum err err, const char *what);

/* May the kept worksheet be scanned? Sets p->scanning, and where its rows are. */
void scan_open(struct rows_parser *p);
/* The next row with content; ERR_END after the last; ERR_UNSUPPORTED where something stands that
 * only expat should judge: then reading starts over there, behind p->given. */
MUST enum err scan_next(struct rows_parser *p);

enum { FINDER_PREFIX_MAX = 64 };

/* Finds the mergeCells element in bytes that come in pieces, and keeps it. Zero-initialise; free
 * tail. */
struct merge_finder {
    struct buf tail;  /* from the element's start, or the last bytes of the piece before */
    size_t scanned;   /* bytes of tail that hold no end of the element */
    struct str close; /* the end tag, once the start is found; in tag */
    char tag[FINDER_PREFIX_MAX + 16];
    bool done;
};

/* Looks at the next piece; at a whole worksheet, without copying it. */
void finder_feed(struct merge_finder *finder, struct str piece);
void finder_whole(struct merge_finder *finder, struct str whole);
/* Parses what was found into the sheet's merged areas. ERR_FORMAT, ERR_LIMIT, ERR_MEMORY. */
MUST enum err finder_load(struct sheet *sheet, struct merge_finder *finder, struct fault *fault);

#endif
