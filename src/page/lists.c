/* Front page and tasks. */
#include "page/page.h"

#include "base/file.h"
#include "model/resource.h"
#include "office/draw.h"

struct str page_log_size(struct page *p)
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
    web_set(m, root, "log_size", page_log_size(&p));
    web_set(m, root, "query", STR(""));
    front_tasks(&p, &front);
    front_overdue(&p, &front);
    page_results(&p, front.results, front.result_count);
    return page_end(reply, &p, "front");
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
    TRY(page_number(&before, &p, "before", fault));
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
        web_set(m, row, "plan_code", rows[i].plan_code);
        web_set(m, row, "from", page_date(&p, rows[i].visit_from));
        web_set(m, row, "until", page_date(&p, rows[i].visit_until));
        web_set(m, row, "draw", rows[i].draw);
        web_set(m, row, "draw_state",
                page_said(&p, str_of(office_draw_state_zh(rows[i].draw_state))));
        web_set_count(m, &m->root, "next", rows[i].id);
    }
    web_set_flag(m, &m->root, "has_tasks", count > 0);
    web_set_flag(m, &m->root, "more", count > PAGE_ROWS);
    return page_end(reply, &p, "tasks");
}

/* The department's name; its code where there is none. */
static struct str task_department(const struct office_public_task *t, struct str code)
{
    for (size_t i = 0; i < t->department_count; i++)
        if (str_eq(t->departments[i].code, code))
            return t->departments[i].name;
    return code;
}

static void task_lists(struct page *p, const struct office_public_task *t)
{
    struct web_model *m = &p->model;
    struct web_value *items = web_set_list(m, &m->root, "items");
    struct web_value *parts = web_set_list(m, &m->root, "parts");
    for (size_t i = 0; i < t->item_count; i++) {
        struct web_value *row = web_list_add(m, items);
        web_set(m, row, "code", t->items[i].code);
        web_set(m, row, "code_url", page_url(p, t->items[i].code));
        web_set(m, row, "name", t->items[i].name);
        web_set(m, row, "class", page_said(p, model_text(model_item_classes, t->items[i].class)));
        web_set(m, row, "department", task_department(t, t->items[i].department));
    }
    for (size_t i = 0; i < t->part_count; i++) {
        struct web_value *row = web_list_add(m, parts);
        web_set(m, row, "department", task_department(t, t->parts[i].department));
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
    page_named(&p, t.task.name);
    web_set(m, root, "number", t.task.number);
    web_set(m, root, "plan_name", t.task.plan_name);
    web_set(m, root, "plan_number", t.task.plan_number);
    web_set(m, root, "plan_code", t.task.plan_code);
    web_set(m, root, "document", t.task.document);
    web_set(m, root, "type", page_said(&p, model_text(model_task_types, t.task.type)));
    web_set(m, root, "source", page_said(&p, model_text(model_sources, t.task.source)));
    web_set(m, root, "department", t.task.department);
    web_set(m, root, "from", page_date(&p, t.task.visit_from));
    web_set(m, root, "until", page_date(&p, t.task.visit_until));
    web_set(m, root, "basis", t.task.basis);
    web_set(m, root, "draw", t.task.draw);
    web_set(m, root, "draw_state", page_said(&p, str_of(office_draw_state_zh(t.task.draw_state))));
    task_lists(&p, &t);
    return page_end(reply, &p, "task");
}
