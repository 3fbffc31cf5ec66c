/* Draws: the list and one draw with all that may be known of it. A sealed draw shows its
 * commitment, its course and its strata until it is disclosed, and nothing of its outcome (I11). */
#include "page/page.h"

#include "base/time.h"
#include "office/draw.h"

static bool draws_closed(struct str state)
{
    return str_eq(state, STR("disclosed")) || str_eq(state, STR("aborted"));
}

/* The last day on which a draw is disclosed in time; its term ends with that day. */
static struct str draws_last_day(struct page *p, int64_t disclose_by)
{
    return page_date(p, date_of_time(disclose_by - 1));
}

enum err page_draws(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_public_draw *rows = NULL;
    size_t count = 0;
    int64_t before = 0;
    page_begin(&p, request, "/draws", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "draws"));
    TRY(page_number(&before, &p, "before", fault));
    enum err err = office_portal_draws(&rows, &count, &p.errand, before, PAGE_ROWS + 1);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "draws");
    for (size_t i = 0; i < count && i < PAGE_ROWS; i++) {
        const struct store_public_draw *d = &rows[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "number", d->number);
        web_set(m, row, "organiser", d->organiser);
        web_set(m, row, "task_name", d->task_name);
        web_set(m, row, "state", page_said(&p, str_of(office_draw_state_zh(d->state))));
        web_set(m, row, "opened", page_time(&p, d->opened));
        web_set(m, row, "disclose_by", draws_last_day(&p, d->disclose_by));
        web_set_count(m, row, "pool_size", d->pool_size);
        web_set_flag(m, row, "demo", d->demo);
        web_set_flag(m, row, "late", d->disclose_by < request->now && !draws_closed(d->state));
        web_set_count(m, &m->root, "next", d->id);
    }
    web_set_flag(m, &m->root, "has_draws", count > 0);
    web_set_flag(m, &m->root, "more", count > PAGE_ROWS);
    return page_end(reply, &p, "draws");
}

/* --- one draw --- */

static const struct {
    const char *kind;
    const char *zh;
} draws_kinds[] = {
    {"commitment", "承诺"},      {"beacon", "随机数"},        {"drawn", "抽取对象"},
    {"teams", "确定席位和人员"}, {"assigned", "匹配人员"},    {"skip", "对象无法检查"},
    {"refill", "席位空出"},      {"refilled", "补位"},        {"abort", "终止"},
    {"disclosure", "公开"},      {"attestation", "审计意见"},
};

/* Words for each kind of source, in the order of draw_sources' names. */
static const char *const draw_source_words[] = {"source_drand", "source_lottery", "source_dice",
                                                "source_witness", "source_local"};

static struct str draws_kind(const struct page *p, struct str kind)
{
    for (size_t i = 0; i < sizeof draws_kinds / sizeof draws_kinds[0]; i++)
        if (str_eq(str_of(draws_kinds[i].kind), kind))
            return page_said(p, str_of(draws_kinds[i].zh));
    return kind;
}

/* A step of the course: what and in which round. */
static struct web_value *draw_step(struct page *p, struct web_value *list, struct str kind,
                                   int64_t round)
{
    struct web_value *row = web_list_add(&p->model, list);
    web_set(&p->model, row, "kind", draws_kind(p, kind));
    if (round > 0)
        web_set_count(&p->model, row, "round", round);
    return row;
}

/* A step still to come, unless the draw has its entry. */
static void draw_await(struct page *p, struct web_value *list, const struct office_public_draw *d,
                       const char *kind, int64_t round)
{
    for (size_t i = 0; i < d->entry_count; i++)
        if (d->entries[i].round == round && str_eq(d->entries[i].kind, str_of(kind)))
            return;
    (void)draw_step(p, list, str_of(kind), round);
}

/* What every draw goes through (PROTOCOL.md 3), without what it has behind it. */
static void draw_to_come(struct page *p, const struct office_public_draw *d)
{
    static const struct {
        const char *kind;
        int64_t round;
    } course[] = {{"beacon", 1}, {"drawn", 1}, {"teams", 2}, {"beacon", 2}, {"assigned", 2}};
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "to_come");
    if (d->closed)
        return;
    for (size_t i = 0; i < sizeof course / sizeof course[0]; i++)
        draw_await(p, list, d, course[i].kind, course[i].round);
    for (size_t i = 0; i < d->entry_count; i++) {
        if (!str_eq(d->entries[i].kind, STR("refill")))
            continue;
        draw_await(p, list, d, "beacon", d->entries[i].round);
        draw_await(p, list, d, "refilled", d->entries[i].round);
    }
    struct web_value *last = draw_step(p, list, STR("disclosure"), 0);
    web_set(m, last, "last_day", draws_last_day(p, d->draw.disclose_by));
}

/* An entry that no checkpoint covers yet is not public. */
static void draw_entries(struct page *p, const struct office_public_draw *d)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "entries");
    for (size_t i = 0; i < d->entry_count; i++) {
        int64_t time = 0;
        if (vault_times_get(&time, p->site->times, (uint64_t)d->entries[i].idx) != ERR_OK)
            continue;
        struct web_value *row = draw_step(p, list, d->entries[i].kind, d->entries[i].round);
        web_set_count(m, row, "idx", d->entries[i].idx);
        web_set(m, row, "time", page_time(p, time));
    }
}

/* How many of a stratum, in words. */
static struct str draw_quota(struct page *p, const struct store_stratum *s)
{
    struct arena *arena = p->request->arena;
    if (s->excluded)
        return page_word(p, "excluded");
    if (str_eq(s->mode, STR("fixed")))
        return arena_printf(arena, "%lld", (long long)s->num);
    struct str share = page_percent(p, s->den > 0 ? (double)s->num / (double)s->den : 0);
    return arena_printf(arena, "%.*s %.*s", STR_ARG(share),
                        STR_ARG(page_word(p, str_eq(s->mode, STR("ceil"))    ? "mode_ceil"
                                             : str_eq(s->mode, STR("floor")) ? "mode_floor"
                                                                             : "mode_random")));
}

