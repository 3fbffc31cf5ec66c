/* Randomness sources: lines, parts, entropy, and the string that is hashed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "draw/source.h"
#include "help.h"

#define HEX64 "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
#define HEX96                                                                                      \
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0d" \
    "fc92"

static const char *const good_lines[] = {
    "drand " HEX64 " 123",
    "drand " HEX64 " 18446744073709551615",
    "lottery cwl-ssq 2026024 unordered 6 unordered 1",
    "lottery cwl-3d 2026024 ordered 3",
    "dice 10 20",
    "dice 2 1000",
    "witness JIWEI " HEX64,
    "witness 市纪委监委 " HEX64,
    "local",
};

static void a_source_line_is_written_as_it_was_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good_lines); i++) {
        struct draw_source source;
        struct buf out = {0};
        assert_int_equal(draw_source_parse(&source, str_of(good_lines[i]), NULL), ERR_OK);
        assert_int_equal(draw_source_write(&out, &source, NULL), ERR_OK);
        assert_str(buf_view(&out), good_lines[i]);
        buf_free(&out);
    }
}

static void a_source_line_spelt_otherwise_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "local ",
        " local",
        "Local",
        "local 1",
        "beacon 1",
        "dice",
        "dice 10",
        "dice 10 20 ",
        "dice 10  20",
        "dice 010 20",
        "dice 1 20",
        "dice 1001 20",
        "dice 10 0",
        "dice 10 1001",
        "dice 10 -1",
        "dice 4294967298 20",
        "drand " HEX64 " 0",
        "drand " HEX64 " 01",
        "drand " HEX64,
        "drand " HEX64 "00 1",
        "drand 52DB 1",
        "witness A B",
        "witness " HEX64,
        "witness a:b " HEX64,
        "witness a/b " HEX64,
        "lottery cwl-ssq 2026024",
        "lottery cwl-ssq 2026024 unordered",
        "lottery cwl-ssq 2026024 unordered 0",
        "lottery cwl-ssq 2026024 unordered 101",
        "lottery cwl-ssq 2026024 sorted 6",
        "lottery cwl:ssq 2026024 unordered 6",
        "lottery cwl-ssq 2026/24 unordered 6",
        "lottery g i ordered 1 ordered 1 ordered 1 ordered 1 ordered 1"};
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct draw_source source;
        struct fault fault = {0};
        assert_int_equal(draw_source_parse(&source, str_of(bad[i]), &fault), ERR_FORMAT);
        assert_true(fault.text[0] != '\0');
    }
}

/* Every single character changed, dropped or doubled: read back, it must be what was written. */
static void no_two_spellings_mean_the_same_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good_lines); i++)
        for (size_t at = 0; at < strlen(good_lines[i]); at++)
            for (int c = 0x20; c < 0x7F; c++) {
                char text[256];
                struct draw_source source;
                struct buf out = {0};
                snprintf(text, sizeof text, "%s", good_lines[i]);
                text[at] = (char)c;
                if (draw_source_parse(&source, str_of(text), NULL) != ERR_OK)
                    continue;
                assert_int_equal(draw_source_write(&out, &source, NULL), ERR_OK);
                assert_str(buf_view(&out), text);
                buf_free(&out);
            }
}

static uint64_t bits_of(const char *line)
{
    struct draw_source source;
    assert_int_equal(draw_source_parse(&source, str_of(line), NULL), ERR_OK);
    return draw_source_millibits(&source);
}

/* log2 of C(33,6)*16, C(80,20), C(35,5)*66, 1000, 10^20 by Python's math.comb and math.log2. */
static void entropy_is_that_of_the_games_rules(void **state)
{
    (void)state;
    assert_int_equal(bits_of("lottery cwl-ssq 1 unordered 6 unordered 1"), 24078);
    assert_int_equal(bits_of("lottery cwl-kl8 1 unordered 20"), 61616);
    assert_int_equal(bits_of("lottery slc-dlt 1 unordered 5 unordered 2"), 24352);
    assert_int_equal(bits_of("lottery cwl-3d 1 ordered 3"), 9965);
    assert_int_equal(bits_of("dice 10 20"), 66438);
    assert_int_equal(bits_of("dice 2 64"), 64000);
    assert_int_equal(bits_of("witness A " HEX64), 256000);
    assert_true(bits_of("drand " HEX64 " 1") >= 128000);
    assert_int_equal(bits_of("local"), 0);
}

