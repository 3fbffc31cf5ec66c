/* The doors of the database: opening, transactions with their bounded repetition, and the small
 * functions that hand a call to the driver.
 *
 * Invariants: nothing that work does to the database outlives a failure; a transaction in which a
 * statement failed for good is never committed, even if work says ERR_OK; a commit whose outcome is
 * unknown is never repeated. */
#include "db/driver.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Repetitions after a conflict, and the wait of a write for another process. */
enum { DB_RETRIES = 8, DB_WAIT_MS = 10000 };

/* Everything a process knows of one database. The pool serves readers on SQLite, and readers and
 * writers on PostgreSQL. */
struct db {
    struct db_source source;
    struct db_pool pool;
    struct db_writer *writer; /* NULL if readonly or many may write */
    struct db_counts counts;
    db_watch *watch;
    void *watch_ctx;
    char guard_user[64]; /* what db_guarded tells */
    char guard_role[64];
    char guard_why[256];
};

/* The first failure stays: what follows it is mostly its consequence. */
enum err db_tx_fail(struct db_tx *tx, enum err err)
{
    if (err != ERR_OK && err != ERR_END && err != ERR_DUPLICATE && err != ERR_INPUT)
        tx->failed = tx->failed != ERR_OK ? tx->failed : err;
    return err;
}

void db_tx_reset(struct db_tx *tx, bool writable)
{
    tx->open = NULL;
    tx->bulk = NULL;
    tx->reach = NULL;
    tx->writable = writable;
    tx->retry = false;
    tx->failed = ERR_OK;
    tx->message[0] = '\0';
}

/* Work that returns early by TRY need not close its queries; no statement is left running when the
 * transaction ends, which on SQLite would keep the log from being copied back. */
void db_tx_sweep(struct db_tx *tx)
{
    while (tx->open != NULL)
        db_done(tx->open);
    enum err err = tx->bulk != NULL ? db_bulk_close(tx->bulk) : ERR_OK;
    tx->failed = tx->failed != ERR_OK ? tx->failed : err;
}

/* Work may overlook a failure, the transaction may not. */
void db_job_run(struct db_job *job, struct db_tx *tx)
{
    job->tries++;
    if (job->fault != NULL)
        *job->fault = (struct fault){0};
    job->err = job->work(tx, job->ctx);
    db_tx_sweep(tx);
    if (job->err == ERR_OK && tx->failed != ERR_OK)
        job->err = tx->failed;
    if (job->err != ERR_OK)
        snprintf(job->message, sizeof job->message, "%.255s", tx->message);
}

void db_job_fail(struct db_job *job, const struct db_tx *tx, enum err err)
{
    job->err = err;
    snprintf(job->message, sizeof job->message, "%.255s", tx->message);
}

/* Finds the driver by the scheme of url and keeps the rest of it. */
static enum err source_set(struct db_source *source, struct str url)
{
    static const char *const schemes[] = {"postgresql://", "postgres://"};
    if (str_starts(url, STR("sqlite:"))) {
        source->driver = &db_sqlite_driver;
        url = str_sub(url, 7, url.len - 7);
    }
    for (size_t i = 0; i < 2; i++)
        if (str_starts(url, str_of(schemes[i])))
            source->driver = &db_postgres_driver;
    if (source->driver == NULL || str_empty(url) || memchr(url.data, '\0', url.len) != NULL)
        return ERR_CONFIG;
    source->address = strndup(url.data, url.len);
    return source->address != NULL ? ERR_OK : ERR_MEMORY;
}

/* The first connection: the writer's, or one for the pool that shows whether it can be opened. */
static enum err db_connect(struct db *db, struct fault *fault)
{
    const struct db_driver *driver = db->source.driver;
    struct db_tx *tx = NULL;
    if (!driver->one_writer || db->source.readonly) {
        TRY(db_pool_take(&tx, &db->pool, fault));
        db_pool_give(&db->pool, tx);
        return ERR_OK;
    }
    TRY(driver->open(&tx, &db->source, true, fault));
    enum err err = db_writer_start(&db->writer, tx, &db->counts);
    if (err != ERR_OK)
        driver->close(tx);
    return err;
}

