/* Exports: text stays text, a half-written file never gets its name, and importing an export gives
 * the same texts back (SECURITY.md IN3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <dirent.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/zip.h"
#include "make.h"
#include "sheet/heading.h"
#include "sheet/writer.h"

static const struct sheet_column columns[] = {{.name = "number", .label = "统一社会信用代码"},
                                              {.name = "name", .label = "名称", .width = 40},
                                              {.name = "count", .label = "数量", .number = true}};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* Texts that formula engines, parsers or number formats like to eat. */
static const char *const nasty[] = {"=1+1",
                                    "+1",
                                    "-1",
                                    "@SUM(A1)",
                                    "＝1",
                                    "＋1",
                                    "－1",
                                    "＠a",
                                    "'=1",
                                    "''",
                                    "'x",
                                    "-5.25",
                                    "-5a",
                                    "0012",
                                    "469006600187440",
                                    "1E5",
                                    "TRUE",
                                    "2016-01-05",
                                    "a,b",
                                    "a\"b",
                                    "line\nbreak",
                                    "a;b\tc",
                                    "<b>&amp;</b>",
                                    "_x0041_",
                                    "_x005F_",
                                    "中文，。",
                                    "㵐𠀀",
                                    "=HYPERLINK(\"http://x\")",
                                    "|",
                                    "#N/A"};
enum { NASTY = sizeof nasty / sizeof *nasty };

static const char *write_nasty(struct make *make, const char *name, enum sheet_format format)
{
    struct sheet_writer *writer;
    const char *path = make_path(make, name);
    assert_int_equal(sheet_writer_open(&writer, path, format, columns, COLUMNS, NULL), ERR_OK);
    for (size_t i = 0; i < NASTY; i++) {
        const struct str row[] = {str_of(nasty[i]), STR("甲"), STR("12")};
        assert_int_equal(sheet_writer_row(writer, row, COLUMNS, NULL), ERR_OK);
    }
    assert_int_equal(sheet_writer_close(writer, NULL), ERR_OK);
    return path;
}

static void reading_an_export_gives_the_same_texts(void **state)
{
    struct make *make = *state;
    static const char *const names[] = {"out.xlsx", "out.csv"};
    for (size_t f = 0; f < 2; f++) {
        enum sheet_format format;
        assert_int_equal(sheet_format_of(&format, names[f], NULL), ERR_OK);
        const char *path = write_nasty(make, names[f], format);
        struct sheet *sheet;
        struct sheet_row row;
        assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
        assert_int_equal(sheet_next(&row, sheet, NULL), ERR_OK);
        assert_true(row.count == COLUMNS && str_eq(row.cells[1].text, STR("名称")));
        for (size_t i = 0; i < NASTY; i++) {
            assert_int_equal(sheet_next(&row, sheet, NULL), ERR_OK);
            if (!str_eq(row.cells[0].text, str_of(nasty[i])))
                fail_msg("%s: %s came back as %.*s", names[f], nasty[i],
                         STR_ARG(row.cells[0].text));
            assert_int_equal(row.cells[0].kind, SHEET_TEXT);
            assert_int_equal(row.cells[2].kind, f == 0 ? SHEET_NUMBER : SHEET_TEXT);
        }
        assert_int_equal(sheet_next(&row, sheet, NULL), ERR_END);
        sheet_close(sheet);
    }
}

static void an_xlsx_export_holds_no_formula_and_a_csv_guards_each(void **state)
{
    struct make *make = *state;
    struct zip_reader *zip;
    struct buf part = {0};
    const char *path = write_nasty(make, "f.xlsx", SHEET_XLSX);
    assert_int_equal(zip_reader_open(&zip, path, NULL, NULL), ERR_OK);
    assert_int_equal(zip_reader_load(&part, zip, STR("xl/worksheets/sheet1.xml"), 1 << 20), ERR_OK);
    assert_true(str_find(buf_view(&part), STR("=1+1")) > 0);
    assert_true(str_find(buf_view(&part), STR("<f>")) < 0 &&
                str_find(buf_view(&part), STR("<f ")) < 0);
    zip_reader_close(zip);
    buf_free(&part);
    struct str csv = make_bytes(make, write_nasty(make, "f.csv", SHEET_CSV));
    assert_true(str_starts(csv, STR("\xEF\xBB\xBF统一社会信用代码,名称,数量\r\n'=1+1,")));
    for (size_t i = 0; i + 2 < csv.len; i++)
        assert_false(csv.data[i] == '\n' && strchr("=+@", csv.data[i + 1]));
}

