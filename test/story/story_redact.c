/* Parts of results that are kept from publication while the conclusion is public (R110), on both
 * databases: who decides, when, what the public is told instead, and that what is kept back is
 * nowhere: not in what the portal answers, not in the log, not in the log's files. */
#include "story.h"

#include "base/time.h"
#include "office/portal.h"

#include <string.h>

/* What must not be found, and what is written beside it. */
#define CANARY "金丝雀"
#define REPORT "专业机构鉴定意见;金丝雀检测所;金丝雀字第1号;2026-03-09"
#define TRADE "《反不正当竞争法》：金丝雀的配方"

static const struct step drawn[] = {{"a task", course_task}, {"the draw", course_draw}};

#define REDACT(what, how, why)                                                                     \
    &(struct course_redact)                                                                        \
    {                                                                                              \
        .object = "1", .parts = (what), .kind = (how), .ground = (why)                             \
    }
#define FOUND(...)                                                                                 \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = "1", .code = "05", .method = "site", .note = "金丝雀的现场", __VA_ARGS__         \
    }
#define RESTS FOUND(.adopt = REPORT)
#define ONE                                                                                        \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = "1"                                                                              \
    }

static struct office_business business(struct course *c)
{
    struct office_business out;
    struct errand *e = course_as(c, "读者", MODEL_SCOPE_NONE, NULL);
    assert_int_equal(office_portal_business(&out, e, course_object(c, "1")), ERR_OK);
    return out;
}

static void adds(struct buf *out, const struct str *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_str(out, texts[i]);
        buf_char(out, '\n');
    }
}

/* Every text of a result, of what it rests on and of what followed that the portal is answered. */
static void answers(struct buf *out, struct course *c)
{
    struct errand *e = course_as(c, "读者", MODEL_SCOPE_NONE, NULL);
    const struct store_result_filter all = {.tenant = e->office->tenant, .most = 100};
    struct office_business b = business(c);
    struct store_public_result *rows = NULL;
    struct store_public_followup *follows = NULL;
    size_t count = 0;
    for (size_t i = 0; i < b.adoption_count; i++)
        adds(out, (struct str[]){b.adoptions[i].kind, b.adoptions[i].number, b.adoptions[i].body},
             3);
    assert_int_equal(office_portal_results(&rows, &count, e, &all), ERR_OK);
    for (size_t i = 0; i < count; i++)
        adds(out, (struct str[]){rows[i].reason, rows[i].reason_kind, rows[i].adopted_kind}, 3);
    assert_int_equal(office_portal_followups(&follows, &count, e, &all), ERR_OK);
    for (size_t i = 0; i < count; i++)
        adds(out, (struct str[]){follows[i].document, follows[i].note, follows[i].measure}, 3);
}

/* Is the word in anything that is public: answers, log entries, the log's files? */
static bool public_says(struct course *c, const char *word)
{
    struct buf text = {0};
    const char *output = "";
    const char *log = course_path(c, "data/log");
    const char *const words[] = {"grep", "-rl", word, log, NULL};
    answers(&text, c);
    for (int64_t idx = course_number(c, "SELECT max(idx) FROM log_entry"); idx >= 0; idx--) {
        const char *sql = arena_printf(&c->s->arena, "SELECT body FROM log_entry WHERE idx = %lld",
                                       (long long)idx)
                              .data;
        buf_str(&text, course_bytes(c, sql));
    }
    bool said = str_find(buf_view(&text), str_of(word)) >= 0;
    buf_free(&text);
    int code = course_spawn(&output, c, words);
    assert_true(code == 0 || code == 1);
    return said || code == 0;
}

