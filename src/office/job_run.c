/* Running jobs: see job.h.
 *
 * Invariants: a job is taken by moving it from waiting to running, which only one can do; whatever
 * becomes of it is one further move; a job found running by a runner that has just got the lock was
 * left by a server that died. */
#include "office/job.h"

#include "base/file.h"
#include "base/nice.h"
#include "base/time.h"
#include "office/job_watch.h"
#include "office/session.h"
#include "office/upload.h"
#include "vault/litter.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    JOB_TRIES = 3,
    JOB_THREADS = 2,
    JOB_LITTER = 3600,        /* seconds */
    JOB_PAUSE_MS = 300,       /* between two looks for work */
    JOB_SWEEP_SECONDS = 3600, /* between two removals of old files */
    JOB_TOLD = 300000         /* microseconds between two words on progress */
};

enum err office_job_progress(struct office_job_run *run, uint64_t done, uint64_t total)
{
    struct office_job_watch *watch = run->watch;
    int64_t now = time_now();
    if (watch->stop != NULL && *watch->stop)
        return ERR_STOPPED;
    if (watch->path == NULL || now - watch->told < JOB_TOLD)
        return ERR_OK;
    struct buf text = {0};
    buf_printf(&text, "%llu %llu\n", (unsigned long long)done, (unsigned long long)total);
    watch->told = now;
    enum err err = buf_err(&text);
    if (err == ERR_OK)
        err = file_write_plain(watch->path, buf_view(&text), 0600);
    buf_free(&text);
    return err == ERR_MEMORY ? err : ERR_OK; /* a job need not fail for want of a word on it */
}

/* --- one job --- */

struct job_step {
    struct errand *e; /* the runner's */
    struct store_job job;
    struct str from; /* the state it is in */
    uint64_t moved;
    uint64_t keep; /* days */
};

static enum err job_move(struct db_tx *tx, void *ctx)
{
    struct job_step *s = ctx;
    return store_job_move(&s->moved, tx, s->e->office->tenant, &s->job, s->from);
}

static enum err job_next(struct db_tx *tx, void *ctx)
{
    struct job_step *s = ctx;
    const struct store_job_find find = {s->e->office->tenant, STR("waiting"), 0, 1};
    TRY(office_setting_count(&s->keep, s->e, tx, MODEL_SETTING_JOB_KEEP));
    return store_job_oldest(&s->job, s->e->arena, tx, &find);
}

/* Takes the oldest waiting job; s->moved is 0 when there is none, or somebody was faster. */
static enum err job_take(struct job_step *s)
{
    s->moved = 0;
    enum err err = office_read(s->e, "job-next", job_next, s);
    if (err == ERR_MISSING)
        return ERR_OK;
    TRY(err);
    s->from = STR("waiting");
    s->job.state = STR("running");
    s->job.begun_at = s->e->now;
    s->job.tries++;
    return office_write(s->e, "job-take", job_move, s);
}

/* The errand of the one who ordered it, with what he may do now; of what is graded above the
 * clearance with which he ordered it nothing gets into a result that others of that clearance may
 * see (AC7). */
static enum err job_errand(struct errand *e, const struct office_job_kind *kind,
                           const struct store_job *job)
{
    struct office_session *session =
        arena_alloc(e->arena, sizeof *session); /* the scope points in */
    struct office_scope scope = OFFICE_SCOPE_WHOLE;
    e->actor = job->actor;
    e->origin.request = arena_printf(e->arena, "job-%lld", (long long)job->id);
    e->key = e->origin.request;
    e->scope = scope;
    if (e->key.data == NULL || session == NULL)
        return ERR_MEMORY;
    if (job->account == 0)
        return ERR_OK;
    enum err err = office_session_of(session, e, job->account);
    if (err == ERR_OK)
        err = office_session_scope(&scope, e, session, kind->permission);
    if (err == ERR_MISSING || (err == ERR_OK && scope.level == MODEL_SCOPE_NONE))
        return fault_set(&e->fault, ERR_FORBIDDEN,
                         "下达任务的账号已停用，或者不再有“%s”的权限，没有执行", kind->text);
    TRY(err);
    if (scope.clearance > (enum model_grade)job->clearance)
        scope.clearance = (enum model_grade)job->clearance;
    office_session_act(e, session, &scope);
    return ERR_OK;
}

