/* Departments: the tree, one with its history, new and edit. */
#include "page/desk_shared.h"

#include "office/department.h"

#include <string.h>

static const struct field_word department_states[] = {
    {"有效", "有效", NULL}, {"撤销", "撤销", NULL}, {NULL, NULL, NULL}};

static bool department_closed(const struct store_record *record)
{
    return str_eq(record->values[MODEL_DEPARTMENT_STATE], STR("closed"));
}

/* Whom R45 and R46 ask each unit to name. */
static const size_t department_named[] = {MODEL_DEPARTMENT_LEADER, MODEL_DEPARTMENT_SECTION,
                                          MODEL_DEPARTMENT_PERSON, MODEL_DEPARTMENT_LIAISON,
                                          MODEL_DEPARTMENT_PHONE};

/* What is not named yet, joined by 、; empty if all is. */
static struct str department_gaps(struct page *p, const struct store_record *record)
{
    struct buf text = {0};
    for (size_t i = 0; i < sizeof department_named / sizeof department_named[0]; i++) {
        if (record->values[department_named[i]].len > 0)
            continue;
        if (text.len > 0)
            buf_cat(&text, "、");
        buf_cat(&text, model_departments.fields[department_named[i]].label);
    }
    struct str copy = arena_str(p->request->arena, buf_view(&text));
    p->model.failed = p->model.failed || copy.data == NULL;
    buf_free(&text);
    return copy;
}

static bool department_matches(const struct page *p, const struct office_department *d,
                               struct str gaps)
{
    const struct str *values = d->record.values;
    struct str q = str_trim(web_param(p->request, "q"));
    struct str state = web_param(p->request, "state");
    bool closed = department_closed(&d->record);
    if (q.len > 0 && str_find(values[MODEL_DEPARTMENT_NAME], q) < 0 &&
        str_find(values[MODEL_DEPARTMENT_CODE], q) < 0)
        return false;
    if (state.len > 0 && closed != str_eq(state, STR("撤销")))
        return false;
    return web_param(p->request, "gaps").len == 0 || (!closed && gaps.len > 0);
}

static void department_row(struct page *p, struct web_value *row, const struct office_department *d,
                           struct str gaps)
{
    struct web_model *m = &p->model;
    struct web_value *steps = web_set_list(m, row, "steps");
    for (unsigned k = 0; k < d->depth; k++)
        (void)web_list_add(m, steps);
    for (size_t k = 0; k < MODEL_DEPARTMENT_COUNT; k++)
        web_set(m, row, model_departments.fields[k].name, d->record.values[k]);
    web_set(m, row, "place", page_division(p, d->record.values[MODEL_DEPARTMENT_DIVISION]));
    web_set_flag(m, row, "closed", department_closed(&d->record));
    web_set_flag(m, row, "lacks", gaps.len > 0 && !department_closed(&d->record));
}

enum err desk_departments(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    struct office_department *rows = NULL;
    size_t count = 0;
    int64_t lacking = 0;
    desk_begin(&p, request, "/desk/departments", "部门管理");
    enum err err = office_department_tree(&rows, &count, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "departments");
    for (size_t i = 0; i < count; i++) {
        struct str gaps = department_gaps(&p, &rows[i].record);
        lacking += gaps.len > 0 && !department_closed(&rows[i].record);
        if (!department_matches(&p, &rows[i], gaps))
            continue;
        err = office_department_open(&p.errand, &rows[i]);
        if (err != ERR_OK)
            return page_fail(fault, &p, err);
        department_row(&p, web_list_add(m, list), &rows[i], gaps);
    }
    web_set(m, &m->root, "q", str_trim(web_param(request, "q")));
    page_options(&p, "states", department_states, web_param(request, "state"));
    web_set_flag(m, &m->root, "gaps", web_param(request, "gaps").len > 0);
    web_set_count(m, &m->root, "count", (int64_t)list->count);
    web_set_count(m, &m->root, "lacking", lacking);
    web_set_flag(m, &m->root, "none", list->count == 0);
    web_set_flag(m, &m->root, "empty", count == 0);
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_DEPARTMENT_EDIT);
    return page_end(reply, &p, "desk_departments");
}

/* The departments directly below it. */
static enum err department_children(struct page *p, struct str code)
{
    struct web_model *m = &p->model;
    struct office_department *rows = NULL;
    size_t count = 0;
    TRY(office_department_tree(&rows, &count, &p->errand));
    struct web_value *list = web_set_list(m, &m->root, "children");
    for (size_t i = 0; i < count; i++) {
        const struct str *values = rows[i].record.values;
        if (!str_eq(values[MODEL_DEPARTMENT_PARENT], code))
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "child", values[MODEL_DEPARTMENT_CODE]);
        web_set(m, row, "name", values[MODEL_DEPARTMENT_NAME]);
    }
    web_set_flag(m, &m->root, "has_children", list->count > 0);
    return ERR_OK;
}

/* A field of the department as people read it. */
static struct str department_value(struct page *p, const struct store_record *record, size_t field)
{
    struct str value = record->values[field];
    if (field == MODEL_DEPARTMENT_STATE)
        return department_closed(record) ? STR("撤销") : STR("有效");
    if (field != MODEL_DEPARTMENT_DIVISION || value.len == 0)
        return value;
    struct str name = regions_full_name(&p->errand.office->regions, p->request->arena, value);
    struct str both =
        arena_printf(p->request->arena, "%.*s（%.*s）", STR_ARG(name), STR_ARG(value));
    p->model.failed = p->model.failed || both.data == NULL;
    return both;
}

