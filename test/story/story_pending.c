/* What results are owed and by when, within a scope, on both databases (R80, R106, R107, R111;
 * SECURITY.md AC4). Days are counted by hand from the calendar of 2026: 清明 on 4 to 6 April,
 * 劳动节 on 1 to 5 May with Saturday the 9th worked in exchange. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "office/pending.h"

#include <string.h>
#include <unistd.h>

static int32_t day(const char *text)
{
    int32_t out = 0;
    assert_int_equal(date_parse(&out, str_of(text)), ERR_OK);
    return out;
}

static struct errand *as(struct course *c, enum model_scope level, const char *department)
{
    struct errand *e = &c->s->e;
    struct str *codes = arena_alloc(&c->s->arena, sizeof *codes);
    assert_non_null(codes);
    *codes = str_of(department != NULL ? department : "");
    e->fault = (struct fault){0};
    e->key = STR("");
    e->actor = STR("chen.jing");
    e->scope = (struct office_scope){.level = level,
                                     .department = *codes,
                                     .departments = codes,
                                     .department_count = department != NULL ? 1 : 0};
    return e;
}

static struct office_pendings owed(struct errand *e, const struct office_pending_find *find)
{
    static const struct office_pending_find any = {0};
    struct office_pendings out;
    assert_int_equal(office_pendings(&out, e, find != NULL ? find : &any), ERR_OK);
    return out;
}

/* As everybody, at nine o'clock of a day. */
static struct office_pendings owed_on(struct course *c, const char *date)
{
    struct errand *e = as(c, MODEL_SCOPE_ALL, NULL);
    e->now = time_of_date(day(date)) + 9 * 3600 * TIME_SECOND;
    return owed(e, NULL);
}

/* The row of the K-th visit and a department; NULL where nothing is owed. */
static const struct office_pending *row_of(struct course *c, const struct office_pendings *all,
                                           const char *nth, const char *department)
{
    struct str object = course_object(c, nth);
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->rows[i].pool_id, object) &&
            str_eq(all->rows[i].department, str_of(department)))
            return &all->rows[i];
    return NULL;
}

/* 2026-03-02 and 67 days: the visits of all tasks here end on Friday, 8 May. */
static void a_drawn_object_is_owed_by_each_department_until_it_is_public(void **state)
{
    struct course *c = *state;
    const struct office_pending *row;
    struct office_pendings all;
    const struct step task[] = {course_joint[0]};
    COURSE_RUN(c, task);
    assert_int_equal(owed_on(c, "2026-03-10").count, 0); /* nobody is drawn yet */
    const struct step draw[] = {course_joint[1]};
    COURSE_RUN(c, draw);
    all = owed_on(c, "2026-03-10");
    assert_int_equal(all.count, 12); /* six objects, two departments */
    assert_int_equal(all.task_count, 1);
    assert_true(str_eq(all.tasks[0].number, c->task));
    for (size_t i = 0; i < all.count; i++) {
        assert_int_equal(all.rows[i].enter, 1);
        assert_int_equal(all.rows[i].due_on, day("2026-05-08"));
        assert_true(all.rows[i].visits);
        assert_true(str_find(all.rows[i].team, STR("、")) > 0);
    }
    const struct step entered[] = {
        {"a result of 2026-03-10", course_enter, COURSE_GOOD("1"), .days = 8},
    };
    COURSE_RUN(c, entered);
    all = owed_on(c, "2026-03-10");
    assert_int_equal(all.count, 12);
    row = row_of(c, &all, "1", "SCJG");
    assert_true(row == &all.rows[0]); /* what is owed first stands in front */
    assert_int_equal(row->enter, 0);
    assert_int_equal(row->review, 1);
    assert_false(row->visits);
    assert_int_equal(row->due_on, day("2026-04-08")); /* deadline_vectors.csv, 20 days */
    assert_int_equal(row_of(c, &all, "1", "XFJY")->due_on, day("2026-05-08"));
    const struct step returned[] = {
        {"returned", course_return, &(struct course_result){.object = "1", .note = "补充照片"},
         .by = "审核员"},
    };
    COURSE_RUN(c, returned);
    all = owed_on(c, "2026-03-11");
    row = row_of(c, &all, "1", "SCJG");
    assert_int_equal(row->again, 1);
    assert_int_equal(row->due_on, day("2026-04-08")); /* the days run on */
    const struct step published[] = {
        {"entered anew", course_enter, COURSE_GOOD("1")},
        {"by the others", course_enter, COURSE_FIRE("1")},
        {"approved", course_approve, COURSE_ALL("1"), .by = "审核员"},
    };
    COURSE_RUN(c, published);
    all = owed_on(c, "2026-03-11");
    assert_int_equal(row_of(c, &all, "1", "SCJG")->publish, 1);
    assert_int_equal(row_of(c, &all, "1", "XFJY")->publish, 1);
    const struct step out[] = {
        {"public", course_publish, "1"},
    };
    COURSE_RUN(c, out);
    all = owed_on(c, "2026-03-11");
    assert_int_equal(all.count, 10);
    assert_null(row_of(c, &all, "1", "SCJG"));
}

