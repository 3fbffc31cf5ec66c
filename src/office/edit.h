/* One object of the registry as a person types it: the same checks as for a row of a file, with the
 * words at the field they concern (R29, R39).
 *
 * People, commissions and departments go by office_import_one. Both read what was typed by
 * import_read_typed and ask their kind's judge and settle; they part where it is written, because
 * an object is edited by its id, against the version that the person saw, with a reason, and only
 * in the fields that were asked, while the others are found by their code or by whom they match, as
 * in a file, and are saved and audited as a file's rows are. */
#ifndef OFFICE_EDIT_H
#define OFFICE_EDIT_H

#include "office/office.h"

struct office_field_fault {
    int field; /* index in the resource; -1: of the whole row */
    struct str words;
};

struct office_edit {
    int64_t id;               /* 0: a new row */
    int64_t was;              /* the job that the row carried when the person saw it */
    const struct str *values; /* one a field; data NULL: not asked for, stays as it is */
    size_t count;
    struct str reason;
};

/* What came of it, in e->arena. */
struct office_edited {
    int64_t id;
    struct str pool_id;
    bool changed; /* false: everything was so already, nothing was written */
    bool repeated;
    struct office_field_fault *faults;
    size_t fault_count;
    struct office_field_fault *warnings; /* it went in, and something is odd about it */
    size_t warning_count;
};

/* ERR_INPUT with faults at their fields, and nothing is written; ERR_MISSING outside the person's
 * scope; ERR_CONFLICT when somebody else changed the row since the person saw it. A change needs a
 * reason. A department that is given must be within the scope. */
MUST enum err office_edit(struct office_edited *out, struct errand *e,
                          const struct office_edit *edit);

#endif
