/* Superiors' lists, claimed and declined (R10); checks outside the draw (R17). */
#include "page/desk_catalogue.h"

#include "base/time.h"
#include "office/account.h"
#include "store/department.h"

#include <string.h>

enum { SUPERIOR_MOST = 100000 /* rows that one batch may take */ };

static const struct field_word superior_states[] = {{"open", "待认领", NULL},
                                                    {"claimed", "已认领", NULL},
                                                    {"declined", "不认领", NULL},
                                                    {NULL, NULL, NULL}};

enum {
    SUPERIOR_NAME,
    SUPERIOR_CATEGORY,
    SUPERIOR_OBJECTS,
    SUPERIOR_UNIT,
    SUPERIOR_STATE,
    SUPERIOR_REASON,
    SUPERIOR_LIST,
    SUPERIOR_NUMBER,
    SUPERIOR_WHEN
};

static const struct desk_filter superior_filters[] = {
    {"state", "状态", DESK_FILTER_SELECT, superior_states, false},
    {"list", "上级清单", DESK_FILTER_SELECT, NULL, false},
    {"q", "事项或类别", DESK_FILTER_TEXT, NULL, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column superior_columns[] = {
    [SUPERIOR_NAME] = {"name", "抽查事项", DESK_COLUMN_TEXT, false, false},
    [SUPERIOR_CATEGORY] = {"category", "抽查类别", DESK_COLUMN_TEXT, false, false},
    [SUPERIOR_OBJECTS] = {"objects", "检查对象", DESK_COLUMN_TEXT, false, false},
    [SUPERIOR_UNIT] = {"unit", "部门", DESK_COLUMN_TEXT, false, false},
    [SUPERIOR_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    [SUPERIOR_REASON] = {"reason", "说明", DESK_COLUMN_TEXT, false, false},
    [SUPERIOR_LIST] = {"list", "上级清单", DESK_COLUMN_TEXT, true, false},
    [SUPERIOR_NUMBER] = {"number", "序号", DESK_COLUMN_TEXT, true, false},
    [SUPERIOR_WHEN] = {"at", "办理时间", DESK_COLUMN_TIME, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind superior_list = {
    "superior", "/desk/superior", "上级清单", "个上级事项", superior_filters, superior_columns};

/* Text in a LIKE pattern: its own % and _ would match anything, so they become one character. */
static struct str superior_like(struct page *p, struct str q)
{
    struct str text = str_trim(q);
    struct str like = arena_printf(p->request->arena, "%%%.*s%%", STR_ARG(text));
    if (like.data == NULL || text.len == 0)
        return STR("%");
    char *at = (char *)(uintptr_t)like.data;
    for (size_t i = 1; i + 1 < like.len; i++)
        if (at[i] == '%')
            at[i] = '_';
    return like;
}

static struct store_superior_find superior_find(struct page *p, const struct web_request *filter)
{
    return (struct store_superior_find){.state = web_param(filter, "state"),
                                        .list = web_param(filter, "list"),
                                        .like = superior_like(p, web_param(filter, "q")),
                                        .most = SUPERIOR_MOST};
}

static struct str unit_name(const struct store_department *units, size_t count, struct str code)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(units[i].code, code))
            return units[i].name;
    return code.len > 0 ? code : STR("（未分派）");
}

static void superior_show(struct desk_list *list, const struct store_superior *row, struct str unit)
{
    struct page *p = list->p;
    const struct str *v = row->values;
    struct str key = page_digits(p, row->id);
    bool declined = str_eq(row->state, STR("declined"));
    desk_list_row(list, key, v[MODEL_ITEM_NAME]);
    desk_list_link(list, SUPERIOR_NAME, v[MODEL_ITEM_NAME],
                   desk_href(p, "/desk/superior", row->id));
    desk_list_text(list, SUPERIOR_CATEGORY, v[MODEL_ITEM_CATEGORY]);
    desk_list_text(list, SUPERIOR_OBJECTS, v[MODEL_ITEM_OBJECTS]);
    desk_list_text(list, SUPERIOR_UNIT, unit);
    desk_list_tag(list, SUPERIOR_STATE, model_text(superior_states, row->state), declined);
    desk_list_text(list, SUPERIOR_REASON, row->reason);
    desk_list_text(list, SUPERIOR_LIST, row->list);
    desk_list_text(list, SUPERIOR_NUMBER, v[MODEL_ITEM_NUMBER]);
    desk_list_text(list, SUPERIOR_WHEN, page_time(p, row->decided_at));
    if (row->draft != 0)
        desk_list_act(list, "草稿", desk_href(p, "/desk/drafts", row->draft));
}

static enum err superior_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct store_superior *rows = NULL;
    struct store_department *units = NULL;
    struct desk_found found = {0};
    struct store_superior_find find = superior_find(p, p->request);
    size_t count = 0, unit_count = 0, from = 0, until = 0;
    TRY(office_superiors(&rows, &count, &found.total, &p->errand, &find));
    TRY(office_departments(&units, &unit_count, &p->errand));
    struct str *keys = NULL;
    TRY(desk_list_keys(&keys, p, DESK_IDS(rows, count, struct store_superior, id)));
    desk_list_window(&found, &from, &until, list, keys, count);
    for (size_t i = from; i < until; i++)
        superior_show(list, &rows[i],
                      unit_name(units, unit_count, rows[i].values[MODEL_ITEM_DEPARTMENT]));
    desk_list_end(list, &found, "还没有上级清单。点“上传上级清单”导入省、市公布的抽查事项清单。");
    return ERR_OK;
}

/* How far each list is answered. */
static enum err superior_lists(struct desk_list *list)
{
    struct page *p = list->p;
    struct store_superior_list *lists = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    TRY(office_superior_lists(&lists, &count, &p->errand));
    struct web_value *rows = web_set_list(m, &m->root, "lists");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, rows);
        desk_list_option(list, "list", lists[i].list, lists[i].list);
        web_set(m, row, "name", lists[i].list);
        web_set(m, row, "name_url", page_url(p, lists[i].list));
        web_set_count(m, row, "all", lists[i].rows);
        web_set_count(m, row, "open", lists[i].open);
        web_set_count(m, row, "claimed", lists[i].claimed);
        web_set_count(m, row, "declined", lists[i].declined);
    }
    web_set_flag(m, &m->root, "has_lists", count > 0);
    return ERR_OK;
}