static void R110_the_conclusion_is_public_and_the_part_is_not(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"enter", course_enter, RESTS, .days = 8},
        {"keep back", course_redact, REDACT("采信的结论", "商业秘密", TRADE), .by = "审批人"},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    struct office_business b = business(c);
    assert_int_equal(b.result_count, 1);
    assert_true(str_eq(b.results[0].code, STR("05")));
    assert_true(str_eq(b.results[0].adopted_kind, STR("trade")));
    assert_int_equal(b.adoption_count, 1);
    assert_true(str_eq(b.adoptions[0].withheld, STR("trade")));
    assert_true(str_eq(b.adoptions[0].kind, STR("appraisal")));
    assert_int_equal(b.adoptions[0].body.len + b.adoptions[0].number.len, 0);
    assert_int_equal(b.adoptions[0].made_on, 0);
    assert_false(public_says(c, CANARY));
    /* inside it is as it was, with who decided and why */
    assert_string_equal(course_text(c, "SELECT body FROM adoption"), "金丝雀检测所");
    assert_string_equal(course_text(c, "SELECT actor FROM redaction"), "审批人");
    assert_string_equal(course_text(c, "SELECT ground FROM redaction"), TRADE);
    assert_string_equal(course_text(c, "SELECT detail FROM audit WHERE action = 'result-redact'"),
                        "采信的结论：" TRADE);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM audit WHERE action = 'result-redact' AND old_value"
                         " LIKE '%\"kind\":\"told\"%' AND new_value LIKE '%\"kind\":\"trade\"%'"),
        1);
}

static void what_is_told_stays_told_and_is_found_by_the_same_search(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"enter", course_enter, RESTS, .days = 8},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
    };
    COURSE_RUN(c, steps);
    assert_true(public_says(c, CANARY));
}

