/* One object and its history, for those who may see the registry (R29, R39, R108). */
#ifndef OFFICE_HISTORY_H
#define OFFICE_HISTORY_H

#include "office/office.h"
#include "store/history.h"

/* All in e->arena. */
struct office_history {
    struct store_object object;
    struct store_object_change *changes;
    size_t change_count;
    struct store_object_visit *visits;
    size_t visit_count;
};
/* By number or SL- id. ERR_MISSING with words. */
MUST enum err office_history_show(struct office_history *out, struct errand *e, struct str pool_id);

#endif
