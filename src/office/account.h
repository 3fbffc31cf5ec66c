/* Accounts and what they hold (SECURITY.md ID1-ID3, AC1, AC2). The system administrator makes them,
 * the security administrator grants roles, neither on his own; nobody holds two of the three
 * administrators' roles, nor one of them and a business role. */
#ifndef OFFICE_ACCOUNT_H
#define OFFICE_ACCOUNT_H

#include "office/session.h"

/* A sign-in name as it is compared and kept: NFKC, case folded, no blanks around. ERR_INPUT (field
 * "name") unless it is 2 to 64 letters, digits, . _ - or Chinese characters; *out is set all the
 * same. */
MUST enum err office_account_fold(struct str *out, struct arena *arena, struct str name);

/* --- the first three persons (ID3) --- */

/* Makes a one-time code, valid for 24 hours; only while there is no account (ERR_STATE). */
MUST enum err office_setup_code(struct str *code, struct errand *e);
struct office_setup_person {
    struct str name;
    struct str person;
    struct str password;
};
struct office_setup {
    struct str code;
    struct office_setup_person persons[3]; /* system, security, audit administrator */
};
/* Makes the three accounts with their roles; each must change his password when he signs in. Spends
 * the code. fault.field is name0, person0, password0, ... or code. Hashes three times (WEB_HEAVY).
 */
MUST enum err office_setup(struct errand *e, const struct office_setup *setup);
/* Is there an account yet? */
MUST enum err office_account_any(bool *any, struct errand *e);

/* --- accounts --- */

/* An account with the roles it holds. */
struct office_account {
    struct store_account row; /* without hash */
    unsigned roles;
    struct str department_name;
};
/* All, by name. */
MUST enum err office_accounts(struct office_account **out, size_t *count, struct errand *e);
MUST enum err office_account_get(struct office_account *out, struct errand *e, int64_t id);

struct office_account_edit {
    int64_t id; /* 0: a new one */
    int64_t version;
    struct str name;
    struct str person;
    struct str department; /* code, may be empty */
    struct str inspector;  /* code, may be empty */
    struct str phone;
    bool settled; /* the initial password need not be changed: demonstrations only */
};
/* Makes an account with a random initial password, which is given once in *password; ERR_DUPLICATE
 * when the name is taken (ID1). A repeated errand gives an empty password. Hashes (WEB_HEAVY). */
MUST enum err office_account_add(int64_t *id, struct str *password, struct errand *e,
                                 const struct office_account_edit *edit);
/* Changes all but the name. ERR_CONFLICT when somebody else did meanwhile, ERR_FORBIDDEN on one's
 * own (AC2). */
MUST enum err office_account_change(struct errand *e, const struct office_account_edit *edit);
/* active, suspended; a suspended account's sessions end at once. ERR_FORBIDDEN on one's own. */
MUST enum err office_account_state(struct errand *e, int64_t id, struct str state);
/* A new random initial password, given once; ends the account's sessions. Not on one's own. Hashes
 * (WEB_HEAVY). */
MUST enum err office_account_reset(struct str *password, struct errand *e, int64_t id);
/* Ends one session of an account (session 0: all). */
MUST enum err office_account_sessions_end(struct errand *e, int64_t id, int64_t session);
/* Suspends active accounts that nobody has used for the time that the setting says (ID12). */
MUST enum err office_account_sweep(uint64_t *count, struct errand *e);

/* --- one's own password --- */

struct office_password_change {
    struct str old;
    struct str password;
    struct str again;
    struct str agent;
};
/* Changes it, ends all sessions of the account and opens a new one for *token (ID8). fault.field is
 * old, password or again. Hashes several times (WEB_HEAVY). */
MUST enum err office_password_change(struct str *token, struct errand *e,
                                     const struct office_session *session,
                                     const struct office_password_change *change);
/* What the rule asks for, for the form. */
MUST enum err office_password_words(const char **hint, struct errand *e);

/* --- roles --- */

/* Grants (or takes back) a role; ends the account's sessions. ERR_FORBIDDEN on one's own account,
 * ERR_STATE when the role may not stand beside those that are held. */
MUST enum err office_grant(struct errand *e, int64_t account, enum model_role role);
MUST enum err office_revoke(struct errand *e, int64_t account, enum model_role role);
/* Gives an account its clearance (可阅等级, AC7); ends its sessions. By the security administrator,
 * who may not do so on his own account (ERR_FORBIDDEN); nothing happens where it has it already. */
MUST enum err office_account_clearance(struct errand *e, int64_t account,
                                       enum model_grade clearance);
/* Every grant of an account, held or ended, newest first. */
MUST enum err office_grants(struct store_grant **out, size_t *count, struct errand *e,
                            int64_t account);
/* May a role be added to these? Pure. */
bool office_roles_agree(unsigned roles, enum model_role role);

/* All departments, for drop-downs and names, in the order of the tree. */
struct store_department;
MUST enum err office_departments(struct store_department **out, size_t *count, struct errand *e);

#endif
