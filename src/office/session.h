/* Signing in and what follows: who is asking, and how far may he see and act (SECURITY.md ID4, ID8,
 * ID9, ID10). The one place where session, roles and scope are decided. */
#ifndef OFFICE_SESSION_H
#define OFFICE_SESSION_H

#include "office/office.h"
#include "store/account.h"

/* The person behind a session. */
struct office_session {
    int64_t id;
    int64_t account;
    struct str name;   /* sign-in name: the actor of what he does */
    struct str person; /* 姓名 */
    struct str department;
    struct str department_name;
    struct str inspector;
    struct str role_codes; /* joined by commas */
    int64_t clearance;     /* enum model_grade */
    unsigned roles;        /* bits 1 << enum model_role */
    bool must_change;      /* his password, before anything else */
    bool large;            /* large type */
    int64_t at;
    int64_t until; /* when it is over at the latest if he does nothing now */
    struct str token;
};

struct office_sign_in {
    struct str name;     /* as typed */
    struct str password; /* as typed */
    struct str agent;    /* of the browser, for the list of sessions */
    struct str old;      /* token of a session that this one replaces; may be empty */
};
/* Opens a session; *token (in the arena) goes into the cookie and nowhere else. ERR_FORBIDDEN with
 * the same words, and after the same work, for a name that nobody has, a wrong password, a locked
 * and a suspended account; ERR_RATE when the address tries too often. e->origin.address is needed.
 * Takes long: run it where few run at once (WEB_HEAVY). */
MUST enum err office_sign_in(struct str *token, struct errand *e, const struct office_sign_in *in);

/* What the sign-in page says of wrong passwords: after how many one waits, and how long. */
MUST enum err office_sign_in_words(struct str *out, struct errand *e);

/* Has the person typed his password lately, as session.prove counts it? Asked before what hands out
 * rights or passwords (SECURITY.md ID11). */
MUST enum err office_session_proven(bool *proven, struct errand *e,
                                    const struct office_session *session);
/* He types it again. ERR_FORBIDDEN with the words of a failed sign-in, which it counts as: it locks
 * like one. Takes as long as signing in. */
MUST enum err office_session_prove(struct errand *e, const struct office_session *session,
                                   struct str password);

/* Who holds this token. ERR_MISSING when it is none, over, ended, or its account suspended. Notes
 * that it was used. */
MUST enum err office_session_find(struct office_session *out, struct errand *e, struct str token);
/* The same person without a session: for work that he ordered and that is done later. ERR_MISSING
 * when his account is suspended. */
MUST enum err office_session_of(struct office_session *out, struct errand *e, int64_t account);
/* How far a permission reaches for the person; level MODEL_SCOPE_NONE where not at all. */
MUST enum err office_session_scope(struct office_scope *out, struct errand *e,
                                   const struct office_session *session,
                                   enum model_permission permission);
/* Makes the errand his: actor, origin, scope. */
void office_session_act(struct errand *e, const struct office_session *session,
                        const struct office_scope *scope);
/* Notes that he was refused (AU1). */
MUST enum err office_session_denied(struct errand *e, struct str target, struct str reason);

/* Ends: his own of that id (0: all of his, < 0: all but -id). ERR_MISSING when there is none. */
MUST enum err office_session_end(struct errand *e, const struct office_session *session,
                                 int64_t id);
/* His open sessions; those of all accounts where account is 0 (permission session.end). */
MUST enum err office_sessions(struct store_session **out, size_t *count, struct errand *e,
                              int64_t account);
/* Opens a session for an account inside a transaction: after a password change. */
MUST enum err office_session_open(struct str *token, struct errand *e, struct db_tx *tx,
                                  int64_t account, struct str agent);

/* A choice of the account, empty if there is none; and choosing. */
MUST enum err office_preference_get(struct str *out, struct errand *e, int64_t account,
                                    struct str name);
MUST enum err office_preference_set(struct errand *e, int64_t account, struct str name,
                                    struct str value);

#endif
