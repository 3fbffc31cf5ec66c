/* Finding headings and telling data from everything around it. The 17 headings are those real
 * agencies use (items/header_variants_in_the_wild.csv). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/file.h"
#include "make.h"
#include "sheet/heading.h"

/* Fields of a plan line as an importer would describe them. */
static const struct field plan[] = {
    {.name = "no", .label = "序号", .headings = "编号|抽查计划编号"},
    {.name = "item",
     .label = "抽查事项",
     .required = true,
     .headings = "检查事项|抽查内容|检查内容|抽查项目/抽查事项|抽查事项名称"},
    {.name = "object", .label = "检查对象", .headings = "抽查对象|抽查对象范围|联查对象"},
    {.name = "ratio", .label = "抽查比例", .headings = "检查比例|抽查比例及频次|抽查基数"},
    {.name = "lead", .label = "发起部门", .headings = "牵头部门|实施单位|检查机关|股室|执行股室"},
    {.name = "name", .label = "抽查任务名称", .headings = "任务名称|抽查名称|年度计划名称"},
};
enum { PLAN = sizeof plan / sizeof *plan };

static const struct field people[] = {
    {.name = "name", .label = "姓名", .required = true},
    {.name = "unit", .label = "单位", .required = true, .headings = "所在单位|工作单位"},
    {.name = "tel", .label = "手机号", .headings = "联系电话"},
    {.name = "note", .label = "备注"},
};
enum { PEOPLE = sizeof people / sizeof *people };

struct result {
    struct sheet_mapping map;
    struct sheet *sheet;
    struct arena arena;
    struct fault fault;
    enum err err;
};

static void open_map(struct result *r, const char *path, const struct field *fields, size_t count)
{
    *r = (struct result){0};
    assert_int_equal(sheet_open(&r->sheet, path, NULL, NULL), ERR_OK);
    r->err = sheet_map(&r->map, r->sheet, fields, count, &r->arena, &r->fault);
}

static void close_map(struct result *r)
{
    sheet_close(r->sheet);
    arena_free(&r->arena);
}

/* The records as "row:value|value;..." over all fields, then "+" and the skips as name=count. */
static const char *dump_records(struct make *make, struct result *r)
{
    struct buf out = {0};
    struct sheet_record record;
    enum err err;
    while ((err = sheet_map_next(&record, &r->map, &r->fault)) == ERR_OK) {
        buf_printf(&out, "%s%llu:", out.len ? ";" : "", (unsigned long long)record.row);
        for (size_t i = 0; i < record.count; i++)
            buf_printf(&out, "%s%.*s", i ? "|" : "", STR_ARG(record.cells[i].text));
        assert_true(record.source.number == record.row);
    }
    assert_int_equal(err, ERR_END);
    for (int i = 0; i < SHEET_SKIP_COUNT; i++)
        if (r->map.skipped[i] > 0)
            buf_printf(&out, "+%s=%llu", sheet_skip_text((enum sheet_skip)i),
                       (unsigned long long)r->map.skipped[i]);
    const char *text = arena_cstr(&make->arena, buf_view(&out));
    buf_free(&out);
    return text;
}

static const char *map_text(struct make *make, const char *text, const struct field *fields,
                            size_t count)
{
    struct result r;
    open_map(&r, make_file(make, "map.csv", str_of(text)), fields, count);
    const char *dump = r.err == ERR_OK ? dump_records(make, &r)
                                       : arena_printf(&make->arena, "ERR %s", err_code(r.err)).data;
    close_map(&r);
    return dump;
}

static void variant_is_found_under_a_title(struct make *make, struct str source, struct str headers)
{
    struct buf text = {0};
    struct str heading, rest = headers;
    buf_cat(&text, "2024年度双随机抽查工作计划\n单位：,,填表时间：\n");
    for (size_t i = 0; str_cut(&heading, &rest, '|'); i++) {
        heading = str_trim(heading);
        csv_write_row(&text, &heading, 1, ',');
        text.len -= 2; /* its line end */
        buf_char(&text, ',');
    }
    text.len -= 1;
    buf_cat(&text, "\n1,一,二,三,四,五,六,七,八,九,十,十一\n");
    struct result r;
    open_map(&r, make_file(make, "variant.csv", buf_view(&text)), plan, PLAN);
    if (r.err != ERR_OK || r.map.heading_row != 3 || r.map.matched < 3)
        fail_msg("%.*s: %s, row %llu, %zu fields", STR_ARG(source), r.fault.text,
                 (unsigned long long)r.map.heading_row, r.map.matched);
    for (size_t i = 0; i < PLAN; i++)
        if (r.map.columns[i] >= 0) {
            struct str key = sheet_heading_key(&r.arena, r.map.headings[r.map.columns[i]]);
            assert_true(key.len > 0);
        }
    close_map(&r);
    buf_free(&text);
}

