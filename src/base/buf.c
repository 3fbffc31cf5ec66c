/* Growable byte buffer: see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

char *buf_reserve(struct buf *b, size_t len)
{
    if (b->failed)
        return NULL;
    if (b->cap - b->len > len)
        return b->data + b->len;
    size_t want = 0;
    if (__builtin_add_overflow(b->len, len, &want) || want > SIZE_MAX / 2 - 64) {
        b->failed = true;
        return NULL;
    }
    size_t cap = b->cap < 64 ? 64 : b->cap;
    while (cap <= want)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (data == NULL) {
        b->failed = true;
        return NULL;
    }
    b->data = data;
    b->cap = cap;
    return b->data + b->len;
}

void buf_fit(struct buf *b)
{
    char *data = b->data != NULL && b->len + 1 < b->cap ? realloc(b->data, b->len + 1) : NULL;
    if (data == NULL)
        return;
    b->data = data;
    b->cap = b->len + 1;
}

void buf_add_slow(struct buf *b, const void *data, size_t len)
{
    if (len == 0)
        return;
    char *at = buf_reserve(b, len);
    if (at == NULL)
        return;
    memcpy(at, data, len);
    b->len += len;
}

void buf_cat(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_u64(struct buf *b, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_i64(struct buf *b, int64_t value)
{
    if (value < 0)
        buf_char(b, '-');
    buf_u64(b, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_hex(struct buf *b, const uint8_t *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *at = buf_reserve(b, len * 2);
    if (at == NULL)
        return;
    for (size_t i = 0; i < len; i++) {
        at[2 * i] = digits[data[i] >> 4];
        at[2 * i + 1] = digits[data[i] & 15];
    }
    b->len += len * 2;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_list again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *at = len >= 0 ? buf_reserve(b, (size_t)len + 1) : NULL;
    if (at != NULL) {
        vsnprintf(at, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

enum err buf_err(const struct buf *b)
{
    return b->failed ? ERR_MEMORY : ERR_OK;
}

struct str buf_view(const struct buf *b)
{
    return str_range(b->data ? b->data : "", b->len);
}

const char *buf_cstr(struct buf *b)
{
    char *end = buf_reserve(b, 1);
    if (end == NULL)
        return "";
    *end = '\0';
    return b->data;
}
