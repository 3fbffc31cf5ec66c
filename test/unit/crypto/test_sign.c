/* Ed25519 against RFC 8032 section 7.1; sealed fields against a value sealed by another library;
 * random bytes and wiping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "crypto/wipe.h"

static void unhex(uint8_t *out, size_t size, const char *hex)
{
    assert_int_equal(str_unhex(out, size, str_of(hex)), ERR_OK);
}

struct rfc8032 {
    const char *seed;
    const char *key;
    const char *msg;
    const char *sig;
};

static const struct rfc8032 published[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

static void signatures_are_those_of_rfc_8032(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        uint8_t seed[CRYPTO_SEED];
        uint8_t key[CRYPTO_PUBLIC];
        uint8_t want_key[CRYPTO_PUBLIC];
        uint8_t sig[CRYPTO_SIGNATURE];
        uint8_t want[CRYPTO_SIGNATURE];
        uint8_t msg[8];
        size_t len = strlen(published[i].msg) / 2;
        unhex(seed, sizeof seed, published[i].seed);
        unhex(want_key, sizeof want_key, published[i].key);
        unhex(want, sizeof want, published[i].sig);
        unhex(msg, len, published[i].msg);
        struct str text = str_range((char *)msg, len);
        assert_int_equal(crypto_sign_public(key, seed), ERR_OK);
        assert_memory_equal(key, want_key, sizeof key);
        assert_int_equal(crypto_sign(sig, seed, text), ERR_OK);
        assert_memory_equal(sig, want, sizeof sig);
        assert_int_equal(crypto_sign_verify(sig, key, text), ERR_OK);
    }
}

static void a_changed_bit_anywhere_breaks_a_signature(void **state)
{
    (void)state;
    uint8_t seed[CRYPTO_SEED];
    uint8_t key[CRYPTO_PUBLIC];
    uint8_t sig[CRYPTO_SIGNATURE];
    char msg[] = "draw 17";
    struct str text = str_of(msg);
    assert_int_equal(crypto_sign_generate(seed, key), ERR_OK);
    assert_int_equal(crypto_sign(sig, seed, text), ERR_OK);
    assert_int_equal(crypto_sign_verify(sig, key, text), ERR_OK);
    for (size_t bit = 0; bit < 8 * sizeof sig; bit++) {
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(crypto_sign_verify(sig, key, text), ERR_PROOF);
        sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    msg[0] ^= 1;
    assert_int_equal(crypto_sign_verify(sig, key, text), ERR_PROOF);
}

/* Made with Python's cryptography (AESGCM): key 00..1f, nonce 'd'..'o', aad 0x01 "objects/7/phone".
 */
#define SEALED "016465666768696a6b6c6d6e6f7928e65649d966af0c516bfd46f89c5162de5a3680ac68afc6872e"
#define SEALED_AAD STR("objects/7/phone")

static void a_value_sealed_by_another_library_opens(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_SEAL_KEY];
    char sealed[sizeof SEALED / 2];
    struct buf plain = {0};
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    unhex((uint8_t *)sealed, sizeof sealed, SEALED);
    struct str s = str_range(sealed, sizeof sealed);
    assert_int_equal(crypto_open(&plain, key, SEALED_AAD, s), ERR_OK);
    assert_true(str_eq(buf_view(&plain), STR("13800001234")));
    assert_int_equal(crypto_open(&plain, key, STR("objects/8/phone"), s), ERR_DAMAGED);
    key[0] ^= 1;
    assert_int_equal(crypto_open(&plain, key, SEALED_AAD, s), ERR_DAMAGED);
    assert_int_equal(plain.len, 11);
    buf_free(&plain);
}

static void a_sealed_field_opens_only_whole_and_unchanged(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_SEAL_KEY];
    struct buf sealed = {0};
    struct buf plain = {0};
    assert_int_equal(crypto_random(key, sizeof key), ERR_OK);
    assert_int_equal(crypto_seal(&sealed, key, STR("a"), STR("秘密")), ERR_OK);
    assert_int_equal(sealed.len, 6 + CRYPTO_SEAL_EXTRA);
    assert_int_equal(crypto_open(&plain, key, STR("a"), buf_view(&sealed)), ERR_OK);
    assert_true(str_eq(buf_view(&plain), STR("秘密")));
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.data[i] ^= 0x10;
        assert_int_not_equal(crypto_open(&plain, key, STR("a"), buf_view(&sealed)), ERR_OK);
        sealed.data[i] ^= 0x10;
        assert_int_not_equal(crypto_open(&plain, key, STR("a"), str_range(sealed.data, i)), ERR_OK);
    }
    buf_clear(&sealed);
    assert_int_equal(crypto_seal(&sealed, key, STR(""), STR("")), ERR_OK);
    buf_clear(&plain);
    assert_int_equal(crypto_open(&plain, key, STR(""), buf_view(&sealed)), ERR_OK);
    assert_int_equal(plain.len, 0);
    buf_free(&sealed);
    buf_free(&plain);
}

static void sealing_twice_gives_two_nonces(void **state)
{
    (void)state;
    static const uint8_t key[CRYPTO_SEAL_KEY] = {7};
    struct buf one = {0};
    struct buf two = {0};
    assert_int_equal(crypto_seal(&one, key, STR("a"), STR("x")), ERR_OK);
    assert_int_equal(crypto_seal(&two, key, STR("a"), STR("x")), ERR_OK);
    assert_memory_not_equal(one.data + 1, two.data + 1, 12);
    buf_free(&one);
    buf_free(&two);
}

static void random_bytes_differ_and_wiping_leaves_zeros(void **state)
{
    (void)state;
    uint8_t a[32];
    uint8_t b[32];
    static const uint8_t zeros[32] = {0};
    assert_int_equal(crypto_random(a, sizeof a), ERR_OK);
    assert_int_equal(crypto_random(b, sizeof b), ERR_OK);
    assert_memory_not_equal(a, b, sizeof a);
    crypto_wipe(a, sizeof a);
    assert_memory_equal(a, zeros, sizeof a);
    crypto_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_those_of_rfc_8032),
        cmocka_unit_test(a_changed_bit_anywhere_breaks_a_signature),
        cmocka_unit_test(a_value_sealed_by_another_library_opens),
        cmocka_unit_test(a_sealed_field_opens_only_whole_and_unchanged),
        cmocka_unit_test(sealing_twice_gives_two_nonces),
        cmocka_unit_test(random_bytes_differ_and_wiping_leaves_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
