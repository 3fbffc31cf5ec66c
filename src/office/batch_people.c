/* Batches over inspectors, experts and commissions: see batch.h. All rows of the registry are read
 * once (some thousands), the picked ones looked up in them. */
#include "office/batch.h"

#include "base/json.h"
#include "base/text_map.h"
#include "model/resource.h"
#include "office/scope.h"
#include "store/label.h"
#include "store/registry.h"

#include <stdio.h>

enum { REGISTRY_FIRST = 256 };

/* A registry's rows within the scope, by the key they are picked by. */
struct batch_registry {
    struct batch_run *run;
    enum store_table table;
    struct store_stamp stamp;
    struct store_record *rows;
    size_t count;
    size_t cap;
    struct text_map known;
    int64_t next_id; /* of histories */
};

/* What a row becomes: NULL in `why` where it changes, else the reason why not. */
struct batch_verdict {
    const char *why;
    struct store_record record;
};

/* --- reading --- */

static enum err registry_key(struct str *key, const struct batch_registry *g,
                             const struct store_record *record)
{
    *key = g->table == STORE_INSPECTORS
               ? record->values[STORE_INSPECTOR_CODE]
               : arena_printf(g->run->e->arena, "%lld", (long long)record->id);
    return key->data != NULL ? ERR_OK : ERR_MEMORY;
}

static enum err registry_row(void *ctx, const struct store_record *record)
{
    struct batch_registry *g = ctx;
    struct arena *arena = g->run->e->arena;
    bool people = g->table == STORE_INSPECTORS;
    struct str key;
    struct str department = record->values[people ? (size_t)MODEL_INSPECTOR_DEPARTMENT
                                                  : (size_t)MODEL_COMMISSION_DEPARTMENT];
    if (!office_scope_department(&g->run->e->scope, department))
        return ERR_OK;
    if (g->count == g->cap) {
        size_t cap = g->cap == 0 ? REGISTRY_FIRST : 2 * g->cap;
        struct store_record *wider = arena_array(arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < g->count; i++)
            wider[i] = g->rows[i];
        g->rows = wider;
        g->cap = cap;
    }
    TRY(registry_key(&key, g, record));
    g->rows[g->count] = *record;
    return text_map_put(&g->known, arena, key, g->count++);
}

static enum err registry_read(struct batch_registry *g, struct batch_run *run,
                              enum store_table table)
{
    struct errand *e = run->e;
    const struct store_find all = {run->tx, e->office->tenant, e->arena, registry_row,
                                   g,       e->scope.clearance};
    *g = (struct batch_registry){
        .run = run, .table = table, .stamp = {.tenant = e->office->tenant, .at = e->now}};
    TRY(store_registry_all(table, &all));
    TRY(office_stamp(&g->stamp.job, e, run->tx));
    return office_ids(&g->next_id, e, run->batch->count);
}

/* --- writing --- */

/* The fields that differ, on one side. */
static enum err row_json(struct str *out, const struct batch_registry *g,
                         const struct store_record *of, const struct store_record *other)
{
    const struct resource *resource =
        g->table == STORE_INSPECTORS ? &model_inspectors : &model_commissions;
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    for (size_t i = 0; i < resource->count; i++)
        if (!str_eq(of->values[i], other->values[i]))
            json_pair_str(&w, resource->fields[i].name, of->values[i]);
    json_write_object_end(&w);
    return arena_keep(out, g->run->e->arena, &text, json_write_end(&w));
}

/* The row, its history and its audit row. */
static enum err row_save(struct batch_registry *g, struct store_record *old,
                         const struct store_record *new)
{
    struct batch_run *run = g->run;
    struct errand *e = run->e;
    bool people = g->table == STORE_INSPECTORS;
    struct store_change change = {
        .id = g->next_id++, .target = old->id, .reason = run->batch->reason};
    const struct store_changes one = {&change, 1, g->table, e->actor};
    TRY(row_json(&change.before, g, old, new));
    TRY(row_json(&change.after, g, new, old));
    TRY(store_registry_update(run->tx, g->table, new, &g->stamp));
    TRY(store_change_add(run->tx, &g->stamp, &one));
    const struct office_audit_row row = {.action = people ? STR("inspector-save")
                                                          : STR("commission-save"),
                                         .target = old->values[store_registry_code(g->table)],
                                         .detail = run->batch->reason,
                                         .outcome = STR("done"),
                                         .before = change.before,
                                         .after = change.after};
    *old = *new; /* picked twice: the second finds it done */
    run->out->done++;
    return office_audit_add(e, run->tx, &row);
}

typedef enum err batch_verdict_of(struct batch_verdict *verdict, struct batch_registry *g,
                                  const struct store_record *old);

