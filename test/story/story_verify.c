/* Bundles and own proofs of every kind of draw are found to hold, and what they leave open is said.
 *
 * Expected values come from outside our code: a second reader in Python (verify_peer.py), the shell
 * lines of VERIFY.md, and the cases of shared/draw/vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_kit.h"

#include "base/file.h"
#include "base/zip.h"
#include "office/verify.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The report as text, and how often each check had each mark. */
struct seen {
    struct buf text;
    unsigned marks[DRAW_CHECKS][4];
};

static void look(void *ctx, const struct draw_finding *finding)
{
    struct seen *seen = ctx;
    office_verify_line(&seen->text, finding);
    seen->marks[finding->check][finding->mark]++;
}

static struct draw_verdict verify(struct seen *seen, const char *path, struct str vkey)
{
    struct draw_verdict verdict;
    struct fault fault = {0};
    struct office_verify job = {.path = path, .vkey = vkey, .report = look, .ctx = seen};
    memset(seen, 0, sizeof *seen);
    enum err err = office_verify(&verdict, &job, &fault);
    if (err != ERR_OK)
        print_message("# %s: %s\n", path, fault_text(&fault));
    assert_int_equal(err, ERR_OK);
    return verdict;
}

/* Holds, and with the reader's key nothing is said against the key. */
static void assert_holds(struct kit *kit, const char *path, struct seen *seen)
{
    struct draw_verdict verdict = verify(seen, path, kit_vkey(kit));
    if (!verdict.holds)
        print_message("# %s\n", buf_cstr(&seen->text));
    assert_true(verdict.holds);
    assert_int_equal(verdict.differs, 0);
    assert_true(verdict.same > 0);
    assert_int_equal(seen->marks[DRAW_CHECK_KEY][DRAW_SAME], 1);
}

static bool said(struct seen *seen, const char *words)
{
    return str_find(buf_view(&seen->text), str_of(words)) >= 0;
}

/* Both zips hold; in the full one the selection and the teams were recomputed. */
static void assert_both_hold(struct kit *kit)
{
    struct seen seen;
    assert_holds(kit, kit->full, &seen);
    assert_int_equal(seen.marks[DRAW_CHECK_SELECTED][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_DRAWN][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_POOL_ROOT][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_ASSIGNED][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_FILES_ROOT][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_LOGGED][DRAW_SAME], kit->count);
    buf_free(&seen.text);
    assert_holds(kit, kit->open, &seen);
    assert_int_equal(seen.marks[DRAW_CHECK_DRAWN][DRAW_SAME], 1);
    buf_free(&seen.text);
}

static const struct kit_spec open_plain = {.label = "open plain", .objects = 60};
static const struct kit_spec sealed_plain = {.label = "sealed plain", .objects = 60, .parties = 1};
static const struct kit_spec sealed_blinded = {
    .label = "sealed blinded", .objects = 60, .parties = 1, .blinded = true};
static const struct kit_spec two_parties = {
    .label = "two parties", .objects = 60, .parties = 2, .systematic = true, .hold_staff = true};

static void bundles_of_every_kind_of_draw_hold(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_plain, &sealed_blinded, &two_parties};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct kit *kit = calloc(1, sizeof *kit);
        assert_non_null(kit);
        kit_whole(kit, specs[i]);
        assert_both_hold(kit);
        kit_close(kit);
        free(kit);
    }
}

/* One kit for a test, on the heap because it is large. */
static struct kit *kit_new(const struct kit_spec *spec)
{
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_open(kit, spec);
    return kit;
}

static void kit_free(struct kit *kit)
{
    kit_close(kit);
    free(kit);
}

/* Skips before and after the teams, and a refill. */
static struct kit *kit_eventful(const struct kit_spec *spec)
{
    struct kit *kit = kit_new(spec);
    kit_commit(kit);
    kit_beacon(kit);
    kit_drawn(kit);
    kit_skip(kit, kit_drawn_id(kit, 1));
    kit_skip(kit, kit_drawn_id(kit, 2));
    kit_teams(kit);
    kit_beacon(kit);
    kit_assign(kit);
    kit_refill(kit);
    kit_skip(kit, kit_drawn_id(kit, 0));
    kit_finish(kit);
    return kit;
}

