/* What followed a published finding: see result.h. The row and its log entry stand in one
 * transaction; nothing is ever changed afterwards (R112, R113, R117). */
#include "office/publication.h"
#include "office/result_place.h"

#include "base/time.h"
#include "model/resource.h"

struct follow {
    struct errand *e;
    const struct office_follow *in;
    struct result_place place;
    struct store_result result; /* the published one */
    struct store_followup row;
};

static enum err follow_words(struct follow *f)
{
    struct errand *e = f->e;
    const struct office_follow *in = f->in;
    const struct field_word *measure = model_word_by_text(model_measures, in->measure);
    const struct field_word *state = model_word_by_text(model_measure_states, in->state);
    if (measure == NULL)
        return fault_set(&e->fault, ERR_INPUT,
                         "后续处置“%.*s”不认识，请填如 责令改正、立案查处、移送司法机关、行政处罚、"
                         "整改复查合格；没有登记",
                         STR_ARG(in->measure));
    if (state == NULL)
        return fault_set(&e->fault, ERR_INPUT, "状态“%.*s”不认识，请填 未完结 或 已完结；没有登记",
                         STR_ARG(in->state));
    f->row.measure = str_of(measure->code);
    f->row.state = str_of(state->code);
    f->row.document = str_trim(in->document);
    f->row.note = str_trim(in->note);
    bool none = str_eq(f->row.measure, STR("none"));
    if (str_eq(f->row.state, STR("closed")) && !none && f->row.document.len == 0)
        return fault_set(&e->fault, ERR_INPUT,
                         "已完结的处置必须写明文书文号（--document）；没有登记");
    if (f->row.note.len > RESULT_WORDS || f->row.document.len > RESULT_WORDS)
        return fault_set(&e->fault, ERR_INPUT, "说明过长，最多约200字；没有登记");
    return ERR_OK;
}

static enum err follow_date(struct follow *f)
{
    int32_t today = date_of_time(f->e->now);
    f->row.happened_on = f->in->happened_on != 0 ? f->in->happened_on : today;
    if (f->row.happened_on > today)
        return fault_set(&f->e->fault, ERR_INPUT, "处置日期不能晚于今天；没有登记");
    if (f->row.happened_on < f->result.result_on)
        return fault_set(&f->e->fault, ERR_INPUT, "处置日期不能早于检查结果的日期；没有登记");
    return ERR_OK;
}

/* An inspector of the registry wrote it, and somebody else answers for it (R103). */
static enum err follow_people(struct follow *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    struct store_inspector author = {0};
    bool own = false;
    struct str actor = str_trim(e->actor);
    enum err err = store_inspector_any(&author, e->arena, tx, e->office->tenant, f->in->inspector);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, ERR_INPUT,
                         "没有编号为“%.*s”的检查人员（--inspector）；没有登记",
                         STR_ARG(f->in->inspector));
    TRY(err);
    TRY(result_is_author(&own, e, tx, f->in->inspector, actor));
    if (own || actor.len == 0)
        return fault_set(&e->fault, ERR_FORBIDDEN,
                         "录入人不能审核自己录入的后续处置，请由他人审核；没有登记");
    f->row.entered_by = f->in->inspector;
    f->row.approved_by = actor;
    return ERR_OK;
}

static enum err follow_result(struct follow *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    const struct office_result_key *key = &f->in->key;
    TRY(result_place_load(&f->place, e, tx, key));
    const struct store_task_item *item = result_item(&f->place, key->item);
    if (item == NULL)
        return fault_set(&e->fault, ERR_INPUT, "任务里没有抽查事项“%.*s”；没有登记",
                         STR_ARG(key->item));
    enum err err = store_result_published(&f->result, e->arena, tx, e->office->tenant,
                                          f->place.visit.id, item->item);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, ERR_STATE, "该事项的结果还没有公示；没有登记");
    TRY(err);
    if (!model_result_found(f->result.code))
        return fault_set(&e->fault, ERR_STATE,
                         "已公示的结果没有发现问题，不需要后续处置；没有登记");
    return ERR_OK;
}

static enum err follow_append(struct follow *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    struct store_published published = {0};
    struct buf date = {0};
    TRY(store_published_get(&published, e->arena, tx, e->office->tenant, f->result.id));
    date_format(&date, f->row.happened_on);
    const struct str more[] = {model_text(model_measures, f->row.measure),
                               model_text(model_measure_states, f->row.state), buf_view(&date),
                               f->row.document, f->row.note};
    struct str line = publication_line(e->arena, &published, more, 5);
    buf_free(&date);
    if (line.data == NULL)
        return ERR_MEMORY;
    const struct publication entry = {"follow-up", &line, 1};
    return publication_append(&f->row.idx, e, tx, &entry);
}

static enum err follow_run(struct db_tx *tx, void *ctx)
{
    struct follow *f = ctx;
    struct errand *e = f->e;
    bool done = false;
    struct str outcome;
    f->row = (struct store_followup){.tenant = e->office->tenant, .at = e->now};
    TRY(office_once(&done, &outcome, e, tx, STR("result-follow")));
    if (done)
        return str_i64(&f->row.idx, outcome);
    TRY(follow_words(f));
    TRY(follow_result(f, tx));
    TRY(follow_date(f));
    TRY(follow_people(f, tx));
    TRY(follow_append(f, tx));
    f->row.result = f->result.id;
    TRY(office_id(&f->row.id, e));
    TRY(store_followup_add(tx, &f->row));
    TRY(office_audit(e, tx, STR("result-follow"), f->in->key.pool_id, f->row.measure));
    outcome = arena_printf(e->arena, "%lld", (long long)f->row.idx);
    return outcome.data != NULL ? office_once_done(e, tx, STR("result-follow"), outcome)
                                : ERR_MEMORY;
}

enum err office_result_follow(int64_t *idx, struct errand *e, const struct office_follow *f)
{
    struct follow work = {.e = e, .in = f};
    TRY(office_write(e, "result-follow", follow_run, &work));
    *idx = work.row.idx;
    return office_log_sync(e->office, e->now, &e->fault);
}
