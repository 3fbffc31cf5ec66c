/* The grades (安全标记) of rows of the registers, commissions and special libraries (SECURITY.md
 * AC7); documents have steps of their own (office/document.h). A new row is graded as it says
 * itself, else as the settings say, at most as the one who enters it is cleared; a file may raise a
 * grade of registers and commissions. */
#ifndef OFFICE_GRADE_H
#define OFFICE_GRADE_H

#include "office/register.h"

struct office_grading {
    const struct office_register_kind *registered; /* NULL: a commission, or a library */
    int64_t row;
    struct str grade; /* code of model_grades */
    struct str reason;
    bool library; /* a special library, not a commission */
};
/* Grades a row anew, within e->scope and clearance (ERR_MISSING). ERR_INPUT at the field grade (no
 * such code, above his clearance) or reason (none, where it is lowered); ERR_STATE where nothing
 * changes. Audited with what held before; the same key again does nothing. */
MUST enum err office_grade(struct errand *e, const struct office_grading *to);

/* The grade with which the person's new row of that register begins (NULL: a commission), for the
 * form; e->fault stays. */
MUST enum err office_grade_first(enum model_grade *out, struct errand *e,
                                 const struct office_register_kind *registered);

#endif
