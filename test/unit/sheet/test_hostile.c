/* Files made to harm (SECURITY.md IN4, IN5): each is refused with words, none crashes or eats
 * memory. The program limits its own address space, so that a bomb that got through would fail it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/buf.h"
#include "make.h"

#define ROW(cells) "<row r=\"1\">" cells "</row>"

static void damaged_cells_and_rows_are_refused(void **state)
{
    struct make *make = *state;
    static const struct {
        const char *rows;
        enum err err;
    } table[] = {
        {ROW("<c r=\"A1\" t=\"s\"><v>1</v></c>"), ERR_FORMAT}, /* one string, index 1 */
        {ROW("<c r=\"A1\" t=\"s\"><v>-1</v></c>"), ERR_FORMAT},
        {ROW("<c r=\"A1\" t=\"s\"><v>99999999999999999999</v></c>"), ERR_FORMAT},
        {ROW("<c r=\"XFD1\"><v>1</v></c>"), ERR_LIMIT},
        {ROW("<c r=\"IW1\"><v>1</v></c>"), ERR_LIMIT}, /* column 257 */
        {ROW("<c r=\"ZZZZ1\"><v>1</v></c>"), ERR_FORMAT},
        {ROW("<c r=\"A2\"><v>1</v></c>"), ERR_FORMAT},
        {ROW("<c r=\"11\"><v>1</v></c>"), ERR_FORMAT},
        {"<row r=\"1048577\"><c><v>1</v></c></row>", ERR_LIMIT},
        {"<row r=\"0\"><c><v>1</v></c></row>", ERR_FORMAT},
        {"<row r=\"5\"><c><v>1</v></c></row><row r=\"5\"><c><v>1</v></c></row>", ERR_FORMAT},
        {"<row r=\"5\"><c><v>1</v></c></row><row r=\"4\"><c><v>1</v></c></row>", ERR_FORMAT},
        {"<row r=\"x\"><c><v>1</v></c></row>", ERR_FORMAT},
        {"<row><c><v>1</v></c>", ERR_FORMAT},
        {"<row><c><v>&nbsp;</v></c></row>", ERR_FORMAT},
        {"<row><c><v>\xFF</v></c></row>", ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *path =
            make_xlsx(make, "bad.xlsx", table[i].rows, NULL, "<si><t>零</t></si>", NULL);
        make_refused(make, path, NULL, table[i].err);
    }
}

static void far_cells_without_content_and_row_jumps_are_harmless(void **state)
{
    struct make *make = *state;
    const char *path = make_xlsx(make, "far.xlsx",
                                 "<row r=\"1\"><c r=\"XFD1\" s=\"1\"/><c r=\"B1\"><v>2</v></c>"
                                 "<c r=\"A1\"><v>1</v></c></row>"
                                 "<row r=\"1048576\"><c r=\"IV1048576\"><v>3</v></c></row>",
                                 NULL, NULL, NULL);
    struct sheet *sheet;
    struct sheet_row row;
    assert_int_equal(sheet_open(&sheet, path, NULL, NULL), ERR_OK);
    assert_int_equal(sheet_next(&row, sheet, NULL), ERR_OK);
    assert_true(row.count == 2 && str_eq(row.cells[0].text, STR("1")));
    assert_int_equal(sheet_next(&row, sheet, NULL), ERR_OK);
    assert_true(row.number == 1048576 && row.count == 256);
    assert_int_equal(sheet_next(&row, sheet, NULL), ERR_END);
    sheet_close(sheet);
}

static void a_doctype_anywhere_is_refused(void **state)
{
    struct make *make = *state;
    static const char laughs[] =
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"haha\"><!ENTITY b "
        "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>"
        "<sst><si><t>&c;</t></si></sst>";
    static const char external[] =
        "<?xml version=\"1.0\"?><!DOCTYPE x SYSTEM \"file:///etc/passwd\">"
        "<worksheet><sheetData/></worksheet>";
    struct make_part parts[] = {
        {"_rels/.rels",
         "<R><Relationship Id=\"r\" Type=\"t/officeDocument\" Target=\"w.xml\"/></R>"},
        {"w.xml", "<workbook><sheets><sheet name=\"n\" id=\"s\"/></sheets></workbook>"},
        {"_rels/w.xml.rels", "<R><Relationship Id=\"s\" Type=\"t/worksheet\" Target=\"s.xml\"/>"
                             "<Relationship Id=\"t\" Type=\"t/sharedStrings\" Target=\"t.xml\"/>"
                             "<Relationship Id=\"u\" Type=\"t/styles\" Target=\"u.xml\"/></R>"},
        {"s.xml", "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"},
        {"t.xml", "<sst/>"},
        {"u.xml", "<styleSheet/>"},
        {NULL, NULL},
    };
    assert_string_equal(make_read(make, make_zip(make, "good.xlsx", parts), NULL), "1:#1");
    for (size_t i = 0; parts[i].name; i++) {
        const char *kept = parts[i].content;
        parts[i].content = i % 2 ? laughs : external;
        make_refused(make, make_zip(make, "doctype.xlsx", parts), NULL, ERR_DOCTYPE);
        parts[i].content = kept;
    }
    const char *xml =
        "<?xml version=\"1.0\"?><!DOCTYPE Workbook><Workbook "
        "xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet/></Workbook>";
    make_refused(make, make_file(make, "doctype.xml", str_of(xml)), NULL, ERR_DOCTYPE);
    make_refused(make, make_file(make, "laughs.xml", str_of(laughs)), NULL, ERR_DOCTYPE);
}

