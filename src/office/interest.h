/* Interests that an inspector declares beforehand (R91): former employer, relatives' businesses,
 * shares. They are what the draw's recusal asks (draw_staff): an inspector never gets a seat at an
 * object in which he has an interest in force. */
#ifndef OFFICE_INTEREST_H
#define OFFICE_INTEREST_H

#include "office/office.h"
#include "store/inspector.h"

struct office_interest {
    struct str inspector; /* code */
    struct str pool_id;   /* number of the object, or its SL- id */
    struct str kind;      /* code of model_conflict_kinds */
    struct str reason;
};
/* Declares one within the errand's scope; one that ended comes into force again; one that is in
 * force already stays as it is. ERR_MISSING for a person or object that cannot be seen. */
MUST enum err office_interest_declare(struct errand *e, const struct office_interest *in);
/* Ends one, with the reason why it does not hold any more. */
MUST enum err office_interest_end(struct errand *e, const struct office_interest *in);
/* All of an inspector, by the id of his row. */
MUST enum err office_interests(struct store_interest **out, size_t *count, struct errand *e,
                               int64_t inspector);

#endif
