/* Divisions by code: loading, looking up, and following abolished codes to their successors.
 *
 * Invariants: items and changes are sorted by code bytes, so a division stands directly before what
 * is below it and both are searched by halving. A successor named in the changes file is itself in
 * force: the file holds no chains, and loading refuses one. Walking from parent to parent ends,
 * since levels rise strictly; loading refuses a table where they don't. */
#include "regions/regions.h"

#include "base/csv.h"
#include "base/order.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 12, COUNTY_LEN = 6, TOWNSHIP_LEN = 9, ROWS_MAX = 1048576 };

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.len > 0;
}

static int compare_codes(const void *a, const void *b)
{
    return str_cmp(((const struct region *)a)->code, ((const struct region *)b)->code);
}

static int compare_changes(const void *a, const void *b)
{
    return str_cmp(((const struct region_change *)a)->old_code,
                   ((const struct region_change *)b)->old_code);
}

static int compare_names(const void *a, const void *b, void *items)
{
    const struct region *all = items;
    const struct region *x = &all[*(const uint32_t *)a], *y = &all[*(const uint32_t *)b];
    int order = str_cmp(x->name, y->name);
    return order ? order : str_cmp(x->code, y->code);
}

static enum region_level level_of(struct str word)
{
    static const char *const words[] = {
        [REGION_PROVINCE] = "province", [REGION_CITY] = "city",       [REGION_COUNTY] = "county",
        [REGION_TOWNSHIP] = "township", [REGION_VILLAGE] = "village",
    };
    for (unsigned level = REGION_PROVINCE; level <= REGION_VILLAGE; level++)
        if (str_eq(word, str_of(words[level])))
            return (enum region_level)level;
    return (enum region_level)0;
}

/* Two tables are loaded in the same way: rows into an array of fixed capacity. */
struct table {
    char *rows;
    size_t count;
    size_t cap;
    size_t size; /* bytes of a row */
    struct arena *arena;
    enum err (*fill)(void *row, struct arena *arena, const struct str *cells, size_t count);
};

static enum err fill_region(void *row, struct arena *arena, const struct str *cells, size_t count)
{
    struct region *region = row;
    if (count != 4 || !all_digits(cells[0]) || cells[0].len > CODE_MAX || !level_of(cells[2]))
        return ERR_FORMAT;
    region->code = arena_str(arena, cells[0]);
    region->name = arena_str(arena, cells[1]);
    region->level = level_of(cells[2]);
    region->parent = arena_str(arena, cells[3]);
    return region->code.data && region->name.data && region->parent.data ? ERR_OK : ERR_MEMORY;
}

/* Columns old_code,old_name,last_year,new_code,note. */
static enum err fill_change(void *row, struct arena *arena, const struct str *cells, size_t count)
{
    struct region_change *change = row;
    if (count != 5 || cells[0].len != COUNTY_LEN || !all_digits(cells[0]))
        return ERR_FORMAT;
    change->old_code = arena_str(arena, cells[0]);
    change->old_name = arena_str(arena, cells[1]);
    change->new_code = arena_str(arena, cells[3]);
    return change->old_code.data && change->old_name.data && change->new_code.data ? ERR_OK
                                                                                   : ERR_MEMORY;
}

static enum err fill_rows(struct table *table, struct csv *csv)
{
    struct str *cells;
    size_t count;
    TRY(csv_next(csv, &cells, &count));
    enum err err;
    while ((err = csv_next(csv, &cells, &count)) == ERR_OK) {
        if (table->count == table->cap)
            return ERR_FORMAT;
        TRY(table->fill(table->rows + table->count * table->size, table->arena, cells, count));
        table->count++;
    }
    return err == ERR_END ? ERR_OK : err;
}

/* Reads `text`, whose name for the message is `what`, into table->rows. */
static enum err load_table(struct table *table, struct str text, const char *what,
                           struct fault *fault)
{
    table->cap = 1;
    for (size_t i = 0; i < text.len; i++)
        table->cap += text.data[i] == '\n';
    if (table->cap > ROWS_MAX)
        return fault_set(fault, ERR_LIMIT, "%s超过 %d 行", what, ROWS_MAX);
    table->rows = arena_array(table->arena, table->cap, table->size);
    if (!table->rows)
        return ERR_MEMORY;
    struct csv *csv;
    TRY(csv_open_memory(&csv, text, &(struct csv_options){.delimiter = ','}, fault));
    enum err err = fill_rows(table, csv);
    if (err != ERR_OK && err != ERR_MEMORY)
        err = fault_set(fault, ERR_FORMAT, "%s第 %llu 行不符合格式，未载入", what,
                        (unsigned long long)csv_row(csv));
    csv_close(csv);
    return err;
}

