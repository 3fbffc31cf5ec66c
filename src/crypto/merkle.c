/* Merkle tree hashes of RFC 6962: leaves, nodes, the root of a stream, and the two checks.
 *
 * A leaf of up to 54 bytes is one SHA-256 block and a node is two, both prepared here and given to
 * the block function directly: pools have tens of millions of leaves. The checks follow the
 * structure of the index in binary: they know the length of a proof beforehand and never look
 * beyond it. */
#include "crypto/merkle.h"

#include "crypto/block.h"

#include <string.h>

enum { BLOCK = 64 };

void crypto_leaf(uint8_t out[CRYPTO_HASH], struct str data)
{
    SHA256_CTX ctx;
    SHA256_Init(&ctx);
    if (data.len > BLOCK - 1 - 1 - 8) {
        SHA256_Update(&ctx, "\0", 1);
        SHA256_Update(&ctx, data.data, data.len);
        SHA256_Final(out, &ctx);
        return;
    }
    uint8_t block[BLOCK] = {0};
    if (data.len > 0)
        memcpy(block + 1, data.data, data.len);
    block[1 + data.len] = 0x80;
    block_length(block + BLOCK, 1 + data.len);
    SHA256_Transform(&ctx, block);
    block_digest(out, &ctx);
}

void crypto_node(uint8_t out[CRYPTO_HASH], const uint8_t left[CRYPTO_HASH],
                 const uint8_t right[CRYPTO_HASH])
{
    SHA256_CTX ctx;
    uint8_t block[2 * BLOCK] = {0x01};
    memcpy(block + 1, left, CRYPTO_HASH);
    memcpy(block + 1 + CRYPTO_HASH, right, CRYPTO_HASH);
    block[1 + 2 * CRYPTO_HASH] = 0x80;
    block_length(block + 2 * BLOCK, 1 + 2 * CRYPTO_HASH);
    SHA256_Init(&ctx);
    SHA256_Transform(&ctx, block);
    SHA256_Transform(&ctx, block + BLOCK);
    block_digest(out, &ctx);
}

void crypto_merkle_init(struct crypto_merkle *m)
{
    m->size = 0;
}

void crypto_merkle_add(struct crypto_merkle *m, struct str leaf)
{
    uint8_t hash[CRYPTO_HASH];
    crypto_leaf(hash, leaf);
    crypto_merkle_add_hash(m, hash);
}

/* Each trailing one bit of the size is a complete subtree as large as what is carried: merge. */
void crypto_merkle_add_hash(struct crypto_merkle *m, const uint8_t leaf[CRYPTO_HASH])
{
    size_t top = (size_t)__builtin_popcountll(m->size);
    uint8_t carry[CRYPTO_HASH];
    memcpy(carry, leaf, CRYPTO_HASH);
    for (uint64_t bits = m->size; bits & 1; bits >>= 1)
        crypto_node(carry, m->stack[--top], carry);
    memcpy(m->stack[top], carry, CRYPTO_HASH);
    m->size++;
}

void crypto_merkle_root(uint8_t out[CRYPTO_HASH], const struct crypto_merkle *m)
{
    size_t top = (size_t)__builtin_popcountll(m->size);
    if (top == 0) {
        crypto_sha256(out, str_range("", 0));
        return;
    }
    memcpy(out, m->stack[--top], CRYPTO_HASH);
    while (top > 0)
        crypto_node(out, m->stack[--top], out);
}

static enum err proof_must_match(const uint8_t got[CRYPTO_HASH], const uint8_t want[CRYPTO_HASH])
{
    return crypto_hash_eq(got, want) ? ERR_OK : ERR_PROOF;
}

/* Number of bits of n, 0 for 0. */
static unsigned bit_length(uint64_t n)
{
    return n == 0 ? 0 : 64 - (unsigned)__builtin_clzll(n);
}

