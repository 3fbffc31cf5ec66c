/* Whom a list means: see joint.h. A stem is made of names and of words in the same way, so that
 * what it leaves out is left out on both sides; a stem that two departments share means neither. */
#include "office/joint.h"

#include "base/json.h"
#include "office/catalogue.h"

#include "sheet/value.h"

#include <string.h>

enum { STEM_LEAST = 6 /* bytes: two characters */ };

/* --- stems --- */

/* Takes the place's own name off the front, with or without those it lies in before it, or 县 and
 * the like where it is one. The name of a superior place alone stays: its bodies are not ours. */
static struct str stem_place(const struct joint_names *names, struct str text)
{
    static const char *const units[] = {"县", "区", "市"};
    struct str rest = text;
    for (size_t i = 0; i < names->above_count; i++)
        if (str_starts(rest, names->above[i]))
            rest = str_sub(rest, names->above[i].len, rest.len);
    for (size_t i = 0; i < 2; i++)
        if (names->home[i].len > 0 && str_starts(rest, names->home[i]))
            return str_sub(rest, names->home[i].len, rest.len);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct str unit = str_of(units[i]);
        bool ours = str_ends(names->home[0], unit) || str_ends(names->home[1], unit);
        if (ours && str_starts(text, unit) && !str_starts(text, STR("市场")))
            return str_sub(text, unit.len, text.len);
    }
    return text;
}

/* Takes the kind of body off the end. */
static struct str stem_body(struct str text)
{
    static const char *const kinds[] = {"行政主管部门", "主管部门", "管理部门", "部门", "委员会",
                                        "办公室",       "机构",     "大队",     "局",   "委"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_ends(text, str_of(kinds[i])))
            return str_sub(text, 0, text.len - strlen(kinds[i]));
    return text;
}

