/* Where a virus scanner may be, and what an absent one means. What it answers is tried by
 * test/page/files.py. */
#include "base/clamd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void only_this_machine_is_asked(void **state)
{
    static const char *const good[] = {"/run/clamav/clamd.ctl", "127.0.0.1:3310", "127.9.8.7:1",
                                       "localhost:65535", "[::1]:3310"};
    static const char *const bad[] = {"",
                                      "clamd.ctl",
                                      "127.0.0.1",
                                      "127.0.0.1:0",
                                      "127.0.0.1:65536",
                                      "192.0.2.1:3310",
                                      "[::2]:3310",
                                      "::1:3310",
                                      "scanner:3310",
                                      ":3310",
                                      "127.0.0.1:x",
                                      "0.0.0.0:3310"};
    char path[200];
    struct fault fault = {0};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(clamd_place(good[i], &fault), ERR_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (clamd_place(bad[i], &fault) != ERR_INPUT)
            fail_msg("%s is taken", bad[i]);
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_int_equal(clamd_place(path, &fault), ERR_INPUT);
}

static void nobody_there_is_an_error_at_once(void **state)
{
    struct clamd_answer answer;
    (void)state;
    assert_int_equal(clamd_scan(&answer, "/nonexistent/clamd.ctl", "/etc/hostname", 5), ERR_STATE);
    assert_int_equal(clamd_scan(&answer, "127.0.0.1:1", "/etc/hostname", 5), ERR_STATE);
    assert_int_equal(clamd_scan(&answer, "127.0.0.1:1", "/nonexistent/file", 5), ERR_MISSING);
    assert_false(answer.found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_this_machine_is_asked),
        cmocka_unit_test(nobody_there_is_an_error_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
