/* Quotas and selection against a plain second way: sort everything, take the first k. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw/quota.h"
#include "draw/seed.h"
#include "draw/select.h"
#include "help.h"

/* A rounding ticket whose first 8 bytes are this number. */
static void rounding_of(uint8_t ticket[DRAW_HASH], uint64_t number)
{
    memset(ticket, 0, DRAW_HASH);
    for (size_t i = 0; i < 8; i++)
        ticket[i] = (uint8_t)(number >> (56 - 8 * i));
}

static uint64_t quota_of(uint64_t count, enum draw_mode mode, uint64_t num, uint64_t den)
{
    struct draw_stratum stratum = {STR("S"), count, mode, num, den};
    uint8_t rounding[DRAW_HASH] = {0};
    uint64_t quota = 0;
    assert_int_equal(draw_quotas(&quota, &stratum, 1, rounding, NULL), ERR_OK);
    return quota;
}

static void fixed_and_ceil_quotas_are_exact(void **state)
{
    (void)state;
    assert_int_equal(quota_of(10, DRAW_FIXED, 3, 1), 3);
    assert_int_equal(quota_of(10, DRAW_FIXED, 30, 1), 10);
    assert_int_equal(quota_of(100, DRAW_CEIL, 3, 100), 3);
    assert_int_equal(quota_of(101, DRAW_CEIL, 3, 100), 4);
    assert_int_equal(quota_of(1, DRAW_CEIL, 1, 1000000), 1);
    assert_int_equal(quota_of(0, DRAW_CEIL, 1, 2), 0);
    assert_int_equal(quota_of(7, DRAW_CEIL, 0, 5), 0);
    assert_int_equal(quota_of(10, DRAW_CEIL, 3, 2), 10);
    assert_true(quota_of(UINT64_MAX, DRAW_CEIL, UINT64_MAX, UINT64_MAX) == UINT64_MAX);
    assert_true(quota_of(UINT64_MAX, DRAW_CEIL, 1, 2) == UINT64_C(1) << 63);
}

static void what_cannot_be_computed_exactly_is_refused(void **state)
{
    (void)state;
    struct draw_stratum strata[2] = {{STR("A"), 5, DRAW_SYSTEMATIC, 1, (UINT64_C(1) << 61) - 1},
                                     {STR("B"), 5, DRAW_SYSTEMATIC, 1, (UINT64_C(1) << 31) - 1}};
    uint8_t rounding[DRAW_HASH] = {0};
    uint64_t quotas[2];
    assert_int_equal(draw_quotas(quotas, strata, 1, rounding, NULL), ERR_OK);
    assert_int_equal(draw_quotas(quotas, strata, 2, rounding, NULL), ERR_RANGE);
    assert_int_equal(draw_quota_bounds(NULL, NULL, strata, 2, NULL), ERR_RANGE);
    strata[0] = (struct draw_stratum){STR("A"), UINT64_MAX, DRAW_SYSTEMATIC, UINT64_MAX, 1};
    assert_int_equal(draw_quotas(quotas, strata, 1, rounding, NULL), ERR_RANGE);
}

/* For every u there is: quotas are the share rounded down or up, their sum too, and the mean over
 * all u is the share itself, exactly. */
static void systematic_quotas_are_exactly_fair_over_all_roundings(void **state)
{
    enum { STRATA = 30, Q = 300 }; /* lcm of 100 and 3 */
    struct draw_stratum strata[STRATA];
    uint64_t sums[STRATA] = {0};
    uint64_t least[STRATA];
    uint64_t most[STRATA];
    uint64_t share = 0; /* times Q */
    (void)state;
    for (size_t i = 0; i < STRATA; i++) {
        strata[i] = (struct draw_stratum){STR("S"), 1 + i * 7 % 9, DRAW_SYSTEMATIC, 3, 100};
        if (i % 5 == 0)
            strata[i] = (struct draw_stratum){STR("S"), 1 + i % 4, DRAW_SYSTEMATIC, 1, 3};
        share += strata[i].count * strata[i].num * (Q / strata[i].den);
    }
    assert_int_equal(draw_quota_bounds(least, most, strata, STRATA, NULL), ERR_OK);
    for (uint64_t u = 0; u < Q; u++) {
        uint8_t rounding[DRAW_HASH];
        uint64_t quotas[STRATA];
        uint64_t total = 0;
        rounding_of(rounding, (uint64_t)((((unsigned __int128)u << 64) + Q - 1) / Q));
        assert_int_equal(draw_quotas(quotas, strata, STRATA, rounding, NULL), ERR_OK);
        for (size_t i = 0; i < STRATA; i++) {
            assert_true(least[i] <= quotas[i] && quotas[i] <= most[i]);
            sums[i] += quotas[i];
            total += quotas[i];
        }
        assert_true(total == share / Q || total == share / Q + 1);
    }
    for (size_t i = 0; i < STRATA; i++)
        assert_int_equal(sums[i], strata[i].count * strata[i].num * (Q / strata[i].den));
}

