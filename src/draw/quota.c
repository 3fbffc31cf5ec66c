/* Quotas: see quota.h.
 *
 * All products are taken in 128 bits. The common denominator Q is kept below 2^62, so that u < Q
 * and A + u cannot wrap; A itself is checked at every step. */
#include "draw/quota.h"

typedef unsigned __int128 wide;

#define QUOTA_DENOMINATOR_MAX (UINT64_C(1) << 62)
#define QUOTA_SUM_MAX ((wide)1 << 126)

/* Euclid. gcd(a, 0) is a. */
static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Q: the least common multiple of the systematic strata's denominators; each step divides first,
 * so it stays below 2^126 before it is compared. */
static enum err quota_denominator(uint64_t *q, const struct draw_stratum *strata, size_t count,
                                  struct fault *fault)
{
    wide lcm = 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t den = strata[i].den;
        if (strata[i].mode != DRAW_SYSTEMATIC)
            continue;
        lcm *= den / gcd(den, (uint64_t)lcm);
        if (lcm > QUOTA_DENOMINATOR_MAX)
            return fault_set(fault, ERR_RANGE,
                             "各系统抽样分层的分母没有足够小的公倍数，无法精确计算；"
                             "请改用分母较小的比例，如 3/100");
    }
    *q = (uint64_t)lcm;
    return ERR_OK;
}

/* k = min(k, COUNT) */
static uint64_t at_most(wide value, uint64_t limit)
{
    return value < limit ? (uint64_t)value : limit;
}

/* COUNT*NUM + DEN - 1 is below 2^128 for any 64-bit values. */
static uint64_t quota_ceil(const struct draw_stratum *stratum)
{
    wide product = (wide)stratum->count * stratum->num;
    return at_most((product + stratum->den - 1) / stratum->den, stratum->count);
}

/* Q and u of one draw, and A as it grows from stratum to stratum. */
struct quota_run {
    uint64_t q;
    uint64_t u;
    wide sum;
};

/* Walks the cumulated exact share A/Q on by one stratum and counts the whole numbers passed, all
 * shifted by u: so each quota is the share rounded down or up, and so is every partial sum. */
static enum err quota_systematic(uint64_t *quota, struct quota_run *run,
                                 const struct draw_stratum *stratum, struct fault *fault)
{
    wide step = (wide)stratum->count * stratum->num;
    wide next = 0;
    if (__builtin_mul_overflow(step, (wide)(run->q / stratum->den), &step) ||
        __builtin_add_overflow(run->sum, step, &next) || next > QUOTA_SUM_MAX)
        return fault_set(fault, ERR_RANGE, "分层“%.*s”的数量与比例过大，无法精确计算",
                         STR_ARG(stratum->name));
    *quota = at_most((next + run->u) / run->q - (run->sum + run->u) / run->q, stratum->count);
    run->sum = next;
    return ERR_OK;
}

/* One stratum in commitment order; `run` moves on with the systematic ones only. */
static enum err quota_one(uint64_t *quota, struct quota_run *run,
                          const struct draw_stratum *stratum, struct fault *fault)
{
    switch (stratum->mode) {
    case DRAW_FIXED:
        *quota = at_most(stratum->num, stratum->count);
        return ERR_OK;
    case DRAW_CEIL:
        *quota = quota_ceil(stratum);
        return ERR_OK;
    case DRAW_SYSTEMATIC:
        return quota_systematic(quota, run, stratum, fault);
    }
    return fault_set(fault, ERR_INPUT, "未知的抽取方式");
}

/* First 8 bytes, big-endian. */
static uint64_t ticket_number(const uint8_t ticket[DRAW_HASH])
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | ticket[i];
    return number;
}

/* u = floor(first 8 bytes * Q / 2^64) */
enum err draw_quotas(uint64_t *quotas, const struct draw_stratum *strata, size_t count,
                     const uint8_t rounding[DRAW_HASH], struct fault *fault)
{
    struct quota_run run = {0};
    TRY(quota_denominator(&run.q, strata, count, fault));
    run.u = (uint64_t)((wide)ticket_number(rounding) * run.q >> 64);
    for (size_t i = 0; i < count; i++)
        TRY(quota_one(&quotas[i], &run, &strata[i], fault));
    return ERR_OK;
}

/* A systematic stratum gets its exact share rounded down or up. */
enum err draw_quota_bounds(uint64_t *least, uint64_t *most, const struct draw_stratum *strata,
                           size_t count, struct fault *fault)
{
    struct quota_run run = {0};
    TRY(quota_denominator(&run.q, strata, count, fault));
    run.u = run.q - 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t quota = 0;
        TRY(quota_one(&quota, &run, &strata[i], fault));
        wide share = (wide)strata[i].count * strata[i].num / strata[i].den;
        bool rounded = strata[i].mode == DRAW_SYSTEMATIC;
        if (least != NULL)
            least[i] = rounded ? at_most(share, strata[i].count) : quota;
        if (most != NULL)
            most[i] = rounded ? quota_ceil(&strata[i]) : quota;
    }
    return ERR_OK;
}
