/* GB/T 4754 industries, looked up by code and by name.
 *
 * Invariants: `items` is sorted by code bytes, so that a section letter stands behind all digits
 * and a class directly behind its group; `by_name` orders the same items by name, shorter codes
 * first, so that the first of equal names is the widest class. */
#include "ids/industry.h"

#include "base/csv.h"
#include "base/order.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, ITEMS_MAX = 65536 };

struct loader {
    struct industry *items;
    size_t count;
    size_t cap;
};

static int compare_codes(const void *a, const void *b)
{
    return str_cmp(((const struct industry *)a)->code, ((const struct industry *)b)->code);
}

/* Orders by name, then length of code, then code. */
static int compare_names(const void *a, const void *b, void *items)
{
    const struct industry *all = items;
    const struct industry *x = &all[*(const uint32_t *)a], *y = &all[*(const uint32_t *)b];
    int order = str_cmp(x->name, y->name);
    if (order == 0 && x->code.len != y->code.len)
        order = x->code.len < y->code.len ? -1 : 1;
    return order ? order : str_cmp(x->code, y->code);
}

/* One row into the next item. */
static enum err load_row(struct loader *in, struct arena *arena, const struct str *cells,
                         size_t count)
{
    if (count != COLUMNS || cells[0].len == 0 || cells[4].len != 1 || in->count == in->cap)
        return ERR_FORMAT;
    struct industry *item = &in->items[in->count++];
    item->code = arena_str(arena, cells[0]);
    item->name = arena_str(arena, cells[1]);
    item->parent = arena_str(arena, cells[3]);
    item->section = cells[4].data[0];
    return item->code.data && item->name.data && item->parent.data ? ERR_OK : ERR_MEMORY;
}

static enum err load_rows(struct loader *in, struct arena *arena, struct csv *csv)
{
    struct str *cells;
    size_t count;
    TRY(csv_next(csv, &cells, &count));
    enum err err;
    while ((err = csv_next(csv, &cells, &count)) == ERR_OK)
        TRY(load_row(in, arena, cells, count));
    return err == ERR_END ? ERR_OK : err;
}

/* Line breaks bound the number of rows. */
static size_t count_lines(struct str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    return lines;
}

static struct str name_of(const void *items, size_t index)
{
    return ((const struct industry *)items)[index].name;
}

enum err industries_load(struct industries *out, struct arena *arena, struct str text,
                         struct fault *fault)
{
    *out = (struct industries){0};
    struct loader in = {.cap = count_lines(text)};
    if (in.cap > ITEMS_MAX)
        return fault_set(fault, ERR_LIMIT, "行业分类表超过 %d 行", ITEMS_MAX);
    in.items = arena_array(arena, in.cap, sizeof *in.items);
    struct csv *csv;
    if (!in.items)
        return ERR_MEMORY;
    TRY(csv_open_memory(&csv, text, &(struct csv_options){.delimiter = ','}, fault));
    enum err err = load_rows(&in, arena, csv);
    if (err != ERR_OK && err != ERR_MEMORY)
        err = fault_set(fault, ERR_FORMAT, "行业分类表第 %llu 行不符合格式，未载入",
                        (unsigned long long)csv_row(csv));
    csv_close(csv);
    TRY(err);
    qsort(in.items, in.count, sizeof *in.items, compare_codes);
    out->items = in.items;
    out->count = in.count;
    uint32_t *order = NULL;
    TRY(order_make(&order, arena, out->items, out->count, compare_names));
    out->by_name = order;
    return ERR_OK;
}

const struct industry *industry_find(const struct industries *all, struct str code)
{
    char letter = code.len > 1 ? code.data[0] : '\0';
    bool lettered = letter >= 'A' && letter <= 'T';
    struct industry key = {.code = lettered ? str_sub(code, 1, code.len) : code};
    const struct industry *found = bsearch(&key, all->items, all->count, sizeof key, compare_codes);
    return found && lettered && found->section != letter ? NULL : found;
}

const struct industry *industry_by_name(const struct industries *all, struct str name)
{
    name = str_trim(name);
    size_t low = order_first(all->by_name, all->count, all->items, name_of, name);
    if (low == all->count)
        return NULL;
    const struct industry *found = &all->items[all->by_name[low]];
    return str_eq(found->name, name) ? found : NULL;
}

const struct industry *industry_resolve(const struct industries *all, struct str text)
{
    text = str_trim(text);
    const struct industry *found = industry_find(all, text);
    return found ? found : industry_by_name(all, text);
}

bool industry_within(const struct industries *all, struct str code, struct str scope)
{
    const struct industry *item = industry_find(all, code);
    const struct industry *wide = industry_find(all, scope);
    if (!item || !wide)
        return false;
    bool section = wide->code.len == 1;
    return section ? item->section == wide->section : str_starts(item->code, wide->code);
}
