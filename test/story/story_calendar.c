/* The working-day calendar, dictionaries and what a change of a setting touches, on both databases.
 * Days are counted by hand from the calendar on the wall. */
#include "rig_office.h"

#include "base/time.h"
#include "model/resource.h"
#include "office/catalogue.h"
#include "office/setting.h"

#include <string.h>

/* 2026-12-28 09:00 in China */
static const int64_t WINTER = INT64_C(1798419600000000);

static struct errand *by(struct story *s, const char *actor)
{
    s->e.fault = (struct fault){0};
    s->e.actor = str_of(actor);
    s->e.key = STR("");
    s->e.now = WINTER;
    s->e.scope = OFFICE_SCOPE_WHOLE;
    return &s->e;
}

static int32_t day(const char *text)
{
    int32_t out = 0;
    assert_int_equal(date_parse(&out, str_of(text)), ERR_OK);
    return out;
}

/* 2027: Monday to Friday, but for 1 January, and Saturday the 23rd of January in exchange. */
static const char *table(struct story *s, bool whole)
{
    struct buf text = {0};
    buf_cat(&text, "日期,是否工作日\n");
    for (int32_t d = day("2027-01-01"); d <= day("2027-12-31"); d++) {
        bool works = date_weekday(d) < 5 && d != day("2027-01-01");
        if (!whole && d == day("2027-06-06"))
            continue;
        date_format(&text, d);
        buf_cat(&text, works || d == day("2027-01-23") ? ",是\n" : ",否\n");
    }
    struct str copy = arena_str(&s->arena, buf_view(&text));
    buf_free(&text);
    return story_file(s, "2027.csv", arena_cstr(&s->arena, copy));
}

/* A result of 21 December 2026 whose twentieth working day was guessed as Monday, 18 January: eight
 * days are left in December, then Friday the first and eleven more. One of 1 December is due on the
 * 29th. One of the first kind is published already, another was returned and is to be entered anew.
 */
static void results(struct story *s)
{
    story_import_text(s, "items", "编制单位,抽查类别,抽查事项\n甲局,食品,食品检查\n");
    static const char add[] =
        "INSERT INTO result (tenant, id, visit, item, department, version, code, note, method,"
        " result_on, due_on, estimated, state, entered_by, typed_by, entered_at, approved_by,"
        " approved_at, exempt_ground, exempt_by, published_at, publication) SELECT '410882', %d, 1,"
        " id, 'A', %d, '01', '', 'site', %d, %d, %d, '%s', 'x', 'x', 0, '', 0, '', '', 0, 0 FROM"
        " item";
    char sql[600];
    story_run(s, "INSERT INTO visit (tenant, id, task, draw, pool_id, stratum, rank, ticket, year,"
                 " state, skip_reason, follows, at) VALUES ('410882', 1, 1, 1, 'P1', 'ALL', 1, '',"
                 " 2026, 'entered', '', '', 0)");
    snprintf(sql, sizeof sql, add, 1, 1, day("2026-12-21"), day("2027-01-18"), 1, "entered");
    story_run(s, sql);
    snprintf(sql, sizeof sql, add, 2, 2, day("2026-12-01"), day("2026-12-29"), 0, "approved");
    story_run(s, sql);
    snprintf(sql, sizeof sql, add, 3, 3, day("2026-12-21"), day("2027-01-18"), 1, "published");
    story_run(s, sql);
    snprintf(sql, sizeof sql, add, 4, 4, day("2026-12-21"), day("2027-01-18"), 1, "returned");
    story_run(s, sql);
}

