/* The pool: what a line may be, order, counts, roots plain and blinded, proofs of presence and
 * absence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crypto/merkle.h"
#include "draw/pool.h"
#include "help.h"

static const char *const lines[] = {"A-1\tS1", "A-2\tS2", "A.3\tS1", "B\tX1", "C9\tS2"};

static struct draw_pool *feed(struct arena *arena, const uint8_t *key)
{
    struct draw_pool *pool = NULL;
    assert_int_equal(draw_pool_open(&pool, arena, key), ERR_OK);
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_int_equal(draw_pool_line(NULL, pool, str_of(lines[i]), NULL), ERR_OK);
    return pool;
}

/* Roots: Python's hashlib and hmac, RFC 6962 by its recursive definition. */
static void the_root_is_the_tree_hash_of_the_lines(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint8_t root[DRAW_HASH];
    assert_int_equal(draw_pool_root(root, feed(&arena, NULL)), ERR_OK);
    assert_hex(root, 32, "71062569e04bfe247f9c3f217e510005716ac32a34b77ccad78af846d6dab8df");
    arena_free(&arena);
}

static void a_blinded_leaf_ends_with_its_nonce(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf leaf = {0};
    uint8_t root[DRAW_HASH];
    uint8_t key[DRAW_HASH];
    uint8_t nonce[DRAW_NONCE];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(100 + i);
    assert_int_equal(draw_pool_root(root, feed(&arena, key)), ERR_OK);
    assert_hex(root, 32, "2b3807dc5b3c394f87b3b073b45e210547df5088e44949f55751a939f7351380");
    draw_pool_nonce(nonce, key, STR("A-1"));
    assert_int_equal(draw_pool_leaf(&leaf, str_of(lines[0]), nonce), ERR_OK);
    assert_str(buf_view(&leaf), "A-1\tS1\t5a3cd81ea8c8db29ced50a9cc5134ce9");
    buf_clear(&leaf);
    assert_int_equal(draw_pool_leaf(&leaf, str_of(lines[0]), NULL), ERR_OK);
    assert_str(buf_view(&leaf), lines[0]);
    buf_free(&leaf);
    arena_free(&arena);
}

static void strata_are_counted_and_sorted(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_stratum *strata = NULL;
    size_t count = 0;
    struct draw_pool *pool = feed(&arena, NULL);
    assert_int_equal(draw_pool_strata(&strata, &count, pool, &arena), ERR_OK);
    assert_int_equal(count, 3);
    assert_str(strata[0].name, "S1");
    assert_int_equal(strata[0].count, 2);
    assert_str(strata[2].name, "X1");
    assert_int_equal(strata[2].count, 1);
    assert_int_equal(draw_pool_size(pool), 5);
    arena_free(&arena);
}

static enum err one(const char *line, size_t len)
{
    struct arena arena = {0};
    struct draw_pool *pool = NULL;
    struct fault fault = {0};
    assert_int_equal(draw_pool_open(&pool, &arena, NULL), ERR_OK);
    enum err err = draw_pool_line(NULL, pool, str_range(line, len), &fault);
    if (err != ERR_OK) {
        assert_int_equal(fault.row, 1);
        assert_true(fault.text[0] != '\0');
    }
    arena_free(&arena);
    return err;
}

static void a_malformed_line_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "A",
                                      "A\t",
                                      "\tS",
                                      "a\tS",
                                      "A B\tS",
                                      "A\tS T",
                                      "A\tS\t",
                                      "A\tS\tT",
                                      "A\t\xFF",
                                      "A\tS\r",
                                      "A|1\tS",
                                      "A\tS\x7F",
                                      "\xEF\xBB\xBF"
                                      "A\tS",
                                      "A\tS\xE3\x80\x80"};
    char text[160];
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(one(bad[i], strlen(bad[i])), ERR_INPUT);
    assert_int_equal(one("A\tS\0", 4), ERR_INPUT);
    memset(text, 'A', sizeof text);
    text[64] = '\t';
    assert_int_equal(one(text, 65 + 64), ERR_OK);
    assert_int_equal(one(text, 65 + 65), ERR_INPUT);
    text[64] = 'A';
    text[65] = '\t';
    assert_int_equal(one(text, 80), ERR_INPUT);
}

