/* Administrative divisions: the tree from the place upwards and downwards, search, and what became
 * of codes that were abolished (GB/T 2260; R29). Facts that the program carries: nothing is edited.
 */
#include "page/desk_list.h"

#include <string.h>

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

enum {
    DIVISION_CODE,
    DIVISION_NAME,
    DIVISION_NEW_CODE,
    DIVISION_NEW_NAME,
    DIVISION_LEVEL,
    DIVISION_BELOW
};

static const struct field_word division_kinds[] = {
    {"now", "现行", NULL}, {"gone", "已撤销的代码", NULL}, {NULL, NULL, NULL}};

static const struct desk_filter division_filters[] = {
    {"q", "名称或代码", DESK_FILTER_TEXT, NULL, false},
    {"kind", "范围", DESK_FILTER_SELECT, division_kinds, false},
    {"of", "上级代码（0 为全国）", DESK_FILTER_TEXT, NULL, true},
    {NULL, NULL, DESK_FILTER_TEXT, NULL, false}};

static const struct desk_column division_columns[] = {
    [DIVISION_CODE] = {"code", "代码", DESK_COLUMN_TIME, false, false},
    [DIVISION_NAME] = {"name", "名称", DESK_COLUMN_TEXT, false, false},
    [DIVISION_NEW_CODE] = {"new-code", "现行代码", DESK_COLUMN_TIME, false, false},
    [DIVISION_NEW_NAME] = {"new-name", "现行名称", DESK_COLUMN_TEXT, false, false},
    [DIVISION_LEVEL] = {"level", "级别", DESK_COLUMN_TEXT, false, false},
    [DIVISION_BELOW] = {"below", "下一级", DESK_COLUMN_NUMBER, false, false},
    {NULL, NULL, DESK_COLUMN_TEXT, false, false}};

static const struct desk_list_kind division_list = {
    "divisions", "/desk/divisions", "行政区划", "个行政区划", division_filters, division_columns};

/* What is listed: one of the two is NULL. */
struct division {
    const struct region *now;
    const struct region_change *gone;
};

struct divisions {
    struct division *items;
    struct str *keys;
    size_t count;
};

static void division_now(struct desk_list *list, const struct region *r)
{
    struct page *p = list->p;
    const struct regions *all = division_all(p);
    bool searched = str_trim(web_param(p->request, "q")).len > 0;
    int64_t below = division_below(all, r->code);
    struct str name = searched ? regions_full_name(all, p->request->arena, r->code) : r->name;
    if (below > 0)
        desk_list_link(list, DIVISION_NAME, name, division_href(p, r->code));
    else
        desk_list_text(list, DIVISION_NAME, name);
    desk_list_text(list, DIVISION_CODE, r->code);
    desk_list_text(list, DIVISION_LEVEL, str_of(division_levels[r->level]));
    desk_list_count(list, DIVISION_BELOW, below);
}

static void division_gone(struct desk_list *list, const struct region_change *c)
{
    struct page *p = list->p;
    desk_list_text(list, DIVISION_CODE, c->old_code);
    desk_list_text(list, DIVISION_NAME, c->old_name);
    desk_list_text(list, DIVISION_NEW_CODE, c->new_code);
    desk_list_text(list, DIVISION_NEW_NAME,
                   c->new_code.len > 0
                       ? regions_full_name(division_all(p), p->request->arena, c->new_code)
                       : STR("去向不明，代码保留"));
    desk_list_tag(list, DIVISION_LEVEL, STR("已撤销"), true);
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

static bool division_wants(const struct page *p, const char *kind)
{
    struct str wanted = web_param(p->request, "kind");
    bool searched = str_trim(web_param(p->request, "q")).len > 0;
    if (wanted.len > 0)
        return str_eq(wanted, str_of(kind));
    return searched || strcmp(kind, "now") == 0;
}

/* All that fit: below a division or found by the search, then abolished codes, of the province in
 * view or found. */
static void divisions_find(struct divisions *out, const struct page *p, struct str of)
{
    const struct regions *all = division_all(p);
    struct str q = str_trim(web_param(p->request, "q"));
    for (size_t i = 0; i < all->count && division_wants(p, "now"); i++) {
        const struct region *r = &all->items[i];
        bool fits =
            q.len > 0 ? str_starts(r->code, q) || str_find(r->name, q) >= 0 : str_eq(r->parent, of);
        if (!fits)
            continue;
        out->keys[out->count] = r->code;
        out->items[out->count++] = (struct division){.now = r};
    }
    for (size_t i = 0; i < all->change_count && division_wants(p, "gone"); i++) {
        const struct region_change *c = &all->changes[i];
        bool fits = q.len > 0 ? str_starts(c->old_code, q) || str_find(c->old_name, q) >= 0
                              : str_starts(c->old_code, str_sub(of, 0, 2));
        if (!fits)
            continue;
        out->keys[out->count] = arena_printf(p->request->arena, "g%zu", i);
        out->items[out->count++] = (struct division){.gone = c};
    }
}

static enum err division_fill(struct desk_list *list, struct str of)
{
    struct page *p = list->p;
    const struct regions *all = division_all(p);
    struct desk_found found = {0};
    struct divisions d = {0};
    size_t from = 0, until = 0, most = all->count + all->change_count + 1;
    d.items = arena_array(p->request->arena, most, sizeof *d.items);
    d.keys = arena_array(p->request->arena, most, sizeof *d.keys);
    if (d.items == NULL || d.keys == NULL)
        return ERR_MEMORY;
    divisions_find(&d, p, of);
    desk_list_window(&found, &from, &until, list, d.keys, d.count);
    for (size_t i = from; i < until; i++) {
        bool now = d.items[i].now != NULL;
        desk_list_row(list, d.keys[i], now ? d.items[i].now->name : d.items[i].gone->old_name);
        if (now)
            division_now(list, d.items[i].now);
        else
            division_gone(list, d.items[i].gone);
    }
    desk_list_end(list, &found, "没有下一级的数据。");
    return ERR_OK;
}

enum err desk_divisions(struct web_reply *reply, const struct web_request *request,
                        struct fault *fault)
{
    struct page p;
    struct desk_list list;
    struct str of = str_trim(web_param(request, "of"));
    desk_begin(&p, request, "/desk/divisions", "行政区划");
    struct web_model *m = &p.model;
    if (of.len == 0)
        of = p.errand.office->tenant;
    bool whole = str_eq(of, STR("0"));
    const struct region *here = whole ? NULL : regions_find(division_all(&p), of);
    if (!whole && here == NULL) {
        fault_set(&p.errand.fault, ERR_MISSING, "没有这个行政区划");
        return page_fail(fault, &p, ERR_MISSING);
    }
    division_path(&p, here);
    web_set_flag(m, &m->root, "searches", str_trim(web_param(request, "q")).len > 0);
    web_set(m, &m->root, "here_name", here != NULL ? here->name : STR("全国"));
    web_set(m, &m->root, "here_code", here != NULL ? here->code : STR(""));
    enum err err = desk_list_begin(&list, &p, &division_list);
    if (err == ERR_OK)
        err = division_fill(&list, here != NULL ? here->code : STR(""));
    return err == ERR_OK ? page_end(reply, &p, "desk_divisions") : page_fail(fault, &p, err);
}
