/* The catalogue of inspection items (抽查事项清单) as it is worked on: R1-R12, R16-R18, R22.
 *
 * An item changes only by a draft: saved by a department, submitted, reviewed by somebody who never
 * had a hand in it (R11), published with the day from which it holds (R7). A version that was
 * published is never changed; tasks keep the one they were made with. A superior's list (R10) is
 * answered row by row: claimed, which makes a draft, or declined with a reason.
 *
 * The errand's scope says whose drafts and rows are there at all: everything, or those of the own
 * department; the others are ERR_MISSING. */
#ifndef OFFICE_CATALOGUE_H
#define OFFICE_CATALOGUE_H

#include "office/office.h"
#include "store/catalogue.h"

/* --- items --- */

/* What is in force, coming or closed, in the order of the tree: department, category, item. */
MUST enum err office_items(struct store_item **out, size_t *count, struct errand *e);
/* All versions of one, newest first. ERR_MISSING. */
MUST enum err office_item(struct store_item **out, size_t *count, struct errand *e,
                          struct str code);

/* Lead and partners (R12) of a version or of a superior's row that the person sees; of item 0: of
 * all versions in force or coming, by item. */
MUST enum err office_item_units(struct store_item_unit **out, size_t *count, struct errand *e,
                                int64_t item);
/* Those of one item among all; *found gets how many. */
const struct store_item_unit *office_item_units_of(size_t *found,
                                                   const struct store_item_unit *units,
                                                   size_t count, int64_t item);

/* Departments without an item in force, joint items in force, departments without inspectors, and
 * by which day of the year each is to be there (R9, R33): MM-DD. */
struct office_catalogue_gap {
    int64_t departments;
    struct str until;
    int64_t joint;
    struct str joint_until;
    int64_t bare;
    struct str registry_until;
};
MUST enum err office_catalogue_gap(struct office_catalogue_gap *out, struct errand *e);

/* The upper limit of a general item's ratio that the place sets (R5), with its legal basis. */
struct office_item_limit {
    uint64_t num;
    uint64_t den;
    struct str value; /* NUM/DEN */
    struct str basis;
};
MUST enum err office_item_limit(struct office_item_limit *out, struct errand *e, struct db_tx *tx);
/* How a cap above it is refused: the limit's value and its basis. */
#define OFFICE_ITEM_CAP_WORDS                                                                      \
    "一般检查事项的抽查比例上限不得高于 %.*s（设置 item.general-cap，依据：%.*s）"
/* Completes an item's cap: a key item has none, which is 1/1 (R4); a general one without, '' or
 * 0/1, gets the limit (R5). *above: it has one of its own above the limit; the caller refuses it.
 */
MUST enum err office_item_cap(bool *above, struct str values[MODEL_ITEM_COUNT],
                              const struct office_item_limit *limit);

/* --- drafts --- */

struct office_draft {
    struct store_draft row;
    struct str values[MODEL_ITEM_COUNT];
    struct str department_name;
    struct store_item base; /* the version it was made from; id 0 if there is none */
};
/* In a state, or the open ones (''). */
MUST enum err office_drafts(struct office_draft **out, size_t *count, struct errand *e,
                            struct str state);
/* One with its steps. ERR_MISSING. */
MUST enum err office_draft_get(struct office_draft *out, struct errand *e, int64_t id);
MUST enum err office_draft_steps(struct store_item_step **out, size_t *count, struct errand *e,
                                 int64_t id);
/* How many stand in a state. */
MUST enum err office_draft_count(int64_t *out, struct errand *e, struct str state);

/* What is typed. A draft of id 0 is begun: kind new, or change and close with the item's code. */
struct office_draft_edit {
    int64_t id;
    int64_t version;
    struct str kind;
    struct str code;
    struct str reason;
    struct str values[MODEL_ITEM_COUNT]; /* as a person writes them */
};
/* Saves a draft: the form of each field is checked, nothing need be complete. The department is the
 * person's own; who reaches all names one. ERR_INPUT with the field; ERR_STATE for a draft that is
 * no longer open for changes or an item that has another open draft; ERR_CONFLICT. */
MUST enum err office_draft_save(int64_t *id, struct errand *e,
                                const struct office_draft_edit *edit);
/* Hands a draft in for review: now it must be complete (R2, R5). */
MUST enum err office_draft_submit(struct errand *e, int64_t id, int64_t version);
/* Takes a draft back that is not published. */
MUST enum err office_draft_drop(struct errand *e, int64_t id, int64_t version);
/* Agrees, or returns the draft with words (R11). ERR_FORBIDDEN for whoever wrote or submitted it.
 */
struct office_item_review {
    int64_t id;
    int64_t version;
    bool agree;
    struct str words;
};
MUST enum err office_draft_review(struct errand *e, const struct office_item_review *review);

/* --- publication --- */

/* Publishes reviewed drafts, all or none; they hold from a day on that is not past. */
struct office_item_publish {
    const int64_t *ids;
    size_t count;
    int32_t effective_on;
    struct str words; /* number of the document, may be empty */
};
MUST enum err office_items_publish(struct errand *e, const struct office_item_publish *publish);
/* Takes back a version that is published but not in force yet, with a reason. */
MUST enum err office_item_withdraw(struct errand *e, struct str code, struct str reason);
/* Lets begin and end what is due today; *moved says how many. Once a day. */
MUST enum err office_items_follow(uint64_t *moved, struct errand *e);

/* --- superiors' lists (R10) --- */

/* May a list be called so? ERR_INPUT at the field list. */
MUST enum err office_superior_name(struct errand *e, struct str list);

/* The lists by name with the counts of the rows that are the person's or not handed out yet; a
 * list with none is left out. */
MUST enum err office_superior_lists(struct store_superior_list **out, size_t *count,
                                    struct errand *e);
/* Rows that match; find->reach is set here. total may be NULL. */
MUST enum err office_superiors(struct store_superior **out, size_t *count, int64_t *total,
                               struct errand *e, struct store_superior_find *find);
MUST enum err office_superior_get(struct store_superior *out, struct errand *e, int64_t id);
/* Answers open rows, all or none. ERR_STATE names the first that is answered already. */
struct office_superior_answer {
    const int64_t *ids;
    size_t count;
    struct str department; /* whose they become; for those who reach only one, his own */
    struct str reason;     /* of declining; of handing on */
};
/* 认领: each becomes a draft, a change of the department's own item of that category and name where
 * there is one. An item that says the same already is linked and makes no draft. */
MUST enum err office_superior_claim(struct errand *e, const struct office_superior_answer *answer);
/* Not ours, with a reason. */
MUST enum err office_superior_decline(struct errand *e,
                                      const struct office_superior_answer *answer);
/* Hands rows to a department (again): open, whatever they were but claimed. For who reaches all. */
MUST enum err office_superior_assign(struct errand *e, const struct office_superior_answer *answer);

/* --- checks outside the draw (R17) --- */

struct office_outside {
    struct str department;
    struct str object;
    int32_t checked_on;
    struct str source; /* model_sources, but the plan */
    struct str ground;
    struct str note;
};
/* Notes one; the department is the person's own, or named by who reaches all. ERR_INPUT. */
MUST enum err office_outside_add(struct errand *e, const struct office_outside *outside);
/* Those of a year, and how many objects were visited by draw in it. */
MUST enum err office_outsides(struct store_outside **out, size_t *count, int64_t *drawn,
                              struct errand *e, int year);

#endif
