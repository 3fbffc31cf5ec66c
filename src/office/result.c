/* Entering, approving, returning, exempting results: see result.h. Publication is in publish.c.
 *
 * Invariants: a result moves along its states only (I7); the author never approves; a result cannot
 * be older than the assignment of its team, so nothing is "normal" before anyone has been there. */
#include "office/redaction.h"
#include "office/setting.h"

#include "base/time.h"
#include "model/resource.h"
#include "office/veil.h"

enum err result_place_load(struct result_place *out, struct errand *e, struct db_tx *tx,
                           const struct office_result_key *key)
{
    struct str tenant = e->office->tenant;
    struct store_task task = {0};
    enum err err = store_draw_get(&out->draw, e->arena, tx, tenant, key->draw);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有编号为 %.*s 的抽取", STR_ARG(key->draw));
    TRY(err);
    TRY(store_task_by_id(&task, e->arena, tx, tenant, out->draw.task));
    TRY(office_task_load(&out->task, e, tx, task.number));
    err = office_visit_get(&out->visit, e, tx, &out->draw, key->pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "对象 %.*s 不在抽取 %.*s 的抽中名单里",
                         STR_ARG(key->pool_id), STR_ARG(key->draw));
    TRY(err);
    return office_veil(&out->told, e, &out->draw, key->pool_id);
}

const struct store_task_item *result_item(const struct result_place *place, struct str code)
{
    for (size_t i = 0; i < place->task.item_count; i++)
        if (str_eq(place->task.items[i].code, code))
            return &place->task.items[i];
    return NULL;
}

enum err result_is_author(bool *own, struct errand *e, struct db_tx *tx, struct str author,
                          struct str actor)
{
    struct store_inspector row = {0};
    enum err err = store_inspector_any(&row, e->arena, tx, e->office->tenant, author);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    *own = str_eq(actor, author) || (err == ERR_OK && str_eq(actor, str_trim(row.name)));
    return ERR_OK;
}

enum err result_own(bool *own, struct errand *e, struct db_tx *tx,
                    const struct store_result *result, struct str actor)
{
    TRY(result_is_author(own, e, tx, result->entered_by, actor));
    *own = *own || str_eq(actor, result->typed_by);
    return ERR_OK;
}

enum err result_exemption_kind(const struct field_word **out, struct errand *e, struct str kind)
{
    *out = model_word_by_text(model_exemption_kinds, kind);
    if (*out != NULL)
        return ERR_OK;
    return fault_set(
        &e->fault, ERR_INPUT,
        "不予公开必须写明情形（--kind）：国家秘密、商业秘密、个人隐私或其他；没有改动");
}

/* --- entering --- */

struct enter_work {
    struct errand *e;
    const struct office_result_entry *entry;
    const char *action;
    struct str reason;       /* of a correction; empty: a first entry */
    struct store_result old; /* the published result that is corrected */
    struct result_place place;
    struct store_result result;
    struct store_adoption adoption; /* kind empty: none */
    uint64_t kept;                  /* parts that stay kept back */
};

/* R107: only those who were assigned to this object for this department. */
static enum err enter_assigned(struct enter_work *w, struct db_tx *tx,
                               const struct store_task_item *item)
{
    struct errand *e = w->e;
    const struct store_seat seat = {.pool_id = w->entry->key.pool_id,
                                    .department = item->department,
                                    .inspector = w->entry->inspector};
    bool held = false;
    TRY(office_seat_held(&held, e, tx, &w->place.draw, &seat));
    if (held)
        return ERR_OK;
    return fault_set(&e->fault, ERR_FORBIDDEN,
                     "%.*s 不是该对象 %.*s 检查组的成员，谁检查谁录入；没有录入",
                     STR_ARG(w->entry->inspector), STR_ARG(item->department));
}

static enum err enter_visit(struct enter_work *w)
{
    struct errand *e = w->e;
    struct str state = w->place.visit.state;
    if (w->reason.len > 0)
        return str_eq(state, STR("published"))
                   ? ERR_OK
                   : fault_set(&e->fault, ERR_STATE,
                               "对象 %.*s 的结果还没有公示，请由审核人退回后重新录入；没有录入",
                               STR_ARG(w->entry->key.pool_id));
    if (str_eq(state, STR("assigned")) || str_eq(state, STR("entered")))
        return ERR_OK;
    const char *why = str_eq(state, STR("drawn")) ? "还没有匹配检查人员"
                      : str_eq(state, STR("published")) ? "结果已经公示（可以更正：result correct）"
                      : str_eq(state, STR("skipped")) ? "已标记为无法检查"
                                                      : "所属抽取已终止";
    return fault_set(&e->fault, ERR_STATE, "对象 %.*s %s，不能录入结果；没有录入",
                     STR_ARG(w->entry->key.pool_id), why);
}

