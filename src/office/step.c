/* The steps of a task: see step.h. */
#include "office/step.h"

#include "base/time.h"
#include "model/resource.h"
#include "office/scope.h"
#include "office/setting.h"
#include "office/veil.h"
#include "store/draw.h"
#include "store/step.h"

struct step_work {
    struct errand *e;
    struct office_task_steps *out;
    struct str number;
    struct store_reach reach;
    struct office_task task;
    struct store_draw draw; /* number empty: none */
    struct store_seat *seats;
    size_t seat_count;
    struct store_step_row *rows;
    size_t row_count;
    uint64_t prepare; /* days before the first visit */
    uint64_t publish; /* working days */
    uint64_t follow;  /* days */
    struct workdays calendar;
    int32_t today;
};

/* What the rows in scope come to. */
struct step_sums {
    size_t visits;
    size_t visited; /* with a result of some item */
    size_t items;
    size_t entered;
    size_t published;
    size_t exempt;
    size_t findings;
    size_t closed;
    int32_t publish_due; /* the earliest of what is entered and not public */
    bool publish_estimated;
    int32_t follow_due; /* the earliest of open findings */
};

/* --- reading --- */

static enum err step_draw(struct step_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    int64_t task = w->task.task.id;
    enum err err = store_draw_by_task(&w->draw, e->arena, tx, tenant, task);
    if (err == ERR_MISSING) {
        w->draw = (struct store_draw){0};
        return ERR_OK;
    }
    TRY(err);
    TRY(office_seats(&w->seats, &w->seat_count, e, tx, &w->draw));
    TRY(store_step_rows(&w->rows, &w->row_count, e->arena, tx, tenant, task));
    for (size_t i = 0; i < w->row_count; i++)
        TRY(office_unveil(&w->rows[i].pool_id, e));
    return ERR_OK;
}

static enum err step_read(struct db_tx *tx, void *ctx)
{
    struct step_work *w = ctx;
    struct errand *e = w->e;
    struct store_office lead;
    int64_t id = 0;
    bool own = e->scope.level == MODEL_SCOPE_OWN;
    const struct str key[2] = {w->number, own ? e->scope.inspector : STR("")};
    w->seat_count = 0;
    w->row_count = 0;
    enum err err = store_step_task(&id, tx, e->office->tenant, &w->reach, key);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的任务", STR_ARG(w->number));
    TRY(err);
    TRY(office_task_load(&w->task, e, tx, w->number));
    TRY(store_department_find(&lead, e->arena, tx, e->office->tenant, w->task.task.department));
    w->out->department_name = lead.name;
    TRY(step_draw(w, tx));
    TRY(office_setting_count(&w->prepare, e, tx, MODEL_SETTING_PREPARE_DAYS));
    TRY(office_setting_count(&w->publish, e, tx, MODEL_SETTING_PUBLISH_DAYS));
    TRY(office_setting_count(&w->follow, e, tx, MODEL_SETTING_FOLLOW_DAYS));
    return office_workdays(&w->calendar, e, tx);
}

/* --- who sees what --- */

/* Does the person sit in this visit for this department? */
static bool step_sits(const struct step_work *w, struct str pool_id, struct str department)
{
    const struct office_scope *scope = &w->e->scope;
    bool own = scope->level == MODEL_SCOPE_OWN && scope->inspector.len > 0;
    for (size_t i = 0; i < w->seat_count && own; i++)
        if (str_eq(w->seats[i].inspector, scope->inspector) &&
            str_eq(w->seats[i].pool_id, pool_id) && str_eq(w->seats[i].department, department))
            return true;
    return false;
}

static bool step_mine(const struct step_work *w, const struct store_step_row *row)
{
    return w->out->whole || office_scope_department(&w->e->scope, row->department) ||
           step_sits(w, row->pool_id, row->department);
}

/* --- sums --- */

static void sum_earlier(int32_t *day, int32_t other)
{
    if (*day == 0 || other < *day)
        *day = other;
}

static void sum_published(struct step_sums *s, const struct step_work *w,
                          const struct store_step_row *row)
{
    bool finding = model_result_found(row->code);
    bool closed = str_eq(row->follow, STR("closed"));
    s->published++;
    if (!finding)
        return;
    s->findings++;
    s->closed += closed;
    if (!closed)
        sum_earlier(&s->follow_due, row->result_on + (int32_t)w->follow);
}

static void sum_row(struct step_sums *s, const struct step_work *w,
                    const struct store_step_row *row)
{
    bool open = str_eq(row->state, STR("entered")) || str_eq(row->state, STR("approved"));
    bool exempt = str_eq(row->state, STR("exempt"));
    bool published = str_eq(row->state, STR("published"));
    s->items++;
    s->entered += open || exempt || published;
    s->exempt += exempt;
    if (published)
        sum_published(s, w, row);
    if (!open)
        return;
    if (s->publish_due == 0 || row->due_on < s->publish_due)
        s->publish_estimated = row->estimated;
    sum_earlier(&s->publish_due, row->due_on);
}

static struct step_sums sum_rows(const struct step_work *w)
{
    struct step_sums s = {0};
    int64_t visit = 0;
    int64_t visited = 0;
    for (size_t i = 0; i < w->row_count; i++) {
        const struct store_step_row *row = &w->rows[i];
        if (!step_mine(w, row))
            continue;
        s.visits += row->visit != visit;
        visit = row->visit;
        s.visited += row->state.len > 0 && row->visit != visited;
        if (row->state.len > 0)
            visited = row->visit;
        sum_row(&s, w, row);
    }
    return s;
}

/* --- the steps --- */