static void R106_a_years_table_makes_guessed_last_days_official(void **state)
{
    struct story *s = *state;
    struct office_calendar_change change = {.basis = STR("国办发明电〔2026〕7号")};
    struct office_calendar_preview preview;
    struct office_calendar calendar;
    results(s);
    assert_int_equal(
        office_calendar_read(&change.year, &change.days, by(s, "guanli"), table(s, true)), ERR_OK);
    assert_int_equal(change.year, 2027);
    assert_int_equal(change.days.len, 365);
    assert_int_equal(office_calendar_preview(&preview, by(s, "guanli"), &change), ERR_OK);
    assert_int_equal(preview.day_count, 2);
    assert_int_equal(preview.days[0], day("2027-01-01"));
    assert_int_equal(preview.days[1], day("2027-01-23"));
    assert_int_equal(preview.due_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(preview.dues[i].to, day("2027-01-19"));
        assert_false(preview.dues[i].estimated);
    }
    assert_int_equal(story_number(s, "SELECT count(year) FROM workday_year"), 0);
    assert_int_equal(office_calendar_change(by(s, "guanli"), &change), ERR_OK);
    assert_int_equal(story_number(s, "SELECT due_on FROM result WHERE id = 1"), day("2027-01-19"));
    assert_int_equal(story_number(s, "SELECT estimated FROM result WHERE id = 1"), 0);
    assert_int_equal(story_number(s, "SELECT due_on FROM result WHERE id = 2"), day("2026-12-29"));
    assert_int_equal(story_number(s, "SELECT due_on FROM result WHERE id = 3"), day("2027-01-18"));
    assert_int_equal(story_number(s, "SELECT due_on FROM result WHERE id = 4"), day("2027-01-19"));
    /* the same table again is a new version that moves nothing; the old one stays */
    assert_int_equal(office_calendar_change(by(s, "guanli"), &change), ERR_OK);
    assert_int_equal(office_calendar(&calendar, by(s, "guanli"), 2027), ERR_OK);
    assert_int_equal(calendar.count, 2);
    assert_true(workdays_is(&calendar.days, day("2027-01-23")));
    assert_false(workdays_is(&calendar.days, day("2027-01-01")));
    assert_true(workdays_known(&calendar.days, day("2026-05-01")));
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action ="
                                     " 'calendar-change' AND new_value LIKE '%\"days\":\"0%'"),
                     2);
}

static void a_table_that_is_not_a_whole_year_is_refused_with_its_row(void **state)
{
    struct story *s = *state;
    int year = 0;
    struct str days;
    assert_int_equal(office_calendar_read(&year, &days, by(s, "guanli"), table(s, false)),
                     ERR_INPUT);
    assert_non_null(strstr(s->e.fault.text, "2027-06-06"));
    assert_int_equal(office_calendar_read(
                         &year, &days, by(s, "guanli"),
                         story_file(s, "two.csv", "date,is_workday\n2027-01-01,0\n2028-01-01,0\n")),
                     ERR_INPUT);
    assert_non_null(strstr(s->e.fault.text, "第 3 行"));
    assert_int_equal(
        office_calendar_read(&year, &days, by(s, "guanli"),
                             story_file(s, "odd.csv", "date,is_workday\n2027-01-01,maybe\n")),
        ERR_INPUT);
    assert_non_null(strstr(s->e.fault.text, "第 2 行"));
    const struct office_calendar_change change = {2027, STR("0101"), STR("依据")};
    assert_int_equal(office_calendar_change(by(s, "guanli"), &change), ERR_INPUT);
}

static void the_published_table_of_a_year_is_read_as_it_is(void **state)
{
    struct story *s = *state;
    char path[256];
    struct buf text = {0};
    struct office_calendar calendar;
    int year = 0;
    struct str days;
    if (story_shared(path, sizeof path, "calendar/workdays_2015_2026.csv") == NULL)
        return;
    FILE *in = fopen(path, "r");
    char line[400];
    assert_non_null(in);
    while (fgets(line, sizeof line, in) != NULL)
        if (strncmp(line, "date", 4) == 0 || strncmp(line, "2025-", 5) == 0)
            buf_cat(&text, line);
    fclose(in);
    struct str copy = arena_str(&s->arena, buf_view(&text));
    buf_free(&text);
    const char *file = story_file(s, "2025.csv", arena_cstr(&s->arena, copy));
    assert_int_equal(office_calendar_read(&year, &days, by(s, "guanli"), file), ERR_OK);
    assert_int_equal(year, 2025);
    assert_int_equal(office_calendar(&calendar, by(s, "guanli"), 2025), ERR_OK);
    for (size_t i = 0; i < days.len; i++)
        assert_int_equal(days.data[i] == '1',
                         workdays_is(&calendar.days, day("2025-01-01") + (int32_t)i));
}

static struct str impact(struct story *s, enum model_setting setting, const char *value)
{
    struct office_impact out = {0};
    enum err err =
        office_setting_impact(&out, by(s, "guanli"), setting, str_of(value), STR("本地规定"));
    if (err != ERR_OK)
        print_message("# %s\n", s->e.fault.text);
    assert_int_equal(err, ERR_OK);
    assert_true(out.count > 0);
    return out.words[0];
}

