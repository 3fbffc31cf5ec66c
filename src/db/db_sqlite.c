/* SQLite behind the driver table.
 *
 * Settings and why: WAL and synchronous=FULL (150 power cuts lost nothing; NORMAL lost acknowledged
 * work); foreign_keys; secure_delete (deleted personal data leave no trace); cell_size_check,
 * trusted_schema=OFF, defensive mode and no double-quoted strings (a damaged or forged file harms
 * less, and SQL that PostgreSQL would refuse is refused here too).
 *
 * SQLite's own automatic checkpoint hides a failed sync, so it is off: tidy does it after a commit,
 * on the writer, and hands ERR_SYNC up. A connection that saw a failed sync doesn't checkpoint when
 * it is closed either.
 *
 * Invariant: every statement is reset and its parameters cleared before the call or the query that
 * used it ends, since parameters are bound without a copy where the call outlives them. */
#include "db/driver.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* Pages in the log after which it is copied back, as SQLite's own default has it; tries to switch a
 * file to WAL while another process does the same. */
enum { WAL_PAGES = 1000, OPEN_TRIES = 200 };

/* Beyond four times as many pages readers are waited for: tries and the length of each; most pages
 * until they are waited for again where it was in vain. */
enum { WAL_LONG = 4 * WAL_PAGES, WAL_TRIES = 25, WAL_WAIT_MS = 20, WAL_MORE = 16 * WAL_PAGES };

/* The log's index (https://www.sqlite.org/walformat.html, "The WAL-Index Header"): its header is
 * written twice, 48 bytes each, anew with every commit; parts of the index have 32 KiB. */
enum { WAL_HEAD = 2 * 48 / sizeof(uint64_t), WAL_INDEX_PART = 32 << 10 };

/* One connection: the writer's or a reader's. */
struct sqlite_conn {
    struct db_tx tx; /* first */
    sqlite3 *db;
    struct db_cache cache;
    int wal_pages;
    int wal_due;                   /* length of the log from which on readers are waited for */
    bool tidying;                  /* waiting for them now */
    bool unsynced;                 /* a sync failed */
    volatile const uint64_t *head; /* of the log's index, as all processes have it; NULL: unknown */
    uint64_t seen[WAL_HEAD];       /* the same as this transaction began */
    struct timespec busy_since;
};

struct sqlite_stmt {
    struct db_stmt stmt; /* first */
    sqlite3_stmt *handle;
    size_t params;
    unsigned char map[]; /* argument for each of SQLite's parameters */
};

struct sqlite_rows {
    struct db_rows rows; /* first */
    struct sqlite_stmt *stmt;
    bool ended;
};

struct sqlite_bulk {
    struct db_bulk bulk; /* first */
    struct sqlite_stmt *stmt;
};

/* Most parameters of a statement, so that map's entries fit a byte. */
enum { PARAMS_MAX = 250 };

/* The errno that SQLite noted for a file that failed, 0 if none. */
static int file_errno(sqlite3_file *file)
{
    int number = 0;
    if (file != NULL && file->pMethods != NULL)
        (void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

/* The shared-memory file leaves no errno behind; the folder's file system can still be asked. */
static bool sqlite_disk_full(sqlite3 *db)
{
    struct statvfs st;
    const char *path = sqlite3_db_filename(db, NULL);
    return path != NULL && statvfs(path, &st) == 0 && st.f_bavail == 0;
}

/* An I/O error. SQLite knows ENOSPC but not the other ways of a file not to grow (quota, limit);
 * errno itself is overwritten by the time we get here, so the log and the file are asked. */
static enum err sqlite_io_code(sqlite3 *db, int code)
{
    sqlite3_file *files[2] = {NULL, NULL};
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
        return ERR_SYNC;
    if (code == SQLITE_IOERR_NOMEM)
        return ERR_MEMORY;
    if (code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMMAP)
        return sqlite_disk_full(db) ? ERR_FULL : ERR_IO;
    if (code != SQLITE_IOERR_WRITE && code != SQLITE_IOERR_TRUNCATE)
        return ERR_IO;
    sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &files[0]);
    sqlite3_file_control(db, NULL, SQLITE_FCNTL_FILE_POINTER, &files[1]);
    for (int i = 0; i < 2; i++)
        if (err_errno(file_errno(files[i])) == ERR_FULL)
            return ERR_FULL;
    return ERR_IO;
}

/* A key that is taken is the caller's everyday case; every other constraint says bad input. */
static enum err sqlite_constraint_code(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ERR_DUPLICATE;
    default:
        return ERR_INPUT;
    }
}

