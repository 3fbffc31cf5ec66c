/* Hashes and tickets against published values: FIPS 180-4 examples, RFC 4231, and the draft whose
 * tickets PROTOCOL.md takes over (vrs_bikeshed.json). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "crypto/hash.h"

static void assert_hex(const uint8_t got[CRYPTO_HASH], const char *want)
{
    uint8_t bytes[CRYPTO_HASH];
    assert_int_equal(str_unhex(bytes, sizeof bytes, str_of(want)), ERR_OK);
    assert_memory_equal(got, bytes, sizeof bytes);
}

static void sha256_gives_the_values_of_fips_180(void **state)
{
    (void)state;
    uint8_t out[CRYPTO_HASH];
    crypto_sha256(out, STR(""));
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    crypto_sha256(out, STR("abc"));
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256(out, STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
    assert_hex(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void sha256_in_pieces_of_any_size_gives_a_million_as(void **state)
{
    (void)state;
    char piece[1000];
    memset(piece, 'a', sizeof piece);
    struct crypto_sha256 h;
    uint8_t out[CRYPTO_HASH];
    crypto_sha256_init(&h);
    size_t left = 1000000;
    for (size_t size = 1; left > 0; size = size % sizeof piece + 1) {
        size_t n = size < left ? size : left;
        crypto_sha256_add(&h, str_range(piece, n));
        left -= n;
    }
    crypto_sha256_final(out, &h);
    assert_hex(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void hmac_gives_the_values_of_rfc_4231(void **state)
{
    (void)state;
    char key[131];
    char data[50];
    uint8_t out[CRYPTO_HASH];
    memset(key, 0x0b, 20);
    crypto_hmac(out, str_range(key, 20), STR("Hi There"));
    assert_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    crypto_hmac(out, STR("Jefe"), STR("what do ya want for nothing?"));
    assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    crypto_hmac(out, str_range(key, 20), str_range(data, sizeof data));
    assert_hex(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    crypto_hmac(out, str_range(key, sizeof key),
                STR("Test Using Larger Than Block-Size Key - Hash Key First"));
    assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hash_eq_sees_a_difference_at_every_byte(void **state)
{
    (void)state;
    uint8_t a[CRYPTO_HASH] = {0};
    uint8_t b[CRYPTO_HASH] = {0};
    assert_true(crypto_hash_eq(a, b));
    for (size_t i = 0; i < CRYPTO_HASH; i++) {
        b[i] = 0x80;
        assert_false(crypto_hash_eq(a, b));
        b[i] = 0;
    }
}

/* The short way ends at 54 bytes, whole blocks begin at 64: all lengths around them are tried. */
static void a_ticket_is_the_hmac_of_its_label_at_every_length(void **state)
{
    (void)state;
    char label[201];
    uint8_t seed[CRYPTO_HASH];
    struct crypto_ticket ticket;
    for (size_t i = 0; i < sizeof label; i++)
        label[i] = (char)(i * 7 + 1);
    crypto_sha256(seed, STR("seed"));
    crypto_ticket_init(&ticket, seed);
    for (size_t len = 0; len < 200; len++) {
        uint8_t got[CRYPTO_HASH];
        uint8_t want[CRYPTO_HASH];
        char kept = label[len];
        crypto_ticket_make(got, &ticket, str_range(label, len));
        label[len] = 0x01;
        crypto_hmac(want, str_range((char *)seed, sizeof seed), str_range(label, len + 1));
        label[len] = kept;
        assert_memory_equal(got, want, sizeof got);
    }
}

static void round_gives_what_the_draft_gives(const json_t *round, const char *randomness)
{
    uint8_t otp[CRYPTO_HASH];
    uint8_t prk[CRYPTO_HASH];
    struct crypto_ticket ticket;
    const char *name;
    json_t *want;
    const char *otp_hex = json_string_value(json_object_get(round, "otp"));
    assert_int_equal(str_unhex(otp, sizeof otp, str_of(otp_hex)), ERR_OK);
    crypto_hmac(prk, str_range((char *)otp, sizeof otp), str_of(randomness));
    assert_hex(prk, json_string_value(json_object_get(round, "prk")));
    crypto_ticket_init(&ticket, prk);
    json_object_foreach((json_t *)json_object_get(round, "positions"), name, want)
    {
        uint8_t got[CRYPTO_HASH];
        crypto_ticket_make(got, &ticket, str_of(name));
        assert_hex(got, json_string_value(want));
    }
}

static void the_bikeshed_example_of_the_draft_comes_out(void **state)
{
    (void)state;
    char path[4096];
    const char *shared = getenv("SUNLOT_SHARED");
    snprintf(path, sizeof path, "%s/vectors/vrs_bikeshed.json", shared ? shared : "");
    json_t *root = json_load_file(path, 0, NULL);
    if (root == NULL) {
        print_message("# not here, passed over: %s\n", path);
        return;
    }
    const json_t *chain = json_object_get(root, "chain_hex");
    uint8_t code[CRYPTO_HASH];
    crypto_sha256(code, str_of(json_string_value(json_object_get(root, "secret"))));
    for (size_t i = 1; i < json_array_size(chain); i++) {
        assert_hex(code, json_string_value(json_array_get(chain, i)));
        crypto_sha256(code, str_range((char *)code, sizeof code));
    }
    assert_true(json_array_size(chain) > 5);
    const char *randomness = json_string_value(json_object_get(root, "randomness"));
    round_gives_what_the_draft_gives(json_object_get(root, "round1"), randomness);
    round_gives_what_the_draft_gives(json_object_get(root, "round2"), randomness);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_values_of_fips_180),
        cmocka_unit_test(sha256_in_pieces_of_any_size_gives_a_million_as),
        cmocka_unit_test(hmac_gives_the_values_of_rfc_4231),
        cmocka_unit_test(hash_eq_sees_a_difference_at_every_byte),
        cmocka_unit_test(a_ticket_is_the_hmac_of_its_label_at_every_length),
        cmocka_unit_test(the_bikeshed_example_of_the_draft_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
