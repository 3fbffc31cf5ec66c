/* Annual plans on the portal, how public results are, and who checked, on both databases (R62-R70,
 * R109-R112). Days are counted by hand from the calendar of 2026: 清明 on 4 to 6 April, 劳动节 on 1
 * to 5 May with Saturday the 9th worked in exchange. */
#include "story.h"

#include "base/time.h"
#include "crypto/hash.h"
#include "office/document.h"
#include "office/portal.h"
#include "office/portal_kept.h"

#include <stdio.h>
#include <string.h>

static struct errand *clerk(struct course *c)
{
    return course_as(c, "chen", MODEL_SCOPE_DEPARTMENT, "SCJG");
}

static struct errand *reviewer(struct course *c)
{
    return course_as(c, "li", MODEL_SCOPE_DEPARTMENT, "SCJG");
}

static struct errand *reader(struct course *c)
{
    return course_as(c, "portal", MODEL_SCOPE_NONE, NULL);
}

/* The number is that of the story's tasks. */
static struct office_document_edit plan(void)
{
    return (struct office_document_edit){
        .kind = STR("plan"),
        .department = STR("SCJG"),
        .title = STR("2026年度抽查工作计划"),
        .texts = {STR("要求。"), STR("1. 甲；3%\n2. 乙；5%"), STR("实施。"), STR("公示。")},
        .year = 2026,
        .plan = STR("41088220260001"),
        .approver = STR("局务会")};
}

static enum err saved(struct course *c, struct str *code, const struct office_document_edit *edit)
{
    return office_document_save(code, clerk(c), edit);
}

static void publish(struct course *c, struct str code)
{
    assert_int_equal(office_document_submit(clerk(c), code), ERR_OK);
    assert_int_equal(office_document_publish(reviewer(c), code), ERR_OK);
}

static struct str published(struct course *c, const struct office_document_edit *edit)
{
    struct str code = STR("");
    assert_int_equal(saved(c, &code, edit), ERR_OK);
    publish(c, code);
    return code;
}

/* --- plans --- */

static void R62_a_plan_is_submitted_with_year_number_and_approver(void **state)
{
    struct course *c = *state;
    struct str code = STR("");
    struct office_document_edit edit = plan();
    static const int64_t wrong[] = {0, 26, 1999, 20260};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        edit.year = wrong[i];
        assert_int_equal(saved(c, &code, &edit), ERR_INPUT);
        assert_string_equal(c->s->e.fault.field, "year");
    }
    edit = plan();
    edit.plan = STR("4108\n8220260001");
    assert_int_equal(saved(c, &code, &edit), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "plan");
    edit.plan = STR("");
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_INPUT);
    assert_non_null(strstr(c->s->e.fault.text, "计划编号"));
    edit = plan();
    edit.revision = 1;
    edit.approver = STR("");
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_INPUT);
    assert_non_null(strstr(c->s->e.fault.text, "批准单位"));
    edit = plan();
    edit.revision = 2;
    edit.texts[1] = STR(" ");
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_INPUT);
    assert_non_null(strstr(c->s->e.fault.text, "抽查安排"));
    edit = plan();
    edit.revision = 3;
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    publish(c, code);
    /* another plan of that number is refused, of whatever department */
    struct str other = STR("");
    assert_int_equal(saved(c, &other, &edit), ERR_INPUT);
    assert_string_equal(c->s->e.fault.field, "plan");
    edit.department = STR("XFJY");
    assert_int_equal(
        office_document_save(&other, course_as(c, "zhao", MODEL_SCOPE_DEPARTMENT, "XFJY"), &edit),
        ERR_INPUT);
}

