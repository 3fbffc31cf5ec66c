/* Results of visits: see result.h. */
#include "store/result.h"

#define RESULT_COLUMNS                                                                             \
    "tenant, id, visit, item, department, version, code, note, method, result_on, due_on,"         \
    " estimated, state, entered_by, typed_by, entered_at, approved_by, approved_at,"               \
    " exempt_ground, exempt_by, published_at, publication, exempt_kind"

static const char RESULT_ADD[] =
    "INSERT INTO result (" RESULT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";

enum err store_result_add(struct db_tx *tx, const struct store_result *r)
{
    return db_run(tx, NULL, RESULT_ADD,
                  DB_ARGS(db_text(r->tenant), db_int(r->id), db_int(r->visit), db_int(r->item),
                          db_text(r->department), db_int(r->version), db_text(r->code),
                          db_text(r->note), db_text(r->method), db_int(r->result_on),
                          db_int(r->due_on), db_int(r->estimated), db_text(r->state),
                          db_text(r->entered_by), db_text(r->typed_by), db_int(r->entered_at),
                          db_text(r->approved_by), db_int(r->approved_at),
                          db_text(r->exempt_ground), db_text(r->exempt_by), db_int(r->published_at),
                          db_int(r->publication), db_text(r->exempt_kind)));
}

