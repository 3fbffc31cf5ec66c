/* The roster: what lists of objects are filtered and sorted by, of every object of the registry,
 * held in memory (about 150 bytes an object), so that any conditions at once give their page and
 * their exact count by one pass over it: a million objects in some ten milliseconds, on any
 * database.
 *
 * It follows the registry: each transaction that writes objects leaves a row in object_batch
 * (store_object_batch_add), and roster_find brings in what it has not seen before it answers,
 * within the transaction that asks. It is built when it is first asked. One roster an opened
 * office; its lock is its own. */
#ifndef OFFICE_ROSTER_H
#define OFFICE_ROSTER_H

#include "office/office.h"
#include "store/object.h"

struct roster;
/* Made and freed with the office. NULL when out of memory; NULL may be freed. */
struct roster *roster_new(void);
void roster_free(struct roster *roster);

struct roster_found {
    int64_t *ids; /* of the page, in its order, in e->arena */
    size_t count;
    int64_t total; /* all that fits, exactly */
    bool before;   /* there are rows before these */
    bool behind;
};
/* The page of what fits the filter. With page->most 0 all ids, by id. The page's order is read with
 * its `down`; back and down may stand together. A key whose object is gone: from the begin. */
MUST enum err roster_find(struct roster_found *out, struct errand *e, struct db_tx *tx,
                          const struct store_object_filter *filter,
                          const struct store_object_page *page);
/* Brings in what was written since, so that the next page need not; nothing where nobody has asked
 * yet: a server of the portal alone keeps no roster. */
MUST enum err roster_warm(struct errand *e);

#endif
