/* Showing the log: tiles, then the checkpoint. Every file is durable under its name before anything
 * that refers to it exists: tiles before the checkpoint is signed, the signed checkpoint in the
 * list before it is shown. */
#include "base/file.h"
#include "tlog/checkpoint.h"
#include "vault/state.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PUBLIC_FILE = 0644, PUBLIC_FOLDER = 0755 };

enum err publish_bundle(struct buf *out, const struct vault_log *log, uint64_t index,
                        unsigned width)
{
    uint64_t first = index * TLOG_WIDTH - log->journal.base.size;
    struct buf entry = {0};
    enum err err = ERR_OK;
    for (unsigned i = 0; i < width && err == ERR_OK; i++) {
        buf_clear(&entry);
        err = journal_entry(&entry, &log->journal, first + i);
        if (err == ERR_OK)
            err = tlog_entry_add(out, buf_view(&entry));
    }
    buf_free(&entry);
    return err == ERR_OK ? buf_err(out) : err;
}

/* What a tile or bundle must hold. */
static enum err tile_content(struct buf *out, const struct vault_log *log,
                             const struct tlog_tile *tile)
{
    if (tile->level == TLOG_ENTRIES)
        return publish_bundle(out, log, tile->index, tile->width);
    const uint8_t *hashes = levels_memory(&log->levels, (unsigned)tile->level, tile->index);
    buf_add(out, hashes, (size_t)tile->width * CRYPTO_HASH);
    return buf_err(out);
}

/* Cuts the last part off a path. */
static void path_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

static bool file_holds(const char *path, struct str content)
{
    struct buf found = {0};
    bool same = file_read(&found, path, content.len) == ERR_OK && str_eq(buf_view(&found), content);
    buf_free(&found);
    return same;
}

static enum err file_place(const char *path, struct str content)
{
    char folder[FILE_PATH_MAX];
    int len = snprintf(folder, sizeof folder, "%s", path);
    if (len <= 0 || (size_t)len >= sizeof folder)
        return ERR_LIMIT;
    path_up(folder);
    TRY(file_mkdirs(folder, PUBLIC_FOLDER));
    return file_write_durable(path, content, PUBLIC_FILE);
}

/* Writes one tile or bundle, durably; with keep, only if it is not there as it should be. */
static enum err tile_put(const struct vault_log *log, const struct tlog_tile *tile, bool keep)
{
    struct buf path = {0};
    struct buf content = {0};
    enum err err = levels_path(&path, log->public_dir, tile);
    if (err == ERR_OK)
        err = tile_content(&content, log, tile);
    const char *name = buf_cstr(&path);
    if (err == ERR_OK)
        err = buf_err(&path);
    if (err == ERR_OK && !(keep && file_holds(name, buf_view(&content))))
        err = file_place(name, buf_view(&content));
    buf_free(&content);
    buf_free(&path);
    return err;
}

/* The tile at `level`, and at level 0 the bundle below it, the bundle first. */
static enum err tile_put_pair(const struct vault_log *log, unsigned level, uint64_t index,
                              unsigned width, bool keep)
{
    struct tlog_tile tile = {TLOG_ENTRIES, index, width};
    if (level == 0)
        TRY(tile_put(log, &tile, keep));
    tile.level = (int)level;
    return tile_put(log, &tile, keep);
}

/* Removes the folder of partial tiles that a full tile replaces. What cannot be removed does no
 * harm. */
static void partials_remove(const struct vault_log *log, int level, uint64_t index)
{
    struct tlog_tile tile = {level, index, TLOG_WIDTH};
    struct buf path = {0};
    if (levels_path(&path, log->public_dir, &tile) == ERR_OK)
        buf_cat(&path, ".p");
    DIR *dir = path.failed ? NULL : opendir(buf_cstr(&path));
    for (struct dirent *e = dir ? readdir(dir) : NULL; e != NULL; e = readdir(dir))
        if (e->d_name[0] != '.')
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir != NULL) {
        closedir(dir);
        rmdir(buf_cstr(&path));
    }
    buf_free(&path);
}

enum err publish_full_tiles(struct vault_log *log)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++) {
        struct level *lv = &log->levels.level[level];
        while (lv->written < levels_count(&log->levels, level) / TLOG_WIDTH) {
            TRY(tile_put_pair(log, level, lv->written, TLOG_WIDTH, false));
            partials_remove(log, (int)level, lv->written);
            if (level == 0)
                partials_remove(log, TLOG_ENTRIES, lv->written);
            lv->written++;
        }
    }
    return ERR_OK;
}

enum err publish_partial_tiles(struct vault_log *log)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++) {
        struct level *lv = &log->levels.level[level];
        uint64_t count = levels_count(&log->levels, level);
        unsigned width = (unsigned)(count % TLOG_WIDTH);
        if (width == 0 || lv->partial == count)
            continue;
        TRY(tile_put_pair(log, level, count / TLOG_WIDTH, width, false));
        lv->partial = count;
    }
    return ERR_OK;
}

