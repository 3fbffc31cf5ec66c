/* Round 1 recomputed: the pool against its commitment, quotas, selection, and who follows for an
 * object that cannot be inspected.
 *
 * The pool streams by once. Each stratum's heap keeps its quota and as many more as the draw has
 * skips, so the objects that follow are known after the same pass. */
#include "draw/bundle_work.h"

#include "base/lines.h"
#include "draw/pool.h"
#include "draw/quota.h"
#include "draw/seed.h"

#include <string.h>

/* One pass over pool.tsv. */
struct pass {
    struct draw_pool *pool;
    struct draw_select *select; /* NULL: there is no seed */
    struct lines lines;
    uint64_t row;
};

/* Each line counts for the root, for its stratum, and for the draw. */
static enum err pass_line(struct pass *p, struct str line, struct fault *fault)
{
    struct draw_object object = {0};
    TRY(draw_pool_line(&object, p->pool, line, fault));
    if (p->select == NULL)
        return ERR_OK;
    return draw_select_object(p->select, object.id, object.stratum, fault);
}

/* The stream must end with LF: a pool cut off inside its last line has another last id. */
static enum err pass_lines(struct pass *p, struct fault *fault)
{
    struct str line = {0};
    bool unterminated = false;
    enum err err = lines_next(&p->lines, &line, &unterminated);
    while (err == ERR_OK) {
        p->row++;
        if (unterminated)
            err = fault_set(fault, ERR_FORMAT, "末尾没有换行符，名单可能被截断");
        if (err == ERR_OK)
            err = pass_line(p, line, fault);
        if (err == ERR_OK)
            err = lines_next(&p->lines, &line, &unterminated);
    }
    return err == ERR_END ? ERR_OK : err;
}

/* Names the line at which reading stopped. */
static enum err pool_stream(struct bundle *b, struct pass *p)
{
    void *stream = NULL;
    struct fault fault = {0};
    const struct draw_bundle_source *files = b->job->files;
    enum err err = files->open(&stream, files->ctx, STR("pool.tsv"));
    TRY(bundle_blame(b, DRAW_CHECK_POOL, STR("pool.tsv"), err, &fault));
    err = lines_open(&p->lines, files->read, stream);
    if (err == ERR_OK)
        err = pass_lines(p, &fault);
    lines_close(&p->lines);
    files->close(stream);
    if (fault.row == 0 && err != ERR_OK)
        fault.row = p->row;
    TRY(bundle_blame(b, DRAW_CHECK_POOL, STR("pool.tsv"), err, &fault));
    err = draw_pool_check(p->pool, &b->commitment, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_POOL_ROOT, STR("pool.tsv"), err, &fault));
    bundle_say(b, &(struct draw_finding){.mark = DRAW_SAME,
                                         .check = DRAW_CHECK_POOL_ROOT,
                                         .file = STR("pool.tsv"),
                                         .shown = bundle_hex(b, b->commitment.pool_root)});
    return ERR_OK;
}

/* Whether the key is right shows in the root. */
static enum err key_load(const uint8_t **key, struct bundle *b)
{
    struct str text = {0};
    struct str name = STR("pool-key");
    uint8_t *bytes = arena_alloc(b->arena, DRAW_HASH);
    if (bytes == NULL)
        return ERR_MEMORY;
    TRY(bundle_load(&text, b, DRAW_CHECK_POOL_KEY, name, BUNDLE_LIST));
    if (text.len != 2 * DRAW_HASH + 1 || text.data[2 * DRAW_HASH] != '\n' ||
        str_unhex(bytes, DRAW_HASH, str_sub(text, 0, 2 * DRAW_HASH)) != ERR_OK)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_POOL_KEY,
                                                        .file = name,
                                                        .row = 1,
                                                        .words = STR("应为 64 位十六进制一行")});
    *key = bytes;
    return ERR_OK;
}

/* Each opaque stratum has one meaning. */
static enum err strata_check(struct bundle *b)
{
    struct str text = {0};
    struct fault fault = {0};
    struct draw_meaning *rows = NULL;
    size_t count = 0;
    struct str name = STR("strata.tsv");
    if (!b->commitment.blinded || bundle_excused(b, name))
        return ERR_OK;
    TRY(bundle_load(&text, b, DRAW_CHECK_STRATA, name, BUNDLE_LIST));
    enum err err = draw_meanings_parse(&rows, &count, b->arena, text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_STRATA, name, err, &fault));
    bool same = count == b->commitment.stratum_count;
    for (size_t i = 0; same && i < count; i++)
        same = str_eq(rows[i].stratum, b->commitment.strata[i].name);
    if (!same)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_STRATA,
                                                        .file = name,
                                                        .words = STR("与承诺的分层不是一一对应")});
    for (size_t i = 0; i < count; i++)
        bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                             .check = DRAW_CHECK_STRATA,
                                             .file = name,
                                             .row = i + 2,
                                             .shown = rows[i].stratum,
                                             .words = rows[i].text});
    return ERR_OK;
}

