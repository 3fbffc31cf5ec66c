/* Inside the import: one run over one file, its rows, and what each resource adds to the common
 * way (office/import.c). Not for others. */
#ifndef OFFICE_IMPORT_KIND_H
#define OFFICE_IMPORT_KIND_H

#include "base/text_map.h"
#include "ids/industry.h"
#include "office/catalogue.h"
#include "office/edit.h"
#include "office/form.h"
#include "office/import.h"
#include "office/joint.h"
#include "office/personal.h"
#include "office/vocabulary.h"
#include "store/registry.h"

/* One data row on its way. */
struct import_row {
    uint64_t number; /* in the file */
    struct store_record record;
    uint32_t given;   /* bit a field: the file says something */
    uint32_t raw;     /* bit a field: the cell could not be read, the value is its text */
    uint32_t cleared; /* bit a field: 清空 */
    struct str problem;
    struct str problem_column;
    struct str warning;
    struct str warning_column;
    uint32_t changed;               /* bit a field: it differs from old */
    const struct store_record *old; /* the row of the registry that it is */
    struct str before;              /* JSON of what changed, empty if nothing did */
    struct str after;
    bool doubled;             /* it is an earlier row again */
    bool version;             /* a new version of old, not a change of it */
    const struct str *source; /* its cells, where the error workbook may need them */
    size_t source_count;
};

/* Answers to texts that a file repeats. */
struct import_cache {
    struct text_map map; /* text -> index of values */
    struct str *values;
    size_t count;
};

struct import_run;

/* What a resource adds. */
struct import_kind {
    enum store_table table;
    const struct resource *resource;
    int department;   /* the field that says whose row it is, -1 if none does */
    bool open_handed; /* a row may be nobody's yet */
    int grade;        /* the field of its security grade, never the first; 0 where rows have none */
    enum model_setting first; /* with such a field: the grade of a new row that names none */
    size_t chunk;     /* rows held at once; 0: the whole file, since rows speak of each other */
    uint32_t lenient; /* fields whose unreadable cells judge looks at */
    uint32_t fixed;   /* fields that 清空 may not empty */
    uint32_t freed;   /* those of them that it may where a person changes one row */
    uint32_t late;    /* required fields that judge may fill in, and asks for itself */
    /* Refuses a file whose columns cannot give one good row; may be NULL. */
    enum err (*open)(struct import_run *run);
    /* Judges one row by itself, completes what the file leaves out. */
    enum err (*judge)(struct import_run *run, struct import_row *row);
    /* Finds the chunk's rows in the registry and judges them against it and each other. */
    enum err (*settle)(struct import_run *run);
    /* Gives a row that goes in as new its numbers. */
    enum err (*enrol)(struct import_run *run, struct import_row *row);
    /* Writes the chunk's good rows, those without old and those with changed, and their histories,
     * in place of import_save; NULL: the table is the registry's. */
    enum err (*save)(struct import_run *run);
};

extern const struct import_kind import_objects;
extern const struct import_kind import_inspectors;
extern const struct import_kind import_items;
extern const struct import_kind import_departments;
extern const struct import_kind import_superior; /* import_item.c: a superior's list */
extern const struct import_kind import_commissions;
extern const struct import_kind import_labels;
extern const struct import_kind import_meetings; /* import_register.c, as the next two */
extern const struct import_kind import_issuances;
extern const struct import_kind import_courses;
extern const struct import_kind import_libraries;
/* The kind of a resource's name, NULL if there is none. */
const struct import_kind *import_kind_find(struct str resource);

/* Numbers seen in this file: 16 bytes of a SHA-256 and the row. */
struct import_seen {
    struct import_seen_slot *slots;
    size_t cap; /* power of two */
    size_t count;
};

/* The one row of a job by hand: its code, its values before and after as the audit may show them.
 */
struct import_noted {
    struct str code;
    struct str before;
    struct str after;
};
enum { IMPORT_FAULTS = 40 }; /* of one typed row */

/* One attempt to do one job; made anew when the transaction is repeated. */
/* Rows of one division that is not the tenant's. */
struct import_abroad {
    char code[8];
    uint64_t rows;
};
enum { IMPORT_ABROAD = 64 /* divisions that are told apart */ };

struct import_run {
    struct errand *e;
    const struct office_import *job;
    const struct import_kind *kind;
    struct office_import_report *report;
    struct db_tx *tx;
    struct sheet *sheet;
    struct sheet_mapping map;
    int32_t *twins; /* per field: a second column that means it too, -1 if there is none */
    struct sheet_error_book *book;
    struct arena arena; /* as long as the run */
    struct arena chunk; /* as long as a chunk of rows */
    struct import_row *rows;
    size_t count;
    size_t cap;
    uint64_t taken; /* rows read so far */
    struct store_stamp stamp;
    struct store_load load; /* open over all chunks when fresh */
    bool fresh;             /* nobody has an object yet: bulk load, indexes afterwards */
    bool labelled;          /* some new object has labels */
    int64_t next_id;
    int64_t last_id;
    int32_t today;
    struct str department; /* code of job->department */
    struct str department_name;
    struct str division;         /* where rows without one belong */
    struct text_map departments; /* code and name -> index of department_rows */
    const struct store_record **department_rows;
    size_t department_count;
    struct import_cache divisions; /* what their texts mean */
    struct import_cache strange;   /* what is said of words that the vocabulary does not know */
    struct industries industries;
    struct import_abroad abroad[IMPORT_ABROAD]; /* of objects */
    size_t abroad_count;
    struct import_seen seen;    /* of judge */
    struct import_seen settled; /* of settle */
    void *kept;                 /* what the kind's open leaves for judge, settle and save */
    struct import_noted noted;  /* by hand: what the audit says of the one row */
    struct office_field_fault
        *faults; /* each rejection at its field, where a person typed the row */
    size_t fault_count;
    struct office_field_fault *oddities; /* the warnings likewise */
    size_t oddity_count;
    const struct field_word *methods; /* of items: the dictionary with the place's own words */
    struct store_form *forms;         /* of items: check forms in force */
    size_t form_count;
    struct office_item_limit limit; /* of items: how high the cap of a general one may be */
    struct vocabulary labels;       /* of items and objects: the words for objects */
    struct joint_names units;       /* of items: what departments are called */
    struct fault cell_fault;        /* words about one cell; here, since clearing it a cell costs */
};

