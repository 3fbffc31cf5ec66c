/* Corrections of published results and what followed findings (R112, R113): both are approved by
 * another, stand in the log as entries of their own, and what was published before stays. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "office/portal.h"

#include <math.h>

static const struct step published[] = {
    {"a task", course_task},
    {"the draw", course_draw},
    {"results", course_results, .days = 8},
    {"publish", course_publish},
};

#define RIGHT(nth, ...)                                                                            \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .code = "05", .method = "site", .note = "已责令改正", __VA_ARGS__         \
    }
#define WHY .reason = "录入时选错结果"

static const struct step corrected[] = {
    {"correct", course_correct, RIGHT("1", WHY)},
    {"approve", course_approve, RIGHT("1"), .by = "审核员"},
    {"publish", course_publish},
};

static void a_correction_needs_a_published_result_a_reason_and_a_difference(void **state)
{
    struct course *c = *state;
    const struct step before[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"nothing is entered", course_correct, RIGHT("1", WHY), ERR_STATE, "公示", .days = 8},
        {"enter", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site"}},
        {"entered, not published", course_correct, RIGHT("1", WHY), ERR_STATE, "退回"},
        {"approve", course_approve, &(struct course_result){.object = "1"}, .by = "审核员"},
        {"publish", course_publish},
        {"no reason", course_correct, RIGHT("1"), ERR_INPUT, "理由"},
        {"a blank reason", course_correct, RIGHT("1", .reason = "  "), ERR_INPUT, "理由"},
        {"the same again", course_correct,
         &(struct course_result){.object = "1", .code = "01", .method = "paper", WHY}, ERR_INPUT,
         "相同"},
        {"a result of an old system", course_correct,
         &(struct course_result){.object = "1", .code = "正常", .method = "site", WHY}, ERR_INPUT},
        {"one who was not there", course_correct, RIGHT("1", .inspector = "XFJY-001", WHY),
         ERR_FORBIDDEN, "谁检查谁录入"},
        {"correct", course_correct, RIGHT("1", WHY)},
        {"a second one beside it", course_correct, RIGHT("1", WHY), ERR_STATE, "等待"},
    };
    COURSE_RUN(c, before);
    assert_int_equal(course_number(c, "SELECT count(result) FROM correction"), 1);
}

static void nothing_public_changes_until_another_has_approved_and_published_it(void **state)
{
    struct course *c = *state;
    const char *author = NULL;
    COURSE_RUN(c, published);
    author = arena_cstr(&c->s->arena, course_seated(c, 1, "SCJG", 1));
    const struct step steps[] = {
        {"correct", course_correct, RIGHT("1", WHY)},
        {"not approved", course_publish, .still = true},
        {"the author approves", course_approve, RIGHT("1"), ERR_FORBIDDEN, "他人", .by = author},
        {"exempting it would hide what is public", course_exempt,
         &(struct course_result){.object = "1", .note = "商业秘密", .reason = "trade"}, ERR_STATE,
         "更正", .by = "审批人"},
        {"return", course_return, &(struct course_result){.object = "1", .note = "依据写错"},
         .by = "审核员"},
        {"what is returned is not published", course_publish, .still = true},
        {"correct anew", course_correct, RIGHT("1", WHY)},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'published'"), 6);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'replaced'"), 0);
    assert_int_equal(course_number(c, "SELECT count(result) FROM published"), 6);
    const struct step publish[] = {
        {"publish", course_publish},
        {"once", course_publish, .still = true},
    };
    COURSE_RUN(c, publish);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'published'"), 6);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'replaced'"), 1);
    assert_int_equal(course_number(c, "SELECT count(result) FROM published"), 7);
    /* what was public says what it said */
    assert_string_equal(course_text(c,
                                    "SELECT p.code FROM published p JOIN correction k ON"
                                    " k.tenant = p.tenant AND k.replaces = p.result JOIN result r"
                                    " ON r.tenant = k.tenant AND r.id = k.result"
                                    " WHERE r.state = 'published'"),
                        "01");
}

static void a_corrected_result_can_be_corrected_again(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, published);
    const struct step steps[] = {
        {"correct", course_correct, RIGHT("1", WHY)},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
        {"publish", course_publish},
        {"back", course_correct,
         &(struct course_result){.object = "1", .code = "01", .method = "site", .reason = "复核"}},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
        {"publish one", course_publish, "1"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'replaced'"), 2);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'published'"), 6);
    assert_int_equal(course_number(c, "SELECT max(version) FROM result"), 3);
}

