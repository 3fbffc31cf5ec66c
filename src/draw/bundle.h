/* Bundles: what everybody needs to recompute a draw, in one zip (PROTOCOL.md section 10). This
 * header fixes the files and writes those that no other part of the room writes; bundle_verify.h
 * recomputes a bundle, bundle_own.h writes and checks one business's own proof. docs/bundle.md says
 * the same for readers. Pure: bytes in, bytes out.
 *
 * A zip, entries sorted by name, no folders, fixed dates. Text is UTF-8, each line ends with LF,
 * TAB between fields, hex is lower case, "sorted" is by raw bytes. NN: at least two digits, from 01
 * in log order. J: round, K: 1, 2 ... for the draw's skip entries in log order.
 *
 *   entries/NN-KIND             the log entry's exact bytes; KIND as in its first line
 *   proofs/NN-KIND.tlog-proof   its tlog-proof, best against the first checkpoint that covers it
 *   vkey                        the log's verifier key, one line
 *   files.tsv                   NAME TAB SHA256, sorted: every file that the public bundle holds,
 *                               but for entries/, proofs/, vkey and files.tsv itself; and FULL,
 *                               PUBLIC, and private.tsv if there is one. The RFC 6962 root of its
 *                               lines is the `files HEX` of the disclosure entry.
 *   private.tsv                 only in the full bundle, only if something is kept back from the
 *                               public one: `# salt HEX`, then NAME TAB SHA256, sorted, of every
 *                               file kept back. The salt is there because a plain digest of, say,
 *                               selected.tsv could be guessed at from what is public.
 *   FULL or PUBLIC              the manifest of this kind of bundle (never both):
 *                                 sunlot-bundle/1 full|public
 *                                 draw NUMBER
 *                                 pool plain|blinded
 *                                 end disclosure|abort
 *                                 without NAME ...   files kept back, sorted (public only)
 *                                 unchecked TEXT ... what cannot be checked with this bundle
 *   VERIFY.md                   the shell lines of section 10 filled in for this draw
 *   pool.tsv selected.tsv seats.tsv inspectors.tsv eligible.tsv teams.tsv
 *                               sections 2, 6, 7
 *   drawn.tsv                   ticket TAB object_id, sorted: what selected.tsv says without strata
 *   round-J/leaving.tsv round-J/eligible.tsv round-J/teams.tsv
 *                               refills, section 8
 *   skip-K.tsv                  OBJECT TAB REASON TAB EVIDENCE-HASH LF; the digest in the skip
 *                               entry is of the line without its LF
 *   secret                      the chains' starts in hex, one party a line; none in an open draw
 *   blinds, blinds-private      NAME TAB HEX, sorted: the blind of every digest-committed file,
 *                               those of files kept back in the second; neither in an open draw
 *   pool-key                    32 bytes in hex LF; blinded pools
 *   strata.tsv                  `# salt HEX`, then STRATUM TAB MEANING, sorted; blinded pools
 *   beacons/J.txt               the `part PART` lines of round J's beacon entry; then, if there is
 *                               any, an empty line and the evidence as it was given
 *
 * An aborted draw's entries end with `abort` and no entry holds the files' root; its manifest says
 * so. Kept back from the public bundle of a blinded pool: pool.tsv, selected.tsv, pool-key,
 * strata.tsv, always; of any draw, as settings say: seats.tsv, inspectors.tsv, eligible.tsv,
 * teams.tsv and the files of round-J/. Nothing else can be kept back. */
#ifndef DRAW_BUNDLE_H
#define DRAW_BUNDLE_H

#include "draw/commitment.h"
#include "draw/entry.h"

struct arena;

enum {
    DRAW_BUNDLE_NAME = 128,     /* most bytes of a file's name */
    DRAW_BUNDLE_FILES = 20000,  /* most files of a bundle */
    DRAW_BUNDLE_ENTRIES = 4000, /* most log entries of a draw */
    DRAW_ENTRY_BYTES = 65535    /* most bytes of a log entry */
};

