/* Every file of ../shared/data/messy. How many rows have content, how many cells hold something of
 * their own, and how many are filled in by merged areas was worked out by a second reader: a Python
 * script over zipfile and xml.etree (.xlsx, SpreadsheetML), html.parser (HTML), csv (text), and for
 * .xls over the flat OpenDocument file that LibreOffice writes, whose XML names every span. The
 * texts of single cells and the numbers of records come from the same script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "make.h"
#include "sheet/heading.h"

/* Where the collection is; NULL, with a note, where it is absent. */
static const char *messy(struct make *make, const char *name)
{
    const char *shared = getenv("SUNLOT_SHARED");
    const char *path =
        arena_printf(&make->arena, "%s/data/messy/%s", shared ? shared : ".", name).data;
    if (shared && file_exists(path))
        return path;
    printf("# %s is not here; nothing was compared\n", name);
    return NULL;
}

struct expected {
    const char *name;
    enum sheet_kind kind;
    unsigned rows, own, merged, last;
    const char *first; /* text of the first cell with content */
};

static const struct expected tables[] = {
    {"encodings/公司名单_GBK.csv", SHEET_KIND_TEXT, 3374, 10122, 0, 3374, "期货代码"},
    {"encodings/沁阳市_企业名录_GB18030.csv", SHEET_KIND_TEXT, 697, 4879, 0, 697, "名称"},
    {"encodings/沁阳市_企业名录_UTF8_BOM.csv", SHEET_KIND_TEXT, 697, 4879, 0, 697, "名称"},
    {"encodings/舞钢市_html伪装.xls", SHEET_KIND_HTML, 370, 2952, 7, 370, "舞钢市检查对象名录库"},
    {"encodings/舞钢市_企业名录_UTF16LE_tab.txt", SHEET_KIND_TEXT, 369, 2582, 0, 369, "名称"},
    {"foreign/chicago_2014_inspector_assignments.csv", SHEET_KIND_TEXT, 4220, 33760, 0, 4220, NULL},
    {"foreign/chicago_early_childhood_sites_messy_half1.csv", SHEET_KIND_TEXT, 1670, 13670, 0, 1670,
     NULL},
    {"foreign/chicago_food_inspections_intermediate_2011_2014.csv", SHEET_KIND_TEXT, 13642, 245555,
     0, 13642, NULL},
    {"foreign/chicago_license_number_fixes.csv", SHEET_KIND_TEXT, 788, 4161, 0, 788, NULL},
    {"foreign/delaware_food_inspections_latlon.csv", SHEET_KIND_TEXT, 2282, 22816, 0, 2282, NULL},
    {"foreign/surrey_bc_inspections.csv", SHEET_KIND_TEXT, 56, 373, 0, 56, NULL},
    {"foreign/surrey_bc_restaurants.csv", SHEET_KIND_TEXT, 9, 63, 0, 9, NULL},
    {"other_agencies/产业和企业类型对应表.xlsx", SHEET_KIND_XLSX, 20, 80, 0, 20, "编号"},
    {"other_agencies/行业目录表.xlsx", SHEET_KIND_XLSX, 1398, 6990, 0, 1398, "行业编号"},
    {"templates/randomscagent.xls", SHEET_KIND_XLSX, 4, 50, 20, 4, "市场监管领域执法人员数据库"},
    {"templates/special.xlsx", SHEET_KIND_XLSX, 2, 13, 0, 2,
     "注意:请将信息填写完整,否则可能导致上传失败。"},
    {"templates/specialrecinfo.xls", SHEET_KIND_XLSX, 2, 3, 1, 2, "专项整治名单导入模板"},
    {"templates/xzxk.xlsx", SHEET_KIND_XLSX, 2, 18, 0, 3, "许可文件编号"},
    {"zhejiang_lists/drcheck_check01.xlsx", SHEET_KIND_XLSX, 479, 1916, 0, 479, "企业名称"},
    {"zhejiang_lists/drcheck_check04 .xlsx", SHEET_KIND_XLSX, 6, 24, 0, 6, "企业名称"},
    {"zhejiang_lists/sccheck_check01.xlsx", SHEET_KIND_XML2003, 479, 1916, 0, 479, "企业名称"},
};

