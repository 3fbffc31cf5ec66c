/* Working days: the shipped table, the published deadline vectors (worked out elsewhere from the
 * State Council's notices), and years that are not in the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/time.h"
#include "base/workday.h"

struct table {
    struct workdays days;
    struct arena arena;
};

static int table_load(void **state)
{
    struct table *t = calloc(1, sizeof *t);
    char path[FILE_PATH_MAX];
    struct buf csv = {0};
    struct fault fault = {0};
    const char *source = getenv("SUNLOT_SOURCE");
    snprintf(path, sizeof path, "%s/data/workdays_2015_2026.csv", source ? source : "../..");
    enum err err = file_read(&csv, path, 1 << 20);
    if (err == ERR_OK && t != NULL)
        err = workdays_load(&t->days, &t->arena, buf_view(&csv), &fault);
    if (err != ERR_OK)
        print_error("%s: %s\n", path, fault_text(&fault));
    buf_free(&csv);
    *state = t;
    return err == ERR_OK && t != NULL ? 0 : -1;
}

static int table_free(void **state)
{
    struct table *t = *state;
    arena_free(&t->arena);
    free(t);
    return 0;
}

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_int_equal(date_parse(&day, str_of(text)), ERR_OK);
    return day;
}

static void the_table_knows_holidays_and_make_up_days(void **state)
{
    const struct table *t = *state;
    assert_true(workdays_known(&t->days, day_of("2015-01-01")));
    assert_true(workdays_known(&t->days, day_of("2026-12-31")));
    assert_false(workdays_known(&t->days, day_of("2014-12-31")));
    assert_false(workdays_known(&t->days, day_of("2027-01-01")));
    assert_false(workdays_is(&t->days, day_of("2020-01-31"))); /* prolonged by notice of 27 Jan */
    assert_true(workdays_is(&t->days, day_of("2015-01-04")));  /* a Sunday worked */
    assert_false(workdays_is(&t->days, day_of("2015-09-03"))); /* the 70th anniversary */
}

static void the_deadline_vectors_pass_whole(void **state)
{
    static const unsigned counts[] = {0, 20, 1, 5, 10}; /* by column */
    const struct table *t = *state;
    const char *shared = getenv("SUNLOT_SHARED");
    char path[FILE_PATH_MAX];
    struct buf text = {0};
    struct csv *csv = NULL;
    struct str *cells = NULL;
    size_t count = 0;
    snprintf(path, sizeof path, "%s/data/calendar/deadline_vectors.csv", shared ? shared : ".");
    if (file_read(&text, path, 1 << 20) != ERR_OK) {
        print_message("# not here: %s\n", path);
        return;
    }
    assert_int_equal(csv_open_memory(&csv, buf_view(&text), NULL, NULL), ERR_OK);
    assert_int_equal(csv_next(csv, &cells, &count), ERR_OK);
    assert_int_equal(count, 5);
    assert_true(str_eq(cells[1], STR("plus_20_workdays")));
    unsigned rows = 0;
    while (csv_next(csv, &cells, &count) == ERR_OK) {
        int32_t from = 0;
        assert_int_equal(date_parse(&from, cells[0]), ERR_OK);
        for (size_t i = 1; i < count; i++) {
            int32_t due = 0;
            int32_t expected = 0;
            bool estimated = true;
            assert_int_equal(date_parse(&expected, cells[i]), ERR_OK);
            assert_int_equal(workdays_add(&due, &estimated, &t->days, from, counts[i]), ERR_OK);
            if (due != expected || estimated ||
                workdays_between(&estimated, &t->days, from, due) != counts[i] || estimated)
                fail_msg("%.*s + %u", STR_ARG(cells[0]), counts[i]);
        }
        rows++;
    }
    assert_int_equal(rows, 4347);
    csv_close(csv);
    buf_free(&text);
}

static void a_year_not_announced_is_estimated_from_monday_to_friday(void **state)
{
    const struct table *t = *state;
    int32_t due = 0;
    bool estimated = false;
    /* 2027-01-04 is a Monday; the twentieth Monday-to-Friday after it is 2027-02-01. */
    assert_int_equal(workdays_add(&due, &estimated, &t->days, day_of("2027-01-04"), 20), ERR_OK);
    assert_int_equal(due, day_of("2027-02-01"));
    assert_true(estimated);
    assert_int_equal(workdays_add(&due, &estimated, &t->days, day_of("2026-12-30"), 1), ERR_OK);
    assert_int_equal(due, day_of("2026-12-31"));
    assert_false(estimated);
    assert_int_equal(workdays_add(&due, &estimated, &t->days, day_of("2026-12-31"), 1), ERR_OK);
    assert_true(estimated);
    const struct workdays none = {0};
    assert_int_equal(workdays_add(&due, NULL, &none, day_of("2026-03-06"), 1), ERR_OK);
    assert_int_equal(due, day_of("2026-03-09"));
}

