/* Base64: the vectors of RFC 4648 section 10, and the forms a strict reader must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

static void the_vectors_of_the_rfc_pass(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        uint8_t back[8];
        size_t len = 99;
        base64_encode(&out, (const uint8_t *)rows[i][0], strlen(rows[i][0]));
        assert_int_equal(buf_err(&out), ERR_OK);
        assert_true(str_eq(buf_view(&out), str_of(rows[i][1])));
        assert_int_equal(base64_decode(back, sizeof back, &len, buf_view(&out)), ERR_OK);
        assert_int_equal(len, strlen(rows[i][0]));
        assert_memory_equal(back, rows[i][0], len);
        buf_free(&out);
    }
}

static void only_the_canonical_form_is_read(void **state)
{
    (void)state;
    static const char *const bad[] = {"Zg",       "Zg=",      "Zg===", "Zh==",   "Zm9=",  "Zm8",
                                      "Z",        "=",        "====",  "Zg==\n", " Zg==", "Z g==",
                                      "Zg==Zg==", "Zm9v\r\n", "Zm9_",  "Zm9-",   "Zm9v*", "Zg=a"};
    uint8_t out[16];
    size_t len = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (base64_decode(out, sizeof out, &len, str_of(bad[i])) != ERR_INPUT)
            fail_msg("%s was read", bad[i]);
    assert_int_equal(base64_decode(out, sizeof out, &len, str_range("Zg=\0", 4)), ERR_INPUT);
    for (int byte = 0x80; byte <= 0xFF; byte++) {
        char text[] = {'A', (char)byte, 'A', 'A'};
        assert_int_equal(base64_decode(out, sizeof out, &len, str_range(text, 4)), ERR_INPUT);
    }
}

static void the_size_of_the_buffer_is_kept(void **state)
{
    (void)state;
    uint8_t out[4] = {1, 2, 3, 4};
    size_t len = 0;
    assert_int_equal(base64_decode(out, 2, &len, STR("Zm9v")), ERR_LIMIT);
    assert_int_equal(out[2], 3);
    assert_int_equal(base64_decode_exact(out, 3, STR("Zm9v")), ERR_OK);
    assert_int_equal(base64_decode_exact(out, 2, STR("Zm9v")), ERR_INPUT);
    assert_int_equal(base64_decode_exact(out, 4, STR("Zm9v")), ERR_INPUT);
    assert_int_equal(base64_decode_exact(out, 2, STR("Zm9v")), ERR_INPUT);
    assert_int_equal(BASE64_SIZE(32), 44);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_pass),
        cmocka_unit_test(only_the_canonical_form_is_read),
        cmocka_unit_test(the_size_of_the_buffer_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