/* The smaller of two counts. */
static uint64_t least(uint64_t a, uint64_t c)
{
    return a < c ? a : c;
}

/* Systematic quotas depend on the rounding ticket, so on the seed. */
enum err bundle_quotas(struct bundle *b, const uint8_t seed[DRAW_HASH])
{
    struct fault fault = {0};
    struct crypto_ticket ticket;
    uint8_t rounding[DRAW_HASH];
    size_t count = b->commitment.stratum_count;
    b->quotas = arena_array(b->arena, count, sizeof *b->quotas);
    if (b->quotas == NULL)
        return ERR_MEMORY;
    crypto_ticket_init(&ticket, seed);
    draw_ticket_rounding(rounding, &ticket);
    enum err err = draw_quotas(b->quotas, b->commitment.strata, count, rounding, &fault);
    return bundle_blame(b, DRAW_CHECK_QUOTA, b->entries[0].name, err, &fault);
}

/* A row for every stratum: how many are drawn of how many, and the last ticket drawn. */
static void quotas_say(struct bundle *b, const struct draw_selection *drawn)
{
    for (size_t i = 0; i < drawn->stratum_count; i++) {
        const uint8_t *cutoff = draw_selection_cutoff(drawn, i);
        const struct draw_stratum *stratum = &b->commitment.strata[i];
        struct str words =
            arena_printf(b->arena, "抽 %llu，共 %llu", (unsigned long long)b->quotas[i],
                         (unsigned long long)stratum->count);
        bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                             .check = DRAW_CHECK_QUOTA,
                                             .shown = stratum->name,
                                             .computed = cutoff != NULL ? bundle_hex(b, cutoff)
                                                                        : str_range(NULL, 0),
                                             .words = words});
    }
}

/* Splits what the heaps kept into the drawn and those that would follow. */
static enum err selection_split(struct draw_selection *drawn, struct bundle *b,
                                const struct draw_selection *kept)
{
    *drawn = *kept;
    drawn->quotas = b->quotas;
    drawn->count = 0;
    drawn->rows = arena_array(b->arena, kept->count, sizeof *drawn->rows);
    b->reserve = arena_array(b->arena, kept->count, sizeof *b->reserve);
    if (drawn->rows == NULL || b->reserve == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < kept->count; i++) {
        const struct draw_drawn *row = &kept->rows[i];
        if (row->rank <= b->quotas[row->stratum])
            drawn->rows[drawn->count++] = *row;
        else
            b->reserve[b->reserve_count++] = *row;
    }
    b->reserve_known = true;
    return ERR_OK;
}

/* Each skip brings in one object at most. */
static enum err objects_room(struct bundle *b, size_t drawn)
{
    b->objects = arena_array(b->arena, drawn + b->skip_count, sizeof *b->objects);
    return b->objects == NULL ? ERR_MEMORY : ERR_OK;
}

/* Index of the first entry of a kind, or the number of entries. */
static size_t entry_of(const struct bundle *b, enum draw_kind kind)
{
    size_t i = 0;
    while (i < b->entry_count && b->entries[i].kind != kind)
        i++;
    return i;
}

/* The objects that are in from the `drawn` entry on. */
static enum err objects_take(struct bundle *b, const struct draw_drawn *rows, size_t count)
{
    TRY(objects_room(b, count));
    for (size_t i = 0; i < count; i++)
        b->objects[i] = (struct bundle_object){
            .id = rows[i].id, .stratum = rows[i].stratum, .since = entry_of(b, DRAW_DRAWN)};
    b->object_count = count;
    b->objects_known = true;
    return ERR_OK;
}

/* A stratum may hold fewer than quota and skips together; then all of it is kept. */
static enum err pool_run(struct draw_selection *kept, struct bundle *b, const uint8_t *key,
                         const uint8_t *seed)
{
    struct pass p = {0};
    struct fault fault = {0};
    size_t count = b->commitment.stratum_count;
    uint64_t *wide = arena_array(b->arena, count, sizeof *wide);
    if (wide == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; seed != NULL && i < count; i++)
        wide[i] = least(b->commitment.strata[i].count, b->quotas[i] + b->skip_count);
    TRY(draw_pool_open(&p.pool, b->arena, key));
    if (seed != NULL)
        TRY(draw_select_open(&p.select, b->arena, &b->commitment, wide, seed));
    TRY(pool_stream(b, &p));
    if (seed == NULL)
        return ERR_OK;
    enum err err = draw_select_close(kept, p.select, &fault);
    return bundle_blame(b, DRAW_CHECK_SELECTED, STR("pool.tsv"), err, &fault);
}

