/* Who may see a row: see scope.h. */
#include "office/scope.h"

/* The i-th department that a scope of departments holds: his own, then those below it. */
static bool scope_next(struct str *out, const struct office_scope *scope, size_t i)
{
    bool below = scope->level == MODEL_SCOPE_BELOW;
    if (!below && scope->level != MODEL_SCOPE_DEPARTMENT)
        return false;
    if (i > 0 && (!below || i > scope->department_count))
        return false;
    *out = i == 0 ? scope->department : scope->departments[i - 1];
    return true;
}

bool office_scope_department(const struct office_scope *scope, struct str department)
{
    struct str held;
    if (scope->level == MODEL_SCOPE_ALL)
        return true;
    for (size_t i = 0; department.len > 0 && scope_next(&held, scope, i); i++)
        if (str_eq(held, department))
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

bool office_scope_cleared(const struct office_scope *scope, int64_t grade)
{
    return grade <= (int64_t)scope->clearance;
}

bool office_scope_bound(const struct errand *e)
{
    if (e->scope.level == MODEL_SCOPE_NONE)
        return e->origin.role.len > 0;
    return e->scope.level != MODEL_SCOPE_ALL;
}

enum err office_scope_grade(int64_t *out, struct errand *e, struct db_tx *tx, struct str typed,
                            enum model_setting setting)
{
    enum model_grade grade = model_grade_find(typed);
    uint64_t given = 0;
    if (typed.len == 0) {
        TRY(office_setting_count(&given, e, tx, setting));
        bool cleared = office_scope_cleared(&e->scope, (int64_t)given);
        *out = cleared ? (int64_t)given : (int64_t)e->scope.clearance;
        return ERR_OK;
    }
    if (grade == MODEL_GRADE_COUNT)
        return fault_at(&e->fault, "grade", ERR_INPUT, "请选择安全标记");
    if (!office_scope_cleared(&e->scope, grade))
        return fault_at(&e->fault, "grade", ERR_INPUT,
                        "安全标记不能高于本人的可阅等级（%s）；需要的，请有相应等级的人办理",
                        model_grades[e->scope.clearance].text);
    *out = grade;
    return ERR_OK;
}

enum err office_reach(struct store_reach *out, struct errand *e)
{
    struct buf text = {0};
    struct str held;
    *out = (struct store_reach){e->scope.level == MODEL_SCOPE_ALL, {"", 0}};
    for (size_t i = 0; scope_next(&held, &e->scope, i); i++) {
        if (held.len == 0)
            continue;
        buf_cat(&text, text.len == 0 ? "\x1F" : "");
        buf_str(&text, held);
        buf_char(&text, '\x1F');
    }
    return arena_keep(&out->codes, e->arena, &text, ERR_OK);
}
