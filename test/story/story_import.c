/* Importing, told by small files: what goes in, what is left out and in which words, what a second
 * file changes, and that a dry run or a mistake changes nothing. Numbers come from
 * shared/data/ids and were checked there; the others were made with Python (GB 32100-2015). */
#include "rig_office.h"

#include "model/resource.h"
#include "office/object.h"
#include "office/portal.h"
#include "sheet/reader.h"

#include <unistd.h>

#define HEAD "统一社会信用代码,名称\n"
/* Valid: 1. */
#define HUAWEI "914403001922038216"

static void objects_go_in_once_and_the_same_file_changes_nothing(void **state)
{
    struct story *s = *state;
    const char *file = HEAD HUAWEI ",华为技术有限公司\n91140981MA0H477P2R,原平液压机械厂\n";
    story_import_text(s, "objects", file);
    story_counts(s, &(struct story_counts){2, 2, 0, 0, 0, 0});
    story_import_text(s, "objects", file);
    story_counts(s, &(struct story_counts){2, 0, 0, 2, 0, 0});
    assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 2);
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"), 0);
    assert_int_equal(story_number(s, "SELECT sum(added) FROM import_job"), 2);
    assert_int_equal(story_number(s, "SELECT count(id) FROM audit WHERE action = 'import'"), 2);
    assert_string_equal(story_text(s, "SELECT pool_id FROM object WHERE name LIKE '华为%'"),
                        HUAWEI);
    assert_string_equal(story_text(s, "SELECT kind FROM object WHERE name LIKE '华为%'"),
                        "enterprise");
    assert_string_equal(story_text(s, "SELECT division FROM object WHERE name LIKE '华为%'"),
                        "410882");
}

static void a_changed_cell_is_one_change_with_the_values_before_and_after(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects",
                      "统一社会信用代码,名称,地址,登记状态\n" HUAWEI ",华为,坂田,存续\n"
                      "91140981MA0H477P2R,液压厂,原平,存续\n");
    story_import_text(s, "objects",
                      "统一社会信用代码,名称,地址,登记状态\n" HUAWEI ",华为,坂田,吊销\n"
                      "91140981MA0H477P2R,液压厂,原平,存续\n");
    story_counts(s, &(struct story_counts){2, 0, 1, 1, 0, 0});
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"), 1);
    assert_string_equal(story_text(s, "SELECT before FROM registry_change"),
                        "{\"state\":\"active\"}");
    assert_string_equal(story_text(s, "SELECT after FROM registry_change"),
                        "{\"state\":\"revoked\"}");
    assert_string_equal(story_text(s, "SELECT reason FROM registry_change"), "objects.csv");
    assert_string_equal(story_text(s, "SELECT state FROM object WHERE name = '华为'"), "revoked");
}

static void a_file_without_a_column_or_with_an_empty_cell_leaves_the_value(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects",
                      "统一社会信用代码,名称,地址,登记状态,信用风险类别\n" HUAWEI
                      ",华为,坂田,注销,C\n");
    story_import_text(s, "objects", "统一社会信用代码,名称,地址\n" HUAWEI ",华为,\n");
    story_counts(s, &(struct story_counts){1, 0, 0, 1, 0, 0});
    story_import_text(s, "objects", "统一社会信用代码,名称,地址\n" HUAWEI ",华为,N/A\n");
    story_counts(s, &(struct story_counts){1, 0, 0, 1, 0, 0});
    story_import_text(s, "objects", "统一社会信用代码,名称,信用风险类别\n" HUAWEI ",华为,清空\n");
    story_counts(s, &(struct story_counts){1, 0, 1, 0, 0, 0});
    assert_string_equal(story_text(s, "SELECT risk FROM object"), "");
    assert_string_equal(story_text(s, "SELECT state FROM object"), "closed");
    assert_string_equal(story_text(s, "SELECT address FROM object"), "坂田");
}

