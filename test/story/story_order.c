/* The order of a draw's steps (R88, PROTOCOL 1): none is skipped, none is done twice, nothing is
 * drawn again. In every state every step that has no place there is tried; the runner asks that it
 * changes nothing. */
#include "story.h"

enum place {
    COMMIT = 1 << 0,
    BEACON = 1 << 1,
    OBJECTS = 1 << 2,
    RECUSE = 1 << 3,
    TEAMS = 1 << 4,
    ASSIGN = 1 << 5,
    SKIP = 1 << 6,
    REFILL = 1 << 7,
    ENTER = 1 << 8, /* 1 << 9 is the publication, which finds nothing to do */
    DISCLOSE = 1 << 10,
    ABORT = 1 << 11
};

/* Tries every step that is not in `allowed`. The objects and seats named exist as soon as there
 * are any. */
static void the_rest_is_refused(struct course *c, unsigned allowed, const char *object)
{
    const struct step all[] = {
        {"commit", course_commit},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"recuse", course_recuse, &(struct course_recuse){"SCJG-002", object, "同学"}},
        {"teams", course_teams},
        {"assign", course_assign},
        {"skip", course_skip, &(struct course_skip){object, "missing", NULL}},
        {"refill", course_refill, &(struct course_refill){"1:SCJG:1=生病", NULL}},
        {"enter", course_enter,
         &(struct course_result){
             .object = object, .code = "01", .method = "site", .inspector = "SCJG-001"},
         .days = 8},
        {"publish", course_publish, .still = true},
        {"disclose", course_disclose},
        {"abort", course_abort, "不再需要"},
    };
    char label[100];
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool needs_visits = (1u << i) == REFILL && course_show(c)->visit_count == 0;
        if ((allowed & (1u << i)) != 0 || needs_visits)
            continue;
        struct step step = all[i];
        snprintf(label, sizeof label, "%s in state %.*s", step.label,
                 STR_ARG(course_show(c)->draw.state));
        step.label = label;
        step.want = step.still ? ERR_OK : ERR_STATE; /* nothing to publish is no refusal */
        /* An object that nobody has drawn yet is not in the draw. */
        bool nobody = course_show(c)->visit_count == 0;
        if (nobody && (1u << i) == ENTER)
            step.want = ERR_MISSING;
        course_step(c, &step);
    }
}

static void a_step(struct course *c, const char *label, course_act *act, const void *arg)
{
    const struct step step = {label, act, arg};
    course_step(c, &step);
}

static void up_to_the_objects(struct course *c)
{
    const struct course_beacon first = {.parts = "witness:1"};
    a_step(c, "a task", course_task, NULL);
    a_step(c, "commit", course_commit, NULL);
    the_rest_is_refused(c, BEACON | ABORT, "91410882MA0000018");
    a_step(c, "beacon", course_beacon, &first);
    the_rest_is_refused(c, OBJECTS | ABORT, "91410882MA0000018");
    a_step(c, "objects", course_objects, NULL);
    the_rest_is_refused(c, RECUSE | TEAMS | SKIP | ABORT, "1");
}

static void up_to_the_teams(struct course *c)
{
    const struct course_beacon second = {.parts = "witness:2"};
    a_step(c, "teams", course_teams, NULL);
    the_rest_is_refused(c, BEACON | ABORT, "1");
    a_step(c, "beacon 2", course_beacon, &second);
    the_rest_is_refused(c, ASSIGN | ABORT, "1");
    a_step(c, "assign", course_assign, NULL);
}

static void in_every_state_of_an_open_draw_only_its_own_steps_are_taken(void **state)
{
    struct course *c = *state;
    const struct course_beacon third = {.parts = "witness:3"};
    const struct course_refill refill = {"1:SCJG:1=生病", NULL};
    up_to_the_objects(c);
    up_to_the_teams(c);
    the_rest_is_refused(c, RECUSE | SKIP | REFILL | ENTER | DISCLOSE | ABORT, "1");
    a_step(c, "refill", course_refill, &refill);
    /* A seat that is filled anew does not stop the other teams' results. */
    the_rest_is_refused(c, BEACON | ENTER | ABORT, "1");
    a_step(c, "beacon 3", course_beacon, &third);
    the_rest_is_refused(c, ASSIGN | ENTER | ABORT, "1");
    a_step(c, "assign again", course_assign, NULL);
    a_step(c, "disclose", course_disclose, NULL);
    /* Results go on after the disclosure of an open draw; the draw itself is over. */
    the_rest_is_refused(c, ENTER | DISCLOSE, "1");
}

