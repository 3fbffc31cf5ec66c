/* Arena: memory that lives as long as one request, job or command and is freed whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct arena_block;

/* Zero-initialise; free with arena_free. */
struct arena {
    struct arena_block *head;
    size_t used; /* bytes used in head */
    size_t total;
};

/* size bytes, zeroed, aligned for any object; NULL when out of memory. size 0 gives a valid
 * pointer. */
void *arena_alloc(struct arena *a, size_t size);
/* count * size with an overflow check. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy of s, with a NUL behind it that is not counted. data is NULL when out of memory. */
struct str arena_str(struct arena *a, struct str s);
/* A terminated copy, NULL when out of memory. */
char *arena_cstr(struct arena *a, struct str s);
/* Formatted text; data is NULL when out of memory. */
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* Bytes in lower-case hex. data is NULL when out of memory. */
struct str arena_hex(struct arena *a, const uint8_t *bytes, size_t len);
/* Ends a text that was written into a buffer: a copy of it in the arena, unless writing it failed
 * (err, which is handed back). The buffer is freed in any case. ERR_MEMORY. */
MUST enum err arena_keep(struct str *out, struct arena *a, struct buf *text, enum err err);
/* Makes the first block of an empty arena at least so large; one that has a block keeps it. False
 * when out of memory. */
bool arena_reserve(struct arena *a, size_t size);
/* Forgets everything allocated and keeps one block for reuse. */
void arena_clear(struct arena *a);
void arena_free(struct arena *a);

#endif
