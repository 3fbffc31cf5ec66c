/* See bundle_kit.h. The log's times start in June 2026 and go on by a minute an entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_kit.h"

#include "base/time.h"
#include "draw/pool.h"
#include "draw/quota.h"
#include "draw/seed.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK(x) assert_int_equal(x, ERR_OK)

static struct str keep(struct kit *kit, struct buf *text)
{
    OK(buf_err(text));
    struct str copy = arena_str(&kit->arena, buf_view(text));
    assert_non_null(copy.data);
    buf_free(text);
    return copy;
}

void kit_secret(uint8_t out[DRAW_HASH], const struct kit *kit, const char *what)
{
    struct buf text = {0};
    buf_printf(&text, "%s/%s", kit->spec.label, what);
    crypto_sha256(out, buf_view(&text));
    buf_free(&text);
}

/* Ids are as long as real ones; classes A, B, C in the ratio 3:2:1, every tenth object excluded. */
static void pool_make(struct kit *kit)
{
    const char *const plain[] = {"A低", "B中", "C高", "排除-已查"};
    const char *const blinded[] = {"S1", "S2", "S3", "X1"};
    const unsigned classes[] = {0, 0, 0, 1, 1, 2};
    assert_true(kit->spec.objects <= KIT_LINES);
    for (size_t i = 0; i < kit->spec.objects; i++) {
        unsigned of = i % 10 == 9 ? 3 : classes[i % 6];
        kit->lines[i] = arena_printf(&kit->arena, "91410882MA%06zuAB\t%s", i * 7 + 13,
                                     (kit->spec.blinded ? blinded : plain)[of]);
        assert_non_null(kit->lines[i].data);
    }
}

void kit_open(struct kit *kit, const struct kit_spec *spec)
{
    uint8_t seed[DRAW_HASH];
    kit->spec = *spec;
    kit->now = 1780300000;
    snprintf(kit->dir, sizeof kit->dir, "/tmp/sunlot-bundle-XXXXXX");
    assert_non_null(mkdtemp(kit->dir));
    kit_secret(seed, kit, "log");
    OK(tlog_signer_make(&kit->signer, STR("example.cn/sunlot"), seed));
    kit_secret(kit->secrets[0], kit, "party one");
    kit_secret(kit->secrets[1], kit, "party two");
    kit_secret(kit->pool_key, kit, "pool");
    pool_make(kit);
}

