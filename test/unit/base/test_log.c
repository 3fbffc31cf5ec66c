/* The log: one line an event, whatever stands in its values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"

/* What one event writes, read back through a pipe. */
static size_t written(char *out, size_t cap, int level, const struct log_pair *pairs, size_t count)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const struct log log = {.fd = ends[1], .level = level};
    log_event(&log, LOG_WARN, "draw-commit", pairs, count);
    close(ends[1]);
    ssize_t len = read(ends[0], out, cap);
    close(ends[0]);
    assert_true(len >= 0);
    return (size_t)len;
}

static void an_event_is_one_line_of_json(void **state)
{
    (void)state;
    char line[8192];
    int64_t before = time_now();
    size_t len = written(line, sizeof line, LOG_DEBUG,
                         LOG_PAIRS(log_str("who", STR("张三")), log_int("rows", -7),
                                   log_bool("sealed", true), log_err(ERR_FULL)));
    json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_int_equal(line[len - 1], '\n');
    assert_true(str_eq(json_member_str(root, "level"), STR("warn")));
    assert_true(str_eq(json_member_str(root, "event"), STR("draw-commit")));
    assert_true(str_eq(json_member_str(root, "who"), STR("张三")));
    assert_true(str_eq(json_member_str(root, "error"), STR("disk-full")));
    assert_int_equal(json_integer_value(json_object_get(root, "rows")), -7);
    assert_true(json_is_true(json_object_get(root, "sealed")));
    struct str time = json_member_str(root, "time");
    char second[32];
    int64_t us = 0;
    assert_int_equal(time.len, strlen("2026-03-02T01:00:00.000000Z"));
    memcpy(second, time.data, 19);
    second[19] = 'Z';
    assert_int_equal(time_parse(&us, str_range(second, 20)), ERR_OK);
    assert_true(us >= before - TIME_SECOND && us <= time_now());
    json_decref(root);
}

static void a_hostile_value_makes_no_second_line_and_no_escape(void **state)
{
    (void)state;
    static const char hostile[] =
        "a\r\n{\"event\":\"forged\"}\n\x1B[2J\0\x7F\x9B\xC2\x9B\xE2\x80\xAE"
        "\xE2\x80\xA8\xE2\x81\xA7\xFF\"";
    char line[8192];
    size_t len = written(line, sizeof line, LOG_INFO,
                         LOG_PAIRS(log_str("v", str_range(hostile, sizeof hostile - 1))));
    assert_ptr_equal(memchr(line, '\n', len), line + len - 1);
    for (size_t i = 0; i + 1 < len; i++)
        assert_true((unsigned char)line[i] >= 0x20 && line[i] != 0x7F);
    struct str text = str_range(line, len);
    assert_true(str_find(text, STR("\xC2\x9B")) < 0);
    assert_true(str_find(text, STR("\xE2\x80\xAE")) < 0);
    assert_true(str_find(text, STR("\xE2\x80\xA8")) < 0);
    assert_true(str_find(text, STR("\\u001b[2J\\u0000\\u007f\xEF\xBF\xBD")) > 0);
    json_t *root = json_loadb(line, len, JSON_ALLOW_NUL, NULL);
    assert_non_null(root);
    json_decref(root);
}

static void a_long_value_is_cut_at_a_character(void **state)
{
    (void)state;
    char line[8192];
    struct buf value = {0};
    for (size_t shift = 0; shift < 3; shift++) {
        buf_clear(&value);
        buf_add(&value, "ab", shift);
        while (value.len < 5000)
            buf_cat(&value, "错");
        size_t len =
            written(line, sizeof line, LOG_INFO, LOG_PAIRS(log_str("v", buf_view(&value))));
        json_t *root = json_loadb(line, len, 0, NULL);
        assert_non_null(root);
        struct str got = json_member_str(root, "v");
        assert_in_range(got.len, LOG_VALUE_MAX - 3, LOG_VALUE_MAX + 3);
        assert_true(str_ends(got, STR("错…")));
        json_decref(root);
    }
    buf_free(&value);
}

static void levels_below_the_asked_one_are_silent(void **state)
{
    (void)state;
    char line[64];
    assert_int_equal(written(line, sizeof line, LOG_ERROR, LOG_NONE), 0);
    assert_true(written(line, sizeof line, LOG_WARN, LOG_NONE) > 0);
    const struct log off = {.fd = -1};
    log_event(&off, LOG_ERROR, "x", LOG_NONE);
    log_event(NULL, LOG_ERROR, "x", LOG_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_one_line_of_json),
        cmocka_unit_test(a_hostile_value_makes_no_second_line_and_no_escape),
        cmocka_unit_test(a_long_value_is_cut_at_a_character),
        cmocka_unit_test(levels_below_the_asked_one_are_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
