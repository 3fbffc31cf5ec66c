/* Steps of a draw campaign: see step.h. */
#include "model/step.h"

static const struct model_step_row step_rows[MODEL_STEP_COUNT] = {
#define STEP(id, code, name, what, basis) [MODEL_STEP_##id] = {code, name, what, basis},
#include "model/step.def"
#undef STEP
};

const struct model_step_row *model_step_row(enum model_step step)
{
    return &step_rows[step];
}
