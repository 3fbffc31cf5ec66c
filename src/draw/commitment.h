/* The commitment: the log entry that fixes pool, quotas and randomness before the randomness exists
 * (PROTOCOL.md section 3). Its text is canonical: parse accepts exactly what write gives. */
#ifndef DRAW_COMMITMENT_H
#define DRAW_COMMITMENT_H

#include "draw/source.h"
#include "draw/text.h"

struct arena;

enum { DRAW_STRATA = 4096, DRAW_CODES = 16, DRAW_CODE_LENGTH = 65536 };

enum draw_mode { DRAW_FIXED, DRAW_CEIL, DRAW_SYSTEMATIC };

/* One stratum: COUNT objects of the pool, of which MODE NUM/DEN are drawn (section 6). */
struct draw_stratum {
    struct str name; /* 1-64 bytes, no blank */
    uint64_t count;
    enum draw_mode mode;
    uint64_t num;
    uint64_t den; /* 1 or more; 1 when fixed */
};

/* One party's code: hash = H applied `length` times to the party's secret. */
struct draw_code {
    uint64_t length; /* 1..65536; code j exists for j = 1..length */
    uint8_t hash[DRAW_HASH];
};

struct draw_commitment {
    struct str organiser;
    struct str number; /* the draw's, no blank */
    struct str task;   /* "-" for none */
    int64_t opened;    /* microseconds UTC, whole seconds */
    int64_t disclose_by;
    bool blinded;
    uint64_t pool_size;
    uint8_t pool_root[DRAW_HASH];
    const struct draw_stratum *strata; /* sorted by name, each once; counts add up to pool_size */
    size_t stratum_count;
    const struct draw_source *sources;
    size_t source_count;
    const struct draw_code *codes; /* none: an open draw; else sealed, one a party */
    size_t code_count;
};

/* Appends the entry's text after checking every value and rule of section 3. Stricter than parse in
 * one thing: the strata of a blinded pool must have opaque names. NFC is the caller's duty.
 * ERR_INPUT with words (which value), ERR_MEMORY. On an error nothing is appended. */
MUST enum err draw_commitment_write(struct buf *out, const struct draw_commitment *commitment,
                                    struct fault *fault);
/* Reads an entry's text; arrays lie in the arena, slices point into entry. Anything that
 * draw_commitment_write would not give byte for byte is ERR_FORMAT (fault->row is the line). */
MUST enum err draw_commitment_parse(struct draw_commitment *commitment, struct arena *arena,
                                    struct str entry, struct fault *fault);
/* True when the draw has codes: nothing about its outcome is public before its disclosure. */
bool draw_commitment_sealed(const struct draw_commitment *commitment);
/* The index of a stratum by name (binary search), or -1. */
ptrdiff_t draw_commitment_stratum(const struct draw_commitment *commitment, struct str name);
/* True for S1, S2, ... and X1, X2, ... (section 2: names that betray no class). */
bool draw_stratum_opaque(struct str name);
/* "fixed", "ceil" or "systematic". */
struct str draw_mode_name(enum draw_mode mode);

#endif
