/* The journal: format and invariants in journal.h. */
#include "vault/journal.h"

#include "tlog/tile.h"

#include <endian.h>
#include <string.h>

enum { HEADER = 80, HEADER_TEXT = 48, FRAME_TEXT = 20, FRAME = FRAME_TEXT + CRYPTO_HASH };
enum { BODY_MAX = 1 << 28 };

#define HEADER_MARK "sunlotJ1"
#define FRAME_MARK "batL"

static void put_u32(struct buf *out, uint32_t value)
{
    uint32_t big = htobe32(value);
    buf_add(out, &big, sizeof big);
}

static void put_u64(struct buf *out, uint64_t value)
{
    uint64_t big = htobe64(value);
    buf_add(out, &big, sizeof big);
}

static uint32_t get_u32(const char *p)
{
    uint32_t big = 0;
    memcpy(&big, p, sizeof big);
    return be32toh(big);
}

static uint64_t get_u64(const char *p)
{
    uint64_t big = 0;
    memcpy(&big, p, sizeof big);
    return be64toh(big);
}

static void frame_check(uint8_t out[CRYPTO_HASH], const char *text, const void *leaves, size_t n)
{
    struct crypto_sha256 h;
    crypto_sha256_init(&h);
    crypto_sha256_add(&h, str_range(text, FRAME_TEXT));
    crypto_sha256_add(&h, str_range(leaves, n * CRYPTO_HASH));
    crypto_sha256_final(out, &h);
}

/* Appends a frame. first is the index of its first entry in the log. */
static enum err frame_print(struct buf *out, const struct str *entries, const uint8_t *leaves,
                            size_t n, uint64_t first)
{
    uint8_t check[CRYPTO_HASH];
    size_t start = out->len;
    size_t body = 0;
    for (size_t i = 0; i < n; i++)
        body += 2 + entries[i].len;
    if (n > BODY_MAX || body > BODY_MAX || buf_reserve(out, FRAME + body) == NULL)
        return out->failed ? ERR_MEMORY : ERR_LIMIT;
    buf_cat(out, FRAME_MARK);
    put_u32(out, (uint32_t)n);
    put_u32(out, (uint32_t)body);
    put_u64(out, first);
    frame_check(check, out->data + start, leaves, n);
    buf_add(out, check, sizeof check);
    for (size_t i = 0; i < n; i++)
        TRY(tlog_entry_add(out, entries[i]));
    return buf_err(out);
}

static void header_print(struct buf *out, const struct crypto_head *base)
{
    uint8_t check[CRYPTO_HASH];
    size_t start = out->len;
    buf_cat(out, HEADER_MARK);
    put_u64(out, base->size);
    buf_add(out, base->root, CRYPTO_HASH);
    if (out->failed)
        return;
    crypto_sha256(check, str_range(out->data + start, HEADER_TEXT));
    buf_add(out, check, sizeof check);
}

enum err journal_print(struct buf *out, const struct crypto_head *base, const struct str *entries,
                       size_t n)
{
    struct buf leaves = {0};
    header_print(out, base);
    for (size_t i = 0; i < n; i++) {
        uint8_t leaf[CRYPTO_HASH];
        crypto_leaf(leaf, entries[i]);
        buf_add(&leaves, leaf, sizeof leaf);
    }
    enum err err = leaves.failed ? ERR_MEMORY : buf_err(out);
    if (err == ERR_OK && n > 0)
        err = frame_print(out, entries, (const uint8_t *)leaves.data, n, base->size);
    buf_free(&leaves);
    return err;
}

static enum err header_scan(struct crypto_head *out, struct str content)
{
    uint8_t check[CRYPTO_HASH];
    if (content.len < HEADER || !str_starts(content, STR(HEADER_MARK)))
        return ERR_DAMAGED;
    crypto_sha256(check, str_range(content.data, HEADER_TEXT));
    if (memcmp(check, content.data + HEADER_TEXT, CRYPTO_HASH) != 0)
        return ERR_DAMAGED;
    out->size = get_u64(content.data + 8);
    memcpy(out->root, content.data + 16, CRYPTO_HASH);
    return ERR_OK;
}

/* Hashes the entries of a body that stands at `offset`. ERR_FORMAT unless there are exactly n. */
static enum err body_scan(struct journal_found *f, struct str body, uint32_t n, uint64_t offset)
{
    struct str rest = body;
    struct str entry;
    uint32_t count = 0;
    enum err err = ERR_OK;
    while ((err = tlog_entry_next(&entry, &rest)) == ERR_OK) {
        uint8_t leaf[CRYPTO_HASH];
        uint64_t at = offset + (uint64_t)(entry.data - 2 - body.data);
        crypto_leaf(leaf, entry);
        buf_add(&f->leaves, leaf, sizeof leaf);
        buf_add(&f->offsets, &at, sizeof at);
        count++;
    }
    return err == ERR_END && count == n ? ERR_OK : ERR_FORMAT;
}

/* Reads the frame at `offset` of content. ERR_FORMAT if it is none; found is then as before. */
static enum err frame_scan(struct journal_found *f, struct str content, uint64_t offset)
{
    uint8_t check[CRYPTO_HASH];
    struct str frame = str_sub(content, offset, content.len);
    if (frame.len < FRAME || !str_starts(frame, STR(FRAME_MARK)))
        return ERR_FORMAT;
    uint32_t n = get_u32(frame.data + 4);
    uint32_t bytes = get_u32(frame.data + 8);
    if (bytes > frame.len - FRAME || n == 0)
        return ERR_FORMAT;
    size_t leaves = f->leaves.len;
    size_t offsets = f->offsets.len;
    struct str body = str_sub(frame, FRAME, bytes);
    enum err err = body_scan(f, body, n, offset + FRAME);
    if (f->leaves.failed || f->offsets.failed)
        return ERR_MEMORY;
    if (err == ERR_OK) {
        frame_check(check, frame.data, f->leaves.data + leaves, n);
        if (memcmp(check, frame.data + FRAME_TEXT, CRYPTO_HASH) == 0)
            return ERR_OK;
    }
    f->leaves.len = leaves;
    f->offsets.len = offsets;
    return ERR_FORMAT;
}

