/* What an .xlsx may hold: each kind of cell, merged areas, several sheets, prefixes, and the
 * numbers that spreadsheets make of codes. Expected texts are what Excel shows for these parts
 * (ECMA-376). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "make.h"

static const char styles[] =
    "<styleSheet><numFmts><numFmt numFmtId=\"164\" "
    "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"0.0%\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"[Red]&quot;day&quot;0\"/>"
    "<numFmt numFmtId=\"167\" formatCode=\"General\"/></numFmts>"
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/>"
    "<xf numFmtId=\"166\"/><xf numFmtId=\"167\"/><xf numFmtId=\"22\"/><xf numFmtId=\"9\"/>"
    "<xf numFmtId=\"31\"/></cellXfs></styleSheet>";

static void cells_of_every_type_are_read_as_shown(void **state)
{
    struct make *make = *state;
    const char *path = make_xlsx(
        make, "types.xlsx",
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" "
        "t=\"inlineStr\"><is><t>内</t><r><t>联"
        "</t></r><rPh sb=\"0\" eb=\"1\"><t>ねい</t></rPh></is></c><c r=\"C1\" t=\"b\"><v>1</v></c>"
        "<c r=\"D1\" t=\"e\"><v>#N/A</v></c><c r=\"E1\" t=\"str\"><f>A1&amp;1</f><v> 甲 1 </v></c>"
        "<c r=\"F1\" t=\"d\"><v>2016-01-05T00:00:00</v></c><c r=\"G1\" t=\"b\"><v>0</v></c></row>",
        NULL,
        "<si><t>零</t></si><si><r><t xml:space=\"preserve\">一 </t></r><r><t>二</t></r>"
        "<rPh sb=\"0\" eb=\"1\"><t>いち</t></rPh></si>",
        NULL);
    assert_string_equal(make_read(make, path, NULL),
                        "1:一 二|内联|?TRUE|!#N/A|甲 1|@2016-01-05|?FALSE");
}

static void numbers_keep_every_digit_of_a_code(void **state)
{
    struct make *make = *state;
    const char *path =
        make_xlsx(make, "numbers.xlsx",
                  "<row r=\"2\"><c><v>469006600187440</v></c><c><v>4.6900660018744E+14</v></c>"
                  "<c><v>469006600187440.0</v></c><c><v>0.28999999999999998</v></c>"
                  "<c><v>9.1141034051952205E+17</v></c><c><v>-3</v></c><c><v>1E-3</v></"
                  "c><c><v>007</v></c></row>",
                  NULL, NULL, NULL);
    assert_string_equal(make_read(make, path, NULL),
                        "2:#469006600187440|#469006600187440|#469006600187440|#0.29|"
                        "#9.1141034051952205E+17|#-3|#1E-3|#007");
}

static void styles_make_dates_and_percents_of_numbers(void **state)
{
    struct make *make = *state;
    const char *path = make_xlsx(
        make, "styles.xlsx",
        "<row><c s=\"1\"><v>42374</v></c><c s=\"2\"><v>42374</v></c><c s=\"3\"><v>0.03</v></c>"
        "<c s=\"4\"><v>7</v></c><c s=\"5\"><v>42374</v></c><c s=\"6\"><v>42374.75</v></c>"
        "<c s=\"7\"><v>1</v></c><c s=\"8\"><v>42374</v></c><c s=\"99\"><v>5</v></c>"
        "<c s=\"1\"><v>-5</v></c><c s=\"1\"><v>0.5</v></c><c s=\"1\"><v>60</v></c></row>",
        NULL, NULL, styles);
    assert_string_equal(make_read(make, path, NULL),
                        "1:@2016-01-05|@2016-01-05|%0.03|#7|#42374|@2016-01-05 18:00:00|%1|"
                        "@2016-01-05|#5|#-5|@12:00:00|#60");
}

static void merged_areas_repeat_their_first_value(void **state)
{
    struct make *make = *state;
    const char *path = make_xlsx(
        make, "merged.xlsx",
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>题</v></c><c r=\"B1\"/></row>"
        "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>甲</v></c><c r=\"B2\" t=\"str\"><v>一</v></c></row>"
        "<row r=\"3\"><c r=\"A3\" t=\"str\"><v>hidden</v></c><c r=\"B3\" "
        "t=\"str\"><v>二</v></c></row>"
        "<row r=\"4\"><c r=\"B4\" t=\"str\"><v>三</v></c></row>"
        "<row r=\"5\"><c r=\"A5\"/></row>"
        "<row r=\"6\"><c r=\"B6\" t=\"str\"><v>四</v></c></row>",
        "<mergeCells count=\"3\"><mergeCell ref=\"A2:A5\"/><mergeCell ref=\"A1:C1\"/>"
        "<mergeCell ref=\"D6:XFD6\"/></mergeCells>",
        NULL, NULL);
    assert_string_equal(make_read(make, path, NULL),
                        "1:题|~题|~题;2:甲|一;3:~甲|二;4:~甲|三;6:|四");
}

static void escapes_of_characters_are_undone(void **state)
{
    struct make *make = *state;
    const char *path =
        make_xlsx(make, "escape.xlsx",
                  "<row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><t>a_x005F_x0041_b"
                  "</t></is></c><c t=\"s\"><v>1</v></c></row>",
                  NULL, "<si><t>上_x000D_\n下_x0041_</t></si><si><t>_x00zz__x</t></si>", NULL);
    assert_string_equal(make_read(make, path, NULL), "1:上\n下A|a_x0041_b|_x00zz__x");
}

static void prefixed_elements_and_rows_without_numbers_are_understood(void **state)
{
    struct make *make = *state;
    const struct make_part parts[] = {
        {"_rels/.rels",
         "<p:Relationships xmlns:p=\"p\"><p:Relationship Id=\"a\" "
         "Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" "
         "Target=\"/book/b.xml\"/></p:Relationships>"},
        {"book/b.xml",
         "<x:workbook xmlns:x=\"x\" xmlns:q=\"q\"><x:workbookPr date1904=\"1\"/><x:sheets>"
         "<x:sheet name=\"图\" q:id=\"c\"/><x:sheet name=\"藏\" q:id=\"h\" state=\"hidden\"/>"
         "<x:sheet name=\"空\" q:id=\"e\"/><x:sheet name=\"有\" "
         "q:id=\"f\"/></x:sheets></x:workbook>"},
        {"book/_rels/b.xml.rels",
         "<Relationships><Relationship Id=\"c\" Type=\"t/chartsheet\" Target=\"c.xml\"/>"
         "<Relationship Id=\"h\" Type=\"t/worksheet\" Target=\"h.xml\"/>"
         "<Relationship Id=\"e\" Type=\"t/worksheet\" Target=\"e.xml\"/>"
         "<Relationship Id=\"f\" Type=\"t/worksheet\" Target=\"../other/f.xml\"/>"
         "<Relationship Id=\"s\" Type=\"t/styles\" Target=\"s.xml\"/></Relationships>"},
        {"book/h.xml", "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"},
        {"book/e.xml",
         "<worksheet><sheetData><row r=\"9\"><c s=\"1\"/></row></sheetData></worksheet>"},
        {"book/s.xml", "<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs></styleSheet>"},
        {"other/f.xml", "<x:worksheet xmlns:x=\"x\"><x:sheetData><x:row><x:c "
                        "s=\"0\"><x:v>40912</x:v></x:c></x:row>"
                        "<x:row><x:c t=\"str\"><x:v>下</x:v></x:c></x:row></x:sheetData>"
                        "<x:mergeCells><x:mergeCell ref=\"A2:B2\"/></x:mergeCells></x:worksheet>"},
        {NULL, NULL},
    };
    struct sheet *sheet;
    assert_int_equal(sheet_open(&sheet, make_zip(make, "prefix.xlsx", parts), NULL, NULL), ERR_OK);
    assert_int_equal(sheet_count(sheet), 3);
    assert_int_equal(sheet_selected(sheet), 2);
    assert_true(str_eq(sheet_name(sheet, 2), STR("有")));
    assert_string_equal(make_dump(make, sheet), "1:@2016-01-05;2:下|~下");
    assert_int_equal(sheet_select(sheet, 0, NULL), ERR_OK);
    assert_string_equal(make_dump(make, sheet), "1:@1904-01-02"); /* style 0 is a date */
    assert_int_equal(sheet_select(sheet, 1, NULL), ERR_OK);
    assert_string_equal(make_dump(make, sheet), "");
    assert_int_equal(sheet_blank_rows(sheet), 1);
    assert_int_equal(sheet_select(sheet, 3, NULL), ERR_RANGE);
    sheet_close(sheet);
}

