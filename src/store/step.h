/* What of a task is done, read for its list of steps (R156): each item of each drawn object with
 * the newest version of its result and with how the newest follow-up stands. */
#ifndef STORE_STEP_H
#define STORE_STEP_H

#include "store/reach.h"
#include "store/row.h"

struct store_step_row {
    int64_t visit;
    struct str pool_id;
    struct str department; /* that checks the item */
    struct str state;      /* of the result; empty: nothing is entered */
    struct str code;
    int32_t result_on;
    int32_t due_on;
    bool estimated;
    struct str follow; /* state of the newest follow-up; empty: there is none */
};
/* Is there a task of that number within the reach: its own department, that of a part or of an
 * item, or a seat of an inspector? key: the number, the inspector's code (empty: none). Its id;
 * ERR_MISSING. */
MUST enum err store_step_task(int64_t *id, struct db_tx *tx, struct str tenant,
                              const struct store_reach *reach, const struct str key[2]);
/* By visit, then item; skipped and aborted visits are left out. */
MUST enum err store_step_rows(struct store_step_row **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant, int64_t task);

#endif
