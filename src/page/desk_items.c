/* The catalogue: the tree of departments, categories and items (R6, R16), one item with all its
 * versions and what differs between them (R7), the joint catalogue (R12). */
#include "page/desk_catalogue.h"

#include "base/time.h"
#include "office/account.h"
#include "office/object.h"
#include "store/department.h"

#include <string.h>

const struct field_word desk_draft_kinds[] = {{"new", "新增", NULL},
                                              {"change", "变更", NULL},
                                              {"close", "停止施行", NULL},
                                              {NULL, NULL, NULL}};
const struct field_word desk_draft_states[] = {{"draft", "草稿", NULL},
                                               {"returned", "已退回", NULL},
                                               {"submitted", "待审查", NULL},
                                               {"approved", "待公布", NULL},
                                               {"published", "已公布", NULL},
                                               {"dropped", "已撤销", NULL},
                                               {NULL, NULL, NULL}};

static const struct field_word item_states[] = {
    {"active", "现行", NULL},       {"coming", "待施行", NULL},    {"closed", "已停止施行", NULL},
    {"replaced", "已被替代", NULL}, {"withdrawn", "已撤回", NULL}, {NULL, NULL, NULL}};

static const struct field_word item_joint[] = {
    {"1", "部门联合", NULL}, {"0", "本部门", NULL}, {NULL, NULL, NULL}};

/* In the order in which an official reads an item. */
static const enum model_item_field item_order[] = {
    MODEL_ITEM_CATEGORY,  MODEL_ITEM_NAME,     MODEL_ITEM_CLASS,    MODEL_ITEM_CAP,
    MODEL_ITEM_OBJECTS,   MODEL_ITEM_SUBJECT,  MODEL_ITEM_CONTENT,  MODEL_ITEM_METHODS,
    MODEL_ITEM_FORM,      MODEL_ITEM_BASIS,    MODEL_ITEM_LABELS,   MODEL_ITEM_RATIO,
    MODEL_ITEM_FREQUENCY, MODEL_ITEM_PARTNERS, MODEL_ITEM_COMPILER, MODEL_ITEM_NUMBER};

/* A cap as a percentage; of a key item in words (R4). */
static struct str item_cap(struct page *p, const struct str values[MODEL_ITEM_COUNT])
{
    uint64_t num = 0;
    uint64_t den = 1;
    struct str rest = values[MODEL_ITEM_CAP];
    struct str head;
    if (str_eq(values[MODEL_ITEM_CLASS], STR("key")))
        return STR("不设上限（重点检查事项）");
    (void)str_cut(&head, &rest, '/');
    if (str_u64(&num, head) != ERR_OK || str_u64(&den, rest) != ERR_OK || den == 0 || num == 0)
        return STR("");
    return page_percent(p, (double)num / (double)den);
}

static struct str item_text(struct page *p, const struct str *values, enum model_item_field field)
{
    if (field == MODEL_ITEM_CAP)
        return item_cap(p, values);
    if (field == MODEL_ITEM_CLASS)
        return model_text(model_item_classes, values[field]);
    if (field != MODEL_ITEM_FORM || values[MODEL_ITEM_FORM_CODE].len == 0)
        return values[field];
    struct str form = arena_printf(p->request->arena, "%.*s（%.*s）", STR_ARG(values[field]),
                                   STR_ARG(values[MODEL_ITEM_FORM_CODE]));
    p->model.failed = p->model.failed || form.data == NULL;
    return form;
}

/* Where the check form stands in the document library; a name alone says that it does not. */
static void item_form(struct page *p, struct web_value *row, enum model_item_field field,
                      const struct str *values)
{
    bool form = field == MODEL_ITEM_FORM && values[field].len > 0;
    struct str code = values[MODEL_ITEM_FORM_CODE];
    struct str href = STR("");
    if (form && code.len > 0)
        href = arena_printf(p->request->arena, "/desk/documents/%.*s", STR_ARG(page_url(p, code)));
    web_set(&p->model, row, "href", href);
    web_set_flag(&p->model, row, "loose", form && code.len == 0);
}

