/* The steps of a task (R88, R156), on both databases: each follows from what was done, one after
 * the other; days are counted by hand. The story begins on 2026-03-02; visits run from 9 March to 8
 * May 2026; 20 working days behind 8 May, with Saturday 9 May worked, end on 4 June (劳动节's
 * exchange). */
#include "story.h"

#include "base/time.h"
#include "office/step.h"

static int32_t day(const char *text)
{
    int32_t out = 0;
    assert_int_equal(date_parse(&out, str_of(text)), ERR_OK);
    return out;
}

static struct office_task_steps steps_of(struct course *c, struct errand *e)
{
    struct office_task_steps out;
    enum err err = office_task_steps(&out, e, c->task);
    if (err != ERR_OK)
        print_message("# %s\n", c->s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    return out;
}

static struct office_task_steps steps(struct course *c)
{
    return steps_of(c, course_as(c, "chen.jing", MODEL_SCOPE_ALL, NULL));
}

/* The steps that are done, a letter each; a point where not; the next one with an asterisk. */
static const char *shape(char out[MODEL_STEP_COUNT + 1], const struct office_task_steps *s)
{
    size_t at = 0;
    for (size_t i = 0; i < MODEL_STEP_COUNT; i++)
        out[at++] = s->steps[i].done ? 'x' : s->steps[i].next ? '*' : '.';
    out[at] = '\0';
    return out;
}

static void stands(struct course *c, const char *wanted)
{
    char text[MODEL_STEP_COUNT + 1];
    struct office_task_steps s = steps(c);
    assert_string_equal(shape(text, &s), wanted);
}

static bool says(const struct office_step *step, const char *words)
{
    return str_find(step->detail, str_of(words)) >= 0;
}

#define GOOD(nth)                                                                                  \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .code = "01", .method = "site"                                            \
    }

static void R156_each_step_is_done_by_what_was_done(void **state)
{
    struct course *c = *state;
    const struct step task[] = {{"a task", course_task}};
    COURSE_RUN(c, task);
    stands(c, "x*......");
    const struct step commit[] = {{"commit", course_commit}};
    COURSE_RUN(c, commit);
    stands(c, "xx*.....");
    const struct step objects[] = {
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
    };
    COURSE_RUN(c, objects);
    stands(c, "xxx*....");
    const struct step teams[] = {
        {"teams", course_teams},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
    };
    COURSE_RUN(c, teams);
    stands(c, "xxxx*...");
    const struct step one[] = {{"one result", course_enter, GOOD("1"), .days = 8}};
    COURSE_RUN(c, one);
    stands(c, "xxxx*...");
    assert_true(says(&steps(c).steps[MODEL_STEP_VISIT], "应检查 6 户，已有结果 1 户"));
    const struct step others[] = {
        {"a finding", course_enter,
         &(struct course_result){.object = "2", .code = "05", .method = "site", .note = "已责令"}},
        {"one cannot be visited", course_skip,
         &(struct course_skip){.object = "3", .reason = "closed"}},
    };
    COURSE_RUN(c, others);
    stands(c, "xxxx*...");
    const char *const all[] = {"1", "2", "4", "5", "6", "7"};
    for (size_t i = 2; i < 6; i++) {
        const struct course_result entry = {.object = all[i], .code = "01", .method = "site"};
        const struct step enter = {all[i], course_enter, &entry};
        course_step(c, &enter);
    }
    stands(c, "xxxxxx*.");
    for (size_t i = 0; i < 6; i++) {
        const struct course_result which = {.object = all[i]};
        const struct step approve = {all[i], course_approve, &which, .by = "审核员"};
        course_step(c, &approve);
    }
    const struct step publish[] = {{"publish", course_publish}};
    COURSE_RUN(c, publish);
    stands(c, "xxxxxxx*");
    assert_true(says(&steps(c).steps[MODEL_STEP_FOLLOW], "已公示的问题 1 项，处置已完结 0 项"));
    const struct step open[] = {
        {"an open matter", course_follow,
         &(struct course_follow){.object = "2", .measure = "order", .state = "open"},
         .by = "审核员"},
    };
    COURSE_RUN(c, open);
    stands(c, "xxxxxxx*");
    const struct step closed[] = {
        {"closed", course_follow,
         &(struct course_follow){
             .object = "2", .measure = "rectified", .state = "closed", .document = "改〔2026〕1号"},
         .by = "审核员"},
    };
    COURSE_RUN(c, closed);
    stands(c, "xxxxxxxx");
    assert_int_equal(steps(c).done, 8);
}

