/* The settings and their shipped defaults; every number, date and ratio of a document stands here
 * or in the table `setting`, with its legal basis, and nowhere else. */
#ifndef MODEL_SETTING_H
#define MODEL_SETTING_H

#include "base/str.h"

enum model_setting {
#define SETTING(id, name, value, least, unit, basis, what) MODEL_SETTING_##id,
#include "model/setting.def"
#undef SETTING
    MODEL_SETTING_COUNT
};

struct model_setting_row {
    const char *name;
    const char *value;
    unsigned least; /* of a whole number: the basis allows no smaller one */
    const char *unit;
    const char *basis;
    const char *what;
};

/* The shipped row of a setting. */
const struct model_setting_row *model_setting_row(enum model_setting setting);
/* The largest whole number that its basis allows; UINT_MAX: any. */
unsigned model_setting_most(enum model_setting setting);
/* The setting of that name; MODEL_SETTING_COUNT if there is none. */
enum model_setting model_setting_find(struct str name);

#endif
