/* Lists of the workbench: see desk_list.h. A preference "list.NAME" holds "SIZE COLUMN,COLUMN..."
 * as the account chose them. */
#include "page/desk_list.h"

#include "web/check.h"

#include <string.h>

/* Every list whose columns and page size can be remembered. */
static const char *const desk_list_names[] = {
    "accounts",  "objects", "inspectors",  "experts",      "items",    "documents", "libraries",
    "labels",    "imports", "jobs",        "health",       "settings", "drafts",    "superior",
    "joint",     "outside", "commissions", "library-rows", "due",      "feedback",  "meetings",
    "issuances", "courses", "audit",       "divisions",    "words",    "approvals"};

static const unsigned desk_sizes[] = {20, DESK_PAGE, 200, DESK_PAGE_MOST};

enum { DESK_SIZES = sizeof desk_sizes / sizeof desk_sizes[0] };

static struct str list_keep(struct page *p, struct buf *text)
{
    struct str copy = arena_str(p->request->arena, buf_view(text));
    p->model.failed = p->model.failed || copy.data == NULL || buf_err(text) != ERR_OK;
    buf_free(text);
    return copy;
}

/* --- what the account chose --- */

static struct str list_preference(struct page *p, const char *name)
{
    struct str text = arena_printf(p->request->arena, "list.%s", name);
    p->model.failed = p->model.failed || text.data == NULL;
    return text;
}

static size_t list_size(struct str text)
{
    uint64_t size = 0;
    for (size_t i = 0; i < DESK_SIZES && str_u64(&size, text) == ERR_OK; i++)
        if (desk_sizes[i] == size)
            return (size_t)size;
    return DESK_PAGE;
}

static uint64_t list_columns(const struct desk_column *columns, struct str chosen)
{
    uint64_t shown = 0;
    struct str rest = chosen;
    struct str one;
    for (size_t i = 0; columns[i].name != NULL; i++)
        if (i == 0 || (chosen.len == 0 && !columns[i].later))
            shown |= UINT64_C(1) << i;
    while (chosen.len > 0 && str_cut(&one, &rest, ','))
        for (size_t i = 0; columns[i].name != NULL; i++)
            if (str_eq(one, str_of(columns[i].name)))
                shown |= UINT64_C(1) << i;
    return shown;
}

static enum err list_chosen(struct desk_list *list)
{
    struct page *p = list->p;
    struct str kept;
    struct str size;
    TRY(office_preference_get(&kept, &p->errand, desk_of(p->request)->session.account,
                              list_preference(p, list->kind->name)));
    struct str columns = kept;
    (void)str_cut(&size, &columns, ' ');
    list->size = list_size(size);
    list->shown = list_columns(list->kind->columns, columns);
    return ERR_OK;
}

/* --- the filter bar --- */

static void list_filter(struct desk_list *list, struct web_value *into,
                        const struct desk_filter *filter)
{
    struct web_model *m = &list->p->model;
    struct web_value *row = web_list_add(m, into);
    struct str value = str_trim(web_param(list->p->request, filter->name));
    web_set(m, row, "name", str_of(filter->name));
    web_set(m, row, "label", str_of(filter->label));
    web_set(m, row, "value", value);
    web_set_flag(m, row, "text", filter->kind == DESK_FILTER_TEXT);
    web_set_flag(m, row, "select", filter->kind == DESK_FILTER_SELECT);
    web_set_flag(m, row, "date", filter->kind == DESK_FILTER_DATE);
    (void)web_set_list(m, row, "options");
    list->filtered = list->filtered || value.len > 0;
    if (filter->more && value.len > 0)
        web_set_flag(m, list->object, "unfolded", true);
}

static void list_filters(struct desk_list *list)
{
    struct web_model *m = &list->p->model;
    struct web_value *first = web_set_list(m, list->object, "filters");
    struct web_value *more = web_set_list(m, list->object, "more_filters");
    web_set_flag(m, list->object, "unfolded", false);
    for (const struct desk_filter *f = list->kind->filters; f->name != NULL; f++)
        list_filter(list, f->more ? more : first, f);
    web_set_flag(m, list->object, "foldable", more->count > 0);
    for (const struct desk_filter *f = list->kind->filters; f->name != NULL; f++)
        for (const struct field_word *w = f->words; w != NULL && w->code != NULL; w++)
            desk_list_option(list, f->name, str_of(w->code), str_of(w->text));
}

static struct web_value *list_member(const struct web_value *object, struct str name)
{
    for (size_t i = 0; i < object->count; i++)
        if (str_eq(object->names[i].text, name))
            return object->items[i];
    return NULL;
}