static void last_days_come_from_the_task_and_the_settings(void **state)
{
    struct course *c = *state;
    const struct step drawn[] = {{"a task", course_task}, {"the draw", course_draw}};
    COURSE_RUN(c, drawn);
    struct office_task_steps s = steps(c);
    assert_int_equal(s.steps[MODEL_STEP_SCHEME].due_on, day("2026-03-09"));
    assert_int_equal(s.steps[MODEL_STEP_TEAM].due_on, day("2026-03-09"));
    assert_int_equal(s.steps[MODEL_STEP_ENTER].due_on, day("2026-05-08"));
    assert_int_equal(s.steps[MODEL_STEP_PUBLISH].due_on, day("2026-06-04"));
    assert_int_equal(s.steps[MODEL_STEP_FOLLOW].due_on, 0);
    const struct step more[] = {
        {"five days before", course_setting,
         &(struct course_setting){MODEL_SETTING_PREPARE_DAYS, "5", "本地规定"}},
        {"thirty days to follow up", course_setting,
         &(struct course_setting){MODEL_SETTING_FOLLOW_DAYS, "30", "本地规定"}},
        {"a finding of 10 March", course_enter,
         &(struct course_result){.object = "1", .code = "05", .method = "site", .note = "已责令"},
         .days = 8},
    };
    COURSE_RUN(c, more);
    s = steps(c);
    assert_int_equal(s.steps[MODEL_STEP_TEAM].due_on, day("2026-03-04"));
    assert_int_equal(s.steps[MODEL_STEP_PUBLISH].due_on, day("2026-04-08")); /* 清明 between */
    const struct step publish[] = {
        {"approve", course_approve, &(struct course_result){.object = "1"}, .by = "审核员"},
        {"publish", course_publish, "1"},
    };
    COURSE_RUN(c, publish);
    assert_int_equal(steps(c).steps[MODEL_STEP_FOLLOW].due_on, day("2026-04-09"));
    struct errand *e = course_as(c, "chen.jing", MODEL_SCOPE_ALL, NULL);
    e->now = time_of_date(day("2026-05-08"));
    s = steps_of(c, e);
    assert_false(s.steps[MODEL_STEP_VISIT].late);
    assert_true(s.steps[MODEL_STEP_FOLLOW].late);
    e->now = time_of_date(day("2026-05-09"));
    s = steps_of(c, e);
    assert_true(s.steps[MODEL_STEP_VISIT].late);
    assert_false(s.steps[MODEL_STEP_TEAM].late); /* done */
}

static void AC4_who_takes_part_sees_it_and_only_his_own_figures(void **state)
{
    struct course *c = *state;
    struct office_task_steps s;
    const struct step joint[] = {
        {"a joint task", course_task,
         &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY", .parts = "SCJG;XFJY"}},
        {"the draw", course_draw},
        {"one of the lead's", course_enter, GOOD("1"), .days = 8},
    };
    COURSE_RUN(c, joint);
    s = steps_of(c, course_as(c, "chen.jing", MODEL_SCOPE_BELOW, "SCJG"));
    assert_true(s.whole);
    assert_true(says(&s.steps[MODEL_STEP_ENTER], "应录入 12 项，已录入 1 项"));
    assert_true(says(&s.steps[MODEL_STEP_POOL], "名单 240 户"));
    s = steps_of(c, course_as(c, "chen.jing", MODEL_SCOPE_BELOW, "XFJY"));
    assert_false(s.whole);
    assert_true(says(&s.steps[MODEL_STEP_ENTER], "应录入 6 项，已录入 0 项"));
    assert_false(says(&s.steps[MODEL_STEP_POOL], "240"));
    assert_false(says(&s.steps[MODEL_STEP_DRAW], "6"));
    struct errand *e = course_as(c, "chen.jing", MODEL_SCOPE_BELOW, "STHJ");
    assert_int_equal(office_task_steps(&s, e, c->task), ERR_MISSING);
    struct str words = str_of(arena_cstr(&c->s->arena, str_of(fault_text(&e->fault))));
    e = course_as(c, "chen.jing", MODEL_SCOPE_ALL, NULL);
    assert_int_equal(office_task_steps(&s, e, STR("000000000000000000")), ERR_MISSING);
    assert_true(str_find(words, STR("没有编号为")) == 0);
    e = course_as(c, "chen.jing", MODEL_SCOPE_OWN, NULL);
    assert_int_equal(office_task_steps(&s, e, c->task), ERR_MISSING);
    e = course_as(c, "chen.jing", MODEL_SCOPE_OWN, NULL);
    e->scope.inspector = course_seated(c, 1, "XFJY", 1);
    s = steps_of(c, e);
    int64_t mine = 0;
    const struct office_draw *draw = course_show(c);
    for (size_t i = 0; i < draw->seat_count; i++)
        mine += str_eq(draw->seats[i].inspector, course_seated(c, 1, "XFJY", 1));
    struct str wanted = arena_printf(&c->s->arena, "应录入 %lld 项", (long long)mine);
    assert_true(str_find(s.steps[MODEL_STEP_ENTER].detail, wanted) == 0);
}

static void an_aborted_task_waits_for_nothing(void **state)
{
    struct course *c = *state;
    const struct step run[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"abort", course_abort, "情况变化"},
    };
    COURSE_RUN(c, run);
    struct office_task_steps s = steps(c);
    assert_true(s.aborted);
    for (size_t i = 0; i < MODEL_STEP_COUNT; i++)
        assert_false(s.steps[i].next || s.steps[i].late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(R156_each_step_is_done_by_what_was_done),
        COURSE_TEST(last_days_come_from_the_task_and_the_settings),
        COURSE_TEST(AC4_who_takes_part_sees_it_and_only_his_own_figures),
        COURSE_TEST(an_aborted_task_waits_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
