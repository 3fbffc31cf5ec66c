/* What readers of the portal tell the office: see feedback.h. */
#include "office/feedback.h"

#include "base/json.h"
#include "ids/person.h"
#include "office/mask.h"
#include "office/personal.h"
#include "office/scope.h"

enum { FEEDBACK_TEXT = 2000, FEEDBACK_LINE = 200, FEEDBACK_NOTE = 2000 }; /* bytes */

const struct field_word office_feedback_states[] = {{"new", "待办理", NULL},
                                                    {"working", "处理中", NULL},
                                                    {"done", "已办结", NULL},
                                                    {NULL, NULL, NULL}};

/* --- from everybody --- */

struct feedback_work {
    struct errand *e;
    struct store_feedback row;
};

static enum err feedback_add(struct db_tx *tx, void *ctx)
{
    struct feedback_work *w = ctx;
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    struct store_feedback sealed;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("feedback")));
    if (done)
        return ERR_OK;
    TRY(office_id(&w->row.id, e));
    if (w->row.subject.len > 0)
        TRY(store_feedback_owner(&w->row.department, e->arena, tx, tenant, w->row.subject));
    sealed = w->row;
    const struct office_personal at = {.column = STORE_PERSONAL_FEEDBACK, .id = sealed.id};
    TRY(office_personal_seal(&sealed.contact, e, &at));
    TRY(store_feedback_add(tx, tenant, &sealed));
    TRY(office_audit(e, tx, STR("feedback"), STR(""), STR("")));
    return office_once_done(e, tx, STR("feedback"), STR("stored"));
}

enum err office_feedback_add(struct errand *e, const struct office_feedback_words *words)
{
    struct feedback_work w = {.e = e,
                              .row = {.subject = str_trim(words->subject),
                                      .text = str_trim(words->text),
                                      .contact = str_trim(words->contact),
                                      .department = STR(""),
                                      .at = e->now}};
    if (w.row.text.len == 0)
        return fault_at(&e->fault, "text", ERR_INPUT, "请写下您的意见后再提交");
    if (w.row.text.len > FEEDBACK_TEXT || w.row.contact.len > FEEDBACK_LINE ||
        w.row.subject.len > FEEDBACK_LINE)
        return fault_set(&e->fault, ERR_INPUT,
                         "内容过长：意见最多约600字，所涉编号和联系方式最多约60字，"
                         "请缩短后重新提交");
    return office_write(e, "feedback", feedback_add, &w);
}

/* --- reading --- */

static enum err feedback_open(struct store_feedback *row, struct errand *e)
{
    const struct office_personal at = {.column = STORE_PERSONAL_FEEDBACK, .id = row->id};
    return office_personal_open(&row->contact, e, &at);
}

static enum err feedback_mask(struct store_feedback *row, struct errand *e)
{
    TRY(feedback_open(row, e));
    if (row->contact.len > 0)
        row->contact = ids_mask_phone(e->arena, row->contact);
    return row->contact.data == NULL ? ERR_MEMORY : ERR_OK;
}

struct feedback_list {
    struct errand *e;
    struct store_feedback_find find;
    struct office_feedbacks *out;
};

/* One row more than the page holds says whether it goes on. */
static enum err feedback_list(struct db_tx *tx, void *ctx)
{
    struct feedback_list *w = ctx;
    struct office_feedbacks *out = w->out;
    struct str tenant = w->e->office->tenant;
    struct store_feedback_find find = w->find;
    find.window.most++;
    *out = (struct office_feedbacks){0};
    TRY(store_feedback_count(&out->total, tx, tenant, &find));
    TRY(store_feedback_find(&out->rows, &out->count, w->e->arena, tx, tenant, &find));
    out->sides = store_window_end(out->rows, &out->count, sizeof *out->rows, &w->find.window);
    for (size_t i = 0; i < out->count; i++)
        TRY(feedback_mask(&out->rows[i], w->e));
    return ERR_OK;
}

enum err office_feedbacks(struct office_feedbacks *out, struct errand *e,
                          struct store_feedback_find find)
{
    struct feedback_list w = {e, find, out};
    TRY(office_reach(&w.find.reach, e));
    return office_read(e, "feedbacks", feedback_list, &w);
}

static enum err feedback_count(struct db_tx *tx, void *ctx)
{
    struct feedback_list *w = ctx;
    return store_feedback_count(&w->out->total, tx, w->e->office->tenant, &w->find);
}

enum err office_feedback_count(int64_t *out, struct errand *e, struct str state)
{
    struct office_feedbacks found = {0};
    struct feedback_list w = {e, {.state = state}, &found};
    TRY(office_reach(&w.find.reach, e));
    enum err err = office_read(e, "feedback-count", feedback_count, &w);
    *out = found.total;
    return err;
}

