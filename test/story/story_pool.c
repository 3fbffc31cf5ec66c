/* What a task may ask for (R5, R71, R90) and what goes into the frozen pool (PROTOCOL 2, R21, R50,
 * R74): everything in scope, and what may not be drawn in strata that name the reason. */
#include "story.h"

/* The stratum of an object in pool.tsv; absent when it is not there. */
static struct str stratum_of(struct course *c, struct str object)
{
    struct str rest = course_file(c, "pool.tsv");
    struct str line;
    struct str id;
    while (str_cut(&line, &rest, '\n')) {
        struct str tail = line;
        if (str_cut(&id, &tail, '\t') && str_eq(id, object))
            return tail;
    }
    return str_range(NULL, 0);
}

static void stratum_is(struct course *c, const char *name, const char *stratum)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT pool_id FROM object WHERE name = '%s'", name);
    struct str found = stratum_of(c, course_bytes(c, sql));
    if (!str_eq(found, str_of(stratum)))
        fail_msg("%s stands in “%.*s”, not in “%s”", name, STR_ARG(found), stratum);
}

static size_t pool_lines(struct course *c)
{
    struct str pool = course_file(c, "pool.tsv");
    size_t lines = 0;
    for (size_t i = 0; i < pool.len; i++)
        lines += pool.data[i] == '\n';
    return lines;
}

#define OBJECT_HEAD "统一社会信用代码,检查对象名称,对象类别,登记状态,行政区划,观察期至\n"

/* 240 of the county, and here: number 1 closed, 4 revoked, 7 moved, 2 withdrawn, 5 in observation
 * through the visits, 8 in observation until before them. */
static enum err change_states(struct course *c, const void *arg)
{
    static const char *const what[][2] = {
        {"第001号", "吊销,410882,"},           {"第004号", "注销,410882,"},
        {"第007号", "迁出,410882,"},           {"第002号", "撤销,410882,"},
        {"第005号", "存续,410882,2026-12-31"}, {"第008号", "存续,410882,2026-03-01"}};
    struct buf text = {0};
    (void)arg;
    buf_cat(&text, OBJECT_HEAD);
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT number FROM object WHERE name = '%s'", what[i][0]);
        buf_printf(&text, "%s,%s,企业,%s\n", course_text(c, sql), what[i][0], what[i][1]);
    }
    const struct course_import file = {"objects", buf_cstr(&text)};
    enum err err = course_import(c, &file);
    buf_free(&text);
    return err;
}

static void what_may_not_be_drawn_stands_in_a_stratum_that_names_the_reason(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"states change", change_states},
        {"a first task", course_task, &(struct course_task){.quotas = "ALL=fixed:12"}},
        {"its draw", course_draw},
        {"another task", course_task, &(struct course_task){.quotas = "ALL=fixed:10"}},
        {"its draw", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(pool_lines(c), 240);
    stratum_is(c, "第001号", "排除-非存续");
    stratum_is(c, "第004号", "排除-非存续");
    stratum_is(c, "第007号", "排除-非存续");
    stratum_is(c, "第002号", "排除-非存续");
    stratum_is(c, "第005号", "排除-观察期");
    stratum_is(c, "第008号", "ALL");
    const struct office_draw *draw = course_show(c);
    int64_t counted = 0;
    for (size_t i = 0; i < draw->stratum_count; i++) {
        const struct store_stratum *s = &draw->strata[i];
        counted += s->count;
        if (str_eq(s->name, STR("ALL")))
            assert_int_equal(s->count, 240 - 4 - 1 - 12);
        else
            assert_int_equal(s->quota, 0);
        if (str_eq(s->name, STR("排除-本年度已查")))
            assert_int_equal(s->count, 12);
    }
    assert_int_equal(counted, 240);
    assert_int_equal(draw->stratum_count, 4);
    assert_int_equal(course_number(c, "SELECT count(pool_id) FROM visit"), 22);
    assert_int_equal(course_number(c, "SELECT count(DISTINCT pool_id) FROM visit"), 22);
}

