/* The database, whichever it is: SQLite (a county) or PostgreSQL (a province), one SQL text for
 * both within the limits of SQL.md. Parameters are written $1, $2, ... in the order of their first
 * use. Only store/ writes SQL; db/ itself knows just transaction control and its own bookkeeping.
 *
 * SQLite: WAL, synchronous=FULL, foreign_keys on, one writer thread with a FIFO queue and group
 * commit (each piece of work in its own savepoint, one commit for all that waited), readers on
 * other connections in explicit read transactions. PostgreSQL: a small pool of connections; the
 * database must have the collation C and the encoding UTF8, else db_open refuses it. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;
struct db_tx;   /* an open transaction, valid inside the work it is given to, in its thread only */
struct db_rows; /* the rows of one running query */
struct db_bulk; /* a running bulk load */

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BLOB };

struct db_value {
    enum db_kind kind;
    int64_t number;
    struct str bytes; /* borrowed until the call returns */
};

static inline struct db_value db_int(int64_t number)
{
    return (struct db_value){DB_INT, number, {NULL, 0}};
}

/* An absent string (data NULL) is stored as '' and never as NULL. */
static inline struct db_value db_text(struct str text)
{
    return (struct db_value){DB_TEXT, 0, text};
}

static inline struct db_value db_blob(const void *data, size_t len)
{
    return (struct db_value){DB_BLOB, 0, {(const char *)data, len}};
}

static inline struct db_value db_null(void)
{
    return (struct db_value){DB_NULL, 0, {NULL, 0}};
}

/* Parameters of a statement with their count: db_run(tx, NULL, SQL, DB_ARGS(db_int(1))). */
#define DB_ARGS(...)                                                                               \
    (const struct db_value[]){__VA_ARGS__},                                                        \
        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NONE NULL, 0

/* Opens url: "sqlite:/path/to/file" (made if missing unless readonly) or "postgresql://...".
 * A readonly database refuses db_transact with ERR_READONLY. Caller closes. */
MUST enum err db_open(struct db **out, struct str url, bool readonly, struct fault *fault);
/* Waits for work under way, then closes. NULL is allowed. */
void db_close(struct db *db);

/* How long a write waits for another process that writes to the same SQLite file before it is
 * ERR_BUSY, in milliseconds; 10,000 unless told. PostgreSQL waits as the server is set up. */
void db_wait_set(struct db *db, unsigned milliseconds);

/* From now on a read leaves its transaction lingering for the next one, which uses it while nothing
 * was committed in between and so sees what it would see in one of its own; for at most so many
 * milliseconds, twice as long where nobody asks. Beginning and ending is a quarter of what a page
 * that reads little costs. Call it before the database is shared between threads. ERR_MEMORY where
 * no thread can be had. Does nothing on PostgreSQL. */
MUST enum err db_linger(struct db *db, unsigned milliseconds);

/* One finished db_transact or db_read, for the log. */
struct db_event {
    const char *name;
    enum err err;
    unsigned tries;      /* 1 when nothing had to be repeated */
    const char *message; /* the driver's own words of the last failure, "" if none */
};
typedef void db_watch(void *ctx, const struct db_event *event);
/* Has watch called after each transaction, in the thread that asked for it. Set it before the
 * database is shared between threads. */
void db_watch_set(struct db *db, db_watch *watch, void *ctx);

/* Counters since db_open: pieces of work committed, commits made for them (fewer, when several
 * shared one), and repetitions after a conflict. */
struct db_stats {
    uint64_t works;
    uint64_t commits;
    uint64_t retries;
};
void db_stats_get(struct db_stats *out, struct db *db);

/* What is done inside one transaction. It may run more than once and on another thread than the
 * caller's. It must not call db_transact itself (ERR_STATE where that would never end). Rows and
 * bulk loads it leaves open are closed behind it. */
typedef enum err db_work(struct db_tx *tx, void *ctx);

