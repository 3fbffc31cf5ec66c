/* After a crash: what was signed must follow from what is on disk.
 *
 * The journal and the list of checkpoints have lost at most what was never acknowledged (their
 * readers cut it). From the journal everything else is checked or made again: tiles of the last
 * signed tree, the checkpoint file. If the tree does not give the last signed root, nothing is
 * repaired and nothing is signed: the log is damaged and needs a backup. */
#include "base/file.h"
#include "tlog/checkpoint.h"
#include "vault/state.h"

#include <unistd.h>

/* Checks the last signed checkpoint against the tree. */
static enum err recover_check_signed(uint64_t *size, struct vault_log *log, struct str note,
                                     struct fault *fault)
{
    struct tlog_checkpoint c;
    uint8_t root[CRYPTO_HASH];
    struct crypto_tree tree = levels_tree(&log->levels);
    if (tlog_checkpoint_open_own(&c, note, &log->signer.verifier) != ERR_OK)
        return fault_set(fault, ERR_DAMAGED, "%s/%s 中最后一个检查点的签名不正确，请从备份恢复",
                         log->data_dir, LOG_SIGNED);
    if (c.head.size > vault_log_size(log))
        return fault_set(fault, ERR_DAMAGED,
                         "已签发的检查点有 %llu 条，而磁盘上只能恢复 %llu 条，请从备份恢复 %s/%s",
                         (unsigned long long)c.head.size, (unsigned long long)vault_log_size(log),
                         log->data_dir, LOG_JOURNAL);
    TRY(crypto_tree_root(root, &tree, c.head.size));
    if (!crypto_hash_eq(root, c.head.root))
        return fault_set(fault, ERR_DAMAGED,
                         "磁盘上的条目与已签发的检查点（%llu 条）不一致，请从备份恢复 %s",
                         (unsigned long long)c.head.size, log->public_dir);
    *size = c.head.size;
    return ERR_OK;
}

/* The shown checkpoint may be older than the list's last, or gone; a newer one means that the list
 * has lost its end, which no crash does. */
static enum err recover_shown(bool *same, const struct vault_log *log, struct str last,
                              struct fault *fault)
{
    struct buf path = {0};
    struct buf shown = {0};
    struct tlog_checkpoint c;
    const char *name = NULL;
    size_t count = signed_count(&log->signed_list);
    enum err err = state_path(&name, &path, log, LOG_CHECKPOINT);
    if (err == ERR_OK)
        err = file_read(&shown, name, TLOG_NOTE);
    *same = err == ERR_OK && count > 0 && str_eq(buf_view(&shown), last);
    bool ours = err == ERR_OK && !*same &&
                tlog_checkpoint_open_own(&c, buf_view(&shown), &log->signer.verifier) == ERR_OK;
    if (ours && signed_covering(&log->signed_list, c.head.size - (c.head.size > 0)) == count)
        err = fault_set(fault, ERR_DAMAGED, "%s/%s 缺少已公布的检查点，请从备份恢复", log->data_dir,
                        LOG_SIGNED);
    if (err == ERR_MISSING || err == ERR_LIMIT)
        err = ERR_OK;
    buf_free(&shown);
    buf_free(&path);
    return err;
}

static enum err recover_signed(struct vault_log *log, bool suspect, struct fault *fault)
{
    struct buf note = {0};
    uint64_t size = 0;
    bool same = false;
    size_t count = signed_count(&log->signed_list);
    enum err err = count > 0 ? signed_note(&note, &log->signed_list, count - 1) : ERR_OK;
    if (err == ERR_OK && count > 0)
        err = recover_check_signed(&size, log, buf_view(&note), fault);
    if (err == ERR_OK)
        err = recover_shown(&same, log, buf_view(&note), fault);
    if (err == ERR_OK)
        err = publish_repair_tiles(log, size, suspect);
    if (err == ERR_OK && count > 0 && (suspect || !same))
        err = publish_show(log);
    if (err == ERR_OK)
        log->shown = count;
    buf_free(&note);
    return err;
}

enum err recover_log(struct vault_log *log, const struct buf *leaves, bool suspect,
                     struct fault *fault)
{
    size_t n = leaves->len / CRYPTO_HASH;
    enum err err = levels_load(&log->levels, &log->journal.base);
    if (err == ERR_OK)
        err = levels_reserve(&log->levels, n);
    for (size_t i = 0; i < n && err == ERR_OK; i++)
        levels_add(&log->levels, (const uint8_t *)leaves->data + i * CRYPTO_HASH);
    if (err == ERR_OK)
        err = recover_signed(log, suspect, fault);
    if (err == ERR_DAMAGED && log->levels.fault.err != ERR_OK && fault != NULL)
        *fault = log->levels.fault;
    return err;
}
