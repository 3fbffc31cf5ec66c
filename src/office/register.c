/* The registers: see register.h. A county has some hundred rows a year in each: read whole. */
#include "office/register.h"

#include "base/time.h"
#include "base/utf8.h"
#include "office/department.h"
#include "office/import.h"
#include "office/scope.h"

#include <stdlib.h>

enum { REGISTER_REASON = 600 };

#define BIT(field) (UINT32_C(1) << (field))

static const struct office_register_kind registers[] = {
    {&model_meetings, STORE_MEETINGS, "会议", "次会议", "HY",
     BIT(MODEL_REGISTER_DEPARTMENT) | BIT(MODEL_REGISTER_DATE) | BIT(MODEL_REGISTER_TITLE),
     BIT(MODEL_REGISTER_CODE) | BIT(MODEL_REGISTER_TITLE) | BIT(MODEL_MEETING_MINUTES) |
         BIT(MODEL_MEETING_ATTENDEES) | BIT(MODEL_MEETING_PLACE),
     -1},
    {&model_issuances, STORE_ISSUANCES, "印发文件", "件印发文件", "FW",
     BIT(MODEL_REGISTER_DEPARTMENT) | BIT(MODEL_ISSUANCE_NUMBER),
     BIT(MODEL_REGISTER_CODE) | BIT(MODEL_REGISTER_TITLE) | BIT(MODEL_ISSUANCE_NUMBER), -1},
    {&model_courses, STORE_COURSES, "业务培训", "期业务培训", "PX",
     BIT(MODEL_REGISTER_DEPARTMENT) | BIT(MODEL_REGISTER_DATE) | BIT(MODEL_REGISTER_TITLE),
     BIT(MODEL_REGISTER_CODE) | BIT(MODEL_REGISTER_TITLE) | BIT(MODEL_COURSE_TEACHER) |
         BIT(MODEL_COURSE_CONTENT) | BIT(MODEL_COURSE_TASK),
     MODEL_COURSE_PEOPLE},
};

enum { REGISTERS = sizeof registers / sizeof registers[0] };

const struct office_register_kind *office_register_kind(struct str resource)
{
    for (size_t i = 0; i < REGISTERS; i++)
        if (str_eq(str_of(registers[i].resource->name), resource))
            return &registers[i];
    return NULL;
}

const struct office_register_kind *office_register_of(enum store_table table)
{
    for (size_t i = 0; i < REGISTERS; i++)
        if (registers[i].table == table)
            return &registers[i];
    return NULL;
}

/* --- reading --- */

struct register_read {
    struct errand *e;
    const struct office_register_kind *kind;
    const struct office_register_find *find;
    struct office_department *departments;
    size_t department_count;
    struct office_register_row *rows;
    size_t count;
    size_t cap;
    struct str text; /* folded */
};

static enum err register_words(bool *out, const struct register_read *r, const struct str *values)
{
    struct str folded;
    *out = r->text.len == 0;
    for (size_t i = 0; i < r->kind->resource->count && !*out; i++) {
        if ((r->kind->searched >> i & 1) == 0)
            continue;
        TRY(utf8_nfkc_fold(&folded, r->e->arena, values[i]));
        *out = str_find(folded, r->text) >= 0;
    }
    return ERR_OK;
}

static bool register_fits(const struct register_read *r, const struct str *values, int32_t day)
{
    const struct office_register_find *f = r->find;
    int y, m, d;
    date_split(&y, &m, &d, day);
    return (f->department.len == 0 || str_eq(f->department, values[MODEL_REGISTER_DEPARTMENT])) &&
           (f->state.len == 0 || str_eq(f->state, values[MODEL_REGISTER_STATE])) &&
           (f->year == 0 || f->year == y) && (f->month == 0 || f->month == m);
}

static enum err register_room(struct register_read *r)
{
    size_t cap = r->cap == 0 ? 64 : r->cap * 2;
    if (r->count < r->cap)
        return ERR_OK;
    struct office_register_row *wider = arena_array(r->e->arena, cap, sizeof *wider);
    if (wider == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < r->count; i++)
        wider[i] = r->rows[i];
    r->rows = wider;
    r->cap = cap;
    return ERR_OK;
}

static enum err register_row(void *ctx, const struct store_record *record)
{
    struct register_read *r = ctx;
    const struct str *values = record->values;
    struct str department = values[MODEL_REGISTER_DEPARTMENT];
    int32_t day = 0;
    bool matches = false;
    if (!office_scope_department(&r->e->scope, department))
        return ERR_OK;
    TRY(date_parse(&day, values[MODEL_REGISTER_DATE]));
    bool graded =
        r->find->grade.len == 0 || (int64_t)model_grade_find(r->find->grade) == record->grade;
    if (!graded || !register_fits(r, values, day))
        return ERR_OK;
    TRY(register_words(&matches, r, values));
    if (!matches)
        return ERR_OK;
    TRY(register_room(r));
    struct office_register_row *row = &r->rows[r->count++];
    *row = (struct office_register_row){*record, department, day};
    for (size_t i = 0; i < r->department_count; i++)
        if (str_eq(r->departments[i].record.values[MODEL_DEPARTMENT_CODE], department))
            row->department_name = r->departments[i].record.values[MODEL_DEPARTMENT_NAME];
    return ERR_OK;
}