int kit_run(struct buf *out, const char *dir, const char *const words[])
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(fds[1], STDOUT_FILENO);
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        if (chdir(dir) == 0)
            execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    close(fds[1]);
    ssize_t got = 1;
    while (got > 0) {
        char *at = buf_reserve(out, 4096);
        assert_non_null(at);
        got = read(fds[0], at, 4096);
        out->len += got > 0 ? (size_t)got : 0;
    }
    close(fds[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void kit_close(struct kit *kit)
{
    const char *const words[] = {"rm", "-rf", kit->dir, NULL};
    struct buf out = {0};
    assert_int_equal(kit_run(&out, "/", words), 0);
    buf_free(&out);
    arena_free(&kit->arena);
}

static enum err subtree(uint8_t out[CRYPTO_HASH], void *ctx, unsigned level, uint64_t index)
{
    struct kit *kit = ctx;
    uint8_t left[CRYPTO_HASH];
    uint8_t right[CRYPTO_HASH];
    if (level == 0) {
        memcpy(out, kit->leaves[index], CRYPTO_HASH);
        return ERR_OK;
    }
    OK(subtree(left, ctx, level - 1, 2 * index));
    OK(subtree(right, ctx, level - 1, 2 * index + 1));
    crypto_node(out, left, right);
    return ERR_OK;
}

static void leaf_add(struct kit *kit, const uint8_t leaf[CRYPTO_HASH])
{
    assert_true(kit->size < KIT_LEAVES);
    memcpy(kit->leaves[kit->size++], leaf, CRYPTO_HASH);
    kit->now += 60;
}

void kit_filler(struct kit *kit)
{
    uint8_t leaf[CRYPTO_HASH];
    crypto_leaf(leaf, str_range((const char *)&kit->size, sizeof kit->size));
    leaf_add(kit, leaf);
}

/* The proof against the checkpoint of the log as it is now. */
static struct str proof_make(struct kit *kit, uint64_t index)
{
    struct crypto_tree tree = {subtree, kit};
    struct crypto_head head = {.size = kit->size};
    struct tlog_proof proof = {.index = index};
    struct buf note = {0};
    struct buf text = {0};
    OK(crypto_tree_root(head.root, &tree, head.size));
    OK(crypto_tree_inclusion(&proof.path, &tree, index, head.size));
    OK(tlog_checkpoint_sign(&note, &kit->signer, &head, kit->now));
    proof.note = buf_view(&note);
    OK(tlog_proof_print(&text, &proof));
    buf_free(&note);
    return keep(kit, &text);
}

void kit_append(struct kit *kit, struct str entry)
{
    assert_true(kit->count < KIT_ENTRIES);
    crypto_leaf(kit->entry_leaves[kit->count], entry);
    leaf_add(kit, kit->entry_leaves[kit->count]);
    kit->entries[kit->count] = entry;
    kit->proofs[kit->count] = proof_make(kit, kit->size - 1);
    kit->count++;
}

void kit_part(struct kit *kit, const char *name, struct str bytes)
{
    bool staff = str_eq(str_of(name), STR("inspectors.tsv")) ||
                 str_ends(str_of(name), STR("eligible.tsv")) ||
                 str_ends(str_of(name), STR("leaving.tsv"));
    assert_true(kit->part_count < KIT_PARTS);
    kit->parts[kit->part_count++] =
        (struct office_bundle_part){.name = arena_str(&kit->arena, str_of(name)),
                                    .bytes = bytes,
                                    .kept = staff && kit->spec.hold_staff};
}

/* Adds the part, and its digest under a new blind (none in an open draw). */
void kit_part_digest(uint8_t digest[DRAW_HASH], struct kit *kit, const char *name, struct str bytes,
                     struct str digested)
{
    struct draw_blind *blind = &kit->blinds[kit->blind_count];
    kit_part(kit, name, bytes);
    blind->name = kit->parts[kit->part_count - 1].name;
    kit_secret(blind->blind, kit, name);
    draw_digest(digest, kit->spec.parties > 0 ? blind->blind : NULL, digested);
    kit->blind_count += kit->spec.parties > 0;
}

static void nonce_of(uint8_t nonce[DRAW_HASH], const struct kit *kit, uint64_t round)
{
    char what[32];
    snprintf(what, sizeof what, "witness %d", (int)round);
    kit_secret(nonce, kit, what);
}

static const char *const quicknet =
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

/* A witness and a ten-sided die rolled three times; or what the spec asks for. */
static size_t sources_make(struct draw_source sources[2], struct kit *kit, uint64_t round)
{
    uint8_t nonce[DRAW_HASH];
    nonce_of(nonce, kit, round);
    sources[0] = (struct draw_source){.kind = DRAW_SOURCE_WITNESS, .name = STR("JIWEI")};
    crypto_sha256(sources[0].hash, draw_bytes(nonce, DRAW_HASH));
    sources[1] = (struct draw_source){.kind = DRAW_SOURCE_DICE, .sides = 10, .rolls = 3};
    if (kit->spec.cheat == KIT_WEAK)
        sources[0] = sources[1];
    if (kit->spec.cheat == KIT_OLD_DRAND) {
        sources[0] = (struct draw_source){.kind = DRAW_SOURCE_DRAND, .round = 123};
        OK(str_unhex(sources[0].hash, DRAW_HASH, str_of(quicknet)));
    }
    if (kit->spec.local)
        sources[0] = (struct draw_source){.kind = DRAW_SOURCE_LOCAL};
    return kit->spec.local || kit->spec.cheat == KIT_WEAK ? 1 : 2;
}

/* What came of the first source. */
static void part_make(struct buf *out, struct kit *kit)
{
    uint8_t nonce[DRAW_HASH];
    nonce_of(nonce, kit, kit->round);
    if (kit->spec.cheat == KIT_WEAK) {
        buf_cat(out, "dice:10x3:4.0.9.");
        return;
    }
    if (kit->spec.cheat == KIT_OLD_DRAND) {
        buf_printf(out, "drand:%s:123:", quicknet);
        buf_hex(out, nonce, 16);
    } else {
        buf_cat(out, kit->spec.local ? "local:" : "witness:JIWEI:");
    }
    buf_hex(out, nonce, DRAW_HASH);
}

static void strata_make(struct kit *kit)
{
    struct draw_pool *pool = NULL;
    struct draw_stratum *strata = NULL;
    OK(draw_pool_open(&pool, &kit->arena, kit->spec.blinded ? kit->pool_key : NULL));
    for (size_t i = 0; i < kit->spec.objects; i++)
        OK(draw_pool_line(NULL, pool, kit->lines[i], NULL));
    kit->commitment.pool_size = draw_pool_size(pool);
    OK(draw_pool_root(kit->commitment.pool_root, pool));
    OK(draw_pool_strata(&strata, &kit->commitment.stratum_count, pool, &kit->arena));
    for (size_t i = 0; i < kit->commitment.stratum_count; i++) {
        strata[i].mode = kit->spec.systematic ? DRAW_SYSTEMATIC : DRAW_CEIL;
        strata[i].num = i + 1;
        strata[i].den = 10;
        if (i + 1 == kit->commitment.stratum_count)
            strata[i] = (struct draw_stratum){
                .name = strata[i].name, .count = strata[i].count, .num = 0, .den = 1};
    }
    kit->commitment.strata = strata;
}

void kit_commit(struct kit *kit)
{
    struct buf text = {0};
    struct draw_source sources[2];
    struct draw_code codes[2];
    struct draw_commitment *c = &kit->commitment;
    *c = (struct draw_commitment){.organiser = STR("示例县市场监督管理局"),
                                  .number = STR("410882-2026-7"),
                                  .task = STR("-"),
                                  .opened = kit->now * TIME_SECOND,
                                  .disclose_by = (kit->now + 86400 * 30) * TIME_SECOND,
                                  .blinded = kit->spec.blinded,
                                  .sources = sources,
                                  .codes = codes,
                                  .code_count = kit->spec.parties};
    strata_make(kit);
    c->source_count = sources_make(sources, kit, 1);
    for (size_t i = 0; i < kit->spec.parties; i++) {
        codes[i].length = 8;
        draw_code_chain(codes[i].hash, kit->secrets[i], 8);
    }
    OK(draw_commitment_write(&text, c, NULL));
    kit_filler(kit);
    kit_append(kit, keep(kit, &text));
    OK(draw_commitment_parse(c, &kit->arena, kit->entries[0], NULL));
    kit->round = 1;
}

/* Answers the newest entry, and makes the round's seed. */
void kit_beacon(struct kit *kit)
{
    struct buf part = {0};
    struct draw_source sources[2];
    struct buf randomness = {0};
    struct buf text = {0};
    struct draw_salt salt = {0};
    struct str parts[2] = {{0}, STR("dice:10x3:4.0.9.")};
    part_make(&part, kit);
    parts[0] = buf_view(&part);
    struct draw_beacon beacon = {.number = kit->commitment.number,
                                 .round = kit->round,
                                 .parts = parts,
                                 .part_count = sources_make(sources, kit, kit->round)};
    memcpy(beacon.entry, kit->entry_leaves[kit->count - 1], DRAW_HASH);
    OK(draw_beacon_write(&text, &beacon, NULL));
    OK(draw_randomness(&randomness, beacon.entry, parts, beacon.part_count));
    OK(draw_salt_round(&salt, &kit->commitment, kit->secrets, kit->spec.parties, kit->round, NULL));
    draw_seed_make(kit->seed, &salt, buf_view(&randomness));
    buf_free(&part);
    buf_free(&randomness);
    kit_filler(kit);
    kit_append(kit, keep(kit, &text));
}

void kit_outcome(struct kit *kit, enum draw_kind kind, uint64_t round,
                 const uint8_t digest[DRAW_HASH])
{
    struct buf text = {0};
    struct draw_outcome outcome = {.kind = kind, .number = kit->commitment.number, .round = round};
    memcpy(outcome.digest, digest, DRAW_HASH);
    OK(draw_outcome_write(&text, &outcome, NULL));
    kit_append(kit, keep(kit, &text));
}

static void select_all(struct kit *kit)
{
    struct draw_select *select = NULL;
    struct crypto_ticket ticket;
    uint8_t rounding[DRAW_HASH];
    const struct draw_commitment *c = &kit->commitment;
    kit->quotas = arena_array(&kit->arena, c->stratum_count, sizeof *kit->quotas);
    assert_non_null(kit->quotas);
    crypto_ticket_init(&ticket, kit->seed);
    draw_ticket_rounding(rounding, &ticket);
    OK(draw_quotas(kit->quotas, c->strata, c->stratum_count, rounding, NULL));
    OK(draw_select_open(&select, &kit->arena, c, kit->quotas, kit->seed));
    for (size_t i = 0; i < kit->spec.objects; i++) {
        struct draw_object object = {0};
        OK(draw_pool_split(&object, kit->lines[i], NULL));
        OK(draw_select_object(select, object.id, object.stratum, NULL));
    }
    OK(draw_select_close(&kit->selection, select, NULL));
}

static bool kit_has(const struct kit *kit, struct str id)
{
    return draw_selection_find(&kit->selection, id) != NULL;
}

/* The first object of a stratum, or of any (-1), that was not drawn. */
static struct str undrawn(const struct kit *kit, ptrdiff_t stratum)
{
    struct draw_object object = {0};
    for (size_t i = 0; i < kit->spec.objects; i++) {
        OK(draw_pool_split(&object, kit->lines[i], NULL));
        bool here =
            stratum < 0 || draw_commitment_stratum(&kit->commitment, object.stratum) == stratum;
        if (here && !kit_has(kit, object.id))
            return object.id;
    }
    fail();
    return object.id;
}

static void object_exchange(struct kit *kit)
{
    struct crypto_ticket ticket;
    size_t last = 0;
    while (last + 1 < kit->selection.count && kit->selection.rows[last + 1].stratum == 0)
        last++;
    struct draw_drawn *row = &kit->selection.rows[last];
    row->id = undrawn(kit, 0);
    crypto_ticket_init(&ticket, kit->seed);
    draw_ticket_object(row->ticket, &ticket, row->id);
}

void kit_drawn(struct kit *kit)
{
    uint8_t digest[DRAW_HASH];
    struct buf selected = {0};
    struct buf drawn = {0};
    select_all(kit);
    if (kit->spec.cheat == KIT_OTHER_OBJECT)
        object_exchange(kit);
    OK(draw_selected_write(&selected, &kit->selection));
    OK(draw_drawn_write(&drawn, &kit->selection, &kit->arena));
    struct str text = keep(kit, &selected);
    kit_part_digest(digest, kit, "selected.tsv", text, text);
    kit_part(kit, "drawn.tsv", keep(kit, &drawn));
    kit_outcome(kit, DRAW_DRAWN, 1, digest);
}

struct str kit_drawn_id(const struct kit *kit, size_t i)
{
    assert_true(i < kit->selection.count);
    return kit->selection.rows[i].id;
}

void kit_skip(struct kit *kit, struct str object)
{
    uint8_t evidence[DRAW_HASH];
    uint8_t digest[DRAW_HASH];
    char name[32];
    struct buf line = {0};
    kit_secret(evidence, kit, "photo");
    OK(draw_skip_line(&line, object, STR("查无下落"), evidence, NULL));
    buf_char(&line, '\n');
    struct str text = keep(kit, &line);
    snprintf(name, sizeof name, "skip-%zu.tsv", ++kit->skips);
    kit_part_digest(digest, kit, name, text, str_sub(text, 0, text.len - 1));
    kit_outcome(kit, DRAW_SKIP, 0, digest);
}

static bool skipped(const struct kit *kit, struct str id)
{
    for (size_t i = 0; i < kit->part_count; i++)
        if (str_starts(kit->parts[i].name, STR("skip-")) && str_starts(kit->parts[i].bytes, id))
            return true;
    return false;
}

/* Two seats an object, five inspectors; the last may not go to the first object. */
static void roster_make(struct kit *kit)
{
    enum { PEOPLE = 5 };
    size_t most = 2 * kit->selection.count;
    struct draw_seat *seats = arena_array(&kit->arena, most, sizeof *seats);
    struct draw_inspector *people = arena_array(&kit->arena, PEOPLE, sizeof *people);
    struct draw_pair *pairs = arena_array(&kit->arena, most * PEOPLE, sizeof *pairs);
    struct draw_roster *r = &kit->roster;
    assert_true(seats != NULL && people != NULL && pairs != NULL);
    for (size_t i = 0; i < most; i++) {
        struct str id = kit->selection.rows[i / 2].id;
        if (!skipped(kit, id) || kit->spec.cheat == KIT_SKIPPED_SEAT)
            seats[r->seat_count++] = (struct draw_seat){
                arena_printf(&kit->arena, "%.*s|SCJG|%zu", STR_ARG(id), i % 2 + 1), id};
    }
    if (kit->spec.cheat == KIT_OTHER_SEAT) {
        seats[0].object = undrawn(kit, -1);
        seats[0].id = arena_printf(&kit->arena, "%.*s|SCJG|1", STR_ARG(seats[0].object));
    }
    draw_seats_sort(seats, r->seat_count);
    for (size_t i = 0; i < PEOPLE; i++)
        people[i] = (struct draw_inspector){arena_printf(&kit->arena, "R%zu", i + 1), i % 2, most};
    for (uint32_t i = 0; i < PEOPLE; i++)
        for (uint32_t s = 0; s < r->seat_count; s++)
            if (i + 1 < PEOPLE || s > 1)
                pairs[r->pair_count++] = (struct draw_pair){i, s};
    r->seats = seats;
    r->inspectors = people;
    r->inspector_count = PEOPLE;
    r->pairs = pairs;
}

void kit_teams(struct kit *kit)
{
    struct buf texts[3] = {0};
    struct str kept[3];
    struct buf text = {0};
    struct draw_source sources[2];
    struct draw_teams_entry entry = {.number = kit->commitment.number, .sources = sources};
    roster_make(kit);
    OK(draw_seats_write(&texts[0], &kit->roster, NULL));
    OK(draw_inspectors_write(&texts[1], &kit->roster, NULL));
    OK(draw_eligible_write(&texts[2], &kit->roster, NULL));
    for (size_t i = 0; i < 3; i++)
        kept[i] = keep(kit, &texts[i]);
    kit_part_digest(entry.seats, kit, "seats.tsv", kept[0], kept[0]);
    kit_part_digest(entry.inspectors, kit, "inspectors.tsv", kept[1], kept[1]);
    kit_part_digest(entry.eligible, kit, "eligible.tsv", kept[2], kept[2]);
    memcpy(entry.commitment, kit->entry_leaves[0], DRAW_HASH);
    entry.source_count = sources_make(sources, kit, 2);
    OK(draw_teams_entry_write(&text, &entry, NULL));
    kit_filler(kit);
    kit_append(kit, keep(kit, &text));
    kit->round = 2;
}

static void teams_append(struct kit *kit, const char *name, enum draw_kind kind)
{
    uint8_t digest[DRAW_HASH];
    struct buf text = {0};
    OK(draw_teams_write(&text, &kit->roster, kit->teams.people, NULL));
    struct str teams = keep(kit, &text);
    kit_part_digest(digest, kit, name, teams, teams);
    kit_outcome(kit, kind, kit->round, digest);
}

/* Two seats of an object exchange their people: the filling stays a possible one. */
static void people_exchange(struct kit *kit)
{
    uint32_t one = kit->teams.people[2];
    kit->teams.people[2] = kit->teams.people[3];
    kit->teams.people[3] = one;
}

void kit_assign(struct kit *kit)
{
    OK(draw_assign(&kit->teams, &kit->arena, &kit->roster, kit->seed, NULL));
    if (kit->spec.cheat == KIT_OTHER_PERSON)
        people_exchange(kit);
    if (kit->spec.cheat == KIT_TWICE)
        kit->teams.people[2] = kit->teams.people[3];
    teams_append(kit, "teams.tsv", DRAW_ASSIGNED);
}

/* Whoever has the first seat leaves it; everybody else may take it. */
void kit_refill(struct kit *kit)
{
    char names[3][32];
    struct buf texts[2] = {0};
    struct buf text = {0};
    struct draw_source sources[2];
    uint32_t leaver = kit->teams.people[0];
    struct draw_leaving leaving = {0, leaver, STR("回避")};
    struct draw_pair pairs[5];
    struct draw_roster roster = kit->roster;
    roster.pairs = pairs;
    roster.pair_count = 0;
    for (uint32_t i = 0; i < 5; i++)
        if (i != leaver)
            pairs[roster.pair_count++] = (struct draw_pair){i, 0};
    kit->round++;
    const char *const tails[3] = {"leaving.tsv", "eligible.tsv", "teams.tsv"};
    for (size_t i = 0; i < 3; i++)
        snprintf(names[i], sizeof names[i], "round-%d/%s", (int)kit->round, tails[i]);
    struct draw_refill_entry entry = {
        .number = kit->commitment.number, .round = kit->round, .sources = sources};
    OK(draw_leaving_write(&texts[0], &kit->roster, &leaving, 1, NULL));
    OK(draw_eligible_write(&texts[1], &roster, NULL));
    struct str kept[2] = {keep(kit, &texts[0]), keep(kit, &texts[1])};
    kit_part_digest(entry.leaving, kit, names[0], kept[0], kept[0]);
    kit_part_digest(entry.eligible, kit, names[1], kept[1], kept[1]);
    memcpy(entry.commitment, kit->entry_leaves[0], DRAW_HASH);
    entry.source_count = sources_make(sources, kit, kit->round);
    OK(draw_refill_entry_write(&text, &entry, NULL));
    kit_append(kit, keep(kit, &text));
    kit_beacon(kit);
    OK(draw_refill(kit->teams.people, &kit->arena, &roster, &leaving, 1, kit->seed, NULL));
    if (kit->spec.cheat == KIT_OTHER_REFILL)
        kit->teams.people[0] = kit->teams.people[0] == 4 ? 3 : 4;
    teams_append(kit, names[2], DRAW_REFILLED);
}

void kit_abort(struct kit *kit)
{
    struct buf text = {0};
    struct draw_abort entry = {kit->commitment.number, STR("疫情防控，检查取消")};
    OK(draw_abort_write(&text, &entry, NULL));
    kit_append(kit, keep(kit, &text));
}

struct str kit_vkey(struct kit *kit)
{
    struct buf text = {0};
    tlog_verifier_print(&text, &kit->signer.verifier);
    return keep(kit, &text);
}

static void pool_part(struct kit *kit)
{
    struct buf text = {0};
    for (size_t i = 0; i < kit->spec.objects; i++) {
        buf_str(&text, kit->lines[i]);
        buf_char(&text, '\n');
    }
    kit_part(kit, "pool.tsv", keep(kit, &text));
}

static void prepare(struct kit *kit, bool disclosed)
{
    struct draw_meaning strata[] = {{STR("S1"), STR("A 低风险")},
                                    {STR("S2"), STR("B 中风险")},
                                    {STR("S3"), STR("C 高风险")},
                                    {STR("X1"), STR("本年度已查")}};
    const struct office_bundle_evidence evidence = {1, STR("掷骰人：甲、乙；录像编号 3")};
    struct office_bundle_draft draft = {.entries = kit->entries,
                                        .entry_count = kit->count,
                                        .parts = kit->parts,
                                        .part_count = kit->part_count,
                                        .secrets = kit->secrets,
                                        .secret_count = disclosed ? kit->spec.parties : 0,
                                        .blinds = kit->blinds,
                                        .blind_count = kit->blind_count,
                                        .evidence = &evidence,
                                        .evidence_count = 1};
    struct fault fault = {0};
    kit_secret(draft.salt, kit, "salt");
    if (kit->spec.blinded) {
        draft.pool_key = kit->pool_key;
        draft.strata = strata;
        draft.stratum_count = sizeof strata / sizeof strata[0];
    }
    enum err err = office_bundle_prepare(&kit->bundle, &kit->arena, &draft, &fault);
    if (err != ERR_OK)
        print_message("# %s\n", fault_text(&fault));
    OK(err);
}

void kit_finish(struct kit *kit)
{
    enum draw_kind last = DRAW_COMMITMENT;
    struct buf text = {0};
    OK(draw_entry_kind(&last, kit->entries[kit->count - 1], NULL));
    if (kit->spec.cheat == KIT_OTHER_POOL)
        kit->lines[0] = arena_str(&kit->arena, STR("1\tA低"));
    if (kit->spec.cheat == KIT_LATE)
        kit->now += 86400 * 31;
    pool_part(kit);
    prepare(kit, last != DRAW_ABORT);
    if (last != DRAW_ABORT) {
        struct draw_disclosure entry = {.number = kit->commitment.number,
                                        .secrets = kit->secrets,
                                        .secret_count = kit->spec.parties};
        memcpy(entry.files, kit->bundle.files, DRAW_HASH);
        OK(draw_disclosure_write(&text, &entry, NULL));
        kit_filler(kit);
        kit_append(kit, keep(kit, &text));
    }
    struct office_bundle_log log = {kit->entries, kit->proofs, kit->count, kit_vkey(kit)};
    snprintf(kit->full, sizeof kit->full, "%s/full.zip", kit->dir);
    snprintf(kit->open, sizeof kit->open, "%s/public.zip", kit->dir);
    OK(office_bundle_write(kit->full, true, &kit->bundle, &log, NULL));
    OK(office_bundle_write(kit->open, false, &kit->bundle, &log, NULL));
}

void kit_whole(struct kit *kit, const struct kit_spec *spec)
{
    kit_open(kit, spec);
    kit_commit(kit);
    kit_beacon(kit);
    kit_drawn(kit);
    kit_teams(kit);
    kit_beacon(kit);
    kit_assign(kit);
    kit_finish(kit);
}

/* What the office knows of an object that is in the pool. */
static void own_answer(struct draw_own *own, const struct kit *kit)
{
    struct draw_object object = {0};
    OK(draw_pool_split(&object, own->line.line, NULL));
    ptrdiff_t stratum = draw_commitment_stratum(&kit->commitment, object.stratum);
    assert_true(stratum >= 0);
    const uint8_t *cutoff = draw_selection_cutoff(&kit->selection, (size_t)stratum);
    const struct draw_drawn *row = draw_selection_find(&kit->selection, object.id);
    own->quota = kit->quotas[stratum];
    if (cutoff != NULL)
        memcpy(own->cutoff, cutoff, DRAW_HASH);
    own->rank = row != NULL ? row->rank : 0;
}

struct str kit_own(struct kit *kit, struct str object)
{
    struct draw_own own = {.vkey = kit_vkey(kit)};
    struct draw_own_finder *finder = NULL;
    struct buf text = {0};
    OK(draw_own_open(&finder, &kit->arena, object, kit->spec.blinded ? kit->pool_key : NULL));
    for (size_t i = 0; i < kit->spec.objects; i++)
        OK(draw_own_find(finder, kit->lines[i]));
    OK(draw_own_turn(finder, NULL));
    for (size_t i = 0; i < kit->spec.objects; i++)
        OK(draw_own_prove(finder, kit->lines[i]));
    OK(draw_own_close(&own, finder));
    if (own.present)
        own_answer(&own, kit);
    own.commitment = (struct draw_own_entry){kit->entries[0], kit->proofs[0]};
    own.beacon = (struct draw_own_entry){kit->entries[1], kit->proofs[1]};
    own.disclosure =
        (struct draw_own_entry){kit->entries[kit->count - 1], kit->proofs[kit->count - 1]};
    OK(draw_own_write(&text, &own, NULL));
    return keep(kit, &text);
}
