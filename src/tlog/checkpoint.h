/* Checkpoints of a transparency log, C2SP tlog-checkpoint. Ours are signed twice by the log's key:
 * plainly, and as a cosignature that carries the time (PROTOCOL 9). */
#ifndef TLOG_CHECKPOINT_H
#define TLOG_CHECKPOINT_H

#include "crypto/merkle.h"
#include "tlog/note.h"

/* What a checkpoint says. */
struct tlog_checkpoint {
    struct str origin; /* points into the text it was parsed from */
    struct crypto_head head;
    struct str extra; /* extension lines with their newlines, empty in ours */
    int64_t time;     /* seconds since 1970 of the log's cosignature, 0 if there is none */
};

/* Reads the text of a checkpoint (a note's text); time is 0. ERR_FORMAT on any deviation. */
MUST enum err tlog_checkpoint_parse(struct tlog_checkpoint *out, struct str text);
/* Appends the text: origin, size, root, extension lines. */
void tlog_checkpoint_print(struct buf *out, const struct tlog_checkpoint *c);

/* Appends a checkpoint signed plainly and cosigned at `seconds`; the signer's name is the origin.
 * ERR_RANGE, ERR_CRYPTO, ERR_MEMORY. */
MUST enum err tlog_checkpoint_sign(struct buf *out, const struct tlog_signer *s,
                                   const struct crypto_head *head, int64_t seconds);
/* Reads a whole signed checkpoint of any log that follows the standard: the verifier's plain
 * signature must hold and its name be the origin; other keys' lines are ignored. ERR_FORMAT,
 * ERR_LIMIT, ERR_PROOF. */
MUST enum err tlog_checkpoint_open(struct tlog_checkpoint *out, struct str note,
                                   const struct tlog_verifier *v);
/* The same for a checkpoint of this program, in which no byte may be unaccounted for: exactly the
 * two lines of tlog_checkpoint_sign in that order, both valid, and no extension line. */
MUST enum err tlog_checkpoint_open_own(struct tlog_checkpoint *out, struct str note,
                                       const struct tlog_verifier *v);

#endif
