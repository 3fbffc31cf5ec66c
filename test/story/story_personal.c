/* Telephone numbers in the database (SECURITY.md CR1), on both databases: sealed, each for its own
 * row, opened for those who may see them, and what stood there in plain text before is sealed. No
 * table is named where they are looked for: all cells and all files of the data folder are. */
#include "story.h"

#include "base/file.h"
#include "office/account.h"
#include "office/department.h"
#include "office/feedback.h"
#include "office/inspector.h"
#include "office/library.h"
#include "office/personal.h"

#include <dirent.h>
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

/* --- contacts: departments, special libraries, readers of the portal --- */

/* How many files below a folder hold these words; on SQLite the database is among them. */
static size_t files_hold(struct course *c, const char *dir, const char *words)
{
    size_t found = 0;
    struct dirent *entry;
    DIR *d = opendir(dir);
    assert_non_null(d);
    while ((entry = readdir(d)) != NULL) {
        struct buf bytes = {0};
        if (entry->d_name[0] == '.')
            continue;
        const char *path = arena_printf(&c->s->arena, "%s/%s", dir, entry->d_name).data;
        if (entry->d_type == DT_DIR) {
            found += files_hold(c, path, words);
            continue;
        }
        if (entry->d_type != DT_REG)
            continue;
        assert_int_equal(file_read(&bytes, path, 1 << 28), ERR_OK);
        found += str_find(buf_view(&bytes), str_of(words)) >= 0;
        buf_free(&bytes);
    }
    closedir(d);
    return found;
}

static size_t held(struct course *c, const char *words)
{
    return course_holds(c, words) + files_hold(c, course_path(c, "data"), words);
}

static int64_t library_made(struct course *c)
{
    const struct store_library l = {
        .name = STR("电梯"), .department = STR("SCJG"), .basis = STR(""), .state = STR("active")};
    int64_t id = 0;
    assert_int_equal(office_library_put(&id, whole(c), &l, STR("internal")), ERR_OK);
    return id;
}

static void library_placed(struct course *c, int64_t library, const char *licence,
                           const char *phone)
{
    const struct office_library_place place = {.pool_id = STR("P-1"),
                                               .library = library,
                                               .licence = str_of(licence),
                                               .what = STR("使用登记"),
                                               .contact = STR("孙三"),
                                               .phone = str_of(phone)};
    assert_int_equal(office_library_place(whole(c), &place), ERR_OK);
}

static enum err library_phone(struct str *out, struct course *c, const char *licence)
{
    struct store_library_row *rows = NULL;
    size_t count = 0;
    TRY(office_library_rows(&rows, &count, whole(c), STR("P-1")));
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].licence, str_of(licence)))
            *out = rows[i].phone;
    return ERR_OK;
}

static enum err department_phone(struct str *out, struct course *c, const char *code)
{
    struct office_department d;
    TRY(office_department_get(&d, whole(c), str_of(code)));
    *out = d.record.values[MODEL_DEPARTMENT_PHONE];
    return ERR_OK;
}

/* What the reader of the portal left, as somebody sees it who says why. */
static enum err contact_left(struct str *out, struct course *c)
{
    struct store_feedback row;
    int64_t id = course_number(c, "SELECT MAX(id) FROM feedback");
    TRY(office_feedback_reveal(&row, whole(c), id, STR("回复")));
    *out = row.contact;
    return ERR_OK;
}

