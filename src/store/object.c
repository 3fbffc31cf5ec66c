/* The objects of the workbench: see object.h.
 *
 * Every statement of a list has the same eighteen parameters, the filter, in one block of
 * conditions (FITS); no condition there can be answered by an index, so that SQLite finds rows by
 * what stands behind the block alone: an IN of ids, or nothing, which is a walk in the order asked
 * for. PostgreSQL sees through both and plans by its own statistics. */
#include "store/object.h"

#include "base/buf.h"
#include "store/object_columns.h"
#include "store/search.h"

#include <string.h>

enum {
    PROBE = 30000,  /* a condition is counted up to here */
    SORTED = 20000, /* names that a text may find to be sorted by name */
    COUNTED = 1000, /* an inexact count goes so far */
    SINGLE = 2000   /* rows whose names are asked one by one */
};

/* --- the filter --- */

#define HOLDS(list, word) "REPLACE('、' || " list " || '、', '、' || " word " || '、', '')"

#define REACHED                                                                                    \
    "(" STORE_REACH(                                                                               \
        "o.department") " OR EXISTS (SELECT 1 FROM object_department d"                            \
                        " WHERE d.tenant = o.tenant AND d.object = o.id AND " STORE_REACH(         \
                            "d.department") "))"

#define SEEN_IN_YEAR                                                                               \
    "EXISTS (SELECT 1 FROM visit v WHERE v.tenant = o.tenant AND v.pool_id = o.pool_id"            \
    " AND v.year = $16 AND v.state <> 'skipped' AND v.state <> 'aborted')"

#define FITS                                                                                       \
    " WHERE o.tenant = $1 AND " REACHED " AND ($4 = '' OR (o.pool_id >= $4 AND o.pool_id < $5))"   \
    " AND ($6 = '' OR (o.division >= $6 AND o.division < $7))"                                     \
    " AND ($8 = '' OR (o.industry >= $8 AND o.industry < $9))"                                     \
    " AND ($10 = '' OR o.kind = $10) AND ($11 = '' OR o.state = $11)"                              \
    " AND ($12 = '' OR o.risk = $12 OR ($12 = '-' AND o.risk = ''))"                               \
    " AND ($13 = '' OR o.department = $13 OR EXISTS (SELECT 1 FROM object_department p"            \
    " WHERE p.tenant = o.tenant AND p.object = o.id AND p.department = $13))"                      \
    " AND ($14 = '' OR ($14 = '-' AND o.labels = '') OR " HOLDS(                                   \
        "o.labels", "$14") " <> '、' || o.labels || '、')"                                       \
                           " AND ($15 = 0 OR ($15 = 1 AND " SEEN_IN_YEAR                           \
                           ") OR ($15 = 2 AND NOT " SEEN_IN_YEAR "))"                              \
                           " AND ($17 = 0 OR o.at < $17)"                                          \
                           " AND ($18 = 0 OR EXISTS (SELECT 1 FROM library_row l"                  \
                           " WHERE l.tenant = o.tenant AND l.object = o.id AND l.library = $18))"

enum { FILTER_ARGS = 18 };

/* The end of all that begins with a text: no code and no number holds a byte above '~'. */
static struct str behind(struct arena *arena, struct str prefix)
{
    return arena_printf(arena, "%.*s~", STR_ARG(prefix));
}

static enum err filter_args(struct db_value args[FILTER_ARGS], struct arena *arena,
                            const struct store_object_filter *f)
{
    struct str number = behind(arena, f->number);
    struct str division = behind(arena, f->division);
    struct str industry = behind(arena, f->industry);
    if (number.data == NULL || division.data == NULL || industry.data == NULL)
        return ERR_MEMORY;
    const struct db_value all[FILTER_ARGS] = {db_text(f->tenant),   STORE_REACH_ARGS(&f->reach),
                                              db_text(f->number),   db_text(number),
                                              db_text(f->division), db_text(division),
                                              db_text(f->industry), db_text(industry),
                                              db_text(f->kind),     db_text(f->state),
                                              db_text(f->risk),     db_text(f->department),
                                              db_text(f->label),    db_int(f->visited),
                                              db_int(f->year),      db_int(f->stale_before),
                                              db_int(f->library)};
    memcpy(args, all, sizeof all);
    return ERR_OK;
}

/* --- what gives the ids --- */

