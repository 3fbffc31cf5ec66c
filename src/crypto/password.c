/* Passwords: see password.h. */
#include "crypto/password.h"

#include "crypto/wipe.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { PASSWORD_KIB_LEAST = 8, PASSWORD_KIB_MOST = 4 << 20 };

/* A terminated copy of the text; false when it is none of ours. */
static bool password_text(char out[CRYPTO_PASSWORD_TEXT], struct str text)
{
    memset(out, 0, CRYPTO_PASSWORD_TEXT);
    if (text.len == 0 || text.len >= CRYPTO_PASSWORD_TEXT)
        return false;
    memcpy(out, text.data, text.len);
    return strlen(out) == text.len;
}

enum err crypto_password_hash(char out[CRYPTO_PASSWORD_TEXT], struct str password,
                              const struct crypto_password_cost *cost)
{
    memset(out, 0, CRYPTO_PASSWORD_TEXT);
    if (cost->kib < PASSWORD_KIB_LEAST || cost->kib > PASSWORD_KIB_MOST || cost->passes < 1)
        return ERR_RANGE;
    if (sodium_init() < 0)
        return ERR_CRYPTO;
    int code =
        crypto_pwhash_str_alg(out, password.data != NULL ? password.data : "", password.len,
                              cost->passes, (size_t)cost->kib << 10, crypto_pwhash_ALG_ARGON2ID13);
    return code == 0 ? ERR_OK : ERR_MEMORY;
}

bool crypto_password_holds(struct str text, struct str password)
{
    char copy[CRYPTO_PASSWORD_TEXT];
    bool known = password_text(copy, text) && sodium_init() >= 0;
    return known && crypto_pwhash_str_verify(copy, password.data != NULL ? password.data : "",
                                             password.len) == 0;
}

void crypto_password_decoy(char out[CRYPTO_PASSWORD_TEXT], const struct crypto_password_cost *cost)
{
    snprintf(out, CRYPTO_PASSWORD_TEXT, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s", cost->kib,
             cost->passes, "c3VubG90IGRlY295IHNsdA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

bool crypto_password_stale(struct str text, const struct crypto_password_cost *cost)
{
    char copy[CRYPTO_PASSWORD_TEXT];
    return !password_text(copy, text) || sodium_init() < 0 ||
           crypto_pwhash_str_needs_rehash(copy, cost->passes, (size_t)cost->kib << 10) != 0;
}
