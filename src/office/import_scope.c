/* Whose rows a person may import, and how confidential ones: those of the departments that his
 * permission reaches, graded no higher than his clearance. A row of the registry that another
 * department has may not be taken over by a file either. */
#include "office/import_kind.h"
#include "office/scope.h"

static enum err scope_row(struct import_run *run, struct import_row *row)
{
    const struct office_scope *scope = &run->e->scope;
    int field = run->kind->department;
    struct str department = row->record.values[field];
    struct str had = row->old != NULL ? row->old->values[field] : STR("");
    bool given = department.len > 0 && (row->old == NULL || import_given(row, field));
    bool open = run->kind->open_handed;
    if (row->old != NULL && !(open && had.len == 0) && !office_scope_department(scope, had))
        return import_reject(run, row, field, "已登记在您的权限范围以外的部门名下，不能由您导入");
    if (row->old == NULL && department.len == 0 && !open)
        return import_reject(run, row, field, "没有写明部门，请填写，或在上传时选择部门");
    if (given && !office_scope_department(scope, department))
        return import_reject(run, row, field, "部门“%.*s”不在您的权限范围内",
                             STR_ARG(str_sub(department, 0, 90)));
    return ERR_OK;
}

enum err import_scope(struct import_run *run)
{
    if (!run->job->scoped || run->kind->department < 0 || run->e->scope.level == MODEL_SCOPE_ALL)
        return ERR_OK;
    for (size_t i = 0; i < run->count; i++)
        if (import_good(&run->rows[i]))
            TRY(scope_row(run, &run->rows[i]));
    return ERR_OK;
}

enum err import_grade(struct import_run *run, struct import_row *row)
{
    struct errand *e = run->e;
    int field = run->kind->grade;
    struct str typed = row->record.values[field];
    struct fault kept = e->fault;
    int64_t grade = 0;
    if (typed.len == 0 && row->old != NULL)
        return ERR_OK;
    enum err err = office_scope_grade(&grade, e, run->tx, typed, run->kind->first);
    if (err == ERR_INPUT) {
        err = import_reject(run, row, field, "%s", fault_text(&e->fault));
        e->fault = kept;
        return err;
    }
    TRY(err);
    if (row->old != NULL && grade < row->old->grade)
        return import_reject(run, row, field,
                             "安全标记原为“%s”，降低须写明理由，请在工作台上逐条办理",
                             model_grades[row->old->grade].text);
    import_set(row, field, str_of(model_grades[grade].code));
    return ERR_OK;
}
