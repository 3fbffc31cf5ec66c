/* Personal numbers as they are shown to whoever did not ask for them with a reason (SECURITY.md
 * PI2): the one place that says how a field of a registry is masked. */
#ifndef OFFICE_MASK_H
#define OFFICE_MASK_H

#include "base/field.h"
#include "office/office.h"

/* The value as its field's mask has it: 138****5678, certificates with their last four characters;
 * names and all else as they are. In arena, data NULL when out of memory. */
struct str office_mask(struct arena *arena, const struct field *field, struct str value);
/* Does the field hold a personal number? */
bool office_masked(const struct field *field);
/* Before somebody sees numbers in full, within the same transaction: asks for a reason, holds to
 * the setting of how often an hour, and writes the audit. subject: whose numbers. ERR_INPUT,
 * ERR_RATE.
 */
MUST enum err office_unmask(struct errand *e, struct db_tx *tx, struct str subject,
                            struct str reason);

#endif
