/* Recusals and teams (PROTOCOL 7): who may sit where is fixed before randomness 2 exists; who sits
 * is computed from it. A refill's seats (PROTOCOL 8) are computed here too. */
#include "office/draw_case.h"
#include "office/draw_staff.h"

#include "base/time.h"
#include "crypto/wipe.h"
#include "draw/assign.h"

#include <string.h>

/* --- recusal --- */

struct recuse_work {
    struct draw_case *c;
    struct errand *e;
    struct str draw;
    const struct store_recusal *recusal;
};

static enum err recuse_check(struct recuse_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_inspector inspector = {0};
    struct store_visit visit = {0};
    struct str tenant = e->office->tenant;
    TRY(draw_case_expect(w->c, "drawn|assigned", "申报回避"));
    enum err err = store_inspector_find(&inspector, e->arena, tx, tenant, w->recusal->inspector);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的在岗人员；没有登记",
                         STR_ARG(w->recusal->inspector));
    TRY(err);
    if (str_eq(w->recusal->pool_id, STR("*")))
        return ERR_OK;
    err = office_visit_get(&visit, e, tx, &w->c->draw, w->recusal->pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "对象 %.*s 不在本次抽中名单里；没有登记",
                         STR_ARG(w->recusal->pool_id));
    return err;
}

static enum err recuse_write(struct db_tx *tx, void *ctx)
{
    struct recuse_work *w = ctx;
    struct errand *e = w->e;
    TRY(draw_case_load(w->c, e, tx, w->draw));
    TRY(recuse_check(w, tx));
    enum err err = office_recusal_add(e, tx, &w->c->draw, w->recusal);
    if (err == ERR_DUPLICATE)
        return ERR_OK;
    TRY(err);
    return office_audit(e, tx, STR("draw-recuse"), w->draw, w->recusal->inspector);
}

enum err office_draw_recuse(struct errand *e, struct str draw, const struct store_recusal *recusal)
{
    struct draw_case c = {0};
    struct recuse_work work = {&c, e, draw, recusal};
    if (recusal->reason.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "申报回避必须写明理由（--reason）；没有登记");
    enum err err = office_write(e, "draw-recuse", recuse_write, &work);
    draw_case_wipe(&c);
    return err;
}

/* --- seats, inspectors, who may sit where --- */

struct teams_work {
    struct draw_case *c;
    const struct str *texts;
    size_t text_count;
    struct draw_source *sources;
    struct draw_roster roster;
    struct draw_paper seats;
    struct draw_paper inspectors;
    struct draw_paper eligible;
    struct str body;
};

static enum err teams_load(struct db_tx *tx, void *ctx)
{
    struct teams_work *w = ctx;
    struct errand *e = w->c->e;
    struct store_visit *visits = NULL;
    size_t count = 0;
    size_t kept = 0;
    TRY(draw_case_fresh(w->c, tx));
    TRY(draw_case_sources(&w->sources, e, tx, w->texts, w->text_count));
    TRY(office_visits(&visits, &count, e, tx, &w->c->draw));
    for (size_t i = 0; i < count; i++)
        if (str_eq(visits[i].state, STR("drawn")))
            visits[kept++] = visits[i];
    if (kept == 0)
        return fault_set(&e->fault, ERR_STATE, "没有待检查的对象，无需组成检查组");
    return draw_staff_roster(&w->roster, w->c, tx, visits, kept);
}

/* Who is missing, in words: the departments of the seats that nobody can fill. */
static enum err teams_short(struct teams_work *w, const struct draw_teams *teams)
{
    struct errand *e = w->c->e;
    struct buf text = {0};
    size_t shown = teams->short_seat_count < 3 ? teams->short_seat_count : 3;
    for (size_t i = 0; i < shown; i++) {
        buf_cat(&text, i > 0 ? "、" : "");
        buf_str(&text, w->roster.seats[teams->short_seats[i]].id);
    }
    fault_set(&e->fault, ERR_STAFF,
              "回避之后人员不足：%zu 个席位（如 %.*s）只有 %zu 名人员可以担任，还缺 %llu 人次；"
              "尚未确定随机来源，没有任何改动。请补充人员或复核回避",
              teams->short_seat_count, STR_ARG(buf_view(&text)), teams->short_people_count,
              (unsigned long long)teams->missing);
    buf_free(&text);
    return ERR_STAFF;
}

