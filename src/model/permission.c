/* The matrix of permissions: see permission.h. */
#include "model/permission.h"

#define NONE MODEL_SCOPE_NONE
#define OWN MODEL_SCOPE_OWN
#define DEPARTMENT MODEL_SCOPE_DEPARTMENT
#define BELOW MODEL_SCOPE_BELOW
#define ALL MODEL_SCOPE_ALL
#define PUBLIC MODEL_GRADE_PUBLIC
#define INTERNAL MODEL_GRADE_INTERNAL
static const struct model_permission_row permission_rows[MODEL_PERMISSION_COUNT] = {
#define PERMISSION(id, name, what, grade, ...)                                                     \
    [MODEL_PERMISSION_##id] = {name, what, grade, {__VA_ARGS__}},
#include "model/permission.def"
#undef PERMISSION
};

const struct field_word model_roles[] = {
    {"system", "系统管理员", NULL},      {"security", "安全管理员", NULL},
    {"audit", "审计管理员", NULL},       {"office", "双随机办", NULL},
    {"clerk", "部门经办人", NULL},       {"reviewer", "部门审核人", NULL},
    {"inspector", "执法检查人员", NULL}, {"expert", "专家", NULL},
    {"viewer", "查阅人员", NULL},        {NULL, NULL, NULL},
};

const struct field_word model_scopes[] = {
    {"none", "无", NULL},           {"own", "本人", NULL},
    {"department", "本部门", NULL}, {"below", "本部门及下级", NULL},
    {"all", "全部", NULL},          {NULL, NULL, NULL},
};

const struct field_word model_grades[] = {
    {"public", "公开", NULL},
    {"internal", "内部", NULL},
    {"sensitive", "敏感", NULL},
    {NULL, NULL, NULL},
};

const struct model_permission_row *model_permission_row(enum model_permission permission)
{
    return &permission_rows[permission];
}

enum model_role model_role_find(struct str code)
{
    for (size_t i = 0; i < MODEL_ROLE_COUNT; i++)
        if (str_eq(str_of(model_roles[i].code), code))
            return (enum model_role)i;
    return MODEL_ROLE_COUNT;
}

enum model_grade model_grade_find(struct str code)
{
    size_t i = 0;
    while (i < MODEL_GRADE_COUNT && !str_eq(str_of(model_grades[i].code), code))
        i++;
    return (enum model_grade)i;
}

bool model_role_admin(enum model_role role)
{
    return role <= MODEL_ROLE_AUDIT;
}

enum model_scope model_permission_scope(enum model_permission permission, unsigned roles,
                                        enum model_grade clearance)
{
    enum model_scope best = MODEL_SCOPE_NONE;
    bool cleared = clearance >= permission_rows[permission].grade;
    for (size_t i = 0; i < MODEL_ROLE_COUNT && cleared; i++) {
        enum model_scope scope = permission_rows[permission].scopes[i];
        if ((roles & 1u << i) != 0 && scope > best)
            best = scope;
    }
    return best;
}
