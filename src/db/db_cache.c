/* Prepared statements of one connection, found by their text.
 *
 * Not by the pointer of the text: a buffer that is filled anew would silently run the old
 * statement. Hashing 200 bytes costs about a tenth of what SQLite needs for a key read. The table
 * has a fixed size, so that text made at run time (migrations, checks) cannot make it grow. */
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

struct db_stmt *db_cache_find(struct db_cache *cache, uint64_t hash, const char *sql)
{
    struct db_stmt **group = cache_group(cache, hash);
    for (size_t i = 0; i < DB_CACHE_WAYS; i++) {
        struct db_stmt *stmt = group[i];
        if (stmt == NULL || stmt->hash != hash || stmt->busy || strcmp(stmt->sql, sql) != 0)
            continue;
        stmt->used = ++cache->clock;
        return stmt;
    }
    return NULL;
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
        (*dropped)->cached = false;
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
        stmt->cached = false;
    }
}
