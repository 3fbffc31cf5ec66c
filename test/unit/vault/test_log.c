/* The log on disk, read as a stranger reads it: with the verifier key and the public files alone.
 * Roots of the 70,000 entries "entry 0", "entry 1", ... were computed with Python's hashlib. */
#include "scratch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tlog/proof.h"
#include "tlog/tile.h"
#include "vault/log.h"

#define ORIGIN "example.cn/sunlot"
#define NOW INT64_C(1770000000123456)

static struct vault_log *log_create(struct scratch *s)
{
    struct vault_log *log = NULL;
    scratch_open(s);
    assert_int_equal(vault_log_create(s->dir, STR(ORIGIN), NULL), ERR_OK);
    assert_int_equal(vault_log_open(&log, s->dir, NULL), ERR_OK);
    return log;
}

static struct vault_log *log_again(struct scratch *s, struct vault_log *log)
{
    struct fault fault = {0};
    vault_log_close(log);
    if (vault_log_open(&log, s->dir, &fault) != ERR_OK)
        fail_msg("%s", fault_text(&fault));
    return log;
}

/* Appends entries until there are `size`, `batch` at a time. */
static void log_fill(struct vault_log *log, uint64_t size, size_t batch)
{
    char text[512][24];
    struct str entries[512];
    assert_true(batch <= 512);
    while (vault_log_size(log) < size) {
        uint64_t first = vault_log_size(log);
        size_t n = size - first < batch ? (size_t)(size - first) : batch;
        for (size_t i = 0; i < n; i++) {
            snprintf(text[i], sizeof text[i], "entry %llu", (unsigned long long)(first + i));
            entries[i] = str_of(text[i]);
        }
        assert_int_equal(vault_log_append(log, entries, n), ERR_OK);
    }
}

static void assert_root(const struct crypto_head *head, uint64_t size, const char *hex)
{
    uint8_t want[CRYPTO_HASH];
    assert_true(head->size == size);
    assert_int_equal(str_unhex(want, sizeof want, str_of(hex)), ERR_OK);
    assert_memory_equal(head->root, want, sizeof want);
}

/* The published checkpoint as a stranger takes it. */
static struct crypto_head stranger_head(struct scratch *s, const struct tlog_verifier *v)
{
    struct buf note = {0};
    struct tlog_checkpoint c;
    scratch_read(&note, s, "log/checkpoint");
    assert_int_equal(tlog_checkpoint_open(&c, buf_view(&note), v), ERR_OK);
    buf_free(&note);
    return c.head;
}

static void stranger_path(char out[128], int level, uint64_t index, unsigned width)
{
    struct tlog_tile tile = {level, index, width};
    struct buf path = {0};
    buf_cat(&path, "log/");
    assert_int_equal(tlog_tile_path(&path, &tile), ERR_OK);
    snprintf(out, 128, "%s", buf_cstr(&path));
    buf_free(&path);
}

/* Reads all bundles and level-0 tiles of a size and returns the root they give. */
static struct crypto_head stranger_reads(struct scratch *s, uint64_t size)
{
    struct crypto_head head = {.size = size};
    struct crypto_merkle m;
    struct buf bundle = {0};
    struct buf tile = {0};
    crypto_merkle_init(&m);
    for (uint64_t i = 0; i * TLOG_WIDTH < size; i++) {
        char path[128];
        struct str entry;
        unsigned width = tlog_tile_width(0, i, size);
        stranger_path(path, TLOG_ENTRIES, i, width);
        scratch_read(&bundle, s, path);
        stranger_path(path, 0, i, width);
        scratch_read(&tile, s, path);
        assert_int_equal(tile.len, width * CRYPTO_HASH);
        struct str rest = buf_view(&bundle);
        for (unsigned k = 0; tlog_entry_next(&entry, &rest) == ERR_OK; k++) {
            uint8_t leaf[CRYPTO_HASH];
            crypto_leaf(leaf, entry);
            assert_memory_equal(leaf, tile.data + k * CRYPTO_HASH, CRYPTO_HASH);
            crypto_merkle_add_hash(&m, leaf);
        }
        assert_true(str_empty(rest));
    }
    assert_true(m.size == size);
    crypto_merkle_root(head.root, &m);
    buf_free(&bundle);
    buf_free(&tile);
    return head;
}

