/* What is broken on purpose is found: single bytes, whole files, entries, proofs, the zip around
 * them, and draws whose digests all fit but which are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_kit.h"

#include "base/file.h"
#include "base/zip.h"
#include "office/verify.h"
#include "tlog/proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 128 };

/* A bundle in memory, to be changed at will. */
struct shelf {
    struct arena arena;
    struct str names[FILES];
    struct str texts[FILES];
    size_t count;
    struct tlog_verifier verifier;
    /* What the report said. */
    bool named; /* a difference names this file: */
    struct str wanted;
    unsigned differs[DRAW_CHECKS];
};

struct stream {
    struct str rest;
};

static enum err shelf_open(void **stream, void *ctx, struct str name)
{
    struct shelf *shelf = ctx;
    for (size_t i = 0; i < shelf->count; i++)
        if (str_eq(shelf->names[i], name)) {
            struct stream *s = malloc(sizeof *s);
            assert_non_null(s);
            s->rest = shelf->texts[i];
            *stream = s;
            return ERR_OK;
        }
    return ERR_FORMAT;
}

static enum err shelf_read(void *stream, char *data, size_t cap, size_t *got)
{
    struct stream *s = stream;
    struct str piece = str_sub(s->rest, 0, cap);
    if (piece.len > 0)
        memcpy(data, piece.data, piece.len);
    s->rest = str_sub(s->rest, piece.len, s->rest.len);
    *got = piece.len;
    return ERR_OK;
}

static void shelf_close(void *stream)
{
    free(stream);
}

static enum err prove(struct draw_logged *out, void *ctx, struct str proof,
                      const uint8_t leaf[DRAW_HASH], struct fault *fault)
{
    struct tlog_proven proven = {0};
    TRY(tlog_proof_verify(&proven, proof, leaf, ctx, fault));
    *out = (struct draw_logged){.index = proven.index, .size = proven.size, .time = proven.time};
    memcpy(out->root, proven.root, DRAW_HASH);
    return ERR_OK;
}

static void note(void *ctx, const struct draw_finding *finding)
{
    struct shelf *shelf = ctx;
    if (finding->mark != DRAW_DIFFERS)
        return;
    shelf->differs[finding->check]++;
    shelf->named |=
        str_eq(finding->file, shelf->wanted) || str_find(finding->words, shelf->wanted) >= 0;
}

/* Reads every file of a zip. */
static struct shelf *shelf_load(struct kit *kit, const char *path)
{
    struct zip_reader *zip = NULL;
    struct shelf *shelf = calloc(1, sizeof *shelf);
    size_t count = 0;
    assert_non_null(shelf);
    assert_int_equal(zip_reader_open(&zip, path, NULL, NULL), ERR_OK);
    const struct zip_entry *entries = zip_reader_names(zip, &count);
    assert_true(count <= FILES);
    for (size_t i = 0; i < count; i++) {
        struct buf text = {0};
        assert_int_equal(zip_reader_load(&text, zip, entries[i].name, 1 << 24), ERR_OK);
        shelf->names[i] = arena_str(&shelf->arena, entries[i].name);
        shelf->texts[i] = arena_str(&shelf->arena, buf_view(&text));
        buf_free(&text);
    }
    shelf->count = count;
    shelf->verifier = kit->signer.verifier;
    zip_reader_close(zip);
    return shelf;
}

static void shelf_free(struct shelf *shelf)
{
    arena_free(&shelf->arena);
    free(shelf);
}

static struct str *shelf_text(struct shelf *shelf, const char *name)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (str_eq(shelf->names[i], str_of(name)))
            return &shelf->texts[i];
    fail_msg("no file %s", name);
    return NULL;
}

