/* Forgetting secrets. */
#ifndef CRYPTO_WIPE_H
#define CRYPTO_WIPE_H

#include <stddef.h>

/* Zeroes memory in a way the compiler may not leave out (SECURITY CR4). data may be NULL if len is
 * 0. */
void crypto_wipe(void *data, size_t len);

#endif
