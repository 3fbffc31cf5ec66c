/* Slices, buffers, arenas and faults: what every other room stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

static void str_cut_gives_every_piece_and_then_stops(void **state)
{
    (void)state;
    struct str rest = STR("a\t\tb");
    struct str head;
    assert_true(str_cut(&head, &rest, '\t') && str_eq(head, STR("a")));
    assert_true(str_cut(&head, &rest, '\t') && str_empty(head));
    assert_true(str_cut(&head, &rest, '\t') && str_eq(head, STR("b")));
    assert_false(str_cut(&head, &rest, '\t'));
}

static void str_u64_refuses_what_is_not_one_canonical_number(void **state)
{
    (void)state;
    static const char *const bad[] = {"",  "01", "+1", "-1", " 1", "1 ", "18446744073709551616",
                                      "1x"};
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(str_u64(&value, str_of(bad[i])), ERR_INPUT);
    assert_int_equal(str_u64(&value, STR("18446744073709551615")), ERR_OK);
    assert_true(value == UINT64_MAX);
    int64_t number = 0;
    assert_int_equal(str_i64(&number, STR("-9223372036854775808")), ERR_OK);
    assert_true(number == INT64_MIN);
    assert_int_equal(str_i64(&number, STR("-0")), ERR_INPUT);
}

static void str_trim_takes_ideographic_space_and_bom(void **state)
{
    (void)state;
    assert_true(str_eq(str_trim(STR("\xEF\xBB\xBF \t名称\xE3\x80\x80\r\n")), STR("名称")));
    assert_true(str_empty(str_trim(STR(" \xE3\x80\x80 "))));
}

static void str_cmp_orders_as_sort_in_the_c_locale(void **state)
{
    (void)state;
    assert_true(str_cmp(STR("91"), STR("910")) < 0);
    assert_true(str_cmp(STR("SL-1"), STR("91")) > 0);
    assert_true(str_cmp(STR("\xE4"), STR("z")) > 0);
    assert_int_equal(str_cmp(STR("a"), STR("a")), 0);
}

static void buf_builds_text_across_its_growth(void **state)
{
    (void)state;
    struct buf b = {0};
    for (unsigned i = 0; i < 1000; i++)
        buf_printf(&b, "%u,", i);
    buf_hex(&b, (const uint8_t *)"\x00\xff", 2);
    buf_i64(&b, INT64_MIN);
    assert_int_equal(buf_err(&b), ERR_OK);
    assert_true(str_starts(buf_view(&b), STR("0,1,2,")));
    assert_true(str_ends(buf_view(&b), STR("999,00ff-9223372036854775808")));
    assert_int_equal(strlen(buf_cstr(&b)), b.len);
    buf_free(&b);
}

static void buf_that_cannot_grow_says_so_once_at_the_end(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_cat(&b, "kept");
    assert_null(buf_reserve(&b, SIZE_MAX / 2));
    buf_cat(&b, "ignored");
    assert_int_equal(buf_err(&b), ERR_MEMORY);
    buf_free(&b);
}

static void arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
    (void)state;
    struct arena a = {0};
    for (size_t size = 0; size < 70000; size = size * 2 + 1) {
        unsigned char *p = arena_alloc(&a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xA5, size);
    }
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    arena_clear(&a);
    assert_true(
        str_eq(arena_hex(&a, (const uint8_t *)"foobar", 6), STR("666f6f626172"))); /* RFC 4648 */
    assert_int_equal(arena_hex(&a, NULL, 0).len, 0);
    struct str s = arena_printf(&a, "%s-%d", "x", 7);
    assert_true(str_eq(s, STR("x-7")));
    arena_free(&a);
}

static void arena_keeps_a_text_that_was_written_and_drops_one_that_failed(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buf text = {0};
    struct str kept = STR("before");
    buf_cat(&text, "written");
    assert_int_equal(arena_keep(&kept, &a, &text, ERR_RANGE), ERR_RANGE);
    assert_true(str_eq(kept, STR("before")) && text.data == NULL);
    text.failed = true;
    assert_int_equal(arena_keep(&kept, &a, &text, ERR_OK), ERR_MEMORY);
    assert_true(str_eq(kept, STR("before")) && !text.failed);
    buf_cat(&text, "written");
    assert_int_equal(arena_keep(&kept, &a, &text, ERR_OK), ERR_OK);
    assert_true(str_eq(kept, STR("written")) && text.data == NULL);
    assert_int_equal(arena_keep(&kept, &a, &text, ERR_OK), ERR_OK);
    assert_true(kept.len == 0 && kept.data != NULL);
    arena_free(&a);
}

static void fault_text_is_never_cut_inside_a_character(void **state)
{
    (void)state;
    char longer[700];
    for (size_t i = 0; i + 3 < sizeof longer; i += 3)
        memcpy(longer + i, "错", 3);
    longer[699] = '\0';
    for (size_t shift = 0; shift < 3; shift++) {
        struct fault f = {0};
        assert_int_equal(fault_set(&f, ERR_INPUT, "%.*s%s", (int)shift, "ab", longer), ERR_INPUT);
        size_t len = strlen(f.text);
        size_t head = shift < 2 ? shift : 2;
        assert_int_equal((len - head) % 3, 0);
    }
}

static void fault_text_holds_no_half_of_a_name_that_was_cut(void **state)
{
    struct fault f = {0};
    (void)state;
    (void)fault_set(&f, ERR_INPUT, "没有“%.*s”，请先新建", 4, "甲乙");
    assert_string_equal(f.text, "没有“甲”，请先新建");
    (void)fault_set(&f, ERR_INPUT, "%s", "\xff\x80文\xe6\x96");
    assert_string_equal(f.text, "文");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(str_cut_gives_every_piece_and_then_stops),
        cmocka_unit_test(str_u64_refuses_what_is_not_one_canonical_number),
        cmocka_unit_test(str_trim_takes_ideographic_space_and_bom),
        cmocka_unit_test(str_cmp_orders_as_sort_in_the_c_locale),
        cmocka_unit_test(buf_builds_text_across_its_growth),
        cmocka_unit_test(buf_that_cannot_grow_says_so_once_at_the_end),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory_of_any_size),
        cmocka_unit_test(arena_keeps_a_text_that_was_written_and_drops_one_that_failed),
        cmocka_unit_test(fault_text_is_never_cut_inside_a_character),
        cmocka_unit_test(fault_text_holds_no_half_of_a_name_that_was_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
