/* The item list: a tree of compilers, categories and items, and one item with all its versions (R2,
 * R6-R8, R16); apart from it the joint catalogue (R12). */
#include "page/page.h"

#include "office/catalogue.h"

#include <stddef.h>

static const struct {
    const char *key; /* of its label */
    size_t at;       /* of its text in the record */
} item_fields[] = {
    {"class", offsetof(struct store_public_item, class)},
    {"applies", offsetof(struct store_public_item, objects)},
    {"content", offsetof(struct store_public_item, content)},
    {"methods", offsetof(struct store_public_item, methods)},
    {"item_form", offsetof(struct store_public_item, form)},
    {"subject", offsetof(struct store_public_item, subject)},
    {"basis", offsetof(struct store_public_item, basis)},
    {"ratio", offsetof(struct store_public_item, ratio)},
    {"frequency", offsetof(struct store_public_item, frequency)},
    {"category", offsetof(struct store_public_item, category)},
    {"name", offsetof(struct store_public_item, name)},
};

static bool item_class(size_t field)
{
    return item_fields[field].at == offsetof(struct store_public_item, class);
}

static struct str item_text(const struct store_public_item *i, size_t field)
{
    struct str text = *(const struct str *)((const char *)i + item_fields[field].at);
    return item_class(field) ? model_text(model_item_classes, text) : text;
}

/* The fields of a version; those that differ from the version before are marked. */
static void item_version_fields(struct page *p, struct web_value *row,
                                const struct store_public_item *i,
                                const struct store_public_item *before)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, row, "fields");
    for (size_t f = 0; f < sizeof item_fields / sizeof item_fields[0]; f++) {
        struct str text = item_text(i, f);
        bool changed = before != NULL && !str_eq(text, item_text(before, f));
        if (text.len == 0 && !changed)
            continue;
        struct web_value *field = web_list_add(m, list);
        web_set(m, field, "label", page_word(p, item_fields[f].key));
        web_set(m, field, "text", item_class(f) ? page_said(p, text) : text);
        web_set_flag(m, field, "chinese", !item_class(f));
        web_set_flag(m, field, "changed", changed);
        web_set(m, field, "form_url",
                item_fields[f].at == offsetof(struct store_public_item, form)
                    ? page_url(p, i->form_code)
                    : STR(""));
    }
}

