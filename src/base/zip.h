/* Zip archives over libzip: a reader that refuses whatever could harm or mislead (SECURITY.md IN4),
 * and a writer whose bytes depend on nothing but the entries. */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lines.h"
#include "base/str.h"

struct zip_reader;
struct zip_stream; /* one entry being read */
struct zip_writer;

/* 0 in a field takes the default. */
struct zip_limits {
    uint64_t file;     /* bytes of the archive; 64 MiB */
    uint64_t entries;  /* 1,000 */
    uint64_t inflated; /* bytes of all entries together; 1 GiB */
    uint64_t ratio;    /* of one entry larger than 1 MiB; 200 */
};

struct zip_entry {
    struct str name;
    uint64_t size; /* inflated */
};

/* Whether a name is one we read and write: 1-1024 bytes of UTF-8, no NUL, control or bidi
 * character, no backslash, no drive letter, not absolute, no empty, "." or ".." segment. One '/'
 * may end it. */
bool zip_name_ok(struct str name);

/* Opens and checks the whole directory before a byte is inflated: size, number of entries, names
 * (UTF-8, no NUL or control character, no backslash, not absolute, no empty, "." or ".." segment,
 * no duplicate), stored or deflated only, not encrypted, sizes and ratios, local headers equal to
 * the central directory. limits NULL: defaults. ERR_LIMIT, ERR_FORMAT, ERR_DUPLICATE,
 * ERR_UNSUPPORTED, ERR_MISSING, ERR_IO. Caller closes. A reader is used by one thread. */
MUST enum err zip_reader_open(struct zip_reader **out, const char *path,
                              const struct zip_limits *limits, struct fault *fault);
/* The same over memory, which must outlive the reader. */
MUST enum err zip_reader_open_memory(struct zip_reader **out, struct str bytes,
                                     const struct zip_limits *limits, struct fault *fault);
/* The entries in the order of the archive; valid until the reader is closed. Folders (names ending
 * in '/') are among them. */
const struct zip_entry *zip_reader_names(const struct zip_reader *r, size_t *count);
/* Whether there is an entry of this name; *size (may be NULL) gets its inflated size. */
bool zip_reader_has(const struct zip_reader *r, struct str name, uint64_t *size);
/* Starts inflating an entry. ERR_MISSING. Several may be open at a time; close all before the
 * reader. */
MUST enum err zip_reader_entry_open(struct zip_stream **out, struct zip_reader *r, struct str name);
/* Up to cap bytes; *got 0 is the end. Content longer or shorter than its directory entry says, or
 * with another CRC-32, is ERR_FORMAT. */
MUST enum err zip_stream_read(struct zip_stream *s, void *data, size_t cap, size_t *got);
/* NULL is allowed. */
void zip_stream_close(struct zip_stream *s);
/* Appends a whole entry to out. ERR_LIMIT above limit bytes, ERR_MISSING, ERR_FORMAT. */
MUST enum err zip_reader_load(struct buf *out, struct zip_reader *r, struct str name, size_t limit);
/* NULL is allowed. */
void zip_reader_close(struct zip_reader *r);

/* An entry's lines, with the shape of struct file_lines. */
struct zip_lines {
    struct lines in; /* in.limit: most bytes of a line */
    struct zip_stream *stream;
    uint64_t number;   /* of the line last given out, from 1 */
    bool unterminated; /* the last line had no LF */
};

/* As file_lines_open, file_lines_next, file_lines_close; also ERR_FORMAT for damaged content. */
MUST enum err zip_lines_open(struct zip_lines *r, struct zip_reader *zip, struct str name);
MUST enum err zip_lines_next(struct zip_lines *r, struct str *line);
void zip_lines_close(struct zip_lines *r);

/* Starts an archive that will stand at path when zip_writer_close succeeds. */
MUST enum err zip_writer_open(struct zip_writer **out, const char *path);
/* Adds an entry (deflated, dated 1980-01-01, in the order of the calls); content is copied. A name
 * the reader would refuse is ERR_INPUT, one added before ERR_DUPLICATE. */
MUST enum err zip_writer_add(struct zip_writer *w, const char *name, struct str content);
/* Adds the file at path, read when the archive is closed: it must not change until then. */
MUST enum err zip_writer_add_file(struct zip_writer *w, const char *name, const char *path);
/* Writes, fsyncs, renames to its path, fsyncs the folder, frees w. An archive without entries is
 * ERR_STATE, a failed fsync ERR_SYNC. On failure nothing stands at the
 * path that did not stand there before. */
MUST enum err zip_writer_close(struct zip_writer *w);
/* Frees w and leaves no file. NULL is allowed. */
void zip_writer_abandon(struct zip_writer *w);

#endif
