/* The demo county: files as an agency would send them, generated, no real person or business. */
#ifndef CMD_DEMO_H
#define CMD_DEMO_H

#include "base/arena.h"
#include "base/err.h"
#include "ids/industry.h"
#include "regions/regions.h"

/* What the generator draws its facts from, and how much it makes. */
struct demo_plan {
    const char *dir; /* where the files go; must exist */
    struct str division;
    int32_t today;
    uint64_t objects;
    uint64_t inspectors;
    const struct regions *regions;
    const struct industries *industries;
};

/* Writes departments.csv, inspectors.csv, objects.csv and items.csv into plan->dir. The same plan
 * gives the same bytes. Numbers have right check digits. */
MUST enum err demo_files(const struct demo_plan *plan, struct fault *fault);

#endif