static void R70_an_adjusted_plan_says_why_and_keeps_number_year_and_older_versions(void **state)
{
    struct course *c = *state;
    struct office_document_edit edit = plan();
    struct office_document_page page;
    struct str code = published(c, &edit);
    edit.texts[1] = STR("1. 甲；3%\n2. 乙；10%");
    edit.year = 2027;
    edit.plan = STR("41088220270001");
    edit.approver = STR("联席会议");
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_document_submit(clerk(c), code), ERR_INPUT);
    assert_non_null(strstr(c->s->e.fault.text, "调整原因"));
    edit.revision = 1;
    edit.reason = STR("投诉增多");
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_document_public(&page, reader(c), code, 0), ERR_OK);
    assert_int_equal(page.count, 1); /* the draft is nobody's business yet */
    publish(c, code);
    assert_int_equal(office_document_public(&page, reader(c), code, 0), ERR_OK);
    assert_int_equal(page.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(page.versions[i].document.year, 2026);
        assert_true(str_eq(page.versions[i].document.plan, STR("41088220260001")));
    }
    assert_true(str_eq(page.versions[0].reason, STR("投诉增多")));
    assert_true(str_eq(page.versions[0].approver, STR("联席会议")));
    assert_true(str_eq(page.versions[1].approver, STR("局务会")));
    assert_true(str_eq(page.versions[1].texts[1], STR("1. 甲；3%\n2. 乙；5%")));
    assert_true(str_eq(page.versions[1].state, STR("replaced")));
}

static void a_published_plan_stands_in_the_log_with_its_digest(void **state)
{
    struct course *c = *state;
    const struct office_document_edit edit = plan();
    (void)published(c, &edit);
    /* worked out by hand from office/document.h: netstrings, then SHA-256 */
    static const char bytes[] =
        "9:SCJG-D001,1:1,4:plan,4:SCJG,28:2026年度抽查工作计划,0:,0:,0:,9:要求。,"
        "23:1. 甲；3%\n2. 乙；5%,9:实施。,9:公示。,0:,4:2026,14:41088220260001,0:,9:局务会,";
    uint8_t hash[CRYPTO_HASH];
    struct buf want = {0};
    crypto_sha256(hash, str_of(bytes));
    buf_cat(&want, "sunlot-document/1 publication\ntenant 410882\ndocument SCJG-D001\nversion 1\n"
                   "sha256 ");
    buf_hex(&want, hash, sizeof hash);
    buf_char(&want, '\n');
    assert_true(str_eq(course_bytes(c, "SELECT body FROM log_entry ORDER BY idx DESC LIMIT 1"),
                       buf_view(&want)));
    buf_free(&want);
    assert_int_equal(course_sound(c, NULL), ERR_OK);
}

/* The row of a department; NULL where it has none. */
static const struct office_plan_row *row_of(const struct office_plans *plans,
                                            const char *department)
{
    for (size_t i = 0; i < plans->count; i++)
        if (str_eq(plans->rows[i].department, str_of(department)))
            return &plans->rows[i];
    return NULL;
}

static void R69_plans_are_listed_by_year_and_every_department_has_a_row(void **state)
{
    struct course *c = *state;
    struct office_plans plans;
    struct office_document *rows = NULL;
    size_t count = 9;
    struct office_document_edit edit = plan();
    struct str code = STR("");
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_portal_plans(&plans, reader(c), 0), ERR_OK);
    assert_int_equal(plans.year, 2026);
    assert_int_equal(plans.year_count, 1);
    assert_int_equal(plans.count, 3); /* SCJG, XFJY, STHJ */
    assert_int_equal(row_of(&plans, "SCJG")->plan_count, 0);
    publish(c, code);
    edit.year = 2025;
    edit.plan = STR("41088220250001");
    edit.kind = STR("joint");
    struct str joint = published(c, &edit);
    assert_int_equal(office_portal_plans(&plans, reader(c), 0), ERR_OK);
    assert_int_equal(plans.year_count, 2);
    assert_int_equal(plans.years[0], 2026);
    assert_int_equal(plans.years[1], 2025);
    assert_int_equal(row_of(&plans, "SCJG")->plan_count, 1);
    assert_true(row_of(&plans, "SCJG")->published);
    assert_true(str_eq(row_of(&plans, "SCJG")->plans[0].newest.document.code, code));
    assert_false(row_of(&plans, "XFJY")->published);
    assert_int_equal(office_portal_plans(&plans, reader(c), 2025), ERR_OK);
    assert_true(str_eq(row_of(&plans, "SCJG")->plans[0].newest.document.code, joint));
    /* no longer in force: shown, and the department has published none */
    assert_int_equal(office_document_withdraw(reviewer(c), joint, STR("重新编制")), ERR_OK);
    assert_int_equal(office_portal_plans(&plans, reader(c), 2025), ERR_OK);
    assert_int_equal(row_of(&plans, "SCJG")->plan_count, 1);
    assert_false(row_of(&plans, "SCJG")->published);
    assert_int_equal(office_documents_public(&rows, &count, reader(c)), ERR_OK);
    assert_int_equal(count, 0); /* plans have a page of their own */
}