static void skips_and_refills_are_recomputed(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_plain, &sealed_blinded};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct seen seen;
        struct kit *kit = kit_eventful(specs[i]);
        assert_both_hold(kit);
        assert_holds(kit, kit->full, &seen);
        assert_int_equal(seen.marks[DRAW_CHECK_SKIP_DIGEST][DRAW_SAME], 3);
        assert_int_equal(seen.marks[DRAW_CHECK_NEXT][DRAW_NOTE], 3);
        assert_int_equal(seen.marks[DRAW_CHECK_REFILLED][DRAW_SAME], 1);
        assert_int_equal(seen.marks[DRAW_CHECK_SEED][DRAW_NOTE], 3);
        buf_free(&seen.text);
        kit_free(kit);
    }
}

static void a_public_bundle_of_a_blinded_pool_names_what_it_lacks(void **state)
{
    (void)state;
    struct seen seen;
    struct kit *kit = kit_new(&sealed_blinded);
    kit_close(kit);
    memset(kit, 0, sizeof *kit);
    kit_whole(kit, &sealed_blinded);
    assert_holds(kit, kit->open, &seen);
    const char *const lacking[] = {"pool.tsv", "selected.tsv", "pool-key", "strata.tsv"};
    for (size_t i = 0; i < 4; i++) {
        char line[64];
        snprintf(line, sizeof line, "未核  未附的文件（%s）", lacking[i]);
        assert_true(said(&seen, line));
    }
    assert_true(said(&seen, "不能核对名单的根"));
    assert_int_equal(seen.marks[DRAW_CHECK_POOL_ROOT][DRAW_SAME], 0);
    assert_int_equal(seen.marks[DRAW_CHECK_ASSIGNED][DRAW_SAME], 1);
    buf_free(&seen.text);
    kit_free(kit);
}

/* Nothing in a public bundle of a blinded pool may tell a class: neither the files, nor the digests
 * of what is kept back, which could be guessed at, nor their blinds. */
static void a_public_bundle_does_not_betray_strata(void **state)
{
    (void)state;
    struct buf zip = {0};
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_whole(kit, &sealed_blinded);
    for (size_t i = 0; i < kit->bundle.part_count; i++) {
        const struct office_bundle_part *part = &kit->bundle.parts[i];
        uint8_t hash[DRAW_HASH];
        struct buf hex = {0};
        if (!part->kept)
            continue;
        crypto_sha256(hash, part->bytes);
        buf_hex(&hex, hash, DRAW_HASH);
        for (size_t k = 0; k < kit->bundle.part_count; k++)
            if (!kit->bundle.parts[k].kept &&
                !str_eq(kit->bundle.parts[k].name, STR("private.tsv")))
                assert_true(str_find(kit->bundle.parts[k].bytes, buf_view(&hex)) < 0);
        buf_free(&hex);
    }
    for (size_t i = 0; i < kit->bundle.part_count; i++)
        if (str_eq(kit->bundle.parts[i].name, STR("blinds")))
            assert_true(str_find(kit->bundle.parts[i].bytes, STR("selected.tsv")) < 0);
    buf_free(&zip);
    kit_free(kit);
}

static void an_aborted_draw_shows_its_reason(void **state)
{
    (void)state;
    struct seen seen;
    struct kit *kit = kit_new(&sealed_plain);
    kit_commit(kit);
    kit_beacon(kit);
    kit_abort(kit);
    kit_finish(kit);
    assert_holds(kit, kit->full, &seen);
    assert_true(said(&seen, "疫情防控，检查取消"));
    assert_true(said(&seen, "密码没有公开"));
    assert_int_equal(seen.marks[DRAW_CHECK_POOL_ROOT][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_FILES_ROOT][DRAW_OPEN], 1);
    buf_free(&seen.text);
    kit_free(kit);
}