static void numbers_are_mended_or_refused_in_precise_words(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects",
                      HEAD "92130502ma09te6h9j,小写\n"                   /* 2: fits in capitals */
                           "９１１３０５３５６８８２２８６８６Ｑ,全角\n" /* 3 */
                           "91130501 320041506A,空格\n"                  /* 4 */
                           "9113O5025504093616,字母O\n"                  /* 5 */
                           "91130581685721889,少一位\n"                  /* 6 */
                           "91140100680230677D,校验位\n"                 /* 7 */
                           "469006601102713,旧注册号\n"                  /* 8: 15 digits, valid */
                           "469006601102714,旧注册号错\n"                /* 9 */
                           "469006NA110016X,合作社旧号\n"                /* 10 */
                           "9.1410882E+17,科学计数\n"                    /* 11 */
                           "11010519491231002X,某人\n" /* 12: the standard's own example */
                           "办理中,没有号码\n"         /* 13 */
                           ",没有号码的有限公司\n"     /* 14 */
                           "LYW_001,抽检编号\n"        /* 15: no pool can hold _ */
                           "4111010001,北京大学\n");   /* 16 */
    story_counts(s, &(struct story_counts){15, 7, 0, 0, 8, 3});
    story_warning(s, 2, "小写字母已改为大写");
    story_problem(s, 5, "不使用的字符 O");
    story_problem(s, 6, "应为18位，实为17位");
    story_problem(s, 7, "统一社会信用代码校验位不正确");
    story_problem(s, 9, "15位注册号校验位不正确");
    story_problem(s, 12, "像是居民身份证号");
    story_problem(s, 13, "不是编号");
    story_problem(s, 14, "缺少统一社会信用代码");
    story_warning(s, 15, "按原样保存");
    for (size_t i = 0; i < s->report.problem_count; i++)
        assert_true(str_find(s->report.problems[i].reason, STR("110105")) < 0);
    assert_int_equal(
        story_number(s, "SELECT count(id) FROM object WHERE pool_id = '92130502MA09TE6H9J'"), 1);
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE number_kind = 'old' AND "
                                     "kind = 'cooperative'"),
                     1);
    assert_string_equal(story_text(s, "SELECT kind FROM object WHERE name = '旧注册号'"),
                        "individual");
    assert_string_equal(story_text(s, "SELECT kind FROM object WHERE name = '北京大学'"),
                        "organisation");
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE number = 'LYW_001' AND "
                                     "pool_id LIKE 'SL-%'"),
                     1);
}

static void objects_without_a_number_are_known_again_by_kind_name_and_address(void **state)
{
    struct story *s = *state;
    const char *file = "对象类别,名称,统一社会信用代码,地址\n"
                       "产品,某牌酱油,,\n"                   /* 2 */
                       "项目,某某大桥,410882202401010101,\n" /* 3: a permit's number is no USCC */
                       "无证无照户,街口早餐摊,,南门口\n"     /* 4 */
                       "无证无照户,街口早餐摊,,北门口\n"     /* 5: another stall */
                       "无证无照户,街口早餐摊,无,南门口\n"   /* 6: row 4 again */
                       "企业,无号公司,,\n"                   /* 7 */
                       "个体工商户,无号小店,/,\n";           /* 8 */
    story_import_text(s, "objects", file);
    story_counts(s, &(struct story_counts){7, 4, 0, 0, 3, 0});
    story_problem(s, 6, "与第4行重复");
    story_problem(s, 7, "缺少统一社会信用代码");
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE pool_id LIKE 'SL-%'"), 3);
    story_import_text(s, "objects", file);
    story_counts(s, &(struct story_counts){7, 0, 0, 4, 3, 0});
    story_import_text(s, "objects",
                      "对象类别,名称,地址,登记状态\n无证无照户,街口早餐摊,南门口,注销\n");
    story_counts(s, &(struct story_counts){1, 0, 1, 0, 0, 0});
}

static void a_file_of_objects_without_number_and_kind_is_refused_whole(void **state)
{
    struct story *s = *state;
    const struct office_import job = {
        .resource = STR("objects"),
        .path = story_file(s, "names.csv", "公司名称,地址\n华为,坂田\n某学校,城关\n")};
    assert_int_equal(story_import_err(s, &job), ERR_INPUT);
    assert_non_null(strstr(s->e.fault.text, "统一社会信用代码"));
    story_import_text(s, "objects", HEAD ",某某小学\n");
    story_problem(s, 2, "缺少统一社会信用代码");
}

static void a_double_in_one_file_is_left_out_and_named(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects",
                      HEAD HUAWEI ",华为\n91140100680230677D,坏号\n" HUAWEI ",华为\n"
                                  "９１４４０３００１９２２０３８２１６,华为（全角）\n"
                                  "91140100680230677D,坏号\n");
    story_counts(s, &(struct story_counts){5, 1, 0, 0, 4, 0});
    story_problem(s, 4, "与第2行重复");
    story_problem(s, 5, "与第2行重复");
    story_problem(s, 6, "校验位不正确");
}

static void divisions_come_from_the_cell_the_job_or_the_place(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects",
                      "统一社会信用代码,名称,行政区划\n" HUAWEI ",代码,140981\n"
                      "91140981MA0H477P2R,名称,河南省舞钢市\n"
                      "91140981MA0H79T34W,撤销有去向,130521\n" /* 邢台县 until 2020 -> 信都区 */
                      "91130528559081374P,开发区,130501\n"     /* in no table, but within 邢台 */
                      "91130500805776926M,没有过,990101\n");
    story_counts(s, &(struct story_counts){5, 4, 0, 0, 1, 1});
    story_warning(s, 5, "按原代码保存");
    assert_string_equal(story_text(s, "SELECT division FROM object WHERE name = '代码'"), "140981");
    assert_string_equal(story_text(s, "SELECT division FROM object WHERE name = '名称'"), "410481");
    assert_string_equal(story_text(s, "SELECT division FROM object WHERE name = '撤销有去向'"),
                        "130503");
    story_problem(s, 6, "不存在或无法识别");
}

