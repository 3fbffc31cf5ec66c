/* The course of a draw as its log entries tell it: each entry in the log, the steps in their order,
 * the randomness after whoever asked for it, codes and seeds.
 *
 * Invariant: after bundle_course found no difference, rounds[j-1] is round j, asked for by
 * entries[asker] and answered by entries[beacon], which stands behind it in the log. */
#include "draw/bundle_work.h"

#include "base/time.h"
#include "crypto/merkle.h"
#include "draw/seed.h"

#include <string.h>

/* A log time as a person reads it. */
static struct str time_words(struct bundle *b, int64_t seconds)
{
    struct buf text = {0};
    time_format(&text, seconds * TIME_SECOND);
    struct str copy = arena_str(b->arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

/* Reads an entry: its kind and number are what its name and the commitment say. */
static enum err entry_load(struct bundle *b, struct bundle_entry *entry)
{
    struct fault fault = {0};
    enum draw_kind kind = DRAW_KINDS;
    struct str number = {0};
    TRY(bundle_load(&entry->text, b, DRAW_CHECK_ENTRY, entry->name, DRAW_ENTRY_BYTES));
    crypto_leaf(entry->leaf, entry->text);
    enum err err = draw_entry_kind(&kind, entry->text, &fault);
    if (err == ERR_OK)
        err = draw_entry_number(&number, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    if (kind != entry->kind)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_ENTRY,
                                                        .file = entry->name,
                                                        .row = 1,
                                                        .shown = draw_kind_name(kind),
                                                        .computed = draw_kind_name(entry->kind)});
    if (!str_eq(number, b->manifest.number))
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_NUMBER,
                                                        .file = entry->name,
                                                        .row = kind == DRAW_COMMITMENT ? 3 : 2,
                                                        .shown = number,
                                                        .computed = b->manifest.number});
    return ERR_OK;
}

/* The proof and the entry are named both: from one bit nobody can tell which of the two was
 * changed. */
enum err bundle_prove(struct bundle *b, struct bundle_entry *entry, struct str proof)
{
    struct fault fault = {0};
    const struct draw_bundle_log *log = b->job->log;
    enum err err = log->prove(&entry->logged, log->ctx, proof, entry->leaf, &fault);
    if (err != ERR_OK && err != ERR_MEMORY) {
        fault.err = err;
        struct str words = arena_printf(b->arena, "%.*s 不能证明这个条目：%s",
                                        STR_ARG(entry->proof), fault_text(&fault));
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_LOGGED,
                                                        .file = entry->name,
                                                        .words = words});
    }
    TRY(err);
    entry->proven = true;
    struct str place =
        arena_printf(b->arena, "日志序号 %llu", (unsigned long long)entry->logged.index);
    bundle_say(b, &(struct draw_finding){.mark = DRAW_SAME,
                                         .check = DRAW_CHECK_LOGGED,
                                         .file = entry->name,
                                         .shown = place,
                                         .words = time_words(b, entry->logged.time)});
    return ERR_OK;
}

/* Every entry is looked at even when one is wrong, so that all wrong ones are named. */
static enum err entries_load(struct bundle *b)
{
    enum err all = ERR_OK;
    for (size_t i = 0; i < b->entry_count; i++) {
        struct str proof = {0};
        struct bundle_entry *entry = &b->entries[i];
        enum err err = entry_load(b, entry);
        if (err == ERR_OK)
            err = bundle_load(&proof, b, DRAW_CHECK_LOGGED, entry->proof, BUNDLE_PROOF);
        if (err == ERR_OK)
            err = bundle_prove(b, entry, proof);
        TRY(bundle_go_on(err));
        all = err != ERR_OK ? err : all;
    }
    return all;
}

/* Indexes rise strictly and checkpoint times never fall; two checkpoints of one size are one. */
enum err bundle_order(struct bundle *b, const struct bundle_entry *before,
                      const struct bundle_entry *entry)
{
    const struct draw_logged *a = &before->logged;
    const struct draw_logged *c = &entry->logged;
    if (a->index >= c->index || a->time > c->time)
        return bundle_differs(b,
                              &(struct draw_finding){.check = DRAW_CHECK_LOG_ORDER,
                                                     .file = entry->name,
                                                     .words = STR("在日志中没有排在前一步之后")});
    if (a->size > c->size || (a->size == c->size && memcmp(a->root, c->root, DRAW_HASH) != 0))
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_LOG_TREE,
                                                        .file = entry->proof,
                                                        .words = STR("与前一步的检查点互相矛盾")});
    return ERR_OK;
}

