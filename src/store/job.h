/* Jobs: the table job. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "store/row.h"

struct store_job {
    int64_t id;
    struct str kind;
    struct str title;
    int64_t account;
    struct str actor;
    struct str department; /* code, of the one who ordered it */
    struct str state;      /* waiting, running, done, failed, broken, cancelled */
    struct str args;
    int64_t done; /* rows; as of the end, while it runs a file tells (office/job.h) */
    int64_t total;
    struct str outcome;
    struct str words;
    struct str file;
    struct str download;
    int64_t bytes;
    int64_t tries;
    int64_t at;
    int64_t begun_at;
    int64_t ended_at;
    int64_t until;
    int64_t clearance; /* of the one who ordered it: its result may hold what he saw */
};
/* Adds one. */
MUST enum err store_job_add(struct db_tx *tx, struct str tenant, const struct store_job *job);
/* One by its id, ERR_MISSING. */
MUST enum err store_job_get(struct store_job *out, struct arena *arena, struct db_tx *tx,
                            struct str tenant, int64_t id);
/* Overwrites all that changes in a job's life, if it is still in the state `from`; *changed is 1,
 * or 0 when it is not. */
MUST enum err store_job_move(uint64_t *changed, struct db_tx *tx, struct str tenant,
                             const struct store_job *job, struct str from);

struct store_job_find {
    struct str tenant;
    struct str state; /* '' any */
    int64_t before;   /* id < before; 0: from the newest on */
    int64_t most;
};
/* Newest first, at most `most`. */
MUST enum err store_job_newest(struct store_job **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, const struct store_job_find *find);
/* The oldest in a state (find->state); ERR_MISSING. */
MUST enum err store_job_oldest(struct store_job *out, struct arena *arena, struct db_tx *tx,
                               const struct store_job_find *find);
/* Those that ended, have a result file and whose time (until) is over at `now`. */
MUST enum err store_job_stale(struct store_job **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant, int64_t now);

#endif
