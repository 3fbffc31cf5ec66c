/* Inspectors and experts (R34-R40). A person is known by department and certificate, or by
 * department and name where there is no certificate; his code (DEPT-001, gapless in each
 * department) never changes and nobody is ever deleted. Columns of identity cards are no field and
 * so are never read. */
#include "office/import_kind.h"

#include "base/time.h"
#include "ids/number.h"
#include "sheet/value.h"

#define BIT(field) (UINT32_C(1) << (field))

/* The value of a field, for reading. */
static struct str value_of(const struct store_record *record, int field)
{
    return record->values[field];
}

/* --- one row by itself --- */

/* 张 三 and 张　三 are 张三; names with letters keep their blanks. */
static enum err join_name(struct import_run *run, struct import_row *row)
{
    struct str *name = &row->record.values[MODEL_INSPECTOR_NAME];
    char *joined = arena_alloc(&run->chunk, name->len + 1);
    size_t len = 0;
    if (joined == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < name->len; i++) {
        unsigned char c = (unsigned char)name->data[i];
        if (c < 0x80 && c != ' ')
            return ERR_OK;
        if (c != ' ')
            joined[len++] = (char)c;
    }
    *name = str_range(joined, len);
    return ERR_OK;
}

/* The department gives a person's code its beginning, so it must be known; --department stands in
 * for one that is missing or written as an inner section. */
static enum err judge_department(struct import_run *run, struct import_row *row)
{
    struct str *value = &row->record.values[MODEL_INSPECTOR_DEPARTMENT];
    struct str code = import_department_find(run, *value);
    if (value->len > 0 && code.data != NULL) {
        *value = code;
        return ERR_OK;
    }
    if (run->department.len == 0 && value->len == 0)
        return import_reject(run, row, MODEL_INSPECTOR_DEPARTMENT,
                             "缺少单位（也可以用 --department 指定）");
    if (run->department.len == 0)
        return import_reject(run, row, MODEL_INSPECTOR_DEPARTMENT,
                             "单位“%.*s”不在部门名录中，请先导入部门或核对名称", STR_ARG(*value));
    if (value->len > 0)
        TRY(import_warn(run, row, MODEL_INSPECTOR_DEPARTMENT,
                        "单位“%.*s”不在部门名录中，按指定的部门登记", STR_ARG(*value)));
    *value = run->department;
    return ERR_OK;
}

/* A certificate's number is opaque (no national rule), but it is no identity card, and no digits
 * may have been lost on the way. */
static enum err judge_certificate(struct import_run *run, struct import_row *row, int field)
{
    struct str *value = &row->record.values[field];
    struct str number;
    struct fault fault = {0};
    if (value->len == 0)
        return ERR_OK;
    enum err err = ids_number_repair(&number, &run->chunk, *value, &fault);
    if (err == ERR_INPUT)
        return import_reject(run, row, field, "%s", fault_text(&fault));
    TRY(err);
    if (ids_number_kind(number) == IDS_KIND_IDCARD)
        return import_reject(run, row, field, "像是居民身份证号，不能作为执法证号，请改正");
    *value = number;
    return ERR_OK;
}

/* Where the file has only the department's own certificate, that is the certificate. */
static void shift_certificate(struct import_row *row)
{
    struct str *values = row->record.values;
    if (values[MODEL_INSPECTOR_CERTIFICATE].len > 0 ||
        values[MODEL_INSPECTOR_CERTIFICATE2].len == 0)
        return;
    import_set(row, MODEL_INSPECTOR_CERTIFICATE, values[MODEL_INSPECTOR_CERTIFICATE2]);
    if (values[MODEL_INSPECTOR_VALID_UNTIL2].len > 0)
        import_set(row, MODEL_INSPECTOR_VALID_UNTIL, values[MODEL_INSPECTOR_VALID_UNTIL2]);
    values[MODEL_INSPECTOR_CERTIFICATE2] = (struct str){"", 0};
    values[MODEL_INSPECTOR_VALID_UNTIL2] = (struct str){"", 0};
    row->given &= ~(BIT(MODEL_INSPECTOR_CERTIFICATE2) | BIT(MODEL_INSPECTOR_VALID_UNTIL2));
}

/* Areas are stored as codes; one that cannot be read would let the person go anywhere or nowhere.
 */
static enum err judge_areas(struct import_run *run, struct import_row *row)
{
    struct str *value = &row->record.values[MODEL_INSPECTOR_AREAS];
    struct str rest = *value;
    struct str word, code, list = {"", 0};
    bool kept = false;
    while (sheet_list_next(&word, &rest)) {
        if (!import_division_find(&code, &kept, run, word))
            return import_reject(run, row, MODEL_INSPECTOR_AREAS, "检查区域“%.*s”无法识别",
                                 STR_ARG(word));
        list = list.len == 0
                   ? code
                   : arena_printf(&run->chunk, "%.*s、%.*s", STR_ARG(list), STR_ARG(code));
        if (list.data == NULL)
            return ERR_MEMORY;
    }
    *value = list;
    return ERR_OK;
}

