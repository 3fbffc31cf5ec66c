/* Importing a file: opening it, taking its rows in chunks through judge, settle and save, and
 * keeping count. What is particular to a resource stands in its struct import_kind.
 *
 * Invariants: everything of one file happens in one transaction, and the whole run is made anew
 * when that is repeated; memory does not grow with the file but for 24 bytes a row that find
 * doubles; the error workbook appears under its name before the commit, so that no row is left out
 * of the registry without a word about it. */
#include "office/import_kind.h"
#include "office/personal.h"

#include "base/json.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "model/embed.h"
#include "sheet/writer.h"
#include "store/label.h"
#include "store/object.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IMPORT_PROGRESS = 2000 /* rows between two calls */ };

static const struct import_kind *const import_kinds[] = {
    &import_objects,  &import_inspectors,  &import_items,     &import_departments,
    &import_superior, &import_commissions, &import_libraries, &import_labels,
    &import_meetings, &import_issuances,   &import_courses};

const struct import_kind *import_kind_find(struct str resource)
{
    for (size_t i = 0; i < sizeof import_kinds / sizeof import_kinds[0]; i++)
        if (str_eq(resource, str_of(import_kinds[i]->resource->name)))
            return import_kinds[i];
    return NULL;
}

/* --- what rows are judged against --- */

struct import_loading {
    struct import_run *run;
    const struct store_record **rows;
    size_t count;
    size_t cap;
    enum store_personal numbers; /* column of what is opened, STORE_PERSONAL_COUNT: none */
    int phone;                   /* its field */
};

/* Adds one record to a growing array in the run's arena. */
static enum err load_row(void *ctx, const struct store_record *record)
{
    struct import_loading *l = ctx;
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 256 : l->cap * 2;
        const struct store_record **wider = arena_array(&l->run->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (l->count > 0)
            memcpy(wider, l->rows, l->count * sizeof *wider);
        l->rows = wider;
        l->cap = cap;
    }
    struct store_record *copy = arena_alloc(&l->run->arena, sizeof *copy);
    if (copy == NULL)
        return ERR_MEMORY;
    *copy = *record;
    l->rows[l->count++] = copy;
    if (l->numbers == STORE_PERSONAL_COUNT)
        return ERR_OK;
    const struct office_personal at = {.column = l->numbers, .id = copy->id};
    return office_personal_open(&copy->values[l->phone], l->run->e, &at);
}

enum err import_load_graded(const struct store_record ***out, size_t *count, struct import_run *run,
                            enum store_table table, enum model_grade clearance)
{
    struct import_loading l = {.run = run, .numbers = STORE_PERSONAL_COUNT};
    if (table == run->kind->table)
        l.numbers = import_numbers(&l.phone, run);
    const struct store_find find = {run->tx, run->stamp.tenant, &run->arena, load_row,
                                    &l,      clearance};
    TRY(store_registry_all(table, &find));
    *out = l.rows;
    *count = l.count;
    return ERR_OK;
}

enum err import_load(const struct store_record ***out, size_t *count, struct import_run *run,
                     enum store_table table)
{
    return import_load_graded(out, count, run, table, run->e->scope.clearance);
}

/* All departments by name and by code; where one's code is another's name, the code is meant. */
static enum err load_departments(struct import_run *run)
{
    TRY(import_load(&run->department_rows, &run->department_count, run, STORE_DEPARTMENTS));
    for (size_t i = 0; i < run->department_count; i++) {
        const struct str *values = run->department_rows[i]->values;
        TRY(text_map_put(&run->departments, &run->arena, values[MODEL_DEPARTMENT_NAME], i));
    }
    for (size_t i = 0; i < run->department_count; i++) {
        const struct str *values = run->department_rows[i]->values;
        TRY(text_map_put(&run->departments, &run->arena, values[MODEL_DEPARTMENT_CODE], i));
    }
    return ERR_OK;
}

/* --department must be known: a slip there would put a whole file in the wrong place. */
static enum err settle_job_department(struct import_run *run)
{
    struct str text = str_trim(run->job->department);
    if (text.len == 0)
        return ERR_OK;
    size_t at = text_map_get(&run->departments, text);
    if (at == TEXT_MAP_NONE)
        return fault_set(&run->e->fault, ERR_INPUT,
                         "部门“%.*s”不在部门名录中，没有导入；请先导入部门，或核对名称、代码",
                         STR_ARG(text));
    run->department = run->department_rows[at]->values[MODEL_DEPARTMENT_CODE];
    run->department_name = run->department_rows[at]->values[MODEL_DEPARTMENT_NAME];
    return ERR_OK;
}

