/* Text to number by open addressing (FNV-1a). hsearch_r of the C library was looked at: its tables
 * cannot grow and its keys must be terminated. A file could make all of its keys collide: that only
 * slows the import of whoever sends it. */
#include "base/text_map.h"

enum { MAP_FIRST = 64 };

struct text_map_slot {
    struct str key; /* data NULL: free */
    size_t value;
};

/* FNV-1a, folded. */
static uint64_t map_hash(struct str key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* The slot that holds key or would. */
static struct text_map_slot *map_slot(const struct text_map *map, struct str key)
{
    size_t at = map_hash(key) & (map->cap - 1);
    while (map->slots[at].key.data != NULL && !str_eq(map->slots[at].key, key))
        at = (at + 1) & (map->cap - 1);
    return &map->slots[at];
}

/* Doubles the table; the old one stays in the arena. */
static enum err map_grow(struct text_map *map, struct arena *arena)
{
    struct text_map wider = {.cap = map->cap == 0 ? MAP_FIRST : map->cap * 2};
    wider.slots = arena_array(arena, wider.cap, sizeof *wider.slots);
    if (wider.slots == NULL)
        return ERR_MEMORY;
    wider.count = map->count;
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].key.data != NULL)
            *map_slot(&wider, map->slots[i].key) = map->slots[i];
    *map = wider;
    return ERR_OK;
}

size_t text_map_get(const struct text_map *map, struct str key)
{
    if (map->cap == 0 || key.data == NULL)
        return TEXT_MAP_NONE;
    const struct text_map_slot *slot = map_slot(map, key);
    return slot->key.data != NULL ? slot->value : TEXT_MAP_NONE;
}

enum err text_map_put(struct text_map *map, struct arena *arena, struct str key, size_t value)
{
    if (map->count * 2 >= map->cap)
        TRY(map_grow(map, arena));
    if (key.data == NULL)
        key = (struct str){"", 0};
    struct text_map_slot *slot = map_slot(map, key);
    if (slot->key.data == NULL)
        map->count++;
    *slot = (struct text_map_slot){key, value};
    return ERR_OK;
}
