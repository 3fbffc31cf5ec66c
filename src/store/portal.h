/* What the public may see (R8, R18, R32, R69, R108, R112; I11): every statement of the portal
 * stands here and filters to what was published. No personal number, no risk class, no draft. */
#ifndef STORE_PORTAL_H
#define STORE_PORTAL_H

#include "store/result.h"
#include "store/row.h"

/* The figures of the front page; times are microseconds UTC, from..until half open. */
struct store_figures {
    int64_t objects; /* 存续, now */
    int64_t items;   /* in force now */
    int64_t tasks;
    int64_t draws;    /* committed in the span */
    int64_t overdue;  /* draws neither disclosed nor aborted behind their date */
    int64_t visits;   /* published in the span */
    int64_t results;  /* likewise */
    int64_t findings; /* of these, neither 未发现问题 nor 未发现经营活动 */
};
MUST enum err store_figures(struct store_figures *out, struct db_tx *tx, struct str tenant,
                            int64_t from, int64_t until, int64_t now);

/* A task that was committed to a draw: before that it is a draft. */
struct store_public_task {
    int64_t id;
    struct str number;
    struct str name;
    struct str plan_number;
    struct str plan_name;
    struct str document;
    struct str type;
    struct str source;
    struct str basis;
    struct str department; /* name */
    int32_t visit_from;
    int32_t visit_until;
    struct str state;
    struct str draw; /* number */
    struct str draw_state;
    struct str plan_code; /* document of the published plan; filled by office/portal, else absent */
};
/* At most `most` tasks with an id below `before` (0: the newest), newest first. */
MUST enum err store_public_tasks(struct store_public_task **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int64_t before, int64_t most);
/* One task by number. ERR_MISSING also while it is a draft. */
MUST enum err store_public_task_get(struct store_public_task *out, struct arena *arena,
                                    struct db_tx *tx, struct str tenant, struct str number);

/* A draw as everybody sees it. */
struct store_public_draw {
    int64_t id;
    struct str number;
    struct str organiser; /* name */
    struct str task_number;
    struct str task_name;
    bool sealed;
    bool blinded;
    bool demo;
    struct str state;
    int64_t opened;
    int64_t disclose_by;
    int64_t pool_size;
    int64_t drawn; /* 0 until it may be known */
};
MUST enum err store_public_draws(struct store_public_draw **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int64_t before, int64_t most);
/* Draws that are neither disclosed nor aborted though their date is over. */
MUST enum err store_public_draws_overdue(struct store_public_draw **out, size_t *count,
                                         struct arena *arena, struct db_tx *tx, struct str tenant,
                                         int64_t now);

/* One draw by number. ERR_MISSING. */
MUST enum err store_public_draw_get(struct store_public_draw *out, struct arena *arena,
                                    struct db_tx *tx, struct str tenant, struct str number);
/* What was drawn, in visiting order, and who went there. The caller sees to it that the outcome of
 * this draw may be known. */
struct store_public_visit {
    struct str pool_id;
    struct str name;
    struct str ticket; /* hex */
    struct str state;
    struct str skip_reason;
};
MUST enum err store_public_visits(struct store_public_visit **out, size_t *count,
                                  struct arena *arena, struct db_tx *tx, struct str tenant,
                                  int64_t draw);
struct store_public_seat {
    struct str pool_id;
    struct str department; /* name */
    struct str inspector;  /* name */
    struct str code;       /* the inspector's, as teams.tsv has it */
};
/* Sorted by object, then seat. */
MUST enum err store_public_seats(struct store_public_seat **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int64_t draw);

