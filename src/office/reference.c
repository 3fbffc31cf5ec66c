/* Reference lists (R30 全): what a department's registry should hold, from others. A job reads the
 * file and replaces the department's list in one transaction. */
#include "office/health.h"

#include "base/text_map.h"
#include "base/time.h"
#include "ids/number.h"
#include "model/resource.h"
#include "office/scan.h"
#include "office/scope.h"
#include "sheet/heading.h"
#include "sheet/writer.h"

#include <stdio.h>
#include <unistd.h>

enum { REFERENCE_FIELDS = 3 };
enum { REFERENCE_NUMBER, REFERENCE_NAME, REFERENCE_DIVISION };

/* --- ordering --- */

static struct str reference_args(struct errand *e, const char *file, struct str department)
{
    struct buf text = {0};
    buf_printf(&text, "{\"file\":\"%s\",\"department\":", file);
    json_escape(&text, department);
    buf_char(&text, '}');
    struct str args = arena_str(e->arena, buf_view(&text));
    buf_free(&text);
    return args;
}

enum err office_reference_add(int64_t *job, struct errand *e, const struct office_reference_add *in)
{
    char name[64];
    int64_t id = 0;
    int64_t scanned_at = 0;
    struct str outcome;
    bool done = false;
    const struct office_scan scan = {in->path, in->name, STR("reference")};
    if (in->path == NULL || in->bytes == 0)
        return fault_at(&e->fault, "file", ERR_INPUT, "请选择文件；所选的文件是空的，或者没有选择");
    if (in->department.len == 0 || !office_scope_department(&e->scope, in->department))
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择您权限范围内的部门");
    TRY(office_repeated(&done, &outcome, e, STR("job-order")));
    if (done)
        return str_i64(job, outcome);
    TRY(office_scan(&scanned_at, e, &scan));
    TRY(office_id(&id, e));
    snprintf(name, sizeof name, "%lld.list", (long long)id);
    const char *path = office_job_path(e, name);
    struct str args = reference_args(e, name, in->department);
    const struct office_job_order order = {
        .kind = &office_job_reference,
        .title = arena_printf(e->arena, "比对名单：%.*s", STR_ARG(in->name)),
        .args = args};
    if (path == NULL || order.title.data == NULL || order.args.data == NULL)
        return ERR_MEMORY;
    if (rename(in->path, path) != 0)
        return ERR_IO;
    return office_job_order(job, e, &order);
}

/* --- the job --- */

struct reference_run {
    struct office_job_run *run;
    struct errand *e;
    struct sheet *sheet;
    struct sheet_mapping map;
    struct sheet_error_book *book;
    struct arena arena;
    struct text_map seen;
    struct store_reference_load load;
    struct str department;
    const char *path;
    uint64_t rows;
    uint64_t taken;
    uint64_t rejected;
};

static enum err reference_reject(struct reference_run *r, const struct sheet_record *record,
                                 struct str reason)
{
    struct str cells[256];
    size_t count = record->source.count < 256 ? record->source.count : 256;
    const struct sheet_error error = {record->row, STR("统一社会信用代码"), reason};
    for (size_t i = 0; i < count; i++)
        cells[i] = record->source.cells[i].text;
    r->rejected++;
    return sheet_error_book_add(r->book, cells, count, &error, &r->e->fault);
}

/* Only numbers by which objects are known can be compared. */
static enum err reference_row(struct reference_run *r, const struct sheet_record *record)
{
    struct fault fault = {0};
    struct store_reference row = {.name = record->cells[REFERENCE_NAME].text,
                                  .division = record->cells[REFERENCE_DIVISION].text};
    enum err err =
        ids_number_repair(&row.number, &r->arena, record->cells[REFERENCE_NUMBER].text, &fault);
    if (err == ERR_INPUT)
        return reference_reject(r, record, str_of(fault_text(&fault)));
    TRY(err);
    enum ids_kind kind = ids_number_kind(row.number);
    bool good = (kind == IDS_KIND_USCC && ids_check_ok(ids_uscc_check(row.number))) ||
                (kind == IDS_KIND_REGNO15 && ids_regno15_check(row.number) == IDS_VALID);
    if (!good)
        return reference_reject(r, record, STR("不是有效的统一社会信用代码或15位注册号"));
    size_t before = text_map_get(&r->seen, row.number);
    if (before != TEXT_MAP_NONE)
        return reference_reject(r, record, STR("与前面的行重复"));
    row.number = arena_str(&r->arena, row.number);
    if (row.number.data == NULL)
        return ERR_MEMORY;
    TRY(text_map_put(&r->seen, &r->arena, row.number, record->row));
    r->taken++;
    return store_reference_load_add(&r->load, &row);
}

