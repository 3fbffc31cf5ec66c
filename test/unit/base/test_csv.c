/* CSV: cells as Python's csv module reads them, the errors a person can act on, and our own exports
 * read back as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"

/* All rows, '^' between cells and '|' between rows. */
static enum err flatten(struct buf *out, struct str text, const struct csv_options *options,
                        struct fault *fault)
{
    struct csv *csv = NULL;
    struct str *cells = NULL;
    size_t count = 0;
    enum err err = csv_open_memory(&csv, text, options, fault);
    buf_clear(out);
    while (err == ERR_OK && (err = csv_next(csv, &cells, &count)) == ERR_OK) {
        if (csv_row(csv) > 1)
            buf_char(out, '|');
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                buf_char(out, '^');
            buf_str(out, cells[i]);
        }
    }
    csv_close(csv);
    return err;
}

static void cells_are_those_that_python_reads(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a,b\n1,2\n", "a^b|1^2"},
        {"a,b\r\n1,2\r\n", "a^b|1^2"},
        {"a,b\r1,2\r", "a^b|1^2"},
        {"a,b\n1,2", "a^b|1^2"},
        {"\"a\",\"b\"\n", "a^b"},
        {"\"a \"\"x\"\" b\",c\n", "a \"x\" b^c"},
        {"\"line1\nline2\",z\n", "line1\nline2^z"},
        {"\"line1\r\nline2\",z\r\n", "line1\r\nline2^z"},
        {"a\"b,c\n", "a\"b^c"},
        {"\"abc\"def,g\n", "abcdef^g"},
        {"\"He said \"hi\" to me\",x\n", "He said hi\" to me\"^x"},
        {",,\n", "^^"},
        {"\"\",\"\"\n", "^"},
        {"a,\n,b\n", "a^|^b"},
        {" \"a\" ,b\n", " \"a\" ^b"},
        {"\"a\" ,b\n", "a ^b"},
        {"\"\"\"\"\n", "\""},
        {"\"a\"\"\"\n", "a\""},
    };
    const struct csv_options comma = {.delimiter = ','};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(flatten(&out, str_of(rows[i][0]), &comma, NULL), ERR_END);
        if (!str_eq(buf_view(&out), str_of(rows[i][1])))
            fail_msg("%s gave %s", rows[i][0], buf_cstr(&out));
    }
    buf_free(&out);
}

static void a_blank_line_is_a_row_as_a_spreadsheet_counts(void **state)
{
    (void)state;
    struct buf out = {0};
    assert_int_equal(flatten(&out, STR("a,b\n\nc,d\n"), NULL, NULL), ERR_END);
    assert_true(str_eq(buf_view(&out), STR("a^b||c^d")));
    assert_int_equal(flatten(&out, STR(""), NULL, NULL), ERR_END);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void the_delimiter_is_guessed_from_lines_that_agree(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char delimiter;
    } rows[] = {{"a,b,c\n1,2,3\n", ','},
                {"a\tb\n1;2;3\t4,5\n6;7\t8\n", '\t'},
                {"a;b;c\n1,5;2,5;3\n2,5;3;4\n", ';'},
                {"甲市检查对象名录\na,b\n1,2\n3,4\n", ','},
                {"\"a;b;c;d\",e\n\"f;g;h;i\",j\n", ','},
                {"名称\n甲\n乙\n", ','},
                {"", ','},
                {"a\tb", '\t'},
                {"\r\n\r\na;b\r\n", ';'}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct csv *csv = NULL;
        assert_int_equal(csv_open_memory(&csv, str_of(rows[i].text), NULL, NULL), ERR_OK);
        assert_int_equal(csv_delimiter(csv), rows[i].delimiter);
        csv_close(csv);
    }
}

static void errors_name_the_row_and_the_column(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        enum err err;
        uint64_t row;
        const char *words;
    } rows[] = {{{"a,b\n1,\"2\n3,4\n", 14}, ERR_FORMAT, 2, "第 2 行第 2 列：英文双引号没有配对"},
                {{"a\n\"", 3}, ERR_FORMAT, 2, "第 2 行第 1 列"},
                {{"a,b\n1,\0\n", 8}, ERR_FORMAT, 2, "第 2 行第 2 列：含有空字符"},
                {{"a,b\n\xFF\xFF,1\n", 9}, ERR_UTF8, 0, "第 4 字节"}};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fault fault = {0};
        const struct csv_options options = {.delimiter = ',', .kind = DECODE_UTF8};
        assert_int_equal(flatten(&out, rows[i].text, &options, &fault), rows[i].err);
        assert_int_equal(fault.row, rows[i].row);
        if (strstr(fault.text, rows[i].words) == NULL)
            fail_msg("%s", fault.text);
    }
    buf_free(&out);
}

