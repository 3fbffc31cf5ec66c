/* What a reader's pages keep: see portal_kept.h. */
#include "office/portal_kept.h"

#include "base/lock.h"
#include "base/text_map.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MOST = 4096 };

struct portal_kept {
    pthread_mutex_t lock;
    uint64_t version;
    struct arena arena; /* of all that follows */
    struct text_map places[PORTAL_KINDS];
    struct str texts[KEPT_MOST];
    size_t count;
};

enum err portal_kept_open(struct portal_kept **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    lock_init(&(*out)->lock);
    return ERR_OK;
}

void portal_kept_close(struct portal_kept *kept)
{
    if (kept == NULL)
        return;
    arena_free(&kept->arena);
    pthread_mutex_destroy(&kept->lock);
    free(kept);
}

/* Forgets everything; the arena's first block stays. */
static void kept_renew(struct portal_kept *kept, uint64_t version)
{
    for (int kind = 0; kind < PORTAL_KINDS; kind++)
        kept->places[kind] = (struct text_map){0};
    arena_clear(&kept->arena);
    kept->version = version;
    kept->count = 0;
}

static size_t kept_find(const struct portal_kept *kept, const struct portal_key *key)
{
    return key->version == kept->version ? text_map_get(&kept->places[key->kind], key->name)
                                         : TEXT_MAP_NONE;
}

bool portal_kept_get(struct str *out, struct arena *arena, struct portal_kept *kept,
                     const struct portal_key *key)
{
    if (kept == NULL || key->version == 0)
        return false;
    pthread_mutex_lock(&kept->lock);
    size_t at = kept_find(kept, key);
    if (at != TEXT_MAP_NONE)
        *out = arena_str(arena, kept->texts[at]);
    pthread_mutex_unlock(&kept->lock);
    return at != TEXT_MAP_NONE;
}

static void kept_add(struct portal_kept *kept, const struct portal_key *key, struct str text)
{
    struct str name = arena_str(&kept->arena, key->name);
    struct str copy = arena_str(&kept->arena, text);
    if (name.data == NULL || copy.data == NULL)
        return;
    kept->texts[kept->count] = copy;
    if (text_map_put(&kept->places[key->kind], &kept->arena, name, kept->count) == ERR_OK)
        kept->count++;
}

void portal_kept_put(struct portal_kept *kept, const struct portal_key *key, struct str text)
{
    if (kept == NULL || key->version == 0)
        return;
    pthread_mutex_lock(&kept->lock);
    if (key->version > kept->version)
        kept_renew(kept, key->version);
    if (kept->count == KEPT_MOST)
        kept_renew(kept, kept->version);
    if (key->version == kept->version && kept_find(kept, key) == TEXT_MAP_NONE)
        kept_add(kept, key, text);
    pthread_mutex_unlock(&kept->lock);
}
