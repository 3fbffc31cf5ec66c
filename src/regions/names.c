/* Divisions by name: what people write into cells, and full names out.
 *
 * A name is looked up below a parent, nearest level first, because 鼓楼区 exists four times and
 * 市辖区 hundreds of times. Invariant: a name that could mean two divisions means none. */
#include "regions/regions.h"

#include "base/order.h"

#include <string.h>

enum {
    PATH_STEPS = 5 /* province, city, county, township, village */
};

/* Entries of the statistical table that are no division: they only hold counties together. */
static bool is_placeholder(const struct region *region)
{
    return region->level == REGION_CITY &&
           (str_eq(region->name, STR("市辖区")) || str_eq(region->name, STR("县")) ||
            str_ends(region->name, STR("直辖县级行政区划")));
}

/* May `rest` be left off the end of a name: 沁阳(市), 广西(壮族自治区), 沁园(街道)? */
static bool is_ending(struct str rest)
{
    static const char *const whole[] = {"",   "省", "市", "区",   "县",   "旗",  "盟",
                                        "镇", "乡", "州", "街道", "地区", "林区"};
    static const char *const tails[] = {"自治区", "自治州",     "自治县",
                                        "自治旗", "特别行政区", "街道办事处"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (str_eq(rest, str_of(whole[i])))
            return true;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (str_ends(rest, str_of(tails[i])))
            return true;
    return false;
}

static struct str name_of(const void *items, size_t index)
{
    return ((const struct region *)items)[index].name;
}

/* The best hit so far; `count` of them are equally good. */
struct hit {
    const struct region *region;
    unsigned rank;
    size_t count;
};

/* A full name beats a shortened one, then the higher level wins. */
static void consider(struct hit *hit, const struct region *region, bool full)
{
    unsigned rank = (full ? 0U : 8U) + (unsigned)region->level;
    if (hit->region && rank > hit->rank)
        return;
    hit->count = hit->region && rank == hit->rank ? hit->count + 1 : 1;
    hit->region = region;
    hit->rank = rank;
}

const struct region *regions_by_name(const struct regions *all, struct str parent, struct str name)
{
    struct hit hit = {0};
    name = str_trim(name);
    if (name.len < strlen("京"))
        return NULL;
    size_t first = order_first(all->by_name, all->count, all->items, name_of, name);
    for (size_t i = first; i < all->count; i++) {
        const struct region *region = &all->items[all->by_name[i]];
        if (!str_starts(region->name, name))
            break;
        struct str rest = str_sub(region->name, name.len, region->name.len);
        bool below = regions_within(region->code, parent) && !str_eq(region->code, parent);
        if (below && !is_placeholder(region) && is_ending(rest))
            consider(&hit, region, rest.len == 0);
    }
    return hit.count == 1 ? hit.region : NULL;
}

/* Characters that people put between the names of a path. */
static struct str skip_separators(struct str text)
{
    while (text.len > 0 && strchr("/-> ,\\", text.data[0]))
        text = str_sub(text, 1, text.len);
    return text;
}

/* Walks 河南省焦作市沁阳市 down, at each step taking the longest beginning that is a name below. */
static const struct region *by_path(const struct regions *all, struct str scope, struct str text)
{
    const struct region *at = NULL;
    text = skip_separators(str_trim(text));
    for (unsigned step = 0; step < PATH_STEPS && text.len > 0; step++) {
        const struct region *next = NULL;
        size_t len = text.len;
        while (len > 0 && !(next = regions_by_name(all, scope, str_sub(text, 0, len))))
            len--;
        if (!next)
            return NULL;
        at = next;
        scope = next->code;
        text = skip_separators(str_sub(text, len, text.len));
    }
    return text.len == 0 ? at : NULL;
}

static bool is_code(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0;
}

const struct region *regions_resolve(const struct regions *all, struct str home, struct str text)
{
    text = str_trim(text);
    if (is_code(text)) {
        struct str current;
        regions_current(&current, all, text);
        return regions_find(all, current);
    }
    const struct region *self = regions_find(all, home);
    if (self && str_eq(self->name, text))
        return self;
    for (const struct region *at = self; at; at = regions_find(all, at->parent)) {
        const struct region *found = by_path(all, at->code, text);
        if (found)
            return found;
    }
    return by_path(all, STR(""), text);
}

struct str regions_full_name(const struct regions *all, struct arena *arena, struct str code)
{
    const struct region *steps[PATH_STEPS];
    size_t count = 0;
    const struct region *at = regions_find(all, code);
    for (; at && count < PATH_STEPS; at = regions_find(all, at->parent))
        if (!is_placeholder(at))
            steps[count++] = at;
    struct str name = STR("");
    while (count > 0 && name.data) {
        struct str step = steps[--count]->name;
        name = arena_printf(arena, "%.*s%.*s", STR_ARG(name), STR_ARG(step));
    }
    return name;
}