enum driver {
    DRIVER_WALK,
    DRIVER_REACH,
    DRIVER_NUMBER,
    DRIVER_DIVISION,
    DRIVER_INDUSTRY,
    DRIVER_KIND,
    DRIVER_STATE,
    DRIVER_RISK,
    DRIVER_DEPARTMENT,
    DRIVER_LABEL,
    DRIVER_VISITED,
    DRIVER_LIBRARY,
    DRIVER_TEXT, /* the last: what it finds is behind the filter's parameters */
    DRIVERS
};

/* The ids of each, with the filter's parameters where they stand in FITS. */
#define OBJECTS(condition) "SELECT x.id FROM object x WHERE x.tenant = $1 AND " condition
#define OWN_REACH                                                                                  \
    "SELECT x.id FROM department p JOIN object x ON x.tenant = p.tenant AND x.department = p.code" \
    " WHERE p.tenant = $1 AND " STORE_REACH("p.code")
#define IDS_REACH                                                                                  \
    OWN_REACH " UNION ALL SELECT x.object FROM object_department x WHERE x.tenant = $1 "           \
              "AND " STORE_REACH("x.department")
/* Each object once: those of another department's that are shared with one of the reach's. */
#define ALL_REACH                                                                                  \
    OWN_REACH " UNION ALL SELECT DISTINCT x.object FROM object_department x"                       \
              " JOIN object y ON y.tenant = x.tenant AND y.id = x.object WHERE x.tenant = $1 "     \
              "AND " STORE_REACH("x.department") " AND NOT " STORE_REACH("y.department")
#define IDS_DEPARTMENT(code)                                                                       \
    OBJECTS("x.department = " code)                                                                \
    " UNION ALL SELECT y.object FROM object_department y WHERE y.tenant = $1 AND y.department "    \
    "= " code
#define ALL_DEPARTMENT(code)                                                                       \
    OBJECTS("x.department = " code)                                                                \
    " UNION ALL SELECT y.object FROM object_department y JOIN object z ON z.tenant = y.tenant"     \
    " AND z.id = y.object WHERE y.tenant = $1 AND y.department = " code                            \
    " AND z.department <> " code
#define IDS_LABEL(word)                                                                            \
    "SELECT x.object FROM object_label x WHERE x.tenant = $1 AND x.label = " word
#define IDS_LIBRARY(id)                                                                            \
    "SELECT DISTINCT x.object FROM library_row x WHERE x.tenant = $1 AND x.library = " id
#define IDS_VISITED(year)                                                                          \
    "SELECT x.id FROM visit v JOIN object x ON x.tenant = v.tenant AND x.pool_id = v.pool_id"      \
    " WHERE v.tenant = $1 AND v.year = " year " AND v.state <> 'skipped' AND v.state <> 'aborted'"
#define RARE_KIND " AND x.kind <> 'enterprise' AND x.kind <> 'individual'"

/* --- how many ids each has --- */

/* check: allow sql — each database has its own full-text engine */
static const char WORDS_SQLITE[] =
    "SELECT COUNT(*) FROM (SELECT w.rowid FROM object_mark w WHERE w.words MATCH $1"
    " ORDER BY w.rowid LIMIT 30001) y";
/* check: allow sql — PostgreSQL's side of the same question */
static const char WORDS_POSTGRESQL[] =
    "SELECT COUNT(*) FROM (SELECT w.id FROM object_mark w WHERE w.words @@ CAST($1 AS tsquery)"
    " ORDER BY w.id LIMIT 30001) y";

#define UP_TO(ids, order) "SELECT COUNT(*) FROM (" ids " ORDER BY " order " LIMIT 30001) y"
#define EVERY(ids) "SELECT COUNT(*) FROM (" ids ") y"

