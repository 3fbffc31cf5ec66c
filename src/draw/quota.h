/* How many are drawn from each stratum (PROTOCOL.md section 6). Exact integers; a number that would
 * not fit is an error, never a wrap. */
#ifndef DRAW_QUOTA_H
#define DRAW_QUOTA_H

#include "draw/commitment.h"

/* quotas[i] for strata[i], in commitment order; rounding is ticket_1("rounding"). ERR_RANGE with
 * words when the common denominator or a product is beyond what can be computed exactly. */
MUST enum err draw_quotas(uint64_t *quotas, const struct draw_stratum *strata, size_t count,
                          const uint8_t rounding[DRAW_HASH], struct fault *fault);
/* The same before the randomness exists, to refuse a commitment that could never be drawn and to
 * show what is expected: least[i] <= quota <= most[i] whatever the randomness. */
MUST enum err draw_quota_bounds(uint64_t *least, uint64_t *most, const struct draw_stratum *strata,
                                size_t count, struct fault *fault);

#endif
