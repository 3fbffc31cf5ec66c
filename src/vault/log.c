/* The log's life: create, open, append, close. Durability is the journal's (journal.h); this file
 * keeps its order: nothing counts before it is synced, the journal drops entries only after their
 * full tiles are synced, and after a failed sync the handle is dead. */
#include "vault/log.h"

#include "base/file.h"
#include "crypto/wipe.h"
#include "vault/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The journal is emptied into tiles when it holds so much: long enough that appends seldom wait for
 * it, short enough to be read again at each start. */
enum { JOURNAL_ENTRIES = 64 * TLOG_WIDTH, JOURNAL_BYTES = 32 << 20 };
enum { WAIT_MS = 10000, WAIT_STEP_MS = 5, KEY_FILE_MAX = 1024 };
enum { SECRET_FILE = 0600, SECRET_FOLDER = 0700, PUBLIC_FILE = 0644, PUBLIC_FOLDER = 0755 };

enum err state_path(const char **out, struct buf *path, const struct vault_log *log,
                    const char *name)
{
    buf_clear(path);
    buf_cat(path, log->data_dir);
    buf_char(path, '/');
    buf_cat(path, name);
    const char *text = buf_cstr(path);
    *out = path->failed ? NULL : text;
    return buf_err(path);
}

enum err state_check(struct vault_log *log, enum err err)
{
    struct buf path = {0};
    const char *name = NULL;
    if (err != ERR_SYNC || log->dead)
        return err;
    log->dead = true;
    if (state_path(&name, &path, log, LOG_SUSPECT) == ERR_OK) {
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, SECRET_FILE);
        if (fd >= 0)
            close(fd);
    }
    buf_free(&path);
    return err;
}

void state_sweep(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *e = dir ? readdir(dir) : NULL; e != NULL; e = readdir(dir))
        if (strstr(e->d_name, ".tmp-") != NULL)
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir != NULL)
        closedir(dir);
}

/* Waits for the exclusive lock, in small steps and not for ever. */
static enum err lock_wait(int fd, int wait_ms)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += WAIT_STEP_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_errno(errno);
        if (waited >= wait_ms)
            return ERR_BUSY;
        nanosleep(&step, NULL);
    }
    return ERR_OK;
}

static enum err log_lock(struct vault_log *log, struct fault *fault)
{
    struct buf path = {0};
    const char *name = NULL;
    int wait_ms = log->io.wait_ms > 0 ? log->io.wait_ms : WAIT_MS;
    enum err err = state_path(&name, &path, log, LOG_LOCK);
    if (err == ERR_OK) {
        log->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, SECRET_FILE);
        err = log->lock >= 0 ? lock_wait(log->lock, wait_ms) : err_errno(errno);
    }
    buf_free(&path);
    if (err == ERR_BUSY)
        return fault_set(fault, err, "另一个程序正在写入日志 %s，请稍后重试", log->public_dir);
    if (err == ERR_MISSING)
        return fault_set(fault, err, "数据文件夹 %s 尚未初始化，请先运行 sunlot init",
                         log->data_dir);
    return err;
}

/* A log with its names set and everything else closed. */
static enum err log_new(struct vault_log **out, const char *data_dir,
                        const struct vault_log_options *options)
{
    struct buf path = {0};
    const char *name = NULL;
    struct vault_log *log = calloc(1, sizeof *log);
    if (log == NULL)
        return ERR_MEMORY;
    *out = log;
    log->lock = -1;
    log->journal.tail.fd = -1;
    log->signed_list.tail.fd = -1;
    if (options != NULL)
        log->io = *options;
    log->data_dir = strdup(data_dir);
    if (log->data_dir != NULL && state_path(&name, &path, log, "log") == ERR_OK)
        log->public_dir = strdup(name);
    buf_free(&path);
    log->levels.dir = log->public_dir;
    return log->public_dir != NULL ? ERR_OK : ERR_MEMORY;
}

void vault_log_close(struct vault_log *log)
{
    if (log == NULL)
        return;
    journal_close(&log->journal);
    signed_close(&log->signed_list);
    levels_free(&log->levels);
    tlog_signer_wipe(&log->signer);
    if (log->lock >= 0)
        close(log->lock);
    free(log->public_dir);
    free(log->data_dir);
    free(log);
}

