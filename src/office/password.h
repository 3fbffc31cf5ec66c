/* The password policy as an object with two profiles (SECURITY.md ID2): mlps3 (GB/T 22239-2019: at
 * least 10 characters of 3 kinds, renewed every 90 days, the last five refused) and asvs (OWASP
 * ASVS 5.0: at least 12 characters, no kinds, no renewal). Both refuse common passwords, runs of
 * neighbouring keys, and words of the context; both take all of Unicode, uncut. */
#ifndef OFFICE_PASSWORD_H
#define OFFICE_PASSWORD_H

#include "crypto/password.h"
#include "office/office.h"

struct office_password_rule {
    bool asvs;
    uint64_t days; /* 0: never renewed */
    uint64_t kept; /* refused besides the present one */
    struct crypto_password_cost cost;
};
/* The rule in force. */
MUST enum err office_password_rule_get(struct office_password_rule *out, struct errand *e,
                                       struct db_tx *tx);

/* Whose password it is to be: his names and words of the place may not stand in it. */
struct office_password_owner {
    struct str name;   /* sign-in name, folded */
    struct str person; /* 姓名 */
    struct str place;  /* 示例县 */
};
/* ERR_INPUT with words for the field "password" when the rule refuses it. Pure but for the arena.
 */
MUST enum err office_password_judge(const struct office_password_rule *rule,
                                    const struct office_password_owner *owner, struct str password,
                                    struct arena *arena, struct fault *fault);
/* What the rule asks for, in one sentence for the form. */
const char *office_password_hint(const struct office_password_rule *rule);

/* A random password that every rule takes, to hand to somebody who must change it at once.
 * Terminated text in the arena. */
MUST enum err office_password_make(struct str *out, struct arena *arena);

#endif
