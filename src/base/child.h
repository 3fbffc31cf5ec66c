/* Programs started by ours for one piece of work (SECURITY.md IN10): without a shell, in a process
 * group of their own, nothing open but standard input, output and error, killed with all they
 * started when the time is up. How much memory and how many files they may use they are told to
 * bound themselves. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/err.h"

#include <stdint.h>

struct child {
    const char *const *args;        /* NULL behind the last; the first is the program's path */
    const char *const *environment; /* likewise */
    int in;                         /* open file to read from; -1: nothing */
    int out;                        /* open file to write to; -1: nowhere */
    uint32_t seconds;               /* most by the clock on the wall */
};

/* Runs it to its end; *status is its exit status, -1 when a signal ended it. ERR_CONVERTER: it
 * cannot be started; ERR_TIMEOUT: it was killed; ERR_MEMORY. */
MUST enum err child_run(int *status, const struct child *child);

#endif
