/* Checks a business's own proof: the three entries in the log, the line in the pool or the gap
 * where it would stand, its ticket, its quota, and whether the answer follows from the cutoff.
 *
 * Rests on the same steps as a bundle (bundle_work.h); only the cutoff, and a rank above it, are
 * taken on trust, and said to be. */
#include "draw/bundle_own.h"
#include "draw/bundle_work.h"
#include "draw/quota.h"
#include "draw/seed.h"

#include <string.h>

enum { OWN_COMMITMENT, OWN_BEACON, OWN_DISCLOSURE, OWN_ENTRIES };

/* Reads an entry of the proof and proves that the log holds it. */
static enum err own_entry(struct bundle *b, size_t at, const struct draw_own_entry *given)
{
    const enum draw_kind kinds[OWN_ENTRIES] = {DRAW_COMMITMENT, DRAW_BEACON, DRAW_DISCLOSURE};
    struct bundle_entry *entry = &b->entries[at];
    struct fault fault = {0};
    enum draw_kind kind = DRAW_KINDS;
    struct str number = {0};
    entry->kind = kinds[at];
    entry->name = draw_kind_name(kinds[at]);
    entry->proof = arena_printf(b->arena, "%.*s-proof", STR_ARG(entry->name));
    entry->text = given->text;
    crypto_leaf(entry->leaf, entry->text);
    enum err err = draw_entry_kind(&kind, entry->text, &fault);
    if (err == ERR_OK && kind != kinds[at])
        err = fault_set(&fault, ERR_PROOF, "条目的种类不对");
    if (err == ERR_OK)
        err = draw_entry_number(&number, entry->text, &fault);
    if (err == ERR_OK && at > 0 && !str_eq(number, b->commitment.number))
        err = fault_set(&fault, ERR_PROOF, "条目属于另一次抽取“%.*s”", STR_ARG(number));
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, entry->name, err, &fault));
    TRY(bundle_prove(b, entry, given->proof));
    return at > 0 ? bundle_order(b, &b->entries[at - 1], entry) : ERR_OK;
}

/* The pool's root and size come from here; without it nothing can be checked. */
static enum err own_commitment(struct bundle *b, const struct draw_own *own)
{
    struct fault fault = {0};
    struct str name = draw_kind_name(DRAW_COMMITMENT);
    TRY(own_entry(b, OWN_COMMITMENT, &own->commitment));
    enum err err = draw_commitment_parse(&b->commitment, b->arena, own->commitment.text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_COMMITMENT, name, err, &fault));
    struct str words =
        arena_printf(b->arena, "%.*s，抽取 %.*s，名单 %llu 个", STR_ARG(b->commitment.organiser),
                     STR_ARG(b->commitment.number), (unsigned long long)b->commitment.pool_size);
    bundle_say(b, &(struct draw_finding){
                      .mark = DRAW_NOTE, .check = DRAW_CHECK_COMMITMENT, .words = words});
    return ERR_OK;
}

/* Whether a line with its nonce (or none) stands at an index of the committed pool. */
static enum err line_in_pool(struct bundle *b, const struct draw_own_line *line, uint64_t index,
                             const uint8_t *nonce)
{
    uint8_t hash[DRAW_HASH];
    struct buf leaf = {0};
    enum err err = draw_pool_leaf(&leaf, line->line, nonce);
    crypto_leaf(hash, buf_view(&leaf));
    buf_free(&leaf);
    TRY(err);
    err = crypto_merkle_verify_inclusion(hash, index, b->commitment.pool_size, &line->path,
                                         b->commitment.pool_root);
    if (err == ERR_OK)
        return ERR_OK;
    return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_OWN_LINE,
                                                    .shown = line->line,
                                                    .words = STR("这一行不在承诺的名单中")});
}

/* A proof of absence that does not hold. */
static enum err absent_differs(struct bundle *b, const char *words)
{
    return bundle_differs(
        b, &(struct draw_finding){.check = DRAW_CHECK_OWN_ABSENT, .words = str_of(words)});
}

/* A malformed line compares as equal, which neither neighbour may be. */
static int id_order(const struct draw_own_line *line, struct str id)
{
    struct draw_object object = {0};
    if (draw_pool_split(&object, line->line, NULL) != ERR_OK)
        return 0;
    return str_cmp(object.id, id);
}

