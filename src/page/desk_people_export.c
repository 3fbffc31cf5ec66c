/* Exports of inspectors, experts and commissions: of what the list's filter shows, or of the rows
 * picked in it; which columns, which format. */
#include "page/desk_catalogue.h"
#include "page/desk_inspector.h"

#include "office/approval.h"

static const struct field_word export_formats[] = {
    {"xlsx", "Excel（.xlsx）", NULL}, {"csv", "CSV（.csv）", NULL}, {NULL, NULL, NULL}};

struct export_page {
    struct page p;
    const char *list; /* address and name */
    const char *list_title;
    bool experts;
    bool picking; /* rows were picked */
    struct desk_picked picked;
    size_t columns;
    const char *(*column)(size_t column);
    bool (*at_first)(const struct export_page *x, size_t column);
};

/* --- columns --- */

static bool person_column(const struct export_page *x, size_t column)
{
    return x->experts ||
           (column != MODEL_INSPECTOR_INSTITUTION && column != MODEL_INSPECTOR_TERM_UNTIL);
}

static const char *commission_column(size_t column)
{
    return model_commissions.fields[column].label;
}

static bool every_column(const struct export_page *x, size_t column)
{
    (void)x;
    (void)column;
    return true;
}

static struct str column_name(struct page *p, size_t column)
{
    struct str name = arena_printf(p->request->arena, "col-%zu", column);
    p->model.failed = p->model.failed || name.data == NULL;
    return name;
}

static uint32_t columns_chosen(struct export_page *x)
{
    uint32_t chosen = 0;
    for (size_t i = 0; i < x->columns && !x->p.model.failed; i++)
        if (str_eq(web_field(x->p.request, column_name(&x->p, i).data), STR("1")))
            chosen |= UINT32_C(1) << i;
    return chosen;
}

/* --- which rows --- */

/* The request whose parameters are the list's conditions. */
static const struct web_request *export_filter(const struct export_page *x)
{
    return x->picking ? &x->picked.request : x->p.request;
}

static struct office_inspector_find people_find(const struct export_page *x)
{
    struct office_inspector_find find = inspector_conditions(export_filter(x), x->experts);
    if (!x->picking || x->picked.all)
        return find;
    return (struct office_inspector_find){.keys = x->picked.keys,
                                          .key_count = x->picked.count,
                                          .category = x->experts ? STR("expert") : STR(""),
                                          .officials = !x->experts};
}

static struct office_commission_find commission_find(const struct export_page *x)
{
    if (!x->picking || x->picked.all)
        return desk_commission_find(export_filter(x));
    return (struct office_commission_find){.keys = x->picked.keys, .key_count = x->picked.count};
}

/* --- the form --- */

/* What carries the conditions to the answer. */
static void export_hidden(struct export_page *x, struct desk_form *form)
{
    static const char *const filters[] = {"q",     "department", "category", "standing", "validity",
                                          "state", "speciality", "area",     "kind"};
    if (x->picking) {
        desk_picked_form(form, &x->picked);
        return;
    }
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const struct desk_field field = {filters[i], "", DESK_HIDDEN, false, NULL, NULL};
        struct str value = web_param(x->p.request, filters[i]);
        if (value.len > 0 || web_field(x->p.request, filters[i]).len > 0)
            (void)desk_form_field(form, &field, value);
    }
}

static void export_form(struct export_page *x, struct desk_form *form, struct web_reply *reply,
                        enum err refused)
{
    const struct desk_field format = {"format", "格式", DESK_SELECT, true, NULL, export_formats};
    struct page *p = &x->p;
    struct str home = desk_list_home(p, x->list);
    if (x->picking)
        home = arena_printf(p->request->arena, "%s%s%.*s", x->list,
                            x->picked.query.len > 0 ? "?" : "", STR_ARG(x->picked.query));
    p->model.failed = p->model.failed || home.data == NULL;
    desk_form_begin(form, p, p->request->path, "导出");
    web_set(&p->model, form->object, "back", home);
    if (refused != ERR_OK)
        desk_form_refused(form, reply, refused);
    export_hidden(x, form);
    (void)desk_form_field(form, &format, STR("xlsx"));
    for (size_t i = 0; i < x->columns && !p->model.failed; i++) {
        const struct desk_field field = {
            column_name(p, i).data, x->column(i), DESK_CHECK, false, NULL, NULL};
        (void)desk_form_field(form, &field, x->at_first(x, i) ? STR("1") : STR(""));
    }
    web_set_flag(&p->model, &p->model.root, "picking", x->picking);
    desk_crumb(p, str_of(x->list_title), home);
}

