/* Inside of db/: what a driver must offer, and the parts shared by both. Nobody outside of this
 * room includes it.
 *
 * A struct db_tx is a connection for as long as one piece of work holds it; each driver puts it
 * first in its own connection struct, as it puts struct db_rows and struct db_stmt first in its
 * own. One thread at a time uses a connection. */
#ifndef DB_DRIVER_H
#define DB_DRIVER_H

#include "db/db.h"

#include <pthread.h>
#include <stdatomic.h>

/* Where the database is; lives as long as struct db. */
struct db_source {
    const struct db_driver *driver;
    char *address; /* path of the file, or the connection URL */
    bool readonly;
    enum db_guarded guarded; /* fixed by db_guard before others use it */
    atomic_uint wait_ms;
};

struct db_tx {
    const struct db_driver *driver;
    const struct db_source *source;
    struct db_tx *next;           /* in the pool's list of free connections */
    struct db_rows *open;         /* queries not yet done */
    struct db_bulk *bulk;         /* the running bulk load */
    const struct db_reach *reach; /* of this transaction; NULL: all there is */
    bool writable;                /* this transaction may write */
    bool retry;                   /* failed by a conflict: worth running again */
    bool lost;                    /* the connection is of no more use */
    bool lingering;               /* a read left its transaction open for the next one */
    uint64_t since;               /* when that began; nanoseconds of the monotonic clock */
    enum err failed;              /* first error after which it cannot be committed */
    char message[512];            /* the driver's words of the last failure */
};

struct db_rows {
    struct db_tx *tx;
    struct db_rows *next;
};

struct db_bulk {
    struct db_tx *tx;
    enum err failed;
};

/* A statement with its parameters. */
struct db_call {
    const char *sql;
    const struct db_value *args;
    size_t count;
};

/* Steps of a transaction. SAVE, RELEASE and REVERT are the savepoint around one piece of work in a
 * group; REVERT undoes it and ends it. */
enum db_step {
    DB_BEGIN_WRITE,
    DB_BEGIN_READ,
    DB_COMMIT,
    DB_ROLLBACK,
    DB_SAVE,
    DB_RELEASE,
    DB_REVERT
};

struct db_driver {
    const char *dialect;
    const char *big;   /* 64-bit integer type in DDL, NULL where INTEGER is one */
    const char *bytes; /* type of bytes in DDL, NULL where it is BLOB */
    bool one_writer;   /* writes go through one thread in groups */
    unsigned most;     /* connections a process opens at most, as they are needed */
    /* Connects. writable only says what the connection is for; begin says it of a transaction. */
    enum err (*open)(struct db_tx **out, const struct db_source *source, bool writable,
                     struct fault *fault);
    void (*close)(struct db_tx *tx);
    enum err (*step)(struct db_tx *tx, enum db_step step);
    /* Does the read transaction that lingers still see all that is committed? False where it cannot
     * tell. NULL: transactions are not left lingering. */
    bool (*current)(struct db_tx *tx);
    /* One statement without parameters, not kept prepared. */
    enum err (*exec)(struct db_tx *tx, const char *sql);
    enum err (*run)(uint64_t *changed, struct db_tx *tx, const struct db_call *call);
    enum err (*query)(struct db_rows **out, struct db_tx *tx, const struct db_call *call,
                      bool stream);
    enum err (*next)(struct db_rows *rows);
    int64_t (*col_int)(struct db_rows *rows, int col);
    struct str (*col_text)(struct db_rows *rows, int col);
    bool (*col_null)(struct db_rows *rows, int col);
    void (*done)(struct db_rows *rows);
    enum err (*bulk_open)(struct db_bulk **out, struct db_tx *tx, const char *table,
                          const char *columns);
    enum err (*bulk_add)(struct db_bulk *bulk, const struct db_value *row, size_t count);
    enum err (*bulk_close)(struct db_bulk *bulk);
    /* Keeps other processes from migrating until the transaction ends. */
    enum err (*lock_schema)(struct db_tx *tx);
    enum err (*check)(struct db_tx *tx, struct fault *fault);
    /* See db_guard; outside of a transaction. Puts the tables under it where apply is set. *out
     * gets names that live as long as the connection. NULL where there is no
     * such thing. */
    enum db_guarded (*guard)(struct db_guard_told *out, struct db_tx *tx,
                             const struct db_guard *list, size_t count, bool apply);
    /* House-keeping after a commit; ERR_SYNC stops all writing. May be NULL. */
    enum err (*tidy)(struct db_tx *tx);
};

extern const struct db_driver db_sqlite_driver;
extern const struct db_driver db_postgres_driver;

/* True if db was opened for reading only. */
bool db_readonly(const struct db *db);

/* Remembers err and, unless the transaction stays usable after it (ERR_DUPLICATE, ERR_INPUT), that
 * it cannot be committed. Returns err. */
enum err db_tx_fail(struct db_tx *tx, enum err err);
/* Makes tx ready for a new transaction. */
void db_tx_reset(struct db_tx *tx, bool writable);
/* Closes what work left open: queries and a bulk load. */
void db_tx_sweep(struct db_tx *tx);

