/* How public results are: see portal.h; docs/statistics.md gives the rule. What is entered is due
 * on the last day that its errand computed; what is not entered, so many working days after the
 * last day of the task's visits as results have for publication: a result of that day could not be
 * later. */
#include "office/portal.h"

#include "base/time.h"
#include "model/resource.h"
#include "office/setting.h"

#include <math.h>

struct rate_work {
    struct errand *e;
    struct office_rates *out;
    int year;
    int32_t today;
    struct workdays calendar;
    struct store_rate_part *parts; /* by department */
    size_t part_count;
};

static enum err rate_read(struct db_tx *tx, void *ctx)
{
    struct rate_work *w = ctx;
    struct errand *e = w->e;
    TRY(office_workdays(&w->calendar, e, tx));
    TRY(office_setting_count(&w->out->days, e, tx, MODEL_SETTING_PUBLISH_DAYS));
    return store_rate_parts(&w->parts, &w->part_count, e->arena, tx, e->office->tenant, w->year);
}

/* Which kind of ground the words of an exemption name, of those approved before the kind was asked
 * for: by the words of the law, since what was typed may name a business and stays inside. */
static int rate_ground_words(struct str words)
{
    static const char *const names[][3] = {
        {"国家秘密", "国家安全", "保守国家秘密"},
        {"商业秘密", "商业机密", "技术秘密"},
        {"隐私", "个人信息", "未成年人"},
    };
    for (int ground = 0; ground < OFFICE_GROUNDS - 1; ground++)
        for (size_t i = 0; i < 3; i++)
            if (str_find(words, str_of(names[ground][i])) >= 0)
                return ground;
    return OFFICE_GROUNDS - 1;
}

/* Its place in model_exemption_kinds. */
static int rate_ground(const struct store_rate_part *g)
{
    const struct field_word *kind = model_word_by_code(model_exemption_kinds, g->kind);
    return kind != NULL ? (int)(kind - model_exemption_kinds) : rate_ground_words(g->ground);
}

/* What is not public: over its last day, or within it. */
static enum err rate_owed(struct office_rate *r, struct rate_work *w,
                          const struct store_rate_part *g)
{
    int32_t due = g->due_on;
    bool estimated = false;
    if (due == 0)
        TRY(workdays_add(&due, &estimated, &w->calendar, g->until, (unsigned)w->out->days));
    bool over = due < w->today;
    if (g->sealed && !over)
        return ERR_OK;
    w->out->estimated = w->out->estimated || estimated;
    *(over ? &r->overdue : &r->open) += g->count;
    return ERR_OK;
}

static enum err rate_count(struct office_rate *r, struct rate_work *w,
                           const struct store_rate_part *g)
{
    if (str_eq(g->state, STR("redacted"))) {
        *(g->kind.len > 0 ? &r->redacted_by[rate_ground(g)] : &r->redacted) += g->count;
        return ERR_OK;
    }
    if (g->published_at != 0) {
        r->published += g->count;
        r->late += date_of_time(g->published_at) > g->due_on ? g->count : 0;
        return ERR_OK;
    }
    if (str_eq(g->state, STR("exempt"))) {
        r->exempt[rate_ground(g)] += g->count;
        r->withheld += g->count;
        return ERR_OK;
    }
    return rate_owed(r, w, g);
}

/* Cut and not rounded: whatever is missing, it does not become 100.0 %. */
static void rate_share(struct office_rate *r)
{
    r->due = r->published + r->overdue;
    if (r->due > 0)
        r->share = floor((double)r->published * 1000 / (double)r->due) / 1000;
}

static bool rate_empty(const struct office_rate *r)
{
    return r->due == 0 && r->open == 0 && r->withheld == 0 && r->redacted == 0;
}

enum err office_portal_rates(struct office_rates *out, struct errand *e, int year)
{
    struct rate_work w = {.e = e, .out = out, .year = year, .today = date_of_time(e->now)};
    *out = (struct office_rates){0};
    TRY(office_read(e, "portal-rates", rate_read, &w));
    out->rows = arena_array(e->arena, w.part_count + 1, sizeof *out->rows);
    if (out->rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w.part_count;) {
        struct str department = w.parts[i].department;
        struct office_rate *row = &out->rows[out->count];
        *row = (struct office_rate){.department = department};
        for (; i < w.part_count && str_eq(w.parts[i].department, department); i++) {
            TRY(rate_count(row, &w, &w.parts[i]));
            TRY(rate_count(&out->total, &w, &w.parts[i]));
        }
        rate_share(row);
        out->count += rate_empty(row) ? 0 : 1;
    }
    rate_share(&out->total);
    return ERR_OK;
}
