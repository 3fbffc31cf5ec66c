/* Pictures from outside (SECURITY.md IN10): the original is kept as evidence, sealed with
 * keys/seal.key and bound to its SHA-256; what is shown or given out is a copy that holds nothing
 * but pixels, made by the caged program sunlot-picture (picture/picture.h). */
#ifndef OFFICE_PICTURE_H
#define OFFICE_PICTURE_H

#include "office/office.h"

struct office_picture {
    struct str original; /* SHA-256, hex */
    struct str sealed;   /* blob of the sealed original, its SHA-256 in hex */
};

/* Is a kind of file (office/attachment.h) a picture? */
bool office_picture_is(struct str kind);
/* Appends the copy of the JPEG or PNG at path. ERR_UNSUPPORTED with words at the field "file" for
 * one that is damaged, too large, in colours that pages cannot show, or takes too long; ERR_STATE
 * where the program is missing or the system gives it no cage. */
MUST enum err office_picture_copy(struct buf *copy, struct errand *e, const char *path);
/* Seals the original and keeps it as a blob. */
MUST enum err office_picture_seal(struct office_picture *out, struct errand *e, struct str bytes);
/* Appends the original. ERR_DAMAGED when the blob is not what was sealed. */
MUST enum err office_picture_open(struct buf *out, struct errand *e,
                                  const struct office_picture *picture);

#endif
