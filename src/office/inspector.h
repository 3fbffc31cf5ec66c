/* Inspectors and experts as people look at them and keep them (R34-R42): who is there, who counts
 * towards the two and why not, how much each has to do. The rows are those of `sunlot import
 * inspectors`; a row typed by hand goes the way of a file (office_import_one). Personal numbers are
 * masked in every answer but office_inspector_reveal. */
#ifndef OFFICE_INSPECTOR_H
#define OFFICE_INSPECTOR_H

#include "office/office.h"
#include "office/standing.h"
#include "store/history.h"
#include "store/inspector.h"
#include "store/registry.h"

/* How a certificate stands today. */
enum office_validity {
    OFFICE_VALID,
    OFFICE_ENDING, /* valid, and ends within the days of the setting */
    OFFICE_ENDED,
    OFFICE_UNCERTIFIED,
    OFFICE_VALIDITIES
};
/* Codes and words: valid, ending, ended, none. */
extern const struct field_word office_validities[];

struct office_inspector {
    struct store_record record; /* values masked */
    struct str department_name;
    enum office_standing standing; /* today */
    enum office_validity validity; /* of the certificate that lasts longest */
    int32_t until;                 /* its last day; 0: none or not told */
    int64_t load;                  /* seats in this year's visits */
    int64_t interests;             /* in force */
};

/* What is looked for; empty means anything. Codes as in the dictionaries. */
struct office_inspector_find {
    struct str text;       /* part of name, code or position, the name's initials in pinyin, or
                                    the certificate's last characters */
    struct str department; /* code; with those below where `below` is set */
    bool below;
    struct str category;
    bool officials; /* whoever is no expert */
    struct str state;
    struct str standing; /* office_standings; "not": whoever does not count */
    struct str validity; /* office_validities */
    struct str speciality;
    struct str area;        /* division: who may work there */
    const struct str *keys; /* only these codes, where key_count is not 0 */
    size_t key_count;
};
/* One department in scope with its numbers; also those that have nobody. */
struct office_inspector_group {
    struct str code;
    struct str name;
    unsigned depth;
    unsigned below; /* the topmost in scope */
    int64_t people; /* on duty */
    int64_t counting;
    int64_t ending;
    int64_t ended;
    int64_t assistants;
    int64_t experts;
    int64_t load;
};
/* Whoever matches within the errand's scope, by department in the order of the tree, then code; and
 * all departments in scope with the numbers of all their people. */
struct office_inspectors {
    struct office_inspector *rows;
    size_t count;
    struct office_inspector_group *groups;
    size_t group_count;
    struct str *specialities; /* in use within the scope, by bytes */
    size_t speciality_count;
    int64_t soon;        /* days of the setting */
    uint64_t plain_most; /* rows in full of one person's exports within 24 hours */
};
MUST enum err office_inspectors(struct office_inspectors *out, struct errand *e,
                                const struct office_inspector_find *find);

/* One with all that belongs to him. ERR_MISSING, also outside the scope. */
struct office_inspector_page {
    struct office_inspector inspector;
    struct store_duty *duties;
    size_t duty_count;
    struct store_object_change *changes; /* values not masked: office_mask */
    size_t change_count;
    int year;
    bool certificate; /* the place asks for one */
};
MUST enum err office_inspector_get(struct office_inspector_page *out, struct errand *e,
                                   struct str code);

/* Saves a typed row, one value a field of model_inspectors; code empty: a new one, and *code gets
 * its number. A personal number that is still masked stays as it is. ERR_INPUT with fault.field;
 * ERR_MISSING outside the scope. */
MUST enum err office_inspector_save(struct str *code, struct errand *e, const struct str *values);
/* Leaves, or comes back (state active, left) with its reason: R39. */
MUST enum err office_inspector_state(struct errand *e, struct str code, struct str state,
                                     struct str reason);

/* How an account's inspector stands, for those who keep accounts: name, standing and the
 * certificate's last day, no number. ERR_MISSING. Not bound to the scope. */
MUST enum err office_inspector_brief(struct office_inspector *out, struct errand *e,
                                     struct str code);

/* The personal numbers of one person in full. It is audited with the reason; more than the setting
 * allows within an hour is ERR_RATE. */
MUST enum err office_inspector_reveal(struct store_record *out, struct errand *e, struct str code,
                                      struct str reason);

/* Writes who matches into a table file. columns: bit a field of model_inspectors, then the bits of
 * OFFICE_INSPECTOR_*. plain: personal numbers in full, with a reason, at most as many rows as the
 * setting allows; every row then says who exported it and when, behind its columns. Audited. *rows
 * gets their number. */
enum {
    OFFICE_INSPECTOR_CODE = MODEL_INSPECTOR_COUNT,
    OFFICE_INSPECTOR_STANDING,
    OFFICE_INSPECTOR_LOAD,
    OFFICE_INSPECTOR_COLUMNS
};
struct office_inspector_export {
    const struct office_inspector_find *find;
    uint32_t columns;
    const char *path; /* its ending says the format */
    bool plain;
    struct str reason;
    struct str approver; /* name and account of who approved it (office/approval); else empty */
    struct str approved_by;
};
MUST enum err office_inspector_export(uint64_t *rows, struct errand *e,
                                      const struct office_inspector_export *export);
/* How many rows in full the errand's person exported without approval within the last 24 hours:
 * these and the next ones together are at most the setting person.export-rows. */
MUST enum err office_inspector_plain_done(uint64_t *rows, struct errand *e);
/* Heading of a column of an export. */
const char *office_inspector_column(size_t column);

/* --- within the room --- */

/* The same as office_inspectors without masking and without audit. */
MUST enum err inspector_find(struct office_inspectors *out, struct errand *e,
                             const struct office_inspector_find *find);
/* Writes the file of rows that were found, audit and limit aside. */
MUST enum err inspector_export_file(struct errand *e, const struct office_inspector_export *export,
                                    const struct office_inspectors *all);
/* Masks a record in place, in arena. */
MUST enum err inspector_mask(struct store_record *record, struct arena *arena);

#endif
