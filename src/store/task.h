/* Tasks with their items, parts and quotas; and what a draw reads of the registries. */
#ifndef STORE_TASK_H
#define STORE_TASK_H

#include "store/row.h"

struct store_task {
    struct str tenant;
    int64_t id;
    struct str number;
    struct str name;
    struct str plan_number;
    struct str plan_name;
    struct str document; /* 抽查实施文件 (R75) */
    struct str type;     /* directed, undirected */
    struct str source;
    struct str ground;
    struct str basis;
    struct str department; /* code of the lead */
    int32_t visit_from;
    int32_t visit_until;
    struct str strata; /* none, risk, division, industry, kind */
    struct str scope_division;
    struct str scope_industry;
    struct str scope_kind;
    struct str scope_label;
    struct str scope_risk;
    struct str repeat_reason; /* why objects visited this year may be drawn again, '' if not */
    struct str state;
    int64_t at;
    struct str actor;
};
/* Adds a task. ERR_DUPLICATE for a number that is taken. */
MUST enum err store_task_add(struct db_tx *tx, const struct store_task *task);
/* By number; by id. ERR_MISSING. */
MUST enum err store_task_get(struct store_task *out, struct arena *arena, struct db_tx *tx,
                             struct str tenant, struct str number);
MUST enum err store_task_by_id(struct store_task *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, int64_t id);
MUST enum err store_task_state(struct db_tx *tx, struct str tenant, int64_t id, struct str state);
/* All tasks of a year's visits, newest first. */
MUST enum err store_task_list(struct store_task **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant);

/* One item of a task and the department that checks it. */
struct store_task_item {
    int64_t item;
    struct str code;
    struct str category;
    struct str name;
    struct str class;
    int64_t cap_num;
    int64_t cap_den;
    struct str department;
    struct str labels; /* objects it applies to carry one of these; empty: all (R22) */
};
MUST enum err store_task_item_add(struct db_tx *tx, struct str tenant, int64_t task,
                                  const struct store_task_item *item);
MUST enum err store_task_items(struct store_task_item **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t task);

/* A department's part: seats an object, of which tag_seats ask for the speciality tag. */
struct store_task_part {
    struct str department;
    int64_t seats;
    struct str tag;
    int64_t tag_seats;
    int64_t cap;
};
MUST enum err store_task_part_add(struct db_tx *tx, struct str tenant, int64_t task,
                                  const struct store_task_part *part);
MUST enum err store_task_parts(struct store_task_part **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int64_t task);

struct store_task_quota {
    struct str stratum; /* '*' stands for all others */
    struct str mode;
    int64_t num;
    int64_t den;
};
/* Adds a quota (ERR_DUPLICATE: its stratum has one); reads all, sorted by stratum. */
MUST enum err store_task_quota_add(struct db_tx *tx, struct str tenant, int64_t task,
                                   const struct store_task_quota *quota);
MUST enum err store_task_quotas(struct store_task_quota **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, struct str tenant, int64_t task);

/* The active item with this code (its newest version). ERR_MISSING. */
MUST enum err store_item_by_code(struct store_task_item *out, struct arena *arena, struct db_tx *tx,
                                 struct str tenant, struct str code);

/* The department with this code or this name. ERR_MISSING. */
struct store_office {
    struct str code;
    struct str name;
    struct str state;
};
MUST enum err store_department_find(struct store_office *out, struct arena *arena, struct db_tx *tx,
                                    struct str tenant, struct str code_or_name);

/* What a draw asks of an object, streamed in the order of pool ids. Slices are valid until the next
 * row. */
struct store_candidate {
    struct str pool_id;
    struct str kind;
    struct str state;
    struct str division;
    struct str industry;
    struct str risk;
    int32_t observed_until;
    struct str labels;
};
MUST enum err store_candidates(struct db_rows **out, struct db_tx *tx, struct str tenant);
MUST enum err store_candidate_next(struct store_candidate *out, struct db_rows *rows);
/* The pool ids that were drawn for a visit of this year, ascending, each once. */
MUST enum err store_visited(struct db_rows **out, struct db_tx *tx, struct str tenant, int year);
/* Those of them that are veiled (office/veil.h), in no order. */
MUST enum err store_visited_veiled(struct str **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, struct str tenant, int year);

/* Inspectors of a department who are active. load: seats held in visits of `year`. */
struct store_inspector {
    int64_t id;
    struct str code;
    struct str name;
    struct str department;
    struct str category;
    struct str certificate;
    int32_t valid_until;
    struct str certificate2;
    int32_t valid_until2;
    struct str specialities;
    struct str areas;
    int64_t load;
};
MUST enum err store_inspectors(struct store_inspector **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, struct str department,
                               int year);
/* The active inspector with this code. ERR_MISSING. */
MUST enum err store_inspector_find(struct store_inspector *out, struct arena *arena,
                                   struct db_tx *tx, struct str tenant, struct str code);

/* The inspector with this code, also one who has left. ERR_MISSING. */
MUST enum err store_inspector_any(struct store_inspector *out, struct arena *arena,
                                  struct db_tx *tx, struct str tenant, struct str code);

/* Declared conflicts in force of the tenant's inspectors: inspector code and pool id, sorted. */
struct store_conflict {
    struct str inspector;
    struct str pool_id;
};
MUST enum err store_conflicts(struct store_conflict **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, struct str tenant);

/* Name and number of one object by pool id. ERR_MISSING. */
struct store_object_name {
    struct str name;
    struct str number;
    struct str division;
    struct str address;
};
MUST enum err store_object_name(struct store_object_name *out, struct arena *arena,
                                struct db_tx *tx, struct str tenant, struct str pool_id);

#endif
