/* Departments: see department.h. */
#include "store/department.h"

static const char DEPARTMENTS[] = "SELECT id, code, name, parent, state, aliases FROM department"
                                  " WHERE tenant = $1 ORDER BY code";

static enum err department_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_department *d = out;
    bool failed = false;
    d->id = db_col_int(rows, 0);
    d->code = store_text(rows, 1, arena, &failed);
    d->name = store_text(rows, 2, arena, &failed);
    d->parent = store_text(rows, 3, arena, &failed);
    d->state = store_text(rows, 4, arena, &failed);
    d->aliases = store_text(rows, 5, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_departments(struct store_department **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant)
{
    static const struct store_shape shape = {sizeof(struct store_department), department_fill};
    return store_array((void **)out, count, arena, tx, &shape, DEPARTMENTS,
                       DB_ARGS(db_text(tenant)));
}