static void a_new_log_has_a_key_of_its_own_and_is_made_once(void **state)
{
    (void)state;
    struct scratch s;
    struct stat st;
    struct fault fault = {0};
    struct buf vkey = {0};
    struct tlog_verifier v;
    struct vault_log *log = log_create(&s);
    assert_int_equal(vault_log_size(log), 0);
    assert_int_equal(vault_log_published(log), 0);
    vault_log_vkey(&vkey, log);
    assert_true(str_starts(buf_view(&vkey), STR(ORIGIN "+")));
    assert_int_equal(tlog_verifier_parse(&v, buf_view(&vkey)), ERR_OK);
    assert_memory_equal(&v, vault_log_verifier(log), sizeof v);
    assert_int_equal(stat(scratch_path(&s, "keys/log.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(scratch_path(&s, "keys"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    vault_log_close(log);
    assert_int_equal(vault_log_create(s.dir, STR(ORIGIN), &fault), ERR_STATE);
    assert_non_null(strstr(fault.text, "已有日志"));
    assert_int_equal(unlink(scratch_path(&s, "journal/log")), 0);
    assert_int_equal(vault_log_create(s.dir, STR("another.cn/log"), &fault), ERR_STATE);
    assert_int_equal(vault_log_create(s.dir, STR(ORIGIN), &fault), ERR_OK);
    buf_free(&vkey);
    scratch_close(&s);
}

static void origins_that_are_no_key_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a b", "a+b", "a\nb",
                                      "a\xE3\x80\x80"
                                      "b"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct scratch s;
        struct fault fault = {0};
        struct vault_log *log = NULL;
        scratch_open(&s);
        assert_int_equal(vault_log_create(s.dir, str_of(bad[i]), &fault), ERR_INPUT);
        assert_true(fault.text[0] != '\0');
        assert_int_not_equal(vault_log_open(&log, s.dir, NULL), ERR_OK);
        assert_null(log);
        scratch_close(&s);
    }
}

static void opening_what_is_no_log_or_an_open_key_says_what_to_do(void **state)
{
    (void)state;
    struct scratch s;
    struct fault fault = {0};
    struct vault_log *log = NULL;
    scratch_open(&s);
    assert_int_equal(vault_log_open(&log, s.dir, &fault), ERR_MISSING);
    assert_non_null(strstr(fault.text, "sunlot init"));
    assert_int_equal(vault_log_create(s.dir, STR(ORIGIN), NULL), ERR_OK);
    assert_int_equal(chmod(scratch_path(&s, "keys/log.key"), 0640), 0);
    assert_int_equal(vault_log_open(&log, s.dir, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "chmod 600"));
    scratch_close(&s);
}

static void a_log_is_held_by_one_at_a_time(void **state)
{
    (void)state;
    struct scratch s;
    struct fault fault = {0};
    struct vault_log *second = NULL;
    const struct vault_log_options soon = {.wait_ms = 30};
    struct vault_log *log = log_create(&s);
    assert_int_equal(vault_log_open_with(&second, s.dir, &soon, &fault), ERR_BUSY);
    assert_null(second);
    assert_true(fault.text[0] != '\0');
    vault_log_close(log);
    assert_int_equal(vault_log_open_with(&second, s.dir, &soon, NULL), ERR_OK);
    vault_log_close(second);
    scratch_close(&s);
}

/* Root and files at sizes around a tile's border, each after opening anew. */
static void a_stranger_reads_the_log_at_every_border(void **state)
{
    (void)state;
    static const struct {
        uint64_t size;
        const char *root;
    } at[] = {
        {1, "773885a613489e24ce2cf76199d6a423f042e4bbf12d7eecee912ef276c65701"},
        {255, "cf66793e6329dff242eb3cee0a6f36ad3e3a196dcc573a1ec775e102be863f1c"},
        {256, "da6596d95369f5fef322ab8e4e0da3b0b50236aa9c8a3b1d246f7411c9e2e32e"},
        {257, "5c1fdfe835358022f2392de478dbe053fc130cfe1d3a082879a90cf6bf14bf7e"},
        {600, "e8a804af596789ed4f53942e294cfe44d5bed4c7140c7f0f5fa52c0c122232d6"},
    };
    struct scratch s;
    struct vault_log *log = log_create(&s);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        log_fill(log, at[i].size, 7);
        assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
        assert_true(vault_log_published(log) == at[i].size);
        struct crypto_head head = stranger_head(&s, vault_log_verifier(log));
        assert_root(&head, at[i].size, at[i].root);
        head = stranger_reads(&s, at[i].size);
        assert_root(&head, at[i].size, at[i].root);
        log = log_again(&s, log);
        assert_true(vault_log_size(log) == at[i].size);
    }
    vault_log_close(log);
    scratch_close(&s);
}