static enum err job_call(struct office_job_run *run, const struct office_job_kind *kind)
{
    json_t *args = NULL;
    struct errand *e = run->e;
    TRY(job_errand(e, kind, run->job));
    TRY(json_parse_sized(&args, run->job->args, OFFICE_JOB_BYTES, &e->fault));
    run->args = args;
    unlink(run->path);
    enum err err = kind->run(run);
    json_decref(args);
    return err;
}

/* What the row says afterwards. */
static void job_settle(struct job_step *s, const struct office_job_run *run, enum err err)
{
    struct store_job *job = &s->job;
    uint64_t bytes = 0;
    bool stopped = err == ERR_STOPPED;
    office_job_watch_read(job, s->e);
    job->state = stopped ? STR("waiting") : err == ERR_OK ? STR("done") : STR("failed");
    job->ended_at = stopped ? 0 : time_now();
    job->tries -= stopped;
    job->words = stopped ? STR("") : err == ERR_OK ? run->words : str_of(run->e->fault.text);
    if (job->words.len == 0 && err != ERR_OK && !stopped)
        job->words = str_of(err_zh(err));
    job->outcome = err == ERR_OK ? run->outcome : STR("");
    bool result = err == ERR_OK && run->download.len > 0 && file_size(&bytes, run->path) == ERR_OK;
    if (!result) {
        unlink(run->path);
        return;
    }
    job->file = str_of(strrchr(run->path, '/') + 1);
    job->download = run->download;
    job->bytes = (int64_t)bytes;
    job->until = time_now() + (int64_t)s->keep * TIME_DAY;
}

static void job_log(const struct job_step *s, enum err err)
{
    const struct store_job *job = &s->job;
    log_event(s->e->office->log, err == ERR_OK ? LOG_INFO : LOG_WARN, "job",
              LOG_PAIRS(log_int("job", job->id), log_str("kind", job->kind),
                        log_str("state", job->state), log_err(err),
                        log_int("us", time_now() - job->begun_at)));
}

/* Writes what a job came to. Where the disk is full or the database away it waits for it: nobody
 * else looks after a job that seems to run, and another one could not be taken anyway. After a sync
 * that failed nothing is written any more before the next start, which takes the job up again. */
static enum err job_end(struct job_step *s, const _Atomic bool *stop)
{
    struct errand *e = s->e;
    s->from = STR("running");
    enum err err = office_write(e, "job-end", job_move, s);
    if (err != ERR_OK)
        log_event(e->office->log, LOG_ERROR, "job-end",
                  LOG_PAIRS(log_int("job", s->job.id), log_err(err),
                            log_str("words", str_of(e->fault.text))));
    while (err != ERR_OK && err != ERR_INPUT && err != ERR_SYNC && stop != NULL && !*stop) {
        usleep(JOB_PAUSE_MS * 1000);
        e->fault = (struct fault){0};
        err = office_write(e, "job-end", job_move, s);
    }
    return err;
}

