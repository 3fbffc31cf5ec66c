/* Cells into stored values: what people write, and what cannot be read one way only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sheet/value.h"

static const struct field_word risks[] = {{"A", "低", "低风险|A类"},
                                          {"B", "一般", "中|一般风险"},
                                          {"C", "较高", "较高风险"},
                                          {NULL, NULL, NULL}};

struct sample {
    enum field_kind kind;
    enum sheet_cell_kind cell;
    const char *text;
    const char *value; /* NULL: refused */
};

static void check(const struct sample *samples, size_t count)
{
    struct arena arena = {0};
    for (size_t i = 0; i < count; i++) {
        const struct field field = {
            .name = "f", .label = "栏", .kind = samples[i].kind, .words = risks};
        const struct sheet_cell cell = {str_of(samples[i].text), samples[i].cell, false};
        struct fault fault = {0};
        struct str value;
        enum err err = sheet_value(&value, &field, &cell, &arena, &fault);
        bool right = samples[i].value ? err == ERR_OK && str_eq(value, str_of(samples[i].value))
                                      : err == ERR_INPUT && fault.text[0] != '\0';
        if (!right)
            fail_msg("%s: %s %.*s %s", samples[i].text, err_code(err), STR_ARG(value), fault.text);
    }
    arena_free(&arena);
}
#define CHECK(samples) check(samples, sizeof(samples) / sizeof *(samples))

static void text_is_one_clean_line(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {FIELD_TEXT, SHEET_TEXT, "沁阳市某厂", "沁阳市某厂"},
        {FIELD_TEXT, SHEET_TEXT, "  A   B\t C ", "A B C"},
        {FIELD_TEXT, SHEET_TEXT, "沁阳市\n某厂", "沁阳市某厂"},
        {FIELD_TEXT, SHEET_TEXT, "line\r\ntwo", "line two"},
        {FIELD_TEXT, SHEET_TEXT, "甲\xC2\xA0\xE3\x80\x80乙\xE2\x80\x8B丙", "甲 乙丙"},
        {FIELD_TEXT, SHEET_TEXT,
         "\xE2\x80\xAE"
         "abc\x01",
         "abc"},
        {FIELD_TEXT, SHEET_TEXT, "ＡＢＣ（公司）", "ＡＢＣ（公司）"},
        {FIELD_TEXT, SHEET_TEXT, "e\xCC\x81", "\xC3\xA9"},        /* NFC */
        {FIELD_TEXT, SHEET_TEXT, "\xEF\xA4\x80", "\xE8\xB1\x88"}, /* U+F900 is U+8C48 in NFC */
        {FIELD_TEXT, SHEET_NUMBER, "42", "42"},
        {FIELD_TEXT, SHEET_ERROR, "#N/A", NULL},
        {FIELD_TEXT, SHEET_EMPTY, "", ""},
        {FIELD_LONG, SHEET_TEXT, "一\n\n 二 \r\n三\n", "一\n二\n三"},
        {FIELD_NUMBER, SHEET_TEXT, " 9141 0882 ", "9141 0882"},
        {FIELD_DIVISION, SHEET_TEXT, "４１０８８２ ", "410882"},
        {FIELD_DIVISION, SHEET_TEXT, "河南省　沁阳市", "河南省沁阳市"},
    };
    CHECK(samples);
}

static void dates_counts_and_truths_are_read(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {FIELD_DATE, SHEET_TEXT, "2016-1-5", "2016-01-05"},
        {FIELD_DATE, SHEET_TEXT, "2016年1月5日", "2016-01-05"},
        {FIELD_DATE, SHEET_TEXT, "20160105", "2016-01-05"},
        {FIELD_DATE, SHEET_NUMBER, "42374", "2016-01-05"},
        {FIELD_DATE, SHEET_DATE, "2016-01-05 18:00:00", "2016-01-05"},
        {FIELD_DATE, SHEET_TEXT, "长期", "9999-12-31"},
        {FIELD_DATE, SHEET_TEXT, "9999-09-09", "9999-09-09"},
        {FIELD_DATE, SHEET_TEXT, "05/01/2016", NULL},
        {FIELD_DATE, SHEET_TEXT, "2016-02-30", NULL},
        {FIELD_DATE, SHEET_TEXT, "去年", NULL},
        {FIELD_COUNT, SHEET_TEXT, "3,050", "3050"},
        {FIELD_COUNT, SHEET_TEXT, "１２户", "12"},
        {FIELD_COUNT, SHEET_NUMBER, "12", "12"},
        {FIELD_COUNT, SHEET_TEXT, "007", "7"},
        {FIELD_COUNT, SHEET_TEXT, "0", "0"},
        {FIELD_COUNT, SHEET_TEXT, "-1", NULL},
        {FIELD_COUNT, SHEET_TEXT, "1.5", NULL},
        {FIELD_COUNT, SHEET_TEXT, "若干", NULL},
        {FIELD_COUNT, SHEET_TEXT, "99999999999999999999", NULL},
        {FIELD_BOOL, SHEET_TEXT, "是", "1"},
        {FIELD_BOOL, SHEET_TEXT, " 否 ", "0"},
        {FIELD_BOOL, SHEET_BOOL, "TRUE", "1"},
        {FIELD_BOOL, SHEET_TEXT, "√", "1"},
        {FIELD_BOOL, SHEET_TEXT, "也许", NULL},
    };
    CHECK(samples);
}

