/* Files: see file.h. Invariant of every writer here: the name changes hands by rename(2) only,
 * after the bytes are complete (and, where durable, synced), and a failure leaves no temporary
 * file. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_CHUNK = 64 * 1024 };

/* read(2) that outlasts signals; *got 0 is the end. */
static enum err file_read_some(int fd, char *data, size_t cap, size_t *got)
{
    ssize_t n = 0;
    do
        n = read(fd, data, cap);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_errno(errno);
    *got = (size_t)n;
    return ERR_OK;
}

/* write(2) until all is written: it may write less than asked, or be interrupted by a signal. */
static enum err file_write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(errno);
        data += n;
        len -= (size_t)n;
    }
    return ERR_OK;
}

/* Reads in chunks rather than by fstat size: files in /proc and pipes tell none, and a file may
 * grow. */
static enum err file_read_fd(struct buf *out, int fd, size_t limit)
{
    size_t total = 0;
    for (;;) {
        size_t got = 0;
        char *at = buf_reserve(out, FILE_CHUNK);
        if (at == NULL)
            return ERR_MEMORY;
        TRY(file_read_some(fd, at, FILE_CHUNK, &got));
        if (got == 0)
            return ERR_OK;
        total += got;
        if (total > limit)
            return ERR_LIMIT;
        out->len += got;
    }
}

enum err file_read(struct buf *out, const char *path, size_t limit)
{
    size_t before = out->len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(errno);
    enum err err = file_read_fd(out, fd, limit);
    close(fd);
    if (err != ERR_OK)
        out->len = before;
    return err;
}

/* The folder that holds path. */
static enum err file_parent(char dir[FILE_PATH_MAX], const char *path)
{
    size_t len = strlen(path);
    if (len == 0 || len >= FILE_PATH_MAX)
        return ERR_LIMIT;
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        memcpy(dir, slash == NULL ? "." : "/", 2);
        return ERR_OK;
    }
    memcpy(dir, path, (size_t)(slash - path));
    dir[slash - path] = '\0';
    return ERR_OK;
}

enum err file_sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(errno);
    enum err err = fsync(fd) == 0 ? ERR_OK : ERR_SYNC;
    close(fd);
    return err;
}

/* A rename is durable only when the folder that holds the name is synced as well. */
static enum err file_sync_parent(const char *path)
{
    char dir[FILE_PATH_MAX];
    TRY(file_parent(dir, path));
    return file_sync_dir(dir);
}

/* fsync(2) of a file written by someone else (libzip); the data belongs to the file and not to the
 * descriptor, so that a new one serves. */
static enum err file_sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(errno);
    enum err err = fsync(fd) == 0 ? ERR_OK : ERR_SYNC;
    close(fd);
    return err;
}

enum err file_publish(const char *path, const char *to)
{
    TRY(file_sync_path(path));
    if (rename(path, to) != 0)
        return err_errno(errno);
    return file_sync_parent(to);
}

/* Opens f->temp, a new file in the folder of f->path, with exactly these permission bits. */
static enum err file_out_temp(struct file_out *f, const char *path, unsigned mode)
{
    int len = snprintf(f->path, sizeof f->path, "%s", path);
    int more = snprintf(f->temp, sizeof f->temp, "%s.tmp-XXXXXX", path);
    if (len <= 0 || more < 0 || (size_t)more >= sizeof f->temp)
        return ERR_LIMIT;
    f->fd = mkostemp(f->temp, O_CLOEXEC);
    if (f->fd < 0)
        return err_errno(errno);
    return fchmod(f->fd, (mode_t)(mode & 07777U)) == 0 ? ERR_OK : err_errno(errno);
}

enum err file_out_open(struct file_out *f, const char *path, unsigned mode, bool durable)
{
    *f = (struct file_out){.fd = -1, .durable = durable};
    f->data = malloc(FILE_CHUNK);
    if (f->data == NULL)
        return ERR_MEMORY;
    enum err err = file_out_temp(f, path, mode);
    if (err != ERR_OK)
        file_out_abandon(f);
    return err;
}

/* Hands the collected bytes to the system; after a failure they are dropped. */
static void file_out_flush(struct file_out *f)
{
    if (f->err == ERR_OK)
        f->err = file_write_all(f->fd, f->data, f->len);
    f->len = 0;
}

