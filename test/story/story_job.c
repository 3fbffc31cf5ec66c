/* Jobs: what becomes of one, who sees it, and what a stopped or killed server leaves, on both
 * databases. The kinds are this test's own: this file stands in for office/job_kinds.c. */
#include "rig_people.h"

#include "base/file.h"
#include "base/time.h"
#include "office/account.h"
#include "office/job.h"

#include <string.h>
#include <unistd.h>

/* --- the kinds --- */

static enum err write_result(struct office_job_run *run)
{
    return file_write_plain(run->path, STR("result"), 0600);
}

/* Counts to what its arguments say and leaves a file; says whose scope it ran in. */
static enum err count_run(struct office_job_run *run)
{
    int64_t rows = json_integer_value(json_object_get(run->args, "rows"));
    for (int64_t i = 0; i < rows; i++)
        TRY(office_job_progress(run, (uint64_t)i, (uint64_t)rows));
    TRY(write_result(run));
    run->download = STR("结果.txt");
    run->words = arena_printf(run->e->arena, "%.*s %zu", STR_ARG(run->e->actor),
                              run->e->scope.department_count);
    return ERR_OK;
}

/* Leaves half a file behind and fails. */
static enum err fail_run(struct office_job_run *run)
{
    TRY(write_result(run));
    return fault_set(&run->e->fault, ERR_INPUT, "第3行不正确");
}

/* Looks at itself while it runs, as a page would. */
static enum err look_run(struct office_job_run *run)
{
    struct store_job job = {0};
    struct errand page = *run->e;
    page.origin.role = STR("office");
    page.scope.level = MODEL_SCOPE_ALL;
    TRY(office_job_progress(run, 30, 120));
    TRY(office_job_get(&job, &page, run->job->id));
    run->words = arena_printf(run->e->arena, "%.*s %lld/%lld", STR_ARG(job.state),
                              (long long)job.done, (long long)job.total);
    return ERR_OK;
}

static const struct office_job_kind kind_count = {"count", "数数", MODEL_PERMISSION_OBJECT_EXPORT,
                                                  count_run};
static const struct office_job_kind kind_fail = {"fail", "失败", MODEL_PERMISSION_OBJECT_EXPORT,
                                                 fail_run};
static const struct office_job_kind kind_look = {"look", "看", MODEL_PERMISSION_OBJECT_EXPORT,
                                                 look_run};
const struct office_job_kind *const office_job_kinds[] = {&kind_count, &kind_fail, &kind_look,
                                                          NULL};

const struct office_job_kind *office_job_kind(struct str name)
{
    for (size_t i = 0; office_job_kinds[i] != NULL; i++)
        if (str_eq(str_of(office_job_kinds[i]->name), name))
            return office_job_kinds[i];
    return NULL;
}

/* --- helpers --- */

static int64_t order(struct errand *e, const struct office_job_kind *kind, const char *key)
{
    int64_t id = 0;
    const struct office_job_order o = {
        .kind = kind, .title = STR("试"), .args = STR("{\"rows\":5}")};
    e->key = str_of(key);
    assert_int_equal(office_job_order(&id, e, &o), ERR_OK);
    e->key = STR("");
    return id;
}

/* The errand of a person who looks at jobs. */
static struct errand *viewer(struct story *s, int64_t account)
{
    return people_as(s, account, MODEL_PERMISSION_JOB_VIEW);
}

static struct store_job seen(struct story *s, int64_t account, int64_t id)
{
    struct store_job job = {0};
    assert_int_equal(office_job_get(&job, viewer(s, account), id), ERR_OK);
    return job;
}

static size_t listed(struct story *s, int64_t account)
{
    struct store_job *rows = NULL;
    size_t count = 0;
    const struct office_job_find find = {.most = 10};
    assert_int_equal(office_jobs(&rows, &count, viewer(s, account), &find), ERR_OK);
    return count;
}

static struct errand *exporter(struct story *s, int64_t account)
{
    return people_as(s, account, MODEL_PERMISSION_OBJECT_EXPORT);
}

/* --- the tests --- */

