/* The second net beneath the reach on PostgreSQL (SECURITY.md AC6): what a person of department A
 * sees by statements that forgot their clause. Rows are laid down directly, one of A, one of B and
 * one of neither of each kind; the numbers expected are counted by hand from them.
 *
 * SQLite has no row-level security: there the stories only see that nothing is said to be on.
 */
#include "rig_office.h"

#include "office/scope.h"
#include "store/guard.h"

#include <string.h>

static bool without_server(const struct story *s)
{
    struct db_guard_told told;
    if (s->rig.postgres)
        return false;
    assert_int_equal(db_guarded(&told, s->office.db), DB_GUARD_NONE);
    print_message("# SQLite: not tested\n");
    return true;
}

static enum db_guarded guarded(const struct story *s, const char **why)
{
    struct db_guard_told told;
    enum db_guarded guarded = db_guarded(&told, s->office.db);
    *why = told.why;
    return guarded;
}

static void is_on(const struct story *s)
{
    const char *why = "";
    if (guarded(s, &why) != DB_GUARD_ON)
        fail_msg("row-level security is off: %s", why);
}

/* --- the rows --- */

/* Columns that a row does not name are empty. */
static const char EMPTY[] =
    "DO 'DECLARE c record; BEGIN FOR c IN SELECT table_name, column_name, data_type FROM "
    "information_schema.columns WHERE table_schema = current_schema() AND column_default IS NULL "
    "LOOP EXECUTE format(''ALTER TABLE %I ALTER COLUMN %I SET DEFAULT %L'', c.table_name, "
    "c.column_name, CASE c.data_type WHEN ''bigint'' THEN ''0'' ELSE '''' END); END LOOP; END'";

/* Object 1 is A's, 2 and 3 are B's, 3 is A's as well. Library 1 is A's and holds nothing, 2 is B's
 * and holds objects 2 and 3, 3 is B's and holds object 2. Task 1 is A's, 2 is B's with a part of
 * A, 3 is B's alone; each has a draw with one visit, on which an inspector of the task's department
 * sits; in task 2 one of A sits as well, and in task 3 a seat of C has nobody. */
static const char *const ROWS[] = {
    "INSERT INTO object (tenant, id, pool_id, number_kind, department) VALUES ('410882', 1, 'P1', "
    "'none', 'A'), ('410882', 2, 'P2', 'none', 'B'), ('410882', 3, 'P3', 'none', 'B')",
    "INSERT INTO object_department (tenant, object, department) VALUES ('410882', 3, 'A'), "
    "('410882', 3, 'C')",
    "INSERT INTO object_label (tenant, label, object) VALUES ('410882', 'L', 1), ('410882', 'L', "
    "2), ('410882', 'L', 3)",
    "INSERT INTO library (tenant, id, name, department, state) VALUES ('410882', 1, 'LA', 'A', "
    "'active'), ('410882', 2, 'LB', 'B', 'active'), ('410882', 3, 'LC', 'B', 'active')",
    "INSERT INTO library_row (tenant, library, object) VALUES ('410882', 2, 2), ('410882', 2, 3), "
    "('410882', 3, 2)",
    "INSERT INTO inspector (tenant, id, code, department, category, state) VALUES ('410882', 1, "
    "'IA', 'A', 'officer', 'active'), ('410882', 2, 'IB', 'B', 'officer', 'active')",
    "INSERT INTO conflict (tenant, inspector, pool_id) VALUES ('410882', 1, 'P2'), ('410882', 2, "
    "'P1')",
    "INSERT INTO document (tenant, id, code, kind, department) VALUES ('410882', 1, 'DA', 'guide', "
    "'A'), ('410882', 2, 'DB', 'guide', 'B')",
    "INSERT INTO document_version (tenant, id, document, version, state, revision) VALUES "
    "('410882', 1, 1, 1, 'draft', 1), ('410882', 2, 2, 1, 'draft', 1)",
    "INSERT INTO feedback (tenant, id, department, state) VALUES ('410882', 1, 'A', 'new'), "
    "('410882', 2, 'B', 'new'), ('410882', 3, '', 'new')",
    "INSERT INTO item_superior (tenant, id, department, state, cap_den) VALUES ('410882', 1, 'A', "
    "'open', 1), ('410882', 2, 'B', 'open', 1), ('410882', 3, '', 'open', 1)",
    "INSERT INTO task (tenant, id, number, department, type, strata, state) VALUES ('410882', 1, "
    "'T1', 'A', 'directed', 'none', 'visiting'), ('410882', 2, 'T2', 'B', 'directed', 'none', "
    "'visiting'), ('410882', 3, 'T3', 'B', 'directed', 'none', 'visiting')",
    "INSERT INTO task_part (tenant, task, department, seats) VALUES ('410882', 1, 'A', 1), "
    "('410882', 2, 'A', 1), ('410882', 2, 'B', 1), ('410882', 3, 'B', 1)",
    "INSERT INTO task_item (tenant, task, item, department) VALUES ('410882', 1, 1, 'A'), "
    "('410882', 2, 1, 'A'), ('410882', 2, 2, 'B'), ('410882', 3, 2, 'B')",
    "INSERT INTO draw (tenant, id, number, task, state, round) VALUES ('410882', 1, 'W1', 1, "
    "'assigned', 1), ('410882', 2, 'W2', 2, 'assigned', 1), ('410882', 3, 'W3', 3, 'assigned', 1)",
    "INSERT INTO visit (tenant, id, task, draw, pool_id, state) VALUES ('410882', 1, 1, 1, 'P1', "
    "'assigned'), ('410882', 2, 2, 2, 'P2', 'assigned'), ('410882', 3, 3, 3, 'P2', 'assigned')",
    "INSERT INTO seat (tenant, draw, seat, pool_id, department, inspector) VALUES ('410882', 1, "
    "'1', 'P1', 'A', 'IA'), ('410882', 2, '1', 'P2', 'B', 'IB'), ('410882', 2, '2', 'P2', 'A', "
    "'IA'), ('410882', 3, '1', 'P2', 'B', 'IB'), ('410882', "
    "3, '2', 'P2', 'C', '')",
    "INSERT INTO result (tenant, id, visit, item, department, version, state) VALUES ('410882', 1, "
    "1, 1, 'A', 1, 'entered'), ('410882', 2, 2, 2, 'B', 1, 'entered'), ('410882', 3, 3, 2, 'B', 1, "
    "'entered')",
    "INSERT INTO task_quota (tenant, task, stratum, mode, den) VALUES ('410882', 1, '*', 'fixed', "
    "1)",
    "INSERT INTO registry_change (tenant, id, resource, target) VALUES ('410882', 1, 'objects', "
    "2)",
};

