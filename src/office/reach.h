/* From a person's scope to the reach of statements (store/reach.h), once for all of the office. */
#ifndef OFFICE_REACH_H
#define OFFICE_REACH_H

#include "office/office.h"
#include "store/reach.h"

/* What the errand's scope reaches of rows that belong to departments; texts in e->arena. A scope
 * of one's own reaches no such row. ERR_MEMORY. */
MUST enum err office_reach(struct store_reach *out, struct errand *e);
/* Does it hold this department code? The empty code only where it holds all. */
bool office_reach_has(const struct store_reach *reach, struct str department);

#endif
