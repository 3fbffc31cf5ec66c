/* Room-private: the hashes of the tree, in memory from the last full tile on, older ones in tiles.
 */
#ifndef VAULT_LEVELS_H
#define VAULT_LEVELS_H

#include "tlog/tile.h"

enum { TILE_BYTES = TLOG_WIDTH * CRYPTO_HASH };

/* One level of tiles: hashes first.. are in memory, those before it in full tiles on disk. */
struct level {
    uint64_t first;   /* a multiple of 256 */
    uint64_t written; /* full tiles that are durable on disk */
    uint64_t partial; /* hashes of the level when its last partial tile was written, 0 for none */
    struct buf hashes;
    uint64_t cached; /* index + 1 of the tile in cache, 0 for none */
    uint8_t cache[TILE_BYTES];
};

struct levels {
    const char *dir;    /* <data>/log, owned by the log */
    struct fault fault; /* the damaged tile, after ERR_DAMAGED */
    struct level level[TLOG_LEVELS];
};

/* Takes up the tree of the first `head->size` leaves, a multiple of 256, from its full tiles, and
 * checks that it has this root. ERR_DAMAGED, ERR_MEMORY, ERR_IO. */
MUST enum err levels_load(struct levels *l, const struct crypto_head *head);
/* Memory for n more leaves, so that levels_add cannot fail. ERR_MEMORY. */
MUST enum err levels_reserve(struct levels *l, size_t n);
/* Adds a leaf hash; levels_reserve was called. */
void levels_add(struct levels *l, const uint8_t leaf[CRYPTO_HASH]);
/* Hashes that exist at a level. */
uint64_t levels_count(const struct levels *l, unsigned level);
/* The hashes of tile `index` at `level` that are in memory; NULL if it is not. */
const uint8_t *levels_memory(const struct levels *l, unsigned level, uint64_t index);
/* Forgets the hashes that are in written full tiles. */
void levels_forget(struct levels *l);
/* The tree to ask for roots and proofs; errors name the damaged tile in l->fault. */
struct crypto_tree levels_tree(struct levels *l);
/* Frees the memory. */
void levels_free(struct levels *l);

/* Appends dir, a slash and the tile's path. */
MUST enum err levels_path(struct buf *out, const char *dir, const struct tlog_tile *tile);

#endif