static enum err result_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_result *r = out;
    r->tenant = store_text(rows, 0, arena, &failed);
    r->id = db_col_int(rows, 1);
    r->visit = db_col_int(rows, 2);
    r->item = db_col_int(rows, 3);
    r->department = store_text(rows, 4, arena, &failed);
    r->version = db_col_int(rows, 5);
    r->code = store_text(rows, 6, arena, &failed);
    r->note = store_text(rows, 7, arena, &failed);
    r->method = store_text(rows, 8, arena, &failed);
    r->result_on = (int32_t)db_col_int(rows, 9);
    r->due_on = (int32_t)db_col_int(rows, 10);
    r->estimated = db_col_int(rows, 11) != 0;
    r->state = store_text(rows, 12, arena, &failed);
    r->entered_by = store_text(rows, 13, arena, &failed);
    r->typed_by = store_text(rows, 14, arena, &failed);
    r->entered_at = db_col_int(rows, 15);
    r->approved_by = store_text(rows, 16, arena, &failed);
    r->approved_at = db_col_int(rows, 17);
    r->exempt_ground = store_text(rows, 18, arena, &failed);
    r->exempt_by = store_text(rows, 19, arena, &failed);
    r->published_at = db_col_int(rows, 20);
    r->publication = db_col_int(rows, 21);
    r->exempt_kind = store_text(rows, 22, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char ADOPTION_ADD[] =
    "INSERT INTO adoption (tenant, result, kind, number, body, made_on)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_adoption_add(struct db_tx *tx, const struct store_adoption *a)
{
    return db_run(tx, NULL, ADOPTION_ADD,
                  DB_ARGS(db_text(a->tenant), db_int(a->result), db_text(a->kind),
                          db_text(a->number), db_text(a->body), db_int(a->made_on)));
}

static const char ADOPTION_GET[] =
    "SELECT tenant, result, kind, number, body, made_on FROM adoption"
    " WHERE tenant = $1 AND result = $2";

enum err store_adoption_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_adoption *a = out;
    a->tenant = store_text(rows, 0, arena, &failed);
    a->result = db_col_int(rows, 1);
    a->kind = store_text(rows, 2, arena, &failed);
    a->number = store_text(rows, 3, arena, &failed);
    a->body = store_text(rows, 4, arena, &failed);
    a->made_on = (int32_t)db_col_int(rows, 5);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_adoption_get(struct store_adoption *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, int64_t result)
{
    return store_one(out, arena, tx, ADOPTION_GET, DB_ARGS(db_text(tenant), db_int(result)),
                     store_adoption_fill);
}

static const char RESULT_GET[] = "SELECT " RESULT_COLUMNS " FROM result WHERE tenant = $1"
                                 " AND visit = $2 AND item = $3 ORDER BY version DESC LIMIT 1";

enum err store_result_get(struct store_result *out, struct arena *arena, struct db_tx *tx,
                          struct str tenant, int64_t visit, int64_t item)
{
    return store_one(out, arena, tx, RESULT_GET,
                     DB_ARGS(db_text(tenant), db_int(visit), db_int(item)), result_fill);
}

static const char RESULT_STEP[] =
    "UPDATE result SET state = $4, approved_by = $5, approved_at = $6, exempt_ground = $7,"
    " exempt_by = $8, published_at = $9, publication = $10, exempt_kind = $11"
    " WHERE tenant = $1 AND id = $2 AND state = $3";

enum err store_result_step(struct db_tx *tx, const struct store_result *r, struct str from)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, RESULT_STEP,
               DB_ARGS(db_text(r->tenant), db_int(r->id), db_text(from), db_text(r->state),
                       db_text(r->approved_by), db_int(r->approved_at), db_text(r->exempt_ground),
                       db_text(r->exempt_by), db_int(r->published_at), db_int(r->publication),
                       db_text(r->exempt_kind))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char RESULTS_OF_VISIT[] =
    "SELECT " RESULT_COLUMNS " FROM result r WHERE r.tenant = $1 AND r.visit = $2"
    " AND r.version = (SELECT MAX(n.version) FROM result n WHERE n.tenant = r.tenant"
    " AND n.visit = r.visit AND n.item = r.item) ORDER BY r.item";

enum err store_results_of_visit(struct store_result **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant, int64_t visit)
{
    const struct store_shape shape = {sizeof(struct store_result), result_fill};
    return store_array((void **)out, count, arena, tx, &shape, RESULTS_OF_VISIT,
                       DB_ARGS(db_text(tenant), db_int(visit)));
}

/* What is about to be published, as the registry says it today. */
static const char PUBLISHING[] =
    "SELECT r.id, t.plan_number, t.plan_name, t.number, t.name, t.type, d.name, r.result_on,"
    " o.number, o.name, i.name, r.code, o.division, i.code, r.visit, r.item, v.pool_id, w.number,"
    " r.published_at, COALESCE(c.replaces, 0), COALESCE(c.reason, ''), r.department,"
    " CASE WHEN a.result IS NULL THEN 0 ELSE 1 END, COALESCE(x.kind, ''),"
    " CASE WHEN a.result IS NULL THEN '' ELSE COALESCE(y.kind, '') END"
    " FROM result r"
    " JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit"
    " JOIN draw w ON w.tenant = v.tenant AND w.id = v.draw"
    " JOIN task t ON t.tenant = v.tenant AND t.id = v.task"
    " JOIN item i ON i.tenant = r.tenant AND i.id = r.item"
    " JOIN department d ON d.tenant = r.tenant AND d.code = r.department"
    " JOIN object o ON o.tenant = v.tenant AND o.pool_id = v.pool_id"
    " LEFT JOIN correction c ON c.tenant = r.tenant AND c.result = r.id"
    " LEFT JOIN adoption a ON a.tenant = r.tenant AND a.result = r.id"
    " LEFT JOIN redaction x ON x.tenant = r.tenant AND x.visit = r.visit AND x.item = r.item"
    " AND x.owner = r.id AND x.part = 'reason'"
    " LEFT JOIN redaction y ON y.tenant = r.tenant AND y.visit = r.visit AND y.item = r.item"
    " AND y.owner = r.id AND y.part = 'adoption'"
    " WHERE r.tenant = $1 AND r.state = 'published' AND r.publication = $2 ORDER BY r.id";

static enum err published_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_published *p = out;
    p->result = db_col_int(rows, 0);
    struct str *const texts[] = {&p->plan_number, &p->plan_name, &p->task_number,
                                 &p->task_name,   &p->type,      &p->authority};
    for (int i = 0; i < 6; i++)
        *texts[i] = store_text(rows, 1 + i, arena, &failed);
    p->date = (int32_t)db_col_int(rows, 7);
    struct str *const more[] = {&p->object_number, &p->object_name, &p->item,
                                &p->code,          &p->division,    &p->item_code};
    for (int i = 0; i < 6; i++)
        *more[i] = store_text(rows, 8 + i, arena, &failed);
    p->visit = db_col_int(rows, 14);
    p->item_id = db_col_int(rows, 15);
    p->pool_id = store_text(rows, 16, arena, &failed);
    p->draw = store_text(rows, 17, arena, &failed);
    p->published_at = db_col_int(rows, 18);
    p->replaces = db_col_int(rows, 19);
    p->reason = store_text(rows, 20, arena, &failed);
    p->department = store_text(rows, 21, arena, &failed);
    p->adopted = db_col_int(rows, 22) != 0;
    p->reason_kind = store_text(rows, 23, arena, &failed);
    p->adopted_kind = store_text(rows, 24, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_publishing(struct store_published **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int64_t publication)
{
    const struct store_shape shape = {sizeof(struct store_published), published_fill};
    return store_array((void **)out, count, arena, tx, &shape, PUBLISHING,
                       DB_ARGS(db_text(tenant), db_int(publication)));
}

static const char PUBLISHED_ADD[] =
    "INSERT INTO published (tenant, result, publication, plan_number, plan_name, task_number,"
    " task_name, type, authority, result_on, object_number, object_name, item, code,"
    " division, item_code, visit, item_id, pool_id, draw, published_at, replaces, reason,"
    " department, adopted, idx, reason_kind, adopted_kind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
    "$9, $10, $11, $12, $13,"
    " $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)";

enum err store_published_add(struct db_tx *tx, const struct store_publication *to,
                             const struct store_published *p)
{
    return db_run(
        tx, NULL, PUBLISHED_ADD,
        DB_ARGS(db_text(to->tenant), db_int(p->result), db_int(to->id), db_text(p->plan_number),
                db_text(p->plan_name), db_text(p->task_number), db_text(p->task_name),
                db_text(p->type), db_text(p->authority), db_int(p->date), db_text(p->object_number),
                db_text(p->object_name), db_text(p->item), db_text(p->code), db_text(p->division),
                db_text(p->item_code), db_int(p->visit), db_int(p->item_id), db_text(p->pool_id),
                db_text(p->draw), db_int(p->published_at), db_int(p->replaces), db_text(p->reason),
                db_text(p->department), db_int(p->adopted), db_int(to->idx),
                db_text(p->reason_kind), db_text(p->adopted_kind)));
}

#define PUBLISHED_ROWS                                                                             \
    "SELECT p.result, p.plan_number, p.plan_name, p.task_number, p.task_name, p.type,"             \
    " p.authority, p.result_on, p.object_number, p.object_name, p.item, p.code, p.division,"       \
    " p.item_code, p.visit, p.item_id, p.pool_id, p.draw, p.published_at, p.replaces, p.reason,"   \
    " p.department, p.adopted, p.reason_kind, p.adopted_kind"                                      \
    " FROM published p"

static const char PUBLISHED_GET[] = PUBLISHED_ROWS " WHERE p.tenant = $1 AND p.result = $2";
static const char PUBLISHED_ALL[] =
    PUBLISHED_ROWS " WHERE p.tenant = $1 AND p.replaced = 0 ORDER BY p.publication, p.result";

enum err store_published_get(struct store_published *out, struct arena *arena, struct db_tx *tx,
                             struct str tenant, int64_t result)
{
    return store_one(out, arena, tx, PUBLISHED_GET, DB_ARGS(db_text(tenant), db_int(result)),
                     published_fill);
}

enum err store_published_open(struct db_rows **out, struct db_tx *tx, struct str tenant)
{
    return db_stream(out, tx, PUBLISHED_ALL, DB_ARGS(db_text(tenant)));
}

enum err store_published_next(struct store_published *out, struct db_rows *rows)
{
    TRY(db_next(rows));
    *out = (struct store_published){.result = db_col_int(rows, 0),
                                    .plan_number = db_col_text(rows, 1),
                                    .plan_name = db_col_text(rows, 2),
                                    .task_number = db_col_text(rows, 3),
                                    .task_name = db_col_text(rows, 4),
                                    .type = db_col_text(rows, 5),
                                    .authority = db_col_text(rows, 6),
                                    .date = (int32_t)db_col_int(rows, 7),
                                    .object_number = db_col_text(rows, 8),
                                    .object_name = db_col_text(rows, 9),
                                    .item = db_col_text(rows, 10),
                                    .code = db_col_text(rows, 11),
                                    .division = db_col_text(rows, 12),
                                    .item_code = db_col_text(rows, 13)};
    return ERR_OK;
}

static const char PUBLICATION_ADD[] =
    "INSERT INTO publication (tenant, id, idx, count, at, actor) VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_publication_add(struct db_tx *tx, const struct store_publication *row)
{
    return db_run(tx, NULL, PUBLICATION_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->idx),
                          db_int(row->count), db_int(row->at), db_text(row->actor)));
}

