/* The access log: see access.h. A thread writes what a burst leaves behind; it sleeps while nothing
 * is gathered. */
#include "web/access.h"

#include "base/lock.h"
#include "base/time.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
    ACCESS_FULL = 32 * 1024,  /* bytes that are written without waiting */
    ACCESS_MOST = 256 * 1024, /* bytes at which whoever adds a line waits for those in front */
    ACCESS_QUIET = 10000,     /* microseconds since the last write after which a line isn't kept */
    ACCESS_KEEP = 100         /* milliseconds that a line is kept at most */
};

/* Lines are gathered under the lock and written without it, by one at a time: a thread that is held
 * up in the kernel holds up nobody who only adds a line. */
struct web_access {
    const struct log *log;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for the thread: a first line, or the end */
    pthread_cond_t emptied; /* for who waits until a write has ended */
    pthread_t thread;
    bool stopping;
    bool idle;        /* the thread waits for a first line */
    bool writing;     /* somebody writes what is in out */
    struct buf lines; /* gathered */
    struct buf out;   /* being written; his who set writing */
    int64_t written;  /* when, UTC microseconds */
};

/* Writes what is gathered; the lock is held before and after, not meanwhile. Nobody may be writing.
 */
static void access_write(struct web_access *access)
{
    struct buf empty = access->out;
    access->out = access->lines;
    access->lines = empty;
    access->writing = true;
    pthread_mutex_unlock(&access->lock);
    if (access->out.len > 0)
        log_write(access->log, buf_view(&access->out));
    buf_clear(&access->out);
    pthread_mutex_lock(&access->lock);
    access->writing = false;
    access->written = time_now();
    pthread_cond_broadcast(&access->emptied);
}

/* The same when whoever writes now has done so. */
static void access_turn(struct web_access *access)
{
    while (access->writing)
        pthread_cond_wait(&access->emptied, &access->lock);
    access_write(access);
}

/* ACCESS_KEEP from now, as pthread_cond_timedwait takes it. */
static struct timespec access_later(void)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += ACCESS_KEEP * 1000000L;
    at.tv_sec += at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

static void *access_run(void *arg)
{
    struct web_access *access = arg;
    pthread_mutex_lock(&access->lock);
    while (!access->stopping) {
        access->idle = true;
        while (!access->stopping && access->lines.len == 0)
            pthread_cond_wait(&access->changed, &access->lock);
        access->idle = false;
        struct timespec until = access_later();
        while (!access->stopping &&
               pthread_cond_timedwait(&access->changed, &access->lock, &until) == 0)
            ;
        access_turn(access);
    }
    access_turn(access); /* what came while it wrote for the last time */
    pthread_mutex_unlock(&access->lock);
    return NULL;
}

enum err web_access_open(struct web_access **out, const struct log *log)
{
    struct web_access *access = calloc(1, sizeof *access);
    if (access == NULL)
        return ERR_MEMORY;
    access->log = log;
    lock_init(&access->lock);
    pthread_cond_init(&access->changed, NULL);
    pthread_cond_init(&access->emptied, NULL);
    if (pthread_create(&access->thread, NULL, access_run, access) != 0) {
        pthread_mutex_destroy(&access->lock);
        pthread_cond_destroy(&access->changed);
        pthread_cond_destroy(&access->emptied);
        free(access);
        return ERR_MEMORY;
    }
    *out = access;
    return ERR_OK;
}

void web_access_close(struct web_access *access)
{
    if (access == NULL)
        return;
    pthread_mutex_lock(&access->lock);
    access->stopping = true;
    pthread_cond_signal(&access->changed);
    pthread_mutex_unlock(&access->lock);
    pthread_join(access->thread, NULL);
    buf_free(&access->lines);
    buf_free(&access->out);
    pthread_mutex_destroy(&access->lock);
    pthread_cond_destroy(&access->changed);
    pthread_cond_destroy(&access->emptied);
    free(access);
}

/* Keeps a line or writes it with those before it. */
static void access_add(struct web_access *access, struct str line, int64_t now)
{
    pthread_mutex_lock(&access->lock);
    buf_str(&access->lines, line);
    int64_t waited = now - access->written;
    bool full = access->lines.len >= ACCESS_FULL;
    if (!access->writing && (waited >= ACCESS_QUIET || waited < 0 || full)) {
        access_write(access);
    } else if (access->idle) {
        access->idle = false;
        pthread_cond_signal(&access->changed);
    }
    while (access->writing && access->lines.len >= ACCESS_MOST)
        pthread_cond_wait(&access->emptied, &access->lock);
    pthread_mutex_unlock(&access->lock);
}

void web_access_line(struct web_access *access, struct buf *room, const struct web_access_row *row)
{
    if (!log_wants(access->log, LOG_INFO))
        return;
    int64_t now = time_now();
    log_line(room, LOG_INFO, "request",
             LOG_PAIRS(log_int("request", (int64_t)row->request), log_str("client", row->client),
                       log_str("route", str_of(row->route)), log_str("target", str_of(row->target)),
                       log_int("status", row->status), log_int("bytes", (int64_t)row->bytes),
                       log_int("us", now - row->started)));
    if (buf_err(room) == ERR_OK)
        access_add(access, buf_view(room), now);
}
