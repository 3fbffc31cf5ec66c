/* One object: what the registry says, its libraries, responsible departments, items, course; new,
 * edit, state. */
#include "page/desk_object.h"

#include "base/json.h"
#include "base/time.h"
#include "ids/person.h"
#include "office/account.h"
#include "office/edit.h"
#include "office/result.h"
#include "store/department.h"

#include <stdlib.h>
#include <string.h>

static void object_crumb(struct page *p)
{
    desk_crumb(p, STR("检查对象名录库"), desk_list_home(p, "/desk/objects"));
}

/* --- what the registry says --- */

/* A field's value as people read it. */
static struct str object_text(struct page *p, size_t i, struct str value,
                              const struct desk_departments *departments)
{
    const struct field *field = &model_objects.fields[i];
    if (field->words != NULL)
        return model_text(field->words, value);
    if (i == MODEL_OBJECT_DEPARTMENT)
        return desk_department_name(departments, value);
    if (i == MODEL_OBJECT_DIVISION && value.len > 0)
        return arena_printf(p->request->arena, "%.*s（%.*s）", STR_ARG(page_division(p, value)),
                            STR_ARG(value));
    if (i != MODEL_OBJECT_INDUSTRY)
        return value;
    const struct industry *industry = industry_find(&p->errand.office->industries, value);
    return industry != NULL ? arena_printf(p->request->arena, "%.*s（%.*s）",
                                           STR_ARG(industry->name), STR_ARG(value))
                            : value;
}

/* What names an object that has no number of the registry authority is an internal one. */
static struct str object_label(const struct office_object *o, size_t i)
{
    bool internal = i == MODEL_OBJECT_NUMBER && o->row.record.values[i].len == 0;
    return internal ? STR("编号") : str_of(model_objects.fields[i].label);
}

static void object_pairs(struct page *p, const struct office_object *o,
                         const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    struct web_value *pairs = web_set_list(m, &m->root, "pairs");
    for (size_t i = 0; i < MODEL_OBJECT_COUNT; i++) {
        struct str value = o->row.record.values[i];
        if (i == MODEL_OBJECT_NUMBER)
            value = o->row.record.values[STORE_OBJECT_POOL_ID];
        if (i == MODEL_OBJECT_LABELS || i == MODEL_OBJECT_NAME)
            continue;
        struct web_value *row = web_list_add(m, pairs);
        web_set(m, row, "label", object_label(o, i));
        web_set(m, row, "value", value.len > 0 ? object_text(p, i, value, departments) : STR("–"));
        m->failed = m->failed || (value.len > 0 && row->items[1]->text.data == NULL);
    }
    struct web_value *row = web_list_add(m, pairs);
    web_set(m, row, "label", STR("更新时间"));
    web_set(m, row, "value", page_time(p, o->row.at));
}

static void object_labels(struct page *p, struct str labels)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, "labels");
    struct str word;
    while (store_label_next(&word, &labels))
        web_set(&p->model, web_list_add(&p->model, list), "word", word);
    web_set_flag(&p->model, &p->model.root, "has_labels", list->count > 0);
}

/* The page of an item, for who may open it. */
static struct str object_item(struct page *p, struct str code)
{
    struct str href =
        arena_printf(p->request->arena, "/desk/items/%.*s", STR_ARG(page_url(p, code)));
    p->model.failed = p->model.failed || href.data == NULL;
    return desk_opens(p, href) ? href : STR("");
}

static void object_items(struct page *p, const struct office_object *o)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "items");
    for (size_t i = 0; i < o->item_count; i++) {
        const struct str *values = o->items[i]->values;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "number", values[MODEL_ITEM_NUMBER]);
        web_set(m, row, "href", object_item(p, values[STORE_ITEM_CODE]));
        web_set(m, row, "item", values[MODEL_ITEM_NAME]);
        web_set(m, row, "category", values[MODEL_ITEM_CATEGORY]);
        web_set(m, row, "class", model_text(model_item_classes, values[MODEL_ITEM_CLASS]));
        web_set(m, row, "because",
                values[MODEL_ITEM_LABELS].len > 0 ? values[MODEL_ITEM_LABELS] : STR("适用于全部"));
    }
    web_set_count(m, &m->root, "item_count", (int64_t)o->item_count);
    web_set_flag(m, &m->root, "has_items", o->item_count > 0);
}

