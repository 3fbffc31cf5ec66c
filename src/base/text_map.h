/* A map from text to a number: names and keys of one import, one list, one batch. */
#ifndef BASE_TEXT_MAP_H
#define BASE_TEXT_MAP_H

#include "base/arena.h"

/* Zero-initialise. Everything lives in the arena that is given to put; keys are borrowed. */
struct text_map {
    struct text_map_slot *slots;
    size_t cap; /* power of two */
    size_t count;
};

/* No entry of that key. */
#define TEXT_MAP_NONE SIZE_MAX

/* The number of key, TEXT_MAP_NONE if it has none. */
size_t text_map_get(const struct text_map *map, struct str key);
/* Sets it, over an older one. ERR_MEMORY. */
MUST enum err text_map_put(struct text_map *map, struct arena *arena, struct str key, size_t value);

#endif
