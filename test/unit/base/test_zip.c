/* Zip: archives made here, then bent on purpose: every way in which one can lie, overflow or
 * mislead is refused before or while it is read (SECURITY.md IN4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/zip.h"
#include "scratch.h"

struct piece {
    const char *name;
    struct str content;
};

/* The bytes of an archive of these entries. */
static void make(struct buf *out, const struct piece *pieces, size_t count)
{
    struct zip_writer *w = NULL;
    assert_int_equal(zip_writer_open(&w, "made.zip"), ERR_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(zip_writer_add(w, pieces[i].name, pieces[i].content), ERR_OK);
    assert_int_equal(zip_writer_close(w), ERR_OK);
    buf_clear(out);
    assert_int_equal(file_read(out, "made.zip", SIZE_MAX), ERR_OK);
}

/* Replaces occurrence number `which` (from 0; -1 all) of a byte run by one of the same length. */
static unsigned patch(struct buf *b, struct str from, struct str to, int which)
{
    unsigned found = 0;
    assert_int_equal(from.len, to.len);
    for (size_t i = 0; i + from.len <= b->len; i++) {
        if (memcmp(b->data + i, from.data, from.len) != 0)
            continue;
        if (which < 0 || found == (unsigned)which)
            memcpy(b->data + i, to.data, to.len);
        found++;
    }
    return found;
}

/* Sets len bytes at offset `at` of every local ("PK\3\4") and central ("PK\1\2") header. */
static void patch_headers(struct buf *b, size_t local, size_t central, struct str value)
{
    for (size_t i = 0; i + 46 <= b->len; i++) {
        if (local > 0 && memcmp(b->data + i, "PK\3\4", 4) == 0)
            memcpy(b->data + i + local, value.data, value.len);
        if (central > 0 && memcmp(b->data + i, "PK\1\2", 4) == 0)
            memcpy(b->data + i + central, value.data, value.len);
    }
}

/* Opens the bytes in memory of exactly their size and reads every entry. */
static enum err read_all(struct str bytes, const struct zip_limits *limits, struct fault *fault)
{
    struct zip_reader *r = NULL;
    size_t count = 0;
    char *exact = malloc(bytes.len + (bytes.len == 0));
    assert_non_null(exact);
    if (bytes.len > 0)
        memcpy(exact, bytes.data, bytes.len);
    enum err err = zip_reader_open_memory(&r, str_range(exact, bytes.len), limits, fault);
    const struct zip_entry *entries = err == ERR_OK ? zip_reader_names(r, &count) : NULL;
    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        struct buf content = {0};
        err = zip_reader_load(&content, r, entries[i].name, SIZE_MAX);
        buf_free(&content);
    }
    zip_reader_close(r);
    free(exact);
    return err;
}

static const struct piece two[] = {
    {"aa/one.txt", {"first first first first first\n", 30}},
    {"目录.csv", {"一,二\n", 8}},
};

static void what_is_written_is_read_in_its_order(void **state)
{
    (void)state;
    struct zip_reader *r = NULL;
    struct buf out = {0};
    size_t count = 0;
    uint64_t size = 0;
    make(&out, two, 2);
    assert_int_equal(zip_reader_open(&r, "made.zip", NULL, NULL), ERR_OK);
    const struct zip_entry *entries = zip_reader_names(r, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(str_eq(entries[i].name, str_of(two[i].name)));
        assert_int_equal(entries[i].size, two[i].content.len);
        buf_clear(&out);
        assert_int_equal(zip_reader_load(&out, r, entries[i].name, 30), ERR_OK);
        assert_true(str_eq(buf_view(&out), two[i].content));
    }
    assert_int_equal(zip_reader_load(&out, r, STR("aa/one.txt"), 29), ERR_LIMIT);
    assert_int_equal(zip_reader_load(&out, r, STR("aa/one"), 99), ERR_MISSING);
    assert_true(zip_reader_has(r, STR("目录.csv"), &size) && size == 8);
    assert_false(zip_reader_has(r, STR(""), NULL));
    zip_reader_close(r);
    buf_free(&out);
}

