/* Compressing replies: see encode.h. */
#include "web/encode.h"

#include <brotli/encode.h>
#include <isa-l.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum {
    ENCODE_LEAST = 256,           /* bytes; less is not worth it */
    ENCODE_LEARN = 96 << 10,      /* bytes of pages that the common code is made from */
    ENCODE_SPARE = 1024,          /* bytes that packing may want beyond the plain ones */
    ENCODE_KEPT = 1 << 20,        /* bytes of a room that are kept for the next page */
    ENCODE_GZIP_WINDOW = 15 + 16, /* the largest, with gzip's head */
    ENCODE_BROTLI_FAST = 4,
    ENCODE_BROTLI_BEST = 6 /* the levels above take ten times as long for two hundredths */
};

const char *web_encoding_name(enum web_encoding encoding)
{
    return encoding == WEB_GZIP ? "gzip" : encoding == WEB_BROTLI ? "br" : NULL;
}

/* Without the blanks that a header may hold (RFC 9110 5.6.3). */
static struct str encoding_word(struct str s)
{
    while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
        s = str_range(s.data + 1, s.len - 1);
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Is this coding named with a weight above zero? */
static bool encoding_allowed(struct str accept, struct str coding)
{
    struct str one;
    while (str_cut(&one, &accept, ',')) {
        struct str rest = one;
        struct str name;
        (void)str_cut(&name, &rest, ';');
        name = encoding_word(name);
        rest = encoding_word(rest);
        if (name.len != coding.len || strncasecmp(name.data, coding.data, name.len) != 0)
            continue;
        bool zero = str_starts(rest, STR("q=0"));
        for (size_t i = 0; zero && i < rest.len; i++)
            zero = rest.data[i] < '1' || rest.data[i] > '9';
        return !zero;
    }
    return false;
}

enum web_encoding web_encoding_pick(struct str accept)
{
    if (encoding_allowed(accept, STR("br")))
        return WEB_BROTLI;
    return encoding_allowed(accept, STR("gzip")) ? WEB_GZIP : WEB_IDENTITY;
}

bool web_encoding_worth(struct str type, size_t len)
{
    return len >= ENCODE_LEAST &&
           (str_starts(type, STR("text/")) || str_find(type, STR("json")) >= 0 ||
            str_find(type, STR("javascript")) >= 0 || str_find(type, STR("xml")) >= 0);
}

/* --- files --- */

static enum err encode_gzip(struct buf *out, struct str plain)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)plain.data, .avail_in = (uInt)plain.len};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, ENCODE_GZIP_WINDOW, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_MEMORY;
    uLong bound = deflateBound(&z, plain.len);
    z.next_out = (Bytef *)buf_reserve(out, bound);
    z.avail_out = (uInt)bound;
    bool done = z.next_out != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END;
    out->len += done ? z.total_out : 0;
    (void)deflateEnd(&z);
    return done ? ERR_OK : ERR_MEMORY;
}

/* The smallest window that holds the text: the library's default would touch 32 MiB a page. */
static int encode_window(size_t len)
{
    int bits = BROTLI_MIN_WINDOW_BITS;
    while (bits < BROTLI_DEFAULT_WINDOW && ((size_t)1 << bits) < len + 16)
        bits++;
    return bits;
}

static enum err encode_brotli(struct buf *out, struct str plain, int level)
{
    size_t len = BrotliEncoderMaxCompressedSize(plain.len);
    char *to = len > 0 ? buf_reserve(out, len) : NULL;
    if (to == NULL)
        return ERR_MEMORY;
    if (!BrotliEncoderCompress(level, encode_window(plain.len), BROTLI_MODE_TEXT, plain.len,
                               (const uint8_t *)plain.data, &len, (uint8_t *)to))
        return ERR_MEMORY;
    out->len += len;
    return ERR_OK;
}

enum err web_encode_file(struct buf *out, enum web_encoding encoding, struct str plain)
{
    if (encoding == WEB_GZIP)
        return encode_gzip(out, plain);
    if (encoding == WEB_BROTLI)
        return encode_brotli(out, plain, ENCODE_BROTLI_BEST);
    buf_str(out, plain);
    return buf_err(out);
}

/* --- pages --- */

/* ISA-L (libisal) takes 6 us for a page of 4 KB in 16 KB of memory and gives 7 % more than zlib;
 * libdeflate 13 us in 128 KB that it clears each time, zlib 40 us in 260 KB. */
