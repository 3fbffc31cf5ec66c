/* Stratum names to indexes: see strata.h.
 *
 * A pool line costs about 180 ns of hashing, so a lookup must cost few. The strata of neighbouring
 * lines differ at random, and each branch on them would be mispredicted; so a name is taken as
 * three words (first, middle, last; they overlap where it is short), which are hashed and compared
 * without branching on its bytes. Up to 24 bytes the words are the whole name; beyond, the rest is
 * compared too. The table is at most a quarter full. */
#include "draw/strata.h"

#include <string.h>

enum { KEY_WHOLE = 24 };

static uint64_t word_at(const char *data)
{
    uint64_t word = 0;
    memcpy(&word, data, sizeof word);
    return word;
}

static struct draw_strata_key key_of(struct str name)
{
    struct draw_strata_key key = {.len = name.len};
    if (name.len >= 8) {
        key.words[0] = word_at(name.data);
        key.words[1] = word_at(name.data + (name.len - 8) / 2);
        key.words[2] = word_at(name.data + name.len - 8);
        return key;
    }
    for (size_t i = 0; i < name.len; i++)
        key.words[0] = key.words[0] << 8 | (unsigned char)name.data[i];
    return key;
}

static size_t key_slot(const struct draw_strata_key *key)
{
    uint64_t mix = key->len + key->words[0] * UINT64_C(0x9E3779B97F4A7C15);
    mix ^= key->words[1] * UINT64_C(0xC2B2AE3D27D4EB4F);
    mix += key->words[2] * UINT64_C(0x165667B19E3779F9);
    mix ^= mix >> 29;
    mix *= UINT64_C(0xBF58476D1CE4E5B9);
    return (size_t)(mix >> 40) % DRAW_STRATA_TABLE;
}

static bool key_eq(const struct draw_strata_key *a, const struct draw_strata_key *b)
{
    return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) |
            (a->words[2] ^ b->words[2]) | (a->len ^ b->len)) == 0;
}

static bool entry_eq(const struct draw_strata *map, size_t index, struct str name,
                     const struct draw_strata_key *key)
{
    return key_eq(&map->keys[index], key) &&
           (name.len <= KEY_WHOLE || str_eq(map->names[index], name));
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_find(const struct draw_strata *map, struct str name,
                        const struct draw_strata_key *key)
{
    size_t at = key_slot(key);
    while (map->table[at] != 0 && !entry_eq(map, map->table[at] - 1u, name, key))
        at = (at + 1) % DRAW_STRATA_TABLE;
    return at;
}

ptrdiff_t draw_strata_find(const struct draw_strata *map, struct str name)
{
    struct draw_strata_key key = key_of(name);
    return (ptrdiff_t)map->table[slot_find(map, name, &key)] - 1;
}

enum err draw_strata_add(struct draw_strata *map, struct str name)
{
    struct draw_strata_key key = key_of(name);
    if (map->count == DRAW_STRATA)
        return ERR_LIMIT;
    size_t at = slot_find(map, name, &key);
    map->names[map->count] = name;
    map->keys[map->count] = key;
    map->table[at] = (uint16_t)++map->count;
    return ERR_OK;
}
