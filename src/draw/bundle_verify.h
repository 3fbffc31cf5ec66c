/* Verification of a bundle (PROTOCOL.md section 10): everything it holds is recomputed, each check
 * is reported, and what cannot be checked is named. Pure: files and the log's proofs are reached
 * through callbacks. Memory grows with what is drawn and with the teams, not with the pool, which
 * streams by. */
#ifndef DRAW_BUNDLE_VERIFY_H
#define DRAW_BUNDLE_VERIFY_H

#include "draw/bundle.h"

/* Where a bundle's files come from. */
struct draw_bundle_source {
    void *ctx;
    const struct str *names; /* of all files, in any order, each once */
    size_t count;
    /* Starts reading a file of `names`. ERR_FORMAT: its content is damaged. */
    enum err (*open)(void **stream, void *ctx, struct str name);
    /* Up to cap bytes; *got 0 is the end. Has the shape of lines_read. ERR_FORMAT as above. */
    enum err (*read)(void *stream, char *data, size_t cap, size_t *got);
    void (*close)(void *stream);
};

/* What a log proof shows of an entry. */
struct draw_logged {
    uint64_t index;
    uint64_t size; /* of the signed tree */
    uint8_t root[DRAW_HASH];
    int64_t time; /* seconds since 1970: the entry is not younger */
};

/* The log that signed, behind a callback because its format belongs to another room. */
struct draw_bundle_log {
    void *ctx;
    /* Checks a proof's text for a leaf hash. ERR_PROOF, ERR_FORMAT with words. */
    enum err (*prove)(struct draw_logged *out, void *ctx, struct str proof,
                      const uint8_t leaf[DRAW_HASH], struct fault *fault);
};

/* Everything that can be looked at, with the Chinese words for it. */
enum draw_check {
#define CHECK(name, zh) DRAW_CHECK_##name,
#include "draw/check.def"
#undef CHECK
    DRAW_CHECKS
};
/* The words of a check; never NULL. */
const char *draw_check_zh(enum draw_check check);

enum draw_mark {
    DRAW_SAME,    /* recomputed, and equal */
    DRAW_DIFFERS, /* recomputed, and not equal: the bundle does not hold */
    DRAW_NOTE,    /* shown; nothing to compare it with */
    DRAW_OPEN     /* cannot be checked with this bundle */
};

/* One line of the report. Slices are valid during the callback only. */
struct draw_finding {
    enum draw_mark mark;
    enum draw_check check;
    struct str file;     /* where, empty if nowhere in particular */
    uint64_t row;        /* line of the file, 0 if unknown */
    struct str shown;    /* what the bundle says; may be empty */
    struct str computed; /* what was recomputed; may be empty */
    struct str words;    /* in Chinese; may be empty */
};
typedef void draw_report(void *ctx, const struct draw_finding *finding);

struct draw_bundle_job {
    const struct draw_bundle_source *files;
    const struct draw_bundle_log *log;
    draw_report *report; /* may be NULL */
    void *ctx;
};

struct draw_verdict {
    bool holds; /* nothing differs */
    bool full;
    bool own_key;  /* the key was the file's own; set by whoever chose the key */
    bool training; /* some round was decided by `local` alone */
    uint64_t same;
    uint64_t differs;
    uint64_t open;
    char file[DRAW_BUNDLE_NAME + 1]; /* of the first difference; "" if none or in no file */
    uint64_t row;
};

/* Verifies a bundle. ERR_OK: it was read, and verdict says whether it holds (damaged and missing
 * files are differences). ERR_MEMORY, ERR_IO, ERR_LIMIT: it could not be looked at to the end. */
MUST enum err draw_verify(struct draw_verdict *verdict, const struct draw_bundle_job *job,
                          struct fault *fault);

#endif