/* Reads the signing key, which only its owner may be able to read. */
static enum err key_read(struct tlog_signer *out, const char *path, struct fault *fault)
{
    struct stat st;
    struct buf text = {0};
    if (stat(path, &st) != 0)
        return fault_set(fault, err_errno(errno), "日志签名私钥打不开：%s", path);
    if ((st.st_mode & 077) != 0)
        return fault_set(fault, ERR_CONFIG, "日志签名私钥能被他人读取，请运行 chmod 600 %s", path);
    enum err err = file_read(&text, path, KEY_FILE_MAX);
    if (err == ERR_OK)
        err = tlog_signer_parse(out, str_trim(buf_view(&text)));
    crypto_wipe(text.data, text.len);
    buf_free(&text);
    if (err == ERR_OK)
        return ERR_OK;
    return fault_set(fault, err == ERR_FORMAT ? ERR_DAMAGED : err,
                     "日志签名私钥读取失败或已损坏，请从备份恢复：%s", path);
}

static enum err key_write(const char *path, struct str origin)
{
    uint8_t seed[CRYPTO_SEED];
    uint8_t key[CRYPTO_PUBLIC];
    struct tlog_signer signer;
    struct buf text = {0};
    enum err err = crypto_sign_generate(seed, key);
    if (err == ERR_OK)
        err = tlog_signer_make(&signer, origin, seed);
    if (err == ERR_OK) {
        tlog_signer_print(&text, &signer);
        buf_char(&text, '\n');
        err = buf_err(&text);
    }
    if (err == ERR_OK)
        err = file_write_durable(path, buf_view(&text), SECRET_FILE);
    crypto_wipe(seed, sizeof seed);
    tlog_signer_wipe(&signer);
    crypto_wipe(text.data, text.len);
    buf_free(&text);
    return err;
}

enum err vault_log_verifier_read(struct tlog_verifier *out, const char *data_dir,
                                 struct fault *fault)
{
    struct tlog_signer signer;
    char path[FILE_PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", data_dir, LOG_KEY);
    if (len <= 0 || (size_t)len >= sizeof path)
        return ERR_LIMIT;
    TRY(key_read(&signer, path, fault));
    *out = signer.verifier;
    tlog_signer_wipe(&signer);
    return ERR_OK;
}

/* Makes the key, or takes the one that an interrupted creation left. */
static enum err create_key(struct vault_log *log, struct str origin, struct fault *fault)
{
    struct buf path = {0};
    const char *name = NULL;
    TRY(state_path(&name, &path, log, LOG_KEY));
    enum err err = file_exists(name) ? ERR_OK : key_write(name, origin);
    if (err == ERR_INPUT)
        err = fault_set(fault, err, "日志名称“%.*s”不能为空，不能含空格、加号或控制字符",
                        STR_ARG(origin));
    if (err == ERR_OK)
        err = key_read(&log->signer, name, fault);
    if (err == ERR_OK && !str_eq(str_of(log->signer.verifier.name), origin))
        err = fault_set(fault, ERR_STATE, "已有另一个日志（%s）的私钥：%s",
                        log->signer.verifier.name, name);
    buf_free(&path);
    return err;
}

static enum err create_folders(struct vault_log *log)
{
    struct buf path = {0};
    const char *name = NULL;
    enum err err = file_mkdirs(log->public_dir, PUBLIC_FOLDER);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, "keys");
    if (err == ERR_OK)
        err = file_mkdirs(name, SECRET_FOLDER);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, "journal");
    if (err == ERR_OK)
        err = file_mkdirs(name, SECRET_FOLDER);
    buf_free(&path);
    return err;
}

/* The journal comes last: where it is, the log is complete. */
static enum err create_files(struct vault_log *log)
{
    struct crypto_head empty = {0};
    struct buf path = {0};
    struct buf text = {0};
    const char *name = NULL;
    crypto_sha256(empty.root, str_range("", 0));
    enum err err = journal_print(&text, &empty, NULL, 0);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, LOG_SIGNED);
    if (err == ERR_OK)
        err = file_write_durable(name, str_range("", 0), PUBLIC_FILE);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, LOG_JOURNAL);
    if (err == ERR_OK)
        err = file_write_durable(name, buf_view(&text), SECRET_FILE);
    buf_free(&text);
    buf_free(&path);
    return err;
}

