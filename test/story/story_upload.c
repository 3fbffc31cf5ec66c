/* Importing in two steps: nothing is written before the confirmation, a confirmation counts once,
 * columns can be corrected and are remembered, rows of other departments stay out, and nobody else
 * sees the file. Numbers: see story_import.c. */
#include "rig_people.h"

#include "base/file.h"
#include "base/time.h"
#include "office/upload.h"
#include "sheet/reader.h"

#include <string.h>

#define HUAWEI "914403001922038216"
#define YUANPING "91140981MA0H477P2R"

static const struct office_upload_kind *objects(void)
{
    return office_upload_kind(STR("objects"));
}

static struct errand *importer(struct story *s, int64_t account)
{
    return people_as(s, account, MODEL_PERMISSION_OBJECT_IMPORT);
}

/* Uploads text as a browser's form would: a temporary file in the jobs' folder. */
static enum err upload(int64_t *id, struct story *s, int64_t account, const char *text)
{
    struct errand *e = importer(s, account);
    const char *path = office_job_path(e, ".tmp-test");
    assert_int_equal(file_write_plain(path, str_of(text), 0600), ERR_OK);
    const struct office_upload_add in = {.kind = objects(),
                                         .path = path,
                                         .name = STR("名录.csv"),
                                         .bytes = strlen(text),
                                         .department = e->origin.department};
    return office_upload_add(id, e, &in);
}

static struct store_upload seen(struct story *s, int64_t account, int64_t id)
{
    struct store_upload u = {0};
    assert_int_equal(office_upload_get(&u, importer(s, account), objects(), id), ERR_OK);
    return u;
}

static int64_t counted(struct story *s, int64_t account, int64_t id, const char *key)
{
    json_t *report = NULL;
    struct store_upload u = seen(s, account, id);
    assert_int_equal(json_parse(&report, u.report, NULL), ERR_OK);
    int64_t n = json_integer_value(json_object_get(report, key));
    json_decref(report);
    return n;
}

static int64_t in_registry(struct story *s)
{
    return story_number(s, "SELECT count(id) FROM object");
}

static void nothing_is_written_before_the_confirmation_and_then_once(void **state)
{
    struct story *s = *state;
    int64_t id = 0;
    int64_t first = 0;
    int64_t second = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, clerk,
                            "统一社会信用代码,名称\n" HUAWEI ",华为\n" YUANPING ",液压厂\n" YUANPING
                            ",液压厂\n914403001922038210,错码\n"),
                     ERR_OK);
    assert_true(str_eq(seen(s, clerk, id).state, STR("checking")));
    assert_int_equal(office_upload_confirm(&first, importer(s, clerk), objects(), id), ERR_STATE);
    story_work(s);
    assert_true(str_eq(seen(s, clerk, id).state, STR("checked")));
    assert_int_equal(counted(s, clerk, id, "seen"), 4);
    assert_int_equal(counted(s, clerk, id, "added"), 2);
    assert_int_equal(counted(s, clerk, id, "rejected"), 2);
    assert_int_equal(counted(s, clerk, id, "doubled"), 1);
    assert_int_equal(in_registry(s), 0);
    assert_int_equal(story_number(s, "SELECT count(id) FROM import_job WHERE resource = 'objects'"),
                     0);
    assert_int_equal(office_upload_confirm(&first, importer(s, clerk), objects(), id), ERR_OK);
    assert_int_equal(office_upload_confirm(&second, importer(s, clerk), objects(), id), ERR_OK);
    assert_int_equal(first, second);
    assert_int_equal(in_registry(s), 0);
    story_work(s);
    assert_int_equal(in_registry(s), 2);
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE department = 'A'"), 2);
    assert_int_equal(story_number(s, "SELECT count(id) FROM import_job WHERE resource = 'objects'"),
                     1);
    assert_int_equal(seen(s, clerk, id).file.len, 0);
}