/* pool.tsv against its commitment, and what it and the seed lead to. */
static enum err pool_check(struct bundle *b, const uint8_t *seed)
{
    const uint8_t *key = NULL;
    struct draw_selection kept = {0};
    struct draw_selection drawn = {0};
    if (bundle_excused(b, STR("pool.tsv")))
        return ERR_OK;
    if (b->commitment.blinded)
        TRY(key_load(&key, b));
    if (!bundle_has(b, STR("pool.tsv")))
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_POOL,
                                                        .file = STR("pool.tsv"),
                                                        .words = STR("材料包中缺少这个文件")});
    TRY(pool_run(&kept, b, key, seed));
    if (seed == NULL)
        return ERR_OK;
    TRY(selection_split(&drawn, b, &kept));
    quotas_say(b, &drawn);
    TRY(objects_take(b, drawn.rows, drawn.count));
    b->selection = drawn;
    return ERR_OK;
}

/* First the digest that the log fixed, then the content that pool and seed lead to. */
static enum err selected_check(struct bundle *b, size_t at)
{
    struct fault fault = {0};
    struct draw_outcome outcome = {0};
    struct str shown = {0};
    struct buf computed = {0};
    struct str name = STR("selected.tsv");
    enum err err = draw_outcome_parse(&outcome, b->entries[at].text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, b->entries[at].name, err, &fault));
    if (bundle_excused(b, name))
        return ERR_OK;
    struct bundle_committed file = {DRAW_CHECK_SELECTED_DIGEST, name, outcome.digest, false};
    TRY(bundle_committed_load(&shown, b, &file));
    if (!b->objects_known)
        return ERR_OK;
    err = draw_selected_write(&computed, &b->selection);
    if (err == ERR_OK)
        err = bundle_compare(b, DRAW_CHECK_SELECTED, name, shown, buf_view(&computed));
    buf_free(&computed);
    return err;
}

/* Without the pool: every ticket is recomputed, and the number drawn is the sum of the quotas. */
static enum err drawn_alone(struct bundle *b, struct str text, const uint8_t seed[DRAW_HASH])
{
    struct fault fault = {0};
    struct draw_drawn *rows = NULL;
    size_t count = 0;
    uint64_t sum = 0;
    uint8_t made[DRAW_HASH];
    struct crypto_ticket ticket;
    struct str name = STR("drawn.tsv");
    enum err err = draw_drawn_parse(&rows, &count, b->arena, text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_DRAWN, name, err, &fault));
    crypto_ticket_init(&ticket, seed);
    for (size_t i = 0; i < count; i++) {
        draw_ticket_object(made, &ticket, rows[i].id);
        if (memcmp(made, rows[i].ticket, DRAW_HASH) != 0)
            return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_DRAWN,
                                                            .file = name,
                                                            .row = i + 1,
                                                            .shown = bundle_hex(b, rows[i].ticket),
                                                            .computed = bundle_hex(b, made)});
    }
    for (size_t i = 0; i < b->commitment.stratum_count; i++)
        sum += b->quotas[i];
    struct draw_finding finding = {.mark = DRAW_SAME,
                                   .check = DRAW_CHECK_DRAWN,
                                   .file = name,
                                   .shown = arena_printf(b->arena, "%zu 个", count),
                                   .computed =
                                       arena_printf(b->arena, "%llu 个", (unsigned long long)sum)};
    if (sum != count)
        return bundle_differs(b, &finding);
    bundle_say(b, &finding);
    for (size_t i = 0; i < count; i++)
        rows[i].stratum = UINT32_MAX;
    return objects_take(b, rows, count);
}

/* With the pool the file is recomputed whole; without it, each of its tickets. */
static enum err drawn_check(struct bundle *b, const uint8_t *seed)
{
    struct str shown = {0};
    struct buf computed = {0};
    struct str name = STR("drawn.tsv");
    if (bundle_excused(b, name))
        return ERR_OK;
    TRY(bundle_load(&shown, b, DRAW_CHECK_DRAWN, name, BUNDLE_WHOLE));
    if (seed == NULL)
        return ERR_OK;
    if (!b->reserve_known)
        return drawn_alone(b, shown, seed);
    enum err err = draw_drawn_write(&computed, &b->selection, b->arena);
    if (err == ERR_OK)
        err = bundle_compare(b, DRAW_CHECK_DRAWN, name, shown, buf_view(&computed));
    buf_free(&computed);
    return err;
}

