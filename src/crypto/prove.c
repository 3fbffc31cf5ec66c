/* Making proofs of RFC 6962: from stored subtrees (tiles), or of one leaf while the leaves stream
 * by.
 *
 * Stored: a range of leaves that starts at a multiple of its own rounded-up size is a sequence of
 * complete subtrees, largest first; its hash folds them from the right. Every sibling in a proof is
 * such a range. */
#include "crypto/merkle.h"

#include <string.h>

/* Largest power of two below n, n > 1: where RFC 6962 splits n leaves. */
static uint64_t split_of(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* Hash of the leaves begin..end, begin < end. Keeps the complete subtrees on a stack of at most 64.
 */
static enum err range_hash(uint8_t out[CRYPTO_HASH], const struct crypto_tree *tree, uint64_t begin,
                           uint64_t end)
{
    uint8_t stack[64][CRYPTO_HASH];
    size_t top = 0;
    do {
        unsigned level = 63 - (unsigned)__builtin_clzll(end - begin);
        TRY(tree->subtree(stack[top++], tree->ctx, level, begin >> level));
        begin += (uint64_t)1 << level;
    } while (begin < end);
    memcpy(out, stack[--top], CRYPTO_HASH);
    while (top > 0)
        crypto_node(out, stack[--top], out);
    return ERR_OK;
}

enum err crypto_tree_root(uint8_t out[CRYPTO_HASH], const struct crypto_tree *tree, uint64_t size)
{
    if (size > 0)
        return range_hash(out, tree, 0, size);
    crypto_sha256(out, str_range("", 0));
    return ERR_OK;
}

/* Puts hashes that were found from the root downwards into the order of a proof. */
static void proof_reverse(struct crypto_proof *p)
{
    for (size_t i = 0, j = p->count; i + 1 < j; i++) {
        uint8_t swap[CRYPTO_HASH];
        j--;
        memcpy(swap, p->hash[i], CRYPTO_HASH);
        memcpy(p->hash[i], p->hash[j], CRYPTO_HASH);
        memcpy(p->hash[j], swap, CRYPTO_HASH);
    }
}

enum err crypto_tree_inclusion(struct crypto_proof *out, const struct crypto_tree *tree,
                               uint64_t index, uint64_t size)
{
    if (index >= size)
        return ERR_RANGE;
    uint64_t begin = 0;
    uint64_t end = size;
    out->count = 0;
    while (end - begin > 1) {
        uint64_t middle = begin + split_of(end - begin);
        uint8_t *sibling = out->hash[out->count++];
        if (index < middle) {
            TRY(range_hash(sibling, tree, middle, end));
            end = middle;
        } else {
            TRY(range_hash(sibling, tree, begin, middle));
            begin = middle;
        }
    }
    proof_reverse(out);
    return ERR_OK;
}

/* SUBPROOF of RFC 6962 section 2.1.2 as a loop: walk down to the range that ends with the old tree.
 */
enum err crypto_tree_consistency(struct crypto_proof *out, const struct crypto_tree *tree,
                                 uint64_t old_size, uint64_t new_size)
{
    if (old_size > new_size)
        return ERR_RANGE;
    out->count = 0;
    if (old_size == 0 || old_size == new_size)
        return ERR_OK;
    uint64_t begin = 0;
    uint64_t end = new_size;
    while (end != old_size) {
        uint64_t middle = begin + split_of(end - begin);
        uint8_t *sibling = out->hash[out->count++];
        if (old_size <= middle) {
            TRY(range_hash(sibling, tree, middle, end));
            end = middle;
        } else {
            TRY(range_hash(sibling, tree, begin, middle));
            begin = middle;
        }
    }
    if (begin != 0)
        TRY(range_hash(out->hash[out->count++], tree, begin, end));
    proof_reverse(out);
    return ERR_OK;
}

void crypto_prover_init(struct crypto_prover *p, uint64_t index)
{
    crypto_merkle_init(&p->tree);
    p->index = index;
    p->proof.count = 0;
}

void crypto_prover_add(struct crypto_prover *p, struct str leaf)
{
    uint8_t hash[CRYPTO_HASH];
    crypto_leaf(hash, leaf);
    crypto_prover_add_hash(p, hash);
}

/* The new leaf closes one subtree for each trailing one bit of the size. Where the wanted leaf is
 * in the left half of a merge its sibling is the right half, and the other way round; merges happen
 * from the leaf upwards, which is the order of the proof. */
void crypto_prover_add_hash(struct crypto_prover *p, const uint8_t leaf[CRYPTO_HASH])
{
    struct crypto_merkle *m = &p->tree;
    size_t top = (size_t)__builtin_popcountll(m->size);
    uint8_t carry[CRYPTO_HASH];
    memcpy(carry, leaf, CRYPTO_HASH);
    for (unsigned level = 0; m->size >> level & 1; level++) {
        const uint8_t *left = m->stack[--top];
        bool here = p->index >> (level + 1) == m->size >> (level + 1);
        if (here)
            memcpy(p->proof.hash[p->proof.count++], p->index >> level & 1 ? left : carry,
                   CRYPTO_HASH);
        crypto_node(carry, left, carry);
    }
    memcpy(m->stack[top], carry, CRYPTO_HASH);
    m->size++;
}

/* The last subtrees are folded from the right, as for the root. */
enum err crypto_prover_proof(struct crypto_proof *out, uint8_t root[CRYPTO_HASH],
                             const struct crypto_prover *p)
{
    const struct crypto_merkle *m = &p->tree;
    if (p->index >= m->size)
        return ERR_RANGE;
    *out = p->proof;
    size_t top = (size_t)__builtin_popcountll(m->size);
    uint64_t rest = m->size;
    uint64_t begin = rest & (rest - 1);
    bool inside = p->index >= begin;
    memcpy(root, m->stack[--top], CRYPTO_HASH);
    while (top > 0) {
        const uint8_t *left = m->stack[--top];
        rest = begin;
        begin = rest & (rest - 1);
        bool in_left = p->index >= begin && p->index < rest;
        if (inside)
            memcpy(out->hash[out->count++], left, CRYPTO_HASH);
        else if (in_left)
            memcpy(out->hash[out->count++], root, CRYPTO_HASH);
        inside = inside || in_left;
        crypto_node(root, left, root);
    }
    return ERR_OK;
}
