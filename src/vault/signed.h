/* Room-private: every checkpoint the log ever signed, the file <data>/log/checkpoints: signed
 * notes, each followed by an empty line. A checkpoint stands here, synced, before it is shown. */
#ifndef VAULT_SIGNED_H
#define VAULT_SIGNED_H

#include "tlog/checkpoint.h"
#include "vault/tail.h"

/* Where a note stands and how many entries it covers. Sizes ascend strictly. */
struct signed_row {
    uint64_t size;
    uint64_t offset;
    size_t length; /* of the note, without the empty line */
};

struct signed_list {
    struct tail tail;
    struct buf rows; /* struct signed_row */
};

/* Takes the rows of `content` apart without checking signatures. *length gets the readable part.
 * ERR_DAMAGED: something readable behind something unreadable, or sizes that do not ascend. */
MUST enum err signed_scan(struct buf *rows, uint64_t *length, struct str content);
/* Opens the file, cuts an unreadable end, syncs. */
MUST enum err signed_open(struct signed_list *out, const char *path,
                          const struct vault_log_options *io);
/* Number of checkpoints; the row of one. */
size_t signed_count(const struct signed_list *s);
/* Row i of the list. */
struct signed_row signed_row_at(const struct buf *rows, size_t i);
/* Appends the note of row i to out. ERR_IO, ERR_DAMAGED, ERR_MEMORY. */
MUST enum err signed_note(struct buf *out, const struct signed_list *s, size_t i);
/* The first row that covers entry `index`; signed_count() if none does. */
size_t signed_covering(const struct signed_list *s, uint64_t index);
/* Adds a note and syncs; errors of tail_append, ERR_MEMORY. */
MUST enum err signed_add(struct signed_list *s, struct str note, uint64_t size);
/* Closes and frees. */
void signed_close(struct signed_list *s);

#endif