static const struct step drawn[] = {
    {"a joint task", course_task,
     &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY", .parts = "SCJG;XFJY"}},
    {"the draw", course_draw},
};

#define GOOD(nth)                                                                                  \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .code = "01", .method = "site"                                            \
    }
#define FIRE(nth)                                                                                  \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .item = "XFJY-S0001", .code = "01", .method = "site"                      \
    }
#define ALL(nth)                                                                                   \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .item = ""                                                                \
    }

/* Object 1 is public since 2026-03-10. */
static const struct step first_public[] = {
    {"both items", course_enter, GOOD("1"), .days = 8},
    {"both items", course_enter, FIRE("1")},
    {"approved", course_approve, ALL("1"), .by = "审核员"},
    {"public", course_publish, "1"},
};

static void the_plan_of_a_result_and_of_a_task_is_named_once_it_is_public(void **state)
{
    struct course *c = *state;
    const struct store_result_filter filter = {.most = 10};
    const struct office_document_edit edit = plan();
    struct store_public_result *results = NULL;
    struct office_public_task task;
    size_t count = 0;
    struct str code = STR("");
    COURSE_RUN(c, drawn);
    COURSE_RUN(c, first_public);
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    assert_int_equal(office_portal_results(&results, &count, reader(c), &filter), ERR_OK);
    assert_int_equal(count, 2);
    assert_true(str_eq(results[0].plan_number, edit.plan));
    assert_int_equal(results[0].plan_code.len, 0);
    publish(c, code);
    assert_int_equal(office_portal_results(&results, &count, reader(c), &filter), ERR_OK);
    assert_true(str_eq(results[0].plan_code, code));
    assert_true(str_eq(results[1].plan_code, code));
    assert_int_equal(office_portal_task(&task, reader(c), c->task), ERR_OK);
    assert_true(str_eq(task.task.plan_code, code));
}

/* What a page of that version is told of the first object: its plan, and how many names. */
struct telling {
    struct course *c;
    struct office keeping;
    char code[32];
};

static void told(struct telling *t, uint64_t version, bool planned, size_t names)
{
    struct office_business b;
    struct errand *e = reader(t->c);
    const struct office *whole = e->office;
    e->office = &t->keeping;
    e->version = version;
    assert_int_equal(office_portal_business(&b, e, course_object(t->c, "1")), ERR_OK);
    assert_true(str_eq(b.results[0].plan_code, str_of(planned ? t->code : "")));
    assert_int_equal(b.member_count, names);
    e->version = 0;
    e->office = whole;
}

