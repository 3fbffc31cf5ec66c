/* Inspectors into a table file: see office_inspector_export. */
#include "office/inspector.h"

#include "base/time.h"
#include "sheet/writer.h"
#include "store/account.h"
#include "store/audit.h"
#include "store/inspector.h"

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

/* --- how many in full --- */

/* Behind the number of rows in the detail of the audit. */
#define EXPORT_IN_FULL " 行，完整号码"
enum { EXPORT_HOURS = 24 /* portions of less than the limit add up for as long */ };

static const char EXPORT_ACTION[] = "inspector-export";

/* The rows of one export, by its detail in the audit; none where the numbers were masked. */
static uint64_t detail_rows(struct str detail)
{
    int64_t rows = 0;
    ptrdiff_t end = str_find(detail, STR(EXPORT_IN_FULL));
    if (end <= 0 || str_i64(&rows, str_sub(detail, 0, (size_t)end)) != ERR_OK || rows < 0)
        return 0;
    return (uint64_t)rows;
}

/* Those that a second person approved are audited as another action. */
static enum err plain_done(uint64_t *rows, struct errand *e, struct db_tx *tx)
{
    struct store_audit *all = NULL;
    size_t count = 0;
    const struct store_doings doings = {e->office->tenant, e->actor, str_of(EXPORT_ACTION),
                                        e->now - EXPORT_HOURS * 3600 * TIME_SECOND};
    struct store_audit_find find = {.tenant = doings.tenant,
                                    .actor = doings.actor,
                                    .action = doings.action,
                                    .from = doings.since + 1};
    *rows = 0;
    TRY(store_audit_doings(&find.most, tx, &doings));
    if (find.most == 0)
        return ERR_OK;
    TRY(store_audit_find(&all, &count, e->arena, tx, &find));
    for (size_t i = 0; i < count; i++)
        *rows += detail_rows(all[i].detail);
    return ERR_OK;
}

struct plain_count {
    struct errand *e;
    uint64_t rows;
};

static enum err plain_read(struct db_tx *tx, void *ctx)
{
    struct plain_count *c = ctx;
    return plain_done(&c->rows, c->e, tx);
}

enum err office_inspector_plain_done(uint64_t *rows, struct errand *e)
{
    struct plain_count c = {.e = e};
    TRY(office_read(e, "export-count", plain_read, &c));
    *rows = c.rows;
    return ERR_OK;
}

struct export_allowing {
    struct errand *e;
    const struct office_inspector_export *export;
    const struct office_inspectors *all;
};

static enum err plain_allowed(const struct export_allowing *a, struct db_tx *tx)
{
    struct errand *e = a->e;
    size_t rows = a->all->count;
    unsigned long long most = a->all->plain_most;
    uint64_t done = 0;
    TRY(plain_done(&done, e, tx));
    if (rows + done <= most)
        return ERR_OK;
    if (done == 0)
        return fault_set(&e->fault, ERR_LIMIT,
                         "完整号码一次最多导出 %llu 人，现有 "
                         "%zu 人；请缩小筛选范围，或点“提交审批”请另一人审批，或导出遮盖号码的名单",
                         most, rows);
    return fault_set(&e->fault, ERR_LIMIT,
                     "完整号码 %d 小时内最多导出 %llu 人，您已导出 %llu 人，这次又有 %zu 人；"
                     "请点“提交审批”请另一人审批，或导出遮盖号码的名单",
                     EXPORT_HOURS, most, (unsigned long long)done, rows);
}

/* Counted and told to the audit in one transaction: of two at once one sees the other. */
static enum err allow_run(struct db_tx *tx, void *ctx)
{
    const struct export_allowing *a = ctx;
    const struct office_inspector_export *export = a->export;
    struct errand *e = a->e;
    if (export->plain)
        TRY(plain_allowed(a, tx));
    struct str detail = export->plain ? arena_printf(e->arena, "%zu" EXPORT_IN_FULL "，理由：%.*s",
                                                     a->all->count, STR_ARG(export->reason))
                                      : arena_printf(e->arena, "%zu 行，号码遮盖", a->all->count);
    return detail.data == NULL
               ? ERR_MEMORY
               : office_audit(e, tx, str_of(EXPORT_ACTION), STR("inspectors"), detail);
}

/* The rows in full are few, asked for with a reason, and told to the audit (PI3). */
static enum err export_allowed(struct errand *e, const struct office_inspector_export *export,
                               const struct office_inspectors *all)
{
    struct export_allowing a = {e, export, all};
    if ((export->columns & ((UINT32_C(1) << OFFICE_INSPECTOR_COLUMNS) - 1)) == 0)
        return fault_set(&e->fault, ERR_INPUT, "请至少选择一列；没有导出"); /* and none counted */
    if (export->plain && (str_trim(export->reason).len == 0 || export->reason.len > EXPORT_REASON))
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "导出完整号码须写明理由（最多约200字）；没有导出");
    return office_write(e, "export-allowed", allow_run, &a);
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