/* Blinds are shown, codes are not: digests are checked, and what rests on seeds stays open. */
static void a_draw_given_up_late_still_shows_what_was_fixed(void **state)
{
    (void)state;
    struct seen seen;
    struct kit *kit = kit_new(&sealed_blinded);
    kit_commit(kit);
    kit_beacon(kit);
    kit_drawn(kit);
    kit_skip(kit, kit_drawn_id(kit, 0));
    kit_teams(kit);
    kit_beacon(kit);
    kit_assign(kit);
    kit_abort(kit);
    kit_finish(kit);
    assert_holds(kit, kit->full, &seen);
    assert_int_equal(seen.marks[DRAW_CHECK_SELECTED_DIGEST][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_TEAMS_DIGEST][DRAW_SAME], 1);
    assert_int_equal(seen.marks[DRAW_CHECK_SELECTED][DRAW_SAME], 0);
    assert_int_equal(seen.marks[DRAW_CHECK_ASSIGNED][DRAW_OPEN], 1);
    buf_free(&seen.text);
    assert_holds(kit, kit->open, &seen);
    buf_free(&seen.text);
    kit_free(kit);
}

static void local_randomness_is_marked_as_training(void **state)
{
    (void)state;
    const struct kit_spec spec = {.label = "training", .objects = 30, .local = true};
    struct seen seen;
    struct buf end = {0};
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_whole(kit, &spec);
    struct draw_verdict verdict = verify(&seen, kit->full, kit_vkey(kit));
    assert_true(verdict.holds && verdict.training);
    assert_int_equal(seen.marks[DRAW_CHECK_TRAINING][DRAW_OPEN], 2);
    office_verify_end(&end, &verdict);
    assert_true(str_find(buf_view(&end), STR("仅供培训和演示")) >= 0);
    buf_free(&end);
    buf_free(&seen.text);
    kit_free(kit);
}

static void without_a_key_of_the_readers_own_that_is_said(void **state)
{
    (void)state;
    struct seen seen;
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_whole(kit, &open_plain);
    struct draw_verdict verdict = verify(&seen, kit->full, str_range(NULL, 0));
    struct buf end = {0};
    assert_true(verdict.holds && verdict.own_key);
    assert_int_equal(seen.marks[DRAW_CHECK_KEY][DRAW_OPEN], 1);
    office_verify_end(&end, &verdict);
    assert_true(str_find(buf_view(&end), STR("请与机构另行公布的公钥核对")) >= 0);
    buf_free(&end);
    buf_free(&seen.text);
    kit_free(kit);
}

static void another_key_than_the_readers_does_not_hold(void **state)
{
    (void)state;
    const struct kit_spec other = {.label = "other log", .objects = 20};
    struct seen seen;
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_whole(kit, &open_plain);
    struct kit *stranger = kit_new(&other);
    struct draw_verdict verdict = verify(&seen, kit->full, kit_vkey(stranger));
    assert_false(verdict.holds);
    assert_string_equal(verdict.file, "vkey");
    assert_int_equal(seen.marks[DRAW_CHECK_LOGGED][DRAW_SAME], 0);
    buf_free(&seen.text);
    kit_free(stranger);
    kit_free(kit);
}

static void the_same_draw_gives_the_same_zip(void **state)
{
    (void)state;
    struct buf zips[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        struct kit *kit = calloc(1, sizeof *kit);
        assert_non_null(kit);
        kit_whole(kit, &sealed_blinded);
        assert_int_equal(file_read(&zips[i], kit->full, 1 << 24), ERR_OK);
        kit_free(kit);
    }
    assert_true(str_eq(buf_view(&zips[0]), buf_view(&zips[1])));
    buf_free(&zips[0]);
    buf_free(&zips[1]);
}

static void unpack(struct kit *kit, const char *zip, char *folder)
{
    struct buf out = {0};
    snprintf(folder, 128, "%s/unpacked", kit->dir);
    const char *const words[] = {"unzip", "-q", "-o", zip, "-d", folder, NULL};
    assert_int_equal(kit_run(&out, kit->dir, words), 0);
    buf_free(&out);
}