/* Our error for an extended result code of db. */
static enum err sqlite_code(sqlite3 *db, int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_CONSTRAINT:
        return sqlite_constraint_code(code);
    case SQLITE_MISMATCH:
        return ERR_INPUT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return ERR_READONLY;
    case SQLITE_IOERR:
        return sqlite_io_code(db, code);
    case SQLITE_CANTOPEN:
        return err_errno(sqlite3_system_errno(db));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_DAMAGED;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    default:
        return ERR_DB;
    }
}

/* Keeps the words of a failure and gives its error. */
static enum err sqlite_fail(struct sqlite_conn *conn, int code)
{
    enum err err = sqlite_code(conn->db, code);
    if (err == ERR_OK)
        return ERR_OK;
    snprintf(conn->tx.message, sizeof conn->tx.message, "sqlite %d: %.400s", code,
             sqlite3_errmsg(conn->db));
    conn->unsynced = conn->unsynced || err == ERR_SYNC;
    return err;
}

/* A failure of the caller's: a statement that cannot be what he meant. */
static enum err sqlite_misuse(struct sqlite_conn *conn, const char *what, const char *sql)
{
    snprintf(conn->tx.message, sizeof conn->tx.message, "%s: %.400s", what, sql);
    return ERR_DB;
}

/* Statements */

static void stmt_free(struct sqlite_stmt *stmt)
{
    if (stmt == NULL)
        return;
    sqlite3_finalize(stmt->handle);
    free(stmt->stmt.sql);
    free(stmt);
}

/* Ends a use of stmt: nothing of the caller's stays bound, and it holds no lock. */
static void stmt_release(struct sqlite_stmt *stmt)
{
    sqlite3_reset(stmt->handle);
    sqlite3_clear_bindings(stmt->handle);
    stmt->stmt.busy = false;
    if (!stmt->stmt.cached)
        stmt_free(stmt);
}

/* Reads which $n each parameter is. False if one is not of that form or a number is left out. */
static bool stmt_map(struct sqlite_stmt *stmt)
{
    bool seen[PARAMS_MAX + 1] = {false};
    for (size_t i = 0; i < stmt->params; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt->handle, (int)i + 1);
        uint64_t number = 0;
        if (name == NULL || name[0] != '$' || str_u64(&number, str_of(name + 1)) != ERR_OK ||
            number < 1 || number > stmt->params)
            return false;
        stmt->map[i] = (unsigned char)(number - 1);
        seen[number] = true;
    }
    for (size_t i = 1; i <= stmt->params; i++)
        if (!seen[i])
            return false;
    return true;
}

/* Wraps a compiled handle, which it takes over also when it fails. */
static enum err stmt_wrap(struct sqlite_stmt **out, struct sqlite_conn *conn, sqlite3_stmt *handle,
                          const char *sql)
{
    size_t params = (size_t)sqlite3_bind_parameter_count(handle);
    struct sqlite_stmt *stmt = calloc(1, sizeof *stmt + params);
    if (stmt == NULL) {
        sqlite3_finalize(handle);
        return ERR_MEMORY;
    }
    stmt->handle = handle;
    stmt->params = params;
    stmt->stmt.hash = db_cache_hash(sql);
    stmt->stmt.sql = strdup(sql);
    enum err err = stmt->stmt.sql == NULL ? ERR_MEMORY : ERR_OK;
    if (err == ERR_OK && (params > PARAMS_MAX || !stmt_map(stmt)))
        err = sqlite_misuse(conn, "parameters are not $1..$n", sql);
    if (err != ERR_OK) {
        stmt_free(stmt);
        return err;
    }
    *out = stmt;
    return ERR_OK;
}

static enum err stmt_compile(struct sqlite_stmt **out, struct sqlite_conn *conn, const char *sql)
{
    sqlite3_stmt *handle = NULL;
    const char *rest = NULL;
    int code = sqlite3_prepare_v3(conn->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, &rest);
    if (code != SQLITE_OK)
        return sqlite_fail(conn, code);
    if (handle == NULL || !str_empty(str_trim(str_of(rest)))) {
        sqlite3_finalize(handle);
        return sqlite_misuse(conn, "not one statement", sql);
    }
    return stmt_wrap(out, conn, handle, sql);
}

