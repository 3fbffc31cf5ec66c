/* Inspectors and experts: see inspector.h. A county has hundreds, a province some ten thousands:
 * they are read whole and looked through here, since words, areas and standing are no columns. */
#include "office/inspector.h"

#include "base/pinyin.h"
#include "base/text_map.h"
#include "base/time.h"
#include "base/utf8.h"
#include "office/department.h"
#include "office/import.h"
#include "office/mask.h"
#include "office/personal.h"
#include "office/scope.h"
#include "sheet/value.h"

#include <stdlib.h>
#include <string.h>

const struct field_word office_validities[] = {
    [OFFICE_VALID] = {"valid", "有效", NULL},   [OFFICE_ENDING] = {"ending", "即将到期", NULL},
    [OFFICE_ENDED] = {"ended", "已到期", NULL}, [OFFICE_UNCERTIFIED] = {"none", "没有执法证", NULL},
    [OFFICE_VALIDITIES] = {NULL, NULL, NULL},
};

/* --- reading --- */

struct inspector_read {
    struct errand *e;
    const struct office_inspector_find *find;
    struct office_inspectors *out;
    struct office_department *departments;
    size_t department_count;
    struct store_tally *loads;
    size_t load_count;
    struct store_tally *interests;
    size_t interest_count;
    struct str text; /* folded */
    size_t cap;
    bool certificate;
    int32_t today;
    bool *below; /* a department: within find->department */
    struct text_map keys;
};

static int64_t tally_of(const struct store_tally *rows, size_t count, struct str code)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = str_cmp(rows[mid].code, code);
        if (order == 0)
            return rows[mid].count;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

static int32_t day_of(struct str text)
{
    int32_t day = 0;
    return date_parse(&day, text) == ERR_OK ? day : 0;
}

/* Standing and validity follow from the row, the setting and the day. */
static void inspector_judge(struct office_inspector *i, const struct inspector_read *r)
{
    const struct str *v = i->record.values;
    const struct office_credentials who = {
        .category = v[MODEL_INSPECTOR_CATEGORY],
        .active = str_eq(v[MODEL_INSPECTOR_STATE], STR("active")),
        .certificate = r->certificate,
        .numbers = {v[MODEL_INSPECTOR_CERTIFICATE], v[MODEL_INSPECTOR_CERTIFICATE2]},
        .until = {day_of(v[MODEL_INSPECTOR_VALID_UNTIL]), day_of(v[MODEL_INSPECTOR_VALID_UNTIL2])}};
    i->standing = office_standing_of(&who, r->today);
    i->validity = OFFICE_UNCERTIFIED;
    for (size_t k = 0; k < 2; k++) {
        if (who.numbers[k].len == 0)
            continue;
        i->validity = OFFICE_ENDED;
        i->until = who.until[k] > i->until ? who.until[k] : i->until;
    }
    if (i->validity == OFFICE_ENDED && i->until >= r->today)
        i->validity = i->until <= r->today + r->out->soon ? OFFICE_ENDING : OFFICE_VALID;
}

/* --- matching --- */

static bool list_holds(struct str list, struct str wanted)
{
    struct str word;
    while (sheet_list_next(&word, &list))
        if (str_eq(word, wanted))
            return true;
    return false;
}

static bool area_holds(struct str areas, struct str division)
{
    struct str area;
    if (areas.len == 0)
        return true;
    while (sheet_list_next(&area, &areas))
        if (regions_within(division, area))
            return true;
    return false;
}

static bool code_is(struct str wanted, const char *code)
{
    return wanted.len == 0 || str_eq(wanted, str_of(code));
}

static bool standing_matches(struct str wanted, enum office_standing standing)
{
    if (str_eq(wanted, STR("not")))
        return standing != OFFICE_STANDING_COUNTS;
    return code_is(wanted, office_standings[standing].code);
}

/* By the first letters of the name's readings: oyx finds 欧阳修. */
static enum err initials_match(bool *out, const struct inspector_read *r,
                               const struct office_inspector *i)
{
    struct buf initials = {0};
    bool letters = r->text.len >= 2;
    for (size_t k = 0; k < r->text.len; k++)
        letters = letters && r->text.data[k] >= 'a' && r->text.data[k] <= 'z';
    if (!letters)
        return ERR_OK;
    pinyin_initials(&initials, i->record.values[MODEL_INSPECTOR_NAME]);
    enum err err = buf_err(&initials);
    *out = str_find(buf_view(&initials), r->text) >= 0;
    buf_free(&initials);
    return err;
}

