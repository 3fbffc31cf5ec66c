/* Fairness over many seeds, by chi-square. Seeds are fixed numbers, so the tests are deterministic;
 * each threshold is the quantile that a fair draw passes but once in a million (Python: the
 * regularised incomplete gamma function, inverted by bisection). The draw that systems in use make,
 * a random start and a fixed stride (REQUIREMENTS.md D), must fail the same tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "draw/assign.h"
#include "draw/quota.h"
#include "draw/seed.h"
#include "draw/select.h"
#include "help.h"

/* chi-square quantiles at 1 - 1e-6. */
static const double limit_25 = 73.89;
static const double limit_39 = 96.13;
static const double limit_44 = 103.70;
static const double limit_298 = 428.75;

enum { MOST = 300 };

/* Draws k of n by index: marks which. */
typedef void draw_fn(bool *drawn, size_t n, size_t k, uint64_t number);

static void by_ticket(bool *drawn, size_t n, size_t k, uint64_t number)
{
    struct arena arena = {0};
    struct draw_stratum stratum = {STR("S"), n, DRAW_FIXED, k, 1};
    struct draw_commitment c = {.strata = &stratum, .stratum_count = 1, .pool_size = n};
    struct draw_select *select = NULL;
    struct draw_selection selection;
    uint64_t quota = k;
    uint8_t seed[DRAW_HASH];
    seed_of(seed, number);
    assert_int_equal(draw_select_open(&select, &arena, &c, &quota, seed), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        char id[24];
        snprintf(id, sizeof id, "%03zu", i);
        assert_int_equal(draw_select_object(select, str_of(id), STR("S"), NULL), ERR_OK);
        drawn[i] = false;
    }
    assert_int_equal(draw_select_close(&selection, select, NULL), ERR_OK);
    for (size_t i = 0; i < selection.count; i++) {
        struct str id = selection.rows[i].id;
        drawn[(id.data[0] - '0') * 100 + (id.data[1] - '0') * 10 + (id.data[2] - '0')] = true;
    }
    arena_free(&arena);
}

/* One random start, then every (n / k)th of the sorted list. */
static void by_stride(bool *drawn, size_t n, size_t k, uint64_t number)
{
    uint8_t seed[DRAW_HASH];
    size_t stride = n / k;
    seed_of(seed, number);
    memset(drawn, 0, n * sizeof *drawn);
    for (size_t i = 0; i < k; i++)
        drawn[seed[0] % stride + i * stride] = true;
}

/* Inclusion of each object. Counts of a fair draw have variance T p (1-p) and covariance
 * -T p (1-p) / (n-1), so this is chi-square with n - 1 degrees of freedom. */
static double inclusion_chi2(draw_fn *draw, size_t n, size_t k, size_t times)
{
    size_t counts[MOST] = {0};
    double p = (double)k / (double)n;
    double mean = (double)times * p;
    double sum = 0;
    for (size_t t = 0; t < times; t++) {
        bool drawn[MOST];
        draw(drawn, n, k, t);
        for (size_t i = 0; i < n; i++)
            counts[i] += drawn[i];
    }
    for (size_t i = 0; i < n; i++)
        sum += ((double)counts[i] - mean) * ((double)counts[i] - mean);
    return sum / (mean * (1 - p)) * (double)(n - 1) / (double)n;
}

