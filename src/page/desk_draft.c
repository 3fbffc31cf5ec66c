/* Drafts of the catalogue: the list by state, one with what it changes and its course, writing,
 * handing in, reviewing, publishing (R2, R7, R11). */
#include "page/desk_catalogue.h"

#include "base/time.h"
#include "office/form.h"
#include "store/department.h"

#include <string.h>

/* --- the list --- */

enum { DRAFT_NAME, DRAFT_KIND, DRAFT_CATEGORY, DRAFT_UNIT, DRAFT_STATE, DRAFT_AUTHOR, DRAFT_AT };

static const struct desk_filter draft_filters[] = {
    {"state", "状态", DESK_FILTER_SELECT, desk_draft_states, false},
    {"q", "事项或类别", DESK_FILTER_TEXT, NULL, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column draft_columns[] = {
    [DRAFT_NAME] = {"name", "抽查事项", DESK_COLUMN_TEXT, false, false},
    [DRAFT_KIND] = {"kind", "种类", DESK_COLUMN_TEXT, false, false},
    [DRAFT_CATEGORY] = {"category", "抽查类别", DESK_COLUMN_TEXT, false, false},
    [DRAFT_UNIT] = {"unit", "部门", DESK_COLUMN_TEXT, false, false},
    [DRAFT_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [DRAFT_AUTHOR] = {"author", "起草人", DESK_COLUMN_TEXT, false, false},
    [DRAFT_AT] = {"at", "最后处理", DESK_COLUMN_TIME, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind draft_list = {"drafts", "/desk/drafts", "抽查事项草稿",
                                                 "份草稿", draft_filters,  draft_columns};

static void draft_row(struct desk_list *list, const struct office_draft *d)
{
    struct page *p = list->p;
    struct str href = desk_href(p, "/desk/drafts", d->row.id);
    bool returned = str_eq(d->row.state, STR("returned"));
    struct str name = d->values[MODEL_ITEM_NAME];
    desk_list_row(list, page_digits(p, d->row.id), name);
    desk_list_link(list, DRAFT_NAME, name.len > 0 ? name : STR("（未填名称）"), href);
    desk_list_text(list, DRAFT_KIND, model_text(desk_draft_kinds, d->row.kind));
    desk_list_text(list, DRAFT_CATEGORY, d->values[MODEL_ITEM_CATEGORY]);
    desk_list_text(list, DRAFT_UNIT, d->department_name);
    desk_list_tag(list, DRAFT_STATE, model_text(desk_draft_states, d->row.state), returned);
    desk_list_text(list, DRAFT_AUTHOR, d->row.author);
    desk_list_text(list, DRAFT_AT, page_time(p, d->row.at));
}

/* The drafts of a list's filter. */
static enum err drafts_found(struct office_draft **out, size_t *count, struct page *p,
                             const struct web_request *filter)
{
    struct office_draft *rows = NULL;
    size_t all = 0;
    struct str q = str_trim(web_param(filter, "q"));
    *count = 0;
    TRY(office_drafts(&rows, &all, &p->errand, web_param(filter, "state")));
    for (size_t i = 0; i < all; i++)
        if (q.len == 0 || str_find(rows[i].values[MODEL_ITEM_NAME], q) >= 0 ||
            str_find(rows[i].values[MODEL_ITEM_CATEGORY], q) >= 0)
            rows[(*count)++] = rows[i];
    *out = rows;
    return ERR_OK;
}

static enum err drafts_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct office_draft *rows = NULL;
    struct desk_found found = {0};
    size_t count = 0, from = 0, until = 0;
    TRY(drafts_found(&rows, &count, p, p->request));
    struct str *keys = NULL;
    TRY(desk_list_keys(&keys, p, DESK_IDS(rows, count, struct office_draft, row.id)));
    desk_list_window(&found, &from, &until, list, keys, count);
    for (size_t i = from; i < until; i++)
        draft_row(list, &rows[i]);
    desk_list_end(list, &found, "没有未办结的草稿。起草新事项，或在上级清单中认领。");
    return ERR_OK;
}

enum err desk_drafts(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/drafts", "草稿、审查和公布");
    enum err err = desk_list_begin(&list, &p, &draft_list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_ITEM_PUBLISH) &&
        str_eq(web_param(request, "state"), STR("approved")))
        desk_list_batch(&list, "公布", STR("/desk/drafts/publish"));
    if (err == ERR_OK)
        err = drafts_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_ITEM_EDIT))
        desk_list_button(&list, "起草新事项", STR("/desk/drafts/new?kind=new"));
    if (desk_may(&p, MODEL_PERMISSION_ITEM_REVIEW))
        desk_list_button(&list, "待我审查", STR("/desk/drafts?state=submitted"));
    if (desk_may(&p, MODEL_PERMISSION_ITEM_PUBLISH))
        desk_list_button(&list, "待公布", STR("/desk/drafts?state=approved"));
    return page_end(reply, &p, "desk_drafts");
}

/* --- one draft --- */

static const struct field_word draft_steps[] = {
    {"saved", "保存", NULL},     {"submitted", "提交审查", NULL},
    {"returned", "退回", NULL},  {"approved", "审查同意", NULL},
    {"published", "公布", NULL}, {"dropped", "撤销", NULL},
    {NULL, NULL, NULL}};

static enum err draft_course(struct page *p, int64_t id)
{
    struct store_item_step *steps = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    TRY(office_draft_steps(&steps, &count, &p->errand, id));
    struct web_value *list = web_set_list(m, &m->root, "steps");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "at", page_time(p, steps[i].at));
        web_set(m, row, "step", model_text(draft_steps, steps[i].step));
        web_set(m, row, "actor", steps[i].actor);
        web_set(m, row, "words", steps[i].words);
    }
    return ERR_OK;
}