static const struct region *find_exact(const struct regions *all, struct str code)
{
    struct region key = {.code = code};
    return bsearch(&key, all->items, all->count, sizeof key, compare_codes);
}

/* Every division but a province must lie below one of a higher level: so no walk up is endless. */
static enum err check_parents(const struct regions *all, struct fault *fault)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct region *region = &all->items[i];
        const struct region *parent = find_exact(all, region->parent);
        bool top = region->level == REGION_PROVINCE;
        if (top ? region->parent.len > 0 : !parent || parent->level >= region->level)
            return fault_set(fault, ERR_FORMAT, "区划表中 %.*s 的上级 %.*s 不正确",
                             STR_ARG(region->code), STR_ARG(region->parent));
    }
    return ERR_OK;
}

/* Every successor must be in force. */
static enum err check_successors(const struct regions *all, struct fault *fault)
{
    for (size_t i = 0; i < all->change_count; i++) {
        const struct region_change *change = &all->changes[i];
        if (change->new_code.len > 0 && !regions_find(all, change->new_code))
            return fault_set(fault, ERR_FORMAT, "区划变更表中 %.*s 的新代码 %.*s 不在区划表中",
                             STR_ARG(change->old_code), STR_ARG(change->new_code));
    }
    return ERR_OK;
}

enum err regions_load(struct regions *out, struct arena *arena, struct str divisions_csv,
                      struct str changes_csv, struct fault *fault)
{
    uint32_t *order = NULL;
    *out = (struct regions){0};
    struct table regions = {.size = sizeof(struct region), .arena = arena, .fill = fill_region};
    struct table changes = {
        .size = sizeof(struct region_change), .arena = arena, .fill = fill_change};
    TRY(load_table(&regions, divisions_csv, "区划表", fault));
    TRY(load_table(&changes, changes_csv, "区划变更表", fault));
    qsort(regions.rows, regions.count, regions.size, compare_codes);
    qsort(changes.rows, changes.count, changes.size, compare_changes);
    out->items = (const struct region *)(const void *)regions.rows;
    out->count = regions.count;
    out->changes = (const struct region_change *)(const void *)changes.rows;
    out->change_count = changes.count;
    TRY(order_make(&order, arena, out->items, out->count, compare_names));
    out->by_name = order;
    TRY(check_parents(out, fault));
    return check_successors(out, fault);
}

/* The part of a code that says something: padding zeros off a village or township code. */
static struct str unpadded(struct str code)
{
    if (code.len == CODE_MAX && str_ends(code, STR("000")))
        code = str_sub(code, 0, TOWNSHIP_LEN);
    if (code.len == TOWNSHIP_LEN && str_ends(code, STR("000")))
        code = str_sub(code, 0, COUNTY_LEN);
    return code;
}

const struct region *regions_find(const struct regions *all, struct str code)
{
    if (code.len != 2 && code.len != 4)
        return find_exact(all, unpadded(code));
    char padded[COUNTY_LEN];
    memset(padded, '0', sizeof padded);
    memcpy(padded, code.data, code.len);
    return find_exact(all, str_range(padded, sizeof padded));
}

enum region_state regions_current(struct str *out, const struct regions *all, struct str code)
{
    *out = code;
    const struct region *found = regions_find(all, code);
    if (found) {
        *out = found->code;
        return REGION_VALID;
    }
    bool below = code.len == TOWNSHIP_LEN || code.len == CODE_MAX;
    if (!all_digits(code) || (code.len != COUNTY_LEN && !below))
        return REGION_UNKNOWN;
    struct str county = str_sub(code, 0, COUNTY_LEN);
    if (below && find_exact(all, county))
        return REGION_VALID;
    struct region_change key = {.old_code = county};
    const struct region_change *change =
        bsearch(&key, all->changes, all->change_count, sizeof key, compare_changes);
    if (!change)
        return REGION_UNKNOWN;
    if (change->new_code.len == 0)
        return REGION_ABOLISHED;
    *out = change->new_code;
    return REGION_RENAMED;
}

/* The digits that everything below a division shares. */
static struct str scope_prefix(struct str scope)
{
    scope = unpadded(scope);
    if (scope.len == COUNTY_LEN && str_ends(scope, STR("0000")))
        return str_sub(scope, 0, 2);
    if (scope.len == COUNTY_LEN && str_ends(scope, STR("00")))
        return str_sub(scope, 0, 4);
    return scope;
}

bool regions_within(struct str code, struct str scope)
{
    return str_starts(code, scope_prefix(scope));
}
