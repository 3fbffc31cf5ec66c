/* What the two halves of sunlot-vectors share: a tally of checks, and reading JSON members. */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

/* Counts checks; `name` is the case at hand. */
struct tally {
    struct str name;
    uint64_t passed;
    uint64_t failed;
};

/* One check of two texts; a difference is printed with both. */
void tally_text(struct tally *tally, const char *what, struct str expected, struct str got);
/* One check of a hash against lower-case hex. */
void tally_hash(struct tally *tally, const char *what, struct str expected, const uint8_t *got);
/* One check of two numbers. */
void tally_number(struct tally *tally, const char *what, uint64_t expected, uint64_t got);
/* One check that a step worked; the fault's words are printed if not. Returns whether it did. */
bool tally_step(struct tally *tally, const char *what, enum err err, const struct fault *fault);

/* An element of an array as text; data NULL if it is none. */
struct str item_str(const json_t *array, size_t index);
/* A number >= 0 of an array or object member; UINT64_MAX if it is none. */
uint64_t value_u64(const json_t *value);

/* Runs all checks of one case of draws.json, of assignments.json. */
void draw_case(struct tally *tally, struct arena *arena, const json_t *c);
void assign_case(struct tally *tally, struct arena *arena, const json_t *c);

#endif
