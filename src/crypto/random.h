/* Random bytes from the operating system's generator. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/err.h"

/* Fills out with len bytes fit for keys. ERR_CRYPTO when the system gives none; out is then zeroed
 * and must not be used. */
MUST enum err crypto_random(void *out, size_t len);

#endif