static void what_a_reader_keeps_goes_when_public_content_grows(void **state)
{
    struct course *c = *state;
    struct telling t = {.c = c};
    const struct office_document_edit edit = plan();
    struct str code = STR("");
    const struct step names[] = {
        {"names", course_setting,
         &(struct course_setting){MODEL_SETTING_PUBLIC_TEAMS, "1", "本地规定〔2026〕10号"}},
    };
    COURSE_RUN(c, drawn);
    COURSE_RUN(c, first_public);
    assert_int_equal(saved(c, &code, &edit), ERR_OK);
    snprintf(t.code, sizeof t.code, "%.*s", STR_ARG(code)); /* the steps empty the arena */
    t.keeping = *c->s->e.office;
    assert_int_equal(portal_kept_open(&t.keeping.kept), ERR_OK);
    told(&t, 7, false, 0);
    publish(c, code);
    COURSE_RUN(c, names);
    told(&t, 7, false, 0); /* pages of that version say the same */
    told(&t, 8, true, 4);
    told(&t, 7, true, 4); /* asked late: not from what is kept, which is newer */
    told(&t, 0, true, 4);
    told(&t, 8, true, 4);
    portal_kept_close(t.keeping.kept);
}

/* --- how public results are --- */

static struct office_rates rates_on(struct course *c, const char *date, int year)
{
    struct office_rates out;
    int32_t day = 0;
    struct errand *e = reader(c);
    assert_int_equal(date_parse(&day, str_of(date)), ERR_OK);
    e->now = time_of_date(day) + 9 * 3600 * TIME_SECOND;
    assert_int_equal(office_portal_rates(&out, e, year), ERR_OK);
    return out;
}

/* What a department must have; the rate in thousandths. */
struct want {
    int64_t published, late, overdue, open, withheld;
    int share;
};

static void judge(const struct office_rates *rates, const char *department, struct want want)
{
    const struct office_rate *r = &rates->total;
    for (size_t i = 0; i < rates->count && department != NULL; i++)
        if (str_eq(rates->rows[i].department, str_of(department)))
            r = &rates->rows[i];
    assert_true(department == NULL || r != &rates->total);
    assert_int_equal(r->published, want.published);
    assert_int_equal(r->late, want.late);
    assert_int_equal(r->overdue, want.overdue);
    assert_int_equal(r->open, want.open);
    assert_int_equal(r->withheld, want.withheld);
    assert_int_equal(r->due, want.published + want.overdue);
    assert_int_equal((int)(r->share * 1000 + 0.5), want.share);
}

#define SCJG "市场监督管理局"
#define XFJY "消防救援大队"

static void R111_the_rate_counts_what_is_due_and_leaves_out_what_the_law_keeps_back(void **state)
{
    struct course *c = *state;
    struct office_rates rates;
    const struct step steps[] = {
        {"object 2: the one item", course_enter, GOOD("2")},
        {"object 2: the other", course_enter, FIRE("2")},
        {"withheld", course_exempt,
         &(struct course_result){.object = "2",
                                 .item = "SCJG-S0001",
                                 .note = "《反不正当竞争法》：甲公司的配方",
                                 .reason = "商业秘密"},
         .by = "审批人"},
        {"approved", course_approve, ALL("2"), .by = "审核员"},
        {"public", course_publish, "2"},
        {"object 3 waits for its approval", course_enter, GOOD("3")},
    };
    COURSE_RUN(c, drawn);
    COURSE_RUN(c, first_public);
    COURSE_RUN(c, steps);
    rates = rates_on(c, "2026-04-08", 2026); /* the twentieth working day of what was entered */
    assert_int_equal(rates.count, 2);
    judge(&rates, SCJG, (struct want){1, 0, 0, 4, 1, 1000});
    judge(&rates, XFJY, (struct want){2, 0, 0, 4, 0, 1000});
    judge(&rates, NULL, (struct want){3, 0, 0, 8, 1, 1000});
    assert_int_equal(rates.total.exempt[1], 1); /* trade secrets */
    assert_false(rates.estimated);
    rates = rates_on(c, "2026-04-09", 2026);
    judge(&rates, SCJG, (struct want){1, 0, 1, 3, 1, 500});
    /* visits end on 2026-05-08; twenty working days later, whoever entered nothing owes it */
    rates = rates_on(c, "2026-06-04", 2026);
    judge(&rates, SCJG, (struct want){1, 0, 1, 3, 1, 500});
    rates = rates_on(c, "2026-06-05", 2026);
    judge(&rates, SCJG, (struct want){1, 0, 4, 0, 1, 200});
    judge(&rates, XFJY, (struct want){2, 0, 4, 0, 0, 333}); /* cut, not rounded */
    assert_int_equal(rates_on(c, "2026-06-05", 2025).count, 0);
}

