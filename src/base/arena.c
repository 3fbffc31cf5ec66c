/* Arena: see arena.h. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 16 * 1024, ARENA_ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(ARENA_ALIGN) unsigned char data[];
};

/* Puts a new block in front; what is left of the old one is given up, which wastes at most a small
 * object, since larger ones get a block of their own size. */
static bool arena_grow(struct arena *a, size_t size)
{
    size_t want = size > ARENA_BLOCK ? size : ARENA_BLOCK;
    if (want > SIZE_MAX - sizeof(struct arena_block))
        return false;
    struct arena_block *block = malloc(sizeof *block + want);
    if (block == NULL)
        return false;
    block->next = a->head;
    block->size = want;
    a->head = block;
    a->used = 0;
    return true;
}

bool arena_reserve(struct arena *a, size_t size)
{
    return a->head != NULL || arena_grow(a, size);
}

/* Bytes as they come, zero or not. */
static void *arena_take(struct arena *a, size_t need)
{
    if ((a->head == NULL || a->head->size - a->used < need) && !arena_grow(a, need))
        return NULL;
    void *at = a->head->data + a->used;
    a->used += need;
    a->total += need;
    return at;
}

static size_t arena_need(size_t size)
{
    return (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    size_t need = arena_need(size);
    void *at = arena_take(a, need);
    return at != NULL ? memset(at, 0, need) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return arena_alloc(a, total);
}

/* Only the end needs to be zero: the rest is written at once. */
char *arena_cstr(struct arena *a, struct str s)
{
    char *copy = s.len < SIZE_MAX - ARENA_ALIGN ? arena_take(a, arena_need(s.len + 1)) : NULL;
    if (copy == NULL)
        return NULL;
    if (s.len > 0)
        memcpy(copy, s.data, s.len);
    copy[s.len] = '\0';
    return copy;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *copy = arena_cstr(a, s);
    return copy ? str_range(copy, s.len) : str_range(NULL, 0);
}

struct str arena_hex(struct arena *a, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *text = len < SIZE_MAX / 2 ? arena_alloc(a, 2 * len + 1) : NULL;
    if (text == NULL)
        return str_range(NULL, 0);
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return str_range(text, 2 * len);
}

enum err arena_keep(struct str *out, struct arena *a, struct buf *text, enum err err)
{
    if (err == ERR_OK)
        err = buf_err(text);
    if (err == ERR_OK)
        *out = arena_str(a, buf_view(text));
    buf_free(text);
    return err == ERR_OK && out->data == NULL ? ERR_MEMORY : err;
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_list again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *copy = len >= 0 ? arena_alloc(a, (size_t)len + 1) : NULL;
    if (copy != NULL)
        vsnprintf(copy, (size_t)len + 1, fmt, again);
    va_end(again);
    return copy ? str_range(copy, (size_t)len) : str_range(NULL, 0);
}

void arena_clear(struct arena *a)
{
    while (a->head != NULL && a->head->next != NULL) {
        struct arena_block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    a->used = 0;
    a->total = 0;
}

void arena_free(struct arena *a)
{
    while (a->head != NULL) {
        struct arena_block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    *a = (struct arena){0};
}
