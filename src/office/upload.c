/* Uploads: see upload.h. The jobs stand in upload_job.c.
 *
 * Invariant: every change of an upload names the state it comes from, so that of two persons (or
 * two presses of a button) one acts and the other sees what was done. */
#include "office/upload.h"

#include "base/file.h"
#include "base/time.h"
#include "model/resource.h"
#include "office/catalogue.h"
#include "office/library.h"
#include "office/scan.h"
#include "office/scope.h"
#include "sheet/writer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { UPLOAD_BATCH = 200, UPLOAD_COLUMN_MAX = 256 };

static const struct office_upload_kind upload_kinds[] = {
    {&model_objects, &office_job_check_objects, &office_job_import_objects, OFFICE_UPLOAD_TO_PLACE},
    {&model_inspectors, &office_job_check_inspectors, &office_job_import_inspectors,
     OFFICE_UPLOAD_TO_PLACE},
    {&model_commissions, &office_job_check_commissions, &office_job_import_commissions,
     OFFICE_UPLOAD_TO_DEPARTMENT},
    {&model_meetings, &office_job_check_register, &office_job_import_register,
     OFFICE_UPLOAD_TO_DEPARTMENT},
    {&model_issuances, &office_job_check_register, &office_job_import_register,
     OFFICE_UPLOAD_TO_DEPARTMENT},
    {&model_courses, &office_job_check_register, &office_job_import_register,
     OFFICE_UPLOAD_TO_DEPARTMENT},
    {&model_superior, &office_job_check_superior, &office_job_import_superior,
     OFFICE_UPLOAD_TO_LIST},
    {&model_items, &office_job_check_items, &office_job_import_items, OFFICE_UPLOAD_TO_DEPARTMENT},
    {&model_libraries, &office_job_check_libraries, &office_job_import_libraries,
     OFFICE_UPLOAD_TO_LIBRARY},
    {&model_labels, &office_job_check_labels, &office_job_import_labels, OFFICE_UPLOAD_TO_ALL},
};

const struct office_upload_kind *office_upload_kind(struct str resource)
{
    for (size_t i = 0; i < sizeof upload_kinds / sizeof upload_kinds[0]; i++)
        if (str_eq(str_of(upload_kinds[i].resource->name), resource))
            return &upload_kinds[i];
    return NULL;
}

/* --- settings --- */

struct upload_settings {
    struct errand *e;
    uint64_t mib;
    uint64_t hours;
};

static enum err upload_settings(struct db_tx *tx, void *ctx)
{
    struct upload_settings *s = ctx;
    TRY(office_setting_count(&s->mib, s->e, tx, MODEL_SETTING_UPLOAD_MIB));
    return office_setting_count(&s->hours, s->e, tx, MODEL_SETTING_UPLOAD_HOURS);
}

enum err office_upload_limit(uint64_t *bytes, struct errand *e)
{
    struct upload_settings s = {.e = e};
    TRY(office_read(e, "upload-limit", upload_settings, &s));
    *bytes = s.mib << 20;
    return ERR_OK;
}

/* --- who sees what --- */

struct upload_work {
    struct errand *e;
    const struct office_upload_kind *kind;
    struct store_upload *out;
    int64_t id;
    struct str columns;
    int64_t *job;
};

/* What its check found may be seen by whoever may see the check (AC7). */
static enum err upload_cleared(bool *out, struct errand *e, struct db_tx *tx,
                               const struct store_upload *u)
{
    struct store_job job = {0};
    enum err err = store_job_get(&job, e->arena, tx, e->office->tenant, u->check_job);
    *out = err == ERR_OK && office_scope_cleared(&e->scope, job.clearance);
    return err == ERR_MISSING ? ERR_OK : err;
}

