/* Annual plans for the public: see portal.h. A county has some hundreds of documents: they are read
 * whole and looked through here. */
#include "office/portal.h"

#include "base/time.h"

#include <stdlib.h>

struct plan_work {
    struct errand *e;
    struct office_plans *out;
    struct store_department *departments; /* by code */
    size_t department_count;
    struct office_document *plans; /* by department */
    size_t plan_count;
    struct office_document *documents; /* likewise */
    size_t document_count;
};

static enum err plan_departments(struct db_tx *tx, void *ctx)
{
    struct plan_work *w = ctx;
    return store_departments(&w->departments, &w->department_count, w->e->arena, tx,
                             w->e->office->tenant);
}

static int year_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* Which years there are to choose from. */
static enum err plan_years(struct plan_work *w, int64_t now)
{
    struct office_plans *out = w->out;
    size_t used = 1;
    out->years = arena_array(w->e->arena, w->plan_count + 1, sizeof *out->years);
    if (out->years == NULL)
        return ERR_MEMORY;
    out->years[0] = now;
    for (size_t i = 0; i < w->plan_count; i++)
        out->years[i + 1] = w->plans[i].newest.document.year;
    qsort(out->years, w->plan_count + 1, sizeof *out->years, year_order);
    for (size_t i = 1; i <= w->plan_count; i++)
        if (out->years[i] != out->years[used - 1])
            out->years[used++] = out->years[i];
    out->year_count = used;
    return ERR_OK;
}

static bool plan_in_force(const struct office_document *d)
{
    return d->published > 0;
}

/* The department's plans of the year, and its schemes in force. */
static enum err plan_row(struct office_plan_row *row, const struct plan_work *w,
                         const struct store_department *department)
{
    struct arena *arena = w->e->arena;
    *row = (struct office_plan_row){.department = department->code, .name = department->name};
    row->plans = arena_array(arena, w->plan_count + 1, sizeof *row->plans);
    row->schemes = arena_array(arena, w->document_count + 1, sizeof *row->schemes);
    if (row->plans == NULL || row->schemes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->plan_count; i++) {
        const struct store_document *d = &w->plans[i].newest.document;
        if (d->year != w->out->year || !str_eq(d->department, department->code))
            continue;
        row->plans[row->plan_count++] = w->plans[i];
        row->published = row->published || plan_in_force(&w->plans[i]);
    }
    for (size_t i = 0; i < w->document_count; i++) {
        const struct store_document *d = &w->documents[i].newest.document;
        if (str_eq(d->kind, STR("scheme")) && str_eq(d->department, department->code) &&
            plan_in_force(&w->documents[i]))
            row->schemes[row->scheme_count++] = w->documents[i];
    }
    return ERR_OK;
}

enum err office_portal_plans(struct office_plans *out, struct errand *e, int64_t year)
{
    struct plan_work w = {.e = e, .out = out};
    int64_t now = date_year(date_of_time(e->now));
    *out = (struct office_plans){.year = year != 0 ? year : now};
    TRY(office_plans_public(&w.plans, &w.plan_count, e));
    TRY(office_documents_public(&w.documents, &w.document_count, e));
    TRY(office_read(e, "portal-plans", plan_departments, &w));
    TRY(plan_years(&w, now));
    out->rows = arena_array(e->arena, w.department_count + 1, sizeof *out->rows);
    if (out->rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w.department_count; i++) {
        struct office_plan_row *row = &out->rows[out->count];
        TRY(plan_row(row, &w, &w.departments[i]));
        if (str_eq(w.departments[i].state, STR("active")) || row->plan_count > 0)
            out->count++;
    }
    return ERR_OK;
}
