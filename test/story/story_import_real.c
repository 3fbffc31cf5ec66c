/* Importing what agencies really keep. The numbers were worked out without our reader, by a Python
 * script (csv, lzma, zipfile with ElementTree, LibreOffice for the old .xls; GB 32100, ISO 7064 and
 * GB 11714 written down again there); how is said beside each. The files are in shared/data and
 * stay there. */
#include "rig_office.h"

#include "base/file.h"
#include "sheet/reader.h"

#include <unistd.h>

struct real_file {
    const char *resource;
    const char *name;
    enum err err; /* what the whole file is refused with */
    struct story_counts counts;
    uint64_t titles, hints, examples, groups; /* rows that are no data */
    bool binary;                              /* an old .xls, for LibreOffice */
};

/* Members left out are none. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
static const struct real_file real_files[] = {
    /* 11,595 rows, all codes valid; 91130531MA07WT250P stands in rows 5859 and 8228. 226 rows have
     * a division of the authority that no table lists (130501 225 times, 130296 once), 2 codes
     * contain an organisation code that fails; no row has both. */
    {"objects", "registry/enterprises_5places.csv", ERR_OK, {11595, 11594, 0, 0, 1, 228}},
    /* 478 rows, all numbers valid (463 USCC, the others 13- or 15-digit); no 管辖单位 is registered
     * as department, so each is warned about. The second is SpreadsheetML. */
    {"objects", "messy/zhejiang_lists/drcheck_check01.xlsx", ERR_OK, {478, 478, 0, 0, 0, 478}},
    {"objects", "messy/zhejiang_lists/sccheck_check01.xlsx", ERR_OK, {478, 478, 0, 0, 0, 478}},
    {"objects", "messy/zhejiang_lists/drcheck_check04 .xlsx", ERR_OK, {5, 5, 0, 0, 0, 5}},
    /* The same registry rows in four dresses; all codes valid, none twice. */
    {"objects", "messy/encodings/沁阳市_企业名录_GB18030.csv", ERR_OK, {696, 696, 0, 0, 0, 0}},
    {"objects", "messy/encodings/沁阳市_企业名录_UTF8_BOM.csv", ERR_OK, {696, 696, 0, 0, 0, 0}},
    {"objects", "messy/encodings/舞钢市_企业名录_UTF16LE_tab.txt", ERR_OK, {368, 368, 0, 0, 0, 0}},
    {"objects", "messy/encodings/舞钢市_html伪装.xls", ERR_OK, {368, 368, 0, 0, 0, 0}, .titles = 1},
    /* 3,373 listed companies by stock code, without any registration number: none can go in, and
     * the file is refused for its missing column. */
    {"objects", "messy/encodings/公司名单_GBK.csv", ERR_INPUT, {0}},
    /* 2,919 schools by 学校标识码, a ministry's code and no registration number: the file is
     * refused for its missing column; whoever means it says so in the second step. */
    {"objects", "messy/other_agencies/全国高等学校名单.xls", ERR_INPUT, {0}, .binary = true},
    /* Title, headings, 10 businesses (3 with valid 15-digit numbers, 7 of the form 469006NA...),
     * a note across the sheet. */
    {"objects",
     "messy/other_agencies/企业信息（样例表）.xls",
     ERR_OK,
     {10, 10, 0, 0, 0, 0},
     .titles = 1,
     .binary = true},
    /* Templates: headings and nothing below but hints and an example. */
    {"inspectors",
     "messy/templates/randomscagent.xls",
     ERR_OK,
     {0},
     .titles = 1,
     .hints = 1,
     .examples = 1},
    {"objects", "messy/templates/special.xlsx", ERR_OK, {0}, .titles = 1},
    {"objects", "messy/templates/specialrecinfo.xls", ERR_OK, {0}, .titles = 1},
    /* One invented row whose USCC ARBG48543289076GFE fails its check character. */
    {"objects", "messy/templates/xzxk.xlsx", ERR_OK, {1, 0, 0, 0, 1, 0}},
    {"objects", "messy/templates/xzcf.xls", ERR_OK, {1, 0, 0, 0, 1, 0}, .binary = true},
    /* Item lists: no two rows say the same; of Zhejiang's 79 rows 20 are categories without parts.
     */
    {"items", "items/hainan_2020_random_check_items.csv", ERR_OK, {297, 297, 0, 0, 0, 0}},
    {"items", "items/zhejiang_2017_random_check_items.csv", ERR_OK, {79, 79, 0, 0, 0, 0}},
    /* Joint lists: nobody whom they name is in an empty registry; 82 of 83 rows name partners. */
    {"items", "items/hainan_joint_items_v2.csv", ERR_OK, {83, 83, 0, 0, 0, 82}},
    {"items", "items/fenyang_joint_items_excerpt.csv", ERR_OK, {11, 11, 0, 0, 0, 11}},
    /* The same joint list as the agency sent it, with 91 merged areas. */
    {"items",
     "messy/other_agencies/76-附件1.海南省市场监管领域部门联合抽查事项清单（第二版）.xls",
     ERR_OK,
     {83, 83, 0, 0, 0, 82},
     .titles = 2,
     .binary = true},
    {"departments", "codes/zhejiang_department_codes.csv", ERR_OK, {59, 59, 0, 0, 0, 0}},
    /* No registries: a list of tasks, two code tables, foreign open data. Their headings have no
     * name of an object; they are refused as a whole, with words. */
    {"objects", "messy/other_agencies/任务导入模板 (样例表).xls", ERR_INPUT, {0}, .binary = true},
    {"objects", "messy/other_agencies/行业目录表.xlsx", ERR_INPUT, {0}},
    {"objects", "messy/other_agencies/产业和企业类型对应表.xlsx", ERR_INPUT, {0}},
    {"objects", "messy/foreign/chicago_2014_inspector_assignments.csv", ERR_INPUT, {0}},
    {"objects", "messy/foreign/chicago_early_childhood_sites_messy_half1.csv", ERR_INPUT, {0}},
    {"objects",
     "messy/foreign/chicago_food_inspections_intermediate_2011_2014.csv",
     ERR_INPUT,
     {0}},
    {"objects", "messy/foreign/chicago_license_number_fixes.csv", ERR_INPUT, {0}},
    {"objects", "messy/foreign/delaware_food_inspections_latlon.csv", ERR_INPUT, {0}},
    {"objects", "messy/foreign/surrey_bc_inspections.csv", ERR_INPUT, {0}},
    {"objects", "messy/foreign/surrey_bc_restaurants.csv", ERR_INPUT, {0}},
};

