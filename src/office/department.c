/* Editing departments: see department.h. What is typed goes the way of a file of departments
 * (office_import_one). */
#include "office/department.h"

#include "office/import.h"
#include "office/personal.h"
#include "store/history.h"

#include <string.h>

/* --- the tree --- */

struct department_list {
    struct errand *e;
    struct office_department *rows;
    size_t count;
    size_t cap;
};

static enum err department_row(void *ctx, const struct store_record *record)
{
    struct department_list *l = ctx;
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 64 : l->cap * 2;
        struct office_department *rows = arena_array(l->e->arena, cap, sizeof *rows);
        if (rows == NULL)
            return ERR_MEMORY;
        if (l->count > 0)
            memcpy(rows, l->rows, l->count * sizeof *rows);
        l->rows = rows;
        l->cap = cap;
    }
    l->rows[l->count++] = (struct office_department){.record = *record};
    return ERR_OK;
}

static enum err department_load(struct db_tx *tx, void *ctx)
{
    struct department_list *l = ctx;
    const struct store_find find = {tx, l->e->office->tenant, l->e->arena, department_row, l, 0};
    l->count = 0;
    return store_registry_all(STORE_DEPARTMENTS, &find);
}

/* Appends the children of a department, each followed by its own; ids keep the order of entry. */
static void department_below(struct office_department *out, size_t *used,
                             const struct department_list *l, struct str parent, unsigned depth)
{
    for (size_t i = 0; i < l->count && *used < l->count; i++) {
        const struct str *values = l->rows[i].record.values;
        if (!str_eq(values[MODEL_DEPARTMENT_PARENT], parent))
            continue;
        out[*used] = l->rows[i];
        out[(*used)++].depth = depth;
        department_below(out, used, l, values[MODEL_DEPARTMENT_CODE], depth + 1);
    }
}

/* Counts from the department in which the scope begins; the tree's own depth where it holds all. */
static void department_within(struct office_department *rows, size_t count,
                              const struct office_scope *scope)
{
    unsigned top = 0;
    for (size_t i = 0; i < count && scope->level != MODEL_SCOPE_ALL; i++)
        if (str_eq(rows[i].record.values[MODEL_DEPARTMENT_CODE], scope->department))
            top = rows[i].depth;
    for (size_t i = 0; i < count; i++)
        rows[i].below = rows[i].depth > top ? rows[i].depth - top : 0;
}

enum err office_department_tree(struct office_department **out, size_t *count, struct errand *e)
{
    struct department_list l = {.e = e};
    *count = 0;
    TRY(office_read(e, "department-tree", department_load, &l));
    *out = arena_array(e->arena, l.count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    department_below(*out, count, &l, STR(""), 0);
    department_within(*out, *count, &e->scope);
    return ERR_OK;
}

/* Only where it is shown: a number that does not open keeps nobody from the tree. */
enum err office_department_open(struct errand *e, struct office_department *d)
{
    const struct office_personal at = {.column = STORE_PERSONAL_DEPARTMENT, .id = d->record.id};
    return office_personal_open(&d->record.values[MODEL_DEPARTMENT_PHONE], e, &at);
}

enum err office_department_get(struct office_department *out, struct errand *e, struct str code)
{
    struct department_list l = {.e = e};
    TRY(office_read(e, "department", department_load, &l));
    for (size_t i = 0; i < l.count; i++)
        if (str_eq(l.rows[i].record.values[MODEL_DEPARTMENT_CODE], code)) {
            *out = l.rows[i];
            return office_department_open(e, out);
        }
    return fault_set(&e->fault, ERR_MISSING, "没有这个部门");
}

/* --- saving --- */

enum err office_department_save(struct errand *e, const struct str *values, bool fresh)
{
    struct office_department known;
    struct str code = str_trim(values[MODEL_DEPARTMENT_CODE]);
    enum err err = office_department_get(&known, e, code);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    if (fresh && err == ERR_OK && e->key.len == 0)
        return fault_at(&e->fault, "code", ERR_DUPLICATE, "部门代码已由“%.*s”使用",
                        STR_ARG(known.record.values[MODEL_DEPARTMENT_NAME]));
    if (!fresh)
        TRY(err);
    const struct office_import_typed typed = {.resource = &model_departments,
                                              .values = values,
                                              .action = STR("department-save"),
                                              .target = fresh ? STR("") : code};
    return office_import_one(e, &typed);
}

/* --- history --- */

struct department_changes {
    struct errand *e;
    struct store_object_change **out;
    size_t *count;
    int64_t id;
};

static enum err department_changes(struct db_tx *tx, void *ctx)
{
    struct department_changes *c = ctx;
    const struct store_registry_row row = {c->e->office->tenant, STR("departments"), c->id,
                                           c->e->scope.clearance};
    return store_registry_changes(c->out, c->count, c->e->arena, tx, &row);
}

enum err office_department_history(struct store_object_change **out, size_t *count,
                                   struct errand *e, int64_t id)
{
    struct department_changes c = {e, out, count, id};
    return office_read(e, "department-history", department_changes, &c);
}
