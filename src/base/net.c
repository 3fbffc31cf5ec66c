/* Addresses: see net.h. */
#include "base/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { NET_V4 = 96 }; /* bits before an IPv4 address that is mapped */

static const unsigned char net_mapped[12] = {[10] = 0xFF, [11] = 0xFF};

/* An address in its 16 bytes. */
static bool net_read(unsigned char out[16], struct str address)
{
    char text[INET6_ADDRSTRLEN];
    if (address.len == 0 || address.len >= sizeof text)
        return false;
    memcpy(text, address.data, address.len);
    text[address.len] = '\0';
    if (inet_pton(AF_INET6, text, out) == 1)
        return true;
    memcpy(out, net_mapped, sizeof net_mapped);
    return inet_pton(AF_INET, text, out + sizeof net_mapped) == 1;
}

static bool net_is_v4(const unsigned char b[16])
{
    return memcmp(b, net_mapped, sizeof net_mapped) == 0;
}

struct str net_of(char out[NET_TEXT], struct str address)
{
    unsigned char b[16];
    if (!net_read(b, address))
        return address;
    if (net_is_v4(b))
        snprintf(out, NET_TEXT, "%u.%u.%u.%u", b[12], b[13], b[14], b[15]);
    else
        snprintf(out, NET_TEXT, "%02x%02x:%02x%02x:%02x%02x:%02x%02x", b[0], b[1], b[2], b[3], b[4],
                 b[5], b[6], b[7]);
    return str_of(out);
}

/* Are two addresses equal in their first bits? */
static bool net_same(const unsigned char a[16], const unsigned char b[16], unsigned bits)
{
    unsigned rest = bits % 8;
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

static enum err net_parse(struct net *out, struct str text)
{
    unsigned char head[16] = {0};
    struct str address;
    struct str length = text;
    uint64_t bits = 0;
    if (!str_cut(&address, &length, '/') || !net_read(out->bytes, address))
        return ERR_INPUT;
    unsigned before = net_is_v4(out->bytes) && str_find_char(address, ':') < 0 ? NET_V4 : 0;
    out->bits = 128;
    if (length.data == NULL)
        return ERR_OK;
    if (str_u64(&bits, length) != ERR_OK || bits > 128 - before)
        return ERR_INPUT;
    out->bits = before + (unsigned)bits;
    for (unsigned i = 0; i < out->bits; i++)
        head[i / 8] |= out->bytes[i / 8] & (unsigned char)(0x80 >> i % 8);
    return memcmp(head, out->bytes, sizeof head) == 0 ? ERR_OK : ERR_INPUT;
}

enum err net_list_parse(struct net_list *out, struct str text, struct fault *fault)
{
    struct str one;
    out->count = 0;
    while (str_cut(&one, &text, ',')) {
        if (out->count == NET_LIST_MAX)
            return fault_set(fault, ERR_LIMIT, "最多%d个网段", NET_LIST_MAX);
        if (net_parse(&out->nets[out->count++], str_trim(one)) != ERR_OK)
            return fault_set(
                fault, ERR_INPUT,
                "“%.*s”不是 IP 地址或网段，应写成 10.1.0.0/16 的样子（前缀后面的各位为 0）",
                STR_ARG(str_trim(one)));
    }
    return ERR_OK;
}

bool net_list_holds(const struct net_list *list, struct str address)
{
    unsigned char b[16];
    bool holds = false;
    if (!net_read(b, address))
        return false;
    for (size_t i = 0; i < list->count; i++)
        holds = holds || net_same(b, list->nets[i].bytes, list->nets[i].bits);
    return holds;
}
