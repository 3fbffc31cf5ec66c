/* Accounts and sessions: see account.h. */
#include "store/account.h"

/* --- accounts --- */

#define ACCOUNT_COLUMNS                                                                            \
    "id, name, person, department, inspector, phone, state, hash, hashed_at, must_change, "        \
    "used_at, version, at, actor, clearance"

static const char ACCOUNT_GET[] =
    "SELECT " ACCOUNT_COLUMNS " FROM account WHERE tenant = $1 AND id = $2";
static const char ACCOUNT_BY_NAME[] =
    "SELECT " ACCOUNT_COLUMNS " FROM account WHERE tenant = $1 AND name = $2";
static const char ACCOUNT_ALL[] =
    "SELECT " ACCOUNT_COLUMNS " FROM account WHERE tenant = $1 ORDER BY name";
static const char ACCOUNT_ADD[] =
    "INSERT INTO account (tenant, " ACCOUNT_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
static const char ACCOUNT_UPDATE[] =
    "UPDATE account SET name = $3, person = $4, department = $5, inspector = $6, phone = $7,"
    " state = $8, hash = $9, hashed_at = $10, must_change = $11, used_at = $12, version = $13,"
    " at = $14, actor = $15, clearance = $16 WHERE tenant = $1 AND id = $2 AND version = $13 - 1";

static enum err account_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_account *a = out;
    bool failed = false;
    a->id = db_col_int(rows, 0);
    a->name = store_text(rows, 1, arena, &failed);
    a->person = store_text(rows, 2, arena, &failed);
    a->department = store_text(rows, 3, arena, &failed);
    a->inspector = store_text(rows, 4, arena, &failed);
    a->phone = store_text(rows, 5, arena, &failed);
    a->state = store_text(rows, 6, arena, &failed);
    a->hash = store_text(rows, 7, arena, &failed);
    a->hashed_at = db_col_int(rows, 8);
    a->must_change = db_col_int(rows, 9) != 0;
    a->used_at = db_col_int(rows, 10);
    a->version = db_col_int(rows, 11);
    a->at = db_col_int(rows, 12);
    a->actor = store_text(rows, 13, arena, &failed);
    a->clearance = db_col_int(rows, 14);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape account_shape = {sizeof(struct store_account), account_fill};

enum err store_account_get(struct store_account *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, int64_t id)
{
    return store_one(out, arena, tx, ACCOUNT_GET, DB_ARGS(db_text(tenant), db_int(id)),
                     account_fill);
}

enum err store_account_by_name(struct store_account *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, struct str name)
{
    return store_one(out, arena, tx, ACCOUNT_BY_NAME, DB_ARGS(db_text(tenant), db_text(name)),
                     account_fill);
}

enum err store_account_all(struct store_account **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &account_shape, ACCOUNT_ALL,
                       DB_ARGS(db_text(tenant)));
}

#define ACCOUNT_ARGS(tenant, a)                                                                    \
    DB_ARGS(db_text(tenant), db_int((a)->id), db_text((a)->name), db_text((a)->person),            \
            db_text((a)->department), db_text((a)->inspector), db_text((a)->phone),                \
            db_text((a)->state), db_text((a)->hash), db_int((a)->hashed_at),                       \
            db_int((a)->must_change), db_int((a)->used_at), db_int((a)->version), db_int((a)->at), \
            db_text((a)->actor), db_int((a)->clearance))

enum err store_account_add(struct db_tx *tx, struct str tenant, const struct store_account *row)
{
    return db_run(tx, NULL, ACCOUNT_ADD, ACCOUNT_ARGS(tenant, row));
}

enum err store_account_update(uint64_t *changed, struct db_tx *tx, struct str tenant,
                              const struct store_account *row)
{
    return db_run(tx, changed, ACCOUNT_UPDATE, ACCOUNT_ARGS(tenant, row));
}

/* --- passwords used before --- */

static const char PASSWORD_ADD[] =
    "INSERT INTO account_password (tenant, id, account, hash, at) VALUES ($1, $2, $3, $4, $5)";
