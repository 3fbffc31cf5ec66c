/* The built-in guide (R154): what to do first, step by step for each role, and a glossary to
 * search. Its words stand in data/guide.csv and data/glossary.csv. A step links to its page only
 * where that page is in the route table and the person may enter it. */
#include "page/desk.h"

#include "base/csv.h"
#include "model/embed.h"

enum { GUIDE_ROLE, GUIDE_TITLE, GUIDE_TEXT, GUIDE_HREF, GUIDE_COLUMNS };
enum { TERM_WORD, TERM_MEANING, TERM_BASIS, TERM_COLUMNS };

/* A row's cell as it stays. */
static struct str guide_cell(struct page *p, const struct str *cells, size_t count, size_t at)
{
    struct str copy = arena_str(p->request->arena, at < count ? cells[at] : STR(""));
    p->model.failed = p->model.failed || copy.data == NULL;
    return copy;
}

/* The roles that the table speaks of, his own first. */
static struct web_value *guide_role(struct page *p, struct web_value *own, struct web_value *others,
                                    enum model_role role)
{
    const struct desk *desk = desk_of(p->request);
    bool mine = (desk->session.roles & 1u << role) != 0;
    struct web_value *row = web_list_add(&p->model, mine ? own : others);
    web_set(&p->model, row, "role", str_of(model_roles[role].text));
    return web_set_list(&p->model, row, "steps");
}

static void guide_step(struct page *p, struct web_value *steps, const struct str *cells,
                       size_t count)
{
    struct web_value *row = web_list_add(&p->model, steps);
    struct str href = guide_cell(p, cells, count, GUIDE_HREF);
    web_set(&p->model, row, "step_title", guide_cell(p, cells, count, GUIDE_TITLE));
    web_set(&p->model, row, "text", guide_cell(p, cells, count, GUIDE_TEXT));
    web_set(&p->model, row, "href", desk_opens(p, href) ? href : STR(""));
}

static enum err guide_steps(struct page *p, struct web_value *own, struct web_value *others)
{
    struct csv *csv = NULL;
    struct str *cells = NULL;
    size_t count = 0;
    struct web_value *steps[MODEL_ROLE_COUNT] = {0};
    TRY(csv_open_memory(&csv, model_data_find("guide.csv"), NULL, &p->errand.fault));
    enum err err = csv_next(csv, &cells, &count);
    while (err == ERR_OK && (err = csv_next(csv, &cells, &count)) == ERR_OK) {
        enum model_role role = model_role_find(cells[GUIDE_ROLE]);
        if (role == MODEL_ROLE_COUNT)
            continue;
        if (steps[role] == NULL)
            steps[role] = guide_role(p, own, others, role);
        guide_step(p, steps[role], cells, count);
    }
    csv_close(csv);
    return err == ERR_END ? ERR_OK : err;
}

static enum err guide_terms(struct page *p, struct str wanted)
{
    struct csv *csv = NULL;
    struct str *cells = NULL;
    size_t count = 0;
    struct web_value *list = web_set_list(&p->model, &p->model.root, "terms");
    TRY(csv_open_memory(&csv, model_data_find("glossary.csv"), NULL, &p->errand.fault));
    enum err err = csv_next(csv, &cells, &count);
    while (err == ERR_OK && (err = csv_next(csv, &cells, &count)) == ERR_OK) {
        bool fits = count >= TERM_COLUMNS && (str_find(cells[TERM_WORD], wanted) >= 0 ||
                                              str_find(cells[TERM_MEANING], wanted) >= 0);
        if (!fits)
            continue;
        struct web_value *row = web_list_add(&p->model, list);
        web_set(&p->model, row, "word", guide_cell(p, cells, count, TERM_WORD));
        web_set(&p->model, row, "meaning", guide_cell(p, cells, count, TERM_MEANING));
        web_set(&p->model, row, "basis", guide_cell(p, cells, count, TERM_BASIS));
    }
    csv_close(csv);
    web_set_flag(&p->model, &p->model.root, "no_terms", list->count == 0);
    return err == ERR_END ? ERR_OK : err;
}

enum err desk_guide(struct web_reply *reply, const struct web_request *request, struct fault *fault)
{
    struct page p;
    struct str wanted = str_trim(web_param(request, "q"));
    desk_begin(&p, request, "/desk/guide", "使用指南");
    struct web_value *own = web_set_list(&p.model, &p.model.root, "own_roles");
    struct web_value *others = web_set_list(&p.model, &p.model.root, "other_roles");
    enum err err = guide_steps(&p, own, others);
    if (err == ERR_OK)
        err = guide_terms(&p, wanted);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    web_set_flag(&p.model, &p.model.root, "no_role", own->count == 0);
    web_set(&p.model, &p.model.root, "q", wanted);
    web_set_flag(&p.model, &p.model.root, "searched", wanted.len > 0);
    return page_end(reply, &p, "desk_guide");
}