static enum err upload_load(struct upload_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    enum err err = store_upload_get(w->out, e->arena, tx, e->office->tenant, w->id);
    bool seen = err == ERR_OK && office_scope_department(&e->scope, w->out->department) &&
                str_eq(w->out->resource, str_of(w->kind->resource->name));
    if (seen)
        TRY(upload_cleared(&seen, e, tx, w->out));
    if (err == ERR_MISSING || (err == ERR_OK && !seen))
        return fault_set(&e->fault, ERR_MISSING, "没有这个上传的文件，或者不在您的权限范围内");
    return err;
}

static enum err upload_get(struct db_tx *tx, void *ctx)
{
    return upload_load(ctx, tx);
}

enum err office_upload_get(struct store_upload *out, struct errand *e,
                           const struct office_upload_kind *kind, int64_t id)
{
    struct upload_work w = {.e = e, .kind = kind, .out = out, .id = id};
    return office_read(e, "upload", upload_get, &w);
}

struct upload_list {
    struct errand *e;
    const struct office_upload_kind *kind;
    struct store_upload *rows;
    size_t count;
    size_t most;
};

static enum err upload_list(struct db_tx *tx, void *ctx)
{
    struct upload_list *l = ctx;
    struct errand *e = l->e;
    struct store_upload_find find = {e->office->tenant, str_of(l->kind->resource->name), 0,
                                     UPLOAD_BATCH};
    size_t count = 0;
    l->count = 0;
    do {
        struct store_upload *rows = NULL;
        TRY(store_upload_newest(&rows, &count, e->arena, tx, &find));
        for (size_t i = 0; i < count && l->count < l->most; i++) {
            bool seen = office_scope_department(&e->scope, rows[i].department);
            if (seen)
                TRY(upload_cleared(&seen, e, tx, &rows[i]));
            if (seen)
                l->rows[l->count++] = rows[i];
        }
        find.before = count > 0 ? rows[count - 1].id : 0;
    } while (count == UPLOAD_BATCH && l->count < l->most);
    return ERR_OK;
}

enum err office_uploads(struct store_upload **out, size_t *count, struct errand *e,
                        const struct office_upload_kind *kind, size_t most)
{
    struct upload_list l = {.e = e, .kind = kind, .most = most};
    l.rows = arena_array(e->arena, most + 1, sizeof *l.rows);
    if (l.rows == NULL)
        return ERR_MEMORY;
    TRY(office_read(e, "uploads", upload_list, &l));
    *out = l.rows;
    *count = l.count;
    return ERR_OK;
}

/* --- taking one in --- */

/* The check of an upload, as a new job. */
static enum err upload_check(struct store_upload *u, struct errand *e, struct db_tx *tx,
                             const struct office_upload_kind *kind)
{
    const struct office_job_order order = {
        .kind = kind->check,
        .title = arena_printf(e->arena, "核对：%.*s", STR_ARG(u->name)),
        .args = arena_printf(e->arena, "{\"upload\":\"%lld\"}", (long long)u->id)};
    if (order.title.data == NULL || order.args.data == NULL)
        return ERR_MEMORY;
    return office_job_add(&u->check_job, e, tx, &order);
}

struct upload_adding {
    struct errand *e;
    const struct office_upload_add *in;
    struct store_upload row;
    bool repeated;
};

static enum err upload_adding(struct db_tx *tx, void *ctx)
{
    struct upload_adding *a = ctx;
    struct errand *e = a->e;
    struct upload_settings s = {.e = e};
    struct str outcome;
    TRY(office_once(&a->repeated, &outcome, e, tx, STR("upload")));
    if (a->repeated)
        return str_i64(&a->row.id, outcome);
    TRY(upload_settings(tx, &s));
    a->row.until = e->now + (int64_t)s.hours * 3600 * TIME_SECOND;
    TRY(upload_check(&a->row, e, tx, a->in->kind));
    TRY(store_upload_add(tx, e->office->tenant, &a->row));
    TRY(office_audit(e, tx, STR("upload"), a->row.resource, a->row.name));
    struct str id = arena_printf(e->arena, "%lld", (long long)a->row.id);
    return id.data == NULL ? ERR_MEMORY : office_once_done(e, tx, STR("upload"), id);
}