static void a_change_tells_beforehand_what_it_touches(void **state)
{
    struct story *s = *state;
    struct office_impact out;
    results(s);
    assert_true(str_find(impact(s, MODEL_SETTING_PUBLISH_DAYS, "15"), STR("2 条")) >= 0);
    assert_true(str_find(impact(s, MODEL_SETTING_GENERAL_CAP, "1/20"), STR("1 个")) >= 0);
    assert_true(str_find(impact(s, MODEL_SETTING_GENERAL_CAP, "1/5"), STR("0 个")) >= 0);
    assert_true(str_find(impact(s, MODEL_SETTING_REPEAT_EXCLUDE, "0"), STR("1 户")) >= 0);
    static const enum model_setting others[] = {
        MODEL_SETTING_TEAM_SEATS,   MODEL_SETTING_CERTIFICATE,    MODEL_SETTING_PASSWORD_AGE,
        MODEL_SETTING_SESSION_IDLE, MODEL_SETTING_ACCOUNT_UNUSED, MODEL_SETTING_DISCLOSE_DAYS};
    static const char *const values[] = {"3", "1", "60", "20", "60", "90"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_true(str_find(impact(s, others[i], values[i]), STR(" 0 ")) >= 0);
    assert_true(str_find(impact(s, MODEL_SETTING_SITE_NAME, "示例县"), STR("页面")) >= 0);
    assert_int_equal(office_setting_impact(&out, by(s, "guanli"), MODEL_SETTING_PUBLISH_DAYS,
                                           STR("0"), STR("依据")),
                     ERR_INPUT);
    assert_string_equal(s->e.fault.field, "value");
    assert_int_equal(office_setting_impact(&out, by(s, "guanli"), MODEL_SETTING_PUBLISH_DAYS,
                                           STR("15"), STR("")),
                     ERR_INPUT);
    assert_string_equal(s->e.fault.field, "basis");
    assert_int_equal(office_setting_impact(&out, by(s, "guanli"), MODEL_SETTING_ITEM_DEADLINE,
                                           STR("02-30"), STR("依据")),
                     ERR_INPUT);
    assert_int_equal(story_number(s, "SELECT count(version) FROM setting"), 0);
}

/* Whatever is changed, the page says what there is of it and from when on it holds. */
static void every_setting_says_what_its_change_touches(void **state)
{
    struct story *s = *state;
    for (size_t i = 0; i < MODEL_SETTING_COUNT; i++) {
        const struct model_setting_row *row = model_setting_row((enum model_setting)i);
        struct office_impact out = {0};
        bool address = strcmp(row->unit, "网址") == 0;
        const char *empty = address ? "https://www.example.gov.cn/terms" : "示例";
        const char *value = row->value[0] != '\0' ? row->value : empty;
        enum err err = office_setting_impact(&out, by(s, "guanli"), (enum model_setting)i,
                                             str_of(value), STR("本地规定"));
        if (err != ERR_OK || out.count < 2)
            fail_msg("%s: %s", row->name, s->e.fault.text);
        bool when = false;
        for (size_t k = 0; k < out.count; k++) {
            when = when || str_find(out.words[k], STR("只影响以后")) >= 0 ||
                   str_find(out.words[k], STR("只改变")) >= 0 ||
                   str_find(out.words[k], STR("立即")) >= 0 || str_starts(out.words[k], STR("从"));
            if (out.words[k].len == 0 || str_find(out.words[k], STR("%")) >= 0)
                fail_msg("%s: “%.*s”", row->name, STR_ARG(out.words[k]));
        }
        if (!when)
            fail_msg("%s does not say from when on", row->name);
    }
}

/* Counts of what stands in the data, each told by hand. */
static void a_change_counts_what_it_touches(void **state)
{
    static const struct {
        enum model_setting setting;
        const char *value;
        const char *words;
    } wanted[] = {
        {MODEL_SETTING_HEALTH_RATIO, "1/2", "1 个专项库过小"}, /* one object of two needed */
        {MODEL_SETTING_HEALTH_RATIO, "1/1", "0 个专项库过小"},
        {MODEL_SETTING_ATTACHMENT_MIB, "1", "1 个大于新值"}, /* 1 MiB and a byte */
        {MODEL_SETTING_ATTACHMENT_MIB, "2", "0 个大于新值"},
        {MODEL_SETTING_SESSION_LENGTH, "2", "1 个已超过"}, /* of three hours */
        {MODEL_SETTING_SESSION_LENGTH, "4", "0 个已超过"},
        {MODEL_SETTING_JOB_KEEP, "3", "任务 1 个"},
        {MODEL_SETTING_CERTIFICATE_SOON, "10", "0 名"}, /* ends in 20 days */
        {MODEL_SETTING_CERTIFICATE_SOON, "30", "1 名"},
        {MODEL_SETTING_ITEM_DEADLINE, "06-30", "1 个部门"},
        {MODEL_SETTING_JOINT_DEADLINE, "06-30", "有 0 个"},
        {MODEL_SETTING_REGISTRY_DEADLINE, "06-30", "0 个部门"},
        {MODEL_SETTING_SEAT_CAP, "10", "任务 0 个"},
    };
    struct story *s = *state;
    char sql[600];
    const int64_t now = WINTER;
    const char *const made[] = {
        "INSERT INTO library (tenant, id, name, department, basis, state, job, at)"
        " VALUES ('410882', 5, '加油站', 'SCJG', '', 'active', 1, 1)",
        "INSERT INTO library_row VALUES ('410882', 5, 8, '', '', 0, '', '', 1, 'x')",
        "INSERT INTO attachment (tenant, id, resource, owner, name, kind, size, digest, at, actor,"
        " removed_at, removed_by)"
        " VALUES ('410882', 6, 'documents', 1, 'a.pdf', 'pdf', 1048577, '', 1, 'x', 0, '')",
        "INSERT INTO job (tenant, id, kind, title, account, actor, department, state, args, done,"
        " total, outcome, words, file, download, bytes, tries, at, begun_at, ended_at, until)"
        " VALUES ('410882', 7, 'export', '', 1, 'x', '', 'done', '', 0, 0, '', '', 'f', '', 1, 1, "
        "1,"
        " 1, 1, 1)"};
    story_import_text(s, "departments", "部门代码,部门名称\nSCJG,市场监管局\n");

    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        story_run(s, made[i]);
    snprintf(sql, sizeof sql,
             "INSERT INTO session (tenant, id, token, account, address, agent, at, seen_at,"
             " ended_at, ended_by) VALUES ('410882', 9, 't', 1, '', '', %lld, %lld, 0, '')",
             (long long)(now - 3 * 3600 * TIME_SECOND), (long long)now);
    story_run(s, sql);
    snprintf(
        sql, sizeof sql,
        "INSERT INTO inspector (tenant, id, code, name, department, position, category,"
        " certificate, valid_until, issuer, certificate2, valid_until2, specialities, areas,"
        " phone, state, reason, institution, term_until, job, at) VALUES ('410882', 11,"
        " 'SCJG-001', '张三', 'SCJG', '', 'officer', 'C1', %d, '', '', 0, '', '', '', 'active',"
        " '', '', 0, 1, 1)",
        date_of_time(now) + 20);
    story_run(s, sql);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct str said = impact(s, wanted[i].setting, wanted[i].value);
        if (str_find(said, str_of(wanted[i].words)) < 0)
            fail_msg("%s = %s: %.*s", model_setting_row(wanted[i].setting)->name, wanted[i].value,
                     STR_ARG(said));
    }
}

