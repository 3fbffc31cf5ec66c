/* HTML tables, SpreadsheetML 2003 and text in every encoding: kind by content, never by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/file.h"
#include "make.h"

static const char *read_text(struct make *make, const char *name, const char *text)
{
    return make_read(make, make_file(make, name, str_of(text)), NULL);
}

static void tag_soup_gives_the_table_that_a_browser_shows(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *html, *rows;
    } table[] = {
        {"<table><tr><td>a<td>b<tr><td>c</table>", "1:a|b;2:c"},
        {"<TABLE BORDER=1><TR><TD COLSPAN=2>t</TD></TR><TR><TH>a</TH><TH>b</TH></TR></TABLE>",
         "1:t|~t;2:a|b"},
        {"<table><tr><td rowspan=2>x<td>1</tr><tr><td>2</tr><tr><td>y<td>3</table>",
         "1:x|1;2:~x|2;3:y|3"},
        {"<table><tr><td rowspan=2 colspan=2>x</td><td rowspan=3>z</td></tr><tr><td>q</td></tr>"
         "<tr><td>1</td><td>2</td></tr></table>",
         "1:x|~x|z;2:~x|~x|~z|q;3:1|2|~z"},
        {"<html><body><p>a < b<table><tr><td>1 &lt; 2 &amp; 3&nbsp;<br/>&#20013;&#x6587;&bogus;&#0;"
         "</td></tr></table>after</body></html>",
         "1:1 < 2 & 3\n中文&bogus;&#0;"},
        {"<table><!-- <tr><td>no</td></tr> --><tr><td><b>y</b><i>es</i>\n  <span>!</span></td></tr>"
         "</table>",
         "1:yes !"},
        {"<style>td{}</style><script>'<table><tr><td>no'</script><table><tr><td>yes</table>",
         "1:yes"},
        {"<table><tr><td>outer<table><tr><td>1<td>2</tr><tr><td>3<td>4</tr></table></td></tr></"
         "table>",
         "1:1|2;2:3|4"},
        {"<table><tr><td>menu</td></tr></table><table><tr><td>a<td>b<tr><td>1<td>2</table>",
         "1:a|b;2:1|2"},
        {"<table><tr><td x:num=\"469006600187440\">4.69007E+14</td><td x:num>5</td>"
         "<td title=\"a>b\">c</td></tr></table>",
         "1:#469006600187440|5|c"},
        {"<table><tr><td colspan=99999>w</td><td>gone</table>", NULL},
        {"<table><td>no row</td><td>tag</td></table>", "1:no row|tag"},
        {"<table><tr><td><p>one</p><p>two</p></td></tr>", "1:one\ntwo"},
        {"<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
         "1:h;2:1"},
        {"<table><tr><td>unclosed <b", "1:unclosed"},
        {"<table><tr></tr><tr><td> </td></tr><tr><td>3</td></tr></table>", "3:3"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *rows = read_text(make, "a.xls", table[i].html);
        if (table[i].rows && strcmp(rows, table[i].rows) != 0)
            fail_msg("%s gives %s", table[i].html, rows);
        if (!table[i].rows)
            assert_non_null(strstr(rows, "ERR limit"));
    }
}

static void outer_tables_can_be_selected_without_what_is_inside(void **state)
{
    struct make *make = *state;
    const char *path =
        make_file(make, "nested.html",
                  STR("<table><tr><td>l<table><tr><td>1<td>2</table>r</td><td>o</table>"));
    struct sheet *sheet;
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    assert_int_equal(sheet_kind(sheet), SHEET_KIND_HTML);
    assert_int_equal(sheet_count(sheet), 2);
    assert_int_equal(sheet_select(sheet, 1, NULL), ERR_OK);
    assert_string_equal(make_dump(make, sheet), "1:1|2");
    assert_int_equal(sheet_select(sheet, 0, NULL), ERR_OK);
    assert_string_equal(make_dump(make, sheet), "1:lr|o");
    sheet_close(sheet);
}

#define BOOK                                                                                       \
    "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" "     \
    "xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">"

static void spreadsheetml_2003_is_read_with_indexes_and_merges(void **state)
{
    struct make *make = *state;
    static const char xml[] = BOOK
        "<Styles/><Worksheet ss:Name=\"藏\"><Table><Row><Cell><Data ss:Type=\"String\">no</Data>"
        "</Cell></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
        "</Worksheet><Worksheet ss:Name=\"表\"><Table><Row ss:Index=\"2\">"
        "<Cell ss:MergeAcross=\"2\"><Data ss:Type=\"String\">题</Data></Cell></Row>"
        "<Row><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">甲</Data><Comment><ss:Data>旁注"
        "</ss:Data></Comment></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"Number\">"
        "469006600187440</Data></Cell></Row><Row><Cell ss:Index=\"2\"><Data "
        "ss:Type=\"DateTime\">2017-08-09T00:00:00.000</Data></Cell><Cell><Data "
        "ss:Type=\"Boolean\">1</Data></Cell><Cell><ss:Data ss:Type=\"String\"><B>粗</B>体</ss:Data>"
        "</Cell></Row><Row/><Row><Cell><Data ss:Type=\"Error\">#REF!</Data></Cell></Row></Table>"
        "</Worksheet></Workbook>";
    assert_string_equal(
        read_text(make, "b.xlsx", xml),
        "2:题|~题|~题;3:甲||#469006600187440;4:~甲|@2017-08-09|?TRUE|粗体;6:!#REF!");
}

static void dates_of_another_shape_stay_text(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *date, *cell;
    } table[] = {{"2017-08-09T18:30:00.000", "@2017-08-09 18:30:00"},
                 {"2017-08-09", "@2017-08-09"},
                 {"2017-08-0T00:00:0中", "2017-08-0T00:00:0中"},
                 {"2017-08-09 x", "2017-08-09 x"},
                 {"2017-08-09T00:00:0中", "@2017-08-09"},
                 {"T", "T"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *xml =
            arena_printf(&make->arena,
                         BOOK "<Worksheet><Table><Row><Cell><Data Type=\"DateTime\">%s"
                              "</Data></Cell></Row></Table></Worksheet></Workbook>",
                         table[i].date)
                .data;
        const char *rows = arena_printf(&make->arena, "1:%s", table[i].cell).data;
        assert_string_equal(read_text(make, "date.xml", xml), rows);
        const char *cells =
            arena_printf(&make->arena, "<row><c t=\"d\"><v>%s</v></c></row>", table[i].date).data;
        assert_string_equal(
            make_read(make, make_xlsx(make, "date.xlsx", cells, NULL, NULL, NULL), NULL), rows);
    }
}

static void spreadsheetml_2003_that_goes_back_is_refused(void **state)
{
    struct make *make = *state;
    static const char *const bad[] = {
        BOOK "<Worksheet><Table><Row ss:Index=\"3\"/><Row "
             "ss:Index=\"3\"/></Table></Worksheet></Workbook>",
        BOOK "<Worksheet><Table><Row><Cell ss:Index=\"2\"/><Cell ss:Index=\"1\"/></Row></Table>"
             "</Worksheet></Workbook>",
        BOOK "<Worksheet><Table><Row>",
        BOOK "</Workbook>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        make_refused(make, make_file(make, "bad.xml", str_of(bad[i])), NULL, ERR_FORMAT);
    const char *wide =
        BOOK "<Worksheet><Table><Row><Cell ss:Index=\"16384\"><Data>x</Data></Cell></Row>"
             "</Table></Worksheet></Workbook>";
    make_refused(make, make_file(make, "wide.xml", str_of(wide)), NULL, ERR_LIMIT);
}

static const char *encoded(struct make *make, const char *text, const char *code, const char *bom)
{
    iconv_t cd = iconv_open(code, "UTF-8");
    size_t left = strlen(text), room = left * 4 + 16;
    char *out = arena_alloc(&make->arena, room), *at = out,
         *in = arena_cstr(&make->arena, str_of(text));
    size_t mark = code[3] == '-' && strstr(code, "16") ? 2 : strlen(bom);
    assert_true(cd != (iconv_t)-1 && out && in);
    memcpy(out, bom, mark);
    at += mark;
    room -= mark;
    assert_int_equal(iconv(cd, &in, &left, &at, &room), 0);
    iconv_close(cd);
    return make_file(make, "encoded.dat", str_range(out, (size_t)(at - out)));
}

static void text_is_read_in_every_encoding_with_any_separator(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *code, *bom;
    } codes[] = {{"UTF-8", ""},
                 {"UTF-8", "\xEF\xBB\xBF"},
                 {"GB18030", ""},
                 {"UTF-16LE", "\xFF\xFE"},
                 {"UTF-16BE", "\xFE\xFF"}};
    static const char separators[] = ",\t;";
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (size_t k = 0; separators[k]; k++) {
            char text[256];
            char c = separators[k];
            snprintf(text, sizeof text,
                     "名称%c代码\r\n沁阳市㵐\"厂\"%c\"9141\r\n续\"\r\n\r\n\"引\"\"号\"%c'=1+1\r\n",
                     c, c, c);
            assert_string_equal(
                make_read(make, encoded(make, text, codes[i].code, codes[i].bom), NULL),
                "1:名称|代码;2:沁阳市㵐\"厂\"|9141\n续;4:引\"号|=1+1");
        }
    }
}

/* All rows of a sheet equal those of base/csv over the same text in UTF-8. */
static void compare_registry(struct make *make, struct str text, const char *code, const char *bom)
{
    struct csv *csv;
    struct str *cells;
    struct sheet *sheet;
    struct sheet_row row;
    size_t count, seen = 0;
    const char *path = encoded(make, text.data, code, bom);
    assert_int_equal(csv_open_memory(&csv, text, NULL, NULL), ERR_OK);
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    for (; csv_next(csv, &cells, &count) == ERR_OK; seen++) {
        assert_int_equal(sheet_next(&row, sheet, NULL), ERR_OK);
        assert_true(row.number == csv_row(csv) && row.count <= count);
        for (size_t i = 0; i < row.count; i++)
            assert_true(row.cells[i].text.len == str_trim(cells[i]).len ||
                        str_find_char(cells[i], '\r') >= 0);
        assert_true(str_eq(row.cells[1].text, str_trim(cells[1])));
    }
    struct fault fault = {0};
    assert_int_equal(sheet_next(&row, sheet, &fault), ERR_END);
    assert_int_equal(seen, 11596); /* 11,595 and the heading: SOURCES.md */
    csv_close(csv);
    sheet_close(sheet);
}

