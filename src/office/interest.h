/* Interests that an inspector declares beforehand (R91): former employer, relatives' businesses,
 * shares. They are what the draw's recusal asks (draw_staff): an inspector never gets a seat at an
 * object in which he has an interest in force.
 *
 * The object may belong to any department. Of one beyond the errand's scope nothing is told but
 * what was typed: neither its number where the name was typed, nor its name where the number was.
 */
#ifndef OFFICE_INTEREST_H
#define OFFICE_INTEREST_H

#include "office/office.h"
#include "store/inspector.h"

struct office_interest {
    struct str inspector; /* code */
    struct str object;    /* as typed: its number, its SL- id, or its name */
    struct str kind;      /* code of model_conflict_kinds */
    struct str reason;
};
/* Declares one of a person within the errand's scope; one that ended comes into force again; one
 * that is in force already stays as it is. A part of the name is enough for an object within the
 * scope, if it is the only one; others are found by their number or whole name. ERR_MISSING for a
 * person who cannot be seen; ERR_INPUT with fault.field. */
MUST enum err office_interest_declare(struct errand *e, const struct office_interest *in);
/* Ends the one that was declared at that time (store_interest.at), with the reason why it does not
 * hold any more. ERR_MISSING where none of that time is in force. */
MUST enum err office_interest_end(struct errand *e, struct str inspector, int64_t at,
                                  struct str reason);
/* All of an inspector, by the id of his row. Of objects beyond the errand's scope only what was
 * typed is there: pool_id and object are empty. */
MUST enum err office_interests(struct store_interest **out, size_t *count, struct errand *e,
                               int64_t inspector);

#endif
