/* The two jobs of an upload: checking it, which writes nothing but its report, and importing it. */
#include "office/upload.h"

#include "base/file.h"
#include "base/utf8.h"

#include <unistd.h>

enum { SAMPLE_BYTES = 90, HEADING_BYTES = 150 };

struct upload_run {
    struct office_job_run *run;
    struct errand *e;
    struct store_upload row;
    const char *path;
    struct office_import job;
    struct office_import_look look;
    struct office_import_report *report;
    struct str words; /* why nothing can be imported; empty if something can */
    struct str text;  /* the report as JSON */
    uint64_t moved;
};

/* --- what both do --- */

static enum err upload_row(struct db_tx *tx, void *ctx)
{
    struct upload_run *u = ctx;
    int64_t id = 0;
    TRY(str_i64(&id, json_member_str(u->run->args, "upload")));
    return store_upload_get(&u->row, u->e->arena, tx, u->e->office->tenant, id);
}

static enum err upload_progress(void *ctx, uint64_t rows, unsigned permille)
{
    struct upload_run *u = ctx;
    uint64_t total = (uint64_t)u->run->job->total; /* known once the file was checked */
    if (total == 0 && permille > 0)
        total = rows * 1000 / permille;
    return office_job_progress(u->run, rows, total);
}

/* The columns that a person chose, as the import wants them. */
static enum err upload_chosen(struct upload_run *u)
{
    json_t *list = NULL;
    if (u->row.columns.len == 0)
        return ERR_OK;
    TRY(json_parse(&list, u->row.columns, &u->e->fault));
    size_t count = json_array_size(list);
    struct str *columns = arena_array(u->e->arena, count + 1, sizeof *columns);
    bool failed = columns == NULL;
    for (size_t i = 0; i < count && !failed; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        columns[i] = arena_str(u->e->arena, str_of(name != NULL ? name : ""));
        failed = columns[i].data == NULL;
    }
    json_decref(list);
    u->job.columns = columns;
    u->job.column_count = count;
    return failed ? ERR_MEMORY : ERR_OK;
}

static enum err upload_begin(struct upload_run *u, struct office_job_run *run, bool dry)
{
    struct errand *e = run->e;
    u->run = run;
    u->e = e;
    u->report = arena_alloc(e->arena, sizeof *u->report);
    TRY(office_read(e, "upload-row", upload_row, u));
    const char *name = arena_cstr(e->arena, u->row.file);
    u->path = name != NULL ? office_job_path(e, name) : NULL;
    if (u->report == NULL || u->path == NULL)
        return ERR_MEMORY;
    const struct office_upload_kind *kind = office_upload_kind(u->row.resource);
    bool named = kind != NULL &&
                 (kind->place == OFFICE_UPLOAD_TO_LIBRARY || kind->place == OFFICE_UPLOAD_TO_LIST);
    u->job = (struct office_import){.resource = u->row.resource,
                                    .path = u->path,
                                    .name = u->row.name,
                                    .department = named ? STR("") : u->row.target,
                                    .list = named ? u->row.target : STR(""),
                                    .division = u->row.division,
                                    .dry_run = dry,
                                    .scoped = true,
                                    .errors_path = run->path,
                                    .progress = upload_progress,
                                    .progress_ctx = u};
    return ERR_OK;
}

/* Errors that say what is wrong with the file; others are the machine's. */
static bool upload_blames_file(enum err err)
{
    return err == ERR_INPUT || err == ERR_FORMAT || err == ERR_UTF8 || err == ERR_DOCTYPE ||
           err == ERR_LIMIT || err == ERR_CONVERTER || err == ERR_UNSUPPORTED || err == ERR_RANGE ||
           err == ERR_TIMEOUT;
}