/* Each picked row: missing, passed over, or changed. */
static enum err registry_each(struct batch_registry *g, batch_verdict_of *judge, size_t name)
{
    struct batch_run *run = g->run;
    const struct office_batch *batch = run->batch;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_verdict verdict = {0};
        size_t at = text_map_get(&g->known, batch->keys[i]);
        TRY(batch_progress(run, i));
        if (at == TEXT_MAP_NONE) {
            TRY(batch_skip(run, batch->keys[i], STR(""),
                           STR("没有这一行，或者不在您的权限范围内")));
            continue;
        }
        struct store_record *old = &g->rows[at];
        verdict.record = *old;
        TRY(judge(&verdict, g, old));
        if (verdict.why == NULL)
            TRY(row_save(g, old, &verdict.record));
        else
            TRY(batch_skip(run, old->values[store_registry_code(g->table)], old->values[name],
                           str_of(verdict.why)));
    }
    return ERR_OK;
}

/* --- people --- */

static enum err person_state(struct batch_verdict *verdict, struct batch_registry *g,
                             const struct store_record *old)
{
    bool leave = g->run->batch->act == OFFICE_BATCH_LEAVE;
    bool left = str_eq(old->values[MODEL_INSPECTOR_STATE], STR("left"));
    if (left == leave) {
        verdict->why = leave ? "已经离岗" : "已经在岗";
        return ERR_OK;
    }
    verdict->record.values[MODEL_INSPECTOR_STATE] = leave ? STR("left") : STR("active");
    verdict->record.values[MODEL_INSPECTOR_REASON] = g->run->batch->reason;
    return ERR_OK;
}

static enum err person_label(struct batch_verdict *verdict, struct batch_registry *g,
                             const struct store_record *old)
{
    bool remove = g->run->batch->act == OFFICE_BATCH_UNLABEL;
    struct str had = old->values[MODEL_INSPECTOR_SPECIALITIES];
    struct str *list = &verdict->record.values[MODEL_INSPECTOR_SPECIALITIES];
    if (store_label_in(had, g->run->batch->word) != remove) {
        verdict->why = remove ? "没有这项业务专长" : "已有这项业务专长";
        return ERR_OK;
    }
    TRY(store_label_list(list, g->run->e->arena, had, g->run->batch->word, remove));
    if (list->len > model_inspectors.fields[MODEL_INSPECTOR_SPECIALITIES].max)
        verdict->why = "业务专长已满，请先去掉不用的";
    return ERR_OK;
}

/* A word that is given is in the vocabulary, or in use within the scope. */
static enum err people_word(const struct batch_registry *g)
{
    struct batch_run *run = g->run;
    struct errand *e = run->e;
    struct str word = run->batch->word;
    struct store_label label = {.subject = STR("inspectors"), .word = word};
    if (run->batch->act != OFFICE_BATCH_LABEL)
        return ERR_OK;
    for (size_t i = 0; i < g->count; i++)
        if (store_label_in(g->rows[i].values[MODEL_INSPECTOR_SPECIALITIES], word))
            return ERR_OK;
    enum err err = store_label_find(&label, e->arena, run->tx, &label, e->office->tenant);
    if (err == ERR_OK && str_eq(label.state, STR("active")))
        return ERR_OK;
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    return fault_at(&e->fault, "word", ERR_INPUT, "“%.*s”不在标签字库中，没有改动", STR_ARG(word));
}

enum err batch_people(struct batch_run *run)
{
    struct batch_registry g;
    bool states = run->batch->act == OFFICE_BATCH_LEAVE || run->batch->act == OFFICE_BATCH_RETURN;
    TRY(registry_read(&g, run, STORE_INSPECTORS));
    TRY(people_word(&g));
    return registry_each(&g, states ? person_state : person_label, MODEL_INSPECTOR_NAME);
}

/* --- commissions --- */

static enum err commission_cancel(struct batch_verdict *verdict, struct batch_registry *g,
                                  const struct store_record *old)
{
    struct str state = old->values[MODEL_COMMISSION_STATE];
    (void)g;
    if (str_eq(state, STR("done")))
        verdict->why = "已完成，不能取消";
    else if (str_eq(state, STR("cancelled")))
        verdict->why = "已经取消";
    verdict->record.values[MODEL_COMMISSION_STATE] = STR("cancelled");
    return ERR_OK;
}

enum err batch_commissions(struct batch_run *run)
{
    struct batch_registry g;
    TRY(registry_read(&g, run, STORE_COMMISSIONS));
    return registry_each(&g, commission_cancel, MODEL_COMMISSION_BODY);
}
