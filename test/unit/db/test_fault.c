/* SQLite on a disk that fails: no space, I/O errors, syncs that fail, files that may not be
 * written, damaged pages. A layer under SQLite (a VFS that hands everything on) fails what it is
 * told to. What was acknowledged stays; what was not is told as an error; a failed sync ends all
 * writing. */
#include "rig.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The failing disk */

enum disk_call { DISK_WRITE, DISK_SYNC, DISK_TRUNCATE, DISK_CALLS };

/* What the disk does; SQLite knows its layers by global names, hence one for the program. */
static struct disk {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    sqlite3_io_methods methods[2]; /* of the database file, of all others */
    const sqlite3_io_methods *real_methods;
    atomic_int calls[DISK_CALLS];   /* made so far */
    atomic_int fail_at[DISK_CALLS]; /* the call to fail, counted from 1; 0 for none */
    atomic_int code;                /* what a failing call answers */
    atomic_bool full;               /* every write answers SQLITE_FULL */
} disk;

static int disk_answer(enum disk_call call)
{
    int number = atomic_fetch_add(&disk.calls[call], 1) + 1;
    return number == atomic_load(&disk.fail_at[call]) ? atomic_load(&disk.code) : SQLITE_OK;
}

static int disk_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
    int code = disk_answer(DISK_WRITE);
    if (code == SQLITE_OK && atomic_load(&disk.full))
        code = SQLITE_FULL;
    if (code != SQLITE_OK) /* half of it arrives */
        disk.real_methods->xWrite(file, data, len / 2, offset);
    return code != SQLITE_OK ? code : disk.real_methods->xWrite(file, data, len, offset);
}

static int disk_sync(sqlite3_file *file, int flags)
{
    int code = disk_answer(DISK_SYNC);
    return code != SQLITE_OK ? code : disk.real_methods->xSync(file, flags);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = disk_answer(DISK_TRUNCATE);
    return code != SQLITE_OK ? code : disk.real_methods->xTruncate(file, size);
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    int code = disk.real->xOpen(disk.real, name, file, flags, out);
    if (code == SQLITE_OK && file->pMethods != NULL)
        file->pMethods = &disk.methods[(flags & SQLITE_OPEN_MAIN_DB) == 0];
    return code;
}

/* Opens a file of a kind to learn the methods SQLite has for it: the database's own can lock, those
 * of the log cannot. Both write and sync by the same functions. */
static bool disk_learn(int kind, const char *name)
{
    sqlite3_file *file = calloc(1, (size_t)disk.real->szOsFile);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                (kind == 0 ? SQLITE_OPEN_MAIN_DB : SQLITE_OPEN_TEMP_JOURNAL);
    if (file == NULL || disk.real->xOpen(disk.real, name, file, flags, NULL) != SQLITE_OK)
        return false;
    disk.real_methods = file->pMethods;
    disk.methods[kind] = *file->pMethods;
    disk.methods[kind].xWrite = disk_write;
    disk.methods[kind].xSync = disk_sync;
    disk.methods[kind].xTruncate = disk_truncate;
    disk.real_methods->xClose(file);
    free(file);
    return true;
}

/* Puts the layer under all that is opened later. */
static int disk_install(void **state)
{
    static char names[2][40] = {"/tmp/sunlot-disk-XXXXXX", "/tmp/sunlot-disk-XXXXXX"};
    (void)state;
    disk.real = sqlite3_vfs_find(NULL);
    for (int kind = 0; kind < 2; kind++) {
        int fd = mkstemp(names[kind]);
        bool learnt = fd >= 0 && close(fd) == 0 && disk_learn(kind, names[kind]);
        unlink(names[kind]);
        if (!learnt)
            return -1;
    }
    disk.vfs = *disk.real;
    disk.vfs.zName = "failing";
    disk.vfs.xOpen = disk_open;
    return sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK ? 0 : -1;
}

/* Mends the disk and counts anew. */
static void disk_reset(void)
{
    for (int i = 0; i < DISK_CALLS; i++) {
        atomic_store(&disk.calls[i], 0);
        atomic_store(&disk.fail_at[i], 0);
    }
    atomic_store(&disk.full, false);
}

/* Has the number-th call from now on answer code. */
static void disk_fail(enum disk_call call, int number, int code)
{
    atomic_store(&disk.code, code);
    atomic_store(&disk.fail_at[call], atomic_load(&disk.calls[call]) + number);
}

