/* What a fuzz target defines. It looks at any bytes at all, must come to an end, may abort() only
 * where a property is broken (the oracle), and keeps nothing between two calls. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One input. Returns 0. data may be NULL when size is 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