static const char PASSWORD_NEWEST[] = "SELECT id, account, hash, at FROM account_password"
                                      " WHERE tenant = $1 AND account = $2 ORDER BY id DESC"
                                      " LIMIT $3";

enum err store_password_add(struct db_tx *tx, struct str tenant, const struct store_password *row)
{
    return db_run(tx, NULL, PASSWORD_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_int(row->account),
                          db_text(row->hash), db_int(row->at)));
}

static enum err password_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_password *p = out;
    bool failed = false;
    p->id = db_col_int(rows, 0);
    p->account = db_col_int(rows, 1);
    p->hash = store_text(rows, 2, arena, &failed);
    p->at = db_col_int(rows, 3);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_password_newest(struct store_password **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, const struct store_password_find *find)
{
    static const struct store_shape shape = {sizeof(struct store_password), password_fill};
    return store_array((void **)out, count, arena, tx, &shape, PASSWORD_NEWEST,
                       DB_ARGS(db_text(find->tenant), db_int(find->account), db_int(find->most)));
}

/* --- roles --- */

#define GRANT_COLUMNS "id, account, role, at, actor, ended_at, ended_by"

static const char GRANT_ADD[] =
    "INSERT INTO account_role (tenant, " GRANT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, 0, '')";
static const char GRANT_END[] =
    "UPDATE account_role SET ended_at = $4, ended_by = $5"
    " WHERE tenant = $1 AND account = $2 AND role = $3 AND ended_at = 0";
static const char GRANTS[] = "SELECT " GRANT_COLUMNS " FROM account_role"
                             " WHERE tenant = $1 AND (account = $2 OR $2 = 0) ORDER BY id DESC";
static const char GRANTS_HELD[] =
    "SELECT " GRANT_COLUMNS " FROM account_role"
    " WHERE tenant = $1 AND (account = $2 OR $2 = 0) AND ended_at = 0 ORDER BY id";

enum err store_grant_add(struct db_tx *tx, struct str tenant, const struct store_grant *row)
{
    return db_run(tx, NULL, GRANT_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_int(row->account),
                          db_text(row->role), db_int(row->at), db_text(row->actor)));
}

enum err store_grant_end(uint64_t *changed, struct db_tx *tx, struct str tenant,
                         const struct store_grant *row)
{
    return db_run(tx, changed, GRANT_END,
                  DB_ARGS(db_text(tenant), db_int(row->account), db_text(row->role),
                          db_int(row->ended_at), db_text(row->ended_by)));
}

