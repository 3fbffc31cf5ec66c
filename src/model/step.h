/* The steps of one draw campaign, as data (R88, R156): the whole list stands in step.def. */
#ifndef MODEL_STEP_H
#define MODEL_STEP_H

#include "base/str.h"

enum model_step {
#define STEP(id, code, name, what, basis) MODEL_STEP_##id,
#include "model/step.def"
#undef STEP
    MODEL_STEP_COUNT
};

struct model_step_row {
    const char *code;
    const char *name;
    const char *what;
    const char *basis;
};

/* The row of a step. */
const struct model_step_row *model_step_row(enum model_step step);

#endif
