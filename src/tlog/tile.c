/* Names and bytes of tiles and entry bundles. A path is read by taking it apart loosely and
 * printing it again: only what prints back identically is accepted. */
#include "tlog/tile.h"

static void tile_index_path(struct buf *out, uint64_t index)
{
    uint64_t unit = 1;
    while (index / unit >= 1000)
        unit *= 1000;
    for (; unit > 1; unit /= 1000)
        buf_printf(out, "x%03u/", (unsigned)(index / unit % 1000));
    buf_printf(out, "%03u", (unsigned)(index % 1000));
}

enum err tlog_tile_path(struct buf *out, const struct tlog_tile *tile)
{
    if (tile->level < TLOG_ENTRIES || tile->level > 63)
        return ERR_RANGE;
    if (tile->width < 1 || tile->width > TLOG_WIDTH)
        return ERR_RANGE;
    if (tile->level == TLOG_ENTRIES)
        buf_cat(out, "tile/entries/");
    else
        buf_printf(out, "tile/%d/", tile->level);
    tile_index_path(out, tile->index);
    if (tile->width < TLOG_WIDTH)
        buf_printf(out, ".p/%u", tile->width);
    return ERR_OK;
}

/* Digits of an index path, its letters and slashes skipped. */
static enum err tile_index_parse(uint64_t *out, struct str path)
{
    uint64_t value = 0;
    for (size_t i = 0; i < path.len; i++) {
        char c = path.data[i];
        if (c == 'x' || c == '/')
            continue;
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value))
            return ERR_FORMAT;
    }
    *out = value;
    return ERR_OK;
}

static enum err tile_level_parse(int *out, struct str text)
{
    uint64_t level = 0;
    *out = TLOG_ENTRIES;
    if (str_eq(text, STR("entries")))
        return ERR_OK;
    if (str_u64(&level, text) != ERR_OK || level > 63)
        return ERR_FORMAT;
    *out = (int)level;
    return ERR_OK;
}

/* Cuts `.p/W` off the end of the index path. */
static enum err tile_width_parse(unsigned *out, struct str *path)
{
    uint64_t width = TLOG_WIDTH;
    ptrdiff_t at = str_find(*path, STR(".p/"));
    if (at >= 0) {
        if (str_u64(&width, str_sub(*path, (size_t)at + 3, path->len)) != ERR_OK ||
            width >= TLOG_WIDTH)
            return ERR_FORMAT;
        *path = str_sub(*path, 0, (size_t)at);
    }
    *out = (unsigned)width;
    return ERR_OK;
}

enum err tlog_tile_parse(struct tlog_tile *out, struct str path)
{
    struct str rest = path;
    struct str head;
    struct str level;
    if (!str_cut(&head, &rest, '/') || !str_eq(head, STR("tile")) || !str_cut(&level, &rest, '/'))
        return ERR_FORMAT;
    TRY(tile_level_parse(&out->level, level));
    TRY(tile_width_parse(&out->width, &rest));
    TRY(tile_index_parse(&out->index, rest));
    struct buf again = {0};
    enum err err = tlog_tile_path(&again, out) == ERR_OK ? buf_err(&again) : ERR_FORMAT;
    if (err == ERR_OK && !str_eq(buf_view(&again), path))
        err = ERR_FORMAT;
    buf_free(&again);
    return err;
}

unsigned tlog_tile_width(int level, uint64_t index, uint64_t size)
{
    unsigned shift = level > 0 ? 8 * (unsigned)level : 0;
    uint64_t hashes = shift < 64 ? size >> shift : 0;
    if (index > UINT64_MAX / TLOG_WIDTH || index * TLOG_WIDTH >= hashes)
        return 0;
    uint64_t width = hashes - index * TLOG_WIDTH;
    return width < TLOG_WIDTH ? (unsigned)width : TLOG_WIDTH;
}

void tlog_tile_subtree(uint8_t out[CRYPTO_HASH], const uint8_t *hashes, unsigned level)
{
    struct crypto_merkle m;
    crypto_merkle_init(&m);
    for (size_t i = 0; i < (size_t)1 << level; i++)
        crypto_merkle_add_hash(&m, hashes + i * CRYPTO_HASH);
    crypto_merkle_root(out, &m);
}

enum err tlog_entry_add(struct buf *out, struct str entry)
{
    if (entry.len > TLOG_ENTRY_MAX)
        return ERR_LIMIT;
    buf_char(out, (char)(entry.len >> 8));
    buf_char(out, (char)(entry.len & 255));
    buf_str(out, entry);
    return ERR_OK;
}

enum err tlog_entry_next(struct str *entry, struct str *rest)
{
    if (rest->len == 0)
        return ERR_END;
    if (rest->len < 2)
        return ERR_FORMAT;
    const unsigned char *p = (const unsigned char *)rest->data;
    size_t len = (size_t)p[0] << 8 | p[1];
    if (rest->len - 2 < len)
        return ERR_FORMAT;
    *entry = str_range(rest->data + 2, len);
    *rest = str_range(rest->data + 2 + len, rest->len - 2 - len);
    return ERR_OK;
}
