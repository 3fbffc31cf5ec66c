/* Looking at draws: see draw.h. */
#include "office/draw_case.h"

#include "vault/log.h"

static const struct {
    const char *state;
    const char *text;
} show_states[] = {
    {"committed", "已承诺，等待第一次随机数"},
    {"random1", "第一次随机数已登记"},
    {"drawn", "已抽取检查对象"},
    {"staffed", "席位人员已确定，等待第二次随机数"},
    {"random2", "第二次随机数已登记"},
    {"assigned", "已匹配检查人员"},
    {"refilling", "补位，等待随机数"},
    {"random3", "补位随机数已登记"},
    {"disclosed", "已公开"},
    {"aborted", "已终止"},
};

const char *office_draw_state_zh(struct str state)
{
    for (size_t i = 0; i < sizeof show_states / sizeof show_states[0]; i++)
        if (str_eq(str_of(show_states[i].state), state))
            return show_states[i].text;
    return "未知";
}

struct show_work {
    struct errand *e;
    struct office_draw *out;
    struct str number;
};

static enum err show_load(struct db_tx *tx, void *ctx)
{
    struct show_work *w = ctx;
    struct errand *e = w->e;
    struct office_draw *out = w->out;
    struct str tenant = e->office->tenant;
    struct store_task task = {0};
    struct store_office organiser = {0};
    TRY(store_task_by_id(&task, e->arena, tx, tenant, out->draw.task));
    TRY(store_department_find(&organiser, e->arena, tx, tenant, out->draw.organiser));
    out->task_number = task.number;
    out->task_name = task.name;
    out->organiser = organiser.name;
    TRY(store_strata(&out->strata, &out->stratum_count, e->arena, tx, tenant, out->draw.id));
    TRY(office_visits(&out->visits, &out->visit_count, e, tx, &out->draw));
    return office_seats(&out->seats, &out->seat_count, e, tx, &out->draw);
}

static enum err show_times(struct office_draw *out, struct errand *e)
{
    struct vault_log *log = NULL;
    out->times = arena_array(e->arena, out->entry_count, sizeof *out->times);
    if (out->times == NULL)
        return ERR_MEMORY;
    TRY(vault_log_open(&log, e->office->dir, &e->fault));
    enum err err = ERR_OK;
    for (size_t i = 0; i < out->entry_count && err == ERR_OK; i++) {
        err = vault_log_time(&out->times[i], log, (uint64_t)out->entries[i].idx);
        err = err == ERR_STATE ? ERR_OK : err;
    }
    vault_log_close(log);
    return err;
}

/* The source lines that the next beacon has to answer. */
static enum err show_asked(struct office_draw *out, const struct draw_case *c)
{
    struct errand *e = c->e;
    struct draw_asked asked = {0};
    TRY(draw_case_asked(&asked, c, c->draw.round));
    out->asked = arena_array(e->arena, asked.count, sizeof *out->asked);
    if (out->asked == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < asked.count; i++) {
        struct buf line = {0};
        enum err err = draw_source_write(&line, &asked.sources[i], &e->fault);
        out->asked[out->asked_count++] = arena_str(e->arena, buf_view(&line));
        buf_free(&line);
        TRY(err);
    }
    return ERR_OK;
}

static bool show_waiting(struct str state)
{
    return str_eq(state, STR("committed")) || str_eq(state, STR("staffed")) ||
           str_eq(state, STR("refilling"));
}

enum err office_draw_show(struct office_draw *out, struct errand *e, struct str draw)
{
    struct draw_case c;
    struct show_work work = {e, out, draw};
    *out = (struct office_draw){0};
    TRY(draw_case_read(&c, e, draw));
    out->draw = c.draw;
    out->entries = c.entries;
    out->entry_count = c.entry_count;
    enum err err = office_read(e, "draw-show", show_load, &work);
    if (err == ERR_OK)
        err = show_times(out, e);
    if (err == ERR_OK && show_waiting(c.draw.state))
        err = show_asked(out, &c);
    draw_case_wipe(&c);
    return err;
}

struct show_list {
    struct errand *e;
    struct store_draw *draws;
    size_t count;
};

static enum err show_list_work(struct db_tx *tx, void *ctx)
{
    struct show_list *list = ctx;
    return store_draw_list(&list->draws, &list->count, list->e->arena, tx, list->e->office->tenant);
}

enum err office_draw_list(struct store_draw **out, size_t *count, struct errand *e)
{
    struct show_list list = {.e = e};
    TRY(office_read(e, "draw-list", show_list_work, &list));
    *out = list.draws;
    *count = list.count;
    return ERR_OK;
}
