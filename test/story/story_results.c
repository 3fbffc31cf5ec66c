/* Results (R80, R103, R106-R111): nothing is prefilled, who was there enters, another approves, all
 * of an object's items are published at once, each publication stands in the log. */
#include "story.h"

#include "base/file.h"
#include "base/time.h"
#include "model/permission.h"
#include "office/object.h"

static void nothing_is_prefilled_and_only_the_eight_results_are_taken(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, course_joint);
    const struct step steps[] = {
        {"no result", course_enter, &(struct course_result){.object = "1", .method = "site"},
         ERR_INPUT, "01-08", .days = 8},
        {"no method", course_enter, &(struct course_result){.object = "1", .code = "01"}, ERR_INPUT,
         "检查方式"},
        {"a result of an old system", course_enter,
         &(struct course_result){.object = "1", .code = "正常", .method = "site"}, ERR_INPUT,
         "正常"},
        {"a ninth", course_enter,
         &(struct course_result){.object = "1", .code = "09", .method = "site"}, ERR_INPUT, "09"},
        {"a method nobody knows", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "电话"}, ERR_INPUT, "电话"},
        {"a finding without words", course_enter,
         &(struct course_result){.object = "1", .code = "05", .method = "site"}, ERR_INPUT,
         "写明情况"},
        {"an item of another task", course_enter,
         &(struct course_result){
             .object = "1", .item = "SCJG-S0002", .code = "01", .method = "site"},
         ERR_INPUT, "SCJG-S0002"},
        {"an object that was not drawn", course_enter,
         &(struct course_result){.object = "91410882MA0000000",
                                 .code = "01",
                                 .method = "site",
                                 .inspector = "SCJG-001"},
         ERR_MISSING},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result"), 0);
}