/* Verifies; wanted is the file that a difference should name. */
static struct draw_verdict shelf_verify(struct shelf *shelf, struct str wanted)
{
    struct draw_bundle_source files = {shelf,      shelf->names, shelf->count,
                                       shelf_open, shelf_read,   shelf_close};
    struct draw_bundle_log log = {&shelf->verifier, prove};
    struct draw_bundle_job job = {&files, &log, note, shelf};
    struct draw_verdict verdict;
    shelf->wanted = wanted;
    shelf->named = false;
    memset(shelf->differs, 0, sizeof shelf->differs);
    assert_int_equal(draw_verify(&verdict, &job, NULL), ERR_OK);
    assert_int_equal(verdict.holds, verdict.differs == 0);
    return verdict;
}

static const struct kit_spec open_plain = {.label = "open plain", .objects = 40};
static const struct kit_spec sealed_plain = {
    .label = "sealed plain", .objects = 40, .parties = 1, .hold_staff = true};
static const struct kit_spec sealed_blinded = {
    .label = "sealed blinded", .objects = 40, .parties = 2, .blinded = true};

static struct kit *kit_eventful(const struct kit_spec *spec)
{
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_open(kit, spec);
    kit_commit(kit);
    kit_beacon(kit);
    kit_drawn(kit);
    kit_skip(kit, kit_drawn_id(kit, 0));
    kit_teams(kit);
    kit_beacon(kit);
    kit_assign(kit);
    kit_refill(kit);
    kit_finish(kit);
    return kit;
}

static void kit_free(struct kit *kit)
{
    kit_close(kit);
    free(kit);
}

/* Flips one bit of a file; whatever bit it is, a difference has to name the file. */
static void flip(struct shelf *shelf, size_t file, size_t at)
{
    struct str whole = shelf->texts[file];
    struct str changed = arena_str(&shelf->arena, whole);
    assert_non_null(changed.data);
    ((char *)(uintptr_t)changed.data)[at] ^= (char)(1 << (at % 8));
    shelf->texts[file] = changed;
    struct draw_verdict verdict = shelf_verify(shelf, shelf->names[file]);
    if (verdict.holds || !shelf->named)
        print_message("# %.*s, byte %zu: not found\n", STR_ARG(shelf->names[file]), at);
    assert_false(verdict.holds);
    assert_true(shelf->named);
    shelf->texts[file] = whole;
}

/* Every byte of short files, about 12 places of long ones. vkey is the reader's business. */
static void flip_all(struct kit *kit, const char *path)
{
    struct shelf *shelf = shelf_load(kit, path);
    assert_true(shelf_verify(shelf, str_range(NULL, 0)).holds);
    for (size_t i = 0; i < shelf->count; i++) {
        size_t step = shelf->texts[i].len / 12 + 1;
        if (str_eq(shelf->names[i], STR("vkey")))
            continue;
        for (size_t at = 0; at < shelf->texts[i].len; at += step)
            flip(shelf, i, at);
        flip(shelf, i, shelf->texts[i].len - 1);
    }
    assert_true(shelf_verify(shelf, str_range(NULL, 0)).holds);
    shelf_free(shelf);
}

static void a_changed_byte_in_any_file_is_found_and_named(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_plain, &sealed_blinded};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct kit *kit = kit_eventful(specs[i]);
        flip_all(kit, kit->full);
        flip_all(kit, kit->open);
        kit_free(kit);
    }
}

static void a_file_cut_short_or_made_longer_is_found_and_named(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_blinded);
    struct shelf *shelf = shelf_load(kit, kit->full);
    for (size_t i = 0; i < shelf->count; i++) {
        struct str whole = shelf->texts[i];
        if (str_eq(shelf->names[i], STR("vkey")))
            continue;
        const struct str changed[] = {str_sub(whole, 0, whole.len - 1), str_range("", 0),
                                      arena_printf(&shelf->arena, "%.*s\n", STR_ARG(whole))};
        for (size_t k = 0; k < 3; k++) {
            shelf->texts[i] = changed[k];
            assert_false(shelf_verify(shelf, shelf->names[i]).holds);
            assert_true(shelf->named);
        }
        shelf->texts[i] = whole;
    }
    shelf_free(shelf);
    kit_free(kit);
}