/* Runs the job that was taken and moves it on. */
static enum err job_do(struct job_step *s, const _Atomic bool *stop)
{
    struct arena arena = {0};
    struct errand mine = {.office = s->e->office, .arena = &arena, .now = time_now()};
    struct office_job_watch watch = {office_job_file(s->e, s->job.id, ".progress"), stop, 0};
    struct office_job_run run = {.e = &mine,
                                 .job = &s->job,
                                 .path = office_job_file(s->e, s->job.id, ".out"),
                                 .watch = &watch};
    const struct office_job_kind *kind = office_job_kind(s->job.kind);
    enum err err = run.path == NULL || watch.path == NULL ? ERR_IO : ERR_OK;
    if (err == ERR_OK && kind == NULL)
        err = fault_set(&mine.fault, ERR_UNSUPPORTED, "这个版本的程序不会做这种任务");
    if (err == ERR_OK)
        err = job_call(&run, kind);
    if (run.path != NULL)
        job_settle(s, &run, err);
    enum err moved = job_end(s, stop);
    if (watch.path != NULL)
        unlink(watch.path);
    job_log(s, err);
    arena_free(&arena);
    return moved;
}

enum err office_job_step(bool *did, struct errand *e, const _Atomic bool *stop)
{
    struct job_step s = {.e = e};
    *did = false;
    TRY(job_take(&s));
    if (s.moved == 0)
        return ERR_OK;
    *did = true;
    return job_do(&s, stop);
}

/* --- after a crash --- */

struct job_recovery {
    struct errand *e;
    struct store_job *rows;
    size_t found;
};

static enum err job_recovery(struct db_tx *tx, void *ctx)
{
    struct job_recovery *r = ctx;
    struct errand *e = r->e;
    const struct store_job_find find = {e->office->tenant, STR("running"), 0, 1000};
    TRY(store_job_newest(&r->rows, &r->found, e->arena, tx, &find));
    for (size_t i = 0; i < r->found; i++) {
        struct store_job *rows = r->rows;
        bool again = rows[i].tries < JOB_TRIES;
        uint64_t changed = 0;
        rows[i].state = again ? STR("waiting") : STR("broken");
        rows[i].ended_at = again ? 0 : e->now;
        rows[i].words = again ? STR("") : STR("服务器几次在执行中停止，任务已中断，请重新办理");
        TRY(store_job_move(&changed, tx, e->office->tenant, &rows[i], STR("running")));
    }
    return ERR_OK;
}

/* Half a result of each, and its progress. */
static enum err job_recovery_files(const struct job_recovery *r)
{
    for (size_t i = 0; i < r->found; i++) {
        const char *result = office_job_file(r->e, r->rows[i].id, ".out");
        const char *progress = office_job_file(r->e, r->rows[i].id, ".progress");
        if (result == NULL || progress == NULL)
            return ERR_MEMORY;
        unlink(result);
        unlink(progress);
    }
    return ERR_OK;
}

enum err office_job_recover(uint64_t *found, struct errand *e)
{
    struct job_recovery r = {.e = e};
    TRY(office_write(e, "job-recover", job_recovery, &r));
    *found = r.found;
    return job_recovery_files(&r);
}

/* --- old files --- */

struct job_stale {
    struct errand *e;
    struct store_job *rows;
    size_t count;
};

static enum err job_stale(struct db_tx *tx, void *ctx)
{
    struct job_stale *s = ctx;
    return store_job_stale(&s->rows, &s->count, s->e->arena, tx, s->e->office->tenant, s->e->now);
}

static enum err job_stale_gone(struct db_tx *tx, void *ctx)
{
    struct job_stale *s = ctx;
    for (size_t i = 0; i < s->count; i++) {
        uint64_t changed = 0;
        s->rows[i].file = STR("");
        TRY(store_job_move(&changed, tx, s->e->office->tenant, &s->rows[i], s->rows[i].state));
    }
    return ERR_OK;
}

/* Files first: a row that still names a file is found again. */
enum err office_job_sweep(uint64_t *removed, struct errand *e)
{
    struct job_stale s = {.e = e};
    const char *dir = office_path(e->arena, e->office, "jobs");
    TRY(office_read(e, "job-stale", job_stale, &s));
    for (size_t i = 0; i < s.count; i++) {
        const char *name = arena_cstr(e->arena, s.rows[i].file);
        const char *path = name != NULL ? office_job_path(e, name) : NULL;
        if (path == NULL)
            return ERR_MEMORY;
        unlink(path);
    }
    if (dir != NULL)
        (void)vault_litter_remove(dir, ".tmp-", JOB_LITTER);
    *removed = s.count;
    return s.count > 0 ? office_write(e, "job-sweep", job_stale_gone, &s) : ERR_OK;
}

