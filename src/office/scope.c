/* Who may see a row: see scope.h. */
#include "office/scope.h"

bool office_scope_department(const struct office_scope *scope, struct str department)
{
    if (scope->level == MODEL_SCOPE_ALL)
        return true;
    if (scope->level != MODEL_SCOPE_DEPARTMENT && scope->level != MODEL_SCOPE_BELOW)
        return false;
    for (size_t i = 0; i < scope->department_count; i++)
        if (str_eq(scope->departments[i], department))
            return true;
    return false;
}

bool office_scope_inspector(const struct office_scope *scope, struct str department,
                            struct str inspector)
{
    if (scope->level == MODEL_SCOPE_OWN)
        return scope->inspector.len > 0 && str_eq(scope->inspector, inspector);
    return office_scope_department(scope, department);
}