static enum err text_matches(bool *out, const struct inspector_read *r,
                             const struct office_inspector *i)
{
    static const size_t fields[] = {MODEL_INSPECTOR_NAME, MODEL_INSPECTOR_POSITION,
                                    STORE_INSPECTOR_CODE};
    struct str folded;
    *out = r->text.len == 0;
    for (size_t k = 0; k < 3 && !*out; k++) {
        TRY(utf8_nfkc_fold(&folded, r->e->arena, i->record.values[fields[k]]));
        *out = str_find(folded, r->text) >= 0;
    }
    for (size_t k = 0; k < 2 && !*out && r->text.len >= 4; k++)
        *out = str_ends(
            i->record.values[k == 0 ? MODEL_INSPECTOR_CERTIFICATE : MODEL_INSPECTOR_CERTIFICATE2],
            r->find->text);
    return *out ? ERR_OK : initials_match(out, r, i);
}

static enum err inspector_matches(bool *out, const struct inspector_read *r,
                                  const struct office_inspector *i)
{
    const struct office_inspector_find *f = r->find;
    const struct str *v = i->record.values;
    *out =
        (f->key_count == 0 || text_map_get(&r->keys, v[STORE_INSPECTOR_CODE]) != TEXT_MAP_NONE) &&
        (f->category.len == 0 || str_eq(f->category, v[MODEL_INSPECTOR_CATEGORY])) &&
        (!f->officials || !str_eq(v[MODEL_INSPECTOR_CATEGORY], STR("expert"))) &&
        (f->state.len == 0 || str_eq(f->state, v[MODEL_INSPECTOR_STATE])) &&
        standing_matches(f->standing, i->standing) &&
        code_is(f->validity, office_validities[i->validity].code) &&
        (f->speciality.len == 0 || list_holds(v[MODEL_INSPECTOR_SPECIALITIES], f->speciality)) &&
        (f->area.len == 0 || area_holds(v[MODEL_INSPECTOR_AREAS], f->area));
    return *out ? text_matches(out, r, i) : ERR_OK;
}

/* --- gathering --- */

static ptrdiff_t department_at(const struct inspector_read *r, struct str code)
{
    for (size_t i = 0; i < r->department_count; i++)
        if (str_eq(r->departments[i].record.values[MODEL_DEPARTMENT_CODE], code))
            return (ptrdiff_t)i;
    return -1;
}

static void group_add(struct office_inspector_group *g, const struct office_inspector *i)
{
    bool expert = str_eq(i->record.values[MODEL_INSPECTOR_CATEGORY], STR("expert"));
    bool assistant = str_eq(i->record.values[MODEL_INSPECTOR_CATEGORY], STR("assistant"));
    if (!str_eq(i->record.values[MODEL_INSPECTOR_STATE], STR("active")))
        return;
    g->people++;
    g->counting += i->standing == OFFICE_STANDING_COUNTS;
    g->ending += i->validity == OFFICE_ENDING && !expert && !assistant;
    g->ended += i->standing == OFFICE_STANDING_EXPIRED;
    g->assistants += assistant;
    g->experts += expert;
    g->load += i->load;
}

static enum err speciality_add(struct inspector_read *r, struct str word)
{
    struct office_inspectors *out = r->out;
    for (size_t i = 0; i < out->speciality_count; i++)
        if (str_eq(out->specialities[i], word))
            return ERR_OK;
    if (out->speciality_count % 16 == 0) {
        struct str *wider =
            arena_array(r->e->arena, out->speciality_count + 16, sizeof *out->specialities);
        if (wider == NULL)
            return ERR_MEMORY;
        for (size_t i = 0; i < out->speciality_count; i++)
            wider[i] = out->specialities[i];
        out->specialities = wider;
    }
    out->specialities[out->speciality_count++] = word;
    return ERR_OK;
}