static void a_setting_keeps_who_when_before_and_after(void **state)
{
    struct story *s = *state;
    struct store_setting_version *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_setting_change(by(s, "guanli1"), MODEL_SETTING_PUBLISH_DAYS, STR("15"),
                                           STR("甲号文")),
                     ERR_OK);
    assert_int_equal(office_setting_change(by(s, "guanli2"), MODEL_SETTING_PUBLISH_DAYS, STR("10"),
                                           STR("乙号文")),
                     ERR_OK);
    assert_int_equal(
        office_setting_versions(&rows, &count, by(s, "guanli"), MODEL_SETTING_PUBLISH_DAYS),
        ERR_OK);
    assert_int_equal(count, 2);
    assert_true(str_eq(rows[0].value, STR("10")) && str_eq(rows[0].actor, STR("guanli2")));
    assert_true(str_eq(rows[1].value, STR("15")) && str_eq(rows[1].basis, STR("甲号文")));
    assert_string_equal(story_text(s, "SELECT old_value FROM audit WHERE action ="
                                      " 'setting-change' AND actor = 'guanli2'"),
                        "{\"value\":\"15\"}");
    assert_string_equal(story_text(s, "SELECT old_value FROM audit WHERE action ="
                                      " 'setting-change' AND actor = 'guanli1'"),
                        "{\"value\":\"20\"}");
}

