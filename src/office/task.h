/* Tasks: what is to be checked, where, by whom, how many (R48, R49, R62-R66, R71, R74, R75, R88).
 */
#ifndef OFFICE_TASK_H
#define OFFICE_TASK_H

#include "office/office.h"
#include "store/task.h"

/* One quota as a person writes it: STRATUM=MODE:NUM/DEN, e.g. "D=ceil:30/100", "*=ceil:3%",
 * "ALL=fixed:20". STRATUM is a risk class A-D or -, a division, an industry section, an object
 * kind, ALL, or * for all that are not named. ERR_INPUT with words. */
MUST enum err office_quota_parse(struct store_task_quota *out, struct str text,
                                 struct fault *fault);

/* One department's part as written: DEPARTMENT[:SEATS[:TAG:TAG_SEATS]], department by code or name;
 * seats 0 means the setting's least number. ERR_INPUT with words. */
MUST enum err office_part_parse(struct store_task_part *out, struct str text, struct fault *fault);

/* What a new task is made from; texts as written by the person. */
struct office_task_spec {
    struct store_task task;  /* number, id, state, at, actor are filled in */
    const struct str *items; /* item codes, CODE or CODE@DEPARTMENT */
    size_t item_count;
    const struct str *parts; /* see office_part_parse; none: the lead alone */
    size_t part_count;
    const struct str *quotas; /* see office_quota_parse; at least one */
    size_t quota_count;
};
/* Creates a task and gives it its number (18 digits: division, date, serial of the year, without
 * gap). Refuses: unknown items or departments, a ratio above the cap of a 一般 item (R5), fewer
 * seats than the setting (R90), dates that end before they begin, an off-plan task without a ground
 * (R71), a task without legal basis. *number lives in e->arena. */
MUST enum err office_task_create(struct str *number, struct errand *e,
                                 const struct office_task_spec *spec);

/* A task with everything that belongs to it, in e->arena. */
struct office_task {
    struct store_task task;
    struct store_task_item *items;
    size_t item_count;
    struct store_task_part *parts;
    size_t part_count;
    struct store_task_quota *quotas;
    size_t quota_count;
};
/* Loads a task inside a transaction; the words name the number when it is unknown. */
MUST enum err office_task_load(struct office_task *out, struct errand *e, struct db_tx *tx,
                               struct str number);
/* The same from outside. */
MUST enum err office_task_show(struct office_task *out, struct errand *e, struct str number);
MUST enum err office_task_list(struct store_task **out, size_t *count, struct errand *e);

/* Declares an interest of an inspector in an object (R91), for all draws to come. */
MUST enum err office_conflict_declare(struct errand *e, struct str inspector, struct str pool_id,
                                      struct str reason);

#endif
