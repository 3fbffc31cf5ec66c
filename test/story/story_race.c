/* Several at once (R88; SECURITY.md I1, I3): the same step by many threads, each with an errand of
 * its own, and then by offices opened separately. Exactly one does it, the others are told so. */
#include "story.h"

#include "office/edit.h"

#include <pthread.h>
#include <string.h>

enum { RACERS = 4 };

struct racer {
    struct course *c;
    pthread_barrier_t *start;
    const struct office *office;
    course_act *act;
    const void *arg;
    const char *key;
    enum err err;
    char words[480];
};

/* A course of its own on the same office: own errand, own arena, nothing shared but the office. */
static void *race_one(void *ctx)
{
    struct racer *r = ctx;
    struct story story = *r->c->s;
    struct course course = *r->c;
    story.arena = (struct arena){0};
    story.e = (struct errand){.office = r->office,
                              .arena = &story.arena,
                              .actor = STR("经办员"),
                              .key = str_of(r->key),
                              .now = r->c->clock};
    course.s = &story;
    pthread_barrier_wait(r->start);
    r->err = r->act(&course, r->arg);
    snprintf(r->words, sizeof r->words, "%s", r->err == ERR_OK ? "" : story.e.fault.text);
    arena_free(&story.arena);
    return NULL;
}

static void race_run(struct racer *racers, struct course *c, course_act *act, const void *arg)
{
    pthread_t threads[RACERS];
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, RACERS), 0);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].c = c;
        racers[i].start = &start;
        racers[i].act = act;
        racers[i].arg = arg;
        assert_int_equal(pthread_create(&threads[i], NULL, race_one, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
}

static void exactly_one_did_it(const struct racer *racers, const char *label)
{
    size_t done = 0;
    for (size_t i = 0; i < RACERS; i++) {
        done += racers[i].err == ERR_OK;
        if (racers[i].err != ERR_OK && racers[i].err != ERR_STATE && racers[i].err != ERR_CONFLICT)
            fail_msg("%s: %s: %s", label, err_code(racers[i].err), racers[i].words);
        if (racers[i].err != ERR_OK && racers[i].words[0] == '\0')
            fail_msg("%s: refused without words", label);
    }
    if (done != 1)
        fail_msg("%s was done %zu times", label, done);
}

static void race(struct course *c, const char *label, course_act *act, const void *arg)
{
    struct racer racers[RACERS] = {0};
    int64_t audit = course_number(c, "SELECT count(id) FROM audit");
    c->clock += 1000000;
    for (size_t i = 0; i < RACERS; i++)
        racers[i].office = &c->s->office;
    race_run(racers, c, act, arg);
    exactly_one_did_it(racers, label);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit"), audit + 1);
}

static void find_draw(struct course *c)
{
    c->draw = course_bytes(c, "SELECT number FROM draw ORDER BY number DESC");
}

static void each_step_is_done_by_one_of_many(void **state)
{
    struct course *c = *state;
    const struct step task[] = {{"a task", course_task}};
    COURSE_RUN(c, task);
    race(c, "commit", course_commit, NULL);
    find_draw(c);
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 1);
    race(c, "beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"});
    race(c, "objects", course_objects, NULL);
    race(c, "teams", course_teams, NULL);
    race(c, "beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"});
    race(c, "assign", course_assign, NULL);
    race(c, "refill", course_refill, &(struct course_refill){"1:SCJG:1=生病", NULL});
    race(c, "beacon 3", course_beacon, &(struct course_beacon){.parts = "witness:3"});
    race(c, "assign 3", course_assign, NULL);
    c->clock += INT64_C(8) * 86400 * 1000000;
    race(c, "enter", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site"});
    const struct step end[] = {
        {"disclose", course_disclose},
        {"peer", course_peer, .still = true},
        {"sound", course_sound, .still = true},
    };
    COURSE_RUN(c, end);
    assert_int_equal(course_show(c)->entry_count, 10);
}

