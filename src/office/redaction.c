/* Keeping back a part of a result: see redaction.h and result.h.
 *
 * Invariants: whoever decides is not the author; what is public is changed by a correction alone; a
 * version that follows another keeps back the same parts until somebody decides otherwise, so that
 * nothing is told by forgetting it. */
#include "office/redaction.h"

#include "base/json.h"
#include "model/resource.h"

#include <string.h>

/* --- the words of a decision --- */

const char *const redaction_own[] = {"adoption", "reason", NULL};
const char *const redaction_followed[] = {"document", "note", NULL};

static bool parts_allow(const char *const *of, const char *part)
{
    for (; *of != NULL; of++)
        if (strcmp(*of, part) == 0)
            return true;
    return false;
}

bool redaction_has(const struct redaction_words *words, const char *part)
{
    for (size_t i = 0; i < words->count; i++)
        if (str_eq(str_of(words->parts[i]->code), str_of(part)))
            return true;
    return false;
}

/* The next of several words, between which commas of both scripts or 、 may stand. */
static bool parts_next(struct str *one, struct str *rest)
{
    static const char *const marks[] = {",", "，", "、"};
    ptrdiff_t at = -1;
    size_t width = 0;
    if (rest->len == 0)
        return false;
    for (size_t i = 0; i < 3; i++) {
        ptrdiff_t here = str_find(*rest, str_of(marks[i]));
        if (here >= 0 && (at < 0 || here < at)) {
            at = here;
            width = strlen(marks[i]);
        }
    }
    size_t len = at < 0 ? rest->len : (size_t)at;
    *one = str_trim(str_range(rest->data, len));
    *rest = str_range(rest->data + len + width, rest->len - len - width);
    return true;
}

/* The parts that are possible here, in words. */
static struct str parts_words(struct errand *e, const char *const *of)
{
    struct buf text = {0};
    struct str out;
    for (const struct field_word *w = model_result_parts; w->code != NULL; w++)
        if (parts_allow(of, w->code))
            buf_printf(&text, "%s%s", text.len > 0 ? "、" : "", w->text);
    return arena_keep(&out, e->arena, &text, ERR_OK) == ERR_OK ? out : STR("");
}

static enum err parts_judge(struct redaction_words *out, struct errand *e, struct str parts,
                            const char *const *of)
{
    struct str rest = str_trim(parts);
    struct str one;
    while (parts_next(&one, &rest)) {
        const struct field_word *part = model_word_by_text(model_result_parts, one);
        if (part == NULL || !parts_allow(of, part->code))
            return fault_set(
                &e->fault, ERR_INPUT,
                "“%.*s”不是可以单独不予公开的部分，这里可以填：%.*s（--part）；没有改动",
                STR_ARG(one), STR_ARG(parts_words(e, of)));
        if (!redaction_has(out, part->code))
            out->parts[out->count++] = part;
    }
    if (out->count > 0)
        return ERR_OK;
    return fault_set(&e->fault, ERR_INPUT, "请写明哪一部分（--part）：%.*s；没有改动",
                     STR_ARG(parts_words(e, of)));
}

enum err redaction_judge(struct redaction_words *out, struct errand *e,
                         const struct office_redaction *in, const char *const *of, bool withhold)
{
    *out = (struct redaction_words){.ground = str_trim(in->ground)};
    TRY(parts_judge(out, e, in->parts, of));
    if (withhold)
        TRY(result_exemption_kind(&out->kind, e, in->kind));
    if (out->ground.len == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         withhold ? "不予公开必须写明依据（--ground）；没有改动"
                                  : "改为公开必须写明理由（--reason）；没有改动");
    if (out->ground.len > RESULT_WORDS)
        return fault_set(&e->fault, ERR_INPUT, "依据或理由过长，最多约200字；没有改动");
    return ERR_OK;
}

/* --- deciding --- */

struct redact {
    struct errand *e;
    const struct office_result_key *key;
    const struct redaction_words *words;
    const char *action;
    struct str actor; /* trimmed */
    struct result_place place;
    uint64_t count;
    uint64_t own;    /* results whose author the actor is */
    uint64_t closed; /* results that are public, or kept back whole, or sent back */
};

static struct store_redaction redact_row(const struct store_result *r, const char *part)
{
    return (struct store_redaction){.tenant = r->tenant,
                                    .visit = r->visit,
                                    .item = r->item,
                                    .owner = r->id,
                                    .part = str_of(part),
                                    .department = r->department};
}