/* One source line, the round that it decides, and how it can be checked. */
static void draw_source(struct page *p, struct web_value *list, struct str text, int64_t round)
{
    static const char *const kinds[] = {"drand", "lottery", "dice", "witness", "local"};
    struct web_model *m = &p->model;
    struct web_value *row = web_list_add(m, list);
    web_set(m, row, "text", text);
    web_set_count(m, row, "round", round > 0 ? round : 1);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        if (str_starts(text, str_of(kinds[k])))
            web_set(m, row, "check", page_word(p, draw_source_words[k]));
}

/* The sources that the entries name. */
static void draw_sources(struct page *p, const struct office_public_draw *d)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, "sources");
    for (size_t i = 0; i < d->entry_count; i++) {
        struct str rest = d->entries[i].body;
        struct str line;
        while (str_cut(&line, &rest, '\n'))
            if (str_starts(line, STR("source ")))
                draw_source(p, list, str_sub(line, 7, SIZE_MAX), d->entries[i].round);
    }
}

static void draw_strata(struct page *p, const struct office_public_draw *d)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "strata");
    for (size_t i = 0; i < d->stratum_count; i++) {
        const struct store_stratum *s = &d->strata[i];
        struct web_value *row = web_list_add(m, list);
        page_set_said(p, row, "name", s->name);
        web_set_count(m, row, "count", s->count);
        web_set_flag(m, row, "excluded", s->excluded);
        web_set(m, row, "quota", draw_quota(p, s));
        if (s->quota >= 0)
            web_set_count(m, row, "taken", s->quota);
        web_set(m, row, "cutoff", s->cutoff);
    }
}

static struct str draws_visit_state(struct str state)
{
    if (str_eq(state, STR("published")))
        return STR("已公示");
    if (str_eq(state, STR("skipped")))
        return STR("无法检查");
    return str_eq(state, STR("aborted")) ? STR("已终止") : STR("检查中");
}

/* The people of one object, as a list of the row. */
static void draw_team(struct page *p, struct web_value *row, const struct office_public_draw *d,
                      struct str pool_id)
{
    struct web_model *m = &p->model;
    struct web_value *team = web_set_list(m, row, "team");
    for (size_t i = 0; i < d->seat_count; i++) {
        if (!str_eq(d->seats[i].pool_id, pool_id))
            continue;
        struct web_value *seat = web_list_add(m, team);
        web_set(m, seat, "department", d->seats[i].department);
        web_set(m, seat, "code", d->seats[i].code);
        web_set(m, seat, "inspector", d->seats[i].inspector);
    }
}

static void draw_visits(struct page *p, const struct office_public_draw *d)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "visits");
    for (size_t i = 0; i < d->visit_count; i++) {
        const struct store_public_visit *v = &d->visits[i];
        struct web_value *row = web_list_add(m, list);
        web_set_count(m, row, "order", (int64_t)i + 1);
        web_set(m, row, "pool_id", v->pool_id);
        web_set(m, row, "name", v->name);
        web_set(m, row, "ticket", v->ticket);
        web_set(m, row, "state", page_said(p, draws_visit_state(v->state)));
        web_set(m, row, "skip", page_said(p, model_text(model_skip_reasons, v->skip_reason)));
        draw_team(p, row, d, v->pool_id);
    }
    web_set_flag(m, &m->root, "has_visits", d->visit_count > 0);
    web_set_flag(m, &m->root, "has_teams", d->seat_count > 0);
}

/* What stands above the lists. */
static void draw_head(struct page *p, const struct office_public_draw *d)
{
    const struct store_public_draw *w = &d->draw;
    struct web_model *m = &p->model;
    struct web_value *root = &m->root;
    web_set(m, root, "title",
            arena_printf(p->request->arena, "%.*s %.*s", STR_ARG(page_word(p, "draw")),
                         STR_ARG(w->number)));
    web_set(m, root, "number", w->number);
    web_set(m, root, "organiser", w->organiser);
    web_set(m, root, "task_number", w->task_number);
    web_set(m, root, "task_name", w->task_name);
    web_set(m, root, "state", page_said(p, str_of(office_draw_state_zh(w->state))));
    web_set_count(m, root, "pool_size", w->pool_size);
    if (w->drawn > 0)
        web_set_count(m, root, "drawn", w->drawn);
    web_set(m, root, "disclose_by", draws_last_day(p, w->disclose_by));
    web_set_flag(m, root, "demo", w->demo);
    web_set_flag(m, root, "late", w->disclose_by < p->request->now && !d->closed);
    if (w->disclose_by >= p->request->now && !d->closed)
        web_set_count(m, root, "days_left", (w->disclose_by - p->request->now) / TIME_DAY);
    web_set_flag(m, root, "sealed_open", w->sealed && !d->disclosed);
    web_set_flag(m, root, "blinded", w->blinded);
    web_set_flag(m, root, "bundle", d->disclosed);
    web_set(m, root, "commitment", d->entry_count > 0 ? d->entries[0].body : STR(""));
}

enum err page_draw(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct office_public_draw d;
    page_begin(&p, request, "/draws", STR(""));
    enum err err = office_portal_draw(&d, &p.errand, web_capture(request, "number"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    draw_head(&p, &d);
    draw_entries(&p, &d);
    draw_to_come(&p, &d);
    draw_sources(&p, &d);
    draw_strata(&p, &d);
    draw_visits(&p, &d);
    return page_end(reply, &p, "draw");
}
