/* What a process in the cage can do and what kills it (SECURITY.md IN10). Each case is a child of
 * its own. */
#include "picture/cage.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEBI = 1 << 20, DONE = 7, UNSHUT = 8, FAILED = 9 };

typedef void act(void);

/* How a child ended that did this in a cage of 64 MiB and a second. */
static int caged(act *what)
{
    static const struct cage_limits limits = {64 * MEBI, 1};
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (!cage_shut(&limits))
            _exit(UNSHUT);
        what();
        _exit(DONE);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void opens(void)
{
    (void)open("/etc/hostname", O_RDONLY);
}

static void connects(void)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
}

static void starts(void)
{
    char name[] = "true";
    char *const args[] = {name, NULL};
    (void)execve("/bin/true", args, NULL);
}

static void forks(void)
{
    (void)fork();
}

static void reads_another(void)
{
    char byte;
    (void)!read(STDERR_FILENO, &byte, 1);
}

static void writes_another(void)
{
    (void)!write(STDERR_FILENO + 1, "x", 1);
}

static void runs_memory(void)
{
    (void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void makes_memory_run(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static void signals(void)
{
    (void)kill(1, 0);
}

static void what_a_decoder_has_no_use_for_kills_it(void **state)
{
    static act *const acts[] = {opens,       connects,         starts,
                                forks,       reads_another,    writes_another,
                                runs_memory, makes_memory_run, signals};
    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        int status = caged(acts[i]);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("case %zu ended with %x", i, (unsigned)status);
    }
}

static void decodes(void)
{
    char *memory = malloc(16 * MEBI);
    if (memory == NULL)
        _exit(FAILED);
    memset(memory, 1, 16 * MEBI);
    memory = realloc(memory, 32 * MEBI);
    if (memory == NULL || memory[16 * MEBI - 1] != 1)
        _exit(FAILED);
    free(memory);
    if (write(STDOUT_FILENO, "", 0) != 0)
        _exit(FAILED);
}

static void memory_and_output_are_to_be_had(void **state)
{
    (void)state;
    int status = caged(decodes);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DONE);
}

static void hoards(void)
{
    char *volatile memory = malloc(80 * MEBI);
    if (memory != NULL)
        _exit(FAILED);
}

static void spins(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

static void memory_and_time_have_an_end(void **state)
{
    (void)state;
    int status = caged(hoards);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DONE);
    status = caged(spins);
    assert_true(WIFSIGNALED(status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_decoder_has_no_use_for_kills_it),
        cmocka_unit_test(memory_and_output_are_to_be_had),
        cmocka_unit_test(memory_and_time_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
