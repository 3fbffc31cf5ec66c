/* One row that a person typed: see office_import_one. It goes the way of a file's rows from behind
 * the reading of cells, so that no rule stands in two places. */
#include "office/import_kind.h"

/* The field of a problem, by the first label that the import names. */
static const char *one_field(const struct resource *resource, struct str column)
{
    struct str first = column;
    ptrdiff_t end = str_find(column, STR("、"));
    if (end >= 0)
        first = str_sub(column, 0, (size_t)end);
    for (size_t i = 0; i < resource->count; i++)
        if (str_eq(first, str_of(resource->fields[i].label)))
            return resource->fields[i].name;
    return NULL;
}

enum err office_import_one(struct errand *e, const struct office_import_typed *typed)
{
    struct office_import_report *report = arena_alloc(e->arena, sizeof *report);
    const struct office_import_problem *problem;
    struct str values[STORE_VALUES_MAX];
    if (report == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < typed->resource->count; i++)
        values[i] = typed->values[i].data != NULL ? typed->values[i] : STR("");
    const struct office_import job = {.resource = str_of(typed->resource->name),
                                      .name = STR("工作台"),
                                      .by_hand = typed->action,
                                      .values = values,
                                      .target = typed->target,
                                      .reason = typed->reason};
    TRY(office_import(e, &job, report));
    if (report->rejected == 0 && typed->code != NULL)
        *typed->code = report->code;
    if (report->rejected == 0)
        return ERR_OK;
    problem = &report->problems[0];
    return fault_at(&e->fault, one_field(typed->resource, problem->column), ERR_INPUT, "%.*s",
                    STR_ARG(problem->reason));
}
