/* Files handed in with documents, commissions and rows of the registers (SECURITY.md IN9): PDF,
 * .xlsx, PNG and JPEG, told by content and checked against their own structure; named by digest,
 * given out as downloads only. Of a picture everybody gets a copy without anything but its pixels
 * (IN10), the original stays sealed. A document's files belong to a version and change only while
 * that is a draft. */
#ifndef OFFICE_ATTACHMENT_H
#define OFFICE_ATTACHMENT_H

#include "office/document.h"
#include "office/register.h"

/* What a file is, by its content: ERR_UNSUPPORTED with words for anything but the four kinds, for
 * one that is damaged or carries what runs (macros, scripts), or that its name belies. */
MUST enum err office_attachment_kind(const char **kind, struct str bytes, struct str name,
                                     struct fault *fault);
/* Media type and ending of a kind. */
const char *office_attachment_type(struct str kind);

/* Where a file goes: a document by its code, else a row of a register or a commission by its id. */
struct office_attachment_place {
    struct str document;
    const struct office_register_kind *registered; /* whose row is meant; NULL: a commission */
    int64_t row;
    const struct office_document_reach *reach; /* who looks at the document; NULL: the public */
    struct str
        grade; /* of a file that is added, where higher than its owner's: code of model_grades */
};
struct office_attachment_file {
    const char *path; /* stays where it is */
    struct str name;
};
/* Adds one, within e->scope (of editing), graded at most as he is cleared (AC7). ERR_LIMIT over the
 * setting, ERR_STATE for a version that is no draft and for a row that was withdrawn, and where the
 * virus scanner or the program for pictures is not to be had; ERR_UNSUPPORTED for what is not taken
 * (office_attachment_kind, office_picture_copy, office_scan). */
MUST enum err office_attachment_add(struct errand *e, const struct office_attachment_place *place,
                                    const struct office_attachment_file *file);
/* Takes one away, within e->scope; its bytes are kept. ERR_MISSING. */
MUST enum err office_attachment_remove(struct errand *e,
                                       const struct office_attachment_place *place, int64_t id);
/* The files of a commission or of a register's row, within e->scope. */
MUST enum err office_attachments(struct store_attachment **out, size_t *count, struct errand *e,
                                 const struct office_attachment_place *place);
/* One to be given out, with the path of its bytes: of a commission or a register's row within
 * e->scope, or of a document's version that place->reach may see. ERR_MISSING; ERR_STATE for a
 * picture that came in before copies were made. */
MUST enum err office_attachment_open(struct store_attachment *out, const char **path,
                                     struct errand *e, const struct office_attachment_place *place,
                                     int64_t id);
/* Appends the original of a picture, within e->scope of editing (place->reach is not asked), and
 * notes in the audit who took it. ERR_MISSING also for files that are no pictures. */
MUST enum err office_attachment_original(struct store_attachment *out, struct buf *bytes,
                                         struct errand *e,
                                         const struct office_attachment_place *place, int64_t id);

#endif
