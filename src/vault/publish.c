/* Showing the log: tiles, then the checkpoint. Every file is durable under its name before anything
 * that refers to it exists: tiles before the checkpoint is signed, the signed checkpoint in the
 * list before it is shown. */
#include "base/file.h"
#include "tlog/checkpoint.h"
#include "vault/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PUBLIC_FILE = 0644, PUBLIC_FOLDER = 0755 };

/* The level whose counts hold for `level`: bundles go with the tiles of level 0. */
static unsigned level_of(int level)
{
    return level == TLOG_ENTRIES ? 0 : (unsigned)level;
}

/* What a tile or bundle must hold. */
static enum err tile_content(struct buf *out, const struct vault_log *log,
                             const struct tlog_tile *tile)
{
    if (tile->level == TLOG_ENTRIES)
        return journal_bundle(out, &log->journal, tile->index * TLOG_WIDTH - log->journal.base.size,
                              tile->width);
    const uint8_t *hashes = levels_memory(&log->levels, level_of(tile->level), tile->index);
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

/* Files written but not synced yet: their paths, each with its end mark. They are synced together,
 * all handed to the disk before the first is waited for. */
struct shelf {
    struct buf paths;
    size_t count;
};

enum { SHELF_MAX = 128 };

/* Syncs the folder of `path`, unless it is the one synced last. */
static enum err shelf_sync_folder(char last[FILE_PATH_MAX], const char *path)
{
    char folder[FILE_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    path_up(folder);
    if (strcmp(folder, last) == 0)
        return ERR_OK;
    memcpy(last, folder, sizeof folder);
    return file_sync_dir(folder);
}

/* Opens all files and starts writing them out; *opened files are to be closed. */
static enum err shelf_start(int *fds, size_t *opened, const struct shelf *shelf)
{
    const char *path = shelf->paths.data;
    for (*opened = 0; *opened < shelf->count; path += strlen(path) + 1) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return err_errno(errno);
        fds[(*opened)++] = fd;
        sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    return ERR_OK;
}

/* Makes all files and their names durable and empties the shelf. */
static enum err shelf_sync(struct shelf *shelf)
{
    int fds[SHELF_MAX];
    char last[FILE_PATH_MAX] = "";
    size_t opened = 0;
    enum err err = shelf_start(fds, &opened, shelf);
    for (size_t i = 0; i < opened; i++) {
        if (err == ERR_OK && fsync(fds[i]) != 0)
            err = ERR_SYNC;
        close(fds[i]);
    }
    const char *path = shelf->paths.data;
    for (size_t i = 0; err == ERR_OK && i < shelf->count; i++, path += strlen(path) + 1)
        err = shelf_sync_folder(last, path);
    buf_clear(&shelf->paths);
    shelf->count = 0;
    return err;
}

/* Writes a file, complete under its name but not synced, and puts it on the shelf. Its folder is
 * made when it turns out to be missing. */
static enum err shelf_put(struct shelf *shelf, const char *path, struct str content)
{
    char folder[FILE_PATH_MAX];
    int len = snprintf(folder, sizeof folder, "%s", path);
    if (len <= 0 || (size_t)len >= sizeof folder)
        return ERR_LIMIT;
    if (shelf->count == SHELF_MAX)
        TRY(shelf_sync(shelf));
    enum err err = file_write_plain(path, content, PUBLIC_FILE);
    if (err == ERR_MISSING) {
        path_up(folder);
        TRY(file_mkdirs(folder, PUBLIC_FOLDER));
        err = file_write_plain(path, content, PUBLIC_FILE);
    }
    TRY(err);
    buf_add(&shelf->paths, path, (size_t)len + 1);
    shelf->count++;
    return buf_err(&shelf->paths);
}

/* Writes one tile or bundle; with keep, only if it is not there as it should be. */
static enum err tile_put(struct shelf *shelf, const struct vault_log *log,
                         const struct tlog_tile *tile, bool keep)
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
        err = shelf_put(shelf, name, buf_view(&content));
    buf_free(&content);
    buf_free(&path);
    return err;
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

/* Syncs what is on the shelf, if all went well before, and frees it. */
static enum err shelf_end(struct shelf *shelf, enum err err)
{
    if (err == ERR_OK)
        err = shelf_sync(shelf);
    buf_free(&shelf->paths);
    return err;
}

/* Level by level, bundles first: files of one folder stand together and it is synced once. */
static enum err full_tiles_put(struct shelf *shelf, const struct vault_log *log)
{
    for (int level = TLOG_ENTRIES; level < TLOG_LEVELS; level++) {
        unsigned at = level_of(level);
        struct tlog_tile tile = {level, log->levels.level[at].written, TLOG_WIDTH};
        for (; tile.index < levels_count(&log->levels, at) / TLOG_WIDTH; tile.index++)
            TRY(tile_put(shelf, log, &tile, false));
    }
    return ERR_OK;
}

/* Counts the full tiles of a level as written; the partial ones are of no more use. */
static void full_tiles_done(struct vault_log *log, unsigned level)
{
    struct level *lv = &log->levels.level[level];
    for (; lv->written < levels_count(&log->levels, level) / TLOG_WIDTH; lv->written++) {
        partials_remove(log, (int)level, lv->written);
        if (level == 0)
            partials_remove(log, TLOG_ENTRIES, lv->written);
    }
}

enum err publish_full_tiles(struct vault_log *log)
{
    struct shelf shelf = {0};
    TRY(shelf_end(&shelf, full_tiles_put(&shelf, log)));
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        full_tiles_done(log, level);
    return ERR_OK;
}

static enum err partial_tiles_put(struct shelf *shelf, const struct vault_log *log)
{
    for (int level = TLOG_ENTRIES; level < TLOG_LEVELS; level++) {
        uint64_t count = levels_count(&log->levels, level_of(level));
        struct tlog_tile tile = {level, count / TLOG_WIDTH, (unsigned)(count % TLOG_WIDTH)};
        if (tile.width > 0 && log->levels.level[level_of(level)].partial != count)
            TRY(tile_put(shelf, log, &tile, false));
    }
    return ERR_OK;
}

enum err publish_partial_tiles(struct vault_log *log)
{
    struct shelf shelf = {0};
    TRY(shelf_end(&shelf, partial_tiles_put(&shelf, log)));
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        log->levels.level[level].partial = levels_count(&log->levels, level);
    return ERR_OK;
}

/* Settles one folder unless `settled`, texts with their end marks, names it. */
static enum err folder_settle(struct buf *settled, const char *folder)
{
    const char *end = settled->len > 0 ? settled->data + settled->len : NULL;
    for (const char *one = settled->data; one < end; one += strlen(one) + 1)
        if (strcmp(one, folder) == 0)
            return ERR_OK;
    buf_add(settled, folder, strlen(folder) + 1);
    TRY(buf_err(settled));
    state_sweep(folder);
    return file_sync_dir(folder);
}

/* Settles the folders above a tile up to <data>/log after a crash: removes temporary files and
 * syncs the names, each folder once. */
static enum err folders_settle(struct buf *settled, const struct vault_log *log,
                               const struct tlog_tile *tile)
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
        err = folder_settle(settled, name);
    }
    buf_free(&path);
    return err;
}

