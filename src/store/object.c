/* The objects of the workbench: see object.h. */
#include "store/object.h"

#include "store/object_columns.h"

#include <stdlib.h>
#include <string.h>

#define ROW "SELECT o.id, " STORE_OBJECT_COLUMNS ", o.job, o.at FROM object o"

static enum err row_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_object_row *row = out;
    row->record.id = db_col_int(rows, 0);
    TRY(store_object_record(&row->record, rows, 1, arena));
    row->job = db_col_int(rows, 1 + STORE_OBJECT_VALUES);
    row->at = db_col_int(rows, 2 + STORE_OBJECT_VALUES);
    return ERR_OK;
}

/* --- the rows of a page --- */

static const char OBJECT_ROWS[] = ROW " WHERE o.tenant = $1 AND " STORE_REACH_OBJECT
                                      " AND o.id IN " STORE_REACH_IN " ORDER BY o.id";

static int row_order(const void *a, const void *b)
{
    const struct store_object_row *x = a;
    const struct store_object_row *y = b;
    return (x->record.id > y->record.id) - (x->record.id < y->record.id);
}

/* One statement's rows behind those that are there, in the order of the ids. */
static enum err fetch_some(struct store_object_row *out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const struct store_object_filter *f,
                           const struct store_ids *ids)
{
    const struct store_shape shape = {sizeof *out, row_fill};
    struct store_object_row *rows = NULL;
    size_t found = 0;
    struct db_value args[3 + STORE_REACH_KEYS] = {db_text(f->tenant), STORE_REACH_ARGS(&f->reach)};
    for (size_t i = 0; i < STORE_REACH_KEYS; i++) /* the last one again and again fills the rest */
        args[3 + i] = db_int(ids->items[i < ids->count ? i : ids->count - 1]);
    TRY(store_array((void **)&rows, &found, arena, tx, &shape, OBJECT_ROWS, args,
                    3 + STORE_REACH_KEYS));
    for (size_t i = 0; i < ids->count; i++) {
        const struct store_object_row key = {.record = {.id = ids->items[i]}};
        const struct store_object_row *row =
            found > 0 ? bsearch(&key, rows, found, sizeof *rows, row_order) : NULL;
        if (row != NULL)
            out[(*count)++] = *row;
    }
    return ERR_OK;
}

enum err store_object_rows(struct store_object_row **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const struct store_object_filter *f,
                           const struct store_ids *ids)
{
    *count = 0;
    *out = arena_array(arena, ids->count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < ids->count; i += STORE_REACH_KEYS) {
        size_t left = ids->count - i;
        const struct store_ids some = {ids->items + i,
                                       left < STORE_REACH_KEYS ? left : STORE_REACH_KEYS};
        TRY(fetch_some(*out, count, arena, tx, f, &some));
    }
    return ERR_OK;
}

/* --- what the roster follows --- */

#define MARKS                                                                                      \
    "SELECT id, at, name, pool_id, division, industry, department, kind, state, risk, labels"      \
    " FROM object WHERE tenant = $1"
static const char MARKS_ALL[] = STORE_WHOLE MARKS " ORDER BY id";
static const char MARKS_OF_JOB[] = STORE_WHOLE MARKS " AND job = $2 ORDER BY id";

struct marks {
    store_mark_each *each;
    void *ctx;
};

static enum err mark_each(void *ctx, struct db_rows *rows)
{
    const struct marks *m = ctx;
    const struct store_mark mark = {.id = db_col_int(rows, 0),
                                    .at = db_col_int(rows, 1),
                                    .name = db_col_text(rows, 2),
                                    .pool_id = db_col_text(rows, 3),
                                    .division = db_col_text(rows, 4),
                                    .industry = db_col_text(rows, 5),
                                    .department = db_col_text(rows, 6),
                                    .kind = db_col_text(rows, 7),
                                    .state = db_col_text(rows, 8),
                                    .risk = db_col_text(rows, 9),
                                    .labels = db_col_text(rows, 10)};
    return m->each(m->ctx, &mark);
}

enum err store_object_marks(struct db_tx *tx, struct str tenant, int64_t job, store_mark_each *each,
                            void *ctx)
{
    struct marks m = {each, ctx};
    if (job == 0)
        return store_all(tx, MARKS_ALL, DB_ARGS(db_text(tenant)), mark_each, &m);
    return store_all(tx, MARKS_OF_JOB, DB_ARGS(db_text(tenant), db_int(job)), mark_each, &m);
}

static const char SHARES[] =
    STORE_WHOLE "SELECT object, department FROM object_department WHERE tenant = $1"
                " ORDER BY object, department";

