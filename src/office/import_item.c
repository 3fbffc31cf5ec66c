/* The item list (R1-R7, R12, R16). An item is known by compiler, category and name; where several
 * rows share these (one for schools, one for restaurants), by what they are about. Changed content
 * makes a new version with the same code and takes the old one out of force, so that tasks keep the
 * version they were made with (R7). A new serial number alone is no new version. */
#include "office/import_kind.h"

#include "base/time.h"
#include "office/setting.h"
#include "sheet/value.h"
#include "store/catalogue.h"

#define BIT(field) (UINT32_C(1) << (field))

/* The value of a field, for reading. */
static struct str value_of(const struct store_record *record, int field)
{
    return record->values[field];
}

/* --- one row by itself --- */

/* Lists mix synonyms for the same method (REQUIREMENTS.md B2); words that are none stay. */
static enum err unify_methods(struct import_run *run, struct import_row *row)
{
    return office_words_unify(&row->record.values[MODEL_ITEM_METHODS], &run->chunk, run->methods);
}

/* The department that the words of a field mean, the first of several; data NULL if none. */
static enum err department_of(struct str *code, struct import_run *run,
                              const struct import_row *row, int field)
{
    const struct store_department *found = NULL;
    *code = import_department_find(run, value_of(&row->record, field));
    if (code->data != NULL)
        return ERR_OK;
    TRY(joint_first(&found, &run->chunk, &run->units, value_of(&row->record, field)));
    if (found != NULL)
        *code = found->code;
    return ERR_OK;
}

/* Who carries the item out: the file's word, else --department, else the compiler itself where he
 * is one of the departments. */
static enum err judge_department(struct import_run *run, struct import_row *row)
{
    struct str *value = &row->record.values[MODEL_ITEM_DEPARTMENT];
    struct str code;
    bool named = value->len > 0;
    if (!named && run->department.len > 0) {
        *value = run->department;
        return ERR_OK;
    }
    TRY(department_of(&code, run, row, named ? MODEL_ITEM_DEPARTMENT : MODEL_ITEM_COMPILER));
    if (!named || code.data != NULL) {
        *value = code;
        return ERR_OK;
    }
    return import_warn(run, row, MODEL_ITEM_DEPARTMENT, "实施部门“%.*s”不在部门名录中，按原文保存",
                       STR_ARG(*value));
}

/* R12: lead and partners of a joint item are departments of ours; words that mean none stay. */
static enum err judge_joint(struct import_run *run, struct import_row *row)
{
    struct store_item_unit *units = NULL;
    size_t count = 0;
    TRY(joint_units(&units, &count, &run->chunk, &run->units, row->record.values));
    for (size_t i = 0; i < count; i++) {
        bool lead = str_eq(units[i].role, STR("lead"));
        if (units[i].department.len == 0)
            TRY(import_warn(run, row, lead ? MODEL_ITEM_COMPILER : MODEL_ITEM_PARTNERS,
                            "%s部门“%.*s”不在部门名录中（或不止一个），按原文保存；"
                            "可在部门的“简称、别称”中补充",
                            lead ? "牵头" : "配合", STR_ARG(str_sub(units[i].words, 0, 90))));
    }
    return ERR_OK;
}

/* A check form named by its code, which must be in force: `ours` rejects what is not, a superior's
 * own number is only passed over. */
static enum err judge_form_code(struct import_run *run, struct import_row *row, bool ours)
{
    struct str code = value_of(&row->record, MODEL_ITEM_FORM_CODE);
    const struct store_form *form = form_coded(run->forms, run->form_count, code);
    if (form != NULL) {
        import_set(row, MODEL_ITEM_FORM, form->title);
        return ERR_OK;
    }
    if (ours)
        return import_reject(run, row, MODEL_ITEM_FORM_CODE,
                             "文件资料中没有编号为“%.*s”的已发布检查表", STR_ARG(code));
    import_set(row, MODEL_ITEM_FORM_CODE, STR(""));
    return import_warn(run, row, MODEL_ITEM_FORM_CODE,
                       "本地没有编号为“%.*s”的已发布检查表，没有采用这个编号", STR_ARG(code));
}