/* The standard's own example of 70,000 entries; on the way the journal is emptied several times. */
static void seventy_thousand_entries_fill_the_tiles_of_the_standard(void **state)
{
    (void)state;
    struct scratch s;
    struct vault_log *log = log_create(&s);
    uint64_t verified = 0;
    log_fill(log, 30000, 500);
    log = log_again(&s, log);
    log_fill(log, 70000, 512);
    log = log_again(&s, log);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    struct crypto_head head = stranger_head(&s, vault_log_verifier(log));
    assert_root(&head, 70000, "a3920fba7f239a071a9bd10721f1341addefbaededb41c7e24437a9d16bdf00a");
    head = stranger_reads(&s, 70000);
    assert_root(&head, 70000, "a3920fba7f239a071a9bd10721f1341addefbaededb41c7e24437a9d16bdf00a");
    static const struct tlog_tile there[] = {
        {0, 272, 256}, {0, 273, 112}, {1, 0, 256}, {1, 1, 17}, {2, 0, 1}, {TLOG_ENTRIES, 273, 112}};
    static const struct tlog_tile absent[] = {{0, 273, 256}, {1, 1, 256}, {2, 0, 256}, {3, 0, 1}};
    char path[128];
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        stranger_path(path, there[i].level, there[i].index, there[i].width);
        assert_true(file_exists(scratch_path(&s, path)));
    }
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        stranger_path(path, absent[i].level, absent[i].index, absent[i].width);
        assert_false(file_exists(scratch_path(&s, path)));
    }
    assert_int_equal(vault_log_verify(&verified, log, NULL), ERR_OK);
    assert_int_equal(verified, 70000);
    struct buf proof = {0};
    struct tlog_proven proven;
    for (uint64_t i = 0; i < 70000; i += 6999) {
        uint8_t leaf[CRYPTO_HASH];
        char want[24];
        buf_clear(&proof);
        snprintf(want, sizeof want, "entry %llu", (unsigned long long)i);
        assert_int_equal(vault_log_entry(&proof, log, i), ERR_OK);
        assert_string_equal(buf_cstr(&proof), want);
        crypto_leaf(leaf, str_of(want));
        buf_clear(&proof);
        assert_int_equal(vault_log_proof(&proof, log, i), ERR_OK);
        assert_int_equal(
            tlog_proof_verify(&proven, buf_view(&proof), leaf, vault_log_verifier(log), NULL),
            ERR_OK);
        assert_true(proven.index == i && proven.size == 70000);
    }
    buf_free(&proof);
    vault_log_close(log);
    scratch_close(&s);
}

static void an_entry_has_the_time_of_the_first_checkpoint_over_it(void **state)
{
    (void)state;
    struct scratch s;
    int64_t us = 0;
    struct buf proof = {0};
    struct tlog_proven proven;
    uint8_t leaf[CRYPTO_HASH];
    struct vault_log *log = log_create(&s);
    log_fill(log, 3, 3);
    assert_int_equal(vault_log_time(&us, log, 0), ERR_STATE);
    assert_int_equal(vault_log_proof(&proof, log, 0), ERR_STATE);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    log_fill(log, 5, 2);
    assert_int_equal(vault_log_time(&us, log, 3), ERR_STATE);
    assert_int_equal(vault_log_publish(log, NOW + 60000000), ERR_OK);
    log = log_again(&s, log);
    assert_int_equal(vault_log_time(&us, log, 2), ERR_OK);
    assert_true(us == INT64_C(1770000000000000));
    assert_int_equal(vault_log_time(&us, log, 3), ERR_OK);
    assert_true(us == INT64_C(1770000060000000));
    assert_int_equal(vault_log_leaf(leaf, log, 2), ERR_OK);
    assert_int_equal(vault_log_proof_first(&proof, log, 2), ERR_OK);
    assert_int_equal(
        tlog_proof_verify(&proven, buf_view(&proof), leaf, vault_log_verifier(log), NULL), ERR_OK);
    assert_true(proven.size == 3 && proven.time == 1770000000);
    buf_clear(&proof);
    assert_int_equal(vault_log_proof(&proof, log, 2), ERR_OK);
    assert_int_equal(
        tlog_proof_verify(&proven, buf_view(&proof), leaf, vault_log_verifier(log), NULL), ERR_OK);
    assert_true(proven.size == 5 && proven.time == 1770000060);
    assert_int_equal(vault_log_time(&us, log, 5), ERR_STATE);
    assert_int_equal(vault_log_leaf(leaf, log, 5), ERR_RANGE);
    buf_free(&proof);
    vault_log_close(log);
    scratch_close(&s);
}

static void publishing_nothing_new_changes_nothing_and_time_never_goes_back(void **state)
{
    (void)state;
    struct scratch s;
    int64_t us = 0;
    struct buf one = {0};
    struct buf two = {0};
    struct vault_log *log = log_create(&s);
    assert_int_equal(vault_log_checkpoint(&one, log), ERR_STATE);
    log_fill(log, 3, 3);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    assert_int_equal(vault_log_checkpoint(&one, log), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW + 5000000), ERR_OK);
    scratch_read(&two, &s, "log/checkpoint");
    assert_true(str_eq(buf_view(&one), buf_view(&two)));
    log_fill(log, 4, 1);
    assert_int_equal(vault_log_publish(log, NOW - 86400000000), ERR_OK);
    assert_int_equal(vault_log_time(&us, log, 3), ERR_OK);
    assert_true(us == INT64_C(1770000000000000));
    buf_free(&one);
    buf_free(&two);
    vault_log_close(log);
    scratch_close(&s);
}