static void json_exports_parse_and_keep_codes_as_text(void **state)
{
    struct make *make = *state;
    struct str text = make_bytes(make, write_nasty(make, "o.json", SHEET_JSON));
    json_t *array;
    assert_int_equal(json_parse(&array, text, NULL), ERR_OK);
    assert_int_equal(json_array_size(array), NASTY);
    for (size_t i = 0; i < NASTY; i++) {
        const json_t *object = json_array_get(array, i);
        assert_true(str_eq(json_member_str(object, "number"), str_of(nasty[i])));
        assert_int_equal(json_integer_value(json_object_get(object, "count")), 12);
    }
    json_decref(array);
    struct str line, rest = make_bytes(make, write_nasty(make, "o.jsonl", SHEET_JSONL));
    size_t lines = 0;
    while (str_cut(&line, &rest, '\n') && line.len > 0) {
        assert_int_equal(json_parse(&array, line, NULL), ERR_OK);
        json_decref(array);
        lines++;
    }
    assert_int_equal(lines, NASTY);
    struct sheet_writer *empty;
    assert_int_equal(
        sheet_writer_open(&empty, make_path(make, "e.json"), SHEET_JSON, columns, COLUMNS, NULL),
        ERR_OK);
    assert_int_equal(sheet_writer_close(empty, NULL), ERR_OK);
    assert_int_equal(json_parse(&array, make_bytes(make, make_path(make, "e.json")), NULL), ERR_OK);
    assert_int_equal(json_array_size(array), 0);
    json_decref(array);
}

static size_t files_in(const char *folder)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void a_file_given_up_leaves_nothing_and_touches_nothing(void **state)
{
    struct make *make = *state;
    const char *folder = make_path(make, "atomic");
    assert_int_equal(mkdir(folder, 0700), 0);
    static const enum sheet_format formats[] = {SHEET_XLSX, SHEET_CSV, SHEET_JSON};
    for (size_t i = 0; i < 3; i++) {
        struct sheet_writer *writer;
        const char *path = make_file(make, "atomic/old.dat", STR("old"));
        const struct str row[] = {STR("1")};
        assert_int_equal(sheet_writer_open(&writer, path, formats[i], columns, COLUMNS, NULL),
                         ERR_OK);
        assert_int_equal(sheet_writer_row(writer, row, 1, NULL), ERR_OK);
        assert_int_equal(files_in(folder), 2);
        sheet_writer_abort(writer);
        assert_int_equal(files_in(folder), 1);
        assert_true(str_eq(make_bytes(make, path), STR("old")));
    }
    sheet_writer_abort(NULL);
    struct sheet_writer *writer;
    struct fault fault = {0};
    const char *nowhere = make_path(make, "no/such/folder.xlsx");
    assert_int_not_equal(sheet_writer_open(&writer, nowhere, SHEET_XLSX, columns, COLUMNS, &fault),
                         ERR_OK);
    assert_non_null(strstr(fault.text, "folder.xlsx"));
    assert_null(writer);
    assert_int_not_equal(sheet_writer_open(&writer, nowhere, SHEET_CSV, columns, COLUMNS, &fault),
                         ERR_OK);
}

static void formats_are_told_by_their_ending(void **state)
{
    (void)state;
    enum sheet_format format;
    assert_int_equal(sheet_format_of(&format, "a/b.XLSX", NULL), ERR_OK);
    assert_int_equal(format, SHEET_XLSX);
    assert_int_equal(sheet_format_of(&format, "b.json", NULL), ERR_OK);
    assert_int_equal(format, SHEET_JSON);
    assert_int_equal(sheet_format_of(&format, "b.xls", NULL), ERR_UNSUPPORTED);
    assert_int_equal(sheet_format_of(&format, ".csv", NULL), ERR_UNSUPPORTED);
    assert_int_equal(sheet_format_of(&format, "", NULL), ERR_UNSUPPORTED);
}

static void too_long_cells_are_refused_with_their_row(void **state)
{
    struct make *make = *state;
    struct sheet_writer *writer;
    struct fault fault = {0};
    char *text = arena_alloc(&make->arena, 40001);
    memset(text, 'a', 40000);
    const struct str row[] = {str_of(text)};
    const char *path = make_path(make, "long.xlsx");
    assert_int_equal(sheet_writer_open(&writer, path, SHEET_XLSX, columns, COLUMNS, NULL), ERR_OK);
    assert_int_equal(sheet_writer_row(writer, row, 1, &fault), ERR_LIMIT);
    assert_non_null(strstr(fault.text, "第 2 行"));
    sheet_writer_abort(writer);
    assert_false(file_exists(path));
}

