/* What the public may see: see portal.h. A finding is a result other than 01 and 07. */
#include "store/portal.h"

#define FINDING " r.code <> '01' AND r.code <> '07' "

/* --- figures --- */

static const char FIGURES[] =
    "SELECT (SELECT COUNT(*) FROM object WHERE tenant = $1 AND state = 'active'),"
    " (SELECT COUNT(*) FROM item WHERE tenant = $1 AND state = 'active'),"
    " (SELECT COUNT(*) FROM task WHERE tenant = $1 AND state <> 'ready'),"
    " (SELECT COUNT(*) FROM draw WHERE tenant = $1),"
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
    TRY(store_one(out, NULL, tx, FIGURES, DB_ARGS(db_text(tenant), db_int(now)), figures_fill));
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

static const char SEATS[] = "SELECT s.pool_id, d.name, i.name FROM seat s"
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
    "SELECT r.id, v.pool_id, p.plan_number, p.plan_name, p.task_number, p.task_name, p.type,"      \
    " p.authority, p.result_on, p.object_number, p.object_name, i.code, p.item, p.code,"           \
    " r.published_at, w.number FROM published p"                                                   \
    " JOIN result r ON r.tenant = p.tenant AND r.id = p.result"                                    \
    " JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit"                                      \
    " JOIN draw w ON w.tenant = v.tenant AND w.id = v.draw"                                        \
    " JOIN item i ON i.tenant = r.tenant AND i.id = r.item"                                        \
    " WHERE p.tenant = $1 AND p.result < $2"

static const char RESULTS[] =
    RESULT_ROWS " AND ($3 = '' OR p.task_number = $3) AND ($4 = '' OR i.code = $4)"
                " AND ($5 = '' OR p.authority = $5) AND ($6 = '' OR p.code = $6)"
                " AND r.published_at >= $7 AND r.published_at < $8 ORDER BY r.id DESC LIMIT $9";
static const char RESULTS_OF_OBJECT[] =
    RESULT_ROWS " AND v.pool_id = $3 ORDER BY r.id DESC LIMIT $4";

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
    return store_array((void **)out, count, arena, tx, &shape, RESULTS,
                       DB_ARGS(db_text(f->tenant), portal_before(f->before), db_text(f->task),
                               db_text(f->item), db_text(f->department), db_text(f->code),
                               db_int(f->from), portal_before(f->until), db_int(f->most)));
}

/* --- objects --- */

#define OBJECT_ROWS                                                                                \
    "SELECT id, pool_id, number, name, kind, state, division, address, industry, business,"        \
    " established FROM object WHERE tenant = $1"

static const char OBJECT_GET[] = OBJECT_ROWS " AND pool_id = $2";
/* '~' sorts behind every character that a pool id may have. */
static const char OBJECTS_BY_NUMBER[] =
    OBJECT_ROWS " AND pool_id >= $2 AND pool_id < $3 AND pool_id > $4 ORDER BY pool_id LIMIT $5";

static enum err object_fill(void *out, struct db_rows *rows, struct arena *arena)
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
                     object_fill);
}

enum err store_public_objects_by_number(struct store_public_object **out, size_t *count,
                                        struct arena *arena, struct db_tx *tx, struct str tenant,
                                        struct str prefix, struct str after, int64_t most)
{
    const struct store_shape shape = {sizeof(struct store_public_object), object_fill};
    struct str end = arena_printf(arena, "%.*s~", STR_ARG(prefix));
    if (end.data == NULL)
        return ERR_MEMORY;
    return store_array(
        (void **)out, count, arena, tx, &shape, OBJECTS_BY_NUMBER,
        DB_ARGS(db_text(tenant), db_text(prefix), db_text(end), db_text(after), db_int(most)));
}

/* --- items --- */

static const char ITEMS[] =
    "SELECT id, code, version, compiler, category, name, class, objects, methods, subject, basis,"
    " state, valid_from, partners FROM item WHERE tenant = $1 ORDER BY code, version DESC";

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
    i->partners = store_text(rows, 13, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

enum err store_public_items(struct store_public_item **out, size_t *count, struct arena *arena,
                            struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_public_item), item_fill};
    return store_array((void **)out, count, arena, tx, &shape, ITEMS, DB_ARGS(db_text(tenant)));
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
                      struct db_tx *tx, struct str tenant, enum store_dimension by, int64_t from,
                      int64_t until)
{
    static const char *const texts[] = {[STORE_BY_ITEM] = SHARES_BY_ITEM,
                                        [STORE_BY_INDUSTRY] = SHARES_BY_INDUSTRY,
                                        [STORE_BY_DIVISION] = SHARES_BY_DIVISION,
                                        [STORE_BY_DEPARTMENT] = SHARES_BY_DEPARTMENT};
    const struct store_shape shape = {sizeof(struct store_share), share_fill};
    return store_array((void **)out, count, arena, tx, &shape, texts[by],
                       DB_ARGS(db_text(tenant), db_int(from), portal_before(until)));
}

static const char STRATUM_SHARES[] =
    "SELECT w.number, t.name, s.name, s.count, COUNT(DISTINCT v.id),"
    " COUNT(DISTINCT CASE WHEN" FINDING "THEN v.id ELSE NULL END) FROM draw_stratum s"
    " JOIN draw w ON w.tenant = s.tenant AND w.id = s.draw"
    " JOIN task t ON t.tenant = w.tenant AND t.id = w.task"
    " JOIN visit v ON v.tenant = s.tenant AND v.draw = s.draw AND v.stratum = s.name"
    " JOIN result r ON r.tenant = v.tenant AND r.visit = v.id AND r.state = 'published'"
    " WHERE s.tenant = $1 AND s.excluded = 0 AND w.blinded = 0 AND w.state = 'disclosed'"
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
                              struct db_tx *tx, struct str tenant)
{
    const struct store_shape shape = {sizeof(struct store_stratum_share), stratum_fill};
    return store_array((void **)out, count, arena, tx, &shape, STRATUM_SHARES,
                       DB_ARGS(db_text(tenant)));
}

/* --- feedback --- */

static const char FEEDBACK_ADD[] = "INSERT INTO feedback (tenant, id, text, contact, state, at)"
                                   " VALUES ($1, $2, $3, $4, 'new', $5)";

enum err store_feedback_add(struct db_tx *tx, const struct store_feedback *row)
{
    return db_run(tx, NULL, FEEDBACK_ADD,
                  DB_ARGS(db_text(row->tenant), db_int(row->id), db_text(row->text),
                          db_text(row->contact), db_int(row->at)));
}
