/* Finished answers and the page cache: see page.h. */
#include "web/page.h"

#include "base/lock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Tells one state of a page from another; nothing is proved by it, so that a fast sum will do. */
static void page_etag(struct web_page *page)
{
    static const char digits[] = "0123456789abcdef";
    struct str body = buf_view(&page->body[WEB_IDENTITY]);
    XXH64_hash_t sum = XXH3_64bits(body.data, body.len);
    for (int i = 15; i >= 0; i--, sum >>= 4)
        page->etag[i] = digits[sum & 15];
    page->etag[16] = '\0';
}

/* An encoding is kept only where it saves at least a twentieth. */
static enum err page_encode(struct web_page *page, unsigned encodings, struct web_packer *packer,
                            const struct web_framed *framed)
{
    struct str plain = buf_view(&page->body[WEB_IDENTITY]);
    for (int e = WEB_GZIP; e < WEB_ENCODINGS; e++) {
        if ((encodings & 1U << e) == 0)
            continue;
        TRY(web_pack(&page->body[e], packer, (enum web_encoding)e, plain, framed));
        size_t len = page->body[e].len;
        page->encoded[e] = len > 0 && len < plain.len - plain.len / 20;
        if (!page->encoded[e])
            buf_free(&page->body[e]);
    }
    return ERR_OK;
}

/* Keeps what will be sent: of a page that was made for one encoding that one alone. */
static void page_fit(struct web_page *page, struct buf *room, unsigned encodings)
{
    enum { MOST = 1 << 20 };
    struct buf *plain = &page->body[WEB_IDENTITY];
    for (int e = WEB_GZIP; e < WEB_ENCODINGS; e++)
        if (encodings == 1U << e && page->encoded[e]) {
            page->encoded[WEB_IDENTITY] = false;
            if (plain->cap <= MOST) {
                *room = *plain;
                *plain = (struct buf){0};
                buf_clear(room);
            } else {
                buf_free(plain);
            }
        }
    for (int e = 0; e < WEB_ENCODINGS; e++)
        buf_fit(&page->body[e]);
}

static bool page_copy(char **out, struct str text)
{
    if (text.len == 0)
        return true;
    *out = strndup(text.data, text.len);
    return *out != NULL;
}

static bool page_texts(struct web_page *page, const struct web_reply *reply)
{
    return page_copy(&page->location, reply->location) &&
           page_copy(&page->download, reply->download) && page_copy(&page->cookie, reply->cookie) &&
           page_copy(&page->path, reply->file ? str_of(reply->file) : STR(""));
}

void web_reply_free(struct web_reply *reply)
{
    buf_free(&reply->body);
    web_framed_drop(&reply->framed);
}

enum err web_page_make(struct web_page **out, struct web_reply *reply, unsigned encodings,
                       struct web_packer *packer)
{
    struct buf room = {0};
    enum err err = web_page_make_in(out, reply, &room, encodings, packer);
    buf_free(&room);
    return err;
}

enum err web_page_make_in(struct web_page **out, struct web_reply *reply, struct buf *room,
                          unsigned encodings, struct web_packer *packer)
{
    struct web_page *page = calloc(1, sizeof *page);
    if (page == NULL)
        return ERR_MEMORY;
    page->refs = 1;
    page->status = reply->status;
    page->type = reply->type;
    page->max_age = reply->max_age;
    page->refresh = reply->refresh;
    page->immutable = reply->immutable;
    page->no_store = reply->no_store;
    page->open_data = reply->open_data;
    page->forget = reply->forget;
    page->body[WEB_IDENTITY] = reply->body;
    page->encoded[WEB_IDENTITY] = true;
    reply->body = (struct buf){0};
    enum err err = page_texts(page, reply) ? buf_err(&page->body[WEB_IDENTITY]) : ERR_MEMORY;
    size_t len = page->body[WEB_IDENTITY].len;
    if (err == ERR_OK && web_encoding_worth(str_of(page->type), len))
        err = page_encode(page, encodings, packer, &reply->framed);
    web_framed_drop(&reply->framed);
    if (err == ERR_OK && page->status == 200 && page->path == NULL && !page->no_store)
        page_etag(page);
    page_fit(page, room, encodings);
    if (err != ERR_OK) {
        web_page_release(page);
        return err;
    }
    *out = page;
    return ERR_OK;
}

enum err web_page_encoded(struct web_page *page, enum web_encoding encoding, struct str bytes)
{
    buf_str(&page->body[encoding], bytes);
    page->encoded[encoding] = bytes.len > 0;
    return buf_err(&page->body[encoding]);
}

struct web_page *web_page_hold(struct web_page *page)
{
    page->refs++;
    return page;
}

void web_page_release(struct web_page *page)
{
    if (page == NULL || --page->refs > 0)
        return;
    for (int e = 0; e < WEB_ENCODINGS; e++) {
        buf_free(&page->body[e]);
        if (page->ready[e] != NULL)
            page->ready_free(page->ready[e]);
    }
    free(page->location);
    free(page->download);
    free(page->cookie);
    free(page->path);
    free(page);
}

