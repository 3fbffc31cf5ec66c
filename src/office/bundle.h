/* Bundles written as zip files (draw/bundle.h says what stands in them).
 *
 * Two steps, because the disclosure entry holds the digest of the files: office_bundle_prepare
 * makes every file and the root that the entry needs; when the entry is in the log and has its
 * proof, office_bundle_write writes the full and the public bundle. Both depend on nothing but
 * their input, so that after a crash in between they are simply called again. */
#ifndef OFFICE_BUNDLE_H
#define OFFICE_BUNDLE_H

#include "base/arena.h"
#include "draw/bundle.h"

/* A file of the full bundle: its bytes, or the file at path (not NULL) that holds them. */
struct office_bundle_part {
    struct str name;
    struct str bytes;
    const char *path;
    bool kept; /* kept back from the public bundle; set by itself for pool.tsv, selected.tsv,
                * pool-key and strata.tsv of a blinded pool */
};

/* Text that came with a beacon's values: an announcement, a record of who rolled. */
struct office_bundle_evidence {
    uint64_t round;
    struct str text;
};

/* What the office hands over. Of the files of draw/bundle.h, parts are: pool.tsv, selected.tsv,
 * drawn.tsv (draw_drawn_write), seats.tsv, inspectors.tsv, eligible.tsv, teams.tsv,
 * round-J/leaving.tsv, round-J/eligible.tsv, round-J/teams.tsv, skip-K.tsv, as far as the draw
 * came. All others are made here. */
struct office_bundle_draft {
    const struct str *entries; /* exact bytes, in log order, without the disclosure */
    size_t entry_count;
    const struct office_bundle_part *parts;
    size_t part_count;
    const uint8_t (*secrets)[DRAW_HASH]; /* none in an open draw */
    size_t secret_count;
    const struct draw_blind *blinds; /* of each digest-committed file; none in an open draw */
    size_t blind_count;
    const uint8_t *pool_key;           /* 32 bytes; blinded pools, else NULL */
    const struct draw_meaning *strata; /* blinded pools */
    size_t stratum_count;
    const struct office_bundle_evidence *evidence; /* may be none */
    size_t evidence_count;
    uint8_t salt[DRAW_HASH]; /* secret and the same at every call for this draw, for instance
                              * HMAC(seal_key, "bundle|" NUMBER) */
};

/* Every file of the full bundle but entries, proofs and vkey, in the arena, sorted by name (FULL
 * and PUBLIC are both there). */
struct office_bundle {
    struct office_bundle_part *parts;
    size_t part_count;
    uint8_t files[DRAW_HASH]; /* for draw_disclosure.files */
};

/* Makes the files; those given by path are read once for their digest. ERR_INPUT with words (a name
 * that no bundle has, a blind that is missing, a file that may not be kept back), ERR_DUPLICATE,
 * errors of reading. */
MUST enum err office_bundle_prepare(struct office_bundle *bundle, struct arena *arena,
                                    const struct office_bundle_draft *draft, struct fault *fault);

/* The log's part of a bundle: all entries in log order, the disclosure and attestations included,
 * each with its tlog-proof (vault_log_proof_first), and the verifier key (without LF). */
struct office_bundle_log {
    const struct str *entries;
    const struct str *proofs;
    size_t count;
    struct str vkey;
};

/* Writes the full (true) or public bundle to path, durably; what stood there is replaced. Errors of
 * writing, ERR_FORMAT (an entry), ERR_MEMORY. */
MUST enum err office_bundle_write(const char *path, bool full, const struct office_bundle *bundle,
                                  const struct office_bundle_log *log, struct fault *fault);

#endif