/* Rejects a row, or warns about it; several reasons are joined by ；. field: number in the
 * resource, or -1. */
MUST enum err import_reject(struct import_run *run, struct import_row *row, int field,
                            const char *fmt, ...) PRINTF(4, 5);
MUST enum err import_warn(struct import_run *run, struct import_row *row, int field,
                          const char *fmt, ...) PRINTF(4, 5);
static inline bool import_good(const struct import_row *row)
{
    return row->problem.data == NULL;
}
static inline bool import_given(const struct import_row *row, int field)
{
    return (row->given >> field & 1) != 0;
}
/* Warns about each word of a list that the vocabulary does not know (R27). */
MUST enum err import_words(struct import_run *run, struct import_row *row, int field,
                           const struct vocabulary *vocabulary);
/* Rejects a typed row for each such word, unless it stood there already. */
MUST enum err import_words_typed(struct import_run *run, struct import_row *row, int field,
                                 const struct vocabulary *vocabulary);
/* Gives a field a value that the file means but does not say in so many words. */
void import_set(struct import_row *row, int field, struct str value);

/* Cells to values by the kinds of the fields (import_row.c). */
MUST enum err import_read_row(struct import_run *run, struct import_row *row,
                              const struct sheet_record *record);
/* What a person typed, a text a field, in place of cells: data NULL leaves the field as it is; an
 * empty text empties it, and is refused where it may not be empty. */
MUST enum err import_read_typed(struct import_run *run, struct import_row *row,
                                const struct str *values, size_t count);
/* Finds the second columns of fields: many files carry 统一社会信用代码 and 注册号, and fill one.
 */
MUST enum err import_find_twins(struct import_run *run);
/* A division as people write it to a code in force. An empty result: the row was rejected. */
MUST enum err import_division(struct str *code, struct import_run *run, struct import_row *row,
                              int field);
/* The code alone; false when it cannot be read. kept: abolished, successor unknown. */
bool import_division_find(struct str *code, bool *kept, const struct import_run *run,
                          struct str text);
/* A department's code by its code or name; data NULL if there is none. */
struct str import_department_find(const struct import_run *run, struct str text);

/* The row in which key was seen before in this file, 0 if it is new: then it is remembered. */
MUST enum err import_seen_add(uint64_t *before, struct import_seen *seen, struct str key,
                              uint64_t row);
void import_seen_free(struct import_seen *seen);

/* What rows are judged against: today, departments, divisions, industries. */
MUST enum err import_prepare(struct import_run *run);
/* Lets everything go, whatever the run came to. */
void import_release(struct import_run *run);
/* Reads and judges rows until a chunk is full: ERR_OK; ERR_END with the last ones, perhaps none. */
MUST enum err import_take(struct import_run *run);
/* Settles, saves and reports the rows held, and forgets them. */
MUST enum err import_finish(struct import_run *run);
/* All rows of the file, read and judged in a thread of their own while this one saves those before
 * (import_pipe.c). Only for kinds whose judge does without the database. *done is false, and
 * nothing has happened, when no thread can be had. */
MUST enum err import_pipe(bool *done, struct import_run *run);

/* Rejects good rows of the chunk that belong, or belonged so far, to departments beyond the
 * errand's scope, where the job is scoped (import_scope.c). */
MUST enum err import_scope(struct import_run *run);

/* Grades a row that was settled (AC7): empty, a new one as the kind's setting says, a known one as
 * it is. Rejects a grade above the person's clearance, and a lower one than the row has, since that
 * needs a reason of its own (import_scope.c). */
MUST enum err import_grade(struct import_run *run, struct import_row *row);

/* Compares a row with row->old: values the file does not give are taken from it, before and after
 * are set where something differs. changed gets the bits of the fields. */
MUST enum err import_compare(uint32_t *changed, struct import_run *run, struct import_row *row);
/* Writes the chunk's good rows; counts them in any case (import_save.c). */
MUST enum err import_save(struct import_run *run);

/* The next identifier for what a row writes. */
MUST enum err import_id(int64_t *out, struct import_run *run);
/* Why a row changed, for its history: the file's words or its name. */
struct str import_reason(const struct import_run *run, const struct import_row *row);
/* The column of numbers that stand sealed in the kind's table and the field of the resource that
 * they are; STORE_PERSONAL_COUNT: none. */
enum store_personal import_numbers(int *field, const struct import_run *run);

/* All rows of the kind's table (or of departments) into an array in the run's arena. */
MUST enum err import_load(const struct store_record ***out, size_t *count, struct import_run *run,
                          enum store_table table);
/* The same up to a grade of the caller's choice, for keys that are taken by rows which the person
 * does not see. */
MUST enum err import_load_graded(const struct store_record ***out, size_t *count,
                                 struct import_run *run, enum store_table table,
                                 enum model_grade clearance);

#endif