/* The ```sh blocks of VERIFY.md, one behind the other, as a file. */
static void script_make(const char *folder, const char *script)
{
    char path[256];
    struct buf text = {0};
    struct buf lines = {0};
    struct str line;
    bool inside = false;
    snprintf(path, sizeof path, "%s/VERIFY.md", folder);
    assert_int_equal(file_read(&text, path, 1 << 20), ERR_OK);
    struct str rest = buf_view(&text);
    while (str_cut(&line, &rest, '\n')) {
        bool fence = str_starts(line, STR("```"));
        if (!fence && inside) {
            buf_str(&lines, line);
            buf_char(&lines, '\n');
        }
        inside = fence ? str_eq(line, STR("```sh")) : inside;
    }
    assert_int_equal(file_write_plain(script, buf_view(&lines), 0644), ERR_OK);
    buf_free(&lines);
    buf_free(&text);
}

/* Runs VERIFY.md of an unpacked bundle; returns the status, *out what was printed. */
static int guide_run(struct kit *kit, const char *folder, struct buf *out)
{
    char script[128];
    snprintf(script, sizeof script, "%s/verify.sh", kit->dir);
    script_make(folder, script);
    const char *const words[] = {"sh", script, NULL};
    return kit_run(out, folder, words);
}

static size_t count_of(struct str text, const char *needle)
{
    size_t count = 0;
    ptrdiff_t at = str_find(text, str_of(needle));
    while (at >= 0) {
        count++;
        text = str_sub(text, (size_t)at + 1, text.len);
        at = str_find(text, str_of(needle));
    }
    return count;
}

static void guide_holds(struct kit *kit, const char *zip, bool full)
{
    char folder[128];
    struct buf out = {0};
    struct seen seen;
    unpack(kit, zip, folder);
    int status = guide_run(kit, folder, &out);
    if (status != 0)
        print_message("# %s\n", buf_cstr(&out));
    assert_int_equal(status, 0);
    assert_int_equal(count_of(buf_view(&out), "不符"), 0);
    assert_true(count_of(buf_view(&out), "相符") >= (full ? 14 : 10));
    assert_true(str_ends(buf_view(&out), STR("全部相符\n")));
    /* The folder itself is a bundle as well. */
    assert_holds(kit, folder, &seen);
    buf_free(&seen.text);
    buf_free(&out);
}

static void the_shell_lines_of_verify_md_run_and_agree(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_plain, &sealed_blinded, &two_parties};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
        for (int full = 0; full < 2; full++) {
            struct kit *kit =
                specs[i] == &two_parties ? calloc(1, sizeof *kit) : kit_eventful(specs[i]);
            assert_non_null(kit);
            if (specs[i] == &two_parties)
                kit_whole(kit, specs[i]);
            guide_holds(kit, full != 0 ? kit->full : kit->open, full != 0);
            kit_free(kit);
        }
}

/* Overwrites one byte of a file of the unpacked bundle. */
static void damage(const char *folder, const char *name, off_t at)
{
    char path[256];
    char byte = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void the_shell_lines_find_what_was_changed(void **state)
{
    (void)state;
    const char *const names[] = {"pool.tsv", "selected.tsv", "teams.tsv", "entries/02-beacon",
                                 "skip-1.tsv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char folder[128];
        struct buf out = {0};
        struct kit *kit = kit_eventful(&sealed_plain);
        unpack(kit, kit->full, folder);
        damage(folder, names[i], 70);
        assert_int_not_equal(guide_run(kit, folder, &out), 0);
        assert_true(count_of(buf_view(&out), "不符") > 0);
        buf_free(&out);
        kit_free(kit);
    }
}

/* A second reader, written in Python from PROTOCOL.md alone, comes to the same files. */
static void a_second_reader_recomputes_the_same_selection_and_teams(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_plain, &sealed_blinded, &two_parties};
    char peer[4096];
    const char *source = getenv("SUNLOT_SOURCE");
    assert_non_null(source);
    snprintf(peer, sizeof peer, "%s/test/story/verify_peer.py", source);
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct buf out = {0};
        struct kit *kit = calloc(1, sizeof *kit);
        assert_non_null(kit);
        kit_whole(kit, specs[i]);
        const char *const words[] = {"python3", peer, kit->full, NULL};
        int status = kit_run(&out, kit->dir, words);
        if (status != 0)
            print_message("# %s\n", buf_cstr(&out));
        assert_int_equal(status, 0);
        assert_true(str_ends(buf_view(&out), STR("peer agrees\n")));
        buf_free(&out);
        kit_free(kit);
    }
}

