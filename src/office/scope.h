/* How far the person of an errand sees and acts (SECURITY.md AC4, AC6): the one place that reads
 * office_scope for rows that belong to a department, as a question about one row and as the reach
 * of statements (store/reach.h). */
#ifndef OFFICE_SCOPE_H
#define OFFICE_SCOPE_H

#include "office/office.h"
#include "store/reach.h"

/* Does it hold rows of this department (code)? Rows of none only where it holds all; a scope of
 * one's own holds no department. */
bool office_scope_department(const struct office_scope *scope, struct str department);
/* A row that concerns one inspector, whose code it carries: his own where the scope is that. */
bool office_scope_inspector(const struct office_scope *scope, struct str department,
                            struct str inspector);
/* The departments that the errand's scope holds, for statements; texts in e->arena. ERR_MEMORY. */
MUST enum err office_reach(struct store_reach *out, struct errand *e);

#endif
