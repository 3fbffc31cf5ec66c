/* One cell into the stored form of its field (base/field.h). Knows no domain: identifiers are only
 * freed from what the spreadsheet did to digits, divisions only cleaned; ids/ and regions/ judge
 * them. */
#ifndef SHEET_VALUE_H
#define SHEET_VALUE_H

#include "base/arena.h"
#include "base/field.h"
#include "sheet/reader.h"

/* Normalises `cell` for `field` into *out, which lies in arena, in the cell's or the dictionary's
 * own memory. TEXT and NUMBER: one line, blanks collapsed (ids/ judges numbers). LONG: line breaks
 * kept. DIVISION: half width, no blanks (regions/ judges it). DATE: YYYY-MM-DD, 9999-12-31 for
 * 长期. COUNT: plain decimal. RATIO: NUM/DEN in lowest terms, 0 < r <= 1. CODE: the dictionary's
 * code. LIST: words, codes where the field has a dictionary, joined by 、 without doubles. BOOL: 1
 * or 0.
 *
 * An empty cell gives an empty value; ERR_INPUT if the field is required. ERR_INPUT with a Chinese
 * reason in fault (no row or column in it; the caller knows them); ERR_MEMORY. */
MUST enum err sheet_value(struct str *out, const struct field *field, const struct sheet_cell *cell,
                          struct arena *arena, struct fault *fault);

/* Takes the next word off *rest, a list separated by 、，,；;| or line breaks; empty words are
 * passed over. False when none is left. */
bool sheet_list_next(struct str *word, struct str *rest);

/* The dictionary entry whose code, text or a synonym equals `text` after folding to half width and
 * taking blanks out; NULL if none. */
const struct field_word *sheet_word_find(const struct field_word *words, struct str text);

/* Folds text: full-width ASCII and U+3000 to half width, NBSP and zero-width characters to blank or
 * nothing. Result in arena, data NULL when out of memory. */
struct str sheet_fold(struct arena *arena, struct str text);

#endif
