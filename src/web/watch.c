/* Deadlines of connections: see watch.h. The lock is held while a socket is cut off, so that its
 * number cannot meanwhile belong to another connection. */
#include "web/watch.h"

#include "base/lock.h"
#include "base/time.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { WATCH_SOCKETS = 65536 };

struct web_watch {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    pthread_t thread;
    int stopping;
    int highest;                     /* largest socket ever seen */
    int64_t deadline[WATCH_SOCKETS]; /* 0: none */
};

/* Seconds of the clock that is never set back. */
static int64_t watch_now(struct timespec *at)
{
    clock_gettime(CLOCK_MONOTONIC, at);
    return at->tv_sec;
}

static void watch_sweep(struct web_watch *watch, int64_t now)
{
    for (int fd = 0; fd <= watch->highest; fd++) {
        if (watch->deadline[fd] == 0 || watch->deadline[fd] > now)
            continue;
        shutdown(fd, SHUT_RDWR);
        watch->deadline[fd] = 0;
    }
}

static void *watch_run(void *arg)
{
    struct web_watch *watch = arg;
    struct timespec at;
    pthread_mutex_lock(&watch->lock);
    while (!watch->stopping) {
        watch_sweep(watch, watch_now(&at));
        at.tv_sec++;
        pthread_cond_timedwait(&watch->ended, &watch->lock, &at);
    }
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}

enum err web_watch_start(struct web_watch **out)
{
    pthread_condattr_t clock;
    struct web_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return ERR_MEMORY;
    lock_init(&watch->lock);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->ended, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&watch->thread, NULL, watch_run, watch) != 0) {
        pthread_mutex_destroy(&watch->lock);
        pthread_cond_destroy(&watch->ended);
        free(watch);
        return ERR_MEMORY;
    }
    *out = watch;
    return ERR_OK;
}

void web_watch_stop(struct web_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->stopping = 1;
    pthread_cond_signal(&watch->ended);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    pthread_mutex_destroy(&watch->lock);
    pthread_cond_destroy(&watch->ended);
    free(watch);
}

void web_watch_set(struct web_watch *watch, int fd, unsigned seconds)
{
    struct timespec at;
    if (fd < 0 || fd >= WATCH_SOCKETS)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->deadline[fd] = seconds > 0 ? watch_now(&at) + seconds : 0;
    if (fd > watch->highest)
        watch->highest = fd;
    pthread_mutex_unlock(&watch->lock);
}