/* Draws of 2: each of the n (n-1) / 2 pairs is one outcome. */
static double pair_chi2(draw_fn *draw, size_t n, size_t times)
{
    size_t counts[16][16] = {{0}};
    double mean = (double)times / ((double)(n * (n - 1)) / 2);
    double sum = 0;
    for (size_t t = 0; t < times; t++) {
        bool drawn[MOST];
        size_t first = 0;
        draw(drawn, n, 2, t);
        while (!drawn[first])
            first++;
        size_t second = first + 1;
        while (!drawn[second])
            second++;
        counts[first][second]++;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            sum += ((double)counts[i][j] - mean) * ((double)counts[i][j] - mean) / mean;
    return sum;
}

static void every_object_is_drawn_equally_often(void **state)
{
    (void)state;
    assert_true(inclusion_chi2(by_ticket, 40, 8, 1500) < limit_39);
    assert_true(inclusion_chi2(by_ticket, 299, 100, 1000) < limit_298);
}

static void every_pair_is_drawn_equally_often(void **state)
{
    (void)state;
    assert_true(pair_chi2(by_ticket, 10, 4500) < limit_44);
}

/* 100 of 299 by stride: two outcomes, 99 objects never drawn. And where the stride divides the
 * list, so that each object has its fair share, nearly all pairs are impossible. */
static void the_fixed_stride_draw_fails_both_tests(void **state)
{
    (void)state;
    assert_true(inclusion_chi2(by_stride, 299, 100, 1000) > limit_298);
    assert_true(pair_chi2(by_stride, 10, 4500) > limit_44);
}

/* A draw that never takes the last object of forty fails: the test can see one firm spared. */
static void spare_last(bool *drawn, size_t n, size_t k, uint64_t number)
{
    by_ticket(drawn, n - 1, k, number);
    drawn[n - 1] = false;
}

static void a_single_spared_firm_is_seen(void **state)
{
    (void)state;
    assert_true(inclusion_chi2(spare_last, 40, 8, 1500) > limit_39);
}

enum { GROUP = 6 };

/* Six inspectors, six objects of two seats, everybody eligible: a case without difference between
 * people or objects. */
struct group {
    struct draw_roster roster;
    struct draw_seat seats[2 * GROUP];
    struct draw_inspector people[GROUP];
    struct draw_pair pairs[2 * GROUP * GROUP];
    char names[2 * GROUP][64];
    char ids[GROUP][24];
};

static void group_make(struct group *g)
{
    memset(g, 0, sizeof *g);
    for (size_t s = 0; s < 2 * GROUP; s++) {
        snprintf(g->names[s], sizeof g->names[s], "%zu|D|%zu", s / 2, s % 2 + 1);
        g->seats[s] = (struct draw_seat){str_of(g->names[s]), str_range(g->names[s], 1)};
    }
    for (size_t i = 0; i < GROUP; i++) {
        snprintf(g->ids[i], sizeof g->ids[i], "P%zu", i);
        g->people[i] = (struct draw_inspector){str_of(g->ids[i]), 0, 99};
        for (size_t s = 0; s < 2 * GROUP; s++)
            g->pairs[i * 2 * GROUP + s] = (struct draw_pair){(uint32_t)i, (uint32_t)s};
    }
    g->roster =
        (struct draw_roster){g->seats, 2 * GROUP, g->people, GROUP, g->pairs, 2 * GROUP * GROUP};
}

/* Fills people[seat]. */
typedef void team_fn(uint32_t people[2 * GROUP], uint64_t number);

static void by_protocol(uint32_t people[2 * GROUP], uint64_t number)
{
    struct group g;
    struct arena arena = {0};
    struct draw_teams teams;
    uint8_t seed[DRAW_HASH];
    group_make(&g);
    seed_of(seed, number);
    assert_int_equal(draw_assign(&teams, &arena, &g.roster, seed, NULL), ERR_OK);
    memcpy(people, teams.people, sizeof *people * 2 * GROUP);
    arena_free(&arena);
}

/* As systems in use do: by turns, from a random one. */
static void by_turns(uint32_t people[2 * GROUP], uint64_t number)
{
    uint8_t seed[DRAW_HASH];
    seed_of(seed, number);
    for (uint32_t s = 0; s < 2 * GROUP; s++)
        people[s] = (seed[0] % 2 * 2 + s) % GROUP;
}

/* Each inspector visits 2 objects of 6 and each object gets 2 people, so rows and columns are
 * fixed: by symmetry the covariance is that of centred rows and columns, and the sum, scaled by
 * 36/25 of a cell's variance, is chi-square with 25 degrees of freedom. */
static double meeting_chi2(team_fn *assign, size_t times)
{
    size_t counts[GROUP][GROUP] = {{0}};
    double p = 2.0 / GROUP;
    double mean = (double)times * p;
    double sum = 0;
    for (size_t t = 0; t < times; t++) {
        uint32_t people[2 * GROUP];
        assign(people, t);
        for (size_t s = 0; s < 2 * GROUP; s++)
            counts[people[s]][s / 2]++;
    }
    for (size_t i = 0; i < GROUP; i++)
        for (size_t o = 0; o < GROUP; o++)
            sum += ((double)counts[i][o] - mean) * ((double)counts[i][o] - mean);
    return sum / (mean * (1 - p) * 36 / 25);
}

static void every_inspector_meets_every_object_equally_often(void **state)
{
    (void)state;
    assert_true(meeting_chi2(by_protocol, 3000) < limit_25);
}

static void assignment_by_turns_fails_the_same_test(void **state)
{
    (void)state;
    assert_true(meeting_chi2(by_turns, 3000) > limit_25);
}

/* Thirty strata of a few objects at 3/100: with `ceil` each gives one, five times the ratio; with
 * `systematic` each object's chance is 3/100 whatever its stratum. Inclusion of single objects over
 * seeds is tested by count: 30 strata, 150 objects, 20,000 seeds, 90,000 objects expected; the
 * total of a draw is 4 or 5, so its sum deviates by less than 5 sigma = 5 * 0.5 * sqrt(20,000). */
static void systematic_totals_keep_the_ratio_over_small_strata(void **state)
{
    enum { STRATA = 30, TIMES = 20000 };
    struct draw_stratum strata[STRATA];
    uint64_t sums[STRATA] = {0};
    double total = 0;
    (void)state;
    for (size_t i = 0; i < STRATA; i++)
        strata[i] = (struct draw_stratum){STR("S"), 1 + i % 9, DRAW_SYSTEMATIC, 3, 100};
    for (uint64_t t = 0; t < TIMES; t++) {
        uint8_t rounding[DRAW_HASH];
        uint64_t quotas[STRATA];
        seed_of(rounding, t);
        assert_int_equal(draw_quotas(quotas, strata, STRATA, rounding, NULL), ERR_OK);
        for (size_t i = 0; i < STRATA; i++)
            sums[i] += quotas[i];
    }
    for (size_t i = 0; i < STRATA; i++) {
        double share = (double)strata[i].count * 0.03;
        double sigma2 = TIMES * share * (1 - share);
        double off = (double)sums[i] - TIMES * share;
        total += off;
        assert_true(off * off < 30 * sigma2); /* 5.5 sigma: once in 26 million, 30 strata */
    }
    assert_true(total * total < 25 * 0.25 * TIMES);
    for (size_t i = 0; i < STRATA; i++) {
        uint8_t rounding[DRAW_HASH] = {0};
        uint64_t quota = 0;
        strata[i].mode = DRAW_CEIL;
        assert_int_equal(draw_quotas(&quota, &strata[i], 1, rounding, NULL), ERR_OK);
        assert_int_equal(quota, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_is_drawn_equally_often),
        cmocka_unit_test(every_pair_is_drawn_equally_often),
        cmocka_unit_test(the_fixed_stride_draw_fails_both_tests),
        cmocka_unit_test(a_single_spared_firm_is_seen),
        cmocka_unit_test(every_inspector_meets_every_object_equally_often),
        cmocka_unit_test(assignment_by_turns_fails_the_same_test),
        cmocka_unit_test(systematic_totals_keep_the_ratio_over_small_strata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
