/* Departments: the tree, one with its history, new and edit. */
#include "page/desk.h"

#include "base/json.h"
#include "office/department.h"
#include "store/history.h"

#include <string.h>

static const struct field_word department_states[] = {
    {"有效", "有效", NULL}, {"撤销", "撤销", NULL}, {NULL, NULL, NULL}};

static bool department_closed(const struct store_record *record)
{
    return str_eq(record->values[MODEL_DEPARTMENT_STATE], STR("closed"));
}

enum err desk_departments(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    struct office_department *rows = NULL;
    size_t count = 0;
    desk_begin(&p, request, "/desk/departments", "部门管理");
    enum err err = office_department_tree(&rows, &count, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "departments");
    struct str q = str_trim(web_param(request, "q"));
    for (size_t i = 0; i < count; i++) {
        const struct str *values = rows[i].record.values;
        if (q.len > 0 && str_find(values[MODEL_DEPARTMENT_NAME], q) < 0 &&
            str_find(values[MODEL_DEPARTMENT_CODE], q) < 0)
            continue;
        struct web_value *row = web_list_add(m, list);
        struct web_value *steps = web_set_list(m, row, "steps");
        for (unsigned k = 0; k < rows[i].depth; k++)
            (void)web_list_add(m, steps);
        for (size_t k = 0; k < MODEL_DEPARTMENT_COUNT; k++)
            web_set(m, row, model_departments.fields[k].name, values[k]);
        web_set_flag(m, row, "closed", department_closed(&rows[i].record));
    }
    web_set(m, &m->root, "q", q);
    web_set_flag(m, &m->root, "none", list->count == 0);
    web_set_flag(m, &m->root, "empty", count == 0);
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_DEPARTMENT_EDIT);
    return page_end(reply, &p, "desk_departments");
}

/* A change's values, side by side. */
static void department_change(struct page *p, struct web_value *row,
                              const struct store_object_change *change)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, row, "values");
    json_t *before = NULL;
    json_t *after = NULL;
    bool read = json_parse(&before, change->before, NULL) == ERR_OK &&
                json_parse(&after, change->after, NULL) == ERR_OK;
    for (size_t i = 0; read && i < MODEL_DEPARTMENT_COUNT; i++) {
        const struct field *field = &model_departments.fields[i];
        struct str old = json_member_str(before, field->name);
        struct str new = json_member_str(after, field->name);
        if (str_eq(old, new))
            continue;
        struct web_value *one = web_list_add(m, list);
        web_set(m, one, "label", str_of(field->label));
        web_set(m, one, "before", arena_str(p->request->arena, old));
        web_set(m, one, "after", arena_str(p->request->arena, new));
    }
    json_decref(before);
    json_decref(after);
    web_set(m, row, "at", page_time(p, change->at));
    web_set(m, row, "actor", change->actor);
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
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *pairs = web_set_list(m, &m->root, "pairs");
    for (size_t i = 0; i < MODEL_DEPARTMENT_COUNT; i++) {
        struct web_value *row = web_list_add(m, pairs);
        bool state = i == MODEL_DEPARTMENT_STATE;
        web_set(m, row, "label", str_of(model_departments.fields[i].label));
        web_set(m, row, "value",
                !state                         ? d.record.values[i]
                : department_closed(&d.record) ? STR("撤销")
                                               : STR("有效"));
    }
    struct web_value *list = web_set_list(m, &m->root, "changes");
    for (size_t i = 0; i < count; i++)
        department_change(&p, web_list_add(m, list), &changes[i]);
    web_set_flag(m, &m->root, "has_changes", count > 0);
    web_set(m, &m->root, "title", d.record.values[MODEL_DEPARTMENT_NAME]);
    web_set(m, &m->root, "code", d.record.values[MODEL_DEPARTMENT_CODE]);
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_DEPARTMENT_EDIT);
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
        desk_form_option(form, row, all[k].record.values[MODEL_DEPARTMENT_CODE],
                         all[k].record.values[MODEL_DEPARTMENT_NAME]);
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
