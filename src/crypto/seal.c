/* AES-256-GCM through EVP. What is authenticated besides the text: the algorithm byte, then the
 * caller's aad, so that a later algorithm cannot be passed off as this one. */
#include "crypto/seal.h"

#include "crypto/openssl.h"
#include "crypto/random.h"

#include <limits.h>
#include <string.h>

enum { SEAL_AES256_GCM = 1, NONCE = 12, TAG = 16 };

/* Starts sealing (enc 1) or opening (enc 0) and absorbs algorithm and aad. */
static EVP_CIPHER_CTX *seal_start(int enc, const uint8_t *key, const uint8_t *nonce, struct str aad)
{
    static const uint8_t algorithm = SEAL_AES256_GCM;
    int len = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx != NULL && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce, enc) == 1 &&
        EVP_CipherUpdate(ctx, NULL, &len, &algorithm, 1) == 1 &&
        (aad.len == 0 ||
         EVP_CipherUpdate(ctx, NULL, &len, (const uint8_t *)aad.data, (int)aad.len) == 1))
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

/* The text itself; EVP_CipherUpdate takes no empty input for a text. */
static bool seal_text(EVP_CIPHER_CTX *ctx, uint8_t *out, const void *in, size_t size)
{
    int len = 0;
    return size == 0 || EVP_CipherUpdate(ctx, out, &len, in, (int)size) == 1;
}

enum err crypto_seal(struct buf *out, const uint8_t key[CRYPTO_SEAL_KEY], struct str aad,
                     struct str plain)
{
    if (plain.len > INT_MAX - CRYPTO_SEAL_EXTRA || aad.len > INT_MAX)
        return ERR_LIMIT;
    uint8_t *at = (uint8_t *)buf_reserve(out, plain.len + CRYPTO_SEAL_EXTRA);
    if (at == NULL)
        return ERR_MEMORY;
    uint8_t *text = at + 1 + NONCE;
    uint8_t *tag = text + plain.len;
    int len = 0;
    at[0] = SEAL_AES256_GCM;
    TRY(crypto_random(at + 1, NONCE));
    EVP_CIPHER_CTX *ctx = seal_start(1, key, at + 1, aad);
    bool ok = ctx != NULL && seal_text(ctx, text, plain.data, plain.len) &&
              EVP_CipherFinal_ex(ctx, tag, &len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        return ERR_CRYPTO;
    out->len += plain.len + CRYPTO_SEAL_EXTRA;
    return ERR_OK;
}

enum err crypto_open(struct buf *out, const uint8_t key[CRYPTO_SEAL_KEY], struct str aad,
                     struct str sealed)
{
    if (sealed.len < CRYPTO_SEAL_EXTRA || sealed.data[0] != SEAL_AES256_GCM)
        return ERR_FORMAT;
    if (sealed.len > INT_MAX || aad.len > INT_MAX)
        return ERR_LIMIT;
    size_t size = sealed.len - CRYPTO_SEAL_EXTRA;
    const uint8_t *at = (const uint8_t *)sealed.data;
    uint8_t tag[TAG];
    uint8_t none[1];
    memcpy(tag, at + 1 + NONCE + size, TAG);
    uint8_t *plain = (uint8_t *)buf_reserve(out, size);
    if (plain == NULL)
        return ERR_MEMORY;
    int len = 0;
    EVP_CIPHER_CTX *ctx = seal_start(0, key, at + 1, aad);
    if (ctx == NULL)
        return ERR_CRYPTO;
    bool ok = seal_text(ctx, plain, at + 1 + NONCE, size) &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
              EVP_CipherFinal_ex(ctx, none, &len) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok) {
        memset(plain, 0, size);
        return ERR_DAMAGED;
    }
    out->len += size;
    return ERR_OK;
}
