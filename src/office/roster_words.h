/* Different texts, each with its number: what the roster's rows hold instead of codes. */
#ifndef OFFICE_ROSTER_WORDS_H
#define OFFICE_ROSTER_WORDS_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; slots is a hash table of numbers + 1. */
struct roster_words {
    struct str *items;
    size_t count;
    size_t cap;
    uint32_t *slots;
    size_t slot_count;
};

/* Frees the table; the texts are the arena's. */
void roster_words_free(struct roster_words *w);
/* The number of a text, a new one where it is new; the text is kept in the arena. ERR_MEMORY. */
MUST enum err roster_words_number(uint32_t *out, struct roster_words *w, struct arena *arena,
                                  struct str text);
/* Room for one more element of an array that was made by malloc. ERR_MEMORY. */
MUST enum err roster_room(void **array, size_t *cap, size_t count, size_t size);

#endif