static void list_add_option(struct web_model *m, const struct web_value *filters, struct str filter,
                            const struct str option[2])
{
    for (size_t i = 0; i < filters->count; i++) {
        struct web_value *one = filters->items[i];
        if (!str_eq(list_member(one, STR("name"))->text, filter))
            continue;
        struct web_value *row = web_list_add(m, list_member(one, STR("options")));
        web_set(m, row, "code", option[0]);
        web_set(m, row, "text", option[1]);
        web_set_flag(m, row, "chosen", str_eq(list_member(one, STR("value"))->text, option[0]));
    }
}

void desk_list_option(struct desk_list *list, const char *filter, struct str value, struct str text)
{
    struct web_model *m = &list->p->model;
    const struct str option[2] = {value, text};
    if (m->failed)
        return;
    list_add_option(m, list_member(list->object, STR("filters")), str_of(filter), option);
    list_add_option(m, list_member(list->object, STR("more_filters")), str_of(filter), option);
}

/* --- place and order --- */

static void list_query_add(struct buf *out, struct page *p, const char *name, struct str value)
{
    if (value.len == 0)
        return;
    buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", name);
    buf_str(out, page_url(p, value));
}

/* The filter, then the order given. */
static struct str list_query(const struct desk_list *list, struct str sort)
{
    struct page *p = list->p;
    struct buf out = {0};
    for (const struct desk_filter *f = list->kind->filters; f->name != NULL; f++)
        list_query_add(&out, p, f->name, str_trim(web_param(p->request, f->name)));
    list_query_add(&out, p, "sort", sort);
    return list_keep(p, &out);
}

static struct str list_sort(const struct desk_list *list)
{
    if (list->sort == NULL)
        return STR("");
    return arena_printf(list->p->request->arena, "%s%s", list->down ? "-" : "", list->sort->name);
}

static void list_order(struct desk_list *list)
{
    struct str sort = web_param(list->p->request, "sort");
    list->down = str_starts(sort, STR("-"));
    struct str name = list->down ? str_sub(sort, 1, SIZE_MAX) : sort;
    for (const struct desk_column *c = list->kind->columns; c->name != NULL; c++)
        if (c->sorted && str_eq(name, str_of(c->name)))
            list->sort = c;
    list->down = list->down && list->sort != NULL;
}

/* An address of the list: a query, and a place in it. */
static struct str list_href(const struct desk_list *list, struct str query, const char *place,
                            struct str key)
{
    struct page *p = list->p;
    struct buf out = {0};
    struct buf more = {0};
    buf_str(&more, query);
    list_query_add(&more, p, place, key);
    buf_cat(&out, list->kind->path);
    if (more.len > 0)
        buf_char(&out, '?');
    buf_str(&out, buf_view(&more));
    buf_free(&more);
    return list_keep(p, &out);
}

/* --- columns --- */

static void list_head(struct desk_list *list, struct web_value *heads, const struct desk_column *c)
{
    struct web_model *m = &list->p->model;
    struct web_value *row = web_list_add(m, heads);
    bool current = list->sort == c;
    struct str turned = arena_printf(m->arena, "%s%s", current && !list->down ? "-" : "", c->name);
    web_set(m, row, "label", str_of(c->label));
    web_set_flag(m, row, "number", c->kind == DESK_COLUMN_NUMBER);
    web_set_flag(m, row, "sorted", c->sorted);
    web_set(m, row, "direction",
            !current     ? STR("none")
            : list->down ? STR("descending")
                         : STR("ascending"));
    web_set(m, row, "mark", !current ? STR("") : list->down ? STR("▼") : STR("▲"));
    if (c->sorted)
        web_set(m, row, "href", list_href(list, list_query(list, turned), "", STR("")));
}

static void list_heads(struct desk_list *list)
{
    struct web_model *m = &list->p->model;
    struct web_value *heads = web_set_list(m, list->object, "heads");
    struct web_value *choices = web_set_list(m, list->object, "columns");
    struct web_value *sizes = web_set_list(m, list->object, "sizes");
    for (size_t i = 0; list->kind->columns[i].name != NULL; i++) {
        const struct desk_column *c = &list->kind->columns[i];
        struct web_value *row = i > 0 ? web_list_add(m, choices) : NULL;
        if (desk_list_shows(list, (int)i))
            list_head(list, heads, c);
        if (row == NULL)
            continue;
        web_set(m, row, "name", str_of(c->name));
        web_set(m, row, "label", str_of(c->label));
        web_set_flag(m, row, "chosen", desk_list_shows(list, (int)i));
    }
    for (size_t i = 0; i < DESK_SIZES; i++) {
        struct web_value *row = web_list_add(m, sizes);
        web_set_count(m, row, "n", desk_sizes[i]);
        web_set_flag(m, row, "chosen", desk_sizes[i] == list->size);
    }
}

