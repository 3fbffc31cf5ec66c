/* Token buckets: see limit.h. */
#include "web/limit.h"

#include "base/lock.h"
#include "base/net.h"
#include "web/address.h"

#include <pthread.h>
#include <stdlib.h>

struct bucket {
    int64_t at; /* when it was last filled, 0: never used */
    double tokens;
};

struct web_limit {
    pthread_mutex_t lock;
    unsigned rate;
    unsigned burst;
    unsigned mask;
    struct bucket buckets[];
};

enum err web_limit_open(struct web_limit **out, unsigned rate, unsigned burst, unsigned slots)
{
    if (slots == 0 || (slots & (slots - 1)) != 0)
        return ERR_INPUT;
    struct web_limit *limit = calloc(1, sizeof *limit + slots * sizeof(struct bucket));
    if (limit == NULL)
        return ERR_MEMORY;
    lock_init(&limit->lock);
    limit->rate = rate;
    limit->burst = burst;
    limit->mask = slots - 1;
    *out = limit;
    return ERR_OK;
}

void web_limit_close(struct web_limit *limit)
{
    if (limit == NULL)
        return;
    pthread_mutex_destroy(&limit->lock);
    free(limit);
}

/* FNV-1a of the network; a reader who finds a collision only shares his own budget with somebody.
 */
static uint32_t limit_hash(struct str address)
{
    char room[NET_TEXT];
    struct str net = net_of(room, address);
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < net.len; i++)
        hash = (hash ^ (unsigned char)net.data[i]) * 16777619U;
    return hash ^ hash >> 15;
}

bool web_limit_take(struct web_limit *limit, struct str address, int64_t now_us)
{
    struct bucket *b = &limit->buckets[limit_hash(address) & limit->mask];
    pthread_mutex_lock(&limit->lock);
    if (b->at == 0) {
        b->tokens = limit->burst;
        b->at = now_us;
    }
    if (now_us > b->at) {
        b->tokens += (double)(now_us - b->at) / 1e6 * limit->rate;
        b->at = now_us;
    }
    if (b->tokens > limit->burst)
        b->tokens = limit->burst;
    bool granted = b->tokens >= 1;
    if (granted)
        b->tokens -= 1;
    pthread_mutex_unlock(&limit->lock);
    return granted;
}

/* --- connections --- */

static _Atomic unsigned *crowd_slot(struct web_crowd *crowd, const struct sockaddr *address)
{
    char text[WEB_ADDRESS];
    web_address_text(text, address);
    return &crowd->counts[limit_hash(str_of(text)) % WEB_CROWD];
}

unsigned web_crowd_enter(struct web_crowd *crowd, const struct sockaddr *address)
{
    return ++*crowd_slot(crowd, address);
}

void web_crowd_leave(struct web_crowd *crowd, const struct sockaddr *address)
{
    --*crowd_slot(crowd, address);
}
