/* See rig_people.h. */
#include "rig_people.h"

#include "base/time.h"
#include "office/account.h"
#include "office/session.h"

static struct errand *nobody(struct story *s)
{
    s->e.fault = (struct fault){0};
    s->e.actor = STR("test");
    s->e.key = STR("");
    s->e.origin = (struct office_origin){0};
    s->e.scope = (struct office_scope){0};
    return &s->e;
}

void people_house(struct story *s)
{
    assert_int_equal(
        office_setting_change(nobody(s), MODEL_SETTING_PASSWORD_KIB, STR("19456"), STR("试验")),
        ERR_OK);
    assert_int_equal(
        office_setting_change(nobody(s), MODEL_SETTING_PASSWORD_PASSES, STR("2"), STR("试验")),
        ERR_OK);
    story_import_text(s, "departments", "部门代码,部门名称,上级部门\nA,甲局,\nB,乙局,A\nC,丙局,\n");
}

int64_t people_add(struct story *s, const char *name, const char *department, enum model_role role)
{
    int64_t id = 0;
    struct str password;
    const struct office_account_edit edit = {.name = str_of(name),
                                             .person = str_of(name),
                                             .department = str_of(department),
                                             .settled = true};
    assert_int_equal(office_account_add(&id, &password, nobody(s), &edit), ERR_OK);
    assert_int_equal(office_grant(nobody(s), id, role), ERR_OK);
    return id;
}

struct errand *people_as(struct story *s, int64_t account, enum model_permission permission)
{
    struct office_session *session = arena_alloc(&s->arena, sizeof *session);
    struct office_scope scope;
    struct errand *e = nobody(s);
    assert_non_null(session); /* the scope points into it */
    assert_int_equal(office_session_of(session, e, account), ERR_OK);
    assert_int_equal(office_session_scope(&scope, e, session, permission), ERR_OK);
    office_session_act(e, session, &scope);
    return e;
}