/* --- libraries --- */

static void object_library(struct page *p, struct web_value *row,
                           const struct store_library_row *place, bool revealed)
{
    struct web_model *m = &p->model;
    struct str phone = revealed ? place->phone : ids_mask_phone(p->request->arena, place->phone);
    web_set_count(m, row, "library", place->library);
    web_set(m, row, "library_name", place->library_name);
    web_set(m, row, "licence", place->licence);
    web_set(m, row, "what", place->what);
    web_set(m, row, "until", page_date(p, place->valid_until));
    web_set_flag(m, row, "over",
                 place->valid_until != 0 && place->valid_until < date_of_time(p->request->now));
    web_set(m, row, "contact", place->contact);
    web_set(m, row, "phone", place->phone.len > 0 ? phone : STR(""));
}

static enum err object_libraries(struct page *p, struct str pool_id, bool revealed)
{
    struct store_library_row *places = NULL;
    size_t count = 0;
    bool phones = false;
    TRY(office_library_rows(&places, &count, &p->errand, pool_id));
    struct web_value *list = web_set_list(&p->model, &p->model.root, "places");
    for (size_t i = 0; i < count; i++) {
        object_library(p, web_list_add(&p->model, list), &places[i], revealed);
        phones = phones || places[i].phone.len > 0;
    }
    web_set_flag(&p->model, &p->model.root, "has_places", count > 0);
    web_set_flag(&p->model, &p->model.root, "may_reveal",
                 phones && !revealed && desk_may(p, MODEL_PERMISSION_PERSON_UNMASK));
    web_set_flag(&p->model, &p->model.root, "revealed", revealed && phones);
    return ERR_OK;
}

/* --- the course: changes, visits, results, newest first --- */

struct object_step {
    int64_t at;
    const struct store_object_change *change; /* or */
    const struct store_object_visit *visit;
};

static int object_step_order(const void *a, const void *b)
{
    const struct object_step *x = a;
    const struct object_step *y = b;
    return (x->at < y->at) - (x->at > y->at);
}

/* The label of a history's key: a field of the registry, or what is kept beside it; an unknown one
 * is copied, as the history is freed before the page is written. */
static struct str object_key_label(struct page *p, const char *key)
{
    static const char *const others[][2] = {{"departments", "其他责任部门"},
                                            {"library", "专项库"},
                                            {"licence", "许可证号"},
                                            {"what", "许可事项"},
                                            {"valid_until", "有效期至"},
                                            {"contact", "联系人"},
                                            {"phone", "联系电话"}};
    for (size_t i = 0; i < MODEL_OBJECT_COUNT; i++)
        if (strcmp(model_objects.fields[i].name, key) == 0)
            return str_of(model_objects.fields[i].label);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i][0], key) == 0)
            return str_of(others[i][1]);
    struct str copy = arena_str(p->request->arena, str_of(key));
    p->model.failed = p->model.failed || copy.data == NULL;
    return copy;
}

static struct str object_old(struct page *p, const char *key, const json_t *object,
                             const struct desk_departments *departments)
{
    struct str text = arena_str(p->request->arena, json_member_str(object, key));
    p->model.failed = p->model.failed || text.data == NULL;
    for (size_t i = 0; i < MODEL_OBJECT_COUNT; i++)
        if (strcmp(model_objects.fields[i].name, key) == 0)
            return object_text(p, i, text, departments);
    return text;
}

static void object_values(struct page *p, struct web_value *row, const json_t *side[2],
                          const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, row, "values");
    for (int s = 0; s < 2; s++) {
        void *at = json_object_iter((json_t *)side[s]);
        for (; at != NULL; at = json_object_iter_next((json_t *)side[s], at)) {
            const char *key = json_object_iter_key(at);
            struct str before = json_member_str(side[0], key);
            struct str after = json_member_str(side[1], key);
            bool told = s == 1 && json_object_get(side[0], key) != NULL;
            if (told || str_eq(before, after))
                continue;
            struct web_value *one = web_list_add(m, list);
            web_set(m, one, "label", object_key_label(p, key));
            web_set(m, one, "before", object_old(p, key, side[0], departments));
            web_set(m, one, "after", object_old(p, key, side[1], departments));
        }
    }
}

