/* What the two files of the PostgreSQL driver share. */
#ifndef DB_DB_POSTGRES_H
#define DB_DB_POSTGRES_H

#include "base/buf.h"
#include "db/driver.h"

#include <libpq-fe.h>

struct pg_conn {
    struct db_tx tx; /* first */
    PGconn *pg;
    struct db_cache cache;
    struct buf scratch; /* parameters of the call under way */
    uint64_t names;     /* for statements and cursors */
    bool within;        /* this transaction runs as DB_GUARD_NAME at the moment */
    char role[64];      /* its name, once asked */
    char as_role[160];  /* the statement that sets it */
    bool committing;    /* COMMIT was sent: a lost connection leaves its outcome unknown */
};

/* Keeps the words of a failed result (NULL: the connection's) and gives its error; sets retry after
 * a conflict and lost when the connection broke. Does not clear res. */
enum err pg_fail(struct pg_conn *conn, const PGresult *res);
/* Clears res; ERR_OK if it is of the wanted kind, else its failure. */
MUST enum err pg_expect(struct pg_conn *conn, PGresult *res, ExecStatusType want);

/* The guard, see driver.h: the begin of a read within tx->reach, whom the next statement runs as,
 * and what db_guard does. */
MUST enum err pg_begin_within(struct pg_conn *conn);
MUST enum err pg_role_for(struct pg_conn *conn, const char *sql);
enum db_guarded pg_guard(struct db_guard_told *out, struct db_tx *tx, const struct db_guard *list,
                         size_t count, bool apply);
/* One statement, or several in one text, without parameters or rows. */
MUST enum err pg_exec(struct db_tx *tx, const char *sql);

/* The driver's bulk load and check, see driver.h. */
MUST enum err pg_bulk_open(struct db_bulk **out, struct db_tx *tx, const char *table,
                           const char *columns);
MUST enum err pg_bulk_add(struct db_bulk *base, const struct db_value *row, size_t count);
MUST enum err pg_bulk_close(struct db_bulk *base);
MUST enum err pg_check(struct db_tx *tx, struct fault *fault);

#endif
