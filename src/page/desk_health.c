/* Health of the two registries: 全、新、特 a department (R30); each figure opens the list behind
 * it. And the reference list that 全 is measured by. */
#include "page/desk.h"

#include "base/time.h"
#include "office/account.h"
#include "office/catalogue.h"
#include "office/health.h"
#include "office/scope.h"
#include "office/upload.h"
#include "store/department.h"

enum { HEALTH_ROWS = 200 };

/* --- the table --- */

/* Whole percent of what is good; "" where there is nothing to measure. Never 100 while one lacks.
 */
static struct str health_share(struct page *p, int64_t bad, int64_t all)
{
    if (all == 0)
        return STR("—");
    int64_t share = (all - bad) * 100 / all;
    struct str text = arena_printf(p->request->arena, "%lld%%", (long long)share);
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static void health_link(struct page *p, struct web_value *row, const char *name, struct str href)
{
    p->model.failed = p->model.failed || href.data == NULL;
    web_set(&p->model, row, name, desk_opens(p, href) ? href : STR(""));
}

static const char *const health_links[] = {"objects_href", "stale_href", "unlabelled_href",
                                           "expired_href", "missing_href"};

static void health_row(struct page *p, struct web_value *row, const struct office_health *h,
                       uint64_t days)
{
    struct web_model *m = &p->model;
    struct arena *arena = p->request->arena;
    const struct store_health *c = &h->count;
    struct str code = page_url(p, h->code);
    web_set(m, row, "unit", h->name.len > 0 ? h->name : STR("合计"));
    web_set_flag(m, row, "sum", h->name.len == 0);
    web_set_count(m, row, "objects", c->objects);
    web_set_count(m, row, "reference", c->reference);
    web_set_count(m, row, "missing", c->missing);
    web_set_count(m, row, "stale", c->stale);
    web_set_count(m, row, "unlabelled", c->unlabelled);
    web_set_count(m, row, "persons", c->persons);
    web_set_count(m, row, "expired", c->expired);
    web_set_flag(m, row, "compared", c->reference > 0);
    web_set(m, row, "whole", health_share(p, c->missing, c->reference));
    web_set(m, row, "fresh", health_share(p, c->stale, c->objects));
    web_set(m, row, "special", health_share(p, c->unlabelled, c->objects));
    for (size_t i = 0; i < sizeof health_links / sizeof health_links[0]; i++)
        web_set(m, row, health_links[i], STR(""));
    if (h->code.len == 0)
        return;
    health_link(p, row, "objects_href",
                arena_printf(arena, "/desk/objects?state=active&department=%.*s", STR_ARG(code)));
    health_link(p, row, "stale_href",
                arena_printf(arena, "/desk/objects?state=active&stale=%llu&department=%.*s",
                             (unsigned long long)days, STR_ARG(code)));
    health_link(
        p, row, "unlabelled_href",
        arena_printf(arena, "/desk/objects?state=active&label=-&department=%.*s", STR_ARG(code)));
    health_link(p, row, "expired_href",
                arena_printf(arena, "/desk/inspectors?state=active&validity=ended&department=%.*s",
                             STR_ARG(code)));
    health_link(p, row, "missing_href",
                arena_printf(arena, "/desk/health/missing?department=%.*s", STR_ARG(code)));
}

/* Libraries that are too small for their ratio, each with its objects behind it. */
static enum err health_libraries(struct page *p, const struct office_health *units,
                                 size_t unit_count)
{
    struct store_library *rows = NULL;
    size_t count = 0;
    uint64_t least = 0;
    struct web_model *m = &p->model;
    TRY(office_health_libraries(&rows, &count, &least, &p->errand));
    struct web_value *list = web_set_list(m, &m->root, "libraries");
    for (size_t i = 0; i < count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "library", rows[i].name);
        web_set(m, row, "keeper", rows[i].department);
        for (size_t k = 0; k < unit_count; k++)
            if (str_eq(units[k].code, rows[i].department) && units[k].code.len > 0)
                web_set(m, row, "keeper", units[k].name);
        web_set_count(m, row, "held", rows[i].objects);
        health_link(
            p, row, "objects_href",
            arena_printf(p->request->arena, "/desk/objects?library=%lld", (long long)rows[i].id));
    }
    web_set_flag(m, &m->root, "has_libraries", count > 0);
    web_set_count(m, &m->root, "least", (int64_t)least);
    return ERR_OK;
}