/* Old binary files: through LibreOffice where it is installed. */
static const struct expected binaries[] = {
    {"other_agencies/76-附件1.海南省市场监管领域部门联合抽查事项清单（第二版）.xls",
     SHEET_KIND_BINARY, 86, 295, 220, 86, "附件1"},
    {"other_agencies/任务导入模板 (样例表).xls", SHEET_KIND_BINARY, 9, 54, 0, 9, "任务导入模板"},
    {"other_agencies/企业信息（样例表）.xls", SHEET_KIND_BINARY, 13, 123, 0, 13, "企业信息表格"},
    {"other_agencies/全国高等学校名单.xls", SHEET_KIND_BINARY, 2953, 18399, 198, 2953, "附件1："},
    {"templates/xzcf.xls", SHEET_KIND_BINARY, 2, 16, 0, 3, "处罚决定书文号"},
    {"zhejiang_forms/A01.xls", SHEET_KIND_BINARY, 20, 55, 65, 20, "直销违法行为双随机抽查记录表"},
    {"zhejiang_forms/A03.xls", SHEET_KIND_BINARY, 17, 40, 59, 17, NULL},
    {"zhejiang_forms/A07.xls", SHEET_KIND_BINARY, 19, 50, 63, 19, NULL},
    {"zhejiang_forms/A10.xls", SHEET_KIND_BINARY, 17, 40, 59, 17, NULL},
    {"zhejiang_forms/A12.xls", SHEET_KIND_BINARY, 16, 35, 57, 16, NULL},
    {"zhejiang_forms/B02.xls", SHEET_KIND_BINARY, 25, 70, 77, 26,
     "保健食品生产企业双随机抽查记录表"},
    {"zhejiang_forms/B04.xls", SHEET_KIND_BINARY, 21, 61, 69, 21, NULL},
    {"zhejiang_forms/B07.xls", SHEET_KIND_BINARY, 17, 41, 61, 17, NULL},
    {"zhejiang_forms/B09.xls", SHEET_KIND_BINARY, 20, 55, 65, 20, NULL},
    {"zhejiang_forms/C01.xls", SHEET_KIND_BINARY, 19, 50, 64, 19, NULL},
    {"zhejiang_forms/C04.xls", SHEET_KIND_BINARY, 18, 46, 67, 18, NULL},
    {"zhejiang_forms/C07.xls", SHEET_KIND_BINARY, 16, 35, 57, 16, NULL},
    {"zhejiang_forms/C10.xls", SHEET_KIND_BINARY, 18, 45, 61, 18, NULL},
    {"zhejiang_forms/C12.xls", SHEET_KIND_BINARY, 18, 45, 61, 18,
     "重要工业产品（含食品相关产品）生产许可证企业\n双随机抽查记录表"},
};

/* Single cells of them. */
static const struct {
    const char *name;
    unsigned row, column;
    const char *text;
} probes[] = {
    {"templates/randomscagent.xls", 4, 8, "2017-03-07"}, /* day number 42801 */
    {"templates/randomscagent.xls", 4, 0, "0010"},
    {"templates/xzxk.xlsx", 3, 1, "201312142"},
    {"encodings/舞钢市_html伪装.xls", 3, 2, "91410481MA3XETE15A"},
    {"encodings/沁阳市_企业名录_GB18030.csv", 3, 1, "914108821738454668"},
    {"zhejiang_lists/sccheck_check01.xlsx", 3, 1, "91330100311348661F"},
    {"other_agencies/全国高等学校名单.xls", 5, 2, "4111010001"},
    {"other_agencies/全国高等学校名单.xls", 2953, 2, "4165014941"},
    {"other_agencies/76-附件1.海南省市场监管领域部门联合抽查事项清单（第二版）.xls", 5, 1,
     "工程咨询单位抽查"}, /* merged from the row above */
    {"other_agencies/企业信息（样例表）.xls", 4, 1, "469006NA110016X"},
    {"other_agencies/企业信息（样例表）.xls", 12, 8, "2016-06-12"},
    {"zhejiang_forms/A01.xls", 2, 3, "企业名称："},
    {"zhejiang_forms/B02.xls", 26, 0, "备注"},
};
enum { PROBES = sizeof probes / sizeof *probes };

