/* Industries, against the shipped table. The counts of levels are those of GB/T 4754-2017 as
 * SOURCES.md gives them for the data it came from: 20, 97, 473 and 1,381. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "ids/industry.h"

struct fixture {
    struct arena arena;
    struct buf text;
    struct industries all;
};

static int setup(void **state)
{
    static struct fixture f;
    char path[4096];
    snprintf(path, sizeof path, "%s/data/industries.csv", getenv("SUNLOT_SOURCE"));
    *state = &f;
    return file_read(&f.text, path, 1 << 24) != ERR_OK ||
           industries_load(&f.all, &f.arena, buf_view(&f.text), NULL) != ERR_OK;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    buf_free(&f->text);
    arena_free(&f->arena);
    return 0;
}

static void the_shipped_table_has_the_levels_of_the_standard(void **state)
{
    struct fixture *f = *state;
    size_t lengths[5] = {0};
    for (size_t i = 0; i < f->all.count; i++) {
        const struct industry *item = &f->all.items[i];
        bool section = item->code.len == 1 && item->code.data[0] >= 'A';
        lengths[section ? 0 : item->code.len]++;
        if (!section)
            assert_non_null(industry_find(&f->all, item->parent));
    }
    assert_int_equal(lengths[0], 20);
    assert_int_equal(lengths[2], 97);
    assert_int_equal(lengths[3], 473);
    assert_int_equal(lengths[4], 1381);
}

static void codes_are_found_with_and_without_their_section(void **state)
{
    struct fixture *f = *state;
    const struct industry *item = industry_find(&f->all, STR("6210"));
    assert_non_null(item);
    assert_true(str_eq(item->name, STR("正餐服务")) && item->section == 'H');
    assert_ptr_equal(industry_find(&f->all, STR("H6210")), item);
    assert_null(industry_find(&f->all, STR("A6210")));
    assert_null(industry_find(&f->all, STR("6299999")));
    assert_null(industry_find(&f->all, STR("")));
    assert_non_null(industry_find(&f->all, STR("T")));
}

static void names_mean_the_widest_class_that_bears_them(void **state)
{
    struct fixture *f = *state;
    const struct industry *item = industry_by_name(&f->all, STR(" 正餐服务 "));
    assert_non_null(item);
    assert_true(str_eq(item->code, STR("621"))); /* 6210 has the same name */
    assert_true(str_eq(industry_by_name(&f->all, STR("制造业"))->code, STR("C")));
    assert_null(industry_by_name(&f->all, STR("正餐")));
    assert_null(industry_by_name(&f->all, STR("鿿")));
    assert_true(str_eq(industry_resolve(&f->all, STR("餐饮业"))->code, STR("62")));
    assert_true(str_eq(industry_resolve(&f->all, STR("62"))->name, STR("餐饮业")));
}

static void within_follows_sections_and_digits(void **state)
{
    struct fixture *f = *state;
    assert_true(industry_within(&f->all, STR("6210"), STR("62")));
    assert_true(industry_within(&f->all, STR("6210"), STR("H")));
    assert_true(industry_within(&f->all, STR("6210"), STR("6210")));
    assert_false(industry_within(&f->all, STR("62"), STR("6210")));
    assert_false(industry_within(&f->all, STR("6210"), STR("C")));
    assert_false(industry_within(&f->all, STR("nonsense"), STR("C")));
}

static void a_damaged_table_is_refused_with_its_row(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct industries all;
    struct fault fault = {0};
    struct str text = STR("code,name,level,parent,section\nA,甲,section,,A\nB,乙\n");
    assert_int_equal(industries_load(&all, &arena, text, &fault), ERR_FORMAT);
    assert_true(str_find(str_of(fault.text), STR("第 3 行")) >= 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_table_has_the_levels_of_the_standard),
        cmocka_unit_test(codes_are_found_with_and_without_their_section),
        cmocka_unit_test(names_mean_the_widest_class_that_bears_them),
        cmocka_unit_test(within_follows_sections_and_digits),
        cmocka_unit_test(a_damaged_table_is_refused_with_its_row),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
