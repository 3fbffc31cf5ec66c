/* Parts of results that are kept from publication while the result itself is public (R110). */
#ifndef STORE_REDACTION_H
#define STORE_REDACTION_H

#include "store/result.h"

/* A decision about one part of a result, or of what followed one. */
struct store_redaction {
    struct str tenant;
    int64_t visit;
    int64_t item;
    int64_t owner;         /* id of the result's version, or of the follow-up */
    struct str part;       /* model_result_parts */
    struct str department; /* code */
    struct str kind;       /* model_exemption_kinds; empty: the part is told */
    struct str ground;
    struct str actor;
    int64_t at;
};
/* Sets the decision for a part, in place of an older one. */
MUST enum err store_redaction_put(struct db_tx *tx, const struct store_redaction *row);
/* Takes it back. Nothing happens where there is none. */
MUST enum err store_redaction_remove(struct db_tx *tx, const struct store_redaction *row);
/* The decision for tenant, visit, item, owner and part of `row`. ERR_MISSING. */
MUST enum err store_redaction_get(struct store_redaction *out, struct arena *arena,
                                  struct db_tx *tx, const struct store_redaction *row);
/* What was decided for the part of `row` in the newest version of that visit and item before
 * `version` which has the part; kind empty where it is told. ERR_MISSING where none has it. */
MUST enum err store_redaction_before(struct store_redaction *out, struct arena *arena,
                                     struct db_tx *tx, const struct store_redaction *row,
                                     int64_t version);
/* Does the result have the part of `row` itself, or has a public version of it? */
MUST enum err store_redaction_part(bool *out, struct db_tx *tx, const struct store_redaction *row);

/* What the public versions of a visit and item tell of their parts. */
struct store_told {
    int64_t adopted;          /* versions that tell an adopted conclusion */
    int64_t adopted_withheld; /* 1: the one that holds keeps its adopted conclusion back */
    int64_t reasons;          /* versions that tell the reason of their correction */
};
MUST enum err store_told(struct store_told *out, struct db_tx *tx, struct str tenant, int64_t visit,
                         int64_t item);
/* Keeps back, in every public version of the visit and item, the part that `row` keeps back. */
MUST enum err store_told_withhold(struct db_tx *tx, const struct store_redaction *row);

#endif
