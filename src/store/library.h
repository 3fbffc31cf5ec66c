/* Special libraries (专项库, R26): lists of objects for one field of supervision; an object may
 * stand in several, and in one of them once for each licence. */
#ifndef STORE_LIBRARY_H
#define STORE_LIBRARY_H

#include "store/object.h"

struct store_library {
    int64_t id;
    struct str name;
    struct str department; /* code of who keeps it */
    struct str basis;
    struct str state; /* active or closed */
    int64_t job;      /* changes with each change of the row */
    int64_t at;
    int64_t objects; /* in it, within the reach that was asked for */
    int64_t grade;   /* enum model_grade */
};
/* All of the tenant that are kept within the reach or hold an object of it, by name; with how many
 * of its objects each holds. Here and below what is graded above the clearance is not there, nor
 * are its rows (store/reach.h). */
struct store_library_find {
    struct str tenant;
    struct store_reach reach;
    int64_t clearance;
    const struct str *keys; /* of store_library_objects */
    size_t key_count;
};
MUST enum err store_libraries(struct store_library **out, size_t *count, struct arena *arena,
                              struct db_tx *tx, const struct store_library_find *find);
/* The same, their objects not counted: for choices. */
MUST enum err store_library_choices(struct store_library **out, size_t *count, struct arena *arena,
                                    struct db_tx *tx, const struct store_library_find *find);
/* One of them, its objects not counted. ERR_MISSING. */
MUST enum err store_library_find(struct store_library *out, struct arena *arena, struct db_tx *tx,
                                 const struct store_library_find *find, int64_t id);
/* One, wherever it is kept. ERR_MISSING. */
MUST enum err store_library_get(struct store_library *out, struct arena *arena, struct db_tx *tx,
                                struct str tenant, int64_t id, int64_t clearance);
/* Adds one; ERR_DUPLICATE for a name that is taken. Changes one that still carries the job `was`;
 * ERR_CONFLICT. */
MUST enum err store_library_add(struct db_tx *tx, struct str tenant,
                                const struct store_library *library);
MUST enum err store_library_save(struct db_tx *tx, struct str tenant,
                                 const struct store_library *library, int64_t was);
/* Grades one anew: id, grade, job, at. ERR_CONFLICT when its grade is no longer `was`. */
MUST enum err store_library_grade(struct db_tx *tx, struct str tenant,
                                  const struct store_library *library, int64_t was);

/* An object's place in a library. */
struct store_library_row {
    int64_t library;
    struct str library_name; /* read only */
    int64_t object;
    struct str licence;  /* number, may be empty */
    struct str what;     /* what is licensed */
    int32_t valid_until; /* 0: without end */
    struct str contact;
    struct str phone;
    int64_t at;
    struct str actor;
};
/* The places of an object, by library and licence. */
MUST enum err store_library_rows(struct store_library_row **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int64_t object,
                                 int64_t clearance);
/* One place by library, object and licence. ERR_MISSING. */
MUST enum err store_library_row_get(struct store_library_row *out, struct arena *arena,
                                    struct db_tx *tx, struct str tenant,
                                    const struct store_library_row *key, int64_t clearance);
/* Adds a place or changes what it says; takes it away (*changed is 0 where there is none). */
MUST enum err store_library_row_put(struct db_tx *tx, struct str tenant,
                                    const struct store_library_row *row);
/* The places of some objects in one library, by object and licence; takes them away. */
struct store_library_rows_find {
    struct str tenant;
    int64_t library;
    int64_t clearance;
    struct store_ids objects;
};
MUST enum err store_library_rows_of(struct store_library_row **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx,
                                    const struct store_library_rows_find *find);
MUST enum err store_library_rows_remove(struct db_tx *tx,
                                        const struct store_library_rows_find *find);
/* Adds many that are not there yet; no other statement of the caller may run in between. */
MUST enum err store_library_rows_load(struct db_tx *tx, struct str tenant,
                                      const struct store_library_row *rows, size_t count);
MUST enum err store_library_row_remove(uint64_t *changed, struct db_tx *tx, struct str tenant,
                                       const struct store_library_row *key);

/* An object as rows of files name it. */
struct store_library_object {
    int64_t id;
    struct str pool_id;
    struct str name;
};
/* Objects within the reach by their pool ids: any number of keys, in no order. */
MUST enum err store_library_objects(struct store_library_object **out, size_t *count,
                                    struct arena *arena, struct db_tx *tx,
                                    const struct store_library_find *find);

/* A place with the object that stands there. */
struct store_library_entry {
    struct store_library_row place;
    struct str pool_id;
    struct str name;
    struct str department;
};
/* The places of a library whose objects are within the reach, by object and licence; texts live
 * until the next. */
typedef enum err store_library_each(void *ctx, const struct store_library_entry *entry);
MUST enum err store_library_entries(struct db_tx *tx, const struct store_library_find *find,
                                    int64_t library, store_library_each *each, void *ctx);

/* A page of them: behind (with back: before) a place, whose library is not looked at; object 0:
 * from the begin. */
struct store_library_page {
    struct store_library_find find;
    int64_t library;
    struct str text;   /* part of the object's name or of the licence; empty: any */
    struct str number; /* or the whole pool id */
    int32_t from;      /* valid until a day of these; 0: any */
    int32_t until;
    int64_t object;
    struct str licence;
    bool back;
    int64_t most;
};
/* Their rows in the order of the page, in arena; how many there are in all. */
MUST enum err store_library_page(struct store_library_entry **out, size_t *count,
                                 struct arena *arena, struct db_tx *tx,
                                 const struct store_library_page *page);
MUST enum err store_library_page_total(int64_t *out, struct db_tx *tx,
                                       const struct store_library_page *page);

#endif