/* A certificate that has run out does not keep a person out of the registry, only out of draws. */
static enum err judge_validity(struct import_run *run, struct import_row *row)
{
    struct str first = value_of(&row->record, MODEL_INSPECTOR_VALID_UNTIL);
    struct str second = value_of(&row->record, MODEL_INSPECTOR_VALID_UNTIL2);
    struct str last = str_cmp(first, second) > 0 ? first : second;
    int32_t day = 0;
    if (last.len == 0 || date_parse(&day, last) != ERR_OK || day >= run->today)
        return ERR_OK;
    return import_warn(run, row, MODEL_INSPECTOR_VALID_UNTIL,
                       "执法证已于%.*s到期，换证前不参加抽取", STR_ARG(last));
}

/* What a file may leave open, a person who types one row must say. */
static enum err judge_by_hand(struct import_run *run, struct import_row *row)
{
    const struct str *values = row->record.values;
    bool left = str_eq(values[MODEL_INSPECTOR_STATE], STR("left"));
    if (left && values[MODEL_INSPECTOR_REASON].len == 0)
        TRY(import_reject(run, row, MODEL_INSPECTOR_REASON, "离岗必须写明原因，如调出、退休"));
    if (values[MODEL_INSPECTOR_CERTIFICATE].len == 0 && values[MODEL_INSPECTOR_VALID_UNTIL].len > 0)
        TRY(import_reject(run, row, MODEL_INSPECTOR_CERTIFICATE, "有有效期，但没有执法证号"));
    if (values[MODEL_INSPECTOR_CERTIFICATE2].len == 0 &&
        values[MODEL_INSPECTOR_VALID_UNTIL2].len > 0)
        TRY(import_reject(run, row, MODEL_INSPECTOR_CERTIFICATE2, "有有效期，但没有第二执法证号"));
    return ERR_OK;
}

/* One row by itself. Who has a certificate is an officer unless the file says otherwise (R35, R36).
 */
static enum err inspector_judge(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    TRY(join_name(run, row));
    TRY(judge_department(run, row));
    TRY(judge_certificate(run, row, MODEL_INSPECTOR_CERTIFICATE));
    TRY(judge_certificate(run, row, MODEL_INSPECTOR_CERTIFICATE2));
    if (run->job->target.len == 0)
        shift_certificate(row);
    if (run->job->by_hand.len > 0)
        TRY(judge_by_hand(run, row));
    TRY(judge_areas(run, row));
    TRY(judge_validity(run, row));
    if (values[MODEL_INSPECTOR_CATEGORY].len == 0)
        values[MODEL_INSPECTOR_CATEGORY] =
            str_of(values[MODEL_INSPECTOR_CERTIFICATE].len > 0 ? "officer" : "staff");
    if (values[MODEL_INSPECTOR_STATE].len == 0)
        values[MODEL_INSPECTOR_STATE] = STR("active");
    return ERR_OK;
}

/* --- the rows against the registry and each other --- */

enum { SEVERAL = 1 << 30 }; /* a name that more than one person of the department has */

struct inspector_index {
    struct import_run *run;
    const struct store_record **people;
    size_t count;
    struct text_map by_certificate;   /* department|certificate -> index */
    struct text_map by_name;          /* department|name -> index or SEVERAL */
    struct text_map by_bare_number;   /* certificate -> index, whichever department */
    struct text_map file_certificate; /* the same keys -> row of the file */
    struct text_map file_name;
    struct text_map taken; /* code of a person -> row of the file */
};

/* "DEPT|value", by which people are told apart; data NULL where the value is empty. */
static struct str key_of(struct import_run *run, const struct store_record *record, int field)
{
    if (value_of(record, field).len == 0)
        return (struct str){0};
    return arena_printf(&run->arena, "%.*s|%.*s",
                        STR_ARG(value_of(record, MODEL_INSPECTOR_DEPARTMENT)),
                        STR_ARG(value_of(record, field)));
}

/* Puts one person of the registry into the maps. */
static enum err index_person(struct inspector_index *index, size_t i)
{
    struct arena *arena = &index->run->arena;
    const struct store_record *person = index->people[i];
    struct str certificate = key_of(index->run, person, MODEL_INSPECTOR_CERTIFICATE);
    struct str name = key_of(index->run, person, MODEL_INSPECTOR_NAME);
    if (certificate.data != NULL) {
        struct str bare = value_of(person, MODEL_INSPECTOR_CERTIFICATE);
        TRY(text_map_put(&index->by_certificate, arena, certificate, i));
        if (str_eq(value_of(person, MODEL_INSPECTOR_STATE), STR("active")))
            TRY(text_map_put(&index->by_bare_number, arena, bare, i));
    }
    bool again = text_map_get(&index->by_name, name) != TEXT_MAP_NONE;
    return text_map_put(&index->by_name, arena, name, again ? SEVERAL : i);
}