enum err desk_superior(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/superior", "上级清单认领");
    enum err err = desk_list_begin(&list, &p, &superior_list);
    if (err == ERR_OK)
        err = superior_lists(&list);
    if (err == ERR_OK && desk_may(&p, MODEL_PERMISSION_ITEM_EDIT)) {
        desk_list_batch(&list, "认领", STR("/desk/superior/claim"));
        desk_list_batch(&list, "不认领", STR("/desk/superior/decline"));
        if (p.errand.scope.level == MODEL_SCOPE_ALL)
            desk_list_batch(&list, "分派给部门", STR("/desk/superior/assign"));
    }
    if (err == ERR_OK)
        err = superior_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_ITEM_IMPORT))
        desk_list_button(&list, "上传上级清单", STR("/desk/import/superior"));
    return page_end(reply, &p, "desk_superior");
}

enum err desk_superior_row(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct store_superior row = {0};
    struct store_department *units = NULL;
    struct vocabulary words = {0};
    size_t count = 0;
    desk_begin(&p, request, "/desk/superior", "上级事项");
    struct web_model *m = &p.model;
    enum err err = office_superior_get(&row, &p.errand, desk_number(web_capture(request, "id")));
    if (err == ERR_OK)
        err = office_departments(&units, &count, &p.errand);
    if (err == ERR_OK)
        err = desk_item_units(&p, row.id);
    if (err == ERR_OK)
        err = office_vocabulary(&words, &p.errand, "objects");
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    desk_item_fields(&p, &m->root, row.values, NULL, &words);
    web_set(m, &m->root, "title", row.values[MODEL_ITEM_NAME]);
    web_set(m, &m->root, "list_name", row.list);
    web_set(m, &m->root, "state", model_text(superior_states, row.state));
    web_set(m, &m->root, "unit", unit_name(units, count, row.values[MODEL_ITEM_DEPARTMENT]));
    web_set(m, &m->root, "reason", row.reason);
    web_set(m, &m->root, "by", row.decided_by);
    web_set(m, &m->root, "at", page_time(&p, row.decided_at));
    web_set(m, &m->root, "draft", row.draft != 0 ? page_digits(&p, row.draft) : STR(""));
    web_set_count(m, &m->root, "id", row.id);
    bool edits = desk_may(&p, MODEL_PERMISSION_ITEM_EDIT);
    web_set_flag(m, &m->root, "may_answer", edits && str_eq(row.state, STR("open")));
    desk_crumb(&p, STR("上级清单认领"), desk_list_home(&p, "/desk/superior"));
    return page_end(reply, &p, "desk_superior_row");
}

