/* Proofs that a log holds an entry, C2SP tlog-proof: one text file that needs nothing but the log's
 * verifier key. */
#ifndef TLOG_PROOF_H
#define TLOG_PROOF_H

#include "tlog/checkpoint.h"

enum { TLOG_PROOF = TLOG_NOTE + 8192 }; /* most bytes of a proof */

/* A proof taken apart; note points into the bytes it was parsed from. */
struct tlog_proof {
    uint64_t index;
    struct crypto_proof path;
    struct str note; /* the signed checkpoint, verbatim */
};

/* Appends the text of a proof. ERR_MEMORY. */
MUST enum err tlog_proof_print(struct buf *out, const struct tlog_proof *p);
/* Reads it; only what tlog_proof_print writes. The standard's optional `extra` line is refused: no
 * signature covers it, and a changed byte in it could not be found. ERR_FORMAT, ERR_LIMIT. */
MUST enum err tlog_proof_parse(struct tlog_proof *out, struct str text);

/* What a proof proves. */
struct tlog_proven {
    uint64_t index; /* of the entry */
    uint64_t size;  /* of the checkpoint */
    uint8_t root[CRYPTO_HASH];
    int64_t time; /* of the checkpoint, seconds since 1970; the entry is not younger */
};

/* Checks a proof of this program for the entry whose leaf hash is given: inclusion, and both of the
 * log's signatures (tlog_checkpoint_open_own). ERR_FORMAT, ERR_LIMIT, ERR_PROOF; fault says in
 * which part. */
MUST enum err tlog_proof_verify(struct tlog_proven *out, struct str text,
                                const uint8_t leaf[CRYPTO_HASH], const struct tlog_verifier *v,
                                struct fault *fault);

#endif