size_t web_page_size(const struct web_page *page)
{
    enum { READY = 2048 }; /* about what an answer takes besides its bytes */
    size_t size = sizeof *page;
    for (int e = 0; e < WEB_ENCODINGS; e++)
        size += page->body[e].cap > 0 ? 2 * page->body[e].cap + READY : 0;
    return size;
}

bool web_page_matches(const struct web_page *page, struct str if_none_match)
{
    if (page->etag[0] == '\0' || if_none_match.len == 0)
        return false;
    return str_eq(str_trim(if_none_match), STR("*")) ||
           str_find(if_none_match, str_of(page->etag)) >= 0;
}

/* --- the cache --- */

enum { CACHE_SLOTS = 4096, CACHE_MARKS = 16384 };

struct cache_row {
    struct cache_row *next; /* in its slot */
    struct cache_row *newer;
    struct cache_row *older;
    struct web_page *page;
    size_t size;
    size_t key_len;
    char key[];
};

struct web_cache {
    pthread_mutex_t lock;
    size_t bytes;
    size_t used;
    uint64_t version;
    struct cache_row *newest;
    struct cache_row *oldest;
    struct cache_row *slots[CACHE_SLOTS];
    _Atomic uint32_t marks[CACHE_MARKS]; /* of keys that were asked about, the newest in each */
};

static size_t cache_slot(struct str key)
{
    return XXH3_64bits(key.data, key.len) % CACHE_SLOTS;
}

bool web_cache_again(struct web_cache *cache, struct str key)
{
    uint64_t hash = XXH3_64bits(key.data, key.len);
    uint32_t mark = (uint32_t)(hash >> 32) | 1;
    return atomic_exchange(&cache->marks[hash % CACHE_MARKS], mark) == mark;
}

static void cache_unlink(struct web_cache *cache, struct cache_row *row)
{
    if (row->newer != NULL)
        row->newer->older = row->older;
    else
        cache->newest = row->older;
    if (row->older != NULL)
        row->older->newer = row->newer;
    else
        cache->oldest = row->newer;
}

static void cache_front(struct web_cache *cache, struct cache_row *row)
{
    row->newer = NULL;
    row->older = cache->newest;
    if (cache->newest != NULL)
        cache->newest->newer = row;
    cache->newest = row;
    if (cache->oldest == NULL)
        cache->oldest = row;
}

static void cache_drop(struct web_cache *cache, struct cache_row *row)
{
    struct cache_row **at = &cache->slots[cache_slot(str_range(row->key, row->key_len))];
    while (*at != row)
        at = &(*at)->next;
    *at = row->next;
    cache_unlink(cache, row);
    cache->used -= row->size;
    web_page_release(row->page);
    free(row);
}

/* Everything goes when public content has changed. */
static void cache_renew(struct web_cache *cache, uint64_t version)
{
    while (version > cache->version && cache->oldest != NULL)
        cache_drop(cache, cache->oldest);
    if (version > cache->version)
        cache->version = version;
}

static struct cache_row *cache_find(struct web_cache *cache, struct str key)
{
    struct cache_row *row = cache->slots[cache_slot(key)];
    while (row != NULL && !str_eq(str_range(row->key, row->key_len), key))
        row = row->next;
    return row;
}

enum err web_cache_open(struct web_cache **out, size_t bytes)
{
    struct web_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return ERR_MEMORY;
    lock_init(&cache->lock);
    cache->bytes = bytes;
    *out = cache;
    return ERR_OK;
}

void web_cache_close(struct web_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->oldest != NULL)
        cache_drop(cache, cache->oldest);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

struct web_page *web_cache_get(struct web_cache *cache, struct str key, uint64_t version)
{
    struct web_page *page = NULL;
    pthread_mutex_lock(&cache->lock);
    cache_renew(cache, version);
    struct cache_row *row = version == cache->version ? cache_find(cache, key) : NULL;
    if (row != NULL) {
        cache_unlink(cache, row);
        cache_front(cache, row);
        page = web_page_hold(row->page);
    }
    pthread_mutex_unlock(&cache->lock);
    return page;
}

void web_cache_put(struct web_cache *cache, struct str key, uint64_t version, struct web_page *page)
{
    size_t size = web_page_size(page) + sizeof(struct cache_row) + key.len;
    struct cache_row *row = size <= cache->bytes / 4 ? calloc(1, sizeof *row + key.len) : NULL;
    if (row == NULL)
        return;
    memcpy(row->key, key.data, key.len);
    row->key_len = key.len;
    row->size = size;
    row->page = web_page_hold(page);
    pthread_mutex_lock(&cache->lock);
    cache_renew(cache, version);
    bool stale = version != cache->version || cache_find(cache, key) != NULL;
    if (!stale) {
        row->next = cache->slots[cache_slot(key)];
        cache->slots[cache_slot(key)] = row;
        cache_front(cache, row);
        cache->used += size;
    }
    while (cache->used > cache->bytes)
        cache_drop(cache, cache->oldest);
    pthread_mutex_unlock(&cache->lock);
    if (stale) {
        web_page_release(row->page);
        free(row);
    }
}
