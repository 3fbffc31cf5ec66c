/* Randomness and objects: the beacon of a round, and round 1 (PROTOCOL 4-6). */
#include "office/draw_case.h"

#include "base/time.h"
#include "crypto/random.h"
#include "crypto/wipe.h"
#include "draw/quota.h"
#include "draw/seed.h"

#include <stdio.h>
#include <string.h>

/* --- beacon --- */

struct random_work {
    struct draw_case *c;
    struct str body;
    struct str state;
};

static struct str random_local(struct errand *e)
{
    uint8_t nonce[CRYPTO_HASH];
    struct buf text = {0};
    if (crypto_random(nonce, sizeof nonce) != ERR_OK)
        return str_range(NULL, 0);
    buf_cat(&text, "local:");
    buf_hex(&text, nonce, sizeof nonce);
    struct str part =
        buf_err(&text) == ERR_OK ? arena_str(e->arena, buf_view(&text)) : str_range(NULL, 0);
    buf_free(&text);
    return part;
}

/* The given part that answers to a source; the words of the last refusal are kept. */
static enum err random_match(struct str *out, struct errand *e, const struct draw_source *source,
                             const struct office_beacon *beacon, bool *used)
{
    struct buf line = {0};
    struct fault why = {0};
    for (size_t i = 0; i < beacon->part_count; i++) {
        if (used[i] || draw_part_check(source, beacon->parts[i], &why) != ERR_OK)
            continue;
        used[i] = true;
        *out = beacon->parts[i];
        return ERR_OK;
    }
    enum err err = draw_source_write(&line, source, NULL);
    if (err == ERR_OK)
        err = fault_set(&e->fault, ERR_INPUT,
                        "随机来源“%.*s”的结果没有给出或不符合要求：%s；没有任何改动",
                        STR_ARG(buf_view(&line)), why.text[0] != '\0' ? why.text : "缺少 --part");
    buf_free(&line);
    return err;
}

/* Dice are typed by two people; both must have typed the same. */
static enum err random_again(struct errand *e, const struct draw_source *source, struct str part,
                             const struct office_beacon *beacon)
{
    if (source->kind != DRAW_SOURCE_DICE)
        return ERR_OK;
    for (size_t i = 0; i < beacon->again_count; i++)
        if (str_eq(beacon->again[i], part))
            return ERR_OK;
    return fault_set(&e->fault, ERR_INPUT,
                     "掷骰结果须由第二人独立录入（--again），两次必须一致；没有任何改动");
}

static enum err random_parts(struct str **out, struct errand *e, const struct draw_asked *asked,
                             const struct office_beacon *beacon)
{
    bool *used = arena_array(e->arena, beacon->part_count + 1, sizeof *used);
    struct str *parts = arena_array(e->arena, asked->count, sizeof *parts);
    if (used == NULL || parts == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < asked->count; i++) {
        const struct draw_source *source = &asked->sources[i];
        if (source->kind == DRAW_SOURCE_LOCAL) {
            parts[i] = random_local(e);
            if (parts[i].data == NULL)
                return ERR_CRYPTO;
            continue;
        }
        TRY(random_match(&parts[i], e, source, beacon, used));
        TRY(random_again(e, source, parts[i], beacon));
    }
    for (size_t i = 0; i < beacon->part_count; i++)
        if (!used[i])
            return fault_set(&e->fault, ERR_INPUT, "“%.*s”不对应任何随机来源；没有任何改动",
                             STR_ARG(beacon->parts[i]));
    *out = parts;
    return ERR_OK;
}

static enum err random_write(struct db_tx *tx, void *ctx)
{
    struct random_work *w = ctx;
    struct draw_case *c = w->c;
    TRY(draw_case_log(c, tx, DRAW_BEACON, c->draw.round, w->body));
    return draw_case_step(c, tx, w->state, STR("draw-beacon"), w->body);
}

