/* vault_log_verify: everything on disk is read again and recomputed from the entries up.
 *
 * Bundles give leaves, leaves give tiles of level 0, full tiles give the hashes above; each
 * computed tile is compared with its file, and the running root with every checkpoint of that size.
 * Memory is one tile a level. */
#include "base/file.h"
#include "tlog/checkpoint.h"
#include "vault/state.h"

#include <string.h>

enum { BUNDLE_MAX = TLOG_WIDTH * (2 + TLOG_ENTRY_MAX) };

struct audit {
    struct vault_log *log;
    struct fault *fault;
    uint64_t size;                 /* entries to check: those of the last checkpoint */
    size_t row;                    /* next checkpoint to check */
    struct crypto_merkle tree;     /* of the entries so far */
    struct buf tiles[TLOG_LEVELS]; /* hashes of the tile being computed */
    uint64_t index[TLOG_LEVELS];   /* its index */
    struct buf path;
    struct buf content; /* of the file being compared */
};

static enum err audit_damaged(struct audit *a, const char *what)
{
    return fault_set(a->fault, ERR_DAMAGED, "%s，请从备份恢复：%s", what, buf_cstr(&a->path));
}

/* Reads a tile or bundle into a->content. A partial one may have been replaced by the full one, of
 * which it is the beginning; *longer tells. */
static enum err audit_read(bool *longer, struct audit *a, const struct tlog_tile *tile)
{
    struct tlog_tile full = {tile->level, tile->index, TLOG_WIDTH};
    *longer = false;
    buf_clear(&a->path);
    buf_clear(&a->content);
    TRY(levels_path(&a->path, a->log->public_dir, tile));
    enum err err = file_read(&a->content, buf_cstr(&a->path), BUNDLE_MAX);
    if (err == ERR_MISSING && tile->width < TLOG_WIDTH) {
        *longer = true;
        buf_clear(&a->path);
        TRY(levels_path(&a->path, a->log->public_dir, &full));
        err = file_read(&a->content, buf_cstr(&a->path), BUNDLE_MAX);
    }
    if (err == ERR_MISSING || err == ERR_LIMIT)
        return audit_damaged(a, "日志的数据文件缺失或长度不对");
    return err;
}

/* Compares the computed hashes of a tile with its file. */
static enum err audit_tile(struct audit *a, unsigned level, unsigned width)
{
    struct tlog_tile tile = {(int)level, a->index[level], width};
    size_t bytes = (size_t)width * CRYPTO_HASH;
    bool longer = false;
    TRY(audit_read(&longer, a, &tile));
    if (a->content.len != (longer ? TILE_BYTES : bytes))
        return audit_damaged(a, "日志的数据文件长度不对");
    if (memcmp(a->content.data, a->tiles[level].data, bytes) != 0)
        return audit_damaged(a, "日志的哈希文件与条目不符");
    return ERR_OK;
}

/* Bytes of the first `width` hashes of a tile or entries of a bundle. */
static size_t audit_prefix(int level, struct str content, unsigned width)
{
    struct str rest = content;
    struct str entry;
    if (level != TLOG_ENTRIES)
        return (size_t)width * CRYPTO_HASH;
    for (unsigned i = 0; i < width; i++)
        if (tlog_entry_next(&entry, &rest) != ERR_OK)
            break;
    return content.len - rest.len;
}

/* Partial tiles of earlier sizes stay until the full tile is there; each is the beginning of it. */
static enum err audit_earlier(struct audit *a, int level, uint64_t index, struct str content)
{
    unsigned width = tlog_tile_width(level, index, a->size);
    for (unsigned w = 1; w < width && width < TLOG_WIDTH; w++) {
        struct tlog_tile tile = {level, index, w};
        buf_clear(&a->path);
        buf_clear(&a->content);
        TRY(levels_path(&a->path, a->log->public_dir, &tile));
        enum err err = file_read(&a->content, buf_cstr(&a->path), BUNDLE_MAX);
        if (err == ERR_MISSING)
            continue;
        TRY(err);
        if (!str_eq(buf_view(&a->content), str_sub(content, 0, audit_prefix(level, content, w))))
            return audit_damaged(a, "日志的早期数据文件与现在的不符");
    }
    return ERR_OK;
}

/* Takes the root of a full tile into the level above; a tile that fills there is compared and goes
 * up in turn. */
