/* The strict check of requests: what passes, what does not, whatever the library in front lets
 * through (SECURITY.md IN7, IN8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "web/check.h"
#include "web/route.h"

static enum err target(struct web_request *r, struct arena *arena, const char *text)
{
    *r = (struct web_request){.arena = arena};
    return web_check_target(r, str_of(text));
}

static void targets_are_decoded_once(void **state)
{
    static const struct {
        const char *text;
        const char *path;
    } rows[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/%E7%A4%BA", "示"},
        {"/a%2Fb", "/a/b"},
        {"/%252e%252e/x", "/%2e%2e/x"},
        {"/a+b", "/a+b"},
        {"/...", "/..."},
        {"//a", "//a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena arena = {0};
        struct web_request r;
        assert_int_equal(target(&r, &arena, rows[i].text), ERR_OK);
        assert_true(str_ends(r.path, str_of(rows[i].path)));
        arena_free(&arena);
    }
}

static void hostile_targets_are_refused(void **state)
{
    static const char *const rows[] = {
        "",        "*",          "a",         "http://x/", "/%",          "/%2",     "/%zz",
        "/%g0",    "/%00",       "/a%0d%0ab", "/%7f",      "/..",         "/a/../b", "/%2e%2e/b",
        "/.",      "/a/./b",     "/%2e/",     "/a\\b",     "/a%5cb",      "/%c0%ae", "/%ff",
        "/\xff",   "/%ed%a0%80", "/a#b",      "/?a=1&a=2", "/?a=1&%61=2", "/?=1",    "/?a=%00",
        "/?a=%ff", "/?%zz=1",    "/?a=%1b",   "/\x01",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena arena = {0};
        struct web_request r;
        if (target(&r, &arena, rows[i]) == ERR_OK)
            fail_msg("passed: %s", rows[i]);
        arena_free(&arena);
    }
}

static void too_long_and_too_many_are_limits(void **state)
{
    char text[WEB_TARGET_MAX + 8];
    struct arena arena = {0};
    struct web_request r;
    (void)state;
    memset(text, 'a', sizeof text);
    text[0] = '/';
    text[WEB_TARGET_MAX] = '\0';
    assert_int_equal(target(&r, &arena, text), ERR_OK);
    text[WEB_TARGET_MAX] = 'a';
    text[WEB_TARGET_MAX + 1] = '\0';
    assert_int_equal(target(&r, &arena, text), ERR_LIMIT);
    size_t len = 2;
    memcpy(text, "/?", 2);
    for (int i = 0; i <= WEB_PARAMS_MAX; i++) {
        text[len++] = (char)('A' + i / 26);
        text[len++] = (char)('A' + i % 26);
        text[len++] = '&';
    }
    text[len] = '\0';
    assert_int_equal(target(&r, &arena, text), ERR_LIMIT);
    text[len - 4] = '\0';
    assert_int_equal(target(&r, &arena, text), ERR_OK);
    assert_int_equal(r.param_count, WEB_PARAMS_MAX);
    arena_free(&arena);
}

static void parameters_are_split_and_decoded(void **state)
{
    struct arena arena = {0};
    struct web_request r;
    (void)state;
    assert_int_equal(target(&r, &arena, "/s?q=a+b%26c&&empty=&flag&x=1=2"), ERR_OK);
    assert_int_equal(r.param_count, 4);
    assert_true(str_eq(web_param(&r, "q"), STR("a b&c")));
    assert_true(web_param(&r, "empty").data != NULL && web_param(&r, "empty").len == 0);
    assert_int_equal(web_param(&r, "flag").len, 0);
    assert_true(str_eq(web_param(&r, "x"), STR("1=2")));
    assert_null(web_param(&r, "nothing").data);
    assert_true(str_eq(r.query, STR("q=a+b%26c&&empty=&flag&x=1=2")));
    arena_free(&arena);
}

static int headers(const char *const rows[][2], size_t count)
{
    struct web_check check = {0};
    for (size_t i = 0; i < count; i++)
        web_check_header(&check, str_of(rows[i][0]), str_of(rows[i][1]));
    return web_check_headers_end(&check);
}

static void picked_rows_are_no_fields_and_at_most_a_page(void **state)
{
    struct arena arena = {0};
    struct buf body = {0};
    struct web_request r = {.arena = &arena};
    (void)state;
    r.body = STR("which=picked&s-91%E7%A4%BA=1&csrf=x&s-7=1");
    assert_int_equal(web_check_picks(&r), ERR_OK);
    assert_int_equal(r.pick_count, 2);
    assert_true(str_eq(r.picks[0], STR("91示")) && str_eq(r.picks[1], STR("7")));
    assert_int_equal(r.field_count, 2);
    assert_true(str_eq(web_field(&r, "csrf"), STR("x")));
    r = (struct web_request){.arena = &arena, .body = STR("a=1&s-7=1&a=2")};
    assert_int_equal(web_check_picks(&r), ERR_INPUT);
    r = (struct web_request){.arena = &arena, .body = STR("s-%00=1")};
    assert_int_equal(web_check_picks(&r), ERR_INPUT);
    for (int i = 0; i < 2000; i++)
        buf_printf(&body, "s-%d=1&", i);
    r = (struct web_request){.arena = &arena, .body = buf_view(&body)};
    assert_int_equal(web_check_picks(&r), ERR_OK);
    assert_int_equal(r.pick_count, 2000);
    buf_cat(&body, "s-2000=1");
    r = (struct web_request){.arena = &arena, .body = buf_view(&body)};
    assert_int_equal(web_check_picks(&r), ERR_LIMIT);
    buf_free(&body);
    arena_free(&arena);
}

static void framing_must_be_unmistakable(void **state)
{
    static const struct {
        int status;
        const char *rows[3][2];
    } cases[] = {
        {0, {{"Host", "x"}, {"Content-Length", "5"}, {"A", "b"}}},
        {411, {{"host", "x"}, {"transfer-encoding", "CHUNKED"}, {"A", ""}}},
        {400, {{"Host", "x"}, {"Content-Length", "5"}, {"content-length", "5"}}},
        {400, {{"Host", "x"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}},
        {400, {{"Host", "x"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}},
        {400, {{"Host", "x"}, {"Transfer-Encoding", "chunked, chunked"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Transfer-Encoding", "xchunked"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Transfer-Encoding", "identity"}, {"A", "b"}}},
        {400,
         {{"Host", "x"},
          {"Transfer-Encoding", "\x0b"
                                "chunked"},
          {"A", "b"}}},
        {400, {{"Host", "x"}, {"Content-Length", "+5"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Content-Length", "-5"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Content-Length", "0x5"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Content-Length", "5, 5"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Content-Length", ""}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"Content-Length", "9999999999999999"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"host", "y"}, {"A", "b"}}},
        {400, {{"Hos", "x"}, {"C", "y"}, {"A", "b"}}},
        {400, {{"Host", ""}, {"C", "y"}, {"A", "b"}}},
        {400, {{"Host", "x y"}, {"C", "y"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"C ", "y"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"C(", "y"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"", "y"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"C", "a\x01"}, {"A", "b"}}},
        {400, {{"Host", "x"}, {"C", "a\rb"}, {"A", "b"}}},
        {0, {{"Host", "x"}, {"C", "a\tb"}, {"A", "中文"}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (headers(cases[i].rows, 3) != cases[i].status)
            fail_msg("case %zu: %s: %s", i, cases[i].rows[1][0], cases[i].rows[1][1]);
}

static void sixty_five_headers_are_too_many(void **state)
{
    struct web_check check = {0};
    (void)state;
    web_check_header(&check, STR("Host"), STR("x"));
    for (int i = 1; i < WEB_HEADERS_MAX; i++)
        web_check_header(&check, STR("A"), STR("b"));
    assert_int_equal(web_check_headers_end(&check), 0);
    web_check_header(&check, STR("A"), STR("b"));
    assert_int_equal(web_check_headers_end(&check), 431);
}

static void sixteen_KiB_of_head_are_enough(void **state)
{
    struct web_check check = {.head = 16384};
    (void)state;
    web_check_header(&check, STR("Host"), STR("x"));
    assert_int_equal(web_check_headers_end(&check), 0);
    check.head++;
    assert_int_equal(web_check_headers_end(&check), 431);
}

/* As libmicrohttpd hands them out: addresses into the bytes that came. value is the
 * first header's, b a second header's name. */
