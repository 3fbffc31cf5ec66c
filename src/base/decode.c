/* Any text file to UTF-8: see decode.h. UTF-8 itself is only validated and copied, since nearly all
 * input is UTF-8 and iconv would cost several times as much; the other encodings go through iconv.
 * ICU and uchardet were looked at for detection: they weigh dozens of encodings and guess between
 * them, while the files of Chinese agencies come in these four, which content tells apart.
 *
 * Invariant: in[from..to) are the source's bytes from offset on; everything given out before is
 * whole characters. */
#include "base/decode.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DECODE_WINDOW = 64 * 1024, DECODE_HEAD = 1024 * 1024, DECODE_SAMPLE = 16 * 1024 };

struct decode {
    int fd;          /* -1: memory */
    struct str text; /* what is left of the memory */
    enum decode_kind kind;
    iconv_t cd;
    bool converts; /* cd is open */
    bool ended;    /* the source has no more */
    uint64_t offset;
    char *in;
    size_t cap;
    size_t from;
    size_t to;
};

/* What is read and not yet given out. */
static struct str decode_window(const struct decode *d)
{
    return str_range(d->in + d->from, d->to - d->from);
}

const char *decode_name(enum decode_kind kind)
{
    static const char *const names[] = {"auto", "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030"};
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : names[0];
}

enum decode_kind decode_kind(const struct decode *d)
{
    return d->kind;
}

/* The byte-order mark that text of this kind may begin with. */
static struct str decode_mark(enum decode_kind kind)
{
    static const struct str marks[] = {[DECODE_UTF8] = {"\xEF\xBB\xBF", 3},
                                       [DECODE_UTF16LE] = {"\xFF\xFE", 2},
                                       [DECODE_UTF16BE] = {"\xFE\xFF", 2},
                                       [DECODE_GB18030] = {"\x84\x31\x95\x33", 4}};
    return marks[kind];
}

