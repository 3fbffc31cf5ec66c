/* How far a task is, step by step (R88, R156): nothing is ticked by hand, each step follows from
 * what the house holds. */
#ifndef OFFICE_STEP_H
#define OFFICE_STEP_H

#include "model/step.h"
#include "office/task.h"

struct office_step {
    bool done;
    bool next;      /* the first that is not done */
    int32_t due_on; /* 0: none, or not known yet */
    bool estimated; /* a year whose calendar is not known lies between */
    bool late;      /* not done, and due_on is over */
    struct str detail;
};
struct office_task_steps {
    struct store_task task;
    struct str department_name; /* of the lead */
    struct str draw;            /* number; empty: none yet */
    bool aborted;
    bool whole; /* the lead is in scope: figures are those of all departments, else of one's own */
    struct office_step steps[MODEL_STEP_COUNT];
    size_t done;
};
/* Who sees it: whose scope holds the lead or a department that takes part; for a scope of one's
 * own, who holds a seat. Everybody else gets ERR_MISSING, as for a number that is not there.
 * Figures are those of the departments (seats) in scope. */
MUST enum err office_task_steps(struct office_task_steps *out, struct errand *e, struct str number);

#endif