static void lay_down(struct story *s)
{
    story_run(s, EMPTY);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        story_run(s, ROWS[i]);
}

/* --- asking --- */

struct counting {
    struct errand *e;
    const char *sql;
    int64_t count;
};

static enum err count_work(struct db_tx *tx, void *ctx)
{
    struct counting *c = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, c->sql, DB_NONE));
    TRY(db_next(rows));
    c->count = db_col_int(rows, 0);
    db_done(rows);
    return ERR_OK;
}

/* The only number of a query that the errand's person reads. */
static int64_t counted(struct errand *e, const char *sql)
{
    struct counting c = {e, sql, -1};
    if (office_read(e, "count", count_work, &c) != ERR_OK)
        fail_msg("%s: %s", sql, fault_text(&e->fault));
    return c.count;
}

static int64_t count_of(struct errand *e, const char *table)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM %s", table);
    return counted(e, sql);
}

/* A person of department A. */
static struct errand of_a(const struct story *s)
{
    static const struct str below[] = {{"A", 1}};
    struct errand e = s->e;
    e.scope = (struct office_scope){.level = MODEL_SCOPE_DEPARTMENT,
                                    .department = STR("A"),
                                    .departments = below,
                                    .department_count = 1};
    return e;
}

static struct errand inspector(const struct story *s, const char *code)
{
    struct errand e = s->e;
    e.scope = (struct office_scope){
        .level = MODEL_SCOPE_OWN, .inspector = str_of(code), .department = STR("A")};
    return e;
}

/* What each sees of all the rows laid down, by statements without any clause. */
static const struct {
    const char *table;
    int a;     /* a person of A */
    int own;   /* inspector IB, no matter of which department */
    int whole; /* whoever sees all */
} SEEN[] = {
    {"object", 2, 0, 3},
    {"object_department", 1, 0, 2},
    {"object_label", 2, 0, 3},
    {"library", 2, 0, 3},
    {"library_row", 1, 0, 3},
    {"inspector", 1, 1, 2},
    {"conflict", 1, 1, 2},
    {"document", 1, 0, 2},
    {"document_version", 1, 0, 2},
    {"feedback", 1, 0, 3},
    {"item_superior", 2, 1, 3},
    {"task", 2, 2, 3},
    {"task_part", 2, 0, 4},
    {"task_item", 2, 0, 4},
    {"draw", 2, 2, 3},
    {"visit", 2, 2, 3},
    {"seat", 2, 2, 5},
    {"result", 1, 0, 3},
    {"task_quota", 0, 0, 1},
    {"registry_change", 0, 0, 1},
};

