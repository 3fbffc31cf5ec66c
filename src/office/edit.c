/* One row as typed: see edit.h. The row goes through an import's judge as the only row of a file
 * that has no file; what it means for the registry is decided here. */
#include "office/edit.h"

#include "office/import_kind.h"
#include "office/scope.h"
#include "store/label.h"
#include "store/object.h"

#include <stdlib.h>
#include <string.h>

#define BIT(field) (UINT32_C(1) << (field))

struct edit_work {
    struct errand *e;
    const struct office_edit *edit;
    struct office_edited *out;
    struct store_object_row old;
};

/* The words of one field into the arena of the errand. */
static enum err edit_keep(struct errand *e, struct office_field_fault *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list[i].words = arena_str(e->arena, list[i].words);
        if (list[i].words.data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

/* The typed values into the row; what the person was not asked stays as it is. */
static enum err edit_read(struct import_run *run, struct import_row *row, const struct edit_work *w)
{
    size_t values = store_registry_count(run->kind->table);
    for (size_t i = 0; i < STORE_VALUES_MAX; i++)
        row->record.values[i] = STR("");
    for (size_t i = 0; row->old != NULL && i < values; i++)
        row->record.values[i] = row->old->values[i];
    return import_read_typed(run, row, w->edit->values, w->edit->count);
}

/* An object keeps its number: everything else hangs on it. */
static enum err edit_number(struct import_run *run, struct import_row *row)
{
    struct str now = row->record.values[MODEL_OBJECT_NUMBER];
    if (row->old == NULL || str_eq(now, row->old->values[MODEL_OBJECT_NUMBER]))
        return ERR_OK;
    return import_reject(run, row, MODEL_OBJECT_NUMBER,
                         "编号不能修改；换发了新号码的，请登记为新的检查对象");
}

/* Only what the person may see may be given to a department, and only to one of his. */
static enum err edit_department(struct import_run *run, struct import_row *row)
{
    struct str code = row->record.values[MODEL_OBJECT_DEPARTMENT];
    bool same = row->old != NULL && str_eq(code, row->old->values[MODEL_OBJECT_DEPARTMENT]);
    if (same || office_scope_department(&run->e->scope, code))
        return ERR_OK;
    return import_reject(run, row, MODEL_OBJECT_DEPARTMENT,
                         "只能登记在您所管的部门名下，请选择部门");
}

/* R27: a label that was not there before must be a word of the vocabulary in force. */
static enum err edit_labels(struct import_run *run, struct import_row *row)
{
    TRY(vocabulary_load(&run->labels, &run->arena, run->e, run->tx, "objects"));
    return import_words_typed(run, row, MODEL_OBJECT_LABELS, &run->labels);
}

/* Another row of the registry that is the same. */
static enum err edit_twin(struct import_run *run, struct import_row *row,
                          const struct store_record *mine)
{
    const struct store_record *found = row->old;
    row->old = mine;
    if (found == NULL || (mine != NULL && found->id == mine->id))
        return ERR_OK;
    bool numbered = row->record.values[MODEL_OBJECT_NUMBER].len > 0;
    return import_reject(run, row, numbered ? MODEL_OBJECT_NUMBER : MODEL_OBJECT_NAME,
                         "名录库中已有这个检查对象（%.*s）",
                         STR_ARG(found->values[STORE_OBJECT_POOL_ID]));
}

static enum err edit_judge(struct import_run *run, const struct edit_work *w)
{
    struct import_row *row = &run->rows[0];
    const struct store_record *mine = w->edit->id != 0 ? &w->old.record : NULL;
    row->old = mine;
    TRY(edit_read(run, row, w));
    TRY(edit_number(run, row));
    if (!import_good(row))
        return ERR_OK;
    TRY(run->kind->judge(run, row));
    TRY(edit_department(run, row));
    TRY(edit_labels(run, row));
    if (!import_good(row))
        return ERR_OK;
    TRY(run->kind->settle(run));
    return edit_twin(run, row, mine);
}

/* The history of the change: a new row has no before. */
static enum err edit_note(struct import_run *run, const struct import_row *row, struct str reason)
{
    struct store_change change = {.target = row->record.id,
                                  .before = row->old != NULL ? row->before : STR("{}"),
                                  .after = row->after,
                                  .reason = reason};
    const struct store_changes all = {&change, 1, run->kind->table, run->e->actor};
    TRY(office_id(&change.id, run->e));
    return store_change_add(run->tx, &run->stamp, &all);
}

/* A new row: one bulk load of one row. */
static enum err edit_add(struct import_run *run, struct import_row *row)
{
    uint32_t changed = 0;
    const struct store_record nothing = {.values = {{"", 0}}};
    TRY(office_id(&row->record.id, run->e));
    TRY(run->kind->enrol(run, row));
    for (size_t i = 0; i < run->kind->resource->count; i++)
        row->given |= BIT(i);
    struct import_row shown = *row;
    shown.old = &nothing;
    TRY(import_compare(&changed, run, &shown));
    row->after = shown.after;
    struct store_load load;
    TRY(store_registry_load(&load, run->tx, run->kind->table, &run->stamp));
    enum err err = store_registry_load_add(&load, &row->record);
    enum err closed = store_registry_load_close(&load);
    return err != ERR_OK ? err : closed;
}

static enum err edit_write(struct import_run *run, struct edit_work *w)
{
    struct import_row *row = &run->rows[0];
    struct errand *e = w->e;
    uint32_t changed = 0;
    if (row->old == NULL) {
        TRY(edit_add(run, row));
    } else {
        TRY(import_compare(&changed, run, row));
        if (changed == 0)
            return ERR_OK;
        TRY(store_object_save(run->tx, &row->record, &run->stamp, w->edit->was));
    }
    w->out->changed = true;
    w->out->id = row->record.id;
    w->out->pool_id = arena_str(e->arena, row->record.values[STORE_OBJECT_POOL_ID]);
    TRY(store_object_labels_put(run->tx, run->stamp.tenant, row->record.id,
                                row->record.values[MODEL_OBJECT_LABELS]));
    TRY(store_object_batch_add(run->tx, &run->stamp, false));
    TRY(edit_note(run, row, w->edit->reason));
    const struct office_audit_row noted = {.action = row->old == NULL ? STR("object-add")
                                                                      : STR("object-edit"),
                                           .target = w->out->pool_id,
                                           .detail = w->edit->reason,
                                           .outcome = STR("done"),
                                           .before = row->old != NULL ? row->before : STR(""),
                                           .after = row->after};
    return office_audit_add(e, run->tx, &noted);
}

/* The faults of the row, each at its field, for the form. */
static enum err edit_report(struct import_run *run, struct edit_work *w)
{
    TRY(edit_keep(w->e, run->faults, run->fault_count));
    w->out->faults = run->faults;
    w->out->fault_count = run->fault_count;
    w->out->warnings = run->oddities;
    w->out->warning_count = run->oddity_count;
    TRY(edit_keep(w->e, run->oddities, run->oddity_count));
    if (run->fault_count == 0)
        return ERR_OK;
    return fault_set(&w->e->fault, ERR_INPUT, "有%zu处需要修改，没有保存：%.*s", run->fault_count,
                     STR_ARG(run->faults[0].words));
}

/* Everything of one attempt; the caller lets go. */
static enum err edit_all(struct import_run *run, struct edit_work *w)
{
    struct errand *e = w->e;
    run->rows = calloc(1, sizeof *run->rows);
    run->faults = arena_array(e->arena, IMPORT_FAULTS, sizeof *run->faults);
    run->oddities = arena_array(e->arena, IMPORT_FAULTS, sizeof *run->oddities);
    if (run->rows == NULL || run->faults == NULL || run->oddities == NULL)
        return ERR_MEMORY;
    run->count = run->cap = 1;
    TRY(import_prepare(run));
    TRY(office_stamp(&run->stamp.job, e, run->tx));
    TRY(edit_judge(run, w));
    TRY(edit_report(run, w));
    return edit_write(run, w);
}

static enum err edit_find(struct edit_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    struct store_object_filter mine = {.tenant = e->office->tenant};
    if (w->edit->id == 0)
        return ERR_OK;
    TRY(office_reach(&mine.reach, e));
    enum err err = store_object_find(&w->old, e->arena, tx, &mine, w->edit->id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "名录库中没有这个检查对象");
    TRY(err);
    w->out->id = w->edit->id;
    w->out->pool_id = w->old.record.values[STORE_OBJECT_POOL_ID];
    if (w->old.job != w->edit->was)
        return fault_set(&e->fault, ERR_CONFLICT,
                         "这个检查对象刚被他人修改，没有保存；请核对最新内容后再改");
    return ERR_OK;
}

static enum err edit_run(struct db_tx *tx, void *ctx)
{
    static const struct office_import no_file = {.path = ""};
    struct edit_work *w = ctx;
    struct errand *e = w->e;
    struct str outcome;
    *w->out = (struct office_edited){0};
    TRY(office_once(&w->out->repeated, &outcome, e, tx, STR("object-edit")));
    if (w->out->repeated) {
        w->out->pool_id = outcome;
        return ERR_OK;
    }
    TRY(edit_find(w, tx));
    struct import_run run = {.e = e,
                             .job = &no_file,
                             .kind = &import_objects,
                             .tx = tx,
                             .stamp = {.tenant = e->office->tenant, .at = e->now},
                             .department =
                                 e->scope.level == MODEL_SCOPE_ALL ? STR("") : e->scope.department};
    enum err err = edit_all(&run, w);
    import_release(&run);
    TRY(err);
    return office_once_done(e, tx, STR("object-edit"), w->out->pool_id);
}

enum err office_edit(struct office_edited *out, struct errand *e, const struct office_edit *edit)
{
    struct edit_work work = {.e = e, .edit = edit, .out = out};
    *out = (struct office_edited){0};
    if (edit->id != 0 && str_trim(edit->reason).len == 0)
        return fault_set(&e->fault, ERR_INPUT, "请填写修改原因；没有保存");
    return office_write_again(e, "object-edit", edit_run, &work);
}