/* Appends entries/NN-KIND; index counts from 0. */
void draw_bundle_entry_name(struct buf *out, size_t index, enum draw_kind kind);
/* Appends proofs/NN-KIND.tlog-proof; index counts from 0. */
void draw_bundle_proof_name(struct buf *out, size_t index, enum draw_kind kind);
/* True for a name that a file of a bundle may have, of those listed at the top. */
bool draw_bundle_name_ok(struct str name);
/* True for a file that may be kept back from a public bundle; blinded: the draw's pool. */
bool draw_bundle_may_keep(struct str name, bool blinded);
/* True for a file that must be kept back from the public bundle of a blinded pool. */
bool draw_bundle_must_keep(struct str name);

/* Appends files.tsv (salt NULL) or private.tsv (salt of 32 bytes); files is sorted here.
 * ERR_DUPLICATE, ERR_INPUT (a bad name), ERR_MEMORY; nothing is appended then. */
MUST enum err draw_files_write(struct buf *out, struct draw_file *files, size_t count,
                               const uint8_t *salt, struct fault *fault);
/* Reads either strictly: salted tells which. Names point into text, rows lie in the arena.
 * ERR_FORMAT with fault->row, ERR_LIMIT, ERR_MEMORY. */
MUST enum err draw_files_parse(struct draw_file **files, size_t *count, struct arena *arena,
                               struct str text, bool salted, struct fault *fault);
/* The row of a name in a sorted list, or NULL. */
const struct draw_file *draw_files_find(const struct draw_file *files, size_t count,
                                        struct str name);

/* The blind of one digest-committed file. */
struct draw_blind {
    struct str name;
    uint8_t blind[DRAW_HASH];
};
/* Appends blinds or blinds-private; rows are sorted here. Errors as draw_files_write. */
MUST enum err draw_blinds_write(struct buf *out, struct draw_blind *rows, size_t count,
                                struct fault *fault);
/* Reads it strictly. Errors and ownership as draw_files_parse. */
MUST enum err draw_blinds_parse(struct draw_blind **rows, size_t *count, struct arena *arena,
                                struct str text, struct fault *fault);

/* The meaning of one opaque stratum. */
struct draw_meaning {
    struct str stratum;
    struct str text;
};
/* Appends strata.tsv; rows are sorted here. Errors as draw_files_write. */
MUST enum err draw_meanings_write(struct buf *out, struct draw_meaning *rows, size_t count,
                                  const uint8_t salt[DRAW_HASH], struct fault *fault);
/* Reads it strictly. Errors and ownership as draw_files_parse. */
MUST enum err draw_meanings_parse(struct draw_meaning **rows, size_t *count, struct arena *arena,
                                  struct str text, struct fault *fault);

/* What the texts below are made from. Entries: in log order, up to but without the disclosure
 * (an abort is the last). */
struct draw_bundle_plan {
    const struct str *entries;
    size_t entry_count;
    const uint8_t (*secrets)[DRAW_HASH]; /* none in an open draw or an aborted sealed one */
    size_t secret_count;
    const struct str *kept; /* names kept back from the public bundle, sorted */
    size_t kept_count;
};

/* Appends VERIFY.md; its ```sh blocks, one behind the other, run in the folder of the unpacked full
 * or public bundle with sh, sha256sum, openssl, awk and sed, print one line a check and end with
 * status 0 only if all are equal. ERR_FORMAT (an entry), ERR_PROOF (a secret), ERR_MEMORY. */
MUST enum err draw_bundle_guide(struct buf *out, struct arena *arena,
                                const struct draw_bundle_plan *plan, struct fault *fault);
/* Appends the manifest FULL (full) or PUBLIC. ERR_FORMAT, ERR_INPUT (a file that may not be kept
 * back), ERR_MEMORY. */
MUST enum err draw_bundle_manifest(struct buf *out, struct arena *arena,
                                   const struct draw_bundle_plan *plan, bool full,
                                   struct fault *fault);

/* A manifest taken apart; slices point into its text. */
struct draw_manifest {
    bool full;
    struct str number;
    bool blinded;
    bool aborted;
    const struct str *without;
    size_t without_count;
    const struct str *unchecked;
    size_t unchecked_count;
};
/* Reads a manifest strictly. ERR_FORMAT with fault->row, ERR_MEMORY. */
MUST enum err draw_manifest_parse(struct draw_manifest *manifest, struct arena *arena,
                                  struct str text, struct fault *fault);

#endif
