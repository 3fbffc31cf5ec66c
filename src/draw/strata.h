/* A small map from stratum names to indexes, for the inner loops over a pool's lines. Of this room
 * only. */
#ifndef DRAW_STRATA_H
#define DRAW_STRATA_H

#include "draw/commitment.h"

enum { DRAW_STRATA_TABLE = 4 * DRAW_STRATA };

/* First, middle and last word of a name, and its length: all of it up to 24 bytes. */
struct draw_strata_key {
    uint64_t words[3];
    uint64_t len;
};

/* Zero-initialise. Names are not copied: they must outlive the map. */
struct draw_strata {
    size_t count;
    struct str names[DRAW_STRATA]; /* by index, in order of addition */
    struct draw_strata_key keys[DRAW_STRATA];
    uint16_t table[DRAW_STRATA_TABLE]; /* open addressing: index + 1, 0 free */
};

/* The index of a name, or -1. */
ptrdiff_t draw_strata_find(const struct draw_strata *map, struct str name);
/* Adds a name that is not there yet; ERR_LIMIT when there are DRAW_STRATA already. */
MUST enum err draw_strata_add(struct draw_strata *map, struct str name);

#endif
