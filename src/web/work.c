/* The worker pool: see work.h. */
#include "web/work.h"

#include "base/lock.h"
#include "base/nice.h"

#include <pthread.h>
#include <stdlib.h>

struct web_pool {
    pthread_mutex_t lock;
    pthread_cond_t given;
    web_work *work;
    int nice;
    void **items; /* ring of `size` places */
    unsigned size;
    unsigned head;
    unsigned count;
    int stopping;
    unsigned threads;
    pthread_t ids[];
};

/* The next item, or NULL when the pool ends. */
static void *pool_take(struct web_pool *pool)
{
    void *item = NULL;
    pthread_mutex_lock(&pool->lock);
    while (pool->count == 0 && !pool->stopping)
        pthread_cond_wait(&pool->given, &pool->lock);
    if (pool->count > 0) {
        item = pool->items[pool->head];
        pool->head = (pool->head + 1) % pool->size;
        pool->count--;
    }
    pthread_mutex_unlock(&pool->lock);
    return item;
}

static void *pool_run(void *arg)
{
    struct web_pool *pool = arg;
    if (pool->nice > 0)
        nice_step_back(pool->nice);
    for (void *item = pool_take(pool); item != NULL; item = pool_take(pool))
        pool->work(item);
    return NULL;
}

void web_pool_free(struct web_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->given);
    free(pool->items);
    free(pool);
}

enum err web_pool_start(struct web_pool **out, const struct web_pool_spec *spec)
{
    struct web_pool *pool = calloc(1, sizeof *pool + spec->threads * sizeof(pthread_t));
    if (pool == NULL)
        return ERR_MEMORY;
    lock_init(&pool->lock);
    pthread_cond_init(&pool->given, NULL);
    pool->items = calloc(spec->queue, sizeof *pool->items);
    pool->size = spec->queue;
    pool->work = spec->work;
    pool->nice = spec->nice;
    while (pool->items != NULL && pool->threads < spec->threads &&
           pthread_create(&pool->ids[pool->threads], NULL, pool_run, pool) == 0)
        pool->threads++;
    if (pool->threads == 0) {
        web_pool_free(pool);
        return ERR_MEMORY;
    }
    *out = pool;
    return ERR_OK;
}

enum err web_pool_give(struct web_pool *pool, void *item)
{
    enum err err = ERR_BUSY;
    pthread_mutex_lock(&pool->lock);
    if (pool->count < pool->size && !pool->stopping) {
        pool->items[(pool->head + pool->count++) % pool->size] = item;
        pthread_cond_signal(&pool->given);
        err = ERR_OK;
    }
    pthread_mutex_unlock(&pool->lock);
    return err;
}

void web_pool_stop(struct web_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = 1;
    pthread_cond_broadcast(&pool->given);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++)
        pthread_join(pool->ids[i], NULL);
    pool->threads = 0;
}