enum { OBJECTS = 500, STRATA = 3 };

/* A pool in memory, its strata interleaved. */
struct case_ {
    struct arena arena;
    struct draw_commitment commitment;
    struct draw_stratum strata[STRATA];
    char ids[OBJECTS][72];
    struct str stratum[OBJECTS];
    uint64_t quotas[STRATA];
    uint8_t seed[DRAW_HASH];
};

static void case_make(struct case_ *c, uint64_t number, const uint64_t quotas[STRATA])
{
    static const struct str names[STRATA] = {{"A", 1}, {"B-长名称的分层", 20}, {"X", 1}};
    uint64_t state = number;
    memset(c, 0, sizeof *c);
    seed_of(c->seed, number);
    for (size_t i = 0; i < STRATA; i++)
        c->strata[i] = (struct draw_stratum){names[i], 0, DRAW_FIXED, quotas[i], 1};
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t s = dice(&state, STRATA);
        snprintf(c->ids[i], sizeof c->ids[i], "ID%0*zu", (int)(3 + i * 7 % 59), i);
        c->stratum[i] = names[s];
        c->strata[s].count++;
    }
    memcpy(c->quotas, quotas, sizeof c->quotas);
    c->commitment = (struct draw_commitment){
        .strata = c->strata, .stratum_count = STRATA, .pool_size = OBJECTS};
}

static struct draw_selection case_select(struct case_ *c)
{
    struct draw_select *select = NULL;
    struct draw_selection selection;
    assert_int_equal(draw_select_open(&select, &c->arena, &c->commitment, c->quotas, c->seed),
                     ERR_OK);
    for (size_t i = 0; i < OBJECTS; i++)
        assert_int_equal(draw_select_object(select, str_of(c->ids[i]), c->stratum[i], NULL),
                         ERR_OK);
    assert_int_equal(draw_select_close(&selection, select, NULL), ERR_OK);
    return selection;
}

struct plain {
    uint8_t ticket[DRAW_HASH];
    const char *id;
};

static int plain_cmp(const void *a, const void *b)
{
    int order = memcmp(((const struct plain *)a)->ticket, ((const struct plain *)b)->ticket, 32);
    return order ? order : strcmp(((const struct plain *)a)->id, ((const struct plain *)b)->id);
}

/* All tickets of a stratum by crypto_hmac on the label as text, sorted. */
static size_t plain_sorted(struct plain *list, const struct case_ *c, size_t stratum)
{
    size_t count = 0;
    for (size_t i = 0; i < OBJECTS; i++) {
        char label[96];
        if (!str_eq(c->stratum[i], c->strata[stratum].name))
            continue;
        int len = snprintf(label, sizeof label, "object:%s\x01", c->ids[i]);
        list[count].id = c->ids[i];
        crypto_hmac(list[count++].ticket, draw_bytes(c->seed, DRAW_HASH),
                    str_range(label, (size_t)len));
    }
    qsort(list, count, sizeof *list, plain_cmp);
    return count;
}

static void selection_is_the_first_k_of_all_sorted(void **state)
{
    static const uint64_t quotas[][STRATA] = {{10, 1, 0}, {0, 0, 0}, {100, 100, 100}, {1, 50, 7}};
    (void)state;
    for (uint64_t n = 0; n < 40; n++) {
        struct case_ c;
        struct plain list[OBJECTS];
        case_make(&c, n, quotas[n % 4]);
        struct draw_selection selection = case_select(&c);
        size_t row = 0;
        for (size_t s = 0; s < STRATA; s++) {
            plain_sorted(list, &c, s);
            for (size_t k = 0; k < c.quotas[s]; k++, row++) {
                assert_string_equal(list[k].id, arena_cstr(&c.arena, selection.rows[row].id));
                assert_memory_equal(list[k].ticket, selection.rows[row].ticket, DRAW_HASH);
                assert_int_equal(selection.rows[row].rank, k + 1);
                assert_int_equal(selection.rows[row].stratum, s);
            }
            const uint8_t *cutoff = draw_selection_cutoff(&selection, s);
            assert_true((cutoff == NULL) == (c.quotas[s] == 0));
            if (cutoff != NULL)
                assert_memory_equal(cutoff, list[c.quotas[s] - 1].ticket, DRAW_HASH);
        }
        assert_int_equal(row, selection.count);
        arena_free(&c.arena);
    }
}