/* The check form: its name becomes a link where one in force is called so, else stays a name. */
static enum err judge_form(struct import_run *run, struct import_row *row, bool ours)
{
    struct str *values = row->record.values;
    if ((row->cleared & BIT(MODEL_ITEM_FORM)) != 0)
        row->cleared |= BIT(MODEL_ITEM_FORM_CODE);
    if (values[MODEL_ITEM_FORM_CODE].len > 0)
        TRY(judge_form_code(run, row, ours));
    if (values[MODEL_ITEM_FORM_CODE].len > 0 || values[MODEL_ITEM_FORM].len == 0)
        return ERR_OK;
    const struct store_form *form = form_named(run->forms, run->form_count, values[MODEL_ITEM_FORM],
                                               values[MODEL_ITEM_DEPARTMENT]);
    import_set(row, MODEL_ITEM_FORM_CODE, form != NULL ? form->code : STR(""));
    if (form != NULL)
        return ERR_OK;
    return import_warn(run, row, MODEL_ITEM_FORM,
                       "文件资料中没有名为“%.*s”的已发布检查表（或不止一份），只保存名称",
                       STR_ARG(str_sub(values[MODEL_ITEM_FORM], 0, 90)));
}

/* R4, R5: a key item has no upper limit; a general one has, and none above that of the setting. */
static enum err judge_cap(struct import_run *run, struct import_row *row)
{
    bool above = false;
    TRY(office_item_cap(&above, row->record.values, &run->limit));
    if (!above)
        return ERR_OK;
    return import_reject(run, row, MODEL_ITEM_CAP, OFFICE_ITEM_CAP_WORDS, STR_ARG(run->limit.value),
                         STR_ARG(run->limit.basis));
}

/* A category without parts is itself the item (items/zhejiang_2017_random_check_items.csv). */
static enum err judge_name(struct import_run *run, struct import_row *row)
{
    struct str category = value_of(&row->record, MODEL_ITEM_CATEGORY);
    if (value_of(&row->record, MODEL_ITEM_NAME).len > 0)
        return ERR_OK;
    if (category.len == 0)
        return import_reject(run, row, MODEL_ITEM_NAME, "缺少抽查事项");
    import_set(row, MODEL_ITEM_NAME, category);
    return ERR_OK;
}

/* One row by itself: who compiled the list, the class, the cap. */
static enum err item_judge(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    TRY(judge_name(run, row));
    if (values[MODEL_ITEM_COMPILER].len == 0)
        values[MODEL_ITEM_COMPILER] =
            run->department_name.len > 0 ? run->department_name : run->e->office->name;
    if (values[MODEL_ITEM_CLASS].len == 0)
        values[MODEL_ITEM_CLASS] = STR("general");
    TRY(unify_methods(run, row));
    TRY(judge_department(run, row));
    TRY(judge_joint(run, row));
    TRY(import_words(run, row, MODEL_ITEM_LABELS, &run->labels));
    TRY(judge_form(run, row, true));
    TRY(judge_cap(run, row));
    values[STORE_ITEM_VERSION] = STR("1");
    values[STORE_ITEM_STATE] = STR("active");
    return ERR_OK;
}

/* A superior's row is taken as it is: no local cap, no local code. Whose duty it is stands in it
 * only where a department of ours is named. */
