/* Labels and libraries for many objects at once, as a job (R25-R27): 50,000 of them, once and
 * whole, whoever presses twice, stops or kills the server in the middle. Numbers are those of
 * made-up products; what a run leaves is counted in the database and read from its table. */
#include "rig_people.h"

#include "base/time.h"
#include "crypto/hash.h"
#include "office/job.h"
#include "office/library.h"
#include "office/object.h"
#include "sheet/reader.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 50000, SOME = 12000, OTHERS = 3, PIECE = OFFICE_PAGE_MOST };

struct many {
    struct story *s;
    int64_t clerk; /* of A */
    int64_t library;
    int64_t rows; /* objects of A; every tenth has the label already, every tenth another one */
};

static void many_make(struct many *m, struct story *s, int rows)
{
    struct buf csv = {0};
    *m = (struct many){.s = s, .rows = rows};
    people_house(s);
    m->clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    buf_cat(&csv, "统一社会信用代码,检查对象名称,对象类别,监管部门,标签\n");
    for (int i = 0; i < rows; i++)
        buf_printf(&csv, "P-%05d,产品%d,产品,甲局,%s\n", i, i,
                   i % 10 == 0   ? "老标签"
                   : i % 10 == 1 ? "新标签"
                                 : "");
    for (int i = 0; i < OTHERS; i++)
        buf_printf(&csv, "Q-%05d,别家产品%d,产品,丙局,\n", i, i);
    story_import_text(s, "objects", buf_cstr(&csv));
    assert_int_equal(s->report.added, rows + OTHERS);
    story_run(s, "ANALYZE"); /* as a server does by itself; the tests' one does not */
    buf_free(&csv);
    const struct store_label word = {
        .word = STR("新标签"), .theme = STR(""), .subject = STR("objects"), .state = STR("active")};
    const struct store_library library = {
        .name = STR("产品库"), .department = STR("A"), .state = STR("active")};
    int64_t id = 0;
    if (story_number(s, "SELECT count(id) FROM label WHERE word = '新标签'") == 0)
        assert_int_equal(
            office_label_put(&id, people_as(s, m->clerk, MODEL_PERMISSION_LABEL_EDIT), &word),
            ERR_OK);
    assert_int_equal(office_library_put(&m->library,
                                        people_as(s, m->clerk, MODEL_PERMISSION_LIBRARY_EDIT),
                                        &library, STR("")),
                     ERR_OK);
}

static const struct office_object_query products = {.filter = {.kind = STR("product")}};

static enum err label_order(int64_t *job, const struct many *m, int64_t expected, const char *key)
{
    const struct office_label_batch batch = {.set = {.query = &products, .expected = expected},
                                             .word = STR("新标签"),
                                             .reason = STR("专项整治")};
    struct errand *e = people_as(m->s, m->clerk, MODEL_PERMISSION_OBJECT_EDIT);
    e->key = str_of(key);
    return office_label_batch_order(job, e, &batch);
}

static struct store_job job_seen(const struct many *m, int64_t id)
{
    struct store_job job = {0};
    struct errand *e = people_as(m->s, m->clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_get(&job, e, id), ERR_OK);
    return job;
}

/* Rows behind the heading of the job's table. */
static int64_t table_rows(const struct many *m, int64_t id)
{
    struct sheet *sheet = NULL;
    struct sheet_row row;
    struct fault fault = {0};
    struct str path, name;
    int64_t rows = -1;
    struct errand *e = people_as(m->s, m->clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_result(&path, &name, e, id), ERR_OK);
    assert_int_equal(sheet_open(&sheet, arena_cstr(&m->s->arena, path), NULL, &fault), ERR_OK);
    while (sheet_next(&row, sheet, &fault) == ERR_OK)
        rows++;
    sheet_close(sheet);
    return rows;
}

/* What must be true of the labels whatever happened: the rows, the lists and the histories agree,
 * nobody has a second history, nothing of another department was touched. How many have it. */
static int64_t labelled(const struct many *m)
{
    struct story *s = m->s;
    int64_t have = story_number(s, "SELECT count(id) FROM object WHERE labels LIKE '%新标签'");
    assert_int_equal(
        story_number(s, "SELECT count(object) FROM object_label WHERE label = '新标签'"), have);
    assert_int_equal(
        story_number(
            s, "SELECT count(DISTINCT target) FROM registry_change WHERE reason = '专项整治'"),
        have - m->rows / 10);
    assert_int_equal(
        story_number(s, "SELECT count(id) FROM registry_change WHERE reason = '专项整治'"),
        have - m->rows / 10);
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE pool_id LIKE 'Q-%'"
                                     " AND labels <> ''"),
                     0);
    return have;
}

