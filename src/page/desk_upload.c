/* The file that the calendar takes: a year's working days, looked at before they are taken over
 * (REQUIREMENTS.md B7). */
#include "page/desk_setting.h"

#include "office/setting.h"

#include <string.h>

/* --- the form with a file --- */

struct upload_field {
    const char *name;
    const char *label;
    const char *hint;
    bool required;
};

struct upload_form {
    struct str action;
    const char *button;
    const char *note; /* beneath the file */
    struct str back;
    const struct upload_field *fields;
    size_t count;
};

/* The words of a refusal stand at the field that the fault names, else above. */
static enum err upload_page(struct web_reply *reply, struct page *p, const struct upload_form *form,
                            enum err refused)
{
    struct web_model *m = &p->model;
    const struct fault *fault = &p->errand.fault;
    const char *wrong = refused != ERR_OK && fault->field != NULL ? fault->field : "";
    struct str words = arena_str(p->request->arena, str_of(fault_text(fault)));
    web_set(m, &m->root, "action", form->action);
    web_set(m, &m->root, "button", str_of(form->button));
    web_set(m, &m->root, "file_note", str_of(form->note));
    web_set(m, &m->root, "back", form->back);
    web_set(m, &m->root, "file_error", strcmp(wrong, "file") == 0 ? words : STR(""));
    struct web_value *list = web_set_list(m, &m->root, "texts");
    for (size_t i = 0; i < form->count; i++) {
        const struct upload_field *field = &form->fields[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "name", str_of(field->name));
        web_set(m, row, "label", str_of(field->label));
        web_set(m, row, "hint", str_of(field->hint));
        web_set(m, row, "value", web_field(p->request, field->name));
        web_set(m, row, "error", strcmp(wrong, field->name) == 0 ? words : STR(""));
        web_set_flag(m, row, "required", field->required);
    }
    if (refused != ERR_OK) {
        reply->status = err_http(refused);
        desk_say(p, false, wrong[0] == '\0' ? words : STR("没有导入，请按红字修改后再次提交。"));
    }
    return page_end(reply, p, "desk_upload");
}

/* The file that came; ERR_INPUT at its field where none was chosen. */
static enum err upload_path(const char **path, struct page *p)
{
    const struct web_upload *upload = p->request->upload;
    if (upload == NULL || upload->name.len == 0)
        return fault_at(&p->errand.fault, "file", ERR_INPUT, "请选择文件");
    *path = upload->path;
    return ERR_OK;
}

/* --- the calendar --- */

static enum err calendar_form(struct web_reply *reply, struct page *p, enum err refused)
{
    static const struct upload_field fields[] = {
        {"basis", "依据", "如：国办发明电〔2026〕7号《关于2027年部分节假日安排的通知》", true}};
    const struct upload_form form = {STR("/desk/calendar/import"),
                                     "上传并核对",
                                     "一整年的表（.xlsx 或 CSV），有“日期”和“是否工作日”两列（1 或 "
                                     "0，是或否）；核对之前不会写入",
                                     STR("/desk/calendar"),
                                     fields,
                                     1};
    desk_crumb(p, STR("工作日历"), STR("/desk/calendar"));
    return upload_page(reply, p, &form, refused);
}

enum { CALENDAR_SHOWN = 200 };

static bool due_alike(const struct office_due_change *a, const struct office_due_change *b)
{
    return a->due.due_on == b->due.due_on && a->due.estimated == b->due.estimated &&
           a->to == b->to && a->estimated == b->estimated &&
           str_eq(a->due.department, b->due.department);
}

/* Results that move alike, counted by department: whose they are is not for who keeps the calendar
 * (AC1). Those that end on one day stand together. */
struct due_group {
    const struct office_due_change *of;
    int64_t count;
};

/* The group of a change among those of its day, a new one where there is none. */
static struct due_group *due_group(struct due_group *groups, size_t *count,
                                   const struct office_due_change *change)
{
    for (size_t i = *count; i > 0 && groups[i - 1].of->due.due_on == change->due.due_on; i--)
        if (due_alike(groups[i - 1].of, change))
            return &groups[i - 1];
    groups[*count].of = change;
    return &groups[(*count)++];
}

