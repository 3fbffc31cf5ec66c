/* Special libraries (专项库): the list, new, edit, the export. The rows of one stand in
 * desk_library_rows.c. */
#include "page/desk_object.h"
#include "page/desk_shared.h"

#include <string.h>

static const struct field_word library_states[] = {
    {"active", "在用", NULL}, {"closed", "停用", NULL}, {NULL, NULL, NULL}};

static const struct desk_filter library_filters[] = {
    {"q", "名称", DESK_FILTER_TEXT, NULL, false},
    {"state", "状态", DESK_FILTER_SELECT, library_states, false},
    {"grade", "安全标记", DESK_FILTER_SELECT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

enum { LIBRARY_NAME, LIBRARY_DEPARTMENT, LIBRARY_OBJECTS, LIBRARY_BASIS, LIBRARY_STATE };

static const struct desk_column library_columns[] = {
    [LIBRARY_NAME] = {"name", "专项库", DESK_COLUMN_TEXT, false, false},
    [LIBRARY_DEPARTMENT] = {"department", "维护部门", DESK_COLUMN_TEXT, false, false},
    [LIBRARY_OBJECTS] = {"objects", "检查对象", DESK_COLUMN_NUMBER, false, false},
    [LIBRARY_BASIS] = {"basis", "依据", DESK_COLUMN_TEXT, false, false},
    [LIBRARY_STATE] = {"state", "状态", DESK_COLUMN_TEXT, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind library_list = {"libraries", "/desk/libraries", "专项库列表",
                                                   "个专项库",  library_filters,   library_columns};

static bool library_matches(const struct store_library *l, const struct web_request *r)
{
    struct str text = str_trim(web_param(r, "q"));
    struct str state = web_param(r, "state");
    struct str grade = web_param(r, "grade");
    return (text.len == 0 || str_find(l->name, text) >= 0) &&
           (state.len == 0 || str_eq(state, l->state)) &&
           (grade.len == 0 || (int64_t)model_grade_find(grade) == l->grade);
}

static void library_row(struct desk_list *list, const struct store_library *l, struct str key,
                        const struct desk_departments *departments)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    struct str rows = arena_printf(arena, "/desk/libraries/%.*s", STR_ARG(key));
    desk_list_row(list, key, l->name);
    desk_list_link(list, LIBRARY_NAME, l->name, rows);
    desk_list_grade(list, l->grade);
    desk_list_text(list, LIBRARY_DEPARTMENT, desk_department_name(departments, l->department));
    desk_list_count(list, LIBRARY_OBJECTS, l->objects);
    desk_list_text(list, LIBRARY_BASIS, l->basis);
    if (str_eq(l->state, STR("active")))
        desk_list_text(list, LIBRARY_STATE, STR("在用"));
    else
        desk_list_tag(list, LIBRARY_STATE, STR("停用"), true);
    desk_list_act(list, "查看对象",
                  arena_printf(arena, "/desk/objects?library=%.*s", STR_ARG(key)));
    if (desk_may(p, MODEL_PERMISSION_OBJECT_EXPORT))
        desk_list_act(list, "导出",
                      arena_printf(arena, "/desk/libraries/%.*s/export", STR_ARG(key)));
    if (desk_may(p, MODEL_PERMISSION_LIBRARY_EDIT) && str_eq(l->state, STR("active")))
        desk_list_act(list, "导入",
                      arena_printf(arena, "/desk/import/libraries?library=%.*s", STR_ARG(key)));
    if (desk_may(p, MODEL_PERMISSION_LIBRARY_EDIT))
        desk_list_act(list, "修改", arena_printf(arena, "/desk/libraries/%.*s/edit", STR_ARG(key)));
}

static enum err library_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct desk_departments departments;
    struct store_library *rows = NULL;
    struct str *keys = NULL;
    struct desk_found found = {0};
    size_t count = 0;
    size_t kept = 0;
    size_t from = 0;
    size_t until = 0;
    TRY(desk_departments_all(&departments, p));
    TRY(office_libraries(&rows, &count, &p->errand));
    desk_list_grades(list);
    for (size_t i = 0; i < count; i++)
        if (library_matches(&rows[i], p->request))
            rows[kept++] = rows[i];
    TRY(desk_list_keys(&keys, p, DESK_IDS(rows, kept, struct store_library, id)));
    desk_list_window(&found, &from, &until, list, keys, kept);
    for (size_t i = from; i < until; i++)
        library_row(list, &rows[i], keys[i], &departments);
    desk_list_end(list, &found,
                  "还没有专项库。点“新建专项库”，再从表格导入，或在检查对象名录库中成批列入；"
                  "一个对象可以列入多个，每张许可证一行。");
    return ERR_OK;
}

enum err desk_libraries(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/libraries", "专项库");
    enum err err = desk_list_begin(&list, &p, &library_list);
    if (err == ERR_OK)
        err = library_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_LIBRARY_EDIT)) {
        desk_list_button(&list, "新建专项库", STR("/desk/libraries/new"));
        desk_list_button(&list, "从表格导入", STR("/desk/import/libraries"));
    }
    return page_end(reply, &p, "desk_list_page");
}

