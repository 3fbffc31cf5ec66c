/* The tickets of a business in disclosed draws (PROTOCOL.md 6 and 10): what every reader can work
 * out again. What it takes of a draw (seed, cutoffs, pool) never changes once it is disclosed, so a
 * reader reads it once and keeps it. */
#ifndef OFFICE_TICKET_H
#define OFFICE_TICKET_H

#include "office/office.h"

/* The ticket in one draw: of a plain pool that the business stood in, or of a draw whose drawn list
 * it stands in. */
struct office_ticket {
    struct str draw;
    struct str task_name;
    struct str stratum; /* empty in a blinded pool */
    struct str ticket;  /* hex */
    struct str cutoff;  /* hex, empty in a blinded pool or where nothing was drawn */
    bool drawn;
};

/* What a reader keeps of disclosed draws; threads share it. Small pools are held in memory as long
 * as they are `most` bytes together, others are read where they lie. Close frees it. */
enum { TICKET_POOLS = 4 * 1024 * 1024 };
MUST enum err ticket_book_open(struct ticket_book **out, size_t most);
void ticket_book_close(struct ticket_book *book);

/* A business, and the draws in which it was drawn (store_object_draws), disclosed or not. */
struct ticket_asked {
    struct str pool_id;
    int64_t *drawn;
    size_t drawn_count;
};
/* The tickets of a business in the newest 200 disclosed draws, newest first, in the errand's arena.
 * The errand's office must be a reader. ERR_MISSING when a pool's file is not there. */
MUST enum err ticket_all(struct office_ticket **out, size_t *count, struct errand *e,
                         struct db_tx *tx, const struct ticket_asked *asked);

#endif
