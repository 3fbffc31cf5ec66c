/* One row's cells into values, by the kinds of the fields; and the judgements that several
 * resources share. What a cell cannot say is refused here with the reason; what the values mean
 * together is the resource's own judgement. */
#include "office/import_kind.h"

#include "base/utf8.h"
#include "ids/person.h"
#include "sheet/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CACHE_MAX = 20000 }; /* texts that one cache remembers */

/* Adds a reason to those there are already. */
static enum err say(struct import_run *run, struct str *reasons, struct str *columns, int field,
                    struct str text)
{
    struct arena *arena = &run->chunk;
    struct str label = {"", 0};
    if (field >= 0)
        label = str_of(run->kind->resource->fields[field].label);
    if (text.data == NULL)
        return ERR_MEMORY;
    if (reasons->data == NULL) {
        *reasons = text;
        *columns = label;
        return ERR_OK;
    }
    *reasons = arena_printf(arena, "%.*s；%.*s", STR_ARG(*reasons), STR_ARG(text));
    if (label.len > 0 && str_find(*columns, label) < 0)
        *columns = columns->len == 0
                       ? label
                       : arena_printf(arena, "%.*s、%.*s", STR_ARG(*columns), STR_ARG(label));
    return reasons->data != NULL && columns->data != NULL ? ERR_OK : ERR_MEMORY;
}

/* Formats a reason of bounded length into arena, never cut inside a character. */
static PRINTF(2, 0) struct str say_format(struct arena *arena, const char *fmt, va_list args)
{
    char text[sizeof((struct fault *)NULL)->text];
    int len = vsnprintf(text, sizeof text, fmt, args);
    if (len < 0)
        return (struct str){0};
    size_t used = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    return arena_str(arena, str_range(text, utf8_valid_len(str_range(text, used))));
}

enum err import_reject(struct import_run *run, struct import_row *row, int field, const char *fmt,
                       ...)
{
    va_list args;
    va_start(args, fmt);
    struct str text = say_format(&run->chunk, fmt, args);
    va_end(args);
    if (run->faults != NULL && run->fault_count < IMPORT_FAULTS)
        run->faults[run->fault_count++] = (struct office_field_fault){field, text};
    return say(run, &row->problem, &row->problem_column, field, text);
}

enum err import_warn(struct import_run *run, struct import_row *row, int field, const char *fmt,
                     ...)
{
    va_list args;
    va_start(args, fmt);
    struct str text = say_format(&run->chunk, fmt, args);
    va_end(args);
    if (run->oddities != NULL && run->oddity_count < IMPORT_FAULTS)
        run->oddities[run->oddity_count++] = (struct office_field_fault){field, text};
    return say(run, &row->warning, &row->warning_column, field, text);
}

/* --- what files repeat --- */

static bool cache_get(struct str *value, const struct import_cache *cache, struct str text)
{
    size_t known = text_map_get(&cache->map, text);
    if (known == TEXT_MAP_NONE)
        return false;
    *value = cache->values[known];
    return true;
}

static enum err cache_put(struct import_cache *cache, struct arena *arena, struct str text,
                          struct str value)
{
    if (cache->count == CACHE_MAX)
        return ERR_OK;
    struct str key = arena_str(arena, text);
    struct str kept = arena_str(arena, value);
    if (cache->values == NULL)
        cache->values = arena_array(arena, CACHE_MAX, sizeof *cache->values);
    if (key.data == NULL || kept.data == NULL || cache->values == NULL)
        return ERR_MEMORY;
    cache->values[cache->count] = kept;
    return text_map_put(&cache->map, arena, key, cache->count++);
}

/* --- words of the vocabulary --- */

/* What is said of an unknown word; looked for once, since a file repeats its words. */
static enum err word_said(struct str *said, struct import_run *run,
                          const struct vocabulary *vocabulary, struct str word)
{
    if (cache_get(said, &run->strange, word))
        return ERR_OK;
    *said = vocabulary_words(&run->chunk, vocabulary, word);
    return said->data != NULL ? cache_put(&run->strange, &run->arena, word, *said) : ERR_MEMORY;
}

