/* Signed notes and keys against the published examples of Go's sumdb/note, C2SP and sum.golang.org.
 */
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
#include "tlog/checkpoint.h"

/* Go's example key; public, for tests. */
#define SEED "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173"
#define VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define OTHER "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define TEXT                                                                                       \
    "If you think cryptography is the answer to your problem,\n"                                   \
    "then you don't know what your problem is.\n"
#define SIG                                                                                        \
    "— PeterNeumann "                                                                            \
    "x08go/ZJkuBS9UG/"                                                                             \
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define OTHER_SIG                                                                                  \
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/"                                   \
    "5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

static struct tlog_signer peter(void)
{
    struct tlog_signer s;
    uint8_t seed[CRYPTO_SEED];
    assert_int_equal(str_unhex(seed, sizeof seed, STR(SEED)), ERR_OK);
    assert_int_equal(tlog_signer_make(&s, STR("PeterNeumann"), seed), ERR_OK);
    return s;
}

static json_t *vectors(void)
{
    char path[4096];
    const char *shared = getenv("SUNLOT_SHARED");
    snprintf(path, sizeof path, "%s/vectors/signed_note.json", shared ? shared : "");
    json_t *root = json_load_file(path, 0, NULL);
    if (root == NULL)
        print_message("# not here, passed over: %s\n", path);
    return root;
}

static enum err verify(struct tlog_seen *seen, const char *note, const char *vkey)
{
    struct tlog_verifier v;
    struct tlog_note n;
    TRY(tlog_verifier_parse(&v, str_of(vkey)));
    TRY(tlog_note_parse(&n, str_of(note)));
    return tlog_note_verify(seen, &n, &v);
}

static void every_published_note_verifies_and_prints_back(void **state)
{
    (void)state;
    json_t *root = vectors();
    const json_t *notes = json_object_get(root, "notes");
    const char *text = NULL;
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *o = json_array_get(notes, i);
        const char *vkey = json_string_value(json_object_get(o, "vkey"));
        const json_t *own = json_object_get(o, "note");
        struct tlog_verifier v;
        struct tlog_seen seen;
        struct buf out = {0};
        text = own ? json_string_value(own) : text;
        assert_int_equal(verify(&seen, text, vkey), ERR_OK);
        assert_int_equal(seen.plain, 1);
        assert_int_equal(seen.cosigned, 0);
        assert_int_equal(tlog_verifier_parse(&v, str_of(vkey)), ERR_OK);
        tlog_verifier_print(&out, &v);
        assert_true(str_eq(buf_view(&out), str_of(vkey)));
        buf_free(&out);
    }
    assert_true(root == NULL || json_array_size(notes) >= 4);
    json_decref(root);
}

static void every_key_that_must_be_rejected_is(void **state)
{
    (void)state;
    json_t *root = vectors();
    const json_t *keys = json_object_get(root, "must_reject_vkeys");
    struct tlog_verifier v;
    for (size_t i = 0; i < json_array_size(keys); i++)
        assert_int_equal(
            tlog_verifier_parse(&v, str_of(json_string_value(json_array_get(keys, i)))),
            ERR_FORMAT);
    json_decref(root);
    static const char *const more[] = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a3+",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        VKEY "\n",
        VKEY "=",
    };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        assert_int_equal(tlog_verifier_parse(&v, str_of(more[i])), ERR_FORMAT);
}

static void the_example_of_checkpoint_and_cosignature_is_read(void **state)
{
    (void)state;
    json_t *root = vectors();
    const char *name;
    json_t *text;
    json_object_foreach(json_object_get(root, "format_examples_without_public_key"), name, text)
    {
        struct tlog_note n;
        struct tlog_checkpoint c;
        struct buf out = {0};
        assert_int_equal(tlog_note_parse(&n, str_of(json_string_value(text))), ERR_OK);
        assert_int_equal(n.count, 2);
        assert_int_equal(tlog_checkpoint_parse(&c, n.text), ERR_OK);
        assert_true(str_eq(c.origin, STR("example.com/behind-the-sofa")));
        assert_int_equal(c.head.size, 20852163);
        tlog_note_print(&out, &n);
        assert_string_equal(buf_cstr(&out), json_string_value(text));
        buf_free(&out);
    }
    json_decref(root);
}

static void signing_gives_the_published_signature(void **state)
{
    (void)state;
    struct tlog_signer s = peter();
    struct buf out = {0};
    assert_int_equal(tlog_note_sign(&out, &s, STR(TEXT)), ERR_OK);
    assert_string_equal(buf_cstr(&out), TEXT "\n" SIG);
    buf_clear(&out);
    tlog_verifier_print(&out, &s.verifier);
    assert_string_equal(buf_cstr(&out), VKEY);
    buf_free(&out);
}

