/* Inside the sheet room only: expat made safe for files of strangers (SECURITY.md IN5). */
#ifndef SHEET_XML_H
#define SHEET_XML_H

#include "base/err.h"
#include "base/str.h"

#include <expat.h>

/* A parser and how it fares. First member of what its handlers get as user data. */
struct xml {
    XML_Parser parser;
    enum err err; /* the first error a handler or expat reported */
    struct fault *fault;
    const char *what; /* which part, for messages */
    unsigned depth;
    bool suspended; /* a handler asked for a pause (xml_pause) */
    uint64_t fed;
    XML_StartElementHandler start;
    XML_EndElementHandler end;
};

/* Makes a parser whose handlers are given `x` as user data: a document type declaration stops it
 * with ERR_DOCTYPE, nesting over 64 with ERR_FORMAT. encoding NULL: as the document says. text may
 * be NULL. ERR_MEMORY. Freed by xml_close. */
MUST enum err xml_open(struct xml *x, const char *encoding, XML_StartElementHandler start,
                       XML_EndElementHandler end, XML_CharacterDataHandler text);
void xml_close(struct xml *x);
/* Parses the next piece; `last` ends the document. ERR_OK also when paused. A single tag over 1 MiB
 * is ERR_LIMIT. */
MUST enum err xml_feed(struct xml *x, struct str piece, bool last);
/* Goes on after a pause. */
MUST enum err xml_resume(struct xml *x);
/* For handlers: stop with an error; pause after this handler. */
void xml_fail(struct xml *x, enum err err);
void xml_pause(struct xml *x);

/* The part of a name behind its prefix. */
const char *xml_local(const char *name);
/* The value of the attribute of this local name, NULL if absent. */
const char *xml_attr(const char **attrs, const char *local);

#endif