/* Who of the registry a row with a certificate is: by it, else somebody of that name who had none
 * so far. */
static const struct store_record *find_certified(const struct inspector_index *index,
                                                 struct str certificate, struct str name)
{
    size_t at = text_map_get(&index->by_certificate, certificate);
    if (at != TEXT_MAP_NONE)
        return index->people[at];
    at = text_map_get(&index->by_name, name);
    if (at >= index->count)
        return NULL;
    const struct store_record *person = index->people[at];
    return value_of(person, MODEL_INSPECTOR_CERTIFICATE).len == 0 ? person : NULL;
}

/* The same certificate in another department: a transfer that the other side has not told yet. */
static enum err warn_elsewhere(struct inspector_index *index, struct import_row *row)
{
    size_t at =
        text_map_get(&index->by_bare_number, value_of(&row->record, MODEL_INSPECTOR_CERTIFICATE));
    if (row->old != NULL || at == TEXT_MAP_NONE)
        return ERR_OK;
    return import_warn(index->run, row, MODEL_INSPECTOR_CERTIFICATE,
                       "该执法证号已登记在部门%.*s名下，如已调动请把原记录改为离岗",
                       STR_ARG(value_of(index->people[at], MODEL_INSPECTOR_DEPARTMENT)));
}

/* A row with a certificate. */
static enum err match_certified(struct inspector_index *index, struct import_row *row,
                                struct str certificate, struct str name)
{
    struct arena *arena = &index->run->arena;
    size_t before = text_map_get(&index->file_certificate, certificate);
    row->doubled = before != TEXT_MAP_NONE;
    if (row->doubled)
        return import_reject(index->run, row, MODEL_INSPECTOR_CERTIFICATE, "与第%zu行重复", before);
    TRY(text_map_put(&index->file_certificate, arena, certificate, row->number));
    TRY(text_map_put(&index->file_name, arena, name, row->number));
    row->old = find_certified(index, certificate, name);
    return warn_elsewhere(index, row);
}

/* A row without one: only a name that is single in its department will do. */
static enum err match_named(struct inspector_index *index, struct import_row *row, struct str name)
{
    size_t before = text_map_get(&index->file_name, name);
    row->doubled = before != TEXT_MAP_NONE;
    if (row->doubled)
        return import_reject(index->run, row, MODEL_INSPECTOR_NAME,
                             "与第%zu行重复（同一单位同名，且没有执法证号可以区分）", before);
    TRY(text_map_put(&index->file_name, &index->run->arena, name, row->number));
    size_t at = text_map_get(&index->by_name, name);
    if (at == SEVERAL)
        return import_reject(index->run, row, MODEL_INSPECTOR_NAME,
                             "该单位有多名同名人员，请填写执法证号");
    row->old = at < index->count ? index->people[at] : NULL;
    return ERR_OK;
}

/* A row by hand that changes one person: he stays in his department (a transfer is a leaving and a
 * new entry, so that the seats he held keep their department), and no certificate of a colleague
 * becomes his. */
static enum err match_target(struct inspector_index *index, struct import_row *row)
{
    struct import_run *run = index->run;
    for (size_t i = 0; i < index->count && row->old == NULL; i++)
        if (str_eq(value_of(index->people[i], STORE_INSPECTOR_CODE), run->job->target))
            row->old = index->people[i];
    if (row->old == NULL)
        return fault_set(&run->e->fault, ERR_MISSING, "没有编号为 %.*s 的人员",
                         STR_ARG(run->job->target));
    if (!str_eq(value_of(row->old, MODEL_INSPECTOR_DEPARTMENT),
                value_of(&row->record, MODEL_INSPECTOR_DEPARTMENT)))
        return import_reject(run, row, MODEL_INSPECTOR_DEPARTMENT,
                             "单位不能更改；调动请把本人改为离岗，再由调入单位新建");
    struct str key = key_of(run, &row->record, MODEL_INSPECTOR_CERTIFICATE);
    size_t at = key.data != NULL ? text_map_get(&index->by_certificate, key) : TEXT_MAP_NONE;
    if (at == TEXT_MAP_NONE || index->people[at] == row->old)
        return ERR_OK;
    return import_reject(run, row, MODEL_INSPECTOR_CERTIFICATE, "该执法证号已由 %.*s（%.*s）使用",
                         STR_ARG(value_of(index->people[at], MODEL_INSPECTOR_NAME)),
                         STR_ARG(value_of(index->people[at], STORE_INSPECTOR_CODE)));
}

