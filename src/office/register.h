/* The registers (登记簿) that the monthly reports are made of: meetings, documents issued, training
 * courses (R143-R145, rows 1-3 of the two forms of 邢台2022). One way for all three: what differs
 * is told by their resources and by the rows of office_registers. A row belongs to the department
 * that called, issued or held; it is withdrawn with a reason, never deleted, and then stays as it
 * is. */
#ifndef OFFICE_REGISTER_H
#define OFFICE_REGISTER_H

#include "office/job.h"
#include "office/office.h"
#include "sheet/writer.h"
#include "store/history.h"
#include "store/registry.h"

struct office_register_kind {
    const struct resource *resource;
    enum store_table table;
    const char *noun;   /* 会议 */
    const char *unit;   /* of one row: 次会议 */
    const char *prefix; /* of its codes */
    uint32_t key;       /* fields by which a row without a code is known, a bit each */
    uint32_t searched;  /* fields that are searched for words */
    int people;         /* the field that is summed up in the counts, -1 for none */
};
/* The register of that resource's name; NULL where there is none. */
const struct office_register_kind *office_register_kind(struct str resource);
/* The one whose rows stand in this table. */
const struct office_register_kind *office_register_of(enum store_table table);

struct office_register_row {
    struct store_record record;
    struct str department_name;
    int32_t day;
};
/* What is looked for; empty, 0 means anything. */
struct office_register_find {
    struct str text;
    struct str department; /* code */
    struct str state;
    int64_t year;
    int64_t month;    /* 1-12; of any year where year is 0 */
    struct str grade; /* code */
};
/* Whoever matches within the errand's scope and clearance, the latest first. */
MUST enum err office_register_rows(struct office_register_row **out, size_t *count,
                                   struct errand *e, const struct office_register_kind *kind,
                                   const struct office_register_find *find);

/* One by the id of its row, with its changes. ERR_MISSING, also outside the scope. */
struct office_register_page {
    struct office_register_row row;
    bool withdrawn;
    struct store_object_change *changes;
    size_t change_count;
};
MUST enum err office_register_get(struct office_register_page *out, struct errand *e,
                                  const struct office_register_kind *kind, int64_t id);
/* Saves what was typed, one value a field of the resource. *id 0: a new row, gets its id; a change
 * needs a reason and leaves the grade as it is (office/grade.h). ERR_INPUT with fault.field;
 * ERR_MISSING outside the scope. */
struct office_register_edit {
    const struct office_register_kind *kind;
    const struct str *values;
    struct str reason;
};
MUST enum err office_register_save(int64_t *id, struct errand *e,
                                   const struct office_register_edit *edit);
/* Withdraws a row: it stays, marked, and counts no more. ERR_INPUT without a reason, ERR_STATE
 * where it is withdrawn already. */
MUST enum err office_register_withdraw(struct errand *e, const struct office_register_kind *kind,
                                       int64_t id, struct str reason);

/* How many rows stand in a year, by month, for each department of the scope, those with none too;
 * people: the sum of the register's people. What is withdrawn is left out. */
struct office_register_count {
    struct str code;
    struct str name;
    unsigned below; /* how deep below the topmost in scope */
    int64_t rows[12];
    int64_t people[12];
    int64_t total;
    int64_t total_people;
};
struct office_register_counts {
    struct office_register_count *departments;
    size_t count;
    struct office_register_count all;
    int64_t *years; /* in which there is a row, and this one; the latest first */
    size_t year_count;
};
MUST enum err office_register_counts(struct office_register_counts *out, struct errand *e,
                                     const struct office_register_kind *kind, int64_t year);

/* Orders the export of what fits as a job; its file can be imported again. *job: its id. ERR_INPUT
 * with words. */
struct office_register_order {
    const struct office_register_kind *kind;
    const struct office_register_find *find;
    enum sheet_format format; /* SHEET_XLSX or SHEET_CSV */
    uint32_t columns;         /* a bit a field */
};
MUST enum err office_register_export(int64_t *job, struct errand *e,
                                     const struct office_register_order *order);
extern const struct office_job_kind office_job_export_register;

#endif
