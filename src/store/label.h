/* Labels: the controlled vocabulary (R27), which object bears which, and who else is responsible
 * for an object (R24). */
#ifndef STORE_LABEL_H
#define STORE_LABEL_H

#include "store/object.h"

/* A word of the vocabulary. */
struct store_label {
    int64_t id;
    struct str word;
    struct str theme;   /* the group it is listed in */
    struct str subject; /* objects or inspectors */
    struct str state;   /* active or closed */
    int64_t job;        /* changes with each change of the row */
    int64_t at;
    int64_t used; /* objects within the reach that bear it; only store_labels counts */
};
/* The vocabulary for a subject by theme and word, closed words too: the words are for all, their
 * uses are counted within the reach. */
MUST enum err store_labels(struct store_label **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, struct str tenant, const struct store_reach *reach,
                           struct str subject);
/* One word. ERR_MISSING. */
MUST enum err store_label_get(struct store_label *out, struct arena *arena, struct db_tx *tx,
                              struct str tenant, int64_t id);
MUST enum err store_label_find(struct store_label *out, struct arena *arena, struct db_tx *tx,
                               const struct store_label *word, struct str tenant);
/* Adds a word; ERR_DUPLICATE. Changes theme and state of one that still carries the job `was`:
 * ERR_CONFLICT. */
MUST enum err store_label_add(struct db_tx *tx, struct str tenant, const struct store_label *label);
MUST enum err store_label_save(struct db_tx *tx, struct str tenant, const struct store_label *label,
                               int64_t was);

/* Takes the next word off a list separated by 、; false when none is left. Is a word in it? */
bool store_label_next(struct str *word, struct str *rest);
bool store_label_in(struct str list, struct str word);
/* The list with the word at its end, or without it. */
MUST enum err store_label_list(struct str *out, struct arena *arena, struct str list,
                               struct str word, bool remove);
/* R22: an item applies to objects in being (state active, as draws have it): without labels to
 * every one, else to those that bear one of its labels. */
bool store_label_applies(struct str item, struct str state, struct str object);

/* Makes the label rows of an object equal to a list of words separated by 、. */
MUST enum err store_object_labels_put(struct db_tx *tx, struct str tenant, int64_t object,
                                      struct str labels);
/* Gives many objects the same new list of labels; takes the label row of a word from many; adds it
 * to many that have none: after the removal, and no other statement of the caller in between. */
MUST enum err store_object_labels_set(struct db_tx *tx, const struct store_stamp *stamp,
                                      const struct store_ids *objects, struct str labels);
MUST enum err store_object_label_remove(struct db_tx *tx, struct str tenant,
                                        const struct store_ids *objects, struct str word);
MUST enum err store_object_label_add(struct db_tx *tx, struct str tenant,
                                     const struct store_ids *objects, struct str word);
/* Objects that a job wrote and that have labels, by id from behind `after`. */
struct store_object_labels {
    int64_t id;
    struct str labels;
};
MUST enum err store_object_labels_of_job(struct store_object_labels **out, size_t *count,
                                         struct arena *arena, struct db_tx *tx,
                                         const struct store_stamp *stamp, int64_t after);
/* Adds the label rows of objects that have none yet in one bulk load. */
MUST enum err store_object_labels_load(struct db_tx *tx, struct str tenant,
                                       const struct store_object_labels *rows, size_t count);

/* Is there a department of that code in force? */
MUST enum err store_department_known(bool *known, struct db_tx *tx, struct str tenant,
                                     struct str code);
/* An object's further departments: codes in arena, by code. */
MUST enum err store_object_departments(struct str **out, size_t *count, struct arena *arena,
                                       struct db_tx *tx, struct str tenant, int64_t object);
/* Adds or removes one; *changed is false where it was so already. */
MUST enum err store_object_department_add(bool *changed, struct db_tx *tx, struct str tenant,
                                          int64_t object, struct str department);
MUST enum err store_object_department_remove(bool *changed, struct db_tx *tx, struct str tenant,
                                             int64_t object, struct str department);

#endif
