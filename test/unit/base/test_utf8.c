/* UTF-8: the well-formed table of the Unicode standard (3.9, table 3-7), normal forms from the
 * standard's own examples and from Python's unicodedata. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/utf8.h"

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const struct str bad[] = {{"\x80", 1},
                                     {"\xC0\xAF", 2},
                                     {"\xC1\xBF", 2},
                                     {"\xE0\x9F\xBF", 3},
                                     {"\xED\xA0\x80", 3},
                                     {"\xED\xBF\xBF", 3},
                                     {"\xF0\x8F\xBF\xBF", 4},
                                     {"\xF4\x90\x80\x80", 4},
                                     {"\xF5\x80\x80\x80", 4},
                                     {"\xE4\xB8", 2},
                                     {"a\xFF", 2},
                                     {"\xE4\xB8\x41", 3},
                                     {"\xC2", 1},
                                     {"\xFE", 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(utf8_valid(bad[i]));
        assert_true(utf8_has_control(bad[i]));
    }
    assert_true(utf8_valid(STR("")));
    assert_true(utf8_valid(str_range(NULL, 0)));
    assert_true(
        utf8_valid(STR("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"
                       "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")));
    assert_int_equal(utf8_valid_len(STR("中文\xE4\xB8")), 6);
}

/* Bytes of which many are good and some are not, at every alignment, against libunistring. */
static void validity_is_that_of_libunistring(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a",    "abcdefgh",    "中",           "é",
                                         "𠀀",   "\xE4",        "\xED\xA0\x80", "\xE0\x80\x80",
                                         "\x80", "\xEF\xBF\xBD"};
    uint64_t x = 88172645463325252;
    struct buf b = {0};
    for (unsigned round = 0; round < 20000; round++) {
        buf_clear(&b);
        while (b.len < round % 61) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            buf_cat(&b, pieces[x % 40 < 10 ? x % 10 : x % 5]);
        }
        b.len = round % 61;
        const uint8_t *data = (const uint8_t *)b.data;
        const uint8_t *bad = b.len > 0 ? u8_check(data, b.len) : NULL;
        assert_int_equal(utf8_valid_len(buf_view(&b)), bad ? (size_t)(bad - data) : b.len);
    }
    buf_free(&b);
}

static void every_scalar_value_goes_out_and_comes_back(void **state)
{
    (void)state;
    struct buf b = {0};
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (cp == 0xD800)
            cp = 0xE000;
        uint32_t got = 0;
        buf_clear(&b);
        utf8_add(&b, cp);
        struct str rest = buf_view(&b);
        if (!utf8_valid(rest) || utf8_next(&got, &rest) != ERR_OK || got != cp || rest.len != 0)
            fail_msg("U+%04X", (unsigned)cp);
    }
    buf_clear(&b);
    utf8_add(&b, 0xD800);
    utf8_add(&b, 0x110000);
    assert_true(str_eq(buf_view(&b), STR("\xEF\xBF\xBD\xEF\xBF\xBD")));
    buf_free(&b);
}

static void stepping_stops_at_the_end_and_at_a_bad_byte(void **state)
{
    (void)state;
    struct str rest = STR("a中\xFFz");
    uint32_t cp = 0;
    assert_int_equal(utf8_next(&cp, &rest), ERR_OK);
    assert_int_equal(cp, 'a');
    assert_int_equal(utf8_next(&cp, &rest), ERR_OK);
    assert_int_equal(cp, 0x4E2D);
    assert_int_equal(utf8_next(&cp, &rest), ERR_UTF8);
    assert_int_equal(rest.len, 2);
    rest.len = 0;
    assert_int_equal(utf8_next(&cp, &rest), ERR_END);
    assert_int_equal(utf8_count(STR("a中𠀀")), 3);
}

static void control_and_deceptive_characters_are_found(void **state)
{
    (void)state;
    static const char *const control[] = {"a\tb", "a\nb", "\x1B[0m", "\x7F", "\xC2\x85"};
    static const char *const hidden[] = {"\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\x8F",
                                         "\xD8\x9C",     "\xE2\x80\xA8", "\xE2\x80\xA9"};
    for (size_t i = 0; i < sizeof control / sizeof control[0]; i++)
        assert_true(utf8_has_control(str_of(control[i])) && utf8_has_deceptive(str_of(control[i])));
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
        assert_true(!utf8_has_control(str_of(hidden[i])) && utf8_has_deceptive(str_of(hidden[i])));
    assert_true(utf8_has_control(str_range("a\0b", 3)));
    assert_false(utf8_has_deceptive(STR("阳光·（双随机）—“一公开” A")));
}