/* The statement for sql, from the cache or new, marked busy. Give it to stmt_release. */
static enum err stmt_get(struct sqlite_stmt **out, struct sqlite_conn *conn, const char *sql)
{
    *out = (struct sqlite_stmt *)db_cache_find(&conn->cache, sql);
    if (*out == NULL) {
        struct db_stmt *dropped = NULL;
        TRY(stmt_compile(out, conn, sql));
        db_cache_put(&dropped, &conn->cache, &(*out)->stmt);
        stmt_free((struct sqlite_stmt *)dropped);
    }
    (*out)->stmt.busy = true;
    return ERR_OK;
}

/* Data NULL would bind NULL; an empty text or blob is not NULL. */
static int stmt_bind_one(struct sqlite_stmt *stmt, int index, const struct db_value *value,
                         bool copy)
{
    const char *data = value->bytes.data != NULL ? value->bytes.data : "";
    sqlite3_destructor_type owner = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
    switch (value->kind) {
    case DB_INT:
        return sqlite3_bind_int64(stmt->handle, index, value->number);
    case DB_TEXT:
        return sqlite3_bind_text64(stmt->handle, index, data, value->bytes.len, owner, SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(stmt->handle, index, data, value->bytes.len, owner);
    case DB_NULL:
        break;
    }
    return sqlite3_bind_null(stmt->handle, index);
}

/* Binds args; copy says that the statement outlives them. */
static enum err stmt_bind(struct sqlite_conn *conn, struct sqlite_stmt *stmt,
                          const struct db_call *call, bool copy)
{
    if (call->count != stmt->params)
        return sqlite_misuse(conn, "number of arguments", call->sql);
    for (size_t i = 0; i < stmt->params; i++) {
        int code = stmt_bind_one(stmt, (int)i + 1, &call->args[stmt->map[i]], copy);
        if (code != SQLITE_OK)
            return sqlite_fail(conn, code);
    }
    return ERR_OK;
}

/* Runs a bound statement that gives no rows, and counts what it changed. */
static enum err stmt_step(uint64_t *changed, struct sqlite_conn *conn, struct sqlite_stmt *stmt)
{
    int64_t before = sqlite3_total_changes64(conn->db);
    int code = sqlite3_step(stmt->handle);
    if (code == SQLITE_ROW)
        return sqlite_misuse(conn, "the statement gives rows", stmt->stmt.sql);
    if (code != SQLITE_DONE)
        return sqlite_fail(conn, code);
    if (sqlite3_total_changes64(conn->db) != before)
        *changed = (uint64_t)sqlite3_changes64(conn->db);
    return ERR_OK;
}

/* Parameters are bound without a copy: they outlive the call. */
static enum err sqlite_run(uint64_t *changed, struct db_tx *tx, const struct db_call *call)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    struct sqlite_stmt *stmt = NULL;
    TRY(stmt_get(&stmt, conn, call->sql));
    enum err err = stmt_bind(conn, stmt, call, false);
    if (err == ERR_OK)
        err = stmt_step(changed, conn, stmt);
    stmt_release(stmt);
    return err;
}

/* DDL and the like: prepared once, so not worth a place in the cache. */
static enum err sqlite_exec(struct db_tx *tx, const char *sql)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    struct sqlite_stmt *stmt = NULL;
    uint64_t ignored = 0;
    TRY(stmt_compile(&stmt, conn, sql));
    enum err err = stmt_step(&ignored, conn, stmt);
    stmt_free(stmt);
    return err;
}

/* Rows */

/* Rows are asked for after the call returned, hence parameters are copied. */
static enum err sqlite_query(struct db_rows **out, struct db_tx *tx, const struct db_call *call,
                             bool stream)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    struct sqlite_rows *rows = calloc(1, sizeof *rows);
    (void)stream;
    if (rows == NULL)
        return ERR_MEMORY;
    enum err err = stmt_get(&rows->stmt, conn, call->sql);
    if (err == ERR_OK) {
        err = stmt_bind(conn, rows->stmt, call, true);
        if (err != ERR_OK)
            stmt_release(rows->stmt);
    }
    if (err != ERR_OK) {
        free(rows);
        return err;
    }
    *out = &rows->rows;
    return ERR_OK;
}

