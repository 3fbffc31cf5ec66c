/* Code chains, seeds and tickets (PROTOCOL.md section 5). */
#ifndef DRAW_SEED_H
#define DRAW_SEED_H

#include "crypto/hash.h"
#include "draw/commitment.h"
#include "draw/text.h"

/* code = H applied `times` times to secret (0 copies it). The two may be the same array. */
void draw_code_chain(uint8_t code[DRAW_HASH], const uint8_t secret[DRAW_HASH], uint64_t times);
/* The code of round j (1 objects, 2 teams, 3... refills): H applied length - j times to secret.
 * ERR_RANGE when j is 0 or above length: the chain is used up. */
MUST enum err draw_code_round(uint8_t code[DRAW_HASH], const uint8_t secret[DRAW_HASH],
                              uint64_t length, uint64_t round, struct fault *fault);
/* ERR_PROOF unless the commitment's code is H applied length times to secret. */
MUST enum err draw_code_check(const struct draw_code *code, const uint8_t secret[DRAW_HASH],
                              struct fault *fault);

/* The HMAC key of a round's seed: empty (open), the code (one party), or a hash of all codes. */
struct draw_salt {
    uint8_t bytes[DRAW_HASH];
    size_t len; /* 0 or 32 */
};

/* Makes the salt from this round's codes in the parties' order. */
void draw_salt_make(struct draw_salt *salt, const uint8_t (*codes)[DRAW_HASH], size_t count);
/* The salt of round j from all secrets, in the order of the commitment's codes, each checked
 * against its code. count must equal code_count (0 in an open draw). ERR_INPUT, ERR_PROOF,
 * ERR_RANGE. */
MUST enum err draw_salt_round(struct draw_salt *salt, const struct draw_commitment *commitment,
                              const uint8_t (*secrets)[DRAW_HASH], size_t count, uint64_t round,
                              struct fault *fault);
/* seed = HMAC(salt, randomness). */
void draw_seed_make(uint8_t seed[DRAW_HASH], const struct draw_salt *salt, struct str randomness);

/* Longest name in a label: seats and inspectors; object ids are shorter. */
enum { DRAW_LABEL_PART = 256 };

/* Tickets: HMAC(seed, label || 0x01) on a crypto_ticket prepared with the seed
 * (crypto_ticket_init). Compared as bytes, smallest first; ties by id. Names of at most
 * DRAW_LABEL_PART bytes. */
/* Bytes of "object:". */
enum { DRAW_OBJECT_LABEL = 7 };
/* Lays the label `object:ID` out; returns its length. An id of at most DRAW_ID_MAX bytes. */
size_t draw_object_label(char label[DRAW_OBJECT_LABEL + DRAW_ID_MAX], struct str id);
/* Label `object:ID`. */
void draw_ticket_object(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, struct str id);
/* Label `rounding`. */
void draw_ticket_rounding(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed);
/* Label `load|LEVEL|INSPECTOR`. */
void draw_ticket_load(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, uint64_t level,
                      struct str inspector);
/* Label `seat|SEAT`. */
void draw_ticket_seat(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, struct str seat);
/* Label `pair|SEAT|INSPECTOR`. */
void draw_ticket_pair(uint8_t ticket[DRAW_HASH], const struct crypto_ticket *seed, struct str seat,
                      struct str inspector);

#endif