/* Connects at once, so that a wrong address is told here and not at the first request. */
enum err db_open(struct db **out, struct str url, bool readonly, struct fault *fault)
{
    *out = NULL;
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL)
        return fault_set(fault, ERR_MEMORY, "%s", err_zh(ERR_MEMORY));
    enum err err = source_set(&db->source, url);
    if (err != ERR_OK) {
        free(db);
        return fault_set(fault, err,
                         "数据库地址无法识别：应为 sqlite:文件路径 或 postgresql://主机/库名");
    }
    db->source.readonly = readonly;
    atomic_init(&db->source.wait_ms, DB_WAIT_MS);
    db_pool_init(&db->pool, &db->source);
    err = db_connect(db, fault);
    if (err != ERR_OK) {
        db_close(db);
        return err;
    }
    *out = db;
    return ERR_OK;
}

/* The writer goes last: the connection that closes last copies SQLite's log back. */
void db_close(struct db *db)
{
    if (db == NULL)
        return;
    db_pool_free(&db->pool);
    db_writer_stop(db->writer);
    free(db->source.address);
    free(db);
}

void db_wait_set(struct db *db, unsigned milliseconds)
{
    atomic_store(&db->source.wait_ms, milliseconds);
}

enum err db_linger(struct db *db, unsigned milliseconds)
{
    return db_linger_start(&db->pool, milliseconds);
}

void db_watch_set(struct db *db, db_watch *watch, void *ctx)
{
    db->watch = watch;
    db->watch_ctx = ctx;
}

void db_stats_get(struct db_stats *out, struct db *db)
{
    out->works = atomic_load(&db->counts.works);
    out->commits = atomic_load(&db->counts.commits);
    out->retries = atomic_load(&db->counts.retries);
}

bool db_local(const struct db *db)
{
    return db->source.driver->one_writer;
}

bool db_busy(const struct db *db)
{
    return db->writer != NULL && db_writer_busy(db->writer);
}

const char *db_dialect(const struct db *db)
{
    return db->source.driver->dialect;
}

bool db_readonly(const struct db *db)
{
    return db->source.readonly;
}

/* Tells the watch and, unless work or the driver found words already, the person. */
static enum err job_report(struct db *db, const struct db_job *job)
{
    struct db_event event = {job->name, job->err, job->tries, job->message};
    struct fault *fault = job->fault;
    if (db->watch != NULL)
        db->watch(db->watch_ctx, &event);
    if (job->err == ERR_OK || fault == NULL || fault->text[0] != '\0')
        return job->err;
    if (job->err == ERR_BUSY)
        return fault_set(fault, ERR_BUSY,
                         "数据库正被其他操作占用，本次操作未执行，数据没有改变，请稍后重试");
    return fault_set(fault, job->err, "%s", err_zh(job->err));
}

/* Sleeps a random while that grows with the number of tries: up to 2, 4, ... 256 ms. */
static void job_back_off(unsigned tries)
{
    uint32_t dice = 0;
    if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) != (ssize_t)sizeof dice)
        dice = tries * 2654435761u;
    long micros = (long)(dice % ((1000u << (tries < 8 ? tries : 8))));
    struct timespec pause = {0, micros * 1000};
    nanosleep(&pause, NULL);
}

/* Ends the transaction as the job's outcome wants it. */
static void job_end(struct db_job *job, struct db_tx *tx, const struct db *db)
{
    enum err err = job->err;
    if (err == ERR_OK && job->writes)
        err = tx->driver->step(tx, DB_COMMIT);
    else if (err == ERR_OK)
        db_linger_leave(tx, &db->pool);
    else
        (void)tx->driver->step(tx, DB_ROLLBACK);
    if (job->err != ERR_OK || err == ERR_OK)
        return;
    db_job_fail(job, tx, err);
    if (tx->lost && !tx->retry)
        fault_set(
            job->fault, err,
            "提交时与数据库的连接中断，结果未知：请先查询本次操作是否已经生效，再决定是否重做");
}

/* Once through on a connection of the pool. True when it is worth another try. */
static bool job_try(struct db_job *job, struct db *db)
{
    struct db_tx *tx = NULL;
    job->err = db_pool_take(&tx, &db->pool, job->fault);
    if (job->err != ERR_OK)
        return false;
    db_tx_reset(tx, job->writes);
    tx->reach = db->source.guarded == DB_GUARD_ON ? job->reach : NULL;
    enum err err =
        job->writes ? tx->driver->step(tx, DB_BEGIN_WRITE) : db_linger_begin(tx, &db->pool);
    if (err == ERR_OK) {
        db_job_run(job, tx);
        job_end(job, tx, db);
    } else {
        job->tries++;
        db_job_fail(job, tx, err);
    }
    bool again = tx->retry && job->err != ERR_OK;
    tx->reach = NULL; /* the caller's */
    db_pool_give(&db->pool, tx);
    return again;
}