/* Reads what was picked, where rows were. */
static enum err export_begin(struct export_page *x)
{
    const struct web_request *r = x->p.request;
    x->picking = r->method == WEB_POST && web_field(r, "which").len > 0;
    return x->picking ? desk_picked(&x->picked, &x->p) : ERR_OK;
}

/* Is this the answer to the form? */
static bool export_asked(const struct export_page *x)
{
    const struct web_request *r = x->p.request;
    return r->method == WEB_POST && !desk_form_again(r) && (!x->picking || x->picked.sure);
}

static bool export_csv(const struct export_page *x)
{
    return str_eq(web_field(x->p.request, "format"), STR("csv"));
}

/* --- inspectors and experts --- */

static struct str plain_hint(struct page *p, uint64_t most, uint64_t done, bool asks)
{
    struct arena *arena = p->request->arena;
    struct str already =
        done == 0 ? STR("")
                  : arena_printf(arena, "（您近24小时已导出 %llu 人）", (unsigned long long)done);
    struct str hint = arena_printf(arena,
                                   "默认遮盖；勾选后导出完整号码，记入审计。24小时内累计超过 %llu "
                                   "人的须由另一人审批%.*s%s",
                                   (unsigned long long)most, STR_ARG(already),
                                   asks ? "：填写理由，点“提交审批”" : "");
    p->model.failed = p->model.failed || already.data == NULL || hint.data == NULL;
    return hint;
}

/* The boxes of numbers in full; beyond the limit they are asked for by a button of its own. */
static void people_plain(struct desk_form *form, const struct office_inspectors *all, uint64_t done)
{
    struct page *p = form->p;
    struct web_model *m = &p->model;
    bool asks = all->count + done > all->plain_most;
    struct str hint = plain_hint(p, all->plain_most, done, asks);
    const struct desk_field plain = {"plain", "完整电话和证号", DESK_CHECK, false, hint.data, NULL};
    const struct desk_field reason = {"reason", "理由", DESK_TEXT, false, "导出完整号码时必填",
                                      NULL};
    (void)desk_form_field(form, &plain, STR(""));
    (void)desk_form_field(form, &reason, STR(""));
    if (!asks)
        return;
    struct web_value *button = web_list_add(m, web_set_list(m, form->object, "more"));
    web_set(m, button, "code", STR("ask"));
    web_set(m, button, "label", STR("提交审批"));
}

static enum err people_form(struct web_reply *reply, struct export_page *x, enum err refused)
{
    struct desk_form form;
    struct office_inspectors all;
    struct page *p = &x->p;
    struct fault words = p->errand.fault;
    const struct office_inspector_find find = people_find(x);
    uint64_t done = 0;
    TRY(office_inspectors(&all, &p->errand, &find));
    TRY(office_inspector_plain_done(&done, &p->errand));
    p->errand.fault = words;
    export_form(x, &form, reply, refused);
    if (desk_may(p, MODEL_PERMISSION_PERSON_UNMASK))
        people_plain(&form, &all, done);
    web_set_count(&p->model, &p->model.root, "count", (int64_t)all.count);
    return page_end(reply, p, "desk_inspector_export");
}

static enum err people_file(struct web_reply *reply, struct export_page *x)
{
    struct page *p = &x->p;
    const struct office_inspector_find find = people_find(x);
    bool csv = export_csv(x);
    uint64_t rows = 0;
    struct office_inspector_export export = {.find = &find,
                                             .columns = columns_chosen(x),
                                             .plain =
                                                 str_eq(web_field(p->request, "plain"), STR("1")),
                                             .reason = str_trim(web_field(p->request, "reason"))};
    if (export.plain && !desk_may(p, MODEL_PERMISSION_PERSON_UNMASK))
        return fault_set(&p->errand.fault, ERR_FORBIDDEN, "您的角色不能导出完整号码；没有导出");
    TRY(desk_export_path(&export.path, p, csv ? "csv" : "xlsx"));
    TRY(office_inspector_export(&rows, &p->errand, &export));
    return desk_send_file(reply, p, export.path,
                          x->experts ? (csv ? STR("专家名录.csv") : STR("专家名录.xlsx"))
                                     : (csv ? STR("检查人员名录.csv") : STR("检查人员名录.xlsx")));
}

