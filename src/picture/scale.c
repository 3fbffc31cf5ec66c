/* Smaller, and the right way up: see picture.h.
 *
 * Lengths are counted so that all overlaps are whole numbers: along a side of n pixels that becomes
 * m, each old pixel is m long and each new one n; since m <= n, an old one meets two new ones at
 * most.
 *
 * libvips and ImageMagick do this too, with decoders, threads and configuration files of their own
 * that the cage would have to let in. */
#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

static uint32_t scale_side(uint32_t side, uint32_t longest, uint32_t edge)
{
    uint64_t made = ((uint64_t)side * edge + longest / 2) / longest;
    if (longest <= edge)
        return side;
    return made > 0 ? (uint32_t)made : 1;
}

void picture_scale_begin(struct picture_scale *s, struct picture *out, uint32_t width,
                         uint32_t height, uint32_t edge)
{
    uint32_t longest = width > height ? width : height;
    out->width = scale_side(width, longest, edge);
    out->height = scale_side(height, longest, edge);
    size_t row = (size_t)out->width * out->channels;
    out->pixels = picture_memory(row, out->height);
    *s = (struct picture_scale){.out = out, .width = width, .height = height};
    s->row = picture_memory(row, sizeof *s->row);
    s->sums = picture_memory(row, sizeof *s->sums);
}

/* Adds a pixel, so long, to a sum; colours count as much as they are seen. */
static void scale_add(uint64_t *sum, const uint8_t *pixel, uint64_t length, unsigned channels)
{
    uint64_t seen = channels == 4 ? pixel[3] * length : length;
    for (unsigned c = 0; c < channels && c < 3; c++)
        sum[c] += pixel[c] * seen;
    if (channels == 4)
        sum[3] += seen;
}

/* The sums of one row of the original. */
static void scale_across(struct picture_scale *s, const uint8_t *pixels)
{
    unsigned channels = s->out->channels;
    uint32_t to = s->out->width;
    uint64_t *sum = s->row;
    uint64_t left = s->width; /* of the new pixel */
    memset(s->row, 0, (size_t)to * channels * sizeof *s->row);
    for (uint32_t x = 0; x < s->width; x++, pixels += channels) {
        uint64_t part = to < left ? to : left;
        scale_add(sum, pixels, part, channels);
        left -= part;
        if (left > 0)
            continue;
        sum += channels;
        left = s->width - (to - part);
        if (part < to)
            scale_add(sum, pixels, to - part, channels);
    }
}

static uint8_t scale_mean(uint64_t sum, uint64_t weight)
{
    return weight == 0 ? 0 : (uint8_t)((sum + weight / 2) / weight);
}

/* The row of the copy whose sums are complete. */
static void scale_emit(struct picture_scale *s)
{
    unsigned channels = s->out->channels;
    uint64_t area = (uint64_t)s->width * s->height;
    uint8_t *to = s->out->pixels + (size_t)s->made * s->out->width * channels;
    const uint64_t *sum = s->sums;
    for (uint32_t x = 0; x < s->out->width; x++, to += channels, sum += channels) {
        for (unsigned c = 0; c < channels && c < 3; c++)
            to[c] = scale_mean(sum[c], channels == 4 ? sum[3] : area);
        if (channels == 4)
            to[3] = scale_mean(sum[3], area);
    }
    s->made++;
}

void picture_scale_row(struct picture_scale *s, const uint8_t *pixels)
{
    uint64_t to = s->out->height;
    uint64_t end = (uint64_t)(s->made + 1) * s->height;
    uint64_t top = s->rows * to;
    uint64_t part = top + to < end ? to : end - top;
    size_t count = (size_t)s->out->width * s->out->channels;
    scale_across(s, pixels);
    for (size_t i = 0; i < count; i++)
        s->sums[i] += s->row[i] * part;
    s->rows++;
    if (top + to < end)
        return;
    scale_emit(s);
    for (size_t i = 0; i < count; i++)
        s->sums[i] = s->row[i] * (to - part);
}

void picture_scale_end(struct picture_scale *s)
{
    free(s->row);
    free(s->sums);
    if (s->made != s->out->height)
        picture_end(PICTURE_DAMAGED);
}

/* --- the right way up --- */

/* Where EXIF keeps numbers: TIFF, in either order of bytes. */
struct exif {
    const uint8_t *data;
    size_t len;
    int big;
};

static uint32_t exif_number(const struct exif *e, size_t at, unsigned bytes)
{
    uint32_t value = 0;
    if (at > e->len || bytes > e->len - at)
        return 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | e->data[at + (e->big ? i : bytes - 1 - i)];
    return value;
}

unsigned picture_orientation(const uint8_t *exif, size_t len)
{
    enum { HEAD = 8, ENTRY = 12, ORIENTATION = 0x0112, SHORT = 3 };
    struct exif e = {exif, len, len > 0 && exif[0] == 'M'};
    if (len < HEAD || exif_number(&e, 2, 2) != 42)
        return 1;
    size_t at = exif_number(&e, 4, 4);
    uint32_t count = exif_number(&e, at, 2);
    for (uint32_t i = 0; i < count && at + 2 + (size_t)(i + 1) * ENTRY <= len; i++) {
        size_t entry = at + 2 + (size_t)i * ENTRY;
        if (exif_number(&e, entry, 2) != ORIENTATION || exif_number(&e, entry + 2, 2) != SHORT)
            continue;
        uint32_t value = exif_number(&e, entry + 8, 2);
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

void picture_turn(struct picture *p)
{
    unsigned o = p->orientation;
    int swap = o >= 5;
    int right = o == 2 || o == 3 || o == 7 || o == 8; /* columns of the copy from the right */
    int below = o == 3 || o == 4 || o == 6 || o == 7; /* rows likewise from below */
    uint32_t width = swap ? p->height : p->width;
    uint32_t height = swap ? p->width : p->height;
    if (o <= 1)
        return;
    uint8_t *pixels = picture_memory((size_t)width * p->channels, height);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint32_t from_x = swap ? y : x;
            uint32_t from_y = swap ? x : y;
            from_x = right ? p->width - 1 - from_x : from_x;
            from_y = below ? p->height - 1 - from_y : from_y;
            memcpy(pixels + ((size_t)y * width + x) * p->channels,
                   p->pixels + ((size_t)from_y * p->width + from_x) * p->channels, p->channels);
        }
    free(p->pixels);
    *p = (struct picture){pixels, width, height, p->channels, 1};
}
