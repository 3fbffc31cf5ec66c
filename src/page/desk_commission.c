/* Commissions of third parties: list, one with its report and history, new and edit. */
#include "page/desk_shared.h"

#include "office/department.h"
#include "office/grade.h"

static const struct desk_filter commission_filters[] = {
    {"q", "编号、机构、事项或合同", DESK_FILTER_TEXT, NULL, false},
    {"kind", "委托类别", DESK_FILTER_SELECT, model_commission_kinds, false},
    {"state", "状态", DESK_FILTER_SELECT, model_commission_states, false},
    {"grade", "安全标记", DESK_FILTER_SELECT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    COMMISSION_CODE,
    COMMISSION_KIND,
    COMMISSION_BODY,
    COMMISSION_MATTER,
    COMMISSION_DEPARTMENT,
    COMMISSION_PAYER,
    COMMISSION_FEE,
    COMMISSION_UNTIL,
    COMMISSION_STATE,
    COMMISSION_CONTRACT,
    COMMISSION_TASK
};

static const struct desk_column commission_columns[] = {
    [COMMISSION_CODE] = {"code", "委托编号", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_KIND] = {"kind", "类别", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_BODY] = {"body", "受托机构", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_MATTER] = {"matter", "委托事项", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_DEPARTMENT] = {"department", "委托单位", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_PAYER] = {"payer", "付费单位", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_FEE] = {"fee", "费用（元）", DESK_COLUMN_NUMBER, false, false},
    [COMMISSION_UNTIL] = {"until", "起止日期", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [COMMISSION_CONTRACT] = {"contract", "合同编号", DESK_COLUMN_TEXT, true, false},
    [COMMISSION_TASK] = {"task", "抽查任务编号", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind commission_list = {"commissions",      "/desk/commissions",
                                                      "第三方委托列表",   "项委托",
                                                      commission_filters, commission_columns};

struct office_commission_find desk_commission_find(const struct web_request *request)
{
    return (struct office_commission_find){.text = web_param(request, "q"),
                                           .kind = web_param(request, "kind"),
                                           .state = web_param(request, "state"),
                                           .grade = web_param(request, "grade")};
}

static struct str commission_href(struct page *p, int64_t id, const char *more)
{
    struct str href =
        arena_printf(p->request->arena, "/desk/commissions/%lld%s", (long long)id, more);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

static void commission_row(struct desk_list *list, const struct office_commission *c,
                           struct str key)
{
    const struct str *v = c->record.values;
    struct page *p = list->p;
    struct str ends = v[MODEL_COMMISSION_ENDS_ON];
    struct str until =
        arena_printf(p->request->arena, "%.*s %s%.*s", STR_ARG(v[MODEL_COMMISSION_BEGINS_ON]),
                     ends.len > 0 ? "至 " : "起", STR_ARG(ends));
    p->model.failed = p->model.failed || until.data == NULL;
    desk_list_row(list, key, v[MODEL_COMMISSION_CODE]);
    desk_list_link(list, COMMISSION_CODE, v[MODEL_COMMISSION_CODE],
                   commission_href(p, c->record.id, ""));
    desk_list_grade(list, c->record.grade);
    desk_list_text(list, COMMISSION_KIND,
                   model_text(model_commission_kinds, v[MODEL_COMMISSION_KIND]));
    desk_list_text(list, COMMISSION_BODY, v[MODEL_COMMISSION_BODY]);
    desk_list_text(list, COMMISSION_MATTER, v[MODEL_COMMISSION_MATTER]);
    desk_list_text(list, COMMISSION_DEPARTMENT, c->department_name);
    desk_list_text(list, COMMISSION_PAYER, v[MODEL_COMMISSION_PAYER]);
    desk_list_text(list, COMMISSION_FEE, v[MODEL_COMMISSION_FEE]);
    desk_list_text(list, COMMISSION_UNTIL, until);
    desk_list_text(list, COMMISSION_STATE,
                   model_text(model_commission_states, v[MODEL_COMMISSION_STATE]));
    if (c->late)
        desk_list_tag(list, COMMISSION_STATE, STR("已过结束日期"), true);
    desk_list_text(list, COMMISSION_CONTRACT, v[MODEL_COMMISSION_CONTRACT]);
    desk_list_text(list, COMMISSION_TASK, v[MODEL_COMMISSION_TASK]);
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT))
        desk_list_act(list, "修改", commission_href(p, c->record.id, "/edit"));
}

static enum err commission_rows(struct desk_list *list, struct desk_found *found,
                                const struct office_commission *rows, size_t count)
{
    size_t from = 0;
    size_t until = 0;
    struct str *keys = NULL;
    TRY(desk_list_keys(&keys, list->p, DESK_IDS(rows, count, struct office_commission, record.id)));
    desk_list_window(found, &from, &until, list, keys, count);
    for (size_t i = from; i < until; i++)
        commission_row(list, &rows[i], keys[i]);
    return ERR_OK;
}

static enum err commissions_page(struct web_reply *reply, struct page *p)
{
    struct desk_list list;
    struct desk_found found = {0};
    struct office_commission *rows = NULL;
    size_t count = 0;
    const struct office_commission_find find = desk_commission_find(p->request);
    TRY(desk_list_begin(&list, p, &commission_list));
    desk_list_grades(&list);
    TRY(office_commissions(&rows, &count, &p->errand, &find));
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT))
        desk_list_button(&list, "新建委托", STR("/desk/commissions/new"));
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_IMPORT))
        desk_list_button(&list, "导入", STR("/desk/import/commissions"));
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EXPORT)) {
        desk_list_button_query(&list, "导出", STR("/desk/commissions/export"));
        desk_list_batch(&list, "导出所选", STR("/desk/commissions/export"));
    }
    if (desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT))
        desk_list_batch(&list, "取消委托", STR("/desk/commissions/cancel"));
    TRY(commission_rows(&list, &found, rows, count));
    desk_list_end(&list, &found,
                  "还没有委托第三方的记录。检验检测、财务审计、调查咨询、鉴定、评估和购买专家服务，"
                  "谁委托、谁付费：点“新建委托”登记第一项，或导入台账文件。");
    return page_end(reply, p, "desk_inspectors");
}

