/* Reads that leave their transaction standing for the next one.
 *
 * Why: on SQLite all readers of a process begin and end a transaction under one lock, which they
 * hold across a call of the kernel. With two readers at full speed every tenth read slept for it,
 * and a quarter of a page's time went into beginning and ending.
 *
 * Invariants:
 * - a transaction is used again only while the database says that nothing was committed since;
 * - none that is idle stands longer than twice the pool's time, none is used again beyond it: the
 *   log can be copied back only as far as the oldest reader has read;
 * - one that is lent does not stand: it is the read's, which ends it or leaves it;
 * - only a read that went well leaves its transaction standing. */
#include "db/driver.h"

#include <time.h>

static const uint64_t nanos = 1000000000;

static uint64_t clock_nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * nanos + (uint64_t)now.tv_nsec;
}

static bool stand_over(const struct db_tx *tx, const struct db_pool *pool, uint64_t now)
{
    return now - tx->since >= pool->stand;
}

void db_stand_end(struct db_tx *tx)
{
    if (!tx->standing)
        return;
    tx->standing = false;
    (void)tx->driver->step(tx, DB_ROLLBACK);
}

enum err db_stand_begin(struct db_tx *tx, const struct db_pool *pool)
{
    uint64_t now = pool->stand != 0 ? clock_nanos() : 0;
    if (tx->standing && !stand_over(tx, pool, now) && tx->driver->current(tx)) {
        tx->standing = false; /* it is this read's until it is left again */
        return ERR_OK;
    }
    db_stand_end(tx);
    tx->since = now;
    return tx->driver->step(tx, DB_BEGIN_READ);
}

void db_stand_leave(struct db_tx *tx, const struct db_pool *pool)
{
    tx->standing = true; /* until it is ended, here or later */
    if (pool->stand == 0 || stand_over(tx, pool, clock_nanos()) || !tx->driver->current(tx))
        db_stand_end(tx);
}

void db_stand_tell(struct db_pool *pool)
{
    if (pool->waking || pool->ending)
        return;
    pool->waking = true;
    pthread_cond_signal(&pool->left);
}

/* Ends what stands among the idle connections, and takes those out that did not survive it. */
static void stand_sweep(struct db_pool *pool)
{
    uint64_t now = clock_nanos();
    struct db_tx **at = &pool->idle;
    pool->waking = false;
    while (*at != NULL) {
        struct db_tx *tx = *at;
        if (tx->standing && stand_over(tx, pool, now))
            db_stand_end(tx);
        pool->waking = pool->waking || tx->standing;
        if (!tx->lost) {
            at = &tx->next;
            continue;
        }
        *at = tx->next;
        pool->open--;
        tx->driver->close(tx);
    }
}

/* Sleeps while nothing stands. */
static void *stand_keep(void *arg)
{
    struct db_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (!pool->waking) {
            pthread_cond_wait(&pool->left, &pool->lock);
            continue;
        }
        uint64_t until = clock_nanos() + pool->stand;
        const struct timespec at = {(time_t)(until / nanos), (long)(until % nanos)};
        if (pthread_cond_timedwait(&pool->left, &pool->lock, &at) != 0)
            stand_sweep(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

enum err db_stand_start(struct db_pool *pool, unsigned milliseconds)
{
    pthread_condattr_t as;
    if (milliseconds == 0 || pool->stand != 0 || pool->source->driver->current == NULL)
        return ERR_OK;
    pthread_condattr_init(&as);
    pthread_condattr_setclock(&as, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->left, &as);
    pthread_condattr_destroy(&as);
    pool->stand = (uint64_t)milliseconds * (nanos / 1000);
    if (pthread_create(&pool->keeper, NULL, stand_keep, pool) == 0)
        return ERR_OK;
    pool->stand = 0;
    pthread_cond_destroy(&pool->left);
    return ERR_MEMORY;
}

void db_stand_stop(struct db_pool *pool)
{
    if (pool->stand == 0)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_signal(&pool->left);
    pthread_mutex_unlock(&pool->lock);
    pthread_join(pool->keeper, NULL);
    pthread_cond_destroy(&pool->left);
}
