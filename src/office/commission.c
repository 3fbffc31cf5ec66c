/* Commissions of third parties: see commission.h. A county has dozens a year: read whole. */
#include "office/commission.h"

#include "base/text_map.h"
#include "base/time.h"
#include "base/utf8.h"
#include "office/audit.h"
#include "office/department.h"
#include "office/import.h"
#include "office/scope.h"
#include "sheet/writer.h"

struct commission_read {
    struct errand *e;
    const struct office_commission_find *find;
    struct office_department *departments;
    size_t department_count;
    struct office_commission *rows;
    size_t count;
    size_t cap;
    struct str text; /* folded */
    struct text_map keys;
};

static enum err commission_matches(bool *out, const struct commission_read *r, struct str key,
                                   const struct str *values)
{
    static const size_t fields[] = {MODEL_COMMISSION_CODE, MODEL_COMMISSION_BODY,
                                    MODEL_COMMISSION_MATTER, MODEL_COMMISSION_CONTRACT};
    const struct office_commission_find *f = r->find;
    struct str folded;
    *out = false;
    if (f->key_count > 0 && text_map_get(&r->keys, key) == TEXT_MAP_NONE)
        return ERR_OK;
    if ((f->kind.len > 0 && !str_eq(f->kind, values[MODEL_COMMISSION_KIND])) ||
        (f->state.len > 0 && !str_eq(f->state, values[MODEL_COMMISSION_STATE])))
        return ERR_OK;
    *out = r->text.len == 0;
    for (size_t i = 0; i < 4 && !*out; i++) {
        TRY(utf8_nfkc_fold(&folded, r->e->arena, values[fields[i]]));
        *out = str_find(folded, r->text) >= 0;
    }
    return ERR_OK;
}

static enum err commission_keep(struct commission_read *r, const struct store_record *record)
{
    const struct str *values = record->values;
    struct office_commission *row = NULL;
    int32_t until = 0;
    if (r->count == r->cap) {
        size_t cap = r->cap == 0 ? 64 : r->cap * 2;
        struct office_commission *wider = arena_array(r->e->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < r->count; i++)
            wider[i] = r->rows[i];
        r->rows = wider;
        r->cap = cap;
    }
    row = &r->rows[r->count++];
    *row = (struct office_commission){.record = *record,
                                      .department_name = values[MODEL_COMMISSION_DEPARTMENT]};
    for (size_t i = 0; i < r->department_count; i++)
        if (str_eq(r->departments[i].record.values[MODEL_DEPARTMENT_CODE],
                   values[MODEL_COMMISSION_DEPARTMENT]))
            row->department_name = r->departments[i].record.values[MODEL_DEPARTMENT_NAME];
    row->late = str_eq(values[MODEL_COMMISSION_STATE], STR("active")) &&
                date_parse(&until, values[MODEL_COMMISSION_ENDS_ON]) == ERR_OK &&
                until < date_of_time(r->e->now);
    return ERR_OK;
}

static enum err commission_row(void *ctx, const struct store_record *record)
{
    struct commission_read *r = ctx;
    bool matches = false;
    if (!office_scope_department(&r->e->scope, record->values[MODEL_COMMISSION_DEPARTMENT]))
        return ERR_OK;
    struct str key = arena_printf(r->e->arena, "%lld", (long long)record->id);
    if (key.data == NULL)
        return ERR_MEMORY;
    if (r->find->grade.len > 0 && (int64_t)model_grade_find(r->find->grade) != record->grade)
        return ERR_OK;
    TRY(commission_matches(&matches, r, key, record->values));
    return matches ? commission_keep(r, record) : ERR_OK;
}

static enum err commission_read(struct db_tx *tx, void *ctx)
{
    struct commission_read *r = ctx;
    const struct store_find all = {tx, r->e->office->tenant, r->e->arena, commission_row,
                                   r,  r->e->scope.clearance};
    r->count = 0;
    return store_registry_all(STORE_COMMISSIONS, &all);
}

enum err office_commissions(struct office_commission **out, size_t *count, struct errand *e,
                            const struct office_commission_find *find)
{
    struct commission_read r = {.e = e, .find = find};
    TRY(utf8_nfkc_fold(&r.text, e->arena, str_trim(find->text)));
    for (size_t i = 0; i < find->key_count; i++)
        TRY(text_map_put(&r.keys, e->arena, find->keys[i], i));
    TRY(office_department_tree(&r.departments, &r.department_count, e));
    TRY(office_read(e, "commissions", commission_read, &r));
    store_turn(r.rows, r.count, sizeof *r.rows);
    *out = r.rows;
    *count = r.count;
    return ERR_OK;
}

/* One within the scope, by id; by code where id is 0. */
static enum err commission_one(struct office_commission *out, struct errand *e, int64_t id,
                               struct str code)
{
    const struct office_commission_find none = {0};
    struct office_commission *rows = NULL;
    size_t count = 0;
    TRY(office_commissions(&rows, &count, e, &none));
    for (size_t i = 0; i < count; i++)
        if (rows[i].record.id == id ||
            (id == 0 && str_eq(rows[i].record.values[MODEL_COMMISSION_CODE], code))) {
            *out = rows[i];
            return ERR_OK;
        }
    return fault_set(&e->fault, ERR_MISSING, "没有这个委托");
}