/* Work */

static int fault_setup(void **state)
{
    disk_reset();
    if (rig_setup(state) != 0)
        return -1;
    rig_run(((struct rig *)*state)->db,
            "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, body TEXT NOT NULL)");
    return 0;
}

static int fault_teardown(void **state)
{
    disk_reset();
    return rig_teardown(state);
}

struct item {
    int64_t id;
    size_t size; /* bytes of the body */
};

static enum err item_work(struct db_tx *tx, void *ctx)
{
    const struct item *item = ctx;
    char *body = malloc(item->size + 1);
    if (body == NULL)
        return ERR_MEMORY;
    memset(body, 'x', item->size);
    enum err err = db_run(tx, NULL, "INSERT INTO item(id, body) VALUES ($1, $2)",
                          DB_ARGS(db_int(item->id), db_text((struct str){body, item->size})));
    free(body);
    return err;
}

static enum err item_add(struct db *db, int64_t id, size_t size, struct fault *fault)
{
    struct item item = {id, size};
    return db_transact(db, "item", item_work, &item, fault);
}

static int64_t items(struct db *db)
{
    return rig_number(db, "SELECT count(*) FROM item");
}

static void rig_reopen(struct rig *rig)
{
    db_close(rig->db);
    disk_reset();
    rig->db = rig_again(rig, false);
}

/* Tests */

static void each_commit_syncs_the_disk(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
    disk_reset();
    for (int i = 2; i <= 11; i++)
        assert_int_equal(item_add(rig->db, i, 10, NULL), ERR_OK);
    assert_true(atomic_load(&disk.calls[DISK_SYNC]) >= 10);
    assert_true(atomic_load(&disk.calls[DISK_SYNC]) <= 12);
}

struct visitor {
    pthread_t thread;
    atomic_int id;
    struct db *db;
    struct item item;
    enum err told;
};

static void *visitor_run(void *arg)
{
    struct visitor *visitor = arg;
    atomic_store(&visitor->id, gettid());
    visitor->told = db_transact(visitor->db, "visit", item_work, &visitor->item, NULL);
    return NULL;
}

/* Holds the writer while the visitors queue behind it. */
struct gate {
    struct db *db;
    sem_t entered, open;
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

static void *gate_run(void *arg)
{
    struct gate *gate = arg;
    return db_transact(gate->db, "gate", gate_work, gate, NULL) == ERR_OK ? gate : NULL;
}

enum { VISITORS = 10 };

/* Runs all visitors in one group. */
static void visitors_run(struct db *db, struct visitor *visitors)
{
    pthread_t keeper;
    struct gate gate = {.db = db};
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.open, 0, 0);
    pthread_create(&keeper, NULL, gate_run, &gate);
    sem_wait(&gate.entered);
    for (int i = 0; i < VISITORS; i++) {
        visitors[i].db = db;
        pthread_create(&visitors[i].thread, NULL, visitor_run, &visitors[i]);
        rig_wait_asleep(&visitors[i].id);
    }
    sem_post(&gate.open);
    pthread_join(keeper, NULL);
    for (int i = 0; i < VISITORS; i++)
        pthread_join(visitors[i].thread, NULL);
}

static void a_group_shares_one_sync(void **state)
{
    struct rig *rig = *state;
    struct visitor visitors[VISITORS] = {0};
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
    disk_reset();
    for (int i = 0; i < VISITORS; i++)
        visitors[i].item = (struct item){100 + i, 10};
    visitors_run(rig->db, visitors);
    for (int i = 0; i < VISITORS; i++)
        assert_int_equal(visitors[i].told, ERR_OK);
    assert_int_equal(atomic_load(&disk.calls[DISK_SYNC]), 1);
}

static void when_the_commit_fails_nobody_of_the_group_is_acknowledged(void **state)
{
    struct rig *rig = *state;
    struct visitor visitors[VISITORS] = {0};
    for (int i = 0; i < VISITORS; i++)
        visitors[i].item = (struct item){100 + i, 10};
    disk_fail(DISK_WRITE, 1, SQLITE_IOERR_WRITE);
    visitors_run(rig->db, visitors);
    for (int i = 0; i < VISITORS; i++)
        assert_int_equal(visitors[i].told, ERR_IO);
    assert_int_equal(items(rig->db), 0);
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
}