/* By the division that a row names, else by that in its number: 440300 and 140981 here. */
static void rows_that_lie_elsewhere_are_counted_with_the_place_of_most(void **state)
{
    struct story *s = *state;
    int64_t id = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, clerk,
                            "统一社会信用代码,名称,行政区划,对象类别\n" HUAWEI ",华为,,\n" YUANPING
                            ",液压厂,沁阳市,\nP-1,甲产品,舞钢市,产品\nP-2,乙产品,410481,产品\n"
                            "P-3,丙产品,,产品\n"),
                     ERR_OK);
    story_work(s);
    assert_int_equal(counted(s, clerk, id, "seen"), 5);
    assert_int_equal(counted(s, clerk, id, "abroad"), 3);
    assert_int_equal(counted(s, clerk, id, "abroad_most"), 2);
    assert_true(str_find(seen(s, clerk, id).report, STR("\"abroad_code\":\"410481\"")) >= 0);
}

static void a_job_that_begins_again_behind_its_commit_changes_nothing(void **state)
{
    struct story *s = *state;
    int64_t id = 0;
    int64_t job = 0;
    uint64_t found = 0;
    struct store_job row = {0};
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, clerk, "统一社会信用代码,名称\n" HUAWEI ",华为\n"), ERR_OK);
    story_work(s);
    assert_int_equal(office_upload_confirm(&job, importer(s, clerk), objects(), id), ERR_OK);
    story_work(s);
    story_run(s, "UPDATE job SET state = 'running' WHERE kind = 'import-objects'");
    assert_int_equal(office_job_recover(&found, &s->e), ERR_OK);
    assert_int_equal(found, 1);
    story_work(s);
    assert_int_equal(office_job_get(&row, people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW), job),
                     ERR_OK);
    assert_true(str_eq(row.state, STR("done")));
    assert_true(str_eq(row.words, STR("共 1 行，新增 1，变更 0，无变化 0，未导入 0")));
    assert_int_equal(story_number(s, "SELECT count(id) FROM import_job WHERE resource = 'objects'"),
                     1);
    assert_int_equal(in_registry(s), 1);
}

static void columns_are_corrected_and_remembered_for_the_same_headings(void **state)
{
    static const char *const file = "代号,主体叫法,杂\n" HUAWEI ",华为,x\n";
    static const struct str chosen[] = {{"number", 6}, {"name", 4}, {"", 0}};
    struct story *s = *state;
    int64_t id = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t other = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, clerk, file), ERR_OK);
    story_work(s);
    assert_true(str_eq(seen(s, clerk, id).state, STR("refused")));
    assert_int_equal(office_upload_columns(importer(s, clerk), objects(), id, chosen, 3), ERR_OK);
    story_work(s);
    assert_true(str_eq(seen(s, clerk, id).state, STR("checked")));
    assert_int_equal(counted(s, clerk, id, "added"), 1);
    assert_int_equal(upload(&id, s, clerk, file), ERR_OK);
    story_work(s);
    assert_true(str_eq(seen(s, clerk, id).state, STR("checked")));
    assert_int_equal(upload(&id, s, other, file), ERR_OK);
    story_work(s);
    assert_true(str_eq(seen(s, other, id).state, STR("refused")));
}

/* What the check leaves as its result goes up again: nothing is asked, the columns that a person
 * chose hold, and what we wrote behind the rows is no column. */
static void an_error_workbook_goes_up_again_by_the_columns_of_its_file(void **state)
{
    static const char *const file = "代号,主体叫法,原因\n" HUAWEI "x,华为,甲\n" YUANPING ",厂,乙\n";
    static const struct str chosen[] = {{"number", 6}, {"name", 4}, {"", 0}};
    struct story *s = *state;
    struct str path, name;
    struct buf bytes = {0};
    int64_t id = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, clerk, file), ERR_OK);
    story_work(s);
    assert_int_equal(office_upload_columns(importer(s, clerk), objects(), id, chosen, 3), ERR_OK);
    story_work(s);
    assert_int_equal(counted(s, clerk, id, "rejected"), 1);
    int64_t check = seen(s, clerk, id).check_job;
    assert_int_equal(
        office_job_result(&path, &name, people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW), check),
        ERR_OK);
    assert_int_equal(file_read(&bytes, path.data, 1 << 20), ERR_OK);
    struct errand *e = importer(s, clerk);
    const char *temporary = office_job_path(e, ".tmp-test");
    assert_int_equal(file_write_plain(temporary, buf_view(&bytes), 0600), ERR_OK);
    const struct office_upload_add in = {.kind = objects(),
                                         .path = temporary,
                                         .name = name,
                                         .bytes = bytes.len,
                                         .department = e->origin.department};
    buf_free(&bytes);
    assert_int_equal(office_upload_add(&id, e, &in), ERR_OK);
    story_work(s);
    assert_true(str_eq(seen(s, clerk, id).state, STR("checked")));
    assert_int_equal(counted(s, clerk, id, "seen"), 1);
    assert_int_equal(counted(s, clerk, id, "rejected"), 1); /* not mended yet */
    assert_true(str_find(seen(s, clerk, id).report, STR("\"heading\":\"行号\"")) < 0);
    assert_true(str_find(seen(s, clerk, id).report, STR("\"heading\":\"主体叫法\"")) >= 0);
}