static void values_that_nobody_may_send_are_refused(void **state)
{
    struct story *s = *state;
    char text[4000];
    char longest[700];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    snprintf(text, sizeof text,
             "统一社会信用代码,名称,成立日期,信用风险类别\n" HUAWEI ",华\x07为,,\n"
             "91140981MA0H477P2R,%s,,\n"
             "91140981MA0H79T34W,土产公司,2016年13月1日,\n"
             "91140100680230677D,坏号又坏日期,去年,\n"
             "91130500805776926M,风险,,很高\n"
             "91130528559081374P,经办人440524188001010014,,\n",
             longest);
    story_import_text(s, "objects", text);
    story_counts(s, &(struct story_counts){6, 0, 0, 0, 6, 0});
    story_problem(s, 2, "控制字符");
    story_problem(s, 3, "太长");
    assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 0);
}

static void a_dry_run_counts_the_same_and_writes_nothing(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects", HEAD HUAWEI ",华为\n");
    const struct office_import job = {
        .resource = STR("objects"),
        .path =
            story_file(s, "dry.csv", HEAD HUAWEI ",华为技术\n91140981MA0H477P2R,液压厂\n坏,坏\n"),
        .dry_run = true};
    assert_int_equal(story_import_err(s, &job), ERR_OK);
    story_counts(s, &(struct story_counts){3, 1, 1, 0, 1, 0});
    assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 1);
    assert_int_equal(story_number(s, "SELECT count(id) FROM import_job"), 1);
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"), 0);
    story_import(s, "objects", job.path);
    story_counts(s, &(struct story_counts){3, 1, 1, 0, 1, 0});
}

static void a_repeated_request_does_nothing_and_answers_as_before(void **state)
{
    struct story *s = *state;
    s->e.key = STR("req-1");
    story_import_text(s, "objects", HEAD HUAWEI ",华为\n坏,坏\n");
    assert_false(s->report.repeated);
    story_import_text(s, "objects", HEAD HUAWEI ",华为改名\n");
    assert_true(s->report.repeated);
    story_counts(s, &(struct story_counts){2, 1, 0, 0, 1, 0});
    assert_string_equal(story_text(s, "SELECT name FROM object"), "华为");
}

static void an_unknown_resource_department_or_division_imports_nothing(void **state)
{
    struct story *s = *state;
    struct office_import job = {.resource = STR("firms"),
                                .path = story_file(s, "x.csv", HEAD HUAWEI ",华为\n")};
    assert_int_equal(story_import_err(s, &job), ERR_USAGE);
    job.resource = STR("objects");
    job.department = STR("没有的局");
    assert_int_equal(story_import_err(s, &job), ERR_INPUT);
    assert_non_null(strstr(s->e.fault.text, "没有的局"));
    job.department = STR("");
    job.division = STR("没有的县");
    assert_int_equal(story_import_err(s, &job), ERR_INPUT);
    job.division = STR("");
    job.path = "/nonexistent/file.csv";
    assert_int_not_equal(story_import_err(s, &job), ERR_OK);
    assert_true(s->e.fault.text[0] != '\0');
    assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 0);
    assert_int_equal(story_number(s, "SELECT count(id) FROM import_job"), 0);
}

static void a_second_number_column_speaks_where_the_first_is_silent(void **state)
{
    struct story *s = *state;
    story_import_text(s, "objects",
                      "名称,统一社会信用代码,注册号\n华为," HUAWEI ",\n老店,,469006601102713\n");
    story_counts(s, &(struct story_counts){2, 2, 0, 0, 0, 0});
    assert_string_equal(story_text(s, "SELECT number FROM object WHERE name = '老店'"),
                        "469006601102713");
}

/* Rewrites the error workbook as CSV with the number of its first data row mended. */
static const char *mend(struct story *s, const char *book, const char *number)
{
    struct buf csv = {0};
    struct sheet *sheet = NULL;
    struct sheet_row row;
    struct fault fault = {0};
    assert_int_equal(sheet_open(&sheet, book, NULL, &fault), ERR_OK);
    while (sheet_next(&row, sheet, &fault) == ERR_OK)
        for (size_t i = 0; i < row.count; i++) {
            bool bad = row.number == 2 && i == 0;
            buf_cat(&csv, i > 0 ? "," : "");
            buf_str(&csv, bad ? str_of(number) : row.cells[i].text);
            buf_cat(&csv, i + 1 == row.count ? "\n" : "");
        }
    sheet_close(sheet);
    const char *path = story_file(s, "mended.csv", buf_cstr(&csv));
    buf_free(&csv);
    return path;
}

static void rejected_rows_are_in_the_error_workbook_and_go_in_after_mending(void **state)
{
    struct story *s = *state;
    char book[256];
    snprintf(book, sizeof book, "%s/errors.xlsx", s->rig.dir);
    const struct office_import job = {
        .resource = STR("objects"),
        .path = story_file(s, "in.csv",
                           "统一社会信用代码,名称,备注\n" HUAWEI ",华为,好\n"
                           "91140981MA0H477P2X,液压厂,错一位\n,无号公司,没有号码\n"),
        .errors_path = book};
    assert_int_equal(story_import_err(s, &job), ERR_OK);
    story_counts(s, &(struct story_counts){3, 1, 0, 0, 2, 0});
    assert_true(s->report.errors_written);
    story_import(s, "objects", book);
    story_counts(s, &(struct story_counts){2, 0, 0, 0, 2, 0});
    story_import(s, "objects", mend(s, book, "91140981MA0H477P2R"));
    story_counts(s, &(struct story_counts){2, 1, 0, 0, 1, 0});
    assert_string_equal(
        story_text(s, "SELECT name FROM object WHERE pool_id = '91140981MA0H477P2R'"), "液压厂");
}

