/* Special libraries: see library.h. */
#include "office/library.h"

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "ids/person.h"
#include "office/library_place.h"
#include "office/mask.h"
#include "office/personal.h"
#include "office/scope.h"
#include "store/label.h"
#include "store/object.h"

enum { LIBRARY_NAME_MOST = 60, LIBRARY_TEXT_MOST = 200 };

struct library_work {
    struct errand *e;
    struct store_library *rows;
    size_t count;
    const struct store_library *put;
    struct str grade; /* as typed */
    int64_t id;
};

/* --- libraries --- */

enum err library_find(struct store_library_find *out, struct errand *e)
{
    *out =
        (struct store_library_find){.tenant = e->office->tenant, .clearance = e->scope.clearance};
    return office_reach(&out->reach, e);
}

static enum err libraries_run(struct db_tx *tx, void *ctx)
{
    struct library_work *w = ctx;
    struct store_library_find find;
    TRY(library_find(&find, w->e));
    return store_libraries(&w->rows, &w->count, w->e->arena, tx, &find);
}

enum err office_libraries(struct store_library **out, size_t *count, struct errand *e)
{
    struct library_work w = {.e = e};
    enum err err = office_read(e, "libraries", libraries_run, &w);
    *out = w.rows;
    *count = w.count;
    return err;
}

static enum err choices_run(struct db_tx *tx, void *ctx)
{
    struct library_work *w = ctx;
    struct store_library_find find;
    TRY(library_find(&find, w->e));
    return store_library_choices(&w->rows, &w->count, w->e->arena, tx, &find);
}

enum err office_library_choices(struct store_library **out, size_t *count, struct errand *e)
{
    struct library_work w = {.e = e};
    enum err err = office_read(e, "library-choices", choices_run, &w);
    *out = w.rows;
    *count = w.count;
    return err;
}

enum err library_visible(struct store_library *out, struct errand *e, struct db_tx *tx, int64_t id)
{
    struct store_library_find find;
    TRY(library_find(&find, e));
    enum err err = store_library_find(out, e->arena, tx, &find, id);
    return err == ERR_MISSING ? fault_at(&e->fault, "library", ERR_INPUT, "请选择专项库") : err;
}

enum err library_open(struct errand *e, const struct store_library *library)
{
    if (str_eq(library->state, STR("active")))
        return ERR_OK;
    return fault_at(&e->fault, "library", ERR_STATE, "“%.*s”已停用，不能再列入",
                    STR_ARG(library->name));
}

enum err office_library_get(struct store_library *out, struct errand *e, int64_t id)
{
    struct store_library *rows = NULL;
    size_t count = 0;
    TRY(office_libraries(&rows, &count, e));
    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id) {
            *out = rows[i];
            return ERR_OK;
        }
    return fault_set(&e->fault, ERR_MISSING, "没有这个专项库");
}

static bool library_text(struct str text, size_t most)
{
    return utf8_count(text) <= most && !utf8_has_deceptive(text);
}

static enum err library_check(struct store_library *l, struct errand *e)
{
    l->name = str_trim(l->name);
    l->basis = str_trim(l->basis);
    if (l->name.len == 0 || !library_text(l->name, LIBRARY_NAME_MOST))
        return fault_at(&e->fault, "name", ERR_INPUT, "请填写名称，最多%d个字", LIBRARY_NAME_MOST);
    if (!library_text(l->basis, LIBRARY_TEXT_MOST))
        return fault_at(&e->fault, "basis", ERR_INPUT, "最多%d个字", LIBRARY_TEXT_MOST);
    if (l->department.len == 0 || !office_scope_department(&e->scope, l->department))
        return fault_at(&e->fault, "department", ERR_INPUT, "请选择您所管的部门");
    if (!str_eq(l->state, STR("active")) && !str_eq(l->state, STR("closed")))
        return fault_at(&e->fault, "state", ERR_INPUT, "请选择状态");
    return ERR_OK;
}

