/* Many short hashes at once: see batch.h.
 *
 * A block that has just been written byte by byte cannot be forwarded to the wide loads of the SHA
 * instructions: they wait until every older instruction has retired, so that hashes done one by one
 * run strictly behind each other. Here all blocks of a batch are written first and hashed after;
 * then the loads hit the cache, and the processor overlaps one hash with the next. The block
 * functions are still libcrypto's. Inputs that need more than one block (leaves and labels beyond
 * 54 bytes) take the ordinary way. */
#include "crypto/batch.h"

#include "crypto/block.h"
#include "crypto/openssl.h"
#include "crypto/wipe.h"

#include <string.h>

enum { BLOCK = 64, SHORT = 54 };

/* Two blocks a place, for a node; leaves and tickets use the first. Of a context only `h` is
 * used; blocks are cleared once for all. */
struct bench {
    SHA256_CTX ctx[CRYPTO_BATCH];
    uint8_t blocks[CRYPTO_BATCH][2 * BLOCK];
};

static void bench_clear(struct bench *b, size_t count)
{
    memset(b->blocks, 0, count * sizeof b->blocks[0]);
}

static void bench_start(struct bench *b, const uint32_t state[8], size_t count)
{
    for (size_t i = 0; i < count; i++)
        memcpy(b->ctx[i].h, state, sizeof b->ctx[i].h);
}

static void bench_hash(struct bench *b, size_t offset, size_t count)
{
    for (size_t i = 0; i < count; i++)
        SHA256_Transform(&b->ctx[i], b->blocks[i] + offset);
}

static void bench_digests(uint8_t (*out)[CRYPTO_HASH], const struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        block_digest(out[i], &b->ctx[i]);
}

static void initial(uint32_t state[8])
{
    SHA256_CTX ctx;
    SHA256_Init(&ctx);
    memcpy(state, ctx.h, sizeof ctx.h);
}

/* One cleared block: text behind `prefix` bytes, 0x80, and the length of the whole message. */
static void block_fill(uint8_t block[BLOCK], size_t prefix, struct str text, uint64_t total)
{
    if (text.len > 0)
        memcpy(block + prefix, text.data, text.len);
    block[prefix + text.len] = 0x80;
    block_length(block + BLOCK, total);
}

static void leaves_chunk(uint8_t (*out)[CRYPTO_HASH], const struct str *leaves, size_t count)
{
    struct bench b;
    bench_clear(&b, count);
    uint32_t state[8];
    initial(state);
    for (size_t i = 0; i < count; i++)
        block_fill(b.blocks[i], 1, leaves[i].len <= SHORT ? leaves[i] : STR(""), 1 + leaves[i].len);
    bench_start(&b, state, count);
    bench_hash(&b, 0, count);
    bench_digests(out, &b, count);
    for (size_t i = 0; i < count; i++)
        if (leaves[i].len > SHORT)
            crypto_leaf(out[i], leaves[i]);
}

void crypto_leaf_many(uint8_t (*out)[CRYPTO_HASH], const struct str *leaves, size_t count)
{
    for (size_t at = 0; at < count; at += CRYPTO_BATCH)
        leaves_chunk(out + at, leaves + at, count - at < CRYPTO_BATCH ? count - at : CRYPTO_BATCH);
}

/* out[i] = node of pairs[2i] and pairs[2i + 1]; out may be pairs itself. */
static void nodes_chunk(uint8_t (*out)[CRYPTO_HASH], const uint8_t (*pairs)[CRYPTO_HASH],
                        size_t count)
{
    struct bench b;
    bench_clear(&b, count);
    uint32_t state[8];
    initial(state);
    for (size_t i = 0; i < count; i++) {
        uint8_t *block = b.blocks[i];
        block[0] = 0x01;
        memcpy(block + 1, pairs[2 * i], (size_t)2 * CRYPTO_HASH);
        block[1 + 2 * CRYPTO_HASH] = 0x80;
        block_length(block + 2 * BLOCK, 1 + 2 * CRYPTO_HASH);
    }
    bench_start(&b, state, count);
    bench_hash(&b, 0, count);
    bench_hash(&b, BLOCK, count);
    bench_digests(out, &b, count);
}

/* Joins neighbours of one level; an odd one at the end stays behind them. Returns how many pairs.
 */
static size_t level_join(uint8_t (*hashes)[CRYPTO_HASH], size_t count)
{
    size_t pairs = count / 2;
    for (size_t at = 0; at < pairs; at += CRYPTO_BATCH)
        nodes_chunk(hashes + at, (const uint8_t(*)[CRYPTO_HASH])hashes + 2 * at,
                    pairs - at < CRYPTO_BATCH ? pairs - at : CRYPTO_BATCH);
    return pairs;
}

/* Level by level: where the tree ends in half a pair, the first new node completes it; the others
 * are joined among themselves; one that is left over waits on its level. In the end those that wait
 * go to the stack, the highest level first. */
void crypto_merkle_add_many(struct crypto_merkle *m, uint8_t (*hashes)[CRYPTO_HASH], size_t count)
{
    uint8_t waiting[64][CRYPTO_HASH];
    bool waits[64] = {false};
    size_t top = (size_t)__builtin_popcountll(m->size);
    uint64_t start = m->size;
    m->size += count;
    for (size_t level = 0; count > 0; level++, start >>= 1) {
        size_t first = start & 1;
        if (first)
            crypto_node(hashes[0], m->stack[--top], hashes[0]);
        waits[level] = (count - first) % 2 != 0;
        if (waits[level])
            memcpy(waiting[level], hashes[count - 1], CRYPTO_HASH);
        count = first + level_join(hashes + first, count - first);
    }
    for (size_t level = 64; level > 0; level--)
        if (waits[level - 1])
            memcpy(m->stack[top++], waiting[level - 1], CRYPTO_HASH);
}

static void tickets_chunk(uint8_t (*out)[CRYPTO_HASH], const struct crypto_ticket *t,
                          const struct str *labels, size_t count)
{
    struct bench b;
    bench_clear(&b, count);
    for (size_t i = 0; i < count; i++) {
        struct str label = labels[i].len <= SHORT ? labels[i] : STR("");
        block_fill(b.blocks[i], 0, label, BLOCK + label.len + 1);
        b.blocks[i][label.len] = 0x01;
        b.blocks[i][label.len + 1] = 0x80;
    }
    bench_start(&b, t->inner, count);
    bench_hash(&b, 0, count);
    bench_digests(out, &b, count);
    bench_clear(&b, count);
    for (size_t i = 0; i < count; i++)
        block_fill(b.blocks[i], 0, str_range((const char *)out[i], CRYPTO_HASH),
                   BLOCK + CRYPTO_HASH);
    bench_start(&b, t->outer, count);
    bench_hash(&b, 0, count);
    bench_digests(out, &b, count);
    for (size_t i = 0; i < count; i++)
        if (labels[i].len > SHORT)
            crypto_ticket_make(out[i], t, labels[i]);
    crypto_wipe(b.ctx, sizeof b.ctx);
}

void crypto_ticket_many(uint8_t (*out)[CRYPTO_HASH], const struct crypto_ticket *t,
                        const struct str *labels, size_t count)
{
    for (size_t at = 0; at < count; at += CRYPTO_BATCH)
        tickets_chunk(out + at, t, labels + at,
                      count - at < CRYPTO_BATCH ? count - at : CRYPTO_BATCH);
}