struct commission_history {
    struct errand *e;
    struct office_commission_page *out;
};

static enum err commission_history(struct db_tx *tx, void *ctx)
{
    struct commission_history *h = ctx;
    const struct store_registry_row row = {h->e->office->tenant, STR("commissions"),
                                           h->out->commission.record.id, h->e->scope.clearance};
    return store_registry_changes(&h->out->changes, &h->out->change_count, h->e->arena, tx, &row);
}

enum err office_commission_get(struct office_commission_page *out, struct errand *e, int64_t id)
{
    struct commission_history history = {e, out};
    *out = (struct office_commission_page){0};
    if (id <= 0)
        return fault_set(&e->fault, ERR_MISSING, "没有这个委托");
    TRY(commission_one(&out->commission, e, id, STR("")));
    return office_read(e, "commission", commission_history, &history);
}

enum err office_commission_save(int64_t *id, struct errand *e, const struct str *values)
{
    struct office_commission old = {0};
    struct str mended[MODEL_COMMISSION_COUNT];
    bool fresh = *id == 0;
    for (size_t i = 0; i < MODEL_COMMISSION_COUNT; i++)
        mended[i] = values[i];
    if (!fresh) {
        TRY(commission_one(&old, e, *id, STR("")));
        mended[MODEL_COMMISSION_CODE] = old.record.values[MODEL_COMMISSION_CODE];
        mended[MODEL_COMMISSION_DEPARTMENT] = old.record.values[MODEL_COMMISSION_DEPARTMENT];
        mended[MODEL_COMMISSION_GRADE] = old.record.values[MODEL_COMMISSION_GRADE];
    } else if (!office_scope_department(&e->scope, values[MODEL_COMMISSION_DEPARTMENT])) {
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择委托单位");
    }
    const struct office_import_typed typed = {
        .resource = &model_commissions,
        .values = mended,
        .action = fresh ? STR("commission-add") : STR("commission-save"),
        .target = fresh ? STR("") : mended[MODEL_COMMISSION_CODE]};
    TRY(office_import_one(e, &typed));
    if (!fresh)
        return ERR_OK;
    TRY(commission_one(&old, e, 0, str_trim(values[MODEL_COMMISSION_CODE])));
    *id = old.record.id;
    return ERR_OK;
}

/* --- export --- */

struct commission_file {
    struct errand *e;
    struct sheet_writer *writer;
    size_t columns[MODEL_COMMISSION_COUNT];
    size_t count;
};

static enum err file_open(struct commission_file *f, const struct office_commission_export *export)
{
    struct sheet_column columns[MODEL_COMMISSION_COUNT];
    enum sheet_format format;
    struct fault *fault = &f->e->fault;
    for (size_t i = 0; i < MODEL_COMMISSION_COUNT; i++) {
        if ((export->columns >> i & 1) == 0)
            continue;
        f->columns[f->count] = i;
        columns[f->count++] = (struct sheet_column){model_commissions.fields[i].name,
                                                    model_commissions.fields[i].label, false, 0};
    }
    if (f->count == 0)
        return fault_set(fault, ERR_INPUT, "请至少选择一列；没有导出");
    TRY(sheet_format_of(&format, export->path, fault));
    return sheet_writer_open(&f->writer, export->path, format, columns, f->count, fault);
}

static enum err file_row(struct commission_file *f, const struct office_commission *c)
{
    struct str cells[MODEL_COMMISSION_COUNT];
    for (size_t i = 0; i < f->count; i++) {
        size_t at = f->columns[i];
        const struct field *field = &model_commissions.fields[at];
        cells[i] = at == MODEL_COMMISSION_DEPARTMENT ? c->department_name
                   : field->words != NULL ? model_text(field->words, c->record.values[at])
                                          : c->record.values[at];
    }
    return sheet_writer_row(f->writer, cells, f->count, &f->e->fault);
}

enum err office_commission_export(uint64_t *rows, struct errand *e,
                                  const struct office_commission_export *export)
{
    struct commission_file f = {.e = e};
    struct office_commission *list = NULL;
    size_t count = 0;
    enum err err = ERR_OK;
    TRY(office_commissions(&list, &count, e, export->find));
    struct str detail = arena_printf(e->arena, "%zu 行", count);
    if (detail.data == NULL)
        return ERR_MEMORY;
    TRY(file_open(&f, export));
    for (size_t i = count; i > 0 && err == ERR_OK; i--)
        err = file_row(&f, &list[i - 1]);
    if (err == ERR_OK)
        err = office_audit_note(e, STR("commission-export"), STR("commissions"), detail);
    if (err != ERR_OK) {
        sheet_writer_abort(f.writer);
        return err;
    }
    *rows = count;
    return sheet_writer_close(f.writer, &e->fault);
}

enum err office_scope_departments(struct office_department **out, size_t *count, struct errand *e)
{
    size_t all = 0;
    *count = 0;
    TRY(office_department_tree(out, &all, e));
    for (size_t i = 0; i < all; i++) {
        const struct str *values = (*out)[i].record.values;
        bool active = str_eq(values[MODEL_DEPARTMENT_STATE], STR("active"));
        if (active && office_scope_department(&e->scope, values[MODEL_DEPARTMENT_CODE]))
            (*out)[(*count)++] = (*out)[i];
    }
    return ERR_OK;
}
