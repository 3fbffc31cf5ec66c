/* Reads that leave their transaction lingering for the next one.
 *
 * Why: on SQLite all readers of a process begin and end a transaction under one lock, which they
 * hold across a call of the kernel. With two readers at full speed every tenth read slept for it,
 * and a quarter of a page's time went into beginning and ending.
 *
 * Invariants:
 * - a transaction is used again only while the database says that nothing was committed since;
 * - none that is idle lingers longer than twice the pool's time, none is used again beyond it: the
 *   log can be copied back only as far as the oldest reader has read;
 * - one that is lent does not linger: it is the read's, which ends it or leaves it;
 * - only a read that went well leaves its transaction lingering. */
#include "db/driver.h"

#include <time.h>

static const uint64_t nanos = 1000000000;

static uint64_t clock_nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * nanos + (uint64_t)now.tv_nsec;
}

static bool linger_over(const struct db_tx *tx, const struct db_pool *pool, uint64_t now)
{
    return now - tx->since >= pool->linger;
}

void db_linger_end(struct db_tx *tx)
{
    if (!tx->lingering)
        return;
    tx->lingering = false;
    (void)tx->driver->step(tx, DB_ROLLBACK);
}

enum err db_linger_begin(struct db_tx *tx, const struct db_pool *pool)
{
    uint64_t now = pool->linger != 0 ? clock_nanos() : 0;
    if (tx->lingering && !linger_over(tx, pool, now) && tx->driver->current(tx)) {
        tx->lingering = false; /* it is this read's until it is left again */
        return ERR_OK;
    }
    db_linger_end(tx);
    tx->since = now;
    return tx->driver->step(tx, DB_BEGIN_READ);
}

void db_linger_leave(struct db_tx *tx, const struct db_pool *pool)
{
    tx->lingering = true; /* until it is ended, here or later */
    if (pool->linger == 0 || linger_over(tx, pool, clock_nanos()) || !tx->driver->current(tx))
        db_linger_end(tx);
}

void db_linger_tell(struct db_pool *pool)
{
    if (pool->waking || pool->ending)
        return;
    pool->waking = true;
    pthread_cond_signal(&pool->left);
}

/* Ends what lingers among the idle connections, and takes those out that did not survive it. */
static void linger_sweep(struct db_pool *pool)
{
    uint64_t now = clock_nanos();
    struct db_tx **at = &pool->idle;
    pool->waking = false;
    while (*at != NULL) {
        struct db_tx *tx = *at;
        if (tx->lingering && linger_over(tx, pool, now))
            db_linger_end(tx);
        pool->waking = pool->waking || tx->lingering;
        if (!tx->lost) {
            at = &tx->next;
            continue;
        }
        *at = tx->next;
        pool->open--;
        tx->driver->close(tx);
    }
}

/* Sleeps while nothing lingers. */
static void *linger_keep(void *arg)
{
    struct db_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (!pool->waking) {
            pthread_cond_wait(&pool->left, &pool->lock);
            continue;
        }
        uint64_t until = clock_nanos() + pool->linger;
        const struct timespec at = {(time_t)(until / nanos), (long)(until % nanos)};
        if (pthread_cond_timedwait(&pool->left, &pool->lock, &at) != 0)
            linger_sweep(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

enum err db_linger_start(struct db_pool *pool, unsigned milliseconds)
{
    pthread_condattr_t as;
    if (milliseconds == 0 || pool->linger != 0 || pool->source->driver->current == NULL)
        return ERR_OK;
    pthread_condattr_init(&as);
    pthread_condattr_setclock(&as, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->left, &as);
    pthread_condattr_destroy(&as);
    pool->linger = (uint64_t)milliseconds * (nanos / 1000);
    if (pthread_create(&pool->keeper, NULL, linger_keep, pool) == 0)
        return ERR_OK;
    pool->linger = 0;
    pthread_cond_destroy(&pool->left);
    return ERR_MEMORY;
}

void db_linger_stop(struct db_pool *pool)
{
    if (pool->linger == 0)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_signal(&pool->left);
    pthread_mutex_unlock(&pool->lock);
    pthread_join(pool->keeper, NULL);
    pthread_cond_destroy(&pool->left);
}
