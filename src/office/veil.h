/* What a sealed draw drew, veiled in the database until it is made public (SECURITY.md AC8): the
 * names of its objects and seats stand in the tables of visits, seats and recusals sealed under the
 * office's key, which lies outside of the database, and so do the files of the draw. Who has the
 * database, a copy of it or the files learns no name; the office's functions open them for those
 * who do the work. They are opened for good when the draw is disclosed, a visit's own name when
 * its results are published.
 *
 * A veiled name is "~" and, in hex, AES-SIV (crypto/siv.h) of DRAW|NAME: the same name within a
 * draw gives the same text, so that rows find each other; other draws give others. Draws that are
 * not sealed, and what was drawn before names were veiled, stand in plain text and pass through
 * here unchanged.
 *
 * Outside of this file nobody calls the store's functions of the same kind: tools/check.py. */
#ifndef OFFICE_VEIL_H
#define OFFICE_VEIL_H

#include "office/office.h"
#include "store/draw.h"

/* Is what this draw drew veiled as it stands? */
bool office_veiled(const struct store_draw *draw);
/* A name as the draw's rows hold it, for searching and for the audit; the plain text where nothing
 * is veiled and for '' and '*'. In e->arena. ERR_CRYPTO. */
MUST enum err office_veil(struct str *out, struct errand *e, const struct store_draw *draw,
                          struct str plain);
/* Opens a name in place; plain text stays. ERR_DAMAGED: changed, or of another key. */
MUST enum err office_unveil(struct str *name, struct errand *e);

/* A text of the audit for people: a veiled name as it is where its draw is disclosed, else words
 * that say what stands there. */
MUST enum err office_veil_told(struct str *text, struct errand *e, struct db_tx *tx);
/* How a name reads veiled in each of the disclosed draws, \x1F before each and behind the last: the
 * audit of those is searched by name, that of others tells nobody of what it is. In e->arena. */
MUST enum err office_veil_forms(struct str *out, struct errand *e, struct db_tx *tx,
                                struct str plain);

/* As their namesakes in store/draw.h, veiling what is written and opening what is read. */
MUST enum err office_visits(struct store_visit **out, size_t *count, struct errand *e,
                            struct db_tx *tx, const struct store_draw *draw);
MUST enum err office_visit_get(struct store_visit *out, struct errand *e, struct db_tx *tx,
                               const struct store_draw *draw, struct str pool_id);
MUST enum err office_visits_add(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                                struct store_visit *visits, size_t count);
MUST enum err office_seats(struct store_seat **out, size_t *count, struct errand *e,
                           struct db_tx *tx, const struct store_draw *draw);
/* Does the inspector hold a seat of that object and department? Opens no name. */
MUST enum err office_seat_held(bool *out, struct errand *e, struct db_tx *tx,
                               const struct store_draw *draw, const struct store_seat *seat);
MUST enum err office_seats_add(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                               struct store_seat *seats, size_t count);
MUST enum err office_seats_move(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                                struct str from, struct str to);
MUST enum err office_seat_change(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                                 const struct store_seat_change *change);
MUST enum err office_recusal_add(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                                 const struct store_recusal *recusal);
MUST enum err office_recusals(struct store_recusal **out, size_t *count, struct errand *e,
                              struct db_tx *tx, const struct store_draw *draw);

/* Opens one visit for good: its results are about to be public. visit as office_visits read it. */
MUST enum err office_visit_open(struct errand *e, struct db_tx *tx, const struct store_draw *draw,
                                const struct store_visit *visit);
/* Opens all rows of a draw for good, in the transaction that discloses it. */
MUST enum err office_draw_open(struct errand *e, struct db_tx *tx, const struct store_draw *draw);
/* Sorted plain names of the objects that sealed draws of a year drew and did not skip. */
MUST enum err office_veiled_visited(struct str **out, size_t *count, struct errand *e,
                                    struct db_tx *tx, int year);

#endif
