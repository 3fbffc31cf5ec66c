/* sunlot-picture: see picture.h. Shuts itself in before it reads a byte. */
#include "picture/cage.h"
#include "picture/picture.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 1 << 20, MEGA = 1000000, MEBI = 1 << 20, NUMBERS = 4, NUMBER_MOST = 1 << 20 };

_Noreturn void picture_end(enum picture_answer answer)
{
    _exit((int)answer);
}

void *picture_memory(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        picture_end(PICTURE_MEMORY);
    return memory;
}

void picture_size(const struct picture_limits *limits, uint64_t width, uint64_t height)
{
    uint64_t pixels = 0;
    if (width == 0 || height == 0)
        picture_end(PICTURE_DAMAGED);
    if (__builtin_mul_overflow(width, height, &pixels) || pixels > limits->pixels)
        picture_end(PICTURE_LARGE);
}

/* All of standard input, which the limit on memory bounds. */
static void main_read(struct picture_bytes *in)
{
    size_t room = FIRST;
    ssize_t got = 1;
    *in = (struct picture_bytes){picture_memory(room, 1), 0};
    while (got > 0) {
        if (in->len == room) {
            room *= 2;
            in->data = realloc(in->data, room);
        }
        if (in->data == NULL)
            picture_end(PICTURE_MEMORY);
        got = read(STDIN_FILENO, in->data + in->len, room - in->len);
        if (got < 0)
            picture_end(PICTURE_DAMAGED);
        in->len += (size_t)got;
    }
}

static void main_write(const struct picture_bytes *out)
{
    size_t done = 0;
    while (done < out->len) {
        ssize_t wrote = write(STDOUT_FILENO, out->data + done, out->len - done);
        if (wrote <= 0)
            picture_end(PICTURE_WRITE);
        done += (size_t)wrote;
    }
}

/* A whole number from 1 to NUMBER_MOST, else 0. */
static uint64_t main_number(const char *text)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    bool plain = text[0] >= '1' && text[0] <= '9' && *end == '\0';
    return plain && value <= NUMBER_MOST ? value : 0;
}

static bool main_begins(const struct picture_bytes *in, const char *mark, size_t len)
{
    return in->len > len && memcmp(in->data, mark, len) == 0;
}

int main(int argc, char **argv)
{
    uint64_t numbers[NUMBERS] = {0};
    struct picture_bytes in = {0};
    struct picture_bytes out = {0};
    struct picture picture = {.orientation = 1};
    for (int i = 1; i < argc && i <= NUMBERS; i++)
        numbers[i - 1] = main_number(argv[i]);
    if (argc != NUMBERS + 1 || !numbers[0] || !numbers[1] || !numbers[2] || !numbers[3])
        picture_end(PICTURE_USAGE);
    const struct picture_limits limits = {numbers[0] * MEGA, (uint32_t)numbers[1]};
    const struct cage_limits cage = {numbers[2] * MEBI, numbers[3]};
    if (!cage_shut(&cage))
        picture_end(PICTURE_UNCAGED);
    main_read(&in);
    bool jpeg = main_begins(&in, "\xFF\xD8\xFF", 3);
    if (!jpeg && !main_begins(&in, "\x89PNG\r\n\x1A\n", 8))
        picture_end(PICTURE_DAMAGED);
    if (jpeg)
        picture_jpeg_read(&picture, &in, &limits);
    else
        picture_png_read(&picture, &in, &limits);
    free(in.data);
    picture_turn(&picture);
    if (jpeg)
        picture_jpeg_write(&out, &picture);
    else
        picture_png_write(&out, &picture);
    main_write(&out);
    picture_end(PICTURE_DONE);
}
