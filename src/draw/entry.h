/* The log entries of a draw other than the commitment (PROTOCOL.md sections 9 and 10), written and
 * strictly read. Each parse accepts exactly what its write gives; anything else is ERR_FORMAT with
 * fault->row. Slices point into the entry's text, arrays lie in the arena. A write checks every
 * value first (ERR_INPUT with words, ERR_MEMORY) and appends nothing on an error. */
#ifndef DRAW_ENTRY_H
#define DRAW_ENTRY_H

#include "crypto/hash.h"
#include "draw/source.h"
#include "draw/text.h"

struct arena;

enum draw_kind {
    DRAW_COMMITMENT,
    DRAW_BEACON,
    DRAW_DRAWN,
    DRAW_TEAMS,
    DRAW_ASSIGNED,
    DRAW_SKIP,
    DRAW_REFILL,
    DRAW_REFILLED,
    DRAW_ABORT,
    DRAW_DISCLOSURE,
    DRAW_ATTESTATION,
    DRAW_KINDS
};

/* The kind named in the entry's first line, `sunlot-draw/1 KIND`. ERR_FORMAT. */
MUST enum err draw_entry_kind(enum draw_kind *kind, struct str entry, struct fault *fault);
/* "commitment", "beacon" ...; the empty slice for DRAW_KINDS. */
struct str draw_kind_name(enum draw_kind kind);
/* The draw's number of any entry (of a commitment too). ERR_FORMAT. */
MUST enum err draw_entry_number(struct str *number, struct str entry, struct fault *fault);

/* DIGEST = H(blind || file). In an open draw blind is 32 zero bytes: pass NULL. */
void draw_digest(uint8_t digest[DRAW_HASH], const uint8_t *blind, struct str file);
/* The same for a file that streams: starts h with the blind; the caller goes on with
 * crypto_sha256_add and crypto_sha256_final. */
void draw_digest_begin(struct crypto_sha256 *h, const uint8_t *blind);

/* The randomness of round J for the entry whose leaf is `entry`. */
struct draw_beacon {
    struct str number;
    uint64_t round;
    uint8_t entry[DRAW_HASH];
    const struct str *parts; /* as in section 4, in the order of the source lines */
    size_t part_count;
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_beacon_write(struct buf *out, const struct draw_beacon *beacon,
                                struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_beacon_parse(struct draw_beacon *beacon, struct arena *arena, struct str entry,
                                struct fault *fault);
/* Checks a beacon against the entry that asked: its leaf, as many parts as sources, and each part
 * by draw_part_check. */
MUST enum err draw_beacon_check(const struct draw_beacon *beacon, const uint8_t leaf[DRAW_HASH],
                                const struct draw_source *sources, size_t count,
                                struct fault *fault);

/* drawn (round 1, digest of selected.tsv), assigned (round 2, of teams.tsv), refilled (round J, of
 * the whole new teams.tsv), skip (no round; of the line OBJECT TAB REASON TAB EVIDENCE-HASH). */
struct draw_outcome {
    enum draw_kind kind; /* DRAW_DRAWN, DRAW_ASSIGNED, DRAW_REFILLED or DRAW_SKIP */
    struct str number;
    uint64_t round; /* drawn 1, assigned 2, refilled 3 or more, skip 0 */
    uint8_t digest[DRAW_HASH];
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_outcome_write(struct buf *out, const struct draw_outcome *outcome,
                                 struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_outcome_parse(struct draw_outcome *outcome, struct str entry,
                                 struct fault *fault);

/* teams: fixes seats.tsv, inspectors.tsv, eligible.tsv before randomness 2 exists. */
struct draw_teams_entry {
    struct str number;
    uint8_t commitment[DRAW_HASH]; /* its leaf */
    uint8_t seats[DRAW_HASH];
    uint8_t inspectors[DRAW_HASH];
    uint8_t eligible[DRAW_HASH];
    const struct draw_source *sources;
    size_t source_count;
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_teams_entry_write(struct buf *out, const struct draw_teams_entry *teams,
                                     struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_teams_entry_parse(struct draw_teams_entry *teams, struct arena *arena,
                                     struct str entry, struct fault *fault);

/* refill: who leaves which seats, and the sources of round J. */
struct draw_refill_entry {
    struct str number;
    uint64_t round; /* 3 or more */
    uint8_t commitment[DRAW_HASH];
    uint8_t leaving[DRAW_HASH];
    uint8_t eligible[DRAW_HASH];
    const struct draw_source *sources;
    size_t source_count;
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_refill_entry_write(struct buf *out, const struct draw_refill_entry *refill,
                                      struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_refill_entry_parse(struct draw_refill_entry *refill, struct arena *arena,
                                      struct str entry, struct fault *fault);

/* Appends the line a skip entry's digest is made of, without LF: OBJECT TAB REASON TAB EVIDENCE. */
MUST enum err draw_skip_line(struct buf *out, struct str object, struct str reason,
                             const uint8_t evidence[DRAW_HASH], struct fault *fault);

/* abort: the draw stays public for ever. */
struct draw_abort {
    struct str number;
    struct str reason;
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_abort_write(struct buf *out, const struct draw_abort *abort_entry,
                               struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_abort_parse(struct draw_abort *abort_entry, struct str entry,
                               struct fault *fault);

/* disclosure: the secrets (none if open) and the root of the bundle's file list. */
struct draw_disclosure {
    struct str number;
    const uint8_t (*secrets)[DRAW_HASH];
    size_t secret_count;
    uint8_t files[DRAW_HASH]; /* draw_files_root */
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_disclosure_write(struct buf *out, const struct draw_disclosure *disclosure,
                                    struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_disclosure_parse(struct draw_disclosure *disclosure, struct arena *arena,
                                    struct str entry, struct fault *fault);

/* attestation: an auditor's verdict on the full bundle. */
struct draw_attestation {
    struct str number;
    struct str auditor;
    struct str verdict;
};
/* Appends the entry; see the top of this file. */
MUST enum err draw_attestation_write(struct buf *out, const struct draw_attestation *attestation,
                                     struct fault *fault);
/* Reads the entry strictly; see the top of this file. */
MUST enum err draw_attestation_parse(struct draw_attestation *attestation, struct str entry,
                                     struct fault *fault);

/* One file of a bundle and the SHA-256 of its bytes. */
struct draw_file {
    struct str name;
    uint8_t hash[DRAW_HASH];
};
/* The RFC 6962 root of the lines NAME TAB SHA256, sorted here; files is reordered. ERR_DUPLICATE
 * for a name that occurs twice, ERR_INPUT for a bad one. */
MUST enum err draw_files_root(uint8_t root[DRAW_HASH], struct draw_file *files, size_t count,
                              struct fault *fault);

#endif