static void AC6_a_statement_that_forgot_its_clause_shows_no_row_of_another(void **state)
{
    struct story *s = *state;
    if (without_server(s))
        return;
    is_on(s);
    lay_down(s);
    struct errand a = of_a(s);
    struct errand own = inspector(s, "IB");
    for (size_t i = 0; i < sizeof SEEN / sizeof SEEN[0]; i++) {
        const char *table = SEEN[i].table;
        struct errand whole = s->e;
        whole.scope = OFFICE_SCOPE_WHOLE;
        int64_t got[] = {count_of(&a, table), count_of(&own, table), count_of(&whole, table)};
        if (got[0] != SEEN[i].a || got[1] != SEEN[i].own || got[2] != SEEN[i].whole)
            fail_msg("%s: A sees %lld, IB %lld, all %lld", table, (long long)got[0],
                     (long long)got[1], (long long)got[2]);
    }
    assert_int_equal(counted(&a, "SELECT COUNT(*) FROM object WHERE department = 'B'"), 1);
    assert_int_equal(counted(&a, "SELECT COUNT(*) FROM object WHERE id = 2"), 0);
}

static void AC6_a_person_with_no_reach_sees_nothing(void **state)
{
    struct story *s = *state;
    if (without_server(s))
        return;
    lay_down(s);
    struct errand e = s->e;
    e.scope = (struct office_scope){.level = MODEL_SCOPE_NONE};
    e.origin.role = STR("clerk");
    struct errand nobody = inspector(s, "");
    for (size_t i = 0; i < STORE_GUARDS; i++) {
        bool loose = strcmp(store_guards[i].table, "item_superior") == 0;
        assert_int_equal(count_of(&e, store_guards[i].table), loose ? 1 : 0);
        assert_int_equal(count_of(&nobody, store_guards[i].table), loose ? 1 : 0);
    }
}

/* A code that holds another, or the separator, is no way around. */
static void AC6_the_reach_holds_codes_as_they_are(void **state)
{
    struct story *s = *state;
    if (without_server(s))
        return;
    lay_down(s);
    struct errand e = of_a(s);
    static const char *const codes[] = {"", "AB", "%", "'", "A' OR 'B", "\\", "{A,B}", "NULL"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        e.scope.department = str_of(codes[i]);
        assert_int_equal(count_of(&e, "object"), 0);
        assert_int_equal(count_of(&e, "feedback"), 0);
    }
    static const struct str both[] = {{"A", 1}, {"B", 1}};
    e.scope = (struct office_scope){.level = MODEL_SCOPE_BELOW,
                                    .department = STR("C"),
                                    .departments = both,
                                    .department_count = 2};
    assert_int_equal(count_of(&e, "object"), 3);
    assert_int_equal(count_of(&e, "feedback"), 2);
}

static enum err in_turn_work(struct db_tx *tx, void *ctx)
{
    static const char *const sql[] = {
        "SELECT COUNT(*) FROM object", DB_WHOLE "SELECT COUNT(*) FROM object",
        "SELECT COUNT(*) FROM object", DB_WHOLE "SELECT COUNT(*) FROM seat",
        "SELECT COUNT(*) FROM seat",
    };
    int64_t *got = ctx;
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        struct counting c = {NULL, sql[i], -1};
        TRY(count_work(tx, &c));
        got[i] = c.count;
    }
    return ERR_OK;
}

static void AC6_what_reads_beyond_says_so_and_ends_with_its_statement(void **state)
{
    struct story *s = *state;
    int64_t got[5] = {0};
    if (without_server(s))
        return;
    lay_down(s);
    struct errand e = of_a(s);
    for (int i = 0; i < 12; i++) { /* also on connections and plans that were used before */
        assert_int_equal(office_read(&e, "in turn", in_turn_work, got), ERR_OK);
        assert_int_equal(got[0], 2);
        assert_int_equal(got[1], 3);
        assert_int_equal(got[2], 2);
        assert_int_equal(got[3], 5);
        assert_int_equal(got[4], 2);
        assert_int_equal(story_number(s, "SELECT COUNT(*) FROM object"), 3);
    }
}

