/* From rows to records: finds the heading row under title rows, maps headings to the fields of a
 * resource (base/field.h: label and headings found in the wild), and leaves out rows that are no
 * data, saying how many and why (R25, ECOSYSTEM.md a.2 12). Knows no domain. */
#ifndef SHEET_HEADING_H
#define SHEET_HEADING_H

#include "base/arena.h"
#include "base/field.h"
#include "sheet/reader.h"

/* Why a row was left out. */
enum sheet_skip {
    SHEET_SKIP_TITLE,   /* above the headings */
    SHEET_SKIP_EMPTY,   /* no content */
    SHEET_SKIP_HINT,    /* 填写说明, 必填 ... */
    SHEET_SKIP_EXAMPLE, /* 案例（请删除）, 示例, 样例 */
    SHEET_SKIP_GROUP,   /* one filled cell in a wide table: 北京市（92所） */
    SHEET_SKIP_HEADING, /* the heading row again (printed pages) */
    SHEET_SKIP_FOOTER,  /* 合计, 填表人, 注： */
    SHEET_SKIP_COUNT
};

/* The Chinese word for a reason, e.g. 示例行. */
const char *sheet_skip_text(enum sheet_skip skip);

struct sheet_pending; /* rows read while looking for the headings; private */

/* How a sheet's columns answer to fields. Everything is in the arena given to sheet_map. */
struct sheet_mapping {
    const struct field *fields;
    size_t count;
    int32_t *columns;      /* per field: 0-based column, -1 where the file has none */
    uint64_t heading_row;  /* row number of the (last) heading row */
    uint32_t heading_rows; /* 1, or 2 where 抽查项目 stands over 抽查类别 */
    struct str *headings;  /* per column as seen, two rows joined by '/' */
    size_t heading_count;
    bool book;      /* an error workbook: its own columns behind these are not there */
    size_t matched; /* fields that have a column */
    uint64_t skipped[SHEET_SKIP_COUNT]; /* so far */
    struct sheet *sheet;
    struct arena *arena;
    struct sheet_pending *pending;
};

/* One data row by field. Values are valid until the next call. */
struct sheet_record {
    uint64_t row;                   /* as the person sees it in the file */
    const struct sheet_cell *cells; /* per field of the mapping; empty where no column */
    size_t count;
    struct sheet_row source; /* the whole row, for the error workbook */
};

/* Reads up to 30 rows and picks the heading row with the most fields. Required fields that have no
 * column are an error that names them and lists the headings seen: ERR_INPUT. ERR_FORMAT when no
 * row looks like headings. */
MUST enum err sheet_map(struct sheet_mapping *out, struct sheet *sheet, const struct field *fields,
                        size_t count, struct arena *arena, struct fault *fault);
/* The same by a plan: which column is which field may be chosen by a person, and a lenient plan
 * takes a table as it is (of a table without any known heading the first row with two cells), so
 * that its columns can be shown to him. */
struct sheet_plan {
    const struct field *fields;
    size_t count;
    const struct str *chosen; /* a column each: name of its field, empty for none; NULL: as found */
    size_t chosen_count;
    bool lenient; /* required fields may lack a column */
};
MUST enum err sheet_map_plan(struct sheet_mapping *out, struct sheet *sheet,
                             const struct sheet_plan *plan, struct arena *arena,
                             struct fault *fault);
/* The next data row; ERR_END after the last. */
MUST enum err sheet_map_next(struct sheet_record *out, struct sheet_mapping *map,
                             struct fault *fault);

/* A heading as it is compared: compatibility forms folded to half width, blanks, line breaks,
 * stars and bracketed remarks such as （必填） taken out, lower case. Result in arena, data NULL
 * when out of memory. */
struct str sheet_heading_key(struct arena *arena, struct str heading);

#endif
