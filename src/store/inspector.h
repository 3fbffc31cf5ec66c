/* What stands around an inspector's row in the registry (store/registry.h): how much he has to do,
 * his interests. */
#ifndef STORE_INSPECTOR_H
#define STORE_INSPECTOR_H

#include "store/reach.h"
#include "store/row.h"

/* A number for each inspector who has one, by code: seats of a year's visits; interests in force.
 */
struct store_tally {
    struct str code;
    int64_t count;
};
MUST enum err store_inspector_loads(struct store_tally **out, size_t *count, struct arena *arena,
                                    struct db_tx *tx, struct str tenant, int year);
MUST enum err store_interest_tally(struct store_tally **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, struct str tenant);

/* The tasks of a year in which he sits, with his seats; newest first. */
struct store_duty {
    struct str task;
    struct str name;
    int32_t visit_from;
    int32_t visit_until;
    int64_t seats;
};
MUST enum err store_inspector_duties(struct store_duty **out, size_t *count, struct arena *arena,
                                     struct db_tx *tx, const struct store_tally *who_and_year,
                                     struct str tenant);

/* His interests (R91), also those that ended; newest first. */
struct store_interest {
    struct str tenant;
    int64_t inspector; /* id */
    struct str pool_id;
    struct str typed;  /* how the person called it; '' in rows older than this column */
    struct str object; /* its name; '' when the registry lacks it */
    bool reached;      /* the object is within the reach that was asked with */
    struct str kind;   /* model_conflict_kinds */
    struct str reason;
    int64_t at;
    struct str actor;
    int64_t ended_at; /* 0: in force */
    struct str ended_by;
    struct str end_reason;
};
struct store_interest_find {
    struct str tenant;
    struct store_reach reach;
    int64_t inspector;
};
MUST enum err store_interests(struct store_interest **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_interest_find *find);
/* Adds one, or brings an ended one back into force. ERR_DUPLICATE when it is in force already. */
MUST enum err store_interest_add(struct db_tx *tx, const struct store_interest *row);
/* Ends one that is in force: its ended_* are stored. ERR_MISSING. */
MUST enum err store_interest_end(struct db_tx *tx, const struct store_interest *row);

/* How often somebody did something since a time: for limits (SECURITY.md PI2). */
struct store_doings {
    struct str tenant;
    struct str actor;
    struct str action;
    int64_t since;
};
MUST enum err store_audit_doings(int64_t *out, struct db_tx *tx, const struct store_doings *find);

#endif
