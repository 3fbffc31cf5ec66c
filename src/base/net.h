/* Addresses of readers: as far as budgets count them (SECURITY.md ID4, AV1), and lists of networks
 * from which something may be used (AC10). Pure. */
#ifndef BASE_NET_H
#define BASE_NET_H

#include "base/err.h"
#include "base/str.h"

enum { NET_TEXT = 24, NET_LIST_MAX = 32 };

/* The part of an address that one household shares: all of an IPv4 address (one mapped into IPv6 is
 * the same), the first 64 bits of an IPv6 address, however it is written. The text is in out, or
 * the address itself where it is IPv4 or no address at all. */
struct str net_of(char out[NET_TEXT], struct str address);

/* Networks; IPv4 stands mapped into IPv6. */
struct net_list {
    struct net {
        unsigned char bytes[16];
        unsigned bits;
    } nets[NET_LIST_MAX];
    size_t count;
};
/* Reads addresses and networks (10.0.0.0/8, 2001:db8::/32) with commas between. ERR_INPUT with
 * words where a part is neither, or has bits behind its length; ERR_LIMIT for too many. */
MUST enum err net_list_parse(struct net_list *out, struct str text, struct fault *fault);
/* Does an address stand in one of them? No, where it is no address. */
bool net_list_holds(const struct net_list *list, struct str address);

#endif