static struct draw_verdict own_verify(struct kit *kit, struct str text, struct seen *seen)
{
    char path[128];
    snprintf(path, sizeof path, "%s/own.txt", kit->dir);
    assert_int_equal(file_write_plain(path, text, 0644), ERR_OK);
    return verify(seen, path, kit_vkey(kit));
}

/* Every object of the pool gets the answer that selected.tsv gives. */
static void every_object_proves_its_own_answer(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_plain, &sealed_blinded, &two_parties};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        size_t drawn = 0;
        struct kit *kit = calloc(1, sizeof *kit);
        assert_non_null(kit);
        kit_whole(kit, specs[i]);
        for (size_t k = 0; k < specs[i]->objects; k++) {
            struct seen seen;
            struct str id = str_sub(kit->lines[k], 0, (size_t)str_find_char(kit->lines[k], '\t'));
            struct draw_verdict verdict = own_verify(kit, kit_own(kit, id), &seen);
            if (!verdict.holds)
                print_message("# %s\n", buf_cstr(&seen.text));
            assert_true(verdict.holds);
            assert_int_equal(seen.marks[DRAW_CHECK_OWN_LINE][DRAW_SAME], 1);
            assert_int_equal(seen.marks[DRAW_CHECK_OWN_DRAWN][DRAW_SAME], 1);
            drawn += said(&seen, "所示 抽中");
            buf_free(&seen.text);
        }
        assert_int_equal(drawn, kit->selection.count);
        kit_free(kit);
    }
}

static void absent_objects_prove_that_they_are_not_in_the_pool(void **state)
{
    (void)state;
    const char *const ids[] = {"0", "91410882MA000014AB", "ZZZ"};
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_whole(kit, &open_plain);
    for (size_t i = 0; i < 3; i++) {
        struct seen seen;
        struct draw_verdict verdict = own_verify(kit, kit_own(kit, str_of(ids[i])), &seen);
        assert_true(verdict.holds);
        assert_int_equal(seen.marks[DRAW_CHECK_OWN_ABSENT][DRAW_SAME], 1);
        buf_free(&seen.text);
    }
    kit_free(kit);
}

static void a_blinded_pool_gives_no_proof_of_absence(void **state)
{
    (void)state;
    struct draw_own_finder *finder = NULL;
    struct fault fault = {0};
    struct kit *kit = kit_new(&sealed_blinded);
    assert_int_equal(draw_own_open(&finder, &kit->arena, STR("ZZZ"), kit->pool_key), ERR_OK);
    for (size_t i = 0; i < kit->spec.objects; i++)
        assert_int_equal(draw_own_find(finder, kit->lines[i]), ERR_OK);
    assert_int_equal(draw_own_turn(finder, &fault), ERR_MISSING);
    assert_true(str_find(str_of(fault.text), STR("ZZZ")) >= 0);
    kit_free(kit);
}