/* Writes and bulk loads are the owner's: whose row it is has been decided before. */
static enum err write_work(struct db_tx *tx, void *ctx)
{
    struct db_bulk *bulk = NULL;
    struct counting c = {NULL, "SELECT COUNT(*) FROM object_label", -1};
    const struct db_value row[] = {db_text(STR("410882")), db_text(STR("M")), db_int(2)};
    TRY(db_run(tx, NULL, "UPDATE object SET name = 'x' WHERE id = 2", DB_NONE));
    TRY(db_bulk_open(&bulk, tx, "object_label", "tenant, label, object"));
    enum err err = db_bulk_add(bulk, row, 3);
    TRY(db_bulk_close(bulk));
    TRY(err);
    TRY(count_work(tx, &c));
    *(int64_t *)ctx = c.count;
    return ERR_OK;
}

static void writes_and_bulk_loads_are_not_bound(void **state)
{
    struct story *s = *state;
    int64_t count = 0;
    if (without_server(s))
        return;
    lay_down(s);
    struct errand e = of_a(s);
    assert_int_equal(office_write(&e, "write", write_work, &count), ERR_OK);
    assert_int_equal(count, 4);
}

/* --- the role and the tables --- */

static enum err as_role_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct counting role = {NULL, "SELECT LENGTH(set_config('role', " DB_GUARD_NAME ", true))", 0};
    TRY(count_work(tx, &role));
    for (size_t i = 0; i < STORE_GUARDS; i++) {
        char sql[120];
        struct counting c = {NULL, sql, -1};
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM %s", store_guards[i].table);
        TRY(count_work(tx, &c));
        bool loose = strcmp(store_guards[i].table, "item_superior") == 0;
        if (c.count != (loose ? 1 : 0))
            fail_msg("%s shows %lld rows", store_guards[i].table, (long long)c.count);
    }
    return db_run(tx, NULL, "UPDATE object SET name = ''", DB_NONE);
}

static void AC6_the_role_sees_nothing_where_nothing_is_set_and_writes_nothing(void **state)
{
    struct story *s = *state;
    if (without_server(s))
        return;
    lay_down(s);
    assert_int_equal(db_transact(s->office.db, "role", as_role_work, NULL, NULL), ERR_READONLY);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM pg_roles WHERE rolname = " DB_GUARD_NAME
                                     " AND NOT rolcanlogin AND NOT rolsuper AND NOT rolbypassrls"),
                     1);
}

#define UNDER                                                                                      \
    "SELECT COUNT(*) FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relnamespace = "     \
    "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

/* tools/check.py holds the same list against the tables of business rows. */
static void AC6_every_table_of_business_rows_is_under_row_level_security(void **state)
{
    struct story *s = *state;
    if (without_server(s))
        return;
    is_on(s);
    assert_int_equal(story_number(s, UNDER), STORE_GUARDS);
    int64_t policies = 0;
    for (size_t i = 0; i < STORE_GUARDS; i++) {
        char sql[400];
        snprintf(sql, sizeof sql, UNDER " AND relname = '%s'", store_guards[i].table);
        assert_int_equal(story_number(s, sql), 1);
        policies += store_guards[i].seen != NULL;
    }
    assert_int_equal(
        story_number(s, "SELECT COUNT(*) FROM pg_policies WHERE cmd = 'SELECT' AND schemaname = "
                        "current_schema() AND policyname LIKE 'reach%'"),
        policies);
}

static void what_was_taken_away_is_there_again_when_the_program_starts(void **state)
{
    struct story *s = *state;
    if (without_server(s))
        return;
    lay_down(s);
    int64_t policies = story_number(s, "SELECT COUNT(*) FROM pg_policies");
    story_run(s, "ALTER TABLE result DISABLE ROW LEVEL SECURITY");
    story_run(s, "DO 'BEGIN EXECUTE (SELECT format(''DROP POLICY %I ON object'', policyname) FROM "
                 "pg_policies WHERE tablename = ''object''); END'");
    story_run(s, "CREATE POLICY reach_of_old ON object FOR SELECT USING (1 = 1)");
    story_run(s, "DROP TABLE feedback"); /* as a migration does that makes it anew */
    story_run(s, "CREATE TABLE feedback (tenant TEXT, id BIGINT, department TEXT)");
    story_run(s, "INSERT INTO feedback VALUES ('410882', 1, 'A'), ('410882', 2, 'B')");
    story_close(s);
    story_open(s);
    is_on(s);
    assert_int_equal(story_number(s, "SELECT COUNT(*) FROM pg_policies"), policies);
    assert_int_equal(story_number(s, UNDER), STORE_GUARDS);
    struct errand e = of_a(s);
    assert_int_equal(count_of(&e, "object"), 2);
    assert_int_equal(count_of(&e, "result"), 1);
    assert_int_equal(count_of(&e, "feedback"), 1);
}