static void every_heading_row_in_the_wild_is_found(void **state)
{
    struct make *make = *state;
    const char *shared = getenv("SUNLOT_SHARED");
    char path[4096];
    struct buf text = {0};
    struct csv *csv;
    struct str *cells;
    size_t count, seen = 0;
    snprintf(path, sizeof path, "%s/data/items/header_variants_in_the_wild.csv",
             shared ? shared : ".");
    if (!shared || file_read(&text, path, 1 << 20) != ERR_OK) {
        printf("# %s is not here; nothing was compared\n", path);
        return;
    }
    assert_int_equal(csv_open_memory(&csv, buf_view(&text), NULL, NULL), ERR_OK);
    assert_int_equal(csv_next(csv, &cells, &count), ERR_OK);
    for (; csv_next(csv, &cells, &count) == ERR_OK; seen++)
        variant_is_found_under_a_title(make, cells[0], cells[5]);
    assert_int_equal(seen, 17);
    csv_close(csv);
    buf_free(&text);
}

static void two_heading_rows_over_merged_cells_are_joined(void **state)
{
    struct make *make = *state;
#define S(ref, text) "<c r=\"" ref "\" t=\"str\"><v>" text "</v></c>"
    const char *path = make_xlsx(
        make, "two.xlsx",
        "<row r=\"1\">" S(
            "A1",
            "海南省清单") "</row>"
                          "<row r=\"2\">" S("A2", "序号") S("B2", "抽查项目")
                              S("D2",
                                "检查对象") "</row>"
                                            "<row r=\"3\">" S("B3", "抽查类别") S(
                                                "C3",
                                                "抽查事项") "</row>"
                                                            "<row r=\"4\">" S("A4", "1") S(
                                                                "B4", "类") S("C4", "事")
                                                                S("D4",
                                                                  "校") "</row>"
                                                                        "<row r=\"5\">" S(
                                                                            "A5", "2") S("C5", "项")
                                                                            S("D5", "店") "</row>",
        "<mergeCells><mergeCell ref=\"A1:D1\"/><mergeCell ref=\"B2:C2\"/><mergeCell ref=\"A2:A3\"/>"
        "<mergeCell ref=\"D2:D3\"/><mergeCell ref=\"B4:B5\"/></mergeCells>",
        NULL, NULL);
    struct result r;
    open_map(&r, path, plan, PLAN);
    assert_int_equal(r.err, ERR_OK);
    assert_int_equal(r.map.heading_row, 3);
    assert_int_equal(r.map.heading_rows, 2);
    assert_true(str_eq(r.map.headings[1], STR("抽查项目/抽查类别")));
    assert_true(str_eq(r.map.headings[3], STR("检查对象")));
    assert_string_equal(dump_records(make, &r), "4:1|事|校|||;5:2|项|店|||+标题行=1");
    close_map(&r);
}

static void rows_that_are_no_data_are_left_out_and_counted(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *text, *records;
    } table[] = {
        {"执法人员名录\n姓名,单位,手机号\n甲,沁阳市局,1\n", "3:甲|沁阳市局|1|+标题行=1"},
        {"姓名,单位,手机号,备注\n案例（请删除）,某局,1,\n甲,某局,2,\n", "3:甲|某局|2|+示例行=1"},
        {"姓名,单位,手机号,备注\n示例：张某,某局,1,\n样例,某局,1,\n甲,示例镇政府,2,\n",
         "4:甲|示例镇政府|2|+示例行=2"},
        {"姓名,单位,手机号,备注\n必填,必填,选填,\n甲,某局,2,\n", "3:甲|某局|2|+填写说明行=1"},
        {"姓名,单位,手机号,备注\n填写说明：姓名必填,,,\n甲,某局,2,\n", "3:甲|某局|2|+填写说明行=1"},
        {"姓名,单位,手机号,备注\n1,2,3,4\n甲,某局,2,\n", "3:甲|某局|2|+填写说明行=1"},
        {"姓名,单位,手机号,备注\n北京市（92所）,,,\n甲,某局,2,\n", "3:甲|某局|2|+分组行=1"},
        {"姓名,单位,手机号,备注\n甲,某局,2,\n姓名,单位,手机号,备注\n乙,某局,3,\n",
         "2:甲|某局|2|;4:乙|某局|3|+重复的表头行=1"},
        {"姓名,单位,手机号,备注\n甲,某局,2,\n\n合计,,1,\n填表人：丙,,联系电话：1,"
         "\n注：此表一式两份,,,\n",
         "2:甲|某局|2|+空行=1+合计、落款行=3"},
        {"姓名,单位,手机号,备注\n合计山,某局,2,\n小计,某局,2,\n",
         "2:合计山|某局|2|+合计、落款行=1"},
        {"姓名,单位\n甲,\n", "2:甲|||"}, /* two columns are no wide table */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *records = map_text(make, table[i].text, people, PEOPLE);
        if (strcmp(records, table[i].records) != 0)
            fail_msg("%s gives %s", table[i].text, records);
    }
}

