/* The cage: see cage.h. libseccomp (Debian) writes the filter. */
#include "picture/cage.h"

#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static bool cage_limit(int what, uint64_t most)
{
    const struct rlimit limit = {most, most};
    return setrlimit(what, &limit) == 0;
}

/* A descriptor alone may be used with a call. */
static bool cage_descriptor(scmp_filter_ctx filter, int call, int fd)
{
    const struct scmp_arg_cmp only = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)fd);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &only) == 0;
}

/* Memory, but never memory that can be run. */
static bool cage_memory(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &data) == 0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &data) == 0;
}

static bool cage_rules(scmp_filter_ctx filter)
{
    /* getrandom: malloc of newer C libraries asks for a few bytes */
    static const int calls[] = {SCMP_SYS(munmap), SCMP_SYS(mremap),    SCMP_SYS(madvise),
                                SCMP_SYS(brk),    SCMP_SYS(getrandom), SCMP_SYS(exit_group),
                                SCMP_SYS(exit)};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i], 0, NULL) != 0)
            return false;
    return cage_descriptor(filter, SCMP_SYS(read), STDIN_FILENO) &&
           cage_descriptor(filter, SCMP_SYS(write), STDOUT_FILENO) &&
           cage_descriptor(filter, SCMP_SYS(write), STDERR_FILENO) && cage_memory(filter);
}

bool cage_shut(const struct cage_limits *limits)
{
    if (!cage_limit(RLIMIT_AS, limits->memory) || !cage_limit(RLIMIT_CPU, limits->seconds) ||
        !cage_limit(RLIMIT_FSIZE, limits->memory) || !cage_limit(RLIMIT_CORE, 0))
        return false;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool shut = filter != NULL && cage_rules(filter) && seccomp_load(filter) == 0;
    if (filter != NULL)
        seccomp_release(filter);
    return shut;
}