/* The body of the log entry at idx. */
static struct str entry_at(struct course *c, int64_t idx)
{
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT body FROM log_entry WHERE idx = %lld", (long long)idx);
    return course_bytes(c, sql);
}

/* One line of Python: the RFC 6962 root of one leaf made of the words, the second of which is the
 * leaf hash of a line of its own. */
static const char *peer_root(struct course *c, const char *now, const char *before,
                             const char *tail)
{
    static const char program[] =
        "import hashlib,sys\n"
        "leaf=lambda b: hashlib.sha256(b'\\0'+b).hexdigest()\n"
        "now,before,tail=[a.encode() for a in sys.argv[1:]]\n"
        "print(leaf(b'\\t'.join([now]+([leaf(before).encode()] if before else [])+[tail])))\n";
    const char *text = "";
    const char *const words[] = {"python3", "-c", program, now, before, tail, NULL};
    if (course_spawn(&text, c, words) != 0)
        fail_msg("%s", text);
    return text;
}

/* The national columns of the first object, with this result, as the registry of the test has them.
 */
static const char *columns(struct course *c, const char *result)
{
    struct str id = course_object(c, "1");
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT object_name FROM published WHERE object_number = '%.*s'",
             STR_ARG(id));
    const char *name = course_text(c, sql);
    const char *plan = course_text(c, "SELECT plan_number FROM task");
    const char *plan_name = course_text(c, "SELECT plan_name FROM task");
    const char *task = course_text(c, "SELECT number FROM task");
    const char *task_name = course_text(c, "SELECT name FROM task");
    const char *type = course_text(c, "SELECT type FROM task");
    const char *authority = course_text(c, "SELECT name FROM department WHERE code = 'SCJG'");
    const char *item = course_text(c, "SELECT name FROM item WHERE code = 'SCJG-S0001'");
    return arena_printf(&c->s->arena, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.*s\t%s\t%s\t%s", plan,
                        plan_name, task, task_name,
                        strcmp(type, "directed") == 0 ? "定向" : "不定向", authority, "2026-03-10",
                        STR_ARG(id), name, item, result)
        .data;
}

static void the_roots_of_both_entries_are_recomputed_by_a_second_program(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, published);
    COURSE_RUN(c, corrected);
    assert_int_equal(c->published.corrected, 1);
    assert_int_equal(c->published.results, 0);
    const char *want =
        arena_printf(&c->s->arena, "sunlot-result/1 correction\nnumber 410882-1\ncount 1\nroot %s",
                     peer_root(c, columns(c, "发现问题已责令改正"), columns(c, "未发现问题"),
                               "录入时选错结果"))
            .data;
    struct str body = entry_at(c, c->published.idx);
    assert_string_equal(arena_cstr(&c->s->arena, body), want);
    const struct step follow[] = {
        {"rectified", course_follow,
         &(struct course_follow){"1", NULL, "整改复查合格", "已完结", "示市监改〔2026〕3号",
                                 "已整改"},
         .by = "审核员", .days = 3},
    };
    COURSE_RUN(c, follow);
    want =
        arena_printf(&c->s->arena, "sunlot-result/1 follow-up\nnumber 410882-1\ncount 1\nroot %s",
                     peer_root(c, columns(c, "发现问题已责令改正"), "",
                               "整改复查合格\t已完结\t2026-03-13\t示市监改〔2026〕3号\t已整改"))
            .data;
    assert_string_equal(arena_cstr(&c->s->arena, entry_at(c, c->idx)), want);
}

