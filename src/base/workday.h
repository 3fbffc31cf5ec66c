/* Working days (工作日), R106 and REQUIREMENTS.md B7: the State Council announces holidays and
 * make-up days for one year at a time, so they are a table and never a formula. In a year that is
 * not in the table Monday to Friday are taken for working days and the result is marked as an
 * estimate (估算), to be computed again when the year has been imported. */
#ifndef BASE_WORKDAY_H
#define BASE_WORKDAY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum workday { WORKDAY_UNKNOWN, WORKDAY_REST, WORKDAY_WORK };

/* One byte a day (enum workday). Zeroed: no year is known. */
struct workdays {
    int32_t first; /* date of days[0], a 1 January */
    size_t count;
    const uint8_t *days; /* in the arena given to workdays_load */
};

/* Reads a CSV with a heading row that names at least `date` (YYYY-MM-DD) and `is_workday` (0/1);
 * other columns are ignored. A year must be whole: a missing or repeated day, or another value, is
 * ERR_INPUT with the row or the day in fault. Memory comes from a. On failure w is unchanged. */
MUST enum err workdays_load(struct workdays *w, struct arena *a, struct str csv,
                            struct fault *fault);
/* Whether the table holds this day (then it holds its whole year). */
bool workdays_known(const struct workdays *w, int32_t day);
/* Whether day is a working day; outside the table: whether it is a Monday to Friday. */
bool workdays_is(const struct workdays *w, int32_t day);
/* The count-th working day after from; counting starts on the next working day, from itself never
 * counts (R106: the 20th is the last day allowed). count 0 gives from. *estimated (may be NULL)
 * tells whether a day outside the table was passed. ERR_RANGE beyond the year 9999. */
MUST enum err workdays_add(int32_t *due, bool *estimated, const struct workdays *w, int32_t from,
                           unsigned count);
/* How many working days lie after from up to and including to; 0 when to is not after from.
 * *estimated (may be NULL) as above. */
unsigned workdays_between(bool *estimated, const struct workdays *w, int32_t from, int32_t to);

#endif
