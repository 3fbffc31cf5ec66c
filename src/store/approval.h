/* Requests to export people with full numbers, which a second person decides (SECURITY.md PI3). */
#ifndef STORE_APPROVAL_H
#define STORE_APPROVAL_H

#include "store/reach.h"
#include "store/row.h"

struct store_approval {
    int64_t id;
    struct str department; /* code where the asker's reach begins; '': all departments */
    struct str actor;      /* account that asked */
    struct str person;     /* and its person's name */
    struct str reason;
    struct str filter; /* JSON of office/approval */
    int64_t columns;   /* bits, as struct office_inspector_export has them */
    struct str format; /* xlsx, csv */
    int64_t most;      /* rows that fitted when it was asked for */
    int64_t at;
    int64_t until;    /* the request is over then; once approved: the leave to export */
    struct str state; /* asked, approved, declined, done; read: expired as well */
    int64_t decided_at;
    struct str decided_by;
    struct str decider; /* name of the person */
    struct str words;
    int64_t done_at;
    int64_t done_rows;
};

/* Adds one as asked. */
MUST enum err store_approval_add(struct db_tx *tx, struct str tenant,
                                 const struct store_approval *row);
/* Those within the reach whose state at `now` is `state` (empty: any), by `by` and not by `but`
 * where these are not empty. Newest first; with the window's before set the other way round. */
struct store_approval_find {
    struct store_reach reach;
    int64_t now;
    struct str state;
    struct str by;
    struct str but;
    struct store_window window;
};
MUST enum err store_approval_find(struct store_approval **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant,
                                  const struct store_approval_find *find);
MUST enum err store_approval_count(int64_t *out, struct db_tx *tx, struct str tenant,
                                   const struct store_approval_find *find);
/* One within find's reach, its state as at find's now. ERR_MISSING. */
MUST enum err store_approval_get(struct store_approval *out, struct arena *arena, struct db_tx *tx,
                                 struct str tenant, const struct store_approval_find *find,
                                 int64_t id);
/* Writes state, until and who decided, if it is still asked; *changed is 0 if not. */
MUST enum err store_approval_decide(uint64_t *changed, struct db_tx *tx, struct str tenant,
                                    const struct store_approval *row);
/* Writes that it was exported, if it is still approved; *changed is 0 if not. */
MUST enum err store_approval_done(uint64_t *changed, struct db_tx *tx, struct str tenant,
                                  const struct store_approval *row);

#endif
