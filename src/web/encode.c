/* Compressing replies: see encode.h. */
#include "web/encode.h"

#include "base/lock.h"

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
    ENCODE_FLUSH = 16,            /* bytes that end a part */
    ENCODE_STORED = 160,          /* bytes of a page's own text that are not worth a block's head */
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

/* window: as deflateInit2 has it; flush: how it ends. */
static enum err encode_deflate(struct buf *out, struct str plain, int window, int flush)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)plain.data, .avail_in = (uInt)plain.len};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return ERR_MEMORY;
    uLong bound = deflateBound(&z, plain.len) + ENCODE_FLUSH;
    z.next_out = (Bytef *)buf_reserve(out, bound);
    z.avail_out = (uInt)bound;
    int told = z.next_out != NULL ? deflate(&z, flush) : Z_MEM_ERROR;
    bool done = told == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) && z.avail_out > 0;
    out->len += done ? z.total_out : 0;
    (void)deflateEnd(&z);
    return done ? ERR_OK : ERR_MEMORY;
}

enum err web_encode_part(struct buf *out, struct str plain)
{
    return encode_deflate(out, plain, -MAX_WBITS, Z_FULL_FLUSH);
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
        return encode_deflate(out, plain, ENCODE_GZIP_WINDOW, Z_FINISH);
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
    struct isal_hufftables *code; /* NULL: the library's own */
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
    lock_init(&packer->lock);
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
    room->code = learnt ? &packer->code : NULL;
    return room;
}

static void room_give(struct web_packer *packer, struct packer_room *room)
{
    pthread_mutex_lock(&packer->lock);
    room->next = packer->spare;
    packer->spare = room;
    pthread_mutex_unlock(&packer->lock);
}

/* Appends to the room's memory, which is large enough for any page of before: the whole text as
 * gzip, or a part of it as blocks that end on a byte. False where it would be more than plain. */
static bool room_deflate(struct packer_room *room, struct str plain, bool whole)
{
    size_t bound = plain.len + ENCODE_SPARE;
    struct isal_zstream *z = &room->gzip;
    char *to = buf_reserve(&room->packed, bound);
    if (to == NULL)
        return false;
    isal_deflate_stateless_init(z);
    if (room->code != NULL)
        z->hufftables = room->code;
    z->gzip_flag = whole ? IGZIP_GZIP : IGZIP_DEFLATE;
    z->end_of_stream = whole;
    z->flush = whole ? NO_FLUSH : FULL_FLUSH;
    z->next_in = (uint8_t *)(uintptr_t)plain.data;
    z->avail_in = (uint32_t)plain.len;
    z->next_out = (uint8_t *)to;
    z->avail_out = (uint32_t)bound;
    bool done = isal_deflate_stateless(z) == COMP_OK;
    room->packed.len += done ? z->total_out : 0;
    return done;
}

/* A number as gzip has it, the low byte first. */
static void room_number(struct packer_room *room, uint32_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++, n >>= 8)
        buf_char(&room->packed, (char)(n & 0xFF));
}

/* A text of a page's own between parts of its frame: a short one as a stored block, which begins on
 * a byte here (RFC 1951 3.2.4). */
static bool room_own(struct packer_room *room, struct str own)
{
    if (own.len > ENCODE_STORED)
        return room_deflate(room, own, false);
    if (own.len == 0)
        return true;
    buf_char(&room->packed, 0);
    room_number(room, (uint32_t)own.len, 2);
    room_number(room, ~(uint32_t)own.len, 2);
    buf_str(&room->packed, own);
    return true;
}

/* The page as gzip (RFC 1952) of what was packed before and what is its own: a head without time
 * and name, the blocks, an empty last one, sum and length of the whole. */
static bool room_framed(struct packer_room *room, struct str plain, const struct web_framed *framed)
{
    static const char head[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
    static const char last[] = {3, 0};
    size_t at = 0;
    buf_add(&room->packed, head, sizeof head);
    for (size_t i = 0; i < WEB_FRAME_PARTS; i++) {
        if (!room_own(room, str_sub(plain, at, framed->at[i] - at)))
            return false;
        buf_str(&room->packed, web_frame_packed(framed->frame, i));
        at = framed->at[i] + web_frame_text(framed->frame, i).len;
    }
    if (!room_own(room, str_sub(plain, at, SIZE_MAX)))
        return false;
    buf_add(&room->packed, last, sizeof last);
    room_number(room, crc32_gzip_refl(0, (const unsigned char *)plain.data, plain.len), 4);
    room_number(room, (uint32_t)plain.len, 4);
    return buf_err(&room->packed) == ERR_OK;
}

/* In the room's own memory; the page gets as much as it needs. */
static enum err room_pack(struct buf *out, struct packer_room *room, struct str plain,
                          const struct web_framed *framed)
{
    bool parts = framed != NULL && framed->frame != NULL;
    buf_clear(&room->packed);
    if (parts ? room_framed(room, plain, framed) : room_deflate(room, plain, true))
        buf_str(out, buf_view(&room->packed));
    TRY(buf_err(&room->packed));
    return buf_err(out);
}

static enum err pack_gzip(struct buf *out, struct web_packer *packer, struct str plain,
                          const struct web_framed *framed)
{
    if (plain.len >= UINT32_MAX / 2)
        return ERR_MEMORY;
    struct packer_room *room = room_take(packer, plain);
    if (room == NULL)
        return ERR_MEMORY;
    enum err err = room_pack(out, room, plain, framed);
    if (room->packed.cap > ENCODE_KEPT)
        buf_free(&room->packed);
    room_give(packer, room);
    return err;
}

enum err web_pack(struct buf *out, struct web_packer *packer, enum web_encoding encoding,
                  struct str plain, const struct web_framed *framed)
{
    if (encoding == WEB_GZIP)
        return pack_gzip(out, packer, plain, framed);
    if (encoding == WEB_BROTLI)
        return encode_brotli(out, plain, ENCODE_BROTLI_FAST);
    buf_str(out, plain);
    return buf_err(out);
}