static void a_correction_is_owed_and_an_object_that_was_skipped_is_not(void **state)
{
    struct course *c = *state;
    struct office_pendings all;
    const struct step steps[] = {
        course_joint[0],
        course_joint[1],
        {"both items", course_enter, COURSE_GOOD("1"), .days = 8},
        {"both items", course_enter, COURSE_FIRE("1")},
        {"approved", course_approve, COURSE_ALL("1"), .by = "审核员"},
        {"public", course_publish, "1"},
        {"corrected on 2026-03-11", course_correct,
         &(struct course_result){.object = "1",
                                 .code = "05",
                                 .method = "site",
                                 .note = "责令改正",
                                 .reason = "当事人申诉成立"},
         .days = 1},
        {"cannot be found", course_skip, &(struct course_skip){.object = "2", .reason = "missing"}},
    };
    COURSE_RUN(c, steps);
    all = owed_on(c, "2026-03-12");
    assert_int_equal(row_of(c, &all, "1", "SCJG")->review, 1);
    assert_int_equal(row_of(c, &all, "1", "SCJG")->due_on, day("2026-04-09"));
    assert_null(row_of(c, &all, "1", "XFJY"));
    assert_null(row_of(c, &all, "2", "SCJG"));
}

static void the_days_that_are_left_are_working_days(void **state)
{
    struct course *c = *state;
    static const struct {
        const char *on;
        enum office_pending_state state;
        unsigned days;
        const char *words;
    } cases[] = {
        {"2026-04-27", OFFICE_PENDING_LATER, 6, "还有 6 个工作日"},
        {"2026-04-28", OFFICE_PENDING_SOON, 5, "还有 5 个工作日"},
        {"2026-05-05", OFFICE_PENDING_SOON, 3, "还有 3 个工作日"},
        {"2026-05-08", OFFICE_PENDING_SOON, 0, "今天到期"},
        {"2026-05-09", OFFICE_PENDING_OVERDUE, 1, "逾期 1 个工作日"},
        {"2026-05-10", OFFICE_PENDING_OVERDUE, 1, "逾期 1 个工作日"},
        {"2026-05-11", OFFICE_PENDING_OVERDUE, 2, "逾期 2 个工作日"},
    };
    COURSE_RUN(c, course_joint);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct office_pendings all = owed_on(c, cases[i].on);
        assert_int_equal(all.count, 12);
        assert_int_equal(all.counts[cases[i].state], 12);
        assert_int_equal(all.rows[0].state, cases[i].state);
        assert_int_equal(all.rows[0].days, cases[i].days);
        assert_false(all.rows[0].estimated);
        assert_true(
            str_eq(office_pending_days(&c->s->arena, &all.rows[0]), str_of(cases[i].words)));
    }
    const struct step soon[] = {
        {"six days ahead", course_setting,
         &(struct course_setting){MODEL_SETTING_RESULT_SOON, "6", "本地规定〔2026〕11号"}},
    };
    COURSE_RUN(c, soon);
    assert_int_equal(owed_on(c, "2026-04-27").counts[OFFICE_PENDING_SOON], 12);
}

static void a_last_day_within_a_holiday_stays_and_the_working_day_before_it_is_told(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"visits until Monday, 4 May", course_task, &(struct course_task){.until = 63}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    struct office_pendings all = owed_on(c, "2026-05-03");
    assert_int_equal(all.rows[0].due_on, day("2026-05-04"));
    assert_int_equal(all.rows[0].workday, day("2026-04-30"));
    assert_true(str_eq(office_pending_days(&c->s->arena, &all.rows[0]), STR("到期前没有工作日了")));
    all = owed_on(c, "2026-05-05");
    assert_int_equal(all.counts[OFFICE_PENDING_OVERDUE], 6);
    assert_true(
        str_eq(office_pending_days(&c->s->arena, &all.rows[0]), STR("逾期，不足 1 个工作日")));
}

static void days_in_a_year_that_is_not_announced_are_estimated(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"visits into 2027", course_task, &(struct course_task){.until = 320}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    struct office_pendings all = owed_on(c, "2026-12-28");
    assert_int_equal(all.count, 6);
    assert_int_equal(all.rows[0].due_on, day("2027-01-16"));
    assert_true(all.rows[0].estimated);
}

