/* Commissions of third parties (R42, R43): tests, audits, inquiries, appraisals, assessments,
 * experts by contract; who commissions, pays. The rows are those of `sunlot import commissions`. */
#ifndef OFFICE_COMMISSION_H
#define OFFICE_COMMISSION_H

#include "office/office.h"
#include "store/history.h"
#include "store/registry.h"

struct office_commission {
    struct store_record record;
    struct str department_name;
    bool late; /* under way, and its last day is over */
};
/* What is looked for; empty means anything. */
struct office_commission_find {
    struct str text; /* part of code, body, matter or contract */
    struct str kind;
    struct str state;
    struct str grade;       /* code */
    const struct str *keys; /* only these ids, decimal, where key_count is not 0 */
    size_t key_count;
};
/* Whoever matches within the errand's scope and clearance, newest first. */
MUST enum err office_commissions(struct office_commission **out, size_t *count, struct errand *e,
                                 const struct office_commission_find *find);
/* One by the id of its row, with its changes. ERR_MISSING, also outside the scope. */
struct office_commission_page {
    struct office_commission commission;
    struct store_object_change *changes;
    size_t change_count;
};
MUST enum err office_commission_get(struct office_commission_page *out, struct errand *e,
                                    int64_t id);
/* Saves what was typed, one value a field of model_commissions. *id 0: a new one, gets its id; a
 * change leaves the grade as it is (office/grade.h). ERR_INPUT with fault.field; ERR_MISSING
 * outside the scope. */
MUST enum err office_commission_save(int64_t *id, struct errand *e, const struct str *values);

/* Writes whoever matches into a table file, oldest first: its headings are those of an import.
 * columns: bit a field of model_commissions. Audited. ERR_INPUT where no column is chosen. */
struct office_commission_export {
    const struct office_commission_find *find;
    uint32_t columns;
    const char *path; /* its ending says the format */
};
MUST enum err office_commission_export(uint64_t *rows, struct errand *e,
                                       const struct office_commission_export *export);

/* Departments within the errand's scope, in the order of the tree: for choices. */
struct office_department;
MUST enum err office_scope_departments(struct office_department **out, size_t *count,
                                       struct errand *e);

#endif
