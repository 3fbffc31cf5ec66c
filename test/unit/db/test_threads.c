/* Many at once: threads and processes on one database; order, groups, conflicts. Threads report by
 * value: cmocka's assertions belong to the main thread. */
#include "rig.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void counter_make(struct rig *rig)
{
    rig_run(rig->db,
            "CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)");
    rig_run(rig->db, "INSERT INTO counter(id, value) VALUES (1, 0)");
}

/* Reads, then writes one more: an update is lost unless transactions are kept apart. */
static enum err add_one_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT value FROM counter WHERE id = $1", DB_ARGS(db_int(1))));
    enum err err = db_next(rows);
    int64_t value = err == ERR_OK ? db_col_int(rows, 0) : 0;
    db_done(rows);
    TRY(err);
    return db_run(tx, NULL, "UPDATE counter SET value = $1 WHERE id = $2",
                  DB_ARGS(db_int(value + 1), db_int(1)));
}

struct adder {
    pthread_t thread;
    struct db *db;
    int rounds;
    int done, busy, other;
};

static void *adder_run(void *arg)
{
    struct adder *adder = arg;
    while (adder->done < adder->rounds && adder->other == 0) {
        enum err err = db_transact(adder->db, "add", add_one_work, NULL, NULL);
        adder->done += err == ERR_OK;
        adder->busy += err == ERR_BUSY;
        adder->other += err != ERR_OK && err != ERR_BUSY;
    }
    return NULL;
}

