/* Programs started for one piece of work. */
#include "base/child.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static enum err ran(int *status, const char *const *args, int in, int out)
{
    const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    const struct child child = {args, environment, in, out, 1};
    return child_run(status, &child);
}

static void its_exit_status_comes_back(void **state)
{
    static const char *const seven[] = {"/bin/sh", "-c", "exit 7", NULL};
    static const char *const killed[] = {"/bin/sh", "-c", "kill -9 $$", NULL};
    static const char *const nowhere[] = {"/nonexistent/program", NULL};
    int status = 0;
    (void)state;
    assert_int_equal(ran(&status, seven, -1, -1), ERR_OK);
    assert_int_equal(status, 7);
    assert_int_equal(ran(&status, killed, -1, -1), ERR_OK);
    assert_int_equal(status, -1);
    assert_int_equal(ran(&status, nowhere, -1, -1), ERR_CONVERTER);
}

static void it_reads_and_writes_what_it_was_given_and_nothing_else_is_open(void **state)
{
    static const char *const copies[] = {"/bin/sh", "-c", "cat; ls /proc/self/fd | wc -l", NULL};
    char got[32] = "";
    int in[2];
    int out[2];
    int status = 0;
    (void)state;
    assert_int_equal(pipe(in), 0); /* without O_CLOEXEC, on purpose */
    assert_int_equal(pipe(out), 0);
    assert_int_equal(write(in[1], "hello ", 6), 6);
    close(in[1]);
    assert_int_equal(ran(&status, copies, in[0], out[1]), ERR_OK);
    assert_int_equal(status, 0);
    assert_true(read(out[0], got, sizeof got - 1) > 0);
    assert_string_equal(got, "hello 4\n"); /* three, and the folder that ls reads */
    close(in[0]);
    close(out[0]);
    close(out[1]);
}

static void it_is_killed_with_all_it_started_when_its_time_is_up(void **state)
{
    static const char *const hangs[] = {"/bin/sh", "-c", "(sleep 30; echo late >&1) & wait", NULL};
    char got[8] = "";
    int out[2];
    int status = 0;
    time_t begun = time(NULL);
    (void)state;
    assert_int_equal(pipe(out), 0);
    assert_int_equal(ran(&status, hangs, -1, out[1]), ERR_TIMEOUT);
    assert_true(time(NULL) - begun < 10);
    close(out[1]);
    assert_int_equal(read(out[0], got, sizeof got), 0); /* nobody holds the other end */
    assert_true(time(NULL) - begun < 10);
    close(out[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_exit_status_comes_back),
        cmocka_unit_test(it_reads_and_writes_what_it_was_given_and_nothing_else_is_open),
        cmocka_unit_test(it_is_killed_with_all_it_started_when_its_time_is_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