static void rows_of_departments_beyond_ones_reach_stay_out(void **state)
{
    struct story *s = *state;
    int64_t id = 0;
    int64_t job = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t other = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, other, "统一社会信用代码,名称\n" HUAWEI ",华为\n"), ERR_OK);
    story_work(s);
    assert_int_equal(office_upload_confirm(&job, importer(s, other), objects(), id), ERR_OK);
    story_work(s);
    assert_int_equal(in_registry(s), 1);
    assert_int_equal(upload(&id, s, clerk,
                            "统一社会信用代码,名称,监管部门\n" HUAWEI ",抢来的,甲局\n" YUANPING
                            ",液压厂,丙局\n914108821738458294,供销社,乙局\n"),
                     ERR_OK);
    story_work(s);
    assert_int_equal(counted(s, clerk, id, "added"), 1); /* B is below A */
    assert_int_equal(counted(s, clerk, id, "rejected"), 2);
    assert_int_equal(office_upload_confirm(&job, importer(s, clerk), objects(), id), ERR_OK);
    story_work(s);
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE department = 'B'"), 1);
    assert_string_equal(story_text(s, "SELECT name FROM object WHERE department = 'C'"), "华为");
    assert_int_equal(in_registry(s), 2);
}

/* --- commissions and superiors' lists --- */

static int64_t uploaded(struct story *s, int64_t account, enum model_permission permission,
                        struct office_upload_add *in, const char *text)
{
    int64_t id = 0;
    struct errand *e = people_as(s, account, permission);
    in->path = office_job_path(e, ".tmp-test");
    in->name = STR("表.csv");
    in->bytes = strlen(text);
    assert_int_equal(file_write_plain(in->path, str_of(text), 0600), ERR_OK);
    assert_int_equal(office_upload_add(&id, e, in), ERR_OK);
    story_work(s);
    return id;
}

static int64_t reported(struct story *s, struct errand *e, const struct office_upload_kind *kind,
                        int64_t id, const char *key)
{
    json_t *report = NULL;
    struct store_upload u = {0};
    (void)s;
    assert_int_equal(office_upload_get(&u, e, kind, id), ERR_OK);
    assert_int_equal(json_parse(&report, u.report, NULL), ERR_OK);
    int64_t n = json_integer_value(json_object_get(report, key));
    json_decref(report);
    return n;
}

static void R43_a_ledger_of_commissions_is_checked_confirmed_and_ends_at_the_reach(void **state)
{
    static const enum model_permission may = MODEL_PERMISSION_INSPECTOR_IMPORT;
    struct story *s = *state;
    struct office_upload_add in = {.kind = office_upload_kind(STR("commissions")),
                                   .department = STR("A"),
                                   .division = STR("")};
    int64_t job = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t other = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    int64_t id = uploaded(s, clerk, may, &in,
                          "委托编号,类别,受托机构,资质,事项,委托单位,开始日期,费用\n"
                          "委1,检验检测,省计量院,CNAS L1,检定,,2026-02-01,12000\n"
                          "委2,检验检测,省计量院,CNAS L1,检定,乙局,2026-02-01,一万\n"
                          "委3,检验检测,省计量院,CNAS L1,检定,丙局,2026-02-01,\n"
                          "委4,检验检测,省计量院,CNAS L1,检定,乙局,2026-02-01,\n"
                          "委4,检验检测,省计量院,CNAS L1,检定,乙局,2026-02-01,\n");
    struct errand *e = people_as(s, clerk, may);
    assert_int_equal(reported(s, e, in.kind, id, "added"), 2);
    assert_int_equal(reported(s, e, in.kind, id, "rejected"), 3);
    assert_int_equal(story_number(s, "SELECT count(id) FROM commission"), 0);
    e = people_as(s, other, may);
    assert_int_equal(office_upload_confirm(&job, e, in.kind, id), ERR_MISSING);
    e = people_as(s, clerk, may);
    assert_int_equal(office_upload_confirm(&job, e, in.kind, id), ERR_OK);
    story_work(s);
    assert_int_equal(story_number(s, "SELECT count(id) FROM commission"), 2);
    assert_string_equal(story_text(s, "SELECT department FROM commission WHERE code = '委1'"), "A");
    assert_string_equal(story_text(s, "SELECT payer FROM commission WHERE code = '委1'"), "甲局");
}

