/* Prepared statements of one connection, found by their text.
 *
 * Not by the pointer of the text alone: a buffer that is filled anew would silently run the old
 * statement. But the pointer tells where to look first: comparing a text of a thousand bytes costs
 * a third of hashing it. The tables have a fixed size, so that text made at run time (migrations,
 * checks) cannot make them grow. */
#include "db/driver.h"

#include <string.h>

/* FNV-1a by eight bytes at a time: short texts, no adversary (statements are literals of the
 * program), and every page asks several times. */
uint64_t db_cache_hash(const char *sql)
{
    uint64_t hash = 14695981039346656037u;
    size_t len = strlen(sql);
    for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, sql + i, len - i < sizeof word ? len - i : sizeof word);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 32;
    }
    return hash;
}

/* First slot of the group that hash belongs to. */
static struct db_stmt **cache_group(struct db_cache *cache, uint64_t hash)
{
    return &cache->slots[(hash % (DB_CACHE_SLOTS / DB_CACHE_WAYS)) * DB_CACHE_WAYS];
}

/* Where the statement of a text at this address was found last. */
static struct db_stmt **cache_near(struct db_cache *cache, const char *sql)
{
    return &cache->near[((uintptr_t)sql / 16) % DB_CACHE_SLOTS];
}

static bool cache_fits(const struct db_stmt *stmt, const char *sql)
{
    return stmt != NULL && !stmt->busy && strcmp(stmt->sql, sql) == 0;
}

/* Among those of the text's hash. */
static struct db_stmt *cache_search(struct db_cache *cache, const char *sql)
{
    uint64_t hash = db_cache_hash(sql);
    struct db_stmt **group = cache_group(cache, hash);
    for (size_t i = 0; i < DB_CACHE_WAYS; i++)
        if (group[i] != NULL && group[i]->hash == hash && cache_fits(group[i], sql))
            return group[i];
    return NULL;
}

struct db_stmt *db_cache_find(struct db_cache *cache, const char *sql)
{
    struct db_stmt **near = cache_near(cache, sql);
    struct db_stmt *stmt = cache_fits(*near, sql) ? *near : cache_search(cache, sql);
    if (stmt == NULL)
        return NULL;
    *near = stmt;
    stmt->used = ++cache->clock;
    return stmt;
}

/* The statement leaves: nothing points to it any more. */
static void cache_forget(struct db_cache *cache, struct db_stmt *stmt)
{
    stmt->cached = false;
    for (size_t i = 0; i < DB_CACHE_SLOTS; i++)
        if (cache->near[i] == stmt)
            cache->near[i] = NULL;
}

/* The slot to fill: an empty one, else the one idle for longest, else NULL. */
static struct db_stmt **cache_slot(struct db_stmt **group)
{
    struct db_stmt **oldest = NULL;
    for (size_t i = 0; i < DB_CACHE_WAYS; i++) {
        if (group[i] == NULL)
            return &group[i];
        if (!group[i]->busy && (oldest == NULL || group[i]->used < (*oldest)->used))
            oldest = &group[i];
    }
    return oldest;
}

void db_cache_put(struct db_stmt **dropped, struct db_cache *cache, struct db_stmt *stmt)
{
    *dropped = NULL;
    struct db_stmt **slot = cache_slot(cache_group(cache, stmt->hash));
    if (slot == NULL)
        return;
    *dropped = *slot;
    if (*dropped != NULL)
        cache_forget(cache, *dropped);
    *slot = stmt;
    stmt->cached = true;
    stmt->used = ++cache->clock;
}

void db_cache_remove(struct db_cache *cache, struct db_stmt *stmt)
{
    struct db_stmt **group = cache_group(cache, stmt->hash);
    for (size_t i = 0; i < DB_CACHE_WAYS; i++) {
        if (group[i] != stmt)
            continue;
        group[i] = NULL;
        cache_forget(cache, stmt);
    }
}