static enum err second(const char *first, const char *next, uint64_t *row)
{
    struct arena arena = {0};
    struct draw_pool *pool = NULL;
    struct fault fault = {0};
    assert_int_equal(draw_pool_open(&pool, &arena, NULL), ERR_OK);
    assert_int_equal(draw_pool_line(NULL, pool, str_of(first), NULL), ERR_OK);
    enum err err = draw_pool_line(NULL, pool, str_of(next), &fault);
    *row = fault.row;
    arena_free(&arena);
    return err;
}

static void order_and_uniqueness_hold_and_the_line_is_named(void **state)
{
    (void)state;
    uint64_t row = 0;
    assert_int_equal(second("B\tS", "B\tS", &row), ERR_DUPLICATE);
    assert_int_equal(row, 2);
    assert_int_equal(second("B\tS", "B\tT", &row), ERR_DUPLICATE);
    assert_int_equal(second("B\tS", "A\tS", &row), ERR_INPUT);
    assert_int_equal(row, 2);
    assert_int_equal(second("AB\tS", "A\tS", &row), ERR_INPUT);
    assert_int_equal(second("A\tS", "AB\tS", &row), ERR_OK);
    assert_int_equal(second("A.\tS", "A0\tS", &row), ERR_OK);
    assert_int_equal(second("A-\tS", "A.\tS", &row), ERR_OK);
}

/* One more stratum than there may be, their names differing in the middle only. */
static void too_many_strata(const char *before, const char *after)
{
    struct arena arena = {0};
    struct draw_pool *pool = NULL;
    struct fault fault = {0};
    struct draw_stratum *strata = NULL;
    size_t count = 0;
    char line[160];
    assert_int_equal(draw_pool_open(&pool, &arena, NULL), ERR_OK);
    for (unsigned i = 0; i <= DRAW_STRATA; i++) {
        snprintf(line, sizeof line, "%08u\t%s%04u%s", i, before, i, after);
        enum err err = draw_pool_line(NULL, pool, str_of(line), &fault);
        assert_int_equal(err, i < DRAW_STRATA ? ERR_OK : ERR_LIMIT);
    }
    assert_int_equal(fault.row, DRAW_STRATA + 1);
    assert_int_equal(draw_pool_strata(&strata, &count, pool, &arena), ERR_OK);
    assert_int_equal(count, DRAW_STRATA);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(strata[i].count, 1);
    arena_free(&arena);
}

static void strata_are_limited_and_told_apart_by_every_byte(void **state)
{
    (void)state;
    too_many_strata("", "");
    too_many_strata("S", "");
    too_many_strata("SAMEHEAD", "SAMETAIL");
    too_many_strata("SAMEHEAD------", "------SAMEMIDDLE----------SAMETAIL");
}

/* Names of each length that differ in one byte only, wherever that is. */
static void names_that_differ_in_any_one_byte_are_two_strata(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 64; len++) {
        struct arena arena = {0};
        struct draw_pool *pool = NULL;
        struct draw_stratum *strata = NULL;
        size_t count = 0;
        char line[80];
        assert_int_equal(draw_pool_open(&pool, &arena, NULL), ERR_OK);
        for (size_t at = 0; at <= len; at++) {
            int head = snprintf(line, sizeof line, "%03zu\t", at);
            memset(line + head, 'n', len);
            if (at < len)
                line[(size_t)head + at] = 'm';
            struct str text = str_range(line, (size_t)head + len);
            assert_int_equal(draw_pool_line(NULL, pool, text, NULL), ERR_OK);
        }
        assert_int_equal(draw_pool_strata(&strata, &count, pool, &arena), ERR_OK);
        assert_int_equal(count, len + 1);
        arena_free(&arena);
    }
}

/* A commitment over the five lines. */
static struct draw_commitment commitment(struct draw_stratum strata[3])
{
    struct draw_commitment c = {.pool_size = 5, .strata = strata, .stratum_count = 3};
    strata[0] = (struct draw_stratum){STR("S1"), 2, DRAW_CEIL, 1, 2};
    strata[1] = (struct draw_stratum){STR("S2"), 2, DRAW_CEIL, 1, 2};
    strata[2] = (struct draw_stratum){STR("X1"), 1, DRAW_FIXED, 0, 1};
    assert_int_equal(
        str_unhex(c.pool_root, 32,
                  STR("71062569e04bfe247f9c3f217e510005716ac32a34b77ccad78af846d6dab8df")),
        ERR_OK);
    return c;
}