static void R111_a_result_that_is_late_or_corrected_counts_once_in_its_year(void **state)
{
    struct course *c = *state;
    struct office_rates rates;
    const struct step steps[] = {
        {"object 2, on 2026-03-10", course_enter, GOOD("2")},
        {"object 2: the other", course_enter, FIRE("2")},
        {"approved a day late", course_approve, ALL("2"), .by = "审核员", .days = 30},
        {"public on 2026-04-09", course_publish, "2"},
        {"object 1 is corrected", course_correct,
         &(struct course_result){.object = "1",
                                 .code = "05",
                                 .method = "site",
                                 .note = "责令改正",
                                 .reason = "申诉成立"}},
    };
    const struct step corrected[] = {
        {"approved", course_approve, ALL("1"), .by = "审核员"},
        {"public", course_publish, "1"},
    };
    COURSE_RUN(c, drawn);
    COURSE_RUN(c, first_public);
    COURSE_RUN(c, steps);
    rates = rates_on(c, "2026-05-30", 2026);
    judge(&rates, SCJG, (struct want){2, 1, 0, 4, 0, 1000});
    judge(&rates, XFJY, (struct want){2, 1, 0, 4, 0, 1000});
    COURSE_RUN(c, corrected);
    rates = rates_on(c, "2026-05-30", 2026);
    judge(&rates, SCJG, (struct want){2, 1, 0, 4, 0, 1000});
}

static void counts_are(const struct office_rates *rates, const int64_t want[OFFICE_GROUNDS])
{
    for (int ground = 0; ground < OFFICE_GROUNDS; ground++)
        assert_int_equal(rates->total.exempt[ground], want[ground]);
    judge(rates, SCJG, (struct want){0, 0, 0, 0, 6, 0});
}

static void
R110_grounds_are_told_by_the_kind_that_was_chosen_and_older_ones_by_their_words(void **state)
{
    static const struct {
        const char *object;
        const char *kind;
        const char *ground;
    } cases[] = {{"1", "国家秘密", "《保守国家秘密法》第九条"},
                 {"2", "其他", "涉及国家安全，正在侦查"},
                 {"3", "trade", "甲公司的商业秘密"},
                 {"4", "商业秘密", "法定代表人的个人隐私"},
                 {"5", "个人信息", "《个人信息保护法》第十三条"},
                 {"6", "其他法律法规规定不予公开", "正在侦查的案件"}};
    static const int64_t chosen[OFFICE_GROUNDS] = {1, 2, 1, 2};
    static const int64_t worded[OFFICE_GROUNDS] = {2, 1, 2, 1};
    struct course *c = *state;
    COURSE_RUN(c, drawn);
    for (size_t i = 0; i < 6; i++) {
        const struct course_result entered = {
            .object = cases[i].object, .code = "01", .method = "site"};
        const struct course_result exempt = {.object = cases[i].object,
                                             .item = "SCJG-S0001",
                                             .reason = cases[i].kind,
                                             .note = cases[i].ground};
        const struct step steps[] = {
            {"entered", course_enter, &entered, .days = i == 0 ? 8 : 0},
            {"withheld", course_exempt, &exempt, .by = "审批人"},
        };
        COURSE_RUN(c, steps);
    }
    struct office_rates rates = rates_on(c, "2026-03-20", 2026);
    counts_are(&rates, chosen);
    story_run(c->s, "UPDATE result SET exempt_kind = ''"); /* as rows were before kinds */
    rates = rates_on(c, "2026-03-20", 2026);
    counts_are(&rates, worded);
}

