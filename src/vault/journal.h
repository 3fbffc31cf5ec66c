/* Room-private: the journal, entries that are not yet in full tiles on disk.
 *
 * Header, 80 bytes: "sunlotJ1" | u64 start | 32 bytes root of the first `start` entries | 32 bytes
 * SHA-256 of these 48. Then frames, one an append: "batL" | u32 count | u32 bytes of the body |
 * u64 index of the first entry | 32 bytes check | body. The body is an entry bundle (u16 length,
 * bytes); check is SHA-256 of the 20 bytes before it and of the leaf hashes. Numbers are
 * big-endian. A frame is written only when the one before it is synced, so an unreadable frame with
 * a readable one behind it is damage, while an unreadable end is an append that was never
 * acknowledged. */
#ifndef VAULT_JOURNAL_H
#define VAULT_JOURNAL_H

#include "crypto/merkle.h"
#include "vault/tail.h"

struct journal {
    struct tail tail;
    struct crypto_head base; /* the tree before the first entry here */
    struct buf offsets;      /* uint64_t: where each entry's length stands in the file */
    struct buf frame;        /* the frame being built, kept for its memory */
};

/* Text of a journal that begins after `base` and holds the n entries. ERR_LIMIT, ERR_MEMORY. */
MUST enum err journal_print(struct buf *out, const struct crypto_head *base,
                            const struct str *entries, size_t n);
/* What journal_scan found. */
struct journal_found {
    struct crypto_head base;
    struct buf leaves;  /* leaf hashes, 32 bytes each */
    struct buf offsets; /* uint64_t each */
    uint64_t length;    /* of the readable part */
};
/* Reads the content of a journal. ERR_DAMAGED: bad header, or something readable behind something
 * unreadable. The caller frees leaves and offsets in every case. */
MUST enum err journal_scan(struct journal_found *out, struct str content);

/* Opens the journal, cuts an unreadable end, syncs. leaves gets the leaf hashes of its entries. */
MUST enum err journal_open(struct journal *out, struct buf *leaves, const char *path,
                           const struct vault_log_options *io);
/* Writes the entries, whose leaf hashes are given, as one frame and syncs. Errors of tail_append,
 * ERR_LIMIT, ERR_MEMORY; nothing was added unless ERR_OK. */
MUST enum err journal_append(struct journal *j, const struct str *entries, const uint8_t *leaves,
                             size_t n);
/* Number of entries in the journal. */
uint64_t journal_count(const struct journal *j);
/* Appends the bytes of entry i of the journal to out. ERR_IO, ERR_DAMAGED, ERR_MEMORY. */
MUST enum err journal_entry(struct buf *out, const struct journal *j, uint64_t i);
/* Appends the entry bundle of n entries from entry `first` of the journal on, read at once. Errors
 * as journal_entry. */
MUST enum err journal_bundle(struct buf *out, const struct journal *j, uint64_t first, size_t n);
/* Closes and frees. */
void journal_close(struct journal *j);

#endif
