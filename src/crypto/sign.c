/* Ed25519 through EVP: one-shot, since RFC 8032 needs the whole message twice. */
#include "crypto/sign.h"

#include "crypto/openssl.h"
#include "crypto/random.h"

enum err crypto_sign_generate(uint8_t seed[CRYPTO_SEED], uint8_t key[CRYPTO_PUBLIC])
{
    TRY(crypto_random(seed, CRYPTO_SEED));
    return crypto_sign_public(key, seed);
}

enum err crypto_sign_public(uint8_t key[CRYPTO_PUBLIC], const uint8_t seed[CRYPTO_SEED])
{
    size_t len = CRYPTO_PUBLIC;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, CRYPTO_SEED);
    if (pkey == NULL)
        return ERR_CRYPTO;
    int ok = EVP_PKEY_get_raw_public_key(pkey, key, &len);
    EVP_PKEY_free(pkey);
    return ok == 1 && len == CRYPTO_PUBLIC ? ERR_OK : ERR_CRYPTO;
}

enum err crypto_sign(uint8_t sig[CRYPTO_SIGNATURE], const uint8_t seed[CRYPTO_SEED], struct str msg)
{
    size_t len = CRYPTO_SIGNATURE;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, CRYPTO_SEED);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = pkey != NULL && ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
             EVP_DigestSign(ctx, sig, &len, (const uint8_t *)msg.data, msg.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok && len == CRYPTO_SIGNATURE ? ERR_OK : ERR_CRYPTO;
}

enum err crypto_sign_verify(const uint8_t sig[CRYPTO_SIGNATURE], const uint8_t key[CRYPTO_PUBLIC],
                            struct str msg)
{
    enum err err = ERR_CRYPTO;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, CRYPTO_PUBLIC);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (pkey != NULL && ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1) {
        int ok = EVP_DigestVerify(ctx, sig, CRYPTO_SIGNATURE, (const uint8_t *)msg.data, msg.len);
        err = ok == 1 ? ERR_OK : ERR_PROOF;
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return err;
}