static void a_recorded_reason_lets_this_years_objects_be_drawn_again(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a first task", course_task, &(struct course_task){.quotas = "ALL=fixed:12"}},
        {"its draw", course_draw},
        {"a task with a reason", course_task,
         &(struct course_task){.quotas = "ALL=fixed:10", .repeat = "群众投诉举报集中"}},
        {"its draw", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_show(c)->stratum_count, 1);
    assert_int_equal(course_show(c)->strata[0].count, 240);
}

static void with_the_setting_off_nobody_is_excluded_as_visited(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a first task", course_task},
        {"its draw", course_draw},
        {"this place draws again", course_setting,
         &(struct course_setting){MODEL_SETTING_REPEAT_EXCLUDE, "0", "本地规定〔2026〕3号"}},
        {"another", course_task},
        {"its draw", course_draw},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_show(c)->strata[0].count, 240);
}

static void visits_of_next_year_are_not_this_years(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a first task", course_task},
        {"its draw", course_draw},
        /* 2027-01-11, 315 days on */
        {"next January's task", course_task, &(struct course_task){.from = 315, .until = 330}},
        {"its draw", course_draw},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_show(c)->strata[0].count, 240);
}

static void skipped_and_aborted_objects_can_be_drawn_again(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a first task", course_task},
        {"its draw", course_draw},
        {"one was not found", course_skip, &(struct course_skip){"3", "missing", NULL}},
        {"a second task", course_task},
        {"its draw", course_draw},
    };
    COURSE_RUN(c, steps);
    /* 6 standing visits; the skipped one is back among the drawable. */
    assert_int_equal(course_show(c)->strata[0].count, 240 - 6);
    const struct step more[] = {
        {"the second is given up", course_abort, "人员调整"},
        {"a third task", course_task},
        {"its draw", course_draw},
    };
    COURSE_RUN(c, more);
    assert_int_equal(course_show(c)->strata[0].count, 240 - 6);
}

static void objects_without_a_number_have_ids_of_their_own_and_are_drawn(void **state)
{
    struct course *c = *state;
    static const char text[] = "统一社会信用代码,检查对象名称,对象类别\n"
                               ",示例学校食堂项目,项目\n"
                               ",示例桶装水,产品\n"
                               ",示例早点摊,无证无照户\n"
                               ",示例促销行为,行为\n";
    const struct step steps[] = {
        {"a product, a project, a stall, a conduct", course_import,
         &(struct course_import){"objects", text}},
        {"a task about them", course_task,
         &(struct course_task){.kind = "product,project,unlicensed,conduct",
                               .items = "SCJG-S0002",
                               .quotas = "ALL=fixed:3"}},
        {"the draw", course_draw},
        {"peer", course_peer, .still = true},
        {"results", course_results, "SCJG-S0002", .days = 8},
        {"publication", course_publish},
        {"disclosure", course_disclose},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(pool_lines(c), 4);
    const struct office_draw *draw = course_show(c);
    for (size_t i = 0; i < draw->visit_count; i++)
        assert_true(str_starts(draw->visits[i].pool_id, STR("SL-")));
}

static void the_scope_is_kept_and_strata_follow_it(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"enterprises and cooperatives", course_task,
         &(struct course_task){.kind = "enterprise,cooperative",
                               .strata = "kind",
                               .quotas = "enterprise=fixed:3;*=ceil:1%"}},
        {"the draw", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(pool_lines(c), 160);
    assert_int_equal(course_show(c)->stratum_count, 2);
    /* 1 % of 80, never less than one */
    assert_int_equal(course_show(c)->visit_count, 3 + 1);
}

static const char labelled_items[] =
    "编制单位,序号,抽查类别,抽查事项,检查对象,事项类别,检查方式,检查主体,检查依据,适用标签\n"
    "市场监督管理局,A08,标签事项,餐饮服务检查,餐饮,重点检查事项,实地核查,县级,《食品安全法》,"
    "餐饮、食堂\n"
    "市场监督管理局,A09,标签事项,药品经营检查,药店,重点检查事项,实地核查,县级,《药品管理法》,"
    "药店\n";

/* Here: numbers 10-13 carry 餐饮 or 食堂, 20 and 21 药店. */
static enum err label_objects(struct course *c, const void *arg)
{
    static const struct {
        int number;
        const char *label;
    } rows[] = {{10, "餐饮"}, {11, "食堂"}, {12, "餐饮、药店"},
                {13, "餐饮"}, {20, "药店"}, {21, "药店"}};
    struct buf text = {0};
    (void)arg;
    buf_cat(&text, "统一社会信用代码,检查对象名称,监管标签\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT number FROM object WHERE name = '第%03d号'",
                 rows[i].number);
        buf_printf(&text, "%s,第%03d号,%s\n", course_text(c, sql), rows[i].number, rows[i].label);
    }
    const struct course_import file = {"objects", buf_cstr(&text)};
    enum err err = course_import(c, &file);
    buf_free(&text);
    return err;
}

