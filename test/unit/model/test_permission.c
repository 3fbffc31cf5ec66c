/* The matrix of permissions against what DESIGN.md section 6 and SECURITY.md AC1 say of it. */
#include "model/permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What an administrator may share with business roles: reading what everybody knows, and himself.
 */
static bool harmless(enum model_permission permission)
{
    return permission == MODEL_PERMISSION_SELF || permission == MODEL_PERMISSION_SETTING_VIEW ||
           permission == MODEL_PERMISSION_DEPARTMENT_VIEW;
}

static void no_administrator_may_do_business(void **state)
{
    (void)state;
    for (int p = 0; p < MODEL_PERMISSION_COUNT; p++) {
        const struct model_permission_row *row = model_permission_row((enum model_permission)p);
        bool admin = false;
        bool business = false;
        for (int r = 0; r < MODEL_ROLE_COUNT; r++) {
            bool has = row->scopes[r] != MODEL_SCOPE_NONE;
            admin = admin || (has && model_role_admin((enum model_role)r));
            business = business || (has && !model_role_admin((enum model_role)r));
        }
        if (!harmless((enum model_permission)p))
            assert_false(admin && business);
        assert_true(admin || business);
    }
}

static void granting_and_making_accounts_are_in_two_hands(void **state)
{
    (void)state;
    for (int r = 0; r < MODEL_ROLE_COUNT; r++) {
        unsigned role = 1u << r;
        bool makes =
            model_permission_scope(MODEL_PERMISSION_ACCOUNT_EDIT, role, MODEL_GRADE_SENSITIVE) > 0;
        bool grants =
            model_permission_scope(MODEL_PERMISSION_ROLE_GRANT, role, MODEL_GRADE_SENSITIVE) > 0;
        bool audits =
            model_permission_scope(MODEL_PERMISSION_AUDIT_VIEW, role, MODEL_GRADE_SENSITIVE) > 0;
        assert_true(makes + grants + audits <= 1);
    }
}

static void nobody_without_a_role_may_do_anything(void **state)
{
    (void)state;
    for (int p = 0; p < MODEL_PERMISSION_COUNT; p++)
        assert_int_equal(model_permission_scope((enum model_permission)p, 0, MODEL_GRADE_SENSITIVE),
                         MODEL_SCOPE_NONE);
}

static void two_roles_give_the_farther_scope(void **state)
{
    (void)state;
    unsigned both = 1u << MODEL_ROLE_CLERK | 1u << MODEL_ROLE_OFFICE;
    assert_int_equal(
        model_permission_scope(MODEL_PERMISSION_OBJECT_VIEW, both, MODEL_GRADE_SENSITIVE),
        MODEL_SCOPE_ALL);
}

/* What is not published yet, citizens' words, relatives and numbers of persons. */
static void AC7_a_clearance_below_the_grade_of_a_permission_does_not_have_it(void **state)
{
    (void)state;
    static const char *const internal[] = {
        "conflict.declare", "person.unmask", "export.approve", "result.view", "feedback.view",
        "feedback.edit",    "item.draft",    "item.edit",      "item.import", "item.review"};
    unsigned every = (1u << MODEL_ROLE_COUNT) - 1;
    for (int p = 0; p < MODEL_PERMISSION_COUNT; p++) {
        enum model_permission permission = (enum model_permission)p;
        const char *name = model_permission_row(permission)->name;
        bool held = true;
        for (size_t i = 0; i < sizeof internal / sizeof internal[0]; i++)
            held = held && strcmp(internal[i], name) != 0;
        assert_int_equal(model_permission_scope(permission, every, MODEL_GRADE_PUBLIC) > 0, held);
        assert_true(model_permission_scope(permission, every, MODEL_GRADE_INTERNAL) > 0);
    }
}

static void names_are_unique(void **state)
{
    (void)state;
    for (int a = 0; a < MODEL_PERMISSION_COUNT; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(model_permission_row((enum model_permission)a)->name,
                                    model_permission_row((enum model_permission)b)->name);
    for (int r = 0; r < MODEL_ROLE_COUNT; r++)
        assert_int_equal(model_role_find(str_of(model_roles[r].code)), r);
    assert_int_equal(model_role_find(STR("root")), MODEL_ROLE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_administrator_may_do_business),
        cmocka_unit_test(granting_and_making_accounts_are_in_two_hands),
        cmocka_unit_test(nobody_without_a_role_may_do_anything),
        cmocka_unit_test(two_roles_give_the_farther_scope),
        cmocka_unit_test(AC7_a_clearance_below_the_grade_of_a_permission_does_not_have_it),
        cmocka_unit_test(names_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
