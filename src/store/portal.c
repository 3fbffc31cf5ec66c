/* What the public may see: see portal.h. A finding is a result other than 01 and 07. */
#include "store/portal.h"

#define FINDING " r.code <> '01' AND r.code <> '07' "

/* --- figures --- */

static const char FIGURES[] =
    "SELECT (SELECT COUNT(*) FROM object WHERE tenant = $1 AND state = 'active'),"
    " (SELECT COUNT(*) FROM item WHERE tenant = $1 AND state = 'active'),"
    " (SELECT COUNT(*) FROM task WHERE tenant = $1 AND state <> 'ready'),"
    " (SELECT COUNT(*) FROM draw WHERE tenant = $1 AND at >= $3 AND at < $4),"
    " (SELECT COUNT(*) FROM draw WHERE tenant = $1 AND state <> 'disclosed'"
    " AND state <> 'aborted' AND disclose_by < $2)";
static const char FIGURES_RESULTS[] =
    "SELECT COUNT(DISTINCT r.visit), COUNT(*), SUM(CASE WHEN" FINDING "THEN 1 ELSE 0 END)"
    " FROM result r WHERE r.tenant = $1 AND r.state = 'published' AND r.published_at >= $2"
    " AND r.published_at < $3";

static enum err figures_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    struct store_figures *f = out;
    f->objects = db_col_int(rows, 0);
    f->items = db_col_int(rows, 1);
    f->tasks = db_col_int(rows, 2);
    f->draws = db_col_int(rows, 3);
    f->overdue = db_col_int(rows, 4);
    return ERR_OK;
}

static enum err figures_results_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    struct store_figures *f = out;
    f->visits = db_col_int(rows, 0);
    f->results = db_col_int(rows, 1);
    f->findings = db_col_int(rows, 2);
    return ERR_OK;
}

enum err store_figures(struct store_figures *out, struct db_tx *tx, struct str tenant, int64_t from,
                       int64_t until, int64_t now)
{
    *out = (struct store_figures){0};
    TRY(store_one(out, NULL, tx, FIGURES,
                  DB_ARGS(db_text(tenant), db_int(now), db_int(from), db_int(until)),
                  figures_fill));
    return store_one(out, NULL, tx, FIGURES_RESULTS,
                     DB_ARGS(db_text(tenant), db_int(from), db_int(until)), figures_results_fill);
}

/* --- tasks --- */

#define TASK_ROWS                                                                                  \
    "SELECT t.id, t.number, t.name, t.plan_number, t.plan_name, t.document, t.type, t.source,"     \
    " t.basis, d.name, t.visit_from, t.visit_until, t.state, w.number, w.state FROM task t"        \
    " JOIN draw w ON w.tenant = t.tenant AND w.task = t.id"                                        \
    " JOIN department d ON d.tenant = t.tenant AND d.code = t.department"

static const char TASKS[] = TASK_ROWS " WHERE t.tenant = $1 AND t.id < $2 ORDER BY t.id DESC"
                                      " LIMIT $3";
static const char TASK_BY_NUMBER[] = TASK_ROWS " WHERE t.tenant = $1 AND t.number = $2";