/* The log is the only clock: what stands later in it came later. */
static enum err order_check(struct bundle *b)
{
    for (size_t i = 1; i < b->entry_count; i++)
        TRY(bundle_order(b, &b->entries[i - 1], &b->entries[i]));
    bundle_say(b, &(struct draw_finding){.mark = DRAW_SAME, .check = DRAW_CHECK_LOG_ORDER});
    return ERR_OK;
}

/* Which kinds may follow which (PROTOCOL.md section 1), a bit a kind. Skips may stand anywhere
 * between `drawn` and the end; a skip is judged by the last kind that is none. */
static unsigned follows(enum draw_kind kind)
{
    const unsigned end = 1u << DRAW_DISCLOSURE | 1u << DRAW_ABORT;
    switch (kind) {
    case DRAW_COMMITMENT:
    case DRAW_TEAMS:
    case DRAW_REFILL:
        return 1u << DRAW_BEACON | 1u << DRAW_ABORT;
    case DRAW_DRAWN:
        return 1u << DRAW_TEAMS | end;
    case DRAW_ASSIGNED:
    case DRAW_REFILLED:
        return 1u << DRAW_REFILL | end;
    case DRAW_ABORT:
    case DRAW_DISCLOSURE:
    case DRAW_ATTESTATION:
        return 1u << DRAW_ATTESTATION;
    default:
        return 0;
    }
}

/* What a beacon leads to depends on who asked for it. */
static unsigned follows_beacon(enum draw_kind asker)
{
    enum draw_kind next = asker == DRAW_COMMITMENT ? DRAW_DRAWN
                          : asker == DRAW_TEAMS    ? DRAW_ASSIGNED
                                                   : DRAW_REFILLED;
    return 1u << next | 1u << DRAW_ABORT;
}

/* The state of a walk over the entries. */
struct walk {
    enum draw_kind last; /* that is no skip */
    size_t asker;        /* of the newest round */
    bool drawn;
    unsigned allowed;
};

/* Takes the entry at `at` into the state; its kind was allowed. */
static void walk_step(struct bundle *b, struct walk *w, size_t at)
{
    enum draw_kind kind = b->entries[at].kind;
    if (kind == DRAW_COMMITMENT || kind == DRAW_TEAMS || kind == DRAW_REFILL) {
        w->asker = at;
        b->rounds[b->round_count] = (struct bundle_round){.round = b->round_count + 1, .asker = at};
        b->round_count++;
    }
    if (kind == DRAW_BEACON)
        b->rounds[b->round_count - 1].beacon = at;
    w->drawn |= kind == DRAW_DRAWN;
    b->skip_count += kind == DRAW_SKIP;
    w->last = kind == DRAW_SKIP ? w->last : kind;
    w->allowed =
        w->last == DRAW_BEACON ? follows_beacon(b->entries[w->asker].kind) : follows(w->last);
    bool over = w->last == DRAW_ABORT || w->last == DRAW_DISCLOSURE || w->last == DRAW_ATTESTATION;
    w->allowed |= w->drawn && !over ? 1u << DRAW_SKIP : 0;
}

/* Walks the entries through the steps of PROTOCOL.md section 1 and collects the rounds. */
static enum err course_check(struct bundle *b)
{
    struct walk w = {.last = DRAW_KINDS, .allowed = 1u << DRAW_COMMITMENT};
    b->rounds = arena_array(b->arena, b->entry_count, sizeof *b->rounds);
    if (b->rounds == NULL)
        return ERR_MEMORY;
    bool over = false;
    bool aborted = false;
    for (size_t i = 0; i < b->entry_count; i++) {
        if ((w.allowed >> b->entries[i].kind & 1) == 0)
            return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_COURSE,
                                                            .file = b->entries[i].name,
                                                            .words = STR("这一步不能出现在这里")});
        walk_step(b, &w, i);
        over |= w.last == DRAW_ABORT || w.last == DRAW_DISCLOSURE;
        aborted |= w.last == DRAW_ABORT;
    }
    if (!over || aborted != b->manifest.aborted)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_COURSE,
                                                        .file = b->entries[b->entry_count - 1].name,
                                                        .words = STR("抽取没有以公开或放弃结束")});
    struct str steps = arena_printf(b->arena, "%zu 步", b->entry_count);
    bundle_say(
        b, &(struct draw_finding){.mark = DRAW_SAME, .check = DRAW_CHECK_COURSE, .words = steps});
    return ERR_OK;
}

