/* Results of visits, their publication and the national columns (R106-R111). */
#ifndef STORE_RESULT_H
#define STORE_RESULT_H

#include "store/row.h"

struct store_result {
    struct str tenant;
    int64_t id;
    int64_t visit;
    int64_t item;
    struct str department;
    int64_t version; /* 1, 2 ... : a returned result is entered anew */
    struct str code; /* 01-08 */
    struct str note;
    struct str method;
    int32_t result_on;
    int32_t due_on;
    bool estimated; /* due_on passes a year whose calendar is not known */
    struct str state;
    struct str entered_by; /* the inspector's code */
    struct str typed_by;   /* who was at the keyboard */
    int64_t entered_at;
    struct str approved_by;
    int64_t approved_at;
    struct str exempt_kind; /* model_exemption_kinds; empty: none was asked for yet */
    struct str exempt_ground;
    struct str exempt_by;
    int64_t published_at;
    int64_t publication;
};
/* ERR_DUPLICATE when this version of visit and item exists. */
MUST enum err store_result_add(struct db_tx *tx, const struct store_result *result);
/* A conclusion of others that a result rests on (采信, R44). */
struct store_adoption {
    struct str tenant;
    int64_t result;
    struct str kind; /* model_adoption_kinds; empty: there is none */
    struct str number;
    struct str body;
    int32_t made_on;
    struct str withheld; /* as the portal tells it: kind of the ground by which it is kept back */
};
/* ERR_DUPLICATE where the result has one. */
MUST enum err store_adoption_add(struct db_tx *tx, const struct store_adoption *row);
/* That of a result, whole. ERR_MISSING. */
MUST enum err store_adoption_get(struct store_adoption *out, struct arena *arena, struct db_tx *tx,
                                 struct str tenant, int64_t result);
/* Reads tenant, result, kind, number, body, made_on. ERR_MEMORY. */
MUST enum err store_adoption_fill(void *out, struct db_rows *rows, struct arena *arena);

/* The newest version for a visit and item. ERR_MISSING. */
MUST enum err store_result_get(struct store_result *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, int64_t visit, int64_t item);
/* Moves a result from one state to another: state, approved_*, exempt_*, published_at and
 * publication are taken from `result`. ERR_CONFLICT if it no longer stands in `from`. */
MUST enum err store_result_step(struct db_tx *tx, const struct store_result *result,
                                struct str from);
/* The newest versions of a visit's results, by item. */
MUST enum err store_results_of_visit(struct store_result **out, size_t *count, struct arena *arena,
                                     struct db_tx *tx, struct str tenant, int64_t visit);

/* One publication with its place in the log. */
struct store_publication {
    struct str tenant;
    int64_t id;
    int64_t idx;
    int64_t count;
    int64_t at;
    struct str actor;
};
MUST enum err store_publication_add(struct db_tx *tx, const struct store_publication *row);

/* One row of the national columns with its keys (ECOSYSTEM c.1), and what the portal tells beside.
 */
struct store_published {
    int64_t result;
    struct str plan_number;
    struct str plan_name;
    struct str task_number;
    struct str task_name;
    struct str type;
    struct str authority;
    int32_t date;
    struct str object_number; /* '' where it has none */
    struct str object_name;
    struct str item;
    struct str code;
    struct str division; /* of the object */
    struct str item_code;
    int64_t visit;
    int64_t item_id;
    struct str pool_id;
    struct str draw; /* its number */
    int64_t published_at;
    int64_t replaces; /* the result that this one corrects, 0 if none */
    struct str reason;
    struct str department;  /* code of the authority */
    bool adopted;           /* it rests on a conclusion of others (R44) */
    struct str reason_kind; /* of the ground by which the reason is kept back; empty: told (R110) */
    struct str adopted_kind; /* likewise of what it rests on */
};
/* The rows of a publication as today's registry has them, to be frozen by store_published_add. */
MUST enum err store_publishing(struct store_published **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t publication);
/* Freezes one row as it is published: `to` says in which publication, where in the log. */
MUST enum err store_published_add(struct db_tx *tx, const struct store_publication *to,
                                  const struct store_published *row);
/* A result as it was published. ERR_MISSING. */
MUST enum err store_published_get(struct store_published *out, struct arena *arena,
                                  struct db_tx *tx, struct str tenant, int64_t result);
/* The published results that hold, those that were corrected left out, as they were published;
 * streamed by publication, then result. */
MUST enum err store_published_open(struct db_rows **out, struct db_tx *tx, struct str tenant);
MUST enum err store_published_next(struct store_published *out, struct db_rows *rows);

/* That a result corrects a published one (R111, R112). */
struct store_correction {
    struct str tenant;
    int64_t result;
    int64_t replaces;
    struct str reason;
    int64_t at;
    struct str actor;
};
MUST enum err store_correction_add(struct db_tx *tx, const struct store_correction *row);
/* By the correcting result. ERR_MISSING where it corrects nothing. */
MUST enum err store_correction_get(struct store_correction *out, struct arena *arena,
                                   struct db_tx *tx, struct str tenant, int64_t result);
/* A published result is replaced by its correction. ERR_CONFLICT if it is not published. */
MUST enum err store_result_replace(struct db_tx *tx, struct str tenant, int64_t id);
/* The newest published version for a visit and item. ERR_MISSING. */
MUST enum err store_result_published(struct store_result *out, struct arena *arena,
                                     struct db_tx *tx, struct str tenant, int64_t visit,
                                     int64_t item);

/* What followed a published finding (R112, R113, REQUIREMENTS B3). */
struct store_followup {
    struct str tenant;
    int64_t id;
    int64_t result;
    struct str measure; /* model_measures */
    struct str state;   /* model_measure_states */
    int32_t happened_on;
    struct str document; /* number of the closing or penalty document */
    struct str note;
    struct str entered_by;  /* the inspector's code */
    struct str approved_by; /* somebody else */
    int64_t at;
    int64_t idx;              /* of its entry in the log */
    struct str document_kind; /* of the ground by which it is kept back; empty: told (R110) */
    struct str note_kind;
};
MUST enum err store_followup_add(struct db_tx *tx, const struct store_followup *row);

/* How many results stand in each state, and how many of those not yet published are overdue. */
struct store_result_counts {
    int64_t entered;
    int64_t returned;
    int64_t approved;
    int64_t published;
    int64_t exempt;
    int64_t overdue;
};
MUST enum err store_result_counts(struct store_result_counts *out, struct db_tx *tx,
                                  struct str tenant, int32_t today);

#endif
