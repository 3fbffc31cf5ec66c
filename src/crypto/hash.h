/* SHA-256, HMAC-SHA-256 and the tickets of the draw: thin over libcrypto, nothing on the heap. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/str.h"

/* Bytes of a SHA-256 digest and of everything built on it. */
enum { CRYPTO_HASH = 32 };

/* out = SHA-256(data). Cannot fail. */
void crypto_sha256(uint8_t out[CRYPTO_HASH], struct str data);

/* A running SHA-256, kept by value; copying it forks the computation. */
struct crypto_sha256 {
    uint64_t opaque[14];
};

/* Starts an empty message. */
void crypto_sha256_init(struct crypto_sha256 *h);
/* Adds bytes to the message. */
void crypto_sha256_add(struct crypto_sha256 *h, struct str data);
/* Writes the digest; h must be initialised again before it is used again. */
void crypto_sha256_final(uint8_t out[CRYPTO_HASH], struct crypto_sha256 *h);

/* out = HMAC-SHA-256(key, msg), RFC 2104; a key of any length. Cannot fail. */
void crypto_hmac(uint8_t out[CRYPTO_HASH], struct str key, struct str msg);

/* True when both digests are equal; takes the same time wherever they differ. */
bool crypto_hash_eq(const uint8_t a[CRYPTO_HASH], const uint8_t b[CRYPTO_HASH]);

/* HMAC with its key block already absorbed (the two midstates), so that a ticket costs two SHA-256
 * blocks. Holds secret state: crypto_wipe it when the seed is secret. */
struct crypto_ticket {
    uint32_t inner[8];
    uint32_t outer[8];
};

/* Prepares tickets of one seed (PROTOCOL 5). */
void crypto_ticket_init(struct crypto_ticket *t, const uint8_t seed[CRYPTO_HASH]);
/* out = HMAC(seed, label || 0x01), PROTOCOL 5. Labels up to 54 bytes take the short way; longer
 * ones give the same value in more blocks. */
void crypto_ticket_make(uint8_t out[CRYPTO_HASH], const struct crypto_ticket *t, struct str label);

#endif