static enum err reference_open(struct reference_run *r)
{
    struct field *fields = arena_array(&r->arena, REFERENCE_FIELDS, sizeof *fields);
    if (fields == NULL)
        return ERR_MEMORY;
    fields[REFERENCE_NUMBER] = model_objects.fields[MODEL_OBJECT_NUMBER];
    fields[REFERENCE_NUMBER].required = true;
    fields[REFERENCE_NAME] = model_objects.fields[MODEL_OBJECT_NAME];
    fields[REFERENCE_NAME].required = false;
    fields[REFERENCE_DIVISION] = model_objects.fields[MODEL_OBJECT_DIVISION];
    TRY(sheet_open(&r->sheet, r->path, NULL, &r->e->fault));
    TRY(sheet_map(&r->map, r->sheet, fields, REFERENCE_FIELDS, &r->arena, &r->e->fault));
    return sheet_error_book_open(&r->book, r->run->path, r->map.headings, r->map.heading_count,
                                 &r->e->fault);
}

static enum err reference_rows(struct reference_run *r)
{
    struct sheet_record record;
    enum err err;
    while ((err = sheet_map_next(&record, &r->map, &r->e->fault)) == ERR_OK) {
        TRY(reference_row(r, &record));
        unsigned permille = sheet_progress(r->sheet);
        r->rows++;
        TRY(office_job_progress(r->run, r->rows,
                                permille > 0 ? r->rows * 1000 / permille : r->rows));
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err reference_all(struct reference_run *r, struct db_tx *tx)
{
    struct errand *e = r->e;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("reference")));
    if (done)
        return ERR_OK;
    TRY(reference_open(r));
    TRY(store_reference_clear(tx, e->office->tenant, r->department));
    TRY(store_reference_load(&r->load, tx));
    TRY(reference_rows(r));
    TRY(store_reference_load_close(&r->load));
    struct str detail = arena_printf(e->arena, "%llu", (unsigned long long)r->taken);
    if (detail.data == NULL)
        return ERR_MEMORY;
    TRY(office_audit(e, tx, STR("reference"), r->department, detail));
    return office_once_done(e, tx, STR("reference"), detail);
}

/* Everything is made anew when the transaction is repeated. */
static enum err reference_work(struct db_tx *tx, void *ctx)
{
    struct reference_run *r = ctx;
    r->rows = r->taken = r->rejected = 0;
    r->seen = (struct text_map){0};
    r->load = (struct store_reference_load){
        .tenant = r->e->office->tenant, .department = r->department, .job = r->run->job->id};
    enum err err = reference_all(r, tx);
    enum err closed = store_reference_load_close(&r->load);
    sheet_close(r->sheet);
    r->sheet = NULL;
    if (err == ERR_OK && closed == ERR_OK && r->rejected > 0)
        err = sheet_error_book_close(r->book, &r->e->fault);
    else
        sheet_error_book_abort(r->book);
    r->book = NULL;
    arena_clear(&r->arena);
    return err != ERR_OK ? err : closed;
}

static enum err reference_run(struct office_job_run *run)
{
    struct errand *e = run->e;
    struct reference_run r = {.run = run, .e = e};
    const char *name = arena_cstr(e->arena, json_member_str(run->args, "file"));
    r.department = arena_str(e->arena, json_member_str(run->args, "department"));
    r.path = name != NULL ? office_job_path(e, name) : NULL;
    if (r.path == NULL || r.department.data == NULL)
        return ERR_MEMORY;
    enum err err = office_write(e, "reference", reference_work, &r);
    arena_free(&r.arena);
    if (err != ERR_STOPPED)
        unlink(r.path);
    TRY(err);
    if (r.rejected > 0)
        run->download = STR("比对名单-未读取的行.xlsx");
    run->words = arena_printf(e->arena, "共 %llu 行，列入比对 %llu 行，未读取 %llu 行",
                              (unsigned long long)r.rows, (unsigned long long)r.taken,
                              (unsigned long long)r.rejected);
    return run->words.data != NULL ? ERR_OK : ERR_MEMORY;
}

const struct office_job_kind office_job_reference = {"reference", "导入比对名单",
                                                     MODEL_PERMISSION_OBJECT_IMPORT, reference_run};
