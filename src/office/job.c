/* Ordering jobs and looking at them: see job.h.
 *
 * Invariant: who may see a job is decided in job_visible alone, for lists, pages and files alike.
 */
#include "office/job.h"

#include "base/file.h"
#include "base/lines.h"
#include "crypto/hash.h"
#include "office/job_watch.h"
#include "office/scope.h"

#include <stdio.h>
#include <string.h>

enum { JOB_BATCH = 200, JOB_TOLD_MOST = 4096 /* bytes */ };

/* --- files --- */

const char *office_job_path(struct errand *e, const char *name)
{
    const char *dir = office_path(e->arena, e->office, "jobs");
    if (dir == NULL || file_mkdirs(dir, 0700) != ERR_OK)
        return NULL;
    return arena_printf(e->arena, "%s/%s", dir, name).data;
}

const char *office_job_file(struct errand *e, int64_t id, const char *ending)
{
    char name[64];
    snprintf(name, sizeof name, "%lld%s", (long long)id, ending);
    return office_job_path(e, name);
}

void office_job_watch_read(struct store_job *job, struct errand *e)
{
    struct buf text = {0};
    const char *path = office_job_file(e, job->id, ".progress");
    if (path != NULL && file_read(&text, path, 100) == ERR_OK) {
        struct str rest = str_trim(buf_view(&text));
        struct str head;
        int64_t done = 0;
        int64_t total = 0;
        (void)str_cut(&head, &rest, ' ');
        if (str_i64(&done, head) == ERR_OK && str_i64(&total, rest) == ERR_OK) {
            job->done = done;
            job->total = total;
        }
    }
    buf_free(&text);
}

/* --- ordering --- */

/* What the audit keeps of what was ordered: all of it, or its size and digest. */
static enum err job_told(struct str *out, struct errand *e, const struct store_job *job)
{
    uint8_t digest[CRYPTO_HASH];
    struct buf text = {0};
    *out = job->args;
    if (job->args.len <= JOB_TOLD_MOST)
        return ERR_OK;
    crypto_sha256(digest, job->args);
    buf_printf(&text, "{\"rows\":%lld,\"bytes\":%zu,\"sha256\":\"", (long long)job->total,
               job->args.len);
    buf_hex(&text, digest, sizeof digest);
    buf_cat(&text, "\"}");
    return arena_keep(out, e->arena, &text, buf_err(&text));
}

enum err office_job_add(int64_t *id, struct errand *e, struct db_tx *tx,
                        const struct office_job_order *order)
{
    struct store_job job = {.kind = str_of(order->kind->name),
                            .title = order->title,
                            .actor = e->actor,
                            .department = e->origin.department,
                            .state = STR("waiting"),
                            .args = order->args,
                            .total = (int64_t)order->total,
                            .at = e->now,
                            .clearance = e->scope.clearance};
    if (e->scope.account.len > 0)
        TRY(str_i64(&job.account, e->scope.account));
    TRY(office_id(&job.id, e));
    TRY(store_job_add(tx, e->office->tenant, &job));
    *id = job.id;
    struct str told;
    TRY(job_told(&told, e, &job));
    return office_audit(e, tx, STR("job-order"), job.title, told);
}

struct job_order {
    struct errand *e;
    const struct office_job_order *order;
    int64_t *id;
};

static enum err job_order(struct db_tx *tx, void *ctx)
{
    struct job_order *o = ctx;
    struct errand *e = o->e;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("job-order")));
    if (done)
        return str_i64(o->id, outcome);
    TRY(office_job_add(o->id, e, tx, o->order));
    struct str text = arena_printf(e->arena, "%lld", (long long)*o->id);
    return text.data == NULL ? ERR_MEMORY : office_once_done(e, tx, STR("job-order"), text);
}

enum err office_job_order(int64_t *id, struct errand *e, const struct office_job_order *order)
{
    struct job_order o = {e, order, id};
    return office_write(e, "job-order", job_order, &o);
}

/* --- who sees what --- */

static unsigned job_roles(const struct errand *e)
{
    struct str rest = e->origin.role;
    struct str code;
    unsigned roles = 0;
    while (str_cut(&code, &rest, ',')) {
        enum model_role role = model_role_find(code);
        if (role < MODEL_ROLE_COUNT)
            roles |= 1u << role;
    }
    return roles;
}

static bool job_own(const struct errand *e, const struct store_job *job)
{
    int64_t account = 0;
    return job->account != 0 && str_i64(&account, e->scope.account) == ERR_OK &&
           account == job->account;
}

/* The department decides, for his own jobs too: who moved to another one leaves them behind; so
 * does the clearance, since a result holds what was seen by the one who ordered it. */
static bool job_visible(const struct errand *e, const struct store_job *job)
{
    const struct office_job_kind *kind = office_job_kind(job->kind);
    if (kind == NULL || model_permission_scope(kind->permission, job_roles(e),
                                               e->scope.clearance) == MODEL_SCOPE_NONE)
        return false;
    if (!office_scope_cleared(&e->scope, job->clearance))
        return false;
    if (e->scope.level == MODEL_SCOPE_OWN)
        return job_own(e, job) && str_eq(job->department, e->scope.department);
    return office_scope_department(&e->scope, job->department);
}

