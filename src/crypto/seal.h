/* Sealed fields: AES-256-GCM with the place of the field bound to it (SECURITY CR1, CR3).
 *
 * Sealed bytes: 0x01 (algorithm) | nonce, 12 bytes | ciphertext | tag, 16 bytes. The algorithm byte
 * is authenticated as well. Nonces are random: one key seals fewer than 2^32 fields. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/buf.h"

enum { CRYPTO_SEAL_KEY = 32, CRYPTO_SEAL_EXTRA = 1 + 12 + 16 };

/* Appends the sealed form of plain to out: plain.len + CRYPTO_SEAL_EXTRA bytes. aad names the place
 * (table, row, column) and must be given again to open. ERR_CRYPTO, ERR_MEMORY, ERR_LIMIT (2 GiB);
 * out is unchanged then. */
MUST enum err crypto_seal(struct buf *out, const uint8_t key[CRYPTO_SEAL_KEY], struct str aad,
                          struct str plain);
/* Appends the plain text of sealed to out. ERR_FORMAT: too short or another algorithm; ERR_DAMAGED:
 * wrong key, wrong place, or a byte was changed; out is unchanged then. The caller wipes out. */
MUST enum err crypto_open(struct buf *out, const uint8_t key[CRYPTO_SEAL_KEY], struct str aad,
                          struct str sealed);

#endif
