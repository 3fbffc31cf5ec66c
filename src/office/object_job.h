/* Orders an export of objects as a job (office/job.h): it goes on when the page is closed, and
 * writes what the person may see when it runs. */
#ifndef OFFICE_OBJECT_JOB_H
#define OFFICE_OBJECT_JOB_H

#include "office/object.h"

struct office_job_kind;
extern const struct office_job_kind office_job_export_objects;

struct office_object_order {
    const struct office_object_query *query; /* the page's order counts, its place does not */
    enum sheet_format format;                /* SHEET_XLSX or SHEET_CSV */
    const int *columns;                      /* indexes in model_objects */
    size_t column_count;
};
/* *id: of the job. ERR_INPUT with words. */
MUST enum err office_object_export_order(int64_t *id, struct errand *e,
                                         const struct office_object_order *order);

#endif