/* --- looking --- */

struct job_look {
    struct errand *e;
    struct store_job *out;
    int64_t id;
};

static enum err job_look(struct db_tx *tx, void *ctx)
{
    struct job_look *l = ctx;
    return store_job_get(l->out, l->e->arena, tx, l->e->office->tenant, l->id);
}

enum err office_job_get(struct store_job *out, struct errand *e, int64_t id)
{
    struct job_look l = {e, out, id};
    enum err err = office_read(e, "job", job_look, &l);
    if (err == ERR_OK && !job_visible(e, out))
        err = ERR_MISSING;
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "没有这项任务，或者不在您的权限范围内");
    TRY(err);
    if (str_eq(out->state, STR("running")))
        office_job_watch_read(out, e);
    return ERR_OK;
}

struct job_list {
    struct errand *e;
    const struct office_job_find *find;
    struct store_job *rows;
    size_t count;
};

/* One batch; *before gets where the next one begins, 0 behind the last. */
static enum err job_list_batch(struct job_list *l, struct db_tx *tx, int64_t *before)
{
    struct errand *e = l->e;
    struct store_job *rows = NULL;
    size_t count = 0;
    const struct store_job_find find = {e->office->tenant, l->find->state, *before, JOB_BATCH};
    TRY(store_job_newest(&rows, &count, e->arena, tx, &find));
    for (size_t i = 0; i < count && l->count < l->find->most; i++) {
        bool wanted = l->find->kind.len == 0 || str_eq(l->find->kind, rows[i].kind);
        if (wanted && job_visible(e, &rows[i]))
            l->rows[l->count++] = rows[i];
    }
    *before = count == JOB_BATCH && l->count < l->find->most ? rows[count - 1].id : 0;
    return ERR_OK;
}

static enum err job_list(struct db_tx *tx, void *ctx)
{
    struct job_list *l = ctx;
    int64_t before = l->find->before;
    l->count = 0;
    do {
        TRY(job_list_batch(l, tx, &before));
    } while (before > 0);
    return ERR_OK;
}

enum err office_jobs(struct store_job **out, size_t *count, struct errand *e,
                     const struct office_job_find *find)
{
    struct job_list l = {.e = e, .find = find};
    l.rows = arena_array(e->arena, find->most + 1, sizeof *l.rows);
    if (l.rows == NULL)
        return ERR_MEMORY;
    TRY(office_read(e, "jobs", job_list, &l));
    for (size_t i = 0; i < l.count; i++)
        if (str_eq(l.rows[i].state, STR("running")))
            office_job_watch_read(&l.rows[i], e);
    *out = l.rows;
    *count = l.count;
    return ERR_OK;
}

/* --- the result --- */

static enum err job_download(struct db_tx *tx, void *ctx)
{
    struct job_look *l = ctx;
    struct str id = arena_printf(l->e->arena, "%lld", (long long)l->id);
    return id.data == NULL ? ERR_MEMORY
                           : office_audit(l->e, tx, STR("job-download"), l->out->title, id);
}

enum err office_job_result(struct str *path, struct str *name, struct errand *e, int64_t id)
{
    struct store_job job = {0};
    TRY(office_job_get(&job, e, id));
    if (job.file.len == 0 || (job.until > 0 && job.until <= e->now))
        return fault_set(&e->fault, ERR_MISSING, "没有结果文件，或者已过保留期限，请重新办理");
    const char *file = arena_cstr(e->arena, job.file);
    const char *found = file != NULL ? office_job_path(e, file) : NULL;
    if (found == NULL)
        return ERR_MEMORY;
    if (!file_exists(found))
        return fault_set(&e->fault, ERR_MISSING, "结果文件已不在服务器上，请重新办理");
    struct job_look l = {e, &job, id};
    TRY(office_write(e, "job-download", job_download, &l));
    *path = str_of(found);
    *name = job.download;
    return ERR_OK;
}

/* --- cancelling --- */

static enum err job_cancel(struct db_tx *tx, void *ctx)
{
    struct job_look *l = ctx;
    struct errand *e = l->e;
    uint64_t changed = 0;
    l->out->state = STR("cancelled");
    l->out->ended_at = e->now;
    TRY(store_job_move(&changed, tx, e->office->tenant, l->out, STR("waiting")));
    if (changed == 0)
        return fault_set(&e->fault, ERR_STATE, "任务已经开始或已经结束，不能取消");
    return office_audit(e, tx, STR("job-cancel"), l->out->title, STR(""));
}

enum err office_job_cancel(struct errand *e, int64_t id)
{
    struct store_job job = {0};
    TRY(office_job_get(&job, e, id));
    if (!job_own(e, &job))
        return fault_set(&e->fault, ERR_FORBIDDEN, "只有下达任务的人可以取消");
    if (str_eq(job.state, STR("cancelled")))
        return ERR_OK;
    struct job_look l = {e, &job, id};
    return office_write(e, "job-cancel", job_cancel, &l);
}