/* Everything else is read by the commitment, so nothing is looked at without it. */
static enum err commitment_check(struct bundle *b)
{
    struct fault fault = {0};
    const struct bundle_entry *entry = &b->entries[0];
    enum err err = draw_commitment_parse(&b->commitment, b->arena, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_COMMITMENT, entry->name, err, &fault));
    if (b->commitment.blinded != b->manifest.blinded)
        return bundle_differs(
            b, &(struct draw_finding){.check = DRAW_CHECK_MANIFEST,
                                      .file = b->manifest.full ? STR("FULL") : STR("PUBLIC"),
                                      .row = 3,
                                      .words = STR("名单形式与承诺不一致")});
    struct str words =
        arena_printf(b->arena, "%.*s，%s，名单 %llu 个，%zu 层", STR_ARG(b->commitment.organiser),
                     draw_commitment_sealed(&b->commitment) ? "封存抽取" : "公开抽取",
                     (unsigned long long)b->commitment.pool_size, b->commitment.stratum_count);
    bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                         .check = DRAW_CHECK_COMMITMENT,
                                         .file = entry->name,
                                         .words = words});
    return ERR_OK;
}

/* The disclosure's digest of the files. */
static enum err root_check(struct bundle *b)
{
    uint8_t root[DRAW_HASH];
    struct fault fault = {0};
    struct draw_file *copy = arena_array(b->arena, b->file_count, sizeof *copy);
    if (copy == NULL)
        return ERR_MEMORY;
    memcpy(copy, b->files, b->file_count * sizeof *copy);
    TRY(bundle_blame(b, DRAW_CHECK_FILES_ROOT, STR("files.tsv"),
                     draw_files_root(root, copy, b->file_count, &fault), &fault));
    return bundle_match(b, DRAW_CHECK_FILES_ROOT, STR("files.tsv"), root, b->disclosure.files);
}

/* The entry is not younger than its checkpoint, so a checkpoint in time shows a disclosure in
 * time. */
static enum err deadline_check(struct bundle *b, const struct bundle_entry *entry)
{
    struct draw_finding finding = {.mark = DRAW_SAME,
                                   .check = DRAW_CHECK_DISCLOSE_BY,
                                   .file = entry->name,
                                   .shown = time_words(b, entry->logged.time),
                                   .computed =
                                       time_words(b, b->commitment.disclose_by / TIME_SECOND)};
    if (entry->logged.time > b->commitment.disclose_by / TIME_SECOND) {
        finding.words = STR("公开晚于承诺的期限");
        return bundle_differs(b, &finding);
    }
    bundle_say(b, &finding);
    return ERR_OK;
}

/* What the file `secret` has to be. */
static void secrets_write(struct buf *out, const struct draw_disclosure *disclosure)
{
    for (size_t i = 0; i < disclosure->secret_count; i++) {
        buf_hex(out, disclosure->secrets[i], DRAW_HASH);
        buf_char(out, '\n');
    }
}

/* The file `secret` repeats what the entry says, so that shell lines need not take it apart. */
static enum err secret_check(struct bundle *b)
{
    struct buf computed = {0};
    struct str shown = {0};
    if (b->disclosure.secret_count == 0 && !bundle_has(b, STR("secret")))
        return ERR_OK;
    TRY(bundle_load(&shown, b, DRAW_CHECK_SECRET, STR("secret"), BUNDLE_LIST));
    secrets_write(&computed, &b->disclosure);
    enum err err = buf_err(&computed);
    if (err == ERR_OK)
        err = bundle_compare(b, DRAW_CHECK_SECRET, STR("secret"), shown, buf_view(&computed));
    buf_free(&computed);
    return err;
}

/* Root, date and secrets are independent of each other: all three are looked at. */
static enum err disclosure_check(struct bundle *b, const struct bundle_entry *entry)
{
    struct fault fault = {0};
    enum err err = draw_disclosure_parse(&b->disclosure, b->arena, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    b->disclosed = true;
    b->secrets = b->disclosure.secrets;
    b->secret_count = b->disclosure.secret_count;
    enum err steps[] = {root_check(b), deadline_check(b, entry), secret_check(b)};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        TRY(bundle_go_on(steps[i]));
        err = steps[i] != ERR_OK ? steps[i] : err;
    }
    return err;
}