/* A finished statement would start again at the next step, hence ended. */
static enum err sqlite_next(struct db_rows *base)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    if (rows->ended)
        return ERR_END;
    int code = sqlite3_step(rows->stmt->handle);
    if (code == SQLITE_ROW)
        return ERR_OK;
    rows->ended = true;
    if (code == SQLITE_DONE)
        return ERR_END;
    return sqlite_fail((struct sqlite_conn *)base->tx, code);
}

static int64_t sqlite_col_int(struct db_rows *base, int col)
{
    return sqlite3_column_int64(((struct sqlite_rows *)base)->stmt->handle, col);
}

/* The length must be asked for after the text: asking for the text may convert it. */
static struct str sqlite_col_text(struct db_rows *base, int col)
{
    sqlite3_stmt *handle = ((struct sqlite_rows *)base)->stmt->handle;
    const void *data = sqlite3_column_type(handle, col) == SQLITE_BLOB
                           ? sqlite3_column_blob(handle, col)
                           : sqlite3_column_text(handle, col);
    size_t len = (size_t)sqlite3_column_bytes(handle, col);
    return data != NULL ? (struct str){data, len} : (struct str){NULL, 0};
}

static bool sqlite_col_null(struct db_rows *base, int col)
{
    return sqlite3_column_type(((struct sqlite_rows *)base)->stmt->handle, col) == SQLITE_NULL;
}

static void sqlite_done(struct db_rows *base)
{
    stmt_release(((struct sqlite_rows *)base)->stmt);
    free(base);
}

/* Bulk load: one prepared insert, bound and stepped for each row. */

/* INSERT INTO table(columns) VALUES ($1,$2,...). */
static enum err bulk_sql(struct buf *sql, const char *table, const char *columns)
{
    buf_printf(sql, "INSERT INTO %s(%s) VALUES (", table, columns);
    int count = 1;
    for (const char *c = columns; *c != '\0'; c++)
        count += *c == ',';
    for (int i = 1; i <= count; i++)
        buf_printf(sql, i == 1 ? "$%d" : ",$%d", i);
    buf_char(sql, ')');
    return buf_err(sql);
}

static enum err sqlite_bulk_open(struct db_bulk **out, struct db_tx *tx, const char *table,
                                 const char *columns)
{
    struct buf sql = {0};
    struct sqlite_bulk *bulk = calloc(1, sizeof *bulk);
    enum err err = bulk != NULL ? bulk_sql(&sql, table, columns) : ERR_MEMORY;
    if (err == ERR_OK)
        err = stmt_get(&bulk->stmt, (struct sqlite_conn *)tx, buf_cstr(&sql));
    buf_free(&sql);
    if (err != ERR_OK) {
        free(bulk);
        return err;
    }
    *out = &bulk->bulk;
    return ERR_OK;
}

/* The row is bound without a copy and released before the call returns. */
static enum err sqlite_bulk_add(struct db_bulk *base, const struct db_value *row, size_t count)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)base->tx;
    struct sqlite_stmt *stmt = ((struct sqlite_bulk *)base)->stmt;
    struct db_call call = {stmt->stmt.sql, row, count};
    TRY(stmt_bind(conn, stmt, &call, false));
    int code = sqlite3_step(stmt->handle);
    enum err err = code == SQLITE_DONE ? ERR_OK : sqlite_fail(conn, code);
    sqlite3_reset(stmt->handle);
    return err;
}

static enum err sqlite_bulk_close(struct db_bulk *base)
{
    stmt_release(((struct sqlite_bulk *)base)->stmt);
    free(base);
    return ERR_OK;
}

/* Transactions */

/* The header may be in the middle of being written, by a commit that nobody was told of yet: no
 * transaction can begin with it as it is then, and it is not equal to what comes of it. */
static void head_get(uint64_t *out, const struct sqlite_conn *conn)
{
    atomic_thread_fence(memory_order_seq_cst);
    for (int i = 0; i < WAL_HEAD; i++)
        out[i] = conn->head[i];
    atomic_thread_fence(memory_order_seq_cst);
}

/* What was seen is from before the transaction's first statement: where it is still there, nothing
 * was committed since. */