static enum err superior_judge(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    bool named = values[MODEL_ITEM_DEPARTMENT].len > 0;
    struct str department;
    TRY(department_of(&department, run, row, named ? MODEL_ITEM_DEPARTMENT : MODEL_ITEM_COMPILER));
    TRY(judge_name(run, row));
    if (values[MODEL_ITEM_COMPILER].len == 0)
        values[MODEL_ITEM_COMPILER] = run->job->list;
    if (values[MODEL_ITEM_CLASS].len == 0)
        values[MODEL_ITEM_CLASS] = STR("general");
    TRY(unify_methods(run, row));
    values[MODEL_ITEM_DEPARTMENT] = department.data != NULL ? department : run->department;
    if (values[MODEL_ITEM_DEPARTMENT].data == NULL)
        values[MODEL_ITEM_DEPARTMENT] = STR("");
    if (named && department.data == NULL)
        TRY(import_warn(run, row, MODEL_ITEM_DEPARTMENT,
                        "实施部门不在部门名录中，未保存；各部门都可以认领"));
    TRY(judge_joint(run, row));
    TRY(import_words(run, row, MODEL_ITEM_LABELS, &run->labels));
    TRY(judge_form(run, row, false));
    if (values[MODEL_ITEM_CAP].len == 0)
        values[MODEL_ITEM_CAP] = STR("0/1");
    values[STORE_SUPERIOR_LIST] = str_trim(run->job->list);
    values[STORE_SUPERIOR_STATE] = STR("open");
    return ERR_OK;
}

static enum err item_open(struct import_run *run)
{
    TRY(store_forms(&run->forms, &run->form_count, &run->arena, run->tx, run->e->office->tenant,
                    run->e->scope.clearance));
    TRY(office_item_limit(&run->limit, run->e, run->tx));
    TRY(vocabulary_load(&run->labels, &run->arena, run->e, run->tx, "objects"));
    TRY(joint_names(&run->units, &run->arena, run->e, run->tx));
    return office_words(&run->methods, run->e, run->tx, "methods");
}

static enum err superior_open(struct import_run *run)
{
    TRY(office_superior_name(run->e, run->job->list));
    return item_open(run);
}

/* --- the rows against the registry and each other --- */

/* How sure two rows of the same key are the same item; tried in this order over the whole file. */
enum likeness {
    LIKE_WHOLLY,  /* the same content */
    LIKE_MATTER,  /* the same objects, checked by the same body */
    LIKE_OBJECTS, /* the same objects */
    LIKE_KEY,     /* nothing but the key: the only ones left */
    LIKE_COUNT
};

/* Do two records agree in a field? */
static bool same_value(const struct store_record *a, const struct store_record *b, int field)
{
    return str_eq(value_of(a, field), value_of(b, field));
}

/* Are a row and an item of the registry alike in this way? */
static bool alike(const struct import_row *row, const struct store_record *old, enum likeness how)
{
    const struct store_record *new = &row->record;
    bool objects = same_value(new, old, MODEL_ITEM_OBJECTS);
    bool body = same_value(new, old, MODEL_ITEM_SUBJECT);
    switch (how) {
    case LIKE_WHOLLY:
        for (int i = 0; i < MODEL_ITEM_COUNT; i++)
            if (i != MODEL_ITEM_NUMBER && import_given(row, i) && !same_value(new, old, i))
                return false;
        return true;
    case LIKE_MATTER:
        return objects && body;
    case LIKE_OBJECTS:
        return objects;
    default:
        return true;
    }
}

/* Items of the registry and rows of the file by key, as chains. */
struct item_index {
    struct import_run *run;
    const struct store_record **items;
    size_t count;
    struct text_map first; /* key -> first item of the chain */
    size_t *next;          /* of each item; SIZE_MAX ends */
    bool *taken;
};

/* Compiler, category and name in one text, in the run's arena. */
static struct str key_of(struct import_run *run, const struct store_record *record)
{
    return arena_printf(
        &run->arena, "%.*s\n%.*s\n%.*s", STR_ARG(value_of(record, MODEL_ITEM_COMPILER)),
        STR_ARG(value_of(record, MODEL_ITEM_CATEGORY)), STR_ARG(value_of(record, MODEL_ITEM_NAME)));
}

/* Chains the items of the registry by key, in the order of their ids. */
static enum err index_items(struct item_index *index)
{
    struct arena *arena = &index->run->arena;
    index->next = arena_array(arena, index->count, sizeof *index->next);
    index->taken = arena_array(arena, index->count, sizeof *index->taken);
    if (index->next == NULL || index->taken == NULL)
        return ERR_MEMORY;
    for (size_t i = index->count; i-- > 0;) {
        struct str key = key_of(index->run, index->items[i]);
        if (key.data == NULL)
            return ERR_MEMORY;
        index->next[i] = text_map_get(&index->first, key);
        TRY(text_map_put(&index->first, arena, key, i));
    }
    return ERR_OK;
}