static void a_signer_key_survives_its_text_form(void **state)
{
    (void)state;
    struct tlog_signer s = peter();
    struct tlog_signer again;
    struct buf out = {0};
    tlog_signer_print(&out, &s);
    assert_true(str_starts(buf_view(&out), STR("PRIVATE+KEY+PeterNeumann+c74f20a3+")));
    assert_int_equal(tlog_signer_parse(&again, buf_view(&out)), ERR_OK);
    assert_memory_equal(&again, &s, sizeof s);
    out.data[out.len - 1] ^= 1;
    assert_int_equal(tlog_signer_parse(&again, buf_view(&out)), ERR_FORMAT);
    tlog_signer_wipe(&again);
    assert_int_equal(again.seed[0] | again.verifier.key[0], 0);
    buf_free(&out);
}

static void unknown_keys_are_ignored_and_known_wrong_ones_refuse_the_note(void **state)
{
    (void)state;
    struct tlog_seen seen;
    assert_int_equal(verify(&seen, TEXT "\n" OTHER_SIG SIG, VKEY), ERR_OK);
    assert_int_equal(seen.plain, 1);
    assert_int_equal(verify(&seen, TEXT "\n" OTHER_SIG, VKEY), ERR_PROOF);
    assert_int_equal(verify(&seen, "x" TEXT "\n" SIG, VKEY), ERR_PROOF);
    assert_int_equal(verify(&seen, "x" TEXT "\n" SIG OTHER_SIG, OTHER), ERR_PROOF);
}

static void notes_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        TEXT,
        TEXT "\n",
        TEXT SIG,
        "no newline\n\n",
        TEXT "\n" SIG "\n",
        TEXT "\n- PeterNeumann x08go/ZJkuA=\n",
        TEXT "\n— PeterNeumann x08go/ZJkuB=\n", /* bits behind the last byte */
        TEXT "\n— PeterNeumann x08go/ZJkuA\n",
        TEXT "\n— PeterNeumann x08goA==\n", /* an id and nothing behind it */
        TEXT "\n— Peter+Neumann x08go/ZJkuA=\n",
        TEXT "\n—  x08go/ZJkuA=\n",
        TEXT "\n— Peter\xE3\x80\x80Neumann x08go/ZJkuA=\n",
        TEXT "\n— PeterNeumann x08go/ZJkuA= \n",
        TEXT "\n— PeterNeumann x08go/ZJkuA=",
        "tab\there\n\n" SIG,
        "return\r\n\n" SIG,
        "\xC3\x28\n\n" SIG,
    };
    struct tlog_note n;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (tlog_note_parse(&n, str_of(bad[i])) != ERR_FORMAT)
            fail_msg("note %zu was taken: %s", i, bad[i]);
}

static void sixteen_signatures_are_taken_and_a_flood_is_not(void **state)
{
    (void)state;
    struct buf note = {0};
    struct tlog_note n;
    buf_cat(&note, TEXT "\n");
    for (size_t i = 0; i < 16; i++)
        buf_cat(&note, SIG);
    assert_int_equal(tlog_note_parse(&n, buf_view(&note)), ERR_OK);
    assert_int_equal(n.count, 16);
    for (size_t i = 0; i < 32; i++)
        buf_cat(&note, SIG);
    assert_int_equal(tlog_note_parse(&n, buf_view(&note)), ERR_LIMIT);
    buf_free(&note);
}

static void the_last_empty_line_divides_text_from_signatures(void **state)
{
    (void)state;
    struct tlog_signer s = peter();
    struct buf out = {0};
    struct tlog_note n;
    struct tlog_seen seen;
    assert_int_equal(tlog_note_sign(&out, &s, STR("one\n\ntwo\n")), ERR_OK);
    assert_int_equal(tlog_note_parse(&n, buf_view(&out)), ERR_OK);
    assert_true(str_eq(n.text, STR("one\n\ntwo\n")));
    assert_int_equal(tlog_note_verify(&seen, &n, &s.verifier), ERR_OK);
    assert_int_equal(tlog_note_sign(&out, &s, STR("no newline")), ERR_INPUT);
    assert_int_equal(tlog_note_sign(&out, &s, STR("bell\a\n")), ERR_INPUT);
    buf_free(&out);
}

/* The cosigned message is put together here by hand (tlog-cosignature, "Ed25519 signed message").
 */
