/* What a reader's pages keep of public content until it changes: short answers that hundreds of
 * pages need alike (the document of a plan, whether names are shown). The version is the page
 * cache's: what was read under one is forgotten when a newer one is asked for. Threads share it. */
#ifndef OFFICE_PORTAL_KEPT_H
#define OFFICE_PORTAL_KEPT_H

#include "base/arena.h"

struct portal_kept;

enum portal_kind { PORTAL_PLAN, PORTAL_SETTING, PORTAL_KINDS };

struct portal_key {
    uint64_t version; /* of public content; 0: nobody counts it, nothing is kept */
    enum portal_kind kind;
    struct str name;
};

/* Close frees it. */
MUST enum err portal_kept_open(struct portal_kept **out);
void portal_kept_close(struct portal_kept *kept);

/* What is kept under a key, copied into the arena; false where nothing is of this version. Data
 * NULL when out of memory. */
bool portal_kept_get(struct str *out, struct arena *arena, struct portal_kept *kept,
                     const struct portal_key *key);
/* Keeps a text; an empty one too. Nothing of a version older than the newest, and nothing when out
 * of memory. */
void portal_kept_put(struct portal_kept *kept, const struct portal_key *key, struct str text);

#endif