static enum err random_body(struct str *out, struct draw_case *c, const struct draw_asked *asked,
                            const struct str *parts)
{
    struct buf text = {0};
    struct draw_beacon beacon = {.number = c->draw.number,
                                 .round = (uint64_t)c->draw.round,
                                 .parts = parts,
                                 .part_count = asked->count};
    memcpy(beacon.entry, asked->leaf, CRYPTO_HASH);
    return arena_keep(out, c->e->arena, &text, draw_beacon_write(&text, &beacon, &c->e->fault));
}

static enum err random_run(struct draw_case *c, const struct office_beacon *beacon)
{
    struct errand *e = c->e;
    struct draw_asked asked = {0};
    struct str *parts = NULL;
    struct random_work work = {.c = c};
    TRY(draw_case_expect(c, "committed|staffed|refilling", "登记随机数"));
    TRY(draw_case_asked(&asked, c, c->draw.round));
    TRY(random_parts(&parts, e, &asked, beacon));
    TRY(random_body(&work.body, c, &asked, parts));
    work.state = c->draw.round == 1   ? STR("random1")
                 : c->draw.round == 2 ? STR("random2")
                                      : STR("random3");
    TRY(office_write(e, "draw-beacon", random_write, &work));
    return office_log_sync(e->office, e->now, &e->fault);
}

enum err office_draw_beacon(struct errand *e, const struct office_beacon *beacon)
{
    struct draw_case c;
    struct str outcome;
    bool done = false;
    TRY(office_repeated(&done, &outcome, e, STR("draw-beacon")));
    if (done)
        return office_log_sync(e->office, e->now, &e->fault);
    TRY(office_log_sync(e->office, e->now, &e->fault)); /* the asking entry is public first */
    TRY(draw_case_read(&c, e, beacon->draw));
    enum err err = random_run(&c, beacon);
    draw_case_wipe(&c);
    return err;
}

/* --- objects --- */

struct objects_work {
    struct draw_case *c;
    struct draw_selection selection;
    uint64_t *quotas;
    struct draw_paper selected;
    struct str body;
    struct str pool_digest;
};

static enum err objects_each(void *ctx, const struct draw_object *object, struct fault *fault)
{
    return draw_select_object(ctx, object->id, object->stratum, fault);
}

static enum err objects_select(struct objects_work *w)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    uint8_t seed[CRYPTO_HASH];
    uint8_t rounding[CRYPTO_HASH];
    struct crypto_ticket ticket;
    struct draw_select *select = NULL;
    w->quotas = arena_array(e->arena, c->commitment.stratum_count, sizeof *w->quotas);
    if (w->quotas == NULL)
        return ERR_MEMORY;
    TRY(draw_case_seed(seed, c, 1));
    crypto_ticket_init(&ticket, seed);
    draw_ticket_rounding(rounding, &ticket);
    TRY(draw_quotas(w->quotas, c->commitment.strata, c->commitment.stratum_count, rounding,
                    &e->fault));
    TRY(draw_select_open(&select, e->arena, &c->commitment, w->quotas, seed));
    TRY(draw_case_pool(c, w->pool_digest, objects_each, select));
    crypto_wipe(seed, sizeof seed);
    return draw_select_close(&w->selection, select, &e->fault);
}

static enum err objects_paper(struct objects_work *w)
{
    struct errand *e = w->c->e;
    struct buf text = {0};
    struct buf entry = {0};
    enum err err = draw_selected_write(&text, &w->selection);
    struct str bytes = arena_str(e->arena, buf_view(&text));
    if (err == ERR_OK)
        err = bytes.data != NULL ? draw_paper_put(&w->selected, w->c, STR("selected.tsv"), bytes)
                                 : ERR_MEMORY;
    struct draw_outcome outcome = {DRAW_DRAWN, w->c->draw.number, 1, {0}};
    memcpy(outcome.digest, w->selected.digest, CRYPTO_HASH);
    if (err == ERR_OK)
        err = draw_outcome_write(&entry, &outcome, &e->fault);
    buf_free(&text);
    return arena_keep(&w->body, e->arena, &entry, err);
}

