/* Freezing a pool (PROTOCOL 2): the registry's objects of a task's scope, each with its stratum,
 * streamed into a durable file. Private to the office's draw_*.c files. */
#ifndef OFFICE_DRAW_FREEZE_H
#define OFFICE_DRAW_FREEZE_H

#include "crypto/hash.h"
#include "draw/pool.h"
#include "office/draw_staff.h"
#include "office/task.h"

/* A stratum as frozen: the name in the pool, what it stands for, its quota. */
struct draw_layer {
    struct str key;     /* as the task's quotas name it: A, 410882, C, enterprise, ALL ... */
    struct str name;    /* in the pool; opaque where strata follow risk classes */
    struct str meaning; /* Chinese, for those who may know */
    bool excluded;
    uint64_t count;
};

struct draw_frozen {
    uint8_t blob[CRYPTO_HASH]; /* pool.tsv */
    uint64_t bytes;
    uint64_t size;
    uint64_t drawable; /* objects outside excluded strata */
    uint8_t root[CRYPTO_HASH];
    bool blinded;
    uint8_t pool_key[CRYPTO_HASH];
    struct draw_layer *layers; /* those that have objects, sorted by name */
    size_t layer_count;
    struct draw_place *places; /* where drawable objects lie, each division once */
    size_t place_count;
};

/* Does the task's pool tell risk classes, by its strata or by its scope? Then it is blinded. */
bool draw_freeze_blinds(const struct store_task *task);

/* Streams the pool of the task into a blob. ERR_INPUT when nothing is in scope. All in e->arena. */
MUST enum err draw_freeze(struct draw_frozen *out, struct errand *e, struct db_tx *tx,
                          const struct office_task *task);

#endif
