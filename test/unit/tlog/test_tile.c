/* Tile names against C2SP's examples, bundles, and a complete published log (tessera's test log)
 * read at every size with its verifier key alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "tlog/checkpoint.h"
#include "tlog/tile.h"

struct named {
    struct tlog_tile tile;
    const char *path;
};

/* The first is C2SP's own example (tile_paths.json); the others follow its rules at their borders.
 */
static const struct named names[] = {
    {{0, 1234067, 256}, "tile/0/x001/x234/067"},
    {{0, 0, 256}, "tile/0/000"},
    {{1, 999, 255}, "tile/1/999.p/255"},
    {{2, 1000, 1}, "tile/2/x001/000.p/1"},
    {{TLOG_ENTRIES, 123456078, 256}, "tile/entries/x123/x456/078"},
    {{TLOG_ENTRIES, 5, 17}, "tile/entries/005.p/17"},
    {{63, UINT64_MAX, 256}, "tile/63/x018/x446/x744/x073/x709/x551/615"},
};

static void tiles_have_the_names_of_the_standard(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf out = {0};
        struct tlog_tile tile;
        assert_int_equal(tlog_tile_path(&out, &names[i].tile), ERR_OK);
        assert_string_equal(buf_cstr(&out), names[i].path);
        assert_int_equal(tlog_tile_parse(&tile, str_of(names[i].path)), ERR_OK);
        assert_int_equal(tile.level, names[i].tile.level);
        assert_true(tile.index == names[i].tile.index);
        assert_int_equal(tile.width, names[i].tile.width);
        buf_free(&out);
    }
}

static void names_of_no_tile_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/64/000",
        "tile/-1/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/67",
        "tile/0/x001",
        "tile/0/x1/067",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000/",
        "tile/0//000",
        "Tile/0/000",
        "tile/data/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/../000",
        "tile/3/5/123/456/078",
        "tile/3/-1/123/456/078",
    };
    struct tlog_tile tile;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (tlog_tile_parse(&tile, str_of(bad[i])) != ERR_FORMAT)
            fail_msg("taken: %s", bad[i]);
    struct buf out = {0};
    assert_int_equal(tlog_tile_path(&out, &(struct tlog_tile){64, 0, 1}), ERR_RANGE);
    assert_int_equal(tlog_tile_path(&out, &(struct tlog_tile){-2, 0, 1}), ERR_RANGE);
    assert_int_equal(tlog_tile_path(&out, &(struct tlog_tile){0, 0, 0}), ERR_RANGE);
    assert_int_equal(tlog_tile_path(&out, &(struct tlog_tile){0, 0, 257}), ERR_RANGE);
    buf_free(&out);
}

/* The standard's examples: 70,000 entries, and 256. */
static void widths_are_those_of_the_standards_examples(void **state)
{
    (void)state;
    assert_int_equal(tlog_tile_width(0, 272, 70000), 256);
    assert_int_equal(tlog_tile_width(0, 273, 70000), 112);
    assert_int_equal(tlog_tile_width(TLOG_ENTRIES, 273, 70000), 112);
    assert_int_equal(tlog_tile_width(0, 274, 70000), 0);
    assert_int_equal(tlog_tile_width(1, 0, 70000), 256);
    assert_int_equal(tlog_tile_width(1, 1, 70000), 17);
    assert_int_equal(tlog_tile_width(2, 0, 70000), 1);
    assert_int_equal(tlog_tile_width(3, 0, 70000), 0);
    assert_int_equal(tlog_tile_width(0, 0, 256), 256);
    assert_int_equal(tlog_tile_width(0, 1, 256), 0);
    assert_int_equal(tlog_tile_width(1, 0, 256), 1);
    assert_int_equal(tlog_tile_width(8, 0, UINT64_MAX), 0);
    assert_int_equal(tlog_tile_width(0, UINT64_MAX, UINT64_MAX), 0);
}

static void bundles_give_back_their_entries_and_refuse_a_torn_end(void **state)
{
    (void)state;
    struct buf bundle = {0};
    struct buf longest = {0};
    struct str entry;
    while (longest.len < TLOG_ENTRY_MAX)
        buf_char(&longest, (char)longest.len);
    assert_int_equal(tlog_entry_add(&bundle, STR("")), ERR_OK);
    assert_int_equal(tlog_entry_add(&bundle, STR("ab")), ERR_OK);
    assert_memory_equal(bundle.data, "\0\0\0\2ab", 6);
    assert_int_equal(tlog_entry_add(&bundle, buf_view(&longest)), ERR_OK);
    buf_char(&longest, 'x');
    assert_int_equal(tlog_entry_add(&bundle, buf_view(&longest)), ERR_LIMIT);
    struct str rest = buf_view(&bundle);
    assert_int_equal(tlog_entry_next(&entry, &rest), ERR_OK);
    assert_true(str_empty(entry));
    assert_int_equal(tlog_entry_next(&entry, &rest), ERR_OK);
    assert_true(str_eq(entry, STR("ab")));
    struct str torn = str_sub(rest, 0, rest.len - 1);
    assert_int_equal(tlog_entry_next(&entry, &rest), ERR_OK);
    assert_int_equal(entry.len, TLOG_ENTRY_MAX);
    assert_int_equal(tlog_entry_next(&entry, &rest), ERR_END);
    assert_int_equal(tlog_entry_next(&entry, &torn), ERR_FORMAT);
    torn = STR("\0");
    assert_int_equal(tlog_entry_next(&entry, &torn), ERR_FORMAT);
    buf_free(&bundle);
    buf_free(&longest);
}

