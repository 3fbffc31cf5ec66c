/* How far a person sees, in SQL: the one clause by which every statement of the workbench is bound
 * to departments (SECURITY.md AC6). In a statement under it $1 is the tenant, $2 and $3 are the
 * reach; a row outside of it does not exist for the statement. */
#ifndef STORE_REACH_H
#define STORE_REACH_H

#include "base/str.h"
#include "db/db.h"

/* How a statement begins that reads beyond the reach on purpose, within the errand of a person
 * whose reach is not all: on PostgreSQL the second net (store/guard.h) lets it through. Which ones
 * may, and why, stands in tools/reachrules.py; the build fails where the two differ. */
#define STORE_WHOLE DB_WHOLE

/* What is beside the reach (SECURITY.md AC7): a record is there for those alone whose clearance
 * (the parameter) its grade is not above. */
#define STORE_CLEARED(grade, parameter) " AND " grade " <= " parameter

/* A reach of zero is nothing at all. */
struct store_reach {
    bool all;         /* every department, and rows of none */
    struct str codes; /* of departments: \x1F before each and behind the last, else empty */
};

/* The condition on a column of department codes. No code holds the separator, and none is a
 * pattern: the codes are compared byte by byte. */
#define STORE_REACH(column) "($2 = 1 OR REPLACE($3, '\x1F' || " column " || '\x1F', '') <> $3)"

/* The same of an object o: its department, or one of its further ones. */
#define STORE_REACH_OBJECT                                                                         \
    "(" STORE_REACH(                                                                               \
        "o.department") " OR EXISTS (SELECT 1 FROM object_department d"                            \
                        " WHERE d.tenant = o.tenant AND d.object = o.id AND " STORE_REACH(         \
                            "d.department") "))"

/* Keys behind the reach: so many at once, the last one again and again where there are fewer. */
enum { STORE_REACH_KEYS = 100 };
#define STORE_REACH_IN                                                                             \
    "($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, "        \
    "$22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, "             \
    "$38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, "             \
    "$54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, $67, $68, $69, "             \
    "$70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81, $82, $83, $84, $85, "             \
    "$86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100, $101, "           \
    "$102, $103)"

/* $2 and $3. */
#define STORE_REACH_ARGS(reach) db_int((reach)->all ? 1 : 0), db_text((reach)->codes)

#endif
