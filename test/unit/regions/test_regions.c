/* Divisions, against the shipped tables. Counts of levels are those of SOURCES.md less
 * 3: 东莞, 中山 and 儋州 have no counties and stand in the source twice. How many codes
 * of the real registry are in force, mapped or unknown was counted by a Python script over the same
 * files (csv module and a dictionary). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/file.h"
#include "regions/regions.h"

struct fixture {
    struct arena arena;
    struct buf divisions;
    struct buf changes;
    struct regions all;
};

static int read_shipped(struct buf *out, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/data/%s", getenv("SUNLOT_SOURCE"), name);
    return file_read(out, path, 1 << 24) != ERR_OK;
}

static int setup(void **state)
{
    static struct fixture f;
    *state = &f;
    return read_shipped(&f.divisions, "divisions.csv") ||
           read_shipped(&f.changes, "division_changes.csv") ||
           regions_load(&f.all, &f.arena, buf_view(&f.divisions), buf_view(&f.changes), NULL) !=
               ERR_OK;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    buf_free(&f->divisions);
    buf_free(&f->changes);
    arena_free(&f->arena);
    return 0;
}

static const char *name_of(const struct region *region)
{
    return region ? region->name.data : "(none)";
}

static void the_shipped_table_is_whole_and_every_parent_is_in_it(void **state)
{
    struct fixture *f = *state;
    size_t levels[REGION_VILLAGE + 1] = {0};
    for (size_t i = 0; i < f->all.count; i++) {
        const struct region *region = &f->all.items[i];
        levels[region->level]++;
        if (region->level == REGION_PROVINCE)
            continue;
        const struct region *parent = regions_find(&f->all, region->parent);
        assert_non_null(parent);
        assert_int_equal(parent->level, region->level - 1);
        assert_true(regions_within(region->code, parent->code));
    }
    assert_int_equal(levels[REGION_PROVINCE], 31);
    assert_int_equal(levels[REGION_CITY], 342);
    assert_int_equal(levels[REGION_COUNTY], 2975);
    assert_int_equal(levels[REGION_TOWNSHIP], 6303);
}

static void codes_are_found_padded_and_short(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *code, *name;
    } table[] = {
        {"410882", "沁阳市"},         {"410882000000", "沁阳市"},
        {"410882000", "沁阳市"},      {"410882001", "覃怀街道"},
        {"410882001000", "覃怀街道"}, {"41", "河南省"},
        {"4108", "焦作市"},           {"410000", "河南省"},
        {"999999", "(none)"},         {"", "(none)"},
        {"4108820010001", "(none)"},  {"沁阳", "(none)"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(name_of(regions_find(&f->all, str_of(table[i].code))), table[i].name);
}

static void abolished_codes_lead_to_their_successors(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *old;
        enum region_state state;
        const char *now;
    } table[] = {
        {"410882", REGION_VALID, "410882"},
        {"130521", REGION_RENAMED, "130503"},    /* 邢台县, 2020 */
        {"130526", REGION_RENAMED, "130505"},    /* 任县 -> 任泽区, 2020 */
        {"130527", REGION_RENAMED, "130506"},    /* 南和县 -> 南和区, 2020 */
        {"130502", REGION_VALID, "130502"},      /* 桥东区 -> 襄都区: the code stayed */
        {"442930", REGION_RENAMED, "440904"},    /* 电白县 1982 -> 电白区 */
        {"130521100", REGION_RENAMED, "130503"}, /* a township of 邢台县 */
        {"410882999", REGION_VALID, "410882999"},
        {"230705", REGION_ABOLISHED, "230705"}, /* 西林区, split among others in 2019 */
        {"139999", REGION_UNKNOWN, "139999"},
        {"13", REGION_VALID, "130000"},
        {"1305", REGION_VALID, "130500"},
        {"13052", REGION_UNKNOWN, "13052"},
        {"abcdef", REGION_UNKNOWN, "abcdef"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str now;
        enum region_state found = regions_current(&now, &f->all, str_of(table[i].old));
        if (found != table[i].state || !str_eq(now, str_of(table[i].now)))
            fail_msg("%s: %d %.*s", table[i].old, found, STR_ARG(now));
    }
}

static void successors_are_in_force_and_no_code_is_its_own_successor(void **state)
{
    struct fixture *f = *state;
    size_t known = 0;
    for (size_t i = 0; i < f->all.change_count; i++) {
        const struct region_change *change = &f->all.changes[i];
        assert_null(regions_find(&f->all, change->old_code));
        known += change->new_code.len > 0;
        assert_true(change->new_code.len == 0 || regions_find(&f->all, change->new_code));
    }
    assert_true(known > 2000);
}

static void registry_codes_of_the_five_places_are_current_or_mapped(void **state)
{
    struct fixture *f = *state;
    const char *shared = getenv("SUNLOT_SHARED");
    struct buf text = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/data/registry/enterprises_5places.csv", shared ? shared : ".");
    if (!shared || file_read(&text, path, 1 << 26) != ERR_OK) {
        printf("# %s is not here; nothing was compared\n", path);
        return;
    }
    struct csv *csv;
    struct str *cells, now;
    size_t count, states[4] = {0};
    assert_int_equal(csv_open_memory(&csv, buf_view(&text), NULL, NULL), ERR_OK);
    assert_int_equal(csv_next(csv, &cells, &count), ERR_OK);
    while (csv_next(csv, &cells, &count) == ERR_OK)
        states[regions_current(&now, &f->all, str_sub(cells[1], 2, 6))]++;
    assert_int_equal(states[REGION_VALID], 9992);
    assert_int_equal(states[REGION_RENAMED], 1377);
    assert_int_equal(states[REGION_ABOLISHED], 0);
    assert_int_equal(states[REGION_UNKNOWN], 226);
    csv_close(csv);
    buf_free(&text);
}

