/* String slices: a pointer and a length into memory that someone else owns. Bytes, mostly UTF-8;
 * not terminated. A slice with data NULL and len 0 is the empty (absent) string. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *data;
    size_t len;
};

/* Slice of a string literal. */
#define STR(literal) ((struct str){("" literal), sizeof(literal) - 1})
/* Slice of a C string (NULL gives the absent string); of a byte range. */
static inline struct str str_of(const char *text)
{
    return (struct str){text, text != NULL ? strlen(text) : 0};
}
static inline struct str str_range(const char *data, size_t len)
{
    return (struct str){data, len};
}

/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, ((s).data ? (s).data : "")

/* No bytes, absent or not. */
static inline bool str_empty(struct str s)
{
    return s.len == 0;
}
/* The same bytes. */
static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
/* Orders by raw bytes, a prefix first: LC_ALL=C sort. Returns <0, 0, >0. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of the first occurrence of needle, or -1. The empty needle is found at 0. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_char(struct str s, char c);

/* Bytes from..from+len, cut to what is there. */
struct str str_sub(struct str s, size_t from, size_t len);
/* Takes ASCII blanks, U+3000, NBSP and BOM off both ends. */
struct str str_trim(struct str s);

/* Cuts *rest at the first `separator`: *head gets what stood before it, *rest what stands behind.
 * Returns false when *rest was already exhausted (data NULL). The last piece has no separator.
 * An empty string gives one empty piece if its data is not NULL. */
bool str_cut(struct str *head, struct str *rest, char separator);

/* Strict decimal: only digits (one leading '-' for the signed form), no leading zeros unless the
 * number is 0, no overflow. ERR_INPUT otherwise. */
MUST enum err str_u64(uint64_t *out, struct str s);
MUST enum err str_i64(int64_t *out, struct str s);

/* Lower-case hex of exactly size bytes; anything else ERR_INPUT. */
MUST enum err str_unhex(uint8_t *out, size_t size, struct str s);

#endif
