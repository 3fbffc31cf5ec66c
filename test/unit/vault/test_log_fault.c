/* The log under faults: kill -9 at random moments, every way a power cut can leave the unsynced
 * end, missing and short files, failing writes and syncs. After each: what was acknowledged is
 * there, every checkpoint ever shown fits the same sequence of entries, and damage that no crash
 * makes is refused.
 *
 * Entry i is a fixed function of i, so that the right root of every size is known without the log.
 */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "tlog/checkpoint.h"
#include "vault/log.h"

#define ORIGIN "example.cn/sunlot"
#define NOW INT64_C(1770000000000000)

enum { BATCH_MAX = 400 };

static void entry_make(struct buf *out, uint64_t i)
{
    buf_clear(out);
    buf_printf(out, "entry %llu ", (unsigned long long)i);
    for (uint64_t k = i * 7 % 61; k > 0; k--)
        buf_char(out, (char)('a' + k % 26));
}

/* Appends the next n entries of the sequence. */
static enum err sequence_append(struct vault_log *log, size_t n)
{
    struct buf text[BATCH_MAX] = {0};
    struct str entries[BATCH_MAX] = {0};
    for (size_t i = 0; i < n; i++) {
        entry_make(&text[i], vault_log_size(log) + i);
        entries[i] = buf_view(&text[i]);
    }
    enum err err = vault_log_append(log, entries, n);
    for (size_t i = 0; i < n; i++)
        buf_free(&text[i]);
    return err;
}

static void sequence_root(uint8_t out[CRYPTO_HASH], uint64_t size)
{
    struct crypto_merkle m;
    struct buf entry = {0};
    crypto_merkle_init(&m);
    for (uint64_t i = 0; i < size; i++) {
        entry_make(&entry, i);
        crypto_merkle_add(&m, buf_view(&entry));
    }
    crypto_merkle_root(out, &m);
    buf_free(&entry);
}

static struct vault_log *must_open(struct scratch *s)
{
    struct vault_log *log = NULL;
    struct fault fault = {0};
    enum err err = vault_log_open(&log, s->dir, &fault);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_code(err), fault_text(&fault));
    return log;
}

/* Everything that must hold of an open log whose entries are the sequence. */
static void log_is_whole(struct vault_log *log)
{
    struct fault fault = {0};
    struct buf note = {0};
    struct buf entry = {0};
    struct buf want = {0};
    struct tlog_checkpoint c;
    uint8_t root[CRYPTO_HASH];
    enum err err = vault_log_verify(NULL, log, &fault);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_code(err), fault_text(&fault));
    if (vault_log_checkpoint(&note, log) == ERR_OK) {
        assert_int_equal(tlog_checkpoint_open_own(&c, buf_view(&note), vault_log_verifier(log)),
                         ERR_OK);
        assert_true(c.head.size == vault_log_published(log));
        sequence_root(root, c.head.size);
        assert_memory_equal(root, c.head.root, CRYPTO_HASH);
    }
    uint64_t size = vault_log_size(log);
    for (uint64_t i = 0; i < size; i += 1 + size / 37) {
        buf_clear(&entry);
        assert_int_equal(vault_log_entry(&entry, log, i), ERR_OK);
        entry_make(&want, i);
        assert_true(str_eq(buf_view(&entry), buf_view(&want)));
    }
    buf_free(&want);
    buf_free(&entry);
    buf_free(&note);
}