static void AC4_departments_and_inspectors_see_their_own_rows_alone(void **state)
{
    struct course *c = *state;
    struct office_pendings all;
    COURSE_RUN(c, course_joint);
    assert_int_equal(owed(as(c, MODEL_SCOPE_ALL, NULL), NULL).count, 12);
    static const enum model_scope levels[] = {MODEL_SCOPE_DEPARTMENT, MODEL_SCOPE_BELOW};
    for (size_t k = 0; k < 2; k++) {
        all = owed(as(c, levels[k], "XFJY"), NULL);
        assert_int_equal(all.count, 6);
        assert_int_equal(all.counts[OFFICE_PENDING_LATER], 6);
        for (size_t i = 0; i < all.count; i++)
            assert_true(str_eq(all.rows[i].department, STR("XFJY")));
    }
    all = owed(as(c, MODEL_SCOPE_BELOW, "STHJ"), NULL);
    assert_int_equal(all.count, 0);
    assert_int_equal(all.task_count, 0);
    assert_int_equal(owed(as(c, MODEL_SCOPE_NONE, "SCJG"), NULL).count, 0);
    const struct office_pending_find other = {.department = STR("SCJG")};
    assert_int_equal(owed(as(c, MODEL_SCOPE_BELOW, "XFJY"), &other).count, 0);
    /* an inspector: the objects that he sits for, no other team's part of them */
    struct str seated = course_seated(c, 1, "XFJY", 1);
    struct errand *own = as(c, MODEL_SCOPE_OWN, "XFJY");
    own->scope.inspector = seated;
    all = owed(own, NULL);
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(seat) FROM seat WHERE inspector = '%.*s'",
             STR_ARG(seated));
    assert_int_equal(all.count, course_number(c, sql));
    assert_non_null(row_of(c, &all, "1", "XFJY"));
    assert_null(row_of(c, &all, "1", "SCJG"));
    own = as(c, MODEL_SCOPE_OWN, "XFJY"); /* whoever is no inspector */
    assert_int_equal(owed(own, NULL).count, 0);
}

static void the_list_is_found_by_task_state_and_name_and_leaves_as_it_is_shown(void **state)
{
    struct course *c = *state;
    struct buf text = {0};
    uint64_t rows = 0;
    COURSE_RUN(c, course_joint);
    struct errand *e = as(c, MODEL_SCOPE_ALL, NULL);
    e->now = time_of_date(day("2026-05-11"));
    struct str object = course_object(c, "3");
    struct office_pendings all = owed(e, NULL);
    const struct office_pending_find finds[] = {
        {.text = object},
        {.text = row_of(c, &all, "3", "SCJG")->object},
        {.text = object, .task = c->task, .state = STR("overdue")},
        {.text = object, .state = STR("soon")},
        {.text = object, .task = STR("410882000000000000")},
    };
    static const size_t want[] = {2, 2, 2, 0, 0};
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
        assert_int_equal(owed(e, &finds[i]).count, want[i]);
        assert_int_equal(owed(e, &finds[i]).task_count, 1); /* choices stay */
    }
    const char *path = course_path(c, "due.csv");
    const struct office_pending_export export = {
        &finds[0],
        1U << OFFICE_PENDING_NUMBER | 1U << OFFICE_PENDING_DEPARTMENT | 1U << OFFICE_PENDING_DUE |
            1U << OFFICE_PENDING_WORK | 1U << OFFICE_PENDING_DAYS,
        path};
    assert_int_equal(office_pending_export(&rows, e, &export), ERR_OK);
    assert_int_equal(rows, 2);
    assert_int_equal(file_read(&text, path, 10000), ERR_OK);
    struct str wanted =
        arena_printf(&c->s->arena,
                     "\xEF\xBB\xBF对象编号,检查部门,待办,期限,剩余或逾期\r\n"
                     "%.*s,市场监督管理局,待录入 1 项,2026-05-08,逾期 2 个工作日\r\n"
                     "%.*s,消防救援大队,待录入 1 项,2026-05-08,逾期 2 个工作日\r\n",
                     STR_ARG(object), STR_ARG(object));
    assert_string_equal(buf_cstr(&text), wanted.data);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM audit WHERE action = 'pending-export'"), 1);
    const struct office_pending_export bare = {&finds[0], 0, path};
    assert_int_equal(office_pending_export(&rows, e, &bare), ERR_INPUT);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(a_drawn_object_is_owed_by_each_department_until_it_is_public),
        COURSE_TEST(a_correction_is_owed_and_an_object_that_was_skipped_is_not),
        COURSE_TEST(the_days_that_are_left_are_working_days),
        COURSE_TEST(a_last_day_within_a_holiday_stays_and_the_working_day_before_it_is_told),
        COURSE_TEST(days_in_a_year_that_is_not_announced_are_estimated),
        COURSE_TEST(AC4_departments_and_inspectors_see_their_own_rows_alone),
        COURSE_TEST(the_list_is_found_by_task_state_and_name_and_leaves_as_it_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
