/* Cases of draws.json: every value from the entry's text and the pool to the selection. */
#include "vectors.h"

#include "base/buf.h"
#include "crypto/merkle.h"
#include "draw/commitment.h"
#include "draw/entry.h"
#include "draw/pool.h"
#include "draw/quota.h"
#include "draw/seed.h"
#include "draw/select.h"

/* What one case has computed so far. */
struct state {
    struct tally *tally;
    struct arena *arena;
    const json_t *c;
    struct draw_commitment commitment;
    uint8_t leaf[DRAW_HASH];
    uint8_t seed[DRAW_HASH];
    uint64_t *quotas;
};

/* The entry: its leaf, and that writing what was read gives the same bytes. */
static bool entry_check(struct state *s)
{
    struct fault fault = {0};
    struct buf again = {0};
    struct str text = json_member_str(s->c, "commitment");
    crypto_leaf(s->leaf, text);
    tally_hash(s->tally, "commitment_leaf", json_member_str(s->c, "commitment_leaf"), s->leaf);
    enum err err = draw_commitment_parse(&s->commitment, s->arena, text, &fault);
    if (!tally_step(s->tally, "commitment is read", err, &fault))
        return false;
    err = draw_commitment_write(&again, &s->commitment, &fault);
    if (tally_step(s->tally, "commitment is written", err, &fault))
        tally_text(s->tally, "commitment written again", text, buf_view(&again));
    buf_free(&again);
    return true;
}

static enum err pool_feed(struct draw_pool *pool, const json_t *lines, struct fault *fault)
{
    struct buf line = {0};
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < json_array_size(lines); i++) {
        const json_t *row = json_array_get(lines, i);
        buf_clear(&line);
        err = draw_pool_write(&line, item_str(row, 0), item_str(row, 1), fault);
        if (err == ERR_OK)
            err = draw_pool_line(NULL, pool, buf_view(&line), fault);
    }
    buf_free(&line);
    return err;
}

static void strata_check(struct state *s, const struct draw_pool *pool)
{
    struct draw_stratum *strata = NULL;
    size_t count = 0;
    if (draw_pool_strata(&strata, &count, pool, s->arena) != ERR_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t at = draw_commitment_stratum(&s->commitment, strata[i].name);
        tally_number(s->tally, "count of a stratum", strata[i].count,
                     at < 0 ? 0 : s->commitment.strata[at].count);
    }
}

/* The pool: size, root and counts against the entry. */
static bool pool_check(struct state *s)
{
    struct fault fault = {0};
    struct draw_pool *pool = NULL;
    uint8_t key[DRAW_HASH];
    struct str hex = json_member_str(s->c, "pool_key");
    const json_t *lines = json_object_get(s->c, "pool");
    if (hex.data != NULL && str_unhex(key, sizeof key, hex) != ERR_OK)
        return tally_step(s->tally, "pool_key", ERR_FORMAT, &fault);
    tally_number(s->tally, "blinded pool has a key", s->commitment.blinded, hex.data != NULL);
    enum err err = draw_pool_open(&pool, s->arena, hex.data ? key : NULL);
    if (err == ERR_OK)
        err = pool_feed(pool, lines, &fault);
    if (!tally_step(s->tally, "pool is read", err, &fault))
        return false;
    uint8_t root[DRAW_HASH];
    if (draw_pool_root(root, pool) == ERR_OK) {
        struct buf text = {0};
        buf_hex(&text, s->commitment.pool_root, DRAW_HASH);
        tally_hash(s->tally, "pool-root", buf_view(&text), root);
        buf_free(&text);
    }
    tally_number(s->tally, "pool-size", s->commitment.pool_size, json_array_size(lines));
    strata_check(s, pool);
    err = draw_pool_check(pool, &s->commitment, &fault);
    return tally_step(s->tally, "pool agrees with the commitment", err, &fault);
}

/* The parts against their sources, and the randomness string. */
static bool randomness_check(struct state *s, struct buf *out)
{
    const json_t *list = json_object_get(s->c, "parts");
    size_t count = json_array_size(list);
    struct str *parts = arena_array(s->arena, count, sizeof *parts);
    tally_number(s->tally, "number of parts", s->commitment.source_count, count);
    if (parts == NULL || count != s->commitment.source_count)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct fault fault = {0};
        parts[i] = item_str(list, i);
        enum err err = draw_part_check(&s->commitment.sources[i], parts[i], &fault);
        tally_step(s->tally, "part fits its source", err, &fault);
    }
    if (draw_randomness(out, s->leaf, parts, count) != ERR_OK)
        return false;
    tally_text(s->tally, "randomness", json_member_str(s->c, "randomness"), buf_view(out));
    return true;
}

