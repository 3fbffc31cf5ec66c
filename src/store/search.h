/* Substring search over the names of objects: pairs of neighbouring characters in a full-text
 * index, asked for as a phrase, so that any part of a name of one character or more is found in
 * milliseconds (DESIGN.md section 2: LIKE reads every row, trigrams find nothing under three
 * characters). The index follows the registry: store_search_follow brings in what was imported
 * since it was last called. The two databases have different full-text engines behind the same
 * pairs, so their answers are the same; this is the one file of store/ that asks which it is. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "ids/industry.h"
#include "store/portal.h"

/* Makes the index where it is missing. dialect is db_dialect's answer. */
MUST enum err store_search_make(struct db_tx *tx, const char *dialect);
/* Is there any object that store_search_follow has not seen yet? Reads only. */
MUST enum err store_search_pending(bool *out, struct db_tx *tx, struct str tenant);
/* Said by every transaction that writes objects, before it takes its job's number: the index
 * follows by the order of these numbers, so while one is not committed the index waits (PostgreSQL;
 * SQLite has one writer at a time anyway). */
MUST enum err store_search_hold(struct db_tx *tx, const char *dialect);
/* Brings at most `most` objects that were added or changed since the last call into the index;
 * *done gets how many (fewer than most: the index is up to date). */
struct store_search_source {
    const char *dialect;
    struct str tenant;
    const struct industries *industries; /* to know an industry's section */
};
MUST enum err store_search_follow(uint64_t *done, struct arena *arena, struct db_tx *tx,
                                  const struct store_search_source *source, int64_t most);
/* Objects whose folded name holds every word of `text` and that have all that is asked for, by id,
 * from behind `after`. What is asked for stands in the same index as words of its own, so that a
 * rare place and a frequent name cost no more than the rarer of the two. A text without any letter
 * or digit finds nothing, and so does asking for nothing at all. ERR_LIMIT as store_search_cut. */
struct store_search {
    struct str tenant;
    struct str text;     /* empty: any name */
    struct str division; /* codes that begin with it; empty for any, as the others */
    struct str kind;
    struct str state;
    struct str section; /* of the industry: one letter */
    int64_t after;
    int64_t most;
};
MUST enum err store_search_find(struct store_public_object **out, size_t *count,
                                struct arena *arena, struct db_tx *tx, const char *dialect,
                                const struct store_search *search);

/* The words of what is asked for, cut at blanks of every kind (also the full-width one) and folded,
 * longest first, without those that a longer one holds; words without any letter or digit do not
 * count. ERR_LIMIT for more than STORE_SEARCH_WORDS. */
enum { STORE_SEARCH_WORDS = 8 };
struct store_search_words {
    struct str words[STORE_SEARCH_WORDS];
    size_t count;
};
MUST enum err store_search_cut(struct store_search_words *out, struct arena *arena,
                               struct str text);

/* A name as it is compared: compatibility forms and case folded, only letters and digits kept.
 * data NULL when out of memory. */
struct str store_search_fold(struct arena *arena, struct str text);

#endif
