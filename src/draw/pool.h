/* The pool: who may be drawn (PROTOCOL.md section 2). Push-style and streaming: the caller feeds
 * the lines of pool.tsv in order, memory grows with the strata and log N only. */
#ifndef DRAW_POOL_H
#define DRAW_POOL_H

#include "draw/commitment.h"
#include "draw/text.h"

struct arena;
struct draw_pool; /* one pass over a pool */

/* Bytes of a leaf's nonce, written as twice as many hex digits. */
enum { DRAW_NONCE = 16 };

/* Longest pool line and longest leaf: id TAB stratum [TAB nonce]. */
enum { DRAW_LINE_MAX = DRAW_ID_MAX + 1 + DRAW_NAME_MAX, DRAW_LEAF_MAX = DRAW_LINE_MAX + 33 };

/* What a line says; the slices point into it. */
struct draw_object {
    struct str id;
    struct str stratum;
};

/* Starts a pass in the arena. pool_key: 32 bytes of a blinded pool, NULL for a plain one. */
MUST enum err draw_pool_open(struct draw_pool **pool, struct arena *arena, const uint8_t *pool_key);
/* Takes the next line without its LF: checks form, order and uniqueness, counts its stratum, adds
 * its leaf. object, if not NULL, gets what it says. ERR_INPUT, ERR_DUPLICATE, ERR_LIMIT (strata)
 * with fault->row = line number. After an error the pass is over. */
MUST enum err draw_pool_line(struct draw_object *object, struct draw_pool *pool, struct str line,
                             struct fault *fault);
/* The tree hash of the lines so far, and their number. */
MUST enum err draw_pool_root(uint8_t root[DRAW_HASH], struct draw_pool *pool);
uint64_t draw_pool_size(const struct draw_pool *pool);
/* The strata met so far, sorted by name, in the arena; name and count are set, mode is DRAW_FIXED
 * 0/1. A stratum without any object does not appear. */
MUST enum err draw_pool_strata(struct draw_stratum **strata, size_t *count,
                               const struct draw_pool *pool, struct arena *arena);
/* After the last line: ERR_PROOF with words unless size, root and each stratum's count are those of
 * the commitment. */
MUST enum err draw_pool_check(struct draw_pool *pool, const struct draw_commitment *commitment,
                              struct fault *fault);

/* Appends a well-formed line (without LF): id TAB stratum. ERR_INPUT with words. */
MUST enum err draw_pool_write(struct buf *out, struct str id, struct str stratum,
                              struct fault *fault);
/* Cuts and checks one line. ERR_INPUT. */
MUST enum err draw_pool_split(struct draw_object *object, struct str line, struct fault *fault);
/* The nonce of an object in a blinded pool. */
void draw_pool_nonce(uint8_t nonce[DRAW_NONCE], const uint8_t pool_key[DRAW_HASH], struct str id);
/* Appends the bytes whose leaf hash stands in the tree: the line, and TAB and nonce in hex if nonce
 * is not NULL. */
MUST enum err draw_pool_leaf(struct buf *out, struct str line, const uint8_t *nonce);

#endif
