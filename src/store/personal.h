/* Columns that hold personal numbers (SECURITY.md CR1), for sealing what stands there in plain
 * text. Reading and writing rows is done by the store of each table; what is sealed is
 * office/personal's. */
#ifndef STORE_PERSONAL_H
#define STORE_PERSONAL_H

#include "store/row.h"

/* Phones of inspectors, accounts, departments and rows of special libraries; what a reader of the
 * portal left to be reached by. */
enum store_personal {
    STORE_PERSONAL_INSPECTOR,
    STORE_PERSONAL_ACCOUNT,
    STORE_PERSONAL_DEPARTMENT,
    STORE_PERSONAL_FEEDBACK,
    STORE_PERSONAL_LIBRARY,
    STORE_PERSONAL_COUNT
};

/* A row of a library is known by all three, the others by their id alone. */
struct store_personal_row {
    int64_t id; /* a library's row: the library */
    int64_t object;
    struct str licence;
    struct str value;
};
/* At most `most` rows whose number does not begin with `sealed`. */
struct store_personal_find {
    struct str tenant;
    enum store_personal column;
    const char *sealed;
    int64_t most;
};
MUST enum err store_personal_plain(struct store_personal_row **out, size_t *count,
                                   struct arena *arena, struct db_tx *tx,
                                   const struct store_personal_find *find);
/* All rows that have a number. */
MUST enum err store_personal_all(struct store_personal_row **out, size_t *count,
                                 struct arena *arena, struct db_tx *tx, struct str tenant,
                                 enum store_personal column);
/* Replaces the number. */
MUST enum err store_personal_put(struct db_tx *tx, struct str tenant, enum store_personal column,
                                 const struct store_personal_row *row);

#endif