/* Takes the first item of the row's key that is still free and alike. */
static void match_row(struct item_index *index, struct import_row *row, struct str key,
                      enum likeness how)
{
    for (size_t i = text_map_get(&index->first, key); i != TEXT_MAP_NONE; i = index->next[i])
        if (!index->taken[i] && alike(row, index->items[i], how)) {
            index->taken[i] = true;
            row->old = index->items[i];
            return;
        }
}

/* A row that says word for word what an earlier one says (its number apart) is a double. */
static enum err judge_double(struct import_run *run, struct import_row *row, struct str key)
{
    struct str whole = key;
    uint64_t before = 0;
    for (int i = 0; i < MODEL_ITEM_COUNT && whole.data != NULL; i++)
        if (i != MODEL_ITEM_NUMBER)
            whole = arena_printf(&run->chunk, "%.*s\n%.*s", STR_ARG(whole),
                                 STR_ARG(value_of(&row->record, i)));
    if (whole.data == NULL)
        return ERR_MEMORY;
    TRY(import_seen_add(&before, &run->seen, whole, row->number));
    if (before == 0)
        return ERR_OK;
    row->doubled = true;
    return import_reject(run, row, MODEL_ITEM_NAME, "与第%llu行重复", (unsigned long long)before);
}

/* An item that changes its class takes the new class's cap along. */
static void follow_class(struct import_row *row)
{
    bool moved = row->old != NULL && import_given(row, MODEL_ITEM_CLASS) &&
                 !same_value(&row->record, row->old, MODEL_ITEM_CLASS);
    if (moved)
        import_set(row, MODEL_ITEM_CAP, value_of(&row->record, MODEL_ITEM_CAP));
}

/* The name that the item has already keeps its link, whatever the form is called by now. */
static void follow_form(struct import_row *row)
{
    bool kept = row->old != NULL && import_given(row, MODEL_ITEM_FORM) &&
                value_of(&row->record, MODEL_ITEM_FORM_CODE).len == 0 &&
                same_value(&row->record, row->old, MODEL_ITEM_FORM);
    if (kept)
        row->given &= ~BIT(MODEL_ITEM_FORM_CODE);
}

/* An item whose next version is published already is not changed behind its back. */
static enum err refuse_coming(struct import_run *run)
{
    struct store_coming *coming = NULL;
    size_t count = 0;
    struct text_map codes = {0};
    TRY(store_items_coming(&coming, &count, &run->arena, run->tx, run->stamp.tenant));
    for (size_t i = 0; i < count; i++)
        TRY(text_map_put(&codes, &run->arena, coming[i].code, i));
    for (size_t i = 0; i < run->count && count > 0; i++) {
        struct import_row *row = &run->rows[i];
        if (!import_good(row) || row->old == NULL || alike(row, row->old, LIKE_WHOLLY))
            continue;
        if (text_map_get(&codes, value_of(row->old, STORE_ITEM_CODE)) != TEXT_MAP_NONE)
            TRY(import_reject(run, row, MODEL_ITEM_NAME,
                              "该事项已有公布而尚未施行的新版本，请等它施行，或先在工作台撤回"));
    }
    return ERR_OK;
}

/* Of the superiors' rows only those of the same list are the file's. */
static void keep_list(struct item_index *index)
{
    size_t kept = 0;
    struct str list = str_trim(index->run->job->list);
    for (size_t i = 0; i < index->count; i++)
        if (str_eq(value_of(index->items[i], STORE_SUPERIOR_LIST), list))
            index->items[kept++] = index->items[i];
    index->count = kept;
}

