/* Base64: see base64.h. libsodium does the work, because it refuses what is not canonical;
 * OpenSSL's EVP_DecodeBlock takes blanks and stray trailing bits. One thing libsodium 1.0.18 does
 * take: every byte from 0x80 on counts as '/' (a signed char in its table-free look-up), so those
 * are refused before. */
#include "base/base64.h"

#include <sodium.h>

void base64_encode(struct buf *out, const uint8_t *data, size_t len)
{
    size_t size = BASE64_SIZE(len);
    char *at = buf_reserve(out, size + 1);
    if (at == NULL)
        return;
    sodium_bin2base64(at, size + 1, data, len, sodium_base64_VARIANT_ORIGINAL);
    out->len += size;
}

static bool base64_is_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.data[i] >= 0x80)
            return false;
    return true;
}

enum err base64_decode(uint8_t *out, size_t cap, size_t *len, struct str s)
{
    size_t got = 0;
    if (s.len % 4 != 0 || !base64_is_ascii(s))
        return ERR_INPUT;
    size_t padding = str_ends(s, STR("==")) ? 2 : str_ends(s, STR("="));
    if (s.len / 4 * 3 - padding > cap)
        return ERR_LIMIT;
    if (sodium_base642bin(out, cap, s.data != NULL ? s.data : "", s.len, NULL, &got, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return ERR_INPUT;
    *len = got;
    return ERR_OK;
}

enum err base64_decode_exact(uint8_t *out, size_t size, struct str s)
{
    size_t got = 0;
    if (s.len != BASE64_SIZE(size) || base64_decode(out, size, &got, s) != ERR_OK)
        return ERR_INPUT;
    return got == size ? ERR_OK : ERR_INPUT;
}
