/* Who may sit, and what is said when there are too few (R36-R40, R90, R91; issue, section 3): a
 * draw that cannot be staffed says so before anything is committed, with the department, the
 * qualification and the number. */
#include "story.h"

#define HEAD "姓名,单位,职务,人员类别,执法证号,执法证有效期至,业务专长,检查区域,人员状态\n"

/* --- before the commitment --- */

static void what_is_missing_is_said_before_anything_is_committed(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"nine of eight", course_task, &(struct course_task){.parts = "SCJG:9"}},
        {"nine inspectors", course_commit, NULL, ERR_STAFF, "市场监督管理局;9;缺 1"},
        {"a department with one certificate that lasts", course_task,
         &(struct course_task){.items = "STHJ-S0001", .department = "STHJ", .parts = "STHJ:2"}},
        {"one expires within the visits", course_commit, NULL, ERR_STAFF, "生态环境局;缺 1;执法证"},
        {"a speciality that nobody has", course_task,
         &(struct course_task){.parts = "SCJG:2:特种设备:1"}},
        {"nobody", course_commit, NULL, ERR_STAFF, "市场监督管理局;特种设备;缺 1"},
        {"a speciality of three, four asked for", course_task,
         &(struct course_task){.parts = "SCJG:5:食品:4"}},
        {"assistant and expert have it but never sit", course_commit, NULL, ERR_STAFF,
         "市场监督管理局;食品;缺 1"},
        {"the second of two departments", course_task,
         &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY", .parts = "SCJG:2;XFJY:7"}},
        {"three of seven", course_commit, NULL, ERR_STAFF, "消防救援大队;7;缺 3"},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 0);
    assert_int_equal(course_number(c, "SELECT count(idx) FROM log_entry"), 0);
    assert_int_equal(
        course_number(c, "SELECT count(*) FROM counter WHERE name LIKE 'draw%' AND value > 0"), 0);
}

static void a_certificate_counts_on_the_last_day_of_the_visits_and_not_a_day_less(void **state)
{
    struct course *c = *state;
    /* 丙二's certificate ends on 2026-03-20, the story's 18th day after its start. */
    const struct step steps[] = {
        {"visits until the day after", course_task,
         &(struct course_task){
             .items = "STHJ-S0001", .department = "STHJ", .parts = "STHJ:2", .until = 19}},
        {"refused", course_commit, NULL, ERR_STAFF, "生态环境局;缺 1"},
        {"visits until that day", course_task,
         &(struct course_task){
             .items = "STHJ-S0001", .department = "STHJ", .parts = "STHJ:2", .until = 18}},
        {"the draw", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
}

static void a_second_certificate_that_lasts_is_as_good_as_the_first(void **state)
{
    struct course *c = *state;
    static const char again[] =
        "姓名,单位,人员类别,执法证号,执法证有效期至,第二执法证号,第二执法证有效期至\n"
        "丙二,生态环境局,行政执法人员,ZF202,2026-03-20,HJ-7,2027-01-01\n";
    const struct step steps[] = {
        {"a task for two", course_task,
         &(struct course_task){.items = "STHJ-S0001", .department = "STHJ", .parts = "STHJ:2"}},
        {"one of them has run out", course_commit, NULL, ERR_STAFF},
        {"his second certificate", course_import, &(struct course_import){"inspectors", again}},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
}

static void without_the_setting_a_certificate_is_not_asked_for_but_helpers_never_sit(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a place that does not ask for certificates", course_setting,
         &(struct course_setting){MODEL_SETTING_CERTIFICATE, "0", "本地规定〔2026〕1号"}},
        {"both sit", course_task,
         &(struct course_task){.items = "STHJ-S0001", .department = "STHJ", .parts = "STHJ:2"}},
        {"the draw", course_draw},
        {"nine of eight and two helpers", course_task, &(struct course_task){.parts = "SCJG:9"}},
        {"refused", course_commit, NULL, ERR_STAFF, "市场监督管理局;缺 1"},
    };
    COURSE_RUN(c, steps);
}

static void who_left_does_not_sit(void **state)
{
    struct course *c = *state;
    static const char left[] =
        HEAD "乙一,消防救援大队,科员,行政执法人员,ZF101,2028-12-31,消防,,离岗\n"
             "乙二,消防救援大队,科员,行政执法人员,ZF102,2028-12-31,消防,,离岗\n"
             "乙三,消防救援大队,科员,行政执法人员,ZF103,2028-12-31,,,离岗\n";
    const struct step steps[] = {
        {"three of four leave", course_import, &(struct course_import){"inspectors", left}},
        {"a task", course_task,
         &(struct course_task){.items = "XFJY-S0001", .department = "XFJY", .parts = "XFJY:2"}},
        {"one is left", course_commit, NULL, ERR_STAFF, "消防救援大队;缺 1"},
    };
    COURSE_RUN(c, steps);
}

static void an_area_without_two_of_its_own_is_named(void **state)
{
    struct course *c = *state;
    /* All four of the brigade work in 410883 (孟州市) alone; the objects lie in 410882. */
    static const char away[] =
        HEAD "乙一,消防救援大队,科员,行政执法人员,ZF101,2028-12-31,消防,孟州市,\n"
             "乙二,消防救援大队,科员,行政执法人员,ZF102,2028-12-31,消防,410883,\n"
             "乙三,消防救援大队,科员,行政执法人员,ZF103,2028-12-31,,410883,\n"
             "乙四,消防救援大队,科员,行政执法人员,ZF104,2028-12-31,,沁阳市,\n";
    const struct step steps[] = {
        {"areas", course_import, &(struct course_import){"inspectors", away}},
        {"a task", course_task,
         &(struct course_task){.items = "XFJY-S0001", .department = "XFJY", .parts = "XFJY:2"}},
        {"one of two may come here", course_commit, NULL, ERR_STAFF, "消防救援大队;410882;缺 1"},
    };
    COURSE_RUN(c, steps);
}

static void a_cap_of_seats_is_counted_before_the_commitment(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"at most one seat each", course_setting,
         &(struct course_setting){MODEL_SETTING_SEAT_CAP, "1", "本地规定〔2026〕2号"}},
        {"six objects, twelve seats, eight people", course_task},
        {"four seats are missing", course_commit, NULL, ERR_STAFF, "市场监督管理局;12;缺 4"},
        {"four objects", course_task, &(struct course_task){.quotas = "ALL=fixed:4"}},
        {"just enough", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(
        course_number(c, "SELECT max(n) FROM (SELECT count(seat) AS n FROM seat GROUP BY inspector)"
                         " counted"),
        1);
}

static void a_cap_of_seats_with_a_speciality_is_counted_before_the_commitment(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"at most one seat each", course_setting,
         &(struct course_setting){MODEL_SETTING_SEAT_CAP, "1", "本地规定〔2026〕2号"}},
        {"four objects, each with one of three 食品", course_task,
         &(struct course_task){.parts = "SCJG:2:食品:1", .quotas = "ALL=fixed:4"}},
        {"one is missing", course_commit, NULL, ERR_STAFF, "市场监督管理局;食品;缺 1"},
    };
    COURSE_RUN(c, steps);
}

