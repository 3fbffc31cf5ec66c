/* An import that dies, or whose disk fills, leaves the registry as it was (SECURITY.md I6): killed
 * at random moments, refused a write at every size of file, and afterwards done again with the same
 * result. On PostgreSQL the client is killed; its server's own disk is not ours to fill. */
#include "rig_office.h"

#include "base/file.h"
#include "base/time.h"
#include "ids/number.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 6000, KILLS = 30, FIRST_FEW = 40 };

/* The number of row i: a valid code, its last check characters made by ids. */
static void add_row(struct buf *csv, int i, const char *state)
{
    char code[IDS_USCC_LEN], organisation[9];
    snprintf(organisation, sizeof organisation, "%08d", 10000000 + i);
    assert_int_equal(ids_uscc_compose(code, STR("91"), STR("410882"), str_of(organisation)),
                     ERR_OK);
    buf_add(csv, code, sizeof code);
    buf_printf(csv, ",沁阳市第%d测试有限公司,沁阳市建设路%d号,%s\n", i, i, state);
}

static void make_file(struct story *s, const char *name, const char *state)
{
    struct buf csv = {0};
    buf_cat(&csv, "统一社会信用代码,名称,地址,登记状态\n");
    for (int i = 0; i < ROWS; i++)
        add_row(&csv, i, state);
    story_file(s, name, buf_cstr(&csv));
    buf_free(&csv);
}

/* In a child: opens the office and imports. Its exit code is the error; 99 if it cannot open. */
static pid_t start_import(struct story *s, rlim_t most)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    struct rlimit limit = {most, most};
    signal(SIGXFSZ, SIG_IGN);
    if (most != RLIM_INFINITY && setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(98);
    struct fault fault = {0};
    struct office office = {0};
    struct arena arena = {0};
    if (office_open(&office, s->dir, NULL, &fault) != ERR_OK)
        _exit(99);
    struct errand e = {.office = &office, .arena = &arena, .actor = STR("孩子"), .now = time_now()};
    const struct office_import job = {.resource = STR("objects"), .path = s->path};
    enum err err = office_import(&e, &job, &s->report);
    if (err != ERR_OK && e.fault.text[0] == '\0')
        _exit(97);
    _exit((int)err);
}

static int finish_import(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void wipe(struct story *s)
{
    story_run(s, "DELETE FROM object");
    story_run(s, "DELETE FROM import_job");
    story_run(s, "DELETE FROM registry_change");
}

/* A killed client's last words may still be under way on a PostgreSQL server, the commit among
 * them: waits until it has done with them. */
static void settle(struct story *s)
{
    static const char busy[] = "SELECT count(pid) FROM pg_stat_activity WHERE backend_type = "
                               "'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()";
    for (int i = 0; i < 300 && s->rig.postgres && story_number(s, busy) > 0; i++)
        usleep(100000);
}

/* Kills one import after `wait` microseconds; gives what it left: all or nothing. */
static bool kill_one(struct story *s, useconds_t wait, const char *changed, int64_t all)
{
    story_close(s);
    pid_t child = start_import(s, RLIM_INFINITY);
    usleep(wait);
    kill(child, SIGKILL);
    finish_import(child);
    story_open(s);
    settle(s);
    int64_t count = story_number(s, changed);
    int64_t jobs = story_number(s, "SELECT count(id) FROM import_job");
    if (count != 0 && count != all)
        fail_msg("%lld of %lld rows after a kill at %u us", (long long)count, (long long)all,
                 (unsigned)wait);
    assert_int_equal(jobs, count != 0);
    return count != 0;
}

/* How long an import takes here, in microseconds. */
static useconds_t measure(struct story *s)
{
    story_close(s);
    int64_t from = time_now();
    assert_int_equal(finish_import(start_import(s, RLIM_INFINITY)), 0);
    useconds_t took = (useconds_t)(time_now() - from);
    story_open(s);
    return took;
}

/* The moments are spread over the import and a little beyond, so that some of them come too late.
 */
static void an_import_that_is_killed_leaves_all_rows_or_none(void **state)
{
    struct story *s = *state;
    int whole = 0;
    make_file(s, "kill.csv", "存续");
    useconds_t took = measure(s);
    wipe(s);
    for (unsigned i = 0; i < KILLS; i++) {
        useconds_t wait = (useconds_t)((uint64_t)took * (i * 37 % KILLS) * 16 / 10 / KILLS);
        whole += kill_one(s, wait, "SELECT count(id) FROM object", ROWS);
        wipe(s);
    }
    print_message("# %d of %d imports were whole; one takes %u us\n", whole, KILLS, (unsigned)took);
    assert_true(whole < KILLS);
    struct fault fault = {0};
    assert_int_equal(db_check(s->office.db, &fault), ERR_OK);
    story_import(s, "objects", s->path);
    story_counts(s, &(struct story_counts){ROWS, ROWS, 0, 0, 0, 0});
}

static void a_change_of_every_row_that_is_killed_leaves_all_changes_or_none(void **state)
{
    struct story *s = *state;
    make_file(s, "first.csv", "存续");
    story_import(s, "objects", s->path);
    story_run(s, "DELETE FROM import_job");
    make_file(s, "second.csv", "吊销");
    useconds_t took = measure(s);
    for (unsigned i = 0; i < KILLS / 3; i++) {
        story_run(s, "UPDATE object SET state = 'active'");
        story_run(s, "DELETE FROM import_job");
        story_run(s, "DELETE FROM registry_change");
        useconds_t wait = (useconds_t)((uint64_t)took * (i * 3 % (KILLS / 3)) * 3 / KILLS);
        bool whole =
            kill_one(s, wait, "SELECT count(id) FROM object WHERE state = 'revoked'", ROWS);
        assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"),
                         whole ? ROWS : 0);
    }
}

