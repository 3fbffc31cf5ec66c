/* Ed25519 signatures (RFC 8032) by libcrypto. A private key is its 32-byte seed. */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/str.h"

enum { CRYPTO_SEED = 32, CRYPTO_PUBLIC = 32, CRYPTO_SIGNATURE = 64 };

/* Makes a key pair from the system's random numbers. ERR_CRYPTO if there are none. The caller wipes
 * the seed. */
MUST enum err crypto_sign_generate(uint8_t seed[CRYPTO_SEED], uint8_t key[CRYPTO_PUBLIC]);
/* Public key of a seed. ERR_CRYPTO. */
MUST enum err crypto_sign_public(uint8_t key[CRYPTO_PUBLIC], const uint8_t seed[CRYPTO_SEED]);
/* Signs msg; deterministic. ERR_CRYPTO. */
MUST enum err crypto_sign(uint8_t sig[CRYPTO_SIGNATURE], const uint8_t seed[CRYPTO_SEED],
                          struct str msg);
/* Checks a signature: ERR_PROOF when it is not this key's over msg, ERR_CRYPTO when libcrypto fails
 * for another reason. */
MUST enum err crypto_sign_verify(const uint8_t sig[CRYPTO_SIGNATURE],
                                 const uint8_t key[CRYPTO_PUBLIC], struct str msg);

#endif
