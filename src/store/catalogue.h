/* The catalogue as it is worked on: items and their versions, drafts and their steps, superiors'
 * lists, checks outside the draw. An item's fields are carried as text, in the order of
 * model/resource.h, as in registry.h. */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include "model/resource.h"
#include "store/reach.h"
#include "store/row.h"

/* --- items --- */

struct store_item {
    int64_t id;
    struct str code;
    int64_t version;
    struct str state; /* active, replaced, closed, coming, withdrawn */
    int32_t valid_from;
    int32_t valid_until; /* first day without force, 0: none */
    int64_t at;
    struct str values[MODEL_ITEM_COUNT];
};
/* What is in force, was closed or comes into force, by department, category, code and version. */
MUST enum err store_items_shown(struct store_item **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant);
/* All versions of one item, newest first. */
MUST enum err store_item_versions(struct store_item **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant, struct str code);
MUST enum err store_item_get(struct store_item *out, struct arena *arena, struct db_tx *tx,
                             struct str tenant, int64_t id);
/* The version in force. ERR_MISSING. */
MUST enum err store_item_active(struct store_item *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, struct str code);
/* Versions in force or coming that name a check form, by code. */
MUST enum err store_items_of_form(struct store_item **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, struct str tenant, struct str form);
/* The highest version number of a code, 0 if there is none. */
MUST enum err store_item_last(int64_t *out, struct db_tx *tx, struct str tenant, struct str code);
/* A new version; item->values are as in registry.h, the cap NUM/DEN. */
MUST enum err store_item_add(struct db_tx *tx, struct str tenant, const struct store_item *item);
/* From one state into another. ERR_CONFLICT if it no longer stands there. */
struct store_item_move {
    int64_t id;
    const char *from;
    const char *to;
};
MUST enum err store_item_move(struct db_tx *tx, struct str tenant,
                              const struct store_item_move *move);
/* Ends an item in force on a day. ERR_CONFLICT if it is not in force or ends already. */
MUST enum err store_item_end(struct db_tx *tx, struct str tenant, int64_t id, int32_t until);
/* Items that are published but not in force yet. */
struct store_coming {
    int64_t id;
    struct str code;
    int32_t valid_from;
};
MUST enum err store_items_coming(struct store_coming **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant);
/* Items in force whose last day is over on `today`. */
MUST enum err store_items_ending(struct store_coming **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int32_t today);
/* Items in force whose cap is above num/den, general ones. */
MUST enum err store_items_above(int64_t *out, struct db_tx *tx, struct str tenant, int64_t num,
                                int64_t den);

/* Departments in being that have no item in force. */
MUST enum err store_items_without(int64_t *out, struct db_tx *tx, struct str tenant);

/* Joint items in force (R12). Departments in being that have no inspector on duty (R20, R33). */
MUST enum err store_items_joint(int64_t *out, struct db_tx *tx, struct str tenant);
MUST enum err store_departments_bare(int64_t *out, struct db_tx *tx, struct str tenant);

/* Items in force or coming, or rows of superiors' lists that wait for an answer, of no department
 * that is there: what their list says of it may be understood later. */
struct store_loose {
    int64_t id;
    struct str code;       /* of the item, name of the list */
    struct str department; /* the list's words, '' if it has none */
    struct str compiler;
};
MUST enum err store_items_loose(struct store_loose **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant);
MUST enum err store_superiors_loose(struct store_loose **out, size_t *count, struct arena *arena,
                                    struct db_tx *tx, struct str tenant);
/* Gives one its department. */
MUST enum err store_item_department(struct db_tx *tx, struct str tenant, int64_t id,
                                    struct str department);
MUST enum err store_superior_department(struct db_tx *tx, struct str tenant, int64_t id,
                                        struct str department);

/* --- lead and partners of joint items (R12) --- */

struct store_item_unit {
    int64_t item;          /* a version, or a row of a superior's list */
    int64_t place;         /* counts from 0 in each */
    struct str role;       /* lead, partner */
    struct str words;      /* what the list says */
    struct str department; /* code; '' while nobody of that name is known */
    struct str name;       /* of that department, else the words */
};
/* Of one item, in their order; of all versions in force or coming, by item and place. */
MUST enum err store_item_units(struct store_item_unit **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t item);
MUST enum err store_item_units_shown(struct store_item_unit **out, size_t *count,
                                     struct arena *arena, struct db_tx *tx, struct str tenant);
/* Those without a department, by item and place. */
MUST enum err store_item_units_open(struct store_item_unit **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx, struct str tenant);
/* Versions that name partners and have no rows yet. */
MUST enum err store_items_unjoined(struct store_item **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, struct str tenant);
/* Makes the rows of an item these; item and place are set here. */
MUST enum err store_item_units_put(struct db_tx *tx, struct str tenant, int64_t item,
                                   struct store_item_unit *units, size_t count);
