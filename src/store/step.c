/* Reading for the list of a task's steps: see step.h. */
#include "store/step.h"

static const char STEP_TASK[] =
    "SELECT t.id FROM task t WHERE t.tenant = $1 AND t.number = $4 AND (" STORE_REACH(
        "t.department") " OR EXISTS (SELECT 1 FROM task_part p WHERE p.tenant = t.tenant AND "
                        "p.task = t.id"
                        " AND " STORE_REACH(
                            "p.department") ")"
                                            " OR EXISTS (SELECT 1 FROM task_item i WHERE i.tenant "
                                            "= t.tenant AND i.task = t.id"
                                            " AND " STORE_REACH(
                                                "i.department") ")"
                                                                " OR EXISTS (SELECT 1 FROM draw w "
                                                                "JOIN seat s ON s.tenant = "
                                                                "w.tenant AND s.draw = w.id"
                                                                " WHERE w.tenant = t.tenant AND "
                                                                "w.task = t.id AND s.inspector = "
                                                                "$5 AND s.inspector <> ''))";

enum err store_step_task(int64_t *id, struct db_tx *tx, struct str tenant,
                         const struct store_reach *reach, const struct str key[2])
{
    return store_one(
        id, NULL, tx, STEP_TASK,
        DB_ARGS(db_text(tenant), STORE_REACH_ARGS(reach), db_text(key[0]), db_text(key[1])),
        store_fill_int);
}

static const char STEP_ROWS[] = STORE_WHOLE
    "SELECT v.id, v.pool_id, i.department, r.state, r.code, r.result_on, r.due_on, r.estimated,"
    " (SELECT f.state FROM followup f JOIN result p ON p.tenant = f.tenant AND p.id = f.result"
    " WHERE p.tenant = v.tenant AND p.visit = v.id AND p.item = i.item"
    " ORDER BY f.id DESC LIMIT 1)"
    " FROM visit v JOIN task_item i ON i.tenant = v.tenant AND i.task = v.task"
    " LEFT JOIN result r ON r.tenant = v.tenant AND r.visit = v.id AND r.item = i.item"
    " AND r.version = (SELECT MAX(n.version) FROM result n WHERE n.tenant = v.tenant"
    " AND n.visit = v.id AND n.item = i.item)"
    " WHERE v.tenant = $1 AND v.task = $2 AND v.state <> 'skipped' AND v.state <> 'aborted'"
    " ORDER BY v.id, i.item";

static enum err step_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_step_row *r = out;
    r->visit = db_col_int(rows, 0);
    r->pool_id = store_text(rows, 1, arena, &failed);
    r->department = store_text(rows, 2, arena, &failed);
    r->state = store_text(rows, 3, arena, &failed);
    r->code = store_text(rows, 4, arena, &failed);
    r->result_on = (int32_t)db_col_int(rows, 5);
    r->due_on = (int32_t)db_col_int(rows, 6);
    r->estimated = db_col_int(rows, 7) != 0;
    r->follow = store_text(rows, 8, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_step_rows(struct store_step_row **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant, int64_t task)
{
    const struct store_shape shape = {sizeof(struct store_step_row), step_fill};
    return store_array((void **)out, count, arena, tx, &shape, STEP_ROWS,
                       DB_ARGS(db_text(tenant), db_int(task)));
}
