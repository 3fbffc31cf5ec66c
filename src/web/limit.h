/* Budgets of expensive requests by address (SECURITY.md AV1): token buckets in a table of fixed
 * size, so that memory does not grow with the number of addresses. Thread-safe. */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include "base/err.h"
#include "base/str.h"

struct web_limit;

/* rate tokens a second, at most burst saved up; slots buckets (a power of two). Addresses that
 * share a slot share its budget. ERR_MEMORY. */
MUST enum err web_limit_open(struct web_limit **out, unsigned rate, unsigned burst, unsigned slots);
/* NULL is allowed. */
void web_limit_close(struct web_limit *limit);
/* Takes one token; false when the budget is used up. now_us only ever grows. An IPv6 address counts
 * by its first 64 bits, one that holds an IPv4 address as that. */
bool web_limit_take(struct web_limit *limit, struct str address, int64_t now_us);

/* How many connections each network has, in a table of fixed size that begins as zeros; networks
 * that share a slot share its count. Thread-safe. */
enum { WEB_CROWD = 16384 };
struct web_crowd {
    _Atomic unsigned counts[WEB_CROWD];
};
struct sockaddr;
/* One more connection of this address's network, as web_limit_take tells it; how many it has now.
 */
unsigned web_crowd_enter(struct web_crowd *crowd, const struct sockaddr *address);
/* One less. */
void web_crowd_leave(struct web_crowd *crowd, const struct sockaddr *address);

#endif