/* The workbook of the rejected rows becomes the job's result. */
static enum err upload_result(struct upload_run *u)
{
    struct office_job_run *run = u->run;
    struct str name = u->row.name;
    if (!u->report->errors_written)
        return ERR_OK;
    for (size_t i = name.len; i-- > 1;)
        if (name.data[i] == '.') {
            name = str_sub(name, 0, i);
            break;
        }
    run->download = arena_printf(run->e->arena, "%.*s-未导入的行.xlsx", STR_ARG(name));
    return run->download.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- the report --- */

static void report_text(struct json_writer *w, struct str text, size_t most)
{
    json_write_str(w, str_sub(text, 0, utf8_valid_len(str_sub(text, 0, most))));
}

static void report_problems(struct json_writer *w, const char *key,
                            const struct office_import_problem *rows, size_t count)
{
    json_write_key(w, key);
    json_write_array(w);
    for (size_t i = 0; i < count; i++) {
        json_write_object(w);
        json_pair_int(w, "row", (int64_t)rows[i].row);
        json_pair_str(w, "column", rows[i].column);
        json_pair_str(w, "reason", rows[i].reason);
        json_write_object_end(w);
    }
    json_write_array_end(w);
}

static void report_look(struct json_writer *w, const struct office_import_look *look)
{
    json_write_key(w, "columns");
    json_write_array(w);
    for (size_t i = 0; i < look->column_count; i++) {
        json_write_object(w);
        json_write_key(w, "heading");
        report_text(w, look->columns[i].heading, HEADING_BYTES);
        json_pair_str(w, "field", look->columns[i].field);
        json_write_object_end(w);
    }
    json_write_array_end(w);
    json_write_key(w, "samples");
    json_write_array(w);
    for (size_t i = 0; i < look->sample_count; i++) {
        json_write_array(w);
        for (size_t c = 0; c < look->column_count; c++)
            report_text(w, look->samples[i][c], SAMPLE_BYTES);
        json_write_array_end(w);
    }
    json_write_array_end(w);
}

static void report_counts(struct json_writer *w, const struct office_import_report *r)
{
    json_pair_int(w, "seen", (int64_t)r->seen);
    json_pair_int(w, "added", (int64_t)r->added);
    json_pair_int(w, "changed", (int64_t)r->changed);
    json_pair_int(w, "same", (int64_t)r->same);
    json_pair_int(w, "rejected", (int64_t)r->rejected);
    json_pair_int(w, "doubled", (int64_t)r->doubled);
    json_pair_int(w, "abroad", (int64_t)r->abroad);
    json_pair_int(w, "abroad_most", (int64_t)r->abroad_most);
    json_pair_str(w, "abroad_code", str_of(r->abroad_code));
    json_pair_int(w, "warned", (int64_t)r->warned);
    json_pair_int(w, "unlabelled", (int64_t)r->unlabelled);
    json_pair_int(w, "objects", r->objects);
    json_pair_int(w, "heading_row", (int64_t)r->heading_row);
    json_pair_int(w, "sheets", (int64_t)r->sheet_count);
    json_pair_str(w, "sheet", r->sheet);
    json_write_key(w, "skipped");
    json_write_array(w);
    for (int i = 0; i < SHEET_SKIP_COUNT; i++) {
        if (r->skipped[i] == 0)
            continue;
        json_write_object(w);
        json_pair_str(w, "what", str_of(sheet_skip_text((enum sheet_skip)i)));
        json_pair_int(w, "rows", (int64_t)r->skipped[i]);
        json_write_object_end(w);
    }
    json_write_array_end(w);
}

static enum err report_make(struct upload_run *u)
{
    const struct office_import_report *r = u->report;
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    report_counts(&w, r);
    json_pair_str(&w, "words", u->words);
    report_look(&w, &u->look);
    report_problems(&w, "problems", r->problems, r->problem_count);
    report_problems(&w, "warnings", r->warnings, r->warning_count);
    json_write_object_end(&w);
    return arena_keep(&u->text, u->e->arena, &text, json_write_end(&w));
}

/* --- checking --- */

static enum err check_remembered(struct db_tx *tx, void *ctx)
{
    struct upload_run *u = ctx;
    const struct store_upload_mapping mapping = {.tenant = u->e->office->tenant,
                                                 .department = u->row.department,
                                                 .resource = u->row.resource,
                                                 .headings = u->row.headings};
    return store_upload_mapping_get(&u->row.columns, u->e->arena, tx, &mapping);
}

/* Only the newest check of an upload that still waits for it may speak. */
static enum err check_tell(struct db_tx *tx, void *ctx)
{
    struct upload_run *u = ctx;
    struct store_upload now = {0};
    TRY(store_upload_get(&now, u->e->arena, tx, u->e->office->tenant, u->row.id));
    u->moved = 0;
    if (now.check_job != u->run->job->id)
        return ERR_OK;
    now.state = u->words.len > 0 ? STR("refused") : STR("checked");
    now.columns = u->row.columns;
    now.headings = u->row.headings;
    now.report = u->text;
    return store_upload_move(&u->moved, tx, u->e->office->tenant, &now, STR("checking"));
}

/* Looks at the file and tries to import it; what is wrong with it as a whole is kept in words. */
static enum err check_file(struct upload_run *u)
{
    struct errand *e = u->e;
    enum err err = office_import_look(&u->look, e, &u->job);
    u->row.headings = u->look.digest;
    if (err == ERR_OK && u->row.columns.len == 0)
        TRY(office_read(e, "upload-remembered", check_remembered, u));
    if (err == ERR_OK)
        TRY(upload_chosen(u));
    if (err == ERR_OK)
        err = office_import(e, &u->job, u->report);
    if (err == ERR_OK)
        return ERR_OK;
    if (!upload_blames_file(err))
        return err;
    u->words = arena_str(e->arena, str_of(fault_text(&e->fault)));
    *u->report = (struct office_import_report){.sheet = STR("")};
    return u->words.data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err check_run(struct office_job_run *run)
{
    struct upload_run u = {0};
    TRY(upload_begin(&u, run, true));
    TRY(check_file(&u));
    TRY(report_make(&u));
    TRY(office_write(u.e, "upload-checked", check_tell, &u));
    TRY(upload_result(&u));
    run->words = u.words.len > 0
                     ? u.words
                     : arena_printf(run->e->arena, "共 %llu 行，可以导入 %llu 行，有错误 %llu 行",
                                    (unsigned long long)u.report->seen,
                                    (unsigned long long)(u.report->seen - u.report->rejected),
                                    (unsigned long long)u.report->rejected);
    return run->words.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- importing --- */

static enum err import_forget(struct db_tx *tx, void *ctx)
{
    struct upload_run *u = ctx;
    u->row.file = STR("");
    return store_upload_move(&u->moved, tx, u->e->office->tenant, &u->row, STR("confirmed"));
}

static enum err import_run(struct office_job_run *run)
{
    struct upload_run u = {0};
    TRY(upload_begin(&u, run, false));
    TRY(upload_chosen(&u));
    TRY(office_import(run->e, &u.job, u.report)); /* under the job's key: never twice */
    unlink(u.path);
    if (office_write(run->e, "upload-imported", import_forget, &u) != ERR_OK)
        run->e->fault = (struct fault){0}; /* it is in all the same; the sweep forgets the file */
    TRY(upload_result(&u));
    const struct office_import_report *r = u.report;
    run->words = arena_printf(
        run->e->arena, "共 %llu 行，新增 %llu，变更 %llu，无变化 %llu，未导入 %llu",
        (unsigned long long)r->seen, (unsigned long long)r->added, (unsigned long long)r->changed,
        (unsigned long long)r->same, (unsigned long long)r->rejected);
    return run->words.data != NULL ? ERR_OK : ERR_MEMORY;
}

const struct office_job_kind office_job_check_objects = {"check-objects", "核对检查对象",
                                                         MODEL_PERMISSION_OBJECT_IMPORT, check_run};
const struct office_job_kind office_job_check_inspectors = {
    "check-inspectors", "核对检查人员", MODEL_PERMISSION_INSPECTOR_IMPORT, check_run};
const struct office_job_kind office_job_check_commissions = {
    "check-commissions", "核对第三方委托", MODEL_PERMISSION_INSPECTOR_IMPORT, check_run};
const struct office_job_kind office_job_check_register = {
    "check-register", "核对登记簿", MODEL_PERMISSION_REGISTER_IMPORT, check_run};
const struct office_job_kind office_job_import_register = {
    "import-register", "导入登记簿", MODEL_PERMISSION_REGISTER_IMPORT, import_run};
const struct office_job_kind office_job_check_superior = {"check-superior", "核对上级清单",
                                                          MODEL_PERMISSION_ITEM_IMPORT, check_run};
const struct office_job_kind office_job_check_items = {"check-items", "核对抽查事项",
                                                       MODEL_PERMISSION_ITEM_PUBLISH, check_run};
const struct office_job_kind office_job_import_objects = {
    "import-objects", "导入检查对象", MODEL_PERMISSION_OBJECT_IMPORT, import_run};
const struct office_job_kind office_job_import_inspectors = {
    "import-inspectors", "导入检查人员", MODEL_PERMISSION_INSPECTOR_IMPORT, import_run};
const struct office_job_kind office_job_import_commissions = {
    "import-commissions", "导入第三方委托", MODEL_PERMISSION_INSPECTOR_IMPORT, import_run};
const struct office_job_kind office_job_import_superior = {
    "import-superior", "导入上级清单", MODEL_PERMISSION_ITEM_IMPORT, import_run};
const struct office_job_kind office_job_import_items = {"import-items", "导入抽查事项",
                                                        MODEL_PERMISSION_ITEM_PUBLISH, import_run};
const struct office_job_kind office_job_check_libraries = {
    "check-libraries", "核对专项库", MODEL_PERMISSION_LIBRARY_EDIT, check_run};
const struct office_job_kind office_job_import_libraries = {
    "import-libraries", "导入专项库", MODEL_PERMISSION_LIBRARY_EDIT, import_run};
const struct office_job_kind office_job_check_labels = {"check-labels", "核对标签字库",
                                                        MODEL_PERMISSION_LABEL_EDIT, check_run};
const struct office_job_kind office_job_import_labels = {"import-labels", "导入标签字库",
                                                         MODEL_PERMISSION_LABEL_EDIT, import_run};