static enum err enter_words(struct enter_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct office_result_entry *in = w->entry;
    const struct field_word *code = model_word_by_text(model_result_codes, in->code);
    const struct field_word *methods = NULL;
    TRY(office_words(&methods, e, tx, "methods"));
    const struct field_word *method = model_word_by_text(methods, in->method);
    if (code == NULL)
        return fault_set(&e->fault, ERR_INPUT,
                         "检查结果“%.*s”不在八种法定结果之内，请填 01-08 或其文字；没有录入",
                         STR_ARG(in->code));
    if (method == NULL)
        return fault_set(&e->fault, ERR_INPUT,
                         "检查方式“%.*s”不认识，请填如 实地核查、书面检查、网络监测；没有录入",
                         STR_ARG(in->method));
    w->result.code = str_of(code->code);
    w->result.method = str_of(method->code);
    bool clean = !model_result_found(w->result.code);
    if (!clean && in->note.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "发现问题的结果必须写明情况（--note）；没有录入");
    return ERR_OK;
}

static enum err enter_dates(struct enter_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    uint64_t days = 0;
    struct workdays calendar;
    int32_t today = date_of_time(e->now);
    int32_t otherwise = w->reason.len > 0 ? w->old.result_on : today;
    int32_t on = w->entry->result_on != 0 ? w->entry->result_on : otherwise;
    int32_t first = date_of_time(w->place.visit.at);
    if (w->place.task.task.visit_from > first)
        first = w->place.task.task.visit_from;
    if (on > today)
        return fault_set(&e->fault, ERR_INPUT, "结果日期不能晚于今天；没有录入");
    if (on < first)
        return fault_set(&e->fault, ERR_INPUT, "结果日期早于检查开始日期，检查尚未进行；没有录入");
    TRY(office_setting_count(&days, e, tx, MODEL_SETTING_PUBLISH_DAYS));
    w->result.result_on = on;
    int32_t from = w->reason.len > 0 ? today : on;
    TRY(office_workdays(&calendar, e, tx));
    return workdays_add(&w->result.due_on, &w->result.estimated, &calendar, from, (unsigned)days);
}

/* The published result that a correction is about; refused where a correction is under way. */
static enum err enter_published(struct enter_work *w, struct db_tx *tx, int64_t item)
{
    struct errand *e = w->e;
    struct store_result newest = {0};
    struct str tenant = e->office->tenant;
    int64_t visit = w->place.visit.id;
    if (w->reason.len == 0)
        return ERR_OK;
    enum err err = store_result_published(&w->old, e->arena, tx, tenant, visit, item);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, ERR_STATE, "该事项没有已公示的结果，无从更正；没有录入");
    TRY(err);
    TRY(store_result_get(&newest, e->arena, tx, tenant, visit, item));
    if (str_eq(newest.state, STR("entered")) || str_eq(newest.state, STR("approved")))
        return fault_set(&e->fault, ERR_STATE,
                         "该事项已有一份更正等待审核或公示，如需更改请先由审核人退回；没有录入");
    return ERR_OK;
}

static bool adoption_same(const struct store_adoption *a, const struct store_adoption *b)
{
    return str_eq(a->kind, b->kind) && str_eq(a->number, b->number) && str_eq(a->body, b->body) &&
           a->made_on == b->made_on;
}

/* Does a correction change result, date or what the result rests on? */
static enum err correction_differs(bool *out, struct errand *e, struct db_tx *tx,
                                   const struct store_result *const pair[2],
                                   const struct store_adoption *now)
{
    struct store_adoption before = {0};
    *out = !str_eq(pair[0]->code, pair[1]->code) || pair[0]->result_on != pair[1]->result_on;
    if (*out)
        return ERR_OK;
    enum err err = store_adoption_get(&before, e->arena, tx, e->office->tenant, pair[0]->id);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    *out = !adoption_same(&before, now);
    return ERR_OK;
}

/* What would be published must say something else, or have a part that can be told otherwise. */
static enum err enter_differs(struct enter_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    const struct store_result *const pair[2] = {&w->old, &w->result};
    bool differs = false;
    if (w->reason.len == 0)
        return ERR_OK;
    TRY(correction_differs(&differs, e, tx, pair, &w->adoption));
    if (!differs)
        TRY(redaction_news(&differs, e, tx, &w->old, false));
    return differs ? ERR_OK
                   : fault_set(&e->fault, ERR_INPUT,
                               "更正后的结果和日期与已公示的相同，没有可更正的内容；没有录入");
}