/* Two lines that are neighbours in a sorted pool leave no room between them. */
static enum err own_absent(struct bundle *b, const struct draw_own *own)
{
    if (b->commitment.blinded)
        return absent_differs(b, "这种名单没有不在名单的证明");
    if (own->before.given != (own->index > 0) ||
        own->after.given != (own->index < b->commitment.pool_size) ||
        own->index > b->commitment.pool_size)
        return absent_differs(b, "缺少相邻的行，或多出了相邻的行");
    if (own->before.given && id_order(&own->before, own->object) >= 0)
        return absent_differs(b, "前一行不排在本对象之前");
    if (own->after.given && id_order(&own->after, own->object) <= 0)
        return absent_differs(b, "后一行不排在本对象之后");
    if (own->before.given)
        TRY(line_in_pool(b, &own->before, own->index - 1, NULL));
    if (own->after.given)
        TRY(line_in_pool(b, &own->after, own->index, NULL));
    bundle_say(b, &(struct draw_finding){.mark = DRAW_SAME,
                                         .check = DRAW_CHECK_OWN_ABSENT,
                                         .shown = own->object,
                                         .words = STR("前后两行在名单中相邻，本对象不在其间")});
    return ERR_OK;
}

/* Secrets from the disclosure, checked against the commitment's codes. */
static enum err own_disclosure(struct bundle *b)
{
    struct fault fault = {0};
    struct str name = draw_kind_name(DRAW_DISCLOSURE);
    enum err err =
        draw_disclosure_parse(&b->disclosure, b->arena, b->entries[OWN_DISCLOSURE].text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, name, err, &fault));
    b->disclosed = true;
    b->secrets = b->disclosure.secrets;
    b->secret_count = b->disclosure.secret_count;
    return bundle_codes(b);
}

/* The line names the object, its stratum is one of the commitment, and the root holds it. */
static enum err own_in_pool(ptrdiff_t *stratum, struct bundle *b, const struct draw_own *own)
{
    struct draw_object object = {0};
    struct fault fault = {0};
    enum err err = draw_pool_split(&object, own->line.line, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_OWN_LINE, str_range(NULL, 0), err, &fault));
    *stratum = draw_commitment_stratum(&b->commitment, object.stratum);
    if (!str_eq(object.id, own->object) || *stratum < 0 || own->blinded != b->commitment.blinded)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_OWN_LINE,
                                                        .shown = own->line.line,
                                                        .words = STR("与对象或承诺不一致")});
    TRY(line_in_pool(b, &own->line, own->index, own->blinded ? own->nonce : NULL));
    struct str words = arena_printf(b->arena, "第 %llu 行", (unsigned long long)own->index + 1);
    bundle_say(b, &(struct draw_finding){.mark = DRAW_SAME,
                                         .check = DRAW_CHECK_OWN_LINE,
                                         .shown = own->line.line,
                                         .words = words});
    return ERR_OK;
}

/* The quota is recomputed: mode, ratio and count stand in the commitment, the rounding in the
 * seed. */
static enum err own_quota(struct bundle *b, const struct draw_own *own, size_t stratum)
{
    const struct draw_stratum *of = &b->commitment.strata[stratum];
    TRY(bundle_quotas(b, b->rounds[0].seed));
    struct draw_finding finding = {
        .mark = DRAW_SAME,
        .check = DRAW_CHECK_QUOTA,
        .shown = arena_printf(b->arena, "%llu", (unsigned long long)own->quota),
        .computed = arena_printf(b->arena, "%llu", (unsigned long long)b->quotas[stratum]),
        .words = arena_printf(b->arena, "分层 %.*s 共 %llu 个", STR_ARG(of->name),
                              (unsigned long long)of->count)};
    if (own->quota != b->quotas[stratum])
        return bundle_differs(b, &finding);
    bundle_say(b, &finding);
    return ERR_OK;
}