/* Asks for the second person. */
static enum err people_ask(struct web_reply *reply, struct export_page *x)
{
    struct page *p = &x->p;
    const struct office_inspector_find find = people_find(x);
    const struct office_inspector_export export = {.find = &find,
                                                   .columns = columns_chosen(x),
                                                   .reason =
                                                       str_trim(web_field(p->request, "reason"))};
    const struct office_approval_ask ask = {&export, export_csv(x)};
    int64_t id = 0;
    if (!desk_may(p, MODEL_PERMISSION_PERSON_UNMASK))
        return fault_set(&p->errand.fault, ERR_FORBIDDEN, "您的角色不能导出完整号码；没有提交");
    TRY(office_approval_ask(&id, &p->errand, &ask));
    return desk_done(reply, p->request, desk_href(p, "/desk/approvals", id), "asked");
}

static enum err people_export(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault, bool experts)
{
    struct export_page x = {.list = experts ? "/desk/experts" : "/desk/inspectors",
                            .list_title = experts ? "专家库" : "检查人员",
                            .experts = experts,
                            .columns = OFFICE_INSPECTOR_COLUMNS,
                            .column = office_inspector_column,
                            .at_first = person_column};
    bool asked = false;
    bool asks = str_eq(web_field(request, "act"), STR("ask"));
    desk_begin(&x.p, request, x.list, experts ? "导出专家" : "导出检查人员");
    enum err err = export_begin(&x);
    if (err == ERR_OK && export_asked(&x)) {
        if (asks || str_eq(web_field(request, "plain"), STR("1")))
            err = desk_prove(&asked, reply, request, &x.p.errand, &desk_of(request)->session);
        if (err != ERR_OK)
            return page_fail(fault, &x.p, err);
        if (asked)
            return ERR_OK;
        err = asks ? people_ask(reply, &x) : people_file(reply, &x);
        if (err == ERR_OK)
            return ERR_OK;
    }
    if (err == ERR_OK || (desk_form_mends(err) && export_asked(&x)))
        err = people_form(reply, &x, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &x.p, err);
}

enum err desk_inspector_export(struct web_reply *reply, const struct web_request *request,
                               struct fault *fault)
{
    return people_export(reply, request, fault, false);
}

enum err desk_expert_export(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    return people_export(reply, request, fault, true);
}

/* --- commissions --- */

static enum err commission_form(struct web_reply *reply, struct export_page *x, enum err refused)
{
    struct desk_form form;
    struct office_commission *rows = NULL;
    size_t count = 0;
    struct page *p = &x->p;
    struct fault words = p->errand.fault;
    const struct office_commission_find find = commission_find(x);
    TRY(office_commissions(&rows, &count, &p->errand, &find));
    p->errand.fault = words;
    export_form(x, &form, reply, refused);
    web_set_count(&p->model, &p->model.root, "count", (int64_t)count);
    return page_end(reply, p, "desk_commission_export");
}

static enum err commission_file(struct web_reply *reply, struct export_page *x)
{
    struct page *p = &x->p;
    const struct office_commission_find find = commission_find(x);
    bool csv = export_csv(x);
    uint64_t rows = 0;
    struct office_commission_export export = {.find = &find, .columns = columns_chosen(x)};
    TRY(desk_export_path(&export.path, p, csv ? "csv" : "xlsx"));
    TRY(office_commission_export(&rows, &p->errand, &export));
    return desk_send_file(reply, p, export.path,
                          csv ? STR("第三方委托.csv") : STR("第三方委托.xlsx"));
}

enum err desk_commission_export(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault)
{
    struct export_page x = {.list = "/desk/commissions",
                            .list_title = "第三方委托",
                            .columns = MODEL_COMMISSION_COUNT,
                            .column = commission_column,
                            .at_first = every_column};
    desk_begin(&x.p, request, x.list, "导出第三方委托");
    enum err err = export_begin(&x);
    if (err == ERR_OK && export_asked(&x)) {
        err = commission_file(reply, &x);
        if (err == ERR_OK)
            return ERR_OK;
    }
    if (err == ERR_OK || (desk_form_mends(err) && export_asked(&x)))
        err = commission_form(reply, &x, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &x.p, err);
}
