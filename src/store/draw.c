/* Draws: see draw.h. */
#include "store/draw.h"

#include "store/reach.h"

#define DRAW_COLUMNS                                                                               \
    "tenant, id, number, task, organiser, sealed, blinded, state, round, opened, disclose_by,"     \
    " pool_size, drawn, demo, keys, version, at, actor"

static const char DRAW_ADD[] =
    "INSERT INTO draw (" DRAW_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
    " $12, $13, $14, $15, $16, $17, $18)";

enum err store_draw_add(struct db_tx *tx, const struct store_draw *d)
{
    return db_run(tx, NULL, DRAW_ADD,
                  DB_ARGS(db_text(d->tenant), db_int(d->id), db_text(d->number), db_int(d->task),
                          db_text(d->organiser), db_int(d->sealed), db_int(d->blinded),
                          db_text(d->state), db_int(d->round), db_int(d->opened),
                          db_int(d->disclose_by), db_int(d->pool_size), db_int(d->drawn),
                          db_int(d->demo), db_blob(d->keys.data, d->keys.len), db_int(d->version),
                          db_int(d->at), db_text(d->actor)));
}

static enum err draw_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_draw *d = out;
    d->tenant = store_text(rows, 0, arena, &failed);
    d->id = db_col_int(rows, 1);
    d->number = store_text(rows, 2, arena, &failed);
    d->task = db_col_int(rows, 3);
    d->organiser = store_text(rows, 4, arena, &failed);
    d->sealed = db_col_int(rows, 5) != 0;
    d->blinded = db_col_int(rows, 6) != 0;
    d->state = store_text(rows, 7, arena, &failed);
    d->round = db_col_int(rows, 8);
    d->opened = db_col_int(rows, 9);
    d->disclose_by = db_col_int(rows, 10);
    d->pool_size = db_col_int(rows, 11);
    d->drawn = db_col_int(rows, 12);
    d->demo = db_col_int(rows, 13) != 0;
    d->keys = store_text(rows, 14, arena, &failed);
    d->version = db_col_int(rows, 15);
    d->at = db_col_int(rows, 16);
    d->actor = store_text(rows, 17, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char DRAW_BY_TASK[] = STORE_WHOLE "SELECT " DRAW_COLUMNS " FROM draw WHERE tenant = $1"
                                               " AND task = $2";

enum err store_draw_by_task(struct store_draw *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, int64_t task)
{
    return store_one(out, arena, tx, DRAW_BY_TASK, DB_ARGS(db_text(tenant), db_int(task)),
                     draw_fill);
}

static const char DRAW_GET[] = "SELECT " DRAW_COLUMNS " FROM draw WHERE tenant = $1"
                               " AND number = $2";

enum err store_draw_get(struct store_draw *out, struct arena *arena, struct db_tx *tx,
                        struct str tenant, struct str number)
{
    return store_one(out, arena, tx, DRAW_GET, DB_ARGS(db_text(tenant), db_text(number)),
                     draw_fill);
}

static const char DRAW_LIST[] = "SELECT " DRAW_COLUMNS " FROM draw WHERE tenant = $1"
                                " ORDER BY id DESC";

enum err store_draw_list(struct store_draw **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_draw), draw_fill};
    return store_array((void **)out, count, arena, tx, &shape, DRAW_LIST, DB_ARGS(db_text(tenant)));
}

static const char DRAWS_DISCLOSED[] = "SELECT id, version, number FROM draw WHERE tenant = $1"
                                      " AND state = 'disclosed' ORDER BY id DESC LIMIT $2";

