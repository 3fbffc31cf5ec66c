/* Settings, idempotency keys, gapless numbers, the audit (R1-R161: every number is a setting with
 * its basis; I1, I3, I10). */
#include "story.h"

#include "base/time.h"

/* --- settings --- */

static void a_change_is_a_new_version_with_its_basis(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"without a basis", course_setting,
         &(struct course_setting){MODEL_SETTING_TEAM_SEATS, "3", ""}, ERR_INPUT, "依据"},
        {"no number", course_setting,
         &(struct course_setting){MODEL_SETTING_TEAM_SEATS, "drei", "本地规定"}, ERR_INPUT,
         "team.seats"},
        {"three", course_setting,
         &(struct course_setting){MODEL_SETTING_TEAM_SEATS, "3", "沁双随〔2026〕3号"}},
        {"four", course_setting,
         &(struct course_setting){MODEL_SETTING_TEAM_SEATS, "4", "沁双随〔2026〕4号"},
         .by = "局长"},
    };
    COURSE_RUN(c, steps);
    assert_string_equal(
        course_text(c, "SELECT value FROM setting WHERE name = 'team.seats' ORDER BY version DESC"),
        "4");
    assert_string_equal(course_text(c, "SELECT basis FROM setting WHERE name = 'team.seats' AND"
                                       " value = '3'"),
                        "沁双随〔2026〕3号");
    assert_string_equal(course_text(c, "SELECT actor FROM setting WHERE name = 'team.seats' AND"
                                       " value = '4'"),
                        "局长");
    assert_int_equal(
        course_number(c, "SELECT count(DISTINCT version) FROM setting WHERE name ="
                         " 'team.seats'"),
        course_number(c, "SELECT max(version) FROM setting WHERE name = 'team.seats'"));
}

static void the_least_number_of_inspectors_follows_its_setting(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"two are enough", course_task, &(struct course_task){.parts = "SCJG:2"}},
        {"three", course_setting,
         &(struct course_setting){MODEL_SETTING_TEAM_SEATS, "3", "沁双随〔2026〕3号"}},
        {"two are too few", course_task, &(struct course_task){.parts = "SCJG:2"}, ERR_INPUT, "3"},
        {"what is not said is the least number", course_task},
        {"the draw", course_draw},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_show(c)->seat_count, 6 * 3);
}

static void the_last_day_for_publication_follows_its_setting(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"ten working days", course_setting,
         &(struct course_setting){MODEL_SETTING_PUBLISH_DAYS, "10", "本地规定〔2026〕6号"}},
        {"a result of 2026-03-10", course_enter,
         &(struct course_result){.object = "1", .code = "01", .method = "site"}, .days = 8},
        {"five", course_setting,
         &(struct course_setting){MODEL_SETTING_PUBLISH_DAYS, "5", "本地规定〔2026〕7号"}},
        {"another of that day", course_enter,
         &(struct course_result){.object = "2", .code = "01", .method = "site"}},
    };
    int32_t ten = 0;
    int32_t five = 0;
    COURSE_RUN(c, steps);
    /* shared/data/calendar/deadline_vectors.csv: 2026-03-10, +5 03-17, +10 03-24 */
    assert_int_equal(date_parse(&ten, STR("2026-03-24")), ERR_OK);
    assert_int_equal(date_parse(&five, STR("2026-03-17")), ERR_OK);
    assert_int_equal(course_number(c, "SELECT max(due_on) FROM result"), ten);
    assert_int_equal(course_number(c, "SELECT min(due_on) FROM result"), five);
}

static void the_day_of_disclosure_follows_its_setting(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"thirty days", course_setting,
         &(struct course_setting){MODEL_SETTING_DISCLOSE_DAYS, "30", "本地规定〔2026〕8号"}},
        {"a task", course_task},
        {"a day that is over", course_commit, &(struct course_commit){.disclose_by = "2026-03-01"},
         ERR_INPUT, "已经过去"},
    };
    COURSE_RUN(c, steps);
    struct str number;
    const struct str source = course_witness_source(c, 1);
    const struct office_draw_commit spec = {c->task, false, &source, 1, 0};
    c->s->e.fault = (struct fault){0};
    assert_int_equal(office_draw_commit(&number, &c->s->e, &spec), ERR_OK);
    c->draw = number;
    /* the whole of the 30th day after 2026-03-02 in China, which ends at 16:00 UTC */
    assert_true(
        str_find(course_show(c)->entries[0].body, STR("\ndisclose-by 2026-04-01T16:00:00Z\n")) > 0);
}

