/* Telephone numbers in the database (SECURITY.md CR1), on both databases: sealed, each for its own
 * row, opened for those who may see them, and what stood there in plain text before is sealed. */
#include "story.h"

#include "office/account.h"
#include "office/inspector.h"
#include "office/personal.h"

#include <string.h>

static const char people[] = "姓名,单位,人员类别,执法证号,执法证有效期,手机号,编号\n"
                             "钱一,SCJG,执法人员,41088200000001,2030-01-01,13700000001,P-1\n"
                             "钱二,SCJG,执法人员,41088200000002,2030-01-01,13700000002,P-2\n";

static struct errand *whole(struct course *c)
{
    return course_as(c, "chen", MODEL_SCOPE_ALL, NULL);
}

static struct str code_of(struct course *c, const char *name)
{
    return str_of(course_text(
        c, arena_printf(&c->s->arena, "SELECT code FROM inspector WHERE name = '%s'", name).data));
}

/* The number as somebody sees it who says why. */
static enum err revealed(struct str *out, struct course *c, const char *name)
{
    struct store_record row;
    TRY(office_inspector_reveal(&row, whole(c), code_of(c, name), STR("核对")));
    *out = row.values[MODEL_INSPECTOR_PHONE];
    return ERR_OK;
}

static void CR1_no_telephone_number_stands_in_the_database(void **state)
{
    struct course *c = *state;
    struct str phone;
    struct str password;
    struct office_account account;
    int64_t id = 0;
    const struct office_account_edit edit = {.name = STR("wang"),
                                             .person = STR("王"),
                                             .department = STR("SCJG"),
                                             .phone = STR("13700000009")};
    story_import_text(c->s, "inspectors", people);
    const struct story_counts want = {.seen = 2, .added = 2};
    story_counts(c->s, &want);
    assert_int_equal(office_account_add(&id, &password, whole(c), &edit), ERR_OK);
    assert_int_equal(course_holds(c, "1370000"), 0);
    assert_true(course_holds(c, "sealed:") >= 3); /* the test sees the columns */
    assert_int_equal(revealed(&phone, c, "钱二"), ERR_OK);
    assert_true(str_eq(phone, STR("13700000002")));
    assert_int_equal(office_account_get(&account, whole(c), id), ERR_OK);
    assert_true(str_eq(account.row.phone, STR("13700000009")));
    /* the same file changes nothing; another number is a change whose history is masked */
    story_import_text(c->s, "inspectors", people);
    const struct story_counts same = {.seen = 2, .same = 2};
    story_counts(c->s, &same);
    story_import_text(c->s, "inspectors",
                      "姓名,单位,执法证号,手机号\n钱一,SCJG,41088200000001,13711112222\n");
    const struct story_counts changed = {.seen = 1, .changed = 1};
    story_counts(c->s, &changed);
    assert_int_equal(course_holds(c, "1370000"), 0);
    assert_int_equal(course_holds(c, "13711112222"), 0);
    assert_int_equal(revealed(&phone, c, "钱一"), ERR_OK);
    assert_true(str_eq(phone, STR("13711112222")));
}

/* A text that looks as if it were sealed is a text like any other. */
static void CR1_what_looks_sealed_is_sealed_too(void **state)
{
    struct course *c = *state;
    struct str phone;
    struct str password;
    struct office_account account;
    int64_t id = 0;
    const struct office_account_edit edit = {.name = STR("wang"),
                                             .person = STR("王"),
                                             .department = STR("SCJG"),
                                             .phone = STR("sealed:1")};
    story_import_text(c->s, "inspectors",
                      "姓名,单位,人员类别,执法证号,执法证有效期,手机号\n"
                      "钱一,SCJG,执法人员,41088200000001,2030-01-01,sealed:00\n");
    assert_int_equal(office_account_add(&id, &password, whole(c), &edit), ERR_OK);
    assert_int_equal(office_account_get(&account, whole(c), id), ERR_OK);
    assert_true(str_eq(account.row.phone, STR("sealed:1")));
    assert_int_equal(revealed(&phone, c, "钱一"), ERR_OK);
    assert_true(str_eq(phone, STR("sealed:00")));
    assert_int_equal(course_holds(c, "sealed:1"), 0);
}

static void CR1_a_number_moved_to_another_row_does_not_open(void **state)
{
    struct course *c = *state;
    struct str phone;
    story_import_text(c->s, "inspectors", people);
    story_run(c->s, "UPDATE inspector SET phone = (SELECT o.phone FROM inspector o"
                    " WHERE o.name = '钱二') WHERE name = '钱一'");
    assert_int_equal(revealed(&phone, c, "钱一"), ERR_DAMAGED);
    assert_non_null(strstr(c->s->e.fault.text, "电话号码"));
    struct office_checked checked;
    struct errand *e = whole(c);
    assert_int_equal(office_check(&checked, e), ERR_DAMAGED);
    assert_non_null(strstr(e->fault.text, "电话号码"));
}

static void CR1_numbers_from_before_are_read_and_sealed_once(void **state)
{
    struct course *c = *state;
    struct str phone;
    struct str password;
    uint64_t count = 0;
    int64_t id = 0;
    const struct office_account_edit edit = {
        .name = STR("wang"), .person = STR("王"), .department = STR("SCJG")};
    story_import_text(c->s, "inspectors", people);
    assert_int_equal(office_account_add(&id, &password, whole(c), &edit), ERR_OK);
    assert_int_equal(office_personal_sweep(&count, whole(c)), ERR_OK);
    story_run(c->s, "UPDATE inspector SET phone = '13700000003' WHERE name = '钱一'");
    story_run(c->s, "UPDATE account SET phone = '13700000004' WHERE name = 'wang'");
    assert_int_equal(revealed(&phone, c, "钱一"), ERR_OK);
    assert_true(str_eq(phone, STR("13700000003")));
    assert_int_equal(office_personal_sweep(&count, whole(c)), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(course_holds(c, "1370000"), 0);
    assert_int_equal(office_personal_sweep(&count, whole(c)), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(revealed(&phone, c, "钱一"), ERR_OK);
    assert_true(str_eq(phone, STR("13700000003")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(CR1_no_telephone_number_stands_in_the_database),
        COURSE_TEST(CR1_what_looks_sealed_is_sealed_too),
        COURSE_TEST(CR1_a_number_moved_to_another_row_does_not_open),
        COURSE_TEST(CR1_numbers_from_before_are_read_and_sealed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
