/* One object and its history: see history.h. */
#include "office/history.h"

struct history_work {
    struct errand *e;
    struct office_history *out;
    struct str pool_id;
};

static enum err history_run(struct db_tx *tx, void *ctx)
{
    struct history_work *w = ctx;
    struct errand *e = w->e;
    struct office_history *out = w->out;
    struct str tenant = e->office->tenant;
    enum err err = store_object_get(&out->object, e->arena, tx, tenant, w->pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "名录库中没有检查对象 %.*s", STR_ARG(w->pool_id));
    TRY(err);
    TRY(store_object_changes(&out->changes, &out->change_count, e->arena, tx, tenant,
                             out->object.id, e->scope.clearance));
    return store_object_visits(&out->visits, &out->visit_count, e->arena, tx, tenant, w->pool_id);
}

enum err office_history_show(struct office_history *out, struct errand *e, struct str pool_id)
{
    struct history_work work = {e, out, pool_id};
    *out = (struct office_history){0};
    return office_read(e, "object-show", history_run, &work);
}