static enum err grant_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_grant *g = out;
    bool failed = false;
    g->id = db_col_int(rows, 0);
    g->account = db_col_int(rows, 1);
    g->role = store_text(rows, 2, arena, &failed);
    g->at = db_col_int(rows, 3);
    g->actor = store_text(rows, 4, arena, &failed);
    g->ended_at = db_col_int(rows, 5);
    g->ended_by = store_text(rows, 6, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape grant_shape = {sizeof(struct store_grant), grant_fill};

enum err store_grants(struct store_grant **out, size_t *count, struct arena *arena,
                      struct db_tx *tx, struct str tenant, int64_t account)
{
    return store_array((void **)out, count, arena, tx, &grant_shape, GRANTS,
                       DB_ARGS(db_text(tenant), db_int(account)));
}

enum err store_grants_held(struct store_grant **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, int64_t account)
{
    return store_array((void **)out, count, arena, tx, &grant_shape, GRANTS_HELD,
                       DB_ARGS(db_text(tenant), db_int(account)));
}

/* --- preferences --- */

static const char PREFERENCE_GET[] = "SELECT value FROM account_preference"
                                     " WHERE tenant = $1 AND account = $2 AND name = $3";
static const char PREFERENCE_UPDATE[] = "UPDATE account_preference SET value = $4"
                                        " WHERE tenant = $1 AND account = $2 AND name = $3";
static const char PREFERENCE_ADD[] =
    "INSERT INTO account_preference (tenant, account, name, value) VALUES ($1, $2, $3, $4)";

static enum err account_fill_text(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_preference_get(struct str *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, int64_t account, struct str name)
{
    return store_one(out, arena, tx, PREFERENCE_GET,
                     DB_ARGS(db_text(tenant), db_int(account), db_text(name)), account_fill_text);
}

enum err store_preference_set(struct db_tx *tx, const struct store_preference *row)
{
    return db_upsert(tx, PREFERENCE_UPDATE, PREFERENCE_ADD,
                     DB_ARGS(db_text(row->tenant), db_int(row->account), db_text(row->name),
                             db_text(row->value)));
}

/* --- sessions --- */

#define SESSION_COLUMNS "id, token, account, address, agent, at, seen_at, ended_at, ended_by"

static const char SESSION_ADD[] = "INSERT INTO session (tenant, " SESSION_COLUMNS
                                  ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')";
static const char SESSION_GET[] =
    "SELECT " SESSION_COLUMNS " FROM session WHERE tenant = $1 AND token = $2";
static const char SESSION_SEEN[] =
    "UPDATE session SET seen_at = $3 WHERE tenant = $1 AND id = $2 AND seen_at < $3";
static const char SESSION_END[] =
    "UPDATE session SET ended_at = $4, ended_by = $5 WHERE tenant = $1 AND account = $2"
    " AND ended_at = 0 AND (id = $3 OR $3 = 0 OR ($3 < 0 AND id <> -$3))";
static const char SESSIONS[] = "SELECT " SESSION_COLUMNS " FROM session WHERE tenant = $1"
                               " AND (account = $2 OR $2 = 0) AND ended_at = 0 AND seen_at > $3"
                               " ORDER BY id DESC";

enum err store_session_add(struct db_tx *tx, struct str tenant, const struct store_session *row)
{
    return db_run(tx, NULL, SESSION_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->token),
                          db_int(row->account), db_text(row->address), db_text(row->agent),
                          db_int(row->at), db_int(row->seen_at)));
}

static enum err session_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_session *s = out;
    bool failed = false;
    s->id = db_col_int(rows, 0);
    s->token = store_text(rows, 1, arena, &failed);
    s->account = db_col_int(rows, 2);
    s->address = store_text(rows, 3, arena, &failed);
    s->agent = store_text(rows, 4, arena, &failed);
    s->at = db_col_int(rows, 5);
    s->seen_at = db_col_int(rows, 6);
    s->ended_at = db_col_int(rows, 7);
    s->ended_by = store_text(rows, 8, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_session_get(struct store_session *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, struct str token)
{
    return store_one(out, arena, tx, SESSION_GET, DB_ARGS(db_text(tenant), db_text(token)),
                     session_fill);
}

enum err store_session_seen(struct db_tx *tx, struct str tenant, int64_t id, int64_t at)
{
    return db_run(tx, NULL, SESSION_SEEN, DB_ARGS(db_text(tenant), db_int(id), db_int(at)));
}

enum err store_session_proven(int64_t *at, struct db_tx *tx, struct str tenant, int64_t id)
{
    return store_one(at, NULL, tx, "SELECT proven_at FROM session WHERE tenant = $1 AND id = $2",
                     DB_ARGS(db_text(tenant), db_int(id)), store_fill_int);
}

enum err store_session_prove(struct db_tx *tx, struct str tenant, int64_t id, int64_t at)
{
    return db_run(tx, NULL, "UPDATE session SET proven_at = $3 WHERE tenant = $1 AND id = $2",
                  DB_ARGS(db_text(tenant), db_int(id), db_int(at)));
}

enum err store_session_end(uint64_t *changed, struct db_tx *tx, const struct store_session_end *end)
{
    return db_run(tx, changed, SESSION_END,
                  DB_ARGS(db_text(end->tenant), db_int(end->account), db_int(end->id),
                          db_int(end->at), db_text(end->actor)));
}

enum err store_sessions(struct store_session **out, size_t *count, struct arena *arena,
                        struct db_tx *tx, const struct store_session_find *find)
{
    static const struct store_shape shape = {sizeof(struct store_session), session_fill};
    return store_array((void **)out, count, arena, tx, &shape, SESSIONS,
                       DB_ARGS(db_text(find->tenant), db_int(find->account), db_int(find->since)));
}

/* --- attempts to sign in --- */

static const char SIGN_IN_ADD[] = "INSERT INTO sign_in (tenant, id, subject, address, outcome, at)"
                                  " VALUES ($1, $2, $3, $4, $5, $6)";
static const char SIGN_IN_CLOSE[] = "UPDATE sign_in SET outcome = $3 WHERE tenant = $1 AND id = $2";
static const char SIGN_IN_COUNT[] = "SELECT COUNT(id) FROM sign_in"
                                    " WHERE tenant = $1 AND address = $2 AND at > $3";
static const char SIGN_IN_NEWEST[] =
    "SELECT id, subject, address, outcome, at FROM sign_in"
    " WHERE tenant = $1 AND subject = $2 AND outcome IN ('failed', 'done')"
    " ORDER BY at DESC, id DESC LIMIT $3";

enum err store_sign_in_add(struct db_tx *tx, struct str tenant, const struct store_sign_in *row)
{
    return db_run(tx, NULL, SIGN_IN_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->subject),
                          db_text(row->address), db_text(row->outcome), db_int(row->at)));
}

