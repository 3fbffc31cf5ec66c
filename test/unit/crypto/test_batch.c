/* Batches give what the one-by-one functions give, at every size and length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/batch.h"

enum { MOST = 3 * CRYPTO_BATCH + 1, LONGEST = 150 };

/* Texts of every length from 0 to LONGEST, in turn. */
static void texts_make(struct str *texts, char *bytes)
{
    for (size_t i = 0; i < MOST; i++) {
        texts[i] = str_range(bytes, i * 37 % (LONGEST + 1));
        bytes[i] = (char)(i * 7);
    }
}

static void leaves_and_tickets_equal_those_made_alone(void **state)
{
    (void)state;
    char bytes[LONGEST] = {0};
    struct str texts[MOST];
    uint8_t leaves[MOST][CRYPTO_HASH];
    uint8_t tickets[MOST][CRYPTO_HASH];
    uint8_t seed[CRYPTO_HASH] = {9};
    struct crypto_ticket t;
    texts_make(texts, bytes);
    crypto_ticket_init(&t, seed);
    for (size_t count = 0; count <= MOST; count++) {
        crypto_leaf_many(leaves, texts, count);
        crypto_ticket_many(tickets, &t, texts, count);
        for (size_t i = 0; i < count; i++) {
            uint8_t one[CRYPTO_HASH];
            crypto_leaf(one, texts[i]);
            assert_memory_equal(one, leaves[i], CRYPTO_HASH);
            crypto_ticket_make(one, &t, texts[i]);
            assert_memory_equal(one, tickets[i], CRYPTO_HASH);
        }
    }
}

/* Lengths around the end of the first block. */
static void every_length_up_to_two_blocks_is_right(void **state)
{
    (void)state;
    char bytes[LONGEST] = "x";
    uint8_t seed[CRYPTO_HASH] = {9};
    struct crypto_ticket t;
    crypto_ticket_init(&t, seed);
    for (size_t len = 0; len <= LONGEST; len++) {
        struct str text = str_range(bytes, len);
        uint8_t one[CRYPTO_HASH];
        uint8_t many[1][CRYPTO_HASH];
        crypto_leaf(one, text);
        crypto_leaf_many(many, &text, 1);
        assert_memory_equal(one, many[0], CRYPTO_HASH);
        crypto_ticket_make(one, &t, text);
        crypto_ticket_many(many, &t, &text, 1);
        assert_memory_equal(one, many[0], CRYPTO_HASH);
    }
}

static void a_tree_fed_in_batches_of_any_size_has_the_same_root(void **state)
{
    (void)state;
    for (size_t before = 0; before < 40; before++)
        for (size_t count = 0; count <= MOST; count++) {
            struct crypto_merkle a;
            struct crypto_merkle b;
            uint8_t hashes[MOST][CRYPTO_HASH];
            uint8_t root[2][CRYPTO_HASH];
            crypto_merkle_init(&a);
            crypto_merkle_init(&b);
            for (size_t i = 0; i < before + count; i++) {
                uint8_t leaf[CRYPTO_HASH] = {(uint8_t)i, (uint8_t)(i >> 8)};
                crypto_merkle_add_hash(&a, leaf);
                if (i < before)
                    crypto_merkle_add_hash(&b, leaf);
                else
                    memcpy(hashes[i - before], leaf, CRYPTO_HASH);
            }
            crypto_merkle_add_many(&b, hashes, count);
            crypto_merkle_root(root[0], &a);
            crypto_merkle_root(root[1], &b);
            assert_true(a.size == b.size);
            assert_memory_equal(root[0], root[1], CRYPTO_HASH);
            crypto_merkle_add_hash(&a, root[0]);
            crypto_merkle_add_hash(&b, root[0]);
            crypto_merkle_root(root[0], &a);
            crypto_merkle_root(root[1], &b);
            assert_memory_equal(root[0], root[1], CRYPTO_HASH);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_and_tickets_equal_those_made_alone),
        cmocka_unit_test(every_length_up_to_two_blocks_is_right),
        cmocka_unit_test(a_tree_fed_in_batches_of_any_size_has_the_same_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