static void a_general_items_cap_that_its_list_leaves_open_follows_the_setting(void **state)
{
    struct course *c = *state;
    static const char item[] = "编制单位,抽查类别,抽查事项,事项类别,检查依据\n"
                               "市场监督管理局,广告检查,广告经营登记的检查,一般检查事项,"
                               "《广告法》第四十九条\n";
    const struct step steps[] = {
        {"a fifth", course_setting,
         &(struct course_setting){MODEL_SETTING_GENERAL_CAP, "1/5", "本地规定〔2026〕9号"}},
        {"an item without a cap of its own", course_import, &(struct course_import){"items", item}},
        {"above", course_task,
         &(struct course_task){.items = "SCJG-S0003", .quotas = "ALL=ceil:21%"}, ERR_INPUT,
         "SCJG-S0003"},
        {"at it", course_task,
         &(struct course_task){.items = "SCJG-S0003", .quotas = "ALL=ceil:20%"}},
    };
    COURSE_RUN(c, steps);
}

/* Names in a zip, one a line, by Python. */
static const char *zip_names(struct course *c, const char *path)
{
    const char *text = "";
    const char *const words[] = {
        "python3", "-c",
        "import sys, zipfile\nprint('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))", path,
        NULL};
    assert_int_equal(course_spawn(&text, c, words), 0);
    return text;
}

static void the_public_bundle_names_inspectors_only_where_the_place_says_so(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task},
        {"the draw", course_draw},
        {"disclosure", course_disclose},
    };
    COURSE_RUN(c, steps);
    assert_null(strstr(zip_names(c, c->bundle.public), "inspectors.tsv"));
    assert_null(strstr(zip_names(c, c->bundle.public), "eligible.tsv"));
    assert_non_null(strstr(zip_names(c, c->bundle.public), "pool.tsv"));
    assert_non_null(strstr(zip_names(c, c->bundle.full), "inspectors.tsv"));
    const struct step more[] = {
        {"people are named here", course_setting,
         &(struct course_setting){MODEL_SETTING_PUBLIC_TEAMS, "1", "本地规定〔2026〕10号"}},
        {"a task", course_task},
        {"the draw", course_draw},
        {"disclosure", course_disclose},
    };
    COURSE_RUN(c, more);
    assert_non_null(strstr(zip_names(c, c->bundle.public), "inspectors.tsv"));
    assert_non_null(strstr(zip_names(c, c->bundle.public), "eligible.tsv"));
}

static void the_public_bundle_of_a_blinded_pool_holds_no_class(void **state)
{
    struct course *c = *state;
    static const char *const kept[] = {"pool.tsv", "selected.tsv", "pool-key", "strata.tsv"};
    const struct step steps[] = {
        {"by class", course_task,
         &(struct course_task){.items = "SCJG-S0002", .strata = "risk", .quotas = "*=ceil:2%"}},
        {"sealed", course_commit, &(struct course_commit){.sealed = true}},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"objects", course_objects},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"disclosure", course_disclose},
    };
    COURSE_RUN(c, steps);
    const char *public = zip_names(c, c->bundle.public);
    const char *full = zip_names(c, c->bundle.full);
    for (size_t i = 0; i < 4; i++) {
        assert_null(strstr(public, kept[i]));
        assert_non_null(strstr(full, kept[i]));
    }
    assert_non_null(strstr(public, "drawn.tsv"));
}

/* --- idempotency --- */