/* --division likewise; without it the installation's own division. */
static enum err settle_job_division(struct import_run *run)
{
    struct str text = str_trim(run->job->division);
    bool kept = false;
    run->division = run->e->office->tenant;
    if (text.len == 0 || import_division_find(&run->division, &kept, run, text))
        return ERR_OK;
    return fault_set(&run->e->fault, ERR_INPUT,
                     "行政区划“%.*s”不存在或无法识别，没有导入；请用6位代码或名称", STR_ARG(text));
}

/* --- one run: opening and closing --- */

static enum err open_sheet(struct import_run *run)
{
    struct errand *e = run->e;
    uint64_t seconds = 0;
    TRY(office_setting_count(&seconds, e, run->tx, MODEL_SETTING_XLS_SECONDS));
    struct sheet_limits limits = {.convert_seconds = (uint32_t)seconds};
    const struct resource *resource = run->kind->resource;
    TRY(sheet_open(&run->sheet, run->job->path, &limits, &e->fault));
    const struct sheet_plan plan = {.fields = resource->fields,
                                    .count = resource->count,
                                    .chosen = run->job->columns,
                                    .chosen_count = run->job->column_count};
    TRY(sheet_map_plan(&run->map, run->sheet, &plan, &run->arena, &e->fault));
    TRY(import_find_twins(run));
    if (run->kind->open != NULL)
        TRY(run->kind->open(run));
    if (run->job->errors_path == NULL)
        return ERR_OK;
    return sheet_error_book_open(&run->book, run->job->errors_path, run->map.headings,
                                 run->map.heading_count, &e->fault);
}

enum err import_prepare(struct import_run *run)
{
    run->today = date_of_time(run->e->now);
    TRY(load_departments(run));
    TRY(settle_job_division(run));
    TRY(settle_job_department(run));
    if (run->kind == &import_objects)
        return industries_load(&run->industries, &run->arena, model_data_find("industries.csv"),
                               &run->e->fault);
    return ERR_OK;
}

void import_release(struct import_run *run)
{
    sheet_error_book_abort(run->book);
    sheet_close(run->sheet);
    import_seen_free(&run->seen);
    import_seen_free(&run->settled);
    arena_free(&run->chunk);
    arena_free(&run->arena);
    free(run->rows);
}

/* Nobody has objects yet: indexes are built once, behind all rows. */
static enum err open_fresh(struct import_run *run)
{
    bool any = true;
    if (run->kind != &import_objects)
        return ERR_OK;
    TRY(store_object_any(&any, run->tx));
    run->fresh = !any;
    if (!run->fresh || run->job->dry_run)
        return ERR_OK;
    return store_object_indexes_drop(run->tx);
}

/* The label rows of all that was loaded. */
static enum err load_labels(struct import_run *run)
{
    struct store_object_labels *rows = NULL;
    size_t count = 0;
    int64_t after = 0;
    do {
        arena_clear(&run->chunk);
        TRY(store_object_labels_of_job(&rows, &count, &run->chunk, run->tx, &run->stamp, after));
        TRY(store_object_labels_load(run->tx, run->stamp.tenant, rows, count));
        after = count > 0 ? rows[count - 1].id : after;
    } while (count > 0);
    return ERR_OK;
}

/* Ends the load over all chunks and builds the indexes; a double shows here at the latest. */
static enum err close_fresh(struct import_run *run)
{
    if (!run->fresh || run->job->dry_run)
        return ERR_OK;
    TRY(store_registry_load_close(&run->load));
    TRY(store_object_indexes_build(run->tx));
    return run->labelled ? load_labels(run) : ERR_OK;
}

/* --- the report --- */

static enum err keep_problem(struct import_run *run, struct office_import_problem *list,
                             size_t *count, const struct office_import_problem *problem)
{
    if (*count == OFFICE_IMPORT_PROBLEMS)
        return ERR_OK;
    struct office_import_problem copy = {problem->row, arena_str(run->e->arena, problem->column),
                                         arena_str(run->e->arena, problem->reason)};
    if (copy.column.data == NULL || copy.reason.data == NULL)
        return ERR_MEMORY;
    list[(*count)++] = copy;
    return ERR_OK;
}

