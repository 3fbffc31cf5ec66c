/* Results that are still owed: see pending.h. A visit whose teams stand owes each item of its task
 * until the object is published as a whole (R80); afterwards it owes a correction that was entered
 * and is not published yet. The two are found by indices of their own, so that what was published
 * in years past is never read. */
#include "store/pending.h"

#define OF_SEAT(column)                                                                            \
    "(" STORE_REACH(                                                                               \
        column) " OR ($4 <> '' AND EXISTS (SELECT 1 FROM seat m WHERE m.tenant = v.tenant"         \
                " AND m.draw = v.draw AND m.pool_id = v.pool_id AND m.department = " column        \
                " AND m.inspector = $4)))"
#define OF_ARGS(tenant, of)                                                                        \
    DB_ARGS(db_text(tenant), STORE_REACH_ARGS(&(of)->reach), db_text((of)->inspector))

#define VISIT_COLUMNS                                                                              \
    "SELECT v.id, v.pool_id, COALESCE(o.name, v.pool_id), t.number, t.name, t.visit_until, "       \
    "d.number"
#define VISIT_JOINS                                                                                \
    " JOIN task t ON t.tenant = v.tenant AND t.id = v.task"                                        \
    " JOIN draw d ON d.tenant = v.tenant AND d.id = v.draw"                                        \
    " LEFT JOIN object o ON o.tenant = v.tenant AND o.pool_id = v.pool_id"

static const char PENDING[] = STORE_WHOLE VISIT_COLUMNS
    ", i.department, COALESCE(r.state, ''), COALESCE(r.due_on, 0), COALESCE(r.estimated, 0)"
    " FROM visit v" VISIT_JOINS " JOIN task_item i ON i.tenant = v.tenant AND i.task = v.task"
    " LEFT JOIN result r ON r.tenant = v.tenant AND r.visit = v.id AND r.item = i.item"
    " AND NOT EXISTS (SELECT 1 FROM result n WHERE n.tenant = r.tenant AND n.visit = r.visit"
    " AND n.item = r.item AND n.version > r.version)"
    " WHERE v.tenant = $1 AND v.state IN ('assigned', 'entered')"
    " AND COALESCE(r.state, 'returned') IN ('entered', 'returned', 'approved')"
    " AND " OF_SEAT("i.department") " UNION ALL " VISIT_COLUMNS
                                    ", r.department, r.state, r.due_on, r.estimated FROM result r"
                                    " JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit"
                                    " AND v.state = 'published'" VISIT_JOINS
                                    " WHERE r.tenant = $1 AND r.state IN ('entered', 'approved')"
                                    " AND " OF_SEAT("r.department");

static enum err pending_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_pending *p = out;
    p->visit = db_col_int(rows, 0);
    p->pool_id = store_text(rows, 1, arena, &failed);
    p->object = store_text(rows, 2, arena, &failed);
    p->task = store_text(rows, 3, arena, &failed);
    p->task_name = store_text(rows, 4, arena, &failed);
    p->until = (int32_t)db_col_int(rows, 5);
    p->draw = store_text(rows, 6, arena, &failed);
    p->department = store_text(rows, 7, arena, &failed);
    p->state = store_text(rows, 8, arena, &failed);
    p->due_on = (int32_t)db_col_int(rows, 9);
    p->estimated = db_col_int(rows, 10) != 0;
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_pending(struct store_pending **out, size_t *count, struct arena *arena,
                       struct db_tx *tx, struct str tenant, const struct store_pending_of *of)
{
    static const struct store_shape shape = {sizeof **out, pending_fill};
    return store_array((void **)out, count, arena, tx, &shape, PENDING, OF_ARGS(tenant, of));
}

#define SEAT_COLUMNS "SELECT v.id, s.department, s.seat, COALESCE(p.name, s.inspector)"
#define SEAT_JOINS                                                                                 \
    " JOIN seat s ON s.tenant = v.tenant AND s.draw = v.draw AND s.pool_id = v.pool_id"            \
    " LEFT JOIN inspector p ON p.tenant = s.tenant AND p.code = s.inspector"

static const char SEATS[] = STORE_WHOLE SEAT_COLUMNS
    " FROM visit v" SEAT_JOINS " WHERE v.tenant = $1 AND v.state IN ('assigned', 'entered')"
    " AND " OF_SEAT("s.department") " UNION " SEAT_COLUMNS " FROM result r JOIN visit v"
                                    " ON v.tenant = r.tenant AND v.id = r.visit"
                                    " AND v.state = 'published'" SEAT_JOINS " WHERE r.tenant = $1"
                                    " AND r.state IN ('entered', 'approved')"
                                    " AND " OF_SEAT("s.department");

static enum err seat_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_pending_seat *s = out;
    s->visit = db_col_int(rows, 0);
    s->department = store_text(rows, 1, arena, &failed);
    s->seat = store_text(rows, 2, arena, &failed);
    s->name = store_text(rows, 3, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_pending_seats(struct store_pending_seat **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, const struct store_pending_of *of)
{
    static const struct store_shape shape = {sizeof **out, seat_fill};
    return store_array((void **)out, count, arena, tx, &shape, SEATS, OF_ARGS(tenant, of));
}
