/* May the person of an errand see a row (SECURITY.md AC4, AC6)? The one place that reads
 * office_scope for rows that belong to a department. */
#ifndef OFFICE_SCOPE_H
#define OFFICE_SCOPE_H

#include "office/office.h"

/* A row of this department (code). */
bool office_scope_department(const struct office_scope *scope, struct str department);
/* A row that concerns one inspector, whose code it carries: his own where the scope is that. */
bool office_scope_inspector(const struct office_scope *scope, struct str department,
                            struct str inspector);

#endif