/* Reads <testlog>/name, or nothing where the folder is absent. */
static bool testlog_read(struct buf *out, const char *name)
{
    char path[4096];
    const char *shared = getenv("SUNLOT_SHARED");
    buf_clear(out);
    snprintf(path, sizeof path, "%s/vectors/tessera_testlog/%s", shared ? shared : "", name);
    if (file_read(out, path, 1 << 20) == ERR_OK)
        return true;
    print_message("# not here, passed over: %s\n", path);
    return false;
}

/* Entries and level-0 hashes of one size agree with each other and with the signed root. */
static void testlog_holds(const struct tlog_verifier *v, unsigned size, struct buf *hashes)
{
    char name[64];
    struct buf file = {0};
    struct tlog_checkpoint c;
    struct crypto_merkle m;
    struct str entry;
    uint8_t root[CRYPTO_HASH];
    snprintf(name, sizeof name, "checkpoint.%u", size);
    assert_true(testlog_read(&file, name));
    assert_int_equal(tlog_checkpoint_open(&c, buf_view(&file), v), ERR_OK);
    assert_int_equal(c.head.size, size);
    crypto_merkle_init(&m);
    if (size > 0) {
        struct tlog_tile tile = {TLOG_ENTRIES, 0, tlog_tile_width(0, 0, size)};
        struct buf path = {0};
        assert_int_equal(tlog_tile_path(&path, &tile), ERR_OK);
        assert_true(testlog_read(&file, buf_cstr(&path)));
        struct str rest = buf_view(&file);
        while (tlog_entry_next(&entry, &rest) == ERR_OK)
            crypto_merkle_add(&m, entry);
        assert_true(str_empty(rest));
        tile.level = 0;
        buf_clear(&path);
        assert_int_equal(tlog_tile_path(&path, &tile), ERR_OK);
        assert_true(testlog_read(hashes, buf_cstr(&path)));
        assert_int_equal(hashes->len, size * CRYPTO_HASH);
        buf_free(&path);
    }
    assert_int_equal(m.size, size);
    crypto_merkle_root(root, &m);
    assert_memory_equal(root, c.head.root, CRYPTO_HASH);
    buf_free(&file);
}

static enum err testlog_subtree(uint8_t out[CRYPTO_HASH], void *ctx, unsigned level, uint64_t index)
{
    const struct buf *hashes = ctx;
    size_t from = (size_t)index << level;
    assert_true((from + ((size_t)1 << level)) * CRYPTO_HASH <= hashes->len);
    tlog_tile_subtree(out, (uint8_t *)hashes->data + from * CRYPTO_HASH, level);
    return ERR_OK;
}

static void a_published_log_is_read_at_every_size_with_its_key_alone(void **state)
{
    (void)state;
    struct buf vkey = {0};
    struct buf hashes = {0};
    struct tlog_verifier v;
    struct crypto_head head[16];
    struct crypto_tree tree = {testlog_subtree, &hashes};
    if (!testlog_read(&vkey, "vkey.txt")) {
        buf_free(&vkey);
        return;
    }
    assert_int_equal(tlog_verifier_parse(&v, str_trim(buf_view(&vkey))), ERR_OK);
    for (unsigned size = 0; size <= 15; size++) {
        testlog_holds(&v, size, &hashes);
        head[size].size = size;
        assert_int_equal(crypto_tree_root(head[size].root, &tree, size), ERR_OK);
        for (unsigned before = 0; before <= size; before++) {
            struct crypto_proof proof;
            assert_int_equal(crypto_tree_consistency(&proof, &tree, before, size), ERR_OK);
            assert_int_equal(crypto_merkle_verify_consistency(&head[before], &head[size], &proof),
                             ERR_OK);
        }
    }
    buf_free(&hashes);
    buf_free(&vkey);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_have_the_names_of_the_standard),
        cmocka_unit_test(names_of_no_tile_are_refused),
        cmocka_unit_test(widths_are_those_of_the_standards_examples),
        cmocka_unit_test(bundles_give_back_their_entries_and_refuse_a_torn_end),
        cmocka_unit_test(a_published_log_is_read_at_every_size_with_its_key_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
