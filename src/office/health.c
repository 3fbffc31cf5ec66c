/* Health of the registries: see health.h. The lists behind the figures count the same rows: active
 * objects, whatever their number. */
#include "office/health.h"

#include "base/time.h"
#include "office/library_place.h"
#include "office/scope.h"
#include "store/department.h"

#include <stdlib.h>
#include <string.h>

struct health_work {
    struct errand *e;
    struct store_department *departments;
    size_t department_count;
    struct office_health *rows;
    size_t count; /* of departments in reach, then one for the rest where it is reached */
    bool rest;
    uint64_t days;
};

/* The row that a department's counts go to; NULL for one beyond the scope. */
static struct office_health *health_row(struct health_work *w, struct str code)
{
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->rows[i].code, code))
            return &w->rows[i];
    return w->rest ? &w->rows[w->count] : NULL;
}

static void health_sum(struct store_health *to, const struct store_health *from)
{
    to->objects += from->objects;
    to->stale += from->stale;
    to->unlabelled += from->unlabelled;
    to->reference += from->reference;
    to->missing += from->missing;
    to->persons += from->persons;
    to->expired += from->expired;
}

typedef enum err health_ask(struct store_health **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, const struct store_health_ask *ask);

static enum err health_count(struct health_work *w, struct db_tx *tx, health_ask *ask)
{
    struct errand *e = w->e;
    struct store_health *found = NULL;
    size_t count = 0;
    const struct store_health_ask how = {e->office->tenant, e->now - (int64_t)w->days * TIME_DAY,
                                         date_of_time(e->now)};
    TRY(ask(&found, &count, e->arena, tx, &how));
    for (size_t i = 0; i < count; i++) {
        struct office_health *row = health_row(w, found[i].department);
        if (row != NULL)
            health_sum(&row->count, &found[i]);
    }
    return ERR_OK;
}

static enum err health_departments(struct health_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    TRY(store_departments(&w->departments, &w->department_count, e->arena, tx, e->office->tenant));
    w->rows = arena_array(e->arena, w->department_count + 2, sizeof *w->rows);
    if (w->rows == NULL)
        return ERR_MEMORY;
    w->count = 0;
    for (size_t i = 0; i < w->department_count; i++) {
        const struct store_department *d = &w->departments[i];
        if (str_eq(d->state, STR("active")) && office_scope_department(&e->scope, d->code))
            w->rows[w->count++] = (struct office_health){.code = d->code, .name = d->name};
    }
    w->rest = e->scope.level == MODEL_SCOPE_ALL;
    return ERR_OK;
}

static enum err health_work(struct db_tx *tx, void *ctx)
{
    struct health_work *w = ctx;
    TRY(office_setting_count(&w->days, w->e, tx, MODEL_SETTING_HEALTH_STALE));
    TRY(health_departments(w, tx));
    TRY(health_count(w, tx, store_health_objects));
    TRY(health_count(w, tx, store_health_further));
    TRY(health_count(w, tx, store_health_references));
    return health_count(w, tx, store_health_persons);
}

static bool health_empty(const struct store_health *c)
{
    return c->objects == 0 && c->reference == 0 && c->persons == 0;
}

enum err office_health(struct office_health **out, size_t *count, uint64_t *days, struct errand *e)
{
    struct health_work w = {.e = e};
    TRY(office_read(e, "health", health_work, &w));
    size_t used = w.count;
    if (w.rest && !health_empty(&w.rows[used].count))
        w.rows[used++].name = STR("未明确部门");
    w.rows[used] = (struct office_health){.code = STR(""), .name = STR("")};
    for (size_t i = 0; i < used; i++)
        health_sum(&w.rows[used].count, &w.rows[i].count);
    *out = w.rows;
    *count = used + 1;
    *days = w.days;
    return ERR_OK;
}

struct health_libraries {
    struct errand *e;
    struct store_library_find find;
    struct store_library *rows;
    size_t count;
    uint64_t least;
};

static enum err health_libraries(struct db_tx *tx, void *ctx)
{
    struct health_libraries *l = ctx;
    uint64_t num = 0;
    uint64_t den = 0;
    TRY(office_setting_ratio(&num, &den, l->e, tx, MODEL_SETTING_HEALTH_RATIO));
    l->least = num > 0 ? (den + num - 1) / num : 0;
    return store_libraries(&l->rows, &l->count, l->e->arena, tx, &l->find);
}

enum err office_health_libraries(struct store_library **out, size_t *count, uint64_t *least,
                                 struct errand *e)
{
    struct health_libraries l = {.e = e};
    size_t kept = 0;
    TRY(library_find(&l.find, e));
    TRY(office_read(e, "health-libraries", health_libraries, &l));
    for (size_t i = 0; i < l.count; i++) {
        bool small = str_eq(l.rows[i].state, STR("active")) &&
                     office_scope_department(&e->scope, l.rows[i].department) &&
                     (uint64_t)l.rows[i].objects < l.least;
        if (small)
            l.rows[kept++] = l.rows[i];
    }
    *out = l.rows;
    *count = kept;
    *least = l.least;
    return ERR_OK;
}

struct health_missing {
    struct errand *e;
    struct store_reference **out;
    size_t *count;
    const struct office_health_missing *ask;
};

static enum err health_missing(struct db_tx *tx, void *ctx)
{
    struct health_missing *m = ctx;
    const struct store_reference_find find = {m->e->office->tenant, m->ask->department,
                                              m->ask->after, (int64_t)m->ask->most};
    return store_reference_missing(m->out, m->count, m->e->arena, tx, &find);
}

enum err office_health_missing(struct store_reference **out, size_t *count, struct errand *e,
                               const struct office_health_missing *ask)
{
    struct health_missing m = {e, out, count, ask};
    if (!office_scope_department(&e->scope, ask->department))
        return fault_set(&e->fault, ERR_MISSING, "没有这个部门，或者不在您的权限范围内");
    return office_read(e, "health-missing", health_missing, &m);
}
