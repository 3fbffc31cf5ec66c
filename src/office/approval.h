/* Exports of people with full numbers beyond the setting's limit (SECURITY.md PI3): asked for with
 * a reason, decided by another person whose reach holds the asker's, done once within the hours of
 * the setting. What is approved is the filter, the columns and how many rows there are at most;
 * whose rows they are is decided by the asker's reach at the time of the export, which must be the
 * same as when he asked. */
#ifndef OFFICE_APPROVAL_H
#define OFFICE_APPROVAL_H

#include "office/inspector.h"
#include "store/approval.h"

/* Codes and words: asked, approved, declined, done, expired. */
extern const struct field_word office_approval_states[];

struct office_approval {
    struct store_approval row;
    struct office_inspector_find find; /* what was asked for */
    bool mine;                         /* the errand's person asked */
};

/* Stores what export asks for, with its reason, as a request; *id is its number. csv: the format,
 * else .xlsx. ERR_INPUT: no reason, no columns, or so few rows that nobody need
 * approve (with those exported within the last 24 hours). Audited.
 */
struct office_approval_ask {
    const struct office_inspector_export *export; /* its path is not looked at */
    bool csv;
};
MUST enum err office_approval_ask(int64_t *id, struct errand *e,
                                  const struct office_approval_ask *ask);

/* A page of those within the scope, newest first; find's reach and now are set here. */
struct office_approvals {
    struct store_approval *rows;
    size_t count;
    int64_t total;
    struct store_sides sides;
};
MUST enum err office_approvals(struct office_approvals *out, struct errand *e,
                               struct store_approval_find find);
/* How many wait for a decision that the errand's person may make; how many of his own are approved
 * and not done yet. */
struct office_approval_counts {
    int64_t waiting;
    int64_t ready;
};
MUST enum err office_approval_count(struct office_approval_counts *out, struct errand *e);
/* One. ERR_MISSING, also beyond the scope. */
MUST enum err office_approval_get(struct office_approval *out, struct errand *e, int64_t id);

/* Decides one that waits, with words for the asker. ERR_MISSING beyond the scope, ERR_FORBIDDEN for
 * one's own, ERR_STATE when it is decided already or over, ERR_INPUT without words, ERR_CONFLICT
 * under a key that decided otherwise or another request. Audited. */
struct office_approval_decision {
    int64_t id;
    bool approve;
    struct str words;
};
MUST enum err office_approval_decide(struct errand *e,
                                     const struct office_approval_decision *decision);

/* Writes the file of an approved one, once; asked for again under the same key within ten minutes
 * it is written again, for a download that broke off. Every row bears who exports, when, and who
 * approved. ERR_FORBIDDEN for another's, ERR_STATE: not approved, over, done, or the asker's reach
 * has changed; ERR_LIMIT: more rows than were approved. Audited. *rows gets their number. */
MUST enum err office_approval_export(uint64_t *rows, struct errand *e, int64_t id,
                                     const char *path);

#endif
