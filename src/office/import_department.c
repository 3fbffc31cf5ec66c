/* Departments (R45, R46, R84, R143): known by their code; names are unique; the tree is named by
 * code or by name and has no circle. Rows may name a parent that stands further down. */
#include "office/import_kind.h"

#define BIT(field) (UINT32_C(1) << (field))

/* The value of a field, for reading. */
static struct str value_of(const struct store_record *record, int field)
{
    return record->values[field];
}

/* --- one row by itself --- */

/* Codes become part of inspectors' codes and of the seats in a draw. */
static enum err judge_code(struct import_run *run, struct import_row *row)
{
    struct str *code = &row->record.values[MODEL_DEPARTMENT_CODE];
    char *upper = arena_cstr(&run->chunk, *code);
    if (upper == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < code->len; i++) {
        char c = upper[i];
        if (c >= 'a' && c <= 'z')
            upper[i] = c = (char)(c - 'a' + 'A');
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'))
            return import_reject(run, row, MODEL_DEPARTMENT_CODE,
                                 "部门代码“%.*s”只能由大写字母、数字和 - 组成", STR_ARG(*code));
    }
    *code = str_range(upper, code->len);
    return ERR_OK;
}

/* 有效 or 撤销, in the words that files use; nothing means 有效. */
static enum err judge_state(struct import_run *run, struct import_row *row)
{
    static const char *const closed[] = {"closed", "撤销", "已撤销", "注销",
                                         "停用",   "失效", "无效"};
    static const char *const active[] = {"active", "有效", "正常", "启用", "在用"};
    struct str *state = &row->record.values[MODEL_DEPARTMENT_STATE];
    struct str text = *state;
    *state = STR("active");
    if (text.len == 0)
        return ERR_OK;
    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        if (str_eq(text, str_of(active[i])))
            return ERR_OK;
    *state = STR("closed");
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
        if (str_eq(text, str_of(closed[i])))
            return ERR_OK;
    return import_reject(run, row, MODEL_DEPARTMENT_STATE, "部门状态“%.*s”应为有效或撤销",
                         STR_ARG(text));
}

/* One row by itself. */
static enum err department_judge(struct import_run *run, struct import_row *row)
{
    struct str *division = &row->record.values[MODEL_DEPARTMENT_DIVISION];
    TRY(judge_code(run, row));
    TRY(judge_state(run, row));
    if (division->len == 0)
        *division = run->division;
    else
        TRY(import_division(division, run, row, MODEL_DEPARTMENT_DIVISION));
    return ERR_OK;
}

/* --- the rows against the registry and each other --- */

struct department_index {
    struct import_run *run;
    struct text_map rows;  /* code -> row of the chunk */
    struct text_map names; /* name -> row of the chunk */
};

/* The department of this code or name in the registry, NULL if there is none. */
static const struct store_record *registered(const struct import_run *run, struct str text)
{
    size_t at = text_map_get(&run->departments, text);
    return at != TEXT_MAP_NONE ? run->department_rows[at] : NULL;
}

/* The good row of this code or name, NULL if there is none. */
static struct import_row *arriving(const struct department_index *index, struct str text)
{
    size_t at = text_map_get(&index->rows, text);
    if (at == TEXT_MAP_NONE)
        at = text_map_get(&index->names, text);
    struct import_row *row = at != TEXT_MAP_NONE ? &index->run->rows[at] : NULL;
    return row != NULL && import_good(row) ? row : NULL;
}

