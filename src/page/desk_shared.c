/* Forms and histories read off a resource: see desk_shared.h. */
#include "page/desk_shared.h"

#include "base/file.h"
#include "base/json.h"
#include "office/department.h"
#include "office/grade.h"
#include "office/mask.h"
#include "office/picture.h"
#include "sheet/value.h"

#include <unistd.h>

enum { SHARED_FILE = 64 * 1024 * 1024 };

struct web_value *desk_form_model(struct desk_form *form, const struct field *field,
                                  struct str value)
{
    bool hint = field->hint[0] != '\0' && field->words == NULL && field->kind != FIELD_DATE;
    const struct desk_field shown = {.name = field->name,
                                     .label = field->label,
                                     .kind = field->words != NULL        ? DESK_SELECT
                                             : field->kind == FIELD_DATE ? DESK_DATE
                                             : field->kind == FIELD_LONG ? DESK_AREA
                                                                         : DESK_TEXT,
                                     .required = field->required,
                                     .hint = hint ? field->hint : NULL,
                                     .words = field->words};
    return desk_form_field(form, &shown, value);
}

enum err desk_form_vocabulary(struct desk_form *form, struct web_value *field, const char *subject)
{
    struct vocabulary words;
    struct fault said = form->p->errand.fault;
    TRY(office_vocabulary(&words, &form->p->errand, subject));
    form->p->errand.fault = said;
    desk_form_words(form, field, words.words, words.count);
    return ERR_OK;
}

enum err desk_form_departments(struct desk_form *form, const struct desk_field *field,
                               struct str value)
{
    struct office_department *rows = NULL;
    size_t count = 0;
    struct web_value *row = desk_form_field(form, field, value);
    TRY(office_scope_departments(&rows, &count, &form->p->errand));
    if (count != 1)
        desk_form_option(form, row, STR(""), STR("请选择"));
    for (size_t i = 0; i < count; i++)
        desk_form_option(
            form, row, rows[i].record.values[MODEL_DEPARTMENT_CODE],
            desk_indent(form->p, rows[i].record.values[MODEL_DEPARTMENT_NAME], rows[i].below));
    return ERR_OK;
}

void desk_typed(struct str *values, const struct web_request *request,
                const struct resource *resource)
{
    for (size_t i = 0; i < resource->count; i++)
        values[i] = str_trim(web_field(request, resource->fields[i].name));
}

void desk_unknown(struct page *p, struct web_value *row, struct str list,
                  const struct vocabulary *v)
{
    struct web_model *m = &p->model;
    struct str word;
    struct web_value *rows = web_set_list(m, row, "unknowns");
    bool may = desk_may(p, MODEL_PERMISSION_LABEL_EDIT);
    while (vocabulary_unknown(&word, &list, v, STR(""))) {
        struct web_value *one = web_list_add(m, rows);
        struct str href =
            may ? arena_printf(p->request->arena, "/desk/labels/new?subject=%.*s&word=%.*s",
                               STR_ARG(v->subject), STR_ARG(page_url(p, word)))
                : STR("");
        m->failed = m->failed || href.data == NULL;
        web_set(m, one, "word", word);
        web_set(m, one, "href", href);
    }
}

struct str desk_areas(struct page *p, struct str areas)
{
    const struct regions *regions = &p->errand.office->regions;
    struct buf out = {0};
    struct str code;
    while (sheet_list_next(&code, &areas)) {
        struct str name = page_division(p, code);
        const struct region *back = regions_resolve(regions, p->errand.office->tenant, name);
        bool clear = back != NULL && str_eq(back->code, code);
        if (out.len > 0)
            buf_cat(&out, "、");
        buf_str(&out, clear ? name : code);
    }
    struct str copy = arena_str(p->request->arena, buf_view(&out));
    p->model.failed = p->model.failed || copy.data == NULL || buf_err(&out) != ERR_OK;
    buf_free(&out);
    return copy;
}

struct str desk_value(struct page *p, const struct field *field, struct str value)
{
    if (field->words != NULL)
        return model_text(field->words, value);
    if (field->kind == FIELD_DIVISION)
        return page_division(p, value);
    if (str_eq(str_of(field->name), STR("areas")))
        return value.len > 0 ? desk_areas(p, value) : STR("不限");
    return value;
}