static void R10_a_superiors_list_is_checked_and_its_columns_mended_before_it_goes_in(void **state)
{
    static const enum model_permission may = MODEL_PERMISSION_ITEM_IMPORT;
    static const struct str chosen[] = {STR("category"), STR("name"), STR("objects"),
                                        STR("department")};
    struct story *s = *state;
    struct office_upload_add in = {.kind = office_upload_kind(STR("superior")),
                                   .department = STR(""),
                                   .division = STR(""),
                                   .list = STR(" ")};
    int64_t id = 0;
    int64_t job = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    struct errand *e = people_as(s, clerk, may);
    in.path = "nirgends";
    in.bytes = 1;
    assert_int_equal(office_upload_add(&id, e, &in), ERR_INPUT);
    assert_string_equal(e->fault.field, "list");
    in.list = STR("省清单（2026年版）");
    id = uploaded(s, clerk, may, &in,
                  "抽查类别,甲列,检查对象,乙列\n"
                  "计量,加油机检查,加油站,\n"
                  "计量,衡器检查,集贸市场,甲局\n"
                  "消防,场所检查,宾馆,丙局\n");
    e = people_as(s, clerk, may);
    struct store_upload u = {0};
    assert_int_equal(office_upload_get(&u, e, in.kind, id), ERR_OK);
    assert_true(str_eq(u.state, STR("refused"))); /* no column says what is inspected */
    assert_true(str_eq(u.target, STR("省清单（2026年版）")));
    assert_int_equal(office_upload_columns(e, in.kind, id, chosen, 4), ERR_OK);
    story_work(s);
    e = people_as(s, clerk, may);
    assert_int_equal(reported(s, e, in.kind, id, "added"), 2);
    assert_int_equal(reported(s, e, in.kind, id, "rejected"), 1); /* another department's */
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_superior"), 0);
    e = people_as(s, clerk, may);
    assert_int_equal(office_upload_confirm(&job, e, in.kind, id), ERR_OK);
    story_work(s);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item_superior WHERE state = 'open'"
                                     " AND list = '省清单（2026年版）'"),
                     2);
    assert_string_equal(
        story_text(s, "SELECT department FROM item_superior WHERE name = '加油机检查'"), "");
    assert_string_equal(
        story_text(s, "SELECT department FROM item_superior WHERE name = '衡器检查'"), "A");
}