static void it_is_decided_by_another_with_part_kind_and_ground(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const char *author = arena_cstr(&c->s->arena, course_seated(c, 1, "SCJG", 1));
    const char *name = arena_cstr(
        &c->s->arena,
        str_of(course_text(
            c, arena_printf(&c->s->arena, "SELECT name FROM inspector WHERE code = '%s'", author)
                   .data)));
    const struct step steps[] = {
        {"nothing is entered", course_redact, REDACT("采信的结论", "商业秘密", TRADE), ERR_STATE,
         .by = "审批人", .days = 8},
        {"enter", course_enter, RESTS, .by = "录入员"},
        {"the author", course_redact, REDACT("采信", "trade", TRADE), ERR_FORBIDDEN, "他人",
         .by = author},
        {"the author by name", course_redact, REDACT("采信", "trade", TRADE), ERR_FORBIDDEN, "他人",
         .by = name},
        {"who typed it", course_redact, REDACT("采信", "trade", TRADE), ERR_FORBIDDEN, "他人",
         .by = "录入员"},
        {"nobody", course_redact, REDACT("采信", "trade", TRADE), ERR_FORBIDDEN, "审批人",
         .by = " "},
        {"no part", course_redact, REDACT(" ", "trade", TRADE), ERR_INPUT,
         "部分;采信的结论;更正理由", .by = "审批人"},
        {"a part nobody knows", course_redact, REDACT("结论", "trade", TRADE), ERR_INPUT, "“结论”",
         .by = "审批人"},
        {"a part of something else", course_redact, REDACT("采信,文书文号", "trade", TRADE),
         ERR_INPUT, "文书文号", .by = "审批人"},
        {"no kind", course_redact, REDACT("采信", "", TRADE), ERR_INPUT, "情形", .by = "审批人"},
        {"a kind that is none", course_redact, REDACT("采信", "不方便", TRADE), ERR_INPUT, "情形",
         .by = "审批人"},
        {"no ground", course_redact, REDACT("采信", "trade", " "), ERR_INPUT, "依据",
         .by = "审批人"},
        {"it has no such part", course_redact, REDACT("更正理由", "trade", TRADE), ERR_STATE,
         "没有", .by = "审批人"},
        {"an item nobody knows", course_redact,
         &(struct course_redact){"1", "XX-1", "采信", "trade", TRADE}, ERR_INPUT, "XX-1",
         .by = "审批人"},
        {"decided", course_redact, REDACT("采信", "trade", TRADE), .by = "审批人", .key = "k1"},
        {"typed twice", course_redact, REDACT("采信", "trade", TRADE), .still = true,
         .by = "审批人", .key = "k1"},
        {"decided otherwise", course_redact, REDACT("采信", "个人隐私", TRADE), .by = "审批人"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(owner) FROM redaction"), 1);
    assert_string_equal(course_text(c, "SELECT kind FROM redaction"), "privacy");
    assert_int_equal(
        course_number(c,
                      "SELECT count(id) FROM audit WHERE action = 'result-redact' AND old_value"
                      " LIKE '%\"kind\":\"trade\"%' AND new_value LIKE '%\"kind\":\"privacy\"%'"),
        1);
}

static void it_is_taken_back_before_the_approval_alone(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const char *author = arena_cstr(&c->s->arena, course_seated(c, 1, "SCJG", 1));
    const struct step steps[] = {
        {"enter", course_enter, RESTS, .days = 8},
        {"nothing is kept back", course_unredact, REDACT("采信", "", "误判"), ERR_STATE,
         "没有不予公开的", .by = "审批人"},
        {"keep back", course_redact, REDACT("采信", "trade", TRADE), .by = "审批人"},
        {"by its author", course_unredact, REDACT("采信", "", "误判"), ERR_FORBIDDEN, "他人",
         .by = author},
        {"without a reason", course_unredact, REDACT("采信", "", " "), ERR_INPUT, "理由",
         .by = "审批人"},
        {"taken back", course_unredact, REDACT("采信", "", "误判"), .by = "审批人"},
        {"keep back again", course_redact, REDACT("采信", "trade", TRADE), .by = "审批人"},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"not any more", course_unredact, REDACT("采信", "", "误判"), ERR_STATE, "退回",
         .by = "审批人"},
        {"keeping back is possible still", course_redact, REDACT("采信", "other", TRADE),
         .by = "审批人"},
        {"publish", course_publish, "1"},
        {"nothing is told later", course_unredact, REDACT("采信", "", "误判"), ERR_STATE, "更正",
         .by = "审批人"},
        {"nothing is hidden later", course_redact, REDACT("采信", "trade", TRADE), ERR_STATE,
         "更正", .by = "审批人"},
    };
    COURSE_RUN(c, steps);
    assert_false(public_says(c, CANARY));
    assert_true(str_eq(business(c).adoptions[0].withheld, STR("other")));
    assert_int_equal(
        course_number(c,
                      "SELECT count(id) FROM audit WHERE action = 'result-unredact' AND old_value"
                      " LIKE '%\"kind\":\"trade\"%' AND new_value LIKE '%\"kind\":\"told\"%'"),
        1);
}

static void a_version_that_follows_keeps_back_the_same(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"enter", course_enter, RESTS, .days = 8},
        {"keep back", course_redact, REDACT("采信", "trade", TRADE), .by = "审批人"},
        {"return", course_return, &(struct course_result){.object = "1", .note = "日期写错"},
         .by = "审核员"},
        {"a returned one is not decided on", course_redact, REDACT("采信", "trade", TRADE),
         ERR_STATE, .by = "审批人"},
        {"anew", course_enter, RESTS},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(c->due.kept, 1);
    const struct step more[] = {
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"correct", course_correct,
         &(struct course_result){.object = "1",
                                 .code = "08",
                                 .method = "site",
                                 .note = "待处理",
                                 .adopt = REPORT,
                                 .reason = "结果选错"}},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
    };
    COURSE_RUN(c, more);
    assert_int_equal(business(c).result_count, 2);
    assert_false(public_says(c, CANARY));
    assert_true(public_says(c, "结果选错"));
    /* and decides anew */
    const struct step told[] = {
        {"correct to tell it", course_correct,
         &(struct course_result){.object = "1",
                                 .code = "08",
                                 .method = "site",
                                 .note = "待处理",
                                 .adopt = REPORT,
                                 .reason = "不再涉密"}},
        {"kept back as before it changes nothing", course_approve, ONE, ERR_STATE, "相同",
         .by = "审核员"},
        {"told", course_unredact, REDACT("采信", "", "权利人同意公开"), .by = "审批人"},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, told);
    struct office_business b = business(c);
    assert_int_equal(b.result_count, 3);
    assert_true(public_says(c, "金丝雀检测所"));
    assert_int_equal(b.adoption_count, 3);
    assert_int_equal(b.adoptions[0].body.len + b.adoptions[1].body.len, 0); /* oldest first */
}

