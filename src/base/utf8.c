/* UTF-8: see utf8.h. Validation, normal forms and case folding are libunistring's; what is written
 * here are the short cuts that keep Chinese and ASCII text, nearly all there is, off its slow path.
 */
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

bool utf8_valid(struct str s)
{
    return utf8_valid_len(s) == s.len;
}

/* Bytes at the beginning of s, of which at least 8 are left, that are eight ASCII characters or one
 * of three bytes whose lead allows any two continuation bytes (E0 and ED do not); else 0. */
static size_t utf8_step(const uint8_t *at)
{
    uint64_t word = 0;
    memcpy(&word, at, sizeof word);
    if ((word & UINT64_C(0x8080808080808080)) == 0)
        return 8;
    bool three = (at[0] & 0xF0) == 0xE0 && at[0] != 0xE0 && at[0] != 0xED;
    return three && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80 ? 3 : 0;
}

/* u8_check of libunistring says the same at 740 MB/s, and took two thirds of an import. */
size_t utf8_valid_len(struct str s)
{
    const uint8_t *data = (const uint8_t *)s.data;
    size_t i = 0;
    while (i < s.len) {
        size_t step = s.len - i >= 8 ? utf8_step(data + i) : 0;
        if (step == 0 && data[i] < 0x80)
            step = 1;
        ucs4_t cp = 0;
        int len = step == 0 ? u8_mbtoucr(&cp, data + i, s.len - i) : (int)step;
        if (len <= 0)
            return i;
        i += (size_t)len;
    }
    return i;
}

enum err utf8_next(uint32_t *cp, struct str *rest)
{
    if (rest->len == 0)
        return ERR_END;
    ucs4_t found = 0;
    int len = u8_mbtoucr(&found, (const uint8_t *)rest->data, rest->len);
    if (len <= 0)
        return ERR_UTF8;
    *cp = found;
    *rest = str_range(rest->data + len, rest->len - (size_t)len);
    return ERR_OK;
}

void utf8_add(struct buf *out, uint32_t cp)
{
    uint8_t bytes[6];
    int len = u8_uctomb(bytes, cp, sizeof bytes);
    if (len <= 0)
        len = u8_uctomb(bytes, 0xFFFD, sizeof bytes);
    buf_add(out, bytes, (size_t)len);
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += ((unsigned char)s.data[i] & 0xC0) != 0x80;
    return count;
}

bool utf8_is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F);
}

bool utf8_is_deceptive(uint32_t cp)
{
    return cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x2028 && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

bool utf8_has_control(struct str s)
{
    uint32_t cp = 0;
    enum err err = utf8_next(&cp, &s);
    for (; err == ERR_OK; err = utf8_next(&cp, &s))
        if (utf8_is_control(cp))
            return true;
    return err != ERR_END;
}

bool utf8_has_deceptive(struct str s)
{
    uint32_t cp = 0;
    enum err err = utf8_next(&cp, &s);
    for (; err == ERR_OK; err = utf8_next(&cp, &s))
        if (utf8_is_control(cp) || utf8_is_deceptive(cp))
            return true;
    return err != ERR_END;
}

/* Characters that stand alone in every normal form C text: nothing composes with them from the
 * left, and they are their own form. Ranges kept small; the rest goes to libunistring. */
static bool utf8_is_plain(uint32_t cp)
{
    return cp < 0x300 || (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3000 && cp <= 0x3029) ||
           (cp >= 0xFF01 && cp <= 0xFF60) || (cp >= 0x2010 && cp <= 0x203F);
}

/* The result libunistring allocated, copied into a and released. */
static enum err utf8_keep(struct str *out, struct arena *a, uint8_t *made, size_t len)
{
    if (made == NULL)
        return ERR_MEMORY;
    *out = arena_str(a, str_range((const char *)made, len));
    free(made);
    return out->data != NULL ? ERR_OK : ERR_MEMORY;
}

enum err utf8_nfc(struct str *out, struct arena *a, struct str s)
{
    struct str rest = s;
    uint32_t cp = 0;
    size_t len = 0;
    if (!utf8_valid(s))
        return ERR_UTF8;
    bool plain = true;
    while (plain && utf8_next(&cp, &rest) == ERR_OK)
        plain = utf8_is_plain(cp);
    if (plain) {
        *out = s;
        return ERR_OK;
    }
    uint8_t *made = u8_normalize(UNINORM_NFC, (const uint8_t *)s.data, s.len, NULL, &len);
    return utf8_keep(out, a, made, len);
}

enum err utf8_nfkc_fold(struct str *out, struct arena *a, struct str s)
{
    size_t len = 0;
    if (!utf8_valid(s))
        return ERR_UTF8;
    if (s.len == 0) {
        *out = s;
        return ERR_OK;
    }
    uint8_t *made = u8_casefold((const uint8_t *)s.data, s.len, NULL, UNINORM_NFKC, NULL, &len);
    return utf8_keep(out, a, made, len);
}

/* The ASCII that a full-width character stands for, else the character. */
static uint32_t utf8_narrow(uint32_t cp)
{
    if (cp >= 0xFF01 && cp <= 0xFF5E)
        return cp - 0xFEE0;
    return cp == 0x3000 ? ' ' : cp;
}

enum err utf8_halfwidth(struct str *out, struct arena *a, struct str s)
{
    struct str rest = s;
    uint32_t cp = 0;
    size_t len = 0;
    if (!utf8_valid(s))
        return ERR_UTF8;
    if (str_find(s, STR("\xEF\xBC")) < 0 && str_find(s, STR("\xEF\xBD")) < 0 &&
        str_find(s, STR("\xE3\x80\x80")) < 0) {
        *out = s;
        return ERR_OK;
    }
    char *made = arena_alloc(a, s.len + 1);
    if (made == NULL)
        return ERR_MEMORY;
    while (utf8_next(&cp, &rest) == ERR_OK)
        len += (size_t)u8_uctomb((uint8_t *)made + len, utf8_narrow(cp), (int)(s.len - len));
    *out = str_range(made, len);
    return ERR_OK;
}