/* Was it typed in then? What is put into a library has nothing before it either. */
static bool object_entered(const struct store_object_change *change)
{
    return str_eq(change->before, STR("{}")) && str_find(change->after, STR("\"name\":")) >= 0;
}

static void object_change(struct page *p, struct web_value *row,
                          const struct store_object_change *change,
                          const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    json_t *before = NULL;
    json_t *after = NULL;
    bool read = json_parse(&before, change->before, NULL) == ERR_OK &&
                json_parse(&after, change->after, NULL) == ERR_OK;
    const json_t *sides[2] = {before, after};
    web_set(m, row, "at", page_time(p, change->at));
    web_set(m, row, "what", object_entered(change) ? STR("登记") : STR("变更"));
    web_set(m, row, "who", change->actor);
    web_set(m, row, "reason", change->reason);
    web_set(m, row, "result", STR(""));
    if (read)
        object_values(p, row, sides, departments);
    json_decref(before);
    json_decref(after);
}

static void object_visit(struct page *p, struct web_value *row,
                         const struct store_object_visit *visit,
                         const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    bool result = visit->code.len > 0;
    web_set(m, row, "at", page_date(p, result ? visit->result_on : visit->visit_from));
    web_set(m, row, "what", result ? STR("检查结果") : STR("被抽中"));
    web_set(m, row, "who", desk_department_name(departments, visit->department));
    web_set(m, row, "reason",
            arena_printf(p->request->arena, "%.*s %.*s", STR_ARG(visit->task_number),
                         STR_ARG(visit->task_name)));
    web_set(m, row, "result",
            result ? arena_printf(p->request->arena, "%.*s：%.*s", STR_ARG(visit->item),
                                  STR_ARG(model_text(model_result_codes, visit->code)))
                   : model_text(model_skip_reasons, visit->skip_reason));
    (void)web_set_list(m, row, "values");
    if (visit->adoption.kind.len == 0)
        return;
    struct str adopted = office_adoption_text(p->request->arena, &visit->adoption);
    m->failed = m->failed || adopted.data == NULL;
    web_set(m, row, "adopted", adopted);
}

/* Where it began: what was typed has a row in its history, what came with a file only the time of
 * its id. */
static void object_entry(struct page *p, struct web_value *list, const struct office_object *o)
{
    struct web_model *m = &p->model;
    for (size_t i = 0; i < o->change_count; i++)
        if (object_entered(&o->changes[i]))
            return;
    struct web_value *row = web_list_add(m, list);
    web_set(m, row, "at", page_time(p, office_id_time(o->row.record.id)));
    web_set(m, row, "what", STR("入库"));
    web_set(m, row, "reason", STR("随名录文件导入"));
}

static enum err object_course(struct page *p, const struct office_object *o,
                              const struct desk_departments *departments)
{
    size_t count = o->change_count + o->visit_count;
    struct object_step *steps = arena_array(p->request->arena, count + 1, sizeof *steps);
    struct web_value *list = web_set_list(&p->model, &p->model.root, "course");
    if (steps == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < o->change_count; i++)
        steps[i] = (struct object_step){.at = o->changes[i].at, .change = &o->changes[i]};
    for (size_t i = 0; i < o->visit_count; i++) {
        const struct store_object_visit *v = &o->visits[i];
        steps[o->change_count + i] = (struct object_step){
            .at = time_of_date(v->code.len > 0 ? v->result_on : v->visit_from), .visit = v};
    }
    qsort(steps, count, sizeof *steps, object_step_order);
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(&p->model, list);
        if (steps[i].change != NULL)
            object_change(p, row, steps[i].change, departments);
        else
            object_visit(p, row, steps[i].visit, departments);
    }
    object_entry(p, list, o);
    return ERR_OK;
}

/* --- the page --- */

static enum err object_responsible(struct page *p, const struct office_object *o,
                                   const struct desk_departments *departments)
{
    struct web_model *m = &p->model;
    struct desk_departments mine;
    struct str chosen = web_field(p->request, "department");
    struct web_value *list = web_set_list(m, &m->root, "further");
    struct web_value *choices = web_set_list(m, &m->root, "department_choices");
    for (size_t i = 0; i < o->department_count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "code", o->departments[i]);
        web_set(m, row, "unit", desk_department_name(departments, o->departments[i]));
    }
    web_set_flag(m, &m->root, "has_further", o->department_count > 0);
    TRY(desk_departments_all(&mine, p));
    for (size_t i = 0; i < mine.count; i++)
        if (str_eq(mine.rows[i].state, STR("active")))
            page_option(p, choices, mine.rows[i].code,
                        desk_indent(p, mine.rows[i].name, mine.rows[i].depth), chosen);
    return ERR_OK;
}

