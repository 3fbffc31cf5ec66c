/* The list of objects: filter, columns, pages, batch actions, export. */
#include "page/desk_object.h"

#include "base/time.h"
#include "office/account.h"
#include "office/scope.h"

#include <string.h>

static const struct field_word object_risks[] = {{"A", "A 低", NULL},   {"B", "B 一般", NULL},
                                                 {"C", "C 较高", NULL}, {"D", "D 高", NULL},
                                                 {"-", "未分类", NULL}, {NULL, NULL, NULL}};
static const struct field_word object_visited[] = {{"yes", "今年已检查", NULL},
                                                   {"drawn", "今年已抽中、待检查", NULL},
                                                   {"no", "今年未抽查", NULL},
                                                   {NULL, NULL, NULL}};
static const struct field_word object_stale[] = {{"90", "90天以上未更新", NULL},
                                                 {"180", "180天以上未更新", NULL},
                                                 {"365", "一年以上未更新", NULL},
                                                 {NULL, NULL, NULL}};

static const struct desk_filter object_filters[] = {
    {"q", "名称、拼音首字母或号码", DESK_FILTER_TEXT, NULL, false},
    {"division", "行政区划（代码或名称）", DESK_FILTER_TEXT, NULL, false},
    {"kind", "对象类别", DESK_FILTER_SELECT, model_object_kinds, false},
    {"state", "登记状态", DESK_FILTER_SELECT, model_object_states, false},
    {"department", "监管部门", DESK_FILTER_SELECT, NULL, false},
    {"section", "行业门类", DESK_FILTER_SELECT, NULL, true},
    {"industry", "行业（代码或名称）", DESK_FILTER_TEXT, NULL, true},
    {"risk", "信用风险类别", DESK_FILTER_SELECT, object_risks, true},
    {"label", "监管标签", DESK_FILTER_SELECT, NULL, true},
    {"item", "适用的抽查事项（事项编码）", DESK_FILTER_TEXT, NULL, true},
    {"library", "专项库", DESK_FILTER_SELECT, NULL, true},
    {"visited", "检查情况", DESK_FILTER_SELECT, object_visited, true},
    {"stale", "更新情况", DESK_FILTER_SELECT, object_stale, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

/* The columns of the registry's fields, then when the row was written. */
enum { OBJECT_POOL_ID = MODEL_OBJECT_NUMBER, OBJECT_AT = MODEL_OBJECT_COUNT };

static const struct desk_column object_columns[] = {
    [OBJECT_POOL_ID] = {"number", "编号", DESK_COLUMN_TIME, false, false},
    [MODEL_OBJECT_NAME] = {"name", "检查对象名称", DESK_COLUMN_TEXT, false, true},
    [MODEL_OBJECT_KIND] = {"kind", "对象类别", DESK_COLUMN_TEXT, false, false},
    [MODEL_OBJECT_TYPE] = {"type", "企业类型", DESK_COLUMN_TEXT, true, false},
    [MODEL_OBJECT_STATE] = {"state", "登记状态", DESK_COLUMN_TEXT, false, false},
    [MODEL_OBJECT_DIVISION] = {"division", "行政区划", DESK_COLUMN_TEXT, false, false},
    [MODEL_OBJECT_ADDRESS] = {"address", "地址", DESK_COLUMN_TEXT, true, false},
    [MODEL_OBJECT_INDUSTRY] = {"industry", "行业", DESK_COLUMN_TEXT, false, false},
    [MODEL_OBJECT_BUSINESS] = {"business", "经营范围", DESK_COLUMN_TEXT, true, false},
    [MODEL_OBJECT_ESTABLISHED] = {"established", "成立日期", DESK_COLUMN_TIME, true, false},
    [MODEL_OBJECT_RISK] = {"risk", "风险类别", DESK_COLUMN_TEXT, false, false},
    [MODEL_OBJECT_RISK_ON] = {"risk-on", "分类日期", DESK_COLUMN_TIME, true, false},
    [MODEL_OBJECT_OBSERVED_UNTIL] = {"observed-until", "观察期至", DESK_COLUMN_TIME, true, false},
    [MODEL_OBJECT_DEPARTMENT] = {"department", "监管部门", DESK_COLUMN_TEXT, false, false},
    [MODEL_OBJECT_LABELS] = {"labels", "监管标签", DESK_COLUMN_TEXT, false, false},
    [OBJECT_AT] = {"at", "更新时间", DESK_COLUMN_TIME, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind object_list = {"objects",    "/desk/objects", "检查对象列表",
                                                  "个检查对象", object_filters,  object_columns};

/* --- the filter --- */

/* A division by code or name; a name that nobody bears is kept and finds nothing. */
static struct str object_division(const struct page *p, struct str text)
{
    const struct office *office = p->errand.office;
    const struct region *region =
        text.len > 0 ? regions_resolve(&office->regions, office->tenant, text) : NULL;
    return region != NULL ? region->code : text;
}

static struct str object_industry(const struct page *p, struct str text)
{
    const struct industry *industry =
        text.len > 0 ? industry_resolve(&p->errand.office->industries, text) : NULL;
    return industry != NULL ? industry->code : text;
}

static int object_year(int64_t now)
{
    int year = 0;
    int month = 0;
    int day = 0;
    date_split(&year, &month, &day, date_of_time(now));
    return year;
}

struct office_object_query desk_object_query(struct page *p, const struct web_request *r)
{
    struct str visited = web_param(r, "visited");
    int64_t stale = desk_number(web_param(r, "stale"));
    struct str sort = web_param(r, "sort");
    struct office_object_query query = {
        .filter = {.division = object_division(p, str_trim(web_param(r, "division"))),
                   .industry = object_industry(p, str_trim(web_param(r, "industry"))),
                   .section = web_param(r, "section"),
                   .kind = web_param(r, "kind"),
                   .state = web_param(r, "state"),
                   .risk = web_param(r, "risk"),
                   .department = web_param(r, "department"),
                   .label = web_param(r, "label"),
                   .item = str_trim(web_param(r, "item")),
                   .library = desk_number(web_param(r, "library")),
                   .year = object_year(r->now),
                   .text = str_trim(web_param(r, "q"))}};
    if (str_eq(visited, STR("yes")))
        query.filter.visited = STORE_VISITED_YES;
    if (str_eq(visited, STR("drawn")))
        query.filter.visited = STORE_VISITED_DRAWN;
    if (str_eq(visited, STR("no")))
        query.filter.visited = STORE_VISITED_NO;
    if (stale > 0 && stale < 36500)
        query.filter.stale_before = r->now - stale * TIME_DAY;
    if (str_eq(sort, STR("name")) || str_eq(sort, STR("-name")))
        query.page.order = STORE_OBJECT_BY_NAME;
    return query;
}

enum err desk_departments_all(struct desk_departments *out, struct page *p)
{
    return office_departments(&out->rows, &out->count, &p->errand);
}

enum err desk_departments_mine(struct desk_departments *out, struct page *p)
{
    size_t kept = 0;
    TRY(desk_departments_all(out, p));
    for (size_t i = 0; i < out->count; i++)
        if (office_scope_department(&p->errand.scope, out->rows[i].code))
            out->rows[kept++] = out->rows[i];
    out->count = kept;
    return ERR_OK;
}

struct str desk_department_name(const struct desk_departments *all, struct str code)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->rows[i].code, code))
            return all->rows[i].name;
    return code;
}

struct str desk_object_href(struct page *p, struct str pool_id, const char *more)
{
    struct str href = arena_printf(p->request->arena, "/desk/objects/%.*s%s",
                                   STR_ARG(page_url(p, pool_id)), more);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

/* The sections of GB/T 4754. */
static void object_sections(struct desk_list *list)
{
    const struct industries *all = &list->p->errand.office->industries;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].code.len == 1)
            desk_list_option(list, "section", all->items[i].code,
                             arena_printf(list->p->request->arena, "%.*s %.*s",
                                          STR_ARG(all->items[i].code),
                                          STR_ARG(all->items[i].name)));
}