static uint64_t largest_file(const struct story *s)
{
    static const char *const names[] = {"sunlot.db", "sunlot.db-wal"};
    uint64_t largest = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[256];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", s->dir, names[i]);
        if (stat(path, &info) == 0 && (uint64_t)info.st_size > largest)
            largest = (uint64_t)info.st_size;
    }
    return largest;
}

/* Every write beyond a limit is refused, the limit growing step by step until the import passes:
 * first the few pages at the start one by one, then in wider steps. */
static void a_disk_that_fills_anywhere_leaves_nothing_half_done(void **state)
{
    struct story *s = *state;
    int refused = 0;
    if (s->rig.postgres) {
        print_message("# the server's disk is not ours to fill: not tested\n");
        return;
    }
    make_file(s, "full.csv", "存续");
    uint64_t base = largest_file(s), limit = base;
    for (int i = 0;; i++) {
        limit += i < FIRST_FEW ? 4096 : (limit - base) / 4;
        story_close(s);
        int code = finish_import(start_import(s, (rlim_t)limit));
        story_open(s);
        int64_t count = story_number(s, "SELECT count(id) FROM object");
        assert_int_equal(story_number(s, "SELECT count(id) FROM import_job"), count != 0);
        if (code == 0) {
            assert_int_equal(count, ROWS);
            break;
        }
        assert_true(code != 97 && code != -1);
        assert_int_equal(count, 0);
        refused++;
    }
    print_message("# refused at %d sizes\n", refused);
    assert_true(refused > FIRST_FEW / 2);
}

/* A row that the table refuses at the very end of the load. */
static void a_row_refused_by_the_database_takes_the_whole_file_with_it(void **state)
{
    struct story *s = *state;
    make_file(s, "in.csv", "存续");
    story_run(s, "CREATE UNIQUE INDEX test_name ON object (name)");
    struct buf csv = {0};
    assert_int_equal(file_read(&csv, s->path, 1 << 24), ERR_OK);
    buf_cat(&csv, "91140981MA0H477P2R,沁阳市第1测试有限公司,,\n"); /* the name of row 3 */
    const struct office_import job = {.resource = STR("objects"),
                                      .path = story_file(s, "double.csv", buf_cstr(&csv))};
    buf_free(&csv);
    assert_int_equal(story_import_err(s, &job), ERR_DUPLICATE);
    assert_true(s->e.fault.text[0] != '\0');
    assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 0);
    story_run(s, "DROP INDEX test_name");
    story_import(s, "objects", job.path);
    story_counts(s, &(struct story_counts){ROWS + 1, ROWS + 1, 0, 0, 0, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(an_import_that_is_killed_leaves_all_rows_or_none),
        STORY_TEST(a_change_of_every_row_that_is_killed_leaves_all_changes_or_none),
        STORY_TEST(a_disk_that_fills_anywhere_leaves_nothing_half_done),
        STORY_TEST(a_row_refused_by_the_database_takes_the_whole_file_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
