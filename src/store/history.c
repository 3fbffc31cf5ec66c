/* One object with all that happened to it: see history.h. */
#include "store/history.h"

#include "store/reach.h"

static const char OBJECT_GET[] =
    "SELECT id, pool_id, number, name, kind, type, state, division, address, industry, business,"
    " established, risk, risk_on, observed_until, department, labels, at FROM object"
    " WHERE tenant = $1 AND pool_id = $2";

static enum err object_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_object *o = out;
    o->id = db_col_int(rows, 0);
    struct str *const texts[] = {&o->pool_id,  &o->number,  &o->name,     &o->kind,
                                 &o->type,     &o->state,   &o->division, &o->address,
                                 &o->industry, &o->business};
    for (int i = 0; i < 10; i++)
        *texts[i] = store_text(rows, 1 + i, arena, &failed);
    o->established = (int32_t)db_col_int(rows, 11);
    o->risk = store_text(rows, 12, arena, &failed);
    o->risk_on = (int32_t)db_col_int(rows, 13);
    o->observed_until = (int32_t)db_col_int(rows, 14);
    o->department = store_text(rows, 15, arena, &failed);
    o->labels = store_text(rows, 16, arena, &failed);
    o->at = db_col_int(rows, 17);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_object_get(struct store_object *out, struct arena *arena, struct db_tx *tx,
                          struct str tenant, struct str pool_id)
{
    return store_one(out, arena, tx, OBJECT_GET, DB_ARGS(db_text(tenant), db_text(pool_id)),
                     object_fill);
}

static const char OBJECT_CHANGES[] =
    STORE_WHOLE "SELECT c.at, c.actor, c.before, c.after, c.reason FROM registry_change c"
                " WHERE c.tenant = $1 AND c.resource = $2 AND c.target = $3" STORE_CLEARED(
                    "CASE WHEN c.library = 0 THEN 0 ELSE COALESCE((SELECT l.grade FROM library l"
                    " WHERE l.tenant = c.tenant AND l.id = c.library), 2) END",
                    "$4") " ORDER BY c.id DESC";

static enum err change_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_object_change *c = out;
    c->at = db_col_int(rows, 0);
    c->actor = store_text(rows, 1, arena, &failed);
    c->before = store_text(rows, 2, arena, &failed);
    c->after = store_text(rows, 3, arena, &failed);
    c->reason = store_text(rows, 4, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_registry_changes(struct store_object_change **out, size_t *count,
                                struct arena *arena, struct db_tx *tx,
                                const struct store_registry_row *row)
{
    const struct store_shape shape = {sizeof(struct store_object_change), change_fill};
    return store_array((void **)out, count, arena, tx, &shape, OBJECT_CHANGES,
                       DB_ARGS(db_text(row->tenant), db_text(row->resource), db_int(row->id),
                               db_int(row->clearance)));
}

enum err store_object_changes(struct store_object_change **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant, int64_t object,
                              int64_t clearance)
{
    const struct store_registry_row row = {tenant, STR("objects"), object, clearance};
    return store_registry_changes(out, count, arena, tx, &row);
}

static const char CHANGES_OBJECTS[] = STORE_WHOLE
    "SELECT o.pool_id, o.name FROM registry_change c"
    " JOIN object o ON o.tenant = c.tenant AND o.id = c.target"
    " WHERE c.tenant = $1 AND c.id >= $2 AND c.id < $3 AND c.resource = 'objects' ORDER BY c.id";

struct changes_objects {
    store_change_each *each;
    void *ctx;
};

static enum err changes_object(void *ctx, struct db_rows *rows)
{
    const struct changes_objects *c = ctx;
    return c->each(c->ctx, db_col_text(rows, 0), db_col_text(rows, 1));
}

enum err store_changes_objects(struct db_tx *tx, const struct store_change_span *span,
                               store_change_each *each, void *ctx)
{
    struct changes_objects c = {each, ctx};
    return store_all(tx, CHANGES_OBJECTS,
                     DB_ARGS(db_text(span->tenant), db_int(span->from), db_int(span->until)),
                     changes_object, &c);
}

static const char OBJECT_VISITS[] = STORE_WHOLE
    "SELECT w.number, t.number, t.name, t.visit_from, v.state, v.skip_reason, i.name, d.name,"
    " r.code, r.result_on, r.state, r.published_at, a.kind, a.number, a.body, a.made_on"
    " FROM visit v"
    " JOIN draw w ON w.tenant = v.tenant AND w.id = v.draw"
    " JOIN task t ON t.tenant = v.tenant AND t.id = v.task"
    " LEFT JOIN result r ON r.tenant = v.tenant AND r.visit = v.id AND r.state <> 'returned'"
    " LEFT JOIN adoption a ON a.tenant = r.tenant AND a.result = r.id"
    " LEFT JOIN item i ON i.tenant = r.tenant AND i.id = r.item"
    " LEFT JOIN department d ON d.tenant = r.tenant AND d.code = r.department"
    " WHERE v.tenant = $1 AND v.pool_id = $2 ORDER BY v.id DESC, r.id";

static enum err visit_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_object_visit *v = out;
    v->draw = store_text(rows, 0, arena, &failed);
    v->task_number = store_text(rows, 1, arena, &failed);
    v->task_name = store_text(rows, 2, arena, &failed);
    v->visit_from = (int32_t)db_col_int(rows, 3);
    v->state = store_text(rows, 4, arena, &failed);
    v->skip_reason = store_text(rows, 5, arena, &failed);
    v->item = store_text(rows, 6, arena, &failed);
    v->department = store_text(rows, 7, arena, &failed);
    v->code = store_text(rows, 8, arena, &failed);
    v->result_on = (int32_t)db_col_int(rows, 9);
    v->result_state = store_text(rows, 10, arena, &failed);
    v->published_at = db_col_int(rows, 11);
    v->adoption.kind = store_text(rows, 12, arena, &failed);
    v->adoption.number = store_text(rows, 13, arena, &failed);
    v->adoption.body = store_text(rows, 14, arena, &failed);
    v->adoption.made_on = (int32_t)db_col_int(rows, 15);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_object_visits(struct store_object_visit **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, struct str pool_id)
{
    const struct store_shape shape = {sizeof(struct store_object_visit), visit_fill};
    return store_array((void **)out, count, arena, tx, &shape, OBJECT_VISITS,
                       DB_ARGS(db_text(tenant), db_text(pool_id)));
}