static void what_is_public_is_kept_back_by_a_correction_in_every_version(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"enter", course_enter, RESTS, .days = 8},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"correct, result and date as they are", course_correct,
         FOUND(.adopt = REPORT, .reason = "金丝雀是商业秘密")},
        {"it says nothing new", course_approve, ONE, ERR_STATE, "相同", .by = "审核员"},
        {"keep back both", course_redact, REDACT("采信的结论、更正理由", "商业秘密", TRADE),
         .by = "审批人"},
        {"approve", course_approve, ONE, .by = "审核员"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(c->count, 1);
    assert_true(public_says(c, CANARY)); /* until it is published */
    const struct step publish[] = {
        {"publish", course_publish, "1"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, publish);
    struct office_business b = business(c);
    assert_int_equal(b.result_count, 2);
    assert_int_equal(b.adoption_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(str_eq(b.results[i].code, STR("05")));
        assert_true(str_eq(b.results[i].adopted_kind, STR("trade")));
        assert_int_equal(b.results[i].reason.len, 0);
    }
    assert_true(str_eq(b.results[0].reason_kind, STR("trade")));
    assert_false(public_says(c, CANARY));
    assert_string_equal(course_text(c, "SELECT reason FROM correction"), "金丝雀是商业秘密");
}

static void the_reason_of_an_older_correction_goes_with_the_newer(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"enter", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site"}, .days = 8},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"correct", course_correct, FOUND(.reason = "金丝雀举报")},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"correct the reason", course_correct, FOUND(.reason = "上次的理由涉及举报人")},
        {"it says nothing new", course_approve, ONE, ERR_STATE, "相同", .by = "审核员"},
        {"keep back", course_redact, REDACT("reason", "privacy", "举报人信息"), .by = "审批人"},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
    };
    COURSE_RUN(c, steps);
    assert_false(public_says(c, CANARY));
    assert_false(public_says(c, "举报人"));
    assert_true(str_eq(business(c).results[1].reason_kind, STR("privacy")));
}

static void of_what_followed_document_and_remarks_are_kept_back(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, drawn);
#define FOLLOW(what, how, why)                                                                     \
    &(struct course_follow)                                                                        \
    {                                                                                              \
        "1", NULL, "行政处罚", "已完结", "金丝雀罚〔2026〕1号", "罚金丝雀公司", NULL, NULL,        \
            (what), (how), (why)                                                                   \
    }
    const struct step steps[] = {
        {"enter", course_enter, FOUND(.on = NULL), .days = 8},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"publish", course_publish, "1"},
        {"no kind", course_follow, FOLLOW("说明", "", TRADE), ERR_INPUT, "情形", .by = "审批人"},
        {"no ground", course_follow, FOLLOW("说明", "trade", ""), ERR_INPUT, "依据",
         .by = "审批人"},
        {"no part", course_follow, FOLLOW("", "trade", TRADE), ERR_INPUT, "部分", .by = "审批人"},
        {"a part of something else", course_follow, FOLLOW("采信的结论", "trade", TRADE), ERR_INPUT,
         "处置说明", .by = "审批人"},
        {"nothing is written there", course_follow,
         &(struct course_follow){"1", NULL, "立案查处", "未完结", "金丝雀案1号", "", NULL, NULL,
                                 "处置说明", "trade", TRADE},
         ERR_INPUT, "没有填写", .by = "审批人"},
        {"both", course_follow, FOLLOW("文书文号，处置说明", "个人隐私", TRADE), .by = "审批人"},
        {"one of them", course_follow,
         &(struct course_follow){"1", NULL, "整改复查合格", "已完结", "示市监改〔2026〕3号",
                                 "金丝雀已整改", NULL, NULL, "note", "trade", TRADE},
         .by = "审批人"},
        {"everything is sound", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    struct office_business b = business(c);
    assert_int_equal(b.followup_count, 2);
    assert_true(str_eq(b.followups[0].document, STR("示市监改〔2026〕3号")));
    assert_true(str_eq(b.followups[0].note_kind, STR("trade")));
    assert_true(str_eq(b.followups[1].measure, STR("penalty")));
    assert_true(str_eq(b.followups[1].document_kind, STR("privacy")));
    assert_true(str_eq(b.followups[1].note_kind, STR("privacy")));
    assert_false(public_says(c, CANARY));
    assert_int_equal(course_number(c, "SELECT count(owner) FROM redaction WHERE actor = '审批人'"),
                     3);
    assert_int_equal(course_number(c, "SELECT count(id) FROM audit WHERE action = 'result-follow'"
                                      " AND new_value LIKE '%\"note_kind\":\"trade\"%'"),
                     1);
}