static int lines_of(const char *request, const char *a, const char *b, const char *value)
{
    struct web_check check = {0};
    web_check_header(&check, STR("Host"), STR("x"));
    web_check_line(&check, request, strstr(request, "1.1") + 3);
    web_check_line(&check, strstr(request, a), strstr(request, value) + strlen(value));
    if (b != NULL)
        web_check_line(&check, strstr(request, b), request + strlen(request) - 4);
    web_check_line(&check, request + strlen(request) - 2, NULL);
    return web_check_headers_end(&check);
}

static void lines_that_do_not_lie_behind_one_another_are_seen(void **state)
{
    (void)state;
    assert_int_equal(lines_of("GET / HTTP/1.1\r\nA:b\r\n\r\n", "A", NULL, "b"), 0);
    assert_int_equal(lines_of("GET / HTTP/1.1\r\nA:   b \r\nC: d\r\n\r\n", "A", "C", "b "), 0);
    assert_int_equal(lines_of("GET / HTTP/1.1\nA: b\r\n\r\n", "A", NULL, "b"), 400);
    assert_int_equal(lines_of("GET / HTTP/1.1\r\nA: b\n\r\n", "A", NULL, "b"), 400);
    assert_int_equal(lines_of("GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", "A", "C", "b"), 400);
    assert_int_equal(lines_of("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "A", NULL, "b"), 400);
    assert_int_equal(lines_of("GET / HTTP/1.1\r\nA: b\n cc\r\nC: d\r\n\r\n", "A", "C", "b"), 400);
}

static void a_NUL_in_a_value_is_seen(void **state)
{
    struct web_check check = {0};
    (void)state;
    web_check_header(&check, STR("Host"), STR("x"));
    web_check_header(&check, STR("A"), str_range("a\0b", 3));
    assert_int_equal(web_check_headers_end(&check), 400);
}

/* --- routes --- */

static enum err nobody(struct web_reply *reply, const struct web_request *r, struct fault *fault)
{
    (void)reply;
    (void)r;
    (void)fault;
    return ERR_OK;
}

static const struct web_route routes[] = {
    {WEB_GET, "/", nobody, 0, 0, "root", 0},
    {WEB_GET, "/a", nobody, 0, 0, "a", 0},
    {WEB_POST, "/a", nobody, 0, 9, "a-post", 0},
    {WEB_POST, "/b", nobody, 0, 9, "b-post", 0},
    {WEB_GET, "/d/{number}", nobody, 0, 0, "draw", 0},
    {WEB_GET, "/d/{number}/f/{file}", nobody, 0, 0, "file", 0},
    {WEB_GET, "/t/{path*}", nobody, 0, 0, "tile", 0},
    {WEB_GET, NULL, NULL, 0, 0, NULL, 0},
};

static void a_path_finds_its_row_or_none(void **state)
{
    static const struct {
        enum web_method method;
        const char *path;
        const char *name; /* NULL: none, then the status */
        int status;
        const char *capture;
        const char *value;
    } rows[] = {
        {WEB_GET, "/", "root", 0, NULL, NULL},
        {WEB_HEAD, "/a", "a", 0, NULL, NULL},
        {WEB_POST, "/a", "a-post", 0, NULL, NULL},
        {WEB_GET, "/b", NULL, 405, NULL, NULL},
        {WEB_HEAD, "/b", NULL, 405, NULL, NULL},
        {WEB_POST, "/", NULL, 405, NULL, NULL},
        {WEB_GET, "/a/", NULL, 404, NULL, NULL},
        {WEB_GET, "/A", NULL, 404, NULL, NULL},
        {WEB_GET, "//a", NULL, 404, NULL, NULL},
        {WEB_GET, "/d/", NULL, 404, NULL, NULL},
        {WEB_GET, "/d/x", "draw", 0, "number", "x"},
        {WEB_GET, "/d/{number}", "draw", 0, "number", "{number}"},
        {WEB_GET, "/d/x/y", NULL, 404, NULL, NULL},
        {WEB_GET, "/d/x/f/y", "file", 0, "file", "y"},
        {WEB_GET, "/t/0/x001/000.p/7", "tile", 0, "path", "0/x001/000.p/7"},
        {WEB_GET, "/t/", NULL, 404, NULL, NULL},
        {WEB_GET, "/t", NULL, 404, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena arena = {0};
        int status = 0;
        struct web_request r = {
            .method = rows[i].method, .path = str_of(rows[i].path), .arena = &arena};
        const struct web_route *found = web_route_find(&r, &status, routes);
        if ((found == NULL) != (rows[i].name == NULL))
            fail_msg("%s", rows[i].path);
        if (found == NULL)
            assert_int_equal(status, rows[i].status);
        else
            assert_string_equal(found->name, rows[i].name);
        if (rows[i].capture != NULL)
            assert_true(str_eq(web_capture(&r, rows[i].capture), str_of(rows[i].value)));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_decoded_once),
        cmocka_unit_test(hostile_targets_are_refused),
        cmocka_unit_test(too_long_and_too_many_are_limits),
        cmocka_unit_test(parameters_are_split_and_decoded),
        cmocka_unit_test(picked_rows_are_no_fields_and_at_most_a_page),
        cmocka_unit_test(framing_must_be_unmistakable),
        cmocka_unit_test(sixty_five_headers_are_too_many),
        cmocka_unit_test(sixteen_KiB_of_head_are_enough),
        cmocka_unit_test(lines_that_do_not_lie_behind_one_another_are_seen),
        cmocka_unit_test(a_NUL_in_a_value_is_seen),
        cmocka_unit_test(a_path_finds_its_row_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
