/* Merkle trees: the published cases of transparency-dev/merkle, and our provers and streams against
 * RFC 6962's own recursive definitions, written down once more here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/base64.h"
#include "crypto/merkle.h"

enum { LEAVES = 70 };

static json_t *vectors(void)
{
    char path[4096];
    const char *shared = getenv("SUNLOT_SHARED");
    snprintf(path, sizeof path, "%s/vectors/merkle_rfc6962.json", shared ? shared : "");
    json_t *root = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
    if (root == NULL)
        print_message("# not here, passed over: %s\n", path);
    return root;
}

/* A count of the file; 2^64-1 stands there and is read as the double 2^64. */
static uint64_t number(const json_t *o, const char *name)
{
    double value = json_real_value(json_object_get(o, name));
    return value >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)value;
}

static bool hash(uint8_t out[CRYPTO_HASH], const json_t *text)
{
    return json_is_string(text) &&
           base64_decode_exact(out, CRYPTO_HASH, str_of(json_string_value(text))) == ERR_OK;
}

/* Some roots of the suite are words instead of hashes ("don't care 2"): equal words, equal roots.
 */
static void root_of(uint8_t out[CRYPTO_HASH], const json_t *text)
{
    if (!hash(out, text))
        crypto_sha256(out, str_of(json_string_value(text)));
}

/* False when some hash is none. */
static bool path(struct crypto_proof *out, const json_t *list)
{
    out->count = json_array_size(list);
    assert_true(out->count <= CRYPTO_PROOF_MAX);
    for (size_t i = 0; i < out->count; i++)
        if (!hash(out->hash[i], json_array_get(list, i)))
            return false;
    return true;
}

static void every_published_inclusion_case_is_judged_right(void **state)
{
    (void)state;
    json_t *root = vectors();
    const json_t *cases = json_object_get(root, "inclusion");
    size_t held = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        struct crypto_proof proof;
        uint8_t leaf[CRYPTO_HASH];
        uint8_t top[CRYPTO_HASH];
        bool read = path(&proof, json_object_get(c, "proof")) &&
                    hash(leaf, json_object_get(c, "leafHash")) &&
                    hash(top, json_object_get(c, "root"));
        bool ok =
            read && crypto_merkle_verify_inclusion(leaf, number(c, "leafIdx"),
                                                   number(c, "treeSize"), &proof, top) == ERR_OK;
        if (ok == json_is_true(json_object_get(c, "wantErr")))
            fail_msg("%s", json_string_value(json_object_get(c, "file")));
        held += ok;
    }
    assert_true(root == NULL || held > 3);
    json_decref(root);
}

/* The suite calls every case with size1 = 0 an error; the empty tree with its right root and an
 * empty proof is a prefix of every tree here (as in C2SP tlog-witness), and nothing else is. */
static void every_published_consistency_case_is_judged_right(void **state)
{
    (void)state;
    json_t *root = vectors();
    const json_t *cases = json_object_get(root, "consistency");
    uint8_t empty[CRYPTO_HASH];
    size_t held = 0;
    crypto_sha256(empty, STR(""));
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        struct crypto_proof proof;
        struct crypto_head one = {.size = number(c, "size1")};
        struct crypto_head two = {.size = number(c, "size2")};
        bool read = path(&proof, json_object_get(c, "proof"));
        root_of(one.root, json_object_get(c, "root1"));
        root_of(two.root, json_object_get(c, "root2"));
        bool ok = read && crypto_merkle_verify_consistency(&one, &two, &proof) == ERR_OK;
        bool convention = read && one.size == 0 && two.size > 0 && proof.count == 0 &&
                          crypto_hash_eq(one.root, empty);
        bool want = convention || !json_is_true(json_object_get(c, "wantErr"));
        if (ok != want)
            fail_msg("%s", json_string_value(json_object_get(c, "file")));
        held += ok;
    }
    assert_true(root == NULL || held > 3);
    json_decref(root);
}