/* The row as the audit shows it. */
static enum err library_json(struct str *out, struct errand *e, const struct store_library *l)
{
    struct buf json = {0};
    struct json_writer w;
    json_write_begin(&w, &json);
    json_write_object(&w);
    json_pair_str(&w, "name", l->name);
    json_pair_str(&w, "department", l->department);
    json_pair_str(&w, "basis", l->basis);
    json_pair_str(&w, "state", l->state);
    json_pair_str(&w, "grade", str_of(model_grades[l->grade].code));
    json_write_object_end(&w);
    return arena_keep(out, e->arena, &json, json_write_end(&w));
}

enum err library_kept(struct store_library *out, struct errand *e, struct db_tx *tx, int64_t id)
{
    enum err err = store_library_get(out, e->arena, tx, e->office->tenant, id, e->scope.clearance);
    if (err == ERR_OK && !office_scope_department(&e->scope, out->department))
        err = ERR_MISSING;
    return err == ERR_MISSING ? fault_set(&e->fault, err, "没有这个专项库，或者它由别的部门维护")
                              : err;
}

/* The grade that the library gets: an edit may raise it, where none is chosen it stays as it is. */
static enum err library_grade(struct library_work *w, struct db_tx *tx, struct store_library *l,
                              const struct store_library *was)
{
    struct errand *e = w->e;
    l->grade = was->grade;
    if (l->id != 0 && w->grade.len == 0)
        return ERR_OK;
    TRY(office_scope_grade(&l->grade, e, tx, w->grade, MODEL_SETTING_GRADE_LIBRARY));
    if (l->id != 0 && l->grade < was->grade)
        return fault_at(&e->fault, "grade", ERR_INPUT,
                        "降低安全标记请在专项库的页面办理（修改安全标记），并写明理由");
    return ERR_OK;
}

static enum err library_save(struct library_work *w, struct db_tx *tx, struct store_library *l)
{
    struct errand *e = w->e;
    struct office_audit_row audit = {.action = STR("library"), .outcome = STR("done")};
    struct store_library was = {0};
    int64_t job = l->job;
    if (l->id != 0)
        TRY(library_kept(&was, e, tx, l->id));
    if (l->id != 0 && was.job != job) /* before its grade is judged against one that nobody saw */
        return ERR_CONFLICT;
    TRY(library_grade(w, tx, l, &was));
    TRY(office_id(&l->job, e));
    l->at = e->now;
    if (l->id != 0) {
        TRY(library_json(&audit.before, e, &was));
        TRY(store_library_save(tx, e->office->tenant, l, job));
    } else {
        l->id = l->job;
        TRY(store_library_add(tx, e->office->tenant, l));
    }
    audit.target = l->name;
    TRY(library_json(&audit.after, e, l));
    return office_audit_add(e, tx, &audit);
}

static enum err library_run(struct db_tx *tx, void *ctx)
{
    struct library_work *w = ctx;
    struct errand *e = w->e;
    struct store_library l = *w->put;
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("library")));
    if (done)
        return str_i64(&w->id, outcome);
    TRY(library_check(&l, e));
    enum err err = library_save(w, tx, &l);
    if (err == ERR_DUPLICATE)
        return fault_at(&e->fault, "name", err, "已有这个名称的专项库");
    if (err == ERR_CONFLICT)
        return fault_set(&e->fault, err, "这个专项库刚被他人修改，没有保存；请核对后再改");
    TRY(err);
    w->id = l.id;
    return office_once_done(e, tx, STR("library"), arena_printf(e->arena, "%lld", (long long)l.id));
}

enum err office_library_put(int64_t *id, struct errand *e, const struct store_library *library,
                            struct str grade)
{
    struct library_work w = {.e = e, .put = library, .grade = grade};
    enum err err = office_write(e, "library-put", library_run, &w);
    *id = w.id;
    return err;
}

static enum err first_run(struct db_tx *tx, void *ctx)
{
    struct library_work *w = ctx;
    return office_scope_grade(&w->id, w->e, tx, STR(""), MODEL_SETTING_GRADE_LIBRARY);
}

enum err office_library_grade_first(int64_t *out, struct errand *e)
{
    struct library_work w = {.e = e};
    struct fault words = e->fault; /* of what was refused before the form is shown again */
    TRY(office_read(e, "library-grade", first_run, &w));
    e->fault = words;
    *out = w.id;
    return ERR_OK;
}

