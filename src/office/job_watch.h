/* Between ordering jobs (job.c) and running them (job_run.c): the file that tells how far one is.
 * It is a file and no row, since on SQLite a long import holds the one writer. Not for others. */
#ifndef OFFICE_JOB_WATCH_H
#define OFFICE_JOB_WATCH_H

#include "office/job.h"

struct office_job_watch {
    const char *path; /* DIR/jobs/ID.progress */
    const _Atomic bool *stop;
    int64_t told; /* when it was written last */
};

/* "DIR/jobs/ID" and the ending, in the arena; NULL as office_job_path. */
const char *office_job_file(struct errand *e, int64_t id, const char *ending);
/* How far a running job is, as its file tells; left alone where there is none. */
void office_job_watch_read(struct store_job *job, struct errand *e);

#endif