/* R22: an item with labels applies to the objects that carry one of them, a task to those that at
 * least one of its items applies to; an item without labels applies to all. */
static void the_pool_is_what_the_items_apply_to(void **state)
{
    struct course *c = *state;
    const struct course_import items = {"items", labelled_items};
    const struct step steps[] = {
        {"labels", label_objects},
        {"items with labels", course_import, &items},
        {"one item", course_task,
         &(struct course_task){.items = "SCJG-S0003", .quotas = "ALL=fixed:2"}},
        {"its draw", course_draw},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(pool_lines(c), 4);
    const struct step both[] = {
        {"two items, again the same year", course_task,
         &(struct course_task){
             .items = "SCJG-S0003;SCJG-S0004", .quotas = "ALL=fixed:2", .repeat = "整改复查"}},
        {"their draw", course_draw},
    };
    COURSE_RUN(c, both);
    assert_int_equal(pool_lines(c), 6);
    const struct step all[] = {
        {"with one that names no label", course_task,
         &(struct course_task){
             .items = "SCJG-S0003;SCJG-S0002", .quotas = "ALL=fixed:2", .repeat = "整改复查"}},
        {"everybody", course_draw},
    };
    COURSE_RUN(c, all);
    assert_int_equal(pool_lines(c), 240);
}

static void risk_classes_blind_the_pool_and_their_names(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"by class", course_task,
         &(struct course_task){
             .items = "SCJG-S0002", .strata = "risk", .quotas = "A=ceil:1%;D=ceil:100%;*=ceil:2%"}},
        {"open, the seed would tell the classes", course_commit, NULL, ERR_INPUT, "--sealed"},
        {"sealed", course_commit, &(struct course_commit){.sealed = true}},
    };
    COURSE_RUN(c, steps);
    struct str body = course_show(c)->entries[0].body;
    assert_true(str_find(body, STR("\npool-form blinded\n")) > 0);
    assert_true(str_find(body, STR("\nstratum A ")) < 0);
    assert_true(str_find(body, STR("\nstratum D ")) < 0);
    assert_true(str_find(body, STR("风险")) < 0);
    size_t strata = 0;
    struct str line;
    while (str_cut(&line, &body, '\n')) {
        bool stratum = str_starts(line, STR("stratum "));
        strata += stratum;
        assert_true(!stratum || str_starts(line, STR("stratum S")));
    }
    assert_int_equal(strata, 4);
}