/* --- places --- */

struct place_work {
    struct errand *e;
    const struct office_library_place *place;
    struct store_object_row object;
    struct store_library_row row;
    struct store_library_row *rows;
    size_t count;
    struct str pool_id;
    struct str reason; /* to see numbers in full */
    bool leave;
};

static struct office_personal place_at(const struct store_library_row *row, struct arena *arena)
{
    return (struct office_personal){.column = STORE_PERSONAL_LIBRARY,
                                    .id = row->library,
                                    .object = row->object,
                                    .licence = row->licence,
                                    .arena = arena};
}

enum err library_place_open(struct store_library_row *row, struct errand *e, struct arena *arena)
{
    const struct office_personal at = place_at(row, arena);
    return office_personal_open(&row->phone, e, &at);
}

enum err library_place_seal(struct store_library_row *row, struct errand *e, struct arena *arena)
{
    const struct office_personal at = place_at(row, arena);
    return office_personal_seal(&row->phone, e, &at);
}

static enum err place_object(struct place_work *w, struct db_tx *tx, struct str pool_id)
{
    struct errand *e = w->e;
    struct store_object_filter mine = {.tenant = e->office->tenant};
    TRY(office_reach(&mine.reach, e));
    enum err err = store_object_find_pool(&w->object, e->arena, tx, &mine, pool_id);
    if (err == ERR_MISSING)
        return fault_set(&e->fault, err, "名录库中没有检查对象 %.*s", STR_ARG(pool_id));
    return err;
}

static enum err rows_run(struct db_tx *tx, void *ctx)
{
    struct place_work *w = ctx;
    struct errand *e = w->e;
    TRY(place_object(w, tx, w->pool_id));
    TRY(store_library_rows(&w->rows, &w->count, e->arena, tx, e->office->tenant,
                           w->object.record.id, e->scope.clearance));
    for (size_t i = 0; i < w->count; i++)
        TRY(library_place_open(&w->rows[i], e, e->arena));
    return ERR_OK;
}

enum err office_library_rows(struct store_library_row **out, size_t *count, struct errand *e,
                             struct str pool_id)
{
    struct place_work w = {.e = e, .pool_id = pool_id};
    enum err err = office_read(e, "library-rows", rows_run, &w);
    *out = w.rows;
    *count = w.count;
    return err;
}

static enum err place_check(struct place_work *w)
{
    struct errand *e = w->e;
    const struct office_library_place *p = w->place;
    struct str until = str_trim(p->valid_until);
    w->row = (struct store_library_row){.library = p->library,
                                        .licence = str_trim(p->licence),
                                        .what = str_trim(p->what),
                                        .contact = str_trim(p->contact),
                                        .phone = str_trim(p->phone),
                                        .at = e->now,
                                        .actor = e->actor};
    const struct {
        const char *field;
        struct str text;
    } texts[] = {{"licence", w->row.licence},
                 {"what", w->row.what},
                 {"contact", w->row.contact},
                 {"phone", w->row.phone}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!library_text(texts[i].text, LIBRARY_TEXT_MOST))
            return fault_at(&e->fault, texts[i].field, ERR_INPUT, "最多%d个字", LIBRARY_TEXT_MOST);
    if (until.len > 0 && date_parse(&w->row.valid_until, until) != ERR_OK)
        return fault_at(&e->fault, "valid_until", ERR_INPUT, "日期应写成 2026-01-31 的样子");
    return ERR_OK;
}

enum err library_place_json(struct str *out, struct arena *arena, struct str library,
                            const struct store_library_row *row)
{
    struct buf json = {0};
    struct buf day = {0};
    struct json_writer w;
    if (row->valid_until != 0)
        date_format(&day, row->valid_until);
    json_write_begin(&w, &json);
    json_write_object(&w);
    json_pair_str(&w, "library", library);
    json_pair_str(&w, "licence", row->licence);
    json_pair_str(&w, "what", row->what);
    json_pair_str(&w, "valid_until", buf_view(&day));
    json_pair_str(&w, "contact", row->contact);
    json_pair_str(&w, "phone", ids_mask_phone(arena, row->phone));
    json_write_object_end(&w);
    enum err err = arena_keep(out, arena, &json, json_write_end(&w));
    buf_free(&day);
    return err;
}

