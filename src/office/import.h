/* Importing the registries, special libraries, the item list and the departments from a table file
 * (R1-R7, R19-R40).
 *
 * One file is one transaction (SECURITY.md I6): after a crash, a full disk or a refusal nothing of
 * it is in the registry. Rows that cannot be right are left out, each with its reason, and the
 * others go in. The same file again changes nothing. What a file says about a row that is there
 * already overwrites it, with the values before and after kept; an empty cell (also N/A, -, /, 无)
 * says nothing and changes nothing, the word 清空 empties an optional field. Nothing is deleted. */
#ifndef OFFICE_IMPORT_H
#define OFFICE_IMPORT_H

#include "office/office.h"
#include "sheet/heading.h"

/* Most problems and warnings that a report carries; the error workbook holds all rejected rows. */
enum { OFFICE_IMPORT_PROBLEMS = 100 };

/* Called now and then, from another thread while office_import waits: rows read so far and how
 * much of the file that is, in thousandths. An error ends the import: nothing is written. */
typedef enum err office_import_progress(void *ctx, uint64_t rows, unsigned permille);

struct office_import {
    struct str resource;       /* objects, inspectors, items, departments, libraries, labels,
                                     superior, commissions, meetings, issuances, courses */
    const char *path;          /* the file */
    struct str department;     /* name or code; empty if none */
    struct str division;       /* name or code: where rows without one belong; empty: the tenant */
    struct str list;           /* superior: name of its list; libraries: of the special library that
                                  rows without one go into, may be empty */
    bool dry_run;              /* everything but writing */
    bool scoped;               /* rows of departments beyond the errand's scope are rejected */
    struct str name;           /* of the file, for people; empty: the path's last segment */
    const struct str *columns; /* a column each: name of the field it is read as, chosen by a
                                  person, empty for none; NULL: as recognised */
    size_t column_count;
    const char *errors_path; /* .xlsx for the rejected rows; NULL if not wanted */
    struct str by_hand; /* audit action of one row that a person typed (office_import_one); empty:
                           a file */
    const struct str *values; /* by_hand: the row, in place of the file; a text a field */
    struct str target;        /* by_hand: the code of the row that is changed; empty: a new one */
    struct str reason;        /* by_hand: why, for the row's history; empty: the name */
    office_import_progress *progress; /* may be NULL */
    void *progress_ctx;
};

/* One column of the file: its heading and the label of the field it was read as, empty if none. */
struct office_import_column {
    struct str heading;
    struct str field;
};

/* Why a row was rejected, or what was noticed about one that went in. */
struct office_import_problem {
    uint64_t row;      /* as the person sees it in the file */
    struct str column; /* label, or several joined by 、 */
    struct str reason;
};

struct office_import_report {
    uint64_t seen; /* data rows: added + changed + same + rejected */
    uint64_t added;
    uint64_t changed;
    uint64_t same;
    uint64_t rejected;
    uint64_t doubled;    /* of those rejected: the same as an earlier row */
    uint64_t warned;     /* rows that went in (or were there) with a warning */
    uint64_t unlabelled; /* items: rows that go in without labels, so for every object (R22) */
    int64_t objects;     /* items: how many that are, where there is such a row */
    /* Of objects: rows that lie elsewhere, by their division, else by the division in their number;
     * and where most of those lie (a code, empty for none). */
    uint64_t abroad;
    uint64_t abroad_most;
    char abroad_code[8];
    uint64_t skipped[SHEET_SKIP_COUNT]; /* rows that are no data */
    struct office_import_column *columns;
    size_t column_count;
    struct office_import_problem problems[OFFICE_IMPORT_PROBLEMS]; /* the first rejected rows */
    size_t problem_count;
    struct office_import_problem warnings[OFFICE_IMPORT_PROBLEMS];
    size_t warning_count;
    struct str sheet;     /* name of the sheet that was read, empty if it has none */
    size_t sheet_count;   /* only one is read */
    uint64_t heading_row; /* where the headings were found */
    bool errors_written;  /* the error workbook exists: some rows were rejected */
    struct str code;      /* of the row that a person typed */
    bool repeated; /* the errand's key was used before: nothing was done now, counts of then */
};

/* What a file's columns seem to be, and its first rows: for showing it before anything is done with
 * it. Nothing is checked; ERR_FORMAT and the errors of sheet_open where it can't be read as a table
 * at all. */
enum { OFFICE_IMPORT_SAMPLES = 5 };
struct office_import_look {
    struct office_import_column *columns; /* field: the name (not the label) it was recognised as */
    size_t column_count;
    struct str *samples[OFFICE_IMPORT_SAMPLES]; /* first rows, a text a column */
    size_t sample_count;
    struct str digest; /* SHA-256 of the headings, hex: equal for files of the same headings */
};
MUST enum err office_import_look(struct office_import_look *out, struct errand *e,
                                 const struct office_import *job);

/* Imports a file. ERR_OK also when rows were rejected: see the report, whose words live in the
 * errand's arena. An error means that nothing was imported: ERR_INPUT (unknown department or
 * division, no heading row that fits), ERR_USAGE (unknown resource) and those of sheet_open. */
MUST enum err office_import(struct errand *e, const struct office_import *job,
                            struct office_import_report *report);

/* One row as a person typed it, by the very rules of a file: one value a field of the resource, an
 * empty one empties the field. The audit gets the values before and after, personal numbers masked.
 * ERR_INPUT with fault.field where a value is refused, or a new row is there already. */
struct office_import_typed {
    const struct resource *resource;
    const struct str *values;
    struct str action; /* of the audit */
    struct str target; /* code of the row that is changed; empty: a new one */
    struct str reason; /* for its history; may be empty */
    struct str *code;  /* gets the code of the row, in the errand's arena; may be NULL */
};
MUST enum err office_import_one(struct errand *e, const struct office_import_typed *typed);

#endif
