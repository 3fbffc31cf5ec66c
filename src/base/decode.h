/* Any text file to UTF-8, streaming. The encoding is found by content, never by name. */
#ifndef BASE_DECODE_H
#define BASE_DECODE_H

#include "base/err.h"
#include "base/str.h"

enum decode_kind {
    DECODE_AUTO, /* find out */
    DECODE_UTF8,
    DECODE_UTF16LE,
    DECODE_UTF16BE,
    DECODE_GB18030 /* and its subsets GBK and GB2312 */
};

struct decode;

/* What s is: a byte-order mark decides; else UTF-16 where zero bytes stand as in text with ASCII in
 * it; else UTF-8 if s is valid as such; else GB18030. whole tells whether s is all there is (else a
 * character cut at its end does not make it invalid). Never DECODE_AUTO. */
enum decode_kind decode_detect(struct str s, bool whole);

/* Reads from fd (stays the caller's; read from its present position). DECODE_AUTO on a regular file
 * looks through all of it before the first byte is given out; on a pipe through the first MiB.
 * ERR_IO, ERR_MEMORY. */
MUST enum err decode_open(struct decode **out, int fd, enum decode_kind kind, struct fault *fault);
/* Reads from memory, which must outlive the decoder. */
MUST enum err decode_open_memory(struct decode **out, struct str text, enum decode_kind kind,
                                 struct fault *fault);
/* Up to cap (>= 16) bytes of valid UTF-8 without a byte-order mark, never cut inside a character.
 * ERR_END at the end; ERR_UTF8 at bytes that are not text in this encoding, with the byte offset in
 * fault (all text before them has been given out); ERR_IO. */
MUST enum err decode_read(struct decode *d, char *data, size_t cap, size_t *got,
                          struct fault *fault);
enum decode_kind decode_kind(const struct decode *d);
/* "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030". */
const char *decode_name(enum decode_kind kind);
/* NULL is allowed. */
void decode_close(struct decode *d);

#endif
