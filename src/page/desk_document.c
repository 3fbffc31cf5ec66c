/* The document library in the workbench: list, one document with its versions, drafting, and the
 * steps from draft to publication. */
#include "page/desk_shared.h"

#include "base/time.h"
#include "office/department.h"
#include "office/form.h"
#include "office/scope.h"
#include "page/fields.h"

/* --- who may see which drafts --- */

struct document_reach {
    struct office_scope edit;
    struct office_scope publish;
    struct office_document_reach reach;
};

static enum err document_reach(struct document_reach *out, struct page *p)
{
    const struct office_session *session = &desk_of(p->request)->session;
    TRY(office_session_scope(&out->edit, &p->errand, session, MODEL_PERMISSION_DOCUMENT_EDIT));
    TRY(office_session_scope(&out->publish, &p->errand, session,
                             MODEL_PERMISSION_DOCUMENT_PUBLISH));
    out->reach = (struct office_document_reach){&out->edit, &out->publish};
    return ERR_OK;
}

static struct str document_href(struct page *p, struct str code, const char *more)
{
    struct str href =
        arena_printf(p->request->arena, "/desk/documents/%.*s%s", STR_ARG(code), more);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

/* --- the list --- */

static const struct desk_filter document_filters[] = {
    {"q", "标题或文号", DESK_FILTER_TEXT, NULL, false},
    {"kind", "种类", DESK_FILTER_SELECT, office_document_kinds, false},
    {"department", "制定单位", DESK_FILTER_SELECT, NULL, false},
    {"state", "状态", DESK_FILTER_SELECT, office_document_states, false},
    {"openness", "公开属性", DESK_FILTER_SELECT, model_openness, false},
    {"grade", "安全标记", DESK_FILTER_SELECT, NULL, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    DOCUMENT_TITLE,
    DOCUMENT_NUMBER,
    DOCUMENT_KIND,
    DOCUMENT_DEPARTMENT,
    DOCUMENT_VERSION,
    DOCUMENT_STATE,
    DOCUMENT_OPENNESS,
    DOCUMENT_GRADE,
    DOCUMENT_EFFECTIVE,
    DOCUMENT_AT,
    DOCUMENT_CODE
};

static const struct desk_column document_columns[] = {
    [DOCUMENT_TITLE] = {"title", "标题", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_NUMBER] = {"number", "文号", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_KIND] = {"kind", "种类", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_DEPARTMENT] = {"department", "制定单位", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_VERSION] = {"version", "版本", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_OPENNESS] = {"openness", "公开属性", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_GRADE] = {"grade", "安全标记", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_EFFECTIVE] = {"effective", "施行日期", DESK_COLUMN_TEXT, false, false},
    [DOCUMENT_AT] = {"at", "修改时间", DESK_COLUMN_TIME, false, false},
    [DOCUMENT_CODE] = {"code", "编号", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind document_list = {
    "documents", "/desk/documents", "文件资料列表", "份文件", document_filters, document_columns};

static void document_row(struct desk_list *list, const struct office_document *d)
{
    struct page *p = list->p;
    const struct store_version *v = &d->newest;
    bool open = str_eq(v->state, STR("draft")) || str_eq(v->state, STR("submitted"));
    struct str version = d->published > 0 && d->published != v->version
                             ? arena_printf(p->request->arena, "第%lld版（第%lld版施行中）",
                                            (long long)v->version, (long long)d->published)
                             : arena_printf(p->request->arena, "第%lld版", (long long)v->version);
    p->model.failed = p->model.failed || version.data == NULL;
    desk_list_row(list, v->document.code, v->title);
    desk_list_link(list, DOCUMENT_TITLE, v->title, document_href(p, v->document.code, ""));
    desk_list_text(list, DOCUMENT_NUMBER, v->number);
    desk_list_text(list, DOCUMENT_KIND, model_text(office_document_kinds, v->document.kind));
    desk_list_text(list, DOCUMENT_DEPARTMENT, v->department_name);
    desk_list_text(list, DOCUMENT_VERSION, version);
    desk_list_tag(list, DOCUMENT_STATE, model_text(office_document_states, v->state),
                  open || str_eq(v->state, STR("withdrawn")));
    desk_list_tag(list, DOCUMENT_OPENNESS, model_text(model_openness, v->document.openness),
                  !office_document_for_all(&v->document));
    desk_list_tag(list, DOCUMENT_GRADE, str_of(model_grades[v->document.grade].text),
                  v->document.grade == MODEL_GRADE_SENSITIVE);
    desk_list_text(list, DOCUMENT_EFFECTIVE, page_date(p, v->effective_on));
    desk_list_text(list, DOCUMENT_AT, page_time(p, v->at));
    desk_list_text(list, DOCUMENT_CODE, v->document.code);
}

static enum err document_departments(struct desk_list *list)
{
    struct office_department *rows = NULL;
    size_t count = 0;
    TRY(office_department_tree(&rows, &count, &list->p->errand));
    for (size_t i = 0; i < count; i++)
        desk_list_option(
            list, "department", rows[i].record.values[MODEL_DEPARTMENT_CODE],
            desk_indent(list->p, rows[i].record.values[MODEL_DEPARTMENT_NAME], rows[i].depth));
    return ERR_OK;
}

enum err desk_documents_found(struct office_document **out, size_t *count, struct page *p,
                              const struct web_request *filter)
{
    struct document_reach r;
    const struct office_document_find find = {.text = str_trim(web_param(filter, "q")),
                                              .kind = web_param(filter, "kind"),
                                              .department = web_param(filter, "department"),
                                              .state = web_param(filter, "state"),
                                              .openness = web_param(filter, "openness"),
                                              .grade = web_param(filter, "grade")};
    TRY(document_reach(&r, p));
    return office_documents(out, count, &p->errand, &r.reach, &find);
}

static enum err document_rows(struct desk_list *list, struct desk_found *found)
{
    struct page *p = list->p;
    struct office_document *rows = NULL;
    size_t count = 0, from = 0, until = 0;
    TRY(desk_documents_found(&rows, &count, p, p->request));
    struct str *keys = arena_array(p->request->arena, count + 1, sizeof *keys);
    if (keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        keys[i] = rows[i].newest.document.code;
    desk_list_window(found, &from, &until, list, keys, count);
    for (size_t i = from; i < until; i++)
        document_row(list, &rows[i]);
    return ERR_OK;
}

static enum err documents_page(struct web_reply *reply, struct page *p)
{
    struct desk_list list;
    struct desk_found found = {0};
    TRY(desk_list_begin(&list, p, &document_list));
    TRY(document_departments(&list));
    desk_list_grades(&list);
    if (desk_may(p, MODEL_PERMISSION_DOCUMENT_EDIT))
        desk_list_button(&list, "新建文件", STR("/desk/documents/new"));
    if (desk_may(p, MODEL_PERMISSION_DOCUMENT_PUBLISH)) {
        desk_list_batch(&list, "发布", STR("/desk/documents/publish"));
        desk_list_batch(&list, "废止", STR("/desk/documents/withdraw"));
    }
    TRY(document_rows(&list, &found));
    desk_list_end(
        &list, &found,
        "还没有文件资料。抽查工作指引、实施细则和实施方案都要公布：由部门经办人点“新建文件”"
        "起草，提交后由审核人发布。");
    return page_end(reply, p, "desk_inspectors");
}

enum err desk_documents(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err = documents_page(reply, &p);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- one document --- */

static void version_texts(struct page *p, struct web_value *row, const struct store_version *v)
{
    struct web_value *list = web_set_list(&p->model, row, "texts");
    for (size_t i = 0; i < STORE_TEXTS; i++) {
        const char *heading = office_document_heading(v->document.kind, i);
        if (heading == NULL)
            continue;
        struct web_value *one = web_list_add(&p->model, list);
        web_set(&p->model, one, "heading", str_of(heading));
        web_set(&p->model, one, "text", v->texts[i].len > 0 ? v->texts[i] : STR("（未填写）"));
    }
}

static void version_show(struct page *p, struct web_value *row, const struct store_version *v)
{
    struct web_model *m = &p->model;
    web_set_count(m, row, "version", v->version);
    web_set(m, row, "state", model_text(office_document_states, v->state));
    web_set(m, row, "number", v->number);
    web_set(m, row, "document_title", v->title);
    web_set(m, row, "effective", page_date(p, v->effective_on));
    web_set(m, row, "saved", page_time(p, v->at));
    web_set(m, row, "saved_by", v->actor);
    web_set(m, row, "submitted_by", v->submitted_by);
    web_set(m, row, "published", v->published_at > 0 ? page_time(p, v->published_at) : STR(""));
    web_set(m, row, "published_by", v->published_by);
    web_set(m, row, "note", v->note);
    web_set(m, row, "item", v->item);
    web_set(m, row, "plan", v->document.plan);
    if (v->document.year > 0)
        web_set_count(m, row, "year", v->document.year);
    web_set(m, row, "reason", v->reason);
    web_set(m, row, "approver", v->approver);
    web_set_count(m, row, "idx", v->idx);
    web_set_flag(m, row, "logged", v->idx >= 0);
}

static bool document_state(const struct store_version *v, const char *state)
{
    return str_eq(v->state, str_of(state));
}

/* Has a version of it been public? Then year and number of a plan are what tasks name. */
static bool document_was_public(const struct office_document_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        if (page->versions[i].published_at > 0)
            return true;
    return false;
}

/* Which buttons the person has here. */
static void document_buttons(struct page *p, const struct document_reach *r,
                             const struct office_document_page *page)
{
    struct web_model *m = &p->model;
    const struct store_version *v = &page->versions[0];
    bool edits = office_scope_department(&r->edit, v->document.department);
    bool publishes = office_scope_department(&r->publish, v->document.department);
    bool own = str_eq(v->submitted_by, p->errand.actor) || str_eq(v->actor, p->errand.actor);
    bool holds = false;
    for (size_t i = 0; i < page->count; i++)
        holds = holds || document_state(&page->versions[i], "published");
    web_set_flag(m, &m->root, "can_edit", edits && !document_state(v, "submitted"));
    web_set_flag(m, &m->root, "drafted", document_state(v, "draft"));
    web_set_flag(m, &m->root, "can_submit", edits && document_state(v, "draft"));
    web_set_flag(m, &m->root, "may_attach", edits && document_state(v, "draft"));
    web_set_flag(m, &m->root, "may_original", edits);
    web_set_flag(m, &m->root, "can_return", publishes && document_state(v, "submitted"));
    web_set_flag(m, &m->root, "can_publish",
                 publishes && document_state(v, "submitted") && !own &&
                     office_document_for_all(&v->document) &&
                     v->document.grade == MODEL_GRADE_PUBLIC);
    web_set_flag(m, &m->root, "own_work", publishes && document_state(v, "submitted") && own);
    web_set_flag(m, &m->root, "can_withdraw", publishes && holds);
    web_set_flag(m, &m->root, "is_public", holds && office_document_for_all(&v->document));
    web_set_flag(m, &m->root, "can_open", publishes && !office_document_is_plan(v->document.kind));
    web_set_flag(m, &m->root, "can_grade", publishes && !office_document_is_plan(v->document.kind));
}

/* Who may have the document, and the form by which that is changed. */
static void document_openness(struct page *p, const struct office_document_page *page)
{
    struct web_model *m = &p->model;
    const struct store_document *d = &page->versions[0].document;
    bool again = str_eq(web_field(p->request, "act"), STR("openness"));
    struct str chosen = again ? web_field(p->request, "openness") : d->openness;
    struct web_value *list = web_set_list(m, &m->root, "openness_words");
    for (const struct field_word *w = model_openness; w->code != NULL; w++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "value", str_of(w->code));
        web_set(m, row, "text", str_of(w->text));
        web_set_flag(m, row, "on", str_eq(chosen, str_of(w->code)));
    }
    bool leaves = office_document_for_all(d) && document_was_public(page);
    web_set(m, &m->root, "openness", model_text(model_openness, d->openness));
    web_set(m, &m->root, "openness_reason", d->openness_reason);
    web_set_flag(m, &m->root, "restricted", !office_document_for_all(d));
    web_set_flag(m, &m->root, "leaves", leaves);
    web_set_flag(m, &m->root, "returns", !office_document_for_all(d) && document_was_public(page));
}

/* How confidential the document is, and the form by which that is changed. */
static void document_grade(struct page *p, const struct store_document *d)
{
    struct web_model *m = &p->model;
    bool again = str_eq(web_field(p->request, "act"), STR("grade"));
    struct str held = str_of(model_grades[d->grade].code);
    desk_grades(p, "grades", MODEL_GRADE_PUBLIC, again ? web_field(p->request, "grade") : held);
    web_set(m, &m->root, "grade", str_of(model_grades[d->grade].text));
    web_set_flag(m, &m->root, "graded", d->grade != MODEL_GRADE_PUBLIC);
}

/* The items that work with a check form. */
static enum err document_items(struct page *p, const struct store_document *document)
{
    struct store_item *rows = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    bool form = str_eq(document->kind, STR("form"));
    if (form)
        TRY(office_form_items(&rows, &count, &p->errand, document->code));
    struct web_value *list = web_set_list(m, &m->root, "items");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "item_code", rows[i].code);
        web_set(m, row, "item_url", page_url(p, rows[i].code));
        web_set(m, row, "item_name", rows[i].values[MODEL_ITEM_NAME]);
    }
    web_set_flag(m, &m->root, "is_form", form);
    web_set_flag(m, &m->root, "has_items", count > 0);
    return ERR_OK;
}

static enum err document_page(struct web_reply *reply, struct page *p, struct str code,
                              enum err refused)
{
    struct document_reach r;
    struct office_document_page page;
    struct web_model *m = &p->model;
    desk_refused(reply, p, refused);
    TRY(document_reach(&r, p));
    TRY(office_document_get(&page, &p->errand, &r.reach, code));
    struct web_value *newest = web_set_object(m, &m->root, "newest");
    version_show(p, newest, &page.versions[0]);
    version_texts(p, newest, &page.versions[0]);
    struct web_value *list = web_set_list(m, &m->root, "versions");
    for (size_t i = 0; i < page.count; i++)
        version_show(p, web_list_add(m, list), &page.versions[i]);
    web_set(m, &m->root, "title", page.versions[0].title);
    web_set(m, &m->root, "code", code);
    web_set_flag(m, &m->root, "is_plan", office_document_is_plan(page.versions[0].document.kind));
    web_set(m, &m->root, "kind", model_text(office_document_kinds, page.versions[0].document.kind));
    web_set(m, &m->root, "unit", page.versions[0].department_name);
    document_buttons(p, &r, &page);
    document_openness(p, &page);
    document_grade(p, &page.versions[0].document);
    TRY(document_items(p, &page.versions[0].document));
    desk_files(p, page.files, page.file_count, document_href(p, code, ""));
    desk_crumb(p, STR("文件资料"), desk_list_home(p, "/desk/documents"));
    return page_end(reply, p, "desk_document");
}

enum err desk_document(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err = document_page(reply, &p, web_capture(request, "code"), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* One of the steps; `act` of the form says which. */
static enum err document_step(struct page *p, struct str code, const char **done)
{
    struct str reason = str_trim(web_field(p->request, "reason"));
    struct str act = web_field(p->request, "act");
    if (str_eq(act, STR("publish"))) {
        *done = "document-published";
        return office_document_publish(&p->errand, code);
    }
    if (str_eq(act, STR("return"))) {
        *done = "returned";
        return office_document_return(&p->errand, code, reason);
    }
    if (str_eq(act, STR("openness"))) {
        const struct office_document_openness to = {.openness = web_field(p->request, "openness"),
                                                    .reason = reason,
                                                    .off = web_field(p->request, "off").len > 0};
        *done = "document-openness";
        return office_document_openness(&p->errand, code, &to);
    }
    if (str_eq(act, STR("grade"))) {
        const struct office_document_grade to = {web_field(p->request, "grade"), reason};
        *done = "document-grade";
        return office_document_grade(&p->errand, code, &to);
    }
    if (str_eq(act, STR("withdraw"))) {
        *done = "document-withdrawn";
        return office_document_withdraw(&p->errand, code, reason);
    }
    return fault_set(&p->errand.fault, ERR_INPUT, "没有这个操作");
}

static enum err document_answer(struct web_reply *reply, struct page *p, struct str code,
                                enum err err, const char *done)
{
    if (err == ERR_OK)
        return desk_done(reply, p->request, document_href(p, code, ""), done);
    return desk_form_mends(err) ? document_page(reply, p, code, err) : err;
}

enum err desk_document_submit(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    struct str code = web_capture(request, "code");
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err = office_document_submit(&p.errand, code);
    err = document_answer(reply, &p, code, err, "document-submitted");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_document_step(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct str code = web_capture(request, "code");
    const char *done = "saved";
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/documents", "文件资料");
    if (desk_form_again(request)) {
        desk_say_again(&p);
        err = document_page(reply, &p, code, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    err = document_step(&p, code, &done);
    err = document_answer(reply, &p, code, err, done);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- files --- */

enum err desk_document_file_add(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault)
{
    struct page p;
    struct str code = web_capture(request, "code");
    const struct office_attachment_place place = {.document = code};
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err = desk_file_add(&p, &place);
    err = document_answer(reply, &p, code, err, "attached");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_document_file_remove(struct web_reply *reply, const struct web_request *request,
                                   struct fault *fault)
{
    struct page p;
    struct str code = web_capture(request, "code");
    const struct office_attachment_place place = {.document = code};
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err =
        office_attachment_remove(&p.errand, &place, desk_number(web_capture(request, "file")));
    err = document_answer(reply, &p, code, err, "detached");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_document_file(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct document_reach r;
    struct office_attachment_place place = {.document = web_capture(request, "code")};
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err = document_reach(&r, &p);
    place.reach = &r.reach;
    if (err == ERR_OK)
        err = desk_file_send(reply, &p, &place);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_document_file_original(struct web_reply *reply, const struct web_request *request,
                                     struct fault *fault)
{
    struct page p;
    const struct office_attachment_place place = {.document = web_capture(request, "code")};
    desk_begin(&p, request, "/desk/documents", "文件资料");
    enum err err = desk_file_original(reply, &p, &place);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- drafting --- */

static const char *const document_texts[STORE_TEXTS] = {"text1", "text2", "text3", "text4",
                                                        "text5"};

static enum err document_units(struct desk_form *form)
{
    const struct desk_field field = {"department", "制定单位", DESK_SELECT, true, NULL, NULL};
    return desk_form_departments(form, &field, STR(""));
}

static void document_form_texts(struct desk_form *form, struct str kind,
                                const struct store_version *v)
{
    for (size_t i = 0; i < STORE_TEXTS; i++) {
        const char *heading = office_document_heading(kind, i);
        const char *hint =
            office_document_is_plan(kind) && i == 1
                ? "一行写一项：抽查名称、事项、对象、比例、期限、机关；调整后逐行与上一版对比"
                : NULL;
        const struct desk_field field = {document_texts[i], heading, DESK_AREA, false, hint, NULL};
        if (heading != NULL)
            (void)desk_form_field(form, &field, v != NULL ? v->texts[i] : STR(""));
    }
}

/* What an annual plan has beside other documents. page: NULL for a new one. */
static void document_form_plan(struct desk_form *form, const struct office_document_page *page)
{
    static const struct desk_field year = {"year", "计划年度", DESK_TEXT, true, "如：2026", NULL};
    static const struct desk_field plan = {
        "plan",
        "计划编号",
        DESK_TEXT,
        false,
        "抽查任务和公示结果用这个编号指明所依据的计划；提交前必填，公布后不变",
        NULL};
    static const struct desk_field approver = {
        "approver",
        "批准单位（会议）",
        DESK_TEXT,
        false,
        "如：市场监督管理局局务会、双随机联席会议；公开显示，不写个人姓名；提交前必填",
        NULL};
    static const struct desk_field reason = {
        "reason", "调整原因", DESK_AREA, false, "公开显示；提交前必填", NULL};
    struct page *p = form->p;
    const struct store_version *v = page != NULL ? &page->versions[0] : NULL;
    bool fixed = page != NULL && document_was_public(page);
    struct str shown =
        page_digits(p, v != NULL ? v->document.year : date_year(date_of_time(p->request->now)));
    if (!fixed) {
        (void)desk_form_field(form, &year, shown);
        (void)desk_form_field(form, &plan, v != NULL ? v->document.plan : STR(""));
    }
    bool again = v != NULL && document_state(v, "draft");
    (void)desk_form_field(form, &approver, again ? v->approver : STR(""));
    if (fixed)
        (void)desk_form_field(form, &reason, again ? v->reason : STR(""));
}

/* Who may have it; once a version was public that is changed on the document's page. */
static void document_form_openness(struct desk_form *form, const struct store_version *v)
{
    static const struct desk_field openness = {
        "openness",
        "公开属性",
        DESK_SELECT,
        false,
        "只有主动公开的可以发布到公示平台；年度抽查工作计划一律主动公开",
        model_openness};
    static const struct desk_field reason = {
        "openness_reason",
        "不予公开的理由",
        DESK_TEXT,
        false,
        "选不予公开的必填：依据的法律条款和情形；不在公示平台显示",
        NULL};
    (void)desk_form_field(form, &openness, v != NULL ? v->document.openness : STR("open"));
    (void)desk_form_field(form, &reason, v != NULL ? v->document.openness_reason : STR(""));
}

/* How confidential it is; likewise. */
static enum err document_form_grade(struct desk_form *form, const struct store_version *v)
{
    enum model_grade grade = MODEL_GRADE_PUBLIC;
    if (v != NULL)
        grade = (enum model_grade)v->document.grade;
    else
        TRY(office_document_grade_first(&grade, &form->p->errand));
    desk_form_grade(form, str_of(model_grades[grade].code),
                    "可阅等级不低于它的人才看得到；只有公开的可以发布；年度抽查工作计划一律公开");
    return ERR_OK;
}

/* Where it is sent and where one goes back to. */
static void document_form_begin(struct desk_form *form, struct page *p, struct str kind,
                                const struct store_version *v)
{
    struct str action =
        v != NULL ? p->request->path
                  : arena_printf(p->request->arena, "/desk/documents/new?kind=%.*s", STR_ARG(kind));
    p->model.failed = p->model.failed || action.data == NULL;
    desk_form_begin(form, p, action, "保存草稿");
    web_set(&p->model, form->object, "back",
            v != NULL ? desk_list_on(p, document_href(p, v->document.code, ""))
                      : desk_list_home(p, "/desk/documents"));
}

/* page: the document that is edited; NULL for a new one of that kind. */
static enum err document_form(struct web_reply *reply, struct page *p, struct str kind,
                              const struct office_document_page *page, enum err refused)
{
    static const struct desk_field title = {"title", "标题", DESK_TEXT, true, NULL, NULL};
    static const struct desk_field number = {
        "number", "文号", DESK_TEXT, false, "如：沁双随办〔2026〕3号；实施方案必填", NULL};
    static const struct desk_field item = {
        "item", "抽查事项代码", DESK_TEXT, false, "只针对一个事项的填写；可空", NULL};
    static const struct desk_field effective = {"effective_on", "施行日期", DESK_DATE,
                                                false,          NULL,       NULL};
    static const struct desk_field hidden = {"revision", "", DESK_HIDDEN, false, NULL, NULL};
    const struct store_version *v = page != NULL ? &page->versions[0] : NULL;
    struct desk_form form;
    document_form_begin(&form, p, kind, v);
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &hidden, page_digits(p, v != NULL ? v->revision : 0));
    if (v == NULL)
        TRY(document_units(&form));
    (void)desk_form_field(&form, &title, v != NULL ? v->title : STR(""));
    if (office_document_is_plan(kind))
        document_form_plan(&form, page);
    (void)desk_form_field(&form, &number, v != NULL ? v->number : STR(""));
    if (!office_document_is_plan(kind))
        (void)desk_form_field(&form, &item, v != NULL ? v->item : STR(""));
    (void)desk_form_field(&form, &effective, v != NULL ? page_date(p, v->effective_on) : STR(""));
    if (!office_document_is_plan(kind) && (page == NULL || !document_was_public(page))) {
        document_form_openness(&form, v);
        TRY(document_form_grade(&form, v));
    }
    document_form_texts(&form, kind, v);
    web_set(&p->model, &p->model.root, "kind", model_text(office_document_kinds, kind));
    web_set_flag(&p->model, &p->model.root, "published", v != NULL && !document_state(v, "draft"));
    desk_crumb(p, STR("文件资料"), desk_list_home(p, "/desk/documents"));
    return page_end(reply, p, "desk_document_edit");
}

static enum err document_typed(struct office_document_edit *out, struct page *p, struct str kind)
{
    const struct web_request *r = p->request;
    struct str day = str_trim(web_field(r, "effective_on"));
    *out =
        (struct office_document_edit){.kind = kind,
                                      .department = web_field(r, "department"),
                                      .title = str_trim(web_field(r, "title")),
                                      .number = str_trim(web_field(r, "number")),
                                      .item = str_trim(web_field(r, "item")),
                                      .year = desk_number(str_trim(web_field(r, "year"))),
                                      .plan = str_trim(web_field(r, "plan")),
                                      .reason = str_trim(web_field(r, "reason")),
                                      .approver = str_trim(web_field(r, "approver")),
                                      .openness = web_field(r, "openness"),
                                      .openness_reason = str_trim(web_field(r, "openness_reason")),
                                      .grade = web_field(r, "grade"),
                                      .revision = desk_number(web_field(r, "revision"))};
    for (size_t i = 0; i < STORE_TEXTS; i++)
        out->texts[i] = str_trim(web_field(r, document_texts[i]));
    if (day.len > 0 && date_parse(&out->effective_on, day) != ERR_OK)
        return fault_at(&p->errand.fault, "effective_on", ERR_INPUT, "日期应为 2026-03-01 的写法");
    return ERR_OK;
}

/* First the kind, since the headings follow from it. */
static enum err document_kinds(struct web_reply *reply, struct page *p)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "kinds");
    for (const struct field_word *w = office_document_kinds; w->code != NULL; w++) {
        struct web_value *row = web_list_add(m, list);
        struct web_value *headings = web_set_list(m, row, "headings");
        web_set(m, row, "code", str_of(w->code));
        web_set(m, row, "text", str_of(w->text));
        for (size_t i = 0; i < STORE_TEXTS; i++) {
            const char *heading = office_document_heading(str_of(w->code), i);
            if (heading != NULL)
                web_set(m, web_list_add(m, headings), "heading", str_of(heading));
        }
    }
    desk_crumb(p, STR("文件资料"), desk_list_home(p, "/desk/documents"));
    return page_end(reply, p, "desk_document_kind");
}

enum err desk_document_new(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct office_document_edit edit;
    struct str code = STR("");
    struct str kind = web_param(request, "kind");
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/documents", "新建文件");
    bool known = model_word_by_code(office_document_kinds, kind) != NULL;
    if (known && request->method == WEB_POST && !desk_form_again(request)) {
        err = document_typed(&edit, &p, kind);
        if (err == ERR_OK)
            err = office_document_save(&code, &p.errand, &edit);
        if (err == ERR_OK)
            return desk_done(reply, request, document_href(&p, code, ""), "added");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = known ? document_form(reply, &p, kind, NULL, err) : document_kinds(reply, &p);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* The document within the scope of editing. */
static enum err document_for_edit(struct office_document_page *page, struct page *p,
                                  struct str code)
{
    const struct office_document_reach reach = {&p->errand.scope, &p->errand.scope};
    TRY(office_document_get(page, &p->errand, &reach, code));
    if (office_scope_department(&p->errand.scope, page->versions[0].document.department))
        return ERR_OK;
    return fault_set(&p->errand.fault, ERR_MISSING, "没有这个文件");
}

enum err desk_document_edit(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct office_document_page page;
    struct office_document_edit edit;
    struct str code = web_capture(request, "code");
    desk_begin(&p, request, "/desk/documents", "修改文件");
    enum err err = document_for_edit(&page, &p, code);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct str kind = page.versions[0].document.kind;
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = document_typed(&edit, &p, kind);
        if (err == ERR_OK)
            err = office_document_save(&code, &p.errand, &edit);
        if (err == ERR_OK)
            return desk_done(reply, request, document_href(&p, code, ""), "saved");
        if (err == ERR_FORBIDDEN)
            TRY(fields_denied(request, "desk-document-save", &p.errand.fault));
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = document_form(reply, &p, kind, &page, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
