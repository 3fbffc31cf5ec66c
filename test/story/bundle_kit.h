/* A draw made from the floors below the office: a log in memory with a key of its own, entries, and
 * both bundles and an own proof in a temporary folder. For tests of verification, which must not
 * rest on what the office does. Every step asserts that it succeeds. */
#ifndef STORY_BUNDLE_KIT_H
#define STORY_BUNDLE_KIT_H

#include "base/arena.h"
#include "crypto/merkle.h"
#include "draw/assign.h"
#include "draw/bundle_own.h"
#include "draw/commitment.h"
#include "draw/select.h"
#include "office/bundle.h"
#include "tlog/note.h"

enum { KIT_ENTRIES = 64, KIT_LEAVES = 256, KIT_PARTS = 64, KIT_LINES = 1000 };

/* How a dishonest or careless organiser goes on: all digests and entries fit each other, and the
 * draw is wrong all the same. */
enum kit_cheat {
    KIT_HONEST,
    KIT_OTHER_OBJECT, /* the last one drawn of the first stratum is exchanged */
    KIT_OTHER_POOL,   /* a line of the pool is exchanged after the commitment */
    KIT_OTHER_PERSON, /* two people exchange their seats */
    KIT_OTHER_SEAT,   /* a seat is given to an object that was not drawn */
    KIT_SKIPPED_SEAT, /* a skipped object keeps its seats */
    KIT_TWICE,        /* one person has both seats of an object */
    KIT_OTHER_REFILL, /* the vacant seat goes to somebody else */
    KIT_LATE,         /* disclosed after the date that was promised */
    KIT_OLD_DRAND,    /* a drand round that was public before the commitment */
    KIT_WEAK          /* three dice and nothing else */
};

/* What kind of draw. */
struct kit_spec {
    const char *label; /* all keys, secrets and nonces follow from it */
    bool blinded;
    size_t parties; /* 0: open */
    bool systematic;
    size_t objects;
    bool local;      /* nothing but `source local` */
    bool hold_staff; /* inspectors, eligible and refill files kept back */
    enum kit_cheat cheat;
};

/* One draw under way. Zero-initialise before kit_open. */
struct kit {
    struct arena arena;
    struct kit_spec spec;
    char dir[64];
    /* the log */
    struct tlog_signer signer;
    uint8_t leaves[KIT_LEAVES][CRYPTO_HASH];
    size_t size;
    int64_t now; /* seconds */
    /* the draw */
    struct str entries[KIT_ENTRIES];
    struct str proofs[KIT_ENTRIES];
    uint8_t entry_leaves[KIT_ENTRIES][CRYPTO_HASH];
    size_t count;
    struct str lines[KIT_LINES]; /* pool.tsv */
    struct draw_commitment commitment;
    uint8_t secrets[2][DRAW_HASH];
    uint8_t pool_key[DRAW_HASH];
    uint8_t seed[DRAW_HASH]; /* of the newest round */
    uint64_t round;
    uint64_t *quotas;
    struct draw_selection selection;
    struct draw_roster roster;
    struct draw_teams teams;
    size_t skips;
    struct office_bundle_part parts[KIT_PARTS];
    size_t part_count;
    struct draw_blind blinds[KIT_PARTS];
    size_t blind_count;
    struct office_bundle bundle;
    char full[128];
    char open[128];
};

/* Makes the folder, the log and the pool. */
void kit_open(struct kit *kit, const struct kit_spec *spec);
/* Runs a program in a folder; appends its output and returns its exit status. */
int kit_run(struct buf *out, const char *dir, const char *const words[]);
/* Removes the folder and all memory. */
void kit_close(struct kit *kit);
/* Adds bytes to the log as one entry of the draw, with its proof. */
void kit_append(struct kit *kit, struct str entry);
/* Adds an entry of somebody else to the log. */
void kit_filler(struct kit *kit);
/* A part of the bundle, and its blind if the draw is sealed. */
void kit_part(struct kit *kit, const char *name, struct str bytes);
/* The same, and the digest that an entry shows of it: of all its bytes, or of `digested`. */
void kit_part_digest(uint8_t digest[DRAW_HASH], struct kit *kit, const char *name, struct str bytes,
                     struct str digested);
/* Appends an entry that says nothing but such a digest. */
void kit_outcome(struct kit *kit, enum draw_kind kind, uint64_t round,
                 const uint8_t digest[DRAW_HASH]);
/* The steps. */
void kit_commit(struct kit *kit);
void kit_beacon(struct kit *kit);
void kit_drawn(struct kit *kit);
void kit_skip(struct kit *kit, struct str object);
void kit_teams(struct kit *kit);
void kit_assign(struct kit *kit);
void kit_refill(struct kit *kit);
void kit_abort(struct kit *kit);
/* Disclosure (or, after an abort, nothing) and both zips. */
void kit_finish(struct kit *kit);
/* commit ... finish without skip and refill. */
void kit_whole(struct kit *kit, const struct kit_spec *spec);
/* The text of an object's own proof, after kit_finish. */
struct str kit_own(struct kit *kit, struct str object);
/* The verifier key. */
struct str kit_vkey(struct kit *kit);
/* The object of the i-th row of selected.tsv. */
struct str kit_drawn_id(const struct kit *kit, size_t i);
/* out = SHA-256(label "/" what): every secret of a test. */
void kit_secret(uint8_t out[DRAW_HASH], const struct kit *kit, const char *what);

#endif
