/* Accounts, what they hold, their sessions and the attempts to sign in: account, account_password,
 * account_role, account_preference, session, sign_in, setup_code. One function a statement. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "store/row.h"

/* --- accounts --- */

struct store_account {
    int64_t id;
    struct str name; /* folded */
    struct str person;
    struct str department; /* code, '' for none */
    struct str inspector;  /* code, '' for none */
    struct str phone;
    struct str state; /* active, suspended */
    struct str hash;
    int64_t hashed_at;
    bool must_change;
    int64_t used_at; /* last signed in; when it was made, until then */
    int64_t version;
    int64_t at;
    struct str actor;  /* who wrote the row last */
    int64_t clearance; /* enum model_grade */
};
/* By id, by folded name. ERR_MISSING. */
MUST enum err store_account_get(struct store_account *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, int64_t id);
MUST enum err store_account_by_name(struct store_account *out, struct arena *arena,
                                    struct db_tx *tx, struct str tenant, struct str name);
/* All of them, by name: an installation has hundreds. */
MUST enum err store_account_all(struct store_account **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant);
/* Adds one; ERR_DUPLICATE when the name is taken. */
MUST enum err store_account_add(struct db_tx *tx, struct str tenant,
                                const struct store_account *row);
/* Overwrites the row of that id if its version is still row->version - 1; *changed is 0 if not. */
MUST enum err store_account_update(uint64_t *changed, struct db_tx *tx, struct str tenant,
                                   const struct store_account *row);

/* --- passwords used before --- */

struct store_password {
    int64_t id;
    int64_t account;
    struct str hash;
    int64_t at;
};
/* Keeps one. */
MUST enum err store_password_add(struct db_tx *tx, struct str tenant,
                                 const struct store_password *row);
/* The newest of an account, newest first, at most `most`. */
struct store_password_find {
    struct str tenant;
    int64_t account;
    int64_t most;
};
MUST enum err store_password_newest(struct store_password **out, size_t *count, struct arena *arena,
                                    struct db_tx *tx, const struct store_password_find *find);

/* --- roles --- */

struct store_grant {
    int64_t id;
    int64_t account;
    struct str role;
    int64_t at;
    struct str actor;
    int64_t ended_at; /* 0: held */
    struct str ended_by;
};
/* ERR_DUPLICATE when the account holds the role already. */
MUST enum err store_grant_add(struct db_tx *tx, struct str tenant, const struct store_grant *row);
/* Takes a held role back; *changed is 0 when it was not held. */
MUST enum err store_grant_end(uint64_t *changed, struct db_tx *tx, struct str tenant,
                              const struct store_grant *row);
/* Every grant, held or ended, of one account (0: of all), newest first. */
MUST enum err store_grants(struct store_grant **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, int64_t account);
/* The held ones only. */
MUST enum err store_grants_held(struct store_grant **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant, int64_t account);

/* --- preferences --- */

/* What an account chose under a name. ERR_MISSING. */
MUST enum err store_preference_get(struct str *out, struct arena *arena, struct db_tx *tx,
                                   struct str tenant, int64_t account, struct str name);
struct store_preference {
    struct str tenant;
    int64_t account;
    struct str name;
    struct str value;
};
/* Chooses anew. */
MUST enum err store_preference_set(struct db_tx *tx, const struct store_preference *row);

/* --- sessions --- */

struct store_session {
    int64_t id;
    struct str token; /* SHA-256 of the cookie's value, hex */
    int64_t account;
    struct str address;
    struct str agent;
    int64_t at;
    int64_t seen_at;
    int64_t ended_at; /* 0: open */
    struct str ended_by;
};
/* Opens one: ended_at and ended_by are not looked at. */
MUST enum err store_session_add(struct db_tx *tx, struct str tenant,
                                const struct store_session *row);
/* The session of a token. ERR_MISSING. */
MUST enum err store_session_get(struct store_session *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, struct str token);
/* Notes that it was used; never goes back. */
MUST enum err store_session_seen(struct db_tx *tx, struct str tenant, int64_t id, int64_t at);
/* When the person last proved himself in a session, 0 if he never had to; and that he did now. */
MUST enum err store_session_proven(int64_t *at, struct db_tx *tx, struct str tenant, int64_t id);
MUST enum err store_session_prove(struct db_tx *tx, struct str tenant, int64_t id, int64_t at);
/* Ends open sessions of an account: one (id), all but one (id < 0: all but -id), all (0). */
struct store_session_end {
    struct str tenant;
    int64_t account;
    int64_t id;
    int64_t at;
    struct str actor;
};
MUST enum err store_session_end(uint64_t *changed, struct db_tx *tx,
                                const struct store_session_end *end);
/* Those not ended and seen after `since`, of one account (0: of all), newest first. */
struct store_session_find {
    struct str tenant;
    int64_t account;
    int64_t since;
};
MUST enum err store_sessions(struct store_session **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, const struct store_session_find *find);

/* --- attempts to sign in --- */

struct store_sign_in {
    int64_t id;
    struct str subject;
    struct str address;
    struct str outcome;
    int64_t at;
};
/* Notes an attempt, and how it ended. */
MUST enum err store_sign_in_add(struct db_tx *tx, struct str tenant,
                                const struct store_sign_in *row);
/* How an open one ended. */
MUST enum err store_sign_in_close(struct db_tx *tx, struct str tenant, int64_t id,
                                  struct str outcome);
/* Attempts of an address since an instant. */
MUST enum err store_sign_in_count(int64_t *out, struct db_tx *tx, struct str tenant,
                                  struct str address, int64_t since);
/* The newest that failed or succeeded (not: locked, open) for a subject, newest first, at most
 * `most`. */
struct store_sign_in_find {
    struct str tenant;
    struct str subject;
    int64_t most;
};
MUST enum err store_sign_in_newest(struct store_sign_in **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, const struct store_sign_in_find *find);

/* --- the first persons --- */

struct store_setup_code {
    struct str digest;
    int64_t until;
    int64_t used_at; /* 0: not used */
    int64_t at;
    struct str actor;
};
/* Keeps the digest of a new code. */
MUST enum err store_setup_code_add(struct db_tx *tx, struct str tenant,
                                   const struct store_setup_code *row);
/* ERR_MISSING. */
MUST enum err store_setup_code_get(struct store_setup_code *out, struct arena *arena,
                                   struct db_tx *tx, struct str tenant, struct str digest);
/* Spends it. */
MUST enum err store_setup_code_use(struct db_tx *tx, struct str tenant, struct str digest,
                                   int64_t at);

#endif
