/* Decoding: the same text as Python encodes it in four encodings, found by content, and bytes that
 * are no text, found at their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/decode.h"
#include "base/file.h"
#include "base/utf8.h"
#include "scratch.h"

#include <fcntl.h>

/* "名称,日期\r\n一家店,2016年\r\n" and U+20000, by Python's codecs. */
static const struct str plain = {"名称,日期\r\n一家店,2016年\r\n𠀀", 38};
static const struct {
    enum decode_kind kind;
    struct str bytes;
} encoded[] = {
    {DECODE_GB18030,
     {"\xC3\xFB\xB3\xC6\x2C\xC8\xD5\xC6\xDA\x0D\x0A\xD2\xBB\xBC\xD2\xB5\xEA\x2C\x32\x30"
      "\x31\x36\xC4\xEA\x0D\x0A\x95\x32\x82\x36",
      30}},
    {DECODE_UTF16LE,
     {"\x0D\x54\xF0\x79\x2C\x00\xE5\x65\x1F\x67\x0D\x00\x0A\x00\x00\x4E\xB6\x5B\x97\x5E"
      "\x2C\x00\x32\x00\x30\x00\x31\x00\x36\x00\x74\x5E\x0D\x00\x0A\x00\x40\xD8\x00\xDC",
      40}},
    {DECODE_UTF16BE,
     {"\x54\x0D\x79\xF0\x00\x2C\x65\xE5\x67\x1F\x00\x0D\x00\x0A\x4E\x00\x5B\xB6\x5E\x97"
      "\x00\x2C\x00\x32\x00\x30\x00\x31\x00\x36\x5E\x74\x00\x0D\x00\x0A\xD8\x40\xDC\x00",
      40}},
    {DECODE_UTF8, {"名称,日期\r\n一家店,2016年\r\n𠀀", 38}},
};

/* Reads all of d in pieces of cap bytes. */
static enum err drain(struct buf *out, struct decode *d, size_t cap, struct fault *fault)
{
    char piece[4096];
    size_t got = 0;
    enum err err = decode_read(d, piece, cap, &got, fault);
    for (; err == ERR_OK; err = decode_read(d, piece, cap, &got, fault)) {
        assert_in_range(got, 1, cap);
        assert_true(utf8_valid(str_range(piece, got)));
        buf_add(out, piece, got);
    }
    return err;
}

static enum err decode_all(struct buf *out, struct str bytes, enum decode_kind kind, size_t cap,
                           struct fault *fault)
{
    struct decode *d = NULL;
    buf_clear(out);
    assert_int_equal(decode_open_memory(&d, bytes, kind, fault), ERR_OK);
    enum err err = drain(out, d, cap, fault);
    decode_close(d);
    return err;
}

static void each_encoding_is_found_by_content_and_read(void **state)
{
    (void)state;
    struct buf out = {0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(decode_detect(encoded[i].bytes, true), encoded[i].kind);
        for (size_t cap = 16; cap < 64; cap += 7) {
            assert_int_equal(decode_all(&out, encoded[i].bytes, DECODE_AUTO, cap, NULL), ERR_END);
            assert_true(str_eq(buf_view(&out), plain));
        }
    }
    buf_free(&out);
}

static void a_byte_order_mark_decides_and_is_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        enum decode_kind kind;
        const char *text;
    } rows[] = {{"\xEF\xBB\xBFx", 4, DECODE_UTF8, "x"},
                {"\xFF\xFEx\0", 4, DECODE_UTF16LE, "x"},
                {"\xFE\xFF\0x", 4, DECODE_UTF16BE, "x"},
                {"\xFF\xFE\x2D\x4E", 4, DECODE_UTF16LE, "中"},
                {"\xFF\xFE", 2, DECODE_UTF16LE, ""},
                {"\x84\x31\x95\x33\xD6\xD0", 6, DECODE_GB18030, "中"},
                {"", 0, DECODE_UTF8, ""}};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str bytes = str_range(rows[i].bytes, rows[i].len);
        assert_int_equal(decode_detect(bytes, true), rows[i].kind);
        assert_int_equal(decode_all(&out, bytes, DECODE_AUTO, 16, NULL), ERR_END);
        assert_true(str_eq(buf_view(&out), str_of(rows[i].text)));
    }
    buf_free(&out);
}

static void bad_bytes_are_told_with_their_offset(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        enum decode_kind kind;
        const char *offset;
        size_t before;
    } rows[] = {{{"ab\xE4\xB8\xAD\xFFz", 7}, DECODE_UTF8, "第 5 字节", 5},
                {{"ab\xE4\xB8", 4}, DECODE_UTF8, "第 2 字节", 2},
                {{"a\xFF\xFF\xFF\xFF", 5}, DECODE_GB18030, "第 1 字节", 1},
                {{"\xD6\xD0\xD6", 3}, DECODE_GB18030, "第 2 字节", 3},
                {{"a\0\x00\xDC", 4}, DECODE_UTF16LE, "第 2 字节", 1},
                {{"a\0b", 3}, DECODE_UTF16LE, "第 2 字节", 1}};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fault fault = {0};
        assert_int_equal(decode_all(&out, rows[i].bytes, rows[i].kind, 16, &fault), ERR_UTF8);
        assert_int_equal(fault.err, ERR_UTF8);
        assert_non_null(strstr(fault.text, rows[i].offset));
        assert_int_equal(out.len, rows[i].before);
    }
    buf_free(&out);
}