/* A published result in the national columns, with its keys. */
struct store_public_result {
    int64_t id;
    struct str pool_id;
    struct str plan_number;
    struct str plan_name;
    struct str task_number;
    struct str task_name;
    struct str type;
    struct str authority;
    int32_t date;
    struct str object_number;
    struct str object_name;
    struct str item_code;
    struct str item;
    struct str code;
    int64_t published_at;
    struct str draw;
    int64_t idx;       /* of its publication in the log */
    bool replaced;     /* it was corrected; the row says what was published first */
    int64_t replaces;  /* id of the result that it corrects, 0: none */
    struct str reason; /* of the correction */
    int64_t visit;
    int64_t item_id;
    struct str department;   /* code */
    bool adopted;            /* it rests on a conclusion of others (R44) */
    struct str reason_kind;  /* kind of the ground by which the reason is kept back; empty: told */
    struct str adopted_kind; /* likewise of the conclusion that it rests on (R110) */
    struct str plan_code; /* document of the published plan; filled by office/portal, else absent */
};
/* What to list; empty texts and 0 mean any. */
struct store_result_filter {
    struct str tenant;
    struct str pool_id;    /* of one business: the rest is then not looked at */
    struct str task;       /* number */
    struct str item;       /* code */
    struct str department; /* name */
    struct str code;       /* "finding": any that tells a problem */
    struct str type;       /* directed, undirected */
    struct str division;   /* codes that begin with it */
    int32_t first;         /* day of the result, both included; last 0: no end */
    int32_t last;
    int64_t from; /* published_at, half open; until 0: no end */
    int64_t until;
    bool current;     /* without those that were corrected */
    bool corrections; /* only corrections */
    int64_t before;   /* result id, for the next page */
    int64_t most;
};
/* Newest first; what was corrected stays in the list, marked. */
MUST enum err store_public_results(struct store_public_result **out, size_t *count,
                                   struct arena *arena, struct db_tx *tx,
                                   const struct store_result_filter *filter);

/* The document (its code) of the annual plan of that number, of which a version is public.
 * ERR_MISSING. */
MUST enum err store_public_plan(struct str *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, struct str plan);

/* Who checked one business, of its published visits: by visit, department, seat. The caller sees to
 * it that names may be known. */
struct store_public_member {
    int64_t visit;
    struct str department; /* code */
    struct str name;
};
MUST enum err store_public_members(struct store_public_member **out, size_t *count,
                                   struct arena *arena, struct db_tx *tx, struct str tenant,
                                   struct str pool_id);

/* How public the results of a year's tasks are (R110, R111): how many items of visited objects
 * share state and days. One item of one object counts once, whatever was corrected afterwards. */
struct store_rate_part {
    struct str department; /* name */
    struct str state;      /* published, exempt; entered, approved, returned; empty: not entered;
                              redacted: of those published, such as keep a part back */
    int32_t due_on;        /* last day for publication; 0 where nothing is entered */
    int32_t until;         /* last day of the task's visits */
    int64_t published_at;  /* the first time; 0: not public */
    struct str kind;       /* of an exemption: model_exemption_kinds; empty in the oldest rows; of
                              redacted: by kind, and by none each result once */
    struct str ground;     /* of an exemption, in the approver's words */
    bool sealed;           /* of a sealed draw that is not disclosed */
    int64_t count;
};
/* Of tasks whose visits begin in the year, by department. */
MUST enum err store_rate_parts(struct store_rate_part **out, size_t *count, struct arena *arena,
                               struct db_tx *tx, struct str tenant, int year);

/* What the published results of one business rest on (R44). */
MUST enum err store_public_adoptions(struct store_adoption **out, size_t *count,
                                     struct arena *arena, struct db_tx *tx, struct str tenant,
                                     struct str pool_id);

/* What followed findings, newest first: of one business (pool_id), or of all in a span below the id
 * `before`, at most `most`. */
struct store_public_followup {
    int64_t id;
    int64_t visit;
    int64_t item_id;
    struct str pool_id;
    struct str object_number;
    struct str object_name;
    struct str task_number;
    struct str item;
    struct str authority;
    struct str code;
    struct str measure;
    struct str state;
    int32_t happened_on;
    struct str document;
    struct str note;
    int64_t at;
    int64_t idx;
    struct str document_kind; /* of the ground by which it is kept back; empty: told (R110) */
    struct str note_kind;
};
MUST enum err store_public_followups(struct store_public_followup **out, size_t *count,
                                     struct arena *arena, struct db_tx *tx,
                                     const struct store_result_filter *filter);

/* Departments with published results, and items likewise, for a choice: key and name. */
struct store_choice {
    struct str key;
    struct str name;
};
MUST enum err store_public_departments(struct store_choice **out, size_t *count,
                                       struct arena *arena, struct db_tx *tx, struct str tenant);