static void a_missing_renamed_or_added_file_is_found(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_plain);
    const char *const paths[] = {kit->full, kit->open};
    for (size_t p = 0; p < 2; p++) {
        struct shelf *shelf = shelf_load(kit, paths[p]);
        for (size_t i = 0; i < shelf->count; i++) {
            struct str name = shelf->names[i];
            struct str text = shelf->texts[i];
            bool last = i + 1 == shelf->count;
            if (str_eq(name, STR("vkey")))
                continue;
            shelf->names[i] = arena_printf(&shelf->arena, "%.*s.bak", STR_ARG(name));
            assert_false(shelf_verify(shelf, name).holds);
            shelf->names[i] = last ? name : shelf->names[shelf->count - 1];
            shelf->texts[i] = last ? text : shelf->texts[shelf->count - 1];
            shelf->count--;
            assert_false(shelf_verify(shelf, name).holds);
            shelf->count++;
            shelf->names[i] = name;
            shelf->texts[i] = text;
        }
        const char *const added[] = {"note.txt", "skip-9.tsv", "round-7/teams.tsv",
                                     "PUBLIC",   "FULL",       "entries/99-skip",
                                     "entries/", "pool.tsv "};
        for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
            struct str name = str_of(added[i]);
            if (str_eq(name, p == 0 ? STR("FULL") : STR("PUBLIC")))
                continue;
            shelf->names[shelf->count] = name;
            shelf->texts[shelf->count++] = STR("x\n");
            assert_false(shelf_verify(shelf, name).holds);
            shelf->count--;
        }
        assert_true(shelf_verify(shelf, str_range(NULL, 0)).holds);
        shelf_free(shelf);
    }
    kit_free(kit);
}

/* Another draw of the same organiser, of the same form, under the same log key. */
static void a_file_of_another_draw_is_found(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_plain);
    struct kit_spec spec = sealed_plain;
    spec.label = "another";
    struct kit *other = kit_eventful(&spec);
    struct shelf *shelf = shelf_load(kit, kit->full);
    struct shelf *strange = shelf_load(other, other->full);
    size_t tried = 0;
    for (size_t i = 0; i < shelf->count; i++) {
        struct str whole = shelf->texts[i];
        struct str name = shelf->names[i];
        const char *path = arena_cstr(&shelf->arena, name);
        assert_non_null(path);
        struct str text = *shelf_text(strange, path);
        if (str_eq(name, STR("vkey")) || str_eq(whole, text))
            continue;
        shelf->texts[i] = text;
        assert_false(shelf_verify(shelf, name).holds);
        assert_true(shelf->named);
        shelf->texts[i] = whole;
        tried++;
    }
    assert_true(tried > 30);
    shelf_free(strange);
    shelf_free(shelf);
    kit_free(other);
    kit_free(kit);
}

/* Lists the files anew, as somebody who repacks a bundle would. */
static void relist(struct shelf *shelf)
{
    struct draw_file *rows = NULL;
    size_t count = 0;
    struct buf text = {0};
    struct str *list = shelf_text(shelf, "files.tsv");
    assert_int_equal(draw_files_parse(&rows, &count, &shelf->arena, *list, false, NULL), ERR_OK);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < shelf->count; k++)
            if (str_eq(shelf->names[k], rows[i].name))
                crypto_sha256(rows[i].hash, shelf->texts[k]);
    assert_int_equal(draw_files_write(&text, rows, count, NULL, NULL), ERR_OK);
    *list = arena_str(&shelf->arena, buf_view(&text));
    buf_free(&text);
}

static void a_file_list_made_anew_does_not_fit_the_log(void **state)
{
    (void)state;
    const char *const names[] = {"VERIFY.md", "beacons/1.txt", "drawn.tsv", "teams.tsv", "PUBLIC"};
    struct kit *kit = kit_eventful(&sealed_plain);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct shelf *shelf = shelf_load(kit, kit->open);
        struct str *text = shelf_text(shelf, names[i]);
        *text = arena_printf(&shelf->arena, "%.*sunchecked x\n", STR_ARG(*text));
        relist(shelf);
        assert_false(shelf_verify(shelf, STR("files.tsv")).holds);
        assert_true(shelf->named);
        assert_int_equal(shelf->differs[DRAW_CHECK_FILES_ROOT], 1);
        assert_int_equal(shelf->differs[DRAW_CHECK_FILE], 0);
        shelf_free(shelf);
    }
    kit_free(kit);
}