static uint64_t found_size(const struct journal_found *f)
{
    return f->base.size + f->leaves.len / CRYPTO_HASH;
}

/* Looks for a frame of a later append behind `offset`. */
static enum err search_later(struct journal_found *f, struct str content, uint64_t offset)
{
    while (++offset < content.len) {
        struct str rest = str_sub(content, offset, content.len);
        ptrdiff_t at = str_find(rest, STR(FRAME_MARK));
        if (at < 0)
            return ERR_OK;
        offset += (uint64_t)at;
        enum err err = frame_scan(f, content, offset);
        if (err == ERR_OK)
            return ERR_DAMAGED;
        if (err != ERR_FORMAT)
            return err;
    }
    return ERR_OK;
}

enum err journal_scan(struct journal_found *out, struct str content)
{
    *out = (struct journal_found){.length = HEADER};
    TRY(header_scan(&out->base, content));
    while (out->length < content.len) {
        enum err err = ERR_FORMAT;
        if (content.len - out->length >= FRAME &&
            get_u64(content.data + out->length + 12) == found_size(out))
            err = frame_scan(out, content, out->length);
        if (err == ERR_FORMAT)
            return search_later(out, content, out->length);
        TRY(err);
        out->length += FRAME + get_u32(content.data + out->length + 8);
    }
    return ERR_OK;
}

enum err journal_open(struct journal *out, struct buf *leaves, const char *path,
                      const struct vault_log_options *io)
{
    struct journal_found found = {0};
    struct buf content = {0};
    *out = (struct journal){.tail.fd = -1};
    enum err err = tail_open(&out->tail, &content, path, io);
    if (err == ERR_OK)
        err = journal_scan(&found, buf_view(&content));
    if (err == ERR_OK)
        err = tail_cut(&out->tail, found.length);
    buf_free(&content);
    if (err != ERR_OK) {
        buf_free(&found.leaves);
        buf_free(&found.offsets);
        tail_close(&out->tail);
        return err;
    }
    out->base = found.base;
    out->offsets = found.offsets;
    *leaves = found.leaves;
    return ERR_OK;
}

/* Remembers where the entries of a frame stand that begins at `offset`. Memory is reserved before.
 */
static void offsets_add(struct journal *j, const struct str *entries, size_t n, uint64_t offset)
{
    offset += FRAME;
    for (size_t i = 0; i < n; i++) {
        buf_add(&j->offsets, &offset, sizeof offset);
        offset += 2 + entries[i].len;
    }
}

enum err journal_append(struct journal *j, const struct str *entries, const uint8_t *leaves,
                        size_t n)
{
    uint64_t offset = j->tail.length;
    buf_clear(&j->frame);
    TRY(frame_print(&j->frame, entries, leaves, n, j->base.size + journal_count(j)));
    if (buf_reserve(&j->offsets, n * sizeof offset) == NULL)
        return ERR_MEMORY;
    TRY(tail_append(&j->tail, buf_view(&j->frame)));
    offsets_add(j, entries, n, offset);
    return ERR_OK;
}

uint64_t journal_count(const struct journal *j)
{
    return j->offsets.len / sizeof(uint64_t);
}

/* Where entry i begins in the file; for the one after the last, where the file ends. */
static uint64_t entry_offset(const struct journal *j, uint64_t i)
{
    uint64_t offset = j->tail.length;
    if (i < journal_count(j))
        memcpy(&offset, j->offsets.data + i * sizeof offset, sizeof offset);
    return offset;
}

/* Length of the entry that begins at p. */
static size_t entry_length(const char *p)
{
    return (size_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

enum err journal_entry(struct buf *out, const struct journal *j, uint64_t i)
{
    uint64_t offset = entry_offset(j, i);
    char len[2];
    TRY(tail_read(len, sizeof len, &j->tail, offset));
    size_t size = entry_length(len);
    char *at = buf_reserve(out, size);
    if (at == NULL)
        return ERR_MEMORY;
    TRY(tail_read(at, size, &j->tail, offset + 2));
    out->len += size;
    return ERR_OK;
}

/* Entries stand in the file as in a bundle, with frame headers between some of them. */
enum err journal_bundle(struct buf *out, const struct journal *j, uint64_t first, size_t n)
{
    uint64_t begin = entry_offset(j, first);
    size_t span = (size_t)(entry_offset(j, first + n) - begin);
    struct buf bytes = {0};
    char *at = buf_reserve(&bytes, span);
    enum err err = at == NULL ? ERR_MEMORY : tail_read(at, span, &j->tail, begin);
    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        size_t from = (size_t)(entry_offset(j, first + i) - begin);
        size_t size = from + 2 <= span ? 2 + entry_length(at + from) : SIZE_MAX;
        if (size > span - from)
            err = ERR_DAMAGED;
        else
            buf_add(out, at + from, size);
    }
    buf_free(&bytes);
    return err == ERR_OK ? buf_err(out) : err;
}

void journal_close(struct journal *j)
{
    tail_close(&j->tail);
    buf_free(&j->offsets);
    buf_free(&j->frame);
}
