/* The controlled vocabulary (标签字库, R27) as texts are checked against it: labels of items by the
 * words for objects, specialities of people by those for inspectors. A place that has no word for a
 * subject yet has nothing to check by: every word passes. */
#ifndef OFFICE_VOCABULARY_H
#define OFFICE_VOCABULARY_H

#include "office/office.h"

/* The words in use for a subject (model_label_subjects), in order. */
struct vocabulary {
    struct str subject;
    struct str *words;
    size_t count;
    size_t cap;
};
/* Reads them; memory in arena. */
MUST enum err vocabulary_load(struct vocabulary *out, struct arena *arena, struct errand *e,
                              struct db_tx *tx, const char *subject);
/* The same for a page, in the errand's arena. */
MUST enum err office_vocabulary(struct vocabulary *out, struct errand *e, const char *subject);
/* Is the word known, or nothing to check by? */
bool vocabulary_has(const struct vocabulary *v, struct str word);
/* The next word of a list that is unknown and not among `kept`; false when none is left. */
bool vocabulary_unknown(struct str *word, struct str *rest, const struct vocabulary *v,
                        struct str kept);
/* The known word that is most like one: the nearest in length of those that hold it or that it
 * holds, else the one with the fewest characters changed, at most half of them; empty if none. */
struct str vocabulary_nearest(const struct vocabulary *v, struct str word);
/* What is said of an unknown word, in arena: that it is unknown and which is nearest. */
struct str vocabulary_words(struct arena *arena, const struct vocabulary *v, struct str word);

#endif