/* up to PROBE rows; all of them; which of the filter's parameters they take. */
static const struct probe {
    const char *some;
    const char *all;
    int args[3];
    int count;
} probes[DRIVERS] = {
    [DRIVER_WALK] = {UP_TO("SELECT x.id FROM object x WHERE x.tenant = $1", "x.tenant, x.id"),
                     EVERY("SELECT x.id FROM object x WHERE x.tenant = $1"),
                     {0},
                     1},
    [DRIVER_REACH] = {UP_TO(OWN_REACH, "p.code, x.id"), EVERY(ALL_REACH), {0, 1, 2}, 3},
    [DRIVER_NUMBER] = {UP_TO(OBJECTS("x.pool_id >= $2 AND x.pool_id < $3"), "x.pool_id"),
                       EVERY(OBJECTS("x.pool_id >= $2 AND x.pool_id < $3")),
                       {0, 3, 4},
                       3},
    [DRIVER_DIVISION] = {UP_TO(OBJECTS("x.division >= $2 AND x.division < $3"), "x.division, x.id"),
                         EVERY(OBJECTS("x.division >= $2 AND x.division < $3")),
                         {0, 5, 6},
                         3},
    [DRIVER_INDUSTRY] = {UP_TO(OBJECTS("x.industry >= $2 AND x.industry < $3"), "x.industry, x.id"),
                         EVERY(OBJECTS("x.industry >= $2 AND x.industry < $3")),
                         {0, 7, 8},
                         3},
    [DRIVER_KIND] = {UP_TO(OBJECTS("x.kind = $2" RARE_KIND), "x.id"),
                     EVERY(OBJECTS("x.kind = $2" RARE_KIND)),
                     {0, 9},
                     2},
    [DRIVER_STATE] = {UP_TO(OBJECTS("x.state = $2 AND x.state <> 'active'"), "x.id"),
                      EVERY(OBJECTS("x.state = $2 AND x.state <> 'active'")),
                      {0, 10},
                      2},
    [DRIVER_RISK] = {UP_TO(OBJECTS("x.risk = $2 AND x.risk <> ''"), "x.id"),
                     EVERY(OBJECTS("x.risk = $2 AND x.risk <> ''")),
                     {0, 11},
                     2},
    [DRIVER_DEPARTMENT] = {UP_TO(OBJECTS("x.department = $2"), "x.id"),
                           EVERY(ALL_DEPARTMENT("$2")),
                           {0, 12},
                           2},
    [DRIVER_LABEL] = {UP_TO(IDS_LABEL("$2"), "x.object"), EVERY(IDS_LABEL("$2")), {0, 13}, 2},
    [DRIVER_VISITED] = {UP_TO(IDS_VISITED("$2"), "v.pool_id"),
                        EVERY(IDS_VISITED("$2")),
                        {0, 15},
                        2},
    [DRIVER_LIBRARY] = {UP_TO(IDS_LIBRARY("$2"), "x.object"), EVERY(IDS_LIBRARY("$2")), {0, 17}, 2},
};

static enum err number_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    (void)arena;
    *(int64_t *)out = db_col_int(rows, 0);
    return ERR_OK;
}

/* Does the filter have the condition, in a form that its index answers? */
static bool has_condition(const struct store_object_filter *f, enum driver driver)
{
    switch (driver) {
    case DRIVER_REACH:
        return !f->reach.all;
    case DRIVER_NUMBER:
        return f->number.len > 0;
    case DRIVER_DIVISION:
        return f->division.len > 0;
    case DRIVER_INDUSTRY:
        return f->industry.len > 0;
    case DRIVER_KIND:
        return f->kind.len > 0 && !str_eq(f->kind, STR("enterprise")) &&
               !str_eq(f->kind, STR("individual"));
    case DRIVER_STATE:
        return f->state.len > 0 && !str_eq(f->state, STR("active"));
    case DRIVER_RISK:
        return f->risk.len > 0 && !str_eq(f->risk, STR("-"));
    case DRIVER_DEPARTMENT:
        return f->department.len > 0;
    case DRIVER_LABEL:
        return f->label.len > 0 && !str_eq(f->label, STR("-"));
    case DRIVER_VISITED:
        return f->visited == STORE_VISITED_YES;
    case DRIVER_LIBRARY:
        return f->library != 0;
    case DRIVER_WALK:
    case DRIVER_TEXT:
    case DRIVERS:
        break;
    }
    return false;
}

/* Are there conditions that no index answers? */
static bool has_plain(const struct store_object_filter *f)
{
    bool kind = f->kind.len > 0 && !has_condition(f, DRIVER_KIND);
    bool state = f->state.len > 0 && !has_condition(f, DRIVER_STATE);
    return kind || state || str_eq(f->risk, STR("-")) || str_eq(f->label, STR("-")) ||
           f->stale_before > 0 || f->visited == STORE_VISITED_NO;
}

static bool on_sqlite(const char *dialect)
{
    return strcmp(dialect, "sqlite") == 0;
}

/* The filter's parameters of one probe. */
static enum err probe(int64_t *out, struct db_tx *tx, const struct db_value *args,
                      enum driver which, bool all)
{
    struct db_value own[3];
    const struct probe *p = &probes[which];
    for (int i = 0; i < p->count; i++)
        own[i] = args[p->args[i]];
    return store_one(out, NULL, tx, all ? probes[which].all : probes[which].some, own,
                     (size_t)p->count, number_fill);
}

