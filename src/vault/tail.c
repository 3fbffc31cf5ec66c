/* Durable appends. The order is all there is to it: write, sync, and only then count the bytes. A
 * failed write is undone by cutting the file; a failed sync cannot be undone, since the kernel may
 * have dropped the pages and forgotten that they were dirty. */
#include "vault/tail.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum err tail_open(struct tail *out, struct buf *content, const char *path,
                   const struct vault_log_options *io)
{
    size_t before = content->len;
    TRY(file_read(content, path, SIZE_MAX / 4));
    *out = (struct tail){.io = io, .length = content->len - before};
    out->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    return out->fd >= 0 ? ERR_OK : err_errno(errno);
}

static enum err tail_sync(struct tail *t)
{
    int failed = t->io->sync ? t->io->sync(t->io->ctx, t->fd) : fdatasync(t->fd);
    return failed == 0 ? ERR_OK : ERR_SYNC;
}

enum err tail_cut(struct tail *t, uint64_t length)
{
    if (ftruncate(t->fd, (off_t)length) != 0)
        return err_errno(errno);
    t->length = length;
    return tail_sync(t);
}

static enum err tail_write(struct tail *t, struct str bytes)
{
    while (bytes.len > 0) {
        ptrdiff_t n = t->io->write ? t->io->write(t->io->ctx, t->fd, bytes.data, bytes.len)
                                   : write(t->fd, bytes.data, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(errno);
        bytes = str_range(bytes.data + n, bytes.len - (size_t)n);
    }
    return ERR_OK;
}

enum err tail_append(struct tail *t, struct str bytes)
{
    enum err err = tail_write(t, bytes);
    if (err != ERR_OK)
        return ftruncate(t->fd, (off_t)t->length) == 0 ? err : ERR_SYNC;
    TRY(tail_sync(t));
    t->length += bytes.len;
    return ERR_OK;
}

enum err tail_read(void *out, size_t size, const struct tail *t, uint64_t offset)
{
    char *at = out;
    while (size > 0) {
        ssize_t n = pread(t->fd, at, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? ERR_DAMAGED : ERR_IO;
        at += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return ERR_OK;
}

void tail_close(struct tail *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}