/* Tile `i` of those at `level` that the journal can still give in a tree of `size` leaves; false
 * when there are no more. */
static bool repair_tile(struct tlog_tile *out, const struct vault_log *log, int level,
                        uint64_t size, uint64_t i)
{
    uint64_t index = log->levels.level[level_of(level)].first / TLOG_WIDTH + i;
    *out = (struct tlog_tile){level, index, tlog_tile_width(level, index, size)};
    return out->width > 0;
}

static enum err repair_put(struct shelf *shelf, const struct vault_log *log, uint64_t size,
                           bool keep)
{
    struct tlog_tile tile;
    for (int level = TLOG_ENTRIES; level < TLOG_LEVELS; level++)
        for (uint64_t i = 0; repair_tile(&tile, log, level, size, i); i++)
            TRY(tile_put(shelf, log, &tile, keep));
    return ERR_OK;
}

/* Settles the folders of what was found as it should be: those of the first and the last tile,
 * which have all others between them. */
static enum err repair_folders(struct buf *settled, const struct vault_log *log, int level,
                               uint64_t size)
{
    struct tlog_tile tile;
    struct tlog_tile next;
    if (!repair_tile(&tile, log, level, size, 0))
        return ERR_OK;
    TRY(folders_settle(settled, log, &tile));
    for (uint64_t i = 1; repair_tile(&next, log, level, size, i); i++)
        tile = next;
    return folders_settle(settled, log, &tile);
}

/* Counts the tiles of a tree of `size` leaves as written. */
static void repair_count(struct level *lv, unsigned level, uint64_t size)
{
    uint64_t count = size >> (8 * level);
    if (lv->written < count / TLOG_WIDTH)
        lv->written = count / TLOG_WIDTH;
    lv->partial = count;
}

enum err publish_repair_tiles(struct vault_log *log, uint64_t size, bool suspect)
{
    struct shelf shelf = {0};
    TRY(shelf_end(&shelf, repair_put(&shelf, log, size, !suspect)));
    struct buf settled = {0};
    enum err err = ERR_OK;
    for (int level = TLOG_ENTRIES; level < TLOG_LEVELS && err == ERR_OK; level++)
        err = repair_folders(&settled, log, level, size);
    buf_free(&settled);
    TRY(err);
    for (unsigned level = 0; level < TLOG_LEVELS; level++)
        repair_count(&log->levels.level[level], level, size);
    return ERR_OK;
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