static void two_archives_of_the_same_entries_are_equal_in_any_time_zone(void **state)
{
    (void)state;
    struct buf first = {0};
    struct buf second = {0};
    assert_int_equal(setenv("TZ", "Asia/Shanghai", 1), 0);
    tzset();
    make(&first, two, 2);
    assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
    tzset();
    make(&second, two, 2);
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
    assert_true(str_eq(buf_view(&first), buf_view(&second)));
    /* 1980-01-01 00:00 in the first local header: time 0, date 0x21 */
    assert_memory_equal(first.data + 10, "\0\0\x21\0", 4);
    buf_free(&first);
    buf_free(&second);
}

static void a_file_goes_in_and_its_lines_come_out(void **state)
{
    (void)state;
    struct zip_writer *w = NULL;
    struct zip_reader *r = NULL;
    struct zip_lines lines;
    struct str line;
    struct buf text = {0};
    for (unsigned i = 0; i < 100000; i++)
        buf_printf(&text, "line %u\n", i);
    buf_cat(&text, "tail");
    scratch_put("pool", buf_view(&text));
    assert_int_equal(zip_writer_open(&w, "pool.zip"), ERR_OK);
    assert_int_equal(zip_writer_add_file(w, "pool", "pool"), ERR_OK);
    assert_int_equal(zip_writer_add_file(w, "x", "absent"), ERR_MISSING);
    assert_int_equal(zip_writer_close(w), ERR_OK);
    assert_int_equal(zip_reader_open(&r, "pool.zip", NULL, NULL), ERR_OK);
    assert_int_equal(zip_lines_open(&lines, r, STR("none")), ERR_MISSING);
    assert_int_equal(zip_lines_open(&lines, r, STR("pool")), ERR_OK);
    for (unsigned i = 0; i < 100000; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "line %u", i);
        assert_int_equal(zip_lines_next(&lines, &line), ERR_OK);
        assert_true(str_eq(line, str_of(expected)));
    }
    assert_false(lines.unterminated);
    assert_int_equal(zip_lines_next(&lines, &line), ERR_OK);
    assert_true(lines.unterminated && str_eq(line, STR("tail")) && lines.number == 100001);
    assert_int_equal(zip_lines_next(&lines, &line), ERR_END);
    zip_lines_close(&lines);
    zip_lines_close(&lines);
    zip_reader_close(r);
    buf_free(&text);
}

static void the_writer_refuses_bad_names_and_leaves_nothing_when_given_up(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "/a",           "a//b",  "../a", "a/../b",
                                      "a/..", "./a",          "a\\b",  "C:a",  "a\nb",
                                      "\xFF", "\xE2\x80\xAE", "a/./b", "/",    ".."};
    struct zip_writer *w = NULL;
    assert_int_equal(mkdir("z", 0755), 0);
    assert_int_equal(zip_writer_open(&w, "z/a.zip"), ERR_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(zip_writer_add(w, bad[i], STR("x")), ERR_INPUT);
    assert_int_equal(zip_writer_add(w, "a", STR("x")), ERR_OK);
    assert_int_equal(zip_writer_add(w, "a", STR("y")), ERR_DUPLICATE);
    zip_writer_abandon(w);
    assert_int_equal(scratch_count("z"), 0);
    assert_int_equal(zip_writer_open(&w, "z/a.zip"), ERR_OK);
    assert_int_equal(zip_writer_close(w), ERR_STATE);
    assert_int_equal(scratch_count("z"), 0);
    assert_int_equal(zip_writer_open(&w, "none/a.zip"), ERR_MISSING);
    assert_int_equal(mkdir("z/taken", 0755), 0);
    assert_int_equal(zip_writer_open(&w, "z/taken"), ERR_OK);
    assert_int_equal(zip_writer_add(w, "a", STR("x")), ERR_OK);
    assert_int_not_equal(zip_writer_close(w), ERR_OK);
    assert_int_equal(scratch_count("z"), 1);
}

static void names_that_lead_astray_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"../one.txt",
                                      "/a/one.txt",
                                      "a//one.txt",
                                      "aa\\one.txt",
                                      "C:/one.txt",
                                      "./aone.txt",
                                      "a\x1B/one.tx",
                                      "\xFF"
                                      "a/one.txt"};
    struct buf zip = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        make(&zip, two, 2);
        assert_int_equal(patch(&zip, STR("aa/one.txt"), str_range(bad[i], 10), -1), 2);
        struct fault fault = {0};
        assert_int_equal(read_all(buf_view(&zip), NULL, &fault), ERR_FORMAT);
        assert_non_null(strstr(fault.text, "不安全的文件名"));
    }
    make(&zip, two, 2);
    patch(&zip, STR("aa/one.txt"), STR("aa/on\0.txt"), -1);
    assert_int_equal(read_all(buf_view(&zip), NULL, NULL), ERR_FORMAT);
    buf_free(&zip);
}

