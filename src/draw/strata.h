/* A small map from stratum names to indexes, for the inner loops over a pool's lines. Of this room
 * only. */
#ifndef DRAW_STRATA_H
#define DRAW_STRATA_H

#include "draw/commitment.h"

enum { DRAW_STRATA_TABLE = 4 * DRAW_STRATA };

/* Zero-initialise. Names are not copied: they must outlive the map. */
struct draw_strata {
    size_t count;
    size_t last;                       /* index found last: neighbours often share a stratum */
    struct str names[DRAW_STRATA];     /* by index, in order of addition */
    uint16_t table[DRAW_STRATA_TABLE]; /* open addressing: index + 1, 0 free */
};

/* The index of a name, or -1. */
ptrdiff_t draw_strata_find(struct draw_strata *map, struct str name);
/* Adds a name that is not there yet; ERR_LIMIT when there are DRAW_STRATA already. */
MUST enum err draw_strata_add(struct draw_strata *map, struct str name);

#endif
