/* Versions of settings, of the working-day calendar and of dictionary words, and what a change of
 * one would touch. */
#ifndef STORE_SETTING_H
#define STORE_SETTING_H

#include "store/row.h"

/* --- settings --- */

struct store_setting_version {
    int64_t version;
    struct str value;
    struct str basis;
    int64_t at;
    struct str actor;
};
/* Of one setting, newest first. */
MUST enum err store_setting_versions(struct store_setting_version **out, size_t *count,
                                     struct arena *arena, struct db_tx *tx, struct str tenant,
                                     struct str name);

/* What can be counted before a change; what $2 and $3 mean stands beside each statement. */
enum store_touched {
    STORE_TOUCHED_RESULTS,     /* results entered and not published yet */
    STORE_TOUCHED_CAPS,        /* general items in force whose cap is above a/b */
    STORE_TOUCHED_PARTS,       /* parts of tasks not drawn yet with fewer than a seats */
    STORE_TOUCHED_VISITED,     /* objects visited in the year a */
    STORE_TOUCHED_INSPECTORS,  /* officers in office without a certificate valid on the day a */
    STORE_TOUCHED_PASSWORDS,   /* accounts whose password is older than the instant a */
    STORE_TOUCHED_SESSIONS,    /* open sessions not used since the instant a */
    STORE_TOUCHED_UNUSED,      /* accounts not used since the instant a */
    STORE_TOUCHED_DRAWS,       /* draws committed and neither disclosed nor aborted */
    STORE_TOUCHED_YEAR,        /* draws not aborted with visits in the year a */
    STORE_TOUCHED_TASKS,       /* tasks not drawn yet */
    STORE_TOUCHED_DISCLOSED,   /* draws disclosed */
    STORE_TOUCHED_ACCOUNTS,    /* active accounts */
    STORE_TOUCHED_AGED,        /* open sessions begun up to the instant a and after b */
    STORE_TOUCHED_FILES,       /* jobs that are done and keep a file */
    STORE_TOUCHED_UPLOADS,     /* files uploaded and neither confirmed nor removed */
    STORE_TOUCHED_STALE,       /* objects in being not written since the instant a */
    STORE_TOUCHED_ENDING,      /* officers whose last certificate ends from the day a up to b */
    STORE_TOUCHED_PEOPLE,      /* people in office */
    STORE_TOUCHED_ATTACHMENTS, /* attachments of more than a bytes */
    STORE_TOUCHED_LIBRARIES,   /* special libraries seen of which a/b is not one object */
    STORE_TOUCHED_COUNT
};
/* A count that needs no values. */
typedef enum err store_count_plain(int64_t *out, struct db_tx *tx, struct str tenant);
MUST enum err store_touched(int64_t *out, struct db_tx *tx, struct str tenant,
                            enum store_touched what, const int64_t values[2], int64_t clearance);

/* The year's tasks and visits, for the targets: all, and those that count. */
struct store_reached {
    int64_t draws;
    int64_t joint_draws;
    int64_t risk_draws;
    int64_t joint_risk_draws;
    int64_t visits;
    int64_t joint_visits;
};
MUST enum err store_reached(struct store_reached *out, struct db_tx *tx, struct str tenant,
                            int64_t year);

/* --- the calendar --- */

struct store_workday_year {
    int64_t year;
    int64_t version;
    struct str days; /* 0 or 1 a day */
    struct str basis;
    struct str actor;
    int64_t at;
};
/* The newest version of each year; all versions, newest first, of one. */
MUST enum err store_workday_years(struct store_workday_year **out, size_t *count,
                                  struct arena *arena, struct db_tx *tx, struct str tenant);
MUST enum err store_workday_versions(struct store_workday_year **out, size_t *count,
                                     struct arena *arena, struct db_tx *tx, struct str tenant,
                                     int64_t year);
MUST enum err store_workday_add(struct db_tx *tx, struct str tenant,
                                const struct store_workday_year *row);

/* An open result with its last day of publication, and where its days are counted from: the day of
 * the result, or of a correction its day of entry. */
struct store_due {
    int64_t id;
    struct str department; /* its name */
    int32_t result_on;
    int32_t due_on;
    bool estimated;
    bool correction;
    int64_t entered_at;
};
/* Those that end on or after a day, by their day. */
MUST enum err store_dues(struct store_due **out, size_t *count, struct arena *arena,
                         struct db_tx *tx, struct str tenant, int32_t from);
/* Moves one from its day. ERR_CONFLICT if it has another by now or is published. */
MUST enum err store_due_move(struct db_tx *tx, struct str tenant, const struct store_due *due,
                             int32_t to, bool estimated);

/* --- dictionaries --- */

struct store_word {
    struct str dictionary;
    struct str word;
    int64_t version;
    struct str synonyms; /* '|' between */
    struct str state;    /* active, closed */
    struct str basis;
    struct str actor;
    int64_t at;
};
/* All versions of all words of a dictionary, by word, newest first. */
MUST enum err store_words(struct store_word **out, size_t *count, struct arena *arena,
                          struct db_tx *tx, struct str tenant, struct str dictionary);
/* A new version of a word. */
MUST enum err store_word_add(struct db_tx *tx, struct str tenant, const struct store_word *word);

#endif