static enum err audit_above(struct audit *a, unsigned level)
{
    uint8_t hash[CRYPTO_HASH];
    for (; level + 1 < TLOG_LEVELS && a->tiles[level].len == TILE_BYTES; level++) {
        struct buf *above = &a->tiles[level + 1];
        tlog_tile_subtree(hash, (const uint8_t *)a->tiles[level].data, 8);
        buf_clear(&a->tiles[level]);
        a->index[level]++;
        buf_add(above, hash, CRYPTO_HASH);
        TRY(buf_err(above));
        if (above->len == TILE_BYTES)
            TRY(audit_tile(a, level + 1, TLOG_WIDTH));
    }
    return ERR_OK;
}

/* Checks the checkpoints of the present size against the root so far. */
static enum err audit_checkpoints(struct audit *a)
{
    struct signed_list *list = &a->log->signed_list;
    while (a->row < a->log->shown && signed_row_at(&list->rows, a->row).size == a->tree.size) {
        struct tlog_checkpoint c;
        struct buf note = {0};
        uint8_t root[CRYPTO_HASH];
        crypto_merkle_root(root, &a->tree);
        enum err err = signed_note(&note, list, a->row);
        if (err == ERR_OK)
            err = tlog_checkpoint_open_own(&c, buf_view(&note), &a->log->signer.verifier);
        if (err == ERR_OK && (c.head.size != a->tree.size || !crypto_hash_eq(c.head.root, root)))
            err = ERR_PROOF;
        buf_free(&note);
        if (err != ERR_OK)
            return fault_set(
                a->fault, ERR_DAMAGED, "%s/%s 中第 %zu 个检查点（%llu 条）与条目不符或签名不正确",
                a->log->data_dir, LOG_SIGNED, a->row + 1, (unsigned long long)a->tree.size);
        a->row++;
    }
    return ERR_OK;
}

/* Whether the level-0 tile just read is right by another witness: the hashes in memory, or the
 * level above. */
static bool audit_tile_right(struct audit *a, uint64_t index, unsigned width)
{
    uint8_t want[CRYPTO_HASH];
    uint8_t got[CRYPTO_HASH];
    struct crypto_tree tree = levels_tree(&a->log->levels);
    const uint8_t *memory = levels_memory(&a->log->levels, 0, index);
    size_t bytes = (size_t)width * CRYPTO_HASH;
    if (a->content.len < bytes)
        return false;
    if (memory != NULL)
        return memcmp(memory, a->content.data, bytes) == 0;
    if (width < TLOG_WIDTH || tree.subtree(want, tree.ctx, 8, index) != ERR_OK)
        return false;
    tlog_tile_subtree(got, (const uint8_t *)a->content.data, 8);
    return crypto_hash_eq(got, want);
}

/* Hashes the entries of a bundle and compares with the level-0 tile. Where they differ, the one
 * that a witness speaks against is named. */
static enum err audit_entries(struct str *rest, struct audit *a, const char *bundle, unsigned width)
{
    struct str entry;
    struct buf *leaves = &a->tiles[0];
    buf_clear(leaves);
    for (unsigned i = 0; i < width; i++) {
        uint8_t leaf[CRYPTO_HASH];
        if (tlog_entry_next(&entry, rest) != ERR_OK)
            return audit_damaged(a, "日志的条目文件不完整");
        crypto_leaf(leaf, entry);
        buf_add(leaves, leaf, sizeof leaf);
    }
    TRY(buf_err(leaves));
    enum err err = audit_tile(a, 0, width);
    if (err != ERR_DAMAGED || !audit_tile_right(a, a->index[0], width))
        return err;
    return fault_set(a->fault, err, "日志的条目文件与哈希不符，请从备份恢复：%s", bundle);
}

/* Takes the leaves of a checked tile into the running root, and the tile's own root upwards. */
static enum err audit_leaves(struct audit *a)
{
    for (size_t at = 0; at < a->tiles[0].len; at += CRYPTO_HASH) {
        crypto_merkle_add_hash(&a->tree, (const uint8_t *)a->tiles[0].data + at);
        TRY(audit_checkpoints(a));
    }
    return audit_above(a, 0);
}

/* One bundle: exactly `width` entries, or more in a full file of an unfinished tile. */
static enum err audit_bundle(struct audit *a, uint64_t index, unsigned width)
{
    struct tlog_tile tile = {TLOG_ENTRIES, index, width};
    struct buf name = {0};
    bool longer = false;
    TRY(audit_read(&longer, a, &tile));
    struct buf bundle = a->content;
    a->content = (struct buf){0};
    buf_str(&name, buf_view(&a->path));
    struct str rest = buf_view(&bundle);
    enum err err = audit_entries(&rest, a, buf_cstr(&name), width);
    if (err == ERR_OK && !longer && rest.len > 0)
        err = fault_set(a->fault, ERR_DAMAGED, "日志的条目文件过长，请从备份恢复：%s",
                        buf_cstr(&name));
    if (err == ERR_OK)
        err = audit_leaves(a);
    if (err == ERR_OK)
        err = audit_earlier(a, TLOG_ENTRIES, index, buf_view(&bundle));
    buf_free(&name);
    buf_free(&bundle);
    return err;
}

