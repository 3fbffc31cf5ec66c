/* Commissions of third parties (R42, R43): known by their code; who commissions, pays. A commission
 * that is done says what came of it. */
#include "office/import_kind.h"

#define BIT(field) (UINT32_C(1) << (field))

enum { FEE_DIGITS = 10 };

/* --- one row by itself --- */

/* Yuan with at most two digits behind the point, without sign or separators. */
static bool fee_good(struct str fee)
{
    size_t whole = 0;
    size_t parts = 0;
    while (whole < fee.len && fee.data[whole] >= '0' && fee.data[whole] <= '9')
        whole++;
    if (whole == 0 || whole > FEE_DIGITS || (whole > 1 && fee.data[0] == '0'))
        return false;
    if (whole == fee.len)
        return true;
    struct str cents = str_sub(fee, whole + 1, fee.len);
    while (parts < cents.len && cents.data[parts] >= '0' && cents.data[parts] <= '9')
        parts++;
    return fee.data[whole] == '.' && parts == cents.len && parts >= 1 && parts <= 2;
}

static enum err judge_dates(struct import_run *run, struct import_row *row)
{
    const struct str *values = row->record.values;
    struct str until = values[MODEL_COMMISSION_ENDS_ON];
    if (until.len > 0 && str_cmp(until, values[MODEL_COMMISSION_BEGINS_ON]) < 0)
        return import_reject(run, row, MODEL_COMMISSION_ENDS_ON, "结束日期早于开始日期");
    return ERR_OK;
}

static enum err judge_end(struct import_run *run, struct import_row *row)
{
    const struct str *values = row->record.values;
    bool done = str_eq(values[MODEL_COMMISSION_STATE], STR("done"));
    if (done && values[MODEL_COMMISSION_CONCLUSION].len == 0)
        TRY(import_reject(run, row, MODEL_COMMISSION_CONCLUSION, "完成的委托必须写明结论"));
    if (done && values[MODEL_COMMISSION_ENDS_ON].len == 0)
        TRY(import_reject(run, row, MODEL_COMMISSION_ENDS_ON, "完成的委托必须写明结束日期"));
    return ERR_OK;
}

static enum err commission_judge(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    struct str *department = &values[MODEL_COMMISSION_DEPARTMENT];
    struct str *payer = &values[MODEL_COMMISSION_PAYER];
    struct str code =
        department->len > 0 ? import_department_find(run, *department) : run->department;
    if (department->len == 0 && code.len == 0)
        return import_reject(run, row, MODEL_COMMISSION_DEPARTMENT,
                             "缺少委托单位（也可以用 --department 指定）");
    if (code.data == NULL)
        return import_reject(run, row, MODEL_COMMISSION_DEPARTMENT, "委托单位“%.*s”不在部门名录中",
                             STR_ARG(*department));
    if (payer->len == 0) {
        size_t at = text_map_get(&run->departments, code);
        import_set(row, MODEL_COMMISSION_PAYER,
                   run->department_rows[at]->values[MODEL_DEPARTMENT_NAME]);
    }
    import_set(row, MODEL_COMMISSION_DEPARTMENT, code);
    if (values[MODEL_COMMISSION_STATE].len == 0)
        values[MODEL_COMMISSION_STATE] = STR("active");
    if (values[MODEL_COMMISSION_FEE].len > 0 && !fee_good(values[MODEL_COMMISSION_FEE]))
        TRY(import_reject(run, row, MODEL_COMMISSION_FEE, "费用应为金额，如 12000 或 12000.50"));
    TRY(judge_dates(run, row));
    return judge_end(run, row);
}

/* --- the rows against the registry and each other --- */

struct commission_index {
    struct import_run *run;
    const struct store_record **rows;
    size_t count;
    struct text_map known;   /* code -> index */
    struct text_map arrived; /* code -> row of the file */
    struct text_map experts; /* code of an expert -> index */
};

static enum err index_experts(struct commission_index *index)
{
    struct import_run *run = index->run;
    const struct store_record **people = NULL;
    size_t count = 0;
    TRY(import_load(&people, &count, run, STORE_INSPECTORS));
    for (size_t i = 0; i < count; i++)
        if (str_eq(people[i]->values[MODEL_INSPECTOR_CATEGORY], STR("expert")))
            TRY(text_map_put(&index->experts, &run->arena, people[i]->values[STORE_INSPECTOR_CODE],
                             i));
    return ERR_OK;
}

static enum err settle_row(struct commission_index *index, struct import_row *row)
{
    struct import_run *run = index->run;
    struct str code = row->record.values[MODEL_COMMISSION_CODE];
    struct str expert = row->record.values[MODEL_COMMISSION_EXPERT];
    size_t before = text_map_get(&index->arrived, code);
    if (before != TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_COMMISSION_CODE, "委托编号与第%zu行重复", before);
    TRY(text_map_put(&index->arrived, &run->arena, code, row->number));
    if (expert.len > 0 && text_map_get(&index->experts, expert) == TEXT_MAP_NONE)
        return import_reject(run, row, MODEL_COMMISSION_EXPERT, "名录库中没有编号为“%.*s”的专家",
                             STR_ARG(expert));
    size_t at = text_map_get(&index->known, code);
    row->old = at != TEXT_MAP_NONE ? index->rows[at] : NULL;
    bool fresh = run->job->by_hand.len > 0 && run->job->target.len == 0;
    bool hidden = row->old != NULL && row->old->grade > run->e->scope.clearance;
    if (row->old != NULL && (fresh || hidden)) {
        row->old = NULL;
        return import_reject(run, row, MODEL_COMMISSION_CODE, "这个委托编号已经使用");
    }
    if (row->old != NULL && !str_eq(row->old->values[MODEL_COMMISSION_DEPARTMENT],
                                    row->record.values[MODEL_COMMISSION_DEPARTMENT]))
        return import_reject(run, row, MODEL_COMMISSION_DEPARTMENT, "委托单位不能更改");
    return import_grade(run, row);
}

static enum err commission_settle(struct import_run *run)
{
    struct commission_index index = {.run = run};
    TRY(import_load_graded(&index.rows, &index.count, run, STORE_COMMISSIONS,
                           MODEL_GRADE_SENSITIVE));
    TRY(index_experts(&index));
    for (size_t i = 0; i < index.count; i++)
        TRY(text_map_put(&index.known, &run->arena, index.rows[i]->values[MODEL_COMMISSION_CODE],
                         i));
    for (size_t i = 0; i < run->count; i++)
        if (import_good(&run->rows[i]))
            TRY(settle_row(&index, &run->rows[i]));
    return ERR_OK;
}

/* A commission brings its code along. */
static enum err commission_enrol(struct import_run *run, struct import_row *row)
{
    (void)run;
    (void)row;
    return ERR_OK;
}

const struct import_kind import_commissions = {
    .table = STORE_COMMISSIONS,
    .resource = &model_commissions,
    .department = MODEL_COMMISSION_DEPARTMENT,
    .grade = MODEL_COMMISSION_GRADE,
    .first = MODEL_SETTING_GRADE_COMMISSION,
    .fixed =
        BIT(MODEL_COMMISSION_STATE) | BIT(MODEL_COMMISSION_PAYER) | BIT(MODEL_COMMISSION_GRADE),
    .late = BIT(MODEL_COMMISSION_DEPARTMENT),
    .judge = commission_judge,
    .settle = commission_settle,
    .enrol = commission_enrol,
};