static void the_same_errand_with_the_same_key_is_done_once(void **state)
{
    struct course *c = *state;
    const struct course_result result = {.object = "1", .code = "01", .method = "site"};
    const struct step task[] = {{"task", course_task, .key = "key-task"}};
    COURSE_RUN(c, task);
    struct str number = c->task;
    const struct step again[] = {
        {"task again", course_task, .key = "key-task", .still = true},
        {"commit", course_commit, .key = "key-commit"},
    };
    COURSE_RUN(c, again);
    assert_true(str_eq(c->task, number));
    struct str draw = c->draw;
    const struct step more[] = {
        {"commit again", course_commit, .key = "key-commit", .still = true},
        {"beacon", course_beacon, &(struct course_beacon){.parts = "witness:1"}},
        {"commit after the beacon", course_commit, .key = "key-commit", .still = true},
        {"objects", course_objects},
        {"teams", course_teams},
        {"beacon 2", course_beacon, &(struct course_beacon){.parts = "witness:2"}},
        {"assign", course_assign},
        {"enter", course_enter, &result, .key = "key-enter", .days = 8},
        {"enter again", course_enter, &result, .key = "key-enter", .still = true},
    };
    COURSE_RUN(c, more);
    assert_true(str_eq(c->draw, draw));
    assert_int_equal(course_number(c, "SELECT count(id) FROM task"), 1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 1);
    assert_int_equal(course_number(c, "SELECT count(id) FROM result"), 1);
}

static void a_key_that_served_another_errand_is_a_conflict(void **state)
{
    struct course *c = *state;
    static const char row[] = "检查对象名称,对象类别\n示例产品,产品\n";
    const struct step steps[] = {
        {"a task", course_task, .key = "one"},
        {"a commitment with the task's key", course_commit, NULL, ERR_CONFLICT, .key = "one"},
        {"an import with it", course_import, &(struct course_import){"objects", row}, ERR_CONFLICT,
         .key = "one"},
        {"the commitment with its own", course_commit, .key = "two"},
    };
    COURSE_RUN(c, steps);
}

static void without_a_key_the_same_words_make_two_tasks(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {{"a task", course_task}, {"another", course_task}};
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM task"), 2);
}

#define GOOD(nth)                                                                                  \
    &(struct course_result)                                                                        \
    {                                                                                              \
        .object = (nth), .code = "01", .method = "site"                                            \
    }

static void a_repeated_entry_answers_as_the_first(void **state)
{
    struct course *c = *state;
    const struct step draw[] = {{"a task", course_task}, {"the draw", course_draw}};
    COURSE_RUN(c, draw);
    const struct step first[] = {{"enter", course_enter, GOOD("1"), .key = "k-1", .days = 8}};
    COURSE_RUN(c, first);
    int32_t due = c->due.due_on;
    const struct step again[] = {
        {"the same the next day", course_enter, GOOD("1"), .key = "k-1", .still = true, .days = 1}};
    COURSE_RUN(c, again);
    assert_int_equal(c->due.due_on, due);
}

