/* Front page, search, business, items, tasks, results, statistics. */
#include "page/page.h"

#include "base/file.h"
#include "base/time.h"
#include "model/resource.h"
#include "office/draw.h"

#include <math.h>
#include <string.h>

static struct str list_division(const struct page *p, struct str code)
{
    const struct region *region = regions_find(&p->site->reader->regions, code);
    return region != NULL ? region->name : code;
}

/* The log's size as its checkpoint says: its second line. */
static struct str list_log_size(struct page *p)
{
    struct buf text = {0};
    struct str rest;
    struct str line = STR("0");
    if (p->site->checkpoint != NULL && file_read(&text, p->site->checkpoint, 65536) == ERR_OK) {
        rest = buf_view(&text);
        (void)str_cut(&line, &rest, '\n');
        (void)str_cut(&line, &rest, '\n');
    }
    struct str size = arena_str(p->request->arena, line);
    buf_free(&text);
    return size;
}

/* A positive whole number given as a parameter; 0 where it is absent. */
static enum err list_number(int64_t *out, struct page *p, const char *name, struct fault *fault)
{
    struct str text = web_param(p->request, name);
    *out = 0;
    if (text.len == 0)
        return ERR_OK;
    if (str_i64(out, text) != ERR_OK || *out < 0)
        return fault_set(fault, ERR_INPUT, "参数 %s 应为数字", name);
    return ERR_OK;
}

/* --- front --- */

static void front_tasks(struct page *p, const struct office_front *front)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "tasks");
    for (size_t i = 0; i < front->task_count; i++) {
        const struct store_public_task *t = &front->tasks[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "number", t->number);
        web_set(m, row, "name", t->name);
        web_set(m, row, "department", t->department);
        web_set(m, row, "from", page_date(p, t->visit_from));
        web_set(m, row, "until", page_date(p, t->visit_until));
    }
    web_set_flag(m, &m->root, "has_tasks", front->task_count > 0);
}

static void front_overdue(struct page *p, const struct office_front *front)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "overdue");
    for (size_t i = 0; i < front->overdue_count; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "number", front->overdue[i].number);
        web_set(m, row, "organiser", front->overdue[i].organiser);
        web_set(m, row, "disclose_by", page_time(p, front->overdue[i].disclose_by));
    }
    web_set_flag(m, &m->root, "has_overdue", front->overdue_count > 0);
}

enum err page_front(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct office_front front;
    page_begin(&p, request, "/", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "portal"));
    enum err err = office_portal_front(&front, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    web_set_count(m, root, "year", front.year);
    web_set_count(m, root, "objects", front.figures.objects);
    web_set_count(m, root, "items", front.figures.items);
    web_set_count(m, root, "draws", front.figures.draws);
    web_set_count(m, root, "visits", front.figures.visits);
    web_set_count(m, root, "results_count", front.figures.results);
    web_set_count(m, root, "findings", front.figures.findings);
    web_set(m, root, "vkey", p.site->vkey);
    web_set(m, root, "log_size", list_log_size(&p));
    web_set(m, root, "query", STR(""));
    front_tasks(&p, &front);
    front_overdue(&p, &front);
    page_results(&p, front.results, front.result_count);
    return page_end(reply, &p, "front");
}

/* --- search --- */

static void search_rows(struct page *p, const struct office_found *found)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "found");
    for (size_t i = 0; i < found->count; i++) {
        const struct store_public_object *o = &found->objects[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "pool_id", o->pool_id);
        web_set(m, row, "name", o->name);
        web_set(m, row, "number", o->number);
        web_set(m, row, "kind", model_text(model_object_kinds, o->kind));
        web_set(m, row, "state", model_text(model_object_states, o->state));
        web_set(m, row, "division", list_division(p, o->division));
        web_set(m, row, "address", o->address);
    }
    web_set_flag(m, &m->root, "has_found", found->count > 0);
    web_set_flag(m, &m->root, "more", found->more);
    web_set(m, &m->root, "next", found->next);
}

enum err page_search(struct web_reply *reply, const struct web_request *request,
                     struct fault *fault)
{
    struct page p;
    struct office_found found = {0};
    struct str text = str_trim(web_param(request, "q"));
    page_begin(&p, request, "/search", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "businesses"));
    web_set(&p.model, &p.model.root, "query", text);
    web_set(&p.model, &p.model.root, "query_url", page_url(&p, text));
    web_set_flag(&p.model, &p.model.root, "asked", text.len > 0);
    if (text.len > 300)
        return fault_set(fault, ERR_INPUT, "搜索词过长，请少输一些字");
    const struct office_search search = {text, web_param(request, "division"),
                                         web_param(request, "after"), PAGE_ROWS};
    enum err err = text.len > 0 ? office_portal_search(&found, &p.errand, &search) : ERR_OK;
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    search_rows(&p, &found);
    return page_end(reply, &p, "search");
}

