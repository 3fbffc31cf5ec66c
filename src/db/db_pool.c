/* Pool of connections: SQLite's readers, PostgreSQL's everything.
 *
 * Invariants: open counts idle and lent connections and those being opened; a ticket is served only
 * when all before it were, so that nobody waits for ever behind the lucky. */
#include "db/driver.h"

#include "base/lock.h"

void db_pool_init(struct db_pool *pool, const struct db_source *source)
{
    *pool = (struct db_pool){.source = source};
    lock_init(&pool->lock);
    pthread_cond_init(&pool->changed, NULL);
}

/* Waits for this caller's turn and counts it as having one. Gives an idle connection, or NULL when
 * the caller is to open a new one. */
static struct db_tx *pool_turn(struct db_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    uint64_t ticket = pool->next_ticket++;
    while (ticket != pool->now_serving || pool->lent == pool->source->driver->most)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pool->now_serving++;
    pool->lent++;
    struct db_tx *tx = pool->idle;
    if (tx != NULL)
        pool->idle = tx->next;
    else
        pool->open++;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    return tx;
}

/* One fewer is lent; tx (may be NULL) goes to the idle ones. */
static void pool_return(struct db_pool *pool, struct db_tx *tx)
{
    pthread_mutex_lock(&pool->lock);
    pool->lent--;
    if (tx == NULL) {
        pool->open--;
    } else {
        tx->next = pool->idle;
        pool->idle = tx;
        if (tx->lingering)
            db_linger_tell(pool);
    }
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

/* Opens outside of the lock: connecting may take seconds and others need not wait for it. */
enum err db_pool_take(struct db_tx **out, struct db_pool *pool, struct fault *fault)
{
    *out = pool_turn(pool);
    if (*out != NULL)
        return ERR_OK;
    enum err err = pool->source->driver->open(out, pool->source, false, fault);
    if (err != ERR_OK)
        pool_return(pool, NULL);
    return err;
}

/* A lost connection frees its place for a new one. */
void db_pool_give(struct db_pool *pool, struct db_tx *tx)
{
    bool keep = !tx->lost;
    if (!keep)
        tx->driver->close(tx);
    pool_return(pool, keep ? tx : NULL);
}

void db_pool_free(struct db_pool *pool)
{
    db_linger_stop(pool);
    pthread_mutex_lock(&pool->lock);
    while (pool->lent > 0)
        pthread_cond_wait(&pool->changed, &pool->lock);
    while (pool->idle != NULL) {
        struct db_tx *tx = pool->idle;
        pool->idle = tx->next;
        tx->driver->close(tx);
    }
    pthread_mutex_unlock(&pool->lock);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
}