enum err desk_health(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    struct office_health *rows = NULL;
    size_t count = 0;
    uint64_t days = 0;
    desk_begin(&p, request, "/desk/health", "两库质量：全、新、特");
    struct office_catalogue_gap gap = {0};
    enum err err = office_health(&rows, &count, &days, &p.errand);
    if (err == ERR_OK)
        err = office_catalogue_gap(&gap, &p.errand);
    if (err == ERR_OK)
        err = health_libraries(&p, rows, count);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    int64_t empty = 0;
    struct web_value *list = web_set_list(&p.model, &p.model.root, "rows");
    for (size_t i = 0; i < count; i++) {
        empty += rows[i].code.len > 0 && (rows[i].count.objects == 0 || rows[i].count.persons == 0);
        health_row(&p, web_list_add(&p.model, list), &rows[i], days);
    }
    web_set_count(&p.model, &p.model.root, "empty", empty);
    web_set(&p.model, &p.model.root, "until", gap.registry_until);
    web_set_count(&p.model, &p.model.root, "days", (int64_t)days);
    web_set_flag(&p.model, &p.model.root, "none", count <= 1);
    web_set_flag(&p.model, &p.model.root, "compared",
                 count > 0 && rows[count - 1].count.reference > 0);
    desk_set_may(&p, "may_import", MODEL_PERMISSION_OBJECT_IMPORT);
    return page_end(reply, &p, "desk_health");
}

/* --- what lacks --- */

enum err desk_health_missing(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    struct store_reference *rows = NULL;
    size_t count = 0;
    const struct office_health_missing ask = {.department = web_param(request, "department"),
                                              .after = web_param(request, "after"),
                                              .most = HEALTH_ROWS + 1};
    desk_begin(&p, request, "/desk/health", "名单中有、名录库中没有的");
    desk_crumb(&p, STR("两库质量"), STR("/desk/health"));
    enum err err = office_health_missing(&rows, &count, &p.errand, &ask);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "rows");
    for (size_t i = 0; i < count && i < HEALTH_ROWS; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "number", rows[i].number);
        web_set(m, row, "object", rows[i].name);
        web_set(m, row, "place", rows[i].division);
    }
    web_set_flag(m, &m->root, "none", count == 0);
    web_set_flag(m, &m->root, "more", count > HEALTH_ROWS);
    web_set(m, &m->root, "department_code", page_url(&p, ask.department));
    web_set(m, &m->root, "next", count > HEALTH_ROWS ? rows[HEALTH_ROWS - 1].number : STR(""));
    return page_end(reply, &p, "desk_health_missing");
}

/* --- the reference list --- */

static enum err health_form(struct web_reply *reply, struct page *p, enum err refused)
{
    struct store_department *rows = NULL;
    size_t count = 0;
    uint64_t limit = 0;
    struct web_model *m = &p->model;
    const struct desk *desk = desk_of(p->request);
    struct str typed = web_field(p->request, "department");
    desk_refused(reply, p, refused);
    TRY(office_departments(&rows, &count, &p->errand));
    TRY(office_upload_limit(&limit, &p->errand));
    struct web_value *list = web_set_list(m, &m->root, "departments");
    for (size_t i = 0; i < count; i++) {
        if (office_scope_department(&p->errand.scope, rows[i].code) &&
            str_eq(rows[i].state, STR("active")))
            page_option(p, list, rows[i].code, desk_indent(p, rows[i].name, rows[i].below),
                        typed.data != NULL ? typed : desk->session.department);
    }
    web_set_count(m, &m->root, "mib", (int64_t)(limit >> 20));
    return page_end(reply, p, "desk_reference");
}

enum err desk_reference(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    desk_begin(&p, request, "/desk/health", "导入比对名单");
    desk_crumb(&p, STR("两库质量"), STR("/desk/health"));
    enum err err = health_form(reply, &p, ERR_OK);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}

enum err desk_reference_post(struct web_reply *reply, const struct web_request *request,
                             struct fault *fault)
{
    struct page p;
    int64_t job = 0;
    struct office_reference_add in = {.department = web_field(request, "department")};
    desk_begin(&p, request, "/desk/health", "导入比对名单");
    desk_crumb(&p, STR("两库质量"), STR("/desk/health"));
    if (request->upload != NULL && request->upload->name.len > 0) {
        in.path = request->upload->path;
        in.name = request->upload->name;
        in.bytes = request->upload->bytes;
    }
    enum err err = office_reference_add(&job, &p.errand, &in);
    if (err == ERR_OK)
        return desk_ordered(reply, request, job);
    if (desk_form_mends(err))
        err = health_form(reply, &p, err);
    return err == ERR_OK ? ERR_OK : page_fail(fault, &p, err);
}