/* --- who sits --- */

/* Every seat that stands, read from the database: the rules that nobody may break. */
static void the_teams_keep_the_rules(struct course *c)
{
    assert_int_equal(course_number(c, "SELECT count(*) FROM (SELECT 1 AS one FROM seat"
                                      " GROUP BY draw, pool_id, inspector HAVING count(seat) > 1)"
                                      " twice"),
                     0);
    assert_int_equal(
        course_number(c, "SELECT count(s.seat) FROM seat s JOIN inspector i ON i.tenant = s.tenant"
                         " AND i.code = s.inspector WHERE i.category IN ('assistant', 'expert')"
                         " OR i.state <> 'active' OR i.department <> s.department"),
        0);
    assert_int_equal(course_number(c, "SELECT count(s.seat) FROM seat s WHERE NOT EXISTS (SELECT 1"
                                      " FROM inspector i WHERE i.tenant = s.tenant AND i.code ="
                                      " s.inspector)"),
                     0);
}

static void the_tag_is_held_where_it_is_asked_for_and_nobody_sits_twice(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"three seats, one 食品", course_task,
         &(struct course_task){.items = "SCJG-S0001;XFJY-S0001@XFJY",
                               .parts = "SCJG:3:食品:1;XFJY:2:消防:1",
                               .quotas = "ALL=fixed:5"}},
        {"the draw", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    the_teams_keep_the_rules(c);
    for (size_t i = 1; i <= 5; i++) {
        char sql[300];
        struct str object = course_object(c, (char[]){(char)('0' + i), '\0'});
        snprintf(
            sql, sizeof sql,
            "SELECT count(s.seat) FROM seat s JOIN inspector i ON i.tenant = s.tenant AND"
            " i.code = s.inspector WHERE s.pool_id = '%.*s' AND i.specialities LIKE '%%食品%%'",
            STR_ARG(object));
        assert_true(story_number(c->s, sql) >= 1);
    }
    assert_int_equal(course_show(c)->seat_count, 25);
}

