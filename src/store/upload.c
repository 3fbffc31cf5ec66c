/* Uploads: see upload.h. */
#include "store/upload.h"

#include "store/reach.h"

#define UPLOAD_COLUMNS                                                                             \
    "id, resource, name, file, bytes, account, actor, department, target, division, state,"        \
    " columns, headings, report, check_job, import_job, at, until, scanned_at"

static const char UPLOAD_ADD[] =
    "INSERT INTO upload (tenant, " UPLOAD_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
    " $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
static const char UPLOAD_GET[] =
    STORE_WHOLE "SELECT " UPLOAD_COLUMNS " FROM upload WHERE tenant = $1 AND id = $2";
static const char UPLOAD_MOVE[] =
    "UPDATE upload SET state = $4, file = $5, columns = $6, headings = $7, report = $8,"
    " check_job = $9, import_job = $10, until = $11 WHERE tenant = $1 AND id = $2 AND state = $3";
static const char UPLOAD_NEWEST[] =
    STORE_WHOLE "SELECT " UPLOAD_COLUMNS " FROM upload WHERE tenant = $1 AND resource = $2"
                " AND (id < $3 OR $3 = 0) ORDER BY id DESC LIMIT $4";
static const char UPLOAD_STALE[] =
    "SELECT " UPLOAD_COLUMNS " FROM upload WHERE tenant = $1 AND until <= $2 AND file <> ''"
    " ORDER BY id LIMIT 1000";
static const char MAPPING_UPDATE[] =
    "UPDATE upload_mapping SET columns = $5, at = $6, actor = $7"
    " WHERE tenant = $1 AND department = $2 AND resource = $3 AND headings = $4";
static const char MAPPING_ADD[] = "INSERT INTO upload_mapping (tenant, department, resource,"
                                  " headings, columns, at, actor)"
                                  " VALUES ($1, $2, $3, $4, $5, $6, $7)";
static const char MAPPING_GET[] =
    STORE_WHOLE "SELECT columns FROM upload_mapping"
                " WHERE tenant = $1 AND department = $2 AND resource = $3 AND headings = $4";

static enum err upload_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_upload *u = out;
    bool failed = false;
    u->id = db_col_int(rows, 0);
    u->resource = store_text(rows, 1, arena, &failed);
    u->name = store_text(rows, 2, arena, &failed);
    u->file = store_text(rows, 3, arena, &failed);
    u->bytes = db_col_int(rows, 4);
    u->account = db_col_int(rows, 5);
    u->actor = store_text(rows, 6, arena, &failed);
    u->department = store_text(rows, 7, arena, &failed);
    u->target = store_text(rows, 8, arena, &failed);
    u->division = store_text(rows, 9, arena, &failed);
    u->state = store_text(rows, 10, arena, &failed);
    u->columns = store_text(rows, 11, arena, &failed);
    u->headings = store_text(rows, 12, arena, &failed);
    u->report = store_text(rows, 13, arena, &failed);
    u->check_job = db_col_int(rows, 14);
    u->import_job = db_col_int(rows, 15);
    u->at = db_col_int(rows, 16);
    u->until = db_col_int(rows, 17);
    u->scanned_at = db_col_int(rows, 18);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape upload_shape = {sizeof(struct store_upload), upload_fill};

enum err store_upload_add(struct db_tx *tx, struct str tenant, const struct store_upload *u)
{
    return db_run(tx, NULL, UPLOAD_ADD,
                  DB_ARGS(db_text(tenant), db_int(u->id), db_text(u->resource), db_text(u->name),
                          db_text(u->file), db_int(u->bytes), db_int(u->account), db_text(u->actor),
                          db_text(u->department), db_text(u->target), db_text(u->division),
                          db_text(u->state), db_text(u->columns), db_text(u->headings),
                          db_text(u->report), db_int(u->check_job), db_int(u->import_job),
                          db_int(u->at), db_int(u->until), db_int(u->scanned_at)));
}

enum err store_upload_get(struct store_upload *out, struct arena *arena, struct db_tx *tx,
                          struct str tenant, int64_t id)
{
    return store_one(out, arena, tx, UPLOAD_GET, DB_ARGS(db_text(tenant), db_int(id)), upload_fill);
}

enum err store_upload_move(uint64_t *changed, struct db_tx *tx, struct str tenant,
                           const struct store_upload *u, struct str from)
{
    return db_run(tx, changed, UPLOAD_MOVE,
                  DB_ARGS(db_text(tenant), db_int(u->id), db_text(from), db_text(u->state),
                          db_text(u->file), db_text(u->columns), db_text(u->headings),
                          db_text(u->report), db_int(u->check_job), db_int(u->import_job),
                          db_int(u->until)));
}

enum err store_upload_newest(struct store_upload **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, const struct store_upload_find *find)
{
    return store_array((void **)out, count, arena, tx, &upload_shape, UPLOAD_NEWEST,
                       DB_ARGS(db_text(find->tenant), db_text(find->resource), db_int(find->before),
                               db_int(find->most)));
}

enum err store_upload_stale(struct store_upload **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int64_t now)
{
    return store_array((void **)out, count, arena, tx, &upload_shape, UPLOAD_STALE,
                       DB_ARGS(db_text(tenant), db_int(now)));
}

enum err store_upload_mapping_set(struct db_tx *tx, const struct store_upload_mapping *row)
{
    return db_upsert(tx, MAPPING_UPDATE, MAPPING_ADD,
                     DB_ARGS(db_text(row->tenant), db_text(row->department), db_text(row->resource),
                             db_text(row->headings), db_text(row->columns), db_int(row->at),
                             db_text(row->actor)));
}

static enum err mapping_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_upload_mapping_get(struct str *columns, struct arena *arena, struct db_tx *tx,
                                  const struct store_upload_mapping *row)
{
    enum err err = store_one(columns, arena, tx, MAPPING_GET,
                             DB_ARGS(db_text(row->tenant), db_text(row->department),
                                     db_text(row->resource), db_text(row->headings)),
                             mapping_fill);
    if (err == ERR_MISSING)
        *columns = STR("");
    return err == ERR_MISSING ? ERR_OK : err;
}
