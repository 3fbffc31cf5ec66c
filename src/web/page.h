/* A finished answer: its bytes in each encoding, its ETag, its headers; shared by reference, so
 * that the page cache and many connections hold the same bytes. */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "web/encode.h"
#include "web/request.h"

enum { WEB_ETAG = 24 };

struct web_page {
    _Atomic unsigned refs;
    int status;
    const char *type;
    struct buf body[WEB_ENCODINGS]; /* those that were not worth it are empty */
    bool encoded[WEB_ENCODINGS];
    char etag[WEB_ETAG]; /* hex of the body's hash; "" where none is sent */
    char *location;
    char *download;
    char *cookie;
    char *path; /* of a file to send instead of body */
    /* The answer as the server sends it, with a copy of the bytes, once one was made; see
     * web/http.c, which alone knows what it is. */
    _Atomic(void *) ready[WEB_ENCODINGS];
    void (*_Atomic ready_free)(void *ready);
    unsigned refresh;
    unsigned max_age;
    bool immutable;
    bool no_store;
    bool open_data;
    bool forget;
};

/* Which encodings a page is made in, identity where none was worth it: bits 1 << WEB_GZIP, 1 <<
 * WEB_BROTLI. */
enum { WEB_PAGE_PLAIN = 0, WEB_PAGE_ALL = 1 << WEB_GZIP | 1 << WEB_BROTLI };
/* Makes a page of a reply, whose body it takes over; one reference. A page in one encoding that was
 * worth it has no plain bytes. packer: NULL for a plain page. ERR_MEMORY. */
MUST enum err web_page_make(struct web_page **out, struct web_reply *reply, unsigned encodings,
                            struct web_packer *packer);
/* The same; plain bytes that the page has no use for leave their memory in `room`, which is empty,
 * for the next page. */
MUST enum err web_page_make_in(struct web_page **out, struct web_reply *reply, struct buf *room,
                               unsigned encodings, struct web_packer *packer);
/* Adds a form that was encoded elsewhere to a page that nobody else holds yet; empty bytes are left
 * out. ERR_MEMORY. */
MUST enum err web_page_encoded(struct web_page *page, enum web_encoding encoding, struct str bytes);
/* One more reference; gives the page back. */
struct web_page *web_page_hold(struct web_page *page);
/* One reference less; frees the last. NULL is allowed. */
void web_page_release(struct web_page *page);
/* Bytes it takes in memory. */
size_t web_page_size(const struct web_page *page);
/* Does an If-None-Match value name this page (also a weak or encoded form of its tag, or *)? */
bool web_page_matches(const struct web_page *page, struct str if_none_match);

/* The page cache: keyed by text, emptied whenever the version grows, bounded in bytes. Thread-safe.
 */
struct web_cache;
MUST enum err web_cache_open(struct web_cache **out, size_t bytes);
/* NULL is allowed. */
void web_cache_close(struct web_cache *cache);
/* The page of a key with a reference for the caller; NULL if it is not there or of an older
 * version. */
struct web_page *web_cache_get(struct web_cache *cache, struct str key, uint64_t version);
/* Was that key asked about before? Few are forgotten. Who keeps a page that is quick to make only
 * the second time it is asked for lets no flood of addresses push out what readers share. */
bool web_cache_again(struct web_cache *cache, struct str key);
/* Keeps a page (a reference of its own). What does not fit is left out. */
void web_cache_put(struct web_cache *cache, struct str key, uint64_t version,
                   struct web_page *page);

#endif
