/* The server. http.c and upload.c alone know libmicrohttpd: an epoll pool of as many
 * threads as cores, an own bounded worker pool by suspend/resume for whatever may block, and an own
 * strict check of each request (DESIGN.md section 2, SECURITY.md IN7, IN8, WB1, AV2). */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "base/log.h"
#include "base/net.h"
#include "web/request.h"

struct web_server;

/* Makes an error page: status and request id are known, nothing else is told (SC4). */
typedef void web_error_page(struct web_reply *reply, const struct web_request *request, int status,
                            const struct fault *fault);
/* A number that grows when public content changed (the log's size): the page cache's key. */
typedef uint64_t web_version(void *ctx);

struct web_config {
    const char *address;            /* 127.0.0.1, ::1, 0.0.0.0 */
    uint16_t port;                  /* 0: any; web_server_port tells */
    unsigned threads;               /* event threads; 0: one a core */
    unsigned workers;               /* worker threads; 0: twice the cores */
    bool quick;                     /* WEB_QUICK handlers run on the event threads */
    unsigned queue;                 /* requests that may wait for a worker; more get 503; 0: 256 */
    unsigned per_client;            /* connections of one address (/64 for IPv6); 0: 64 */
    unsigned send_seconds;          /* for an answer, beside the time of its bytes; 0: 60 */
    unsigned slowest;               /* bytes a second that a reader must take; 0: 1024 */
    unsigned connections;           /* of all; 0: 1000 */
    unsigned idle_seconds;          /* 0: 60 */
    const char *proxy;              /* address whose X-Forwarded-For is believed; NULL: none */
    size_t cache_bytes;             /* of the page cache; 0: 32 MiB */
    const struct web_route *routes; /* ends with pattern NULL */
    const char *closed;             /* paths under it do not exist here; NULL: all exist */
    const struct net_list *closed_but; /* except for clients in these; NULL: for nobody (AC10) */
    web_error_page *error_page;
    web_version *version;
    web_guard *guard;      /* of routes with a permit; NULL: they are all forbidden */
    web_fields *fields;    /* of every form; NULL: they may hold any */
    web_admit *admit;      /* of forms with a file; NULL: they are all forbidden */
    void *ctx;             /* handed to every handler as request->ctx */
    const struct log *log; /* access log and faults; may be NULL */
};

/* Starts serving. ERR_IO with words when the address cannot be bound. config and routes must
 * outlive the server. */
MUST enum err web_server_start(struct web_server **out, const struct web_config *config,
                               struct fault *fault);
uint16_t web_server_port(const struct web_server *server);
/* Stops accepting, finishes what has begun (at most grace_seconds), frees. NULL is allowed. */
void web_server_stop(struct web_server *server, unsigned grace_seconds);

#endif