static void add_many(struct buf *b, const char *piece, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_cat(b, piece);
}

static void limits_hold_to_the_byte_and_to_the_column(void **state)
{
    (void)state;
    struct buf text = {0};
    struct buf out = {0};
    struct fault fault = {0};
    const struct csv_options comma = {.delimiter = ','};
    for (size_t len = CSV_CELL_MAX; len <= CSV_CELL_MAX + 1; len++) {
        enum err expected = len == CSV_CELL_MAX ? ERR_END : ERR_LIMIT;
        buf_clear(&text);
        add_many(&text, "x", len);
        assert_int_equal(flatten(&out, buf_view(&text), &comma, &fault), expected);
        buf_clear(&text);
        buf_cat(&text, "1,\"");
        add_many(&text, "\"\"", len);
        buf_cat(&text, "\"\n");
        assert_int_equal(flatten(&out, buf_view(&text), &comma, &fault), expected);
    }
    assert_non_null(strstr(fault.text, "第 1 行第 2 列"));
    for (size_t columns = 256; columns <= 257; columns++) {
        buf_clear(&text);
        add_many(&text, ",", columns - 1);
        assert_int_equal(flatten(&out, buf_view(&text), &comma, &fault),
                         columns == 256 ? ERR_END : ERR_LIMIT);
    }
    const struct csv_options three = {.delimiter = ',', .rows_max = 3};
    assert_int_equal(flatten(&out, STR("1\n2\n3\n"), &three, &fault), ERR_END);
    assert_int_equal(flatten(&out, STR("1\n2\n3\n4"), &three, &fault), ERR_LIMIT);
    buf_free(&text);
    buf_free(&out);
}

static void a_quote_never_closed_does_not_swallow_a_long_file(void **state)
{
    (void)state;
    struct buf text = {0};
    struct buf out = {0};
    struct fault fault = {0};
    buf_cat(&text, "a,b\n\"x,1\n");
    add_many(&text, "0123456789,0123456789\n", 200000);
    assert_int_equal(flatten(&out, buf_view(&text), NULL, &fault), ERR_LIMIT);
    assert_non_null(strstr(fault.text, "双引号"));
    assert_int_equal(fault.row, 2);
    buf_free(&text);
    buf_free(&out);
}

static void rows_across_the_window_come_whole(void **state)
{
    (void)state;
    struct buf text = {0};
    struct csv *csv = NULL;
    struct str *cells = NULL;
    size_t count = 0;
    for (unsigned i = 0; i < 40000; i++)
        buf_printf(&text, "%u,\"a\"\"%u\r\nb\",%0*u\r\n", i, i, (int)(i % 50 + 1), i);
    assert_int_equal(csv_open_memory(&csv, buf_view(&text), NULL, NULL), ERR_OK);
    for (unsigned i = 0; i < 40000; i++) {
        char expected[64];
        assert_int_equal(csv_next(csv, &cells, &count), ERR_OK);
        assert_int_equal(count, 3);
        snprintf(expected, sizeof expected, "a\"%u\r\nb", i);
        assert_true(str_eq(cells[1], str_of(expected)));
        snprintf(expected, sizeof expected, "%0*u", (int)(i % 50 + 1), i);
        assert_true(str_eq(cells[2], str_of(expected)));
    }
    assert_int_equal(csv_next(csv, &cells, &count), ERR_END);
    assert_int_equal(csv_row(csv), 40000);
    csv_close(csv);
    buf_free(&text);
}

static void cells_that_a_spreadsheet_would_run_are_guarded(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"=1+1", "'=1+1"},   {"+86", "'+86"},       {"-1+2", "'-1+2"},      {"@SUM", "'@SUM"},
        {"\tx", "'\tx"},     {"＝1", "'＝1"},       {"＋1", "'＋1"},        {"－1", "'－1"},
        {"＠x", "'＠x"},     {"-5", "-5"},          {"-0.25", "-0.25"},     {"-", "'-"},
        {"-5.", "'-5."},     {"-.5", "'-.5"},       {"-1.2.3", "'-1.2.3"},  {"'=x", "''=x"},
        {"'x", "'x"},        {"''@", "'''@"},       {"a=b", "a=b"},         {"", ""},
        {"\rx", "\"'\rx\""}, {"-5,6", "\"'-5,6\""}, {"a\"b", "\"a\"\"b\""}, {" a", "\" a\""}};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str cell = str_of(rows[i][0]);
        buf_clear(&out);
        csv_write_row(&out, &cell, 1, ',');
        out.len -= 2;
        if (!str_eq(buf_view(&out), str_of(rows[i][1])))
            fail_msg("%s gave %s", rows[i][0], buf_cstr(&out));
    }
    buf_free(&out);
}