static void after_a_failed_sync_nothing_is_written_until_it_is_opened_again(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
    disk_fail(DISK_SYNC, 1, SQLITE_IOERR_FSYNC);
    assert_int_equal(item_add(rig->db, 2, 10, &fault), ERR_SYNC);
    assert_true(fault.text[0] != '\0');
    for (int i = 3; i < 6; i++)
        assert_int_equal(item_add(rig->db, i, 10, NULL), ERR_SYNC);
    assert_int_equal(items(rig->db), 1);
    rig_reopen(rig);
    assert_int_equal(db_check(rig->db, NULL), ERR_OK);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item WHERE id = 1"), 1);
    assert_int_equal(rig_number(rig->db, "SELECT count(*) FROM item WHERE id > 2"), 0);
    assert_int_equal(item_add(rig->db, 9, 10, NULL), ERR_OK);
}

static void a_failed_sync_of_the_checkpoint_stops_writing_too(void **state)
{
    struct rig *rig = *state;
    int acked = 0;
    enum err err = ERR_OK;
    for (int i = 0; i < 40; i++, acked++) /* 40 x 100 kB: several checkpoints */
        if ((err = item_add(rig->db, i, 100000, NULL)) != ERR_OK)
            break;
    assert_int_equal(acked, 40);
    /* of one commit and its checkpoint the second sync is the checkpoint's */
    rig_run(rig->db, "DELETE FROM item");
    rig_reopen(rig);
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
    disk_fail(DISK_SYNC, 2, SQLITE_IOERR_FSYNC);
    assert_int_equal(item_add(rig->db, 2, 5000000, NULL), ERR_OK);
    assert_int_equal(item_add(rig->db, 3, 10, NULL), ERR_SYNC);
    rig_reopen(rig);
    assert_int_equal(db_check(rig->db, NULL), ERR_OK);
    assert_int_equal(items(rig->db), 2);
}

static void a_full_disk_is_told_and_work_goes_on_when_there_is_space(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
    atomic_store(&disk.full, true);
    assert_int_equal(item_add(rig->db, 2, 10, &fault), ERR_FULL);
    assert_non_null(strstr(fault.text, "空间不足"));
    assert_int_equal(items(rig->db), 1);
    atomic_store(&disk.full, false);
    assert_int_equal(item_add(rig->db, 2, 10, NULL), ERR_OK);
    assert_int_equal(items(rig->db), 2);
    assert_int_equal(db_check(rig->db, NULL), ERR_OK);
}

static enum err pages_work(struct db_tx *tx, void *ctx)
{
    (void)ctx;
    struct db_rows *rows = NULL;
    TRY(db_query(&rows, tx, "PRAGMA max_page_count = 60", DB_NONE));
    enum err err = db_next(rows);
    db_done(rows);
    return err;
}

/* Swallows the error of a statement that brought the whole transaction down. */
static enum err careless_work(struct db_tx *tx, void *ctx)
{
    (void)item_work(tx, ctx);
    return ERR_OK;
}

static void work_that_takes_the_transaction_down_harms_no_neighbour(void **state)
{
    struct rig *rig = *state;
    struct visitor visitors[VISITORS] = {0};
    struct db_stats stats;
    assert_int_equal(db_transact(rig->db, "pages", pages_work, NULL, NULL), ERR_OK);
    for (int i = 0; i < VISITORS; i++)
        visitors[i].item = (struct item){100 + i, i == 2 || i == 7 ? 1000000 : 10};
    visitors_run(rig->db, visitors);
    for (int i = 0; i < VISITORS; i++)
        assert_int_equal(visitors[i].told, i == 2 || i == 7 ? ERR_FULL : ERR_OK);
    assert_int_equal(items(rig->db), VISITORS - 2);
    db_stats_get(&stats, rig->db);
    assert_true(stats.retries >= 1);
    struct item large = {999, 1000000};
    assert_int_equal(db_transact(rig->db, "careless", careless_work, &large, NULL), ERR_FULL);
    assert_int_equal(items(rig->db), VISITORS - 2);
}

/* Failure at every point: the scenario is run with the first, second, ... call failing, until it no
 * longer comes to that call. What was acknowledged must be there after the next start. */

static int scenario_run(struct db *db, int64_t first)
{
    int acked = 0;
    for (int i = 0; i < 5; i++) {
        size_t size = i == 3 ? 5000000 : 200; /* the fourth spills and makes a checkpoint due */
        if (item_add(db, first + i, size, NULL) == ERR_OK)
            acked |= 1 << i;
    }
    return acked;
}

