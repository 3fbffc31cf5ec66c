/* Work that nobody waits for steps back behind work that somebody waits for. */
#ifndef BASE_NICE_H
#define BASE_NICE_H

enum { NICE_BACKGROUND = 10 };

/* The calling thread, and those it makes from now on, get the processor when no other wants it:
 * `by` of 1 to 19 steps. Where the system has it for whole processes only, nothing happens. */
void nice_step_back(int by);

#endif
