/* Room-private: what the parts of a verification share (bundle_*.c behind draw_verify and
 * draw_own_verify).
 *
 * Every step reports what it finds. A step returns ERR_PROOF when it reported a difference, so that
 * what depends on it can be left out; the coordinating function goes on. All other errors end the
 * verification. */
#ifndef DRAW_BUNDLE_WORK_H
#define DRAW_BUNDLE_WORK_H

#include "base/arena.h"
#include "draw/bundle_verify.h"
#include "draw/select.h"
#include "draw/team_files.h"

/* Most bytes of a file that is read whole: teams and what is drawn, never the pool. */
enum { BUNDLE_WHOLE = 1 << 29, BUNDLE_PROOF = 1 << 19, BUNDLE_LIST = 1 << 23 };

/* Nominal bits that the sources of a round must hold (PROTOCOL.md section 4). */
enum { BUNDLE_LEAST_BITS = 64 };

/* One log entry as the bundle shows it. */
struct bundle_entry {
    enum draw_kind kind;
    struct str name;
    struct str proof; /* name of its proof */
    struct str text;
    uint8_t leaf[DRAW_HASH];
    bool proven;
    struct draw_logged logged;
};

/* One round: who asked, what came. */
struct bundle_round {
    uint64_t round;
    size_t asker;
    size_t beacon; /* 0: none came */
    bool seeded;
    uint8_t seed[DRAW_HASH];
};

/* An object that was drawn or followed for a skipped one. */
struct bundle_object {
    struct str id;
    uint32_t stratum;
    size_t since;   /* index of the entry by which it is in */
    size_t skipped; /* index of its skip entry, 0 if none */
    bool seated;
};

/* One verification. */
struct bundle {
    const struct draw_bundle_job *job;
    struct draw_verdict *verdict;
    struct arena *arena;
    struct str *names; /* sorted */
    struct draw_manifest manifest;
    struct draw_file *files; /* files.tsv */
    size_t file_count;
    struct draw_file *kept; /* private.tsv */
    size_t kept_count;
    struct bundle_entry *entries;
    size_t entry_count;
    struct draw_commitment commitment;
    struct draw_disclosure disclosure;
    bool disclosed;
    const uint8_t (*secrets)[DRAW_HASH];
    size_t secret_count;
    struct bundle_round *rounds; /* 1, 2 ... at 0, 1 ... */
    size_t round_count;
    struct draw_blind *blinds[2];
    size_t blind_counts[2];
    uint64_t *quotas;
    struct bundle_object *objects;
    size_t object_count;
    struct draw_selection selection; /* as recomputed from the pool */
    bool objects_known;              /* objects hold every drawn one */
    struct draw_drawn *reserve; /* behind the last drawn of each stratum, by stratum and rank */
    size_t reserve_count;
    bool reserve_known; /* the pool was there */
    size_t skip_count;
};

/* Counts a finding and reports it. */
void bundle_say(struct bundle *b, const struct draw_finding *finding);
/* Reports it as a difference; always ERR_PROOF. */
enum err bundle_differs(struct bundle *b, const struct draw_finding *finding);
/* Turns a failed check of `file` into a reported difference with the fault's words (ERR_PROOF);
 * ERR_MEMORY and ERR_IO are handed on. */
MUST enum err bundle_blame(struct bundle *b, enum draw_check check, struct str file, enum err err,
                           const struct fault *fault);
/* Compares two hashes and reports. ERR_PROOF when they differ. */
MUST enum err bundle_match(struct bundle *b, enum draw_check check, struct str file,
                           const uint8_t shown[DRAW_HASH], const uint8_t computed[DRAW_HASH]);
/* Compares a file's text with what it should be, and reports the first line that differs. */
MUST enum err bundle_compare(struct bundle *b, enum draw_check check, struct str file,
                             struct str shown, struct str computed);
/* A hash in hex, in the arena; empty when there is no memory. */
struct str bundle_hex(struct bundle *b, const uint8_t hash[DRAW_HASH]);
/* ERR_PROOF, which a step reported, is no reason to stop. */
enum err bundle_go_on(enum err err);

/* Whether the bundle has a file of this name. */
bool bundle_has(const struct bundle *b, struct str name);
/* Whether this bundle may lack the file and does: its manifest leaves it out, or the draw was given
 * up before the file came to be. */
bool bundle_excused(const struct bundle *b, struct str name);
/* Reads a whole file into the arena. A missing, damaged or too large file is a reported difference
 * (ERR_PROOF) under `check`. */
MUST enum err bundle_load(struct str *text, struct bundle *b, enum draw_check check,
                          struct str name, size_t limit);
/* The SHA-256 of a file, streaming. Errors as bundle_load. */
MUST enum err bundle_hash(uint8_t hash[DRAW_HASH], struct bundle *b, struct str name);
/* Loads a digest-committed file and compares its digest with the entry's. line: without its LF. */
struct bundle_committed {
    enum draw_check check;
    struct str name;
    const uint8_t *digest;
    bool line;
};
MUST enum err bundle_committed_load(struct str *text, struct bundle *b,
                                    const struct bundle_committed *file);

/* bundle_shelf.c: names, manifest, lists and digests of the files. */
MUST enum err bundle_shelf(struct bundle *b);
/* bundle_course.c: entries, proofs, order, commitment, codes, beacons, seeds. */
MUST enum err bundle_course(struct bundle *b);
/* bundle_objects.c: pool, quotas, selection, skips. */
MUST enum err bundle_objects(struct bundle *b);
/* bundle_teams.c: seats, inspectors, assignment, refills. */
MUST enum err bundle_teams(struct bundle *b);
/* bundle_objects.c: the quotas that the seed of round 1 gives. */
MUST enum err bundle_quotas(struct bundle *b, const uint8_t seed[DRAW_HASH]);
/* The round's seed, or NULL: it could not be computed. */
const uint8_t *bundle_seed(const struct bundle *b, uint64_t round);
/* Proves an entry by its tlog-proof's text, and reports. */
MUST enum err bundle_prove(struct bundle *b, struct bundle_entry *entry, struct str proof);
/* Checks that `entry` stands behind `before` in the log; reports differences only. */
MUST enum err bundle_order(struct bundle *b, const struct bundle_entry *before,
                           const struct bundle_entry *entry);
/* Checks the disclosed secrets against the commitment's codes. */
MUST enum err bundle_codes(struct bundle *b);
/* Checks a round: its sources, its beacon, and computes its seed. */
MUST enum err bundle_round_check(struct bundle *b, struct bundle_round *round);

/* Who asked for randomness with which sources, and what came. */
struct bundle_exchange {
    const struct bundle_entry *asker;
    const struct bundle_entry *beacon;
    const struct draw_source *sources;
    size_t source_count;
    uint64_t round;
};
/* bundle_beacon.c: the sources' entropy, and whether they are only for training. */
MUST enum err bundle_sources(struct bundle *b, const struct bundle_exchange *exchange);
/* bundle_beacon.c: reads the beacon and checks it against whoever asked, part by part. */
MUST enum err bundle_beacon(struct draw_beacon *beacon, struct bundle *b,
                            const struct bundle_exchange *exchange);

#endif
