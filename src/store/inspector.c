/* Around an inspector's row: see inspector.h. */
#include "store/inspector.h"

static enum err tally_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_tally *t = out;
    bool failed = false;
    t->code = store_text(rows, 0, arena, &failed);
    t->count = db_col_int(rows, 1);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape tally_shape = {sizeof(struct store_tally), tally_fill};

static const char LOADS[] = STORE_WHOLE "SELECT inspector, COUNT(seat) FROM seat WHERE tenant = $1"
                                        " AND year = $2 AND inspector <> '' GROUP BY inspector"
                                        " ORDER BY inspector";

enum err store_inspector_loads(struct store_tally **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int year)
{
    return store_array((void **)out, count, arena, tx, &tally_shape, LOADS,
                       DB_ARGS(db_text(tenant), db_int(year)));
}

static const char INTEREST_TALLY[] =
    STORE_WHOLE "SELECT i.code, COUNT(c.pool_id) FROM conflict c"
                " JOIN inspector i ON i.tenant = c.tenant AND i.id = c.inspector"
                " WHERE c.tenant = $1 AND c.ended_at = 0 GROUP BY i.code ORDER BY i.code";

enum err store_interest_tally(struct store_tally **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &tally_shape, INTEREST_TALLY,
                       DB_ARGS(db_text(tenant)));
}

static const char DUTIES[] =
    STORE_WHOLE "SELECT t.number, t.name, t.visit_from, t.visit_until, COUNT(s.seat) FROM seat s"
                " JOIN draw w ON w.tenant = s.tenant AND w.id = s.draw"
                " JOIN task t ON t.tenant = w.tenant AND t.id = w.task"
                " WHERE s.tenant = $1 AND s.inspector = $2 AND s.year = $3"
                " GROUP BY t.id, t.number, t.name, t.visit_from, t.visit_until ORDER BY t.id DESC";

static enum err duty_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_duty *d = out;
    bool failed = false;
    d->task = store_text(rows, 0, arena, &failed);
    d->name = store_text(rows, 1, arena, &failed);
    d->visit_from = (int32_t)db_col_int(rows, 2);
    d->visit_until = (int32_t)db_col_int(rows, 3);
    d->seats = db_col_int(rows, 4);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_inspector_duties(struct store_duty **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, const struct store_tally *who_and_year,
                                struct str tenant)
{
    static const struct store_shape shape = {sizeof(struct store_duty), duty_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, DUTIES,
        DB_ARGS(db_text(tenant), db_text(who_and_year->code), db_int(who_and_year->count)));
}

static const char INTERESTS[] =
    "SELECT c.pool_id, o.name, c.kind, c.reason, c.at, c.actor, c.ended_at, c.ended_by,"
    " c.end_reason, c.typed, CASE WHEN o.id IS NOT NULL AND " STORE_REACH_OBJECT
    " THEN 1 ELSE 0 END FROM conflict c"
    " LEFT JOIN object o ON o.tenant = c.tenant AND o.pool_id = c.pool_id"
    " WHERE c.tenant = $1 AND c.inspector = $4 ORDER BY c.at DESC, c.pool_id";

static enum err interest_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_interest *i = out;
    bool failed = false;
    i->pool_id = store_text(rows, 0, arena, &failed);
    i->object = store_text(rows, 1, arena, &failed);
    i->kind = store_text(rows, 2, arena, &failed);
    i->reason = store_text(rows, 3, arena, &failed);
    i->at = db_col_int(rows, 4);
    i->actor = store_text(rows, 5, arena, &failed);
    i->ended_at = db_col_int(rows, 6);
    i->ended_by = store_text(rows, 7, arena, &failed);
    i->end_reason = store_text(rows, 8, arena, &failed);
    i->typed = store_text(rows, 9, arena, &failed);
    i->reached = db_col_int(rows, 10) != 0;
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_interests(struct store_interest **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, const struct store_interest_find *find)
{
    static const struct store_shape shape = {sizeof(struct store_interest), interest_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, INTERESTS,
        DB_ARGS(db_text(find->tenant), STORE_REACH_ARGS(&find->reach), db_int(find->inspector)));
}

static const char INTEREST_RENEW[] =
    "UPDATE conflict SET kind = $4, reason = $5, at = $6, actor = $7, typed = $8, ended_at = 0,"
    " ended_by = '', end_reason = '' WHERE tenant = $1 AND inspector = $2 AND pool_id = $3 AND "
    "ended_at > 0";
static const char INTEREST_ADD[] =
    "INSERT INTO conflict (tenant, inspector, pool_id, kind, reason, at, actor, typed)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

enum err store_interest_add(struct db_tx *tx, const struct store_interest *row)
{
    const struct db_value args[] = {
        db_text(row->tenant), db_int(row->inspector), db_text(row->pool_id), db_text(row->kind),
        db_text(row->reason), db_int(row->at),        db_text(row->actor),   db_text(row->typed)};
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, INTEREST_RENEW, args, 8));
    return changed > 0 ? ERR_OK : db_run(tx, NULL, INTEREST_ADD, args, 8);
}

static const char INTEREST_END[] =
    "UPDATE conflict SET ended_at = $4, ended_by = $5, end_reason = $6"
    " WHERE tenant = $1 AND inspector = $2 AND pool_id = $3 AND ended_at = 0";

enum err store_interest_end(struct db_tx *tx, const struct store_interest *row)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, INTEREST_END,
               DB_ARGS(db_text(row->tenant), db_int(row->inspector), db_text(row->pool_id),
                       db_int(row->ended_at), db_text(row->ended_by), db_text(row->end_reason))));
    return changed == 1 ? ERR_OK : ERR_MISSING;
}

static const char DOINGS[] = "SELECT COUNT(id) FROM audit WHERE tenant = $1 AND actor = $2"
                             " AND action = $3 AND at > $4";

enum err store_audit_doings(int64_t *out, struct db_tx *tx, const struct store_doings *find)
{
    return store_one(out, NULL, tx, DOINGS,
                     DB_ARGS(db_text(find->tenant), db_text(find->actor), db_text(find->action),
                             db_int(find->since)),
                     store_fill_int);
}
