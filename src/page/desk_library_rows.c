/* One special library (专项库): its rows, a row a licence, with what runs out; import and export.
 */
#include "page/desk_object.h"
#include "page/desk_shared.h"

#include "base/time.h"
#include "office/grade.h"
#include "office/scope.h"

enum {
    ROWS_NAME,
    ROWS_NUMBER,
    ROWS_LICENCE,
    ROWS_WHAT,
    ROWS_UNTIL,
    ROWS_CONTACT,
    ROWS_PHONE,
    ROWS_DEPARTMENT
};

static const struct field_word rows_valid[] = {{"over", "已过期", NULL},
                                               {"30", "30天内到期", NULL},
                                               {"90", "90天内到期", NULL},
                                               {NULL, NULL, NULL}};

static const struct desk_filter rows_filters[] = {
    {"q", "名称、号码或许可证号", DESK_FILTER_TEXT, NULL, false},
    {"valid", "有效期", DESK_FILTER_SELECT, rows_valid, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column rows_columns[] = {
    [ROWS_NAME] = {"name", "检查对象名称", DESK_COLUMN_TEXT, false, false},
    [ROWS_NUMBER] = {"number", "编号", DESK_COLUMN_TIME, false, false},
    [ROWS_LICENCE] = {"licence", "许可证号", DESK_COLUMN_TEXT, false, false},
    [ROWS_WHAT] = {"what", "许可事项", DESK_COLUMN_TEXT, false, false},
    [ROWS_UNTIL] = {"until", "有效期至", DESK_COLUMN_TIME, false, false},
    [ROWS_CONTACT] = {"contact", "联系人", DESK_COLUMN_TEXT, false, false},
    [ROWS_PHONE] = {"phone", "电话", DESK_COLUMN_TIME, false, false},
    [ROWS_DEPARTMENT] = {"department", "监管部门", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

/* "OBJECT LICENCE": the place behind or before which a page begins. */
static void rows_place(struct office_library_query *query, const struct desk_list *list)
{
    struct str key = list->before.len > 0 ? list->before : list->after;
    struct str object;
    query->back = list->before.len > 0;
    query->licence = STR("");
    if (!str_cut(&object, &key, ' '))
        return;
    query->object = desk_number(object);
    query->licence = key.data != NULL ? key : STR("");
    query->back = query->back && query->object != 0;
}

static void rows_until(struct office_library_query *query, const struct web_request *r)
{
    struct str valid = web_param(r, "valid");
    int32_t today = date_of_time(r->now);
    int64_t days = desk_number(valid);
    if (str_eq(valid, STR("over"))) {
        query->from = 1;
        query->until = today - 1;
    } else if (days > 0 && days <= 3660) {
        query->from = today;
        query->until = today + (int32_t)days;
    }
}

static void rows_row(struct desk_list *list, const struct store_library_entry *entry,
                     const struct desk_departments *departments)
{
    struct page *p = list->p;
    const struct store_library_row *place = &entry->place;
    bool over = place->valid_until != 0 && place->valid_until < date_of_time(p->request->now);
    desk_list_row(list, entry->pool_id, entry->name);
    desk_list_link(list, ROWS_NAME, entry->name, desk_object_href(p, entry->pool_id, ""));
    desk_list_text(list, ROWS_NUMBER, entry->pool_id);
    desk_list_text(list, ROWS_LICENCE, place->licence);
    desk_list_text(list, ROWS_WHAT, place->what);
    if (place->valid_until != 0)
        desk_list_text(list, ROWS_UNTIL, page_date(p, place->valid_until));
    if (over)
        desk_list_tag(list, ROWS_UNTIL, STR("已过期"), true);
    desk_list_text(list, ROWS_CONTACT, place->contact);
    desk_list_text(list, ROWS_PHONE, place->phone);
    desk_list_text(list, ROWS_DEPARTMENT, desk_department_name(departments, entry->department));
}

static struct str rows_key(struct page *p, const struct store_library_entry *entry)
{
    struct str key = arena_printf(p->request->arena, "%lld %.*s", (long long)entry->place.object,
                                  STR_ARG(entry->place.licence));
    p->model.failed = p->model.failed || key.data == NULL;
    return key;
}

static void rows_buttons(struct desk_list *list, const struct store_library *l)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    long long id = (long long)l->id;
    bool edit = desk_may(p, MODEL_PERMISSION_LIBRARY_EDIT);
    desk_list_button(list, "在名录库中查看", arena_printf(arena, "/desk/objects?library=%lld", id));
    if (edit && str_eq(l->state, STR("active")))
        desk_list_button(list, "从表格导入",
                         arena_printf(arena, "/desk/import/libraries?library=%lld", id));
    if (desk_may(p, MODEL_PERMISSION_OBJECT_EXPORT))
        desk_list_button(list, "导出", arena_printf(arena, "/desk/libraries/%lld/export", id));
    if (edit)
        desk_list_button(list, "修改", arena_printf(arena, "/desk/libraries/%lld/edit", id));
}

static struct str library_href(struct page *p, int64_t id, const char *tail)
{
    struct str href =
        arena_printf(p->request->arena, "/desk/libraries/%lld%s", (long long)id, tail);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

/* What the library is, above its rows. */
static void rows_head(struct page *p, const struct store_library *l,
                      const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    web_set(m, &m->root, "title", l->name);
    web_set(m, &m->root, "keeper", desk_department_name(departments, l->department));
    web_set(m, &m->root, "basis", l->basis);
    web_set_flag(m, &m->root, "closed", !str_eq(l->state, STR("active")));
    web_set_flag(m, &m->root, "grade_library", true);
    desk_grade_show(p, l->grade, library_href(p, l->id, "/grade"),
                    desk_may(p, MODEL_PERMISSION_LIBRARY_EDIT) &&
                        office_scope_department(&p->errand.scope, l->department));
    desk_crumb(p, STR("专项库"), desk_list_home(p, "/desk/libraries"));
}

static enum err rows_fill(struct desk_list *list, int64_t id)
{
    struct page *p = list->p;
    struct desk_departments departments;
    struct office_library_list found;
    struct office_library_query query = {
        .library = id, .text = web_param(p->request, "q"), .most = list->size};
    rows_place(&query, list);
    rows_until(&query, p->request);
    TRY(desk_departments_all(&departments, p));
    TRY(office_library_list(&found, &p->errand, &query));
    rows_head(p, &found.library, &departments);
    rows_buttons(list, &found.library);
    for (size_t i = 0; i < found.count; i++)
        rows_row(list, &found.rows[i], &departments);
    struct desk_found page = {
        .total = found.total, .has_before = found.before, .has_behind = found.behind};
    if (found.count > 0) {
        page.first = rows_key(p, &found.rows[0]);
        page.last = rows_key(p, &found.rows[found.count - 1]);
    }
    desk_list_end(list, &page,
                  "还没有列入检查对象。点“从表格导入”，或在检查对象名录库中勾选后“列入专项库”。");
    return ERR_OK;
}

static enum err rows_page(struct web_reply *reply, struct page *p, int64_t id, enum err refused)
{
    struct desk_list list;
    struct str path = library_href(p, id, "");
    if (path.data == NULL)
        return ERR_MEMORY;
    const struct desk_list_kind kind = {"library-rows", path.data,    "专项库中的检查对象",
                                        "行",           rows_filters, rows_columns};
    desk_refused(reply, p, refused);
    TRY(desk_list_begin(&list, p, &kind));
    TRY(rows_fill(&list, id));
    return page_end(reply, p, "desk_library");
}

enum err desk_library(struct web_reply *reply, const struct web_request *request,
                      struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/libraries", "专项库");
    enum err err = rows_page(reply, &p, desk_number(web_capture(request, "id")), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_library_grade(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    const struct office_grading to = {.row = desk_number(web_capture(request, "id")),
                                      .grade = web_field(request, "grade"),
                                      .reason = web_field(request, "reason"),
                                      .library = true};
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/libraries", "专项库");
    if (desk_form_again(request)) {
        desk_say_again(&p);
    } else {
        err = office_grade(&p.errand, &to);
        if (err == ERR_OK)
            return desk_done(reply, request, library_href(&p, to.row, ""), "graded");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = rows_page(reply, &p, to.row, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