static enum err enter_correction(struct enter_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    if (w->reason.len == 0)
        return store_visit_state(tx, e->office->tenant, w->place.visit.id, STR("entered"), STR(""));
    const struct store_correction row = {e->office->tenant, w->result.id, w->old.id,
                                         w->reason,         e->now,       e->actor};
    return store_correction_add(tx, &row);
}

/* A first version, or the one after a returned one. */
static enum err enter_version(struct enter_work *w, struct db_tx *tx,
                              const struct store_task_item *item)
{
    struct errand *e = w->e;
    struct store_result old = {0};
    enum err err =
        store_result_get(&old, e->arena, tx, e->office->tenant, w->place.visit.id, item->item);
    w->result.version = 1;
    if (err == ERR_MISSING)
        return ERR_OK;
    TRY(err);
    if (!str_eq(old.state, STR("returned")) && w->reason.len == 0)
        return fault_set(&e->fault, ERR_STATE,
                         "该事项的结果已经录入，如需更改请先由审核人退回；没有录入");
    w->result.version = old.version + 1;
    return ERR_OK;
}

/* What the result rests on, beside it. */
static enum err enter_adopted(struct enter_work *w, struct db_tx *tx)
{
    w->adoption.result = w->result.id;
    return w->adoption.kind.len > 0 ? store_adoption_add(tx, &w->adoption) : ERR_OK;
}

/* What the audit says of it: the reason, or the result and what it rests on. */
static enum err enter_audit(struct enter_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct str detail = w->reason.len > 0 ? w->reason : w->result.code;
    if (w->adoption.kind.len > 0) {
        struct str adopted = office_adoption_text(e->arena, &w->adoption);
        detail = arena_printf(e->arena, "%.*s；%.*s", STR_ARG(detail), STR_ARG(adopted));
        if (adopted.data == NULL || detail.data == NULL)
            return ERR_MEMORY;
    }
    if (w->kept > 0)
        detail = arena_printf(e->arena, "%.*s；沿用上一版不予公开的部分%llu处", STR_ARG(detail),
                              (unsigned long long)w->kept);
    if (detail.data == NULL)
        return ERR_MEMORY;
    return office_audit(e, tx, str_of(w->action), w->place.told, detail);
}

/* The answer as text and back, for a repeated errand: the last day, whether it is estimated, and
 * how many parts stay kept back. */
static enum err enter_remember(struct enter_work *w, struct db_tx *tx)
{
    struct str outcome = arena_printf(w->e->arena, "%d/%d/%llu", (int)w->result.due_on,
                                      w->result.estimated ? 1 : 0, (unsigned long long)w->kept);
    return outcome.data != NULL ? office_once_done(w->e, tx, str_of(w->action), outcome)
                                : ERR_MEMORY;
}

static enum err enter_recall(struct enter_work *w, struct str outcome)
{
    struct str rest = outcome;
    struct str word;
    int64_t day = 0;
    (void)str_cut(&word, &rest, '/');
    TRY(str_i64(&day, word));
    w->result.due_on = (int32_t)day;
    (void)str_cut(&word, &rest, '/');
    w->result.estimated = str_eq(word, STR("1"));
    return rest.len > 0 ? str_u64(&w->kept, rest) : ERR_OK;
}

static enum err enter_work_run(struct db_tx *tx, void *ctx)
{
    struct enter_work *w = ctx;
    struct errand *e = w->e;
    bool done = false;
    struct str outcome;
    TRY(result_place_load(&w->place, e, tx, &w->entry->key));
    const struct store_task_item *item = result_item(&w->place, w->entry->key.item);
    if (item == NULL)
        return fault_set(&e->fault, ERR_INPUT, "任务里没有抽查事项“%.*s”；没有录入",
                         STR_ARG(w->entry->key.item));
    TRY(enter_words(w, tx));
    TRY(office_once(&done, &outcome, e, tx, str_of(w->action)));
    if (done)
        return enter_recall(w, outcome);
    TRY(enter_visit(w));
    TRY(enter_published(w, tx, item->item));
    TRY(enter_dates(w, tx));
    TRY(result_adoption(&w->adoption, e, &w->entry->adoption, &w->result));
    TRY(enter_differs(w, tx));
    TRY(enter_assigned(w, tx, item));
    TRY(enter_version(w, tx, item));
    TRY(office_id(&w->result.id, e));
    w->result.tenant = e->office->tenant;
    w->result.visit = w->place.visit.id;
    w->result.item = item->item;
    w->result.department = item->department;
    w->result.note = w->entry->note;
    w->result.state = STR("entered");
    w->result.entered_by = w->entry->inspector;
    w->result.typed_by = str_trim(e->actor);
    w->result.entered_at = e->now;
    TRY(store_result_add(tx, &w->result));
    TRY(enter_adopted(w, tx));
    TRY(enter_correction(w, tx));
    TRY(redaction_keep(&w->kept, e, tx, &w->result));
    TRY(enter_audit(w, tx));
    return enter_remember(w, tx);
}

