/* Growable byte buffer. Zero-initialise (`struct buf b = {0}`), free with buf_free. A failed
 * allocation sets `failed`; later additions are ignored, so that a text is built without a check a
 * line and asked once: buf_err(&b). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

#include <string.h>

struct buf {
    char *data; /* not terminated; see buf_cstr */
    size_t len;
    size_t cap;
    bool failed;
};

/* Frees the memory and leaves an empty buffer. */
void buf_free(struct buf *b);
/* Empties it and keeps its memory. */
void buf_clear(struct buf *b);
/* Appends bytes, growing where there is no room. */
void buf_add_slow(struct buf *b, const void *data, size_t len);
/* Each appends: bytes, a slice, a C string, a byte, a number in decimal. A page is made of some
 * hundred of them, hence inline where the room is there. */
static inline void buf_add(struct buf *b, const void *data, size_t len)
{
    if (b->failed || b->cap - b->len <= len || len == 0) {
        buf_add_slow(b, data, len);
        return;
    }
    memcpy(b->data + b->len, data, len);
    b->len += len;
}
static inline void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.data, s.len);
}
static inline void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}
void buf_cat(struct buf *b, const char *text);
void buf_u64(struct buf *b, uint64_t value);
void buf_i64(struct buf *b, int64_t value);
/* Lower-case hex. */
void buf_hex(struct buf *b, const uint8_t *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Room for len more bytes at the end; the caller writes there and then adds to b->len. NULL when
 * out of memory. */
char *buf_reserve(struct buf *b, size_t len);
/* Gives back the room that is not used, for bytes that are kept long. */
void buf_fit(struct buf *b);

/* ERR_MEMORY if any addition failed, else ERR_OK. */
MUST enum err buf_err(const struct buf *b);
struct str buf_view(const struct buf *b);
/* The content with a NUL behind it (not counted in len); "" when out of memory. Valid until the
 * next change. */
const char *buf_cstr(struct buf *b);

#endif