static enum err disclosed_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_disclosed *d = out;
    d->id = db_col_int(rows, 0);
    d->version = db_col_int(rows, 1);
    d->number = store_text(rows, 2, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_disclosed_draws(struct store_disclosed **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t most)
{
    const struct store_shape shape = {sizeof **out, disclosed_fill};
    return store_array((void **)out, count, arena, tx, &shape, DRAWS_DISCLOSED,
                       DB_ARGS(db_text(tenant), db_int(most)));
}

/* The year keeps SQLite from reading the index of all draws, which has both columns. */
static const char DRAWS_OF_OBJECT[] = "SELECT draw FROM visit WHERE tenant = $1 AND pool_id = $2"
                                      " AND year > 0";

enum err store_object_draws(int64_t **out, size_t *count, struct arena *arena, struct db_tx *tx,
                            struct str tenant, struct str pool_id)
{
    const struct store_shape shape = {sizeof **out, store_fill_int};
    return store_array((void **)out, count, arena, tx, &shape, DRAWS_OF_OBJECT,
                       DB_ARGS(db_text(tenant), db_text(pool_id)));
}

static const char DRAW_DISCLOSED[] = "SELECT COUNT(*) FROM draw WHERE tenant = $1 AND id = $2"
                                     " AND state = 'disclosed'";

enum err store_draw_disclosed(int64_t *out, struct db_tx *tx, struct str tenant, int64_t id)
{
    return store_one(out, NULL, tx, DRAW_DISCLOSED, DB_ARGS(db_text(tenant), db_int(id)),
                     store_fill_int);
}

static const char DRAW_OF_TASK[] = "SELECT COUNT(*) FROM draw WHERE tenant = $1 AND task = $2";

enum err store_draw_of_task(int64_t *count, struct db_tx *tx, struct str tenant, int64_t task)
{
    return store_one(count, NULL, tx, DRAW_OF_TASK, DB_ARGS(db_text(tenant), db_int(task)),
                     store_fill_int);
}

static const char DRAW_STEP[] =
    "UPDATE draw SET state = $4, round = $5, drawn = $6, version = version + 1"
    " WHERE tenant = $1 AND id = $2 AND version = $3";

enum err store_draw_step(struct db_tx *tx, const struct store_draw *draw, struct str state)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, DRAW_STEP,
               DB_ARGS(db_text(draw->tenant), db_int(draw->id), db_int(draw->version),
                       db_text(state), db_int(draw->round), db_int(draw->drawn))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char ENTRY_ADD[] = "INSERT INTO draw_entry (tenant, draw, seq, kind, round, idx)"
                                " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_draw_entry_add(struct db_tx *tx, struct str tenant, int64_t draw,
                              const struct store_draw_entry *entry)
{
    return db_run(tx, NULL, ENTRY_ADD,
                  DB_ARGS(db_text(tenant), db_int(draw), db_int(entry->seq), db_text(entry->kind),
                          db_int(entry->round), db_int(entry->idx)));
}

static const char ENTRIES[] = "SELECT e.seq, e.kind, e.round, e.idx, l.body FROM draw_entry e"
                              " JOIN log_entry l ON l.idx = e.idx"
                              " WHERE e.tenant = $1 AND e.draw = $2 ORDER BY e.seq";

static enum err entry_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_draw_entry *entry = out;
    entry->seq = db_col_int(rows, 0);
    entry->kind = store_text(rows, 1, arena, &failed);
    entry->round = db_col_int(rows, 2);
    entry->idx = db_col_int(rows, 3);
    entry->body = store_text(rows, 4, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_draw_entries(struct store_draw_entry **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof(struct store_draw_entry), entry_fill};
    return store_array((void **)out, count, arena, tx, &shape, ENTRIES,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

static const char FILE_ADD[] = "INSERT INTO draw_file (tenant, draw, name, digest, blind, size, at)"
                               " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_draw_file_add(struct db_tx *tx, struct str tenant, int64_t draw,
                             const struct store_draw_file *file, int64_t at)
{
    return db_run(tx, NULL, FILE_ADD,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(file->name),
                          db_blob(file->digest.data, file->digest.len),
                          db_blob(file->blind.data, file->blind.len), db_int(file->size),
                          db_int(at)));
}

static enum err file_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_draw_file *file = out;
    file->name = store_text(rows, 0, arena, &failed);
    file->digest = store_text(rows, 1, arena, &failed);
    file->blind = store_text(rows, 2, arena, &failed);
    file->size = db_col_int(rows, 3);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char FILES[] = "SELECT name, digest, blind, size FROM draw_file"
                            " WHERE tenant = $1 AND draw = $2 ORDER BY name";

