/* Settings, calendar and dictionaries: see setting.h. */
#include "store/setting.h"

#include "store/reach.h"

/* --- settings --- */

static enum err version_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_setting_version *v = out;
    v->version = db_col_int(rows, 0);
    v->value = store_text(rows, 1, arena, &failed);
    v->basis = store_text(rows, 2, arena, &failed);
    v->at = db_col_int(rows, 3);
    v->actor = store_text(rows, 4, arena, &failed);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char VERSIONS[] = "SELECT version, value, basis, at, actor FROM setting"
                               " WHERE tenant = $1 AND name = $2 ORDER BY version DESC";

enum err store_setting_versions(struct store_setting_version **out, size_t *count,
                                struct arena *arena, struct db_tx *tx, struct str tenant,
                                struct str name)
{
    static const struct store_shape shape = {sizeof(struct store_setting_version), version_fill};
    return store_array((void **)out, count, arena, tx, &shape, VERSIONS,
                       DB_ARGS(db_text(tenant), db_text(name)));
}

/* Each uses $2 and $3, also where it needs less: the driver binds by number. Of what has a grade of
 * its own there is the clearance as $4. */
static const char *const TOUCHED[STORE_TOUCHED_COUNT] = {
    [STORE_TOUCHED_RESULTS] = "SELECT COUNT(*) FROM result WHERE tenant = $1 AND state IN"
                              " ('entered', 'approved') AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_CAPS] = "SELECT COUNT(*) FROM item WHERE tenant = $1 AND state = 'active'"
                           " AND class = 'general' AND cap_num * $3 > $2 * cap_den",
    [STORE_TOUCHED_PARTS] = "SELECT COUNT(*) FROM task_part p JOIN task t ON t.tenant = p.tenant"
                            " AND t.id = p.task WHERE p.tenant = $1 AND t.state = 'ready'"
                            " AND p.seats < $2 AND $3 = $3",
    [STORE_TOUCHED_VISITED] = "SELECT COUNT(DISTINCT pool_id) FROM visit WHERE tenant = $1"
                              " AND year = $2 AND state IN ('entered', 'published') AND $3 = $3",
    [STORE_TOUCHED_INSPECTORS] =
        "SELECT COUNT(*) FROM inspector WHERE tenant = $1 AND state = 'active'"
        " AND category IN ('officer', 'staff') AND valid_until < $2 AND valid_until2 < $2"
        " AND $3 = $3",
    [STORE_TOUCHED_PASSWORDS] = "SELECT COUNT(*) FROM account WHERE tenant = $1"
                                " AND state = 'active' AND hashed_at < $2 AND $3 = $3",
    [STORE_TOUCHED_SESSIONS] = "SELECT COUNT(*) FROM session WHERE tenant = $1 AND ended_at = 0"
                               " AND seen_at < $2 AND at > $3",
    [STORE_TOUCHED_UNUSED] = "SELECT COUNT(*) FROM account WHERE tenant = $1 AND state = 'active'"
                             " AND used_at < $2 AND $3 = $3",
    [STORE_TOUCHED_DRAWS] = "SELECT COUNT(*) FROM draw WHERE tenant = $1 AND state NOT IN"
                            " ('disclosed', 'aborted') AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_YEAR] =
        "SELECT COUNT(*) FROM draw d WHERE d.tenant = $1 AND d.state <> 'aborted'"
        " AND EXISTS (SELECT 1 FROM visit v WHERE v.tenant = d.tenant"
        " AND v.draw = d.id AND v.year = $2) AND $3 = $3",
    [STORE_TOUCHED_TASKS] = "SELECT COUNT(*) FROM task WHERE tenant = $1 AND state = 'ready'"
                            " AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_DISCLOSED] = "SELECT COUNT(*) FROM draw WHERE tenant = $1"
                                " AND state = 'disclosed' AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_ACCOUNTS] = "SELECT COUNT(*) FROM account WHERE tenant = $1"
                               " AND state = 'active' AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_AGED] = "SELECT COUNT(*) FROM session WHERE tenant = $1 AND ended_at = 0"
                           " AND at <= $2 AND at > $3",
    [STORE_TOUCHED_FILES] = "SELECT COUNT(*) FROM job WHERE tenant = $1 AND state = 'done'"
                            " AND file <> '' AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_UPLOADS] = "SELECT COUNT(*) FROM upload WHERE tenant = $1"
                              " AND state IN ('checking', 'checked', 'refused') AND $2 = $2"
                              " AND $3 = $3",
    [STORE_TOUCHED_STALE] = "SELECT COUNT(*) FROM object WHERE tenant = $1 AND state = 'active'"
                            " AND at < $2 AND $3 = $3",
    [STORE_TOUCHED_ENDING] =
        "SELECT COUNT(*) FROM inspector WHERE tenant = $1 AND state = 'active'"
        " AND category IN ('officer', 'staff') AND CASE WHEN valid_until > valid_until2"
        " THEN valid_until ELSE valid_until2 END BETWEEN $2 AND $3",
    [STORE_TOUCHED_PEOPLE] = "SELECT COUNT(*) FROM inspector WHERE tenant = $1"
                             " AND state = 'active' AND $2 = $2 AND $3 = $3",
    [STORE_TOUCHED_ATTACHMENTS] = "SELECT COUNT(*) FROM attachment WHERE tenant = $1"
                                  " AND removed_at = 0 AND size > $2 AND $3 = $3",
    [STORE_TOUCHED_LIBRARIES] =
        "SELECT COUNT(*) FROM library l WHERE l.tenant = $1 AND l.state = 'active'"
        " AND (SELECT COUNT(DISTINCT r.object) FROM library_row r WHERE r.tenant = l.tenant"
        " AND r.library = l.id) * $2 < $3" STORE_CLEARED("l.grade", "$4"),
};