static enum err enter_do(struct office_result_due *out, struct enter_work *work)
{
    TRY(office_write(work->e, work->action, enter_work_run, work));
    *out = (struct office_result_due){work->result.due_on, work->result.estimated, work->kept};
    return ERR_OK;
}

enum err office_result_enter(struct office_result_due *out, struct errand *e,
                             const struct office_result_entry *entry)
{
    struct enter_work work = {.e = e, .entry = entry, .action = "result-enter"};
    return enter_do(out, &work);
}

enum err office_result_correct(struct office_result_due *out, struct errand *e,
                               const struct office_result_entry *entry, struct str reason)
{
    struct enter_work work = {
        .e = e, .entry = entry, .action = "result-correct", .reason = str_trim(reason)};
    if (work.reason.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "更正必须写明理由（--reason）；没有录入");
    if (work.reason.len > RESULT_WORDS)
        return fault_set(&e->fault, ERR_INPUT, "更正理由过长，最多约200字；没有录入");
    return enter_do(out, &work);
}

/* --- judging --- */

/* What a judgement does to a result that stands in one of the states `from`. */
struct judge {
    const char *action;
    const char *from;
    struct str to;
    struct str words;              /* reason or ground */
    const struct field_word *kind; /* of an exemption */
};

struct judge_work {
    struct errand *e;
    const struct office_result_key *key;
    const struct judge *judge;
    struct str actor; /* trimmed */
    uint64_t count;
    uint64_t own; /* results whose author the actor is */
};

static bool judge_takes(const struct judge *judge, struct str state)
{
    struct str rest = str_of(judge->from);
    struct str one;
    while (str_cut(&one, &rest, '|'))
        if (str_eq(one, state))
            return true;
    return false;
}

/* A correction that is approved changes what is public. */
static enum err judge_corrects(const struct judge_work *w, struct db_tx *tx,
                               const struct store_result *r)
{
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    struct store_result old = {0};
    struct store_adoption now = {0};
    const struct store_result *const pair[2] = {&old, r};
    bool differs = false;
    TRY(store_result_published(&old, e->arena, tx, tenant, r->visit, r->item));
    enum err err = store_adoption_get(&now, e->arena, tx, tenant, r->id);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    TRY(correction_differs(&differs, e, tx, pair,
                           err == ERR_OK ? &now : &(struct store_adoption){0}));
    if (!differs)
        TRY(redaction_news(&differs, e, tx, r, true));
    return differs
               ? ERR_OK
               : fault_set(&e->fault, ERR_STATE,
                           "更正后的结果、日期和公开的内容与已公示的相同；要不予公开其中一部分的，"
                           "请先审批（result redact），否则请退回；没有改动");
}

/* What is public cannot be taken back by exempting its correction. */
static enum err judge_correction(const struct judge_work *w, struct db_tx *tx,
                                 const struct store_result *r)
{
    struct errand *e = w->e;
    struct store_correction c = {0};
    bool exempts = str_eq(w->judge->to, STR("exempt"));
    if (!exempts && !str_eq(w->judge->to, STR("approved")))
        return ERR_OK;
    enum err err = store_correction_get(&c, e->arena, tx, e->office->tenant, r->id);
    if (err != ERR_OK)
        return err == ERR_MISSING ? ERR_OK : err;
    if (!exempts)
        return judge_corrects(w, tx, r);
    return fault_set(&e->fault, ERR_STATE,
                     "这是对已公示结果的更正，只能审核或退回，不能不予公示；没有改动");
}

static enum err judge_one(struct judge_work *w, struct db_tx *tx, struct store_result *r)
{
    struct errand *e = w->e;
    struct str from = r->state;
    if (!judge_takes(w->judge, from))
        return ERR_OK;
    bool own = false;
    TRY(result_own(&own, w->e, tx, r, w->actor));
    if (own) {
        w->own++;
        return ERR_OK;
    }
    TRY(judge_correction(w, tx, r));
    r->state = w->judge->to;
    r->approved_by = w->actor;
    r->approved_at = e->now;
    if (str_eq(w->judge->to, STR("exempt"))) {
        r->exempt_kind = str_of(w->judge->kind->code);
        r->exempt_ground = w->judge->words;
        r->exempt_by = w->actor;
    }
    TRY(store_result_step(tx, r, from));
    w->count++;
    return ERR_OK;
}

