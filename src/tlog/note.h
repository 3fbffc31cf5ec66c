/* Signed notes and their keys, C2SP signed-note and tlog-cosignature.
 *
 * One Ed25519 key makes two kinds of signature line under one name: the plain one (type 0x01, over
 * the text) and the cosignature (type 0x04, over a time and the text). Their key ids differ, so a
 * client that knows only the vkey sees the second as an unknown key and ignores it. */
#ifndef TLOG_NOTE_H
#define TLOG_NOTE_H

#include "base/buf.h"
#include "crypto/sign.h"

enum {
    TLOG_NAME = 200,    /* longest key name in bytes */
    TLOG_SIGS = 32,     /* most signature lines of a note; the standard asks for 16 at least */
    TLOG_NOTE = 1 << 18 /* most bytes of a note */
};

/* Who signs: a name and a public key, with the ids of both kinds of signature. */
struct tlog_verifier {
    char name[TLOG_NAME + 1];
    uint8_t key[CRYPTO_PUBLIC];
    uint32_t id;          /* type 0x01 */
    uint32_t cosigner_id; /* type 0x04 */
};

/* A verifier with its private key; wipe it with tlog_signer_wipe. */
struct tlog_signer {
    struct tlog_verifier verifier;
    uint8_t seed[CRYPTO_SEED];
};

/* A verifier of this name and key. ERR_INPUT: empty or longer than TLOG_NAME, a blank, a plus or a
 * control character in the name, not UTF-8. */
MUST enum err tlog_verifier_make(struct tlog_verifier *out, struct str name,
                                 const uint8_t key[CRYPTO_PUBLIC]);
/* Reads a vkey, `name+hexid+base64(0x01 || key)`. ERR_FORMAT: any deviation, also an id that is not
 * the key's. */
MUST enum err tlog_verifier_parse(struct tlog_verifier *out, struct str vkey);
/* Appends the vkey. */
void tlog_verifier_print(struct buf *out, const struct tlog_verifier *v);

/* A signer of this name and seed. ERR_INPUT as tlog_verifier_make, ERR_CRYPTO. */
MUST enum err tlog_signer_make(struct tlog_signer *out, struct str name,
                               const uint8_t seed[CRYPTO_SEED]);
/* Reads an skey, `PRIVATE+KEY+name+hexid+base64(0x01 || seed)`. ERR_FORMAT, ERR_CRYPTO. */
MUST enum err tlog_signer_parse(struct tlog_signer *out, struct str skey);
/* Appends the skey. The caller wipes out. */
void tlog_signer_print(struct buf *out, const struct tlog_signer *s);
/* Forgets the private key. */
void tlog_signer_wipe(struct tlog_signer *s);

/* One signature line, pointing into the note. */
struct tlog_sig {
    struct str name;
    uint32_t id;
    struct str base64; /* of the id and the signature; canonical */
};

/* A note taken apart; points into the bytes it was parsed from. Nothing in it is verified yet. */
struct tlog_note {
    struct str text; /* with its last newline */
    size_t count;
    struct tlog_sig sigs[TLOG_SIGS];
};

/* Takes a note apart. ERR_FORMAT: not UTF-8, a control character, no signature, a malformed line,
 * base64 that is not canonical; ERR_LIMIT: more than TLOG_NOTE bytes or TLOG_SIGS lines. */
MUST enum err tlog_note_parse(struct tlog_note *out, struct str note);
/* Appends the note again, byte by byte what was parsed. */
void tlog_note_print(struct buf *out, const struct tlog_note *n);

/* What a verifier's signatures on a note say. */
struct tlog_seen {
    size_t plain;    /* valid signatures of type 0x01 */
    size_t cosigned; /* valid cosignatures */
    int64_t time;    /* of the earliest of them, seconds since 1970; 0 if there is none */
};

/* Checks every line of this verifier and ignores others. ERR_PROOF if one of them is wrong or there
 * is none at all. */
MUST enum err tlog_note_verify(struct tlog_seen *out, const struct tlog_note *n,
                               const struct tlog_verifier *v);

/* Appends text (ending in a newline), a blank line and the signer's plain signature line. ERR_INPUT
 * if text is no note text, ERR_CRYPTO, ERR_MEMORY. */
MUST enum err tlog_note_sign(struct buf *out, const struct tlog_signer *s, struct str text);
/* Appends one cosignature line over text, dated `seconds` (>= 0) since 1970, to a note that already
 * holds text and its blank line. ERR_RANGE, ERR_CRYPTO, ERR_MEMORY. */
MUST enum err tlog_note_cosign(struct buf *out, const struct tlog_signer *s, struct str text,
                               int64_t seconds);

#endif
