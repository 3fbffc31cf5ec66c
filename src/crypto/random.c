/* Random bytes and wiping: RAND_bytes reseeds from getrandom(2) and survives fork. */
#include "crypto/random.h"

#include "crypto/openssl.h"
#include "crypto/wipe.h"

#include <limits.h>
#include <string.h>

enum err crypto_random(void *out, size_t len)
{
    if (len <= INT_MAX && RAND_bytes(out, (int)len) == 1)
        return ERR_OK;
    memset(out, 0, len);
    return ERR_CRYPTO;
}

void crypto_wipe(void *data, size_t len)
{
    if (len > 0)
        OPENSSL_cleanse(data, len);
}