static enum err teams_possible(struct teams_work *w)
{
    struct draw_teams teams = {0};
    enum err err = draw_assign_possible(&teams, w->c->e->arena, &w->roster, &w->c->e->fault);
    return err == ERR_STAFF ? teams_short(w, &teams) : err;
}

typedef enum err teams_file(struct buf *out, const struct draw_roster *roster, struct fault *fault);

static enum err teams_paper(struct draw_paper *paper, struct teams_work *w, struct str name,
                            teams_file *file)
{
    struct errand *e = w->c->e;
    struct buf text = {0};
    enum err err = file(&text, &w->roster, &e->fault);
    struct str bytes = err == ERR_OK ? arena_str(e->arena, buf_view(&text)) : STR("");
    buf_free(&text);
    TRY(err);
    return bytes.data != NULL ? draw_paper_put(paper, w->c, name, bytes) : ERR_MEMORY;
}

static enum err teams_body(struct teams_work *w)
{
    struct errand *e = w->c->e;
    struct buf text = {0};
    struct draw_teams_entry entry = {
        .number = w->c->draw.number, .sources = w->sources, .source_count = w->text_count};
    memcpy(entry.commitment, w->c->leaf, CRYPTO_HASH);
    memcpy(entry.seats, w->seats.digest, CRYPTO_HASH);
    memcpy(entry.inspectors, w->inspectors.digest, CRYPTO_HASH);
    memcpy(entry.eligible, w->eligible.digest, CRYPTO_HASH);
    return arena_keep(&w->body, e->arena, &text, draw_teams_entry_write(&text, &entry, &e->fault));
}

static enum err teams_write(struct db_tx *tx, void *ctx)
{
    struct teams_work *w = ctx;
    struct draw_case *c = w->c;
    c->draw.round = 2;
    TRY(draw_case_log(c, tx, DRAW_TEAMS, 2, w->body));
    TRY(draw_paper_add(&w->seats, c, tx));
    TRY(draw_paper_add(&w->inspectors, c, tx));
    TRY(draw_paper_add(&w->eligible, c, tx));
    return draw_case_step(c, tx, STR("staffed"), STR("draw-teams"), w->c->draw.number);
}

static enum err teams_run(struct draw_case *c, const struct str *sources, size_t source_count)
{
    struct errand *e = c->e;
    struct teams_work work = {.c = c, .texts = sources, .text_count = source_count};
    TRY(draw_case_expect(c, "drawn", "确定席位和人员"));
    TRY(office_read(e, "draw-roster", teams_load, &work));
    TRY(teams_possible(&work));
    TRY(teams_paper(&work.seats, &work, STR("seats.tsv"), draw_seats_write));
    TRY(teams_paper(&work.inspectors, &work, STR("inspectors.tsv"), draw_inspectors_write));
    TRY(teams_paper(&work.eligible, &work, STR("eligible.tsv"), draw_eligible_write));
    TRY(teams_body(&work));
    TRY(office_write(e, "draw-teams", teams_write, &work));
    return office_log_sync(e->office, e->now, &e->fault);
}

enum err office_draw_teams(struct errand *e, struct str draw, const struct str *sources,
                           size_t source_count)
{
    struct draw_case c;
    struct str outcome;
    bool done = false;
    TRY(office_repeated(&done, &outcome, e, STR("draw-teams")));
    if (done)
        return office_log_sync(e->office, e->now, &e->fault);
    TRY(draw_case_read(&c, e, draw));
    enum err err = teams_run(&c, sources, source_count);
    draw_case_wipe(&c);
    return err;
}