/* Doubles first, then the surest matches of all rows before the less sure ones of any. */
static enum err item_settle(struct import_run *run)
{
    struct item_index index = {.run = run};
    struct str *keys = arena_array(&run->arena, run->count, sizeof *keys);
    TRY(import_load(&index.items, &index.count, run, run->kind->table));
    if (run->kind == &import_superior)
        keep_list(&index);
    TRY(index_items(&index));
    for (size_t i = 0; i < run->count; i++) {
        if (keys == NULL || (keys[i] = key_of(run, &run->rows[i].record)).data == NULL)
            return ERR_MEMORY;
        if (import_good(&run->rows[i]))
            TRY(judge_double(run, &run->rows[i], keys[i]));
    }
    for (int how = 0; how < LIKE_COUNT; how++)
        for (size_t i = 0; i < run->count; i++)
            if (import_good(&run->rows[i]) && run->rows[i].old == NULL)
                match_row(&index, &run->rows[i], keys[i], (enum likeness)how);
    for (size_t i = 0; i < run->count; i++)
        follow_form(&run->rows[i]);
    if (run->kind == &import_superior)
        return ERR_OK;
    for (size_t i = 0; i < run->count; i++)
        follow_class(&run->rows[i]);
    return refuse_coming(run);
}

/* --- numbers --- */

static enum err set_today(struct import_run *run, struct import_row *row)
{
    struct buf text = {0};
    date_format(&text, run->today);
    return arena_keep(&row->record.values[STORE_ITEM_VALID_FROM], &run->chunk, &text, ERR_OK);
}

/* A new item gets a code; a new version keeps its code and counts on. */
static enum err item_enrol(struct import_run *run, struct import_row *row)
{
    struct str *values = row->record.values;
    struct str department = values[MODEL_ITEM_DEPARTMENT];
    bool known = import_department_find(run, department).data != NULL;
    struct str head = known ? arena_printf(&run->chunk, "%.*s-", STR_ARG(department)) : STR("");
    struct str counter = arena_printf(&run->chunk, "item-%.*s", STR_ARG(head));
    int64_t number = 0;
    TRY(set_today(run, row));
    if (row->version) {
        values[STORE_ITEM_CODE] = value_of(row->old, STORE_ITEM_CODE);
        TRY(store_item_last(&number, run->tx, run->stamp.tenant, values[STORE_ITEM_CODE]));
        values[STORE_ITEM_VERSION] = arena_printf(&run->chunk, "%lld", (long long)number + 1);
        return values[STORE_ITEM_VERSION].data != NULL ? ERR_OK : ERR_MEMORY;
    }
    if (head.data == NULL || counter.data == NULL)
        return ERR_MEMORY;
    TRY(office_number(&number, run->e, run->tx, counter, 0));
    values[STORE_ITEM_CODE] =
        arena_printf(&run->chunk, "%.*sS%04lld", STR_ARG(head), (long long)number);
    return values[STORE_ITEM_CODE].data != NULL ? ERR_OK : ERR_MEMORY;
}

/* A superior's row has no number of ours. */
static enum err superior_enrol(struct import_run *run, struct import_row *row)
{
    (void)run;
    (void)row;
    return ERR_OK;
}

const struct import_kind import_superior = {
    .table = STORE_SUPERIOR,
    .department = MODEL_ITEM_DEPARTMENT,
    .open_handed = true,
    .resource = &model_superior,
    .fixed = BIT(MODEL_ITEM_COMPILER) | BIT(MODEL_ITEM_CLASS) | BIT(MODEL_ITEM_CAP),
    .late = BIT(MODEL_ITEM_NAME),
    .open = superior_open,
    .judge = superior_judge,
    .settle = item_settle,
    .enrol = superior_enrol,
};

const struct import_kind import_items = {
    .table = STORE_ITEMS,
    .department = MODEL_ITEM_DEPARTMENT,
    .resource = &model_items,
    .fixed = BIT(MODEL_ITEM_COMPILER) | BIT(MODEL_ITEM_CLASS) | BIT(MODEL_ITEM_CAP),
    .late = BIT(MODEL_ITEM_NAME),
    .open = item_open,
    .judge = item_judge,
    .settle = item_settle,
    .enrol = item_enrol,
};
