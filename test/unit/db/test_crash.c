/* kill -9 at random moments: what was acknowledged is there, nothing is there by halves, the
 * database is sound, and work goes on where it stopped. */
#include "rig.h"

#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Kills; writers of the child; rows of one bulk load. SUNLOT_TEST_KILLS asks for another number. */
enum { KILLS_SQLITE = 100, KILLS_POSTGRES = 25, WRITERS = 3, LOAD = 200 };

/* One acknowledgement on its way to the parent; short enough for a pipe to keep it whole. */
struct ack {
    int32_t writer;
    int32_t seq;
};

struct writer {
    pthread_t thread;
    struct db *db;
    int32_t number;
    int32_t seq; /* the one to write */
    int pipe;
};

/* Writers 0 and 1 add a row each time, the last one a bulk load. */
static enum err load_rows(struct db_tx *tx, const struct writer *writer)
{
    struct db_bulk *bulk = NULL;
    TRY(db_bulk_open(&bulk, tx, "mark", "writer, seq, part"));
    for (int i = 0; i < LOAD; i++) {
        struct db_value row[] = {db_int(writer->number), db_int(writer->seq), db_int(i)};
        if (db_bulk_add(bulk, row, 3) != ERR_OK)
            break;
    }
    return db_bulk_close(bulk);
}

static enum err mark_work(struct db_tx *tx, void *ctx)
{
    const struct writer *writer = ctx;
    if (writer->number == WRITERS - 1)
        return load_rows(tx, writer);
    return db_run(tx, NULL, "INSERT INTO mark(writer, seq, part) VALUES ($1, $2, $3)",
                  DB_ARGS(db_int(writer->number), db_int(writer->seq), db_int(0)));
}

static void *writer_run(void *arg)
{
    struct writer *writer = arg;
    for (;; writer->seq++) {
        struct ack ack = {writer->number, writer->seq};
        enum err err = db_transact(writer->db, "mark", mark_work, writer, NULL);
        if (err != ERR_OK && err != ERR_BUSY)
            return NULL;
        if (err == ERR_BUSY)
            writer->seq--;
        else if (write(writer->pipe, &ack, sizeof ack) != (ssize_t)sizeof ack)
            return NULL;
    }
}

/* Goes on after the last marks until it is killed. */
static void child_write(const struct rig *rig, const int32_t last[WRITERS], int out)
{
    struct writer writers[WRITERS];
    struct db *db = NULL;
    if (db_open(&db, str_of(rig->url), false, NULL) != ERR_OK)
        _exit(1);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.db = db, .number = i, .seq = last[i] + 1, .pipe = out};
        pthread_create(&writers[i].thread, NULL, writer_run, &writers[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    _exit(1); /* a writer never ends by itself */
}

/* Lets a child write for 2-60 ms after its first acknowledgement, kills it, and takes the last
 * acknowledged mark of each writer. */
static void crash_once(int32_t acked[WRITERS], const struct rig *rig, const int32_t last[WRITERS])
{
    int pipes[2], status = 0;
    uint32_t dice = 0;
    struct ack ack;
    assert_int_equal(pipe(pipes), 0);
    assert_true(getrandom(&dice, sizeof dice, 0) == (ssize_t)sizeof dice);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        child_write(rig, last, pipes[1]);
    close(pipes[1]);
    bool first = true;
    while (read(pipes[0], &ack, sizeof ack) == (ssize_t)sizeof ack) {
        acked[ack.writer] = ack.seq;
        if (first) {
            nanosleep(&(struct timespec){0, 2000000 + (long)(dice % 58000000)}, NULL);
            kill(child, SIGKILL);
        }
        first = false;
    }
    close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static int64_t number_of(struct db *db, const char *what, int writer)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT %s FROM mark WHERE writer = %d", what, writer);
    return rig_number(db, sql);
}

/* Every mark from 1 on is there, whole, as far as the acknowledged one or at most one further. */
static void marks_check(int32_t last[WRITERS], struct db *db, const int32_t acked[WRITERS])
{
    for (int i = 0; i < WRITERS; i++) {
        int64_t highest = number_of(db, "COALESCE(MAX(seq), 0)", i);
        int64_t rows = number_of(db, "COUNT(*)", i);
        assert_true(highest == acked[i] || highest == acked[i] + 1);
        assert_true(rows == highest * (i == WRITERS - 1 ? LOAD : 1));
        last[i] = (int32_t)highest;
    }
}

/* PostgreSQL's side of a dead client works on until it notices; only then the outcome stands. */
static void server_settle(const struct rig *rig)
{
    static const char *const others =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND application_name = 'sunlot' AND pid <> pg_backend_pid()";
    while (rig->postgres && rig_number(rig->db, others) > 0)
        nanosleep(&(struct timespec){0, 2000000}, NULL);
}

static int kills_planned(const struct rig *rig)
{
    const char *asked = getenv("SUNLOT_TEST_KILLS");
    return asked != NULL   ? (int)strtol(asked, NULL, 10)
           : rig->postgres ? KILLS_POSTGRES
                           : KILLS_SQLITE;
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
    struct rig *rig = *state;
    int32_t last[WRITERS] = {0}, acked[WRITERS] = {0};
    int kills = kills_planned(rig);
    rig_run(rig->db, "CREATE TABLE mark (writer BIGINT NOT NULL, seq BIGINT NOT NULL, "
                     "part BIGINT NOT NULL, PRIMARY KEY (writer, seq, part))");
    for (int i = 0; i < kills; i++) {
        db_close(rig->db);
        rig->db = NULL;
        crash_once(acked, rig, last);
        rig->db = rig_again(rig, false);
        server_settle(rig);
        marks_check(last, rig->db, acked);
        memcpy(acked, last, sizeof acked);
        if (i % 10 == 9)
            assert_int_equal(db_check(rig->db, NULL), ERR_OK);
    }
    assert_true(last[0] > 0 && last[1] > 0 && last[2] > 0);
    print_message("# %d kills, %d + %d rows and %d loads of %d\n", kills, last[0], last[1], last[2],
                  LOAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(what_was_acknowledged_survives_kill_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