static void a_worksheet_too_large_to_keep_gives_the_same_rows(void **state)
{
    struct make *make = *state;
    struct buf rows = {0};
    /* 135 MiB inflated: long runs of blanks between rows, which the format allows; in
     * random-looking digits so that the ratio stays honest. */
    uint64_t seed = 1;
    for (unsigned i = 1; i <= 38000; i++) {
        buf_printf(&rows, "<row r=\"%u\"><c r=\"B%u\"><v>%u</v></c></row><!--", i, i, i);
        for (unsigned k = 0; k < 113; k++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
            buf_printf(&rows, "%016llx%016llx", (unsigned long long)seed, (unsigned long long)seed);
        }
        buf_cat(&rows, "-->");
    }
    buf_cat(&rows, "<row r=\"38001\"><c r=\"A38001\"><v>1</v></c></row>");
    const char *path = make_xlsx(
        make, "large.xlsx", buf_cstr(&rows),
        "<mergeCells count=\"1\"><mergeCell ref=\"A38001:B38001\"/></mergeCells>", NULL, NULL);
    assert_true(rows.len > (128u << 20));
    struct sheet *sheet;
    struct sheet_row row;
    uint64_t seen = 0;
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    for (; sheet_next(&row, sheet, NULL) == ERR_OK && row.number <= 38000; seen++)
        assert_true(row.count == 2 && row.cells[1].kind == SHEET_NUMBER);
    assert_int_equal(seen, 38000);
    assert_true(row.count == 2 && row.cells[1].merged && str_eq(row.cells[1].text, STR("1")));
    sheet_close(sheet);
    buf_free(&rows);
}

