/* Stepping back: see nice.h. */
#include "base/nice.h"

#include <sys/resource.h>
#include <unistd.h>

void nice_step_back(int by)
{
    /* Of this thread alone, as Linux has it; where it is refused, it is no loss. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), by);
}
