/* Room-private: the one door to libcrypto's headers. They declare a type ERR_STATE, which is an
 * error of ours (base/err.def), so theirs is renamed while they are read; and they mark the block
 * functions of SHA-256 as deprecated, which hash.c and merkle.c need. */
#ifndef CRYPTO_OPENSSL_H
#define CRYPTO_OPENSSL_H

#define OPENSSL_SUPPRESS_DEPRECATED
#define ERR_STATE openssl_err_state
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#undef ERR_STATE

#endif