static int64_t contacts(struct course *c)
{
    const struct office_feedback_words words = {
        .subject = STR(""), .text = STR("没有查"), .contact = STR("周四 13700000023")};
    story_import_text(c->s, "departments",
                      "部门代码,部门名称,联络员,联系电话\nSCJG,市场监督管理局,吴,13700000021\n"
                      "XFJY,消防救援局,郑,13700000022\n");
    story_import_text(c->s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,监管部门\nP-1,电梯一,产品,SCJG\n");
    assert_int_equal(office_feedback_add(whole(c), &words), ERR_OK);
    int64_t library = library_made(c);
    library_placed(c, library, "TS-1", "13700000024");
    story_import_text(c->s, "libraries",
                      "专项库,统一社会信用代码,许可证号,电话\n电梯,P-1,TS-2,13700000025\n");
    return library;
}

static void CR1_no_contact_stands_in_the_database_or_its_files(void **state)
{
    struct course *c = *state;
    struct str text;
    int64_t library = contacts(c);
    assert_int_equal(held(c, "1370000"), 0);
    assert_true(course_holds(c, "sealed:") >= 5);
    assert_int_equal(department_phone(&text, c, "SCJG"), ERR_OK);
    assert_true(str_eq(text, STR("13700000021")));
    assert_int_equal(contact_left(&text, c), ERR_OK);
    assert_true(str_eq(text, STR("周四 13700000023")));
    assert_int_equal(library_phone(&text, c, "TS-1"), ERR_OK);
    assert_true(str_eq(text, STR("13700000024")));
    assert_int_equal(library_phone(&text, c, "TS-2"), ERR_OK);
    assert_true(str_eq(text, STR("13700000025")));
    /* lists and audits of them are masked, and a page of the library is no wider */
    const struct office_library_query query = {.library = library, .most = 10};
    struct office_library_list list;
    assert_int_equal(office_library_list(&list, whole(c), &query), ERR_OK);
    assert_int_equal(list.count, 2);
    assert_true(str_eq(list.rows[0].place.phone, STR("137****0024")));
    struct office_feedbacks told;
    assert_int_equal(
        office_feedbacks(&told, whole(c), (struct store_feedback_find){.window.most = 10}), ERR_OK);
    assert_int_equal(told.count, 1);
    assert_true(str_find(told.rows[0].contact, STR("13700000023")) < 0);
    assert_true(str_find(told.rows[0].contact, STR("sealed:")) < 0);
}

/* What is written again unchanged is no change, what is changed is one, and neither leaves the
 * number anywhere. */
static void CR1_contacts_are_compared_as_they_are_read(void **state)
{
    struct course *c = *state;
    struct str text;
    int64_t library = contacts(c);
    int64_t changes = course_number(c, "SELECT COUNT(*) FROM registry_change");
    story_import_text(c->s, "departments",
                      "部门代码,部门名称,联络员,联系电话\nSCJG,市场监督管理局,吴,13700000021\n");
    const struct story_counts same = {.seen = 1, .same = 1};
    story_counts(c->s, &same);
    story_import_text(c->s, "libraries",
                      "专项库,统一社会信用代码,许可证号,电话\n电梯,P-1,TS-2,13700000025\n");
    story_counts(c->s, &same);
    library_placed(c, library, "TS-1", "13700000024");
    assert_int_equal(course_number(c, "SELECT COUNT(*) FROM registry_change"), changes);
    library_placed(c, library, "TS-1", "13711110001");
    story_import_text(c->s, "libraries",
                      "专项库,统一社会信用代码,许可证号,电话\n电梯,P-1,TS-2,13711110002\n");
    const struct story_counts changed = {.seen = 1, .changed = 1};
    story_counts(c->s, &changed);
    story_import_text(c->s, "departments",
                      "部门代码,部门名称,联系电话\nSCJG,市场监督管理局,13711110003\n");
    story_counts(c->s, &changed);
    assert_int_equal(course_number(c, "SELECT COUNT(*) FROM registry_change"), changes + 3);
    assert_int_equal(held(c, "1370000"), 0);
    assert_int_equal(held(c, "1371111"), 0);
    assert_int_equal(library_phone(&text, c, "TS-2"), ERR_OK);
    assert_true(str_eq(text, STR("13711110002")));
}

static void CR1_a_contact_moved_to_another_row_does_not_open(void **state)
{
    struct course *c = *state;
    struct office_checked checked;
    struct errand *e;
    struct str text;
    contacts(c);
    story_run(c->s, "UPDATE library_row SET phone = (SELECT o.phone FROM library_row o"
                    " WHERE o.licence = 'TS-2') WHERE licence = 'TS-1'");
    assert_int_equal(library_phone(&text, c, "TS-1"), ERR_DAMAGED);
    assert_int_equal(office_check(&checked, whole(c)), ERR_DAMAGED);
    story_run(c->s, "DELETE FROM library_row");
    assert_int_equal(office_check(&checked, whole(c)), ERR_OK);
    story_run(c->s, "UPDATE department SET phone = (SELECT o.phone FROM department o"
                    " WHERE o.code = 'XFJY') WHERE code = 'SCJG'");
    assert_int_equal(department_phone(&text, c, "SCJG"), ERR_DAMAGED);
    assert_int_equal(office_check(&checked, whole(c)), ERR_DAMAGED);
    story_run(c->s, "UPDATE feedback SET contact ="
                    " (SELECT phone FROM department WHERE code = 'XFJY')");
    story_run(c->s, "UPDATE department SET phone = ''");
    assert_int_equal(contact_left(&text, c), ERR_DAMAGED);
    e = whole(c);
    assert_int_equal(office_check(&checked, e), ERR_DAMAGED);
    assert_non_null(strstr(e->fault.text, "联系方式"));
}

static void CR1_contacts_from_before_are_sealed_once(void **state)
{
    struct course *c = *state;
    struct str text;
    uint64_t count = 0;
    contacts(c);
    story_run(c->s, "UPDATE department SET phone = '13700000031' WHERE code = 'SCJG'");
    story_run(c->s, "UPDATE feedback SET contact = '13700000033'");
    story_run(c->s, "UPDATE library_row SET phone = '13700000034'");
    assert_int_equal(library_phone(&text, c, "TS-1"), ERR_OK);
    assert_true(str_eq(text, STR("13700000034")));
    assert_int_equal(office_personal_sweep(&count, whole(c)), ERR_OK);
    assert_int_equal(count, 4);
    assert_int_equal(course_holds(c, "1370000"), 0);
    assert_int_equal(office_personal_sweep(&count, whole(c)), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(library_phone(&text, c, "TS-2"), ERR_OK);
    assert_true(str_eq(text, STR("13700000034")));
    assert_int_equal(department_phone(&text, c, "SCJG"), ERR_OK);
    assert_true(str_eq(text, STR("13700000031")));
    assert_int_equal(contact_left(&text, c), ERR_OK);
    assert_true(str_eq(text, STR("13700000033")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COURSE_TEST(CR1_no_telephone_number_stands_in_the_database),
        COURSE_TEST(CR1_what_looks_sealed_is_sealed_too),
        COURSE_TEST(CR1_a_number_moved_to_another_row_does_not_open),
        COURSE_TEST(CR1_numbers_from_before_are_read_and_sealed_once),
        COURSE_EMPTY(CR1_no_contact_stands_in_the_database_or_its_files),
        COURSE_EMPTY(CR1_contacts_are_compared_as_they_are_read),
        COURSE_EMPTY(CR1_a_contact_moved_to_another_row_does_not_open),
        COURSE_EMPTY(CR1_contacts_from_before_are_sealed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