/* One that he sees and that is still in use. */
static enum err upload_library(struct errand *e, struct str name)
{
    struct store_library *rows = NULL;
    size_t count = 0;
    TRY(office_library_choices(&rows, &count, e));
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].name, name) && str_eq(rows[i].state, STR("active")))
            return ERR_OK;
    return fault_at(&e->fault, "library", ERR_INPUT, "请选择在用的专项库");
}

static enum err upload_judge(struct errand *e, const struct office_upload_add *in)
{
    struct str department = str_trim(in->department);
    struct str division = str_trim(in->division);
    if (in->path == NULL || in->bytes == 0)
        return fault_at(&e->fault, "file", ERR_INPUT,
                        "请选择要导入的文件；所选的文件是空的，"
                        "或者没有选择文件");
    if (department.len > 0 && !office_scope_department(&e->scope, department))
        return fault_at(&e->fault, "department", ERR_INPUT, "这个部门不在您的权限范围内");
    if (division.len > 0 &&
        regions_resolve(&e->office->regions, e->office->tenant, division) == NULL)
        return fault_at(&e->fault, "division", ERR_INPUT,
                        "行政区划“%.*s”不存在或无法识别，请填写6位代码或名称",
                        STR_ARG(str_sub(division, 0, 60)));
    if (in->kind->place == OFFICE_UPLOAD_TO_LIST)
        return office_superior_name(e, in->list);
    struct str library = str_trim(in->library);
    return library.len > 0 ? upload_library(e, library) : ERR_OK;
}

/* The file is moved first: a row names a file that is there; a file without row is litter, which
 * keeps its temporary name's mark until then. */
enum err office_upload_add(int64_t *id, struct errand *e, const struct office_upload_add *in)
{
    char name[64];
    struct upload_adding a = {.e = e, .in = in};
    const struct office_scan scan = {in->path, in->name, str_of(in->kind->resource->name)};
    struct str outcome;
    TRY(upload_judge(e, in));
    TRY(office_repeated(&a.repeated, &outcome, e, STR("upload")));
    if (a.repeated)
        return str_i64(id, outcome);
    TRY(office_scan(&a.row.scanned_at, e, &scan));
    TRY(office_id(&a.row.id, e));
    snprintf(name, sizeof name, "%lld.upload", (long long)a.row.id);
    const char *path = office_job_path(e, name);
    if (path == NULL)
        return ERR_MEMORY;
    int64_t own = a.row.id;
    a.row.resource = str_of(in->kind->resource->name);
    a.row.name = in->name.len > 0 ? in->name : STR("文件");
    a.row.file = str_of(name);
    a.row.bytes = (int64_t)in->bytes;
    a.row.actor = e->actor;
    a.row.department = e->origin.department;
    a.row.target = str_trim(in->kind->place == OFFICE_UPLOAD_TO_LIBRARY ? in->library
                            : in->kind->place == OFFICE_UPLOAD_TO_LIST  ? in->list
                                                                        : in->department);
    a.row.division = str_trim(in->division);
    a.row.state = STR("checking");
    a.row.at = e->now;
    if (e->scope.account.len > 0)
        TRY(str_i64(&a.row.account, e->scope.account));
    if (rename(in->path, path) != 0)
        return ERR_IO;
    enum err err = office_write(e, "upload", upload_adding, &a);
    if (err != ERR_OK || a.repeated)
        unlink(path);
    *id = err == ERR_OK && a.repeated ? a.row.id : own;
    return err;
}

/* --- correcting its columns --- */