static bool sqlite_current(struct db_tx *tx)
{
    const struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    uint64_t head[WAL_HEAD];
    if (conn->head == NULL || sqlite3_get_autocommit(conn->db)) /* SQLite ended it by itself */
        return false;
    head_get(head, conn);
    return memcmp(head, conn->seen, sizeof head) == 0;
}

/* SQLite ends a transaction by itself when the disk is full or fails; rolling back what is gone
 * already is no error. */
static enum err sqlite_step(struct db_tx *tx, enum db_step step)
{
    static const char *const sql[] = {
        [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [DB_BEGIN_READ] = "BEGIN",
        [DB_COMMIT] = "COMMIT",
        [DB_ROLLBACK] = "ROLLBACK",
        [DB_SAVE] = "SAVEPOINT work",
        [DB_RELEASE] = "RELEASE work",
        [DB_REVERT] = "ROLLBACK TO work",
    };
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    struct db_call call = {sql[step], NULL, 0};
    uint64_t ignored = 0;
    if (step == DB_ROLLBACK && sqlite3_get_autocommit(conn->db))
        return ERR_OK;
    if (step == DB_BEGIN_READ && conn->head != NULL)
        head_get(conn->seen, conn);
    enum err err = sqlite_run(&ignored, tx, &call);
    if (step == DB_REVERT && err == ERR_OK)
        err = sqlite_step(tx, DB_RELEASE);
    if (step == DB_ROLLBACK && err != ERR_OK)
        tx->lost = true;
    return err;
}

/* SQLite keeps others out by itself: BEGIN IMMEDIATE holds the only write lock. */
static enum err sqlite_lock_schema(struct db_tx *tx)
{
    (void)tx;
    return ERR_OK;
}

/* Waits until all readers have gone over to the database itself. In many short tries: SQLite waits
 * for a reader's place, which the next ones take who are no longer in the way. */
static int wal_restart(struct sqlite_conn *conn)
{
    int code = SQLITE_BUSY;
    conn->tidying = true;
    for (int i = 0; i < WAL_TRIES && code == SQLITE_BUSY; i++)
        code = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    conn->tidying = false;
    return code;
}

/* Copies the log back once it is long. Only a failed sync matters to the caller; everything else
 * (a reader in the way, no space) is tried again after the next commit. Among many readers there is
 * never a moment without one, and the log would grow for ever; once it is very long they are waited
 * for, so that it begins anew. One that takes longer than that is waited for again when the log has
 * doubled, or is 64 MiB longer. */
static enum err sqlite_tidy(struct db_tx *tx)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    int pages = conn->wal_pages;
    int code = SQLITE_OK;
    if (pages < WAL_PAGES)
        return ERR_OK;
    conn->wal_pages = 0;
    if (pages < conn->wal_due) {
        code = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    } else {
        code = wal_restart(conn);
        conn->wal_due =
            code == SQLITE_OK ? WAL_LONG : pages + (pages < WAL_MORE ? pages : WAL_MORE);
    }
    return sqlite_fail(conn, code) == ERR_SYNC ? ERR_SYNC : ERR_OK;
}

/* SQLite tells the length of the log after each commit. */
static int sqlite_wal_grew(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_conn *conn = ctx;
    (void)db;
    (void)name;
    conn->wal_pages = pages;
    return SQLITE_OK;
}

/* Another process has the lock. SQLite's own handler waits ever longer and so loses to a busy
 * neighbour; short random naps give both the same chance. */
static int sqlite_busy(void *ctx, int count)
{
    struct sqlite_conn *conn = ctx;
    struct timespec now;
    uint32_t dice = 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (count == 0)
        conn->busy_since = now;
    int64_t waited = (now.tv_sec - conn->busy_since.tv_sec) * 1000 +
                     (now.tv_nsec - conn->busy_since.tv_nsec) / 1000000;
    if (waited >= (conn->tidying ? WAL_WAIT_MS : (int64_t)atomic_load(&conn->tx.source->wait_ms)))
        return 0;
    (void)!getrandom(&dice, sizeof dice, GRND_NONBLOCK);
    struct timespec nap = {0, 100000 + (long)(dice % 1900000)};
    nanosleep(&nap, NULL);
    return 1;
}

/* Opening */