static void no_error_workbook_is_left_when_every_row_is_good(void **state)
{
    struct story *s = *state;
    char book[256];
    snprintf(book, sizeof book, "%s/errors.xlsx", s->rig.dir);
    const struct office_import job = {.resource = STR("objects"),
                                      .path = story_file(s, "in.csv", HEAD HUAWEI ",华为\n"),
                                      .errors_path = book};
    assert_int_equal(story_import_err(s, &job), ERR_OK);
    assert_false(s->report.errors_written);
    assert_int_equal(access(book, F_OK), -1);
}

/* The bulk path drops and builds the indexes; they must come back as schema/ has them. */
static void the_indexes_are_the_same_before_and_after_a_first_import(void **state)
{
    struct story *s = *state;
    const char *sql = s->rig.postgres
                          ? "SELECT string_agg(indexdef, ';' ORDER BY indexname) FROM pg_indexes "
                            "WHERE tablename = 'object'"
                          : "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema "
                            "WHERE type = 'index' AND tbl_name = 'object' ORDER BY name)";
    const char *before = story_text(s, sql);
    story_import_text(s, "objects", HEAD HUAWEI ",华为\n");
    assert_string_equal(story_text(s, sql), before);
}

/* --- departments --- */

#define DEPARTMENTS                                                                                \
    "部门代码,部门名称,上级部门\n"                                                     \
    "SJ-01,城关所,市监局\n"                                                                  \
    "SJ,市监局,\n"                                                                              \
    "YJ,应急管理局,\n"

static void departments_form_a_tree_whichever_order_the_rows_have(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments", DEPARTMENTS);
    story_counts(s, &(struct story_counts){3, 3, 0, 0, 0, 0});
    assert_string_equal(story_text(s, "SELECT parent FROM department WHERE code = 'SJ-01'"), "SJ");
    story_import_text(s, "departments", DEPARTMENTS);
    story_counts(s, &(struct story_counts){3, 0, 0, 3, 0, 0});
    story_import_text(s, "departments",
                      "部门代码,部门名称,上级部门\n"
                      "A,甲局,乙局\nB,乙局,丙局\nC,丙局,甲局\n" /* 2-4: a circle */
                      "SJ,市监局,SJ-01\n"                       /* 5: a circle with the registry */
                      "D,丁局,没有的局\n"                       /* 6 */
                      "E,戊局,D\n"                              /* 7: falls with row 6 */
                      "yj,应急局,\n"                            /* 8: YJ gets a new name */
                      "F,城关所,\n"                             /* 9: the name is SJ-01's */
                      "G_1,己局,\n"                             /* 10 */
                      "H,庚局,\nH,辛局,\n");                    /* 11, 12 */
    story_counts(s, &(struct story_counts){11, 1, 1, 0, 9, 0});
    story_problem(s, 2, "绕成了圈");
    story_problem(s, 5, "绕成了圈");
    story_problem(s, 6, "不存在");
    story_problem(s, 7, "不存在");
    story_problem(s, 9, "已由代码SJ-01使用");
    story_problem(s, 10, "只能由大写字母");
    story_problem(s, 12, "与第11行重复");
    assert_string_equal(story_text(s, "SELECT name FROM department WHERE code = 'YJ'"), "应急局");
}

/* --- inspectors --- */

static void inspectors_get_gapless_codes_and_keep_them(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments", DEPARTMENTS);
    const char *file = "姓名,单位,执法证号,有效期至,身份证号,职务\n"
                       "张 三,市监局,豫A001,2099-12-31,440524188001010014,科员\n"
                       "李四,SJ,豫A002,2001-01-01,,\n" /* 3: ran out */
                       "王五,没有的局,豫A003,,,\n"     /* 4 */
                       "赵六,应急管理局,豫B001,,,\n"
                       "钱七,市监局,,,,\n"
                       "张三,市监局,豫A001,,,\n"             /* 7: row 2 again */
                       "孙八,市监局,440524188001010014,,,\n" /* 8: an identity card */
                       "周九,市监局,豫A004,,,\n";
    story_import_text(s, "inspectors", file);
    assert_int_equal(s->report.added, 5);
    assert_int_equal(s->report.rejected, 3);
    story_problem(s, 4, "不在部门名录中");
    story_problem(s, 7, "与第2行重复");
    story_warning(s, 3, "到期");
    assert_string_equal(story_text(s, "SELECT code FROM inspector WHERE name = '张三'"), "SJ-001");
    assert_string_equal(story_text(s, "SELECT code FROM inspector WHERE name = '周九'"), "SJ-004");
    assert_string_equal(story_text(s, "SELECT code FROM inspector WHERE name = '赵六'"), "YJ-001");
    assert_string_equal(story_text(s, "SELECT category FROM inspector WHERE name = '张三'"),
                        "officer");
    assert_string_equal(story_text(s, "SELECT category FROM inspector WHERE name = '钱七'"),
                        "staff");
    story_import_text(s, "inspectors", file);
    assert_int_equal(s->report.same, 5);
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"), 0);
}

