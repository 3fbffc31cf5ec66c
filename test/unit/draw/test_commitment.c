/* The commitment: canonical text, every rule of PROTOCOL.md section 3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "draw/commitment.h"
#include "help.h"

#define ROOT "99f8c67b543523d7e9ef0d78bed053587e2e4852d3700f94bd1264db920d4de2"

static const char head[] = "sunlot-draw/1 commitment\n"
                           "organiser 示例县市场监督管理局 第二 科\n"
                           "draw 410882-2026-849\n"
                           "task 示市监抽查〔2026〕32号\n"
                           "opened 2026-03-02T01:00:00Z\n"
                           "disclose-by 2026-06-30T16:00:00Z\n";
static const char tail[] = "pool-form plain\n"
                           "pool-size 400\n"
                           "pool-root " ROOT "\n"
                           "stratum A低 225 ceil 1/100\n"
                           "stratum B一般 100 systematic 5/100\n"
                           "stratum 排除-本年度已查 75 fixed 0/1\n"
                           "source witness W " ROOT "\n"
                           "source dice 10 20\n"
                           "code 16 " ROOT "\n"
                           "code 2 " ROOT "\n";

static struct str whole(char *text, size_t size)
{
    snprintf(text, size, "%s%s", head, tail);
    return str_of(text);
}

static void a_commitment_is_read_value_by_value(void **state)
{
    (void)state;
    char text[2048];
    struct arena arena = {0};
    struct draw_commitment c;
    assert_int_equal(draw_commitment_parse(&c, &arena, whole(text, sizeof text), NULL), ERR_OK);
    assert_str(c.organiser, "示例县市场监督管理局 第二 科");
    assert_str(c.number, "410882-2026-849");
    assert_str(c.task, "示市监抽查〔2026〕32号");
    assert_true(c.opened == INT64_C(1772413200000000));
    assert_true(c.disclose_by == INT64_C(1782835200000000));
    assert_false(c.blinded);
    assert_int_equal(c.pool_size, 400);
    assert_int_equal(c.stratum_count, 3);
    assert_int_equal(c.strata[1].mode, DRAW_SYSTEMATIC);
    assert_int_equal(c.strata[1].num, 5);
    assert_int_equal(c.strata[1].den, 100);
    assert_int_equal(c.source_count, 2);
    assert_int_equal(c.code_count, 2);
    assert_int_equal(c.codes[1].length, 2);
    assert_true(draw_commitment_sealed(&c));
    assert_int_equal(draw_commitment_stratum(&c, STR("B一般")), 1);
    assert_int_equal(draw_commitment_stratum(&c, STR("C")), -1);
    arena_free(&arena);
}

static void assert_again(struct str text, const struct draw_commitment *c)
{
    struct buf out = {0};
    assert_int_equal(draw_commitment_write(&out, c, NULL), ERR_OK);
    assert_int_equal(out.len, text.len);
    assert_memory_equal(out.data, text.data, text.len);
    buf_free(&out);
}

/* Every byte changed to every printable one and some others: what is still read is written so. */
static void whatever_is_read_is_written_byte_for_byte(void **state)
{
    static const char others[] = "\n\t\r\x01\x7F\x80\xC2\xFF";
    char text[2048];
    struct str all = whole(text, sizeof text);
    size_t read = 0;
    (void)state;
    for (size_t at = 0; at < all.len; at++) {
        char kept = text[at];
        struct arena arena = {0};
        for (int c = 0; c < 0x7F - 0x20 + (int)sizeof others - 1; c++) {
            struct draw_commitment commitment;
            text[at] = c < 0x5F ? (char)(0x20 + c) : others[c - 0x5F];
            if (draw_commitment_parse(&commitment, &arena, all, NULL) != ERR_OK)
                continue;
            assert_again(all, &commitment);
            read++;
        }
        text[at] = kept;
        arena_free(&arena);
    }
    assert_true(read > all.len);
}

static void a_commitment_cut_anywhere_is_refused(void **state)
{
    (void)state;
    char text[2048];
    struct str all = whole(text, sizeof text);
    struct str open = str_sub(all, 0, (size_t)str_find(all, STR("code 16")));
    struct str one = str_sub(all, 0, (size_t)str_find(all, STR("code 2")));
    struct str source = str_sub(all, 0, (size_t)str_find(all, STR("source dice")));
    for (size_t len = 0; len < all.len; len++) {
        struct arena arena = {0};
        struct draw_commitment c;
        enum err err = draw_commitment_parse(&c, &arena, str_sub(all, 0, len), NULL);
        bool lawful = len == open.len || len == one.len || len == source.len;
        assert_int_equal(err, lawful ? ERR_OK : ERR_FORMAT);
        arena_free(&arena);
    }
}

struct edit {
    const char *from;
    const char *to;
};

/* The commitment with the first `from` replaced. */
static enum err edited(const struct edit *edit, struct fault *fault)
{
    char text[2048];
    struct str all = whole(text, sizeof text);
    struct arena arena = {0};
    struct buf out = {0};
    struct draw_commitment c;
    ptrdiff_t at = str_find(all, str_of(edit->from));
    assert_true(at >= 0);
    buf_str(&out, str_sub(all, 0, (size_t)at));
    buf_cat(&out, edit->to);
    buf_str(&out, str_sub(all, (size_t)at + strlen(edit->from), all.len));
    enum err err = draw_commitment_parse(&c, &arena, buf_view(&out), fault);
    buf_free(&out);
    arena_free(&arena);
    return err;
}

