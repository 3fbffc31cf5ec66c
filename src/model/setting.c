/* Settings: see setting.h. */
#include "model/setting.h"

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

enum model_setting model_setting_find(struct str name)
{
    for (size_t i = 0; i < MODEL_SETTING_COUNT; i++)
        if (str_eq(str_of(setting_rows[i].name), name))
            return (enum model_setting)i;
    return MODEL_SETTING_COUNT;
}
