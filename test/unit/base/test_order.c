/* Orders of rows against a plain search through all of them. */
#include "base/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const words[] = {"丙", "甲", "b", "甲", "a", "ab", "", "乙"};
enum { WORDS = sizeof words / sizeof words[0] };

static struct str word_of(const void *items, size_t index)
{
    return str_of(((const char *const *)items)[index]);
}

static int word_cmp(const void *a, const void *b, void *items)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = str_cmp(word_of(items, x), word_of(items, y));
    return order != 0 ? order : x < y ? -1 : 1;
}

static void every_row_stands_once_and_in_order(void **state)
{
    struct arena arena = {0};
    uint32_t *order = NULL;
    bool seen[WORDS] = {false};
    (void)state;
    assert_int_equal(order_make(&order, &arena, words, WORDS, word_cmp), ERR_OK);
    for (size_t i = 0; i < WORDS; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
        if (i > 0)
            assert_true(strcmp(words[order[i - 1]], words[order[i]]) <= 0);
    }
    arena_free(&arena);
}

static void the_first_place_is_behind_all_that_is_smaller(void **state)
{
    static const char *const asked[] = {"", "a", "aa", "ab", "b", "z", "甲", "丙", "龟"};
    struct arena arena = {0};
    uint32_t *order = NULL;
    (void)state;
    assert_int_equal(order_make(&order, &arena, words, WORDS, word_cmp), ERR_OK);
    for (size_t q = 0; q < sizeof asked / sizeof asked[0]; q++) {
        size_t smaller = 0;
        for (size_t i = 0; i < WORDS; i++)
            smaller += strcmp(words[i], asked[q]) < 0;
        assert_int_equal(order_first(order, WORDS, words, word_of, str_of(asked[q])), smaller);
    }
    arena_free(&arena);
}

static void an_empty_table_has_an_empty_order(void **state)
{
    struct arena arena = {0};
    uint32_t *order = NULL;
    (void)state;
    assert_int_equal(order_make(&order, &arena, words, 0, word_cmp), ERR_OK);
    assert_int_equal(order_first(order, 0, words, word_of, STR("a")), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_stands_once_and_in_order),
        cmocka_unit_test(the_first_place_is_behind_all_that_is_smaller),
        cmocka_unit_test(an_empty_table_has_an_empty_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