/* A log, or what is left of one, must not be overwritten. */
static enum err create_refuse(struct vault_log *log, struct fault *fault)
{
    struct buf path = {0};
    const char *name = NULL;
    uint64_t size = 0;
    enum err err = state_path(&name, &path, log, LOG_JOURNAL);
    if (err == ERR_OK && file_exists(name))
        err = fault_set(fault, ERR_STATE, "数据文件夹 %s 中已有日志，没有改动它", log->data_dir);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, LOG_SIGNED);
    if (err == ERR_OK && file_size(&size, name) == ERR_OK && size > 0)
        err = fault_set(fault, ERR_STATE, "%s 中有签发过的检查点，请从备份恢复，不能新建日志",
                        log->public_dir);
    buf_free(&path);
    return err;
}

enum err vault_log_create(const char *data_dir, struct str origin, struct fault *fault)
{
    struct vault_log *log = NULL;
    enum err err = log_new(&log, data_dir, NULL);
    if (err == ERR_OK)
        err = create_folders(log);
    if (err == ERR_OK)
        err = log_lock(log, fault);
    if (err == ERR_OK)
        err = create_refuse(log, fault);
    if (err == ERR_OK)
        err = create_key(log, origin, fault);
    if (err == ERR_OK)
        err = create_files(log);
    vault_log_close(log);
    return err;
}

/* Writes a file again, as read, so that what the page cache shows is certainly on disk. */
static enum err file_rewrite(const char *path, unsigned mode)
{
    struct buf content = {0};
    enum err err = file_read(&content, path, SIZE_MAX / 4);
    if (err == ERR_OK)
        err = file_write_durable(path, buf_view(&content), mode);
    buf_free(&content);
    return err;
}

/* After a failed sync the kernel may show bytes that never reached the disk and believe them clean.
 */
static enum err open_suspect(struct vault_log *log)
{
    struct buf path = {0};
    const char *name = NULL;
    enum err err = state_path(&name, &path, log, LOG_JOURNAL);
    if (err == ERR_OK)
        err = file_rewrite(name, SECRET_FILE);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, LOG_SIGNED);
    if (err == ERR_OK)
        err = file_rewrite(name, PUBLIC_FILE);
    buf_free(&path);
    return err;
}

static enum err open_files(struct vault_log *log, struct buf *leaves, struct fault *fault)
{
    struct buf path = {0};
    const char *name = NULL;
    enum err err = state_path(&name, &path, log, LOG_JOURNAL);
    if (err == ERR_OK)
        err = journal_open(&log->journal, leaves, name, &log->io);
    if (err == ERR_OK)
        err = state_path(&name, &path, log, LOG_SIGNED);
    if (err == ERR_OK)
        err = signed_open(&log->signed_list, name, &log->io);
    if (err == ERR_MISSING || err == ERR_DAMAGED)
        err = fault_set(fault, ERR_DAMAGED, "日志文件缺失或已损坏，请从备份恢复：%s", name);
    buf_free(&path);
    return err;
}

static enum err open_recover(struct vault_log *log, struct fault *fault)
{
    struct buf path = {0};
    struct buf leaves = {0};
    const char *name = NULL;
    enum err err = state_path(&name, &path, log, "journal");
    if (err == ERR_OK) {
        state_sweep(name);
        state_sweep(log->public_dir);
        err = state_path(&name, &path, log, LOG_SUSPECT);
    }
    bool suspect = err == ERR_OK && file_exists(name);
    if (suspect)
        err = open_suspect(log);
    if (err == ERR_OK)
        err = open_files(log, &leaves, fault);
    if (err == ERR_OK)
        err = recover_log(log, &leaves, suspect, fault);
    if (err == ERR_OK && suspect && unlink(name) != 0)
        err = err_errno(errno);
    buf_free(&leaves);
    buf_free(&path);
    return err;
}

static enum err open_key(struct vault_log *log, struct fault *fault)
{
    struct buf path = {0};
    const char *name = NULL;
    enum err err = state_path(&name, &path, log, LOG_KEY);
    if (err == ERR_OK)
        err = key_read(&log->signer, name, fault);
    buf_free(&path);
    return err;
}

enum err vault_log_open_with(struct vault_log **out, const char *data_dir,
                             const struct vault_log_options *options, struct fault *fault)
{
    struct vault_log *log = NULL;
    *out = NULL;
    enum err err = log_new(&log, data_dir, options);
    if (err == ERR_OK)
        err = log_lock(log, fault);
    if (err == ERR_OK)
        err = open_key(log, fault);
    if (err == ERR_OK)
        err = state_check(log, open_recover(log, fault));
    if (err != ERR_OK) {
        vault_log_close(log);
        return err;
    }
    *out = log;
    return ERR_OK;
}

