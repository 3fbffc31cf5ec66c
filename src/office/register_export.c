/* A register's rows into a table file, as a job: see office_register_export. The columns are those
 * of the import, so that the file can be corrected and taken in again. */
#include "office/register.h"

#include "base/json.h"
#include "office/audit.h"

struct register_file {
    struct office_job_run *run;
    const struct office_register_kind *kind;
    struct sheet_writer *writer;
    uint32_t columns;
};

static enum err file_open(struct register_file *f, enum sheet_format format)
{
    struct sheet_column columns[STORE_VALUES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < f->kind->resource->count; i++)
        if ((f->columns >> i & 1) != 0)
            columns[count++] = (struct sheet_column){.name = f->kind->resource->fields[i].name,
                                                     .label = f->kind->resource->fields[i].label};
    return sheet_writer_open(&f->writer, f->run->path, format, columns, count, &f->run->e->fault);
}

static enum err file_row(struct register_file *f, const struct office_register_row *row)
{
    struct str cells[STORE_VALUES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < f->kind->resource->count; i++) {
        const struct field *field = &f->kind->resource->fields[i];
        struct str value = row->record.values[i];
        if ((f->columns >> i & 1) == 0)
            continue;
        cells[count++] = i == MODEL_REGISTER_DEPARTMENT ? row->department_name
                         : field->words != NULL         ? model_text(field->words, value)
                                                        : value;
    }
    return sheet_writer_row(f->writer, cells, count, &f->run->e->fault);
}

static enum err file_rows(struct register_file *f, const struct office_register_row *rows,
                          size_t count)
{
    struct errand *e = f->run->e;
    struct str detail = arena_printf(e->arena, "%zu 行", count);
    if (detail.data == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        TRY(file_row(f, &rows[i]));
        TRY(office_job_progress(f->run, i + 1, count));
    }
    return office_audit_note(e, STR("register-export"), str_of(f->kind->resource->name), detail);
}

static struct office_register_find file_find(const json_t *args)
{
    return (struct office_register_find){.text = json_member_str(args, "text"),
                                         .department = json_member_str(args, "department"),
                                         .state = json_member_str(args, "state"),
                                         .year = json_integer_value(json_object_get(args, "year")),
                                         .month =
                                             json_integer_value(json_object_get(args, "month")),
                                         .grade = json_member_str(args, "grade")};
}

static enum err register_export_run(struct office_job_run *run)
{
    struct errand *e = run->e;
    struct register_file f = {
        .run = run,
        .kind = office_register_kind(json_member_str(run->args, "register")),
        .columns = (uint32_t)json_integer_value(json_object_get(run->args, "columns"))};
    const struct office_register_find find = file_find(run->args);
    struct office_register_row *rows = NULL;
    size_t count = 0;
    bool csv = str_eq(json_member_str(run->args, "format"), STR("csv"));
    if (f.kind == NULL)
        return fault_set(&e->fault, ERR_INPUT, "没有这个登记簿");
    TRY(office_register_rows(&rows, &count, e, f.kind, &find));
    TRY(file_open(&f, csv ? SHEET_CSV : SHEET_XLSX));
    enum err err = file_rows(&f, rows, count);
    if (err != ERR_OK) {
        sheet_writer_abort(f.writer);
        return err;
    }
    TRY(sheet_writer_close(f.writer, &e->fault));
    run->download = arena_printf(e->arena, "%s.%s", f.kind->resource->label, csv ? "csv" : "xlsx");
    run->words = arena_printf(e->arena, "共导出%zu行。", count);
    return run->words.data == NULL || run->download.data == NULL ? ERR_MEMORY : ERR_OK;
}

const struct office_job_kind office_job_export_register = {
    "export-register", "导出登记簿", MODEL_PERMISSION_REGISTER_EXPORT, register_export_run};

static enum err order_args(struct str *out, struct errand *e,
                           const struct office_register_order *order)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "register", str_of(order->kind->resource->name));
    json_pair_str(&w, "format", order->format == SHEET_CSV ? STR("csv") : STR("xlsx"));
    json_pair_int(&w, "columns", order->columns);
    json_pair_str(&w, "text", order->find->text);
    json_pair_str(&w, "department", order->find->department);
    json_pair_str(&w, "state", order->find->state);
    json_pair_int(&w, "year", order->find->year);
    json_pair_int(&w, "month", order->find->month);
    json_pair_str(&w, "grade", order->find->grade);
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &text, json_write_end(&w));
}

enum err office_register_export(int64_t *job, struct errand *e,
                                const struct office_register_order *order)
{
    struct office_register_row *rows = NULL;
    size_t count = 0;
    uint32_t known = (UINT32_C(1) << order->kind->resource->count) - 1;
    struct office_job_order ordered = {
        .kind = &office_job_export_register,
        .title = arena_printf(e->arena, "导出%s", order->kind->resource->label)};
    if (order->format != SHEET_XLSX && order->format != SHEET_CSV)
        return fault_at(&e->fault, "format", ERR_INPUT, "请选择文件格式");
    if ((order->columns & known) == 0)
        return fault_set(&e->fault, ERR_INPUT, "请至少选择一列；没有导出");
    TRY(office_register_rows(&rows, &count, e, order->kind, order->find));
    TRY(order_args(&ordered.args, e, order));
    ordered.total = count;
    return ordered.title.data != NULL ? office_job_order(job, e, &ordered) : ERR_MEMORY;
}
