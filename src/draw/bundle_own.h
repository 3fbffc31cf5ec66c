/* One business's own proof (PROTOCOL.md section 10): a text that shows that its line stands in the
 * committed pool, or that it does not, and whether it was rightly drawn. Needs nothing but the
 * log's verifier key.
 *
 *   sunlot-proof/1
 *   vkey VKEY
 *   object ID
 *   answer present|absent
 *     present:                                absent (plain pools only):
 *   line ID TAB STRATUM
 *   nonce HEX            blinded pools
 *   index I              from 0             next I    how many lines sort before ID
 *   path HEX ...         RFC 6962 order     before ID TAB STRATUM   line I-1, unless I is 0
 *   quota K              of its stratum       before-path HEX ...
 *   cutoff HEX           unless K is 0      after ID TAB STRATUM    line I, unless I is pool-size
 *   drawn RANK | drawn no                     after-path HEX ...
 *   commitment N         then the entry's N lines; likewise commitment-proof N, and, unless the
 *                        answer is absent: beacon N, beacon-proof N, disclosure N,
 *                        disclosure-proof N
 *   end
 *
 * What it cannot show: that the cutoff and the rank are right (the full bundle does that); they are
 * compared with the ticket and the quota, which are recomputed. */
#ifndef DRAW_BUNDLE_OWN_H
#define DRAW_BUNDLE_OWN_H

#include "crypto/merkle.h"
#include "draw/bundle_verify.h"
#include "draw/pool.h"

enum { DRAW_OWN_MAX = 4 * 1024 * 1024 }; /* most bytes of an own proof */

/* An entry and its tlog-proof, exact bytes. */
struct draw_own_entry {
    struct str text;
    struct str proof;
};

/* A pool line and where it stands. */
struct draw_own_line {
    bool given;
    struct str line; /* without LF */
    struct crypto_proof path;
};

/* An own proof taken apart; slices point to the caller's text. */
struct draw_own {
    struct str vkey;
    struct str object;
    bool present;
    uint64_t index; /* of the line; of the first line behind the object if it is absent */
    struct draw_own_line line;
    bool blinded;
    uint8_t nonce[DRAW_NONCE];
    struct draw_own_line before;
    struct draw_own_line after;
    uint64_t quota;
    uint8_t cutoff[DRAW_HASH]; /* if quota is not 0 */
    uint64_t rank;             /* 0: not drawn */
    struct draw_own_entry commitment;
    struct draw_own_entry beacon;
    struct draw_own_entry disclosure;
};

/* Appends the text. ERR_INPUT (a value that no own proof has), ERR_MEMORY; nothing is appended
 * then. */
MUST enum err draw_own_write(struct buf *out, const struct draw_own *own, struct fault *fault);
/* Reads exactly what draw_own_write gives. ERR_FORMAT with fault->row, ERR_LIMIT. */
MUST enum err draw_own_parse(struct draw_own *own, struct str text, struct fault *fault);

/* Finds an object and its path while the pool's lines stream by twice: first every line by
 * draw_own_find, then, after draw_own_turn, every line again by draw_own_prove. Memory O(log N).
 * In the arena. */
struct draw_own_finder;
/* Starts; pool_key is that of a blinded pool or NULL. The id is copied. ERR_MEMORY. */
MUST enum err draw_own_open(struct draw_own_finder **finder, struct arena *arena, struct str id,
                            const uint8_t *pool_key);
/* First pass: the next line without LF. ERR_INPUT for a malformed one. */
MUST enum err draw_own_find(struct draw_own_finder *finder, struct str line);
/* Between the passes. ERR_MISSING: the object is absent from a blinded pool, for which there is no
 * proof that keeps its neighbours hidden. */
MUST enum err draw_own_turn(struct draw_own_finder *finder, struct fault *fault);
/* Second pass: the same lines. ERR_MEMORY. */
MUST enum err draw_own_prove(struct draw_own_finder *finder, struct str line);
/* Sets object, present, index, line, blinded, nonce, before and after; they live in the finder's
 * arena. ERR_STATE when the passes differed. */
MUST enum err draw_own_close(struct draw_own *own, struct draw_own_finder *finder);

/* Checks an own proof (read by draw_own_parse) and reports as draw_verify does. job->files is not
 * looked at; verdict->full is false. */
MUST enum err draw_own_verify(struct draw_verdict *verdict, const struct draw_own *own,
                              const struct draw_bundle_job *job, struct fault *fault);

#endif