/* What is kept back stands in the log in the words of publication.h, and nowhere else (R110). */
static void R110_the_root_holds_words_of_the_law_where_a_reason_is_kept_back(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, published);
    const struct step steps[] = {
        {"correct", course_correct, RIGHT("1", WHY)},
        {"keep back", course_redact,
         &(struct course_redact){"1", NULL, "更正理由", "商业秘密", "涉及配方"}, .by = "审批人"},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
    const char *want =
        arena_printf(&c->s->arena, "sunlot-result/1 correction\nnumber 410882-1\ncount 1\nroot %s",
                     peer_root(c, columns(c, "发现问题已责令改正"), columns(c, "未发现问题"),
                               "依法不予公开（涉及商业秘密，《政府信息公开条例》第十五条）"))
            .data;
    assert_string_equal(arena_cstr(&c->s->arena, entry_at(c, c->published.idx)), want);
    const struct step follow[] = {
        {"rectified", course_follow,
         &(struct course_follow){"1", NULL, "整改复查合格", "已完结", "示市监改〔2026〕3号",
                                 "已整改", NULL, NULL, "文书文号", "国家秘密", "密级文件"},
         .by = "审核员", .days = 3},
    };
    COURSE_RUN(c, follow);
    want =
        arena_printf(&c->s->arena, "sunlot-result/1 follow-up\nnumber 410882-1\ncount 1\nroot %s",
                     peer_root(c, columns(c, "发现问题已责令改正"), "",
                               "整改复查合格\t已完结\t2026-03-13\t依法不予公开（涉及国家秘密、国家"
                               "安全，《政府信息公开条例》第十四条）\t已整改"))
            .data;
    assert_string_equal(arena_cstr(&c->s->arena, entry_at(c, c->idx)), want);
}

static void only_published_findings_are_followed_and_by_two_people(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, published);
    const char *author = arena_cstr(&c->s->arena, course_seated(c, 1, "SCJG", 1));
#define FOLLOW(what, how, ...)                                                                     \
    &(struct course_follow)                                                                        \
    {                                                                                              \
        .object = "1", .measure = (what), .state = (how), __VA_ARGS__                              \
    }
    const struct step steps[] = {
        {"nothing was found", course_follow, FOLLOW("立案查处", "未完结"), ERR_STATE,
         "没有发现问题", .by = "审核员"},
        {"correct", course_correct, RIGHT("1", WHY)},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
        {"the correction is not public", course_follow, FOLLOW("立案查处", "未完结"), ERR_STATE,
         .by = "审核员"},
        {"publish", course_publish},
        {"a measure nobody knows", course_follow, FOLLOW("批评", "未完结"), ERR_INPUT, "批评",
         .by = "审核员"},
        {"a state nobody knows", course_follow, FOLLOW("立案查处", "好了"), ERR_INPUT, "未完结",
         .by = "审核员"},
        {"closed without a document", course_follow, FOLLOW("立案查处", "已完结"), ERR_INPUT,
         "文号", .by = "审核员"},
        {"of tomorrow", course_follow, FOLLOW("立案查处", "未完结", .on = "2026-03-11"), ERR_INPUT,
         "今天", .by = "审核员"},
        {"before the result", course_follow, FOLLOW("立案查处", "未完结", .on = "2026-03-09"),
         ERR_INPUT, "早于", .by = "审核员"},
        {"the author alone", course_follow, FOLLOW("立案查处", "未完结"), ERR_FORBIDDEN, "他人",
         .by = author},
        {"nobody wrote it", course_follow, FOLLOW("立案查处", "未完结", .inspector = "NN-001"),
         ERR_INPUT, "NN-001", .by = "审核员"},
        {"a case", course_follow, FOLLOW("立案查处", "未完结"), .by = "审核员", .key = "k1"},
        {"typed twice", course_follow, FOLLOW("立案查处", "未完结"), .still = true, .by = "审核员",
         .key = "k1"},
        {"its end", course_follow, FOLLOW("penalty", "closed", .document = "示市监罚〔2026〕1号"),
         .by = "审核员"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM followup"), 2);
    assert_int_equal(course_number(c, "SELECT count(id) FROM followup WHERE state = 'open'"), 1);
}

static void an_export_holds_each_result_once_as_it_is_now(void **state)
{
    struct course *c = *state;
    uint64_t rows = 0;
    struct buf csv = {0};
    COURSE_RUN(c, published);
    COURSE_RUN(c, corrected);
    assert_int_equal(office_result_export(&rows, &c->s->e, course_path(c, "out.csv")), ERR_OK);
    assert_int_equal(rows, 6);
    assert_int_equal(file_read(&csv, course_path(c, "out.csv"), 1 << 20), ERR_OK);
    assert_true(str_find(buf_view(&csv), STR("发现问题已责令改正")) > 0);
    buf_free(&csv);
}

/* --- what the portal answers, on both databases --- */

static size_t listed(struct course *c, struct store_result_filter filter)
{
    struct store_public_result *rows = NULL;
    size_t count = 0;
    filter.most = 100;
    if (office_portal_results(&rows, &count, &c->s->e, &filter) != ERR_OK)
        fail_msg("%s", fault_text(&c->s->e.fault));
    return count;
}

static void the_portal_filters_results_alike_on_both(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, published);
    COURSE_RUN(c, corrected);
    int32_t day = 0;
    assert_int_equal(date_parse(&day, STR("2026-03-10")), ERR_OK);
    const char *where = course_text(c, "SELECT division FROM published ORDER BY result");
    assert_int_equal(listed(c, (struct store_result_filter){0}), 7);
    assert_int_equal(listed(c, (struct store_result_filter){.current = true}), 6);
    assert_int_equal(listed(c, (struct store_result_filter){.corrections = true}), 1);
    assert_int_equal(listed(c, (struct store_result_filter){.code = STR("finding")}), 1);
    assert_int_equal(listed(c, (struct store_result_filter){.code = STR("01")}), 6);
    assert_int_equal(listed(c, (struct store_result_filter){.item = STR("SCJG-S0001")}), 7);
    assert_int_equal(listed(c, (struct store_result_filter){.item = STR("SCJG-S0002")}), 0);
    assert_int_equal(listed(c, (struct store_result_filter){.first = day, .last = day}), 7);
    assert_int_equal(listed(c, (struct store_result_filter){.first = day + 1}), 0);
    assert_int_equal(listed(c, (struct store_result_filter){.last = day - 1}), 0);
    assert_int_equal(listed(c, (struct store_result_filter){.until = COURSE_START}), 0);
    assert_int_equal(listed(c, (struct store_result_filter){.division = STR("9")}), 0);
    assert_true(listed(c, (struct store_result_filter){.division = str_of(where)}) > 0);
    struct office_choices choices;
    assert_int_equal(office_portal_choices(&choices, &c->s->e, true), ERR_OK);
    assert_int_equal((int64_t)choices.division_count,
                     course_number(c, "SELECT count(DISTINCT division) FROM object"));
    assert_int_equal(choices.item_count, 1);
    assert_int_equal(choices.department_count, 1);
}