static void all_are_labelled(const struct many *m, int64_t job)
{
    struct story *s = m->s;
    struct store_job row = job_seen(m, job);
    char words[160];
    if (!str_eq(row.state, STR("done")))
        fail_msg("%.*s: %.*s", STR_ARG(row.state), STR_ARG(row.words));
    snprintf(words, sizeof words, "共 %lld 个对象，已处理 %lld 个，%lld 个原来就是这样",
             (long long)m->rows, (long long)m->rows * 9 / 10, (long long)m->rows / 10);
    assert_true(str_eq(row.words, str_of(words)));
    assert_int_equal(labelled(m), m->rows);
    assert_int_equal(table_rows(m, job), m->rows - m->rows / 10);
    assert_int_equal(
        story_number(s, "SELECT count(id) FROM object WHERE labels = '老标签、新标签'"),
        m->rows / 10);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action = 'object-label'"),
                     m->rows / PIECE);
    assert_in_range(story_number(s, "SELECT max(length(detail)) FROM audit"), 100, 2000);
}

/* The digest that the audit of the first piece must hold: each number of those that had not the
 * label, in the order of their ids, which is that of the file. */
static void first_digest(char out[65])
{
    struct buf keys = {0};
    uint8_t digest[CRYPTO_HASH];
    for (int i = 0; i < PIECE; i++)
        if (i % 10 != 1)
            buf_printf(&keys, "P-%05d\n", i);
    crypto_sha256(digest, buf_view(&keys));
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    buf_free(&keys);
}

static void R25_fifty_thousand_objects_are_labelled_once_with_their_histories(void **state)
{
    struct many m;
    struct str rest;
    int64_t job = 0;
    int64_t again = 0;
    char digest[65];
    many_make(&m, *state, MANY);
    assert_int_equal(label_order(&job, &m, MANY + OTHERS, "k0"), ERR_CONFLICT);
    assert_int_equal(label_order(&job, &m, MANY, "k1"), ERR_OK);
    assert_int_equal(label_order(&again, &m, MANY, "k1"), ERR_OK); /* a double press */
    assert_int_equal(job, again);
    story_work(m.s);
    all_are_labelled(&m, job);
    first_digest(digest);
    rest = str_of(story_text(m.s, "SELECT detail FROM audit WHERE id = (SELECT min(id) FROM audit"
                                  " WHERE action = 'object-label')"));
    if (str_find(rest, str_of(digest)) < 0)
        fail_msg("%.*s lacks %s", STR_ARG(rest), digest);
}

static void a_job_that_is_stopped_keeps_whole_pieces_and_goes_on_behind_them(void **state)
{
    struct many m;
    int64_t job = 0;
    atomic_bool stop = true;
    many_make(&m, *state, SOME);
    assert_int_equal(label_order(&job, &m, SOME, "k1"), ERR_OK);
    for (int i = 1; i <= 3; i++) {
        assert_true(story_job_step(m.s, &stop));
        assert_true(str_eq(job_seen(&m, job).state, STR("waiting")));
        assert_int_equal(labelled(&m), SOME / 10 + PIECE * 9 / 10); /* asked first, then told */
    }
    story_work(m.s);
    all_are_labelled(&m, job);
}

/* In a child: another process takes the job up. */
static pid_t start_work(struct story *s)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    story_open(s);
    (void)story_job_step(s, NULL);
    _exit(0);
}

static void wait_for_file(struct story *s, int64_t job)
{
    char path[256];
    snprintf(path, sizeof path, "%s/jobs/%lld.progress", s->dir, (long long)job);
    for (int i = 0; i < 6000 && access(path, R_OK) != 0; i++)
        usleep(10000);
    usleep(20000);
}

static void a_killed_server_leaves_whole_pieces_and_the_next_one_goes_on(void **state)
{
    struct many m;
    uint64_t found = 0;
    int64_t job = 0;
    int status = 0;
    many_make(&m, *state, SOME);
    assert_int_equal(label_order(&job, &m, SOME, "k1"), ERR_OK);
    story_close(m.s);
    pid_t child = start_work(m.s);
    wait_for_file(m.s, job); /* written behind the first piece */
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    usleep(300000); /* the last words of a killed client of PostgreSQL */
    story_open(m.s);
    int64_t have = labelled(&m);
    print_message("# killed at %lld of %d\n", (long long)have, SOME);
    assert_in_range(have, SOME / 10 + 1, SOME - 1);
    assert_int_equal((have - SOME / 10) % (PIECE * 9 / 10), 0);
    struct errand *e = people_as(m.s, m.clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_recover(&found, e), ERR_OK);
    assert_int_equal(found, 1);
    story_work(m.s);
    all_are_labelled(&m, job);
}

static void a_set_that_grew_before_the_job_began_is_left_alone(void **state)
{
    struct many m;
    int64_t job = 0;
    many_make(&m, *state, 30);
    assert_int_equal(label_order(&job, &m, 30, "k1"), ERR_OK);
    m.s->e.key = STR("");
    story_import_text(
        m.s, "objects",
        "统一社会信用代码,检查对象名称,对象类别,监管部门\nP-77777,新产品,产品,甲局\n");
    story_work(m.s);
    struct store_job row = job_seen(&m, job);
    assert_true(str_eq(row.state, STR("failed")));
    assert_true(str_find(row.words, STR("由30个变为31个")) >= 0);
    assert_int_equal(
        story_number(m.s, "SELECT count(id) FROM registry_change WHERE reason = '专项整治'"), 0);
}