static void another_department_sees_neither_file_nor_job(void **state)
{
    struct story *s = *state;
    struct store_upload u = {0};
    struct store_upload *rows = NULL;
    size_t count = 9;
    int64_t id = 0;
    int64_t job = 0;
    struct store_job row = {0};
    struct str path, name;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    int64_t other = people_add(s, "bing", "C", MODEL_ROLE_CLERK);
    assert_int_equal(
        upload(&id, s, clerk, "统一社会信用代码,名称\n914403001922038210,错\n" HUAWEI ",华为\n"),
        ERR_OK);
    story_work(s);
    job = seen(s, clerk, id).check_job;
    assert_int_equal(office_upload_get(&u, importer(s, other), objects(), id), ERR_MISSING);
    assert_int_equal(office_uploads(&rows, &count, importer(s, other), objects(), 10), ERR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(office_upload_confirm(&job, importer(s, other), objects(), id), ERR_MISSING);
    assert_int_equal(office_upload_remove(importer(s, other), objects(), id), ERR_MISSING);
    assert_int_equal(office_upload_columns(importer(s, other), objects(), id, NULL, 0),
                     ERR_MISSING);
    job = seen(s, clerk, id).check_job;
    struct errand *e = people_as(s, other, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_get(&row, e, job), ERR_MISSING);
    assert_int_equal(office_job_result(&path, &name, e, job), ERR_MISSING);
    e = people_as(s, clerk, MODEL_PERMISSION_JOB_VIEW);
    assert_int_equal(office_job_result(&path, &name, e, job), ERR_OK);
    assert_true(str_eq(name, STR("名录-未导入的行.xlsx")));
    /* nor as something else than it is */
    assert_int_equal(
        office_upload_get(&u, importer(s, clerk), office_upload_kind(STR("items")), id),
        ERR_MISSING);
}

static void a_file_that_nobody_confirms_is_removed_in_time(void **state)
{
    struct story *s = *state;
    uint64_t removed = 9;
    int64_t id = 0;
    int64_t job = 0;
    people_house(s);
    int64_t clerk = people_add(s, "jingban", "A", MODEL_ROLE_CLERK);
    assert_int_equal(upload(&id, s, clerk, "统一社会信用代码,名称\n" HUAWEI ",华为\n"), ERR_OK);
    story_work(s);
    const char *file = arena_printf(&s->arena, "%s/jobs/%lld.upload", s->dir, (long long)id).data;
    assert_true(file_exists(file));
    s->e.now = time_now() + 23 * 3600 * TIME_SECOND;
    assert_int_equal(office_upload_sweep(&removed, &s->e), ERR_OK);
    assert_int_equal(removed, 0);
    s->e.now += 2 * 3600 * TIME_SECOND; /* import.keep-hours is 24 */
    assert_int_equal(office_upload_sweep(&removed, &s->e), ERR_OK);
    assert_int_equal(removed, 1);
    assert_false(file_exists(file));
    assert_true(str_eq(seen(s, clerk, id).state, STR("removed")));
    assert_int_equal(office_upload_confirm(&job, importer(s, clerk), objects(), id), ERR_STATE);
    assert_int_equal(in_registry(s), 0);
}

static void a_template_carries_the_headings_that_the_import_reads(void **state)
{
    struct story *s = *state;
    static const char *const resources[] = {"objects", "inspectors", "commissions", "items",
                                            "superior"};
    for (size_t i = 0; i < 5; i++) {
        struct fault fault = {0};
        struct sheet *sheet = NULL;
        struct sheet_row row;
        const struct office_upload_kind *kind = office_upload_kind(str_of(resources[i]));
        const char *path = arena_printf(&s->arena, "%s/t%zu.xlsx", s->rig.dir, i).data;
        assert_int_equal(office_upload_template(kind, path, &fault), ERR_OK);
        assert_int_equal(sheet_open(&sheet, path, NULL, &fault), ERR_OK);
        assert_int_equal(sheet_next(&row, sheet, &fault), ERR_OK);
        assert_int_equal(row.count, kind->resource->count);
        for (size_t c = 0; c < row.count; c++)
            assert_true(str_eq(row.cells[c].text, str_of(kind->resource->fields[c].label)));
        assert_int_equal(sheet_next(&row, sheet, &fault), ERR_END);
        sheet_close(sheet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(nothing_is_written_before_the_confirmation_and_then_once),
        STORY_TEST(rows_that_lie_elsewhere_are_counted_with_the_place_of_most),
        STORY_TEST(a_job_that_begins_again_behind_its_commit_changes_nothing),
        STORY_TEST(columns_are_corrected_and_remembered_for_the_same_headings),
        STORY_TEST(an_error_workbook_goes_up_again_by_the_columns_of_its_file),
        STORY_TEST(rows_of_departments_beyond_ones_reach_stay_out),
        STORY_TEST(R43_a_ledger_of_commissions_is_checked_confirmed_and_ends_at_the_reach),
        STORY_TEST(R10_a_superiors_list_is_checked_and_its_columns_mended_before_it_goes_in),
        STORY_TEST(another_department_sees_neither_file_nor_job),
        STORY_TEST(a_file_that_nobody_confirms_is_removed_in_time),
        STORY_TEST(a_template_carries_the_headings_that_the_import_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
