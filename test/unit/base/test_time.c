/* Instants and dates. Expected numbers come from Python's datetime; the whole calendar is walked by
 * a second method (counting months), and Excel's serial numbers are those of its documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/time.h"

static struct str text_of(struct buf *b, int32_t day)
{
    buf_clear(b);
    date_format(b, day);
    return buf_view(b);
}

static void dates_agree_with_python(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t day;
        int weekday;
    } rows[] = {{"0001-01-01", -719162, 0}, {"1582-10-15", -141427, 4}, {"1900-02-28", -25509, 2},
                {"1969-12-31", -1, 2},      {"1970-01-01", 0, 3},       {"2000-02-29", 11016, 1},
                {"2016-01-05", 16805, 1},   {"2026-03-02", 20514, 0},   {"9999-12-31", 2932896, 4}};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t day = 0;
        assert_int_equal(date_parse(&day, str_of(rows[i].text)), ERR_OK);
        assert_int_equal(day, rows[i].day);
        assert_int_equal(date_weekday(day), rows[i].weekday);
        assert_true(str_eq(text_of(&b, day), str_of(rows[i].text)));
    }
    buf_free(&b);
}

static int month_days(int y, int m)
{
    if (m == 2)
        return y % 400 == 0 || (y % 4 == 0 && y % 100 != 0) ? 29 : 28;
    return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

static void every_day_of_ten_thousand_years_counts_one(void **state)
{
    (void)state;
    int32_t expected = -719162;
    for (int y = 1; y <= 9999; y++)
        for (int m = 1; m <= 12; m++)
            for (int d = 1; d <= month_days(y, m); d++, expected++) {
                int32_t day = 0;
                int split[3];
                assert_int_equal(date_make(&day, y, m, d), ERR_OK);
                date_split(&split[0], &split[1], &split[2], day);
                if (day != expected || split[0] != y || split[1] != m || split[2] != d)
                    fail_msg("%d-%d-%d gave %d", y, m, d, day);
            }
    assert_int_equal(expected, 2932897);
}

static void days_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const int bad[][3] = {{2015, 2, 29}, {1900, 2, 29}, {2016, 2, 30}, {2016, 4, 31},
                                 {2016, 0, 1},  {2016, 13, 1}, {2016, 1, 0},  {2016, 1, 32},
                                 {0, 1, 1},     {10000, 1, 1}, {-1, 1, 1}};
    int32_t day = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(date_make(&day, bad[i][0], bad[i][1], bad[i][2]), ERR_RANGE);
    assert_int_equal(day, 7);
}

static void strict_dates_have_one_form(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2016-1-05",   "2016/01/05",  "2016-01-05 ",
                                      "2016-02-30", "16-01-05",    "2016-01-0x",  "2016-01-5",
                                      "+016-01-05", "2016-01-050", "2016年01月05"};
    int32_t day = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(date_parse(&day, str_of(bad[i])), ERR_INPUT);
}

static void tolerant_dates_read_what_agencies_write(void **state)
{
    (void)state;
    static const char *const good[] = {"2016-01-05",
                                       "2016-1-5",
                                       "2016/01/05",
                                       "2016/1/5",
                                       "2016.1.5",
                                       "2016.01.05",
                                       "20160105",
                                       "2016年1月5日",
                                       "2016年01月05日",
                                       "2016年1月5号",
                                       " 2016-1-5\t",
                                       "２０１６年１月５日",
                                       "2016-01-05 00:00:00",
                                       "2016-01-05T23:59:59",
                                       "2016/1/5 0:00",
                                       "2016-01-05 09:30:00.000",
                                       "42374",
                                       "42374.0",
                                       "42374.99",
                                       "\xE3\x80\x80"
                                       "2016－1－5",
                                       "20160105 00:00:00",
                                       "２０１６／０１／０５"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int32_t day = 0;
        if (date_read(&day, str_of(good[i])) != ERR_OK || day != 16805)
            fail_msg("%s gave %d", good[i], day);
    }
}

static void tolerant_dates_refuse_what_could_be_two_dates(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2016",
                                      "201601",
                                      "05/01/2016",
                                      "1/5/2016",
                                      "16-1-5",
                                      "16年1月5日",
                                      "2016-1/5",
                                      "2016-13-1",
                                      "2016年2月30日",
                                      "20160230",
                                      "2016-01-05x",
                                      "2016-1",
                                      "2016年1月",
                                      "无",
                                      "2016-1-5Z",
                                      "2016-01-05T00",
                                      "2016-01-05 24:00",
                                      "2016-01-05T00:00:00Z",
                                      "42374.",
                                      "42374.x",
                                      "423740",
                                      "-42374",
                                      "00042",
                                      "2016-1-5 ~ 2016-1-6",
                                      "2016-01-05 00:60",
                                      "2016-01-05T00:00:00+08:00",
                                      "2016--1-5",
                                      "长期",
                                      "2016-001-5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int32_t day = 0;
        if (date_read(&day, str_of(bad[i])) != ERR_INPUT)
            fail_msg("%s gave %d", bad[i], day);
    }
}

static void excel_numbers_have_the_day_that_never_was(void **state)
{
    (void)state;
    static const struct {
        int64_t serial;
        const char *text;
    } rows[] = {{1, "1900-01-01"},     {59, "1900-02-28"},    {61, "1900-03-01"},
                {25569, "1970-01-01"}, {42374, "2016-01-05"}, {2958465, "9999-12-31"}};
    struct buf b = {0};
    int32_t day = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(date_of_serial(&day, rows[i].serial), ERR_OK);
        assert_true(str_eq(text_of(&b, day), str_of(rows[i].text)));
    }
    assert_int_equal(date_of_serial(&day, 60), ERR_RANGE);
    assert_int_equal(date_of_serial(&day, 0), ERR_RANGE);
    assert_int_equal(date_of_serial(&day, 2958466), ERR_RANGE);
    buf_free(&b);
}

static void instants_are_written_in_utc_and_read_back(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {{INT64_C(1772413200000000), "2026-03-02T01:00:00Z"},
                {-1000000, "1969-12-31T23:59:59Z"},
                {0, "1970-01-01T00:00:00Z"}};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t us = 1;
        buf_clear(&b);
        time_format(&b, rows[i].us);
        assert_true(str_eq(buf_view(&b), str_of(rows[i].text)));
        assert_int_equal(time_parse(&us, buf_view(&b)), ERR_OK);
        assert_true(us == rows[i].us);
    }
    buf_clear(&b);
    time_format(&b, -1);
    assert_true(str_eq(buf_view(&b), STR("1969-12-31T23:59:59Z")));
    time_format(&b, INT64_MAX);
    assert_int_equal(buf_err(&b), ERR_MEMORY);
    buf_free(&b);
}

static void instants_have_one_form(void **state)
{
    (void)state;
    static const char *const bad[] = {"2026-03-02 01:00:00Z", "2026-03-02T01:00:00",
                                      "2026-03-02T24:00:00Z", "2026-03-02T01:60:00Z",
                                      "2026-03-02T01:00:60Z", "2026-02-30T01:00:00Z",
                                      "2026-03-02T1:00:000Z", "2026-03-02T01:00:00+"};
    int64_t us = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(time_parse(&us, str_of(bad[i])), ERR_INPUT);
}

static void the_day_in_china_begins_eight_hours_before_utc(void **state)
{
    (void)state;
    int64_t midnight = INT64_C(1772380800000000); /* 2026-03-01T16:00:00Z, from Python */
    assert_int_equal(date_of_time(midnight), 20514);
    assert_int_equal(date_of_time(midnight - 1), 20513);
    assert_true(time_of_date(20514) == midnight);
    assert_int_equal(date_of_time(-1), 0);
    assert_int_equal(date_of_time(INT64_C(-28800000001)), -1);
    assert_int_equal(date_year(20514), 2026);
}

static void the_clock_shows_a_day_of_this_century(void **state)
{
    (void)state;
    int year = date_year(date_of_time(time_now()));
    assert_in_range(year, 2000, 2099);
    assert_true(time_now() >= INT64_C(946684800000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_agree_with_python),
        cmocka_unit_test(every_day_of_ten_thousand_years_counts_one),
        cmocka_unit_test(days_that_do_not_exist_are_refused),
        cmocka_unit_test(strict_dates_have_one_form),
        cmocka_unit_test(tolerant_dates_read_what_agencies_write),
        cmocka_unit_test(tolerant_dates_refuse_what_could_be_two_dates),
        cmocka_unit_test(excel_numbers_have_the_day_that_never_was),
        cmocka_unit_test(instants_are_written_in_utc_and_read_back),
        cmocka_unit_test(instants_have_one_form),
        cmocka_unit_test(the_day_in_china_begins_eight_hours_before_utc),
        cmocka_unit_test(the_clock_shows_a_day_of_this_century),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