/* Takes one probed condition into the plan. */
static void weigh(struct store_object_plan *plan, int driver, int64_t rows)
{
    plan->conditions++;
    if (rows > PROBE || (plan->driver != DRIVER_WALK && plan->rows <= rows))
        return;
    plan->driver = driver;
    plan->rows = rows;
}

static enum err weigh_text(struct store_object_plan *plan, struct db_tx *tx)
{
    int64_t rows = 0;
    if (plan->query.len == 0)
        return ERR_OK;
    TRY(store_one(&rows, NULL, tx, on_sqlite(plan->dialect) ? WORDS_SQLITE : WORDS_POSTGRESQL,
                  DB_ARGS(db_text(plan->query)), number_fill));
    plan->by_id_only = rows > SORTED;
    bool other = plan->driver != DRIVER_WALK && plan->rows <= SINGLE && rows > plan->rows;
    weigh(plan, DRIVER_TEXT, rows);
    if (other)
        plan->by_id_only = false;
    else
        plan->driver = DRIVER_TEXT;
    return ERR_OK;
}

enum err store_object_plan(struct store_object_plan *out, struct arena *arena, struct db_tx *tx,
                           const char *dialect, const struct store_object_filter *filter)
{
    struct db_value args[FILTER_ARGS];
    *out = (struct store_object_plan){.filter = filter, .dialect = dialect, .rows = PROBE + 1};
    TRY(filter_args(args, arena, filter));
    TRY(store_search_text(&out->query, arena, dialect, filter->text));
    out->nothing = filter->text.len > 0 && out->query.len == 0;
    for (int i = DRIVER_REACH; i < DRIVER_TEXT; i++) {
        int64_t rows = 0;
        if (!has_condition(filter, (enum driver)i))
            continue;
        TRY(probe(&rows, tx, args, (enum driver)i, false));
        weigh(out, i, rows);
    }
    return weigh_text(out, tx);
}

/* --- pages --- */

#define ROW_COLUMNS "SELECT o.id, " STORE_OBJECT_COLUMNS ", o.job, o.at"
#define ROW ROW_COLUMNS " FROM object o"

#define IN_REACH " AND o.id IN (" IDS_REACH ")"
#define IN_NUMBER " AND o.id IN (" OBJECTS("x.pool_id >= $4 AND x.pool_id < $5") ")"
#define IN_DIVISION " AND o.id IN (" OBJECTS("x.division >= $6 AND x.division < $7") ")"
#define IN_INDUSTRY " AND o.id IN (" OBJECTS("x.industry >= $8 AND x.industry < $9") ")"
#define IN_KIND " AND o.id IN (" OBJECTS("x.kind = $10" RARE_KIND) ")"
#define IN_STATE " AND o.id IN (" OBJECTS("x.state = $11 AND x.state <> 'active'") ")"
#define IN_RISK " AND o.id IN (" OBJECTS("x.risk = $12 AND x.risk <> ''") ")"
#define IN_DEPARTMENT " AND o.id IN (" IDS_DEPARTMENT("$13") ")"
#define IN_LABEL " AND o.id IN (" IDS_LABEL("$14") ")"
#define IN_VISITED " AND o.id IN (" IDS_VISITED("$16") ")"
#define IN_LIBRARY " AND o.id IN (" IDS_LIBRARY("$18") ")"
#define IN_WORDS_SQLITE " AND o.id IN (SELECT w.rowid FROM object_mark w WHERE w.words MATCH $19)"
#define IN_WORDS_POSTGRESQL                                                                        \
    " AND o.id IN (SELECT w.id FROM object_mark w WHERE w.words @@ CAST($19 AS tsquery))"
/* One name after the other: for few rows and a text that many names hold. */
#define EACH_SQLITE                                                                                \
    " AND EXISTS (SELECT 1 FROM object_mark w WHERE w.rowid = o.id AND w.words MATCH $19)"
#define EACH_POSTGRESQL                                                                            \
    " AND EXISTS (SELECT 1 FROM object_mark w WHERE w.id = o.id"                                   \
    " AND w.words @@ CAST($19 AS tsquery))"

/* By id, by name; forwards, backwards. a is the first parameter behind the filter. Where ids are
 * given, id and name are expressions, so that SQLite does not walk an index after all. */