enum err desk_commissions(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    enum err err = commissions_page(reply, &p);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

static enum err commission_page(struct web_reply *reply, struct page *p, int64_t id,
                                enum err refused)
{
    struct office_commission_page page;
    const struct office_attachment_place place = {.row = id};
    struct store_attachment *files = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    desk_refused(reply, p, refused);
    TRY(office_commission_get(&page, &p->errand, id));
    TRY(office_attachments(&files, &count, &p->errand, &place));
    const struct str *v = page.commission.record.values;
    struct web_value *pairs = web_set_list(m, &m->root, "pairs");
    for (size_t i = 0; i < MODEL_COMMISSION_COUNT; i++) {
        if (i == MODEL_COMMISSION_GRADE) /* shown by desk_grade_show */
            continue;
        struct web_value *row = web_list_add(m, pairs);
        web_set(m, row, "label", str_of(model_commissions.fields[i].label));
        web_set(m, row, "value",
                i == MODEL_COMMISSION_DEPARTMENT
                    ? page.commission.department_name
                    : desk_value(p, &model_commissions.fields[i], v[i]));
    }
    web_set(m, &m->root, "title", v[MODEL_COMMISSION_CODE]);
    web_set_count(m, &m->root, "id", id);
    web_set_flag(m, &m->root, "late", page.commission.late);
    desk_changes(p, &model_commissions, page.changes, page.change_count);
    desk_files(p, files, count, commission_href(p, id, ""));
    desk_set_may(p, "may_edit", MODEL_PERMISSION_INSPECTOR_EDIT);
    desk_set_may(p, "may_attach", MODEL_PERMISSION_INSPECTOR_EDIT);
    desk_set_may(p, "may_original", MODEL_PERMISSION_INSPECTOR_EDIT);
    desk_grade_show(p, page.commission.record.grade, commission_href(p, id, "/grade"),
                    desk_may(p, MODEL_PERMISSION_INSPECTOR_EDIT));
    desk_crumb(p, STR("第三方委托"), desk_list_home(p, "/desk/commissions"));
    return page_end(reply, p, "desk_commission");
}

enum err desk_commission(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    enum err err = commission_page(reply, &p, desk_number(web_capture(request, "id")), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- its report and other files --- */

static enum err commission_answer(struct web_reply *reply, struct page *p, int64_t id, enum err err,
                                  const char *done)
{
    if (err == ERR_OK)
        return desk_done(reply, p->request, commission_href(p, id, ""), done);
    return desk_form_mends(err) ? commission_page(reply, p, id, err) : err;
}

enum err desk_commission_grade(struct web_reply *reply, const struct web_request *request,
                               struct fault *fault)
{
    struct page p;
    enum err err = ERR_OK;
    const struct office_grading to = {NULL, desk_number(web_capture(request, "id")),
                                      web_field(request, "grade"), web_field(request, "reason"),
                                      false};
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    if (desk_form_again(request)) {
        desk_say_again(&p);
        err = commission_page(reply, &p, to.row, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    err = commission_answer(reply, &p, to.row, office_grade(&p.errand, &to), "graded");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_commission_file_add(struct web_reply *reply, const struct web_request *request,
                                  struct fault *fault)
{
    struct page p;
    const struct office_attachment_place place = {.row = desk_number(web_capture(request, "id"))};
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    enum err err = desk_file_add(&p, &place);
    err = commission_answer(reply, &p, place.row, err, "attached");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_commission_file_remove(struct web_reply *reply, const struct web_request *request,
                                     struct fault *fault)
{
    struct page p;
    const struct office_attachment_place place = {.row = desk_number(web_capture(request, "id"))};
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    enum err err =
        office_attachment_remove(&p.errand, &place, desk_number(web_capture(request, "file")));
    err = commission_answer(reply, &p, place.row, err, "detached");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_commission_file(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    const struct office_attachment_place place = {.row = desk_number(web_capture(request, "id"))};
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    enum err err = desk_file_send(reply, &p, &place);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_commission_file_original(struct web_reply *reply, const struct web_request *request,
                                       struct fault *fault)
{
    struct page p;
    const struct office_attachment_place place = {.row = desk_number(web_capture(request, "id"))};
    desk_begin(&p, request, "/desk/commissions", "第三方委托");
    enum err err = desk_file_original(reply, &p, &place);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- new and edit --- */

static enum err commission_departments(struct desk_form *form, struct str value)
{
    const struct desk_field field = {"department", "委托单位", DESK_SELECT, true, NULL, NULL};
    return desk_form_departments(form, &field, value);
}

static enum err commission_form(struct web_reply *reply, struct page *p,
                                const struct office_commission *old, enum err refused)
{
    struct desk_form form;
    struct str home = desk_list_home(p, "/desk/commissions");
    desk_form_begin(&form, p, p->request->path, old == NULL ? "新建委托" : "保存");
    web_set(&p->model, form.object, "back",
            old == NULL ? home : desk_list_on(p, commission_href(p, old->record.id, "")));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < MODEL_COMMISSION_COUNT; i++) {
        bool fixed = i == MODEL_COMMISSION_CODE || i == MODEL_COMMISSION_DEPARTMENT ||
                     i == MODEL_COMMISSION_GRADE;
        if (old != NULL && fixed)
            continue;
        struct str value = old != NULL ? old->record.values[i] : STR("");
        if (i == MODEL_COMMISSION_DEPARTMENT)
            TRY(commission_departments(&form, value));
        else if (i == MODEL_COMMISSION_GRADE)
            TRY(desk_form_grade_first(&form, NULL));
        else
            (void)desk_form_model(&form, &model_commissions.fields[i], value);
    }
    desk_crumb(p, STR("第三方委托"), home);
    return page_end(reply, p, "desk_commission_edit");
}

/* Saves what was posted; true in *done where that is answered. */
static enum err commission_post(bool *done, struct web_reply *reply, struct page *p, int64_t id,
                                const char *words)
{
    struct str values[MODEL_COMMISSION_COUNT];
    *done = false;
    if (p->request->method != WEB_POST || desk_form_again(p->request))
        return ERR_OK;
    desk_typed(values, p->request, &model_commissions);
    TRY(office_commission_save(&id, &p->errand, values));
    *done = true;
    return desk_done(reply, p->request, commission_href(p, id, ""), words);
}

enum err desk_commission_new(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    bool done = false;
    desk_begin(&p, request, "/desk/commissions", "新建委托");
    enum err err = commission_post(&done, reply, &p, 0, "added");
    if (err == ERR_OK && done)
        return ERR_OK;
    if (err == ERR_OK || desk_form_mends(err))
        err = commission_form(reply, &p, NULL, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_commission_edit(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    struct office_commission_page page;
    bool done = false;
    int64_t id = desk_number(web_capture(request, "id"));
    desk_begin(&p, request, "/desk/commissions", "修改委托");
    enum err err = office_commission_get(&page, &p.errand, id);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    err = commission_post(&done, reply, &p, id, "saved");
    if (err == ERR_OK && done)
        return ERR_OK;
    if (err == ERR_OK || desk_form_mends(err))
        err = commission_form(reply, &p, &page.commission, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
