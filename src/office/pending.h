/* Results that are still owed, and by when (R106, R107, R111): one row for each drawn object and
 * department of its task of which something is not public yet. What is not entered is owed by the
 * last day of the task's visits; what is entered, by the last day for publication that its errand
 * computed (office/result.h) and that a new calendar moves (office/setting.h). */
#ifndef OFFICE_PENDING_H
#define OFFICE_PENDING_H

#include "base/field.h"
#include "office/office.h"

enum office_pending_state {
    OFFICE_PENDING_OVERDUE,
    OFFICE_PENDING_SOON, /* within the working days of the setting result.due-soon */
    OFFICE_PENDING_LATER,
    OFFICE_PENDING_STATES
};
/* Codes and words: overdue, soon, later. */
extern const struct field_word office_pending_states[];

struct office_pending {
    int64_t visit;
    struct str pool_id;
    struct str object;
    struct str task; /* number */
    struct str task_name;
    struct str draw;
    struct str department; /* code */
    struct str team;       /* names, 、 between */
    int64_t enter;         /* items not entered yet */
    int64_t again;         /* returned, to be entered anew */
    int64_t review;        /* entered, not approved */
    int64_t publish;       /* approved, not published */
    int32_t due_on;        /* the earliest last day of all of them */
    bool visits;           /* it is the last day of the visits, else of publication */
    int32_t workday;       /* due_on is no working day: the last one before it; else 0 */
    bool today;            /* due_on is today */
    bool veiled;           /* of a sealed draw that is not public yet (AC8) */
    bool estimated;        /* a year whose calendar is not known lies between */
    enum office_pending_state state;
    unsigned days; /* working days until due_on, or since */
};

/* What is looked for; empty means anything. */
struct office_pending_find {
    struct str department; /* code */
    struct str task;       /* number */
    struct str state;      /* office_pending_states */
    struct str text;       /* part of the object's name, or its number */
    bool bare;             /* for counts: rows get no team */
};
/* Whoever is owed something within the errand's scope (for MODEL_SCOPE_OWN: where the person holds
 * a seat), what is owed first in front; all tasks that owe something, whatever was looked for. */
struct office_pendings {
    struct office_pending *rows;
    size_t count;
    struct office_pending_task {
        struct str number;
        struct str name;
    } * tasks;
    size_t task_count;
    int64_t counts[OFFICE_PENDING_STATES]; /* of all rows in scope */
    uint64_t soon;                         /* days of the setting */
};
MUST enum err office_pendings(struct office_pendings *out, struct errand *e,
                              const struct office_pending_find *find);

/* The row's words: what is to be done with how many items; how many days are left or over. */
struct str office_pending_work(struct arena *arena, const struct office_pending *row);
struct str office_pending_days(struct arena *arena, const struct office_pending *row);
/* What due_on is the last day of. */
struct str office_pending_kind(const struct office_pending *row);

/* Writes them into a table file; path's ending says the format. columns: bits of
 * OFFICE_PENDING_*. Audited. *rows gets their number. */
enum {
    OFFICE_PENDING_OBJECT,
    OFFICE_PENDING_NUMBER,
    OFFICE_PENDING_TASK,
    OFFICE_PENDING_TASK_NUMBER,
    OFFICE_PENDING_DRAW,
    OFFICE_PENDING_DEPARTMENT,
    OFFICE_PENDING_TEAM,
    OFFICE_PENDING_WORK,
    OFFICE_PENDING_DUE,
    OFFICE_PENDING_KIND,
    OFFICE_PENDING_ESTIMATED,
    OFFICE_PENDING_STATE,
    OFFICE_PENDING_DAYS,
    OFFICE_PENDING_COLUMNS
};
/* Their headings. */
extern const char *const office_pending_columns[OFFICE_PENDING_COLUMNS];
struct office_pending_export {
    const struct office_pending_find *find;
    uint32_t columns;
    const char *path;
};
MUST enum err office_pending_export(uint64_t *rows, struct errand *e,
                                    const struct office_pending_export *export);

#endif
