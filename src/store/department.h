/* The departments as a tree: what scopes, menus and drop-downs need of them. */
#ifndef STORE_DEPARTMENT_H
#define STORE_DEPARTMENT_H

#include "store/row.h"

struct store_department {
    int64_t id;
    struct str code;
    struct str name;
    struct str parent;  /* code, '' at the top */
    struct str state;   /* active, closed */
    struct str aliases; /* by which lists call it, 、 between */
    unsigned depth;     /* in the tree, and below the topmost within a scope: set by */
    unsigned below;     /* office_departments alone */
};
/* All of them, by code. */
MUST enum err store_departments(struct store_department **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant);

#endif