static void a_whole_stratum_can_be_drawn_and_no_more(void **state)
{
    (void)state;
    struct case_ c;
    static const uint64_t none[STRATA] = {0};
    case_make(&c, 1, none);
    for (size_t s = 0; s < STRATA; s++)
        c.quotas[s] = c.strata[s].count;
    assert_int_equal(case_select(&c).count, OBJECTS);
    struct draw_select *select = NULL;
    struct draw_selection selection;
    c.quotas[0]++;
    assert_int_equal(draw_select_open(&select, &c.arena, &c.commitment, c.quotas, c.seed), ERR_OK);
    for (size_t i = 0; i < OBJECTS; i++)
        assert_int_equal(draw_select_object(select, str_of(c.ids[i]), c.stratum[i], NULL), ERR_OK);
    assert_int_equal(draw_select_object(select, STR("Z"), STR("unknown"), NULL), ERR_INPUT);
    assert_int_equal(draw_select_close(&selection, select, NULL), ERR_PROOF);
    arena_free(&c.arena);
}

static void the_visiting_order_is_by_ticket_over_all_strata(void **state)
{
    (void)state;
    struct case_ c;
    size_t order[300];
    static const uint64_t quotas[STRATA] = {100, 100, 100};
    case_make(&c, 5, quotas);
    struct draw_selection selection = case_select(&c);
    draw_selection_order(order, &selection);
    for (size_t i = 1; i < selection.count; i++)
        assert_true(memcmp(selection.rows[order[i - 1]].ticket, selection.rows[order[i]].ticket,
                           DRAW_HASH) < 0);
    assert_ptr_equal(draw_selection_find(&selection, selection.rows[7].id), &selection.rows[7]);
    assert_null(draw_selection_find(&selection, STR("nobody")));
    arena_free(&c.arena);
}

/* After the drawn ones come the next of the sorted list, one by one, to its end. */
static void skips_walk_on_through_the_stratum(void **state)
{
    (void)state;
    struct case_ c;
    struct plain list[OBJECTS];
    static const uint64_t quotas[STRATA] = {3, 1, 0};
    case_make(&c, 9, quotas);
    struct draw_selection selection = case_select(&c);
    size_t count = plain_sorted(list, &c, 0);
    struct draw_drawn last = selection.rows[2];
    for (size_t k = 3; k <= count; k++) {
        struct draw_next *next = NULL;
        struct draw_drawn row = {0};
        assert_int_equal(draw_next_open(&next, &c.arena, STR("A"), &last, c.seed), ERR_OK);
        for (size_t i = 0; i < OBJECTS; i++)
            draw_next_object(next, str_of(c.ids[i]), c.stratum[i]);
        enum err err = draw_next_close(&row, next);
        if (k == count) {
            assert_int_equal(err, ERR_END);
            break;
        }
        assert_int_equal(err, ERR_OK);
        assert_str(row.id, list[k].id);
        assert_int_equal(row.rank, k + 1);
        last = row;
    }
    arena_free(&c.arena);
}

static void selected_tsv_is_read_back_as_written(void **state)
{
    (void)state;
    struct case_ c;
    struct buf text = {0};
    struct buf again = {0};
    struct draw_selection back;
    static const uint64_t quotas[STRATA] = {10, 4, 2};
    case_make(&c, 3, quotas);
    struct draw_selection selection = case_select(&c);
    assert_int_equal(draw_selected_write(&text, &selection), ERR_OK);
    assert_int_equal(draw_selected_parse(&back, &c.arena, &c.commitment, buf_view(&text), NULL),
                     ERR_OK);
    assert_int_equal(back.count, 16);
    assert_memory_equal(back.quotas, quotas, sizeof quotas);
    assert_int_equal(draw_selected_write(&again, &back), ERR_OK);
    assert_str(buf_view(&again), buf_cstr(&text));
    for (size_t at = 0; at < text.len; at++) {
        text.data[at] ^= 4;
        if (draw_selected_parse(&back, &c.arena, &c.commitment, buf_view(&text), NULL) == ERR_OK) {
            buf_clear(&again);
            assert_int_equal(draw_selected_write(&again, &back), ERR_OK);
            assert_str(buf_view(&again), buf_cstr(&text));
        }
        text.data[at] ^= 4;
    }
    assert_int_equal(draw_selected_parse(&back, &c.arena, &c.commitment,
                                         str_range(text.data, text.len - 1), NULL),
                     ERR_FORMAT);
    buf_free(&text);
    buf_free(&again);
    arena_free(&c.arena);
}

