/* Meetings, documents issued, training courses (R143-R145), from a file or typed: one judge for all
 * three. A row is known by its code, else by the fields of its register's key among the rows that
 * stand. What is withdrawn stays as it is, and only a person withdraws, with a reason. */
#include "office/import_kind.h"

#include "base/time.h"
#include "office/register.h"
#include "sheet/value.h"

#define BIT(field) (UINT32_C(1) << (field))

/* --- one row by itself --- */

static enum err judge_department(struct import_run *run, struct import_row *row)
{
    const char *label = run->kind->resource->fields[MODEL_REGISTER_DEPARTMENT].label;
    struct str given = row->record.values[MODEL_REGISTER_DEPARTMENT];
    struct str code = given.len > 0 ? import_department_find(run, given) : run->department;
    if (given.len == 0 && code.len == 0)
        return import_reject(run, row, MODEL_REGISTER_DEPARTMENT,
                             "缺少%s（也可以用 --department 指定）", label);
    if (code.data == NULL)
        return import_reject(run, row, MODEL_REGISTER_DEPARTMENT, "%s“%.*s”不在部门名录中", label,
                             STR_ARG(given));
    import_set(row, MODEL_REGISTER_DEPARTMENT, code);
    return ERR_OK;
}

/* What took place, not what is planned. */
static enum err judge_day(struct import_run *run, struct import_row *row)
{
    int32_t day = 0;
    struct str text = row->record.values[MODEL_REGISTER_DATE];
    if (text.len == 0 || date_parse(&day, text) != ERR_OK || day <= run->today)
        return ERR_OK;
    return import_reject(run, row, MODEL_REGISTER_DATE, "%s晚于今天，登记簿只登记已经发生的",
                         run->kind->resource->fields[MODEL_REGISTER_DATE].label);
}

/* Departments by their names; one that the registry lacks stays as it is written. */
static enum err judge_attendees(struct import_run *run, struct import_row *row)
{
    struct str *list = &row->record.values[MODEL_MEETING_ATTENDEES];
    struct str rest = *list;
    struct str one;
    struct buf text = {0};
    enum err err = ERR_OK;
    while (err == ERR_OK && sheet_list_next(&one, &rest)) {
        struct str code = import_department_find(run, one);
        size_t at = code.data != NULL ? text_map_get(&run->departments, code) : TEXT_MAP_NONE;
        if (at == TEXT_MAP_NONE)
            err = import_warn(run, row, MODEL_MEETING_ATTENDEES,
                              "参加部门“%.*s”不在部门名录中，按所写登记", STR_ARG(one));
        buf_cat(&text, text.len > 0 ? "、" : "");
        buf_str(&text, at == TEXT_MAP_NONE
                           ? one
                           : run->department_rows[at]->values[MODEL_DEPARTMENT_NAME]);
    }
    return arena_keep(list, &run->chunk, &text, err);
}

static enum err register_judge(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    bool courses = run->kind->table == STORE_COURSES;
    TRY(judge_department(run, row));
    TRY(judge_day(run, row));
    if (values[MODEL_REGISTER_STATE].len == 0)
        values[MODEL_REGISTER_STATE] = STR("active");
    if (courses && str_eq(values[MODEL_COURSE_PEOPLE], STR("0")))
        return import_reject(run, row, MODEL_COURSE_PEOPLE, "培训人数应不少于1");
    return run->kind->table == STORE_MEETINGS ? judge_attendees(run, row) : ERR_OK;
}

/* --- the rows against the register and each other --- */

struct register_index {
    struct import_run *run;
    const struct office_register_kind *kind;
    const struct store_record **rows;
    size_t count;
    struct text_map codes;   /* code -> index */
    struct text_map keys;    /* key of a row that stands -> index */
    struct text_map arrived; /* key or code -> row of the file */
};

/* The values by which a row is known, joined. */
static struct str register_key(struct register_index *index, const struct str *values)
{
    struct str key = STR("");
    for (size_t i = 0; i < index->kind->resource->count && key.data != NULL; i++)
        if ((index->kind->key >> i & 1) != 0)
            key =
                arena_printf(&index->run->arena, "%.*s\x1f%.*s", STR_ARG(key), STR_ARG(values[i]));
    return key;
}

static bool register_stands(const struct store_record *record)
{
    return str_eq(record->values[MODEL_REGISTER_STATE], STR("active"));
}

static enum err index_make(struct register_index *index)
{
    struct import_run *run = index->run;
    TRY(import_load(&index->rows, &index->count, run, run->kind->table));
    for (size_t i = 0; i < index->count; i++) {
        const struct store_record *record = index->rows[i];
        struct str key = register_key(index, record->values);
        if (key.data == NULL)
            return ERR_MEMORY;
        TRY(text_map_put(&index->codes, &run->arena, record->values[MODEL_REGISTER_CODE], i));
        if (register_stands(record))
            TRY(text_map_put(&index->keys, &run->arena, key, i));
    }
    return ERR_OK;
}

/* The code of a row that is changed: the person's, the file's, or none. */
static struct str code_of(const struct import_run *run, const struct import_row *row)
{
    return run->job->target.len > 0 ? run->job->target : row->record.values[MODEL_REGISTER_CODE];
}

