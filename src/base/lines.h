/* Lines out of any byte stream: the common half of file_lines (file.h) and zip_lines (zip.h). */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include "base/err.h"
#include "base/str.h"

enum { LINES_WINDOW = 256 * 1024, LINES_MAX = 1024 * 1024 };

/* Fills data with at most cap (> 0) bytes of source and tells how many in *got; 0 is the end. */
typedef enum err lines_read(void *source, char *data, size_t cap, size_t *got);

/* A window over the stream. Made by lines_open, freed by lines_close. */
struct lines {
    lines_read *read;
    void *source;
    char *data;
    size_t cap;
    size_t from; /* the bytes from..to are read and not yet given out */
    size_t to;
    size_t limit; /* most bytes of a line; LINES_MAX unless changed after opening */
    bool ended;   /* the source has no more */
};

/* Starts reading source, which stays the caller's. ERR_MEMORY. */
MUST enum err lines_open(struct lines *r, lines_read *read, void *source);
/* The next line without its LF, valid until the next call; *unterminated is set when the stream
 * ended where an LF was due. ERR_END after the last line (a final LF starts no further line),
 * ERR_LIMIT when a line is longer than limit, or the source's error. */
MUST enum err lines_next(struct lines *r, struct str *line, bool *unterminated);
/* Frees the window; a zeroed struct is allowed. */
void lines_close(struct lines *r);

#endif
