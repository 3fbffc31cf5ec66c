/* Room-private: bytes of SHA-256 blocks that hash.c and merkle.c prepare themselves. Whoever
 * includes it defines OPENSSL_SUPPRESS_DEPRECATED first. */
#ifndef CRYPTO_BLOCK_H
#define CRYPTO_BLOCK_H

#include "crypto/openssl.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* Writes the message length, given in bytes, as the last 8 bytes of a final block that ends at
 * `end`. */
static inline void block_length(uint8_t *end, uint64_t bytes)
{
    uint64_t bits = htobe64(bytes * 8);
    memcpy(end - 8, &bits, 8);
}

/* Writes the state as a digest. */
static inline void block_digest(uint8_t out[32], const SHA256_CTX *ctx)
{
    for (size_t i = 0; i < 8; i++) {
        uint32_t word = htobe32(ctx->h[i]);
        memcpy(out + 4 * i, &word, 4);
    }
}

#endif