#define PAGES(given, id, name, a, b, c)                                                            \
    {                                                                                              \
        {ROW FITS given " AND " id " > " a " ORDER BY " id " LIMIT " b,                            \
         ROW FITS given " AND " id " < " a " ORDER BY " id " DESC LIMIT " b},                      \
            {ROW FITS given " AND (" name ", o.id) > (" a ", " b ") ORDER BY " name                \
                            ", o.id LIMIT " c,                                                     \
             ROW FITS given " AND (" name ", o.id) < (" a ", " b ") ORDER BY " name                \
                            " DESC, o.id DESC LIMIT " c},                                          \
    }
#define WALK PAGES("", "o.id", "o.name", "$19", "$20", "$21")
#define PLAIN(given) PAGES(given, "o.id + 0", "o.name || ''", "$19", "$20", "$21")
#define NAMED(given) PAGES(given, "o.id + 0", "o.name || ''", "$20", "$21", "$22")

static const char *const plain_pages[DRIVERS][2][2] = {
    [DRIVER_WALK] = WALK,
    [DRIVER_REACH] = PLAIN(IN_REACH),
    [DRIVER_NUMBER] = PLAIN(IN_NUMBER),
    [DRIVER_DIVISION] = PLAIN(IN_DIVISION),
    [DRIVER_INDUSTRY] = PLAIN(IN_INDUSTRY),
    [DRIVER_KIND] = PLAIN(IN_KIND),
    [DRIVER_STATE] = PLAIN(IN_STATE),
    [DRIVER_RISK] = PLAIN(IN_RISK),
    [DRIVER_DEPARTMENT] = PLAIN(IN_DEPARTMENT),
    [DRIVER_LABEL] = PLAIN(IN_LABEL),
    [DRIVER_VISITED] = PLAIN(IN_VISITED),
    [DRIVER_LIBRARY] = PLAIN(IN_LIBRARY),
};

/* check: allow sql — CROSS JOIN keeps SQLite from asking the index once an object, and its rows
 * come in the order of their ids, so that a page costs a page. */
#define STREAM_SQLITE(compare, order)                                                              \
    ROW_COLUMNS " FROM object_mark w CROSS JOIN object o" FITS                                     \
                " AND w.words MATCH $19 AND o.id = w.rowid AND w.rowid " compare                   \
                " $20 ORDER BY w.rowid " order " LIMIT $21"
#define SORTED_SQLITE(compare, order)                                                              \
    ROW FITS IN_WORDS_SQLITE " AND (o.name || '', o.id) " compare                                  \
                             " ($20, $21) ORDER BY o.name || '' " order ", o.id " order            \
                             " LIMIT $22"
/* SQLite's full-text index is its own. */
static const char *const sqlite_pages[DRIVERS][2][2] = {
    [DRIVER_REACH] = NAMED(IN_REACH EACH_SQLITE),
    [DRIVER_NUMBER] = NAMED(IN_NUMBER EACH_SQLITE),
    [DRIVER_DIVISION] = NAMED(IN_DIVISION EACH_SQLITE),
    [DRIVER_INDUSTRY] = NAMED(IN_INDUSTRY EACH_SQLITE),
    [DRIVER_KIND] = NAMED(IN_KIND EACH_SQLITE),
    [DRIVER_STATE] = NAMED(IN_STATE EACH_SQLITE),
    [DRIVER_RISK] = NAMED(IN_RISK EACH_SQLITE),
    [DRIVER_DEPARTMENT] = NAMED(IN_DEPARTMENT EACH_SQLITE),
    [DRIVER_LABEL] = NAMED(IN_LABEL EACH_SQLITE),
    [DRIVER_VISITED] = NAMED(IN_VISITED EACH_SQLITE),
    [DRIVER_LIBRARY] = NAMED(IN_LIBRARY EACH_SQLITE),
    [DRIVER_TEXT] = {{STREAM_SQLITE(">", "ASC"), STREAM_SQLITE("<", "DESC")},
                     {SORTED_SQLITE(">", "ASC"), SORTED_SQLITE("<", "DESC")}},
};
/* PostgreSQL's side of the same questions. */
static const char *const postgresql_pages[DRIVERS][2][2] = {
    [DRIVER_REACH] = NAMED(IN_REACH EACH_POSTGRESQL),
    [DRIVER_NUMBER] = NAMED(IN_NUMBER EACH_POSTGRESQL),
    [DRIVER_DIVISION] = NAMED(IN_DIVISION EACH_POSTGRESQL),
    [DRIVER_INDUSTRY] = NAMED(IN_INDUSTRY EACH_POSTGRESQL),
    [DRIVER_KIND] = NAMED(IN_KIND EACH_POSTGRESQL),
    [DRIVER_STATE] = NAMED(IN_STATE EACH_POSTGRESQL),
    [DRIVER_RISK] = NAMED(IN_RISK EACH_POSTGRESQL),
    [DRIVER_DEPARTMENT] = NAMED(IN_DEPARTMENT EACH_POSTGRESQL),
    [DRIVER_LABEL] = NAMED(IN_LABEL EACH_POSTGRESQL),
    [DRIVER_VISITED] = NAMED(IN_VISITED EACH_POSTGRESQL),
    [DRIVER_LIBRARY] = NAMED(IN_LIBRARY EACH_POSTGRESQL),
    [DRIVER_TEXT] = NAMED(IN_WORDS_POSTGRESQL),
};