static void names_are_found_below_a_parent_and_doubtful_ones_are_not(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *parent, *name, *code;
    } table[] = {
        {"", "沁阳市", "410882"},
        {"410800", "沁阳", "410882"},
        {"", "河南", "410000"},
        {"", "内蒙古", "150000"},
        {"", "广西", "450000"},
        {"", "吉林", "220000"},
        {"220000", "吉林", "220200"},
        {"", "鼓楼区", ""},
        {"410000", "鼓楼区", "410204"},
        {"", "市辖区", ""},
        {"410000", "市辖区", ""},
        {"410882", "沁阳市", ""},
        {"410882", "覃怀", "410882001"},
        {"", "不存在市", ""},
        {"", "", ""},
        {"", "沁", "140430"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct region *found =
            regions_by_name(&f->all, str_of(table[i].parent), str_of(table[i].name));
        struct str code = found ? found->code : STR("");
        if (!str_eq(code, str_of(table[i].code)))
            fail_msg("%s in %s: %.*s", table[i].name, table[i].parent, STR_ARG(code));
    }
}

static void cells_are_read_as_codes_names_and_paths(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *home, *text, *code;
    } table[] = {
        {"", "河南省焦作市沁阳市", "410882"},
        {"", "河南焦作沁阳", "410882"},
        {"", "河南省/焦作市/沁阳市", "410882"},
        {"", "河南省 焦作市 沁阳市", "410882"},
        {"", "河南省沁阳市覃怀街道", "410882001"},
        {"", "北京市朝阳区", "110105"},
        {"", "吉林省吉林市", "220200"},
        {"", "410882", "410882"},
        {"", " 410882000000 ", "410882"},
        {"", "130521", "130503"},
        {"410882", "沁阳市", "410882"},
        {"410882", "武陟县", "410823"},
        {"410882", "覃怀街道", "410882001"},
        {"410882", "郑州市", "410100"},
        {"110000", "朝阳区", "110105"},
        {"", "朝阳区", ""},
        {"", "河南省海淀区", ""},
        {"", "沁阳市某街", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct region *found =
            regions_resolve(&f->all, str_of(table[i].home), str_of(table[i].text));
        struct str code = found ? found->code : STR("");
        if (!str_eq(code, str_of(table[i].code)))
            fail_msg("%s: %.*s", table[i].text, STR_ARG(code));
    }
}

static void within_counts_padding_zeros_only(void **state)
{
    (void)state;
    assert_true(regions_within(STR("410882"), STR("410000")));
    assert_true(regions_within(STR("410882"), STR("410800")));
    assert_true(regions_within(STR("410882001"), STR("410882")));
    assert_true(regions_within(STR("410882001"), STR("410882000000")));
    assert_true(regions_within(STR("410882"), STR("")));
    assert_false(regions_within(STR("410822"), STR("410882")));
    assert_false(regions_within(STR("411082"), STR("410800")));
    assert_false(regions_within(STR("410882101"), STR("410882100")));
    assert_false(regions_within(STR("410800"), STR("410882")));
}

static void full_names_leave_placeholders_out(void **state)
{
    struct fixture *f = *state;
    struct arena arena = {0};
    static const struct {
        const char *code, *name;
    } table[] = {
        {"410882", "河南省焦作市沁阳市"},
        {"410882001", "河南省焦作市沁阳市覃怀街道"},
        {"110105", "北京市朝阳区"},
        {"419001", "河南省济源市"},
        {"000000", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str name = regions_full_name(&f->all, &arena, str_of(table[i].code));
        if (!str_eq(name, str_of(table[i].name)))
            fail_msg("%s: %.*s", table[i].code, STR_ARG(name));
    }
    arena_free(&arena);
}

static void damaged_tables_are_refused_with_their_row(void **state)
{
    (void)state;
    static const struct {
        const char *divisions, *changes, *words;
    } table[] = {
        {"code,name,level,parent\n41x000,甲,province,\n", "h\n", "区划表第 2 行"},
        {"code,name,level,parent\n410000,甲,country,\n", "h\n", "区划表第 2 行"},
        {"code,name,level,parent\n410000,甲,province,\n", "h\n41,乙,1999,,\n", "区划变更表第 2 行"},
        {"code,name,level,parent\n410000,甲,city,410000\n", "h\n", "上级"},
        {"code,name,level,parent\n410000,甲,county,420000\n", "h\n", "上级"},
        {"code,name,level,parent\n410000,甲,province,\n", "h\n410001,乙,1999,420000,\n", "420000"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena arena = {0};
        struct regions all;
        struct fault fault = {0};
        assert_int_equal(regions_load(&all, &arena, str_of(table[i].divisions),
                                      str_of(table[i].changes), &fault),
                         ERR_FORMAT);
        assert_true(str_find(str_of(fault.text), str_of(table[i].words)) >= 0);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_table_is_whole_and_every_parent_is_in_it),
        cmocka_unit_test(codes_are_found_padded_and_short),
        cmocka_unit_test(abolished_codes_lead_to_their_successors),
        cmocka_unit_test(successors_are_in_force_and_no_code_is_its_own_successor),
        cmocka_unit_test(registry_codes_of_the_five_places_are_current_or_mapped),
        cmocka_unit_test(names_are_found_below_a_parent_and_doubtful_ones_are_not),
        cmocka_unit_test(cells_are_read_as_codes_names_and_paths),
        cmocka_unit_test(within_counts_padding_zeros_only),
        cmocka_unit_test(full_names_leave_placeholders_out),
        cmocka_unit_test(damaged_tables_are_refused_with_their_row),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
