/* Inspectors into a table file: see office_inspector_export. */
#include "office/inspector.h"

#include "base/time.h"
#include "office/audit.h"
#include "sheet/writer.h"
#include "store/account.h"

enum { EXPORT_REASON = 600 };

struct inspector_file {
    const struct office_inspector_export *export;
    size_t columns[OFFICE_INSPECTOR_COLUMNS];
    size_t count;
    struct sheet_writer *writer;
    struct errand *e;
    struct str mark; /* of rows in full: who, when, by whose leave */
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

static enum err mark_person(struct db_tx *tx, void *ctx)
{
    struct inspector_file *f = ctx;
    struct errand *e = f->e;
    struct store_account account;
    enum err err = store_account_by_name(&account, e->arena, tx, e->office->tenant, e->actor);
    f->mark = err == ERR_OK ? account.person : STR("");
    return err == ERR_MISSING ? ERR_OK : err;
}

/* The watermark: in every row, since rows are cut out and sorted. */
static enum err file_mark(struct inspector_file *f)
{
    const struct office_inspector_export *export = f->export;
    struct errand *e = f->e;
    struct buf text = {0};
    int32_t day = date_of_time(e->now);
    int minutes = (int)((e->now - time_of_date(day)) / (60 * TIME_SECOND));
    TRY(office_read(e, "export-mark", mark_person, f));
    buf_printf(&text, "%.*s %.*s ", STR_ARG(f->mark), STR_ARG(e->actor));
    date_format(&text, day);
    buf_printf(&text, " %02d:%02d 导出", minutes / 60, minutes % 60);
    if (export->approved_by.len > 0)
        buf_printf(&text, "，%.*s %.*s 批准", STR_ARG(export->approver),
                   STR_ARG(export->approved_by));
    buf_cat(&text, "，请勿外传");
    return arena_keep(&f->mark, e->arena, &text, ERR_OK);
}

static enum err file_open(struct inspector_file *f)
{
    struct sheet_column columns[OFFICE_INSPECTOR_COLUMNS + 1];
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
    if (f->export->plain)
        TRY(file_mark(f));
    columns[f->count] = (struct sheet_column){"mark", "导出标记", false, 60};
    return sheet_writer_open(&f->writer, f->export->path, format, columns,
                             f->count + f->export->plain, fault);
}

static enum err file_rows(struct inspector_file *f, const struct office_inspectors *all)
{
    struct str cells[OFFICE_INSPECTOR_COLUMNS + 1];
    for (size_t i = 0; i < all->count; i++) {
        for (size_t c = 0; c < f->count; c++) {
            cells[c] = cell_of(f, &all->rows[i], f->columns[c]);
            if (cells[c].data == NULL)
                return ERR_MEMORY;
        }
        cells[f->count] = f->mark;
        TRY(sheet_writer_row(f->writer, cells, f->count + f->export->plain, &f->e->fault));
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
            return fault_set(
                &e->fault, ERR_LIMIT,
                "完整号码一次最多导出 %llu 人，现有 "
                "%zu 人；请缩小筛选范围，或点“提交审批”请另一人审批，或导出遮盖号码的名单",
                (unsigned long long)all->plain_most, rows);
    }
    detail = arena_printf(e->arena, "%zu 行，%s%s%.*s", rows,
                          export->plain ? "完整号码" : "号码遮盖", export->plain ? "，理由：" : "",
                          STR_ARG(export->plain ? export->reason : STR("")));
    return detail.data == NULL
               ? ERR_MEMORY
               : office_audit_note(e, STR("inspector-export"), STR("inspectors"), detail);
}

enum err inspector_export_file(struct errand *e, const struct office_inspector_export *export,
                               const struct office_inspectors *all)
{
    struct inspector_file f = {.export = export, .e = e, .mark = STR("")};
    TRY(file_open(&f));
    enum err err = file_rows(&f, all);
    if (err == ERR_OK)
        return sheet_writer_close(f.writer, &e->fault);
    sheet_writer_abort(f.writer);
    return err;
}

enum err office_inspector_export(uint64_t *rows, struct errand *e,
                                 const struct office_inspector_export *export)
{
    struct office_inspectors all;
    TRY(inspector_find(&all, e, export->find));
    for (size_t i = 0; i < all.count && !export->plain; i++)
        TRY(inspector_mask(&all.rows[i].record, e->arena));
    TRY(export_allowed(e, export, &all));
    *rows = all.count;
    return inspector_export_file(e, export, &all);
}