static void two_entries_of_one_name_are_refused(void **state)
{
    (void)state;
    static const struct piece pieces[] = {{"one", {"1", 1}}, {"mid", {"3", 1}}, {"two", {"2", 1}}};
    struct buf zip = {0};
    struct fault fault = {0};
    make(&zip, pieces, 3);
    assert_int_equal(patch(&zip, STR("two"), STR("one"), -1), 2);
    assert_int_equal(read_all(buf_view(&zip), NULL, &fault), ERR_DUPLICATE);
    assert_non_null(strstr(fault.text, "“one”"));
    buf_free(&zip);
}

static void a_local_header_must_say_what_the_directory_says(void **state)
{
    (void)state;
    struct buf zip = {0};
    make(&zip, two, 2);
    patch(&zip, STR("aa/one.txt"), STR("bb/one.txt"), 0);
    assert_int_equal(read_all(buf_view(&zip), NULL, NULL), ERR_FORMAT);
    make(&zip, two, 2);
    patch(&zip, STR("aa/one.txt"), STR("bb/one.txt"), 1);
    assert_int_equal(read_all(buf_view(&zip), NULL, NULL), ERR_FORMAT);
    make(&zip, two, 2);
    patch_headers(&zip, 22, 0, STR("\1\0\0\0"));
    assert_int_equal(read_all(buf_view(&zip), NULL, NULL), ERR_FORMAT);
    buf_free(&zip);
}

static void encrypted_and_exotic_entries_are_refused(void **state)
{
    (void)state;
    struct buf zip = {0};
    make(&zip, two, 2);
    patch_headers(&zip, 6, 8, STR("\1\0"));
    struct fault fault = {0};
    assert_int_equal(read_all(buf_view(&zip), NULL, &fault), ERR_UNSUPPORTED);
    assert_non_null(strstr(fault.text, "已加密"));
    make(&zip, two, 2);
    patch_headers(&zip, 8, 10, STR("\x0C\0")); /* bzip2 */
    assert_int_equal(read_all(buf_view(&zip), NULL, &fault), ERR_UNSUPPORTED);
    buf_free(&zip);
}

static void a_bomb_is_refused_before_it_is_inflated(void **state)
{
    (void)state;
    size_t size = 16 << 20;
    char *zeros = calloc(1, size);
    assert_non_null(zeros);
    const struct piece bomb = {"bomb", {zeros, size}};
    struct buf zip = {0};
    struct fault fault = {0};
    make(&zip, &bomb, 1);
    assert_true(zip.len < size / 500);
    assert_int_equal(read_all(buf_view(&zip), NULL, &fault), ERR_LIMIT);
    assert_non_null(strstr(fault.text, "压缩炸弹"));
    const struct zip_limits trusting = {.ratio = 2000};
    assert_int_equal(read_all(buf_view(&zip), &trusting, NULL), ERR_OK);
    const struct zip_limits tight = {.ratio = 2000, .inflated = size - 1};
    assert_int_equal(read_all(buf_view(&zip), &tight, NULL), ERR_LIMIT);
    /* The same bomb that says it holds 1,000 bytes: found out at the first piece. */
    patch_headers(&zip, 22, 24, STR("\xE8\x03\0\0"));
    struct zip_reader *r = NULL;
    struct zip_stream *s = NULL;
    size_t got = 0;
    enum err err = zip_reader_open_memory(&r, buf_view(&zip), NULL, NULL);
    if (err == ERR_OK)
        err = zip_reader_entry_open(&s, r, STR("bomb"));
    if (err == ERR_OK)
        err = zip_stream_read(s, zeros, size, &got);
    assert_int_equal(err, ERR_FORMAT);
    assert_int_equal(got, 0);
    zip_stream_close(s);
    zip_reader_close(r);
    free(zeros);
    buf_free(&zip);
}

