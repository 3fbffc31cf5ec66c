/* Verifier keys and signer keys in their text forms. A key's id is derived from its name, type and
 * public key and is checked whenever a key is read, so that a mistyped key is refused at once. */
#include "tlog/key.h"

#include "base/base64.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include "tlog/note.h"

#include <endian.h>
#include <string.h>

enum { TYPE_ED25519 = 0x01, TYPE_COSIGNER = 0x04 };

#define SKEY_MARK "PRIVATE+KEY+"

/* White_Space of Unicode, controls left aside. */
static bool is_space(uint32_t cp)
{
    return cp == ' ' || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

bool key_name_ok(struct str name)
{
    struct str rest = name;
    uint32_t cp = 0;
    while (!str_empty(rest)) {
        if (utf8_next(&cp, &rest) != ERR_OK || cp == '+' || is_space(cp) || utf8_is_control(cp))
            return false;
    }
    return !str_empty(name);
}

/* SHA-256(name || newline || type || key), its first four bytes (signed-note, "Signatures"). */
static uint32_t key_id(struct str name, char type, const uint8_t key[CRYPTO_PUBLIC])
{
    struct crypto_sha256 h;
    uint8_t digest[CRYPTO_HASH];
    uint32_t id = 0;
    const char middle[2] = {'\n', type};
    crypto_sha256_init(&h);
    crypto_sha256_add(&h, name);
    crypto_sha256_add(&h, str_range(middle, sizeof middle));
    crypto_sha256_add(&h, str_range((const char *)key, CRYPTO_PUBLIC));
    crypto_sha256_final(digest, &h);
    memcpy(&id, digest, sizeof id);
    return be32toh(id);
}

enum err tlog_verifier_make(struct tlog_verifier *out, struct str name,
                            const uint8_t key[CRYPTO_PUBLIC])
{
    if (name.len > TLOG_NAME || !key_name_ok(name))
        return ERR_INPUT;
    *out = (struct tlog_verifier){0};
    memcpy(out->name, name.data, name.len);
    memcpy(out->key, key, CRYPTO_PUBLIC);
    out->id = key_id(name, TYPE_ED25519, key);
    out->cosigner_id = key_id(name, TYPE_COSIGNER, key);
    return ERR_OK;
}

/* name+id+base64(type || 32 bytes): cuts the three parts and decodes the last two. */
static enum err key_split(struct str *name, uint32_t *id, uint8_t key[32], struct str text)
{
    struct str rest = text;
    struct str hex;
    uint8_t big[4];
    uint8_t typed[1 + 32];
    if (!str_cut(name, &rest, '+') || !str_cut(&hex, &rest, '+') || rest.data == NULL)
        return ERR_FORMAT;
    if (str_unhex(big, sizeof big, hex) != ERR_OK)
        return ERR_FORMAT;
    if (base64_decode_exact(typed, sizeof typed, rest) != ERR_OK || typed[0] != TYPE_ED25519)
        return ERR_FORMAT;
    *id = (uint32_t)big[0] << 24 | (uint32_t)big[1] << 16 | (uint32_t)big[2] << 8 | big[3];
    memcpy(key, typed + 1, 32);
    crypto_wipe(typed, sizeof typed);
    return ERR_OK;
}

static void key_print(struct buf *out, const struct tlog_verifier *v, const uint8_t key[32])
{
    uint8_t typed[1 + 32] = {TYPE_ED25519};
    memcpy(typed + 1, key, 32);
    buf_printf(out, "%s+%08x+", v->name, v->id);
    base64_encode(out, typed, sizeof typed);
    crypto_wipe(typed, sizeof typed);
}

enum err tlog_verifier_parse(struct tlog_verifier *out, struct str vkey)
{
    struct str name;
    uint32_t id = 0;
    uint8_t key[CRYPTO_PUBLIC];
    TRY(key_split(&name, &id, key, vkey));
    if (tlog_verifier_make(out, name, key) != ERR_OK || out->id != id)
        return ERR_FORMAT;
    return ERR_OK;
}

void tlog_verifier_print(struct buf *out, const struct tlog_verifier *v)
{
    key_print(out, v, v->key);
}

enum err tlog_signer_make(struct tlog_signer *out, struct str name, const uint8_t seed[CRYPTO_SEED])
{
    uint8_t key[CRYPTO_PUBLIC];
    TRY(crypto_sign_public(key, seed));
    TRY(tlog_verifier_make(&out->verifier, name, key));
    memcpy(out->seed, seed, CRYPTO_SEED);
    return ERR_OK;
}

enum err tlog_signer_parse(struct tlog_signer *out, struct str skey)
{
    struct str name;
    uint32_t id = 0;
    uint8_t seed[CRYPTO_SEED];
    if (!str_starts(skey, STR(SKEY_MARK)))
        return ERR_FORMAT;
    TRY(key_split(&name, &id, seed, str_sub(skey, sizeof SKEY_MARK - 1, skey.len)));
    enum err err = tlog_signer_make(out, name, seed);
    crypto_wipe(seed, sizeof seed);
    if (err == ERR_OK && out->verifier.id != id)
        err = ERR_FORMAT;
    return err == ERR_INPUT ? ERR_FORMAT : err;
}

void tlog_signer_print(struct buf *out, const struct tlog_signer *s)
{
    buf_cat(out, SKEY_MARK);
    key_print(out, &s->verifier, s->seed);
}

void tlog_signer_wipe(struct tlog_signer *s)
{
    crypto_wipe(s, sizeof *s);
}