/* --- who sits --- */

struct assign_work {
    struct draw_case *c;
    struct draw_roster roster;
    uint32_t *people; /* before (refill), then after */
    uint32_t *before;
    struct draw_leaving *leaving;
    size_t leaving_count;
    struct store_seat *held;
    size_t held_count;
    struct draw_paper paper;
    struct str body;
};

static enum err assign_load(struct db_tx *tx, void *ctx)
{
    struct assign_work *w = ctx;
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct str seats;
    struct str inspectors;
    struct str eligible;
    TRY(draw_case_fresh(c, tx));
    TRY(draw_case_file(&seats, c, tx, STR("seats.tsv")));
    TRY(draw_case_file(&inspectors, c, tx, STR("inspectors.tsv")));
    TRY(draw_case_file(&eligible, c, tx, STR("eligible.tsv")));
    TRY(draw_roster_parse(&w->roster, e->arena, seats, inspectors, eligible, &e->fault));
    TRY(office_seats(&w->held, &w->held_count, e, tx, &c->draw));
    if (c->draw.round == 2)
        return ERR_OK;
    struct str text;
    struct draw_pair *pairs = NULL;
    struct str name = arena_printf(e->arena, "round-%lld/leaving.tsv", (long long)c->draw.round);
    TRY(draw_case_file(&text, c, tx, name));
    TRY(draw_leaving_parse(&w->leaving, &w->leaving_count, e->arena, &w->roster, text, &e->fault));
    name = arena_printf(e->arena, "round-%lld/eligible.tsv", (long long)c->draw.round);
    TRY(draw_case_file(&text, c, tx, name));
    TRY(draw_eligible_parse(&pairs, &w->roster.pair_count, e->arena, &w->roster, text, &e->fault));
    w->roster.pairs = pairs;
    return ERR_OK;
}

/* Who sits now, from the seats in the database. */
static enum err assign_held(struct assign_work *w)
{
    struct errand *e = w->c->e;
    w->people = arena_array(e->arena, w->roster.seat_count, sizeof *w->people);
    w->before = arena_array(e->arena, w->roster.seat_count, sizeof *w->before);
    if (w->people == NULL || w->before == NULL)
        return ERR_MEMORY;
    if (w->held_count != w->roster.seat_count)
        return fault_set(&e->fault, ERR_DAMAGED, "席位记录与 seats.tsv 不一致");
    for (size_t i = 0; i < w->held_count; i++) {
        ptrdiff_t seat = draw_seat_find(&w->roster, w->held[i].seat);
        ptrdiff_t person = draw_inspector_find(&w->roster, w->held[i].inspector);
        if (seat < 0 || person < 0)
            return fault_set(&e->fault, ERR_DAMAGED, "席位 %.*s 与 seats.tsv 不一致",
                             STR_ARG(w->held[i].seat));
        w->people[seat] = (uint32_t)person;
        w->before[seat] = (uint32_t)person;
    }
    return ERR_OK;
}

static enum err assign_compute(struct assign_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    uint8_t seed[CRYPTO_HASH];
    struct draw_teams teams = {0};
    TRY(draw_case_seed(seed, c, c->draw.round));
    enum err err = ERR_OK;
    if (c->draw.round == 2) {
        err = draw_assign(&teams, e->arena, &w->roster, seed, &e->fault);
        w->people = teams.people;
    } else {
        err = assign_held(w);
        if (err == ERR_OK)
            err = draw_refill(w->people, e->arena, &w->roster, w->leaving, w->leaving_count, seed,
                              &e->fault);
    }
    crypto_wipe(seed, sizeof seed);
    return err;
}

