/* Committing a draw (PROTOCOL 3): everything that will decide is fixed before the randomness
 * exists. Invariant: all refusals come before the first write; the pool's file is durable before
 * the entry that names its root is in the database. */
#include "office/draw_case.h"
#include "office/draw_freeze.h"
#include "office/draw_staff.h"

#include "base/time.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/wipe.h"
#include "draw/quota.h"
#include "draw/seed.h"

#include <string.h>

struct commit {
    struct errand *e;
    const struct office_draw_commit *spec;
    struct office_task task;
    struct draw_frozen frozen;
    struct draw_stratum *strata;
    struct draw_source *sources;
    uint64_t code_length;
    int64_t disclose_by;
    struct store_office organiser;
    struct str number;
};

/* --- what is asked before anything is written --- */

static const struct store_task_quota *commit_quota(const struct office_task *task, struct str key)
{
    const struct store_task_quota *rest = NULL;
    for (size_t i = 0; i < task->quota_count; i++) {
        if (str_eq(task->quotas[i].stratum, key))
            return &task->quotas[i];
        if (str_eq(task->quotas[i].stratum, STR("*")))
            rest = &task->quotas[i];
    }
    return rest;
}

static enum draw_mode commit_mode(struct str mode)
{
    if (str_eq(mode, STR("ceil")))
        return DRAW_CEIL;
    return str_eq(mode, STR("systematic")) ? DRAW_SYSTEMATIC : DRAW_FIXED;
}

static enum err commit_strata(struct commit *w)
{
    struct errand *e = w->e;
    w->strata = arena_array(e->arena, w->frozen.layer_count, sizeof *w->strata);
    if (w->strata == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < w->frozen.layer_count; i++) {
        const struct draw_layer *layer = &w->frozen.layers[i];
        w->strata[i] = (struct draw_stratum){layer->name, layer->count, DRAW_FIXED, 0, 1};
        if (layer->excluded)
            continue;
        const struct store_task_quota *quota = commit_quota(&w->task, layer->key);
        if (quota == NULL)
            return fault_set(&e->fault, ERR_INPUT,
                             "分层“%.*s”（%llu "
                             "个对象）没有设定比例；尚未承诺，没有任何改动。请为它或用 * 设定比例",
                             STR_ARG(layer->meaning), (unsigned long long)layer->count);
        w->strata[i].mode = commit_mode(quota->mode);
        w->strata[i].num = (uint64_t)quota->num;
        w->strata[i].den = (uint64_t)quota->den;
    }
    return ERR_OK;
}

/* What a cap allows: its share of the drawable objects, and the rounding up that `ceil` owes each
 * of its strata and `systematic` owes the whole. */
static uint64_t commit_allowed(const struct commit *w, const struct store_task_item *item)
{
    unsigned __int128 share = (unsigned __int128)w->frozen.drawable * (uint64_t)item->cap_num;
    uint64_t allowed = (uint64_t)(share / (uint64_t)item->cap_den);
    bool systematic = false;
    for (size_t i = 0; i < w->frozen.layer_count; i++) {
        allowed += !w->frozen.layers[i].excluded && w->strata[i].mode == DRAW_CEIL ? 1 : 0;
        systematic = systematic || w->strata[i].mode == DRAW_SYSTEMATIC;
    }
    return allowed + (systematic ? 1 : 0);
}

/* R5, with today's counts: what is drawn at most may not exceed what a 一般 item's cap allows. */
static enum err commit_cap(const struct commit *w, uint64_t most)
{
    for (size_t i = 0; i < w->task.item_count; i++) {
        const struct store_task_item *item = &w->task.items[i];
        if (!str_eq(item->class, STR("general")))
            continue;
        if (most > commit_allowed(w, item))
            return fault_set(
                &w->e->fault, ERR_INPUT,
                "最多将抽取 %llu 个（可抽 %llu 个），超过一般检查事项 %.*s 的比例上限 %lld/%lld；"
                "尚未承诺，没有任何改动",
                (unsigned long long)most, (unsigned long long)w->frozen.drawable,
                STR_ARG(item->code), (long long)item->cap_num, (long long)item->cap_den);
    }
    return ERR_OK;
}

static enum err commit_bounds(uint64_t *total, const struct commit *w)
{
    struct errand *e = w->e;
    uint64_t *least = arena_array(e->arena, w->frozen.layer_count, sizeof *least);
    uint64_t *most = arena_array(e->arena, w->frozen.layer_count, sizeof *most);
    if (least == NULL || most == NULL)
        return ERR_MEMORY;
    TRY(draw_quota_bounds(least, most, w->strata, w->frozen.layer_count, &e->fault));
    *total = 0;
    for (size_t i = 0; i < w->frozen.layer_count; i++)
        *total += most[i];
    if (*total == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "按现有比例一个对象也不会抽到；尚未承诺，没有任何改动");
    return ERR_OK;
}

