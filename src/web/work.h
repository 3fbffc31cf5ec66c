/* A bounded pool of worker threads with a FIFO queue, for handlers that may block. */
#ifndef WEB_WORK_H
#define WEB_WORK_H

#include "base/err.h"

struct web_pool;
typedef void web_work(void *item);

/* What a pool is made of: `threads` workers that call `work` on each item in the order they came;
 * at most `queue` items wait. nice: how much the workers step back behind all others (0: not). */
struct web_pool_spec {
    unsigned threads;
    unsigned queue;
    int nice;
    web_work *work;
};
/* Starts the workers. ERR_MEMORY. */
MUST enum err web_pool_start(struct web_pool **out, const struct web_pool_spec *spec);
/* Gives an item to the pool; ERR_BUSY when the queue is full, and then nothing happened. */
MUST enum err web_pool_give(struct web_pool *pool, void *item);
/* Finishes what was given and ends the threads; from now on web_pool_give is ERR_BUSY. NULL is
 * allowed. */
void web_pool_stop(struct web_pool *pool);
/* Frees a stopped pool. NULL is allowed. */
void web_pool_free(struct web_pool *pool);

#endif