static void threads_lose_no_update(void **state)
{
    struct rig *rig = *state;
    enum { THREADS = 8, ROUNDS = 50 };
    struct adder adders[THREADS];
    int busy = 0;
    counter_make(rig);
    for (int i = 0; i < THREADS; i++) {
        adders[i] = (struct adder){.db = rig->db, .rounds = ROUNDS};
        assert_int_equal(pthread_create(&adders[i].thread, NULL, adder_run, &adders[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(adders[i].thread, NULL);
        assert_int_equal(adders[i].done, ROUNDS);
        assert_int_equal(adders[i].other, 0);
        busy += adders[i].busy;
    }
    struct db_stats stats;
    db_stats_get(&stats, rig->db);
    assert_int_equal(rig_number(rig->db, "SELECT value FROM counter"), THREADS * ROUNDS);
    assert_int_equal(stats.works, THREADS * ROUNDS + 2);
    if (rig->postgres)
        assert_true(stats.retries > 0);
    else
        assert_int_equal(busy + (int)stats.retries, 0);
    print_message("# %d x %d: %llu commits, %llu retries, %d told busy\n", THREADS, ROUNDS,
                  (unsigned long long)stats.commits, (unsigned long long)stats.retries, busy);
}

/* Opens and adds; the exit code says whether every addition was accepted without ERR_BUSY. */
static void child_add(const struct rig *rig, int rounds)
{
    struct adder adder = {.rounds = rounds};
    if (db_open(&adder.db, str_of(rig->url), false, NULL) != ERR_OK)
        _exit(2);
    adder_run(&adder);
    db_close(adder.db);
    _exit(adder.other != 0 ? 3 : adder.busy != 0 ? 4 : 0);
}

static void processes_on_one_database_lose_no_update_and_hear_no_busy(void **state)
{
    struct rig *rig = *state;
    enum { PROCESSES = 3, ROUNDS = 100 };
    pid_t children[PROCESSES];
    counter_make(rig);
    db_close(rig->db);
    rig->db = NULL;
    fflush(NULL);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0)
            child_add(rig, ROUNDS);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    rig->db = rig_again(rig, false);
    assert_int_equal(rig_number(rig->db, "SELECT value FROM counter"), PROCESSES * ROUNDS);
    assert_int_equal(db_check(rig->db, NULL), ERR_OK);
}

/* A writer that is held at a gate while others queue up behind it. */
struct gate {
    sem_t entered;
    sem_t open;
};

static enum err gate_work(struct db_tx *tx, void *ctx)
{
    struct gate *gate = ctx;
    (void)tx;
    sem_post(&gate->entered);
    while (sem_wait(&gate->open) != 0)
        continue;
    return ERR_OK;
}

struct visitor {
    pthread_t thread;
    atomic_int id;
    struct db *db;
    int number;
    enum err plan; /* what the work will return */
    enum err told;
    atomic_int *order;
    int place; /* the how manieth it ran */
    struct gate *gate;
};

static enum err visitor_work(struct db_tx *tx, void *ctx)
{
    struct visitor *visitor = ctx;
    visitor->place = atomic_fetch_add(visitor->order, 1);
    TRY(db_run(tx, NULL, "INSERT INTO counter(id, value) VALUES ($1, $2)",
               DB_ARGS(db_int(visitor->number), db_int(visitor->place))));
    return visitor->plan;
}

static void *visitor_run(void *arg)
{
    struct visitor *visitor = arg;
    atomic_store(&visitor->id, gettid());
    visitor->told = db_transact(visitor->db, "visit", visitor_work, visitor, NULL);
    return NULL;
}

static void *gate_run(void *arg)
{
    struct visitor *visitor = arg;
    visitor->told = db_transact(visitor->db, "gate", gate_work, visitor->gate, NULL);
    return NULL;
}

/* Starts the gate, lets count visitors queue one after the other, opens it and waits for all. */
static void visitors_run(struct rig *rig, struct visitor *visitors, int count)
{
    struct gate gate;
    struct visitor keeper = {.db = rig->db, .gate = &gate};
    atomic_int order = 0;
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.open, 0, 0);
    pthread_create(&keeper.thread, NULL, gate_run, &keeper);
    sem_wait(&gate.entered);
    for (int i = 0; i < count; i++) {
        visitors[i].db = rig->db;
        visitors[i].order = &order;
        pthread_create(&visitors[i].thread, NULL, visitor_run, &visitors[i]);
        rig_wait_asleep(&visitors[i].id); /* so that it queues before the next */
    }
    sem_post(&gate.open);
    pthread_join(keeper.thread, NULL);
    for (int i = 0; i < count; i++)
        pthread_join(visitors[i].thread, NULL);
    assert_int_equal(keeper.told, ERR_OK);
    sem_destroy(&gate.entered);
    sem_destroy(&gate.open);
}

enum { VISITORS = 10 };

static void the_queue_is_served_in_order_and_shares_one_commit(void **state)
{
    struct rig *rig = *state;
    struct visitor visitors[VISITORS] = {0};
    struct db_stats before, after;
    if (rig->postgres)
        return; /* there is no queue: the server lets many write at once */
    counter_make(rig);
    for (int i = 0; i < VISITORS; i++)
        visitors[i].number = 100 + i;
    db_stats_get(&before, rig->db);
    visitors_run(rig, visitors, VISITORS);
    db_stats_get(&after, rig->db);
    for (int i = 0; i < VISITORS; i++) {
        assert_int_equal(visitors[i].told, ERR_OK);
        assert_int_equal(visitors[i].place, i);
    }
    assert_int_equal(after.works - before.works, VISITORS + 1);
    assert_int_equal(after.commits - before.commits, 2); /* the gate's, and one for all others */
}

static void a_failing_work_harms_no_neighbour_in_its_group(void **state)
{
    struct rig *rig = *state;
    struct visitor visitors[VISITORS] = {0};
    if (rig->postgres)
        return;
    counter_make(rig);
    for (int i = 0; i < VISITORS; i++) {
        visitors[i].number = i == 6 ? 105 : 100 + i; /* the sixth's key is taken by then */
        visitors[i].plan = i == 3 ? ERR_STAFF : ERR_OK;
    }
    visitors_run(rig, visitors, VISITORS);
    for (int i = 0; i < VISITORS; i++)
        assert_int_equal(visitors[i].told, i == 3 ? ERR_STAFF : i == 6 ? ERR_DUPLICATE : ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM counter WHERE id >= 100"), 8);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM counter WHERE id = 103"), 0);
}

static enum err inner_work(struct db_tx *tx, void *ctx)
{
    (void)tx;
    (void)ctx;
    return ERR_OK;
}

static enum err nested_work(struct db_tx *tx, void *ctx)
{
    (void)tx;
    return db_transact(ctx, "inner", inner_work, NULL, NULL);
}

static void a_transaction_inside_a_transaction_does_not_hang(void **state)
{
    struct rig *rig = *state;
    enum err err = db_transact(rig->db, "outer", nested_work, rig->db, NULL);
    assert_int_equal(err, rig->postgres ? ERR_OK : ERR_STATE);
}

/* Readers while somebody writes: each pair of rows always sums up to the same. */
static enum err move_work(struct db_tx *tx, void *ctx)
{
    int64_t amount = *(int *)ctx;
    TRY(db_run(tx, NULL, "UPDATE counter SET value = value - $1 WHERE id = 1",
               DB_ARGS(db_int(amount))));
    return db_run(tx, NULL, "UPDATE counter SET value = value + $1 WHERE id = 2",
                  DB_ARGS(db_int(amount)));
}

static enum err value_of(int64_t *out, struct db_tx *tx, int64_t id)
{
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT value FROM counter WHERE id = $1", DB_ARGS(db_int(id))));
    enum err err = db_next(rows);
    *out = db_col_int(rows, 0);
    db_done(rows);
    return err;
}