/* 市场监督管理 is 市场监管, 住房和城乡建设 is 住房城乡建设. */
static enum err stem_short(struct str *out, struct arena *arena, struct str text)
{
    static const struct {
        const char *from;
        const char *to;
    } pairs[] = {{"监督管理", "监管"}, {"和", ""}, {"与", ""}};
    *out = text;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        ptrdiff_t at = str_find(*out, str_of(pairs[i].from));
        if (at < 0)
            continue;
        struct str rest = str_sub(*out, (size_t)at + strlen(pairs[i].from), out->len);
        *out = arena_printf(arena, "%.*s%s%.*s", STR_ARG(str_sub(*out, 0, (size_t)at)), pairs[i].to,
                            STR_ARG(rest));
        if (out->data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

static enum err stem_of(struct str *out, struct arena *arena, const struct joint_names *names,
                        struct str text)
{
    TRY(stem_short(out, arena, stem_body(stem_place(names, str_trim(text)))));
    if (out->len < STEM_LEAST)
        *out = STR("");
    return ERR_OK;
}

/* --- names --- */

/* The place by the division's name and its own, and those it lies in, from the province down. */
static void places_of(struct joint_names *names, const struct office *office)
{
    enum { MOST = sizeof names->above / sizeof names->above[0] };
    const struct region *r = regions_find(&office->regions, office->tenant);
    struct str up[MOST] = {{0}};
    size_t count = 0;
    names->home[0] = r != NULL ? r->name : STR("");
    names->home[1] = office->name;
    while (r != NULL && r->parent.len > 0 && count < MOST) {
        r = regions_find(&office->regions, r->parent);
        if (r != NULL)
            up[count++] = r->name;
    }
    while (count > 0)
        names->above[names->above_count++] = up[--count];
}

static enum err names_add(struct joint_names *names, struct arena *arena, struct str text,
                          const struct store_department *d)
{
    struct joint_name *one = &names->items[names->count++];
    *one = (struct joint_name){.text = text, .department = d};
    return stem_of(&one->stem, arena, names, text);
}

enum err joint_names(struct joint_names *out, struct arena *arena, struct errand *e,
                     struct db_tx *tx)
{
    struct store_department *rows = NULL;
    size_t count = 0, most = 0;
    struct str word;
    *out = (struct joint_names){0};
    TRY(store_departments(&rows, &count, arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++) {
        struct str rest = rows[i].aliases;
        for (most += 2; sheet_list_next(&word, &rest);)
            most++;
    }
    places_of(out, e->office);
    out->items = arena_array(arena, most + 1, sizeof *out->items);
    if (out->items == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct str rest = rows[i].aliases;
        if (!str_eq(rows[i].state, STR("active")))
            continue;
        TRY(names_add(out, arena, rows[i].code, &rows[i]));
        TRY(names_add(out, arena, rows[i].name, &rows[i]));
        while (sheet_list_next(&word, &rest))
            TRY(names_add(out, arena, word, &rows[i]));
    }
    return ERR_OK;
}

/* The one department that a text is a name, or a stem, of. */
static const struct store_department *names_only(const struct joint_names *names, struct str text,
                                                 bool stem)
{
    const struct store_department *found = NULL;
    for (size_t i = 0; i < names->count; i++) {
        const struct joint_name *one = &names->items[i];
        if (text.len == 0 || !str_eq(stem ? one->stem : one->text, text))
            continue;
        if (found != NULL && found != one->department)
            return NULL;
        found = one->department;
    }
    return found;
}

enum err joint_find(const struct store_department **out, struct arena *arena,
                    const struct joint_names *names, struct str word)
{
    struct str stem;
    *out = names_only(names, str_trim(word), false);
    if (*out != NULL)
        return ERR_OK;
    TRY(stem_of(&stem, arena, names, word));
    *out = names_only(names, stem, true);
    return ERR_OK;
}

enum err joint_first(const struct store_department **out, struct arena *arena,
                     const struct joint_names *names, struct str list)
{
    struct str word;
    *out = NULL;
    while (*out == NULL && sheet_list_next(&word, &list))
        TRY(joint_find(out, arena, names, word));
    return ERR_OK;
}

/* --- the rows as they are read --- */

struct units_work {
    struct errand *e;
    struct store_item_unit **out;
    size_t *count;
    int64_t item;
};

static enum err units_read(struct db_tx *tx, void *ctx)
{
    struct units_work *w = ctx;
    struct errand *e = w->e;
    if (w->item == 0)
        return store_item_units_shown(w->out, w->count, e->arena, tx, e->office->tenant);
    return store_item_units(w->out, w->count, e->arena, tx, e->office->tenant, w->item);
}

enum err office_item_units(struct store_item_unit **out, size_t *count, struct errand *e,
                           int64_t item)
{
    struct units_work w = {e, out, count, item};
    return office_read(e, "item-units", units_read, &w);
}

const struct store_item_unit *
office_item_units_of(size_t *found, const struct store_item_unit *units, size_t count, int64_t item)
{
    size_t from = 0;
    size_t until = count;
    while (from < until) {
        size_t middle = from + (until - from) / 2;
        if (units[middle].item < item)
            from = middle + 1;
        else
            until = middle;
    }
    for (*found = 0; from + *found < count && units[from + *found].item == item;)
        ++*found;
    return units + from;
}

/* --- the rows of an item --- */

struct units {
    struct store_item_unit *items;
    size_t count;
    struct arena *arena;
    const struct joint_names *names;
};

static bool units_have(const struct units *u, const struct store_item_unit *one)
{
    for (size_t i = 0; i < u->count; i++) {
        bool known = one->department.len > 0 && str_eq(u->items[i].department, one->department);
        if (known || str_eq(u->items[i].words, one->words))
            return true;
    }
    return false;
}

static enum err units_add(struct units *u, const char *role, struct str list)
{
    struct str word;
    while (sheet_list_next(&word, &list)) {
        const struct store_department *found = NULL;
        TRY(joint_find(&found, u->arena, u->names, word));
        bool code = found != NULL && str_eq(found->code, word);
        struct store_item_unit one = {.role = str_of(role),
                                      .words = code ? found->name : word,
                                      .department = found != NULL ? found->code : STR(""),
                                      .name = found != NULL ? found->name : word};
        if (!units_have(u, &one))
            u->items[u->count++] = one;
    }
    return ERR_OK;
}

/* Who leads: the compiler's words, as a joint list gives them, where the item's department is one
 * of them or none is set; else that department. */
static enum err units_lead(struct units *u, const struct str *values)
{
    struct str department = values[MODEL_ITEM_DEPARTMENT];
    struct str list = values[MODEL_ITEM_COMPILER];
    struct str word;
    bool among = department.len == 0;
    while (!among && sheet_list_next(&word, &list)) {
        const struct store_department *found = NULL;
        TRY(joint_find(&found, u->arena, u->names, word));
        among = found != NULL && str_eq(found->code, department);
    }
    return units_add(u, "lead", among ? values[MODEL_ITEM_COMPILER] : department);
}

enum err joint_units(struct store_item_unit **out, size_t *count, struct arena *arena,
                     const struct joint_names *names, const struct str *values)
{
    static const enum model_item_field lists[] = {MODEL_ITEM_COMPILER, MODEL_ITEM_DEPARTMENT,
                                                  MODEL_ITEM_PARTNERS};
    struct units u = {.arena = arena, .names = names};
    struct str word;
    size_t most = 0;
    *out = NULL;
    *count = 0;
    if (values[MODEL_ITEM_PARTNERS].len == 0)
        return ERR_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct str rest = values[lists[i]];
        while (sheet_list_next(&word, &rest))
            most++;
    }
    u.items = arena_array(arena, most + 1, sizeof *u.items);
    if (u.items == NULL)
        return ERR_MEMORY;
    TRY(units_lead(&u, values));
    TRY(units_add(&u, "partner", values[MODEL_ITEM_PARTNERS]));
    *out = u.items;
    *count = u.count;
    return ERR_OK;
}

bool joint_listed(struct str list, struct str word)
{
    struct str one;
    while (sheet_list_next(&one, &list))
        if (str_eq(one, word))
            return true;
    return false;
}

enum err joint_partners(struct str *out, struct arena *arena, const struct joint_names *names,
                        const struct str *values, struct str department)
{
    struct store_item_unit *units = NULL;
    size_t count = 0;
    *out = STR("");
    TRY(joint_units(&units, &count, arena, names, values));
    for (size_t i = 0; i < count; i++) {
        bool lead = str_eq(units[i].role, STR("lead"));
        bool own = str_eq(units[i].department, department);
        if (own || (lead && units[i].department.len == 0))
            continue;
        *out = out->len == 0
                   ? units[i].name
                   : arena_printf(arena, "%.*s、%.*s", STR_ARG(*out), STR_ARG(units[i].name));
        if (out->data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

enum err joint_put(struct errand *e, struct db_tx *tx, const struct joint_names *names,
                   int64_t item, const struct str *values)
{
    struct store_item_unit *units = NULL;
    size_t count = 0;
    TRY(joint_units(&units, &count, e->arena, names, values));
    return store_item_units_put(tx, e->office->tenant, item, units, count);
}

/* --- what was unknown when it came --- */

struct loose_work {
    struct errand *e;
    struct db_tx *tx;
    const struct joint_names *names;
    bool superior;
};

static enum err loose_json(struct str *out, struct errand *e, struct str department)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "department", department);
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &text, json_write_end(&w));
}

static enum err loose_note(const struct loose_work *w, const struct store_loose *one,
                           const struct store_department *found)
{
    struct errand *e = w->e;
    struct office_audit_row row = {.action = STR("item-department"),
                                   .target = one->code,
                                   .detail = found->name,
                                   .outcome = STR("done")};
    TRY(loose_json(&row.before, e, one->department));
    TRY(loose_json(&row.after, e, found->code));
    return office_audit_add(e, w->tx, &row);
}

/* Asks the list's words for the department again; where it has none, those for the compiler. */
static enum err loose_follow(const struct loose_work *w, const struct store_loose *one)
{
    struct errand *e = w->e;
    struct str tenant = e->office->tenant;
    const struct store_department *found = NULL;
    struct str words = one->department.len > 0 ? one->department : one->compiler;
    TRY(joint_first(&found, e->arena, w->names, words));
    if (found == NULL)
        return ERR_OK;
    TRY(w->superior ? store_superior_department(w->tx, tenant, one->id, found->code)
                    : store_item_department(w->tx, tenant, one->id, found->code));
    return loose_note(w, one, found);
}

static enum err departments_follow(struct errand *e, struct db_tx *tx,
                                   const struct joint_names *names)
{
    struct loose_work w = {e, tx, names, false};
    struct store_loose *rows = NULL;
    size_t count = 0;
    TRY(store_items_loose(&rows, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        TRY(loose_follow(&w, &rows[i]));
    w.superior = true;
    TRY(store_superiors_loose(&rows, &count, e->arena, tx, e->office->tenant));
    for (size_t i = 0; i < count; i++)
        TRY(loose_follow(&w, &rows[i]));
    return ERR_OK;
}

static enum err units_follow(struct errand *e, struct db_tx *tx, const struct joint_names *names)
{
    struct store_item *items = NULL;
    struct store_item_unit *open = NULL;
    size_t count = 0;
    struct str tenant = e->office->tenant;
    TRY(store_items_unjoined(&items, &count, e->arena, tx, tenant));
    for (size_t i = 0; i < count; i++)
        TRY(joint_put(e, tx, names, items[i].id, items[i].values));
    TRY(store_item_units_open(&open, &count, e->arena, tx, tenant));
    for (size_t i = 0; i < count; i++) {
        const struct store_department *found = NULL;
        TRY(joint_find(&found, e->arena, names, open[i].words));
        if (found == NULL)
            continue;
        open[i].department = found->code;
        TRY(store_item_unit_set(tx, tenant, &open[i]));
    }
    return ERR_OK;
}

enum err joint_follow(struct errand *e, struct db_tx *tx)
{
    struct joint_names names;
    TRY(joint_names(&names, e->arena, e, tx));
    TRY(departments_follow(e, tx, &names));
    return units_follow(e, tx, &names);
}
