/* What followed a published finding: see result.h. The row and its log entry stand in one
 * transaction; nothing is ever changed afterwards (R112, R113, R117). */
#include "office/publication.h"
#include "office/redaction.h"

#include "base/json.h"
#include "base/time.h"
#include "model/resource.h"

struct follow {
    struct errand *e;
    const struct office_follow *in;
    struct result_place place;
    struct store_result result; /* the published one */
    struct store_followup row;
    struct redaction_words withheld; /* count 0: nothing */
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

/* Which of document and note are kept back by law, decided with the rest (R110). */
static enum err follow_withheld(struct follow *f)
{
    struct errand *e = f->e;
    const struct office_redaction *in = &f->in->withheld;
    f->withheld = (struct redaction_words){0};
    if (in->parts.len == 0 && in->kind.len == 0 && in->ground.len == 0)
        return ERR_OK;
    TRY(redaction_judge(&f->withheld, e, in, redaction_followed, true));
    struct str kind = str_of(f->withheld.kind->code);
    f->row.document_kind = redaction_has(&f->withheld, "document") ? kind : STR("");
    f->row.note_kind = redaction_has(&f->withheld, "note") ? kind : STR("");
    if ((f->row.document_kind.len > 0 && f->row.document.len == 0) ||
        (f->row.note_kind.len > 0 && f->row.note.len == 0))
        return fault_set(&e->fault, ERR_INPUT, "不予公开的部分没有填写内容；没有登记");
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

/* A part as the public is told it. */
static enum err follow_told(struct str *out, struct follow *f, struct str text, struct str kind)
{
    *out = kind.len > 0 ? publication_withheld(f->e->arena, kind) : text;
    return kind.len == 0 || out->data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err follow_append(struct follow *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    struct store_published published = {0};
    struct buf date = {0};
    struct str document, note;
    TRY(follow_told(&document, f, f->row.document, f->row.document_kind));
    TRY(follow_told(&note, f, f->row.note, f->row.note_kind));
    TRY(store_published_get(&published, e->arena, tx, e->office->tenant, f->result.id));
    date_format(&date, f->row.happened_on);
    const struct str more[] = {model_text(model_measures, f->row.measure),
                               model_text(model_measure_states, f->row.state), buf_view(&date),
                               document, note};
    struct str line = publication_line(e->arena, &published, more, 5);
    buf_free(&date);
    if (line.data == NULL)
        return ERR_MEMORY;
    const struct publication entry = {"follow-up", &line, 1};
    return publication_append(&f->row.idx, e, tx, &entry);
}

/* The decisions about its parts, with who took them. */
static enum err follow_redact(struct follow *f, struct db_tx *tx)
{
    for (size_t i = 0; i < f->withheld.count; i++) {
        const struct store_redaction row = {.tenant = f->row.tenant,
                                            .visit = f->result.visit,
                                            .item = f->result.item,
                                            .owner = f->row.id,
                                            .part = str_of(f->withheld.parts[i]->code),
                                            .department = f->result.department,
                                            .kind = str_of(f->withheld.kind->code),
                                            .ground = f->withheld.ground,
                                            .actor = f->row.approved_by,
                                            .at = f->e->now};
        TRY(store_redaction_put(tx, &row));
    }
    return ERR_OK;
}

static enum err follow_audit(struct follow *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    struct buf text = {0};
    struct json_writer j;
    struct office_audit_row row = {.action = STR("result-follow"),
                                   .target = f->place.told,
                                   .detail = f->row.measure,
                                   .outcome = STR("done")};
    json_write_begin(&j, &text);
    json_write_object(&j);
    json_pair_str(&j, "measure", f->row.measure);
    json_pair_str(&j, "state", f->row.state);
    if (f->withheld.count > 0) {
        json_pair_str(&j, "document_kind", f->row.document_kind);
        json_pair_str(&j, "note_kind", f->row.note_kind);
        json_pair_str(&j, "ground", f->withheld.ground);
    }
    json_write_object_end(&j);
    TRY(arena_keep(&row.after, e->arena, &text, json_write_end(&j)));
    return office_audit_add(e, tx, &row);
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
    TRY(follow_withheld(f));
    TRY(follow_result(f, tx));
    TRY(follow_date(f));
    TRY(follow_people(f, tx));
    TRY(follow_append(f, tx));
    f->row.result = f->result.id;
    TRY(office_id(&f->row.id, e));
    TRY(store_followup_add(tx, &f->row));
    TRY(follow_redact(f, tx));
    TRY(follow_audit(f, tx));
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