static enum err calendar_dues(struct page *p, const struct office_calendar_preview *preview)
{
    struct web_model *m = &p->model;
    struct web_value *dues = web_set_list(m, &m->root, "dues");
    struct due_group *groups =
        arena_array(p->request->arena, preview->due_count + 1, sizeof *groups);
    size_t count = 0;
    if (groups == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < preview->due_count; i++)
        due_group(groups, &count, &preview->dues[i])->count++;
    for (size_t i = 0; i < count && i < CALENDAR_SHOWN; i++) {
        const struct office_due_change *c = groups[i].of;
        struct web_value *row = web_list_add(m, dues);
        web_set(m, row, "department", c->due.department);
        web_set(m, row, "before", page_date(p, c->due.due_on));
        web_set(m, row, "after", page_date(p, c->to));
        web_set_flag(m, row, "guessed", c->due.estimated);
        web_set_flag(m, row, "still", c->estimated);
        web_set_count(m, row, "results", groups[i].count);
    }
    web_set_flag(m, &m->root, "more_dues", count > CALENDAR_SHOWN);
    return ERR_OK;
}

/* What the table would change, and the form that takes it over. */
static enum err calendar_preview(struct web_reply *reply, struct page *p,
                                 const struct office_calendar_change *change)
{
    struct office_calendar_preview preview = {0};
    struct office_calendar calendar = {0};
    struct web_model *m = &p->model;
    TRY(office_calendar_preview(&preview, &p->errand, change));
    TRY(office_calendar(&calendar, &p->errand, change->year));
    struct web_value *days = web_set_list(m, &m->root, "days");
    for (size_t i = 0; i < preview.day_count; i++) {
        struct web_value *row = web_list_add(m, days);
        bool works = workdays_is(&calendar.days, preview.days[i]);
        web_set(m, row, "day", page_date(p, preview.days[i]));
        web_set(m, row, "before", works ? STR("工作日") : STR("休息日"));
        web_set(m, row, "after", works ? STR("休息日") : STR("工作日"));
    }
    TRY(calendar_dues(p, &preview));
    web_set_count(m, &m->root, "year", change->year);
    web_set_count(m, &m->root, "day_count", (int64_t)preview.day_count);
    web_set_count(m, &m->root, "due_count", (int64_t)preview.due_count);
    web_set(m, &m->root, "table", change->days);
    web_set(m, &m->root, "basis", change->basis);
    web_set_flag(m, &m->root, "known", calendar.count > 0);
    web_set_flag(m, &m->root, "any_days", preview.day_count > 0);
    web_set_flag(m, &m->root, "any_dues", preview.due_count > 0);
    return page_end(reply, p, "desk_calendar_preview");
}

enum err desk_calendar_import(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    const char *path = NULL;
    struct office_calendar_change change = {.basis = str_trim(web_field(request, "basis"))};
    desk_begin(&p, request, "/desk/calendar", "导入一年的工作日表");
    enum err err = ERR_OK;
    if (request->method == WEB_POST) {
        err = upload_path(&path, &p);
        if (err == ERR_OK)
            err = office_calendar_read(&change.year, &change.days, &p.errand, path);
        if (err == ERR_OK)
            err = calendar_preview(reply, &p, &change);
        if (err == ERR_OK)
            return ERR_OK;
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = calendar_form(reply, &p, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_calendar_confirm(struct web_reply *reply, const struct web_request *request,
                               struct fault *fault)
{
    struct page p;
    const struct office_calendar_change change = {
        .year = (int)desk_number(str_sub(web_field(request, "year"), 0, 6)),
        .days = web_field(request, "days"),
        .basis = web_field(request, "basis")};
    desk_begin(&p, request, "/desk/calendar", "导入一年的工作日表");
    enum err err = office_calendar_change(&p.errand, &change);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    return desk_done(reply, request,
                     arena_printf(request->arena, "/desk/calendar?year=%d", change.year), "saved");
}