/* Below `inner` levels a leaf's path stays inside complete subtrees, with a sibling on either side;
 * above, it runs along the right border, with siblings on the left only, one for each further one
 * bit of the index. */
static unsigned proof_inner(uint64_t index, uint64_t size)
{
    return bit_length(index ^ (size - 1));
}

static size_t proof_border(uint64_t index, unsigned inner)
{
    return inner >= 64 ? 0 : (size_t)__builtin_popcountll(index >> inner);
}

enum err crypto_merkle_verify_inclusion(const uint8_t leaf[CRYPTO_HASH], uint64_t index,
                                        uint64_t size, const struct crypto_proof *proof,
                                        const uint8_t root[CRYPTO_HASH])
{
    if (index >= size)
        return ERR_PROOF;
    unsigned inner = proof_inner(index, size);
    if (proof->count != inner + proof_border(index, inner))
        return ERR_PROOF;
    uint8_t hash[CRYPTO_HASH];
    memcpy(hash, leaf, CRYPTO_HASH);
    for (size_t i = 0; i < proof->count; i++) {
        const uint8_t *sibling = proof->hash[i];
        if (i < inner && (index >> i & 1) == 0)
            crypto_node(hash, hash, sibling);
        else
            crypto_node(hash, sibling, hash);
    }
    return proof_must_match(hash, root);
}

/* The roots that a consistency proof leads to. */
struct roots {
    uint8_t old_root[CRYPTO_HASH];
    uint8_t new_root[CRYPTO_HASH];
};

/* Folds the hashes from `first` on into both roots at once: the old one from left siblings only,
 * the new one from all. index is the old tree's last leaf, shifted to the level of hash `first`. */
static void fold_consistency(struct roots *r, const struct crypto_proof *proof, size_t first,
                             uint64_t index, unsigned inner)
{
    for (size_t i = first; i < proof->count; i++) {
        unsigned level = (unsigned)(i - first);
        if (level < inner && (index >> level & 1) == 0) {
            crypto_node(r->new_root, r->new_root, proof->hash[i]);
            continue;
        }
        crypto_node(r->old_root, proof->hash[i], r->old_root);
        crypto_node(r->new_root, proof->hash[i], r->new_root);
    }
}

/* Trees of one size, or an old tree that is empty: nothing to prove, so the proof is empty. */
static enum err consistency_trivial(const struct crypto_head *old_head,
                                    const struct crypto_head *new_head,
                                    const struct crypto_proof *proof)
{
    uint8_t empty[CRYPTO_HASH];
    crypto_sha256(empty, str_range("", 0));
    if (old_head->size == new_head->size)
        TRY(proof_must_match(old_head->root, new_head->root));
    if (old_head->size == 0)
        TRY(proof_must_match(empty, old_head->root));
    return proof->count == 0 ? ERR_OK : ERR_PROOF;
}

enum err crypto_merkle_verify_consistency(const struct crypto_head *old_head,
                                          const struct crypto_head *new_head,
                                          const struct crypto_proof *proof)
{
    struct roots r;
    if (old_head->size > new_head->size)
        return ERR_PROOF;
    if (old_head->size == 0 || old_head->size == new_head->size)
        return consistency_trivial(old_head, new_head, proof);

    uint64_t index = old_head->size - 1;
    unsigned inner = proof_inner(index, new_head->size);
    unsigned shift = (unsigned)__builtin_ctzll(old_head->size);
    bool whole = (old_head->size & index) == 0;
    size_t first = whole ? 0 : 1;
    if (proof->count != first + (inner - shift) + proof_border(index, inner))
        return ERR_PROOF;
    const uint8_t *start = whole ? old_head->root : proof->hash[0];
    memcpy(r.old_root, start, CRYPTO_HASH);
    memcpy(r.new_root, start, CRYPTO_HASH);
    fold_consistency(&r, proof, first, index >> shift, inner - shift);
    TRY(proof_must_match(r.old_root, old_head->root));
    return proof_must_match(r.new_root, new_head->root);
}
