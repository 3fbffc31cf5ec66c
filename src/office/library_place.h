/* What placing one object, a batch and an import share (office/library.c). Not for pages. */
#ifndef OFFICE_LIBRARY_PLACE_H
#define OFFICE_LIBRARY_PLACE_H

#include "office/office.h"
#include "store/library.h"

/* What statements about libraries ask for in the errand's name: tenant, reach, clearance.
 * ERR_MEMORY.
 */
MUST enum err library_find(struct store_library_find *out, struct errand *e);
/* The library of that id, if the errand's scope keeps it or has an object in it; else ERR_INPUT
 * with words for the field library: an id that was guessed tells nothing. */
MUST enum err library_visible(struct store_library *out, struct errand *e, struct db_tx *tx,
                              int64_t id);
/* The library of that id, if the errand's scope keeps it; else ERR_MISSING with words. */
MUST enum err library_kept(struct store_library *out, struct errand *e, struct db_tx *tx,
                           int64_t id);
/* May objects still be put into it? ERR_STATE with words for the field library. */
MUST enum err library_open(struct errand *e, const struct store_library *library);
/* {"library":..., "licence":..., ...}: what the history of the object shows of a place; the phone
 * is no matter of history. In arena. */
MUST enum err library_place_json(struct str *out, struct arena *arena, struct str library,
                                 const struct store_library_row *row);
/* Opens the phone of a place in place, the text in arena; seals it. As office_personal_open and
 * office_personal_seal. */
MUST enum err library_place_open(struct store_library_row *row, struct errand *e,
                                 struct arena *arena);
MUST enum err library_place_seal(struct store_library_row *row, struct errand *e,
                                 struct arena *arena);

#endif