/* Syncs the folders above a tile up to <data>/log, whose names a crash may have left unsynced. */
static enum err folders_sync(const struct vault_log *log, const struct tlog_tile *tile)
{
    struct buf path = {0};
    enum err err = levels_path(&path, log->public_dir, tile);
    char *name = err == ERR_OK ? buf_reserve(&path, 1) : NULL;
    if (name == NULL) {
        buf_free(&path);
        return ERR_MEMORY;
    }
    name = path.data;
    name[path.len] = '\0';
    while (err == ERR_OK && strlen(name) > strlen(log->public_dir)) {
        path_up(name);
        err = file_sync_dir(name);
    }
    buf_free(&path);
    return err;
}

static enum err repair_level(struct vault_log *log, unsigned level, uint64_t count, bool keep)
{
    struct level *lv = &log->levels.level[level];
    uint64_t index = lv->first / TLOG_WIDTH;
    for (; index * TLOG_WIDTH < count; index++) {
        uint64_t left = count - index * TLOG_WIDTH;
        unsigned width = left < TLOG_WIDTH ? (unsigned)left : TLOG_WIDTH;
        struct tlog_tile tile = {(int)level, index, width};
        TRY(tile_put_pair(log, level, index, width, keep));
        TRY(folders_sync(log, &tile));
        if (width == TLOG_WIDTH)
            lv->written = index + 1;
        else
            lv->partial = count;
    }
    return ERR_OK;
}

enum err publish_repair_tiles(struct vault_log *log, uint64_t size, bool suspect)
{
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        TRY(repair_level(log, level, size >> (8 * level), !suspect));
    if (size <= log->journal.base.size)
        return ERR_OK;
    struct tlog_tile bundle = {TLOG_ENTRIES, (size - 1) / TLOG_WIDTH, TLOG_WIDTH};
    return folders_sync(log, &bundle);
}

enum err publish_show(struct vault_log *log)
{
    struct buf path = {0};
    struct buf note = {0};
    const char *name = NULL;
    size_t count = signed_count(&log->signed_list);
    enum err err = state_path(&name, &path, log, LOG_CHECKPOINT);
    if (err == ERR_OK)
        err = signed_note(&note, &log->signed_list, count - 1);
    if (err == ERR_OK)
        err = file_write_durable(name, buf_view(&note), PUBLIC_FILE);
    if (err == ERR_OK)
        log->shown = count;
    buf_free(&note);
    buf_free(&path);
    return err;
}

/* Reads the last signed checkpoint; size 0 if there is none. */
static enum err last_signed(struct crypto_head *head, int64_t *seconds, const struct vault_log *log)
{
    struct tlog_checkpoint c = {0};
    struct buf note = {0};
    enum err err = ERR_OK;
    size_t count = signed_count(&log->signed_list);
    if (count > 0)
        err = signed_note(&note, &log->signed_list, count - 1);
    if (count > 0 && err == ERR_OK)
        err = tlog_checkpoint_open_own(&c, buf_view(&note), &log->signer.verifier);
    *head = c.head;
    *seconds = c.time;
    buf_free(&note);
    return err == ERR_PROOF || err == ERR_FORMAT ? ERR_DAMAGED : err;
}

/* Signs the tree as it is, after making sure that it continues the last one signed. */
static enum err publish_sign(struct buf *note, struct crypto_head *head, struct vault_log *log,
                             int64_t now_us)
{
    struct crypto_head last;
    uint8_t root[CRYPTO_HASH];
    int64_t seconds = 0;
    struct crypto_tree tree = levels_tree(&log->levels);
    TRY(last_signed(&last, &seconds, log));
    TRY(crypto_tree_root(root, &tree, last.size));
    if (last.size > 0 && !crypto_hash_eq(root, last.root))
        return ERR_DAMAGED;
    TRY(crypto_tree_root(head->root, &tree, head->size));
    if (now_us / 1000000 > seconds)
        seconds = now_us / 1000000;
    return tlog_checkpoint_sign(note, &log->signer, head, seconds);
}

static enum err publish_new(struct vault_log *log, int64_t now_us)
{
    struct crypto_head head = {.size = vault_log_size(log)};
    struct buf note = {0};
    TRY(publish_full_tiles(log));
    TRY(publish_partial_tiles(log));
    enum err err = publish_sign(&note, &head, log, now_us);
    if (err == ERR_OK)
        err = signed_add(&log->signed_list, buf_view(&note), head.size);
    buf_free(&note);
    return err;
}

enum err vault_log_publish(struct vault_log *log, int64_t now_us)
{
    size_t count = signed_count(&log->signed_list);
    if (log->dead)
        return ERR_SYNC;
    bool covered =
        count > 0 && signed_row_at(&log->signed_list.rows, count - 1).size == vault_log_size(log);
    if (covered && log->shown == count)
        return ERR_OK;
    if (!covered)
        TRY(state_check(log, publish_new(log, now_us)));
    return state_check(log, publish_show(log));
}
