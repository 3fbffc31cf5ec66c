/* What readers of the portal write (R114), and how far the office is with it. Every statement but
 * those of the reader's own form is bound to a reach. */
#ifndef STORE_FEEDBACK_H
#define STORE_FEEDBACK_H

#include "store/reach.h"
#include "store/row.h"

struct store_feedback {
    int64_t id;
    struct str subject;    /* what it is about, as it was typed: often a number; may be empty */
    struct str department; /* whose that is (code); empty where nobody can tell */
    struct str text;
    struct str contact; /* may be empty */
    struct str state;   /* new, working, done */
    struct str note;    /* what was done; empty while new */
    int64_t at;
    int64_t handled_at; /* when state and note were written last; 0: never */
    struct str handled_by;
};
/* Stores them as new; what was handled is not looked at. */
MUST enum err store_feedback_add(struct db_tx *tx, struct str tenant,
                                 const struct store_feedback *row);
/* Whose thing a number names: the organiser of a draw, the department of a task or an object (code,
 * in arena); empty where it names none of them. */
MUST enum err store_feedback_owner(struct str *out, struct arena *arena, struct db_tx *tx,
                                   struct str tenant, struct str number);

struct store_feedback_find {
    struct store_reach reach;
    struct str state; /* empty: any */
    struct store_window window;
};
/* Newest first; with the window's before set the other way round. */
MUST enum err store_feedback_find(struct store_feedback **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant,
                                  const struct store_feedback_find *find);
/* How many there are; the window is not looked at. */
MUST enum err store_feedback_count(int64_t *out, struct db_tx *tx, struct str tenant,
                                   const struct store_feedback_find *find);
/* One of them. ERR_MISSING, also outside the reach. */
MUST enum err store_feedback_get(struct store_feedback *out, struct arena *arena, struct db_tx *tx,
                                 struct str tenant, const struct store_reach *reach, int64_t id);
/* Writes state, note, handled_at and handled_by of the row. */
MUST enum err store_feedback_handle(struct db_tx *tx, struct str tenant,
                                    const struct store_feedback *row);

#endif
