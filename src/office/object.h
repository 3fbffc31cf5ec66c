/* Objects in the workbench: lists, one object with its course, labels, export (R19-R32). All of it
 * within the scope of the errand; what lies outside is not there. */
#ifndef OFFICE_OBJECT_H
#define OFFICE_OBJECT_H

#include "office/history.h"
#include "office/object_set.h"
#include "sheet/writer.h"
#include "store/label.h"
#include "store/object.h"
#include "store/task.h"

enum { OFFICE_PAGE_MOST = 2000 };

/* What is asked for. The filter's tenant, reach and the item's labels are filled in; its text may
 * be a number. */
struct office_object_query {
    struct store_object_filter filter;
    struct store_object_page page; /* most: at most OFFICE_PAGE_MOST, 0: 50 */
};

struct office_object_list {
    struct store_object_row *rows;
    size_t count;
    int64_t total; /* all that fits, exactly */
    bool before;   /* there are rows before these */
    bool behind;   /* there are rows behind these */
};
/* In e->arena. ERR_INPUT for a page size past OFFICE_PAGE_MOST. */
MUST enum err office_object_list(struct office_object_list *out, struct errand *e,
                                 const struct office_object_query *query);
/* How many fit, exactly. */
MUST enum err office_object_count(int64_t *out, struct errand *e,
                                  const struct office_object_query *query);

/* One object: what the registry says, who is responsible, which items apply to it (R22), and its
 * course: changes, visits, published results. */
struct office_object {
    struct store_object_row row;
    struct str *departments; /* further ones, codes */
    size_t department_count;
    struct store_object_change *changes;
    size_t change_count;
    struct store_object_visit *visits;
    size_t visit_count;
    const struct store_record **items; /* in force, STORE_ITEMS */
    size_t item_count;
};
/* By number or SL- id. ERR_MISSING outside the scope. */
MUST enum err office_object_show(struct office_object *out, struct errand *e, struct str pool_id);

/* Adds (or takes away) a further responsible department (R24), with its history. The department
 * must exist; the object must be within the scope. Repeating it changes nothing. */
MUST enum err office_object_department(struct errand *e, struct str pool_id, struct str department,
                                       bool add);

/* Labels a whole filtered set, or the objects named, in one transaction (R25, R27). */
struct office_label_batch {
    struct office_object_set set;
    struct str word;
    bool remove;
    struct str reason;
};
/* ERR_INPUT with fault.field (word, reason) for a word that is not in the vocabulary or closed
 * (removing it is allowed), a missing reason; ERR_CONFLICT when the set is no longer as large as it
 * was shown; ERR_MISSING when a named object is outside the scope. Nothing is changed then. */
MUST enum err office_label_batch(struct office_batched *out, struct errand *e,
                                 const struct office_label_batch *batch);
/* The same as a job, for a filter; *job is its id. Some objects a transaction. */
MUST enum err office_label_batch_order(int64_t *job, struct errand *e,
                                       const struct office_label_batch *batch);
extern const struct office_job_kind office_job_batch_labels;

/* Writes all objects that fit into a file, columns by their index in model_objects; none: all of
 * them. Memory does not grow with the rows. The audit names the filter's size and the columns. */
struct office_object_export {
    const struct office_object_query *query;
    const char *path;
    enum sheet_format format;
    const int *columns;
    size_t column_count;
    enum err (*progress)(void *ctx, int64_t rows); /* told each row, may stop it; may be NULL */
    void *ctx;
};
MUST enum err office_object_export(int64_t *rows, struct errand *e,
                                   const struct office_object_export *wanted);

/* The vocabulary (R27). A word cannot be renamed or deleted, only closed. */
MUST enum err office_labels(struct store_label **out, size_t *count, struct errand *e,
                            struct str subject);
/* May it be a word? A short one, without what separates words. */
bool office_label_fits(struct str word);
/* Adds a word: id 0; or changes theme and state of one whose job is still label->job.
 * ERR_INPUT, ERR_DUPLICATE, ERR_CONFLICT with words. */
MUST enum err office_label_put(int64_t *id, struct errand *e, const struct store_label *label);

#endif