void desk_item_fields(struct page *p, struct web_value *object, const struct str *values,
                      const struct str *before, const struct vocabulary *words)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, object, "fields");
    for (size_t i = 0; i < sizeof item_order / sizeof item_order[0]; i++) {
        struct str text = item_text(p, values, item_order[i]);
        struct str old = before != NULL ? item_text(p, before, item_order[i]) : text;
        bool changed = !str_eq(text, old);
        if (text.len == 0 && !changed)
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "label", str_of(model_items.fields[item_order[i]].label));
        web_set(m, row, "text", text);
        web_set(m, row, "before", changed ? old : STR(""));
        web_set_flag(m, row, "changed", changed);
        desk_unknown(p, row, item_order[i] == MODEL_ITEM_LABELS ? text : STR(""), words);
        item_form(p, row, item_order[i], values);
    }
}

/* A department's page, for who may open it; else the joint items that it has a part in. */
static struct str unit_href(struct page *p, const struct store_item_unit *unit)
{
    struct arena *arena = p->request->arena;
    struct str code = page_url(p, unit->department);
    struct str page = arena_printf(arena, "/desk/departments/%.*s", STR_ARG(code));
    if (unit->department.len == 0)
        return STR("");
    if (!desk_may(p, MODEL_PERMISSION_DEPARTMENT_VIEW))
        page = arena_printf(arena, "/desk/joint?department=%.*s", STR_ARG(code));
    p->model.failed = p->model.failed || page.data == NULL;
    return page;
}

enum err desk_item_units(struct page *p, int64_t item)
{
    struct web_model *m = &p->model;
    struct store_item_unit *units = NULL;
    size_t count = 0;
    TRY(office_item_units(&units, &count, &p->errand, item));
    struct web_value *leads = web_set_list(m, &m->root, "leads");
    struct web_value *partners = web_set_list(m, &m->root, "partners");
    for (size_t i = 0; i < count; i++) {
        bool lead = str_eq(units[i].role, STR("lead"));
        struct web_value *row = web_list_add(m, lead ? leads : partners);
        web_set(m, row, "name", units[i].name);
        web_set(m, row, "href", unit_href(p, &units[i]));
        web_set(m, row, "words", str_eq(units[i].words, units[i].name) ? STR("") : units[i].words);
        web_set_flag(m, row, "loose", units[i].department.len == 0);
    }
    web_set_flag(m, &m->root, "joint", count > 0);
    return ERR_OK;
}

enum err desk_item_objects(struct page *p, const struct str *values)
{
    struct web_model *m = &p->model;
    const struct office_object_query query = {
        .filter = {.applies = true, .item_labels = values[MODEL_ITEM_LABELS]}};
    struct office_scope own = p->errand.scope;
    int64_t objects = 0;
    if (!desk_may(p, MODEL_PERMISSION_OBJECT_VIEW))
        return ERR_OK;
    TRY(office_session_scope(&p->errand.scope, &p->errand, &desk_of(p->request)->session,
                             MODEL_PERMISSION_OBJECT_VIEW));
    enum err err = office_object_count(&objects, &p->errand, &query);
    p->errand.scope = own;
    web_set_flag(m, &m->root, "has_objects", true);
    web_set_flag(m, &m->root, "unlabelled", values[MODEL_ITEM_LABELS].len == 0);
    web_set_count(m, &m->root, "objects", objects);
    return err;
}

enum err desk_department_options(struct desk_form *form, struct web_value *field, const char *none)
{
    struct store_department *rows = NULL;
    size_t count = 0;
    struct fault words = form->p->errand.fault;
    TRY(office_departments(&rows, &count, &form->p->errand));
    form->p->errand.fault = words;
    desk_form_option(form, field, STR(""), str_of(none));
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].state, STR("active")))
            desk_form_option(form, field, rows[i].code,
                             desk_indent(form->p, rows[i].name, rows[i].depth));
    return ERR_OK;
}

/* --- the tree --- */

struct items_tree {
    struct page *p;
    struct store_department *departments;
    size_t department_count;
    struct web_value *units;
    struct web_value *categories;
    struct web_value *items;
    struct web_value *category;
    struct str category_name;
    int64_t in_category;
    int64_t categories_of; /* of the present department */
    int64_t items_of;
    int64_t keys_of;
    int64_t all_categories;
    int64_t all_items;
    int64_t all_keys;
    bool filtered;
};

