/* An order of rows that does not move them: their indexes, sorted by a text of theirs, and where a
 * text belongs in it. For small tables that are loaded once and searched in several orders. */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Compares two rows, given by pointers to their indexes, as qsort_r does; items is the table. */
typedef int order_compare(const void *a, const void *b, void *items);
/* The text of a row that the order goes by first. */
typedef struct str order_text(const void *items, size_t index);

/* The indexes 0..count-1 sorted by compare, in the arena. ERR_MEMORY. */
MUST enum err order_make(uint32_t **out, struct arena *arena, const void *items, size_t count,
                         order_compare *compare);
/* First place in the order whose text is not before `text` (by bytes); count if there is none. */
size_t order_first(const uint32_t *order, size_t count, const void *items, order_text *text_of,
                   struct str text);

#endif
