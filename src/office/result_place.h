/* Where a result stands, for the errands about results; private to the room. */
#ifndef OFFICE_RESULT_PLACE_H
#define OFFICE_RESULT_PLACE_H

#include "office/result.h"
#include "office/task.h"
#include "store/draw.h"

enum { RESULT_WORDS = 600 }; /* bytes of a public reason or note */

struct result_place {
    struct store_draw draw;
    struct office_task task;
    struct store_visit visit;
    struct str told; /* the object as the audit may name it: of a sealed draw veiled */
};
/* Loads draw, task and visit. ERR_MISSING with words. */
MUST enum err result_place_load(struct result_place *out, struct errand *e, struct db_tx *tx,
                                const struct office_result_key *key);
/* The task's item of that code, NULL if there is none. */
const struct store_task_item *result_item(const struct result_place *place, struct str code);
/* Judges what the result rests on: out->kind is empty where it rests on nothing. ERR_INPUT. */
MUST enum err result_adoption(struct store_adoption *out, struct errand *e,
                              const struct office_adoption *in, const struct store_result *result);
/* The kind of an exemption by code or text. ERR_INPUT with words. */
MUST enum err result_exemption_kind(const struct field_word **out, struct errand *e,
                                    struct str kind);
/* Is the actor the author of the result: its inspector, or whoever typed it (R103)? */
MUST enum err result_own(bool *own, struct errand *e, struct db_tx *tx,
                         const struct store_result *result, struct str actor);
/* Is the actor, by code or by name, this inspector (R103)? */
MUST enum err result_is_author(bool *own, struct errand *e, struct db_tx *tx, struct str author,
                               struct str actor);

#endif