static bool item_matches(const struct page *p, const struct store_item *item)
{
    const struct web_request *r = p->request;
    struct str q = str_trim(web_param(r, "q"));
    struct str class = web_param(r, "class");
    struct str state = web_param(r, "state");
    struct str joint = web_param(r, "joint");
    const struct str *v = item->values;
    if (joint.len > 0 && str_eq(joint, STR("1")) != (v[MODEL_ITEM_PARTNERS].len > 0))
        return false;
    if (q.len > 0 && str_find(v[MODEL_ITEM_NAME], q) < 0 &&
        str_find(v[MODEL_ITEM_CATEGORY], q) < 0 && str_find(item->code, q) < 0)
        return false;
    if (class.len > 0 && !str_eq(class, v[MODEL_ITEM_CLASS]))
        return false;
    if (state.len == 0)
        return !str_eq(item->state, STR("closed"));
    return str_eq(state, item->state);
}

static void tree_category(struct items_tree *t, const struct store_item *item)
{
    struct web_model *m = &t->p->model;
    if (t->category != NULL && str_eq(t->category_name, item->values[MODEL_ITEM_CATEGORY]))
        return;
    t->category = web_list_add(m, t->categories);
    t->category_name = item->values[MODEL_ITEM_CATEGORY];
    t->in_category = 0;
    t->categories_of++;
    web_set(m, t->category, "category", t->category_name);
    t->items = web_set_list(m, t->category, "items");
}

static void tree_item(struct items_tree *t, const struct store_item *item)
{
    struct web_model *m = &t->p->model;
    bool key = str_eq(item->values[MODEL_ITEM_CLASS], STR("key"));
    bool active = str_eq(item->state, STR("active"));
    tree_category(t, item);
    struct web_value *row = web_list_add(m, t->items);
    web_set(m, row, "code", item->code);
    web_set(m, row, "code_url", page_url(t->p, item->code));
    web_set(m, row, "name", item->values[MODEL_ITEM_NAME]);
    web_set(m, row, "objects", item->values[MODEL_ITEM_OBJECTS]);
    web_set_flag(m, row, "key", key);
    web_set(m, row, "state", active ? STR("") : model_text(item_states, item->state));
    web_set(m, row, "partners", item->values[MODEL_ITEM_PARTNERS]);
    web_set_count(m, t->category, "count", ++t->in_category);
    t->items_of += active;
    t->keys_of += active && key;
}

/* One department with what it has; nothing of it is shown too, unless a filter is set. */
static void tree_unit(struct items_tree *t, struct str code, struct str name,
                      const struct store_item *rows, size_t count)
{
    struct web_model *m = &t->p->model;
    struct str wanted = web_param(t->p->request, "department");
    if (wanted.len > 0 && !str_eq(wanted, code))
        return;
    struct web_value *unit = web_list_add(m, t->units);
    size_t shown = 0;
    t->categories = web_set_list(m, unit, "categories");
    t->category = NULL;
    t->categories_of = t->items_of = t->keys_of = 0;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(rows[i].values[MODEL_ITEM_DEPARTMENT], code) || !item_matches(t->p, &rows[i]))
            continue;
        tree_item(t, &rows[i]);
        shown++;
    }
    web_set(m, unit, "unit", name);
    web_set_count(m, unit, "category_count", t->categories_of);
    web_set_count(m, unit, "item_count", t->items_of);
    web_set_count(m, unit, "key_count", t->keys_of);
    web_set_flag(m, unit, "nothing", shown == 0);
    web_set_flag(m, unit, "open", t->filtered && shown > 0);
    t->all_categories += t->categories_of;
    t->all_items += t->items_of;
    t->all_keys += t->keys_of;
}

/* Departments of the registry first, then bodies that lists name and the registry does not have. */
static void tree_fill(struct items_tree *t, const struct store_item *rows, size_t count)
{
    for (size_t i = 0; i < t->department_count; i++)
        tree_unit(t, t->departments[i].code, t->departments[i].name, rows, count);
    for (size_t i = 0; i < count; i++) {
        struct str body = rows[i].values[MODEL_ITEM_DEPARTMENT];
        bool known = i > 0 && str_eq(body, rows[i - 1].values[MODEL_ITEM_DEPARTMENT]);
        for (size_t k = 0; k < t->department_count && !known; k++)
            known = str_eq(t->departments[k].code, body);
        if (!known)
            tree_unit(t, body, body.len > 0 ? body : STR("（没有写明实施部门）"), rows, count);
    }
}