static enum err object_choices(struct desk_list *list)
{
    struct desk_departments mine;
    struct errand *e = &list->p->errand;
    struct store_label *labels = NULL;
    struct store_library *libraries = NULL;
    size_t label_count = 0;
    size_t library_count = 0;
    TRY(desk_departments_mine(&mine, list->p));
    TRY(office_labels(&labels, &label_count, e, STR("objects")));
    TRY(office_library_choices(&libraries, &library_count, e));
    object_sections(list);
    for (size_t i = 0; i < mine.count; i++)
        desk_list_option(list, "department", mine.rows[i].code,
                         desk_indent(list->p, mine.rows[i].name, mine.rows[i].below));
    for (size_t i = 0; i < label_count; i++)
        desk_list_option(list, "label", labels[i].word, labels[i].word);
    desk_list_option(list, "label", STR("-"), STR("没有标签"));
    desk_list_option(list, "label", STR("?"), STR("不在字库的标签"));
    for (size_t i = 0; i < library_count; i++)
        desk_list_option(list, "library", page_digits(list->p, libraries[i].id), libraries[i].name);
    return ERR_OK;
}

/* --- rows --- */

static void object_labels(struct desk_list *list, struct str labels)
{
    struct str word;
    while (store_label_next(&word, &labels))
        desk_list_tag(list, MODEL_OBJECT_LABELS, word, false);
}