static void every_rule_of_section_3_is_kept(void **state)
{
    static const struct edit bad[] = {
        {"sunlot-draw/1", "sunlot-draw/2"},
        {"commitment", "beacon"},
        {"organiser 示例", "organiser \t示例"},
        {"organiser 示例县市场监督管理局 第二 科", "organiser "},
        {"draw 410882-2026-849", "draw 410882 849"},
        {"task 示市监抽查〔2026〕32号", "task"},
        {"opened 2026-03-02T01:00:00Z", "opened 2026-03-02T01:00:00.5Z"},
        {"opened 2026-03-02T01:00:00Z", "opened 2026-03-02 01:00:00Z"},
        {"opened 2026-03-02T01:00:00Z", "opened 2026-02-30T01:00:00Z"},
        {"opened 2026-03-02T01:00:00Z", "opened 2026-06-30T16:00:00Z"},
        {"pool-form plain", "pool-form open"},
        {"pool-size 400", "pool-size 0400"},
        {"pool-size 400", "pool-size 401"},
        {"225 ceil", "224 ceil"},
        {"225 ceil", "18446744073709551615 ceil"},
        {"A低 225", "C低 225"},
        {"A低 225", "B一般 225"},
        {"ceil 1/100", "floor 1/100"},
        {"ceil 1/100", "ceil 1/0"},
        {"ceil 1/100", "ceil 1"},
        {"ceil 1/100", "ceil 1/100/1"},
        {"fixed 0/1", "fixed 0/2"},
        {"fixed 0/1", "fixed 00/1"},
        {"stratum A低", "stratum  A低"},
        {"systematic 5/100", "systematic 5/18446744073709551615"},
        {"source dice 10 20\n", "source dice 10 20\n\n"},
        {"code 16", "code 0"},
        {"code 16", "code 65537"},
        {"code 16 99", "code 16 9"},
        {"code 2 " ROOT "\n", "code 2 " ROOT "\nnote hello\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fault fault = {0};
        assert_int_equal(edited(&bad[i], &fault), ERR_FORMAT);
        assert_true(fault.text[0] != '\0');
    }
    static const struct edit good[] = {{"task 示市监抽查〔2026〕32号", "task -"},
                                       {"pool-form plain", "pool-form blinded"},
                                       {"ceil 1/100", "ceil 3/2"},
                                       {"fixed 0/1", "fixed 1000/1"}};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_int_equal(edited(&good[i], NULL), ERR_OK);
}

static void the_line_that_is_wrong_is_named(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct edit edit = {"systematic 5/100", "sometimes 5/100"};
    assert_int_equal(edited(&edit, &fault), ERR_FORMAT);
    assert_int_equal(fault.row, 11);
    assert_non_null(strstr(fault.text, "11"));
}

/* A commitment in memory that can be written. */
static struct draw_commitment sample(const struct draw_stratum *strata, size_t count,
                                     const struct draw_source *source)
{
    struct draw_commitment c = {.organiser = STR("局"),
                                .number = STR("1"),
                                .task = STR("-"),
                                .opened = 0,
                                .disclose_by = 1000000,
                                .strata = strata,
                                .stratum_count = count,
                                .sources = source,
                                .source_count = 1};
    for (size_t i = 0; i < count; i++)
        c.pool_size += strata[i].count;
    return c;
}

static void a_blinded_pool_must_not_name_its_classes(void **state)
{
    (void)state;
    struct buf out = {0};
    struct draw_source source = {.kind = DRAW_SOURCE_LOCAL};
    struct draw_stratum named[] = {{STR("A低"), 1, DRAW_CEIL, 1, 2}};
    struct draw_stratum opaque[] = {{STR("S1"), 1, DRAW_CEIL, 1, 2},
                                    {STR("X12"), 3, DRAW_FIXED, 0, 1}};
    struct draw_commitment c = sample(named, 1, &source);
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_OK);
    c.blinded = true;
    buf_clear(&out);
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    assert_int_equal(out.len, 0);
    c = sample(opaque, 2, &source);
    c.blinded = true;
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_OK);
    assert_false(draw_stratum_opaque(STR("S")) || draw_stratum_opaque(STR("S0")) ||
                 draw_stratum_opaque(STR("S01")) || draw_stratum_opaque(STR("SA")) ||
                 draw_stratum_opaque(STR("Y1")));
    buf_free(&out);
}

static void a_commitment_that_cannot_be_is_not_written(void **state)
{
    (void)state;
    struct buf out = {0};
    struct draw_source source = {.kind = DRAW_SOURCE_LOCAL};
    struct draw_source bad = {.kind = DRAW_SOURCE_DICE, .sides = 1, .rolls = 1};
    struct draw_stratum strata[] = {{STR("A"), 1, DRAW_CEIL, 1, 2},
                                    {STR("B"), 2, DRAW_FIXED, 1, 1}};
    struct draw_commitment c = sample(strata, 2, &bad);
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    c = sample(strata, 2, &source);
    c.source_count = 0;
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    c = sample(strata, 0, &source);
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    c = sample(strata, 2, &source);
    c.opened = 1;
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    c = sample(strata, 2, &source);
    c.number = STR("");
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    c = sample(strata, 2, &source);
    c.organiser = STR("局\ndraw 2");
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_INPUT);
    assert_int_equal(out.len, 0);
    c = sample(strata, 2, &source);
    assert_int_equal(draw_commitment_write(&out, &c, NULL), ERR_OK);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commitment_is_read_value_by_value),
        cmocka_unit_test(whatever_is_read_is_written_byte_for_byte),
        cmocka_unit_test(a_commitment_cut_anywhere_is_refused),
        cmocka_unit_test(every_rule_of_section_3_is_kept),
        cmocka_unit_test(the_line_that_is_wrong_is_named),
        cmocka_unit_test(a_blinded_pool_must_not_name_its_classes),
        cmocka_unit_test(a_commitment_that_cannot_be_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
