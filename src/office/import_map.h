/* A map from text to a number: names and keys of one import, one list, one batch. */
#ifndef OFFICE_IMPORT_MAP_H
#define OFFICE_IMPORT_MAP_H

#include "base/arena.h"

/* Zero-initialise. Everything lives in the arena that is given to put; keys are borrowed. */
struct import_map {
    struct import_map_slot *slots;
    size_t cap; /* power of two */
    size_t count;
};

/* No entry of that key. */
#define IMPORT_MAP_NONE SIZE_MAX

/* The number of key, IMPORT_MAP_NONE if it has none. */
size_t import_map_get(const struct import_map *map, struct str key);
/* Sets it, over an older one. ERR_MEMORY. */
MUST enum err import_map_put(struct import_map *map, struct arena *arena, struct str key,
                             size_t value);

#endif