enum err store_touched(int64_t *out, struct db_tx *tx, struct str tenant, enum store_touched what,
                       const int64_t values[2], int64_t clearance)
{
    const struct db_value args[] = {db_text(tenant), db_int(values[0]), db_int(values[1]),
                                    db_int(clearance)};
    return store_one(out, NULL, tx, TOUCHED[what], args, what == STORE_TOUCHED_LIBRARIES ? 4 : 3,
                     store_fill_int);
}

#define JOINT "(SELECT COUNT(*) FROM task_part p WHERE p.tenant = d.tenant AND p.task = d.task) > 1"

/* A draw belongs to the year of its visits. */
static const char REACHED[] =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN " JOINT " THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN t.strata = 'risk' THEN 1 ELSE 0 END), 0),"
    " COALESCE(SUM(CASE WHEN t.strata = 'risk' AND " JOINT " THEN 1 ELSE 0 END), 0)"
    " FROM draw d JOIN task t ON t.tenant = d.tenant AND t.id = d.task"
    " WHERE d.tenant = $1 AND d.state <> 'aborted' AND EXISTS (SELECT 1 FROM visit v"
    " WHERE v.tenant = d.tenant AND v.draw = d.id AND v.year = $2)";
static const char REACHED_VISITS[] =
    "SELECT COUNT(DISTINCT v.pool_id), COUNT(DISTINCT CASE WHEN " JOINT
    " THEN v.pool_id END) FROM visit v JOIN draw d ON d.tenant = v.tenant AND d.id = v.draw"
    " WHERE v.tenant = $1 AND v.year = $2 AND v.state IN ('entered', 'published')";

static enum err reached_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_reached *r = out;
    (void)arena;
    r->draws = db_col_int(rows, 0);
    r->joint_draws = db_col_int(rows, 1);
    r->risk_draws = db_col_int(rows, 2);
    r->joint_risk_draws = db_col_int(rows, 3);
    return ERR_OK;
}

static enum err reached_visits_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_reached *r = out;
    (void)arena;
    r->visits = db_col_int(rows, 0);
    r->joint_visits = db_col_int(rows, 1);
    return ERR_OK;
}

enum err store_reached(struct store_reached *out, struct db_tx *tx, struct str tenant, int64_t year)
{
    TRY(store_one(out, NULL, tx, REACHED, DB_ARGS(db_text(tenant), db_int(year)), reached_fill));
    return store_one(out, NULL, tx, REACHED_VISITS, DB_ARGS(db_text(tenant), db_int(year)),
                     reached_visits_fill);
}

/* --- the calendar --- */

#define WORKDAY_ROW "SELECT year, version, days, basis, actor, at FROM workday_year w"

static enum err workday_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_workday_year *y = out;
    y->year = db_col_int(rows, 0);
    y->version = db_col_int(rows, 1);
    y->days = store_text(rows, 2, arena, &failed);
    y->basis = store_text(rows, 3, arena, &failed);
    y->actor = store_text(rows, 4, arena, &failed);
    y->at = db_col_int(rows, 5);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const struct store_shape workday_shape = {sizeof(struct store_workday_year), workday_fill};

static const char WORKDAYS[] =
    WORKDAY_ROW " WHERE w.tenant = $1 AND w.version = (SELECT MAX(n.version) FROM workday_year n"
                " WHERE n.tenant = w.tenant AND n.year = w.year) ORDER BY w.year";
static const char WORKDAY_VERSIONS[] =
    WORKDAY_ROW " WHERE w.tenant = $1 AND w.year = $2 ORDER BY w.version DESC";

enum err store_workday_years(struct store_workday_year **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant)
{
    return store_array((void **)out, count, arena, tx, &workday_shape, WORKDAYS,
                       DB_ARGS(db_text(tenant)));
}