struct packer_room {
    struct packer_room *next;
    struct isal_zstream gzip;
    struct buf packed;
};

struct web_packer {
    pthread_mutex_t lock;
    struct packer_room *spare;
    size_t learnt; /* bytes */
    struct isal_huff_histogram seen;
    struct isal_hufftables code; /* once learnt reaches ENCODE_LEARN */
};

enum err web_packer_open(struct web_packer **out)
{
    struct web_packer *packer = calloc(1, sizeof *packer);
    if (packer == NULL)
        return ERR_MEMORY;
    pthread_mutex_init(&packer->lock, NULL);
    *out = packer;
    return ERR_OK;
}

void web_packer_close(struct web_packer *packer)
{
    if (packer == NULL)
        return;
    while (packer->spare != NULL) {
        struct packer_room *room = packer->spare;
        packer->spare = room->next;
        buf_free(&room->packed);
        free(room);
    }
    pthread_mutex_destroy(&packer->lock);
    free(packer);
}

/* The code gives every symbol a word, also those that were not seen. */
static void packer_learn(struct web_packer *packer, struct str plain)
{
    size_t len = plain.len < ENCODE_LEARN ? plain.len : ENCODE_LEARN;
    isal_update_histogram((uint8_t *)(uintptr_t)plain.data, (int)len, &packer->seen);
    if (packer->learnt + len >= ENCODE_LEARN &&
        isal_create_hufftables(&packer->code, &packer->seen) != 0)
        return;
    packer->learnt += len;
}

/* A room, and the code to use in it: the library's own until enough pages were seen. */
static struct packer_room *room_take(struct web_packer *packer, struct str plain)
{
    pthread_mutex_lock(&packer->lock);
    struct packer_room *room = packer->spare;
    if (room != NULL)
        packer->spare = room->next;
    bool learnt = packer->learnt >= ENCODE_LEARN;
    if (!learnt)
        packer_learn(packer, plain);
    pthread_mutex_unlock(&packer->lock);
    if (room == NULL)
        room = calloc(1, sizeof *room);
    if (room == NULL)
        return NULL;
    isal_deflate_stateless_init(&room->gzip);
    if (learnt)
        room->gzip.hufftables = &packer->code;
    return room;
}

static void room_give(struct web_packer *packer, struct packer_room *room)
{
    pthread_mutex_lock(&packer->lock);
    room->next = packer->spare;
    packer->spare = room;
    pthread_mutex_unlock(&packer->lock);
}

/* Into the room's own memory, which is large enough for any page of before; the page gets as much
 * as it needs. */
static enum err room_pack(struct buf *out, struct packer_room *room, struct str plain)
{
    size_t bound = plain.len + ENCODE_SPARE;
    struct isal_zstream *z = &room->gzip;
    buf_clear(&room->packed);
    char *to = buf_reserve(&room->packed, bound);
    if (to == NULL)
        return ERR_MEMORY;
    z->gzip_flag = IGZIP_GZIP;
    z->end_of_stream = 1;
    z->next_in = (uint8_t *)(uintptr_t)plain.data;
    z->avail_in = (uint32_t)plain.len;
    z->next_out = (uint8_t *)to;
    z->avail_out = (uint32_t)bound;
    if (isal_deflate_stateless(z) == COMP_OK)
        buf_add(out, to, z->total_out);
    return buf_err(out);
}

static enum err pack_gzip(struct buf *out, struct web_packer *packer, struct str plain)
{
    if (plain.len >= UINT32_MAX / 2)
        return ERR_MEMORY;
    struct packer_room *room = room_take(packer, plain);
    if (room == NULL)
        return ERR_MEMORY;
    enum err err = room_pack(out, room, plain);
    if (room->packed.cap > ENCODE_KEPT)
        buf_free(&room->packed);
    room_give(packer, room);
    return err;
}

enum err web_pack(struct buf *out, struct web_packer *packer, enum web_encoding encoding,
                  struct str plain)
{
    if (encoding == WEB_GZIP)
        return pack_gzip(out, packer, plain);
    if (encoding == WEB_BROTLI)
        return encode_brotli(out, plain, ENCODE_BROTLI_FAST);
    buf_str(out, plain);
    return buf_err(out);
}