/* code_1 and the salt made of it. */
static bool salt_check(struct state *s, struct draw_salt *salt)
{
    struct fault fault = {0};
    uint8_t secret[1][DRAW_HASH];
    struct str hex = json_member_str(s->c, "secret");
    if (hex.data != NULL && str_unhex(secret[0], DRAW_HASH, hex) != ERR_OK)
        return tally_step(s->tally, "secret", ERR_FORMAT, &fault);
    enum err err = draw_salt_round(salt, &s->commitment, (const uint8_t(*)[DRAW_HASH])secret,
                                   hex.data ? 1 : 0, 1, &fault);
    if (!tally_step(s->tally, "codes of the commitment", err, &fault))
        return false;
    if (hex.data != NULL)
        tally_hash(s->tally, "code_1", json_member_str(s->c, "code_1"), salt->bytes);
    else
        tally_number(s->tally, "no code in an open draw", 0, salt->len);
    return true;
}

static bool seed_check(struct state *s)
{
    struct draw_salt salt = {0};
    struct buf randomness = {0};
    bool ok = randomness_check(s, &randomness) && salt_check(s, &salt);
    if (ok) {
        draw_seed_make(s->seed, &salt, buf_view(&randomness));
        tally_hash(s->tally, "seed_1", json_member_str(s->c, "seed_1"), s->seed);
    }
    buf_free(&randomness);
    return ok;
}

static bool quotas_check(struct state *s, const struct crypto_ticket *ticket)
{
    struct fault fault = {0};
    uint8_t rounding[DRAW_HASH];
    const json_t *want = json_object_get(s->c, "quotas");
    size_t count = s->commitment.stratum_count;
    s->quotas = arena_array(s->arena, count, sizeof *s->quotas);
    if (s->quotas == NULL)
        return false;
    draw_ticket_rounding(rounding, ticket);
    enum err err = draw_quotas(s->quotas, s->commitment.strata, count, rounding, &fault);
    if (!tally_step(s->tally, "quotas", err, &fault))
        return false;
    tally_number(s->tally, "number of quotas", json_object_size(want), count);
    for (size_t i = 0; i < count; i++) {
        const char *name = arena_cstr(s->arena, s->commitment.strata[i].name);
        tally_number(s->tally, "quota", value_u64(json_object_get(want, name)), s->quotas[i]);
    }
    return true;
}

static void tickets_check(struct state *s, const struct crypto_ticket *ticket)
{
    const char *id = NULL;
    json_t *want = NULL;
    json_object_foreach(json_object_get(s->c, "tickets"), id, want)
    {
        uint8_t got[DRAW_HASH];
        draw_ticket_object(got, ticket, str_of(id));
        tally_hash(s->tally, "ticket", str_of(json_string_value(want)), got);
    }
}

static enum err selection_make(struct draw_selection *selection, struct state *s,
                               struct fault *fault)
{
    struct draw_select *select = NULL;
    const json_t *lines = json_object_get(s->c, "pool");
    TRY(draw_select_open(&select, s->arena, &s->commitment, s->quotas, s->seed));
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *row = json_array_get(lines, i);
        TRY(draw_select_object(select, item_str(row, 0), item_str(row, 1), fault));
    }
    return draw_select_close(selection, select, fault);
}

/* The rows as selected.tsv has them, line against line. */
static void rows_check(struct state *s, const struct draw_selection *selection)
{
    const json_t *want = json_object_get(s->c, "selected");
    size_t count = json_array_size(want);
    struct buf file = {0};
    tally_number(s->tally, "objects drawn", count, selection->count);
    struct str rest = draw_selected_write(&file, selection) == ERR_OK ? buf_view(&file) : STR("");
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(want, i);
        struct str line = {0};
        struct buf text = {0};
        buf_printf(&text, "%.*s\t%llu\t%.*s\t%.*s", STR_ARG(item_str(row, 0)),
                   (unsigned long long)value_u64(json_array_get(row, 1)), STR_ARG(item_str(row, 2)),
                   STR_ARG(item_str(row, 3)));
        (void)str_cut(&line, &rest, '\n');
        tally_text(s->tally, "line of selected.tsv", buf_view(&text), line);
        buf_free(&text);
    }
    buf_free(&file);
}

void draw_case(struct tally *tally, struct arena *arena, const json_t *c)
{
    struct fault fault = {0};
    struct crypto_ticket ticket;
    struct draw_selection selection = {0};
    struct state s = {.tally = tally, .arena = arena, .c = c};
    if (!entry_check(&s) || !pool_check(&s) || !seed_check(&s))
        return;
    crypto_ticket_init(&ticket, s.seed);
    tickets_check(&s, &ticket);
    if (!quotas_check(&s, &ticket))
        return;
    enum err err = selection_make(&selection, &s, &fault);
    if (tally_step(tally, "selection", err, &fault))
        rows_check(&s, &selection);
}