/* Is there no condition so rare that looking at all its rows is cheap? A walk may be long where
 * rows that fit stand together far behind, as those of a file imported last do. */
static bool must_walk(const struct store_object_plan *plan)
{
    return plan->query.len == 0 && (plan->driver == DRIVER_WALK || plan->rows > PROBE);
}

static enum err row_fill(void *out, struct db_rows *rows, struct arena *arena)
{
    struct store_object_row *row = out;
    row->record.id = db_col_int(rows, 0);
    TRY(store_object_record(&row->record, rows, 1, arena));
    row->job = db_col_int(rows, 1 + STORE_OBJECT_VALUES);
    row->at = db_col_int(rows, 2 + STORE_OBJECT_VALUES);
    return ERR_OK;
}

static void reverse(struct store_object_row *rows, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct store_object_row other = rows[i];
        rows[i] = rows[count - 1 - i];
        rows[count - 1 - i] = other;
    }
}

/* The parameters behind the filter's: where the page begins, and how long it is. */
static size_t page_args(struct db_value *args, size_t count, bool by_name,
                        const struct store_object_page *page)
{
    bool last = page->back && page->id == 0;
    if (by_name)
        args[count++] = db_text(last ? STR("\xF4\x8F\xBF\xBF") : page->name);
    args[count++] = db_int(last ? INT64_MAX : page->id);
    args[count++] = db_int(page->most);
    return count;
}

/* The statement of a page and its parameters. */
struct asked {
    const char *sql;
    struct db_value args[FILTER_ARGS + 4];
    size_t count;
};

static enum err ask_page(struct asked *out, struct arena *arena,
                         const struct store_object_plan *plan, const struct store_object_page *page)
{
    bool by_name = page->order == STORE_OBJECT_BY_NAME && !plan->by_id_only;
    int driver = must_walk(plan) ? DRIVER_WALK : plan->driver;
    bool back = page->back;
    TRY(filter_args(out->args, arena, plan->filter));
    out->count = FILTER_ARGS;
    if (plan->query.len == 0)
        out->sql = plain_pages[driver][by_name][back];
    else
        out->sql = on_sqlite(plan->dialect) ? sqlite_pages[driver][by_name][back]
                                            : postgresql_pages[driver][by_name][back];
    if (plan->query.len > 0)
        out->args[out->count++] = db_text(plan->query);
    out->count = page_args(out->args, out->count, by_name, page);
    return ERR_OK;
}

enum err store_object_list(struct store_object_row **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const struct store_object_plan *plan,
                           const struct store_object_page *page)
{
    struct asked asked;
    const struct store_shape shape = {sizeof **out, row_fill};
    *out = NULL;
    *count = 0;
    if (plan->nothing)
        return ERR_OK;
    TRY(ask_page(&asked, arena, plan, page));
    /* check: allow sql — one of the constant tables above, chosen in ask_page */
    TRY(store_array((void **)out, count, arena, tx, &shape, asked.sql, asked.args, asked.count));
    if (page->back)
        reverse(*out, *count);
    return ERR_OK;
}

/* Rows of one stream, each in an arena that is cleared for the next. */
static enum err each_row(struct db_rows *rows, store_object_each_row *each, void *ctx)
{
    struct arena arena = {0};
    enum err err = db_next(rows);
    while (err == ERR_OK) {
        struct store_object_row row;
        arena_clear(&arena);
        err = row_fill(&row, rows, &arena);
        if (err == ERR_OK)
            err = each(ctx, &row);
        if (err == ERR_OK)
            err = db_next(rows);
    }
    arena_free(&arena);
    return err == ERR_END ? ERR_OK : err;
}

