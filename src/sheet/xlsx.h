/* Inside the sheet room only: the parts of an .xlsx (ECMA-376 part 1, SpreadsheetML). */
#ifndef SHEET_XLSX_H
#define SHEET_XLSX_H

#include "base/zip.h"
#include "sheet/source.h"
#include "sheet/xml.h"

struct rows_parser;

struct xlsx {
    struct zip_reader *zip;
    struct str *paths; /* entry of each tab */
    bool date1904;
    struct str strings_path, styles_path;
    struct arena text;      /* shared strings */
    struct buf strings_xml; /* or the part they lie in, where it is kept */
    struct str *strings;
    size_t string_count, string_cap;
    uint8_t *formats; /* per cell style: an enum sheet_cell_kind */
    size_t format_count, format_cap;
    struct rows_parser *rows; /* of the selected tab */
};

/* Streams an entry through a parser that was opened with xml_open. */
MUST enum err xlsx_parse(struct xml *x, struct xlsx *book, struct str entry);
/* Load what the cells refer to. */
MUST enum err xlsx_load_strings(struct sheet *sheet, struct xlsx *book, struct fault *fault);
MUST enum err xlsx_load_styles(struct xlsx *book, struct fault *fault);
/* Adds a shared string, which lies in book->text or book->strings_xml. */
MUST enum err xlsx_add_string(struct xlsx *book, struct str text);
/* Reads a plain string table, kept in book->strings_xml, texts of at most `most` bytes.
 * ERR_UNSUPPORTED where expat must judge; strings added so far are then to be dropped. */
MUST enum err scan_strings(struct xlsx *book, struct str whole, uint32_t most);
/* The largest part that is kept in memory whole. */
enum { XLSX_KEEP_MAX = 128 << 20 };
/* Replaces _x000D_ and its like in the bytes from `from` on. */
void xlsx_unescape(struct buf *text, size_t from);

/* Rows of one worksheet. */
MUST enum err xlsx_rows_open(struct rows_parser **out, struct sheet *sheet, struct xlsx *book,
                             struct str entry, struct fault *fault);
MUST enum err xlsx_rows_next(struct rows_parser *rows, struct fault *fault);
void xlsx_rows_close(struct rows_parser *rows);

#endif
