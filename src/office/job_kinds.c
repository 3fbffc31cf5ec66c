/* The kinds of jobs, one line each. */
#include "office/batch.h"
#include "office/health.h"
#include "office/job.h"
#include "office/library.h"
#include "office/object_job.h"
#include "office/register.h"
#include "office/upload.h"

const struct office_job_kind *const office_job_kinds[] = {
    &office_job_check_objects,
    &office_job_check_inspectors,
    &office_job_check_items,
    &office_job_import_objects,
    &office_job_import_inspectors,
    &office_job_import_items,
    &office_job_export_objects,
    &office_job_reference,
    &office_job_check_libraries,
    &office_job_import_libraries,
    &office_job_export_library,
    &office_job_check_labels,
    &office_job_import_labels,
    &office_job_check_commissions,
    &office_job_import_commissions,
    &office_job_check_superior,
    &office_job_import_superior,
    &office_job_batch_people,
    &office_job_batch_documents,
    &office_job_batch_labels,
    &office_job_batch_libraries,
    &office_job_check_register,
    &office_job_import_register,
    &office_job_export_register,
    NULL,
};

const struct office_job_kind *office_job_kind(struct str name)
{
    for (size_t i = 0; office_job_kinds[i] != NULL; i++)
        if (str_eq(str_of(office_job_kinds[i]->name), name))
            return office_job_kinds[i];
    return NULL;
}
