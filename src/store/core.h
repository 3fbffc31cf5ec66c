/* Counters, settings, idempotency, audit and the order of the log. One function a statement. */
#ifndef STORE_CORE_H
#define STORE_CORE_H

#include "store/row.h"

/* The numbered migrations that the program carries, in order; *count gets their number. Memory in
 * arena. */
MUST enum err store_migrations(struct db_migration **out, size_t *count, struct arena *arena);

/* Next value of a gapless counter: 1, 2, ... The row is written in this transaction, so that a
 * rollback leaves no gap (I10). */
MUST enum err store_counter_next(int64_t *out, struct db_tx *tx, struct str tenant, struct str name,
                                 int year);

/* The newest version of a setting. ERR_MISSING when the place never set it. */
struct store_setting {
    int64_t version;
    struct str value;
    struct str basis;
};
MUST enum err store_setting_get(struct store_setting *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, struct str name);
struct store_setting_row {
    struct str tenant;
    struct str name;
    int64_t version;
    struct str value;
    struct str basis;
    int64_t at;
    struct str actor;
};
MUST enum err store_setting_add(struct db_tx *tx, const struct store_setting_row *row);

/* What was answered under an idempotency key. ERR_MISSING when the key is new. */
struct store_request {
    struct str action;
    struct str outcome;
};
MUST enum err store_request_get(struct store_request *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, struct str key);
/* Stores the answer; ERR_DUPLICATE when the key was used meanwhile. */
struct store_request_row {
    struct str tenant;
    struct str key;
    struct store_request request;
    int64_t at;
};
MUST enum err store_request_add(struct db_tx *tx, const struct store_request_row *row);

struct store_audit {
    struct str tenant;
    int64_t id;
    int64_t at;
    struct str actor;
    struct str action;
    struct str target;
    struct str detail;
    struct str role;       /* codes of the actor's roles, '' for commands */
    struct str department; /* code of the actor's department */
    struct str address;    /* where the request came from */
    struct str request;    /* its number, as the access log has it */
    struct str outcome;    /* done, refused, denied */
    struct str before;     /* JSON, '' if the detail says all */
    struct str after;
};
/* Writes one audit row (AU1). */
MUST enum err store_audit_add(struct db_tx *tx, const struct store_audit *row);

/* When an audit row was written; 0 if there is none with this id. */
MUST enum err store_audit_time(int64_t *at, struct db_tx *tx, struct str tenant, int64_t id);
/* When a log entry was appended; 0 if there is none. */
MUST enum err store_log_time(int64_t *at, struct db_tx *tx, int64_t idx);

/* Appends to the log: *idx gets the next place, one behind the last (0 first). */
MUST enum err store_log_add(int64_t *idx, struct db_tx *tx, struct str tenant, int64_t at,
                            struct str body);
/* Entries from `from` on, in order, at most `most`: calls each with body and index. */
typedef enum err store_log_each(void *ctx, int64_t idx, struct str body);
MUST enum err store_log_from(struct db_tx *tx, int64_t from, int64_t most, store_log_each *each,
                             void *ctx);
/* Number of entries. */
MUST enum err store_log_size(int64_t *out, struct db_tx *tx);
/* The body of one entry. ERR_MISSING. */
MUST enum err store_log_get(struct str *out, struct arena *arena, struct db_tx *tx, int64_t idx);

#endif