static void an_unknown_game_counts_nothing(void **state)
{
    (void)state;
    assert_int_equal(bits_of("lottery village-raffle 1 unordered 6"), 0);
    assert_int_equal(bits_of("lottery cwl-ssq 1 unordered 6"), 0);
}

static enum err enough(const char *a, const char *b, uint64_t least, struct fault *fault)
{
    struct draw_source sources[2];
    size_t count = b ? 2 : 1;
    assert_int_equal(draw_source_parse(&sources[0], str_of(a), NULL), ERR_OK);
    if (b != NULL)
        assert_int_equal(draw_source_parse(&sources[1], str_of(b), NULL), ERR_OK);
    return draw_sources_enough(sources, count, least, fault);
}

static void too_little_entropy_is_refused_and_local_does_not_help(void **state)
{
    (void)state;
    struct fault fault = {0};
    assert_int_equal(enough("lottery cwl-kl8 1 unordered 20", NULL, 64, &fault), ERR_ENTROPY);
    assert_non_null(strstr(fault.text, "61"));
    assert_non_null(strstr(fault.text, "64"));
    assert_int_equal(enough("lottery cwl-kl8 1 unordered 20", "dice 10 1", 64, NULL), ERR_OK);
    assert_int_equal(enough("lottery cwl-kl8 1 unordered 20", "local", 64, NULL), ERR_ENTROPY);
    assert_int_equal(enough("dice 10 19", NULL, 64, NULL), ERR_ENTROPY);
    assert_int_equal(enough("dice 10 20", NULL, 64, NULL), ERR_OK);
    assert_int_equal(enough("lottery x 1 unordered 20", "dice 10 10", 64, &fault), ERR_ENTROPY);
    assert_non_null(strstr(fault.text, "未知"));
    assert_int_equal(enough("local", NULL, 64, NULL), ERR_OK);
    assert_int_equal(enough("lottery cwl-kl8 1 unordered 20", NULL, 60, NULL), ERR_OK);
}

static enum err part(const char *line, const char *text)
{
    struct draw_source source;
    assert_int_equal(draw_source_parse(&source, str_of(line), NULL), ERR_OK);
    return draw_part_check(&source, str_of(text), NULL);
}

static void lottery_parts_are_ascending_canonical_and_within_the_game(void **state)
{
    (void)state;
    const char *ssq = "lottery cwl-ssq 2026024 unordered 6 unordered 1";
    assert_int_equal(part(ssq, "lottery:cwl-ssq:2026024:5.18.26.29.30.31.:3."), ERR_OK);
    static const char *const bad[] = {"lottery:cwl-ssq:2026024:5.18.26.29.30.31.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.:3.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.31.30.:3.",
                                      "lottery:cwl-ssq:2026024:5.5.26.29.30.31.:3.",
                                      "lottery:cwl-ssq:2026024:05.18.26.29.30.31.:3.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.31:3.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.34.:3.",
                                      "lottery:cwl-ssq:2026024:0.18.26.29.30.31.:3.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.31.:17.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.31.:3",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.31.:3.:",
                                      "lottery:cwl-ssq:2026025:5.18.26.29.30.31.:3.",
                                      "lottery:cwl-kl8:2026024:5.18.26.29.30.31.:3.",
                                      "lottery:cwl-ssq:2026024:5.18.26.29.30.31.:3. ",
                                      "",
                                      "lottery",
                                      "lottery:",
                                      "dice:10x1:5."};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(part(ssq, bad[i]), ERR_FORMAT);
    assert_int_equal(part("lottery cwl-3d 7 ordered 3", "lottery:cwl-3d:7:093."), ERR_OK);
    assert_int_equal(part("lottery cwl-3d 7 ordered 3", "lottery:cwl-3d:7:93."), ERR_FORMAT);
    assert_int_equal(part("lottery cwl-3d 7 ordered 3", "lottery:cwl-3d:7:0.9.3."), ERR_FORMAT);
    assert_int_equal(part("lottery x 7 unordered 2", "lottery:x:7:1.4000000000."), ERR_OK);
}