static enum err register_read(struct db_tx *tx, void *ctx)
{
    struct register_read *r = ctx;
    const struct store_find all = {tx, r->e->office->tenant, r->e->arena, register_row,
                                   r,  r->e->scope.clearance};
    r->count = 0;
    return store_registry_all(r->kind->table, &all);
}

/* The latest first; of one day, what was registered last. */
static int register_order(const void *a, const void *b)
{
    const struct office_register_row *x = a;
    const struct office_register_row *y = b;
    if (x->day != y->day)
        return x->day > y->day ? -1 : 1;
    return x->record.id > y->record.id ? -1 : x->record.id < y->record.id;
}

enum err office_register_rows(struct office_register_row **out, size_t *count, struct errand *e,
                              const struct office_register_kind *kind,
                              const struct office_register_find *find)
{
    struct register_read r = {.e = e, .kind = kind, .find = find};
    TRY(utf8_nfkc_fold(&r.text, e->arena, str_trim(find->text)));
    TRY(office_department_tree(&r.departments, &r.department_count, e));
    TRY(office_read(e, "register", register_read, &r));
    if (r.count > 1)
        qsort(r.rows, r.count, sizeof *r.rows, register_order);
    *out = r.rows;
    *count = r.count;
    return ERR_OK;
}

/* --- one row --- */

static enum err register_missing(struct errand *e, const struct office_register_kind *kind)
{
    return fault_set(&e->fault, ERR_MISSING, "%s登记簿中没有这一条", kind->noun);
}

/* Which row is meant: by id, or by code where id is 0. */
struct register_which {
    int64_t id;
    struct str code;
};

/* One within the scope. */
static enum err register_one(struct office_register_row *out, struct errand *e,
                             const struct office_register_kind *kind,
                             const struct register_which *which)
{
    const struct office_register_find none = {0};
    struct office_register_row *rows = NULL;
    size_t count = 0;
    TRY(office_register_rows(&rows, &count, e, kind, &none));
    for (size_t i = 0; i < count; i++)
        if (rows[i].record.id == which->id ||
            (which->id == 0 && str_eq(rows[i].record.values[MODEL_REGISTER_CODE], which->code))) {
            *out = rows[i];
            return ERR_OK;
        }
    return register_missing(e, kind);
}

static bool register_withdrawn(const struct office_register_row *row)
{
    return str_eq(row->record.values[MODEL_REGISTER_STATE], STR("withdrawn"));
}

struct register_history {
    struct errand *e;
    struct str resource;
    struct office_register_page *out;
};

static enum err register_history(struct db_tx *tx, void *ctx)
{
    struct register_history *h = ctx;
    const struct store_registry_row row = {h->e->office->tenant, h->resource, h->out->row.record.id,
                                           h->e->scope.clearance};
    return store_registry_changes(&h->out->changes, &h->out->change_count, h->e->arena, tx, &row);
}

enum err office_register_get(struct office_register_page *out, struct errand *e,
                             const struct office_register_kind *kind, int64_t id)
{
    struct register_history history = {e, str_of(kind->resource->name), out};
    const struct register_which which = {.id = id};
    *out = (struct office_register_page){0};
    if (id <= 0)
        return register_missing(e, kind);
    TRY(register_one(&out->row, e, kind, &which));
    out->withdrawn = register_withdrawn(&out->row);
    return office_read(e, "register-row", register_history, &history);
}

/* --- writing --- */

static enum err register_reason(struct str *out, struct errand *e, struct str reason)
{
    *out = str_trim(reason);
    if (out->len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "请写明原因；没有改动");
    if (out->len > REGISTER_REASON)
        return fault_at(&e->fault, "reason", ERR_INPUT, "原因过长，最多约200字；没有改动");
    return ERR_OK;
}

static enum err register_change(struct errand *e, const struct office_register_edit *edit,
                                const struct office_register_row *old)
{
    struct str reason;
    if (register_withdrawn(old))
        return fault_set(&e->fault, ERR_STATE, "这一条已经作废，不再改动");
    TRY(register_reason(&reason, e, edit->reason));
    const struct office_import_typed typed = {
        .resource = edit->kind->resource,
        .values = edit->values,
        .action = str_eq(edit->values[MODEL_REGISTER_STATE], STR("withdrawn"))
                      ? STR("register-withdraw")
                      : STR("register-save"),
        .target = old->record.values[MODEL_REGISTER_CODE],
        .reason = reason};
    return office_import_one(e, &typed);
}