static enum err sum_work(struct db_tx *tx, void *ctx)
{
    int64_t first = 0, second = 0;
    TRY(value_of(&first, tx, 1));
    TRY(value_of(&second, tx, 2));
    *(int64_t *)ctx = first + second;
    return ERR_OK;
}

struct reader {
    pthread_t thread;
    struct db *db;
    atomic_bool *stop;
    int reads, wrong;
};

static void *reader_run(void *arg)
{
    struct reader *reader = arg;
    while (!atomic_load(reader->stop)) {
        int64_t sum = -1;
        enum err err = db_read(reader->db, "sum", sum_work, &sum, NULL);
        reader->reads++;
        reader->wrong += err != ERR_OK || sum != 0;
    }
    return NULL;
}

static void readers_beyond_the_pool_see_only_whole_transactions(void **state)
{
    struct rig *rig = *state;
    enum { READERS = 12 }; /* more than connections */
    struct reader readers[READERS];
    atomic_bool stop = false;
    counter_make(rig);
    rig_run(rig->db, "INSERT INTO counter(id, value) VALUES (2, 0)");
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.db = rig->db, .stop = &stop};
        pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]);
    }
    for (int i = 1; i <= 200; i++)
        assert_int_equal(db_transact(rig->db, "move", move_work, &i, NULL), ERR_OK);
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_int_equal(readers[i].wrong, 0);
        assert_true(readers[i].reads > 0);
    }
}

/* Two transactions that each read what the other writes: run one after the other at least one must
 * see the other's row, so both may not insert (write skew). */
static enum err skew_work(struct db_tx *tx, void *ctx)
{
    struct visitor *visitor = ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "SELECT count(*) FROM counter WHERE id > 1", DB_NONE));
    TRY(db_next(rows));
    int64_t seen = db_col_int(rows, 0);
    db_done(rows);
    nanosleep(&(struct timespec){0, 30000000}, NULL);
    if (seen > 0)
        return ERR_STATE;
    return db_run(tx, NULL, "INSERT INTO counter(id, value) VALUES ($1, 0)",
                  DB_ARGS(db_int(visitor->number)));
}

static void *skew_run(void *arg)
{
    struct visitor *visitor = arg;
    visitor->told = db_transact(visitor->db, "skew", skew_work, visitor, NULL);
    return NULL;
}

static void decisions_from_what_another_changes_are_kept_apart(void **state)
{
    struct rig *rig = *state;
    counter_make(rig);
    for (int round = 0; round < 10; round++) {
        struct visitor both[2] = {{.db = rig->db, .number = 2}, {.db = rig->db, .number = 3}};
        for (int i = 0; i < 2; i++)
            pthread_create(&both[i].thread, NULL, skew_run, &both[i]);
        for (int i = 0; i < 2; i++)
            pthread_join(both[i].thread, NULL);
        assert_int_equal((both[0].told == ERR_OK) + (both[1].told == ERR_OK), 1);
        assert_int_equal((both[0].told == ERR_STATE) + (both[1].told == ERR_STATE), 1);
        assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM counter"), 2);
        rig_run(rig->db, "DELETE FROM counter WHERE id > 1");
    }
}

struct busy_ask {
    struct db *db;
    bool busy;
};

static enum err busy_work(struct db_tx *tx, void *ctx)
{
    struct busy_ask *ask = ctx;
    (void)tx;
    ask->busy = db_busy(ask->db);
    return ERR_OK;
}

/* Where one alone can write, what need not be written now can ask before it waits. */
static void a_database_tells_whether_a_write_would_wait_for_another(void **state)
{
    struct rig *rig = *state;
    struct busy_ask ask = {.db = rig->db};
    counter_make(rig);
    assert_false(db_busy(rig->db));
    assert_int_equal(db_transact(rig->db, "busy", busy_work, &ask, NULL), ERR_OK);
    assert_int_equal(ask.busy, !rig->postgres);
    assert_false(db_busy(rig->db));
    assert_int_equal(db_read(rig->db, "reads wait for nobody", busy_work, &ask, NULL), ERR_OK);
    assert_false(ask.busy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(threads_lose_no_update),
        RIG_TEST(processes_on_one_database_lose_no_update_and_hear_no_busy),
        RIG_TEST(the_queue_is_served_in_order_and_shares_one_commit),
        RIG_TEST(a_failing_work_harms_no_neighbour_in_its_group),
        RIG_TEST(a_transaction_inside_a_transaction_does_not_hang),
        RIG_TEST(readers_beyond_the_pool_see_only_whole_transactions),
        RIG_TEST(a_database_tells_whether_a_write_would_wait_for_another),
        RIG_TEST(decisions_from_what_another_changes_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