static void nothing_follows_an_abort_but_its_bundles(void **state)
{
    struct course *c = *state;
    up_to_the_objects(c);
    a_step(c, "abort", course_abort, "名录有误");
    the_rest_is_refused(c, DISCLOSE, "1");
}

static void a_draw_that_does_not_exist_is_missing(void **state)
{
    struct course *c = *state;
    c->draw = STR("410882-SCJG-2026-0009");
    const struct step steps[] = {
        {"a task", course_task},
        {"a task that is not there", course_commit,
         &(struct course_commit){.task = "410882202603020099"}, ERR_MISSING, "410882202603020099"},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}, ERR_MISSING,
         "410882-SCJG-2026-0009"},
        {"objects", course_objects, NULL, ERR_MISSING, "410882-SCJG-2026-0009"},
        {"teams", course_teams, NULL, ERR_MISSING, "410882-SCJG-2026-0009"},
        {"assign", course_assign, NULL, ERR_MISSING, "410882-SCJG-2026-0009"},
        {"abort", course_abort, "不再需要", ERR_MISSING, "410882-SCJG-2026-0009"},
        {"disclose", course_disclose, NULL, ERR_MISSING, "410882-SCJG-2026-0009"},
        {"publish", course_publish, NULL, ERR_MISSING, "410882-SCJG-2026-0009"},
    };
    COURSE_RUN(c, steps);
}

static void a_task_has_one_draw_ever_also_after_an_abort(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"commit", course_commit},
        {"commit again", course_commit, NULL, ERR_STATE, "抽取不能重做"},
        {"commit again, sealed, other sources", course_commit,
         &(struct course_commit){.sources = "witness:7", .sealed = true}, ERR_STATE},
        {"abort", course_abort, "掷骰子时断电"},
        {"commit after the abort", course_commit, NULL, ERR_STATE, "抽取不能重做"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 1);
}

static void an_abort_keeps_the_draw_listed_and_disclosing_it_writes_its_bundles(void **state)
{
    struct course *c = *state;
    struct store_draw *draws = NULL;
    size_t count = 0;
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"an abort without a reason", course_abort, "", ERR_INPUT, "理由"},
        {"abort", course_abort, "检查任务取消"},
        {"peer", course_peer, .still = true},
        {"bundles", course_disclose, .still = true},
        {"the office finds itself sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(office_draw_list(&draws, &count, &c->s->e), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(draws[0].state, STR("aborted")));
    assert_int_equal(course_number(c, "SELECT count(id) FROM visit WHERE state <> 'aborted'"), 0);
    assert_int_equal(course_number(c, "SELECT count(id) FROM visit"), 6);
    assert_string_equal(course_text(c, "SELECT state FROM task"), "aborted");
    assert_non_null(c->bundle.full);
}

static void after_results_were_entered_a_draw_cannot_be_given_up(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"one result", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site"}, .days = 8},
        {"abort", course_abort, "改主意", ERR_STATE, "已录入检查结果"},
        {"the visited object cannot be skipped", course_skip,
         &(struct course_skip){"1", "missing", NULL}, ERR_STATE, "已录入检查结果"},
    };
    COURSE_RUN(c, steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(in_every_state_of_an_open_draw_only_its_own_steps_are_taken),
        COURSE_TEST(nothing_follows_an_abort_but_its_bundles),
        COURSE_TEST(a_draw_that_does_not_exist_is_missing),
        COURSE_TEST(a_task_has_one_draw_ever_also_after_an_abort),
        COURSE_TEST(an_abort_keeps_the_draw_listed_and_disclosing_it_writes_its_bundles),
        COURSE_TEST(after_results_were_entered_a_draw_cannot_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
