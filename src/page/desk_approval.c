/* Exports of people with full numbers that a second person decides (SECURITY.md PI3): the requests
 * within the person's reach, one of them with its decision, its file for the one who asked. */
#include "page/desk_catalogue.h"
#include "page/desk_list.h"
#include "page/desk_object.h"

#include "office/approval.h"

static const struct desk_filter approval_filters[] = {
    {"state", "状态", DESK_FILTER_SELECT, office_approval_states, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    ASKED_AT,
    ASKED_PERSON,
    ASKED_UNIT,
    ASKED_ROWS,
    ASKED_REASON,
    ASKED_STATE,
    ASKED_UNTIL,
    ASKED_DECIDER,
    ASKED_WHEN,
    ASKED_DONE
};

static const struct desk_column approval_columns[] = {
    [ASKED_AT] = {"at", "申请时间", DESK_COLUMN_TIME, false, false},
    [ASKED_PERSON] = {"person", "申请人", DESK_COLUMN_TEXT, false, false},
    [ASKED_UNIT] = {"unit", "范围", DESK_COLUMN_TEXT, false, false},
    [ASKED_ROWS] = {"rows", "人数", DESK_COLUMN_NUMBER, false, false},
    [ASKED_REASON] = {"reason", "理由", DESK_COLUMN_TEXT, false, false},
    [ASKED_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [ASKED_UNTIL] = {"until", "有效至", DESK_COLUMN_TIME, false, false},
    [ASKED_DECIDER] = {"decider", "审批人", DESK_COLUMN_TEXT, false, false},
    [ASKED_WHEN] = {"when", "审批时间", DESK_COLUMN_TIME, true, false},
    [ASKED_DONE] = {"done", "导出时间", DESK_COLUMN_TIME, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind approval_list = {
    "approvals", "/desk/approvals", "导出申请列表", "份申请", approval_filters, approval_columns};

static bool approval_is(const struct store_approval *row, const char *state)
{
    return str_eq(row->state, str_of(state));
}

static struct str approval_unit(const struct desk_departments *all, struct str code)
{
    return code.len > 0 ? desk_department_name(all, code) : STR("全部部门");
}

/* The name of a person with his account behind it. */
static struct str approval_who(struct page *p, struct str person, struct str account)
{
    if (account.len == 0)
        return STR("");
    struct str text =
        arena_printf(p->request->arena, "%.*s（%.*s）", STR_ARG(person), STR_ARG(account));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

/* Until when it waits, or may be exported; nothing once neither holds. */
static struct str approval_until(struct page *p, const struct store_approval *row)
{
    bool over = approval_is(row, "declined") || approval_is(row, "done");
    return over ? STR("") : page_time(p, row->until);
}

/* --- the list --- */

static void approval_row(struct desk_list *list, const struct store_approval *row, struct str key,
                         const struct desk_departments *departments)
{
    struct page *p = list->p;
    desk_list_row(list, key, row->reason);
    desk_list_link(list, ASKED_AT, page_time(p, row->at), desk_href(p, "/desk/approvals", row->id));
    desk_list_text(list, ASKED_PERSON, approval_who(p, row->person, row->actor));
    desk_list_text(list, ASKED_UNIT, approval_unit(departments, row->department));
    desk_list_count(list, ASKED_ROWS, row->most);
    desk_list_text(list, ASKED_REASON, row->reason);
    desk_list_tag(list, ASKED_STATE, model_text(office_approval_states, row->state),
                  approval_is(row, "asked"));
    desk_list_text(list, ASKED_UNTIL, approval_until(p, row));
    desk_list_text(list, ASKED_DECIDER, approval_who(p, row->decider, row->decided_by));
    desk_list_text(list, ASKED_WHEN, page_time(p, row->decided_at));
    desk_list_text(list, ASKED_DONE, page_time(p, row->done_at));
}

static enum err approval_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct office_approvals all;
    struct desk_departments departments;
    struct desk_found found = {0};
    const struct store_approval_find find = {.state = web_param(p->request, "state"),
                                             .window = desk_list_place(list)};
    TRY(office_approvals(&all, &p->errand, find));
    TRY(desk_departments_all(&departments, p));
    for (size_t i = 0; i < all.count; i++)
        approval_row(list, &all.rows[i], page_digits(p, all.rows[i].id), &departments);
    found.total = all.total;
    found.has_before = all.sides.newer;
    found.has_behind = all.sides.older;
    found.first = all.count > 0 ? page_digits(p, all.rows[0].id) : STR("");
    found.last = all.count > 0 ? page_digits(p, all.rows[all.count - 1].id) : STR("");
    desk_list_end(list, &found,
                  "还没有导出申请。在检查人员或专家名录点“导出”，勾选完整号码、人数超过规定时，"
                  "可以填写理由提交审批，申请列在这里。");
    return ERR_OK;
}

enum err desk_approvals(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/approvals", "导出审批");
    enum err err = desk_list_begin(&list, &p, &approval_list);
    if (err == ERR_OK)
        err = approval_fill(&list);
    return err == ERR_OK ? page_end(reply, &p, "desk_approvals") : page_fail(fault, &p, err);
}

/* --- what was asked for, in words --- */

struct approval_words {
    struct page *p;
    struct web_value *list;
};

static void words_add(struct approval_words *w, const char *label, struct str value)
{
    if (value.len == 0)
        return;
    struct web_value *row = web_list_add(&w->p->model, w->list);
    web_set(&w->p->model, row, "label", str_of(label));
    web_set(&w->p->model, row, "value", value);
}

enum { APPROVAL_NAMES = 50 /* of those picked; as many as are read through */ };

/* Who was picked, by name as far as the reader reaches them, and how many in all. */
static enum err words_picked(struct str *out, struct page *p,
                             const struct office_inspector_find *find)
{
    struct office_inspectors all;
    struct buf text = {0};
    TRY(office_inspectors(&all, &p->errand, find));
    size_t shown = all.count < APPROVAL_NAMES ? all.count : APPROVAL_NAMES;
    for (size_t i = 0; i < shown; i++)
        buf_printf(&text, "%s%.*s", i > 0 ? "、" : "",
                   STR_ARG(all.rows[i].record.values[MODEL_INSPECTOR_NAME]));
    if (shown < find->key_count)
        buf_printf(&text, "%s等 %zu 人", shown > 0 ? " " : "", find->key_count);
    else
        buf_printf(&text, "，共 %zu 人", find->key_count);
    return arena_keep(out, p->request->arena, &text, ERR_OK);
}

static struct str words_unit(struct page *p, const struct office_inspector_find *find,
                             const struct desk_departments *departments)
{
    struct str name = desk_department_name(departments, find->department);
    if (!find->below)
        return name;
    struct str text = arena_printf(p->request->arena, "%.*s（含下级）", STR_ARG(name));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static enum err approval_conditions(struct page *p, const struct office_inspector_find *find,
                                    const struct desk_departments *departments)
{
    struct approval_words w = {p, web_set_list(&p->model, &p->model.root, "conditions")};
    struct str picked = STR("");
    const struct field_word *categories = model_inspectors.fields[MODEL_INSPECTOR_CATEGORY].words;
    bool counts = str_eq(find->standing, STR("counts"));
    words_add(&w, "名录", find->officials ? STR("检查人员") : STR("专家"));
    if (find->key_count > 0)
        TRY(words_picked(&picked, p, find));
    words_add(&w, "勾选", picked);
    words_add(&w, "姓名、编号等含", find->text);
    if (find->department.len > 0)
        words_add(&w, "单位", words_unit(p, find, departments));
    if (find->officials && find->category.len > 0)
        words_add(&w, "人员类别", model_text(categories, find->category));
    if (find->standing.len > 0)
        words_add(&w, "是否计入两人", counts ? STR("计入两人") : STR("不计入"));
    if (find->validity.len > 0)
        words_add(&w, "执法证", model_text(office_validities, find->validity));
    if (find->state.len > 0)
        words_add(&w, "状态", model_text(model_person_states, find->state));
    words_add(&w, "业务专长", find->speciality);
    if (find->area.len > 0)
        words_add(&w, "可检查区域", page_division(p, find->area));
    return ERR_OK;
}

static void approval_columns_of(struct page *p, int64_t columns)
{
    struct web_model *m = &p->model;
    struct buf text = {0};
    for (size_t i = 0; i < OFFICE_INSPECTOR_COLUMNS; i++) {
        if ((columns >> i & 1) == 0)
            continue;
        buf_cat(&text, text.len > 0 ? "、" : "");
        buf_cat(&text, office_inspector_column(i));
    }
    struct str copy = arena_str(p->request->arena, buf_view(&text));
    m->failed = m->failed || copy.data == NULL;
    web_set(m, &m->root, "columns", copy);
    buf_free(&text);
}

/* --- one --- */

static enum err approval_show(struct page *p, const struct office_approval *a,
                              const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    const struct store_approval *row = &a->row;
    struct str self = desk_href(p, "/desk/approvals", row->id);
    web_set(m, &m->root, "self", self);
    web_set(m, &m->root, "state", model_text(office_approval_states, row->state));
    web_set_flag(m, &m->root, "waits", approval_is(row, "asked"));
    web_set_flag(m, &m->root, "expired", approval_is(row, "expired"));
    web_set(m, &m->root, "at", page_time(p, row->at));
    web_set(m, &m->root, "asker", approval_who(p, row->person, row->actor));
    web_set(m, &m->root, "unit", approval_unit(departments, row->department));
    web_set(m, &m->root, "reason", row->reason);
    web_set_count(m, &m->root, "most", row->most);
    web_set(m, &m->root, "format", str_eq(row->format, STR("csv")) ? STR("CSV") : STR("Excel"));
    web_set(m, &m->root, "until", approval_until(p, row));
    web_set(m, &m->root, "decider", approval_who(p, row->decider, row->decided_by));
    web_set(m, &m->root, "decided", page_time(p, row->decided_at));
    web_set(m, &m->root, "words", row->words);
    web_set(m, &m->root, "done", page_time(p, row->done_at));
    web_set_count(m, &m->root, "done_rows", row->done_rows);
    web_set_flag(m, &m->root, "mine", a->mine);
    web_set_flag(m, &m->root, "ready", a->mine && approval_is(row, "approved"));
    approval_columns_of(p, row->columns);
    return approval_conditions(p, &a->find, departments);
}

static void approval_form(struct desk_form *form)
{
    static const struct field_word decisions[] = {{"", "请选择", NULL},
                                                  {"approve", "批准", NULL},
                                                  {"decline", "不批准", NULL},
                                                  {NULL, NULL, NULL}};
    static const struct desk_field decision = {"decision", "审批结果", DESK_SELECT,
                                               true,       NULL,       decisions};
    static const struct desk_field words = {
        "words",
        "审批意见",
        DESK_AREA,
        true,
        "是否确有必要、作何用途；最多约200字，申请人能看到，写入审计。",
        NULL};
    (void)desk_form_field(form, &decision, STR(""));
    (void)desk_form_field(form, &words, STR(""));
}

/* The page of one; refused: what a form on it was answered with, the decision's or the file's. */
static enum err approval_page(struct web_reply *reply, struct page *p, enum err refused, bool file)
{
    struct office_approval a;
    struct desk_departments departments;
    struct desk_form form;
    int64_t id = desk_number(web_capture(p->request, "id"));
    struct fault words = p->errand.fault;
    TRY(office_approval_get(&a, &p->errand, id));
    TRY(desk_departments_all(&departments, p));
    p->errand.fault = words;
    bool decides = approval_is(&a.row, "asked") && !a.mine;
    if (refused != ERR_OK && (file || !decides))
        desk_refused(reply, p, refused);
    TRY(approval_show(p, &a, &departments));
    p->errand.fault = words;
    web_set_flag(&p->model, &p->model.root, "may_decide", decides);
    if (decides) {
        desk_form_begin(&form, p, desk_href(p, "/desk/approvals", id), "提交审批意见");
        web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/approvals"));
        if (refused != ERR_OK && !file)
            desk_form_refused(&form, reply, refused);
        approval_form(&form);
    }
    desk_crumb(p, STR("导出审批"), desk_list_home(p, "/desk/approvals"));
    return page_end(reply, p, "desk_approval");
}

enum err desk_approval(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    enum err err = ERR_OK;
    struct str decision = web_field(request, "decision");
    const struct office_approval_decision made = {desk_number(web_capture(request, "id")),
                                                  str_eq(decision, STR("approve")),
                                                  web_field(request, "words")};
    desk_begin(&p, request, "/desk/approvals", "完整号码导出申请");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        if (!made.approve && !str_eq(decision, STR("decline")))
            err = fault_at(&p.errand.fault, "decision", ERR_INPUT, "请选择批准或者不批准");
        else
            err = office_approval_decide(&p.errand, &made);
        if (err == ERR_OK)
            return desk_done(reply, request, desk_href(&p, "/desk/approvals", made.id),
                             made.approve ? "approved" : "unapproved");
        if (!desk_form_mends(err) || err == ERR_MISSING)
            return page_fail(fault, &p, err);
    }
    err = approval_page(reply, &p, err, false);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

static enum err approval_file(struct web_reply *reply, struct page *p, int64_t id)
{
    struct office_approval a;
    const char *path = NULL;
    uint64_t rows = 0;
    TRY(office_approval_get(&a, &p->errand, id));
    bool csv = str_eq(a.row.format, STR("csv"));
    TRY(desk_export_path(&path, p, csv ? "csv" : "xlsx"));
    TRY(office_approval_export(&rows, &p->errand, id, path));
    if (a.find.officials)
        return desk_send_file(reply, p, path,
                              csv ? STR("检查人员名录.csv") : STR("检查人员名录.xlsx"));
    return desk_send_file(reply, p, path, csv ? STR("专家名录.csv") : STR("专家名录.xlsx"));
}

enum err desk_approval_file(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/approvals", "完整号码导出申请");
    enum err err = approval_file(reply, &p, desk_number(web_capture(request, "id")));
    if (err == ERR_OK)
        return ERR_OK;
    if (!desk_form_mends(err) || err == ERR_MISSING)
        return page_fail(fault, &p, err);
    err = approval_page(reply, &p, err, true);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