static void a_batch_with_one_entry_too_long_adds_none(void **state)
{
    (void)state;
    struct scratch s;
    struct buf longest = {0};
    struct buf back = {0};
    struct vault_log *log = log_create(&s);
    while (longest.len < 65536)
        buf_char(&longest, 'x');
    struct str entries[2] = {STR("short"), buf_view(&longest)};
    assert_int_equal(vault_log_append(log, entries, 2), ERR_LIMIT);
    assert_int_equal(vault_log_size(log), 0);
    assert_int_equal(vault_log_append(log, entries, 0), ERR_OK);
    entries[1].len = 65535;
    assert_int_equal(vault_log_append(log, entries, 2), ERR_OK);
    assert_int_equal(vault_log_entry(&back, log, 1), ERR_OK);
    assert_int_equal(back.len, 65535);
    assert_int_equal(vault_log_entry(&back, log, 2), ERR_RANGE);
    buf_free(&longest);
    buf_free(&back);
    vault_log_close(log);
    scratch_close(&s);
}

/* nftw has no context: the files found stand here for one test at a time. */
static struct buf found_files;

static int found_add(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (kind == FTW_F) {
        buf_cat(&found_files, path);
        buf_char(&found_files, '\n');
    }
    return 0;
}

/* Flips a byte of the file at its beginning, middle and end; verify must name the file each time.
 */
static void file_changes_are_named(struct vault_log *log, const char *path)
{
    struct buf content = {0};
    assert_int_equal(file_read(&content, path, 1 << 24), ERR_OK);
    size_t at[] = {0, content.len / 2, content.len - 1};
    for (size_t i = 0; i < 3 && content.len > 0; i++) {
        struct fault fault = {0};
        int fd = open(path, O_RDWR);
        char byte = (char)(content.data[at[i]] ^ 0x20);
        assert_int_equal(pwrite(fd, &byte, 1, (off_t)at[i]), 1);
        enum err err = vault_log_verify(NULL, log, &fault);
        if (err != ERR_DAMAGED || strstr(fault.text, strrchr(path, '/')) == NULL)
            fail_msg("%s, byte %zu: %s: %s", path, at[i], err_code(err), fault.text);
        assert_int_equal(pwrite(fd, content.data + at[i], 1, (off_t)at[i]), 1);
        assert_int_equal(close(fd), 0);
    }
    buf_free(&content);
}

static void a_changed_byte_in_any_file_is_found_and_the_file_named(void **state)
{
    (void)state;
    struct scratch s;
    struct str path;
    size_t files = 0;
    struct vault_log *log = log_create(&s);
    static const uint64_t sizes[] = {2, 17000, 17003, 17300};
    for (size_t i = 0; i < 4; i++) {
        log_fill(log, sizes[i], 256);
        assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    }
    log_fill(log, 17305, 2);
    assert_int_equal(vault_log_verify(NULL, log, NULL), ERR_OK);
    buf_clear(&found_files);
    assert_int_equal(nftw(scratch_path(&s, "log"), found_add, 16, FTW_PHYS), 0);
    buf_printf(&found_files, "%s/journal/log\n", s.dir);
    struct str rest = buf_view(&found_files);
    while (str_cut(&path, &rest, '\n') && !str_empty(path)) {
        char name[256];
        bool sample =
            files++ % 16 == 0 || str_find(path, STR(".p/")) >= 0 || str_find(path, STR("tile")) < 0;
        snprintf(name, sizeof name, "%.*s", STR_ARG(path));
        if (sample)
            file_changes_are_named(log, name);
    }
    assert_true(files > 130);
    assert_int_equal(vault_log_verify(NULL, log, NULL), ERR_OK);
    buf_free(&found_files);
    vault_log_close(log);
    scratch_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_log_has_a_key_of_its_own_and_is_made_once),
        cmocka_unit_test(origins_that_are_no_key_names_are_refused),
        cmocka_unit_test(opening_what_is_no_log_or_an_open_key_says_what_to_do),
        cmocka_unit_test(a_log_is_held_by_one_at_a_time),
        cmocka_unit_test(a_stranger_reads_the_log_at_every_border),
        cmocka_unit_test(seventy_thousand_entries_fill_the_tiles_of_the_standard),
        cmocka_unit_test(an_entry_has_the_time_of_the_first_checkpoint_over_it),
        cmocka_unit_test(publishing_nothing_new_changes_nothing_and_time_never_goes_back),
        cmocka_unit_test(a_batch_with_one_entry_too_long_adds_none),
        cmocka_unit_test(a_changed_byte_in_any_file_is_found_and_the_file_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