static void limits_of_size_and_number_hold_exactly(void **state)
{
    (void)state;
    struct buf zip = {0};
    struct zip_writer *w = NULL;
    make(&zip, two, 2);
    for (size_t less = 0; less < 2; less++) {
        const struct zip_limits file = {.file = zip.len - less};
        const struct zip_limits entries = {.entries = 2 - less};
        const struct zip_limits inflated = {.inflated = 38 - less};
        enum err expected = less == 0 ? ERR_OK : ERR_LIMIT;
        assert_int_equal(read_all(buf_view(&zip), &file, NULL), expected);
        assert_int_equal(read_all(buf_view(&zip), &entries, NULL), expected);
        assert_int_equal(read_all(buf_view(&zip), &inflated, NULL), expected);
    }
    assert_int_equal(zip_writer_open(&w, "many.zip"), ERR_OK);
    for (unsigned i = 0; i < 1001; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        assert_int_equal(zip_writer_add(w, name, STR("x")), ERR_OK);
    }
    assert_int_equal(zip_writer_close(w), ERR_OK);
    struct zip_reader *r = NULL;
    assert_int_equal(zip_reader_open(&r, "many.zip", NULL, NULL), ERR_LIMIT);
    const struct zip_limits more = {.entries = 1001};
    assert_int_equal(zip_reader_open(&r, "many.zip", &more, NULL), ERR_OK);
    for (unsigned i = 0; i < 1001; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i);
        assert_true(zip_reader_has(r, str_of(name), NULL));
    }
    zip_reader_close(r);
    buf_free(&zip);
}

static void an_archive_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct buf zip = {0};
    make(&zip, two, 2);
    for (size_t len = 0; len < zip.len; len++)
        assert_int_equal(read_all(str_range(zip.data, len), NULL, NULL), ERR_FORMAT);
    buf_char(&zip, 'x');
    assert_int_equal(read_all(buf_view(&zip), NULL, NULL), ERR_FORMAT);
    struct zip_reader *r = NULL;
    assert_int_equal(zip_reader_open(&r, "absent.zip", NULL, NULL), ERR_MISSING);
    assert_int_equal(zip_reader_open(&r, ".", NULL, NULL), ERR_FORMAT);
    buf_free(&zip);
}

/* Whether bytes still give both entries as they were. */
static bool intact(struct str bytes)
{
    struct zip_reader *r = NULL;
    bool same = zip_reader_open_memory(&r, bytes, NULL, NULL) == ERR_OK;
    for (size_t i = 0; same && i < 2; i++) {
        struct buf content = {0};
        same = zip_reader_load(&content, r, str_of(two[i].name), SIZE_MAX) == ERR_OK &&
               str_eq(buf_view(&content), two[i].content);
        buf_free(&content);
    }
    zip_reader_close(r);
    return same;
}

static void a_flipped_bit_is_refused_or_harmless(void **state)
{
    (void)state;
    struct buf zip = {0};
    unsigned refused = 0;
    make(&zip, two, 2);
    for (size_t i = 0; i < zip.len * 8; i++) {
        zip.data[i / 8] = (char)(zip.data[i / 8] ^ (1 << (i % 8)));
        enum err err = read_all(buf_view(&zip), NULL, NULL);
        if (err == ERR_OK && !intact(buf_view(&zip)))
            fail_msg("bit %zu of byte %zu changed the content unseen", i % 8, i / 8);
        refused += err != ERR_OK;
        zip.data[i / 8] = (char)(zip.data[i / 8] ^ (1 << (i % 8)));
    }
    assert_true(intact(buf_view(&zip)));
    /* What may change unseen: versions, attributes, hints of the packer and padding bits of the
     * packed data, less than 16 bytes an entry. */
    assert_true(refused > zip.len * 8 - 2 * 16 * 8);
    buf_free(&zip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_in_its_order),
        cmocka_unit_test(two_archives_of_the_same_entries_are_equal_in_any_time_zone),
        cmocka_unit_test(a_file_goes_in_and_its_lines_come_out),
        cmocka_unit_test(the_writer_refuses_bad_names_and_leaves_nothing_when_given_up),
        cmocka_unit_test(names_that_lead_astray_are_refused),
        cmocka_unit_test(two_entries_of_one_name_are_refused),
        cmocka_unit_test(a_local_header_must_say_what_the_directory_says),
        cmocka_unit_test(encrypted_and_exotic_entries_are_refused),
        cmocka_unit_test(a_bomb_is_refused_before_it_is_inflated),
        cmocka_unit_test(limits_of_size_and_number_hold_exactly),
        cmocka_unit_test(an_archive_cut_anywhere_is_refused),
        cmocka_unit_test(a_flipped_bit_is_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