enum err store_object_each(struct db_tx *tx, const struct store_object_plan *plan,
                           enum store_object_order order, store_object_each_row *each, void *ctx)
{
    const struct store_object_page all = {.order = order, .most = INT64_MAX};
    struct arena arena = {0};
    struct db_rows *rows = NULL;
    struct asked asked;
    if (plan->nothing)
        return ERR_OK;
    enum err err = ask_page(&asked, &arena, plan, &all);
    /* check: allow sql — one of the constant tables above, chosen in ask_page */
    if (err == ERR_OK)
        err = db_stream(&rows, tx, asked.sql, asked.args, asked.count);
    if (err == ERR_OK)
        err = each_row(rows, each, ctx);
    db_done(rows);
    arena_free(&arena);
    return err;
}

/* --- counts --- */

#define ALL_OF(given) "SELECT COUNT(*) FROM object o" FITS given
#define SOME_OF(given)                                                                             \
    "SELECT COUNT(*) FROM (SELECT o.id FROM object o" FITS given " ORDER BY o.id LIMIT $19) y"
static const char COUNT_SOME[] = SOME_OF("");
static const char *const plain_counts[DRIVERS] = {
    [DRIVER_WALK] = ALL_OF(""),
    [DRIVER_REACH] = ALL_OF(IN_REACH),
    [DRIVER_NUMBER] = ALL_OF(IN_NUMBER),
    [DRIVER_DIVISION] = ALL_OF(IN_DIVISION),
    [DRIVER_INDUSTRY] = ALL_OF(IN_INDUSTRY),
    [DRIVER_KIND] = ALL_OF(IN_KIND),
    [DRIVER_STATE] = ALL_OF(IN_STATE),
    [DRIVER_RISK] = ALL_OF(IN_RISK),
    [DRIVER_DEPARTMENT] = ALL_OF(IN_DEPARTMENT),
    [DRIVER_LABEL] = ALL_OF(IN_LABEL),
    [DRIVER_VISITED] = ALL_OF(IN_VISITED),
    [DRIVER_LIBRARY] = ALL_OF(IN_LIBRARY),
};
/* SQLite's full-text index is its own. */
static const char *const sqlite_counts[DRIVERS] = {
    [DRIVER_REACH] = ALL_OF(IN_REACH EACH_SQLITE),
    [DRIVER_NUMBER] = ALL_OF(IN_NUMBER EACH_SQLITE),
    [DRIVER_DIVISION] = ALL_OF(IN_DIVISION EACH_SQLITE),
    [DRIVER_INDUSTRY] = ALL_OF(IN_INDUSTRY EACH_SQLITE),
    [DRIVER_KIND] = ALL_OF(IN_KIND EACH_SQLITE),
    [DRIVER_STATE] = ALL_OF(IN_STATE EACH_SQLITE),
    [DRIVER_RISK] = ALL_OF(IN_RISK EACH_SQLITE),
    [DRIVER_DEPARTMENT] = ALL_OF(IN_DEPARTMENT EACH_SQLITE),
    [DRIVER_LABEL] = ALL_OF(IN_LABEL EACH_SQLITE),
    [DRIVER_VISITED] = ALL_OF(IN_VISITED EACH_SQLITE),
    [DRIVER_LIBRARY] = ALL_OF(IN_LIBRARY EACH_SQLITE),
    [DRIVER_TEXT] = ALL_OF(IN_WORDS_SQLITE),
};
/* PostgreSQL's side of the same questions. */
static const char *const postgresql_counts[DRIVERS] = {
    [DRIVER_REACH] = ALL_OF(IN_REACH EACH_POSTGRESQL),
    [DRIVER_NUMBER] = ALL_OF(IN_NUMBER EACH_POSTGRESQL),
    [DRIVER_DIVISION] = ALL_OF(IN_DIVISION EACH_POSTGRESQL),
    [DRIVER_INDUSTRY] = ALL_OF(IN_INDUSTRY EACH_POSTGRESQL),
    [DRIVER_KIND] = ALL_OF(IN_KIND EACH_POSTGRESQL),
    [DRIVER_STATE] = ALL_OF(IN_STATE EACH_POSTGRESQL),
    [DRIVER_RISK] = ALL_OF(IN_RISK EACH_POSTGRESQL),
    [DRIVER_DEPARTMENT] = ALL_OF(IN_DEPARTMENT EACH_POSTGRESQL),
    [DRIVER_LABEL] = ALL_OF(IN_LABEL EACH_POSTGRESQL),
    [DRIVER_VISITED] = ALL_OF(IN_VISITED EACH_POSTGRESQL),
    [DRIVER_LIBRARY] = ALL_OF(IN_LIBRARY EACH_POSTGRESQL),
    [DRIVER_TEXT] = ALL_OF(IN_WORDS_POSTGRESQL),
};

