/* Reads that leave their transaction lingering (db_linger): they are shown what was committed
 * before they began, keep nobody out for long, and let the log begin anew. A connection of SQLite's
 * own tells from outside whether one lingers: a checkpoint that wants all readers gone is busy
 * then. */
#include "rig.h"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONG_MS = 3600 * 1000 };

static void counter_make(struct rig *rig)
{
    rig_run(rig->db, "CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, value BIGINT)");
    rig_run(rig->db, "INSERT INTO counter(id, value) VALUES (1, 0)");
}

static const char count_up[] = "UPDATE counter SET value = value + 1 WHERE id = 1";
static const char count_get[] = "SELECT value FROM counter WHERE id = 1";

/* A reader of its own, as the portal has one. */
static struct db *reader_open(const struct rig *rig, unsigned milliseconds)
{
    struct db *reader = rig_again(rig, true);
    assert_int_equal(db_linger(reader, milliseconds), ERR_OK);
    return reader;
}

static sqlite3 *outside_open(const struct rig *rig)
{
    sqlite3 *outside = NULL;
    assert_int_equal(sqlite3_open(rig->file, &outside), SQLITE_OK);
    assert_int_equal(sqlite3_exec(outside, count_get, NULL, NULL, NULL), SQLITE_OK);
    return outside;
}

/* Does any reader linger in the log? */
static bool somebody_lingers(sqlite3 *outside)
{
    int code = sqlite3_wal_checkpoint_v2(outside, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    assert_true(code == SQLITE_OK || code == SQLITE_BUSY);
    return code == SQLITE_BUSY;
}

static void a_read_sees_what_a_thread_committed_before_it(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    struct db *reader = reader_open(rig, LONG_MS);
    for (int i = 1; i <= 500; i++) {
        rig_run(rig->db, count_up);
        assert_int_equal(rig_number(reader, count_get), i);
        assert_int_equal(rig_number(reader, count_get), i);
    }
    db_close(reader);
}

/* Adds one for each byte that comes, and answers with one. */
static void child_count(const struct rig *rig, const int *ask, const int *tell)
{
    struct db *db = rig_again(rig, false);
    char byte = 0;
    close(ask[1]);
    while (read(ask[0], &byte, 1) == 1) {
        rig_run(db, count_up);
        if (write(tell[1], &byte, 1) != 1)
            _exit(1);
    }
    db_close(db);
    _exit(0);
}

static void a_read_sees_what_another_process_committed_before_it(void **state)
{
    struct rig *rig = *state;
    int ask[2], tell[2], status = -1;
    char byte = 'x';
    counter_make(rig);
    db_close(rig->db);
    rig->db = NULL;
    assert_int_equal(pipe(ask) + pipe(tell), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_count(rig, ask, tell);
    rig->db = rig_again(rig, false);
    struct db *reader = reader_open(rig, LONG_MS);
    for (int i = 1; i <= 300; i++) {
        assert_int_equal(write(ask[1], &byte, 1), 1);
        assert_int_equal(read(tell[0], &byte, 1), 1);
        assert_int_equal(rig_number(reader, count_get), i);
    }
    close(ask[1]);
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    db_close(reader);
    for (int i = 0; i < 2; i++)
        close(tell[i]);
    close(ask[0]);
}

static void a_new_column_is_seen_by_the_next_read(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    struct db *reader = reader_open(rig, LONG_MS);
    assert_int_equal(rig_number(reader, count_get), 0);
    rig_run(rig->db, "ALTER TABLE counter ADD COLUMN more BIGINT DEFAULT 7");
    assert_int_equal(rig_number(reader, "SELECT more FROM counter"), 7);
    db_close(reader);
}

static void only_reads_that_are_told_to_leave_a_transaction_lingering(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    sqlite3 *outside = outside_open(rig);
    struct db *plain = rig_again(rig, true);
    struct db *reader = reader_open(rig, LONG_MS);
    rig_run(rig->db, count_up);
    assert_int_equal(rig_number(plain, count_get), 1);
    assert_false(somebody_lingers(outside));
    rig_run(rig->db, count_up);
    assert_int_equal(rig_number(reader, count_get), 2);
    assert_true(somebody_lingers(outside));
    assert_int_equal(db_check(reader, NULL), ERR_OK); /* outside of a transaction, so it ends one */
    assert_false(somebody_lingers(outside));
    db_close(plain);
    db_close(reader);
    sqlite3_close(outside);
}

static enum err value_get(int64_t *out, struct db_tx *tx, const char *sql)
{
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, sql, DB_NONE));
    enum err err = db_next(rows);
    *out = db_col_int(rows, 0);
    db_done(rows);
    return err;
}

static enum err failing_work(struct db_tx *tx, void *ctx)
{
    int64_t value = 0;
    (void)ctx;
    TRY(value_get(&value, tx, count_get));
    return ERR_STAFF;
}

