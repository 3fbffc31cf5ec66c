/* Settings as administrators see and change them: values with their basis, versions, what a change
 * touches, how far targets are reached; the working-day calendar; the dictionaries. Reading and
 * changing one value stands in office.h. */
#ifndef OFFICE_SETTING_H
#define OFFICE_SETTING_H

#include "base/field.h"
#include "office/office.h"
#include "store/setting.h"

/* All settings in the order of setting.def. */
struct office_settings {
    struct office_setting_view views[MODEL_SETTING_COUNT];
};
MUST enum err office_settings(struct office_settings *out, struct errand *e);
/* The place's versions of one, newest first. */
MUST enum err office_setting_versions(struct store_setting_version **out, size_t *count,
                                      struct errand *e, enum model_setting setting);
/* What a change to this value would touch, in sentences. Refuses what office_setting_change would
 * refuse, with the field value or basis. */
struct office_impact {
    struct str words[4];
    size_t count;
};
MUST enum err office_setting_impact(struct office_impact *out, struct errand *e,
                                    enum model_setting setting, struct str value, struct str basis);

/* A target and how far the year has come (R54, R55, R83). */
struct office_target {
    enum model_setting setting;
    int64_t part;
    int64_t whole;
};
enum { OFFICE_TARGETS = 4 };
MUST enum err office_targets(struct office_target out[OFFICE_TARGETS], struct errand *e, int year);

/* --- the calendar (REQUIREMENTS.md B7) --- */

/* The working days as the place knows them: the shipped table, over it the years imported here. In
 * the errand's arena. */
MUST enum err office_workdays(struct workdays *out, struct errand *e, struct db_tx *tx);

struct office_calendar {
    struct workdays days;
    struct store_workday_year *versions; /* of the year, newest first */
    size_t count;
};
/* A year: the table and the versions imported here. */
MUST enum err office_calendar(struct office_calendar *out, struct errand *e, int year);

/* Reads a year's table from a file (date, is_workday; .xlsx, CSV and the like) into one sign a day.
 * ERR_INPUT with words: several years, a missing or double day, another value. */
MUST enum err office_calendar_read(int *year, struct str *days, struct errand *e, const char *path);
/* An open last day that a new table of the year moves, or makes official. */
struct office_due_change {
    struct store_due due;
    int32_t to;
    bool estimated;
};
struct office_calendar_change {
    int year;
    struct str days;
    struct str basis;
};
/* What would change: days whose kind differs from what is assumed now, and open last days. */
struct office_calendar_preview {
    int32_t *days; /* dates, in order */
    size_t day_count;
    struct office_due_change *dues;
    size_t due_count;
};
MUST enum err office_calendar_preview(struct office_calendar_preview *out, struct errand *e,
                                      const struct office_calendar_change *change);
/* Takes the table as a new version of its year and moves the open last days. */
MUST enum err office_calendar_change(struct errand *e, const struct office_calendar_change *change);

/* --- dictionaries --- */

struct office_dictionary {
    const char *id;
    const char *label;
    const char *basis;
    const struct field_word *words;
    bool grows; /* a place may add words */
};
extern const struct office_dictionary office_dictionaries[];
/* NULL if there is none of that id. */
const struct office_dictionary *office_dictionary_find(struct str id);
/* The shipped words and those that the place added and uses, ends with code NULL; the code of an
 * added word is the word. In the errand's arena. */
MUST enum err office_words(const struct field_word **out, struct errand *e, struct db_tx *tx,
                           const char *id);
/* A list of words with each known one in its own spelling; words that are none stay. Memory in the
 * arena. */
MUST enum err office_words_unify(struct str *list, struct arena *arena,
                                 const struct field_word *words);
/* All versions of the words that the place added. */
MUST enum err office_word_versions(struct store_word **out, size_t *count, struct errand *e,
                                   struct str id);
/* Adds a word, changes its synonyms, or takes it out of use (closed) and back. ERR_INPUT with the
 * field; ERR_STATE where the dictionary does not grow. */
struct office_word_edit {
    struct str dictionary;
    struct str word;
    struct str synonyms; /* 、 between */
    bool closed;
    struct str basis;
};
MUST enum err office_word_change(struct errand *e, const struct office_word_edit *edit);

#endif
