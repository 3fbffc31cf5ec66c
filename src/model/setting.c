/* Settings: see setting.h. */
#include "model/setting.h"

#include <limits.h>

static const struct model_setting_row setting_rows[MODEL_SETTING_COUNT] = {
#define SETTING(id, name, value, least, unit, basis, what)                                         \
    [MODEL_SETTING_##id] = {name, value, least, unit, basis, what},
#include "model/setting.def"
#undef SETTING
};

const struct model_setting_row *model_setting_row(enum model_setting setting)
{
    return &setting_rows[setting];
}

unsigned model_setting_most(enum model_setting setting)
{
    static const struct {
        enum model_setting setting;
        unsigned most;
    } rows[] = {
        {MODEL_SETTING_PASSWORD_ASVS, 1},     {MODEL_SETTING_PASSWORD_KIB, 1 << 20},
        {MODEL_SETTING_PASSWORD_PASSES, 16},  {MODEL_SETTING_PASSWORD_KEPT, 50},
        {MODEL_SETTING_SIGN_IN_FAILURES, 10}, {MODEL_SETTING_SIGN_IN_DELAY, 1440},
        {MODEL_SETTING_SESSION_IDLE, 30},     {MODEL_SETTING_SESSION_ADMIN, 15},
        {MODEL_SETTING_SESSION_LENGTH, 12},   {MODEL_SETTING_SESSION_PROVE, 30},
        {MODEL_SETTING_CLEARANCE_DEFAULT, 2}, {MODEL_SETTING_GRADE_DOCUMENT, 2},
        {MODEL_SETTING_GRADE_REGISTER, 2},    {MODEL_SETTING_GRADE_COMMISSION, 2},
        {MODEL_SETTING_GRADE_LIBRARY, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].setting == setting)
            return rows[i].most;
    return UINT_MAX;
}

enum model_setting model_setting_find(struct str name)
{
    for (size_t i = 0; i < MODEL_SETTING_COUNT; i++)
        if (str_eq(str_of(setting_rows[i].name), name))
            return (enum model_setting)i;
    return MODEL_SETTING_COUNT;
}