static void ratios_are_fractions_and_bare_numbers_are_doubtful(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {FIELD_RATIO, SHEET_TEXT, "3%", "3/100"},
        {FIELD_RATIO, SHEET_TEXT, "3.5％", "7/200"},
        {FIELD_RATIO, SHEET_TEXT, "3‰", "3/1000"},
        {FIELD_RATIO, SHEET_TEXT, "0.03", "3/100"},
        {FIELD_RATIO, SHEET_TEXT, "1/3", "1/3"},
        {FIELD_RATIO, SHEET_TEXT, "2 / 6", "1/3"},
        {FIELD_RATIO, SHEET_TEXT, "100%", "1/1"},
        {FIELD_RATIO, SHEET_PERCENT, "0.03", "3/100"},
        {FIELD_RATIO, SHEET_PERCENT, "1", "1/1"},
        {FIELD_RATIO, SHEET_NUMBER, "0.125", "1/8"},
        {FIELD_RATIO, SHEET_TEXT, "3", NULL},
        {FIELD_RATIO, SHEET_TEXT, "1", NULL},
        {FIELD_RATIO, SHEET_NUMBER, "3", NULL},
        {FIELD_RATIO, SHEET_TEXT, "101%", NULL},
        {FIELD_RATIO, SHEET_TEXT, "0%", NULL},
        {FIELD_RATIO, SHEET_TEXT, "1/0", NULL},
        {FIELD_RATIO, SHEET_TEXT, "不低于3%", NULL},
        {FIELD_RATIO, SHEET_TEXT, "-3%", NULL},
        {FIELD_RATIO, SHEET_TEXT, "3%-5%", NULL},
        {FIELD_RATIO, SHEET_TEXT, "%", NULL},
        {FIELD_RATIO, SHEET_TEXT, "0.0000000001", NULL},
        {FIELD_RATIO, SHEET_TEXT, "/", NULL},
    };
    CHECK(samples);
}

static void words_and_lists_use_the_dictionary(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {FIELD_CODE, SHEET_TEXT, "低", "A"},
        {FIELD_CODE, SHEET_TEXT, "ａ", "A"},
        {FIELD_CODE, SHEET_TEXT, "一般 风险", "B"},
        {FIELD_CODE, SHEET_TEXT, "很高", NULL},
        {FIELD_LIST, SHEET_TEXT, "低、一般风险，中；C\nA类|低", "A、B、C"},
        {FIELD_LIST, SHEET_TEXT, "低、很高", NULL},
        {FIELD_LIST, SHEET_TEXT, "，，", ""},
    };
    CHECK(samples);
    struct fault fault = {0};
    struct arena arena = {0};
    struct str value;
    const struct field field = {.kind = FIELD_CODE, .words = risks};
    const struct sheet_cell cell = {STR("特高"), SHEET_TEXT, false};
    assert_int_equal(sheet_value(&value, &field, &cell, &arena, &fault), ERR_INPUT);
    assert_non_null(strstr(fault.text, "低、一般、较高"));
    const struct field list = {.kind = FIELD_LIST};
    const struct sheet_cell tags = {STR("保化检查员，药品检查员,药品GSP、 药品检查员"), SHEET_TEXT,
                                    false};
    assert_int_equal(sheet_value(&value, &list, &tags, &arena, NULL), ERR_OK);
    assert_true(str_eq(value, STR("保化检查员、药品检查员、药品GSP")));
    arena_free(&arena);
}

static void required_and_too_long_values_are_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str value;
    struct fault fault = {0};
    const struct field field = {.kind = FIELD_TEXT, .required = true, .max = 6};
    const struct sheet_cell blank = {STR("\xE2\x80\x8B"), SHEET_TEXT, false};
    const struct sheet_cell none = {STR(""), SHEET_EMPTY, false};
    const struct sheet_cell fits = {STR("二字"), SHEET_TEXT, false};
    const struct sheet_cell longer = {STR("三个字"), SHEET_TEXT, false};
    assert_int_equal(sheet_value(&value, &field, &none, &arena, &fault), ERR_INPUT);
    assert_int_equal(sheet_value(&value, &field, &blank, &arena, &fault), ERR_INPUT);
    assert_int_equal(sheet_value(&value, &field, &fits, &arena, &fault), ERR_OK);
    assert_int_equal(sheet_value(&value, &field, &longer, &arena, &fault), ERR_INPUT);
    assert_non_null(strstr(fault.text, "2 个汉字"));
    arena_free(&arena);
}

static void lists_are_cut_at_every_separator(void **state)
{
    (void)state;
    struct str word, rest = STR(" 甲、乙，丙,丁；戊;己|庚｜辛\n壬\r\n癸、");
    static const char *const words[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_true(sheet_list_next(&word, &rest));
        assert_true(str_eq(word, str_of(words[i])));
    }
    assert_false(sheet_list_next(&word, &rest));
}

static void folding_keeps_what_is_not_full_width(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_true(
        str_eq(sheet_fold(&arena, STR("Ａ１（甲）\xE3\x80\x80。\xEF\xBB\xBF")), STR("A1(甲) 。")));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_one_clean_line),
        cmocka_unit_test(dates_counts_and_truths_are_read),
        cmocka_unit_test(ratios_are_fractions_and_bare_numbers_are_doubtful),
        cmocka_unit_test(words_and_lists_use_the_dictionary),
        cmocka_unit_test(required_and_too_long_values_are_refused),
        cmocka_unit_test(lists_are_cut_at_every_separator),
        cmocka_unit_test(folding_keeps_what_is_not_full_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