/* Counts a row and says why it was left out, in the order of the file. */
static enum err report_row(struct import_run *run, const struct import_row *row)
{
    struct office_import_report *report = run->report;
    const struct office_import_problem problem = {row->number, row->problem_column, row->problem};
    const struct office_import_problem warning = {row->number, row->warning_column, row->warning};
    report->seen++;
    if (import_good(row)) {
        report->warned += row->warning.data != NULL;
        return row->warning.data == NULL
                   ? ERR_OK
                   : keep_problem(run, report->warnings, &report->warning_count, &warning);
    }
    report->rejected++;
    report->doubled += row->doubled;
    TRY(keep_problem(run, report->problems, &report->problem_count, &problem));
    if (run->book == NULL)
        return ERR_OK;
    const struct sheet_error error = {row->number, row->problem_column, row->problem};
    return sheet_error_book_add(run->book, row->source, row->source_count, &error, &run->e->fault);
}

/* Which field a column was read as; the label of none is empty. */
static struct str column_field(const struct import_run *run, size_t column)
{
    for (size_t i = 0; i < run->map.count; i++) {
        if (run->map.columns[i] == (int32_t)column)
            return str_of(run->map.fields[i].label);
        if (run->twins[i] == (int32_t)column)
            return arena_printf(run->e->arena, "%s（备用）", run->map.fields[i].label);
    }
    return (struct str){"", 0};
}

/* What was read as what, so that a clerk sees a heading that was misunderstood. */
static enum err report_columns(struct import_run *run)
{
    struct office_import_report *report = run->report;
    struct arena *arena = run->e->arena;
    report->columns = arena_array(arena, run->map.heading_count, sizeof *report->columns);
    if (report->columns == NULL)
        return ERR_MEMORY;
    report->column_count = run->map.heading_count;
    for (size_t i = 0; i < run->map.heading_count; i++) {
        report->columns[i].heading = arena_str(arena, run->map.headings[i]);
        report->columns[i].field = column_field(run, i);
        if (report->columns[i].heading.data == NULL)
            return ERR_MEMORY;
    }
    report->heading_row = run->map.heading_row;
    report->sheet_count = sheet_count(run->sheet);
    report->sheet = arena_str(arena, sheet_name(run->sheet, sheet_selected(run->sheet)));
    return ERR_OK;
}

/* --- rows --- */

static struct import_row *next_row(struct import_run *run)
{
    if (run->count == run->cap) {
        size_t cap = run->cap == 0 ? 1024 : run->cap * 2;
        struct import_row *wider = reallocarray(run->rows, cap, sizeof *wider);
        if (wider == NULL)
            return NULL;
        run->rows = wider;
        run->cap = cap;
    }
    struct import_row *row = &run->rows[run->count++];
    *row = (struct import_row){0};
    return row;
}

/* Values that still lie in the reader's memory move to the chunk's. */
static enum err keep_values(struct import_run *run, struct import_row *row)
{
    size_t count = store_registry_count(run->kind->table);
    size_t total = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        total += row->record.values[i].len;
    char *memory = arena_alloc(&run->chunk, total + 1);
    if (memory == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct str *value = &row->record.values[i];
        if (value->len > 0)
            memcpy(memory + used, value->data, value->len);
        *value = str_range(memory + used, value->len);
        used += value->len;
    }
    return ERR_OK;
}

/* The row as it stands in the file, where the error workbook may want it. */
static enum err keep_source(struct import_run *run, struct import_row *row,
                            const struct sheet_record *record)
{
    bool late = run->kind->chunk == 0 || run->job->scoped; /* it may still be rejected */
    bool wanted = run->book != NULL && (!import_good(row) || late);
    if (!wanted)
        return ERR_OK;
    struct str *cells = arena_array(&run->chunk, record->source.count, sizeof *cells);
    if (cells == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < record->source.count; i++) {
        cells[i] = arena_str(&run->chunk, record->source.cells[i].text);
        if (cells[i].data == NULL)
            return ERR_MEMORY;
    }
    row->source = cells;
    row->source_count = record->source.count;
    return ERR_OK;
}

/* The one row that a person typed. */
static enum err take_typed(struct import_run *run)
{
    struct import_row *row = next_row(run);
    if (row == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < STORE_VALUES_MAX; i++)
        row->record.values[i] = STR("");
    row->number = 1;
    TRY(import_read_typed(run, row, run->job->values, run->kind->resource->count));
    return import_good(row) ? run->kind->judge(run, row) : ERR_OK;
}

/* Reads and judges one row; its place in the registry is found when the chunk is full. */
static enum err take_row(struct import_run *run, const struct sheet_record *record)
{
    struct import_row *row = next_row(run);
    if (row == NULL)
        return ERR_MEMORY;
    TRY(import_read_row(run, row, record));
    TRY(keep_values(run, row));
    if (import_good(row))
        TRY(run->kind->judge(run, row));
    return keep_source(run, row, record);
}

