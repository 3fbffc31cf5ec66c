/* What a chunk of judged rows does to the registry: new rows in one bulk load, changed ones one by
 * one with their history, equal ones nothing.
 *
 * Invariant: rows are counted in the order of the file, and a dry run counts exactly what a real
 * one would do, because both go the same way and only the last step differs. */
#include "office/import_kind.h"

#include "base/json.h"
#include "office/mask.h"
#include "office/personal.h"
#include "store/label.h"

/* --- comparing --- */

struct wanted {
    uint32_t fields;
    bool masked;
};

static enum err json_fields(struct str *out, struct import_run *run,
                            const struct store_record *record, const struct wanted *wanted)
{
    const struct resource *resource = run->kind->resource;
    struct buf text = {0};
    struct json_writer w;
    json_write_begin(&w, &text);
    json_write_object(&w);
    for (size_t i = 0; i < resource->count; i++)
        if ((wanted->fields >> i & 1) != 0)
            json_pair_str(&w, resource->fields[i].name,
                          wanted->masked || resource->fields[i].mask == MASK_PHONE
                              ? office_mask(&run->chunk, &resource->fields[i], record->values[i])
                              : record->values[i]);
    json_write_object_end(&w);
    return arena_keep(out, &run->chunk, &text, json_write_end(&w));
}

static enum err json_of(struct str *out, struct import_run *run, const struct store_record *record,
                        uint32_t fields)
{
    const struct wanted wanted = {.fields = fields};
    return json_fields(out, run, record, &wanted);
}

/* Keeps what the audit will say of a row by hand, beyond the chunk. */
static enum err note_row(struct import_run *run, const struct import_row *row)
{
    const struct wanted wanted = {row->old != NULL ? row->changed : UINT32_MAX, true};
    struct import_noted *noted = &run->noted;
    size_t code = store_registry_code(run->kind->table);
    struct str before = STR("");
    struct str after;
    if (row->old != NULL)
        TRY(json_fields(&before, run, row->old, &wanted));
    TRY(json_fields(&after, run, &row->record, &wanted));
    noted->before = arena_str(&run->arena, before);
    noted->after = arena_str(&run->arena, after);
    noted->code = arena_str(&run->arena, row->record.values[code]);
    return noted->before.data != NULL && noted->after.data != NULL && noted->code.data != NULL
               ? ERR_OK
               : ERR_MEMORY;
}

enum err import_compare(uint32_t *changed, struct import_run *run, struct import_row *row)
{
    const struct resource *resource = run->kind->resource;
    size_t values = store_registry_count(run->kind->table);
    *changed = 0;
    row->record.id = row->old->id;
    for (size_t i = 0; i < values; i++) {
        struct str *value = &row->record.values[i];
        bool cleared = i < resource->count && (row->cleared >> i & 1) != 0;
        bool given = i < resource->count && import_given(row, (int)i);
        if (cleared)
            *value = (struct str){"", 0};
        else if (!given)
            *value = row->old->values[i];
        if (!str_eq(*value, row->old->values[i]))
            *changed |= UINT32_C(1) << i;
    }
    if (*changed == 0)
        return ERR_OK;
    TRY(json_of(&row->before, run, row->old, *changed));
    return json_of(&row->after, run, &row->record, *changed);
}

/* --- numbering --- */

/* Identifiers are made for a chunk at once; a chunk never reaches back into the last one. */
enum err import_id(int64_t *out, struct import_run *run)
{
    if (run->next_id > run->last_id) {
        int64_t first = 0;
        TRY(office_ids(&first, run->e, run->count * 2));
        run->next_id = first > run->last_id ? first : run->last_id + 1;
        run->last_id = run->next_id + (int64_t)run->count * 2 - 1;
    }
    *out = run->next_id++;
    return ERR_OK;
}

/* --- what happens to each row --- */

enum fate { FATE_REJECTED, FATE_SAME, FATE_CHANGED, FATE_VERSION, FATE_NEW };

