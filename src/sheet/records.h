/* Inside the sheet room only: what heading.c leaves to records.c. */
#ifndef SHEET_RECORDS_H
#define SHEET_RECORDS_H

#include "sheet/heading.h"

/* Rows read while looking for headings, and the cells of the record being given out. */
struct sheet_pending {
    struct sheet_row *rows;
    size_t count;
    size_t next; /* first one not given out */
    struct sheet_cell *cells;
    size_t required;    /* how many fields are required */
    uint64_t hints[16]; /* which beginnings (hashed) a hint can have: most cells need no more */
};

/* Prepares for giving records out, once the columns are known. */
MUST enum err records_prepare(struct sheet_mapping *map);

#endif
