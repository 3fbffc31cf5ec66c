/* Finished pages, their encodings, the page cache, the budgets of addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <brotli/decode.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <zlib.h>

#include "web/limit.h"
#include "web/page.h"

static struct web_page *page_of(const char *text, size_t repeat, int status)
{
    struct web_reply reply = {.status = status, .type = "text/html; charset=utf-8"};
    struct web_page *page = NULL;
    for (size_t i = 0; i < repeat; i++)
        buf_cat(&reply.body, text);
    struct web_packer *packer = NULL;
    assert_int_equal(web_packer_open(&packer), ERR_OK);
    assert_int_equal(web_page_make(&page, &reply, WEB_PAGE_ALL, packer), ERR_OK);
    web_packer_close(packer);
    return page;
}

static void the_best_allowed_encoding_is_picked(void **state)
{
    static const struct {
        const char *accept;
        enum web_encoding want;
    } rows[] = {
        {"", WEB_IDENTITY},
        {"gzip", WEB_GZIP},
        {"GZIP", WEB_GZIP},
        {"br", WEB_BROTLI},
        {"gzip, deflate, br, zstd", WEB_BROTLI},
        {"gzip;q=1.0, br;q=0", WEB_GZIP},
        {"br;q=0.000, gzip;q=0", WEB_IDENTITY},
        {"br;q=0.5", WEB_BROTLI},
        {"deflate, zstd", WEB_IDENTITY},
        {"xbr, gzipx", WEB_IDENTITY},
        {" br ;q=1 ", WEB_BROTLI},
        {",,,", WEB_IDENTITY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (web_encoding_pick(str_of(rows[i].accept)) != rows[i].want)
            fail_msg("%s", rows[i].accept);
}

static void what_is_encoded_can_be_read_by_the_libraries(void **state)
{
    struct web_page *page = page_of("示例县阳光双随机 <p>", 500, 200);
    struct str plain = buf_view(&page->body[WEB_IDENTITY]);
    struct str packed = buf_view(&page->body[WEB_GZIP]);
    char *got = malloc(plain.len);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.data, .avail_in = (uInt)packed.len};
    (void)state;
    assert_true(page->encoded[WEB_GZIP] && page->encoded[WEB_BROTLI]);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_out = (Bytef *)got;
    z.avail_out = (uInt)plain.len;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    assert_memory_equal(got, plain.data, plain.len);
    size_t len = plain.len;
    packed = buf_view(&page->body[WEB_BROTLI]);
    memset(got, 0, plain.len);
    assert_int_equal(
        BrotliDecoderDecompress(packed.len, (const uint8_t *)packed.data, &len, (uint8_t *)got),
        BROTLI_DECODER_RESULT_SUCCESS);
    assert_int_equal(len, plain.len);
    assert_memory_equal(got, plain.data, plain.len);
    free(got);
    web_page_release(page);
}

static void small_and_packed_bodies_stay_as_they_are(void **state)
{
    struct web_page *page = page_of("x", 100, 200);
    (void)state;
    assert_false(page->encoded[WEB_GZIP] || page->encoded[WEB_BROTLI]);
    web_page_release(page);
    assert_false(web_encoding_worth(STR("application/zip"), 100000));
    assert_true(web_encoding_worth(STR("application/json"), 100000));
    assert_true(web_encoding_worth(STR("image/svg+xml"), 100000));
}

static void a_tag_names_exactly_its_page(void **state)
{
    struct web_page *a = page_of("a", 1000, 200);
    struct web_page *b = page_of("b", 1000, 200);
    struct web_page *missing = page_of("a", 1000, 404);
    char text[64];
    (void)state;
    assert_string_not_equal(a->etag, b->etag);
    assert_string_equal(missing->etag, "");
    snprintf(text, sizeof text, "\"x\", W/\"%s-g\"", a->etag);
    assert_true(web_page_matches(a, str_of(text)));
    assert_false(web_page_matches(b, str_of(text)));
    assert_true(web_page_matches(a, STR("*")));
    assert_false(web_page_matches(a, STR("")));
    assert_false(web_page_matches(missing, STR("*")));
    web_page_release(a);
    web_page_release(b);
    web_page_release(missing);
}

/* --- the cache --- */