static struct str redact_item(const struct redact *w, const struct store_result *r)
{
    for (size_t i = 0; i < w->place.task.item_count; i++)
        if (w->place.task.items[i].item == r->item)
            return w->place.task.items[i].code;
    return STR("");
}

static enum err redact_json(struct str *out, const struct redact *w, const struct store_result *r,
                            const struct store_redaction *row)
{
    struct buf text = {0};
    struct json_writer j;
    json_write_begin(&j, &text);
    json_write_object(&j);
    json_pair_str(&j, "draw", w->key->draw);
    json_pair_str(&j, "item", redact_item(w, r));
    json_pair_int(&j, "version", r->version);
    json_pair_str(&j, "part", row->part);
    json_pair_str(&j, "kind", row->kind.len > 0 ? row->kind : STR("told"));
    json_pair_str(&j, "ground", row->ground);
    json_pair_str(&j, "actor", row->actor);
    json_write_object_end(&j);
    return arena_keep(out, w->e->arena, &text, json_write_end(&j));
}

static enum err redact_part(struct redact *w, struct db_tx *tx, const struct store_result *r,
                            const struct field_word *part)
{
    struct errand *e = w->e;
    struct store_redaction row = redact_row(r, part->code);
    struct store_redaction old = {0};
    bool has = false;
    TRY(store_redaction_part(&has, tx, &row));
    if (!has)
        return ERR_OK;
    enum err err = store_redaction_get(&old, e->arena, tx, &row);
    if (err == ERR_MISSING && w->words->kind == NULL)
        return ERR_OK;
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    if (w->words->kind != NULL) {
        row.kind = str_of(w->words->kind->code);
        row.ground = w->words->ground;
        row.actor = w->actor;
        row.at = e->now;
        TRY(store_redaction_put(tx, &row));
    } else {
        TRY(store_redaction_remove(tx, &row));
    }
    struct str words = arena_printf(e->arena, "%s：%.*s", part->text, STR_ARG(w->words->ground));
    struct office_audit_row audit = {.action = str_of(w->action),
                                     .target = w->place.told,
                                     .detail = words,
                                     .outcome = STR("done")};
    TRY(words.data != NULL ? ERR_OK : ERR_MEMORY);
    TRY(redact_json(&audit.before, w, r, &old));
    TRY(redact_json(&audit.after, w, r, &row));
    w->count++;
    return office_audit_add(e, tx, &audit);
}

static enum err redact_one(struct redact *w, struct db_tx *tx, const struct store_result *r)
{
    bool own = false;
    bool approved = str_eq(r->state, STR("approved"));
    /* what was approved with its parts kept back is not told without being approved anew */
    if (!str_eq(r->state, STR("entered")) && (!approved || w->words->kind == NULL)) {
        w->closed++;
        return ERR_OK;
    }
    TRY(result_own(&own, w->e, tx, r, w->actor));
    if (own) {
        w->own++;
        return ERR_OK;
    }
    for (size_t i = 0; i < w->words->count; i++)
        TRY(redact_part(w, tx, r, w->words->parts[i]));
    return ERR_OK;
}

static enum err redact_refuse(struct redact *w)
{
    struct errand *e = w->e;
    struct str object = w->key->pool_id;
    if (w->own > 0)
        return fault_set(&e->fault, ERR_FORBIDDEN,
                         "录入人不能决定自己录入的结果哪些部分不予公开，请由他人审批；没有改动");
    if (w->count > 0)
        return ERR_OK;
    if (w->closed > 0 && w->words->kind == NULL)
        return fault_set(&e->fault, ERR_STATE,
                         "对象 %.*s 没有待审核的结果；已审核的请先退回，已公示的请先录入更正"
                         "（result correct），再改为公开；没有改动",
                         STR_ARG(object));
    if (w->closed > 0)
        return fault_set(&e->fault, ERR_STATE,
                         "对象 %.*s 没有待审核、待公示的结果；已公示的不能直接收回，请先录入更正"
                         "（result correct），公示更正时不予公开；没有改动",
                         STR_ARG(object));
    return fault_set(&e->fault, ERR_STATE, "对象 %.*s 的结果没有%s这一部分；没有改动",
                     STR_ARG(object), w->words->kind == NULL ? "不予公开的" : "");
}