static void items_filter(struct items_tree *t)
{
    struct page *p = t->p;
    struct web_model *m = &p->model;
    const struct web_request *r = p->request;
    struct web_value *list = web_set_list(m, &m->root, "departments");
    for (size_t i = 0; i < t->department_count; i++)
        page_option(p, list, t->departments[i].code,
                    desk_indent(p, t->departments[i].name, t->departments[i].depth),
                    web_param(r, "department"));
    page_options(p, "classes", model_item_classes, web_param(r, "class"));
    struct web_value *states = web_set_list(m, &m->root, "states");
    for (size_t i = 0; i < 3; i++)
        page_option(p, states, str_of(item_states[i].code), str_of(item_states[i].text),
                    web_param(r, "state"));
    page_options(p, "joints", item_joint, web_param(r, "joint"));
    web_set(m, &m->root, "q_text", str_trim(web_param(r, "q")));
    t->filtered = str_trim(web_param(r, "q")).len > 0 || web_param(r, "class").len > 0 ||
                  web_param(r, "state").len > 0 || web_param(r, "department").len > 0 ||
                  web_param(r, "joint").len > 0;
}

enum err desk_items(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_item *rows = NULL;
    size_t count = 0;
    desk_begin(&p, request, "/desk/items", "抽查事项清单");
    struct items_tree t = {.p = &p};
    enum err err = office_items(&rows, &count, &p.errand);
    if (err == ERR_OK)
        err = office_departments(&t.departments, &t.department_count, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    items_filter(&t);
    t.units = web_set_list(m, &m->root, "units");
    tree_fill(&t, rows, count);
    web_set_count(m, &m->root, "category_total", t.all_categories);
    web_set_count(m, &m->root, "item_total", t.all_items);
    web_set_count(m, &m->root, "key_total", t.all_keys);
    web_set(m, &m->root, "key_share",
            page_percent(&p, t.all_items > 0 ? (double)t.all_keys / (double)t.all_items : 0));
    web_set_flag(m, &m->root, "empty", count == 0);
    desk_set_may(&p, "may_edit", MODEL_PERMISSION_ITEM_EDIT);
    return page_end(reply, &p, "desk_items");
}

/* --- one item --- */

static struct str item_days(struct page *p, const struct store_item *item, int32_t next)
{
    struct arena *arena = p->request->arena;
    int32_t until = item->valid_until != 0 ? item->valid_until : next;
    struct str text =
        until != 0
            ? arena_printf(arena, "%.*s 起，至 %.*s 前", STR_ARG(page_date(p, item->valid_from)),
                           STR_ARG(page_date(p, until)))
            : arena_printf(arena, "%.*s 起", STR_ARG(page_date(p, item->valid_from)));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

/* The day on which the next version that took force did so; versions stand newest first. */
static int32_t item_next(const struct store_item *versions, size_t i)
{
    while (i-- > 0)
        if (!str_eq(versions[i].state, STR("withdrawn")))
            return versions[i].valid_from;
    return 0;
}

/* What versions are shown by. */
struct item_versions {
    size_t count;
    struct vocabulary words;
};

static void item_version(struct page *p, struct web_value *row, const struct store_item *versions,
                         size_t i, const struct item_versions *of)
{
    struct web_model *m = &p->model;
    const struct store_item *v = &versions[i];
    web_set_count(m, row, "version", v->version);
    web_set(m, row, "state", model_text(item_states, v->state));
    web_set(m, row, "days", item_days(p, v, item_next(versions, i)));
    web_set_flag(m, row, "open", i == 0);
    web_set_flag(m, row, "withdrawn", str_eq(v->state, STR("withdrawn")));
    desk_item_fields(p, row, v->values, i + 1 < of->count ? versions[i + 1].values : NULL,
                     &of->words);
}

/* The version that stands for the item: in force, else the newest. */
static const struct store_item *item_standing(const struct store_item *versions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(versions[i].state, STR("active")))
            return &versions[i];
    return &versions[0];
}

/* What may be done with it, and by whom. */
static void item_buttons(struct page *p, const struct store_item *versions, size_t count)
{
    struct web_model *m = &p->model;
    const struct store_item *active = NULL;
    bool coming = false;
    const struct office_session *session = &desk_of(p->request)->session;
    enum model_scope level = model_permission_scope(MODEL_PERMISSION_ITEM_EDIT, session->roles,
                                                    (enum model_grade)session->clearance);
    for (size_t i = 0; i < count; i++) {
        active = str_eq(versions[i].state, STR("active")) ? &versions[i] : active;
        coming = coming || str_eq(versions[i].state, STR("coming"));
    }
    bool own =
        active != NULL && (level == MODEL_SCOPE_ALL ||
                           str_eq(active->values[MODEL_ITEM_DEPARTMENT], session->department));
    web_set_flag(m, &m->root, "may_change",
                 own && level != MODEL_SCOPE_NONE && !coming && active->valid_until == 0);
    web_set_flag(m, &m->root, "may_withdraw", coming && desk_may(p, MODEL_PERMISSION_ITEM_PUBLISH));
}

/* Whose item it is (R1, R2): the department's name, else the list's word for it. */
static enum err item_department(struct page *p, struct str code)
{
    struct store_department *rows = NULL;
    size_t count = 0;
    struct str name = code;
    TRY(office_departments(&rows, &count, &p->errand));
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].code, code))
            name = rows[i].name;
    web_set(&p->model, &p->model.root, "owner", name.len > 0 ? name : STR("没有写明"));
    return ERR_OK;
}