/* One side of a change: masked, in words, in the page's memory. */
static struct str change_side(struct page *p, const struct field *field, struct str value)
{
    struct arena *arena = p->request->arena;
    struct str shown =
        office_masked(field) ? office_mask(arena, field, value) : desk_value(p, field, value);
    struct str copy = arena_str(arena, shown);
    p->model.failed = p->model.failed || copy.data == NULL;
    return copy;
}

static void change_values(struct page *p, struct web_value *row, const struct resource *resource,
                          const struct store_object_change *change)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, row, "values");
    json_t *before = NULL;
    json_t *after = NULL;
    bool read = json_parse(&before, change->before, NULL) == ERR_OK &&
                json_parse(&after, change->after, NULL) == ERR_OK;
    for (size_t i = 0; read && i < resource->count; i++) {
        const struct field *field = &resource->fields[i];
        struct str old = json_member_str(before, field->name);
        struct str new = json_member_str(after, field->name);
        if (str_eq(old, new))
            continue;
        struct web_value *one = web_list_add(m, list);
        web_set(m, one, "label", str_of(field->label));
        web_set(m, one, "before", old.len > 0 ? change_side(p, field, old) : STR("（空）"));
        web_set(m, one, "after", new.len > 0 ? change_side(p, field, new) : STR("（空）"));
    }
    json_decref(before);
    json_decref(after);
}

void desk_changes(struct page *p, const struct resource *resource,
                  const struct store_object_change *changes, size_t count)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "changes");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        change_values(p, row, resource, &changes[i]);
        web_set(m, row, "at", page_time(p, changes[i].at));
        web_set(m, row, "actor", changes[i].actor);
        web_set(m, row, "reason", changes[i].reason);
    }
    web_set_flag(m, &m->root, "has_changes", count > 0);
}

enum err desk_send_file(struct web_reply *reply, struct page *p, const char *path, struct str name)
{
    enum err err = file_read(&reply->body, path, SHARED_FILE);
    unlink(path);
    TRY(err);
    reply->type = str_ends(name, STR(".csv"))
                      ? "text/csv; charset=utf-8"
                      : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    reply->download = name;
    (void)p;
    return ERR_OK;
}

enum err desk_export_path(const char **path, struct page *p, const char *ending)
{
    struct arena *arena = p->request->arena;
    const char *dir = office_path(arena, p->errand.office, "blobs/tmp");
    struct str text = arena_printf(arena, "%s/export-%llu.%s", dir != NULL ? dir : "",
                                   (unsigned long long)p->request->id, ending);
    *path = text.data;
    if (dir == NULL || text.data == NULL)
        return ERR_MEMORY;
    return file_mkdirs(dir, 0700);
}

/* --- grades --- */

/* The highest that the person may give, and see. */
static size_t grade_highest(const struct page *p)
{
    return (size_t)p->errand.scope.clearance;
}

void desk_form_grade(struct desk_form *form, struct str value, const char *hint)
{
    const struct desk_field field = {"grade", "安全标记", DESK_SELECT, false, hint, NULL};
    struct web_value *row = desk_form_field(form, &field, value);
    for (size_t i = 0; i <= grade_highest(form->p); i++)
        desk_form_option(form, row, str_of(model_grades[i].code), str_of(model_grades[i].text));
}

enum err desk_form_grade_first(struct desk_form *form,
                               const struct office_register_kind *registered)
{
    enum model_grade grade = MODEL_GRADE_PUBLIC;
    TRY(office_grade_first(&grade, &form->p->errand, registered));
    desk_form_grade(form, str_of(model_grades[grade].code),
                    "可阅等级不低于它的人才看得到；以后降低须写明理由");
    return ERR_OK;
}

void desk_list_grades(struct desk_list *list)
{
    for (size_t i = 0; i <= grade_highest(list->p); i++)
        desk_list_option(list, "grade", str_of(model_grades[i].code), str_of(model_grades[i].text));
}