/* Record forms (记录表): one inspection each, no list. */
static const char *const forms[] = {"A01", "A03", "A07", "A10", "A12", "B02", "B04",
                                    "B07", "B09", "C01", "C04", "C07", "C10", "C12"};

/* A whole file may be refused for lack of headings (ERR_FORMAT) or of the column that must be there
 * (ERR_INPUT); either way in words, and nothing is in the registry. */
static void must_refuse(struct story *s, const struct office_import *job)
{
    enum err err = story_import_err(s, job);
    if (err != ERR_INPUT && err != ERR_FORMAT)
        fail_msg("%s: %s", job->path, err_code(err));
    assert_true(s->e.fault.text[0] != '\0');
}

static void must_skip(const struct story *s, const struct real_file *f)
{
    const uint64_t *skipped = s->report.skipped;
    uint64_t titles = skipped[SHEET_SKIP_TITLE];
    if (titles != f->titles || skipped[SHEET_SKIP_HINT] < f->hints ||
        skipped[SHEET_SKIP_EXAMPLE] != f->examples || skipped[SHEET_SKIP_GROUP] < f->groups)
        fail_msg("%s: skipped titles %llu hints %llu examples %llu groups %llu", f->name,
                 (unsigned long long)titles, (unsigned long long)skipped[SHEET_SKIP_HINT],
                 (unsigned long long)skipped[SHEET_SKIP_EXAMPLE],
                 (unsigned long long)skipped[SHEET_SKIP_GROUP]);
}

static void import_one(struct story *s, const struct real_file *f, const char *path)
{
    const struct office_import job = {.resource = str_of(f->resource), .path = path};
    if (f->err != ERR_OK) {
        must_refuse(s, &job);
        return;
    }
    print_message("# %s\n", f->name);
    story_import(s, f->resource, path);
    story_counts(s, &f->counts);
    must_skip(s, f);
    story_import(s, f->resource, path);
    struct story_counts again = f->counts;
    again.same = again.added;
    again.added = 0;
    story_counts(s, &again);
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"), 0);
}

static void empty(struct story *s)
{
    story_run(s, "DELETE FROM object");
    story_run(s, "DELETE FROM item");
    story_run(s, "DELETE FROM department");
}

/* Old .xls files take seconds each; SQLite's run of this program reads them for both. */
static bool may_convert(const struct story *s)
{
    return sheet_converter_present() && !s->rig.postgres;
}

static void every_real_file_gives_the_counts_worked_out_elsewhere(void **state)
{
    struct story *s = *state;
    char path[512];
    for (size_t i = 0; i < sizeof real_files / sizeof real_files[0]; i++) {
        const struct real_file *f = &real_files[i];
        if (story_shared(path, sizeof path, f->name) == NULL || (f->binary && !may_convert(s)))
            continue;
        import_one(s, f, path);
        empty(s);
    }
}

static void an_old_xls_without_a_converter_says_what_to_do(void **state)
{
    struct story *s = *state;
    char path[512];
    const char *name = "messy/other_agencies/企业信息（样例表）.xls";
    if (sheet_converter_present() || story_shared(path, sizeof path, name) == NULL)
        return;
    const struct office_import job = {.resource = STR("objects"), .path = path};
    assert_int_equal(story_import_err(s, &job), ERR_CONVERTER);
    assert_non_null(strstr(s->e.fault.text, ".xlsx"));
}

