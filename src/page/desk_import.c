/* Importing in two steps: upload, look at what would happen and correct how the columns are read,
 * confirm. One set of handlers for all kinds: the address says which, and each has a permission of
 * its own in the route table. */
#include "page/desk_shared.h"

#include "base/json.h"
#include "office/account.h"
#include "office/library.h"
#include "office/scope.h"
#include "office/upload.h"
#include "store/department.h"

#include <stdio.h>

enum { IMPORT_RECENT = 20, IMPORT_REFRESH = 2, IMPORT_CHOICES = 58, IMPORT_SHOWN = 3 };

static const struct field_word import_states[] = {
    {"checking", "正在核对", NULL}, {"checked", "等待确认", NULL}, {"refused", "不能导入", NULL},
    {"confirmed", "已确认", NULL},  {"removed", "已删除", NULL},   {NULL, NULL, NULL},
};

static const struct field_word import_labels[] = {
    {"objects", "检查对象", NULL},
    {"inspectors", "检查人员和专家", NULL},
    {"items", "抽查事项清单", NULL},
    {"libraries", "专项库", NULL},
    {"commissions", "第三方委托", NULL},
    {"superior", "上级清单", NULL},
    {"labels", "标签字库", NULL},
    {"meetings", "会议登记簿", NULL},
    {"issuances", "印发文件登记簿", NULL},
    {"courses", "业务培训登记簿", NULL},
    {NULL, NULL, NULL},
};

/* --- which kind --- */

/* "/desk/import/objects/..." → objects. */
static const struct office_upload_kind *import_kind(const struct web_request *request)
{
    struct str rest = str_sub(request->path, sizeof "/desk/import/" - 1, SIZE_MAX);
    struct str name = rest;
    (void)str_cut(&name, &rest, '/');
    return office_upload_kind(name);
}

static struct str import_home(struct page *p, const struct office_upload_kind *kind)
{
    struct str href = arena_printf(p->request->arena, "/desk/import/%s", kind->resource->name);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

static struct str import_href(struct page *p, const struct office_upload_kind *kind, int64_t id)
{
    struct str href = arena_printf(p->request->arena, "/desk/import/%s/%lld", kind->resource->name,
                                   (long long)id);
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

static void import_begin(struct page *p, const struct web_request *request,
                         const struct office_upload_kind *kind)
{
    struct str label = model_text(import_labels, str_of(kind->resource->name));
    struct str title = arena_printf(request->arena, "导入%.*s", STR_ARG(label));
    const char *nav = arena_printf(request->arena, "/desk/import/%s", kind->resource->name).data;
    desk_begin(p, request, nav != NULL ? nav : "", title.data != NULL ? title.data : "导入");
    web_set(&p->model, &p->model.root, "home", import_home(p, kind));
    web_set(&p->model, &p->model.root, "label", label);
    web_set_flag(&p->model, &p->model.root, "divided", kind->place == OFFICE_UPLOAD_TO_PLACE);
    web_set_flag(&p->model, &p->model.root, "of_department",
                 kind->place == OFFICE_UPLOAD_TO_PLACE ||
                     kind->place == OFFICE_UPLOAD_TO_DEPARTMENT);
    web_set_flag(&p->model, &p->model.root, "into_library",
                 kind->place == OFFICE_UPLOAD_TO_LIBRARY);
    web_set_flag(&p->model, &p->model.root, "superior", kind->place == OFFICE_UPLOAD_TO_LIST);
}

/* --- the form --- */

/* Departments in his reach; his own is chosen at first. */
static enum err import_departments(struct page *p)
{
    struct store_department *rows = NULL;
    size_t count = 0;
    const struct desk *desk = desk_of(p->request);
    struct str typed = web_field(p->request, "department");
    struct str chosen = typed.data != NULL ? typed : desk->session.department;
    TRY(office_departments(&rows, &count, &p->errand));
    struct web_value *list = web_set_list(&p->model, &p->model.root, "departments");
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].state, STR("active")) &&
            office_scope_department(&p->errand.scope, rows[i].code))
            page_option(p, list, rows[i].code, desk_indent(p, rows[i].name, rows[i].below), chosen);
    web_set_flag(&p->model, &p->model.root, "optional", p->errand.scope.level == MODEL_SCOPE_ALL);
    return ERR_OK;
}