enum err import_words(struct import_run *run, struct import_row *row, int field,
                      const struct vocabulary *vocabulary)
{
    struct str rest = row->record.values[field];
    struct str word, said;
    while (vocabulary_unknown(&word, &rest, vocabulary, STR(""))) {
        TRY(word_said(&said, run, vocabulary, word));
        TRY(import_warn(run, row, field, "%.*s；按原文保存", STR_ARG(said)));
    }
    return ERR_OK;
}

enum err import_words_typed(struct import_run *run, struct import_row *row, int field,
                            const struct vocabulary *vocabulary)
{
    struct str rest = row->record.values[field];
    struct str had = row->old != NULL ? row->old->values[field] : STR("");
    struct str word, said;
    while (vocabulary_unknown(&word, &rest, vocabulary, had)) {
        TRY(word_said(&said, run, vocabulary, word));
        TRY(import_reject(run, row, field, "%.*s", STR_ARG(said)));
    }
    return ERR_OK;
}

void import_set(struct import_row *row, int field, struct str value)
{
    row->record.values[field] = value;
    row->given |= UINT32_C(1) << field;
}

/* Words that stand for nothing. */
static bool is_nothing(struct str text)
{
    static const char *const words[] = {"-",   "--",  "—",  "——",   "/",    "\\",   "无",
                                        "N/A", "n/a", "NA", "#N/A", "NULL", "null", "空"};
    if (text.len == 0 || text.len > 6)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i][0] == text.data[0] && str_eq(text, str_of(words[i])))
            return true;
    return false;
}

/* The word that empties a field. */
static bool is_clearing(struct str text)
{
    return str_eq(text, STR("清空")) || str_eq(text, STR("（清空）")) ||
           str_eq(text, STR("(清空)"));
}

/* A control character other than TAB and line breaks tells of a damaged file: the text around it is
 * not to be trusted. (Invisible and bidi characters sheet_value takes out.) */
static bool has_control(struct str text)
{
    uint32_t cp;
    bool plain = true;
    for (size_t i = 0; i < text.len && plain; i++)
        plain = (unsigned char)text.data[i] >= 0x20 && (unsigned char)text.data[i] != 0x7F &&
                (unsigned char)text.data[i] != 0xC2;
    while (!plain && utf8_next(&cp, &text) == ERR_OK)
        if (utf8_is_control(cp) && cp != '\t' && cp != '\n' && cp != '\r')
            return true;
    return false;
}

/* What must hold for a value whatever it means. */
static enum err check_value(struct import_run *run, struct import_row *row, int i)
{
    const struct field *field = &run->kind->resource->fields[i];
    struct str value = row->record.values[i];
    bool free_text = field->kind == FIELD_TEXT || field->kind == FIELD_LONG ||
                     field->kind == FIELD_LIST || (row->raw >> i & 1) != 0;
    if (!free_text)
        return ERR_OK;
    if (field->kind != FIELD_LONG && ids_idcard_inside(value))
        return import_reject(run, row, i, "%s中像是写有居民身份证号，请删去", field->label);
    return ERR_OK;
}

/* A date of 1970-01-01 is what programs write for "none" (and what the database keeps for it). */
static bool is_no_date(const struct field *field, struct str value)
{
    return field->kind == FIELD_DATE && str_eq(value, STR("1970-01-01"));
}