enum err import_finish(struct import_run *run)
{
    if (run->count == 0)
        return ERR_OK;
    TRY(run->kind->settle(run));
    TRY(import_scope(run));
    TRY(import_save(run));
    for (size_t i = 0; i < run->count; i++)
        TRY(report_row(run, &run->rows[i]));
    run->count = 0;
    arena_clear(&run->chunk);
    return ERR_OK;
}

/* Not for every row: the caller may print. */
static enum err tell_progress(const struct import_run *run)
{
    if (run->job->progress == NULL || run->taken % IMPORT_PROGRESS != 0)
        return ERR_OK;
    return run->job->progress(run->job->progress_ctx, run->taken, sheet_progress(run->sheet));
}

enum err import_take(struct import_run *run)
{
    struct sheet_record record;
    enum err err;
    while ((err = sheet_map_next(&record, &run->map, &run->e->fault)) == ERR_OK) {
        TRY(take_row(run, &record));
        run->taken++;
        TRY(tell_progress(run));
        if (run->kind->chunk != 0 && run->count == run->kind->chunk)
            return ERR_OK;
    }
    return err;
}

/* All rows of the file, one chunk after the other. */
static enum err take_rows(struct import_run *run)
{
    bool done = false;
    enum err err = ERR_OK;
    if (run->kind->chunk != 0)
        TRY(import_pipe(&done, run));
    if (done)
        return ERR_OK;
    do {
        err = import_take(run);
        if (err == ERR_OK || err == ERR_END)
            TRY(import_finish(run));
    } while (err == ERR_OK);
    return err == ERR_END ? ERR_OK : err;
}

/* --- the end --- */

static enum err finish_book(struct import_run *run)
{
    struct sheet_error_book *book = run->book;
    if (book == NULL || run->report->rejected == 0)
        return ERR_OK;
    run->book = NULL;
    TRY(sheet_error_book_close(book, &run->e->fault));
    run->report->errors_written = true;
    return ERR_OK;
}

/* SHA-256 of the file, by which a job says what exactly was imported. */
static enum err digest_file(struct str *hex, struct import_run *run)
{
    enum { STEP = 256 * 1024 };
    uint8_t hash[CRYPTO_HASH];
    struct crypto_sha256 h;
    ssize_t got = 1;
    char *window = arena_alloc(&run->chunk, STEP);
    int fd = open(run->job->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || window == NULL) {
        if (fd >= 0)
            close(fd);
        return window == NULL ? ERR_MEMORY : ERR_IO;
    }
    crypto_sha256_init(&h);
    while ((got = read(fd, window, STEP)) > 0)
        crypto_sha256_add(&h, str_range(window, (size_t)got));
    close(fd);
    if (got < 0)
        return ERR_IO;
    crypto_sha256_final(hash, &h);
    *hex = arena_hex(&run->arena, hash, sizeof hash);
    return hex->data != NULL ? ERR_OK : ERR_MEMORY;
}

/* The file's name for people. */
static struct str file_name(const struct office_import *job)
{
    if (job->name.len > 0)
        return job->name;
    const char *slash = strrchr(job->path, '/');
    return str_of(slash != NULL ? slash + 1 : job->path);
}

/* The counts as JSON: the audit's detail and the answer to a repeated request. */
static enum err outcome_of(struct str *out, struct import_run *run)
{
    const struct office_import_report *r = run->report;
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    json_pair_str(&w, "file", file_name(run->job));
    json_pair_int(&w, "seen", (int64_t)r->seen);
    json_pair_int(&w, "added", (int64_t)r->added);
    json_pair_int(&w, "changed", (int64_t)r->changed);
    json_pair_int(&w, "same", (int64_t)r->same);
    json_pair_int(&w, "rejected", (int64_t)r->rejected);
    json_pair_int(&w, "warned", (int64_t)r->warned);
    if (r->code.len > 0)
        json_pair_str(&w, "code", r->code);
    json_write_object_end(&w);
    return arena_keep(out, &run->arena, &text, json_write_end(&w));
}

/* What a person did to one row (AU1). */
static enum err note_by_hand(struct import_run *run)
{
    const struct office_audit_row row = {.action = run->job->by_hand,
                                         .target = run->noted.code,
                                         .outcome = STR("done"),
                                         .before = run->noted.before,
                                         .after = run->noted.after};
    return office_audit_add(run->e, run->tx, &row);
}

