/* The objects of the workbench: lists by many conditions at once, in pages; one object; its labels
 * and responsible departments. Every statement is bound to a reach (store/reach.h).
 *
 * How a list is found: the conditions are probed for how many rows each has; the rarest one gives
 * the ids; where none is rare the rows are walked in the order asked for. What is found does not
 * depend on that choice. */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "store/reach.h"
#include "store/registry.h"

enum store_visited { STORE_VISITED_ANY, STORE_VISITED_YES, STORE_VISITED_NO };

/* All conditions hold together; an empty one is none. */
struct store_object_filter {
    struct str tenant;
    struct store_reach reach;
    struct str number;   /* beginning of the pool id */
    struct str division; /* beginning of the code */
    struct str industry; /* beginning of the code */
    struct str kind;
    struct str state;
    struct str risk;       /* a class, or "-" for none */
    struct str department; /* code: the object's own, or one of its further departments */
    struct str label;      /* a word, or "-" for objects without any */
    enum store_visited visited;
    int year;             /* of visited */
    int64_t library;      /* id of a special library; 0: any */
    int64_t stale_before; /* rows last written before that time; 0: any */
    struct str text;      /* part of the name, or pinyin initials */
};

enum store_object_order { STORE_OBJECT_BY_ID, STORE_OBJECT_BY_NAME };

/* Where a page begins: behind (or, with back, before) an object by its key; id 0: at the begin. */
struct store_object_page {
    enum store_object_order order;
    bool back;
    bool down; /* the order reversed; the office turns it */
    int64_t id;
    struct str name;
    int64_t most;
};

struct store_object_row {
    struct store_record record;
    int64_t job;
    int64_t at;
};

/* A filter made ready: how its rows are found. */
struct store_object_plan {
    const struct store_object_filter *filter;
    const char *dialect;
    struct str query; /* of the full-text index, empty without a text */
    bool nothing;     /* a text that nothing can be found by */
    int driver;       /* whose ids are the rarest */
    int64_t rows;     /* how many they are; PROBE and more: many */
    int conditions;   /* of those that are probed */
    bool by_id_only;  /* the text fits too many names to sort them */
};
/* Probes the conditions. The filter must live as long as the plan. */
MUST enum err store_object_plan(struct store_object_plan *out, struct arena *arena,
                                struct db_tx *tx, const char *dialect,
                                const struct store_object_filter *filter);
/* One page, in the order asked for also with back. Where plan->by_id_only, always by id. */
MUST enum err store_object_list(struct store_object_row **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, const struct store_object_plan *plan,
                                const struct store_object_page *page);
/* All that fit, one after the other; memory does not grow with them, a row's texts live until the
 * next. An ERR_END of each ends it. */
typedef enum err store_object_each_row(void *ctx, const struct store_object_row *row);
MUST enum err store_object_each(struct db_tx *tx, const struct store_object_plan *plan,
                                enum store_object_order order, store_object_each_row *each,
                                void *ctx);
/* How many fit: the exact number (*exact), or where that would be dear a smaller one that is
 * certainly surpassed. */
MUST enum err store_object_count(int64_t *out, bool *exact, struct db_tx *tx,
                                 const struct store_object_plan *plan);
/* The exact number, whatever it costs. */
MUST enum err store_object_count_all(int64_t *out, struct db_tx *tx,
                                     const struct store_object_plan *plan);

/* One object within the reach, by id or by its pool id. ERR_MISSING. */
MUST enum err store_object_find(struct store_object_row *out, struct arena *arena, struct db_tx *tx,
                                const struct store_object_filter *reach, int64_t id);
MUST enum err store_object_find_pool(struct store_object_row *out, struct arena *arena,
                                     struct db_tx *tx, const struct store_object_filter *reach,
                                     struct str pool_id);

#endif