static void long_text_is_cut_anywhere_and_comes_whole(void **state)
{
    (void)state;
    struct buf long_text = {0};
    struct buf out = {0};
    for (size_t i = 0; i < 20000; i++)
        buf_str(&long_text, encoded[0].bytes);
    assert_int_equal(decode_all(&out, buf_view(&long_text), DECODE_AUTO, 4093, NULL), ERR_END);
    assert_int_equal(out.len, 20000 * plain.len);
    for (size_t i = 0; i < 20000; i++)
        assert_memory_equal(out.data + i * plain.len, plain.data, plain.len);
    buf_free(&long_text);
    buf_free(&out);
}

/* Three MiB of ASCII, then the given bytes. */
static void put_late(const char *path, struct str last)
{
    struct buf text = {0};
    for (size_t i = 0; i < 3 * 65536; i++)
        buf_cat(&text, "0123456789,abcd\n");
    buf_str(&text, last);
    scratch_put(path, buf_view(&text));
    buf_free(&text);
}

static void a_file_is_looked_through_to_its_end(void **state)
{
    (void)state;
    static const struct {
        const char *last;
        enum decode_kind kind;
    } rows[] = {{"\xD6\xD0", DECODE_GB18030}, {"中", DECODE_UTF8}, {"", DECODE_UTF8}};
    for (size_t i = 0; i < 3; i++) {
        struct decode *d = NULL;
        struct buf out = {0};
        put_late("late", str_of(rows[i].last));
        int fd = open("late", O_RDONLY);
        assert_int_equal(decode_open(&d, fd, DECODE_AUTO, NULL), ERR_OK);
        assert_int_equal(decode_kind(d), rows[i].kind);
        assert_int_equal(drain(&out, d, 4096, NULL), ERR_END);
        assert_int_equal(out.len, 3 * 1048576 + (i < 2 ? 3 : 0));
        assert_true(i == 2 || str_ends(buf_view(&out), STR("中")));
        decode_close(d);
        close(fd);
        buf_free(&out);
    }
}

static void a_pipe_is_read_as_it_comes(void **state)
{
    (void)state;
    int ends[2];
    struct decode *d = NULL;
    struct buf out = {0};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], encoded[0].bytes.data, encoded[0].bytes.len), 30);
    close(ends[1]);
    assert_int_equal(decode_open(&d, ends[0], DECODE_AUTO, NULL), ERR_OK);
    assert_int_equal(drain(&out, d, 16, NULL), ERR_END);
    assert_true(str_eq(buf_view(&out), plain));
    decode_close(d);
    close(ends[0]);
    buf_free(&out);
}

static void the_files_of_the_agencies_are_recognised(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum decode_kind kind;
    } rows[] = {{"公司名单_GBK.csv", DECODE_GB18030},
                {"沁阳市_企业名录_GB18030.csv", DECODE_GB18030},
                {"沁阳市_企业名录_UTF8_BOM.csv", DECODE_UTF8},
                {"舞钢市_企业名录_UTF16LE_tab.txt", DECODE_UTF16LE}};
    const char *shared = getenv("SUNLOT_SHARED");
    for (size_t i = 0; i < 4; i++) {
        char path[FILE_PATH_MAX];
        struct decode *d = NULL;
        struct buf out = {0};
        snprintf(path, sizeof path, "%s/data/messy/encodings/%s", shared ? shared : ".",
                 rows[i].name);
        int fd = open(path, O_RDONLY);
        if (fd < 0) {
            print_message("# not here: %s\n", path);
            continue;
        }
        assert_int_equal(decode_open(&d, fd, DECODE_AUTO, NULL), ERR_OK);
        assert_int_equal(decode_kind(d), rows[i].kind);
        assert_int_equal(drain(&out, d, 4096, NULL), ERR_END);
        assert_true(str_find(buf_view(&out), STR("有限公司")) > 0);
        decode_close(d);
        close(fd);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_encoding_is_found_by_content_and_read),
        cmocka_unit_test(a_byte_order_mark_decides_and_is_dropped),
        cmocka_unit_test(bad_bytes_are_told_with_their_offset),
        cmocka_unit_test(long_text_is_cut_anywhere_and_comes_whole),
        cmocka_unit_test(a_file_is_looked_through_to_its_end),
        cmocka_unit_test(a_pipe_is_read_as_it_comes),
        cmocka_unit_test(the_files_of_the_agencies_are_recognised),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
