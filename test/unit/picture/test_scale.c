/* Means of areas, and pictures the right way up. */
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void picture_end(enum picture_answer answer)
{
    _exit((int)answer);
}

void *picture_memory(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    assert_non_null(memory);
    return memory;
}

static struct picture scaled(const uint8_t *pixels, uint32_t width, uint32_t height,
                             const unsigned channels_edge[2])
{
    struct picture out = {.channels = channels_edge[0], .orientation = 1};
    struct picture_scale s;
    picture_scale_begin(&s, &out, width, height, channels_edge[1]);
    for (uint32_t y = 0; y < height; y++)
        picture_scale_row(&s, pixels + (size_t)y * width * out.channels);
    picture_scale_end(&s);
    return out;
}

static void what_is_small_enough_stays_as_it_is(void **state)
{
    static const uint8_t pixels[] = {0, 10, 20, 30, 40, 255};
    static const unsigned grey[] = {1, 3};
    (void)state;
    struct picture out = scaled(pixels, 3, 2, grey);
    assert_int_equal(out.width, 3);
    assert_int_equal(out.height, 2);
    assert_memory_equal(out.pixels, pixels, sizeof pixels);
    free(out.pixels);
}

static void a_pixel_is_the_mean_of_its_area(void **state)
{
    /* 3 by 3 to 2 by 2: each new pixel is 1.5 long */
    static const uint8_t pixels[] = {0, 90, 180, 0, 90, 180, 90, 90, 90};
    static const unsigned grey[] = {1, 2};
    static const uint8_t wanted[] = {30, 150, 70, 110};
    (void)state;
    struct picture out = scaled(pixels, 3, 3, grey);
    assert_int_equal(out.width * out.height, 4);
    assert_memory_equal(out.pixels, wanted, sizeof wanted);
    free(out.pixels);
}

static void what_is_not_seen_gives_no_colour(void **state)
{
    static const uint8_t pixels[] = {200, 100, 0, 255, 1, 2, 3, 0};
    static const unsigned rgba[] = {4, 1};
    static const uint8_t wanted[] = {200, 100, 0, 128};
    (void)state;
    struct picture out = scaled(pixels, 2, 1, rgba);
    assert_memory_equal(out.pixels, wanted, sizeof wanted);
    free(out.pixels);
}

/* Against the same means in doubles, over sizes that divide badly. */
static void means_are_those_of_plain_arithmetic(void **state)
{
    static const uint32_t sizes[][3] = {
        {7, 5, 4}, {13, 3, 9}, {31, 17, 16}, {5, 29, 11}, {64, 1, 5}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint32_t w = sizes[i][0], h = sizes[i][1];
        uint8_t pixels[64 * 64];
        for (uint32_t k = 0; k < w * h; k++)
            pixels[k] = (uint8_t)(k * 37 % 251);
        struct picture out = scaled(pixels, w, h, (const unsigned[]){1, sizes[i][2]});
        for (uint32_t y = 0; y < out.height; y++)
            for (uint32_t x = 0; x < out.width; x++) {
                double sum = 0, sx = (double)w / out.width, sy = (double)h / out.height;
                for (uint32_t v = 0; v < h; v++)
                    for (uint32_t u = 0; u < w; u++) {
                        double left = x * sx > u ? x * sx : u;
                        double right = (x + 1) * sx < u + 1 ? (x + 1) * sx : u + 1;
                        double top = y * sy > v ? y * sy : v;
                        double foot = (y + 1) * sy < v + 1 ? (y + 1) * sy : v + 1;
                        if (right > left && foot > top)
                            sum += (right - left) * (foot - top) * pixels[v * w + u];
                    }
                double got = out.pixels[y * out.width + x];
                double off = got - sum / (sx * sy);
                if (off > 0.51 || off < -0.51)
                    fail_msg("size %zu at %u, %u: %f", i, x, y, off);
            }
        free(out.pixels);
    }
}

/* Where the corners of a picture stand once it is turned: its rows are "01" and "23" and "45". */
static void each_orientation_is_turned_back(void **state)
{
    static const char *const wanted[] = {"012345", "103254", "543210", "452301",
                                         "024135", "420531", "531420", "135024"};
    (void)state;
    for (unsigned o = 1; o <= 8; o++) {
        struct picture p = {calloc(6, 1), 2, 3, 1, o};
        assert_non_null(p.pixels);
        memcpy(p.pixels, "012345", 6);
        picture_turn(&p);
        assert_int_equal(p.width, o >= 5 ? 3 : 2);
        assert_int_equal(p.height, o >= 5 ? 2 : 3);
        assert_memory_equal(p.pixels, wanted[o - 1], 6);
        free(p.pixels);
    }
}

static void exif_is_read_in_both_orders_and_never_past_its_end(void **state)
{
    static const uint8_t big[] = "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0";
    static const uint8_t little[] = "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x08\0\0\0\0\0\0\0";
    static const uint8_t wild[] = "MM\0*\xFF\xFF\xFF\xF0\xFF\xFF";
    static const uint8_t nine[] = "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x09\0\0\0\0\0\0";
    (void)state;
    assert_int_equal(picture_orientation(big, sizeof big - 1), 6);
    assert_int_equal(picture_orientation(little, sizeof little - 1), 8);
    assert_int_equal(picture_orientation(wild, sizeof wild - 1), 1);
    assert_int_equal(picture_orientation(nine, sizeof nine - 1), 1);
    for (size_t len = 0; len < 22; len++) {
        uint8_t *part = malloc(len + 1); /* so that valgrind sees a step beyond */
        assert_non_null(part);
        memcpy(part, big, len);
        assert_int_equal(picture_orientation(part, len), 1);
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_small_enough_stays_as_it_is),
        cmocka_unit_test(a_pixel_is_the_mean_of_its_area),
        cmocka_unit_test(what_is_not_seen_gives_no_colour),
        cmocka_unit_test(means_are_those_of_plain_arithmetic),
        cmocka_unit_test(each_orientation_is_turned_back),
        cmocka_unit_test(exif_is_read_in_both_orders_and_never_past_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