static void cache_gives_the_version_it_was_asked_for(void **state)
{
    struct web_cache *cache = NULL;
    struct web_page *page = page_of("a", 10, 200);
    (void)state;
    assert_int_equal(web_cache_open(&cache, 1 << 20), ERR_OK);
    assert_null(web_cache_get(cache, STR("k"), 1));
    web_cache_put(cache, STR("k"), 1, page);
    assert_int_equal(page->refs, 2);
    assert_ptr_equal(web_cache_get(cache, STR("k"), 1), page);
    assert_int_equal(page->refs, 3);
    web_page_release(page);
    assert_null(web_cache_get(cache, STR("K"), 1));
    assert_null(web_cache_get(cache, STR("k"), 2)); /* everything older is gone */
    assert_int_equal(page->refs, 1);
    web_cache_put(cache, STR("k"), 1, page); /* made before the change: must not stay */
    assert_int_equal(page->refs, 1);
    assert_null(web_cache_get(cache, STR("k"), 1));
    web_cache_close(cache);
    web_page_release(page);
}

static void cache_keeps_to_its_size_and_drops_the_oldest(void **state)
{
    enum { PAGES = 1000 };
    struct web_cache *cache = NULL;
    char key[16];
    size_t kept = 0;
    (void)state;
    assert_int_equal(web_cache_open(&cache, 100000), ERR_OK);
    for (int i = 0; i < PAGES; i++) {
        struct web_page *page = page_of("x", 900, 200);
        snprintf(key, sizeof key, "k%d", i);
        web_cache_put(cache, str_of(key), 7, page);
        web_page_release(page);
        page = web_cache_get(cache, STR("k0"), 7); /* what is asked for stays */
        assert_non_null(page);
        web_page_release(page);
    }
    for (int i = 0; i < PAGES; i++) {
        snprintf(key, sizeof key, "k%d", i);
        struct web_page *page = web_cache_get(cache, str_of(key), 7);
        kept += page != NULL ? web_page_size(page) : 0;
        web_page_release(page);
    }
    assert_in_range(kept, 50000, 100000);
    struct web_page *large = page_of("y", 60000, 200);
    web_cache_put(cache, STR("large"), 7, large);
    assert_int_equal(large->refs, 1); /* would push everything else out */
    web_page_release(large);
    web_cache_close(cache);
}

static void a_key_is_known_from_the_second_time_it_is_asked_about(void **state)
{
    struct web_cache *cache = NULL;
    char key[16];
    int known = 0;
    (void)state;
    assert_int_equal(web_cache_open(&cache, 1000), ERR_OK);
    assert_false(web_cache_again(cache, STR("k")));
    assert_true(web_cache_again(cache, STR("k")));
    assert_false(web_cache_again(cache, STR("K")));
    for (int i = 0; i < 100000;
         i++) { /* a flood of others is forgotten, and none is taken for one */
        snprintf(key, sizeof key, "k%d", i);
        known += web_cache_again(cache, str_of(key)) ? 1 : 0;
    }
    assert_int_equal(known, 0);
    assert_false(web_cache_again(cache, STR("k")));
    web_cache_close(cache);
}

static void plain_bytes_that_nobody_wants_leave_their_memory(void **state)
{
    struct web_packer *packer = NULL;
    struct web_page *page = NULL;
    struct buf room = {0};
    (void)state;
    assert_int_equal(web_packer_open(&packer), ERR_OK);
    for (int i = 0; i < 3; i++) {
        struct web_reply reply = {.status = 200, .type = "text/html", .body = room};
        const char *before = room.data;
        room = (struct buf){0};
        for (int k = 0; k < 500; k++)
            buf_cat(&reply.body, "示例县阳光双随机 <p>");
        assert_int_equal(web_page_make_in(&page, &reply, &room, 1U << WEB_GZIP, packer), ERR_OK);
        assert_true(i == 0 || room.data == before); /* the same memory again */
        assert_true(room.len == 0 && room.cap > 10000);
        assert_true(page->encoded[WEB_GZIP] && !page->encoded[WEB_IDENTITY]);
        web_page_release(page);
    }
    struct web_reply small = {.status = 200, .type = "text/html", .body = room};
    room = (struct buf){0};
    buf_cat(&small.body, "too short to pack");
    assert_int_equal(web_page_make_in(&page, &small, &room, 1U << WEB_GZIP, packer), ERR_OK);
    assert_true(room.data == NULL && page->encoded[WEB_IDENTITY]); /* the page has it */
    web_page_release(page);
    web_packer_close(packer);
}

/* --- frames --- */

/* Does gzip give exactly these bytes back, and say no more (sum and length are checked by zlib)? */
static void unpacks_to(struct str packed, struct str plain)
{
    char *got = malloc(plain.len + 1);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.data, .avail_in = (uInt)packed.len};
    assert_non_null(got);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_out = (Bytef *)got;
    z.avail_out = (uInt)plain.len + 1;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    assert_int_equal(z.total_out, plain.len);
    assert_memory_equal(got, plain.data, plain.len);
    inflateEnd(&z);
    free(got);
}