static void a_job_runs_in_the_name_of_who_ordered_it_and_leaves_its_file(void **state)
{
    struct story *s = *state;
    struct buf text = {0};
    struct str path, name;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_count, "k1");
    assert_int_equal(order(exporter(s, clerk), &kind_count, "k1"), id);
    assert_int_equal(story_number(s, "SELECT count(id) FROM job"), 1);
    assert_true(str_eq(seen(s, clerk, id).state, STR("waiting")));
    assert_true(story_job_step(s, NULL));
    assert_false(story_job_step(s, NULL));
    struct store_job job = seen(s, clerk, id);
    assert_true(str_eq(job.state, STR("done")));
    assert_true(str_eq(job.words, STR("jingban 2"))); /* A and B below it */
    assert_int_equal(job.bytes, 6);
    assert_int_equal(office_job_result(&path, &name, viewer(s, clerk), id), ERR_OK);
    assert_true(str_eq(name, STR("结果.txt")));
    assert_int_equal(file_read(&text, arena_cstr(&s->arena, path), 100), ERR_OK);
    assert_true(str_eq(buf_view(&text), STR("result")));
    buf_free(&text);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action IN ('job-order',"
                                     " 'job-download')"),
                     2);
}

static void a_job_is_seen_in_its_department_and_by_who_may_do_the_like(void **state)
{
    struct story *s = *state;
    struct store_job job = {0};
    struct str path, name;
    people_house(s);
    int64_t below = people_add(s, "yi", "B", MODEL_ROLE_CLERK);
    int64_t above = people_add(s, "jia", "A", MODEL_ROLE_REVIEWER);
    int64_t beside = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    int64_t all = people_add(s, "ban", "", MODEL_ROLE_OFFICE);
    int64_t other = people_add(s, "jiancha", "B", MODEL_ROLE_INSPECTOR);
    int64_t id = order(exporter(s, below), &kind_count, "k1");
    assert_true(story_job_step(s, NULL));
    assert_int_equal(listed(s, below) + listed(s, above) + listed(s, all), 3);
    assert_int_equal(listed(s, beside) + listed(s, other), 0);
    const int64_t strangers[] = {beside, other};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(office_job_get(&job, viewer(s, strangers[i]), id), ERR_MISSING);
        assert_int_equal(office_job_result(&path, &name, viewer(s, strangers[i]), id), ERR_MISSING);
        assert_int_equal(office_job_cancel(viewer(s, strangers[i]), id), ERR_MISSING);
    }
    assert_int_equal(office_job_result(&path, &name, viewer(s, above), id), ERR_OK);
}

static void a_failed_job_says_why_and_leaves_no_file(void **state)
{
    struct story *s = *state;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_fail, "k1");
    assert_true(story_job_step(s, NULL));
    struct store_job job = seen(s, clerk, id);
    assert_true(str_eq(job.state, STR("failed")));
    assert_true(str_eq(job.words, STR("第3行不正确")));
    const char *path = arena_printf(&s->arena, "%s/jobs/%lld.out", s->dir, (long long)id).data;
    assert_false(file_exists(path));
}

static void who_lost_the_permission_gets_nothing_done(void **state)
{
    struct story *s = *state;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t office = people_add(s, "ban", "", MODEL_ROLE_OFFICE);
    int64_t id = order(exporter(s, clerk), &kind_count, "k1");
    s->e.actor = STR("anquan");
    assert_int_equal(office_revoke(&s->e, clerk, MODEL_ROLE_CLERK), ERR_OK);
    assert_true(story_job_step(s, NULL));
    struct store_job job = seen(s, office, id);
    assert_true(str_eq(job.state, STR("failed")));
    assert_non_null(strstr(arena_cstr(&s->arena, job.words), "不再有"));
    assert_int_equal(job.bytes, 0);
}

static void progress_is_told_while_it_runs(void **state)
{
    struct story *s = *state;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_look, "k1");
    assert_true(story_job_step(s, NULL));
    assert_true(str_eq(seen(s, clerk, id).words, STR("running 30/120")));
    const char *path = arena_printf(&s->arena, "%s/jobs/%lld.progress", s->dir, (long long)id).data;
    assert_false(file_exists(path));
}

static void a_stopped_job_waits_and_begins_again(void **state)
{
    struct story *s = *state;
    _Atomic bool stop = true;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_count, "k1");
    for (int i = 0; i < 5; i++)
        assert_true(story_job_step(s, &stop)); /* however often: stopping is no failure */
    assert_true(str_eq(seen(s, clerk, id).state, STR("waiting")));
    stop = false;
    assert_true(story_job_step(s, &stop));
    assert_true(str_eq(seen(s, clerk, id).state, STR("done")));
}