/* Compares a good row with its old one; only items have versions. */
static enum err judge_fate(enum fate *fate, struct import_run *run, struct import_row *row)
{
    uint32_t changed = 0;
    *fate = FATE_REJECTED;
    if (!import_good(row))
        return ERR_OK;
    *fate = FATE_NEW;
    if (row->old == NULL)
        return ERR_OK;
    TRY(import_compare(&changed, run, row));
    row->changed = changed;
    bool content = (changed & ~(UINT32_C(1) << MODEL_ITEM_NUMBER)) != 0;
    row->version = run->kind == &import_items && content;
    *fate = changed == 0 ? FATE_SAME : row->version ? FATE_VERSION : FATE_CHANGED;
    return ERR_OK;
}

/* Rejected rows are counted with their reasons (report_row). */
static void count_fate(struct office_import_report *report, enum fate fate)
{
    report->added += fate == FATE_NEW;
    report->changed += fate == FATE_CHANGED || fate == FATE_VERSION;
    report->same += fate == FATE_SAME;
}

/* A person's change carries the file's words; every other one the file's name. */
struct str import_reason(const struct import_run *run, const struct import_row *row)
{
    bool person = run->kind == &import_inspectors;
    struct str reason = person ? row->record.values[MODEL_INSPECTOR_REASON] : (struct str){"", 0};
    if (run->job->reason.len > 0)
        return run->job->reason;
    if (reason.len > 0)
        return reason;
    if (run->job->name.len > 0)
        return run->job->name;
    struct str path = str_of(run->job->path);
    struct str name = path;
    while (str_cut(&name, &path, '/'))
        ;
    return name;
}

/* The history row of a changed row (R29, R39). */
static enum err note_change(struct store_change *out, struct import_run *run,
                            const struct import_row *row)
{
    *out = (struct store_change){.target = row->record.id,
                                 .before = row->before,
                                 .after = row->after,
                                 .reason = import_reason(run, row)};
    return import_id(&out->id, run);
}

static struct str labels_of(const struct import_row *row)
{
    return row->record.values[MODEL_OBJECT_LABELS];
}

static bool labels_differ(const struct import_run *run, const struct import_row *row)
{
    return run->kind == &import_objects &&
           !str_eq(labels_of(row), row->old->values[MODEL_OBJECT_LABELS]);
}

/* The label rows of the chunk's new objects; those of a registry that was empty follow behind all
 * rows. */
static enum err load_labels(struct import_run *run, const enum fate *fates)
{
    struct store_object_labels *rows = arena_array(&run->chunk, run->count, sizeof *rows);
    size_t count = 0;
    if (rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < run->count && run->kind == &import_objects; i++) {
        const struct import_row *row = &run->rows[i];
        if (fates[i] != FATE_NEW || labels_of(row).len == 0)
            continue;
        run->labelled = true;
        rows[count++] = (struct store_object_labels){row->record.id, labels_of(row)};
    }
    return run->fresh ? ERR_OK : store_object_labels_load(run->tx, run->stamp.tenant, rows, count);
}

enum store_personal import_numbers(int *field, const struct import_run *run)
{
    bool people = run->kind->table == STORE_INSPECTORS;
    bool departments = run->kind->table == STORE_DEPARTMENTS;
    *field = people ? MODEL_INSPECTOR_PHONE : MODEL_DEPARTMENT_PHONE;
    if (!people && !departments)
        return STORE_PERSONAL_COUNT;
    return people ? STORE_PERSONAL_INSPECTOR : STORE_PERSONAL_DEPARTMENT;
}

/* The record as the database keeps it: one with a phone in `room`, with that sealed. */
static enum err save_sealed(const struct store_record **out, struct store_record *room,
                            struct import_run *run, const struct import_row *row)
{
    int field = 0;
    const struct office_personal at = {.column = import_numbers(&field, run), .id = row->record.id};
    *out = &row->record;
    if (at.column == STORE_PERSONAL_COUNT)
        return ERR_OK;
    *room = row->record;
    *out = room;
    return office_personal_seal(&room->values[field], run->e, &at);
}

