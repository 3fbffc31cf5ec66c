/* The vocabulary (标签字库) as a province gives it (R27): a word is known by itself and by what it
 * is for. A file adds words, moves them to another theme, closes them and opens them again; no word
 * is renamed or deleted, and what bears a closed word keeps it. */
#include "office/import_kind.h"

#include "office/object.h"

#define BIT(field) (UINT32_C(1) << (field))

static enum err label_judge(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    if (!office_label_fits(values[MODEL_LABEL_WORD]))
        return import_reject(run, row, MODEL_LABEL_WORD,
                             "标签最多40个字，不能含有顿号、逗号、分号、引号或竖线");
    if (values[MODEL_LABEL_SUBJECT].len == 0)
        values[MODEL_LABEL_SUBJECT] = STR("objects");
    if (values[MODEL_LABEL_STATE].len == 0)
        values[MODEL_LABEL_STATE] = STR("active");
    return ERR_OK;
}

/* The same word may stand for objects and for inspectors. */
static struct str label_key(struct arena *arena, const struct store_record *record)
{
    return arena_printf(arena, "%.*s %.*s", STR_ARG(record->values[MODEL_LABEL_SUBJECT]),
                        STR_ARG(record->values[MODEL_LABEL_WORD]));
}

static enum err label_settle(struct import_run *run)
{
    const struct store_record **known = NULL;
    struct text_map at = {0};
    struct text_map arrived = {0};
    size_t count = 0;
    TRY(import_load(&known, &count, run, STORE_LABELS));
    for (size_t i = 0; i < count; i++) {
        struct str key = label_key(&run->arena, known[i]);
        if (key.data == NULL)
            return ERR_MEMORY;
        TRY(text_map_put(&at, &run->arena, key, i));
    }
    for (size_t i = 0; i < run->count; i++) {
        struct import_row *row = &run->rows[i];
        struct str key = label_key(&run->arena, &row->record);
        if (key.data == NULL)
            return ERR_MEMORY;
        if (!import_good(row))
            continue;
        size_t before = text_map_get(&arrived, key);
        row->doubled = before != TEXT_MAP_NONE;
        if (row->doubled) {
            TRY(import_reject(run, row, MODEL_LABEL_WORD, "与第%zu行重复", before));
            continue;
        }
        TRY(text_map_put(&arrived, &run->arena, key, row->number));
        size_t found = text_map_get(&at, key);
        row->old = found != TEXT_MAP_NONE ? known[found] : NULL;
    }
    return ERR_OK;
}

/* A word brings all of itself along. */
static enum err label_enrol(struct import_run *run, struct import_row *row)
{
    (void)run;
    (void)row;
    return ERR_OK;
}

const struct import_kind import_labels = {
    .table = STORE_LABELS,
    .resource = &model_labels,
    .department = -1, /* one vocabulary for all */
    .fixed = BIT(MODEL_LABEL_WORD) | BIT(MODEL_LABEL_SUBJECT) | BIT(MODEL_LABEL_STATE),
    .judge = label_judge,
    .settle = label_settle,
    .enrol = label_enrol,
};