/* One piece of work on its way through a transaction. Lives on the stack of who asked for it. */
struct db_job {
    const char *name;
    db_work *work;
    void *ctx;
    struct fault *fault; /* emptied before each try, so that no words of an earlier one stay */
    const struct db_reach *reach; /* of a read; NULL: all there is */
    bool writes;
    bool settled; /* failed for good; a repeated group leaves it out */
    bool done;    /* under the writer's lock */
    enum err err;
    unsigned tries;
    struct db_job *next; /* in the writer's queue */
    pthread_cond_t told;
    char message[256];
};

/* Runs job's work in tx's transaction, closes what it left open and sets job->err. */
void db_job_run(struct db_job *job, struct db_tx *tx);
/* Takes err and tx's message over into job. */
void db_job_fail(struct db_job *job, const struct db_tx *tx, enum err err);

/* Pool of connections, opened as needed up to a bound; who waits is served in order of arrival. */
struct db_pool {
    const struct db_source *source;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct db_tx *idle;
    unsigned open; /* connections there are, lent or idle */
    unsigned lent;
    uint64_t next_ticket; /* given to the next who comes */
    uint64_t now_serving;
    uint64_t linger;  /* how long reads leave a transaction lingering, nanoseconds; 0: they don't */
    pthread_t keeper; /* there where linger is not 0 */
    pthread_cond_t left; /* a transaction lingers, or the keeper is to end */
    bool waking;         /* the keeper looks again by itself */
    bool ending;
};

/* Prepares an empty pool; connects nothing yet. source must live longer. */
void db_pool_init(struct db_pool *pool, const struct db_source *source);
/* Lends a connection; waits for one if all are lent. Give it back with db_pool_give. */
MUST enum err db_pool_take(struct db_tx **out, struct db_pool *pool, struct fault *fault);
/* Takes a connection back; closes it if it is lost. */
void db_pool_give(struct db_pool *pool, struct db_tx *tx);
/* Waits until nothing is lent and closes everything. */
void db_pool_free(struct db_pool *pool);

/* See db_linger. Starts the thread that ends what lingers too long among the idle connections. */
MUST enum err db_linger_start(struct db_pool *pool, unsigned milliseconds);
/* Ends the thread; what lingers ends with its connection. */
void db_linger_stop(struct db_pool *pool);
/* Begins a read: in the transaction that lingers, or in a new one. */
MUST enum err db_linger_begin(struct db_tx *tx, const struct db_pool *pool);
/* Ends a read that went well: its transaction stays where the pool lets it linger. */
void db_linger_leave(struct db_tx *tx, const struct db_pool *pool);
/* Ends the transaction that lingers, if there is one. */
void db_linger_end(struct db_tx *tx);
/* A transaction lingers among the idle connections; the caller has the pool's lock. */
void db_linger_tell(struct db_pool *pool);

/* The writer thread with its queue. */
struct db_writer;

/* Counters that the writer and the doors share. */
struct db_counts {
    _Atomic uint64_t works;
    _Atomic uint64_t commits;
    _Atomic uint64_t retries;
};

/* Starts the thread on its own connection tx, which it closes in the end. counts must live longer.
 */
MUST enum err db_writer_start(struct db_writer **out, struct db_tx *tx, struct db_counts *counts);
/* Puts job at the end of the queue and waits until it is done. */
void db_writer_do(struct db_writer *writer, struct db_job *job);
/* Would a job have to wait for another now? */
bool db_writer_busy(struct db_writer *writer);
/* Finishes the queue, ends the thread. NULL is allowed. */
void db_writer_stop(struct db_writer *writer);

/* A prepared statement in a connection's cache. */
struct db_stmt {
    uint64_t hash;
    char *sql;
    uint64_t used; /* age: the cache's clock at the last use */
    bool busy;     /* a query is open on it: neither usable nor to be dropped */
    bool cached;
};

/* Prepared statements by their text: 64 groups of 8, the oldest idle one of a group gives way. */
enum { DB_CACHE_WAYS = 8, DB_CACHE_SLOTS = 512 };
struct db_cache {
    struct db_stmt *slots[DB_CACHE_SLOTS];
    struct db_stmt *near[DB_CACHE_SLOTS]; /* by the text's address; compared all the same */
    uint64_t clock;
};

/* Hash of a statement's text. */
uint64_t db_cache_hash(const char *sql);
/* The statement with this text that is not busy, or NULL. */
struct db_stmt *db_cache_find(struct db_cache *cache, const char *sql);
/* Puts stmt in. *dropped gets the one that gave way and is now the caller's to free, or NULL. When
 * all of the group are busy, stmt stays outside (stmt->cached false). */
void db_cache_put(struct db_stmt **dropped, struct db_cache *cache, struct db_stmt *stmt);
/* Takes stmt out. */
void db_cache_remove(struct db_cache *cache, struct db_stmt *stmt);

#endif