enum err store_sign_in_close(struct db_tx *tx, struct str tenant, int64_t id, struct str outcome)
{
    return db_run(tx, NULL, SIGN_IN_CLOSE, DB_ARGS(db_text(tenant), db_int(id), db_text(outcome)));
}

enum err store_sign_in_count(int64_t *out, struct db_tx *tx, struct str tenant, struct str address,
                             int64_t since)
{
    return store_one(out, NULL, tx, SIGN_IN_COUNT,
                     DB_ARGS(db_text(tenant), db_text(address), db_int(since)), store_fill_int);
}

static enum err sign_in_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_sign_in *s = out;
    bool failed = false;
    s->id = db_col_int(rows, 0);
    s->subject = store_text(rows, 1, arena, &failed);
    s->address = store_text(rows, 2, arena, &failed);
    s->outcome = store_text(rows, 3, arena, &failed);
    s->at = db_col_int(rows, 4);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_sign_in_newest(struct store_sign_in **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_sign_in_find *find)
{
    static const struct store_shape shape = {sizeof(struct store_sign_in), sign_in_fill};
    return store_array((void **)out, count, arena, tx, &shape, SIGN_IN_NEWEST,
                       DB_ARGS(db_text(find->tenant), db_text(find->subject), db_int(find->most)));
}

/* --- the first persons --- */

static const char SETUP_ADD[] = "INSERT INTO setup_code (tenant, digest, until, used_at, at, actor)"
                                " VALUES ($1, $2, $3, 0, $4, $5)";
static const char SETUP_GET[] = "SELECT digest, until, used_at, at, actor FROM setup_code"
                                " WHERE tenant = $1 AND digest = $2";
static const char SETUP_USE[] =
    "UPDATE setup_code SET used_at = $3 WHERE tenant = $1 AND digest = $2";

enum err store_setup_code_add(struct db_tx *tx, struct str tenant,
                              const struct store_setup_code *row)
{
    return db_run(tx, NULL, SETUP_ADD,
                  DB_ARGS(db_text(tenant), db_text(row->digest), db_int(row->until),
                          db_int(row->at), db_text(row->actor)));
}

static enum err setup_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_setup_code *c = out;
    bool failed = false;
    c->digest = store_text(rows, 0, arena, &failed);
    c->until = db_col_int(rows, 1);
    c->used_at = db_col_int(rows, 2);
    c->at = db_col_int(rows, 3);
    c->actor = store_text(rows, 4, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_setup_code_get(struct store_setup_code *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, struct str digest)
{
    return store_one(out, arena, tx, SETUP_GET, DB_ARGS(db_text(tenant), db_text(digest)),
                     setup_fill);
}

enum err store_setup_code_use(struct db_tx *tx, struct str tenant, struct str digest, int64_t at)
{
    return db_run(tx, NULL, SETUP_USE, DB_ARGS(db_text(tenant), db_text(digest), db_int(at)));
}