#define T1 "1111111111111111111111111111111111111111111111111111111111111111"
#define T2 "2222222222222222222222222222222222222222222222222222222222222222"

static void selected_tsv_in_another_order_is_refused(void **state)
{
    static const char *const bad[] = {"A\t2\t" T1 "\tX\n",
                                      "A\t1\t" T1 "\tX\nA\t3\t" T2 "\tY\n",
                                      "A\t1\t" T1 "\tX\nA\t1\t" T2 "\tY\n",
                                      "A\t1\t" T2 "\tX\nA\t2\t" T1 "\tY\n",
                                      "A\t1\t" T1 "\tX\nA\t2\t" T1 "\tX\n",
                                      "X\t1\t" T1 "\tX\nA\t1\t" T2 "\tY\n",
                                      "A\t1\t" T1 "\tX\nX\t1\t" T1 "\tY\nA\t2\t" T2 "\tZ\n",
                                      "C\t1\t" T1 "\tX\n",
                                      "A\t01\t" T1 "\tX\n",
                                      "A\t1\t" T1 "\tx\n",
                                      "A\t1\t" T1 "\n"};
    static const uint64_t quotas[STRATA] = {1, 1, 1};
    struct case_ c;
    struct draw_selection selection;
    (void)state;
    case_make(&c, 1, quotas);
    assert_int_equal(draw_selected_parse(&selection, &c.arena, &c.commitment,
                                         STR("A\t1\t" T1 "\tX\nA\t2\t" T1 "\tY\n"), NULL),
                     ERR_OK);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(
            draw_selected_parse(&selection, &c.arena, &c.commitment, str_of(bad[i]), NULL),
            ERR_FORMAT);
    arena_free(&c.arena);
}

static void drawn_tsv_tells_neither_stratum_nor_rank(void **state)
{
    (void)state;
    struct case_ c;
    struct buf text = {0};
    struct draw_drawn *rows = NULL;
    size_t count = 0;
    static const uint64_t quotas[STRATA] = {10, 4, 2};
    case_make(&c, 4, quotas);
    struct draw_selection selection = case_select(&c);
    assert_int_equal(draw_drawn_write(&text, &selection, &c.arena), ERR_OK);
    assert_int_equal(draw_drawn_parse(&rows, &count, &c.arena, buf_view(&text), NULL), ERR_OK);
    assert_int_equal(count, 16);
    for (size_t i = 0; i < count; i++)
        assert_non_null(draw_selection_find(&selection, rows[i].id));
    struct buf swapped = {0};
    size_t line = (size_t)str_find_char(buf_view(&text), '\n') + 1;
    buf_str(&swapped, str_sub(buf_view(&text), line, text.len));
    buf_str(&swapped, str_sub(buf_view(&text), 0, line));
    assert_int_equal(draw_drawn_parse(&rows, &count, &c.arena, buf_view(&swapped), NULL),
                     ERR_FORMAT);
    buf_free(&swapped);
    buf_free(&text);
    arena_free(&c.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_and_ceil_quotas_are_exact),
        cmocka_unit_test(what_cannot_be_computed_exactly_is_refused),
        cmocka_unit_test(systematic_quotas_are_exactly_fair_over_all_roundings),
        cmocka_unit_test(selection_is_the_first_k_of_all_sorted),
        cmocka_unit_test(a_whole_stratum_can_be_drawn_and_no_more),
        cmocka_unit_test(the_visiting_order_is_by_ticket_over_all_strata),
        cmocka_unit_test(skips_walk_on_through_the_stratum),
        cmocka_unit_test(selected_tsv_is_read_back_as_written),
        cmocka_unit_test(selected_tsv_in_another_order_is_refused),
        cmocka_unit_test(drawn_tsv_tells_neither_stratum_nor_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