/* Finds the row that is meant. */
static enum err settle_find(struct register_index *index, struct import_row *row, struct str key)
{
    struct import_run *run = index->run;
    struct str code = code_of(run, row);
    size_t known = text_map_get(&index->keys, key);
    size_t at = code.len > 0 ? text_map_get(&index->codes, code) : known;
    bool fresh = run->job->by_hand.len > 0 && run->job->target.len == 0;
    if (code.len > 0 && at == TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_REGISTER_CODE,
                             "%s登记簿中没有编号“%.*s”；新登记的请留空", index->kind->noun,
                             STR_ARG(code));
    if (known != TEXT_MAP_NONE && (fresh || known != at))
        return import_reject(
            run, row,
            index->kind->table == STORE_ISSUANCES ? MODEL_ISSUANCE_NUMBER : MODEL_REGISTER_TITLE,
            "已经登记过了，编号%.*s", STR_ARG(index->rows[known]->values[MODEL_REGISTER_CODE]));
    row->old = at != TEXT_MAP_NONE ? index->rows[at] : NULL;
    return ERR_OK;
}

/* A file neither withdraws nor brings back; what is withdrawn may stand in it unchanged. */
static enum err settle_state(struct register_index *index, struct import_row *row)
{
    struct import_run *run = index->run;
    uint32_t changed = 0;
    bool active = register_stands(&row->record);
    if (row->old != NULL && !register_stands(row->old)) {
        struct import_row copy = *row;
        TRY(import_compare(&changed, run, &copy));
        return changed == 0
                   ? ERR_OK
                   : import_reject(run, row, MODEL_REGISTER_STATE, "这一条已经作废，不再改动");
    }
    if (!active && run->job->by_hand.len == 0)
        return import_reject(run, row, MODEL_REGISTER_STATE,
                             "作废要在工作台上逐条办理，并写明原因");
    return ERR_OK;
}

static enum err settle_row(struct register_index *index, struct import_row *row)
{
    struct import_run *run = index->run;
    const struct field *department = &run->kind->resource->fields[MODEL_REGISTER_DEPARTMENT];
    struct str key = register_key(index, row->record.values);
    struct str code = code_of(run, row);
    if (key.data == NULL)
        return ERR_MEMORY;
    size_t before = text_map_get(&index->arrived, code.len > 0 ? code : key);
    if (before != TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_REGISTER_TITLE, "与第%zu行重复", before);
    TRY(text_map_put(&index->arrived, &run->arena, code.len > 0 ? code : key, row->number));
    TRY(settle_find(index, row, key));
    if (!import_good(row))
        return ERR_OK;
    if (row->old != NULL && !str_eq(row->old->values[MODEL_REGISTER_DEPARTMENT],
                                    row->record.values[MODEL_REGISTER_DEPARTMENT]))
        return import_reject(run, row, MODEL_REGISTER_DEPARTMENT, "%s不能更改", department->label);
    TRY(import_grade(run, row));
    return import_good(row) ? settle_state(index, row) : ERR_OK;
}

static enum err register_settle(struct import_run *run)
{
    struct register_index index = {.run = run, .kind = office_register_of(run->kind->table)};
    TRY(index_make(&index));
    for (size_t i = 0; i < run->count; i++)
        if (import_good(&run->rows[i]))
            TRY(settle_row(&index, &run->rows[i]));
    return ERR_OK;
}

/* SCJG-HY2026-001: numbers without a gap for each department and year. */
static enum err register_enrol(struct import_run *run, struct import_row *row)
{
    const struct office_register_kind *kind = office_register_of(run->kind->table);
    struct str department = row->record.values[MODEL_REGISTER_DEPARTMENT];
    int64_t number = 0;
    int32_t day = 0;
    TRY(date_parse(&day, row->record.values[MODEL_REGISTER_DATE]));
    struct str counter = arena_printf(&run->chunk, "%s-%.*s", kind->prefix, STR_ARG(department));
    if (counter.data == NULL)
        return ERR_MEMORY;
    TRY(office_number(&number, run->e, run->tx, counter, date_year(day)));
    row->record.values[MODEL_REGISTER_CODE] =
        arena_printf(&run->chunk, "%.*s-%s%d-%03lld", STR_ARG(department), kind->prefix,
                     date_year(day), (long long)number);
    return row->record.values[MODEL_REGISTER_CODE].data != NULL ? ERR_OK : ERR_MEMORY;
}

#define REGISTER(name, of_table, of_resource)                                                      \
    const struct import_kind name = {                                                              \
        .table = of_table,                                                                         \
        .resource = &of_resource,                                                                  \
        .department = MODEL_REGISTER_DEPARTMENT,                                                   \
        .grade = MODEL_REGISTER_GRADE,                                                             \
        .first = MODEL_SETTING_GRADE_REGISTER,                                                     \
        .fixed = BIT(MODEL_REGISTER_STATE) | BIT(MODEL_REGISTER_CODE) | BIT(MODEL_REGISTER_GRADE), \
        .freed = BIT(MODEL_REGISTER_CODE),                                                         \
        .late = BIT(MODEL_REGISTER_DEPARTMENT),                                                    \
        .judge = register_judge,                                                                   \
        .settle = register_settle,                                                                 \
        .enrol = register_enrol,                                                                   \
    }

REGISTER(import_meetings, STORE_MEETINGS, model_meetings);
REGISTER(import_issuances, STORE_ISSUANCES, model_issuances);
REGISTER(import_courses, STORE_COURSES, model_courses);