enum err vault_log_open(struct vault_log **out, const char *data_dir, struct fault *fault)
{
    return vault_log_open_with(out, data_dir, NULL, fault);
}

void vault_log_vkey(struct buf *out, const struct vault_log *log)
{
    tlog_verifier_print(out, &log->signer.verifier);
}

const struct tlog_verifier *vault_log_verifier(const struct vault_log *log)
{
    return &log->signer.verifier;
}

uint64_t vault_log_size(const struct vault_log *log)
{
    return levels_count(&log->levels, 0);
}

uint64_t vault_log_published(const struct vault_log *log)
{
    return log->shown > 0 ? signed_row_at(&log->signed_list.rows, log->shown - 1).size : 0;
}

/* Writes a journal that begins after the full tiles and puts it in the place of the present one. */
static enum err journal_renew(struct vault_log *log, const char *path)
{
    struct crypto_head base = {.size = log->levels.level[0].written * TLOG_WIDTH};
    struct crypto_tree tree = levels_tree(&log->levels);
    struct str entries[TLOG_WIDTH];
    struct buf bundle = {0};
    struct buf text = {0};
    size_t n = 0;
    TRY(crypto_tree_root(base.root, &tree, base.size));
    unsigned width = (unsigned)(vault_log_size(log) - base.size);
    enum err err =
        journal_bundle(&bundle, &log->journal, base.size - log->journal.base.size, width);
    struct str rest = buf_view(&bundle);
    while (err == ERR_OK && n < width)
        err = tlog_entry_next(&entries[n++], &rest);
    if (err == ERR_OK)
        err = journal_print(&text, &base, entries, n);
    if (err == ERR_OK)
        err = file_write_durable(path, buf_view(&text), SECRET_FILE);
    buf_free(&text);
    buf_free(&bundle);
    return err;
}

/* Empties the journal into full tiles. Once the new journal has its name the old one must not be
 * written any more: if it cannot be opened the log is dead. */
static enum err journal_empty(struct vault_log *log)
{
    struct journal fresh;
    struct buf leaves = {0};
    struct buf path = {0};
    const char *name = NULL;
    TRY(publish_full_tiles(log));
    enum err err = state_path(&name, &path, log, LOG_JOURNAL);
    if (err == ERR_OK)
        err = journal_renew(log, name);
    if (err == ERR_OK) {
        err = journal_open(&fresh, &leaves, name, &log->io) == ERR_OK ? ERR_OK : ERR_SYNC;
        if (err == ERR_OK) {
            journal_close(&log->journal);
            log->journal = fresh;
            levels_forget(&log->levels);
        }
    }
    buf_free(&leaves);
    buf_free(&path);
    return err;
}

static bool journal_full(const struct vault_log *log)
{
    uint64_t count = journal_count(&log->journal);
    return count >= JOURNAL_ENTRIES ||
           (log->journal.tail.length >= JOURNAL_BYTES && count >= TLOG_WIDTH);
}

static enum err append_hashed(struct vault_log *log, const struct str *entries, size_t n,
                              struct buf *leaves)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t leaf[CRYPTO_HASH];
        if (entries[i].len > TLOG_ENTRY_MAX)
            return ERR_LIMIT;
        crypto_leaf(leaf, entries[i]);
        buf_add(leaves, leaf, sizeof leaf);
    }
    TRY(buf_err(leaves));
    TRY(levels_reserve(&log->levels, n));
    const uint8_t *hashes = (const uint8_t *)leaves->data;
    TRY(journal_append(&log->journal, entries, hashes, n));
    for (size_t i = 0; i < n; i++)
        levels_add(&log->levels, hashes + i * CRYPTO_HASH);
    return ERR_OK;
}

enum err vault_log_append(struct vault_log *log, const struct str *entries, size_t n)
{
    if (log->dead)
        return ERR_SYNC;
    if (n == 0)
        return ERR_OK;
    if (journal_full(log))
        TRY(state_check(log, journal_empty(log)));
    struct buf leaves = {0};
    enum err err = append_hashed(log, entries, n, &leaves);
    buf_free(&leaves);
    return state_check(log, err);
}