static void a_person_who_leaves_keeps_his_row_and_the_reason(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments", DEPARTMENTS);
    story_import_text(s, "inspectors", "姓名,单位,执法证号\n张三,市监局,豫A001\n李四,市监局,\n");
    story_import_text(s, "inspectors",
                      "姓名,单位,执法证号,人员状态,状态原因\n张三,市监局,豫A001,离岗,退休\n"
                      "李四,市监局,豫A009,,\n"); /* his certificate came: the same person */
    story_counts(s, &(struct story_counts){2, 0, 2, 0, 0, 0});
    assert_string_equal(story_text(s, "SELECT state FROM inspector WHERE code = 'SJ-001'"), "left");
    assert_string_equal(
        story_text(s, "SELECT reason FROM registry_change WHERE before LIKE '%active%'"), "退休");
    assert_string_equal(story_text(s, "SELECT certificate FROM inspector WHERE code = 'SJ-002'"),
                        "豫A009");
    assert_int_equal(story_number(s, "SELECT count(id) FROM inspector"), 2);
}

static void a_department_given_with_the_job_takes_the_rows_without_one(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments", DEPARTMENTS);
    const struct office_import job = {
        .resource = STR("inspectors"),
        .path = story_file(s, "people.csv",
                           "姓名,工商执法证编号,工商执法证有效期,检查区域\n"
                           "张三,工001,2099-01-01,\"沁阳市，410803\"\n"
                           "李四,工002,2099-01-01,月球\n"),
        .department = STR("市监局")};
    assert_int_equal(story_import_err(s, &job), ERR_OK);
    story_counts(s, &(struct story_counts){2, 1, 0, 0, 1, 0});
    story_problem(s, 3, "检查区域“月球”");
    assert_string_equal(story_text(s, "SELECT certificate FROM inspector"), "工001");
    assert_string_equal(story_text(s, "SELECT areas FROM inspector"), "410882、410803");
}

/* R27: so are labels of objects; a row more of the same word warns again, and a place without a
 * vocabulary has nothing to check by. */
static void R27_labels_of_objects_are_words_of_the_vocabulary(void **state)
{
    struct story *s = *state;
    static const char objects[] = "统一社会信用代码,检查对象名称,对象类别,标签\n"
                                  "P-1,一号,产品,\"餐饮单位、乳制品\"\nP-2,二号,产品,餐饮单\n"
                                  "P-3,三号,产品,餐饮单\nP-4,四号,产品,计量器具\n";
    story_import_text(s, "objects", objects);
    story_counts(s, &(struct story_counts){4, 4, 0, 0, 0, 0});
    story_import_text(s, "labels",
                      "标签,用途\n餐饮单位,检查对象\n乳制品,检查对象\n"
                      "计量器具,检查人员\n");
    story_import_text(s, "objects", objects);
    story_counts(s, &(struct story_counts){4, 0, 0, 4, 0, 3});
    story_warning(s, 3, "“餐饮单”不在标签字库中，最接近的是“餐饮单位”；按原文保存");
    story_warning(s, 4, "“餐饮单”不在标签字库中，最接近的是“餐饮单位”；按原文保存");
    story_warning(s, 5, "“计量器具”不在标签字库中");
    for (size_t i = 0; i < s->report.warning_count; i++)
        assert_true(str_eq(s->report.warnings[i].column, STR("监管标签")));
    assert_string_equal(story_text(s, "SELECT labels FROM object WHERE name = '二号'"), "餐饮单");
}

static void a_label_that_is_submitted_twice_is_one(void **state)
{
    struct story *s = *state;
    const struct store_label label = {
        .word = STR("保健品"), .subject = STR("objects"), .state = STR("active")};
    int64_t first = 0, again = 0;
    s->e.key = STR("pressed-twice");
    assert_int_equal(office_label_put(&first, &s->e, &label), ERR_OK);
    assert_int_equal(office_label_put(&again, &s->e, &label), ERR_OK);
    assert_int_equal(again, first);
    s->e.key = STR("");
    assert_int_equal(office_label_put(&again, &s->e, &label), ERR_DUPLICATE);
}

/* They are found again, and not while there is no vocabulary. */
static void R27_objects_with_a_label_beyond_the_vocabulary_are_found(void **state)
{
    struct story *s = *state;
    const struct office_object_query query = {.filter = {.label = STR("?")}};
    int64_t count = -1;
    s->e.scope = OFFICE_SCOPE_WHOLE;
    story_import_text(s, "objects",
                      "统一社会信用代码,检查对象名称,对象类别,标签\nP-1,甲,产品,食品\n"
                      "P-2,乙,产品,\"食品、随手\"\nP-3,丙,产品,随手\nP-4,丁,产品,\n");
    assert_int_equal(office_object_count(&count, &s->e, &query), ERR_OK);
    assert_int_equal(count, 0);
    story_import_text(s, "labels", "标签,用途\n食品,检查对象\n随手,检查人员\n");
    assert_int_equal(office_object_count(&count, &s->e, &query), ERR_OK);
    assert_int_equal(count, 2);
}

