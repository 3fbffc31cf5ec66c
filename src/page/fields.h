/* Which fields the form of each POST route may hold: one description for all of them, and one place
 * where a form that was sent is held against it, before its handler runs (SECURITY.md AC5). A field
 * that no form of the route has is refused (400), as is one that only others may fill in (403);
 * then nothing is done. No row, no form: a new POST route needs its row here. */
#ifndef PAGE_FIELDS_H
#define PAGE_FIELDS_H

#include "base/err.h"
#include "base/field.h"
#include "model/permission.h"
#include "web/request.h"

struct fields_row {
    const char *route; /* its name */
    const char *own;   /* names, a blank between; at its end # stands for digits, * for anything */
    const struct resource *of; /* whose fields it has as well; NULL: none */
    const char *before;        /* what stands before their names; NULL: nothing */
    const char *but;           /* those that it does not have, a blank between; NULL: it has all */
};
/* Ends with route NULL. */
extern const struct fields_row fields_rows[];

/* A field that a form shows to some only: those whose permission reaches that far. */
struct fields_limit {
    const char *route;
    const char *field;
    enum model_permission permission;
    enum model_scope scope;
};
/* Ends with route NULL. */
extern const struct fields_limit fields_limits[];

/* The row of a route; NULL where it has none. */
const struct fields_row *fields_find(const struct web_route *route);
/* May the route's form have a field of that name, whoever sends it? */
bool fields_known(const struct web_route *route, struct str name);
/* Puts a refusal of the person behind a request into the audit, under the name of its route. */
MUST enum err fields_denied(const struct web_request *request, const char *route,
                            const struct fault *fault);
/* May a person of these roles (bits 1 << role) fill it in? */
bool fields_open(const struct web_route *route, struct str name, unsigned roles,
                 enum model_grade clearance);

#endif