static enum err place_order(int64_t *job, const struct many *m, bool leave, const char *key)
{
    const struct office_library_batch batch = {.set = {.query = &products, .expected = MANY},
                                               .library = m->library,
                                               .leave = leave,
                                               .reason = STR("普查")};
    struct errand *e = people_as(m->s, m->clerk, MODEL_PERMISSION_LIBRARY_EDIT);
    e->key = str_of(key);
    return office_library_batch_order(job, e, &batch);
}

static void R26_fifty_thousand_go_into_a_library_and_leave_it_with_all_their_licences(void **state)
{
    struct many m;
    int64_t in = 0;
    int64_t out = 0;
    many_make(&m, *state, MANY);
    const struct office_library_place place = {
        .pool_id = STR("P-00007"), .library = m.library, .licence = STR("甲-1")};
    struct errand *e = people_as(m.s, m.clerk, MODEL_PERMISSION_LIBRARY_EDIT);
    assert_int_equal(office_library_place(e, &place), ERR_OK);
    assert_int_equal(place_order(&in, &m, false, "k1"), ERR_OK);
    story_work(m.s);
    assert_true(
        str_eq(job_seen(&m, in).words, STR("共 50000 个对象，已处理 49999 个，1 个原来就是这样")));
    assert_int_equal(story_number(m.s, "SELECT count(object) FROM library_row"), MANY);
    const struct office_library_place second = {
        .pool_id = STR("P-00009"), .library = m.library, .licence = STR("乙-2")};
    e = people_as(m.s, m.clerk, MODEL_PERMISSION_LIBRARY_EDIT);
    assert_int_equal(office_library_place(e, &second), ERR_OK);
    assert_int_equal(place_order(&out, &m, true, "k2"), ERR_OK);
    story_work(m.s);
    assert_true(
        str_eq(job_seen(&m, out).words, STR("共 50000 个对象，已处理 50000 个，0 个原来就是这样")));
    assert_int_equal(story_number(m.s, "SELECT count(object) FROM library_row"), 0);
    assert_int_equal(table_rows(&m, out), MANY);
    /* 49,999 in, 50,001 rows out */
    assert_int_equal(
        story_number(m.s, "SELECT count(id) FROM registry_change WHERE reason = '普查'"),
        MANY - 1 + MANY + 1);
}

/* --- at the same time --- */

enum { RACERS = 4, FEW = 1500 };

struct racer {
    const struct many *m;
    struct arena arena;
    struct errand e;
    pthread_barrier_t *start;
    struct office_batched out;
    enum err err;
};

static void *race_one(void *ctx)
{
    struct racer *r = ctx;
    const struct office_library_batch batch = {.set = {.query = &products, .expected = FEW},
                                               .library = r->m->library,
                                               .reason = STR("普查")};
    pthread_barrier_wait(r->start);
    r->err = office_library_batch(&r->out, &r->e, &batch);
    return NULL;
}

/* On PostgreSQL four connections; on SQLite one after another. */
static void of_several_batches_at_once_each_object_is_put_in_by_one(void **state)
{
    struct many m;
    struct racer racers[RACERS] = {0};
    pthread_t threads[RACERS];
    pthread_barrier_t start;
    int64_t changed = 0;
    many_make(&m, *state, FEW);
    assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].m = &m;
        racers[i].start = &start;
        racers[i].e = *people_as(m.s, m.clerk, MODEL_PERMISSION_LIBRARY_EDIT);
        racers[i].e.arena = &racers[i].arena;
    }
    for (size_t i = 0; i < RACERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, race_one, &racers[i]), 0);
    for (size_t i = 0; i < RACERS; i++) {
        pthread_join(threads[i], NULL);
        if (racers[i].err != ERR_OK)
            fail_msg("%s: %s", err_code(racers[i].err), fault_text(&racers[i].e.fault));
        changed += racers[i].out.changed;
        arena_free(&racers[i].arena);
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(changed, FEW);
    assert_int_equal(story_number(m.s, "SELECT count(object) FROM library_row"), FEW);
    assert_int_equal(
        story_number(m.s, "SELECT count(id) FROM registry_change WHERE reason = '普查'"), FEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(R25_fifty_thousand_objects_are_labelled_once_with_their_histories),
        STORY_TEST(a_job_that_is_stopped_keeps_whole_pieces_and_goes_on_behind_them),
        STORY_TEST(a_killed_server_leaves_whole_pieces_and_the_next_one_goes_on),
        STORY_TEST(a_set_that_grew_before_the_job_began_is_left_alone),
        STORY_TEST(of_several_batches_at_once_each_object_is_put_in_by_one),
        STORY_TEST(R26_fifty_thousand_go_into_a_library_and_leave_it_with_all_their_licences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