static void an_abort_and_a_step_at_once_leave_a_legal_course(void **state)
{
    struct course *c = *state;
    for (int i = 0; i < 4; i++) {
        struct racer racers[RACERS] = {0};
        const struct step steps[] = {
            {"a task", course_task, &(struct course_task){.quotas = "ALL=fixed:2"}},
            {"commit", course_commit},
            {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        };
        COURSE_RUN(c, steps);
        pthread_t threads[2];
        pthread_barrier_t start;
        assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
        for (size_t k = 0; k < 2; k++) {
            racers[k] = (struct racer){.c = c,
                                       .start = &start,
                                       .office = &c->s->office,
                                       .act = k == 0 ? course_abort : course_objects,
                                       .arg = k == 0 ? "改期" : NULL};
            assert_int_equal(pthread_create(&threads[k], NULL, race_one, &racers[k]), 0);
        }
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
        pthread_barrier_destroy(&start);
        /* Both may come through (objects, then abort); the last word is the abort's, or it lost. */
        struct str state_now = course_show(c)->draw.state;
        assert_true(str_eq(state_now, racers[0].err == ERR_OK ? STR("aborted") : STR("drawn")));
        const struct step look[] = {{"peer", course_peer, .still = true}};
        COURSE_RUN(c, look);
    }
}

/* --- offices opened separately, as processes would --- */

static void offices_opened_separately_do_it_once_as_well(void **state)
{
    struct course *c = *state;
    struct office offices[RACERS] = {0};
    struct racer racers[RACERS] = {0};
    struct fault fault = {0};
    const struct step task[] = {{"a task", course_task}};
    COURSE_RUN(c, task);
    for (size_t i = 0; i < RACERS; i++) {
        if (office_open(&offices[i], c->s->dir, NULL, &fault) != ERR_OK)
            fail_msg("%s", fault_text(&fault));
        racers[i].office = &offices[i];
    }
    race_run(racers, c, course_commit, NULL);
    exactly_one_did_it(racers, "commit");
    for (size_t i = 0; i < RACERS; i++)
        office_close(&offices[i]);
    find_draw(c);
    const struct step look[] = {{"sound", course_sound, .still = true}};
    COURSE_RUN(c, look);
    assert_int_equal(course_number(c, "SELECT count(idx) FROM log_entry"), 1);
}

static void many_tasks_at_once_get_numbers_without_gap_or_double(void **state)
{
    struct course *c = *state;
    struct racer racers[RACERS] = {0};
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < RACERS; i++)
            racers[i].office = &c->s->office;
        race_run(racers, c, course_task, NULL);
        for (size_t i = 0; i < RACERS; i++)
            if (racers[i].err != ERR_OK)
                fail_msg("%s: %s", err_code(racers[i].err), racers[i].words);
    }
    assert_int_equal(course_number(c, "SELECT count(DISTINCT number) FROM task"), 20);
    assert_string_equal(course_text(c, "SELECT max(number) FROM task"), "410882202603020020");
}

static void the_same_key_at_once_does_its_work_once(void **state)
{
    struct course *c = *state;
    struct racer racers[RACERS] = {0};
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].office = &c->s->office;
        racers[i].key = "same";
    }
    race_run(racers, c, course_task, NULL);
    for (size_t i = 0; i < RACERS; i++)
        if (racers[i].err != ERR_OK)
            fail_msg("%s: %s", err_code(racers[i].err), racers[i].words);
    assert_int_equal(course_number(c, "SELECT count(id) FROM task"), 1);
    assert_int_equal(course_number(c, "SELECT count(request) FROM idempotency"), 1);
}

/* Four people type the same new object: it is there once, and the others are told at its field that
 * it is there, not that they should try again. */
static enum err type_object(struct course *c, const void *arg)
{
    struct office_edited out;
    struct str values[MODEL_OBJECT_COUNT] = {{0}};
    const struct office_edit edit = {.values = values, .count = MODEL_OBJECT_COUNT};
    values[MODEL_OBJECT_NUMBER] = str_of(arg);
    values[MODEL_OBJECT_NAME] = STR("新产品");
    values[MODEL_OBJECT_KIND] = STR("product");
    c->s->e.scope = OFFICE_SCOPE_WHOLE;
    return office_edit(&out, &c->s->e, &edit);
}

static void the_same_object_typed_at_once_is_told_to_be_there(void **state)
{
    static const char *const numbers[] = {"R-1", "R-2", "R-3", "R-4", "R-5"};
    struct course *c = *state;
    for (size_t round = 0; round < sizeof numbers / sizeof numbers[0]; round++) {
        struct racer racers[RACERS] = {0};
        size_t done = 0;
        for (size_t i = 0; i < RACERS; i++)
            racers[i].office = &c->s->office;
        race_run(racers, c, type_object, numbers[round]);
        for (size_t i = 0; i < RACERS; i++) {
            done += racers[i].err == ERR_OK;
            if (racers[i].err != ERR_OK &&
                (racers[i].err != ERR_INPUT || strstr(racers[i].words, "已有这个检查对象") == NULL))
                fail_msg("%s: %s", err_code(racers[i].err), racers[i].words);
        }
        assert_int_equal(done, 1);
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM object WHERE name = '新产品'"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(each_step_is_done_by_one_of_many),
        COURSE_TEST(an_abort_and_a_step_at_once_leave_a_legal_course),
        COURSE_TEST(offices_opened_separately_do_it_once_as_well),
        COURSE_TEST(many_tasks_at_once_get_numbers_without_gap_or_double),
        COURSE_TEST(the_same_key_at_once_does_its_work_once),
        COURSE_TEST(the_same_object_typed_at_once_is_told_to_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