/* --- answering --- */

struct superior_act {
    const char *title;
    const char *path;
    const char *button;
    const char *done;
    const char *note;
    bool reason; /* must be given */
    enum err (*act)(struct errand *e, const struct office_superior_answer *answer);
    bool department; /* is asked for, of those who reach all */
};

static const struct superior_act superior_claims = {
    "认领上级事项",
    "/desk/superior/claim",
    "认领",
    "claimed",
    "每个事项生成一份草稿，核对、补充后提交审查；本部门已有同类别、同名称、同对象的事项时，草稿是对"
    "它的变更；"
    "内容一致的只登记为已认领。",
    false,
    office_superior_claim,
    true};
static const struct superior_act superior_declines = {
    "不认领上级事项",
    "/desk/superior/decline",
    "不认领",
    "declined",
    "理由对双随机办可见，双随机办可以改派给其他部门。",
    true,
    office_superior_decline,
    false};
static const struct superior_act superior_assigns = {
    "分派上级事项", "/desk/superior/assign", "分派", "assigned", "分派后由该部门认领。",
    false,          office_superior_assign,  true};

static enum err superior_form(struct web_reply *reply, struct page *p,
                              const struct superior_act *act, const struct desk_picked *picked,
                              enum err refused)
{
    const struct desk_field unit = {
        "department", "部门", DESK_SELECT, true, "留空时由各行已写明的部门认领", NULL};
    const struct desk_field reason = {
        "reason", act->reason ? "理由" : "说明", DESK_AREA, act->reason, NULL, NULL};
    struct desk_form form;
    desk_form_begin(&form, p, str_of(act->path), act->button);
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/superior"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    desk_picked_form(&form, picked);
    if (act->department && p->errand.scope.level == MODEL_SCOPE_ALL)
        TRY(desk_department_options(&form, desk_form_field(&form, &unit, STR("")),
                                    act == &superior_claims ? "（按各行写明的部门）" : "请选择"));
    if (act != &superior_claims)
        (void)desk_form_field(&form, &reason, STR(""));
    web_set_count(&p->model, &p->model.root, "answering", (int64_t)picked->count);
    web_set(&p->model, &p->model.root, "note", str_of(act->note));
    desk_crumb(p, STR("上级清单认领"), desk_list_home(p, "/desk/superior"));
    return page_end(reply, p, "desk_draft_edit");
}