/* Special libraries in use; first the one that the page was asked for with. */
static enum err import_libraries(struct page *p)
{
    struct store_library *rows = NULL;
    size_t count = 0;
    struct str typed = web_field(p->request, "library");
    int64_t asked = desk_number(web_param(p->request, "library"));
    struct web_value *list = web_set_list(&p->model, &p->model.root, "libraries");
    TRY(office_library_choices(&rows, &count, &p->errand));
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].state, STR("active")))
            page_option(p, list, rows[i].name, rows[i].name,
                        rows[i].id == asked ? rows[i].name : typed);
    web_set_flag(&p->model, &p->model.root, "has_libraries", list->count > 0);
    return ERR_OK;
}

static enum err import_recent(struct page *p, const struct office_upload_kind *kind)
{
    struct store_upload *rows = NULL;
    size_t count = 0;
    struct web_model *m = &p->model;
    TRY(office_uploads(&rows, &count, &p->errand, kind, IMPORT_RECENT));
    struct web_value *list = web_set_list(m, &m->root, "uploads");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        bool ordered = rows[i].import_job != 0;
        web_set(m, row, "name", rows[i].name);
        web_set(m, row, "actor", rows[i].actor);
        web_set(m, row, "scan", desk_scanned(p, rows[i].scanned_at));
        web_set(m, row, "at", page_time(p, rows[i].at));
        web_set(m, row, "state", model_text(import_states, rows[i].state));
        web_set_flag(m, row, "removed", str_eq(rows[i].state, STR("removed")));
        web_set(m, row, "href", import_href(p, kind, rows[i].id));
        web_set_flag(m, row, "ordered", ordered);
        web_set_count(m, row, "job", rows[i].import_job);
    }
    web_set_flag(m, &m->root, "has_uploads", count > 0);
    return ERR_OK;
}

/* What a column may hold, in words. */
static struct str schema_holds(struct page *p, const struct field *field)
{
    static const char *const kinds[] = {
        [FIELD_TEXT] = "文字",
        [FIELD_LONG] = "文字，可分行",
        [FIELD_NUMBER] = "号码，开头的0保留",
        [FIELD_DIVISION] = "行政区划的代码或名称",
        [FIELD_DATE] = "日期，如 2026-01-31",
        [FIELD_COUNT] = "整数",
        [FIELD_RATIO] = "比例，如 3%、3‰、3/100",
        [FIELD_CODE] = "",
        [FIELD_LIST] = "词语，多个用顿号分隔",
        [FIELD_BOOL] = "是、否",
    };
    struct arena *arena = p->request->arena;
    struct str out = str_of(kinds[field->kind]);
    for (size_t i = 0; field->words != NULL && field->words[i].code != NULL; i++) {
        out =
            arena_printf(arena, "%.*s%s%s", STR_ARG(out), i > 0 ? "、" : "", field->words[i].text);
        p->model.failed = p->model.failed || out.data == NULL;
    }
    return out;
}

/* The other headings that are taken for the column, one behind the other. */
static struct str schema_headings(struct page *p, const struct field *field)
{
    struct str out = STR("");
    struct str rest = str_of(field->headings != NULL ? field->headings : "");
    struct str one;
    while (str_cut(&one, &rest, '|')) {
        out = out.len == 0
                  ? one
                  : arena_printf(p->request->arena, "%.*s、%.*s", STR_ARG(out), STR_ARG(one));
        p->model.failed = p->model.failed || out.data == NULL;
    }
    return out;
}