/* ASCII that stands in tables: printable, TAB and line ends. */
static bool decode_is_text(unsigned char c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

/* In UTF-16 the commas, digits and line ends of a table are ASCII beside a zero byte: one in twenty
 * characters is enough to tell it, and the side tells the byte order. */
static enum decode_kind decode_zero_pattern(struct str s)
{
    size_t pairs = (s.len < DECODE_SAMPLE ? s.len : DECODE_SAMPLE) / 2;
    size_t little = 0;
    size_t big = 0;
    for (size_t i = 0; i < pairs; i++) {
        unsigned char a = (unsigned char)s.data[2 * i];
        unsigned char b = (unsigned char)s.data[2 * i + 1];
        little += b == 0 && decode_is_text(a);
        big += a == 0 && decode_is_text(b);
    }
    if (little > big && little * 20 >= pairs)
        return DECODE_UTF16LE;
    return big > little && big * 20 >= pairs ? DECODE_UTF16BE : DECODE_AUTO;
}

enum decode_kind decode_detect(struct str s, bool whole)
{
    for (enum decode_kind kind = DECODE_UTF8; kind <= DECODE_GB18030; kind++)
        if (str_starts(s, decode_mark(kind)))
            return kind;
    enum decode_kind wide = decode_zero_pattern(s);
    if (wide != DECODE_AUTO)
        return wide;
    size_t bad = s.len - utf8_valid_len(s);
    return bad == 0 || (!whole && bad < 4) ? DECODE_UTF8 : DECODE_GB18030;
}

/* read(2) that outlasts signals; *got 0 is the end. */
static enum err decode_fd_read(int fd, char *data, size_t cap, size_t *got)
{
    ssize_t n = 0;
    do
        n = read(fd, data, cap);
    while (n < 0 && errno == EINTR);
    *got = n < 0 ? 0 : (size_t)n;
    return n < 0 ? err_errno(errno) : ERR_OK;
}

/* Reads more of the source behind what is in the window, which it first moves to the front. */
static enum err decode_pull(struct decode *d)
{
    size_t got = 0;
    memmove(d->in, d->in + d->from, d->to - d->from);
    d->to -= d->from;
    d->from = 0;
    size_t room = d->cap - d->to;
    if (d->fd >= 0) {
        TRY(decode_fd_read(d->fd, d->in + d->to, room, &got));
    } else {
        got = d->text.len < room ? d->text.len : room;
        memcpy(d->in + d->to, got > 0 ? d->text.data : "", got);
        d->text = str_sub(d->text, got, d->text.len);
    }
    d->to += got;
    d->ended = got == 0;
    return ERR_OK;
}

/* Takes len bytes off the front of the window. */
static void decode_drop(struct decode *d, size_t len)
{
    d->from += len;
    d->offset += len;
}

/* Whether the rest of a regular file, from the position `from`, is valid UTF-8; fd does not move.
 */
static enum err decode_rest_valid(bool *valid, int fd, off_t from)
{
    char chunk[DECODE_WINDOW];
    size_t kept = 0;
    *valid = true;
    for (;;) {
        ssize_t n = pread(fd, chunk + kept, sizeof chunk - kept, from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(errno);
        size_t len = kept + (size_t)n;
        size_t good = utf8_valid_len(str_range(chunk, len));
        *valid = len - good < 4 && (n > 0 || good == len);
        if (n == 0 || !*valid)
            return ERR_OK;
        from += n;
        kept = len - good;
        memmove(chunk, chunk + good, kept);
    }
}

/* Fills the window (a MiB while the kind is unknown), decides by it, and for a regular file that
 * looks like UTF-8 so far goes through the rest as well. */
static enum err decode_find_kind(struct decode *d)
{
    struct stat st;
    bool valid = true;
    while (!d->ended && d->to < d->cap)
        TRY(decode_pull(d));
    struct str head = decode_window(d);
    d->kind = decode_detect(head, d->ended);
    bool sure = d->ended || d->kind != DECODE_UTF8 || str_starts(head, decode_mark(DECODE_UTF8));
    if (sure || fstat(d->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return ERR_OK;
    off_t at = lseek(d->fd, 0, SEEK_CUR);
    if (at < 0)
        return err_errno(errno);
    TRY(decode_rest_valid(&valid, d->fd, at - (off_t)(head.len - utf8_valid_len(head))));
    d->kind = valid ? DECODE_UTF8 : DECODE_GB18030;
    return ERR_OK;
}

/* Finds the kind, drops the byte-order mark, and opens iconv where it is needed. */
static enum err decode_start(struct decode *d, struct fault *fault)
{
    if (d->kind == DECODE_AUTO)
        TRY(decode_find_kind(d));
    while (!d->ended && d->to < 4)
        TRY(decode_pull(d));
    struct str mark = decode_mark(d->kind);
    if (str_starts(decode_window(d), mark))
        decode_drop(d, mark.len);
    if (d->kind == DECODE_UTF8)
        return ERR_OK;
    d->cd = iconv_open("UTF-8", decode_name(d->kind));
    if (d->cd == (iconv_t)-1) // NOLINT: the value iconv_open(3) documents
        return fault_set(fault, ERR_UNSUPPORTED,
                         "本机缺少 %s 编码的转换表，无法读取，请将文件另存为 UTF-8",
                         decode_name(d->kind));
    d->converts = true;
    return ERR_OK;
}

/* A decoder of the given source and kind. While the kind is unknown the window is a MiB, all that a
 * pipe is judged by. */
static enum err decode_make(struct decode **out, struct decode init, struct fault *fault)
{
    struct decode *d = malloc(sizeof *d);
    if (d == NULL)
        return ERR_MEMORY;
    *d = init;
    d->cap = d->kind == DECODE_AUTO ? DECODE_HEAD : DECODE_WINDOW;
    d->in = malloc(d->cap);
    enum err err = d->in != NULL ? decode_start(d, fault) : ERR_MEMORY;
    if (err != ERR_OK) {
        decode_close(d);
        return err;
    }
    *out = d;
    return ERR_OK;
}

enum err decode_open(struct decode **out, int fd, enum decode_kind kind, struct fault *fault)
{
    return decode_make(out, (struct decode){.fd = fd, .kind = kind}, fault);
}

enum err decode_open_memory(struct decode **out, struct str text, enum decode_kind kind,
                            struct fault *fault)
{
    if (kind == DECODE_AUTO)
        kind = decode_detect(text, true);
    return decode_make(out, (struct decode){.fd = -1, .text = text, .kind = kind}, fault);
}

void decode_close(struct decode *d)
{
    if (d == NULL)
        return;
    if (d->converts)
        iconv_close(d->cd);
    free(d->in);
    free(d);
}

/* The bytes at the front of the window are no character: tells where they stand and what to do. */
static enum err decode_bad(const struct decode *d, struct fault *fault)
{
    return fault_set(fault, ERR_UTF8,
                     "第 %llu 字节（从 0 数起，值 0x%02X）处不是有效的 %s 文字，文件未导入；"
                     "请用 WPS 或 Excel 打开后另存为 UTF-8 编码，再重新导入",
                     (unsigned long long)d->offset, (unsigned char)d->in[d->from],
                     decode_name(d->kind));
}

/* Whole valid characters of the window, copied to data; 0 where it begins with none. */
static size_t decode_copy(struct decode *d, char *data, size_t cap)
{
    size_t good = utf8_valid_len(str_sub(decode_window(d), 0, cap));
    memcpy(data, d->in + d->from, good);
    decode_drop(d, good);
    return good;
}

/* One step of iconv over the window. An error shows by what it leaves there: the next step, which
 * begins at the bad bytes, gets nothing out of them. */
static size_t decode_convert(struct decode *d, char *data, size_t cap)
{
    struct str window = decode_window(d);
    char *in = d->in + d->from;
    char *out = data;
    size_t in_left = window.len;
    size_t out_left = cap;
    (void)iconv(d->cd, &in, &in_left, &out, &out_left);
    decode_drop(d, window.len - in_left);
    return cap - out_left;
}

enum err decode_read(struct decode *d, char *data, size_t cap, size_t *got, struct fault *fault)
{
    for (;;) {
        uint64_t before = d->offset;
        *got = d->converts ? decode_convert(d, data, cap) : decode_copy(d, data, cap);
        if (*got > 0)
            return ERR_OK;
        size_t left = decode_window(d).len;
        if (d->offset > before)
            continue;
        if (left == 0 && d->ended)
            return ERR_END;
        if (left >= 4 || d->ended)
            return decode_bad(d, fault);
        TRY(decode_pull(d));
    }
}