static void they_are_counted_apart_from_what_is_withheld_whole(void **state)
{
    struct course *c = *state;
    struct office_rates rates;
    COURSE_RUN(c, drawn);
    const struct step steps[] = {
        {"one with two kinds", course_enter, RESTS, .days = 8},
        {"keep back", course_redact, REDACT("采信", "trade", TRADE), .by = "审批人"},
        {"approve", course_approve, ONE, .by = "审核员"},
        {"not public yet", course_sound, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(
        office_portal_rates(&rates, course_as(c, "读者", MODEL_SCOPE_NONE, NULL), 2026), ERR_OK);
    assert_int_equal(rates.total.redacted, 0);
    const struct step publish[] = {
        {"publish", course_publish, "1"},
        {"followed", course_follow, FOLLOW("说明", "privacy", TRADE), .by = "审批人"},
        {"followed again", course_follow, FOLLOW("文号", "privacy", TRADE), .by = "审批人"},
        {"another, withheld whole", course_enter,
         &(struct course_result){.object = "2", .code = "01", .method = "site"}},
        {"withheld", course_exempt,
         &(struct course_result){.object = "2", .note = "第十四条", .reason = "国家秘密"},
         .by = "审批人"},
        {"published without it", course_publish, "2"},
    };
    COURSE_RUN(c, publish);
    assert_int_equal(
        office_portal_rates(&rates, course_as(c, "读者", MODEL_SCOPE_NONE, NULL), 2026), ERR_OK);
    assert_int_equal(rates.total.redacted, 1);
    assert_int_equal(rates.total.redacted_by[0], 0);
    assert_int_equal(rates.total.redacted_by[1], 1);
    assert_int_equal(rates.total.redacted_by[2], 1);
    assert_int_equal(rates.total.withheld, 1);
    assert_int_equal(rates.total.published, 1); /* what is kept back in part is published */
    assert_int_equal(rates.count, 1);
    assert_int_equal(rates.rows[0].redacted, 1);
    assert_int_equal(
        office_portal_rates(&rates, course_as(c, "读者", MODEL_SCOPE_NONE, NULL), 2025), ERR_OK);
    assert_int_equal(rates.total.redacted, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(R110_the_conclusion_is_public_and_the_part_is_not),
        COURSE_TEST(what_is_told_stays_told_and_is_found_by_the_same_search),
        COURSE_TEST(it_is_decided_by_another_with_part_kind_and_ground),
        COURSE_TEST(it_is_taken_back_before_the_approval_alone),
        COURSE_TEST(a_version_that_follows_keeps_back_the_same),
        COURSE_TEST(what_is_public_is_kept_back_by_a_correction_in_every_version),
        COURSE_TEST(the_reason_of_an_older_correction_goes_with_the_newer),
        COURSE_TEST(of_what_followed_document_and_remarks_are_kept_back),
        COURSE_TEST(they_are_counted_apart_from_what_is_withheld_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
