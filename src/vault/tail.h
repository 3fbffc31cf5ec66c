/* Room-private: a file that grows at its end, durably. */
#ifndef VAULT_TAIL_H
#define VAULT_TAIL_H

#include "vault/log.h"

/* Open for appending. length is the part known to be good and synced; all beyond it is a failed
 * append's. */
struct tail {
    const struct vault_log_options *io;
    int fd;
    uint64_t length;
};

/* Opens an existing file and appends its content to `content`; length is its size. ERR_MISSING,
 * ERR_IO, ERR_MEMORY. Close after success. */
MUST enum err tail_open(struct tail *out, struct buf *content, const char *path,
                        const struct vault_log_options *io);
/* Cuts the file to `length` bytes and syncs it. ERR_IO, ERR_SYNC. */
MUST enum err tail_cut(struct tail *t, uint64_t length);
/* Writes bytes at the end and syncs. ERR_FULL, ERR_IO: the file is as before. ERR_SYNC: nobody
 * knows; the tail must not be used again. */
MUST enum err tail_append(struct tail *t, struct str bytes);
/* Reads exactly size bytes at offset. ERR_DAMAGED if the file is shorter, ERR_IO. */
MUST enum err tail_read(void *out, size_t size, const struct tail *t, uint64_t offset);
/* Closes the file; harmless when it is not open (fd -1). */
void tail_close(struct tail *t);

#endif