static void a_general_item_keeps_its_cap_and_a_key_item_has_none(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"11 % of a 一般 item", course_task, &(struct course_task){.quotas = "ALL=ceil:11%"},
         ERR_INPUT, "SCJG-S0001;1/10"},
        {"one stratum above it", course_task,
         &(struct course_task){.strata = "kind", .quotas = "enterprise=ceil:1/9;*=ceil:1%"},
         ERR_INPUT, "SCJG-S0001;1/9"},
        {"its cap", course_task, &(struct course_task){.quotas = "ALL=ceil:10%"}},
        {"24 of 240", course_draw},
        {"a number above the cap", course_task, &(struct course_task){.quotas = "ALL=fixed:40"}},
        {"of 216 drawable", course_commit, NULL, ERR_INPUT, "SCJG-S0001;40;216"},
        {"by class, all but none", course_task,
         &(struct course_task){.strata = "risk", .quotas = "*=ceil:50%"}},
        {"the whole is above the cap", course_commit, &(struct course_commit){.sealed = true},
         ERR_INPUT, "SCJG-S0001;1/10"},
        {"by class, the whole under it", course_task,
         &(struct course_task){.strata = "risk",
                               .quotas = "A=ceil:1%;B=ceil:1%;C=ceil:1%;D=ceil:60%"}},
        {"allowed", course_commit, &(struct course_commit){.sealed = true}},
        {"a 重点 item has no limit", course_task,
         &(struct course_task){.items = "SCJG-S0002", .quotas = "ALL=ceil:100%"}},
    };
    COURSE_RUN(c, steps);
}

static void every_object_of_a_key_item_gets_its_place_in_the_order_of_batches(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"all cooperatives", course_task,
         &(struct course_task){
             .items = "SCJG-S0002", .quotas = "ALL=ceil:100%", .kind = "cooperative"}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    const struct office_draw *draw = course_show(c);
    assert_int_equal(draw->visit_count, 80);
    for (size_t i = 1; i < draw->visit_count; i++)
        assert_true(str_cmp(draw->visits[i - 1].ticket, draw->visits[i].ticket) < 0);
}

static void a_task_that_breaks_a_rule_is_refused_and_costs_no_number(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"first", course_task},
        {"no basis", course_task, &(struct course_task){.basis = "-"}, ERR_INPUT, "依据"},
        {"an item that is not there", course_task, &(struct course_task){.items = "SCJG-S0077"},
         ERR_INPUT, "SCJG-S0077"},
        {"a department that is not there", course_task, &(struct course_task){.parts = "GAJ:2"},
         ERR_INPUT, "GAJ"},
        {"one inspector", course_task, &(struct course_task){.parts = "SCJG:1"}, ERR_INPUT, "2"},
        {"it ends before it begins", course_task, &(struct course_task){.from = 9, .until = 8},
         ERR_INPUT, "日期"},
        {"outside the plan without a ground", course_task,
         &(struct course_task){.source = "complaint"}, ERR_INPUT, "理由"},
        {"an item of a department that takes no part", course_task,
         &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY"}, ERR_INPUT, "XFJY-S0001"},
        {"more specialists than seats", course_task,
         &(struct course_task){.parts = "SCJG:2:食品:3"}, ERR_INPUT, "专长"},
        {"a stratum twice", course_task, &(struct course_task){.quotas = "ALL=fixed:3;ALL=fixed:4"},
         ERR_INPUT, "ALL"},
        {"an item twice", course_task, &(struct course_task){.items = "SCJG-S0001;SCJG-S0001"},
         ERR_INPUT, "两次"},
        {"a ratio over one", course_task,
         &(struct course_task){.items = "SCJG-S0002", .quotas = "ALL=ceil:101%"}, ERR_INPUT},
        {"words that are no quota", course_task, &(struct course_task){.quotas = "ALL=alle"},
         ERR_INPUT, "ALL=alle"},
        {"outside the plan with a ground", course_task,
         &(struct course_task){.source = "complaint", .ground = "投诉举报〔2026〕12号"}},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM task"), 2);
    assert_string_equal(course_text(c, "SELECT max(number) FROM task"), "410882202603020002");
    assert_string_equal(course_text(c, "SELECT min(number) FROM task"), "410882202603020001");
}

static void strata_without_a_quota_and_pools_without_objects_are_refused(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"only enterprises have a quota", course_task,
         &(struct course_task){.strata = "kind", .quotas = "enterprise=fixed:1"}},
        {"the others have none", course_commit, NULL, ERR_INPUT, "个体工商户"},
        {"none of that kind", course_task, &(struct course_task){.kind = "conduct"}},
        {"nobody", course_commit, NULL, ERR_INPUT, "没有可以抽取"},
        {"nothing at all", course_task, &(struct course_task){.quotas = "ALL=fixed:0"}},
        {"draws nobody", course_commit, NULL, ERR_INPUT, "一个对象也不会抽到"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 0);
}