static void the_eight_texts_and_their_codes_say_the_same(void **state)
{
    struct course *c = *state;
    /* REQUIREMENTS.md B1 */
    static const char *const texts[] = {"未发现问题",
                                        "未按规定公示应当公示的信息",
                                        "公示信息隐瞒真实情况、弄虚作假",
                                        "通过登记的住所（经营场所）无法联系",
                                        "发现问题已责令改正",
                                        "不配合检查情节严重",
                                        "未发现开展本次抽查涉及的经营活动",
                                        "发现问题待后续处理"};
    const struct step draw[] = {
        {"a task of eight", course_task, &(struct course_task){.quotas = "ALL=fixed:8"}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, draw);
    for (int i = 0; i < 8; i++) {
        char nth[2] = {(char)('1' + i), '\0'};
        const struct course_result entry = {
            .object = nth, .code = texts[i], .method = "实地核查", .note = "现场记录"};
        const struct step step = {texts[i], course_enter, &entry, .days = i == 0 ? 8 : 0};
        course_step(c, &step);
        char sql[200];
        snprintf(sql, sizeof sql,
                 "SELECT r.code FROM result r JOIN visit v ON v.tenant = r.tenant AND v.id = "
                 "r.visit WHERE v.pool_id = '%.*s'",
                 STR_ARG(course_object(c, nth)));
        const char want[] = {'0', (char)('1' + i), '\0'};
        assert_string_equal(course_text(c, sql), want);
    }
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE method = 'site'"), 8);
}

static void only_those_who_were_assigned_enter(void **state)
{
    struct course *c = *state;
    const char *stranger = NULL;
    COURSE_RUN(c, course_joint);
    struct str one = course_seated(c, 1, "SCJG", 1);
    struct str two = course_seated(c, 1, "SCJG", 2);
    static const char *const three[] = {"SCJG-001", "SCJG-002", "SCJG-003"};
    for (size_t i = 0; i < 3; i++)
        if (!str_eq(one, str_of(three[i])) && !str_eq(two, str_of(three[i])))
            stranger = three[i];
    const struct course_result by_stranger = {
        .object = "1", .code = "01", .method = "site", .inspector = stranger};
    const struct course_result by_fire = {
        .object = "1",
        .code = "01",
        .method = "site",
        .inspector = arena_cstr(&c->s->arena, course_seated(c, 1, "XFJY", 1))};
    const struct course_result by_nobody = {
        .object = "1", .code = "01", .method = "site", .inspector = ""};
    const struct course_result by_second = {
        .object = "1", .code = "01", .method = "site", .inspector = arena_cstr(&c->s->arena, two)};
    const struct step steps[] = {
        {"a colleague who was not there", course_enter, &by_stranger, ERR_FORBIDDEN, "谁检查谁录入",
         .days = 8},
        {"another department's inspector", course_enter, &by_fire, ERR_FORBIDDEN},
        {"nobody", course_enter, &by_nobody, ERR_FORBIDDEN},
        {"the second of the team", course_enter, &by_second},
    };
    COURSE_RUN(c, steps);
}

static void the_author_never_approves(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, course_joint);
    const char *author = arena_cstr(&c->s->arena, course_seated(c, 1, "SCJG", 1));
    const struct step steps[] = {
        {"nothing was entered", course_approve, COURSE_GOOD("1"), ERR_STATE, .by = "审核员"},
        {"enter", course_enter, COURSE_GOOD("1"), .days = 8},
        {"the author approves", course_approve, COURSE_GOOD("1"), ERR_FORBIDDEN, "他人",
         .by = author},
        {"the author exempts", course_exempt,
         &(struct course_result){.object = "1", .note = "商业秘密", .reason = "trade"},
         ERR_FORBIDDEN, .by = author},
        {"approve", course_approve, COURSE_GOOD("1"), .by = "审核员"},
        {"approve again", course_approve, COURSE_GOOD("1"), ERR_STATE, .by = "审核员"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM result WHERE approved_by = entered_by"), 0);
}

/* --- who is another --- */

static const struct step single[] = {{"a task", course_task}, {"the draw", course_draw}};

static void who_typed_a_result_does_not_approve_it(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, single);
    const struct step steps[] = {
        {"typed by a clerk in the name of the inspector", course_enter, COURSE_GOOD("1"),
         .by = "张三", .days = 8},
        {"the clerk approves what he typed", course_approve, COURSE_GOOD("1"), ERR_FORBIDDEN,
         .by = "张三"},
        {"the same with a blank behind", course_approve, COURSE_GOOD("1"), ERR_FORBIDDEN,
         .by = "张三 "},
        {"the same exempts", course_exempt,
         &(struct course_result){.object = "1", .note = "商业秘密", .reason = "trade"},
         ERR_FORBIDDEN, .by = "张三"},
        {"somebody else", course_approve, COURSE_GOOD("1"), .by = "李四"},
    };
    COURSE_RUN(c, steps);
}

static void the_authors_own_name_is_the_author_too(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, single);
    const char *code = arena_cstr(&c->s->arena, course_seated(c, 1, "SCJG", 1));
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT name FROM inspector WHERE code = '%s'", code);
    const char *name = course_text(c, sql);
    const char *blank = arena_printf(&c->s->arena, "%s ", code).data;
    const struct step steps[] = {
        {"enter", course_enter, COURSE_GOOD("1"), .by = "录入员", .days = 8},
        {"approved under his name", course_approve, COURSE_GOOD("1"), ERR_FORBIDDEN, .by = name},
        {"approved under his code and a blank", course_approve, COURSE_GOOD("1"), ERR_FORBIDDEN,
         .by = blank},
        {"nobody", course_approve, COURSE_GOOD("1"), ERR_FORBIDDEN, .by = ""},
    };
    COURSE_RUN(c, steps);
}

static void an_object_whose_items_are_all_exempt_leaves_the_list_with_an_audit_row(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, single);
    const struct step steps[] = {
        {"enter", course_enter, COURSE_GOOD("1"), .days = 8},
        {"exempt", course_exempt,
         &(struct course_result){.object = "1", .note = "国家秘密", .reason = "state"},
         .by = "审批人"},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
}

/* --- what is public stays --- */