/* Makes an empty file that only its owner may read. An existing file is not touched: closing a
 * second descriptor of it would drop the locks this process holds on it. */
static enum err file_make(const char *path, struct fault *fault)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 && close(fd) == 0)
        return ERR_OK;
    if (errno == EEXIST)
        return ERR_OK;
    enum err err = err_errno(errno);
    return fault_set(fault, err, "无法建立数据库文件 %s：%s", path,
                     err == ERR_MISSING ? "文件夹不存在，请先建立" : err_zh(err));
}

/* What the settings must be, for every connection. The cache is small (2 MiB; the writer has 32),
 * and sorts go to unlinked files beyond it: memory is not to grow with the registry. */
static enum err conn_set(struct sqlite_conn *conn)
{
    static const char *const pragmas =
        "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        "PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
        "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-2048;"
        "SELECT count(*) FROM sqlite_schema;";
    sqlite3_extended_result_codes(conn->db, 1);
    sqlite3_busy_handler(conn->db, sqlite_busy, conn);
    sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return sqlite_fail(conn, sqlite3_exec(conn->db, pragmas, NULL, NULL, NULL));
}

/* Receives the mode that the file has now. */
static int mode_take(void *ctx, int count, char **values, char **names)
{
    bool *wal = ctx;
    (void)names;
    *wal = count == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
    return 0;
}

/* Switches the file to WAL. Two processes doing so at once may find it locked in a way that the
 * busy handler is not asked about, hence the loop. */
static enum err conn_set_wal(struct sqlite_conn *conn)
{
    bool wal = false;
    enum err err = ERR_BUSY;
    for (int i = 0; i < OPEN_TRIES && err == ERR_BUSY; i++) {
        if (i > 0)
            nanosleep(&(struct timespec){0, 10000000}, NULL);
        err = sqlite_fail(conn,
                          sqlite3_exec(conn->db, "PRAGMA journal_mode=WAL", mode_take, &wal, NULL));
    }
    if (err == ERR_OK && !wal)
        return ERR_CONFIG;
    sqlite3_exec(conn->db, "PRAGMA cache_size=-32768", NULL, NULL, NULL);
    conn->wal_due = WAL_LONG;
    sqlite3_wal_autocheckpoint(conn->db, 0);
    sqlite3_wal_hook(conn->db, sqlite_wal_grew, conn);
    return err;
}

/* Finds the log's index where SQLite itself has it: opening the file once more, and closing it,
 * would drop the locks this process holds on it. It stays there as long as the connection does. A
 * statement was run before, so that the log is open where there is one. */