/* A second policy on a table would show what it likes. */
static void a_foreign_policy_is_not_taken_for_ours(void **state)
{
    struct story *s = *state;
    const char *why = "";
    if (without_server(s))
        return;
    story_run(s, "CREATE POLICY open ON object FOR SELECT USING (1 = 1)");
    story_close(s);
    story_open(s);
    assert_int_equal(guarded(s, &why), DB_GUARD_TABLES);
    struct str words = office_guard_words(&s->arena, &s->office);
    assert_true(str_find(words, STR("没有启用")) >= 0);
    assert_true(str_find(words, STR("policies of others")) >= 0);
}

/* Another user of the same cluster, with a schema of his own, who may make no role. */
static void plain_user(char *url, size_t size, const struct story *s)
{
    const char *at = strstr(s->rig.url, "sunlot@");
    assert_non_null(at);
    snprintf(url, size, "postgresql://plain@%s", at + strlen("sunlot@"));
}

static void without_the_role_the_program_says_so_and_works(void **state)
{
    struct story *s = *state;
    char url[600];
    char dir[128];
    struct fault fault = {0};
    if (without_server(s))
        return;
    plain_user(url, sizeof url, s);
    snprintf(dir, sizeof dir, "%.60s/plain", s->rig.dir);
    story_run(s, "CREATE ROLE plain LOGIN NOCREATEROLE NOSUPERUSER");
    story_run(s, "CREATE SCHEMA plain AUTHORIZATION plain");
    const struct office_init init = {.dir = dir,
                                     .tenant = STR("410882"),
                                     .name = STR("沁阳市"),
                                     .origin = STR("example.gov.cn/sunlot"),
                                     .url = str_of(url)};
    assert_int_equal(office_init(&init, &fault), ERR_OK);
    struct story plain = {.rig = s->rig};
    snprintf(plain.dir, sizeof plain.dir, "%s", dir);
    story_open(&plain);
    const char *why = "";
    assert_int_equal(guarded(&plain, &why), DB_GUARD_ROLE);
    struct str words = office_guard_words(&plain.arena, &plain.office);
    assert_true(str_find(words, STR("没有启用")) >= 0);
    assert_true(str_find(words, STR("CREATE ROLE \"sunlot_reach_plain\" NOLOGIN;")) >= 0);
    assert_true(str_find(words, STR("GRANT \"sunlot_reach_plain\" TO \"plain\";")) >= 0);
    lay_down(&plain);
    struct errand e = of_a(&plain);
    assert_int_equal(count_of(&e, "object"), 3); /* the clauses alone bind him now */
    story_close(&plain);

    story_run(s, "CREATE ROLE sunlot_reach_plain NOLOGIN"); /* what the words say */
    story_run(s, "GRANT sunlot_reach_plain TO plain");
    story_open(&plain);
    is_on(&plain);
    assert_int_equal(office_guard_words(&plain.arena, &plain.office).len, 0);
    e = of_a(&plain);
    assert_int_equal(count_of(&e, "object"), 2);
    story_close(&plain);
    story_run(s, "DROP SCHEMA plain CASCADE");
    story_run(s, "DROP ROLE sunlot_reach_plain");
    story_run(s, "DROP ROLE plain");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(AC6_a_statement_that_forgot_its_clause_shows_no_row_of_another),
        STORY_TEST(AC6_a_person_with_no_reach_sees_nothing),
        STORY_TEST(AC6_the_reach_holds_codes_as_they_are),
        STORY_TEST(AC6_what_reads_beyond_says_so_and_ends_with_its_statement),
        STORY_TEST(writes_and_bulk_loads_are_not_bound),
        STORY_TEST(AC6_the_role_sees_nothing_where_nothing_is_set_and_writes_nothing),
        STORY_TEST(AC6_every_table_of_business_rows_is_under_row_level_security),
        STORY_TEST(what_was_taken_away_is_there_again_when_the_program_starts),
        STORY_TEST(a_foreign_policy_is_not_taken_for_ours),
        STORY_TEST(without_the_role_the_program_says_so_and_works),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
