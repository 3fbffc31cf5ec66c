/* The course of a draw (PROTOCOL.md section 1), one function a step. Each step checks the draw's
 * state, computes, writes one transaction, and brings its log entry into the public log before it
 * returns. A step that was done already is ERR_STATE with words; nothing is ever drawn again. All
 * answers live in e->arena. */
#ifndef OFFICE_DRAW_H
#define OFFICE_DRAW_H

#include "office/office.h"
#include "store/draw.h"

struct office_draw_commit {
    struct str task; /* its number */
    bool sealed;
    const struct str *sources; /* source lines without the word "source" (PROTOCOL 4) */
    size_t source_count;
    int32_t disclose_by; /* date in China, 0: the setting's days from now */
};
/* Freezes the pool and commits. Says before anything is committed what is missing: inspectors
 * (which department, which qualification, how many: ERR_STAFF), quotas, entropy, caps (R5). A task
 * has one draw, ever. *number is the draw's. */
MUST enum err office_draw_commit(struct str *number, struct errand *e,
                                 const struct office_draw_commit *spec);

/* The randomness of the round that was asked for last. Parts in any order; `local` parts are made
 * here. A dice part must stand in `again` too, as typed by a second person. */
struct office_beacon {
    struct str draw;
    const struct str *parts;
    size_t part_count;
    const struct str *again;
    size_t again_count;
};
MUST enum err office_draw_beacon(struct errand *e, const struct office_beacon *beacon);

/* Computes which objects are drawn; nothing is chosen. *count gets how many. */
MUST enum err office_draw_objects(uint64_t *count, struct errand *e, struct str draw);

/* An inspector withdraws from one object of the draw, or from all (pool_id "*"): R91. Between the
 * drawing of the objects and the teams, or before a refill. */
MUST enum err office_draw_recuse(struct errand *e, struct str draw,
                                 const struct store_recusal *recusal);

/* Fixes seats, inspectors and who may sit where, and names the randomness of round 2. */
MUST enum err office_draw_teams(struct errand *e, struct str draw, const struct str *sources,
                                size_t source_count);

/* Computes the teams (round 2) or, after a refill's beacon, who takes the vacant seats. */
MUST enum err office_draw_assign(struct errand *e, struct str draw);

/* An object that cannot be inspected (PROTOCOL 8). The skip is in the public log before the next
 * name is known. *next is the object that follows, empty when the stratum is used up. After a crash
 * between the two, the same call goes on. evidence: path of a file, its hash is fixed; may be
 * empty. */
struct office_skip {
    struct str draw;
    struct str pool_id;
    struct str reason;
    const char *evidence;
};
MUST enum err office_draw_skip(struct str *next, struct errand *e, const struct office_skip *skip);

/* Seats that fall vacant, as "SEAT=REASON"; names the randomness of the next round. Then follow
 * office_draw_beacon and office_draw_assign. */
struct office_refill {
    struct str draw;
    const struct str *leaving;
    size_t leaving_count;
    const struct str *sources;
    size_t source_count;
};
MUST enum err office_draw_refill(struct errand *e, const struct office_refill *refill);

/* Gives the draw up; it stays public for ever. Not after results were entered. */
MUST enum err office_draw_abort(struct errand *e, struct str draw, struct str reason);

/* Opens everything: the disclosure entry, the full and the public bundle under <data>/bundles. The
 * paths live in e->arena. Called again for a disclosed or aborted draw it writes the bundles anew,
 * byte for byte the same. */
struct office_disclosed {
    const char *full;
    const char *public;
};
MUST enum err office_draw_disclose(struct office_disclosed *out, struct errand *e, struct str draw);

/* One business's own proof, after the disclosure: appended to out. */
MUST enum err office_draw_proof(struct buf *out, struct errand *e, struct str draw,
                                struct str object);

/* Everything to be shown of a draw to those who may see it. */
struct office_draw {
    struct store_draw draw;
    struct str task_number;
    struct str task_name;
    struct str organiser; /* name */
    struct store_draw_entry *entries;
    size_t entry_count;
    int64_t *times; /* of the entries in the log, UTC us; 0 while not covered */
    struct store_stratum *strata;
    size_t stratum_count;
    struct store_visit *visits;
    size_t visit_count;
    struct store_seat *seats;
    size_t seat_count;
    struct str *asked; /* source lines of the round that waits for its beacon */
    size_t asked_count;
};
MUST enum err office_draw_show(struct office_draw *out, struct errand *e, struct str draw);
MUST enum err office_draw_list(struct store_draw **out, size_t *count, struct errand *e);

/* The Chinese word for a draw's state. */
const char *office_draw_state_zh(struct str state);

#endif
