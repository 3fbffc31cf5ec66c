/* What every line of the protocol's texts must obey (PROTOCOL.md, notation): UTF-8 without control
 * characters, one LF a line, canonical decimals, lower-case hex. NFC is the caller's duty. */
#ifndef DRAW_TEXT_H
#define DRAW_TEXT_H

#include "base/buf.h"
#include "base/str.h"

/* Bytes of one hash, key, nonce or ticket. */
enum { DRAW_HASH = 32 };

/* Most bytes of a free text (organiser, reason ...), of a name without blanks, of an object id. */
enum { DRAW_TEXT_MAX = 1024, DRAW_NAME_MAX = 64, DRAW_ID_MAX = 64 };

/* A slice over hash bytes. */
struct str draw_bytes(const uint8_t *data, size_t len);

/* True for 1..max bytes of valid UTF-8 without control characters (C0, DEL, C1). */
bool draw_text_ok(struct str text, size_t max);
/* The same without blanks (U+0020, U+00A0, U+3000). */
bool draw_name_ok(struct str name, size_t max);
/* True for an object id: 1-64 characters of 0-9 A-Z - . (PROTOCOL section 2). */
bool draw_id_ok(struct str id);

/* A reader over the lines of an entry or file. `rest` is what was not read yet. */
struct draw_lines {
    struct str rest;
    uint64_t row; /* 1-based number of the line last read */
};

/* The next line without its LF. ERR_END at the end of the text; ERR_FORMAT when the last line has
 * no LF. `line` points into the text. */
MUST enum err draw_line_next(struct str *line, struct draw_lines *lines, struct fault *fault);
/* The next line must read `key value`: value gets what stands behind the blank. ERR_FORMAT else. */
MUST enum err draw_line_value(struct str *value, struct draw_lines *lines, struct str key,
                              struct fault *fault);
/* True when the next line starts with `key` and a blank; reads nothing. */
bool draw_line_is(const struct draw_lines *lines, struct str key);
/* Sets fault->row (if there is a fault) and hands err back, so that a caller may write
 * `return draw_at_row(fault_set(fault, ...), fault, row)`. */
enum err draw_at_row(enum err err, struct fault *fault, uint64_t row);
/* ERR_FORMAT unless every line was read. */
MUST enum err draw_line_end(const struct draw_lines *lines, struct fault *fault);

#endif
