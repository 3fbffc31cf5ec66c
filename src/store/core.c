/* Counters, settings, idempotency, audit and the order of the log: see core.h. */
#include "store/core.h"

#include "model/embed.h"

static size_t core_count(const struct embed_file *files)
{
    size_t count = 0;
    while (files[count].name != NULL)
        count++;
    return count;
}

/* The leading digits of a file name such as 0001-ground.sql. */
static int core_number(const char *name)
{
    int number = 0;
    for (; *name >= '0' && *name <= '9'; name++)
        number = number * 10 + (*name - '0');
    return number;
}

enum err store_migrations(struct db_migration **out, size_t *count, struct arena *arena)
{
    size_t n = core_count(model_schema);
    struct db_migration *list = arena_array(arena, n, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const char *sql = arena_cstr(arena, str_range(model_schema[i].data, model_schema[i].size));
        if (sql == NULL)
            return ERR_MEMORY;
        list[i] =
            (struct db_migration){core_number(model_schema[i].name), model_schema[i].name, sql};
    }
    *out = list;
    *count = n;
    return ERR_OK;
}

static const char COUNTER_ADD[] = "UPDATE counter SET value = value + 1"
                                  " WHERE tenant = $1 AND name = $2 AND year = $3";
static const char COUNTER_NEW[] = "INSERT INTO counter (tenant, name, year, value)"
                                  " VALUES ($1, $2, $3, 1)";
static const char COUNTER_GET[] = "SELECT value FROM counter"
                                  " WHERE tenant = $1 AND name = $2 AND year = $3";

enum err store_counter_next(int64_t *out, struct db_tx *tx, struct str tenant, struct str name,
                            int year)
{
    const struct db_value args[] = {db_text(tenant), db_text(name), db_int(year)};
    TRY(db_upsert(tx, COUNTER_ADD, COUNTER_NEW, args, 3));
    return store_one(out, NULL, tx, COUNTER_GET, args, 3, store_fill_int);
}

static const char SETTING_GET[] = "SELECT version, value, basis FROM setting"
                                  " WHERE tenant = $1 AND name = $2 ORDER BY version DESC LIMIT 1";

static enum err core_fill_setting(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_setting *setting = out;
    setting->version = db_col_int(rows, 0);
    setting->value = store_text(rows, 1, arena, &failed);
    setting->basis = store_text(rows, 2, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_setting_get(struct store_setting *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, struct str name)
{
    return store_one(out, arena, tx, SETTING_GET, DB_ARGS(db_text(tenant), db_text(name)),
                     core_fill_setting);
}

static const char SETTING_ADD[] =
    "INSERT INTO setting (tenant, name, version, value, basis, at, actor)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_setting_add(struct db_tx *tx, const struct store_setting_row *row)
{
    return db_run(tx, NULL, SETTING_ADD,
                  DB_ARGS(db_text(row->tenant), db_text(row->name), db_int(row->version),
                          db_text(row->value), db_text(row->basis), db_int(row->at),
                          db_text(row->actor)));
}

static const char REQUEST_GET[] = "SELECT action, outcome FROM idempotency"
                                  " WHERE tenant = $1 AND request = $2";

static enum err core_fill_request(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_request *request = out;
    request->action = store_text(rows, 0, arena, &failed);
    request->outcome = store_text(rows, 1, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_request_get(struct store_request *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, struct str key)
{
    return store_one(out, arena, tx, REQUEST_GET, DB_ARGS(db_text(tenant), db_text(key)),
                     core_fill_request);
}

static const char REQUEST_ADD[] =
    "INSERT INTO idempotency (tenant, request, action, outcome, at) VALUES ($1, $2, $3, $4, $5)";

enum err store_request_add(struct db_tx *tx, const struct store_request_row *row)
{
    return db_run(tx, NULL, REQUEST_ADD,
                  DB_ARGS(db_text(row->tenant), db_text(row->key), db_text(row->request.action),
                          db_text(row->request.outcome), db_int(row->at)));
}

static const char AUDIT_ADD[] =
    "INSERT INTO audit (tenant, id, at, actor, action, target, detail, role, department, address,"
    " request, outcome, old_value, new_value)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

enum err store_audit_add(struct db_tx *tx, const struct store_audit *row)
{
    return db_run(tx, NULL, AUDIT_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->at),
                          db_text(row->actor), db_text(row->action), db_text(row->target),
                          db_text(row->detail), db_text(row->role), db_text(row->department),
                          db_text(row->address), db_text(row->request), db_text(row->outcome),
                          db_text(row->before), db_text(row->after)));
}

static const char AUDIT_TIME[] = "SELECT at FROM audit WHERE tenant = $1 AND id = $2";
static const char LOG_TIME[] = "SELECT at FROM log_entry WHERE idx = $1";

enum err store_audit_time(int64_t *at, struct db_tx *tx, struct str tenant, int64_t id)
{
    *at = 0;
    enum err err =
        store_one(at, NULL, tx, AUDIT_TIME, DB_ARGS(db_text(tenant), db_int(id)), store_fill_int);
    return err == ERR_MISSING ? ERR_OK : err;
}

enum err store_log_time(int64_t *at, struct db_tx *tx, int64_t idx)
{
    *at = 0;
    enum err err = store_one(at, NULL, tx, LOG_TIME, DB_ARGS(db_int(idx)), store_fill_int);
    return err == ERR_MISSING ? ERR_OK : err;
}

static const char LOG_SIZE[] = "SELECT COALESCE(MAX(idx) + 1, 0) FROM log_entry";
static const char LOG_ADD[] = "INSERT INTO log_entry (idx, at, tenant, body)"
                              " VALUES ($1, $2, $3, $4)";

enum err store_log_size(int64_t *out, struct db_tx *tx)
{
    return store_one(out, NULL, tx, LOG_SIZE, DB_NONE, store_fill_int);
}

enum err store_log_add(int64_t *idx, struct db_tx *tx, struct str tenant, int64_t at,
                       struct str body)
{
    TRY(store_log_size(idx, tx));
    return db_run(tx, NULL, LOG_ADD,
                  DB_ARGS(db_int(*idx), db_int(at), db_text(tenant), db_blob(body.data, body.len)));
}

static const char LOG_FROM[] = "SELECT idx, body FROM log_entry WHERE idx >= $1 AND idx < $2"
                               " ORDER BY idx";

struct core_log {
    store_log_each *each;
    void *ctx;
};

static enum err core_log_row(void *ctx, struct db_rows *rows)
{
    struct core_log *log = ctx;
    return log->each(log->ctx, db_col_int(rows, 0), db_col_text(rows, 1));
}

enum err store_log_from(struct db_tx *tx, int64_t from, int64_t most, store_log_each *each,
                        void *ctx)
{
    struct core_log log = {each, ctx};
    return store_all(tx, LOG_FROM, DB_ARGS(db_int(from), db_int(from + most)), core_log_row, &log);
}

static const char LOG_GET[] = "SELECT body FROM log_entry WHERE idx = $1";

static enum err core_fill_body(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_log_get(struct str *out, struct arena *arena, struct db_tx *tx, int64_t idx)
{
    return store_one(out, arena, tx, LOG_GET, DB_ARGS(db_int(idx)), core_fill_body);
}
