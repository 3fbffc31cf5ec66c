/* Token buckets: see limit.h. */
#include "web/limit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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
    pthread_mutex_init(&limit->lock, NULL);
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

/* FNV-1a; a reader who finds a collision only shares his own budget with somebody. */
static uint32_t limit_hash(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 16777619U;
    return hash ^ hash >> 15;
}

/* The part of an address that one household shares: all of IPv4, 64 bits of IPv6. */
static uint32_t limit_hash_v6(const struct in6_addr *address)
{
    bool v4 = IN6_IS_ADDR_V4MAPPED(address);
    return limit_hash(address->s6_addr + (v4 ? 12 : 0), v4 ? 4 : 8);
}

static uint32_t limit_hash_text(struct str text)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr v6;
    struct in_addr v4;
    if (text.len < sizeof address)
        memcpy(address, text.data, text.len);
    if (inet_pton(AF_INET6, address, &v6) == 1)
        return limit_hash_v6(&v6);
    if (inet_pton(AF_INET, address, &v4) == 1)
        return limit_hash(&v4, sizeof v4);
    return limit_hash(text.data, text.len);
}

bool web_limit_take(struct web_limit *limit, struct str address, int64_t now_us)
{
    struct bucket *b = &limit->buckets[limit_hash_text(address) & limit->mask];
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
    uint32_t hash = 0;
    if (address != NULL && address->sa_family == AF_INET6)
        hash = limit_hash_v6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    else if (address != NULL)
        hash = limit_hash(&((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    return &crowd->counts[hash % WEB_CROWD];
}

unsigned web_crowd_enter(struct web_crowd *crowd, const struct sockaddr *address)
{
    return ++*crowd_slot(crowd, address);
}

void web_crowd_leave(struct web_crowd *crowd, const struct sockaddr *address)
{
    --*crowd_slot(crowd, address);
}
