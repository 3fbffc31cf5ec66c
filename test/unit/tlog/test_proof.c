/* tlog-proof files: what is written is read and holds; a changed, missing or added byte anywhere is
 * found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tlog/proof.h"

enum { ENTRIES = 11, INDEX = 6 };

struct fixture {
    struct tlog_signer signer;
    uint8_t leaf[CRYPTO_HASH];
    struct buf text;
};

static void fixture_make(struct fixture *f)
{
    static const uint8_t seed[CRYPTO_SEED] = {42};
    struct crypto_prover prover;
    struct tlog_proof p = {.index = INDEX};
    struct crypto_head head = {.size = ENTRIES};
    struct buf note = {0};
    *f = (struct fixture){0};
    assert_int_equal(tlog_signer_make(&f->signer, STR("example.cn/log"), seed), ERR_OK);
    crypto_prover_init(&prover, INDEX);
    for (unsigned i = 0; i < ENTRIES; i++) {
        char entry[16];
        snprintf(entry, sizeof entry, "entry %u", i);
        crypto_prover_add(&prover, str_of(entry));
        if (i == INDEX)
            crypto_leaf(f->leaf, str_of(entry));
    }
    assert_int_equal(crypto_prover_proof(&p.path, head.root, &prover), ERR_OK);
    assert_int_equal(tlog_checkpoint_sign(&note, &f->signer, &head, 1770000000), ERR_OK);
    p.note = buf_view(&note);
    assert_int_equal(tlog_proof_print(&f->text, &p), ERR_OK);
    buf_free(&note);
}

static enum err check(const struct fixture *f, struct str text)
{
    struct tlog_proven proven;
    struct fault fault = {0};
    enum err err = tlog_proof_verify(&proven, text, f->leaf, &f->signer.verifier, &fault);
    if (err != ERR_OK)
        assert_true(fault.err == err && fault.text[0] != '\0');
    return err;
}

static void a_proof_says_index_size_and_time(void **state)
{
    (void)state;
    struct fixture f;
    struct tlog_proven proven;
    struct tlog_proof p;
    struct buf again = {0};
    fixture_make(&f);
    assert_true(str_starts(buf_view(&f.text), STR("c2sp.org/tlog-proof@v1\nindex 6\n")));
    assert_int_equal(
        tlog_proof_verify(&proven, buf_view(&f.text), f.leaf, &f.signer.verifier, NULL), ERR_OK);
    assert_int_equal(proven.index, INDEX);
    assert_int_equal(proven.size, ENTRIES);
    assert_int_equal(proven.time, 1770000000);
    assert_int_equal(tlog_proof_parse(&p, buf_view(&f.text)), ERR_OK);
    assert_int_equal(tlog_proof_print(&again, &p), ERR_OK);
    assert_true(str_eq(buf_view(&again), buf_view(&f.text)));
    buf_free(&again);
    buf_free(&f.text);
}

static void a_flipped_bit_anywhere_is_found(void **state)
{
    (void)state;
    struct fixture f;
    fixture_make(&f);
    for (size_t bit = 0; bit < 8 * f.text.len; bit++) {
        f.text.data[bit / 8] ^= (char)(1 << bit % 8);
        if (check(&f, buf_view(&f.text)) == ERR_OK)
            fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
        f.text.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_int_equal(check(&f, buf_view(&f.text)), ERR_OK);
    buf_free(&f.text);
}

static void a_cut_or_grown_proof_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    fixture_make(&f);
    struct str text = buf_view(&f.text);
    for (size_t len = 0; len < text.len; len++)
        assert_int_not_equal(check(&f, str_sub(text, 0, len)), ERR_OK);
    for (size_t at = 0; at <= text.len; at++) {
        struct buf grown = {0};
        buf_str(&grown, str_sub(text, 0, at));
        buf_char(&grown, at % 2 ? '\n' : 'A');
        buf_str(&grown, str_sub(text, at, text.len));
        assert_int_not_equal(check(&f, buf_view(&grown)), ERR_OK);
        buf_free(&grown);
    }
    buf_free(&f.text);
}

static void another_leaf_or_key_and_an_extra_line_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    struct buf extra = {0};
    fixture_make(&f);
    struct tlog_signer other = f.signer;
    other.seed[0] ^= 1;
    assert_int_equal(tlog_signer_make(&other, STR("example.cn/log"), other.seed), ERR_OK);
    struct tlog_proven proven;
    assert_int_equal(tlog_proof_verify(&proven, buf_view(&f.text), f.leaf, &other.verifier, NULL),
                     ERR_PROOF);
    f.leaf[0] ^= 1;
    assert_int_equal(check(&f, buf_view(&f.text)), ERR_PROOF);
    f.leaf[0] ^= 1;
    struct str text = buf_view(&f.text);
    buf_cat(&extra, "c2sp.org/tlog-proof@v1\nextra AAAA\n");
    buf_str(&extra, str_sub(text, 23, text.len));
    assert_int_equal(check(&f, buf_view(&extra)), ERR_FORMAT);
    buf_free(&extra);
    buf_free(&f.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_says_index_size_and_time),
        cmocka_unit_test(a_flipped_bit_anywhere_is_found),
        cmocka_unit_test(a_cut_or_grown_proof_is_refused),
        cmocka_unit_test(another_leaf_or_key_and_an_extra_line_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