static void dice_parts_have_every_roll_within_the_sides(void **state)
{
    (void)state;
    assert_int_equal(part("dice 10 3", "dice:10x3:0.9.0."), ERR_OK);
    static const char *const bad[] = {
        "dice:10x3:0.9.",   "dice:10x3:0.9.0.1.", "dice:10x3:0.10.0.", "dice:10x4:0.9.0.1.",
        "dice:9x3:0.8.0.",  "dice:10x3:0.9.0",    "dice:10x3:0.09.0.", "dice:10x03:0.9.0.",
        "dice:10x3:0,9,0,", "dice:10x3:0.9.-0."};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(part("dice 10 3", bad[i]), ERR_FORMAT);
}

/* H(00 01 .. 1f) = 630dcd29..., by Python's hashlib. */
static void a_witness_is_held_to_the_hash(void **state)
{
    (void)state;
    const char *line = "witness W 630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd";
    const char *right = "witness:W:000102030405060708090a0b0c0d0e0f"
                        "101112131415161718191a1b1c1d1e1f";
    const char *wrong = "witness:W:000102030405060708090a0b0c0d0e0f"
                        "101112131415161718191a1b1c1d1e1e";
    assert_int_equal(part(line, right), ERR_OK);
    assert_int_equal(part(line, wrong), ERR_PROOF);
    assert_int_equal(part(line, "witness:W:00"), ERR_FORMAT);
    assert_int_equal(part(line, "witness:V:000102030405060708090a0b0c0d0e0f"
                                "101112131415161718191a1b1c1d1e1f"),
                     ERR_FORMAT);
}

static void drand_and_local_parts_are_checked_for_form(void **state)
{
    (void)state;
    const char *line = "drand " HEX64 " 123";
    assert_int_equal(part(line, "drand:" HEX64 ":123:" HEX96), ERR_OK);
    assert_int_equal(part(line, "drand:" HEX64 ":123:" HEX96 HEX96), ERR_OK);
    assert_int_equal(part(line, "drand:" HEX64 ":124:" HEX96), ERR_FORMAT);
    assert_int_equal(part(line, "drand:" HEX64 ":123:" HEX64), ERR_FORMAT);
    assert_int_equal(part(line, "drand:" HEX64 ":123:" HEX96 "00"), ERR_FORMAT);
    assert_int_equal(part("local", "local:" HEX64), ERR_OK);
    assert_int_equal(part("local", "local:" HEX96), ERR_FORMAT);
    assert_int_equal(part("local", "local"), ERR_FORMAT);
}

static void what_was_not_checked_is_said(void **state)
{
    (void)state;
    struct draw_source source = {.kind = DRAW_SOURCE_DRAND};
    assert_int_equal(draw_source_proof(&source), DRAW_PROOF_UNCHECKED);
    assert_non_null(strstr(draw_proof_zh(DRAW_PROOF_UNCHECKED), "签名未在此核验"));
    source.kind = DRAW_SOURCE_WITNESS;
    assert_int_equal(draw_source_proof(&source), DRAW_PROOF_COMPLETE);
    source.kind = DRAW_SOURCE_DICE;
    assert_int_equal(draw_source_proof(&source), DRAW_PROOF_OUTSIDE);
    source.kind = DRAW_SOURCE_LOCAL;
    assert_int_equal(draw_source_proof(&source), DRAW_PROOF_NONE);
    assert_true(draw_sources_local(&source, 1));
    assert_false(draw_sources_local(&source, 0));
}