/* The same log, and proofs that hold: only what the entries say gives them away. */
static void an_entry_that_is_in_the_log_but_not_of_this_draw_is_found(void **state)
{
    (void)state;
    struct buf text = {0};
    struct kit *kit = kit_eventful(&open_plain);
    struct shelf *shelf = shelf_load(kit, kit->full);
    struct draw_outcome entry = {.kind = DRAW_DRAWN, .number = STR("410882-2026-8"), .round = 1};
    assert_int_equal(draw_outcome_write(&text, &entry, NULL), ERR_OK);
    kit_append(kit, buf_view(&text));
    *shelf_text(shelf, "entries/03-drawn") = buf_view(&text);
    *shelf_text(shelf, "proofs/03-drawn.tlog-proof") = kit->proofs[kit->count - 1];
    assert_false(shelf_verify(shelf, STR("entries/03-drawn")).holds);
    assert_true(shelf->named);
    assert_int_equal(shelf->differs[DRAW_CHECK_NUMBER], 1);
    buf_free(&text);
    shelf_free(shelf);
    kit_free(kit);
}

/* The commitment was put into the log after the randomness was known: its bytes and its proof hold,
 * its place does not. */
static void a_commitment_logged_after_the_randomness_is_found(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_plain);
    struct shelf *shelf = shelf_load(kit, kit->full);
    kit_append(kit, kit->entries[0]);
    *shelf_text(shelf, "proofs/01-commitment.tlog-proof") = kit->proofs[kit->count - 1];
    assert_false(shelf_verify(shelf, STR("entries/02-beacon")).holds);
    assert_true(shelf->named);
    assert_int_equal(shelf->differs[DRAW_CHECK_LOG_ORDER], 1);
    shelf_free(shelf);
    kit_free(kit);
}

static void proofs_in_another_order_are_found(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_plain);
    struct shelf *shelf = shelf_load(kit, kit->full);
    struct str *a = shelf_text(shelf, "proofs/02-beacon.tlog-proof");
    struct str *c = shelf_text(shelf, "proofs/03-drawn.tlog-proof");
    struct str first = *a;
    *a = *c;
    *c = first;
    assert_false(shelf_verify(shelf, STR("proofs/02-beacon.tlog-proof")).holds);
    assert_true(shelf->named);
    shelf_free(shelf);
    kit_free(kit);
}

/* A draw whose entries, digests, files and proofs all fit each other, and which is wrong. */
struct cheat {
    enum kit_cheat cheat;
    enum draw_check check;
    const char *file;
};

static const struct cheat cheats[] = {
    {KIT_OTHER_OBJECT, DRAW_CHECK_SELECTED, "selected.tsv"},
    {KIT_OTHER_POOL, DRAW_CHECK_POOL_ROOT, "pool.tsv"},
    {KIT_OTHER_PERSON, DRAW_CHECK_ASSIGNED, "teams.tsv"},
    {KIT_OTHER_SEAT, DRAW_CHECK_SEATS, "seats.tsv"},
    {KIT_SKIPPED_SEAT, DRAW_CHECK_SEATS, "seats.tsv"},
    {KIT_TWICE, DRAW_CHECK_ASSIGNED, "teams.tsv"},
    {KIT_OTHER_REFILL, DRAW_CHECK_REFILLED, "round-3/teams.tsv"},
    {KIT_LATE, DRAW_CHECK_DISCLOSE_BY, "entries/11-disclosure"},
    {KIT_OLD_DRAND, DRAW_CHECK_BEACON_TIME, "entries/02-beacon"},
    {KIT_WEAK, DRAW_CHECK_ENTROPY, "entries/01-commitment"},
};