static void a_pool_is_held_to_its_commitment(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct draw_stratum strata[3];
    struct draw_commitment c = commitment(strata);
    struct draw_pool *pool = feed(&arena, NULL);
    assert_int_equal(draw_pool_check(pool, &c, NULL), ERR_OK);
    c.pool_root[31] ^= 1;
    assert_int_equal(draw_pool_check(pool, &c, NULL), ERR_PROOF);
    c = commitment(strata);
    c.pool_size = 6;
    assert_int_equal(draw_pool_check(pool, &c, NULL), ERR_PROOF);
    c = commitment(strata);
    strata[0].count = 1;
    strata[1].count = 3;
    assert_int_equal(draw_pool_check(pool, &c, NULL), ERR_PROOF);
    c = commitment(strata);
    c.stratum_count = 2;
    strata[1] = (struct draw_stratum){STR("S3"), 3, DRAW_CEIL, 1, 2};
    assert_int_equal(draw_pool_check(pool, &c, NULL), ERR_PROOF);
    arena_free(&arena);
}

/* Presence by a proof of one leaf; absence by the proofs of two neighbours between which the id
 * would stand (PROTOCOL.md section 2), for every id there is and for some between. */
static bool present(uint64_t index, const uint8_t root[DRAW_HASH])
{
    struct crypto_prover prover;
    struct crypto_proof proof;
    uint8_t made[DRAW_HASH];
    uint8_t leaf[DRAW_HASH];
    crypto_prover_init(&prover, index);
    for (size_t i = 0; i < COUNT(lines); i++)
        crypto_prover_add(&prover, str_of(lines[i]));
    assert_int_equal(crypto_prover_proof(&proof, made, &prover), ERR_OK);
    crypto_leaf(leaf, str_of(lines[index]));
    return crypto_merkle_verify_inclusion(leaf, index, COUNT(lines), &proof, root) == ERR_OK;
}

static void absence_is_shown_by_two_neighbours(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint8_t root[DRAW_HASH];
    struct str absent = STR("A-3");
    assert_int_equal(draw_pool_root(root, feed(&arena, NULL)), ERR_OK);
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_true(present(i, root));
    struct draw_object left;
    struct draw_object right;
    assert_int_equal(draw_pool_split(&left, str_of(lines[1]), NULL), ERR_OK);
    assert_int_equal(draw_pool_split(&right, str_of(lines[2]), NULL), ERR_OK);
    assert_true(str_cmp(left.id, absent) < 0 && str_cmp(absent, right.id) < 0);
    root[0] ^= 1;
    assert_false(present(1, root));
    arena_free(&arena);
}

static void a_line_is_written_only_if_it_can_be_read(void **state)
{
    (void)state;
    struct buf out = {0};
    assert_int_equal(draw_pool_write(&out, STR("A"), STR("甲"), NULL), ERR_OK);
    assert_str(buf_view(&out), "A\t甲");
    assert_int_equal(draw_pool_write(&out, STR("a"), STR("S"), NULL), ERR_INPUT);
    assert_int_equal(draw_pool_write(&out, STR("A"), STR("S 1"), NULL), ERR_INPUT);
    assert_int_equal(draw_pool_write(&out, STR("A"), STR(""), NULL), ERR_INPUT);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_the_tree_hash_of_the_lines),
        cmocka_unit_test(a_blinded_leaf_ends_with_its_nonce),
        cmocka_unit_test(strata_are_counted_and_sorted),
        cmocka_unit_test(a_malformed_line_is_refused),
        cmocka_unit_test(order_and_uniqueness_hold_and_the_line_is_named),
        cmocka_unit_test(strata_are_limited_and_told_apart_by_every_byte),
        cmocka_unit_test(names_that_differ_in_any_one_byte_are_two_strata),
        cmocka_unit_test(a_pool_is_held_to_its_commitment),
        cmocka_unit_test(absence_is_shown_by_two_neighbours),
        cmocka_unit_test(a_line_is_written_only_if_it_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
