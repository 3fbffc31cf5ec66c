/* Orders of rows: see order.h. */
#include "base/order.h"

#include <stdlib.h>

enum err order_make(uint32_t **out, struct arena *arena, const void *items, size_t count,
                    order_compare *compare)
{
    uint32_t *order = arena_array(arena, count, sizeof *order);
    if (order == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    if (count > 0)
        qsort_r(order, count, sizeof *order, compare, (void *)(uintptr_t)items);
    *out = order;
    return ERR_OK;
}

size_t order_first(const uint32_t *order, size_t count, const void *items, order_text *text_of,
                   struct str text)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(text_of(items, order[middle]), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