static void a_failed_read_leaves_nothing_lingering(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    sqlite3 *outside = outside_open(rig);
    struct db *reader = reader_open(rig, LONG_MS);
    rig_run(rig->db, count_up);
    assert_int_equal(db_read(reader, "fail", failing_work, NULL, NULL), ERR_STAFF);
    assert_false(somebody_lingers(outside));
    rig_run(rig->db, count_up);
    assert_int_equal(rig_number(reader, count_get), 2);
    assert_true(somebody_lingers(outside));
    assert_int_equal(db_read(reader, "fail", failing_work, NULL, NULL),
                     ERR_STAFF); /* in the same */
    assert_false(somebody_lingers(outside));
    db_close(reader);
    sqlite3_close(outside);
}

/* Reads, has somebody else commit, and reads again. */
struct twice {
    sqlite3 *outside;
    int64_t values[2];
};

static enum err twice_work(struct db_tx *tx, void *ctx)
{
    struct twice *twice = ctx;
    for (int i = 0; i < 2; i++) {
        TRY(value_get(&twice->values[i], tx, count_get));
        if (sqlite3_exec(twice->outside, count_up, NULL, NULL, NULL) != SQLITE_OK)
            return ERR_DB;
    }
    return ERR_OK;
}

static void a_read_sees_one_moment_whatever_the_one_before_it_did(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    sqlite3 *outside = outside_open(rig);
    struct db *reader = reader_open(rig, LONG_MS);
    for (int i = 0; i < 4; i++) { /* in a new one, in one left, after a failure in each */
        struct twice twice = {outside, {-1, -1}};
        if (i % 2 == 1)
            assert_int_equal(rig_number(reader, count_get), 2 * i);
        if (i >= 2)
            assert_int_equal(db_read(reader, "fail", failing_work, NULL, NULL), ERR_STAFF);
        assert_int_equal(db_read(reader, "twice", twice_work, &twice, NULL), ERR_OK);
        assert_int_equal(twice.values[0], 2 * i);
        assert_int_equal(twice.values[1], 2 * i);
    }
    db_close(reader);
    sqlite3_close(outside);
}

static void closing_ends_what_lingers(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    sqlite3 *outside = outside_open(rig);
    struct db *reader = reader_open(rig, LONG_MS);
    rig_run(rig->db, count_up);
    assert_int_equal(rig_number(reader, count_get), 1);
    assert_true(somebody_lingers(outside));
    db_close(reader);
    assert_false(somebody_lingers(outside));
    sqlite3_close(outside);
}

static void what_lingers_is_ended_when_nobody_reads_on(void **state)
{
    struct rig *rig = *state;
    int waits = 0;
    counter_make(rig);
    sqlite3 *outside = outside_open(rig);
    struct db *reader = reader_open(rig, 5);
    for (int i = 1; i <= 5; i++) { /* the keeper sleeps in between */
        rig_run(rig->db, count_up);
        assert_int_equal(rig_number(reader, count_get), i);
        for (waits = 0; somebody_lingers(outside) && waits < 20000; waits++)
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        assert_true(waits < 20000);
        print_message("# gone after %d tries\n", waits);
    }
    db_close(reader);
    sqlite3_close(outside);
}

/* Without a log readers keep writers out, so nothing may linger; and there is no index to be made.
 */