/* R27: specialities are words of the vocabulary for inspectors; a file's other words go in with a
 * warning at their row, those that a person types do not. */
static void R27_specialities_are_words_of_the_vocabulary(void **state)
{
    struct story *s = *state;
    static const char people[] = "姓名,单位,执法证号,执法证有效期至,业务专长\n"
                                 "张三,市监局,工001,2099-01-01,\"食品安全、特种设备\"\n"
                                 "李四,市监局,工002,2099-01-01,食品安管\n";
    struct str values[MODEL_INSPECTOR_COUNT] = {{0}};
    const struct office_import_typed typed = {&model_inspectors, values,  STR("inspector-save"),
                                              STR("SJ-002"),     STR(""), NULL};
    story_import_text(s, "departments", DEPARTMENTS);
    story_import_text(s, "labels",
                      "标签,用途\n食品安全,检查人员\n特种设备,检查人员\n食品安管,检查对象\n");
    story_import_text(s, "inspectors", people);
    story_counts(s, &(struct story_counts){2, 2, 0, 0, 0, 1});
    story_warning(s, 3, "“食品安管”不在标签字库中，最接近的是“食品安全”");
    for (size_t i = 0; i < s->report.warning_count; i++)
        assert_true(str_eq(s->report.warnings[i].column, STR("业务专长")));
    assert_string_equal(story_text(s, "SELECT specialities FROM inspector WHERE name = '李四'"),
                        "食品安管");
    s->e.scope = OFFICE_SCOPE_WHOLE;
    values[MODEL_INSPECTOR_DEPARTMENT] = STR("SJ");
    values[MODEL_INSPECTOR_NAME] = STR("李四");
    values[MODEL_INSPECTOR_CERTIFICATE] = STR("工002");
    values[MODEL_INSPECTOR_VALID_UNTIL] = STR("2099-01-01");
    values[MODEL_INSPECTOR_SPECIALITIES] = STR("食品安管、计量");
    assert_int_equal(office_import_one(&s->e, &typed), ERR_INPUT);
    assert_string_equal(s->e.fault.field, "specialities");
    assert_non_null(strstr(s->e.fault.text, "“计量”不在标签字库中"));
    values[MODEL_INSPECTOR_SPECIALITIES] = STR("食品安管、特种设备"); /* the old word may stay */
    assert_int_equal(office_import_one(&s->e, &typed), ERR_OK);
    assert_string_equal(story_text(s, "SELECT specialities FROM inspector WHERE name = '李四'"),
                        "食品安管、特种设备");
}

/* --- items --- */

static void a_changed_item_is_a_new_version_and_the_old_one_stays(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments", DEPARTMENTS);
    story_import_text(s, "items",
                      "序号,编制单位,抽查类别,抽查事项,事项类别,检查方式,抽查比例上限\n"
                      "1,市监局,食品,生产检查,重点检查事项,现场检查、网络检查,\n"
                      "2,市监局,食品,餐饮检查,一般检查事项,书面检查,5%\n"
                      "3,市监局,食品,销售检查,,,\n"
                      "4,市监局,食品,销售检查,,,\n"); /* 5: a double */
    story_counts(s, &(struct story_counts){4, 3, 0, 0, 1, 0});
    story_problem(s, 5, "与第4行重复");
    assert_string_equal(story_text(s, "SELECT methods FROM item WHERE name = '生产检查'"),
                        "实地核查、网络监测");
    assert_int_equal(story_number(s, "SELECT cap_den FROM item WHERE name = '生产检查'"), 1);
    assert_int_equal(story_number(s, "SELECT cap_den FROM item WHERE name = '餐饮检查'"), 20);
    assert_int_equal(story_number(s, "SELECT cap_den FROM item WHERE name = '销售检查'"), 10);
    assert_string_equal(story_text(s, "SELECT code FROM item WHERE name = '餐饮检查'"), "SJ-S0002");
    assert_string_equal(story_text(s, "SELECT department FROM item WHERE name = '餐饮检查'"), "SJ");
    story_import_text(s, "items",
                      "序号,编制单位,抽查类别,抽查事项,事项类别,检查方式,抽查比例上限\n"
                      "11,市监局,食品,生产检查,重点检查事项,现场检查、网络检查,\n" /* renumbered */
                      "2,市监局,食品,餐饮检查,重点检查事项,书面检查,\n"
                      "3,市监局,食品,销售检查,,,\n");
    story_counts(s, &(struct story_counts){3, 0, 2, 1, 0, 0});
    assert_int_equal(story_number(s, "SELECT count(id) FROM item"), 4);
    assert_int_equal(story_number(s, "SELECT version FROM item WHERE name = '餐饮检查' AND "
                                     "state = 'active' AND class = 'key' AND cap_den = 1"),
                     2);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item WHERE code = 'SJ-S0002' AND "
                                     "version = 1 AND state = 'replaced' AND cap_den = 20"),
                     1);
    assert_string_equal(
        story_text(s, "SELECT number FROM item WHERE name = '生产检查' AND version = 1"), "11");
}