static void a_business_shows_both_versions_and_what_followed_on_both(void **state)
{
    struct course *c = *state;
    struct office_business b;
    COURSE_RUN(c, published);
    const struct step steps[] = {
        {"correct", course_correct, RIGHT("1", WHY)},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
        {"publish", course_publish},
        {"a case", course_follow,
         &(struct course_follow){.object = "1", .measure = "立案查处", .state = "未完结"},
         .by = "审核员"},
    };
    COURSE_RUN(c, steps);
    struct errand *e = &c->s->e;
    assert_int_equal(office_portal_business(&b, e, course_object(c, "1")), ERR_OK);
    assert_int_equal(b.result_count, 2);
    assert_true(b.results[1].replaced && !b.results[0].replaced);
    assert_true(b.results[0].replaces == b.results[1].id && b.results[1].replaces == 0);
    assert_true(b.results[0].idx > b.results[1].idx);
    assert_true(str_eq(b.results[0].reason, STR("录入时选错结果")));
    assert_int_equal(b.followup_count, 1);
    assert_true(b.followups[0].idx == c->idx && b.followups[0].visit == b.results[0].visit);
    struct store_public_followup *all = NULL;
    size_t count = 0;
    const struct store_result_filter any = {.most = 10};
    assert_int_equal(office_portal_followups(&all, &count, e, &any), ERR_OK);
    assert_int_equal(count, 1);
}