static void nothing_lingers_in_a_file_without_a_log(void **state)
{
    struct rig *rig = *state;
    char file[128], index[160], url[160];
    sqlite3 *outside = NULL;
    struct db *reader = NULL;
    snprintf(file, sizeof file, "%s/plain.db", rig->dir);
    snprintf(index, sizeof index, "%s-shm", file);
    snprintf(url, sizeof url, "sqlite:%s", file);
    assert_int_equal(sqlite3_open(file, &outside), SQLITE_OK);
    assert_int_equal(sqlite3_exec(outside,
                                  "PRAGMA journal_mode=DELETE; CREATE TABLE counter(id, value);"
                                  "INSERT INTO counter VALUES (1, 0)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(db_open(&reader, str_of(url), true, NULL), ERR_OK);
    assert_int_equal(db_linger(reader, LONG_MS), ERR_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rig_number(reader, count_get), i);
        assert_int_equal(sqlite3_exec(outside, count_up, NULL, NULL, NULL), SQLITE_OK);
    }
    assert_int_equal(access(index, F_OK), -1);
    db_close(reader);
    sqlite3_close(outside);
}

struct reader {
    pthread_t thread;
    struct db *db;
    atomic_bool *stop;
    int64_t last;
    int reads, wrong;
};

/* Two statements that agree in whatever moment both see. */
static enum err value_work(struct db_tx *tx, void *ctx)
{
    int64_t told = 0, last = 0;
    TRY(value_get(&told, tx, "SELECT last FROM tally"));
    TRY(value_get(&last, tx, "SELECT max(id) FROM counter"));
    *(int64_t *)ctx = told == last ? last : -1;
    return ERR_OK;
}

/* Time does not run backwards for a reader, and a read sees one moment. */
static void *reader_run(void *arg)
{
    struct reader *reader = arg;
    while (!atomic_load(reader->stop)) {
        int64_t value = -1;
        enum err err = db_read(reader->db, "value", value_work, &value, NULL);
        reader->reads++;
        reader->wrong += err != ERR_OK || value < reader->last;
        reader->last = value;
    }
    return NULL;
}

static int64_t log_bytes(const struct rig *rig)
{
    struct stat info;
    char path[128];
    snprintf(path, sizeof path, "%s-wal", rig->file);
    return stat(path, &info) == 0 ? info.st_size : 0;
}

/* A commit of half a megabyte: 100 rows on pages of their own. */
static enum err fill_work(struct db_tx *tx, void *ctx)
{
    static const char text[5000];
    int64_t *next = ctx;
    for (int i = 0; i < 100; i++)
        TRY(db_run(tx, NULL, "INSERT INTO counter(id, value) VALUES ($1, $2)",
                   DB_ARGS(db_int(++*next), db_blob(text, sizeof text))));
    return db_run(tx, NULL, "UPDATE tally SET last = $1", DB_ARGS(db_int(*next)));
}

static void fill_make(struct rig *rig)
{
    rig_run(rig->db, "CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, value BLOB)");
    rig_run(rig->db, "CREATE TABLE tally (last BIGINT NOT NULL)");
    rig_run(rig->db, "INSERT INTO counter(id, value) VALUES (0, NULL)");
    rig_run(rig->db, "INSERT INTO tally(last) VALUES (0)");
}

/* Writes that many megabytes; the longest the log ever was. */
static int64_t fill(struct rig *rig, int64_t *next, int megabytes)
{
    int64_t most = 0;
    for (int i = 0; i < 2 * megabytes; i++) {
        int64_t from = *next;
        assert_int_equal(db_transact(rig->db, "fill", fill_work, next, NULL), ERR_OK);
        assert_int_equal(*next, from + 100);
        most = log_bytes(rig) > most ? log_bytes(rig) : most;
    }
    return most;
}

enum { READERS = 3, MB = 1 << 20 };

static void the_log_stays_short_beside_readers_who_never_stop(void **state)
{
    struct rig *rig = *state;
    struct reader readers[READERS];
    atomic_bool stop = false;
    int64_t next = 0;
    fill_make(rig);
    struct db *db = reader_open(rig, 5);
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.db = db, .stop = &stop};
        pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]);
    }
    int64_t most = fill(rig, &next, 150);
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_int_equal(readers[i].wrong, 0);
        assert_true(readers[i].reads > 0);
    }
    print_message("# log of at most %lld MB\n", (long long)(most / MB));
    assert_true(most < 50 * MB); /* 16 where nothing else runs; a wait in vain doubles it */
    db_close(db);
}

/* A read that holds its view until it is told to let go. */
struct holder {
    struct db *db;
    atomic_bool holds, let_go;
};

static enum err hold_work(struct db_tx *tx, void *ctx)
{
    struct holder *holder = ctx;
    int64_t value = 0;
    TRY(value_work(tx, &value));
    atomic_store(&holder->holds, true);
    while (!atomic_load(&holder->let_go))
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return ERR_OK;
}

static void *hold_run(void *arg)
{
    struct holder *holder = arg;
    (void)!db_read(holder->db, "hold", hold_work, holder, NULL);
    return NULL;
}

static void a_long_read_makes_the_log_grow_only_while_it_lasts(void **state)
{
    struct rig *rig = *state;
    pthread_t thread;
    int64_t next = 0;
    fill_make(rig);
    struct holder holder = {.db = reader_open(rig, 5)};
    pthread_create(&thread, NULL, hold_run, &holder);
    while (!atomic_load(&holder.holds))
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    int64_t held = fill(rig, &next, 60);
    atomic_store(&holder.let_go, true);
    pthread_join(thread, NULL);
    int64_t later = fill(rig, &next, 150);
    print_message("# log of %lld MB while it lasted, at most %lld MB afterwards\n",
                  (long long)(held / MB), (long long)(later / MB));
    assert_true(held >= 60 * MB);
    assert_true(later < held + 80 * MB);
    db_close(holder.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(a_read_sees_what_a_thread_committed_before_it),
        RIG_TEST(a_read_sees_what_another_process_committed_before_it),
        RIG_TEST(a_new_column_is_seen_by_the_next_read),
        RIG_TEST(only_reads_that_are_told_to_leave_a_transaction_lingering),
        RIG_TEST(a_failed_read_leaves_nothing_lingering),
        RIG_TEST(a_read_sees_one_moment_whatever_the_one_before_it_did),
        RIG_TEST(closing_ends_what_lingers),
        RIG_TEST(what_lingers_is_ended_when_nobody_reads_on),
        RIG_TEST(nothing_lingers_in_a_file_without_a_log),
        RIG_TEST(the_log_stays_short_beside_readers_who_never_stop),
        RIG_TEST(a_long_read_makes_the_log_grow_only_while_it_lasts),
    };
    return cmocka_run_group_tests_name("db: linger", tests, NULL, NULL);
}