static void what_was_published_stays_as_it_was_when_the_registry_changes(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, single);
    const struct step steps[] = {
        {"results", course_results, .days = 8},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
    uint64_t rows = 0;
    struct buf before = {0};
    struct buf after = {0};
    assert_int_equal(office_result_export(&rows, &c->s->e, course_path(c, "a.csv")), ERR_OK);
    struct str number = course_object(c, "1");
    struct str text = arena_printf(
        &c->s->arena, "统一社会信用代码,检查对象名称\n%.*s,改了名字的公司\n", STR_ARG(number));
    const struct course_import renamed = {"objects", text.data};
    const struct step more[] = {{"the business takes another name", course_import, &renamed}};
    COURSE_RUN(c, more);
    assert_int_equal(office_result_export(&rows, &c->s->e, course_path(c, "b.csv")), ERR_OK);
    assert_int_equal(file_read(&before, course_path(c, "a.csv"), 1 << 20), ERR_OK);
    assert_int_equal(file_read(&after, course_path(c, "b.csv"), 1 << 20), ERR_OK);
    assert_string_equal(buf_cstr(&before), buf_cstr(&after));
    buf_free(&before);
    buf_free(&after);
}

/* --- dates --- */

static int32_t date(const char *text)
{
    int32_t day = 0;
    assert_int_equal(date_parse(&day, str_of(text)), ERR_OK);
    return day;
}

/* The 20th working day after a date by the published vectors; 0 when there is none. */
static int32_t due_by_vectors(struct str vectors, const char *on)
{
    struct str rest = vectors;
    struct str line;
    struct str cell;
    int32_t day = 0;
    while (str_cut(&line, &rest, '\n')) {
        struct str tail = line;
        if (!str_starts(line, str_of(on)))
            continue;
        assert_true(str_cut(&cell, &tail, ',') && str_cut(&cell, &tail, ','));
        assert_int_equal(date_parse(&day, cell), ERR_OK);
    }
    return day;
}

static void the_last_day_for_publication_is_the_twentieth_working_day(void **state)
{
    struct course *c = *state;
    char path[300];
    const char *found = story_shared(path, sizeof path, "calendar/deadline_vectors.csv");
    struct buf vectors = {0};
    /* around 清明, 五一 with its make-up day, and an ordinary week */
    static const char *const days[] = {"2026-03-09", "2026-04-03", "2026-04-06",
                                       "2026-04-24", "2026-04-30", "2026-05-06"};
    if (found == NULL)
        return;
    assert_int_equal(file_read(&vectors, found, 1 << 24), ERR_OK);
    const struct step draw[] = {
        {"a task", course_task},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, draw);
    for (int i = 0; i < 6; i++) {
        const char nth[] = {(char)('1' + i), '\0'};
        const struct course_result entry = {
            .object = nth, .code = "01", .method = "site", .on = days[i]};
        const struct step step = {days[i], course_enter, &entry, .days = i == 0 ? 66 : 0};
        course_step(c, &step);
        int32_t due = due_by_vectors(buf_view(&vectors), days[i]);
        assert_true(due > 0);
        assert_int_equal(c->due.due_on, due);
        assert_false(c->due.estimated);
    }
    buf_free(&vectors);
}

static void beyond_the_known_calendar_the_last_day_is_marked_as_an_estimate(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        /* visits from 2026-12-02 (275 days on) */
        {"a task of December", course_task, &(struct course_task){.from = 275, .until = 300}},
        {"the draw", course_draw},
        {"a result of 2026-12-21", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site", .on = "2026-12-21"},
         .days = 295},
    };
    COURSE_RUN(c, steps);
    assert_true(c->due.estimated);
    /* Mondays to Fridays after 2026-12-21 and, in 2026, no holiday: 12-22 .. 12-31 are eight, the
     * other twelve of 2027 end on 01-18. */
    assert_int_equal(c->due.due_on, date("2027-01-18"));
    assert_int_equal(course_number(c, "SELECT estimated FROM result"), 1);
}

static void a_result_before_the_visits_or_after_today_is_refused(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, course_joint);
    const struct step steps[] = {
        {"on the day before the visits begin", course_enter, COURSE_GOOD("1"), ERR_INPUT,
         "检查尚未进行", .days = 6},
        {"dated back", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site", .on = "2026-03-08"},
         ERR_INPUT, .days = 3},
        {"of tomorrow", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site", .on = "2026-03-12"},
         ERR_INPUT, "今天"},
        {"of the first day", course_enter,
         &(struct course_result){
             .object = "1", .code = "01", .method = "site", .on = "2026-03-09"}},
    };
    COURSE_RUN(c, steps);
}

/* --- back and forth --- */