/* --- business --- */

static void business_tickets(struct page *p, const struct office_business *b)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "tickets");
    for (size_t i = 0; i < b->ticket_count; i++) {
        const struct office_ticket *t = &b->tickets[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "draw", t->draw);
        web_set(m, row, "task_name", t->task_name);
        web_set(m, row, "stratum", t->stratum);
        web_set(m, row, "ticket", t->ticket);
        web_set(m, row, "cutoff", t->cutoff);
        web_set_flag(m, row, "drawn", t->drawn);
    }
    web_set_flag(m, &m->root, "has_tickets", b->ticket_count > 0);
}

enum err page_business(struct web_reply *reply, const struct web_request *request,
                       struct fault *fault)
{
    struct page p;
    struct office_business b;
    page_begin(&p, request, "/search", STR(""));
    enum err err = office_portal_business(&b, &p.errand, web_capture(request, "id"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    const struct store_public_object *o = &b.object;
    const struct industry *industry = industry_find(&p.site->reader->industries, o->industry);
    web_set(m, root, "title", o->name);
    web_set(m, root, "number", o->number);
    web_set(m, root, "kind", model_text(model_object_kinds, o->kind));
    web_set(m, root, "state", model_text(model_object_states, o->state));
    web_set(m, root, "division", list_division(&p, o->division));
    web_set(m, root, "address", o->address);
    web_set(m, root, "industry", industry != NULL ? industry->name : STR(""));
    web_set(m, root, "business", o->business);
    web_set(m, root, "established", page_date(&p, o->established));
    web_set_flag(m, root, "own", true);
    page_results(&p, b.results, b.result_count);
    business_tickets(&p, &b);
    return page_end(reply, &p, "business");
}

/* --- items --- */

static void item_row(struct page *p, struct web_value *row, const struct store_public_item *i)
{
    struct web_model *m = &p->model;
    web_set(m, row, "code", i->code);
    web_set(m, row, "name", i->name);
    web_set(m, row, "class", model_text(model_item_classes, i->class));
    web_set_flag(m, row, "key", str_eq(i->class, STR("key")));
    web_set(m, row, "objects", i->objects);
    web_set(m, row, "methods", i->methods);
    web_set(m, row, "subject", i->subject);
    web_set(m, row, "basis", i->basis);
    web_set_count(m, row, "version", i->version);
    web_set(m, row, "since", page_date(p, i->valid_from));
    bool replaced = !str_eq(i->state, STR("active"));
    web_set_flag(m, row, "replaced", replaced);
    web_set(m, row, "state", replaced ? STR("已被新版本取代或停用") : STR("现行"));
}

enum err page_items(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_public_item *rows = NULL;
    size_t count = 0;
    page_begin(&p, request, "/items", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "items"));
    enum err err = office_portal_items(&rows, &count, &p.errand);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *groups = web_set_list(m, &m->root, "groups");
    struct web_value *items = NULL;
    web_set_count(m, &m->root, "count", (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || !str_eq(rows[i].category, rows[i - 1].category) ||
                     !str_eq(rows[i].compiler, rows[i - 1].compiler);
        if (first) {
            struct web_value *group = web_list_add(m, groups);
            web_set(m, group, "category", rows[i].category);
            web_set(m, group, "compiler", rows[i].compiler);
            items = web_set_list(m, group, "items");
        }
        item_row(&p, web_list_add(m, items), &rows[i]);
    }
    return page_end(reply, &p, "items");
}

/* --- tasks --- */

enum err page_tasks(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct store_public_task *rows = NULL;
    size_t count = 0;
    int64_t before = 0;
    page_begin(&p, request, "/tasks", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "tasks"));
    TRY(list_number(&before, &p, "before", fault));
    enum err err = office_portal_tasks(&rows, &count, &p.errand, before, PAGE_ROWS + 1);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *list = web_set_list(m, &m->root, "tasks");
    for (size_t i = 0; i < count && i < PAGE_ROWS; i++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "number", rows[i].number);
        web_set(m, row, "name", rows[i].name);
        web_set(m, row, "department", rows[i].department);
        web_set(m, row, "plan_name", rows[i].plan_name);
        web_set(m, row, "plan_number", rows[i].plan_number);
        web_set(m, row, "from", page_date(&p, rows[i].visit_from));
        web_set(m, row, "until", page_date(&p, rows[i].visit_until));
        web_set(m, row, "draw", rows[i].draw);
        web_set(m, row, "draw_state", str_of(office_draw_state_zh(rows[i].draw_state)));
        web_set_count(m, &m->root, "next", rows[i].id);
    }
    web_set_flag(m, &m->root, "has_tasks", count > 0);
    web_set_flag(m, &m->root, "more", count > PAGE_ROWS);
    return page_end(reply, &p, "tasks");
}