static void a_number_above_the_cap_of_a_general_item_is_refused(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"24 of 240 is a tenth", course_task, &(struct course_task){.quotas = "ALL=fixed:25"}},
        {"25 is more", course_commit, NULL, ERR_INPUT, "SCJG-S0001;25;240"},
    };
    COURSE_RUN(c, steps);
}

static void a_quota_for_a_stratum_that_cannot_be_is_refused(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a slip of the pen", course_task,
         &(struct course_task){.strata = "kind", .quotas = "enterprize=fixed:9;*=fixed:1"},
         ERR_INPUT, "enterprize"},
        {"a class E", course_task,
         &(struct course_task){.strata = "risk", .quotas = "E=ceil:5%;*=ceil:1%"}, ERR_INPUT, "E"},
    };
    COURSE_RUN(c, steps);
}

static void a_pool_that_is_one_risk_class_is_blinded(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"class D alone", course_task,
         &(struct course_task){.risk = "D", .items = "SCJG-S0002", .quotas = "ALL=fixed:3"}},
        {"open, the pool would be the list of the class", course_commit, NULL, ERR_INPUT,
         "--sealed"},
        {"sealed", course_commit, &(struct course_commit){.sealed = true}},
    };
    COURSE_RUN(c, steps);
    assert_true(str_find(course_show(c)->entries[0].body, STR("\npool-form blinded\n")) > 0);
}

static void what_was_frozen_stays_whatever_the_registries_say_later(void **state)
{
    struct course *c = *state;
    static const char people[] = "姓名,单位,人员类别,执法证号,执法证有效期至\n"
                                 "甲十一,市场监督管理局,行政执法人员,ZF011,2028-12-31\n";
    static const char more[] = "检查对象名称,对象类别\n新产品,产品\n";
    const struct step steps[] = {
        {"a task", course_task},
        {"commit", course_commit},
        {"six businesses change their states", change_states},
        {"a new object", course_import, &(struct course_import){"objects", more}},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"peer", course_peer, .still = true},
        {"teams", course_teams},
        {"a new inspector", course_import, &(struct course_import){"inspectors", people}},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(pool_lines(c), 240);
    stratum_is(c, "第001号", "ALL");
    assert_int_equal(course_number(c, "SELECT count(seat) FROM seat WHERE inspector = 'SCJG-011'"),
                     0);
    assert_true(str_find(course_file(c, "eligible.tsv"), STR("SCJG-011")) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(what_may_not_be_drawn_stands_in_a_stratum_that_names_the_reason),
        COURSE_TEST(a_recorded_reason_lets_this_years_objects_be_drawn_again),
        COURSE_TEST(with_the_setting_off_nobody_is_excluded_as_visited),
        COURSE_TEST(visits_of_next_year_are_not_this_years),
        COURSE_TEST(skipped_and_aborted_objects_can_be_drawn_again),
        COURSE_TEST(objects_without_a_number_have_ids_of_their_own_and_are_drawn),
        COURSE_TEST(what_was_frozen_stays_whatever_the_registries_say_later),
        COURSE_TEST(the_scope_is_kept_and_strata_follow_it),
        COURSE_TEST(the_pool_is_what_the_items_apply_to),
        COURSE_TEST(risk_classes_blind_the_pool_and_their_names),
        COURSE_TEST(a_general_item_keeps_its_cap_and_a_key_item_has_none),
        COURSE_TEST(every_object_of_a_key_item_gets_its_place_in_the_order_of_batches),
        COURSE_TEST(a_task_that_breaks_a_rule_is_refused_and_costs_no_number),
        COURSE_TEST(a_number_above_the_cap_of_a_general_item_is_refused),
        COURSE_TEST(a_quota_for_a_stratum_that_cannot_be_is_refused),
        COURSE_TEST(a_pool_that_is_one_risk_class_is_blinded),
        COURSE_TEST(strata_without_a_quota_and_pools_without_objects_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