static enum err redact_run(struct db_tx *tx, void *ctx)
{
    struct redact *w = ctx;
    struct errand *e = w->e;
    struct store_result *results = NULL;
    size_t count = 0;
    struct str outcome;
    bool done = false;
    w->count = w->own = w->closed = 0;
    TRY(office_once(&done, &outcome, e, tx, str_of(w->action)));
    if (done)
        return str_u64(&w->count, outcome);
    TRY(result_place_load(&w->place, e, tx, w->key));
    const struct store_task_item *item = result_item(&w->place, w->key->item);
    if (w->key->item.len > 0 && item == NULL)
        return fault_set(&e->fault, ERR_INPUT, "任务里没有抽查事项“%.*s”；没有改动",
                         STR_ARG(w->key->item));
    TRY(store_results_of_visit(&results, &count, e->arena, tx, e->office->tenant,
                               w->place.visit.id));
    for (size_t i = 0; i < count; i++)
        if (item == NULL || results[i].item == item->item)
            TRY(redact_one(w, tx, &results[i]));
    TRY(redact_refuse(w));
    outcome = arena_printf(e->arena, "%llu", (unsigned long long)w->count);
    return outcome.data != NULL ? office_once_done(e, tx, str_of(w->action), outcome) : ERR_MEMORY;
}

static enum err redact_do(uint64_t *count, struct errand *e, const struct office_result_key *key,
                          const struct redaction_words *words)
{
    struct redact w = {.e = e,
                       .key = key,
                       .words = words,
                       .action = words->kind != NULL ? "result-redact" : "result-unredact",
                       .actor = str_trim(e->actor)};
    if (w.actor.len == 0)
        return fault_set(&e->fault, ERR_FORBIDDEN, "必须写明审批人；没有改动");
    TRY(office_write(e, w.action, redact_run, &w));
    *count = w.count;
    return ERR_OK;
}

enum err office_result_redact(uint64_t *count, struct errand *e,
                              const struct office_result_key *key,
                              const struct office_redaction *redaction)
{
    struct redaction_words words;
    TRY(redaction_judge(&words, e, redaction, redaction_own, true));
    return redact_do(count, e, key, &words);
}

enum err office_result_unredact(uint64_t *count, struct errand *e,
                                const struct office_result_key *key, struct str parts,
                                struct str reason)
{
    struct redaction_words words;
    const struct office_redaction in = {.parts = parts, .ground = reason};
    TRY(redaction_judge(&words, e, &in, redaction_own, false));
    return redact_do(count, e, key, &words);
}

/* --- from version to version --- */

enum err redaction_keep(uint64_t *count, struct errand *e, struct db_tx *tx,
                        const struct store_result *result)
{
    *count = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct store_redaction row = redact_row(result, redaction_own[i]);
        struct store_redaction old = {0};
        bool has = false;
        TRY(store_redaction_part(&has, tx, &row));
        enum err err =
            has ? store_redaction_before(&old, e->arena, tx, &row, result->version) : ERR_MISSING;
        if (err == ERR_MISSING || (err == ERR_OK && old.kind.len == 0))
            continue;
        TRY(err);
        old.owner = result->id;
        TRY(store_redaction_put(tx, &old));
        (*count)++;
    }
    return ERR_OK;
}

/* Which of the version's own parts are kept back. */
static enum err redaction_kept(struct store_redaction kept[2], struct errand *e, struct db_tx *tx,
                               const struct store_result *result)
{
    for (size_t i = 0; i < 2; i++) {
        const struct store_redaction row = redact_row(result, redaction_own[i]);
        enum err err = store_redaction_get(&kept[i], e->arena, tx, &row);
        if (err != ERR_OK && err != ERR_MISSING)
            return err;
    }
    return ERR_OK;
}

enum err redaction_news(bool *out, struct errand *e, struct db_tx *tx,
                        const struct store_result *result, bool decided)
{
    struct store_redaction kept[2];
    struct store_told told = {0};
    TRY(store_told(&told, tx, result->tenant, result->visit, result->item));
    *out = told.adopted + told.adopted_withheld + told.reasons > 0;
    if (!decided || !*out)
        return ERR_OK;
    TRY(redaction_kept(kept, e, tx, result));
    *out = (kept[0].kind.len > 0 ? told.adopted > 0 : told.adopted_withheld > 0) ||
           (kept[1].kind.len > 0 && told.reasons > 0);
    return ERR_OK;
}

enum err redaction_publish(struct errand *e, struct db_tx *tx, const struct store_result *result)
{
    struct store_redaction kept[2];
    TRY(redaction_kept(kept, e, tx, result));
    for (size_t i = 0; i < 2; i++)
        if (kept[i].kind.len > 0)
            TRY(store_told_withhold(tx, &kept[i]));
    return ERR_OK;
}