/* The tiles at the right border, and the earlier ones beside them. */
static enum err audit_border(struct audit *a)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++) {
        unsigned width = (unsigned)(a->tiles[level].len / CRYPTO_HASH);
        if (width == 0)
            continue;
        TRY(audit_tile(a, level, width));
        TRY(audit_earlier(a, (int)level, a->index[level], buf_view(&a->tiles[level])));
    }
    return ERR_OK;
}

/* The journal file must still give what it gave when it was opened. */
static enum err audit_journal(struct audit *a)
{
    struct journal_found found = {0};
    const char *name = NULL;
    TRY(state_path(&name, &a->path, a->log, LOG_JOURNAL));
    buf_clear(&a->content);
    enum err err = file_read(&a->content, name, SIZE_MAX / 4);
    if (err == ERR_OK)
        err = journal_scan(&found, buf_view(&a->content));
    uint64_t size = found.base.size + found.leaves.len / CRYPTO_HASH;
    if (err == ERR_OK && (size != vault_log_size(a->log) || found.length != a->content.len))
        err = ERR_DAMAGED;
    for (uint64_t i = found.base.size; err == ERR_OK && i < size; i++) {
        uint8_t leaf[CRYPTO_HASH];
        err = vault_log_leaf(leaf, a->log, i);
        if (err == ERR_OK &&
            memcmp(leaf, found.leaves.data + (i - found.base.size) * CRYPTO_HASH, CRYPTO_HASH) != 0)
            err = ERR_DAMAGED;
    }
    buf_free(&found.leaves);
    buf_free(&found.offsets);
    return err == ERR_DAMAGED || err == ERR_MISSING ? audit_damaged(a, "日志的待归档文件已损坏")
                                                    : err;
}

/* The shown checkpoint is the last one of the list. */
static enum err audit_shown(struct audit *a)
{
    struct buf note = {0};
    const char *name = NULL;
    if (a->log->shown == 0)
        return ERR_OK;
    TRY(state_path(&name, &a->path, a->log, LOG_CHECKPOINT));
    buf_clear(&a->content);
    enum err err = file_read(&a->content, name, TLOG_NOTE);
    if (err == ERR_OK)
        err = signed_note(&note, &a->log->signed_list, a->log->shown - 1);
    if (err == ERR_OK && !str_eq(buf_view(&note), buf_view(&a->content)))
        err = ERR_DAMAGED;
    buf_free(&note);
    return err == ERR_DAMAGED || err == ERR_MISSING ? audit_damaged(a, "公布的检查点已被改动")
                                                    : err;
}

/* The list of checkpoints as it is on disk now. */
static enum err audit_list(struct audit *a)
{
    struct buf rows = {0};
    uint64_t length = 0;
    const char *name = NULL;
    TRY(state_path(&name, &a->path, a->log, LOG_SIGNED));
    buf_clear(&a->content);
    enum err err = file_read(&a->content, name, SIZE_MAX / 4);
    if (err == ERR_OK)
        err = signed_scan(&rows, &length, buf_view(&a->content));
    if (err == ERR_OK &&
        (length != a->content.len || !str_eq(buf_view(&rows), buf_view(&a->log->signed_list.rows))))
        err = ERR_DAMAGED;
    buf_free(&rows);
    return err == ERR_DAMAGED || err == ERR_MISSING ? audit_damaged(a, "检查点清单已损坏") : err;
}

static enum err audit_all(struct audit *a)
{
    TRY(audit_list(a));
    TRY(audit_checkpoints(a));
    for (uint64_t i = 0; i * TLOG_WIDTH < a->size; i++)
        TRY(audit_bundle(a, i, tlog_tile_width(TLOG_ENTRIES, i, a->size)));
    TRY(audit_border(a));
    TRY(audit_journal(a));
    return audit_shown(a);
}

enum err vault_log_verify(uint64_t *size, struct vault_log *log, struct fault *fault)
{
    struct audit a = {.log = log, .fault = fault, .size = vault_log_published(log)};
    if (log->dead)
        return ERR_SYNC;
    crypto_merkle_init(&a.tree);
    enum err err = audit_all(&a);
    if (err == ERR_OK && size != NULL)
        *size = a.size;
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        buf_free(&a.tiles[level]);
    buf_free(&a.path);
    buf_free(&a.content);
    return err;
}
