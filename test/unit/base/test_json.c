/* JSON: what the writer makes is read by jansson alone, its misuse is told, and the reader keeps
 * the limits of SECURITY.md IN6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static void the_writer_makes_the_text_it_should(void **state)
{
    (void)state;
    struct buf out = {0};
    struct json_writer w;
    json_write_begin(&w, &out);
    json_write_object(&w);
    json_pair_str(&w, "名称", STR("甲\"乙\\丙"));
    json_pair_int(&w, "n", -9007199254740992);
    json_pair_bool(&w, "ok", true);
    json_write_key(&w, "list");
    json_write_array(&w);
    json_write_int(&w, 0);
    json_write_null(&w);
    json_write_array(&w);
    json_write_array_end(&w);
    json_write_object(&w);
    json_write_object_end(&w);
    json_write_array_end(&w);
    json_pair_bool(&w, "last", false);
    json_write_object_end(&w);
    assert_int_equal(json_write_end(&w), ERR_OK);
    assert_true(str_eq(buf_view(&out), STR("{\"名称\":\"甲\\\"乙\\\\丙\",\"n\":-9007199254740992,"
                                           "\"ok\":true,\"list\":[0,null,[],{}],\"last\":false}")));
    buf_free(&out);
}

static void every_character_survives_jansson(void **state)
{
    (void)state;
    struct buf text = {0};
    struct buf out = {0};
    for (unsigned i = 1; i < 0x80; i++)
        buf_char(&text, (char)i);
    buf_cat(&text,
            "中𠀀\xC2\x85\xC3\xBF\xD8\x9C\xD8\x9D\xE2\x80\xA8\xE2\x80\xAE\xE2\x82\xAC\xEF\xBF\xBF");
    buf_char(&out, '[');
    json_escape(&out, buf_view(&text));
    buf_char(&out, ']');
    json_t *root = json_loadb(out.data, out.len, 0, NULL);
    assert_non_null(root);
    const json_t *got = json_array_get(root, 0);
    assert_int_equal(json_string_length(got), text.len);
    assert_memory_equal(json_string_value(got), text.data, text.len);
    json_decref(root);
    buf_free(&text);
    buf_free(&out);
}

static void dangerous_characters_are_never_written_raw(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"\r\n\t\b\f\x1B\x7F", "\"\\r\\n\\t\\b\\f\\u001b\\u007f\""},
        {"\xC2\x85\xE2\x80\xA8\xE2\x80\xAE", "\"\\u0085\\u2028\\u202e\""},
        {"\xE2\x81\xA6\xD8\x9C\xE2\x80\x8F", "\"\\u2066\\u061c\\u200f\""},
        {"a\xFF\xE4\xB8", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_clear(&out);
        json_escape(&out, str_of(rows[i][0]));
        if (!str_eq(buf_view(&out), str_of(rows[i][1])))
            fail_msg("%s", buf_cstr(&out));
    }
    buf_clear(&out);
    json_escape(&out, str_range("\0", 1));
    assert_true(str_eq(buf_view(&out), STR("\"\\u0000\"")));
    buf_free(&out);
}

static void two_values(struct json_writer *w)
{
    json_write_null(w);
    json_write_null(w);
}

static void value_without_key(struct json_writer *w)
{
    json_write_object(w);
    json_write_int(w, 1);
    json_write_object_end(w);
}

static void key_without_value(struct json_writer *w)
{
    json_write_object(w);
    json_write_key(w, "a");
    json_write_object_end(w);
}

static void two_keys(struct json_writer *w)
{
    json_write_object(w);
    json_write_key(w, "a");
    json_write_key(w, "b");
    json_write_null(w);
    json_write_object_end(w);
}

static void key_in_array(struct json_writer *w)
{
    json_write_array(w);
    json_write_key(w, "a");
    json_write_null(w);
    json_write_array_end(w);
}

static void wrong_end(struct json_writer *w)
{
    json_write_array(w);
    json_write_object_end(w);
}

static void end_too_many(struct json_writer *w)
{
    json_write_array(w);
    json_write_array_end(w);
    json_write_array_end(w);
}

static void not_ended(struct json_writer *w)
{
    json_write_array(w);
}

static void nothing(struct json_writer *w)
{
    (void)w;
}

static void bad_text(struct json_writer *w)
{
    json_write_str(w, STR("\xC0\x80"));
}

static void large_number(struct json_writer *w)
{
    json_write_int(w, 9007199254740993);
}

static void too_deep(struct json_writer *w)
{
    for (int i = 0; i < 33; i++)
        json_write_array(w);
    for (int i = 0; i < 33; i++)
        json_write_array_end(w);
}

static void misuse_of_the_writer_is_told_at_its_end(void **state)
{
    (void)state;
    static const struct {
        void (*make)(struct json_writer *w);
        enum err err;
    } rows[] = {
        {two_values, ERR_STATE},   {value_without_key, ERR_STATE}, {key_without_value, ERR_STATE},
        {two_keys, ERR_STATE},     {key_in_array, ERR_STATE},      {wrong_end, ERR_STATE},
        {end_too_many, ERR_STATE}, {not_ended, ERR_STATE},         {nothing, ERR_STATE},
        {bad_text, ERR_UTF8},      {large_number, ERR_RANGE},      {too_deep, ERR_LIMIT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out = {0};
        struct json_writer w;
        json_write_begin(&w, &out);
        rows[i].make(&w);
        assert_int_equal(json_write_end(&w), rows[i].err);
        buf_free(&out);
    }
}

static void what_is_not_wanted_is_refused_when_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } rows[] = {{"", ERR_FORMAT},
                {"{", ERR_FORMAT},
                {"1", ERR_FORMAT},
                {"\"text\"", ERR_FORMAT},
                {"[1,]", ERR_FORMAT},
                {"[1] x", ERR_FORMAT},
                {"[01]", ERR_FORMAT},
                {"[NaN]", ERR_FORMAT},
                {"{'a':1}", ERR_FORMAT},
                {"{\"a\":1,\"b\":2,\"a\":3}", ERR_DUPLICATE},
                {"{\"a\":1,\"\\u0061\":3}", ERR_DUPLICATE},
                {"[\"\xC0\x80\"]", ERR_UTF8},
                {"[\"\xED\xA0\x80\"]", ERR_UTF8},
                {"[\"\\ud800\"]", ERR_FORMAT},
                {"[\"\\udc00\\ud800\"]", ERR_FORMAT},
                {"[\"\\u0000\"]", ERR_FORMAT},
                {"[9007199254740993]", ERR_RANGE},
                {"{\"a\":[{\"b\":-9007199254740993}]}", ERR_RANGE},
                {"[99999999999999999999]", ERR_RANGE},
                {"[1e999]", ERR_RANGE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *root = NULL;
        struct fault fault = {0};
        enum err err = json_parse(&root, str_of(rows[i].text), &fault);
        if (err != rows[i].err)
            fail_msg("%s gave %s", rows[i].text, err_code(err));
        assert_null(root);
        assert_true(fault.text[0] != '\0');
    }
    json_t *root = NULL;
    assert_int_equal(json_parse(&root, str_range("[1]\0", 4), NULL), ERR_FORMAT);
    assert_int_equal(json_parse(&root, str_range(NULL, 0), NULL), ERR_FORMAT);
}

static void depth_and_size_are_limited_exactly(void **state)
{
    (void)state;
    for (int depth = 32; depth <= 33; depth++) {
        struct buf text = {0};
        json_t *root = NULL;
        for (int i = 0; i < depth; i++)
            buf_char(&text, '[');
        buf_cat(&text, "\"]]]]]\\\"[[[[\"");
        for (int i = 0; i < depth; i++)
            buf_char(&text, ']');
        assert_int_equal(json_parse(&root, buf_view(&text), NULL),
                         depth == 32 ? ERR_OK : ERR_LIMIT);
        json_decref(root);
        buf_free(&text);
    }
    for (size_t size = JSON_SIZE_MAX; size <= JSON_SIZE_MAX + 1; size++) {
        struct buf text = {0};
        json_t *root = NULL;
        buf_cat(&text, "[1");
        while (text.len < size - 1)
            buf_char(&text, ' ');
        buf_char(&text, ']');
        bool fits = size == JSON_SIZE_MAX;
        assert_int_equal(json_parse(&root, buf_view(&text), NULL), fits ? ERR_OK : ERR_LIMIT);
        json_decref(root);
        root = NULL;
        assert_int_equal(json_parse_sized(&root, buf_view(&text), size, NULL), ERR_OK);
        json_decref(root);
        buf_free(&text);
    }
}

static void a_parsed_value_written_and_parsed_is_equal(void **state)
{
    (void)state;
    static const char text[] = "{\"b\":[1,-2.5e-3,0.1,1e300,true,false,null,\"\\ud83d\\ude00\"],"
                               "\"a\":{\"\":{}},\"n\":9007199254740992}";
    json_t *first = NULL;
    json_t *second = NULL;
    struct buf out = {0};
    struct json_writer w;
    assert_int_equal(json_parse(&first, str_of(text), NULL), ERR_OK);
    json_write_begin(&w, &out);
    json_write_value(&w, first);
    assert_int_equal(json_write_end(&w), ERR_OK);
    assert_int_equal(json_parse(&second, buf_view(&out), NULL), ERR_OK);
    assert_true(json_equal(first, second));
    assert_true(str_starts(buf_view(&out), STR("{\"b\":[1,")));
    json_decref(first);
    json_decref(second);
    buf_free(&out);
}

static void members_are_looked_up_as_slices(void **state)
{
    (void)state;
    json_t *root = NULL;
    assert_int_equal(json_parse(&root, STR("{\"a\":\"甲\",\"b\":1,\"c\":\"\"}"), NULL), ERR_OK);
    assert_true(str_eq(json_member_str(root, "a"), STR("甲")));
    assert_null(json_member_str(root, "b").data);
    assert_null(json_member_str(root, "x").data);
    assert_non_null(json_member_str(root, "c").data);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_writer_makes_the_text_it_should),
        cmocka_unit_test(every_character_survives_jansson),
        cmocka_unit_test(dangerous_characters_are_never_written_raw),
        cmocka_unit_test(misuse_of_the_writer_is_told_at_its_end),
        cmocka_unit_test(what_is_not_wanted_is_refused_when_read),
        cmocka_unit_test(depth_and_size_are_limited_exactly),
        cmocka_unit_test(a_parsed_value_written_and_parsed_is_equal),
        cmocka_unit_test(members_are_looked_up_as_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