/* As a killed server leaves it: the row says running, half a result lies there. */
static void a_killed_job_begins_again_and_is_broken_after_the_third_time(void **state)
{
    struct story *s = *state;
    uint64_t found = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_look, "k1");
    char name[64];
    snprintf(name, sizeof name, "%lld.out", (long long)id);
    const char *path = office_job_path(&s->e, name);
    for (int i = 1; i <= 3; i++) {
        char sql[120];
        snprintf(sql, sizeof sql, "UPDATE job SET state = 'running', tries = %d", i);
        story_run(s, sql);
        assert_int_equal(file_write_plain(path, STR("half"), 0600), ERR_OK);
        assert_int_equal(office_job_recover(&found, &s->e), ERR_OK);
        assert_int_equal(found, 1);
        bool again = i < 3;
        assert_true(str_eq(seen(s, clerk, id).state, again ? STR("waiting") : STR("broken")));
        assert_int_equal(story_job_step(s, NULL), again);
        assert_false(file_exists(path));
    }
    assert_int_equal(office_job_recover(&found, &s->e), ERR_OK);
    assert_int_equal(found, 0);
}

static void a_result_is_removed_when_its_time_is_over(void **state)
{
    struct story *s = *state;
    struct str path, name;
    uint64_t removed = 9;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_count, "k1");
    assert_true(story_job_step(s, NULL));
    assert_int_equal(office_job_result(&path, &name, viewer(s, clerk), id), ERR_OK);
    const char *file = arena_cstr(&s->arena, path);
    s->e.now += 6 * TIME_DAY;
    assert_int_equal(office_job_sweep(&removed, &s->e), ERR_OK);
    assert_int_equal(removed, 0);
    assert_true(file_exists(file));
    s->e.now += TIME_DAY + TIME_SECOND; /* job.keep-days is 7 */
    assert_int_equal(office_job_sweep(&removed, &s->e), ERR_OK);
    assert_int_equal(removed, 1);
    assert_false(file_exists(file));
    assert_int_equal(office_job_result(&path, &name, viewer(s, clerk), id), ERR_MISSING);
    assert_true(str_eq(seen(s, clerk, id).state, STR("done")));
}

static void only_its_owner_cancels_a_job_and_only_while_it_waits(void **state)
{
    struct story *s = *state;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t mate = people_add(s, "tongshi", "A", MODEL_ROLE_CLERK);
    int64_t id = order(exporter(s, clerk), &kind_count, "k1");
    assert_int_equal(office_job_cancel(viewer(s, mate), id), ERR_FORBIDDEN);
    assert_int_equal(office_job_cancel(viewer(s, clerk), id), ERR_OK);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action = 'job-cancel'"
                                     " AND actor = 'jingban'"),
                     1);
    assert_false(story_job_step(s, NULL));
    id = order(exporter(s, clerk), &kind_count, "k2");
    assert_true(story_job_step(s, NULL));
    assert_int_equal(office_job_cancel(viewer(s, clerk), id), ERR_STATE);
}

static void the_runner_does_what_waits_and_only_one_is_at_work(void **state)
{
    struct story *s = *state;
    struct office_runner *first = NULL;
    struct office_runner *second = NULL;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    for (int i = 0; i < 8; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        (void)order(exporter(s, clerk), &kind_count, key);
    }
    assert_int_equal(office_runner_start(&first, &s->office), ERR_OK);
    assert_int_equal(office_runner_start(&second, &s->office), ERR_OK);
    for (int i = 0; i < 200; i++) {
        usleep(50000);
        if (story_number(s, "SELECT count(id) FROM job WHERE state = 'done'") == 8)
            break;
    }
    office_runner_stop(second);
    office_runner_stop(first);
    assert_int_equal(story_number(s, "SELECT count(id) FROM job WHERE state = 'done'"), 8);
    assert_int_equal(story_number(s, "SELECT sum(tries) FROM job"), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(a_job_runs_in_the_name_of_who_ordered_it_and_leaves_its_file),
        STORY_TEST(a_job_is_seen_in_its_department_and_by_who_may_do_the_like),
        STORY_TEST(a_failed_job_says_why_and_leaves_no_file),
        STORY_TEST(who_lost_the_permission_gets_nothing_done),
        STORY_TEST(progress_is_told_while_it_runs),
        STORY_TEST(a_stopped_job_waits_and_begins_again),
        STORY_TEST(a_killed_job_begins_again_and_is_broken_after_the_third_time),
        STORY_TEST(a_result_is_removed_when_its_time_is_over),
        STORY_TEST(only_its_owner_cancels_a_job_and_only_while_it_waits),
        STORY_TEST(the_runner_does_what_waits_and_only_one_is_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