static unsigned count_probes(const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < PROBES; i++)
        count += strcmp(probes[i].name, name) == 0;
    return count;
}

/* Compares the cells of this row that are known; how many there were. */
static unsigned compare_probes(const char *name, const struct sheet_row *row)
{
    unsigned seen = 0;
    for (size_t i = 0; i < PROBES; i++) {
        if (probes[i].row != row->number || strcmp(probes[i].name, name) != 0)
            continue;
        assert_true(probes[i].column < row->count);
        if (!str_eq(row->cells[probes[i].column].text, str_of(probes[i].text)))
            fail_msg("%s row %u: %.*s", name, probes[i].row,
                     STR_ARG(row->cells[probes[i].column].text));
        seen++;
    }
    return seen;
}

static struct str first_text(const struct sheet_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->cells[i].text.len > 0)
            return row->cells[i].text;
    return STR("");
}

/* Records by heading, of files with titles, hints, examples, groups and notes around the data. */
struct mapped {
    const char *name;
    const char *labels; /* of four fields; the first is required */
    unsigned records, titles, hints, examples, groups;
    const char *last; /* first field of the last record */
};

static const struct mapped maps[] = {
    {"encodings/舞钢市_html伪装.xls", "名称|统一社会信用代码|企业类型|住所", 368, 1, 0, 0, 0, NULL},
    {"encodings/公司名单_GBK.csv", "公司名称|期货代码|期货名称|无", 3373, 0, 0, 0, 0, NULL},
    {"zhejiang_lists/drcheck_check01.xlsx", "企业名称|注册号/统一社会信用代码|登记机关|管辖单位",
     478, 0, 0, 0, 0, NULL},
    {"zhejiang_lists/sccheck_check01.xlsx", "企业名称|注册号/统一社会信用代码|RegOrgName|管辖单位",
     478, 0, 0, 0, 0, NULL},
    {"zhejiang_lists/drcheck_check04 .xlsx", "企业名称|注册号/统一社会信用代码|登记机关|管辖单位",
     5, 0, 0, 0, 0, NULL},
    {"templates/randomscagent.xls", "姓名|单位工号|执法证有效期|执法人员状态", 0, 1, 1, 1, 0, NULL},
    {"templates/special.xlsx", "企业名称|专项库名称|许可证编号|有效期至", 0, 1, 0, 0, 0, NULL},
    {"templates/specialrecinfo.xls", "企业名称|统一社会信用代码/注册号|无|无", 0, 1, 0, 0, 0, NULL},
    {"templates/xzxk.xlsx", "企业名称|许可文件编号|有效期至|注册号", 1, 0, 0, 0, 0,
     "大中华国际集团酒店管理有限公司"},
    {"other_agencies/行业目录表.xlsx", "行业门类|行业编号|二级行业|三级行业", 1397, 0, 0, 0, 0,
     NULL},
    {"other_agencies/全国高等学校名单.xls", "学校名称|学校标识码|主管部门|备注", 2919, 2, 0, 0, 31,
     "阜康职业技术学院"},
    {"other_agencies/企业信息（样例表）.xls", "企业名称|注册号|成立日期|联系电话", 10, 1, 1, 0, 0,
     NULL},
    {"other_agencies/任务导入模板 (样例表).xls", "任务标题（抽检企业）|项目名称|随机号|截止日期", 7,
     1, 0, 0, 0, "海南万州绿色制药有限公司"},
    {"other_agencies/76-附件1.海南省市场监管领域部门联合抽查事项清单（第二版）.xls",
     "抽查事项|抽查领域|检查对象|发起部门", 83, 2, 0, 0, 0,
     "调查对象依法设置原始记录、统计台账情况检查"},
};