static void a_cosignature_signs_its_time_and_the_text(void **state)
{
    (void)state;
    struct tlog_signer s = peter();
    struct buf out = {0};
    struct tlog_note n;
    uint8_t bytes[4 + 8 + 64];
    static const uint8_t stamp[8] = {0, 0, 0, 0, 0x64, 0x18, 0x58, 0x4b}; /* 1679317067 */
    buf_cat(&out, "a\n\n");
    assert_int_equal(tlog_note_cosign(&out, &s, STR("a\n"), 1679317067), ERR_OK);
    assert_int_equal(tlog_note_parse(&n, buf_view(&out)), ERR_OK);
    assert_int_equal(n.sigs[0].id, s.verifier.cosigner_id);
    assert_int_equal(base64_decode_exact(bytes, sizeof bytes, n.sigs[0].base64), ERR_OK);
    assert_memory_equal(bytes + 4, stamp, sizeof stamp);
    assert_int_equal(
        crypto_sign_verify(bytes + 12, s.verifier.key, STR("cosignature/v1\ntime 1679317067\na\n")),
        ERR_OK);
    struct tlog_seen seen;
    assert_int_equal(tlog_note_verify(&seen, &n, &s.verifier), ERR_OK);
    assert_int_equal(seen.cosigned, 1);
    assert_int_equal(seen.time, 1679317067);
    assert_int_equal(tlog_note_cosign(&out, &s, STR("a\n"), -1), ERR_RANGE);
    buf_free(&out);
}

static void checkpoint_texts_that_deviate_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "o\n",
        "o\n1\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nx\n\ny\n",
    };
    struct tlog_checkpoint c;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (tlog_checkpoint_parse(&c, str_of(bad[i])) != ERR_FORMAT)
            fail_msg("checkpoint %zu was taken: %s", i, bad[i]);
    static const char good[] = "o p\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nx\ny\n";
    struct buf out = {0};
    assert_int_equal(tlog_checkpoint_parse(&c, str_of(good)), ERR_OK);
    assert_true(str_eq(c.extra, STR("x\ny\n")));
    tlog_checkpoint_print(&out, &c);
    assert_string_equal(buf_cstr(&out), good);
    buf_free(&out);
}

static void our_checkpoint_has_two_signatures_and_strangers_need_one(void **state)
{
    (void)state;
    struct tlog_signer s = peter();
    struct crypto_head head = {.size = 7, .root = {1, 2, 3}};
    struct tlog_checkpoint c;
    struct tlog_note n;
    struct buf out = {0};
    assert_int_equal(tlog_checkpoint_sign(&out, &s, &head, 1700000000), ERR_OK);
    assert_int_equal(tlog_checkpoint_open_own(&c, buf_view(&out), &s.verifier), ERR_OK);
    assert_int_equal(c.head.size, 7);
    assert_int_equal(c.time, 1700000000);
    assert_int_equal(tlog_note_parse(&n, buf_view(&out)), ERR_OK);
    n.count = 1;
    struct buf plain = {0};
    tlog_note_print(&plain, &n);
    assert_int_equal(tlog_checkpoint_open(&c, buf_view(&plain), &s.verifier), ERR_OK);
    assert_int_equal(c.time, 0);
    assert_int_equal(tlog_checkpoint_open_own(&c, buf_view(&plain), &s.verifier), ERR_PROOF);
    buf_cat(&out, OTHER_SIG);
    assert_int_equal(tlog_checkpoint_open(&c, buf_view(&out), &s.verifier), ERR_OK);
    assert_int_equal(tlog_checkpoint_open_own(&c, buf_view(&out), &s.verifier), ERR_PROOF);
    buf_free(&plain);
    buf_free(&out);
}

static void a_key_signs_for_the_log_of_its_name_only(void **state)
{
    (void)state;
    struct tlog_signer s = peter();
    struct tlog_checkpoint c;
    struct buf out = {0};
    assert_int_equal(
        tlog_note_sign(&out, &s, STR("other\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")),
        ERR_OK);
    assert_int_equal(tlog_checkpoint_open(&c, buf_view(&out), &s.verifier), ERR_PROOF);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_note_verifies_and_prints_back),
        cmocka_unit_test(every_key_that_must_be_rejected_is),
        cmocka_unit_test(the_example_of_checkpoint_and_cosignature_is_read),
        cmocka_unit_test(signing_gives_the_published_signature),
        cmocka_unit_test(a_signer_key_survives_its_text_form),
        cmocka_unit_test(unknown_keys_are_ignored_and_known_wrong_ones_refuse_the_note),
        cmocka_unit_test(notes_that_are_none_are_refused),
        cmocka_unit_test(sixteen_signatures_are_taken_and_a_flood_is_not),
        cmocka_unit_test(the_last_empty_line_divides_text_from_signatures),
        cmocka_unit_test(a_cosignature_signs_its_time_and_the_text),
        cmocka_unit_test(checkpoint_texts_that_deviate_are_refused),
        cmocka_unit_test(our_checkpoint_has_two_signatures_and_strangers_need_one),
        cmocka_unit_test(a_key_signs_for_the_log_of_its_name_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
