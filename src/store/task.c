/* Tasks, and what a draw reads of the registries: see task.h. */
#include "store/task.h"

#include "store/reach.h"

#include <string.h>

#define TASK_COLUMNS                                                                               \
    "tenant, id, number, name, plan_number, plan_name, document, type, source, ground, basis,"     \
    " department, visit_from, visit_until, strata, scope_division, scope_industry, scope_kind,"    \
    " scope_label, scope_risk, repeat_reason, state, at, actor"

static const char TASK_ADD[] =
    "INSERT INTO task (" TASK_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
    " $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";

enum err store_task_add(struct db_tx *tx, const struct store_task *t)
{
    return db_run(
        tx, NULL, TASK_ADD,
        DB_ARGS(db_text(t->tenant), db_int(t->id), db_text(t->number), db_text(t->name),
                db_text(t->plan_number), db_text(t->plan_name), db_text(t->document),
                db_text(t->type), db_text(t->source), db_text(t->ground), db_text(t->basis),
                db_text(t->department), db_int(t->visit_from), db_int(t->visit_until),
                db_text(t->strata), db_text(t->scope_division), db_text(t->scope_industry),
                db_text(t->scope_kind), db_text(t->scope_label), db_text(t->scope_risk),
                db_text(t->repeat_reason), db_text(t->state), db_int(t->at), db_text(t->actor)));
}

static enum err task_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_task *t = out;
    t->tenant = store_text(rows, 0, arena, &failed);
    t->id = db_col_int(rows, 1);
    struct str *const texts[] = {&t->number,   &t->name,      &t->plan_number, &t->plan_name,
                                 &t->document, &t->type,      &t->source,      &t->ground,
                                 &t->basis,    &t->department};
    for (int i = 0; i < 10; i++)
        *texts[i] = store_text(rows, 2 + i, arena, &failed);
    t->visit_from = (int32_t)db_col_int(rows, 12);
    t->visit_until = (int32_t)db_col_int(rows, 13);
    struct str *const scopes[] = {&t->strata,        &t->scope_division, &t->scope_industry,
                                  &t->scope_kind,    &t->scope_label,    &t->scope_risk,
                                  &t->repeat_reason, &t->state};
    for (int i = 0; i < 8; i++)
        *scopes[i] = store_text(rows, 14 + i, arena, &failed);
    t->at = db_col_int(rows, 22);
    t->actor = store_text(rows, 23, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char TASK_GET[] = STORE_WHOLE "SELECT " TASK_COLUMNS " FROM task WHERE tenant = $1"
                                           " AND number = $2";

enum err store_task_get(struct store_task *out, struct arena *arena, struct db_tx *tx,
                        struct str tenant, struct str number)
{
    return store_one(out, arena, tx, TASK_GET, DB_ARGS(db_text(tenant), db_text(number)),
                     task_fill);
}

static const char TASK_BY_ID[] =
    STORE_WHOLE "SELECT " TASK_COLUMNS " FROM task WHERE tenant = $1 AND id = $2";

enum err store_task_by_id(struct store_task *out, struct arena *arena, struct db_tx *tx,
                          struct str tenant, int64_t id)
{
    return store_one(out, arena, tx, TASK_BY_ID, DB_ARGS(db_text(tenant), db_int(id)), task_fill);
}

static const char TASK_STATE[] = "UPDATE task SET state = $3 WHERE tenant = $1 AND id = $2";

enum err store_task_state(struct db_tx *tx, struct str tenant, int64_t id, struct str state)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, TASK_STATE, DB_ARGS(db_text(tenant), db_int(id), db_text(state))));
    return changed == 1 ? ERR_OK : ERR_MISSING;
}

static const char TASK_LIST[] = "SELECT " TASK_COLUMNS " FROM task WHERE tenant = $1"
                                " ORDER BY id DESC";

enum err store_task_list(struct store_task **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_task), task_fill};
    return store_array((void **)out, count, arena, tx, &shape, TASK_LIST, DB_ARGS(db_text(tenant)));
}

static const char TASK_ITEM_ADD[] = "INSERT INTO task_item (tenant, task, item, department)"
                                    " VALUES ($1, $2, $3, $4)";

enum err store_task_item_add(struct db_tx *tx, struct str tenant, int64_t task,
                             const struct store_task_item *item)
{
    return db_run(
        tx, NULL, TASK_ITEM_ADD,
        DB_ARGS(db_text(tenant), db_int(task), db_int(item->item), db_text(item->department)));
}