static void counting_nothing_stays_and_counting_too_far_is_refused(void **state)
{
    const struct table *t = *state;
    int32_t due = 0;
    bool estimated = true;
    assert_int_equal(workdays_add(&due, &estimated, &t->days, day_of("2026-05-01"), 0), ERR_OK);
    assert_int_equal(due, day_of("2026-05-01"));
    assert_false(estimated);
    assert_int_equal(workdays_add(&due, NULL, &t->days, day_of("9999-12-20"), 20), ERR_RANGE);
    assert_int_equal(workdays_between(NULL, &t->days, day_of("2026-05-08"), day_of("2026-05-01")),
                     0);
}

/* A year as CSV, without the day `hole`, Monday to Friday working. */
static void year_csv(struct buf *out, int year, int32_t hole)
{
    int32_t first = 0;
    int32_t last = 0;
    assert_int_equal(date_make(&first, year, 1, 1), ERR_OK);
    assert_int_equal(date_make(&last, year, 12, 31), ERR_OK);
    for (int32_t day = last; day >= first; day--) {
        if (day == hole)
            continue;
        buf_printf(out, "x,%d,", date_weekday(day) < 5);
        date_format(out, day);
        buf_cat(out, "\n");
    }
}

static void tables_that_are_not_whole_are_refused_with_the_place(void **state)
{
    (void)state;
    struct arena a = {0};
    struct workdays w = {0};
    struct buf csv = {0};
    struct fault fault = {0};
    buf_cat(&csv, "name,is_workday,date\n");
    year_csv(&csv, 2028, day_of("2028-02-29"));
    assert_int_equal(workdays_load(&w, &a, buf_view(&csv), &fault), ERR_INPUT);
    assert_true(str_find(str_of(fault.text), STR("2028-02-29")) >= 0);
    assert_int_equal(w.count, 0);
    buf_cat(&csv, "x,1,2028-02-29\n");
    assert_int_equal(workdays_load(&w, &a, buf_view(&csv), &fault), ERR_OK);
    assert_int_equal(w.count, 366);
    buf_cat(&csv, "x,1,2028-02-29\n");
    assert_int_equal(workdays_load(&w, &a, buf_view(&csv), &fault), ERR_INPUT);
    assert_int_equal(fault.row, 368);
    static const char *const bad[] = {"",
                                      "date,work\n2020-01-01,1\n",
                                      "date,is_workday\n",
                                      "date,is_workday\n2020-01-01,2\n",
                                      "date,is_workday\n2020-1-1,1\n",
                                      "date,is_workday\n2020-01-01\n",
                                      "date,is_workday\n0001-01-01,1\n9999-01-01,1\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(workdays_load(&w, &a, str_of(bad[i]), &fault), ERR_INPUT);
    buf_free(&csv);
    arena_free(&a);
}

static void years_apart_leave_the_years_between_unknown(void **state)
{
    (void)state;
    struct arena a = {0};
    struct workdays w = {0};
    struct buf csv = {0};
    buf_cat(&csv, "\xEF\xBB\xBF"
                  "name,is_workday,date\n");
    year_csv(&csv, 2030, -1);
    year_csv(&csv, 2032, -1);
    assert_int_equal(workdays_load(&w, &a, buf_view(&csv), NULL), ERR_OK);
    assert_true(workdays_known(&w, day_of("2030-12-31")));
    assert_false(workdays_known(&w, day_of("2031-06-01")));
    assert_true(workdays_known(&w, day_of("2032-02-29")));
    buf_free(&csv);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_knows_holidays_and_make_up_days),
        cmocka_unit_test(the_deadline_vectors_pass_whole),
        cmocka_unit_test(a_year_not_announced_is_estimated_from_monday_to_friday),
        cmocka_unit_test(counting_nothing_stays_and_counting_too_far_is_refused),
        cmocka_unit_test(tables_that_are_not_whole_are_refused_with_the_place),
        cmocka_unit_test(years_apart_leave_the_years_between_unknown),
    };
    return cmocka_run_group_tests(tests, table_load, table_free);
}
