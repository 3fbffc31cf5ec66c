/* Files: read whole, read by lines, written so that a reader (also after a power cut) sees the old
 * content or the new content and nothing between. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lines.h"
#include "base/str.h"

enum { FILE_PATH_MAX = 4096 };

/* Appends the whole content of path to out. ERR_MISSING, ERR_LIMIT when it holds more than limit
 * bytes (out is then as before), ERR_IO, ERR_MEMORY. */
MUST enum err file_read(struct buf *out, const char *path, size_t limit);

/* Replaces path by content: temporary file in the same folder, write, fsync, rename, fsync of the
 * folder. mode are the permission bits, exact (the umask is not applied). On failure path is
 * untouched and the temporary file is gone; ERR_SYNC when an fsync failed: whether the data will
 * survive is unknown then, and the caller must stop (SECURITY.md, fact 4). */
MUST enum err file_write_durable(const char *path, struct str content, unsigned mode);
/* The same without the two fsyncs: never half written as readers see it, but not power-safe. */
MUST enum err file_write_plain(const char *path, struct str content, unsigned mode);

/* A file written piece by piece, seen under its name only after file_out_commit. */
struct file_out {
    int fd;
    bool durable;
    enum err err; /* the first failure; later additions are ignored */
    uint64_t size;
    char *data; /* bytes not yet handed to the system */
    size_t len;
    char path[FILE_PATH_MAX];
    char temp[FILE_PATH_MAX];
};

/* Opens a temporary file next to path. After ERR_OK exactly one of file_out_commit and
 * file_out_abandon must follow. */
MUST enum err file_out_open(struct file_out *f, const char *path, unsigned mode, bool durable);
/* Appends; a failure is kept and told by file_out_commit. */
void file_out_add(struct file_out *f, struct str bytes);
/* Flushes, fsyncs (if durable), renames, fsyncs the folder (if durable). On failure the temporary
 * file is removed and path is untouched (after ERR_SYNC of the folder it may be the new one). */
MUST enum err file_out_commit(struct file_out *f);
/* Closes and removes the temporary file. Safe after a failed open and after a commit. */
void file_out_abandon(struct file_out *f);

/* fsync of a folder, so that names made, renamed or removed in it are durable. ERR_SYNC. */
MUST enum err file_sync_dir(const char *dir);
/* fsync of the file at path, then moves it to `to` in the same folder and syncs the folder. */
MUST enum err file_publish(const char *path, const char *to);
/* Makes path and every missing folder above it with mode, exact; each new name is synced in its
 * parent. An existing folder is no error; a file standing in the way is ERR_STATE. */
MUST enum err file_mkdirs(const char *path, unsigned mode);
/* Whether something stands at path (symbolic links followed). */
bool file_exists(const char *path);
/* Bytes of the regular file at path. ERR_MISSING, ERR_STATE when it is not a regular file. */
MUST enum err file_size(uint64_t *size, const char *path);

/* A file's lines, streamed with a window of 256 KiB: memory does not grow with the file. */
struct file_lines {
    struct lines in; /* in.limit: most bytes of a line */
    int fd;
    uint64_t number;   /* of the line last given out, from 1 */
    bool unterminated; /* the last line had no LF */
};

/* ERR_MISSING, ERR_READONLY (no permission), ERR_IO, ERR_MEMORY. Close after ERR_OK only. */
MUST enum err file_lines_open(struct file_lines *r, const char *path);
/* The next line without LF (a CR stays), valid until the next call. ERR_END after the last,
 * ERR_LIMIT for a line longer than r->in.limit, ERR_IO. */
MUST enum err file_lines_next(struct file_lines *r, struct str *line);
/* Safe on a zeroed struct and twice. */
void file_lines_close(struct file_lines *r);

#endif
