/* Administrative divisions: the tree from the place upwards and downwards, search, and what became
 * of codes that were abolished (GB/T 2260; R29). Facts that the program carries: nothing is edited.
 */
#include "page/desk.h"

#include <string.h>

enum { DIVISION_ROWS = 500 };

static const char *const division_levels[] = {"", "省级", "地级", "县级", "乡级", "村级"};

static struct str division_href(struct page *p, struct str code)
{
    struct str href = arena_printf(p->request->arena, "/desk/divisions?of=%.*s", STR_ARG(code));
    p->model.failed = p->model.failed || href.data == NULL;
    return href;
}

static const struct regions *division_all(const struct page *p)
{
    return &p->errand.office->regions;
}

/* How many stand directly below. */
static int64_t division_below(const struct regions *all, struct str code)
{
    int64_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count += str_eq(all->items[i].parent, code);
    return count;
}

static void division_row(struct page *p, struct web_value *list, const struct region *r, bool full)
{
    struct web_model *m = &p->model;
    struct web_value *row = web_list_add(m, list);
    int64_t below = division_below(division_all(p), r->code);
    web_set(m, row, "code", r->code);
    web_set(m, row, "name",
            full ? regions_full_name(division_all(p), p->request->arena, r->code) : r->name);
    web_set(m, row, "level", str_of(division_levels[r->level]));
    web_set_count(m, row, "below", below);
    web_set(m, row, "href", below > 0 ? division_href(p, r->code) : STR(""));
}

/* The way from the province down to the division. */
static void division_path(struct page *p, const struct region *r)
{
    struct web_model *m = &p->model;
    const struct region *steps[6];
    size_t count = 0;
    struct web_value *list = web_set_list(m, &m->root, "path");
    while (r != NULL && count < 6) {
        steps[count++] = r;
        r = r->parent.len == 0 ? NULL : regions_find(division_all(p), r->parent);
    }
    while (count-- > 0) {
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "name", steps[count]->name);
        web_set(m, row, "href", division_href(p, steps[count]->code));
    }
}

/* Abolished codes: of the province in view, or those that the search finds. */
static void division_gone(struct page *p, struct str within, struct str q)
{
    struct web_model *m = &p->model;
    const struct regions *all = division_all(p);
    struct web_value *list = web_set_list(m, &m->root, "gone");
    size_t shown = 0;
    for (size_t i = 0; i < all->change_count; i++) {
        const struct region_change *c = &all->changes[i];
        bool fits = q.len > 0 ? str_starts(c->old_code, q) || str_find(c->old_name, q) >= 0
                              : within.len > 0 && str_starts(c->old_code, within);
        if (!fits || shown++ >= DIVISION_ROWS)
            continue;
        struct web_value *row = web_list_add(m, list);
        web_set(m, row, "code", c->old_code);
        web_set(m, row, "name", c->old_name);
        web_set(m, row, "new_code", c->new_code);
        web_set(m, row, "new_name",
                c->new_code.len > 0 ? regions_full_name(all, p->request->arena, c->new_code)
                                    : STR("去向不明，代码保留"));
    }
    web_set_flag(m, &m->root, "has_gone", list->count > 0);
    web_set_count(m, &m->root, "gone_count", (int64_t)shown);
}

static struct web_value *division_found(struct page *p, struct str q)
{
    struct web_model *m = &p->model;
    const struct regions *all = division_all(p);
    struct web_value *list = web_set_list(m, &m->root, "rows");
    size_t shown = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct region *r = &all->items[i];
        if (!str_starts(r->code, q) && str_find(r->name, q) < 0)
            continue;
        if (shown++ < DIVISION_ROWS)
            division_row(p, list, r, true);
    }
    web_set_count(m, &m->root, "count", (int64_t)shown);
    web_set_flag(m, &m->root, "cut", shown > DIVISION_ROWS);
    return list;
}

static struct web_value *division_children(struct page *p, struct str of)
{
    struct web_model *m = &p->model;
    const struct regions *all = division_all(p);
    struct web_value *list = web_set_list(m, &m->root, "rows");
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].parent, of))
            division_row(p, list, &all->items[i], false);
    web_set_count(m, &m->root, "count", (int64_t)list->count);
    web_set_flag(m, &m->root, "cut", false);
    return list;
}

enum err desk_divisions(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct str q = str_trim(web_param(request, "q"));
    struct str of = web_param(request, "of");
    desk_begin(&p, request, "/desk/divisions", "行政区划");
    struct web_model *m = &p.model;
    if (of.data == NULL)
        of = p.errand.office->tenant;
    const struct region *here = regions_find(division_all(&p), of);
    if (of.len > 0 && here == NULL) {
        fault_set(&p.errand.fault, ERR_MISSING, "没有这个行政区划");
        return page_fail(fault, &p, ERR_MISSING);
    }
    of = here != NULL ? here->code : STR("");
    division_path(&p, here);
    struct web_value *rows = q.len > 0 ? division_found(&p, q) : division_children(&p, of);
    web_set_flag(m, &m->root, "any", rows->count > 0);
    division_gone(&p, str_sub(of, 0, 2), q);
    web_set(m, &m->root, "q", q);
    web_set_flag(m, &m->root, "searches", q.len > 0);
    web_set(m, &m->root, "here_name", here != NULL ? here->name : STR("全国"));
    web_set(m, &m->root, "here_code", of);
    return page_end(reply, &p, "desk_divisions");
}