static void conn_watch(struct sqlite_conn *conn)
{
    bool wal = false;
    volatile void *at = NULL;
    sqlite3_file *file = NULL;
    sqlite3_exec(conn->db, "PRAGMA journal_mode", mode_take, &wal, NULL);
    if (!wal || sqlite3_file_control(conn->db, NULL, SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
        return;
    if (file->pMethods->iVersion >= 2 && file->pMethods->xShmMap != NULL &&
        file->pMethods->xShmMap(file, 0, WAL_INDEX_PART, 0, &at) == SQLITE_OK)
        conn->head = at;
}

/* What a person can do about a file that does not open. */
static enum err open_explain(enum err err, const char *path, struct fault *fault)
{
    switch (err) {
    case ERR_MISSING:
        if (access(path, F_OK) == 0) /* it is a file beside it that could not be made */
            return fault_set(fault, ERR_READONLY,
                             "数据库 %s 所在的文件夹不可写，没有任何改动，请检查权限或磁盘", path);
        return fault_set(fault, err, "数据库文件 %s 不存在", path);
    case ERR_DAMAGED:
        return fault_set(fault, err,
                         "%s 不是数据库文件，或已损坏；没有改动它，请核对路径或从备份恢复", path);
    case ERR_CONFIG:
        return fault_set(fault, err,
                         "%s 所在的磁盘不支持本程序需要的日志方式（WAL），请放在本地磁盘上", path);
    default:
        return fault_set(fault, err, "无法打开数据库 %s：%s", path, err_zh(err));
    }
}

/* Also for a connection that was never whole. */
static void sqlite_close(struct db_tx *tx)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    for (size_t i = 0; i < DB_CACHE_SLOTS; i++)
        stmt_free((struct sqlite_stmt *)conn->cache.slots[i]);
    if (conn->unsynced)
        sqlite3_db_config(conn->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(conn->db);
    free(conn);
}

/* Nobody asks SQLite how much memory it has, and counting it takes one lock of the whole process
 * for every allocation: with several readers they mostly waited for it. It can be said only before
 * the first connection; from then on it is refused and stays as it was said. */
static void sqlite_settle(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* The file must exist for a reader; a writer makes it. */
static enum err sqlite_open(struct db_tx **out, const struct db_source *source, bool writable,
                            struct fault *fault)
{
    int flags = SQLITE_OPEN_NOMUTEX | (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    if (writable)
        TRY(file_make(source->address, fault));
    struct sqlite_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        return ERR_MEMORY;
    conn->tx.driver = &db_sqlite_driver;
    conn->tx.source = source;
    sqlite_settle();
    enum err err = sqlite_fail(conn, sqlite3_open_v2(source->address, &conn->db, flags, NULL));
    if (err == ERR_OK)
        err = conn_set(conn);
    if (err == ERR_OK && writable)
        err = sqlite3_db_readonly(conn->db, "main") == 0 ? conn_set_wal(conn) : ERR_READONLY;
    if (err == ERR_OK && !writable)
        conn_watch(conn);
    if (err != ERR_OK) {
        sqlite_close(&conn->tx);
        return open_explain(err, source->address, fault);
    }
    *out = &conn->tx;
    return ERR_OK;
}

/* Integrity */

/* The first thing a check found. */
struct check_words {
    char text[300];
    bool bad;
};

/* A row of integrity_check: "ok" or what is broken. */
static int integrity_row(void *ctx, int count, char **values, char **names)
{
    struct check_words *words = ctx;
    (void)names;
    if (count < 1 || values[0] == NULL || strcmp(values[0], "ok") == 0 || words->bad)
        return 0;
    words->bad = true;
    snprintf(words->text, sizeof words->text, "%.200s", values[0]);
    return 0;
}

/* A row of foreign_key_check: table, row, the table it points to. */
static int foreign_row(void *ctx, int count, char **values, char **names)
{
    struct check_words *words = ctx;
    (void)names;
    if (words->bad || count < 3)
        return 0;
    words->bad = true;
    snprintf(words->text, sizeof words->text, "表 %.80s 的第 %.20s 行所指的 %.80s 记录不存在",
             values[0] != NULL ? values[0] : "", values[1] != NULL ? values[1] : "",
             values[2] != NULL ? values[2] : "");
    return 0;
}

/* Reads the whole file; does not keep writers out. */
static enum err sqlite_check(struct db_tx *tx, struct fault *fault)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)tx;
    struct check_words words = {{0}, false};
    enum err err = sqlite_fail(
        conn, sqlite3_exec(conn->db, "PRAGMA integrity_check(1)", integrity_row, &words, NULL));
    if (err == ERR_OK && !words.bad)
        err = sqlite_fail(
            conn, sqlite3_exec(conn->db, "PRAGMA foreign_key_check", foreign_row, &words, NULL));
    if (err != ERR_OK && err != ERR_DAMAGED)
        return fault_set(fault, err, "数据库自检未能完成：%s", err_zh(err));
    if (err == ERR_OK && !words.bad)
        return ERR_OK;
    return fault_set(fault, ERR_DAMAGED, "数据库自检不通过：%s。请停止写入，保留现场并从备份恢复",
                     words.bad ? words.text : tx->message);
}

const struct db_driver db_sqlite_driver = {
    .dialect = "sqlite",
    .one_writer = true,
    .most = 256, /* readers: an open file each; no thread waits for another's */
    .open = sqlite_open,
    .close = sqlite_close,
    .step = sqlite_step,
    .current = sqlite_current,
    .exec = sqlite_exec,
    .run = sqlite_run,
    .query = sqlite_query,
    .next = sqlite_next,
    .col_int = sqlite_col_int,
    .col_text = sqlite_col_text,
    .col_null = sqlite_col_null,
    .done = sqlite_done,
    .bulk_open = sqlite_bulk_open,
    .bulk_add = sqlite_bulk_add,
    .bulk_close = sqlite_bulk_close,
    .lock_schema = sqlite_lock_schema,
    .check = sqlite_check,
    .tidy = sqlite_tidy,
};