/* The one door for writing: begins, runs work, commits if it returned ERR_OK, else rolls back and
 * returns its error. A busy or serialization failure runs work again, at most 8 times, so work may
 * not keep effects outside the transaction. When this returns ERR_OK the commit is durable.
 * Once data could not be synced to disk every later call is ERR_SYNC until the program is started
 * again. ERR_DB with "结果未知" in fault: the connection broke during the commit, which may or may
 * not have happened. fault is emptied before each try and
 * afterwards holds work's own words, or general ones if it had none. name goes to the watch.
 * Thread-safe. */
MUST enum err db_transact(struct db *db, const char *name, db_work *work, void *ctx,
                          struct fault *fault);
/* A read transaction: one consistent view. Thread-safe. Writing inside it is ERR_READONLY. */
MUST enum err db_read(struct db *db, const char *name, db_work *work, void *ctx,
                      struct fault *fault);

/* How far a reader sees (SECURITY.md AC6). */
struct db_reach {
    struct str departments; /* codes with \x1F between them, none at the ends; empty: none */
    struct str inspector;   /* code of the inspector he is; empty: none */
};

#define DB_WHOLE "/*whole*/ "

/* db_read in which a guarded database (db_guard) itself shows no row beyond reach; elsewhere the
 * same as db_read. A statement that begins with DB_WHOLE is shown all. The texts are borrowed until
 * the call returns. */
MUST enum err db_read_within(struct db *db, const char *name, const struct db_reach *reach,
                             db_work *work, void *ctx, struct fault *fault);

/* Runs a statement without rows. *changed (may be NULL) gets the number of rows it touched.
 * A unique violation is ERR_DUPLICATE, a failed CHECK, NOT NULL or foreign key ERR_INPUT; either
 * leaves the transaction usable (on PostgreSQL each db_run stands in a savepoint of its own, sent
 * in one round trip). After any other error the transaction cannot be committed any more. Foreign
 * keys may not be DEFERRABLE: a commit that fails would fail for its whole group.
 * Text with a NUL byte is ERR_INPUT, text that is not UTF-8 ERR_UTF8, before anything runs. Every
 * $n up to count must occur in the statement. */
MUST enum err db_run(struct db_tx *tx, uint64_t *changed, const char *sql,
                     const struct db_value *args, size_t count);
/* Runs update; if it touched no row runs insert, and if another row was there first, update again.
 * Both statements use the same args, all of them. */
MUST enum err db_upsert(struct db_tx *tx, const char *update, const char *insert,
                        const struct db_value *args, size_t count);
/* Starts a query whose answer is known to be small: on PostgreSQL all rows are fetched at once, in
 * one round trip. *out is to be given to db_done, also after an error from db_next. Other
 * statements may run while it is open. On SQLite the same as db_stream. *out is NULL on error. */
MUST enum err db_query(struct db_rows **out, struct db_tx *tx, const char *sql,
                       const struct db_value *args, size_t count);
/* The same for answers without a bound (whole registries): memory does not grow with the number of
 * rows. PostgreSQL: a cursor, 1,000 rows at a time, hence two round trips more. */
MUST enum err db_stream(struct db_rows **out, struct db_tx *tx, const char *sql,
                        const struct db_value *args, size_t count);
/* Next row: ERR_OK, or ERR_END after the last. */
MUST enum err db_next(struct db_rows *rows);
/* Columns of the present row, from 0. Text stays valid until the next db_next or db_done. A column
 * that does not exist reads as NULL; NULL reads as 0. */
int64_t db_col_int(struct db_rows *rows, int col);
struct str db_col_text(struct db_rows *rows, int col); /* also blobs; NULL gives an empty slice */
bool db_col_null(struct db_rows *rows, int col);
/* Ends the query. NULL is allowed. */
void db_done(struct db_rows *rows);
/* What db_query could not tell in an enum: the driver's own message of the last failure in tx. For
 * the log only, never for people. */
const char *db_message(struct db_tx *tx);

/* Bulk load into table(columns, comma-separated): prepared batches on SQLite, COPY on PostgreSQL.
 * No other statement may run in tx until it is closed. A constraint broken by any row fails the
 * whole load at db_bulk_close at the latest, and its transaction with it. */
