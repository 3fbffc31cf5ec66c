/* How far the person of an errand sees and acts (SECURITY.md AC4, AC6, AC7): the one place that
 * reads office_scope for rows that belong to a department or have a grade, as a question about one
 * row and as the reach of statements (store/reach.h). */
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
/* Is a record of that grade (enum model_grade) one that he may see at all? */
bool office_scope_cleared(const struct office_scope *scope, int64_t grade);
/* The grade that the person gives a record: the code he typed, else the setting's value, which is
 * cut down to what he may see. ERR_INPUT at the field grade: no such code, or above his clearance.
 */
MUST enum err office_scope_grade(int64_t *out, struct errand *e, struct db_tx *tx, struct str typed,
                                 enum model_setting setting);
/* Is it the errand of a person who sees less than all, so that its reads are held to his reach by
 * the database as well (store/guard.h)? Not so for commands, jobs in nobody's name and readers of
 * the portal, whose scope is empty as nothing asks for it. */
bool office_scope_bound(const struct errand *e);
/* The departments that the errand's scope holds, for statements; texts in e->arena. ERR_MEMORY. */
MUST enum err office_reach(struct store_reach *out, struct errand *e);

#endif