static struct str item_state(const struct page *p, struct str state)
{
    static const struct {
        const char *state;
        const char *word;
    } words[] = {{"active", "in_force"},
                 {"replaced", "replaced_by_newer"},
                 {"coming", "in_force_later"},
                 {"withdrawn", "withdrawn_before"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(state, str_of(words[i].state)))
            return page_word(p, words[i].word);
    return page_word(p, "out_of_force");
}

/* The first day on which a version no longer holds, as text: its own end, or the day of the version
 * that took its place. Versions stand newest first. */
static struct str item_until(struct page *p, const struct store_public_item *rows, size_t i)
{
    if (rows[i].valid_until != 0)
        return page_date(p, rows[i].valid_until);
    while (i-- > 0)
        if (!str_eq(rows[i].state, STR("withdrawn")))
            return page_date(p, rows[i].valid_from);
    return STR("");
}

static struct str item_cap(struct page *p, const struct store_public_item *i)
{
    return i->cap_num > 0 ? page_percent(p, (double)i->cap_num / (double)i->cap_den) : STR("");
}

/* Lead and partners as lists of an object; each leads to the joint items it has a part in. */
static void item_units(struct page *p, struct web_value *row, const struct store_item_unit *units,
                       size_t count)
{
    struct web_model *m = &p->model;
    struct web_value *leads = web_set_list(m, row, "leads");
    struct web_value *partners = web_set_list(m, row, "partners");
    for (size_t i = 0; i < count; i++) {
        bool lead = str_eq(units[i].role, STR("lead"));
        struct web_value *one = web_list_add(m, lead ? leads : partners);
        web_set(m, one, "unit", units[i].name);
        web_set(m, one, "unit_url", page_url(p, units[i].department));
    }
    web_set_flag(m, row, "joint", count > 0);
}

enum err page_item(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_public_item *rows = NULL;
    size_t count = 0;
    page_begin(&p, request, "/items", STR(""));
    enum err err = office_portal_item(&rows, &count, &p.errand, web_capture(request, "code"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    struct web_value *list = web_set_list(m, root, "versions");
    page_named(&p, rows[0].name);
    web_set(m, root, "code", rows[0].code);
    web_set(m, root, "code_url", page_url(&p, rows[0].code));
    web_set(m, root, "compiler", rows[0].compiler);
    web_set(m, root, "category", rows[0].category);
    web_set_flag(m, root, "key", str_eq(rows[0].class, STR("key")));
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set_count(m, row, "version", rows[i].version);
        web_set(m, row, "from", page_date(&p, rows[i].valid_from));
        web_set(m, row, "until", item_until(&p, rows, i));
        web_set(m, row, "state", item_state(&p, rows[i].state));
        web_set_flag(m, row, "newest", i == 0);
        web_set(m, row, "cap", item_cap(&p, &rows[i]));
        item_version_fields(&p, row, &rows[i], i + 1 < count ? &rows[i + 1] : NULL);
        struct store_item_unit *units = NULL;
        size_t unit_count = 0;
        err = office_item_units(&units, &unit_count, &p.errand, rows[i].id);
        if (err != ERR_OK)
            return page_fail(fault, &p, err);
        item_units(&p, row, units, unit_count);
    }
    return page_end(reply, &p, "item");
}

/* --- the tree: compiler, category (大项), item (小项) --- */

/* A tree of at most so many stands open, and prints whole. */
enum { ITEMS_OPEN = 100 };

struct items_tree {
    struct page *p;
    struct web_value *compilers;
    struct web_value *categories;
    struct web_value *items;
    struct web_value *compiler;
    struct web_value *category;
    int64_t compiler_count;
    int64_t category_count;
};

/* Opens the branches in which the next item stands. */
static void tree_branch(struct items_tree *t, const struct store_public_item *i,
                        const struct store_public_item *before)
{
    struct web_model *m = &t->p->model;
    bool compiler = before == NULL || !str_eq(before->compiler, i->compiler);
    bool category = compiler || !str_eq(before->category, i->category);
    if (compiler) {
        t->compiler = web_list_add(m, t->compilers);
        t->compiler_count = 0;
        web_set(m, t->compiler, "compiler", i->compiler);
        t->categories = web_set_list(m, t->compiler, "categories");
    }
    if (!category)
        return;
    t->category = web_list_add(m, t->categories);
    t->category_count = 0;
    web_set(m, t->category, "category", i->category);
    t->items = web_set_list(m, t->category, "items");
}

static void tree_item(struct items_tree *t, const struct store_public_item *i)
{
    struct web_model *m = &t->p->model;
    struct web_value *row = web_list_add(m, t->items);
    web_set(m, row, "code", i->code);
    web_set(m, row, "code_url", page_url(t->p, i->code));
    web_set(m, row, "name", i->name);
    web_set_flag(m, row, "key", str_eq(i->class, STR("key")));
    web_set(m, row, "closed",
            str_eq(i->state, STR("active")) ? STR("") : item_state(t->p, i->state));
    if (i->version > 1)
        web_set_count(m, row, "version", i->version);
}

/* Counts stand beside the branches; the last one set holds. */
static void tree_counts(struct items_tree *t)
{
    web_set_count(&t->p->model, t->compiler, "count", ++t->compiler_count);
    web_set_count(&t->p->model, t->category, "count", ++t->category_count);
}

/* Of the versions of one item from rows[0] on, newest first, the one that stands for it: that in
 * force, else the newest that was not withdrawn. *next gets how many there are. */
static const struct store_public_item *
tree_chosen(size_t *next, const struct store_public_item *rows, size_t count)
{
    const struct store_public_item *chosen = NULL;
    for (*next = 0; *next < count && str_eq(rows[*next].code, rows[0].code); (*next)++) {
        const struct store_public_item *i = &rows[*next];
        bool active = str_eq(i->state, STR("active"));
        if (active || (chosen == NULL && !str_eq(i->state, STR("withdrawn"))))
            chosen = i;
        if (active)
            break;
    }
    while (*next < count && str_eq(rows[*next].code, rows[0].code))
        (*next)++;
    return chosen;
}

enum err page_items(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_public_item *rows = NULL;
    const struct store_public_item *last = NULL;
    size_t count = 0;
    int64_t shown = 0;
    int64_t keys = 0;
    page_begin(&p, request, "/items", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "items"));
    enum err err = office_portal_items(&rows, &count, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct items_tree tree = {.p = &p, .compilers = web_set_list(m, &m->root, "compilers")};
    for (size_t i = 0, next = 0; i < count; i += next) {
        const struct store_public_item *item = tree_chosen(&next, &rows[i], count - i);
        if (item == NULL || str_eq(item->state, STR("replaced")))
            continue; /* withdrawn before it ever held; or stands in another category by now */
        tree_branch(&tree, item, last);
        tree_item(&tree, item);
        tree_counts(&tree);
        last = item;
        bool active = str_eq(item->state, STR("active"));
        shown += active;
        keys += active && str_eq(item->class, STR("key"));
    }
    web_set_count(m, &m->root, "count", shown);
    web_set_count(m, &m->root, "keys", keys);
    web_set_flag(m, &m->root, "few", count <= ITEMS_OPEN);
    web_set(m, &m->root, "keys_share",
            page_percent(&p, shown > 0 ? (double)keys / (double)shown : 0));
    return page_end(reply, &p, "items");
}

/* --- the joint catalogue (部门联合抽查事项清单) --- */

struct joint_page {
    struct page *p;
    struct web_value *rows;
    const struct store_item_unit *units;
    size_t unit_count;
    struct str wanted; /* code of a department; empty: all */
    int64_t shown;
    struct str wanted_name;
};

static void joint_item(struct joint_page *j, const struct store_public_item *i)
{
    struct page *p = j->p;
    struct web_model *m = &p->model;
    size_t count = 0;
    bool has = j->wanted.len == 0;
    const struct store_item_unit *units =
        office_item_units_of(&count, j->units, j->unit_count, i->id);
    for (size_t k = 0; k < count; k++) {
        bool fits = j->wanted.len > 0 && str_eq(units[k].department, j->wanted);
        has = has || fits;
        j->wanted_name = fits ? units[k].name : j->wanted_name;
    }
    if (count == 0 || !has)
        return;
    struct web_value *row = web_list_add(m, j->rows);
    j->shown++;
    web_set(m, row, "code", i->code);
    web_set(m, row, "code_url", page_url(p, i->code));
    web_set(m, row, "name", i->name);
    web_set(m, row, "category", i->category);
    web_set(m, row, "objects", i->objects);
    web_set(m, row, "state", str_eq(i->state, STR("active")) ? STR("") : item_state(p, i->state));
    item_units(p, row, units, count);
}

enum err page_joint(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_public_item *rows = NULL;
    struct store_item_unit *units = NULL;
    size_t count = 0;
    struct joint_page j = {.p = &p};
    page_begin(&p, request, "/items", STR(""));
    struct web_model *m = &p.model;
    j.wanted = page_param(&p, "department");
    web_set(m, &m->root, "title", page_word(&p, "joint_items"));
    enum err err = office_portal_items(&rows, &count, &p.errand);
    if (err == ERR_OK)
        err = office_item_units(&units, &j.unit_count, &p.errand, 0);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    j.units = units;
    j.rows = web_set_list(m, &m->root, "rows");
    for (size_t i = 0, next = 0; i < count; i += next) {
        const struct store_public_item *item = tree_chosen(&next, &rows[i], count - i);
        if (item != NULL)
            joint_item(&j, item);
    }
    web_set_count(m, &m->root, "count", j.shown);
    web_set_flag(m, &m->root, "any", j.shown > 0);
    web_set_flag(m, &m->root, "narrowed", j.wanted.len > 0);
    web_set(m, &m->root, "wanted", j.wanted_name.len > 0 ? j.wanted_name : j.wanted);
    return page_end(reply, &p, "joint");
}