/* A seed of test/fuzz/corpus/bundle: kind, then the files one behind the other (fuzz_bundle.c). */
static void seed_bundle(struct buf *out, const char *path)
{
    struct zip_reader *zip = NULL;
    size_t count = 0;
    assert_int_equal(zip_reader_open(&zip, path, NULL, NULL), ERR_OK);
    const struct zip_entry *entries = zip_reader_names(zip, &count);
    buf_char(out, 'B');
    for (size_t i = 0; i < count; i++) {
        struct buf text = {0};
        assert_int_equal(zip_reader_load(&text, zip, entries[i].name, 1 << 20), ERR_OK);
        buf_char(out, (char)entries[i].name.len);
        buf_str(out, entries[i].name);
        for (int shift = 24; shift >= 0; shift -= 8)
            buf_char(out, (char)(text.len >> shift));
        buf_str(out, buf_view(&text));
        buf_free(&text);
    }
    zip_reader_close(zip);
}

/* Compares a seed with what the kit makes now; SUNLOT_SEEDS=1 writes it anew. */
static void seed_check(const char *name, const struct buf *text)
{
    char path[4096];
    struct buf shown = {0};
    const char *source = getenv("SUNLOT_SOURCE");
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/test/fuzz/corpus/bundle/%s", source, name);
    if (getenv("SUNLOT_SEEDS") != NULL)
        assert_int_equal(file_write_plain(path, buf_view(text), 0644), ERR_OK);
    assert_int_equal(file_read(&shown, path, 1 << 20), ERR_OK);
    assert_true(str_eq(buf_view(&shown), buf_view(text)));
    buf_free(&shown);
}

/* One file of the bundle behind its letter. */
static void seed_part(struct kit *kit, const char *letter, const char *name)
{
    struct buf text = {0};
    buf_cat(&text, letter);
    for (size_t i = 0; i < kit->bundle.part_count; i++)
        if (str_eq(kit->bundle.parts[i].name, str_of(name)))
            buf_str(&text, kit->bundle.parts[i].bytes);
    seed_check(name, &text);
    buf_free(&text);
}

static void the_fuzz_seeds_are_bundles_of_this_program(void **state)
{
    (void)state;
    const struct kit_spec spec = {
        .label = "fuzz", .objects = 10, .parties = 1, .blinded = true, .hold_staff = true};
    struct buf full = {0};
    struct buf open = {0};
    struct buf own = {0};
    struct kit *kit = kit_eventful(&spec);
    seed_bundle(&full, kit->full);
    seed_check("full", &full);
    seed_bundle(&open, kit->open);
    seed_check("public", &open);
    buf_char(&own, 'O');
    buf_str(&own, kit_own(kit, kit_drawn_id(kit, 0)));
    seed_check("own", &own);
    seed_part(kit, "F", "files.tsv");
    seed_part(kit, "P", "private.tsv");
    seed_part(kit, "D", "blinds");
    seed_part(kit, "S", "strata.tsv");
    seed_part(kit, "M", "PUBLIC");
    buf_free(&full);
    buf_free(&open);
    buf_free(&own);
    kit_free(kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bundles_of_every_kind_of_draw_hold),
        cmocka_unit_test(skips_and_refills_are_recomputed),
        cmocka_unit_test(a_public_bundle_of_a_blinded_pool_names_what_it_lacks),
        cmocka_unit_test(a_public_bundle_does_not_betray_strata),
        cmocka_unit_test(an_aborted_draw_shows_its_reason),
        cmocka_unit_test(a_draw_given_up_late_still_shows_what_was_fixed),
        cmocka_unit_test(local_randomness_is_marked_as_training),
        cmocka_unit_test(without_a_key_of_the_readers_own_that_is_said),
        cmocka_unit_test(another_key_than_the_readers_does_not_hold),
        cmocka_unit_test(the_same_draw_gives_the_same_zip),
        cmocka_unit_test(the_shell_lines_of_verify_md_run_and_agree),
        cmocka_unit_test(the_shell_lines_find_what_was_changed),
        cmocka_unit_test(a_second_reader_recomputes_the_same_selection_and_teams),
        cmocka_unit_test(every_object_proves_its_own_answer),
        cmocka_unit_test(absent_objects_prove_that_they_are_not_in_the_pool),
        cmocka_unit_test(a_blinded_pool_gives_no_proof_of_absence),
        cmocka_unit_test(the_fuzz_seeds_are_bundles_of_this_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
