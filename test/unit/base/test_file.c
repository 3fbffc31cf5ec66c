/* Files: whole reads, durable writes that leave nothing half done, folders, and lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>

static void assert_content(const char *path, struct str expected)
{
    struct buf got = {0};
    assert_int_equal(file_read(&got, path, 1 << 20), ERR_OK);
    assert_true(str_eq(buf_view(&got), expected));
    buf_free(&got);
}

static void a_file_is_read_whole_up_to_the_limit(void **state)
{
    (void)state;
    struct buf b = {0};
    scratch_put("five", STR("12345"));
    buf_cat(&b, "before:");
    assert_int_equal(file_read(&b, "five", 4), ERR_LIMIT);
    assert_true(str_eq(buf_view(&b), STR("before:")));
    assert_int_equal(file_read(&b, "five", 5), ERR_OK);
    assert_true(str_eq(buf_view(&b), STR("before:12345")));
    assert_int_equal(file_read(&b, "absent", 5), ERR_MISSING);
    assert_int_equal(file_read(&b, ".", 5), ERR_IO);
    buf_free(&b);
}

static void a_write_replaces_the_file_and_sets_exactly_the_mode(void **state)
{
    (void)state;
    struct stat st;
    mode_t old = umask(077);
    assert_int_equal(mkdir("w", 0755), 0);
    assert_int_equal(file_write_durable("w/f", STR("one"), 0644), ERR_OK);
    assert_content("w/f", STR("one"));
    assert_int_equal(stat("w/f", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(file_write_plain("w/f", STR(""), 0600), ERR_OK);
    assert_content("w/f", STR(""));
    assert_int_equal(stat("w/f", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(scratch_count("w"), 1);
    umask(old);
}

static void a_failed_write_leaves_the_old_content_and_no_temporary_file(void **state)
{
    (void)state;
    static char big[200000];
    struct rlimit old;
    assert_int_equal(mkdir("full", 0755), 0);
    scratch_put("full/f", STR("old"));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {.rlim_cur = 100000, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum err durable = file_write_durable("full/f", str_range(big, sizeof big), 0644);
    enum err plain = file_write_plain("full/f", str_range(big, sizeof big), 0644);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(durable, ERR_FULL);
    assert_int_equal(plain, ERR_FULL);
    assert_content("full/f", STR("old"));
    assert_int_equal(scratch_count("full"), 1);
}

static void a_write_onto_a_folder_or_into_none_fails_cleanly(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkdir("d/taken", 0755), 0);
    assert_int_not_equal(file_write_durable("d/taken", STR("x"), 0644), ERR_OK);
    assert_int_equal(scratch_count("d"), 1);
    assert_int_equal(file_write_durable("none/f", STR("x"), 0644), ERR_MISSING);
    assert_int_equal(file_write_durable("", STR("x"), 0644), ERR_LIMIT);
}

static void a_file_written_in_pieces_is_seen_only_after_its_commit(void **state)
{
    (void)state;
    struct file_out f;
    struct buf expected = {0};
    assert_int_equal(mkdir("p", 0755), 0);
    assert_int_equal(file_out_open(&f, "p/f", 0644, true), ERR_OK);
    for (unsigned i = 0; i < 30000; i++) {
        char line[32];
        int len = snprintf(line, sizeof line, "line %u\n", i);
        file_out_add(&f, str_range(line, (size_t)len));
        buf_add(&expected, line, (size_t)len);
    }
    file_out_add(&f, buf_view(&expected));
    assert_false(file_exists("p/f"));
    assert_int_equal(f.size, 2 * expected.len);
    assert_int_equal(file_out_commit(&f), ERR_OK);
    uint64_t size = 0;
    assert_int_equal(file_size(&size, "p/f"), ERR_OK);
    assert_int_equal(size, 2 * expected.len);
    struct buf got = {0};
    assert_int_equal(file_read(&got, "p/f", SIZE_MAX), ERR_OK);
    assert_true(str_starts(buf_view(&got), buf_view(&expected)));
    assert_true(str_ends(buf_view(&got), buf_view(&expected)));
    assert_int_equal(file_out_open(&f, "p/g", 0644, false), ERR_OK);
    file_out_add(&f, STR("x"));
    file_out_abandon(&f);
    file_out_abandon(&f);
    assert_int_equal(scratch_count("p"), 1);
    buf_free(&got);
    buf_free(&expected);
}

static void folders_are_made_with_all_above_them(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(file_mkdirs("m/n//o/", 0700), ERR_OK);
    assert_int_equal(file_mkdirs("m/n/o", 0700), ERR_OK);
    assert_int_equal(stat("m/n/o", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    scratch_put("m/file", STR("x"));
    assert_int_equal(file_mkdirs("m/file/x", 0700), ERR_STATE);
    assert_int_equal(file_mkdirs("", 0700), ERR_LIMIT);
    uint64_t size = 0;
    assert_int_equal(file_size(&size, "m"), ERR_STATE);
    assert_int_equal(file_sync_dir("m"), ERR_OK);
    assert_int_equal(file_sync_dir("nowhere"), ERR_MISSING);
    assert_int_equal(file_sync_dir("/proc"), ERR_SYNC); /* cannot be synced: never told as done */
}

