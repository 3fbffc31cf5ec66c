/* The route table: default deny for the workbench (SECURITY.md AC3, WB3). */
#include "page/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The only pages of the workbench that nobody need be signed in for. */
static bool open_to_all(const char *pattern)
{
    return strcmp(pattern, "/desk/sign-in") == 0 || strcmp(pattern, "/desk/setup") == 0;
}

static bool of_desk(const struct web_route *r)
{
    return strncmp(r->pattern, "/desk", 5) == 0;
}

static void every_desk_route_but_the_sign_in_has_a_permit(void **state)
{
    size_t seen = 0;
    (void)state;
    for (const struct web_route *r = page_routes; r->pattern != NULL; r++) {
        if (!of_desk(r))
            continue;
        if ((r->permit == 0) != open_to_all(r->pattern))
            print_message("%s\n", r->pattern);
        assert_int_equal(r->permit == 0, open_to_all(r->pattern));
        assert_true(r->permit <= MODEL_PERMISSION_COUNT);
        seen++;
    }
    assert_true(seen > 20);
}

static void no_other_route_has_a_permit(void **state)
{
    (void)state;
    for (const struct web_route *r = page_routes; r->pattern != NULL; r++)
        if (!of_desk(r))
            assert_int_equal(r->permit, 0);
}

static void what_a_desk_route_answers_is_never_cached_nor_made_on_an_event_thread(void **state)
{
    (void)state;
    for (const struct web_route *r = page_routes; r->pattern != NULL; r++) {
        if (!of_desk(r))
            continue;
        assert_int_equal(r->flags & WEB_CACHED, 0);
        assert_true((r->flags & (WEB_BLOCK | WEB_HEAVY)) != 0);
    }
}

static void names_are_unique(void **state)
{
    (void)state;
    for (const struct web_route *r = page_routes; r->pattern != NULL; r++)
        for (const struct web_route *q = page_routes; q < r; q++)
            assert_string_not_equal(r->name, q->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_desk_route_but_the_sign_in_has_a_permit),
        cmocka_unit_test(no_other_route_has_a_permit),
        cmocka_unit_test(what_a_desk_route_answers_is_never_cached_nor_made_on_an_event_thread),
        cmocka_unit_test(names_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