static bool draft_is(const struct office_draft *d, const char *a, const char *b)
{
    return str_eq(d->row.state, str_of(a)) || str_eq(d->row.state, str_of(b));
}

static enum err draft_page(struct web_reply *reply, struct page *p, int64_t id, enum err refused)
{
    struct office_draft d = {0};
    struct vocabulary words;
    struct web_model *m = &p->model;
    desk_refused(reply, p, refused);
    TRY(office_draft_get(&d, &p->errand, id));
    TRY(draft_course(p, id));
    bool open = draft_is(&d, "draft", "returned");
    bool ended = draft_is(&d, "published", "dropped");
    TRY(office_vocabulary(&words, &p->errand, "objects"));
    desk_item_fields(p, &m->root, d.values, d.row.base != 0 ? d.base.values : NULL, &words);
    if (!ended && !str_eq(d.row.kind, STR("close")))
        TRY(desk_item_objects(p, d.values));
    web_set_count(m, &m->root, "id", d.row.id);
    web_set_count(m, &m->root, "version", d.row.version);
    web_set(m, &m->root, "kind", model_text(desk_draft_kinds, d.row.kind));
    web_set(m, &m->root, "state", model_text(desk_draft_states, d.row.state));
    web_set(m, &m->root, "unit", d.department_name);
    web_set(m, &m->root, "reason", d.row.reason);
    web_set(m, &m->root, "code", d.row.code);
    web_set(m, &m->root, "code_url", page_url(p, d.row.code));
    web_set(m, &m->root, "from", page_date(p, d.row.effective_on));
    web_set(m, &m->root, "superior",
            d.row.superior != 0 ? page_digits(p, d.row.superior) : STR(""));
    web_set_flag(m, &m->root, "compared", d.row.base != 0 && !str_eq(d.row.kind, STR("close")));
    bool edits = desk_may(p, MODEL_PERMISSION_ITEM_EDIT);
    web_set_flag(m, &m->root, "may_edit", open && edits);
    web_set_flag(m, &m->root, "may_drop", !ended && edits);
    web_set_flag(m, &m->root, "may_review",
                 draft_is(&d, "submitted", "submitted") &&
                     desk_may(p, MODEL_PERMISSION_ITEM_REVIEW));
    web_set_flag(m, &m->root, "may_publish",
                 draft_is(&d, "approved", "approved") &&
                     desk_may(p, MODEL_PERMISSION_ITEM_PUBLISH));
    web_set(m, &m->root, "words", web_field(p->request, "words"));
    web_set(m, &m->root, "title",
            d.values[MODEL_ITEM_NAME].len > 0 ? d.values[MODEL_ITEM_NAME] : STR("（未填名称）"));
    desk_crumb(p, STR("草稿、审查和公布"), desk_list_home(p, "/desk/drafts"));
    return page_end(reply, p, "desk_draft");
}

