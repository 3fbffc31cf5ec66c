/* Times of log entries for readers: out of <data>/log/checkpoints alone, without the log's lock, so
 * that a server can ask while another process appends. The file is read again only when it has
 * grown. Thread-safe. */
#ifndef VAULT_TIMES_H
#define VAULT_TIMES_H

#include "tlog/note.h"

struct vault_times;

/* path: of the file of checkpoints; verifier: the log's own. Reads nothing yet. ERR_MEMORY. */
MUST enum err vault_times_open(struct vault_times **out, const char *path,
                               const struct tlog_verifier *verifier);
/* NULL is allowed. */
void vault_times_close(struct vault_times *times);
/* Time of an entry in microseconds since 1970, as vault_log_time (PROTOCOL 9): of the first
 * checkpoint that covers it, whose signatures are checked. ERR_STATE if none does yet, ERR_IO,
 * ERR_DAMAGED, ERR_PROOF, ERR_MEMORY. */
MUST enum err vault_times_get(int64_t *us, struct vault_times *times, uint64_t index);

#endif