static enum err task_item_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_task_item *item = out;
    item->item = db_col_int(rows, 0);
    item->code = store_text(rows, 1, arena, &failed);
    item->category = store_text(rows, 2, arena, &failed);
    item->name = store_text(rows, 3, arena, &failed);
    item->class = store_text(rows, 4, arena, &failed);
    item->cap_num = db_col_int(rows, 5);
    item->cap_den = db_col_int(rows, 6);
    item->department = store_text(rows, 7, arena, &failed);
    item->labels = store_text(rows, 8, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char TASK_ITEMS[] = STORE_WHOLE
    "SELECT i.id, i.code, i.category, i.name, i.class, i.cap_num, i.cap_den, t.department,"
    " i.labels"
    " FROM task_item t JOIN item i ON i.tenant = t.tenant AND i.id = t.item"
    " WHERE t.tenant = $1 AND t.task = $2 ORDER BY i.code, i.id";

enum err store_task_items(struct store_task_item **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t task)
{
    const struct store_shape shape = {sizeof(struct store_task_item), task_item_fill};
    return store_array((void **)out, count, arena, tx, &shape, TASK_ITEMS,
                       DB_ARGS(db_text(tenant), db_int(task)));
}

static const char TASK_PART_ADD[] =
    "INSERT INTO task_part (tenant, task, department, seats, tag, tag_seats, cap)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_task_part_add(struct db_tx *tx, struct str tenant, int64_t task,
                             const struct store_task_part *part)
{
    return db_run(tx, NULL, TASK_PART_ADD,
                  DB_ARGS(db_text(tenant), db_int(task), db_text(part->department),
                          db_int(part->seats), db_text(part->tag), db_int(part->tag_seats),
                          db_int(part->cap)));
}

static enum err task_part_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_task_part *part = out;
    part->department = store_text(rows, 0, arena, &failed);
    part->seats = db_col_int(rows, 1);
    part->tag = store_text(rows, 2, arena, &failed);
    part->tag_seats = db_col_int(rows, 3);
    part->cap = db_col_int(rows, 4);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char TASK_PARTS[] =
    STORE_WHOLE "SELECT department, seats, tag, tag_seats, cap FROM task_part"
                " WHERE tenant = $1 AND task = $2 ORDER BY department";

enum err store_task_parts(struct store_task_part **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t task)
{
    const struct store_shape shape = {sizeof(struct store_task_part), task_part_fill};
    return store_array((void **)out, count, arena, tx, &shape, TASK_PARTS,
                       DB_ARGS(db_text(tenant), db_int(task)));
}

static const char TASK_QUOTA_ADD[] =
    "INSERT INTO task_quota (tenant, task, stratum, mode, num, den)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_task_quota_add(struct db_tx *tx, struct str tenant, int64_t task,
                              const struct store_task_quota *quota)
{
    return db_run(tx, NULL, TASK_QUOTA_ADD,
                  DB_ARGS(db_text(tenant), db_int(task), db_text(quota->stratum),
                          db_text(quota->mode), db_int(quota->num), db_int(quota->den)));
}

static enum err task_quota_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_task_quota *quota = out;
    quota->stratum = store_text(rows, 0, arena, &failed);
    quota->mode = store_text(rows, 1, arena, &failed);
    quota->num = db_col_int(rows, 2);
    quota->den = db_col_int(rows, 3);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char TASK_QUOTAS[] = STORE_WHOLE "SELECT stratum, mode, num, den FROM task_quota"
                                              " WHERE tenant = $1 AND task = $2 ORDER BY stratum";

enum err store_task_quotas(struct store_task_quota **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, int64_t task)
{
    const struct store_shape shape = {sizeof(struct store_task_quota), task_quota_fill};
    return store_array((void **)out, count, arena, tx, &shape, TASK_QUOTAS,
                       DB_ARGS(db_text(tenant), db_int(task)));
}

static const char ITEM_BY_CODE[] =
    "SELECT id, code, category, name, class, cap_num, cap_den, department, labels"
    " FROM item"
    " WHERE tenant = $1 AND code = $2 AND state = 'active' ORDER BY version DESC LIMIT 1";

enum err store_item_by_code(struct store_task_item *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, struct str code)
{
    return store_one(out, arena, tx, ITEM_BY_CODE, DB_ARGS(db_text(tenant), db_text(code)),
                     task_item_fill);
}

static const char DEPARTMENT_FIND[] = "SELECT code, name, state FROM department"
                                      " WHERE tenant = $1 AND (code = $2 OR name = $2)"
                                      " ORDER BY code LIMIT 1";

