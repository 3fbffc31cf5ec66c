/* What a reader's pages keep: see portal_kept.h. */
#include "office/portal_kept.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_SLOTS = 256, KEPT_MOST = 4096 };

struct kept_row {
    struct kept_row *next; /* in its slot */
    const char *kind;
    struct str name;
    struct str text;
};

struct portal_kept {
    pthread_mutex_t lock;
    uint64_t version;
    size_t count;
    struct arena arena; /* of all rows */
    struct kept_row *slots[KEPT_SLOTS];
};

enum err portal_kept_open(struct portal_kept **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return ERR_MEMORY;
    pthread_mutex_init(&(*out)->lock, NULL);
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

static struct kept_row **kept_slot(struct portal_kept *kept, struct str name)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 16777619U;
    return &kept->slots[(hash ^ hash >> 16) % KEPT_SLOTS];
}

static const struct kept_row *kept_find(struct portal_kept *kept, const struct portal_key *key)
{
    const struct kept_row *row = *kept_slot(kept, key->name);
    while (row != NULL &&
           !(str_eq(row->name, key->name) && str_eq(str_of(row->kind), str_of(key->kind))))
        row = row->next;
    return row;
}

/* Forgets everything; the arena's first block stays. */
static void kept_renew(struct portal_kept *kept, uint64_t version)
{
    for (size_t i = 0; i < KEPT_SLOTS; i++)
        kept->slots[i] = NULL;
    arena_clear(&kept->arena);
    kept->version = version;
    kept->count = 0;
}

bool portal_kept_get(struct str *out, struct arena *arena, struct portal_kept *kept,
                     const struct portal_key *key)
{
    const struct kept_row *row = NULL;
    if (kept == NULL || key->version == 0)
        return false;
    pthread_mutex_lock(&kept->lock);
    if (key->version == kept->version)
        row = kept_find(kept, key);
    if (row != NULL)
        *out = arena_str(arena, row->text);
    pthread_mutex_unlock(&kept->lock);
    return row != NULL;
}

static void kept_add(struct portal_kept *kept, const struct portal_key *key, struct str text)
{
    struct kept_row **slot = kept_slot(kept, key->name);
    struct kept_row *row = arena_alloc(&kept->arena, sizeof *row);
    struct str name = arena_str(&kept->arena, key->name);
    struct str copy = arena_str(&kept->arena, text);
    if (row == NULL || name.data == NULL || copy.data == NULL)
        return;
    *row = (struct kept_row){*slot, key->kind, name, copy};
    *slot = row;
    kept->count++;
}

void portal_kept_put(struct portal_kept *kept, const struct portal_key *key, struct str text)
{
    if (kept == NULL || key->version == 0)
        return;
    pthread_mutex_lock(&kept->lock);
    if (key->version > kept->version || kept->count == KEPT_MOST)
        kept_renew(kept, key->version > kept->version ? key->version : kept->version);
    if (key->version == kept->version && kept_find(kept, key) == NULL)
        kept_add(kept, key, text);
    pthread_mutex_unlock(&kept->lock);
}
