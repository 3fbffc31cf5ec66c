/* Freezing a pool: see draw_freeze.h.
 *
 * Invariants: one consistent view of the registry; objects come in the order of their pool ids, so
 * the file is sorted without sorting; memory grows with the strata and the divisions only; an
 * object in scope is in the pool even where it may not be drawn, in a stratum that says why. */
#include "office/draw_freeze.h"

#include "base/time.h"
#include "crypto/random.h"
#include "model/resource.h"
#include "office/veil.h"
#include "sheet/value.h"
#include "vault/blob.h"

#include <stdlib.h>
#include <string.h>

enum { FREEZE_OPAQUE = 16, FREEZE_DIVISIONS = 65536 };

struct freeze {
    struct errand *e;
    const struct store_task *task;
    const struct store_task_item *items;
    size_t item_count;
    struct db_rows *objects;
    struct db_rows *visited;
    struct str visited_id; /* the visited stream's present id, data NULL at its end */
    struct buf visited_copy;
    struct str *veiled; /* drawn by sealed draws, sorted */
    size_t veiled_count;
    bool exclude_visited;
    size_t division_digits; /* of a stratum: townships in a county, counties elsewhere */
    int32_t visit_from;
    struct vault_blob blob;
    struct draw_pool *pool;
    struct draw_frozen *out;
    size_t layer_cap;
    size_t last; /* layer of the previous object */
    size_t place_cap;
    size_t last_place;               /* of the previous object */
    uint8_t opaque_s[FREEZE_OPAQUE]; /* random orders of names that betray nothing */
    uint8_t opaque_x[FREEZE_OPAQUE];
    struct buf line;
};

/* --- scope --- */

static bool freeze_in_list(struct str list, struct str word)
{
    struct str rest = list;
    struct str one;
    if (list.len == 0)
        return true;
    while (str_cut(&one, &rest, ','))
        if (str_eq(one, word))
            return true;
    return false;
}

static bool freeze_labelled(struct str labels, struct str label)
{
    struct str word;
    if (label.len == 0)
        return true;
    while (sheet_list_next(&word, &labels))
        if (str_eq(word, label))
            return true;
    return false;
}

/* R22: the task's items say by labels which objects they apply to; an object belongs to the pool
 * when at least one item applies to it. Where the task names a label itself, that decides. */
static bool freeze_applies(const struct freeze *f, struct str labels)
{
    for (size_t i = 0; i < f->item_count; i++) {
        struct str rest = f->items[i].labels;
        struct str word;
        if (rest.len == 0)
            return true;
        while (sheet_list_next(&word, &rest))
            if (freeze_labelled(labels, word))
                return true;
    }
    return false;
}

static bool freeze_in_scope(const struct freeze *f, const struct store_candidate *o)
{
    const struct store_task *t = f->task;
    const struct office *office = f->e->office;
    if (!regions_within(o->division, t->scope_division))
        return false;
    if (t->scope_industry.len > 0 &&
        !industry_within(&office->industries, o->industry, t->scope_industry))
        return false;
    return freeze_in_list(t->scope_kind, o->kind) && freeze_in_list(t->scope_risk, o->risk) &&
           (t->scope_label.len > 0 ? freeze_labelled(o->labels, t->scope_label)
                                   : freeze_applies(f, o->labels));
}

/* --- exclusion --- */