/* So much text of a page's own: words that repeat, or bytes that nothing makes smaller. */
static void own_text(struct buf *out, size_t len, bool noise)
{
    for (size_t i = 0; i < len; i++)
        buf_char(out, noise ? (char)random() : "<td>合格</td>"[i % 15]);
}

static struct web_frame *frame_of(struct buf *first)
{
    struct web_frame *frame = NULL;
    for (int i = 0; i < 90; i++)
        buf_printf(first, "<li><a href=\"/p%d\">抽查结果</a></li>", i);
    const struct str texts[WEB_FRAME_PARTS] = {buf_view(first), STR(" - 示例县</title><main>"),
                                               STR("")};
    assert_int_equal(web_frame_make(&frame, texts), ERR_OK);
    for (size_t i = 0; i < WEB_FRAME_PARTS; i++)
        assert_true(str_eq(web_frame_text(frame, i), texts[i]));
    return frame;
}

/* The body with own texts of these lengths between the frame's parts and behind the last. */
static void framed_body(struct web_reply *reply, struct web_frame *frame, const size_t own[4],
                        bool noise)
{
    *reply = (struct web_reply){.status = 200, .type = "text/html"};
    reply->framed.frame = web_frame_hold(frame);
    for (size_t i = 0; i < WEB_FRAME_PARTS; i++) {
        own_text(&reply->body, own[i], noise);
        reply->framed.at[i] = reply->body.len;
        buf_str(&reply->body, web_frame_text(frame, i));
    }
    own_text(&reply->body, own[WEB_FRAME_PARTS], noise);
}

static void a_framed_page_unpacks_to_its_body(void **state)
{
    static const size_t lengths[] = {0, 1, 159, 160, 161, 162, 700, 5000, 70000};
    enum { LENGTHS = sizeof lengths / sizeof lengths[0] };
    struct web_packer *packer = NULL;
    struct buf first = {0};
    struct web_frame *frame = frame_of(&first);
    (void)state;
    srandom(1);
    assert_int_equal(web_packer_open(&packer), ERR_OK);
    for (size_t turn = 0; turn < 400; turn++) { /* the common code is learnt on the way */
        size_t own[4];
        struct web_reply reply;
        struct web_page *page = NULL;
        for (size_t i = 0; i < 4; i++)
            own[i] = lengths[(size_t)random() % LENGTHS];
        framed_body(&reply, frame, own, turn % 5 == 0);
        struct buf plain = {0};
        buf_str(&plain, buf_view(&reply.body));
        assert_int_equal(web_page_make(&page, &reply, WEB_PAGE_ALL, packer), ERR_OK);
        assert_true(reply.framed.frame == NULL); /* given back */
        if (page->encoded[WEB_GZIP])
            unpacks_to(buf_view(&page->body[WEB_GZIP]), buf_view(&plain));
        else
            assert_true(turn % 5 == 0); /* noise */
        web_page_release(page);
        buf_free(&plain);
    }
    web_packer_close(packer);
    web_frame_release(frame);
    buf_free(&first);
}

static void a_frame_holds_what_was_packed_before_and_changes_no_tag(void **state)
{
    static const size_t own[4] = {0, 20, 900, 0};
    struct web_packer *packer = NULL;
    struct web_page *pages[2] = {NULL};
    struct buf first = {0};
    struct web_frame *frame = frame_of(&first);
    (void)state;
    assert_int_equal(web_packer_open(&packer), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        struct web_reply reply;
        framed_body(&reply, frame, own, false);
        if (i == 1)
            web_framed_drop(&reply.framed);
        assert_int_equal(web_page_make(&pages[i], &reply, WEB_PAGE_ALL, packer), ERR_OK);
    }
    struct str parts = buf_view(&pages[0]->body[WEB_GZIP]);
    struct str whole = buf_view(&pages[1]->body[WEB_GZIP]);
    assert_true(str_find(parts, web_frame_packed(frame, 0)) >= 0);
    assert_true(str_find(whole, web_frame_packed(frame, 0)) < 0);
    unpacks_to(parts, buf_view(&pages[0]->body[WEB_IDENTITY]));
    assert_string_equal(pages[0]->etag, pages[1]->etag);
    assert_true(
        str_eq(buf_view(&pages[0]->body[WEB_BROTLI]), buf_view(&pages[1]->body[WEB_BROTLI])));
    for (size_t i = 0; i < 2; i++)
        web_page_release(pages[i]);
    web_packer_close(packer);
    web_frame_release(frame);
    buf_free(&first);
}

/* --- budgets --- */