static void the_other_pages_have_their_rows_on_both(void **state)
{
    struct course *c = *state;
    struct office_front front;
    struct office_statistics s;
    struct store_public_item *items = NULL;
    struct store_public_draw *draws = NULL;
    struct office_public_task task;
    struct office_public_draw draw;
    size_t count = 0;
    struct errand *e = &c->s->e;
    COURSE_RUN(c, published);
    const struct step steps[] = {
        {"correct", course_correct, RIGHT("1", WHY)},
        {"approve", course_approve, RIGHT("1"), .by = "审核员"},
        {"publish", course_publish},
        {"disclose", course_disclose},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(office_portal_front(&front, e), ERR_OK);
    assert_true(front.figures.results == 6 && front.figures.findings == 1);
    assert_int_equal(office_portal_statistics(&s, e, 2026), ERR_OK);
    assert_int_equal(s.estimate_count, 1);
    assert_true(s.estimates[0].visited == 6 && s.estimates[0].findings == 1);
    /* one of six in a single stratum: a sixth, whatever the pool */
    assert_true(fabs(s.estimates[0].share - 1.0 / 6) < 1e-9);
    assert_true(s.estimates[0].low > 0 && s.estimates[0].high < 1);
    assert_int_equal(s.share_count[STORE_BY_ITEM], 1);
    assert_true(s.shares[STORE_BY_ITEM][0].estimate.findings == 1);
    assert_int_equal(office_portal_items(&items, &count, e), ERR_OK);
    assert_int_equal((int64_t)count, course_number(c, "SELECT count(id) FROM item"));
    assert_int_equal(office_portal_item(&items, &count, e, STR("SCJG-S0001")), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(office_portal_item(&items, &count, e, STR("NN")), ERR_MISSING);
    assert_int_equal(office_portal_draws(&draws, &count, e, 0, 10), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(office_portal_task(&task, e, c->task), ERR_OK);
    assert_int_equal(office_portal_draw(&draw, e, c->draw), ERR_OK);
    assert_true(draw.disclosed && draw.visit_count == 6);
}

/* Rows whose own columns say what the tables beside them say. */
static const char AGREEING[] =
    "SELECT count(p.result) FROM published p JOIN result r ON r.tenant = p.tenant AND"
    " r.id = p.result JOIN visit v ON v.tenant = r.tenant AND v.id = r.visit"
    " JOIN draw w ON w.tenant = v.tenant AND w.id = v.draw JOIN publication b ON"
    " b.tenant = p.tenant AND b.id = p.publication LEFT JOIN correction c ON c.tenant = p.tenant"
    " AND c.result = p.result WHERE p.visit = r.visit AND p.item_id = r.item AND"
    " p.department = r.department AND"
    " p.published_at = r.published_at AND p.pool_id = v.pool_id AND p.draw = w.number AND"
    " p.idx = b.idx AND p.replaced = CASE WHEN r.state = 'replaced' THEN 1 ELSE 0 END AND"
    " p.replaces = COALESCE(c.replaces, 0) AND p.reason = COALESCE(c.reason, '')";

static void fill_as_an_upgrade_does(struct story *s)
{
    struct buf text = {0};
    struct str one;
    struct str rest;
    story_run(s, "UPDATE published SET visit = 0, item_id = 0, pool_id = '', draw = '', idx = 0,"
                 " published_at = 0, replaced = 0, replaces = 0, reason = '', department = ''");
    assert_int_equal(story_number(s, AGREEING), 0);
    const char *path = arena_cstr(&s->arena, arena_printf(&s->arena, "%s/schema/0013-published.sql",
                                                          getenv("SUNLOT_SOURCE")));
    assert_int_equal(file_read(&text, path, 1 << 16), ERR_OK);
    rest = buf_view(&text);
    while (str_cut(&one, &rest, ';'))
        if (str_starts(str_trim(one), STR("UPDATE")))
            story_run(s, arena_cstr(&s->arena, one));
    buf_free(&text);
}

static void the_row_that_readers_see_says_what_its_tables_say_also_after_an_upgrade(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, published);
    COURSE_RUN(c, corrected);
    int64_t rows = course_number(c, "SELECT count(result) FROM published");
    assert_int_equal(course_number(c, "SELECT count(result) FROM published WHERE replaced = 1"), 1);
    assert_int_equal(course_number(c, "SELECT count(result) FROM published WHERE reason <> ''"), 1);
    assert_int_equal(course_number(c, AGREEING), rows);
    fill_as_an_upgrade_does(c->s);
    assert_int_equal(course_number(c, AGREEING), rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(the_row_that_readers_see_says_what_its_tables_say_also_after_an_upgrade),
        COURSE_TEST(a_correction_needs_a_published_result_a_reason_and_a_difference),
        COURSE_TEST(nothing_public_changes_until_another_has_approved_and_published_it),
        COURSE_TEST(a_corrected_result_can_be_corrected_again),
        COURSE_TEST(the_roots_of_both_entries_are_recomputed_by_a_second_program),
        COURSE_TEST(R110_the_root_holds_words_of_the_law_where_a_reason_is_kept_back),
        COURSE_TEST(only_published_findings_are_followed_and_by_two_people),
        COURSE_TEST(the_portal_filters_results_alike_on_both),
        COURSE_TEST(a_business_shows_both_versions_and_what_followed_on_both),
        COURSE_TEST(the_other_pages_have_their_rows_on_both),
        COURSE_TEST(an_export_holds_each_result_once_as_it_is_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
