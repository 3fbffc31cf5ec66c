/* Personal numbers in the database (SECURITY.md CR1): telephone numbers of inspectors, accounts,
 * departments and rows of special libraries, and what a reader of the portal left to be reached by,
 * stand there as "sealed:" and, in hex, AES-256-GCM under the office's key (crypto/seal.h), which
 * lies outside of the database. Each is bound to its tenant, table and row: put into another row it
 * does not open. Nobody looks for rows by their numbers, so that there is no index of them. */
#ifndef OFFICE_PERSONAL_H
#define OFFICE_PERSONAL_H

#include "office/office.h"
#include "store/personal.h"

/* Where a number stands: the row's key as struct store_personal_row has it. */
struct office_personal {
    enum store_personal column;
    int64_t id;
    int64_t object;
    struct str licence;
    struct arena *arena; /* what is opened or sealed lives there; NULL: the errand's */
};
/* Seals a number in place; '' and what is sealed for that place already stay, whatever else is
 * written is sealed, also where it looks like that. ERR_CRYPTO. */
MUST enum err office_personal_seal(struct str *value, struct errand *e,
                                   const struct office_personal *at);
/* Opens it in place; plain text from before stays. ERR_DAMAGED with words: changed, moved from
 * another row, or of another key. */
MUST enum err office_personal_open(struct str *value, struct errand *e,
                                   const struct office_personal *at);
/* Does every number open? ERR_DAMAGED with words. */
MUST enum err office_personal_check(struct errand *e, struct db_tx *tx);
/* Seals what still stands in plain text, some hundreds a transaction. *count gets their number. */
MUST enum err office_personal_sweep(uint64_t *count, struct errand *e);

#endif