/* One cell into the row; a cell that cannot be read rejects the row unless judge wants its text. */
static enum err read_cell(struct import_run *run, struct import_row *row, int i,
                          const struct sheet_cell *cell)
{
    const struct field *field = &run->kind->resource->fields[i];
    uint32_t bit = UINT32_C(1) << i;
    struct fault *fault = &run->cell_fault;
    struct str value = {0};
    fault->text[0] = '\0';
    if (has_control(cell->text))
        return import_reject(run, row, i, "%s含有控制字符，文件可能已损坏", field->label);
    enum err err = sheet_value(&value, field, cell, &run->chunk, fault);
    if (err == ERR_INPUT && (run->kind->lenient & bit) != 0) {
        row->raw |= bit;
        value = str_trim(cell->text);
        err = ERR_OK;
    }
    if (err == ERR_INPUT)
        return import_reject(run, row, i, "%s",
                             fault->text[0] != '\0' ? fault->text : "内容不符合要求");
    TRY(err);
    if (value.len == 0 || is_no_date(field, value))
        return ERR_OK;
    import_set(row, i, value);
    return check_value(run, row, i);
}

/* A field that was typed empty: refused where it may not be, else emptied where a row is changed.
 */
static enum err read_empty(struct import_run *run, struct import_row *row, int i)
{
    const struct field *field = &run->kind->resource->fields[i];
    uint32_t bit = UINT32_C(1) << i;
    bool fixed = (run->kind->fixed & ~run->kind->freed & bit) != 0;
    bool had = row->old != NULL && row->old->values[i].len > 0;
    row->record.values[i] = STR("");
    if (field->required || (fixed && had))
        return import_reject(run, row, i, "缺少%s", field->label);
    if (!fixed && (row->old != NULL || run->job->target.len > 0))
        row->cleared |= bit;
    return ERR_OK;
}

enum err import_read_typed(struct import_run *run, struct import_row *row, const struct str *values,
                           size_t count)
{
    for (size_t i = 0; i < run->kind->resource->count && i < count; i++) {
        const struct sheet_cell cell = {.text = str_trim(values[i]), .kind = SHEET_TEXT};
        bool empty = cell.text.len == 0 || is_nothing(cell.text) || is_clearing(cell.text);
        if (values[i].data == NULL)
            continue;
        TRY(empty ? read_empty(run, row, (int)i) : read_cell(run, row, (int)i, &cell));
    }
    return ERR_OK;
}

/* Is `heading` one of the field's? */
static enum err is_heading(bool *is, struct import_run *run, const struct field *field,
                           struct str heading)
{
    struct str key = sheet_heading_key(&run->arena, heading);
    struct str rest = str_of(field->headings != NULL ? field->headings : "");
    struct str one = str_of(field->label);
    *is = false;
    do {
        struct str known = sheet_heading_key(&run->arena, one);
        if (key.data == NULL || known.data == NULL)
            return ERR_MEMORY;
        *is = *is || (key.len > 0 && str_eq(key, known));
    } while (!*is && str_cut(&one, &rest, '|'));
    return ERR_OK;
}

/* Is the column some field's first one already? */
static bool column_used(const struct sheet_mapping *map, size_t column)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->columns[i] == (int32_t)column)
            return true;
    return false;
}

/* Does a free column mean the field as well: as the person chose, or by its heading? */
static enum err is_twin(bool *is, struct import_run *run, size_t field, size_t column)
{
    const struct field *f = &run->map.fields[field];
    const struct office_import *job = run->job;
    if (job->columns == NULL)
        return is_heading(is, run, f, run->map.headings[column]);
    *is = column < job->column_count && str_eq(job->columns[column], str_of(f->name));
    return ERR_OK;
}

/* The first free column that the field answers to as well. */
static enum err find_twin(struct import_run *run, size_t field)
{
    const struct sheet_mapping *map = &run->map;
    run->twins[field] = -1;
    for (size_t column = 0; column < map->heading_count && map->columns[field] >= 0; column++) {
        bool is = false;
        if (column_used(map, column))
            continue;
        TRY(is_twin(&is, run, field, column));
        if (is && run->twins[field] < 0)
            run->twins[field] = (int32_t)column;
    }
    return ERR_OK;
}

