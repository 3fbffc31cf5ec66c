/* The transparency log on disk, in the tiled format of C2SP tlog-tiles, durable before it is shown.
 *
 *   <data>/log/           may be served as it is: checkpoint, checkpoints, tile/...
 *   <data>/log/checkpoints  every checkpoint ever signed, in order, each followed by an empty line
 *   <data>/journal/       entries that are not yet in full tiles, and the lock
 *   <data>/keys/log.key   the signing key, mode 0600
 *
 * Indexes are 0-based and never change. Exactly one process holds a log open. What append has
 * answered with ERR_OK survives a power cut; what publish has answered with ERR_OK is signed,
 * readable and survives as well. */
#ifndef VAULT_LOG_H
#define VAULT_LOG_H

#include "base/buf.h"
#include "crypto/hash.h"
#include "tlog/note.h"

struct vault_log;

/* Makes a new, empty log and its key. origin (such as example.cn/sunlot) is the name in checkpoints
 * and keys: no blank, no plus. ERR_STATE if there is a log already, ERR_INPUT, ERR_FULL,
 * ERR_READONLY, ERR_SYNC. After a crash inside it may be called again and keeps the key. */
MUST enum err vault_log_create(const char *data_dir, struct str origin, struct fault *fault);

/* How to open. Zero-initialised is what a program wants; the functions are for fault tests. */
struct vault_log_options {
    int wait_ms;                                                    /* for the lock; 0 means 10 s */
    int (*sync)(void *ctx, int fd);                                 /* instead of fdatasync */
    ptrdiff_t (*write)(void *ctx, int fd, const void *p, size_t n); /* instead of write */
    void *ctx;
};

/* Opens the log, waits for other processes to let go of it, and recovers from a crash: cuts what
 * was never acknowledged, rebuilds missing tiles, restores the checkpoint. ERR_BUSY; ERR_MISSING:
 * no log; ERR_DAMAGED: what is there does not give the signed checkpoint, fault says which file. */
MUST enum err vault_log_open(struct vault_log **out, const char *data_dir, struct fault *fault);
/* The same with options (NULL: defaults). */
MUST enum err vault_log_open_with(struct vault_log **out, const char *data_dir,
                                  const struct vault_log_options *options, struct fault *fault);
/* Only the verifier of the log in this folder: the log is not opened, and nobody waits. The errors
 * of vault_log_open for its key. */
MUST enum err vault_log_verifier_read(struct tlog_verifier *out, const char *data_dir,
                                      struct fault *fault);
/* Lets go of the log. NULL is allowed. */
void vault_log_close(struct vault_log *log);

/* Appends the verifier key, `name+id+key`. */
void vault_log_vkey(struct buf *out, const struct vault_log *log);
/* The verifier, owned by log. */
const struct tlog_verifier *vault_log_verifier(const struct vault_log *log);
/* Number of durable entries. */
uint64_t vault_log_size(const struct vault_log *log);
/* Number of entries that the published checkpoint covers, 0 before the first. */
uint64_t vault_log_published(const struct vault_log *log);

/* Appends n entries of at most 65535 bytes with one sync; all of them or none. ERR_OK means
 * durable. ERR_LIMIT: an entry is too long; ERR_FULL: no space, nothing was added, may be tried
 * again; ERR_SYNC: unknown whether they are on disk, nothing is acknowledged, and this handle
 * refuses everything until the log is opened again. */
MUST enum err vault_log_append(struct vault_log *log, const struct str *entries, size_t n);
/* Writes the tiles, signs the checkpoint of all entries so far and shows it; now_us is microseconds
 * since 1970, and a clock that went back does not take the log's time back. Does nothing when
 * nothing was added. ERR_FULL, ERR_IO: nothing new is shown, may be tried again; ERR_SYNC as for
 * append. */
MUST enum err vault_log_publish(struct vault_log *log, int64_t now_us);

/* Appends the bytes of entry `index` to out, checked against its leaf hash. ERR_RANGE if it does
 * not exist, ERR_DAMAGED. */
MUST enum err vault_log_entry(struct buf *out, struct vault_log *log, uint64_t index);
/* Leaf hash of an entry. ERR_RANGE, ERR_DAMAGED. */
MUST enum err vault_log_leaf(uint8_t out[CRYPTO_HASH], struct vault_log *log, uint64_t index);

/* Appends a tlog-proof of the entry against the published checkpoint. ERR_STATE if it does not
 * cover the entry yet, ERR_DAMAGED. */
MUST enum err vault_log_proof(struct buf *out, struct vault_log *log, uint64_t index);
/* The same against the first checkpoint that covered the entry, which gives it its time. */
MUST enum err vault_log_proof_first(struct buf *out, struct vault_log *log, uint64_t index);
/* Time of an entry: that of the first checkpoint that covers it, in microseconds since 1970
 * (PROTOCOL 9). ERR_STATE if none does. */
MUST enum err vault_log_time(int64_t *us, struct vault_log *log, uint64_t index);
/* Appends the published checkpoint, a signed note. ERR_STATE before the first. */
MUST enum err vault_log_checkpoint(struct buf *out, struct vault_log *log);

/* Reads everything on disk again and recomputes it: entries, tiles, every checkpoint ever signed.
 * ERR_DAMAGED with the damaged file in fault. size may be NULL. */
MUST enum err vault_log_verify(uint64_t *size, struct vault_log *log, struct fault *fault);

#endif