static enum err library_form(struct web_reply *reply, struct page *p, const struct store_library *l,
                             enum err refused)
{
    static const struct desk_field fields[] = {
        {"name", "名称", DESK_TEXT, true, "如“特种设备使用单位库”", NULL},
        {"department", "维护部门", DESK_SELECT, true, NULL, NULL},
        {"basis", "依据", DESK_TEXT, false, "建库依据的文件名称和文号", NULL},
        {"state", "状态", DESK_SELECT, true, NULL, library_states},
        {"job", "", DESK_HIDDEN, false, NULL, NULL}};
    const struct str values[] = {l->name, l->department, l->basis, l->state,
                                 page_digits(p, l->job)};
    struct desk_form form;
    struct desk_departments mine;
    struct fault words = p->errand.fault;
    int64_t grade = l->grade;
    if (l->id == 0)
        TRY(office_library_grade_first(&grade, &p->errand));
    TRY(desk_departments_mine(&mine, p));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, l->id == 0 ? "新建专项库" : "保存");
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/libraries"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct web_value *row = desk_form_field(&form, &fields[i], values[i]);
        for (size_t k = 0; i == 1 && k < mine.count; k++)
            desk_form_option(&form, row, mine.rows[k].code,
                             desk_indent(p, mine.rows[k].name, mine.rows[k].below));
    }
    desk_form_grade(&form, str_of(model_grades[grade].code),
                    l->id == 0 ? "可阅等级不低于它的人才看得到这个专项库和其中各行"
                               : "只能调高；降低的在专项库的页面办理（修改安全标记），写明理由");
    web_set(&p->model, &p->model.root, "intro", STR(""));
    desk_crumb(p, STR("专项库"), desk_list_home(p, "/desk/libraries"));
    return page_end(reply, p, "desk_form_page");
}

static enum err library_known(struct store_library *out, struct page *p)
{
    struct str id = web_capture(p->request, "id");
    *out = (struct store_library){.department = desk_of(p->request)->session.department,
                                  .state = STR("active")};
    return id.len == 0 ? ERR_OK : office_library_get(out, &p->errand, desk_number(id));
}

static enum err library_edit(struct web_reply *reply, struct page *p, struct fault *fault)
{
    const struct web_request *r = p->request;
    struct store_library l;
    int64_t id = 0;
    enum err err = library_known(&l, p);
    if (err != ERR_OK)
        return page_fail(fault, p, err);
    if (r->method == WEB_POST && !desk_form_again(r)) {
        const struct store_library typed = {.id = l.id,
                                            .name = web_field(r, "name"),
                                            .department = web_field(r, "department"),
                                            .basis = web_field(r, "basis"),
                                            .state = web_field(r, "state"),
                                            .job = desk_number(web_field(r, "job"))};
        err = office_library_put(&id, &p->errand, &typed, web_field(r, "grade"));
        if (err == ERR_OK)
            return desk_done(reply, r, desk_list_home(p, "/desk/libraries"), "saved");
        if (!desk_form_mends(err))
            return page_fail(fault, p, err);
    }
    err = library_form(reply, p, &l, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

enum err desk_library_new(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/libraries", "新建专项库");
    return library_edit(reply, &p, fault);
}

enum err desk_library_edit(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/libraries", "修改专项库");
    return library_edit(reply, &p, fault);
}

/* --- its rows as a file --- */

static enum err export_form(struct web_reply *reply, struct page *p, int64_t id, enum err refused)
{
    static const struct field_word formats[] = {
        {"xlsx", "Excel 表格（.xlsx，最多1048575行）", NULL},
        {"csv", "CSV（行数不限）", NULL},
        {NULL, NULL, NULL}};
    static const struct desk_field format = {"format", "文件格式", DESK_SELECT,
                                             true,     NULL,       formats};
    struct desk_form form;
    struct store_library l;
    struct fault words = p->errand.fault;
    TRY(office_library_get(&l, &p->errand, id));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, "开始导出");
    web_set(&p->model, form.object, "back", desk_list_home(p, "/desk/libraries"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &format, STR("xlsx"));
    web_set(&p->model, &p->model.root, "intro",
            arena_printf(p->request->arena,
                         "将导出“%.*s”中 %lld "
                         "个检查对象的各行，每张许可证一行；电话号码遮盖。改正后的表格可以再次导入"
                         "，遮盖的号码不会覆盖原有的号码。",
                         STR_ARG(l.name), (long long)l.objects));
    desk_crumb(p, STR("专项库"), desk_list_home(p, "/desk/libraries"));
    return page_end(reply, p, "desk_form_page");
}

static enum err export_order(int64_t *job, struct page *p, int64_t id)
{
    struct str format = web_field(p->request, "format");
    enum sheet_format wanted = SHEET_JSON; /* refused */
    if (str_eq(format, STR("xlsx")))
        wanted = SHEET_XLSX;
    if (str_eq(format, STR("csv")))
        wanted = SHEET_CSV;
    return office_library_export_order(job, &p->errand, id, wanted);
}

enum err desk_library_export(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    int64_t id = desk_number(web_capture(request, "id"));
    int64_t job = 0;
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/libraries", "导出专项库");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = export_order(&job, &p, id);
        if (err == ERR_OK)
            return desk_ordered(reply, request, job);
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = export_form(reply, &p, id, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