MUST enum err db_bulk_open(struct db_bulk **out, struct db_tx *tx, const char *table,
                           const char *columns);
MUST enum err db_bulk_add(struct db_bulk *bulk, const struct db_value *row, size_t count);
/* Ends the load (also after an error) and frees it. */
MUST enum err db_bulk_close(struct db_bulk *bulk);

/* One numbered migration; sql holds several statements separated by ";\n". Both databases read the
 * same text: on PostgreSQL the words INTEGER and BLOB (capitals, outside of quotes and comments)
 * are read as BIGINT and bytea, since SQLite's INTEGER has 64 bits; nothing else is changed. */
struct db_migration {
    int number;
    const char *name;
    const char *sql;
};

/* Applies what is missing, in order, each in a transaction of its own; processes that start at once
 * wait for each other. The table schema_migration holds number, name, digest (SHA-256 of sql in
 * hex) and applied_at (microseconds UTC). list is ordered by number, from 1 up. Refuses (ERR_STATE)
 * a database that is newer than the list or whose recorded digest of an applied migration differs.
 */
MUST enum err db_migrate(struct db *db, const struct db_migration *list, size_t count,
                         struct fault *fault);

/* The role as which PostgreSQL runs db_read_within, as an expression of SQL; it may not log in.
 * Roles are the whole cluster's, so each user of databases has one of his own: one for all would
 * let each of them read the tables of the others. */
#define DB_GUARD_NAME                                                                              \
    "'sunlot_reach_' || CASE WHEN octet_length(session_user) <= 48 THEN session_user"              \
    " ELSE md5(session_user) END"

/* A table whose rows db_read_within shows by a condition of SQL alone; NULL: none of them. The
 * condition finds the reach in the settings sunlot.departments and sunlot.inspector (texts as in
 * struct db_reach, NULL or empty where nothing is set). */
struct db_guard {
    const char *table;
    const char *seen;
};

enum db_guarded {
    DB_GUARD_NONE,   /* this kind of database has no row-level security */
    DB_GUARD_ON,     /* each table of the list shows what its condition says */
    DB_GUARD_ROLE,   /* off: the role DB_GUARD_NAME is not there, or not for this user */
    DB_GUARD_TABLES, /* off: the tables could not be put under it */
    DB_GUARD_BLIND,  /* the user does not own the tables: policies would hide rows from him */
};

/* Puts the tables under row-level security for a role that owns nothing (PostgreSQL), whose name
 * holds in the whole cluster; makes the role where the user may. To be called behind db_migrate, as
 * a migration that makes a table anew takes its policy away; does nothing where all is as it should
 * be. A readonly database is only asked. What keeps it from being on is told by db_guarded, and is
 * no error: the statements' own conditions hold. DB_GUARD_BLIND is one to whoever opens the
 * database: nothing may be done there. Not to be called while others use db. */
MUST enum err db_guard(struct db *db, const struct db_guard *list, size_t count,
                       struct fault *fault);
/* What there is to say of it: the database's user, the role that is his, and the database's own
 * words of what failed. Each may be "", and lives as long as db. */
struct db_guard_told {
    const char *user;
    const char *role;
    const char *why;
};
/* Is it on? */
enum db_guarded db_guarded(struct db_guard_told *out, const struct db *db);

/* "sqlite" or "postgresql". */
const char *db_dialect(const struct db *db);
/* Do reads wait neither for a network nor for a connection or a writer? */
bool db_local(const struct db *db);
/* Would a write have to wait for another of this process now? What may as well be written next time
 * asks this first: on SQLite an import of a million rows holds the writer for seconds. */
bool db_busy(const struct db *db);
/* Integrity as the database itself sees it (PRAGMA integrity_check and foreign_key_check; on
 * PostgreSQL a read of every table). ERR_DAMAGED with the message in fault. */
MUST enum err db_check(struct db *db, struct fault *fault);

#endif