static void task_lists(struct page *p, const struct office_public_task *t)
{
    struct web_model *m = &p->model;
    struct web_value *items = web_set_list(m, &m->root, "items");
    struct web_value *parts = web_set_list(m, &m->root, "parts");
    for (size_t i = 0; i < t->item_count; i++) {
        struct web_value *row = web_list_add(m, items);
        web_set(m, row, "code", t->items[i].code);
        web_set(m, row, "name", t->items[i].name);
        web_set(m, row, "class", model_text(model_item_classes, t->items[i].class));
        web_set(m, row, "department", t->items[i].department);
    }
    for (size_t i = 0; i < t->part_count; i++) {
        struct web_value *row = web_list_add(m, parts);
        web_set(m, row, "department", t->parts[i].department);
        web_set_count(m, row, "seats", t->parts[i].seats);
    }
}

enum err page_task(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct office_public_task t;
    page_begin(&p, request, "/tasks", STR(""));
    enum err err = office_portal_task(&t, &p.errand, web_capture(request, "number"));
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    web_set(m, root, "title", t.task.name);
    web_set(m, root, "number", t.task.number);
    web_set(m, root, "plan_name", t.task.plan_name);
    web_set(m, root, "plan_number", t.task.plan_number);
    web_set(m, root, "document", t.task.document);
    web_set(m, root, "type", model_text(model_task_types, t.task.type));
    web_set(m, root, "source", model_text(model_sources, t.task.source));
    web_set(m, root, "department", t.task.department);
    web_set(m, root, "from", page_date(&p, t.task.visit_from));
    web_set(m, root, "until", page_date(&p, t.task.visit_until));
    web_set(m, root, "basis", t.task.basis);
    web_set(m, root, "draw", t.task.draw);
    web_set(m, root, "draw_state", str_of(office_draw_state_zh(t.task.draw_state)));
    task_lists(&p, &t);
    return page_end(reply, &p, "task");
}

/* --- results --- */

static void results_codes(struct page *p, struct str chosen)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "codes");
    for (const struct field_word *w = model_result_codes; w->code != NULL; w++) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "code", str_of(w->code));
        web_set(m, row, "text", str_of(w->text));
        web_set_flag(m, row, "on", str_eq(str_of(w->code), chosen));
    }
}

/* The filter as a query, for the link to the next page. */
static struct str results_keep(struct page *p)
{
    static const char *const names[] = {"department", "task", "code", "year", "item"};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str value = web_param(p->request, names[i]);
        if (value.len > 0)
            buf_printf(&out, "&%s=%.*s", names[i], STR_ARG(page_url(p, value)));
    }
    struct str keep = arena_str(p->request->arena, buf_view(&out));
    buf_free(&out);
    return keep;
}

static enum err results_filter(struct store_result_filter *f, struct page *p, struct fault *fault)
{
    int64_t year = 0;
    int32_t day = 0;
    *f = (struct store_result_filter){.department = web_param(p->request, "department"),
                                      .task = web_param(p->request, "task"),
                                      .item = web_param(p->request, "item"),
                                      .code = web_param(p->request, "code"),
                                      .most = PAGE_ROWS + 1};
    TRY(list_number(&f->before, p, "before", fault));
    TRY(list_number(&year, p, "year", fault));
    if (year == 0)
        return ERR_OK;
    if (date_make(&day, (int)(year < 9999 ? year : 0), 1, 1) != ERR_OK)
        return fault_set(fault, ERR_INPUT, "年度应为四位数字");
    f->from = time_of_date(day);
    return date_make(&day, (int)year + 1, 1, 1) == ERR_OK ? (f->until = time_of_date(day), ERR_OK)
                                                          : ERR_INPUT;
}

