/* Blobs: whole and under their digest, or not there. */
#include "scratch.h"

#include <sys/stat.h>

#include "vault/blob.h"
#include "vault/litter.h"

static void blob_put(uint8_t digest[CRYPTO_HASH], const char *root, struct str a, struct str b)
{
    struct vault_blob w;
    assert_int_equal(vault_blob_begin(&w, root), ERR_OK);
    assert_int_equal(vault_blob_add(&w, a), ERR_OK);
    assert_int_equal(vault_blob_add(&w, b), ERR_OK);
    assert_int_equal(vault_blob_commit(digest, &w), ERR_OK);
}

static void a_blob_lies_under_its_sha256(void **state)
{
    (void)state;
    struct scratch s;
    uint8_t digest[CRYPTO_HASH];
    uint64_t size = 0;
    struct stat st;
    scratch_open(&s);
    blob_put(digest, s.dir, STR("a"), STR("bc"));
    const char *path =
        scratch_path(&s, "ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct buf named = {0};
    vault_blob_path(&named, s.dir, digest);
    assert_string_equal(buf_cstr(&named), path);
    assert_int_equal(vault_blob_check(&size, s.dir, digest, NULL), ERR_OK);
    assert_int_equal(size, 3);
    buf_free(&named);
    scratch_close(&s);
}

static void the_same_content_twice_is_one_blob(void **state)
{
    (void)state;
    struct scratch s;
    uint8_t one[CRYPTO_HASH];
    uint8_t two[CRYPTO_HASH];
    scratch_open(&s);
    blob_put(one, s.dir, STR("xy"), STR("z"));
    blob_put(two, s.dir, STR(""), STR("xyz"));
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(vault_blob_check(NULL, s.dir, one, NULL), ERR_OK);
    scratch_close(&s);
}

static void bytes_in_memory_are_the_same_blob_as_bytes_that_stream(void **state)
{
    (void)state;
    struct scratch s;
    uint8_t one[CRYPTO_HASH];
    uint8_t two[CRYPTO_HASH];
    scratch_open(&s);
    blob_put(one, s.dir, STR("a"), STR("bc"));
    assert_int_equal(vault_blob_put(two, s.dir, STR("abc")), ERR_OK);
    assert_memory_equal(one, two, sizeof one);
    scratch_close(&s);
}

static void a_large_blob_streams_through(void **state)
{
    (void)state;
    struct scratch s;
    struct vault_blob w;
    uint8_t digest[CRYPTO_HASH];
    uint8_t want[CRYPTO_HASH];
    struct crypto_sha256 h;
    char piece[70001];
    uint64_t size = 0;
    scratch_open(&s);
    crypto_sha256_init(&h);
    assert_int_equal(vault_blob_begin(&w, s.dir), ERR_OK);
    for (int i = 0; i < 50; i++) {
        memset(piece, 'a' + i % 26, sizeof piece);
        struct str part = str_range(piece, sizeof piece - (size_t)i * 1000);
        crypto_sha256_add(&h, part);
        assert_int_equal(vault_blob_add(&w, part), ERR_OK);
        size += part.len;
    }
    crypto_sha256_final(want, &h);
    assert_int_equal(vault_blob_commit(digest, &w), ERR_OK);
    assert_memory_equal(digest, want, sizeof want);
    uint64_t found = 0;
    assert_int_equal(vault_blob_check(&found, s.dir, digest, NULL), ERR_OK);
    assert_true(found == size);
    scratch_close(&s);
}

static void a_changed_cut_or_missing_blob_is_named(void **state)
{
    (void)state;
    struct scratch s;
    uint8_t digest[CRYPTO_HASH];
    struct buf path = {0};
    scratch_open(&s);
    blob_put(digest, s.dir, STR("evidence"), STR(""));
    vault_blob_path(&path, s.dir, digest);
    const char *name = buf_cstr(&path) + strlen(s.dir) + 1;
    static const char *const bad[] = {"Evidence", "evidenc", "evidence ", ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault fault = {0};
        scratch_write(&s, name, str_of(bad[i]));
        assert_int_equal(vault_blob_check(NULL, s.dir, digest, &fault), ERR_DAMAGED);
        assert_non_null(strstr(fault.text, name));
    }
    assert_int_equal(unlink(buf_cstr(&path)), 0);
    assert_int_equal(vault_blob_check(NULL, s.dir, digest, NULL), ERR_MISSING);
    buf_free(&path);
    scratch_close(&s);
}

static void an_abandoned_blob_leaves_nothing_and_a_crashed_one_is_swept(void **state)
{
    (void)state;
    struct scratch s;
    struct vault_blob w;
    uint8_t digest[CRYPTO_HASH];
    char tmp[4096];
    scratch_open(&s);
    snprintf(tmp, sizeof tmp, "%s/tmp", s.dir);
    assert_int_equal(vault_litter_remove(tmp, NULL, 0), 0);
    assert_int_equal(vault_blob_begin(&w, s.dir), ERR_OK);
    assert_int_equal(vault_blob_add(&w, STR("x")), ERR_OK);
    vault_blob_abort(&w);
    vault_blob_abort(&w);
    assert_int_equal(vault_litter_remove(tmp, NULL, 0), 0);
    blob_put(digest, s.dir, STR("kept"), STR(""));
    scratch_write(&s, "tmp/0123456789abcdef.tmp-abcdef", STR("half"));
    scratch_write(&s, "tmp/0123456789abcdef", STR("whole, not renamed"));
    assert_int_equal(vault_litter_remove(tmp, NULL, 3600), 0);
    assert_int_equal(vault_litter_remove(tmp, ".tmp-", 0), 1);
    assert_int_equal(vault_litter_remove(tmp, NULL, 0), 1);
    assert_int_equal(vault_blob_check(NULL, s.dir, digest, NULL), ERR_OK);
    scratch_close(&s);
}

static void a_root_that_is_a_file_is_refused(void **state)
{
    (void)state;
    struct scratch s;
    struct vault_blob w;
    uint8_t digest[CRYPTO_HASH];
    char root[96];
    scratch_open(&s);
    scratch_write(&s, "file", STR(""));
    snprintf(root, sizeof root, "%s/file", s.dir);
    assert_int_not_equal(vault_blob_begin(&w, root), ERR_OK);
    vault_blob_abort(&w);
    assert_int_not_equal(vault_blob_put(digest, root, STR("abc")), ERR_OK);
    scratch_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blob_lies_under_its_sha256),
        cmocka_unit_test(the_same_content_twice_is_one_blob),
        cmocka_unit_test(bytes_in_memory_are_the_same_blob_as_bytes_that_stream),
        cmocka_unit_test(a_large_blob_streams_through),
        cmocka_unit_test(a_changed_cut_or_missing_blob_is_named),
        cmocka_unit_test(an_abandoned_blob_leaves_nothing_and_a_crashed_one_is_swept),
        cmocka_unit_test(a_root_that_is_a_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