void file_out_add(struct file_out *f, struct str bytes)
{
    if (f->err != ERR_OK || bytes.len == 0)
        return;
    f->size += bytes.len;
    if (bytes.len > FILE_CHUNK - f->len)
        file_out_flush(f);
    if (bytes.len > FILE_CHUNK) {
        if (f->err == ERR_OK)
            f->err = file_write_all(f->fd, bytes.data, bytes.len);
        return;
    }
    memcpy(f->data + f->len, bytes.data, bytes.len);
    f->len += bytes.len;
}

void file_out_abandon(struct file_out *f)
{
    int number = errno;
    if (f->fd >= 0) {
        close(f->fd);
        unlink(f->temp);
    }
    free(f->data);
    f->data = NULL;
    f->fd = -1;
    errno = number;
}

/* close(2) may report a write that failed late (NFS, quota), so it is checked as well. */
static enum err file_out_finish(struct file_out *f)
{
    file_out_flush(f);
    if (f->err != ERR_OK)
        return f->err;
    if (f->durable && fsync(f->fd) != 0)
        return ERR_SYNC;
    int closed = close(f->fd);
    f->fd = -1;
    if (closed == 0 && rename(f->temp, f->path) == 0)
        return ERR_OK;
    enum err err = err_errno(errno);
    unlink(f->temp);
    return err;
}

enum err file_out_commit(struct file_out *f)
{
    if (f->data == NULL)
        return ERR_STATE;
    enum err err = file_out_finish(f);
    file_out_abandon(f);
    if (err == ERR_OK && f->durable)
        err = file_sync_parent(f->path);
    return err;
}

/* The whole life of a file_out for content that is already in memory. */
static enum err file_write(const char *path, struct str content, unsigned mode, bool durable)
{
    struct file_out f;
    TRY(file_out_open(&f, path, mode, durable));
    file_out_add(&f, content);
    return file_out_commit(&f);
}

enum err file_write_durable(const char *path, struct str content, unsigned mode)
{
    return file_write(path, content, mode, true);
}

enum err file_write_plain(const char *path, struct str content, unsigned mode)
{
    return file_write(path, content, mode, false);
}

/* One folder, whose parent exists. */
static enum err file_mkdir(const char *path, unsigned mode)
{
    struct stat st;
    if (mkdir(path, (mode_t)mode) == 0) {
        if (chmod(path, (mode_t)mode) != 0)
            return err_errno(errno);
        return file_sync_parent(path);
    }
    int number = errno;
    if (stat(path, &st) != 0)
        return err_errno(number);
    return S_ISDIR(st.st_mode) ? ERR_OK : ERR_STATE;
}

enum err file_mkdirs(const char *path, unsigned mode)
{
    char part[FILE_PATH_MAX];
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len == 0 || len >= sizeof part)
        return ERR_LIMIT;
    for (size_t i = 1; i <= len; i++) {
        if (i < len && (path[i] != '/' || path[i - 1] == '/'))
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        TRY(file_mkdir(part, mode));
    }
    return ERR_OK;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

enum err file_size(uint64_t *size, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(errno);
    if (!S_ISREG(st.st_mode))
        return ERR_STATE;
    *size = (uint64_t)st.st_size;
    return ERR_OK;
}

/* The source of a file_lines is the struct itself. */
static enum err file_lines_read(void *source, char *data, size_t cap, size_t *got)
{
    const struct file_lines *r = source;
    return file_read_some(r->fd, data, cap, got);
}

enum err file_lines_open(struct file_lines *r, const char *path)
{
    *r = (struct file_lines){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (r->fd < 0) {
        enum err err = err_errno(errno);
        *r = (struct file_lines){0};
        return err;
    }
    enum err err = lines_open(&r->in, file_lines_read, r);
    if (err != ERR_OK)
        file_lines_close(r);
    return err;
}

enum err file_lines_next(struct file_lines *r, struct str *line)
{
    r->in.source = r; /* the struct may have been moved */
    TRY(lines_next(&r->in, line, &r->unterminated));
    r->number++;
    return ERR_OK;
}

void file_lines_close(struct file_lines *r)
{
    if (r->in.read == NULL && r->fd <= 0)
        return;
    close(r->fd);
    lines_close(&r->in);
    *r = (struct file_lines){0};
}