static void a_returned_result_is_entered_anew_as_another_version(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, course_joint);
    const struct step steps[] = {
        {"enter", course_enter, COURSE_GOOD("1"), .days = 8},
        {"enter again", course_enter, COURSE_GOOD("1"), ERR_STATE, "退回"},
        {"return without a reason", course_return, COURSE_GOOD("1"), ERR_INPUT, "理由",
         .by = "审核员"},
        {"return", course_return, &(struct course_result){.object = "1", .note = "照片不清楚"},
         .by = "审核员"},
        {"approve the returned one", course_approve, COURSE_GOOD("1"), ERR_STATE, .by = "审核员"},
        {"nothing to publish", course_publish, .still = true},
        {"enter anew", course_enter,
         &(struct course_result){
             .object = "1", .code = "05", .method = "site", .note = "已责令改正"}},
        {"approve", course_approve, COURSE_GOOD("1"), .by = "审核员"},
        {"return an approved one", course_return,
         &(struct course_result){.object = "1", .note = "依据写错"}, .by = "审核员"},
        {"a third time", course_enter, COURSE_GOOD("1")},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result"), 3);
    assert_int_equal(course_number(c, "SELECT max(version) FROM result"), 3);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'returned'"), 2);
    assert_string_equal(course_text(c, "SELECT code FROM result WHERE version = 2"), "05");
}

static void an_exemption_needs_a_ground_and_is_never_public(void **state)
{
    struct course *c = *state;
    struct store_result_counts counts = {0};
    COURSE_RUN(c, course_joint);
    const struct step steps[] = {
        {"enter", course_enter, COURSE_GOOD("1"), .days = 8},
        {"enter the other", course_enter, COURSE_FIRE("1")},
        {"without a kind", course_exempt,
         &(struct course_result){.object = "1", .note = "第十五条"}, ERR_INPUT, "情形",
         .by = "审批人"},
        {"of a kind that is none", course_exempt,
         &(struct course_result){.object = "1", .note = "第十五条", .reason = "不方便"}, ERR_INPUT,
         "情形", .by = "审批人"},
        {"without a ground", course_exempt,
         &(struct course_result){.object = "1", .note = " ", .reason = "商业秘密"}, ERR_INPUT,
         "依据", .by = "审批人"},
        {"exempt", course_exempt,
         &(struct course_result){
             .object = "1", .note = "政府信息公开条例第十五条", .reason = "商业秘密"},
         .by = "审批人"},
        {"approve the other", course_approve, COURSE_FIRE("1"), .by = "审核员"},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(c->published.visits, 1);
    assert_int_equal(c->published.results, 1);
    assert_int_equal(c->published.exempt, 1);
    assert_int_equal(office_result_counts(&counts, &c->s->e), ERR_OK);
    assert_int_equal(counts.exempt, 1);
    assert_int_equal(counts.published, 1);
    assert_string_equal(course_text(c, "SELECT exempt_by FROM result WHERE state = 'exempt'"),
                        "审批人");
    assert_string_equal(course_text(c, "SELECT exempt_kind FROM result WHERE state = 'exempt'"),
                        "trade");
    assert_string_equal(course_text(c, "SELECT detail FROM audit WHERE action = 'result-exempt'"),
                        "涉及商业秘密：政府信息公开条例第十五条");
    uint64_t rows = 0;
    assert_int_equal(office_result_export(&rows, &c->s->e, course_path(c, "out.csv")), ERR_OK);
    assert_int_equal(rows, 1);
}

static void an_object_is_published_when_all_its_items_are_in_and_only_once(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, course_joint);
    const struct step steps[] = {
        {"the first item of 1", course_enter, COURSE_GOOD("1"), .days = 8},
        {"approved", course_approve, COURSE_GOOD("1"), .by = "审核员"},
        {"the other department is not in", course_publish, .still = true},
        {"the second item of 1", course_enter, COURSE_FIRE("1")},
        {"entered is not approved", course_publish, .still = true},
        {"approved", course_approve, COURSE_ALL("1"), .by = "审核员"},
        {"both items of 2", course_enter, COURSE_GOOD("2")},
        {"both items of 2", course_enter, COURSE_FIRE("2")},
        {"approved at once", course_approve, COURSE_ALL("2"), .by = "审核员"},
        {"only object 2", course_publish, "2"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(c->published.visits, 1);
    assert_int_equal(c->published.results, 2);
    const struct step more[] = {
        {"the rest", course_publish},
        {"again", course_publish, .still = true},
        {"again, one", course_publish, "2", .still = true},
        {"nothing goes back", course_return,
         &(struct course_result){.object = "1", .item = "", .note = "改"}, ERR_STATE,
         .by = "审核员"},
        {"nothing is hidden later", course_exempt,
         &(struct course_result){.object = "1", .item = "", .note = "秘密", .reason = "other"},
         ERR_STATE, .by = "审核员"},
        {"nothing is entered over it", course_enter, COURSE_GOOD("1"), ERR_STATE, "公示"},
    };
    COURSE_RUN(c, more);
    assert_int_equal(course_number(c, "SELECT count(id) FROM publication"), 2);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result WHERE state = 'published'"), 4);
}

static void what_is_late_is_counted_as_overdue(void **state)
{
    struct course *c = *state;
    struct store_result_counts counts = {0};
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"a result of 2026-03-10", course_enter, COURSE_GOOD("1"), .days = 8},
    };
    COURSE_RUN(c, steps);
    /* 2026-04-08, the 20th working day, is still in time (清明 on 04-04 to 04-06). */
    int32_t due = c->due.due_on;
    c->s->e.now = time_of_date(due) + TIME_DAY - TIME_SECOND;
    assert_int_equal(office_result_counts(&counts, &c->s->e), ERR_OK);
    assert_int_equal(counts.overdue, 0);
    c->s->e.now = time_of_date(due) + TIME_DAY;
    assert_int_equal(office_result_counts(&counts, &c->s->e), ERR_OK);
    assert_int_equal(counts.overdue, 1);
    assert_int_equal(counts.entered, 1);
}