static enum err row_keep(struct inspector_read *r, const struct office_inspector *i)
{
    struct office_inspectors *out = r->out;
    if (out->count == r->cap) {
        size_t cap = r->cap == 0 ? 64 : r->cap * 2;
        struct office_inspector *wider = arena_array(r->e->arena, cap, sizeof *wider);
        if (wider == NULL)
            return ERR_MEMORY;
        if (out->count > 0)
            memcpy(wider, out->rows, out->count * sizeof *wider);
        out->rows = wider;
        r->cap = cap;
    }
    out->rows[out->count++] = *i;
    return ERR_OK;
}

static enum err inspector_row(void *ctx, const struct store_record *record)
{
    struct inspector_read *r = ctx;
    const struct str *v = record->values;
    struct office_inspector i = {.record = *record};
    struct str word, list = v[MODEL_INSPECTOR_SPECIALITIES];
    bool matches = false;
    ptrdiff_t at = department_at(r, v[MODEL_INSPECTOR_DEPARTMENT]);
    if (!office_scope_inspector(&r->e->scope, v[MODEL_INSPECTOR_DEPARTMENT],
                                v[STORE_INSPECTOR_CODE]))
        return ERR_OK;
    i.load = tally_of(r->loads, r->load_count, v[STORE_INSPECTOR_CODE]);
    i.interests = tally_of(r->interests, r->interest_count, v[STORE_INSPECTOR_CODE]);
    i.department_name = at >= 0 ? r->departments[at].record.values[MODEL_DEPARTMENT_NAME]
                                : v[MODEL_INSPECTOR_DEPARTMENT];
    inspector_judge(&i, r);
    for (size_t g = 0; g < r->out->group_count; g++)
        if (str_eq(r->out->groups[g].code, v[MODEL_INSPECTOR_DEPARTMENT]))
            group_add(&r->out->groups[g], &i);
    while (sheet_list_next(&word, &list))
        TRY(speciality_add(r, word));
    if (r->find->department.len > 0 && (at < 0 || !r->below[at]))
        return ERR_OK;
    const struct office_personal phone = {.column = STORE_PERSONAL_INSPECTOR, .id = record->id};
    TRY(inspector_matches(&matches, r, &i));
    if (!matches)
        return ERR_OK;
    TRY(office_personal_open(&i.record.values[MODEL_INSPECTOR_PHONE], r->e, &phone));
    return row_keep(r, &i);
}

/* The departments in scope, with nobody in them yet; and which of all lie within the one that is
 * looked for. A child stands behind its parent, deeper. */
static enum err groups_make(struct inspector_read *r)
{
    const struct office_inspector_find *f = r->find;
    struct office_inspectors *out = r->out;
    unsigned inside = 0; /* depth + 1 of the department looked for */
    out->groups = arena_array(r->e->arena, r->department_count + 1, sizeof *out->groups);
    r->below = arena_array(r->e->arena, r->department_count + 1, sizeof *r->below);
    if (out->groups == NULL || r->below == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < r->department_count; i++) {
        const struct str *v = r->departments[i].record.values;
        unsigned depth = r->departments[i].depth;
        bool it = str_eq(v[MODEL_DEPARTMENT_CODE], f->department);
        inside = it ? depth + 1 : inside > 0 && depth >= inside ? inside : 0;
        r->below[i] = it || (f->below && inside > 0);
        if (office_scope_department(&r->e->scope, v[MODEL_DEPARTMENT_CODE]))
            out->groups[out->group_count++] =
                (struct office_inspector_group){.code = v[MODEL_DEPARTMENT_CODE],
                                                .name = v[MODEL_DEPARTMENT_NAME],
                                                .depth = depth,
                                                .below = r->departments[i].below};
    }
    return ERR_OK;
}

static enum err inspector_read(struct db_tx *tx, void *ctx)
{
    struct inspector_read *r = ctx;
    struct errand *e = r->e;
    struct str tenant = e->office->tenant;
    uint64_t asked = 0;
    uint64_t soon = 0;
    const struct store_find all = {tx, tenant, e->arena, inspector_row, r, 0};
    *r->out = (struct office_inspectors){0};
    r->cap = 0;
    TRY(office_setting_count(&asked, e, tx, MODEL_SETTING_CERTIFICATE));
    TRY(office_setting_count(&soon, e, tx, MODEL_SETTING_CERTIFICATE_SOON));
    TRY(office_setting_count(&r->out->plain_most, e, tx, MODEL_SETTING_UNMASK_ROWS));
    r->certificate = asked != 0;
    r->out->soon = (int64_t)soon;
    r->today = date_of_time(e->now);
    TRY(store_inspector_loads(&r->loads, &r->load_count, e->arena, tx, tenant,
                              date_year(r->today)));
    TRY(store_interest_tally(&r->interests, &r->interest_count, e->arena, tx, tenant));
    TRY(groups_make(r));
    return store_registry_all(STORE_INSPECTORS, &all);
}