/* What one row writes before the chunk's bulk load: changes in place, versions out of force, the
 * numbers of what is new. */
static enum err prepare_row(struct import_run *run, struct import_row *row, enum fate fate)
{
    const struct store_record *record;
    struct store_record room;
    if (fate == FATE_CHANGED) {
        TRY(save_sealed(&record, &room, run, row));
        TRY(store_registry_update(run->tx, run->kind->table, record, &run->stamp));
        return labels_differ(run, row) ? store_object_labels_put(run->tx, run->stamp.tenant,
                                                                 row->record.id, labels_of(row))
                                       : ERR_OK;
    }
    if (fate == FATE_VERSION)
        TRY(store_item_replace(run->tx, run->stamp.tenant, row->old->id));
    if (fate == FATE_NEW || fate == FATE_VERSION) {
        TRY(import_id(&row->record.id, run));
        return run->kind->enrol(run, row);
    }
    return ERR_OK;
}

/* Adds the new rows; the load stays open over all chunks where nothing else need run. */
static enum err load_rows(struct import_run *run, const enum fate *fates)
{
    enum err err = ERR_OK;
    const struct store_record *record;
    struct store_record room;
    for (size_t i = 0; i < run->count && err == ERR_OK; i++) {
        if (fates[i] != FATE_NEW && fates[i] != FATE_VERSION)
            continue;
        if (run->load.bulk == NULL)
            TRY(store_registry_load(&run->load, run->tx, run->kind->table, &run->stamp));
        err = save_sealed(&record, &room, run, &run->rows[i]);
        if (err == ERR_OK)
            err = store_registry_load_add(&run->load, record);
    }
    if (run->fresh)
        return err;
    enum err closed = store_registry_load_close(&run->load);
    return err != ERR_OK ? err : closed;
}

/* The rows of lead and partners of what the chunk brought or changed (R12). */
static enum err save_units(struct import_run *run, const enum fate *fates)
{
    bool items = run->kind == &import_items || run->kind == &import_superior;
    for (size_t i = 0; i < run->count && items; i++) {
        const struct store_record *record = &run->rows[i].record;
        if (fates[i] != FATE_REJECTED && fates[i] != FATE_SAME)
            TRY(joint_put(run->e, run->tx, &run->units, record->id, record->values));
    }
    return run->kind == &import_departments ? joint_follow(run->e, run->tx) : ERR_OK;
}

/* The histories of the chunk, in one load. */
static enum err save_changes(struct import_run *run, const enum fate *fates)
{
    struct store_change *changes = arena_array(&run->chunk, run->count, sizeof *changes);
    struct store_changes all = {changes, 0, run->kind->table, run->e->actor};
    if (changes == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < run->count; i++)
        if (fates[i] == FATE_CHANGED || fates[i] == FATE_VERSION)
            TRY(note_change(&changes[all.count++], run, &run->rows[i]));
    return store_change_add(run->tx, &run->stamp, &all);
}

enum err import_save(struct import_run *run)
{
    enum fate *fates = arena_array(&run->chunk, run->count, sizeof *fates);
    if (fates == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < run->count; i++) {
        TRY(judge_fate(&fates[i], run, &run->rows[i]));
        count_fate(run->report, fates[i]);
        run->report->unlabelled += run->kind == &import_items && fates[i] != FATE_REJECTED &&
                                   run->rows[i].record.values[MODEL_ITEM_LABELS].len == 0;
    }
    if (run->job->dry_run)
        return ERR_OK;
    if (run->kind->save != NULL)
        return run->kind->save(run);
    for (size_t i = 0; i < run->count; i++)
        TRY(prepare_row(run, &run->rows[i], fates[i]));
    if (run->job->by_hand.len > 0 && import_good(&run->rows[0]))
        TRY(note_row(run, &run->rows[0]));
    TRY(load_rows(run, fates));
    TRY(load_labels(run, fates));
    TRY(save_units(run, fates));
    return save_changes(run, fates);
}