static const char RESULT_COUNTS[] =
    "SELECT r.state, COUNT(*), SUM(CASE WHEN r.due_on < $2 THEN 1 ELSE 0 END) FROM result r"
    " WHERE r.tenant = $1 GROUP BY r.state";

static enum err result_count_row(void *ctx, struct db_rows *rows)
{
    struct store_result_counts *counts = ctx;
    struct str state = db_col_text(rows, 0);
    int64_t count = db_col_int(rows, 1);
    bool open = false;
    if (str_eq(state, STR("published")))
        counts->published = count;
    else if (str_eq(state, STR("exempt")))
        counts->exempt = count;
    else if (str_eq(state, STR("returned")))
        counts->returned = count;
    else if (str_eq(state, STR("entered")) || str_eq(state, STR("approved")))
        open = true;
    if (str_eq(state, STR("entered")))
        counts->entered = count;
    if (str_eq(state, STR("approved")))
        counts->approved = count;
    counts->overdue += open ? db_col_int(rows, 2) : 0;
    return ERR_OK;
}

enum err store_result_counts(struct store_result_counts *out, struct db_tx *tx, struct str tenant,
                             int32_t today)
{
    *out = (struct store_result_counts){0};
    return store_all(tx, RESULT_COUNTS, DB_ARGS(db_text(tenant), db_int(today)), result_count_row,
                     out);
}

