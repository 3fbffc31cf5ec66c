/* GB/T 4754 industries: is a code valid, which section it belongs to, what a name means. Loaded
 * from data/industries.csv (header code,name,level,parent,section). Pure: the caller reads the
 * file. */
#ifndef IDS_INDUSTRY_H
#define IDS_INDUSTRY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* One class: code is a letter (门类) or 2, 3, 4 digits (大类, 中类, 小类). */
struct industry {
    struct str code;
    struct str name;
    struct str parent; /* code one level up; empty for a section */
    char section;      /* 'A'..'T' */
};

/* All classes, sorted by code bytes. Zero-initialise; lives in the arena it was loaded into. */
struct industries {
    const struct industry *items;
    size_t count;
    const uint32_t *by_name; /* indexes of items, sorted by name, then code */
};

/* Parses the CSV text. ERR_FORMAT with the row in fault. */
MUST enum err industries_load(struct industries *out, struct arena *arena, struct str csv,
                              struct fault *fault);
/* The class with this code, NULL if there is none. "C1310" (section letter before the digits) is
 * understood. */
const struct industry *industry_find(const struct industries *all, struct str code);
/* The class of this name (trimmed, exact); where several levels share a name the shortest code is
 * meant. NULL if none. */
const struct industry *industry_by_name(const struct industries *all, struct str name);
/* A code or a name, whichever the cell holds. */
const struct industry *industry_resolve(const struct industries *all, struct str text);
/* Is `code` the class `scope` or below it (a section letter or leading digits)? */
bool industry_within(const struct industries *all, struct str code, struct str scope);

#endif