static enum err object_library_choices(struct page *p)
{
    struct str chosen = web_field(p->request, "library");
    struct store_library *libraries = NULL;
    size_t count = 0;
    struct web_value *choices = web_set_list(&p->model, &p->model.root, "library_choices");
    TRY(office_library_choices(&libraries, &count, &p->errand));
    for (size_t i = 0; i < count; i++)
        if (str_eq(libraries[i].state, STR("active")))
            page_option(p, choices, page_digits(p, libraries[i].id), libraries[i].name, chosen);
    web_set_flag(&p->model, &p->model.root, "has_library_choices", choices->count > 0);
    return ERR_OK;
}

/* The page of an object; the words of a refused button stand above it. */
static enum err object_page(struct web_reply *reply, struct page *p, enum err refused,
                            bool revealed)
{
    struct office_object o;
    struct desk_departments departments;
    struct web_model *m = &p->model;
    struct str pool_id = web_capture(p->request, "id");
    desk_refused(reply, p, refused);
    if (desk_form_again(p->request))
        desk_say_again(p);
    TRY(office_object_show(&o, &p->errand, pool_id));
    TRY(desk_departments_all(&departments, p));
    web_set(m, &m->root, "title", o.row.record.values[MODEL_OBJECT_NAME]);
    web_set(m, &m->root, "self", desk_object_href(p, pool_id, ""));
    web_set_flag(m, &m->root, "may_edit", desk_may(p, MODEL_PERMISSION_OBJECT_EDIT));
    web_set_flag(m, &m->root, "may_place", desk_may(p, MODEL_PERMISSION_LIBRARY_EDIT));
    struct str state = web_field(p->request, "state");
    page_options(p, "state_choices", model_object_states,
                 state.len > 0 ? state : o.row.record.values[MODEL_OBJECT_STATE]);
    web_set_count(m, &m->root, "was", o.row.job);
    object_pairs(p, &o, &departments);
    object_labels(p, o.row.record.values[MODEL_OBJECT_LABELS]);
    object_items(p, &o);
    TRY(object_libraries(p, pool_id, revealed));
    TRY(object_library_choices(p));
    TRY(object_responsible(p, &o, &departments));
    TRY(object_course(p, &o, &departments));
    object_crumb(p);
    return page_end(reply, p, "desk_object");
}

