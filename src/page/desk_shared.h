/* What several pages of the registries share: forms and histories read off a resource's own
 * description (model/resource.h). */
#ifndef PAGE_DESK_SHARED_H
#define PAGE_DESK_SHARED_H

#include "office/attachment.h"
#include "office/commission.h"
#include "office/document.h"
#include "office/vocabulary.h"
#include "page/desk_list.h"
#include "store/history.h"

/* One field of a form, its kind after the field's: a dictionary is a select (codes), a date a date,
 * long text an area. */
struct web_value *desk_form_model(struct desk_form *form, const struct field *field,
                                  struct str value);
/* Fills a text field from the vocabulary for a subject (R27). */
MUST enum err desk_form_vocabulary(struct desk_form *form, struct web_value *field,
                                   const char *subject);
/* A field with the departments within reach as its choices; chosen already where there is one. */
MUST enum err desk_form_departments(struct desk_form *form, const struct desk_field *field,
                                    struct str value);
/* What was typed for each field of a resource. */
void desk_typed(struct str *values, const struct web_request *request,
                const struct resource *resource);
/* The list "changes" ({{>desk_changes}}): who changed what when and why, newest first; personal
 * numbers masked, codes in words. */
void desk_changes(struct page *p, const struct resource *resource,
                  const struct store_object_change *changes, size_t count);
/* The words of a list that the vocabulary for a subject does not know, as the list unknowns of a
 * row
 * ({{>desk_unknown}}): word, and href for who may add it. */
void desk_unknown(struct page *p, struct web_value *row, struct str list,
                  const struct vocabulary *v);
/* A value of a row as people read it: codes in words, divisions by name. */
struct str desk_value(struct page *p, const struct field *field, struct str value);
/* Divisions of a list (areas) by name, joined by 、; with codes where a name alone is not clear. */
struct str desk_areas(struct page *p, struct str areas);
/* Sends a file that was just written as a download and removes it. */
MUST enum err desk_send_file(struct web_reply *reply, struct page *p, const char *path,
                             struct str name);
/* The conditions of the list of commissions as they stand in a request's parameters. */
struct office_commission_find desk_commission_find(const struct web_request *request);
/* The documents that fit the list's conditions and that the person may see. */
MUST enum err desk_documents_found(struct office_document **out, size_t *count, struct page *p,
                                   const struct web_request *filter);
/* Where an export is written before it is sent (desk_send_file); its folder is made. */
MUST enum err desk_export_path(const char **path, struct page *p, const char *ending);
/* Was a file scanned for viruses, and when: in words. */
struct str desk_scanned(struct page *p, int64_t at);
/* The select of a form with the grades (安全标记, AC7) that the person may give; value: a code. */
void desk_form_grade(struct desk_form *form, struct str value, const char *hint);
/* The same in the form of a new row of a register (NULL: of a commission). */
MUST enum err desk_form_grade_first(struct desk_form *form,
                                    const struct office_register_kind *registered);
/* The same grades as the choices of a list's filter "grade". */
void desk_list_grades(struct desk_list *list);
/* The same as the list `name` of the model's root: value, text, on (the code `chosen`); those above
 * `from` and that one alone. */
void desk_grades(struct page *p, const char *name, enum model_grade from, struct str chosen);
/* {{>desk_grade}}: how confidential a record is, and the form by which that is changed for who may.
 */
void desk_grade_show(struct page *p, int64_t grade, struct str href, bool may);
/* A tag in a list's first cell for a record that is not internal, as most are. */
void desk_list_grade(struct desk_list *list, int64_t grade);
/* The list "files" ({{>desk_files}}) with links below base. */
void desk_files(struct page *p, const struct store_attachment *files, size_t count,
                struct str base);
/* Takes the file of the form (WEB_UPLOAD) to its place. */
MUST enum err desk_file_add(struct page *p, const struct office_attachment_place *place);
/* Sends an attachment as a download; the number of its row is the capture "file". */
MUST enum err desk_file_send(struct web_reply *reply, struct page *p,
                             const struct office_attachment_place *place);
/* Sends the original of a picture (IN10), likewise. */
MUST enum err desk_file_original(struct web_reply *reply, struct page *p,
                                 const struct office_attachment_place *place);

#endif