/* --- corrections and what followed --- */

static const char CORRECTION_ADD[] =
    "INSERT INTO correction (tenant, result, replaces, reason, at, actor)"
    " VALUES ($1, $2, $3, $4, $5, $6)";
static const char CORRECTION_GET[] =
    "SELECT tenant, result, replaces, reason, at, actor FROM correction"
    " WHERE tenant = $1 AND result = $2";

enum err store_correction_add(struct db_tx *tx, const struct store_correction *row)
{
    return db_run(tx, NULL, CORRECTION_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->result), db_int(row->replaces),
                          db_text(row->reason), db_int(row->at), db_text(row->actor)));
}

static enum err correction_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_correction *c = out;
    c->tenant = store_text(rows, 0, arena, &failed);
    c->result = db_col_int(rows, 1);
    c->replaces = db_col_int(rows, 2);
    c->reason = store_text(rows, 3, arena, &failed);
    c->at = db_col_int(rows, 4);
    c->actor = store_text(rows, 5, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_correction_get(struct store_correction *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, int64_t result)
{
    return store_one(out, arena, tx, CORRECTION_GET, DB_ARGS(db_text(tenant), db_int(result)),
                     correction_fill);
}

static const char RESULT_REPLACE[] = "UPDATE result SET state = 'replaced' WHERE tenant = $1"
                                     " AND id = $2 AND state = 'published'";
static const char PUBLISHED_REPLACE[] =
    "UPDATE published SET replaced = 1 WHERE tenant = $1 AND result = $2";

enum err store_result_replace(struct db_tx *tx, struct str tenant, int64_t id)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, RESULT_REPLACE, DB_ARGS(db_text(tenant), db_int(id))));
    if (changed != 1)
        return ERR_CONFLICT;
    return db_run(tx, NULL, PUBLISHED_REPLACE, DB_ARGS(db_text(tenant), db_int(id)));
}

static const char RESULT_PUBLISHED[] =
    "SELECT " RESULT_COLUMNS " FROM result WHERE tenant = $1 AND visit = $2 AND item = $3"
    " AND state = 'published' ORDER BY version DESC LIMIT 1";

enum err store_result_published(struct store_result *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, int64_t visit, int64_t item)
{
    return store_one(out, arena, tx, RESULT_PUBLISHED,
                     DB_ARGS(db_text(tenant), db_int(visit), db_int(item)), result_fill);
}

static const char FOLLOWUP_ADD[] =
    "INSERT INTO followup (tenant, id, result, measure, state, happened_on, document, note,"
    " entered_by, approved_by, at, idx, document_kind, note_kind) VALUES ($1, $2, $3, $4, $5, $6,"
    " $7, $8, $9, $10, $11, $12, $13, $14)";

enum err store_followup_add(struct db_tx *tx, const struct store_followup *row)
{
    return db_run(tx, NULL, FOLLOWUP_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_int(row->result),
                          db_text(row->measure), db_text(row->state), db_int(row->happened_on),
                          db_text(row->document), db_text(row->note), db_text(row->entered_by),
                          db_text(row->approved_by), db_int(row->at), db_int(row->idx),
                          db_text(row->document_kind), db_text(row->note_kind)));
}