static void normal_form_c_composes(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"A\xCC\x8A", "Å"},           /* U+0041 U+030A */
        {"\xE2\x84\xAB", "Å"},        /* U+212B */
        {"e\xCC\xA3\xCC\x82", "ệ"},   /* two marks */
        {"e\xCC\x82\xCC\xA3", "ệ"},   /* the same, other order */
        {"か\xE3\x82\x99", "が"},     /* U+304B U+3099 */
        {"\xEF\xA4\x80", "豈"},       /* U+F900 compatibility ideograph */
        {"中文（Ａ）", "中文（Ａ）"}, /* unchanged, full width stays */
        {"", ""}};
    struct arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str out = {0};
        assert_int_equal(utf8_nfc(&out, &a, str_of(rows[i][0])), ERR_OK);
        assert_true(str_eq(out, str_of(rows[i][1])));
    }
    struct str out = {0};
    assert_int_equal(utf8_nfc(&out, &a, STR("\xFF")), ERR_UTF8);
    arena_free(&a);
}

/* The short cut must not differ from libunistring for any character, alone or after another. */
static void the_short_cut_of_normal_form_c_changes_nothing(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buf b = {0};
    for (uint32_t cp = 1; cp <= 0xFFFF; cp++) {
        if (cp == 0xD800)
            cp = 0xE000;
        struct str out = {0};
        size_t len = 0;
        buf_clear(&b);
        buf_char(&b, 'e');
        utf8_add(&b, cp);
        utf8_add(&b, cp);
        assert_int_equal(utf8_nfc(&out, &a, buf_view(&b)), ERR_OK);
        uint8_t *full = u8_normalize(UNINORM_NFC, (const uint8_t *)b.data, b.len, NULL, &len);
        if (!str_eq(out, str_range((const char *)full, len)))
            fail_msg("U+%04X", (unsigned)cp);
        free(full);
        if (cp % 1024 == 0)
            arena_clear(&a);
    }
    buf_free(&b);
    arena_free(&a);
}

static void names_that_look_alike_fold_together(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"Admin", "admin"},
                                          {"ａｄｍｉｎ", "admin"},
                                          {"ＡＤＭＩＮ", "admin"},
                                          {"Straße", "strasse"},
                                          {"㈱①", "(株)1"},
                                          {"企业名称（全称）", "企业名称(全称)"},
                                          {"", ""}};
    struct arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str out = {0};
        assert_int_equal(utf8_nfkc_fold(&out, &a, str_of(rows[i][0])), ERR_OK);
        assert_true(str_eq(out, str_of(rows[i][1])));
    }
    struct str out = {0};
    assert_int_equal(utf8_nfkc_fold(&out, &a, STR("\xC0\x80")), ERR_UTF8);
    arena_free(&a);
}

static void full_width_ascii_becomes_ascii_and_nothing_else(void **state)
{
    (void)state;
    struct arena a = {0};
    struct str out = {0};
    assert_int_equal(utf8_halfwidth(&out, &a, STR("（９１４１）　Ａｚ～！，。、中𠀀ｱ①")), ERR_OK);
    assert_true(str_eq(out, STR("(9141) Az~!,。、中𠀀ｱ①")));
    struct str same = STR("只有汉字");
    assert_int_equal(utf8_halfwidth(&out, &a, same), ERR_OK);
    assert_ptr_equal(out.data, same.data);
    assert_int_equal(utf8_halfwidth(&out, &a, STR("Ａ\xFF")), ERR_UTF8);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(validity_is_that_of_libunistring),
        cmocka_unit_test(every_scalar_value_goes_out_and_comes_back),
        cmocka_unit_test(stepping_stops_at_the_end_and_at_a_bad_byte),
        cmocka_unit_test(control_and_deceptive_characters_are_found),
        cmocka_unit_test(normal_form_c_composes),
        cmocka_unit_test(the_short_cut_of_normal_form_c_changes_nothing),
        cmocka_unit_test(names_that_look_alike_fold_together),
        cmocka_unit_test(full_width_ascii_becomes_ascii_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
