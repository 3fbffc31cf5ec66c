/* Compressing replies: see encode.h. */
#include "web/encode.h"

#include <brotli/encode.h>
#include <libdeflate.h>
#include <string.h>
#include <strings.h>

/* Brotli's last two levels take ten times as long for two hundredths. */
enum { ENCODE_LEAST = 256, ENCODE_GZIP_FAST = 1, ENCODE_GZIP_BEST = 12, ENCODE_BROTLI_BEST = 6 };

const char *web_encoding_name(enum web_encoding encoding)
{
    return encoding == WEB_GZIP ? "gzip" : encoding == WEB_BROTLI ? "br" : NULL;
}

/* Is this coding named with a weight above zero? */
static bool encoding_allowed(struct str accept, struct str coding)
{
    struct str one;
    while (str_cut(&one, &accept, ',')) {
        struct str rest = one;
        struct str name;
        (void)str_cut(&name, &rest, ';');
        name = str_trim(name);
        rest = str_trim(rest);
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

/* libdeflate takes half of zlib's time for pages of some kilobytes, and gives the same size. */
static enum err encode_gzip(struct buf *out, struct str plain, bool best)
{
    struct libdeflate_compressor *c =
        libdeflate_alloc_compressor(best ? ENCODE_GZIP_BEST : ENCODE_GZIP_FAST);
    if (c == NULL)
        return ERR_MEMORY;
    size_t bound = libdeflate_gzip_compress_bound(c, plain.len);
    char *to = buf_reserve(out, bound);
    size_t len = to != NULL ? libdeflate_gzip_compress(c, plain.data, plain.len, to, bound) : 0;
    out->len += len;
    libdeflate_free_compressor(c);
    return len > 0 ? ERR_OK : ERR_MEMORY;
}

/* The smallest window that holds the text: the library's default would touch 32 MiB a page. */
static int encode_window(size_t len)
{
    int bits = BROTLI_MIN_WINDOW_BITS;
    while (bits < BROTLI_DEFAULT_WINDOW && ((size_t)1 << bits) < len + 16)
        bits++;
    return bits;
}

static enum err encode_brotli(struct buf *out, struct str plain, bool best)
{
    size_t len = BrotliEncoderMaxCompressedSize(plain.len);
    char *to = len > 0 ? buf_reserve(out, len) : NULL;
    if (to == NULL)
        return ERR_MEMORY;
    if (!BrotliEncoderCompress(best ? ENCODE_BROTLI_BEST : 4, encode_window(plain.len),
                               BROTLI_MODE_TEXT, plain.len, (const uint8_t *)plain.data, &len,
                               (uint8_t *)to))
        return ERR_MEMORY;
    out->len += len;
    return ERR_OK;
}

enum err web_encode(struct buf *out, enum web_encoding encoding, struct str plain, bool best)
{
    if (encoding == WEB_GZIP)
        return encode_gzip(out, plain, best);
    if (encoding == WEB_BROTLI)
        return encode_brotli(out, plain, best);
    buf_str(out, plain);
    return buf_err(out);
}