static enum err item_page(struct web_reply *reply, struct page *p, struct str code,
                          enum err refused)
{
    struct store_item *rows = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    desk_refused(reply, p, refused);
    TRY(office_item(&rows, &count, &p->errand, code));
    struct item_versions of = {.count = count};
    TRY(office_vocabulary(&of.words, &p->errand, "objects"));
    struct web_value *list = web_set_list(m, &m->root, "versions");
    for (size_t i = 0; i < count; i++)
        item_version(p, web_list_add(m, list), rows, i, &of);
    item_buttons(p, rows, count);
    const struct store_item *standing = item_standing(rows, count);
    if (str_eq(standing->state, STR("active")))
        TRY(desk_item_objects(p, standing->values));
    TRY(desk_item_units(p, standing->id));
    TRY(item_department(p, standing->values[MODEL_ITEM_DEPARTMENT]));
    web_set(m, &m->root, "code", rows[0].code);
    web_set(m, &m->root, "code_url", page_url(p, rows[0].code));
    web_set(m, &m->root, "title", rows[0].values[MODEL_ITEM_NAME]);
    web_set(m, &m->root, "reason", web_field(p->request, "reason"));
    desk_crumb(p, STR("抽查事项清单"), STR("/desk/items"));
    return page_end(reply, p, "desk_item");
}