/* --- one --- */

struct feedback_one {
    struct errand *e;
    struct store_reach reach;
    int64_t id;
    struct str reason;
    const struct office_feedback_step *step;
    struct store_feedback row;
};

static enum err feedback_read(struct db_tx *tx, void *ctx)
{
    struct feedback_one *w = ctx;
    struct errand *e = w->e;
    enum err err = store_feedback_get(&w->row, e->arena, tx, e->office->tenant, &w->reach, w->id);
    return err == ERR_MISSING ? fault_set(&e->fault, err, "没有这条公众意见") : err;
}

enum err office_feedback_get(struct store_feedback *out, struct errand *e, int64_t id)
{
    struct feedback_one w = {.e = e, .id = id};
    TRY(office_reach(&w.reach, e));
    TRY(office_read(e, "feedback-get", feedback_read, &w));
    *out = w.row;
    return feedback_mask(out, e);
}

static struct str feedback_target(struct errand *e, int64_t id)
{
    return arena_printf(e->arena, "feedback-%lld", (long long)id);
}

static enum err feedback_reveal(struct db_tx *tx, void *ctx)
{
    struct feedback_one *w = ctx;
    struct str target = feedback_target(w->e, w->id);
    TRY(feedback_read(tx, w));
    return target.data == NULL ? ERR_MEMORY : office_unmask(w->e, tx, target, w->reason);
}

enum err office_feedback_reveal(struct store_feedback *out, struct errand *e, int64_t id,
                                struct str reason)
{
    struct feedback_one w = {.e = e, .id = id, .reason = reason};
    TRY(office_reach(&w.reach, e));
    TRY(office_write(e, "person-unmask", feedback_reveal, &w));
    *out = w.row;
    return feedback_open(out, e);
}

/* --- handling --- */

static enum err feedback_json(struct str *out, struct errand *e, const struct store_feedback *row)
{
    struct buf text = {0};
    struct json_writer j;
    json_write_begin(&j, &text);
    json_write_object(&j);
    json_pair_str(&j, "state", row->state);
    json_pair_str(&j, "note", row->note);
    json_pair_str(&j, "by", row->handled_by);
    json_write_object_end(&j);
    return arena_keep(out, e->arena, &text, json_write_end(&j));
}

static enum err feedback_audit(struct feedback_one *w, struct db_tx *tx,
                               const struct store_feedback *old)
{
    struct errand *e = w->e;
    struct office_audit_row audit = {.action = STR("feedback-handle"),
                                     .target = feedback_target(e, w->id),
                                     .detail = w->row.state,
                                     .outcome = STR("done")};
    TRY(feedback_json(&audit.before, e, old));
    TRY(feedback_json(&audit.after, e, &w->row));
    return audit.target.data == NULL ? ERR_MEMORY : office_audit_add(e, tx, &audit);
}

static enum err feedback_handle(struct db_tx *tx, void *ctx)
{
    struct feedback_one *w = ctx;
    struct errand *e = w->e;
    struct store_feedback old;
    struct str outcome;
    bool done = false;
    TRY(feedback_read(tx, w)); /* first: a repeated errand tells nothing beyond the scope either */
    TRY(office_once(&done, &outcome, e, tx, STR("feedback-handle")));
    if (done)
        return ERR_OK;
    if (w->row.handled_at != w->step->seen)
        return fault_set(&e->fault, ERR_STATE,
                         "%.*s 刚刚办理过这条意见，没有保存；请看过新的办理情况后再填",
                         STR_ARG(w->row.handled_by));
    old = w->row;
    w->row.state = w->step->state;
    w->row.note = str_trim(w->step->note);
    w->row.handled_at = e->now;
    w->row.handled_by = e->actor;
    TRY(store_feedback_handle(tx, e->office->tenant, &w->row));
    TRY(feedback_audit(w, tx, &old));
    return office_once_done(e, tx, STR("feedback-handle"), STR("stored"));
}

enum err office_feedback_handle(struct errand *e, const struct office_feedback_step *step)
{
    struct feedback_one w = {.e = e, .id = step->id, .step = step};
    size_t note = str_trim(step->note).len;
    if (!str_eq(step->state, STR("working")) && !str_eq(step->state, STR("done")))
        return fault_at(&e->fault, "state", ERR_INPUT, "请选择“处理中”或“已办结”");
    if (note == 0 || note > FEEDBACK_NOTE)
        return fault_at(&e->fault, "note", ERR_INPUT, "请写明办理情况（最多约600字）");
    TRY(office_reach(&w.reach, e));
    return office_write(e, "feedback-handle", feedback_handle, &w);
}