/* xorshift64: the same cells on every run. */
static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static struct str random_cell(struct buf *store, uint64_t *x)
{
    static const char *const pieces[] = {
        "=",  "+", "-", "@", "\t", "\r", "\n", "＝", "＋",           "－", "＠",   "'",
        "\"", ",", ";", " ", "5",  ".",  "a",  "中", "\xEF\xBB\xBF", "-5", "\"\"", "\r\n"};
    size_t from = store->len;
    size_t len = next_random(x) % 6;
    for (size_t i = 0; i < len; i++)
        buf_cat(store, pieces[next_random(x) % (sizeof pieces / sizeof pieces[0])]);
    return str_range((const char *)from, store->len - from); /* an offset until the store is full */
}

static void our_export_read_back_is_what_it_was(void **state)
{
    (void)state;
    enum { ROWS = 20000, COLUMNS = 4 };
    static const char delimiters[] = {',', '\t', ';'};
    struct buf store = {0};
    struct buf text = {0};
    struct str *cells = calloc(ROWS * COLUMNS, sizeof *cells);
    uint64_t x = 20160105;
    assert_non_null(cells);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        cells[i] = random_cell(&store, &x);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        cells[i].data = store.data + (uintptr_t)cells[i].data;
    for (size_t d = 0; d < sizeof delimiters; d++) {
        struct csv *csv = NULL;
        struct str *got = NULL;
        size_t count = 0;
        const struct csv_options options = {.delimiter = delimiters[d], .strip_guard = true};
        buf_clear(&text);
        for (size_t row = 0; row < ROWS; row++)
            csv_write_row(&text, cells + row * COLUMNS, COLUMNS, delimiters[d]);
        assert_int_equal(csv_open_memory(&csv, buf_view(&text), &options, NULL), ERR_OK);
        for (size_t row = 0; row < ROWS; row++) {
            assert_int_equal(csv_next(csv, &got, &count), ERR_OK);
            assert_int_equal(count, COLUMNS);
            for (size_t i = 0; i < COLUMNS; i++)
                if (!str_eq(got[i], cells[row * COLUMNS + i]))
                    fail_msg("row %zu: %.*s", row, STR_ARG(cells[row * COLUMNS + i]));
        }
        assert_int_equal(csv_next(csv, &got, &count), ERR_END);
        csv_close(csv);
    }
    free(cells);
    buf_free(&text);
    buf_free(&store);
}

static void without_being_asked_the_reader_keeps_the_apostrophe(void **state)
{
    (void)state;
    struct buf out = {0};
    const struct csv_options strip = {.strip_guard = true};
    assert_int_equal(flatten(&out, STR("'=1,'-5,'x\n"), NULL, NULL), ERR_END);
    assert_true(str_eq(buf_view(&out), STR("'=1^'-5^'x")));
    assert_int_equal(flatten(&out, STR("'=1,'-5,'x\n"), &strip, NULL), ERR_END);
    assert_true(str_eq(buf_view(&out), STR("=1^'-5^'x")));
    buf_free(&out);
}

static void other_encodings_are_read_as_well(void **state)
{
    (void)state;
    struct buf out = {0};
    /* 名称;日期 CRLF 一家店;2016年 CRLF in GB18030, by Python */
    struct str gb =
        STR("\xC3\xFB\xB3\xC6;\xC8\xD5\xC6\xDA\r\n\xD2\xBB\xBC\xD2\xB5\xEA;2016\xC4\xEA\r\n");
    assert_int_equal(flatten(&out, gb, NULL, NULL), ERR_END);
    assert_true(str_eq(buf_view(&out), STR("名称^日期|一家店^2016年")));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_those_that_python_reads),
        cmocka_unit_test(a_blank_line_is_a_row_as_a_spreadsheet_counts),
        cmocka_unit_test(the_delimiter_is_guessed_from_lines_that_agree),
        cmocka_unit_test(errors_name_the_row_and_the_column),
        cmocka_unit_test(limits_hold_to_the_byte_and_to_the_column),
        cmocka_unit_test(a_quote_never_closed_does_not_swallow_a_long_file),
        cmocka_unit_test(rows_across_the_window_come_whole),
        cmocka_unit_test(cells_that_a_spreadsheet_would_run_are_guarded),
        cmocka_unit_test(our_export_read_back_is_what_it_was),
        cmocka_unit_test(without_being_asked_the_reader_keeps_the_apostrophe),
        cmocka_unit_test(other_encodings_are_read_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