/* Does the driver alone decide, so that its own index counts? */
static bool index_counts(const struct store_object_plan *plan)
{
    return plan->query.len == 0 && plan->conditions <= 1 && !has_plain(plan->filter);
}

/* The only condition there is, or none. */
static enum driver only_condition(const struct store_object_filter *f)
{
    for (int i = DRIVER_REACH; i < DRIVER_TEXT; i++)
        if (has_condition(f, (enum driver)i))
            return (enum driver)i;
    return DRIVER_WALK;
}

enum err store_object_count_all(int64_t *out, struct db_tx *tx,
                                const struct store_object_plan *plan)
{
    struct arena arena = {0};
    struct db_value args[FILTER_ARGS + 1];
    bool sqlite = on_sqlite(plan->dialect);
    bool words = plan->query.len > 0;
    *out = 0;
    if (plan->nothing)
        return ERR_OK;
    enum err err = filter_args(args, &arena, plan->filter);
    if (words)
        args[FILTER_ARGS] = db_text(plan->query);
    if (err == ERR_OK && index_counts(plan))
        err = probe(out, tx, args, only_condition(plan->filter), true);
    else if (err == ERR_OK && !words)
        err = store_one(out, NULL, tx, plain_counts[plan->driver], args, FILTER_ARGS, number_fill);
    else if (err == ERR_OK)
        err = store_one(out, NULL, tx,
                        sqlite ? sqlite_counts[plan->driver] : postgresql_counts[plan->driver],
                        args, FILTER_ARGS + 1, number_fill);
    arena_free(&arena);
    return err;
}

/* The names that a text finds, where nothing else is asked, are counted already. */
static bool words_count(const struct store_object_plan *plan)
{
    return plan->query.len > 0 && plan->conditions == 1 && !has_plain(plan->filter);
}

enum err store_object_count(int64_t *out, bool *exact, struct db_tx *tx,
                            const struct store_object_plan *plan)
{
    struct arena arena = {0};
    struct db_value args[FILTER_ARGS + 1];
    *exact = true;
    if (words_count(plan)) {
        *exact = plan->rows <= PROBE;
        *out = *exact ? plan->rows : PROBE;
        return ERR_OK;
    }
    if (plan->nothing || index_counts(plan) || !must_walk(plan))
        return store_object_count_all(out, tx, plan);
    enum err err = filter_args(args, &arena, plan->filter);
    args[FILTER_ARGS] = db_int(COUNTED + 1);
    if (err == ERR_OK)
        err = store_one(out, NULL, tx, COUNT_SOME, args, FILTER_ARGS + 1, number_fill);
    arena_free(&arena);
    *exact = *out <= COUNTED;
    if (!*exact)
        *out = COUNTED;
    return err;
}

/* --- one object --- */

#define ONE(column) ROW " WHERE o.tenant = $1 AND " REACHED " AND o." column " = $4"
static const char OBJECT_BY_ID[] = ONE("id");
static const char OBJECT_BY_POOL_ID[] = ONE("pool_id");

enum err store_object_find(struct store_object_row *out, struct arena *arena, struct db_tx *tx,
                           const struct store_object_filter *f, int64_t id)
{
    return store_one(out, arena, tx, OBJECT_BY_ID,
                     DB_ARGS(db_text(f->tenant), STORE_REACH_ARGS(&f->reach), db_int(id)),
                     row_fill);
}

enum err store_object_find_pool(struct store_object_row *out, struct arena *arena, struct db_tx *tx,
                                const struct store_object_filter *f, struct str pool_id)
{
    return store_one(out, arena, tx, OBJECT_BY_POOL_ID,
                     DB_ARGS(db_text(f->tenant), STORE_REACH_ARGS(&f->reach), db_text(pool_id)),
                     row_fill);
}
