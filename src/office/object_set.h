/* Sets of objects that a batch action works on: all that fit a filter, or those that were picked.
 * A batch sees each object of the set once, within the errand's scope. A small one is one
 * transaction while the page waits; a large one is a job, some objects a transaction: what was done
 * stays done, a job that begins again goes on behind it, and nothing is done twice. */
#ifndef OFFICE_OBJECT_SET_H
#define OFFICE_OBJECT_SET_H

#include "base/json.h"
#include "crypto/hash.h"
#include "office/office.h"
#include "store/object.h"

struct office_object_query;
struct office_job_kind;
struct office_job_run;

enum { OFFICE_SET_NOW = 5000 /* objects; more go as a job */ };

struct office_object_set {
    const struct office_object_query *query; /* the page is not looked at */
    const struct str *pool_ids; /* instead of the query, where pool_id_count is not 0 */
    size_t pool_id_count;
    int64_t expected; /* how many the person was shown; -1: not asked */
};

/* What a batch came to. */
struct office_batched {
    int64_t fit;     /* objects in the set */
    int64_t changed; /* of them, those that had it otherwise */
    bool repeated;
};

/* --- for the batches in the office --- */

struct object_batch;

/* What a batch does. */
struct object_batch_kind {
    const char *action; /* in the audit and under the errand's key */
    /* May it be done at all? In every transaction before its first object; sets word. */
    enum err (*begin)(struct object_batch *b, struct db_tx *tx);
    /* Some of the set's objects, at most OFFICE_PAGE_MOST, as they were before the batch; arena
     * lives until the next call. It tells each object that it changes by object_batch_changed. */
    enum err (*page)(struct object_batch *b, struct db_tx *tx, const struct store_object_row *rows,
                     size_t count, struct arena *arena);
    bool rows; /* the objects' own rows change */
};

/* A batch under way. The caller sets the first part. */
struct object_batch {
    struct errand *e;
    const struct object_batch_kind *kind;
    const struct office_object_set *set;
    void *what; /* the kind's own */
    bool removed;
    struct office_batched *out;

    struct str word; /* what the objects are given, or lose: for the audit */
    /* Of one transaction. */
    struct store_stamp stamp;
    struct crypto_sha256 digest; /* of the pool ids that changed, a line each */
    int64_t changes_from;        /* ids of its rows in registry_change: from ... until - 1 */
    int64_t changes_until;
};
/* Ids for the histories of a page. */
MUST enum err object_batch_ids(int64_t *out, struct object_batch *b, size_t count);
/* Notes that an object changes: counts it, and its key goes into the audit's digest. */
void object_batch_changed(struct object_batch *b, const struct store_object_row *row);
/* Does all of it in one transaction, once under the errand's key: a second time the counts of the
 * first. ERR_CONFLICT with words when the set is no longer as large as it was shown; ERR_MISSING
 * when a picked object is outside the scope. */
MUST enum err object_batch_now(struct object_batch *b);

/* A batch as a job. What is ordered travels as JSON: the filter, how many it fitted, and what the
 * kind writes into w. */
struct object_batch_order {
    const struct office_job_kind *job;
    struct str title;
    void (*write)(struct json_writer *w, const void *what);
};
/* *id: of the job. The set is a filter; its size is that of set->expected, else ERR_CONFLICT. */
MUST enum err object_batch_order(int64_t *id, struct object_batch *b,
                                 const struct object_batch_order *order);
/* The filter and its size as they were ordered. */
MUST enum err object_batch_read(struct office_object_set *out, struct office_job_run *run);
/* Does what was ordered, some objects a transaction, each under a key and with an audit row of its
 * own; behind them the table of all objects that were changed, the words and the download. */
MUST enum err object_batch_job(struct object_batch *b, struct office_job_run *run);

/* The query as the store takes it: the tenant and the reach of the errand, a number as a number. */
MUST enum err object_ask(struct store_object_filter *out, struct errand *e, struct db_tx *tx,
                         const struct office_object_query *query);
/* The object within the scope. ERR_MISSING with words. */
MUST enum err object_find(struct store_object_row *out, struct errand *e, struct db_tx *tx,
                          struct str pool_id);
/* {"name":"text"} in the arena: a history of what is not a field. */
MUST enum err object_json(struct str *out, struct arena *arena, const char *name, struct str text);
/* A filter as members of an object, and back; the texts live as long as args. */
void object_filter_write(struct json_writer *w, const struct store_object_filter *filter);
void object_filter_read(struct store_object_filter *out, const json_t *args);

#endif
