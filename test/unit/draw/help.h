/* What the tests of this room share. Include after <cmocka.h>. */
#ifndef TEST_DRAW_HELP_H
#define TEST_DRAW_HELP_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/hash.h"
#include "draw/text.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline void assert_hex(const uint8_t *got, size_t size, const char *want)
{
    struct buf hex = {0};
    buf_hex(&hex, got, size);
    assert_string_equal(buf_cstr(&hex), want);
    buf_free(&hex);
}

static inline void assert_str(struct str got, const char *want)
{
    struct buf text = {0};
    buf_str(&text, got);
    assert_string_equal(buf_cstr(&text), want);
    buf_free(&text);
}

/* A seed of its own for each number, always the same. */
static inline void seed_of(uint8_t seed[DRAW_HASH], uint64_t number)
{
    crypto_sha256(seed, str_range((const char *)&number, sizeof number));
}

/* A small generator for test cases: reproducible, no claim to quality. */
static inline uint64_t dice(uint64_t *state, uint64_t sides)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % sides;
}

#endif
