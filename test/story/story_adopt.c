/* Results that rest on a conclusion of others (采信, R44), on both databases: kind, body, number
 * and date together or not at all; shown where the result is shown, neither in the national columns
 * nor in the log, and never with a personal number. The story's days begin on 2026-03-02. */
#include "story.h"

#include "base/file.h"
#include "office/history.h"
#include "office/portal.h"

#include <string.h>

#define COURT "生效司法文书;沁阳市人民法院;（2026）豫0882行初12号;2026-03-05"
#define RESTS(words)                                                                               \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = "1", .code = "01", .method = "adopted", .adopt = (words)                         \
    }

static const struct step drawn[] = {{"a task", course_task}, {"the draw", course_draw}};

static void R44_a_conclusion_is_whole_or_refused(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"none, with the method that needs one", course_enter, RESTS(NULL), ERR_INPUT,
         "必须写明采信的结论", .days = 8},
        {"of a kind nobody knows", course_enter, RESTS("道听途说;甲局;1号;2026-03-05"), ERR_INPUT,
         "道听途说;不认识"},
        {"no kind", course_enter, RESTS(";甲局;1号;2026-03-05"), ERR_INPUT, "种类"},
        {"no body", course_enter, RESTS("court; ;1号;2026-03-05"), ERR_INPUT, "出具机构"},
        {"no number", course_enter, RESTS("court;甲局;;2026-03-05"), ERR_INPUT, "文号"},
        {"no date", course_enter, RESTS("court;甲局;1号;"), ERR_INPUT, "日期"},
        {"later than the result", course_enter, RESTS("court;甲局;1号;2026-03-11"), ERR_INPUT,
         "晚于结果日期"},
        {"an identity number", course_enter, RESTS("court;甲局;11010519491231002X;2026-03-05"),
         ERR_INPUT, "身份证号"},
        {"a mobile number", course_enter, RESTS("court;张三13800138000;1号;2026-03-05"), ERR_INPUT,
         "手机号"},
        {"whole", course_enter, RESTS(COURT)},
    };
    COURSE_RUN(c, steps);
    assert_string_equal(course_text(c, "SELECT kind FROM adoption"), "court");
    assert_int_equal(course_number(c, "SELECT count(result) FROM adoption"), 1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'result-enter'"
                                      " AND detail LIKE '01；采信%豫0882行初12号%'"),
                     1);
}

static void any_method_may_rest_on_a_conclusion_and_most_results_do_not(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"on site, and another's report", course_enter,
         &(struct course_result){.object = "1",
                                 .code = "01",
                                 .method = "site",
                                 .adopt = "appraisal;甲检测所;JC-1;2026-03-10"},
         .days = 8},
        {"on site alone", course_enter,
         &(struct course_result){.object = "2", .code = "01", .method = "site"}},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(result) FROM adoption"), 1);
}

static struct office_business business(struct course *c)
{
    struct office_business out;
    struct errand *e = course_as(c, "读者", MODEL_SCOPE_NONE, NULL);
    assert_int_equal(office_portal_business(&out, e, course_object(c, "1")), ERR_OK);
    return out;
}

static void it_is_public_with_its_result_and_stands_in_no_national_column(void **state)
{
    struct course *c = *state;
    uint64_t rows = 0;
    struct buf text = {0};
    COURSE_RUN(c, drawn);
    const struct step enter[] = {
        {"enter", course_enter, RESTS(COURT), .days = 8},
        {"approve", course_approve, &(struct course_result){.object = "1"}, .by = "审核员"},
    };
    COURSE_RUN(c, enter);
    assert_int_equal(business(c).adoption_count, 0); /* not before the result is */
    const struct step publish[] = {
        {"publish", course_publish, "1"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, publish);
    struct office_business b = business(c);
    assert_int_equal(b.adoption_count, 1);
    assert_true(b.adoptions[0].result == b.results[0].id);
    assert_true(str_eq(b.adoptions[0].number, STR("（2026）豫0882行初12号")));
    const char *path = course_path(c, "results.csv");
    struct errand *e = course_as(c, "导出员", MODEL_SCOPE_ALL, NULL);
    assert_int_equal(office_result_export(&rows, e, path), ERR_OK);
    assert_int_equal(file_read(&text, path, 1 << 20), ERR_OK);
    assert_int_equal(rows, 1);
    assert_true(str_find(buf_view(&text), STR("豫0882")) < 0);
    assert_true(str_find(buf_view(&text), STR("采信")) < 0);
    buf_free(&text);
    struct str entry = course_bytes(c, "SELECT body FROM log_entry ORDER BY idx DESC LIMIT 1");
    assert_true(str_find(entry, STR("sunlot-result/1 publication")) == 0);
    assert_true(str_find(entry, STR("豫0882")) < 0);
    struct office_history history;
    e = course_as(c, "经办员", MODEL_SCOPE_ALL, NULL);
    assert_int_equal(office_history_show(&history, e, course_object(c, "1")), ERR_OK);
    struct str words =
        office_adoption_text(&c->s->arena, &history.visits[history.visit_count - 1].adoption);
    assert_true(
        str_eq(words, STR("采信生效司法文书：沁阳市人民法院，（2026）豫0882行初12号，2026-03-05")));
}

static void each_version_of_a_result_has_its_own(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"enter", course_enter, RESTS(COURT), .days = 8},
        {"return", course_return, &(struct course_result){.object = "1", .note = "文号写错"},
         .by = "审核员"},
        {"anew", course_enter, RESTS("court;沁阳市人民法院;（2026）豫0882行初13号;2026-03-05")},
        {"approve", course_approve, &(struct course_result){.object = "1"}, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"correct", course_correct,
         &(struct course_result){.object = "1",
                                 .code = "05",
                                 .method = "site",
                                 .note = "已责令改正",
                                 .reason = "另有发现"}},
        {"approve", course_approve, &(struct course_result){.object = "1"}, .by = "审核员"},
        {"publish", course_publish, "1"},
    };
    COURSE_RUN(c, steps);
    struct office_business b = business(c);
    assert_int_equal(b.result_count, 2);
    assert_int_equal(b.adoption_count,
                     1); /* of the one that was corrected; the returned is secret */
    assert_true(str_eq(b.adoptions[0].number, STR("（2026）豫0882行初13号")));
    assert_true(b.adoptions[0].result == b.results[1].id);
    assert_true(b.results[1].replaced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(R44_a_conclusion_is_whole_or_refused),
        COURSE_TEST(any_method_may_rest_on_a_conclusion_and_most_results_do_not),
        COURSE_TEST(it_is_public_with_its_result_and_stands_in_no_national_column),
        COURSE_TEST(each_version_of_a_result_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