static enum err place_note(struct place_work *w, struct db_tx *tx, struct store_change *change)
{
    struct errand *e = w->e;
    const struct store_stamp stamp = {e->office->tenant, w->object.job, e->now};
    const struct store_changes all = {change, 1, STORE_OBJECTS, e->actor};
    const struct office_audit_row audit = {.action = STR("library-place"),
                                           .target = w->place->pool_id,
                                           .outcome = STR("done"),
                                           .before = change->before,
                                           .after = change->after};
    change->target = w->object.record.id;
    change->library = w->row.library;
    change->reason = w->leave ? STR("移出专项库") : STR("列入专项库");
    TRY(office_id(&change->id, e));
    TRY(store_change_add(tx, &stamp, &all));
    return office_audit_add(e, tx, &audit);
}

static bool place_same(const struct store_library_row *a, const struct store_library_row *b)
{
    return a->valid_until == b->valid_until && str_eq(a->what, b->what) &&
           str_eq(a->contact, b->contact) && str_eq(a->phone, b->phone);
}

static enum err place_write(struct place_work *w, struct db_tx *tx, const struct store_library *l)
{
    struct errand *e = w->e;
    struct store_library_row was;
    struct store_change change = {.before = STR("{}"), .after = STR("{}")};
    uint64_t changed = 0;
    w->row.object = w->object.record.id;
    enum err err =
        store_library_row_get(&was, e->arena, tx, e->office->tenant, &w->row, e->scope.clearance);
    if (err != ERR_OK && err != ERR_MISSING)
        return err;
    bool there = err == ERR_OK;
    if (there)
        TRY(library_place_open(&was, e, e->arena));
    if (there)
        TRY(library_place_json(&change.before, e->arena, l->name, &was));
    if (w->leave) {
        TRY(store_library_row_remove(&changed, tx, e->office->tenant, &w->row));
        return changed > 0 ? place_note(w, tx, &change) : ERR_OK;
    }
    if (there && place_same(&was, &w->row))
        return ERR_OK;
    struct store_library_row sealed = w->row;
    TRY(library_place_seal(&sealed, e, e->arena));
    TRY(store_library_row_put(tx, e->office->tenant, &sealed));
    TRY(library_place_json(&change.after, e->arena, l->name, &w->row));
    return place_note(w, tx, &change);
}

static enum err place_run(struct db_tx *tx, void *ctx)
{
    struct place_work *w = ctx;
    struct errand *e = w->e;
    struct store_library l = {0};
    struct str outcome;
    bool done = false;
    TRY(office_once(&done, &outcome, e, tx, STR("library-place")));
    if (done)
        return ERR_OK;
    TRY(place_object(w, tx, w->place->pool_id));
    TRY(place_check(w));
    TRY(library_visible(&l, e, tx, w->place->library));
    if (!w->leave)
        TRY(library_open(e, &l));
    TRY(place_write(w, tx, &l));
    return office_once_done(e, tx, STR("library-place"), w->place->pool_id);
}

enum err office_library_place(struct errand *e, const struct office_library_place *place)
{
    struct place_work w = {.e = e, .place = place};
    return office_write(e, "library-place", place_run, &w);
}

enum err office_library_leave(struct errand *e, const struct office_library_place *place)
{
    struct place_work w = {.e = e, .place = place, .leave = true};
    return office_write(e, "library-leave", place_run, &w);
}

static enum err reveal_run(struct db_tx *tx, void *ctx)
{
    struct place_work *w = ctx;
    TRY(place_object(w, tx, w->pool_id));
    return office_unmask(w->e, tx, w->pool_id, w->reason);
}

enum err office_library_reveal(struct errand *e, struct str pool_id, struct str reason)
{
    struct place_work w = {.e = e, .pool_id = pool_id, .reason = reason};
    return office_write(e, "person-unmask", reveal_run, &w);
}
