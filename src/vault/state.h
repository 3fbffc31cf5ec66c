/* Room-private: what an open log is, for the files that share it: log.c (create, open, append),
 * recover.c (after a crash), publish.c (tiles and checkpoints), serve.c (entries, proofs, times),
 * audit.c. */
#ifndef VAULT_STATE_H
#define VAULT_STATE_H

#include "vault/journal.h"
#include "vault/levels.h"
#include "vault/signed.h"

struct vault_log {
    struct vault_log_options io;
    char *data_dir;
    char *public_dir; /* <data>/log */
    int lock;
    bool dead; /* a sync failed: nothing may be answered any more */
    struct tlog_signer signer;
    struct journal journal;
    struct levels levels;
    struct signed_list signed_list;
    size_t shown; /* rows of signed_list that were shown; the last of them is the checkpoint */
};

/* Files of the log below the data folder. */
#define LOG_JOURNAL "journal/log"
#define LOG_LOCK "journal/lock"
#define LOG_SUSPECT                                                                                \
    "journal/suspect" /* exists after a failed sync, until the log was recovered                   \
                       */
#define LOG_KEY "keys/log.key"
#define LOG_SIGNED "log/checkpoints"
#define LOG_CHECKPOINT "log/checkpoint"

/* Appends data_dir, a slash, name. ERR_MEMORY; *out is then NULL, otherwise owned by path. */
MUST enum err state_path(const char **out, struct buf *path, const struct vault_log *log,
                         const char *name);
/* Passes err on; after ERR_SYNC the log is dead and marked as suspect on disk. */
enum err state_check(struct vault_log *log, enum err err);

/* Removes temporary files (base/file.h) that a crash left in a folder. What cannot be removed does
 * no harm. */
void state_sweep(const char *folder);

/* Brings the log of the open journal to a state that may be shown. suspect: do not trust that what
 * can be read is on disk. Errors of vault_log_open. */
MUST enum err recover_log(struct vault_log *log, const struct buf *leaves, bool suspect,
                          struct fault *fault);

/* Writes the full tiles that are not on disk yet, durably, and removes the partial ones they
 * replace. */
MUST enum err publish_full_tiles(struct vault_log *log);
/* Writes the partial tiles of the present size, durably. */
MUST enum err publish_partial_tiles(struct vault_log *log);
/* Makes sure that the tiles of a tree of `size` leaves that the journal can still give are on disk
 * with the right content; rewrites them all if `suspect`. */
MUST enum err publish_repair_tiles(struct vault_log *log, uint64_t size, bool suspect);
/* Shows the last signed checkpoint: replaces <data>/log/checkpoint, durably. */
MUST enum err publish_show(struct vault_log *log);

#endif