/* --- out of the house --- */

/* Exports in three formats; the peer compares them and computes rows and root. */
static const char *export_root(struct course *c)
{
    const char *source = getenv("SUNLOT_SOURCE");
    const char *text = "";
    static const char *const names[] = {"out.csv", "out.json", "out.xlsx"};
    for (size_t i = 0; i < 3; i++) {
        uint64_t rows = 0;
        c->s->e.fault = (struct fault){0};
        if (office_result_export(&rows, &c->s->e, course_path(c, names[i])) != ERR_OK)
            fail_msg("%s: %s", names[i], fault_text(&c->s->e.fault));
    }
    const char *peer =
        arena_printf(&c->s->arena, "%s/test/story/export_peer.py", source != NULL ? source : ".")
            .data;
    const char *const words[] = {"python3",
                                 peer,
                                 course_path(c, names[0]),
                                 course_path(c, names[1]),
                                 course_path(c, names[2]),
                                 NULL};
    if (course_spawn(&text, c, words) != 0)
        fail_msg("%s", text);
    return text;
}

/* "COUNT ROOT\n" of the publication entry at idx. */
static const char *logged_root(struct course *c, int64_t idx)
{
    char sql[100];
    struct str count = {NULL, 0};
    struct str root = {NULL, 0};
    struct str line;
    snprintf(sql, sizeof sql, "SELECT body FROM log_entry WHERE idx = %lld", (long long)idx);
    struct str rest = course_bytes(c, sql);
    assert_true(str_starts(rest, STR("sunlot-result/1 publication\n")));
    while (str_cut(&line, &rest, '\n')) {
        if (str_starts(line, STR("count ")))
            count = str_sub(line, 6, line.len - 6);
        if (str_starts(line, STR("root ")))
            root = str_sub(line, 5, line.len - 5);
    }
    return arena_printf(&c->s->arena, "%.*s %.*s\n", STR_ARG(count), STR_ARG(root)).data;
}

static void the_publications_root_is_recomputed_from_what_is_public(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, course_joint);
    const struct step steps[] = {
        {"results", course_results, .days = 8},
        {"results of the brigade", course_results, "XFJY-S0001"},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
    assert_string_equal(export_root(c), logged_root(c, c->published.idx));
    assert_int_equal(c->published.results, 12);
}

