/* Randomness sources and what they gave (PROTOCOL.md section 4).
 *
 * An entry names its sources before their values exist; a beacon entry repeats them as parts. All
 * parts are hashed together, so that one honest source is enough. */
#ifndef DRAW_SOURCE_H
#define DRAW_SOURCE_H

#include "draw/text.h"

struct arena;

enum draw_source_kind {
    DRAW_SOURCE_DRAND,
    DRAW_SOURCE_LOTTERY,
    DRAW_SOURCE_DICE,
    DRAW_SOURCE_WITNESS,
    DRAW_SOURCE_LOCAL
};

enum { DRAW_FIELDS = 4, DRAW_SOURCES = 16, DRAW_ROLLS = 1000, DRAW_PART_MAX = 8192 };

/* One FIELD of a lottery: `unordered K` (balls, written ascending) or `ordered K` (digits). */
struct draw_field {
    bool ordered;
    uint32_t count; /* 1..100 */
};

/* One source line. Only the members of its kind are set. Slices point to the caller's text. */
struct draw_source {
    enum draw_source_kind kind;
    uint8_t hash[DRAW_HASH]; /* drand: chain hash; witness: H(nonce) */
    uint64_t round;          /* drand: 1 or more */
    struct str name;         /* lottery: game; witness: name. No blank, ':' or '/' */
    struct str issue;        /* lottery. No blank, ':' or '/' */
    struct draw_field fields[DRAW_FIELDS];
    size_t field_count;
    uint32_t sides; /* dice: 2..1000 */
    uint32_t rolls; /* dice: 1..1000 */
};

/* How far a part can be checked by this program alone; shown wherever the part is shown. */
enum draw_proof {
    DRAW_PROOF_COMPLETE,  /* witness: the nonce matches its hash */
    DRAW_PROOF_OUTSIDE,   /* lottery, dice: form only; the value is compared with what was published
                           */
    DRAW_PROOF_UNCHECKED, /* drand: form only; signature not checked here */
    DRAW_PROOF_NONE       /* local: nothing to check, demonstration only */
};

/* Reads `text`, a source line without the word "source " before it, e.g. `dice 10 20`. Strict: only
 * what draw_source_write would give. Slices point into text. ERR_FORMAT. */
MUST enum err draw_source_parse(struct draw_source *source, struct str text, struct fault *fault);
/* Appends the source line without "source " and without LF, after checking every value; ERR_INPUT
 * with words (nothing is appended), ERR_MEMORY. */
MUST enum err draw_source_write(struct buf *out, const struct draw_source *source,
                                struct fault *fault);
/* Reads consecutive `source ...` lines, at least one, at most DRAW_SOURCES, into the arena. */
MUST enum err draw_sources_parse(struct draw_source **sources, size_t *count, struct arena *arena,
                                 struct draw_lines *lines, struct fault *fault);
/* Appends `source ...` LF for each. */
MUST enum err draw_sources_write(struct buf *out, const struct draw_source *sources, size_t count,
                                 struct fault *fault);

/* Nominal entropy in thousandths of a bit, rounded down: drand 128000, witness 256000, dice
 * log2(sides) * rolls, lottery by a table of known games (source.c names where each comes from);
 * an unknown game and `local` count 0. */
uint64_t draw_source_millibits(const struct draw_source *source);
/* True when a lottery's game is in the table with just these fields. */
bool draw_source_known(const struct draw_source *source);
/* Refuses (ERR_ENTROPY, with the sum and what to add) sources that together hold less than
 * least_bits; `local` neither counts nor is asked for: a draw with nothing but `local` passes and
 * has to be marked, see draw_sources_local. */
MUST enum err draw_sources_enough(const struct draw_source *sources, size_t count,
                                  uint64_t least_bits, struct fault *fault);
/* True when nothing but `local` decides: training and demonstration, to be marked wherever shown.
 */
bool draw_sources_local(const struct draw_source *sources, size_t count);

/* Checks a part's form against its source line: kind, names, number of values, ranges, order,
 * canonical decimals, and a witness's nonce against its hash. ERR_FORMAT or ERR_PROOF (witness)
 * with words. What this does not show is told by draw_source_proof. */
MUST enum err draw_part_check(const struct draw_source *source, struct str part,
                              struct fault *fault);
/* How far a part of this source can be checked here. */
enum draw_proof draw_source_proof(const struct draw_source *source);
/* That in Chinese, for a person; never NULL. */
const char *draw_proof_zh(enum draw_proof proof);

/* Appends "entry:" hex(leaf) "/" part "/" part "/" ... (parts in the order of the source lines). */
MUST enum err draw_randomness(struct buf *out, const uint8_t leaf[DRAW_HASH],
                              const struct str *parts, size_t count);

#endif
