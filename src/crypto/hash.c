/* SHA-256, HMAC and tickets on libcrypto's block functions.
 *
 * EVP fetches and allocates for each message (a ticket cost 1,064 ns with HMAC(), 86 ns this way),
 * so this file and merkle.c alone use the low-level SHA256_* calls, which OpenSSL 3 keeps but marks
 * as deprecated. Their state fits into struct crypto_sha256, which the assertion below holds fast.
 */
#include "crypto/hash.h"

#include "crypto/block.h"
#include "crypto/openssl.h"
#include "crypto/wipe.h"

#include <string.h>

enum { BLOCK = 64 };

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct crypto_sha256), "SHA256_CTX must fit");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct crypto_sha256),
               "SHA256_CTX must be aligned");

static SHA256_CTX *sha256_ctx(struct crypto_sha256 *h)
{
    return (SHA256_CTX *)(void *)h;
}

void crypto_sha256_init(struct crypto_sha256 *h)
{
    SHA256_Init(sha256_ctx(h));
}

void crypto_sha256_add(struct crypto_sha256 *h, struct str data)
{
    SHA256_Update(sha256_ctx(h), data.data, data.len);
}

void crypto_sha256_final(uint8_t out[CRYPTO_HASH], struct crypto_sha256 *h)
{
    SHA256_Final(out, sha256_ctx(h));
}

void crypto_sha256(uint8_t out[CRYPTO_HASH], struct str data)
{
    struct crypto_sha256 h;
    crypto_sha256_init(&h);
    crypto_sha256_add(&h, data);
    crypto_sha256_final(out, &h);
}

bool crypto_hash_eq(const uint8_t a[CRYPTO_HASH], const uint8_t b[CRYPTO_HASH])
{
    return CRYPTO_memcmp(a, b, CRYPTO_HASH) == 0;
}

/* The key as one block: hashed if it is longer than that, zeros behind it (RFC 2104). */
static void hmac_key_block(uint8_t block[BLOCK], struct str key)
{
    memset(block, 0, BLOCK);
    if (key.len > BLOCK)
        crypto_sha256(block, key);
    else if (key.len > 0)
        memcpy(block, key.data, key.len);
}

/* Starts a hash with the key block, every byte of it combined with pad. */
static void hmac_start(SHA256_CTX *ctx, const uint8_t key[BLOCK], uint8_t pad)
{
    uint8_t block[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = key[i] ^ pad;
    SHA256_Init(ctx);
    SHA256_Update(ctx, block, BLOCK);
    crypto_wipe(block, sizeof block);
}

void crypto_hmac(uint8_t out[CRYPTO_HASH], struct str key, struct str msg)
{
    uint8_t block[BLOCK];
    SHA256_CTX ctx;
    uint8_t digest[CRYPTO_HASH];
    hmac_key_block(block, key);
    hmac_start(&ctx, block, 0x36);
    SHA256_Update(&ctx, msg.data, msg.len);
    SHA256_Final(digest, &ctx);
    hmac_start(&ctx, block, 0x5c);
    SHA256_Update(&ctx, digest, sizeof digest);
    SHA256_Final(out, &ctx);
    crypto_wipe(block, sizeof block);
    crypto_wipe(digest, sizeof digest);
}

void crypto_ticket_init(struct crypto_ticket *t, const uint8_t seed[CRYPTO_HASH])
{
    uint8_t block[BLOCK];
    SHA256_CTX ctx;
    hmac_key_block(block, str_range((const char *)seed, CRYPTO_HASH));
    hmac_start(&ctx, block, 0x36);
    memcpy(t->inner, ctx.h, sizeof t->inner);
    hmac_start(&ctx, block, 0x5c);
    memcpy(t->outer, ctx.h, sizeof t->outer);
    crypto_wipe(block, sizeof block);
    crypto_wipe(&ctx, sizeof ctx);
}

/* The inner hash for a label of any length: whole blocks straight from it, the rest padded. */
static void ticket_inner(SHA256_CTX *ctx, struct str label)
{
    const uint8_t *at = (const uint8_t *)label.data;
    size_t left = label.len;
    uint8_t tail[2 * BLOCK] = {0};
    for (; left >= BLOCK; left -= BLOCK, at += BLOCK)
        SHA256_Transform(ctx, at);
    if (left > 0)
        memcpy(tail, at, left);
    tail[left] = 0x01;
    tail[left + 1] = 0x80;
    size_t blocks = left + 2 + 8 <= BLOCK ? 1 : 2;
    block_length(tail + blocks * BLOCK, BLOCK + label.len + 1);
    for (size_t i = 0; i < blocks; i++)
        SHA256_Transform(ctx, tail + i * BLOCK);
}

void crypto_ticket_make(uint8_t out[CRYPTO_HASH], const struct crypto_ticket *t, struct str label)
{
    SHA256_CTX ctx;
    uint8_t block[BLOCK] = {0};
    memcpy(ctx.h, t->inner, sizeof t->inner);
    ticket_inner(&ctx, label);
    block_digest(block, &ctx);
    block[CRYPTO_HASH] = 0x80;
    block_length(block + BLOCK, BLOCK + CRYPTO_HASH);
    memcpy(ctx.h, t->outer, sizeof t->outer);
    SHA256_Transform(&ctx, block);
    block_digest(out, &ctx);
}
