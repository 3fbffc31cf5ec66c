/* Passwords: argon2id as a self-describing text ($argon2id$v=19$m=...,t=...,p=1$salt$hash), thin
 * over libsodium (SECURITY.md ID5). Slow on purpose: callers see to it that not too many run at
 * once. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/str.h"

enum { CRYPTO_PASSWORD_TEXT = 128 };

struct crypto_password_cost {
    uint32_t kib;    /* memory */
    uint32_t passes; /* over it */
};

/* Writes the terminated text for a password, salted anew. ERR_RANGE for costs below what libsodium
 * takes; ERR_MEMORY. */
MUST enum err crypto_password_hash(char out[CRYPTO_PASSWORD_TEXT], struct str password,
                                   const struct crypto_password_cost *cost);
/* Is it the password of this text? Takes as long as the text's own costs say, also for a wrong one;
 * a damaged text is false. */
bool crypto_password_holds(struct str text, struct str password);
/* A text that no password has and that takes as long to check: for names that nobody has, so that
 * the answer's time does not tell them apart (ID4). */
void crypto_password_decoy(char out[CRYPTO_PASSWORD_TEXT], const struct crypto_password_cost *cost);
/* Was the text made with other costs than these? */
bool crypto_password_stale(struct str text, const struct crypto_password_cost *cost);

#endif