static void the_real_registry_reads_the_same_in_four_encodings(void **state)
{
    struct make *make = *state;
    const char *shared = getenv("SUNLOT_SHARED");
    char path[4096];
    struct buf text = {0};
    snprintf(path, sizeof path, "%s/data/registry/enterprises_5places.csv", shared ? shared : ".");
    if (!shared || file_read(&text, path, 1 << 26) != ERR_OK) {
        printf("# %s is not here; nothing was compared\n", path);
        return;
    }
    struct str all = arena_str(&make->arena, buf_view(&text));
    buf_free(&text);
    if (str_starts(all, STR("\xEF\xBB\xBF")))
        all = str_sub(all, 3, all.len);
    compare_registry(make, all, "UTF-8", "");
    compare_registry(make, all, "UTF-8", "\xEF\xBB\xBF");
    compare_registry(make, all, "GB18030", "");
    compare_registry(make, all, "UTF-16LE", "\xFF\xFE");
    compare_registry(make, all, "UTF-16BE", "\xFE\xFF");
}

static void progress_reaches_the_end(void **state)
{
    struct make *make = *state;
    struct sheet *sheet;
    struct sheet_row row;
    const char *path = make_file(make, "p.csv", STR("a,b\n1,2\n"));
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    assert_int_equal(sheet_kind(sheet), SHEET_KIND_TEXT);
    while (sheet_next(&row, sheet, NULL) == ERR_OK)
        assert_true(sheet_progress(sheet) <= 1000);
    assert_int_equal(sheet_progress(sheet), 1000);
    sheet_close(sheet);
    sheet_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tag_soup_gives_the_table_that_a_browser_shows),
        cmocka_unit_test(outer_tables_can_be_selected_without_what_is_inside),
        cmocka_unit_test(spreadsheetml_2003_is_read_with_indexes_and_merges),
        cmocka_unit_test(dates_of_another_shape_stay_text),
        cmocka_unit_test(spreadsheetml_2003_that_goes_back_is_refused),
        cmocka_unit_test(text_is_read_in_every_encoding_with_any_separator),
        cmocka_unit_test(the_real_registry_reads_the_same_in_four_encodings),
        cmocka_unit_test(progress_reaches_the_end),
    };
    return cmocka_run_group_tests(tests, make_setup, make_teardown);
}