enum err store_workday_versions(struct store_workday_year **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant, int64_t year)
{
    return store_array((void **)out, count, arena, tx, &workday_shape, WORKDAY_VERSIONS,
                       DB_ARGS(db_text(tenant), db_int(year)));
}

static const char WORKDAY_ADD[] =
    "INSERT INTO workday_year (tenant, year, version, days, basis, actor, at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_workday_add(struct db_tx *tx, struct str tenant, const struct store_workday_year *y)
{
    return db_run(tx, NULL, WORKDAY_ADD,
                  DB_ARGS(db_text(tenant), db_int(y->year), db_int(y->version), db_text(y->days),
                          db_text(y->basis), db_text(y->actor), db_int(y->at)));
}

static enum err due_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_due *d = out;
    d->id = db_col_int(rows, 0);
    d->department = store_text(rows, 1, arena, &failed);
    d->result_on = (int32_t)db_col_int(rows, 2);
    d->due_on = (int32_t)db_col_int(rows, 3);
    d->estimated = db_col_int(rows, 4) != 0;
    d->correction = db_col_int(rows, 5) != 0;
    d->entered_at = db_col_int(rows, 6);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char DUES[] =
    "SELECT r.id, COALESCE(d.name, r.department), r.result_on, r.due_on,"
    " r.estimated, CASE WHEN c.result IS NULL THEN 0 ELSE 1 END, r.entered_at FROM result r"
    " JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit"
    " LEFT JOIN department d ON d.tenant = r.tenant AND d.code = r.department"
    " LEFT JOIN correction c ON c.tenant = r.tenant AND c.result = r.id"
    " WHERE r.tenant = $1 AND r.due_on >= $2 AND (r.state IN ('entered', 'approved')"
    " OR (r.state = 'returned' AND v.state = 'entered' AND NOT EXISTS (SELECT 1 FROM result n"
    " WHERE n.tenant = r.tenant AND n.visit = r.visit AND n.item = r.item"
    " AND n.version > r.version)))"
    " ORDER BY r.due_on, r.id";

enum err store_dues(struct store_due **out, size_t *count, struct arena *arena, struct db_tx *tx,
                    struct str tenant, int32_t from)
{
    static const struct store_shape shape = {sizeof(struct store_due), due_fill};
    return store_array((void **)out, count, arena, tx, &shape, DUES,
                       DB_ARGS(db_text(tenant), db_int(from)));
}

static const char DUE_MOVE[] = "UPDATE result SET due_on = $4, estimated = $5 WHERE tenant = $1"
                               " AND id = $2 AND due_on = $3"
                               " AND state IN ('entered', 'approved', 'returned')";

enum err store_due_move(struct db_tx *tx, struct str tenant, const struct store_due *due,
                        int32_t to, bool estimated)
{
    uint64_t changed = 0;
    TRY(db_run(tx, &changed, DUE_MOVE,
               DB_ARGS(db_text(tenant), db_int(due->id), db_int(due->due_on), db_int(to),
                       db_int(estimated))));
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- dictionaries --- */

static enum err word_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    bool failed = false;
    struct store_word *w = out;
    struct str *const texts[] = {&w->dictionary, &w->word};
    for (int i = 0; i < 2; i++)
        *texts[i] = store_text(rows, i, arena, &failed);
    w->version = db_col_int(rows, 2);
    struct str *const more[] = {&w->synonyms, &w->state, &w->basis, &w->actor};
    for (int i = 0; i < 4; i++)
        *more[i] = store_text(rows, 3 + i, arena, &failed);
    w->at = db_col_int(rows, 7);
    return failed ? ERR_MEMORY : ERR_OK;
}

static const char WORDS[] =
    "SELECT dictionary, word, version, synonyms, state, basis, actor, at FROM dictionary_word"
    " WHERE tenant = $1 AND dictionary = $2 ORDER BY word, version DESC";

enum err store_words(struct store_word **out, size_t *count, struct arena *arena, struct db_tx *tx,
                     struct str tenant, struct str dictionary)
{
    static const struct store_shape shape = {sizeof(struct store_word), word_fill};
    return store_array((void **)out, count, arena, tx, &shape, WORDS,
                       DB_ARGS(db_text(tenant), db_text(dictionary)));
}

static const char WORD_ADD[] =
    "INSERT INTO dictionary_word (tenant, dictionary, word, version, synonyms, state, basis, actor,"
    " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

enum err store_word_add(struct db_tx *tx, struct str tenant, const struct store_word *w)
{
    return db_run(tx, NULL, WORD_ADD,
                  DB_ARGS(db_text(tenant), db_text(w->dictionary), db_text(w->word),
                          db_int(w->version), db_text(w->synonyms), db_text(w->state),
                          db_text(w->basis), db_text(w->actor), db_int(w->at)));
}