static void the_basic_hashes_are_the_published_ones(void **state)
{
    (void)state;
    uint8_t want[CRYPTO_HASH];
    uint8_t got[CRYPTO_HASH];
    struct crypto_merkle m;
    crypto_leaf(got, STR(""));
    assert_int_equal(
        str_unhex(want, 32,
                  STR("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")),
        ERR_OK);
    assert_memory_equal(got, want, 32);
    crypto_leaf(got, STR("L123456"));
    assert_int_equal(
        str_unhex(want, 32,
                  STR("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")),
        ERR_OK);
    assert_memory_equal(got, want, 32);
    crypto_merkle_init(&m);
    crypto_merkle_root(got, &m);
    assert_int_equal(
        str_unhex(want, 32,
                  STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
        ERR_OK);
    assert_memory_equal(got, want, 32);
}

/* The prepared blocks of short leaves against the plain hash, across their border at 54 bytes. */
static void a_leaf_is_sha256_of_zero_and_bytes_at_every_length(void **state)
{
    (void)state;
    char bytes[201] = {0};
    for (size_t i = 1; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 11);
    for (size_t len = 0; len < 200; len++) {
        uint8_t got[CRYPTO_HASH];
        uint8_t want[CRYPTO_HASH];
        crypto_leaf(got, str_range(bytes + 1, len));
        crypto_sha256(want, str_range(bytes, len + 1));
        assert_memory_equal(got, want, sizeof got);
    }
}

/* MTH of RFC 6962 section 2.1, as written there, with SHA-256 of explicit bytes. */
static void mth(uint8_t out[CRYPTO_HASH], const uint8_t (*leaf)[CRYPTO_HASH], size_t n)
{
    uint8_t bytes[1 + 2 * CRYPTO_HASH] = {0x01};
    size_t k = 1;
    if (n == 1) {
        memcpy(out, leaf[0], CRYPTO_HASH);
        return;
    }
    while (k * 2 < n)
        k *= 2;
    mth(bytes + 1, leaf, k);
    mth(bytes + 1 + CRYPTO_HASH, leaf + k, n - k);
    crypto_sha256(out, str_range((char *)bytes, sizeof bytes));
}

struct world {
    char text[LEAVES][16];
    uint8_t leaf[LEAVES][CRYPTO_HASH];
};

static void world_make(struct world *w)
{
    for (size_t i = 0; i < LEAVES; i++) {
        snprintf(w->text[i], sizeof w->text[i], "leaf %zu", i);
        crypto_leaf(w->leaf[i], str_of(w->text[i]));
    }
}

static enum err world_subtree(uint8_t out[CRYPTO_HASH], void *ctx, unsigned level, uint64_t index)
{
    struct world *w = ctx;
    size_t n = (size_t)1 << level;
    assert_true((index + 1) * n <= LEAVES);
    mth(out, (const uint8_t(*)[CRYPTO_HASH])(w->leaf + index * n), n);
    return ERR_OK;
}

static void a_stream_has_the_root_of_the_definition_at_every_size(void **state)
{
    (void)state;
    struct world w;
    struct crypto_merkle m;
    world_make(&w);
    struct crypto_tree tree = {world_subtree, &w};
    crypto_merkle_init(&m);
    for (size_t n = 1; n <= LEAVES; n++) {
        uint8_t want[CRYPTO_HASH];
        uint8_t got[CRYPTO_HASH];
        crypto_merkle_add(&m, str_of(w.text[n - 1]));
        mth(want, (const uint8_t(*)[CRYPTO_HASH])w.leaf, n);
        crypto_merkle_root(got, &m);
        assert_memory_equal(got, want, sizeof got);
        assert_int_equal(crypto_tree_root(got, &tree, n), ERR_OK);
        assert_memory_equal(got, want, sizeof got);
    }
}

/* A proof that holds for one leaf must not hold for a neighbour, another size, or with a changed,
 * missing or added hash. */
static void inclusion_holds_only_as_proven(const struct world *w, size_t index, size_t n,
                                           const struct crypto_proof *proof)
{
    uint8_t root[CRYPTO_HASH];
    struct crypto_proof bad = *proof;
    mth(root, w->leaf, n);
    assert_int_equal(crypto_merkle_verify_inclusion(w->leaf[index], index, n, proof, root), ERR_OK);
    size_t other = (index + 1) % LEAVES;
    assert_int_equal(crypto_merkle_verify_inclusion(w->leaf[other], index, n, proof, root),
                     ERR_PROOF);
    if (n > 1)
        assert_int_equal(
            crypto_merkle_verify_inclusion(w->leaf[index], (index + 1) % n, n, proof, root),
            ERR_PROOF);
    assert_int_equal(crypto_merkle_verify_inclusion(w->leaf[index], n, n, proof, root), ERR_PROOF);
    for (size_t i = 0; i < bad.count; i++) {
        bad.hash[i][i % CRYPTO_HASH] ^= 1;
        assert_int_equal(crypto_merkle_verify_inclusion(w->leaf[index], index, n, &bad, root),
                         ERR_PROOF);
        bad.hash[i][i % CRYPTO_HASH] ^= 1;
    }
    memset(bad.hash[bad.count], 0, CRYPTO_HASH);
    bad.count++;
    assert_int_equal(crypto_merkle_verify_inclusion(w->leaf[index], index, n, &bad, root),
                     ERR_PROOF);
}

static void inclusion_proofs_from_tree_and_stream_hold_at_every_place(void **state)
{
    (void)state;
    struct world w;
    world_make(&w);
    struct crypto_tree tree = {world_subtree, &w};
    for (size_t n = 1; n <= LEAVES; n++)
        for (size_t index = 0; index < n; index++) {
            struct crypto_prover prover;
            struct crypto_proof stored;
            struct crypto_proof streamed;
            uint8_t root[CRYPTO_HASH];
            assert_int_equal(crypto_tree_inclusion(&stored, &tree, index, n), ERR_OK);
            crypto_prover_init(&prover, index);
            for (size_t i = 0; i < n; i++)
                crypto_prover_add(&prover, str_of(w.text[i]));
            assert_int_equal(crypto_prover_proof(&streamed, root, &prover), ERR_OK);
            assert_int_equal(stored.count, streamed.count);
            assert_memory_equal(stored.hash, streamed.hash, stored.count * CRYPTO_HASH);
            inclusion_holds_only_as_proven(&w, index, n, &stored);
        }
}

static void a_prover_without_its_leaf_says_so(void **state)
{
    (void)state;
    struct crypto_prover prover;
    struct crypto_proof proof;
    uint8_t root[CRYPTO_HASH];
    crypto_prover_init(&prover, 2);
    crypto_prover_add(&prover, STR("a"));
    crypto_prover_add(&prover, STR("b"));
    assert_int_equal(crypto_prover_proof(&proof, root, &prover), ERR_RANGE);
}

static void consistency_proofs_hold_between_all_sizes_and_break_when_changed(void **state)
{
    (void)state;
    struct world w;
    world_make(&w);
    struct crypto_tree tree = {world_subtree, &w};
    for (size_t b = 1; b <= LEAVES; b++)
        for (size_t a = 1; a <= b; a++) {
            struct crypto_head one = {.size = a};
            struct crypto_head two = {.size = b};
            struct crypto_proof proof;
            mth(one.root, (const uint8_t(*)[CRYPTO_HASH])w.leaf, a);
            mth(two.root, (const uint8_t(*)[CRYPTO_HASH])w.leaf, b);
            assert_int_equal(crypto_tree_consistency(&proof, &tree, a, b), ERR_OK);
            assert_int_equal(crypto_merkle_verify_consistency(&one, &two, &proof), ERR_OK);
            for (size_t i = 0; i < proof.count; i++) {
                proof.hash[i][0] ^= 0x40;
                assert_int_equal(crypto_merkle_verify_consistency(&one, &two, &proof), ERR_PROOF);
                proof.hash[i][0] ^= 0x40;
            }
            one.root[31] ^= 1;
            assert_int_equal(crypto_merkle_verify_consistency(&one, &two, &proof), ERR_PROOF);
        }
    struct crypto_proof none;
    assert_int_equal(crypto_tree_consistency(&none, &tree, 3, 2), ERR_RANGE);
    assert_int_equal(crypto_tree_inclusion(&none, &tree, 3, 3), ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_inclusion_case_is_judged_right),
        cmocka_unit_test(every_published_consistency_case_is_judged_right),
        cmocka_unit_test(the_basic_hashes_are_the_published_ones),
        cmocka_unit_test(a_leaf_is_sha256_of_zero_and_bytes_at_every_length),
        cmocka_unit_test(a_stream_has_the_root_of_the_definition_at_every_size),
        cmocka_unit_test(inclusion_proofs_from_tree_and_stream_hold_at_every_place),
        cmocka_unit_test(a_prover_without_its_leaf_says_so),
        cmocka_unit_test(consistency_proofs_hold_between_all_sizes_and_break_when_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
