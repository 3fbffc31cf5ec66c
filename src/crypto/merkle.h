/* Merkle trees of RFC 6962 over SHA-256: roots, inclusion and consistency proofs, checked and made;
 * from a stream of leaves in O(log n) memory or from stored subtrees. */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include "crypto/hash.h"

/* out = SHA-256(0x00 || data), the hash of a leaf (RFC 6962 section 2.1). */
void crypto_leaf(uint8_t out[CRYPTO_HASH], struct str data);
/* out = SHA-256(0x01 || left || right). out may be one of the two. */
void crypto_node(uint8_t out[CRYPTO_HASH], const uint8_t left[CRYPTO_HASH],
                 const uint8_t right[CRYPTO_HASH]);

/* Root of a stream of leaves. One hash for each complete subtree, largest first; the number of
 * leaves in binary says which ones there are. */
struct crypto_merkle {
    uint64_t size;
    uint8_t stack[64][CRYPTO_HASH];
};

/* Starts an empty tree. */
void crypto_merkle_init(struct crypto_merkle *m);
/* Adds a leaf by its bytes. */
void crypto_merkle_add(struct crypto_merkle *m, struct str leaf);
/* Adds a leaf by its leaf hash. */
void crypto_merkle_add_hash(struct crypto_merkle *m, const uint8_t leaf[CRYPTO_HASH]);
/* Root of the leaves so far; SHA-256 of nothing for the empty tree. More may be added afterwards.
 */
void crypto_merkle_root(uint8_t out[CRYPTO_HASH], const struct crypto_merkle *m);

/* An inclusion or consistency proof: hashes in the order of RFC 6962 section 2.1.1 and 2.1.2. */
enum { CRYPTO_PROOF_MAX = 66 };
struct crypto_proof {
    size_t count;
    uint8_t hash[CRYPTO_PROOF_MAX][CRYPTO_HASH];
};

/* Checks that the tree of `size` leaves and this root has `leaf` (a leaf hash) at `index`.
 * ERR_PROOF when it does not follow from the proof; a proof too long or too short never holds. */
MUST enum err crypto_merkle_verify_inclusion(const uint8_t leaf[CRYPTO_HASH], uint64_t index,
                                             uint64_t size, const struct crypto_proof *proof,
                                             const uint8_t root[CRYPTO_HASH]);

/* A tree's size and root. */
struct crypto_head {
    uint64_t size;
    uint8_t root[CRYPTO_HASH];
};

/* Checks that the leaves of `old` are the first leaves of `new`. ERR_PROOF when that does not
 * follow. The empty tree is a prefix of every tree and its proof is empty; its root must be right.
 */
MUST enum err crypto_merkle_verify_consistency(const struct crypto_head *old_head,
                                               const struct crypto_head *new_head,
                                               const struct crypto_proof *proof);

/* Gives the hash of the complete subtree of 2^level leaves that starts at leaf index * 2^level.
 * Level 0 is a leaf hash. */
typedef enum err crypto_subtree_fn(uint8_t out[CRYPTO_HASH], void *ctx, unsigned level,
                                   uint64_t index);

/* A stored tree, asked for its complete subtrees. */
struct crypto_tree {
    crypto_subtree_fn *subtree;
    void *ctx;
};

/* Root of the first `size` leaves. Errors are the callback's. */
MUST enum err crypto_tree_root(uint8_t out[CRYPTO_HASH], const struct crypto_tree *tree,
                               uint64_t size);
/* Inclusion proof of leaf `index` in the first `size` leaves. ERR_RANGE if index >= size. */
MUST enum err crypto_tree_inclusion(struct crypto_proof *out, const struct crypto_tree *tree,
                                    uint64_t index, uint64_t size);
/* Consistency proof from the first old_size to the first new_size leaves. ERR_RANGE if
 * old_size > new_size. */
MUST enum err crypto_tree_consistency(struct crypto_proof *out, const struct crypto_tree *tree,
                                      uint64_t old_size, uint64_t new_size);

/* Makes the inclusion proof of one leaf while all leaves stream by, in O(log n) memory. */
struct crypto_prover {
    struct crypto_merkle tree;
    uint64_t index;
    struct crypto_proof proof; /* what the subtree that holds the leaf was merged with so far */
};

/* Will prove the leaf with this 0-based index. */
void crypto_prover_init(struct crypto_prover *p, uint64_t index);
/* Adds a leaf by its bytes. */
void crypto_prover_add(struct crypto_prover *p, struct str leaf);
/* Adds a leaf by its leaf hash. */
void crypto_prover_add_hash(struct crypto_prover *p, const uint8_t leaf[CRYPTO_HASH]);
/* The proof in the tree of all leaves added, and that tree's root. ERR_RANGE if the leaf never
 * came. */
MUST enum err crypto_prover_proof(struct crypto_proof *out, uint8_t root[CRYPTO_HASH],
                                  const struct crypto_prover *p);

#endif