/* The line OBJECT TAB REASON TAB EVIDENCE-HASH, without LF. */
static enum err skip_split(struct str *object, struct str *reason, struct str line)
{
    uint8_t evidence[DRAW_HASH];
    struct str rest = line;
    bool ok = str_cut(object, &rest, '\t') && str_cut(reason, &rest, '\t') && draw_id_ok(*object) &&
              draw_text_ok(*reason, DRAW_TEXT_MAX) && rest.len == 2 * DRAW_HASH &&
              str_unhex(evidence, DRAW_HASH, rest) == ERR_OK;
    return ok ? ERR_OK : ERR_FORMAT;
}

/* The object as it is now: one that was skipped is no longer in. */
static struct bundle_object *object_find(struct bundle *b, struct str id)
{
    for (size_t i = 0; i < b->object_count; i++)
        if (str_eq(b->objects[i].id, id) && b->objects[i].skipped == 0)
            return &b->objects[i];
    return NULL;
}

/* The next of the reserve of this stratum becomes an object from entry `at` on. */
static void next_take(struct bundle *b, uint32_t stratum, size_t at)
{
    struct draw_finding finding = {
        .mark = DRAW_NOTE, .check = DRAW_CHECK_NEXT, .file = b->entries[at].name};
    for (size_t i = 0; i < b->reserve_count; i++) {
        struct draw_drawn *row = &b->reserve[i];
        if (row->stratum != stratum || row->rank == 0)
            continue;
        row->rank = 0;
        b->objects[b->object_count++] =
            (struct bundle_object){.id = row->id, .stratum = stratum, .since = at};
        finding.computed = row->id;
        bundle_say(b, &finding);
        return;
    }
    finding.words = STR("该层已没有可递补的对象");
    bundle_say(b, &finding);
}

/* Without strata (public bundle, blinded pool) nobody can tell who follows. */
static enum err skip_check(struct bundle *b, size_t at, size_t number)
{
    struct fault fault = {0};
    struct draw_outcome outcome = {0};
    struct str line = {0};
    struct str object = {0};
    struct str reason = {0};
    struct str name = arena_printf(b->arena, "skip-%zu.tsv", number);
    if (name.data == NULL)
        return ERR_MEMORY;
    enum err err = draw_outcome_parse(&outcome, b->entries[at].text, &fault);
    TRY(bundle_blame(b, DRAW_CHECK_ENTRY, b->entries[at].name, err, &fault));
    if (bundle_excused(b, name))
        return ERR_OK;
    struct bundle_committed file = {DRAW_CHECK_SKIP_DIGEST, name, outcome.digest, true};
    TRY(bundle_committed_load(&line, b, &file));
    TRY(bundle_blame(b, DRAW_CHECK_SKIP, name, skip_split(&object, &reason, line), &fault));
    bundle_say(b, &(struct draw_finding){.mark = DRAW_NOTE,
                                         .check = DRAW_CHECK_SKIP,
                                         .file = name,
                                         .shown = object,
                                         .words = reason});
    struct bundle_object *of = object_find(b, object);
    if (of == NULL && b->reserve_known)
        return bundle_differs(b, &(struct draw_finding){.check = DRAW_CHECK_SKIP,
                                                        .file = name,
                                                        .row = 1,
                                                        .shown = object,
                                                        .words = STR("这个对象此时没有被抽中")});
    if (of == NULL)
        return ERR_OK;
    of->skipped = at;
    if (b->reserve_known)
        next_take(b, of->stratum, at);
    return ERR_OK;
}

/* In log order, because who follows depends on who went before. */
static enum err skips_check(struct bundle *b)
{
    size_t number = 0;
    for (size_t i = 0; i < b->entry_count; i++)
        if (b->entries[i].kind == DRAW_SKIP)
            TRY(skip_check(b, i, ++number));
    return ERR_OK;
}

/* Pool, outcome and skips; a wrong selected.tsv does not keep the list of the drawn from being
 * read. */
enum err bundle_objects(struct bundle *b)
{
    const uint8_t *seed = bundle_seed(b, 1);
    size_t at = entry_of(b, DRAW_DRAWN);
    TRY(strata_check(b));
    if (seed != NULL)
        TRY(bundle_quotas(b, seed));
    TRY(pool_check(b, seed));
    if (at == b->entry_count)
        return ERR_OK;
    enum err selected = selected_check(b, at);
    TRY(bundle_go_on(selected));
    TRY(drawn_check(b, seed));
    TRY(skips_check(b));
    return selected;
}