static void a_dishonest_draw_with_fitting_digests_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cheats / sizeof cheats[0]; i++) {
        struct kit_spec spec = {
            .label = "cheat", .objects = 40, .parties = 1, .cheat = cheats[i].cheat};
        struct kit *kit = kit_eventful(&spec);
        struct shelf *shelf = shelf_load(kit, kit->full);
        assert_false(shelf_verify(shelf, str_of(cheats[i].file)).holds);
        if (!shelf->named || shelf->differs[cheats[i].check] == 0)
            print_message("# cheat %d not named\n", (int)cheats[i].cheat);
        assert_true(shelf->named);
        assert_true(shelf->differs[cheats[i].check] > 0);
        assert_int_equal(shelf->differs[DRAW_CHECK_FILE], 0);
        assert_int_equal(shelf->differs[DRAW_CHECK_FILES_ROOT], 0);
        assert_int_equal(shelf->differs[DRAW_CHECK_LOGGED], 0);
        shelf_free(shelf);
        kit_free(kit);
    }
}

/* Inspectors and eligibility are kept back, so teams cannot be recomputed; this much is seen. */
static void one_person_on_two_seats_of_an_object_is_found_in_public(void **state)
{
    (void)state;
    struct kit_spec spec = sealed_plain;
    spec.cheat = KIT_TWICE;
    struct kit *kit = kit_eventful(&spec);
    struct shelf *shelf = shelf_load(kit, kit->open);
    assert_false(shelf_verify(shelf, STR("teams.tsv")).holds);
    assert_true(shelf->named);
    assert_int_equal(shelf->differs[DRAW_CHECK_ASSIGNED], 1);
    shelf_free(shelf);
    kit_free(kit);
}

/* An auditor's verdict comes behind the disclosure; anything else there is found. */
static void behind_a_disclosure_only_an_attestation_may_stand(void **state)
{
    (void)state;
    struct buf texts[2] = {0};
    struct kit *kit = kit_eventful(&sealed_plain);
    struct shelf *shelf = shelf_load(kit, kit->full);
    struct draw_attestation good = {STR("410882-2026-7"), STR("审计局"), STR("无异议")};
    struct draw_abort bad = {STR("410882-2026-7"), STR("重抽")};
    assert_int_equal(draw_attestation_write(&texts[0], &good, NULL), ERR_OK);
    assert_int_equal(draw_abort_write(&texts[1], &bad, NULL), ERR_OK);
    const char *const kinds[2] = {"attestation", "abort"};
    for (size_t i = 0; i < 2; i++) {
        kit_append(kit, buf_view(&texts[i]));
        shelf->names[shelf->count] =
            arena_printf(&shelf->arena, "entries/%02zu-%s", kit->count, kinds[i]);
        shelf->texts[shelf->count++] = buf_view(&texts[i]);
        shelf->names[shelf->count] =
            arena_printf(&shelf->arena, "proofs/%02zu-%s.tlog-proof", kit->count, kinds[i]);
        shelf->texts[shelf->count++] = kit->proofs[kit->count - 1];
        assert_int_equal(shelf_verify(shelf, shelf->names[shelf->count - 2]).holds, i == 0);
        assert_int_equal(shelf->differs[DRAW_CHECK_COURSE], i);
        assert_int_equal(shelf->named, i == 1);
    }
    buf_free(&texts[0]);
    buf_free(&texts[1]);
    shelf_free(shelf);
    kit_free(kit);
}

/* In the public bundle of a blinded pool a smuggled object still has the wrong number of tickets or
 * a ticket that its seed does not give; an exchanged one is left to the full bundle, and said. */
static void an_object_added_to_a_public_list_is_found(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_blinded);
    struct shelf *shelf = shelf_load(kit, kit->open);
    struct str *drawn = shelf_text(shelf, "drawn.tsv");
    struct str rest = *drawn;
    struct str line = {0};
    assert_true(str_cut(&line, &rest, '\n'));
    *drawn = rest;
    assert_false(shelf_verify(shelf, STR("drawn.tsv")).holds);
    assert_int_equal(shelf->differs[DRAW_CHECK_DRAWN], 1);
    assert_true(shelf->named);
    shelf_free(shelf);
    kit_free(kit);
}

