/* Tiles and entry bundles, C2SP tlog-tiles: their names, their bytes, and the hashes above them. */
#ifndef TLOG_TILE_H
#define TLOG_TILE_H

#include "base/buf.h"
#include "crypto/merkle.h"

enum {
    TLOG_WIDTH = 256,      /* hashes of a full tile, entries of a full bundle */
    TLOG_ENTRIES = -1,     /* "level" of an entry bundle */
    TLOG_LEVELS = 8,       /* levels that 2^64 leaves can fill */
    TLOG_ENTRY_MAX = 65535 /* most bytes of an entry */
};

/* Name of a tile or bundle. */
struct tlog_tile {
    int level;      /* 0..63, or TLOG_ENTRIES */
    uint64_t index; /* within its level */
    unsigned width; /* 1..256; below 256 it is partial */
};

/* Appends the path below the log's prefix: tile/0/x001/x234/067.p/5. ERR_RANGE for a level or width
 * that does not exist. */
MUST enum err tlog_tile_path(struct buf *out, const struct tlog_tile *tile);
/* Reads such a path. ERR_FORMAT for everything that tlog_tile_path would not write. */
MUST enum err tlog_tile_parse(struct tlog_tile *out, struct str path);

/* How many hashes of tile `index` at `level` (or entries of that bundle) exist in a tree of `size`
 * leaves: 0..256. */
unsigned tlog_tile_width(int level, uint64_t index, uint64_t size);

/* Root of 2^level hashes that lie side by side (level 0..8). */
void tlog_tile_subtree(uint8_t out[CRYPTO_HASH], const uint8_t *hashes, unsigned level);

/* Appends an entry to a bundle: its length in two bytes, big-endian, and its bytes. ERR_LIMIT above
 * TLOG_ENTRY_MAX; memory failures stay in out. */
MUST enum err tlog_entry_add(struct buf *out, struct str entry);
/* Cuts the first entry off the front of a bundle. ERR_END when it is exhausted, ERR_FORMAT when it
 * ends inside an entry. */
MUST enum err tlog_entry_next(struct str *entry, struct str *rest);

#endif