static void an_inflating_bomb_is_refused_before_it_is_inflated(void **state)
{
    struct make *make = *state;
    struct buf rows = {0};
    char *room = buf_reserve(&rows, 200u << 20);
    assert_non_null(room);
    memset(room, ' ', 200u << 20);
    rows.len = 200u << 20;
    const struct make_part parts[] = {{"_rels/.rels", buf_cstr(&rows)}, {NULL, NULL}};
    const char *path = make_zip(make, "bomb.xlsx", parts);
    buf_free(&rows);
    make_refused(make, path, NULL, ERR_LIMIT);
}

static void endless_nesting_and_endless_tags_are_refused(void **state)
{
    struct make *make = *state;
    struct buf deep = {0};
    for (unsigned i = 0; i < 100000; i++)
        buf_cat(&deep, "<a>");
    make_refused(make, make_xlsx(make, "deep.xlsx", buf_cstr(&deep), NULL, NULL, NULL), NULL,
                 ERR_FORMAT);
    buf_clear(&deep);
    buf_cat(&deep, "<row r=\"");
    for (unsigned i = 0; i < 500000; i++)
        buf_printf(&deep, "%u", i * 2654435761u);
    make_refused(make, make_xlsx(make, "tag.xlsx", buf_cstr(&deep), NULL, NULL, NULL), NULL,
                 ERR_LIMIT);
    buf_free(&deep);
}

static void too_long_cells_are_refused_wherever_they_stand(void **state)
{
    struct make *make = *state;
    struct buf text = {0}, cell = {0};
    for (unsigned i = 0; i < 6554; i++)
        buf_printf(&text, "%05u", i);
    buf_printf(&cell, "<row><c t=\"str\"><v>%s</v></c></row>", buf_cstr(&text));
    make_refused(make, make_xlsx(make, "long.xlsx", buf_cstr(&cell), NULL, NULL, NULL), NULL,
                 ERR_LIMIT);
    buf_clear(&cell);
    buf_printf(&cell, "<si><t>%s</t></si>", buf_cstr(&text));
    make_refused(make, make_xlsx(make, "long2.xlsx", "<row/>", NULL, buf_cstr(&cell), NULL), NULL,
                 ERR_LIMIT);
    buf_clear(&cell);
    buf_printf(&cell, "<table><tr><td>%s</table>", buf_cstr(&text));
    make_refused(make, make_file(make, "long.html", buf_view(&cell)), NULL, ERR_LIMIT);
    buf_clear(&cell);
    buf_printf(&cell, "甲,%s\n", buf_cstr(&text));
    make_refused(make, make_file(make, "long.csv", buf_view(&cell)), NULL, ERR_LIMIT);
    buf_free(&text);
    buf_free(&cell);
}

static void overlapping_and_wrong_merged_areas_are_refused(void **state)
{
    struct make *make = *state;
    struct buf merges = {0};
    buf_cat(&merges, "<mergeCells>");
    for (unsigned i = 0; i < 300; i++)
        buf_cat(&merges, "<mergeCell ref=\"A1:XFD1048576\"/>");
    buf_cat(&merges, "</mergeCells>");
    const char *rows = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>";
    make_refused(make, make_xlsx(make, "overlap.xlsx", rows, buf_cstr(&merges), NULL, NULL), NULL,
                 ERR_FORMAT);
    static const char *const wrong[] = {"", "A", "1", "A1:", "B1:A1", "A2:A1", "A0:A1", "A1:AAAA1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        buf_clear(&merges);
        buf_printf(&merges, "<mergeCells><mergeCell ref=\"%s\"/></mergeCells>", wrong[i]);
        make_refused(make, make_xlsx(make, "wrong.xlsx", rows, buf_cstr(&merges), NULL, NULL), NULL,
                     ERR_FORMAT);
    }
    buf_free(&merges);
}

