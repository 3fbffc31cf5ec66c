/* AES-SIV against RFC 5297 A.1, and against whoever changes a byte, the key or the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/siv.h"

static struct str bytes(uint8_t *out, size_t size, const char *hex)
{
    assert_int_equal(str_unhex(out, size, str_of(hex)), ERR_OK);
    return str_range((const char *)out, size);
}

static void the_example_of_rfc_5297_is_reached_and_opened(void **state)
{
    (void)state;
    uint8_t room[4][64];
    struct str key = bytes(room[0], 32,
                           "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0"
                           "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    struct str aad = bytes(room[1], 24, "101112131415161718191a1b1c1d1e1f2021222324252627");
    struct str plain = bytes(room[2], 14, "112233445566778899aabbccddee");
    struct str want =
        bytes(room[3], 30, "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
    struct buf sealed = {0};
    struct buf opened = {0};
    assert_int_equal(crypto_siv_seal(&sealed, key, aad, plain), ERR_OK);
    assert_true(str_eq(buf_view(&sealed), want));
    assert_int_equal(crypto_siv_open(&opened, key, aad, want), ERR_OK);
    assert_true(str_eq(buf_view(&opened), plain));
    buf_free(&sealed);
    buf_free(&opened);
}

static void the_same_text_gives_the_same_bytes_and_no_other_does(void **state)
{
    (void)state;
    static const char key_bytes[CRYPTO_SIV_256] = "a key";
    struct str key = str_range(key_bytes, sizeof key_bytes);
    struct buf one = {0};
    struct buf two = {0};
    struct buf other = {0};
    struct buf place = {0};
    assert_int_equal(crypto_siv_seal(&one, key, STR("visit"), STR("7|甲")), ERR_OK);
    assert_int_equal(crypto_siv_seal(&two, key, STR("visit"), STR("7|甲")), ERR_OK);
    assert_int_equal(crypto_siv_seal(&other, key, STR("visit"), STR("8|甲")), ERR_OK);
    assert_int_equal(crypto_siv_seal(&place, key, STR("seat"), STR("7|甲")), ERR_OK);
    assert_int_equal(one.len, strlen("7|甲") + CRYPTO_SIV_EXTRA);
    assert_true(str_eq(buf_view(&one), buf_view(&two)));
    assert_false(str_eq(buf_view(&one), buf_view(&other)));
    assert_false(str_eq(buf_view(&one), buf_view(&place)));
    buf_free(&one);
    buf_free(&two);
    buf_free(&other);
    buf_free(&place);
}

static void what_was_changed_cut_or_moved_does_not_open(void **state)
{
    (void)state;
    static const char key_bytes[CRYPTO_SIV_256] = "a key";
    static const char wrong[CRYPTO_SIV_256] = "b key";
    char last[CRYPTO_SIV_256];
    struct str key = str_range(key_bytes, sizeof key_bytes);
    struct buf sealed = {0};
    struct buf plain = {0};
    assert_int_equal(crypto_siv_seal(&sealed, key, STR("p"), STR("秘密")), ERR_OK);
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.data[i] ^= 0x10;
        assert_int_equal(crypto_siv_open(&plain, key, STR("p"), buf_view(&sealed)), ERR_DAMAGED);
        sealed.data[i] ^= 0x10;
        assert_int_not_equal(crypto_siv_open(&plain, key, STR("p"), str_range(sealed.data, i)),
                             ERR_OK);
    }
    assert_int_equal(crypto_siv_open(&plain, key, STR("q"), buf_view(&sealed)), ERR_DAMAGED);
    assert_int_equal(
        crypto_siv_open(&plain, str_range(wrong, sizeof wrong), STR("p"), buf_view(&sealed)),
        ERR_DAMAGED);
    assert_int_equal(plain.len, 0);
    memcpy(last, key_bytes, sizeof last);
    last[CRYPTO_SIV_256 - 1] ^= 1; /* all 64 bytes are the key */
    assert_int_equal(
        crypto_siv_open(&plain, str_range(last, sizeof last), STR("p"), buf_view(&sealed)),
        ERR_DAMAGED);
    assert_int_equal(crypto_siv_seal(&sealed, str_range(wrong, 31), STR("p"), STR("x")), ERR_LIMIT);
    assert_int_equal(crypto_siv_seal(&sealed, key, STR("p"), STR("")), ERR_LIMIT);
    buf_free(&sealed);
    buf_free(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_5297_is_reached_and_opened),
        cmocka_unit_test(the_same_text_gives_the_same_bytes_and_no_other_does),
        cmocka_unit_test(what_was_changed_cut_or_moved_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
