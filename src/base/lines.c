/* Lines: see lines.h. A frozen pool of ten million lines passes here, so a line costs one memchr
 * and no copy; bytes move only when a line crosses the end of the window. Invariant: from <= to <=
 * cap. */
#include "base/lines.h"

#include <stdlib.h>
#include <string.h>

enum err lines_open(struct lines *r, lines_read *read, void *source)
{
    *r = (struct lines){.read = read, .source = source, .cap = LINES_WINDOW, .limit = LINES_MAX};
    r->data = malloc(r->cap);
    return r->data != NULL ? ERR_OK : ERR_MEMORY;
}

void lines_close(struct lines *r)
{
    free(r->data);
    *r = (struct lines){0};
}

/* Makes room behind `to`: first by moving the open line to the front, then by growing. */
static enum err lines_room(struct lines *r)
{
    if (r->from > 0) {
        memmove(r->data, r->data + r->from, r->to - r->from);
        r->to -= r->from;
        r->from = 0;
    }
    if (r->to < r->cap)
        return ERR_OK;
    char *data = realloc(r->data, r->cap * 2);
    if (data == NULL)
        return ERR_MEMORY;
    r->data = data;
    r->cap *= 2;
    return ERR_OK;
}

/* Reads more behind the open line, or finds that the source has ended. */
static enum err lines_fill(struct lines *r)
{
    size_t got = 0;
    if (r->to - r->from > r->limit)
        return ERR_LIMIT;
    TRY(lines_room(r));
    TRY(r->read(r->source, r->data + r->to, r->cap - r->to, &got));
    r->ended = got == 0;
    r->to += got;
    return ERR_OK;
}

/* Hands out len bytes and passes over skip more (the LF). */
static enum err lines_give(struct lines *r, struct str *line, size_t len, size_t skip)
{
    if (len > r->limit)
        return ERR_LIMIT;
    *line = str_range(r->data + r->from, len);
    r->from += len + skip;
    return ERR_OK;
}

enum err lines_next(struct lines *r, struct str *line, bool *unterminated)
{
    size_t seen = 0;
    for (;;) {
        const char *at = r->data + r->from;
        const char *lf = memchr(at + seen, '\n', r->to - r->from - seen);
        if (lf != NULL)
            return lines_give(r, line, (size_t)(lf - at), 1);
        seen = r->to - r->from;
        if (r->ended)
            break;
        TRY(lines_fill(r));
    }
    if (seen == 0)
        return ERR_END;
    *unterminated = true;
    return lines_give(r, line, seen, 0);
}