static void archives_cut_or_changed_are_refused(void **state)
{
    struct make *make = *state;
    const char *path = make_xlsx(make, "whole.xlsx", "<row><c><v>1</v></c></row>", NULL,
                                 "<si><t>a</t></si>", "<styleSheet/>");
    struct str bytes = make_bytes(make, path);
    for (size_t cut = 4; cut < bytes.len; cut += 97) {
        struct sheet *sheet;
        const char *part = make_file(make, "cut.xlsx", str_sub(bytes, 0, cut));
        assert_int_not_equal(sheet_open(&sheet, part, NULL, NULL), ERR_OK);
        assert_null(sheet);
    }
    const char *rows = make_read(make, path, NULL);
    char *copy = arena_cstr(&make->arena, bytes);
    size_t refused = 0;
    for (size_t i = 0; i < bytes.len; i += 13) {
        copy[i] ^= (char)(1U << (i % 8));
        const char *seen =
            make_read(make, make_file(make, "bit.xlsx", str_range(copy, bytes.len)), NULL);
        bool error = strstr(seen, "ERR") != NULL;
        if (!error && strcmp(seen, rows) != 0)
            fail_msg("a bit changed at %zu gives other rows: %s", i, seen);
        refused += error;
        copy[i] ^= (char)(1U << (i % 8));
    }
    assert_true(refused > 20);
}

static void a_name_twice_in_an_archive_is_refused(void **state)
{
    struct make *make = *state;
    const struct make_part parts[] = {
        {"_rels/.rels", "<R/>"}, {"_rels/.relt", "<R/>"}, {NULL, NULL}};
    struct str bytes = make_bytes(make, make_zip(make, "twice.xlsx", parts));
    char *copy = arena_cstr(&make->arena, bytes);
    for (size_t i = 0; i + 11 <= bytes.len; i++)
        if (memcmp(copy + i, "_rels/.relt", 11) == 0)
            copy[i + 10] = 's';
    make_refused(make, make_file(make, "twice2.xlsx", str_range(copy, bytes.len)), NULL,
                 ERR_DUPLICATE);
}

static void what_is_no_table_is_refused_with_words(void **state)
{
    struct make *make = *state;
    const struct make_part docx[] = {{"word/document.xml", "<d/>"}, {NULL, NULL}};
    make_refused(make, make_zip(make, "plain.zip", docx), NULL, ERR_FORMAT);
    make_refused(make, make_file(make, "empty.csv", STR("")), NULL, ERR_FORMAT);
    make_refused(make, make_file(make, "a.pdf", STR("%PDF-1.4\n")), NULL, ERR_UNSUPPORTED);
    make_refused(make, make_file(make, "a.html", STR("<html><p>nothing</p></html>")), NULL,
                 ERR_FORMAT);
    make_refused(make, make_file(make, "a.xml", STR("<?xml version=\"1.0\"?><a/>")), NULL,
                 ERR_FORMAT);
    make_refused(make,
                 make_file(make, "a.mht", STR("MIME-Version: 1.0\r\nX-Document-Type: Workbook")),
                 NULL, ERR_UNSUPPORTED);
    make_refused(make, make_path(make, "absent.xlsx"), NULL, ERR_MISSING);
    make_refused(make, make->folder, NULL, ERR_INPUT);
    char text[] = "名称,住所\n一二三四五六七八,一二三四五六七八九十\n甲乙丙丁戊己庚辛,一二三四五#"
                  "六七八九十\n";
    *strchr(text, '#') = '\0';
    make_refused(make, make_file(make, "nul.csv", str_range(text, sizeof text - 1)), NULL,
                 ERR_FORMAT);
}

static void limits_given_by_the_caller_hold(void **state)
{
    struct make *make = *state;
    const char *path = make_xlsx(
        make, "small.xlsx", "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
        NULL, NULL, NULL);
    make_refused(make, path, &(struct sheet_limits){.rows = 1}, ERR_LIMIT);
    make_refused(make, path, &(struct sheet_limits){.columns = 1}, ERR_LIMIT);
    make_refused(make, path, &(struct sheet_limits){.file_bytes = 100}, ERR_LIMIT);
    make_refused(make, path, &(struct sheet_limits){.inflated_bytes = 100}, ERR_LIMIT);
    make_refused(make, path, &(struct sheet_limits){.entries = 2}, ERR_LIMIT);
    assert_string_equal(make_read(make, path, NULL), "1:#1|#2;2:#3");
}

/* Fails the program if anything above needs more memory than an honest file. Sanitizers reserve
 * address space of their own and are left alone. */
static void bound_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__)
    const struct rlimit bound = {UINT64_C(768) << 20, UINT64_C(768) << 20};
    setrlimit(RLIMIT_AS, &bound);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_cells_and_rows_are_refused),
        cmocka_unit_test(far_cells_without_content_and_row_jumps_are_harmless),
        cmocka_unit_test(a_doctype_anywhere_is_refused),
        cmocka_unit_test(an_inflating_bomb_is_refused_before_it_is_inflated),
        cmocka_unit_test(endless_nesting_and_endless_tags_are_refused),
        cmocka_unit_test(too_long_cells_are_refused_wherever_they_stand),
        cmocka_unit_test(overlapping_and_wrong_merged_areas_are_refused),
        cmocka_unit_test(archives_cut_or_changed_are_refused),
        cmocka_unit_test(a_name_twice_in_an_archive_is_refused),
        cmocka_unit_test(what_is_no_table_is_refused_with_words),
        cmocka_unit_test(limits_given_by_the_caller_hold),
    };
    bound_memory();
    return cmocka_run_group_tests(tests, make_setup, make_teardown);
}