enum err desk_list_begin(struct desk_list *list, struct page *p, const struct desk_list_kind *kind)
{
    struct web_model *m = &p->model;
    *list = (struct desk_list){.p = p, .kind = kind};
    TRY(list_chosen(list));
    list->object = web_set_object(m, &m->root, "list");
    list->after = web_param(p->request, "after");
    list->before = list->after.len > 0 ? STR("") : web_param(p->request, "before");
    list_order(list);
    list_filters(list);
    list->query = list_query(list, list_sort(list));
    struct str here = list->after.len > 0 ? list_href(list, list->query, "after", list->after)
                                          : list_href(list, list->query, "before", list->before);
    ptrdiff_t mark = str_find_char(here, '?');
    list->came = mark < 0 ? STR("") : page_url(p, str_sub(here, (size_t)mark + 1, SIZE_MAX));
    web_set(m, list->object, "name", str_of(kind->name));
    web_set(m, list->object, "path", str_of(kind->path));
    web_set(m, list->object, "label", str_of(kind->label));
    web_set(m, list->object, "noun", str_of(kind->noun));
    web_set(m, list->object, "query", list->query);
    web_set(m, list->object, "sort", list_sort(list));
    web_set(m, list->object, "here", here);
    web_set_flag(m, list->object, "picks", false);
    web_set_flag(m, list->object, "has_acts", false);
    (void)web_set_list(m, list->object, "buttons");
    (void)web_set_list(m, list->object, "batches");
    list_heads(list);
    list->rows = web_set_list(m, list->object, "rows");
    return web_model_err(m);
}

bool desk_list_shows(const struct desk_list *list, int column)
{
    return (list->shown >> column & 1) != 0;
}

/* --- buttons --- */

void desk_list_button(struct desk_list *list, const char *label, struct str href)
{
    struct web_model *m = &list->p->model;
    struct web_value *row = web_list_add(m, list_member(list->object, STR("buttons")));
    web_set(m, row, "label", str_of(label));
    web_set(m, row, "href", href);
}

void desk_list_button_query(struct desk_list *list, const char *label, struct str href)
{
    struct str full = arena_printf(list->p->request->arena, "%.*s%s%.*s", STR_ARG(href),
                                   list->query.len > 0 ? "?" : "", STR_ARG(list->query));
    list->p->model.failed = list->p->model.failed || full.data == NULL;
    desk_list_button(list, label, full);
}

void desk_list_batch(struct desk_list *list, const char *label, struct str action)
{
    struct web_model *m = &list->p->model;
    struct web_value *row = web_list_add(m, list_member(list->object, STR("batches")));
    web_set(m, row, "label", str_of(label));
    web_set(m, row, "action", action);
    web_set_flag(m, list->object, "picks", true);
    web_set(m, list->object, "js", page_asset_path(list->p->site, "desk.js"));
}

/* --- rows --- */

void desk_list_row(struct desk_list *list, struct str key, struct str label)
{
    struct web_model *m = &list->p->model;
    struct web_value *row = web_list_add(m, list->rows);
    struct web_value *cells = web_set_list(m, row, "cells");
    web_set(m, row, "key", key);
    web_set(m, row, "title", label);
    list->acts = web_set_list(m, row, "acts");
    for (size_t i = 0; list->kind->columns[i].name != NULL; i++) {
        list->cells[i] = NULL;
        if (!desk_list_shows(list, (int)i))
            continue;
        struct web_value *cell = web_list_add(m, cells);
        web_set(m, cell, "label", str_of(list->kind->columns[i].label));
        web_set_flag(m, cell, "number", list->kind->columns[i].kind == DESK_COLUMN_NUMBER);
        web_set_flag(m, cell, "time", list->kind->columns[i].kind == DESK_COLUMN_TIME);
        list->cells[i] = web_set_list(m, cell, "parts");
    }
}

/* One part of a cell: a text, as a tag, as a link. */
static struct web_value *list_part(struct desk_list *list, int column, struct str text)
{
    struct web_model *m = &list->p->model;
    if (list->cells[column] == NULL)
        return NULL;
    struct web_value *part = web_list_add(m, list->cells[column]);
    web_set(m, part, "text", text);
    web_set_flag(m, part, "tag", false);
    web_set_flag(m, part, "bad", false);
    web_set(m, part, "fold", STR(""));
    web_set(m, part, "href", STR(""));
    return part;
}