/* Finds a row's code and name taken by another row or department, else takes them. */
static enum err place_row(struct department_index *index, size_t i)
{
    struct import_run *run = index->run;
    struct import_row *row = &run->rows[i];
    struct str code = value_of(&row->record, MODEL_DEPARTMENT_CODE);
    struct str name = value_of(&row->record, MODEL_DEPARTMENT_NAME);
    size_t before = text_map_get(&index->rows, code);
    if (before != TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_DEPARTMENT_CODE, "部门代码与第%llu行重复",
                             (unsigned long long)run->rows[before].number);
    before = text_map_get(&index->names, name);
    if (before != TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_DEPARTMENT_NAME, "部门名称与第%llu行重复",
                             (unsigned long long)run->rows[before].number);
    const struct store_record *same = registered(run, name);
    if (same != NULL && !str_eq(value_of(same, MODEL_DEPARTMENT_CODE), code))
        return import_reject(run, row, MODEL_DEPARTMENT_NAME, "部门名称已由代码%.*s使用",
                             STR_ARG(value_of(same, MODEL_DEPARTMENT_CODE)));
    row->old = registered(run, code);
    TRY(text_map_put(&index->rows, &run->chunk, code, i));
    return text_map_put(&index->names, &run->chunk, name, i);
}

/* The parent's code, or data NULL. */
static struct str parent_code(const struct department_index *index, struct str text)
{
    const struct import_row *row = arriving(index, text);
    const struct store_record *record = row != NULL ? &row->record : registered(index->run, text);
    return record != NULL ? value_of(record, MODEL_DEPARTMENT_CODE) : (struct str){0};
}

/* Who stands above a department once this file is in; empty at the top. */
static struct str above(const struct department_index *index, struct str code)
{
    const struct import_row *row = arriving(index, code);
    const struct store_record *old = registered(index->run, code);
    if (row != NULL && import_given(row, MODEL_DEPARTMENT_PARENT))
        return parent_code(index, value_of(&row->record, MODEL_DEPARTMENT_PARENT));
    return old != NULL ? value_of(old, MODEL_DEPARTMENT_PARENT) : (struct str){"", 0};
}

/* Does the way up from a department never end? It has ended after as many steps as there are
 * departments. */
static bool in_circle(const struct department_index *index, struct str code)
{
    size_t most = index->run->count + index->run->department_count;
    struct str at = above(index, code);
    for (size_t i = 0; i <= most && at.len > 0; i++)
        at = above(index, at);
    return at.len > 0;
}

/* A row whose parent is rejected falls with it, hence until nothing falls any more. */
static enum err judge_parents(bool *fell, const struct department_index *index)
{
    struct import_run *run = index->run;
    *fell = false;
    for (size_t i = 0; i < run->count; i++) {
        struct import_row *row = &run->rows[i];
        struct str parent = value_of(&row->record, MODEL_DEPARTMENT_PARENT);
        if (!import_good(row) || parent.len == 0)
            continue;
        if (parent_code(index, parent).data == NULL)
            TRY(import_reject(run, row, MODEL_DEPARTMENT_PARENT, "上级部门“%.*s”不存在",
                              STR_ARG(parent)));
        else if (in_circle(index, value_of(&row->record, MODEL_DEPARTMENT_CODE)))
            TRY(import_reject(run, row, MODEL_DEPARTMENT_PARENT, "上级部门绕成了圈"));
        *fell = *fell || !import_good(row);
    }
    return ERR_OK;
}

/* Rows against the registry and each other; parents become codes at the end. */
static enum err department_settle(struct import_run *run)
{
    struct department_index index = {.run = run};
    bool fell = true;
    for (size_t i = 0; i < run->count; i++)
        if (import_good(&run->rows[i]))
            TRY(place_row(&index, i));
    while (fell)
        TRY(judge_parents(&fell, &index));
    for (size_t i = 0; i < run->count; i++) {
        struct str *parent = &run->rows[i].record.values[MODEL_DEPARTMENT_PARENT];
        if (import_good(&run->rows[i]) && parent->len > 0)
            *parent = parent_code(&index, *parent);
    }
    return ERR_OK;
}

/* A department brings its code along. */
static enum err department_enrol(struct import_run *run, struct import_row *row)
{
    (void)run;
    (void)row;
    return ERR_OK;
}

const struct import_kind import_departments = {
    .table = STORE_DEPARTMENTS,
    .department = -1,
    .resource = &model_departments,
    .fixed = BIT(MODEL_DEPARTMENT_STATE) | BIT(MODEL_DEPARTMENT_DIVISION),
    .judge = department_judge,
    .settle = department_settle,
    .enrol = department_enrol,
};