enum err desk_item(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/items", "抽查事项");
    enum err err = item_page(reply, &p, web_capture(request, "code"), ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_item_withdraw(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct store_item *rows = NULL;
    size_t count = 0;
    struct str code = web_capture(request, "code");
    desk_begin(&p, request, "/desk/items", "抽查事项");
    enum err err = office_item(&rows, &count, &p.errand, code);
    if (err == ERR_OK && desk_form_again(request)) {
        desk_say_again(&p);
        err = item_page(reply, &p, code, ERR_OK);
        return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
    }
    if (err == ERR_OK)
        err = office_item_withdraw(&p.errand, code, web_field(request, "reason"));
    if (err == ERR_OK)
        return desk_done(
            reply, request,
            arena_printf(request->arena, "/desk/items/%.*s", STR_ARG(page_url(&p, code))),
            "withdrawn");
    if (desk_form_mends(err) && count > 0)
        err = item_page(reply, &p, code, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- the joint catalogue --- */

enum {
    JOINT_NAME,
    JOINT_CATEGORY,
    JOINT_LEAD,
    JOINT_PARTNERS,
    JOINT_OBJECTS,
    JOINT_CLASS,
    JOINT_FREQUENCY
};

static const struct desk_filter joint_filters[] = {
    {"q", "事项或类别", DESK_FILTER_TEXT, NULL, false},
    {"department", "牵头或配合部门", DESK_FILTER_SELECT, NULL, false},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column joint_columns[] = {
    [JOINT_NAME] = {"name", "抽查事项", DESK_COLUMN_TEXT, false, false},
    [JOINT_CATEGORY] = {"category", "抽查类别", DESK_COLUMN_TEXT, false, false},
    [JOINT_LEAD] = {"lead", "牵头部门", DESK_COLUMN_TEXT, false, false},
    [JOINT_PARTNERS] = {"partners", "配合部门", DESK_COLUMN_TEXT, false, false},
    [JOINT_OBJECTS] = {"objects", "检查对象", DESK_COLUMN_TEXT, false, false},
    [JOINT_CLASS] = {"class", "事项类别", DESK_COLUMN_TEXT, true, false},
    [JOINT_FREQUENCY] = {"frequency", "抽查频次", DESK_COLUMN_TEXT, true, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind joint_list = {"joint",      "/desk/joint", "部门联合抽查事项",
                                                 "个联合事项", joint_filters, joint_columns};

/* The units of an item that is in force or coming. */
struct joint_units {
    const struct store_item_unit *items;
    size_t count;
};

static bool joint_matches(const struct page *p, const struct store_item *item,
                          const struct joint_units *units)
{
    struct str q = str_trim(web_param(p->request, "q"));
    struct str wanted = web_param(p->request, "department");
    const struct str *v = item->values;
    bool has = wanted.len == 0;
    if (units->count == 0)
        return false;
    if (q.len > 0 && str_find(v[MODEL_ITEM_NAME], q) < 0 && str_find(v[MODEL_ITEM_CATEGORY], q) < 0)
        return false;
    for (size_t i = 0; i < units->count; i++)
        has = has || str_eq(units->items[i].department, wanted);
    return has;
}

static void joint_row(struct desk_list *list, const struct store_item *item,
                      const struct joint_units *units)
{
    struct page *p = list->p;
    const struct str *v = item->values;
    struct str href =
        arena_printf(p->request->arena, "/desk/items/%.*s", STR_ARG(page_url(p, item->code)));
    desk_list_row(list, item->code, v[MODEL_ITEM_NAME]);
    desk_list_link(list, JOINT_NAME, v[MODEL_ITEM_NAME], href);
    if (str_eq(item->state, STR("coming")))
        desk_list_tag(list, JOINT_NAME, STR("待施行"), false);
    desk_list_text(list, JOINT_CATEGORY, v[MODEL_ITEM_CATEGORY]);
    for (size_t i = 0; i < units->count; i++) {
        int column = str_eq(units->items[i].role, STR("lead")) ? JOINT_LEAD : JOINT_PARTNERS;
        href = unit_href(p, &units->items[i]);
        if (href.len > 0)
            desk_list_link(list, column, units->items[i].name, href);
        else
            desk_list_tag(list, column, units->items[i].name, true);
    }
    desk_list_text(list, JOINT_OBJECTS, v[MODEL_ITEM_OBJECTS]);
    desk_list_text(list, JOINT_CLASS, model_text(model_item_classes, v[MODEL_ITEM_CLASS]));
    desk_list_text(list, JOINT_FREQUENCY, v[MODEL_ITEM_FREQUENCY]);
}

static enum err joint_fill(struct desk_list *list)
{
    struct page *p = list->p;
    struct store_item *rows = NULL;
    struct store_department *units = NULL;
    struct store_item_unit *all = NULL;
    struct desk_found found = {0};
    size_t count = 0, unit_count = 0, all_count = 0, kept = 0, from = 0, until = 0;
    TRY(office_items(&rows, &count, &p->errand));
    TRY(office_item_units(&all, &all_count, &p->errand, 0));
    TRY(office_departments(&units, &unit_count, &p->errand));
    struct str *keys = arena_array(p->request->arena, count + 1, sizeof *keys);
    struct joint_units *of = arena_array(p->request->arena, count + 1, sizeof *of);
    if (keys == NULL || of == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < unit_count; i++)
        desk_list_option(list, "department", units[i].code,
                         desk_indent(list->p, units[i].name, units[i].depth));
    for (size_t i = 0; i < count; i++) {
        struct joint_units own = {0};
        own.items = office_item_units_of(&own.count, all, all_count, rows[i].id);
        if (!joint_matches(p, &rows[i], &own))
            continue;
        of[kept] = own;
        rows[kept] = rows[i];
        keys[kept++] = rows[i].code;
    }
    desk_list_window(&found, &from, &until, list, keys, kept);
    for (size_t i = from; i < until; i++)
        joint_row(list, &rows[i], &of[i]);
    desk_list_end(list, &found,
                  "还没有部门联合抽查事项。起草抽查事项时填写配合部门，公布后列在这里。");
    return ERR_OK;
}

enum err desk_joint(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct desk_list list;
    desk_begin(&p, request, "/desk/joint", "部门联合抽查事项");
    enum err err = desk_list_begin(&list, &p, &joint_list);
    if (err == ERR_OK)
        err = joint_fill(&list);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    if (desk_may(&p, MODEL_PERMISSION_ITEM_EDIT))
        desk_list_button(&list, "起草联合事项", STR("/desk/drafts/new?kind=new"));
    desk_list_button(&list, "在公示平台查看", STR("/joint"));
    return page_end(reply, &p, "desk_drafts");
}
