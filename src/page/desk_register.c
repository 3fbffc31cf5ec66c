/* The registers (登记簿, R143-R145): meetings, documents issued, training courses. One set of
 * handlers for all three: the address says which, what differs stands in one row of desk_registers.
 */
#include "page/desk_shared.h"

#include "base/time.h"
#include "office/department.h"
#include "office/document.h"
#include "office/grade.h"
#include "office/register.h"
#include "web/check.h"

static const struct field_word register_months[] = {
    {"1", "1月", NULL}, {"2", "2月", NULL},   {"3", "3月", NULL},   {"4", "4月", NULL},
    {"5", "5月", NULL}, {"6", "6月", NULL},   {"7", "7月", NULL},   {"8", "8月", NULL},
    {"9", "9月", NULL}, {"10", "10月", NULL}, {"11", "11月", NULL}, {"12", "12月", NULL},
    {NULL, NULL, NULL},
};

static const struct desk_filter register_filters[] = {
    {"q", "编号、名称等", DESK_FILTER_TEXT, NULL, false},
    {"year", "年度", DESK_FILTER_SELECT, NULL, false},
    {"department", "单位", DESK_FILTER_SELECT, NULL, false},
    {"month", "月份", DESK_FILTER_SELECT, register_months, true},
    {"state", "登记状态", DESK_FILTER_SELECT, model_register_states, true},
    {"grade", "安全标记", DESK_FILTER_SELECT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

/* A register's pages. */
struct register_page {
    const struct office_register_kind *kind;
    const char *path;
    struct desk_list_kind list;
    const int *fields; /* the field that each column shows */
    const char *intro;
    const char *empty;
    int paper; /* the field that may name a published document, -1 for none */
};

static const struct desk_column meeting_columns[] = {
    {"title", "会议名称", DESK_COLUMN_TEXT, false, false},
    {"date", "会议日期", DESK_COLUMN_TIME, false, false},
    {"kind", "类别", DESK_COLUMN_TEXT, false, false},
    {"department", "召集单位", DESK_COLUMN_TEXT, false, false},
    {"attendees", "参加部门", DESK_COLUMN_TEXT, false, false},
    {"minutes", "会议纪要文号", DESK_COLUMN_TEXT, false, false},
    {"place", "会议地点", DESK_COLUMN_TEXT, true, false},
    {"code", "登记编号", DESK_COLUMN_TIME, true, false},
    {"note", "备注", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};
static const int meeting_shown[] = {
    MODEL_REGISTER_TITLE,      MODEL_REGISTER_DATE,     MODEL_MEETING_KIND,
    MODEL_REGISTER_DEPARTMENT, MODEL_MEETING_ATTENDEES, MODEL_MEETING_MINUTES,
    MODEL_MEETING_PLACE,       MODEL_REGISTER_CODE,     MODEL_MEETING_NOTE};

static const struct desk_column issuance_columns[] = {
    {"title", "文件名称", DESK_COLUMN_TEXT, false, false},
    {"number", "文号", DESK_COLUMN_TEXT, false, false},
    {"date", "印发日期", DESK_COLUMN_TIME, false, false},
    {"department", "发文单位", DESK_COLUMN_TEXT, false, false},
    {"level", "级别", DESK_COLUMN_TEXT, false, false},
    {"code", "登记编号", DESK_COLUMN_TIME, true, false},
    {"note", "备注", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};
static const int issuance_shown[] = {
    MODEL_REGISTER_TITLE, MODEL_ISSUANCE_NUMBER, MODEL_REGISTER_DATE, MODEL_REGISTER_DEPARTMENT,
    MODEL_ISSUANCE_LEVEL, MODEL_REGISTER_CODE,   MODEL_ISSUANCE_NOTE};

static const struct desk_column course_columns[] = {
    {"title", "培训名称", DESK_COLUMN_TEXT, false, false},
    {"date", "培训日期", DESK_COLUMN_TIME, false, false},
    {"kind", "类别", DESK_COLUMN_TEXT, false, false},
    {"department", "组织单位", DESK_COLUMN_TEXT, false, false},
    {"people", "培训人数", DESK_COLUMN_NUMBER, false, false},
    {"hours", "学时", DESK_COLUMN_NUMBER, false, false},
    {"teacher", "授课人", DESK_COLUMN_TEXT, false, false},
    {"content", "培训内容", DESK_COLUMN_TEXT, true, false},
    {"task", "抽查任务编号", DESK_COLUMN_TIME, true, false},
    {"code", "登记编号", DESK_COLUMN_TIME, true, false},
    {"note", "备注", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};
static const int course_shown[] = {
    MODEL_REGISTER_TITLE, MODEL_REGISTER_DATE, MODEL_COURSE_KIND,    MODEL_REGISTER_DEPARTMENT,
    MODEL_COURSE_PEOPLE,  MODEL_COURSE_HOURS,  MODEL_COURSE_TEACHER, MODEL_COURSE_CONTENT,
    MODEL_COURSE_TASK,    MODEL_REGISTER_CODE, MODEL_COURSE_NOTE};

/* The register of an address, "/desk/meetings/..."; false where there is none. */
static bool register_of(struct register_page *out, const struct web_request *request)
{
    static const struct {
        const struct resource *resource;
        struct desk_list_kind list;
        const int *fields;
        int paper;
        const char *intro;
        const char *empty;
    } all[] = {
        {&model_meetings,
         {"meetings", "/desk/meetings", "会议登记簿", "次会议", register_filters, meeting_columns},
         meeting_shown,
         MODEL_MEETING_MINUTES,
         "部署“双随机、一公开”监管工作的会议，月报第1项由此产生。",
         "还没有登记会议。召开联席会议、部署会后，点“登记会议”写明名称、日期和参加部门，或导入台账"
         "。"},
        {&model_issuances,
         {"issuances", "/desk/issuances", "印发文件登记簿", "件文件", register_filters,
          issuance_columns},
         issuance_shown,
         MODEL_ISSUANCE_NUMBER,
         "印发的“双随机、一公开”监管工作文件，月报第2项由此产生。指引、细则、方案的正文放在"
         "“文件资料”。",
         "还没有登记印发的文件。印发后点“登记印发文件”写明名称、文号和日期，或导入台账。"},
        {&model_courses,
         {"courses", "/desk/courses", "业务培训登记簿", "期培训", register_filters, course_columns},
         course_shown,
         -1,
         "执法人员业务、管理人员系统操作和标准的培训，月报第3项由此产生；每次抽查前的培训写上任务"
         "编号。",
         "还没有登记培训。培训结束后点“登记业务培训”写明名称、日期和人数，或导入台账。"},
    };
    struct str rest = str_sub(request->path, sizeof "/desk/" - 1, SIZE_MAX);
    struct str name = rest;
    (void)str_cut(&name, &rest, '/');
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (str_eq(str_of(all[i].resource->name), name)) {
            *out = (struct register_page){office_register_kind(name),
                                          all[i].list.path,
                                          all[i].list,
                                          all[i].fields,
                                          all[i].intro,
                                          all[i].empty,
                                          all[i].paper};
            return true;
        }
    return false;
}

static struct str register_words(struct page *p, const char *before, const char *after)
{
    struct str text = arena_printf(p->request->arena, "%s%s", before, after);
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static struct str register_href(struct page *p, const struct register_page *r, int64_t id,
                                const char *more)
{
    struct str href = arena_printf(p->request->arena, "%s/%lld%s", r->path, (long long)id, more);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

/* --- the list --- */

static struct office_register_find register_find(const struct web_request *request)
{
    return (struct office_register_find){.text = web_param(request, "q"),
                                         .department = web_param(request, "department"),
                                         .state = web_param(request, "state"),
                                         .year = desk_number(web_param(request, "year")),
                                         .month = desk_number(web_param(request, "month")),
                                         .grade = web_param(request, "grade")};
}

static void register_row(struct desk_list *list, const struct register_page *r,
                         const struct office_register_row *row, struct str key)
{
    struct page *p = list->p;
    const struct str *v = row->record.values;
    bool withdrawn = str_eq(v[MODEL_REGISTER_STATE], STR("withdrawn"));
    desk_list_row(list, key, v[MODEL_REGISTER_TITLE]);
    desk_list_link(list, 0, v[MODEL_REGISTER_TITLE], register_href(p, r, row->record.id, ""));
    if (withdrawn)
        desk_list_tag(list, 0, STR("作废"), true);
    desk_list_grade(list, row->record.grade);
    for (int i = 1; r->list.columns[i].name != NULL; i++) {
        const struct field *field = &r->kind->resource->fields[r->fields[i]];
        desk_list_text(list, i,
                       r->fields[i] == MODEL_REGISTER_DEPARTMENT
                           ? row->department_name
                           : desk_value(p, field, v[r->fields[i]]));
    }
    if (!withdrawn && desk_may(p, MODEL_PERMISSION_REGISTER_EDIT))
        desk_list_act(list, "修改", register_href(p, r, row->record.id, "/edit"));
}

static enum err register_rows(struct desk_list *list, const struct register_page *r,
                              const struct office_register_row *rows, size_t count)
{
    struct desk_found found = {0};
    size_t from = 0;
    size_t until = 0;
    struct str *keys = NULL;
    TRY(desk_list_keys(&keys, list->p,
                       DESK_IDS(rows, count, struct office_register_row, record.id)));
    desk_list_window(&found, &from, &until, list, keys, count);
    for (size_t i = from; i < until; i++)
        register_row(list, r, &rows[i], keys[i]);
    desk_list_end(list, &found, r->empty);
    return ERR_OK;
}

static void register_buttons(struct desk_list *list, const struct register_page *r)
{
    struct page *p = list->p;
    struct arena *arena = p->request->arena;
    struct str add = register_words(p, "登记", r->kind->noun);
    if (p->model.failed)
        return;
    if (desk_may(p, MODEL_PERMISSION_REGISTER_EDIT))
        desk_list_button(list, add.data, register_words(p, r->path, "/new"));
    if (desk_may(p, MODEL_PERMISSION_REGISTER_IMPORT))
        desk_list_button(list, "导入",
                         arena_printf(arena, "/desk/import/%s", r->kind->resource->name));
    if (desk_may(p, MODEL_PERMISSION_REGISTER_EXPORT))
        desk_list_button_query(list, "导出", register_words(p, r->path, "/export"));
}

/* --- how many, by department and month --- */

struct register_table {
    struct page *p;
    const struct register_page *r;
    int64_t year;
};

/* One figure; month 0: the year. department empty: all. */
static void count_cell(const struct register_table *t, struct web_value *cells,
                       const struct office_register_count *row, int month)
{
    struct page *p = t->p;
    int64_t rows = month > 0 ? row->rows[month - 1] : row->total;
    int64_t people = month > 0 ? row->people[month - 1] : row->total_people;
    struct web_value *cell = web_list_add(&p->model, cells);
    struct buf href = {0};
    buf_printf(&href, "%s?year=%lld&state=active", t->r->path, (long long)t->year);
    if (month > 0)
        buf_printf(&href, "&month=%d", month);
    if (row->code.len > 0)
        buf_printf(&href, "&department=%.*s", STR_ARG(page_url(p, row->code)));
    struct str kept = arena_str(p->request->arena, buf_view(&href));
    struct str text =
        t->r->kind->people >= 0 && rows > 0
            ? arena_printf(p->request->arena, "%lld／%lld人", (long long)rows, (long long)people)
            : page_digits(p, rows);
    p->model.failed =
        p->model.failed || buf_err(&href) != ERR_OK || kept.data == NULL || text.data == NULL;
    buf_free(&href);
    web_set(&p->model, cell, "text", text);
    web_set_flag(&p->model, cell, "any", rows > 0);
    web_set(&p->model, cell, "href", kept);
}

static void count_row(const struct register_table *t, struct web_value *rows,
                      const struct office_register_count *count, struct str name)
{
    struct web_model *m = &t->p->model;
    struct web_value *row = web_list_add(m, rows);
    web_set(m, row, "name", name);
    struct web_value *cells = web_set_list(m, row, "cells");
    count_cell(t, cells, count, 0);
    for (int month = 1; month <= 12; month++)
        count_cell(t, cells, count, month);
}

static enum err register_counts(struct desk_list *list, const struct register_page *r,
                                int64_t asked)
{
    struct page *p = list->p;
    struct web_model *m = &p->model;
    struct office_register_counts counts;
    struct register_table t = {p, r, asked != 0 ? asked : date_year(date_of_time(p->errand.now))};
    TRY(office_register_counts(&counts, &p->errand, r->kind, t.year));
    for (size_t i = 0; i < counts.year_count; i++) {
        struct str year = page_digits(p, counts.years[i]);
        if (year.data == NULL)
            return ERR_MEMORY;
        desk_list_option(list, "year", year, year);
    }
    for (size_t i = 0; i < counts.count; i++)
        desk_list_option(list, "department", counts.departments[i].code,
                         desk_indent(p, counts.departments[i].name, counts.departments[i].below));
    web_set_count(m, &m->root, "year", t.year);
    web_set_flag(m, &m->root, "of_people", r->kind->people >= 0);
    web_set(m, &m->root, "whose",
            str_of(r->kind->resource->fields[MODEL_REGISTER_DEPARTMENT].label));
    struct web_value *months = web_set_list(m, &m->root, "months");
    for (size_t i = 0; register_months[i].code != NULL; i++)
        web_set(m, web_list_add(m, months), "month", str_of(register_months[i].text));
    struct web_value *rows = web_set_list(m, &m->root, "counts");
    for (size_t i = 0; i < counts.count; i++)
        count_row(&t, rows, &counts.departments[i], counts.departments[i].name);
    count_row(&t, rows, &counts.all, STR("合计"));
    return ERR_OK;
}

static enum err registers_page(struct web_reply *reply, struct page *p,
                               const struct register_page *r)
{
    struct desk_list list;
    struct office_register_row *rows = NULL;
    size_t count = 0;
    const struct office_register_find find = register_find(p->request);
    TRY(desk_list_begin(&list, p, &r->list));
    desk_list_grades(&list);
    TRY(office_register_rows(&rows, &count, &p->errand, r->kind, &find));
    TRY(register_counts(&list, r, find.year));
    register_buttons(&list, r);
    TRY(register_rows(&list, r, rows, count));
    web_set(&p->model, &p->model.root, "intro", str_of(r->intro));
    return page_end(reply, p, "desk_registers");
}

enum err desk_registers(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct register_page r;
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path, r.kind->resource->label);
    enum err err = registers_page(reply, &p, &r);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- one row --- */

/* The published document whose number or code stands in the row. */
static enum err register_paper(struct page *p, struct str number)
{
    struct office_document *rows = NULL;
    size_t count = 0;
    web_set_flag(&p->model, &p->model.root, "has_paper", false);
    if (number.len == 0 || !desk_may(p, MODEL_PERMISSION_DOCUMENT_VIEW))
        return ERR_OK;
    TRY(office_documents_public(&rows, &count, &p->errand));
    for (size_t i = 0; i < count; i++) {
        const struct store_version *v = &rows[i].newest;
        if (!str_eq(v->number, number) && !str_eq(v->document.code, number))
            continue;
        struct str href =
            arena_printf(p->request->arena, "/desk/documents/%.*s", STR_ARG(v->document.code));
        p->model.failed = p->model.failed || href.data == NULL;
        web_set_flag(&p->model, &p->model.root, "has_paper", true);
        web_set(&p->model, &p->model.root, "paper_href", href);
        web_set(&p->model, &p->model.root, "paper", v->title);
        return ERR_OK;
    }
    return ERR_OK;
}

static enum err register_page(struct web_reply *reply, struct page *p,
                              const struct register_page *r, int64_t id, enum err refused)
{
    struct office_register_page page;
    const struct office_attachment_place place = {.registered = r->kind, .row = id};
    struct store_attachment *files = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    desk_refused(reply, p, refused);
    const struct resource *resource = r->kind->resource;
    TRY(office_register_get(&page, &p->errand, r->kind, id));
    TRY(office_attachments(&files, &count, &p->errand, &place));
    const struct str *v = page.row.record.values;
    struct web_value *pairs = web_set_list(m, &m->root, "pairs");
    for (size_t i = 0; i < resource->count; i++) {
        if (i == MODEL_REGISTER_GRADE) /* shown by desk_grade_show */
            continue;
        struct web_value *row = web_list_add(m, pairs);
        web_set(m, row, "label", str_of(resource->fields[i].label));
        web_set(m, row, "value",
                i == MODEL_REGISTER_DEPARTMENT ? page.row.department_name
                                               : desk_value(p, &resource->fields[i], v[i]));
    }
    TRY(register_paper(p, r->paper >= 0 ? v[r->paper] : STR("")));
    web_set(m, &m->root, "title", v[MODEL_REGISTER_TITLE]);
    web_set(m, &m->root, "edit_href", register_href(p, r, id, "/edit"));
    web_set(m, &m->root, "withdraw_href", register_href(p, r, id, "/withdraw"));
    web_set_flag(m, &m->root, "withdrawn", page.withdrawn);
    bool edits = !page.withdrawn && desk_may(p, MODEL_PERMISSION_REGISTER_EDIT);
    web_set_flag(m, &m->root, "may_edit", edits);
    web_set_flag(m, &m->root, "may_attach", edits);
    desk_set_may(p, "may_original", MODEL_PERMISSION_REGISTER_EDIT);
    desk_grade_show(p, page.row.record.grade, register_href(p, r, id, "/grade"),
                    desk_may(p, MODEL_PERMISSION_REGISTER_EDIT));
    desk_files(p, files, count, register_href(p, r, id, ""));
    desk_changes(p, resource, page.changes, page.change_count);
    desk_crumb(p, str_of(resource->label), desk_list_home(p, r->path));
    return page_end(reply, p, "desk_register");
}

enum err desk_register(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct register_page r;
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path, r.kind->noun);
    enum err err = register_page(reply, &p, &r, desk_number(web_capture(request, "id")), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- its files: minutes, the document, the list of those who came --- */

static enum err register_answer(struct web_reply *reply, struct page *p,
                                const struct register_page *r, enum err err, const char *done)
{
    int64_t id = desk_number(web_capture(p->request, "id"));
    if (err == ERR_OK)
        return desk_done(reply, p->request, register_href(p, r, id, ""), done);
    return desk_form_mends(err) ? register_page(reply, p, r, id, err) : err;
}

enum err desk_register_grade(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    struct register_page r;
    enum err err = ERR_OK;
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path, r.kind->noun);
    const struct office_grading to = {r.kind, desk_number(web_capture(request, "id")),
                                      web_field(request, "grade"), web_field(request, "reason"),
                                      false};
    if (desk_form_again(request)) {
        desk_say_again(&p);
        err = register_page(reply, &p, &r, to.row, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    err = register_answer(reply, &p, &r, office_grade(&p.errand, &to), "graded");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* Begins an answer about a file of a row; false where there is no such register. */
static bool register_file_begin(struct page *p, struct office_attachment_place *place,
                                struct register_page *r, const struct web_request *request)
{
    if (!register_of(r, request))
        return false;
    desk_begin(p, request, r->path, r->kind->noun);
    *place = (struct office_attachment_place){.registered = r->kind,
                                              .row = desk_number(web_capture(request, "id"))};
    return true;
}

enum err desk_register_file_add(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault)
{
    struct page p;
    struct register_page r;
    struct office_attachment_place place;
    if (!register_file_begin(&p, &place, &r, request))
        return ERR_MISSING;
    enum err err = register_answer(reply, &p, &r, desk_file_add(&p, &place), "attached");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_register_file_remove(struct web_reply *reply, const struct web_request *request,
                                   struct fault *fault)
{
    struct page p;
    struct register_page r;
    struct office_attachment_place place;
    if (!register_file_begin(&p, &place, &r, request))
        return ERR_MISSING;
    enum err err =
        office_attachment_remove(&p.errand, &place, desk_number(web_capture(request, "file")));
    err = register_answer(reply, &p, &r, err, "detached");
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* What is given out of a file: its bytes, or a picture's original. */
typedef enum err register_give(struct web_reply *reply, struct page *p,
                               const struct office_attachment_place *place);

static enum err register_file(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault, register_give *give)
{
    struct page p;
    struct register_page r;
    struct office_attachment_place place;
    if (!register_file_begin(&p, &place, &r, request))
        return ERR_MISSING;
    enum err err = give(reply, &p, &place);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_register_file(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    return register_file(reply, request, fault, desk_file_send);
}

enum err desk_register_file_original(struct web_reply *reply, const struct web_request *request,
                                     struct fault *fault)
{
    return register_file(reply, request, fault, desk_file_original);
}

/* --- new, edit, withdraw --- */

static const struct desk_field register_reason = {
    "reason", "修改原因", DESK_AREA, true, "写入这一条的修改历史", NULL};

static enum err register_departments(struct desk_form *form, const struct register_page *r)
{
    const struct field *field = &r->kind->resource->fields[MODEL_REGISTER_DEPARTMENT];
    const struct desk_field shown = {field->name, field->label, DESK_SELECT, true, NULL, NULL};
    return desk_form_departments(form, &shown, STR(""));
}

/* The form of a new row, or of one that is there. */
static enum err register_form(struct web_reply *reply, struct page *p,
                              const struct register_page *r, const struct office_register_row *old,
                              enum err refused)
{
    struct desk_form form;
    struct str home = desk_list_home(p, r->path);
    const struct resource *resource = r->kind->resource;
    desk_form_begin(&form, p, p->request->path, old == NULL ? "登记" : "保存");
    web_set(&p->model, form.object, "back",
            old == NULL ? home : desk_list_on(p, register_href(p, r, old->record.id, "")));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = 0; i < resource->count; i++) {
        bool fixed = i == MODEL_REGISTER_CODE || i == MODEL_REGISTER_STATE;
        bool first = i == MODEL_REGISTER_DEPARTMENT || i == MODEL_REGISTER_GRADE;
        if (fixed || (old != NULL && first))
            continue;
        if (i == MODEL_REGISTER_DEPARTMENT)
            TRY(register_departments(&form, r));
        else if (i == MODEL_REGISTER_GRADE)
            TRY(desk_form_grade_first(&form, r->kind));
        else
            (void)desk_form_model(&form, &resource->fields[i],
                                  old != NULL ? old->record.values[i] : STR(""));
    }
    if (old != NULL)
        (void)desk_form_field(&form, &register_reason, STR(""));
    web_set(&p->model, &p->model.root, "intro",
            old == NULL ? STR("登记编号自动产生。") : STR("改动前后的内容和原因写入修改历史。"));
    desk_crumb(p, str_of(resource->label), home);
    return page_end(reply, p, "desk_register_edit");
}

static enum err register_save(struct web_reply *reply, struct page *p,
                              const struct register_page *r, int64_t id)
{
    struct str values[STORE_VALUES_MAX];
    bool fresh = id == 0;
    desk_typed(values, p->request, r->kind->resource);
    const struct office_register_edit edit = {r->kind, values, web_field(p->request, "reason")};
    TRY(office_register_save(&id, &p->errand, &edit));
    return desk_done(reply, p->request, register_href(p, r, id, ""), fresh ? "added" : "saved");
}

enum err desk_register_new(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct register_page r;
    enum err err = ERR_OK;
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path, arena_printf(request->arena, "登记%s", r.kind->noun).data);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = register_save(reply, &p, &r, 0);
        if (err == ERR_OK)
            return ERR_OK;
    }
    if (err == ERR_OK || desk_form_mends(err))
        err = register_form(reply, &p, &r, NULL, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_register_edit(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct register_page r;
    struct office_register_page page;
    int64_t id = desk_number(web_capture(request, "id"));
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path, arena_printf(request->arena, "修改%s", r.kind->noun).data);
    enum err err = office_register_get(&page, &p.errand, r.kind, id);
    if (err == ERR_OK && page.withdrawn)
        err = fault_set(&p.errand.fault, ERR_STATE, "这一条已经作废，不再改动");
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = register_save(reply, &p, &r, id);
        if (err == ERR_OK)
            return ERR_OK;
    }
    if (err == ERR_OK || desk_form_mends(err))
        err = register_form(reply, &p, &r, &page.row, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

static enum err withdraw_form(struct web_reply *reply, struct page *p,
                              const struct register_page *r, int64_t id, enum err refused)
{
    static const struct desk_field reason = {
        "reason", "作废原因", DESK_AREA, true, "如：重复登记；写入修改历史", NULL};
    struct desk_form form;
    struct office_register_page page;
    struct fault words = p->errand.fault;
    TRY(office_register_get(&page, &p->errand, r->kind, id));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, "作废");
    web_set(&p->model, form.object, "back", desk_list_on(p, register_href(p, r, id, "")));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &reason, STR(""));
    struct str intro = arena_printf(
        p->request->arena,
        "“%.*s”作废后不再计入统计，仍留在登记簿中并标明作废，不能恢复；登记有误的，可以修改。",
        STR_ARG(page.row.record.values[MODEL_REGISTER_TITLE]));
    p->model.failed = p->model.failed || intro.data == NULL;
    web_set(&p->model, &p->model.root, "intro", intro);
    desk_crumb(p, str_of(r->kind->resource->label), desk_list_home(p, r->path));
    return page_end(reply, p, "desk_register_edit");
}

enum err desk_register_withdraw(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault)
{
    struct page p;
    struct register_page r;
    enum err err = ERR_OK;
    int64_t id = desk_number(web_capture(request, "id"));
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path, arena_printf(request->arena, "作废%s", r.kind->noun).data);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = office_register_withdraw(&p.errand, r.kind, id, web_field(request, "reason"));
        if (err == ERR_OK)
            return desk_done(reply, request, register_href(&p, &r, id, ""), "voided");
    }
    if (err == ERR_OK || desk_form_mends(err))
        err = withdraw_form(reply, &p, &r, id, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- export --- */

static const struct field_word register_formats[] = {
    {"xlsx", "Excel（.xlsx）", NULL}, {"csv", "CSV（.csv）", NULL}, {NULL, NULL, NULL}};

static struct str export_name(struct page *p, const struct field *field)
{
    struct str name = arena_printf(p->request->arena, "c-%s", field->name);
    p->model.failed = p->model.failed || name.data == NULL;
    return name;
}

/* The filter travels in the form as a query; its parameters, as if they stood in the address. */
static enum err export_filter(struct web_request *out, const struct web_request *r)
{
    *out = *r;
    if (r->method != WEB_POST)
        return ERR_OK;
    return web_check_query(&out->params, &out->param_count, r->arena, web_field(r, "filter"));
}

static enum err export_form(struct web_reply *reply, struct page *p, const struct register_page *r,
                            const struct office_register_find *find, enum err refused)
{
    static const struct desk_field format = {"format", "文件格式", DESK_SELECT,
                                             true,     NULL,       register_formats};
    static const struct desk_field filter = {"filter", "", DESK_HIDDEN, false, NULL, NULL};
    struct desk_form form;
    struct office_register_row *rows = NULL;
    size_t count = 0;
    struct fault words = p->errand.fault;
    bool posted = p->request->method == WEB_POST;
    struct str kept = posted ? web_field(p->request, "filter") : p->request->query;
    TRY(office_register_rows(&rows, &count, &p->errand, r->kind, find));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, "开始导出");
    web_set(&p->model, form.object, "back", desk_list_home(p, r->path));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &format, STR("xlsx"));
    (void)desk_form_field(&form, &filter, kept);
    struct web_value *columns = web_set_list(&p->model, &p->model.root, "columns");
    for (size_t i = 0; i < r->kind->resource->count && !p->model.failed; i++) {
        struct web_value *row = web_list_add(&p->model, columns);
        struct str name = export_name(p, &r->kind->resource->fields[i]);
        bool chosen = !posted || (name.data != NULL && web_field(p->request, name.data).len > 0);
        web_set(&p->model, row, "name", name);
        web_set(&p->model, row, "label", str_of(r->kind->resource->fields[i].label));
        web_set_flag(&p->model, row, "checked", chosen);
    }
    web_set_count(&p->model, &p->model.root, "total", (int64_t)count);
    web_set(&p->model, &p->model.root, "noun", str_of(r->list.noun));
    desk_crumb(p, str_of(r->kind->resource->label), desk_list_home(p, r->path));
    return page_end(reply, p, "desk_register_export");
}

static enum err export_order(int64_t *job, struct page *p, const struct register_page *r,
                             const struct office_register_find *find)
{
    struct str format = web_field(p->request, "format");
    struct office_register_order order = {.kind = r->kind, .find = find, .format = SHEET_JSON};
    if (str_eq(format, STR("xlsx")))
        order.format = SHEET_XLSX;
    if (str_eq(format, STR("csv")))
        order.format = SHEET_CSV;
    for (size_t i = 0; i < r->kind->resource->count && !p->model.failed; i++) {
        struct str name = export_name(p, &r->kind->resource->fields[i]);
        if (name.data != NULL && web_field(p->request, name.data).len > 0)
            order.columns |= UINT32_C(1) << i;
    }
    return office_register_export(job, &p->errand, &order);
}

enum err desk_register_export(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    struct register_page r;
    struct web_request filtered;
    int64_t job = 0;
    enum err err = ERR_OK;
    if (!register_of(&r, request))
        return ERR_MISSING;
    desk_begin(&p, request, r.path,
               arena_printf(request->arena, "导出%s", r.kind->resource->label).data);
    TRY(export_filter(&filtered, request));
    const struct office_register_find find = register_find(&filtered);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = export_order(&job, &p, &r, &find);
        if (err == ERR_OK)
            return desk_done(reply, request,
                             arena_printf(request->arena, "/desk/jobs/%lld", (long long)job),
                             "ordered");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = export_form(reply, &p, &r, &find, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
