/* How good the two registries are: 全、新、特 (R30), a row a department, zeros included.
 * 全: how much of an imported reference list is there. 新: rows that were not written for
 * health.stale-days; inspectors whose certificates have run out. 特: rows without a label. */
#ifndef OFFICE_HEALTH_H
#define OFFICE_HEALTH_H

#include "office/job.h"
#include "store/health.h"
#include "store/library.h"

struct office_health {
    struct str code; /* of the department; '' : rows that name none or an unknown one */
    struct str name;
    struct store_health count;
};
/* The departments that the errand's scope reaches, in the order of their codes, then, where it
 * reaches all, the rest that belongs to none of them; last their sum (code and name empty). *days
 * is the setting health.stale-days. */
MUST enum err office_health(struct office_health **out, size_t *count, uint64_t *days,
                            struct errand *e);
/* Special libraries within the scope that hold too few objects: at the ratio of the setting
 * health.library-ratio not one of them would be drawn. *least gets how many are needed. */
MUST enum err office_health_libraries(struct store_library **out, size_t *count, uint64_t *least,
                                      struct errand *e);
/* What a department's reference list has and the registry lacks, by number behind `after`;
 * ERR_MISSING for a department beyond the scope. */
struct office_health_missing {
    struct str department;
    struct str after;
    size_t most;
};
MUST enum err office_health_missing(struct store_reference **out, size_t *count, struct errand *e,
                                    const struct office_health_missing *ask);

/* A reference list, in a file (moved away): a job replaces the department's list by it. Numbers
 * that cannot be right are left out and come back as a workbook. */
struct office_reference_add {
    const char *path;
    struct str name;
    uint64_t bytes;
    struct str department;
};
MUST enum err office_reference_add(int64_t *job, struct errand *e,
                                   const struct office_reference_add *in);
extern const struct office_job_kind office_job_reference;

#endif