static void an_object_skipped_without_having_been_drawn_is_found(void **state)
{
    (void)state;
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_open(kit, &open_plain);
    kit_commit(kit);
    kit_beacon(kit);
    kit_drawn(kit);
    kit_skip(kit, STR("ZZZ"));
    kit_finish(kit);
    struct shelf *shelf = shelf_load(kit, kit->full);
    assert_false(shelf_verify(shelf, STR("skip-1.tsv")).holds);
    assert_true(shelf->named);
    assert_int_equal(shelf->differs[DRAW_CHECK_SKIP], 1);
    shelf_free(shelf);
    kit_free(kit);
}

/* Runs the whole of office_verify; ERR_OK with *holds, or the error. */
static enum err whole(bool *holds, const char *path, struct str vkey)
{
    struct draw_verdict verdict;
    struct fault fault = {0};
    struct office_verify job = {.path = path, .vkey = vkey};
    enum err err = office_verify(&verdict, &job, &fault);
    *holds = err == ERR_OK && verdict.holds;
    if (err != ERR_OK)
        assert_true(fault.text[0] != '\0');
    return err;
}

static void write_zip(const char *path, const struct shelf *shelf)
{
    struct zip_writer *zip = NULL;
    assert_int_equal(zip_writer_open(&zip, path), ERR_OK);
    for (size_t i = 0; i < shelf->count; i++) {
        char name[DRAW_BUNDLE_NAME + 1];
        snprintf(name, sizeof name, "%.*s", STR_ARG(shelf->names[i]));
        assert_int_equal(zip_writer_add(zip, name, shelf->texts[i]), ERR_OK);
    }
    assert_int_equal(zip_writer_close(zip), ERR_OK);
}

static void a_changed_byte_of_vkey_is_found(void **state)
{
    (void)state;
    char path[128];
    struct kit *kit = kit_eventful(&open_plain);
    struct shelf *shelf = shelf_load(kit, kit->open);
    struct str *key = shelf_text(shelf, "vkey");
    struct str whole_key = *key;
    snprintf(path, sizeof path, "%s/changed.zip", kit->dir);
    for (size_t at = 0; at < whole_key.len; at += 5) {
        bool holds = true;
        struct str changed = arena_str(&shelf->arena, whole_key);
        ((char *)(uintptr_t)changed.data)[at] ^= 2;
        *key = changed;
        write_zip(path, shelf);
        assert_int_equal(whole(&holds, path, str_range(NULL, 0)), ERR_OK);
        assert_false(holds);
        assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_OK);
        assert_false(holds);
    }
    shelf_free(shelf);
    kit_free(kit);
}

/* The same files in another order, or packed by another program, are the same bundle. */
static void repacking_the_same_files_changes_nothing(void **state)
{
    (void)state;
    char path[128];
    bool holds = false;
    struct kit *kit = kit_eventful(&sealed_blinded);
    struct shelf *shelf = shelf_load(kit, kit->full);
    for (size_t i = 0; i < shelf->count / 2; i++) {
        size_t k = shelf->count - 1 - i;
        struct str name = shelf->names[i];
        struct str text = shelf->texts[i];
        shelf->names[i] = shelf->names[k];
        shelf->texts[i] = shelf->texts[k];
        shelf->names[k] = name;
        shelf->texts[k] = text;
    }
    snprintf(path, sizeof path, "%s/repacked.zip", kit->dir);
    write_zip(path, shelf);
    assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_OK);
    assert_true(holds);
    shelf_free(shelf);
    kit_free(kit);
}