/* Drawn if and only if the ticket is not above the cutoff; the last one drawn is the cutoff. */
static enum err own_answer(struct bundle *b, const struct draw_own *own,
                           const uint8_t ticket[DRAW_HASH], uint64_t count)
{
    int order = memcmp(ticket, own->cutoff, DRAW_HASH);
    bool drawn = own->quota > 0 && order <= 0;
    bool last = own->rank > 0 && own->rank == own->quota;
    bool ok = drawn == (own->rank > 0) && own->rank <= own->quota && last == (drawn && order == 0);
    if (own->quota >= count && !drawn)
        ok = false;
    struct draw_finding finding = {.mark = DRAW_SAME,
                                   .check = DRAW_CHECK_OWN_DRAWN,
                                   .shown = own->rank > 0 ? STR("抽中") : STR("未抽中"),
                                   .computed = drawn ? STR("号码不高于界限，应抽中")
                                                     : STR("号码高于界限，不应抽中")};
    if (own->quota == 0)
        finding.computed = STR("该层名额为零，不应抽中");
    if (!ok)
        return bundle_differs(b, &finding);
    bundle_say(b, &finding);
    finding = (struct draw_finding){
        .mark = last ? DRAW_SAME : DRAW_OPEN,
        .check = DRAW_CHECK_OWN_RANK,
        .shown = arena_printf(b->arena, "第 %llu 名", (unsigned long long)own->rank)};
    if (own->rank > 0)
        bundle_say(b, &finding);
    return ERR_OK;
}

/* The ticket decides; the cutoff is shown to be what it was compared with. */
static enum err own_ticket(struct bundle *b, const struct draw_own *own, size_t stratum)
{
    uint8_t value[DRAW_HASH];
    struct crypto_ticket ticket;
    crypto_ticket_init(&ticket, b->rounds[0].seed);
    draw_ticket_object(value, &ticket, own->object);
    bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                         .check = DRAW_CHECK_OWN_TICKET,
                                         .computed = bundle_hex(b, value)});
    TRY(own_answer(b, own, value, b->commitment.strata[stratum].count));
    struct draw_finding finding = {
        .mark = DRAW_OPEN,
        .check = DRAW_CHECK_CUTOFF,
        .words = b->commitment.blinded ? STR("界限是否正确，由持有完整材料包的审计、纪检人员核对")
                                       : STR("界限是否正确，可用公开材料包核对")};
    finding.shown = bundle_hex(b, own->cutoff);
    if (own->quota > 0)
        bundle_say(b, &finding);
    return ERR_OK;
}

/* Each step rests on the one before. */
static enum err own_run(struct bundle *b, const struct draw_own *own)
{
    ptrdiff_t stratum = -1;
    TRY(own_commitment(b, own));
    if (!own->present)
        return own_absent(b, own);
    TRY(own_entry(b, OWN_BEACON, &own->beacon));
    TRY(own_entry(b, OWN_DISCLOSURE, &own->disclosure));
    TRY(own_in_pool(&stratum, b, own));
    TRY(own_disclosure(b));
    TRY(bundle_round_check(b, &b->rounds[0]));
    if (!b->rounds[0].seeded)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_SEED});
    TRY(own_quota(b, own, (size_t)stratum));
    return own_ticket(b, own, (size_t)stratum);
}

enum err draw_own_verify(struct draw_verdict *verdict, const struct draw_own *own,
                         const struct draw_bundle_job *job, struct fault *fault)
{
    struct arena arena = {0};
    struct bundle_entry entries[OWN_ENTRIES] = {0};
    struct bundle_round round = {.round = 1, .asker = OWN_COMMITMENT, .beacon = OWN_BEACON};
    struct draw_bundle_job alone = {.log = job->log, .report = job->report, .ctx = job->ctx};
    struct bundle b = {.job = &alone,
                       .verdict = verdict,
                       .arena = &arena,
                       .entries = entries,
                       .entry_count = own->present ? OWN_ENTRIES : 1,
                       .rounds = &round,
                       .round_count = 1};
    *verdict = (struct draw_verdict){.holds = true};
    enum err err = bundle_go_on(own_run(&b, own));
    arena_free(&arena);
    if (err == ERR_OK)
        return ERR_OK;
    verdict->holds = false;
    return fault_set(fault, err, "核验没有做完：%s", err_zh(err));
}
