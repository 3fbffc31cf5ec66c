/* Roles, permissions and scopes: the matrix of who may do what and how far, as data (DESIGN.md
 * section 6, SECURITY.md AC1, AC3). The whole matrix stands in permission.def. */
#ifndef MODEL_PERMISSION_H
#define MODEL_PERMISSION_H

#include "base/field.h"

/* In the order of permission.def's columns. The first three are the 三员. */
enum model_role {
    MODEL_ROLE_SYSTEM,
    MODEL_ROLE_SECURITY,
    MODEL_ROLE_AUDIT,
    MODEL_ROLE_OFFICE,
    MODEL_ROLE_CLERK,
    MODEL_ROLE_REVIEWER,
    MODEL_ROLE_INSPECTOR,
    MODEL_ROLE_EXPERT,
    MODEL_ROLE_VIEWER,
    MODEL_ROLE_COUNT
};

/* How far a permission reaches; larger reaches farther. */
enum model_scope {
    MODEL_SCOPE_NONE,
    MODEL_SCOPE_OWN,        /* what concerns the person */
    MODEL_SCOPE_DEPARTMENT, /* rows of the person's department */
    MODEL_SCOPE_BELOW,      /* and of departments below it */
    MODEL_SCOPE_ALL
};

/* How confidential a record is, and how confidential a record an account may see (安全标记,
 * 可阅等级; SECURITY.md AC7): what is larger is seen by fewer. */
enum model_grade {
    MODEL_GRADE_PUBLIC, /* may be published */
    MODEL_GRADE_INTERNAL,
    MODEL_GRADE_SENSITIVE,
    MODEL_GRADE_COUNT
};

enum model_permission {
#define PERMISSION(id, name, what, grade, ...) MODEL_PERMISSION_##id,
#include "model/permission.def"
#undef PERMISSION
    MODEL_PERMISSION_COUNT
};

struct model_permission_row {
    const char *name;
    const char *what;
    enum model_grade grade; /* a clearance below it does not have the permission */
    enum model_scope scopes[MODEL_ROLE_COUNT];
};

/* The row of a permission. */
const struct model_permission_row *model_permission_row(enum model_permission permission);
/* Codes and names of the roles, by enum model_role; ends with code NULL. */
extern const struct field_word model_roles[];
/* Names of the scopes, by enum model_scope. */
extern const struct field_word model_scopes[];
/* Codes and names of the grades, by enum model_grade; ends with code NULL. */
extern const struct field_word model_grades[];
/* The grade of that code; MODEL_GRADE_COUNT if there is none. */
enum model_grade model_grade_find(struct str code);
/* The role of that code; MODEL_ROLE_COUNT if there is none. */
enum model_role model_role_find(struct str code);
/* Is it one of the three administrators (三员), who hold no second role (AC1)? */
bool model_role_admin(enum model_role role);
/* The farthest scope that any of the roles (a set of bits 1 << role) gives to a person of that
 * clearance. */
enum model_scope model_permission_scope(enum model_permission permission, unsigned roles,
                                        enum model_grade clearance);

#endif
