/* What readers of the portal wrote (R114): the list behind the counts of the first page, one of
 * them with what was done about it, and its contact in full for a reason. */
#include "page/desk_catalogue.h"
#include "page/desk_list.h"
#include "page/desk_object.h"

#include "base/utf8.h"
#include "office/feedback.h"

enum { FEEDBACK_SHOWN = 60 }; /* characters of the text in the list */

static const struct desk_filter feedback_filters[] = {
    {"state", "状态", DESK_FILTER_SELECT, office_feedback_states, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    FEEDBACK_AT,
    FEEDBACK_TEXT,
    FEEDBACK_SUBJECT,
    FEEDBACK_DEPARTMENT,
    FEEDBACK_CONTACT,
    FEEDBACK_STATE,
    FEEDBACK_NOTE,
    FEEDBACK_BY,
    FEEDBACK_WHEN
};

static const struct desk_column feedback_columns[] = {
    [FEEDBACK_AT] = {"at", "提交时间", DESK_COLUMN_TIME, false, false},
    [FEEDBACK_TEXT] = {"text", "意见", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_SUBJECT] = {"subject", "所涉编号", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_DEPARTMENT] = {"department", "涉及部门", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_CONTACT] = {"contact", "联系方式", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_NOTE] = {"note", "办理情况", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_BY] = {"by", "办理人", DESK_COLUMN_TEXT, false, false},
    [FEEDBACK_WHEN] = {"when", "办理时间", DESK_COLUMN_TIME, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind feedback_list = {"feedback", "/desk/feedback", "公众意见列表",
                                                    "条意见",   feedback_filters, feedback_columns};

/* --- the list --- */

/* Its beginning, where it is longer than a cell bears. */
static struct str feedback_short(struct page *p, struct str text)
{
    struct str rest = text;
    uint32_t sign = 0;
    for (int i = 0; i < FEEDBACK_SHOWN && rest.len > 0; i++)
        if (utf8_next(&sign, &rest) != ERR_OK)
            break;
    if (rest.len == 0)
        return text;
    struct str cut =
        arena_printf(p->request->arena, "%.*s……", STR_ARG(str_sub(text, 0, text.len - rest.len)));
    p->model.failed = p->model.failed || cut.data == NULL;
    return cut;
}

static struct str feedback_unit(const struct desk_departments *all, struct str code)
{
    return code.len > 0 ? desk_department_name(all, code) : STR("");
}

static void feedback_row(struct desk_list *list, const struct store_feedback *row, struct str key,
                         const struct desk_departments *departments)
{
    struct page *p = list->p;
    desk_list_row(list, key, feedback_short(p, row->text));
    desk_list_text(list, FEEDBACK_AT, page_time(p, row->at));
    desk_list_link(list, FEEDBACK_TEXT, feedback_short(p, row->text),
                   desk_href(p, "/desk/feedback", row->id));
    desk_list_text(list, FEEDBACK_SUBJECT, row->subject);
    desk_list_text(list, FEEDBACK_DEPARTMENT, feedback_unit(departments, row->department));
    desk_list_text(list, FEEDBACK_CONTACT, row->contact);
    desk_list_tag(list, FEEDBACK_STATE, model_text(office_feedback_states, row->state),
                  str_eq(row->state, STR("new")));
    desk_list_text(list, FEEDBACK_NOTE, feedback_short(p, row->note));
    desk_list_text(list, FEEDBACK_BY, row->handled_by);
    desk_list_text(list, FEEDBACK_WHEN,
                   row->handled_at > 0 ? page_time(p, row->handled_at) : STR(""));
}

static enum err feedback_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct office_feedbacks all;
    struct desk_departments departments;
    struct desk_found found = {0};
    const struct store_feedback_find find = {.state = web_param(p->request, "state"),
                                             .window = desk_list_place(list)};
    TRY(office_feedbacks(&all, &p->errand, find));
    TRY(desk_departments_all(&departments, p));
    for (size_t i = 0; i < all.count; i++)
        feedback_row(list, &all.rows[i], page_digits(p, all.rows[i].id), &departments);
    found.total = all.total;
    found.has_before = all.sides.newer;
    found.has_behind = all.sides.older;
    found.first = all.count > 0 ? page_digits(p, all.rows[0].id) : STR("");
    found.last = all.count > 0 ? page_digits(p, all.rows[all.count - 1].id) : STR("");
    desk_list_end(list, &found,
                  "还没有公众意见。群众在公示平台的“意见反馈”提交后，列在这里办理；写明抽取编号、"
                  "任务编号或检查对象编号的，涉及的部门也能看到。");
    return ERR_OK;
}

enum err desk_feedback_list(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/feedback", "公众意见");
    enum err err = desk_list_begin(&list, &p, &feedback_list);
    if (err == ERR_OK)
        err = feedback_fill(&list);
    return err == ERR_OK ? page_end(reply, &p, "desk_feedback_list") : page_fail(fault, &p, err);
}

/* --- one --- */

static void feedback_form(struct desk_form *form, const struct store_feedback *row)
{
    static const struct field_word states[] = {
        {"working", "处理中", NULL}, {"done", "已办结", NULL}, {NULL, NULL, NULL}};
    static const struct desk_field state = {"state", "状态", DESK_SELECT, true, NULL, states};
    static const struct desk_field note = {
        "note",
        "办理情况",
        DESK_AREA,
        true,
        "怎样核实、怎样处理、是否答复本人；最多约600字，写入审计。",
        NULL};
    static const struct desk_field seen = {"seen", "", DESK_HIDDEN, false, NULL, NULL};
    struct page *p = form->p;
    bool fresh = str_eq(row->state, STR("new"));
    struct str at = page_digits(p, row->handled_at);
    struct web_value *hidden = desk_form_field(form, &seen, at);
    web_set(&p->model, hidden, "value", at); /* as this page shows it, whatever was sent */
    (void)desk_form_field(form, &state, fresh ? STR("working") : row->state);
    (void)desk_form_field(form, &note, row->note);
}

/* The page of one; refused: what its form was answered with; in_full: the row with its contact. */
static enum err feedback_page(struct web_reply *reply, struct page *p, enum err refused,
                              const struct store_feedback *in_full)
{
    struct web_model *m = &p->model;
    struct str self = desk_href(p, "/desk/feedback", desk_number(web_capture(p->request, "id")));
    struct desk_form form;
    struct store_feedback row;
    struct desk_departments departments;
    bool edits = desk_may(p, MODEL_PERMISSION_FEEDBACK_EDIT);
    if (edits) {
        desk_form_begin(&form, p, self, "保存");
        web_set(m, form.object, "back", desk_list_home(p, "/desk/feedback"));
    }
    if (refused != ERR_OK && edits)
        desk_form_refused(&form, reply, refused);
    TRY(office_feedback_get(&row, &p->errand, desk_number(web_capture(p->request, "id"))));
    TRY(desk_departments_all(&departments, p));
    struct str contact = in_full != NULL ? in_full->contact : row.contact;
    web_set(m, &m->root, "self", self);
    web_set(m, &m->root, "at", page_time(p, row.at));
    web_set(m, &m->root, "subject", row.subject);
    web_set(m, &m->root, "unit", feedback_unit(&departments, row.department));
    web_set(m, &m->root, "text", row.text);
    web_set(m, &m->root, "contact", contact);
    web_set(m, &m->root, "state", model_text(office_feedback_states, row.state));
    web_set_flag(m, &m->root, "is_new", str_eq(row.state, STR("new")));
    web_set(m, &m->root, "note", row.note);
    web_set(m, &m->root, "by", row.handled_by);
    web_set(m, &m->root, "when", row.handled_at > 0 ? page_time(p, row.handled_at) : STR(""));
    web_set_flag(m, &m->root, "revealed", in_full != NULL);
    web_set_flag(m, &m->root, "may_reveal",
                 in_full == NULL && row.contact.len > 0 &&
                     desk_may(p, MODEL_PERMISSION_PERSON_UNMASK));
    if (edits)
        feedback_form(&form, &row);
    web_set_flag(m, &m->root, "may_edit", edits);
    desk_crumb(p, STR("公众意见"), desk_list_home(p, "/desk/feedback"));
    return page_end(reply, p, "desk_feedback");
}

enum err desk_feedback(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    enum err err = ERR_OK;
    const struct office_feedback_step step = {
        desk_number(web_capture(request, "id")), web_field(request, "state"),
        web_field(request, "note"), desk_number(web_field(request, "seen"))};
    desk_begin(&p, request, "/desk/feedback", "办理公众意见");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = office_feedback_handle(&p.errand, &step);
        if (err == ERR_OK)
            return desk_done(reply, request, desk_href(&p, "/desk/feedback", step.id), "saved");
        if (!desk_form_mends(err) || err == ERR_MISSING)
            return page_fail(fault, &p, err);
    }
    err = feedback_page(reply, &p, err, NULL);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_feedback_reveal(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    struct store_feedback row;
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/feedback", "办理公众意见");
    if (desk_form_again(request)) {
        err = feedback_page(reply, &p, ERR_OK, NULL);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    err = office_feedback_reveal(&row, &p.errand, desk_number(web_capture(request, "id")),
                                 web_field(request, "reason"));
    if (err != ERR_OK && (!desk_form_mends(err) || err == ERR_MISSING))
        return page_fail(fault, &p, err);
    desk_refused(reply, &p, err);
    err = feedback_page(reply, &p, ERR_OK, err == ERR_OK ? &row : NULL);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
