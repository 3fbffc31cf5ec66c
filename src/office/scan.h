/* Files from outside and the virus scanner (SECURITY.md IN12). Where one is configured
 * (office.clamd) a file that it did not find clean is not taken in; where none is, files are kept
 * and shown as not scanned. */
#ifndef OFFICE_SCAN_H
#define OFFICE_SCAN_H

#include "office/office.h"

struct office_scan {
    const char *path;
    struct str name;   /* as the person calls it */
    struct str target; /* what it was meant for, as the audit names it */
};
/* Has a file scanned; *at is when that was, 0 where no scanner is configured. ERR_UNSUPPORTED with
 * the virus's name, with an audit row; ERR_STATE where the scanner cannot be asked or gave no
 * answer. Both at the field "file". */
MUST enum err office_scan(int64_t *at, struct errand *e, const struct office_scan *file);

#endif
