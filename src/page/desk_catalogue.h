/* The workbench's pages of the catalogue: items and their versions, drafts, superiors' lists,
 * checks outside the draw. */
#ifndef PAGE_DESK_CATALOGUE_H
#define PAGE_DESK_CATALOGUE_H

#include "office/catalogue.h"
#include "page/desk_shared.h"

extern const struct field_word desk_draft_kinds[];
extern const struct field_word desk_draft_states[];

/* The fields of an item as list `fields` of an object: label, text, where a version before it says
 * something else, that as `before` and the flag changed, and labels that the vocabulary does not
 * know as `unknown`. */
void desk_item_fields(struct page *p, struct web_value *object, const struct str *values,
                      const struct str *before, const struct vocabulary *words);
/* How many objects, of those that the person may see, an item of these labels applies to (R22), as
 * has_objects and objects, with the flag unlabelled where that is every one. */
MUST enum err desk_item_objects(struct page *p, const struct str *values);
/* Lead and partners of a joint item as the flag joint and the lists leads and partners ({{>
 * desk_item_units}}): name, href of the department's page where he may open it, loose. */
MUST enum err desk_item_units(struct page *p, int64_t item);
/* The departments as choices of a select; the first is an empty one with these words. */
MUST enum err desk_department_options(struct desk_form *form, struct web_value *field,
                                      const char *none);

web_handler desk_items, desk_item, desk_item_withdraw, desk_joint, desk_drafts, desk_draft,
    desk_draft_new, desk_draft_edit, desk_draft_submit, desk_draft_drop, desk_draft_review,
    desk_drafts_publish, desk_superior, desk_superior_row, desk_superior_claim,
    desk_superior_decline, desk_superior_assign, desk_outside, desk_outside_new;

#endif