static void scenario_check(struct db *db, int64_t first, int acked)
{
    assert_int_equal(db_check(db, NULL), ERR_OK);
    for (int i = 0; i < 5; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM item WHERE id = %d", (int)first + i);
        if (acked & 1 << i)
            assert_int_equal(rig_number(db, sql), 1);
    }
}

/* Returns how many points there were. Steps grow so that thousands of writes stay affordable. */
static int sweep(struct rig *rig, enum disk_call call, int code)
{
    int points = 0;
    for (int at = 1;; at += 1 + at / 8, points++) {
        int64_t first = (int64_t)points * 10;
        rig_reopen(rig);
        rig_run(rig->db, "DELETE FROM item");
        disk_fail(call, at, code);
        int target = atomic_load(&disk.fail_at[call]);
        int acked = scenario_run(rig->db, first);
        bool reached = atomic_load(&disk.calls[call]) >= target;
        rig_reopen(rig);
        scenario_check(rig->db, first, acked);
        if (!reached) {
            assert_int_equal(acked, 31);
            return points;
        }
    }
}

static void a_disk_that_fails_at_any_point_loses_nothing_acknowledged(void **state)
{
    struct rig *rig = *state;
    int writes = sweep(rig, DISK_WRITE, SQLITE_IOERR_WRITE);
    int full = sweep(rig, DISK_WRITE, SQLITE_FULL);
    int syncs = sweep(rig, DISK_SYNC, SQLITE_IOERR_FSYNC);
    assert_true(writes > 10 && full > 10 && syncs > 3);
    print_message("# failed at %d writes, %d times full, %d syncs\n", writes, full, syncs);
}

/* The real file system */

/* Runs f in a child, so that limits and identity stay there; its exit code must be 0. */
static void in_child(struct rig *rig, int (*f)(struct rig *rig))
{
    int status = -1;
    db_close(rig->db);
    rig->db = NULL;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(f(rig));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    rig->db = rig_again(rig, false);
}

/* Exit codes name the step that went wrong. */
static int limit_child(struct rig *rig)
{
    struct rlimit limit = {2000000, RLIM_INFINITY};
    struct db *db = NULL;
    signal(SIGXFSZ, SIG_IGN);
    if (db_open(&db, str_of(rig->url), false, NULL) != ERR_OK)
        return 1;
    if (item_add(db, 1, 1000, NULL) != ERR_OK || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    if (item_add(db, 2, 4000000, NULL) != ERR_FULL)
        return 3;
    if (item_add(db, 3, 1000, NULL) != ERR_OK)
        return 4;
    limit.rlim_cur = RLIM_INFINITY;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || item_add(db, 2, 4000000, NULL) != ERR_OK)
        return 5;
    db_close(db);
    return 0;
}

static void a_file_that_may_not_grow_is_a_full_disk(void **state)
{
    struct rig *rig = *state;
    in_child(rig, limit_child);
    assert_int_equal(items(rig->db), 3);
    assert_int_equal(db_check(rig->db, NULL), ERR_OK);
}

static int unwritable_child(struct rig *rig)
{
    struct db *db = NULL;
    struct fault fault = {0};
    char other[200];
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 1;
    if (db_open(&db, str_of(rig->url), false, &fault) != ERR_READONLY || fault.text[0] == '\0')
        return 2;
    snprintf(other, sizeof other, "sqlite:%s/new.db", rig->dir);
    if (db_open(&db, str_of(other), false, &fault) != ERR_READONLY)
        return 3;
    return 0;
}