static void of_a_sealed_draw_only_what_is_overdue_is_told_before_its_disclosure(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"sealed", course_commit, &(struct course_commit){.sealed = true}},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
    };
    const struct step disclosed[] = {{"disclose", course_disclose}};
    COURSE_RUN(c, steps);
    assert_int_equal(rates_on(c, "2026-04-01", 2026).count, 0);
    struct office_rates rates = rates_on(c, "2026-06-05", 2026);
    judge(&rates, SCJG, (struct want){0, 0, 6, 0, 0, 0});
    COURSE_RUN(c, disclosed);
    rates = rates_on(c, "2026-04-01", 2026);
    judge(&rates, SCJG, (struct want){0, 0, 0, 6, 0, 0});
}

static void a_term_that_passes_an_unknown_year_is_an_estimate(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"visits until 2026-12-27", course_task, &(struct course_task){.until = 300}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    struct office_rates rates = rates_on(c, "2026-12-28", 2026);
    assert_true(rates.estimated);
    judge(&rates, SCJG, (struct want){0, 0, 0, 6, 0, 0});
}

/* --- who checked --- */

static void R109_names_of_those_who_checked_are_told_where_the_setting_allows(void **state)
{
    struct course *c = *state;
    struct office_business b;
    const struct step names[] = {
        {"names", course_setting,
         &(struct course_setting){MODEL_SETTING_PUBLIC_TEAMS, "1", "本地规定〔2026〕10号"}},
    };
    COURSE_RUN(c, drawn);
    COURSE_RUN(c, first_public);
    struct str object = course_object(c, "1");
    assert_int_equal(office_portal_business(&b, reader(c), object), ERR_OK);
    assert_int_equal(b.result_count, 2);
    assert_int_equal(b.member_count, 0);
    COURSE_RUN(c, names);
    assert_int_equal(office_portal_business(&b, reader(c), object), ERR_OK);
    assert_int_equal(b.member_count, 4); /* two departments, two seats each */
    for (size_t i = 0; i < b.member_count; i++) {
        const char *department = i < 2 ? "SCJG" : "XFJY";
        char sql[200];
        struct str seated = course_seated(c, 1, department, (int)(i % 2) + 1);
        snprintf(sql, sizeof sql, "SELECT name FROM inspector WHERE code = '%.*s'",
                 STR_ARG(seated));
        assert_string_equal(b.members[i].department.data, department);
        assert_string_equal(b.members[i].name.data, course_text(c, sql));
        assert_int_equal(b.members[i].visit, b.results[0].visit);
    }
    /* drawn and not published: nothing */
    assert_int_equal(office_portal_business(&b, reader(c), course_object(c, "2")), ERR_OK);
    assert_int_equal(b.member_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(R62_a_plan_is_submitted_with_year_number_and_approver),
        COURSE_TEST(R70_an_adjusted_plan_says_why_and_keeps_number_year_and_older_versions),
        COURSE_TEST(a_published_plan_stands_in_the_log_with_its_digest),
        COURSE_TEST(R69_plans_are_listed_by_year_and_every_department_has_a_row),
        COURSE_TEST(the_plan_of_a_result_and_of_a_task_is_named_once_it_is_public),
        COURSE_TEST(what_a_reader_keeps_goes_when_public_content_grows),
        COURSE_TEST(R111_the_rate_counts_what_is_due_and_leaves_out_what_the_law_keeps_back),
        COURSE_TEST(R111_a_result_that_is_late_or_corrected_counts_once_in_its_year),
        COURSE_TEST(
            R110_grounds_are_told_by_the_kind_that_was_chosen_and_older_ones_by_their_words),
        COURSE_TEST(of_a_sealed_draw_only_what_is_overdue_is_told_before_its_disclosure),
        COURSE_TEST(a_term_that_passes_an_unknown_year_is_an_estimate),
        COURSE_TEST(R109_names_of_those_who_checked_are_told_where_the_setting_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
