/* Verification for anybody: a bundle or an own proof, given as a file, looked at with nothing but
 * the file and, better, the log's verifier key from elsewhere. Needs no data folder. */
#ifndef OFFICE_VERIFY_H
#define OFFICE_VERIFY_H

#include "base/buf.h"
#include "draw/bundle_verify.h"

struct office_verify {
    const char *path; /* a zip, a folder with an unpacked bundle, or an own proof */
    struct str vkey;  /* given by the reader; empty: the file's own, which is said */
    draw_report *report;
    void *ctx;
};

/* Looks at the file and verifies it; *verdict says whether all holds. ERR_OK: it was looked at to
 * the end. Else ERR_MISSING, ERR_FORMAT (neither a bundle nor an own proof), ERR_LIMIT, ERR_IO,
 * ERR_INPUT (the reader's vkey), ERR_MEMORY with words. */
MUST enum err office_verify(struct draw_verdict *verdict, const struct office_verify *job,
                            struct fault *fault);

/* Appends one line of the report in Chinese: mark, what was looked at, file and line, what was
 * shown and what was computed. */
void office_verify_line(struct buf *out, const struct draw_finding *finding);
/* Appends the closing lines: the verdict, the first difference, what stays open. */
void office_verify_end(struct buf *out, const struct draw_verdict *verdict);

#endif
