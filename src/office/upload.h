/* Importing in two steps (R19-R40 by the browser): a person uploads a file; it is checked by a job,
 * which writes nothing and tells what the import would do; he may correct how its columns are read,
 * and is then asked; only when he confirms does a second job import it. Both jobs go the way of the
 * command (office/import.h), within his scope.
 *
 * States: checking → checked, or refused (nothing could be imported; its columns may be corrected)
 * → checking again after a correction; checked → confirmed; removed, by him or when
 * import.keep-hours are over. */
#ifndef OFFICE_UPLOAD_H
#define OFFICE_UPLOAD_H

#include "office/import.h"
#include "office/job.h"
#include "store/upload.h"

/* Where rows belong that do not say it themselves: what the form asks for. */
enum office_upload_place {
    OFFICE_UPLOAD_TO_PLACE,      /* a department and a division */
    OFFICE_UPLOAD_TO_DEPARTMENT, /* a department */
    OFFICE_UPLOAD_TO_LIBRARY,    /* a special library */
    OFFICE_UPLOAD_TO_LIST,       /* a superior's list, which has a name */
    OFFICE_UPLOAD_TO_ALL         /* nowhere: they are for all */
};

/* What can be imported in the browser; the permission for it is that of its two jobs. */
struct office_upload_kind {
    const struct resource *resource;
    const struct office_job_kind *check;
    const struct office_job_kind *import;
    enum office_upload_place place;
};
/* The kind of a resource's name, NULL if there is none. */
const struct office_upload_kind *office_upload_kind(struct str resource);

/* Bytes that an uploaded file may have (setting import.upload-mib). */
MUST enum err office_upload_limit(uint64_t *bytes, struct errand *e);

struct office_upload_add {
    const struct office_upload_kind *kind;
    const char *path; /* of a temporary file in DIR/jobs; moved away */
    struct str name;  /* as the person calls it */
    uint64_t bytes;
    struct str department; /* code: of rows that name none */
    struct str division;   /* code or name, may be empty */
    struct str library;    /* name: of rows that name none, where the kind asks for one */
    struct str list;       /* of a superior's list: its name */
};
/* Takes a file in and has it checked. ERR_INPUT with a field: no file, empty, a department beyond
 * his scope, an unknown division, a library that he does not see, a superior's list without a name.
 * The errand's scope is that of the kind's permission. */
MUST enum err office_upload_add(int64_t *id, struct errand *e, const struct office_upload_add *in);
/* One of a kind, visible to the departments that the errand's scope reaches; else ERR_MISSING. */
MUST enum err office_upload_get(struct store_upload *out, struct errand *e,
                                const struct office_upload_kind *kind, int64_t id);
/* The newest ones of a kind that he may see, at most `most`. */
MUST enum err office_uploads(struct store_upload **out, size_t *count, struct errand *e,
                             const struct office_upload_kind *kind, size_t most);
/* Reads the columns anew: one field name a column, empty for none. Remembered for the department's
 * next file of the same headings. ERR_INPUT with words: a field chosen twice is allowed (the second
 * fills gaps of the first), an unknown one is not. ERR_STATE when it is confirmed or removed. */
MUST enum err office_upload_columns(struct errand *e, const struct office_upload_kind *kind,
                                    int64_t id, const struct str *columns, size_t count);
/* Confirms: *job is the import's. A second time gives the same job. ERR_STATE when it is not
 * checked, or nothing in it is good. */
MUST enum err office_upload_confirm(int64_t *job, struct errand *e,
                                    const struct office_upload_kind *kind, int64_t id);
/* Gives it up: the file goes. ERR_STATE when it is confirmed. */
MUST enum err office_upload_remove(struct errand *e, const struct office_upload_kind *kind,
                                   int64_t id);
/* Removes the files whose time is over. */
MUST enum err office_upload_sweep(uint64_t *removed, struct errand *e);

/* An empty .xlsx with the headings of a resource, at path. */
MUST enum err office_upload_template(const struct office_upload_kind *kind, const char *path,
                                     struct fault *fault);

extern const struct office_job_kind office_job_check_objects, office_job_check_inspectors,
    office_job_check_items, office_job_check_libraries, office_job_check_labels,
    office_job_check_commissions, office_job_check_register, office_job_import_register,
    office_job_check_superior, office_job_import_objects, office_job_import_inspectors,
    office_job_import_items, office_job_import_libraries, office_job_import_labels,
    office_job_import_commissions, office_job_import_superior;

#endif
