/* What the public writes to the office and what the front page tells it, on both databases (R108,
 * R114; SECURITY.md AC4, PI2): whose a reader's words are, who reads and handles them, what is
 * masked; and that figures of a year are those of that year. */
#include "story.h"

#include "base/time.h"
#include "office/feedback.h"
#include "office/portal.h"
#include "office/ticket.h"

#include <stdio.h>
#include <string.h>

#define PHONE "13912345678"

static struct errand *all(struct course *c)
{
    return course_as(c, "shuang", MODEL_SCOPE_ALL, NULL);
}

static struct errand *of(struct course *c, const char *department)
{
    return course_as(c, "jing", MODEL_SCOPE_BELOW, department);
}

/* A reader's words; the newest row's id. */
static int64_t said(struct course *c, struct str subject, const char *text)
{
    const struct office_feedback_words words = {subject, str_of(text), STR(PHONE)};
    assert_int_equal(office_feedback_add(course_as(c, "", MODEL_SCOPE_NONE, NULL), &words), ERR_OK);
    return course_number(c, "SELECT MAX(id) FROM feedback");
}

static struct office_feedbacks listed(struct errand *e, struct store_feedback_find find)
{
    struct office_feedbacks out;
    if (find.window.most == 0)
        find.window.most = 50;
    assert_int_equal(office_feedbacks(&out, e, find), ERR_OK);
    return out;
}

static int64_t total(struct errand *e, const char *state)
{
    int64_t count = -1;
    assert_int_equal(office_feedback_count(&count, e, str_of(state)), ERR_OK);
    assert_int_equal(count, listed(e, (struct store_feedback_find){.state = str_of(state)}).total);
    return count;
}

static enum err handled(struct errand *e, int64_t id, const char *state, const char *note,
                        int64_t seen)
{
    const struct office_feedback_step step = {id, str_of(state), str_of(note), seen};
    return office_feedback_handle(e, &step);
}

static const struct step drawn[] = {
    {"a task", course_task},
    {"its draw", course_draw},
};

static void words_belong_to_the_department_that_their_number_names(void **state)
{
    struct course *c = *state;
    const struct step product[] = {
        {"a product of the fire brigade's", course_import,
         &(struct course_import){"objects", "统一社会信用代码,检查对象名称,对象类别,监管部门\n"
                                            "P-1,消防水枪,产品,XFJY\n"}},
    };
    COURSE_RUN(c, drawn);
    COURSE_RUN(c, product);
    assert_int_equal(total(all(c), ""), 0);
    int64_t draw = said(c, c->draw, "这次抽取为什么没有直播");
    (void)said(c, c->task, "任务的依据写错了");
    (void)said(c, STR("P-1"), "这种水枪早就停产了");
    int64_t nobody = said(c, STR("没有这个编号"), "建议公示得再早一些");
    (void)said(c, STR(""), "很好");
    assert_int_equal(total(all(c), ""), 5);
    assert_int_equal(total(of(c, "SCJG"), ""), 2);
    assert_int_equal(total(of(c, "XFJY"), ""), 1);
    struct store_feedback row;
    assert_int_equal(office_feedback_get(&row, of(c, "SCJG"), draw), ERR_OK);
    assert_string_equal(row.department.data, "SCJG");
    assert_true(str_eq(row.subject, c->draw));
    assert_int_equal(office_feedback_get(&row, of(c, "XFJY"), draw), ERR_MISSING);
    assert_int_equal(office_feedback_get(&row, of(c, "SCJG"), nobody), ERR_MISSING);
    assert_int_equal(office_feedback_get(&row, all(c), nobody), ERR_OK);
    assert_int_equal(row.department.len, 0);
}

static void words_sent_twice_under_one_key_are_stored_once(void **state)
{
    struct course *c = *state;
    const struct office_feedback_words words = {STR(""), STR(" 意见 "), STR("")};
    for (int i = 0; i < 3; i++) {
        struct errand *e = course_as(c, "", MODEL_SCOPE_NONE, NULL);
        e->key = STR("feedback-1");
        assert_int_equal(office_feedback_add(e, &words), ERR_OK);
    }
    assert_int_equal(course_number(c, "SELECT COUNT(*) FROM feedback"), 1);
    assert_string_equal(course_text(c, "SELECT text FROM feedback"), "意见");
    const struct office_feedback_words empty = {STR("410882"), STR(" "), STR("")};
    struct errand *e = course_as(c, "", MODEL_SCOPE_NONE, NULL);
    assert_int_equal(office_feedback_add(e, &empty), ERR_INPUT);
    assert_string_equal(e->fault.field, "text");
}