static enum err upload_columns_json(struct str *out, struct errand *e,
                                    const struct office_upload_kind *kind,
                                    const struct str *columns, size_t count)
{
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_array(&w);
    for (size_t i = 0; i < count; i++) {
        bool known = columns[i].len == 0;
        for (size_t f = 0; f < kind->resource->count; f++)
            known = known || str_eq(columns[i], str_of(kind->resource->fields[f].name));
        json_write_str(&w, known ? columns[i] : STR(""));
    }
    json_write_array_end(&w);
    return arena_keep(out, e->arena, &text, json_write_end(&w));
}

static enum err upload_state_fault(struct errand *e, const struct store_upload *u)
{
    const char *why = str_eq(u->state, STR("confirmed")) ? "这个文件已经确认导入"
                      : str_eq(u->state, STR("removed")) ? "这个文件已经删除或过期，请重新上传"
                      : str_eq(u->state, STR("checking")) ? "正在核对，请稍候再试"
                                                          : "这个文件没有可以导入的行";
    return fault_set(&e->fault, ERR_STATE, "%s", why);
}

static enum err upload_columns(struct db_tx *tx, void *ctx)
{
    struct upload_work *w = ctx;
    struct errand *e = w->e;
    struct store_upload u = {0};
    uint64_t changed = 0;
    w->out = &u;
    TRY(upload_load(w, tx));
    struct str from = u.state;
    if (!str_eq(from, STR("checked")) && !str_eq(from, STR("refused")))
        return upload_state_fault(e, &u);
    const struct store_upload_mapping mapping = {
        e->office->tenant, u.department, u.resource, u.headings, w->columns, e->now, e->actor};
    if (u.headings.len > 0)
        TRY(store_upload_mapping_set(tx, &mapping));
    u.columns = w->columns;
    u.state = STR("checking");
    TRY(upload_check(&u, e, tx, w->kind));
    TRY(store_upload_move(&changed, tx, e->office->tenant, &u, from));
    return changed == 0 ? ERR_CONFLICT
                        : office_audit(e, tx, STR("upload-columns"), u.name, w->columns);
}

enum err office_upload_columns(struct errand *e, const struct office_upload_kind *kind, int64_t id,
                               const struct str *columns, size_t count)
{
    struct upload_work w = {.e = e, .kind = kind, .id = id};
    if (count > UPLOAD_COLUMN_MAX)
        return ERR_LIMIT;
    TRY(upload_columns_json(&w.columns, e, kind, columns, count));
    return office_write(e, "upload-columns", upload_columns, &w);
}

/* --- confirming --- */

/* Rows that would go in, as the check found them; all rows, for the progress. */
static enum err upload_counts(int64_t *good, int64_t *seen, struct errand *e,
                              const struct store_upload *u)
{
    json_t *report = NULL;
    TRY(json_parse(&report, u->report, &e->fault));
    *seen = json_integer_value(json_object_get(report, "seen"));
    *good = *seen - json_integer_value(json_object_get(report, "rejected"));
    json_decref(report);
    return ERR_OK;
}

static enum err upload_confirm(struct db_tx *tx, void *ctx)
{
    struct upload_work *w = ctx;
    struct errand *e = w->e;
    struct store_upload u = {0};
    int64_t good = 0;
    int64_t seen = 0;
    uint64_t changed = 0;
    w->out = &u;
    TRY(upload_load(w, tx));
    *w->job = u.import_job;
    if (str_eq(u.state, STR("confirmed")))
        return ERR_OK;
    if (!str_eq(u.state, STR("checked")))
        return upload_state_fault(e, &u);
    TRY(upload_counts(&good, &seen, e, &u));
    if (good == 0)
        return fault_set(&e->fault, ERR_STATE,
                         "这个文件没有可以导入的行，没有导入；请改正后重新上传");
    const struct office_job_order order = {
        .kind = w->kind->import,
        .title = arena_printf(e->arena, "导入：%.*s", STR_ARG(u.name)),
        .args = arena_printf(e->arena, "{\"upload\":\"%lld\"}", (long long)u.id),
        .total = (uint64_t)seen};
    if (order.title.data == NULL || order.args.data == NULL)
        return ERR_MEMORY;
    TRY(office_job_add(&u.import_job, e, tx, &order));
    u.state = STR("confirmed");
    *w->job = u.import_job;
    TRY(store_upload_move(&changed, tx, e->office->tenant, &u, STR("checked")));
    return changed == 0 ? ERR_CONFLICT : ERR_OK;
}

