/* One action on many rows that a person picked in a list (批量操作): inspectors and experts (R38,
 * R39), commissions (R43), documents (R13-R15). Each row is judged on its own by the rules of a
 * single one: what can be done is done, in one transaction, and the report names each row that was
 * passed over and why. A row beyond the errand's scope does not exist. Each row that changes has
 * its own history and audit row, values before and after. */
#ifndef OFFICE_BATCH_H
#define OFFICE_BATCH_H

#include "office/job.h"

enum office_batch_act {
    OFFICE_BATCH_LEAVE,    /* inspectors: state left */
    OFFICE_BATCH_RETURN,   /* inspectors: state active */
    OFFICE_BATCH_LABEL,    /* inspectors: one speciality more */
    OFFICE_BATCH_UNLABEL,  /* inspectors: one less */
    OFFICE_BATCH_CANCEL,   /* commissions: state cancelled */
    OFFICE_BATCH_PUBLISH,  /* documents: submitted -> published */
    OFFICE_BATCH_WITHDRAW, /* documents: published -> withdrawn */
    OFFICE_BATCH_ACTS
};

enum { OFFICE_BATCH_NOW = 200 /* rows; more go as a job */ };

struct office_batch {
    enum office_batch_act act;
    const struct str *keys; /* codes of people and documents, ids of commissions */
    size_t count;
    struct str word;   /* of LABEL and UNLABEL */
    struct str reason; /* of all but PUBLISH: written into each row's history */
};
/* A row that was passed over. */
struct office_batch_skip {
    struct str key;
    struct str name; /* empty where the row does not exist for him */
    struct str why;
};
struct office_batch_report {
    int64_t done;
    struct office_batch_skip *skips;
    size_t skip_count;
};
/* Does it. The errand's scope is that of INSPECTOR_EDIT, of documents DOCUMENT_PUBLISH; under the
 * same key again the report of the first time. ERR_INPUT with fault.field: no reason, a word that
 * is neither in the vocabulary nor in use. */
MUST enum err office_batch(struct office_batch_report *out, struct errand *e,
                           const struct office_batch *batch);
/* The same as a job, whose result file is the table of the rows that were passed over. */
MUST enum err office_batch_order(int64_t *job, struct errand *e, const struct office_batch *batch);

/* Specialities that can be given to inspectors: the vocabulary's, then others in use within the
 * scope; taken away: those in use. */
MUST enum err office_batch_words(struct str **out, size_t *count, struct errand *e,
                                 enum office_batch_act act);

extern const struct office_job_kind office_job_batch_people, office_job_batch_documents;

/* --- within the room --- */

/* One attempt inside its transaction. */
struct batch_run {
    struct errand *e;
    const struct office_batch *batch;
    struct office_batch_report *out;
    struct office_job_run *job; /* NULL: a page waits */
    struct db_tx *tx;
};
/* Notes a row that is passed over; why is copied. */
MUST enum err batch_skip(struct batch_run *run, struct str key, struct str name, struct str why);
/* Tells a job how far it is; `at` of the picked rows are behind. */
MUST enum err batch_progress(struct batch_run *run, size_t at);
/* The actions, one function a registry (batch_people.c, document.c). */
MUST enum err batch_people(struct batch_run *run);
MUST enum err batch_commissions(struct batch_run *run);
MUST enum err batch_documents(struct batch_run *run);

#endif