static void nobody_who_withdrew_or_declared_an_interest_sits(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task, &(struct course_task){.quotas = "ALL=fixed:10"}},
        {"commit", course_commit},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"no reason", course_recuse, &(struct course_recuse){"SCJG-001", "1", ""}, ERR_INPUT,
         "理由"},
        {"nobody of that code", course_recuse, &(struct course_recuse){"SCJG-099", "1", "亲属"},
         ERR_MISSING, "SCJG-099"},
        {"an object that was not drawn", course_recuse,
         &(struct course_recuse){"SCJG-001", "91410882MA9999999", "亲属"}, ERR_MISSING},
        {"one from all", course_recuse, &(struct course_recuse){"SCJG-001", "*", "借调"}},
        {"one from the first", course_recuse, &(struct course_recuse){"SCJG-002", "1", "亲属"}},
        {"the same again", course_recuse, &(struct course_recuse){"SCJG-002", "1", "亲属"},
         .still = true},
        {"a standing interest in the second", course_conflict,
         &(struct course_recuse){"SCJG-003", "2", "曾任职"}},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    the_teams_keep_the_rules(c);
    assert_int_equal(course_number(c, "SELECT count(seat) FROM seat WHERE inspector = 'SCJG-001'"),
                     0);
    for (int n = 1; n <= 2; n++) {
        assert_false(str_eq(course_seated(c, 1, "SCJG", n), STR("SCJG-002")));
        assert_false(str_eq(course_seated(c, 2, "SCJG", n), STR("SCJG-003")));
    }
    /* and the file that was fixed before randomness 2 says the same */
    struct str eligible = course_file(c, "eligible.tsv");
    assert_true(eligible.len > 0);
    assert_true(str_find(eligible, STR("SCJG-001")) < 0);
    assert_true(str_find(eligible, STR("SCJG-009")) < 0);
    assert_true(str_find(eligible, STR("SCJG-010")) < 0);
}

static void too_many_who_withdrew_stop_the_teams_before_their_randomness(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task of the brigade", course_task,
         &(struct course_task){.items = "XFJY-S0001",
                               .department = "XFJY",
                               .parts = "XFJY:2",
                               .quotas = "ALL=fixed:3"}},
        {"commit", course_commit},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"one", course_recuse, &(struct course_recuse){"XFJY-001", "1", "亲属"}},
        {"two", course_recuse, &(struct course_recuse){"XFJY-002", "1", "亲属"}},
        {"three", course_recuse, &(struct course_recuse){"XFJY-003", "1", "亲属"}},
        {"one is left for two seats", course_teams, NULL, ERR_STAFF, "XFJY;回避;缺 1"},
        {"the object is skipped instead", course_skip,
         &(struct course_skip){"1", "suspended", NULL}},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
}

static void the_load_of_the_years_earlier_draws_is_carried_in(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task, &(struct course_task){.quotas = "ALL=fixed:5"}},
        {"the draw", course_draw},
        {"another", course_task, &(struct course_task){.quotas = "ALL=fixed:7"}},
        {"its draw", course_draw},
        {"peer", course_peer, .still = true},
    };
    COURSE_RUN(c, steps);
    /* 24 seats among 8 people who may sit anywhere: three each, over both draws. */
    assert_int_equal(course_number(c, "SELECT min(n) FROM (SELECT count(seat) AS n FROM seat"
                                      " GROUP BY inspector) counted"),
                     3);
    assert_int_equal(course_number(c, "SELECT max(n) FROM (SELECT count(seat) AS n FROM seat"
                                      " GROUP BY inspector) counted"),
                     3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(what_is_missing_is_said_before_anything_is_committed),
        COURSE_TEST(a_certificate_counts_on_the_last_day_of_the_visits_and_not_a_day_less),
        COURSE_TEST(a_second_certificate_that_lasts_is_as_good_as_the_first),
        COURSE_TEST(without_the_setting_a_certificate_is_not_asked_for_but_helpers_never_sit),
        COURSE_TEST(who_left_does_not_sit),
        COURSE_TEST(an_area_without_two_of_its_own_is_named),
        COURSE_TEST(a_cap_of_seats_is_counted_before_the_commitment),
        COURSE_TEST(a_cap_of_seats_with_a_speciality_is_counted_before_the_commitment),
        COURSE_TEST(the_tag_is_held_where_it_is_asked_for_and_nobody_sits_twice),
        COURSE_TEST(nobody_who_withdrew_or_declared_an_interest_sits),
        COURSE_TEST(too_many_who_withdrew_stop_the_teams_before_their_randomness),
        COURSE_TEST(the_load_of_the_years_earlier_draws_is_carried_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