static enum err commit_once(struct commit *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    int64_t draws = 0;
    TRY(store_draw_of_task(&draws, tx, e->office->tenant, w->task.task.id));
    if (draws > 0)
        return fault_set(&e->fault, ERR_STATE,
                         "任务 %.*s 已经做过抽取。抽取不能重做；如确需再抽，请另建任务并写明理由",
                         STR_ARG(w->task.task.number));
    return ERR_OK;
}

static enum err commit_dates(struct commit *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    uint64_t days = 0;
    TRY(office_setting_count(&days, e, tx, MODEL_SETTING_DISCLOSE_DAYS));
    int32_t day = w->spec->disclose_by;
    if (day == 0)
        day = date_of_time(e->now) + (int32_t)days;
    w->disclose_by = time_of_date(day + 1);
    if (w->disclose_by <= e->now)
        return fault_set(&e->fault, ERR_INPUT, "最迟公开日期已经过去；尚未承诺，没有任何改动");
    return ERR_OK;
}

static enum err commit_read(struct db_tx *tx, void *ctx)
{
    struct commit *w = ctx;
    struct errand *e = w->e;
    uint64_t most = 0;
    TRY(office_task_load(&w->task, e, tx, w->spec->task));
    TRY(commit_once(w, tx));
    TRY(store_department_find(&w->organiser, e->arena, tx, e->office->tenant,
                              w->task.task.department));
    TRY(draw_case_sources(&w->sources, e, tx, w->spec->sources, w->spec->source_count));
    TRY(office_setting_count(&w->code_length, e, tx, MODEL_SETTING_CODE_LENGTH));
    TRY(commit_dates(w, tx));
    if (!w->spec->sealed && draw_freeze_blinds(&w->task.task))
        return fault_set(
            &e->fault, ERR_INPUT,
            "按信用风险类别确定范围或分层的抽取必须封存进行（--sealed）：公开进行会泄露风险类别；"
            "尚未承诺，没有任何改动");
    TRY(draw_freeze(&w->frozen, e, tx, &w->task));
    TRY(commit_strata(w));
    TRY(commit_bounds(&most, w));
    TRY(commit_cap(w, most));
    const struct draw_staff_need need = {&w->task, w->frozen.places, w->frozen.place_count, most};
    return draw_staff_check(e, tx, &need);
}

/* --- writing --- */

