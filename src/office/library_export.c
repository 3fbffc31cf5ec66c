/* A special library's rows into a table file, as a job: see office_library_export_order. The
 * columns are those of the import (model_libraries), so that the file can be corrected and taken in
 * again; a masked phone says nothing to it. */
#include "office/job.h"
#include "office/library.h"
#include "office/library_place.h"
#include "office/mask.h"

#include "base/time.h"

enum { EXPORT_CLEAR = 1000 /* rows between two clearings of the arena */ };

struct export_work {
    struct errand *e;
    struct office_job_run *run;
    struct sheet_writer *writer;
    struct store_library library;
    struct arena arena; /* of some rows */
    int64_t id;
    uint64_t rows;
};

static enum err export_day(struct str *out, struct arena *arena, int32_t day)
{
    struct buf text = {0};
    if (day != 0)
        date_format(&text, day);
    return arena_keep(out, arena, &text, ERR_OK);
}

static enum err export_row(void *ctx, const struct store_library_entry *entry)
{
    struct export_work *w = ctx;
    if (w->rows++ % EXPORT_CLEAR == 0)
        arena_clear(&w->arena);
    struct store_library_row place = entry->place;
    TRY(library_place_open(&place, w->e, &w->arena));
    struct str values[MODEL_LIBRARY_COUNT] = {
        [MODEL_LIBRARY_NAME] = w->library.name,
        [MODEL_LIBRARY_NUMBER] = entry->pool_id,
        [MODEL_LIBRARY_OBJECT] = entry->name,
        [MODEL_LIBRARY_LICENCE] = entry->place.licence,
        [MODEL_LIBRARY_WHAT] = entry->place.what,
        [MODEL_LIBRARY_CONTACT] = entry->place.contact,
        [MODEL_LIBRARY_PHONE] =
            office_mask(&w->arena, &model_libraries.fields[MODEL_LIBRARY_PHONE], place.phone)};
    if (values[MODEL_LIBRARY_PHONE].data == NULL)
        return ERR_MEMORY;
    TRY(export_day(&values[MODEL_LIBRARY_VALID_UNTIL], &w->arena, entry->place.valid_until));
    TRY(sheet_writer_row(w->writer, values, MODEL_LIBRARY_COUNT, &w->e->fault));
    return office_job_progress(w->run, w->rows, w->run->job->total);
}

static enum err export_find(struct db_tx *tx, void *ctx)
{
    struct export_work *w = ctx;
    enum err err = library_visible(&w->library, w->e, tx, w->id);
    return err == ERR_INPUT ? fault_set(&w->e->fault, ERR_MISSING, "没有这个专项库，没有导出")
                            : err;
}

static enum err export_rows(struct db_tx *tx, void *ctx)
{
    struct export_work *w = ctx;
    struct store_library_find find;
    if (w->rows > 0) /* read once more after a broken connection: the file has rows already */
        return fault_set(&w->e->fault, ERR_STATE, "数据库连接中断，没有导出，请重新导出");
    TRY(library_find(&find, w->e));
    return store_library_entries(tx, &find, w->id, export_row, w);
}

static enum err export_audit(struct db_tx *tx, void *ctx)
{
    struct export_work *w = ctx;
    struct str detail = arena_printf(w->e->arena, "{\"rows\":%llu}", (unsigned long long)w->rows);
    return detail.data == NULL
               ? ERR_MEMORY
               : office_audit(w->e, tx, STR("library-export"), w->library.name, detail);
}

static enum err export_write(struct export_work *w, enum sheet_format format)
{
    struct sheet_column columns[MODEL_LIBRARY_COUNT];
    struct errand *e = w->e;
    for (size_t i = 0; i < MODEL_LIBRARY_COUNT; i++)
        columns[i] = (struct sheet_column){.name = model_libraries.fields[i].name,
                                           .label = model_libraries.fields[i].label};
    TRY(sheet_writer_open(&w->writer, w->run->path, format, columns, MODEL_LIBRARY_COUNT,
                          &e->fault));
    enum err err = office_read(e, "library-export", export_rows, w);
    arena_free(&w->arena);
    if (err == ERR_OK)
        err = office_write(e, "library-export-audit", export_audit, w);
    if (err == ERR_OK)
        return sheet_writer_close(w->writer, &e->fault);
    sheet_writer_abort(w->writer);
    return err;
}

static enum err export_run(struct office_job_run *run)
{
    struct export_work w = {.e = run->e, .run = run};
    bool csv = str_eq(json_member_str(run->args, "format"), STR("csv"));
    TRY(str_i64(&w.id, json_member_str(run->args, "library")));
    TRY(office_read(run->e, "library", export_find, &w));
    TRY(export_write(&w, csv ? SHEET_CSV : SHEET_XLSX));
    run->download =
        arena_printf(run->e->arena, "%.*s.%s", STR_ARG(w.library.name), csv ? "csv" : "xlsx");
    run->words = arena_printf(run->e->arena, "共导出%llu行。", (unsigned long long)w.rows);
    return run->words.data == NULL || run->download.data == NULL ? ERR_MEMORY : ERR_OK;
}

const struct office_job_kind office_job_export_library = {
    "export-library", "导出专项库", MODEL_PERMISSION_OBJECT_EXPORT, export_run};

enum err office_library_export_order(int64_t *job, struct errand *e, int64_t library,
                                     enum sheet_format format)
{
    struct store_library l = {0};
    if (format != SHEET_XLSX && format != SHEET_CSV)
        return fault_at(&e->fault, "format", ERR_INPUT, "请选择文件格式");
    TRY(office_library_get(&l, e, library));
    const struct office_job_order order = {
        .kind = &office_job_export_library,
        .title = arena_printf(e->arena, "导出专项库：%.*s", STR_ARG(l.name)),
        .args = arena_printf(e->arena, "{\"library\":\"%lld\",\"format\":\"%s\"}",
                             (long long)library, format == SHEET_CSV ? "csv" : "xlsx")};
    if (order.title.data == NULL || order.args.data == NULL)
        return ERR_MEMORY;
    return office_job_order(job, e, &order);
}