struct shares {
    store_share_each *each;
    void *ctx;
};

static enum err share_each(void *ctx, struct db_rows *rows)
{
    const struct shares *s = ctx;
    return s->each(s->ctx, db_col_int(rows, 0), db_col_text(rows, 1));
}

enum err store_object_shares(struct db_tx *tx, struct str tenant, store_share_each *each, void *ctx)
{
    struct shares s = {each, ctx};
    return store_all(tx, SHARES, DB_ARGS(db_text(tenant)), share_each, &s);
}

static const char BATCH_ADD[] =
    "INSERT INTO object_batch (tenant, job, shares) VALUES ($1, $2, $3)";
static const char BATCHES[] = "SELECT job, shares FROM object_batch WHERE tenant = $1 AND job > $2"
                              " ORDER BY job";

enum err store_object_batch_add(struct db_tx *tx, const struct store_stamp *stamp, bool shares)
{
    return db_run(tx, NULL, BATCH_ADD,
                  DB_ARGS(db_text(stamp->tenant), db_int(stamp->job), db_int(shares ? 1 : 0)));
}

struct batches {
    store_batch_each *each;
    void *ctx;
};

static enum err batch_each(void *ctx, struct db_rows *rows)
{
    const struct batches *b = ctx;
    const struct store_batch batch = {db_col_int(rows, 0), db_col_int(rows, 1) != 0};
    return b->each(b->ctx, &batch);
}

enum err store_object_batches(struct db_tx *tx, struct str tenant, int64_t since,
                              store_batch_each *each, void *ctx)
{
    struct batches b = {each, ctx};
    return store_all(tx, BATCHES, DB_ARGS(db_text(tenant), db_int(since)), batch_each, &b);
}

static const char VISITED[] = STORE_WHOLE
    "SELECT x.id FROM visit v JOIN object x ON x.tenant = v.tenant AND x.pool_id = v.pool_id"
    " WHERE v.tenant = $1 AND v.year = $2 AND ((v.state IN ('entered', 'published') AND $3 <> 3)"
    " OR (v.state IN ('drawn', 'assigned') AND $3 <> 1))"; /* of enum store_visited */
static const char IN_LIBRARY[] = STORE_WHOLE
    "SELECT r.object FROM library_row r JOIN library l ON l.tenant = r.tenant AND l.id = r.library"
    " WHERE r.tenant = $1 AND r.library = $2" STORE_CLEARED("l.grade", "$3") " ORDER BY r.object";

enum err store_object_visited(int64_t **out, size_t *count, struct arena *arena, struct db_tx *tx,
                              const struct store_object_filter *f)
{
    const struct store_shape shape = {sizeof **out, store_fill_int};
    return store_array((void **)out, count, arena, tx, &shape, VISITED,
                       DB_ARGS(db_text(f->tenant), db_int(f->year), db_int(f->visited)));
}

enum err store_object_in_library(int64_t **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, const struct store_object_filter *f,
                                 int64_t clearance)
{
    const struct store_shape shape = {sizeof **out, store_fill_int};
    return store_array((void **)out, count, arena, tx, &shape, IN_LIBRARY,
                       DB_ARGS(db_text(f->tenant), db_int(f->library), db_int(clearance)));
}

enum err store_object_count_active(int64_t *out, struct db_tx *tx, struct str tenant)
{
    return store_one(out, NULL, tx,
                     "SELECT COUNT(*) FROM object WHERE tenant = $1 AND state = 'active'",
                     DB_ARGS(db_text(tenant)), store_fill_int);
}

/* --- one object --- */

#define ONE(column) ROW " WHERE o.tenant = $1 AND " STORE_REACH_OBJECT " AND o." column " = $4"
static const char OBJECT_BY_ID[] = ONE("id");
static const char OBJECT_BY_POOL_ID[] = ONE("pool_id");

enum err store_object_find(struct store_object_row *out, struct arena *arena, struct db_tx *tx,
                           const struct store_object_filter *f, int64_t id)
{
    return store_one(out, arena, tx, OBJECT_BY_ID,
                     DB_ARGS(db_text(f->tenant), STORE_REACH_ARGS(&f->reach), db_int(id)),
                     row_fill);
}

enum err store_object_find_pool(struct store_object_row *out, struct arena *arena, struct db_tx *tx,
                                const struct store_object_filter *f, struct str pool_id)
{
    return store_one(out, arena, tx, OBJECT_BY_POOL_ID,
                     DB_ARGS(db_text(f->tenant), STORE_REACH_ARGS(&f->reach), db_text(pool_id)),
                     row_fill);
}
