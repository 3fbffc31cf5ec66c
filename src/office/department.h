/* Departments as a person edits them (R45, R46, R143): by the very rules of importing a file. */
#ifndef OFFICE_DEPARTMENT_H
#define OFFICE_DEPARTMENT_H

#include "office/office.h"
#include "store/registry.h"

/* A department with all its fields and how deep it stands in the tree. */
struct office_department {
    struct store_record record;
    unsigned depth;
    unsigned below; /* how deep below the topmost department of the errand's scope */
};
/* All of them in the order of the tree: each behind its parent. Phones stay sealed:
 * office_department_open. */
MUST enum err office_department_tree(struct office_department **out, size_t *count,
                                     struct errand *e);
/* Opens its phone in place, as office_personal_open. */
MUST enum err office_department_open(struct errand *e, struct office_department *d);
/* One by its code, its phone open. ERR_MISSING. */
MUST enum err office_department_get(struct office_department *out, struct errand *e,
                                    struct str code);
/* Adds (fresh) or changes a department: one value a field of model_departments, an empty one
 * empties the field. ERR_INPUT with fault.field, ERR_DUPLICATE for a code that is taken. */
MUST enum err office_department_save(struct errand *e, const struct str *values, bool fresh);

/* A change of it, newest first. */
struct store_object_change;
MUST enum err office_department_history(struct store_object_change **out, size_t *count,
                                        struct errand *e, int64_t id);

#endif
