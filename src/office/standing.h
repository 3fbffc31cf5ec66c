/* Who counts towards the two, and why not (R35-R37, R40): one place that knows, for draws and for
 * the registry's pages. */
#ifndef OFFICE_STANDING_H
#define OFFICE_STANDING_H

#include "base/field.h"

enum office_standing {
    OFFICE_STANDING_COUNTS,
    OFFICE_STANDING_LEFT,
    OFFICE_STANDING_EXPERT,    /* comes on top of the two */
    OFFICE_STANDING_ASSISTANT, /* helps, is none of the two */
    OFFICE_STANDING_BARE,      /* no certificate */
    OFFICE_STANDING_EXPIRED,   /* none that is valid on the day */
    OFFICE_STANDING_REASONS
};

/* What is asked about a person. */
struct office_credentials {
    struct str category;
    bool active;
    bool certificate; /* the place asks for a valid certificate (setting) */
    struct str numbers[2];
    int32_t until[2]; /* of each certificate, 0: not known */
};
/* How he stands if the last visit is on `day`. */
enum office_standing office_standing_of(const struct office_credentials *who, int32_t day);
/* In words: 计入两人, 不计入：执法证已到期 ... */
const char *office_standing_text(enum office_standing standing);
/* Short codes for filters: counts, left, expert, assistant, bare, expired. */
extern const struct field_word office_standings[];

#endif