/* The standard of what a registry holds (R31): each column, whether it must be there, what it may
 * say and how else it may be headed. */
static void import_schema(struct page *p, const struct resource *resource)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "schema");
    for (size_t i = 0; i < resource->count; i++) {
        const struct field *field = &resource->fields[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "column", str_of(field->label));
        web_set_flag(m, row, "must", field->required);
        web_set(m, row, "holds", schema_holds(p, field));
        web_set(m, row, "hint", str_of(field->hint != NULL ? field->hint : ""));
        web_set(m, row, "headings", schema_headings(p, field));
    }
}

static enum err import_form(struct web_reply *reply, struct page *p,
                            const struct office_upload_kind *kind, enum err refused)
{
    static const char *const fields[] = {"file", "list", "department", "division", "library"};
    struct web_model *m = &p->model;
    struct fault words = p->errand.fault;
    uint64_t limit = 0;
    if (kind->place == OFFICE_UPLOAD_TO_LIBRARY)
        TRY(import_libraries(p));
    else if (kind->place != OFFICE_UPLOAD_TO_ALL)
        TRY(import_departments(p));
    TRY(import_recent(p, kind));
    TRY(office_upload_limit(&limit, &p->errand));
    import_schema(p, kind->resource);
    web_set_count(m, &m->root, "mib", (int64_t)(limit >> 20));
    web_set(m, &m->root, "division", web_field(p->request, "division"));
    web_set(m, &m->root, "list_name", web_field(p->request, "list"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        char name[40];
        snprintf(name, sizeof name, "wrong_%s", fields[i]);
        bool wrong = refused != ERR_OK && words.field != NULL &&
                     str_eq(str_of(words.field), str_of(fields[i]));
        const char *kept = arena_cstr(p->request->arena, str_of(name));
        if (kept == NULL)
            return ERR_MEMORY;
        web_set(m, &m->root, kept,
                wrong ? arena_str(p->request->arena, str_of(fault_text(&words))) : STR(""));
    }
    if (refused != ERR_OK) {
        reply->status = err_http(refused);
        desk_say(p, false,
                 words.field == NULL ? str_of(fault_text(&words))
                                     : STR("没有上传，请按红字修改后再次提交。"));
    }
    return page_end(reply, p, "desk_import");
}

enum err desk_import(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    const struct office_upload_kind *kind = import_kind(request);
    if (kind == NULL)
        return ERR_MISSING;
    import_begin(&p, request, kind);
    enum err err = import_form(reply, &p, kind, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_import_post(struct web_reply *reply, const struct web_request *request,
                          struct fault *fault)
{
    struct page p;
    int64_t id = 0;
    const struct office_upload_kind *kind = import_kind(request);
    if (kind == NULL)
        return ERR_MISSING;
    import_begin(&p, request, kind);
    struct office_upload_add in = {.kind = kind,
                                   .department = web_field(request, "department"),
                                   .division = web_field(request, "division"),
                                   .library = web_field(request, "library"),
                                   .list = web_field(request, "list")};
    if (request->upload != NULL && request->upload->name.len > 0) {
        in.path = request->upload->path;
        in.name = request->upload->name;
        in.bytes = request->upload->bytes;
    }
    enum err err = office_upload_add(&id, &p.errand, &in);
    if (err == ERR_OK) {
        desk_go(reply, import_href(&p, kind, id));
        return web_model_err(&p.model);
    }
    if (desk_form_mends(err))
        err = import_form(reply, &p, kind, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- what would happen --- */

static int64_t import_count(const json_t *report, const char *key)
{
    return json_integer_value(json_object_get(report, key));
}

static struct str import_text(struct page *p, const json_t *object, const char *key)
{
    struct str text = json_member_str(object, key);
    struct str copy = arena_str(p->request->arena, text.data != NULL ? text : STR(""));
    p->model.failed = p->model.failed || copy.data == NULL;
    return copy;
}

/* A name of a division, its code where the table lacks it. */
static struct str import_place(struct page *p, struct str code)
{
    struct str name = regions_full_name(&p->errand.office->regions, p->request->arena, code);
    p->model.failed = p->model.failed || name.data == NULL;
    return name.len > 0 ? name : code;
}

/* Most rows lie elsewhere: the file may be another place's. */
static void import_abroad(struct page *p, struct web_value *of, const json_t *report)
{
    struct web_model *m = &p->model;
    int64_t rows = import_count(report, "abroad");
    bool most = rows * 2 > import_count(report, "seen");
    web_set_flag(m, of, "abroad", most);
    if (!most)
        return;
    web_set_count(m, of, "abroad_rows", rows);
    web_set_count(m, of, "abroad_most", import_count(report, "abroad_most"));
    web_set(m, of, "abroad_place", import_place(p, import_text(p, report, "abroad_code")));
    web_set(m, of, "home_place", import_place(p, p->errand.office->tenant));
}

static void import_counts(struct page *p, struct web_value *of, const json_t *report)
{
    static const char *const keys[] = {"seen",    "added",  "changed",     "same",       "rejected",
                                       "doubled", "warned", "heading_row", "unlabelled", "objects"};
    struct web_model *m = &p->model;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        web_set_count(m, of, keys[i], import_count(report, keys[i]));
    int64_t good = import_count(report, "seen") - import_count(report, "rejected");
    web_set_count(m, of, "good", good);
    web_set_flag(m, of, "any", good > 0);
    web_set_flag(m, of, "bad", import_count(report, "rejected") > 0);
    web_set_flag(m, of, "noted", import_count(report, "warned") > 0);
    web_set_flag(m, of, "everywhere", import_count(report, "unlabelled") > 0);
    import_abroad(p, of, report);
    web_set_flag(m, of, "several", import_count(report, "sheets") > 1);
    web_set_count(m, of, "sheets", import_count(report, "sheets"));
    web_set(m, of, "sheet", import_text(p, report, "sheet"));
    web_set(m, of, "refusal", import_text(p, report, "words"));
    struct web_value *list = web_set_list(m, of, "skipped");
    const json_t *skipped = json_object_get(report, "skipped");
    for (size_t i = 0; i < json_array_size(skipped); i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "what", import_text(p, json_array_get(skipped, i), "what"));
        web_set_count(m, row, "rows", import_count(json_array_get(skipped, i), "rows"));
    }
}

static void import_problems(struct page *p, struct web_value *of, const json_t *report,
                            const char *key)
{
    const json_t *rows = json_object_get(report, key);
    struct web_value *list = web_set_list(&p->model, of, key);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *one = json_array_get(rows, i);
        struct web_value *row = web_list_add(&p->model, list);
        web_set_count(&p->model, row, "row", import_count(one, "row"));
        web_set(&p->model, row, "column", import_text(p, one, "column"));
        web_set(&p->model, row, "reason", import_text(p, one, "reason"));
    }
}

/* The field a column is read as: what was just chosen, what was chosen before, else what was
 * recognised. */
static struct str import_chosen(struct page *p, const json_t *chosen, const json_t *column,
                                size_t at)
{
    char field[24];
    snprintf(field, sizeof field, "c%zu", at);
    struct str now = web_field(p->request, field);
    if (now.data != NULL)
        return now;
    const char *name = json_string_value(json_array_get(chosen, at));
    if (name == NULL)
        return json_is_array(chosen) ? STR("") : import_text(p, column, "field");
    struct str copy = arena_str(p->request->arena, str_of(name));
    p->model.failed = p->model.failed || copy.data == NULL;
    return copy;
}

/* What stands in a column of the first rows. */
static struct str import_sample(struct page *p, const json_t *samples, size_t column)
{
    struct buf text = {0};
    for (size_t i = 0; i < json_array_size(samples) && i < IMPORT_SHOWN; i++) {
        const char *cell = json_string_value(json_array_get(json_array_get(samples, i), column));
        if (cell == NULL || cell[0] == '\0')
            continue;
        if (text.len > 0)
            buf_cat(&text, " ｜ ");
        buf_cat(&text, cell);
    }
    struct str copy = arena_str(p->request->arena, buf_view(&text));
    p->model.failed = p->model.failed || copy.data == NULL;
    buf_free(&text);
    return copy;
}

/* One column of the file with its choices. */
static void import_column(struct page *p, struct web_value *row,
                          const struct office_upload_kind *kind, struct str chosen)
{
    struct web_value *options = web_set_list(&p->model, row, "options");
    page_option(p, options, STR(""), STR("（不读取）"), chosen);
    for (size_t i = 0; i < kind->resource->count; i++) {
        const struct field *field = &kind->resource->fields[i];
        struct str label = field->required
                               ? arena_printf(p->request->arena, "%s（必填）", field->label)
                               : str_of(field->label);
        page_option(p, options, str_of(field->name), label, chosen);
    }
    web_set_flag(&p->model, row, "unread", chosen.len == 0);
}

static void import_columns(struct page *p, struct web_value *of, const json_t *report,
                           const json_t *chosen)
{
    struct web_model *m = &p->model;
    const struct office_upload_kind *kind = import_kind(p->request);
    const json_t *columns = json_object_get(report, "columns");
    const json_t *samples = json_object_get(report, "samples");
    struct web_value *list = web_set_list(m, of, "columns");
    for (size_t i = 0; i < json_array_size(columns) && i < IMPORT_CHOICES; i++) {
        struct web_value *row = web_list_add(m, list);
        struct str heading = import_text(p, json_array_get(columns, i), "heading");
        web_set_count(m, row, "at", (int64_t)i);
        web_set(m, row, "heading", heading.len > 0 ? heading : STR("（空）"));
        web_set(m, row, "sample", import_sample(p, samples, i));
        import_column(p, row, kind, import_chosen(p, chosen, json_array_get(columns, i), i));
    }
    web_set_flag(m, of, "mappable", json_array_size(columns) > 0);
}

/* The first rows as they stand in the file. */
static void import_rows(struct page *p, struct web_value *of, const json_t *report)
{
    struct web_model *m = &p->model;
    const json_t *columns = json_object_get(report, "columns");
    const json_t *samples = json_object_get(report, "samples");
    struct web_value *heads = web_set_list(m, of, "heads");
    struct web_value *rows = web_set_list(m, of, "rows");
    for (size_t c = 0; c < json_array_size(columns); c++)
        web_set(m, web_list_add(m, heads), "text",
                import_text(p, json_array_get(columns, c), "heading"));
    for (size_t i = 0; i < json_array_size(samples); i++) {
        struct web_value *cells = web_set_list(m, web_list_add(m, rows), "cells");
        for (size_t c = 0; c < json_array_size(columns); c++) {
            const char *cell = json_string_value(json_array_get(json_array_get(samples, i), c));
            struct str copy = arena_str(p->request->arena, str_of(cell != NULL ? cell : ""));
            m->failed = m->failed || copy.data == NULL;
            web_set(m, web_list_add(m, cells), "text", copy);
        }
    }
}

static enum err import_report(struct page *p, struct web_value *of, const struct store_upload *u)
{
    json_t *report = NULL;
    json_t *chosen = NULL;
    if (u->report.len == 0)
        return ERR_OK;
    enum err err = json_parse(&report, u->report, &p->errand.fault);
    if (err == ERR_OK && u->columns.len > 0)
        err = json_parse(&chosen, u->columns, &p->errand.fault);
    if (err == ERR_OK) {
        import_counts(p, of, report);
        import_problems(p, of, report, "problems");
        import_problems(p, of, report, "warnings");
        import_columns(p, of, report, chosen);
        import_rows(p, of, report);
    }
    json_decref(report);
    json_decref(chosen);
    return err;
}

/* The check under way: how far it is, or why it ended without an answer. */
static enum err import_checking(struct web_reply *reply, struct page *p, struct web_value *of,
                                const struct store_upload *u)
{
    struct store_job job = {0};
    struct web_model *m = &p->model;
    TRY(office_job_get(&job, &p->errand, u->check_job));
    bool open = str_eq(job.state, STR("waiting")) || str_eq(job.state, STR("running"));
    int64_t total = job.total > 0 ? job.total : 1;
    web_set_flag(m, of, "open", open);
    web_set(m, of, "stuck", open ? STR("") : job.words.len > 0 ? job.words : STR("核对没有完成"));
    web_set_count(m, of, "done", job.done < total ? job.done : total);
    web_set_count(m, of, "total", total);
    web_set_flag(m, of, "measured", job.total > 0);
    reply->refresh = open ? IMPORT_REFRESH : 0;
    web_set_count(m, of, "seconds", IMPORT_REFRESH);
    return ERR_OK;
}

static enum err import_page(struct web_reply *reply, struct page *p,
                            const struct office_upload_kind *kind, enum err refused)
{
    struct store_upload u = {0};
    struct web_model *m = &p->model;
    int64_t id = desk_number(web_capture(p->request, "id"));
    desk_refused(reply, p, refused);
    if (desk_form_again(p->request))
        desk_say_again(p);
    TRY(office_upload_get(&u, &p->errand, kind, id));
    struct web_value *of = web_set_object(m, &m->root, "of");
    web_set(m, &m->root, "title", u.name);
    struct str label = model_text(import_labels, u.resource);
    desk_crumb(p, arena_printf(p->request->arena, "导入%.*s", STR_ARG(label)),
               import_home(p, kind));
    web_set(m, of, "href", import_href(p, kind, id));
    web_set(m, of, "list_name", kind->place == OFFICE_UPLOAD_TO_LIST ? u.target : STR(""));
    web_set(m, of, "until", page_time(p, u.until));
    web_set(m, of, "scan", desk_scanned(p, u.scanned_at));
    web_set(m, of, "into", kind->place == OFFICE_UPLOAD_TO_LIBRARY ? u.target : STR(""));
    web_set_count(m, of, "check_job", u.check_job);
    web_set_count(m, of, "import_job", u.import_job);
    for (size_t i = 0; import_states[i].code != NULL; i++)
        web_set_flag(m, of, import_states[i].code, str_eq(u.state, str_of(import_states[i].code)));
    if (str_eq(u.state, STR("checking")))
        TRY(import_checking(reply, p, of, &u));
    else
        TRY(import_report(p, of, &u));
    return page_end(reply, p, "desk_import_check");
}

enum err desk_import_check(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    const struct office_upload_kind *kind = import_kind(request);
    if (kind == NULL)
        return ERR_MISSING;
    import_begin(&p, request, kind);
    enum err err = import_page(reply, &p, kind, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- the buttons --- */

/* The columns as chosen; those beyond what a form can hold stay as they were read. */
static enum err import_choose(struct page *p, const struct office_upload_kind *kind, int64_t id)
{
    struct store_upload u = {0};
    json_t *report = NULL;
    json_t *before = NULL;
    TRY(office_upload_get(&u, &p->errand, kind, id));
    if (u.report.len == 0)
        return fault_set(&p->errand.fault, ERR_STATE, "正在核对，或者文件已删除，请刷新页面");
    enum err err = json_parse(&report, u.report, &p->errand.fault);
    if (err == ERR_OK && u.columns.len > 0)
        err = json_parse(&before, u.columns, &p->errand.fault);
    const json_t *columns = json_object_get(report, "columns");
    size_t count = err == ERR_OK ? json_array_size(columns) : 0;
    struct str *chosen = arena_array(p->request->arena, count + 1, sizeof *chosen);
    for (size_t i = 0; i < count && chosen != NULL; i++)
        chosen[i] = import_chosen(p, before, json_array_get(columns, i), i);
    json_decref(report);
    json_decref(before);
    TRY(err);
    return chosen == NULL ? ERR_MEMORY : office_upload_columns(&p->errand, kind, id, chosen, count);
}

static enum err import_act(struct web_reply *reply, struct page *p,
                           const struct office_upload_kind *kind, int64_t id)
{
    struct str act = web_field(p->request, "act");
    int64_t job = 0;
    if (str_eq(act, STR("columns"))) {
        TRY(import_choose(p, kind, id));
        desk_go(reply, import_href(p, kind, id));
        return web_model_err(&p->model);
    }
    if (str_eq(act, STR("remove"))) {
        TRY(office_upload_remove(&p->errand, kind, id));
        return desk_done(reply, p->request, import_home(p, kind), "removed");
    }
    if (!str_eq(act, STR("confirm")))
        return ERR_INPUT;
    TRY(office_upload_confirm(&job, &p->errand, kind, id));
    return desk_ordered(reply, p->request, job);
}

enum err desk_import_act(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    const struct office_upload_kind *kind = import_kind(request);
    if (kind == NULL)
        return ERR_MISSING;
    import_begin(&p, request, kind);
    if (desk_form_again(request)) {
        enum err shown = import_page(reply, &p, kind, ERR_OK);
        return shown == ERR_OK ? ERR_OK : page_fail(fault, &p, shown);
    }
    enum err err = import_act(reply, &p, kind, desk_number(web_capture(request, "id")));
    if (err != ERR_OK && err != ERR_MISSING && desk_form_mends(err))
        err = import_page(reply, &p, kind, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

/* --- the template --- */

enum err desk_import_template(struct web_reply *reply, const struct web_request *request,
                              struct fault *fault)
{
    struct page p;
    char name[48];
    const struct office_upload_kind *kind = import_kind(request);
    if (kind == NULL)
        return ERR_MISSING;
    import_begin(&p, request, kind);
    snprintf(name, sizeof name, "template-%s.xlsx", kind->resource->name);
    const char *path = office_job_path(&p.errand, name);
    if (path == NULL)
        return ERR_MEMORY;
    TRY(office_upload_template(kind, path, fault));
    reply->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    reply->file = path;
    reply->no_store = true;
    reply->download = arena_printf(request->arena, "%s导入模板.xlsx", kind->resource->label);
    return reply->download.data != NULL ? ERR_OK : ERR_MEMORY;
}

/* --- admission of the file --- */

/* The session and the permission, before a byte of the file is taken; the guard asks again, with
 * the form's token, when all of it has come. */
enum err page_admit(struct web_admission *out, struct web_reply *reply, struct web_request *request,
                    const struct web_route *route, struct fault *fault)
{
    struct errand e = desk_errand(request);
    struct desk *desk = NULL;
    enum err err = desk_enter(&desk, &e, web_cookie(request, DESK_COOKIE), route->permit);
    if (err == ERR_MISSING) {
        request->method =
            WEB_GET; /* afterwards the form anew: no page can choose a file by itself */
        return desk_sign_in_again(reply, request);
    }
    TRY(err);
    if (!web_same_origin(request) || desk->session.must_change ||
        desk->scope.level == MODEL_SCOPE_NONE)
        return fault_set(fault, ERR_FORBIDDEN, "您没有上传导入文件的权限，没有上传");
    TRY(office_upload_limit(&out->limit, &e));
    if (office_job_path(&e, "") == NULL)
        return ERR_IO;
    out->dir = office_path(request->arena, e.office, "jobs");
    return out->dir != NULL ? ERR_OK : ERR_MEMORY;
}
