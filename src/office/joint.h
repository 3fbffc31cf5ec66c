/* Joint items (R12): whom a list means by the words for its lead and partners, and the rows that
 * say so (item_unit). Lists come from above and name departments in general,
 * "市场监管部门、税务部门": a word is a department of ours by its code, its name, one of its
 * aliases, or, where that is only one, by what is left of these without the place before and the
 * kind of body behind. What nobody here is called stays a word. Inside the office. */
#ifndef OFFICE_JOINT_H
#define OFFICE_JOINT_H

#include "office/office.h"
#include "store/catalogue.h"
#include "store/department.h"

/* The departments in being and what each is called. */
struct joint_name {
    struct str text; /* a code, name or alias */
    struct str stem; /* what is left of it; empty if that says nothing */
    const struct store_department *department;
};
struct joint_names {
    struct joint_name *items;
    size_t count;
    struct str home[2];  /* names of the place */
    struct str above[4]; /* of those it lies in, from the province down */
    size_t above_count;
};
/* Reads them; memory in arena. */
MUST enum err joint_names(struct joint_names *out, struct arena *arena, struct errand *e,
                          struct db_tx *tx);
/* Whom one word means, NULL if nobody or several. */
MUST enum err joint_find(const struct store_department **out, struct arena *arena,
                         const struct joint_names *names, struct str word);
/* The first of a list's words that means a department; NULL if none does. */
MUST enum err joint_first(const struct store_department **out, struct arena *arena,
                          const struct joint_names *names, struct str list);

/* The lead and the partners of an item, each department once; none where it has no partners. */
MUST enum err joint_units(struct store_item_unit **out, size_t *count, struct arena *arena,
                          const struct joint_names *names, const struct str *values);
/* With whom a department does an item, as one list: all those that are named and the lead, where
 * that is another of ours, but not itself. */
MUST enum err joint_partners(struct str *out, struct arena *arena, const struct joint_names *names,
                             const struct str *values, struct str department);
/* Is a word in a list? */
bool joint_listed(struct str list, struct str word);
/* Writes them as the rows of a version or of a superior's row. */
MUST enum err joint_put(struct errand *e, struct db_tx *tx, const struct joint_names *names,
                        int64_t item, const struct str *values);
/* Makes the rows of items that have none yet, and looks again for those that were unknown, the
 * department of an item or of a superior's row among them (audited): when departments came or
 * changed their names, and once a day. */
MUST enum err joint_follow(struct errand *e, struct db_tx *tx);

#endif
