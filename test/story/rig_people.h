/* People of a story: accounts with a department and a role, and errands in their names as the
 * workbench's guard would make them. */
#ifndef TEST_STORY_RIG_PEOPLE_H
#define TEST_STORY_RIG_PEOPLE_H

#include "rig_office.h"

#include "model/permission.h"

/* Departments A 甲局, B 乙局 under A, C 丙局; cheap password hashes. */
void people_house(struct story *s);
/* An account of that name in a department ("" for none) with a role; its id. */
int64_t people_add(struct story *s, const char *name, const char *department, enum model_role role);
/* The errand of an account, now, with the scope of a permission; no key. */
struct errand *people_as(struct story *s, int64_t account, enum model_permission permission);

#endif
