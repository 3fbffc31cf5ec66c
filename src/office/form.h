/* Check forms (检查表): documents of kind form that are published. An item names one by the
 * document's code; which version is filled in on site is that in force when the work begins. */
#ifndef OFFICE_FORM_H
#define OFFICE_FORM_H

#include "office/office.h"
#include "store/catalogue.h"
#include "store/document.h"

/* All that are in force, by title: for choices. They are public, hence bound to no scope. */
MUST enum err office_forms(struct store_form **out, size_t *count, struct errand *e);
/* Items in force or coming that name a form, by code. */
MUST enum err office_form_items(struct store_item **out, size_t *count, struct errand *e,
                                struct str code);

/* --- within the room --- */

/* The form of that code; NULL where none is in force. */
const struct store_form *form_coded(const struct store_form *forms, size_t count, struct str code);
/* The form that a department means by a name: its own of that title, else the only one there is;
 * NULL where none or several have it. */
const struct store_form *form_named(const struct store_form *forms, size_t count, struct str title,
                                    struct str department);

#endif
