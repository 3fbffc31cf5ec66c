/* Files on their way into a registry: the tables upload and upload_mapping. */
#ifndef STORE_UPLOAD_H
#define STORE_UPLOAD_H

#include "store/row.h"

struct store_upload {
    int64_t id;
    struct str resource;
    struct str name; /* of the file, as the person has it */
    struct str file; /* name in DIR/jobs; '' once it was removed */
    int64_t bytes;
    int64_t account;
    struct str actor;
    struct str department; /* of the one who uploaded it: who may see it */
    struct str target;     /* department, library or list of rows that name none; may be '' */
    struct str division;   /* likewise */
    struct str state;      /* checking, checked, refused, confirmed, removed */
    struct str columns;    /* JSON array of field names, one a column; '' as recognised */
    struct str headings;   /* digest */
    struct str report;     /* JSON */
    int64_t check_job;
    int64_t import_job; /* 0 before it is confirmed */
    int64_t at;
    int64_t until;
    int64_t scanned_at; /* 0: no virus scanner was asked */
};
/* Adds one. */
MUST enum err store_upload_add(struct db_tx *tx, struct str tenant, const struct store_upload *row);
/* One by its id, ERR_MISSING. */
MUST enum err store_upload_get(struct store_upload *out, struct arena *arena, struct db_tx *tx,
                               struct str tenant, int64_t id);
/* Overwrites what changes in its life, if it is still in the state `from`; *changed 0 when not. */
MUST enum err store_upload_move(uint64_t *changed, struct db_tx *tx, struct str tenant,
                                const struct store_upload *row, struct str from);
/* The newest of a resource behind none or behind id `before`, at most `most`. */
struct store_upload_find {
    struct str tenant;
    struct str resource;
    int64_t before; /* id < before; 0: from the newest on */
    int64_t most;
};
MUST enum err store_upload_newest(struct store_upload **out, size_t *count, struct arena *arena,
                                  struct db_tx *tx, const struct store_upload_find *find);
/* Those that still have a file and whose time is over at `now`. */
MUST enum err store_upload_stale(struct store_upload **out, size_t *count, struct arena *arena,
                                 struct db_tx *tx, struct str tenant, int64_t now);

/* How a department reads files of certain headings, as it chose last. */
struct store_upload_mapping {
    struct str tenant;
    struct str department;
    struct str resource;
    struct str headings;
    struct str columns;
    int64_t at;
    struct str actor;
};
MUST enum err store_upload_mapping_set(struct db_tx *tx, const struct store_upload_mapping *row);
/* The columns of row->department, resource, headings: '' if there are none. */
MUST enum err store_upload_mapping_get(struct str *columns, struct arena *arena, struct db_tx *tx,
                                       const struct store_upload_mapping *row);

#endif