static enum err judge_audit(struct judge_work *w, struct db_tx *tx, struct str object)
{
    const struct judge *judge = w->judge;
    struct str detail = judge->words.len > 0 ? judge->words : w->key->item;
    if (judge->kind != NULL)
        detail = arena_printf(w->e->arena, "%s：%.*s", judge->kind->text, STR_ARG(judge->words));
    if (judge->kind != NULL && detail.data == NULL)
        return ERR_MEMORY;
    return office_audit(w->e, tx, str_of(judge->action), object, detail);
}

static enum err judge_run(struct db_tx *tx, void *ctx)
{
    struct judge_work *w = ctx;
    struct errand *e = w->e;
    struct result_place place = {0};
    struct store_result *results = NULL;
    size_t count = 0;
    struct str outcome;
    bool done = false;
    w->count = 0;
    w->own = 0;
    TRY(office_once(&done, &outcome, e, tx, str_of(w->judge->action)));
    if (done)
        return str_u64(&w->count, outcome);
    TRY(result_place_load(&place, e, tx, w->key));
    const struct store_task_item *item = result_item(&place, w->key->item);
    if (w->key->item.len > 0 && item == NULL)
        return fault_set(&e->fault, ERR_INPUT, "任务里没有抽查事项“%.*s”；没有改动",
                         STR_ARG(w->key->item));
    TRY(store_results_of_visit(&results, &count, e->arena, tx, e->office->tenant, place.visit.id));
    for (size_t i = 0; i < count; i++)
        if (item == NULL || results[i].item == item->item)
            TRY(judge_one(w, tx, &results[i]));
    if (w->own > 0)
        return fault_set(&e->fault, ERR_FORBIDDEN,
                         "录入人不能审核自己录入的结果，请由他人审核；没有改动");
    if (w->count == 0)
        return fault_set(&e->fault, ERR_STATE, "对象 %.*s 没有可以进行这一步的结果；没有改动",
                         STR_ARG(w->key->pool_id));
    TRY(judge_audit(w, tx, place.told));
    struct str count_text = arena_printf(e->arena, "%llu", (unsigned long long)w->count);
    if (count_text.data == NULL)
        return ERR_MEMORY;
    return office_once_done(e, tx, str_of(w->judge->action), count_text);
}

static enum err result_judge(uint64_t *count, struct errand *e, const struct office_result_key *key,
                             const struct judge *judge)
{
    struct judge_work work = {.e = e, .key = key, .judge = judge, .actor = str_trim(e->actor)};
    if (work.actor.len == 0)
        return fault_set(&e->fault, ERR_FORBIDDEN, "必须写明审核人；没有改动");
    TRY(office_write(e, judge->action, judge_run, &work));
    *count = work.count;
    return ERR_OK;
}

enum err office_result_approve(uint64_t *count, struct errand *e,
                               const struct office_result_key *key)
{
    const struct judge judge = {"result-approve", "entered", STR("approved"), {NULL, 0}, NULL};
    return result_judge(count, e, key, &judge);
}

enum err office_result_return(uint64_t *count, struct errand *e,
                              const struct office_result_key *key, struct str reason)
{
    const struct judge judge = {"result-return", "entered|approved", STR("returned"), reason, NULL};
    if (reason.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "退回必须写明理由（--reason）；没有改动");
    return result_judge(count, e, key, &judge);
}

enum err office_result_exempt(uint64_t *count, struct errand *e,
                              const struct office_result_key *key,
                              const struct office_exemption *exemption)
{
    struct str ground = str_trim(exemption->ground);
    const struct field_word *kind = NULL;
    TRY(result_exemption_kind(&kind, e, exemption->kind));
    if (ground.len == 0)
        return fault_set(&e->fault, ERR_INPUT, "不予公示必须写明依据（--ground）；没有改动");
    const struct judge judge = {"result-exempt", "entered|approved", STR("exempt"), ground, kind};
    return result_judge(count, e, key, &judge);
}

struct counts_work {
    struct errand *e;
    struct store_result_counts *out;
};

static enum err counts_run(struct db_tx *tx, void *ctx)
{
    struct counts_work *w = ctx;
    return store_result_counts(w->out, tx, w->e->office->tenant, date_of_time(w->e->now));
}

enum err office_result_counts(struct store_result_counts *out, struct errand *e)
{
    struct counts_work work = {e, out};
    return office_read(e, "result-counts", counts_run, &work);
}