enum err page_results_list(struct web_reply *reply, const struct web_request *request,
                           struct fault *fault)
{
    struct page p;
    struct store_result_filter filter;
    struct store_public_result *rows = NULL;
    size_t count = 0;
    page_begin(&p, request, "/results", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "results"));
    TRY(results_filter(&filter, &p, fault));
    enum err err = office_portal_results(&rows, &count, &p.errand, &filter);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    struct web_model *m = &p.model;
    struct web_value *root = &m->root;
    bool more = count > PAGE_ROWS;
    web_set(m, root, "department", filter.department);
    web_set(m, root, "task", filter.task);
    web_set(m, root, "year", web_param(request, "year"));
    web_set(m, root, "keep", results_keep(&p));
    results_codes(&p, filter.code);
    page_results(&p, rows, more ? PAGE_ROWS : count);
    web_set_flag(m, root, "more", more);
    web_set_count(m, root, "next", more ? rows[PAGE_ROWS - 1].id : 0);
    return page_end(reply, &p, "results");
}

/* --- statistics --- */

static struct str statistics_key(struct page *p, enum store_dimension by, struct str key)
{
    if (key.len == 0)
        return STR("–");
    if (by == STORE_BY_DIVISION)
        return list_division(p, key);
    if (by != STORE_BY_INDUSTRY)
        return key;
    const struct industry *industry = industry_find(&p->site->reader->industries, key);
    return industry != NULL ? industry->name : key;
}

static void statistics_tables(struct page *p, const struct office_statistics *s)
{
    static const char *const headings[] = {"by_item", "by_industry", "by_division",
                                           "by_department"};
    struct web_model *m = &p->model;
    struct web_value *tables = web_set_list(m, &m->root, "tables");
    for (int by = STORE_BY_ITEM; by <= STORE_BY_DEPARTMENT; by++) {
        struct web_value *table = web_list_add(m, tables);
        web_set(m, table, "heading", page_word(p, headings[by]));
        struct web_value *rows = web_set_list(m, table, "rows");
        for (size_t i = 0; i < s->share_count[by]; i++) {
            const struct store_share *share = &s->shares[by][i];
            struct web_value *row = web_list_add(m, rows);
            web_set(m, row, "key", statistics_key(p, (enum store_dimension)by, share->key));
            web_set_count(m, row, "visits", share->visits);
            web_set_count(m, row, "results", share->results);
            web_set_count(m, row, "findings", share->findings);
            double rate = share->results > 0 ? (double)share->findings / (double)share->results : 0;
            web_set(m, row, "share", page_percent(p, rate));
        }
    }
}

static void statistics_estimates(struct page *p, const struct office_statistics *s)
{
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "estimates");
    for (size_t i = 0; i < s->estimate_count; i++) {
        const struct office_estimate *e = &s->estimates[i];
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "draw", e->draw);
        web_set(m, row, "task_name", e->task_name);
        web_set_count(m, row, "size", e->size);
        web_set_count(m, row, "visited", e->visited);
        web_set_count(m, row, "findings", e->findings);
        web_set(m, row, "share", page_percent(p, e->share));
        web_set_flag(m, row, "interval", !isnan(e->low));
        web_set(m, row, "low", page_percent(p, isnan(e->low) ? 0 : e->low));
        web_set(m, row, "high", page_percent(p, isnan(e->high) ? 0 : e->high));
    }
    web_set_flag(m, &m->root, "has_estimates", s->estimate_count > 0);
}

/* Links to this year and those before it. */
static void statistics_years(struct page *p, int shown)
{
    enum { YEARS = 6 };
    struct web_model *m = &p->model;
    struct web_value *list = web_set_list(m, &m->root, "years");
    int now = date_year(date_of_time(p->request->now));
    for (int year = now; year > now - YEARS; year--) {
        struct web_value *row = web_list_add(m, list);
        web_set_count(m, row, "year", year);
        web_set_flag(m, row, "on", year == shown);
    }
    web_set_count(m, &m->root, "year", shown);
}

enum err page_statistics(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct office_statistics s;
    int64_t year = 0;
    page_begin(&p, request, "/statistics", STR(""));
    web_set(&p.model, &p.model.root, "title", page_word(&p, "statistics"));
    TRY(list_number(&year, &p, "year", fault));
    if (year == 0)
        year = date_year(date_of_time(request->now));
    if (year > 9000)
        return fault_set(fault, ERR_INPUT, "年度应为四位数字");
    enum err err = office_portal_statistics(&s, &p.errand, (int)year);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set_count(&p.model, &p.model.root, "visits", s.figures.visits);
    web_set_count(&p.model, &p.model.root, "results_count", s.figures.results);
    web_set_count(&p.model, &p.model.root, "findings", s.figures.findings);
    statistics_years(&p, (int)year);
    statistics_tables(&p, &s);
    statistics_estimates(&p, &s);
    return page_end(reply, &p, "statistics");
}
