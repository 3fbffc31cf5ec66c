/* How far a person sees, in SQL: the one clause by which every statement of the workbench is bound
 * to departments (SECURITY.md AC6). In a statement under it $1 is the tenant, $2 and $3 are the
 * reach; a row outside of it does not exist for the statement. */
#ifndef STORE_REACH_H
#define STORE_REACH_H

#include "base/str.h"

/* A reach of zero is nothing at all. */
struct store_reach {
    bool all;         /* every department, and rows of none */
    struct str codes; /* of departments: \x1F before each and behind the last, else empty */
};

/* The condition on a column of department codes. No code holds the separator, and none is a
 * pattern: the codes are compared byte by byte. */
#define STORE_REACH(column) "($2 = 1 OR REPLACE($3, '\x1F' || " column " || '\x1F', '') <> $3)"

/* $2 and $3. */
#define STORE_REACH_ARGS(reach) db_int((reach)->all ? 1 : 0), db_text((reach)->codes)

#endif