/* A row by hand that shall be new, and is somebody who is there already. */
static enum err refuse_known(struct inspector_index *index, struct import_row *row)
{
    if (row->old == NULL || index->run->job->by_hand.len == 0)
        return ERR_OK;
    bool certified = value_of(&row->record, MODEL_INSPECTOR_CERTIFICATE).len > 0;
    return import_reject(index->run, row,
                         certified ? MODEL_INSPECTOR_CERTIFICATE : MODEL_INSPECTOR_NAME,
                         "本单位已有 %.*s（%.*s），请修改原记录；同名的另一人请填写执法证号",
                         STR_ARG(value_of(row->old, MODEL_INSPECTOR_NAME)),
                         STR_ARG(value_of(row->old, STORE_INSPECTOR_CODE)));
}

/* Finds who a row is; two rows may not be the same person. */
static enum err match_row(struct inspector_index *index, struct import_row *row)
{
    if (index->run->job->target.len > 0)
        return match_target(index, row);
    struct str certificate = key_of(index->run, &row->record, MODEL_INSPECTOR_CERTIFICATE);
    struct str name = key_of(index->run, &row->record, MODEL_INSPECTOR_NAME);
    if (name.data == NULL)
        return ERR_MEMORY;
    if (certificate.data != NULL)
        TRY(match_certified(index, row, certificate, name));
    else
        TRY(match_named(index, row, name));
    TRY(refuse_known(index, row));
    if (row->old == NULL || !import_good(row))
        return ERR_OK;
    struct str code = value_of(row->old, STORE_INSPECTOR_CODE);
    size_t before = text_map_get(&index->taken, code);
    row->doubled = before != TEXT_MAP_NONE;
    if (row->doubled)
        return import_reject(index->run, row, MODEL_INSPECTOR_NAME, "与第%zu行是同一人", before);
    return text_map_put(&index->taken, &index->run->arena, code, row->number);
}

/* R27: a speciality is a word of the vocabulary. */
static enum err judge_specialities(struct import_run *run, struct import_row *row,
                                   const struct vocabulary *words)
{
    if (!import_good(row))
        return ERR_OK;
    return run->job->by_hand.len == 0
               ? import_words(run, row, MODEL_INSPECTOR_SPECIALITIES, words)
               : import_words_typed(run, row, MODEL_INSPECTOR_SPECIALITIES, words);
}

/* All rows against all people of the installation: thousands, held in memory. */
static enum err inspector_settle(struct import_run *run)
{
    struct vocabulary words;
    struct inspector_index index = {.run = run};
    TRY(import_load(&index.people, &index.count, run, STORE_INSPECTORS));
    for (size_t i = 0; i < index.count; i++)
        TRY(index_person(&index, i));
    for (size_t i = 0; i < run->count; i++)
        if (import_good(&run->rows[i]))
            TRY(match_row(&index, &run->rows[i]));
    TRY(vocabulary_load(&words, &run->arena, run->e, run->tx, "inspectors"));
    for (size_t i = 0; i < run->count; i++)
        TRY(judge_specialities(run, &run->rows[i], &words));
    return ERR_OK;
}

/* The next code of the department, inside the transaction, hence without gaps (I10). */
static enum err inspector_enrol(struct import_run *run, struct import_row *row)
{
    struct str department = value_of(&row->record, MODEL_INSPECTOR_DEPARTMENT);
    struct str counter = arena_printf(&run->chunk, "inspector-%.*s", STR_ARG(department));
    int64_t number = 0;
    if (counter.data == NULL)
        return ERR_MEMORY;
    TRY(office_number(&number, run->e, run->tx, counter, 0));
    struct str code =
        arena_printf(&run->chunk, "%.*s-%03lld", STR_ARG(department), (long long)number);
    row->record.values[STORE_INSPECTOR_CODE] = code;
    return code.data != NULL ? ERR_OK : ERR_MEMORY;
}

const struct import_kind import_inspectors = {
    .table = STORE_INSPECTORS,
    .department = MODEL_INSPECTOR_DEPARTMENT,
    .resource = &model_inspectors,
    .fixed = BIT(MODEL_INSPECTOR_DEPARTMENT) | BIT(MODEL_INSPECTOR_CATEGORY) |
             BIT(MODEL_INSPECTOR_CERTIFICATE) | BIT(MODEL_INSPECTOR_STATE),
    .freed = BIT(MODEL_INSPECTOR_CERTIFICATE),
    .judge = inspector_judge,
    .settle = inspector_settle,
    .enrol = inspector_enrol,
};
