/* What readers of the portal tell the office (R114): it comes in from everybody, is read and
 * handled within a scope. Contacts are masked in every answer but office_feedback_reveal. Whose it
 * is follows from the number that the reader named: the organiser of that draw, the department of
 * that task or object; what names none of them belongs to nobody, which only a scope of everything
 * holds. */
#ifndef OFFICE_FEEDBACK_H
#define OFFICE_FEEDBACK_H

#include "base/field.h"
#include "office/office.h"
#include "store/feedback.h"

/* Codes and words: new, working, done. */
extern const struct field_word office_feedback_states[];

/* Stores a reader's words as new: text must be there, at most 2,000 bytes; subject and contact,
 * both optional, at most 200 each. ERR_INPUT. */
struct office_feedback_words {
    struct str subject;
    struct str text;
    struct str contact;
};
MUST enum err office_feedback_add(struct errand *e, const struct office_feedback_words *words);

/* A page of them, newest first, and how many there are. */
struct office_feedbacks {
    struct store_feedback *rows;
    size_t count;
    int64_t total;
    struct store_sides sides;
};
/* find: its reach is set here. */
MUST enum err office_feedbacks(struct office_feedbacks *out, struct errand *e,
                               struct store_feedback_find find);
/* How many in a state. */
MUST enum err office_feedback_count(int64_t *out, struct errand *e, struct str state);
/* One of them. ERR_MISSING outside the scope. */
MUST enum err office_feedback_get(struct store_feedback *out, struct errand *e, int64_t id);
/* The same with its contact in full, as office_unmask does. ERR_MISSING, ERR_INPUT, ERR_RATE. */
MUST enum err office_feedback_reveal(struct store_feedback *out, struct errand *e, int64_t id,
                                     struct str reason);

/* Says how far it is: working or done, with a note of what is being or was done. ERR_MISSING
 * outside the scope; ERR_INPUT with the field; ERR_STATE where somebody wrote meanwhile. */
struct office_feedback_step {
    int64_t id;
    struct str state;
    struct str note;
    int64_t seen; /* handled_at as the person saw it */
};
MUST enum err office_feedback_handle(struct errand *e, const struct office_feedback_step *step);

#endif