static int freeze_by_id(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Moves the stream of visited ids up to `id`; both ascend, so it is one merge. */
static enum err freeze_visited(bool *out, struct freeze *f, struct str id)
{
    *out = false;
    while (f->visited_id.data != NULL && str_cmp(f->visited_id, id) < 0) {
        enum err err = db_next(f->visited);
        if (err != ERR_OK && err != ERR_END)
            return err;
        buf_clear(&f->visited_copy);
        buf_str(&f->visited_copy, err == ERR_OK ? db_col_text(f->visited, 0) : STR(""));
        TRY(buf_err(&f->visited_copy));
        f->visited_id = err == ERR_OK ? buf_view(&f->visited_copy) : str_range(NULL, 0);
    }
    *out = f->visited_id.data != NULL && str_eq(f->visited_id, id);
    if (!*out && f->veiled_count > 0)
        *out = bsearch(&id, f->veiled, f->veiled_count, sizeof id, freeze_by_id) != NULL;
    return ERR_OK;
}

/* The code of the reason why an object may not be drawn; empty if it may. */
static enum err freeze_exclusion(struct str *out, struct freeze *f, const struct store_candidate *o)
{
    bool visited = false;
    TRY(freeze_visited(&visited, f, o->pool_id));
    *out = str_range(NULL, 0);
    if (!str_eq(o->state, STR("active")))
        *out = STR("inactive");
    else if (visited && f->exclude_visited)
        *out = STR("visited");
    else if (o->observed_until >= f->visit_from)
        *out = STR("observed");
    return ERR_OK;
}

/* --- strata --- */

/* What the task's strata follow, of one object; the slice may point into the row. */
static struct str freeze_key(const struct freeze *f, const struct store_candidate *o)
{
    struct str strata = f->task->strata;
    struct str key = STR("ALL");
    if (str_eq(strata, STR("risk")))
        key = o->risk;
    else if (str_eq(strata, STR("division")))
        key = str_sub(o->division, 0, f->division_digits);
    else if (str_eq(strata, STR("kind")))
        key = o->kind;
    else if (str_eq(strata, STR("industry"))) {
        const struct industry *found = industry_find(&f->e->office->industries, o->industry);
        key = found != NULL ? str_range(&found->section, 1) : str_range(NULL, 0);
    }
    return key.len > 0 ? key : STR("-");
}

/* The Chinese words for a key. */
static struct str freeze_meaning(const struct freeze *f, struct str key, bool excluded)
{
    struct arena *arena = f->e->arena;
    struct str strata = f->task->strata;
    if (excluded)
        return model_text(model_exclusions, key);
    if (str_eq(key, STR("-")))
        return STR("未分类");
    if (str_eq(strata, STR("risk")))
        return arena_printf(arena, "%.*s%.*s", STR_ARG(key), STR_ARG(model_text(model_risks, key)));
    if (str_eq(strata, STR("kind")))
        return model_text(model_object_kinds, key);
    if (str_eq(strata, STR("division"))) {
        const struct region *region = regions_find(&f->e->office->regions, key);
        struct str name = region != NULL ? region->name : str_range(NULL, 0);
        return arena_printf(arena, "%.*s%.*s", STR_ARG(key), STR_ARG(name));
    }
    if (str_eq(strata, STR("industry"))) {
        const struct industry *section = industry_find(&f->e->office->industries, key);
        struct str name = section != NULL ? section->name : str_range(NULL, 0);
        return arena_printf(arena, "%.*s%.*s", STR_ARG(key), STR_ARG(name));
    }
    return STR("全部");
}

/* The stratum's name in the pool: its meaning, or the next opaque name where the pool is blinded.
 */
static struct str freeze_name(const struct freeze *f, const struct draw_layer *layer)
{
    size_t before = 0;
    if (!f->out->blinded)
        return layer->meaning.len <= DRAW_NAME_MAX && draw_name_ok(layer->meaning, DRAW_NAME_MAX) &&
                       !str_eq(layer->key, STR("ALL"))
                   ? layer->meaning
                   : layer->key;
    for (size_t i = 0; i < f->out->layer_count; i++)
        before += f->out->layers[i].excluded == layer->excluded ? 1 : 0;
    size_t number = before + 1;
    if (before < FREEZE_OPAQUE)
        number = layer->excluded ? f->opaque_x[before] : f->opaque_s[before];
    return arena_printf(f->e->arena, "%c%zu", layer->excluded ? 'X' : 'S', number);
}

static enum err freeze_layer_add(struct freeze *f, struct str key, bool excluded)
{
    struct draw_frozen *out = f->out;
    if (out->layer_count == DRAW_STRATA)
        return fault_set(&f->e->fault, ERR_LIMIT, "分层超过 %d 个，请改用较粗的分层；没有任何改动",
                         DRAW_STRATA);
    if (out->layer_count == f->layer_cap) {
        size_t cap = f->layer_cap == 0 ? 32 : f->layer_cap * 2;
        struct draw_layer *layers = arena_array(f->e->arena, cap, sizeof *layers);
        if (layers == NULL)
            return ERR_MEMORY;
        if (out->layer_count > 0)
            memcpy(layers, out->layers, out->layer_count * sizeof *layers);
        out->layers = layers;
        f->layer_cap = cap;
    }
    struct draw_layer layer = {.excluded = excluded};
    layer.key = arena_str(f->e->arena, key);
    layer.meaning = freeze_meaning(f, layer.key, excluded);
    layer.name = freeze_name(f, &layer);
    if (layer.key.data == NULL || layer.meaning.data == NULL || layer.name.data == NULL)
        return ERR_MEMORY;
    f->last = out->layer_count;
    out->layers[out->layer_count++] = layer;
    return ERR_OK;
}

/* The layer of a key, made when it is new. Neighbours mostly share it. */
static enum err freeze_layer(struct draw_layer **out, struct freeze *f, struct str key,
                             bool excluded)
{
    struct draw_frozen *frozen = f->out;
    size_t at = f->last;
    bool found = at < frozen->layer_count && frozen->layers[at].excluded == excluded &&
                 str_eq(frozen->layers[at].key, key);
    for (size_t i = 0; i < frozen->layer_count && !found; i++) {
        at = i;
        found = frozen->layers[i].excluded == excluded && str_eq(frozen->layers[i].key, key);
    }
    if (found)
        f->last = at;
    else
        TRY(freeze_layer_add(f, key, excluded));
    *out = &frozen->layers[f->last];
    return ERR_OK;
}

/* Counts drawable objects by division: teams must exist for each. Neighbours mostly share it. */
static enum err freeze_place(struct freeze *f, struct str division)
{
    struct draw_frozen *out = f->out;
    size_t at = f->last_place;
    bool found = at < out->place_count && str_eq(out->places[at].division, division);
    for (size_t i = 0; i < out->place_count && !found; i++) {
        at = i;
        found = str_eq(out->places[i].division, division);
    }
    if (found) {
        f->last_place = at;
        out->places[at].count++;
        return ERR_OK;
    }
    if (out->place_count == FREEZE_DIVISIONS)
        return fault_set(&f->e->fault, ERR_LIMIT,
                         "名单涉及的行政区划过多，请缩小范围；没有任何改动");
    if (out->place_count == f->place_cap) {
        size_t cap = f->place_cap == 0 ? 32 : f->place_cap * 2;
        struct draw_place *places = arena_array(f->e->arena, cap, sizeof *places);
        if (places == NULL)
            return ERR_MEMORY;
        if (out->place_count > 0)
            memcpy(places, out->places, out->place_count * sizeof *places);
        out->places = places;
        f->place_cap = cap;
    }
    f->last_place = out->place_count++;
    out->places[f->last_place] = (struct draw_place){arena_str(f->e->arena, division), 1};
    return out->places[f->last_place].division.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- the file --- */

static enum err freeze_object(struct freeze *f, const struct store_candidate *o)
{
    struct str reason;
    struct draw_layer *layer = NULL;
    if (!freeze_in_scope(f, o))
        return ERR_OK;
    TRY(freeze_exclusion(&reason, f, o));
    bool excluded = reason.len > 0;
    TRY(freeze_layer(&layer, f, excluded ? reason : freeze_key(f, o), excluded));
    if (!excluded)
        TRY(freeze_place(f, o->division));
    layer->count++;
    f->out->drawable += excluded ? 0 : 1;
    buf_clear(&f->line);
    buf_str(&f->line, o->pool_id);
    buf_char(&f->line, '\t');
    buf_str(&f->line, layer->name);
    TRY(buf_err(&f->line));
    TRY(draw_pool_line(NULL, f->pool, buf_view(&f->line), &f->e->fault));
    buf_char(&f->line, '\n');
    TRY(buf_err(&f->line));
    f->out->bytes += f->line.len;
    return vault_blob_add(&f->blob, buf_view(&f->line));
}

static enum err freeze_stream(struct freeze *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    struct str tenant = e->office->tenant;
    struct store_candidate object;
    f->visited_id = STR("");
    TRY(office_veiled_visited(&f->veiled, &f->veiled_count, e, tx, date_year(f->visit_from)));
    TRY(store_visited(&f->visited, tx, tenant, date_year(f->visit_from)));
    TRY(store_candidates(&f->objects, tx, tenant));
    enum err err = store_candidate_next(&object, f->objects);
    while (err == ERR_OK) {
        TRY(freeze_object(f, &object));
        err = store_candidate_next(&object, f->objects);
    }
    return err == ERR_END ? ERR_OK : err;
}

static int freeze_by_name(const void *a, const void *b)
{
    const struct draw_layer *left = a;
    const struct draw_layer *right = b;
    return str_cmp(left->name, right->name);
}

/* A random order of 1..16: which class is S3 must not be the same in every draw. */
static enum err freeze_shuffle(uint8_t order[FREEZE_OPAQUE], unsigned names)
{
    uint64_t noise[FREEZE_OPAQUE];
    TRY(crypto_random(noise, sizeof noise));
    for (unsigned i = 0; i < FREEZE_OPAQUE; i++)
        order[i] = (uint8_t)(i + 1);
    for (unsigned i = names; i > 1; i--) {
        unsigned k = (unsigned)(noise[i - 1] % i);
        uint8_t kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
    return ERR_OK;
}

static enum err freeze_prepare(struct freeze *f, struct db_tx *tx)
{
    struct errand *e = f->e;
    uint64_t exclude = 0;
    enum { RISK_NAMES = 5, REASON_NAMES = 3 };
    TRY(office_setting_count(&exclude, e, tx, MODEL_SETTING_REPEAT_EXCLUDE));
    f->exclude_visited = exclude != 0 && f->task->repeat_reason.len == 0;
    f->visit_from = f->task->visit_from;
    f->division_digits = str_ends(e->office->tenant, STR("00")) ? 6 : 9;
    f->out->blinded = draw_freeze_blinds(f->task);
    TRY(freeze_shuffle(f->opaque_s, RISK_NAMES));
    TRY(freeze_shuffle(f->opaque_x, REASON_NAMES));
    if (f->out->blinded)
        TRY(crypto_random(f->out->pool_key, sizeof f->out->pool_key));
    return draw_pool_open(&f->pool, e->arena, f->out->blinded ? f->out->pool_key : NULL);
}

static enum err freeze_finish(struct freeze *f)
{
    struct draw_frozen *out = f->out;
    out->size = draw_pool_size(f->pool);
    if (out->drawable == 0)
        return fault_set(&f->e->fault, ERR_INPUT,
                         "任务范围内没有可以抽取的检查对象（范围内共 %llu "
                         "个，均在排除之列）；尚未承诺，没有任何改动",
                         (unsigned long long)out->size);
    qsort(out->layers, out->layer_count, sizeof *out->layers, freeze_by_name);
    return draw_pool_root(out->root, f->pool);
}

bool draw_freeze_blinds(const struct store_task *task)
{
    return str_eq(task->strata, STR("risk")) || task->scope_risk.len > 0;
}

enum err draw_freeze(struct draw_frozen *out, struct errand *e, struct db_tx *tx,
                     const struct office_task *task)
{
    struct freeze f = {.e = e,
                       .task = &task->task,
                       .items = task->items,
                       .item_count = task->item_count,
                       .out = out};
    const char *root = office_path(e->arena, e->office, "blobs");
    *out = (struct draw_frozen){0};
    if (root == NULL)
        return ERR_MEMORY;
    TRY(freeze_prepare(&f, tx));
    enum err err = vault_blob_begin(&f.blob, root);
    if (err != ERR_OK)
        return fault_set(&e->fault, err, "无法写入名单文件：%s；没有任何改动", err_zh(err));
    err = freeze_stream(&f, tx);
    db_done(f.objects);
    db_done(f.visited);
    if (err == ERR_OK)
        err = freeze_finish(&f);
    if (err == ERR_OK)
        err = vault_blob_commit(out->blob, &f.blob);
    else
        vault_blob_abort(&f.blob);
    buf_free(&f.line);
    buf_free(&f.visited_copy);
    return err;
}
