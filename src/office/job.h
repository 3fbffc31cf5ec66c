/* Jobs (后台任务): work that outlives the page that ordered it: imports, exports. A job is a row; a
 * runner inside `sunlot serve` takes the oldest waiting one, and the person may close the page and
 * come back. Its states: waiting → running → done, failed (the row's words say why), broken (the
 * server died under it several times), cancelled (while it waited).
 *
 * A new kind of job, e.g. an export:
 *
 *     static enum err export_run(struct office_job_run *run)
 *     {
 *         ... json_member_str(run->args, "division") ... sheet_writer_open(&w, run->path, ...) ...
 *         for each row { TRY(office_job_progress(run, ++rows, total)); ... }
 *         ... sheet_writer_close(w, &run->e->fault) ...
 *         run->download = STR("检查对象.xlsx");
 *         run->words = arena_printf(run->e->arena, "共 %llu 行", rows);
 *         return ERR_OK;
 *     }
 *     const struct office_job_kind office_job_export_objects = {
 *         "export-objects", "导出检查对象", MODEL_PERMISSION_OBJECT_EXPORT, export_run};
 *
 * and one line in the table of job_kinds.c. A page orders it with office_job_order and redirects to
 * /desk/jobs/ID, which shows progress and the result file.
 *
 * What a kind must keep: run begins again from nothing when the server died or was stopped (the
 * runner removes what stands at run->path first); whatever it writes to the database is one
 * transaction under the errand's key ("job-ID"), so that a second beginning after the commit
 * changes nothing (or several, each under a key of its own that says where it ended); it looks at
 * nobody's rows beyond run->e->scope, which is the person's present scope of the kind's permission:
 * somebody who lost the permission while the job waited gets a failed job. */
#ifndef OFFICE_JOB_H
#define OFFICE_JOB_H

#include "base/json.h"
#include "office/office.h"
#include "store/job.h"

/* A million keys of a batch, and a report on each of them. */
enum { OFFICE_JOB_BYTES = 256 << 20 };

struct office_job_run;
typedef enum err office_job_work(struct office_job_run *run);

struct office_job_kind {
    const char *name; /* in the row: never changed */
    const char *text; /* for people */
    enum model_permission permission;
    office_job_work *run;
};
/* All kinds; ends with NULL. */
extern const struct office_job_kind *const office_job_kinds[];
/* The kind of that name, NULL if there is none. */
const struct office_job_kind *office_job_kind(struct str name);

/* One job under way. */
struct office_job_run {
    struct errand
        *e; /* of the one who ordered it; free to use, the arena lives as long as the run */
    const struct store_job *job;
    const json_t *args; /* an object */
    const char *path;   /* of the result file: made whole under this name, or not at all */
    /* What run leaves behind, in the errand's arena. */
    struct str words;    /* one sentence on what was done */
    struct str outcome;  /* JSON for the pages of the kind; may be empty */
    struct str download; /* the result file's name for people; empty: there is none */
    struct office_job_watch *watch;
};
/* Tells how far it is (total 0: unknown). ERR_STOPPED when the job is to end now: hand it up.
 * Cheap: call it for every row. One thread at a time. */
MUST enum err office_job_progress(struct office_job_run *run, uint64_t done, uint64_t total);

struct office_job_order {
    const struct office_job_kind *kind;
    struct str title; /* what people see in the list */
    struct str args;  /* a JSON object of at most OFFICE_JOB_BYTES; the audit keeps a large one's
                       * digest */
    uint64_t total;   /* rows, where known */
};
/* Adds a job; once under the errand's key, a second order gives the first one's id. */
MUST enum err office_job_order(int64_t *id, struct errand *e, const struct office_job_order *order);
/* The same inside a transaction, whose key is the caller's business. */
MUST enum err office_job_add(int64_t *id, struct errand *e, struct db_tx *tx,
                             const struct office_job_order *order);

/* Who sees a job: the errand's scope (permission job.view) reaches the department that it was
 * ordered in, or for MODEL_SCOPE_OWN it is his own, and one of his roles has the kind's permission.
 * Everybody else gets ERR_MISSING. */
MUST enum err office_job_get(struct store_job *out, struct errand *e, int64_t id);
/* Newest first, those before id `before` (0: from the newest on), at most `most`. */
struct office_job_find {
    struct str state; /* empty: any */
    struct str kind;
    int64_t before;
    size_t most;
};
MUST enum err office_jobs(struct store_job **out, size_t *count, struct errand *e,
                          const struct office_job_find *find);
/* The result file of a done job: its path and its name for people. Audited: files leave the house.
 * ERR_MISSING where there is none or its time is over. */
MUST enum err office_job_result(struct str *path, struct str *name, struct errand *e, int64_t id);
/* Cancels his own job while it waits; ERR_STATE when it has begun. */
MUST enum err office_job_cancel(struct errand *e, int64_t id);

/* "DIR/jobs/NAME" in the arena; the folder is made. NULL when that is impossible. */
const char *office_job_path(struct errand *e, const char *name);

/* --- the runner --- */

/* Does the oldest waiting job, whoever ordered it; *did is false when none waits. e acts for
 * nobody. An error is the runner's own (the database is away); what goes wrong in a job is told in
 * its row. stop (may be NULL): becomes true from outside when the job is to end; it then waits
 * again. */
MUST enum err office_job_step(bool *did, struct errand *e, const _Atomic bool *stop);
/* After a start, when no runner is at work: jobs that were running wait again, or are broken after
 * the third time. */
MUST enum err office_job_recover(uint64_t *found, struct errand *e);
/* Removes result files whose time is over, and what killed jobs left in the folder. */
MUST enum err office_job_sweep(uint64_t *removed, struct errand *e);

/* Threads that do the above until they are stopped. One runner an installation, whichever program
 * holds it: others wait for its lock. Give it an office that stays open. */
struct office_runner;
MUST enum err office_runner_start(struct office_runner **out, const struct office *office);
/* Ends: a job under way is stopped and waits for the next start. NULL is allowed. */
void office_runner_stop(struct office_runner *runner);

#endif