static enum err step_set(struct step_work *w, enum model_step id, bool done, struct str detail)
{
    w->out->steps[id].done = done;
    w->out->steps[id].detail = detail;
    return detail.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* What comes before the visits. Numbers of all departments together are the lead's. */
static enum err steps_before(struct step_work *w)
{
    struct arena *arena = w->e->arena;
    const struct store_draw *d = &w->draw;
    struct str document = w->task.task.document;
    bool frozen = d->number.len > 0;
    bool drawn = d->drawn > 0;
    bool refilling = str_eq(d->state, STR("refilling"));
    bool staffed = w->seat_count > 0 && !refilling;
    bool whole = w->out->whole;
    TRY(step_set(w, MODEL_STEP_SCHEME, document.len > 0,
                 document.len > 0 ? arena_printf(arena, "实施文件 %.*s", STR_ARG(document))
                                  : STR("任务还没有写明实施文件的文号")));
    TRY(step_set(w, MODEL_STEP_POOL, frozen,
                 !frozen ? STR("名单还没有冻结")
                 : whole ? arena_printf(arena, "抽取 %.*s，名单 %lld 户", STR_ARG(d->number),
                                        (long long)d->pool_size)
                         : arena_printf(arena, "抽取 %.*s，名单已冻结", STR_ARG(d->number))));
    TRY(step_set(w, MODEL_STEP_DRAW, drawn,
                 !drawn  ? STR("还没有抽取检查对象")
                 : whole ? arena_printf(arena, "抽中 %lld 户", (long long)d->drawn)
                         : STR("已抽取")));
    return step_set(w, MODEL_STEP_TEAM, staffed,
                    refilling  ? STR("有席位正在补抽检查人员")
                    : !staffed ? STR("还没有匹配检查人员")
                    : whole    ? arena_printf(arena, "已匹配 %zu 个席位", w->seat_count)
                               : STR("已匹配"));
}

static struct str step_publish_words(struct arena *arena, const struct step_sums *s)
{
    if (s->exempt > 0)
        return arena_printf(arena, "应公示 %zu 项，已公示 %zu 项；另有不予公示 %zu 项",
                            s->items - s->exempt, s->published, s->exempt);
    return arena_printf(arena, "应公示 %zu 项，已公示 %zu 项", s->items, s->published);
}

static enum err steps_after(struct step_work *w, const struct step_sums *s)
{
    struct arena *arena = w->e->arena;
    bool any = s->visits > 0;
    bool published = any && s->published + s->exempt == s->items;
    struct str none = STR("抽取以后才有");
    TRY(step_set(w, MODEL_STEP_VISIT, any && s->visited == s->visits,
                 any ? arena_printf(arena, "应检查 %zu 户，已有结果 %zu 户", s->visits, s->visited)
                     : none));
    TRY(step_set(w, MODEL_STEP_ENTER, any && s->entered == s->items,
                 any ? arena_printf(arena, "应录入 %zu 项，已录入 %zu 项", s->items, s->entered)
                     : none));
    TRY(step_set(w, MODEL_STEP_PUBLISH, published, any ? step_publish_words(arena, s) : none));
    return step_set(w, MODEL_STEP_FOLLOW, published && s->closed == s->findings,
                    s->findings > 0 ? arena_printf(arena, "已公示的问题 %zu 项，处置已完结 %zu 项",
                                                   s->findings, s->closed)
                    : published ? STR("没有发现问题")
                                : STR("结果公示以后才有"));
}

/* Last days: from the task's dates and the settings; of what is entered, from the results. */
static enum err steps_due(struct step_work *w, const struct step_sums *s)
{
    struct office_step *steps = w->out->steps;
    const struct store_task *t = &w->task.task;
    for (size_t i = MODEL_STEP_SCHEME; i <= MODEL_STEP_TEAM; i++)
        steps[i].due_on = t->visit_from - (int32_t)w->prepare;
    steps[MODEL_STEP_VISIT].due_on = t->visit_until;
    steps[MODEL_STEP_ENTER].due_on = t->visit_until;
    steps[MODEL_STEP_FOLLOW].due_on = s->follow_due;
    steps[MODEL_STEP_PUBLISH].due_on = s->publish_due;
    steps[MODEL_STEP_PUBLISH].estimated = s->publish_estimated;
    if (s->publish_due != 0 || steps[MODEL_STEP_PUBLISH].done)
        return ERR_OK;
    return workdays_add(&steps[MODEL_STEP_PUBLISH].due_on, &steps[MODEL_STEP_PUBLISH].estimated,
                        &w->calendar, t->visit_until, (unsigned)w->publish);
}

static void steps_judge(struct step_work *w)
{
    struct office_task_steps *out = w->out;
    bool next = !out->aborted;
    for (size_t i = 0; i < MODEL_STEP_COUNT; i++) {
        struct office_step *step = &out->steps[i];
        out->done += step->done;
        step->next = next && !step->done;
        next = next && step->done;
        step->late = !out->aborted && !step->done && step->due_on != 0 && step->due_on < w->today;
    }
}

enum err office_task_steps(struct office_task_steps *out, struct errand *e, struct str number)
{
    struct step_work w = {.e = e, .out = out, .number = number, .today = date_of_time(e->now)};
    *out = (struct office_task_steps){0};
    TRY(office_reach(&w.reach, e));
    TRY(office_read(e, "task-steps", step_read, &w));
    out->task = w.task.task;
    out->draw = w.draw.number;
    out->aborted = str_eq(out->task.state, STR("aborted"));
    out->whole = office_scope_department(&e->scope, out->task.department);
    const struct step_sums sums = sum_rows(&w);
    TRY(steps_before(&w));
    TRY(steps_after(&w, &sums));
    TRY(steps_due(&w, &sums));
    steps_judge(&w);
    return ERR_OK;
}