static void a_contact_is_masked_until_a_reason_is_given(void **state)
{
    struct course *c = *state;
    struct store_feedback row;
    COURSE_RUN(c, drawn);
    int64_t id = said(c, c->draw, "请回电");
    assert_int_equal(office_feedback_get(&row, all(c), id), ERR_OK);
    assert_string_equal(row.contact.data, "139****5678");
    struct office_feedbacks list = listed(of(c, "SCJG"), (struct store_feedback_find){0});
    assert_string_equal(list.rows[0].contact.data, "139****5678");
    assert_int_equal(office_feedback_reveal(&row, all(c), id, STR(" ")), ERR_INPUT);
    assert_int_equal(office_feedback_reveal(&row, of(c, "XFJY"), id, STR("回电")), ERR_MISSING);
    assert_int_equal(course_number(c, "SELECT COUNT(*) FROM audit WHERE action = 'person-unmask'"),
                     0);
    assert_int_equal(office_feedback_reveal(&row, of(c, "SCJG"), id, STR("回电")), ERR_OK);
    assert_string_equal(row.contact.data, PHONE);
    assert_string_equal(course_text(c, "SELECT detail FROM audit WHERE action = 'person-unmask'"),
                        "回电");
    for (int i = 1; i < 20; i++) /* person.unmask-hourly is 20 */
        assert_int_equal(office_feedback_reveal(&row, of(c, "SCJG"), id, STR("回电")), ERR_OK);
    assert_int_equal(office_feedback_reveal(&row, of(c, "SCJG"), id, STR("回电")), ERR_RATE);
}

static void handling_is_written_once_with_who_and_when_and_kept_in_the_audit(void **state)
{
    struct course *c = *state;
    struct store_feedback row;
    COURSE_RUN(c, drawn);
    int64_t id = said(c, c->draw, "为什么抽到我两次");
    struct errand *e = of(c, "SCJG");
    assert_int_equal(handled(e, id, "working", "  ", 0), ERR_INPUT);
    assert_string_equal(e->fault.field, "note");
    e = of(c, "SCJG");
    assert_int_equal(handled(e, id, "new", "退回", 0), ERR_INPUT);
    assert_string_equal(e->fault.field, "state");
    assert_int_equal(handled(of(c, "XFJY"), id, "done", "不归我管", 0), ERR_MISSING);
    assert_int_equal(total(all(c), "new"), 1);
    e = of(c, "SCJG");
    int64_t at = e->now;
    e->key = STR("step-1");
    assert_int_equal(handled(e, id, "working", "已转科室核实", 0), ERR_OK);
    for (int i = 0; i < 2; i++) {
        e = of(c, "SCJG");
        e->key = STR("step-1");
        assert_int_equal(handled(e, id, "working", "已转科室核实", 0), ERR_OK);
    }
    assert_int_equal(office_feedback_get(&row, all(c), id), ERR_OK);
    assert_string_equal(row.state.data, "working");
    assert_string_equal(row.note.data, "已转科室核实");
    assert_string_equal(row.handled_by.data, "jing");
    assert_int_equal(row.handled_at, at);
    e = all(c);
    assert_int_equal(handled(e, id, "done", "已答复", 0), ERR_STATE); /* saw it as it was before */
    assert_non_null(strstr(e->fault.text, "jing"));
    assert_int_equal(handled(all(c), id, "done", "已电话答复", at), ERR_OK);
    assert_int_equal(total(all(c), "working"), 0);
    assert_int_equal(total(of(c, "SCJG"), "done"), 1);
    assert_int_equal(
        course_number(c, "SELECT COUNT(*) FROM audit WHERE action = 'feedback-handle'"), 2);
    assert_int_equal(course_number(c, "SELECT COUNT(*) FROM audit WHERE action = 'feedback-handle'"
                                      " AND actor = 'shuang' AND old_value LIKE '%已转科室核实%'"
                                      " AND new_value LIKE '%已电话答复%'"),
                     1);
}

static void pages_go_from_the_newest_on_and_back_again(void **state)
{
    struct course *c = *state;
    int64_t ids[5];
    for (int i = 0; i < 5; i++)
        ids[i] = said(c, STR(""), "意见");
    struct office_feedbacks page = listed(all(c), (struct store_feedback_find){.window.most = 2});
    assert_int_equal(page.count, 2);
    assert_int_equal(page.total, 5);
    assert_int_equal(page.rows[0].id, ids[4]);
    assert_false(page.sides.newer);
    assert_true(page.sides.older);
    page = listed(all(c), (struct store_feedback_find){.window = {.most = 3, .after = ids[3]}});
    assert_int_equal(page.count, 3);
    assert_int_equal(page.rows[0].id, ids[2]);
    assert_int_equal(page.rows[2].id, ids[0]);
    assert_true(page.sides.newer);
    assert_false(page.sides.older);
    page = listed(all(c), (struct store_feedback_find){.window = {.most = 2, .before = ids[0]}});
    assert_int_equal(page.count, 2);
    assert_int_equal(page.rows[0].id, ids[2]);
    assert_int_equal(page.rows[1].id, ids[1]);
    assert_true(page.sides.newer);
    assert_true(page.sides.older);
}

