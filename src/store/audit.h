/* Reading the audit, and the digests of its days. The audit is written by store_audit_add alone;
 * nothing here or elsewhere changes or deletes a row of it (SECURITY.md AU3). */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/core.h"

/* What is looked for; empty texts and zeros mean anything. */
struct store_audit_find {
    struct str tenant;
    struct str actor;
    struct str action;
    struct str target;
    struct str
        veiled; /* what the target may also read in a row: \x1F before each, behind the last */
    struct str address;
    struct str outcome;
    int64_t from; /* times: from <= at < until; until 0: no end */
    int64_t until;
    int64_t before; /* id < before; 0: from the newest on */
    int64_t after;  /* id > after, those next to it; 0: as before says */
    int64_t most;
};
/* Newest first, at most `most`: those before `before`, or with `after` the oldest behind it. */
MUST enum err store_audit_find(struct store_audit **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, const struct store_audit_find *find);
/* Rows first .. first + most - 1 by id, oldest first. */
struct store_audit_span {
    struct str tenant;
    int64_t first;
    int64_t most;
};
MUST enum err store_audit_span(struct store_audit **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, const struct store_audit_span *span);
/* How many rows match (find->before and most are not looked at). */
MUST enum err store_audit_count(int64_t *out, struct db_tx *tx,
                                const struct store_audit_find *find);

/* A day's digest. */
struct store_audit_digest {
    int32_t day;
    int64_t first;
    int64_t count;
    struct str root; /* hex */
    int64_t idx;     /* of its log entry */
    int64_t at;
};
/* Adds one; ERR_DUPLICATE when the day has one. */
MUST enum err store_audit_digest_add(struct db_tx *tx, struct str tenant,
                                     const struct store_audit_digest *row);
/* All of them, oldest first. */
MUST enum err store_audit_digests(struct store_audit_digest **out, size_t *count,
                                  struct arena *arena, struct db_tx *tx, struct str tenant);

#endif
