/* Inside the catalogue: what drafts, publication and superiors' lists share. Not for others. */
#ifndef OFFICE_CATALOGUE_WORK_H
#define OFFICE_CATALOGUE_WORK_H

#include "office/catalogue.h"
#include "office/joint.h"

/* An item's fields out of a draft's JSON, and into it; memory in arena. */
MUST enum err catalogue_parse(struct str values[MODEL_ITEM_COUNT], struct arena *arena,
                              struct str content);
MUST enum err catalogue_content(struct str *out, struct arena *arena,
                                const struct str values[MODEL_ITEM_COUNT]);
/* A draft within the errand's reach. ERR_MISSING with words. */
MUST enum err catalogue_draft(struct store_draft *out, struct errand *e, struct db_tx *tx,
                              int64_t id);
struct catalogue_kept {
    struct str partners;
    struct str labels;
};
/* The form of all fields: normalises them, completes compiler and cap, resolves departments. kept:
 * partners and labels that may stay though registry and vocabulary do not know them. */
MUST enum err catalogue_judge(struct errand *e, struct db_tx *tx,
                              struct str values[MODEL_ITEM_COUNT],
                              const struct catalogue_kept *kept);

/* The check form: one that is named by its code must be in force, and gives its title; a name that
 * a form in force has becomes a link to it. ERR_INPUT at form_code. */
MUST enum err catalogue_form(struct errand *e, struct db_tx *tx,
                             struct str values[MODEL_ITEM_COUNT]);
/* Lets go of a form that is no longer in force; its name stays. */
MUST enum err catalogue_form_loosen(struct errand *e, struct db_tx *tx,
                                    struct str values[MODEL_ITEM_COUNT]);

/* A step of a draft and its audit row. */
struct catalogue_change {
    const char *action;
    const char *step;
    struct str words;
    struct str before;
    struct str after;
};
MUST enum err catalogue_step(struct errand *e, struct db_tx *tx, struct store_draft *draft,
                             const struct catalogue_change *change);

#endif
