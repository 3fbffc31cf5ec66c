/* Administrative divisions (GB/T 2260 and the statistical division codes): names, parents, and
 * what became of codes that no longer exist. Loaded from data/divisions.csv (header
 * code,name,level,parent) and data/division_changes.csv (header
 * old_code,old_name,last_year,new_code,note). Pure: the caller reads the files.
 *
 * Codes are kept in the length that their level has: 6 digits down to counties, 9 for townships,
 * 12 for villages. Shipped are provinces, cities and counties of 2023, and the townships of Henan,
 * Hebei and Shanxi; a code below what is shipped is valid when its county is known. */
#ifndef REGIONS_REGIONS_H
#define REGIONS_REGIONS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum region_level {
    REGION_PROVINCE = 1,
    REGION_CITY,
    REGION_COUNTY,
    REGION_TOWNSHIP,
    REGION_VILLAGE
};

struct region {
    struct str code;
    struct str name;
    struct str parent; /* code; empty for a province */
    enum region_level level;
};

/* One abolished code. new_code is empty where the successor is not known for certain. */
struct region_change {
    struct str old_code;
    struct str old_name;
    struct str new_code;
};

/* Zero-initialise; everything lives in the arena given to regions_load. Both arrays are sorted by
 * code bytes. */
struct regions {
    const struct region *items;
    size_t count;
    const uint32_t *by_name; /* indexes of items, sorted by name bytes, then code */
    const struct region_change *changes;
    size_t change_count;
};

/* What regions_current did. */
enum region_state {
    REGION_VALID,     /* the code exists today */
    REGION_RENAMED,   /* abolished; the result is its successor */
    REGION_ABOLISHED, /* abolished, successor unknown: the old code is kept */
    REGION_UNKNOWN    /* never heard of; nothing is known about the code */
};

/* Parses both CSV texts. ERR_FORMAT with file and row in fault. */
MUST enum err regions_load(struct regions *out, struct arena *arena, struct str divisions_csv,
                           struct str changes_csv, struct fault *fault);
/* The division with exactly this code, NULL if none is shipped. Trailing zeros that only pad a
 * 9- or 12-digit code to length ("410882000000") are understood, and the short forms 41 and 4108.
 */
const struct region *regions_find(const struct regions *all, struct str code);
/* Maps a code to the one in force (R29, registry codes live long): *out points into `all` or is
 * `code` itself. A township or village code under a known county is valid as it is; under an
 * abolished county with a known successor the result is the successor county, since township codes
 * do not survive such a change. */
enum region_state regions_current(struct str *out, const struct regions *all, struct str code);
/* The division of this name under `parent` (code, any number of levels above; empty = the whole
 * country). Accepts the name with or without its 省/市/区/县 ending. NULL when there is none or,
 * within the nearest level, more than one. */
const struct region *regions_by_name(const struct regions *all, struct str parent, struct str name);
/* Reads what people write into a cell: a code, a name, or a path of names such as
 * 河南省焦作市沁阳市. `home` (code, may be empty) is where a bare name is looked up first, then
 * around it. NULL when nothing or more than one thing is meant, or the code is below what is
 * shipped (use regions_current for codes); an abolished code gives its successor. */
const struct region *regions_resolve(const struct regions *all, struct str home, struct str text);
/* Is `code` equal to `scope` or below it, by code alone: 410882 is within 410800 and 410000,
 * 410882001 within 410882? An empty scope holds everything. */
bool regions_within(struct str code, struct str scope);
/* Full name from the province down, 河南省焦作市沁阳市, in `arena` (市辖区-style placeholders left
 * out). Empty when the code is unknown; data NULL when out of memory. */
struct str regions_full_name(const struct regions *all, struct arena *arena, struct str code);

#endif