static void an_error_book_can_be_mended_and_imported_again(void **state)
{
    struct make *make = *state;
    const struct str headings[] = {STR("名称"), STR("统一社会信用代码")};
    const struct str values[] = {STR("=某厂"), STR("0012")};
    const struct sheet_error error = {17, STR("统一社会信用代码"), STR("校验位不正确")};
    struct sheet_error_book *book;
    const char *path = make_path(make, "errors.xlsx");
    assert_int_equal(sheet_error_book_open(&book, path, headings, 2, NULL), ERR_OK);
    assert_int_equal(sheet_error_book_add(book, values, 2, &error, NULL), ERR_OK);
    assert_int_equal(sheet_error_book_add(book, values, 1, &error, NULL), ERR_OK);
    assert_false(file_exists(path));
    assert_int_equal(sheet_error_book_close(book, NULL), ERR_OK);
    assert_string_equal(make_read(make, path, NULL),
                        "1:名称|统一社会信用代码|行号|列|原因;"
                        "2:=某厂|0012|#17|统一社会信用代码|校验位不正确;"
                        "3:=某厂||#17|统一社会信用代码|校验位不正确");
    static const struct field fields[] = {{.name = "n", .label = "名称", .required = true},
                                          {.name = "c", .label = "统一社会信用代码"}};
    struct sheet *sheet;
    struct sheet_mapping map;
    struct sheet_record record;
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    assert_int_equal(sheet_map(&map, sheet, fields, 2, &make->arena, NULL), ERR_OK);
    assert_int_equal(sheet_map_next(&record, &map, NULL), ERR_OK);
    assert_true(str_eq(record.cells[0].text, STR("=某厂")));
    assert_true(str_eq(record.cells[1].text, STR("0012")));
    sheet_close(sheet);
    sheet_error_book_abort(NULL);
}

/* 原因 is also how registries head the reason of a person's state. */
static void an_error_book_is_read_as_the_file_it_came_from(void **state)
{
    struct make *make = *state;
    const struct str headings[] = {STR("企业名称"), STR(""), STR("行号"), STR("列"), STR("原因")};
    const struct str values[] = {STR("某厂"), STR("甲")};
    static const struct field fields[] = {
        {.name = "n", .label = "名称", .required = true, .headings = "企业名称"},
        {.name = "r", .label = "状态原因", .headings = "原因"}};
    struct sheet_error_book *book;
    struct sheet *sheet;
    struct sheet_mapping map;
    struct sheet_record record;
    const char *path = make_path(make, "again.xlsx");
    assert_int_equal(sheet_error_book_columns(headings, 5), 2);
    assert_int_equal(sheet_error_book_columns(headings, 4), 4);
    assert_int_equal(sheet_error_book_columns(headings + 2, 3), 3);
    assert_int_equal(sheet_error_book_open(&book, path, headings, 2, NULL), ERR_OK);
    const struct sheet_error error = {17, STR("名称"), STR("必填，请填写")};
    assert_int_equal(sheet_error_book_add(book, values, 2, &error, NULL), ERR_OK);
    assert_int_equal(sheet_error_book_close(book, NULL), ERR_OK);
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    assert_int_equal(sheet_map(&map, sheet, fields, 2, &make->arena, NULL), ERR_OK);
    assert_int_equal(map.heading_count, 2);
    assert_int_equal(map.columns[0], 0);
    assert_int_equal(map.columns[1], -1);
    assert_int_equal(sheet_map_next(&record, &map, NULL), ERR_OK);
    assert_int_equal(record.source.count, 2);
    assert_true(str_eq(record.cells[0].text, STR("某厂")));
    sheet_close(sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_an_export_gives_the_same_texts),
        cmocka_unit_test(an_xlsx_export_holds_no_formula_and_a_csv_guards_each),
        cmocka_unit_test(json_exports_parse_and_keep_codes_as_text),
        cmocka_unit_test(a_file_given_up_leaves_nothing_and_touches_nothing),
        cmocka_unit_test(formats_are_told_by_their_ending),
        cmocka_unit_test(too_long_cells_are_refused_with_their_row),
        cmocka_unit_test(an_error_book_can_be_mended_and_imported_again),
        cmocka_unit_test(an_error_book_is_read_as_the_file_it_came_from),
    };
    return cmocka_run_group_tests(tests, make_setup, make_teardown);
}