static void lines_come_whole_whatever_the_window_cuts(void **state)
{
    (void)state;
    struct buf text = {0};
    struct file_lines r;
    struct str line;
    for (unsigned i = 0; i < 60000; i++)
        buf_printf(&text, "%0*u\n", (int)(i % 37 + 5), i);
    scratch_put("lines", buf_view(&text));
    assert_int_equal(file_lines_open(&r, "lines"), ERR_OK);
    for (unsigned i = 0; i < 60000; i++) {
        char expected[64];
        int len = snprintf(expected, sizeof expected, "%0*u", (int)(i % 37 + 5), i);
        assert_int_equal(file_lines_next(&r, &line), ERR_OK);
        assert_true(str_eq(line, str_range(expected, (size_t)len)));
    }
    assert_int_equal(file_lines_next(&r, &line), ERR_END);
    assert_int_equal(file_lines_next(&r, &line), ERR_END);
    assert_int_equal(r.number, 60000);
    assert_false(r.unterminated);
    file_lines_close(&r);
    file_lines_close(&r);
    buf_free(&text);
}

static void a_last_line_without_lf_is_given_and_flagged(void **state)
{
    (void)state;
    struct file_lines r;
    struct str line;
    scratch_put("tail", STR("\na\r\nb"));
    assert_int_equal(file_lines_open(&r, "tail"), ERR_OK);
    assert_int_equal(file_lines_next(&r, &line), ERR_OK);
    assert_true(str_empty(line));
    assert_int_equal(file_lines_next(&r, &line), ERR_OK);
    assert_true(str_eq(line, STR("a\r")));
    assert_false(r.unterminated);
    assert_int_equal(file_lines_next(&r, &line), ERR_OK);
    assert_true(str_eq(line, STR("b")) && r.unterminated);
    assert_int_equal(file_lines_next(&r, &line), ERR_END);
    file_lines_close(&r);
    scratch_put("empty", STR(""));
    assert_int_equal(file_lines_open(&r, "empty"), ERR_OK);
    assert_int_equal(file_lines_next(&r, &line), ERR_END);
    assert_false(r.unterminated);
    file_lines_close(&r);
    assert_int_equal(file_lines_open(&r, "absent"), ERR_MISSING);
    file_lines_close(&r);
}

static void a_line_over_the_limit_is_refused_and_one_at_it_is_not(void **state)
{
    (void)state;
    struct buf text = {0};
    struct file_lines r;
    struct str line;
    for (size_t i = 0; i < 700001; i++)
        buf_char(&text, 'x');
    scratch_put("long", buf_view(&text));
    for (size_t limit = 700000; limit <= 700001; limit++) {
        assert_int_equal(file_lines_open(&r, "long"), ERR_OK);
        r.in.limit = limit;
        assert_int_equal(file_lines_next(&r, &line), limit == 700001 ? ERR_OK : ERR_LIMIT);
        file_lines_close(&r);
    }
    scratch_put("short", STR("1234\n12345\n"));
    assert_int_equal(file_lines_open(&r, "short"), ERR_OK);
    r.in.limit = 4;
    assert_int_equal(file_lines_next(&r, &line), ERR_OK);
    assert_int_equal(file_lines_next(&r, &line), ERR_LIMIT);
    file_lines_close(&r);
    buf_free(&text);
}

static void publishing_moves_a_file_made_by_another(void **state)
{
    (void)state;
    scratch_put("made", STR("x"));
    assert_int_equal(file_publish("made", "seen"), ERR_OK);
    assert_content("seen", STR("x"));
    assert_false(file_exists("made"));
    assert_int_equal(file_publish("made", "seen"), ERR_MISSING);
    assert_content("seen", STR("x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_whole_up_to_the_limit),
        cmocka_unit_test(a_write_replaces_the_file_and_sets_exactly_the_mode),
        cmocka_unit_test(a_failed_write_leaves_the_old_content_and_no_temporary_file),
        cmocka_unit_test(a_write_onto_a_folder_or_into_none_fails_cleanly),
        cmocka_unit_test(a_file_written_in_pieces_is_seen_only_after_its_commit),
        cmocka_unit_test(publishing_moves_a_file_made_by_another),
        cmocka_unit_test(folders_are_made_with_all_above_them),
        cmocka_unit_test(lines_come_whole_whatever_the_window_cuts),
        cmocka_unit_test(a_last_line_without_lf_is_given_and_flagged),
        cmocka_unit_test(a_line_over_the_limit_is_refused_and_one_at_it_is_not),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