static void randomness_joins_leaf_and_parts_with_slashes(void **state)
{
    (void)state;
    uint8_t leaf[DRAW_HASH];
    struct buf out = {0};
    struct str parts[] = {STR("dice:10x1:3."), STR("local:00")};
    memset(leaf, 0xAB, sizeof leaf);
    assert_int_equal(draw_randomness(&out, leaf, parts, 2), ERR_OK);
    assert_str(buf_view(&out),
               "entry:abababababababababababababababababababababababababababababababab"
               "/dice:10x1:3./local:00/");
    buf_free(&out);
}

static void source_lines_are_read_until_something_else_comes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_source *sources = NULL;
    size_t count = 0;
    struct fault fault = {0};
    struct draw_lines lines = {STR("source local\nsource dice 10 20\ncode 1\n"), 7};
    assert_int_equal(draw_sources_parse(&sources, &count, &arena, &lines, NULL), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(lines.row, 9);
    assert_true(draw_line_is(&lines, STR("code")));
    struct draw_lines none = {STR("code 1\n"), 7};
    assert_int_equal(draw_sources_parse(&sources, &count, &arena, &none, &fault), ERR_FORMAT);
    assert_int_equal(fault.row, 8);
    struct draw_lines bad = {STR("source local\nsource dice 10 0\n"), 7};
    assert_int_equal(draw_sources_parse(&sources, &count, &arena, &bad, &fault), ERR_FORMAT);
    assert_int_equal(fault.row, 9);
    arena_free(&arena);
}

static void names_and_texts_keep_to_their_alphabet(void **state)
{
    (void)state;
    assert_true(draw_id_ok(STR("91410882MA00292431")) && draw_id_ok(STR("SL-1.Z")));
    assert_false(draw_id_ok(STR("")) || draw_id_ok(STR("a")) || draw_id_ok(STR("A B")) ||
                 draw_id_ok(STR("A|B")) || draw_id_ok(STR("A/B")) || draw_id_ok(STR("A,B")) ||
                 draw_id_ok(STR("A@")) || draw_id_ok(STR("A[")) || draw_id_ok(STR("甲")) ||
                 draw_id_ok(STR("\xC1\xDA")) || draw_id_ok(STR("\x7F")) || draw_id_ok(STR("A\0")));
    char longest[66];
    memset(longest, 'A', sizeof longest);
    assert_true(draw_id_ok(str_range(longest, 64)));
    assert_false(draw_id_ok(str_range(longest, 65)));
    assert_true(draw_name_ok(STR("排除-本年度已查"), 64));
    assert_false(draw_name_ok(STR("a b"), 64) || draw_name_ok(STR("a\xE3\x80\x80"), 64) ||
                 draw_name_ok(STR("a\xC2\xA0"), 64) || draw_name_ok(STR("a\t"), 64) ||
                 draw_name_ok(STR(""), 64) || draw_name_ok(STR("\xFF"), 64) ||
                 draw_name_ok(STR("\xC2\x85"), 64));
    assert_true(draw_text_ok(STR("a b"), 3));
    assert_false(draw_text_ok(STR("a b"), 2) || draw_text_ok(STR("a\nb"), 9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_line_is_written_as_it_was_read),
        cmocka_unit_test(a_source_line_spelt_otherwise_is_refused),
        cmocka_unit_test(no_two_spellings_mean_the_same_source),
        cmocka_unit_test(entropy_is_that_of_the_games_rules),
        cmocka_unit_test(an_unknown_game_counts_nothing),
        cmocka_unit_test(too_little_entropy_is_refused_and_local_does_not_help),
        cmocka_unit_test(lottery_parts_are_ascending_canonical_and_within_the_game),
        cmocka_unit_test(dice_parts_have_every_roll_within_the_sides),
        cmocka_unit_test(a_witness_is_held_to_the_hash),
        cmocka_unit_test(drand_and_local_parts_are_checked_for_form),
        cmocka_unit_test(what_was_not_checked_is_said),
        cmocka_unit_test(randomness_joins_leaf_and_parts_with_slashes),
        cmocka_unit_test(source_lines_are_read_until_something_else_comes),
        cmocka_unit_test(names_and_texts_keep_to_their_alphabet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