static int row_order(const void *a, const void *b)
{
    const struct office_inspector *x = a;
    const struct office_inspector *y = b;
    int order = str_cmp(x->record.values[MODEL_INSPECTOR_DEPARTMENT],
                        y->record.values[MODEL_INSPECTOR_DEPARTMENT]);
    return order != 0 ? order
                      : str_cmp(x->record.values[STORE_INSPECTOR_CODE],
                                y->record.values[STORE_INSPECTOR_CODE]);
}

static int word_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum err inspector_find(struct office_inspectors *out, struct errand *e,
                        const struct office_inspector_find *find)
{
    struct inspector_read r = {.e = e, .find = find, .out = out};
    TRY(utf8_nfkc_fold(&r.text, e->arena, str_trim(find->text)));
    for (size_t i = 0; i < find->key_count; i++)
        TRY(text_map_put(&r.keys, e->arena, find->keys[i], i));
    TRY(office_department_tree(&r.departments, &r.department_count, e));
    TRY(office_read(e, "inspectors", inspector_read, &r));
    if (out->count > 1)
        qsort(out->rows, out->count, sizeof *out->rows, row_order);
    if (out->speciality_count > 1)
        qsort(out->specialities, out->speciality_count, sizeof *out->specialities, word_order);
    return ERR_OK;
}