static struct str objects_hex(struct errand *e, const uint8_t *ticket)
{
    struct buf hex = {0};
    if (ticket != NULL)
        buf_hex(&hex, ticket, CRYPTO_HASH);
    struct str copy = arena_str(e->arena, buf_view(&hex));
    buf_free(&hex);
    return copy;
}

static enum err objects_strata_save(struct objects_work *w, struct db_tx *tx)
{
    struct draw_case *c = w->c;
    for (size_t i = 0; i < w->selection.stratum_count; i++) {
        const struct store_stratum row = {
            .name = w->selection.strata[i].name,
            .quota = (int64_t)w->quotas[i],
            .cutoff = objects_hex(c->e, draw_selection_cutoff(&w->selection, i))};
        if (row.cutoff.data == NULL)
            return ERR_MEMORY;
        TRY(store_stratum_drawn(tx, c->e->office->tenant, c->draw.id, &row));
    }
    return ERR_OK;
}

static enum err objects_visits_save(struct objects_work *w, struct db_tx *tx)
{
    struct draw_case *c = w->c;
    struct errand *e = c->e;
    int64_t id = 0;
    struct store_visit *visits = arena_array(e->arena, w->selection.count, sizeof *visits);
    if (visits == NULL)
        return ERR_MEMORY;
    TRY(office_ids(&id, e, w->selection.count));
    for (size_t i = 0; i < w->selection.count; i++) {
        const struct draw_drawn *row = &w->selection.rows[i];
        visits[i] = (struct store_visit){.tenant = e->office->tenant,
                                         .id = id + (int64_t)i,
                                         .task = c->draw.task,
                                         .draw = c->draw.id,
                                         .pool_id = row->id,
                                         .stratum = w->selection.strata[row->stratum].name,
                                         .rank = row->rank,
                                         .ticket = objects_hex(e, row->ticket),
                                         .year = date_year(c->task.visit_from),
                                         .state = STR("drawn"),
                                         .at = e->now};
        if (visits[i].ticket.data == NULL)
            return ERR_MEMORY;
    }
    return office_visits_add(e, tx, &c->draw, visits, w->selection.count);
}

static enum err objects_write(struct db_tx *tx, void *ctx)
{
    struct objects_work *w = ctx;
    struct draw_case *c = w->c;
    TRY(draw_case_log(c, tx, DRAW_DRAWN, 1, w->body));
    TRY(draw_paper_add(&w->selected, c, tx));
    TRY(objects_strata_save(w, tx));
    TRY(objects_visits_save(w, tx));
    c->draw.drawn = (int64_t)w->selection.count;
    char count[32];
    snprintf(count, sizeof count, "%zu", w->selection.count);
    return draw_case_step(c, tx, STR("drawn"), STR("draw-objects"), str_of(count));
}

static enum err objects_pool_find(struct db_tx *tx, void *ctx)
{
    struct objects_work *w = ctx;
    struct draw_case *c = w->c;
    struct store_draw_file file = {0};
    TRY(store_draw_file_get(&file, c->e->arena, tx, c->e->office->tenant, c->draw.id,
                            STR("pool.tsv")));
    w->pool_digest = file.digest;
    return ERR_OK;
}

static enum err objects_run(uint64_t *count, struct draw_case *c)
{
    struct errand *e = c->e;
    struct objects_work work = {.c = c};
    TRY(draw_case_expect(c, "random1", "抽取检查对象"));
    TRY(office_read(e, "draw-pool", objects_pool_find, &work));
    TRY(objects_select(&work));
    TRY(objects_paper(&work));
    TRY(office_write(e, "draw-objects", objects_write, &work));
    *count = work.selection.count;
    return office_log_sync(e->office, e->now, &e->fault);
}

enum err office_draw_objects(uint64_t *count, struct errand *e, struct str draw)
{
    struct draw_case c;
    struct str outcome;
    bool done = false;
    TRY(office_repeated(&done, &outcome, e, STR("draw-objects")));
    if (done)
        return str_u64(count, outcome);
    TRY(draw_case_read(&c, e, draw));
    enum err err = objects_run(count, &c);
    draw_case_wipe(&c);
    return err;
}