enum err desk_draft(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/drafts", "草稿");
    enum err err = draft_page(reply, &p, desk_number(web_capture(request, "id")), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* After a button: back to the draft, or the words above it. */
static enum err draft_after(struct web_reply *reply, struct page *p, enum err err, const char *done,
                            struct fault *fault)
{
    int64_t id = desk_number(web_capture(p->request, "id"));
    if (err == ERR_OK)
        return desk_done(reply, p->request, desk_href(p, "/desk/drafts", id), done);
    if (desk_form_mends(err) && err != ERR_MISSING)
        err = draft_page(reply, p, id, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

enum err desk_draft_submit(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/drafts", "草稿");
    enum err err = office_draft_submit(&p.errand, desk_number(web_capture(request, "id")),
                                       desk_number(web_field(request, "version")));
    return draft_after(reply, &p, err, "submitted", fault);
}

enum err desk_draft_drop(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/drafts", "草稿");
    enum err err = office_draft_drop(&p.errand, desk_number(web_capture(request, "id")),
                                     desk_number(web_field(request, "version")));
    return draft_after(reply, &p, err, "dropped", fault);
}

enum err desk_draft_review(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct office_draft d = {0};
    const struct office_item_review review = {.id = desk_number(web_capture(request, "id")),
                                              .version = desk_number(web_field(request, "version")),
                                              .agree =
                                                  str_eq(web_field(request, "do"), STR("agree")),
                                              .words = web_field(request, "words")};
    desk_begin(&p, request, "/desk/drafts", "草稿");
    enum err err = office_draft_get(&d, &p.errand, review.id);
    if (err == ERR_OK && desk_form_again(request)) {
        desk_say_again(&p);
        err = draft_page(reply, &p, review.id, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    if (err == ERR_OK)
        err = office_draft_review(&p.errand, &review);
    return draft_after(reply, &p, err, review.agree ? "agreed" : "returned", fault);
}

/* --- writing --- */

static const struct {
    enum model_item_field field;
    enum desk_input kind;
    const struct field_word *words;
    const char *hint;
} draft_form_fields[] = {
    {MODEL_ITEM_DEPARTMENT, DESK_SELECT, NULL, "联合事项填牵头部门"},
    {MODEL_ITEM_CATEGORY, DESK_TEXT, NULL, "大项，如：食品生产监督检查"},
    {MODEL_ITEM_NAME, DESK_TEXT, NULL, "小项"},
    {MODEL_ITEM_CLASS, DESK_SELECT, model_item_classes, NULL},
    {MODEL_ITEM_CAP, DESK_TEXT, NULL,
     "如 5%；一般检查事项须有上限，不填按系统设置；重点检查事项不设"},
    {MODEL_ITEM_OBJECTS, DESK_TEXT, NULL, NULL},
    {MODEL_ITEM_SUBJECT, DESK_TEXT, NULL, "如：县级市场监管部门"},
    {MODEL_ITEM_CONTENT, DESK_AREA, NULL, NULL},
    {MODEL_ITEM_METHODS, DESK_TEXT, NULL,
     "多个用顿号分隔：实地核查、书面检查、网络监测、检验检测（抽样）、委托专业机构"},
    {MODEL_ITEM_FORM_CODE, DESK_SELECT, NULL, "检查时填写的表，先在“文件资料”中发布，再在这里选择"},
    {MODEL_ITEM_FORM, DESK_TEXT, NULL,
     "检查表还没有发布的，先写名称；与已发布的检查表同名的，保存时自动关联"},
    {MODEL_ITEM_BASIS, DESK_AREA, NULL, "法律、法规、规章的名称和条款"},
    {MODEL_ITEM_LABELS, DESK_TEXT, NULL,
     "检查对象有其中一个标签才适用；不填适用于全部对象；多个用顿号分隔"},
    {MODEL_ITEM_RATIO, DESK_TEXT, NULL, NULL},
    {MODEL_ITEM_FREQUENCY, DESK_TEXT, NULL, "如：每年1次"},
    {MODEL_ITEM_PARTNERS, DESK_TEXT, NULL, "部门联合抽查时填写；部门名称，多个用顿号分隔"},
    {MODEL_ITEM_NUMBER, DESK_TEXT, NULL, NULL},
};

enum { DRAFT_FIELDS = sizeof draft_form_fields / sizeof draft_form_fields[0] };

/* How a cap is typed. */
static struct str draft_cap(struct page *p, struct str cap)
{
    uint64_t num = 0;
    uint64_t den = 0;
    struct str rest = cap;
    struct str head;
    (void)str_cut(&head, &rest, '/');
    if (str_u64(&num, head) != ERR_OK || str_u64(&den, rest) != ERR_OK || den == 0 || num == 0)
        return STR("");
    if (num * 100 % den != 0)
        return cap;
    return arena_printf(p->request->arena, "%llu%%", (unsigned long long)(num * 100 / den));
}

/* Forms in force, those of the item's own department first. */
static enum err draft_forms(struct desk_form *form, struct web_value *field,
                            const struct office_draft *d)
{
    struct page *p = form->p;
    struct store_form *rows = NULL;
    size_t count = 0;
    struct fault words = p->errand.fault;
    struct str department = d->values[MODEL_ITEM_DEPARTMENT].len > 0
                                ? d->values[MODEL_ITEM_DEPARTMENT]
                                : desk_of(p->request)->session.department;
    TRY(office_forms(&rows, &count, &p->errand));
    p->errand.fault = words;
    desk_form_option(form, field, STR(""), STR("（不指定）"));
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            if (str_eq(rows[i].department, department) != (pass == 0))
                continue;
            struct str text =
                arena_printf(p->request->arena, "%.*s（%.*s，%.*s）", STR_ARG(rows[i].title),
                             STR_ARG(rows[i].code), STR_ARG(rows[i].department_name));
            p->model.failed = p->model.failed || text.data == NULL;
            desk_form_option(form, field, rows[i].code, text);
        }
    return ERR_OK;
}

static enum err draft_field(struct desk_form *form, size_t i, const struct office_draft *d)
{
    struct page *p = form->p;
    enum model_item_field at = draft_form_fields[i].field;
    const struct field *field = &model_items.fields[at];
    bool all = p->errand.scope.level == MODEL_SCOPE_ALL;
    const struct desk_field shown = {.name = field->name,
                                     .label = at == MODEL_ITEM_FORM_CODE ? "检查表"
                                              : at == MODEL_ITEM_FORM    ? "检查表名称"
                                                                         : field->label,
                                     .kind = draft_form_fields[i].kind,
                                     .hint = draft_form_fields[i].hint,
                                     .words = draft_form_fields[i].words,
                                     .required = at == MODEL_ITEM_NAME};
    if (at == MODEL_ITEM_DEPARTMENT && (!all || d->row.base != 0))
        return ERR_OK;
    struct str value = at == MODEL_ITEM_CAP ? draft_cap(p, d->values[at]) : d->values[at];
    if (at == MODEL_ITEM_CAP && str_eq(d->values[MODEL_ITEM_CLASS], STR("key")))
        value = STR("");
    struct web_value *row = desk_form_field(form, &shown, value);
    if (at == MODEL_ITEM_FORM_CODE)
        return draft_forms(form, row, d);
    if (at == MODEL_ITEM_LABELS)
        return desk_form_vocabulary(form, row, "objects");
    return at == MODEL_ITEM_DEPARTMENT ? desk_department_options(form, row, "请选择") : ERR_OK;
}

static enum err draft_form(struct web_reply *reply, struct page *p, const struct office_draft *d,
                           enum err refused)
{
    static const struct desk_field reason = {
        "reason", "变更理由", DESK_AREA, false, "变更和停止施行必须写明，如所依据的法规修订、废止",
        NULL};
    static const struct desk_field hidden[] = {{"version", "", DESK_HIDDEN, false, NULL, NULL},
                                               {"kind", "", DESK_HIDDEN, false, NULL, NULL},
                                               {"code", "", DESK_HIDDEN, false, NULL, NULL}};
    const struct str values[] = {page_digits(p, d->row.version), d->row.kind, d->row.code};
    struct desk_form form;
    bool fresh = d->row.id == 0;
    bool close = str_eq(d->row.kind, STR("close"));
    desk_form_begin(&form, p, p->request->path, "保存草稿");
    web_set(&p->model, form.object, "back",
            fresh ? desk_list_home(p, "/desk/drafts") : desk_href(p, "/desk/drafts", d->row.id));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < 3; i++)
        (void)desk_form_field(&form, &hidden[i], values[i]);
    for (size_t i = 0; i < DRAFT_FIELDS && !close; i++)
        TRY(draft_field(&form, i, d));
    if (!str_eq(d->row.kind, STR("new")))
        (void)desk_form_field(&form, &reason, d->row.reason);
    web_set(&p->model, &p->model.root, "kind", model_text(desk_draft_kinds, d->row.kind));
    web_set_flag(&p->model, &p->model.root, "close", close);
    web_set(&p->model, &p->model.root, "of", d->base.values[MODEL_ITEM_NAME]);
    desk_crumb(p, STR("草稿、审查和公布"), desk_list_home(p, "/desk/drafts"));
    return page_end(reply, p, "desk_draft_edit");
}

static void draft_typed(struct office_draft_edit *edit, const struct web_request *request,
                        const struct office_draft *d)
{
    *edit = (struct office_draft_edit){.id = d->row.id,
                                       .version = desk_number(web_field(request, "version")),
                                       .kind = d->row.kind,
                                       .code = d->row.code,
                                       .reason = web_field(request, "reason")};
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++) {
        struct str typed = web_field(request, model_items.fields[i].name);
        edit->values[i] = typed.data != NULL ? typed : d->values[i];
    }
    edit->values[MODEL_ITEM_COMPILER] = STR("");
}

/* Shows the form, or saves what was typed and goes to the draft. */
static enum err draft_form_answer(struct web_reply *reply, struct page *p,
                                  const struct office_draft *d)
{
    const struct web_request *request = p->request;
    struct office_draft_edit edit;
    int64_t id = 0;
    if (request->method != WEB_POST || desk_form_again(request))
        return draft_form(reply, p, d, ERR_OK);
    draft_typed(&edit, request, d);
    enum err err = office_draft_save(&id, &p->errand, &edit);
    if (err == ERR_OK)
        return desk_done(reply, request, desk_href(p, "/desk/drafts", id), "saved");
    return desk_form_mends(err) && err != ERR_MISSING ? draft_form(reply, p, d, err) : err;
}

/* What a new draft begins with: nothing, or the version in force. */
static enum err draft_fresh(struct office_draft *d, struct page *p)
{
    const struct web_request *r = p->request;
    bool posted = r->method == WEB_POST;
    struct store_item *versions = NULL;
    size_t count = 0;
    *d = (struct office_draft){0};
    d->row.kind = posted ? web_field(r, "kind") : web_param(r, "kind");
    d->row.code = posted ? web_field(r, "code") : web_param(r, "code");
    d->row.reason = STR("");
    for (size_t i = 0; i < MODEL_ITEM_COUNT; i++)
        d->values[i] = STR("");
    if (d->row.kind.len == 0)
        d->row.kind = STR("new");
    if (str_eq(d->row.kind, STR("new"))) {
        d->row.code = STR("");
        d->values[MODEL_ITEM_CLASS] = STR("general");
        return ERR_OK;
    }
    TRY(office_item(&versions, &count, &p->errand, d->row.code));
    for (size_t i = 0; i < count; i++)
        if (str_eq(versions[i].state, STR("active")))
            d->base = versions[i];
    if (d->base.id == 0)
        return fault_set(&p->errand.fault, ERR_MISSING, "该事项没有现行版本");
    d->row.base = d->base.id;
    memcpy(d->values, d->base.values, sizeof d->values);
    return ERR_OK;
}

enum err desk_draft_new(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct office_draft d;
    desk_begin(&p, request, "/desk/drafts", "起草抽查事项");
    enum err err = draft_fresh(&d, &p);
    if (err == ERR_OK)
        err = draft_form_answer(reply, &p, &d);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_draft_edit(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct office_draft d = {0};
    desk_begin(&p, request, "/desk/drafts", "修改草稿");
    enum err err = office_draft_get(&d, &p.errand, desk_number(web_capture(request, "id")));
    if (err == ERR_OK)
        err = draft_form_answer(reply, &p, &d);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- publishing --- */

/* The ids of what was picked: the keys, or all reviewed drafts of the filter. */
static enum err publish_ids(int64_t **ids, size_t *count, struct page *p,
                            const struct desk_picked *picked)
{
    struct office_draft *rows = NULL;
    *count = picked->count;
    if (picked->all)
        TRY(drafts_found(&rows, count, p, &picked->request));
    *ids = arena_array(p->request->arena, *count + 1, sizeof **ids);
    if (*ids == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = picked->all ? rows[i].row.id : desk_number(picked->keys[i]);
    return ERR_OK;
}

static enum err publish_form(struct web_reply *reply, struct page *p,
                             const struct desk_picked *picked, enum err refused)
{
    static const struct desk_field fields[] = {
        {"effective_on", "施行日期", DESK_DATE, true, "今天或以后；已有任务继续使用原来的版本",
         NULL},
        {"words", "公布文号", DESK_TEXT, false, "如：示双随机办〔2026〕3号", NULL}};
    struct desk_form form;
    desk_form_begin(&form, p, STR("/desk/drafts/publish"), "公布");
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/drafts"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    desk_picked_form(&form, picked);
    (void)desk_form_field(&form, &fields[0], page_date(p, date_of_time(p->request->now)));
    (void)desk_form_field(&form, &fields[1], STR(""));
    web_set_count(&p->model, &p->model.root, "publishing", (int64_t)picked->count);
    desk_crumb(p, STR("草稿、审查和公布"), desk_list_home(p, "/desk/drafts"));
    return page_end(reply, p, "desk_draft_edit");
}

enum err desk_drafts_publish(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    struct desk_picked picked;
    int64_t *ids = NULL;
    struct office_item_publish publish = {.words = str_trim(web_field(request, "words"))};
    desk_begin(&p, request, "/desk/drafts", "公布抽查事项");
    enum err err = desk_picked(&picked, &p);
    if (err == ERR_OK && (!picked.sure || desk_form_again(request))) {
        err = publish_form(reply, &p, &picked, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    if (err == ERR_OK)
        err = publish_ids(&ids, &publish.count, &p, &picked);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    publish.ids = ids;
    if (date_parse(&publish.effective_on, web_field(request, "effective_on")) != ERR_OK)
        err = fault_at(&p.errand.fault, "effective_on", ERR_INPUT, "请填写施行日期");
    if (err == ERR_OK)
        err = office_items_publish(&p.errand, &publish);
    if (err == ERR_OK)
        return desk_done(reply, request, desk_list_home(&p, "/desk/drafts"), "published");
    if (desk_form_mends(err) && err != ERR_MISSING)
        err = publish_form(reply, &p, &picked, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