static void a_budget_is_a_burst_and_then_a_rate(void **state)
{
    struct web_limit *limit = NULL;
    int64_t now = 1000000;
    int granted = 0;
    (void)state;
    assert_int_equal(web_limit_open(&limit, 10, 40, 64), ERR_OK);
    for (int i = 0; i < 100; i++)
        granted += web_limit_take(limit, STR("192.0.2.1"), now);
    assert_int_equal(granted, 40);
    for (int i = 0; i < 1000; i++)
        granted += web_limit_take(limit, STR("192.0.2.1"), now += 10000);
    assert_in_range(granted, 40 + 99, 40 + 101); /* ten seconds */
    now += 3600 * INT64_C(1000000);
    granted = 0;
    for (int i = 0; i < 100; i++)
        granted += web_limit_take(limit, STR("192.0.2.1"), now);
    assert_int_equal(granted, 40);
    web_limit_close(limit);
}

static void addresses_have_their_own_budgets_but_a_v6_network_has_one(void **state)
{
    struct web_limit *limit = NULL;
    (void)state;
    assert_int_equal(web_limit_open(&limit, 1, 1, 4096), ERR_OK);
    assert_true(web_limit_take(limit, STR("192.0.2.1"), 1));
    assert_false(web_limit_take(limit, STR("192.0.2.1"), 1));
    assert_true(web_limit_take(limit, STR("192.0.2.2"), 1));
    assert_true(web_limit_take(limit, STR("2001:db8:1:2:3:4:5:6"), 1));
    assert_false(web_limit_take(limit, STR("2001:db8:1:2:ffff:4:5:6"), 1));
    /* of a network with zeros, as addresses are written short */
    assert_true(web_limit_take(limit, STR("2001:db8::1"), 1));
    assert_false(web_limit_take(limit, STR("2001:db8::aaaa:1:2:3"), 1));
    assert_false(web_limit_take(limit, STR("2001:db8::bbbb:1:2:3"), 1));
    assert_true(web_limit_take(limit, STR("2001:db8:0:1::1"), 1));
    /* IPv4 over IPv6 is IPv4 */
    assert_false(web_limit_take(limit, STR("::ffff:192.0.2.1"), 1));
    assert_true(web_limit_take(limit, STR("::ffff:192.0.2.3"), 1));
    assert_true(web_limit_take(limit, STR("2001:db8:1:3:3:4:5:6"), 1));
    assert_int_equal(web_limit_open(&limit, 1, 1, 100), ERR_INPUT);
    web_limit_close(limit);
}

static unsigned enter(struct web_crowd *crowd, const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    bool six = inet_pton(AF_INET6, text, &v6.sin6_addr) == 1;
    assert_true(six || inet_pton(AF_INET, text, &v4.sin_addr) == 1);
    return web_crowd_enter(crowd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4);
}

static void connections_are_counted_by_network(void **state)
{
    struct web_crowd *crowd = calloc(1, sizeof *crowd);
    struct sockaddr_in left = {.sin_family = AF_INET};
    (void)state;
    assert_non_null(crowd);
    assert_int_equal(enter(crowd, "192.0.2.1"), 1);
    assert_int_equal(enter(crowd, "192.0.2.2"), 1);
    assert_int_equal(enter(crowd, "::ffff:192.0.2.1"), 2);
    assert_int_equal(enter(crowd, "2001:db8::1"), 1);
    assert_int_equal(enter(crowd, "2001:db8::aaaa:1:2:3"), 2);
    assert_int_equal(enter(crowd, "2001:db8:0:1::1"), 1);
    assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &left.sin_addr), 1);
    web_crowd_leave(crowd, (struct sockaddr *)&left);
    assert_int_equal(enter(crowd, "192.0.2.1"), 2);
    free(crowd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_allowed_encoding_is_picked),
        cmocka_unit_test(what_is_encoded_can_be_read_by_the_libraries),
        cmocka_unit_test(small_and_packed_bodies_stay_as_they_are),
        cmocka_unit_test(a_tag_names_exactly_its_page),
        cmocka_unit_test(cache_gives_the_version_it_was_asked_for),
        cmocka_unit_test(cache_keeps_to_its_size_and_drops_the_oldest),
        cmocka_unit_test(a_framed_page_unpacks_to_its_body),
        cmocka_unit_test(a_frame_holds_what_was_packed_before_and_changes_no_tag),
        cmocka_unit_test(a_key_is_known_from_the_second_time_it_is_asked_about),
        cmocka_unit_test(plain_bytes_that_nobody_wants_leave_their_memory),
        cmocka_unit_test(a_budget_is_a_burst_and_then_a_rate),
        cmocka_unit_test(connections_are_counted_by_network),
        cmocka_unit_test(addresses_have_their_own_budgets_but_a_v6_network_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