enum err desk_department(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct office_department d = {0};
    struct store_object_change *changes = NULL;
    size_t count = 0;
    desk_begin(&p, request, "/desk/departments", "部门");
    enum err err = office_department_get(&d, &p.errand, web_capture(request, "code"));
    if (err == ERR_OK)
        err = office_department_history(&changes, &count, &p.errand, d.record.id);
    if (err == ERR_OK)
        err = department_children(&p, d.record.values[MODEL_DEPARTMENT_CODE]);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *pairs = web_set_list(m, &m->root, "pairs");
    for (size_t i = 0; i < MODEL_DEPARTMENT_COUNT; i++) {
        struct web_value *row = web_list_add(m, pairs);
        web_set(m, row, "label", str_of(model_departments.fields[i].label));
        web_set(m, row, "value", department_value(&p, &d.record, i));
    }
    desk_changes(&p, &model_departments, changes, count);
    web_set(m, &m->root, "title", d.record.values[MODEL_DEPARTMENT_NAME]);
    web_set(m, &m->root, "code", d.record.values[MODEL_DEPARTMENT_CODE]);
    struct str gaps = department_gaps(&p, &d.record);
    web_set(m, &m->root, "gaps", gaps);
    web_set_flag(m, &m->root, "lacks", gaps.len > 0 && !department_closed(&d.record));
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_DEPARTMENT_EDIT);
    desk_set_may(&p, "may_people", MODEL_PERMISSION_INSPECTOR_VIEW);
    desk_set_may(&p, "may_accounts", MODEL_PERMISSION_ACCOUNT_VIEW);
    desk_crumb(&p, STR("部门管理"), STR("/desk/departments"));
    return page_end(reply, &p, "desk_department");
}

/* One field of the form, from the resource's own description. */
static void department_field(struct desk_form *form, size_t i, struct str value,
                             const struct office_department *all, size_t count)
{
    const struct field *field = &model_departments.fields[i];
    struct desk_field shown = {.name = field->name,
                               .label = field->label,
                               .kind = DESK_TEXT,
                               .required = field->required,
                               .hint = field->hint[0] != '\0' ? field->hint : NULL};
    if (i == MODEL_DEPARTMENT_STATE) {
        shown = (struct desk_field){field->name, field->label, DESK_SELECT,
                                    true,        NULL,         department_states};
        value = str_eq(value, STR("closed")) ? STR("撤销") : STR("有效");
    }
    if (i == MODEL_DEPARTMENT_PARENT) {
        shown.kind = DESK_SELECT;
        shown.hint = NULL;
    }
    struct web_value *row = desk_form_field(form, &shown, value);
    if (i != MODEL_DEPARTMENT_PARENT)
        return;
    desk_form_option(form, row, STR(""), STR("（无，最上级）"));
    for (size_t k = 0; k < count; k++)
        desk_form_option(
            form, row, all[k].record.values[MODEL_DEPARTMENT_CODE],
            desk_indent(form->p, all[k].record.values[MODEL_DEPARTMENT_NAME], all[k].depth));
}

static enum err department_form(struct web_reply *reply, struct page *p,
                                const struct office_department *d, enum err refused)
{
    struct desk_form form;
    struct office_department *all = NULL;
    size_t count = 0;
    struct fault words = p->errand.fault;
    bool fresh = d->record.id == 0;
    TRY(office_department_tree(&all, &count, &p->errand));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, fresh ? "新建部门" : "保存");
    web_set(&p->model, form.object, "back", STR("/desk/departments"));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    for (size_t i = fresh ? 0 : 1; i < MODEL_DEPARTMENT_COUNT; i++)
        department_field(&form, i, d->record.values[i], all, count);
    desk_crumb(p, STR("部门管理"), STR("/desk/departments"));
    return page_end(reply, p, "desk_department_edit");
}

static void department_typed(struct str values[MODEL_DEPARTMENT_COUNT],
                             const struct web_request *request)
{
    for (size_t i = 0; i < MODEL_DEPARTMENT_COUNT; i++)
        values[i] = web_field(request, model_departments.fields[i].name);
}

enum err desk_department_new(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    struct str values[MODEL_DEPARTMENT_COUNT];
    const struct office_department none = {0};
    desk_begin(&p, request, "/desk/departments", "新建部门");
    enum err err = ERR_OK;
    if (request->method == WEB_POST && !desk_form_again(request)) {
        department_typed(values, request);
        err = office_department_save(&p.errand, values, true);
        if (err == ERR_OK)
            return desk_done(reply, request, STR("/desk/departments"), "added");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = department_form(reply, &p, &none, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_department_edit(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    struct office_department d = {0};
    struct str values[MODEL_DEPARTMENT_COUNT];
    desk_begin(&p, request, "/desk/departments", "修改部门");
    enum err err = office_department_get(&d, &p.errand, web_capture(request, "code"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        department_typed(values, request);
        values[MODEL_DEPARTMENT_CODE] = d.record.values[MODEL_DEPARTMENT_CODE];
        err = office_department_save(&p.errand, values, false);
        if (err == ERR_OK)
            return desk_done(reply, request, STR("/desk/departments"), "saved");
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = department_form(reply, &p, &d, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
