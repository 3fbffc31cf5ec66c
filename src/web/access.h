/* The access log: a line for each request, as base/log.h writes events. On a quiet server a line is
 * written at once; on a busy one lines are gathered and written together, a tenth of a second later
 * at most, since thousands of small writes a second cost more than the pages they tell of. */
#ifndef WEB_ACCESS_H
#define WEB_ACCESS_H

#include "base/log.h"

struct web_access;
/* log may be NULL: nothing is written. ERR_MEMORY. */
MUST enum err web_access_open(struct web_access **out, const struct log *log);
/* Writes what is still gathered. NULL is allowed. */
void web_access_close(struct web_access *access);

struct web_access_row {
    uint64_t request;
    struct str client; /* address */
    const char *route;
    const char *target; /* as sent */
    int status;
    size_t bytes;
    int64_t started; /* UTC microseconds */
};
/* Adds a line; it is made in `room`, an empty buffer. Thread-safe. */
void web_access_line(struct web_access *access, struct buf *room, const struct web_access_row *row);

#endif