static void split_labels(struct field *fields, struct arena *arena, const char *labels)
{
    struct str label, rest = str_of(labels);
    for (size_t i = 0; str_cut(&label, &rest, '|'); i++)
        fields[i] =
            (struct field){.name = "f", .label = arena_cstr(arena, label), .required = i == 0};
}

/* Reads the sheet from its first row on by headings. */
static void map_one(struct make *make, const struct mapped *m, struct sheet *sheet)
{
    struct sheet_mapping map;
    struct sheet_record record;
    struct fault fault = {0};
    struct field fields[4];
    unsigned records = 0;
    const char *last = "";
    split_labels(fields, &make->arena, m->labels);
    assert_int_equal(sheet_select(sheet, sheet_selected(sheet), NULL), ERR_OK);
    if (sheet_map(&map, sheet, fields, 4, &make->arena, &fault) != ERR_OK)
        fail_msg("%s: %s", m->name, fault.text);
    for (; sheet_map_next(&record, &map, &fault) == ERR_OK; records++)
        last = arena_cstr(&make->arena, record.cells[0].text);
    if (records != m->records || map.skipped[SHEET_SKIP_TITLE] != m->titles ||
        map.skipped[SHEET_SKIP_HINT] != m->hints ||
        map.skipped[SHEET_SKIP_EXAMPLE] != m->examples ||
        map.skipped[SHEET_SKIP_GROUP] != m->groups)
        fail_msg("%s: %u records, %d titles, %d hints, %d examples, %d groups", m->name, records,
                 (int)map.skipped[0], (int)map.skipped[SHEET_SKIP_HINT],
                 (int)map.skipped[SHEET_SKIP_EXAMPLE], (int)map.skipped[SHEET_SKIP_GROUP]);
    if (m->last)
        assert_string_equal(last, m->last);
}

/* The file just compared, by headings, if it is a list. */
static void map_known(struct make *make, const char *name, struct sheet *sheet)
{
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        if (strcmp(maps[i].name, name) == 0)
            map_one(make, &maps[i], sheet);
}

/* Reads a file through and compares what was counted. */
static void compare(struct make *make, const struct expected *e)
{
    struct sheet *sheet;
    struct sheet_row row;
    struct fault fault = {0};
    unsigned rows = 0, own = 0, merged = 0, last = 0, probed = 0;
    const char *path = messy(make, e->name);
    if (!path)
        return;
    if (sheet_open(&sheet, path, NULL, &fault) != ERR_OK)
        fail_msg("%s: %s", e->name, fault.text);
    assert_int_equal(sheet_kind(sheet), e->kind);
    for (; sheet_next(&row, sheet, &fault) == ERR_OK; rows++) {
        if (rows == 0 && e->first && !str_eq(first_text(&row), str_of(e->first)))
            fail_msg("%s begins with %.*s", e->name, STR_ARG(first_text(&row)));
        for (size_t i = 0; i < row.count; i++) {
            merged += row.cells[i].merged;
            own += row.cells[i].text.len > 0 && !row.cells[i].merged;
        }
        last = (unsigned)row.number;
        probed += compare_probes(e->name, &row);
    }
    if (fault.text[0] || rows != e->rows || own != e->own || merged != e->merged || last != e->last)
        fail_msg("%s: %u rows, %u own, %u merged, last %u %s", e->name, rows, own, merged, last,
                 fault.text);
    assert_int_equal(probed, count_probes(e->name));
    map_known(make, e->name, sheet);
    sheet_close(sheet);
}