static void a_truncated_zip_never_holds(void **state)
{
    (void)state;
    char path[128];
    struct buf zip = {0};
    struct kit *kit = kit_eventful(&open_plain);
    assert_int_equal(file_read(&zip, kit->full, 1 << 24), ERR_OK);
    snprintf(path, sizeof path, "%s/cut.zip", kit->dir);
    for (size_t len = 0; len < zip.len; len += zip.len / 60 + 1) {
        bool holds = true;
        assert_int_equal(file_write_plain(path, str_sub(buf_view(&zip), 0, len), 0644), ERR_OK);
        assert_int_not_equal(whole(&holds, path, kit_vkey(kit)), ERR_OK);
        assert_false(holds);
    }
    buf_free(&zip);
    kit_free(kit);
}

/* A changed byte of the archive itself is refused, or found, or changes no file at all (dates and
 * other things that are not content). */
static void a_changed_byte_of_the_zip_changes_no_content_unseen(void **state)
{
    (void)state;
    char path[128];
    struct buf zip = {0};
    struct kit *kit = kit_eventful(&open_plain);
    struct shelf *before = shelf_load(kit, kit->full);
    assert_int_equal(file_read(&zip, kit->full, 1 << 24), ERR_OK);
    snprintf(path, sizeof path, "%s/bent.zip", kit->dir);
    for (size_t at = 0; at < zip.len; at += zip.len / 300 + 1) {
        bool holds = true;
        zip.data[at] ^= (char)(1 << (at % 8));
        assert_int_equal(file_write_plain(path, buf_view(&zip), 0644), ERR_OK);
        enum err err = whole(&holds, path, kit_vkey(kit));
        zip.data[at] ^= (char)(1 << (at % 8));
        if (err != ERR_OK || !holds)
            continue;
        struct shelf *after = shelf_load(kit, path);
        assert_int_equal(after->count, before->count);
        for (size_t i = 0; i < after->count; i++) {
            assert_true(str_eq(after->names[i], before->names[i]));
            assert_true(str_eq(after->texts[i], before->texts[i]));
        }
        shelf_free(after);
    }
    shelf_free(before);
    buf_free(&zip);
    kit_free(kit);
}

static void a_zip_bomb_is_refused(void **state)
{
    (void)state;
    enum { BOMB = 32 << 20 };
    char path[128];
    bool holds = true;
    struct kit *kit = kit_eventful(&open_plain);
    struct shelf *shelf = shelf_load(kit, kit->full);
    char *zeros = calloc(1, BOMB);
    assert_non_null(zeros);
    *shelf_text(shelf, "VERIFY.md") = str_range(zeros, BOMB);
    snprintf(path, sizeof path, "%s/bomb.zip", kit->dir);
    write_zip(path, shelf);
    assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_LIMIT);
    assert_false(holds);
    free(zeros);
    shelf_free(shelf);
    kit_free(kit);
}

static void what_is_no_bundle_is_said_to_be_none(void **state)
{
    (void)state;
    char path[128];
    bool holds = true;
    struct kit *kit = kit_eventful(&open_plain);
    snprintf(path, sizeof path, "%s/other", kit->dir);
    assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_MISSING);
    assert_int_equal(file_write_plain(path, STR("hello\n"), 0644), ERR_OK);
    assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_FORMAT);
    assert_int_equal(file_write_plain(path, STR("sunlot-proof/1\nvkey x\n"), 0644), ERR_OK);
    assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_FORMAT);
    assert_int_equal(whole(&holds, kit->full, STR("no key")), ERR_INPUT);
    assert_false(holds);
    kit_free(kit);
}

/* Whether the byte at `at` stands in a line that begins with one of these words. */
static bool in_line(struct str text, size_t at, const char *const words[2])
{
    size_t start = at;
    while (start > 0 && text.data[start - 1] != '\n')
        start--;
    struct str line = str_sub(text, start, text.len);
    return str_starts(line, str_of(words[0])) || str_starts(line, str_of(words[1]));
}

