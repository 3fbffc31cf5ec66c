/* Results that are not public yet, with their last days: the list behind the counts of the first
 * page, and its export. */
#include "page/desk_object.h"
#include "page/desk_shared.h"

#include "base/file.h"
#include "office/pending.h"

static const struct desk_filter due_filters[] = {
    {"q", "检查对象名称或编号", DESK_FILTER_TEXT, NULL, false},
    {"department", "检查部门", DESK_FILTER_SELECT, NULL, false},
    {"task", "抽查任务", DESK_FILTER_SELECT, NULL, false},
    {"state", "期限", DESK_FILTER_SELECT, office_pending_states, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum {
    DUE_OBJECT,
    DUE_NUMBER,
    DUE_TASK,
    DUE_TASK_NUMBER,
    DUE_DRAW,
    DUE_DEPARTMENT,
    DUE_TEAM,
    DUE_WORK,
    DUE_DAY,
    DUE_KIND,
    DUE_LEFT
};

static const struct desk_column due_columns[] = {
    [DUE_OBJECT] = {"object", "检查对象", DESK_COLUMN_TEXT, false, false},
    [DUE_NUMBER] = {"number", "对象编号", DESK_COLUMN_TIME, true, false},
    [DUE_TASK] = {"task", "抽查任务", DESK_COLUMN_TEXT, false, false},
    [DUE_TASK_NUMBER] = {"task-number", "任务编号", DESK_COLUMN_TIME, true, false},
    [DUE_DRAW] = {"draw", "抽取编号", DESK_COLUMN_TIME, true, false},
    [DUE_DEPARTMENT] = {"department", "检查部门", DESK_COLUMN_TEXT, false, false},
    [DUE_TEAM] = {"team", "检查组", DESK_COLUMN_TEXT, false, false},
    [DUE_WORK] = {"work", "待办", DESK_COLUMN_TIME, false, false},
    [DUE_DAY] = {"due", "期限", DESK_COLUMN_TIME, false, false},
    [DUE_KIND] = {"kind", "期限种类", DESK_COLUMN_TEXT, false, false},
    [DUE_LEFT] = {"left", "剩余或逾期", DESK_COLUMN_TIME, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind due_list = {"due",  "/desk/due", "待公示抽查结果列表",
                                               "户次", due_filters, due_columns};

static struct str due_condition(const struct web_request *request, const char *name)
{
    struct str value = web_param(request, name);
    return str_trim(value.data != NULL ? value : web_field(request, name));
}

static struct office_pending_find due_conditions(const struct web_request *request)
{
    return (struct office_pending_find){.department = due_condition(request, "department"),
                                        .task = due_condition(request, "task"),
                                        .state = due_condition(request, "state"),
                                        .text = due_condition(request, "q")};
}

/* --- the list --- */

static struct str due_keep(struct page *p, struct str text)
{
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static enum err due_choices(struct desk_list *list, const struct office_pendings *all)
{
    struct page *p = list->p;
    struct desk_departments mine;
    TRY(desk_departments_mine(&mine, p));
    for (size_t i = 0; i < mine.count; i++)
        desk_list_option(list, "department", mine.rows[i].code,
                         desk_indent(p, mine.rows[i].name, mine.rows[i].below));
    for (size_t i = 0; i < all->task_count; i++) {
        const struct office_pending_task *task = &all->tasks[i];
        struct str text = arena_printf(p->request->arena, "%.*s %.*s", STR_ARG(task->number),
                                       STR_ARG(task->name));
        desk_list_option(list, "task", task->number, due_keep(p, text));
    }
    return ERR_OK;
}

/* The last day, what it is the last day of, and what is to be known of it. */
static void due_day(struct desk_list *list, const struct office_pending *row)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    desk_list_text(list, DUE_DAY, page_date(p, row->due_on));
    desk_list_text(list, DUE_KIND, office_pending_kind(row));
    if (row->estimated)
        desk_list_tag(list, DUE_DAY, STR("估算"), false);
    if (row->workday == 0)
        return;
    struct str before =
        arena_printf(arena, "（非工作日，前一工作日为 %.*s）", STR_ARG(page_date(p, row->workday)));
    desk_list_text(list, DUE_KIND, due_keep(p, before));
}

static void due_row(struct desk_list *list, const struct office_pending *row, struct str key,
                    const struct desk_departments *departments)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    struct str left = due_keep(p, office_pending_days(arena, row));
    desk_list_row(list, key, row->object);
    desk_list_text(list, DUE_OBJECT, row->object);
    if (row->veiled)
        desk_list_tag(list, DUE_OBJECT, STR("封存"), false);
    desk_list_text(list, DUE_NUMBER, row->pool_id);
    desk_list_link(list, DUE_TASK, row->task_name,
                   due_keep(p, arena_printf(arena, "/desk/tasks/%.*s/steps", STR_ARG(row->task))));
    desk_list_text(list, DUE_TASK_NUMBER, row->task);
    desk_list_text(list, DUE_DRAW, row->draw);
    desk_list_text(list, DUE_DEPARTMENT, desk_department_name(departments, row->department));
    desk_list_text(list, DUE_TEAM, row->team);
    desk_list_text(list, DUE_WORK, due_keep(p, office_pending_work(arena, row)));
    due_day(list, row);
    if (row->state == OFFICE_PENDING_LATER)
        desk_list_text(list, DUE_LEFT, left);
    else
        desk_list_tag(list, DUE_LEFT, left, row->state == OFFICE_PENDING_OVERDUE);
}

static enum err due_fill(struct desk_list *list, const struct office_pendings *all)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    struct desk_departments departments;
    struct desk_found found = {0};
    size_t from = 0;
    size_t until = 0;
    TRY(desk_departments_all(&departments, p));
    struct str *keys = arena_array(arena, all->count + 1, sizeof *keys);
    if (keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < all->count; i++)
        keys[i] = due_keep(p, arena_printf(arena, "%lld-%.*s", (long long)all->rows[i].visit,
                                           STR_ARG(all->rows[i].department)));
    if (p->model.failed)
        return ERR_MEMORY;
    desk_list_window(&found, &from, &until, list, keys, all->count);
    for (size_t i = from; i < until; i++)
        due_row(list, &all->rows[i], keys[i], &departments);
    desk_list_end(list, &found,
                  "没有待公示的抽查结果。抽取对象并匹配检查人员后，待录入、待审核、"
                  "待公示的都列在这里。");
    return ERR_OK;
}

enum err desk_due(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct desk_list list;
    struct office_pendings all;
    const struct office_pending_find find = due_conditions(request);
    desk_begin(&p, request, "/desk/due", "待公示抽查结果");
    enum err err = desk_list_begin(&list, &p, &due_list);
    if (err == ERR_OK)
        err = office_pendings(&all, &p.errand, &find);
    if (err == ERR_OK)
        err = due_choices(&list, &all);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set_count(&p.model, &p.model.root, "soon", (int64_t)all.soon);
    desk_list_button_query(&list, "导出", STR("/desk/due/export"));
    err = due_fill(&list, &all);
    return err == ERR_OK ? page_end(reply, &p, "desk_due") : page_fail(fault, &p, err);
}

/* --- export --- */

static const struct field_word due_formats[] = {
    {"xlsx", "Excel（.xlsx）", NULL}, {"csv", "CSV（.csv）", NULL}, {NULL, NULL, NULL}};

static struct str due_column(struct page *p, size_t i)
{
    return due_keep(p, arena_printf(p->request->arena, "col-%zu", i));
}

static enum err due_export_form(struct web_reply *reply, struct page *p, enum err refused)
{
    static const struct desk_field format = {"format", "文件格式", DESK_SELECT,
                                             true,     NULL,       due_formats};
    const struct web_request *request = p->request;
    const struct office_pending_find find = due_conditions(request);
    struct desk_form form;
    struct office_pendings all;
    struct fault words = p->errand.fault;
    bool posted = request->method == WEB_POST;
    TRY(office_pendings(&all, &p->errand, &find));
    p->errand.fault = words;
    desk_form_begin(&form, p, STR("/desk/due/export"), "导出");
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/due"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &format, STR("xlsx"));
    for (size_t i = 0; due_filters[i].name != NULL; i++) {
        const struct desk_field field = {due_filters[i].name, "", DESK_HIDDEN, false, NULL, NULL};
        (void)desk_form_field(&form, &field, due_condition(request, due_filters[i].name));
    }
    struct web_value *columns = web_set_list(&p->model, &p->model.root, "columns");
    for (size_t i = 0; i < OFFICE_PENDING_COLUMNS && !p->model.failed; i++) {
        struct web_value *row = web_list_add(&p->model, columns);
        struct str name = due_column(p, i);
        bool chosen = !posted || (name.data != NULL && web_field(request, name.data).len > 0);
        web_set(&p->model, row, "name", name);
        web_set(&p->model, row, "label", str_of(office_pending_columns[i]));
        web_set_flag(&p->model, row, "checked", chosen);
    }
    web_set_count(&p->model, &p->model.root, "count", (int64_t)all.count);
    desk_crumb(p, STR("待公示抽查结果"), desk_list_home(p, "/desk/due"));
    return page_end(reply, p, "desk_due_export");
}

static enum err due_export_file(struct web_reply *reply, struct page *p)
{
    const struct web_request *request = p->request;
    const struct office_pending_find find = due_conditions(request);
    struct office_pending_export export = {.find = &find};
    bool csv = str_eq(web_field(request, "format"), STR("csv"));
    const char *dir = office_path(request->arena, p->errand.office, "blobs/tmp");
    uint64_t rows = 0;
    for (size_t i = 0; i < OFFICE_PENDING_COLUMNS && !p->model.failed; i++)
        if (web_field(request, due_column(p, i).data).len > 0)
            export.columns |= UINT32_C(1) << i;
    struct str path = arena_printf(request->arena, "%s/export-%llu.%s", dir != NULL ? dir : "",
                                   (unsigned long long)request->id, csv ? "csv" : "xlsx");
    if (dir == NULL || path.data == NULL || p->model.failed)
        return ERR_MEMORY;
    export.path = path.data;
    TRY(file_mkdirs(dir, 0700));
    TRY(office_pending_export(&rows, &p->errand, &export));
    return desk_send_file(reply, p, path.data,
                          csv ? STR("待公示抽查结果.csv") : STR("待公示抽查结果.xlsx"));
}

enum err desk_due_export(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/due", "导出待公示抽查结果");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = due_export_file(reply, &p);
        if (err == ERR_OK || !desk_form_mends(err))
            return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    err = due_export_form(reply, &p, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