static enum err commit_number(struct commit *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    int year = date_year(date_of_time(e->now));
    int64_t serial = 0;
    struct str series = arena_printf(e->arena, "draw|%.*s", STR_ARG(w->organiser.code));
    if (series.data == NULL)
        return ERR_MEMORY;
    TRY(office_number(&serial, e, tx, series, year));
    w->number = arena_printf(e->arena, "%.*s-%.*s-%d-%04lld", STR_ARG(e->office->tenant),
                             STR_ARG(w->organiser.code), year, (long long)serial);
    return w->number.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* Seals secret and pool key for the database. */
static enum err commit_keys(struct draw_case *c)
{
    struct errand *e = c->e;
    struct buf sealed = {0};
    uint8_t plain[2 * CRYPTO_HASH];
    struct str place = arena_printf(e->arena, "draw|%.*s|%lld|keys", STR_ARG(e->office->tenant),
                                    (long long)c->draw.id);
    memcpy(plain, c->secret, CRYPTO_HASH);
    memcpy(plain + CRYPTO_HASH, c->pool_key, CRYPTO_HASH);
    enum err err = crypto_seal(&sealed, e->office->seal_key, place,
                               str_range((const char *)plain, sizeof plain));
    crypto_wipe(plain, sizeof plain);
    if (err == ERR_OK) {
        c->draw.keys = arena_str(e->arena, buf_view(&sealed));
        err = c->draw.keys.data != NULL ? ERR_OK : ERR_MEMORY;
    }
    buf_free(&sealed);
    return err;
}

static enum err commit_entry(struct buf *out, struct commit *w, struct draw_case *c)
{
    struct draw_code code = {.length = w->code_length};
    draw_code_chain(code.hash, c->secret, w->code_length);
    struct draw_commitment commitment = {
        .organiser = w->organiser.name,
        .number = w->number,
        .task = w->task.task.number,
        .opened = c->draw.opened,
        .disclose_by = w->disclose_by,
        .blinded = w->frozen.blinded,
        .pool_size = w->frozen.size,
        .strata = w->strata,
        .stratum_count = w->frozen.layer_count,
        .sources = w->sources,
        .source_count = w->spec->source_count,
        .codes = &code,
        .code_count = w->spec->sealed ? 1 : 0,
    };
    memcpy(commitment.pool_root, w->frozen.root, CRYPTO_HASH);
    return draw_commitment_write(out, &commitment, &w->e->fault);
}

static enum err commit_rows(struct commit *w, struct draw_case *c, struct db_tx *tx)
{
    struct str tenant = w->e->office->tenant;
    for (size_t i = 0; i < w->frozen.layer_count; i++) {
        const struct draw_layer *layer = &w->frozen.layers[i];
        const struct draw_stratum *s = &w->strata[i];
        const struct store_stratum row = {.name = layer->name,
                                          .meaning = layer->meaning,
                                          .excluded = layer->excluded,
                                          .count = (int64_t)layer->count,
                                          .mode = draw_mode_name(s->mode),
                                          .num = (int64_t)s->num,
                                          .den = (int64_t)s->den,
                                          .quota = -1};
        TRY(store_stratum_add(tx, tenant, c->draw.id, &row));
    }
    struct draw_paper pool = {.name = STR("pool.tsv"), .bytes = {NULL, w->frozen.bytes}};
    memcpy(pool.blob, w->frozen.blob, CRYPTO_HASH);
    return draw_paper_add(&pool, c, tx);
}

static enum err commit_draw_row(struct commit *w, struct draw_case *c)
{
    struct errand *e = w->e;
    TRY(office_id(&c->draw.id, e));
    c->draw.tenant = e->office->tenant;
    c->draw.number = w->number;
    c->draw.task = w->task.task.id;
    c->draw.organiser = w->organiser.code;
    c->draw.sealed = w->spec->sealed;
    c->draw.blinded = w->frozen.blinded;
    c->draw.state = STR("committed");
    c->draw.round = 1;
    c->draw.opened = e->now / TIME_SECOND * TIME_SECOND;
    c->draw.disclose_by = w->disclose_by;
    c->draw.pool_size = (int64_t)w->frozen.size;
    c->draw.demo = draw_sources_local(w->sources, w->spec->source_count);
    c->draw.version = 1;
    c->draw.at = e->now;
    c->draw.actor = e->actor;
    memcpy(c->pool_key, w->frozen.pool_key, CRYPTO_HASH);
    if (w->spec->sealed)
        TRY(crypto_random(c->secret, sizeof c->secret));
    return commit_keys(c);
}

static enum err commit_write_entry(struct commit *w, struct draw_case *c, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct buf entry = {0};
    enum err err = commit_entry(&entry, w, c);
    if (err == ERR_OK)
        err = store_draw_add(tx, &c->draw);
    if (err == ERR_OK)
        err = draw_case_log(c, tx, DRAW_COMMITMENT, 1, buf_view(&entry));
    buf_free(&entry);
    TRY(err);
    TRY(commit_rows(w, c, tx));
    TRY(store_task_state(tx, e->office->tenant, w->task.task.id, STR("drawing")));
    TRY(office_audit(e, tx, STR("draw-commit"), w->number, w->task.task.number));
    return office_once_done(e, tx, STR("draw-commit"), w->number);
}

static enum err commit_write(struct db_tx *tx, void *ctx)
{
    struct commit *w = ctx;
    struct draw_case c = {.e = w->e};
    TRY(commit_once(w, tx));
    TRY(commit_number(w, tx));
    enum err err = commit_draw_row(w, &c);
    if (err == ERR_OK)
        err = commit_write_entry(w, &c, tx);
    draw_case_wipe(&c);
    return err;
}

struct commit_done {
    struct commit *w;
    bool done;
};

static enum err commit_done_work(struct db_tx *tx, void *ctx)
{
    struct commit_done *d = ctx;
    return office_once(&d->done, &d->w->number, d->w->e, tx, STR("draw-commit"));
}

enum err office_draw_commit(struct str *number, struct errand *e,
                            const struct office_draw_commit *spec)
{
    struct commit work = {.e = e, .spec = spec};
    struct commit_done done = {.w = &work};
    TRY(office_read(e, "draw-commit-once", commit_done_work, &done));
    enum err err = ERR_OK;
    if (!done.done)
        err = office_read(e, "draw-freeze", commit_read, &work);
    if (err == ERR_OK && !done.done)
        err = office_write(e, "draw-commit", commit_write, &work);
    crypto_wipe(work.frozen.pool_key, sizeof work.frozen.pool_key);
    TRY(err);
    TRY(office_log_sync(e->office, e->now, &e->fault));
    *number = work.number;
    return ERR_OK;
}
