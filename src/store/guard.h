/* The second net beneath the reach (SECURITY.md AC6), on PostgreSQL alone: what row-level security
 * shows of each table of business rows within the errand of a person whose reach is not all
 * (db_read_within), so that a statement whose clause (store/reach.h) is missing or wrong shows no
 * row of another department. tools/check.py holds the list against that of the tables. */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include "db/db.h"

enum { STORE_GUARDS = 43 };
extern const struct db_guard store_guards[STORE_GUARDS];

#endif