static void every_errand_with_a_key_can_be_repeated(void **state)
{
    struct course *c = *state;
    const struct course_beacon one = {.parts = "witness:1"};
    const struct course_beacon two = {.parts = "witness:2"};
    const struct {
        const char *label;
        course_act *act;
        const void *arg;
        int days;
    } all[] = {
        {"task", course_task, NULL, 0},
        {"commit", course_commit, NULL, 0},
        {"beacon", course_beacon, &one, 0},
        {"objects", course_objects, NULL, 0},
        {"recuse", course_recuse, &(struct course_recuse){"SCJG-001", "1", "亲属"}, 0},
        {"teams", course_teams, NULL, 0},
        {"beacon 2", course_beacon, &two, 0},
        {"assign", course_assign, NULL, 0},
        {"enter", course_enter, GOOD("1"), 8},
        {"approve", course_approve, GOOD("1"), 0},
        {"publish", course_publish, NULL, 0},
        {"disclose", course_disclose, NULL, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct step step = {
            all[i].label,        all[i].act,
            all[i].arg,          .key = all[i].label,
            .days = all[i].days, .by = all[i].act == course_approve ? "审核员" : "经办员"};
        course_step(c, &step);
        step.still = true;
        step.days = 0;
        course_step(c, &step);
    }
}

/* --- numbers --- */

static void refused_commitments_leave_no_gap_in_the_numbers(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"one", course_task, &(struct course_task){.quotas = "ALL=fixed:2"}},
        {"draw 1", course_commit},
        {"draw 1 again", course_commit, NULL, ERR_STATE},
        {"unstaffed", course_task, &(struct course_task){.parts = "SCJG:9"}},
        {"refused", course_commit, NULL, ERR_STAFF},
        {"two", course_task, &(struct course_task){.quotas = "ALL=fixed:2"}},
        {"too little entropy", course_commit, &(struct course_commit){.sources = "dice 6 5"},
         ERR_ENTROPY},
        {"draw 2", course_commit, &(struct course_commit){.sealed = true}},
        {"the brigade's", course_task,
         &(struct course_task){.items = "XFJY-S0001",
                               .department = "XFJY",
                               .parts = "XFJY",
                               .quotas = "ALL=fixed:2"}},
        {"its own series", course_commit},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(course_number(c, "SELECT count(id) FROM draw"), 3);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM draw WHERE number IN ('410882-SCJG-2026-0001',"
                         " '410882-SCJG-2026-0002', '410882-XFJY-2026-0001')"),
        3);
    assert_string_equal(course_text(c, "SELECT max(number) FROM task"), "410882202603020004");
}

static void a_new_year_begins_its_numbers_anew(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"of 2026", course_task, &(struct course_task){.quotas = "ALL=fixed:2"}},
        {"draw of 2026", course_commit},
        {"of 2027", course_task,
         &(struct course_task){.from = 320, .until = 330, .quotas = "ALL=fixed:2"}, .days = 310},
        {"draw of 2027", course_commit},
    };
    COURSE_RUN(c, steps);
    assert_int_equal(
        course_number(c, "SELECT count(id) FROM draw WHERE number IN ('410882-SCJG-2026-0001',"
                         " '410882-SCJG-2027-0001')"),
        2);
    assert_string_equal(course_text(c, "SELECT max(number) FROM task"), "410882202701060001");
}

static void an_audit_row_names_who_did_what_to_what(void **state)
{
    struct course *c = *state;
    const struct step steps[] = {
        {"a task", course_task, .by = "任务员"},
        {"commit", course_commit, .by = "抽取员"},
    };
    COURSE_RUN(c, steps);
    assert_string_equal(course_text(c, "SELECT actor FROM audit WHERE action = 'draw-commit'"),
                        "抽取员");
    assert_string_equal(course_text(c, "SELECT target FROM audit WHERE action = 'draw-commit'"),
                        "410882-SCJG-2026-0001");
    assert_string_equal(course_text(c, "SELECT actor FROM audit WHERE action = 'task-create'"),
                        "任务员");
    assert_int_equal(course_number(c, "SELECT at FROM audit WHERE action = 'draw-commit'"),
                     c->clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(a_change_is_a_new_version_with_its_basis),
        COURSE_TEST(the_least_number_of_inspectors_follows_its_setting),
        COURSE_TEST(the_last_day_for_publication_follows_its_setting),
        COURSE_TEST(the_day_of_disclosure_follows_its_setting),
        COURSE_TEST(a_general_items_cap_that_its_list_leaves_open_follows_the_setting),
        COURSE_TEST(the_public_bundle_names_inspectors_only_where_the_place_says_so),
        COURSE_TEST(the_public_bundle_of_a_blinded_pool_holds_no_class),
        COURSE_TEST(the_same_errand_with_the_same_key_is_done_once),
        COURSE_TEST(a_key_that_served_another_errand_is_a_conflict),
        COURSE_TEST(without_a_key_the_same_words_make_two_tasks),
        COURSE_TEST(a_repeated_entry_answers_as_the_first),
        COURSE_TEST(every_errand_with_a_key_can_be_repeated),
        COURSE_TEST(refused_commitments_leave_no_gap_in_the_numbers),
        COURSE_TEST(a_new_year_begins_its_numbers_anew),
        COURSE_TEST(an_audit_row_names_who_did_what_to_what),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
