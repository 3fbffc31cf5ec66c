/* The tree's hashes. A full tile is read from disk at most once in a row (one is kept per level);
 * what a tile says is believed only as far as roots and proofs built from it fit a signed
 * checkpoint, which the callers check. */
#include "vault/levels.h"

#include "base/file.h"

#include <string.h>

enum err levels_path(struct buf *out, const char *dir, const struct tlog_tile *tile)
{
    buf_cat(out, dir);
    buf_char(out, '/');
    TRY(tlog_tile_path(out, tile));
    return buf_err(out);
}

/* Reads a full tile into the level's cache. */
static enum err tile_read(struct levels *l, unsigned level, uint64_t index)
{
    struct level *lv = &l->level[level];
    struct tlog_tile tile = {(int)level, index, TLOG_WIDTH};
    struct buf path = {0};
    struct buf content = {0};
    if (lv->cached == index + 1)
        return ERR_OK;
    enum err err = levels_path(&path, l->dir, &tile);
    const char *name = buf_cstr(&path);
    if (err == ERR_OK)
        err = file_read(&content, name, TILE_BYTES);
    if (err == ERR_OK && content.len != TILE_BYTES)
        err = ERR_LIMIT;
    if (err == ERR_MISSING || err == ERR_LIMIT)
        err = fault_set(&l->fault, ERR_DAMAGED, "日志的数据文件缺失或长度不对，请从备份恢复：%s",
                        name);
    if (err == ERR_OK) {
        memcpy(lv->cache, content.data, TILE_BYTES);
        lv->cached = index + 1;
    }
    buf_free(&content);
    buf_free(&path);
    return err;
}

const uint8_t *levels_memory(const struct levels *l, unsigned level, uint64_t index)
{
    const struct level *lv = &l->level[level];
    uint64_t hash = index * TLOG_WIDTH;
    if (hash < lv->first || hash >= levels_count(l, level))
        return NULL;
    return (const uint8_t *)lv->hashes.data + (hash - lv->first) * CRYPTO_HASH;
}

/* crypto_subtree_fn: the subtree is part of one tile. */
static enum err levels_subtree(uint8_t out[CRYPTO_HASH], void *ctx, unsigned height, uint64_t index)
{
    struct levels *l = ctx;
    unsigned level = height / 8;
    unsigned inner = height % 8;
    if (level >= TLOG_LEVELS)
        return ERR_RANGE;
    uint64_t hash = index << inner;
    const uint8_t *tile = levels_memory(l, level, hash / TLOG_WIDTH);
    if (tile == NULL) {
        TRY(tile_read(l, level, hash / TLOG_WIDTH));
        tile = l->level[level].cache;
    }
    tlog_tile_subtree(out, tile + hash % TLOG_WIDTH * CRYPTO_HASH, inner);
    return ERR_OK;
}

struct crypto_tree levels_tree(struct levels *l)
{
    return (struct crypto_tree){levels_subtree, l};
}

uint64_t levels_count(const struct levels *l, unsigned level)
{
    const struct level *lv = &l->level[level];
    return lv->first + lv->hashes.len / CRYPTO_HASH;
}

/* The hashes of one level that are in no full tile of their own yet: roots of full tiles below. */
static enum err level_load(struct levels *l, unsigned level, uint64_t count)
{
    struct level *lv = &l->level[level];
    lv->first = count - count % TLOG_WIDTH;
    lv->written = lv->first / TLOG_WIDTH;
    for (uint64_t i = lv->first; level > 0 && i < count; i++) {
        uint8_t root[CRYPTO_HASH];
        TRY(tile_read(l, level - 1, i));
        tlog_tile_subtree(root, l->level[level - 1].cache, 8);
        buf_add(&lv->hashes, root, sizeof root);
    }
    return buf_err(&lv->hashes);
}

enum err levels_load(struct levels *l, const struct crypto_head *head)
{
    uint8_t root[CRYPTO_HASH];
    struct crypto_tree tree = levels_tree(l);
    if (head->size % TLOG_WIDTH != 0)
        return ERR_DAMAGED;
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        TRY(level_load(l, level, head->size >> (8 * level)));
    TRY(crypto_tree_root(root, &tree, head->size));
    if (crypto_hash_eq(root, head->root))
        return ERR_OK;
    return fault_set(&l->fault, ERR_DAMAGED,
                     "日志前 %llu 条的数据文件算不出原来的根，%s/tile 下有文件损坏或被改动",
                     (unsigned long long)head->size, l->dir);
}

enum err levels_reserve(struct levels *l, size_t n)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++, n = n / TLOG_WIDTH + 1)
        if (n > SIZE_MAX / CRYPTO_HASH / 4 ||
            buf_reserve(&l->level[level].hashes, n * CRYPTO_HASH) == NULL)
            return ERR_MEMORY;
    return ERR_OK;
}

/* Every 256th hash completes a tile, whose root is a hash of the next level. */
void levels_add(struct levels *l, const uint8_t leaf[CRYPTO_HASH])
{
    uint8_t hash[CRYPTO_HASH];
    memcpy(hash, leaf, CRYPTO_HASH);
    for (unsigned level = 0; level < TLOG_LEVELS; level++) {
        struct buf *hashes = &l->level[level].hashes;
        buf_add(hashes, hash, CRYPTO_HASH);
        if (levels_count(l, level) % TLOG_WIDTH != 0)
            return;
        tlog_tile_subtree(hash, (uint8_t *)hashes->data + hashes->len - TILE_BYTES, 8);
    }
}

void levels_forget(struct levels *l)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++) {
        struct level *lv = &l->level[level];
        size_t drop = (size_t)(lv->written * TLOG_WIDTH - lv->first) * CRYPTO_HASH;
        if (drop == 0)
            continue;
        memmove(lv->hashes.data, lv->hashes.data + drop, lv->hashes.len - drop);
        lv->hashes.len -= drop;
        lv->first = lv->written * TLOG_WIDTH;
    }
}

void levels_free(struct levels *l)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        buf_free(&l->level[level].hashes);
}
