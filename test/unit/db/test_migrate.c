/* Migrations: what is applied, what is refused, and what several processes do at once. */
#include "rig.h"

#include <sys/wait.h>
#include <unistd.h>

static const struct db_migration three[] = {
    {1, "one",
     "-- INTEGER in a comment; BLOB\nCREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, "
     "word TEXT NOT NULL DEFAULT 'INTEGER BLOB', raw BLOB);\n"
     "INSERT INTO a(id) VALUES (9223372036854775807);\n"},
    {2, "two", "ALTER TABLE a ADD COLUMN more INTEGER NOT NULL DEFAULT 0;\n-- the end\n"},
    {3, "three", "CREATE INDEX a_word ON a(word);\nUPDATE a SET more = id;\n"},
};

static const char *const records = "SELECT count(*) FROM schema_migration";

static void migrations_are_applied_once_in_order(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(db_migrate(rig->db, three, 2, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, records), 2);
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, records), 3);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM a"), 1);
    assert_true(rig_number(rig->db, "SELECT applied_at FROM schema_migration WHERE number = 3") >
                INT64_C(1700000000000000));
}

static void an_integer_column_holds_64_bits_and_quoted_words_stay(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    assert_true(rig_number(rig->db, "SELECT more FROM a") == INT64_MAX);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM a WHERE word = 'INTEGER BLOB'"), 1);
}

/* sha256sum of the text of migration 2, computed with coreutils. */
static void the_digest_is_that_of_the_text_as_written(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    assert_int_equal(
        rig_number(rig->db, "SELECT count(*) FROM schema_migration WHERE number = 2 AND name = "
                            "'two' AND digest = "
                            "'b21693eafe65d32434178e11a100915b9b08e0ec43e4bfa9542f156789e701e0'"),
        1);
}

static void an_edited_migration_is_refused(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    struct db_migration edited[] = {
        three[0], {2, "two", "ALTER TABLE a ADD COLUMN x INTEGER"}, three[2]};
    assert_int_equal(db_migrate(rig->db, three, 2, NULL), ERR_OK);
    assert_int_equal(db_migrate(rig->db, edited, 3, &fault), ERR_STATE);
    assert_non_null(strstr(fault.text, "第 2 号"));
    assert_int_equal(rig_number(rig->db, records), 2);
}

static void a_newer_database_is_refused(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    assert_int_equal(db_migrate(rig->db, three, 2, &fault), ERR_STATE);
    assert_non_null(strstr(fault.text, "更新版本"));
}

static void a_gap_in_the_records_is_refused(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    rig_run(rig->db, "DELETE FROM schema_migration WHERE number = 2");
    assert_int_equal(db_migrate(rig->db, three, 3, &fault), ERR_STATE);
    assert_non_null(strstr(fault.text, "第 2 号"));
}

static void a_list_with_a_gap_is_refused(void **state)
{
    struct rig *rig = *state;
    struct db_migration list[] = {three[0], three[2]};
    assert_int_equal(db_migrate(rig->db, list, 2, NULL), ERR_STATE);
}

static void a_failing_migration_leaves_nothing_and_keeps_those_before(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    struct db_migration list[] = {
        three[0],
        {2, "bad", "CREATE TABLE b (id INTEGER);\nINSERT INTO a(id) VALUES (1);\nNONSENSE;\n"}};
    assert_int_equal(db_migrate(rig->db, list, 2, &fault), ERR_DB);
    assert_non_null(strstr(fault.text, "bad"));
    assert_int_equal(rig_number(rig->db, records), 1);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM a"), 1);
    assert_int_equal(db_migrate(rig->db, three, 3, NULL), ERR_OK);
    rig_run(rig->db, "CREATE TABLE b (id BIGINT)");
}

static void a_readonly_database_must_be_migrated_already(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    assert_int_equal(db_migrate(rig->db, three, 2, NULL), ERR_OK);
    struct db *db = rig_again(rig, true);
    assert_int_equal(db_migrate(db, three, 2, NULL), ERR_OK);
    assert_int_equal(db_migrate(db, three, 3, &fault), ERR_STATE);
    assert_true(fault.text[0] != '\0');
    db_close(db);
}

/* Prints what failed, for whoever reads the log of this test. */
static void child_watch(void *ctx, const struct db_event *event)
{
    (void)ctx;
    if (event->err != ERR_OK)
        fprintf(stderr, "# %s\n", event->message);
}

/* Opens and migrates as a program's start does. Exit code 0 if all went well. */
static void child_start(const struct rig *rig, int gate)
{
    char go = 0;
    struct db *db = NULL;
    struct fault fault = {0};
    if (read(gate, &go, 1) != 0)
        _exit(2);
    if (db_open(&db, str_of(rig->url), false, &fault) != ERR_OK)
        _exit(1);
    db_watch_set(db, child_watch, NULL);
    if (db_migrate(db, three, 3, &fault) != ERR_OK)
        _exit(3);
    db_close(db);
    _exit(0);
}

static void processes_that_start_at_once_migrate_once(void **state)
{
    struct rig *rig = *state;
    enum { PROCESSES = 6 };
    pid_t children[PROCESSES];
    int gate[2];
    db_close(rig->db); /* no threads and no file locks cross the fork */
    rig->db = NULL;
    assert_int_equal(pipe(gate), 0);
    fflush(NULL);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            close(gate[1]);
            child_start(rig, gate[0]);
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    rig->db = rig_again(rig, false);
    assert_int_equal(rig_number(rig->db, records), 3);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM a"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(migrations_are_applied_once_in_order),
        RIG_TEST(an_integer_column_holds_64_bits_and_quoted_words_stay),
        RIG_TEST(the_digest_is_that_of_the_text_as_written),
        RIG_TEST(an_edited_migration_is_refused),
        RIG_TEST(a_newer_database_is_refused),
        RIG_TEST(a_gap_in_the_records_is_refused),
        RIG_TEST(a_list_with_a_gap_is_refused),
        RIG_TEST(a_failing_migration_leaves_nothing_and_keeps_those_before),
        RIG_TEST(a_readonly_database_must_be_migrated_already),
        RIG_TEST(processes_that_start_at_once_migrate_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
