/* Selection of objects (PROTOCOL.md section 6). Push-style: the pool streams by once more, one
 * bounded heap a stratum keeps the smallest tickets; memory grows with what is drawn, not with the
 * pool. */
#ifndef DRAW_SELECT_H
#define DRAW_SELECT_H

#include "draw/commitment.h"

struct arena;
struct draw_select; /* one pass */
struct draw_next;   /* one pass for a skip */

/* One drawn object. */
struct draw_drawn {
    uint8_t ticket[DRAW_HASH];
    struct str id;
    uint32_t stratum; /* index in the commitment's strata */
    uint32_t rank;    /* 1-based within the stratum */
};

struct draw_selection {
    struct draw_drawn *rows; /* sorted by stratum, then rank */
    size_t count;
    const struct draw_stratum *strata; /* the commitment's */
    size_t stratum_count;
    const uint64_t *quotas;
};

/* Starts a pass in the arena (quotas and seed are copied; the commitment must outlive the
 * selection). seed is seed_1. */
MUST enum err draw_select_open(struct draw_select **select, struct arena *arena,
                               const struct draw_commitment *commitment, const uint64_t *quotas,
                               const uint8_t seed[DRAW_HASH]);
/* Takes one object of the pool (draw_pool_line's or draw_pool_split's). ERR_INPUT for a stratum
 * that is not in the commitment. */
MUST enum err draw_select_object(struct draw_select *select, struct str id, struct str stratum,
                                 struct fault *fault);
/* Ends the pass: sorts and ranks. ERR_PROOF when a stratum held fewer objects than its quota. */
MUST enum err draw_select_close(struct draw_selection *selection, struct draw_select *select,
                                struct fault *fault);

/* The cutoff of a stratum: its last drawn ticket, NULL when its quota is 0. */
const uint8_t *draw_selection_cutoff(const struct draw_selection *selection, size_t stratum);
/* The drawn object with this id, or NULL. Linear. */
const struct draw_drawn *draw_selection_find(const struct draw_selection *selection, struct str id);
/* order[0..count): row indexes by ascending ticket, ties by id: the visiting order and the order of
 * batches (R4, R95). The caller gives room for selection->count. */
void draw_selection_order(size_t *order, const struct draw_selection *selection);

/* Appends selected.tsv: stratum TAB rank TAB ticket TAB object_id, LF each. */
MUST enum err draw_selected_write(struct buf *out, const struct draw_selection *selection);
/* Reads selected.tsv strictly: known strata, sorted, ranks from 1, tickets ascending (form only:
 * compare with a recomputed file to verify). quotas are the number of rows a stratum. ERR_FORMAT.
 */
MUST enum err draw_selected_parse(struct draw_selection *selection, struct arena *arena,
                                  const struct draw_commitment *commitment, struct str text,
                                  struct fault *fault);
/* Appends drawn.tsv of a public bundle: ticket TAB object_id, sorted, LF each. */
MUST enum err draw_drawn_write(struct buf *out, const struct draw_selection *selection,
                               struct arena *arena);
/* Reads drawn.tsv strictly; stratum and rank are 0. ERR_FORMAT. */
MUST enum err draw_drawn_parse(struct draw_drawn **rows, size_t *count, struct arena *arena,
                               struct str text, struct fault *fault);

/* After a skip (section 8): the object of `stratum` with the smallest (ticket, id) above `after`,
 * the last one drawn or shown so far. The pool streams by once more. after NULL: the first. */
MUST enum err draw_next_open(struct draw_next **next, struct arena *arena, struct str stratum,
                             const struct draw_drawn *after, const uint8_t seed[DRAW_HASH]);
/* Takes one object of the pool; those of other strata pass by. */
void draw_next_object(struct draw_next *next, struct str id, struct str stratum);
/* Ends the pass. ERR_END when the stratum has no further object. The row's stratum is 0 and its
 * rank is after's rank + 1. */
MUST enum err draw_next_close(struct draw_drawn *row, struct draw_next *next);

#endif
