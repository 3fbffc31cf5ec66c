/* Jobs: see job.h. */
#include "store/job.h"

#include "store/reach.h"

#define JOB_COLUMNS                                                                                \
    "id, kind, title, account, actor, department, state, args, done, total, outcome, words, file," \
    " download, bytes, tries, at, begun_at, ended_at, until, clearance"

static const char JOB_ADD[] =
    "INSERT INTO job (tenant, " JOB_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
static const char JOB_GET[] =
    STORE_WHOLE "SELECT " JOB_COLUMNS " FROM job WHERE tenant = $1 AND id = $2";
static const char JOB_MOVE[] =
    "UPDATE job SET state = $4, done = $5, total = $6, outcome = $7, words = $8, file = $9,"
    " download = $10, bytes = $11, tries = $12, begun_at = $13, ended_at = $14, until = $15"
    " WHERE tenant = $1 AND id = $2 AND state = $3";
static const char JOB_NEWEST[] =
    STORE_WHOLE "SELECT " JOB_COLUMNS " FROM job WHERE tenant = $1 AND (state = $2 OR $2 = '')"
                " AND (id < $3 OR $3 = 0) ORDER BY id DESC LIMIT $4";
static const char JOB_OLDEST[] =
    "SELECT " JOB_COLUMNS " FROM job WHERE tenant = $1 AND state = $2 ORDER BY id LIMIT 1";
static const char JOB_STALE[] =
    "SELECT " JOB_COLUMNS " FROM job WHERE tenant = $1 AND until > 0 AND until <= $2 AND file <> ''"
    " AND state NOT IN ('waiting', 'running') ORDER BY id LIMIT 1000";

static enum err job_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_job *j = out;
    bool failed = false;
    j->id = db_col_int(rows, 0);
    j->kind = store_text(rows, 1, arena, &failed);
    j->title = store_text(rows, 2, arena, &failed);
    j->account = db_col_int(rows, 3);
    j->actor = store_text(rows, 4, arena, &failed);
    j->department = store_text(rows, 5, arena, &failed);
    j->state = store_text(rows, 6, arena, &failed);
    j->args = store_text(rows, 7, arena, &failed);
    j->done = db_col_int(rows, 8);
    j->total = db_col_int(rows, 9);
    j->outcome = store_text(rows, 10, arena, &failed);
    j->words = store_text(rows, 11, arena, &failed);
    j->file = store_text(rows, 12, arena, &failed);
    j->download = store_text(rows, 13, arena, &failed);
    j->bytes = db_col_int(rows, 14);
    j->tries = db_col_int(rows, 15);
    j->at = db_col_int(rows, 16);
    j->begun_at = db_col_int(rows, 17);
    j->ended_at = db_col_int(rows, 18);
    j->until = db_col_int(rows, 19);
    j->clearance = db_col_int(rows, 20);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape job_shape = {sizeof(struct store_job), job_fill};

enum err store_job_add(struct db_tx *tx, struct str tenant, const struct store_job *j)
{
    return db_run(tx, NULL, JOB_ADD,
                  DB_ARGS(db_text(tenant), db_int(j->id), db_text(j->kind), db_text(j->title),
                          db_int(j->account), db_text(j->actor), db_text(j->department),
                          db_text(j->state), db_text(j->args), db_int(j->done), db_int(j->total),
                          db_text(j->outcome), db_text(j->words), db_text(j->file),
                          db_text(j->download), db_int(j->bytes), db_int(j->tries), db_int(j->at),
                          db_int(j->begun_at), db_int(j->ended_at), db_int(j->until),
                          db_int(j->clearance)));
}

enum err store_job_get(struct store_job *out, struct arena *arena, struct db_tx *tx,
                       struct str tenant, int64_t id)
{
    return store_one(out, arena, tx, JOB_GET, DB_ARGS(db_text(tenant), db_int(id)), job_fill);
}

enum err store_job_move(uint64_t *changed, struct db_tx *tx, struct str tenant,
                        const struct store_job *j, struct str from)
{
    return db_run(tx, changed, JOB_MOVE,
                  DB_ARGS(db_text(tenant), db_int(j->id), db_text(from), db_text(j->state),
                          db_int(j->done), db_int(j->total), db_text(j->outcome), db_text(j->words),
                          db_text(j->file), db_text(j->download), db_int(j->bytes),
                          db_int(j->tries), db_int(j->begun_at), db_int(j->ended_at),
                          db_int(j->until)));
}

enum err store_job_newest(struct store_job **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, const struct store_job_find *find)
{
    return store_array((void **)out, count, arena, tx, &job_shape, JOB_NEWEST,
                       DB_ARGS(db_text(find->tenant), db_text(find->state), db_int(find->before),
                               db_int(find->most)));
}

enum err store_job_oldest(struct store_job *out, struct arena *arena, struct db_tx *tx,
                          const struct store_job_find *find)
{
    return store_one(out, arena, tx, JOB_OLDEST,
                     DB_ARGS(db_text(find->tenant), db_text(find->state)), job_fill);
}

enum err store_job_stale(struct store_job **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant, int64_t now)
{
    return store_array((void **)out, count, arena, tx, &job_shape, JOB_STALE,
                       DB_ARGS(db_text(tenant), db_int(now)));
}