enum err desk_object(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/objects", "检查对象");
    enum err err = object_page(reply, &p, ERR_OK, false);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_object_reveal(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    bool again = desk_form_again(request);
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/objects", "检查对象");
    if (!again)
        err = office_library_reveal(&p.errand, web_capture(request, "id"),
                                    web_field(request, "reason"));
    if (err != ERR_OK && !desk_form_mends(err))
        return page_fail(fault, &p, err);
    err = object_page(reply, &p, err, !again && err == ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- buttons --- */

static enum err object_after(struct web_reply *reply, struct page *p, enum err err,
                             struct fault *fault)
{
    bool again = desk_form_again(p->request);
    if (err == ERR_OK && !again)
        return desk_done(reply, p->request, desk_object_href(p, web_capture(p->request, "id"), ""),
                         "saved");
    if (err == ERR_OK || (desk_form_mends(err) && err != ERR_MISSING))
        err = object_page(reply, p, err, false);
    return err == ERR_OK ? ERR_OK : page_fail(fault, p, err);
}

/* The id and version of the object that the address names. */
static enum err object_known(struct office_object *o, struct page *p)
{
    return office_object_show(o, &p->errand, web_capture(p->request, "id"));
}

/* The change of an object that a form asks for. */
static struct office_edit object_edit_of(const struct web_request *request,
                                         const struct store_object_row *row,
                                         const struct str values[MODEL_OBJECT_COUNT])
{
    return (struct office_edit){.id = row->record.id,
                                .was = desk_number(web_field(request, "was")),
                                .values = values,
                                .count = MODEL_OBJECT_COUNT,
                                .reason = web_field(request, "reason")};
}

enum err desk_object_state(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct office_object o;
    struct office_edited edited = {0};
    struct str values[MODEL_OBJECT_COUNT] = {{NULL, 0}};
    desk_begin(&p, request, "/desk/objects", "检查对象");
    values[MODEL_OBJECT_STATE] = web_field(request, "state");
    enum err err = object_known(&o, &p);
    if (err == ERR_OK && !desk_form_again(request)) {
        const struct office_edit edit = object_edit_of(request, &o.row, values);
        err = office_edit(&edited, &p.errand, &edit);
    }
    return object_after(reply, &p, err, fault);
}

enum err desk_object_department(struct web_reply *reply, const struct web_request *request,
                                struct fault *fault)
{
    struct page p;
    bool add = web_field(request, "remove").len == 0;
    enum err err = ERR_OK;
    desk_begin(&p, request, "/desk/objects", "检查对象");
    if (!desk_form_again(request))
        err = office_object_department(&p.errand, web_capture(request, "id"),
                                       web_field(request, "department"), add);
    return object_after(reply, &p, err, fault);
}

enum err desk_object_library(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    const struct office_library_place place = {.pool_id = web_capture(request, "id"),
                                               .library =
                                                   desk_number(web_field(request, "library")),
                                               .licence = web_field(request, "licence"),
                                               .what = web_field(request, "what"),
                                               .valid_until = web_field(request, "valid_until"),
                                               .contact = web_field(request, "contact"),
                                               .phone = web_field(request, "phone")};
    desk_begin(&p, request, "/desk/objects", "检查对象");
    if (desk_form_again(request))
        return object_after(reply, &p, ERR_OK, fault);
    enum err err = web_field(request, "remove").len > 0 ? office_library_leave(&p.errand, &place)
                                                        : office_library_place(&p.errand, &place);
    return object_after(reply, &p, err, fault);
}

/* --- new and edit --- */

/* Choices of a field that is chosen; NULL: typed. */
static enum desk_input object_input(size_t i)
{
    if (model_objects.fields[i].words != NULL || i == MODEL_OBJECT_DEPARTMENT)
        return DESK_SELECT;
    if (model_objects.fields[i].kind == FIELD_DATE)
        return DESK_DATE;
    return model_objects.fields[i].kind == FIELD_LONG ? DESK_AREA : DESK_TEXT;
}

static void object_field(struct desk_form *form, size_t i, struct str value,
                         const struct desk_departments *departments)
{
    const struct field *field = &model_objects.fields[i];
    enum desk_input kind = object_input(i);
    const struct desk_field shown = {
        .name = field->name,
        .label = field->label,
        .kind = kind,
        .required = field->required,
        .hint = kind != DESK_SELECT && field->hint != NULL && field->hint[0] != '\0' ? field->hint
                                                                                     : NULL};
    struct web_value *row = desk_form_field(form, &shown, value);
    if (kind != DESK_SELECT)
        return;
    if (i != MODEL_OBJECT_STATE)
        desk_form_option(form, row, STR(""), STR("（无）"));
    for (const struct field_word *w = field->words; w != NULL && w->code != NULL; w++)
        desk_form_option(form, row, str_of(w->code), str_of(w->text));
    for (size_t k = 0; i == MODEL_OBJECT_DEPARTMENT && k < departments->count; k++)
        if (str_eq(departments->rows[k].state, STR("active")) ||
            str_eq(departments->rows[k].code, value))
            desk_form_option(
                form, row, departments->rows[k].code,
                desk_indent(form->p, departments->rows[k].name, departments->rows[k].below));
}

/* The words of a vocabulary as a hint beside the field. */
static enum err object_words(struct page *p)
{
    struct store_label *labels = NULL;
    size_t count = 0;
    struct web_value *list = web_set_list(&p->model, &p->model.root, "vocabulary");
    TRY(office_labels(&labels, &count, &p->errand, STR("objects")));
    for (size_t i = 0; i < count; i++)
        if (str_eq(labels[i].state, STR("active")))
            web_set(&p->model, web_list_add(&p->model, list), "word", labels[i].word);
    web_set_flag(&p->model, &p->model.root, "has_vocabulary", list->count > 0);
    return ERR_OK;
}

struct object_form {
    const struct store_object_row *row; /* NULL: a new one */
    const struct office_edited *edited; /* what was refused */
    enum err refused;
};

/* All fields but the number that the program gives, with what is wrong with them. */
static void object_fields(struct desk_form *form, const struct object_form *f,
                          const struct desk_departments *mine)
{
    static const struct desk_field reason = {"reason", "修改原因", DESK_TEXT, true, NULL, NULL};
    static const struct desk_field was = {"was", "", DESK_HIDDEN, false, NULL, NULL};
    bool fresh = f->row == NULL;
    for (size_t i = 0; f->edited != NULL && i < f->edited->fault_count; i++)
        if (f->edited->faults[i].field >= 0)
            desk_form_wrong(form, model_objects.fields[f->edited->faults[i].field].name,
                            f->edited->faults[i].words);
    for (size_t i = fresh ? 0 : 1; i < MODEL_OBJECT_COUNT; i++) {
        struct str value = fresh ? STR("") : f->row->record.values[i];
        if (fresh && i == MODEL_OBJECT_STATE)
            value = STR("active");
        if (fresh && i == MODEL_OBJECT_DIVISION)
            value = form->p->errand.office->tenant;
        object_field(form, i, value, mine);
    }
    if (fresh)
        return;
    (void)desk_form_field(form, &reason, STR(""));
    (void)desk_form_field(form, &was, page_digits(form->p, f->row->job));
}

static enum err object_form(struct web_reply *reply, struct page *p, const struct object_form *f)
{
    struct desk_form form;
    struct desk_departments mine;
    struct fault words = p->errand.fault;
    bool fresh = f->row == NULL;
    TRY(desk_departments_mine(&mine, p));
    TRY(object_words(p));
    p->errand.fault = words;
    desk_form_begin(&form, p, p->request->path, fresh ? "登记" : "保存");
    struct str back =
        fresh
            ? desk_list_home(p, "/desk/objects")
            : desk_list_on(p, desk_object_href(p, f->row->record.values[STORE_OBJECT_POOL_ID], ""));
    web_set(&p->model, form.object, "back", back);
    if (f->refused != ERR_OK)
        desk_form_refused(&form, reply, f->refused);
    object_fields(&form, f, &mine);
    object_crumb(p);
    return page_end(reply, p, "desk_object_edit");
}

static void object_typed(struct str values[MODEL_OBJECT_COUNT], const struct web_request *request,
                         bool fresh)
{
    for (size_t i = 0; i < MODEL_OBJECT_COUNT; i++)
        values[i] = !fresh && i == MODEL_OBJECT_NUMBER
                        ? str_range(NULL, 0)
                        : web_field(request, model_objects.fields[i].name);
}

enum err desk_object_new(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct office_edited edited = {0};
    struct str values[MODEL_OBJECT_COUNT];
    struct object_form form = {.edited = &edited};
    desk_begin(&p, request, "/desk/objects", "登记检查对象");
    if (request->method == WEB_POST && !desk_form_again(request)) {
        object_typed(values, request, true);
        const struct office_edit edit = {.values = values, .count = MODEL_OBJECT_COUNT};
        form.refused = office_edit(&edited, &p.errand, &edit);
        if (form.refused == ERR_OK)
            return desk_done(reply, request, desk_object_href(&p, edited.pool_id, ""), "added");
        if (!desk_form_mends(form.refused))
            return page_fail(fault, &p, form.refused);
    }
    enum err err = object_form(reply, &p, &form);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_object_edit(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    struct office_object o;
    struct office_edited edited = {0};
    struct str values[MODEL_OBJECT_COUNT];
    desk_begin(&p, request, "/desk/objects", "修改检查对象");
    enum err err = object_known(&o, &p);
    struct object_form form = {.row = &o.row, .edited = &edited};
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (request->method == WEB_POST && !desk_form_again(request)) {
        object_typed(values, request, false);
        const struct office_edit edit = object_edit_of(request, &o.row, values);
        form.refused = office_edit(&edited, &p.errand, &edit);
        if (form.refused == ERR_OK)
            return desk_done(reply, request, desk_object_href(&p, web_capture(request, "id"), ""),
                             "saved");
        if (!desk_form_mends(form.refused))
            return page_fail(fault, &p, form.refused);
    }
    err = object_form(reply, &p, &form);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