static enum err task_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_task *t = out;
    t->id = db_col_int(rows, 0);
    struct str *const texts[] = {&t->number,    &t->name,     &t->plan_number,
                                 &t->plan_name, &t->document, &t->type,
                                 &t->source,    &t->basis,    &t->department};
    for (int i = 0; i < 9; i++)
        *texts[i] = store_text(rows, 1 + i, arena, &failed);
    t->visit_from = (int32_t)db_col_int(rows, 10);
    t->visit_until = (int32_t)db_col_int(rows, 11);
    t->state = store_text(rows, 12, arena, &failed);
    t->draw = store_text(rows, 13, arena, &failed);
    t->draw_state = store_text(rows, 14, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

/* An exclusive upper bound for ids: 0 stands for none. */
static struct db_value portal_before(int64_t before)
{
    return db_int(before > 0 ? before : INT64_MAX);
}

enum err store_public_tasks(struct store_public_task **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int64_t before, int64_t most)
{
    const struct store_shape shape = {sizeof(struct store_public_task), task_fill};
    return store_array((void **)out, count, arena, tx, &shape, TASKS,
                       DB_ARGS(db_text(tenant), portal_before(before), db_int(most)));
}

enum err store_public_task_get(struct store_public_task *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, struct str number)
{
    return store_one(out, arena, tx, TASK_BY_NUMBER, DB_ARGS(db_text(tenant), db_text(number)),
                     task_fill);
}

/* --- draws --- */

/* How many were drawn is part of a sealed draw's secret only as far as systematic rounding goes;
 * it is shown from the disclosure on, or at once in an open draw. */
#define DRAW_ROWS                                                                                  \
    "SELECT w.id, w.number, d.name, t.number, t.name, w.sealed, w.blinded, w.demo, w.state,"       \
    " w.opened, w.disclose_by, w.pool_size, CASE WHEN w.sealed = 0 OR w.state = 'disclosed'"       \
    " THEN w.drawn ELSE 0 END FROM draw w JOIN task t ON t.tenant = w.tenant AND t.id = w.task"    \
    " JOIN department d ON d.tenant = w.tenant AND d.code = w.organiser"

static const char DRAWS[] = DRAW_ROWS " WHERE w.tenant = $1 AND w.id < $2 ORDER BY w.id DESC"
                                      " LIMIT $3";
static const char DRAWS_OVERDUE[] =
    DRAW_ROWS " WHERE w.tenant = $1 AND w.disclose_by < $2 AND w.state <> 'disclosed'"
              " AND w.state <> 'aborted' ORDER BY w.disclose_by, w.id";

static enum err draw_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_draw *w = out;
    w->id = db_col_int(rows, 0);
    w->number = store_text(rows, 1, arena, &failed);
    w->organiser = store_text(rows, 2, arena, &failed);
    w->task_number = store_text(rows, 3, arena, &failed);
    w->task_name = store_text(rows, 4, arena, &failed);
    w->sealed = db_col_int(rows, 5) != 0;
    w->blinded = db_col_int(rows, 6) != 0;
    w->demo = db_col_int(rows, 7) != 0;
    w->state = store_text(rows, 8, arena, &failed);
    w->opened = db_col_int(rows, 9);
    w->disclose_by = db_col_int(rows, 10);
    w->pool_size = db_col_int(rows, 11);
    w->drawn = db_col_int(rows, 12);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_draws(struct store_public_draw **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int64_t before, int64_t most)
{
    const struct store_shape shape = {sizeof(struct store_public_draw), draw_fill};
    return store_array((void **)out, count, arena, tx, &shape, DRAWS,
                       DB_ARGS(db_text(tenant), portal_before(before), db_int(most)));
}

enum err store_public_draws_overdue(struct store_public_draw **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx, struct str tenant,
                                    int64_t now)
{
    const struct store_shape shape = {sizeof(struct store_public_draw), draw_fill};
    return store_array((void **)out, count, arena, tx, &shape, DRAWS_OVERDUE,
                       DB_ARGS(db_text(tenant), db_int(now)));
}

static const char DRAW_BY_NUMBER[] = DRAW_ROWS " WHERE w.tenant = $1 AND w.number = $2";

enum err store_public_draw_get(struct store_public_draw *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, struct str number)
{
    return store_one(out, arena, tx, DRAW_BY_NUMBER, DB_ARGS(db_text(tenant), db_text(number)),
                     draw_fill);
}

static const char VISITS[] =
    "SELECT v.pool_id, o.name, v.ticket, v.state, v.skip_reason FROM visit v JOIN object o"
    " ON o.tenant = v.tenant AND o.pool_id = v.pool_id WHERE v.tenant = $1 AND v.draw = $2"
    " ORDER BY v.ticket, v.pool_id";

static enum err visit_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_visit *v = out;
    struct str *const texts[] = {&v->pool_id, &v->name, &v->ticket, &v->state, &v->skip_reason};
    for (int i = 0; i < 5; i++)
        *texts[i] = store_text(rows, i, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_visits(struct store_public_visit **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof **out, visit_fill};
    return store_array((void **)out, count, arena, tx, &shape, VISITS,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

static const char SEATS[] = "SELECT s.pool_id, d.name, i.name, s.inspector FROM seat s"
                            " JOIN department d ON d.tenant = s.tenant AND d.code = s.department"
                            " JOIN inspector i ON i.tenant = s.tenant AND i.code = s.inspector"
                            " WHERE s.tenant = $1 AND s.draw = $2 ORDER BY s.pool_id, s.seat";

static enum err seat_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_seat *s = out;
    s->pool_id = store_text(rows, 0, arena, &failed);
    s->department = store_text(rows, 1, arena, &failed);
    s->inspector = store_text(rows, 2, arena, &failed);
    s->code = store_text(rows, 3, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_seats(struct store_public_seat **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant, int64_t draw)
{
    const struct store_shape shape = {sizeof **out, seat_fill};
    return store_array((void **)out, count, arena, tx, &shape, SEATS,
                       DB_ARGS(db_text(tenant), db_int(draw)));
}

/* --- results --- */

#define RESULT_ROWS                                                                                \
    "SELECT p.result, p.pool_id, p.plan_number, p.plan_name, p.task_number, p.task_name, p.type,"  \
    " p.authority, p.result_on, p.object_number, p.object_name, p.item_code, p.item, p.code,"      \
    " p.published_at, p.draw, p.idx, p.replaced, p.replaces,"                                      \
    " CASE WHEN p.reason_kind = '' THEN p.reason ELSE '' END, p.visit, p.item_id, p.department,"   \
    " p.adopted, p.reason_kind, p.adopted_kind"                                                    \
    " FROM published p WHERE p.tenant = $1 AND p.result < $2"

static const char RESULTS[] = RESULT_ROWS
    " AND ($3 = '' OR p.task_number = $3) AND ($4 = '' OR p.item_code = $4)"
    " AND ($5 = '' OR p.authority = $5)"
    " AND ($6 = '' OR p.code = $6 OR ($6 = 'finding' AND p.code <> '01' AND p.code <> '07'))"
    " AND ($7 = '' OR p.type = $7) AND p.division >= $8 AND p.division < $9"
    " AND p.result_on >= $10 AND p.result_on <= $11"
    " AND p.published_at >= $12 AND p.published_at < $13"
    " AND ($14 = 0 OR p.replaced = 0) AND ($15 = 0 OR p.replaces <> 0)"
    " ORDER BY p.result DESC LIMIT $16";
static const char RESULTS_OF_OBJECT[] =
    RESULT_ROWS " AND p.pool_id = $3 ORDER BY p.result DESC LIMIT $4";

static enum err result_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_result *r = out;
    r->id = db_col_int(rows, 0);
    struct str *const texts[] = {&r->pool_id,   &r->plan_number, &r->plan_name, &r->task_number,
                                 &r->task_name, &r->type,        &r->authority};
    for (int i = 0; i < 7; i++)
        *texts[i] = store_text(rows, 1 + i, arena, &failed);
    r->date = (int32_t)db_col_int(rows, 8);
    struct str *const more[] = {&r->object_number, &r->object_name, &r->item_code, &r->item,
                                &r->code};
    for (int i = 0; i < 5; i++)
        *more[i] = store_text(rows, 9 + i, arena, &failed);
    r->published_at = db_col_int(rows, 14);
    r->draw = store_text(rows, 15, arena, &failed);
    r->idx = db_col_int(rows, 16);
    r->replaced = db_col_int(rows, 17) != 0;
    r->replaces = db_col_int(rows, 18);
    r->reason = store_text(rows, 19, arena, &failed);
    r->visit = db_col_int(rows, 20);
    r->item_id = db_col_int(rows, 21);
    r->department = store_text(rows, 22, arena, &failed);
    r->adopted = db_col_int(rows, 23) != 0;
    r->reason_kind = store_text(rows, 24, arena, &failed);
    r->adopted_kind = store_text(rows, 25, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_results(struct store_public_result **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_result_filter *f)
{
    const struct store_shape shape = {sizeof(struct store_public_result), result_fill};
    if (f->pool_id.len > 0)
        return store_array((void **)out, count, arena, tx, &shape, RESULTS_OF_OBJECT,
                           DB_ARGS(db_text(f->tenant), portal_before(f->before),
                                   db_text(f->pool_id), db_int(f->most)));
    struct str end = arena_printf(arena, "%.*s~", STR_ARG(f->division));
    if (end.data == NULL)
        return ERR_MEMORY;
    return store_array((void **)out, count, arena, tx, &shape, RESULTS,
                       DB_ARGS(db_text(f->tenant), portal_before(f->before), db_text(f->task),
                               db_text(f->item), db_text(f->department), db_text(f->code),
                               db_text(f->type), db_text(f->division), db_text(end),
                               db_int(f->first), db_int(f->last > 0 ? f->last : INT32_MAX),
                               db_int(f->from), portal_before(f->until), db_int(f->current),
                               db_int(f->corrections), db_int(f->most)));
}

/* --- plans --- */

/* Document d is for everybody, of the grade that may be published, and has been public. */
#define DOCUMENT_PUBLIC                                                                            \
    " d.openness = 'open' AND d.grade = 0 AND EXISTS (SELECT 1 FROM document_version v WHERE "     \
    "v.tenant = d.tenant "                                                                         \
    "AND v.document = d.id"                                                                        \
    " AND v.state IN ('published', 'replaced', 'withdrawn'))"

static const char PLAN[] = "SELECT d.code FROM document d WHERE d.tenant = $1 AND d.plan = $2"
                           " AND d.plan <> '' AND" DOCUMENT_PUBLIC;

static enum err text_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    *(struct str *)out = store_text(rows, 0, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_plan(struct str *out, struct arena *arena, struct db_tx *tx,
                           struct str tenant, struct str plan)
{
    return store_one(out, arena, tx, PLAN, DB_ARGS(db_text(tenant), db_text(plan)), text_fill);
}

/* --- who checked --- */

static const char MEMBERS[] =
    "SELECT v.id, s.department, i.name FROM visit v JOIN seat s ON s.tenant = v.tenant"
    " AND s.draw = v.draw AND s.pool_id = v.pool_id JOIN inspector i ON i.tenant = s.tenant"
    " AND i.code = s.inspector WHERE v.tenant = $1 AND v.pool_id = $2 AND v.state = 'published'"
    " ORDER BY v.id, s.department, s.seat";

static enum err member_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_member *m = out;
    m->visit = db_col_int(rows, 0);
    m->department = store_text(rows, 1, arena, &failed);
    m->name = store_text(rows, 2, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_members(struct store_public_member **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant, struct str pool_id)
{
    const struct store_shape shape = {sizeof **out, member_fill};
    return store_array((void **)out, count, arena, tx, &shape, MEMBERS,
                       DB_ARGS(db_text(tenant), db_text(pool_id)));
}

/* --- how public --- */

/* Published results of the year parts of which are kept back: each once for every key. */
#define REDACTED(key)                                                                              \
    " (SELECT DISTINCT x.tenant, x.visit, x.item, x.department, " key " AS kind FROM redaction x"  \
    " CROSS JOIN visit v LEFT JOIN result r ON r.tenant = x.tenant AND r.id = x.owner"             \
    " WHERE x.tenant = $1 AND v.tenant = x.tenant AND v.id = x.visit AND v.year = $2"              \
    " AND (r.id IS NULL OR r.state IN ('published', 'replaced'))) x"                               \
    " JOIN department p ON p.tenant = x.tenant AND p.code = x.department"

/* What is public is told by its first publication, which corrects nothing; then come the newest
 * versions of what is not. Of an object that is published as a whole only exempt items are not.
 * CROSS JOIN keeps SQLite from reading the results of all years. */
static const char RATE_PARTS[] =
    "SELECT p.name, 'published', r.due_on, 0, r.published_at, '', '', 0, COUNT(*) FROM visit v"
    " CROSS JOIN result r JOIN department p ON p.tenant = r.tenant AND p.code = r.department"
    " WHERE v.tenant = $1 AND v.year = $2 AND r.tenant = v.tenant AND r.visit = v.id"
    " AND r.state IN ('published', 'replaced')"
    " AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.tenant = r.tenant AND c.result = r.id)"
    " GROUP BY p.name, r.due_on, r.published_at"
    " UNION ALL SELECT p.name, COALESCE(r.state, ''), COALESCE(r.due_on, 0), t.visit_until, 0,"
    " COALESCE(r.exempt_kind, ''), COALESCE(r.exempt_ground, ''),"
    " CASE WHEN w.sealed = 1 AND w.state <> 'disclosed' THEN 1 ELSE 0 END, COUNT(*) FROM visit v "
    "JOIN task t ON t.tenant = v.tenant AND t.id = v.task"
    " JOIN draw w ON w.tenant = v.tenant AND w.id = v.draw"
    " JOIN task_item i ON i.tenant = v.tenant AND i.task = v.task"
    " JOIN department p ON p.tenant = i.tenant AND p.code = i.department"
    " LEFT JOIN result r ON r.tenant = v.tenant AND r.visit = v.id AND r.item = i.item"
    " AND NOT EXISTS (SELECT 1 FROM result n WHERE n.tenant = r.tenant AND n.visit = r.visit"
    " AND n.item = r.item AND n.version > r.version)"
    " WHERE v.tenant = $1 AND v.year = $2 AND (v.state IN ('assigned', 'entered')"
    " OR (v.state = 'published' AND r.state = 'exempt'))"
    " GROUP BY p.name, COALESCE(r.state, ''), COALESCE(r.due_on, 0), t.visit_until,"
    " COALESCE(r.exempt_kind, ''), COALESCE(r.exempt_ground, ''),"
    " CASE WHEN w.sealed = 1 AND w.state <> 'disclosed' THEN 1 ELSE 0 END"
    " UNION ALL SELECT p.name, 'redacted', 0, 0, 0, x.kind, '', 0, COUNT(*) FROM" REDACTED(
        "x.kind") " GROUP BY p.name, x.kind"
                  " UNION ALL SELECT p.name, 'redacted', 0, 0, 0, '', '', 0, COUNT(*) "
                  "FROM" REDACTED("''") " GROUP BY p.name ORDER BY 1";

static enum err rate_part_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_rate_part *p = out;
    p->department = store_text(rows, 0, arena, &failed);
    p->state = store_text(rows, 1, arena, &failed);
    p->due_on = (int32_t)db_col_int(rows, 2);
    p->until = (int32_t)db_col_int(rows, 3);
    p->published_at = db_col_int(rows, 4);
    p->kind = store_text(rows, 5, arena, &failed);
    p->ground = store_text(rows, 6, arena, &failed);
    p->sealed = db_col_int(rows, 7) != 0;
    p->count = db_col_int(rows, 8);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_rate_parts(struct store_rate_part **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, int year)
{
    const struct store_shape shape = {sizeof **out, rate_part_fill};
    return store_array((void **)out, count, arena, tx, &shape, RATE_PARTS,
                       DB_ARGS(db_text(tenant), db_int(year)));
}

/* --- what results rest on --- */

static const char ADOPTIONS[] =
    "SELECT a.tenant, a.result, a.kind, CASE WHEN p.adopted_kind = '' THEN a.number ELSE '' END,"
    " CASE WHEN p.adopted_kind = '' THEN a.body ELSE '' END,"
    " CASE WHEN p.adopted_kind = '' THEN a.made_on ELSE 0 END, p.adopted_kind FROM published p"
    " JOIN adoption a ON a.tenant = p.tenant AND a.result = p.result"
    " WHERE p.tenant = $1 AND p.pool_id = $2 AND p.adopted = 1 ORDER BY p.result";

static enum err adoption_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_adoption *a = out;
    TRY(store_adoption_fill(out, rows, arena));
    a->withheld = store_text(rows, 6, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_adoptions(struct store_adoption **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant, struct str pool_id)
{
    const struct store_shape shape = {sizeof(struct store_adoption), adoption_fill};
    return store_array((void **)out, count, arena, tx, &shape, ADOPTIONS,
                       DB_ARGS(db_text(tenant), db_text(pool_id)));
}

/* --- what followed --- */

#define FOLLOWUP_COLUMNS                                                                           \
    "SELECT f.id, p.visit, p.item_id, p.pool_id, p.object_number, p.object_name, p.task_number,"   \
    " p.item, p.authority, p.code, f.measure, f.state, f.happened_on,"                             \
    " CASE WHEN f.document_kind = '' THEN f.document ELSE '' END,"                                 \
    " CASE WHEN f.note_kind = '' THEN f.note ELSE '' END, f.at, f.idx, f.document_kind,"           \
    " f.note_kind"

static const char FOLLOWUPS[] =
    FOLLOWUP_COLUMNS " FROM followup f"
                     " JOIN published p ON p.tenant = f.tenant AND p.result = f.result"
                     " WHERE f.tenant = $1 AND f.id < $2 AND f.at >= $3 AND f.at < $4"
                     " ORDER BY f.id DESC LIMIT $5";
/* The object's results come first: CROSS JOIN and the bare sum keep SQLite from reading what
 * followed for everybody until the limit is full. */
static const char FOLLOWUPS_OF_OBJECT[] =
    FOLLOWUP_COLUMNS " FROM published p CROSS JOIN followup f"
                     " WHERE p.tenant = $1 AND f.id + 0 < $2 AND p.pool_id = $3"
                     " AND f.tenant = p.tenant AND f.result = p.result"
                     " ORDER BY f.id + 0 DESC LIMIT $4";

static enum err followup_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_followup *f = out;
    f->id = db_col_int(rows, 0);
    f->visit = db_col_int(rows, 1);
    f->item_id = db_col_int(rows, 2);
    struct str *const texts[] = {&f->pool_id,     &f->object_number, &f->object_name,
                                 &f->task_number, &f->item,          &f->authority,
                                 &f->code,        &f->measure,       &f->state};
    for (int i = 0; i < 9; i++)
        *texts[i] = store_text(rows, 3 + i, arena, &failed);
    f->happened_on = (int32_t)db_col_int(rows, 12);
    f->document = store_text(rows, 13, arena, &failed);
    f->note = store_text(rows, 14, arena, &failed);
    f->at = db_col_int(rows, 15);
    f->idx = db_col_int(rows, 16);
    f->document_kind = store_text(rows, 17, arena, &failed);
    f->note_kind = store_text(rows, 18, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_followups(struct store_public_followup **out, size_t *count,
                                struct arena *arena, struct db_tx *tx,
                                const struct store_result_filter *f)
{
    const struct store_shape shape = {sizeof(struct store_public_followup), followup_fill};
    if (f->pool_id.len > 0)
        return store_array((void **)out, count, arena, tx, &shape, FOLLOWUPS_OF_OBJECT,
                           DB_ARGS(db_text(f->tenant), portal_before(f->before),
                                   db_text(f->pool_id), db_int(f->most)));
    return store_array((void **)out, count, arena, tx, &shape, FOLLOWUPS,
                       DB_ARGS(db_text(f->tenant), portal_before(f->before), db_int(f->from),
                               portal_before(f->until), db_int(f->most)));
}

/* --- choices --- */

static const char DEPARTMENTS[] =
    "SELECT d.code, d.name FROM department d WHERE d.tenant = $1 AND EXISTS (SELECT 1 FROM"
    " task_part t WHERE t.tenant = d.tenant AND t.department = d.code) ORDER BY d.name";
static const char TRIED_ITEMS[] =
    "SELECT DISTINCT i.code, i.name FROM task_item t JOIN item i ON i.tenant = t.tenant"
    " AND i.id = t.item JOIN draw w ON w.tenant = t.tenant AND w.task = t.task"
    " WHERE t.tenant = $1 ORDER BY i.code";

static enum err choice_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_choice *c = out;
    c->key = store_text(rows, 0, arena, &failed);
    c->name = store_text(rows, 1, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_departments(struct store_choice **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_choice), choice_fill};
    return store_array((void **)out, count, arena, tx, &shape, DEPARTMENTS,
                       DB_ARGS(db_text(tenant)));
}

enum err store_public_tried_items(struct store_choice **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_choice), choice_fill};
    return store_array((void **)out, count, arena, tx, &shape, TRIED_ITEMS,
                       DB_ARGS(db_text(tenant)));
}

static const char DIVISION_NEXT[] = "SELECT division FROM object WHERE tenant = $1"
                                    " AND division > $2 ORDER BY division LIMIT 1";

enum err store_public_division(struct str *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, struct str after)
{
    return store_one(out, arena, tx, DIVISION_NEXT, DB_ARGS(db_text(tenant), db_text(after)),
                     text_fill);
}

/* --- objects --- */

#define OBJECT_ROWS "SELECT " STORE_PUBLIC_OBJECT " FROM object o WHERE o.tenant = $1"

static const char OBJECT_GET[] = OBJECT_ROWS " AND o.pool_id = $2";
/* '~' sorts behind every character that a pool id may have. */
static const char OBJECTS_BY_NUMBER[] = OBJECT_ROWS
    " AND o.pool_id >= $2 AND o.pool_id < $3 AND o.pool_id > $4 ORDER BY o.pool_id LIMIT $5";

enum err store_public_object_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_object *o = out;
    o->id = db_col_int(rows, 0);
    struct str *const texts[] = {&o->pool_id,  &o->number,  &o->name,     &o->kind,    &o->state,
                                 &o->division, &o->address, &o->industry, &o->business};
    for (int i = 0; i < 9; i++)
        *texts[i] = store_text(rows, 1 + i, arena, &failed);
    o->established = (int32_t)db_col_int(rows, 10);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_object_get(struct store_public_object *out, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, struct str pool_id)
{
    return store_one(out, arena, tx, OBJECT_GET, DB_ARGS(db_text(tenant), db_text(pool_id)),
                     store_public_object_fill);
}

enum err store_public_objects_by_number(struct store_public_object **out, size_t *count,
                                        struct arena *arena, struct db_tx *tx, struct str tenant,
                                        struct str prefix, struct str after, int64_t most)
{
    const struct store_shape shape = {sizeof(struct store_public_object), store_public_object_fill};
    struct str end = arena_printf(arena, "%.*s~", STR_ARG(prefix));
    if (end.data == NULL)
        return ERR_MEMORY;
    return store_array(
        (void **)out, count, arena, tx, &shape, OBJECTS_BY_NUMBER,
        DB_ARGS(db_text(tenant), db_text(prefix), db_text(end), db_text(after), db_int(most)));
}

/* --- items --- */

#define ITEM_HEAD                                                                                  \
    "SELECT id, code, version, compiler, category, name, class, objects, methods, subject, basis," \
    " state, valid_from, partners, content, ratio, frequency, cap_num, cap_den, valid_until, form"
/* A form that nobody published has no address. */
#define ITEM_FORM                                                                                  \
    ", CASE WHEN EXISTS (SELECT 1 FROM document d WHERE d.tenant = item.tenant"                    \
    " AND d.code = item.form_code AND" DOCUMENT_PUBLIC ") THEN form_code ELSE '' END"
#define ITEM_FROM " FROM item WHERE tenant = $1"

static const char ITEMS[] =
    ITEM_HEAD ", ''" ITEM_FROM " ORDER BY compiler, category, code, version DESC";
static const char ITEM_VERSIONS[] =
    ITEM_HEAD ITEM_FORM ITEM_FROM " AND code = $2 ORDER BY version DESC";

static enum err item_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_public_item *i = out;
    i->id = db_col_int(rows, 0);
    i->code = store_text(rows, 1, arena, &failed);
    i->version = db_col_int(rows, 2);
    struct str *const texts[] = {&i->compiler, &i->category, &i->name,  &i->class, &i->objects,
                                 &i->methods,  &i->subject,  &i->basis, &i->state};
    for (int k = 0; k < 9; k++)
        *texts[k] = store_text(rows, 3 + k, arena, &failed);
    i->valid_from = (int32_t)db_col_int(rows, 12);
    struct str *const more[] = {&i->partners, &i->content, &i->ratio, &i->frequency};
    for (int k = 0; k < 4; k++)
        *more[k] = store_text(rows, 13 + k, arena, &failed);
    i->cap_num = db_col_int(rows, 17);
    i->cap_den = db_col_int(rows, 18);
    i->valid_until = (int32_t)db_col_int(rows, 19);
    i->form = store_text(rows, 20, arena, &failed);
    i->form_code = store_text(rows, 21, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_items(struct store_public_item **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_public_item), item_fill};
    return store_array((void **)out, count, arena, tx, &shape, ITEMS, DB_ARGS(db_text(tenant)));
}

enum err store_public_item_versions(struct store_public_item **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx, struct str tenant,
                                    struct str code)
{
    const struct store_shape shape = {sizeof(struct store_public_item), item_fill};
    return store_array((void **)out, count, arena, tx, &shape, ITEM_VERSIONS,
                       DB_ARGS(db_text(tenant), db_text(code)));
}

/* --- shares --- */

#define SHARE_ROWS(key)                                                                            \
    "SELECT " key ", COUNT(DISTINCT r.visit), COUNT(*), SUM(CASE WHEN" FINDING                     \
    "THEN 1 ELSE 0 END) FROM result r"                                                             \
    " JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit"                                      \
    " JOIN item i ON i.tenant = r.tenant AND i.id = r.item"                                        \
    " JOIN department d ON d.tenant = r.tenant AND d.code = r.department"                          \
    " JOIN object o ON o.tenant = v.tenant AND o.pool_id = v.pool_id"                              \
    " WHERE r.tenant = $1 AND r.state = 'published' AND r.published_at >= $2"                      \
    " AND r.published_at < $3 GROUP BY " key " ORDER BY " key

static const char SHARES_BY_ITEM[] = SHARE_ROWS("i.name");
static const char SHARES_BY_INDUSTRY[] = SHARE_ROWS("o.industry");
static const char SHARES_BY_DIVISION[] = SHARE_ROWS("o.division");
static const char SHARES_BY_DEPARTMENT[] = SHARE_ROWS("d.name");

static enum err share_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_share *s = out;
    s->key = store_text(rows, 0, arena, &failed);
    s->visits = db_col_int(rows, 1);
    s->results = db_col_int(rows, 2);
    s->findings = db_col_int(rows, 3);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_shares(struct store_share **out, size_t *count, struct arena *arena,
                      struct db_tx *tx, const struct store_span *span, enum store_dimension by)
{
    static const char *const texts[] = {[STORE_BY_ITEM] = SHARES_BY_ITEM,
                                        [STORE_BY_INDUSTRY] = SHARES_BY_INDUSTRY,
                                        [STORE_BY_DIVISION] = SHARES_BY_DIVISION,
                                        [STORE_BY_DEPARTMENT] = SHARES_BY_DEPARTMENT};
    const struct store_shape shape = {sizeof(struct store_share), share_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, texts[by],
        DB_ARGS(db_text(span->tenant), db_int(span->from), portal_before(span->until)));
}

/* The published visits of disclosed draws with a plain pool, by their strata. */
#define SAMPLE                                                                                     \
    " FROM draw_stratum s JOIN draw w ON w.tenant = s.tenant AND w.id = s.draw"                    \
    " JOIN task t ON t.tenant = w.tenant AND t.id = w.task"                                        \
    " JOIN visit v ON v.tenant = s.tenant AND v.draw = s.draw AND v.stratum = s.name"              \
    " JOIN result r ON r.tenant = v.tenant AND r.visit = v.id AND r.state = 'published'"
#define SAMPLE_OF                                                                                  \
    " WHERE s.tenant = $1 AND s.excluded = 0 AND w.blinded = 0 AND w.state = 'disclosed'"          \
    " AND r.published_at >= $2 AND r.published_at < $3"
#define WITH_FINDING " COUNT(DISTINCT CASE WHEN" FINDING "THEN v.id ELSE NULL END)"

static const char STRATUM_SHARES[] =
    "SELECT w.number, t.name, s.name, s.count, COUNT(DISTINCT v.id)," WITH_FINDING SAMPLE SAMPLE_OF
    " GROUP BY w.number, t.name, s.name, s.count ORDER BY w.number, s.name";

static enum err stratum_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_stratum_share *s = out;
    s->draw = store_text(rows, 0, arena, &failed);
    s->task_name = store_text(rows, 1, arena, &failed);
    s->stratum = store_text(rows, 2, arena, &failed);
    s->size = db_col_int(rows, 3);
    s->visited = db_col_int(rows, 4);
    s->findings = db_col_int(rows, 5);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_stratum_shares(struct store_stratum_share **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_span *span)
{
    const struct store_shape shape = {sizeof(struct store_stratum_share), stratum_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, STRATUM_SHARES,
        DB_ARGS(db_text(span->tenant), db_int(span->from), portal_before(span->until)));
}

#define DOMAIN_ROWS(key)                                                                           \
    "SELECT " key ", w.number, s.name, COUNT(DISTINCT v.id)," WITH_FINDING SAMPLE                  \
    " JOIN item i ON i.tenant = r.tenant AND i.id = r.item"                                        \
    " JOIN department d ON d.tenant = r.tenant AND d.code = r.department"                          \
    " JOIN object o ON o.tenant = v.tenant AND o.pool_id = v.pool_id" SAMPLE_OF " GROUP BY " key   \
    ", w.number, s.name ORDER BY " key ", w.number, s.name"

static const char DOMAINS_BY_ITEM[] = DOMAIN_ROWS("i.name");
static const char DOMAINS_BY_INDUSTRY[] = DOMAIN_ROWS("o.industry");
static const char DOMAINS_BY_DIVISION[] = DOMAIN_ROWS("o.division");
static const char DOMAINS_BY_DEPARTMENT[] = DOMAIN_ROWS("d.name");

static enum err domain_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_domain_share *d = out;
    d->key = store_text(rows, 0, arena, &failed);
    d->draw = store_text(rows, 1, arena, &failed);
    d->stratum = store_text(rows, 2, arena, &failed);
    d->visited = db_col_int(rows, 3);
    d->findings = db_col_int(rows, 4);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_domain_shares(struct store_domain_share **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, const struct store_span *span,
                             enum store_dimension by)
{
    static const char *const texts[] = {[STORE_BY_ITEM] = DOMAINS_BY_ITEM,
                                        [STORE_BY_INDUSTRY] = DOMAINS_BY_INDUSTRY,
                                        [STORE_BY_DIVISION] = DOMAINS_BY_DIVISION,
                                        [STORE_BY_DEPARTMENT] = DOMAINS_BY_DEPARTMENT};
    const struct store_shape shape = {sizeof(struct store_domain_share), domain_fill};
    return store_array(
        (void **)out, count, arena, tx, &shape, texts[by],
        DB_ARGS(db_text(span->tenant), db_int(span->from), portal_before(span->until)));
}
