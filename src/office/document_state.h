/* How a version of a document stands; private to the room. */
#ifndef OFFICE_DOCUMENT_STATE_H
#define OFFICE_DOCUMENT_STATE_H

#include "office/document.h"

/* Is the version in that state? */
bool document_in(const struct store_version *v, const char *state);
/* Was it published, whatever became of it? */
bool document_was_public(const struct store_version *v);

#endif
