/* The health of the registries (R30): what each figure counts, whose it shows, and reference lists;
 * and installations for training. Numbers: see story_import.c. */
#include "rig_people.h"

#include "base/file.h"
#include "base/time.h"
#include "office/health.h"

#include <string.h>

#define HUAWEI "914403001922038216"
#define YUANPING "91140981MA0H477P2R"
#define QINYANG "914108821738458294"

static enum err reference(int64_t *job, struct story *s, int64_t account, const char *department,
                          const char *text)
{
    struct errand *e = people_as(s, account, MODEL_PERMISSION_OBJECT_IMPORT);
    const char *path = office_job_path(e, ".tmp-list");
    assert_int_equal(file_write_plain(path, str_of(text), 0600), ERR_OK);
    const struct office_reference_add in = {path, STR("名单.csv"), strlen(text),
                                            str_of(department)};
    return office_reference_add(job, e, &in);
}

/* The row of a department in an account's table; the sum for "". */
static struct store_health row_of(struct story *s, int64_t account, const char *code)
{
    struct office_health *rows = NULL;
    size_t count = 0;
    uint64_t days = 0;
    struct errand *e = people_as(s, account, MODEL_PERMISSION_HEALTH_VIEW);
    e->now = time_now();
    assert_int_equal(office_health(&rows, &count, &days, e), ERR_OK);
    assert_int_equal(days, 180);
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].code, str_of(code)) && (code[0] != '\0' || i + 1 == count))
            return rows[i].count;
    fail_msg("no row %s", code);
    return (struct store_health){0};
}

static size_t rows_shown(struct story *s, int64_t account)
{
    struct office_health *rows = NULL;
    size_t count = 0;
    uint64_t days = 0;
    struct errand *e = people_as(s, account, MODEL_PERMISSION_HEALTH_VIEW);
    assert_int_equal(office_health(&rows, &count, &days, e), ERR_OK);
    return count;
}

static void each_figure_counts_what_it_says(void **state)
{
    struct story *s = *state;
    people_house(s);
    int64_t all = people_add(s, "ban", "", MODEL_ROLE_OFFICE);
    story_import_text(s, "objects",
                      "统一社会信用代码,名称,监管部门,监管标签,登记状态\n" HUAWEI
                      ",华为,甲局,食品,存续\n" YUANPING ",液压厂,甲局,,存续\n" QINYANG
                      ",供销社,甲局,,注销\n");
    story_run(s, "UPDATE object SET at = at - 181 * 86400000000 WHERE pool_id = '" YUANPING "'");
    story_import_text(s, "inspectors",
                      "姓名,单位,执法证号,执法证有效期至\n张三,乙局,YS1,2099-01-01\n"
                      "李四,乙局,YS2,2020-01-01\n王五,乙局,,\n");
    struct store_health a = row_of(s, all, "A");
    assert_int_equal(a.objects, 2); /* the deregistered one is in no figure */
    assert_int_equal(a.stale, 1);
    assert_int_equal(a.unlabelled, 1);
    assert_int_equal(a.reference, 0);
    struct store_health b = row_of(s, all, "B");
    assert_int_equal(b.objects, 0);
    assert_int_equal(b.persons, 2); /* who has no certificate cannot have one that ran out */
    assert_int_equal(b.expired, 1);
    struct store_health c = row_of(s, all, "C");
    assert_int_equal(c.objects + c.persons + c.reference, 0);
    struct store_health sum = row_of(s, all, "");
    assert_int_equal(sum.objects, 2);
    assert_int_equal(sum.expired, 1);
}

