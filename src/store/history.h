/* One object with all that happened to it (R108): what the registry says, what was changed, who
 * visited, what was found. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/result.h"
#include "store/row.h"

struct store_object {
    int64_t id;
    struct str pool_id;
    struct str number;
    struct str name;
    struct str kind;
    struct str type;
    struct str state;
    struct str division;
    struct str address;
    struct str industry;
    struct str business;
    int32_t established;
    struct str risk;
    int32_t risk_on;
    int32_t observed_until;
    struct str department;
    struct str labels;
    int64_t at;
};
/* By pool id, which is the number where the object has one. ERR_MISSING. */
MUST enum err store_object_get(struct store_object *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, struct str pool_id);

/* A change of its registry row, newest first; before and after are JSON objects. What tells of a
 * special library above the clearance is not there. */
struct store_object_change {
    int64_t at;
    struct str actor;
    struct str before;
    struct str after;
    struct str reason;
};
MUST enum err store_object_changes(struct store_object_change **out, size_t *count,
                                   struct arena *arena, struct db_tx *tx, struct str tenant,
                                   int64_t object, int64_t clearance);

/* The same of a row of any registry. */
struct store_registry_row {
    struct str tenant;
    struct str resource; /* its name: departments */
    int64_t id;
    int64_t clearance;
};
MUST enum err store_registry_changes(struct store_object_change **out, size_t *count,
                                     struct arena *arena, struct db_tx *tx,
                                     const struct store_registry_row *row);

/* The objects of changes whose ids lie side by side (from ... until - 1), by id of the change, an
 * object as often as it changed; texts live until the next. */
struct store_change_span {
    struct str tenant;
    int64_t from;
    int64_t until;
};
typedef enum err store_change_each(void *ctx, struct str pool_id, struct str name);
MUST enum err store_changes_objects(struct db_tx *tx, const struct store_change_span *span,
                                    store_change_each *each, void *ctx);

/* A visit, or a result of one; newest first. item and code are empty while nothing is entered. */
struct store_object_visit {
    struct str draw;
    struct str task_number;
    struct str task_name;
    int32_t visit_from;
    struct str state;
    struct str skip_reason;
    struct str item;
    struct str department;
    struct str code;
    int32_t result_on;
    struct str result_state;
    int64_t published_at;
    struct store_adoption adoption; /* kind empty: the result rests on nothing else */
};
MUST enum err store_object_visits(struct store_object_visit **out, size_t *count,
                                  struct arena *arena, struct db_tx *tx, struct str tenant,
                                  struct str pool_id);

#endif