MUST enum err store_public_tried_items(struct store_choice **out, size_t *count,
                                       struct arena *arena, struct db_tx *tx, struct str tenant);
/* The first code behind `after` of a division that has objects; as many steps through an index as
 * there are divisions. ERR_MISSING when there is none. */
MUST enum err store_public_division(struct str *out, struct arena *arena, struct db_tx *tx,
                                    struct str tenant, struct str after);

/* An object without what is nobody's business: no risk class, no observation. */
struct store_public_object {
    int64_t id;
    struct str pool_id;
    struct str number;
    struct str name;
    struct str kind;
    struct str state;
    struct str division;
    struct str address;
    struct str industry;
    struct str business;
    int32_t established;
};
MUST enum err store_public_object_get(struct store_public_object *out, struct arena *arena,
                                      struct db_tx *tx, struct str tenant, struct str pool_id);
/* Its columns, where the table is called o. */
#define STORE_PUBLIC_OBJECT                                                                        \
    "o.id, o.pool_id, o.number, o.name, o.kind, o.state, o.division, o.address, o.industry,"       \
    " o.business, o.established"
/* Reads such a row. ERR_MEMORY. */
MUST enum err store_public_object_fill(void *out, struct db_rows *rows, struct arena *arena);
/* Objects by the beginning of their number, by number. */
MUST enum err store_public_objects_by_number(struct store_public_object **out, size_t *count,
                                             struct arena *arena, struct db_tx *tx,
                                             struct str tenant, struct str prefix, struct str after,
                                             int64_t most);

/* All versions of the item list, by compiler and category, code, newest version first. */
struct store_public_item {
    int64_t id;
    struct str code;
    int64_t version;
    struct str compiler;
    struct str category;
    struct str name;
    struct str class;
    struct str objects;
    struct str methods;
    struct str subject;
    struct str basis;
    struct str state;
    int32_t valid_from;
    struct str partners;
    struct str content;
    struct str ratio;
    struct str frequency;
    int64_t cap_num; /* the most that may be drawn of a 一般 item; 0/1: no cap */
    int64_t cap_den;
    int32_t valid_until; /* first day without force, 0: none */
    struct str form;
    struct str form_code; /* of the check form's document; told of single items only */
};
MUST enum err store_public_items(struct store_public_item **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant);
/* All versions of one item, newest first. */
MUST enum err store_public_item_versions(struct store_public_item **out, size_t *count,
                                         struct arena *arena, struct db_tx *tx, struct str tenant,
                                         struct str code);

/* What was published in a span: microseconds UTC, half open. */
struct store_span {
    struct str tenant;
    int64_t from;
    int64_t until;
};

/* Counts of published results by one dimension: key, results, findings. */
enum store_dimension { STORE_BY_ITEM, STORE_BY_INDUSTRY, STORE_BY_DIVISION, STORE_BY_DEPARTMENT };
struct store_share {
    struct str key;
    int64_t visits;
    int64_t results;
    int64_t findings;
};
MUST enum err store_shares(struct store_share **out, size_t *count, struct arena *arena,
                           struct db_tx *tx, const struct store_span *span,
                           enum store_dimension by);

/* Published visits of disclosed plain draws by stratum, for estimates: how many were inspected and
 * how many of them had any finding. */
struct store_stratum_share {
    struct str draw;
    struct str task_name;
    struct str stratum;
    int64_t size;     /* objects in the stratum */
    int64_t visited;  /* published visits */
    int64_t findings; /* of these with at least one finding */
};
MUST enum err store_stratum_shares(struct store_stratum_share **out, size_t *count,
                                   struct arena *arena, struct db_tx *tx,
                                   const struct store_span *span);
/* The same by one dimension: visits that have the key, and those of them with a finding under it.
 * Ordered by key, then as above. */
struct store_domain_share {
    struct str key;
    struct str draw;
    struct str stratum;
    int64_t visited;
    int64_t findings;
};
MUST enum err store_domain_shares(struct store_domain_share **out, size_t *count,
                                  struct arena *arena, struct db_tx *tx,
                                  const struct store_span *span, enum store_dimension by);

#endif