static void record_forms_are_no_lists_and_are_refused(void **state)
{
    struct story *s = *state;
    char path[512], name[64];
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && may_convert(s); i++) {
        snprintf(name, sizeof name, "messy/zhejiang_forms/%s.xls", forms[i]);
        if (story_shared(path, sizeof path, name) == NULL)
            continue;
        must_refuse(s, &(struct office_import){.resource = STR("objects"), .path = path});
        assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 0);
    }
}

/* 375,783 rows: three codes fail the check character (91140100680230677D, 9114042979222276X9,
 * 91411200MA3X9BKD59), 17 numbers come a second time; 21 codes hold a small x and fit in capitals,
 * 64 others contain an organisation code that fails, one name holds a private-use character. */
static void three_provinces_go_in_but_for_twenty_rows(void **state)
{
    struct story *s = *state;
    char path[512], plain[256], command[1024];
    if (story_shared(path, sizeof path, "registry/enterprises_3provinces_slim.csv.xz") == NULL)
        return;
    snprintf(plain, sizeof plain, "%s/three.csv", s->rig.dir);
    snprintf(command, sizeof command, "xz -dc '%s' > '%s'", path, plain);
    if (system(command) != 0) {
        print_message("# xz is not here: not tested\n");
        return;
    }
    story_import(s, "objects", plain);
    story_counts(s, &(struct story_counts){375783, 375763, 0, 0, 20, 86});
    story_problem(s, 5457, "与第5456行重复");
    assert_int_equal(story_number(s, "SELECT count(id) FROM object"), 375763);
    story_import(s, "objects", plain);
    story_counts(s, &(struct story_counts){375783, 0, 0, 375763, 20, 86});
    assert_int_equal(story_number(s, "SELECT count(id) FROM registry_change"), 0);
}

/* Reads a CSV of shared/data with its first line replaced by headings. */
static const char *reheaded(struct story *s, const char *name, const char *headings)
{
    char path[512];
    struct buf all = {0}, text = {0};
    if (story_shared(path, sizeof path, name) == NULL)
        return NULL;
    assert_int_equal(file_read(&all, path, 1 << 24), ERR_OK);
    struct str rest = buf_view(&all), first;
    assert_true(str_cut(&first, &rest, '\n'));
    buf_cat(&text, headings);
    buf_str(&text, rest);
    const char *file = story_file(s, "reheaded.csv", buf_cstr(&text));
    buf_free(&all);
    buf_free(&text);
    return file;
}

/* ids/: of 140 bad codes 10 are only spoilt by full width or blanks and 26 by small letters (5
 * made, 21 real): these go in, the latter with a warning; 104 are refused. */
static void the_published_good_and_bad_codes_are_told_apart(void **state)
{
    struct story *s = *state;
    const char *path = reheaded(s, "ids/uscc_valid.csv", "统一社会信用代码,名称,note\n");
    if (path == NULL)
        return;
    story_import(s, "objects", path);
    story_counts(s, &(struct story_counts){1019, 1019, 0, 0, 0, 0});
    empty(s);
    path = reheaded(s, "ids/uscc_invalid.csv", "统一社会信用代码,名称,problem,origin\n");
    story_import(s, "objects", path);
    story_counts(s, &(struct story_counts){140, 36, 0, 0, 104, 26});
    empty(s);
    path = reheaded(s, "ids/uscc_valid_but_org_code_mismatch.csv",
                    "统一社会信用代码,名称,problem,origin\n");
    story_import(s, "objects", path);
    story_counts(s, &(struct story_counts){64, 64, 0, 0, 0, 64});
}

/* 30 of Hainan's 297 items are 重点 (no cap), 267 一般 (the shipped cap of 1/10). */
static void hainans_items_have_their_classes_and_caps(void **state)
{
    struct story *s = *state;
    char path[512];
    if (story_shared(path, sizeof path, "items/hainan_2020_random_check_items.csv") == NULL)
        return;
    story_import(s, "items", path);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item WHERE class = 'key' AND "
                                     "cap_num = 1 AND cap_den = 1"),
                     30);
    assert_int_equal(story_number(s, "SELECT count(id) FROM item WHERE class = 'general' AND "
                                     "cap_num = 1 AND cap_den = 10"),
                     267);
    assert_int_equal(story_number(s, "SELECT count(DISTINCT code) FROM item"), 297);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(every_real_file_gives_the_counts_worked_out_elsewhere),
        STORY_TEST(an_old_xls_without_a_converter_says_what_to_do),
        STORY_TEST(record_forms_are_no_lists_and_are_refused),
        STORY_TEST(three_provinces_go_in_but_for_twenty_rows),
        STORY_TEST(the_published_good_and_bad_codes_are_told_apart),
        STORY_TEST(hainans_items_have_their_classes_and_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