enum err import_find_twins(struct import_run *run)
{
    run->twins = arena_array(&run->arena, run->map.count, sizeof *run->twins);
    if (run->twins == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < run->map.count; i++)
        TRY(find_twin(run, i));
    return ERR_OK;
}

/* An empty cell, or a word for it. */
static bool says_nothing(const struct sheet_cell *cell)
{
    return cell->kind == SHEET_EMPTY || cell->text.len == 0 || is_nothing(cell->text);
}

/* The cell of a field: its column's, or its second column's where that one is empty. */
static const struct sheet_cell *cell_of(const struct import_run *run,
                                        const struct sheet_record *record, size_t field)
{
    const struct sheet_cell *cell = &record->cells[field];
    int32_t twin = run->twins[field];
    if (twin < 0 || (size_t)twin >= record->source.count || !says_nothing(cell))
        return cell;
    return &record->source.cells[twin];
}

enum err import_read_row(struct import_run *run, struct import_row *row,
                         const struct sheet_record *record)
{
    const struct resource *resource = run->kind->resource;
    row->number = record->row;
    for (size_t i = 0; i < STORE_VALUES_MAX; i++)
        row->record.values[i] = (struct str){"", 0};
    for (size_t i = 0; i < resource->count; i++) {
        const struct sheet_cell *cell = cell_of(run, record, i);
        bool required = resource->fields[i].required && (run->kind->late >> i & 1) == 0;
        bool none = says_nothing(cell);
        uint32_t fixed = run->kind->fixed;
        if (run->job->target.len > 0)
            fixed &= ~run->kind->freed;
        if (!none && !required && is_clearing(cell->text) && (fixed >> i & 1) == 0)
            row->cleared |= UINT32_C(1) << i;
        else if (!none)
            TRY(read_cell(run, row, (int)i, cell));
        if (required && row->record.values[i].len == 0 && import_good(row))
            TRY(import_reject(run, row, (int)i, "缺少%s", resource->fields[i].label));
    }
    return ERR_OK;
}

/* --- divisions and departments --- */

static bool all_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0;
}

/* Registration authorities of development zones use codes that no official table lists, within
 * their city's (130571, 130296): such a code is kept. */
static bool within_city(const struct regions *all, struct str code)
{
    char city[] = "000000";
    if (code.len != 6)
        return false;
    memcpy(city, code.data, 4);
    return regions_find(all, str_of(city)) != NULL;
}

bool import_division_find(struct str *code, bool *kept, const struct import_run *run,
                          struct str text)
{
    const struct regions *all = &run->e->office->regions;
    *kept = false;
    if (!all_digits(text)) {
        const struct region *region = regions_resolve(all, run->division, text);
        *code = region != NULL ? region->code : (struct str){0};
        return region != NULL;
    }
    enum region_state state = regions_current(code, all, text);
    *kept = state == REGION_ABOLISHED || (state == REGION_UNKNOWN && within_city(all, text));
    return state != REGION_UNKNOWN || *kept;
}

/* Asked once for each text of the file. */
enum err import_division(struct str *code, struct import_run *run, struct import_row *row,
                         int field)
{
    struct str text = row->record.values[field];
    bool kept = false;
    if (cache_get(code, &run->divisions, text))
        return ERR_OK;
    if (!import_division_find(code, &kept, run, text)) {
        *code = (struct str){"", 0};
        return import_reject(run, row, field, "行政区划“%.*s”不存在或无法识别", STR_ARG(text));
    }
    if (kept)
        return import_warn(
            run, row, field,
            "行政区划代码%.*s不在现行区划表中（已撤销，或是开发区等的代码），按原代码保存",
            STR_ARG(text));
    return cache_put(&run->divisions, &run->arena, text, *code);
}

struct str import_department_find(const struct import_run *run, struct str text)
{
    size_t found = text_map_get(&run->departments, text);
    if (found == TEXT_MAP_NONE)
        return (struct str){0};
    return run->department_rows[found]->values[MODEL_DEPARTMENT_CODE];
}
