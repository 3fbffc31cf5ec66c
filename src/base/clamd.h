/* Asking the virus scanner clamd (ClamAV) about a file (SECURITY.md IN12): its command INSTREAM,
 * clamd(8), over a local socket or TCP on this machine; the bytes are not encrypted on the way, so
 * no other machine is asked. Debian has no C library that speaks this and does not bring the whole
 * scanner along (libclamav). */
#ifndef BASE_CLAMD_H
#define BASE_CLAMD_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLAMD_NAME = 128 };

struct clamd_answer {
    bool found;
    char name[CLAMD_NAME]; /* of what was found, letters, digits and "._-/:" only */
};

/* Can a scanner be asked there: an absolute path, or HOST:PORT with a loopback address (127.0.0.1,
 * [::1], localhost)? ERR_INPUT with words. */
MUST enum err clamd_place(const char *where, struct fault *fault);
/* Sends the file at path. ERR_STATE: nobody answers there; ERR_TIMEOUT: no answer within so many
 * seconds; ERR_LIMIT: larger than clamd takes (StreamMaxLength); ERR_FORMAT: an answer that is
 * neither; ERR_IO, ERR_MISSING: the file cannot be read. */
MUST enum err clamd_scan(struct clamd_answer *out, const char *where, const char *path,
                         uint32_t seconds);

#endif