/* What stands at the end of a draw: a disclosure, a reason, or an auditor's verdict. */
static enum err end_check(struct bundle *b, const struct bundle_entry *entry)
{
    struct fault fault = {0};
    struct draw_abort given_up = {0};
    struct draw_attestation verdict = {0};
    struct str words = {0};
    if (entry->kind == DRAW_DISCLOSURE)
        return disclosure_check(b, entry);
    enum err err = entry->kind == DRAW_ABORT
                       ? draw_abort_parse(&given_up, entry->text, &fault)
                       : draw_attestation_parse(&verdict, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    words = entry->kind == DRAW_ABORT ? given_up.reason : verdict.verdict;
    bundle_say(b,
               &(struct draw_finding){.mark = DRAW_NOTE,
                                      .check = entry->kind == DRAW_ABORT ? DRAW_CHECK_ABORT
                                                                         : DRAW_CHECK_ATTESTATION,
                                      .file = entry->name,
                                      .shown = verdict.auditor,
                                      .words = words});
    return ERR_OK;
}

/* All entries at the end; without a disclosure the log does not fix the files, which stays open. */
static enum err ends_check(struct bundle *b)
{
    enum err all = ERR_OK;
    for (size_t i = 0; i < b->entry_count; i++) {
        enum draw_kind kind = b->entries[i].kind;
        if (kind != DRAW_DISCLOSURE && kind != DRAW_ABORT && kind != DRAW_ATTESTATION)
            continue;
        enum err err = end_check(b, &b->entries[i]);
        TRY(bundle_go_on(err));
        all = err != ERR_OK ? err : all;
    }
    if (!b->disclosed)
        bundle_say(b, &(struct draw_finding){.mark = DRAW_OPEN,
                                             .check = DRAW_CHECK_FILES_ROOT,
                                             .file = STR("files.tsv"),
                                             .words = STR("没有公开条目，日志没有固定文件清单")});
    return all;
}

/* Either file may be missing; a blind that is missing is found where its file is. */
static enum err blinds_load(struct bundle *b)
{
    const struct str names[2] = {STR("blinds"), STR("blinds-private")};
    for (size_t i = 0; i < 2; i++) {
        struct str text = {0};
        struct fault fault = {0};
        if (!bundle_has(b, names[i]))
            continue;
        TRY(bundle_load(&text, b, DRAW_CHECK_BLINDS, names[i], BUNDLE_LIST));
        enum err err =
            draw_blinds_parse(&b->blinds[i], &b->blind_counts[i], b->arena, text, &fault);
        TRY(bundle_blame(b, DRAW_CHECK_BLINDS, names[i], err, &fault));
    }
    return ERR_OK;
}

/* A chain of `length` hashes leads from each secret to the commitment, or the codes were not
 * fixed beforehand. */
enum err bundle_codes(struct bundle *b)
{
    size_t count = b->commitment.code_count;
    struct str file = b->entries[b->entry_count - 1].name;
    if (count == 0 && b->secret_count == 0)
        return ERR_OK;
    if (!b->disclosed) {
        bundle_say(b, &(struct draw_finding){.mark = DRAW_OPEN,
                                             .check = DRAW_CHECK_CODE,
                                             .words = STR("密码没有公开，抽取不能重算")});
        return ERR_OK;
    }
    if (count != b->secret_count)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_CODE,
                                                        .file = file,
                                                        .words = STR("密码个数与承诺不一致")});
    for (size_t i = 0; i < count; i++) {
        uint8_t code[DRAW_HASH];
        draw_code_chain(code, b->secrets[i], b->commitment.codes[i].length);
        TRY(bundle_match(b, DRAW_CHECK_CODE, b->entries[0].name, b->commitment.codes[i].hash,
                         code));
    }
    return ERR_OK;
}

/* The sources a round asked for; a teams or refill entry is that of this commitment. */
static enum err asker_sources(const struct draw_source **sources, size_t *count, struct bundle *b,
                              const struct bundle_round *round)
{
    struct fault fault = {0};
    struct draw_teams_entry teams = {0};
    struct draw_refill_entry refill = {0};
    const struct bundle_entry *entry = &b->entries[round->asker];
    const uint8_t *commitment = NULL;
    if (entry->kind == DRAW_COMMITMENT) {
        *sources = b->commitment.sources;
        *count = b->commitment.source_count;
        return ERR_OK;
    }
    enum err err = entry->kind == DRAW_TEAMS
                       ? draw_teams_entry_parse(&teams, b->arena, entry->text, &fault)
                       : draw_refill_entry_parse(&refill, b->arena, entry->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    if (entry->kind == DRAW_REFILL && refill.round != round->round)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_COURSE,
                                                        .file = entry->name,
                                                        .row = 3,
                                                        .words = STR("轮次不连续")});
    *sources = entry->kind == DRAW_TEAMS ? teams.sources : refill.sources;
    *count = entry->kind == DRAW_TEAMS ? teams.source_count : refill.source_count;
    commitment = entry->kind == DRAW_TEAMS ? teams.commitment : refill.commitment;
    return bundle_match(b, DRAW_CHECK_TEAMS_LINK, entry->name, commitment, b->entries[0].leaf);
}

