/* Special libraries (专项库, R26): who keeps them, which objects stand in them, a row a licence.
 * All of it within the scope and the clearance of the errand: a library graded above that is not
 * there, nor are its rows (SECURITY.md AC7). */
#ifndef OFFICE_LIBRARY_H
#define OFFICE_LIBRARY_H

#include "office/object_set.h"
#include "sheet/writer.h"
#include "store/library.h"

/* Those that the person keeps or that hold an object of his; closed ones too. */
MUST enum err office_libraries(struct store_library **out, size_t *count, struct errand *e);
/* The same, their objects not counted: for choices. */
MUST enum err office_library_choices(struct store_library **out, size_t *count, struct errand *e);
/* One of them. ERR_MISSING. */
MUST enum err office_library_get(struct store_library *out, struct errand *e, int64_t id);
/* Adds a library (id 0) or changes one whose job is still library->job. The department must be
 * within the scope. grade: a code; empty: that of the setting grade.library, or what it had. It is
 * raised here, lowered by office_grade. ERR_INPUT with fault.field (name, department, grade),
 * ERR_DUPLICATE, ERR_CONFLICT. */
MUST enum err office_library_put(int64_t *id, struct errand *e, const struct store_library *library,
                                 struct str grade);
/* The grade of a new one for which nobody chooses one (enum model_grade). */
MUST enum err office_library_grade_first(int64_t *out, struct errand *e);

/* The places of an object, known to be within the scope, in libraries. */
MUST enum err office_library_rows(struct store_library_row **out, size_t *count, struct errand *e,
                                  struct str pool_id);
struct office_library_place {
    struct str pool_id;
    int64_t library;
    struct str licence;
    struct str what;
    struct str valid_until; /* as typed: YYYY-MM-DD or empty */
    struct str contact;
    struct str phone;
};
/* Puts an object into a library, or changes what its place says; takes it out. With its history;
 * repeating it changes nothing. ERR_MISSING for an object outside the scope, ERR_STATE for a closed
 * library, ERR_INPUT with fault.field, also for a library that is not the person's to see. */
MUST enum err office_library_place(struct errand *e, const struct office_library_place *place);
MUST enum err office_library_leave(struct errand *e, const struct office_library_place *place);

/* The rows of a library whose objects are within the scope, a page of them; phones masked. */
struct office_library_query {
    int64_t library;
    struct str text; /* part of a name or licence, or a number */
    int32_t from;    /* valid until a day of these; 0: any */
    int32_t until;
    int64_t object; /* behind (back: before) this object and licence; 0: from the begin */
    struct str licence;
    bool back;
    size_t most;
};
struct office_library_list {
    struct store_library library;
    struct store_library_entry *rows;
    size_t count;
    int64_t total; /* all that fits, exactly */
    bool before;
    bool behind;
};
/* In e->arena. ERR_MISSING for a library outside the scope. */
MUST enum err office_library_list(struct office_library_list *out, struct errand *e,
                                  const struct office_library_query *query);

/* Puts a whole filtered set, or the objects named, into a library, in one transaction (R25, R26):
 * those that stand in it already, with whatever licence, stay as they are; the others get a row
 * without a licence. With leave all their rows in it are taken away. */
struct office_library_batch {
    struct office_object_set set;
    int64_t library;
    bool leave;
    struct str reason;
};
/* ERR_INPUT with fault.field (library, reason), ERR_STATE for a closed library (taking out of one
 * is allowed), and those of office_label_batch for a set. Nothing is changed then. */
MUST enum err office_library_batch(struct office_batched *out, struct errand *e,
                                   const struct office_library_batch *batch);
/* The same as a job, for a filter; *job is its id. Some objects a transaction. */
MUST enum err office_library_batch_order(int64_t *job, struct errand *e,
                                         const struct office_library_batch *batch);
extern const struct office_job_kind office_job_batch_libraries;

/* Orders a file of a library's rows, as far as the scope reaches (permission object.export), as a
 * job; phones are masked. The file is one that the import takes. ERR_MISSING, ERR_INPUT with
 * fault.field. */
MUST enum err office_library_export_order(int64_t *job, struct errand *e, int64_t library,
                                          enum sheet_format format);
extern const struct office_job_kind office_job_export_library;

/* Notes in the audit that the person has the full phone numbers of an object's places shown, as
 * office_unmask does. ERR_MISSING outside the scope, ERR_INPUT, ERR_RATE. */
MUST enum err office_library_reveal(struct errand *e, struct str pool_id, struct str reason);

#endif
