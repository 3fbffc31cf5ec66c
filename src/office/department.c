/* Editing departments: see department.h. What is typed becomes a file of one row that goes the way
 * of every file of departments, so that no rule stands in two places. */
#include "office/department.h"

#include "base/csv.h"
#include "base/file.h"
#include "crypto/random.h"
#include "office/import.h"
#include "store/history.h"

#include <string.h>
#include <unistd.h>

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
    const struct store_find find = {tx, l->e->office->tenant, l->e->arena, department_row, l};
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

enum err office_department_tree(struct office_department **out, size_t *count, struct errand *e)
{
    struct department_list l = {.e = e};
    *count = 0;
    TRY(office_read(e, "department-tree", department_load, &l));
    *out = arena_array(e->arena, l.count + 1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    department_below(*out, count, &l, STR(""), 0);
    return ERR_OK;
}

enum err office_department_get(struct office_department *out, struct errand *e, struct str code)
{
    struct department_list l = {.e = e};
    TRY(office_read(e, "department", department_load, &l));
    for (size_t i = 0; i < l.count; i++)
        if (str_eq(l.rows[i].record.values[MODEL_DEPARTMENT_CODE], code)) {
            *out = l.rows[i];
            return ERR_OK;
        }
    return fault_set(&e->fault, ERR_MISSING, "没有这个部门");
}

/* --- saving --- */

/* The field of a problem, by the label that the import names. */
static const char *department_field(struct str column)
{
    for (size_t i = 0; i < MODEL_DEPARTMENT_COUNT; i++)
        if (str_starts(column, str_of(model_departments.fields[i].label)))
            return model_departments.fields[i].name;
    return NULL;
}

static enum err department_file(struct str *path, struct errand *e, const struct str *values)
{
    struct str heads[MODEL_DEPARTMENT_COUNT];
    struct str cells[MODEL_DEPARTMENT_COUNT];
    uint8_t noise[8];
    struct buf text = {0};
    struct buf hex = {0};
    const char *dir = office_path(e->arena, e->office, "blobs/tmp");
    if (dir == NULL)
        return ERR_MEMORY;
    TRY(file_mkdirs(dir, 0700));
    TRY(crypto_random(noise, sizeof noise));
    buf_hex(&hex, noise, sizeof noise);
    *path = arena_printf(e->arena, "%s/工作台-%.*s.csv", dir, STR_ARG(buf_view(&hex)));
    buf_free(&hex);
    for (size_t i = 0; i < MODEL_DEPARTMENT_COUNT; i++) {
        bool must = model_departments.fields[i].required || i == MODEL_DEPARTMENT_STATE ||
                    i == MODEL_DEPARTMENT_DIVISION; /* never empty: nothing said, nothing changed */
        struct str value = str_trim(values[i]);
        heads[i] = str_of(model_departments.fields[i].label);
        cells[i] = value.len > 0 || must ? value : STR("清空");
    }
    csv_write_row(&text, heads, MODEL_DEPARTMENT_COUNT, ',');
    csv_write_row(&text, cells, MODEL_DEPARTMENT_COUNT, ',');
    enum err err = path->data == NULL ? ERR_MEMORY : buf_err(&text);
    if (err == ERR_OK)
        err = file_write_plain(path->data, buf_view(&text), 0600);
    buf_free(&text);
    return err;
}

enum err office_department_save(struct errand *e, const struct str *values, bool fresh)
{
    struct office_import_report *report = arena_alloc(e->arena, sizeof *report);
    struct office_department known;
    struct str path;
    if (report == NULL)
        return ERR_MEMORY;
    enum err err = office_department_get(&known, e, str_trim(values[MODEL_DEPARTMENT_CODE]));
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    if (fresh && err == ERR_OK && e->key.len == 0)
        return fault_at(&e->fault, "code", ERR_DUPLICATE, "部门代码已由“%.*s”使用",
                        STR_ARG(known.record.values[MODEL_DEPARTMENT_NAME]));
    if (!fresh)
        TRY(err);
    TRY(department_file(&path, e, values));
    const struct office_import job = {.resource = STR("departments"), .path = path.data};
    err = office_import(e, &job, report);
    unlink(path.data);
    TRY(err);
    if (report->rejected == 0)
        return ERR_OK;
    const struct office_import_problem *problem = &report->problems[0];
    return fault_at(&e->fault, department_field(problem->column), ERR_INPUT, "%.*s",
                    STR_ARG(problem->reason));
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
    const struct store_registry_row row = {c->e->office->tenant, STR("departments"), c->id};
    return store_registry_changes(c->out, c->count, c->e->arena, tx, &row);
}

enum err office_department_history(struct store_object_change **out, size_t *count,
                                   struct errand *e, int64_t id)
{
    struct department_changes c = {e, out, count, id};
    return office_read(e, "department-history", department_changes, &c);
}