/* Says who is meant. */
MUST enum err store_item_unit_set(struct db_tx *tx, struct str tenant,
                                  const struct store_item_unit *unit);

/* --- drafts --- */

struct store_draft {
    int64_t id;
    struct str kind; /* new, change, close */
    struct str code; /* of the item, '' while it has none */
    int64_t base;    /* the version it was made from */
    struct str department;
    struct str content; /* JSON */
    struct str reason;
    struct str state;
    int64_t superior; /* the row it was claimed from */
    int64_t item;     /* the version it was published as */
    int32_t effective_on;
    struct str author; /* who saved it last */
    int64_t version;
    int64_t at;
};
/* A new one. */
MUST enum err store_draft_add(struct db_tx *tx, struct str tenant, const struct store_draft *draft);
/* Within reach, else ERR_MISSING. */
MUST enum err store_draft_get(struct store_draft *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, const struct store_reach *reach, int64_t id);
/* In one state, or the open ones ('' : not published, not dropped), oldest first. */
MUST enum err store_drafts(struct store_draft **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, const struct store_reach *reach,
                           struct str state);
/* The open draft of an item: its id, 0 if there is none. */
MUST enum err store_draft_open(int64_t *out, struct db_tx *tx, struct str tenant, struct str code);
/* Overwrites a draft of version draft->version - 1. ERR_CONFLICT if it is another by now. */
MUST enum err store_draft_update(struct db_tx *tx, struct str tenant,
                                 const struct store_draft *draft);
/* How many stand in a state. */
MUST enum err store_draft_count(int64_t *out, struct db_tx *tx, struct str tenant,
                                const struct store_reach *reach, struct str state);

struct store_item_step {
    int64_t id;
    int64_t draft;
    struct str step; /* saved, submitted, returned, approved, published, dropped */
    struct str words;
    struct str actor;
    int64_t at;
};
/* Notes what happened to a draft. */
MUST enum err store_item_step_add(struct db_tx *tx, struct str tenant,
                                  const struct store_item_step *step);
/* Of one draft, oldest first. */
MUST enum err store_item_steps(struct store_item_step **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t draft);

/* --- superiors' lists --- */

struct store_superior {
    int64_t id;
    struct str list;
    struct str state; /* open, claimed, declined */
    struct str reason;
    struct str decided_by;
    int64_t decided_at;
    int64_t draft;
    struct str values[MODEL_ITEM_COUNT];
};
struct store_superior_find {
    struct store_reach reach; /* rows of nobody yet are everybody's */
    struct str state;         /* '' : all */
    struct str list;          /* '' : all */
    struct str like;          /* pattern for category and name, '%' : all */
    int64_t after;            /* id before the first row */
    int64_t most;
};
/* By id. */
MUST enum err store_superiors(struct store_superior **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant,
                              const struct store_superior_find *find);
MUST enum err store_superior_count(int64_t *out, struct db_tx *tx, struct str tenant,
                                   const struct store_superior_find *find);
MUST enum err store_superior_get(struct store_superior *out, struct arena *arena, struct db_tx *tx,
                                 struct str tenant, const struct store_reach *reach, int64_t id);
/* Answers a row: state, reason, decided_*, draft and the department are overwritten. ERR_CONFLICT
 * if it is no longer in the state `from`. */
MUST enum err store_superior_answer(struct db_tx *tx, struct str tenant,
                                    const struct store_superior *row, struct str from);
/* The lists by name: how many rows, how many of them open, claimed, declined. */
struct store_superior_list {
    struct str list;
    int64_t rows;
    int64_t open;
    int64_t claimed;
    int64_t declined;
};
MUST enum err store_superior_lists(struct store_superior_list **out, size_t *count,
                                   struct arena *arena, struct db_tx *tx, struct str tenant,
                                   const struct store_reach *reach);

/* --- checks outside the draw (R17) --- */

struct store_outside {
    int64_t id;
    struct str department;
    struct str object;
    int32_t checked_on;
    struct str source; /* model_sources */
    struct str ground;
    struct str note;
    struct str actor;
    int64_t at;
};
/* Notes one. */
MUST enum err store_outside_add(struct db_tx *tx, struct str tenant,
                                const struct store_outside *row);
/* Those of a year, newest first. */
MUST enum err store_outsides(struct store_outside **out, size_t *count, struct arena *arena,
                             struct db_tx *tx, struct str tenant, const struct store_reach *reach,
                             int year);
/* Drawn visits of a year of which a department within reach has entered a result. */
MUST enum err store_drawn_visits(int64_t *out, struct db_tx *tx, struct str tenant,
                                 const struct store_reach *reach, int year);

#endif
