/* The tables of the two registries, the catalogue and the departments: department, object,
 * inspector, item, and what was done to them: import_job, registry_change.
 *
 * A row is carried as text: one value a field of its resource, in the order of model/resource.h,
 * then the columns named below. Dates are YYYY-MM-DD, ratios NUM/DEN, numbers decimal, '' = none;
 * how a value is stored follows from the kind of its field. */
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include "model/resource.h"
#include "store/row.h"

enum store_table {
    STORE_OBJECTS,
    STORE_INSPECTORS,
    STORE_ITEMS,
    STORE_DEPARTMENTS,
    STORE_SUPERIOR,
    STORE_COMMISSIONS,
    STORE_LABELS,
    STORE_MEETINGS,
    STORE_ISSUANCES,
    STORE_COURSES,
    STORE_LIBRARIES, /* places in special libraries; read and written by store/library.h alone */
    STORE_TABLES
};

/* Values behind the fields. */
enum {
    STORE_OBJECT_POOL_ID = MODEL_OBJECT_COUNT, /* the object's id in a pool (PROTOCOL 2) */
    STORE_OBJECT_NUMBER_KIND,                  /* ids_kind_code */
    STORE_OBJECT_LIKENESS, /* by which an object without a usable number is recognised */
    STORE_OBJECT_VALUES,
    STORE_INSPECTOR_CODE = MODEL_INSPECTOR_COUNT,
    STORE_INSPECTOR_VALUES,
    STORE_ITEM_CODE = MODEL_ITEM_COUNT,
    STORE_ITEM_VERSION,
    STORE_ITEM_STATE,
    STORE_ITEM_VALID_FROM,
    STORE_ITEM_VALUES,
    STORE_SUPERIOR_LIST = MODEL_ITEM_COUNT, /* name of the superior's list */
    STORE_SUPERIOR_STATE,
    STORE_SUPERIOR_VALUES,
    STORE_VALUES_MAX = STORE_ITEM_VALUES
};

/* One row of a registry. */
struct store_record {
    int64_t id;
    struct str values[STORE_VALUES_MAX];
    int64_t grade; /* enum model_grade, as read: of commissions and registers, else 0 */
};

/* Which import wrote a row, and when. */
struct store_stamp {
    struct str tenant;
    int64_t job;
    int64_t at;
};

/* How many values a record of this table has. */
size_t store_registry_count(enum store_table table);
/* Which value is the code that people know a row by. */
size_t store_registry_code(enum store_table table);
/* Name of the table in registry_change and import_job: the resource's name. */
struct str store_registry_name(enum store_table table);

/* Called with every row found; the values live in the arena of the call. */
typedef enum err store_record_each(void *ctx, const struct store_record *record);

struct store_find {
    struct db_tx *tx;
    struct str tenant;
    struct arena *arena;
    store_record_each *each;
    void *ctx;
    int64_t clearance; /* rows graded above it are not there (store/reach.h) */
};

/* All rows of a small registry, by id; of items only those in force. Not for objects. */
MUST enum err store_registry_all(enum store_table table, const struct store_find *find);
/* Grades a commission or a register's row anew. ERR_CONFLICT when its grade is no longer `was`. */
struct store_registry_grade {
    struct str tenant;
    int64_t id;
    int64_t was;
    int64_t grade;
};
MUST enum err store_registry_grade(struct db_tx *tx, enum store_table table,
                                   const struct store_registry_grade *row);
/* Objects by their pool ids, at most STORE_KEYS of them; in any order. */
enum { STORE_KEYS = 248 };
MUST enum err store_object_by_pool_id(const struct store_find *find, const struct str *pool_ids,
                                      size_t count);
/* Objects without a usable number by their likenesses (64 hex digits each). */
MUST enum err store_object_by_likeness(const struct store_find *find, const struct str *likenesses,
                                       size_t count);

/* One object out of a row whose columns from `col` on are STORE_OBJECT_COLUMNS; its id is left. */
MUST enum err store_object_record(struct store_record *out, struct db_rows *rows, int col,
                                  struct arena *arena);

/* Adds many rows at once. No other statement may run in tx before store_registry_load_close. */
struct store_load {
    struct db_bulk *bulk;
    enum store_table table;
    struct store_stamp stamp;
};
MUST enum err store_registry_load(struct store_load *out, struct db_tx *tx, enum store_table table,
                                  const struct store_stamp *stamp);
MUST enum err store_registry_load_add(struct store_load *load, const struct store_record *record);
/* Ends the load, also after an error. ERR_DUPLICATE when somebody else was there first. Nothing
 * happens when the load was never opened or is closed already. */
MUST enum err store_registry_load_close(struct store_load *load);

/* Overwrites the row record->id with record's values (its history is registry_change). */
MUST enum err store_registry_update(struct db_tx *tx, enum store_table table,
                                    const struct store_record *record,
                                    const struct store_stamp *stamp);
/* The same of an object whose row still carries the job `was`: ERR_CONFLICT where somebody else
 * wrote it since. */
MUST enum err store_object_save(struct db_tx *tx, const struct store_record *record,
                                const struct store_stamp *stamp, int64_t was);
/* Takes an item version out of force (R7): its row stays for the tasks that used it. */
MUST enum err store_item_replace(struct db_tx *tx, struct str tenant, int64_t id);

/* Does any tenant have an object yet? */
MUST enum err store_object_any(bool *any, struct db_tx *tx);
/* Drops the secondary indexes of an object table without rows, and builds them again behind a bulk
 * load in the same transaction: sorting once costs a fifth of a million random insertions. */
MUST enum err store_object_indexes_drop(struct db_tx *tx);
MUST enum err store_object_indexes_build(struct db_tx *tx);

/* What one import did. */
struct store_import_job {
    struct str resource;
    struct str file;
    struct str digest; /* SHA-256 of the file, hex */
    struct str department;
    uint64_t seen;
    uint64_t added;
    uint64_t changed;
    uint64_t same;
    uint64_t rejected;
    uint64_t warned;
    struct str actor;
};
MUST enum err store_import_job_add(struct db_tx *tx, const struct store_stamp *stamp,
                                   const struct store_import_job *job);

/* One change of a registry row: the values that differ, before and after, as JSON objects. */
struct store_change {
    int64_t id;
    int64_t target;
    struct str before;
    struct str after;
    struct str reason;
    int64_t library; /* special library that it tells of; 0: none */
};
/* Writes the changes of rows of one table. */
struct store_changes {
    const struct store_change *items;
    size_t count;
    enum store_table table;
    struct str actor;
};
MUST enum err store_change_add(struct db_tx *tx, const struct store_stamp *stamp,
                               const struct store_changes *changes);

#endif
