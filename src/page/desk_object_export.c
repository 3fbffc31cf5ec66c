/* The export of objects: which columns, which format; then a job writes it. */
#include "page/desk_object.h"

#include "office/object_job.h"
#include "web/check.h"

#include <string.h>

static const struct field_word export_formats[] = {
    {"xlsx", "Excel 表格（.xlsx，最多1048575行）", NULL},
    {"csv", "CSV（行数不限）", NULL},
    {NULL, NULL, NULL}};

/* The filter travels in the form as a query; its parameters, as if they stood in the address. */
static enum err export_request(struct web_request *out, const struct web_request *r)
{
    *out = *r;
    if (r->method != WEB_POST)
        return ERR_OK;
    return web_check_query(&out->params, &out->param_count, r->arena, web_field(r, "filter"));
}

static struct str export_name(struct page *p, size_t i)
{
    return arena_printf(p->request->arena, "c-%s", model_objects.fields[i].name);
}

static enum err export_form(struct web_reply *reply, struct page *p,
                            const struct office_object_query *query, enum err refused)
{
    static const struct desk_field format = {"format", "文件格式", DESK_SELECT,
                                             true,     NULL,       export_formats};
    static const struct desk_field filter = {"filter", "", DESK_HIDDEN, false, NULL, NULL};
    struct desk_form form;
    int64_t total = 0;
    struct fault words = p->errand.fault;
    struct web_value *columns = web_set_list(&p->model, &p->model.root, "columns");
    TRY(office_object_count(&total, &p->errand, query));
    p->errand.fault = words;
    bool posted = p->request->method == WEB_POST;
    struct str kept = posted ? web_field(p->request, "filter") : p->request->query;
    desk_form_begin(&form, p, STR("/desk/objects/export"), "开始导出");
    web_set(&p->model, form.object, "back",
            arena_printf(p->request->arena, "/desk/objects%s%.*s", kept.len > 0 ? "?" : "",
                         STR_ARG(kept)));
    if (refused != ERR_OK)
        desk_form_refused(&form, reply, refused);
    (void)desk_form_field(&form, &format, STR("xlsx"));
    (void)desk_form_field(&form, &filter, kept);
    for (size_t i = 0; i < MODEL_OBJECT_COUNT; i++) {
        struct web_value *row = web_list_add(&p->model, columns);
        struct str name = export_name(p, i);
        bool chosen = !posted || (name.data != NULL && web_field(p->request, name.data).len > 0);
        web_set(&p->model, row, "name", name);
        web_set(&p->model, row, "label", str_of(model_objects.fields[i].label));
        web_set_flag(&p->model, row, "checked", chosen);
    }
    web_set_count(&p->model, &p->model.root, "total", total);
    desk_crumb(p, STR("检查对象名录库"), STR("/desk/objects"));
    return page_end(reply, p, "desk_object_export");
}

static enum err export_order(int64_t *job, struct page *p, const struct office_object_query *query)
{
    int columns[MODEL_OBJECT_COUNT];
    struct office_object_order order = {.query = query, .columns = columns, .format = SHEET_JSON};
    struct str format = web_field(p->request, "format");
    if (str_eq(format, STR("xlsx")))
        order.format = SHEET_XLSX;
    if (str_eq(format, STR("csv")))
        order.format = SHEET_CSV;
    for (size_t i = 0; i < MODEL_OBJECT_COUNT; i++) {
        struct str name = export_name(p, i);
        if (name.data == NULL)
            return ERR_MEMORY;
        if (web_field(p->request, name.data).len > 0)
            columns[order.column_count++] = (int)i;
    }
    return office_object_export_order(job, &p->errand, &order);
}

enum err desk_object_export(struct web_reply *reply, const struct web_request *request,
                            struct fault *fault)
{
    struct page p;
    struct web_request filtered;
    int64_t job = 0;
    desk_begin(&p, request, "/desk/objects", "导出检查对象");
    TRY(export_request(&filtered, request));
    const struct office_object_query query = desk_object_query(&p, &filtered);
    enum err err = ERR_OK;
    if (request->method == WEB_POST && !desk_form_again(request)) {
        err = export_order(&job, &p, &query);
        if (err == ERR_OK)
            return desk_ordered(reply, request, job);
        if (!desk_form_mends(err))
            return page_fail(fault, &p, err);
    }
    err = export_form(reply, &p, &query, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
