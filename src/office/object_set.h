/* Sets of objects that a batch action works on: all that fit a filter, or those that were picked.
 * A batch is one transaction; it sees each object of the set once, within the errand's scope. */
#ifndef OFFICE_OBJECT_SET_H
#define OFFICE_OBJECT_SET_H

#include "office/office.h"
#include "store/object.h"

struct office_object_query;

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

/* Some of the set's objects, as they were before the batch; count is at most OFFICE_PAGE_MOST,
 * arena lives until the next call. */
typedef enum err object_set_each(void *ctx, struct db_tx *tx, const struct store_object_row *rows,
                                 size_t count, struct arena *arena);
/* Calls each with all of the set and counts them. ERR_CONFLICT with words when the set is no longer
 * as large as it was shown; ERR_MISSING when a picked object is outside the scope. */
MUST enum err object_set_walk(int64_t *fit, struct errand *e, struct db_tx *tx,
                              const struct office_object_set *set, object_set_each *each,
                              void *ctx);
/* The result as JSON, for the audit and for a repeated request; word: what the objects were given,
 * or lost where removed is true. In e->arena. */
MUST enum err object_set_outcome(struct str *out, struct errand *e, struct str word, bool removed,
                                 const struct office_batched *batched);
/* The result again, of a request that was made before. */
MUST enum err object_set_recall(struct office_batched *out, struct str outcome,
                                struct fault *fault);

#endif