/* Goes on after a fault: appends, publishes, verifies. */
static void log_goes_on(struct vault_log *log)
{
    uint64_t size = vault_log_size(log);
    assert_int_equal(sequence_append(log, 3), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    assert_true(vault_log_published(log) == size + 3);
    log_is_whole(log);
}

static void scratch_log(struct scratch *s)
{
    scratch_open(s);
    assert_int_equal(vault_log_create(s->dir, STR(ORIGIN), NULL), ERR_OK);
}

/* Brings the log to `size` entries. A little below 16,384 the next appends empty the journal into
 * tiles, so that kills hit that as well. */
static void sequence_fill(struct scratch *s, uint64_t size)
{
    struct vault_log *log = must_open(s);
    while (vault_log_size(log) < size) {
        uint64_t left = size - vault_log_size(log);
        assert_int_equal(sequence_append(log, left < BATCH_MAX ? (size_t)left : BATCH_MAX), ERR_OK);
    }
    vault_log_close(log);
}

/* What the killed process had been answered, in memory that outlives it. */
struct acked {
    volatile uint64_t size;
    volatile uint64_t published;
    volatile unsigned opened; /* rounds + 1 of the worker that has the log open */
};

static void worker(const char *dir, struct acked *acked, unsigned seed, unsigned round)
{
    struct vault_log *log = NULL;
    if (vault_log_open(&log, dir, NULL) != ERR_OK)
        _exit(1);
    acked->opened = round + 1;
    for (;;) {
        size_t n = (size_t)rand_r(&seed) % (rand_r(&seed) % 4 == 0 ? BATCH_MAX : 20) + 1;
        if (sequence_append(log, n) != ERR_OK)
            _exit(2);
        acked->size = vault_log_size(log);
        if (rand_r(&seed) % 3 != 0)
            continue;
        if (vault_log_publish(log, NOW) != ERR_OK)
            _exit(3);
        acked->published = vault_log_published(log);
    }
}

/* In two of three rounds the kill comes after the recovery at opening, in the third often within
 * it. */
static void wait_for_open(const struct acked *acked, unsigned round)
{
    const struct timespec step = {.tv_nsec = 1000000L};
    for (int i = 0; i < 5000 && acked->opened != round + 1; i++)
        nanosleep(&step, NULL);
}

static void nothing_acknowledged_is_lost_in_a_hundred_kills(void **state)
{
    (void)state;
    struct scratch s;
    uint64_t opened = 0;
    struct acked *acked =
        mmap(NULL, sizeof *acked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(acked != MAP_FAILED);
    assert_true(scratch_open_in(&s, "/tmp"));
    assert_int_equal(vault_log_create(s.dir, STR(ORIGIN), NULL), ERR_OK);
    sequence_fill(&s, 15000);
    unsigned seed = (unsigned)time(NULL);
    print_message("# seed %u\n", seed);
    for (unsigned round = 0; round < 100; round++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            worker(s.dir, acked, seed + round, round);
        if (round % 3 != 0)
            wait_for_open(acked, round);
        const struct timespec delay = {
            .tv_nsec = 1000000L * (1 + rand_r(&seed) % (round % 10 == 9 ? 400 : 40))};
        nanosleep(&delay, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_true(waitpid(child, &status, 0) == child);
        assert_true(WIFSIGNALED(status));
        struct vault_log *log = must_open(&s);
        assert_true(vault_log_size(log) >= acked->size);
        assert_true(vault_log_published(log) >= acked->published);
        opened += vault_log_size(log) > acked->size;
        if (round % 5 == 4)
            log_is_whole(log);
        vault_log_close(log);
    }
    print_message("# %llu entries, %llu rounds ended between write and answer\n",
                  (unsigned long long)acked->size, (unsigned long long)opened);
    struct vault_log *log = must_open(&s);
    assert_true(acked->size > 0);
    log_goes_on(log);
    vault_log_close(log);
    assert_int_equal(munmap(acked, sizeof *acked), 0);
    scratch_close(&s);
}

/* A power cut may keep any part of an append that was not synced. The first 5 entries are
 * acknowledged, the next 4 are not; `keep` bytes of those reached the disk, then `fill` bytes of
 * `byte`. */
static void cut_tail_case(struct scratch *s, struct str whole, size_t synced, size_t keep,
                          size_t fill, char byte)
{
    struct buf content = {0};
    buf_str(&content, str_sub(whole, 0, synced + keep));
    for (size_t i = 0; i < fill; i++)
        buf_char(&content, byte);
    scratch_write(s, "journal/log", buf_view(&content));
    struct vault_log *log = must_open(s);
    bool all = synced + keep == whole.len;
    assert_int_equal(vault_log_size(log), all ? 9 : 5);
    assert_int_equal(vault_log_published(log), 5);
    if (keep % 16 == 0)
        log_goes_on(log);
    vault_log_close(log);
    buf_free(&content);
}

static void restore(struct scratch *s, const struct buf *list, const struct buf *shown)
{
    scratch_write(s, "log/checkpoints", buf_view(list));
    scratch_write(s, "log/checkpoint", buf_view(shown));
}

static void every_torn_end_of_the_journal_is_cut_and_the_log_goes_on(void **state)
{
    (void)state;
    struct scratch s;
    struct buf before = {0};
    struct buf whole = {0};
    struct buf list = {0};
    struct buf shown = {0};
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    assert_int_equal(sequence_append(log, 5), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    scratch_read(&before, &s, "journal/log");
    assert_int_equal(sequence_append(log, 4), ERR_OK);
    scratch_read(&whole, &s, "journal/log");
    scratch_read(&list, &s, "log/checkpoints");
    scratch_read(&shown, &s, "log/checkpoint");
    vault_log_close(log);
    size_t unsynced = whole.len - before.len;
    for (size_t keep = 0; keep <= unsynced; keep++) {
        cut_tail_case(&s, buf_view(&whole), before.len, keep, 0, 0);
        restore(&s, &list, &shown);
        if (keep < unsynced) {
            cut_tail_case(&s, buf_view(&whole), before.len, keep, unsynced - keep, 0);
            restore(&s, &list, &shown);
            cut_tail_case(&s, buf_view(&whole), before.len, keep, 4096, (char)0xA5);
            restore(&s, &list, &shown);
        }
    }
    buf_free(&before);
    buf_free(&whole);
    buf_free(&list);
    buf_free(&shown);
    scratch_close(&s);
}

/* A flipped byte in an acknowledged frame that another frame follows is no crash. */
static void damage_inside_the_journal_is_refused_and_nothing_is_cut(void **state)
{
    (void)state;
    struct scratch s;
    struct buf one = {0};
    struct buf two = {0};
    struct buf now = {0};
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    assert_int_equal(sequence_append(log, 2), ERR_OK);
    scratch_read(&one, &s, "journal/log");
    assert_int_equal(sequence_append(log, 2), ERR_OK);
    scratch_read(&two, &s, "journal/log");
    vault_log_close(log);
    for (size_t i = 0; i < one.len; i++) {
        struct fault fault = {0};
        two.data[i] ^= 0x10;
        scratch_write(&s, "journal/log", buf_view(&two));
        if (vault_log_open(&log, s.dir, &fault) != ERR_DAMAGED)
            fail_msg("byte %zu", i);
        assert_non_null(strstr(fault.text, "journal/log"));
        scratch_read(&now, &s, "journal/log");
        assert_true(str_eq(buf_view(&now), buf_view(&two)));
        two.data[i] ^= 0x10;
    }
    buf_free(&one);
    buf_free(&two);
    buf_free(&now);
    scratch_close(&s);
}

/* Files that a crash can leave missing, short, empty, zeroed or old, of the tiles that the journal
 * still holds, and the shown checkpoint. */
static void lost_tiles_and_checkpoint_are_made_again(void **state)
{
    (void)state;
    static const char *const names[] = {
        "log/tile/0/000",      "log/tile/entries/000",
        "log/tile/0/001.p/44", "log/tile/entries/001.p/44",
        "log/tile/1/000.p/1",  "log/checkpoint",
    };
    struct scratch s;
    struct buf right = {0};
    struct buf wrong = {0};
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    assert_int_equal(sequence_append(log, 150), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    assert_int_equal(sequence_append(log, 150), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    vault_log_close(log);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int how = 0; how < 4; how++) {
            scratch_read(&right, &s, names[i]);
            buf_clear(&wrong);
            for (size_t k = 0; how == 3 && k < right.len; k++)
                buf_char(&wrong, 0);
            if (how == 2)
                buf_add(&wrong, right.data, right.len / 2);
            scratch_write(&s, names[i], buf_view(&wrong));
            if (how == 0)
                assert_int_equal(unlink(scratch_path(&s, names[i])), 0);
            log = must_open(&s);
            log_is_whole(log);
            vault_log_close(log);
            scratch_read(&wrong, &s, names[i]);
            assert_true(str_eq(buf_view(&wrong), buf_view(&right)));
        }
    buf_free(&right);
    buf_free(&wrong);
    scratch_close(&s);
}

static void an_older_checkpoint_is_replaced_and_a_torn_list_cut(void **state)
{
    (void)state;
    struct scratch s;
    struct buf older = {0};
    struct buf first = {0};
    struct buf list = {0};
    struct buf shown = {0};
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    assert_int_equal(sequence_append(log, 3), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    scratch_read(&older, &s, "log/checkpoint");
    scratch_read(&first, &s, "log/checkpoints");
    assert_int_equal(sequence_append(log, 3), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    vault_log_close(log);
    scratch_read(&list, &s, "log/checkpoints");
    scratch_write(&s, "log/checkpoint", buf_view(&older));
    log = must_open(&s);
    assert_int_equal(vault_log_published(log), 6);
    vault_log_close(log);
    scratch_read(&shown, &s, "log/checkpoint");
    assert_true(str_ends(str_sub(buf_view(&list), 0, list.len - 1), buf_view(&shown)));
    for (size_t len = first.len; len < list.len; len++) {
        scratch_write(&s, "log/checkpoint", buf_view(&older));
        scratch_write(&s, "log/checkpoints", str_sub(buf_view(&list), 0, len));
        log = must_open(&s);
        assert_int_equal(vault_log_published(log), 3);
        assert_int_equal(vault_log_size(log), 6);
        vault_log_close(log);
    }
    log = must_open(&s);
    log_goes_on(log);
    vault_log_close(log);
    buf_free(&older);
    buf_free(&first);
    buf_free(&list);
    buf_free(&shown);
    scratch_close(&s);
}

static void temporary_files_of_a_crash_are_removed(void **state)
{
    (void)state;
    static const char *const names[] = {"log/checkpoint.tmp-aB3xYz", "journal/log.tmp-aB3xYz",
                                        "log/tile/0/000.p/7.tmp-aB3xYz",
                                        "log/tile/entries/000.p/7.tmp-aB3xYz"};
    struct scratch s;
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    assert_int_equal(sequence_append(log, 7), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    vault_log_close(log);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        scratch_write(&s, names[i], STR("half"));
    log = must_open(&s);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(file_exists(scratch_path(&s, names[i])));
    log_goes_on(log);
    vault_log_close(log);
    scratch_close(&s);
}

static void open_is_refused(struct scratch *s, const char *words)
{
    struct vault_log *log = NULL;
    struct fault fault = {0};
    struct buf before = {0};
    struct buf after = {0};
    scratch_read(&before, s, "log/checkpoint");
    assert_int_equal(vault_log_open(&log, s->dir, &fault), ERR_DAMAGED);
    assert_null(log);
    if (strstr(fault.text, words) == NULL)
        fail_msg("%s", fault.text);
    scratch_read(&after, s, "log/checkpoint");
    assert_true(str_eq(buf_view(&before), buf_view(&after)));
    buf_free(&before);
    buf_free(&after);
}

static void a_checkpoint_that_the_disk_cannot_give_is_never_followed_by_another(void **state)
{
    (void)state;
    struct scratch s;
    struct buf five = {0};
    struct buf five_list = {0};
    struct buf other = {0};
    struct buf nine = {0};
    struct str entry = STR("something else");
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    assert_int_equal(sequence_append(log, 5), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    scratch_read(&five, &s, "journal/log");
    scratch_read(&five_list, &s, "log/checkpoints");
    assert_int_equal(vault_log_append(log, &entry, 1), ERR_OK);
    scratch_read(&other, &s, "journal/log");
    vault_log_close(log);
    scratch_write(&s, "journal/log", buf_view(&five));
    log = must_open(&s);
    assert_int_equal(sequence_append(log, 1), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    scratch_read(&nine, &s, "journal/log");
    vault_log_close(log);
    scratch_write(&s, "journal/log", buf_view(&five));
    open_is_refused(&s, "只能恢复 5 条");
    scratch_write(&s, "journal/log", buf_view(&other));
    open_is_refused(&s, "不一致");
    scratch_write(&s, "journal/log", buf_view(&nine));
    scratch_write(&s, "log/checkpoints", buf_view(&five_list));
    open_is_refused(&s, "缺少已公布的检查点");
    scratch_write(&s, "log/checkpoints", STR(""));
    open_is_refused(&s, "缺少已公布的检查点");
    buf_free(&five);
    buf_free(&five_list);
    buf_free(&other);
    buf_free(&nine);
    scratch_close(&s);
}

static void full_tiles_that_the_journal_has_dropped_are_not_invented(void **state)
{
    (void)state;
    struct scratch s;
    struct buf tile = {0};
    struct buf bundle = {0};
    struct buf out = {0};
    scratch_log(&s);
    struct vault_log *log = must_open(&s);
    while (vault_log_size(log) < 17000)
        assert_int_equal(sequence_append(log, BATCH_MAX), ERR_OK);
    assert_int_equal(vault_log_publish(log, NOW), ERR_OK);
    vault_log_close(log);
    scratch_read(&tile, &s, "log/tile/0/063");
    scratch_read(&bundle, &s, "log/tile/entries/063");
    assert_int_equal(unlink(scratch_path(&s, "log/tile/0/063")), 0);
    open_is_refused(&s, "log/tile/0/063");
    tile.data[77] ^= 1;
    scratch_write(&s, "log/tile/0/063", buf_view(&tile));
    open_is_refused(&s, "算不出原来的根");
    tile.data[77] ^= 1;
    scratch_write(&s, "log/tile/0/063", buf_view(&tile));
    bundle.data[1] ^= 1;
    scratch_write(&s, "log/tile/entries/063", buf_view(&bundle));
    log = must_open(&s);
    assert_int_equal(vault_log_entry(&out, log, 63 * 256 + 5), ERR_DAMAGED);
    assert_int_equal(out.len, 0);
    vault_log_close(log);
    buf_free(&tile);
    buf_free(&bundle);
    buf_free(&out);
    scratch_close(&s);
}

/* Fails the call number `fail_at` (from 0) of sync or write; a failing write takes half first. */
struct injector {
    int syncs;
    int writes;
    int fail_sync;
    int fail_write;
};

static int inject_sync(void *ctx, int fd)
{
    struct injector *in = ctx;
    if (in->syncs++ == in->fail_sync) {
        errno = EIO;
        return -1;
    }
    return fdatasync(fd);
}

static ptrdiff_t inject_write(void *ctx, int fd, const void *p, size_t n)
{
    struct injector *in = ctx;
    if (in->writes++ != in->fail_write)
        return write(fd, p, n);
    if (n > 1) {
        in->fail_write++;
        return write(fd, p, n / 2);
    }
    errno = ENOSPC;
    return -1;
}

/* Appends and publishes a few times until something fails. */
static enum err scenario(struct vault_log *log, uint64_t *acked, uint64_t *published)
{
    for (int i = 0; i < 3; i++) {
        TRY(sequence_append(log, 2 + (size_t)i));
        *acked = vault_log_size(log);
        TRY(vault_log_publish(log, NOW));
        *published = vault_log_published(log);
    }
    return ERR_OK;
}

static void a_dead_log_refuses_everything(struct vault_log *log)
{
    struct buf out = {0};
    int64_t us = 0;
    uint8_t leaf[CRYPTO_HASH];
    assert_int_equal(sequence_append(log, 1), ERR_SYNC);
    assert_int_equal(vault_log_publish(log, NOW), ERR_SYNC);
    assert_int_equal(vault_log_entry(&out, log, 0), ERR_SYNC);
    assert_int_equal(vault_log_leaf(leaf, log, 0), ERR_SYNC);
    assert_int_equal(vault_log_proof(&out, log, 0), ERR_SYNC);
    assert_int_equal(vault_log_time(&us, log, 0), ERR_SYNC);
    assert_int_equal(vault_log_checkpoint(&out, log), ERR_SYNC);
    assert_int_equal(vault_log_verify(NULL, log, NULL), ERR_SYNC);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

/* Every sync of the scenario fails once: nothing is acknowledged after it, the handle is dead, and
 * what was acknowledged before is there after opening again. */
static void a_failed_sync_acknowledges_nothing_and_kills_the_handle(void **state)
{
    (void)state;
    enum err err = ERR_SYNC;
    int at = 0;
    for (; err == ERR_SYNC; at++) {
        struct scratch s;
        struct injector in = {.fail_sync = at, .fail_write = -1};
        const struct vault_log_options o = {.sync = inject_sync, .ctx = &in};
        struct vault_log *log = NULL;
        uint64_t acked = 0;
        uint64_t published = 0;
        scratch_log(&s);
        err = vault_log_open_with(&log, s.dir, &o, NULL);
        if (err == ERR_OK) {
            err = scenario(log, &acked, &published);
            if (err == ERR_SYNC) {
                a_dead_log_refuses_everything(log);
                assert_true(file_exists(scratch_path(&s, "journal/suspect")));
            }
            vault_log_close(log);
        }
        log = must_open(&s);
        assert_false(file_exists(scratch_path(&s, "journal/suspect")));
        assert_true(vault_log_size(log) >= acked);
        assert_true(vault_log_published(log) >= published);
        log_goes_on(log);
        vault_log_close(log);
        scratch_close(&s);
    }
    assert_int_equal(err, ERR_OK);
    assert_true(at > 6);
}

/* After a failed sync the page cache may show a frame that never reached the disk: opening writes
 * the journal anew instead of believing it, seen here by its new inode. */
static void what_a_failed_sync_left_is_written_again_on_opening(void **state)
{
    (void)state;
    struct scratch s;
    struct stat before;
    struct stat after;
    struct injector in = {.fail_sync = 3, .fail_write = -1};
    const struct vault_log_options o = {.sync = inject_sync, .ctx = &in};
    struct vault_log *log = NULL;
    scratch_log(&s);
    assert_int_equal(vault_log_open_with(&log, s.dir, &o, NULL), ERR_OK);
    assert_int_equal(sequence_append(log, 1), ERR_OK);
    assert_int_equal(sequence_append(log, 1), ERR_SYNC);
    vault_log_close(log);
    assert_int_equal(stat(scratch_path(&s, "journal/log"), &before), 0);
    log = must_open(&s);
    assert_int_equal(stat(scratch_path(&s, "journal/log"), &after), 0);
    assert_true(before.st_ino != after.st_ino);
    log_goes_on(log);
    vault_log_close(log);
    scratch_close(&s);
}

static void a_full_disk_adds_nothing_and_may_be_tried_again(void **state)
{
    (void)state;
    bool failed = true;
    int at = 0;
    for (; failed; at++) {
        struct scratch s;
        struct injector in = {.fail_sync = -1, .fail_write = at};
        const struct vault_log_options o = {.write = inject_write, .ctx = &in};
        struct vault_log *log = NULL;
        uint64_t acked = 0;
        uint64_t published = 0;
        scratch_log(&s);
        assert_int_equal(vault_log_open_with(&log, s.dir, &o, NULL), ERR_OK);
        in.writes = 0;
        enum err err = scenario(log, &acked, &published);
        failed = err != ERR_OK || in.fail_write != at;
        if (err != ERR_OK) {
            assert_int_equal(err, ERR_FULL);
            assert_true(vault_log_size(log) == acked);
            assert_true(vault_log_published(log) == published);
        }
        in.fail_write = -1;
        log_goes_on(log);
        vault_log_close(log);
        log = must_open(&s);
        log_is_whole(log);
        vault_log_close(log);
        scratch_close(&s);
    }
    assert_true(at > 4);
}

/* A real limit of the kernel on file sizes: it hits the journal, tiles and checkpoints alike. */
static void small_files(const char *dir, rlim_t limit, struct acked *acked)
{
    struct vault_log *log = NULL;
    const struct rlimit small = {limit, limit};
    signal(SIGXFSZ, SIG_IGN);
    if (vault_log_open(&log, dir, NULL) != ERR_OK || setrlimit(RLIMIT_FSIZE, &small) != 0)
        _exit(1);
    enum err err = ERR_OK;
    for (int i = 0; i < 200 && err == ERR_OK; i++) {
        err = sequence_append(log, 9);
        acked->size = vault_log_size(log);
        if (err == ERR_OK)
            err = vault_log_publish(log, NOW);
        acked->published = vault_log_published(log);
    }
    _exit(err == ERR_FULL ? 0 : 2);
}

static void a_limit_on_file_sizes_stops_with_disk_full_and_loses_nothing(void **state)
{
    (void)state;
    static const rlim_t limits[] = {200, 500, 1000, 1500, 3000, 9000};
    struct acked *acked =
        mmap(NULL, sizeof *acked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(acked != MAP_FAILED);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct scratch s;
        int status = 0;
        *acked = (struct acked){0};
        scratch_log(&s);
        pid_t child = fork();
        if (child == 0)
            small_files(s.dir, limits[i], acked);
        assert_true(waitpid(child, &status, 0) == child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        struct vault_log *log = must_open(&s);
        assert_true(vault_log_size(log) == acked->size);
        assert_true(vault_log_published(log) >= acked->published);
        log_goes_on(log);
        vault_log_close(log);
        scratch_close(&s);
    }
    assert_int_equal(munmap(acked, sizeof *acked), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_acknowledged_is_lost_in_a_hundred_kills),
        cmocka_unit_test(every_torn_end_of_the_journal_is_cut_and_the_log_goes_on),
        cmocka_unit_test(damage_inside_the_journal_is_refused_and_nothing_is_cut),
        cmocka_unit_test(lost_tiles_and_checkpoint_are_made_again),
        cmocka_unit_test(an_older_checkpoint_is_replaced_and_a_torn_list_cut),
        cmocka_unit_test(temporary_files_of_a_crash_are_removed),
        cmocka_unit_test(a_checkpoint_that_the_disk_cannot_give_is_never_followed_by_another),
        cmocka_unit_test(full_tiles_that_the_journal_has_dropped_are_not_invented),
        cmocka_unit_test(a_failed_sync_acknowledges_nothing_and_kills_the_handle),
        cmocka_unit_test(what_a_failed_sync_left_is_written_again_on_opening),
        cmocka_unit_test(a_full_disk_adds_nothing_and_may_be_tried_again),
        cmocka_unit_test(a_limit_on_file_sizes_stops_with_disk_full_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
