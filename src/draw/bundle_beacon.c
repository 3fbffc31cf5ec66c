/* Randomness as a verification sees it: what the sources could hold, what came of them, and whether
 * it can have been known before it was asked for.
 *
 * The time of a drand round follows from its chain alone, so for the chains that are widely used a
 * round older than the entry that asked for it is found here, without any signature check. Lottery
 * issues and dice have no such rule; their proof says what stays open. */
#include "draw/bundle_work.h"

#include "base/time.h"

#include <string.h>

/* A drand chain: round r is published at genesis + (r - 1) * period seconds. */
struct chain {
    const char *hash;
    int64_t genesis;
    int64_t period;
};

/* The public chains of the League of Entropy, as each endpoint's /info gives them (`genesis_time`,
 * `period`): default and quicknet. */
static const struct chain chains[] = {
    {"8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce", 1595431050, 30},
    {"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971", 1692803367, 3},
};

/* The chain of this hash, or NULL: then the time of its rounds is not known here. */
static const struct chain *chain_find(const uint8_t hash[DRAW_HASH])
{
    uint8_t of[DRAW_HASH];
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++)
        if (str_unhex(of, DRAW_HASH, str_of(chains[i].hash)) == ERR_OK &&
            memcmp(of, hash, DRAW_HASH) == 0)
            return &chains[i];
    return NULL;
}

/* Any source of many bits is enough, since all are hashed together; with `local` alone the draw
 * proves nothing, which is said and is no difference. */
enum err bundle_sources(struct bundle *b, const struct bundle_exchange *exchange)
{
    struct fault fault = {0};
    uint64_t bits = 0;
    for (size_t i = 0; i < exchange->source_count; i++)
        bits += draw_source_millibits(&exchange->sources[i]);
    enum err err =
        draw_sources_enough(exchange->sources, exchange->source_count, BUNDLE_LEAST_BITS, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTROPY, exchange->asker->name, err, &fault));
    if (draw_sources_local(exchange->sources, exchange->source_count)) {
        b->verdict->training = true;
        bundle_say(b, &(struct draw_finding){
                          .mark = DRAW_OPEN,
                          .check = DRAW_CHECK_TRAINING,
                          .file = exchange->asker->name,
                          .words = STR("只用本机随机数，结果无从证明公正，仅供培训和演示")});
        return ERR_OK;
    }
    struct str words = arena_printf(b->arena, "%llu.%llu 比特", (unsigned long long)(bits / 1000),
                                    (unsigned long long)(bits % 1000 / 100));
    bundle_say(b, &(struct draw_finding){.mark = DRAW_SAME,
                                         .check = DRAW_CHECK_ENTROPY,
                                         .file = exchange->asker->name,
                                         .words = words});
    return ERR_OK;
}

/* A drand round must be published after the log showed the entry that asked for it. */
static enum err drand_time(struct bundle *b, const struct bundle_exchange *exchange,
                           const struct draw_source *source)
{
    const struct chain *chain = chain_find(source->hash);
    struct draw_finding finding = {
        .mark = DRAW_OPEN, .check = DRAW_CHECK_BEACON_TIME, .file = exchange->beacon->name};
    if (chain == NULL || source->round > INT64_MAX / (1 << 20)) {
        finding.words = STR("不认识的 drand 链，无法算出该轮的时间");
        bundle_say(b, &finding);
        return ERR_OK;
    }
    int64_t published = chain->genesis + (int64_t)(source->round - 1) * chain->period;
    if (published > exchange->asker->logged.time) {
        finding.mark = DRAW_SAME;
        bundle_say(b, &finding);
        return ERR_OK;
    }
    finding.words = STR("该轮随机数在承诺之前就已公布");
    return bundle_differs(b, &finding);
}

/* Says how far a part can be checked here; the form was checked before. */
static enum err part_check(struct bundle *b, const struct bundle_exchange *exchange, size_t i,
                           struct str part)
{
    const struct draw_source *source = &exchange->sources[i];
    enum draw_proof proof = draw_source_proof(source);
    struct draw_finding finding = {.mark = proof == DRAW_PROOF_COMPLETE ? DRAW_SAME : DRAW_OPEN,
                                   .check = DRAW_CHECK_SIGNATURE,
                                   .file = exchange->beacon->name,
                                   .row = 5 + i,
                                   .shown = part,
                                   .words = str_of(draw_proof_zh(proof))};
    bundle_say(b, &finding);
    return source->kind == DRAW_SOURCE_DRAND ? drand_time(b, exchange, source) : ERR_OK;
}

enum err bundle_beacon(struct draw_beacon *beacon, struct bundle *b,
                       const struct bundle_exchange *exchange)
{
    struct fault fault = {0};
    struct str file = exchange->beacon->name;
    enum err err = draw_beacon_parse(beacon, b->arena, exchange->beacon->text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_BEACON, file, err, &fault));
    TRY(bundle_match(b, DRAW_CHECK_BEACON_LINK, file, beacon->entry, exchange->asker->leaf));
    err = draw_beacon_check(beacon, exchange->asker->leaf, exchange->sources,
                            exchange->source_count, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_BEACON, file, err, &fault));
    if (beacon->round != exchange->round)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_BEACON,
                                                        .file = file,
                                                        .row = 3,
                                                        .words = STR("轮次与所问的不一致")});
    bundle_say(b,
               &(struct draw_finding){.mark = DRAW_SAME, .check = DRAW_CHECK_BEACON, .file = file});
    enum err all = ERR_OK;
    for (size_t i = 0; i < exchange->source_count; i++)
        if (part_check(b, exchange, i, beacon->parts[i]) != ERR_OK)
            all = ERR_PROOF;
    return all;
}
