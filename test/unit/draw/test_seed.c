/* Code chains, salts, seeds, tickets. Expected values: Python's hashlib and hmac. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/seed.h"
#include "help.h"

static const uint8_t secret[DRAW_HASH] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                          11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                          22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static void a_chain_hashes_as_often_as_told(void **state)
{
    (void)state;
    uint8_t code[DRAW_HASH];
    draw_code_chain(code, secret, 16);
    assert_hex(code, 32, "1c215c754f780ff661dd09ea79024d83cb66ff9246b8aa1835f2ed146589f8e9");
    draw_code_chain(code, secret, 0);
    assert_memory_equal(code, secret, DRAW_HASH);
    draw_code_chain(code, code, 16);
    assert_hex(code, 32, "1c215c754f780ff661dd09ea79024d83cb66ff9246b8aa1835f2ed146589f8e9");
}

static void code_j_hashes_to_code_j_minus_1_and_the_last_is_the_secret(void **state)
{
    (void)state;
    uint8_t code[DRAW_HASH];
    uint8_t before[DRAW_HASH];
    assert_int_equal(draw_code_round(before, secret, 16, 1, NULL), ERR_OK);
    assert_hex(before, 32, "2655d5d747dd46b58afc28b77684ea0fc1c7b719905edd5739109f414399e5de");
    for (uint64_t j = 2; j <= 16; j++) {
        assert_int_equal(draw_code_round(code, secret, 16, j, NULL), ERR_OK);
        uint8_t next[DRAW_HASH];
        memcpy(next, code, sizeof next);
        crypto_sha256(code, draw_bytes(code, sizeof code));
        assert_memory_equal(code, before, DRAW_HASH);
        memcpy(before, next, sizeof before);
    }
    assert_memory_equal(before, secret, DRAW_HASH);
    assert_int_equal(draw_code_round(code, secret, 16, 17, NULL), ERR_RANGE);
    assert_int_equal(draw_code_round(code, secret, 16, 0, NULL), ERR_RANGE);
}

static void a_secret_is_held_to_the_commitment(void **state)
{
    (void)state;
    struct draw_code code = {.length = 16};
    uint8_t wrong[DRAW_HASH];
    draw_code_chain(code.hash, secret, 16);
    assert_int_equal(draw_code_check(&code, secret, NULL), ERR_OK);
    memcpy(wrong, secret, sizeof wrong);
    wrong[31] ^= 1;
    assert_int_equal(draw_code_check(&code, wrong, NULL), ERR_PROOF);
    code.length = 15;
    assert_int_equal(draw_code_check(&code, secret, NULL), ERR_PROOF);
}

static void the_salt_is_empty_the_code_or_a_hash_of_all_codes(void **state)
{
    (void)state;
    struct draw_salt salt;
    uint8_t codes[3][DRAW_HASH];
    for (size_t i = 0; i < 3; i++) {
        memset(codes[i], (int)i + 1, DRAW_HASH);
        draw_code_chain(codes[i], codes[i], 4);
    }
    draw_salt_make(&salt, NULL, 0);
    assert_int_equal(salt.len, 0);
    draw_salt_make(&salt, (const uint8_t(*)[DRAW_HASH])codes, 1);
    assert_int_equal(salt.len, 32);
    assert_memory_equal(salt.bytes, codes[0], DRAW_HASH);
    draw_salt_make(&salt, (const uint8_t(*)[DRAW_HASH])codes, 3);
    assert_hex(salt.bytes, 32, "0f830877c30fd8776635a05c0995b4bf0a7979b9ded351ff0ae5abce5fb0eb52");
}

static void each_partys_secret_is_needed_and_checked(void **state)
{
    (void)state;
    struct draw_salt salt;
    uint8_t secrets[3][DRAW_HASH];
    struct draw_code codes[3];
    for (size_t i = 0; i < 3; i++) {
        memset(secrets[i], (int)i + 1, DRAW_HASH);
        codes[i].length = 5;
        draw_code_chain(codes[i].hash, secrets[i], 5);
    }
    struct draw_commitment c = {.codes = codes, .code_count = 3};
    const uint8_t(*list)[DRAW_HASH] = (const uint8_t(*)[DRAW_HASH])secrets;
    assert_int_equal(draw_salt_round(&salt, &c, list, 3, 1, NULL), ERR_OK);
    assert_hex(salt.bytes, 32, "0f830877c30fd8776635a05c0995b4bf0a7979b9ded351ff0ae5abce5fb0eb52");
    assert_int_equal(draw_salt_round(&salt, &c, list, 2, 1, NULL), ERR_INPUT);
    assert_int_equal(draw_salt_round(&salt, &c, list, 3, 6, NULL), ERR_RANGE);
    secrets[2][0] ^= 1;
    assert_int_equal(draw_salt_round(&salt, &c, list, 3, 1, NULL), ERR_PROOF);
}

static void seeds_are_hmacs_of_the_randomness(void **state)
{
    (void)state;
    uint8_t seed[DRAW_HASH];
    struct draw_salt salt = {0};
    draw_seed_make(seed, &salt, STR("entry:00/local:11/"));
    assert_hex(seed, 32, "c63869f52488587654569d5b4b2eaaaae1ea291a6f0bf1e8b3a8923bde28176f");
    draw_salt_make(&salt, (const uint8_t(*)[DRAW_HASH])secret, 1);
    draw_seed_make(seed, &salt, STR("entry:00/local:11/"));
    assert_hex(seed, 32, "af6a90101aba623cc3091297b61f09b94dff5024c5ba69c5a70cf59ff2893312");
}

static void tickets_carry_the_labels_of_the_protocol(void **state)
{
    (void)state;
    uint8_t t[DRAW_HASH];
    struct crypto_ticket seed;
    char longest[64];
    memset(longest, 'A', sizeof longest);
    crypto_ticket_init(&seed, secret);
    draw_ticket_object(t, &seed, STR("91410882MA00292431"));
    assert_hex(t, 32, "d928cfabd6b761a76ee8a0d19b61acfe1208c15eeac449d02602dcacd9a02272");
    draw_ticket_object(t, &seed, str_range(longest, sizeof longest));
    assert_hex(t, 32, "79a78f58e0da26ea41a0a62755300e5ef874b55d496a8a770c391e6b2b4e046f");
    draw_ticket_rounding(t, &seed);
    assert_hex(t, 32, "746a6637486054038f4d83bc89fb257f89c2d8a0d982563c8ff0b90a2703b3c4");
    draw_ticket_load(t, &seed, 7, STR("SCJG-00"));
    assert_hex(t, 32, "b0e19082a66164eb55291176d7e401e69123a51603fac3ce9d67b19a3a76b2bc");
    draw_ticket_load(t, &seed, UINT64_C(12345678901234567890), STR("张三"));
    assert_hex(t, 32, "e7667f5faf2192abc4e37a41dae62669f3f085c8e8a6ab594ee74628295b147d");
    draw_ticket_seat(t, &seed, STR("91410882MA0138257H|SCJG|1"));
    assert_hex(t, 32, "0916018ff41168b83b359888a24b0aa7ecccd3c13c339a23247938364bc1db8f");
    draw_ticket_pair(t, &seed, STR("91410882MA0138257H|SCJG|1"), STR("SCJG-00"));
    assert_hex(t, 32, "27c82d66893d4f4040c2ee44eefeae5df9312c766ef3d160cc69aa5551b57199");
}

static void long_seats_and_names_are_hashed_whole(void **state)
{
    (void)state;
    uint8_t t[DRAW_HASH];
    struct crypto_ticket seed;
    char seat[64 + 1 + 100 + 3];
    char person[60];
    memset(seat, 'B', 64);
    seat[64] = '|';
    memset(seat + 65, 'D', 100);
    memcpy(seat + 165, "|12", 3);
    memset(person, 'I', sizeof person);
    crypto_ticket_init(&seed, secret);
    draw_ticket_pair(t, &seed, str_range(seat, sizeof seat), str_range(person, sizeof person));
    assert_hex(t, 32, "4cbbfa11d78920cb5dbbb9c1f855a5bfb6f12126554ec936ef1626eabee7222d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_hashes_as_often_as_told),
        cmocka_unit_test(code_j_hashes_to_code_j_minus_1_and_the_last_is_the_secret),
        cmocka_unit_test(a_secret_is_held_to_the_commitment),
        cmocka_unit_test(the_salt_is_empty_the_code_or_a_hash_of_all_codes),
        cmocka_unit_test(each_partys_secret_is_needed_and_checked),
        cmocka_unit_test(seeds_are_hmacs_of_the_randomness),
        cmocka_unit_test(tickets_carry_the_labels_of_the_protocol),
        cmocka_unit_test(long_seats_and_names_are_hashed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