static void object_row(struct desk_list *list, const struct store_object_row *row,
                       const struct desk_departments *departments)
{
    struct page *p = list->p;
    const struct str *values = row->record.values;
    const struct industry *industry =
        industry_find(&p->errand.office->industries, values[MODEL_OBJECT_INDUSTRY]);
    struct str href = desk_object_href(p, values[STORE_OBJECT_POOL_ID], "");
    bool active = str_eq(values[MODEL_OBJECT_STATE], STR("active"));
    struct str state = model_text(model_object_states, values[MODEL_OBJECT_STATE]);
    desk_list_row(list, values[STORE_OBJECT_POOL_ID], values[MODEL_OBJECT_NAME]);
    desk_list_link(list, OBJECT_POOL_ID, values[STORE_OBJECT_POOL_ID], href);
    desk_list_link(list, MODEL_OBJECT_NAME, values[MODEL_OBJECT_NAME], href);
    desk_list_text(list, MODEL_OBJECT_KIND,
                   model_text(model_object_kinds, values[MODEL_OBJECT_KIND]));
    desk_list_text(list, MODEL_OBJECT_TYPE, values[MODEL_OBJECT_TYPE]);
    if (active)
        desk_list_text(list, MODEL_OBJECT_STATE, state);
    else
        desk_list_tag(list, MODEL_OBJECT_STATE, state, true);
    desk_list_text(list, MODEL_OBJECT_DIVISION, page_division(p, values[MODEL_OBJECT_DIVISION]));
    desk_list_text(list, MODEL_OBJECT_ADDRESS, values[MODEL_OBJECT_ADDRESS]);
    desk_list_text(list, MODEL_OBJECT_INDUSTRY,
                   industry != NULL ? industry->name : values[MODEL_OBJECT_INDUSTRY]);
    desk_list_text(list, MODEL_OBJECT_BUSINESS, values[MODEL_OBJECT_BUSINESS]);
    desk_list_text(list, MODEL_OBJECT_ESTABLISHED, values[MODEL_OBJECT_ESTABLISHED]);
    desk_list_text(list, MODEL_OBJECT_RISK, model_text(object_risks, values[MODEL_OBJECT_RISK]));
    desk_list_text(list, MODEL_OBJECT_RISK_ON, values[MODEL_OBJECT_RISK_ON]);
    desk_list_text(list, MODEL_OBJECT_OBSERVED_UNTIL, values[MODEL_OBJECT_OBSERVED_UNTIL]);
    desk_list_text(list, MODEL_OBJECT_DEPARTMENT,
                   desk_department_name(departments, values[MODEL_OBJECT_DEPARTMENT]));
    object_labels(list, values[MODEL_OBJECT_LABELS]);
    if (desk_list_shows(list, OBJECT_AT))
        desk_list_text(list, OBJECT_AT, page_time(p, row->at));
    if (desk_may(p, MODEL_PERMISSION_OBJECT_EDIT))
        desk_list_act(list, "修改", desk_object_href(p, values[STORE_OBJECT_POOL_ID], "/edit"));
}

/* Where the page begins: the key is the object's id. */
static void object_place(struct office_object_query *query, const struct desk_list *list)
{
    bool back = list->before.len > 0;
    query->page.most = (int64_t)list->size;
    query->page.id = desk_number(back ? list->before : list->after);
    query->page.back = back && query->page.id != 0;
    query->page.down = list->down;
}

static void object_found(struct desk_found *found, struct page *p,
                         const struct office_object_list *objects)
{
    *found = (struct desk_found){
        .total = objects->total, .has_before = objects->before, .has_behind = objects->behind};
    if (objects->count == 0)
        return;
    found->first = page_digits(p, objects->rows[0].record.id);
    found->last = page_digits(p, objects->rows[objects->count - 1].record.id);
}

static void object_buttons(struct desk_list *list)
{
    struct page *p = list->p;
    if (desk_may(p, MODEL_PERMISSION_OBJECT_EDIT))
        desk_list_button(list, "登记检查对象", STR("/desk/objects/new"));
    if (desk_may(p, MODEL_PERMISSION_OBJECT_IMPORT))
        desk_list_button(list, "导入", STR("/desk/import/objects"));
    if (desk_may(p, MODEL_PERMISSION_OBJECT_EXPORT))
        desk_list_button_query(list, "导出", STR("/desk/objects/export"));
    if (desk_may(p, MODEL_PERMISSION_OBJECT_EDIT)) {
        desk_list_batch(list, "加标签", STR("/desk/objects/label"));
        desk_list_batch(list, "去标签", STR("/desk/objects/unlabel"));
    }
    if (desk_may(p, MODEL_PERMISSION_LIBRARY_EDIT)) {
        desk_list_batch(list, "列入专项库", STR("/desk/objects/place"));
        desk_list_batch(list, "移出专项库", STR("/desk/objects/displace"));
    }
}

static enum err object_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct desk_departments departments;
    struct office_object_list objects;
    struct desk_found found;
    struct office_object_query query = desk_object_query(p, p->request);
    TRY(desk_departments_all(&departments, p));
    TRY(object_choices(list));
    object_place(&query, list);
    TRY(office_object_list(&objects, &p->errand, &query));
    for (size_t i = 0; i < objects.count; i++)
        object_row(list, &objects.rows[i], &departments);
    object_found(&found, p, &objects);
    desk_list_end(list, &found,
                  "还没有检查对象。点“登记检查对象”逐个登记，或点“导入”上传名录文件。");
    return ERR_OK;
}

enum err desk_objects(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/objects", "检查对象名录库");
    enum err err = desk_list_begin(&list, &p, &object_list);
    if (err == ERR_OK)
        err = object_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    object_buttons(&list);
    return page_end(reply, &p, "desk_list_page");
}
