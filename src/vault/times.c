/* Times of log entries without the log's lock: see times.h. A row, once read, never changes: the
 * file only grows, and what is cut off its end after a crash was never shown. */
#include "vault/times.h"

#include "base/file.h"
#include "tlog/checkpoint.h"
#include "vault/signed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES_MAX = 256 << 20, TIMES_SECOND = 1000000 };

struct vault_times {
    pthread_mutex_t lock;
    char *path;
    struct tlog_verifier verifier;
    uint64_t size;      /* of the file when it was read */
    struct buf content; /* the file */
    struct buf rows;    /* struct signed_row */
};

enum err vault_times_open(struct vault_times **out, const char *path,
                          const struct tlog_verifier *verifier)
{
    struct vault_times *times = calloc(1, sizeof *times);
    if (times == NULL)
        return ERR_MEMORY;
    times->path = strdup(path);
    if (times->path == NULL) {
        free(times);
        return ERR_MEMORY;
    }
    times->verifier = *verifier;
    pthread_mutex_init(&times->lock, NULL);
    *out = times;
    return ERR_OK;
}

void vault_times_close(struct vault_times *times)
{
    if (times == NULL)
        return;
    pthread_mutex_destroy(&times->lock);
    buf_free(&times->content);
    buf_free(&times->rows);
    free(times->path);
    free(times);
}

/* Reads the file again if it has another size than last time. */
static enum err times_renew(struct vault_times *times)
{
    uint64_t size = 0;
    uint64_t length = 0;
    TRY(file_size(&size, times->path));
    if (size == times->size)
        return ERR_OK;
    buf_clear(&times->content);
    buf_clear(&times->rows);
    times->size = 0;
    TRY(file_read(&times->content, times->path, TIMES_MAX));
    TRY(signed_scan(&times->rows, &length, buf_view(&times->content)));
    times->size = size;
    return ERR_OK;
}

/* The note of the first checkpoint that covers the entry. */
static enum err times_note(struct str *out, const struct vault_times *times, uint64_t index)
{
    size_t low = 0;
    size_t count = times->rows.len / sizeof(struct signed_row);
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (signed_row_at(&times->rows, middle).size > index)
            high = middle;
        else
            low = middle + 1;
    }
    if (low == count)
        return ERR_STATE;
    struct signed_row row = signed_row_at(&times->rows, low);
    *out = str_sub(buf_view(&times->content), (size_t)row.offset, row.length);
    return ERR_OK;
}

enum err vault_times_get(int64_t *us, struct vault_times *times, uint64_t index)
{
    struct tlog_checkpoint c = {0};
    struct str note;
    pthread_mutex_lock(&times->lock);
    enum err err = times_renew(times);
    if (err == ERR_OK)
        err = times_note(&note, times, index);
    if (err == ERR_OK)
        err = tlog_checkpoint_open_own(&c, note, &times->verifier);
    *us = err == ERR_OK ? c.time * TIMES_SECOND : 0;
    pthread_mutex_unlock(&times->lock);
    return err == ERR_MISSING ? ERR_STATE : err;
}