static enum err job_pooled(struct db_job *job, struct db *db)
{
    while (job_try(job, db) && job->tries <= DB_RETRIES) {
        atomic_fetch_add(&db->counts.retries, 1);
        job_back_off(job->tries);
    }
    if (job->err == ERR_OK && job->writes) {
        atomic_fetch_add(&db->counts.works, 1);
        atomic_fetch_add(&db->counts.commits, 1);
    }
    return job_report(db, job);
}

/* Two ways: through the writer's queue, or on a connection of the pool with repetition. */
enum err db_transact(struct db *db, const char *name, db_work *work, void *ctx, struct fault *fault)
{
    struct db_job job = {.name = name, .work = work, .ctx = ctx, .fault = fault, .writes = true};
    if (db->source.readonly) {
        job.err = ERR_READONLY;
        return job_report(db, &job);
    }
    if (db->writer == NULL)
        return job_pooled(&job, db);
    db_writer_do(db->writer, &job);
    return job_report(db, &job);
}

enum err db_read(struct db *db, const char *name, db_work *work, void *ctx, struct fault *fault)
{
    struct db_job job = {.name = name, .work = work, .ctx = ctx, .fault = fault};
    return job_pooled(&job, db);
}

enum err db_read_within(struct db *db, const char *name, const struct db_reach *reach,
                        db_work *work, void *ctx, struct fault *fault)
{
    struct db_job job = {.name = name, .work = work, .ctx = ctx, .fault = fault, .reach = reach};
    return job_pooled(&job, db);
}

/* On a connection of its own: what it needs beside a transaction may fail on its own. */
enum err db_guard(struct db *db, const struct db_guard *list, size_t count, struct fault *fault)
{
    struct db_tx *tx = NULL;
    struct db_guard_told told = {"", "", ""};
    if (db->source.driver->guard == NULL)
        return ERR_OK;
    TRY(db_pool_take(&tx, &db->pool, fault));
    db_tx_reset(tx, !db->source.readonly);
    db->source.guarded = tx->driver->guard(&told, tx, list, count, !db->source.readonly);
    snprintf(db->guard_user, sizeof db->guard_user, "%s", told.user);
    snprintf(db->guard_role, sizeof db->guard_role, "%s", told.role);
    snprintf(db->guard_why, sizeof db->guard_why, "%.*s", (int)strcspn(tx->message, "\n"),
             db->source.guarded == DB_GUARD_ON ? "" : tx->message);
    db_pool_give(&db->pool, tx);
    return ERR_OK;
}

enum db_guarded db_guarded(struct db_guard_told *out, const struct db *db)
{
    *out = (struct db_guard_told){db->guard_user, db->guard_role, db->guard_why};
    return db->source.guarded;
}

/* On a connection of its own, outside of a transaction: both databases check what is committed. */
enum err db_check(struct db *db, struct fault *fault)
{
    struct db_tx *tx = NULL;
    TRY(db_pool_take(&tx, &db->pool, fault));
    db_linger_end(tx);
    db_tx_reset(tx, false);
    enum err err = tx->driver->check(tx, fault);
    db_pool_give(&db->pool, tx);
    return err;
}

const char *db_message(struct db_tx *tx)
{
    return tx->message;
}

/* Refuses text that PostgreSQL would refuse: bytes that are not UTF-8, and NUL. */
static enum err text_check(struct db_tx *tx, const struct db_value *value, size_t number)
{
    if (value->kind != DB_TEXT || value->bytes.len == 0)
        return ERR_OK;
    bool valid = utf8_valid(value->bytes);
    if (valid && memchr(value->bytes.data, '\0', value->bytes.len) == NULL)
        return ERR_OK;
    snprintf(tx->message, sizeof tx->message, "%s in parameter %zu", valid ? "NUL" : "not UTF-8",
             number);
    return valid ? ERR_INPUT : ERR_UTF8;
}

/* Nothing runs after a failure, nor what one of the databases would not take. */
static enum err call_check(struct db_tx *tx, const struct db_value *args, size_t count)
{
    TRY(tx->failed);
    for (size_t i = 0; i < count; i++)
        TRY(text_check(tx, &args[i], i + 1));
    return ERR_OK;
}

/* PostgreSQL takes nothing but rows during a COPY, so neither does SQLite. */
static enum err bulk_absent(struct db_tx *tx)
{
    if (tx->bulk == NULL)
        return ERR_OK;
    snprintf(tx->message, sizeof tx->message, "a bulk load is running");
    return ERR_STATE;
}

