/* Inspectors into a table file: see office_inspector_export. */
#include "office/inspector.h"

#include "office/audit.h"
#include "sheet/writer.h"

enum { EXPORT_REASON = 600 };

struct inspector_file {
    const struct office_inspector_export *export;
    size_t columns[OFFICE_INSPECTOR_COLUMNS];
    size_t count;
    struct sheet_writer *writer;
    struct errand *e;
};

const char *office_inspector_column(size_t column)
{
    if (column < MODEL_INSPECTOR_COUNT)
        return model_inspectors.fields[column].label;
    static const char *const more[] = {"人员编号", "是否计入两人", "本年席位数"};
    return column < OFFICE_INSPECTOR_COLUMNS ? more[column - MODEL_INSPECTOR_COUNT] : "";
}

static const char *column_name(size_t column)
{
    static const char *const more[] = {"code", "standing", "load"};
    return column < MODEL_INSPECTOR_COUNT ? model_inspectors.fields[column].name
                                          : more[column - MODEL_INSPECTOR_COUNT];
}

/* A value as people write it: words for codes, names for departments. */
static struct str cell_of(const struct inspector_file *f, const struct office_inspector *i,
                          size_t column)
{
    struct str value = column < STORE_INSPECTOR_VALUES ? i->record.values[column] : STR("");
    if (column == OFFICE_INSPECTOR_STANDING)
        return str_of(office_standing_text(i->standing));
    if (column == OFFICE_INSPECTOR_LOAD)
        return arena_printf(f->e->arena, "%lld", (long long)i->load);
    if (column == MODEL_INSPECTOR_DEPARTMENT)
        return i->department_name;
    if (column < MODEL_INSPECTOR_COUNT && model_inspectors.fields[column].words != NULL)
        return model_text(model_inspectors.fields[column].words, value);
    return value;
}

static enum err file_open(struct inspector_file *f)
{
    struct sheet_column columns[OFFICE_INSPECTOR_COLUMNS];
    enum sheet_format format;
    struct fault *fault = &f->e->fault;
    for (size_t i = 0; i < OFFICE_INSPECTOR_COLUMNS; i++) {
        if ((f->export->columns >> i & 1) == 0)
            continue;
        f->columns[f->count] = i;
        columns[f->count++] = (struct sheet_column){column_name(i), office_inspector_column(i),
                                                    i == OFFICE_INSPECTOR_LOAD, 0};
    }
    if (f->count == 0)
        return fault_set(fault, ERR_INPUT, "请至少选择一列；没有导出");
    TRY(sheet_format_of(&format, f->export->path, fault));
    return sheet_writer_open(&f->writer, f->export->path, format, columns, f->count, fault);
}

static enum err file_rows(struct inspector_file *f, const struct office_inspectors *all)
{
    struct str cells[OFFICE_INSPECTOR_COLUMNS];
    for (size_t i = 0; i < all->count; i++) {
        for (size_t c = 0; c < f->count; c++) {
            cells[c] = cell_of(f, &all->rows[i], f->columns[c]);
            if (cells[c].data == NULL)
                return ERR_MEMORY;
        }
        TRY(sheet_writer_row(f->writer, cells, f->count, &f->e->fault));
    }
    return ERR_OK;
}

/* The rows in full are few, asked for with a reason, and told to the audit (PI3). */
static enum err export_allowed(struct errand *e, const struct office_inspector_export *export,
                               const struct office_inspectors *all)
{
    size_t rows = all->count;
    struct str detail;
    if (export->plain) {
        if (str_trim(export->reason).len == 0 || export->reason.len > EXPORT_REASON)
            return fault_at(&e->fault, "reason", ERR_INPUT,
                            "导出完整号码须写明理由（最多约200字）；没有导出");
        if (rows > all->plain_most)
            return fault_set(&e->fault, ERR_LIMIT,
                             "完整号码一次最多导出 %llu 人，现有 "
                             "%zu 人；请缩小筛选范围，或导出遮盖号码的名单",
                             (unsigned long long)all->plain_most, rows);
    }
    detail = arena_printf(e->arena, "%zu 行，%s%s%.*s", rows,
                          export->plain ? "完整号码" : "号码遮盖", export->plain ? "，理由：" : "",
                          STR_ARG(export->plain ? export->reason : STR("")));
    return detail.data == NULL
               ? ERR_MEMORY
               : office_audit_note(e, STR("inspector-export"), STR("inspectors"), detail);
}

enum err office_inspector_export(uint64_t *rows, struct errand *e,
                                 const struct office_inspector_export *export)
{
    struct inspector_file f = {.export = export, .e = e};
    struct office_inspectors all;
    TRY(inspector_find(&all, e, export->find));
    for (size_t i = 0; i < all.count && !export->plain; i++)
        TRY(inspector_mask(&all.rows[i].record, e->arena));
    TRY(export_allowed(e, export, &all));
    TRY(file_open(&f));
    enum err err = file_rows(&f, &all);
    if (err != ERR_OK) {
        sheet_writer_abort(f.writer);
        return err;
    }
    *rows = all.count;
    return sheet_writer_close(f.writer, &e->fault);
}
