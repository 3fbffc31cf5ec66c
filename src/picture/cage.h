/* The cage: from then on the process can read its standard input, write its standard output and
 * error, get memory up to a limit, and end. Any other system call kills it, so that whoever takes a
 * decoder over by a forged picture finds no file, no network, no other program (SECURITY.md IN10).
 */
#ifndef PICTURE_CAGE_H
#define PICTURE_CAGE_H

#include <stdbool.h>
#include <stdint.h>

struct cage_limits {
    uint64_t memory;  /* bytes of address space, and of what may be written */
    uint64_t seconds; /* of the processor */
};

/* Shuts it; false where the system cannot, then nothing may be read. */
bool cage_shut(const struct cage_limits *limits);

#endif