void desk_grades(struct page *p, const char *name, enum model_grade from, struct str chosen)
{
    struct web_value *list = web_set_list(&p->model, &p->model.root, name);
    for (size_t i = from; i <= grade_highest(p); i++) {
        struct web_value *row = web_list_add(&p->model, list);
        web_set(&p->model, row, "value", str_of(model_grades[i].code));
        web_set(&p->model, row, "text", str_of(model_grades[i].text));
        web_set_flag(&p->model, row, "on", str_eq(chosen, str_of(model_grades[i].code)));
    }
}

void desk_grade_show(struct page *p, int64_t grade, struct str href, bool may)
{
    struct web_model *m = &p->model;
    struct str typed = web_field(p->request, "grade");
    bool again = typed.len > 0 && str_ends(p->request->path, STR("/grade"));
    desk_grades(p, "grades", MODEL_GRADE_PUBLIC, again ? typed : str_of(model_grades[grade].code));
    web_set(m, &m->root, "grade", str_of(model_grades[grade].text));
    web_set(m, &m->root, "grade_href", href);
    web_set_flag(m, &m->root, "may_grade", may);
}

void desk_list_grade(struct desk_list *list, int64_t grade)
{
    if (grade != MODEL_GRADE_INTERNAL)
        desk_list_tag(list, 0, str_of(model_grades[grade].text), grade == MODEL_GRADE_SENSITIVE);
}

/* --- files handed in --- */

struct str desk_scanned(struct page *p, int64_t at)
{
    if (at == 0)
        return STR("未查毒");
    struct str text = arena_printf(p->request->arena, "已查毒 %.*s", STR_ARG(page_time(p, at)));
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

void desk_files(struct page *p, const struct store_attachment *files, size_t count, struct str base)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "files");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        struct str href = arena_printf(p->request->arena, "%.*s/files/%lld", STR_ARG(base),
                                       (long long)files[i].id);
        struct str size = arena_printf(p->request->arena, "%.1f KB", (double)files[i].size / 1024);
        m->failed = m->failed || href.data == NULL || size.data == NULL;
        web_set(m, row, "file_name", files[i].name);
        web_set(m, row, "href", href);
        web_set(m, row, "size", size);
        web_set(m, row, "digest", files[i].digest);
        web_set(m, row, "file_at", page_time(p, files[i].at));
        web_set(m, row, "file_by", files[i].actor);
        web_set(m, row, "scan", desk_scanned(p, files[i].scanned_at));
        web_set_flag(m, row, "picture", office_picture_is(files[i].kind));
        web_set(
            m, row, "file_grade",
            str_of(files[i].grade > MODEL_GRADE_PUBLIC ? model_grades[files[i].grade].text : ""));
    }
    web_set_flag(m, &m->root, "scans", p->errand.office->clamd != NULL);
    web_set_flag(m, &m->root, "has_files", count > 0);
    desk_grades(p, "file_grades", MODEL_GRADE_INTERNAL, STR(""));
    web_set(m, &m->root, "files_base", base);
}

enum err desk_file_add(struct page *p, const struct office_attachment_place *place)
{
    const struct web_upload *upload = p->request->upload;
    if (upload == NULL || upload->name.len == 0)
        return fault_at(&p->errand.fault, "file", ERR_INPUT, "请选择要上传的文件");
    const struct office_attachment_file file = {upload->path, upload->name};
    struct office_attachment_place graded = *place;
    graded.grade = web_field(p->request, "grade");
    return office_attachment_add(&p->errand, &graded, &file);
}

enum err desk_file_send(struct web_reply *reply, struct page *p,
                        const struct office_attachment_place *place)
{
    struct store_attachment a = {0};
    const char *path = NULL;
    TRY(office_attachment_open(&a, &path, &p->errand, place,
                               desk_number(web_capture(p->request, "file"))));
    reply->type = office_attachment_type(a.kind);
    reply->file = path;
    reply->download = a.name;
    return ERR_OK;
}

enum err desk_file_original(struct web_reply *reply, struct page *p,
                            const struct office_attachment_place *place)
{
    struct store_attachment a = {0};
    TRY(office_attachment_original(&a, &reply->body, &p->errand, place,
                                   desk_number(web_capture(p->request, "file"))));
    struct str name = arena_printf(p->request->arena, "原件-%.*s", STR_ARG(a.name));
    reply->type = office_attachment_type(a.kind);
    reply->download = name;
    return name.data != NULL ? ERR_OK : ERR_MEMORY;
}
