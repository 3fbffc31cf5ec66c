/* JPEG, by libjpeg-turbo (Debian): see picture.h. The decoder itself halves large pictures while it
 * decodes them, so that their pixels are never all in memory. */
#include "picture/picture.h"

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { QUALITY = 85, EXIF_MARK = JPEG_APP0 + 1, EXIF_MOST = 0xFFFF, EIGHTHS = 8 };

_Noreturn static void jpeg_failed(j_common_ptr c)
{
    picture_end(c->err->msg_code == JERR_OUT_OF_MEMORY ? PICTURE_MEMORY : PICTURE_DAMAGED);
}

/* Bytes between segments are common in what telephones make, and harmless; any other warning says
 * that data is missing or wrong. */
static void jpeg_warned(j_common_ptr c, int level)
{
    int code = c->err->msg_code;
    bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR;
    if (level < 0 && !harmless)
        picture_end(PICTURE_DAMAGED);
}

static void jpeg_silent(j_common_ptr c)
{
    (void)c;
}

static void jpeg_errors(struct jpeg_error_mgr *errors)
{
    jpeg_std_error(errors);
    errors->error_exit = jpeg_failed;
    errors->emit_message = jpeg_warned;
    errors->output_message = jpeg_silent;
}

static unsigned jpeg_orientation(const struct jpeg_decompress_struct *c)
{
    static const uint8_t head[6] = "Exif\0";
    for (jpeg_saved_marker_ptr m = c->marker_list; m != NULL; m = m->next)
        if (m->marker == EXIF_MARK && m->data_length > sizeof head &&
            memcmp(m->data, head, sizeof head) == 0)
            return picture_orientation(m->data + sizeof head, m->data_length - sizeof head);
    return 1;
}

/* The fewest eighths of the picture that are not smaller than the copy. */
static unsigned jpeg_eighths(const struct jpeg_decompress_struct *c, uint32_t edge)
{
    uint32_t longest = c->image_width > c->image_height ? c->image_width : c->image_height;
    for (unsigned n = 1; n < EIGHTHS; n++)
        if ((uint64_t)longest * n >= (uint64_t)edge * EIGHTHS)
            return n;
    return EIGHTHS;
}

static void jpeg_colours(struct picture *out, struct jpeg_decompress_struct *c)
{
    bool grey = c->jpeg_color_space == JCS_GRAYSCALE;
    if (!grey && c->jpeg_color_space != JCS_YCbCr && c->jpeg_color_space != JCS_RGB)
        picture_end(PICTURE_COLOUR);
    c->out_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
    out->channels = grey ? 1 : 3;
}

void picture_jpeg_read(struct picture *out, const struct picture_bytes *in,
                       const struct picture_limits *limits)
{
    struct jpeg_decompress_struct c = {0};
    struct jpeg_error_mgr errors;
    struct picture_scale scale;
    jpeg_errors(&errors);
    c.err = &errors;
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, in->data, in->len);
    jpeg_save_markers(&c, EXIF_MARK, EXIF_MOST);
    (void)jpeg_read_header(&c, TRUE);
    picture_size(limits, c.image_width, c.image_height);
    jpeg_colours(out, &c);
    out->orientation = jpeg_orientation(&c);
    c.scale_num = jpeg_eighths(&c, limits->edge);
    c.scale_denom = EIGHTHS;
    (void)jpeg_start_decompress(&c);
    uint8_t *row = picture_memory((size_t)c.output_width, (size_t)c.output_components);
    picture_scale_begin(&scale, out, c.output_width, c.output_height, limits->edge);
    while (c.output_scanline < c.output_height) {
        (void)jpeg_read_scanlines(&c, &row, 1);
        picture_scale_row(&scale, row);
    }
    picture_scale_end(&scale);
    (void)jpeg_finish_decompress(&c);
    jpeg_destroy_decompress(&c);
    free(row);
}

void picture_jpeg_write(struct picture_bytes *out, const struct picture *in)
{
    struct jpeg_compress_struct c = {0};
    struct jpeg_error_mgr errors;
    unsigned long len = 0;
    jpeg_errors(&errors);
    c.err = &errors;
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out->data, &len);
    c.image_width = in->width;
    c.image_height = in->height;
    c.input_components = (int)in->channels;
    c.in_color_space = in->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, QUALITY, TRUE);
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        uint8_t *row = in->pixels + (size_t)c.next_scanline * in->width * in->channels;
        (void)jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    out->len = len;
}
