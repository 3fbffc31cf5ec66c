/* What differs between two texts, against a second method: the longest common subsequence by a
 * table of all pairs. */
#include "base/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Lines as "=a|-b|+c|", in the arena. */
static struct str told(struct arena *arena, struct str old, struct str new)
{
    static const char marks[] = "=-+";
    struct diff_line *lines = NULL;
    size_t count = 0;
    struct buf text = {0};
    struct str out;
    assert_int_equal(diff_lines(&lines, &count, arena, old, new), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        buf_char(&text, marks[lines[i].kind]);
        buf_str(&text, lines[i].text);
        buf_char(&text, '|');
    }
    assert_int_equal(arena_keep(&out, arena, &text, ERR_OK), ERR_OK);
    return out;
}

static void lines_are_told_in_order_the_removed_before_the_added(void **state)
{
    static const struct {
        const char *old;
        const char *new;
        const char *want;
    } cases[] = {
        {"", "", ""},
        {"甲", "甲", "=甲|"},
        {"甲\n", "甲", "=甲|"},
        {"甲\r\n乙\r\n", "甲\n乙\n", "=甲|=乙|"},
        {"", "甲\n乙", "+甲|+乙|"},
        {"甲\n乙", "", "-甲|-乙|"},
        {"甲\n\n丙", "甲\n丙", "=甲|-|=丙|"},
        {"甲：比例3%\n乙：比例5%\n丙", "甲：比例5%\n乙：比例5%\n丁\n丙",
         "-甲：比例3%|+甲：比例5%|=乙：比例5%|+丁|=丙|"},
        {"一\n二\n三", "四\n五\n六", "-一|-二|-三|+四|+五|+六|"},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(told(&arena, str_of(cases[i].old), str_of(cases[i].new)).data,
                            cases[i].want);
    arena_free(&arena);
}

/* Words as "[-a-]", "{+b+}", the same ones bare. */
static struct str worded(struct arena *arena, const char *old, const char *new)
{
    static const char *const marks[][2] = {{"", ""}, {"[-", "-]"}, {"{+", "+}"}};
    struct diff_line *words = NULL;
    size_t count = 0;
    struct buf text = {0};
    struct str out;
    assert_int_equal(diff_words(&words, &count, arena, str_of(old), str_of(new)), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        buf_cat(&text, marks[words[i].kind][0]);
        buf_str(&text, words[i].text);
        buf_cat(&text, marks[words[i].kind][1]);
    }
    assert_int_equal(arena_keep(&out, arena, &text, ERR_OK), ERR_OK);
    return out;
}

static void words_are_numbers_latin_runs_and_single_characters(void **state)
{
    static const struct {
        const char *old;
        const char *new;
        const char *want;
    } cases[] = {
        {"", "", ""},
        {"甲", "", "[-甲-]"},
        {"比例3%，5月", "比例13%，5月", "比例[-3%-]{+13%+}，5月"},
        {"4月上旬至6月底", "5月上旬至6月中旬", "[-4-]{+5+}月上旬至6月[-底-]{+中旬+}"},
        {"市监局牵头", "市监局牵头，消防配合", "市监局牵头{+，消防配合+}"},
        {"2.5%和ISO9001", "2.50%和ISO9002", "[-2.5%-]{+2.50%+}和[-ISO9001-]{+ISO9002+}"},
        {"一\xff二", "一二", "一[-\xff-]二"},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(worded(&arena, cases[i].old, cases[i].new).data, cases[i].want);
    arena_free(&arena);
}

static void lines_that_begin_and_end_alike_are_partners_in_their_order(void **state)
{
    struct arena arena = {0};
    struct diff_line *lines = NULL;
    size_t count = 0;
    size_t partner[16];
    (void)state;
    const struct str old = STR("餐饮检查，比例3%\n加油站检查，比例5%\n旧行\n同");
    const struct str new = STR("先加的一行\n餐饮检查，比例4%\n加油站检查，比例5%，夜间\n同\n末行");
    assert_int_equal(diff_lines(&lines, &count, &arena, old, new), ERR_OK);
    assert_int_equal(count, 8); /* three taken out, three put in, the same one, one put in */
    diff_partners(partner, lines, count);
    static const size_t want[] = {4, 5, SIZE_MAX, SIZE_MAX, 0, 1, SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < count; i++)
        assert_true(partner[i] == want[i]);
    arena_free(&arena);
}

enum { LINES = 40 };

/* The length of the longest common subsequence of two texts of one-letter lines. */
static size_t common(const char *a, size_t n, const char *b, size_t m)
{
    size_t table[LINES + 1][LINES + 1] = {{0}};
    for (size_t i = n; i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            size_t longer = table[i + 1][k] > table[i][k + 1] ? table[i + 1][k] : table[i][k + 1];
            table[i][k] = a[i] == b[k] ? table[i + 1][k + 1] + 1 : longer;
        }
    return table[0][0];
}

/* "abc" as "a\nb\nc\n". */
static struct str lined(struct arena *arena, const char *letters, size_t count)
{
    char *text = arena_alloc(arena, 2 * count + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = letters[i];
        text[2 * i + 1] = '\n';
    }
    return str_range(text, 2 * count);
}

/* Both texts come back from the lines, and as many are the same as can be. */
static void judge(const struct diff_line *lines, size_t count, struct str old, struct str new,
                  size_t same)
{
    struct buf a = {0};
    struct buf b = {0};
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        kept += lines[i].kind == DIFF_SAME;
        if (lines[i].kind != DIFF_ADDED) {
            buf_str(&a, lines[i].text);
            buf_char(&a, '\n');
        }
        if (lines[i].kind != DIFF_REMOVED) {
            buf_str(&b, lines[i].text);
            buf_char(&b, '\n');
        }
    }
    assert_true(str_eq(buf_view(&a), old));
    assert_true(str_eq(buf_view(&b), new));
    assert_int_equal(kept, same);
    buf_free(&a);
    buf_free(&b);
}

static void both_texts_come_back_and_the_fewest_lines_differ(void **state)
{
    struct arena arena = {0};
    unsigned seed = 7;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        char a[LINES], b[LINES];
        struct diff_line *lines = NULL;
        size_t count = 0;
        seed = seed * 1103515245U + 12345U;
        size_t n = (seed >> 16) % LINES;
        size_t m = (seed >> 23) % LINES;
        for (size_t i = 0; i < LINES; i++) {
            seed = seed * 1103515245U + 12345U;
            a[i] = (char)('a' + (seed >> 16) % 4);
            b[i] = (seed >> 20) % 3 != 0 ? a[i] : (char)('a' + (seed >> 24) % 4);
        }
        struct str old = lined(&arena, a, n);
        struct str new = lined(&arena, b, m);
        assert_int_equal(diff_lines(&lines, &count, &arena, old, new), ERR_OK);
        judge(lines, count, old, new, common(a, n, b, m));
        arena_clear(&arena);
    }
    arena_free(&arena);
}

/* n lines "PREFIXi", ended by "end". */
static struct str many(struct arena *arena, const char *prefix, int n)
{
    struct buf text = {0};
    struct str out;
    for (int i = 0; i < n; i++)
        buf_printf(&text, "%s%d\n", prefix, i);
    buf_cat(&text, "end\n");
    assert_int_equal(arena_keep(&out, arena, &text, ERR_OK), ERR_OK);
    return out;
}

static void where_very_much_differs_all_of_it_is_told(void **state)
{
    struct arena arena = {0};
    struct diff_line *lines = NULL;
    size_t count = 0;
    (void)state;
    struct str old = many(&arena, "a", 20000);
    struct str new = many(&arena, "b", 30000);
    assert_int_equal(diff_lines(&lines, &count, &arena, old, new), ERR_OK);
    judge(lines, count, old, new, 1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_told_in_order_the_removed_before_the_added),
        cmocka_unit_test(both_texts_come_back_and_the_fewest_lines_differ),
        cmocka_unit_test(where_very_much_differs_all_of_it_is_told),
        cmocka_unit_test(words_are_numbers_latin_runs_and_single_characters),
        cmocka_unit_test(lines_that_begin_and_end_alike_are_partners_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
