/* Personal numbers: recognised so that they can be refused or masked, never stored in public parts
 * (GB 11643-1999; SECURITY.md PI2). Pure. */
#ifndef IDS_PERSON_H
#define IDS_PERSON_H

#include "base/arena.h"
#include "base/str.h"
#include "ids/number.h"

/* An 18-character identity number with its check character (x counts as X), or the 15-digit first
 * generation without one. Wrong birthdays are IDS_BAD_DATE. */
enum ids_check ids_idcard_check(struct str number);
/* Does `text` hold, anywhere, 18 characters that form a valid identity number? For columns that
 * must not carry one. */
bool ids_idcard_inside(struct str text);
/* Does `text` hold a mainland mobile number (1[3-9] and nine digits, not part of a longer run)? */
bool ids_phone_inside(struct str text);

/* Masked copies in `arena` (data NULL when out of memory): 138****5678; 1101**********002X;
 * 张** (the first character, compound surnames kept, the rest one * each). What is too short to
 * mask so becomes stars only. */
struct str ids_mask_phone(struct arena *arena, struct str phone);
struct str ids_mask_idcard(struct arena *arena, struct str number);
struct str ids_mask_name(struct arena *arena, struct str name);

#endif