/* The checks common to both databases stand here, before the driver sees the call. */
enum err db_run(struct db_tx *tx, uint64_t *changed, const char *sql, const struct db_value *args,
                size_t count)
{
    struct db_call call = {sql, args, count};
    uint64_t ignored = 0;
    TRY(bulk_absent(tx));
    TRY(call_check(tx, args, count));
    if (!tx->writable)
        return db_tx_fail(tx, ERR_READONLY);
    changed = changed != NULL ? changed : &ignored;
    *changed = 0;
    return db_tx_fail(tx, tx->driver->run(changed, tx, &call));
}

/* A duplicate after an update that found nothing is either a row that this snapshot cannot see yet
 * or another unique key. The first heals when the work is run again, so that is tried; the second
 * stays ERR_DUPLICATE. */
enum err db_upsert(struct db_tx *tx, const char *update, const char *insert,
                   const struct db_value *args, size_t count)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, update, args, count));
    if (changed > 0)
        return ERR_OK;
    enum err err = db_run(tx, NULL, insert, args, count);
    if (err != ERR_DUPLICATE)
        return err;
    TRY(db_run(tx, &changed, update, args, count));
    if (changed > 0)
        return ERR_OK;
    tx->retry = !tx->driver->one_writer;
    return ERR_DUPLICATE;
}

/* Starts a query and lists it as open, so that db_tx_sweep finds it. */
static enum err rows_open(struct db_rows **out, struct db_tx *tx, const struct db_call *call,
                          bool stream)
{
    *out = NULL;
    TRY(bulk_absent(tx));
    TRY(call_check(tx, call->args, call->count));
    TRY(db_tx_fail(tx, tx->driver->query(out, tx, call, stream)));
    (*out)->tx = tx;
    (*out)->next = tx->open;
    tx->open = *out;
    return ERR_OK;
}

enum err db_query(struct db_rows **out, struct db_tx *tx, const char *sql,
                  const struct db_value *args, size_t count)
{
    struct db_call call = {sql, args, count};
    return rows_open(out, tx, &call, false);
}

enum err db_stream(struct db_rows **out, struct db_tx *tx, const char *sql,
                   const struct db_value *args, size_t count)
{
    struct db_call call = {sql, args, count};
    return rows_open(out, tx, &call, true);
}

enum err db_next(struct db_rows *rows)
{
    return db_tx_fail(rows->tx, rows->tx->driver->next(rows));
}

int64_t db_col_int(struct db_rows *rows, int col)
{
    return rows->tx->driver->col_int(rows, col);
}

struct str db_col_text(struct db_rows *rows, int col)
{
    return rows->tx->driver->col_text(rows, col);
}

bool db_col_null(struct db_rows *rows, int col)
{
    return rows->tx->driver->col_null(rows, col);
}

void db_done(struct db_rows *rows)
{
    if (rows == NULL)
        return;
    struct db_rows **link = &rows->tx->open;
    while (*link != NULL && *link != rows)
        link = &(*link)->next;
    if (*link != NULL)
        *link = rows->next;
    rows->tx->driver->done(rows);
}

enum err db_bulk_open(struct db_bulk **out, struct db_tx *tx, const char *table,
                      const char *columns)
{
    *out = NULL;
    TRY(bulk_absent(tx));
    TRY(call_check(tx, NULL, 0));
    if (!tx->writable)
        return db_tx_fail(tx, ERR_READONLY);
    TRY(db_tx_fail(tx, tx->driver->bulk_open(out, tx, table, columns)));
    (*out)->tx = tx;
    tx->bulk = *out;
    return ERR_OK;
}

/* The first failure is kept: the caller may leave his loop and hear it from db_bulk_close. */
enum err db_bulk_add(struct db_bulk *bulk, const struct db_value *row, size_t count)
{
    if (bulk->failed != ERR_OK)
        return bulk->failed;
    bulk->failed = call_check(bulk->tx, row, count);
    if (bulk->failed == ERR_OK)
        bulk->failed = bulk->tx->driver->bulk_add(bulk, row, count);
    return bulk->failed;
}

/* A load is all or nothing: after a broken one the transaction holds half of it and must not be
 * committed. */
enum err db_bulk_close(struct db_bulk *bulk)
{
    struct db_tx *tx = bulk->tx;
    enum err failed = bulk->failed;
    enum err err = tx->driver->bulk_close(bulk);
    tx->bulk = NULL;
    err = failed != ERR_OK ? failed : err;
    if (err != ERR_OK && tx->failed == ERR_OK)
        tx->failed = err;
    return err;
}
