/* Sealing that gives the same bytes for the same text: AES-SIV (RFC 5297) by libcrypto. For values
 * that must be found and joined while they are sealed; whoever reads two of them learns whether
 * they are equal and nothing else. Everything else is sealed by crypto/seal.h. */
#ifndef CRYPTO_SIV_H
#define CRYPTO_SIV_H

#include "base/buf.h"

/* What sealing adds, and the lengths of keys: AES-128-SIV and AES-256-SIV take two AES keys each.
 */
enum { CRYPTO_SIV_EXTRA = 16, CRYPTO_SIV_128 = 32, CRYPTO_SIV_256 = 64 };

/* Appends the synthetic IV (16 bytes) and the ciphertext of plain, which is not empty. aad names
 * the place and must be given again to open. ERR_CRYPTO, ERR_MEMORY, ERR_LIMIT (2 GiB, or a key of
 * another length); out is unchanged then. */
MUST enum err crypto_siv_seal(struct buf *out, struct str key, struct str aad, struct str plain);
/* Appends the plain text. ERR_FORMAT: too short; ERR_DAMAGED: wrong key, wrong place, or a byte was
 * changed; out is unchanged then. */
MUST enum err crypto_siv_open(struct buf *out, struct str key, struct str aad, struct str sealed);

#endif