enum err office_upload_confirm(int64_t *job, struct errand *e,
                               const struct office_upload_kind *kind, int64_t id)
{
    struct upload_work w = {.e = e, .kind = kind, .id = id, .job = job};
    return office_write(e, "upload-confirm", upload_confirm, &w);
}

/* --- removing --- */

static enum err upload_remove(struct db_tx *tx, void *ctx)
{
    struct upload_work *w = ctx;
    struct errand *e = w->e;
    uint64_t changed = 0;
    TRY(upload_load(w, tx));
    struct store_upload gone = *w->out;
    if (str_eq(gone.state, STR("removed")))
        return ERR_OK;
    if (str_eq(gone.state, STR("confirmed")))
        return upload_state_fault(e, &gone);
    gone.state = STR("removed");
    gone.file = STR("");
    gone.report = STR("");
    TRY(store_upload_move(&changed, tx, e->office->tenant, &gone, w->out->state));
    return changed == 0 ? ERR_CONFLICT
                        : office_audit(e, tx, STR("upload-remove"), gone.name, STR(""));
}

static void upload_unlink(struct errand *e, struct str file)
{
    const char *name = arena_cstr(e->arena, file);
    const char *path = name != NULL && name[0] != '\0' ? office_job_path(e, name) : NULL;
    if (path != NULL)
        unlink(path);
}

enum err office_upload_remove(struct errand *e, const struct office_upload_kind *kind, int64_t id)
{
    struct store_upload u = {0};
    struct upload_work w = {.e = e, .kind = kind, .out = &u, .id = id};
    TRY(office_write(e, "upload-remove", upload_remove, &w));
    upload_unlink(e, u.file);
    return ERR_OK;
}

struct upload_stale {
    struct errand *e;
    struct store_upload *rows;
    size_t count;
};

static enum err upload_stale(struct db_tx *tx, void *ctx)
{
    struct upload_stale *s = ctx;
    struct errand *e = s->e;
    TRY(store_upload_stale(&s->rows, &s->count, e->arena, tx, e->office->tenant, e->now));
    for (size_t i = 0; i < s->count; i++) {
        struct store_upload gone = s->rows[i];
        uint64_t changed = 0;
        bool kept = str_eq(gone.state, STR("confirmed"));
        gone.file = STR("");
        gone.state = kept ? gone.state : STR("removed");
        gone.report = kept ? gone.report : STR("");
        TRY(store_upload_move(&changed, tx, e->office->tenant, &gone, s->rows[i].state));
    }
    return ERR_OK;
}

enum err office_upload_sweep(uint64_t *removed, struct errand *e)
{
    struct upload_stale s = {.e = e};
    TRY(office_write(e, "upload-sweep", upload_stale, &s));
    for (size_t i = 0; i < s.count; i++)
        upload_unlink(e, s.rows[i].file);
    *removed = s.count;
    return ERR_OK;
}

/* --- templates --- */

enum err office_upload_template(const struct office_upload_kind *kind, const char *path,
                                struct fault *fault)
{
    struct sheet_column columns[UPLOAD_COLUMN_MAX];
    struct sheet_writer *writer = NULL;
    size_t count = kind->resource->count;
    for (size_t i = 0; i < count; i++)
        columns[i] = (struct sheet_column){kind->resource->fields[i].name,
                                           kind->resource->fields[i].label, false, 20};
    TRY(sheet_writer_open(&writer, path, SHEET_XLSX, columns, count, fault));
    return sheet_writer_close(writer, fault);
}