static void every_table_has_the_rows_and_records_that_a_second_reader_counts(void **state)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        compare(*state, &tables[i]);
}

static void old_binary_files_are_converted_or_refused_with_advice(void **state)
{
    struct make *make = *state;
    for (size_t i = 0; i < sizeof binaries / sizeof *binaries; i++) {
        struct fault fault = {0};
        struct sheet *sheet;
        const char *path = messy(make, binaries[i].name);
        if (!path)
            continue;
        if (sheet_converter_present()) {
            compare(make, &binaries[i]);
            continue;
        }
        assert_int_equal(sheet_open(&sheet, path, NULL, &fault), ERR_CONVERTER);
        assert_non_null(strstr(fault.text, ".xlsx"));
        assert_non_null(strstr(fault.text, "LibreOffice"));
    }
    if (!sheet_converter_present())
        printf("# LibreOffice is not installed; only the refusal was tested\n");
}

static void damaged_locked_and_starved_conversions_are_refused(void **state)
{
    struct make *make = *state;
    if (!sheet_converter_present()) {
        printf("# LibreOffice is not installed; nothing was tested\n");
        return;
    }
    static const char junk[600] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    make_refused(make, make_file(make, "junk.xls", str_range(junk, sizeof junk)), NULL, ERR_FORMAT);
    static const char locked[] =
        "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c"
        "\0k\0a\0g\0e\0";
    make_refused(make, make_file(make, "locked.xls", str_range(locked, sizeof locked)), NULL,
                 ERR_UNSUPPORTED);
    const char *path = messy(make, "other_agencies/全国高等学校名单.xls");
    const struct sheet_limits tight = {.convert_memory = 1 << 20};
    if (path)
        make_refused(make, path, &tight, ERR_FORMAT);
}

static void lists_of_items_are_read_whole(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *name, *labels;
        unsigned records;
    } lists[] = {
        {"hainan_2020_random_check_items.csv", "抽查事项|抽查类别|检查依据|事项类别", 297},
        {"hainan_joint_items_v2.csv", "抽查事项|抽查领域|检查对象|发起部门", 83},
        {"zhejiang_2017_random_check_items.csv", "抽查事项名称|抽查依据|抽查比例|抽查频次", 79},
        {"zhejiang_36_item_codes.csv", "name|code|category|无", 36},
        {"zhejiang_27_special_object_libraries.csv", "name|无|无|无", 27},
        {"construction_site_supervision_checklist.csv", "指标|分项|子分部|无", 251},
        {"fenyang_joint_items_excerpt.csv", "抽查事项|抽查领域|检查对象|抽查层级", 11},
        {"plan_rows_excerpts.csv", "抽查任务名称|抽查事项|抽查对象|起止时间", 41},
        {"zhejiang_check_form_lines.csv", "检查内容|事项编号|序号|操作方法与要领", 139},
        {"zhejiang_check_form_options.csv", "表名|事项编号|检查结果选项|后续处置选项", 28},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const char *name = arena_printf(&make->arena, "../items/%s", lists[i].name).data;
        const char *path = messy(make, name);
        const struct mapped m = {name, lists[i].labels, lists[i].records, 0, 0, 0, 0, NULL};
        struct sheet *sheet;
        if (!path)
            continue;
        assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
        map_one(make, &m, sheet);
        sheet_close(sheet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_has_the_rows_and_records_that_a_second_reader_counts),
        cmocka_unit_test(old_binary_files_are_converted_or_refused_with_advice),
        cmocka_unit_test(damaged_locked_and_starved_conversions_are_refused),
        cmocka_unit_test(lists_of_items_are_read_whole),
    };
    return cmocka_run_group_tests(tests, make_setup, make_teardown);
}