static void R5_a_general_item_above_the_cap_is_left_out_at_its_row(void **state)
{
    struct story *s = *state;
    story_import_text(s, "departments", DEPARTMENTS);
    story_import_text(s, "items",
                      "编制单位,抽查类别,抽查事项,事项类别,抽查比例上限\n"
                      "市监局,食品,生产检查,一般检查事项,10%\n" /* 2: as high as it may be */
                      "市监局,食品,餐饮检查,一般检查事项,90%\n"
                      "市监局,食品,销售检查,重点检查事项,90%\n" /* 4: R4, none */
                      "市监局,食品,网络检查,,11%\n" /* 5: 一般 where nothing is said */
                      "市监局,食品,小作坊检查,一般检查事项,\n");
    story_counts(s, &(struct story_counts){5, 3, 0, 0, 2, 0});
    story_problem(s, 3, "一般检查事项的抽查比例上限不得高于 1/10");
    story_problem(s, 3, "舞政〔2020〕2号");
    story_problem(s, 5, "item.general-cap");
    assert_int_equal(story_number(s, "SELECT count(id) FROM item WHERE name = '餐饮检查'"), 0);
    assert_int_equal(story_number(s, "SELECT cap_den FROM item WHERE name = '生产检查'"), 10);
    assert_int_equal(story_number(s, "SELECT cap_den FROM item WHERE name = '小作坊检查'"), 10);
    assert_int_equal(story_number(s, "SELECT cap_num FROM item WHERE name = '销售检查'"), 1);
    assert_int_equal(story_number(s, "SELECT cap_den FROM item WHERE name = '销售检查'"), 1);
}

static void items_that_share_their_names_are_told_apart_by_what_they_are_about(void **state)
{
    struct story *s = *state;
    const char *file = "编制单位,抽查类别,抽查事项,检查对象,检查依据\n"
                       "市监局,餐饮,加工检查,餐馆,第一条\n市监局,餐饮,加工检查,学校食堂,第一条\n";
    story_import_text(s, "items", file);
    story_counts(s, &(struct story_counts){2, 2, 0, 0, 0, 0});
    story_import_text(s, "items", file);
    story_counts(s, &(struct story_counts){2, 0, 0, 2, 0, 0});
    story_import_text(s, "items",
                      "编制单位,抽查类别,抽查事项,检查对象,检查依据\n"
                      "市监局,餐饮,加工检查,学校食堂,\"第一条\n第二条\"\n"
                      "市监局,餐饮,加工检查,餐馆,第一条\n");
    story_counts(s, &(struct story_counts){2, 0, 1, 1, 0, 0});
    assert_string_equal(
        story_text(s, "SELECT basis FROM item WHERE objects = '学校食堂' AND state = 'active'"),
        "第一条\n第二条");
}

/* --- two at once --- */

struct other {
    struct story *s;
    const char *text; /* of the other file */
    bool done;
};

static void follow_all(struct story *s)
{
    bool more = true;
    while (more)
        assert_int_equal(office_search_follow(&more, &s->e), ERR_OK);
}

/* While the first file is read, another person's file goes in and the index is brought up to date.
 */
static enum err other_import(void *ctx, uint64_t rows, unsigned permille)
{
    struct other *other = ctx;
    struct story *s = other->s;
    struct story two = *s;
    (void)rows;
    (void)permille;
    if (other->done || strcmp(db_dialect(s->office.db), "sqlite") == 0)
        return ERR_OK; /* SQLite lets no second writer begin */
    other->done = true;
    two.arena = (struct arena){0};
    story_open(&two);
    two.e = (struct errand){
        .office = &two.office, .arena = &two.arena, .actor = STR("乙"), .now = s->e.now + 1};
    story_import_text(&two, "objects", other->text);
    follow_all(&two);
    story_close(&two);
    arena_free(&two.arena);
    return ERR_OK;
}

static void of_two_imports_at_once_the_search_finds_both(void **state)
{
    struct story *s = *state;
    struct other other = {.s = s, .text = HEAD HUAWEI ",后来先到的公司\n"};
    struct buf text = {0};
    struct office_found found;
    story_import_text(s, "objects", HEAD "91140981MA0H477P2R,液压厂\n"); /* a first one is alone */
    buf_cat(&text, "对象类别,名称,地址\n");
    for (int i = 0; i < 2500; i++)
        buf_printf(&text, "项目,先来后到%d号,城关%d号\n", i, i);
    const char *path = story_file(s, "first.csv", buf_cstr(&text));
    const struct office_import job = {
        .resource = STR("objects"), .path = path, .progress = other_import, .progress_ctx = &other};
    assert_int_equal(office_search_open(&s->e), ERR_OK);
    assert_int_equal(story_import_err(s, &job), ERR_OK);
    assert_int_equal(s->report.added, 2500);
    assert_int_equal(other.done, strcmp(db_dialect(s->office.db), "sqlite") != 0);
    if (!other.done)
        story_import_text(s, "objects", HEAD HUAWEI ",后来先到的公司\n");
    follow_all(s);
    const char *const names[] = {"后来先到", "先来后到2499号", "先来后到0号"};
    for (size_t i = 0; i < 3; i++) {
        const struct office_search search = {.text = str_of(names[i]), .most = 5};
        assert_int_equal(office_portal_search(&found, &s->e, &search), ERR_OK);
        if (found.count != 1)
            fail_msg("%s is found %zu times", names[i], found.count);
    }
    buf_free(&text);
}