static enum err department_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_office *department = out;
    department->code = store_text(rows, 0, arena, &failed);
    department->name = store_text(rows, 1, arena, &failed);
    department->state = store_text(rows, 2, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_department_find(struct store_office *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, struct str code_or_name)
{
    return store_one(out, arena, tx, DEPARTMENT_FIND,
                     DB_ARGS(db_text(tenant), db_text(code_or_name)), department_fill);
}

static const char CANDIDATES[] =
    "SELECT pool_id, kind, state, division, industry, risk, observed_until, labels FROM object"
    " WHERE tenant = $1 ORDER BY pool_id";

enum err store_candidates(struct db_rows **out, struct db_tx *tx, struct str tenant)
{
    return db_stream(out, tx, CANDIDATES, DB_ARGS(db_text(tenant)));
}

enum err store_candidate_next(struct store_candidate *out, struct db_rows *rows)
{
    TRY(db_next(rows));
    *out = (struct store_candidate){db_col_text(rows, 0),         db_col_text(rows, 1),
                                    db_col_text(rows, 2),         db_col_text(rows, 3),
                                    db_col_text(rows, 4),         db_col_text(rows, 5),
                                    (int32_t)db_col_int(rows, 6), db_col_text(rows, 7)};
    return ERR_OK;
}

static const char VISITED[] = "SELECT DISTINCT pool_id FROM visit WHERE tenant = $1 AND year = $2"
                              " AND state <> 'skipped' AND state <> 'aborted' ORDER BY pool_id";

static const char VEILED[] = "SELECT pool_id FROM visit WHERE tenant = $1 AND year = $2"
                             " AND pool_id LIKE '~%' AND state <> 'skipped'"
                             " AND state <> 'aborted'";

enum err store_visited_veiled(struct str **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant, int year)
{
    const struct store_shape shape = {sizeof **out, store_fill_text};
    return store_array((void **)out, count, arena, tx, &shape, VEILED,
                       DB_ARGS(db_text(tenant), db_int(year)));
}

enum err store_visited(struct db_rows **out, struct db_tx *tx, struct str tenant, int year)
{
    return db_stream(out, tx, VISITED, DB_ARGS(db_text(tenant), db_int(year)));
}

#define INSPECTOR_COLUMNS                                                                          \
    "i.id, i.code, i.name, i.department, i.category, i.certificate, i.valid_until,"                \
    " i.certificate2, i.valid_until2, i.specialities, i.areas"

static enum err inspector_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_inspector *i = out;
    i->id = db_col_int(rows, 0);
    i->code = store_text(rows, 1, arena, &failed);
    i->name = store_text(rows, 2, arena, &failed);
    i->department = store_text(rows, 3, arena, &failed);
    i->category = store_text(rows, 4, arena, &failed);
    i->certificate = store_text(rows, 5, arena, &failed);
    i->valid_until = (int32_t)db_col_int(rows, 6);
    i->certificate2 = store_text(rows, 7, arena, &failed);
    i->valid_until2 = (int32_t)db_col_int(rows, 8);
    i->specialities = store_text(rows, 9, arena, &failed);
    i->areas = store_text(rows, 10, arena, &failed);
    i->load = db_col_int(rows, 11);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char INSPECTORS[] = STORE_WHOLE
    "SELECT " INSPECTOR_COLUMNS ", (SELECT COUNT(*) FROM seat s WHERE s.tenant = i.tenant"
    " AND s.inspector = i.code AND s.year = $3) FROM inspector i"
    " WHERE i.tenant = $1 AND i.department = $2 AND i.state = 'active' ORDER BY i.code";

enum err store_inspectors(struct store_inspector **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, struct str department, int year)
{
    const struct store_shape shape = {sizeof(struct store_inspector), inspector_fill};
    return store_array((void **)out, count, arena, tx, &shape, INSPECTORS,
                       DB_ARGS(db_text(tenant), db_text(department), db_int(year)));
}

static const char INSPECTOR_FIND[] =
    STORE_WHOLE "SELECT " INSPECTOR_COLUMNS ", 0 FROM inspector i"
                " WHERE i.tenant = $1 AND i.code = $2 AND i.state = 'active'";

enum err store_inspector_find(struct store_inspector *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, struct str code)
{
    return store_one(out, arena, tx, INSPECTOR_FIND, DB_ARGS(db_text(tenant), db_text(code)),
                     inspector_fill);
}

static const char INSPECTOR_ANY[] = STORE_WHOLE "SELECT " INSPECTOR_COLUMNS ", 0 FROM inspector i"
                                                " WHERE i.tenant = $1 AND i.code = $2";

enum err store_inspector_any(struct store_inspector *out, struct arena *arena, struct db_tx *tx,
                             struct str tenant, struct str code)
{
    return store_one(out, arena, tx, INSPECTOR_ANY, DB_ARGS(db_text(tenant), db_text(code)),
                     inspector_fill);
}

static enum err conflict_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_conflict *conflict = out;
    conflict->inspector = store_text(rows, 0, arena, &failed);
    conflict->pool_id = store_text(rows, 1, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char CONFLICTS[] = "SELECT i.code, c.pool_id FROM conflict c"
                                " JOIN inspector i ON i.tenant = c.tenant AND i.id = c.inspector"
                                " WHERE c.tenant = $1 AND c.ended_at = 0"
                                " ORDER BY i.code, c.pool_id";

enum err store_conflicts(struct store_conflict **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_conflict), conflict_fill};
    return store_array((void **)out, count, arena, tx, &shape, CONFLICTS, DB_ARGS(db_text(tenant)));
}

static const char OBJECT_NAME[] = STORE_WHOLE "SELECT name, number, division, address FROM object"
                                              " WHERE tenant = $1 AND pool_id = $2";

static enum err object_name_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_object_name *object = out;
    object->name = store_text(rows, 0, arena, &failed);
    object->number = store_text(rows, 1, arena, &failed);
    object->division = store_text(rows, 2, arena, &failed);
    object->address = store_text(rows, 3, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_object_name(struct store_object_name *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, struct str pool_id)
{
    return store_one(out, arena, tx, OBJECT_NAME, DB_ARGS(db_text(tenant), db_text(pool_id)),
                     object_name_fill);
}