/* beacons/J.txt starts with the part lines; behind an empty line anything may stand. */
static enum err evidence_check(struct bundle *b, const struct draw_beacon *beacon)
{
    struct buf parts = {0};
    struct str text = {0};
    struct str name = arena_printf(b->arena, "beacons/%llu.txt", (unsigned long long)beacon->round);
    if (name.data == NULL)
        return ERR_MEMORY;
    TRY(bundle_load(&text, b, DRAW_CHECK_BEACON_FILE, name, BUNDLE_WHOLE));
    for (size_t i = 0; i < beacon->part_count; i++)
        buf_printf(&parts, "part %.*s\n", STR_ARG(beacon->parts[i]));
    enum err err = buf_err(&parts);
    size_t len = parts.len;
    bool more = text.len > len && text.data[len] == '\n';
    if (err == ERR_OK)
        err = bundle_compare(b, DRAW_CHECK_BEACON_FILE, name, more ? str_sub(text, 0, len) : text,
                             buf_view(&parts));
    buf_free(&parts);
    return err;
}

/* Without the secrets of a sealed draw there is no seed, and whatever rests on it stays open. */
static enum err round_seed(struct bundle *b, struct bundle_round *round,
                           const struct draw_beacon *beacon)
{
    if (b->secret_count != b->commitment.code_count)
        return ERR_OK;
    struct fault fault = {0};
    struct draw_salt salt = {0};
    struct buf randomness = {0};
    enum err err =
        draw_salt_round(&salt, &b->commitment, b->secrets, b->secret_count, round->round, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_SEED, b->entries[0].name, err, &fault));
    err = draw_randomness(&randomness, b->entries[round->asker].leaf, beacon->parts,
                          beacon->part_count);
    if (err == ERR_OK)
        draw_seed_make(round->seed, &salt, buf_view(&randomness));
    buf_free(&randomness);
    TRY(err);
    round->seeded = true;
    bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                         .check = DRAW_CHECK_SEED,
                                         .file = b->entries[round->beacon].name,
                                         .computed = bundle_hex(b, round->seed)});
    return ERR_OK;
}

/* A round that was asked for and never answered (an abort) has its sources checked and no more. */
enum err bundle_round_check(struct bundle *b, struct bundle_round *round)
{
    const struct draw_source *sources = NULL;
    size_t count = 0;
    struct draw_beacon beacon = {0};
    TRY(asker_sources(&sources, &count, b, round));
    struct bundle_exchange exchange = {.asker = &b->entries[round->asker],
                                       .sources = sources,
                                       .source_count = count,
                                       .round = round->round};
    TRY(bundle_sources(b, &exchange));
    if (round->beacon == 0)
        return ERR_OK;
    exchange.beacon = &b->entries[round->beacon];
    TRY(bundle_beacon(&beacon, b, &exchange));
    if (b->job->files != NULL)
        TRY(evidence_check(b, &beacon));
    return round_seed(b, round, &beacon);
}

/* Rounds do not rest on each other: a wrong one does not keep the next from being looked at. */
static enum err rounds_check(struct bundle *b)
{
    enum err all = ERR_OK;
    for (size_t i = 0; i < b->round_count; i++) {
        enum err err = bundle_round_check(b, &b->rounds[i]);
        TRY(bundle_go_on(err));
        all = err != ERR_OK ? err : all;
    }
    return all;
}

const uint8_t *bundle_seed(const struct bundle *b, uint64_t round)
{
    if (round == 0 || round > b->round_count || !b->rounds[round - 1].seeded)
        return NULL;
    return b->rounds[round - 1].seed;
}

/* Steps without which the next cannot be read end the course; the others are collected. */
enum err bundle_course(struct bundle *b)
{
    TRY(entries_load(b));
    TRY(order_check(b));
    TRY(course_check(b));
    TRY(commitment_check(b));
    enum err ends = ends_check(b);
    TRY(bundle_go_on(ends));
    TRY(blinds_load(b));
    TRY(bundle_codes(b));
    TRY(rounds_check(b));
    return ends;
}
