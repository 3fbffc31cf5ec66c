/* PNG, by libpng (Debian): see picture.h. */
#include "picture/picture.h"

#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static void png_failed(png_structp png, png_const_charp words)
{
    /* what libpng says when malloc gave nothing */
    bool memory = strstr(words, "memory") != NULL;
    (void)png;
    picture_end(memory ? PICTURE_MEMORY : PICTURE_DAMAGED);
}

static void png_warned(png_structp png, png_const_charp words)
{
    (void)png;
    (void)words;
}

/* --- reading --- */

static void png_take(png_structp png, png_bytep to, size_t len)
{
    struct picture_bytes *in = png_get_io_ptr(png);
    if (len > in->len)
        picture_end(PICTURE_DAMAGED);
    memcpy(to, in->data, len);
    in->data += len;
    in->len -= len;
}

/* What is not needed for pixels is passed over without being unpacked. */
static void png_pass_over(png_structp png)
{
    static const png_byte chunks[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0hIST\0pCAL\0sCAL\0tIME";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, chunks, sizeof chunks / 5);
}

/* Grey, RGB or RGB with opacity, eight bits each. */
static unsigned png_channels_wanted(png_structp png, png_infop info)
{
    unsigned type = png_get_color_type(png, info);
    bool opacity = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
    png_set_expand(png);
    png_set_scale_16(png);
    if (!(type & PNG_COLOR_MASK_COLOR) && !opacity)
        return 1;
    png_set_gray_to_rgb(png);
    return opacity ? 4 : 3;
}

/* The rows of an interlaced picture come in seven passes over all of them. */
static void png_passes(struct picture_scale *scale, png_structp png, size_t row, int passes)
{
    uint8_t *pixels = picture_memory(row, scale->height);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < scale->height; y++)
            png_read_row(png, pixels + y * row, NULL);
    for (uint32_t y = 0; y < scale->height; y++)
        picture_scale_row(scale, pixels + y * row);
    free(pixels);
}

static void png_rows(struct picture_scale *scale, png_structp png, size_t row)
{
    uint8_t *pixels = picture_memory(row, 1);
    for (uint32_t y = 0; y < scale->height; y++) {
        png_read_row(png, pixels, NULL);
        picture_scale_row(scale, pixels);
    }
    free(pixels);
}

static unsigned png_orientation(png_structp png, png_infop info)
{
    png_uint_32 len = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(png, info, &len, &exif) == 0)
        return 1;
    return picture_orientation(exif, len);
}

void picture_png_read(struct picture *out, const struct picture_bytes *in,
                      const struct picture_limits *limits)
{
    struct picture_bytes rest = *in;
    struct picture_scale scale;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, png_failed, png_warned);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL)
        picture_end(PICTURE_MEMORY);
    png_set_read_fn(png, &rest, png_take);
    png_pass_over(png);
    png_read_info(png, info);
    uint32_t width = png_get_image_width(png, info);
    uint32_t height = png_get_image_height(png, info);
    picture_size(limits, width, height);
    out->channels = png_channels_wanted(png, info);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t row = (size_t)width * out->channels;
    if (png_get_rowbytes(png, info) != row)
        picture_end(PICTURE_DAMAGED);
    picture_scale_begin(&scale, out, width, height, limits->edge);
    if (passes > 1)
        png_passes(&scale, png, row, passes);
    else
        png_rows(&scale, png, row);
    picture_scale_end(&scale);
    png_read_end(png, info);
    out->orientation = png_orientation(png, info);
    png_destroy_read_struct(&png, &info, NULL);
}

/* --- writing --- */

static void png_give(png_structp png, png_bytep from, size_t len)
{
    struct picture_bytes *out = png_get_io_ptr(png);
    out->data = realloc(out->data, out->len + len);
    if (out->data == NULL)
        picture_end(PICTURE_MEMORY);
    memcpy(out->data + out->len, from, len);
    out->len += len;
}

static void png_flushed(png_structp png)
{
    (void)png;
}

void picture_png_write(struct picture_bytes *out, const struct picture *in)
{
    static const int types[] = {0, PNG_COLOR_TYPE_GRAY, 0, PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_RGB_ALPHA};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, png_failed, png_warned);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL)
        picture_end(PICTURE_MEMORY);
    png_set_write_fn(png, out, png_give, png_flushed);
    png_set_IHDR(png, info, in->width, in->height, 8, types[in->channels], PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < in->height; y++)
        png_write_row(png, in->pixels + (size_t)y * in->width * in->channels);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}
