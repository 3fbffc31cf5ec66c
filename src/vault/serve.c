/* Answering from the log: entries, leaves, proofs, times. Everything read from disk is checked
 * before it is given out: an entry against its leaf hash, a proof as its receiver will check it. */
#include "base/file.h"
#include "tlog/proof.h"
#include "vault/state.h"

enum { BUNDLE_MAX = TLOG_WIDTH * (2 + TLOG_ENTRY_MAX) };
enum { MICROSECONDS = 1000000 };

enum err vault_log_leaf(uint8_t out[CRYPTO_HASH], struct vault_log *log, uint64_t index)
{
    struct crypto_tree tree = levels_tree(&log->levels);
    if (log->dead)
        return ERR_SYNC;
    if (index >= vault_log_size(log))
        return ERR_RANGE;
    return tree.subtree(out, tree.ctx, 0, index);
}

/* Entry `index` out of its full bundle on disk. */
static enum err bundle_entry(struct buf *out, const struct vault_log *log, uint64_t index)
{
    struct tlog_tile tile = {TLOG_ENTRIES, index / TLOG_WIDTH, TLOG_WIDTH};
    struct buf path = {0};
    struct buf bundle = {0};
    struct str entry = {0};
    enum err err = levels_path(&path, log->public_dir, &tile);
    const char *name = buf_cstr(&path);
    if (err == ERR_OK)
        err = file_read(&bundle, name, BUNDLE_MAX);
    struct str rest = buf_view(&bundle);
    for (uint64_t i = 0; i <= index % TLOG_WIDTH && err == ERR_OK; i++)
        err = tlog_entry_next(&entry, &rest);
    if (err == ERR_OK) {
        buf_str(out, entry);
        err = buf_err(out);
    }
    buf_free(&bundle);
    buf_free(&path);
    bool broken = err == ERR_MISSING || err == ERR_LIMIT || err == ERR_END || err == ERR_FORMAT;
    return broken ? ERR_DAMAGED : err;
}

enum err vault_log_entry(struct buf *out, struct vault_log *log, uint64_t index)
{
    uint8_t want[CRYPTO_HASH];
    uint8_t got[CRYPTO_HASH];
    size_t before = out->len;
    TRY(vault_log_leaf(want, log, index));
    uint64_t base = log->journal.base.size;
    enum err err = index < base ? bundle_entry(out, log, index)
                                : journal_entry(out, &log->journal, index - base);
    if (err == ERR_OK) {
        crypto_leaf(got, str_range(out->data + before, out->len - before));
        err = crypto_hash_eq(got, want) ? ERR_OK : ERR_DAMAGED;
    }
    if (err != ERR_OK)
        out->len = before;
    return err;
}

/* The proof of an entry against signed checkpoint `row`, checked as its receiver will. */
static enum err proof_against(struct buf *out, struct vault_log *log, uint64_t index, size_t row)
{
    struct tlog_proof p = {.index = index};
    struct tlog_proven proven;
    struct buf note = {0};
    struct buf text = {0};
    uint8_t leaf[CRYPTO_HASH];
    struct crypto_tree tree = levels_tree(&log->levels);
    uint64_t size = signed_row_at(&log->signed_list.rows, row).size;
    TRY(vault_log_leaf(leaf, log, index));
    TRY(crypto_tree_inclusion(&p.path, &tree, index, size));
    enum err err = signed_note(&note, &log->signed_list, row);
    p.note = buf_view(&note);
    if (err == ERR_OK)
        err = tlog_proof_print(&text, &p);
    if (err == ERR_OK &&
        tlog_proof_verify(&proven, buf_view(&text), leaf, &log->signer.verifier, NULL) != ERR_OK)
        err = ERR_DAMAGED;
    if (err == ERR_OK) {
        buf_str(out, buf_view(&text));
        err = buf_err(out);
    }
    buf_free(&text);
    buf_free(&note);
    return err;
}

/* The checkpoints that were shown and cover the entry begin with *row. */
static enum err covering_row(size_t *row, const struct vault_log *log, uint64_t index)
{
    if (log->dead)
        return ERR_SYNC;
    *row = signed_covering(&log->signed_list, index);
    return *row < log->shown ? ERR_OK : ERR_STATE;
}

enum err vault_log_proof(struct buf *out, struct vault_log *log, uint64_t index)
{
    size_t row = 0;
    TRY(covering_row(&row, log, index));
    return proof_against(out, log, index, log->shown - 1);
}

enum err vault_log_proof_first(struct buf *out, struct vault_log *log, uint64_t index)
{
    size_t row = 0;
    TRY(covering_row(&row, log, index));
    return proof_against(out, log, index, row);
}

enum err vault_log_time(int64_t *us, struct vault_log *log, uint64_t index)
{
    struct tlog_checkpoint c;
    struct buf note = {0};
    size_t row = 0;
    TRY(covering_row(&row, log, index));
    enum err err = signed_note(&note, &log->signed_list, row);
    if (err == ERR_OK &&
        tlog_checkpoint_open_own(&c, buf_view(&note), &log->signer.verifier) != ERR_OK)
        err = ERR_DAMAGED;
    if (err == ERR_OK)
        *us = c.time * MICROSECONDS;
    buf_free(&note);
    return err;
}

enum err vault_log_checkpoint(struct buf *out, struct vault_log *log)
{
    if (log->dead)
        return ERR_SYNC;
    return log->shown > 0 ? signed_note(out, &log->signed_list, log->shown - 1) : ERR_STATE;
}
