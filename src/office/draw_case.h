/* What the steps of a draw share: the draw as it stands, its secrets, seeds, files and entries.
 * Private to the office's draw_*.c files. */
#ifndef OFFICE_DRAW_CASE_H
#define OFFICE_DRAW_CASE_H

#include "crypto/hash.h"
#include "draw/commitment.h"
#include "draw/entry.h"
#include "draw/pool.h"
#include "draw/select.h"
#include "draw/team_files.h"
#include "office/draw.h"
#include "office/task.h"
#include "office/veil.h"

/* A draw loaded inside a transaction. Everything lives in the errand's arena; wipe after use. */
struct draw_case {
    struct errand *e;
    struct store_draw draw;
    struct store_task task;
    struct store_draw_entry *entries;
    size_t entry_count;
    struct draw_commitment commitment;
    uint8_t leaf[CRYPTO_HASH];     /* of the commitment */
    uint8_t secret[CRYPTO_HASH];   /* sealed draws */
    uint8_t pool_key[CRYPTO_HASH]; /* blinded pools */
};

/* Loads a draw by number and opens its secrets. ERR_MISSING with words. */
MUST enum err draw_case_load(struct draw_case *c, struct errand *e, struct db_tx *tx,
                             struct str number);
/* The same in a read transaction of its own. */
MUST enum err draw_case_read(struct draw_case *c, struct errand *e, struct str number);
void draw_case_wipe(struct draw_case *c);
/* ERR_STATE with words unless the draw stands in one of the states, written "drawn|assigned". */
MUST enum err draw_case_expect(const struct draw_case *c, const char *states, const char *step);

/* The last entry of a kind and round (round 0: any); NULL if there is none. */
const struct store_draw_entry *draw_case_entry(const struct draw_case *c, enum draw_kind kind,
                                               int64_t round);
/* The entry that asked for the randomness of a round, its leaf and its sources. ERR_STATE. */
struct draw_asked {
    uint8_t leaf[CRYPTO_HASH];
    const struct draw_source *sources;
    size_t count;
};
MUST enum err draw_case_asked(struct draw_asked *out, const struct draw_case *c, int64_t round);
/* The seed of a round, from the entry that asked, its beacon and the code (PROTOCOL 5). */
MUST enum err draw_case_seed(uint8_t seed[CRYPTO_HASH], const struct draw_case *c, int64_t round);

/* A file on its way into a draw: its bytes are a durable blob, its digest is for the log. */
struct draw_paper {
    struct str name;
    struct str bytes;
    uint8_t blob[CRYPTO_HASH];
    uint8_t blind[CRYPTO_HASH];  /* zero in an open draw */
    uint8_t digest[CRYPTO_HASH]; /* H(blind || bytes) */
};
/* Makes the blob durable, draws a blind if the draw is sealed, computes the digest. The files of a
 * sealed draw lie sealed in their blobs, for good (AC8). Without the
 * LF-less rule: digest is of the bytes exactly, hashed names where the file is larger than that. */
MUST enum err draw_paper_put(struct draw_paper *paper, const struct draw_case *c, struct str name,
                             struct str bytes);
/* Records a paper in the transaction (its blind sealed). */
MUST enum err draw_paper_add(const struct draw_paper *paper, const struct draw_case *c,
                             struct db_tx *tx);
/* A draw's file whole, opened, checked against the digest of its blob. */
MUST enum err draw_case_bytes(struct str *out, const struct draw_case *c,
                              const struct store_draw_file *file);
/* The same by its name. */
MUST enum err draw_case_file(struct str *out, const struct draw_case *c, struct db_tx *tx,
                             struct str name);
/* The blind of a file, opened. */
MUST enum err draw_case_blind(uint8_t blind[CRYPTO_HASH], const struct draw_case *c,
                              const struct store_draw_file *file);
/* The path of a blob of this office, in the errand's arena. */
const char *draw_case_blob(const struct errand *e, struct str digest);

/* Appends an entry to the log and to the draw, in the transaction. */
MUST enum err draw_case_log(struct draw_case *c, struct db_tx *tx, enum draw_kind kind,
                            int64_t round, struct str body);
/* ERR_STATE with words when somebody has moved the draw since the case was loaded: asked first by
 * every later read of a step, so that what it reads belongs to the state it expects. */
MUST enum err draw_case_fresh(const struct draw_case *c, struct db_tx *tx);
/* Moves the draw to `state`, with its audit row, and remembers the errand's key with `detail`. */
MUST enum err draw_case_step(struct draw_case *c, struct db_tx *tx, struct str state,
                             struct str action, struct str detail);
/* Parses source lines (without "source "), checks entropy against the setting and that no source's
 * randomness exists already as far as that is known (drand rounds). */
MUST enum err draw_case_sources(struct draw_source **out, struct errand *e, struct db_tx *tx,
                                const struct str *texts, size_t count);

/* Streams the frozen pool of the case once more, checked, and hands every object to `each`. */
typedef enum err draw_each_object(void *ctx, const struct draw_object *object, struct fault *fault);
MUST enum err draw_case_pool(const struct draw_case *c, struct str digest, draw_each_object *each,
                             void *ctx);

#endif