static void a_lone_required_column_may_be_the_only_one_filled(void **state)
{
    struct make *make = *state;
    static const struct field names[] = {{.name = "name", .label = "名称", .required = true},
                                         {.name = "a", .label = "甲"},
                                         {.name = "b", .label = "乙"}};
    assert_string_equal(map_text(make, "名称,甲,乙\n某厂,,\n,附注,\n", names, 3),
                        "2:某厂||+分组行=1");
}

static void headings_are_compared_without_width_brackets_and_blanks(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        const char *heading, *key;
    } table[] = {
        {" 统一社会\n信用代码（必填）*", "统一社会信用代码"},
        {"＊姓 名：", "姓名"},
        {"抽查比例(数量)", "抽查比例"},
        {"智慧监管（信用风险分类）要求", "智慧监管要求"},
        {"【必填】单位", "单位"},
        {"ＩＤ", "id"},
        {"注册号/统一社会信用代码", "注册号/统一社会信用代码"},
        {"(unclosed", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str key = sheet_heading_key(&arena, str_of(table[i].heading));
        if (!str_eq(key, str_of(table[i].key)))
            fail_msg("%s: %.*s", table[i].heading, STR_ARG(key));
    }
    arena_free(&arena);
}

static void missing_columns_are_named_with_what_was_seen(void **state)
{
    struct make *make = *state;
    struct result r;
    open_map(&r, make_file(make, "m.csv", STR("标题\n姓名,电话,备注\n甲,1,2\n")), people, PEOPLE);
    assert_int_equal(r.err, ERR_INPUT);
    assert_non_null(strstr(r.fault.text, "第 2 行"));
    assert_non_null(strstr(r.fault.text, "单位"));
    assert_non_null(strstr(r.fault.text, "姓名、电话、备注"));
    close_map(&r);
    open_map(&r, make_file(make, "n.csv", STR("甲,乙\n1,2\n")), people, PEOPLE);
    assert_int_equal(r.err, ERR_FORMAT);
    assert_non_null(strstr(r.fault.text, "甲、乙"));
    close_map(&r);
    open_map(&r, make_xlsx(make, "void.xlsx", "", NULL, NULL, NULL), people, PEOPLE);
    assert_int_equal(r.err, ERR_FORMAT);
    close_map(&r);
}

static void a_column_answers_to_one_field_and_labels_come_first(void **state)
{
    struct make *make = *state;
    static const struct field fields[] = {
        {.name = "a", .label = "名称", .headings = "单位"},
        {.name = "b", .label = "单位"},
        {.name = "c", .label = "其他", .headings = "名称"},
    };
    struct result r;
    open_map(&r, make_file(make, "one.csv", STR("单位,名称,名称\n1,2,3\n")), fields, 3);
    assert_int_equal(r.err, ERR_OK);
    assert_int_equal(r.map.columns[0], 1);
    assert_int_equal(r.map.columns[1], 0);
    assert_int_equal(r.map.columns[2], 2);
    close_map(&r);
}

static void headings_beyond_the_first_rows_are_not_looked_for(void **state)
{
    struct make *make = *state;
    struct buf text = {0};
    for (unsigned i = 0; i < 29; i++)
        buf_printf(&text, "说明%u,x\n", i);
    buf_cat(&text, "姓名,单位\n甲,某局\n");
    assert_string_equal(map_text(make, buf_cstr(&text), people, PEOPLE), "31:甲|某局||+标题行=29");
    struct buf late = {0};
    buf_printf(&late, "多一行,x\n%s", buf_cstr(&text));
    assert_string_equal(map_text(make, buf_cstr(&late), people, PEOPLE), "ERR format");
    buf_free(&text);
    buf_free(&late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_heading_row_in_the_wild_is_found),
        cmocka_unit_test(two_heading_rows_over_merged_cells_are_joined),
        cmocka_unit_test(rows_that_are_no_data_are_left_out_and_counted),
        cmocka_unit_test(a_lone_required_column_may_be_the_only_one_filled),
        cmocka_unit_test(headings_are_compared_without_width_brackets_and_blanks),
        cmocka_unit_test(missing_columns_are_named_with_what_was_seen),
        cmocka_unit_test(a_column_answers_to_one_field_and_labels_come_first),
        cmocka_unit_test(headings_beyond_the_first_rows_are_not_looked_for),
    };
    return cmocka_run_group_tests(tests, make_setup, make_teardown);
}