void desk_list_text(struct desk_list *list, int column, struct str text)
{
    (void)list_part(list, column, text);
}

void desk_list_count(struct desk_list *list, int column, int64_t n)
{
    struct web_value *part = list_part(list, column, STR(""));
    if (part != NULL)
        web_set_count(&list->p->model, part, "text", n);
}

void desk_list_tag(struct desk_list *list, int column, struct str text, bool bad)
{
    struct web_value *part = list_part(list, column, text);
    if (part == NULL)
        return;
    web_set_flag(&list->p->model, part, "tag", true);
    web_set_flag(&list->p->model, part, "bad", bad);
}

void desk_list_fold(struct desk_list *list, int column, struct str label, struct str text)
{
    struct web_value *part = list_part(list, column, text);
    if (part != NULL)
        web_set(&list->p->model, part, "fold", label);
}

/* An address that knows the way back. */
static struct str list_leads(struct desk_list *list, struct str href)
{
    struct str full = href;
    if (list->came.len > 0)
        full = arena_printf(list->p->request->arena, "%.*s%scame=%.*s", STR_ARG(href),
                            str_find_char(href, '?') >= 0 ? "&" : "?", STR_ARG(list->came));
    list->p->model.failed = list->p->model.failed || full.data == NULL;
    return full;
}

void desk_list_link(struct desk_list *list, int column, struct str text, struct str href)
{
    struct web_value *part = list_part(list, column, text);
    if (part != NULL)
        web_set(&list->p->model, part, "href", list_leads(list, href));
}

void desk_list_act(struct desk_list *list, const char *label, struct str href)
{
    struct web_model *m = &list->p->model;
    struct web_value *act = web_list_add(m, list->acts);
    web_set(m, act, "label", str_of(label));
    web_set(m, act, "href", list_leads(list, href));
    web_set_flag(m, list->object, "has_acts", true);
}

struct store_window desk_list_place(const struct desk_list *list)
{
    return (struct store_window){.after = desk_number(list->after),
                                 .before = desk_number(list->before),
                                 .most = (int64_t)list->size};
}

enum err desk_list_keys(struct str **keys, struct page *p, const struct desk_ids *ids)
{
    const char *at = ids->rows;
    *keys = arena_array(p->request->arena, ids->count + 1, sizeof **keys);
    if (*keys == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < ids->count; i++) {
        int64_t id = 0;
        memcpy(&id, at + i * ids->size + ids->id, sizeof id);
        (*keys)[i] = page_digits(p, id);
        if ((*keys)[i].data == NULL)
            return ERR_MEMORY;
    }
    return ERR_OK;
}

void desk_list_window(struct desk_found *found, size_t *from, size_t *until,
                      const struct desk_list *list, const struct str *keys, size_t count)
{
    struct str key = list->after.len > 0 ? list->after : list->before;
    size_t at = 0;
    while (at < count && !str_eq(keys[at], key))
        at++;
    bool gone = key.len == 0 || at == count; /* the row is no longer there: the first page */
    bool back = !gone && list->before.len > 0;
    *from = gone ? 0 : back ? (at > list->size ? at - list->size : 0) : at + 1;
    *until = back ? at : *from + list->size < count ? *from + list->size : count;
    found->total = (int64_t)count;
    found->has_before = *from > 0;
    found->has_behind = *until < count;
    found->first = *from < *until ? keys[*from] : STR("");
    found->last = *from < *until ? keys[*until - 1] : STR("");
}

void desk_list_end(struct desk_list *list, const struct desk_found *found, const char *empty)
{
    struct web_model *m = &list->p->model;
    struct web_value *o = list->object;
    struct str none = STR("");
    web_set_count(m, o, "total", found->total);
    web_set_flag(m, o, "surpassed", found->more);
    web_set_count(m, o, "here_count", (int64_t)list->rows->count);
    web_set_flag(m, o, "any", list->rows->count > 0);
    web_set(m, o, "empty",
            list->filtered ? STR("没有符合条件的。可以减少条件，或点“重置”看全部。")
                           : str_of(empty));
    web_set(m, o, "first_page", found->has_before ? list_href(list, list->query, "", none) : none);
    web_set(m, o, "previous",
            found->has_before ? list_href(list, list->query, "before", found->first) : none);
    web_set(m, o, "next",
            found->has_behind ? list_href(list, list->query, "after", found->last) : none);
}