static enum err assign_paper(struct assign_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    struct buf text = {0};
    struct buf entry = {0};
    bool first = c->draw.round == 2;
    struct str name =
        first ? STR("teams.tsv")
              : arena_printf(e->arena, "round-%lld/teams.tsv", (long long)c->draw.round);
    enum err err = draw_teams_write(&text, &w->roster, w->people, &e->fault);
    struct str bytes = arena_str(e->arena, buf_view(&text));
    if (err == ERR_OK)
        err = bytes.data != NULL ? draw_paper_put(&w->paper, c, name, bytes) : ERR_MEMORY;
    struct draw_outcome outcome = {
        first ? DRAW_ASSIGNED : DRAW_REFILLED, c->draw.number, (uint64_t)c->draw.round, {0}};
    memcpy(outcome.digest, w->paper.digest, CRYPTO_HASH);
    if (err == ERR_OK)
        err = draw_outcome_write(&entry, &outcome, &e->fault);
    buf_free(&text);
    return arena_keep(&w->body, e->arena, &entry, err);
}

/* The department in a seat's name, OBJECT|DEPARTMENT|N. */
static struct str assign_department(struct str seat)
{
    struct str word;
    struct str rest = seat;
    (void)str_cut(&word, &rest, '|');
    (void)str_cut(&word, &rest, '|');
    return word;
}

static enum err assign_seats_save(struct assign_work *w, struct db_tx *tx)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    size_t count = w->roster.seat_count;
    struct store_seat *seats = arena_array(e->arena, count, sizeof *seats);
    if (seats == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        seats[i] = (struct store_seat){w->roster.seats[i].id,
                                       w->roster.seats[i].object,
                                       assign_department(w->roster.seats[i].id),
                                       w->roster.inspectors[w->people[i]].id,
                                       date_year(c->task.visit_from),
                                       2};
    TRY(office_seats_add(e, tx, &c->draw, seats, count));
    TRY(store_visits_state(tx, e->office->tenant, c->draw.id, STR("drawn"), STR("assigned")));
    return store_task_state(tx, e->office->tenant, c->draw.task, STR("visiting"));
}

static enum err assign_changes_save(struct assign_work *w, struct db_tx *tx)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    for (size_t i = 0; i < w->leaving_count; i++) {
        const struct draw_leaving *row = &w->leaving[i];
        const struct store_seat_change change = {e->office->tenant,
                                                 c->draw.id,
                                                 w->roster.seats[row->seat].id,
                                                 c->draw.round,
                                                 w->roster.inspectors[row->inspector].id,
                                                 w->roster.inspectors[w->people[row->seat]].id,
                                                 row->reason,
                                                 e->now,
                                                 e->actor};
        TRY(office_seat_change(e, tx, &c->draw, &change));
    }
    return ERR_OK;
}

static enum err assign_write(struct db_tx *tx, void *ctx)
{
    struct assign_work *w = ctx;
    struct draw_case *c = w->c;
    bool first = c->draw.round == 2;
    TRY(draw_case_log(c, tx, first ? DRAW_ASSIGNED : DRAW_REFILLED, c->draw.round, w->body));
    TRY(draw_paper_add(&w->paper, c, tx));
    TRY(first ? assign_seats_save(w, tx) : assign_changes_save(w, tx));
    return draw_case_step(c, tx, STR("assigned"), STR("draw-assign"), c->draw.number);
}

static enum err assign_run(struct draw_case *c)
{
    struct errand *e = c->e;
    struct assign_work work = {.c = c};
    TRY(draw_case_expect(c, "random2|random3", "匹配检查人员"));
    TRY(office_read(e, "draw-assign-load", assign_load, &work));
    TRY(assign_compute(&work));
    TRY(assign_paper(&work));
    TRY(office_write(e, "draw-assign", assign_write, &work));
    return office_log_sync(e->office, e->now, &e->fault);
}

enum err office_draw_assign(struct errand *e, struct str draw)
{
    struct draw_case c;
    struct str outcome;
    bool done = false;
    TRY(office_repeated(&done, &outcome, e, STR("draw-assign")));
    if (done)
        return office_log_sync(e->office, e->now, &e->fault);
    TRY(draw_case_read(&c, e, draw));
    enum err err = assign_run(&c);
    draw_case_wipe(&c);
    return err;
}
