/* The fields of forms: every POST route says which its forms hold (SECURITY.md AC5). */
#include "page/fields.h"

#include "model/resource.h"
#include "page/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct web_route *route_named(const char *name)
{
    for (const struct web_route *r = page_routes; r->pattern != NULL; r++)
        if (strcmp(r->name, name) == 0 && r->method == WEB_POST)
            return r;
    return NULL;
}

static void AC5_every_route_that_takes_a_form_says_its_fields(void **state)
{
    size_t seen = 0;
    (void)state;
    for (const struct web_route *r = page_routes; r->pattern != NULL; r++) {
        if (r->method != WEB_POST)
            continue;
        if (fields_find(r) == NULL)
            print_message("%s has no row in fields.c\n", r->name);
        assert_non_null(fields_find(r));
        assert_false(fields_known(r, STR("tenant")));
        assert_false(fields_known(r, STR("")));
        seen++;
    }
    assert_true(seen > 100);
}

static void AC5_every_row_is_of_one_route(void **state)
{
    (void)state;
    for (const struct fields_row *row = fields_rows; row->route != NULL; row++) {
        if (route_named(row->route) == NULL)
            print_message("no POST route is called %s\n", row->route);
        assert_non_null(route_named(row->route));
        for (const struct fields_row *other = fields_rows; other < row; other++)
            assert_string_not_equal(other->route, row->route);
    }
}

static void AC5_a_route_without_a_row_takes_no_field(void **state)
{
    const struct web_route stray = {WEB_POST, "/desk/stray", desk_large, WEB_BLOCK | WEB_FORM,
                                    1,        "desk-stray",  0};
    (void)state;
    assert_false(fields_known(&stray, STR("csrf")));
    assert_false(fields_known(&stray, STR("again")));
}

static void AC5_what_is_limited_is_a_field_that_somebody_may_fill_in(void **state)
{
    (void)state;
    for (const struct fields_limit *l = fields_limits; l->route != NULL; l++) {
        const struct web_route *route = route_named(l->route);
        unsigned may = 0;
        unsigned comes_in = 0;
        assert_non_null(route);
        assert_true(fields_known(route, str_of(l->field)));
        for (unsigned role = 0; role < MODEL_ROLE_COUNT; role++) {
            bool enters =
                model_permission_scope((enum model_permission)(route->permit - 1), 1U << role,
                                       MODEL_GRADE_SENSITIVE) != MODEL_SCOPE_NONE;
            comes_in += enters ? 1 : 0;
            may += enters && fields_open(route, str_of(l->field), 1U << role, MODEL_GRADE_SENSITIVE)
                       ? 1
                       : 0;
        }
        assert_true(may > 0 && may < comes_in);
    }
}

static void AC5_names_are_compared_whole_and_families_by_their_head(void **state)
{
    const struct web_route *act = route_named("desk-import-objects-act");
    const struct web_route *columns = route_named("desk-object-export-order");
    const struct web_route *sign_in = route_named("desk-sign-in-post");
    (void)state;
    assert_true(fields_known(act, STR("c12")));
    assert_false(fields_known(act, STR("c")));
    assert_false(fields_known(act, STR("c1x")));
    assert_false(fields_known(act, STR("acts")));
    assert_false(fields_known(act, STR("act ")));
    assert_true(fields_known(columns, STR("c-name")));
    assert_false(fields_known(columns, STR("name")));
    assert_false(fields_known(columns, STR("c-tenant")));
    assert_true(fields_known(sign_in, STR("keep.title")));
    assert_false(fields_known(sign_in, STR("keep.")));
}

static void AC5_what_the_address_tells_is_no_field(void **state)
{
    (void)state;
    assert_true(fields_known(route_named("desk-object-add"), STR("number")));
    assert_false(fields_known(route_named("desk-object-save"), STR("number")));
    assert_false(fields_known(route_named("desk-meeting-save"), STR("department")));
    assert_false(fields_known(route_named("desk-account-edit-post"), STR("name")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(AC5_every_route_that_takes_a_form_says_its_fields),
        cmocka_unit_test(AC5_every_row_is_of_one_route),
        cmocka_unit_test(AC5_a_route_without_a_row_takes_no_field),
        cmocka_unit_test(AC5_what_is_limited_is_a_field_that_somebody_may_fill_in),
        cmocka_unit_test(AC5_names_are_compared_whole_and_families_by_their_head),
        cmocka_unit_test(AC5_what_the_address_tells_is_no_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
