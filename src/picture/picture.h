/* The program sunlot-picture: makes of a picture from outside one that only shows what is seen
 * (SECURITY.md IN10). It reads a JPEG or PNG, applies the orientation that EXIF names, makes it no
 * larger than an edge, and writes it anew in the same kind: no EXIF, XMP, IPTC, ICC profile,
 * comment, thumbnail, maker note, or anything behind the picture is carried over, because nothing
 * but pixels is.
 *
 * It trusts nothing of its input and is not trusted itself: see cage.h. It shares no code with the
 * rest of the project and ends at the first fault (answer.h): a decoder whose errors may not return
 * has no other way that jumps over nothing. */
#ifndef PICTURE_PICTURE_H
#define PICTURE_PICTURE_H

#include "picture/answer.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes in memory. */
struct picture_bytes {
    uint8_t *data;
    size_t len;
};

/* Pixels, row by row without gaps: 1 channel is grey, 3 are RGB, 4 are RGB and opacity. */
struct picture {
    uint8_t *pixels;
    uint32_t width;
    uint32_t height;
    unsigned channels;
    unsigned orientation; /* of EXIF, 1 to 8 */
};

struct picture_limits {
    uint64_t pixels; /* most of the original */
    uint32_t edge;   /* most of either side of the copy */
};

/* Ends the program. */
_Noreturn void picture_end(enum picture_answer answer);
/* Memory, or the end of the program: never NULL. */
void *picture_memory(size_t count, size_t size);
/* Ends the program with PICTURE_LARGE for more pixels than allowed, PICTURE_DAMAGED for none. */
void picture_size(const struct picture_limits *limits, uint64_t width, uint64_t height);

/* Decode, no larger than limits->edge. */
void picture_jpeg_read(struct picture *out, const struct picture_bytes *in,
                       const struct picture_limits *limits);
void picture_png_read(struct picture *out, const struct picture_bytes *in,
                      const struct picture_limits *limits);
/* Encode with nothing but pixels. The bytes in *out were made by malloc. */
void picture_jpeg_write(struct picture_bytes *out, const struct picture *in);
void picture_png_write(struct picture_bytes *out, const struct picture *in);

/* The orientation that EXIF data (a TIFF header and what follows) names; 1 where it names none. */
unsigned picture_orientation(const uint8_t *exif, size_t len);
/* Turns and mirrors the pixels as the orientation says; it is 1 afterwards. */
void picture_turn(struct picture *p);

/* A picture made smaller while its rows come, each pixel the mean of the area it stands for,
 * weighed by opacity. Members are private. */
struct picture_scale {
    struct picture *out;
    uint32_t width;  /* of the original */
    uint32_t height; /* likewise */
    uint32_t rows;   /* that came */
    uint32_t made;   /* rows of the copy */
    uint64_t *row;   /* sums of a row */
    uint64_t *sums;  /* sums of the row being made */
};
/* Begins: out->channels is set; its size follows from width, height and edge. */
void picture_scale_begin(struct picture_scale *s, struct picture *out, uint32_t width,
                         uint32_t height, uint32_t edge);
/* Adds the next row of the original. */
void picture_scale_row(struct picture_scale *s, const uint8_t *pixels);
/* Ends; all rows must have come. */
void picture_scale_end(struct picture_scale *s);

#endif