/* How many results the object's page tells to somebody of that clearance. */
static size_t told(struct course *c, enum model_grade clearance, struct str pool_id)
{
    struct office_object object;
    size_t count = 0;
    struct errand *e = course_as(c, "chen", MODEL_SCOPE_ALL, NULL);
    e->scope.clearance = clearance;
    assert_int_equal(office_object_show(&object, e, pool_id), ERR_OK);
    for (size_t i = 0; i < object.visit_count; i++)
        count += object.visits[i].code.len > 0 ? 1 : 0;
    return count;
}

static void AC7_results_are_internal_until_they_are_published(void **state)
{
    struct course *c = *state;
    COURSE_RUN(c, single);
    const struct step enter[] = {{"results", course_results, .days = 8}};
    COURSE_RUN(c, enter);
    struct str first = course_object(c, "1");
    assert_int_equal(told(c, MODEL_GRADE_INTERNAL, first), 1);
    assert_int_equal(told(c, MODEL_GRADE_PUBLIC, first), 0);
    const struct step publish[] = {{"publish", course_publish}};
    COURSE_RUN(c, publish);
    assert_int_equal(told(c, MODEL_GRADE_PUBLIC, first), 1);
}

static void names_that_look_like_formulas_do_no_harm(void **state)
{
    struct course *c = *state;
    static const char names[] = "检查对象名称,对象类别\n"
                                "=HYPERLINK(\"http://x\"),产品\n"
                                "+86打蛋器,产品\n"
                                "-2号炉,产品\n"
                                "@某店商品,产品\n"
                                "\"甲,乙\"\"丙\"\"\",产品\n";
    const struct step steps[] = {
        {"names", course_import, &(struct course_import){"objects", names}},
        {"all of them", course_task,
         &(struct course_task){.kind = "product", .items = "SCJG-S0002", .quotas = "ALL=fixed:5"}},
        {"the draw", course_draw},
        {"results", course_results, "SCJG-S0002", .days = 8},
        {"publish", course_publish},
    };
    COURSE_RUN(c, steps);
    assert_string_equal(export_root(c), logged_root(c, c->published.idx));
    struct buf csv = {0};
    assert_int_equal(file_read(&csv, course_path(c, "out.csv"), 1 << 20), ERR_OK);
    assert_true(str_find(buf_view(&csv), STR("'=HYPERLINK")) > 0);
    assert_true(str_find(buf_view(&csv), STR("'@某店商品")) > 0);
    buf_free(&csv);
}

static void a_file_of_another_ending_is_refused(void **state)
{
    struct course *c = *state;
    uint64_t rows = 0;
    COURSE_RUN(c, course_joint);
    assert_true(office_result_export(&rows, &c->s->e, course_path(c, "out.doc")) != ERR_OK);
    assert_true(str_find(str_of(fault_text(&c->s->e.fault)), STR(".xlsx")) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(nothing_is_prefilled_and_only_the_eight_results_are_taken),
        COURSE_TEST(the_eight_texts_and_their_codes_say_the_same),
        COURSE_TEST(only_those_who_were_assigned_enter),
        COURSE_TEST(the_author_never_approves),
        COURSE_TEST(who_typed_a_result_does_not_approve_it),
        COURSE_TEST(the_authors_own_name_is_the_author_too),
        COURSE_TEST(an_object_whose_items_are_all_exempt_leaves_the_list_with_an_audit_row),
        COURSE_TEST(what_was_published_stays_as_it_was_when_the_registry_changes),
        COURSE_TEST(the_last_day_for_publication_is_the_twentieth_working_day),
        COURSE_TEST(beyond_the_known_calendar_the_last_day_is_marked_as_an_estimate),
        COURSE_TEST(a_result_before_the_visits_or_after_today_is_refused),
        COURSE_TEST(a_returned_result_is_entered_anew_as_another_version),
        COURSE_TEST(an_exemption_needs_a_ground_and_is_never_public),
        COURSE_TEST(an_object_is_published_when_all_its_items_are_in_and_only_once),
        COURSE_TEST(what_is_late_is_counted_as_overdue),
        COURSE_TEST(the_publications_root_is_recomputed_from_what_is_public),
        COURSE_TEST(AC7_results_are_internal_until_they_are_published),
        COURSE_TEST(names_that_look_like_formulas_do_no_harm),
        COURSE_TEST(a_file_of_another_ending_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
