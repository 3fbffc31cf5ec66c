/* Which numbers a file has brought already. 24 bytes a row instead of the numbers themselves, so
 * that a million rows need about 50 MB; two different numbers with the same 16 bytes of SHA-256
 * will not be met. Plain memory and not an arena, because the table doubles. */
#include "office/import_kind.h"

#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>

enum { SEEN_FIRST = 4096 };

struct import_seen_slot {
    uint8_t hash[16];
    uint64_t row; /* 0: free */
};

/* The slot that holds the hash or would. */
static struct import_seen_slot *seen_slot(const struct import_seen *seen, const uint8_t *hash)
{
    uint64_t start;
    memcpy(&start, hash, sizeof start);
    size_t at = start & (seen->cap - 1);
    while (seen->slots[at].row != 0 && memcmp(seen->slots[at].hash, hash, 16) != 0)
        at = (at + 1) & (seen->cap - 1);
    return &seen->slots[at];
}

/* Doubles the table. */
static enum err seen_grow(struct import_seen *seen)
{
    struct import_seen wider = {.cap = seen->cap == 0 ? SEEN_FIRST : seen->cap * 2};
    wider.slots = calloc(wider.cap, sizeof *wider.slots);
    if (wider.slots == NULL)
        return ERR_MEMORY;
    wider.count = seen->count;
    for (size_t i = 0; i < seen->cap; i++)
        if (seen->slots[i].row != 0)
            *seen_slot(&wider, seen->slots[i].hash) = seen->slots[i];
    free(seen->slots);
    *seen = wider;
    return ERR_OK;
}

enum err import_seen_add(uint64_t *before, struct import_seen *seen, struct str key, uint64_t row)
{
    uint8_t hash[CRYPTO_HASH];
    if (seen->count * 3 >= seen->cap * 2)
        TRY(seen_grow(seen));
    crypto_sha256(hash, key);
    struct import_seen_slot *slot = seen_slot(seen, hash);
    *before = slot->row;
    if (slot->row != 0)
        return ERR_OK;
    memcpy(slot->hash, hash, sizeof slot->hash);
    slot->row = row;
    seen->count++;
    return ERR_OK;
}

void import_seen_free(struct import_seen *seen)
{
    free(seen->slots);
    *seen = (struct import_seen){0};
}