static void a_department_sees_itself_and_those_below(void **state)
{
    struct story *s = *state;
    struct store_reference *rows = NULL;
    size_t count = 0;
    people_house(s);
    int64_t above = people_add(s, "jia", "A", MODEL_ROLE_REVIEWER);
    int64_t beside = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    int64_t all = people_add(s, "ban", "", MODEL_ROLE_OFFICE);
    story_import_text(s, "objects",
                      "统一社会信用代码,名称,监管部门\n" HUAWEI ",华为,甲局\n" YUANPING
                      ",液压厂,别处的局\n");
    assert_int_equal(rows_shown(s, above), 3);  /* A, B, sum */
    assert_int_equal(rows_shown(s, beside), 2); /* C, sum */
    assert_int_equal(rows_shown(s, all), 5);    /* A, B, C, the rest, sum */
    assert_int_equal(row_of(s, beside, "").objects, 0);
    assert_int_equal(row_of(s, all, "").objects, 2);
    const struct office_health_missing ask = {STR("A"), STR(""), 10};
    struct errand *e = people_as(s, beside, MODEL_PERMISSION_HEALTH_VIEW);
    assert_int_equal(office_health_missing(&rows, &count, e, &ask), ERR_MISSING);
}

static void a_reference_list_measures_coverage_and_is_replaced_by_the_next(void **state)
{
    struct story *s = *state;
    struct store_reference *rows = NULL;
    size_t count = 0;
    int64_t job = 0;
    struct store_job row = {0};
    people_house(s);
    int64_t clerk = people_add(s, "jia", "A", MODEL_ROLE_CLERK);
    story_import_text(s, "objects", "统一社会信用代码,名称,监管部门\n" HUAWEI ",华为,甲局\n");
    assert_int_equal(reference(&job, s, clerk, "C", "统一社会信用代码\n" HUAWEI "\n"), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "department");
    assert_int_equal(reference(&job, s, clerk, "A",
                               "统一社会信用代码,名称\n" HUAWEI ",华为\n" YUANPING
                               ",液压厂\n914403001922038210,错码\n" HUAWEI ",又来\n"),
                     ERR_OK);
    story_work(s);
    assert_int_equal(office_job_get(&row, people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW), job),
                     ERR_OK);
    assert_true(str_eq(row.words, STR("共 4 行，列入比对 2 行，未读取 2 行")));
    assert_true(row.file.len > 0);
    assert_int_equal(row_of(s, clerk, "A").reference, 2);
    assert_int_equal(row_of(s, clerk, "A").missing, 1);
    const struct office_health_missing ask = {STR("A"), STR(""), 10};
    struct errand *e = people_as(s, clerk, MODEL_PERMISSION_HEALTH_VIEW);
    assert_int_equal(office_health_missing(&rows, &count, e, &ask), ERR_OK);
    assert_int_equal(count, 1);
    assert_true(str_eq(rows[0].number, STR(YUANPING)) && str_eq(rows[0].name, STR("液压厂")));
    assert_int_equal(reference(&job, s, clerk, "A", "统一社会信用代码\n" HUAWEI "\n"), ERR_OK);
    story_work(s);
    assert_int_equal(row_of(s, clerk, "A").reference, 1);
    assert_int_equal(row_of(s, clerk, "A").missing, 0);
    /* a file that cannot be read leaves the list as it was */
    assert_int_equal(reference(&job, s, clerk, "A", "甲,乙\n1,2\n"), ERR_OK);
    story_work(s);
    assert_int_equal(row_of(s, clerk, "A").reference, 1);
    assert_int_equal(story_number(s, "SELECT count(number) FROM reference_object"), 1);
}

static void an_object_counts_for_each_department_responsible_for_it(void **state)
{
    struct story *s = *state;
    people_house(s);
    int64_t all = people_add(s, "ban", "", MODEL_ROLE_OFFICE);
    story_import_text(s, "objects", "统一社会信用代码,名称,监管部门\n" HUAWEI ",华为,甲局\n");
    story_run(s, "INSERT INTO object_department (tenant, department, object)"
                 " SELECT tenant, 'C', id FROM object");
    assert_int_equal(row_of(s, all, "A").objects, 1);
    assert_int_equal(row_of(s, all, "C").objects, 1);
    assert_int_equal(row_of(s, all, "C").unlabelled, 1);
}

