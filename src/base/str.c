/* String slices: see str.h. */
#include "base/str.h"

#include <string.h>

int str_cmp(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_range(s.data, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           str_eq(str_range(s.data + (s.len - suffix.len), suffix.len), suffix);
}

ptrdiff_t str_find(struct str s, struct str needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len == 0)
        return -1;
    const char *at = memmem(s.data, s.len, needle.data, needle.len);
    return at ? at - s.data : -1;
}

ptrdiff_t str_find_char(struct str s, char c)
{
    const char *at = s.len > 0 ? memchr(s.data, c, s.len) : NULL;
    return at ? at - s.data : -1;
}

struct str str_sub(struct str s, size_t from, size_t len)
{
    if (from >= s.len)
        return str_range(s.data ? s.data + s.len : NULL, 0);
    size_t left = s.len - from;
    return str_range(s.data + from, len < left ? len : left);
}

/* The blanks that spreadsheets and web pages leave around a value. */
static const struct str str_blanks[] = {
    {" ", 1},  {"\t", 1},           {"\r", 1},           {"\n", 1},       {"\v", 1},
    {"\f", 1}, {"\xE3\x80\x80", 3}, {"\xEF\xBB\xBF", 3}, {"\xC2\xA0", 2},
};

/* Bytes of the blank at the beginning of s, 0 if there is none. */
static size_t str_blank_head(struct str s)
{
    for (size_t i = 0; i < sizeof str_blanks / sizeof str_blanks[0]; i++)
        if (str_starts(s, str_blanks[i]))
            return str_blanks[i].len;
    return 0;
}

/* Bytes of the blank at the end of s, 0 if there is none. */
static size_t str_blank_tail(struct str s)
{
    for (size_t i = 0; i < sizeof str_blanks / sizeof str_blanks[0]; i++)
        if (str_ends(s, str_blanks[i]))
            return str_blanks[i].len;
    return 0;
}

struct str str_trim(struct str s)
{
    for (size_t n = str_blank_head(s); n > 0; n = str_blank_head(s))
        s = str_range(s.data + n, s.len - n);
    for (size_t n = str_blank_tail(s); n > 0; n = str_blank_tail(s))
        s.len -= n;
    return s;
}

bool str_cut(struct str *head, struct str *rest, char separator)
{
    if (rest->data == NULL)
        return false;
    ptrdiff_t at = str_find_char(*rest, separator);
    if (at < 0) {
        *head = *rest;
        *rest = str_range(NULL, 0);
        return true;
    }
    *head = str_range(rest->data, (size_t)at);
    *rest = str_range(rest->data + at + 1, rest->len - (size_t)at - 1);
    return true;
}

enum err str_u64(uint64_t *out, struct str s)
{
    uint64_t value = 0;
    if (s.len == 0 || (s.len > 1 && s.data[0] == '0'))
        return ERR_INPUT;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return ERR_INPUT;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.data[i] - '0'), &value))
            return ERR_INPUT;
    }
    *out = value;
    return ERR_OK;
}

enum err str_i64(int64_t *out, struct str s)
{
    bool negative = s.len > 0 && s.data[0] == '-';
    uint64_t value = 0;
    TRY(str_u64(&value, negative ? str_range(s.data + 1, s.len - 1) : s));
    if (negative ? value > (uint64_t)INT64_MAX + 1 || value == 0 : value > (uint64_t)INT64_MAX)
        return ERR_INPUT;
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return ERR_OK;
}

/* Lower case only: hex has one form here, so that equal bytes are equal texts. */
static int str_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

enum err str_unhex(uint8_t *out, size_t size, struct str s)
{
    if (s.len != size * 2)
        return ERR_INPUT;
    for (size_t i = 0; i < size; i++) {
        int high = str_hex_value(s.data[2 * i]);
        int low = str_hex_value(s.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return ERR_INPUT;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return ERR_OK;
}