static void a_file_or_folder_that_may_not_be_written_is_told(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(chmod(rig->file, 0444), 0);
    assert_int_equal(chmod(rig->dir, 0555), 0);
    pid_t child = fork();
    int status = -1;
    if (child == 0)
        _exit(unwritable_child(rig));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(rig->dir, 0755), 0);
    assert_int_equal(chmod(rig->file, 0600), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void the_file_is_private(void **state)
{
    struct rig *rig = *state;
    struct stat info;
    assert_int_equal(stat(rig->file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void a_deleted_text_leaves_no_trace_in_the_file(void **state)
{
    struct rig *rig = *state;
    rig_run(rig->db, "INSERT INTO item(id, body) VALUES (1, 'canary-in-the-coal-mine')");
    rig_run(rig->db, "DELETE FROM item");
    db_close(rig->db);
    rig->db = NULL;
    FILE *file = fopen(rig->file, "rb");
    assert_non_null(file);
    static char all[1 << 20];
    size_t len = fread(all, 1, sizeof all, file);
    fclose(file);
    assert_true(len > 0 && len < sizeof all);
    assert_null(memmem(all, len, "canary", 6));
}

static void damaged_pages_are_told_and_never_believed(void **state)
{
    struct rig *rig = *state;
    int told = 0;
    for (int i = 0; i < 200; i++)
        assert_int_equal(item_add(rig->db, i, 300, NULL), ERR_OK);
    db_close(rig->db);
    rig->db = NULL;
    for (int page = 1; page < 10; page++) {
        char zero[512] = {0}, kept[512];
        struct fault fault = {0};
        struct db *db = NULL;
        int fd = open(rig->file, O_RDWR);
        assert_int_equal(pread(fd, kept, sizeof kept, page * 4096), sizeof kept);
        assert_int_equal(pwrite(fd, zero, sizeof zero, page * 4096), sizeof zero);
        close(fd);
        enum err err = db_open(&db, str_of(rig->url), true, &fault);
        if (err == ERR_OK)
            err = db_check(db, &fault);
        db_close(db);
        assert_int_equal(err, ERR_DAMAGED);
        assert_true(fault.text[0] != '\0');
        told++;
        fd = open(rig->file, O_RDWR);
        assert_int_equal(pwrite(fd, kept, sizeof kept, page * 4096), sizeof kept);
        close(fd);
    }
    assert_int_equal(told, 9);
    rig->db = rig_again(rig, false);
    assert_int_equal(db_check(rig->db, NULL), ERR_OK);
}

static void a_broken_foreign_key_is_found_by_the_check(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    sqlite3 *raw = NULL;
    rig_run(rig->db, "CREATE TABLE part (id BIGINT PRIMARY KEY, item BIGINT REFERENCES item(id))");
    assert_int_equal(sqlite3_open(rig->file, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "INSERT INTO part VALUES (1, 77)", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(raw);
    assert_int_equal(db_check(rig->db, &fault), ERR_DAMAGED);
    assert_non_null(strstr(fault.text, "part"));
}

static void a_lock_held_too_long_by_another_is_busy(void **state)
{
    struct rig *rig = *state;
    struct fault fault = {0};
    sqlite3 *raw = NULL;
    assert_int_equal(sqlite3_open(rig->file, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    db_wait_set(rig->db, 50);
    assert_int_equal(item_add(rig->db, 1, 10, &fault), ERR_BUSY);
    assert_non_null(strstr(fault.text, "占用"));
    assert_int_equal(items(rig->db), 0);
    assert_int_equal(sqlite3_exec(raw, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
    assert_int_equal(item_add(rig->db, 1, 10, NULL), ERR_OK);
}

#define FAULT_TEST(f) cmocka_unit_test_setup_teardown(f, fault_setup, fault_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(each_commit_syncs_the_disk),
        FAULT_TEST(a_group_shares_one_sync),
        FAULT_TEST(when_the_commit_fails_nobody_of_the_group_is_acknowledged),
        FAULT_TEST(after_a_failed_sync_nothing_is_written_until_it_is_opened_again),
        FAULT_TEST(a_failed_sync_of_the_checkpoint_stops_writing_too),
        FAULT_TEST(a_full_disk_is_told_and_work_goes_on_when_there_is_space),
        FAULT_TEST(work_that_takes_the_transaction_down_harms_no_neighbour),
        FAULT_TEST(a_disk_that_fails_at_any_point_loses_nothing_acknowledged),
        FAULT_TEST(a_file_that_may_not_grow_is_a_full_disk),
        FAULT_TEST(a_file_or_folder_that_may_not_be_written_is_told),
        FAULT_TEST(the_file_is_private),
        FAULT_TEST(a_deleted_text_leaves_no_trace_in_the_file),
        FAULT_TEST(damaged_pages_are_told_and_never_believed),
        FAULT_TEST(a_broken_foreign_key_is_found_by_the_check),
        FAULT_TEST(a_lock_held_too_long_by_another_is_busy),
    };
    return cmocka_run_group_tests(tests, disk_install, NULL);
}