static enum err superior_ids(int64_t **ids, size_t *count, struct page *p,
                             const struct desk_picked *picked)
{
    struct store_superior *rows = NULL;
    struct store_superior_find find = superior_find(p, &picked->request);
    *count = picked->count;
    if (picked->all)
        TRY(office_superiors(&rows, count, NULL, &p->errand, &find));
    *ids = arena_array(p->request->arena, *count + 1, sizeof **ids);
    if (*ids == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = picked->all ? rows[i].id : desk_number(picked->keys[i]);
    return ERR_OK;
}

static enum err superior_answer(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault, const struct superior_act *act)
{
    struct page p;
    struct desk_picked picked;
    int64_t *ids = NULL;
    struct office_superior_answer answer = {.department = web_field(request, "department"),
                                            .reason = web_field(request, "reason")};
    desk_begin(&p, request, "/desk/superior", act->title);
    enum err err = desk_picked(&picked, &p);
    if (err == ERR_OK && (!picked.sure || desk_form_again(request))) {
        err = superior_form(reply, &p, act, &picked, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    if (err == ERR_OK)
        err = superior_ids(&ids, &answer.count, &p, &picked);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    answer.ids = ids;
    err = act->act(&p.errand, &answer);
    if (err == ERR_OK)
        return desk_done(reply, request, desk_list_home(&p, "/desk/superior"), act->done);
    if (desk_form_mends(err) && err != ERR_MISSING)
        err = superior_form(reply, &p, act, &picked, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_superior_claim(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    return superior_answer(reply, request, fault, &superior_claims);
}

enum err desk_superior_decline(struct web_reply *reply, const struct web_request *request,
                               struct fault *fault)
{
    return superior_answer(reply, request, fault, &superior_declines);
}

enum err desk_superior_assign(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    return superior_answer(reply, request, fault, &superior_assigns);
}

/* --- checks outside the draw --- */

enum {
    OUTSIDE_OBJECT,
    OUTSIDE_ON,
    OUTSIDE_UNIT,
    OUTSIDE_SOURCE,
    OUTSIDE_GROUND,
    OUTSIDE_NOTE,
    OUTSIDE_ACTOR
};

static const struct desk_filter outside_filters[] = {
    {"year", "年度", DESK_FILTER_SELECT, NULL, false},
    {"source", "检查来源", DESK_FILTER_SELECT, model_sources, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column outside_columns[] = {
    [OUTSIDE_OBJECT] = {"object", "检查对象", DESK_COLUMN_TEXT, false, false},
    [OUTSIDE_ON] = {"on", "检查日期", DESK_COLUMN_TIME, false, false},
    [OUTSIDE_UNIT] = {"unit", "检查部门", DESK_COLUMN_TEXT, false, false},
    [OUTSIDE_SOURCE] = {"source", "检查来源", DESK_COLUMN_TEXT, false, false},
    [OUTSIDE_GROUND] = {"ground", "法定依据和事由", DESK_COLUMN_TEXT, false, false},
    [OUTSIDE_NOTE] = {"note", "备注", DESK_COLUMN_TEXT, true, false},
    [OUTSIDE_ACTOR] = {"actor", "登记人", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind outside_list = {"outside", "/desk/outside", "非随机检查",
                                                   "次检查",  outside_filters, outside_columns};

static int outside_year(struct page *p)
{
    int64_t year = desk_number(web_param(p->request, "year"));
    int now = date_year(date_of_time(p->request->now));
    return year >= 2000 && year <= now ? (int)year : now;
}

static void outside_show(struct desk_list *list, const struct store_outside *o, struct str unit)
{
    struct page *p = list->p;
    desk_list_row(list, page_digits(p, o->id), o->object);
    desk_list_text(list, OUTSIDE_OBJECT, o->object);
    desk_list_text(list, OUTSIDE_ON, page_date(p, o->checked_on));
    desk_list_text(list, OUTSIDE_UNIT, unit);
    desk_list_text(list, OUTSIDE_SOURCE, model_text(model_sources, o->source));
    desk_list_text(list, OUTSIDE_GROUND, o->ground);
    desk_list_text(list, OUTSIDE_NOTE, o->note);
    desk_list_text(list, OUTSIDE_ACTOR, o->actor);
}

/* How much of all checking went by draw (R17). */
static void outside_share(struct page *p, int year, int64_t outside, int64_t drawn)
{
    struct web_model *m = &p->model;
    int64_t all = outside + drawn;
    web_set_count(m, &m->root, "year", year);
    web_set_count(m, &m->root, "outside", outside);
    web_set_count(m, &m->root, "drawn", drawn);
    web_set(m, &m->root, "share",
            all > 0 ? page_percent(p, (double)outside / (double)all) : STR("—"));
}

static enum err outside_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct store_outside *rows = NULL;
    struct store_department *units = NULL;
    struct desk_found found = {0};
    struct str source = web_param(p->request, "source");
    size_t count = 0, unit_count = 0, kept = 0, from = 0, until = 0;
    int64_t drawn = 0;
    int year = outside_year(p);
    TRY(office_outsides(&rows, &count, &drawn, &p->errand, year));
    TRY(office_departments(&units, &unit_count, &p->errand));
    outside_share(p, year, (int64_t)count, drawn);
    struct str *keys = NULL;
    for (size_t i = 0; i < count; i++)
        if (source.len == 0 || str_eq(source, rows[i].source))
            rows[kept++] = rows[i];
    TRY(desk_list_keys(&keys, p, DESK_IDS(rows, kept, struct store_outside, id)));
    desk_list_window(&found, &from, &until, list, keys, kept);
    for (size_t i = from; i < until; i++)
        outside_show(list, &rows[i], unit_name(units, unit_count, rows[i].department));
    desk_list_end(
        list, &found,
        "本年度没有登记非随机检查。投诉举报、转办交办等依法进行的检查，点“登记”写明依据。");
    return ERR_OK;
}

enum err desk_outside(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/outside", "非随机检查登记");
    int now = date_year(date_of_time(request->now));
    enum err err = desk_list_begin(&list, &p, &outside_list);
    for (int year = now; err == ERR_OK && year > now - 5; year--) {
        struct str text = arena_printf(request->arena, "%d", year);
        desk_list_option(&list, "year", text, text);
    }
    if (err == ERR_OK)
        err = outside_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_ITEM_EDIT))
        desk_list_button(&list, "登记", STR("/desk/outside/new"));
    return page_end(reply, &p, "desk_outside");
}

static enum err outside_form(struct web_reply *reply, struct page *p, enum err refused)
{
    static const struct desk_field fields[] = {
        {"department", "检查部门", DESK_SELECT, true, NULL, NULL},
        {"object", "检查对象", DESK_TEXT, true, "名称或统一社会信用代码", NULL},
        {"checked_on", "检查日期", DESK_DATE, true, NULL, NULL},
        {"source", "检查来源", DESK_SELECT, true, NULL, NULL},
        {"ground", "法定依据和事由", DESK_AREA, true, "法律法规条款，投诉、转办的文号或编号", NULL},
        {"note", "备注", DESK_AREA, false, NULL, NULL}};
    struct desk_form form;
    desk_form_begin(&form, p, p->request->path, "登记");
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/outside"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    bool all = p->errand.scope.level == MODEL_SCOPE_ALL;
    for (size_t i = all ? 0 : 1; i < sizeof fields / sizeof fields[0]; i++) {
        struct web_value *row = desk_form_field(&form, &fields[i], STR(""));
        if (i == 0)
            TRY(desk_department_options(&form, row, "请选择"));
        for (const struct field_word *w = model_sources; i == 3 && w->code != NULL; w++)
            if (strcmp(w->code, "plan") != 0)
                desk_form_option(&form, row, str_of(w->code), str_of(w->text));
    }
    desk_crumb(p, STR("非随机检查登记"), desk_list_home(p, "/desk/outside"));
    return page_end(reply, p, "desk_draft_edit");
}

enum err desk_outside_new(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    enum err err = ERR_OK;
    struct office_outside typed = {.department = web_field(request, "department"),
                                   .object = web_field(request, "object"),
                                   .source = web_field(request, "source"),
                                   .ground = web_field(request, "ground"),
                                   .note = web_field(request, "note")};
    desk_begin(&p, request, "/desk/outside", "登记非随机检查");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        if (date_parse(&typed.checked_on, web_field(request, "checked_on")) != ERR_OK)
            typed.checked_on = 0;
        err = office_outside_add(&p.errand, &typed);
        if (err == ERR_OK)
            return desk_done(reply, request, desk_list_home(&p, "/desk/outside"), "added");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = outside_form(reply, &p, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
