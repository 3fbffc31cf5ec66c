/* Stratum names to indexes: see strata.h.
 *
 * A pool line costs about 180 ns of hashing, so a lookup must cost few: the hash takes three words
 * of the name (first, middle, last) instead of every byte, and the table is at most a quarter full.
 * Names that differ elsewhere collide and are told apart by comparing; nothing depends on it but
 * speed. */
#include "draw/strata.h"

#include <string.h>

static uint64_t word_at(const char *data)
{
    uint64_t word = 0;
    memcpy(&word, data, sizeof word);
    return word;
}

static size_t name_slot(struct str name)
{
    uint64_t mix = name.len;
    if (name.len >= 8) {
        mix ^= word_at(name.data) * UINT64_C(0x9E3779B97F4A7C15);
        mix ^= word_at(name.data + name.len - 8) * UINT64_C(0xC2B2AE3D27D4EB4F);
        mix ^= word_at(name.data + (name.len - 8) / 2) * UINT64_C(0x165667B19E3779F9);
    } else {
        for (size_t i = 0; i < name.len; i++)
            mix = mix << 8 | (unsigned char)name.data[i];
    }
    mix ^= mix >> 29;
    mix *= UINT64_C(0xBF58476D1CE4E5B9);
    return (size_t)(mix >> 40) % DRAW_STRATA_TABLE;
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t name_find(const struct draw_strata *map, struct str name)
{
    size_t at = name_slot(name);
    while (map->table[at] != 0 && !str_eq(map->names[map->table[at] - 1], name))
        at = (at + 1) % DRAW_STRATA_TABLE;
    return at;
}

ptrdiff_t draw_strata_find(struct draw_strata *map, struct str name)
{
    if (map->last < map->count && str_eq(map->names[map->last], name))
        return (ptrdiff_t)map->last;
    size_t at = name_find(map, name);
    if (map->table[at] == 0)
        return -1;
    map->last = map->table[at] - 1u;
    return (ptrdiff_t)map->last;
}

enum err draw_strata_add(struct draw_strata *map, struct str name)
{
    if (map->count == DRAW_STRATA)
        return ERR_LIMIT;
    map->names[map->count] = name;
    map->last = map->count++;
    map->table[name_find(map, name)] = (uint16_t)map->count;
    return ERR_OK;
}