/* --- choosing --- */

static bool list_known(struct str name)
{
    for (size_t i = 0; i < sizeof desk_list_names / sizeof desk_list_names[0]; i++)
        if (str_eq(name, str_of(desk_list_names[i])))
            return true;
    return false;
}

static bool list_word(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] != '-' && (name.data[i] < 'a' || name.data[i] > 'z'))
            return false;
    return name.len > 0 && name.len <= 32;
}

/* "SIZE COLUMN,COLUMN": the first column is always shown and stands for "none of the others". */
static struct str list_choice(struct page *p)
{
    const struct web_request *r = p->request;
    struct buf out = {0};
    bool reset = web_field(r, "reset").len > 0;
    buf_u64(&out, list_size(reset ? STR("") : web_field(r, "size")));
    buf_char(&out, ' ');
    for (size_t i = 0; i < r->field_count && !reset; i++) {
        struct str name = r->fields[i].name;
        if (str_starts(name, STR("c-")) && list_word(str_sub(name, 2, SIZE_MAX)))
            buf_printf(&out, "%.*s,", STR_ARG(str_sub(name, 2, SIZE_MAX)));
    }
    if (!reset)
        buf_char(&out, '-');
    return list_keep(p, &out);
}

enum err desk_lists_save(struct web_reply *reply, const struct web_request *request,
                         struct fault *fault)
{
    struct page p;
    struct str name = web_field(request, "list");
    desk_begin(&p, request, "", "列");
    if (!list_known(name))
        return fault_set(fault, ERR_INPUT, "没有这个列表");
    struct str preference = arena_printf(request->arena, "list.%.*s", STR_ARG(name));
    struct str choice = list_choice(&p);
    if (preference.data == NULL || p.model.failed)
        return ERR_MEMORY;
    enum err err =
        office_preference_set(&p.errand, desk_of(request)->session.account, preference, choice);
    if (err != ERR_OK)
        return page_fail(fault, &p, err);
    desk_go(reply, desk_back(request));
    return ERR_OK;
}

/* --- rows picked --- */

static enum err picked_split(struct desk_picked *out, struct page *p, struct str joined)
{
    struct str *keys = arena_array(p->request->arena, DESK_PAGE_MOST, sizeof *keys);
    struct str rest = joined;
    struct str one;
    if (keys == NULL)
        return ERR_MEMORY;
    out->keys = keys;
    while (joined.len > 0 && out->count < DESK_PAGE_MOST && str_cut(&one, &rest, ','))
        if (one.len > 0)
            keys[out->count++] = one;
    return ERR_OK;
}

enum err desk_picked(struct desk_picked *out, struct page *p)
{
    const struct web_request *r = p->request;
    *out = (struct desk_picked){.all = str_eq(web_field(r, "which"), STR("all")),
                                .sure = web_field(r, "sure").len > 0,
                                .total = desk_number(web_field(r, "total")),
                                .keys = r->picks,
                                .count = r->pick_count,
                                .query = web_field(r, "filter"),
                                .request = *r};
    TRY(web_check_query(&out->request.params, &out->request.param_count, r->arena, out->query));
    if (out->all)
        out->count = (size_t)(out->total > 0 ? out->total : 0);
    else if (web_field(r, "keys").len > 0)
        TRY(picked_split(out, p, web_field(r, "keys")));
    if (out->count == 0)
        return fault_set(&p->errand.fault, ERR_INPUT,
                         "没有选择任何行，什么也没有做；请返回列表，先勾选要处理的行");
    return ERR_OK;
}

static struct str picked_join(struct desk_form *form, const struct desk_picked *picked)
{
    struct buf out = {0};
    for (size_t i = 0; !picked->all && i < picked->count; i++) {
        if (i > 0)
            buf_char(&out, ',');
        buf_str(&out, picked->keys[i]);
    }
    return list_keep(form->p, &out);
}

void desk_picked_form(struct desk_form *form, const struct desk_picked *picked)
{
    struct arena *arena = form->p->request->arena;
    const struct {
        const char *name;
        struct str value;
    } fields[] = {{"which", picked->all ? STR("all") : STR("picked")},
                  {"total", arena_printf(arena, "%lld", (long long)picked->total)},
                  {"filter", picked->query},
                  {"keys", picked_join(form, picked)},
                  {"sure", STR("1")}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct desk_field field = {fields[i].name, "", DESK_HIDDEN, false, NULL, NULL};
        (void)desk_form_field(form, &field, fields[i].value);
    }
}
