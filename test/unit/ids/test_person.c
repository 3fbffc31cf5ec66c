/* Personal numbers. Only the two examples of GB 11643 and constructed numbers are used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ids/person.h"

static void idcard_check_knows_the_examples_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(ids_idcard_check(STR("11010519491231002X")), IDS_VALID);
    assert_int_equal(ids_idcard_check(STR("11010519491231002x")), IDS_VALID);
    assert_int_equal(ids_idcard_check(STR("440524188001010014")), IDS_VALID);
    assert_int_equal(ids_idcard_check(STR("110105491231002")), IDS_VALID);
}

static void idcard_check_names_what_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(ids_idcard_check(STR("110105194912310029")), IDS_BAD_DIGIT);
    assert_int_equal(ids_idcard_check(STR("110105194902300020")), IDS_BAD_DATE);
    assert_int_equal(ids_idcard_check(STR("110105194913310020")), IDS_BAD_DATE);
    assert_int_equal(ids_idcard_check(STR("110105190002290020")), IDS_BAD_DATE);
    assert_int_equal(ids_idcard_check(STR("1101051949123100")), IDS_BAD_LENGTH);
    assert_int_equal(ids_idcard_check(STR("11010519491231X020")), IDS_BAD_CHARACTER);
    assert_int_equal(ids_idcard_check(STR("11010549123100A")), IDS_BAD_CHARACTER);
    assert_int_equal(ids_idcard_check(STR("469006600187440")), IDS_BAD_DATE);
}

static void personal_numbers_are_found_inside_text(void **state)
{
    (void)state;
    assert_true(ids_idcard_inside(STR("身份证11010519491231002X，电话略")));
    assert_true(ids_idcard_inside(STR("440524188001010014")));
    assert_false(ids_idcard_inside(STR("9144052418800101001400")));
    assert_false(ids_idcard_inside(STR("91440300192203821 6")));
    assert_false(ids_idcard_inside(STR("")));
    assert_true(ids_phone_inside(STR("联系人 13800138000")));
    assert_false(ids_phone_inside(STR("12800138000")));
    assert_false(ids_phone_inside(STR("469006600187440")));
    assert_false(ids_phone_inside(STR("1380013800")));
}

static void masks_show_no_more_than_their_rule(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        struct str (*mask)(struct arena *, struct str);
        const char *text, *masked;
    } table[] = {
        {ids_mask_phone, "13800138000", "138****8000"},
        {ids_mask_phone, "0391-5611234", "**********34"},
        {ids_mask_phone, "110", "***"},
        {ids_mask_phone, "", ""},
        {ids_mask_idcard, "11010519491231002X", "1101**********002X"},
        {ids_mask_idcard, "110105491231002", "1101*******1002"},
        {ids_mask_idcard, "1101", "****"},
        {ids_mask_idcard, "abcdefghijklmnopqr", "******************"},
        {ids_mask_name, "张三", "张*"},
        {ids_mask_name, "张三丰", "张**"},
        {ids_mask_name, "欧阳修", "欧阳*"},
        {ids_mask_name, "司马", "司*"},
        {ids_mask_name, "买买提·艾力", "买*****"},
        {ids_mask_name, "李", "*"},
        {ids_mask_name, "", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str masked = table[i].mask(&arena, str_of(table[i].text));
        if (!str_eq(masked, str_of(table[i].masked)))
            fail_msg("%s became %.*s", table[i].text, STR_ARG(masked));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idcard_check_knows_the_examples_of_the_standard),
        cmocka_unit_test(idcard_check_names_what_is_wrong),
        cmocka_unit_test(personal_numbers_are_found_inside_text),
        cmocka_unit_test(masks_show_no_more_than_their_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