static void the_front_page_counts_the_draws_of_its_year_and_the_objects_of_now(void **state)
{
    static const char *const days[] = {"2025-12-31", "2026-03-05", "2026-12-31", "2027-01-01"};
    static const int64_t draws[] = {0, 1, 1, 0};
    static const int years[] = {2025, 2026, 2026, 2027};
    struct course *c = *state;
    COURSE_RUN(c, drawn); /* on 2026-03-02 */
    for (size_t i = 0; i < 4; i++) {
        struct errand *e = all(c);
        struct office_front front;
        int32_t day = 0;
        assert_int_equal(date_parse(&day, str_of(days[i])), ERR_OK);
        e->now = time_of_date(day) + 9 * 3600 * TIME_SECOND;
        assert_int_equal(office_portal_front(&front, e), ERR_OK);
        assert_int_equal(front.year, years[i]);
        assert_int_equal(front.figures.draws, draws[i]);
        assert_int_equal(front.figures.objects, 240); /* of course_county */
    }
}

static void a_task_s_departments_have_names(void **state)
{
    struct course *c = *state;
    struct office_public_task t;
    COURSE_RUN(c, drawn);
    assert_int_equal(office_portal_task(&t, all(c), c->task), ERR_OK);
    assert_int_equal(t.part_count, 1);
    size_t i = 0;
    while (i < t.department_count && !str_eq(t.departments[i].code, t.parts[0].department))
        i++;
    assert_true(i < t.department_count);
    assert_true(t.departments[i].name.len > 0);
    assert_false(str_eq(t.departments[i].name, STR("SCJG")));
}

/* --- the tickets of a business --- */

/* Is the ticket what the draw says of this object: its line in pool.tsv, its visit, its cutoff? */
static void judge_ticket(struct course *c, const struct office_business *b, struct str pool)
{
    const struct office_ticket *t = &b->tickets[0];
    char text[200];
    assert_int_equal(b->ticket_count, 1);
    snprintf(text, sizeof text, "%.*s\t%.*s\n", STR_ARG(b->object.pool_id), STR_ARG(t->stratum));
    assert_true(str_find(pool, str_of(text)) >= 0);
    assert_true(t->ticket.len == 64 && t->cutoff.len == 64);
    assert_int_equal(t->drawn, str_cmp(t->ticket, t->cutoff) <= 0);
    snprintf(text, sizeof text, "SELECT COUNT(*) FROM visit WHERE pool_id = '%.*s'",
             STR_ARG(b->object.pool_id));
    assert_int_equal(course_number(c, text), t->drawn ? 1 : 0);
    snprintf(text, sizeof text, "SELECT ticket FROM visit WHERE pool_id = '%.*s'",
             STR_ARG(b->object.pool_id));
    assert_true(!t->drawn || str_eq(str_of(course_text(c, text)), t->ticket));
}

/* Every business's, by a reader that holds as many bytes of pools; how many have one. */
static size_t tickets_held(struct course *c, size_t most)
{
    struct office reader = *c->s->e.office;
    const struct office *whole = c->s->e.office;
    struct str pool = course_file(c, "pool.tsv");
    size_t shown = 0;
    size_t chosen = 0;
    assert_int_equal(ticket_book_open(&reader.tickets, most), ERR_OK);
    for (int i = 0; i < 240; i++) { /* course_county */
        struct office_business b;
        char sql[120];
        snprintf(sql, sizeof sql, "SELECT pool_id FROM object ORDER BY pool_id LIMIT 1 OFFSET %d",
                 i);
        struct str id = str_of(course_text(c, sql));
        struct errand *e = all(c);
        e->office = &reader;
        assert_int_equal(office_portal_business(&b, e, id), ERR_OK);
        e->office = whole;
        if (b.ticket_count == 0)
            assert_true(str_find(pool, id) < 0);
        else
            judge_ticket(c, &b, pool);
        shown += b.ticket_count;
        chosen += b.ticket_count > 0 && b.tickets[0].drawn;
    }
    ticket_book_close(reader.tickets);
    assert_int_equal(chosen, 5);
    return shown;
}

static void every_business_of_a_pool_has_its_ticket_whether_the_pool_is_held_or_read(void **state)
{
    struct course *c = *state;
    const struct step disclosed[] = {
        {"a task of two strata", course_task,
         &(struct course_task){.strata = "kind",
                               .kind = "enterprise,individual",
                               .quotas = "enterprise=fixed:3;individual=fixed:2"}},
        {"the draw", course_draw},
        {"disclose", course_disclose},
    };
    COURSE_RUN(c, disclosed);
    struct str rest = course_file(c, "pool.tsv");
    struct str line;
    size_t lines = 0;
    while (str_cut(&line, &rest, '\n'))
        lines += line.len > 0;
    assert_int_equal(tickets_held(c, TICKET_POOLS), lines);
    assert_int_equal(tickets_held(c, 0), lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(words_belong_to_the_department_that_their_number_names),
        COURSE_TEST(words_sent_twice_under_one_key_are_stored_once),
        COURSE_TEST(a_contact_is_masked_until_a_reason_is_given),
        COURSE_TEST(handling_is_written_once_with_who_and_when_and_kept_in_the_audit),
        COURSE_TEST(pages_go_from_the_newest_on_and_back_again),
        COURSE_TEST(the_front_page_counts_the_draws_of_its_year_and_the_objects_of_now),
        COURSE_TEST(a_task_s_departments_have_names),
        COURSE_TEST(every_business_of_a_pool_has_its_ticket_whether_the_pool_is_held_or_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
