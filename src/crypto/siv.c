/* AES-SIV through EVP: see siv.h. */
#include "crypto/siv.h"

#include "crypto/openssl.h"

#include <limits.h>
#include <string.h>

/* Starts sealing (enc 1) or opening (enc 0, with the tag) and absorbs aad. */
static EVP_CIPHER_CTX *siv_start(int enc, struct str key, const char *tag, struct str aad)
{
    const char *name = key.len == CRYPTO_SIV_256 ? "AES-256-SIV" : "AES-128-SIV";
    uint8_t given[CRYPTO_SIV_EXTRA];
    int len = 0;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = cipher != NULL && ctx != NULL &&
              EVP_CipherInit_ex(ctx, cipher, NULL, (const uint8_t *)key.data, NULL, enc) == 1;
    if (ok && tag != NULL) {
        memcpy(given, tag, sizeof given);
        ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof given, given) == 1;
    }
    ok = ok && EVP_CipherUpdate(ctx, NULL, &len, (const uint8_t *)aad.data, (int)aad.len) == 1;
    EVP_CIPHER_free(cipher);
    if (ok)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

static enum err siv_sizes(struct str key, struct str aad, size_t len)
{
    bool fits = key.len == CRYPTO_SIV_128 || key.len == CRYPTO_SIV_256;
    return fits && len > 0 && len < INT_MAX / 2 && aad.len < INT_MAX ? ERR_OK : ERR_LIMIT;
}

enum err crypto_siv_seal(struct buf *out, struct str key, struct str aad, struct str plain)
{
    int len = 0;
    TRY(siv_sizes(key, aad, plain.len));
    uint8_t *at = (uint8_t *)buf_reserve(out, plain.len + CRYPTO_SIV_EXTRA);
    if (at == NULL)
        return ERR_MEMORY;
    EVP_CIPHER_CTX *ctx = siv_start(1, key, NULL, aad);
    bool ok = ctx != NULL &&
              EVP_CipherUpdate(ctx, at + CRYPTO_SIV_EXTRA, &len, (const uint8_t *)plain.data,
                               (int)plain.len) == 1 &&
              EVP_CipherFinal_ex(ctx, at + CRYPTO_SIV_EXTRA + len, &len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CRYPTO_SIV_EXTRA, at) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        return ERR_CRYPTO;
    out->len += plain.len + CRYPTO_SIV_EXTRA;
    return ERR_OK;
}

enum err crypto_siv_open(struct buf *out, struct str key, struct str aad, struct str sealed)
{
    int len = 0;
    if (sealed.len <= CRYPTO_SIV_EXTRA)
        return ERR_FORMAT;
    size_t size = sealed.len - CRYPTO_SIV_EXTRA;
    TRY(siv_sizes(key, aad, size));
    uint8_t *plain = (uint8_t *)buf_reserve(out, size);
    if (plain == NULL)
        return ERR_MEMORY;
    EVP_CIPHER_CTX *ctx = siv_start(0, key, sealed.data, aad);
    if (ctx == NULL)
        return ERR_CRYPTO;
    const uint8_t *text = (const uint8_t *)sealed.data + CRYPTO_SIV_EXTRA;
    bool ok = EVP_CipherUpdate(ctx, plain, &len, text, (int)size) == 1 &&
              EVP_CipherFinal_ex(ctx, plain + len, &len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok) {
        memset(plain, 0, size);
        return ERR_DAMAGED;
    }
    out->len += size;
    return ERR_OK;
}