/* --- the threads --- */

struct office_runner {
    const struct office *office;
    pthread_t threads[JOB_THREADS];
    size_t count;
    _Atomic bool stop;
    _Atomic bool ready; /* the lock is held and what was left is settled */
    int lock;
    int64_t swept;
};

static void runner_pause(void)
{
    usleep(JOB_PAUSE_MS * 1000);
}

static void runner_complain(const struct office_runner *r, const struct errand *e, enum err err)
{
    log_event(r->office->log, LOG_ERROR, "job-runner",
              LOG_PAIRS(log_err(err), log_str("words", str_of(e->fault.text))));
}

/* The first thread alone: the lock, what was left, and now and then the old files. */
static enum err runner_keep(struct office_runner *r, struct errand *e)
{
    uint64_t count = 0;
    if (!r->ready) {
        if (flock(r->lock, LOCK_EX | LOCK_NB) != 0)
            return ERR_OK;
        TRY(office_job_recover(&count, e));
        r->ready = true;
    }
    if (e->now - r->swept < JOB_SWEEP_SECONDS * TIME_SECOND)
        return ERR_OK;
    r->swept = e->now;
    TRY(office_upload_sweep(&count, e));
    return office_job_sweep(&count, e);
}

/* One round of a thread; *did says that there may be more. */
static enum err runner_round(struct office_runner *r, bool first, bool *did)
{
    struct arena arena = {0};
    struct errand e = {
        .office = r->office, .arena = &arena, .actor = STR("serve"), .now = time_now()};
    enum err err = first ? runner_keep(r, &e) : ERR_OK;
    if (err == ERR_OK && r->ready)
        err = office_job_step(did, &e, &r->stop);
    if (err != ERR_OK)
        runner_complain(r, &e, err);
    arena_free(&arena);
    return err;
}

static void runner_main(struct office_runner *r, bool first)
{
    nice_step_back(NICE_BACKGROUND);
    while (!r->stop) {
        bool did = false;
        enum err err = runner_round(r, first, &did);
        for (int i = 0; err != ERR_OK && i < 10 && !r->stop; i++)
            runner_pause();
        if (!did)
            runner_pause();
    }
}

static void *runner_first(void *ctx)
{
    runner_main(ctx, true);
    return NULL;
}

static void *runner_other(void *ctx)
{
    runner_main(ctx, false);
    return NULL;
}

static enum err runner_lock(struct office_runner *r)
{
    struct arena arena = {0};
    struct errand e = {.office = r->office, .arena = &arena};
    const char *path = office_job_path(&e, "lock");
    r->lock = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    arena_free(&arena);
    return r->lock >= 0 ? ERR_OK : ERR_IO;
}

enum err office_runner_start(struct office_runner **out, const struct office *office)
{
    struct office_runner *r = calloc(1, sizeof *r);
    if (r == NULL)
        return ERR_MEMORY;
    r->office = office;
    enum err err = runner_lock(r);
    for (size_t i = 0; i < JOB_THREADS && err == ERR_OK; i++) {
        bool made =
            pthread_create(&r->threads[i], NULL, i == 0 ? runner_first : runner_other, r) == 0;
        err = made ? ERR_OK : ERR_MEMORY;
        r->count += made;
    }
    if (err != ERR_OK) {
        office_runner_stop(r);
        return err;
    }
    *out = r;
    return ERR_OK;
}

void office_runner_stop(struct office_runner *r)
{
    if (r == NULL)
        return;
    r->stop = true;
    for (size_t i = 0; i < r->count; i++)
        pthread_join(r->threads[i], NULL);
    if (r->lock >= 0)
        close(r->lock);
    free(r);
}
