/* The objects of the workbench: what its lists hold in memory (office/roster.h), the rows of a
 * page, one object. Every statement that gives rows is bound to a reach (store/reach.h). */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "store/reach.h"
#include "store/registry.h"

/* In a year: has a result; was not drawn at all; was drawn and has no result yet. */
enum store_visited { STORE_VISITED_ANY, STORE_VISITED_YES, STORE_VISITED_NO, STORE_VISITED_DRAWN };

/* All conditions hold together; an empty one is none. */
struct store_object_filter {
    struct str tenant;
    struct store_reach reach;
    struct str number;   /* beginning of the pool id */
    struct str division; /* beginning of the code */
    struct str industry; /* beginning of the code, or the letter of a section */
    struct str section;  /* letter of an industry section (门类) */
    struct str kind;
    struct str state;
    struct str risk;        /* a class, or "-" for none */
    struct str department;  /* code: the object's own, or one of its further departments */
    struct str label;       /* a word; "-": objects without any; "?": with one not in `known` */
    struct str known;       /* the vocabulary's words, as the office finds them; empty: no words */
    struct str item;        /* code of an item in force: objects it applies to (R22); "": any */
    struct str item_labels; /* of that item, as the office finds them; empty: it applies to all */
    bool applies;           /* only objects that an item of those labels applies to */
    bool nothing;           /* no object fits: there is no such item */
    enum store_visited visited;
    int year;             /* of visited */
    int64_t library;      /* id of a special library; 0: any */
    int64_t stale_before; /* rows last written before that time; 0: any */
    struct str text;      /* part of the name, or pinyin initials */
};

enum store_object_order { STORE_OBJECT_BY_ID, STORE_OBJECT_BY_NAME };

/* Where a page begins: behind (or, with back, before) an object; id 0: at the begin. */
struct store_object_page {
    enum store_object_order order;
    bool back;
    bool down; /* the order reversed */
    int64_t id;
    int64_t most;
};

struct store_object_row {
    struct store_record record;
    int64_t job;
    int64_t at;
};

/* Objects in being (state active), of all departments. */
MUST enum err store_object_count_active(int64_t *out, struct db_tx *tx, struct str tenant);

struct store_ids {
    const int64_t *items;
    size_t count;
};
/* The rows of these ids within the filter's reach, in the order of the ids given; those that are
 * not there are left out. */
MUST enum err store_object_rows(struct store_object_row **out, size_t *count, struct arena *arena,
                                struct db_tx *tx, const struct store_object_filter *reach,
                                const struct store_ids *ids);

/* --- what the roster follows --- */

/* What a list filters and sorts by. */
struct store_mark {
    int64_t id;
    int64_t at;
    struct str name;
    struct str pool_id;
    struct str division;
    struct str industry;
    struct str department;
    struct str kind;
    struct str state;
    struct str risk;
    struct str labels;
};
/* Those that a job wrote last (0: all), by id; texts live until the next. */
typedef enum err store_mark_each(void *ctx, const struct store_mark *mark);
MUST enum err store_object_marks(struct db_tx *tx, struct str tenant, int64_t job,
                                 store_mark_each *each, void *ctx);
/* Every further department, by object. */
typedef enum err store_share_each(void *ctx, int64_t object, struct str department);
MUST enum err store_object_shares(struct db_tx *tx, struct str tenant, store_share_each *each,
                                  void *ctx);

/* A transaction that wrote objects. */
struct store_batch {
    int64_t job;
    bool shares; /* further departments, not rows */
};
/* Leaves the row that tells of it: once in each such transaction. */
MUST enum err store_object_batch_add(struct db_tx *tx, const struct store_stamp *stamp,
                                     bool shares);
/* Those whose job is greater than since, by job. */
typedef enum err store_batch_each(void *ctx, const struct store_batch *batch);
MUST enum err store_object_batches(struct db_tx *tx, struct str tenant, int64_t since,
                                   store_batch_each *each, void *ctx);
/* Ids of the objects that were drawn in filter->year and neither skipped nor in an aborted draw,
 * for YES and DRAWN those with and without a result; of those in filter->library, by id, one as
 * often as it stands there, none where it is graded above the clearance. */
MUST enum err store_object_visited(int64_t **out, size_t *count, struct arena *arena,
                                   struct db_tx *tx, const struct store_object_filter *filter);
MUST enum err store_object_in_library(int64_t **out, size_t *count, struct arena *arena,
                                      struct db_tx *tx, const struct store_object_filter *filter,
                                      int64_t clearance);

/* One object within the reach, by id or by its pool id. ERR_MISSING. */
MUST enum err store_object_find(struct store_object_row *out, struct arena *arena, struct db_tx *tx,
                                const struct store_object_filter *reach, int64_t id);
MUST enum err store_object_find_pool(struct store_object_row *out, struct arena *arena,
                                     struct db_tx *tx, const struct store_object_filter *reach,
                                     struct str pool_id);

#endif
