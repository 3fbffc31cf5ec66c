/* Counting for the health of the two registries (R30), grouped by department, and the reference
 * lists that objects are compared with: the table reference_object. */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "store/row.h"

/* A department's figures; each statement fills some. */
struct store_health {
    struct str department; /* code, may be '' */
    int64_t objects;       /* in being (active) */
    int64_t stale;         /* of those: not written for long */
    int64_t unlabelled;    /* of those */
    int64_t reference;     /* numbers that should be there */
    int64_t missing;       /* of those: not in the registry */
    int64_t persons;       /* inspectors at work with a certificate */
    int64_t expired;       /* of those: no certificate that still holds */
};
struct store_health_ask {
    struct str tenant;
    int64_t stale_before; /* time */
    int32_t today;
};
/* Departments with objects of their own; with objects for which they are responsible besides
 * another (R24); with a reference list; with inspectors. */
MUST enum err store_health_objects(struct store_health **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, const struct store_health_ask *ask);
MUST enum err store_health_further(struct store_health **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, const struct store_health_ask *ask);
MUST enum err store_health_references(struct store_health **out, size_t *count, struct arena *arena,
                                      struct db_tx *tx, const struct store_health_ask *ask);
MUST enum err store_health_persons(struct store_health **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, const struct store_health_ask *ask);

/* A row of a reference list. */
struct store_reference {
    struct str number;
    struct str name;
    struct str division;
};
/* Takes a department's list away. */
MUST enum err store_reference_clear(struct db_tx *tx, struct str tenant, struct str department);
/* Adds to a department's list: one bulk load, opened, filled and closed in one transaction. */
struct store_reference_load {
    struct db_bulk *bulk;
    struct str tenant;
    struct str department;
    int64_t job;
};
MUST enum err store_reference_load(struct store_reference_load *load, struct db_tx *tx);
MUST enum err store_reference_load_add(struct store_reference_load *load,
                                       const struct store_reference *row);
MUST enum err store_reference_load_close(struct store_reference_load *load);

/* Numbers of a department's list that the registry lacks, by number, behind `after`. */
struct store_reference_find {
    struct str tenant;
    struct str department;
    struct str after;
    int64_t most;
};
MUST enum err store_reference_missing(struct store_reference **out, size_t *count,
                                      struct arena *arena, struct db_tx *tx,
                                      const struct store_reference_find *find);

#endif