/* The job, its audit row and the answer for a repeated request. */
static enum err record_job(struct import_run *run)
{
    const struct office_import_report *r = run->report;
    struct str digest, outcome;
    TRY(digest_file(&digest, run));
    const struct store_import_job job = {.resource = run->job->resource,
                                         .file = file_name(run->job),
                                         .digest = digest,
                                         .department = run->department,
                                         .seen = r->seen,
                                         .added = r->added,
                                         .changed = r->changed,
                                         .same = r->same,
                                         .rejected = r->rejected,
                                         .warned = r->warned,
                                         .actor = run->e->actor};
    TRY(store_import_job_add(run->tx, &run->stamp, &job));
    if (run->kind->table == STORE_OBJECTS)
        TRY(store_object_batch_add(run->tx, &run->stamp, false));
    TRY(outcome_of(&outcome, run));
    TRY(office_audit(run->e, run->tx, STR("import"), run->job->resource, outcome));
    return office_once_done(run->e, run->tx, STR("import"), outcome);
}

/* The counts of the time when this request was new. */
static enum err recall(struct office_import_report *report, struct errand *e, struct str outcome)
{
    static const char *const names[] = {"seen", "added", "changed", "same", "rejected", "warned"};
    uint64_t *const counts[] = {&report->seen, &report->added,    &report->changed,
                                &report->same, &report->rejected, &report->warned};
    json_t *value = NULL;
    TRY(json_parse(&value, outcome, &e->fault));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        *counts[i] = (uint64_t)json_integer_value(json_object_get(value, names[i]));
    report->code = arena_str(e->arena, json_member_str(value, "code"));
    json_decref(value);
    report->repeated = true;
    return report->code.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* A row by hand. A form that was refused comes again under the same key, mended. */
static enum err run_typed(struct import_run *run)
{
    struct str outcome;
    TRY(import_prepare(run));
    TRY(take_typed(run));
    TRY(import_finish(run));
    if (run->report->rejected > 0)
        return ERR_OK;
    if (run->report->added + run->report->changed > 0)
        TRY(note_by_hand(run));
    run->report->code = arena_str(run->e->arena, run->noted.code);
    if (run->report->code.data == NULL)
        return ERR_MEMORY;
    TRY(outcome_of(&outcome, run));
    return office_once_done(run->e, run->tx, STR("import"), outcome);
}

/* One attempt from the first column to the job's row. */
static enum err run_all(struct import_run *run)
{
    if (run->job->by_hand.len > 0)
        return run_typed(run);
    TRY(import_prepare(run));
    TRY(open_sheet(run));
    TRY(open_fresh(run));
    TRY(take_rows(run));
    TRY(close_fresh(run));
    for (int i = 0; i < SHEET_SKIP_COUNT; i++)
        run->report->skipped[i] = run->map.skipped[i];
    TRY(report_columns(run));
    if (run->report->unlabelled > 0)
        TRY(store_object_count_active(&run->report->objects, run->tx, run->stamp.tenant));
    TRY(finish_book(run));
    return run->job->dry_run ? ERR_OK : record_job(run);
}

/* What the transaction is given. */
struct import_work {
    struct errand *e;
    const struct office_import *job;
    const struct import_kind *kind;
    struct office_import_report *report;
};

/* The transaction's work: it may run again, so it begins by forgetting what it did before. */
static enum err import_work(struct db_tx *tx, void *ctx)
{
    struct import_work *w = ctx;
    struct str outcome;
    bool done = false;
    *w->report = (struct office_import_report){0};
    w->e->fault = (struct fault){0};
    if (!w->job->dry_run)
        TRY(office_once(&done, &outcome, w->e, tx, STR("import")));
    if (done)
        return recall(w->report, w->e, outcome);
    struct import_run run = {.e = w->e,
                             .job = w->job,
                             .kind = w->kind,
                             .report = w->report,
                             .tx = tx,
                             .stamp = {.tenant = w->e->office->tenant, .at = w->e->now},
                             .next_id = 1};
    enum err err =
        w->job->dry_run ? office_id(&run.stamp.job, w->e) : office_stamp(&run.stamp.job, w->e, tx);
    if (err == ERR_OK)
        err = run_all(&run);
    enum err closed = store_registry_load_close(&run.load);
    import_release(&run);
    return err != ERR_OK ? err : closed;
}

enum err office_import(struct errand *e, const struct office_import *job,
                       struct office_import_report *report)
{
    struct import_work work = {e, job, import_kind_find(job->resource), report};
    if (work.kind == NULL)
        return fault_set(&e->fault, ERR_USAGE,
                         "不能导入“%.*s”，可以是 objects、inspectors、items、departments、"
                         "libraries、labels、superior、commissions、meetings、issuances 或 courses",
                         STR_ARG(job->resource));
    if (job->dry_run)
        return office_read(e, "import-dry-run", import_work, &work);
    return office_write_again(e, "import", import_work, &work);
}
