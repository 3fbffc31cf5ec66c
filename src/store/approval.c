/* Requests to export full numbers: see approval.h. */
#include "store/approval.h"

static const char APPROVAL_ADD[] =
    "INSERT INTO approval (tenant, id, department, actor, person, reason, filter, columns, format,"
    " most, at, until, state, decided_at, decided_by, decider, words, done_at, done_rows)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'asked', 0, '', '', '', 0, 0)";

enum err store_approval_add(struct db_tx *tx, struct str tenant, const struct store_approval *row)
{
    return db_run(tx, NULL, APPROVAL_ADD,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->department),
                          db_text(row->actor), db_text(row->person), db_text(row->reason),
                          db_text(row->filter), db_int(row->columns), db_text(row->format),
                          db_int(row->most), db_int(row->at), db_int(row->until)));
}

/* $4 is now. */
#define APPROVAL_STATE                                                                             \
    "CASE WHEN state IN ('asked', 'approved') AND until <= $4 THEN 'expired' ELSE state END"
#define APPROVAL_WITHIN " FROM approval WHERE tenant = $1 AND " STORE_REACH("department")
#define APPROVAL_ROWS                                                                              \
    "SELECT id, department, actor, person, reason, filter, columns, format, most, at, until,"      \
    " " APPROVAL_STATE ", decided_at, decided_by, decider, words, done_at,"                        \
    " done_rows" APPROVAL_WITHIN
#define APPROVAL_FITS                                                                              \
    " AND ($5 = '' OR " APPROVAL_STATE " = $5) AND ($6 = '' OR actor = $6) AND actor <> $7"

static const char APPROVAL_OLDER[] =
    APPROVAL_ROWS APPROVAL_FITS " AND (id < $8 OR $8 = 0) ORDER BY id DESC LIMIT $9";
static const char APPROVAL_NEWER[] =
    APPROVAL_ROWS APPROVAL_FITS " AND id > $8 ORDER BY id LIMIT $9";
static const char APPROVAL_COUNT[] = "SELECT COUNT(id)" APPROVAL_WITHIN APPROVAL_FITS;
static const char APPROVAL_GET[] = APPROVAL_ROWS " AND id = $5";

static enum err approval_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_approval *a = out;
    bool failed = false;
    a->id = db_col_int(rows, 0);
    a->department = store_text(rows, 1, arena, &failed);
    a->actor = store_text(rows, 2, arena, &failed);
    a->person = store_text(rows, 3, arena, &failed);
    a->reason = store_text(rows, 4, arena, &failed);
    a->filter = store_text(rows, 5, arena, &failed);
    a->columns = db_col_int(rows, 6);
    a->format = store_text(rows, 7, arena, &failed);
    a->most = db_col_int(rows, 8);
    a->at = db_col_int(rows, 9);
    a->until = db_col_int(rows, 10);
    a->state = store_text(rows, 11, arena, &failed);
    a->decided_at = db_col_int(rows, 12);
    a->decided_by = store_text(rows, 13, arena, &failed);
    a->decider = store_text(rows, 14, arena, &failed);
    a->words = store_text(rows, 15, arena, &failed);
    a->done_at = db_col_int(rows, 16);
    a->done_rows = db_col_int(rows, 17);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_approval_find(struct store_approval **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant,
                             const struct store_approval_find *find)
{
    const struct store_shape shape = {sizeof **out, approval_fill};
    const struct store_window *window = &find->window;
    bool newer = window->before != 0;
    return store_array(
        (void **)out, count, arena, tx, &shape, newer ? APPROVAL_NEWER : APPROVAL_OLDER,
        DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach), db_int(find->now),
                db_text(find->state), db_text(find->by), db_text(find->but),
                db_int(newer ? window->before : window->after), db_int(window->most)));
}

enum err store_approval_count(int64_t *out, struct db_tx *tx, struct str tenant,
                              const struct store_approval_find *find)
{
    return store_one(out, NULL, tx, APPROVAL_COUNT,
                     DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach), db_int(find->now),
                             db_text(find->state), db_text(find->by), db_text(find->but)),
                     store_fill_int);
}

enum err store_approval_get(struct store_approval *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, const struct store_approval_find *find, int64_t id)
{
    return store_one(
        out, arena, tx, APPROVAL_GET,
        DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&find->reach), db_int(find->now), db_int(id)),
        approval_fill);
}

static const char APPROVAL_DECIDE[] =
    "UPDATE approval SET state = $3, until = $4, decided_at = $5, decided_by = $6, decider = $7,"
    " words = $8 WHERE tenant = $1 AND id = $2 AND state = 'asked'";

enum err store_approval_decide(uint64_t *changed, struct db_tx *tx, struct str tenant,
                               const struct store_approval *row)
{
    return db_run(tx, changed, APPROVAL_DECIDE,
                  DB_ARGS(db_text(tenant), db_int(row->id), db_text(row->state), db_int(row->until),
                          db_int(row->decided_at), db_text(row->decided_by), db_text(row->decider),
                          db_text(row->words)));
}

static const char APPROVAL_DONE[] =
    "UPDATE approval SET state = 'done', done_at = $3, done_rows = $4"
    " WHERE tenant = $1 AND id = $2 AND state = 'approved'";

enum err store_approval_done(uint64_t *changed, struct db_tx *tx, struct str tenant,
                             const struct store_approval *row)
{
    return db_run(
        tx, changed, APPROVAL_DONE,
        DB_ARGS(db_text(tenant), db_int(row->id), db_int(row->done_at), db_int(row->done_rows)));
}
