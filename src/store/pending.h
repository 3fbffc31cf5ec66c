/* Results that are still owed: drawn objects whose teams stand and of which something is not public
 * yet, and corrections under way (R106, R107, R111). Each statement is bound to a reach, or to one
 * inspector's own seats. */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "store/reach.h"
#include "store/row.h"

/* Whose rows: those of departments within the reach, and those of visits in which the inspector
 * (code, may be empty) holds a seat of that department. */
struct store_pending_of {
    struct store_reach reach;
    struct str inspector;
};
/* One item of one object that is owed. */
struct store_pending {
    int64_t visit;
    struct str pool_id;
    struct str object; /* name; the pool id where the registry has none */
    struct str task;   /* number */
    struct str task_name;
    int32_t until; /* last day of the task's visits */
    struct str draw;
    struct str department;
    struct str state; /* of the newest version: entered, returned, approved; empty: not entered */
    int32_t due_on;   /* last day for publication, 0 where nothing is entered */
    bool estimated;
    bool veiled; /* of a sealed draw that is not public: set by office/pending, which opens the name
                  */
};
/* All of them, in no order. */
MUST enum err store_pending(struct store_pending **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, const struct store_pending_of *of);

/* Who sits in such a visit. */
struct store_pending_seat {
    int64_t visit;
    struct str department;
    struct str seat;
    struct str name; /* the inspector's; the code where the registry has none */
};
MUST enum err store_pending_seats(struct store_pending_seat **out, size_t *count,
                                  struct arena *arena, struct db_tx *tx, struct str tenant,
                                  const struct store_pending_of *of);

#endif
