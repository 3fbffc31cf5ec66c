/* Who counts towards the two: see standing.h. */
#include "office/standing.h"

const struct field_word office_standings[] = {
    [OFFICE_STANDING_COUNTS] = {"counts", "计入两人", NULL},
    [OFFICE_STANDING_LEFT] = {"left", "不计入：已离岗", NULL},
    [OFFICE_STANDING_EXPERT] = {"expert", "不计入：专家，在两人之外参加", NULL},
    [OFFICE_STANDING_ASSISTANT] = {"assistant", "不计入：辅助人员，在两人之外参加", NULL},
    [OFFICE_STANDING_BARE] = {"bare", "不计入：没有执法证", NULL},
    [OFFICE_STANDING_EXPIRED] = {"expired", "不计入：执法证不在有效期内", NULL},
    [OFFICE_STANDING_REASONS] = {NULL, NULL, NULL},
};

enum office_standing office_standing_of(const struct office_credentials *who, int32_t day)
{
    bool any = false;
    if (!who->active)
        return OFFICE_STANDING_LEFT;
    if (str_eq(who->category, STR("expert")))
        return OFFICE_STANDING_EXPERT;
    if (!str_eq(who->category, STR("officer")) && !str_eq(who->category, STR("staff")))
        return OFFICE_STANDING_ASSISTANT;
    if (!who->certificate)
        return OFFICE_STANDING_COUNTS;
    for (size_t i = 0; i < 2; i++) {
        if (who->numbers[i].len > 0 && who->until[i] >= day)
            return OFFICE_STANDING_COUNTS;
        any = any || who->numbers[i].len > 0;
    }
    return any ? OFFICE_STANDING_EXPIRED : OFFICE_STANDING_BARE;
}

const char *office_standing_text(enum office_standing standing)
{
    return office_standings[standing].text;
}