enum err store_draw_files(struct store_draw_file **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof(struct store_draw_file), file_fill};
    return store_array((void **)out, count, arena, tx, &shape, FILES,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

static const char FILE_GET[] = "SELECT name, digest, blind, size FROM draw_file"
                               " WHERE tenant = $1 AND draw = $2 AND name = $3";

enum err store_draw_file_get(struct store_draw_file *out, struct arena *arena, struct db_tx *tx,
                             struct str tenant, int64_t draw, struct str name)
{
    return store_one(out, arena, tx, FILE_GET,
                     DB_ARGS(db_text(tenant), db_int(draw), db_text(name)), file_fill);
}

static const char STRATUM_ADD[] =
    "INSERT INTO draw_stratum (tenant, draw, name, meaning, excluded, count, mode, num, den,"
    " quota, cutoff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

enum err store_stratum_add(struct db_tx *tx, struct str tenant, int64_t draw,
                           const struct store_stratum *s)
{
    return db_run(tx, NULL, STRATUM_ADD,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(s->name), db_text(s->meaning),
                          db_int(s->excluded), db_int(s->count), db_text(s->mode), db_int(s->num),
                          db_int(s->den), db_int(s->quota), db_text(s->cutoff)));
}

static const char STRATUM_DRAWN[] = "UPDATE draw_stratum SET quota = $4, cutoff = $5"
                                    " WHERE tenant = $1 AND draw = $2 AND name = $3";

enum err store_stratum_drawn(struct db_tx *tx, struct str tenant, int64_t draw,
                             const struct store_stratum *s)
{
    return db_run(tx, NULL, STRATUM_DRAWN,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(s->name), db_int(s->quota),
                          db_text(s->cutoff)));
}

static enum err stratum_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_stratum *s = out;
    s->name = store_text(rows, 0, arena, &failed);
    s->meaning = store_text(rows, 1, arena, &failed);
    s->excluded = db_col_int(rows, 2) != 0;
    s->count = db_col_int(rows, 3);
    s->mode = store_text(rows, 4, arena, &failed);
    s->num = db_col_int(rows, 5);
    s->den = db_col_int(rows, 6);
    s->quota = db_col_int(rows, 7);
    s->cutoff = store_text(rows, 8, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char STRATA[] =
    "SELECT name, meaning, excluded, count, mode, num, den, quota, cutoff FROM draw_stratum"
    " WHERE tenant = $1 AND draw = $2 ORDER BY name";

enum err store_strata(struct store_stratum **out, size_t *count, struct arena *arena,
                      struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof(struct store_stratum), stratum_fill};
    return store_array((void **)out, count, arena, tx, &shape, STRATA,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

static const char RECUSAL_ADD[] =
    "INSERT INTO recusal (tenant, draw, inspector, pool_id, reason, at, actor)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_recusal_add(struct db_tx *tx, struct str tenant, int64_t draw,
                           const struct store_recusal *recusal, int64_t at, struct str actor)
{
    return db_run(tx, NULL, RECUSAL_ADD,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(recusal->inspector),
                          db_text(recusal->pool_id), db_text(recusal->reason), db_int(at),
                          db_text(actor)));
}

static const char RECUSALS_RENAME[] = "UPDATE recusal SET pool_id = $4"
                                      " WHERE tenant = $1 AND draw = $2 AND pool_id = $3";

enum err store_recusals_rename(struct db_tx *tx, struct str tenant, int64_t draw, struct str from,
                               struct str to)
{
    return db_run(tx, NULL, RECUSALS_RENAME,
                  DB_ARGS(db_text(tenant), db_int(draw), db_text(from), db_text(to)));
}

static enum err recusal_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_recusal *recusal = out;
    recusal->inspector = store_text(rows, 0, arena, &failed);
    recusal->pool_id = store_text(rows, 1, arena, &failed);
    recusal->reason = store_text(rows, 2, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char RECUSALS[] = "SELECT inspector, pool_id, reason FROM recusal"
                               " WHERE tenant = $1 AND draw = $2 ORDER BY inspector, pool_id";

enum err store_recusals(struct store_recusal **out, size_t *count, struct arena *arena,
                        struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof(struct store_recusal), recusal_fill};
    return store_array((void **)out, count, arena, tx, &shape, RECUSALS,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}