/* Only the cutoff and the rank rest on trust, and the report says so. */
static void own_flip(struct kit *kit, struct str whole_text, size_t at)
{
    const char *const trusted[2] = {"cutoff ", "drawn "};
    char path[128];
    bool holds = true;
    struct str changed = arena_str(&kit->arena, whole_text);
    ((char *)(uintptr_t)changed.data)[at] ^= 1;
    snprintf(path, sizeof path, "%s/own.txt", kit->dir);
    assert_int_equal(file_write_plain(path, changed, 0644), ERR_OK);
    enum err err = whole(&holds, path, kit_vkey(kit));
    assert_true(err == ERR_OK || err == ERR_FORMAT);
    if (holds && !in_line(whole_text, at, trusted))
        print_message("# own proof, byte %zu: not found\n", at);
    assert_true(!holds || in_line(whole_text, at, trusted));
}

static void a_changed_byte_in_an_own_proof_is_found(void **state)
{
    (void)state;
    const struct kit_spec *specs[] = {&open_plain, &sealed_blinded};
    for (size_t i = 0; i < 2; i++) {
        struct kit *kit = kit_eventful(specs[i]);
        const struct str ids[] = {kit_drawn_id(kit, 0), STR("91410882MA000076AB"), STR("ZZZ")};
        for (size_t k = 0; k < (specs[i]->blinded ? 2u : 3u); k++) {
            bool holds = false;
            char path[128];
            struct str text = kit_own(kit, ids[k]);
            snprintf(path, sizeof path, "%s/own.txt", kit->dir);
            assert_int_equal(file_write_plain(path, text, 0644), ERR_OK);
            assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_OK);
            assert_true(holds);
            for (size_t at = 0; at < text.len; at += 7)
                own_flip(kit, text, at);
        }
        kit_free(kit);
    }
}

/* A cutoff that makes the answer come out otherwise is found by the ticket alone. */
static void an_own_proof_with_a_false_answer_is_found(void **state)
{
    (void)state;
    struct kit *kit = kit_eventful(&sealed_blinded);
    struct str text = kit_own(kit, kit_drawn_id(kit, 0));
    char path[128];
    bool holds = true;
    ptrdiff_t at = str_find(text, STR("\ndrawn 1\n"));
    assert_true(at > 0);
    struct str lie = arena_printf(&kit->arena, "%.*s\ndrawn no\n%.*s", (int)at, text.data,
                                  (int)(text.len - (size_t)at - 9), text.data + at + 9);
    snprintf(path, sizeof path, "%s/own.txt", kit->dir);
    assert_int_equal(file_write_plain(path, lie, 0644), ERR_OK);
    assert_int_equal(whole(&holds, path, kit_vkey(kit)), ERR_OK);
    assert_false(holds);
    kit_free(kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_byte_in_any_file_is_found_and_named),
        cmocka_unit_test(a_file_cut_short_or_made_longer_is_found_and_named),
        cmocka_unit_test(a_missing_renamed_or_added_file_is_found),
        cmocka_unit_test(a_file_of_another_draw_is_found),
        cmocka_unit_test(a_file_list_made_anew_does_not_fit_the_log),
        cmocka_unit_test(an_entry_that_is_in_the_log_but_not_of_this_draw_is_found),
        cmocka_unit_test(a_commitment_logged_after_the_randomness_is_found),
        cmocka_unit_test(proofs_in_another_order_are_found),
        cmocka_unit_test(a_dishonest_draw_with_fitting_digests_is_found),
        cmocka_unit_test(one_person_on_two_seats_of_an_object_is_found_in_public),
        cmocka_unit_test(behind_a_disclosure_only_an_attestation_may_stand),
        cmocka_unit_test(an_object_added_to_a_public_list_is_found),
        cmocka_unit_test(an_object_skipped_without_having_been_drawn_is_found),
        cmocka_unit_test(a_changed_byte_of_vkey_is_found),
        cmocka_unit_test(repacking_the_same_files_changes_nothing),
        cmocka_unit_test(a_truncated_zip_never_holds),
        cmocka_unit_test(a_changed_byte_of_the_zip_changes_no_content_unseen),
        cmocka_unit_test(a_zip_bomb_is_refused),
        cmocka_unit_test(what_is_no_bundle_is_said_to_be_none),
        cmocka_unit_test(a_changed_byte_in_an_own_proof_is_found),
        cmocka_unit_test(an_own_proof_with_a_false_answer_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