enum err inspector_mask(struct store_record *record, struct arena *arena)
{
    for (size_t i = 0; i < MODEL_INSPECTOR_COUNT; i++) {
        record->values[i] = office_mask(arena, &model_inspectors.fields[i], record->values[i]);
        if (record->values[i].data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

enum err office_inspectors(struct office_inspectors *out, struct errand *e,
                           const struct office_inspector_find *find)
{
    TRY(inspector_find(out, e, find));
    for (size_t i = 0; i < out->count; i++)
        TRY(inspector_mask(&out->rows[i].record, e->arena));
    return ERR_OK;
}

/* --- one --- */

/* One by code, within the scope, not masked. */
static enum err inspector_one(struct office_inspector *out, struct errand *e, struct str code)
{
    const struct office_inspector_find find = {0};
    struct office_inspectors all;
    TRY(inspector_find(&all, e, &find));
    for (size_t i = 0; i < all.count; i++)
        if (str_eq(all.rows[i].record.values[STORE_INSPECTOR_CODE], code)) {
            *out = all.rows[i];
            return ERR_OK;
        }
    return fault_set(&e->fault, ERR_MISSING, "没有这个人员");
}

struct inspector_around {
    struct errand *e;
    struct office_inspector_page *out;
};

static enum err inspector_around(struct db_tx *tx, void *ctx)
{
    struct inspector_around *a = ctx;
    struct errand *e = a->e;
    struct office_inspector_page *out = a->out;
    uint64_t asked = 0;
    const struct store_registry_row row = {e->office->tenant, STR("inspectors"),
                                           out->inspector.record.id, e->scope.clearance};
    const struct store_tally who = {out->inspector.record.values[STORE_INSPECTOR_CODE], out->year};
    TRY(office_setting_count(&asked, e, tx, MODEL_SETTING_CERTIFICATE));
    out->certificate = asked != 0;
    TRY(store_inspector_duties(&out->duties, &out->duty_count, e->arena, tx, &who,
                               e->office->tenant));
    return store_registry_changes(&out->changes, &out->change_count, e->arena, tx, &row);
}

enum err office_inspector_get(struct office_inspector_page *out, struct errand *e, struct str code)
{
    struct inspector_around around = {e, out};
    *out = (struct office_inspector_page){.year = date_year(date_of_time(e->now))};
    TRY(inspector_one(&out->inspector, e, code));
    TRY(inspector_mask(&out->inspector.record, e->arena));
    return office_read(e, "inspector", inspector_around, &around);
}

enum err office_inspector_brief(struct office_inspector *out, struct errand *e, struct str code)
{
    const struct office_scope kept = e->scope;
    e->scope = (struct office_scope){.level = MODEL_SCOPE_OWN, .inspector = code};
    enum err err = inspector_one(out, e, code);
    e->scope = kept;
    TRY(err);
    return inspector_mask(&out->record, e->arena);
}

/* --- saving --- */

/* What was masked in the form and came back so stays what it was. */
static enum err values_unmasked(struct str *out, struct errand *e, const struct str *values,
                                const struct store_record *old)
{
    for (size_t i = 0; i < MODEL_INSPECTOR_COUNT; i++) {
        const struct field *field = &model_inspectors.fields[i];
        struct str masked = office_mask(e->arena, field, old->values[i]);
        if (masked.data == NULL)
            return ERR_MEMORY;
        bool same = office_masked(field) && str_eq(str_trim(values[i]), masked);
        out[i] = same ? old->values[i] : values[i];
    }
    return ERR_OK;
}

static enum err inspector_store(struct errand *e, const struct str *values, struct str code)
{
    const struct office_import_typed typed = {.resource = &model_inspectors,
                                              .values = values,
                                              .action = code.len > 0 ? STR("inspector-save")
                                                                     : STR("inspector-add"),
                                              .target = code};
    return office_import_one(e, &typed);
}

/* The number that the new row got: the newest of its department. */
static enum err inspector_newest(struct str *code, struct errand *e, struct str department)
{
    const struct office_inspector_find find = {.department = department};
    struct office_inspectors all;
    int64_t newest = 0;
    TRY(inspector_find(&all, e, &find));
    for (size_t i = 0; i < all.count; i++) {
        if (all.rows[i].record.id <= newest)
            continue;
        newest = all.rows[i].record.id;
        *code = all.rows[i].record.values[STORE_INSPECTOR_CODE];
    }
    return newest > 0 ? ERR_OK : ERR_MISSING;
}

enum err office_inspector_save(struct str *code, struct errand *e, const struct str *values)
{
    struct office_inspector old = {0};
    struct str mended[MODEL_INSPECTOR_COUNT];
    if (code->len > 0) {
        TRY(inspector_one(&old, e, *code));
        TRY(values_unmasked(mended, e, values, &old.record));
        mended[MODEL_INSPECTOR_DEPARTMENT] = old.record.values[MODEL_INSPECTOR_DEPARTMENT];
        return inspector_store(e, mended, *code);
    }
    if (!office_scope_department(&e->scope, values[MODEL_INSPECTOR_DEPARTMENT]))
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择单位");
    TRY(inspector_store(e, values, STR("")));
    return inspector_newest(code, e, values[MODEL_INSPECTOR_DEPARTMENT]);
}

enum err office_inspector_state(struct errand *e, struct str code, struct str state,
                                struct str reason)
{
    struct office_inspector old = {0};
    struct str values[MODEL_INSPECTOR_COUNT];
    if (model_word_by_code(model_person_states, state) == NULL)
        return fault_at(&e->fault, "state", ERR_INPUT, "人员状态应为在岗或离岗");
    if (str_trim(reason).len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "请写明原因，如调出、退休；没有改动");
    TRY(inspector_one(&old, e, code));
    memcpy(values, old.record.values, sizeof values);
    values[MODEL_INSPECTOR_STATE] = state;
    values[MODEL_INSPECTOR_REASON] = reason;
    return inspector_store(e, values, code);
}

/* --- the numbers in full --- */

struct inspector_reveal {
    struct errand *e;
    struct str code;
    struct str reason;
};

static enum err inspector_reveal(struct db_tx *tx, void *ctx)
{
    struct inspector_reveal *r = ctx;
    return office_unmask(r->e, tx, r->code, r->reason);
}

enum err office_inspector_reveal(struct store_record *out, struct errand *e, struct str code,
                                 struct str reason)
{
    struct office_inspector one = {0};
    struct inspector_reveal work = {e, code, reason};
    TRY(inspector_one(&one, e, code));
    TRY(office_write(e, "person-unmask", inspector_reveal, &work));
    *out = one.record;
    return ERR_OK;
}
