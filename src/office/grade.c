/* Grades of registers, commissions and special libraries: see grade.h. */
#include "office/grade.h"

#include "base/utf8.h"
#include "office/commission.h"
#include "office/library_place.h"
#include "office/scope.h"

enum { GRADE_REASON = 600 };

struct grade_work {
    struct errand *e;
    const struct office_grading *to;
    enum store_table table;
    struct str code; /* of the row; a library's name */
    struct str reason;
    const char *action;
    struct store_registry_grade row;
};

static enum err library_find_row(struct db_tx *tx, void *ctx)
{
    struct grade_work *w = ctx;
    struct store_library row;
    TRY(library_kept(&row, w->e, tx, w->to->row));
    w->code = row.name;
    w->row.was = row.grade;
    return ERR_OK;
}

/* The row within the scope, with its grade. */
static enum err grade_find(struct grade_work *w)
{
    struct errand *e = w->e;
    const struct office_grading *to = w->to;
    struct office_register_page row;
    struct office_commission_page page;
    w->row = (struct store_registry_grade){.tenant = e->office->tenant, .id = to->row};
    if (to->registered != NULL) {
        TRY(office_register_get(&row, e, to->registered, to->row));
        w->table = to->registered->table;
        w->code = row.row.record.values[MODEL_REGISTER_CODE];
        w->row.was = row.row.record.grade;
        return ERR_OK;
    }
    if (to->library)
        return office_read(e, w->action, library_find_row, w);
    TRY(office_commission_get(&page, e, to->row));
    w->table = STORE_COMMISSIONS;
    w->code = page.commission.record.values[MODEL_COMMISSION_CODE];
    w->row.was = page.commission.record.grade;
    return ERR_OK;
}

static enum model_setting grade_setting(const struct office_grading *to)
{
    if (to->registered != NULL)
        return MODEL_SETTING_GRADE_REGISTER;
    return to->library ? MODEL_SETTING_GRADE_LIBRARY : MODEL_SETTING_GRADE_COMMISSION;
}

static enum err grade_judge(struct grade_work *w, struct db_tx *tx)
{
    struct errand *e = w->e;
    TRY(office_scope_grade(&w->row.grade, e, tx, w->to->grade, grade_setting(w->to)));
    if (w->row.grade == w->row.was)
        return fault_at(&e->fault, "grade", ERR_STATE, "安全标记已经是“%s”，没有改动",
                        model_grades[w->row.grade].text);
    if (w->row.grade < w->row.was && w->reason.len == 0)
        return fault_at(&e->fault, "reason", ERR_INPUT, "降低安全标记必须写明理由");
    return ERR_OK;
}

/* A library's row changes as by an edit, so that a form that is open meanwhile is refused. */
static enum err grade_write(struct grade_work *w, struct db_tx *tx)
{
    struct store_library row = {.id = w->row.id, .grade = w->row.grade, .at = w->e->now};
    if (!w->to->library)
        return store_registry_grade(tx, w->table, &w->row);
    TRY(office_id(&row.job, w->e));
    return store_library_grade(tx, w->row.tenant, &row, w->row.was);
}

static enum err grade_run(struct db_tx *tx, void *ctx)
{
    struct grade_work *w = ctx;
    struct errand *e = w->e;
    struct arena *arena = e->arena;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, str_of(w->action)));
    if (done)
        return ERR_OK;
    TRY(grade_judge(w, tx));
    TRY(grade_write(w, tx));
    const struct office_audit_row row = {
        .action = str_of(w->action),
        .target = w->code,
        .detail = w->reason,
        .outcome = STR("done"),
        .before = arena_printf(arena, "{\"grade\":\"%s\"}", model_grades[w->row.was].code),
        .after = arena_printf(arena, "{\"grade\":\"%s\"}", model_grades[w->row.grade].code)};
    if (row.before.data == NULL || row.after.data == NULL)
        return ERR_MEMORY;
    TRY(office_audit_add(e, tx, &row));
    return office_once_done(e, tx, str_of(w->action), w->to->grade);
}

enum err office_grade(struct errand *e, const struct office_grading *to)
{
    struct grade_work w = {.e = e,
                           .to = to,
                           .reason = str_trim(to->reason),
                           .action = to->library ? "library-grade" : "commission-grade"};
    if (to->registered != NULL)
        w.action = "register-grade";
    TRY(grade_find(&w));
    if (to->grade.len == 0)
        return fault_at(&e->fault, "grade", ERR_INPUT, "请选择安全标记");
    if (w.reason.len > GRADE_REASON || utf8_has_deceptive(w.reason))
        return fault_at(&e->fault, "reason", ERR_INPUT,
                        "理由过长（最多约200字），或含有不能显示的字符");
    return office_write(e, w.action, grade_run, &w);
}

struct grade_first {
    struct errand *e;
    enum model_setting setting;
    int64_t grade;
};

static enum err grade_first(struct db_tx *tx, void *ctx)
{
    struct grade_first *f = ctx;
    return office_scope_grade(&f->grade, f->e, tx, STR(""), f->setting);
}

enum err office_grade_first(enum model_grade *out, struct errand *e,
                            const struct office_register_kind *registered)
{
    const struct office_grading to = {.registered = registered};
    struct grade_first f = {.e = e, .setting = grade_setting(&to)};
    struct fault words = e->fault; /* of what was refused before the form is shown again */
    TRY(office_read(e, "grade-first", grade_first, &f));
    e->fault = words;
    *out = (enum model_grade)f.grade;
    return ERR_OK;
}
