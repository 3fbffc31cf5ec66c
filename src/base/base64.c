/* Base64: see base64.h. libsodium does the work, because it refuses what is not canonical;
 * OpenSSL's EVP_DecodeBlock takes blanks and stray trailing bits. */
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

enum err base64_decode(uint8_t *out, size_t cap, size_t *len, struct str s)
{
    size_t got = 0;
    if (s.len % 4 != 0)
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
