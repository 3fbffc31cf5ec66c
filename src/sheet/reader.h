/* Rows out of a table file that somebody uploaded, whatever kind it really is: .xlsx, CSV or TSV in
 * UTF-8, GB18030 or UTF-16, an HTML table, SpreadsheetML 2003, an old binary .xls. The kind is told
 * by content, never by name. Rows stream; memory grows with the longest row and, for .xlsx, with
 * its shared strings (one arena, bounded).
 *
 * Hostile files are expected (SECURITY.md IN4, IN5): sizes are checked before anything is inflated
 * and any DOCTYPE is refused. */
#ifndef SHEET_READER_H
#define SHEET_READER_H

#include "base/err.h"
#include "base/str.h"

/* Zero means the default that sheet_limits_fill sets (SECURITY.md IN4). */
struct sheet_limits {
    uint64_t file_bytes;      /* of .xlsx, .xls, HTML, XML: 64 MiB */
    uint64_t text_bytes;      /* of CSV and TSV, which stream: 16 GiB */
    uint64_t inflated_bytes;  /* of all entries of an .xlsx together: 1 GiB */
    uint32_t entries;         /* in an .xlsx: 1000 */
    uint32_t ratio;           /* inflated : stored, of one entry: 200 */
    uint32_t rows;            /* of one .xlsx, HTML or XML sheet: 1048576 */
    uint32_t columns;         /* 256 */
    uint32_t cell_bytes;      /* 32767 */
    uint32_t convert_seconds; /* LibreOffice may take: 60 */
    uint64_t convert_memory;  /* and hold, address space: 4 GiB */
};

enum sheet_kind {
    SHEET_KIND_XLSX,
    SHEET_KIND_TEXT, /* CSV, TSV */
    SHEET_KIND_HTML,
    SHEET_KIND_XML2003,
    SHEET_KIND_BINARY /* .xls or .ods, read through LibreOffice */
};

enum sheet_cell_kind {
    SHEET_EMPTY,
    SHEET_TEXT,
    SHEET_NUMBER,  /* text is the number as stored, e.g. 469006600187440 or 4.69006600187440E+14 */
    SHEET_PERCENT, /* a number shown as percent; text is the fraction, 0.03 for 3% */
    SHEET_DATE,    /* text is YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS where a time of day was stored */
    SHEET_BOOL,    /* text is TRUE or FALSE */
    SHEET_ERROR    /* text is #N/A, #REF! ... */
};

struct sheet_cell {
    struct str text; /* UTF-8, trimmed; line breaks are \n */
    enum sheet_cell_kind kind;
    bool merged; /* repeated from the first cell of a merged area */
};

/* One row. Cells and their text are valid until the next call on the sheet. Trailing empty cells
 * are left out; rows without any content are passed over (sheet_blank_rows counts them). */
struct sheet_row {
    uint64_t number; /* 1-based, as the person sees it in the file */
    const struct sheet_cell *cells;
    size_t count;
};

struct sheet;

/* Fills every zero of *limits with its default. */
void sheet_limits_fill(struct sheet_limits *limits);

/* Opens a file and selects its first visible sheet that has content. limits may be NULL. On success
 * the caller owns *out (sheet_close). ERR_MISSING/ERR_IO; ERR_FORMAT unknown or damaged; ERR_LIMIT;
 * ERR_DOCTYPE; ERR_UTF8; ERR_CONVERTER an .xls without LibreOffice; ERR_TIMEOUT. */
MUST enum err sheet_open(struct sheet **out, const char *path, const struct sheet_limits *limits,
                         struct fault *fault);
/* NULL is allowed. */
void sheet_close(struct sheet *sheet);

/* The next row; ERR_END after the last. After any other error the sheet can only be closed. */
MUST enum err sheet_next(struct sheet_row *row, struct sheet *sheet, struct fault *fault);

/* What the file was found to be. */
enum sheet_kind sheet_kind(const struct sheet *sheet);
/* How many sheets (tables) there are, the name of one (0-based; "" if it has none), and which one
 * is being read. */
size_t sheet_count(const struct sheet *sheet);
struct str sheet_name(const struct sheet *sheet, size_t index);
size_t sheet_selected(const struct sheet *sheet);
/* Starts again at the first row of another sheet. ERR_RANGE if there is none such. */
MUST enum err sheet_select(struct sheet *sheet, size_t index, struct fault *fault);
/* Rows without content that were passed over so far. */
uint64_t sheet_blank_rows(const struct sheet *sheet);
/* How much of the input has been read, 0..1000, for a progress line. */
unsigned sheet_progress(const struct sheet *sheet);
/* Is a converter for old .xls files installed here? */
bool sheet_converter_present(void);

#endif