/* At 3/100 a library needs 34 objects, so that 3% of them make one. */
static void a_library_of_which_nobody_would_be_drawn_is_too_small(void **state)
{
    struct story *s = *state;
    struct store_library *rows = NULL;
    size_t count = 0;
    uint64_t least = 0;
    struct buf file = {0};
    people_house(s);
    int64_t above = people_add(s, "jia", "A", MODEL_ROLE_REVIEWER);
    int64_t beside = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    buf_cat(&file, "名称,对象类别,地址,监管部门\n");
    for (int i = 0; i < 34; i++)
        buf_printf(&file, "摊点%d,无证无照户,第%d号,甲局\n", i, i);
    story_import_text(s, "objects", buf_cstr(&file));
    buf_free(&file);
    story_run(s, "INSERT INTO library (tenant, id, name, department, basis, state, job, at)"
                 " VALUES ('410882', 1, '小库', 'A', '', 'active', 1, 1),"
                 " ('410882', 2, '大库', 'A', '', 'active', 1, 1)");
    story_run(s, "INSERT INTO library_row (tenant, library, object, licence, what, valid_until,"
                 " contact, phone, at, actor)"
                 " SELECT tenant, 2, id, '', '', 0, '', '', 1, '' FROM object");
    story_run(s, "INSERT INTO library_row (tenant, library, object, licence, what, valid_until,"
                 " contact, phone, at, actor)"
                 " SELECT tenant, 1, id, '', '', 0, '', '', 1, '' FROM object"
                 " WHERE name <> '摊点7'");
    struct errand *e = people_as(s, above, MODEL_PERMISSION_HEALTH_VIEW);
    assert_int_equal(office_health_libraries(&rows, &count, &least, e), ERR_OK);
    assert_int_equal(least, 34);
    assert_int_equal(count, 1);
    assert_true(str_eq(rows[0].name, STR("小库")));
    assert_int_equal(rows[0].objects, 33);
    e = people_as(s, beside, MODEL_PERMISSION_HEALTH_VIEW);
    assert_int_equal(office_health_libraries(&rows, &count, &least, e), ERR_OK);
    assert_int_equal(count, 0);
}

/* --- training --- */

static enum err training_init(struct story *s, const char *dir, const char *origin, bool training)
{
    struct fault fault = {0};
    const struct office_init init = {.dir = dir,
                                     .tenant = STR("410882"),
                                     .name = STR("演练县"),
                                     .origin = str_of(origin),
                                     .training = training};
    (void)s;
    return office_init(&init, &fault);
}

static void what_is_made_for_training_says_so_and_cannot_become_real(void **state)
{
    struct story *s = *state;
    struct office office;
    struct fault fault = {0};
    struct buf conf = {0};
    const char *dir = arena_printf(&s->arena, "%s/uebung", s->rig.dir).data;
    const char *path = arena_printf(&s->arena, "%s/sunlot.conf", dir).data;
    assert_int_equal(training_init(s, dir, "example.cn/sunlot/training", false), ERR_INPUT);
    assert_int_equal(training_init(s, dir, "example.cn/sunlot", true), ERR_OK);
    assert_int_equal(office_open(&office, dir, NULL, &fault), ERR_OK);
    assert_true(office.training);
    assert_true(str_eq(office.origin, STR("example.cn/sunlot/training")));
    office_close(&office);
    assert_false(s->office.training);
    /* the line in the configuration is not enough */
    assert_int_equal(file_read(&conf, path, 65536), ERR_OK);
    struct str text = buf_view(&conf);
    ptrdiff_t at = str_find(text, STR("/training"));
    assert_true(at > 0);
    struct str real = arena_printf(&s->arena, "%.*s%.*s", (int)at, text.data,
                                   STR_ARG(str_sub(text, (size_t)at + 9, SIZE_MAX)));
    buf_free(&conf);
    assert_int_equal(file_write_plain(path, real, 0600), ERR_OK);
    assert_int_equal(office_open(&office, dir, NULL, &fault), ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(each_figure_counts_what_it_says),
        STORY_TEST(a_department_sees_itself_and_those_below),
        STORY_TEST(a_reference_list_measures_coverage_and_is_replaced_by_the_next),
        STORY_TEST(an_object_counts_for_each_department_responsible_for_it),
        STORY_TEST(a_library_of_which_nobody_would_be_drawn_is_too_small),
        STORY_TEST(what_is_made_for_training_says_so_and_cannot_become_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