/* The other commits first one of the numbers that the first is about to add. */
static void of_two_imports_of_the_same_number_at_once_both_go_in_and_it_stands_once(void **state)
{
    struct story *s = *state;
    struct other other = {.s = s,
                          .text = "统一社会信用代码,名称,对象类别\n"
                                  "P-02411,别人的叫法,产品\n"};
    struct buf text = {0};
    story_import_text(s, "objects", HEAD "91140981MA0H477P2R,液压厂\n"); /* a first one is alone */
    buf_cat(&text, "统一社会信用代码,名称,对象类别\n");
    for (int i = 0; i < 2500; i++)
        buf_printf(&text, "P-%05d,产品%d号,产品\n", i, i);
    const char *path = story_file(s, "first.csv", buf_cstr(&text));
    const struct office_import job = {
        .resource = STR("objects"), .path = path, .progress = other_import, .progress_ctx = &other};
    assert_int_equal(office_search_open(&s->e), ERR_OK);
    assert_int_equal(story_import_err(s, &job), ERR_OK);
    bool postgres = strcmp(db_dialect(s->office.db), "sqlite") != 0;
    assert_int_equal(other.done, postgres);
    assert_int_equal(s->report.seen, 2500);
    assert_int_equal(s->report.rejected, 0);
    assert_int_equal(s->report.added, postgres ? 2499 : 2500);
    assert_int_equal(s->report.changed, postgres ? 1 : 0);
    assert_int_equal(
        story_number(s, "SELECT count(DISTINCT pool_id) FROM object WHERE pool_id LIKE 'P-%'"),
        2500);
    assert_int_equal(story_number(s, "SELECT count(id) FROM object WHERE pool_id LIKE 'P-%'"),
                     2500);
    assert_string_equal(story_text(s, "SELECT name FROM object WHERE pool_id = 'P-02411'"),
                        "产品2411号");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(of_two_imports_at_once_the_search_finds_both),
        STORY_TEST(of_two_imports_of_the_same_number_at_once_both_go_in_and_it_stands_once),
        STORY_TEST(objects_go_in_once_and_the_same_file_changes_nothing),
        STORY_TEST(a_changed_cell_is_one_change_with_the_values_before_and_after),
        STORY_TEST(a_file_without_a_column_or_with_an_empty_cell_leaves_the_value),
        STORY_TEST(numbers_are_mended_or_refused_in_precise_words),
        STORY_TEST(objects_without_a_number_are_known_again_by_kind_name_and_address),
        STORY_TEST(a_file_of_objects_without_number_and_kind_is_refused_whole),
        STORY_TEST(a_double_in_one_file_is_left_out_and_named),
        STORY_TEST(divisions_come_from_the_cell_the_job_or_the_place),
        STORY_TEST(values_that_nobody_may_send_are_refused),
        STORY_TEST(a_dry_run_counts_the_same_and_writes_nothing),
        STORY_TEST(a_repeated_request_does_nothing_and_answers_as_before),
        STORY_TEST(an_unknown_resource_department_or_division_imports_nothing),
        STORY_TEST(a_second_number_column_speaks_where_the_first_is_silent),
        STORY_TEST(rejected_rows_are_in_the_error_workbook_and_go_in_after_mending),
        STORY_TEST(no_error_workbook_is_left_when_every_row_is_good),
        STORY_TEST(the_indexes_are_the_same_before_and_after_a_first_import),
        STORY_TEST(departments_form_a_tree_whichever_order_the_rows_have),
        STORY_TEST(inspectors_get_gapless_codes_and_keep_them),
        STORY_TEST(a_person_who_leaves_keeps_his_row_and_the_reason),
        STORY_TEST(a_department_given_with_the_job_takes_the_rows_without_one),
        STORY_TEST(a_changed_item_is_a_new_version_and_the_old_one_stays),
        STORY_TEST(R27_labels_of_objects_are_words_of_the_vocabulary),
        STORY_TEST(a_label_that_is_submitted_twice_is_one),
        STORY_TEST(R27_objects_with_a_label_beyond_the_vocabulary_are_found),
        STORY_TEST(R27_specialities_are_words_of_the_vocabulary),
        STORY_TEST(R5_a_general_item_above_the_cap_is_left_out_at_its_row),
        STORY_TEST(items_that_share_their_names_are_told_apart_by_what_they_are_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