enum err office_register_save(int64_t *id, struct errand *e,
                              const struct office_register_edit *edit)
{
    struct str mended[STORE_VALUES_MAX];
    struct office_register_row row;
    struct register_which which = {.id = *id};
    const struct office_register_edit all = {edit->kind, mended, edit->reason};
    for (size_t i = 0; i < edit->kind->resource->count; i++)
        mended[i] = edit->values[i];
    mended[MODEL_REGISTER_STATE] = STR("active");
    if (*id != 0) {
        TRY(register_one(&row, e, edit->kind, &which));
        mended[MODEL_REGISTER_CODE] = row.record.values[MODEL_REGISTER_CODE];
        mended[MODEL_REGISTER_DEPARTMENT] = row.record.values[MODEL_REGISTER_DEPARTMENT];
        mended[MODEL_REGISTER_GRADE] = row.record.values[MODEL_REGISTER_GRADE];
        return register_change(e, &all, &row);
    }
    mended[MODEL_REGISTER_CODE] = STR("");
    if (!office_scope_department(&e->scope, str_trim(mended[MODEL_REGISTER_DEPARTMENT])))
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择%s",
                        edit->kind->resource->fields[MODEL_REGISTER_DEPARTMENT].label);
    const struct office_import_typed typed = {.resource = edit->kind->resource,
                                              .values = mended,
                                              .action = STR("register-add"),
                                              .code = &which.code};
    TRY(office_import_one(e, &typed));
    TRY(register_one(&row, e, edit->kind, &which));
    *id = row.record.id;
    return ERR_OK;
}

enum err office_register_withdraw(struct errand *e, const struct office_register_kind *kind,
                                  int64_t id, struct str reason)
{
    struct office_register_row old;
    struct str values[STORE_VALUES_MAX];
    const struct register_which which = {.id = id};
    const struct office_register_edit edit = {kind, values, reason};
    TRY(register_one(&old, e, kind, &which));
    for (size_t i = 0; i < kind->resource->count; i++)
        values[i] = old.record.values[i];
    values[MODEL_REGISTER_STATE] = STR("withdrawn");
    return register_change(e, &edit, &old);
}

/* --- counts --- */

struct register_tally {
    struct errand *e;
    const struct office_register_kind *kind;
    struct office_register_counts *out;
    int64_t year;
};

static void tally_year(struct office_register_counts *out, int64_t year)
{
    size_t at = 0;
    while (at < out->year_count && out->years[at] > year)
        at++;
    if (at < out->year_count && out->years[at] == year)
        return;
    for (size_t i = out->year_count++; i > at; i--)
        out->years[i] = out->years[i - 1];
    out->years[at] = year;
}

static void tally_add(struct office_register_count *into, int month, int64_t people)
{
    into->rows[month - 1]++;
    into->people[month - 1] += people;
    into->total++;
    into->total_people += people;
}

static enum err tally_row(struct register_tally *t, const struct office_register_row *row)
{
    struct office_register_counts *out = t->out;
    int64_t people = 0;
    int y, m, d;
    date_split(&y, &m, &d, row->day);
    tally_year(out, y);
    if (y != t->year || register_withdrawn(row))
        return ERR_OK;
    if (t->kind->people >= 0)
        TRY(str_i64(&people, row->record.values[t->kind->people]));
    tally_add(&out->all, m, people);
    for (size_t i = 0; i < out->count; i++)
        if (str_eq(out->departments[i].code, row->record.values[MODEL_REGISTER_DEPARTMENT]))
            tally_add(&out->departments[i], m, people);
    return ERR_OK;
}

/* Departments in use within the scope, and those that are not but have rows. */
static enum err tally_departments(struct office_register_counts *out, struct errand *e,
                                  const struct office_register_row *rows, size_t count)
{
    struct office_department *tree = NULL;
    size_t all = 0;
    TRY(office_department_tree(&tree, &all, e));
    out->departments = arena_array(e->arena, all + 1, sizeof *out->departments);
    if (out->departments == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < all; i++) {
        const struct str *values = tree[i].record.values;
        struct str code = values[MODEL_DEPARTMENT_CODE];
        bool shown = str_eq(values[MODEL_DEPARTMENT_STATE], STR("active"));
        for (size_t k = 0; k < count && !shown; k++)
            shown = str_eq(rows[k].record.values[MODEL_REGISTER_DEPARTMENT], code);
        if (shown && office_scope_department(&e->scope, code))
            out->departments[out->count++] = (struct office_register_count){
                .code = code, .name = values[MODEL_DEPARTMENT_NAME], .below = tree[i].below};
    }
    return ERR_OK;
}

enum err office_register_counts(struct office_register_counts *out, struct errand *e,
                                const struct office_register_kind *kind, int64_t year)
{
    const struct office_register_find none = {0};
    struct office_register_row *rows = NULL;
    size_t count = 0;
    struct register_tally tally = {e, kind, out, year};
    *out = (struct office_register_counts){0};
    TRY(office_register_rows(&rows, &count, e, kind, &none));
    TRY(tally_departments(out, e, rows, count));
    out->years = arena_array(e->arena, count + 1, sizeof *out->years);
    if (out->years == NULL)
        return ERR_MEMORY;
    tally_year(out, date_year(date_of_time(e->now)));
    for (size_t i = 0; i < count; i++)
        TRY(tally_row(&tally, &rows[i]));
    return ERR_OK;
}