/* Rows as the scanner reads them and as expat does, which a comment in front makes the only one. */
static void both_readers_of_rows_agree(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *rows, *dump;
    } table[] = {
        {"<row r=\"1\" spans=\"1:2\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"/></row>\n <row/>",
         "1:零"},
        {"<row><c t=\"str\"><f>A1&amp;\"x\"</f><v>a&lt;b&amp;&gt;&quot;&apos;</v></c></row>",
         "1:a<b&>\"'"},
        {"<row><c><f t=\"shared\" si=\"0\"/><v>1</v></c><c> <v>2</v> </c></row>", "1:#1|#2"},
        {"<row><c t=\"inlineStr\"><is><t xml:space=\"preserve\"> 甲]]乙 </t></is></c></row>",
         "1:甲]]乙"},
        {"<row><c t=\"inlineStr\"><is><t>a_x0041_</t></is></c></row>", "1:aA"},
        {"<row><c><v></v></c><c><v>1</v></c></row>", "1:|#1"},
        /* From here on expat takes over, in the second row where there is one. */
        {"<row><c><v>1</v></c></row><row><c><v>2<!-- x --></v></c></row><row><c><v>3</v></c></row>",
         "1:#1;2:#2;3:#3"},
        {"<row/><row><c><v>1</v></c></row><row><c t=\"str\"><v>&#20013;</v></c></row>",
         "2:#1;3:中"},
        {"<row><c><v>1</v></c></row><row><c t=\"str\"><v>a\r\nb</v></c></row>", "1:#1;2:a\nb"},
        {"<row><c t=\"inlineStr\"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>", "1:ab"},
        {"<row><c t='str'><v>single</v></c></row>", "1:single"},
        {"<row><c><v>1</v><v>2</v></c></row>", "1:#12"},
        {"<row><c t=\"str\"><v><![CDATA[<x>]]></v></c></row>", "1:<x>"},
        {"<x:row xmlns:x=\"x\"/><row><c><v>1</v></c></row>", "1:#1"},
        {"<row><c><v>1</v></c></row><row><c t=\"str\"><v>]]></v></c></row>", "1:#1ERR format"},
        {"<row><c><v>1</v></c></row><row><c t=\"str\"><v>\xEF\xBF\xBF</v></c></row>",
         "1:#1ERR format"},
        {"<row><c><v>1</v></c></row><row><c t=\"str\"><v>\x02</v></c></row>", "1:#1ERR format"},
        {"<row><c><v>1</v></c></row><row><c t=\"str\" t=\"n\"><v>1</v></c></row>",
         "1:#1ERR format"},
        {"<row><c><v>1</v></c></row><row a=\"1\" a=\"1\"/>", "1:#1ERR format"},
        {"<row><c><v>1</v></c></row><row><c><v>1</c></row>", "1:#1ERR format"},
        {"<row><c><v>1</v></c></row><row", "1:#1ERR format"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *strings = "<si><t>零</t></si>";
        const char *again = arena_printf(&make->arena, "<!-- -->%s", table[i].rows).data;
        const char *a =
            make_read(make, make_xlsx(make, "a.xlsx", table[i].rows, NULL, strings, NULL), NULL);
        const char *b =
            make_read(make, make_xlsx(make, "b.xlsx", again, NULL, strings, NULL), NULL);
        if (strcmp(a, table[i].dump) != 0 || strcmp(b, a) != 0)
            fail_msg("%s: %s and %s", table[i].rows, a, b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_every_type_are_read_as_shown),
        cmocka_unit_test(numbers_keep_every_digit_of_a_code),
        cmocka_unit_test(styles_make_dates_and_percents_of_numbers),
        cmocka_unit_test(merged_areas_repeat_their_first_value),
        cmocka_unit_test(escapes_of_characters_are_undone),
        cmocka_unit_test(prefixed_elements_and_rows_without_numbers_are_understood),
        cmocka_unit_test(both_readers_of_rows_agree),
        cmocka_unit_test(a_worksheet_too_large_to_keep_gives_the_same_rows),
    };
    return cmocka_run_group_tests(tests, make_setup, make_teardown);
}