static void a_word_added_to_a_dictionary_is_read_like_the_others(void **state)
{
    struct story *s = *state;
    struct office_word_edit edit = {.dictionary = STR("methods"),
                                    .word = STR("视频巡查"),
                                    .synonyms = STR("远程检查、线上检查"),
                                    .basis = STR("本地规定")};
    struct store_word *rows = NULL;
    size_t count = 0;
    assert_int_equal(office_word_change(by(s, "guanli"), &edit), ERR_OK);
    story_import_text(
        s, "items", "编制单位,抽查类别,抽查事项,检查方式\n甲局,食品,食品检查,现场检查、线上检查\n");
    assert_string_equal(story_text(s, "SELECT methods FROM item"), "实地核查、视频巡查");
    edit.closed = true;
    assert_int_equal(office_word_change(by(s, "guanli"), &edit), ERR_OK);
    assert_int_equal(office_word_versions(&rows, &count, by(s, "guanli"), STR("methods")), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].version, 2);
    story_import_text(s, "items",
                      "编制单位,抽查类别,抽查事项,检查方式\n甲局,药品,药品检查,线上检查\n");
    assert_string_equal(story_text(s, "SELECT methods FROM item WHERE name = '药品检查'"),
                        "线上检查");
    edit.word = STR("现场检查"); /* a spelling of a shipped word */
    assert_int_equal(office_word_change(by(s, "guanli"), &edit), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "word");
    edit.word = STR("第九种结果");
    edit.dictionary = STR("result-codes");
    assert_int_equal(office_word_change(by(s, "guanli"), &edit), ERR_STATE);
}

static void targets_count_what_the_year_has_reached(void **state)
{
    struct story *s = *state;
    struct office_target targets[OFFICE_TARGETS];
    static const char *const rows[] = {
        "INSERT INTO task_part (tenant, task, department, seats, tag, tag_seats, cap) VALUES"
        " ('410882', 1, 'A', 2, '', 0, 0), ('410882', 1, 'B', 2, '', 0, 0), ('410882', 2, 'A', 2, "
        "'', 0, 0)",
        "INSERT INTO task (tenant, id, number, name, plan_number, plan_name, document, type, "
        "source,"
        " ground, basis, department, visit_from, visit_until, strata, scope_division,"
        " scope_industry, scope_kind, scope_label, scope_risk, repeat_reason, state, at, actor)"
        " VALUES ('410882', 1, 'T1', '', '', '', '', 'directed', 'plan', '', '', 'A', 1, 2, 'risk',"
        " '', '', '', '', '', '', 'visiting', 0, ''), ('410882', 2, 'T2', '', '', '', '',"
        " 'directed', 'plan', '', '', 'A', 1, 2, 'none', '', '', '', '', '', '', 'visiting', 0, "
        "'')",
        "INSERT INTO draw (tenant, id, number, task, organiser, sealed, blinded, state, round,"
        " opened, disclose_by, pool_size, drawn, demo, keys, version, at, actor) VALUES ('410882',"
        " 1, 'D1', 1, 'A', 0, 0, 'assigned', 1, 0, 0, 9, 1, 0, '', 1, 0, ''), ('410882', 2, 'D2',"
        " 2, 'A', 0, 0, 'assigned', 1, 0, 0, 9, 3, 0, '', 1, 0, '')",
        "INSERT INTO visit (tenant, id, task, draw, pool_id, stratum, rank, ticket, year, state,"
        " skip_reason, follows, at) VALUES ('410882', 1, 1, 1, 'P1', 'A', 1, '', 2026, 'entered',"
        " '', '', 0), ('410882', 2, 2, 2, 'P2', 'A', 1, '', 2026, 'published', '', '', 0),"
        " ('410882', 3, 2, 2, 'P3', 'A', 2, '', 2026, 'published', '', '', 0),"
        " ('410882', 4, 2, 2, 'P4', 'A', 3, '', 2026, 'skipped', '', '', 0)"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        story_run(s, rows[i]);
    assert_int_equal(office_targets(targets, by(s, "guanli"), 2026), ERR_OK);
    static const int64_t want[OFFICE_TARGETS][2] = {{1, 2}, {1, 3}, {1, 1}, {1, 2}};
    for (size_t i = 0; i < OFFICE_TARGETS; i++) {
        assert_int_equal(targets[i].part, want[i][0]);
        assert_int_equal(targets[i].whole, want[i][1]);
    }
    assert_int_equal(office_targets(targets, by(s, "guanli"), 2025), ERR_OK);
    assert_int_equal(targets[0].whole, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(R106_a_years_table_makes_guessed_last_days_official),
        STORY_TEST(a_table_that_is_not_a_whole_year_is_refused_with_its_row),
        STORY_TEST(the_published_table_of_a_year_is_read_as_it_is),
        STORY_TEST(a_change_tells_beforehand_what_it_touches),
        STORY_TEST(every_setting_says_what_its_change_touches),
        STORY_TEST(a_change_counts_what_it_touches),
        STORY_TEST(a_setting_keeps_who_when_before_and_after),
        STORY_TEST(a_word_added_to_a_dictionary_is_read_like_the_others),
        STORY_TEST(targets_count_what_the_year_has_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
